//! The setting of a command: its project, and the configuration that is in force there.

use std::path::{Path, PathBuf};

use jiff::civil::Date;

use super::{Error, scan};
use crate::cli::config::ConfigArgs;
use crate::cli::{FailOn, MinConfidence, RuleArgs, ScanArgs};
use crate::config::schema::Marks;
use crate::config::{self, Config, Effective, PathFilter};
use crate::finding::{Confidence, Finding, Origin};
use crate::group::Scene;
use crate::locked::Locked;
use crate::policy::Policy;
use crate::project::Project;
use crate::report::Configuration;
use crate::rules::{Named, Rules, Selection, UserFile};

/// A project with its configuration.
#[derive(Debug)]
pub(super) struct Setting {
    pub(super) project: Project,
    pub(super) config: Effective,
    /// Nothing in the scanned tree may hide a finding.
    isolated: bool,
}

impl Setting {
    /// That of some paths; `from_top` says that the report names files from the top of the work
    /// tree on.
    ///
    /// # Errors
    /// A configuration file that cannot be used.
    pub(super) fn of(args: &ConfigArgs, paths: &[PathBuf], from_top: bool) -> Result<Self, Error> {
        let project = Project::of(paths);
        let project = if from_top { project.from_top() } else { project };
        let config = config::load(project.root(), &args.choice())?;
        let checked = config.config.weights.check();
        checked.map_err(|what| Error::Input(format!("{}: weights: {what}", config::FILE_NAME)))?;
        Ok(Self { project, config, isolated: args.isolated })
    }

    /// The rules that configuration and arguments ask for.
    ///
    /// # Errors
    /// A file that cannot be read or used, or a name that no rule has.
    pub(super) fn rules(&self, args: &RuleArgs) -> Result<Rules, Error> {
        let choice = &self.config.config.rules;
        let mut texts = Vec::new();
        for file in choice.files.iter().map(Path::new).chain(args.files.iter().map(AsRef::as_ref)) {
            let name = file.strip_prefix(self.project.root()).unwrap_or(file);
            texts.push((name.display().to_string(), scan::read_text(file)?));
        }
        let files: Vec<UserFile<'_>> =
            texts.iter().map(|(name, text)| UserFile { name, text }).collect();
        // What was typed goes before what is written.
        let only = if args.only.is_empty() {
            self.named("rules.only", &choice.only)
        } else {
            args.only.iter().map(|name| Named::typed(name)).collect()
        };
        let mut disabled = self.named("rules.disable", &choice.disable);
        disabled.extend(args.disable.iter().map(|name| Named::typed(name)));
        Ok(Rules::new(&files, &Selection { only, disabled })?)
    }

    /// The least severity that fails: as typed, or as configured.
    pub(super) fn fail_on(&self, typed: Option<FailOn>) -> FailOn {
        typed.or(self.config.config.thresholds.fail_on).unwrap_or(FailOn::Low)
    }

    /// The least confidence that is reported: as typed, or as configured.
    pub(super) fn min_confidence(&self, typed: Option<MinConfidence>) -> MinConfidence {
        typed.or(self.config.config.thresholds.min_confidence).unwrap_or(MinConfidence::Pattern)
    }

    /// Whether placeholders are reported.
    pub(super) fn include_placeholders(&self, typed: bool) -> bool {
        typed || self.config.config.thresholds.include_placeholders == Some(true)
    }

    /// What is decided by, on a day.
    pub(super) fn policy(&self, today: Date) -> Policy {
        let mut policy = Policy::new(&self.config.config.policy, today);
        if self.isolated {
            policy.marks = Marks::None;
        }
        policy
    }

    /// What secrets are grouped and scored by: the clock, what is locked, the project's weights and
    /// limits.
    pub(super) fn scene(&self, locked: Vec<Locked>) -> Scene {
        let Config { weights, lifetime, .. } = &self.config.config;
        Scene {
            now: jiff::Timestamp::now().as_second(),
            locked,
            weights: weights.clone(),
            lifetimes: lifetime.clone(),
        }
    }

    /// The paths that the configuration leaves out, if any.
    pub(super) fn path_filter(&self) -> Option<(PathBuf, PathFilter)> {
        let paths = &self.config.paths;
        (!paths.is_empty()).then(|| (self.project.root().to_owned(), paths.clone()))
    }

    /// What the configuration takes away from this scan.
    pub(super) fn changes(
        &self,
        args: &ScanArgs,
        rules: &Rules,
        findings_left_out: u64,
    ) -> Configuration {
        let choice = &self.config.config.rules;
        let switches = !choice.disable.is_empty() || !choice.only.is_empty();
        let mut raised = Vec::new();
        let fail_on = self.fail_on(args.fail_on);
        if args.fail_on.is_none() && fail_on != FailOn::Low {
            raised.push(format!("fail-on = {}", name(fail_on)));
        }
        let least = self.min_confidence(args.min_confidence);
        if args.min_confidence.is_none() && Confidence::from(least) > Confidence::Pattern {
            raised.push(format!("min-confidence = {}", Confidence::from(least).name()));
        }
        Configuration {
            files: self.config.files.clone(),
            rules_off: if switches { rules.switched_off() as u64 } else { 0 },
            findings_left_out,
            raised,
        }
    }

    fn named(&self, key: &str, names: &[String]) -> Vec<Named> {
        let source = |name: &str| self.config.source_of(key, name).unwrap_or_default().to_owned();
        names.iter().map(|name| Named { name: name.clone(), file: source(name) }).collect()
    }

    /// Takes out what lies in paths that the configuration leaves out, and says how many there were.
    pub(super) fn leave_out(&self, findings: &mut Vec<Finding>) -> u64 {
        if self.config.paths.is_empty() {
            return 0;
        }
        let before = findings.len();
        findings.retain(|finding| !self.is_left_out(finding));
        (before - findings.len()) as u64
    }

    fn is_left_out(&self, finding: &Finding) -> bool {
        let out = |path: &str| self.config.paths.leaves_out(&self.project.below_root(path));
        match &finding.location.origin {
            // What one blob holds is the same under all of its names.
            Origin::Git(place) if !place.paths.is_empty() => place.paths.iter().all(|p| out(p)),
            Origin::Stdin => false,
            _ => out(&finding.location.path),
        }
    }
}

/// The name of a value as it is typed.
fn name(value: impl clap::ValueEnum) -> String {
    value.to_possible_value().map_or(String::new(), |value| value.get_name().to_owned())
}
