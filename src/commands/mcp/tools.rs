//! Tools that the server offers.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::cli::ExplainArgs;
use crate::commands::{Error, explain};
use sprawl::plan::{Plan, text};
use sprawl::redact;
use sprawl::report::Report;
use sprawl::session::options::Options;
use sprawl::source::Source;
use sprawl::source::repository::Repositories;
use sprawl::{Session, Tree};

/// Secrets that a result names; the rest is counted.
const SECRETS: usize = 100;

/// Places of a secret that a result names.
const PLACES: usize = 10;

/// The tools, and the directory that they work in.
pub(super) struct Tools {
    root: PathBuf,
}

/// What the tools are and take, as JSON Schema.
pub(super) fn list() -> Value {
    let path = json!({
        "type": "string",
        "description": "File or directory, relative to the directory that is served; all of it by default.",
    });
    json!([
        {
            "name": "scan",
            "title": "Scan for secrets",
            "description": "Scans files, or the git history, for secrets. Returns JSON: each secret with type, \
                            severity, id, places and how to fix it, never with its value; and what could not be \
                            scanned.",
            "inputSchema": {
                "type": "object",
                "properties": {
                    "path": path,
                    "history": {
                        "type": "boolean",
                        "description": "Scan the history of the git repository there as well.",
                    },
                },
                "additionalProperties": false,
            },
            "annotations": {"readOnlyHint": true, "openWorldHint": false},
        },
        {
            "name": "explain",
            "title": "Explain a finding",
            "description": "Explains why a line is or is not reported as a secret: what was found, the evidence, \
                            what decided.",
            "inputSchema": {
                "type": "object",
                "properties": {
                    "place": {"type": "string", "description": "FILE:LINE, as results of `scan` have it."},
                },
                "required": ["place"],
                "additionalProperties": false,
            },
            "annotations": {"readOnlyHint": true, "openWorldHint": false},
        },
        {
            "name": "plan",
            "title": "Plan the remediation",
            "description": "Scans, and returns a plan: which secret to revoke or replace first, where, and by what.",
            "inputSchema": {
                "type": "object",
                "properties": {"path": path},
                "additionalProperties": false,
            },
            "annotations": {"readOnlyHint": true, "openWorldHint": false},
        },
        {
            "name": "redact",
            "title": "Redact a text",
            "description": "Returns a text with each secret replaced by its type and id.",
            "inputSchema": {
                "type": "object",
                "properties": {"text": {"type": "string"}},
                "required": ["text"],
                "additionalProperties": false,
            },
            "annotations": {"readOnlyHint": true, "openWorldHint": false},
        },
    ])
}

impl Tools {
    /// Tools for a directory.
    ///
    /// # Errors
    /// There is none.
    pub(super) fn of(root: &Path) -> Result<Self, Error> {
        let shown = root.display();
        let root = fs::canonicalize(root)
            .map_err(|error| Error::Input(format!("--root {shown}: cannot be read: {error}")))?;
        match root.is_dir() {
            true => Ok(Self { root }),
            false => Err(Error::Input(format!("--root {shown}: is not a directory"))),
        }
    }

    /// Calls a tool: what it says, or why it cannot. Nothing if there is none of this name.
    pub(super) fn call(&self, name: &str, arguments: &Value) -> Option<Result<String, String>> {
        let said = match name {
            "scan" => self.scan(arguments),
            "explain" => self.explain(arguments),
            "plan" => self.plan(arguments),
            "redact" => self.redact(arguments),
            _ => return None,
        };
        // Errors and names may be those of an untrusted tree.
        Some(said.map_err(|error| redact::message(&error).into_owned()))
    }

    fn scan(&self, arguments: &Value) -> Result<String, String> {
        let path = self.path(arguments)?;
        let session = session(&path)?;
        let mut result = self.result(&session, &Tree::new([&path]))?;
        if arguments["history"].as_bool() == Some(true) {
            let history = Repositories::history(std::slice::from_ref(&path))
                .map_err(|error| error.to_string())?;
            result["history"] = self.result(&session, &history)?;
        }
        serde_json::to_string_pretty(&result).map_err(|error| error.to_string())
    }

    fn result(&self, session: &Session, source: &dyn Source) -> Result<Value, String> {
        let report = session.scan(source).map_err(|error| error.to_string())?;
        let secrets: Vec<Value> =
            report.secrets().iter().take(SECRETS).map(|one| self.secret(&report, one)).collect();
        let unread: Vec<Value> = report
            .unread()
            .iter()
            .take(SECRETS)
            .map(|unread| {
                json!({
                    "place": self.below(&unread.place), "reason": unread.reason.name(), "detail": unread.detail,
                })
            })
            .collect();
        Ok(json!({
            "secrets_total": report.secrets().len(),
            "secrets": secrets,
            "unread_total": report.unread().len(),
            "unread": unread,
            "is_complete": !session.is_incomplete(&report),
            "files_scanned": report.summary.blobs,
        }))
    }

    fn secret(&self, report: &Report<'_>, secret: &sprawl::SecretGroup) -> Value {
        let rule = report.rule(secret);
        let open = secret.occurrences.iter().filter(|place| place.decision.is_open());
        let places: Vec<String> = open
            .take(PLACES)
            .map(|place| format!("{}:{}", self.below(&place.location.path), place.location.line))
            .collect();
        json!({
            "id": secret.id,
            "rule": report.rules.get(secret.rule).id(),
            "title": rule.title,
            "severity": secret.score.severity().name(),
            "score": secret.score.value,
            "confidence": secret.confidence.name(),
            "places_total": secret.occurrences.len(),
            "places": places,
            "why": report.rules.get(secret.rule).text.why,
            "fix": rule.fix,
            "instead": report.rules.get(secret.rule).text.instead,
        })
    }

    /// A path of a report as the agent would name it.
    fn below(&self, shown: &str) -> String {
        let root = sprawl_detect::text::display_path(&self.root);
        shown.strip_prefix(&root).map_or(shown, |rest| rest.trim_start_matches('/')).to_owned()
    }

    fn explain(&self, arguments: &Value) -> Result<String, String> {
        let place = text_of(arguments, "place")?;
        let (file, line) = place
            .rsplit_once(':')
            .ok_or("`place` is not FILE:LINE; write for example src/main.rs:12")?;
        let file = self.within(file)?;
        let args = ExplainArgs {
            place: format!("{}:{line}", file.display()),
            rules: crate::cli::RuleArgs::default(),
            config: crate::cli::config::ConfigArgs::default(),
        };
        explain::explained(&args).map_err(|error| error.to_string())
    }

    fn plan(&self, arguments: &Value) -> Result<String, String> {
        let path = self.path(arguments)?;
        let session = session(&path)?;
        let report = session.scan(&Tree::new([&path])).map_err(|error| error.to_string())?;
        let mut plan = text::written(&Plan::of(&report));
        if session.is_incomplete(&report) || !report.problems().is_empty() {
            plan.push_str("\nNot everything could be scanned: see `unread` of the tool `scan`.\n");
        }
        Ok(plan)
    }

    fn redact(&self, arguments: &Value) -> Result<String, String> {
        let text = text_of(arguments, "text")?;
        let redacted =
            session(&self.root)?.redact(text.as_bytes()).map_err(|error| error.to_string())?;
        Ok(String::from_utf8_lossy(&redacted).into_owned())
    }

    fn path(&self, arguments: &Value) -> Result<PathBuf, String> {
        match &arguments["path"] {
            Value::Null => Ok(self.root.clone()),
            Value::String(path) => self.within(path),
            _ => Err("`path` is not a text".to_owned()),
        }
    }

    /// A path, if it lies in the directory that is served; links count by where they lead.
    fn within(&self, path: &str) -> Result<PathBuf, String> {
        let full = fs::canonicalize(self.root.join(path))
            .map_err(|error| format!("{path}: cannot be read: {error}"))?;
        match full.starts_with(&self.root) {
            true => Ok(full),
            false => Err(format!("{path}: lies outside the directory that is served")),
        }
    }
}

fn session(path: &Path) -> Result<Session, String> {
    let options = Options { no_lines: true, ..Options::default() };
    Session::builder().paths([path]).options(options).build().map_err(|error| error.to_string())
}

fn text_of<'a>(arguments: &'a Value, name: &str) -> Result<&'a str, String> {
    arguments[name].as_str().ok_or_else(|| format!("`{name}` is missing or not a text"))
}
