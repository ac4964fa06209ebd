//! What commands that report have in common, and those that read JSON reports: `merge`, `plan`,
//! `offboard`.

use std::path::PathBuf;

use clap::builder::BoolishValueParser;
use clap::{Args, ValueEnum};

use super::RuleArgs;
use super::config::ConfigArgs;
use sprawl::config::threshold::{FailOn, MinConfidence};
use sprawl::report::text::GroupBy;
use sprawl::report::{Format, SarifOptions, SarifProfile};
use sprawl_unpack::unread::Reason;

/// What is written, and where.
#[derive(Debug, Args)]
pub(crate) struct ReportArgs {
    /// Output format.
    #[arg(short, long, value_enum)]
    pub format: Option<Format>,

    /// Write the report to a file; the format is inferred from the extension unless --format is given.
    #[arg(short, long, value_name = "FILE")]
    pub output: Vec<PathBuf>,

    /// SARIF flavor.
    #[arg(
        long,
        value_enum,
        default_value = "github",
        value_name = "PROFILE",
        env = "SPRAWL_SARIF_PROFILE",
        hide_env_values = true
    )]
    pub sarif_profile: SarifProfile,

    /// SARIF category: a new upload replaces the previous one of the same category [default: sprawl, or
    /// sprawl/history, sprawl/range, ... by what is scanned].
    #[arg(long, value_name = "NAME", value_parser = category, env = "SPRAWL_SARIF_CATEGORY", hide_env_values = true)]
    pub sarif_category: Option<String>,

    /// Minimum severity that fails the command [default: low].
    #[arg(
        long,
        value_enum,
        value_name = "SEVERITY",
        env = "SPRAWL_FAIL_ON",
        hide_env_values = true
    )]
    pub fail_on: Option<FailOn>,

    /// Do not fail (exit status 3) because of files left unread for this reason: encrypted, truncated,
    /// damaged, over-budget, unsupported, not-fetched.
    #[arg(long, value_name = "REASON", value_delimiter = ',', value_parser = unread_reason, env = "SPRAWL_ALLOW_UNREAD", hide_env_values = true)]
    pub allow_unread: Vec<Reason>,

    /// How the report in text is written.
    #[command(flatten)]
    pub text: TextArgs,
}

/// How the report in text is written.
#[derive(Debug, Args)]
pub(crate) struct TextArgs {
    /// Show everything about each secret: impact, score, history, owners, alternatives.
    #[arg(short, long, help_heading = "Text report")]
    pub verbose: bool,

    /// Group findings by this.
    #[arg(
        long,
        value_enum,
        value_name = "BY",
        default_value = "secret",
        env = "SPRAWL_GROUP_BY",
        hide_env_values = true,
        help_heading = "Text report"
    )]
    pub group_by: GroupBy,

    /// Show at most N secrets, and count the rest.
    #[arg(
        long,
        value_name = "N",
        env = "SPRAWL_MAX_FINDINGS",
        hide_env_values = true,
        help_heading = "Text report"
    )]
    pub max_findings: Option<usize>,

    /// Show counts by severity, type and file instead of the secrets.
    #[arg(long, help_heading = "Text report")]
    pub statistics: bool,

    /// When to use color; auto honors NO_COLOR, FORCE_COLOR and CLICOLOR_FORCE.
    #[arg(
        long,
        value_enum,
        value_name = "WHEN",
        default_value = "auto",
        env = "SPRAWL_COLOR",
        hide_env_values = true,
        help_heading = "Text report"
    )]
    pub color: ColorArg,
}

/// When text has colors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColorArg {
    /// On terminals only.
    Auto,
    /// Also in pipes and files.
    Always,
    /// No color.
    Never,
}

impl ReportArgs {
    /// How SARIF is written.
    pub(crate) fn sarif(&self) -> SarifOptions {
        SarifOptions { profile: self.sarif_profile, category: self.sarif_category.clone() }
    }
}

/// What of the findings is reported.
#[derive(Debug, Args)]
pub(crate) struct ThresholdArgs {
    /// Minimum confidence to report [default: pattern].
    #[arg(
        long,
        value_enum,
        value_name = "CONFIDENCE",
        env = "SPRAWL_MIN_CONFIDENCE",
        hide_env_values = true
    )]
    pub min_confidence: Option<MinConfidence>,

    /// Also report placeholders and documentation samples.
    #[arg(long, value_parser = BoolishValueParser::new(), env = "SPRAWL_INCLUDE_PLACEHOLDERS", hide_env_values = true)]
    pub include_placeholders: bool,
}

/// Which reports are read, and how.
#[derive(Debug, Args)]
pub(crate) struct InputArgs {
    /// JSON reports (`sprawl scan -f json`); `-` is standard input.
    #[arg(value_name = "REPORT", required = true)]
    pub reports: Vec<PathBuf>,

    /// Which configuration counts.
    #[command(flatten)]
    pub config: ConfigArgs,

    /// Which rules are used: those that the reports were made with.
    #[command(flatten)]
    pub rules: RuleArgs,

    /// What is reported.
    #[command(flatten)]
    pub threshold: ThresholdArgs,
}

/// Arguments of `sprawl merge`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sprawl merge app.json infra.json           print one report of both
  sprawl merge reports/*.json -o all.sarif   write it as SARIF

Merged reports say what one scan of everything would have said. Passwords have the same id in all \
reports only if all scans used the same key (.sprawl/key or SPRAWL_ID_KEY).

Exit status: as sprawl scan.")]
pub(crate) struct MergeArgs {
    /// What is read.
    #[command(flatten)]
    pub input: InputArgs,

    /// What is written, and where.
    #[command(flatten)]
    pub report: ReportArgs,

    /// Suppress the summary; errors are still shown.
    #[arg(short, long, value_parser = BoolishValueParser::new(), env = "SPRAWL_QUIET", hide_env_values = true)]
    pub quiet: bool,
}

/// Arguments of `sprawl plan`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sprawl scan --history -f json | sprawl plan -
  sprawl plan app.json infra.json -f markdown > plan.md
  sprawl plan --rewrite ../values.txt .           prepare to rewrite the history

--rewrite writes secrets in plain text: to a file that only you can read, outside of every repository. Delete it \
afterwards.

Exit status:
  0  the plan was written
  1  with --rewrite: some values have to be removed by hand
  2  usage, configuration or input error
  3  with --rewrite: something could not be scanned")]
#[command(mut_arg("reports", |reports| reports.required(false)))]
pub(crate) struct PlanArgs {
    /// What is read.
    #[command(flatten)]
    pub input: InputArgs,

    /// Write the values in a repository's history to a new file, as `git filter-repo --replace-text`
    /// takes them, and print the commands to rewrite the history. Arguments are then a repository to
    /// scan [default: .] instead of reports: these have no values.
    #[arg(long, value_name = "FILE", conflicts_with = "format")]
    pub rewrite: Option<PathBuf>,

    /// Output format.
    #[arg(short, long, value_enum, default_value = "text")]
    pub format: PlanFormat,
}

/// Arguments of `sprawl offboard`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sprawl scan --history -f json | sprawl offboard --author ada@example.net -

An address that no report knows is an error.

Exit status:
  0  the list was written
  2  usage, configuration or input error")]
pub(crate) struct OffboardArgs {
    /// Email address of the departing person; repeat for several.
    #[arg(long, value_name = "EMAIL", required = true)]
    pub author: Vec<String>,

    /// What is read; only scans of history know authors.
    #[command(flatten)]
    pub input: InputArgs,

    /// Output format.
    #[arg(short, long, value_enum, default_value = "text")]
    pub format: PlanFormat,
}

/// Arguments of `sprawl inventory`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sprawl scan --history -f json | sprawl inventory -
  sprawl inventory app.json infra.json -o identities.csv
  sprawl inventory new.json --since old.json

Each credential, with all of its parts, is one row; rows without an owner come first. Owner, purpose, environments and \
rotation come from .sprawl/identities.toml, or else from exceptions, CODEOWNERS and names.

Exit status:
  0  the inventory was written
  2  usage, configuration or input error")]
pub(crate) struct InventoryArgs {
    /// What is read.
    #[command(flatten)]
    pub input: InputArgs,

    /// Name what has changed since this report; repeat for several.
    #[arg(long, value_name = "REPORT")]
    pub since: Vec<PathBuf>,

    /// Use this file instead of the project's .sprawl/identities.toml.
    #[arg(long, value_name = "FILE")]
    pub identities: Option<PathBuf>,

    /// Output format.
    #[arg(short, long, value_enum)]
    pub format: Option<InventoryFormat>,

    /// Write the inventory to a file; the format is inferred from the extension unless --format is given.
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// Form of an inventory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum InventoryFormat {
    /// For people.
    Text,
    /// Spreadsheet with one identity per line.
    Csv,
    /// For programs.
    Json,
    /// A single self-contained page.
    Html,
}

/// Form of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum PlanFormat {
    /// For people.
    Text,
    /// For a ticket or wiki, with checkboxes.
    #[value(alias = "md")]
    Markdown,
    /// For programs.
    Json,
}

/// A reason for which something was left unread.
fn unread_reason(typed: &str) -> Result<Reason, String> {
    Reason::ALL.into_iter().find(|reason| reason.name() == typed).ok_or_else(|| {
        let names: Vec<_> = Reason::ALL.iter().map(|reason| reason.name()).collect();
        format!("the reasons are {}", names.join(", "))
    })
}

/// A category as code scanning takes it: it shows it, and reads a slash at the end as its end.
fn category(typed: &str) -> Result<String, String> {
    let name = typed.trim().trim_end_matches('/');
    if name.is_empty() || name.contains(char::is_control) {
        return Err("a category is a name in a line".to_owned());
    }
    Ok(name.to_owned())
}
