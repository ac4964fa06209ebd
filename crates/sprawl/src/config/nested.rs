//! Nested configuration: a `sprawl.toml` in a directory of the project counts for what lies below it, upon the
//! configuration of the directories above. The nearest one wins.
//!
//! Where one is read is decided by paths alone, so that files, the index, ranges, history and merged reports are
//! judged alike:
//!
//! - below the root of the project and within its repository: a nested repository is another project, whose files no
//!   change of this one shows;
//! - not in a directory that is excluded: nobody looks there;
//! - as it was before the change, where a change on its way in is scanned (see [`Before`]);
//! - not where a configuration was named on the command line, with `--isolated`, or with `nested = false` under
//!   `[policy]` in the configuration of the project.
//!
//! A file that cannot be used hides nothing: it is a problem of the scan, and what is configured above it counts.
//! What one sets for the project as a whole (weights, rule files, limits of exceptions) cannot be set for a part.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::schema::Config;
use super::{ConfigError, Effective, FILE_NAME, Layers, PathFilter, any_part, line_with};
use crate::files::before::Before;
use crate::files::read;
use crate::problem::Problem;
use sprawl_detect::rules::{Named, RuleId, Rules};
use sprawl_detect::text::{line_at, printable};

/// Keys that only the configuration of the project may set, and what to do instead.
const WHOLE_PROJECT: &[(&str, &str, &str)] = &[
    ("weights", "", "one secret has one score"),
    ("lifetime", "", "one secret is judged once"),
    ("rules", "files", "rules are loaded once"),
    ("rules", "only", "list what is not wanted here under `disable`"),
    ("policy", "max-exception-days", "there is one file of exceptions"),
    ("policy", "max-renewals", "there is one file of exceptions"),
    ("policy", "warn-days", "there is one file of exceptions"),
    ("policy", "nested", "it is about all files below the root"),
];

/// The configuration of a project, directory by directory.
pub struct Nested {
    root: PathBuf,
    base: Arc<Level>,
    is_on: bool,
    before: Option<Before>,
    known: Mutex<Known>,
}

/// What was looked up.
#[derive(Default)]
struct Known {
    levels: HashMap<String, Arc<Level>>,
    /// The nested files that count, by directory.
    own: BTreeMap<String, Arc<Level>>,
    problems: BTreeMap<String, ConfigError>,
}

/// The configuration that counts in a directory.
#[derive(Debug)]
pub struct Level {
    /// The directory that it begins at, below the root; empty for the root itself.
    directory: String,
    /// All that counts there, as one configuration.
    effective: Effective,
    /// Paths that it leaves out by itself, below its directory.
    filter: PathFilter,
    /// Rules that nested files disable here.
    disabled: Vec<Named>,
    outer: Option<Arc<Level>>,
    /// Whether it or an outer one leaves out any path.
    filters: bool,
    /// Whether it or an outer one has paths that come back.
    includes: bool,
}

impl fmt::Debug for Nested {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Nested").field("root", &self.root).finish_non_exhaustive()
    }
}

impl Nested {
    /// That of the project at a root. `is_on` says whether nested files are read.
    pub fn new(root: PathBuf, base: Effective, before: Option<Before>, is_on: bool) -> Self {
        let filter = base.paths.clone();
        let base = Level {
            directory: String::new(),
            filters: !filter.exclude.is_empty(),
            includes: !filter.include.is_empty(),
            filter,
            effective: base,
            disabled: Vec::new(),
            outer: None,
        };
        let is_on = is_on && base.effective.config.policy.nested != Some(false);
        Self { root, base: Arc::new(base), is_on, before, known: Mutex::default() }
    }

    /// The root of the project.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Whether it makes any difference where a file lies.
    pub fn is_needed(&self) -> bool {
        self.is_on || self.base.filters
    }

    /// Whether any nested file was found so far.
    pub fn has_any(&self) -> bool {
        self.is_on && !self.known().own.is_empty()
    }

    /// What counts for a file, by its path below the root.
    pub fn of_file(&self, path: &str) -> Arc<Level> {
        match path.rsplit_once('/') {
            Some((directory, _)) => self.at(directory),
            None => Arc::clone(&self.base),
        }
    }

    /// What counts in a directory, by its path below the root.
    pub fn at(&self, directory: &str) -> Arc<Level> {
        if !self.is_on || directory.is_empty() {
            return Arc::clone(&self.base);
        }
        if let Some(level) = self.known().levels.get(directory) {
            return Arc::clone(level);
        }
        let is_plain = |part| matches!(part, Component::Normal(_));
        if !Path::new(directory).components().all(is_plain) {
            return Arc::clone(&self.base);
        }
        let mut level = Arc::clone(&self.base);
        let ends = directory.match_indices('/').map(|(at, _)| at).chain([directory.len()]);
        for end in ends {
            level = self.below(&directory[..end], level);
        }
        level
    }

    /// What counts in a directory, by what counts in the one above it.
    fn below(&self, directory: &str, outer: Arc<Level>) -> Arc<Level> {
        if let Some(level) = self.known().levels.get(directory) {
            return Arc::clone(level);
        }
        // Read without the lock: other threads find what they need meanwhile, or the same.
        let read = match outer.leaves_out_directory(directory) {
            true => Ok(None),
            false => self.read(directory, &outer),
        };
        let mut known = self.known();
        if let Some(level) = known.levels.get(directory) {
            return Arc::clone(level);
        }
        let level = match read {
            Ok(None) => outer,
            Ok(Some(level)) => {
                let level = Arc::new(level);
                known.own.insert(directory.to_owned(), Arc::clone(&level));
                level
            }
            Err(error) => {
                known.problems.insert(directory.to_owned(), error);
                outer
            }
        };
        known.levels.insert(directory.to_owned(), Arc::clone(&level));
        level
    }

    /// The level of a directory that has a file of its own.
    fn read(&self, directory: &str, outer: &Arc<Level>) -> Result<Option<Level>, ConfigError> {
        let file = self.root.join(directory).join(FILE_NAME);
        let is_there = match self.before.as_ref().and_then(|before| before.text(&file)) {
            Some(text) => text.is_some(),
            None => fs::symlink_metadata(&file).is_ok(),
        };
        if !is_there || self.is_of_another_repository(directory) {
            return Ok(None);
        }
        let shown = format!("{directory}/{FILE_NAME}");
        let mut layers = Layers::upon(&outer.effective, self.before.clone());
        layers.base = Some(self.base.effective.config.rules.disable.clone());
        layers.add_file(&file, &shown, Some(&self.root), 0)?;
        let own = std::mem::take(&mut layers.own_paths);
        let effective = layers.finish()?;
        let fail = |(glob, why): (String, String)| ConfigError {
            file: shown.clone(),
            line: None,
            what: format!("`{glob}` is not a glob: {why}"),
        };
        let filter = PathFilter::new(&own.exclude, &own.include).map_err(fail)?;
        let disabled = effective.config.rules.disable.iter().map(|name| Named {
            name: name.clone(),
            file: effective.source_of("rules.disable", name).unwrap_or_default().to_owned(),
        });
        Ok(Some(Level {
            directory: directory.to_owned(),
            filters: outer.filters || !filter.exclude.is_empty(),
            includes: outer.includes || !filter.include.is_empty(),
            disabled: disabled.collect(),
            effective,
            filter,
            outer: Some(Arc::clone(outer)),
        }))
    }

    /// Whether a repository begins at a directory, or at one between it and the root.
    fn is_of_another_repository(&self, directory: &str) -> bool {
        let ends = directory.match_indices('/').map(|(at, _)| at).chain([directory.len()]);
        let mut tops = ends.map(|end| self.root.join(&directory[..end]).join(".git"));
        tops.any(|top| fs::symlink_metadata(top).is_ok())
    }

    /// The nested files that count, as far as they were met, in order.
    pub fn files(&self) -> Vec<String> {
        self.known().own.keys().map(|directory| format!("{directory}/{FILE_NAME}")).collect()
    }

    /// The nested levels, as far as they were met, in order.
    pub fn levels(&self) -> Vec<Arc<Level>> {
        self.known().own.values().cloned().collect()
    }

    /// Files that cannot be used, and names in the others that no rule has.
    pub fn problems(&self, rules: &Rules) -> Vec<Problem> {
        let known = self.known();
        let mut problems: Vec<Problem> =
            known.problems.iter().map(|(directory, error)| problem(directory, error)).collect();
        for level in known.own.values() {
            let own = |named: &&Named| {
                level.outer.as_ref().is_none_or(|outer| !outer.disables(&named.name))
            };
            let all = level.disabled.iter().filter(own).chain(&level.effective.enabled);
            for named in all.filter(|named| !rules.knows(named)) {
                let (name, hint) = (printable(&named.name), rules.hint(&named.name));
                let what = format!("no rule is called `{name}`; {hint}");
                problems.push(Problem::new(self.place_of(named), what));
            }
        }
        problems.sort();
        problems.dedup();
        problems
    }

    /// The file and line that name a rule.
    fn place_of(&self, named: &Named) -> String {
        let file = self.root.join(&named.file);
        let before = self.before.as_ref().and_then(|before| before.text(&file)).flatten();
        let text = before.or_else(|| read::text(&file, read::SETTINGS).ok()).unwrap_or_default();
        let line = line_with(&text, &named.name);
        format!("{}{}", named.file, line.map_or(String::new(), |line| format!(":{line}")))
    }

    /// The first file that cannot be used.
    ///
    /// # Errors
    /// There is one.
    pub fn check(&self) -> Result<(), ConfigError> {
        self.known().problems.values().next().cloned().map_or(Ok(()), Err)
    }

    fn known(&self) -> std::sync::MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn problem(directory: &str, error: &ConfigError) -> Problem {
    let line = error.line.map_or(String::new(), |line| format!(":{line}"));
    let what = format!("{}; {directory}/{FILE_NAME} is ignored", error.what);
    Problem::new(format!("{}{line}", error.file), what)
}

impl Level {
    /// All that counts here.
    pub fn config(&self) -> &Config {
        &self.effective.config
    }

    /// The same, with where each value comes from.
    pub fn effective(&self) -> &Effective {
        &self.effective
    }

    /// The directory that it begins at, below the root.
    pub fn directory(&self) -> &str {
        &self.directory
    }

    /// Whether any path is left out here.
    pub fn filters(&self) -> bool {
        self.filters
    }

    /// Whether a file is left out, by its path below the root: the nearest level that names it decides.
    pub fn leaves_out(&self, path: &str) -> bool {
        let mut level = self.filters.then_some(self);
        while let Some(Self { directory, filter, outer, .. }) = level {
            let below = match directory.as_str() {
                "" => Some(path),
                directory => path.strip_prefix(directory).and_then(|rest| rest.strip_prefix('/')),
            };
            if let Some(below) = below {
                if !filter.include.is_empty() && any_part(&filter.include, below) {
                    return false;
                }
                if !filter.exclude.is_empty() && any_part(&filter.exclude, below) {
                    return true;
                }
            }
            level = outer.as_deref();
        }
        false
    }

    /// Whether a directory need not be looked into.
    pub fn leaves_out_directory(&self, path: &str) -> bool {
        !self.includes && self.leaves_out(path)
    }

    /// Whether what a rule finds here is not wanted.
    pub fn drops(&self, rules: &Rules, rule: RuleId) -> bool {
        self.disabled.iter().any(|named| rules.is_named(rule, named))
    }

    fn disables(&self, name: &str) -> bool {
        self.effective.config.rules.disable.iter().any(|other| other == name)
    }
}

/// Makes sure that a nested file sets only what can be set for a part of a project. `base` has the rules that the
/// configuration of the project disables.
///
/// # Errors
/// The first key that cannot.
pub(super) fn check(
    name: &str,
    text: &str,
    config: &Config,
    base: &[String],
) -> Result<(), ConfigError> {
    let Ok(table) = toml::de::DeTable::parse(text) else { return Ok(()) };
    let fail = |at: usize, what: String| {
        Err(ConfigError { file: name.to_owned(), line: Some(line_at(text, at)), what })
    };
    for (section, value) in table.get_ref() {
        for (whole_section, whole_key, why) in WHOLE_PROJECT {
            if section.get_ref() != whole_section {
                continue;
            }
            let what = "set it in the sprawl.toml of the project";
            if whole_key.is_empty() {
                let shown =
                    format!("`{whole_section}` cannot be set below the root: {why}; {what}");
                return fail(section.span().start, shown);
            }
            let mut keys = value.get_ref().as_table().into_iter().flatten();
            if let Some((key, _)) = keys.find(|(key, _)| key.get_ref() == whole_key) {
                let shown = format!(
                    "`{whole_section}.{whole_key}` cannot be set below the root: {why}; {what}"
                );
                return fail(key.span().start, shown);
            }
        }
    }
    if let Some(rule) = config.rules.enable.iter().find(|rule| base.contains(rule)) {
        let at = text.find(rule.as_str()).unwrap_or(0);
        let shown = printable(rule);
        return fail(
            at,
            format!(
                "`{shown}` is disabled in the sprawl.toml of the project and cannot be enabled below it; \
                 disable it in the directories where it is not wanted instead"
            ),
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::{Choice, load};
    use super::*;
    use crate::config::schema::Marks;
    use crate::config::threshold::{FailOn, MinConfidence};

    fn project(files: &[(&str, &str)]) -> (tempfile::TempDir, Nested) {
        let directory = tempfile::tempdir().unwrap();
        let root = fs::canonicalize(directory.path()).unwrap();
        for (name, text) in files {
            let path = root.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let base = load(&root, &Choice::default()).unwrap();
        let nested = Nested::new(root, base, None, true);
        (directory, nested)
    }

    fn said(nested: &Nested) -> Vec<String> {
        let problems = nested.problems(&Rules::builtin());
        problems.into_iter().map(|one| format!("{}: {}", one.place, one.what)).collect()
    }

    #[test]
    fn the_nearest_file_wins_and_lists_are_added() {
        let (_guard, nested) = project(&[
            ("sprawl.toml", "[thresholds]\nfail-on = 'high'\n[policy]\nmarks = 'own'\n"),
            (
                "a/sprawl.toml",
                "[thresholds]\nfail-on = 'low'\n[rules]\ndisable = ['sendgrid-key']\n",
            ),
            (
                "a/b/sprawl.toml",
                "[thresholds]\nmin-confidence = 'strong'\n[rules]\nenable = ['sendgrid-key']\n",
            ),
        ]);
        let of = |path: &str| {
            let level = nested.of_file(path);
            let Config { thresholds, policy, rules, .. } = level.config();
            (thresholds.fail_on, thresholds.min_confidence, policy.marks, rules.disable.clone())
        };
        let (own, pattern) = (Some(Marks::Own), Some(MinConfidence::Pattern));
        assert_eq!(of("x/y.env"), (Some(FailOn::High), pattern, own, vec![]));
        assert_eq!(
            of("a/y.env"),
            (Some(FailOn::Low), pattern, own, vec!["sendgrid-key".to_owned()])
        );
        let strong = Some(MinConfidence::Strong);
        assert_eq!(of("a/b/c/y.env"), (Some(FailOn::Low), strong, own, vec![]));
        assert_eq!(nested.files(), ["a/sprawl.toml", "a/b/sprawl.toml"]);
        assert!(said(&nested).is_empty());
    }

    #[test]
    fn globs_are_relative_to_their_file_and_the_nearest_that_names_a_path_decides() {
        let (_guard, nested) = project(&[
            ("sprawl.toml", "[paths]\nexclude = ['*.pem', 'gen/out']\n"),
            ("a/sprawl.toml", "[paths]\nexclude = ['gen']\ninclude = ['keys/*.pem']\n"),
            ("a/b/sprawl.toml", "[paths]\nexclude = ['keys/c.pem']\n"),
        ]);
        let out = |path: &str| nested.of_file(path).leaves_out(path);
        for (path, is_out) in [
            ("x.pem", true),
            ("gen/out/x", true),
            ("gen/x", false),
            ("a/gen/x", true),
            ("a/x.pem", true),
            ("a/keys/x.pem", false),
            ("a/b/keys/c.pem", true),
            ("b/gen/x", false),
            ("ab/gen/x", false),
        ] {
            assert_eq!(out(path), is_out, "{path}");
        }
    }

    #[test]
    fn what_nobody_looks_into_has_no_configuration() {
        let (guard, nested) = project(&[
            ("sprawl.toml", "[paths]\nexclude = ['vendor']\n"),
            ("vendor/sprawl.toml", "[paths]\ninclude = ['**']\n"),
            ("sub/.git", "gitdir: elsewhere\n"),
            ("sub/sprawl.toml", "[rules]\ndisable = ['*']\n"),
            ("sub/deep/sprawl.toml", "[rules]\ndisable = ['*']\n"),
        ]);
        assert!(nested.of_file("vendor/x").leaves_out("vendor/x"));
        for path in ["sub/x", "sub/deep/x", "../x/y", "/etc/x", "no/such/x", "x"] {
            assert!(nested.of_file(path).config().rules.disable.is_empty(), "{path}");
        }
        assert!(!nested.has_any());
        let base = load(guard.path(), &Choice::default()).unwrap();
        fs::create_dir(guard.path().join("a")).unwrap();
        fs::write(guard.path().join("a/sprawl.toml"), "[rules]\ndisable = ['*']\n").unwrap();
        let off = Nested::new(guard.path().to_owned(), base, None, false);
        assert!(off.of_file("a/x").config().rules.disable.is_empty());
    }

    #[test]
    fn the_project_may_do_without() {
        let (_guard, nested) = project(&[
            ("sprawl.toml", "[policy]\nnested = false\n"),
            ("a/sprawl.toml", "[rules]\ndisable = ['*']\n"),
        ]);
        assert!(nested.of_file("a/x").config().rules.disable.is_empty());
    }

    #[test]
    fn what_cannot_be_set_for_a_part_says_so_and_hides_nothing() {
        for (text, line, word) in [
            ("[paths]\nexclude = ['*']\n[weights]\nreuse = 1\n", 3, "`weights`"),
            ("[weights.reach]\nsaas = 1\n", 1, "`weights`"),
            ("lifetime = { warn-before = '1d' }\n", 1, "`lifetime`"),
            ("[rules]\n\nfiles = ['x.toml']\n", 3, "`rules.files`"),
            ("[rules]\nonly = ['sendgrid-key']\n", 2, "`disable`"),
            ("policy.max-renewals = 3\n", 1, "`policy.max-renewals`"),
            ("[policy]\nmarks = 'none'\nwarn-days = 1\n", 3, "`policy.warn-days`"),
            ("[policy]\nmax-exception-days = 900\n", 2, "one file of exceptions"),
            ("[policy]\nnested = true\n", 2, "`policy.nested`"),
            (
                "[rules]\nenable = ['sendgrid-key']\n",
                2,
                "is disabled in the sprawl.toml of the project",
            ),
            ("[paths]\nexlude = ['*']\n", 2, "did you mean `exclude`?"),
            ("[paths]\nexclude = ['a[b']\n", 2, "not a glob"),
            ("extends = ['../base.toml']\n", 1, "`weights`"),
            ("not toml", 1, ""),
        ] {
            let (_guard, nested) = project(&[
                ("sprawl.toml", "[rules]\ndisable = ['sendgrid-key']\n"),
                ("base.toml", "[weights]\nreuse = 1\n"),
                ("a/sprawl.toml", text),
            ]);
            assert!(!nested.of_file("a/x").leaves_out("a/x"), "{text}");
            let said = said(&nested);
            let file = if text.starts_with("extends") { "a/../base.toml" } else { "a/sprawl.toml" };
            assert_eq!(said.len(), 1, "{text}: {said:?}");
            assert!(said[0].starts_with(&format!("{file}:{line}: ")), "{text}: {said:?}");
            assert!(said[0].contains(word) && said[0].ends_with("ignored"), "{text}: {said:?}");
            assert!(nested.check().is_err());
        }
    }

    #[test]
    fn names_that_no_rule_has_are_told() {
        let (_guard, nested) =
            project(&[("a/sprawl.toml", "[rules]\ndisable = ['sendgrid-kye', 'github-*']\n")]);
        let rules = Rules::builtin();
        let (sendgrid, _) = rules.named("sendgrid-key").unwrap();
        let (github, _) = rules.named("github-pat-classic").unwrap();
        let level = nested.of_file("a/x");
        assert!(level.drops(&rules, github) && !level.drops(&rules, sendgrid));
        assert!(!nested.of_file("b/x").drops(&rules, github));
        let said = said(&nested);
        assert_eq!(said.len(), 1, "{said:?}");
        assert!(
            said[0].starts_with("a/sprawl.toml:2: ") && said[0].contains("`sendgrid-key`"),
            "{said:?}"
        );
    }
}
