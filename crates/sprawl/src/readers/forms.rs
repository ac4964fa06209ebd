//! The kinds of files that names are looked for in: a new kind is one file beside this one, and one line here.

use std::cell::OnceCell;

use super::code::language;
use super::key_files::KeyFiles;
use super::languages::LANGUAGES;
use super::lexer::{self, Class};
use super::model::{Binding, Name};
use super::source::Source;
use super::yaml::{self, Node};
use super::{
    actions, ci, code, compose, dockerfile, dotenv, helm, jenkins, kubernetes, secret_manager,
    settings, shell, systemd, terraform,
};

/// A kind of file: whether a text is one, and what it says of names.
struct Form {
    is_for: fn(&Source<'_>) -> bool,
    read: fn(&Source<'_>) -> Vec<Binding>,
}

const FORMS: &[Form] = &[
    Form { is_for: dotenv::is_for, read: dotenv::read },
    Form { is_for: shell::is_for, read: shell::read },
    Form { is_for: dockerfile::is_for, read: dockerfile::read },
    Form { is_for: terraform::is_for, read: terraform::read },
    Form { is_for: systemd::is_for, read: systemd::read },
    Form { is_for: jenkins::is_for, read: jenkins::read },
];

/// A kind of YAML file.
struct YamlForm {
    is_for: fn(&Source<'_>, &Node) -> bool,
    read: fn(&Source<'_>, &Node) -> Vec<Binding>,
}

const YAML_FORMS: &[YamlForm] = &[
    YamlForm { is_for: actions::is_for, read: actions::read },
    YamlForm { is_for: compose::is_for, read: compose::read },
    YamlForm { is_for: kubernetes::is_for, read: kubernetes::read },
    YamlForm { is_for: helm::is_of_values, read: helm::read_values },
    YamlForm { is_for: ci::is_for, read: ci::read },
    YamlForm { is_for: jenkins::is_configuration, read: jenkins::read_configuration },
];

/// Ends of the names of files that are no text, or hold nothing that uses a name: they are not read.
const OTHERS: &[&str] = &[
    ".png",
    ".jpg",
    ".jpeg",
    ".gif",
    ".ico",
    ".svg",
    ".webp",
    ".pdf",
    ".zip",
    ".gz",
    ".tgz",
    ".bz2",
    ".xz",
    ".zst",
    ".jar",
    ".war",
    ".class",
    ".so",
    ".dll",
    ".dylib",
    ".a",
    ".o",
    ".exe",
    ".bin",
    ".woff",
    ".woff2",
    ".ttf",
    ".otf",
    ".eot",
    ".mp3",
    ".mp4",
    ".mov",
    ".avi",
    ".css",
    ".scss",
    ".less",
    ".map",
    ".lock",
    ".md",
    ".rst",
    ".txt",
    ".csv",
    ".tsv",
    ".html",
    ".htm",
    ".log",
    ".po",
    ".sum",
    ".snap",
    ".sql",
    ".xlsx",
    ".docx",
    ".pyc",
    ".wasm",
    ".min.js",
    ".min.css",
    "package-lock.json",
    "pnpm-lock.yaml",
    ".ipynb",
    ".patch",
    ".diff",
];

/// Whether a file may use names, by its path.
pub(super) fn may_be_read(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    !OTHERS.iter().any(|end| name.ends_with(end))
}

/// Whether a file is one of variables.
pub(super) fn is_of_variables(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.starts_with(".env") || name.ends_with(".env")
}

/// Whether a file is a credential as a whole, by its path, its size and what was found in it: a key, or a value
/// with nothing beside it. Notes that hold a token are none.
pub(super) fn is_key(path: &str, size: u64, secret: &[u8]) -> bool {
    const KEYS: &[&str] = &[
        "pem", "key", "crt", "p12", "pfx", "jks", "ppk", "asc", "gpg", "p8", "keystore", "kdbx",
        "ovpn", "age", "jwk",
    ];
    /// Bytes of line ends and quotes around a value.
    const AROUND: u64 = 8;
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    let extension = name.rsplit_once('.').map(|(_, extension)| extension);
    extension.is_some_and(|extension| KEYS.contains(&extension))
        || memchr::memmem::find(secret, b"PRIVATE KEY-----").is_some()
        || size <= secret.len() as u64 + AROUND
}

/// Whether a text is a report of a scanner, which names files and uses none.
fn is_report(source: &Source<'_>) -> bool {
    if ![".json", ".sarif", ".jsonl"].iter().any(|end| source.path.ends_with(end)) {
        return false;
    }
    let head: String = source.text.chars().take(600).collect();
    (head.contains("\"schema_version\"") && head.contains("\"tool\"")) || head.contains("sarif")
}

/// Everything that a file says of names, in order.
pub(super) fn read(source: &Source<'_>, key_files: &KeyFiles) -> Vec<Binding> {
    let mut found = Vec::new();
    if is_report(source) {
        return found;
    }
    let mut is_known = false;
    for form in FORMS.iter().filter(|form| (form.is_for)(source)) {
        is_known = true;
        found.extend((form.read)(source));
    }
    let is_yaml = [".yml", ".yaml"].iter().any(|end| source.path.ends_with(end));
    if is_yaml {
        for document in yaml::documents(source.text) {
            for form in YAML_FORMS.iter().filter(|form| (form.is_for)(source, &document)) {
                is_known = true;
                found.extend((form.read)(source, &document));
            }
        }
    }
    let language = language(source.path, source.text).filter(|_| !is_known && !is_yaml);
    if let Some(language) = language {
        found.extend(code::read(source, language));
    } else if !is_known && settings::is_for(source) {
        found.extend(settings::read(source));
    }
    // Nothing asks in most files, and each byte of a text is looked at for an answer.
    let classes = OnceCell::new();
    let classes_of =
        |language: usize| lexer::classes(source.text.as_bytes(), LANGUAGES[language].syntax);
    let is_comment = |at: usize| match language {
        Some(one) => classes.get_or_init(|| classes_of(one)).get(at) == Some(&Class::Comment),
        None => {
            let line = source.text[..at].rfind('\n').map_or(0, |end| end + 1);
            source.text[line..at].trim_start().starts_with(['#', ';'])
        }
    };
    found.extend(secret_manager::read(source, is_comment));
    found.extend(key_files.read(source, is_comment));
    if helm::is_of_templates(source) {
        found.extend(helm::read_templates(source));
    }
    found.retain(|one| !one.takes.is_empty() || !one.gives.is_empty());
    found.sort_by(|a, b| a.lines.start().cmp(b.lines.start()));
    without_repeats(found)
}

/// One use for each name on a line: of several readers the one that knows more of the place, which comes first.
fn without_repeats(found: Vec<Binding>) -> Vec<Binding> {
    let mut kept: Vec<Binding> = Vec::with_capacity(found.len());
    for mut binding in found {
        if binding.passes.is_none() {
            let line = *binding.lines.start();
            let before = kept.iter().rev().take_while(|one| *one.lines.start() + MOST_LINES > line);
            let covering: Vec<&Name> = before
                .filter(|one| one.lines.contains(&line) && one.kind != binding.kind)
                .flat_map(|one| &one.takes)
                .collect();
            binding.takes.retain(|name| !covering.contains(&name));
        }
        if !binding.takes.is_empty() || !binding.gives.is_empty() {
            kept.push(binding);
        }
    }
    kept
}

/// Lines that a statement which is covered by another one lies behind its beginning, at most.
const MOST_LINES: usize = 16;
