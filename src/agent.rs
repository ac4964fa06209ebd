//! Hooks of coding agents: what an agent is about to take in is judged, and what its tools give is redacted.
//!
//! ```text
//!  payload ---> Call ----------> Verdict --------> answer
//!  JSON         who asks,        judged as a       JSON, as this agent
//!               what it is       scan would        takes it
//! ```
//!
//! A fault of ours lets pass what was asked about, with a warning: an agent must not stand still because of us.
//! Output of tools is the exception: what could not be redacted is withheld.

mod answer;
mod call;
mod jsonc;
mod judge;
pub(crate) mod log;
mod reads;
pub(crate) mod settings;
mod tools;

pub(crate) use answer::answer;
pub(crate) use call::{Call, Event};
pub(crate) use judge::{Found, Judge, Verdict};

/// The agents whose hooks are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
pub(crate) enum Agent {
    /// Claude Code.
    Claude,
    /// OpenAI Codex.
    Codex,
    /// GitHub Copilot CLI, and GitHub Copilot in VS Code.
    Copilot,
    /// Cursor.
    Cursor,
    /// Gemini CLI.
    Gemini,
}

impl Agent {
    /// All of them.
    pub(crate) const ALL: [Self; 5] =
        [Self::Claude, Self::Codex, Self::Copilot, Self::Cursor, Self::Gemini];

    /// The name that options and the log have.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Claude => "claude",
            Self::Codex => "codex",
            Self::Copilot => "copilot",
            Self::Cursor => "cursor",
            Self::Gemini => "gemini",
        }
    }

    /// The name that its users know.
    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::Claude => "Claude Code",
            Self::Codex => "Codex",
            Self::Copilot => "GitHub Copilot",
            Self::Cursor => "Cursor",
            Self::Gemini => "Gemini CLI",
        }
    }

    /// Whether a hook can put another output into the place of what a tool gave. Where it cannot, files are
    /// looked at before they are read.
    pub(crate) const fn replaces_output(self) -> bool {
        matches!(self, Self::Claude | Self::Codex | Self::Gemini)
    }
}
