//! Gitleaks and Betterleaks: `.gitleaksignore`, `.gitleaks.toml`, `.betterleaksignore`.
//!
//! Formats: the README files of both tools.

use serde::Deserialize;

use super::{Digest, Imported, Known, OwnRule, Source, globs, line_with};
use crate::policy::file::quoted;
use sprawl_detect::text::line_at;

/// Fingerprints of findings.
pub const IGNORE: &str = ".gitleaksignore";
/// Configuration.
pub const CONFIG: &str = ".gitleaks.toml";
/// Hashes of secrets.
pub const BETTERLEAKS_IGNORE: &str = ".betterleaksignore";

/// Reads fingerprints: `[commit:]file:rule:line`, one a line.
///
/// # Errors
/// None: what is no fingerprint is noted.
pub fn read_ignore(text: &str, imported: &mut Imported) -> Result<(), String> {
    for (number, line) in entries(text) {
        match fingerprint(line) {
            Some((path, at)) => imported.known.push(Known {
                from: Source { file: IGNORE, line: number },
                path: Some(path.to_owned()),
                line: Some(at),
                digest: None,
                is_false: false,
            }),
            None => imported.lose(IGNORE, number, "is not a fingerprint"),
        }
    }
    Ok(())
}

/// Reads hashes: SHA-256 of the secret in hexadecimal, one a line.
///
/// # Errors
/// None: what is no hash is noted.
pub fn read_betterleaks_ignore(text: &str, imported: &mut Imported) -> Result<(), String> {
    for (number, line) in entries(text) {
        let word = line.split_whitespace().next().unwrap_or_default();
        let hex = word.rsplit(':').next().unwrap_or_default().to_ascii_lowercase();
        let is_hash = hex.len() == 64 && hex.bytes().all(|b| b.is_ascii_hexdigit());
        let from = Source { file: BETTERLEAKS_IGNORE, line: number };
        if is_hash {
            let digest = Some(Digest::Sha256(hex));
            imported.known.push(Known { from, path: None, line: None, digest, is_false: false });
        } else if let Some((path, at)) = fingerprint(word) {
            let (path, line) = (Some(path.to_owned()), Some(at));
            imported.known.push(Known { from, path, line, digest: None, is_false: false });
        } else {
            imported.lose(BETTERLEAKS_IGNORE, number, "is not a SHA-256 of a secret");
        }
    }
    Ok(())
}

fn entries(text: &str) -> impl Iterator<Item = (usize, &str)> {
    (1..)
        .zip(text.lines().map(str::trim))
        .filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
}

/// Path and line of a fingerprint.
fn fingerprint(text: &str) -> Option<(&str, usize)> {
    let (rest, line) = text.rsplit_once(':')?;
    let (rest, rule) = rest.rsplit_once(':')?;
    let is_commit = |word: &str| word.len() == 40 && word.bytes().all(|b| b.is_ascii_hexdigit());
    let path = match rest.split_once(':') {
        Some((commit, path)) if is_commit(commit) => path,
        _ => rest,
    };
    let line = line.parse().ok().filter(|line| *line > 0)?;
    (!path.is_empty() && !path.contains(':') && !rule.is_empty()).then_some((path, line))
}

#[derive(Deserialize)]
struct ConfigText {
    #[serde(default)]
    extend: Extend,
    #[serde(default)]
    rules: Vec<toml::Spanned<RuleText>>,
    #[serde(default)]
    allowlist: Option<toml::Spanned<AllowText>>,
    #[serde(default)]
    allowlists: Vec<toml::Spanned<AllowText>>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Extend {
    #[serde(default)]
    path: Option<String>,
    #[serde(default)]
    disabled_rules: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RuleText {
    id: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    regex: String,
    #[serde(default)]
    secret_group: usize,
    #[serde(default)]
    entropy: Option<f64>,
    #[serde(default)]
    path: Option<String>,
    #[serde(default)]
    keywords: Vec<String>,
    #[serde(default)]
    allowlist: Option<toml::Value>,
    #[serde(default)]
    allowlists: Vec<toml::Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AllowText {
    #[serde(default)]
    paths: Vec<String>,
    #[serde(default)]
    regexes: Vec<toml::Value>,
    #[serde(default)]
    stopwords: Vec<toml::Value>,
    #[serde(default)]
    commits: Vec<toml::Value>,
    #[serde(default)]
    target_rules: Vec<String>,
    #[serde(default)]
    condition: Option<String>,
}

/// Reads allowlists, rules and what is switched off.
///
/// # Errors
/// It is no TOML of that kind.
pub fn read_config(text: &str, imported: &mut Imported) -> Result<(), String> {
    let config: ConfigText = crate::policy::file::parse(text).map_err(|error| error.to_string())?;
    for name in config.extend.disabled_rules {
        let line = line_with(text, &name);
        imported.disabled.push((Source { file: CONFIG, line }, name));
    }
    if config.extend.path.is_some() {
        imported.lose(
            CONFIG,
            line_with(text, "path"),
            "extends a file of another place, which is not read",
        );
    }
    for allow in config.allowlist.iter().chain(&config.allowlists) {
        let line = line_at(text, allow.span().start);
        allowlist(line, allow.get_ref(), imported);
    }
    for rule in &config.rules {
        let line = line_at(text, rule.span().start);
        own_rule(line, rule.get_ref(), imported);
    }
    Ok(())
}

fn allowlist(line: usize, allow: &AllowText, imported: &mut Imported) {
    let conditional = allow.condition.as_deref().is_some_and(|c| c.eq_ignore_ascii_case("and"));
    if !allow.target_rules.is_empty() || conditional {
        let why = "an allowlist for some rules, or with several conditions, has no counterpart";
        return imported.lose(CONFIG, line, why);
    }
    for (what, number) in [
        ("regular expression(s) over secrets", allow.regexes.len()),
        ("stop word(s)", allow.stopwords.len()),
        ("commit(s)", allow.commits.len()),
    ] {
        if number > 0 {
            let why = format!(
                "{number} {what} would hide secrets wherever they turn up; accept what is found \
                 with `sprawl accept`, or record it with `sprawl baseline`"
            );
            imported.lose(CONFIG, line, why);
        }
    }
    for (number, path) in (1..).zip(&allow.paths) {
        match globs::of_regex(path) {
            Some(globs) => imported.exclude.extend(globs),
            None => {
                imported.lose(CONFIG, line, format!("path {number} cannot be expressed as a glob"))
            }
        }
    }
}

fn own_rule(line: usize, rule: &RuleText, imported: &mut Imported) {
    if rule.regex.is_empty() {
        return imported.lose(CONFIG, line, "a rule about paths alone finds no secret");
    }
    if rule.path.is_some() {
        imported.lose(CONFIG, line, "the rule now counts for all paths");
    }
    if rule.allowlist.is_some() || !rule.allowlists.is_empty() {
        imported.lose(CONFIG, line, "the rule's own allowlist has no counterpart");
    }
    let id: String = rule
        .id
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' })
        .collect();
    let title = if rule.description.is_empty() { &rule.id } else { &rule.description };
    let keywords: Vec<String> = rule.keywords.iter().map(|word| quoted(word)).collect();
    let entropy = rule.entropy.map_or(String::new(), |bits| format!("min_entropy = {bits:.2}\n"));
    let text = format!(
        "[[rule]]\nid = {}\ntitle = {}\npattern = {}\nkeywords = [{}]\n{entropy}kind = \"token\"\n\
         authority = \"service-wide\"\nreach = \"saas\"\nlifetime = \"static\"\n\
         why = \"Opens what the project wrote this rule for.\"\n\
         fix = \"Revoke it where it was issued, and issue another.\"\n\
         instead = \"A short-lived credential, fetched when it is needed.\"\n\
         examples = [\"{{secret}}\"]\n",
        quoted(&id),
        quoted(title.trim()),
        quoted(&with_secret_group(&rule.regex, rule.secret_group)),
        keywords.join(", "),
    );
    imported.rules.push(OwnRule { from: Source { file: CONFIG, line }, id, text });
}

/// The pattern with the group that holds the secret named so: the given one, or else the first, or
/// else all of it.
fn with_secret_group(regex: &str, group: usize) -> String {
    let wanted = group.max(1);
    let (mut seen, mut in_class, mut escaped) = (0, false, false);
    for (at, c) in regex.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '[' => in_class = true,
            ']' => in_class = false,
            '(' if !in_class => {
                let rest = &regex[at + 1..];
                let named = rest.strip_prefix("?P<").or_else(|| rest.strip_prefix("?<"));
                if rest.starts_with('?') && named.is_none() {
                    continue;
                }
                seen += 1;
                if seen == wanted {
                    let after = named.and_then(|n| n.split_once('>')).map_or(rest, |(_, r)| r);
                    return format!("{}(?<secret>{after}", &regex[..at]);
                }
            }
            _ => {}
        }
    }
    format!("(?<secret>{regex})")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fingerprints_with_and_without_commit() {
        let commit = "0123456789abcdef0123456789abcdef01234567";
        let text = format!("# known\na/b.env:aws-key:3\n{commit}:c.yml:x:12\n\nnonsense\na:b:0\n");
        let mut imported = Imported::default();
        read_ignore(&text, &mut imported).unwrap();
        let known: Vec<_> =
            imported.known.iter().map(|k| (k.path.as_deref(), k.line, k.from.line)).collect();
        assert_eq!(known, [(Some("a/b.env"), Some(3), 2), (Some("c.yml"), Some(12), 3)]);
        assert_eq!(imported.lost.iter().map(|l| l.from.line).collect::<Vec<_>>(), [5, 6]);
    }

    #[test]
    fn hashes() {
        let text = format!("{}\nsha256:{}\nshort\n", "Ab".repeat(32), "cd".repeat(32));
        let mut imported = Imported::default();
        read_betterleaks_ignore(&text, &mut imported).unwrap();
        assert_eq!(imported.known[0].digest, Some(Digest::Sha256("ab".repeat(32))));
        assert_eq!((imported.known.len(), imported.lost.len()), (2, 1));
    }

    #[test]
    fn the_group_with_the_secret_gets_its_name() {
        assert_eq!(with_secret_group("a[0-9]{9}", 0), "(?<secret>a[0-9]{9})");
        assert_eq!(with_secret_group(r"(?i)k\(=(x)(?:y)(z)", 0), r"(?i)k\(=(?<secret>x)(?:y)(z)");
        assert_eq!(with_secret_group("[(](x)(?P<n>z)", 2), "[(](x)(?<secret>z)");
    }

    #[test]
    fn paths_are_carried_over_and_what_hides_secrets_everywhere_is_not() {
        let text = "
[extend]
useDefault = true
disabledRules = ['some-rule']
[[allowlists]]
paths = ['''(^|/)vendor/''', '''go\\.sum$''', '''[a-z]+x''']
regexes = ['''hunter2''']
[[rules]]
id = 'Acme Key'
description = 'Acme key'
regex = '''\\bacme_[0-9a-f]{24}\\b'''
keywords = ['acme_']
";
        let mut imported = Imported::default();
        read_config(text, &mut imported).unwrap();
        let disabled: Vec<_> =
            imported.disabled.iter().map(|(from, name)| (from.line, &**name)).collect();
        assert_eq!(disabled, [(4, "some-rule")]);
        assert_eq!(imported.exclude, ["vendor/**", "**/*/vendor/**", "**/*go.sum"]);
        assert_eq!(imported.rules[0].id, "acme-key");
        assert_eq!(imported.lost.len(), 2, "{:?}", imported.lost);
        assert!(imported.lost.iter().all(|lost| !lost.why.contains("hunter2")));
    }
}
