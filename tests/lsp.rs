//! The language server, with a client that frames messages as editors do.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Stdio};
use std::time::Instant;

use serde_json::{Value, json};

use crate::common::{minted, scratch, sprawl, write};

/// An editor.
struct Editor {
    child: Child,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
    next: u64,
    /// Notifications that nobody has asked for yet.
    noted: Vec<Value>,
}

impl Editor {
    fn open(root: &Path) -> Self {
        let mut command = sprawl(root);
        command.arg("lsp").env("USER", "ada").stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let (stdin, stdout) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        let mut editor =
            Self { child, stdin, stdout: BufReader::new(stdout), next: 0, noted: Vec::new() };
        let uri = format!("file://{}", root.display());
        let hello = editor
            .ask("initialize", json!({"processId": null, "rootUri": uri, "capabilities": {}}));
        assert_eq!(hello["result"]["capabilities"]["hoverProvider"], true);
        editor.tell("initialized", json!({}));
        editor
    }

    fn send(&mut self, message: &Value) {
        let text = message.to_string();
        write!(self.stdin, "Content-Length: {}\r\n\r\n{text}", text.len()).unwrap();
        self.stdin.flush().unwrap();
    }

    fn receive(&mut self) -> Value {
        let mut length = 0;
        loop {
            let mut line = String::new();
            assert_ne!(self.stdout.read_line(&mut line).unwrap(), 0, "the server is gone");
            if line == "\r\n" {
                break;
            }
            if let Some(number) = line.strip_prefix("Content-Length: ") {
                length = number.trim().parse().unwrap();
            }
        }
        let mut text = vec![0; length];
        self.stdout.read_exact(&mut text).unwrap();
        serde_json::from_slice(&text).unwrap()
    }

    fn tell(&mut self, method: &str, params: Value) {
        self.send(&json!({"jsonrpc": "2.0", "method": method, "params": params}));
    }

    fn ask(&mut self, method: &str, params: Value) -> Value {
        self.next += 1;
        let id = self.next;
        self.send(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}));
        loop {
            let message = self.receive();
            if message["id"] == id {
                return message;
            }
            self.noted.push(message);
        }
    }

    /// The next notification of a method.
    fn noted(&mut self, method: &str) -> Value {
        if let Some(at) = self.noted.iter().position(|message| message["method"] == method) {
            return self.noted.remove(at)["params"].clone();
        }
        loop {
            let message = self.receive();
            if message["method"] == method {
                return message["params"].clone();
            }
            self.noted.push(message);
        }
    }

    fn opened(&mut self, uri: &str, language: &str, text: &str) -> Value {
        self.tell(
            "textDocument/didOpen",
            json!({"textDocument":
            {"uri": uri, "languageId": language, "version": 1, "text": text}}),
        );
        self.noted("textDocument/publishDiagnostics")
    }

    fn typed(
        &mut self,
        uri: &str,
        version: i64,
        at: (u64, u64),
        to: (u64, u64),
        text: &str,
    ) -> Value {
        self.tell(
            "textDocument/didChange",
            json!({"textDocument": {"uri": uri, "version": version},
            "contentChanges": [{"range": {"start": {"line": at.0, "character": at.1},
                "end": {"line": to.0, "character": to.1}}, "text": text}]}),
        );
        self.noted("textDocument/publishDiagnostics")
    }

    fn actions(&mut self, uri: &str, line: u64, character: u64) -> Vec<Value> {
        let at = json!({"line": line, "character": character});
        let asked = self.ask(
            "textDocument/codeAction",
            json!({"textDocument": {"uri": uri},
            "range": {"start": at, "end": at}, "context": {"diagnostics": []}}),
        );
        asked["result"].as_array().unwrap().clone()
    }

    fn close(mut self) {
        assert_eq!(self.ask("shutdown", Value::Null)["result"], Value::Null);
        self.tell("exit", Value::Null);
        drop(self.stdin);
        assert!(self.child.wait().unwrap().success());
    }
}

fn uri(root: &Path, file: &str) -> String {
    format!("file://{}", root.join(file).display())
}

#[test]
fn what_is_typed_is_told_at_once() {
    let (_guard, root) = scratch();
    let token = minted("github-pat-classic", 1);
    let mut editor = Editor::open(&root);
    let file = uri(&root, "src/a%20b.py");
    let first = editor.opened(&file, "python", "# \u{1F511}\nx = 1\n");
    assert_eq!(first["diagnostics"], json!([]));
    let told = editor.typed(&file, 2, (1, 5), (1, 5), &format!("\ntoken = \"{token}\""));
    assert_eq!((&told["uri"], &told["version"]), (&json!(file), &json!(2)));
    let diagnostic = &told["diagnostics"][0];
    assert_eq!(diagnostic["code"], "github-pat-classic");
    assert_eq!((&diagnostic["severity"], &diagnostic["source"]), (&json!(1), &json!("sprawl")));
    assert_eq!(diagnostic["range"]["start"], json!({"line": 2, "character": 9}));
    assert!(!told.to_string().contains(&token));

    let hover = editor.ask(
        "textDocument/hover",
        json!({"textDocument": {"uri": file},
        "position": {"line": 2, "character": 12}}),
    );
    let shown = hover["result"]["contents"]["value"].as_str().unwrap();
    assert!(
        shown.contains("GitHub") && shown.contains("better:") && !shown.contains(&token),
        "{shown}"
    );
    let nothing = editor.ask(
        "textDocument/hover",
        json!({"textDocument": {"uri": file},
        "position": {"line": 0, "character": 1}}),
    );
    assert_eq!(nothing["result"], Value::Null);

    let gone = editor.typed(&file, 3, (2, 0), (3, 0), "");
    assert_eq!(gone["diagnostics"], json!([]));
    editor.tell("textDocument/didClose", json!({"textDocument": {"uri": file}}));
    assert_eq!(editor.noted("textDocument/publishDiagnostics")["diagnostics"], json!([]));
    editor.close();
}

#[test]
fn actions_mend_and_suppress() {
    let (_guard, root) = scratch();
    let token = minted("github-pat-classic", 2);
    let mut editor = Editor::open(&root);
    let cases = [
        ("a.py", "python", format!("api_token = \"{token}\"\n"), "os.environ[\"API_TOKEN\"]"),
        ("a.ts", "typescript", format!("const apiToken = '{token}';\n"), "process.env.API_TOKEN"),
        ("a.yaml", "yaml", format!("apiToken: {token}\n"), "${API_TOKEN}"),
    ];
    for (name, language, text, reference) in cases {
        let file = uri(&root, name);
        let found = editor.opened(&file, language, &text)["diagnostics"][0]["range"].clone();
        let at = found["start"]["character"].as_u64().unwrap();
        let actions = editor.actions(&file, 0, at);
        let titles: Vec<_> =
            actions.iter().map(|action| action["title"].as_str().unwrap()).collect();
        assert_eq!(titles.len(), 4, "{titles:?}");
        assert_eq!(titles[0], "Read API_TOKEN from the environment");
        assert!(
            titles[1].starts_with("Suppress") && titles[1].contains("owner @ada"),
            "{titles:?}"
        );
        let edit = &actions[0]["edit"]["changes"][&file][0];
        assert_eq!(edit["newText"], reference);
        // What is offered silences what is found.
        for action in &actions[..2] {
            let edit = &action["edit"]["changes"][&file][0];
            let (start, end) = (&edit["range"]["start"], &edit["range"]["end"]);
            let place =
                |at: &Value| (at["line"].as_u64().unwrap(), at["character"].as_u64().unwrap());
            let new = edit["newText"].as_str().unwrap();
            let after = editor.typed(&file, 2, place(start), place(end), new);
            assert_eq!(after["diagnostics"], json!([]), "{new}");
            let length = text.trim_end().len() + new.len();
            let back = editor.typed(&file, 3, (0, 0), (0, length as u64), text.trim_end());
            assert_eq!(back["diagnostics"].as_array().unwrap().len(), 1);
        }
        assert!(editor.actions(&file, 1, 0).is_empty());
    }
    editor.close();
}

#[test]
fn commands_explain_and_accept() {
    let (_guard, root) = scratch();
    let token = minted("github-pat-classic", 3);
    let text = format!("A = 1\nTOKEN = \"{token}\"\n");
    write(&root, "a.py", &text);
    let mut editor = Editor::open(&root);
    let file = uri(&root, "a.py");
    assert_eq!(editor.opened(&file, "python", &text)["diagnostics"].as_array().unwrap().len(), 1);
    let explain = editor.ask(
        "workspace/executeCommand",
        json!({"command": "sprawl.explain", "arguments": [file, 2]}),
    );
    assert!(explain["result"].as_str().unwrap().contains("REPORTED"), "{explain}");
    let accept = editor.ask(
        "workspace/executeCommand",
        json!({"command": "sprawl.accept", "arguments": [file, 2]}),
    );
    assert!(accept["result"].as_str().unwrap().contains("accepted"), "{accept}");
    assert_eq!(editor.noted("textDocument/publishDiagnostics")["diagnostics"], json!([]));
    let written = std::fs::read_to_string(root.join(".sprawl/exceptions.toml")).unwrap();
    assert!(written.contains("@ada") && !written.contains(&token), "{written}");
    let bad = editor
        .ask("workspace/executeCommand", json!({"command": "sprawl.accept", "arguments": []}));
    assert_eq!(bad["error"]["code"], -32602);
    editor.close();
}

#[test]
fn the_configuration_counts_and_is_read_again() {
    let (_guard, root) = scratch();
    let token = minted("github-pat-classic", 4);
    write(&root, "sprawl.toml", "[paths]\nexclude = ['vendor']\n");
    let mut editor = Editor::open(&root);
    let text = format!("token = \"{token}\"\n");
    let vendor = uri(&root, "vendor/a.py");
    assert_eq!(editor.opened(&vendor, "python", &text)["diagnostics"], json!([]));
    write(&root, "sprawl.toml", "[paths]\nexclud = ['vendor']\n");
    let settings = json!({"textDocument": {"uri": uri(&root, "sprawl.toml")}});
    editor.tell("textDocument/didSave", settings.clone());
    assert!(editor.noted("window/showMessage")["message"].as_str().unwrap().contains("exclud"));
    write(&root, "sprawl.toml", "");
    editor.tell("textDocument/didSave", settings);
    let told = editor.noted("textDocument/publishDiagnostics");
    assert_eq!(told["diagnostics"].as_array().unwrap().len(), 1);
    editor.close();
}

/// Lines of code, with a secret at its beginning and one at its end.
fn long_file(tokens: [&str; 2]) -> String {
    let line = "    result = compute(alpha, beta, password=settings.password)  # a line of code\n";
    let (first, last) = (format!("a = \"{}\"\n", tokens[0]), format!("b = \"{}\"\n", tokens[1]));
    [&first, &line.repeat(5_000), &last].map(String::as_str).concat()
}

#[test]
fn what_is_told_of_a_long_file_is_what_a_scan_of_it_finds() {
    let (_guard, root) = scratch();
    let tokens = [5, 6, 7].map(|seed| minted("github-pat-classic", seed));
    let mut editor = Editor::open(&root);
    let (file, copy) = (uri(&root, "long.py"), uri(&root, "copy.py"));
    let mut text = long_file([&tokens[0], &tokens[1]]);
    let told = editor.opened(&file, "python", &text);
    assert_eq!(told["diagnostics"].as_array().unwrap().len(), 2);
    let edits = [
        ((2_500, 0), (2_500, 0), "x\n\ny\n".to_owned()),
        ((2_000, 3), (2_400, 5), String::new()),
        ((1_000, 0), (1_000, 0), format!("c = \"{}\"\n", tokens[2])),
        ((0, 0), (3, 0), "first = 1\n".to_owned()),
        ((900, 0), (900, 1), "z".to_owned()),
    ];
    for (number, (from, to, new)) in edits.iter().enumerate() {
        let told = editor.typed(&file, number as i64 + 2, *from, *to, new);
        let offset = |(line, character): (u64, u64)| {
            let lines = text.split_inclusive('\n').take(line as usize).map(str::len);
            lines.sum::<usize>() + character as usize
        };
        text.replace_range(offset(*from)..offset(*to), new);
        let whole = editor.opened(&copy, "python", &text);
        assert_eq!(told["diagnostics"], whole["diagnostics"], "after {number}");
        // And again when nobody types.
        let settled = loop {
            let told = editor.noted("textDocument/publishDiagnostics");
            if told["uri"] == json!(file) {
                break told;
            }
        };
        assert_eq!(settled["diagnostics"], whole["diagnostics"], "after {number}");
    }
    editor.close();
}

/// Every keystroke in a file of 5,000 lines; how long each takes is printed.
#[test]
fn keystrokes_in_a_long_file() {
    let (_guard, root) = scratch();
    let tokens = [8, 9].map(|seed| minted("github-pat-classic", seed));
    let mut editor = Editor::open(&root);
    let file = uri(&root, "long.py");
    editor.opened(&file, "python", &long_file([&tokens[0], &tokens[1]]));
    let mut taken = Vec::new();
    for stroke in 0..200 {
        let started = Instant::now();
        let mut told = editor.typed(&file, stroke + 2, (2_500, 0), (2_500, 0), "x");
        // What is told when nobody types may come between.
        while told["version"] != json!(stroke + 2) {
            told = editor.noted("textDocument/publishDiagnostics");
        }
        taken.push(started.elapsed());
        assert_eq!(told["diagnostics"].as_array().unwrap().len(), 2);
    }
    taken.sort_unstable();
    let figures =
        format!("keystroke: median {:?}, 99 of 100 within {:?}\n", taken[100], taken[197]);
    std::io::stderr().write_all(figures.as_bytes()).unwrap();
    editor.close();
}
