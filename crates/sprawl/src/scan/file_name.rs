//! Files that hold nothing but a secret, and whose name says so: `config/master.key`, `db_password.txt`,
//! `secrets/jwt`.
//!
//! The name of the file stands where other texts have the name before a value. So the two are put
//! together, and what any rule makes of that text is what the file holds.

use std::ops::Range;

use sprawl_detect::{Candidate, Scanner};

/// Longest file that is looked at, in bytes: a password, a token or a key on one line.
const LONGEST: usize = 1024;

/// Shortest secret, in bytes.
const SHORTEST: usize = 8;

/// Extensions that say nothing, or what the name says already.
const EXTENSIONS: [&str; 8] =
    ["txt", "secret", "password", "passwd", "pass", "pwd", "token", "key"];

/// Directories whose files hold one secret each, called after what it opens.
const DIRECTORIES: [&str; 5] = ["secrets", ".secrets", "credentials", ".credentials", "passwords"];

/// The secret that is all that a file holds.
pub(super) fn candidates(scanner: &mut Scanner<'_>, path: &str, text: &[u8]) -> Vec<Candidate> {
    let Some(value) = only_word(text) else { return Vec::new() };
    let Some(name) = telling_name(path) else { return Vec::new() };
    let mut assigned = name.into_bytes();
    assigned.push(b'=');
    let start = assigned.len();
    assigned.extend_from_slice(&text[value.clone()]);
    assigned.push(b'\n');
    let mut found = scanner.candidates(&assigned);
    found.retain(|candidate| candidate.secret == (start..start + value.len()));
    found.truncate(1);
    for candidate in &mut found {
        candidate.secret = value.clone();
        candidate.companions.clear();
    }
    found
}

/// The only word of a short text.
fn only_word(text: &[u8]) -> Option<Range<usize>> {
    if text.len() > LONGEST {
        return None;
    }
    let word = text.trim_ascii();
    let start = text.len() - text.trim_ascii_start().len();
    let is_one = word.len() >= SHORTEST && word.iter().all(u8::is_ascii_graphic);
    is_one.then(|| start..start + word.len())
}

/// The name that a value would have if it stood in a text: that of the file without an extension that says
/// nothing, with its directory.
fn telling_name(path: &str) -> Option<String> {
    let path = path.rsplit('!').next().unwrap_or_default();
    let mut parts = path.rsplit(['/', '\\']);
    let file = parts.next().filter(|file| file.len() <= 80)?;
    let directory = parts.next().unwrap_or_default();
    let (stem, extension) = match file.rsplit_once('.') {
        Some((stem, extension)) if !stem.is_empty() => (stem, extension),
        _ => (file, ""),
    };
    let is_known = EXTENSIONS.iter().any(|known| extension.eq_ignore_ascii_case(known));
    if !extension.is_empty() && !is_known {
        return None;
    }
    let stem = stem.trim_start_matches('.');
    let name = match extension {
        "" | "txt" => stem.to_owned(),
        _ => format!("{stem}.{extension}"),
    };
    let is_place = DIRECTORIES.iter().any(|known| directory.eq_ignore_ascii_case(known));
    let is_name =
        |name: &str| name.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-.".contains(&b));
    if name.is_empty() || !is_name(&name) || !is_name(directory) {
        return None;
    }
    Some(if is_place { format!("{name}_secret") } else { format!("{directory}/{name}") })
}

#[cfg(test)]
mod tests {
    use super::*;
    use sprawl_detect::evidence::Confidence;
    use sprawl_detect::rules::Rules;

    fn found(path: &str, text: &str) -> Vec<String> {
        let rules = Rules::builtin();
        let mut scanner = Scanner::new(&rules);
        let found = candidates(&mut scanner, path, text.as_bytes());
        let sure = found.iter().filter(|c| c.confidence >= Confidence::Pattern);
        sure.map(|c| text[c.secret.clone()].to_owned()).collect()
    }

    #[test]
    fn a_file_called_after_its_secret_is_one() {
        let hex = ["0d9b3f71", "5ac82e64", "b17f09d3", "62e8a45c"].concat();
        let password = ["Xk9Qm4", "Tz7Lw2", "Rv8"].concat();
        for path in ["config/master.key", "app/config/credentials/production.key"] {
            assert_eq!(found(path, &format!("{hex}\n")), std::slice::from_ref(&hex), "{path}");
        }
        for path in [
            "secrets/db_password.txt",
            "secrets/jwt",
            ".vault_pass",
            "ansible/.vault_password",
            "root.password",
            "deploy/api_key",
            "registry.token",
            "credentials/slack",
            "C:\\app\\admin_password.txt",
            "image.tar!etc/db_password",
        ] {
            assert_eq!(
                found(path, &format!("{password}\r\n")),
                std::slice::from_ref(&password),
                "{path}"
            );
        }
    }

    #[test]
    fn other_files_with_one_word_are_none() {
        let hex = ["0d9b3f71", "5ac82e64", "b17f09d3", "62e8a45c"].concat();
        for (path, text) in [
            ("dist/app.md5", &hex[..]),
            ("COMMIT", &hex),
            ("public.key.sha256", &hex),
            (".node-version", "22.11.0"),
            ("secrets/README", "nothing-here-yet"),
            ("config/cache.key.sample", "paste the key here"),
            ("db_password.txt", "changeme"),
            ("db_password.txt", "${DB_PASSWORD}"),
            ("password.txt", "two words"),
            ("tokenizer.txt", "Xk9Qm4Tz7Lw2Rv8"),
            ("id", &hex),
        ] {
            assert!(found(path, text).is_empty(), "{path}");
        }
    }
}
