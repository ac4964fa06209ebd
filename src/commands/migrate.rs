//! `sprawl migrate`.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::search::Search;
use super::{Error, Outcome, exceptions, output};
use crate::cli::migrate::MigrateArgs;
use sprawl::config::{Config, FILE_NAME, PathFilter};
use sprawl::day;
use sprawl::files::lock::Lock;
use sprawl::finding::Finding;
use sprawl::finding::decision::State;
use sprawl::group::SecretGroup;
use sprawl::migrate::{self, Imported, Known, Lost, QuietRule};
use sprawl::policy::baseline::{self, Baseline, Scope, Sighting};
use sprawl::policy::exceptions::{Exception, Exceptions, Limits, Reason};
use sprawl::policy::file::quoted;
use sprawl::policy::{PolicyInput, key, sightings};
use sprawl::report::Report;
use sprawl::session::context::KeyState;
use sprawl_detect::rules::{Rule, Rules, Selection, UserFile};
use sprawl_detect::score::Severity;
use sprawl_detect::text::count;

/// Where rules of one's own are written.
const RULES: &str = ".sprawl/rules.toml";

/// Carries over what other scanners were told.
pub(super) fn run(args: &MigrateArgs) -> Result<Outcome, Error> {
    let mut search = Search::new(&args.search)?;
    let mut imported = migrate::read(search.context().project.root()).map_err(Error::Input)?;
    if imported.files.is_empty() {
        let names: Vec<_> = migrate::file_names().collect();
        return Err(Error::Input(format!(
            "there is nothing to migrate: none of {} is here",
            names.join(", ")
        )));
    }
    let today = day::in_utc(jiff::Timestamp::now().as_second());
    let until = args.until.as_deref().map(|text| exceptions::last_day(text, today)).transpose()?;
    let exceptions = !imported.quiet.is_empty() || imported.known.iter().any(|k| k.is_false);
    let owner = match &args.owner {
        None if exceptions && !args.dry_run => {
            let what = "`--owner` is required to write exceptions, like --owner @team";
            return Err(Error::Input(what.to_owned()));
        }
        // What would be written does not depend on who it is.
        None => "@owner",
        Some(owner) => owner.as_str(),
    };
    let lock = output::lock(search.context())?;
    // The ids of what is written are made with it.
    let made_key = if args.dry_run {
        !search.context().identity.has_project_key()
    } else {
        search.context_mut().propose_key()?;
        search.context_mut().keep_key(&lock)? == KeyState::Made
    };
    let report = search.run()?;
    let mut plan = Plan::new(&search, &report, &imported, &lock)?;
    plan.has_owner = args.owner.is_some();
    plan.take_known(owner, &mut imported)?;
    plan.take_quiet(owner, until, &mut imported);
    let own_rules = usable_rules(&search, &mut imported);
    let config = configuration(&mut imported, &search, !own_rules.is_empty());
    let mut written = Vec::new();
    plan.write(args.dry_run, &mut written)?;
    if made_key {
        written.push(format!("{}: the project's key", key::FILE));
    }
    write_text(&search, RULES, &own_rules, (args.dry_run, &lock), &mut written)?;
    let config_file = search.context().project.root().join(FILE_NAME);
    let has_config = std::fs::symlink_metadata(config_file).is_ok();
    if !has_config {
        write_text(&search, FILE_NAME, &config, (args.dry_run, &lock), &mut written)?;
    }
    let to_add = if has_config { config } else { String::new() };
    output::say(&if args.search.json {
        json(&imported, &written, &to_add, args.dry_run)?
    } else {
        text(&imported, &written, &to_add, args.dry_run)
    })?;
    Ok(Outcome::Clean)
}

/// What is going to be written.
struct Plan<'p> {
    search: &'p Search,
    lock: &'p Lock,
    report: &'p Report<'p>,
    /// What is found where nothing that is carried over leaves it out.
    found: Vec<(&'p SecretGroup, &'p Finding, Sighting)>,
    /// The paths that are left out from now on.
    excluded: PathFilter,
    today: Date,
    limits: Limits,
    baseline: Baseline,
    taken: BTreeSet<usize>,
    exceptions: Exceptions,
    added: usize,
    /// Whether it was said who answers for exceptions.
    has_owner: bool,
}

impl<'p> Plan<'p> {
    fn new(
        search: &'p Search,
        report: &'p Report<'p>,
        imported: &Imported,
        lock: &'p Lock,
    ) -> Result<Self, Error> {
        let setting = &search.context();
        let today = day::in_utc(report.now);
        let limits = setting.policy(today)?.limits;
        let below_root = |path: &str| report.material.project.below_root(path);
        let scope = Scope { tree: false, history: false, is_gone: &|_| false };
        let ground = PolicyInput {
            rules: search.rules(),
            identity: &setting.identity,
            below_root: &below_root,
            scope: &scope,
        };
        let mut found = Vec::new();
        for groups in [&report.groups, &report.covered, &report.parts] {
            let places = groups.iter().flat_map(|g| g.occurrences.iter().map(move |o| (g, o)));
            let seen = places.zip(sightings(&ground, groups));
            found.extend(seen.map(|((group, finding), sighting)| (group, finding, sighting)));
        }
        let excluded = PathFilter::new(&imported.exclude, &[])
            .map_err(|(glob, why)| Error::Input(format!("`{glob}`: {why}")))?;
        found.retain(|(_, _, sighting)| !excluded.leaves_out(&sighting.path));
        Ok(Self {
            search,
            lock,
            report,
            found,
            excluded,
            today,
            limits,
            baseline: setting.baseline()?.unwrap_or_default(),
            taken: BTreeSet::new(),
            exceptions: setting.exceptions(limits, today)?,
            added: 0,
            has_owner: true,
        })
    }

    /// Looks for the findings that somebody wanted to be quiet about.
    fn take_known(&mut self, owner: &str, imported: &mut Imported) -> Result<(), Error> {
        for known in std::mem::take(&mut imported.known) {
            let at: Vec<usize> = (0..self.found.len())
                .filter(|at| {
                    let (group, finding, sighting) = &self.found[*at];
                    let paths = sighting.also.iter().chain([&sighting.path]);
                    is_meant(&known, group, finding, paths.map(String::as_str))
                })
                .collect();
            if at.is_empty() {
                let why = self.reason(&known);
                imported.lost.push(Lost { from: known.from, why });
            } else if known.is_false {
                for at in at {
                    self.except_as_false(at, owner)?;
                }
            } else {
                self.taken.extend(at);
            }
        }
        Ok(())
    }

    /// Why there is nothing to be quiet about where another scanner was.
    fn reason(&self, known: &Known) -> String {
        let place = match (&known.path, known.line) {
            (Some(path), Some(line)) => format!("{path}:{line}"),
            (Some(path), None) => path.clone(),
            (None, _) => "the secret with this hash".to_owned(),
        };
        if let Some(path) = &known.path {
            if self.excluded.leaves_out(path) || self.search.context().config.paths.leaves_out(path)
            {
                return format!("{place} is in a path that the configuration excludes");
            }
            if !self.search.context().project.root().join(path).exists() {
                return format!("{place}: the file no longer exists");
            }
        }
        let project = &self.report.material.project;
        let unreported = self.report.material.unreported.iter().find(|group| {
            group.occurrences.iter().any(|finding| {
                let path = project.below_root(&finding.location.path);
                is_meant(known, group, finding, [path.as_str()])
            })
        });
        match unreported {
            Some(group) if group.score.severity() == Severity::None => {
                format!("{place} is not reported here: it unlocks nothing, like a placeholder")
            }
            Some(_) => format!("{place} is not reported here: it is below --min-confidence"),
            None if known.path.is_none() => "no secret with this hash is found".to_owned(),
            None => format!("no secret is found at {place}"),
        }
    }

    fn except_as_false(&mut self, at: usize, owner: &str) -> Result<(), Error> {
        let (_, _, sighting) = &self.found[at];
        let entry = Exception {
            id: Some(sighting.id.clone()),
            rule: sighting.rule.clone(),
            paths: vec![sighting.path.clone()],
            owner: owner.to_owned(),
            reason: Reason::FalsePositive,
            purpose: "Marked as not a secret in the previous scanner".to_owned(),
            created: self.today,
            expires: None,
            renewals: 0,
            renewed: None,
            history: sighting.earlier,
        };
        self.add(entry).map_err(Error::Input)
    }

    fn add(&mut self, entry: Exception) -> Result<(), String> {
        let is_same = |other: &Exception| {
            (&other.id, &other.rule, &other.paths) == (&entry.id, &entry.rule, &entry.paths)
        };
        if !self.exceptions.entries.iter().any(is_same) {
            self.exceptions.add(entry, self.limits, self.today)?;
            self.added += 1;
        }
        Ok(())
    }

    fn take_quiet(&mut self, owner: &str, until: Option<Date>, imported: &mut Imported) {
        for quiet in std::mem::take(&mut imported.quiet) {
            let QuietRule { from, rule, paths, until: end, statement } = quiet;
            let Some((_, known)) = self.search.rules().named(&rule) else {
                let why = if is_switched_off(self.search, &rule) {
                    "names a rule that is disabled here"
                } else {
                    "names a rule that has another name here"
                };
                imported.lost.push(Lost { from, why: why.to_owned() });
                continue;
            };
            if !self.is_found(known, &paths) {
                let why = "matches no finding".to_owned();
                imported.lost.push(Lost { from, why });
                continue;
            }
            let entry = Exception {
                id: None,
                rule: known.id().to_owned(),
                paths,
                owner: owner.to_owned(),
                reason: Reason::ThirdParty,
                purpose: statement,
                created: self.today,
                expires: end.or(until),
                renewals: 0,
                renewed: None,
                history: false,
            };
            if let Err(what) = self.add(entry) {
                imported.lost.push(Lost { from, why: format!("as an exception it {what}") });
            }
        }
    }

    /// Whether something that a rule reports stands in some of the paths; paths that are no globs are
    /// judged elsewhere.
    fn is_found(&self, rule: &Rule, paths: &[String]) -> bool {
        let Ok(globs) = sprawl::config::globs(paths) else { return true };
        self.found.iter().any(|(group, finding, sighting)| {
            let rules = [group.rule, finding.rule].map(|id| self.search.rules().get(id).id());
            rules.contains(&rule.id())
                && (globs.is_match(&sighting.path) || paths.contains(&sighting.path))
        })
    }

    fn write(&mut self, dry_run: bool, written: &mut Vec<String>) -> Result<(), Error> {
        if !self.taken.is_empty() {
            let taken: Vec<Sighting> =
                self.taken.iter().map(|at| self.found[*at].2.clone()).collect();
            let scope = Scope { tree: false, history: false, is_gone: &|_| false };
            let comparison = self.baseline.compare(&taken, &scope);
            let new = comparison.states.iter().filter(|(s, _)| *s != State::Unchanged).count();
            if new == 0 && self.added == 0 {
                return Ok(());
            }
            let mut after = self.baseline.updated(&taken, &comparison, self.today, true);
            after.project = self.search.context().identity.project();
            let name = baseline::FILE;
            if new > 0 {
                if !dry_run {
                    self.search.context().write(name, &after.to_text(), self.lock)?;
                }
                written.push(format!("{name}: {}", count(new as u64, "finding")));
            }
        }
        if self.added > 0 {
            if !dry_run {
                exceptions::save(self.search.context(), self.exceptions.clone(), self.lock)?;
            }
            let (_, name) = self.search.context().exceptions_file();
            let owner = if self.has_owner { "" } else { ", for which --owner is required" };
            written.push(format!("{name}: {}{owner}", count(self.added as u64, "exception")));
        }
        Ok(())
    }
}

/// Whether an entry of another scanner is about an occurrence, which has these paths.
fn is_meant<'s>(
    known: &Known,
    group: &SecretGroup,
    finding: &Finding,
    paths: impl IntoIterator<Item = &'s str>,
) -> bool {
    let in_file =
        known.path.as_ref().is_none_or(|path| paths.into_iter().any(|other| other == path));
    in_file
        && match (&known.digest, known.line) {
            (Some(digest), line) => {
                // Where the tools disagree on what of a line is the secret, the line decides.
                digest.is_of(group.secret.reveal())
                    || (known.path.is_some() && line == Some(finding.location.line))
            }
            (None, Some(line)) => finding.location.line == line,
            (None, None) => false,
        }
}

/// Whether the project has a rule of this name and does without it.
fn is_switched_off(search: &Search, name: &str) -> bool {
    search.context().config.config.rules.disable.iter().any(|other| other == name)
        || (search.rules().named(name).is_none() && Rules::builtin().named(name).is_some())
}

/// Those of the project's own rules that pass our checks, as a rule file.
fn usable_rules(search: &Search, imported: &mut Imported) -> String {
    const HEAD: &str = "provider = \"This project\"\n";
    let mut all = String::new();
    // What was carried over before may have been worked on since.
    let is_there = search.context().project.root().join(RULES).exists();
    if is_there {
        imported.rules.retain(|rule| search.rules().named(&rule.id).is_none());
    }
    for rule in std::mem::take(&mut imported.rules) {
        let candidate = format!("{HEAD}{all}\n{}", rule.text);
        let file = UserFile { name: RULES, text: &candidate };
        match Rules::new(&[file], &Selection::default()) {
            Ok(_) if is_there => {
                let why = format!("rule {}: {RULES} already exists; add it there", rule.id);
                imported.lost.push(Lost { from: rule.from, why });
            }
            Ok(_) => {
                all.push('\n');
                all.push_str(&rule.text);
            }
            Err(error) => {
                let why = format!("rule {}: {}", rule.id, error.what);
                imported.lost.push(Lost { from: rule.from, why });
            }
        }
    }
    if all.is_empty() { all } else { format!("{HEAD}{all}") }
}

/// A configuration that leaves out what theirs left out.
fn configuration(imported: &mut Imported, search: &Search, own_rules: bool) -> String {
    let Config { paths, rules: choice, .. } = &search.context().config.config;
    let mut text = String::new();
    let list = |name: &str, all: &[String]| {
        let lines: Vec<String> = all.iter().map(|one| format!("    {},\n", quoted(one))).collect();
        format!("{name} = [\n{}]\n", lines.concat())
    };
    imported.exclude.sort();
    imported.exclude.dedup();
    imported.exclude.retain(|glob| !paths.exclude.contains(glob));
    if !imported.exclude.is_empty() {
        text.push_str(&format!("[paths]\n{}", list("exclude", &imported.exclude)));
    }
    let mut known = Vec::new();
    for (from, name) in std::mem::take(&mut imported.disabled) {
        if choice.disable.contains(&name) {
            continue;
        }
        if search.rules().named(&name).is_some() || is_switched_off(search, &name) {
            known.push(name);
        } else {
            let why = format!("rule `{name}` is disabled and has another name here");
            imported.lost.push(Lost { from, why });
        }
    }
    if own_rules || !known.is_empty() {
        text.push_str(if text.is_empty() { "[rules]\n" } else { "\n[rules]\n" });
    }
    if own_rules {
        text.push_str(&list("files", &[RULES.to_owned()]));
    }
    if !known.is_empty() {
        text.push_str(&list("disable", &known));
    }
    text
}

fn write_text(
    search: &Search,
    name: &str,
    text: &str,
    (dry_run, lock): (bool, &Lock),
    written: &mut Vec<String>,
) -> Result<(), Error> {
    if text.is_empty() {
        return Ok(());
    }
    if !dry_run {
        search.context().write(name, text, lock)?;
    }
    written.push(name.to_owned());
    Ok(())
}

fn text(imported: &Imported, written: &[String], to_add: &str, dry_run: bool) -> String {
    let mut text = format!("read {}\n", imported.files.join(", "));
    let verb = if dry_run { "would write" } else { "wrote" };
    for file in written {
        text.push_str(&format!("{verb} {file}\n"));
    }
    if written.is_empty() {
        text.push_str("nothing to write\n");
    }
    if !to_add.is_empty() {
        text.push_str(&format!("{FILE_NAME} already exists; add this to it:\n\n{to_add}\n"));
    }
    for Lost { from, why } in &imported.lost {
        let line = if from.line == 0 { String::new() } else { format!(":{}", from.line) };
        let why = sprawl_detect::text::printable(why);
        text.push_str(&format!("not migrated: {}{line}: {why}\n", from.file));
    }
    text
}

fn json(
    imported: &Imported,
    written: &[String],
    to_add: &str,
    dry_run: bool,
) -> Result<String, Error> {
    let all = serde_json::json!({
        "read": imported.files, "written": written, "dry_run": dry_run,
        "add_to_configuration": to_add, "not_carried_over": imported.lost,
    });
    output::json(&all)
}
