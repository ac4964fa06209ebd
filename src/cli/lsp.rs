//! `sprawl lsp`.

use clap::Args;

/// Arguments of `sprawl lsp`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sprawl lsp    speak the Language Server Protocol on standard input and output

Editors start it: see the book for the settings of Neovim, Helix, Zed and others. Open files are scanned while \
they are typed, with the configuration of the project and its exceptions.")]
pub(crate) struct LspArgs {
    /// Accepted for editors that pass it; standard input and output are always used.
    #[arg(long, hide = true)]
    pub stdio: bool,
}
