//! Completion of ids of rules, by the shell's asking the program itself.

use std::ffi::{OsStr, OsString};

use clap::CommandFactory as _;
use clap_complete::CompleteEnv;
use clap_complete::engine::{ArgValueCompleter, CompletionCandidate};

use super::list::List;
use super::{Cli, environment};
use sprawl_detect::rules::Rules;
use sprawl_detect::text::printable;

/// Completes the id of a rule.
pub(super) fn rule() -> ArgValueCompleter {
    ArgValueCompleter::new(|current: &OsStr| candidates(current, 0))
}

/// Completes the last id in a list.
pub(super) fn rule_list() -> ArgValueCompleter {
    ArgValueCompleter::new(|current: &OsStr| {
        candidates(current, current.to_str().map_or(0, List::last_start))
    })
}

/// Rules whose id begins with what was typed from `start` on.
fn candidates(current: &OsStr, start: usize) -> Vec<CompletionCandidate> {
    let Some((before, typed)) = current.to_str().and_then(|text| text.split_at_checked(start))
    else {
        return Vec::new();
    };
    let rules = Rules::builtin();
    let found = rules.iter().filter(|(_, rule)| rule.id().starts_with(typed));
    found
        .map(|(_, rule)| {
            let title = printable(&rule.text.title).into_owned();
            CompletionCandidate::new(format!("{before}{}", rule.id())).help(Some(title.into()))
        })
        .collect()
}

/// Answers a shell that asks for completions; says whether one does. The words that are completed stand behind
/// `--`: a variable that is set for other reasons makes no scan a completion.
///
/// # Errors
/// The answer cannot be written, or the shell is not known.
pub(crate) fn answered(arguments: &[OsString]) -> Result<bool, clap::Error> {
    let asks = arguments.get(1).is_some_and(|word| word == "--") && arguments.len() > 2;
    if !asks || std::env::var_os(environment::COMPLETE).is_none() {
        return Ok(false);
    }
    let here = std::env::current_dir().ok();
    let engine = CompleteEnv::with_factory(Cli::command).var(environment::COMPLETE);
    engine.bin("sprawl").try_complete(arguments.iter().cloned(), here.as_deref())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(current: &str, is_list: bool) -> Vec<String> {
        let start = if is_list { List::last_start(current) } else { 0 };
        let all = candidates(OsStr::new(current), start);
        all.iter().map(|one| one.get_value().to_string_lossy().into_owned()).collect()
    }

    #[test]
    fn ids_are_completed_alone_and_in_lists() {
        assert!(found("github-pat-c", false).contains(&"github-pat-classic".to_owned()));
        assert!(
            found("sendgrid-key,github-pat-c", true)
                .contains(&"sendgrid-key,github-pat-classic".to_owned())
        );
        assert!(found("sendgrid-key,github-pat-c", false).is_empty());
        assert_eq!(found("", false).len(), Rules::builtin().len());
        assert!(found("no-such", true).is_empty());
    }
}
