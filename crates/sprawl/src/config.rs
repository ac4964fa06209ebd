//! Configuration: `sprawl.toml` at the root of the project, or the files that `--config` names, each
//! upon those that it extends; and in directories of the project what [`nested`] files add.
//!
//! Layers are merged as TOML: tables by key, lists one after the other, anything else by the last
//! word. Each layer is checked by itself first, so that an error has a file and a line.

pub mod nested;
pub mod schema;
mod show;
mod suggest;
pub mod threshold;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use toml::{Table, Value};

use crate::files::before::{self, Before};
use crate::files::read;
use sprawl_detect::rules::Named;
use sprawl_detect::text::{display_path, line_at, printable};

pub use schema::Config;
use schema::Paths;

/// Name of the file at the root of a project.
pub const FILE_NAME: &str = "sprawl.toml";

/// The layer that is always there, and its name.
const DEFAULTS: (&str, &str) = ("default", include_str!("config/default.toml"));

/// The defaults, as a configuration file.
pub const fn defaults() -> &'static str {
    DEFAULTS.1
}

/// Files that extend files that extend files, and so on: that is a circle or a mistake.
const DEEPEST: usize = 16;

/// A configuration file that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}{}: {what}", line.map_or(String::new(), |line| format!(":{line}")))]
pub struct ConfigError {
    /// The file, as shown.
    pub file: String,
    /// Line, 1-based, where there is one.
    pub line: Option<usize>,
    /// What is wrong and what to do. Holds names of keys, but no values of the file.
    pub what: String,
}

impl ConfigError {
    /// The same, with the file that extends the one that is wrong. Where there is a line, that tells
    /// enough.
    fn extended_by(mut self, file: &str) -> Self {
        const EXTENDS: &str = "extends it";
        if self.line.is_none() && !self.what.ends_with(EXTENDS) {
            self.what.push_str(&format!("; `{}` {EXTENDS}", printable(file)));
        }
        self
    }
}

/// Which files are read.
#[derive(Debug, Clone, Default)]
pub struct Choice {
    /// These instead of the one at the root; the later ones win.
    pub files: Vec<PathBuf>,
    /// Not the one at the root.
    pub no_tree: bool,
}

/// What is in force, and from where.
#[derive(Debug, Clone)]
pub struct Effective {
    /// All layers in one.
    pub config: Config,
    /// The same as TOML, defaults included.
    merged: Table,
    /// For each key, and each entry of a list, the name of the layer that said it.
    sources: BTreeMap<String, String>,
    /// Names of the files that were read, the first one first.
    pub files: Vec<String>,
    /// Paths that are left out.
    pub paths: PathFilter,
    /// Rules that a file takes back: with the files, for names that no rule has.
    pub enabled: Vec<Named>,
}

/// Reads what is in force in a project.
///
/// # Errors
/// A file that cannot be read, or that says what it may not.
pub fn load(root: &Path, choice: &Choice) -> Result<Effective, ConfigError> {
    load_before(root, choice, None)
}

/// Reads what was in force in a project before a change.
///
/// # Errors
/// Those of [`load`].
pub fn load_before(
    root: &Path,
    choice: &Choice,
    before: Option<&Before>,
) -> Result<Effective, ConfigError> {
    let mut layers = Layers { before: before.cloned(), ..Layers::default() };
    layers.add_text(DEFAULTS.0, DEFAULTS.1, Path::new(""))?;
    for file in &choice.files {
        layers.add_file(file, &display_path(file), None, 0)?;
    }
    let in_tree = root.join(FILE_NAME);
    let is_there = match before.and_then(|before| before.text(&in_tree)) {
        Some(text) => text.is_some(),
        None => fs::symlink_metadata(&in_tree).is_ok(),
    };
    if choice.files.is_empty() && !choice.no_tree && is_there {
        layers.add_file(&in_tree, FILE_NAME, Some(root), 0)?;
    }
    layers.finish()
}

/// Which paths of a project are left out.
#[derive(Debug, Clone, Default)]
pub struct PathFilter {
    exclude: GlobSet,
    include: GlobSet,
}

impl PathFilter {
    /// From globs.
    ///
    /// # Errors
    /// The first glob that is none, and why.
    pub fn new(exclude: &[String], include: &[String]) -> Result<Self, (String, String)> {
        Ok(Self { exclude: globs(exclude)?, include: globs(include)? })
    }

    /// Whether nothing is left out.
    pub fn is_empty(&self) -> bool {
        self.exclude.is_empty()
    }

    /// Whether a file is left out, by its own path or a directory above it. The path is below the
    /// root of the project, with `/` between parts.
    pub fn leaves_out(&self, path: &str) -> bool {
        !self.exclude.is_empty() && any_part(&self.exclude, path) && !any_part(&self.include, path)
    }
}

/// Whether the path, or a directory above it, matches by its path or its name.
fn any_part(globs: &GlobSet, path: &str) -> bool {
    let ends = path.match_indices('/').map(|(at, _)| at).chain([path.len()]);
    ends.into_iter().any(|end| {
        let part = &path[..end];
        let name = part.rsplit('/').next().unwrap_or(part);
        !part.is_empty() && (globs.is_match(part) || globs.is_match(name))
    })
}

/// A set of globs in which `*` stops at `/`.
///
/// # Errors
/// The first one that is no glob, and why.
pub fn globs(patterns: &[String]) -> Result<GlobSet, (String, String)> {
    let mut set = GlobSetBuilder::new();
    for pattern in patterns {
        let fail = |error: &globset::Error| (pattern.clone(), error.kind().to_string());
        let plain = pattern.trim_start_matches("./").trim_end_matches('/');
        let glob = GlobBuilder::new(plain).literal_separator(true).build().map_err(|e| fail(&e))?;
        set.add(glob);
    }
    set.build().map_err(|error| (patterns.join(" "), error.to_string()))
}

/// Layers, merged as they come.
#[derive(Debug, Default)]
struct Layers {
    merged: Table,
    sources: BTreeMap<String, String>,
    files: Vec<String>,
    before: Option<Before>,
    /// For a nested file: the rules that the configuration of the project disables.
    base: Option<Vec<String>>,
    /// Paths of a nested file alone, as they are relative to it.
    own_paths: Paths,
    enabled: Vec<Named>,
}

impl Layers {
    /// Layers to be added to what counts already.
    fn upon(effective: &Effective, before: Option<Before>) -> Self {
        let Effective { merged, sources, files, .. } = effective.clone();
        Self { merged, sources, files, before, ..Self::default() }
    }

    /// Reads a file after those that it extends. A file of the scanned tree may not lead out of it.
    fn add_file(
        &mut self,
        file: &Path,
        shown: &str,
        within: Option<&Path>,
        depth: usize,
    ) -> Result<(), ConfigError> {
        let fail = |what: String| ConfigError { file: shown.to_owned(), line: None, what };
        if depth > DEEPEST {
            return Err(fail("circular or too deeply nested `extends`".to_owned()));
        }
        let (full, text) = match self.before.as_ref().and_then(|before| before.text(file)) {
            Some(Some(text)) => (before::plain(file), text),
            // A file that was named on the command line counts although it is new.
            Some(None) if within.is_some() => {
                return Err(fail("did not exist before the change".to_owned()));
            }
            _ => {
                let full = fs::canonicalize(file)
                    .map_err(|error| fail(format!("cannot be read: {error}")))?;
                stays_within(within, &full).map_err(&fail)?;
                let text = read::text(&full, read::SETTINGS)
                    .map_err(|error| fail(format!("cannot be read: {error}")))?;
                (full, text)
            }
        };
        let directory = full.parent().unwrap_or(Path::new(""));
        let (_, config) = checked(shown, &text)?;
        for base in &config.extends {
            let below = shown.rsplit_once('/').map_or("", |(directory, _)| directory);
            let name = if below.is_empty() { base.clone() } else { format!("{below}/{base}") };
            self.add_file(&directory.join(base), &name, within, depth + 1)
                .map_err(|error| error.extended_by(shown))?;
        }
        if !self.files.iter().any(|known| known == shown) {
            self.files.push(shown.to_owned());
        }
        for name in &config.rules.files {
            // What is not there is told when the rules are read.
            if let Ok(rules) = fs::canonicalize(directory.join(name)) {
                let fail = |what| fail(format!("rules.files: `{name}`: {what}"));
                stays_within(within, &rules).map_err(fail)?;
            }
        }
        self.add_text(shown, &text, directory)
    }

    fn add_text(&mut self, name: &str, text: &str, directory: &Path) -> Result<(), ConfigError> {
        let (mut table, config) = checked(name, text)?;
        table.remove("extends");
        check_globs(name, text, &config)?;
        if let Some(base) = &self.base {
            nested::check(name, text, &config, base)?;
            self.own_paths.exclude.extend(config.paths.exclude.iter().cloned());
            self.own_paths.include.extend(config.paths.include.iter().cloned());
        }
        if let Some(Value::Table(rules)) = table.get_mut("rules") {
            // From here on it no longer matters where the layer stood.
            if let Some(Value::Array(files)) = rules.get_mut("files") {
                for file in files {
                    let full = file.as_str().map(|file| directory.join(file));
                    if let Some(full) = full {
                        *file = Value::String(full.to_string_lossy().into_owned());
                    }
                }
            }
            rules.remove("enable");
        }
        self.enable(&config.rules.enable);
        let named = |rule: &String| Named { name: rule.clone(), file: name.to_owned() };
        self.enabled.extend(config.rules.enable.iter().map(named));
        merge(&mut self.merged, table, "", name, &mut self.sources);
        Ok(())
    }

    /// Takes rules out of the list of those that earlier layers disable.
    fn enable(&mut self, names: &[String]) {
        if let Some(Value::Table(rules)) = self.merged.get_mut("rules")
            && let Some(Value::Array(disabled)) = rules.get_mut("disable")
        {
            disabled.retain(|name| !names.iter().any(|n| Some(n.as_str()) == name.as_str()));
        }
    }

    fn finish(self) -> Result<Effective, ConfigError> {
        let name = self.files.last().map_or(DEFAULTS.0, String::as_str).to_owned();
        let fail = |what: String| ConfigError { file: name.clone(), line: None, what };
        let config: Config = Value::Table(self.merged.clone())
            .try_into()
            .map_err(|error: toml::de::Error| fail(error.message().to_owned()))?;
        let paths = PathFilter::new(&config.paths.exclude, &config.paths.include)
            .map_err(|(glob, why)| fail(format!("`{glob}`: {why}")))?;
        Ok(Effective {
            config,
            merged: self.merged,
            sources: self.sources,
            files: self.files,
            paths,
            enabled: self.enabled,
        })
    }
}

/// Makes sure that a file, without links, lies below a root if there is one.
fn stays_within(root: Option<&Path>, file: &Path) -> Result<(), String> {
    let Some(root) = root else { return Ok(()) };
    let root =
        fs::canonicalize(root).map_err(|error| format!("its directory cannot be read: {error}"))?;
    if file.starts_with(root) {
        return Ok(());
    }
    Err("is outside of the scanned tree; pass it with --config instead".to_owned())
}

/// A layer as a table and as what it means.
fn checked(name: &str, text: &str) -> Result<(Table, Config), ConfigError> {
    let fail = |error: toml::de::Error| parse_error(name, text, &error);
    let config = toml::from_str(text).map_err(fail)?;
    let table = toml::from_str(text).map_err(fail)?;
    Ok((table, config))
}

/// An error of the parser, with its line and, for a name that is not known, the nearest one that is.
pub(crate) fn parse_error(name: &str, text: &str, error: &toml::de::Error) -> ConfigError {
    let line = error.span().map(|span| line_at(text, span.start));
    let what = suggest::explained(error.message());
    ConfigError { file: name.to_owned(), line, what }
}

fn check_globs(name: &str, text: &str, config: &Config) -> Result<(), ConfigError> {
    for list in [&config.paths.exclude, &config.paths.include] {
        globs(list).map_err(|(glob, why)| ConfigError {
            file: name.to_owned(),
            line: line_with(text, &glob),
            what: format!("`{glob}` is not a glob: {why}"),
        })?;
    }
    Ok(())
}

/// The line of a file that a word stands in.
fn line_with(text: &str, word: &str) -> Option<usize> {
    text.lines().position(|line| line.contains(word)).map(|index| index + 1)
}

fn merge(
    base: &mut Table,
    over: Table,
    path: &str,
    name: &str,
    sources: &mut BTreeMap<String, String>,
) {
    for (key, value) in over {
        let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        match (base.get_mut(&key), value) {
            (Some(Value::Table(base)), Value::Table(over)) => {
                merge(base, over, &path, name, sources);
            }
            (Some(Value::Array(base)), Value::Array(over)) => {
                for value in over {
                    if !base.contains(&value) {
                        sources.insert(format!("{path} {value}"), name.to_owned());
                        base.push(value);
                    }
                }
            }
            (None, Value::Table(over)) => {
                let mut table = Table::new();
                merge(&mut table, over, &path, name, sources);
                base.insert(key, Value::Table(table));
            }
            (_, value) => {
                if let Value::Array(values) = &value {
                    for value in values {
                        sources.insert(format!("{path} {value}"), name.to_owned());
                    }
                }
                sources.insert(path, name.to_owned());
                base.insert(key, value);
            }
        }
    }
}

impl Effective {
    /// The layer that a value in a list came from.
    pub fn source_of(&self, path: &str, value: &str) -> Option<&str> {
        let value = Value::String(value.to_owned());
        self.sources.get(&format!("{path} {value}")).map(String::as_str)
    }

    /// Puts a value into the place of a key, or adds the entries of a list, for what is shown: something takes
    /// precedence over the files. Only some rules are those of whoever names them last.
    pub fn overlay(&mut self, section: &str, key: &str, value: Value, source: &str) {
        if let (("rules", "only"), Some(Value::Table(rules))) =
            ((section, key), self.merged.get_mut("rules"))
        {
            rules.remove("only");
        }
        let table = Table::from_iter([(key.to_owned(), value)]);
        let table = Table::from_iter([(section.to_owned(), Value::Table(table))]);
        merge(&mut self.merged, table, "", source, &mut self.sources);
    }

    /// The layer that a value came from.
    pub fn source(&self, path: &str) -> Option<&str> {
        self.sources.get(path).map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn project(files: &[(&str, &str)]) -> tempfile::TempDir {
        let directory = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = directory.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        directory
    }

    fn loaded(files: &[(&str, &str)]) -> Result<Effective, String> {
        let project = project(files);
        load(project.path(), &Choice::default()).map_err(|error| error.to_string())
    }

    #[test]
    fn nothing_is_needed() {
        let effective = loaded(&[]).unwrap();
        assert_eq!(effective.config.thresholds.fail_on, Some(FailOn::Low));
        assert!(effective.files.is_empty() && effective.paths.is_empty());
    }

    use super::threshold::FailOn;

    #[test]
    fn layers_add_lists_and_the_last_word_counts() {
        let effective = loaded(&[
            (
                "sprawl.toml",
                "extends = ['ci/a.toml', 'ci/b.toml']\n[paths]\nexclude = ['own']\n\
                 [rules]\nenable = ['x']\n",
            ),
            (
                "ci/a.toml",
                "[paths]\nexclude = ['a']\n[thresholds]\nfail-on = 'high'\n\
                 [rules]\ndisable = ['x', 'y']\nfiles = ['r.toml']\n",
            ),
            ("ci/b.toml", "[paths]\nexclude = ['b']\n[thresholds]\nfail-on = 'medium'\n"),
        ])
        .unwrap();
        assert_eq!(effective.config.paths.exclude, ["a", "b", "own"]);
        assert_eq!(effective.config.rules.disable, ["y"]);
        assert_eq!(effective.config.thresholds.fail_on, Some(FailOn::Medium));
        assert_eq!(effective.source("thresholds.fail-on"), Some("ci/b.toml"));
        assert_eq!(effective.source_of("paths.exclude", "a"), Some("ci/a.toml"));
        assert_eq!(effective.source("policy.warn-days"), Some("default"));
        assert_eq!(effective.files, ["ci/a.toml", "ci/b.toml", "sprawl.toml"]);
        let rules = Path::new(&effective.config.rules.files[0]);
        assert!(rules.is_absolute() && rules.ends_with("ci/r.toml"), "{}", rules.display());
    }

    #[test]
    fn unknown_keys_are_errors_with_line_and_suggestion() {
        let error = loaded(&[("sprawl.toml", "[paths]\n\nexlude = []\n")]).unwrap_err();
        assert!(error.starts_with("sprawl.toml:3:"), "{error}");
        assert!(error.contains("`exlude`") && error.contains("did you mean `exclude`?"), "{error}");
        let error = loaded(&[("sprawl.toml", "[threshold]\n")]).unwrap_err();
        assert!(error.contains("did you mean `thresholds`?"), "{error}");
        let error = loaded(&[("sprawl.toml", "[thresholds]\nfail-on = 'hgh'\n")]).unwrap_err();
        assert!(error.starts_with("sprawl.toml:2:"), "{error}");
        assert!(error.contains("did you mean `high`?"), "{error}");
        let error = loaded(&[("sprawl.toml", "[paths]\nexclude = ['a[b']\n")]).unwrap_err();
        assert!(error.starts_with("sprawl.toml:2:") && error.contains("a[b"), "{error}");
    }

    #[test]
    fn values_of_the_file_are_not_shown() {
        let error = loaded(&[("sprawl.toml", "[policy]\nwarn-days = 'hunter2'\n")]).unwrap_err();
        assert!(error.starts_with("sprawl.toml:2:") && !error.contains("hunter2"), "{error}");
    }

    #[test]
    fn circles_end() {
        let error = loaded(&[("sprawl.toml", "extends = ['sprawl.toml']\n")]).unwrap_err();
        assert!(error.contains("circular"), "{error}");
        let error = loaded(&[("sprawl.toml", "extends = ['ci/base.toml']\n")]).unwrap_err();
        assert!(error.starts_with("ci/base.toml: cannot be read"), "{error}");
        assert!(error.ends_with("`sprawl.toml` extends it"), "{error}");
    }

    #[test]
    fn a_scanned_tree_does_not_lead_out() {
        let outside = project(&[("base.toml", "")]);
        let tree = project(&[]);
        let base = outside.path().join("base.toml");
        let text = format!("extends = ['{}']\n", base.display());
        fs::write(tree.path().join(FILE_NAME), &text).unwrap();
        let error = load(tree.path(), &Choice::default()).unwrap_err();
        assert!(error.what.contains("outside of the scanned tree"), "{error}");
        // A file that the user names may.
        let named = Choice { files: vec![tree.path().join(FILE_NAME)], no_tree: false };
        assert!(load(tree.path(), &named).is_ok());
        let none = Choice { files: Vec::new(), no_tree: true };
        assert!(load(tree.path(), &none).unwrap().files.is_empty());
    }

    #[test]
    fn what_is_included_comes_back() {
        let list = |all: &[&str]| all.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>();
        let filter = PathFilter::new(&list(&["vendor", "*.min.js"]), &[]).unwrap();
        assert!(filter.leaves_out("vendor/a/b.c") && filter.leaves_out("x/vendor/b.c"));
        assert!(filter.leaves_out("web/a.min.js") && !filter.leaves_out("web/a.js"));
        let filter = PathFilter::new(&list(&["vendor/"]), &list(&["vendor/ours/**"])).unwrap();
        assert!(!filter.leaves_out("vendor/ours/a.c") && filter.leaves_out("vendor/theirs/a.c"));
    }
}
