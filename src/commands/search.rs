//! Searching the project to decide on what is found: `sprawl accept`, `baseline`, `exceptions prune`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::Error;
use crate::cli::policy::SearchArgs;
use sprawl::Session;
use sprawl::group;
use sprawl::problem::Problem;
use sprawl::report::Report;
use sprawl::session::context::ProjectContext;
use sprawl::session::options::Options;
use sprawl::source::Source;
use sprawl::source::repository::Repositories;
use sprawl::source::tree::Tree;
use sprawl_detect::rules::Rules;
use sprawl_detect::text::{count, nearest};

/// A project, and what of it is searched.
pub(super) struct Search {
    paths: Vec<PathBuf>,
    history: bool,
    session: Session,
}

impl Search {
    /// In the project that the current directory lies in.
    ///
    /// # Errors
    /// Its configuration, key or rules cannot be used.
    pub(super) fn new(search: &SearchArgs) -> Result<Self, Error> {
        let options = Options { rules: search.rules.options(), ..search.config.options() };
        let project = Session::builder().options(options.clone()).context()?.project;
        let is_here = std::fs::canonicalize(".").is_ok_and(|here| here == project.root());
        let path = if is_here { PathBuf::from(".") } else { project.root().to_owned() };
        let builder = Session::builder().paths([path.clone()]).from_top(search.history);
        let session = builder.options(options).build()?;
        Ok(Self { paths: vec![path], history: search.history, session })
    }

    /// The rules in force.
    pub(super) fn rules(&self) -> &Rules {
        self.session.rules()
    }

    /// The project and its configuration.
    pub(super) fn context(&self) -> &ProjectContext {
        self.session.context()
    }

    /// The project and its configuration, to be changed.
    pub(super) fn context_mut(&mut self) -> &mut ProjectContext {
        self.session.context_mut()
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
                Ok(report) => return use_it(self.session.rules(), report),
                Err(error) => error,
            };
            if !self.session.context_mut().takes_another_key()? {
                return Err(error);
            }
        }
    }

    /// What is found.
    ///
    /// # Errors
    /// Something could not be scanned: decisions need the whole picture.
    pub(super) fn run(&self) -> Result<Report<'_>, Error> {
        let source: Box<dyn Source> = match self.history {
            true => Box::new(Repositories::history(&self.paths)?),
            false => Box::new(Tree::new(self.paths.clone())),
        };
        let report = self.session.scan(&*source)?;
        match report.problems.as_slice() {
            [] => Ok(report),
            [Problem { place, what, .. }, ..] => Err(Error::Input(format!(
                "{place}: {what}; {} in all, and nothing was written: decisions need a complete \
                 scan",
                count(report.problems.len() as u64, "problem")
            ))),
        }
    }
}

/// The ids that secrets had in reports before the project had its key, and what they are now.
pub(super) fn former_ids(rules: &Rules, report: &Report<'_>) -> BTreeMap<String, String> {
    group::former_ids(rules, report.all())
}

/// A word that was meant where none fits, for messages.
pub(super) fn hint<'c>(word: &str, known: impl IntoIterator<Item = &'c str>) -> String {
    nearest(word, known).map_or(String::new(), |known| format!("; did you mean `{known}`?"))
}
