//! Calls of hooks: who asks, and about what. The fields are those of the vendors' documentation:
//!
//! | agent | source |
//! |---|---|
//! | Claude Code | <https://code.claude.com/docs/en/hooks> |
//! | Codex | `codex-rs/hooks/schema` of <https://github.com/openai/codex> |
//! | Cursor | <https://cursor.com/docs/agent/hooks> |
//! | Copilot CLI | <https://docs.github.com/en/copilot/reference/copilot-cli-reference/cli-hooks-reference> |
//! | Gemini CLI | <https://geminicli.com/docs/hooks/reference> |

use std::path::PathBuf;

use serde_json::{Value, json};

use super::Agent;

/// When a hook is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Event {
    /// Somebody sends a prompt.
    Prompt,
    /// A tool is about to run.
    BeforeTool,
    /// A tool has run.
    AfterTool,
    /// A file is about to be read.
    ReadFile,
    /// Anything else: nothing is judged.
    Other,
}

impl Event {
    /// The event that an agent calls by this name.
    pub(crate) fn named(name: &str) -> Self {
        match name.to_ascii_lowercase().as_str() {
            "userpromptsubmit" | "userpromptsubmitted" | "beforesubmitprompt" | "beforeagent" => {
                Self::Prompt
            }
            "pretooluse" | "beforetool" | "beforeshellexecution" | "beforemcpexecution" => {
                Self::BeforeTool
            }
            "posttooluse" | "aftertool" => Self::AfterTool,
            "beforereadfile" | "beforetabfileread" => Self::ReadFile,
            _ => Self::Other,
        }
    }

    /// The name that the log has.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Prompt => "prompt",
            Self::BeforeTool => "tool call",
            Self::AfterTool => "tool output",
            Self::ReadFile => "file",
            Self::Other => "other",
        }
    }
}

/// A call of a hook.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    /// Who asks.
    pub(crate) agent: Agent,
    /// Whether it is the agent's edition for VS Code.
    pub(crate) in_editor: bool,
    /// When.
    pub(crate) event: Event,
    /// The directory that the agent works in.
    pub(crate) directory: PathBuf,
    /// The tool; empty if it is about none.
    pub(crate) tool: String,
    /// The arguments of the tool.
    pub(crate) input: Value,
    /// What the tool gave.
    pub(crate) output: Value,
    /// Everything that was sent.
    pub(crate) payload: Value,
}

impl Call {
    /// Reads a payload. What the command line says counts where the payload does not tell.
    ///
    /// # Errors
    /// It is no JSON object.
    pub(crate) fn read(
        bytes: &[u8],
        agent: Option<Agent>,
        event: Option<Event>,
    ) -> Result<Self, String> {
        // The message of the parser may quote what it stands at.
        let payload: Value = serde_json::from_slice(bytes).map_err(|error| {
            format!("the payload is not JSON (line {}, column {})", error.line(), error.column())
        })?;
        if !payload.is_object() {
            return Err("the payload is not a JSON object".to_owned());
        }
        let (agent, in_editor) = agent_of(&payload, agent);
        let named = ["hook_event_name", "hookEventName"]
            .iter()
            .find_map(|key| payload[*key].as_str())
            .map(Event::named);
        let directory = payload["workspace_roots"][0]
            .as_str()
            .or_else(|| payload["cwd"].as_str())
            .map_or_else(|| PathBuf::from("."), PathBuf::from);
        Ok(Self {
            agent,
            in_editor,
            event: named.or(event).unwrap_or(Event::Other),
            directory,
            tool: text_of(&payload, &["tool_name", "toolName"]),
            input: input(&payload),
            output: parsed(first(
                &payload,
                &["tool_response", "tool_output", "toolResult", "tool_result", "result_json"],
            )),
            payload,
        })
    }
}

/// The agent that sends such a payload, and whether it is that of VS Code.
fn agent_of(payload: &Value, asked: Option<Agent>) -> (Agent, bool) {
    let has = |key: &str| payload.get(key).is_some();
    let transcript = payload["transcript_path"].as_str().unwrap_or_default();
    if has("cursor_version") {
        return (Agent::Cursor, false);
    }
    if transcript.contains("github.copilot-chat") {
        return (Agent::Copilot, true);
    }
    if let Some(agent) = asked {
        return (agent, false);
    }
    let event = payload["hook_event_name"].as_str().unwrap_or_default();
    let agent = if has("turn_id") || transcript.contains(".codex") {
        Agent::Codex
    } else if matches!(event, "BeforeTool" | "AfterTool" | "BeforeAgent") {
        Agent::Gemini
    } else if has("conversation_id") || has("workspace_roots") {
        Agent::Cursor
    } else if has("sessionId") || has("toolName") {
        Agent::Copilot
    } else {
        Agent::Claude
    };
    (agent, false)
}

/// The arguments of a tool; a command of a shell is sent beside the other fields by some.
fn input(payload: &Value) -> Value {
    match parsed(first(payload, &["tool_input", "toolArgs"])) {
        Value::Null => match payload.get("command") {
            Some(command) => json!({ "command": command }),
            None => Value::Null,
        },
        input => input,
    }
}

/// JSON that is sent as a text.
fn parsed(value: Value) -> Value {
    match &value {
        Value::String(text) if text.trim_start().starts_with(['{', '[']) => {
            serde_json::from_str(text).unwrap_or(value)
        }
        _ => value,
    }
}

fn first(payload: &Value, keys: &[&str]) -> Value {
    keys.iter().find_map(|key| payload.get(*key)).cloned().unwrap_or_default()
}

fn text_of(payload: &Value, keys: &[&str]) -> String {
    first(payload, keys).as_str().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(payload: Value, agent: Option<Agent>) -> Call {
        Call::read(payload.to_string().as_bytes(), agent, Some(Event::AfterTool)).unwrap()
    }

    #[test]
    fn agents_are_known_by_their_payloads() {
        let claude = json!({"session_id": "a", "transcript_path": "/h/.claude/p.jsonl",
            "hook_event_name": "PreToolUse", "tool_name": "Bash", "tool_input": {"command": "ls"}});
        assert_eq!(read(claude, None).agent, Agent::Claude);
        let codex = json!({"session_id": "a", "turn_id": "t", "transcript_path": null,
            "hook_event_name": "PostToolUse"});
        assert_eq!(read(codex, None).agent, Agent::Codex);
        let gemini = json!({"session_id": "a", "hook_event_name": "BeforeTool"});
        assert_eq!(read(gemini, None).agent, Agent::Gemini);
        // Cursor runs hooks of Claude Code, too, and wants its own answers.
        let cursor = json!({"cursor_version": "2.0", "workspace_roots": ["/w"], "command": "ls",
            "hook_event_name": "beforeShellExecution"});
        let cursor = read(cursor, Some(Agent::Claude));
        assert_eq!((cursor.agent, cursor.event), (Agent::Cursor, Event::BeforeTool));
        assert_eq!(cursor.input, json!({"command": "ls"}));
        let copilot =
            json!({"sessionId": "a", "toolName": "bash", "toolArgs": "{\"command\":\"ls\"}"});
        let copilot = read(copilot, None);
        assert_eq!((copilot.agent, copilot.event), (Agent::Copilot, Event::AfterTool));
        assert_eq!(copilot.input, json!({"command": "ls"}));
        let editor =
            json!({"transcript_path": "/s/github.copilot-chat/t", "hookEventName": "PreToolUse"});
        assert!(read(editor, Some(Agent::Claude)).in_editor);
    }

    #[test]
    fn what_is_no_object_is_an_error_without_its_content() {
        for payload in ["", "hunter2", "{\"a\": hunter2}", "[1]", "\"hunter2\""] {
            let error = Call::read(payload.as_bytes(), None, None).unwrap_err();
            assert!(error.contains("JSON") && !error.contains("hunter2"), "{error}");
        }
    }
}
