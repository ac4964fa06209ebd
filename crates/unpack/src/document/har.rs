//! HTTP archives, as browsers save them (HAR 1.2): requests and answers, with headers whose names stand
//! apart from their values and bodies in base64.
//!
//! Each entry comes out as a message of HTTP. Addresses, and bodies that are texts without escapes, are
//! left to a scan of the file's bytes. Pictures, fonts, audio and video are left out.

use std::fmt::Write;

use serde_json::Value;

use super::Sink;
use super::base64;
use super::json::{self, is_hidden, list, text};
use super::output::Output;
use crate::budget::Budget;

/// Whether these bytes are an HTTP archive.
pub fn is_har(bytes: &[u8]) -> bool {
    // The first key of the outermost object; the others may be far behind.
    let head = &bytes[..bytes.len().min(4 << 10)];
    json::has_keys(head, &["log", "version"])
        && json::has_keys(bytes, &["entries", "request", "response"])
}

/// Hands over headers, cookies and fields of forms as `entry 3 request` and `entry 3 response`, bodies as
/// `entry 3 request body` and `entry 3 response body`.
pub fn read(bytes: &[u8], budget: &Budget, sink: &mut dyn Sink) {
    let mut output = Output::new("HTTP archive", budget, sink);
    let archive = json::parse(bytes, "HTTP archive", &mut output);
    let log = archive.get("log").unwrap_or(&Value::Null);
    for (index, entry) in list(log, "entries").enumerate() {
        for side in ["request", "response"] {
            if output.is_full() {
                return;
            }
            let Some(message) = entry.get(side) else { continue };
            let name = format!("entry {} {side}", index + 1);
            output.member(&name, head(message).as_bytes());
            for key in ["postData", "content"] {
                if let Some(body) = message.get(key).and_then(body) {
                    output.member(&format!("{name} body"), &body);
                }
            }
        }
    }
}

/// Headers and cookies, and the fields of a form, one in each line.
fn head(message: &Value) -> String {
    let mut lines = String::new();
    let fields = message.get("postData").unwrap_or(&Value::Null);
    let groups = [(message, "headers", ": "), (message, "cookies", "="), (fields, "params", "=")];
    for (of, key, between) in groups {
        for field in list(of, key) {
            let (name, value) = (text(field, "name"), text(field, "value"));
            // Writing to a string does not fail.
            let _ = writeln!(lines, "{name}{between}{value}");
        }
    }
    lines
}

/// A body that the bytes of the archive do not show.
fn body(content: &Value) -> Option<Vec<u8>> {
    let body = text(content, "text");
    if text(content, "encoding") != "base64" {
        return is_hidden(body).then(|| body.as_bytes().to_vec());
    }
    let kind = text(content, "mimeType");
    let is_left_out = ["image/", "font/", "audio/", "video/"].iter().any(|of| kind.starts_with(of));
    (!is_left_out).then(|| base64::decode(body.as_bytes()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::super::testing;
    use super::*;

    fn archive() -> Vec<u8> {
        let field = |name: &str, value: &str| json!({"name": name, "value": value});
        json!({"log": {"version": "1.2", "entries": [{
            "request": {
                "url": "https://example.net/",
                "headers": [field("X-Key", "value")],
                "cookies": [field("sid", "1")],
                "postData": {"text": "{\"a\": 1}", "params": [field("p", "q")]},
            },
            "response": {"content": {"mimeType": "text/plain", "encoding": "base64", "text": "YWJj"}},
        }, {
            "request": {"postData": {"text": "plain"}},
            "response": {"content": {"mimeType": "image/png", "encoding": "base64", "text": "YWJj"}},
        }]}})
        .to_string()
        .into_bytes()
    }

    #[test]
    fn messages_are_put_together() {
        assert!(is_har(&archive()));
        let kept = testing::read(read, &archive());
        let names = ["entry 1 request", "entry 1 request body", "entry 1 response body"];
        assert_eq!(kept.names(), names);
        assert_eq!(kept.text("entry 1 request"), "X-Key: value\nsid=1\np=q\n");
        assert_eq!(kept.text("entry 1 request body"), "{\"a\": 1}");
        assert_eq!(kept.text("entry 1 response body"), "abc");
    }

    #[test]
    fn damage_is_survived() {
        testing::survives_damage(read, &archive());
    }

    proptest! {
        #[test]
        fn output_stays_within_the_budget(room in 0_u64..60) {
            testing::stays_within(read, &archive(), room);
        }
    }
}
