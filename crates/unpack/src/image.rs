//! Container images in an archive: which layers they have, in which order, and what becomes of a file of
//! one layer in those above it. A file that a later layer deletes is still in the image.
//!
//! Two layouts, also both at once: that of `docker save` with its `manifest.json`, and that of OCI
//! (<https://github.com/opencontainers/image-spec>, `image-layout.md`, `manifest.md`, `layer.md`).

use std::collections::{HashMap, HashSet};

use serde_json::Value;

/// Indexes within indexes; one for platforms is usual.
const DEPTH: u32 = 4;

/// The longest description that is read: 8 MiB. An image with thousands of layers has less.
const LONGEST: usize = 8 << 20;

/// What describes the images of an archive. Its files may come in any order: most archives have the
/// manifest behind the layers.
#[derive(Debug, Default)]
pub struct Images {
    /// Manifests, indexes and configurations by their names in the archive.
    described: HashMap<String, Value>,
    layers: HashMap<String, Files>,
    /// Files that only point to others, as older archives do with a layer that occurs twice.
    links: HashMap<String, String>,
}

/// An image.
#[derive(Debug)]
pub struct Image {
    /// Its tags, or the name that an index has for it.
    pub names: Vec<String>,
    /// Its configuration: the name of the file in the archive.
    pub config: Option<String>,
    /// From the lowest on.
    pub layers: Vec<Layer>,
}

/// A layer of an image.
#[derive(Debug)]
pub struct Layer {
    /// Its archive: the name of the file in the archive.
    pub member: String,
    /// The digest by which others name it: `sha256:...`.
    pub digest: Option<String>,
    /// Its place among the layers of the image, from 0 on.
    pub index: usize,
    /// The step that made it.
    pub created_by: Option<String>,
    files: Files,
}

/// What becomes of a file of a layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Whoever runs the image sees it.
    InFinal,
    /// The layer of this index deletes it, or a directory above it.
    RemovedIn(usize),
    /// The layer of this index has another file in its place.
    ReplacedIn(usize),
}

impl Images {
    /// Nothing is known yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes a file of the archive that may describe images; others are left out. Says whether it does.
    pub fn file(&mut self, name: &str, bytes: &[u8]) -> bool {
        let starts = bytes.trim_ascii_start().first();
        if bytes.len() > LONGEST || !matches!(starts, Some(b'{' | b'[')) {
            return false;
        }
        let Ok(value) = serde_json::from_slice::<Value>(bytes) else { return false };
        let name = normal(name);
        let has = |key| value.get(key).is_some();
        let is_docker = name == "manifest.json" && value.is_array();
        let describes = is_docker || has("manifests") || has("layers") || has("rootfs");
        if describes {
            self.described.insert(name, value);
        }
        describes
    }

    /// Takes a link of the archive to another of its files.
    pub fn link(&mut self, name: &str, target: &str) {
        let name = normal(name);
        let directory = name.rsplit_once('/').map_or("", |(directory, _)| directory);
        let target = normal(&format!("{directory}/{target}"));
        self.links.insert(name, target);
    }

    /// Takes an entry of a layer: the name of the layer's file in the archive, and the path in it. That
    /// of a directory ends in a slash.
    pub fn entry(&mut self, layer: &str, path: &str) {
        self.layers.entry(normal(layer)).or_default().add(path);
    }

    /// The images, as far as they are described: those of `manifest.json`, and those of `index.json`
    /// that are not the same.
    #[must_use]
    pub fn finish(self) -> Vec<Image> {
        let mut images = Vec::new();
        let docker = self.described.get("manifest.json").and_then(Value::as_array);
        for manifest in docker.into_iter().flatten() {
            images.extend(self.docker(manifest));
        }
        if let Some(index) = self.described.get("index.json") {
            self.index(index, &[], DEPTH, &mut images);
        }
        images
    }

    /// An image of `docker save`.
    fn docker(&self, manifest: &Value) -> Option<Image> {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let texts = |key: &str| {
            let list = manifest.get(key).and_then(Value::as_array);
            list.into_iter().flatten().filter_map(text).collect::<Vec<String>>()
        };
        let members = texts("Layers").iter().map(|name| (normal(name), None)).collect();
        let config = manifest.get("Config").and_then(Value::as_str).map(normal);
        self.image(texts("RepoTags"), config, members)
    }

    /// The images of an index, and of those in it.
    fn index(&self, index: &Value, names: &[String], depth: u32, images: &mut Vec<Image>) {
        let Some(depth) = depth.checked_sub(1) else { return };
        let manifests = index.get("manifests").and_then(Value::as_array);
        for descriptor in manifests.into_iter().flatten() {
            let annotation = |key: &str| descriptor.get("annotations")?.get(key)?.as_str();
            let name = annotation("io.containerd.image.name")
                .or_else(|| annotation("org.opencontainers.image.ref.name"));
            let own = name.map(|name| vec![name.to_owned()]);
            let names = own.as_deref().unwrap_or(names);
            let Some(manifest) = blob(descriptor).and_then(|name| self.described.get(&name)) else {
                continue;
            };
            if manifest.get("manifests").is_some() {
                self.index(manifest, names, depth, images);
                continue;
            }
            let layers = manifest.get("layers").and_then(Value::as_array);
            let layers = layers.into_iter().flatten();
            let members = layers.filter_map(|of| Some((blob(of)?, digest(of)))).collect();
            let config = manifest.get("config").and_then(blob);
            let image = self.image(names.to_vec(), config, members);
            // The same index again, or the manifest of the other layout.
            let is_new = |image: &Image| images.iter().all(|other| !image.is_same(other));
            images.extend(image.filter(is_new));
        }
    }

    /// An image of these layers; none if there are none.
    fn image(
        &self,
        names: Vec<String>,
        config: Option<String>,
        members: Vec<(String, Option<String>)>,
    ) -> Option<Image> {
        let described = config.as_ref().and_then(|name| self.described.get(name));
        let list =
            |value: Option<&Value>| value.and_then(Value::as_array).cloned().unwrap_or_default();
        let digests = list(described.and_then(|config| config.get("rootfs")?.get("diff_ids")));
        let history = list(described.and_then(|config| config.get("history")));
        // Steps that only change the configuration have no layer (config.md, "history").
        let has_layer = |step: &&Value| step.get("empty_layer") != Some(&Value::Bool(true));
        let mut steps = history.iter().filter(has_layer);
        let layers = members.into_iter().enumerate().map(|(index, (member, digest))| {
            let step = steps.next().and_then(|step| step.get("created_by")?.as_str());
            let member = self.links.get(&member).cloned().unwrap_or(member);
            let by_name = || Some(format!("sha256:{}", member.strip_prefix("blobs/sha256/")?));
            let by_config = || Some(digests.get(index)?.as_str()?.to_owned());
            Layer {
                digest: digest.or_else(by_name).or_else(by_config),
                index,
                created_by: step.map(str::to_owned),
                files: self.layers.get(&member).cloned().unwrap_or_default(),
                member,
            }
        });
        let layers: Vec<Layer> = layers.collect();
        (!layers.is_empty()).then_some(Image { names, config, layers })
    }
}

impl Image {
    /// The layer that a file of the archive is: the uppermost, if it occurs several times.
    #[must_use]
    pub fn layer(&self, member: &str) -> Option<&Layer> {
        let member = normal(member);
        self.layers.iter().rev().find(|layer| layer.member == member)
    }

    /// What becomes of a file of a layer.
    #[must_use]
    pub fn status_of(&self, layer: usize, path: &str) -> Status {
        let path = normal(path);
        let above = self.layers.iter().skip(layer + 1);
        above
            .map(|layer| layer.files.status(&path, layer.index))
            .find(|of| *of != Status::InFinal)
            .unwrap_or(Status::InFinal)
    }

    fn is_same(&self, other: &Self) -> bool {
        let members =
            |image: &Self| image.layers.iter().map(|of| of.member.clone()).collect::<Vec<_>>();
        self.config == other.config && members(self) == members(other)
    }
}

/// What a layer does to those below it.
#[derive(Debug, Clone, Default)]
struct Files {
    files: HashSet<String>,
    removed: HashSet<String>,
    /// Directories of which nothing from below is left.
    opaque: HashSet<String>,
}

/// What the name of an entry begins with that deletes the one named behind it (`layer.md`, "Whiteouts").
const WHITEOUT: &str = ".wh.";

/// The entry that hides all from below in its directory.
const OPAQUE: &str = ".wh..wh..opq";

impl Files {
    fn add(&mut self, path: &str) {
        let is_directory = path.ends_with('/');
        let path = normal(path);
        let (directory, name) = path.rsplit_once('/').unwrap_or(("", &path));
        if name == OPAQUE {
            self.opaque.insert(directory.to_owned());
        } else if let Some(removed) = name.strip_prefix(WHITEOUT) {
            // Other names that begin so twice are notes of a file system to itself.
            if !removed.starts_with(WHITEOUT) {
                self.removed.insert(normal(&format!("{directory}/{removed}")));
            }
        } else if !is_directory {
            self.files.insert(path);
        }
    }

    /// What this layer makes of a file from below.
    fn status(&self, path: &str, index: usize) -> Status {
        if self.files.contains(path) {
            return Status::ReplacedIn(index);
        }
        let mut ends = path.match_indices('/').map(|(at, _)| at);
        // A file in the place of a directory hides what is in that.
        let hides = |above: &str| {
            self.removed.contains(above)
                || self.opaque.contains(above)
                || self.files.contains(above)
        };
        let is_gone = self.removed.contains(path)
            || self.opaque.contains("")
            || ends.any(|end| hides(&path[..end]));
        if is_gone { Status::RemovedIn(index) } else { Status::InFinal }
    }
}

/// The digest that a descriptor names.
fn digest(descriptor: &Value) -> Option<String> {
    descriptor.get("digest")?.as_str().map(str::to_owned)
}

/// The file that holds what a descriptor names (`image-layout.md`).
fn blob(descriptor: &Value) -> Option<String> {
    Some(normal(&format!("blobs/{}", digest(descriptor)?.replacen(':', "/", 1))))
}

/// A path without what does not change it: `./a//b/` is `a/b`.
fn normal(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => _ = parts.pop(),
            _ => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests;
