//! Hooks of coding agents: sessions as the vendors document them, answered by the program.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::common::{Run, finished, minted, run, scratch, sprawl, write};

/// Calls the hook with a payload, with a log of its own.
fn called(root: &Path, arguments: &[&str], payload: &[u8]) -> Run {
    let mut command = sprawl(root);
    command
        .args([&["agent", "hook"], arguments].concat())
        .env("SPRAWL_STATE_DIR", root.join("state"));
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // Who gives up does not read on.
    let _ = child.stdin.take().unwrap().write_all(payload);
    finished(child.wait_with_output().unwrap())
}

/// The answer to a payload; an empty object says nothing.
fn answer(root: &Path, arguments: &[&str], payload: &Value) -> Value {
    let run = called(root, arguments, payload.to_string().as_bytes());
    assert_eq!(run.status, 0, "{}", run.stderr);
    serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {}", run.stdout))
}

fn log(root: &Path) -> Vec<Value> {
    let mut command = sprawl(root);
    command.args(["agent", "log", "--all", "--json"]).env("SPRAWL_STATE_DIR", root.join("state"));
    let run = finished(command.output().unwrap());
    assert_eq!(run.status, 0, "{}", run.stderr);
    run.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Payloads of an agent with these contents: a prompt, a command, a file that is written, what a command gave.
struct Session {
    agent: &'static str,
    prompt: fn(&Path, &str) -> Value,
    command: fn(&Path, &str) -> Value,
    written: fn(&Path, &str) -> Value,
    output: fn(&Path, &str) -> Value,
}

fn with(mut base: Value, more: Value) -> Value {
    let members = more.as_object().unwrap().clone();
    base.as_object_mut().unwrap().extend(members);
    base
}

fn claude(root: &Path, event: &str, more: Value) -> Value {
    let base = json!({
        "session_id": "abc123", "transcript_path": "/home/u/.claude/projects/w/abc123.jsonl", "cwd": root,
        "permission_mode": "default", "hook_event_name": event,
    });
    with(base, more)
}

fn codex(root: &Path, event: &str, more: Value) -> Value {
    let base = json!({
        "session_id": "0199", "turn_id": "t1", "transcript_path": null, "cwd": root, "model": "m",
        "permission_mode": "default", "hook_event_name": event,
    });
    with(base, more)
}

fn copilot(root: &Path, more: Value) -> Value {
    with(json!({"sessionId": "s", "timestamp": 1_704_614_400_000_u64, "cwd": root}), more)
}

fn cursor(root: &Path, event: &str, more: Value) -> Value {
    let base = json!({
        "conversation_id": "c", "generation_id": "g", "model": "m", "hook_event_name": event,
        "cursor_version": "2.1.0", "workspace_roots": [root], "user_email": null, "transcript_path": null,
    });
    with(base, more)
}

fn gemini(root: &Path, event: &str, more: Value) -> Value {
    let base = json!({
        "session_id": "s", "transcript_path": "/home/u/.gemini/tmp/h/chats/s.json", "cwd": root,
        "hook_event_name": event, "timestamp": "2026-11-29T10:00:00Z",
    });
    with(base, more)
}

const SESSIONS: [Session; 5] = [
    Session {
        agent: "claude",
        prompt: |root, text| claude(root, "UserPromptSubmit", json!({"prompt": text})),
        command: |root, text| {
            claude(
                root,
                "PreToolUse",
                json!({"tool_name": "Bash", "tool_use_id": "t",
                "tool_input": {"command": text, "description": "Run it"}}),
            )
        },
        written: |root, text| {
            claude(
                root,
                "PreToolUse",
                json!({"tool_name": "Write", "tool_use_id": "t",
                "tool_input": {"file_path": root.join("src/a.py"), "content": text}}),
            )
        },
        output: |root, text| {
            claude(
                root,
                "PostToolUse",
                json!({"tool_name": "Bash", "tool_use_id": "t",
                "tool_input": {"command": "env"},
                "tool_response": {"stdout": text, "stderr": "", "interrupted": false, "isImage": false}}),
            )
        },
    },
    Session {
        agent: "codex",
        prompt: |root, text| codex(root, "UserPromptSubmit", json!({"prompt": text})),
        command: |root, text| {
            codex(
                root,
                "PreToolUse",
                json!({"tool_name": "Bash", "tool_use_id": "t",
                "tool_input": {"command": text}}),
            )
        },
        written: |root, text| {
            let lines: String = text.lines().map(|line| format!("+{line}\n")).collect();
            let patch = format!("*** Begin Patch\n*** Add File: src/a.py\n{lines}*** End Patch\n");
            codex(
                root,
                "PreToolUse",
                json!({"tool_name": "apply_patch", "tool_use_id": "t",
                "tool_input": {"command": patch}}),
            )
        },
        output: |root, text| {
            codex(
                root,
                "PostToolUse",
                json!({"tool_name": "Bash", "tool_use_id": "t",
                "tool_input": {"command": "env"}, "tool_response": text}),
            )
        },
    },
    Session {
        agent: "copilot",
        prompt: |root, text| copilot(root, json!({"prompt": text})),
        command: |root, text| {
            copilot(root, json!({"toolName": "bash", "toolArgs": {"command": text}}))
        },
        written: |root, text| {
            let arguments = json!({"path": root.join("src/a.py"), "file_text": text}).to_string();
            copilot(root, json!({"toolName": "create", "toolArgs": arguments}))
        },
        output: |root, text| {
            copilot(
                root,
                json!({"toolName": "bash", "toolArgs": {"command": "env"},
                "toolResult": {"resultType": "success", "textResultForLlm": text}}),
            )
        },
    },
    Session {
        agent: "cursor",
        prompt: |root, text| {
            cursor(root, "beforeSubmitPrompt", json!({"prompt": text, "attachments": []}))
        },
        command: |root, text| {
            cursor(root, "beforeShellExecution", json!({"command": text, "cwd": root}))
        },
        written: |root, text| {
            cursor(
                root,
                "preToolUse",
                json!({"tool_name": "Write", "tool_use_id": "t",
                "tool_input": {"file_path": root.join("src/a.py"), "content": text}}),
            )
        },
        output: |root, text| {
            cursor(
                root,
                "postToolUse",
                json!({"tool_name": "MCP:db:query", "tool_input": {},
                "tool_output": json!({"content": [{"type": "text", "text": text}]}).to_string()}),
            )
        },
    },
    Session {
        agent: "gemini",
        prompt: |root, text| gemini(root, "BeforeAgent", json!({"prompt": text})),
        command: |root, text| {
            gemini(
                root,
                "BeforeTool",
                json!({"tool_name": "run_shell_command",
                "tool_input": {"command": text}}),
            )
        },
        written: |root, text| {
            gemini(
                root,
                "BeforeTool",
                json!({"tool_name": "write_file",
                "tool_input": {"file_path": root.join("src/a.py"), "content": text}}),
            )
        },
        output: |root, text| {
            gemini(
                root,
                "AfterTool",
                json!({"tool_name": "run_shell_command",
                "tool_input": {"command": "env"},
                "tool_response": {"llmContent": text, "returnDisplay": text}}),
            )
        },
    },
];

/// The event as the installed hook names it on the command line.
fn event(agent: &str, what: usize) -> &'static str {
    let events = match agent {
        "copilot" => ["userPromptSubmitted", "preToolUse", "postToolUse"],
        "cursor" => ["beforeSubmitPrompt", "preToolUse", "postToolUse"],
        "gemini" => ["BeforeAgent", "BeforeTool", "AfterTool"],
        _ => ["UserPromptSubmit", "PreToolUse", "PostToolUse"],
    };
    events[what]
}

#[test]
fn every_agent_is_told_in_its_own_protocol() {
    let token = minted("github-pat-classic", 1);
    for session in &SESSIONS {
        let (_guard, root) = scratch();
        let agent = session.agent;
        let ask =
            |what: usize, payload: &Value| answer(&root, &[agent, event(agent, what)], payload);
        let clean = json!({});
        let passed = match agent {
            "cursor" => json!({"continue": true}),
            _ => clean.clone(),
        };
        assert_eq!(ask(0, &(session.prompt)(&root, "fix the bug")), passed);
        for payload in [(session.command)(&root, "ls -l"), (session.written)(&root, "x = 1\n")] {
            assert_eq!(ask(1, &payload), clean, "{agent}");
        }
        assert_eq!(ask(2, &(session.output)(&root, "all is well\n")), clean);

        let prompt = ask(0, &(session.prompt)(&root, &format!("use {token}")));
        match agent {
            "claude" => {
                assert_eq!(prompt["decision"], "block");
                assert_eq!(prompt["hookSpecificOutput"]["suppressOriginalPrompt"], true);
            }
            "cursor" => assert_eq!(prompt["continue"], false),
            "gemini" => assert_eq!(prompt["decision"], "deny"),
            _ => assert_eq!(prompt["decision"], "block"),
        }
        let reason = prompt["reason"].as_str().or(prompt["user_message"].as_str()).unwrap();
        assert!(
            reason.contains("github-pat-classic") && reason.contains("sprawl accept"),
            "{reason}"
        );
        assert!(reason.contains("has not reached the model"), "{reason}");

        let command = format!("curl -H 'Authorization: Bearer {token}' https://api.github.com");
        let file = format!("TOKEN = '{token}'\n");
        for payload in [(session.command)(&root, &command), (session.written)(&root, &file)] {
            let denied = ask(1, &payload);
            match agent {
                "claude" | "codex" => {
                    let output = &denied["hookSpecificOutput"];
                    assert_eq!(output["hookEventName"], "PreToolUse");
                    assert_eq!(output["permissionDecision"], "deny");
                    assert!(!output["permissionDecisionReason"].as_str().unwrap().is_empty());
                    // Codex takes none of these here.
                    assert!(denied.get("continue").is_none() && denied.get("stopReason").is_none());
                }
                "copilot" => assert_eq!(denied["permissionDecision"], "deny"),
                "cursor" => assert_eq!(denied["permission"], "deny"),
                _ => assert_eq!(denied["decision"], "deny"),
            }
            assert!(!denied.to_string().contains(&token), "{denied}");
        }

        let output = ask(2, &(session.output)(&root, &format!("A=1\nGITHUB_TOKEN={token}\nB=2\n")));
        let text = output.to_string();
        assert!(!text.contains(&token) && text.contains("github-pat-classic"), "{text}");
        match agent {
            "claude" => {
                let updated = &output["hookSpecificOutput"]["updatedToolOutput"];
                let stdout = updated["stdout"].as_str().unwrap();
                assert!(stdout.starts_with("A=1\nGITHUB_TOKEN=[github-pat-classic:"), "{stdout}");
                assert!(stdout.ends_with("]\nB=2\n"), "{stdout}");
                let keys: Vec<_> = updated.as_object().unwrap().keys().collect();
                assert_eq!(keys, ["stdout", "stderr", "interrupted", "isImage"]);
                assert_eq!(updated["isImage"], false);
            }
            "codex" => {
                assert_eq!(output["decision"], "block");
                assert!(output["reason"].as_str().unwrap().starts_with("A=1\nGITHUB_TOKEN=["));
            }
            "gemini" => {
                assert_eq!(output["decision"], "deny");
                assert!(output["reason"].as_str().unwrap().starts_with("A=1\nGITHUB_TOKEN=["));
            }
            "cursor" => {
                let text =
                    output["updated_mcp_tool_output"]["content"][0]["text"].as_str().unwrap();
                assert!(text.starts_with("A=1\nGITHUB_TOKEN=["), "{text}");
                assert_eq!(output["updated_mcp_tool_output"]["content"][0]["type"], "text");
            }
            _ => assert_eq!(output["decision"], "block"),
        }

        let log = log(&root);
        let decisions: Vec<_> =
            log.iter().map(|entry| entry["decision"].as_str().unwrap()).collect();
        let last = if agent == "copilot" { "reported" } else { "redacted" };
        assert_eq!(decisions[4..], ["blocked", "blocked", "blocked", last], "{log:?}");
        assert!(decisions[..4].iter().all(|decision| *decision == "passed"));
        assert_eq!(log[4]["secrets"][0]["rule"], "github-pat-classic");
        assert!(!fs::read_to_string(root.join("state/agent.jsonl")).unwrap().contains(&token));
    }
}

#[test]
fn files_are_looked_at_before_agents_read_them_whose_output_stays() {
    let (_guard, root) = scratch();
    let token = minted("github-pat-classic", 2);
    write(&root, "app.env", format!("A=1\nB=2\nTOKEN={token}\n"));
    let copilot =
        |payload: Value| answer(&root, &["copilot", "preToolUse"], &copilot(&root, payload));
    let bash =
        |command: &str| copilot(json!({"toolName": "bash", "toolArgs": {"command": command}}));
    for command in ["cat app.env", "cd . && head -n 3 ./app.env | wc", "sed -n '3,3p' app.env"] {
        assert_eq!(bash(command)["permissionDecision"], "deny", "{command}");
    }
    for command in ["head -n 2 app.env", "sed -n '1,2p' app.env", "ls app.env", "cat missing"] {
        assert_eq!(bash(command), json!({}), "{command}");
    }
    let view = |range: Value| {
        copilot(
            json!({"toolName": "view", "toolArgs": {"path": root.join("app.env"), "view_range": range}}),
        )
    };
    assert_eq!(view(json!([1, 2])), json!({}));
    assert_eq!(view(json!([1, -1]))["permissionDecision"], "deny");
    let read = cursor(
        &root,
        "beforeReadFile",
        json!({"file_path": root.join("app.env"), "content": format!("TOKEN={token}\n"), "attachments": []}),
    );
    assert_eq!(answer(&root, &["cursor", "beforeReadFile"], &read)["permission"], "deny");
    // Nobody asks before an `@file` is read.
    let mention = |text: &str| {
        answer(&root, &["claude"], &claude(&root, "UserPromptSubmit", json!({"prompt": text})))
    };
    assert_eq!(mention("what is in @app.env?")["decision"], "block");
    assert_eq!(mention("what is in @app.env#L1-2"), json!({}));
    // What Claude Code reads is redacted afterwards.
    let before = claude(
        &root,
        "PreToolUse",
        json!({"tool_name": "Read", "tool_input": {"file_path": root.join("app.env")}}),
    );
    assert_eq!(answer(&root, &["claude"], &before), json!({}));
    let after = claude(
        &root,
        "PostToolUse",
        json!({"tool_name": "Read",
        "tool_input": {"file_path": root.join("app.env")},
        "tool_response": {"type": "text", "file": {"filePath": root.join("app.env"),
            "content": format!("A=1\nTOKEN={token}\n"), "numLines": 2}}}),
    );
    let output = answer(&root, &["claude"], &after);
    let updated = &output["hookSpecificOutput"]["updatedToolOutput"];
    assert_eq!((&updated["type"], &updated["file"]["numLines"]), (&json!("text"), &json!(2)));
    assert!(
        updated["file"]["content"].as_str().unwrap().starts_with("A=1\nTOKEN=[github-pat-classic:")
    );
}

#[test]
fn whoever_takes_a_secret_out_is_not_stopped() {
    let (_guard, root) = scratch();
    let token = minted("github-pat-classic", 3);
    let edit = claude(
        &root,
        "PreToolUse",
        json!({"tool_name": "Edit", "tool_input": {
        "file_path": root.join("a.py"), "old_string": format!("TOKEN = '{token}'"),
        "new_string": "TOKEN = os.environ['TOKEN']"}}),
    );
    assert_eq!(answer(&root, &["claude"], &edit), json!({}));
}

#[test]
fn arguments_of_mcp_tools_are_judged_by_their_names() {
    let (_guard, root) = scratch();
    let password = ["Vx7k", "Q2mN", "pR9t", "Lz"].concat();
    let call = claude(
        &root,
        "PreToolUse",
        json!({"tool_name": "mcp__db__connect", "tool_input": {
        "host": "db.prod.corp.internal", "password": password}}),
    );
    let denied = answer(&root, &["claude"], &call);
    assert_eq!(denied["hookSpecificOutput"]["permissionDecision"], "deny", "{denied}");
    let output = claude(
        &root,
        "PostToolUse",
        json!({"tool_name": "mcp__db__show", "tool_input": {},
        "tool_response": {"user": "app", "password": password}}),
    );
    let output = answer(&root, &["claude"], &output);
    let updated = &output["hookSpecificOutput"]["updatedToolOutput"];
    assert!(updated["password"].as_str().unwrap().starts_with('['), "{output}");
    assert_eq!(updated["user"], "app");
}

#[test]
fn exceptions_and_the_configuration_count() {
    let (_guard, root) = scratch();
    let token = minted("github-pat-classic", 4);
    write(&root, "a.env", format!("TOKEN={token}\n"));
    let scan = run(&root, &["scan", "-f", "json", "-q"]);
    let report: Value = serde_json::from_str(&scan.stdout).unwrap();
    let prompt = claude(&root, "UserPromptSubmit", json!({"prompt": format!("use {token}")}));
    let output = claude(
        &root,
        "PostToolUse",
        json!({"tool_name": "Bash", "tool_input": {},
        "tool_response": {"stdout": format!("TOKEN={token}\n")}}),
    );
    assert_eq!(answer(&root, &["claude"], &prompt)["decision"], "block");
    let id = report["secrets"][0]["secret_id"].as_str().unwrap();
    let until = (jiff::Zoned::now() + jiff::ToSpan::days(30)).date().to_string();
    let accept =
        ["accept", id, "--until", &until, "--owner", "@ada", "--reason", "test-credential"];
    let accepted = run(&root, &accept);
    assert_eq!(accepted.status, 0, "{}", accepted.stderr);
    assert_eq!(answer(&root, &["claude"], &prompt), json!({}));
    assert_eq!(answer(&root, &["claude"], &output), json!({}));
    fs::remove_dir_all(root.join(".sprawl")).unwrap();
    write(&root, "sprawl.toml", "[rules]\nonly = ['npm-*']\n");
    assert_eq!(answer(&root, &["claude"], &prompt), json!({}));
    // What cannot be used does not count, and is told.
    write(&root, "sprawl.toml", "[rules]\nonyl = ['npm-*']\n");
    let blocked = answer(&root, &["claude"], &prompt);
    assert_eq!(blocked["decision"], "block");
    assert!(blocked["systemMessage"].as_str().unwrap().contains("onyl"), "{blocked}");
}

#[test]
fn files_are_judged_by_their_path_in_the_project() {
    let (_guard, root) = scratch();
    fs::create_dir_all(root.join(".git")).unwrap();
    fs::create_dir_all(root.join("api/vendor")).unwrap();
    write(&root, "sprawl.toml", "[paths]\nexclude = ['api/vendor']\n");
    let text = format!("TOKEN = '{}'\n", minted("github-pat-classic", 7));
    // The agent works in a directory of the project.
    let directory = root.join("api");
    for (file, is_refused) in [("vendor/a.py", false), ("vendor/new/a.py", false), ("a.py", true)] {
        let call = claude(
            &directory,
            "PreToolUse",
            json!({"tool_name": "Write", "tool_input": {"file_path": directory.join(file), "content": text}}),
        );
        let answer = answer(&root, &["claude"], &call);
        assert_eq!(answer.get("hookSpecificOutput").is_some(), is_refused, "{file}: {answer}");
    }
}

#[test]
fn a_fault_lets_pass_with_a_warning_and_withholds_output() {
    let (_guard, root) = scratch();
    for payload in [&b""[..], b"{", b"[]", b"\xff\xfe", b"{\"tool_name\": 1}trailing"] {
        let run = called(&root, &["claude", "PreToolUse"], payload);
        let said: Value = serde_json::from_str(&run.stdout).unwrap();
        assert_eq!(run.status, 0);
        assert!(said["systemMessage"].as_str().unwrap().contains("not scanned"), "{said}");
        assert!(said.get("hookSpecificOutput").is_none());
        let run = called(&root, &["claude", "PostToolUse"], payload);
        let said: Value = serde_json::from_str(&run.stdout).unwrap();
        assert_eq!((run.status, &said["continue"]), (0, &json!(false)), "{said}");
    }
    let odd = json!({"hook_event_name": 7, "tool_input": [[{"a": null}]], "cwd": {}, "prompt": []});
    assert_eq!(answer(&root, &["claude", "PreToolUse"], &odd), json!({}));
    let decisions = log(&root);
    assert_eq!(decisions.iter().filter(|entry| entry["decision"] == "withheld").count(), 5);
}

#[test]
fn a_hook_that_waits_too_long_gives_up() {
    let (_guard, root) = scratch();
    for (event, field) in [("PreToolUse", "systemMessage"), ("PostToolUse", "stopReason")] {
        let mut command = sprawl(&root);
        command.args(["agent", "hook", "claude", event, "--timeout", "1"]);
        command.env("SPRAWL_STATE_DIR", root.join("state"));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let stdin = child.stdin.take().unwrap();
        let started = Instant::now();
        let output = child.wait_with_output().unwrap();
        drop(stdin);
        assert!(started.elapsed() < Duration::from_secs(20));
        let said: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert!(said[field].as_str().unwrap().contains("longer than 1 second"), "{said}");
        assert_eq!(output.status.code(), Some(0));
    }
}

#[test]
fn a_payload_of_10_mb_is_redacted() {
    let (_guard, root) = scratch();
    let token = minted("github-pat-classic", 5);
    let mut text =
        "2026-11-29T10:00:00Z INFO nothing to see here, request 4711 took 12 ms\n".repeat(145_000);
    text.push_str(&format!("TOKEN={token}\n"));
    assert!(text.len() > 10_000_000);
    let output = claude(
        &root,
        "PostToolUse",
        json!({"tool_name": "Bash", "tool_input": {},
        "tool_response": {"stdout": text, "stderr": ""}}),
    );
    let output = answer(&root, &["claude", "PostToolUse", "--timeout", "100"], &output);
    let updated = output["hookSpecificOutput"]["updatedToolOutput"]["stdout"].as_str().unwrap();
    assert!(updated.len() > 10_000_000 && !updated.contains(&token));
    assert!(updated.contains("TOKEN=[github-pat-classic:"));
}

#[test]
fn many_hooks_at_once_log_whole_lines() {
    let (_guard, root) = scratch();
    let prompt = claude(&root, "UserPromptSubmit", json!({"prompt": "hello"}));
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..4 {
                    assert_eq!(answer(&root, &["claude"], &prompt), json!({}));
                }
            });
        }
    });
    assert_eq!(log(&root).len(), 16);
}

#[test]
fn what_is_installed_runs_and_goes_without_a_trace() {
    let (_guard, root) = scratch();
    let home = root.join("home");
    let project = root.join("project");
    fs::create_dir_all(project.join(".cursor")).unwrap();
    let settings = "{\n  // mine\n  \"model\": \"opus\",\n}\n";
    write(&home, ".claude/settings.json", settings);
    let agent = |arguments: &[&str]| {
        let mut command = sprawl(&project);
        command.args([&["agent"], arguments].concat());
        command.env("HOME", &home).env("USERPROFILE", &home);
        for name in ["CLAUDE_CONFIG_DIR", "CODEX_HOME", "COPILOT_HOME", "XDG_STATE_HOME"] {
            command.env_remove(name);
        }
        finished(command.output().unwrap())
    };
    let seen = agent(&["install"]);
    assert!(seen.status == 0 && seen.stdout.starts_with("cursor: written to "), "{}", seen.stdout);
    let user = agent(&["install", "--user"]);
    assert!(user.stdout.starts_with("claude: written to "), "{}{}", user.stdout, user.stderr);
    let text = fs::read_to_string(home.join(".claude/settings.json")).unwrap();
    assert!(text.contains("// mine") && text.contains("agent hook claude PreToolUse"), "{text}");
    #[cfg(unix)]
    {
        // The command runs as the agent would run it.
        let installed = fs::read_to_string(project.join(".cursor/hooks.json")).unwrap();
        let installed: Value = serde_json::from_str(&installed).unwrap();
        let command = installed["hooks"]["beforeSubmitPrompt"][0]["command"].as_str().unwrap();
        let mut shell = std::process::Command::new("sh");
        shell.args(["-c", command]).env("SPRAWL_STATE_DIR", root.join("state"));
        shell.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = shell.spawn().unwrap();
        let token = minted("github-pat-classic", 6);
        let prompt =
            cursor(&project, "beforeSubmitPrompt", json!({"prompt": format!("use {token}")}));
        child.stdin.take().unwrap().write_all(prompt.to_string().as_bytes()).unwrap();
        let said: Value =
            serde_json::from_slice(&child.wait_with_output().unwrap().stdout).unwrap();
        assert_eq!(said["continue"], false);
    }
    assert_eq!(agent(&["uninstall"]).status, 0);
    assert_eq!(agent(&["uninstall", "--user"]).status, 0);
    assert!(!project.join(".cursor/hooks.json").exists());
    assert_eq!(fs::read_to_string(home.join(".claude/settings.json")).unwrap(), settings);
    assert!(agent(&["uninstall"]).stdout.contains("no hook of sprawl"));
    let none = agent(&["install"]);
    assert!(none.status == 2 && none.stderr.contains("name one of claude"), "{}", none.stderr);
}
