//! `sprawl agent`.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::{Error, Outcome, hook, output};
use crate::agent::log::{self, Entry};
use crate::agent::settings::{Change, Scope, Settings};
use crate::agent::{Agent, Call, Event, Judge, Verdict, answer};
use crate::cli::agent::{AgentCommand, AgentHookArgs, AgentLogArgs, AgentWhich};
use sprawl::defect;
use sprawl::project::Project;
use sprawl::redact;
use sprawl::threads;

/// Bytes of a payload, at most.
const LARGEST: u64 = 64 << 20;

/// Does what was asked for.
pub(super) fn run(command: AgentCommand) -> Result<Outcome, Error> {
    match command {
        AgentCommand::Install(which) => install(&which),
        AgentCommand::Uninstall(which) => uninstall(&which),
        AgentCommand::Hook(args) => answered(&args),
        AgentCommand::Log(args) => show_log(&args),
    }
}

/// Where settings are looked for.
enum Place {
    Project(PathBuf),
    User,
}

impl Place {
    fn of(which: &AgentWhich) -> Self {
        match which.user {
            true => Self::User,
            false => Self::Project(Project::of(&[PathBuf::from(".")]).root().to_owned()),
        }
    }

    fn scope(&self) -> Scope<'_> {
        match self {
            Self::Project(root) => Scope::Project(root),
            Self::User => Scope::User,
        }
    }
}

fn install(which: &AgentWhich) -> Result<Outcome, Error> {
    let place = Place::of(which);
    let mut agents = which.agents.clone();
    if agents.is_empty() {
        agents = Agent::ALL.into_iter().filter(|agent| agent.is_seen(place.scope())).collect();
    }
    if agents.is_empty() {
        let names = Agent::ALL.map(Agent::name).join(", ");
        let what = format!("no settings of a coding agent were found; name one of {names}");
        return Err(Error::Input(what));
    }
    let program = hook::program()?;
    for agent in agents {
        let settings = Settings::of(agent, place.scope()).map_err(Error::Input)?;
        let done = match settings.install(&program).map_err(Error::Input)? {
            Change::Unchanged => "already installed in",
            Change::Written | Change::Removed => "written to",
        };
        output::say(&format!("{}: {done} {}\n", agent.name(), settings.file.display()))?;
        if let Some(remark) = remark(agent) {
            output::say(&format!("{}: {remark}\n", agent.name()))?;
        }
    }
    Ok(Outcome::Clean)
}

/// What is left to be done by people, or cannot be done.
fn remark(agent: Agent) -> Option<&'static str> {
    match agent {
        Agent::Claude => Some("output of tools is redacted from version 2.1.121 on"),
        Agent::Codex => Some("start Codex and approve the hooks when it asks, or they do not run"),
        Agent::Copilot => {
            Some("hooks cannot replace output of tools: files are checked before they are read")
        }
        Agent::Cursor => Some(
            "hooks can replace output of MCP tools only: files are checked before they are read",
        ),
        Agent::Gemini => None,
    }
}

fn uninstall(which: &AgentWhich) -> Result<Outcome, Error> {
    let place = Place::of(which);
    let agents = if which.agents.is_empty() { Agent::ALL.to_vec() } else { which.agents.clone() };
    let mut is_any = false;
    for agent in agents {
        let settings = Settings::of(agent, place.scope()).map_err(Error::Input)?;
        let change = settings.uninstall().map_err(Error::Input)?;
        if change != Change::Unchanged {
            is_any = true;
            output::say(&format!("{}: removed from {}\n", agent.name(), settings.file.display()))?;
        }
    }
    if !is_any {
        output::say("no hook of sprawl is installed there\n")?;
    }
    Ok(Outcome::Clean)
}

/// How far the answer to a call has come.
enum Step {
    /// What it is about is known.
    Read(Arc<Call>),
    /// It is judged.
    Judged(Arc<Call>, Verdict, Vec<String>),
    /// It cannot be judged.
    Failed(String),
}

/// Answers a call, in time and whatever happens.
fn answered(args: &AgentHookArgs) -> Result<Outcome, Error> {
    let started = Instant::now();
    let limit = Duration::from_secs(args.timeout.max(1));
    let event = args.event.as_deref().map(Event::named);
    let agent = args.agent;
    let (steps, step) = mpsc::channel();
    let work = move || {
        let failed = match defect::caught(|| judged(agent, event, &steps)) {
            Ok(Ok(())) => return,
            Ok(Err(what)) => what,
            Err(defect) => defect.to_string(),
        };
        // Nobody is left to be told if the time is over.
        let _ = steps.send(Step::Failed(failed));
    };
    let spawned = thread::Builder::new().stack_size(threads::STACK).spawn(work);
    let mut call = None;
    let failed = loop {
        if let Err(error) = &spawned {
            break format!("no thread is to be had: {error}");
        }
        match step.recv_timeout(limit.saturating_sub(started.elapsed())) {
            Ok(Step::Read(read)) => call = Some(read),
            Ok(Step::Judged(call, verdict, warnings)) => return finish(&call, &verdict, &warnings),
            Ok(Step::Failed(what)) => break what,
            Err(RecvTimeoutError::Timeout) => {
                break format!("it took longer than {} seconds", args.timeout.max(1));
            }
            Err(RecvTimeoutError::Disconnected) => break "the scan ended early".to_owned(),
        }
    };
    let call = call.unwrap_or_else(|| Arc::new(Call::unread(agent, event)));
    let (verdict, warnings) = match call.event {
        Event::AfterTool => (Verdict::Withhold(failed), Vec::new()),
        _ => (Verdict::Pass, vec![format!("this was not scanned for secrets: {failed}")]),
    };
    finish(&call, &verdict, &warnings)
}

/// Reads and judges a call.
fn judged(
    agent: Option<Agent>,
    event: Option<Event>,
    steps: &mpsc::Sender<Step>,
) -> Result<(), String> {
    let mut payload = Vec::new();
    let read = std::io::stdin().lock().take(LARGEST + 1).read_to_end(&mut payload);
    read.map_err(|error| format!("the payload cannot be read: {error}"))?;
    if payload.len() as u64 > LARGEST {
        return Err(format!("the payload is longer than {} MiB", LARGEST >> 20));
    }
    let call = Arc::new(Call::read(&payload, agent, event)?);
    drop(payload);
    // Nobody is left to be told if the time is over.
    let _ = steps.send(Step::Read(Arc::clone(&call)));
    let mut judge = Judge::of(&call.directory)?;
    let verdict = judge.verdict(&call);
    let warnings = std::mem::take(&mut judge.warnings);
    // The process ends here: to give back the memory of the rules one by one takes time.
    std::mem::forget(judge);
    let _ = steps.send(Step::Judged(call, verdict, warnings));
    Ok(())
}

/// Writes the answer, and notes the decision.
fn finish(call: &Call, verdict: &Verdict, warnings: &[String]) -> Result<Outcome, Error> {
    let mut warnings = warnings.to_vec();
    // Names and messages are those of whoever wrote the payload.
    let needs_care = !warnings.is_empty() || *verdict != Verdict::Pass;
    let safe = |text: &str| match needs_care {
        true => redact::message(text).into_owned(),
        false => text.to_owned(),
    };
    if let Err(error) = log::add(&Entry::of(call, verdict, &warnings, safe)) {
        warnings.push(format!("the decision could not be logged: {error}"));
    }
    for warning in &mut warnings {
        *warning = redact::message(warning).into_owned();
        output::note(warning);
    }
    let said =
        answer(call, verdict, &warnings).unwrap_or_else(|| Value::Object(Default::default()));
    output::print(&format!("{said}\n"))?;
    Ok(Outcome::Clean)
}

fn show_log(args: &AgentLogArgs) -> Result<Outcome, Error> {
    let (entries, broken) =
        log::entries().map_err(|error| Error::Input(format!("the log cannot be read: {error}")))?;
    let shown = entries
        .iter()
        .filter(|entry| args.all || entry.decision != "passed" || !entry.warnings.is_empty());
    let mut text = String::new();
    for entry in shown {
        if args.json {
            let line = serde_json::to_string(entry)
                .map_err(|error| Error::Input(format!("the log cannot be shown: {error}")))?;
            text.push_str(&(line + "\n"));
        } else {
            text.push_str(&line(entry));
        }
    }
    if text.is_empty() && !args.json {
        text = "nothing was refused or redacted\n".to_owned();
    }
    output::print(&text)?;
    if broken > 0 {
        output::note(&format!("{broken} lines of the log are damaged and were left out"));
        return Ok(Outcome::Incomplete);
    }
    Ok(Outcome::Clean)
}

fn line(entry: &Entry) -> String {
    let Entry { time, agent, event, tool, decision, secrets, directory, warnings } = entry;
    let what = if tool.is_empty() { event.clone() } else { format!("{event} {tool}") };
    let mut lines = format!("{time}  {decision:8}  {agent}: {what} in {directory}\n");
    for secret in secrets {
        lines.push_str(&format!("    {} {} in {}\n", secret.rule, secret.id, secret.place));
    }
    for warning in warnings {
        lines.push_str(&format!("    warning: {warning}\n"));
    }
    lines.lines().map(|line| sprawl_detect::text::printable(line).into_owned() + "\n").collect()
}

impl Call {
    /// A call whose payload could not be read: what the command line says of it.
    fn unread(agent: Option<Agent>, event: Option<Event>) -> Self {
        Self {
            agent: agent.unwrap_or(Agent::Claude),
            in_editor: false,
            event: event.unwrap_or(Event::Other),
            directory: Path::new(".").to_owned(),
            tool: String::new(),
            input: Value::Null,
            output: Value::Null,
            payload: Value::Null,
        }
    }
}
