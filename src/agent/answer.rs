//! Answers, in the protocol of each agent. What a field does stands in the vendors' documentation, see
//! [`super::call`].

use serde_json::{Map, Value, json};

use super::Agent;
use super::call::{Call, Event};
use super::judge::{Found, Verdict};

/// What stands in place of a text that could not be searched.
pub(super) const WITHHELD: &str = "[withheld by sprawl: it could not be searched for secrets]";

/// Strings of an output up to this length, of letters and signs of names alone, are a part of its shape:
/// `"type": "text"`.
const WORD: usize = 24;

/// Secrets that are named one by one.
const NAMED: usize = 5;

/// The answer to a call; nothing if nothing is to be said.
pub(crate) fn answer(call: &Call, verdict: &Verdict, warnings: &[String]) -> Option<Value> {
    let mut answer = match verdict {
        Verdict::Pass => passed(call),
        Verdict::Block(found) => blocked(call, &refusal(call.event, found), &advice(found)),
        Verdict::Redact(output, found) => redacted(call, output, &note(found)),
        Verdict::Seen(found) => seen(call, &exposed(found)),
        Verdict::Withhold(why) => {
            withheld(call, &format!("sprawl withheld the output of the tool: {why}"))
        }
    };
    if !warnings.is_empty() {
        let warning = format!("sprawl: {}", warnings.join("; "));
        warn(call.agent, &mut answer, &warning);
    }
    (!answer.is_empty()).then_some(Value::Object(answer))
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

/// What an agent wants to read where nothing is in the way. Nothing is allowed that would otherwise be asked.
fn passed(call: &Call) -> Map<String, Value> {
    object(match (call.agent, call.event) {
        (Agent::Cursor, Event::Prompt) => json!({"continue": true}),
        (Agent::Cursor, Event::ReadFile) => json!({"permission": "allow"}),
        _ => Value::Null,
    })
}

fn blocked(call: &Call, reason: &str, advice: &str) -> Map<String, Value> {
    let message = format!("{reason} {advice}");
    let denied = json!({
        "hookEventName": "PreToolUse",
        "permissionDecision": "deny",
        "permissionDecisionReason": reason,
    });
    object(match (call.agent, call.event) {
        (Agent::Claude, Event::Prompt) => json!({
            "decision": "block",
            "reason": message,
            "hookSpecificOutput": {
                "hookEventName": "UserPromptSubmit",
                "suppressOriginalPrompt": true,
            },
        }),
        (Agent::Claude | Agent::Codex, Event::BeforeTool) => {
            json!({"hookSpecificOutput": denied, "systemMessage": message})
        }
        (Agent::Copilot, Event::BeforeTool) => json!({
            "permissionDecision": "deny",
            "permissionDecisionReason": reason,
            "hookSpecificOutput": denied,
        }),
        (Agent::Copilot, Event::Prompt) if call.in_editor => {
            json!({"continue": false, "stopReason": message})
        }
        (Agent::Cursor, Event::Prompt) => json!({"continue": false, "user_message": message}),
        (Agent::Cursor, _) => {
            json!({"permission": "deny", "user_message": message, "agent_message": reason})
        }
        (Agent::Gemini, Event::Prompt) => json!({"decision": "deny", "reason": message}),
        (Agent::Gemini, _) => {
            json!({"decision": "deny", "reason": reason, "systemMessage": message})
        }
        _ => json!({"decision": "block", "reason": message}),
    })
}

fn redacted(call: &Call, output: &Value, note: &str) -> Map<String, Value> {
    object(match call.agent {
        Agent::Claude => json!({
            "hookSpecificOutput": {
                "hookEventName": "PostToolUse",
                "updatedToolOutput": output,
                "additionalContext": note,
            },
            "systemMessage": note,
        }),
        Agent::Cursor => json!({"updated_mcp_tool_output": output, "additional_context": note}),
        // The reason replaces what the model sees.
        Agent::Gemini => json!({
            "decision": "deny",
            "reason": format!("{}\n\n({note})", text(output)),
            "systemMessage": note,
        }),
        Agent::Codex | Agent::Copilot => {
            json!({"decision": "block", "reason": format!("{}\n\n({note})", text(output))})
        }
    })
}

/// The text of an output: what Gemini CLI shows the model, or all of it.
fn text(output: &Value) -> String {
    match output.get("llmContent").unwrap_or(output) {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn seen(call: &Call, message: &str) -> Map<String, Value> {
    object(match call.agent {
        Agent::Cursor => json!({"additional_context": message}),
        _ => json!({"decision": "block", "reason": message}),
    })
}

fn withheld(call: &Call, message: &str) -> Map<String, Value> {
    let has_shape = call.output.is_object() || call.output.is_array() || call.output.is_string();
    object(match call.agent {
        Agent::Claude if has_shape => json!({
            "hookSpecificOutput": {
                "hookEventName": "PostToolUse",
                "updatedToolOutput": blanked(&call.output),
                "additionalContext": message,
            },
            "systemMessage": message,
        }),
        // Without its shape nothing can be put into the place of the output: the agent is stopped before the
        // model sees it.
        Agent::Claude => json!({"continue": false, "stopReason": message}),
        Agent::Gemini => {
            json!({"decision": "deny", "reason": message, "systemMessage": message})
        }
        Agent::Cursor => {
            json!({"updated_mcp_tool_output": WITHHELD, "additional_context": message})
        }
        Agent::Copilot if call.in_editor => json!({"continue": false, "stopReason": message}),
        Agent::Codex | Agent::Copilot => json!({"decision": "block", "reason": message}),
    })
}

/// A value in the same shape without its texts.
fn blanked(value: &Value) -> Value {
    match value {
        Value::String(text) if is_word(text) => value.clone(),
        Value::String(_) => Value::from(WITHHELD),
        Value::Array(items) => items.iter().map(blanked).collect(),
        Value::Object(members) => {
            members.iter().map(|(key, value)| (key.clone(), blanked(value))).collect()
        }
        other => other.clone(),
    }
}

fn is_word(text: &str) -> bool {
    text.len() <= WORD && text.bytes().all(|b| b.is_ascii_alphabetic() || b"_-/".contains(&b))
}

/// Shows a warning to whoever uses the agent, in the field that it has for that.
fn warn(agent: Agent, answer: &mut Map<String, Value>, warning: &str) {
    let field = match agent {
        Agent::Cursor => "user_message",
        Agent::Claude | Agent::Codex | Agent::Copilot | Agent::Gemini => "systemMessage",
    };
    let text = match answer.get(field).and_then(Value::as_str) {
        Some(said) => format!("{said}\n{warning}"),
        None => warning.to_owned(),
    };
    answer.insert(field.to_owned(), Value::from(text));
}

/// What was found, in words: `a GitHub personal access token (github-pat-classic xuhscftd) in the command`.
fn listed(found: &[Found]) -> String {
    let mut names: Vec<String> = found
        .iter()
        .take(NAMED)
        .map(|one| {
            let id: String = one.id.chars().take(8).collect();
            format!("{} ({} {id}) in {}", one.title, one.rule, one.place)
        })
        .collect();
    if found.len() > NAMED {
        names.push(format!("{} more", found.len() - NAMED));
    }
    names.join(", ")
}

fn refusal(event: Event, found: &[Found]) -> String {
    let (what, after) = match event {
        Event::Prompt => ("this prompt", "It has not reached the model."),
        Event::BeforeTool if found.iter().any(|one| is_call(&one.place)) => (
            "this call",
            "The agent already holds the value: consider it exposed, and revoke it if it is real. Do not retry \
             with the value in another form; refer to it by an environment variable or a secret manager.",
        ),
        _ => (
            "this",
            "It has not reached the model. Do not read it in another way; ask for what is needed.",
        ),
    };
    format!("sprawl blocked {what}: {}. {after}", listed(found))
}

/// Whether a place is a part of the call, and not a file that it would read.
fn is_call(place: &str) -> bool {
    ["the command", "the arguments", "the patch"].contains(&place)
        || place.starts_with("what is written")
}

/// What somebody can do about a refusal.
fn advice(found: &[Found]) -> String {
    let Some(first) = found.first() else { return String::new() };
    let instead = match first.instead.is_empty() {
        true => String::new(),
        false => format!("Better: {} ", first.instead),
    };
    format!(
        "{instead}If it may be used: sprawl accept {} --owner @you --until DATE --reason ..., or the comment \
         `sprawl:allow {}` on its line.",
        first.id, first.rule
    )
}

fn note(found: &[Found]) -> String {
    format!(
        "sprawl replaced secrets in the output of the tool by their types and ids: {}",
        listed(found)
    )
}

fn exposed(found: &[Found]) -> String {
    format!(
        "The output of the tool holds secrets, which the model may have seen: {}. Revoke and replace them, and \
         do not repeat them.",
        listed(found)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_withheld_output_keeps_its_shape() {
        let output = json!({"stdout": "hunter2 is it", "stderr": "", "interrupted": false, "isImage": false,
            "type": "text", "lines": [1, "a1"]});
        let blank = blanked(&output);
        assert_eq!(blank["stdout"], WITHHELD);
        assert_eq!(blank["lines"][1], WITHHELD);
        assert_eq!((&blank["type"], &blank["stderr"]), (&json!("text"), &json!("")));
        assert_eq!(blank["interrupted"], json!(false));
    }
}
