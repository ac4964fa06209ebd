//! Errors of the library: why a session, a scan or a merge could not be made. What is only missing from
//! a result is no error but a [`Problem`] in the report.

use std::path::Path;

use crate::config::ConfigError;
use crate::problem::Problem;
use sprawl_detect::rules::RuleError;

/// The reason why nothing could be done. Each says what, where and what to do about it, and holds no
/// content of scanned files.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A configuration file cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// A rule file cannot be used, or no rule has a name that was given.
    #[error(transparent)]
    Rule(#[from] RuleError),
    /// A file that was named, or one of the project's own (exceptions, baseline, key), cannot be used.
    #[error("{file}: {what}")]
    File {
        /// The file, as shown.
        file: String,
        /// What is wrong with it.
        what: String,
    },
    /// The value of an option cannot be used.
    #[error("{option} {value}: {what}")]
    Option {
        /// The option, as the command line has it.
        option: &'static str,
        /// Its value.
        value: String,
        /// What is wrong with it.
        what: String,
    },
    /// A source cannot be read at all: no such file, no repository, no such commit.
    #[error("{}: {}; nothing was scanned", .0.place, .0.what)]
    Source(Problem),
    /// A report cannot be read back.
    #[error("{report}: {what}; nothing was written")]
    Report {
        /// The name of the report.
        report: String,
        /// What is wrong with it.
        what: String,
    },
    /// The system gives no threads.
    #[error("{0}")]
    Threads(String),
}

impl Error {
    /// An error of a file that cannot be used.
    pub(crate) fn file(file: impl Into<String>, what: impl Into<String>) -> Self {
        Self::File { file: file.into(), what: what.into() }
    }

    /// An error of a file that cannot be read.
    pub(crate) fn unread(file: &Path, error: &std::io::Error) -> Self {
        Self::file(file.display().to_string(), format!("cannot be read: {error}"))
    }
}

impl From<Problem> for Error {
    /// A problem that leaves nothing to scan.
    fn from(problem: Problem) -> Self {
        Self::Source(problem)
    }
}
