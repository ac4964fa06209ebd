//! Jupyter notebooks (nbformat 4, <https://nbformat.readthedocs.io>): programs and what they put out, each
//! as a list of lines.
//!
//! The bytes of the file show a line that has no escapes. So only what has several lines or escapes is
//! handed over, and what is in base64; the file is to be scanned as well. Pictures are left out.

use serde_json::Value;

use super::Sink;
use super::base64;
use super::json::{self, is_hidden, list, text};
use super::output::Output;
use crate::budget::Budget;

/// Whether these bytes are a notebook.
pub fn is_notebook(bytes: &[u8]) -> bool {
    json::has_keys(bytes, &["nbformat", "cells"])
}

/// Hands over programs and texts as `cell 3`, what they put out as `cell 3 output`.
pub fn read(bytes: &[u8], budget: &Budget, sink: &mut dyn Sink) {
    let mut output = Output::new("Jupyter notebook", budget, sink);
    let notebook = json::parse(bytes, "Jupyter notebook", &mut output);
    for (index, cell) in list(&notebook, "cells").enumerate() {
        if output.is_full() {
            return;
        }
        let name = format!("cell {}", index + 1);
        let source = joined(cell.get("source"));
        if is_hidden(&source) {
            output.member(&name, source.as_bytes());
        }
        let mut texts = String::new();
        for of in list(cell, "outputs") {
            add(of, &name, &mut texts, &mut output);
        }
        if is_hidden(&texts) {
            output.member(&format!("{name} output"), texts.as_bytes());
        }
    }
}

/// Adds what a cell put out: text, the message of an error, data of several kinds.
fn add(of: &Value, name: &str, texts: &mut String, output: &mut Output<'_>) {
    let mut line = |text: &str| {
        texts.push_str(text);
        if !text.is_empty() && !text.ends_with('\n') {
            texts.push('\n');
        }
    };
    line(&joined(of.get("text")));
    line(text(of, "evalue"));
    for step in list(of, "traceback") {
        line(step.as_str().unwrap_or_default());
    }
    let data = of.get("data").and_then(Value::as_object);
    for (kind, value) in data.into_iter().flatten() {
        let is_text = kind.starts_with("text/") || kind.contains("json") || kind.contains("script");
        if is_text {
            // What is no text is JSON within the document, as its bytes show it.
            line(&joined(Some(value)));
        } else if kind.starts_with("application/") {
            let bytes = base64::decode(joined(Some(value)).as_bytes());
            output.member(&format!("{name} output {}", kind.replace('/', "-")), &bytes);
        }
    }
}

/// A text that may be a list of lines.
fn joined(value: Option<&Value>) -> String {
    match value {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(lines)) => lines.iter().filter_map(Value::as_str).collect(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::super::testing;
    use super::*;
    use crate::unread::Reason;

    fn notebook() -> Vec<u8> {
        json!({"nbformat": 4, "cells": [
            {"cell_type": "code", "source": ["a = 1"], "outputs": []},
            {"cell_type": "code", "source": ["key = \"x\"\n", "y"], "outputs": [
                {"output_type": "stream", "text": ["one\n", "two\n"]},
                {"output_type": "error", "evalue": "bad", "traceback": ["t"]},
                {"output_type": "display_data", "data": {
                    "text/html": "<p>", "image/png": "AAAA", "application/pdf": "JVBERg==\n"
                }},
            ]},
            {"cell_type": "markdown", "source": "say \"x\""},
        ]})
        .to_string()
        .into_bytes()
    }

    #[test]
    fn lines_are_joined() {
        assert!(is_notebook(&notebook()));
        let kept = testing::read(read, &notebook());
        let names = ["cell 2", "cell 2 output application-pdf", "cell 2 output", "cell 3"];
        assert_eq!(kept.names(), names);
        assert_eq!(kept.text("cell 2"), "key = \"x\"\ny");
        assert_eq!(kept.text("cell 2 output"), "one\ntwo\nbad\nt\n<p>\n");
        assert_eq!(kept.text("cell 2 output application-pdf"), "%PDF");
    }

    #[test]
    fn damage_is_named_and_survived() {
        let bytes = notebook();
        let cut = testing::read(read, &bytes[..bytes.len() - 3]);
        assert_eq!(cut.reasons(), [Reason::Truncated]);
        testing::survives_damage(read, &bytes);
    }

    proptest! {
        #[test]
        fn output_stays_within_the_budget(room in 0_u64..100) {
            testing::stays_within(read, &notebook(), room);
        }
    }
}
