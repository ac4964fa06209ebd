//! `sprawl baseline`.

use super::search::Search;
use super::{Error, Outcome, output};
use crate::cli::policy::BaselineArgs;
use sprawl::day;
use sprawl::files::lock::Lock;
use sprawl::files::write;
use sprawl::finding::decision::State;
use sprawl::group::SecretGroup;
use sprawl::policy::baseline::{self, Baseline, Scope};
use sprawl::policy::{PolicyInput, key, sightings};
use sprawl::project::Project;
use sprawl::session::context::KeyState;

/// Writes the baseline, or brings it up to date.
pub(super) fn run(args: &BaselineArgs) -> Result<Outcome, Error> {
    let mut search = Search::new(&args.search)?;
    let Searched { groups, project, now, lock, made_key } = searched(&mut search)?;
    let before = search.context().baseline()?;
    let today = day::in_utc(now);
    let below_root = |path: &str| project.below_root(path);
    let is_gone = |path: &str| project.is_gone(path);
    let all_rules = args.search.rules.only.is_empty() && args.search.rules.disable.is_empty();
    let scope =
        Scope { tree: all_rules, history: all_rules && args.search.history, is_gone: &is_gone };
    let ground = PolicyInput {
        rules: search.rules(),
        identity: &search.context().identity,
        below_root: &below_root,
        scope: &scope,
    };
    let found = sightings(&ground, &groups);
    let is_first = before.is_none();
    let mut before = before.unwrap_or_default();
    before.project = search.context().identity.project();
    let comparison = before.compare(&found, &scope);
    let after = before.updated(&found, &comparison, today, args.add || is_first);
    let name = match &args.output {
        Some(path) => {
            write::named(path, |out| out.write_all(after.to_text().as_bytes())).map_err(
                |error| Error::Input(format!("{}: cannot be written: {error}", path.display())),
            )?;
            path.display().to_string()
        }
        None => {
            search.context().write(baseline::FILE, &after.to_text(), &lock)?;
            baseline::FILE.to_owned()
        }
    };
    drop(lock);
    let is_left = |(sighting, (state, _)): &(&baseline::Sighting, &(State, Option<usize>))| {
        *state != State::Unchanged && !sighting.covered && !args.add && !is_first
    };
    let left: Vec<_> = found.iter().zip(&comparison.states).filter(is_left).collect();
    let open = after.entries.iter().filter(|entry| entry.fixed.is_none()).count();
    let text = if args.search.json {
        let left: Vec<_> = left
            .iter()
            .map(|(s, (state, _))| {
                serde_json::json!({
                    "secret_id": s.id, "rule_id": s.rule, "path": s.path, "state": state,
                })
            })
            .collect();
        let all = serde_json::json!({
            "file": name, "open": open, "fixed": after.entries.len() - open,
            "newly_fixed": comparison.absent.len(), "left_out": left,
        });
        output::json(&all)?
    } else {
        let mut text = written(&name, &before, &after, open, comparison.absent.len());
        for (sighting, (state, _)) in &left {
            let path = sprawl_detect::text::printable(&sighting.path);
            text.push_str(&format!("left out, {}: {} in {path}\n", state.name(), sighting.rule));
        }
        if !left.is_empty() {
            text.push_str("fix them, accept them with `sprawl accept`, or add them with --add\n");
        }
        if made_key {
            text.push_str(&format!("created {} (see the comment in it); commit it\n", key::FILE));
        }
        text
    };
    output::say(&text)?;
    Ok(if left.is_empty() { Outcome::Clean } else { Outcome::Findings })
}

/// What was found, and the lock under which it is compared and written.
struct Searched {
    groups: Vec<SecretGroup>,
    project: Project,
    now: i64,
    lock: Lock,
    made_key: bool,
}

/// Searches the project with the key that the ids are going to be remembered by. A key that another
/// command made meanwhile goes before our own: then it is searched again.
fn searched(search: &mut Search) -> Result<Searched, Error> {
    loop {
        search.context_mut().propose_key()?;
        let (groups, project, now) = search.examined(|_, report| {
            let groups = report.groups.into_iter().chain(report.covered);
            let groups = groups.chain(report.parts).collect();
            Ok((groups, report.material.project, report.now))
        })?;
        let lock = output::lock(search.context())?;
        let key = search.context_mut().keep_key(&lock)?;
        if key != KeyState::Changed {
            return Ok(Searched { groups, project, now, lock, made_key: key == KeyState::Made });
        }
    }
}

fn written(name: &str, before: &Baseline, after: &Baseline, open: usize, gone: usize) -> String {
    let verb = if before.entries.is_empty() { "wrote" } else { "updated" };
    let fixed = match gone {
        0 => String::new(),
        number => format!(", {number} newly fixed"),
    };
    let all_fixed = after.entries.len() - open;
    let mut text = format!("{verb} {name}: {open} open, {all_fixed} fixed{fixed}\n");
    if before.entries.is_empty() {
        text.push_str("commit it; from now on only new findings fail a scan\n");
    }
    text
}
