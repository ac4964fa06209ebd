//! Options: what a user or a program asks for, beside what the project's own files say. Options go first.

use std::path::PathBuf;

use crate::config::Choice;
use crate::config::threshold::{FailOn, MinConfidence};
use crate::report::SarifOptions;
use crate::scan::contents::UnpackOptions;
use sprawl_unpack::unread::Reason;

/// Everything that can be asked for.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Which configuration files count.
    pub config: Choice,
    /// Nothing in the scanned tree may hide a finding: no configuration, mark, exception, baseline or
    /// `.gitignore`.
    pub isolated: bool,
    /// Which rules are used.
    pub rules: RuleOptions,
    /// Which earlier decisions count.
    pub policy: PolicyOptions,
    /// Which files are left out, and how files are read.
    pub files: FileOptions,
    /// Least confidence that is reported; as configured, or `pattern`, if absent.
    pub min_confidence: Option<MinConfidence>,
    /// Placeholders and samples of documentation are reported, too.
    pub include_placeholders: bool,
    /// Least severity that fails; as configured, or `low`, if absent.
    pub fail_on: Option<FailOn>,
    /// How far containers and encodings are opened.
    pub unpack: UnpackOptions,
    /// Reasons for which a scan may leave something unread and still be complete, beside those of the
    /// configuration.
    pub allow_unread: Vec<Reason>,
    /// Number of threads; 0 stands for one for each processor.
    pub threads: usize,
    /// Reports show secrets in clear.
    pub show_secrets: bool,
    /// Findings do not keep the lines that they stand on: no report in text or JSON is wanted.
    pub no_lines: bool,
    /// When the places that use a credential are looked for.
    pub readers: FollowNames,
    /// How SARIF is written.
    pub sarif: SarifOptions,
}

/// When names are followed to the places that use a credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "clap", derive(clap::ValueEnum))]
pub enum FollowNames {
    /// In scans of files and of history, which have time; not of what is about to be committed or pushed.
    #[default]
    Auto,
    /// In every scan that has a tree at hand.
    Always,
    /// Never.
    Never,
}

/// Which rules are used: ids, aliases, or prefixes with `*`.
#[derive(Debug, Clone, Default)]
pub struct RuleOptions {
    /// Files with rules of one's own.
    pub files: Vec<PathBuf>,
    /// Only these, if there are any.
    pub only: Vec<String>,
    /// Not these.
    pub disable: Vec<String>,
}

/// Which earlier decisions count.
#[derive(Debug, Clone, Default)]
pub struct PolicyOptions {
    /// This baseline instead of the project's.
    pub baseline: Option<PathBuf>,
    /// No baseline.
    pub no_baseline: bool,
    /// These exceptions instead of the project's.
    pub exceptions: Option<PathBuf>,
    /// Days that a finding of the baseline may stay open; as configured if absent.
    pub max_open_days: Option<u16>,
}

/// Which files are left out, and how files are read.
#[derive(Debug, Clone, Default)]
pub struct FileOptions {
    /// Globs of paths that are left out.
    pub exclude: Vec<String>,
    /// Files that `.gitignore` names are scanned, too.
    pub no_ignore: bool,
    /// Symbolic links that stay within the given path are followed.
    pub follow: bool,
    /// Large files are read instead of mapped.
    pub no_mmap: bool,
}
