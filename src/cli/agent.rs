//! `sprawl agent`.

use clap::{Args, Subcommand};

use crate::agent::Agent;

/// Arguments of `sprawl agent`.
#[derive(Debug, Args)]
pub(crate) struct AgentArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: AgentCommand,
}

/// What to do with the hooks of coding agents.
#[derive(Debug, Subcommand)]
pub(crate) enum AgentCommand {
    /// Scan what coding agents read, write and run, alongside existing settings.
    #[command(after_help = "\
Examples:
  sprawl agent install                for agents with settings in this project
  sprawl agent install claude cursor  for these, in this project
  sprawl agent install --user         for agents that you use, in all projects

Prompts, tool calls and files with secrets are refused; output of tools is redacted where the agent lets hooks \
do so. The hooks call this program by its absolute path: in a project that others share, prefer --user.")]
    Install(AgentWhich),
    /// Remove the hooks and leave the settings as they were.
    #[command(after_help = "\
Examples:
  sprawl agent uninstall          remove the hooks from this project
  sprawl agent uninstall --user   remove them from your own settings")]
    Uninstall(AgentWhich),
    /// Answer the hook of an agent: its payload on standard input, the answer on standard output.
    #[command(after_help = "\
Examples:
  sprawl agent hook claude PreToolUse < payload.json

Agents run this; `sprawl agent install` writes it into their settings. It ends with status 0: the answer says \
whether the call is refused. If it fails, the call passes with a warning, but output of tools is withheld.")]
    Hook(AgentHookArgs),
    /// Show what the hooks decided.
    #[command(after_help = "\
Examples:
  sprawl agent log            decisions other than to pass
  sprawl agent log --all      all decisions
  sprawl agent log --json     as JSON Lines

The log holds types and ids of secrets, no values. It is kept on this machine, in $XDG_STATE_HOME/sprawl or \
~/.local/state/sprawl, and no longer than 2 MiB.")]
    Log(AgentLogArgs),
}

/// Which agents, and where.
#[derive(Debug, Args)]
pub(crate) struct AgentWhich {
    /// Agents [default: those that have settings there; all of them for uninstall].
    #[arg(value_name = "AGENT")]
    pub agents: Vec<Agent>,

    /// In your own settings, for all projects.
    #[arg(long)]
    pub user: bool,
}

/// Arguments of `sprawl agent hook`.
#[derive(Debug, Args)]
pub(crate) struct AgentHookArgs {
    /// Agent that asks [default: as the payload tells].
    #[arg(value_name = "AGENT")]
    pub agent: Option<Agent>,

    /// Event, as the agent calls it [default: as the payload tells].
    #[arg(value_name = "EVENT")]
    pub event: Option<String>,

    /// Seconds until the hook gives up.
    #[arg(long, value_name = "SECONDS", default_value_t = 20)]
    pub timeout: u64,
}

/// Arguments of `sprawl agent log`.
#[derive(Debug, Args)]
pub(crate) struct AgentLogArgs {
    /// Also show calls that passed.
    #[arg(long)]
    pub all: bool,

    /// Print JSON, one decision a line.
    #[arg(long)]
    pub json: bool,
}
