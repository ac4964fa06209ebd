//! Searching the project to decide on what is found: `sprawl accept`, `baseline`, `exceptions prune`.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::PathBuf;

use super::scan::{self, What};
use super::setting::Setting;
use super::{Error, git};
use crate::cli::ScanArgs;
use crate::cli::policy::SearchArgs;
use sprawl::group;
use sprawl::problem::Problem;
use sprawl::report::Report;
use sprawl_detect::rules::Rules;
use sprawl_detect::text::{count, nearest};

/// A project, and how it is searched.
#[derive(Debug)]
pub(super) struct Search {
    args: ScanArgs,
    paths: Vec<PathBuf>,
    pub(super) setting: Setting,
    pub(super) rules: Rules,
}

impl Search {
    /// In the project that the current directory lies in.
    ///
    /// # Errors
    /// Its configuration, key or rules cannot be used.
    pub(super) fn new(search: &SearchArgs) -> Result<Self, Error> {
        let here = [PathBuf::from(".")];
        let root = Setting::of(&search.config, &here, false)?.project.root().to_owned();
        let is_here = std::fs::canonicalize(".").is_ok_and(|here| here == root);
        let path = if is_here { PathBuf::from(".") } else { root };
        let mut words: Vec<&OsStr> = vec![OsStr::new("--quiet")];
        if search.history {
            words.push(OsStr::new("--history"));
        }
        words.extend([OsStr::new("--"), path.as_os_str()]);
        let mut args = ScanArgs::typed(&words).map_err(|error| Error::Input(error.to_string()))?;
        args.config = search.config.clone();
        args.rules = search.rules.clone();
        let setting = Setting::of(&args.config, &args.paths, args.git.is_any())?;
        let rules = setting.rules(&args.rules)?;
        Ok(Self { paths: args.paths.clone(), args, setting, rules })
    }

    /// What is made of what is found. A key that another command made meanwhile goes before: then the
    /// project is searched with that.
    ///
    /// # Errors
    /// As [`Self::run`], and what becomes of the report.
    pub(super) fn examined<T>(
        &mut self,
        use_it: impl FnOnce(&Rules, Report<'_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        loop {
            let error = match self.run() {
                Ok(report) => return use_it(&self.rules, report),
                Err(error) => error,
            };
            if !self.setting.takes_another_key()? {
                return Err(error);
            }
        }
    }

    /// What is found.
    ///
    /// # Errors
    /// Something could not be scanned: decisions need the whole picture.
    pub(super) fn run(&self) -> Result<Report<'_>, Error> {
        let work = match self.args.git.is_any() {
            true => Some(git::Work::prepare(&self.args, &self.paths)?),
            false => None,
        };
        let what = What { from_stdin: false, paths: &self.paths, work: work.as_ref() };
        let report = scan::examine(&self.args, what, &self.setting, &self.rules)?;
        match report.problems.as_slice() {
            [] => Ok(report),
            [Problem { place, what, .. }, ..] => Err(Error::Input(format!(
                "{place}: {what}; {} in all, and nothing was written: what was not \
                 scanned cannot be decided on",
                count(report.problems.len() as u64, "problem")
            ))),
        }
    }
}

/// The ids that secrets had in reports before the project had its key, and what they are now.
pub(super) fn former_ids(rules: &Rules, report: &Report<'_>) -> BTreeMap<String, String> {
    let all = report.groups.iter().chain(&report.covered).chain(&report.material.unreported);
    group::former_ids(rules, all)
}

/// A word that was meant where none fits, for messages.
pub(super) fn hint<'c>(word: &str, known: impl IntoIterator<Item = &'c str>) -> String {
    nearest(word, known).map_or(String::new(), |known| format!("; did you mean `{known}`?"))
}
