//! `sprawl accept`.

use std::collections::BTreeSet;

use super::search::{Search, former_ids};
use super::setting::Kept;
use super::{Error, Outcome, exceptions, output, scan};
use crate::cli::policy::AcceptArgs;
use crate::finding::Finding;
use crate::group::SecretGroup;
use crate::policy::exceptions::Exception;
use crate::policy::marks::day;
use crate::policy::{is_earlier, key};
use crate::report::Report;
use crate::rules::{RuleId, Rules};

/// Writes an exception for a secret in the places that it stands in now.
pub(super) fn run(args: &AcceptArgs) -> Result<Outcome, Error> {
    let mut search = Search::new(&args.search)?;
    let until = args
        .until
        .as_deref()
        .map(day)
        .transpose()
        .map_err(|what| Error::Input(format!("--until: {what}")))?;
    let chosen = choose(args, &search.rules, &search.run()?)?;
    let rule = search.rules.get(chosen.rule);
    let today = scan::today(jiff::Timestamp::now().as_second());
    let mut entry = Exception {
        id: Some(chosen.id),
        rule: rule.id().to_owned(),
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
    let limits = search.setting.limits(today);
    let refused = |what| Error::Input(format!("nothing was written: the exception {what}"));
    entry.check(limits, today).map_err(refused)?;
    // From here to the end nobody else changes them.
    let lock = search.setting.lock()?;
    let key = search.setting.keep_key(&lock)?;
    if key != Kept::AsBefore {
        // The id that the user has seen is one from before there was this key.
        let first = &chosen.first;
        entry.id = Some(search.setting.identity.of(&first.secret, rule.kind, "", 0));
    }
    let mut exceptions = search.setting.exceptions(limits, today)?;
    exceptions.add(entry.clone(), limits, today).map_err(refused)?;
    exceptions::save(&search.setting, exceptions, &lock)?;
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
        if key == Kept::Made {
            text.push_str(&format!("made {}: it says itself what it is for\n", key::FILE));
        }
        let (_, file) = search.setting.exceptions_file();
        text.push_str(&format!("commit {file}, so that others can review it\n"));
        text
    };
    output::say(&text)?;
    Ok(Outcome::Clean)
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
    let stands_at = |group: &SecretGroup, file: &str, line: usize| {
        let is_there = |o: &Finding| {
            o.location.line == line && (below(o) == file || &*o.location.path == file)
        };
        group.occurrences.iter().any(is_there)
    };
    let place = args.id.rsplit_once(':').and_then(|(file, n)| Some((file, n.parse().ok()?)));
    let named: Vec<&SecretGroup> = match place {
        Some((file, line)) => all.iter().filter(|g| stands_at(g, file, line)).copied().collect(),
        None => with_id(&args.id, &all, rules, report),
    };
    let group = match named.as_slice() {
        [group] => *group,
        [] => {
            return fail(format!(
                "no secret is found that `{}` stands for{}; `sprawl scan` shows the ids",
                args.id,
                super::search::hint(&args.id, all.iter().map(|g| g.id.as_str()))
            ));
        }
        _ => return fail(format!("`{}` stands for {} secrets", args.id, named.len())),
    };
    let is_wanted = |o: &&Finding| args.path.is_empty() || args.path.contains(&below(o));
    let wanted: Vec<&Finding> = group
        .occurrences
        .iter()
        .filter(is_wanted)
        .filter(|o| o.standing.suppression.is_none())
        .collect();
    if wanted.is_empty() {
        return fail(if group.occurrences.iter().any(|o| is_wanted(&o)) {
            "it is accepted there already; `sprawl exceptions renew` puts off the end".to_owned()
        } else {
            format!("it does not stand in {}", args.path.join(", "))
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
