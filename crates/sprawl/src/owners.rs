//! Who to ask about a file: CODEOWNERS, as GitHub and GitLab read it.
//!
//! The last line that matches a path decides; patterns are those of `.gitignore`. GitLab's sections
//! (`[Name] @owner`) give the owners of lines that name none.

use std::collections::BTreeMap;

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use crate::finding::Finding;

/// A CODEOWNERS file as it was found.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct OwnersFile {
    /// Name of the repository or root.
    pub repository: String,
    /// Path as reported.
    pub path: String,
    /// Its text.
    pub text: String,
}

/// Where the file may stand, below the top of a repository; the first that is there counts.
const PLACES: &[&str] =
    &[".github/CODEOWNERS", ".gitlab/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"];

/// A larger file is none that people wrote, in bytes.
const LARGEST: usize = 3 << 20;

impl OwnersFile {
    /// The file, if it is one by its name.
    pub fn at(repository: &str, path: &str, text: &[u8]) -> Option<Self> {
        if !path.ends_with("CODEOWNERS") || text.len() > LARGEST {
            return None;
        }
        base_and_place(path)?;
        Some(Self {
            repository: repository.to_owned(),
            path: path.to_owned(),
            text: String::from_utf8_lossy(text).into_owned(),
        })
    }
}

/// Notes at every finding who owns its file.
pub fn assign(findings: &mut [Finding], files: &[OwnersFile]) {
    let mut best: BTreeMap<(&str, &str), (usize, &OwnersFile)> = BTreeMap::new();
    for file in files {
        let Some((base, place)) = base_and_place(&file.path) else { continue };
        let known = best.entry((&file.repository, base)).or_insert((place, file));
        if place < known.0 {
            *known = (place, file);
        }
    }
    let owners: Vec<(&str, &str, Owners)> = best
        .into_iter()
        .map(|((repository, base), (_, file))| (repository, base, Owners::parse(&file.text)))
        .collect();
    for finding in findings {
        let path = finding.file();
        // Of roots within roots, the innermost is the one that speaks of the file.
        let innermost = owners
            .iter()
            .filter(|(repository, ..)| *repository == &*finding.repository)
            .filter_map(|(_, base, owners)| Some((base.len(), path.strip_prefix(base)?, owners)))
            .max_by_key(|(length, ..)| *length);
        if let Some((_, below, owners)) = innermost {
            finding.owners = owners.of(below).to_vec().into();
        }
    }
}

/// What stands before the place of the file, and which place it is.
fn base_and_place(path: &str) -> Option<(&str, usize)> {
    PLACES.iter().zip(0..).find_map(|(place, number)| {
        let base = path.strip_suffix(place)?;
        (base.is_empty() || base.ends_with('/')).then_some((base, number))
    })
}

/// The lines of a file, in order.
#[derive(Debug, Default)]
struct Owners {
    lines: Vec<(Gitignore, Vec<String>)>,
}

impl Owners {
    fn parse(text: &str) -> Self {
        let mut owners = Self::default();
        let mut of_section: Vec<String> = Vec::new();
        for line in text.lines() {
            let line = line.split(" #").next().unwrap_or_default().trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            if let Some(section) = section(line) {
                of_section = words(section).filter(|word| is_owner(word)).collect();
                continue;
            }
            let mut words = words(line);
            let Some(pattern) = words.next() else { continue };
            let mut named: Vec<String> = words.filter(|word| is_owner(word)).collect();
            if named.is_empty() {
                named.clone_from(&of_section);
            }
            let mut builder = GitignoreBuilder::new("");
            // A pattern that cannot be understood owns nothing.
            if builder.add_line(None, &pattern).is_ok()
                && let Ok(matcher) = builder.build()
            {
                owners.lines.push((matcher, named));
            }
        }
        owners
    }

    fn of(&self, path: &str) -> &[String] {
        // Places like `<commit ...>` are no paths.
        if path.is_empty() || path.starts_with(['/', '<']) {
            return &[];
        }
        let found = self
            .lines
            .iter()
            .rev()
            .find(|(matcher, _)| matcher.matched_path_or_any_parents(path, false).is_ignore());
        found.map_or(&[], |(_, owners)| owners)
    }
}

/// What stands behind the head of a section: `[Name][2] @owner`, `^[Name]`.
fn section(line: &str) -> Option<&str> {
    let head = line.strip_prefix('^').unwrap_or(line).strip_prefix('[')?;
    let (_, mut rest) = head.split_once(']')?;
    if let Some(number) = rest.strip_prefix('[') {
        rest = number.split_once(']')?.1;
    }
    Some(rest)
}

fn is_owner(word: &str) -> bool {
    word.contains('@')
}

/// Words of a line; a backslash keeps a blank in its word.
fn words(line: &str) -> impl Iterator<Item = String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut characters = line.chars().peekable();
    while let Some(c) = characters.next() {
        if c == '\\' && characters.peek() == Some(&' ') {
            word.push(' ');
            characters.next();
        } else if c.is_whitespace() {
            words.extend(Some(std::mem::take(&mut word)).filter(|word| !word.is_empty()));
        } else {
            word.push(c);
        }
    }
    words.extend(Some(word).filter(|word| !word.is_empty()));
    words.into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str, path: &str) -> String {
        Owners::parse(text).of(path).join(" ")
    }

    #[test]
    fn the_last_matching_line_decides() {
        let text = "* @all\n/app/ @app @ops # the application\n*.env @security\n/app/open.env\n";
        assert_eq!(of(text, "README"), "@all");
        assert_eq!(of(text, "app/main.rs"), "@app @ops");
        assert_eq!(of(text, "other/app/main.rs"), "@all");
        assert_eq!(of(text, "app/x.env"), "@security");
        assert_eq!(of(text, "app/open.env"), "");
        assert_eq!(of("", "x"), "");
        assert_eq!(of("[ @x\n* me@example.net", "a/b"), "me@example.net");
    }

    #[test]
    fn sections_give_owners_to_lines_without() {
        let text = "[Data][2] @data\n/db/\n/db/keys @keys\n^[Docs] @docs\n*.md\n";
        assert_eq!(of(text, "db/a.sql"), "@data");
        assert_eq!(of(text, "db/keys/a"), "@keys");
        assert_eq!(of(text, "a.md"), "@docs");
    }

    #[test]
    fn a_file_is_known_by_its_place() {
        let at = |path: &str| OwnersFile::at("r", path, b"").is_some();
        assert!(at("CODEOWNERS") && at("repo/.github/CODEOWNERS") && at("docs/CODEOWNERS"));
        assert!(!at("src/NOT_CODEOWNERS") && !at("CODEOWNERS.md"));
    }
}
