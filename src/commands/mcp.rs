//! `sprawl mcp`: a server of the Model Context Protocol on standard input and output, for agents that ask before
//! they act. JSON-RPC 2.0, one message a line (<https://modelcontextprotocol.io/specification>).

mod tools;

use std::io::{self, BufRead, Read as _, Write};

use serde_json::{Value, json};

use self::tools::Tools;
use super::{Error, Outcome};
use crate::cli::mcp::McpArgs;
use sprawl::defect;

/// Versions of the protocol that differ in nothing that is used here, the latest first.
const VERSIONS: [&str; 4] = ["2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"];

/// Bytes of a message, at most.
const LARGEST: u64 = 64 << 20;

/// Codes of errors, as JSON-RPC has them.
const PARSE: i64 = -32700;
const REQUEST: i64 = -32600;
const METHOD: i64 = -32601;
const ARGUMENTS: i64 = -32602;

/// Serves until standard input ends.
///
/// # Errors
/// The directory does not exist, or the streams cannot be used.
pub(super) fn run(args: &McpArgs) -> Result<Outcome, Error> {
    let tools = Tools::of(&args.root)?;
    let served = serve(&tools, &mut io::stdin().lock(), &mut io::stdout().lock());
    match served {
        Ok(()) => Ok(Outcome::Clean),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Err(Error::BrokenPipe),
        Err(error) => Err(Error::Input(format!("the connection failed: {error}"))),
    }
}

fn serve(tools: &Tools, input: &mut dyn BufRead, out: &mut dyn Write) -> io::Result<()> {
    let mut line = Vec::new();
    loop {
        line.clear();
        let read = (&mut *input).take(LARGEST).read_until(b'\n', &mut line)?;
        if read == 0 {
            return Ok(());
        }
        if !line.ends_with(b"\n") && line.len() as u64 == LARGEST {
            return Err(io::Error::other(format!(
                "a message is longer than {} MiB",
                LARGEST >> 20
            )));
        }
        if line.trim_ascii().is_empty() {
            continue;
        }
        let reply = match serde_json::from_slice::<Value>(&line) {
            Ok(Value::Array(batch)) => {
                let replies: Vec<Value> =
                    batch.iter().filter_map(|message| replied(tools, message)).collect();
                (!replies.is_empty()).then_some(Value::Array(replies))
            }
            Ok(message) => replied(tools, &message),
            // What the parser says may quote the message.
            Err(_) => Some(failed(&Value::Null, PARSE, "the message is not JSON")),
        };
        if let Some(reply) = reply {
            serde_json::to_writer(&mut *out, &reply)?;
            out.write_all(b"\n")?;
            out.flush()?;
        }
    }
}

/// The reply to a message; notifications and replies get none.
fn replied(tools: &Tools, message: &Value) -> Option<Value> {
    let Some(method) = message["method"].as_str() else {
        let is_reply = message.get("result").is_some() || message.get("error").is_some();
        return (!is_reply).then(|| failed(&message["id"], REQUEST, "this is not a request"));
    };
    let id = message.get("id")?;
    let arguments = &message["params"];
    Some(match method {
        "initialize" => done(id, initialized(arguments)),
        "ping" => done(id, json!({})),
        "tools/list" => done(id, json!({"tools": tools::list()})),
        "tools/call" => {
            let Some(name) = arguments["name"].as_str() else {
                return Some(failed(id, ARGUMENTS, "`name` is missing"));
            };
            match defect::caught(|| tools.call(name, &arguments["arguments"])) {
                Ok(None) => failed(id, ARGUMENTS, "there is no tool of this name"),
                Ok(Some(Ok(text))) => done(id, said(&text, false)),
                Ok(Some(Err(what))) => done(id, said(&what, true)),
                Err(defect) => done(id, said(&defect.to_string(), true)),
            }
        }
        _ => failed(id, METHOD, "there is no such method"),
    })
}

fn initialized(arguments: &Value) -> Value {
    let asked = arguments["protocolVersion"].as_str().unwrap_or_default();
    let version = VERSIONS.iter().find(|version| **version == asked).unwrap_or(&VERSIONS[0]);
    json!({
        "protocolVersion": version,
        "capabilities": {"tools": {}},
        "serverInfo": {"name": "sprawl", "title": "sprawl", "version": env!("CARGO_PKG_VERSION")},
        "instructions": "Finds secrets in files and git history. Results name type, place and id of a secret, and \
                         never its value. Scan before a commit, and redact what is to be shown to others.",
    })
}

/// What a tool says.
fn said(text: &str, is_error: bool) -> Value {
    json!({"content": [{"type": "text", "text": text}], "isError": is_error})
}

fn done(id: &Value, result: Value) -> Value {
    json!({"jsonrpc": "2.0", "id": id, "result": result})
}

fn failed(id: &Value, code: i64, message: &str) -> Value {
    json!({"jsonrpc": "2.0", "id": id, "error": {"code": code, "message": message}})
}
