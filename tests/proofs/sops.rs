//! Files of SOPS: what is encrypted in them is no finding, what was left in the clear is one, and the
//! key that opens them says so.

use data_encoding::BASE64;
use serde_json::{Value, json};

use super::secrets;
use crate::common::{minted, run, scratch, write};

/// Text as encryption makes it: base64 of so many bytes, others for each seed.
fn ciphertext(seed: u8, bytes: usize) -> String {
    let mut state = u32::from(seed).wrapping_add(977);
    let noise: Vec<u8> = (0..bytes)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state.to_be_bytes()[0]
        })
        .collect();
    BASE64.encode(&noise)
}

/// A value as SOPS writes it.
fn encrypted(seed: u8, bytes: usize) -> String {
    let (data, iv, tag) =
        (ciphertext(seed, bytes), ciphertext(seed + 1, 32), ciphertext(seed + 2, 16));
    format!("ENC[AES256_GCM,data:{data},iv:{iv},tag:{tag},type:str]")
}

/// An armoured message of so many lines.
fn armoured(kind: &str, lines: u8) -> String {
    let body: Vec<String> = (0..lines).map(|line| ciphertext(line + 90, 48)).collect();
    format!("-----BEGIN {kind}-----\n{}\n-----END {kind}-----\n", body.join("\n"))
}

/// A text further to the right.
fn indented(text: &str, blanks: usize) -> String {
    text.lines().map(|line| format!("{}{line}\n", " ".repeat(blanks))).collect()
}

/// A password that somebody forgot to encrypt.
fn password() -> String {
    ["kV9xQ2mW", "7rT4pLs8"].concat()
}

/// The recipient of the key that a minted identity is.
fn recipient(identity: &str) -> String {
    let (_guard, root) = scratch();
    write(&root, "keys.txt", identity);
    let facts = secrets(&root)[0].1["decoded"].clone();
    let facts = facts.as_array().unwrap();
    facts.iter().find(|f| f["name"] == "recipient").unwrap()["value"].as_str().unwrap().to_owned()
}

/// Files of all forms that SOPS writes, with some lines or members of one's own in the clear.
fn files(recipient: &str, clear: Option<&str>) -> Vec<(&'static str, String)> {
    let (age, pgp) = (armoured("AGE ENCRYPTED FILE", 5), armoured("PGP MESSAGE", 6));
    let fingerprint = "0123456789ABCDEF".repeat(3)[..40].to_owned();
    let line = |text: String| clear.map_or(String::new(), |_| text);
    let clear = clear.unwrap_or_default();
    let yaml = format!(
        "db:\n    username: {}\n    password: {}\n{}api_token: {}\nsops:\n    kms:\n        - arn: \
         arn:aws:kms:eu-west-1:123456789012:key/app\n          enc: {}\n    age:\n        - recipient: \
         {recipient}\n          enc: |\n{}    mac: {}\n    pgp:\n        - enc: |-\n{}          fp: \
         {fingerprint}\n    version: 3.9.0\n",
        encrypted(1, 5),
        encrypted(4, 20),
        line(format!("    admin_password: {clear}\n")),
        encrypted(7, 40),
        ciphertext(10, 140),
        indented(&age, 16),
        encrypted(13, 90),
        indented(&pgp, 16),
    );
    let mut members = json!({
        "db": {"password": encrypted(16, 20)},
        "api_key": encrypted(19, 40),
        "sops": {
            "age": [{"recipient": recipient, "enc": age}],
            "pgp": [{"enc": pgp, "fp": fingerprint}],
            "mac": encrypted(22, 90),
            "unencrypted_suffix": "_unencrypted",
        },
    });
    if !clear.is_empty() {
        members["password_unencrypted"] = Value::from(clear);
    }
    let dotenv = format!(
        "DB_PASSWORD={}\n{}sops_age__list_0__map_enc={}\nsops_age__list_0__map_recipient={recipient}\n\
         sops_mac={}\nsops_unencrypted_suffix=_unencrypted\n",
        encrypted(25, 20),
        line(format!("APP_PASSWORD_unencrypted={clear}\n")),
        armoured("AGE ENCRYPTED FILE", 5).replace('\n', "\\n"),
        encrypted(28, 90),
    );
    let ini = format!(
        "[db]\npassword = {}\n{}[sops]\nmac = {}\nage__list_0__map_recipient = {recipient}\n",
        encrypted(31, 20),
        line(format!("admin_password = {clear}\n")),
        encrypted(34, 90),
    );
    let binary = json!({
        "data": encrypted(37, 3000),
        "sops": {"age": [{"recipient": recipient, "enc": age}], "mac": encrypted(40, 90)},
    });
    let pretty = |value: &Value| serde_json::to_string_pretty(value).unwrap();
    let mut all = vec![
        ("secrets.yaml", yaml),
        ("secrets.json", pretty(&members)),
        ("secrets.env", dotenv),
        ("secrets.ini", ini),
    ];
    if clear.is_empty() {
        all.push(("archive.enc", pretty(&binary)));
    }
    all
}

#[test]
fn what_is_encrypted_is_no_secret_of_any_confidence() {
    let recipient = recipient(&minted("sops-age-key", 4));
    for (name, text) in files(&recipient, None) {
        let (_guard, root) = scratch();
        write(&root, name, &text);
        let done = run(&root, &["scan", ".", "-f", "jsonl", "--min-confidence", "weak"]);
        assert_eq!((done.status, done.stdout.as_str()), (0, ""), "{name}: {text}");
    }
}

#[test]
fn what_was_left_in_the_clear_is_found_and_nothing_else() {
    let recipient = recipient(&minted("sops-age-key", 4));
    for (name, text) in files(&recipient, Some(&password())) {
        let (_guard, root) = scratch();
        write(&root, name, &text);
        let all = secrets(&root);
        assert_eq!(all.len(), 1, "{name}: {all:?}");
        let line = all[0].1["occurrences"][0]["line"].as_u64().unwrap();
        let written = text.lines().nth(line as usize - 1).unwrap();
        assert!(written.contains(&password()), "{name}: {written}");
    }
}

#[test]
fn the_key_says_which_of_them_it_opens() {
    let identity = minted("sops-age-key", 4);
    let (_guard, root) = scratch();
    write(&root, "keys.txt", &identity);
    for (name, text) in files(&recipient(&identity), None) {
        write(&root, name, text);
    }
    let others = files(&recipient(&minted("sops-age-key", 5)), None);
    write(&root, "other.yaml", &others[0].1);
    let all = secrets(&root);
    assert_eq!(all.len(), 1, "{all:?}");
    let opens = all[0].1["opens"].as_array().unwrap();
    let mut paths: Vec<&str> = opens.iter().map(|o| o["path"].as_str().unwrap()).collect();
    paths.sort_unstable();
    let expected = ["archive.enc", "secrets.env", "secrets.ini", "secrets.json", "secrets.yaml"];
    assert_eq!(paths, expected);
}
