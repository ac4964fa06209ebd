//! Hooks of git: putting the scan into them beside whoever is there already, and taking it out
//! again without a trace.
//!
//! | who looks after the hooks | what is written |
//! |---|---|
//! | nobody, or a script of one's own | a script in the hooks directory; what stood there runs first |
//! | husky | marked lines in `.husky/pre-commit` |
//! | lefthook | a marked command in its configuration |
//! | the pre-commit framework | a marked local hook in its configuration |

mod framework;
pub mod global;
mod lefthook;
mod marked;
mod repository;
pub mod script;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

pub use repository::Hooks;

/// The hooks that sprawl knows how to work in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
pub enum Hook {
    /// Scans what the commit would record.
    PreCommit,
    /// Scans the commits that are about to be sent.
    PrePush,
}

impl Hook {
    /// The name under which git runs it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::PreCommit => "pre-commit",
            Self::PrePush => "pre-push",
        }
    }
}

/// Why a hook could not be put in or taken out.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file or directory.
    #[error("{path}: {doing}: {source}", path = path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What was tried.
        doing: &'static str,
        /// What the system says.
        source: io::Error,
    },
    /// Says what, where, and what to do.
    #[error("{0}")]
    Refused(String),
}

/// Puts a hook in, in the way of whoever looks after the repository's hooks; says what was done and
/// what is left to do, one sentence a line.
///
/// # Errors
/// Nothing was changed, or what is there cannot be worked with.
pub fn install(hooks: &Hooks, hook: Hook, program: &Path) -> Result<Vec<String>, Error> {
    let file = hooks.directory.join(hook.name());
    if let Some(husky) = hooks.husky() {
        return into_husky(&husky.join(hook.name()), hook);
    }
    let existing = read(&file)?.unwrap_or_default();
    if framework::owns(&existing)
        && let Some(config) = hooks.top_file(framework::FILES)
    {
        return into_config(&config, hook, framework::insert);
    }
    if lefthook::owns(&existing)
        && let Some(config) = hooks.top_file(lefthook::FILES)
    {
        return into_config(&config, hook, lefthook::insert);
    }
    hooks.must_be_own()?;
    into_directory(&hooks.directory, hook.name(), &script::alone(hook, program))
}

/// Takes a hook out wherever it was put in; what stood there before stands there again. Says what
/// was done; nothing if there was nothing.
///
/// # Errors
/// A file that cannot be read or written.
pub fn uninstall(hooks: &Hooks, hook: Hook) -> Result<Vec<String>, Error> {
    let mut done = Vec::new();
    let mut configs: Vec<PathBuf> = Vec::new();
    configs.extend(hooks.husky().map(|husky| husky.join(hook.name())));
    configs.extend(hooks.top_file(framework::FILES));
    configs.extend(hooks.top_file(lefthook::FILES));
    for file in configs {
        let Some(text) = read(&file)? else { continue };
        if let Some(rest) = marked::remove(&text, hook) {
            if rest.is_empty() {
                fs::remove_file(&file).map_err(failed(&file, "cannot be removed"))?;
            } else {
                write(&file, &rest)?;
            }
            done.push(format!("{}: taken out of {}", hook.name(), file.display()));
        }
    }
    if hooks.must_be_own().is_ok() {
        done.extend(out_of_directory(&hooks.directory, hook.name())?);
    }
    Ok(done)
}

/// Puts a script into a directory of hooks; what is there already will be run by it.
///
/// # Errors
/// It cannot be written, or what was there cannot be moved aside.
pub fn into_directory(directory: &Path, name: &str, script: &str) -> Result<Vec<String>, Error> {
    fs::create_dir_all(directory).map_err(failed(directory, "cannot be made"))?;
    let file = directory.join(name);
    let mut done = format!("{name}: written to {}", file.display());
    if let Some(existing) = read(&file)?
        && !script::is_ours(&existing)
    {
        let aside = aside(&file);
        if aside.exists() {
            return Err(Error::Refused(format!(
                "{}: left from an earlier installation; look at it, remove it, and try again",
                aside.display()
            )));
        }
        fs::rename(&file, &aside).map_err(failed(&file, "cannot be moved aside"))?;
        done.push_str(&format!("; the hook that was there runs first, as {}", aside.display()));
    }
    write(&file, script)?;
    make_executable(&file)?;
    Ok(vec![done])
}

/// Takes a script out of a directory of hooks and puts back what was there before.
///
/// # Errors
/// It cannot be removed, or what was there cannot be moved back.
pub fn out_of_directory(directory: &Path, name: &str) -> Result<Vec<String>, Error> {
    let file = directory.join(name);
    if !read(&file)?.is_some_and(|text| script::is_ours(&text)) {
        return Ok(Vec::new());
    }
    let aside = aside(&file);
    if aside.exists() {
        fs::rename(&aside, &file).map_err(failed(&aside, "cannot be moved back"))?;
        return Ok(vec![format!("{name}: {} is what it was before", file.display())]);
    }
    fs::remove_file(&file).map_err(failed(&file, "cannot be removed"))?;
    Ok(vec![format!("{name}: {} removed", file.display())])
}

/// Where a hook is kept that was there before.
fn aside(file: &Path) -> PathBuf {
    let mut name = file.file_name().unwrap_or_default().to_owned();
    name.push(script::ASIDE);
    file.with_file_name(name)
}

fn into_husky(file: &Path, hook: Hook) -> Result<Vec<String>, Error> {
    let existing = read(file)?;
    let shown = file.display();
    let text = match &existing {
        Some(text) if marked::is_in(text, hook) => {
            return Ok(vec![format!("{}: already in {shown}", hook.name())]);
        }
        Some(text) => script::into_shell(text, hook)
            .ok_or_else(|| Error::Refused(format!("{shown}: is no shell script; {ADD}")))?,
        None => script::into_shell("", hook).unwrap_or_default(),
    };
    write(file, &text)?;
    if existing.is_none() {
        make_executable(file)?;
    }
    Ok(vec![format!("{}: added to {shown}; commit that file", hook.name())])
}

const ADD: &str = "let it run `sprawl scan --hook pre-commit` or `sprawl scan --hook pre-push`";

/// Adds a hook to the text of a configuration; the reason if that cannot be done.
type Insert = fn(&str, Hook) -> Result<String, String>;

fn into_config(file: &Path, hook: Hook, insert: Insert) -> Result<Vec<String>, Error> {
    let text = read(file)?.unwrap_or_default();
    let shown = file.display();
    if marked::is_in(&text, hook) {
        return Ok(vec![format!("{}: already in {shown}", hook.name())]);
    }
    let text = insert(&text, hook)
        .map_err(|reason| Error::Refused(format!("{shown}: {reason}; {ADD}")))?;
    write(file, &text)?;
    Ok(vec![format!("{}: added to {shown}; commit that file", hook.name())])
}

/// A file's text; nothing if there is no such file. Hooks that are programs have no text that
/// matters, only that they are there.
fn read(file: &Path) -> Result<Option<String>, Error> {
    match fs::read(file) {
        Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(failed(file, "cannot be read")(error)),
    }
}

/// Writes a file whole or not at all, with the permissions that it had.
fn write(file: &Path, text: &str) -> Result<(), Error> {
    let mut name = file.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.partial", std::process::id()));
    let partial = file.with_file_name(name);
    let permissions = fs::metadata(file).ok().map(|m| m.permissions());
    let result = fs::write(&partial, text)
        .and_then(|()| permissions.map_or(Ok(()), |p| fs::set_permissions(&partial, p)))
        .and_then(|()| fs::rename(&partial, file));
    if result.is_err() {
        // The error that matters is the first one.
        let _ = fs::remove_file(&partial);
    }
    result.map_err(failed(file, "cannot be written"))
}

#[cfg(unix)]
fn make_executable(file: &Path) -> Result<(), Error> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(file, fs::Permissions::from_mode(0o755))
        .map_err(failed(file, "cannot be made executable"))
}

/// Git for Windows runs a hook because of its first line.
#[cfg(not(unix))]
fn make_executable(_file: &Path) -> Result<(), Error> {
    Ok(())
}

fn failed(path: &Path, doing: &'static str) -> impl FnOnce(io::Error) -> Error {
    let path = path.to_owned();
    move |source| Error::File { path, doing, source }
}
