//! Managers of hooks that are not set up yet, but whose configuration is in the repository: once they
//! are, git runs their hooks instead of ours. The scan goes into their configuration as well where
//! we know how, and otherwise it is said what will happen.

use std::path::Path;

use super::{Error, Hook, Hooks, framework, into_config, into_husky, lefthook, read};

/// Files by which other managers are known.
const OTHERS: &[(&str, &str)] = &[
    (".lefthook.json", "lefthook"),
    (".lefthook.toml", "lefthook"),
    ("lefthook.json", "lefthook"),
    ("lefthook.toml", "lefthook"),
    (".overcommit.yml", "Overcommit"),
    (".rusty-hook.toml", "rusty-hook"),
    (".simple-git-hooks.cjs", "simple-git-hooks"),
    (".simple-git-hooks.js", "simple-git-hooks"),
    (".simple-git-hooks.json", "simple-git-hooks"),
    ("simple-git-hooks.cjs", "simple-git-hooks"),
    ("simple-git-hooks.js", "simple-git-hooks"),
    ("simple-git-hooks.json", "simple-git-hooks"),
    ("captainhook.json", "CaptainHook"),
    ("grumphp.yml", "GrumPHP"),
    ("grumphp.yml.dist", "GrumPHP"),
    ("hk.pkl", "hk"),
];

/// Keys of a `package.json` by which managers from npm are known.
const PACKAGES: &[&str] = &["husky", "simple-git-hooks", "yorkie"];

/// Makes sure that a hook outlives the managers to come; says what was done, one sentence a line.
pub(super) fn prepare(hooks: &Hooks, hook: Hook) -> Vec<String> {
    let mut said = Vec::new();
    let husky = hooks.husky_files(hook.name()).next();
    if let Some(file) = &husky {
        said.extend(done(into_husky(hooks, file, hook), "husky", hook));
    }
    if let Some(file) = hooks.top_file(lefthook::FILES) {
        said.extend(done(into_config(hooks, &file, hook, lefthook::insert), "lefthook", hook));
    }
    if let Some(file) = hooks.top_file(framework::FILES) {
        said.push(format!(
            "{}: found; `pre-commit install` keeps this hook and runs it first, unless it is called \
             with --overwrite",
            file.display()
        ));
    }
    for (file, manager) in OTHERS {
        if let Some(file) = hooks.top_file(&[file]) {
            said.push(format!("{}: found; {}", file.display(), replaced(manager, hook)));
        }
    }
    if let Some(file) = hooks.top_file(&["package.json"])
        && let Ok(Some(text)) = read(&file)
    {
        for package in PACKAGES.iter().filter(|package| text.contains(&format!("\"{package}\""))) {
            if *package != "husky" || husky.is_none() {
                said.push(format!("{}: found; {}", file.display(), replaced(package, hook)));
            }
        }
    }
    said
}

/// Managers whose files are in a directory, each once, with the first of its files.
pub(super) fn seen(root: &Path) -> Vec<(String, String)> {
    let is_there = |file: &str| root.join(file).symlink_metadata().is_ok();
    let mut seen: Vec<(String, String)> = Vec::new();
    let mut add = |manager: &str, file: &str| {
        if !seen.iter().any(|(known, _)| known == manager) {
            seen.push((manager.to_owned(), file.to_owned()));
        }
    };
    if is_there(".husky") {
        add("husky", ".husky");
    }
    let known = lefthook::FILES.iter().map(|file| (*file, "lefthook"));
    let known = known.chain(framework::FILES.iter().map(|file| (*file, "pre-commit")));
    for (file, manager) in known.chain(OTHERS.iter().copied()) {
        if is_there(file) {
            add(manager, file);
        }
    }
    if let Ok(Some(text)) = read(&root.join("package.json")) {
        for package in PACKAGES.iter().filter(|package| text.contains(&format!("\"{package}\""))) {
            add(package, "package.json");
        }
    }
    seen
}

/// What was done, or what will happen where nothing could be done.
fn done(result: Result<Vec<String>, Error>, manager: &str, hook: Hook) -> Vec<String> {
    match result {
        Ok(done) => done,
        Err(error) => vec![format!("{error}; {}", replaced(manager, hook))],
    }
}

fn replaced(manager: &str, hook: Hook) -> String {
    let name = hook.name();
    format!(
        "{manager} replaces this hook when it is set up: let it run `sprawl scan --hook {name}`, or \
         run `sprawl hook install` again afterwards"
    )
}
