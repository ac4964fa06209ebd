//! The configuration that `sprawl init` writes: every key that has a default, as a comment, with the
//! description that the schema has for it. So nothing in it can be out of date.

use std::fmt::Write as _;

use serde_json::Value;

use super::survey::Survey;
use sprawl::config;
use sprawl::policy::file::quoted;
use sprawl_detect::text::printable;

/// Columns of a comment.
const WIDTH: usize = 96;

/// The text of the file. `schema` is the path of the schema below the root.
pub(super) fn written(survey: &Survey, schema: &str) -> String {
    let mut text = format!("#:schema {schema}\n");
    comment(
        "Configuration of sprawl. Options on the command line and SPRAWL_* variables take precedence; \
         `sprawl config show` prints the effective values and where each comes from. Lines that are commented \
         out show the defaults.",
        &mut text,
    );
    if !survey.languages.is_empty() {
        let all: Vec<String> =
            survey.languages.iter().map(|(name, file)| format!("{name} ({file})")).collect();
        text.push_str("#\n");
        comment(&format!("Seen when this file was made: {}.", all.join(", ")), &mut text);
    }
    let schema = config::schema::schema().to_value();
    let defaults: toml::Table = toml::from_str(config::defaults()).unwrap_or_default();
    for section in names(&schema) {
        let (described, keys) = (section_of(&schema, section), defaults.get(section));
        let Some(keys) = keys.and_then(toml::Value::as_table) else { continue };
        text.push('\n');
        comment(described["description"].as_str().unwrap_or_default(), &mut text);
        let _ = writeln!(text, "[{section}]");
        for key in names(described) {
            let Some(default) = keys.get(key) else { continue };
            comment(
                described["properties"][key]["description"].as_str().unwrap_or_default(),
                &mut text,
            );
            if (section, key) == ("paths", "exclude") && !survey.excluded.is_empty() {
                exclude(survey, &mut text);
            } else {
                let _ = writeln!(text, "# {key} = {default}");
            }
        }
    }
    text
}

/// The names of the properties of an object, in their order.
fn names(object: &Value) -> impl Iterator<Item = &str> {
    object["properties"].as_object().into_iter().flat_map(|all| all.keys()).map(String::as_str)
}

/// What the schema says of a section.
fn section_of<'s>(schema: &'s Value, section: &str) -> &'s Value {
    let property = &schema["properties"][section];
    let reference = property.pointer("/allOf/0/$ref").or(property.get("$ref"));
    let definition = reference.and_then(|to| schema.pointer(to.as_str()?.strip_prefix('#')?));
    definition.unwrap_or(property)
}

/// Build directories, by their paths.
fn exclude(survey: &Survey, text: &mut String) {
    comment(
        "These are build directories that git neither tracks nor ignores. What .gitignore names is \
         skipped anyway.",
        text,
    );
    text.push_str("exclude = [\n");
    for one in &survey.excluded {
        let _ = writeln!(text, "    {}, # {}", quoted(&literal(&one.path)), one.of);
    }
    text.push_str("]\n");
}

/// A path as a glob that matches it alone.
fn literal(path: &str) -> String {
    let mut glob = String::new();
    for c in path.chars() {
        match c {
            '*' | '?' | '[' | ']' | '{' | '}' => glob.extend(['[', c, ']']),
            '\\' => glob.push_str("\\\\"),
            c => glob.push(c),
        }
    }
    glob
}

/// A text as comments, wrapped.
fn comment(words: &str, text: &mut String) {
    let words = printable(words).into_owned();
    let mut line = "#".to_owned();
    for word in words.split_whitespace() {
        if line.len() + 1 + word.len() > WIDTH && line.len() > 1 {
            text.push_str(&line);
            text.push('\n');
            line.truncate(1);
        }
        line.push(' ');
        line.push_str(word);
    }
    if line.len() > 1 {
        text.push_str(&line);
        text.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::super::survey::Excluded;
    use super::*;
    use sprawl::config::{Config, PathFilter};

    /// The file with every default as a setting.
    fn uncommented(text: &str) -> String {
        let is_setting = |line: &&str| {
            line.strip_prefix("# ")
                .and_then(|line| line.split_once(" = "))
                .is_some_and(|(key, _)| !key.contains(' '))
        };
        let line = |line| if is_setting(&line) { &line[2..] } else { line };
        text.lines().map(|l| line(l).to_owned() + "\n").collect()
    }

    #[test]
    fn every_line_of_it_is_one_that_sprawl_reads() {
        let text = written(&Survey::default(), "schema.json");
        assert!(text.starts_with("#:schema schema.json\n"), "{text}");
        toml::from_str::<Config>(&text).unwrap();
        let all: toml::Table = toml::from_str(&uncommented(&text)).unwrap();
        let defaults: toml::Table = toml::from_str(config::defaults()).unwrap();
        assert_eq!(all, defaults);
        toml::from_str::<Config>(&uncommented(&text)).unwrap();
        assert!(text.lines().all(|line| line.len() <= WIDTH + 4), "{text}");
        // Every key is explained.
        let lines: Vec<&str> = text.lines().collect();
        for pair in
            lines.windows(2).filter(|pair| pair[1].starts_with("# ") && pair[1].contains(" = "))
        {
            assert!(pair[0].starts_with("# "), "{pair:?}");
        }
    }

    #[test]
    fn directories_are_left_out_by_their_very_paths() {
        let path = "web [old]/{a}*/dist";
        let excluded = vec![Excluded { path: path.to_owned(), of: "Node.js" }];
        let survey = Survey { excluded, ..Survey::default() };
        let config: Config = toml::from_str(&written(&survey, "schema.json")).unwrap();
        let filter = PathFilter::new(&config.paths.exclude, &[]).unwrap();
        assert!(filter.leaves_out(&format!("{path}/a.js")));
        assert!(!filter.leaves_out("web o/{a}x/dist/a.js"));
    }
}
