//! The part of the command line that speaks of migration.

use clap::Args;

use super::policy::SearchArgs;

/// Arguments of `sprawl migrate`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sprawl migrate --dry-run                            what would be written
  sprawl migrate --owner @team --until 2027-06-30     write it

Reads .gitleaksignore, .gitleaks.toml, .betterleaksignore, .secrets.baseline and .trivyignore.yaml at
the root of the project. What they are quiet about is looked for, and written to .sprawl/baseline.toml;
what somebody has judged to be no secret, and rules that are quiet in some places, to
.sprawl/exceptions.toml; paths and rules to sprawl.toml, if there is none yet. What cannot be carried
over is named. The old files stay as they are.")]
pub(crate) struct MigrateArgs {
    /// Who answers for the exceptions that are written.
    #[arg(long)]
    pub owner: Option<String>,

    /// Last day of exceptions that have none, like 2027-01-31.
    #[arg(long, value_name = "DAY")]
    pub until: Option<String>,

    /// Say what would be written, and write nothing.
    #[arg(long)]
    pub dry_run: bool,

    /// What the project is searched for.
    #[command(flatten)]
    pub search: SearchArgs,
}
