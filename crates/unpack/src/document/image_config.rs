//! Configurations of container images (OCI image-spec, `config.md`, and those of Docker): the environment,
//! labels and the steps of the build, one in each line, and the arguments of the build apart from the
//! commands that they stand before.

use std::fmt::Write;

use serde_json::Value;

use super::Sink;
use super::json::{self, list, text};
use super::output::Output;
use crate::budget::Budget;

/// Whether these bytes are the configuration of an image.
pub fn is_image_config(bytes: &[u8]) -> bool {
    json::has_keys(bytes, &["rootfs", "architecture"])
        && (json::has_keys(bytes, &["config"]) || json::has_keys(bytes, &["history"]))
}

/// Hands over `environment`, `labels`, `commands`, `history` and `build arguments`.
pub fn read(bytes: &[u8], budget: &Budget, sink: &mut dyn Sink) {
    let mut output = Output::new("image configuration", budget, sink);
    let image = json::parse(bytes, "image configuration", &mut output);
    let (mut environment, mut labels, mut commands) = Default::default();
    // The second is that of the container in which the last step was run.
    for key in ["config", "container_config"] {
        let Some(config) = image.get(key) else { continue };
        list(config, "Env").filter_map(Value::as_str).for_each(|of| line(&mut environment, of));
        for (name, value) in config.get("Labels").and_then(Value::as_object).into_iter().flatten() {
            line(&mut labels, &format!("{name}={}", value.as_str().unwrap_or_default()));
        }
        let health = config.get("Healthcheck").unwrap_or(&Value::Null);
        for (of, key) in
            [(config, "Entrypoint"), (config, "Cmd"), (config, "OnBuild"), (health, "Test")]
        {
            let words: Vec<&str> = list(of, key).filter_map(Value::as_str).collect();
            line(&mut commands, &words.join(" "));
        }
    }
    let (mut history, mut arguments): (String, String) = Default::default();
    for step in list(&image, "history") {
        line(&mut history, text(step, "created_by"));
        line(&mut history, text(step, "comment"));
        for argument in build_arguments(text(step, "created_by")) {
            line(&mut arguments, argument);
        }
    }
    for (name, lines) in [
        ("environment", environment),
        ("labels", labels),
        ("commands", commands),
        ("history", history),
        ("build arguments", arguments),
    ] {
        output.member(name, lines.as_bytes());
    }
}

/// Adds a line, unless it is empty.
fn line(lines: &mut String, text: &str) {
    if !text.is_empty() {
        // Writing to a string does not fail.
        let _ = writeln!(lines, "{text}");
    }
}

/// The arguments that stand before a command: `|2 A=b C=d /bin/sh -c make`. How many there are stands
/// before them; a value may have spaces.
fn build_arguments(step: &str) -> Vec<&str> {
    let Some((_, rest)) = step.split_once('|') else { return Vec::new() };
    let Some((count, mut rest)) = rest.split_once(' ') else { return Vec::new() };
    let Ok(count) = count.parse::<usize>() else { return Vec::new() };
    let mut found = Vec::new();
    for _ in 0..count.min(rest.len()) {
        let end = rest.match_indices(' ').map(|(at, _)| at).find(|at| ends(&rest[at + 1..]));
        let (argument, behind) = rest.split_at(end.unwrap_or(rest.len()));
        if !argument.contains('=') {
            break;
        }
        found.push(argument);
        rest = behind.trim_start();
    }
    found
}

/// Whether an argument or the command begins here, so that a value ended before it.
fn ends(text: &str) -> bool {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let name = text.find(|c| !is_name(c)).unwrap_or(text.len());
    text.starts_with('/') || name > 0 && text[name..].starts_with('=')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::super::testing;
    use super::*;

    fn config() -> Vec<u8> {
        json!({
            "architecture": "amd64",
            "rootfs": {"type": "layers", "diff_ids": []},
            "config": {"Env": ["PATH=/bin", "A=\"b\""], "Labels": {"l": "m"}, "Cmd": ["sh", "-c"]},
            "history": [{"created_by": "RUN |2 A=b c D= /bin/sh -c make"}, {"created_by": "CMD"}],
        })
        .to_string()
        .into_bytes()
    }

    #[test]
    fn all_values_stand_in_lines() {
        assert!(is_image_config(&config()));
        let kept = testing::read(read, &config());
        assert_eq!(kept.text("environment"), "PATH=/bin\nA=\"b\"\n");
        assert_eq!(kept.text("labels"), "l=m\n");
        assert_eq!(kept.text("commands"), "sh -c\n");
        assert_eq!(kept.text("history"), "RUN |2 A=b c D= /bin/sh -c make\nCMD\n");
        assert_eq!(kept.text("build arguments"), "A=b c\nD=\n");
    }

    #[test]
    fn damage_is_survived() {
        testing::survives_damage(read, &config());
    }

    proptest! {
        #[test]
        fn any_step_is_survived(step in "[|0-9 A=/]{0,30}") {
            build_arguments(&step);
        }

        #[test]
        fn output_stays_within_the_budget(room in 0_u64..60) {
            testing::stays_within(read, &config(), room);
        }
    }
}
