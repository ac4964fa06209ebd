//! The server of the Model Context Protocol, over its own pipes. `tests/mcp-client.py` does the same with the
//! official client.

use std::io::Write as _;
use std::path::Path;
use std::process::Stdio;

use serde_json::{Value, json};

use crate::common::{finished, minted, scratch, sprawl, write};
use crate::git::Repo;

/// Sends messages and returns the replies.
fn conversation(root: &Path, messages: &[Value]) -> Vec<Value> {
    let text: String = messages.iter().map(|message| format!("{message}\n")).collect();
    raw(root, text.as_bytes())
}

fn raw(root: &Path, text: &[u8]) -> Vec<Value> {
    let mut command = sprawl(root);
    command.args(["mcp", "--root"]).arg(root);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(text).unwrap();
    let run = finished(child.wait_with_output().unwrap());
    assert_eq!(run.status, 0, "{}", run.stderr);
    run.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn call(id: u64, name: &str, arguments: Value) -> Value {
    json!({"jsonrpc": "2.0", "id": id, "method": "tools/call", "params": {"name": name, "arguments": arguments}})
}

fn text(reply: &Value) -> &str {
    reply["result"]["content"][0]["text"].as_str().unwrap_or_else(|| panic!("{reply}"))
}

#[test]
fn it_shakes_hands_and_lists_its_tools() {
    let (_guard, root) = scratch();
    let hello = |version: &str| {
        json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"protocolVersion": version,
            "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}}})
    };
    let replies = conversation(
        &root,
        &[
            hello("2025-06-18"),
            json!({"jsonrpc": "2.0", "method": "notifications/initialized"}),
            json!({"jsonrpc": "2.0", "id": "a", "method": "ping"}),
            json!({"jsonrpc": "2.0", "id": 2, "method": "tools/list"}),
            json!({"jsonrpc": "2.0", "id": 3, "method": "resources/list"}),
            hello("1999-01-01"),
        ],
    );
    assert_eq!(replies.len(), 5);
    assert_eq!(replies[0]["result"]["protocolVersion"], "2025-06-18");
    assert_eq!(replies[1], json!({"jsonrpc": "2.0", "id": "a", "result": {}}));
    let names: Vec<_> =
        replies[2]["result"]["tools"].as_array().unwrap().iter().map(|t| &t["name"]).collect();
    assert_eq!(names, ["scan", "explain", "plan", "redact"]);
    assert_eq!(replies[3]["error"]["code"], -32601);
    assert_eq!(replies[4]["result"]["protocolVersion"], "2025-11-25");
}

#[test]
fn tools_tell_everything_but_the_value() {
    let token = minted("github-pat-classic", 1);
    let old = minted("npm-token", 1);
    let repo = Repo::new();
    repo.write("old.env", format!("NPM_TOKEN={old}\n"));
    repo.commit("first");
    repo.write("old.env", "");
    repo.write("deploy/app.env", format!("A=1\nGITHUB_TOKEN={token}\n"));
    repo.commit("second");
    let replies = conversation(
        &repo.root,
        &[
            call(1, "scan", json!({})),
            call(2, "scan", json!({"path": "deploy", "history": true})),
            call(3, "explain", json!({"place": "deploy/app.env:2"})),
            call(4, "plan", json!({})),
            call(5, "redact", json!({"text": format!("use {token} now")})),
            call(6, "scan", json!({"path": "../.."})),
            call(7, "scan", json!({"path": "missing"})),
            call(8, "explain", json!({"place": "nowhere"})),
            call(9, "erase", json!({})),
        ],
    );
    let all = Value::from(replies.clone()).to_string();
    assert!(!all.contains(&token) && !all.contains(&old), "{all}");
    let scan: Value = serde_json::from_str(text(&replies[0])).unwrap();
    assert_eq!((&scan["secrets_total"], &scan["is_complete"]), (&json!(1), &json!(true)));
    let secret = &scan["secrets"][0];
    assert_eq!(secret["rule"], "github-pat-classic");
    assert_eq!(secret["places"], json!(["deploy/app.env:2"]));
    let history: Value = serde_json::from_str(text(&replies[1])).unwrap();
    let rules: Vec<_> =
        history["history"]["secrets"].as_array().unwrap().iter().map(|s| &s["rule"]).collect();
    assert!(rules.contains(&&json!("npm-token")), "{history}");
    assert!(text(&replies[2]).contains("REPORTED   github-pat-classic"));
    assert!(text(&replies[3]).contains("GitHub"));
    assert!(text(&replies[4]).starts_with("use [github-pat-classic:"));
    for refused in &replies[5..8] {
        assert_eq!(refused["result"]["isError"], true, "{refused}");
    }
    assert!(text(&replies[5]).contains("outside"), "{}", text(&replies[5]));
    assert_eq!(replies[8]["error"]["code"], -32602);
}

#[test]
fn what_is_no_message_is_answered_and_nothing_ends() {
    let (_guard, root) = scratch();
    let text = "hunter2\n\n[]\n{}\n{\"id\":1}\n{\"id\":2,\"result\":{}}\n\
                {\"id\":3,\"method\":\"tools/call\"}\n{\"id\":4,\"method\":\"ping\"}";
    let replies = raw(&root, text.as_bytes());
    let codes: Vec<_> = replies.iter().map(|reply| reply["error"]["code"].as_i64()).collect();
    assert_eq!(codes, [Some(-32700), Some(-32600), Some(-32600), Some(-32602), None]);
    assert!(!Value::from(replies).to_string().contains("hunter2"));
}

#[cfg(unix)]
#[test]
fn links_do_not_lead_out() {
    let (_guard, root) = scratch();
    let (_other, outside) = scratch();
    write(&outside, "a.env", format!("GITHUB_TOKEN={}\n", minted("github-pat-classic", 2)));
    std::os::unix::fs::symlink(&outside, root.join("link")).unwrap();
    let replies = conversation(&root, &[call(1, "scan", json!({"path": "link/a.env"}))]);
    assert_eq!(replies[0]["result"]["isError"], true);
}
