//! Rules: what each credential type looks like, what it opens, and what to do about it.
//!
//! Built-in rules are packed by the build script from `rules/*.toml`, together with the tables of
//! their names and keywords; users' files are parsed at start-up. Both then go through
//! [`Rules::new`], the one path to a usable set. Rules are unpacked and their patterns compiled when
//! they are first needed: a scan of a tree needs a tenth of them.

mod builtin;
pub mod check;
mod classes;
mod edges;
mod fault;
mod form;
mod fragments;
mod index;
mod keywords;
mod kind;
pub mod lexicon;
pub mod mint;
mod names;
mod near;
mod rule;
pub mod schema;
pub mod schemas;
mod search;
pub(crate) mod shape;
mod table;
mod user;

use std::collections::BTreeSet;
use std::sync::OnceLock;

use crate::ids;
use crate::prefilter::{KeywordId, Prefilter};
pub use fault::Fault;
pub use form::Form;
use index::Index;
pub use kind::Kind;
use near::spellings;
pub use rule::{Compiled, MAX_MATCH, Rule};
pub use table::{Detector, RuleId, Target};
use user::parse;
pub(crate) use user::rule_error;
pub use user::{RuleError, UserFile};

/// Keywords, counted once for each rule, that all rules together may have: the prefilter numbers
/// them with 16 bits.
const MOST_KEYWORDS: usize = KeywordId::MAX as usize;

/// A set of rules, ready to scan with.
#[derive(Debug, Clone)]
pub struct Rules {
    /// The built-in ones by number, those unpacked that were needed.
    builtin: Vec<OnceLock<Box<Rule>>>,
    /// The user's, whose numbers follow.
    own: Vec<Rule>,
    /// By number, whether the selection leaves it out; empty if it leaves out none.
    is_off: Vec<bool>,
    index: Index,
}

/// Which rules of a set are wanted, by id, alias or `*` globs over ids.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// Only these, if there are any.
    pub only: Vec<Named>,
    /// Not these.
    pub disabled: Vec<Named>,
}

/// The name of a rule, and who said it.
#[derive(Debug, Clone)]
pub struct Named {
    /// Id, alias, or prefix with `*`.
    pub name: String,
    /// The file it stands in, or `command line`; for messages.
    pub file: String,
}

impl Named {
    /// A name that was typed.
    pub fn typed(name: &str) -> Self {
        Self { name: name.to_owned(), file: "command line".to_owned() }
    }
}

impl Named {
    /// Whether this names a rule that is called so by its id or an alias.
    fn names(&self, id: &str, answers: impl FnOnce(&str) -> bool) -> bool {
        self.begins(id) || answers(&self.name)
    }

    /// Whether this is a prefix with `*` of a rule's id.
    fn begins(&self, id: &str) -> bool {
        self.name.strip_suffix('*').is_some_and(|prefix| id.starts_with(prefix))
    }
}

impl Rules {
    /// The built-in rules alone.
    pub fn builtin() -> Self {
        Self {
            builtin: unpacked_later(builtin::len()),
            own: Vec::new(),
            is_off: Vec::new(),
            index: builtin::index(),
        }
    }

    /// The built-in rules and those of the user's files, whose examples nobody has tried yet. Those of a
    /// file that `gives_way` names are left out.
    pub(crate) fn unproved(
        files: &[UserFile<'_>],
        gives_way: &BTreeSet<String>,
    ) -> Result<Self, RuleError> {
        let mut all = Self::builtin();
        if !gives_way.is_empty() {
            let rules = (0..builtin::len() as u16).map(|number| all.get(RuleId(number)));
            all.is_off = rules.map(|rule| gives_way.contains(&rule.file)).collect();
        }
        for file in files {
            all.add(*file)?;
        }
        if !files.is_empty() {
            let mut table = all.index.table();
            let is_on = |target: &Target| !matches!(target, Target::Rule(id) if !all.is_on(*id));
            table.0.values_mut().for_each(|targets| targets.retain(is_on));
            for (id, rule) in (builtin::len() as u16..).map(RuleId).zip(&all.own) {
                table.add(id, &rule.text, rule.detector);
            }
            all.index = Index::of(&table);
        }
        Ok(all)
    }

    /// A copy with other texts in the users' rules, for reports; `None` if `reword` changes none.
    pub fn reworded(&self, reword: impl Fn(&mut String)) -> Option<Self> {
        let mut is_changed = false;
        let mut own = self.own.clone();
        for text in own.iter_mut().flat_map(Rule::texts_mut) {
            let before = text.clone();
            reword(text);
            is_changed |= *text != before;
        }
        is_changed.then(|| Self { own, ..self.clone() })
    }

    /// All rules, in a stable order.
    pub fn iter(&self) -> impl Iterator<Item = (RuleId, &Rule)> {
        self.ids().map(|id| (id, self.get(id)))
    }

    /// Number of rules that the selection left out.
    pub fn switched_off(&self) -> usize {
        self.is_off.iter().filter(|is_off| **is_off).count()
    }

    /// Number of rules.
    pub fn len(&self) -> usize {
        self.numbers() - self.switched_off()
    }

    /// Whether there are no rules at all.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The rule with this number.
    pub fn get(&self, id: RuleId) -> &Rule {
        let number = usize::from(id.0);
        match self.builtin.get(number) {
            Some(rule) => rule.get_or_init(|| {
                Box::new(builtin::unpack(number).expect("the tests unpack every built-in rule"))
            }),
            None => &self.own[number - self.builtin.len()],
        }
    }

    /// Whether any rule has this id, in use or not.
    pub(crate) fn has_id(&self, id: &str) -> bool {
        builtin::named(id).is_some() || self.own().any(|(_, rule)| rule.id() == id)
    }

    /// The rule that answers to this id or alias.
    pub fn named(&self, name: &str) -> Option<(RuleId, &Rule)> {
        let own = |answers: &dyn Fn(&Rule) -> bool| {
            self.own().find(|(id, rule)| self.is_on(*id) && answers(rule))
        };
        let builtin = |wants_alias: bool| {
            let (number, is_alias) = builtin::named(name)?;
            let id = RuleId(number as u16);
            let is_here = number < self.builtin.len() && is_alias == wants_alias;
            (is_here && self.is_on(id)).then(|| (id, self.get(id)))
        };
        builtin(false)
            .or_else(|| own(&|rule| rule.id() == name))
            .or_else(|| builtin(true))
            .or_else(|| own(&|rule| rule.answers_to(name)))
    }

    /// The rule under which a finding of this rule is reported in a file: the same, or a generic one if
    /// the rule is about other files. An empty path stands for a file that is not known yet.
    pub fn in_file(&self, id: RuleId, path: &str) -> RuleId {
        let rule = self.get(id);
        let path = path.to_ascii_lowercase();
        let files = &rule.text.files;
        if path.is_empty() || files.is_empty() || files.iter().any(|end| path.ends_with(end)) {
            return id;
        }
        let ordinary = match rule.kind {
            Kind::Password => ids::GENERIC_PASSWORD,
            Kind::Token => ids::GENERIC_TOKEN,
            _ => ids::GENERIC_API_KEY,
        };
        self.named(&ordinary).map_or(id, |(other, _)| other)
    }

    /// Numbers that rules have or had before the selection: each is smaller than this.
    pub(crate) fn numbers(&self) -> usize {
        self.builtin.len() + self.own.len()
    }

    /// Whether a rule finds its values in this way.
    pub(crate) fn any_by(&self, detector: Detector) -> bool {
        self.ids().any(|id| self.detector(id) == detector)
    }

    pub(crate) fn prefilter(&self) -> &Prefilter {
        self.index.prefilter()
    }

    /// Length of a keyword and what it points at.
    pub(crate) fn target(&self, keyword: KeywordId) -> (usize, &[Target]) {
        (self.prefilter().keyword(keyword).len(), self.index.targets(keyword))
    }

    fn ids(&self) -> impl Iterator<Item = RuleId> {
        (0..self.numbers() as u16).map(RuleId).filter(|id| self.is_on(*id))
    }

    fn is_on(&self, id: RuleId) -> bool {
        self.is_off.get(usize::from(id.0)) != Some(&true)
    }

    pub(crate) fn own(&self) -> impl Iterator<Item = (RuleId, &Rule)> {
        (self.builtin.len() as u16..).map(RuleId).zip(&self.own)
    }

    fn detector(&self, id: RuleId) -> Detector {
        let number = usize::from(id.0);
        match number.checked_sub(self.builtin.len()) {
            Some(own) => self.own[own].detector,
            None => builtin::detector(number),
        }
    }

    /// The id of a rule, which needs not be unpacked for it.
    fn id_of(&self, id: RuleId) -> &str {
        let number = usize::from(id.0);
        match number.checked_sub(self.builtin.len()) {
            Some(own) => self.own[own].id(),
            None => builtin::id(number),
        }
    }

    /// Adds the rules of a user's file, but not their keywords.
    fn add(&mut self, file: UserFile<'_>) -> Result<(), RuleError> {
        let first = self.own.len();
        for rule in parse(file)? {
            let other = match builtin::named(rule.id()) {
                Some((number, false)) if self.is_on(RuleId(number as u16)) => {
                    Some(self.get(RuleId(number as u16)))
                }
                _ => self.own.iter().find(|other| other.id() == rule.id()),
            };
            if let Some(other) = other {
                let (id, other) = (rule.id(), &other.file);
                let what = format!(
                    "rule `{id}` exists already in {other}; give it another id, or switch the \
                     other one off with --disable {id} and rename this one"
                );
                let line = Fault::of("id", "").line(file.text, id);
                return Err(RuleError { file: file.name.to_owned(), line, what });
            }
            self.own.push(rule);
        }
        let own: usize = self.own.iter().map(keyword_count).sum();
        if self.index.len() + own > MOST_KEYWORDS {
            let what = format!(
                "with this file the rules have more than {MOST_KEYWORDS} keywords; name fewer, or \
                 shorter ones that several rules share"
            );
            return Err(RuleError { file: file.name.to_owned(), line: 1, what });
        }
        check::prove(&self.own[first..]).map_err(|(id, fault)| rule_error(file, &id, &fault))
    }

    /// Leaves out what is not selected.
    pub(crate) fn select(mut self, selection: &Selection) -> Result<Self, RuleError> {
        for named in selection.only.iter().chain(&selection.disabled) {
            if !self.ids().any(|id| self.is_named(id, named)) {
                let Named { name, file } = named;
                let what = format!("no rule is called `{name}`; {}", self.hint(name));
                return Err(RuleError { file: file.clone(), line: 1, what });
            }
        }
        let is_off = |id: RuleId| {
            let by_any = |list: &[Named]| list.iter().any(|named| self.is_named(id, named));
            by_any(&selection.disabled) || !(selection.only.is_empty() || by_any(&selection.only))
        };
        self.is_off = self.ids().map(is_off).collect();
        let has_keys = self.any_by(Detector::Keys);
        let has_assignments = self.any_by(Detector::Assignment);
        let is_off = |target| match target {
            Target::Rule(id) => self.is_off[usize::from(id.0)],
            Target::Keys => !has_keys,
            Target::Assignment => !has_assignments,
        };
        self.index = self.index.without(is_off);
        Ok(self)
    }

    /// Whether a name stands for a rule.
    pub fn is_named(&self, id: RuleId, named: &Named) -> bool {
        let number = usize::from(id.0);
        let own = number.checked_sub(self.builtin.len()).map(|own| &self.own[own]);
        let is_it = named.names(self.id_of(id), |name| match own {
            Some(own) => own.answers_to(name),
            None => builtin::named(name).is_some_and(|(other, _)| other == number),
        });
        let is_replaced =
            |old: &str| !old.ends_with('*') && (named.begins(old) || named.name == old);
        is_it
            || match own {
                Some(own) => own.text.replaces.iter().any(|old| is_replaced(old)),
                None => builtin::replaced(number).any(is_replaced),
            }
    }

    /// The rule whose secrets alone look like this value, as its `begins` says.
    pub(crate) fn of_form(&self, value: &[u8]) -> Option<(RuleId, &Rule)> {
        let own = self.own().flat_map(|(id, rule)| {
            rule.text.begins.iter().map(move |beginning| (beginning.as_str(), id))
        });
        let builtin =
            builtin::beginnings().map(|(beginning, number)| (beginning, RuleId(number as u16)));
        let found = builtin.chain(own).filter(|(beginning, id)| {
            value.starts_with(beginning.as_bytes()) && self.is_on(*id) && self.get(*id).is_of(value)
        });
        found.max_by_key(|(beginning, _)| beginning.len()).map(|(_, id)| (id, self.get(id)))
    }
}

fn unpacked_later(count: usize) -> Vec<OnceLock<Box<Rule>>> {
    let mut rules = Vec::new();
    rules.resize_with(count, OnceLock::new);
    rules
}

/// Places that a rule takes in the prefilter at most.
fn keyword_count(rule: &Rule) -> usize {
    let near =
        rule.near().map_or(0, |near| near.any.iter().map(|word| spellings(word).len()).sum());
    rule.text.keywords.len() + near
}
