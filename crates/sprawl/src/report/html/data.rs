//! The findings as JSON in the page. Its script makes rows of a part of them at a time, so that a page of very
//! many opens as fast as one of few.
//!
//! Every text is bounded, so that no name makes the page large, and written so that it shows itself and nothing
//! else: neither the reader of HTML nor anybody who looks at the page sees more than letters.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::{self, BufWriter, Write};

use serde::{Serialize, Serializer};

use super::{Report, place, states};
use crate::finding::Finding;
use crate::finding::decision::State;
use crate::group::SecretGroup;
use crate::lifetime::RemarkKind;
use crate::report::forge::Homes;
use crate::report::{BUFFER, command};
use sprawl_detect::rules::{Rule, RuleId};
use sprawl_detect::text::{json, printable};

/// Places of a secret that the page has; the report in JSON has all of them.
const PLACES: usize = 50;

/// Services named of those that use a secret.
const READERS: usize = 5;

/// Paths that a place had before and that the page has.
const PATHS: usize = 5;

/// Characters of a text: most paths and lines are far shorter.
const TEXT: usize = 300;

/// Characters of a secret, where secrets are shown in clear.
const SECRET: usize = 8192;

/// Writes the data as an element that no browser runs.
pub(super) fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    write!(out, "<script type=\"application/json\" id=\"data\">")?;
    let mut rules: Vec<RuleId> = report.groups.iter().map(|group| group.rule).collect();
    rules.sort_unstable();
    rules.dedup();
    let texts = RefCell::default();
    let data = Data {
        accept: command::accept(report, "ID"),
        rules: rules.iter().map(|id| RuleData::of(report.rules.get(*id))).collect(),
        findings: Findings {
            report,
            rules: rules.iter().copied().zip(0..).collect(),
            homes: Homes::of(&report.material.checkouts),
            texts: &texts,
        },
        texts: Texts(&texts),
    };
    let mut buffered = BufWriter::with_capacity(BUFFER, WithoutMarkup(out));
    json::compact(&data, &mut buffered)?;
    buffered.flush()?;
    drop(buffered);
    writeln!(out, "</script>")
}

/// Everything that the script knows.
#[derive(Serialize)]
struct Data<'a> {
    /// The command that accepts the secret `ID`.
    accept: String,
    rules: Vec<RuleData>,
    findings: Findings<'a>,
    /// Texts that many findings have, by number; written after all of these are known.
    texts: Texts<'a>,
}

/// What a rule says about its secrets.
#[derive(Serialize)]
struct RuleData {
    id: String,
    title: String,
    provider: String,
    kind: &'static str,
    impact: String,
    fix: String,
    prefer: String,
    /// What a link leads to, and its address.
    links: Vec<(&'static str, String)>,
}

impl RuleData {
    fn of(rule: &Rule) -> Self {
        let text = &rule.text;
        Self {
            id: printable(rule.id()).into_owned(),
            title: shown(&text.title),
            provider: shown(&rule.provider),
            kind: rule.kind.name(),
            impact: shown_whole(&text.why),
            fix: shown_whole(&text.fix),
            prefer: shown_whole(&text.instead),
            links: links(rule),
        }
    }
}

/// Pages of the vendor: where the secret is revoked, and what is written about it.
fn links(rule: &Rule) -> Vec<(&'static str, String)> {
    let revoke = page_in(&rule.text.fix);
    let docs = page_in(&rule.docs).filter(|docs| Some(docs) != revoke.as_ref());
    let named = [("revoke", revoke), ("documentation", docs)];
    named.into_iter().filter_map(|(name, address)| Some((name, address?))).collect()
}

/// The first page that a text of a rule names: `https://vendor.example/keys`, or the same without its scheme. What
/// a program is told to call is no page.
fn page_in(text: &str) -> Option<String> {
    const METHODS: &[&str] = &["GET", "POST", "PUT", "PATCH", "DELETE", "call"];
    let mut last = "";
    for word in text.split_whitespace() {
        let address = address_of(word.trim_start_matches(['(', '"', '`', '\'', '<']));
        if address.is_some() && !METHODS.contains(&last) {
            return address;
        }
        last = word;
    }
    None
}

/// The address that a word is, without the signs that end a sentence.
fn address_of(word: &str) -> Option<String> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || "-._~:/?#[]@!$&*+,;=%".contains(c);
    let end = word.find(|c| !is_part(c)).unwrap_or(word.len());
    let word = word[..end].trim_end_matches(['.', ',', ';', ':', '?', '!']);
    let bare = word.strip_prefix("https://");
    let (host, path) = bare.unwrap_or(word).split_once('/').unwrap_or((bare.unwrap_or(word), ""));
    // A host in capitals stands for one that only the reader knows.
    let is_host = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '.';
    let labels = host.split('.').filter(|label| !label.is_empty()).count();
    let is_address = host.chars().all(is_host)
        && labels >= 2
        && labels == host.split('.').count()
        && (bare.is_some() || !path.is_empty());
    is_address.then(|| format!("https://{}", bare.unwrap_or(word)))
}

/// The list of findings, each of which is made when it is written.
struct Findings<'a> {
    report: &'a Report<'a>,
    /// The number of each rule.
    rules: BTreeMap<RuleId, usize>,
    homes: Homes<'a>,
    texts: &'a RefCell<Interned>,
}

impl Serialize for Findings<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.report.groups.iter().map(|group| self.finding(group)))
    }
}

/// A secret as the script reads it. What it does not have is left out.
#[derive(Serialize)]
struct FindingData {
    id: String,
    rule: usize,
    severity: &'static str,
    score: u8,
    confidence: &'static str,
    secret: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<LineData>,
    because: Vec<usize>,
    evidence: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    says: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parts: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    missing: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unlocks: Option<String>,
    /// Who uses it.
    #[serde(skip_serializing_if = "Option::is_none")]
    readers: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    history: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    lifetime: Vec<String>,
    /// Whom to ask.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    ask: Vec<usize>,
    /// Owners of its files, by CODEOWNERS.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    owners: BTreeSet<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<String>,
    status: Vec<&'static str>,
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    states: BTreeSet<State>,
    /// All of its places, of which `places` has the first.
    total: usize,
    places: Vec<PlaceData>,
}

/// The line that a secret stands on, without it.
#[derive(Serialize)]
struct LineData {
    number: usize,
    before: String,
    after: String,
}

/// One place.
#[derive(Serialize)]
struct PlaceData {
    path: String,
    /// What follows the path: line and column, and what was undone there.
    at: String,
    /// The file that people can open, where it is not the path.
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    commit: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    commit_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    author: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    held: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    once: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    decision: Option<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    gone: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    covered: bool,
}

impl Findings<'_> {
    fn finding(&self, group: &SecretGroup) -> FindingData {
        let report = self.report;
        let first = place::first(group);
        let number = |text: &String| self.number(&shown(text));
        let owners = place::open(group).flat_map(|finding| finding.owners.iter());
        // What one has to act on, and of that what is there now, before all else.
        let mut places: Vec<&Finding> = group.occurrences.iter().collect();
        places.sort_by_key(|one| (!one.decision.is_open(), !place::is_present(one)));
        let ends = group.remarks.iter().filter(|one| one.kind != RemarkKind::NeverExpires);
        FindingData {
            id: group.id.clone(),
            rule: self.rules.get(&group.rule).copied().unwrap_or_default(),
            severity: group.score.severity().name(),
            score: group.score.value,
            confidence: group.confidence.name(),
            secret: bounded(&report.shown_secret(group), SECRET),
            name: place::telling_name(first).map(shown),
            line: line(first),
            because: group.score.because.iter().map(number).collect(),
            evidence: self.number(&shown(&place::evidence(group))),
            says: place::facts(group).map(|text| shown(&text)),
            parts: place::parts(group).map(|text| shown(&text)),
            missing: place::missing(report, group).map(|text| shown(&text)),
            unlocks: place::unlocked(group).map(|text| shown(&text)),
            readers: place::read_by(group, READERS).map(|text| shown(&text)),
            history: group.record.past().map(|text| shown(&text)),
            lifetime: ends.map(|remark| shown(&remark.text)).collect(),
            ask: group.record.owners.iter().map(number).collect(),
            owners: owners.map(number).collect(),
            since: place::first_day(group).map(str::to_owned),
            status: status(group),
            states: states(group),
            total: group.occurrences.len(),
            places: places.into_iter().take(PLACES).map(|finding| self.place(finding)).collect(),
        }
    }

    fn place(&self, finding: &Finding) -> PlaceData {
        let path = place::path(finding);
        let position = place::position(finding);
        let opened = place::opened(finding).path;
        let git = finding.git();
        let once = git.map_or(&[][..], |git| &git.paths).iter();
        PlaceData {
            at: shown(position.strip_prefix(&*path).unwrap_or_default()),
            file: (opened != path).then(|| shown(&opened)),
            path: shown(&path),
            url: self.homes.file(finding),
            since: place::day(finding).map(str::to_owned),
            commit: git
                .and_then(|git| git.commit.as_deref())
                .map(|commit| shown(place::shortened(commit))),
            commit_url: self.homes.commit(finding),
            author: git
                .and_then(|git| git.author.as_deref())
                .map(|author| self.number(&shown(author))),
            held: git.map(place::held_by),
            once: once
                .filter(|other| ***other != *finding.location.path)
                .take(PATHS)
                .map(|other| shown(other))
                .collect(),
            decision: place::decision(finding).map(|text| shown(&text)),
            gone: !place::is_present(finding),
            covered: !finding.decision.is_open(),
        }
    }

    /// The number of a text.
    fn number(&self, text: &str) -> usize {
        self.texts.borrow_mut().number(text)
    }
}

/// In few words what sets a secret apart; it can be filtered by them.
pub(super) fn status(group: &SecretGroup) -> Vec<&'static str> {
    let is_in_files = place::open(group).any(place::is_present);
    let mut words = vec![if is_in_files { "in files" } else { "history only" }];
    for remark in group.remarks.iter() {
        match remark.kind {
            RemarkKind::Expired => words.push("expired"),
            RemarkKind::ExpiresSoon => words.push("expires soon"),
            RemarkKind::TooLong | RemarkKind::NeverExpires => {}
        }
    }
    if place::open(group).any(|finding| finding.decision.overdue) {
        words.push("overdue");
    }
    if place::open(group).any(|finding| finding.decision.lapsed) {
        words.push("exception ended");
    }
    if group.occurrences.iter().any(|finding| !finding.decision.is_open()) {
        words.push("suppressed in places");
    }
    words
}

/// The line that a secret stands on.
fn line(finding: &Finding) -> Option<LineData> {
    let excerpt = &*finding.excerpt;
    let mark = |is_cut: bool| if is_cut { "\u{2026}" } else { "" };
    let seen = |part: &str| shown(&part.replace('\t', " ").replace('\r', ""));
    excerpt.is_kept.then(|| LineData {
        number: finding.location.line,
        before: format!("{}{}", mark(excerpt.is_cut.0), seen(excerpt.before.trim_start())),
        after: format!("{}{}", seen(&excerpt.after), mark(excerpt.is_cut.1)),
    })
}

/// Texts, each once.
#[derive(Default)]
struct Interned {
    numbers: HashMap<String, usize>,
    all: Vec<String>,
}

impl Interned {
    fn number(&mut self, text: &str) -> usize {
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        let number = self.all.len();
        self.numbers.insert(text.to_owned(), number);
        self.all.push(text.to_owned());
        number
    }
}

/// The texts of all findings, as far as they are written.
struct Texts<'a>(&'a RefCell<Interned>);

impl Serialize for Texts<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.borrow().all.serialize(serializer)
    }
}

/// A text that shows itself, with a sign at its end if it is cut.
fn shown(text: &str) -> String {
    bounded(text, TEXT)
}

/// A text of a rule, which tells how long it is.
fn shown_whole(text: &str) -> String {
    printable(text).into_owned()
}

fn bounded(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}\u{2026}", printable(&text[..end])),
        None => printable(text).into_owned(),
    }
}

/// A writer of JSON within HTML: what could begin markup there, and can only stand in strings, is escaped.
struct WithoutMarkup<'o>(&'o mut dyn Write);

impl Write for WithoutMarkup<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_all(bytes)?;
        Ok(bytes.len())
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut written = 0;
        for at in memchr::memchr3_iter(b'<', b'>', b'&', bytes) {
            self.0.write_all(&bytes[written..at])?;
            write!(self.0, "\\u{:04x}", bytes[at])?;
            written = at + 1;
        }
        self.0.write_all(&bytes[written..])
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_the_data_ends_it() {
        let mut out = Vec::new();
        let hostile = ["</script><!--", "&lt;", "\u{2028}\u{202e}", "##[x]"];
        json::compact(&hostile, &mut WithoutMarkup(&mut out)).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.is_ascii() && !text.contains(['<', '>', '&']), "{text}");
        assert_eq!(serde_json::from_str::<Vec<String>>(&text).unwrap(), hostile);
    }

    #[test]
    fn texts_are_bounded_and_show_themselves() {
        assert_eq!(bounded("äöü", 2), "äö\u{2026}");
        assert_eq!(bounded("äöü", 3), "äöü");
        assert_eq!(shown("a\u{202e}b"), "a\\u{202e}b");
        assert!(shown(&"x".repeat(100_000)).len() < 400);
    }

    #[test]
    fn pages_are_told_from_sentences() {
        for (text, page) in [
            ("Delete it at https://example.com/a/b?c=d#e, then go on.", "example.com/a/b?c=d#e"),
            ("Revoke it (https://example.com/keys).", "example.com/keys"),
            ("See https://example.com.", "example.com"),
            ("See \"https://example.com/x\"; and more", "example.com/x"),
            ("At app.example.com/keys delete it.", "app.example.com/keys"),
            (
                "Call POST https://api.example.com/x, then see https://example.com/y",
                "example.com/y",
            ),
        ] {
            assert_eq!(page_in(text), Some(format!("https://{page}")), "{text}");
        }
        for text in [
            "",
            "http://example.com",
            "https://HOST/x",
            "javascript:alert(1)",
            "https://<x>",
            "change web.config and/or e.g. settings.py",
            "call POST /credentials/revoke",
            "https://a..b/c",
        ] {
            assert_eq!(page_in(text), None, "{text}");
        }
    }
}
