//! YAML: a reference in the way of whoever reads the file, in place of a scalar or of a part of one.
//!
//! The file is read by its lines, and only as far as it takes to know the scalar around a value: everything else
//! stays as it is, comments and order too.

use std::ops::Range;

use super::edit::{Edit, Rewrite, line_at};
use super::language::Reader;

/// Takes a value out of a YAML text.
///
/// # Errors
/// Why it cannot be done well.
pub(super) fn rewrite(
    reader: Reader,
    text: &str,
    span: &Range<usize>,
    variable: &str,
) -> Result<Rewrite, String> {
    let scalar = Scalar::around(text, span)?;
    if let Some(rewrite) = parameter_default(reader, text, span) {
        return Ok(rewrite);
    }
    let is_manifest = reader == Reader::Unknown && is_manifest(text);
    if is_manifest {
        return manifest(text, &scalar, variable);
    }
    let is_playbook = reader == Reader::Unknown && is_playbook(text);
    let (reference, store, note): (String, String, Option<String>) = match reader {
        Reader::Compose => (
            format!("${{{variable}:?}}"),
            format!("variable {variable} in the environment of `docker compose`, or in a .env beside the file that git ignores"),
            None,
        ),
        Reader::Actions => {
            // GitHub keeps names that begin with its own (Actions, "Naming your secrets").
            let name = match variable.strip_prefix("GITHUB_") {
                Some(rest) => format!("GH_{rest}"),
                None => variable.to_owned(),
            };
            (
                format!("${{{{ secrets.{name} }}}}"),
                format!("secret {name} of the repository: `gh secret set {name}`"),
                None,
            )
        }
        Reader::Action => return Err("an action has no access to secrets: declare an input, and pass the secret from the workflow".to_owned()),
        Reader::GitLab | Reader::Bitbucket => {
            if scalar.key(text).is_some() {
                let at = match reader {
                    Reader::GitLab => "Settings > CI/CD > Variables, masked and protected",
                    _ => "Repository settings > Repository variables, secured",
                };
                return Err(format!("delete the line, and set {variable} under {at}: jobs have it in their environment"));
            }
            (format!("${variable}"), format!("variable {variable} of the pipeline's settings"), None)
        }
        Reader::Azure => (
            format!("$({variable})"),
            format!("secret variable {variable} of the pipeline"),
            None,
        ),
        Reader::Helm => return Err("values of a chart have no references: let the chart read an existing Secret".to_owned()),
        Reader::Rails => (
            format!("<%= ENV.fetch(\"{variable}\") %>"),
            format!("environment variable {variable} of the application"),
            None,
        ),
        Reader::Spring => (
            format!("${{{variable}}}"),
            format!("environment variable {variable} of the application"),
            None,
        ),
        Reader::Unknown if is_playbook => (
            format!("{{{{ lookup('env', '{variable}') }}}}"),
            format!("environment variable {variable} where ansible runs"),
            None,
        ),
        Reader::Unknown => (
            format!("${{{variable}}}"),
            format!("environment variable {variable} of the program that reads the file"),
            Some("YAML has no references of its own: make sure that the program that reads the file replaces them".to_owned()),
        ),
    };
    let is_quoted_always = is_playbook || reader == Reader::Rails;
    let edit = scalar.replaced(text, span, &reference, is_quoted_always)?;
    Ok(Rewrite { edits: vec![edit], store, notes: note.into_iter().collect(), need: None })
}

/// A value that is the default of a parameter: `${NAME:-value}`, or `${NAME:value}` for Spring. The parameter stays.
fn parameter_default(reader: Reader, text: &str, span: &Range<usize>) -> Option<Rewrite> {
    let (signs, required): (&[&str], _) = match reader {
        Reader::Compose => (&[":-", "-"], ":?"),
        Reader::Spring => (&[":"], ""),
        _ => return None,
    };
    let (edit, name) = default_of_parameter(text, span, signs, required)?;
    let store = match reader {
        Reader::Compose => format!(
            "variable {name} in the environment of `docker compose`, or in a .env beside the file that git ignores"
        ),
        _ => format!("environment variable {name} of the application"),
    };
    Some(Rewrite { edits: vec![edit], store, notes: Vec::new(), need: None })
}

/// The edit that makes a parameter with this default one that is required, and its name.
pub(super) fn default_of_parameter<'t>(
    text: &'t str,
    span: &Range<usize>,
    signs: &[&str],
    required: &str,
) -> Option<(Edit, &'t str)> {
    if !text[span.end..].starts_with('}') {
        return None;
    }
    let before = &text[..span.start];
    let head = signs.iter().find_map(|sign| before.strip_suffix(sign))?;
    let name = &head
        [head.trim_end_matches(|c: char| c.is_ascii_alphanumeric() || "_.-".contains(c)).len()..];
    let is_parameter = !name.is_empty() && head[..head.len() - name.len()].ends_with("${");
    is_parameter.then(|| (Edit::new(head.len()..span.end, required), name))
}

/// Whether a text is of Kubernetes: its objects name their version and kind.
fn is_manifest(text: &str) -> bool {
    let has = |key: &str| text.lines().any(|line| line.starts_with(key));
    has("apiVersion:") && has("kind:")
}

/// Whether a text is of Ansible.
fn is_playbook(text: &str) -> bool {
    let has =
        |key: &str| text.lines().any(|line| line.trim_start_matches(['-', ' ']).starts_with(key));
    has("hosts:") && (has("tasks:") || has("roles:"))
}

/// A value in an object of Kubernetes: the environment of a container takes it from a Secret.
fn manifest(text: &str, scalar: &Scalar, variable: &str) -> Result<Rewrite, String> {
    let line = line_at(text, scalar.range.start);
    let Some("value") = scalar.key(text) else {
        let document = text[..line.start].rfind("\n---").map_or(text, |at| &text[at..]);
        let document = document[1..].find("\n---").map_or(document, |at| &document[..=at]);
        let is_secret = document.lines().any(|line| line.trim_end() == "kind: Secret");
        return Err(match is_secret {
            true => "a Secret in a file is readable: create it outside of git, or seal it (SOPS, Sealed Secrets, \
                     External Secrets)",
            false => "only the environment of a container can refer to a Secret here: move the value into one",
        }
        .to_owned());
    };
    if scalar.form == Form::Block || !scalar.is_alone(text) {
        return Err("the value has several lines".to_owned());
    }
    let key = text[line.start..].find("value").map(|at| line.start + at).unwrap_or(line.start);
    let name = variable.to_ascii_lowercase().replace('_', "-");
    let new = format!("valueFrom: {{ secretKeyRef: {{ name: {name}, key: {variable} }} }}");
    Ok(Rewrite {
        edits: vec![Edit::new(key..scalar.range.end, new)],
        store: format!(
            "key {variable} of a Secret `{name}` in the cluster: `kubectl create secret generic {name} --from-file={variable}=FILE`"
        ),
        notes: Vec::new(),
        need: None,
    })
}

/// How a scalar is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Plain,
    Quoted(char),
    Block,
}

/// The scalar around a value.
#[derive(Debug)]
struct Scalar {
    form: Form,
    /// All of it, with quotes, or with the sign of a block.
    range: Range<usize>,
    /// Its text.
    content: Range<usize>,
    /// Whether it is within braces or brackets of one line.
    in_flow: bool,
}

impl Scalar {
    fn around(text: &str, span: &Range<usize>) -> Result<Self, String> {
        if let Some(block) = block_around(text, span.start) {
            if block.content.end < span.end {
                return Err("the value is put together from several parts".to_owned());
            }
            return Ok(block);
        }
        let line = line_at(text, span.start);
        let mut at = line.start;
        let mut depth = 0_usize;
        let mut start = None;
        let bytes = text.as_bytes();
        // From the beginning of the line on: what is quoted is passed over.
        while at < span.start {
            let is_after_blank = at == line.start || bytes[at - 1].is_ascii_whitespace();
            match bytes[at] {
                b'#' if is_after_blank => {
                    return Err("it is in a comment: delete it there".to_owned());
                }
                quote @ (b'"' | b'\'') if begins_value(&text[line.start..at]) => {
                    let end =
                        quoted_end(text, at, quote).ok_or("a quoted text that does not end")?;
                    if end >= span.start {
                        if end < span.end {
                            return Err("the value is put together from several parts".to_owned());
                        }
                        let form = Form::Quoted(char::from(quote));
                        return Ok(Self {
                            form,
                            range: at..end + 1,
                            content: at + 1..end,
                            in_flow: depth > 0,
                        });
                    }
                    at = end + 1;
                    start = None;
                    continue;
                }
                b'{' | b'['
                    if begins_value(&text[line.start..at])
                        && bytes.get(at.wrapping_sub(1)) != Some(&b'$') =>
                {
                    depth += 1;
                    start = None;
                }
                b'}' | b']' if depth > 0 => depth -= 1,
                b',' if depth > 0 => start = None,
                b':' | b'-'
                    if bytes.get(at + 1).is_none_or(u8::is_ascii_whitespace)
                        && (bytes[at] == b':'
                            || text[line.start..at].trim_matches([' ', '-']).is_empty()) =>
                {
                    start = None;
                }
                byte if !byte.is_ascii_whitespace() && start.is_none() => start = Some(at),
                _ => {}
            }
            at += 1;
        }
        let mut start = start.unwrap_or(span.start);
        // Anchors and tags stand before the scalar.
        while text[start..].starts_with(['&', '!']) {
            let Some(blank) = text[start..span.start].find(' ') else { break };
            start += blank + 1;
        }
        let rest = &text[start..line.end];
        let end = match depth {
            0 => rest.find(" #").unwrap_or(rest.len()),
            _ => rest.find([',', '}', ']']).unwrap_or(rest.len()),
        };
        let end = start + rest[..end].trim_end().len();
        if end < span.end {
            return Err("the value has several lines".to_owned());
        }
        Ok(Self { form: Form::Plain, range: start..end, content: start..end, in_flow: depth > 0 })
    }

    /// The key that the scalar is the value of.
    fn key<'t>(&self, text: &'t str) -> Option<&'t str> {
        let line = line_at(text, self.range.start);
        let before = text[line.start..self.range.start].trim_end();
        let key = before.strip_suffix(':')?;
        let key = key.rsplit(['{', ',']).next().unwrap_or(key);
        Some(key.trim_matches([' ', '-', '"', '\'', '\t']))
    }

    /// Whether it is the last on its line.
    fn is_alone(&self, text: &str) -> bool {
        let line = line_at(text, self.range.start);
        self.range.end <= line.end && !self.in_flow
    }

    fn replaced(
        &self,
        text: &str,
        span: &Range<usize>,
        reference: &str,
        quoted: bool,
    ) -> Result<Edit, String> {
        let is_whole = text[self.content.clone()].trim() == text[span.clone()].trim();
        match self.form {
            Form::Quoted(quote) if !reference.contains(quote) => {
                Ok(Edit::new(span.clone(), reference))
            }
            Form::Quoted(_) if is_whole => {
                Ok(Edit::new(self.range.clone(), quoted_by_other(reference)))
            }
            Form::Quoted(_) => {
                Err("the reference would need the quotes that are around the value".to_owned())
            }
            Form::Plain if is_whole && (quoted || self.in_flow) => {
                Ok(Edit::new(self.range.clone(), quoted_by_other(reference)))
            }
            Form::Plain if self.in_flow || quoted => {
                let whole = format!(
                    "{}{reference}{}",
                    &text[self.range.start..span.start],
                    &text[span.end..self.range.end]
                );
                match whole.contains(['"', '\\']) {
                    true => Err("the text around the value would have to be quoted".to_owned()),
                    false => Ok(Edit::new(self.range.clone(), format!("\"{whole}\""))),
                }
            }
            Form::Plain => Ok(Edit::new(span.clone(), reference)),
            Form::Block if is_whole => {
                let new = if quoted { quoted_by_other(reference) } else { reference.to_owned() };
                Ok(Edit::new(self.range.clone(), new))
            }
            Form::Block if text[span.clone()].contains('\n') => {
                Err("the value is several lines of a text".to_owned())
            }
            Form::Block => Ok(Edit::new(span.clone(), reference)),
        }
    }
}

fn quoted_by_other(reference: &str) -> String {
    if reference.contains('"') {
        format!("'{}'", reference.replace('\'', "''"))
    } else {
        format!("\"{reference}\"")
    }
}

/// Whether what comes next on a line is the beginning of a scalar.
fn begins_value(before: &str) -> bool {
    let trimmed = before.trim_end();
    trimmed.is_empty()
        || (trimmed.len() < before.len() && trimmed.ends_with([':', '-', ',', '?']))
        || trimmed.ends_with(['{', '[', ','])
        || trimmed
            .split_whitespace()
            .next_back()
            .is_some_and(|word| word.starts_with(['&', '!']) && trimmed.len() < before.len())
}

/// Where a quoted scalar ends: its last quote.
fn quoted_end(text: &str, start: usize, quote: u8) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = start + 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' if quote == b'"' => at += 1,
            byte if byte == quote && quote == b'\'' && bytes.get(at + 1) == Some(&quote) => at += 1,
            byte if byte == quote => return Some(at),
            _ => {}
        }
        at += 1;
    }
    None
}

/// The block scalar that a position is in (YAML 1.2, 8.1).
fn block_around(text: &str, at: usize) -> Option<Scalar> {
    let line = line_at(text, at);
    let indent = |line: &str| line.len() - line.trim_start_matches(' ').len();
    let mut least = indent(&text[line.clone()]);
    let mut end = line.start;
    // Up over the lines that the position is below of, to the one that begins the block.
    let header = loop {
        if end == 0 || least == 0 {
            return None;
        }
        let above = line_at(text, end - 1);
        end = above.start;
        let content = &text[above.clone()];
        if content.trim().is_empty() || indent(content) >= least {
            continue;
        }
        least = indent(content);
        let sign = content.rsplit([' ', '\t']).next().unwrap_or_default();
        let sign = content
            .split(" #")
            .next()
            .map_or(sign, |code| code.trim_end().rsplit([' ', '\t']).next().unwrap_or_default());
        let rest = sign.strip_prefix(['|', '>']);
        if rest.is_some_and(|rest| rest.chars().all(|c| matches!(c, '+' | '-' | '1'..='9'))) {
            let start = above.start + content.find(sign)?;
            break (start, above.end, indent(content));
        }
        if content.trim_end().ends_with(':') || content.trim_start().starts_with('-') {
            // Keys above: the position is in no block of theirs unless a sign says so.
            return None;
        }
    };
    let (start, header_end, outer) = header;
    let body = header_end + text[header_end..].find('\n')? + 1;
    let mut stop = body;
    for line in text[body..].split_inclusive('\n') {
        if !line.trim().is_empty() && indent(line) <= outer {
            break;
        }
        stop += line.len();
    }
    // Empty lines behind it are not a part of it.
    let stop = body + text[body..stop].trim_end().len();
    Some(Scalar { form: Form::Block, range: start..stop, content: body..stop, in_flow: false })
}

#[cfg(test)]
mod tests {
    use super::super::edit::applied;
    use super::*;

    fn of(reader: Reader, text: &str) -> Result<String, String> {
        let start = text.find("SEKRET").unwrap();
        let end = text.rfind("SEKRET").unwrap() + 6;
        let rewrite = rewrite(reader, text, &(start..end), "API_KEY")?;
        Ok(applied(text, &rewrite.edits))
    }

    #[test]
    fn every_way_to_write_a_scalar_is_known() {
        use Reader::*;
        let cases = [
            (Compose, "a:\n  K: SEKRET # c\n", "a:\n  K: ${API_KEY:?} # c\n"),
            (Compose, "a: ${K:-SEKRET}\n", "a: ${K:?}\n"),
            (Spring, "a: ${K:SEKRET}\n", "a: ${K}\n"),
            (Compose, "- K=SEKRET\n", "- K=${API_KEY:?}\n"),
            (Compose, "- \"K=SEKRET\"\n", "- \"K=${API_KEY:?}\"\n"),
            (Compose, "e: {K: SEKRET, L: x}\n", "e: {K: \"${API_KEY:?}\", L: x}\n"),
            (Compose, "u: postgres://a:SEKRET@db/x\n", "u: postgres://a:${API_KEY:?}@db/x\n"),
            (Actions, "env:\n  K: 'SEKRET'\n", "env:\n  K: '${{ secrets.API_KEY }}'\n"),
            (
                Actions,
                "- run: |\n    a\n    b SEKRET\n- x\n",
                "- run: |\n    a\n    b ${{ secrets.API_KEY }}\n- x\n",
            ),
            (
                Actions,
                "k: |\n  SEKRET\n  x\n  SEKRET\n\nl: m\n",
                "k: ${{ secrets.API_KEY }}\n\nl: m\n",
            ),
            (Rails, "p: SEKRET\n", "p: '<%= ENV.fetch(\"API_KEY\") %>'\n"),
            (
                Unknown,
                "- hosts: a\n  vars:\n    p: SEKRET\n  tasks: []\n",
                "- hosts: a\n  vars:\n    p: \"{{ lookup('env', 'API_KEY') }}\"\n  tasks: []\n",
            ),
            (Unknown, "a: &x SEKRET\n", "a: &x ${API_KEY}\n"),
            (Azure, "v: SEKRET\r\n", "v: $(API_KEY)\r\n"),
            (
                GitLab,
                "script:\n  - deploy --token SEKRET\n",
                "script:\n  - deploy --token $API_KEY\n",
            ),
            (
                Unknown,
                "apiVersion: v1\nkind: Pod\nspec:\n  env:\n  - name: K\n    value: \"SEKRET\"\n",
                "apiVersion: v1\nkind: Pod\nspec:\n  env:\n  - name: K\n    valueFrom: { secretKeyRef: { name: api-key, key: API_KEY } }\n",
            ),
        ];
        for (reader, text, expected) in cases {
            assert_eq!(of(reader, text).as_deref(), Ok(expected));
        }
    }

    #[test]
    fn what_cannot_be_done_well_is_left_and_named() {
        use Reader::*;
        let cases = [
            (Unknown, "# SEKRET\n", "comment"),
            (Compose, "a: b # SEKRET\n", "comment"),
            (Helm, "a: SEKRET\n", "chart"),
            (GitLab, "variables:\n  K: SEKRET\n", "delete the line"),
            (Action, "a: SEKRET\n", "input"),
            (Unknown, "apiVersion: v1\nkind: Secret\nstringData:\n  k: SEKRET\n", "seal"),
            (
                Unknown,
                "apiVersion: v1\nkind: ConfigMap\ndata:\n  k: SEKRET\n",
                "environment of a container",
            ),
            (Compose, "a: \"SEKRET\n", "does not end"),
        ];
        for (reader, text, word) in cases {
            let why = of(reader, text).unwrap_err();
            assert!(why.contains(word), "{text}: {why}");
        }
    }
}
