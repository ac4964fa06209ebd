//! One credential type: what its rule says, checked, and its compiled pattern.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::OnceLock;

use regex_automata::meta::Regex;
use regex_automata::util::syntax;
use regex_syntax::hir::{Hir, HirKind};

use super::classes::Classes;
use super::edges::Edges;
use super::fault::Fault;
use super::form::Form;
use super::kind::Kind;
use super::near::Context;
use super::schema::{NearText, Packed, PartnerText, RuleText};
use super::table::Detector;
use super::{fragments, keywords};
use crate::checks::{self, Check};
use crate::score::{Authority, Lifetime, Reach, Usability};

/// A pattern may not match more than this many bytes: the window around a keyword is this wide.
pub const MAX_MATCH: usize = 8192;

/// One credential type, checked.
#[derive(Debug, Clone)]
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
    /// In what texts its secrets stand.
    pub form: Form,
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
    compiled: WhenNeeded,
}

/// What is made when it is first needed. A copy of a rule makes its own.
#[derive(Debug, Default)]
struct WhenNeeded(OnceLock<Result<Compiled, String>>);

impl Clone for WhenNeeded {
    fn clone(&self) -> Self {
        Self::default()
    }
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
    /// What secrets begin with, lower-cased.
    beginnings: Vec<Vec<u8>>,
    /// What must stand around a match, and where in it keywords stand.
    pub(crate) edges: Edges,
    /// What matches are made of.
    pub(crate) classes: Classes,
    /// Where in a match the secret stands, if its length tells.
    pub(crate) inset: Option<Inset>,
    /// The context that must stand close by.
    pub(crate) context: Option<Context>,
    /// Shape of the secret, for minting.
    pub secret: Hir,
    /// The engine for a value that stands alone, made when one is asked about.
    pub(super) alone: OnceLock<Option<Regex>>,
    /// What every secret begins with, made when a secret is shown.
    pub(super) literal: OnceLock<Vec<u8>>,
    /// Shape of the whole, for proofs.
    pub whole: Hir,
}

/// The secret's place in a match, which follows where two of three lengths are fixed: of the secret, and of
/// what is before it and behind it. Groups need not be resolved then, which takes longer than all else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Inset {
    /// Between so many bytes before it and so many behind it.
    Between(usize, usize),
    /// Behind so many bytes, and this long.
    Behind(usize, usize),
    /// This long, and before so many bytes.
    Before(usize, usize),
}

impl Inset {
    /// Of a pattern with such edges, whose secrets have this length.
    fn of(edges: &Edges, length: Option<usize>) -> Option<Self> {
        match (edges.beside, length) {
            ([Some(before), Some(behind)], _) => Some(Self::Between(before, behind)),
            ([Some(before), None], Some(length)) => Some(Self::Behind(before, length)),
            ([None, Some(behind)], Some(length)) => Some(Self::Before(length, behind)),
            _ => None,
        }
    }

    /// Where the secret stands in this match.
    pub(crate) fn secret(self, Range { start, end }: &Range<usize>) -> Range<usize> {
        match self {
            Self::Between(before, behind) => start + before..end - behind,
            Self::Behind(before, length) => start + before..start + before + length,
            Self::Before(length, behind) => end - behind - length..end - behind,
        }
    }
}

impl Compiled {
    /// Bytes of a secret, if all have the same.
    pub(crate) fn fixed_length(&self) -> Option<usize> {
        fixed_length(&self.secret)
    }

    /// Whether a text begins as secrets of this form do.
    pub(crate) fn may_begin(&self, text: &[u8]) -> bool {
        self.beginnings.iter().any(|literal| {
            text.get(..literal.len()).is_some_and(|start| start.eq_ignore_ascii_case(literal))
        })
    }

    /// Leading bytes of this secret that fit one of the beginnings of its type, of which any class of
    /// characters makes several. What may be shown is [`Compiled::literal_prefix`].
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

    /// Whether a mark that names a rule so is about the secrets of this one: it is this rule, or one
    /// whose place it took.
    pub fn stands_for(&self, name: &str) -> bool {
        let is_replaced = |replaced: &String| match replaced.strip_suffix('*') {
            Some(prefix) => name.starts_with(prefix),
            None => replaced == name,
        };
        self.answers_to(name) || self.text.replaces.iter().any(is_replaced)
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

    /// What reports repeat of the rule's own words.
    pub fn texts_mut(&mut self) -> [&mut String; 6] {
        let RuleText { title, why, fix, instead, .. } = &mut self.text;
        [&mut self.provider, &mut self.docs, title, why, fix, instead]
    }

    /// The compiled pattern.
    ///
    /// # Errors
    /// The pattern does not parse, is not bounded, or has no group `secret`. Built-in rules are
    /// proved not to by the tests, users' rules when they are loaded.
    pub fn compiled(&self) -> Result<&Compiled, &str> {
        self.compiled.0.get_or_init(|| compile(&self.text)).as_ref().map_err(String::as_str)
    }
}

/// Turns names into meanings. Cheap: nothing is compiled.
pub(super) fn checked(rule: Packed, is_builtin: bool) -> Result<Rule, Fault> {
    fn named<T: Copy>(
        field: &'static str,
        name: &str,
        find: impl Fn(&str) -> Option<T>,
        all: impl Fn() -> Vec<&'static str>,
    ) -> Result<T, Fault> {
        find(name).ok_or_else(|| {
            Fault::of(field, format!("{field} = \"{name}\" is not one of {}", all().join(", ")))
        })
    }
    let Packed { file, provider, docs, mut text } = rule;
    let docs = text.docs.take().unwrap_or(docs);
    let kind = named("kind", &text.kind, Kind::from_name, || {
        Kind::ALL.iter().map(|(_, name)| *name).collect()
    })?;
    let form = match &text.form {
        Some(name) => named("form", name, Form::from_name, || {
            Form::NAMED.iter().map(|(_, name)| *name).collect()
        })?,
        None => Form::Ordinary,
    };
    let authority = named("authority", &text.authority, Authority::from_name, || {
        Authority::ALL.iter().map(|a| a.name()).collect()
    })?;
    let reach = named("reach", &text.reach, Reach::from_name, || {
        Reach::ALL.iter().map(|a| a.name()).collect()
    })?;
    let lifetime = named("lifetime", &text.lifetime, Lifetime::from_name, || {
        Lifetime::ALL.iter().map(|a| a.name()).collect()
    })?;
    let usability_named = |field, name: &str| {
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
    let detector = Detector::of(&text).map_err(|what| Fault::of("detector", what))?;
    let rule = Rule {
        file,
        is_builtin,
        provider,
        docs,
        kind,
        detector,
        form,
        authority,
        reach,
        lifetime,
        usability,
        alone,
        check,
        compiled: WhenNeeded::default(),
        text,
    };
    Ok(rule)
}

/// What may stand before and after a value that has no shape of its own.
const VALUE_EDGES: (&str, &str) = (r"(?:^|[^0-9A-Za-z_/+.\-])", r"(?:[^0-9A-Za-z_/+=\-]|$)");

/// The pattern as the engine gets it.
fn pattern_of(text: &RuleText) -> Result<Cow<'_, str>, String> {
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
    let edges = Edges::of(&whole, &text.keywords);
    let classes = Classes::of(&whole, &secret, edges.has_border(), edges.only_secret);
    let inset = Inset::of(&edges, fixed_length(&secret));
    let context = text.near.as_ref().map(Context::new);
    let (alone, literal) = (OnceLock::new(), OnceLock::new());
    Ok(Compiled {
        regex,
        secret_group,
        max_match,
        beginnings,
        edges,
        classes,
        inset,
        context,
        secret,
        alone,
        literal,
        whole,
    })
}

/// Bytes that everything of this form has.
fn fixed_length(form: &Hir) -> Option<usize> {
    let properties = form.properties();
    properties.minimum_len().filter(|least| properties.maximum_len() == Some(*least))
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
