//! `sprawl hook`.

use std::path::{Path, PathBuf};

use super::{Error, Outcome, output};
use crate::cli::hook::{HookCommand, Which};
use crate::hook::{self, Hook, Hooks, global};

impl From<hook::Error> for Error {
    fn from(error: hook::Error) -> Self {
        let mut text = error.to_string();
        if let hook::Error::File { path, source, .. } = &error
            && source.kind() == std::io::ErrorKind::PermissionDenied
        {
            text.push_str(&format!("; make {} writable and try again", path.display()));
        }
        Self::Input(text)
    }
}

/// Installs or uninstalls, and says what was done.
pub(super) fn run(command: HookCommand) -> Result<Outcome, Error> {
    let lines = match command {
        HookCommand::Install(which) => install(&which)?,
        HookCommand::Uninstall(which) => uninstall(&which)?,
    };
    output::say(&(lines.join("\n") + "\n"))?;
    Ok(Outcome::Clean)
}

fn install(which: &Which) -> Result<Vec<String>, Error> {
    let hooks = which.hooks(&[Hook::PreCommit, Hook::PreMergeCommit]);
    let program = program()?;
    if which.global {
        return Ok(global::install(&hooks, &program)?);
    }
    let repository = Hooks::of(Path::new("."))?;
    let mut done = Vec::new();
    for hook in hooks {
        // What is said of a manager of hooks is the same for all of them.
        let said = hook::install(&repository, hook, &program)?;
        done.extend(said.into_iter().filter(|line| !done.contains(line)).collect::<Vec<_>>());
    }
    Ok(done)
}

fn uninstall(which: &Which) -> Result<Vec<String>, Error> {
    let hooks = which.hooks(&Hook::ALL);
    let mut done = Vec::new();
    if which.global {
        done.extend(global::uninstall(&hooks)?);
    } else {
        let repository = Hooks::of(Path::new("."))?;
        for hook in hooks {
            done.extend(hook::uninstall(&repository, hook)?);
        }
    }
    if done.is_empty() {
        done.push("no hook of sprawl is installed here".to_owned());
    }
    Ok(done)
}

/// This program, for when it is not on the path of whoever commits.
pub(super) fn program() -> Result<PathBuf, Error> {
    std::env::current_exe().map_err(|error| {
        Error::Input(format!("the path of this program is not known: {error}; nothing was changed"))
    })
}
