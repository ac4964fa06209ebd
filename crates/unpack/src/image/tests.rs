//! Images made by hand from the specifications.

use proptest::prelude::*;
use serde_json::json;

use super::*;

/// Two layers: the first has two files, the second deletes one and replaces the other.
fn layers(images: &mut Images, names: [&str; 2]) {
    for path in ["app/", "app/.env", "./app/conf", "etc/a/key", "etc/b/key", "kept"] {
        images.entry(names[0], path);
    }
    for path in ["app/.wh..env", "app/conf", "etc/a/.wh..wh..opq", "etc/.wh.b", ".wh..wh.plnk"] {
        images.entry(names[1], path);
    }
}

fn config() -> Value {
    json!({
        "config": {},
        "rootfs": {"type": "layers", "diff_ids": ["sha256:aa", "sha256:bb"]},
        "history": [
            {"created_by": "COPY .env /app/.env"},
            {"created_by": "ENV A=1", "empty_layer": true},
            {"created_by": "RUN rm /app/.env"},
        ],
    })
}

fn put(images: &mut Images, name: &str, value: &Value) {
    assert!(images.file(name, value.to_string().as_bytes()), "{name}");
}

fn check(image: &Image) {
    for (path, status) in [
        ("app/.env", Status::RemovedIn(1)),
        ("/app/conf", Status::ReplacedIn(1)),
        ("etc/a/key", Status::RemovedIn(1)),
        ("etc/b/key", Status::RemovedIn(1)),
        ("kept", Status::InFinal),
    ] {
        assert_eq!(image.status_of(0, path), status, "{path}");
    }
    assert_eq!(image.status_of(1, "app/conf"), Status::InFinal);
    assert_eq!(image.status_of(9, "app/conf"), Status::InFinal);
    let steps: Vec<_> = image.layers.iter().map(|layer| layer.created_by.as_deref()).collect();
    assert_eq!(steps, [Some("COPY .env /app/.env"), Some("RUN rm /app/.env")]);
}

#[test]
fn layers_of_the_older_docker_layout_are_known() {
    let mut images = Images::new();
    layers(&mut images, ["aaa/layer.tar", "bbb/layer.tar"]);
    put(&mut images, "cfg.json", &config());
    let manifest = json!([{
        "Config": "cfg.json", "RepoTags": ["x:1"], "Layers": ["aaa/layer.tar", "ccc/layer.tar"]
    }]);
    images.link("ccc/layer.tar", "../bbb/layer.tar");
    put(&mut images, "manifest.json", &manifest);
    let images = images.finish();
    assert_eq!(images.len(), 1);
    check(&images[0]);
    assert_eq!(images[0].names, ["x:1"]);
    assert_eq!(images[0].layers[1].digest.as_deref(), Some("sha256:bb"));
    assert_eq!(images[0].layer("./bbb/layer.tar").unwrap().index, 1);
}

/// The files of an OCI layout, with an index within the index.
fn oci(images: &mut Images) {
    let blob = |digest: &str| json!({"digest": format!("sha256:{digest}"), "size": 1});
    let manifest = json!({
        "schemaVersion": 2, "config": blob("cf"), "layers": [blob("l1"), blob("l2")]
    });
    put(images, "blobs/sha256/ma", &manifest);
    put(images, "blobs/sha256/in", &json!({"manifests": [blob("ma"), blob("ma"), blob("none")]}));
    put(images, "blobs/sha256/cf", &config());
    let mut descriptor = blob("in");
    descriptor["annotations"] = json!({"org.opencontainers.image.ref.name": "y"});
    put(images, "index.json", &json!({"manifests": [descriptor]}));
}

#[test]
fn layers_of_the_oci_layout_are_known() {
    let mut images = Images::new();
    layers(&mut images, ["blobs/sha256/l1", "blobs/sha256/l2"]);
    assert!(!images.file("oci-layout", b"{\"imageLayoutVersion\":\"1.0.0\"}"));
    oci(&mut images);
    let images = images.finish();
    assert_eq!(images.len(), 1);
    check(&images[0]);
    assert_eq!(images[0].names, ["y"]);
    assert_eq!(images[0].layers[0].digest.as_deref(), Some("sha256:l1"));
}

#[test]
fn an_image_in_both_layouts_is_one() {
    let mut images = Images::new();
    oci(&mut images);
    layers(&mut images, ["blobs/sha256/l1", "blobs/sha256/l2"]);
    let manifest = json!([{
        "Config": "blobs/sha256/cf", "RepoTags": ["x:1", "x:2"],
        "Layers": ["blobs/sha256/l1", "blobs/sha256/l2"],
    }]);
    put(&mut images, "manifest.json", &manifest);
    let images = images.finish();
    assert_eq!(images.len(), 1);
    check(&images[0]);
    assert_eq!(images[0].names, ["x:1", "x:2"]);
    assert_eq!(images[0].layers[0].digest.as_deref(), Some("sha256:l1"));
}

#[test]
fn indexes_that_name_themselves_end() {
    let mut images = Images::new();
    let own = json!({"manifests": [{"digest": "sha256:in"}, {"digest": "sha256:in"}]});
    put(&mut images, "blobs/sha256/in", &own);
    put(&mut images, "index.json", &own);
    assert!(images.finish().is_empty());
}

#[test]
fn a_file_in_the_place_of_a_directory_hides_it() {
    let mut files = Files::default();
    files.add("a/b");
    assert_eq!(files.status("a/b/c", 1), Status::RemovedIn(1));
    assert_eq!(files.status("a/bc", 1), Status::InFinal);
    files.add(".wh..wh..opq");
    assert_eq!(files.status("a/bc", 1), Status::RemovedIn(1));
}

proptest! {
    #[test]
    fn any_description_is_survived(text in "[\\[\\]{}\":,a-z0-9]{0,60}", path in "[a./w h]{0,20}") {
        let mut images = Images::new();
        images.file("manifest.json", text.as_bytes());
        images.file("index.json", text.as_bytes());
        images.entry(&path, &path);
        images.link(&path, &text);
        oci(&mut images);
        for image in images.finish() {
            let _ = image.status_of(0, &path);
        }
    }
}

/// Found by fuzzing: a digest without the hash behind its algorithm named a member that no path is.
#[test]
fn layers_are_found_whatever_their_digests_are() {
    for digest in ["sha256:", "sha256", ":", "sha256:./a", "../../sha256:a//b"] {
        let mut images = Images::new();
        let named = |digest: &str| json!({"digest": digest});
        put(
            &mut images,
            "index.json",
            &json!({"schemaVersion": 2, "manifests": [named("sha256:1")]}),
        );
        put(&mut images, "blobs/sha256/1", &json!({"layers": [named(digest)]}));
        let images = images.finish();
        assert_eq!(images.len(), 1, "{digest}");
        let layer = &images[0].layers[0];
        assert!(images[0].layer(&layer.member).is_some(), "{digest}: {layer:?}");
    }
}
