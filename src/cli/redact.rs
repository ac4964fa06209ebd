//! `sprawl redact`.

use clap::Args;
use clap::builder::BoolishValueParser;

use super::RuleArgs;
use super::config::ConfigArgs;
use super::reports::ThresholdArgs;

/// Arguments of `sprawl redact`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sprawl redact < build.log > safe.log         redact a file
  make 2>&1 | sprawl redact --line-buffered    redact output while it is written
  kubectl logs app | sprawl redact | gzip > bundle.gz

Each secret becomes its type and id, such as [github-pat-classic:2xmpt5dq7hhxbksrmq3n]; all other bytes \
stay as they are. The same secret has the same id, which reports of the project have for it, too. Inline \
suppressions, exceptions and the baseline do not count: an accepted secret is still a secret.

Up to 640 KiB are held back, so that everything is replaced that a scan of the whole text finds. With \
--line-buffered each line is written when it is complete, private keys when they end, and after 64 KiB at the \
latest.

Exit status:
  0  everything was read, redacted and written
  2  usage, configuration or input error, or the input is not a text: nothing was written
  3  something could not be read or searched, or was withheld")]
pub(crate) struct RedactArgs {
    /// Write each line when it is complete; context on later lines does not count.
    #[arg(long)]
    pub line_buffered: bool,

    /// Suppress the summary; errors are still shown.
    #[arg(short, long, value_parser = BoolishValueParser::new(), env = "SPRAWL_QUIET", hide_env_values = true)]
    pub quiet: bool,

    /// What is replaced.
    #[command(flatten)]
    pub threshold: ThresholdArgs,

    /// Which rules.
    #[command(flatten)]
    pub rules: RuleArgs,

    /// Which configuration.
    #[command(flatten)]
    pub config: ConfigArgs,
}
