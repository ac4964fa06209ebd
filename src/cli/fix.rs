//! The part of the command line that changes files: `sprawl fix`.

use std::path::PathBuf;

use clap::Args;
use clap::builder::BoolishValueParser;

use super::RuleArgs;
use super::config::ConfigArgs;
use super::list::List;
use super::policy::PolicyArgs;
use super::reports::ThresholdArgs;

/// Arguments of `sprawl fix`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sprawl fix --dry-run          show the changes as a patch
  sprawl fix                    change the files
  sprawl fix src --secret q3x7  take one secret out of the files below src

Replaces values in Python, JavaScript, TypeScript, Go, Java, Ruby, PHP and shell scripts, in .env files, YAML, \
Docker Compose, GitHub Actions and Terraform. What it cannot do well it leaves, and says why. A secret that was \
taken out of a file is still valid, and still in history: see sprawl plan.

Exit status:
  0  every secret was taken out, or there was none
  1  something was left as it is
  2  usage, configuration or input error; nothing was changed
  3  something could not be scanned, and nothing else failed")]
pub(crate) struct FixArgs {
    /// Files and directories to change.
    #[arg(value_name = "PATH", default_value = ".")]
    pub paths: Vec<PathBuf>,

    /// Print the changes as a patch, and change nothing.
    #[arg(long)]
    pub dry_run: bool,

    /// Take only this secret out: its id, as in reports, or the beginning of it; repeat for several.
    #[arg(long = "secret", value_name = "ID")]
    pub secrets: Vec<String>,

    /// With --dry-run: show secrets unredacted, so that the patch can be applied.
    #[arg(long, requires = "dry_run")]
    pub show_secrets: bool,

    /// Do not say what was changed and what has to be done; errors are still shown.
    #[arg(short, long, value_parser = BoolishValueParser::new(), env = "SPRAWL_QUIET", hide_env_values = true)]
    pub quiet: bool,

    /// Exclude paths that match these globs.
    #[arg(long, value_name = "GLOB,...", value_parser = List::parse, env = "SPRAWL_EXCLUDE", hide_env_values = true)]
    pub exclude: Vec<List>,

    /// What is reported.
    #[command(flatten)]
    pub threshold: ThresholdArgs,

    /// Which configuration counts.
    #[command(flatten)]
    pub config: ConfigArgs,

    /// Which earlier decisions count.
    #[command(flatten)]
    pub policy: PolicyArgs,

    /// Which rules take part.
    #[command(flatten)]
    pub rules: RuleArgs,
}
