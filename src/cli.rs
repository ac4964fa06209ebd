//! The command line as typed. Turning it into meaning is the business of [`crate::commands`].

pub(crate) mod about;
pub(crate) mod agent;
pub(crate) mod completion;
pub(crate) mod config;
pub(crate) mod environment;
pub(crate) mod fix;
pub(crate) mod git;
pub(crate) mod hook;
pub(crate) mod list;
pub(crate) mod lsp;
pub(crate) mod mcp;
pub(crate) mod migrate;
pub(crate) mod policy;
pub(crate) mod redact;
pub(crate) mod reports;
#[cfg(test)]
mod tests;

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use clap::builder::BoolishValueParser;
use clap::error::ErrorKind;
use clap::{Args, CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

use self::list::List;
use sprawl::scan::contents::UnpackOptions;
use sprawl::session::options::{FileOptions, FollowNames, RuleOptions};
use sprawl_unpack::budget::Limits;

/// Find secrets, and learn what each one unlocks, where else it appears, and what to fix first.
///
/// Works offline: sprawl never opens a network connection.
#[derive(Debug, Parser)]
#[command(name = "sprawl", version, disable_version_flag = true, max_term_width = 100)]
#[command(
    arg_required_else_help = true,
    after_help = "\
Examples:
  sprawl scan              scan the current directory
  sprawl init              write a configuration to start from
  sprawl scan --history    scan the whole history of its repository
  sprawl hook install      scan before every commit
  sprawl rules show ID     show details of a credential type

Run `sprawl COMMAND --help` for details and examples."
)]
pub(crate) struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Option<Command>,

    /// Print the version; with --json, machine-readable version information.
    #[arg(short = 'V', long)]
    pub version: bool,

    /// With --version: print JSON.
    #[arg(long, requires = "version")]
    pub json: bool,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Scan files, directories, standard input or a git repository.
    Scan(Box<ScanArgs>),
    /// Merge several reports into one.
    Merge(Box<reports::MergeArgs>),
    /// Print a prioritized remediation plan.
    Plan(Box<reports::PlanArgs>),
    /// Replace secrets in files by references to the environment.
    Fix(Box<fix::FixArgs>),
    /// List machine identities: owner, purpose, authority, age, and what has changed.
    Inventory(Box<reports::InventoryArgs>),
    /// List secrets a departing person has had access to.
    Offboard(Box<reports::OffboardArgs>),
    /// Copy standard input to standard output, with secrets replaced.
    Redact(Box<redact::RedactArgs>),
    /// Find, list, show and validate rules.
    Rules(RulesArgs),
    /// Install or remove the git hooks that scan commits and pushes.
    Hook(hook::HookArgs),
    /// Keep secrets out of coding agents: hooks for Claude Code, Cursor, Codex and others.
    Agent(agent::AgentArgs),
    /// Serve coding agents over the Model Context Protocol.
    Mcp(mcp::McpArgs),
    /// Serve editors over the Language Server Protocol.
    Lsp(lsp::LspArgs),
    /// Write a commented sprawl.toml that fits the project.
    Init(config::InitArgs),
    /// Show the effective configuration.
    Config(config::ConfigCommandArgs),
    /// Accept a finding temporarily.
    Accept(Box<policy::AcceptArgs>),
    /// List, renew and prune exceptions.
    Exceptions(policy::ExceptionsArgs),
    /// Record current findings as the baseline.
    Baseline(Box<policy::BaselineArgs>),
    /// Import other scanners' baselines and ignore files.
    Migrate(Box<migrate::MigrateArgs>),
    /// Explain why a line is or is not reported.
    Explain(ExplainArgs),
    /// Print a JSON Schema, for editors and programs that read reports.
    Schema(about::SchemaArgs),
    /// Print shell completions.
    Completions(about::CompletionsArgs),
    /// Print the manual page.
    Man(about::ManArgs),
}

impl Cli {
    /// What a command line says, the name of the program first.
    ///
    /// # Errors
    /// It is none of ours, or asks for help. So is one of a hook on which the name of a file would
    /// count as an option: the pre-commit framework puts the names of files behind the options.
    pub(crate) fn typed(arguments: &[OsString]) -> Result<Self, clap::Error> {
        let command = environment::command(arguments);
        let cli = command
            .try_get_matches_from(arguments)
            .and_then(|matches| Self::from_arg_matches(&matches))
            .map_err(|error| environment::explained(error, arguments))?;
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
  sprawl scan                         scan the current directory
  sprawl scan --fail-on high src      fail on high and critical findings only
  git diff | sprawl scan -            scan standard input
  sprawl scan --staged                scan what the next commit would add
  sprawl scan --history api web       scan the history of two repositories
  sprawl scan -o out.json -o out.txt  write two reports

Exit status:
  0  clean
  1  findings at or above --fail-on
  2  usage, configuration or input error; nothing was scanned
  3  something could not be scanned, and nothing else failed")]
pub(crate) struct ScanArgs {
    /// Files and directories to scan; `-` reads standard input.
    #[arg(value_name = "PATH", default_value = ".")]
    pub paths: Vec<PathBuf>,

    /// Path to show in reports for standard input.
    #[arg(long, value_name = "NAME")]
    pub stdin_name: Option<String>,

    /// Read JSON documents from standard input, one per line: {"path": ..., "content": ..., "meta":
    /// ...}.
    #[arg(long, conflicts_with_all = ["stdin_name", "submodules"])]
    pub documents: bool,

    /// What of a git repository is scanned.
    #[command(flatten)]
    pub git: git::GitArgs,

    /// With --history: also scan submodules recursively.
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

    /// Show secrets unredacted in reports.
    #[arg(long)]
    pub show_secrets: bool,

    /// Number of threads [default: all cores].
    #[arg(
        short = 'j',
        long,
        value_name = "N",
        default_value_t = 0,
        hide_default_value = true,
        env = "SPRAWL_THREADS",
        hide_env_values = true
    )]
    pub threads: usize,

    /// Suppress the summary and progress; errors are still shown.
    #[arg(short, long, value_parser = BoolishValueParser::new(), env = "SPRAWL_QUIET", hide_env_values = true)]
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

    /// Exclude paths that match these globs.
    #[arg(long, value_name = "GLOB,...", value_parser = List::parse, env = "SPRAWL_EXCLUDE", hide_env_values = true)]
    pub exclude: Vec<List>,

    /// Also scan untracked files that .gitignore excludes.
    #[arg(long)]
    pub no_ignore: bool,

    /// Find the places that use a credential by the names it is assigned to; auto: when files or history
    /// are scanned, not commits and changes.
    #[arg(long, value_name = "WHEN", value_enum, default_value_t)]
    pub readers: FollowNames,

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
    /// Do not open archives and documents, and do not decode text; skipped files are counted.
    #[arg(
        long,
        value_parser = BoolishValueParser::new(),
        env = "SPRAWL_NO_UNPACK",
        hide_env_values = true,
        help_heading = "Containers"
    )]
    pub no_unpack: bool,

    /// Maximum nesting depth of containers.
    #[arg(
        long,
        value_name = "N",
        default_value_t = 8,
        env = "SPRAWL_UNPACK_DEPTH",
        hide_env_values = true,
        help_heading = "Containers"
    )]
    pub unpack_depth: u32,

    /// Maximum MiB to decompress and decode per file.
    #[arg(
        long,
        value_name = "MIB",
        default_value_t = 1024,
        env = "SPRAWL_UNPACK_MIB",
        hide_env_values = true,
        help_heading = "Containers"
    )]
    pub unpack_mib: u64,

    /// Maximum number of members to read per file.
    #[arg(
        long,
        value_name = "N",
        default_value_t = 100_000,
        env = "SPRAWL_UNPACK_MEMBERS",
        hide_env_values = true,
        help_heading = "Containers"
    )]
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
            exclude: list::values(&self.exclude),
            no_ignore: self.no_ignore,
            follow: self.follow,
            no_mmap: self.no_mmap,
        }
    }
}

/// Which rules take part.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct RuleArgs {
    /// Also use the rules in this TOML file.
    #[arg(long = "rules", value_name = "FILE", env = "SPRAWL_RULES", hide_env_values = true)]
    pub files: Vec<PathBuf>,

    /// Use only these rules: ids, aliases, or prefixes followed by *.
    #[arg(
        long,
        value_name = "RULE,...",
        value_parser = List::parse,
        add = completion::rule_list(),
        env = "SPRAWL_ONLY",
        hide_env_values = true
    )]
    pub only: Vec<List>,

    /// Do not use these rules: ids, aliases, or prefixes followed by *.
    #[arg(
        long,
        value_name = "RULE,...",
        value_parser = List::parse,
        add = completion::rule_list(),
        env = "SPRAWL_DISABLE",
        hide_env_values = true
    )]
    pub disable: Vec<List>,
}

impl RuleArgs {
    /// The same as a session takes it.
    pub(crate) fn options(&self) -> RuleOptions {
        let Self { files, only, disable } = self;
        RuleOptions {
            files: files.clone(),
            only: list::values(only),
            disable: list::values(disable),
        }
    }
}

/// Arguments of `sprawl explain`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sprawl explain src/settings.py:12          show the evidence and the verdict
  sprawl explain .env:3 --only 'generic-*'   consider these rules only

Never shows values: the output can be pasted into an issue.")]
pub(crate) struct ExplainArgs {
    /// Location, as in reports: FILE:LINE.
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
    /// List all rules.
    #[command(after_help = "\
Examples:
  sprawl rules list                            list all credential types
  sprawl rules list --json --rules acme.toml   include your own, as JSON")]
    List {
        /// Also use the rules in this TOML file.
        #[arg(long = "rules", value_name = "FILE")]
        files: Vec<PathBuf>,
        /// Print JSON, with everything about each rule.
        #[arg(long)]
        json: bool,
        /// Print a Markdown document, grouped by provider.
        #[arg(long, conflicts_with = "json")]
        markdown: bool,
    },
    /// Find rules by words in id, provider or title, or by the prefix of a token.
    #[command(after_help = "\
Examples:
  sprawl rules search github        find rules by provider
  sprawl rules search stripe live   find rules that match both words
  sprawl rules search ghp_          find a rule by the prefix of its tokens")]
    Search {
        /// Words that must all match.
        #[arg(value_name = "WORD", required = true)]
        words: Vec<String>,
        /// Also use the rules in this TOML file.
        #[arg(long = "rules", value_name = "FILE")]
        files: Vec<PathBuf>,
        /// Print JSON, with everything about each rule.
        #[arg(long)]
        json: bool,
    },
    /// Show one rule in detail.
    #[command(after_help = "\
Examples:
  sprawl rules show github-pat-classic
  sprawl rules show acme-api-key --rules acme.toml

Shows impact, fix, pattern, examples and the base of the score.")]
    Show {
        /// Id or alias of the rule.
        #[arg(add = completion::rule())]
        id: String,
        /// Also use the rules in this TOML file.
        #[arg(long = "rules", value_name = "FILE")]
        files: Vec<PathBuf>,
    },
    /// Validate rule files.
    #[command(after_help = "\
Examples:
  sprawl rules check acme.toml   print errors with file, line and remedy")]
    Check {
        /// Rule files (TOML).
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
}
