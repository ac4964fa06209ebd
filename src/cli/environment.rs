//! Environment variables for options that people set once for all jobs: `SPRAWL_FAIL_ON=high`. An option on the
//! command line takes precedence over its variable, and both over the configuration.
//!
//! Values are never shown: a job's variables may hold anything.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};

use clap::builder::Resettable;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, Command, CommandFactory as _};

use super::Cli;
use sprawl::identity::KEY_VARIABLE;
use sprawl_detect::text::nearest;

/// How all of them begin.
const PREFIX: &str = "SPRAWL_";

/// Variables that are not those of an option: the project key, what shells ask completions by, where the log of agents'
/// hooks is, and what the installer and the CI templates read.
const OTHERS: &[&str] = &[
    KEY_VARIABLE,
    COMPLETE,
    "SPRAWL_RELEASES",
    "SPRAWL_VERSION",
    "SPRAWL_SHA256",
    "SPRAWL_COMPILE",
    "SPRAWL_SOURCE",
    "SPRAWL_STATE_DIR",
];

/// The variable by which shells ask for completions.
pub(crate) const COMPLETE: &str = "SPRAWL_COMPLETE";

/// Options that make the variable of another one void.
const ALTERNATIVES: [(&str, &str); 3] = [
    ("--no-baseline", "SPRAWL_BASELINE"),
    ("--baseline", "SPRAWL_NO_BASELINE"),
    ("--no-config", "SPRAWL_CONFIG"),
];

/// The command line, without the variables that are empty or that an argument makes void.
pub(super) fn command(arguments: &[OsString]) -> Command {
    let command = Cli::command();
    if names().next().is_none() {
        return command;
    }
    let is_void = |variable: &OsStr| {
        // What a job leaves empty is not set.
        std::env::var_os(variable).is_none_or(|value| value.is_empty())
            || ALTERNATIVES
                .iter()
                .any(|(option, of)| *of == variable && is_typed(arguments, option))
    };
    without(command, &is_void)
}

fn without(command: Command, is_void: &impl Fn(&OsStr) -> bool) -> Command {
    let arg = |arg: Arg| match arg.get_env().is_some_and(is_void) {
        true => arg.env(Resettable::<clap::builder::OsStr>::Reset),
        false => arg,
    };
    command.mut_args(arg).mut_subcommands(|below| without(below, is_void))
}

/// Whether an option is among the arguments.
fn is_typed(arguments: &[OsString], option: &str) -> bool {
    let options = arguments.iter().take_while(|argument| *argument != "--");
    options.filter_map(|argument| argument.to_str()).any(|argument| {
        argument.strip_prefix(option).is_some_and(|rest| rest.is_empty() || rest.starts_with('='))
    })
}

/// The same error by the name of the variable, if it is about the value of one.
pub(super) fn explained(error: clap::Error, arguments: &[OsString]) -> clap::Error {
    let Some(ContextValue::String(of)) = error.get(ContextKind::InvalidArg) else { return error };
    if !matches!(error.kind(), ErrorKind::InvalidValue | ErrorKind::ValueValidation) {
        return error;
    }
    let mut command = Cli::command();
    // Arguments have their names in errors when they are built.
    command.build();
    let Some((variable, option)) = variable_of(&command, of) else { return error };
    if is_typed(arguments, &option) || std::env::var_os(&variable).is_none_or(|set| set.is_empty())
    {
        return error;
    }
    let known = match error.get(ContextKind::ValidValue) {
        Some(ContextValue::Strings(known)) => format!("; it may be {}", known.join(", ")),
        _ => String::new(),
    };
    let what = format!(
        "the value of the environment variable {variable} is none of {option}{known}; correct or unset it (its \
         value is not shown)"
    );
    Cli::command().error(ErrorKind::InvalidValue, what)
}

/// The variable of an option that errors call by this name, and the option as typed.
fn variable_of(command: &Command, called: &str) -> Option<(String, String)> {
    let own = command.get_arguments().find(|arg| arg.to_string() == called).and_then(|arg| {
        Some((arg.get_env()?.to_str()?.to_owned(), format!("--{}", arg.get_long()?)))
    });
    own.or_else(|| command.get_subcommands().find_map(|below| variable_of(below, called)))
}

/// Variables that are set and that sprawl reads, by name.
pub(crate) fn in_use() -> Vec<String> {
    let known = known();
    let mut all: Vec<String> = names()
        .filter(|name| known.contains(name) && name != COMPLETE)
        .filter(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()))
        .collect();
    all.sort();
    all
}

/// Says of variables that look like ours and are not read which ones were probably meant.
pub(crate) fn warnings() -> Vec<String> {
    let all: BTreeSet<String> = names().collect();
    if all.is_empty() {
        return Vec::new();
    }
    let known = known();
    let unknown = all.into_iter().filter(|name| !known.contains(name));
    unknown.filter_map(|name| warning(&name, &known)).collect()
}

fn warning(name: &str, known: &BTreeSet<String>) -> Option<String> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if name.len() > LONGEST || !name.chars().all(is_name) {
        return None;
    }
    let typed = name.get(PREFIX.len()..)?.to_ascii_uppercase();
    let meant = nearest(&typed, known.iter().filter_map(|name| name.get(PREFIX.len()..)))?;
    Some(format!(
        "{name} is not a variable of sprawl and is ignored; did you mean {PREFIX}{meant}?"
    ))
}

/// Longer names are not misspelt ones.
const LONGEST: usize = 48;

/// Variables of the environment that begin like ours.
fn names() -> impl Iterator<Item = String> {
    std::env::vars_os().filter_map(|(name, _)| name.into_string().ok()).filter(|name| is_ours(name))
}

fn is_ours(name: &str) -> bool {
    name.get(..PREFIX.len()).is_some_and(|start| start.eq_ignore_ascii_case(PREFIX))
}

/// Every variable that sprawl reads.
pub(crate) fn known() -> BTreeSet<String> {
    let mut all: BTreeSet<String> = OTHERS.iter().map(|name| (*name).to_owned()).collect();
    add(&Cli::command(), &mut all);
    all
}

fn add(command: &Command, all: &mut BTreeSet<String>) {
    let own = command.get_arguments().filter_map(|arg| arg.get_env()?.to_str());
    all.extend(own.map(str::to_owned));
    command.get_subcommands().for_each(|below| add(below, all));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_variable_is_named_as_its_option_and_in_its_help() {
        fn check(command: &Command, count: &mut usize) {
            let help = command.clone().term_width(0).render_long_help().to_string();
            for arg in command.get_arguments() {
                let Some(variable) = arg.get_env().and_then(OsStr::to_str) else { continue };
                let option = arg.get_long().unwrap().to_ascii_uppercase().replace('-', "_");
                assert_eq!(variable, format!("{PREFIX}{option}"));
                assert!(arg.is_hide_env_values_set(), "{variable} would show its value");
                assert!(help.contains(&format!("[env: {variable}")), "{variable}: {help}");
                *count += 1;
            }
            command.get_subcommands().for_each(|below| check(below, count));
        }
        let mut count = 0;
        check(&Cli::command(), &mut count);
        assert!(count > 40, "{count}");
        assert!(known().len() > 20);
        // What shows secrets is asked for each time.
        assert!(!known().contains("SPRAWL_SHOW_SECRETS"));
    }

    #[test]
    fn misspelt_names_are_told_from_foreign_ones() {
        let known = known();
        let said = |name: &str| warning(name, &known).unwrap_or_default();
        for (name, meant) in [
            ("SPRAWL_FAILON", "SPRAWL_FAIL_ON"),
            ("SPRAWL_FAIL_NO", "SPRAWL_FAIL_ON"),
            ("SPRAWL_EXLUDE", "SPRAWL_EXCLUDE"),
            ("SPRAWL_MIN_CONFIDANCE", "SPRAWL_MIN_CONFIDENCE"),
            ("SPRAWL_ID_KEYS", "SPRAWL_ID_KEY"),
            ("sprawl_threads", "SPRAWL_THREADS"),
        ] {
            assert!(
                said(name).ends_with(&format!("did you mean {meant}?")),
                "{name}: {}",
                said(name)
            );
        }
        let long = format!("SPRAWL_{}", "X".repeat(60));
        for name in [
            "SPRAWL_HOME",
            "SPRAWL_TREE",
            "SPRAWL_CI_IMAGE",
            "SPRAWL_",
            "SPRAWL_A\u{1b}[31m",
            &long,
        ] {
            assert_eq!(said(name), "", "{name}");
        }
        assert!(is_ours("Sprawl_Fail_On") && !is_ours("SPRAWLING_X") && !is_ours("ä"));
    }

    #[test]
    fn options_are_looked_for_before_the_names_of_files() {
        let arguments: Vec<OsString> =
            ["sprawl", "scan", "--baseline=x", "--", "--no-config"].map(OsString::from).to_vec();
        assert!(is_typed(&arguments, "--baseline"));
        assert!(!is_typed(&arguments, "--base") && !is_typed(&arguments, "--no-config"));
    }
}
