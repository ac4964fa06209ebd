//! What is written about the command line, held against the command line.

#[path = "../../tests/ci/files.rs"]
mod files;

use std::fs;
use std::path::Path;

use clap::{CommandFactory as _, Parser as _};

use super::Cli;
use files::FILES;

#[test]
fn every_command_in_them_is_one_that_sprawl_understands() {
    for file in FILES {
        // Lines that go on are one command.
        let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file))
            .unwrap()
            .replace("\\\n", " ");
        let text = text.replace("\n      --", " --").replace("\n      \"$CARGO", " \"$CARGO");
        let mut commands = 0;
        for line in text.lines().filter(|line| !line.contains(['#', '`'])) {
            let Some(at) = line.find("sprawl scan").or_else(|| line.find("sprawl\" scan")) else {
                continue;
            };
            let mut words: Vec<String> = line[at..]
                .replace("sprawl\" ", "sprawl ")
                .split_whitespace()
                // What the shell puts in is not known here, but how to call it is.
                .filter(|word| !word.contains("[@]}"))
                .take_while(|word| *word != "||")
                .map(|word| word.trim_matches(['"', '\'']).replace("$FAIL_ON", "high"))
                .collect();
            words[0] = "sprawl".to_owned();
            if let Err(error) = Cli::try_parse_from(&words) {
                panic!("{file}: {words:?}: {error}");
            }
            commands += 1;
        }
        assert!(commands > 0, "{file} runs no scan");
    }
}

/// Commands with arguments, by the words that name them.
fn commands(command: &clap::Command, words: &str, all: &mut Vec<(String, String)>) {
    for sub in command.get_subcommands().filter(|sub| sub.get_name() != "help") {
        let words = format!("{words} {}", sub.get_name());
        if sub.has_subcommands() {
            commands(sub, &words, all);
        } else {
            all.push((words, sub.clone().render_long_help().to_string()));
        }
    }
}

#[test]
fn every_command_has_examples() {
    let mut all = Vec::new();
    commands(&Cli::command(), "sprawl", &mut all);
    let without: Vec<&String> = all
        .iter()
        .filter(|(_, help)| !help.contains("Examples:"))
        .map(|(words, _)| words)
        .collect();
    assert!(all.len() - without.len() >= 8);
    assert!(without.is_empty(), "no examples: {without:?}");
}
