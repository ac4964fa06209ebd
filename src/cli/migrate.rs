//! The part of the command line that speaks of migration.

use clap::Args;

use super::policy::SearchArgs;

/// Arguments of `sprawl migrate`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sprawl migrate --dry-run                         show what would be written
  sprawl migrate --owner @team --until 2027-06-30  write it

Reads .gitleaksignore, .gitleaks.toml, .betterleaksignore, .secrets.baseline and .trivyignore.yaml at \
the root of the project. Findings that they suppress go to .sprawl/baseline.toml; false positives, and \
rules that are suppressed in some paths, go to .sprawl/exceptions.toml; paths and rules go to \
sprawl.toml, unless it exists. Entries that cannot be migrated are listed. The old files are not \
changed.")]
pub(crate) struct MigrateArgs {
    /// Owner of the exceptions that are written.
    #[arg(long)]
    pub owner: Option<String>,

    /// Expiry for entries without one, like 2027-01-31.
    #[arg(long, value_name = "DAY")]
    pub until: Option<String>,

    /// Show what would be written, without writing it.
    #[arg(long)]
    pub dry_run: bool,

    /// What the project is searched for.
    #[command(flatten)]
    pub search: SearchArgs,
}
