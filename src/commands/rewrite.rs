//! `sprawl plan --rewrite`: the list of values for `git filter-repo`, and what to do with it.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::summary::{self, Words};
use super::{Error, Outcome, output};
use crate::shell;
use sprawl::Session;
use sprawl::git::Repository;
use sprawl::git::environment::Environment;
use sprawl::plan::rewrite::{self, Rewrite};
use sprawl::redact::Redactor;
use sprawl::report::Report;
use sprawl::session::options::Options;
use sprawl::source::repository::Repositories;
use sprawl_detect::text::count;

/// People and places that are named; the rest is counted.
const NAMED: usize = 20;

/// Scans the history of a repository, writes the list, and says what to do.
pub(super) fn run(file: &Path, paths: &[PathBuf], options: Options) -> Result<Outcome, Error> {
    let path = match paths {
        [] => PathBuf::from("."),
        [one] => one.clone(),
        _ => {
            let what = "--rewrite: each repository needs a list of its own; name one repository";
            return Err(Error::Input(what.to_owned()));
        }
    };
    if path.is_file() || path.as_os_str() == "-" {
        return Err(Error::Input(format!(
            "{}: --rewrite takes a repository, which it scans: reports have no values",
            path.display()
        )));
    }
    let refused = |what: String| Error::Input(format!("--rewrite {}: {what}", file.display()));
    rewrite::check(file).map_err(refused)?;
    let paths = vec![path];
    let session =
        Session::builder().paths(paths.clone()).from_top(true).options(options).build()?;
    let report = session.scan(&Repositories::history(&paths)?)?;
    let repository =
        Repository::discover(&paths[0], &Environment::of_process()).map_err(sprawl::Error::from)?;
    let rewrite = Rewrite::of(&report, &repository);
    if !rewrite.is_empty() {
        rewrite.write(file).map_err(|error| refused(format!("cannot be written: {error}")))?;
    }
    summary::write(&report, &[], 0, Words::Problems);
    rewrite
        .problems
        .iter()
        .for_each(|problem| output::note(&format!("{}: {}", problem.place, problem.what)));
    let redactor =
        Redactor::new(session.rules(), report.all().flat_map(|group| &group.occurrences));
    output::say(&redactor.redact(&said(file, &report, &rewrite)))?;
    Ok(if !rewrite.by_hand.is_empty() {
        Outcome::Findings
    } else if session.is_incomplete(&report)
        || !report.problems.is_empty()
        || !rewrite.problems.is_empty()
    {
        Outcome::Incomplete
    } else {
        Outcome::Clean
    })
}

fn said(file: &Path, report: &Report<'_>, rewrite: &Rewrite) -> String {
    let mut text = String::new();
    if rewrite.is_empty() && rewrite.by_hand.is_empty() {
        return "history holds no secrets to remove\n".to_owned();
    }
    let full = std::path::absolute(file).unwrap_or_else(|_| file.to_owned());
    let list = quoted(&full.display().to_string());
    if !rewrite.is_empty() {
        let _ = writeln!(
            text,
            "wrote {list}: {} in plain text, for you alone; delete it afterwards",
            count(rewrite.secrets as u64, "secret")
        );
    }
    text.push_str(
        "\n1. Revoke these secrets first (sprawl plan). Rewriting takes them from nobody: they stay in every clone and \
         fork, in caches of the host and in build logs.\n",
    );
    if rewrite.at_head > 0 {
        let _ = writeln!(
            text,
            "\n2. Take them out of the current files, commit and push: `sprawl fix`. {} still there, and would be \
             replaced in files that need them.",
            match rewrite.at_head {
                1 => "1 is".to_owned(),
                number => format!("{number} are"),
            }
        );
    } else {
        text.push_str("\n2. The current files do not hold them.\n");
    }
    let remote = report.material.checkouts.iter().find_map(|checkout| checkout.remote.clone());
    let remote = remote.map_or_else(|| "REMOTE".to_owned(), |remote| quoted(&remote));
    text.push_str("\n3. Ask everybody to push, and to stop. Then, in a clone made for this:\n\n");
    let mut command = |line: &str| {
        let _ = writeln!(text, "     {line}");
    };
    command(&format!("git clone --mirror {remote} rewrite.git && cd rewrite.git"));
    if !rewrite.is_empty() {
        let messages =
            if rewrite.in_messages { format!(" --replace-message {list}") } else { String::new() };
        command(&format!("git filter-repo --replace-text {list}{messages}"));
    }
    if !rewrite.whole_files.is_empty() {
        let paths: Vec<String> =
            rewrite.whole_files.iter().map(|path| format!("--path {}", quoted(path))).collect();
        command(&format!("git filter-repo --force --invert-paths {}", paths.join(" ")));
    }
    command("sprawl scan --history .");
    command(&format!("git push --force --all {remote} && git push --force --tags {remote}"));
    if !rewrite.is_empty() {
        command(&format!("rm {list}"));
    }
    let _ = writeln!(
        text,
        "\n4. Whoever has a clone makes a new one: to pull into an old one brings the secrets back. {} wrote commits:",
        count(rewrite.people.len() as u64, "author")
    );
    for person in rewrite.people.iter().take(NAMED) {
        let _ = writeln!(text, "     {person}");
    }
    if rewrite.people.len() > NAMED {
        let _ = writeln!(text, "     and {} more", rewrite.people.len() - NAMED);
    }
    text.push_str(
        "   So do build servers, mirrors and deployments. Forks keep the old history; open pull requests have to be \
         made again, and the host has to remove its cached copies.\n",
    );
    if !rewrite.by_hand.is_empty() {
        let _ = writeln!(
            text,
            "\nThe list does not reach {}:",
            count(rewrite.by_hand.len() as u64, "place")
        );
        for (place, why) in rewrite.by_hand.iter().take(NAMED) {
            let _ = writeln!(text, "     {place}: {why}");
        }
        if rewrite.by_hand.len() > NAMED {
            let _ = writeln!(text, "     and {} more", rewrite.by_hand.len() - NAMED);
        }
        if !rewrite.whole_files.is_empty() {
            text.push_str("   The second command removes files whole, in all versions: read it before you run it.\n");
        }
    }
    text
}

/// A word of a command line, quoted for a shell where it needs that.
fn quoted(word: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-./:@%+=,".contains(&byte);
    match !word.is_empty() && !word.starts_with('-') && word.bytes().all(is_plain) {
        true => word.to_owned(),
        false => shell::quoted(word),
    }
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn words_of_commands_are_quoted() {
        assert_eq!(quoted("/tmp/a.txt"), "/tmp/a.txt");
        assert_eq!(quoted("it's $HOME"), "'it'\\''s $HOME'");
        assert_eq!(quoted("-x"), "'-x'");
    }
}
