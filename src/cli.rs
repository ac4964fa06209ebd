//! The command line as typed. Turning it into meaning is the business of [`crate::commands`].

pub(crate) mod about;
pub(crate) mod config;
pub(crate) mod git;
pub(crate) mod hook;
pub(crate) mod migrate;
pub(crate) mod policy;
pub(crate) mod reports;
#[cfg(test)]
mod tests;

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use clap::error::ErrorKind;
use clap::{Args, CommandFactory as _, Parser, Subcommand};

use sprawl::scan::contents::UnpackOptions;
use sprawl::session::options::{FileOptions, RuleOptions};
use sprawl_unpack::budget::Limits;

/// Finds secrets, and says what each one opens, where else it lives, and what to do first.
///
/// Works offline: nothing is sent anywhere.
#[derive(Debug, Parser)]
#[command(name = "sprawl", version, disable_version_flag = true, max_term_width = 100)]
#[command(
    arg_required_else_help = true,
    after_help = "\
Examples:
  sprawl scan              the current directory
  sprawl scan --history    everything its repository has ever held
  sprawl hook install      scan before every commit
  sprawl rules show ID     what is known of a credential type

`sprawl COMMAND --help` has more for each command."
)]
pub(crate) struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Option<Command>,

    /// Print the version; with --json what scripts want to know.
    #[arg(short = 'V', long)]
    pub version: bool,

    /// With --version: as JSON.
    #[arg(long, requires = "version")]
    pub json: bool,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Scan files, directories, standard input or a git repository.
    Scan(Box<ScanArgs>),
    /// Make one report out of several, as one scan of all would have given.
    Merge(Box<reports::MergeArgs>),
    /// Say what to do about the secrets of reports, in order.
    Plan(Box<reports::PlanArgs>),
    /// List the secrets that a person who leaves knows.
    Offboard(Box<reports::OffboardArgs>),
    /// Show and check the rules.
    Rules(RulesArgs),
    /// Scan before every commit or push.
    Hook(hook::HookArgs),
    /// Show the configuration.
    Config(config::ConfigCommandArgs),
    /// Decide to live with a secret, in some places and until some day.
    Accept(Box<policy::AcceptArgs>),
    /// Show, renew and tidy up such decisions.
    Exceptions(policy::ExceptionsArgs),
    /// Record what is there, so that later scans tell what is new.
    Baseline(Box<policy::BaselineArgs>),
    /// Carry over what other scanners were told in this project.
    Migrate(Box<migrate::MigrateArgs>),
    /// Say what was seen on a line and why it is reported or not. Never shows values.
    Explain(ExplainArgs),
    /// Print completions for a shell.
    Completions(about::CompletionsArgs),
    /// Print the manual.
    Man(about::ManArgs),
}

impl Cli {
    /// What a command line says, the name of the program first.
    ///
    /// # Errors
    /// It is none of ours, or asks for help. So is one of a hook on which the name of a file would
    /// count as an option: the pre-commit framework puts the names of files behind the options.
    pub(crate) fn typed(arguments: &[OsString]) -> Result<Self, clap::Error> {
        let cli = Self::try_parse_from(arguments)?;
        if let Some(Command::Scan(scan)) = &cli.command
            && scan.git.hook.is_some_and(git::Hook::is_commit)
            && let Some(name) = option_and_file(arguments)
        {
            let what = format!(
                "`{}` is an option, and the name of a file here; put `--` before the names of files, or \
                 give that file another name",
                name.display()
            );
            return Err(Self::command().error(ErrorKind::ArgumentConflict, what));
        }
        Ok(cli)
    }
}

/// The first argument that is taken for an option and is the name of a file, too.
fn option_and_file(arguments: &[OsString]) -> Option<&OsStr> {
    let is_option =
        |argument: &&OsString| argument.len() > 1 && argument.to_string_lossy().starts_with('-');
    let options = arguments.iter().skip(1).take_while(|argument| *argument != "--");
    options
        .filter(is_option)
        .find(|argument| Path::new(argument).symlink_metadata().is_ok())
        .map(OsString::as_os_str)
}

/// Arguments of `sprawl scan`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sprawl scan                        the current directory
  sprawl scan --fail-on high src     only high and critical findings fail
  git diff | sprawl scan -           standard input
  sprawl scan --staged               what the next commit would add
  sprawl scan --history api web      two repositories, one secret in both is one entry
  sprawl scan -o out.json -o out.txt several reports in one run

Exit status:
  0 clean   1 findings at or above --fail-on   2 usage, configuration or input error
  3 something could not be scanned, and nothing else failed")]
pub(crate) struct ScanArgs {
    /// Files and directories; `-` is standard input.
    #[arg(value_name = "PATH", default_value = ".")]
    pub paths: Vec<PathBuf>,

    /// The path that standard input stands for in reports.
    #[arg(long, value_name = "NAME")]
    pub stdin_name: Option<String>,

    /// Read documents from standard input, one in each line as JSON: {"path": ..., "content": ...,
    /// "meta": ...}.
    #[arg(long, conflicts_with_all = ["stdin_name", "submodules"])]
    pub documents: bool,

    /// What of a git repository is scanned.
    #[command(flatten)]
    pub git: git::GitArgs,

    /// With --history: the repositories of submodules, too, and of theirs.
    #[arg(long, requires = "history", help_heading = "Git")]
    pub submodules: bool,

    /// With --history: scan every version of a text whole, instead of what is new in it. Slower, and
    /// the same findings: this is how to check that.
    #[arg(long, requires = "history", hide = true)]
    pub whole_versions: bool,

    /// What is written, and where.
    #[command(flatten)]
    pub report: reports::ReportArgs,

    /// What is reported.
    #[command(flatten)]
    pub threshold: reports::ThresholdArgs,

    /// Show secrets in clear in the reports.
    #[arg(long)]
    pub show_secrets: bool,

    /// Threads; as many as processors by default, and no more than help.
    #[arg(short = 'j', long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    pub threads: usize,

    /// No summary and no progress on standard error; problems are still named.
    #[arg(short, long)]
    pub quiet: bool,

    /// Which configuration counts.
    #[command(flatten)]
    pub config: config::ConfigArgs,

    /// Which earlier decisions count.
    #[command(flatten)]
    pub policy: policy::PolicyArgs,

    /// Which rules take part.
    #[command(flatten)]
    pub rules: RuleArgs,

    /// Leave out paths that match this glob.
    #[arg(long, value_name = "GLOB")]
    pub exclude: Vec<String>,

    /// Scan untracked files that .gitignore names, too.
    #[arg(long)]
    pub no_ignore: bool,

    /// Follow symbolic links that stay within the given path.
    #[arg(long)]
    pub follow: bool,

    /// Read large files instead of mapping them into memory.
    #[arg(long)]
    pub no_mmap: bool,

    /// How far containers are opened.
    #[command(flatten)]
    pub unpack: UnpackArgs,
}

/// How far containers and encodings are opened. The limits are for all that one file holds.
#[derive(Debug, Clone, Args)]
pub(crate) struct UnpackArgs {
    /// Do not open archives and documents, and decode nothing; they are counted.
    #[arg(long, help_heading = "Containers")]
    pub no_unpack: bool,

    /// Open containers within containers so deep.
    #[arg(long, value_name = "N", default_value_t = 8, help_heading = "Containers")]
    pub unpack_depth: u32,

    /// Decompress and decode at most so many MiB of one file.
    #[arg(long, value_name = "MIB", default_value_t = 1024, help_heading = "Containers")]
    pub unpack_mib: u64,

    /// Read at most so many members of one file.
    #[arg(long, value_name = "N", default_value_t = 100_000, help_heading = "Containers")]
    pub unpack_members: u64,
}

impl UnpackArgs {
    /// The same as a session takes it.
    pub(crate) fn options(&self) -> UnpackOptions {
        let limits = Limits {
            depth: self.unpack_depth,
            bytes: self.unpack_mib.saturating_mul(1 << 20),
            entries: self.unpack_members,
        };
        UnpackOptions { limits, is_off: self.no_unpack }
    }
}

impl ScanArgs {
    /// Which files are left out, and how files are read.
    pub(crate) fn files(&self) -> FileOptions {
        FileOptions {
            exclude: self.exclude.clone(),
            no_ignore: self.no_ignore,
            follow: self.follow,
            no_mmap: self.no_mmap,
        }
    }
}

/// Which rules take part.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct RuleArgs {
    /// Add the rules of a TOML file.
    #[arg(long = "rules", value_name = "FILE")]
    pub files: Vec<PathBuf>,

    /// Use only this rule (id, alias, or prefix with *).
    #[arg(long, value_name = "RULE")]
    pub only: Vec<String>,

    /// Do not use this rule (id, alias, or prefix with *).
    #[arg(long, value_name = "RULE")]
    pub disable: Vec<String>,
}

impl RuleArgs {
    /// The same as a session takes it.
    pub(crate) fn options(&self) -> RuleOptions {
        let Self { files, only, disable } = self.clone();
        RuleOptions { files, only, disable }
    }
}

/// Arguments of `sprawl explain`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sprawl explain src/settings.py:12        what was weighed there and what decided
  sprawl explain .env:3 --only 'generic-*'")]
pub(crate) struct ExplainArgs {
    /// The place, as reports write it: FILE:LINE.
    #[arg(value_name = "FILE:LINE")]
    pub place: String,

    /// Which rules.
    #[command(flatten)]
    pub rules: RuleArgs,

    /// Which configuration.
    #[command(flatten)]
    pub config: config::ConfigArgs,
}

/// Arguments of `sprawl rules`.
#[derive(Debug, Args)]
pub(crate) struct RulesArgs {
    /// What to do with them.
    #[command(subcommand)]
    pub command: RulesCommand,
}

/// What to do with rules.
#[derive(Debug, Subcommand)]
pub(crate) enum RulesCommand {
    /// One line for each rule.
    #[command(after_help = "\
Examples:
  sprawl rules list                        what is found
  sprawl rules list --json --rules acme.toml")]
    List {
        /// Add the rules of a TOML file.
        #[arg(long = "rules", value_name = "FILE")]
        files: Vec<PathBuf>,
        /// As JSON.
        #[arg(long)]
        json: bool,
        /// As a Markdown document, by provider.
        #[arg(long, conflicts_with = "json")]
        markdown: bool,
    },
    /// Everything about one rule.
    #[command(after_help = "\
Examples:
  sprawl rules show github-pat-classic
  sprawl rules show acme-api-key --rules acme.toml")]
    Show {
        /// Id or alias.
        id: String,
        /// Add the rules of a TOML file.
        #[arg(long = "rules", value_name = "FILE")]
        files: Vec<PathBuf>,
    },
    /// Check rule files as the loader does.
    #[command(after_help = "\
Examples:
  sprawl rules check acme.toml             errors with file, line and what to do about them")]
    Check {
        /// TOML files.
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
}
