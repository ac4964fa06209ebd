//! What a file as a whole says of the environment that its values are for: a variable that names it, a
//! heading, a host of production in a file of variables; the namespace or a label of a manifest.
//!
//! Made once for a text that something was found in.

use std::ops::Range;

use super::block::{assignment, indentation, names_environment};
use super::words::{environment_of_host, first_environment, parts};
use sprawl_detect::score::Environment;

/// Longer texts are no configuration that somebody wrote, in bytes.
const LONGEST: usize = 1 << 20;

/// The statements of a text, each with the range that it speaks for.
#[derive(Debug, Default)]
pub struct Statements {
    list: Vec<(Range<usize>, Environment)>,
}

/// A line with where it begins.
type Line<'t> = (usize, &'t [u8]);

impl Statements {
    /// Reads a text.
    pub fn of(text: &[u8]) -> Self {
        if text.len() > LONGEST {
            return Self::default();
        }
        let lines: Vec<Line<'_>> = text
            .split(|b| *b == b'\n')
            .scan(0, |at, line| {
                let start = *at;
                *at += line.len() + 1;
                Some((start, line.strip_suffix(b"\r").unwrap_or(line)))
            })
            .collect();
        let mut list = Vec::new();
        if is_flat(&lines) {
            list.extend(of_variables(&lines).map(|environment| (0..text.len(), environment)));
        }
        for (at, (_, line)) in lines.iter().enumerate() {
            let is_metadata =
                assignment(line.trim_ascii()).is_some_and(|(name, _)| name == "metadata");
            if is_metadata && let Some(environment) = of_metadata(&lines[at..]) {
                list.push((object(&lines, at, text.len()), environment));
            }
        }
        Self { list }
    }

    /// The environment of the narrowest statement that speaks for a place.
    pub fn environment(&self, at: usize) -> Option<Environment> {
        let about = self.list.iter().filter(|(range, _)| range.contains(&at));
        about.min_by_key(|(range, _)| range.len()).map(|(_, environment)| *environment)
    }
}

/// Whether nearly all lines are `NAME=value`, as in `.env` files and properties, without sections.
fn is_flat(lines: &[Line<'_>]) -> bool {
    let (mut variables, mut others) = (0, 0);
    for (_, line) in lines {
        let line = line.trim_ascii();
        if line.is_empty() || is_comment(line) {
            continue;
        }
        if line.starts_with(b"[") {
            return false;
        }
        let is_variable = memchr::memchr(b'=', line).is_some() && assignment(line).is_some();
        *(if is_variable { &mut variables } else { &mut others }) += 1;
    }
    variables > 0 && others * 10 <= variables
}

fn is_comment(line: &[u8]) -> bool {
    line.starts_with(b"#") || line.starts_with(b"//") || line.starts_with(b";")
}

/// Production, if a variable, a heading or a host says so and no variable says otherwise: what lowers
/// a score takes more than a line somewhere in the file.
fn of_variables(lines: &[Line<'_>]) -> Option<Environment> {
    let mut is_production = false;
    for (_, line) in lines {
        let line = line.trim_ascii();
        if is_comment(line) {
            is_production |= is_heading(line);
            continue;
        }
        let Some((name, value)) = assignment(line) else { continue };
        if names_environment(&name) {
            match first_environment(parts(&value)) {
                Some(Environment::Production) => is_production = true,
                Some(_) => return None,
                None => {}
            }
        } else {
            is_production |= host_of_url(&value).is_some_and(is_of_production);
            let is_host = parts(&name).last().is_some_and(|last| {
                let last = last.to_ascii_lowercase();
                matches!(last.as_str(), "host" | "hostname" | "server" | "endpoint" | "domain")
            });
            is_production |= is_host && is_of_production(&value);
        }
    }
    is_production.then_some(Environment::Production)
}

/// `# Production settings`, and not `# never use this in production`.
fn is_heading(comment: &[u8]) -> bool {
    const ALLOWED: &[&str] = &[
        "settings",
        "setting",
        "environment",
        "env",
        "config",
        "configuration",
        "values",
        "credentials",
        "secrets",
        "variables",
        "keys",
        "server",
        "deployment",
        "for",
        "the",
        "only",
        "file",
    ];
    let text = String::from_utf8_lossy(comment).to_ascii_lowercase();
    let is_production = |word: &str| matches!(word, "production" | "prod");
    parts(&text).any(is_production)
        && parts(&text).all(|word| is_production(word) || ALLOWED.contains(&word))
}

fn host_of_url(value: &str) -> Option<&str> {
    let (_, rest) = value.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    authority.rsplit('@').next()?.split(':').next()
}

/// Not by `live` alone, which is a service's name as often.
fn is_of_production(host: &str) -> bool {
    let host = host.to_ascii_lowercase();
    environment_of_host(&host) == Some(Environment::Production)
        && parts(&host).any(|word| word.starts_with("prod") || word == "prd")
}

/// The environment of the namespace, or of a label, in the metadata that begin at the first line.
fn of_metadata(lines: &[Line<'_>]) -> Option<Environment> {
    let own = lines.first().and_then(|(_, line)| indentation(line))?;
    let inside = lines[1..]
        .iter()
        .take_while(|(_, line)| indentation(line).is_none_or(|indent| indent > own))
        .take(100);
    let mut found = inside.filter_map(|(_, line)| {
        // Names of labels have a domain before them.
        let sign = memchr::memchr(b':', line)?;
        let name = memchr::memrchr(b'/', &line[..sign]).map_or(0, |slash| slash + 1);
        assignment(line[name..].trim_ascii())
    });
    found.find_map(|(name, value)| {
        names_environment(&name).then(|| first_environment(parts(&value))).flatten()
    })
}

/// The object that a line lies in: the lines around it that are indented as far, up to the end of the
/// YAML document.
fn object(lines: &[Line<'_>], at: usize, end: usize) -> Range<usize> {
    let own = indentation(lines[at].1).unwrap_or_default();
    let is_other = |line: &&[u8]| {
        line.starts_with(b"---") || indentation(line).is_some_and(|indent| indent < own)
    };
    // The dash of a list begins an object of its own.
    let begins = |line: &[u8]| {
        own > 0 && indentation(line) == Some(own) && line.trim_ascii_start().starts_with(b"- ")
    };
    let mut from = at;
    while from > 0 && !begins(lines[from].1) && !is_other(&lines[from - 1].1) {
        from -= 1;
    }
    let after = lines[at + 1..].iter().position(|(_, line)| is_other(line) || begins(line));
    let to = after.map_or(end, |after| lines[at + 1 + after].0);
    lines[from].0..to
}

#[cfg(test)]
mod tests {
    use super::*;
    use Environment::{Production, Staging};

    /// The environment at the word SECRET.
    fn of(text: &str) -> Option<Environment> {
        Statements::of(text.as_bytes()).environment(text.find("SECRET").unwrap())
    }

    #[test]
    fn a_file_of_variables_speaks_for_all_of_them() {
        for (text, wanted) in [
            ("TOKEN=SECRET\nNODE_ENV=production\n", Some(Production)),
            ("TOKEN=SECRET\nAPP_ENV=\"prod\"\n", Some(Production)),
            ("# Production settings\nTOKEN=SECRET\n", Some(Production)),
            ("# ---- PRODUCTION ----\nTOKEN=SECRET\n", Some(Production)),
            ("TOKEN=SECRET\nDB=postgres://a:b@db.prod.example.net/x\n", Some(Production)),
            ("DB_HOST=db-prod.example.net\nTOKEN=SECRET\n", Some(Production)),
            ("spring.profiles.active=prod\ntoken=SECRET\n", Some(Production)),
            ("environment = \"production\"\ntoken = \"SECRET\"\n", Some(Production)),
            ("TOKEN=SECRET\nNODE_ENV=development\nDB_HOST=db.prod.example.net\n", None),
            ("TOKEN=SECRET\nNODE_ENV=non-production\n", None),
            ("# never commit this in production\nTOKEN=SECRET\n", None),
            ("# replace in production\nTOKEN=SECRET\n", None),
            ("URL=https://live.example.net\nTOKEN=SECRET\n", None),
            ("URL=https://products.example.net\nTOKEN=SECRET\n", None),
            ("[production]\nx=1\n[other]\nTOKEN=SECRET\n", None),
            ("if mode == production:\n  run()\nelse:\n  x = SECRET\n", None),
        ] {
            assert_eq!(of(text), wanted, "{text}");
        }
    }

    #[test]
    fn the_metadata_of_a_manifest_speak_for_it() {
        let manifest = |metadata: &str| {
            format!("kind: Secret\nmetadata:\n  name: a\n{metadata}stringData:\n  token: SECRET\n")
        };
        for (metadata, wanted) in [
            ("  namespace: production\n", Some(Production)),
            ("  namespace: shop-prod\n", Some(Production)),
            ("  namespace: \"live\"\n", Some(Production)),
            ("  labels:\n    app.example.net/environment: production\n", Some(Production)),
            ("  namespace: pre-prod\n", Some(Staging)),
            ("  namespace: default\n", None),
            ("  namespace: products\n", None),
        ] {
            assert_eq!(of(&manifest(metadata)), wanted, "{metadata}");
        }
        let after = "stringData:\n  token: SECRET\nmetadata:\n  namespace: production\n";
        assert_eq!(of(after), Some(Production));
        let other = format!("{}---\ntoken: x\n", manifest("").replace("SECRET", "x"));
        let two = format!("metadata:\n  namespace: production\n---\n{}", manifest(""));
        assert_eq!(of(&two), None);
        assert!(Statements::of(other.as_bytes()).list.is_empty());
        let list = "items:\n- kind: Secret\n  metadata:\n    namespace: production\n  data:\n    a: b\n\
                    - kind: Secret\n  metadata:\n    namespace: x\n  data:\n    token: SECRET\n";
        assert_eq!(of(list), None);
        assert_eq!(
            of(&list.replace("a: b", "a: SECRET").replace("token: S", "t: s")),
            Some(Production)
        );
        let json = "{\n  \"metadata\": {\n    \"namespace\": \"production\"\n  },\n  \"data\": {\n    \"t\": \"SECRET\"\n  }\n}\n";
        assert_eq!(of(json), Some(Production));
    }
}
