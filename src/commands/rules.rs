//! `sprawl rules list | search | show | check`.

mod facts;
mod reference;

use std::fmt::Write as _;
use std::path::PathBuf;

use super::{Error, Outcome, output};
use crate::cli::RulesCommand;
use sprawl::Session;
use sprawl::session::context::ProjectContext;
use sprawl::session::options::{Options, RuleOptions};
use sprawl_detect::rules::{Rule, RuleId, Rules};
use sprawl_detect::text::{self, printable};

/// Runs one of them.
pub(super) fn run(command: RulesCommand) -> Result<Outcome, Error> {
    match command {
        RulesCommand::List { files, json, markdown } => list(&loaded(files)?, json, markdown),
        RulesCommand::Search { words, files, json } => search(&loaded(files)?, &words, json),
        RulesCommand::Show { id, files } => show(&loaded(files)?, &id),
        RulesCommand::Check { files } => check(files),
    }
}

fn context(files: Vec<PathBuf>) -> Result<ProjectContext, Error> {
    let rules = RuleOptions { files, ..RuleOptions::default() };
    let options = Options { isolated: true, rules, ..Options::default() };
    Ok(Session::builder().options(options).context()?)
}

fn loaded(files: Vec<PathBuf>) -> Result<Rules, Error> {
    Ok(context(files)?.rules()?)
}

fn list(rules: &Rules, json: bool, markdown: bool) -> Result<Outcome, Error> {
    let text;
    if markdown {
        text = reference::markdown(rules);
    } else if json {
        text = output::json(&facts::of(rules, rules.iter()))?;
    } else {
        text = lines(rules.iter());
    }
    output::print(&text)?;
    Ok(Outcome::Clean)
}

/// Rules that words fit.
fn search(rules: &Rules, words: &[String], json: bool) -> Result<Outcome, Error> {
    let found = rules.search(words);
    if found.is_empty() {
        let what = match words {
            [word] => format!("no rule fits this word; {}", rules.hint(word)),
            _ => "no rule fits all of these words; try fewer".to_owned(),
        };
        return Err(Error::Input(what));
    }
    let found = found.into_iter();
    let text = if json { output::json(&facts::of(rules, found))? } else { lines(found) };
    output::print(&text)?;
    Ok(Outcome::Clean)
}

/// Ids and titles, each on a line.
fn lines<'r>(rules: impl Iterator<Item = (RuleId, &'r Rule)>) -> String {
    let rules: Vec<&Rule> = rules.map(|(_, rule)| rule).collect();
    let width = rules.iter().map(|rule| rule.id().len()).max().unwrap_or(0);
    let mut text = String::new();
    for rule in rules {
        let _ = writeln!(text, "{:width$}  {}", rule.id(), printable(&rule.text.title));
    }
    text
}

fn show(rules: &Rules, id: &str) -> Result<Outcome, Error> {
    let (_, rule) = rules
        .named(id)
        .ok_or_else(|| Error::Input(format!("no rule is called `{id}`; {}", rules.hint(id))))?;
    output::say(&description(rule))?;
    Ok(Outcome::Clean)
}

/// Everything a user may want to know about a rule.
fn description(rule: &Rule) -> String {
    let mut text = format!("{}\n{}\n\n", rule.id(), rule.text.title);
    let mut line = |name: &str, value: &str| {
        if !value.is_empty() {
            let _ = writeln!(text, "{name:>12}  {value}");
        }
    };
    line("provider", &rule.provider);
    line("docs", &rule.docs);
    line("aliases", &rule.text.aliases.join(", "));
    line("replaces", &rule.text.replaces.join(", "));
    line("kind", rule.kind.name());
    line("authority", &format!("{} (+{})", rule.authority.name(), rule.authority.weight()));
    line("reach", &format!("{} (+{})", rule.reach.name(), rule.reach.weight()));
    line("lifetime", &format!("{} (+{})", rule.lifetime.name(), rule.lifetime.weight()));
    line("base score", &rule.base_score().to_string());
    line("impact", &rule.text.why);
    line("fix", &rule.text.fix);
    line("prefer", &rule.text.instead);
    line("pattern", rule.text.pattern.as_deref().unwrap_or_default());
    line("value", rule.text.value.as_deref().unwrap_or_default());
    line("detector", rule.text.detector.as_deref().unwrap_or_default());
    line("keywords", &rule.text.keywords.join(", "));
    if let Some(near) = rule.near() {
        line("near", &format!("{} within {} bytes", near.any.join(", "), near.within));
        line("and near", &near.also.join(", "));
    }
    let beginnings = rule.text.begins.iter().map(|beginning| format!("{beginning}..."));
    line("or is", &beginnings.collect::<Vec<_>>().join(", "));
    if let Some(bits) = rule.text.min_entropy {
        line("entropy", &format!("at least {bits} bits per character"));
    }
    if let Some(check) = rule.check {
        line("check", &format!("{}: {}", check.name, check.about));
    }
    if let Some(partner) = rule.partner() {
        let partners = partner.rules.join(", ");
        line(
            "partner",
            &format!("{partners} within {} bytes, else {}", partner.within, partner.alone),
        );
    }
    line("examples", &rule.text.examples.join("\n              "));
    line("not found in", &rule.text.counter_examples.join("\n              "));
    line("file", &rule.file);
    text
}

fn check(files: Vec<PathBuf>) -> Result<Outcome, Error> {
    let (rules, gave_way) = context(files)?.rules_in_place()?;
    for file in gave_way {
        output::note(&format!(
            "checked in place of the built-in {file}, which has the same name and ids; rebuild \
             sprawl to use it"
        ));
    }
    let count = rules.iter().filter(|(_, rule)| !rule.is_builtin).count() as u64;
    output::print(&format!("{} OK\n", text::count(count, "rule")))?;
    Ok(Outcome::Clean)
}
