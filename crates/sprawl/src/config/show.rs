//! What is in force, as TOML again, each line with the layer that said it.

use toml::{Table, Value};

use super::Effective;
use sprawl_detect::text::printable;

impl Effective {
    /// The configuration in force as TOML; a comment on each line says where it comes from.
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        let layers = if self.files.is_empty() { "none".to_owned() } else { self.files.join(", ") };
        text.push_str(&format!("# files: {}\n", printable(&layers)));
        self.table(&self.merged, "", &mut text);
        text
    }

    /// The configuration in force as JSON: each value with its source.
    pub fn to_json(&self) -> serde_json::Value {
        serde_json::json!({
            "files": self.files,
            "values": self.merged,
            "sources": self.sources,
        })
    }

    fn table(&self, table: &Table, path: &str, text: &mut String) {
        let below = |key: &str| {
            if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
        };
        let (tables, values): (Vec<_>, Vec<_>) = table.iter().partition(|(_, v)| v.is_table());
        if !values.is_empty() && !path.is_empty() {
            text.push_str(&format!("\n[{path}]\n"));
        }
        for (key, value) in values {
            self.value(key, value, &below(key), text);
        }
        for (key, value) in tables {
            if let Value::Table(table) = value {
                self.table(table, &below(key), text);
            }
        }
    }

    fn value(&self, key: &str, value: &Value, path: &str, text: &mut String) {
        // In a comment, which a line end in the name of a file would end.
        let source = |of: &str| printable(self.sources.get(of).map_or("", String::as_str));
        match value {
            Value::Array(values) if !values.is_empty() => {
                text.push_str(&format!("{key} = [\n"));
                for value in values {
                    let source = source(&format!("{path} {value}"));
                    text.push_str(&format!("    {value}, # {source}\n"));
                }
                text.push_str("]\n");
            }
            _ => text.push_str(&format!("{key} = {value} # {}\n", source(path))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Choice, FILE_NAME, load};

    #[test]
    fn what_is_shown_can_be_read_again() {
        let project = tempfile::tempdir().unwrap();
        let file = project.path().join(FILE_NAME);
        std::fs::write(&file, "[paths]\nexclude = ['a\"b', 'c']\n[policy]\nwarn-days = 3\n")
            .unwrap();
        let effective = load(project.path(), &Choice::default()).unwrap();
        let text = effective.to_text();
        assert!(text.contains("warn-days = 3 # sprawl.toml"), "{text}");
        assert!(text.contains("max-exception-days = 180 # default"), "{text}");
        assert!(text.contains("    \"c\", # sprawl.toml"), "{text}");
        let again: super::super::Config = toml::from_str(&text).unwrap();
        assert_eq!(again.paths.exclude, effective.config.paths.exclude);
    }

    #[test]
    #[cfg(unix)]
    fn the_name_of_a_file_stays_in_its_comment() {
        let project = tempfile::tempdir().unwrap();
        let base = project.path().join("a\nonly = ['x']\u{1b}.toml");
        std::fs::write(base, "[paths]\nexclude = ['b']\n").unwrap();
        let first = "extends = [\"a\\nonly = ['x']\\u001b.toml\"]\n[paths]\nexclude = ['c']\n";
        std::fs::write(project.path().join(FILE_NAME), first).unwrap();
        let text = load(project.path(), &Choice::default()).unwrap().to_text();
        let again: super::super::Config = toml::from_str(&text).unwrap();
        assert_eq!(again.paths.exclude, ["b", "c"]);
        assert!(again.rules.only.is_empty() && text.contains("\\u{a}only"), "{text}");
    }
}
