//! Judgements: what a scan of a call says, by the project's configuration and exceptions.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

use super::call::{Call, Event};
use super::reads::{self, Reading};
use super::tools::{self, Piece};
use sprawl::day;
use sprawl::files::read;
use sprawl::report::Report;
use sprawl::session::options::Options;
use sprawl::{Redacted, Session};
use sprawl_detect::text::display_path;

/// A secret that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    /// Id of its type.
    pub(crate) rule: String,
    /// Id of the secret.
    pub(crate) id: String,
    /// What it is, for people.
    pub(crate) title: String,
    /// What to use in its place.
    pub(crate) instead: String,
    /// Where, for people: `the command`, `src/a.py`.
    pub(crate) place: String,
}

/// What becomes of a call.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Verdict {
    /// Nothing is in its way.
    Pass,
    /// It is refused.
    Block(Vec<Found>),
    /// The output of a tool, without its secrets.
    Redact(Value, Vec<Found>),
    /// The output of a tool has secrets, and nothing can be put into its place.
    Seen(Vec<Found>),
    /// The output of a tool could not be searched.
    Withhold(String),
}

/// Judges calls of one project.
pub(crate) struct Judge {
    session: Session,
    /// Ids of secrets that the project has accepted. What an agent sends and sees has no place of its own, so they
    /// count wherever they are met.
    accepted: BTreeSet<String>,
    /// What could not be looked at, and what does not count.
    pub(crate) warnings: Vec<String>,
}

/// Strings of an output that are longer are no single values.
const LONGEST_VALUE: usize = 4096;

/// Warnings that are shown.
const WARNINGS: usize = 5;

impl Judge {
    /// For what an agent does in a directory.
    ///
    /// # Errors
    /// Not even the built-in rules can be used.
    pub(crate) fn of(directory: &Path) -> Result<Self, String> {
        let session = |isolated: bool| {
            let options = Options { threads: 1, no_lines: true, isolated, ..Options::default() };
            Session::builder().paths([directory]).options(options).build()
        };
        let (session, mut warnings) = match session(false) {
            Ok(session) => (session, Vec::new()),
            Err(error) => {
                // Without the project's own settings more is refused, not less.
                let warning = format!("{error}; the project's settings do not count");
                let session = session(true).map_err(|error| error.to_string())?;
                return Ok(Self { session, accepted: BTreeSet::new(), warnings: vec![warning] });
            }
        };
        let accepted = accepted(&session).unwrap_or_else(|warning| {
            warnings.push(warning);
            BTreeSet::new()
        });
        Ok(Self { session, accepted, warnings })
    }

    /// Judges a call.
    pub(crate) fn verdict(&mut self, call: &Call) -> Verdict {
        let found = match call.event {
            Event::Prompt => self.prompt(call),
            Event::BeforeTool => self.tool(call),
            Event::ReadFile => self.file(call),
            Event::AfterTool => return self.output(call),
            Event::Other => Vec::new(),
        };
        match found.is_empty() {
            true => Verdict::Pass,
            false => Verdict::Block(found),
        }
    }

    fn prompt(&mut self, call: &Call) -> Vec<Found> {
        let prompt = call.payload["prompt"].as_str().unwrap_or_default();
        let mut readings = reads::of_prompt(prompt, &call.directory);
        let attached = call.payload["attachments"].as_array().into_iter().flatten();
        readings.extend(attached.filter_map(|attachment| {
            let path = call.directory.join(tools::file(attachment)?);
            path.is_file().then_some(Reading { path, lines: None })
        }));
        let text = prompt.to_owned();
        let piece = Piece { what: "the prompt".to_owned(), name: "prompt".to_owned(), text };
        let mut found = self.found_in(&piece);
        found.extend(self.found_in_files(&readings, &call.directory));
        unique(found)
    }

    fn tool(&mut self, call: &Call) -> Vec<Found> {
        let mut found = Vec::new();
        let name_of = |file: &str| self.name_of(file, &call.directory);
        for piece in tools::pieces(&call.input, &name_of) {
            found.extend(self.found_in(&piece));
        }
        if !call.agent.replaces_output() {
            let readings = reads::of_tool(&call.tool, &call.input, &call.directory);
            found.extend(self.found_in_files(&readings, &call.directory));
        }
        unique(found)
    }

    fn file(&mut self, call: &Call) -> Vec<Found> {
        let Some(file) = tools::file(&call.payload) else { return Vec::new() };
        let name = self.name_of(file, &call.directory);
        match call.payload["content"].as_str() {
            Some(text) => self.found_in(&Piece { what: name.clone(), name, text: text.to_owned() }),
            None => {
                let path = call.directory.join(file);
                let readings: Vec<_> =
                    path.is_file().then_some(Reading { path, lines: None }).into_iter().collect();
                self.found_in_files(&readings, &call.directory)
            }
        }
    }

    fn found_in_files(&mut self, readings: &[Reading], directory: &Path) -> Vec<Found> {
        let mut found = Vec::new();
        for Reading { path, lines } in readings {
            let name = self.name_of(&path.to_string_lossy(), directory);
            match read::named(path, reads::LARGEST) {
                Ok(bytes) => found.extend(self.found(&name, &name, &reads::only(&bytes, *lines))),
                Err(error) => self.warn(format!("{name} was not scanned: {error}")),
            }
        }
        found
    }

    fn found_in(&mut self, piece: &Piece) -> Vec<Found> {
        self.found(&piece.what, &piece.name, piece.text.as_bytes())
    }

    /// The secrets in a text that make a scan of it fail.
    fn found(&mut self, what: &str, name: &str, text: &[u8]) -> Vec<Found> {
        if text.is_empty() {
            return Vec::new();
        }
        let report = match self.session.scan_bytes(name, text) {
            Ok(report) => report,
            Err(error) => {
                let warning = format!("{what} was not scanned: {error}");
                self.warn(warning);
                return Vec::new();
            }
        };
        let found = self.failing(&report, what);
        let gaps: Vec<String> = report
            .problems()
            .iter()
            .map(|problem| problem.what.clone())
            .chain(report.unread().iter().map(|unread| {
                format!("was not searched whole: {} ({})", unread.detail, unread.reason.name())
            }))
            .collect();
        drop(report);
        gaps.iter().for_each(|gap| self.warn(format!("{what} {gap}")));
        found
    }

    fn failing(&self, report: &Report<'_>, what: &str) -> Vec<Found> {
        let open = report.secrets().iter().filter(|secret| !self.accepted.contains(&secret.id));
        let fails = open.filter(|secret| {
            let opens_nothing = secret.facts.opens_nothing();
            self.session.fail_on(secret).fails(secret.score.severity(), opens_nothing)
        });
        fails
            .map(|secret| {
                let rule = report.rules.get(secret.rule);
                Found {
                    rule: rule.id().to_owned(),
                    id: secret.id.clone(),
                    title: rule.text.title.to_string(),
                    instead: rule.text.instead.to_string(),
                    place: what.to_owned(),
                }
            })
            .collect()
    }

    /// The output of a tool without its secrets, but for those that somebody accepted.
    fn output(&mut self, call: &Call) -> Verdict {
        let name = tools::file(&call.input)
            .map_or_else(|| "output".to_owned(), |file| self.name_of(file, &call.directory));
        let spared = self.accepted.clone();
        let mut output = Output { name: &name, spared, ..Output::new(&self.session) };
        let mut redacted = output.redacted(&call.output, "");
        if !output.touched.is_empty() && output.fault.is_none() {
            match self.covered(&name, &output.touched) {
                Ok(covered) if !covered.is_empty() => {
                    let spared = covered.union(&self.accepted).cloned().collect();
                    let mut again = Output { name: &name, spared, ..Output::new(&self.session) };
                    redacted = again.redacted(&call.output, "");
                    output = again;
                }
                Ok(_) => {}
                Err(error) => output.fault = Some(error),
            }
        }
        let Output { found, fault, gaps, .. } = output;
        gaps.into_iter().for_each(|gap| self.warn(gap));
        match fault {
            Some(fault) => Verdict::Withhold(fault),
            None if found.is_empty() => Verdict::Pass,
            None => {
                let found = self.named(found);
                let is_mcp = call.tool.starts_with("MCP:") || call.tool.starts_with("mcp__");
                let can_replace =
                    call.agent.replaces_output() || (call.agent == super::Agent::Cursor && is_mcp);
                if can_replace { Verdict::Redact(redacted, found) } else { Verdict::Seen(found) }
            }
        }
    }

    /// Ids of the secrets in these texts that marks or exceptions cover there.
    fn covered(&self, name: &str, texts: &[String]) -> Result<BTreeSet<String>, String> {
        let mut spared = BTreeSet::new();
        for text in texts {
            let report = self
                .session
                .scan_bytes(name, text.as_bytes())
                .map_err(|error| error.to_string())?;
            spared.extend(report.covered.iter().map(|group| group.id.clone()));
        }
        Ok(spared)
    }

    fn named(&self, labels: Vec<sprawl::Label>) -> Vec<Found> {
        let rules = self.session.rules();
        labels
            .into_iter()
            .map(|label| {
                let rule = rules.named(&label.rule).map(|(_, rule)| rule);
                Found {
                    title: rule.map_or_else(String::new, |rule| rule.text.title.to_string()),
                    instead: rule.map_or_else(String::new, |rule| rule.text.instead.to_string()),
                    rule: label.rule,
                    id: label.id,
                    place: "the output".to_owned(),
                }
            })
            .collect()
    }

    /// The name by which a file is judged: its path below the root of the project.
    fn name_of(&self, file: &str, directory: &Path) -> String {
        let path = directory.join(file);
        let project = &self.session.context().project;
        // The directory of a file that is to be made may not exist.
        project.typed(&path.to_string_lossy()).unwrap_or_else(|| {
            let below = path.strip_prefix(project.root()).or_else(|_| path.strip_prefix(directory));
            display_path(below.unwrap_or(&path))
        })
    }

    fn warn(&mut self, warning: String) {
        if self.warnings.len() < WARNINGS && !self.warnings.contains(&warning) {
            self.warnings.push(warning);
        }
    }
}

/// The output of a tool that is being redacted.
struct Output<'s> {
    session: &'s Session,
    /// The path that it is judged by.
    name: &'s str,
    spared: BTreeSet<String>,
    found: Vec<sprawl::Label>,
    /// Texts in which something was found: the project may have accepted it.
    touched: Vec<String>,
    fault: Option<String>,
    gaps: Vec<String>,
}

impl<'s> Output<'s> {
    fn new(session: &'s Session) -> Self {
        Self {
            session,
            name: "output",
            spared: BTreeSet::new(),
            found: Vec::new(),
            touched: Vec::new(),
            fault: None,
            gaps: Vec::new(),
        }
    }

    /// The same value, in the same shape, with other strings.
    fn redacted(&mut self, value: &Value, key: &str) -> Value {
        match value {
            Value::String(text) => Value::String(self.text(text, key)),
            Value::Array(items) => items.iter().map(|item| self.redacted(item, key)).collect(),
            Value::Object(members) => members
                .iter()
                .map(|(key, value)| (key.clone(), self.redacted(value, key)))
                .collect(),
            other => other.clone(),
        }
    }

    fn text(&mut self, text: &str, key: &str) -> String {
        let plain = self.pass(text);
        if plain != text || key.is_empty() || text.len() > LONGEST_VALUE || text.contains('\n') {
            return plain;
        }
        // The name that a value has tells what it is for.
        let prefix = format!("{key} = ");
        let line = format!("{prefix}{}\n", Value::from(text));
        let passed = self.pass(&line);
        if passed == line {
            return plain;
        }
        let value = passed.strip_prefix(&prefix).and_then(|rest| serde_json::from_str(rest).ok());
        value.unwrap_or_else(|| super::answer::WITHHELD.to_owned())
    }

    fn pass(&mut self, text: &str) -> String {
        let redacted = self.session.redact_but(self.name, text.as_bytes(), self.spared.clone());
        let (bytes, Redacted { secrets, withheld, unread, .. }) = match redacted {
            Ok(done) => done,
            Err(refused) => {
                self.gaps.push(format!("a part of the output was withheld: {refused}"));
                return super::answer::WITHHELD.to_owned();
            }
        };
        if withheld > 0 {
            self.gaps
                .push("a part of the output could not be searched and was withheld".to_owned());
        }
        self.gaps.extend(unread.iter().map(|unread| {
            let (detail, reason) = (&unread.detail, unread.reason.name());
            format!("a part of the output was not looked into: {detail} ({reason})")
        }));
        if secrets.is_empty() && withheld == 0 {
            return text.to_owned();
        }
        self.touched.push(text.to_owned());
        for label in secrets {
            if !self.found.contains(&label) {
                self.found.push(label);
            }
        }
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

/// Ids of secrets for which there is an exception that has not expired.
fn accepted(session: &Session) -> Result<BTreeSet<String>, String> {
    let context = session.context();
    let today = day::in_utc(jiff::Timestamp::now().as_second());
    let exceptions = context
        .exceptions(context.limits(today), today)
        .map_err(|error| format!("{error}; exceptions do not count"))?;
    let valid = exceptions
        .entries
        .into_iter()
        .filter(|entry| entry.expires.is_none_or(|last| last >= today));
    Ok(valid.filter_map(|entry| entry.id).collect())
}

fn unique(found: Vec<Found>) -> Vec<Found> {
    let mut all: Vec<Found> = Vec::new();
    for one in found {
        if !all.iter().any(|known| (&known.rule, &known.id) == (&one.rule, &one.id)) {
            all.push(one);
        }
    }
    all
}
