//! `sprawl mcp`.

use std::path::PathBuf;

use clap::Args;

/// Arguments of `sprawl mcp`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  claude mcp add sprawl -- sprawl mcp    let Claude Code use it
  sprawl mcp --root ~/src/app            serve this directory

Speaks the Model Context Protocol on standard input and output. Tools: scan, explain, plan and redact. None \
returns a secret, and none reads outside the directory that is served.")]
pub(crate) struct McpArgs {
    /// Directory that is served; nothing outside it is read.
    #[arg(long, value_name = "DIRECTORY", default_value = ".")]
    pub root: PathBuf,
}
