//! Arguments of tools: what a call would write, send or run, as texts that can be scanned.

use serde_json::Value;

/// A text that an agent is about to use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    /// What it is, for people: `the command`.
    pub(super) what: String,
    /// The path that it is judged by.
    pub(super) name: String,
    /// The text.
    pub(super) text: String,
}

/// Keys under which tools name a file.
const PATHS: &[&str] =
    &["file_path", "filePath", "path", "notebook_path", "absolute_path", "target_file", "filename"];

/// Keys of what is written into a file.
const WRITTEN: &[&str] = &[
    "content",
    "contents",
    "new_string",
    "newString",
    "new_str",
    "new_source",
    "file_text",
    "insert_text",
    "code_edit",
    "newText",
    "new_text",
];

/// Keys of what stands in a file already: whoever takes a secret out of a file names it.
const REPLACED: &[&str] =
    &["old_string", "oldString", "old_str", "old_source", "oldText", "old_text"];

/// Keys of commands.
const COMMANDS: &[&str] = &["command", "cmd", "script"];

/// The file that a tool works on.
pub(super) fn file(input: &Value) -> Option<&str> {
    PATHS.iter().find_map(|key| input.get(*key)?.as_str())
}

/// The command that a tool runs.
pub(super) fn command(input: &Value) -> Option<String> {
    COMMANDS.iter().find_map(|key| match input.get(*key)? {
        Value::String(command) => Some(command.clone()),
        Value::Array(words) => {
            let words: Vec<&str> = words.iter().filter_map(Value::as_str).collect();
            // `["bash", "-lc", "..."]` says nothing more than its last word.
            Some(words.join(" "))
        }
        _ => None,
    })
}

/// The texts among the arguments of a tool. Files are judged by the names that they are given.
pub(super) fn pieces(input: &Value, name_of: &dyn Fn(&str) -> String) -> Vec<Piece> {
    let mut pieces = Vec::new();
    if let Value::String(text) = input {
        pieces.push(of_text("the arguments", text));
        return pieces;
    }
    let file = file(input);
    let name = file.map(name_of);
    if let Some(command) = command(input) {
        pieces.push(of_text("the command", &command));
    }
    let mut rest = String::new();
    each_text(input, "", &mut |key, text| {
        if REPLACED.contains(&key) || COMMANDS.contains(&key) {
            return;
        }
        match &name {
            Some(name) if WRITTEN.contains(&key) => pieces.push(Piece {
                what: format!("what is written to {name}"),
                name: name.clone(),
                text: text.to_owned(),
            }),
            _ if text.contains('\n') => pieces.push(of_text("the arguments", text)),
            // Beside its name: that tells what a value is for.
            _ => rest.push_str(&format!("{} = {}\n", key, Value::from(text))),
        }
    });
    if !rest.is_empty() {
        pieces.push(Piece {
            what: "the arguments".to_owned(),
            name: "arguments".to_owned(),
            text: rest,
        });
    }
    pieces
}

/// A text by itself; of a patch what it adds, by the name of the file.
fn of_text(what: &str, text: &str) -> Piece {
    if !text.contains("*** Begin Patch") {
        return Piece {
            what: what.to_owned(),
            name: "arguments".to_owned(),
            text: text.to_owned(),
        };
    }
    let of_file = |line: &str| {
        let rest =
            line.strip_prefix("*** Update File: ").or_else(|| line.strip_prefix("*** Add File: "));
        rest.map(|name| name.trim().to_owned())
    };
    let name = text.lines().find_map(of_file).unwrap_or_else(|| "arguments".to_owned());
    let kept = text.lines().filter(|line| !line.starts_with('-'));
    let text =
        kept.map(|line| line.strip_prefix(['+', ' ']).unwrap_or(line).to_owned() + "\n").collect();
    Piece { what: "the patch".to_owned(), name, text }
}

/// Calls a function for every text in a value, with the key that it stands under.
fn each_text<'v>(value: &'v Value, key: &'v str, take: &mut impl FnMut(&'v str, &'v str)) {
    match value {
        Value::String(text) => take(key, text),
        Value::Array(items) => items.iter().for_each(|item| each_text(item, key, take)),
        Value::Object(members) => {
            members.iter().for_each(|(key, value)| each_text(value, key, take));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_written_is_judged_by_its_file_and_what_is_replaced_is_not() {
        let input = json!({"file_path": "/w/src/a.py", "old_string": "gone", "new_string": "come"});
        let pieces = pieces(&input, &|file: &str| file.replace("/w/", ""));
        let texts: Vec<_> = pieces.iter().map(|p| (p.name.as_str(), p.text.as_str())).collect();
        assert_eq!(texts, [("src/a.py", "come"), ("arguments", "file_path = \"/w/src/a.py\"\n")]);
    }

    #[test]
    fn a_patch_counts_by_what_it_adds() {
        let patch =
            "*** Begin Patch\n*** Update File: a.env\n-OLD=1\n+NEW=2\n KEPT=3\n*** End Patch\n";
        let pieces = pieces(&json!({ "command": patch }), &str::to_owned);
        assert_eq!(pieces[0].name, "a.env");
        assert!(pieces[0].text.contains("NEW=2\nKEPT=3") && !pieces[0].text.contains("OLD"));
    }

    #[test]
    fn arguments_keep_their_names() {
        let input = json!({"url": "x", "headers": [{"api_key": "v"}], "body": "a\nb"});
        let pieces = pieces(&input, &str::to_owned);
        assert_eq!(pieces[1].text, "url = \"x\"\napi_key = \"v\"\n");
        assert_eq!(pieces[0].text, "a\nb");
        assert_eq!(command(&json!({"command": ["bash", "-lc", "ls"]})).unwrap(), "bash -lc ls");
    }
}
