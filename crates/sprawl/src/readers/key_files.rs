//! Paths of files that are credentials as a whole: keys of ssh and TLS, accounts of services.

use aho_corasick::{AhoCorasick, MatchKind};

use super::model::{Binding, Name, Space};
use super::source::Source;
use super::tree::split;
use crate::finding::reader::ReaderKind;

/// The files that are looked for, by the last parts of their paths.
pub(super) struct KeyFiles {
    names: Option<AhoCorasick>,
    paths: Vec<String>,
}

impl KeyFiles {
    /// Paths below the top of the repository. Without any, nothing is looked for.
    pub(super) fn new(paths: Vec<String>) -> Self {
        let last = paths.iter().map(|path| split(path).1);
        // More names than fit are none that anybody looks for.
        // Of `id_rsa` and `id_rsa.pub` the longer one is meant where it stands.
        let build =
            || AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(last).ok();
        let names = (!paths.is_empty()).then(build).flatten();
        Self { names, paths }
    }

    /// The places that name one of the files by its path.
    pub(super) fn read(
        &self,
        source: &Source<'_>,
        is_comment: impl Fn(usize) -> bool,
    ) -> Vec<Binding> {
        let Some(names) = &self.names else { return Vec::new() };
        let text = source.text;
        let mut found = Vec::new();
        let is_part = |c: char| c.is_alphanumeric() || "._-/~${}\\@+:".contains(c);
        for hit in names.find_iter(text) {
            if is_comment(hit.start()) {
                continue;
            }
            let line = text[..hit.start()].rfind('\n').map_or(0, |end| end + 1);
            let before = &text[line..hit.start()];
            let start = before.char_indices().rev().find(|(_, c)| !is_part(*c));
            let start = line + start.map_or(0, |(at, c)| at + c.len_utf8());
            let rest = &text[hit.end()..];
            if rest.starts_with(|c: char| c.is_alphanumeric() || "._-/".contains(c)) {
                continue;
            }
            let path = &text[start..hit.end()];
            let path = path.rsplit(':').next().unwrap_or(path).trim_start_matches('@');
            let path =
                path.strip_prefix("${path.module}").unwrap_or(path).trim_start_matches("$PWD");
            // A path, and not a word: `id_rsa` alone is one in texts.
            let is_path = path.contains('/') || path.contains('.');
            let Some(file) = source.tree.resolve(source.path, path).filter(|_| is_path) else {
                continue;
            };
            if file != source.path && self.paths.contains(&file) {
                let name = Name::new(Space::File, file);
                let binding = Binding::taking(source.line(hit.start()), ReaderKind::File, name);
                found.push(binding.of(source.tree.service(source.path)));
            }
        }
        found.dedup_by(|a, b| a.lines == b.lines && a.takes == b.takes);
        found
    }
}
