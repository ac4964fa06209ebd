//! Recognising what is locked, by the marks that each tool leaves.
//!
//! Formats: SOPS (`sops` metadata beside values of the form `ENC[AES256_GCM,...]`), Ansible Vault
//! (header `$ANSIBLE_VAULT;1.x`), git-crypt (ten bytes before each encrypted file), Sealed Secrets
//! (`kind: SealedSecret`), Rails (names of files).

use std::collections::BTreeSet;
use std::sync::OnceLock;

use regex_automata::meta::Regex;
use regex_automata::util::syntax;

use super::Lock;

/// What a file says is locked in it or by it. `path` decides whether its text is looked at.
pub fn find(text: &[u8], path: &str) -> Vec<Lock> {
    let mut locks = BTreeSet::new();
    locks.extend(of_path(path));
    if text.starts_with(GIT_CRYPT) {
        locks.insert(Lock::GitCrypt);
    }
    if text.starts_with(ANSIBLE) {
        locks.insert(Lock::AnsibleVault);
    }
    if is_configuration(path) {
        of_text(text, &mut locks);
    }
    locks.into_iter().collect()
}

/// Whether a text holds the key with which the controller of sealed secrets opens them: it labels
/// the secret that it keeps the key in.
pub(crate) fn is_sealing_key(text: &[u8]) -> bool {
    memchr::memmem::find(text, b"sealedsecrets.bitnami.com/sealed-secrets-key").is_some()
}

/// What a sealing key says of its use.
pub(crate) const SEALING: &str = "opens sealed secrets";

/// How git-crypt's files begin.
const GIT_CRYPT: &[u8] = b"\0GITCRYPT\0";
const ANSIBLE: &[u8] = b"$ANSIBLE_VAULT;1.";
/// How SOPS writes every value that it encrypts.
const SOPS_VALUE: &[u8] = b"ENC[AES256_GCM,";

/// Extensions of files that tools configure and deploy with; others are not read for marks.
const EXTENSIONS: &[&str] = &[
    "yaml",
    "yml",
    "json",
    "env",
    "ini",
    "enc",
    "txt",
    "conf",
    "toml",
    "tf",
    "tfvars",
    "hcl",
    "sh",
    "bash",
    "tpl",
    "j2",
    "properties",
    "vault",
    "sops",
    "md",
];

fn is_configuration(path: &str) -> bool {
    let file = path.rsplit('/').next().unwrap_or_default();
    match file.rsplit_once('.') {
        Some(("", _)) | None => true,
        Some((stem, extension)) => {
            EXTENSIONS.iter().any(|known| known.eq_ignore_ascii_case(extension)) || stem == ".env"
        }
    }
}

fn of_path(path: &str) -> Option<Lock> {
    let (directory, file) = path.rsplit_once('/').unwrap_or(("", path));
    if let Some(name) = file.strip_suffix(".yml.enc") {
        let of_environment = directory == "config/credentials"
            || directory.ends_with("/config/credentials")
            || matches!(name, "credentials" | "secrets");
        return of_environment.then(|| Lock::RailsCredentials(name.to_owned()));
    }
    let fingerprint = file.strip_suffix(".gpg")?;
    let is_fingerprint =
        fingerprint.len() == 40 && fingerprint.bytes().all(|b| b.is_ascii_hexdigit());
    let in_keys =
        directory.starts_with(".git-crypt/keys") || directory.contains("/.git-crypt/keys");
    (is_fingerprint && in_keys).then(|| Lock::GitCryptKey(fingerprint.to_ascii_uppercase()))
}

fn of_text(text: &[u8], locks: &mut BTreeSet<Lock>) {
    let mut metadata = None;
    for mark in expression(&MARKS, MARKS_TEXT).find_iter(text) {
        let rest = &text[mark.end()..];
        match &text[mark.range()] {
            b"sops" if matches!(rest.first(), Some(b':' | b'"' | b']' | b'_')) => {
                metadata.get_or_insert(mark.start());
            }
            b"sops" => {}
            b"$ANSIBLE_VAULT;" if rest.starts_with(b"1.") => {
                locks.insert(Lock::AnsibleVault);
            }
            b"$ANSIBLE_VAULT;" => {}
            b"kind: SealedSecret" => {
                locks.insert(Lock::SealedSecret);
            }
            marked => locks.extend(path_in_store(marked, rest).map(Lock::VaultPath)),
        }
    }
    if let Some(metadata) = metadata
        && memchr::memmem::find(text, SOPS_VALUE).is_some()
    {
        of_sops(&text[metadata..], locks);
    }
}

/// The recipients in the metadata of a SOPS file, which stands at its end.
fn of_sops(metadata: &[u8], locks: &mut BTreeSet<Lock>) {
    let expression = expression(&RECIPIENTS, RECIPIENTS_TEXT);
    for found in expression.captures_iter(metadata) {
        let group = |index: usize| {
            let span = found.get_group(index)?;
            Some(String::from_utf8_lossy(&metadata[span.range()]).into_owned())
        };
        locks.extend(group(1).map(Lock::SopsAge));
        locks.extend(group(2).map(|f| Lock::SopsPgp(f.to_ascii_uppercase())));
        locks.extend(group(3).map(Lock::SopsKms));
    }
}

/// The path that a reference to Vault names.
fn path_in_store(mark: &[u8], rest: &[u8]) -> Option<String> {
    let is_command = mark.starts_with(b"vault ");
    let is_annotation = mark.starts_with(b"agent-inject");
    let mut rest = rest;
    if is_annotation {
        let value = rest.iter().take(PATH).position(|b| *b == b':')?;
        rest = rest.get(value + 1..)?.trim_ascii_start();
    }
    if is_command {
        // Options stand before the path.
        loop {
            rest = rest.trim_ascii_start();
            if !rest.starts_with(b"-") {
                break;
            }
            rest = &rest[rest.iter().position(u8::is_ascii_whitespace)?..];
        }
    }
    let quoted = |b: &u8| matches!(b, b'"' | b'\'');
    let rest = rest.split_first().filter(|(b, _)| quoted(b)).map_or(rest, |(_, rest)| rest);
    let is_path = |b: &&u8| b.is_ascii_alphanumeric() || b"_-./".contains(b);
    let length = rest.iter().take(PATH).take_while(is_path).count();
    let tail = String::from_utf8_lossy(&rest[..length]).into_owned();
    let path = match is_command || is_annotation {
        true => tail,
        false => format!("{}{tail}", String::from_utf8_lossy(mark)),
    };
    let path = path.trim_end_matches(['.', '/']).replace("/data/", "/");
    // `secret/data/` alone speaks of the form of paths, and names none.
    path.split('/').nth(1).is_some_and(|name| !name.is_empty() && name != "data").then_some(path)
}

/// The longest path in a store that is looked for, in bytes.
const PATH: usize = 160;

static MARKS: OnceLock<Regex> = OnceLock::new();
const MARKS_TEXT: &str = "sops|\\$ANSIBLE_VAULT;|kind: SealedSecret|vault kv get|vault kv put|vault read|agent-inject-secret-|secret/data/|kv/data/";

static RECIPIENTS: OnceLock<Regex> = OnceLock::new();
const RECIPIENTS_TEXT: &str = "(age1[02-9ac-hj-np-z]{58})|\\bfp\"?[:=] ?\"?([0-9A-Fa-f]{40})\\b|arn:aws[a-z-]{0,10}:kms:[a-z0-9-]{1,30}:([0-9]{12}):";

fn expression(cell: &'static OnceLock<Regex>, text: &str) -> &'static Regex {
    cell.get_or_init(|| {
        Regex::builder()
            .syntax(syntax::Config::new().unicode(false).utf8(false))
            .build(text)
            .expect("the expressions of this file are tested")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recipient(letter: char) -> String {
        format!("age1{}", String::from(letter).repeat(58))
    }

    #[test]
    fn sops_files_name_their_recipients_in_every_form() {
        let (a, b) = (recipient('q'), recipient('z'));
        let fingerprint = "AB".repeat(20);
        let yaml = format!(
            "db: ENC[AES256_GCM,data:x,type:str]\nsops:\n  kms:\n  - arn: arn:aws:kms:eu-west-1:123456789012:key/x\n  age:\n  - recipient: {a}\n  - recipient: {b}\n  pgp:\n  - fp: {fingerprint}\n"
        );
        let locks = find(yaml.as_bytes(), "secrets/a.yaml");
        let wanted = [
            Lock::SopsAge(a.clone()),
            Lock::SopsAge(b),
            Lock::SopsPgp(fingerprint),
            Lock::SopsKms("123456789012".to_owned()),
        ];
        assert_eq!(locks, wanted);
        let dotenv = format!("A=ENC[AES256_GCM,data:x]\nsops_age__list_0__map_recipient={a}\n");
        assert_eq!(find(dotenv.as_bytes(), "x/.env"), [Lock::SopsAge(a.clone())]);
        let json = format!(
            "{{\"a\":\"ENC[AES256_GCM,x]\",\"sops\":{{\"age\":[{{\"recipient\":\"{a}\"}}]}}}}"
        );
        assert_eq!(find(json.as_bytes(), "a.enc.json"), [Lock::SopsAge(a.clone())]);
        // Rules for creating files encrypt nothing.
        assert_eq!(
            find(format!("creation_rules:\n  - age: {a}\n# sops:").as_bytes(), ".sops.yaml"),
            []
        );
        assert_eq!(find(yaml.as_bytes(), "main.rs"), []);
    }

    #[test]
    fn other_locks_are_known_by_their_marks() {
        assert_eq!(
            find(b"$ANSIBLE_VAULT;1.1;AES256\n3431", "group_vars/all"),
            [Lock::AnsibleVault]
        );
        assert_eq!(
            find(b"a: !vault |\n  $ANSIBLE_VAULT;1.2;AES256;prod\n", "a.yml"),
            [Lock::AnsibleVault]
        );
        assert_eq!(
            find(b"x", "config/credentials.yml.enc"),
            [Lock::RailsCredentials("credentials".into())]
        );
        assert_eq!(
            find(b"x", "app/config/credentials/production.yml.enc"),
            [Lock::RailsCredentials("production".into())]
        );
        assert_eq!(find(b"x", "other/production.yml.enc"), []);
        assert_eq!(find(b"kind: SealedSecret\n", "k8s/db.yaml"), [Lock::SealedSecret]);
        assert_eq!(find(b"\0GITCRYPT\0abc", "key.bin"), [Lock::GitCrypt]);
        let key = format!("a/.git-crypt/keys/default/0/{}.gpg", "0A".repeat(20));
        assert_eq!(find(b"", &key), [Lock::GitCryptKey("0A".repeat(20))]);
    }

    #[test]
    fn paths_in_a_store_are_named_once_however_they_are_written() {
        let text = b"vault kv get -field=password secret/app/db\n\
            vault.hashicorp.com/agent-inject-secret-db: \"database/creds/app\"\n\
            curl $VAULT_ADDR/v1/secret/data/app/db\n# secret/data/ is the prefix\nvault read -h\n";
        let paths: Vec<_> = find(text, "deploy.sh");
        let wanted = ["database/creds/app", "secret/app/db"].map(|p| Lock::VaultPath(p.to_owned()));
        assert_eq!(paths, wanted);
    }
}
