//! Fan-out: what a key that was found opens in the scanned trees.

use std::path::Path;

use serde_json::Value;
use sprawl_detect::rules::mint::Random;

use super::keys::{armoured, ec_key};
use super::{password, secrets};
use crate::common::{minted, run, scratch, write};

/// A SOPS file for a recipient, with a value that is encrypted.
fn sops(recipient: &str) -> String {
    format!(
        "password: ENC[AES256_GCM,data:abc,type:str]\nsops:\n  age:\n    - recipient: {recipient}\n"
    )
}

/// The recipient of an age key, as the report decodes it.
fn recipient(key: &str) -> String {
    sprawl_detect::checks::age::recipient(key.as_bytes()).unwrap()
}

#[test]
fn a_key_says_how_many_files_it_opens() {
    let (_guard, root) = scratch();
    let (key, other) = (minted("sops-age-key", 1), minted("sops-age-key", 2));
    write(&root, "keys.txt", &key);
    for file in 0..14 {
        write(&root, &format!("secrets/{file}.yaml"), sops(&recipient(&key)));
    }
    write(&root, "secrets/other.yaml", sops(&recipient(&other)));
    let all = secrets(&root, &["."]);
    assert_eq!(all.len(), 1);
    assert!(all[0]["because"].to_string().contains("+6% unlocks 14 item(s) in this tree"));
    let opens = all[0]["opens"].as_array().unwrap();
    assert_eq!(opens.len(), 14);
    assert_eq!(opens[0]["path"], "secrets/0.yaml");
    let text = run(&root, &["scan", "."]).stdout;
    assert!(text.contains("and 9 more"), "{text}");
}

#[test]
fn other_keys_open_what_is_locked_with_them() {
    let (_guard, root) = scratch();
    let master = minted("rails-master-key", 1);
    write(&root, "deploy.env", format!("RAILS_MASTER_KEY={master}\n"));
    write(&root, "config/credentials.yml.enc", "x");
    write(&root, "config/credentials/staging.yml.enc", "x");
    write(&root, "ansible.env", format!("ANSIBLE_VAULT_PASSWORD={}\n", password()));
    write(&root, "group_vars/all", "$ANSIBLE_VAULT;1.1;AES256\n3431\n");
    write(&root, "root.txt", minted("vault-root-token", 1));
    write(&root, "run.sh", "vault kv get secret/app/db\nvault kv get -field=x secret/app/db\n");
    let opened: Vec<(String, String)> = secrets(&root, &["."])
        .iter()
        .map(|s| (s["rule_id"].as_str().unwrap().to_owned(), s["opens"][0]["what"].to_string()))
        .collect();
    let has = |rule: &str, what: &str| opened.contains(&(rule.to_owned(), format!("\"{what}\"")));
    assert!(has("rails-master-key", "Rails credentials"), "{opened:?}");
    assert!(has("ansible-vault-password", "Ansible Vault file"), "{opened:?}");
    assert!(has("vault-root-token", "Vault path secret/app/db"), "{opened:?}");
}

/// A file of SOPS with this in its metadata.
fn sops_with(metadata: &str) -> String {
    format!("password: ENC[AES256_GCM,data:abc,type:str]\nsops:\n  {metadata}\n")
}

/// A fact that the one secret of a rule says of itself.
fn fact(root: &Path, rule: &str, name: &str) -> String {
    let all = secrets(root, &["."]);
    let facts = all.iter().filter(|s| s["rule_id"] == rule).flat_map(|s| s["decoded"].as_array());
    let fact = facts.flatten().find(|fact| fact["name"] == name);
    fact.unwrap_or_else(|| panic!("{rule} says no {name}: {all:?}"))["value"]
        .as_str()
        .unwrap()
        .to_owned()
}

/// Paths and kinds of what the one secret of a rule opens.
fn opens(root: &Path, rule: &str) -> Vec<(String, String)> {
    let all = secrets(root, &["."]);
    let of_rule: Vec<&Value> = all.iter().filter(|secret| secret["rule_id"] == rule).collect();
    assert_eq!(of_rule.len(), 1, "{all:?}");
    let opened = of_rule[0]["opens"].as_array().map(Vec::as_slice).unwrap_or_default();
    let text = |one: &Value, name: &str| one[name].as_str().unwrap().to_owned();
    opened.iter().map(|one| (text(one, "path"), text(one, "what"))).collect()
}

fn pairs(wanted: &[(&str, &str)]) -> Vec<(String, String)> {
    wanted.iter().map(|(path, what)| ((*path).to_owned(), (*what).to_owned())).collect()
}

/// An OpenPGP secret key without a passphrase (RFC 9580, 5.5.3): RSA of 1,024 bits, by its form.
fn pgp_key(seed: u64) -> String {
    let mut random = Random::new(seed);
    let mut number = |bytes: usize| {
        let mut digits: Vec<u8> = (0..bytes).map(|_| random.number().to_le_bytes()[0]).collect();
        digits[0] |= 0x80;
        let bits = u16::try_from(bytes * 8).unwrap();
        [&bits.to_be_bytes()[..], &digits].concat()
    };
    let exponent = [0, 24, 0x81, 0, 1];
    let public = [&[4, 0x60, 0, 0, 0, 1][..], &number(128), &exponent].concat();
    let secret = number(128);
    let sum = secret.iter().fold(0_u16, |sum, byte| sum.wrapping_add(u16::from(*byte)));
    let body = [&public[..], &[0], &secret, &sum.to_be_bytes()].concat();
    let length = u32::try_from(body.len()).unwrap().to_be_bytes();
    let packet = [&[0xc5, 255][..], &length, &body].concat();
    armoured("PGP PRIVATE KEY BLOCK", "\n", &packet)
}

#[test]
fn a_pgp_key_opens_what_sops_and_git_crypt_lock_for_it() {
    let (_guard, root) = scratch();
    write(&root, "keys/ada.asc", pgp_key(1));
    let fingerprint = fact(&root, "pgp-secret-key", "fingerprint");
    assert_eq!(fingerprint.len(), 40);
    let other = "0B".repeat(20);
    write(&root, "secrets/hers.yaml", sops_with(&format!("pgp:\n  - fp: {fingerprint}")));
    write(&root, "secrets/others.yaml", sops_with(&format!("pgp:\n  - fp: {other}")));
    write(&root, "vault/db.key", b"\0GITCRYPT\0\x01\x02\x03");
    let sops = ("secrets/hers.yaml", "SOPS file");
    // The key of git-crypt is there for somebody else.
    write(&root, &format!(".git-crypt/keys/default/0/{other}.gpg"), "x");
    assert_eq!(opens(&root, "pgp-secret-key"), pairs(&[sops]));
    write(&root, &format!(".git-crypt/keys/default/0/{fingerprint}.gpg"), "x");
    assert_eq!(opens(&root, "pgp-secret-key"), pairs(&[sops, ("vault/db.key", "git-crypt file")]));
}

#[test]
fn a_cloud_key_opens_what_sops_locks_under_keys_of_its_account() {
    let (_guard, root) = scratch();
    write(&root, "a.env", format!("AWS_ACCESS_KEY_ID={}\n", minted("aws-access-key-id", 1)));
    let account = fact(&root, "aws-access-key-id", "account");
    let arn = |account: &str| format!("kms:\n  - arn: arn:aws:kms:eu-west-1:{account}:key/x");
    write(&root, "secrets/ours.yaml", sops_with(&arn(&account)));
    write(&root, "secrets/theirs.yaml", sops_with(&arn("123456789012")));
    assert_eq!(
        opens(&root, "aws-access-key-id"),
        pairs(&[("secrets/ours.yaml", "SOPS file under KMS")])
    );
}

#[test]
fn the_key_of_the_controller_opens_sealed_secrets() {
    let (_guard, root) = scratch();
    let sealed = "kind: SealedSecret\nspec:\n  encryptedData:\n    password: x\n";
    write(&root, "k8s/db.yaml", sealed);
    let key = data_encoding::BASE64.encode(ec_key(1).as_bytes());
    let backup = |label: &str| {
        format!(
            "apiVersion: v1\nkind: Secret\nmetadata:\n  labels:\n    {label}: active\n\
             data:\n  tls.key: {key}\ntype: kubernetes.io/tls\n"
        )
    };
    write(&root, "backup/main.yaml", backup("app"));
    let rule = secrets(&root, &["."])[0]["rule_id"].as_str().unwrap().to_owned();
    assert_eq!(opens(&root, &rule), pairs(&[]));
    write(&root, "backup/main.yaml", backup("sealedsecrets.bitnami.com/sealed-secrets-key"));
    assert_eq!(opens(&root, &rule), pairs(&[("k8s/db.yaml", "sealed secret")]));
    assert!(secrets(&root, &["."])[0]["because"].to_string().contains("bootstrap"));
}
