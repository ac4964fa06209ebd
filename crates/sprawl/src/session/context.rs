//! The context of a scan: a project, the configuration that is in force there, the key that makes its ids,
//! and the earlier decisions that count.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::civil::Date;

use super::options::Options;
use crate::config::nested::{Level, Nested};
use crate::config::schema::{Marks, Thresholds};
use crate::config::threshold::{FailOn, MinConfidence};
use crate::config::{self, Config, Effective};
use crate::error::Error;
use crate::files::before::Before;
use crate::files::lock::{self, Lock};
use crate::files::{place, read, write};
use crate::finding::{Finding, Origin};
use crate::group::{ScoreInput, SecretGroup};
use crate::identity::{self, Identity};
use crate::locked::Locked;
use crate::policy::baseline::{self, Baseline, Scope};
use crate::policy::exceptions::{self, Exception, Exceptions, Limits};
use crate::policy::{Policy, key};
use crate::project::Project;
use crate::report::{Configuration, Threshold};
use crate::source::{Source, tree};
use sprawl_detect::evidence::Confidence;
use sprawl_detect::rules::{Named, Rules, Selection, UserFile};
use sprawl_unpack::unread::Unread;

/// A project with its configuration.
#[derive(Debug)]
pub struct ProjectContext {
    /// Where it begins.
    pub project: Project,
    /// The configuration in force.
    pub config: Effective,
    /// The same by directory.
    pub nested: Arc<Nested>,
    /// Makes the ids of secrets.
    pub identity: Identity,
    /// What was asked for.
    pub(super) options: Options,
    /// The key of `identity` where it was made up and is not written yet.
    new_key: Option<String>,
    /// What the change that is scanned alters counts as it was before.
    before: Option<Before>,
    /// Decisions that the change brings.
    brought: Brought,
}

/// Decisions that a change brings.
#[derive(Debug, Clone, Default)]
struct Brought {
    /// Ids in our files.
    ids: BTreeSet<String>,
    /// Exceptions that name one secret.
    exceptions: Vec<Exception>,
}

impl ProjectContext {
    /// The context of a project.
    ///
    /// # Errors
    /// A configuration file or a key that cannot be used.
    pub fn new(project: Project, options: Options) -> Result<Self, Error> {
        Self::before_change(project, options, None)
    }

    /// The context of a project as it was before the change that is scanned.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn before_change(
        project: Project,
        options: Options,
        before: Option<Before>,
    ) -> Result<Self, Error> {
        let choice = config::Choice {
            no_tree: options.config.no_tree || options.isolated,
            ..options.config.clone()
        };
        let config = config::load_before(project.root(), &choice, before.as_ref())?;
        let checked = config.config.weights.check();
        checked.map_err(|what| Error::file(config::FILE_NAME, format!("weights: {what}")))?;
        // Whoever names a configuration, or wants none of the tree, wants none of its directories either.
        let is_nested = choice.files.is_empty() && !choice.no_tree;
        let root = project.root().to_owned();
        let nested = Arc::new(Nested::new(root, config.clone(), before.clone(), is_nested));
        let mut context = Self {
            project,
            config,
            nested,
            identity: Identity::default(),
            options,
            new_key: None,
            before,
            brought: Brought::default(),
        };
        context.identity = context.read_identity()?;
        Ok(context)
    }

    /// Takes note of what the change that is scanned decides by itself.
    pub fn note_brought(&mut self, today: Date) {
        self.brought = self.brought(today);
    }

    /// What the files of the tree decide beyond what they did before the change.
    fn brought(&self, today: Date) -> Brought {
        let mut brought = Brought::default();
        if self.options.isolated || self.before.is_none() {
            return brought;
        }
        let now = |file: &str| {
            let file = place::below(self.project.root(), file);
            file.and_then(|file| read::text(&file, read::LIST)).unwrap_or_default()
        };
        if let Ok(baseline) = Baseline::parse(&now(baseline::FILE)) {
            let ids = baseline.entries.into_iter().flat_map(|entry| [entry.id, entry.place]);
            brought.ids.extend(ids);
        }
        let limits = self.limits(today);
        let known = self.exceptions(limits, today).unwrap_or_default().entries;
        if let Ok(exceptions) = Exceptions::parse(&now(exceptions::FILE), limits, today) {
            brought.ids.extend(exceptions.entries.iter().filter_map(|entry| entry.id.clone()));
            if exceptions.project == self.identity.project() {
                let new = exceptions.entries.into_iter().filter(|entry| !known.contains(entry));
                brought.exceptions.extend(new.filter(|entry| entry.id.is_some()));
            }
        }
        brought
    }

    /// What was judged as it was before the change that is scanned, as far as that was asked for.
    pub fn altered(&self) -> Vec<String> {
        self.before.as_ref().map(Before::altered).unwrap_or_default()
    }

    /// Whether the change itself brings an exception for this secret.
    pub fn is_accepted_by_change(&self, id: &str) -> bool {
        self.brought.exceptions.iter().any(|entry| entry.id.as_deref() == Some(id))
    }

    /// Whether there is a key although there was none when it was looked for.
    pub fn has_a_key_by_now(&self) -> bool {
        !self.identity.has_project_key()
            && self.read_identity().is_ok_and(|identity| identity.has_project_key())
    }

    /// Takes the project's key, if it is another one than it was; says whether it is.
    ///
    /// # Errors
    /// A key that cannot be used.
    pub fn takes_another_key(&mut self) -> Result<bool, Error> {
        let now = self.read_identity()?;
        let is_another = now.has_project_key() && now.project() != self.identity.project();
        if is_another {
            self.identity = now;
            self.new_key = None;
        }
        Ok(is_another)
    }

    /// The key in the environment, beside a named baseline or exceptions, or in the project: in this
    /// order. A key of the scanned tree is one that its author knows.
    fn read_identity(&self) -> Result<Identity, Error> {
        if let Some(key) = std::env::var(identity::KEY_VARIABLE).ok().filter(|key| !key.is_empty())
        {
            return Ok(Identity::new(Some(&key)));
        }
        let named = self.options.policy.baseline.iter().chain(&self.options.policy.exceptions);
        let mut roots: Vec<PathBuf> = named.filter_map(|file| project_around(file)).collect();
        if !self.options.isolated {
            roots.push(self.project.root().to_owned());
        }
        for root in roots {
            let before = self.before.as_ref().and_then(|before| before.text(&root.join(key::FILE)));
            if let Some(text) = before.flatten() {
                return Ok(Identity::new(Some(&key::of_text(&text).map_err(unusable_key)?)));
            }
            // One that the change brings makes ids, which hides nothing.
            if let Some(identity) = identity_at(&root)? {
                return Ok(identity);
            }
        }
        Ok(Identity::default())
    }

    /// Takes the lock on the decisions of the project. Whoever reads them to write them back holds it
    /// meanwhile. `on_wait` is called if another process holds it.
    ///
    /// # Errors
    /// The file system has no locks.
    pub fn lock(&self, on_wait: impl FnOnce()) -> Result<Lock, Error> {
        let root = self.project.root();
        lock::lock(root, on_wait).map_err(|error| {
            Error::file(root.display().to_string(), format!("cannot be locked: {error}"))
        })
    }

    /// A key for a project that has none, so that what is found gets the ids that it will be
    /// remembered by. [`Self::keep_key`] writes it.
    ///
    /// # Errors
    /// There is no randomness.
    pub fn propose_key(&mut self) -> Result<(), Error> {
        if !self.identity.has_project_key() {
            let key = key::new().map_err(unusable_key)?;
            self.identity = Identity::new(Some(&key));
            self.new_key = Some(key);
        }
        Ok(())
    }

    /// Makes sure that the project has a key, now that nobody else can make one.
    ///
    /// # Errors
    /// It cannot be written, or the one that was in force is gone.
    pub fn keep_key(&mut self, _lock: &Lock) -> Result<KeyState, Error> {
        // In the project there may be one that did not count for this run (--isolated).
        let there = match self.read_identity()? {
            known if known.has_project_key() => Some(known),
            _ => identity_at(self.project.root())?,
        };
        if let Some(there) = there {
            let is_same = there.project() == self.identity.project();
            self.identity = there;
            self.new_key = None;
            return Ok(if is_same { KeyState::AsBefore } else { KeyState::Changed });
        }
        let key = match self.new_key.take() {
            Some(key) => key,
            None if self.identity.has_project_key() => {
                return Err(unusable_key(
                    "was removed meanwhile; nothing was written: run the command again".to_owned(),
                ));
            }
            None => key::new().map_err(unusable_key)?,
        };
        key::save(self.project.root(), &key).map_err(unusable_key)?;
        self.identity = Identity::new(Some(&key));
        Ok(KeyState::Made)
    }

    /// Writes one of our files, by its name below the root of the project.
    ///
    /// # Errors
    /// It cannot be written; then what was there is still there.
    pub fn write(&self, name: &str, text: &str, _lock: &Lock) -> Result<(), Error> {
        write::below(self.project.root(), name, text)
            .map_err(|error| Error::file(name, format!("cannot be written: {error}")))
    }

    /// Where the exceptions are, and what they are called.
    pub fn exceptions_file(&self) -> (PathBuf, String) {
        match &self.options.policy.exceptions {
            Some(file) => (file.clone(), file.display().to_string()),
            None => (self.project.root().join(exceptions::FILE), exceptions::FILE.to_owned()),
        }
    }

    /// Where the baseline is, and what it is called.
    pub fn baseline_file(&self) -> (PathBuf, String) {
        match &self.options.policy.baseline {
            Some(file) => (file.clone(), file.display().to_string()),
            None => (self.project.root().join(baseline::FILE), baseline::FILE.to_owned()),
        }
    }

    /// Text of a file of ours, if it is there. One that was named must be.
    fn read_ours(
        &self,
        (file, name): &(PathBuf, String),
        named: bool,
    ) -> Result<Option<String>, Error> {
        match self.before.as_ref().and_then(|before| before.text(file)) {
            Some(None) if !named => return Ok(None),
            Some(Some(text)) => return Ok(Some(text)),
            _ => {}
        }
        let read = if named {
            read::named_text(file, read::LIST)
        } else {
            place::below(self.project.root(), name).and_then(|file| read::text(&file, read::LIST))
        };
        match read {
            Ok(text) => Ok(Some(text)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && !named => Ok(None),
            Err(error) => Err(Error::file(name.as_str(), format!("cannot be read: {error}"))),
        }
    }

    /// Ids made with another key fit nothing: better said than found out.
    fn check_key(&self, name: &str, project: Option<&str>, has_ids: bool) -> Result<(), Error> {
        if !has_ids || project == self.identity.project().as_deref() {
            return Ok(());
        }
        let what = if self.identity.has_project_key() {
            "its ids were made with another project key than the current one"
        } else {
            "its ids were made with a project key that is not here"
        };
        let what = format!("{what}; restore {} or set {}", key::FILE, identity::KEY_VARIABLE);
        Err(Error::file(name, what))
    }

    /// The rules of the files that were named, each in the place of the built-in file of its name and ids, if
    /// there is one; and the built-in files that gave way.
    ///
    /// # Errors
    /// A file that cannot be read or used.
    pub fn rules_in_place(&self) -> Result<(Rules, BTreeSet<String>), Error> {
        let texts = self.rule_texts()?;
        Ok(Rules::in_place(&user_files(&texts))?)
    }

    /// Files with rules, that of the configuration first: their names as shown, and their texts.
    fn rule_texts(&self) -> Result<Vec<(String, String)>, Error> {
        let asked = &self.options.rules;
        let choice = &self.config.config.rules;
        let mut texts = Vec::new();
        for file in choice.files.iter().map(Path::new).chain(asked.files.iter().map(AsRef::as_ref))
        {
            let name = file.strip_prefix(self.project.root()).unwrap_or(file);
            let before = self.before.as_ref().and_then(|before| before.text(file)).flatten();
            let text = before
                .map_or_else(|| read::named_text(file, read::LIST), Ok)
                .map_err(|error| Error::unread(file, &error))?;
            texts.push((name.display().to_string(), text));
        }
        Ok(texts)
    }

    /// The rules that configuration and arguments ask for.
    ///
    /// # Errors
    /// A file that cannot be read or used, or a name that no rule has.
    pub fn rules(&self) -> Result<Rules, Error> {
        let texts = self.rule_texts()?;
        let asked = &self.options.rules;
        let choice = &self.config.config.rules;
        // What was typed goes before what is written.
        let only = if asked.only.is_empty() {
            self.named("rules.only", &choice.only)
        } else {
            asked.only.iter().map(|name| Named::typed(name)).collect()
        };
        let mut disabled = self.named("rules.disable", &choice.disable);
        disabled.extend(asked.disable.iter().map(|name| Named::typed(name)));
        let rules = Rules::new(&user_files(&texts), &Selection { only, disabled })?;
        match self.config.enabled.iter().find(|named| !rules.knows(named)) {
            Some(Named { name, file }) => {
                let what =
                    format!("rules.enable: no rule is called `{name}`; {}", rules.hint(name));
                Err(Error::file(file.as_str(), what))
            }
            None => Ok(rules),
        }
    }

    /// The least severity that fails: as typed, or as configured.
    pub fn fail_on(&self) -> FailOn {
        self.options.fail_on.or(self.config.config.thresholds.fail_on).unwrap_or(FailOn::Low)
    }

    /// The least severity that fails for a secret: the strictest of its open places, as typed or as configured
    /// there.
    pub fn fail_on_of(&self, group: &SecretGroup) -> FailOn {
        if self.options.fail_on.is_some() || !self.nested.has_any() {
            return self.fail_on();
        }
        let open = group.occurrences.iter().filter(|place| place.decision.is_open());
        let of = |place: &Finding| self.level_of(place).config().thresholds.fail_on;
        open.filter_map(of).min().unwrap_or_else(|| self.fail_on())
    }

    /// What is reported of a secret: the least strict of its places decides.
    pub fn threshold_of(&self, group: &SecretGroup) -> Threshold {
        let whole = self.threshold();
        if !self.nested.has_any() {
            return whole;
        }
        let mut all = group
            .occurrences
            .iter()
            .map(|place| self.threshold_by(&self.level_of(place).config().thresholds));
        let first = all.next().unwrap_or(whole);
        all.fold(first, |one, other| Threshold {
            min_confidence: one.min_confidence.min(other.min_confidence),
            include_placeholders: one.include_placeholders || other.include_placeholders,
        })
    }

    /// Looks up what directories say of the places of secrets; a scan has done so when it left out findings.
    pub(super) fn look_up(&self, groups: &[SecretGroup]) {
        for place in groups.iter().flat_map(|group| &group.occurrences) {
            self.level_of(place);
        }
    }

    /// What counts where an occurrence stands.
    fn level_of(&self, finding: &Finding) -> Arc<Level> {
        self.nested.of_file(&self.project.below_root(finding.file()))
    }

    /// Whether the configuration accepts that something is left unread.
    pub fn accepts_unread(&self, unread: &Unread) -> bool {
        let file = self.project.below_root(unread.file());
        let level = self.nested.of_file(&file);
        level.config().unread.accept.contains(&unread.reason)
    }

    /// What is reported: as typed, or as configured for the project.
    pub fn threshold(&self) -> Threshold {
        self.threshold_by(&self.config.config.thresholds)
    }

    fn threshold_by(&self, configured: &Thresholds) -> Threshold {
        let least = self.options.min_confidence.or(configured.min_confidence);
        Threshold {
            min_confidence: least.unwrap_or(MinConfidence::Pattern).into(),
            include_placeholders: self.options.include_placeholders
                || configured.include_placeholders == Some(true),
        }
    }

    /// What is decided by, on a day.
    ///
    /// # Errors
    /// Exceptions or a baseline that cannot be used.
    pub fn policy(&self, today: Date) -> Result<Policy, Error> {
        let mut policy = Policy::new(&self.config.config.policy, today);
        if self.options.isolated {
            policy.marks = Marks::None;
        }
        policy.nested = Some(Arc::clone(&self.nested));
        policy.max_open_days = self.options.policy.max_open_days.or(policy.max_open_days);
        policy.open_days_are_asked = self.options.policy.max_open_days.is_some();
        let wanted = !self.options.isolated || self.options.policy.exceptions.is_some();
        if wanted {
            policy.exceptions = self.exceptions(policy.limits, today)?;
            for entry in &self.brought.exceptions {
                // It was read with the same limits.
                let _ = policy.exceptions.add(entry.clone(), policy.limits, today);
            }
            policy.exceptions_file = self.exceptions_file().1;
        }
        let wanted = !self.options.isolated || self.options.policy.baseline.is_some();
        if wanted && !self.options.policy.no_baseline {
            policy.baseline = self.baseline()?;
        }
        Ok(policy)
    }

    /// What the configuration lets exceptions do.
    pub fn limits(&self, today: Date) -> Limits {
        Policy::new(&self.config.config.policy, today).limits
    }

    /// The exceptions of the project; none if there is no file.
    ///
    /// # Errors
    /// A file that cannot be used.
    pub fn exceptions(&self, limits: Limits, today: Date) -> Result<Exceptions, Error> {
        let file = self.exceptions_file();
        let Some(text) = self.read_ours(&file, self.options.policy.exceptions.is_some())? else {
            return Ok(Exceptions::default());
        };
        let exceptions = Exceptions::parse(&text, limits, today)
            .map_err(|error| Error::file(file.1.as_str(), error.to_string()))?;
        let has_ids = exceptions.entries.iter().any(|entry| entry.id.is_some());
        self.check_key(&file.1, exceptions.project.as_deref(), has_ids)?;
        Ok(exceptions)
    }

    /// The baseline of the project, if there is one.
    ///
    /// # Errors
    /// A file that cannot be used.
    pub fn baseline(&self) -> Result<Option<Baseline>, Error> {
        let file = self.baseline_file();
        let Some(text) = self.read_ours(&file, self.options.policy.baseline.is_some())? else {
            return Ok(None);
        };
        let baseline = Baseline::parse(&text)
            .map_err(|error| Error::file(file.1.as_str(), error.to_string()))?;
        self.check_key(&file.1, baseline.project.as_deref(), !baseline.entries.is_empty())?;
        Ok(Some(baseline))
    }

    /// What secrets are grouped and scored by: the clock, what is locked, the project's weights and
    /// limits.
    pub fn score_input(&self, locked: Vec<Locked>, now: i64) -> ScoreInput {
        let Config { weights, lifetime, .. } = &self.config.config;
        ScoreInput { now, locked, weights: weights.clone(), lifetimes: lifetime.clone() }
    }

    /// Which files are left out, and how files are read.
    ///
    /// # Errors
    /// A glob that is none.
    pub(super) fn file_options(&self) -> Result<tree::Options, Error> {
        let files = &self.options.files;
        let exclude = config::globs(&files.exclude).map_err(|(value, what)| Error::Option {
            option: "--exclude",
            value,
            what,
        })?;
        Ok(tree::Options {
            no_ignore: files.no_ignore || self.options.isolated,
            follow: files.follow,
            exclude,
            project: self.nested.is_needed().then(|| Arc::clone(&self.nested)),
            isolated: self.options.isolated,
            no_mmap: files.no_mmap,
            repository: None,
        })
    }

    /// How much of the project a scan looks at.
    pub(super) fn scope(&self, source: &dyn Source) -> Scope<'static> {
        let is_root = |path: &PathBuf| {
            std::fs::canonicalize(path).is_ok_and(|full| full == self.project.root())
        };
        let Options { rules, files, .. } = &self.options;
        let all_rules = rules.only.is_empty() && rules.disable.is_empty();
        let all_files = files.exclude.is_empty() && source.roots().iter().any(is_root);
        let is_history = source.category() == "history";
        let tree = (is_history || source.category().is_empty()) && all_files && all_rules;
        Scope { tree, history: tree && is_history, is_gone: &|_| false }
    }

    /// Takes out what looks like secrets in our own files and is an id.
    pub fn leave_out_ids(&self, findings: &mut Vec<Finding>, policy: &Policy) {
        let ours = [key::FILE, exceptions::FILE, baseline::FILE];
        let is_ours = |finding: &Finding| {
            ours.contains(&self.project.below_root(&finding.location.path).as_str())
        };
        if !findings.iter().any(is_ours) {
            return;
        }
        let mut ids: BTreeSet<&str> = self.brought.ids.iter().map(String::as_str).collect();
        for entry in &policy.exceptions.entries {
            ids.extend(entry.id.as_deref());
        }
        for entry in policy.baseline.iter().flat_map(|baseline| &baseline.entries) {
            ids.extend([entry.id.as_str(), entry.place.as_str()]);
        }
        findings.retain(|finding| {
            let secret = finding.secret.reveal();
            let is_id = std::str::from_utf8(secret).is_ok_and(|text| ids.contains(text));
            !(is_ours(finding) && (is_id || self.identity.is_key(secret)))
        });
    }

    /// What the configuration takes away from this scan.
    pub(super) fn changes(&self, rules: &Rules, findings_left_out: u64) -> Configuration {
        let choice = &self.config.config.rules;
        let switches = !choice.disable.is_empty() || !choice.only.is_empty();
        let mut raised = Vec::new();
        let fail_on = self.fail_on();
        if self.options.fail_on.is_none() && !matches!(fail_on, FailOn::Low | FailOn::Any) {
            raised.push(format!("fail-on = {}", fail_on.name()));
        }
        let least = self.threshold().min_confidence;
        if self.options.min_confidence.is_none() && least > Confidence::Pattern {
            raised.push(format!("min-confidence = {}", least.name()));
        }
        for level in self.nested.levels() {
            let (directory, thresholds) = (level.directory(), &level.config().thresholds);
            let own = thresholds.fail_on.unwrap_or(fail_on);
            if self.options.fail_on.is_none() && own > fail_on {
                raised.push(format!("fail-on = {} in {directory}", own.name()));
            }
            let own = thresholds.min_confidence.map_or(least, Confidence::from);
            if self.options.min_confidence.is_none() && own > least {
                raised.push(format!("min-confidence = {} in {directory}", own.name()));
            }
        }
        let mut files = self.config.files.clone();
        files.extend(self.nested.files());
        Configuration {
            files,
            rules_off: if switches { rules.switched_off() as u64 } else { 0 },
            findings_left_out,
            raised,
        }
    }

    fn named(&self, key: &str, names: &[String]) -> Vec<Named> {
        let source = |name: &str| self.config.source_of(key, name).unwrap_or_default().to_owned();
        names.iter().map(|name| Named { name: name.clone(), file: source(name) }).collect()
    }

    /// Takes out what the configuration of its directory does not want, by its path or its rule, and says how
    /// many there were.
    pub fn leave_out(&self, rules: &Rules, findings: &mut Vec<Finding>) -> u64 {
        if !self.nested.is_needed() {
            return 0;
        }
        let before = findings.len();
        findings.retain(|finding| !self.is_left_out(rules, finding));
        (before - findings.len()) as u64
    }

    /// Whether the configuration leaves out what lies at a path; a member of a container lies where that does.
    pub fn leaves_out(&self, place: &str) -> bool {
        if !self.nested.is_needed() {
            return false;
        }
        let below = self.project.below_root(place);
        let file = below.split('!').next().unwrap_or_default();
        self.nested.of_file(file).leaves_out(&below)
    }

    fn is_left_out(&self, rules: &Rules, finding: &Finding) -> bool {
        let out = |path: &str| {
            let below = self.project.below_root(path);
            let level = self.nested.of_file(&below);
            level.leaves_out(&below) || level.drops(rules, finding.rule)
        };
        match &finding.location.origin {
            // What one blob holds is the same under all of its names.
            Origin::Git(place) if !place.paths.is_empty() => place.paths.iter().all(|p| out(p)),
            // It is no path of this project.
            Origin::Stdin | Origin::Other(_) => false,
            _ => out(finding.file()),
        }
    }
}

fn user_files(texts: &[(String, String)]) -> Vec<UserFile<'_>> {
    texts.iter().map(|(name, text)| UserFile { name, text }).collect()
}

/// What became of the project's key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyState {
    /// It is the one that the ids were made with.
    AsBefore,
    /// There was none; now there is.
    Made,
    /// It is another one: ids that were made before are void.
    Changed,
}

/// What makes the ids of the project at a directory, if it has a key.
fn identity_at(root: &Path) -> Result<Option<Identity>, Error> {
    let found = key::read(root)
        .map_err(|what| Error::file(root.join(key::FILE).display().to_string(), what))?;
    Ok(found.map(|key| Identity::new(Some(&key))))
}

fn unusable_key(what: String) -> Error {
    Error::file(key::FILE, what)
}

/// The directory whose `.sprawl` a file lies in, if it lies in one.
fn project_around(file: &Path) -> Option<PathBuf> {
    let directory = file.parent()?;
    (directory.file_name()? == ".sprawl").then(|| directory.parent().map(Path::to_owned))?
}
