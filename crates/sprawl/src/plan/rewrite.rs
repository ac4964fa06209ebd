//! History without the values: the list that `git filter-repo --replace-text` takes, and what to do with it.
//!
//! The list holds the values in plain text, as they stand in the objects. It is the only thing besides
//! `--show-secrets` that does. Of values that other texts may hold by chance, only the places that were found are
//! replaced, by an expression with the text around them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io;
use std::path::Path;

use gix::hash::ObjectId;
use gix::objs::Kind;

use crate::files::{place, write};
use crate::finding::{Finding, GitPlace};
use crate::git::Repository;
use crate::git::commit::{self, Commit};
use crate::git::objects::Reader;
use crate::group::SecretGroup;
use crate::problem::Problem;
use crate::report::Report;
use sprawl_detect::rules::Rules;
use sprawl_detect::text::Lines;

/// What the values are replaced by; it is what filter-repo puts in by itself.
const REPLACEMENT: &[u8] = b"***REMOVED***";

/// What has to be replaced in the history of one repository.
pub struct Rewrite {
    /// Lines of the list, in order.
    lines: Vec<Vec<u8>>,
    /// Secrets whose values are in the list.
    pub secrets: usize,
    /// Those of them that files at HEAD still hold.
    pub at_head: usize,
    /// Whether messages of commits and tags hold some.
    pub in_messages: bool,
    /// Places that the list does not reach, and why.
    pub by_hand: Vec<(String, String)>,
    /// Paths of files that have to go from history whole.
    pub whole_files: Vec<String>,
    /// Authors of commits, `Name <email>`, in order.
    pub people: Vec<String>,
    /// Objects that could not be read.
    pub problems: Vec<Problem>,
}

/// The list is not shown by accident.
impl fmt::Debug for Rewrite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Rewrite({} lines)", self.lines.len())
    }
}

impl Rewrite {
    /// What has to be replaced, by a scan of the history of a repository. Only a scan has the values.
    pub fn of(report: &Report<'_>, repository: &Repository) -> Self {
        let groups = report.groups.iter().chain(&report.covered).chain(&report.parts);
        let meant: Vec<(&SecretGroup, &Finding, &GitPlace)> = groups
            .filter(|group| !group.facts.opens_nothing())
            .flat_map(|group| group.occurrences.iter().map(move |finding| (group, finding)))
            .filter(|(_, finding)| finding.decision.suppression.is_none())
            .filter_map(|(group, finding)| Some((group, finding, finding.git()?)))
            .collect();
        let mut list = List::default();
        let mut reader = Reader::default();
        let mut objects: BTreeMap<&str, Vec<(&SecretGroup, &Finding)>> = BTreeMap::new();
        for (group, finding, place) in &meant {
            objects.entry(&place.object).or_default().push((*group, *finding));
        }
        for (id, places) in objects {
            let bytes = match ObjectId::from_hex(id.as_bytes()) {
                Ok(id) => {
                    repository.objects().read(&id, &mut reader).map_err(|error| error.to_string())
                }
                Err(_) => Err("has no object".to_owned()),
            };
            match bytes {
                Ok((kind, bytes)) => list.object(&report.rules, kind, bytes, &places),
                Err(what) => {
                    list.by_hand.extend(places.iter().map(|place| (named(place), what.clone())))
                }
            }
        }
        let at_head =
            meant.iter().filter(|(_, _, place)| place.at_head).map(|(group, ..)| &group.id);
        let at_head: BTreeSet<&String> = at_head.filter(|id| list.ids.contains(*id)).collect();
        let in_messages = list.in_messages;
        let mut problems = Vec::new();
        let people = people(repository, &mut problems);
        Self {
            secrets: list.ids.len(),
            at_head: at_head.len(),
            in_messages,
            whole_files: list.whole_files.iter().cloned().collect(),
            by_hand: list.by_hand.iter().cloned().collect(),
            lines: list.lines(),
            people,
            problems,
        }
    }

    /// Whether the list has nothing in it.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// Writes the list to a new file that nobody else can read.
    ///
    /// # Errors
    /// There is such a file, or it cannot be written.
    pub fn write(&self, file: &Path) -> io::Result<()> {
        let mut text = Vec::new();
        for line in &self.lines {
            text.extend_from_slice(line);
            text.push(b'\n');
        }
        write::private(file, &text)
    }
}

/// Makes sure that a list of values may be put in a place: outside of every repository, where nothing is.
///
/// # Errors
/// Why not.
pub fn check(file: &Path) -> Result<(), String> {
    let full = place::resolved(file).map_err(|error| error.to_string())?;
    if full.symlink_metadata().is_ok() {
        return Err("already exists; it is not overwritten: name a new file".to_owned());
    }
    // One that is damaged counts, too.
    let is_repository = |directory: &Path| {
        let has = |name: &str| directory.join(name).exists();
        has(".git") || (has("HEAD") && has("objects"))
    };
    match full.ancestors().skip(1).any(is_repository) {
        true => {
            Err("is inside a repository, where it may be committed: name a file elsewhere"
                .to_owned())
        }
        false => Ok(()),
    }
}

/// Lines of a list while it is made.
#[derive(Default)]
struct List {
    /// Values as they stand in objects.
    literals: BTreeSet<Vec<u8>>,
    /// Values that filter-repo's literals cannot hold, or that stand elsewhere by chance.
    expressions: BTreeSet<Vec<u8>>,
    ids: BTreeSet<String>,
    in_messages: bool,
    by_hand: BTreeSet<(String, String)>,
    whole_files: BTreeSet<String>,
}

impl List {
    fn object(
        &mut self,
        rules: &Rules,
        kind: Kind,
        bytes: &[u8],
        places: &[(&SecretGroup, &Finding)],
    ) {
        let text = if kind == Kind::Blob { bytes } else { commit::message(bytes) };
        let spans: Vec<Option<std::ops::Range<usize>>> =
            places.iter().map(|(_, finding)| span(text, finding)).collect();
        for (place, span) in places.iter().zip(&spans) {
            let (group, finding) = place;
            if finding.layers.member > 0 {
                self.whole(place, "it is in an archive or document");
                continue;
            }
            // filter-repo leaves such files as they are (`_tweak_blob`).
            if kind == Kind::Blob && memchr::memchr(0, &bytes[..bytes.len().min(8192)]).is_some() {
                self.whole(place, "it is in a binary file");
                continue;
            }
            let found = span.clone().filter(|span| {
                let value = &text[span.clone()];
                !finding.layers.decoded.is_empty()
                    || value == finding.secret.reveal()
                    || value.starts_with(b"-----BEGIN ")
            });
            let found = found.or_else(|| {
                let value = finding.secret.reveal();
                let at = memchr::memmem::find(text, value).filter(|_| !value.is_empty())?;
                Some(at..at + value.len())
            });
            let Some(found) = found else {
                let why =
                    "the value is written in another form there; commit headers cannot be replaced";
                self.by_hand.insert((named(place), why.to_owned()));
                continue;
            };
            let value = &text[found.clone()];
            if is_distinct(rules, group, value) || !finding.layers.decoded.is_empty() {
                match value.iter().any(|byte| b"\r\n".contains(byte)) {
                    true => drop(self.expressions.insert(escaped(value))),
                    false => drop(self.literals.insert(value.to_vec())),
                }
            } else {
                let others = spans.iter().flatten().filter(|other| **other != found);
                let Some(around) = around(text, &found, others) else {
                    self.whole(place, "the value is too common to be replaced everywhere");
                    continue;
                };
                self.expressions.insert(around);
            }
            self.in_messages |= kind != Kind::Blob;
            self.ids.insert(group.id.clone());
        }
    }

    /// A place that can only go with its file.
    fn whole(&mut self, place: &(&SecretGroup, &Finding), why: &str) {
        let (_, finding) = place;
        let paths = finding.git().map_or(&[][..], |git| &git.paths);
        let own = finding.file().to_owned();
        self.whole_files
            .extend(paths.iter().cloned().chain([own]).filter(|path| !path.starts_with('<')));
        self.by_hand.insert((named(place), why.to_owned()));
    }

    /// The longest first: a value may be a part of another.
    fn lines(self) -> Vec<Vec<u8>> {
        let line = |form: &[u8], value: &[u8]| [form, value, b"==>", REPLACEMENT].concat();
        let mut literals: Vec<Vec<u8>> = self.literals.into_iter().collect();
        literals.sort_by_key(|value| std::cmp::Reverse(value.len()));
        let mut expressions: Vec<Vec<u8>> = self.expressions.into_iter().collect();
        expressions.sort_by_key(|value| std::cmp::Reverse(value.len()));
        let literals = literals.iter().map(|value| line(b"literal:", value));
        literals.chain(expressions.iter().map(|value| line(b"regex:", value))).collect()
    }
}

/// Whether a value stands nowhere by chance, so that it may be replaced wherever it is.
fn is_distinct(rules: &Rules, group: &SecretGroup, value: &[u8]) -> bool {
    /// Letters of what a machine made, and of what people may have made up, at least.
    const LEAST: (usize, usize) = (12, 10);
    if !rules.get(group.rule).kind.is_guessable() {
        return value.len() >= LEAST.0;
    }
    let has = |is: fn(&u8) -> bool| usize::from(value.iter().any(is));
    let kinds = has(u8::is_ascii_lowercase)
        + has(u8::is_ascii_uppercase)
        + has(u8::is_ascii_digit)
        + has(|byte| !byte.is_ascii_alphanumeric());
    value.len() >= LEAST.1 && kinds >= 3
}

/// A place, for people.
fn named((_, finding): &(&SecretGroup, &Finding)) -> String {
    let location = &finding.location;
    format!("{}:{}", location.path, location.line)
}

/// Bytes as an expression of Python that matches them alone.
fn escaped(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    for byte in bytes {
        match byte {
            b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'_' => out.push(*byte),
            other => out.extend_from_slice(format!("\\x{other:02x}").as_bytes()),
        }
    }
    out
}

/// Text that is taken before and behind a value that other texts may hold by chance.
const AROUND: (usize, usize) = (40, 12);

/// An expression for a value in its line alone; nothing if nothing is around it.
fn around<'s>(
    text: &[u8],
    span: &std::ops::Range<usize>,
    others: impl Iterator<Item = &'s std::ops::Range<usize>>,
) -> Option<Vec<u8>> {
    let (mut start, mut end) =
        (span.start.saturating_sub(AROUND.0), (span.end + AROUND.1).min(text.len()));
    // Other values may be replaced before this one.
    for other in others {
        if other.end <= span.start {
            start = start.max(other.end);
        } else if other.start >= span.end {
            end = end.min(other.start);
        }
    }
    let feed = |byte: u8| matches!(byte, b'\n' | b'\r');
    let before = &text[start..span.start];
    let before = before.iter().rposition(|byte| feed(*byte)).map_or(before, |at| &before[at + 1..]);
    let after = &text[span.end..end];
    let after = after.iter().position(|byte| feed(*byte)).map_or(after, |at| &after[..at]);
    if before.iter().filter(|byte| byte.is_ascii_alphanumeric()).count() < 3 {
        return None;
    }
    let mut out = b"(?<=".to_vec();
    out.extend(escaped(before));
    out.push(b')');
    out.extend(escaped(&text[span.clone()]));
    match after.is_empty() {
        true => out.extend_from_slice(b"(?![0-9A-Za-z_])"),
        false => {
            out.extend_from_slice(b"(?=");
            out.extend(escaped(after));
            out.push(b')');
        }
    }
    Some(out)
}

/// Where a finding is in the bytes of its object.
fn span(text: &[u8], finding: &Finding) -> Option<std::ops::Range<usize>> {
    let location = &finding.location;
    let mut lines = Lines::new(text);
    let mut position = |line: usize, column: usize| {
        let feeds = memchr::memchr_iter(b'\n', text);
        let start =
            std::iter::once(0).chain(feeds.map(|feed| feed + 1)).nth(line.checked_sub(1)?)?;
        let end = memchr::memchr(b'\n', &text[start..]).map_or(text.len(), |feed| start + feed);
        (start..=end).find(|at| lines.place(*at) == (line, column))
    };
    let start = position(location.line, location.column)?;
    let end = position(location.end_line, location.end_column)?;
    (start < end).then_some(start..end)
}

/// Commits that are looked at for their authors.
const MOST_COMMITS: usize = 200_000;

/// Everybody who wrote a commit that a reference leads to.
fn people(repository: &Repository, problems: &mut Vec<Problem>) -> Vec<String> {
    let mut reader = Reader::default();
    let mut waiting: Vec<ObjectId> =
        repository.tips(problems).into_iter().map(|tip| tip.id).collect();
    let mut seen: BTreeSet<ObjectId> = waiting.iter().copied().collect();
    let mut people = BTreeSet::new();
    while let Some(id) = waiting.pop() {
        if seen.len() > MOST_COMMITS {
            problems.push(Problem::new(
                repository.name().to_string(),
                "has too many commits to name all authors",
            ));
            break;
        }
        let Ok((kind, bytes)) = repository.objects().read(&id, &mut reader) else { continue };
        let next: Vec<ObjectId> = match kind {
            Kind::Commit => {
                let Some(commit) = Commit::parse(bytes) else { continue };
                people.insert(String::from_utf8_lossy(commit.author.who).into_owned());
                commit.parents
            }
            Kind::Tag => commit::tag_target(bytes).into_iter().collect(),
            _ => Vec::new(),
        };
        waiting.extend(next.into_iter().filter(|id| seen.insert(*id)));
    }
    people.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_escaped_for_expressions() {
        assert_eq!(escaped(b"a.b==>\n\xff"), b"a\\x2eb\\x3d\\x3d\\x3e\\x0a\\xff");
    }

    #[test]
    fn common_values_are_replaced_in_their_lines_alone() {
        let text = b"user = admin\npassword = admin;x\n";
        let of = |at: usize| {
            let found = around(text, &(at..at + 5), std::iter::empty());
            found.map(|line| String::from_utf8(line).unwrap())
        };
        assert_eq!(of(7).unwrap(), "(?<=user\\x20\\x3d\\x20)admin(?![0-9A-Za-z_])");
        assert_eq!(of(24).unwrap(), "(?<=password\\x20\\x3d\\x20)admin(?=\\x3bx)");
        assert_eq!(around(b"admin", &(0..5), std::iter::empty()), None);
    }

    #[test]
    fn the_list_is_longest_first_and_says_what_each_line_is() {
        let mut list = List::default();
        list.literals.extend([b"regex:a".to_vec(), b"a==>b and more".to_vec()]);
        list.expressions.insert(b"x".to_vec());
        assert_eq!(
            list.lines(),
            [
                b"literal:a==>b and more==>***REMOVED***".to_vec(),
                b"literal:regex:a==>***REMOVED***".to_vec(),
                b"regex:x==>***REMOVED***".to_vec()
            ]
        );
    }
}
