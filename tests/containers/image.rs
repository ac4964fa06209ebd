//! Images of containers: a layer adds a file, another one deletes it, and it is still there.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::made::{gzip, tar};
use super::settings;
use crate::common::{minted, run, scratch, write};

/// Stands in place of a digest: names are compared, and not what they are made of.
fn digest(number: u32) -> String {
    format!("{number:064x}")
}

fn layers() -> [Vec<u8>; 2] {
    let added = [("app/.env", settings(1)), ("app/run.sh", "#!/bin/sh\n".to_owned())];
    let added: Vec<(&str, &[u8])> = added.iter().map(|(n, text)| (*n, text.as_bytes())).collect();
    [tar(&added), tar(&[("app/.wh..env", b"")])]
}

fn config() -> String {
    let token = minted("github-pat-classic", 9);
    let built = format!("RUN |1 TOKEN={token} /bin/sh -c make");
    json!({
        "architecture": "amd64",
        "os": "linux",
        "config": { "Env": ["PATH=/bin", format!("API_TOKEN={}", minted("slack-bot-token", 9))] },
        "rootfs": { "type": "layers", "diff_ids": [format!("sha256:{}", digest(1)), format!("sha256:{}", digest(2))] },
        "history": [{ "created_by": "COPY . /app" }, { "created_by": built }],
    })
    .to_string()
}

/// As `docker save` writes it.
fn saved() -> Vec<u8> {
    let [first, second] = layers();
    let name = format!("{}.json", digest(3));
    let manifest = json!([{
        "Config": name, "RepoTags": ["app:1"], "Layers": ["aaa/layer.tar", "bbb/layer.tar"],
    }]);
    tar(&[
        (&name, config().as_bytes()),
        ("aaa/layer.tar", &first),
        ("bbb/layer.tar", &second),
        ("manifest.json", manifest.to_string().as_bytes()),
    ])
}

/// As an OCI layout in an archive, with compressed layers.
fn layout() -> Vec<u8> {
    let [first, second] = layers().map(|layer| gzip(&layer));
    let blob = |number: u32| format!("blobs/sha256/{}", digest(number));
    let described = |kind: &str, number: u32| {
        json!({
            "mediaType": format!("application/vnd.oci.image.{kind}"),
            "digest": format!("sha256:{}", digest(number)),
            "size": 1,
        })
    };
    let manifest = json!({
        "schemaVersion": 2,
        "config": described("config.v1+json", 3),
        "layers": [described("layer.v1.tar+gzip", 1), described("layer.v1.tar+gzip", 2)],
    });
    let index = json!({ "schemaVersion": 2, "manifests": [described("manifest.v1+json", 4)] });
    tar(&[
        ("oci-layout", b"{\"imageLayoutVersion\":\"1.0.0\"}"),
        ("index.json", index.to_string().as_bytes()),
        (&blob(4), manifest.to_string().as_bytes()),
        (&blob(3), config().as_bytes()),
        (&blob(1), &first),
        (&blob(2), &second),
    ])
}

/// Type, id, what becomes of the file in the image, and its path in the layer.
fn found(bytes: &[u8]) -> BTreeSet<(String, String, String, String)> {
    let (_guard, root) = scratch();
    write(&root, "image.tar", bytes);
    let report = run(&root, &["scan", ".", "--no-config", "-f", "json"]);
    let report: Value = serde_json::from_str(&report.stdout).unwrap();
    assert_eq!(report["unread"].as_array().map(Vec::len).unwrap_or_default(), 0);
    let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let of_secret = |secret: &Value| {
        let facts = secret["decoded"].as_array().cloned().unwrap_or_default();
        let fact = facts.iter().find(|fact| fact["name"] == "image");
        let status = fact.map(|fact| word(&fact["value"])).unwrap_or_default();
        let path = word(&secret["occurrences"][0]["path"]);
        let path = path.rsplit('!').next().unwrap_or_default().to_owned();
        let path = if path.starts_with("app/") { path } else { String::new() };
        (word(&secret["rule_id"]), word(&secret["secret_id"]), status, path)
    };
    report["secrets"].as_array().unwrap().iter().map(of_secret).collect()
}

#[test]
fn a_deleted_file_is_found_in_both_forms_of_an_image() {
    let saved = found(&saved());
    assert_eq!(saved, found(&layout()));
    let in_layer = saved.iter().filter(|(.., path)| path == "app/.env");
    let statuses: Vec<&str> = in_layer.map(|(_, _, status, _)| status.as_str()).collect();
    assert_eq!(statuses, ["deleted by layer 2 of 2, and still there"; 3]);
    // Of the configuration: a variable, and an argument of the build.
    assert_eq!(saved.len(), 5);
}
