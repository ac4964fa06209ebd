//! The server: messages of the editor, one after the other. What was typed meanwhile is taken over before the next
//! scan, so that a slow one never piles up.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use lsp_server::{Connection, ErrorCode, Message, Notification, ProtocolError, Request, Response};
use lsp_types::notification::{
    DidChangeTextDocument, DidChangeWatchedFiles, DidCloseTextDocument, DidOpenTextDocument,
    DidSaveTextDocument, Notification as _, PublishDiagnostics, ShowMessage,
};
use lsp_types::request::{CodeActionRequest, ExecuteCommand, HoverRequest, Request as _};
use lsp_types::{
    CodeActionKind, CodeActionOptions, CodeActionParams, CodeActionProviderCapability,
    DidChangeTextDocumentParams, DidCloseTextDocumentParams, DidOpenTextDocumentParams,
    DidSaveTextDocumentParams, ExecuteCommandOptions, ExecuteCommandParams, Hover, HoverContents,
    HoverParams, HoverProviderCapability, MarkupContent, MarkupKind, MessageType,
    PublishDiagnosticsParams, Range, SaveOptions, ServerCapabilities, ShowMessageParams,
    TextDocumentSyncCapability, TextDocumentSyncKind, TextDocumentSyncOptions,
    TextDocumentSyncSaveOptions, Uri,
};
use serde::Serialize;
use serde_json::{Value, json};

use super::actions::{self, ACCEPT, EXPLAIN};
use super::document::{Document, Edited};
use super::place;
use super::scan::{self, Found};
use sprawl::Session;
use sprawl::defect;
use sprawl::redact;
use sprawl::session::options::Options;
use sprawl_detect::text::display_path;

/// What an editor wants to be done beside showing something.
pub(crate) enum Wanted {
    /// To accept what is found on a line.
    Accept {
        /// `FILE:LINE`.
        place: String,
        /// Who answers for it.
        owner: String,
        /// The last day.
        until: String,
    },
    /// To be told why a line is reported, or not.
    Explain {
        /// `FILE:LINE`.
        place: String,
    },
}

/// Why the server ended.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failed {
    /// The editor does not speak the protocol.
    #[error("the editor broke the protocol: {0}")]
    Protocol(#[from] ProtocolError),
    /// The editor went away without saying so.
    #[error("the connection ended without `exit`")]
    Gone,
}

/// Serves one editor until it says to exit. `act` does what goes beyond open files.
///
/// # Errors
/// The connection fails.
pub(crate) fn serve(
    connection: &Connection,
    act: &dyn Fn(Wanted) -> Result<String, String>,
) -> Result<(), Failed> {
    let parameters = connection.initialize(json!(capabilities()))?;
    let root = root(&parameters);
    // Decisions are those of the project that is open; where it cannot be entered, none is found.
    let _ = std::env::set_current_dir(&root);
    let mut server = Server { connection, act, session: None, root, documents: BTreeMap::new() };
    server.reload();
    server.run()
}

fn capabilities() -> ServerCapabilities {
    ServerCapabilities {
        text_document_sync: Some(TextDocumentSyncCapability::Options(TextDocumentSyncOptions {
            open_close: Some(true),
            change: Some(TextDocumentSyncKind::INCREMENTAL),
            save: Some(TextDocumentSyncSaveOptions::SaveOptions(SaveOptions {
                include_text: Some(false),
            })),
            ..TextDocumentSyncOptions::default()
        })),
        hover_provider: Some(HoverProviderCapability::Simple(true)),
        code_action_provider: Some(CodeActionProviderCapability::Options(CodeActionOptions {
            code_action_kinds: Some(vec![CodeActionKind::QUICKFIX]),
            ..CodeActionOptions::default()
        })),
        execute_command_provider: Some(ExecuteCommandOptions {
            commands: vec![ACCEPT.to_owned(), EXPLAIN.to_owned()],
            ..ExecuteCommandOptions::default()
        }),
        ..ServerCapabilities::default()
    }
}

/// The directory that is open in the editor.
fn root(parameters: &Value) -> PathBuf {
    let uri = parameters["workspaceFolders"][0]["uri"].as_str().or(parameters["rootUri"].as_str());
    let path =
        uri.and_then(place::path).or_else(|| parameters["rootPath"].as_str().map(PathBuf::from));
    path.unwrap_or_else(|| PathBuf::from("."))
}

/// Bytes of a text from which on only what is near to a change is scanned while it is typed.
const LONG: usize = 64 << 10;

/// How long nobody types before such a text is scanned as a whole.
const IDLE: Duration = Duration::from_millis(300);

/// An open file with what was found in it.
struct Open {
    uri: Uri,
    document: Document,
    found: Vec<Found>,
    /// What has to be scanned.
    due: Due,
}

/// What of a file has to be scanned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Due {
    /// All of it.
    Whole,
    /// What is near to these lines, and all of it when nobody types.
    Near(u32, u32),
    /// All of it, when nobody types.
    Later,
    /// Nothing.
    Nothing,
}

impl Open {
    /// Takes over what was typed.
    fn change(&mut self, change: lsp_types::TextDocumentContentChangeEvent) {
        let Some(Edited { first, last_before, last }) = self.document.change(change) else {
            self.due = Due::Whole;
            return;
        };
        let lines = i64::from(last) - i64::from(last_before);
        self.found.retain(|found| !(first..=last_before).contains(&found.range.start.line));
        self.found
            .iter_mut()
            .filter(|found| found.range.start.line > last_before)
            .for_each(|found| found.move_by(lines));
        let is_long = self.document.text.len() > LONG;
        self.due = match self.due {
            Due::Near(from, to) if is_long => {
                let moved = i64::from(to) + if to >= last_before { lines } else { 0 };
                let to = u32::try_from(moved.max(0)).unwrap_or(u32::MAX);
                Due::Near(from.min(first), to.max(last))
            }
            Due::Nothing | Due::Later if is_long => Due::Near(first, last),
            _ => Due::Whole,
        };
    }
}

struct Server<'c> {
    connection: &'c Connection,
    act: &'c dyn Fn(Wanted) -> Result<String, String>,
    /// None as long as the project's settings cannot be used.
    session: Option<Session>,
    root: PathBuf,
    /// By address.
    documents: BTreeMap<String, Open>,
}

impl Server<'_> {
    fn run(&mut self) -> Result<(), Failed> {
        loop {
            // Scans wait until nothing more is there to be taken over.
            let message = match self.connection.receiver.try_recv() {
                Ok(message) => message,
                Err(_) => {
                    self.scan(false);
                    self.next()?
                }
            };
            match message {
                Message::Request(request) => {
                    if self.connection.handle_shutdown(&request)? {
                        return Ok(());
                    }
                    self.scan(false);
                    let response = self.response(request);
                    self.send(Message::Response(response));
                }
                Message::Notification(notification) => self.note(notification),
                Message::Response(_) => {}
            }
        }
    }

    /// The next message; until it comes, there may be time to scan long files as a whole.
    fn next(&mut self) -> Result<Message, Failed> {
        if self.documents.values().any(|open| open.due == Due::Later) {
            match self.connection.receiver.recv_timeout(IDLE) {
                Ok(message) => return Ok(message),
                Err(_) => self.scan(true),
            }
        }
        self.connection.receiver.recv().map_err(|_| Failed::Gone)
    }

    fn send(&self, message: Message) {
        // The loop sees that the editor is gone.
        let _ = self.connection.sender.send(message);
    }

    fn say(&self, typ: MessageType, message: &str) {
        let message = redact::message(message).into_owned();
        let params = json!(ShowMessageParams { typ, message });
        self.send(Message::Notification(Notification::new(ShowMessage::METHOD.to_owned(), params)));
    }

    /// Reads the project's settings anew.
    fn reload(&mut self) {
        let options = Options { threads: 1, no_lines: true, ..Options::default() };
        match Session::builder().paths([&self.root]).options(options).build() {
            Ok(session) => self.session = Some(session),
            Err(error) => {
                let what = format!("sprawl: {error}; nothing is scanned until this is corrected");
                self.say(MessageType::ERROR, &what);
                self.session = None;
            }
        }
        self.documents.values_mut().for_each(|open| open.due = Due::Whole);
    }

    fn note(&mut self, notification: Notification) {
        let Notification { method, params } = notification;
        match method.as_str() {
            DidOpenTextDocument::METHOD => {
                let Ok(params) = serde_json::from_value::<DidOpenTextDocumentParams>(params) else {
                    return;
                };
                let opened = params.text_document;
                let document = Document::new(opened.text, opened.language_id, opened.version);
                let key = opened.uri.as_str().to_owned();
                let (found, due) = (Vec::new(), Due::Whole);
                self.documents.insert(key, Open { uri: opened.uri, document, found, due });
            }
            DidChangeTextDocument::METHOD => {
                let Ok(params) = serde_json::from_value::<DidChangeTextDocumentParams>(params)
                else {
                    return;
                };
                if let Some(open) = self.documents.get_mut(params.text_document.uri.as_str()) {
                    open.document.version = params.text_document.version;
                    params.content_changes.into_iter().for_each(|change| open.change(change));
                }
            }
            DidCloseTextDocument::METHOD => {
                let Ok(params) = serde_json::from_value::<DidCloseTextDocumentParams>(params)
                else {
                    return;
                };
                let key = params.text_document.uri.as_str();
                if let Some(open) = self.documents.remove(key) {
                    self.publish(&open.uri, Vec::new(), None);
                }
            }
            DidSaveTextDocument::METHOD => {
                let Ok(params) = serde_json::from_value::<DidSaveTextDocumentParams>(params) else {
                    return;
                };
                let is_ours = place::path(params.text_document.uri.as_str()).is_some_and(|path| {
                    path.ends_with("sprawl.toml")
                        || path.components().any(|part| part.as_os_str() == ".sprawl")
                });
                if is_ours {
                    self.reload();
                }
            }
            DidChangeWatchedFiles::METHOD => self.reload(),
            _ => {}
        }
    }

    /// Scans what has changed, and tells the editor; in `idle` time what was left for later.
    fn scan(&mut self, idle: bool) {
        let Some(session) = &self.session else { return };
        let mut failed = Vec::new();
        let mut told = Vec::new();
        for (key, open) in &mut self.documents {
            let near = match open.due {
                Due::Nothing => continue,
                Due::Later if !idle => continue,
                Due::Near(first, last) => Some((first, last)),
                Due::Whole | Due::Later => None,
            };
            open.due = if near.is_some() { Due::Later } else { Due::Nothing };
            let name = name(key, session);
            let known = std::mem::take(&mut open.found);
            let document = &open.document;
            let scanned = defect::caught(|| match near {
                Some(lines) => scan::found_near(session, &name, document, lines, known),
                None => scan::found(session, &name, document),
            });
            match scanned.map_err(|defect| defect.to_string()).and_then(|found| found) {
                Ok(found) => {
                    open.found = found;
                    told.push(key.clone());
                }
                Err(error) => failed.push(format!("sprawl: {name} was not scanned: {error}")),
            }
        }
        for open in told.iter().filter_map(|key| self.documents.get(key)) {
            let diagnostics = open.found.iter().map(Found::diagnostic).collect();
            self.publish(&open.uri, diagnostics, Some(open.document.version));
        }
        failed.iter().for_each(|what| self.say(MessageType::ERROR, what));
    }

    fn publish(&self, uri: &Uri, diagnostics: Vec<lsp_types::Diagnostic>, version: Option<i32>) {
        let params = json!(PublishDiagnosticsParams { uri: uri.clone(), diagnostics, version });
        let method = PublishDiagnostics::METHOD.to_owned();
        self.send(Message::Notification(Notification::new(method, params)));
    }

    fn response(&mut self, request: Request) -> Response {
        let Request { id, method, params } = request;
        let answered = match method.as_str() {
            HoverRequest::METHOD => with(params, |params: HoverParams| Ok(self.hover(&params))),
            CodeActionRequest::METHOD => {
                with(params, |params: CodeActionParams| Ok(self.actions(&params)))
            }
            ExecuteCommand::METHOD => {
                with(params, |params: ExecuteCommandParams| self.execute(&params))
            }
            _ => Err((ErrorCode::MethodNotFound, "there is no such method".to_owned())),
        };
        match answered {
            Ok(result) => Response::new_ok(id, result),
            Err((code, message)) => {
                Response::new_err(id, code as i32, redact::message(&message).into_owned())
            }
        }
    }

    fn hover(&self, params: &HoverParams) -> Option<Hover> {
        let at = &params.text_document_position_params;
        let open = self.documents.get(at.text_document.uri.as_str())?;
        let here = Range::new(at.position, at.position);
        let found = open.found.iter().find(|found| found.touches(here))?;
        let contents = MarkupContent { kind: MarkupKind::Markdown, value: found.hover() };
        Some(Hover { contents: HoverContents::Markup(contents), range: Some(found.range) })
    }

    fn actions(&self, params: &CodeActionParams) -> Vec<lsp_types::CodeActionOrCommand> {
        let Some(open) = self.documents.get(params.text_document.uri.as_str()) else {
            return Vec::new();
        };
        let here = open.found.iter().filter(|found| found.touches(params.range));
        here.flat_map(|found| actions::actions(&open.uri, &open.document, found, &owner()))
            .collect()
    }

    fn execute(&mut self, params: &ExecuteCommandParams) -> Result<Value, (ErrorCode, String)> {
        let refused = |what: &str| (ErrorCode::InvalidParams, what.to_owned());
        let file = params.arguments.first().and_then(Value::as_str).and_then(place::path);
        let file =
            file.ok_or_else(|| refused("the first argument is not the address of a file"))?;
        let line = params.arguments.get(1).and_then(Value::as_u64);
        let line = line.ok_or_else(|| refused("the second argument is not a line"))?;
        let place = format!("{}:{line}", file.display());
        let wanted = match params.command.as_str() {
            ACCEPT => Wanted::Accept { place, owner: owner(), until: actions::last_day() },
            EXPLAIN => Wanted::Explain { place },
            _ => return Err((ErrorCode::InvalidParams, "there is no such command".to_owned())),
        };
        let is_decision = matches!(wanted, Wanted::Accept { .. });
        match (self.act)(wanted) {
            Ok(said) => {
                if is_decision {
                    self.reload();
                    self.scan(false);
                }
                self.say(MessageType::INFO, &said);
                Ok(Value::from(said))
            }
            Err(what) => {
                self.say(MessageType::ERROR, &what);
                Err((ErrorCode::RequestFailed, what))
            }
        }
    }
}

/// Answers a request whose parameters are of a known form.
fn with<P: serde::de::DeserializeOwned, R: Serialize>(
    params: Value,
    answer: impl FnOnce(P) -> Result<R, (ErrorCode, String)>,
) -> Result<Value, (ErrorCode, String)> {
    // What the parser says may quote the message.
    let params = serde_json::from_value(params).map_err(|_| {
        (ErrorCode::InvalidParams, "the parameters are not those of this method".to_owned())
    })?;
    Ok(json!(answer(params)?))
}

/// The name by which an open file is judged: its path below the root of the project.
fn name(uri: &str, session: &Session) -> String {
    let Some(path) = place::path(uri) else { return "untitled".to_owned() };
    let project = &session.context().project;
    // The directory of a file that is not saved yet may not exist.
    project
        .typed(&path.to_string_lossy())
        .unwrap_or_else(|| display_path(path.strip_prefix(project.root()).unwrap_or(&path)))
}

/// Who sits before the editor.
fn owner() -> String {
    let name = ["USER", "USERNAME", "LOGNAME"].iter().find_map(|name| std::env::var(name).ok());
    format!("@{}", name.filter(|name| !name.is_empty()).unwrap_or_else(|| "me".to_owned()))
}
