//! `sprawl exceptions list | renew | prune`.

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde_json::json;

use super::search::{Search, former_ids};
use super::{Error, Outcome, output};
use crate::cli::config::ConfigArgs;
use crate::cli::policy::{ExceptionsCommand, SearchArgs};
use sprawl::Session;
use sprawl::day;
use sprawl::files::lock::Lock;
use sprawl::policy::exceptions::{Exception, Exceptions, FILE};
use sprawl::session::context::ProjectContext;
use sprawl_detect::text::{count, printable};

/// Runs one of them.
pub(super) fn run(command: ExceptionsCommand) -> Result<Outcome, Error> {
    let text = match command {
        ExceptionsCommand::List { config, json } => list(&config, json)?,
        ExceptionsCommand::Renew { id, until, config, json } => renew(&id, &until, &config, json)?,
        ExceptionsCommand::Prune { search } => prune(&search)?,
    };
    output::say(&text)?;
    Ok(Outcome::Clean)
}

/// Writes the exceptions of a project.
///
/// # Errors
/// They cannot be written; then the old ones are still there.
pub(super) fn save(
    context: &ProjectContext,
    mut exceptions: Exceptions,
    lock: &Lock,
) -> Result<(), Error> {
    exceptions.project = context.identity.project().or(exceptions.project);
    Ok(context.write(FILE, &exceptions.to_text(), lock)?)
}

/// Exceptions as JSON.
///
/// # Errors
/// See [`output::json`].
pub(super) fn json(entries: &[&Exception], today: Date) -> Result<String, Error> {
    let all: Vec<_> = entries
        .iter()
        .map(|entry| {
            json!({
                "id": entry.id, "rule": entry.rule, "paths": entry.paths, "owner": entry.owner,
                "reason": entry.reason, "purpose": entry.purpose,
                "created": entry.created.to_string(),
                "expires": entry.expires.map(|day| day.to_string()),
                "renewals": entry.renewals,
                "renewed": entry.renewed.map(|day| day.to_string()),
                "expired": entry.is_over(today), "days_left": entry.days_left(today),
            })
        })
        .collect();
    output::json(&all)
}

/// The last day of an exception, as it is typed.
///
/// # Errors
/// It is no day, or past.
pub(super) fn last_day(text: &str, today: Date) -> Result<Date, Error> {
    let last = day::parse(text).map_err(|what| Error::Input(format!("--until: {what}")))?;
    if last < today {
        let what = format!("--until: {last} is past; an expired exception has no effect");
        return Err(Error::Input(what));
    }
    Ok(last)
}

fn today() -> Date {
    day::in_utc(jiff::Timestamp::now().as_second())
}

fn here(config: &ConfigArgs) -> Result<ProjectContext, Error> {
    Ok(Session::builder().options(config.options()).context()?)
}

fn loaded(context: &ProjectContext) -> Result<Exceptions, Error> {
    Ok(context.exceptions(context.limits(today()), today())?)
}

fn list(config: &ConfigArgs, as_json: bool) -> Result<String, Error> {
    let context = here(config)?;
    let exceptions = match loaded(&context) {
        // The first decision of the project may have been made since its key was looked for.
        Err(_) if context.has_a_key_by_now() => loaded(&here(config)?)?,
        exceptions => exceptions?,
    };
    let mut entries: Vec<&Exception> = exceptions.entries.iter().collect();
    entries.sort_by_key(|entry| (entry.expires.is_none(), entry.expires, entry.paths.clone()));
    if as_json {
        return json(&entries, today());
    }
    if entries.is_empty() {
        return Ok("no exceptions\n".to_owned());
    }
    Ok(entries.iter().map(|entry| described(entry)).collect())
}

fn described(entry: &Exception) -> String {
    let left = match entry.days_left(today()) {
        Some(days) if entry.is_over(today()) => {
            format!("EXPIRED {} ago", count(days.unsigned_abs().into(), "day"))
        }
        Some(days) => format!("{} left", count(days.unsigned_abs().into(), "day")),
        None => "permanent".to_owned(),
    };
    let renewed = match entry.renewals {
        0 => String::new(),
        times => format!(", renewed {}", count(times.into(), "time")),
    };
    let id = entry.id.as_deref().unwrap_or("any secret");
    let text = format!(
        "{left}: {} {}, {}{renewed}\n    {}\n",
        printable(&entry.rule),
        printable(id),
        printable(&entry.describe()),
        printable(&entry.paths.join(", "))
    );
    let purpose = match entry.purpose.as_str() {
        "" => String::new(),
        purpose => format!("    {}\n", printable(purpose)),
    };
    text + &purpose
}

fn renew(id: &str, until: &str, config: &ConfigArgs, as_json: bool) -> Result<String, Error> {
    let until = last_day(until, today())?;
    let mut context = here(config)?;
    let lock = output::lock(&context)?;
    // The first decision of the project may have been made since its key was looked for.
    context.takes_another_key()?;
    let mut exceptions = loaded(&context)?;
    let limits = context.limits(today());
    let typed = context.project.typed(id);
    let about = |is_id: &dyn Fn(&str) -> bool| -> Vec<usize> {
        let is_named = |entry: &Exception| {
            let is_path = |path: &String| path == id || Some(path) == typed.as_ref();
            entry.id.as_deref().is_some_and(is_id) || entry.paths.iter().any(is_path)
        };
        (0..exceptions.entries.len()).filter(|at| is_named(&exceptions.entries[*at])).collect()
    };
    let mut named = about(&|own| own.starts_with(id));
    if named.is_empty() {
        // It may be an id of a report from before the project had its key.
        let search = Search::new(&SearchArgs { config: config.clone(), ..SearchArgs::default() })?;
        let former = former_ids(search.rules(), &search.run()?);
        let now: BTreeSet<&String> =
            former.iter().filter(|(old, _)| old.starts_with(id)).map(|(_, now)| now).collect();
        named = about(&|own| now.iter().any(|id| *id == own));
    }
    let at = match named.as_slice() {
        [at] => *at,
        [] => return Err(Error::Input(format!("no exception matches `{id}`"))),
        _ => {
            return Err(Error::Input(format!(
                "{} exceptions match `{id}`; give the path of one",
                named.len()
            )));
        }
    };
    let entry = &mut exceptions.entries[at];
    entry.expires = Some(until);
    entry.renewals = entry.renewals.saturating_add(1);
    entry.renewed = Some(today());
    entry
        .check(limits, today())
        .map_err(|what| Error::Input(format!("nothing was written: the exception {what}")))?;
    let entry = entry.clone();
    save(&context, exceptions, &lock)?;
    if as_json { json(&[&entry], today()) } else { Ok(described(&entry)) }
}

fn prune(args: &SearchArgs) -> Result<String, Error> {
    let mut search = Search::new(args)?;
    let stale = search.examined(|_, report| Ok(report.summary.decisions.stale))?;
    // One that was renewed while the project was scanned is another one now, and stays.
    let lock = output::lock(search.context())?;
    // The first decision of the project may have been made since its key was looked for.
    search.context_mut().takes_another_key()?;
    let mut exceptions = loaded(search.context())?;
    let removed = exceptions.retain(|_, entry| !stale.contains(entry));
    if !removed.is_empty() {
        save(search.context(), exceptions, &lock)?;
    }
    drop(lock);
    if args.json {
        return json(&removed.iter().collect::<Vec<_>>(), today());
    }
    let mut text: String =
        removed.iter().map(|entry| format!("removed exception {}", described(entry))).collect();
    if removed.is_empty() {
        text.push_str("every exception still matches a finding\n");
    }
    Ok(text)
}
