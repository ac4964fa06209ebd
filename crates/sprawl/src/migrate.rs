//! Migration: what files of other scanners say is known, left out or looked for, in our own terms.
//!
//! Nothing that could be a secret is repeated: what cannot be carried over is named by file and line.

pub mod detect_secrets;
pub mod gitleaks;
mod globs;
pub mod trivy;

use std::io;
use std::path::Path;

use jiff::civil::Date;
use serde::Serialize;

use crate::files::{place, read};

/// A finding that another scanner was told to be quiet about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// The file that says so, and its line where there is one.
    pub from: Source,
    /// Path of the file with the finding; any file if absent.
    pub path: Option<String>,
    /// Line of the finding, 1-based.
    pub line: Option<usize>,
    /// Digest of the secret, where one is given.
    pub digest: Option<Digest>,
    /// Somebody has looked and said that it is no secret.
    pub is_false: bool,
}

/// A hash of a secret without a key, in lower-case hexadecimal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Digest {
    /// As detect-secrets has it.
    Sha1(String),
    /// As Betterleaks has it.
    Sha256(String),
}

impl Digest {
    /// Whether it is that of these bytes.
    pub fn is_of(&self, bytes: &[u8]) -> bool {
        use sha1::Digest as _;
        let hex = |digest: &[u8]| data_encoding::HEXLOWER.encode(digest);
        match self {
            Self::Sha1(own) => *own == hex(&sha1::Sha1::digest(bytes)),
            Self::Sha256(own) => *own == hex(&sha2::Sha256::digest(bytes)),
        }
    }
}

/// A rule that is to be quiet in some places.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuietRule {
    /// The file that says so, and its line where there is one.
    pub from: Source,
    /// Their name of the rule.
    pub rule: String,
    /// Paths or globs.
    pub paths: Vec<String>,
    /// When it ends.
    pub until: Option<Date>,
    /// Why.
    pub statement: String,
}

/// A place in a file of another scanner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Source {
    /// Name of the file.
    pub file: &'static str,
    /// Line, 1-based; 0 if it has none.
    pub line: usize,
}

/// What cannot be carried over, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Lost {
    /// Where it stands.
    pub from: Source,
    /// Why, without a word of what it says.
    pub why: String,
}

/// Everything that the files of other scanners say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Imported {
    /// Files that were read.
    pub files: Vec<&'static str>,
    /// Findings to be quiet about.
    pub known: Vec<Known>,
    /// Rules to be quiet in some places.
    pub quiet: Vec<QuietRule>,
    /// Globs of paths that are left out.
    pub exclude: Vec<String>,
    /// Rules that are switched off, by their names, and where that is said.
    pub disabled: Vec<(Source, String)>,
    /// Rules of the project's own, each as the text of one of ours.
    pub rules: Vec<OwnRule>,
    /// What cannot be carried over.
    pub lost: Vec<Lost>,
}

/// A rule that the project had written for another scanner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnRule {
    /// Where it stands.
    pub from: Source,
    /// Its id.
    pub id: String,
    /// The same as one of our rules, in TOML.
    pub text: String,
}

impl Imported {
    pub(crate) fn lose(&mut self, file: &'static str, line: usize, why: impl Into<String>) {
        self.lost.push(Lost { from: Source { file, line }, why: why.into() });
    }
}

/// The line of a file that a word first stands in, 1-based; 0 if it stands in none, as where it is
/// written with escapes.
fn line_with(text: &str, word: &str) -> usize {
    text.lines().position(|line| line.contains(word)).map_or(0, |index| index + 1)
}

/// Reads one kind of file.
type Reader = fn(&str, &mut Imported) -> Result<(), String>;

/// Every file that is known, with what reads it.
const FILES: &[(&str, Reader)] = &[
    (gitleaks::IGNORE, gitleaks::read_ignore),
    (gitleaks::CONFIG, gitleaks::read_config),
    (gitleaks::BETTERLEAKS_IGNORE, gitleaks::read_betterleaks_ignore),
    (detect_secrets::BASELINE, detect_secrets::read),
    (trivy::IGNORE, trivy::read),
];

/// Reads what there is at the root of a project.
///
/// # Errors
/// A file that cannot be read or understood at all, and why.
pub fn read(root: &Path) -> Result<Imported, String> {
    let mut imported = Imported::default();
    for (name, reader) in FILES {
        let path = place::within(root, name);
        let text = match path.and_then(|path| read::text(&path, read::LIST)) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(format!("{name}: cannot be read: {error}")),
        };
        reader(&text, &mut imported).map_err(|why| format!("{name}: {why}"))?;
        imported.files.push(name);
    }
    Ok(imported)
}

/// The names of the files that are looked for.
pub fn file_names() -> impl Iterator<Item = &'static str> {
    FILES.iter().map(|(name, _)| *name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_those_of_the_other_tools() {
        // Vectors of FIPS 180-4 for "abc".
        let sha1 =
            Digest::Sha1(["a9993e36", "4706816a", "ba3e2571", "7850c26c", "9cd0d89d"].concat());
        assert!(sha1.is_of(b"abc") && !sha1.is_of(b"abd"));
        let sha256 = Digest::Sha256(
            [
                "ba7816bf", "8f01cfea", "414140de", "5dae2223", "b00361a3", "96177a9c", "b410ff61",
                "f20015ad",
            ]
            .concat(),
        );
        assert!(sha256.is_of(b"abc") && !sha256.is_of(b""));
    }

    #[test]
    fn arbitrary_text_is_refused_or_read_but_never_too_much() {
        for (_, reader) in FILES {
            for text in ["", "\0", "{", "[[rules]]\nid = 1", "secrets:\n - - -\n", "a:b:c:d:e\n"] {
                let mut imported = Imported::default();
                let _ = reader(text, &mut imported);
                assert!(imported.known.is_empty() && imported.exclude.is_empty(), "{text}");
            }
        }
    }
}
