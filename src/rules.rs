//! Rules: what each credential type looks like, what it opens, and what to do about it.
//!
//! Built-in rules are static data made from `rules/*.toml` by the build script; users' files are
//! parsed at start-up. Both then go through [`Rules::new`], the one path to a usable set. Patterns
//! are compiled when they are first needed: a scan of a tree compiles a tenth of them.

pub mod check;
mod fragments;
pub mod keywords;
pub mod lexicon;
pub mod mint;
pub mod schema;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::OnceLock;

use regex_automata::meta::Regex;
use regex_automata::util::syntax;
use regex_syntax::hir::{Hir, HirKind};
use serde::{Deserialize, Serialize};

use crate::config::nearest;
use crate::detect::assignment;
use crate::detect::checks::{self, Check};
use crate::detect::keys;
use crate::detect::near::{Context, spellings};
use crate::detect::prefilter::{KeywordId, Prefilter};
use crate::score::{Authority, Lifetime, Reach, Usability};
use crate::text::line_at;
use schema::{NearText, PartnerText, RuleFile, RuleText};

/// A pattern may not match more than this many bytes: the window around a keyword is this wide.
pub const MAX_MATCH: usize = 8192;

/// Keywords, counted once for each rule, that all rules together may have: the prefilter numbers
/// them with 16 bits.
const MOST_KEYWORDS: usize = KeywordId::MAX as usize;

/// Index of a rule in its [`Rules`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleId(pub u16);

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

/// How a rule finds its values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detector {
    /// By its pattern, near keywords.
    Pattern,
    /// Key material: [`crate::detect::keys`].
    Keys,
    /// Named values without a shape: passwords and keys in assignments.
    Assignment,
}

/// One credential type, checked.
#[derive(Debug)]
pub struct Rule {
    /// The file it came from, for messages.
    pub file: Cow<'static, str>,
    /// Who issues it.
    pub provider: Cow<'static, str>,
    /// The vendor's page.
    pub docs: Cow<'static, str>,
    /// Everything as written.
    pub text: Cow<'static, RuleText>,
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

    /// Whether it came with the program.
    pub fn is_builtin(&self) -> bool {
        matches!(self.file, Cow::Borrowed(_))
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

/// What a keyword points at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// A rule's pattern.
    Rule(RuleId),
    /// Key material may begin here.
    Keys,
    /// A name that values are assigned to.
    Assignment,
}

/// A set of rules, ready to scan with.
#[derive(Debug)]
pub struct Rules {
    rules: Vec<Rule>,
    prefilter: Prefilter,
    /// For each keyword of the prefilter, its length and what it points at.
    targets: Vec<(u16, Box<[Target]>)>,
    /// Rules that the selection left out.
    switched_off: usize,
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

impl Selection {
    fn wants(&self, rule: &RuleText) -> bool {
        let named = |Named { name, .. }: &Named| {
            rule.id == *name
                || rule.aliases.iter().any(|a| a == name)
                || name.strip_suffix('*').is_some_and(|prefix| rule.id.starts_with(prefix))
        };
        (self.only.is_empty() || self.only.iter().any(named)) && !self.disabled.iter().any(named)
    }
}

static BUILTIN: &[(&str, Cow<'static, str>, Cow<'static, str>, RuleText)] =
    include!(concat!(env!("OUT_DIR"), "/builtin_rules.rs"));

impl Rules {
    /// The built-in rules alone.
    pub fn builtin() -> Self {
        Self::new(&[], &Selection::default()).expect("the tests load the built-in rules")
    }

    /// The built-in rules and those of the user's files, as far as they are selected.
    ///
    /// # Errors
    /// The first thing that is wrong with a user's file, or a selected name that no rule has.
    pub fn new(files: &[UserFile<'_>], selection: &Selection) -> Result<Self, RuleError> {
        let mut rules = Vec::with_capacity(BUILTIN.len());
        let mut ids: BTreeMap<Cow<'static, str>, String> = BTreeMap::new();
        for (file, provider, docs, text) in BUILTIN {
            ids.insert(text.id.clone(), (*file).to_owned());
            let rule =
                checked(Cow::Borrowed(file), provider.clone(), docs.clone(), Cow::Borrowed(text))
                    .map_err(|what| RuleError { file: (*file).to_owned(), line: 1, what })?;
            rules.push(rule);
        }
        for file in files {
            let first = rules.len();
            for rule in parse(*file)? {
                let line = line_of(file.text, rule.id());
                let fail = |what| RuleError { file: file.name.to_owned(), line, what };
                if let Some(other) = ids.insert(rule.text.id.clone(), file.name.to_owned()) {
                    let id = rule.id();
                    return Err(fail(format!(
                        "rule `{id}` exists already in {other}; give it another id, or switch the \
                         other one off with --disable {id} and rename this one"
                    )));
                }
                rules.push(rule);
            }
            if rules.iter().map(keyword_count).sum::<usize>() > MOST_KEYWORDS {
                let what = format!(
                    "with this file the rules have more than {MOST_KEYWORDS} keywords; name fewer, \
                     or shorter ones that several rules share"
                );
                return Err(RuleError { file: file.name.to_owned(), line: 1, what });
            }
            check::prove(&rules[first..]).map_err(|(id, what)| rule_error(*file, &id, &what))?;
        }
        for Named { name, file } in selection.only.iter().chain(&selection.disabled) {
            let known = rules.iter().any(|r| {
                r.answers_to(name) || name.strip_suffix('*').is_some_and(|p| r.id().starts_with(p))
            });
            if !known {
                let hint = match nearest(name, rules.iter().map(Rule::id)) {
                    Some(meant) => format!("did you mean `{meant}`?"),
                    None => "`sprawl rules list` shows all".to_owned(),
                };
                let what = format!("no rule is called `{name}`; {hint}");
                return Err(RuleError { file: file.clone(), line: 1, what });
            }
        }
        let all = Self::indexed(rules);
        for file in files {
            for (id, rule) in all.iter().filter(|(_, rule)| rule.file == file.name) {
                check::prove_examples(&all, id)
                    .map_err(|what| rule_error(*file, rule.id(), &what))?;
            }
        }
        if selection.only.is_empty() && selection.disabled.is_empty() {
            return Ok(all);
        }
        let mut rules = all.rules;
        let loaded = rules.len();
        rules.retain(|rule| selection.wants(&rule.text));
        let switched_off = loaded - rules.len();
        Ok(Self { switched_off, ..Self::indexed(rules) })
    }

    /// A set of exactly these rules.
    pub(crate) fn indexed(rules: Vec<Rule>) -> Self {
        let mut by_keyword: BTreeMap<Vec<u8>, Vec<Target>> = BTreeMap::new();
        let mut point = |keyword: &str, target: Target| {
            let targets = by_keyword.entry(keyword.to_ascii_lowercase().into_bytes()).or_default();
            if !targets.contains(&target) {
                targets.push(target);
            }
        };
        for (index, rule) in (0..).zip(&rules) {
            match rule.detector {
                Detector::Pattern => {
                    let target = Target::Rule(RuleId(index));
                    for keyword in rule.text.keywords.iter() {
                        point(keyword, target);
                    }
                    if let Some(near) = rule.near().filter(|_| rule.text.keywords.is_empty()) {
                        for word in near.any.iter().flat_map(|word| spellings(word)) {
                            point(&word, target);
                        }
                    }
                }
                Detector::Keys => {
                    for keyword in keys::KEYWORDS {
                        point(keyword, Target::Keys);
                    }
                }
                Detector::Assignment => {
                    for keyword in assignment::KEYWORDS {
                        point(keyword, Target::Assignment);
                    }
                }
            }
        }
        let keywords: Vec<&[u8]> = by_keyword.keys().map(Vec::as_slice).collect();
        let prefilter = Prefilter::new(&keywords);
        let targets = by_keyword
            .into_iter()
            .map(|(keyword, targets)| (keyword.len() as u16, targets.into_boxed_slice()))
            .collect();
        Self { rules, prefilter, targets, switched_off: 0 }
    }

    /// All rules, in a stable order.
    pub fn iter(&self) -> impl Iterator<Item = (RuleId, &Rule)> {
        (0..).map(RuleId).zip(&self.rules)
    }

    /// Number of rules that the selection left out.
    pub fn switched_off(&self) -> usize {
        self.switched_off
    }

    /// Number of rules.
    pub fn len(&self) -> usize {
        self.rules.len()
    }

    /// Whether there are no rules at all.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// The rule with this index.
    pub fn get(&self, id: RuleId) -> &Rule {
        &self.rules[usize::from(id.0)]
    }

    /// The rule that answers to this id or alias.
    pub fn named(&self, name: &str) -> Option<(RuleId, &Rule)> {
        self.iter()
            .find(|(_, r)| r.id() == name)
            .or_else(|| self.iter().find(|(_, r)| r.answers_to(name)))
    }

    pub(crate) fn prefilter(&self) -> &Prefilter {
        &self.prefilter
    }

    /// Length of a keyword and what it points at.
    pub(crate) fn target(&self, keyword: u16) -> (usize, &[Target]) {
        let (length, targets) = &self.targets[usize::from(keyword)];
        (usize::from(*length), targets)
    }
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
        let rule = checked(
            Cow::Owned(file.name.to_owned()),
            provider.clone(),
            docs.clone(),
            Cow::Owned(text),
        )
        .map_err(|what| RuleError {
            file: file.name.to_owned(),
            line,
            what: format!("rule `{id}`: {what}"),
        })?;
        rules.push(rule);
    }
    Ok(rules)
}

/// Turns names into meanings. Cheap: nothing is compiled.
fn checked(
    file: Cow<'static, str>,
    provider: Cow<'static, str>,
    docs: Cow<'static, str>,
    text: Cow<'static, RuleText>,
) -> Result<Rule, String> {
    fn named<T: Copy>(
        field: &str,
        name: &str,
        find: impl Fn(&str) -> Option<T>,
        all: impl Fn() -> Vec<&'static str>,
    ) -> Result<T, String> {
        find(name).ok_or_else(|| format!("{field} = \"{name}\" is not one of {}", all().join(", ")))
    }
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
    let detector = match text.detector.as_deref() {
        None => Detector::Pattern,
        Some("keys") => Detector::Keys,
        Some("assignment") => Detector::Assignment,
        Some(other) => {
            return Err(format!("detector = \"{other}\" is not one of keys, assignment"));
        }
    };
    let rule = Rule {
        file,
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
    Ok(Compiled { regex, secret_group, max_match, beginnings, context, secret, whole })
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
