//! `sprawl accept`.

use std::collections::BTreeSet;

use super::search::{Search, former_ids};
use super::{Error, Outcome, exceptions, output};
use crate::cli::policy::AcceptArgs;
use sprawl::day;
use sprawl::finding::Finding;
use sprawl::group::SecretGroup;
use sprawl::policy::exceptions::Exception;
use sprawl::policy::{is_earlier, key};
use sprawl::redact::{self, Redactor};
use sprawl::report::Report;
use sprawl::session::context::KeyState;
use sprawl_detect::rules::{RuleId, Rules};

/// Writes an exception for a secret in the places that it stands in now.
pub(super) fn run(args: &AcceptArgs) -> Result<Outcome, Error> {
    output::say(&accepted(args)?)?;
    Ok(Outcome::Clean)
}

/// Writes an exception, and says what was done.
///
/// # Errors
/// Nothing was written: nothing is found there, or the exception is not allowed.
pub(super) fn accepted(args: &AcceptArgs) -> Result<String, Error> {
    let mut search = Search::new(&args.search)?;
    let today = day::in_utc(jiff::Timestamp::now().as_second());
    let until = args.until.as_deref().map(|text| exceptions::last_day(text, today)).transpose()?;
    let chosen = search.examined(|rules, report| {
        keep_secrets_out(args, rules, &report)?;
        choose(args, rules, &report)
    })?;
    let rule_id = search.rules().get(chosen.rule).id().to_owned();
    let mut entry = Exception {
        id: Some(chosen.id),
        rule: rule_id,
        paths: chosen.paths,
        owner: args.owner.clone(),
        reason: args.reason,
        purpose: args.purpose.clone(),
        created: today,
        expires: until,
        renewals: 0,
        renewed: None,
        history: chosen.history,
    };
    let limits = search.context().limits(today);
    let refused = |what| Error::Input(format!("nothing was written: the exception {what}"));
    entry.check(limits, today).map_err(refused)?;
    // From here to the end nobody else changes them.
    let lock = output::lock(search.context())?;
    let key = search.context_mut().keep_key(&lock)?;
    let rule = search.rules().get(chosen.rule);
    if key != KeyState::AsBefore {
        // The id that the user has seen is one from before there was this key.
        let first = &chosen.first;
        entry.id = Some(search.context().identity.of(&first.secret, rule.kind, "", 0).0);
    }
    let mut exceptions = search.context().exceptions(limits, today)?;
    exceptions.add(entry.clone(), limits, today).map_err(refused)?;
    exceptions::save(search.context(), exceptions, &lock)?;
    drop(lock);
    let text = if args.search.json {
        exceptions::json(&[&entry], today)?
    } else {
        let mut text = format!(
            "accepted {}: {} in {}\n",
            entry.describe(),
            rule.text.title,
            entry.paths.join(", ")
        );
        if key == KeyState::Made {
            text.push_str(&format!("created {} (see the comment in it); commit it\n", key::FILE));
        }
        let (_, file) = search.context().exceptions_file();
        let both = if key == KeyState::Made { format!("{file} and {}", key::FILE) } else { file };
        text.push_str(&format!("commit {both}, so that others can review it\n"));
        text
    };
    Ok(text)
}

/// The secrets whose id begins like this, or began like this before the project had its key.
fn with_id<'g>(
    id: &str,
    all: &[&'g SecretGroup],
    rules: &Rules,
    report: &Report<'_>,
) -> Vec<&'g SecretGroup> {
    let named: Vec<_> = all.iter().filter(|group| group.id.starts_with(id)).copied().collect();
    if !named.is_empty() || !report.identity.has_project_key() {
        return named;
    }
    let former = former_ids(rules, report);
    let now: BTreeSet<&String> =
        former.iter().filter(|(old, _)| old.starts_with(id)).map(|(_, now)| now).collect();
    all.iter().filter(|group| now.contains(&group.id)).copied().collect()
}

/// Makes sure that the decision, which is committed, does not repeat a secret.
fn keep_secrets_out(args: &AcceptArgs, rules: &Rules, report: &Report<'_>) -> Result<(), Error> {
    let findings: Vec<Finding> = report.all().flat_map(|group| group.occurrences.clone()).collect();
    let redactor = Redactor::new(rules, &findings);
    for (name, text) in [("--owner", &args.owner), ("--purpose", &args.purpose)] {
        let shown = redact::message(text);
        if redactor.redact(&shown) != text.as_str() {
            return Err(Error::Input(format!(
                "nothing was written: {name} contains a secret, and exceptions are committed; \
                 rephrase it"
            )));
        }
    }
    Ok(())
}

struct Chosen {
    id: String,
    rule: RuleId,
    first: Finding,
    paths: Vec<String>,
    history: bool,
}

/// The secret that an id, the beginning of one, or FILE:LINE stands for, and where it is still open.
fn choose(args: &AcceptArgs, rules: &Rules, report: &Report<'_>) -> Result<Chosen, Error> {
    let fail = |what: String| Err(Error::Input(what));
    let all: Vec<&SecretGroup> = report.groups.iter().chain(&report.covered).collect();
    let below = |finding: &Finding| report.material.project.below_root(&finding.location.path);
    let project = &report.material.project;
    // As reports show it, or as it is typed here.
    let is_file = |o: &Finding, file: &str| {
        let below = below(o);
        below == file || &*o.location.path == file || project.typed(file).as_ref() == Some(&below)
    };
    let stands_at = |group: &SecretGroup, file: &str, line: usize| {
        group.occurrences.iter().any(|o| o.location.line == line && is_file(o, file))
    };
    // Whoever names a part means the credential.
    let has_part = |group: &SecretGroup, is_meant: &dyn Fn(&SecretGroup) -> bool| {
        report.parts_of(group).any(is_meant)
    };
    let place = args.id.rsplit_once(':').and_then(|(file, n)| Some((file, n.parse().ok()?)));
    let named: Vec<&SecretGroup> = match place {
        Some((file, line)) => {
            let is_there = |group: &SecretGroup| stands_at(group, file, line);
            all.iter().filter(|g| is_there(g) || has_part(g, &is_there)).copied().collect()
        }
        None => match with_id(&args.id, &all, rules, report) {
            none if none.is_empty() => {
                let is_named = |part: &SecretGroup| part.id.starts_with(&args.id);
                all.iter().filter(|g| has_part(g, &is_named)).copied().collect()
            }
            named => named,
        },
    };
    let group = match named.as_slice() {
        [group] => *group,
        [] => {
            let what = if place.is_some() { "no finding is at" } else { "no finding has the id" };
            return fail(format!(
                "{what} `{}`{}; `sprawl scan` shows the ids",
                args.id,
                super::search::hint(&args.id, all.iter().map(|g| g.id.as_str()))
            ));
        }
        _ => return fail(format!("`{}` matches {} secrets", args.id, named.len())),
    };
    let is_wanted =
        |o: &&Finding| args.path.is_empty() || args.path.iter().any(|path| is_file(o, path));
    let places =
        || std::iter::once(group).chain(report.parts_of(group)).flat_map(|one| &one.occurrences);
    let wanted: Vec<&Finding> =
        places().filter(is_wanted).filter(|o| o.decision.suppression.is_none()).collect();
    if wanted.is_empty() {
        return fail(if places().any(|o| is_wanted(&o)) {
            "it is already accepted there; `sprawl exceptions renew` extends it".to_owned()
        } else {
            format!("it is not in {}", args.path.join(", "))
        });
    }
    let paths: BTreeSet<String> = wanted.iter().map(|o| below(o)).collect();
    Ok(Chosen {
        id: group.id.clone(),
        rule: group.rule,
        first: wanted[0].clone(),
        paths: paths.into_iter().collect(),
        history: wanted.iter().all(|o| is_earlier(o)),
    })
}
