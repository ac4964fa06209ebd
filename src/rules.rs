//! Rules: what each credential type looks like, what it opens, and what to do about it.
//!
//! Built-in rules are packed by the build script from `rules/*.toml`, together with the tables of
//! their names and keywords; users' files are parsed at start-up. Both then go through
//! [`Rules::new`], the one path to a usable set. Rules are unpacked and their patterns compiled when
//! they are first needed: a scan of a tree needs a tenth of them.

mod builtin;
pub mod check;
mod fragments;
mod index;
pub mod keywords;
pub mod lexicon;
pub mod mint;
mod names;
pub mod schema;
mod shape;
mod table;

use std::borrow::Cow;
use std::sync::OnceLock;

use regex_automata::meta::Regex;
use regex_automata::util::syntax;
use regex_syntax::hir::{Hir, HirKind};
use serde::{Deserialize, Serialize};

use crate::config::nearest;
use crate::detect::checks::{self, Check};
use crate::detect::near::{Context, spellings};
use crate::detect::prefilter::{KeywordId, Prefilter};
use crate::score::{Authority, Lifetime, Reach, Usability};
use crate::text::line_at;
use index::Index;
use schema::{NearText, Packed, PartnerText, RuleFile, RuleText};
pub use table::{Detector, RuleId, Target};

/// A pattern may not match more than this many bytes: the window around a keyword is this wide.
pub const MAX_MATCH: usize = 8192;

/// Keywords, counted once for each rule, that all rules together may have: the prefilter numbers
/// them with 16 bits.
const MOST_KEYWORDS: usize = KeywordId::MAX as usize;

/// What sort of thing the secret is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Key of an API.
    ApiKey,
    /// Bearer token.
    Token,
    /// Password, chosen by a person or not.
    Password,
    /// Private half of a key pair, or a symmetric key.
    PrivateKey,
    /// Certificate together with its key.
    Certificate,
    /// URL that is a secret by itself.
    Webhook,
    /// Password within a connection string.
    ConnectionString,
}

impl Kind {
    /// Every kind with its name.
    pub const ALL: &'static [(Self, &'static str)] = &[
        (Self::ApiKey, "api-key"),
        (Self::Token, "token"),
        (Self::Password, "password"),
        (Self::PrivateKey, "private-key"),
        (Self::Certificate, "certificate"),
        (Self::Webhook, "webhook"),
        (Self::ConnectionString, "connection-string"),
    ];

    /// The name used in rule files and reports.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(kind, _)| *kind == self).map_or("", |(_, name)| name)
    }

    fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, n)| *n == name).map(|(kind, _)| *kind)
    }

    /// Whether people choose such values, so that a hash of one could be guessed.
    pub fn is_guessable(self) -> bool {
        matches!(self, Self::Password | Self::ConnectionString)
    }
}

/// One credential type, checked.
#[derive(Debug)]
pub struct Rule {
    /// The file it came from, for messages.
    pub file: String,
    /// Whether it came with the program.
    pub is_builtin: bool,
    /// Who issues it.
    pub provider: String,
    /// The vendor's page.
    pub docs: String,
    /// Everything as written.
    pub text: RuleText,
    /// What sort of thing it is.
    pub kind: Kind,
    /// Who finds it.
    pub detector: Detector,
    /// What it may do.
    pub authority: Authority,
    /// What it reaches.
    pub reach: Reach,
    /// How long it lives.
    pub lifetime: Lifetime,
    /// Whether it can be used as found.
    pub usability: Usability,
    /// Usability without its other half.
    pub alone: Usability,
    /// Offline check.
    pub check: Option<&'static Check>,
    compiled: OnceLock<Result<Compiled, String>>,
}

/// The part of a rule that is made when it is first needed.
#[derive(Debug)]
pub struct Compiled {
    /// The engine.
    pub regex: Regex,
    /// Capture group of the secret.
    pub secret_group: usize,
    /// Bytes that a match has at most.
    pub max_match: usize,
    /// Literals that secrets begin with, lower-cased: public knowledge, like `ghp_`.
    beginnings: Vec<Vec<u8>>,
    /// The context that must stand close by.
    pub(crate) context: Option<Context>,
    /// Shape of the secret, for minting.
    pub secret: Hir,
    /// The engine for a value that stands alone, made when one is asked about.
    alone: OnceLock<Option<Regex>>,
    /// Shape of the whole, for proofs.
    pub whole: Hir,
}

impl Compiled {
    /// Leading bytes of this secret that every secret of its form has.
    pub fn public_prefix(&self, secret: &[u8]) -> usize {
        let begins = |literal: &&Vec<u8>| {
            secret.get(..literal.len()).is_some_and(|start| start.eq_ignore_ascii_case(literal))
        };
        self.beginnings.iter().filter(begins).map(Vec::len).max().unwrap_or(0)
    }
}

impl Rule {
    /// The stable name.
    pub fn id(&self) -> &str {
        &self.text.id
    }

    /// Whether the rule answers to this name: its id or one of its aliases.
    pub fn answers_to(&self, name: &str) -> bool {
        self.text.id == name || self.text.aliases.iter().any(|a| a == name)
    }

    /// The score of a secret of this type before its use and its place are known, 0 to 100.
    pub fn base_score(&self) -> i64 {
        self.authority.weight() + self.reach.weight() + self.lifetime.weight()
    }

    /// The context that must stand close by.
    pub fn near(&self) -> Option<&NearText> {
        self.text.near.as_ref()
    }

    /// The other half of a pair.
    pub fn partner(&self) -> Option<&PartnerText> {
        self.text.partner.as_ref()
    }

    /// The compiled pattern.
    ///
    /// # Errors
    /// The pattern does not parse, is not bounded, or has no group `secret`. Built-in rules are
    /// proved not to by the tests, users' rules when they are loaded.
    pub fn compiled(&self) -> Result<&Compiled, &str> {
        self.compiled.get_or_init(|| compile(&self.text)).as_ref().map_err(String::as_str)
    }
}

/// A set of rules, ready to scan with.
#[derive(Debug)]
pub struct Rules {
    /// The built-in ones by number, those unpacked that were needed.
    builtin: Vec<OnceLock<Box<Rule>>>,
    /// The user's, whose numbers follow.
    own: Vec<Rule>,
    /// By number, whether the selection leaves it out; empty if it leaves out none.
    is_off: Vec<bool>,
    index: Index,
}

/// A rule file or rule that cannot be used. Says what, where and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {what}")]
pub struct RuleError {
    /// The file.
    pub file: String,
    /// Line, 1-based.
    pub line: usize,
    /// What is wrong and what to do.
    pub what: String,
}

/// Where rules come from: built in, or a file of the user's with its text.
#[derive(Debug, Clone, Copy)]
pub struct UserFile<'a> {
    /// Name for messages.
    pub name: &'a str,
    /// Content.
    pub text: &'a str,
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
        match self.name.strip_suffix('*') {
            Some(prefix) => id.starts_with(prefix),
            None => answers(&self.name),
        }
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

    /// The built-in rules and those of the user's files, as far as they are selected.
    ///
    /// # Errors
    /// The first thing that is wrong with a user's file, or a selected name that no rule has.
    pub fn new(files: &[UserFile<'_>], selection: &Selection) -> Result<Self, RuleError> {
        let mut all = Self::builtin();
        for file in files {
            all.add(*file)?;
        }
        if !files.is_empty() {
            let mut table = all.index.table();
            for (id, rule) in (builtin::len() as u16..).map(RuleId).zip(&all.own) {
                table.add(id, &rule.text, rule.detector);
            }
            all.index = Index::of(&table);
        }
        for file in files {
            for (id, rule) in all.own().filter(|(_, rule)| rule.file == file.name) {
                check::prove_examples(&all, id)
                    .map_err(|what| rule_error(*file, rule.id(), &what))?;
            }
        }
        if selection.only.is_empty() && selection.disabled.is_empty() {
            return Ok(all);
        }
        all.select(selection)
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

    /// The rule that answers to this id or alias.
    pub fn named(&self, name: &str) -> Option<(RuleId, &Rule)> {
        let own = |answers: &dyn Fn(&Rule) -> bool| self.own().find(|(_, r)| answers(r));
        let builtin = |wants_alias: bool| {
            let (number, is_alias) = builtin::named(name)?;
            let id = RuleId(number as u16);
            let is_here = number < self.builtin.len() && is_alias == wants_alias;
            is_here.then(|| (id, self.get(id)))
        };
        let found = builtin(false)
            .or_else(|| own(&|rule| rule.id() == name))
            .or_else(|| builtin(true))
            .or_else(|| own(&|rule| rule.answers_to(name)));
        found.filter(|(id, _)| self.is_on(*id))
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

    fn own(&self) -> impl Iterator<Item = (RuleId, &Rule)> {
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
            let line = line_of(file.text, rule.id());
            let other = match builtin::named(rule.id()) {
                Some((number, false)) => Some(self.get(RuleId(number as u16))),
                _ => self.own.iter().find(|other| other.id() == rule.id()),
            };
            if let Some(other) = other {
                let (id, other) = (rule.id(), &other.file);
                let what = format!(
                    "rule `{id}` exists already in {other}; give it another id, or switch the \
                     other one off with --disable {id} and rename this one"
                );
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
        check::prove(&self.own[first..]).map_err(|(id, what)| rule_error(file, &id, &what))
    }

    /// Leaves out what is not selected.
    fn select(mut self, selection: &Selection) -> Result<Self, RuleError> {
        for named in selection.only.iter().chain(&selection.disabled) {
            if !self.ids().any(|id| self.is_named(id, named)) {
                let Named { name, file } = named;
                let hint = match nearest(name, self.ids().map(|id| self.id_of(id))) {
                    Some(meant) => format!("did you mean `{meant}`?"),
                    None => "`sprawl rules list` shows all".to_owned(),
                };
                let what = format!("no rule is called `{name}`; {hint}");
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

    fn is_named(&self, id: RuleId, named: &Named) -> bool {
        named.names(self.id_of(id), |name| {
            match usize::from(id.0).checked_sub(self.builtin.len()) {
                Some(own) => self.own[own].answers_to(name),
                None => builtin::named(name).is_some_and(|(number, _)| number == usize::from(id.0)),
            }
        })
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

fn rule_error(file: UserFile<'_>, id: &str, what: &str) -> RuleError {
    RuleError {
        file: file.name.to_owned(),
        line: line_of(file.text, id),
        what: format!("rule `{id}`: {what}"),
    }
}

/// Parses a user's file; the rules are checked one by one but not yet proved.
fn parse(file: UserFile<'_>) -> Result<Vec<Rule>, RuleError> {
    let parsed: RuleFile = toml::from_str(file.text).map_err(|e| {
        let line = e.span().map_or(1, |span| line_at(file.text, span.start));
        RuleError { file: file.name.to_owned(), line, what: e.message().to_owned() }
    })?;
    let RuleFile { provider, docs, rule } = parsed;
    let mut rules = Vec::with_capacity(rule.len());
    for text in rule {
        let line = line_of(file.text, &text.id);
        let id = text.id.clone();
        let (file, provider, docs) = (file.name.to_owned(), provider.clone(), docs.clone());
        let packed = Packed { file: file.clone(), provider, docs, text };
        let fail = |what| RuleError { file, line, what: format!("rule `{id}`: {what}") };
        rules.push(checked(packed, false).map_err(fail)?);
    }
    Ok(rules)
}

/// Turns names into meanings. Cheap: nothing is compiled.
fn checked(rule: Packed, is_builtin: bool) -> Result<Rule, String> {
    fn named<T: Copy>(
        field: &str,
        name: &str,
        find: impl Fn(&str) -> Option<T>,
        all: impl Fn() -> Vec<&'static str>,
    ) -> Result<T, String> {
        find(name).ok_or_else(|| format!("{field} = \"{name}\" is not one of {}", all().join(", ")))
    }
    let Packed { file, provider, docs, text } = rule;
    let kind = named("kind", &text.kind, Kind::from_name, || {
        Kind::ALL.iter().map(|(_, name)| *name).collect()
    })?;
    let authority = named("authority", &text.authority, Authority::from_name, || {
        Authority::ALL.iter().map(|a| a.name()).collect()
    })?;
    let reach = named("reach", &text.reach, Reach::from_name, || {
        Reach::ALL.iter().map(|a| a.name()).collect()
    })?;
    let lifetime = named("lifetime", &text.lifetime, Lifetime::from_name, || {
        Lifetime::ALL.iter().map(|a| a.name()).collect()
    })?;
    let usability_named = |field: &str, name: &str| {
        named(field, name, Usability::from_name, || {
            Usability::ALL.iter().map(|a| a.name()).collect()
        })
    };
    let usability = match &text.usability {
        Some(name) => usability_named("usability", name)?,
        None => Usability::Complete,
    };
    let alone = match &text.partner {
        Some(partner) => usability_named("partner.alone", &partner.alone)?,
        None => usability,
    };
    let check = match &text.check {
        Some(name) => Some(named("check", name, checks::by_name, || {
            checks::CHECKS.iter().map(|c| c.name).collect()
        })?),
        None => None,
    };
    let detector = Detector::of(&text)?;
    let rule = Rule {
        file,
        is_builtin,
        provider,
        docs,
        kind,
        detector,
        authority,
        reach,
        lifetime,
        usability,
        alone,
        check,
        compiled: OnceLock::new(),
        text,
    };
    Ok(rule)
}

/// What may stand before and after a value that has no shape of its own.
const VALUE_EDGES: (&str, &str) = (r"(?:^|[^0-9A-Za-z_/+.\-])", r"(?:[^0-9A-Za-z_/+=\-]|$)");

/// The pattern as the engine gets it.
pub(crate) fn pattern_of(text: &RuleText) -> Result<Cow<'_, str>, String> {
    match (&text.pattern, &text.value) {
        (Some(pattern), None) => Ok(fragments::expanded(pattern)),
        (None, Some(value)) => {
            Ok(Cow::Owned(format!("{}(?<secret>{value}){}", VALUE_EDGES.0, VALUE_EDGES.1)))
        }
        (Some(_), Some(_)) => Err("has both a pattern and a value; keep one".to_owned()),
        (None, None) => {
            Err("has neither pattern nor value; say what the secret looks like".to_owned())
        }
    }
}

fn compile(text: &RuleText) -> Result<Compiled, String> {
    let pattern = pattern_of(text)?;
    let whole = regex_syntax::ParserBuilder::new()
        .unicode(false)
        .utf8(false)
        .build()
        .parse(&pattern)
        .map_err(|e| format!("the pattern does not parse: {e}"))?;
    let max_match = match whole.properties().maximum_len() {
        Some(length) if length <= MAX_MATCH => length,
        Some(length) => {
            return Err(format!("the pattern can match {length} bytes; {MAX_MATCH} is the limit"));
        }
        None => {
            return Err(
                "the pattern has no upper bound; write {m,n} instead of *, + or {m,}".to_owned()
            );
        }
    };
    let secret = secret_group(&whole)
        .ok_or("the pattern has no group (?<secret>...) around the secret itself")?
        .clone();
    let regex = Regex::builder()
        .syntax(syntax::Config::new().unicode(false).utf8(false))
        .configure(Regex::config().utf8_empty(false).nfa_size_limit(Some(10 << 20)))
        .build(&pattern)
        .map_err(|e| format!("the pattern does not compile: {e}"))?;
    let secret_group = regex
        .group_info()
        .to_index(regex_automata::PatternID::ZERO, "secret")
        .ok_or("the pattern has no group (?<secret>...) around the secret itself")?;
    let beginnings = keywords::beginnings(&secret);
    let context = text.near.as_ref().map(Context::new);
    let alone = OnceLock::new();
    Ok(Compiled { regex, secret_group, max_match, beginnings, context, secret, alone, whole })
}

fn secret_group(hir: &Hir) -> Option<&Hir> {
    match hir.kind() {
        HirKind::Capture(capture) if capture.name.as_deref() == Some("secret") => {
            Some(&capture.sub)
        }
        HirKind::Capture(capture) => secret_group(&capture.sub),
        HirKind::Repetition(repetition) => secret_group(&repetition.sub),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => parts.iter().find_map(secret_group),
        _ => None,
    }
}

/// Line of a rule in its file: where its id stands.
fn line_of(text: &str, id: &str) -> usize {
    let quoted = format!("\"{id}\"");
    text.lines()
        .position(|line| line.trim_start().starts_with("id") && line.contains(&quoted))
        .map_or(1, |index| index + 1)
}
