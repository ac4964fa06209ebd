//! Exceptions: secrets that somebody has decided to live with, where, why and until when.
//!
//! `.sprawl/exceptions.toml` is committed and reviewed like code. Each entry is one line, sorted, so
//! that a merge conflict is resolved by keeping both sides. An exception covers places, not the
//! secret wherever it may turn up, and it ends.

use std::collections::BTreeMap;

use globset::GlobSet;
use jiff::civil::Date;
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::{Deserialize, Serialize};

use super::file::{self, FileError, Lines};
use crate::config;
use crate::day;
use sprawl_detect::schemas;
use sprawl_detect::text::line_at;

/// Name of the file below the root of the project.
pub const FILE: &str = ".sprawl/exceptions.toml";

/// Why a secret is accepted.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[cfg_attr(feature = "clap", derive(clap::ValueEnum))]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// Needed at startup; no replacement yet.
    LegacyStartup,
    /// Required by a third party.
    ThirdParty,
    /// Test system only.
    TestCredential,
    /// Not a secret; the only reason that needs no expiry.
    FalsePositive,
    /// Emergency access.
    BreakGlass,
    /// Known, and being replaced.
    RotationPending,
    /// Already revoked.
    Revoked,
}

impl Reason {
    /// The name used in the file.
    pub const fn name(self) -> &'static str {
        match self {
            Self::LegacyStartup => "legacy-startup",
            Self::ThirdParty => "third-party",
            Self::TestCredential => "test-credential",
            Self::FalsePositive => "false-positive",
            Self::BreakGlass => "break-glass",
            Self::RotationPending => "rotation-pending",
            Self::Revoked => "revoked",
        }
    }
}

/// A secret that is accepted in some places.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Exception {
    /// Id of the secret, under the project's key. Without an id the exception covers all findings of the
    /// rule in these places.
    #[serde(default)]
    pub id: Option<String>,
    /// Id of the rule that found it.
    pub rule: String,
    /// Paths relative to the root of the project, or globs with a literal part.
    pub paths: Vec<String>,
    /// Owner: a person or a team.
    pub owner: String,
    /// Why it is accepted.
    pub reason: Reason,
    /// Justification, in one sentence.
    #[serde(default)]
    pub purpose: String,
    /// Day on which it was made.
    #[schemars(with = "String", extend("format" = "date"))]
    #[serde(deserialize_with = "day_of")]
    pub created: Date,
    /// Expiry: the last day on which it counts. Only false positives can do without.
    #[schemars(with = "String", extend("format" = "date"))]
    #[serde(default, deserialize_with = "some_day_of")]
    pub expires: Option<Date>,
    /// How often it was renewed.
    #[serde(default)]
    pub renewals: u16,
    /// Day on which it was last renewed.
    #[schemars(with = "String", extend("format" = "date"))]
    #[serde(default, deserialize_with = "some_day_of")]
    pub renewed: Option<Date>,
    /// Whether the secret is in history alone: scans of the tree do not miss it.
    #[serde(default)]
    pub history: bool,
}

/// Limits that the policy sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Days from the start, or the last renewal, to the end.
    pub max_days: u16,
    /// Renewals.
    pub max_renewals: Option<u16>,
}

/// All exceptions of a project.
#[derive(Debug, Clone, Default)]
pub struct Exceptions {
    /// In the order of the file.
    pub entries: Vec<Exception>,
    /// Paths of each as globs.
    globs: Vec<GlobSet>,
    /// Lines of the file that are comments, by the entry that they stand above.
    comments: Vec<Vec<String>>,
    /// Which project's key the ids were made with.
    pub project: Option<String>,
}

/// Accepted secrets of a project: which, where, owner, reason, expiry.
#[derive(Deserialize, JsonSchema)]
#[schemars(title = "Exceptions of sprawl")]
#[serde(deny_unknown_fields)]
struct FileText {
    /// Version of this file.
    version: u32,
    /// Which project's key the ids were made with.
    #[serde(default)]
    project: Option<String>,
    /// The exceptions, one a line.
    #[serde(default)]
    #[schemars(with = "Vec<Exception>")]
    exceptions: Vec<toml::Spanned<Exception>>,
}

/// The schema of the file.
pub fn schema() -> schemars::Schema {
    schemas::tidy(SchemaSettings::draft07().into_generator().into_root_schema_for::<FileText>())
}

const VERSION: u32 = 1;

const HEADER: &str = "\
# Accepted secrets: which, where, owner, reason, expiry.
# Written by `sprawl accept` and `sprawl exceptions`; review changes to it as you review code.
# One entry a line: resolve a merge conflict by keeping both sides.
";

impl Exceptions {
    /// Reads a file's text. `today` is the day of the run.
    ///
    /// # Errors
    /// The first line that says what it may not. An exception that breaks a rule is an error and
    /// not left out: otherwise nobody would learn that it does not hold.
    pub fn parse(text: &str, limits: Limits, today: Date) -> Result<Self, FileError> {
        let fail = |line, what: String| FileError { line: Some(line), what };
        let file: FileText = file::parse(text)?;
        if file.version != VERSION {
            return Err(fail(1, format!("version {} is not known here", file.version)));
        }
        let mut all = Self { project: file.project, ..Self::default() };
        for entry in file.exceptions {
            let line = line_at(text, entry.span().start);
            let entry = entry.into_inner();
            entry.check(limits, today).map_err(|what| fail(line, what))?;
            all.globs.push(config::globs(&entry.paths).map_err(|(glob, why)| {
                fail(line, format!("`{glob}` is not a path or glob: {why}"))
            })?);
            all.comments.push(file::comments_above(text, line));
            all.entries.push(entry);
        }
        Ok(all)
    }

    /// The file's text: entries sorted by path, each on a line, with the comments above it.
    pub fn to_text(&self) -> String {
        let mut order: Vec<usize> = (0..self.entries.len()).collect();
        order.sort_by_cached_key(|at| {
            let entry = &self.entries[*at];
            (entry.paths.clone(), entry.rule.clone(), entry.id.clone(), entry.created)
        });
        let mut lines = Lines::new(HEADER, VERSION, self.project.as_deref(), "exceptions");
        let none = Vec::new();
        for at in order {
            lines.push(self.comments.get(at).unwrap_or(&none), &self.entries[at].to_line());
        }
        lines.finish()
    }

    /// Adds an entry.
    ///
    /// # Errors
    /// It breaks a rule.
    pub fn add(&mut self, entry: Exception, limits: Limits, today: Date) -> Result<(), String> {
        entry.check(limits, today)?;
        let globs = config::globs(&entry.paths)
            .map_err(|(glob, why)| format!("`{glob}` is not a path or glob: {why}"))?;
        self.globs.push(globs);
        self.comments.push(Vec::new());
        self.entries.push(entry);
        Ok(())
    }

    /// Leaves only entries that a test lets through; gives the others.
    pub fn retain(&mut self, mut keep: impl FnMut(usize, &Exception) -> bool) -> Vec<Exception> {
        let kept: Vec<bool> =
            self.entries.iter().enumerate().map(|(at, entry)| keep(at, entry)).collect();
        let mut flags = kept.iter().copied().cycle();
        let mut removed = Vec::new();
        let entries = std::mem::take(&mut self.entries);
        for (entry, kept) in entries.into_iter().zip(&kept) {
            if *kept { self.entries.push(entry) } else { removed.push(entry) }
        }
        self.globs.retain(|_| flags.next().unwrap_or(true));
        let mut flags = kept.iter().copied().cycle();
        self.comments.retain(|_| flags.next().unwrap_or(true));
        removed
    }

    /// The entries by what they are about.
    pub fn index(&self) -> Index<'_> {
        let mut index = Index::default();
        for (at, entry) in self.entries.iter().enumerate() {
            match &entry.id {
                Some(id) => index.by_id.entry(id).or_default().push((at, entry)),
                None => index.by_rule.entry(&entry.rule).or_default().push((at, entry)),
            }
        }
        index
    }

    /// Whether an entry covers a path.
    pub fn covers(&self, entry: usize, path: &str) -> bool {
        self.entries[entry].paths.iter().any(|p| p == path) || self.globs[entry].is_match(path)
    }
}

/// Entries with their numbers, by the secret that they are about, or by the rule where they are about
/// any secret.
#[derive(Debug, Default)]
pub struct Index<'e> {
    by_id: BTreeMap<&'e str, Vec<(usize, &'e Exception)>>,
    by_rule: BTreeMap<&'e str, Vec<(usize, &'e Exception)>>,
}

impl<'e> Index<'e> {
    /// What is about a secret with one of these ids that these rules found, in the order of the entries.
    pub fn about<'i>(
        &self,
        ids: impl IntoIterator<Item = &'i str>,
        rules: [&str; 2],
    ) -> Vec<(usize, &'e Exception)> {
        let mut all: Vec<(usize, &'e Exception)> = ids
            .into_iter()
            .filter_map(|id| self.by_id.get(id))
            .chain(rules.iter().filter_map(|rule| self.by_rule.get(rule)))
            .flatten()
            .copied()
            .collect();
        all.sort_by_key(|(at, _)| *at);
        all.dedup_by_key(|(at, _)| *at);
        all
    }
}

impl Exception {
    /// Whether it still counts on this day.
    pub fn is_over(&self, today: Date) -> bool {
        self.expires.is_some_and(|expires| today > expires)
    }

    /// Days until it ends, if it does.
    pub fn days_left(&self, today: Date) -> Option<i32> {
        self.expires.map(|expires| days_between(today, expires))
    }

    /// Who decided what until when, in a few words.
    pub fn describe(&self) -> String {
        let until = self.expires.map_or("with no expiry".to_owned(), |day| format!("until {day}"));
        format!("{until} by {} ({})", self.owner, self.reason.name())
    }

    /// What every exception must be like.
    ///
    /// # Errors
    /// What it lacks, and what to do.
    pub fn check(&self, limits: Limits, today: Date) -> Result<(), String> {
        if self.id.as_deref().is_some_and(|id| !is_id(id)) {
            return Err("`id` is not the id of a secret; copy it from a report".to_owned());
        }
        if self.id.is_none() && (self.rule.is_empty() || self.rule.contains('*')) {
            return Err("names neither a secret nor one rule; wildcards alone hide too much".into());
        }
        if self.paths.is_empty() {
            return Err("has no path; an exception needs at least one".to_owned());
        }
        if let Some(path) = self.paths.iter().find(|path| !names_something(path)) {
            return Err(format!(
                "`{path}` consists of wildcards only; add a literal directory or file name"
            ));
        }
        if self.owner.trim().is_empty() {
            return Err("has no owner; add one".to_owned());
        }
        // A day's grace for the world's time zones.
        if self.start() > today.saturating_add(jiff::Span::new().days(1)) {
            return Err(format!("starts in the future, on {}", self.start()));
        }
        if let Some(most) = limits.max_renewals
            && self.renewals > most
        {
            return Err(format!("was renewed {} times; the policy allows {most}", self.renewals));
        }
        let Some(expires) = self.expires else {
            return if self.reason == Reason::FalsePositive {
                Ok(())
            } else {
                Err("has no expiry; add one (`expires`, or --until), or use the reason false-positive".into())
            };
        };
        let days = days_between(self.start(), expires);
        if days > i32::from(limits.max_days) {
            return Err(format!(
                "lasts {days} days; the policy allows {} (max-exception-days)",
                limits.max_days
            ));
        }
        Ok(())
    }

    fn start(&self) -> Date {
        self.renewed.unwrap_or(self.created)
    }

    fn to_line(&self) -> String {
        let mut fields = file::Fields::default();
        fields.some_text("id", self.id.as_deref());
        fields.text("rule", &self.rule);
        fields.list("paths", &self.paths);
        fields.text("owner", &self.owner);
        fields.text("reason", self.reason.name());
        if !self.purpose.is_empty() {
            fields.text("purpose", &self.purpose);
        }
        fields.text("created", &self.created.to_string());
        fields.some_text("expires", self.expires.map(|day| day.to_string()).as_deref());
        if self.renewals > 0 {
            fields.raw("renewals", &self.renewals.to_string());
        }
        fields.some_text("renewed", self.renewed.map(|day| day.to_string()).as_deref());
        if self.history {
            fields.raw("history", "true");
        }
        fields.finish()
    }
}

/// Days from one to the other; negative if the other is earlier.
pub fn days_between(from: Date, to: Date) -> i32 {
    from.until(to).map_or(0, |span| span.get_days())
}

/// Whether a text has the form of a secret's id.
fn is_id(text: &str) -> bool {
    text.len() >= 16 && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
}

/// Whether a path or glob writes out at least one directory or file name.
fn names_something(path: &str) -> bool {
    path.split('/').any(|part| {
        !part.is_empty() && part != "." && part != ".." && !part.contains(['*', '?', '[', '{'])
    })
}

pub(super) fn day_of<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Date, D::Error> {
    some_day_of(deserializer)?.ok_or_else(|| serde::de::Error::custom("a date is missing"))
}

/// A day in quotes, or as TOML has it.
pub(super) fn some_day_of<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Date>, D::Error> {
    let text = match toml::Value::deserialize(deserializer)? {
        toml::Value::String(text) => text,
        toml::Value::Datetime(date) => date.to_string(),
        _ => return Err(serde::de::Error::custom("dates are written like 2027-01-31")),
    };
    day::parse(&text).map(Some).map_err(serde::de::Error::custom)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits { max_days: 90, max_renewals: Some(2) };

    fn date(text: &str) -> Date {
        day::parse(text).unwrap()
    }

    fn parsed(entry: &str, today: &str) -> Result<Exceptions, String> {
        let text = format!("version = 1\nexceptions = [\n{entry}\n]\n");
        Exceptions::parse(&text, LIMITS, date(today)).map_err(|error| error.to_string())
    }

    /// An entry with some of its fields replaced; a value of `-` takes one out.
    fn entry(changes: &[(&str, &str)]) -> String {
        let mut fields = vec![
            ("id", "\"abcdefghijklmnopqrst\""),
            ("rule", "\"r\""),
            ("paths", "[\"a/b.env\"]"),
            ("owner", "\"@team\""),
            ("reason", "\"third-party\""),
            ("created", "\"2027-01-01\""),
            ("expires", "\"2027-03-01\""),
        ];
        for (name, value) in changes {
            fields.retain(|(n, _)| n != name);
            if *value != "-" {
                fields.push((name, value));
            }
        }
        let all: Vec<String> = fields.iter().map(|(n, v)| format!("{n} = {v}")).collect();
        format!("  {{ {} }},", all.join(", "))
    }

    fn refused(changes: &[(&str, &str)], why: &str) {
        let error = parsed(&entry(changes), "2027-02-01").unwrap_err();
        assert!(error.starts_with("line 3: ") && error.contains(why), "{error}");
    }

    #[test]
    fn an_exception_ends() {
        let all = parsed(&entry(&[]), "2027-03-01").unwrap();
        assert!(!all.entries[0].is_over(date("2027-03-01")));
        assert!(all.entries[0].is_over(date("2027-03-02")));
        assert_eq!(all.entries[0].days_left(date("2027-02-27")), Some(2));
        refused(&[("expires", "-")], "has no expiry");
        let forever = entry(&[("expires", "-"), ("reason", "\"false-positive\"")]);
        assert!(parsed(&forever, "2027-02-01").is_ok());
    }

    #[test]
    fn and_not_too_late() {
        refused(&[("expires", "\"2027-04-02\"")], "lasts 91 days");
        assert!(parsed(&entry(&[("expires", "\"2027-04-01\"")]), "2027-02-01").is_ok());
        refused(&[("created", "\"2027-02-03\""), ("expires", "\"2027-04-02\"")], "in the future");
        let renewed = [("renewals", "1"), ("renewed", "\"2027-01-31\"")];
        let later = [&renewed[..], &[("expires", "\"2027-05-01\"")]].concat();
        assert!(parsed(&entry(&later), "2027-02-01").is_ok());
        refused(&[("renewals", "3"), ("renewed", "\"2027-01-31\"")], "renewed 3 times");
    }

    #[test]
    fn wildcards_alone_are_refused() {
        refused(&[("paths", "[\"**\"]")], "wildcards only");
        refused(&[("paths", "[\"a\", \"**/*.env\"]")], "wildcards only");
        refused(&[("paths", "[]")], "has no path");
        refused(&[("id", "-"), ("rule", "\"*\"")], "neither a secret nor one rule");
        refused(&[("id", "\"*\"")], "is not the id of a secret");
        assert!(parsed(&entry(&[("paths", "[\"tests/**\"]")]), "2027-02-01").is_ok());
    }

    #[test]
    fn someone_answers_for_it() {
        refused(&[("owner", "\" \"")], "no owner");
        refused(&[("owner", "-")], "owner");
        refused(&[("reason", "\"third-prty\"")], "did you mean `third-party`?");
        refused(&[("ownr", "\"x\"")], "did you mean `owner`?");
    }

    #[test]
    fn days_may_be_dates_of_toml() {
        let all = parsed(&entry(&[("expires", "2027-03-01")]), "2027-02-01").unwrap();
        assert_eq!(all.entries[0].expires, Some(date("2027-03-01")));
        refused(&[("expires", "\"tomorrow\"")], "is not a date");
    }

    #[test]
    fn what_is_written_is_read_again_sorted_with_its_comments() {
        let first = entry(&[("paths", "[\"z\"]"), ("purpose", "\"say \\\"x\\\"\\n\"")]);
        let text = format!("# why: z\n{first}\n{}", entry(&[("history", "true")]));
        let all = parsed(&text, "2027-02-01").unwrap();
        let written = all.to_text();
        let again = Exceptions::parse(&written, LIMITS, date("2027-02-01")).unwrap();
        assert_eq!(again.entries, [all.entries[1].clone(), all.entries[0].clone()]);
        assert_eq!(again.to_text(), written);
        let lines: Vec<&str> = written.lines().collect();
        let comment = lines.iter().position(|line| line.contains("# why: z")).unwrap();
        assert!(lines[comment + 1].contains("paths = [\"z\"]"), "{written}");
    }

    #[test]
    fn both_sides_of_a_conflict_may_be_kept() {
        let both = format!("{}\n{}\n{}", entry(&[]), entry(&[]), entry(&[("paths", "[\"c\"]")]));
        assert_eq!(parsed(&both, "2027-02-01").unwrap().entries.len(), 3);
    }
}
