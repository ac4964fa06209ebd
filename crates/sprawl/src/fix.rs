//! Files as they should be: a reference to where a value is kept, in the language of the file, in place of the
//! value. What cannot be done well is left, and named with the reason.
//!
//! Edits are worked out on the file as it is read here. A value that is no longer where the scan found it is left,
//! and a file that changes before it is written is not written.

mod data;
mod edit;
mod fallback;
mod imports;
mod language;
mod lexer;
mod patch;
mod shell;
mod source;
mod variable;
mod yaml;

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};

pub use self::edit::{Edit, Need, Rewrite};
pub use self::variable::Names;

use self::language::{Language, Reader};
use crate::files::{read, write};
use crate::finding::excerpt::Excerpt;
use crate::finding::{Finding, HIDDEN, Origin};
use crate::group::SecretGroup;
use crate::redact::Redactor;
use crate::report::Report;
use sprawl_detect::score::Exposure;
use sprawl_detect::text::{display_path, printable};

/// What can be done about the values in files.
#[derive(Debug, Default)]
pub struct Fixes {
    /// Files that change, in order of path.
    pub files: Vec<FileFix>,
    /// Places that do not, in order.
    pub left: Vec<Left>,
    /// Places that are right as they are: files for this machine alone.
    pub kept: Vec<Left>,
}

/// A file that changes.
#[derive(Debug)]
pub struct FileFix {
    /// Path as the report has it.
    pub path: String,
    /// What is taken out of it, in order of line.
    pub taken: Vec<Taken>,
    /// Whether it is one for the environment, which git should not have.
    pub is_env: bool,
    file: PathBuf,
    before: String,
    edits: Vec<Edit>,
    /// Stretches that are not to be shown, in order, and what is shown in their place.
    hidden: Vec<(Range<usize>, String)>,
}

/// A value that is taken out of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// Id of the secret.
    pub secret_id: String,
    /// What it is.
    pub title: String,
    /// 1-based.
    pub line: usize,
    /// Where the new value has to be put.
    pub store: String,
    /// What else has to be known.
    pub notes: Vec<String>,
}

/// A place that stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Left {
    /// Path as the report has it.
    pub path: String,
    /// 1-based.
    pub line: usize,
    /// Id of the secret.
    pub secret_id: String,
    /// What it is.
    pub title: String,
    /// Why.
    pub why: String,
}

/// The line of a report as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FixedLine {
    /// The line, or nothing where it goes.
    pub text: String,
    /// What the reference needs elsewhere in the file.
    pub need: Option<Need>,
    /// Where the new value has to be put.
    pub store: String,
    /// What else has to be known.
    pub notes: Vec<String>,
}

/// Size of a file that is changed, at most: 16 MiB.
const LARGEST: u64 = 16 << 20;

impl Fixes {
    /// What can be done about the secrets of a scan of files, of which `wanted` tells those that are meant. The
    /// report must be that of a scan: one that is read back has no values.
    pub fn of(report: &Report<'_>, wanted: &dyn Fn(&SecretGroup) -> bool) -> Self {
        let reported = report.groups.iter().chain(&report.covered).chain(&report.parts);
        let reported: Vec<&SecretGroup> = reported.collect();
        let names = Names::of(&report.rules, reported.iter().copied());
        let all = reported.iter().copied().chain(&report.material.unreported);
        let mut known: BTreeMap<&str, Vec<(&SecretGroup, &Finding)>> = BTreeMap::new();
        for group in all {
            for finding in &group.occurrences {
                known.entry(&finding.location.path).or_default().push((group, finding));
            }
        }
        let wanted: BTreeSet<&str> = reported
            .iter()
            .filter(|group| !group.facts.opens_nothing() && wanted(group))
            .map(|group| group.id.as_str())
            .collect();
        let mut declared = Declared::default();
        let mut fixes = Self::default();
        for (path, places) in known {
            let (meant, others): (Vec<_>, Vec<_>) =
                places.into_iter().partition(|(group, finding)| {
                    wanted.contains(group.id.as_str()) && finding.decision.suppression.is_none()
                });
            if !meant.is_empty() {
                fixes.file(report, path, &meant, &others, &names, &mut declared);
            }
        }
        fixes.left.sort();
        fixes.kept.sort();
        fixes
    }

    fn file(
        &mut self,
        report: &Report<'_>,
        path: &str,
        meant: &[(&SecretGroup, &Finding)],
        others: &[(&SecretGroup, &Finding)],
        names: &Names,
        declared: &mut Declared,
    ) {
        let left = |(group, finding): &(&SecretGroup, &Finding), why: &str| Left {
            path: path.to_owned(),
            line: finding.location.line,
            secret_id: group.id.clone(),
            title: report.rules.get(group.rule).text.title.to_string(),
            why: why.to_owned(),
        };
        let (text, language) = match readable(path, meant) {
            Ok(read) => read,
            Err(why) => {
                self.left.extend(meant.iter().map(|place| left(place, &why)));
                return;
            }
        };
        if meant.iter().all(|(_, finding)| is_kept(language, finding)) {
            self.kept.extend(meant.iter().map(|place| left(place, LOCAL)));
            return;
        }
        let text_spans = Spans::new(&text);
        let mut edits: Vec<Edit> = Vec::new();
        let mut needs = BTreeSet::new();
        let mut taken = Vec::new();
        let mut done: BTreeSet<(usize, usize)> = BTreeSet::new();
        for place in meant {
            let (group, finding) = place;
            let span = match text_spans.of(finding) {
                Ok(span) => span,
                Err(why) => {
                    self.left.push(left(place, why));
                    continue;
                }
            };
            if !done.insert((span.start, span.end)) {
                continue;
            }
            let variable = match language {
                Language::Terraform => declared.name(path, names.get(&group.id), &group.id),
                _ => names.get(&group.id).to_owned(),
            };
            let rewrite = rewritten(language, &text, &span, &variable);
            match rewrite.and_then(|rewrite| joined(&edits, &rewrite).map(|all| (all, rewrite))) {
                Ok((all, rewrite)) => {
                    edits = all;
                    needs.extend(rewrite.need.map(|need| need.words()).zip(Some(variable)));
                    taken.push(Taken {
                        secret_id: group.id.clone(),
                        title: report.rules.get(group.rule).text.title.to_string(),
                        line: finding.location.line,
                        store: rewrite.store,
                        notes: rewrite.notes,
                    });
                }
                Err(why) => self.left.push(left(place, &why)),
            }
        }
        if edits.is_empty() {
            return;
        }
        add_needs(language, path, &text, &mut edits, &needs, declared);
        taken.sort_by(|a, b| (a.line, &a.secret_id).cmp(&(b.line, &b.secret_id)));
        let places = meant.iter().chain(others);
        let spans = places.filter_map(|(group, finding)| {
            Some((text_spans.range(finding)?, group.redacted.as_str()))
        });
        let hidden = hidden(&text, spans.collect(), &edits);
        self.files.push(FileFix {
            path: path.to_owned(),
            taken,
            is_env: language == Language::Env,
            file: PathBuf::from(path),
            before: text,
            edits,
            hidden,
        });
    }
}

impl FileFix {
    /// The change as a patch that may be shown: no secret is in it.
    pub fn patch(&self, redactor: &Redactor<'_>) -> String {
        let mut shown = String::with_capacity(self.before.len());
        let mut at = 0;
        // Where a position of the text is in what is shown.
        let mut moves: Vec<(usize, isize)> = vec![(0, 0)];
        let mut shift = 0_isize;
        for (span, text) in &self.hidden {
            shown.push_str(&self.before[at..span.start]);
            shown.push_str(text);
            at = span.end;
            shift += text.len() as isize - span.len() as isize;
            moves.push((span.end, shift));
        }
        shown.push_str(&self.before[at..]);
        let moved = |position: usize| {
            let by = moves[moves.partition_point(|(end, _)| *end <= position) - 1].1;
            position.saturating_add_signed(by)
        };
        let edits: Vec<Edit> = self
            .edits
            .iter()
            .map(|edit| {
                Edit::new(moved(edit.range.start)..moved(edit.range.end), edit.text.clone())
            })
            .collect();
        let line = |line: &str| {
            let line = redactor.redact(line.strip_suffix('\r').unwrap_or(line));
            // Lines are indented with tabs, too.
            line.split('\t').map(printable).collect::<Vec<_>>().join("\t")
        };
        patch::unified(&printable(&self.path), &shown, &edits, &line)
    }

    /// The change as a patch that can be applied; the secrets are in it.
    pub fn whole_patch(&self) -> String {
        patch::unified(&self.path, &self.before, &self.edits, &str::to_owned)
    }

    /// The text of the file as it should be.
    pub fn after(&self) -> String {
        edit::applied(&self.before, &self.edits)
    }

    /// Writes the file, if it is still what it was.
    ///
    /// # Errors
    /// It was changed since it was read, or cannot be written; then it is as it was.
    pub fn write(&self) -> io::Result<()> {
        let now = regular(&self.file)?;
        if now != self.before.as_bytes() {
            return Err(io::Error::other(
                "was changed since it was scanned; nothing was written to it",
            ));
        }
        let after = self.after();
        write::replace(&self.file, |out| out.write_all(after.as_bytes()))
    }
}

/// The line of a finding as it should be, by what its report has of it.
///
/// # Errors
/// Why it cannot be said: from one line, or at all.
pub fn line(finding: &Finding, variable: &str) -> Result<FixedLine, String> {
    let language = Language::of(&finding.location.path)?;
    if is_kept(language, finding) {
        return Err(LOCAL.to_owned());
    }
    line_in(language, &finding.excerpt, variable)
}

fn line_in(language: Language, excerpt: &Excerpt, variable: &str) -> Result<FixedLine, String> {
    if !excerpt.is_kept || excerpt.is_cut != (false, false) {
        return Err(MORE.to_owned());
    }
    if matches!(language, Language::Yaml(Reader::Unknown)) {
        return Err(format!("depends on the program that reads the file: {MORE}"));
    }
    // Any text that is no quote, no escape and no comment stands for the value.
    const VALUE: &str = "value";
    let head = if language == Language::Php { "<?php " } else { "" };
    let start = head.len() + excerpt.before.len();
    let text = format!("{head}{}{VALUE}{}", excerpt.before, excerpt.after);
    let rewrite = rewritten(language, &text, &(start..start + VALUE.len()), variable)?;
    let text = edit::applied(&text, &rewrite.edits);
    let text = text.strip_prefix(head).unwrap_or(&text).trim_end().to_owned();
    Ok(FixedLine { text, need: rewrite.need, store: rewrite.store, notes: rewrite.notes })
}

/// Whether a place is right as it is: a file for this machine alone.
fn is_kept(language: Language, finding: &Finding) -> bool {
    matches!(language, Language::Env | Language::TerraformValues)
        && finding.exposure == Exposure::LocalUntracked
}

/// What is to be said of such a file.
const LOCAL: &str = "git does not track the file: put the new value there after rotating";

/// Where the change of a place can be seen that one line does not show.
const MORE: &str = "`sprawl fix --dry-run` shows the change";

fn rewritten(
    language: Language,
    text: &str,
    span: &Range<usize>,
    variable: &str,
) -> Result<Rewrite, String> {
    match language {
        Language::Env => data::env(text, span),
        Language::Properties => data::properties(text, span, variable),
        Language::Shell => shell::rewrite(text, span, variable),
        Language::Terraform => data::terraform(text, span, variable),
        Language::TerraformValues => data::terraform_values(text, span),
        Language::Yaml(reader) => yaml::rewrite(reader, text, span, variable),
        _ => source::rewrite(language, text, span, variable),
    }
}

/// Stretches that are not to be shown, apart from each other and cut where an edit begins or ends; with each,
/// what is shown in its place: as many lines.
fn hidden(
    text: &str,
    mut spans: Vec<(Range<usize>, &str)>,
    edits: &[Edit],
) -> Vec<(Range<usize>, String)> {
    let cuts: BTreeSet<usize> =
        edits.iter().flat_map(|edit| [edit.range.start, edit.range.end]).collect();
    spans.sort_by_key(|(span, _)| (span.start, std::cmp::Reverse(span.end)));
    let mut all = Vec::new();
    let mut end = 0;
    for (span, redacted) in spans {
        let mut shown = if span.start < end { HIDDEN } else { redacted };
        let mut start = span.start.max(end);
        for stop in
            cuts.range(start + 1..).copied().take_while(|cut| *cut < span.end).chain([span.end])
        {
            if start < stop {
                let more = format!("\n{HIDDEN}").repeat(text[start..stop].matches('\n').count());
                all.push((start..stop, format!("{shown}{more}")));
                (start, shown) = (stop, HIDDEN);
            }
        }
        end = end.max(span.end);
    }
    all
}

/// Edits of one file together with those of one more value.
fn joined(known: &[Edit], rewrite: &Rewrite) -> Result<Vec<Edit>, String> {
    let mut all = known.to_vec();
    all.extend(rewrite.edits.iter().filter(|edit| !known.contains(edit)).cloned());
    all.sort_by_key(|edit| (edit.range.start, edit.range.end));
    let is_apart =
        |pair: &[Edit]| pair[0].range.end <= pair[1].range.start && pair[0].range != pair[1].range;
    match all.windows(2).all(is_apart) {
        true => Ok(all),
        false => Err("it overlaps another value: run `sprawl fix` again".to_owned()),
    }
}

/// Adds what the references need elsewhere in the file.
fn add_needs(
    language: Language,
    path: &str,
    text: &str,
    edits: &mut Vec<Edit>,
    needs: &BTreeSet<(String, String)>,
    declared: &mut Declared,
) {
    let first = edits.first().map_or(0, |edit| edit.range.start);
    match language {
        _ if needs.is_empty() => {}
        Language::Python => edits.extend(imports::python(text, first)),
        Language::Go => edits.extend(imports::go(text)),
        Language::Terraform => {
            let end = edit::line_end(text);
            let mut blocks = String::new();
            for (_, variable) in needs {
                let name = variable.to_ascii_lowercase();
                if declared.declare(path, &name) {
                    blocks.push_str(&format!(
                        "{end}variable \"{name}\" {{{end}  type      = string{end}  sensitive = true{end}}}{end}"
                    ));
                }
            }
            if !blocks.is_empty() {
                if !text.is_empty() && !text.ends_with('\n') {
                    blocks.insert_str(0, end);
                }
                edits.push(Edit::new(text.len()..text.len(), blocks));
            }
        }
        _ => {}
    }
    edits.sort_by_key(|edit| (edit.range.start, edit.range.end));
}

/// Variables of Terraform by directory: those that its files declare, and ours.
#[derive(Debug, Default)]
struct Declared {
    /// Names in files, by directory.
    known: BTreeMap<String, BTreeSet<String>>,
    /// Ours, and the secret that each is for.
    ours: BTreeMap<(String, String), (String, bool)>,
}

impl Declared {
    /// A name that nothing else has in the directory of a file, in capitals.
    fn name(&mut self, path: &str, wanted: &str, secret_id: &str) -> String {
        let directory = directory(path);
        let known = self.known.entry(directory.clone()).or_insert_with(|| declared_in(&directory));
        let names = (1..).map(|number| match number {
            1 => wanted.to_owned(),
            _ => format!("{wanted}_{number}"),
        });
        for name in names {
            let lower = name.to_ascii_lowercase();
            let key = (directory.clone(), lower.clone());
            match self.ours.get(&key) {
                Some((id, _)) if id == secret_id => return name,
                Some(_) => {}
                None if known.contains(&lower) => {}
                None => {
                    self.ours.insert(key, (secret_id.to_owned(), false));
                    return name;
                }
            }
        }
        wanted.to_owned()
    }

    /// Takes note that a file declares a variable of ours; says whether it is the first one.
    fn declare(&mut self, path: &str, name: &str) -> bool {
        let ours = self.ours.get_mut(&(directory(path), name.to_owned()));
        ours.is_some_and(|(_, is_declared)| !std::mem::replace(is_declared, true))
    }
}

fn directory(path: &str) -> String {
    path.rsplit_once('/').map_or(".", |(directory, _)| directory).to_owned()
}

fn declared_in(directory: &str) -> BTreeSet<String> {
    let Ok(entries) = std::fs::read_dir(directory) else { return BTreeSet::new() };
    let files = entries.flatten().map(|entry| entry.path());
    let texts = files
        .filter(|path| path.extension().is_some_and(|extension| extension == "tf"))
        .filter_map(|path| read::text(&path, LARGEST).ok());
    texts.flat_map(|text| data::declared(&text)).collect()
}

/// The text of a file, and its language.
fn readable(path: &str, places: &[(&SecretGroup, &Finding)]) -> Result<(String, Language), String> {
    if places.iter().any(|(_, finding)| finding.location.origin != Origin::File) {
        return Err("it is in no file of a tree".to_owned());
    }
    if places.iter().all(|(_, finding)| finding.layers.split(path).is_some()) {
        return Err("it is in an archive or document: make that anew without it".to_owned());
    }
    if path.contains(HIDDEN) {
        return Err("the path of the file has a secret in it: rename the file first".to_owned());
    }
    let language = Language::of(path)?;
    let file = Path::new(path);
    if display_path(file) != path {
        return Err("the name of the file cannot be typed here".to_owned());
    }
    let bytes = regular(file).map_err(|error| format!("the file cannot be read: {error}"))?;
    let text = String::from_utf8(bytes).map_err(|_| "the file is not UTF-8".to_owned())?;
    Ok((text, language))
}

/// The bytes of a file that is no link.
fn regular(file: &Path) -> io::Result<Vec<u8>> {
    let opened = read::open_no_link(file)?;
    read::must_be_regular(&opened.metadata()?)?;
    read::limited(opened, LARGEST)
}

/// Places of a text by lines and columns.
struct Spans<'t> {
    text: &'t str,
    starts: Vec<usize>,
}

impl<'t> Spans<'t> {
    fn new(text: &'t str) -> Self {
        let feeds = memchr::memchr_iter(b'\n', text.as_bytes());
        Self { text, starts: std::iter::once(0).chain(feeds.map(|feed| feed + 1)).collect() }
    }

    /// Where a value stands.
    ///
    /// # Errors
    /// Something else stands there by now, or another form of the value.
    fn of(&self, finding: &Finding) -> Result<Range<usize>, &'static str> {
        const CHANGED: &str = "the file was changed since it was scanned";
        if !finding.layers.decoded.is_empty() {
            return Err("the value is encoded there: take out the encoded text by hand");
        }
        let range = self.range(finding).ok_or(CHANGED)?;
        let found = &self.text[range.clone()];
        let is_key = found.starts_with("-----BEGIN ");
        match found.as_bytes() == finding.secret.reveal() || is_key {
            true => Ok(range),
            false => Err(
                "the value is written in another form there, or the file was changed since it was scanned",
            ),
        }
    }

    /// The stretch that a finding names.
    fn range(&self, finding: &Finding) -> Option<Range<usize>> {
        let location = &finding.location;
        let start = self.position(location.line, location.column)?;
        let end = self.position(location.end_line, location.end_column)?;
        (start < end).then_some(start..end)
    }

    fn position(&self, line: usize, column: usize) -> Option<usize> {
        let start = *self.starts.get(line.checked_sub(1)?)?;
        let end = self.starts.get(line).copied().unwrap_or(self.text.len());
        let mut units = 1;
        for (at, c) in self.text[start..end].char_indices() {
            if units >= column {
                return (units == column).then_some(start + at);
            }
            units += c.len_utf16();
        }
        (units == column).then_some(end)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use sprawl_detect::text::Lines;

    proptest! {
        #[test]
        fn any_text_can_be_looked_at(
            before in "[ a-z'\"`#/*\\\\{}$<>=%\n\r\u{e9}?()\\[\\]:|&!,;~_-]{0,40}",
            value in "[a-z\u{e9}\n'\"# ]{1,9}",
            after in "[ a-z'\"`#/*\\\\{}$<>=%\n\r\u{e9}?()\\[\\]:|&!,;~_-]{0,40}",
        ) {
            for path in PATHS {
                let language = Language::of(path).unwrap();
                for head in ["", "<?php ", "apiVersion: v1\nkind: A\n"] {
                    let text = format!("{head}{before}{value}{after}");
                    let start = head.len() + before.len();
                    let span = start..start + value.len();
                    let Ok(rewrite) = rewritten(language, &text, &span, "API_KEY") else { continue };
                    let edits = joined(&[], &rewrite).unwrap();
                    let covers = |edit: &Edit| edit.range.start <= span.start && span.end <= edit.range.end;
                    prop_assert!(edits.iter().any(covers), "{path}: {text:?} {edits:?}");
                    prop_assert!(edits.iter().all(|edit| text.get(edit.range.clone()).is_some()));
                    let mut edits = edits;
                    let needs = BTreeSet::from([(String::new(), "API_KEY".to_owned())]);
                    add_needs(language, "a/b", &text, &mut edits, &needs, &mut Declared::default());
                    edit::applied(&text, &edits);
                    patch::unified("f", &text, &edits, &str::to_owned);
                }
            }
        }
    }

    /// A file of each language, and of each reader of YAML.
    const PATHS: &[&str] = &[
        "a.py",
        "a.js",
        "a.ts",
        "a.go",
        "a.java",
        "a.rb",
        "a.php",
        "a.tf",
        "a.tfvars",
        ".env",
        "a.sh",
        "application.properties",
        "compose.yml",
        ".github/workflows/a.yml",
        ".gitlab-ci.yml",
        "azure-pipelines.yml",
        "config/database.yml",
        "application.yml",
        "a.yml",
    ];

    #[test]
    fn places_are_those_that_findings_count() {
        let text = "a\u{e9}\u{1f600}b\r\n\u{e9}c";
        let spans = Spans::new(text);
        let mut lines = Lines::new(text.as_bytes());
        for (at, _) in text.char_indices().chain([(text.len(), ' ')]) {
            let (line, column) = lines.place(at);
            assert_eq!(spans.position(line, column), Some(at));
        }
        assert_eq!(spans.position(1, 4), None, "within a character");
        assert_eq!(spans.position(9, 1), None);
    }

    #[test]
    fn nothing_of_a_secret_is_shown_where_spans_overlap() {
        let text = "url = 'a://b:SECRET@c'\nSECRET";
        let edits = [Edit::new(13..19, "X"), Edit::new(24..24, "import\n")];
        let spans = vec![(7..21, "****"), (13..19, "**"), (18..22, "*"), (23..29, "****")];
        let all = hidden(text, spans, &edits);
        let shown: Vec<(Range<usize>, &str)> =
            all.iter().map(|(span, shown)| (span.clone(), shown.as_str())).collect();
        let expected = [
            (7..13, "****"),
            (13..19, "****"),
            (19..21, "****"),
            (21..22, "****"),
            (23..24, "****"),
            (24..29, "****"),
        ];
        assert_eq!(shown, expected);
    }

    #[test]
    fn lines_of_reports_are_as_they_should_be() {
        let of = |path: &str, before: &str, after: &str| {
            let (before, after) = (before.to_owned(), after.to_owned());
            let excerpt = Excerpt { before, after, is_cut: (false, false), is_kept: true };
            line_in(Language::of(path)?, &excerpt, "API_KEY").map(|line| line.text)
        };
        assert_eq!(of("a.py", "k = \"", "\""), Ok("k = os.environ[\"API_KEY\"]".to_owned()));
        assert_eq!(of("a.php", "$k = '", "';"), Ok("$k = getenv('API_KEY');".to_owned()));
        assert_eq!(of(".env", "K=", ""), Ok("K=".to_owned()));
        assert_eq!(of("x.tfvars", "k = \"", "\""), Ok(String::new()));
        assert!(of("x.yml", "k: ", "").unwrap_err().contains("fix --dry-run"));
        assert!(of("a.json", "\"k\": \"", "\"").unwrap_err().contains("JSON"));
    }
}
