//! Hooks of all repositories of a user: git looks for hooks in one directory, `core.hooksPath`,
//! instead of in each repository. Every hook there passes on to the repository's own.

use std::path::{Path, PathBuf};

use super::repository::git;
use super::{Error, Hook, into_directory, out_of_directory, script};

/// Puts hooks in for all repositories; says what was done.
///
/// # Errors
/// Nothing was changed, or a file could not be written.
pub(crate) fn install(hooks: &[Hook], program: &Path) -> Result<Vec<String>, Error> {
    if let Some(directory) = configured().filter(|directory| !is_ours(directory)) {
        let mut done = Vec::new();
        for hook in hooks {
            let lines = script::beside(*hook, program);
            done.extend(into_directory(&directory, hook.name(), &lines)?);
        }
        return Ok(done);
    }
    let directory = ours().ok_or_else(|| {
        Error::Refused(
            "the configuration directory is unknown; set HOME or core.hooksPath, and try again"
                .to_owned(),
        )
    })?;
    let mut done = Vec::new();
    for name in script::CLIENT_HOOKS {
        match hooks.iter().find(|hook| hook.name() == *name) {
            Some(hook) => {
                done.extend(into_directory(&directory, name, &script::shared(*hook, program))?);
            }
            // A hook that an earlier call put in stays.
            None if directory.join(name).exists() => {}
            None => {
                into_directory(&directory, name, &script::passing(name))?;
            }
        }
    }
    git(Path::new("."), &["config", "--global", KEY, &directory.display().to_string()])?;
    done.push(format!(
        "{KEY} is {} for all repositories; their own hooks run first, and repositories with a \
         {KEY} of their own (husky) are not affected",
        directory.display()
    ));
    Ok(done)
}

/// Takes hooks out for all repositories; says what was done.
///
/// # Errors
/// A file that could not be removed.
pub(crate) fn uninstall(hooks: &[Hook]) -> Result<Vec<String>, Error> {
    let Some(directory) = configured() else { return Ok(Vec::new()) };
    let mut done = Vec::new();
    for hook in hooks {
        done.extend(out_of_directory(&directory, hook.name())?);
    }
    if !is_ours(&directory) {
        return Ok(done);
    }
    let left = Hook::ALL.iter().any(|hook| {
        super::read(&directory.join(hook.name()))
            .is_ok_and(|text| text.is_some_and(|text| text.contains(" scan --hook ")))
    });
    if left {
        // The other hook stays, and with it the way to the repositories' own.
        for hook in hooks {
            into_directory(&directory, hook.name(), &script::passing(hook.name()))?;
        }
        return Ok(done);
    }
    for name in script::CLIENT_HOOKS {
        out_of_directory(&directory, name)?;
    }
    git(Path::new("."), &["config", "--global", "--unset", KEY])?;
    done.push(format!("{KEY} is no longer set"));
    Ok(done)
}

const KEY: &str = "core.hooksPath";

/// What the user's configuration says.
fn configured() -> Option<PathBuf> {
    // Git leaves with an error where nothing is set.
    let path = git(Path::new("."), &["config", "--global", "--type=path", "--get", KEY]).ok()?;
    (!path.is_empty()).then(|| PathBuf::from(path))
}

fn is_ours(directory: &Path) -> bool {
    ours().is_some_and(|ours| ours == directory)
}

/// The directory that is made if there is none: below the user's configuration.
fn ours() -> Option<PathBuf> {
    let variable = |name: &str| std::env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from);
    let base = if cfg!(windows) {
        variable("APPDATA")?
    } else {
        variable("XDG_CONFIG_HOME").or_else(|| Some(variable("HOME")?.join(".config")))?
    };
    Some(base.join("sprawl").join("hooks"))
}
