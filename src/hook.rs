//! Hooks of git: putting the scan into them beside whoever is there already, and taking it out
//! again without a trace.
//!
//! | who looks after the hooks | what is written |
//! |---|---|
//! | nobody, or a script of one's own | a script in the hooks directory; what stood there runs first |
//! | husky | marked lines in `.husky/pre-commit` |
//! | lefthook | a marked command in its configuration |
//! | the pre-commit framework | a marked local hook in its configuration |
//!
//! Some of these are set up later than we are, from a file that the repository holds already: see
//! `managers`.

mod framework;
pub(crate) mod global;
mod lefthook;
mod managers;
mod marked;
mod repository;
pub(crate) mod script;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use sprawl::files;

pub(crate) use repository::Hooks;

/// The hooks that sprawl knows how to work in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
#[expect(clippy::enum_variant_names, reason = "the names that git has for them")]
pub(crate) enum Hook {
    /// Scans what the commit would record.
    PreCommit,
    /// Scans what a merge would record: git runs no `pre-commit` then.
    PreMergeCommit,
    /// Scans the commits that are about to be sent.
    PrePush,
}

impl Hook {
    /// All of them.
    pub(crate) const ALL: [Self; 3] = [Self::PreCommit, Self::PreMergeCommit, Self::PrePush];

    /// The name under which git runs it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::PreCommit => "pre-commit",
            Self::PreMergeCommit => "pre-merge-commit",
            Self::PrePush => "pre-push",
        }
    }
}

/// Why a hook could not be put in or taken out.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
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

/// Managers of hooks that a project is seen to use, and the file that each is known by.
pub(crate) fn managers_in(root: &Path) -> Vec<(String, String)> {
    managers::seen(root)
}

/// Puts a hook in, in the way of whoever looks after the repository's hooks; says what was done and
/// what is left to do, one sentence a line.
///
/// # Errors
/// Nothing was changed, or what is there cannot be worked with.
pub(crate) fn install(hooks: &Hooks, hook: Hook, program: &Path) -> Result<Vec<String>, Error> {
    let file = hooks.directory.join(hook.name());
    if let Some(husky) = hooks.husky() {
        return into_husky(hooks, &husky.join(hook.name()), hook);
    }
    let existing = read(&file)?.unwrap_or_default();
    if framework::owns(&existing)
        && let Some(config) = hooks.top_file(framework::FILES)
    {
        return into_config(hooks, &config, hook, framework::insert);
    }
    if lefthook::owns(&existing)
        && let Some(config) = hooks.top_file(lefthook::FILES)
    {
        return into_config(hooks, &config, hook, lefthook::insert);
    }
    hooks.must_be_own()?;
    let mut done = into_directory(&hooks.directory, hook.name(), &script::beside(hook, program))?;
    done.extend(managers::prepare(hooks, hook));
    Ok(done)
}

/// Takes a hook out wherever it was put in; what others wrote stays, and what stood there before
/// stands there again. Says what was done; nothing if there was nothing.
///
/// # Errors
/// A file that cannot be read or written.
pub(crate) fn uninstall(hooks: &Hooks, hook: Hook) -> Result<Vec<String>, Error> {
    let mut done = Vec::new();
    let mut configs: Vec<(PathBuf, &[&str])> = Vec::new();
    configs.extend(hooks.husky_files(hook.name()).map(|file| (file, script::OWN)));
    // Every line of a configuration between the marks is ours.
    configs.extend(hooks.top_file(framework::FILES).map(|file| (file, ALL)));
    configs.extend(hooks.top_file(lefthook::FILES).map(|file| (file, ALL)));
    for (file, own) in configs {
        let Some(text) = read(&file)? else { continue };
        if let Some(rest) = taken_out(&file, &text, hook.name(), own)? {
            let file = hooks.in_tree(&file)?;
            if rest.text.is_empty() {
                fs::remove_file(&file).map_err(failed(&file, "cannot be removed"))?;
            } else {
                write(&file, &rest.text)?;
            }
            done.push(format!("{}: removed from {}", hook.name(), file.display()));
        }
    }
    if hooks.must_be_own().is_ok() {
        done.extend(out_of_directory(&hooks.directory, hook.name())?);
    }
    // A manager that was set up after us lets git look elsewhere, and ours lies where it was.
    done.extend(out_of_directory(&hooks.repository.join("hooks"), hook.name())?);
    Ok(done)
}

/// A word that is in every line.
const ALL: &[&str] = &[""];

/// Puts lines into a hook of a directory of hooks; what is there already will be run by them.
///
/// # Errors
/// It cannot be written, or what was there cannot be moved aside.
pub(crate) fn into_directory(
    directory: &Path,
    name: &str,
    lines: &[String],
) -> Result<Vec<String>, Error> {
    fs::create_dir_all(directory).map_err(failed(directory, "cannot be made"))?;
    let file = directory.join(name);
    let mut done = format!("{name}: written to {}", file.display());
    let mut script = script::whole(name, lines);
    match read(&file)? {
        None => {}
        Some(existing) if script::is_ours(&existing, name) => {
            if let Some(rest) = taken_out(&file, &existing, name, script::OWN)? {
                script = marked::insert(&rest.text, rest.at, name, lines);
            }
        }
        Some(_) => {
            let aside = aside(&file, script::ASIDE);
            if aside.exists() {
                return Err(Error::Refused(format!(
                    "{}: left from an earlier installation; look at it, remove it, and try again",
                    aside.display()
                )));
            }
            fs::rename(&file, &aside).map_err(failed(&file, "cannot be moved aside"))?;
            let shown = aside.display();
            done.push_str(&format!("; the existing hook runs first, as {shown}"));
        }
    }
    write(&file, &script)?;
    make_executable(&file)?;
    Ok(vec![done])
}

/// Takes our lines out of a directory of hooks and puts back what was there before. What somebody
/// added to the hook stays.
///
/// # Errors
/// It cannot be removed, or what was there cannot be moved back.
pub(crate) fn out_of_directory(directory: &Path, name: &str) -> Result<Vec<String>, Error> {
    let file = directory.join(name);
    let Some(text) = read(&file)? else { return Ok(Vec::new()) };
    let Some(rest) = taken_out(&file, &text, name, script::OWN)? else { return Ok(Vec::new()) };
    let before = aside(&file, script::ASIDE);
    let shown = file.display();
    Ok(vec![match (script::is_bare(&rest.text), before.exists()) {
        (true, true) => {
            fs::rename(&before, &file).map_err(failed(&before, "cannot be moved back"))?;
            format!("{name}: {shown} is restored")
        }
        (true, false) => {
            fs::remove_file(&file).map_err(failed(&file, "cannot be removed"))?;
            format!("{name}: {shown} removed")
        }
        (false, false) => {
            write(&file, &rest.text)?;
            format!("{name}: removed from {shown}; lines that others added to it are kept")
        }
        (false, true) => {
            let kept = aside(&file, KEPT);
            if kept.exists() {
                return Err(Error::Refused(format!(
                    "{}: is in the way; look at it, remove it, and try again",
                    kept.display()
                )));
            }
            let other = format!("{name}{KEPT}");
            let mut lines: Vec<String> =
                rest.text.split_inclusive('\n').map(str::to_owned).collect();
            let at = rest.at.min(lines.len());
            let call = script::handing_on(name, &other).into_iter().map(|line| line + "\n");
            lines.splice(at..at, call);
            fs::rename(&before, &kept).map_err(failed(&before, "cannot be moved back"))?;
            write(&file, &lines.concat())?;
            format!(
                "{name}: removed from {shown}; lines that others added to it are kept, and it runs \
                 the hook that was there before, as {}",
                kept.display()
            )
        }
    }])
}

/// Ending of the name of a hook that was there before, when lines of others run it.
const KEPT: &str = ".before";

/// A text without our lines; nothing if they are not in it.
fn taken_out(
    file: &Path,
    text: &str,
    name: &str,
    own: &[&str],
) -> Result<Option<marked::Rest>, Error> {
    let rest = marked::remove(text, name, own);
    if rest.is_none() && marked::is_in(text, name) {
        return Err(Error::Refused(format!(
            "{}: the line `# sprawl {name} end` is missing, so sprawl cannot tell which lines are \
             its own; remove them by hand and try again",
            file.display()
        )));
    }
    Ok(rest)
}

/// Where a hook is kept that was there before.
fn aside(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.file_name().unwrap_or_default().to_owned();
    name.push(ending);
    file.with_file_name(name)
}

fn into_husky(hooks: &Hooks, file: &Path, hook: Hook) -> Result<Vec<String>, Error> {
    let file = &hooks.in_tree(file)?;
    let existing = read(file)?;
    let shown = file.display();
    let text = match &existing {
        Some(text) if marked::is_in(text, hook.name()) => {
            return Ok(vec![format!("{}: already in {shown}", hook.name())]);
        }
        Some(text) => script::into_shell(text, hook)
            .ok_or_else(|| Error::Refused(format!("{shown}: is not a shell script; {ADD}")))?,
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

fn into_config(
    hooks: &Hooks,
    file: &Path,
    hook: Hook,
    insert: Insert,
) -> Result<Vec<String>, Error> {
    let file = &hooks.in_tree(file)?;
    let text = read(file)?.unwrap_or_default();
    let shown = file.display();
    if marked::is_in(&text, hook.name()) {
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
    match files::read::bytes(file, files::read::LIST) {
        Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(failed(file, "cannot be read")(error)),
    }
}

/// Writes a file whole or not at all, with the permissions that it had.
fn write(file: &Path, text: &str) -> Result<(), Error> {
    files::write::replace(file, |out| out.write_all(text.as_bytes()))
        .map_err(failed(file, "cannot be written"))
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
