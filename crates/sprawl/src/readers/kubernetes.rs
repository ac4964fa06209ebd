//! Objects of Kubernetes: Secrets with their keys, and the containers, volumes and other objects that name them.
//! Templates of Helm are read as the objects that they become.

use super::expand::is_variable;
use super::helm;
use super::model::{Binding, Home, Name, Pass, Space};
use super::secret_manager;
use super::source::Source;
use super::yaml::Node;
use crate::finding::reader::ReaderKind;

pub(super) fn is_for(_: &Source<'_>, document: &Node) -> bool {
    document.get("kind").is_some() && document.get("apiVersion").is_some()
        || document.get("secretGenerator").is_some()
}

pub(super) fn read(source: &Source<'_>, document: &Node) -> Vec<Binding> {
    let mut found = Vec::new();
    if document.text(&["kind"]) == "List" {
        for item in document.get("items").into_iter().flat_map(|items| &items.children) {
            Object::of(source, item).read(item, &mut found);
        }
    } else {
        Object::of(source, document).read(document, &mut found);
    }
    for generator in document.get("secretGenerator").into_iter().flat_map(|all| &all.children) {
        Object::of(source, document).generate(generator, &mut found);
    }
    found
}

/// The name of an object; templates may write blanks in their braces or not.
fn plain(name: &str) -> String {
    name.chars().filter(|c| !c.is_whitespace()).collect()
}

fn secret(name: &str) -> Name {
    Name::new(Space::Kubernetes, plain(name))
}

fn config_map(name: &str) -> Name {
    Name::new(Space::Kubernetes, format!("configmap/{}", plain(name)))
}

struct Object<'s> {
    source: &'s Source<'s>,
    kind: &'s str,
    name: String,
    namespace: Option<String>,
    /// Where variables of its containers are read.
    home: Home,
}

impl<'s> Object<'s> {
    fn of(source: &'s Source<'s>, document: &'s Node) -> Self {
        let name = plain(document.text(&["metadata", "name"]));
        let name = match name.contains("{{") {
            true => helm::chart_name(source).unwrap_or(name),
            false => name,
        };
        let namespace = document.text(&["metadata", "namespace"]);
        let namespace =
            (!namespace.is_empty() && !namespace.contains("{{")).then(|| namespace.to_owned());
        let mut called = vec![name.clone()];
        for node in document.all() {
            if matches!(node.key.as_str(), "containers" | "initContainers") {
                for container in &node.children {
                    let image = container.text(&["image"]);
                    let image = image.rsplit('/').next().unwrap_or_default();
                    called.push(image.split([':', '@']).next().unwrap_or_default().to_owned());
                    called.push(container.text(&["name"]).to_owned());
                }
            }
        }
        let directory = called.iter().find_map(|name| source.tree.directory_of(name));
        let home = match directory {
            Some(directory) => Home::Directory(directory.to_owned()),
            None => Home::Workload(name.clone()),
        };
        Self { source, kind: document.text(&["kind"]), name, namespace, home }
    }

    fn scope(&self) -> Home {
        let directory = self.source.path.rsplit_once('/').map_or("", |(directory, _)| directory);
        Home::Namespace(self.namespace.clone(), directory.to_owned())
    }

    fn read(&self, document: &Node, found: &mut Vec<Binding>) {
        let mut own = Vec::new();
        let stated = document.text(&["metadata", "name"]);
        match self.kind {
            "Secret" | "SealedSecret" => {
                let parts = ["data", "stringData"].iter().filter_map(|part| document.get(part));
                for part in parts.chain(document.at(&["spec", "encryptedData"])) {
                    self.keys(part, &secret(stated), &mut own);
                }
            }
            "ConfigMap" => {
                if let Some(data) = document.get("data") {
                    self.keys(data, &config_map(stated), &mut own);
                }
            }
            "ExternalSecret" => self.external(document, &mut own),
            _ => {
                for node in document.all() {
                    self.node(node, &mut own);
                }
            }
        }
        for mut binding in own {
            binding.namespace = self.namespace.clone();
            found.push(if binding.service.is_none() && self.is_workload() {
                binding.of(&*self.name)
            } else if binding.service.is_none() && !self.name.is_empty() {
                binding.of(format!("{} {}", self.kind, self.name))
            } else {
                binding
            });
        }
    }

    fn is_workload(&self) -> bool {
        matches!(
            self.kind,
            "Deployment"
                | "StatefulSet"
                | "DaemonSet"
                | "Job"
                | "CronJob"
                | "Pod"
                | "ReplicaSet"
                | "ReplicationController"
                | "Rollout"
                | "Service"
                | "DeploymentConfig"
        )
    }

    /// Keys of a Secret or ConfigMap.
    fn keys(&self, part: &Node, object: &Name, own: &mut Vec<Binding>) {
        for entry in &part.children {
            let mut binding = Binding::empty(entry.line, ReaderKind::KubernetesObject);
            binding.lines = entry.line..=entry.end.max(entry.line);
            binding.takes = helm::values(self.source, &entry.value);
            binding.give(object.clone().within(&entry.key), self.scope());
            own.push(binding);
        }
    }

    /// The Secret that the external secrets operator makes of what a secret manager keeps.
    fn external(&self, document: &Node, own: &mut Vec<Binding>) {
        let target = document.text(&["spec", "target", "name"]);
        let target = if target.is_empty() { document.text(&["metadata", "name"]) } else { target };
        for entry in document.at(&["spec", "data"]).into_iter().flat_map(|data| &data.children) {
            let mut binding = Binding::empty(entry.line, ReaderKind::SecretManager);
            let reference = entry.get("remoteRef");
            let path = reference.map_or("", |reference| reference.text(&["key"]));
            binding
                .takes
                .push(secret_manager::path(path, reference.map(|one| one.text(&["property"]))));
            binding.give(secret(target).within(entry.text(&["secretKey"])), self.scope());
            own.push(binding);
        }
        for entry in document.at(&["spec", "dataFrom"]).into_iter().flat_map(|data| &data.children)
        {
            let path = entry.text(&["extract", "key"]);
            if !path.is_empty() {
                let name = secret_manager::path(path, None);
                let mut binding = Binding::taking(entry.line, ReaderKind::SecretManager, name);
                binding.passes = Some(Pass {
                    prefix: String::new(),
                    home: self.scope(),
                    into: Some(secret(target)),
                });
                own.push(binding);
            }
        }
    }

    fn node(&self, node: &Node, own: &mut Vec<Binding>) {
        match node.key.as_str() {
            "env" => node.children.iter().for_each(|one| self.variable(one, own)),
            "envFrom" => {
                for one in &node.children {
                    let (map, name) = match one.get("secretRef") {
                        Some(reference) => (false, reference.text(&["name"])),
                        None => (true, one.text(&["configMapRef", "name"])),
                    };
                    if name.is_empty() {
                        continue;
                    }
                    let object = if map { config_map(name) } else { secret(name) };
                    let mut binding =
                        Binding::taking(one.line, ReaderKind::KubernetesEnvironment, object);
                    binding.lines = one.line..=last(one);
                    let prefix = one.text(&["prefix"]).to_owned();
                    binding.passes = Some(Pass { prefix, home: self.home.clone(), into: None });
                    own.push(binding);
                }
            }
            "secret" => {
                let name = [node.text(&["secretName"]), node.text(&["name"])];
                if let Some(name) = name.into_iter().find(|name| !name.is_empty()) {
                    let mut binding =
                        Binding::taking(node.line, ReaderKind::KubernetesVolume, secret(name));
                    binding.lines = node.line..=last(node);
                    own.push(binding);
                }
            }
            "imagePullSecrets" => {
                for one in &node.children {
                    let name = secret(one.text(&["name"]));
                    own.push(Binding::taking(one.line, ReaderKind::KubernetesObject, name));
                }
            }
            "tls" => {
                for one in &node.children {
                    let name = secret(one.text(&["secretName"]));
                    own.push(Binding::taking(one.line, ReaderKind::KubernetesObject, name));
                }
            }
            "annotations" => {
                for one in &node.children {
                    if one.key.starts_with("vault.hashicorp.com/agent-inject-secret-") {
                        let name = secret_manager::path(&one.value, None);
                        own.push(Binding::taking(one.line, ReaderKind::SecretManager, name));
                    }
                }
            }
            key if key.ends_with("SecretRef")
                || (key.ends_with("secretRef") && key != "secretRef") =>
            {
                let name = node.text(&["name"]);
                if !name.is_empty() {
                    let key = node.text(&["key"]);
                    let name = if key.is_empty() { secret(name) } else { secret(name).within(key) };
                    own.push(Binding::taking(node.line, ReaderKind::KubernetesObject, name));
                }
            }
            _ => {}
        }
    }

    /// A variable of a container.
    fn variable(&self, one: &Node, own: &mut Vec<Binding>) {
        let name = one.text(&["name"]);
        if !is_variable(name) {
            return;
        }
        let mut binding = Binding::empty(one.line, ReaderKind::KubernetesEnvironment);
        binding.lines = one.line..=last(one);
        for (reference, map) in [("secretKeyRef", false), ("configMapKeyRef", true)] {
            if let Some(reference) = one.at(&["valueFrom", reference]) {
                let (object, key) = (reference.text(&["name"]), reference.text(&["key"]));
                let object = if map { config_map(object) } else { secret(object) };
                binding.takes.push(object.within(key));
                binding.lines = one.line..=last(one);
            }
        }
        let value = one.text(&["value"]);
        binding.takes.extend(helm::values(self.source, value));
        let inner =
            super::expand::between(value, "$(", ")").into_iter().filter(|one| is_variable(one));
        binding.takes.extend(inner.map(Name::variable));
        binding.give(Name::variable(name), self.home.clone());
        own.push(binding);
    }

    /// A Secret that kustomize makes of files and literals.
    fn generate(&self, generator: &Node, found: &mut Vec<Binding>) {
        let name = secret(generator.text(&["name"]));
        let list = |key: &str| generator.get(key).into_iter().flat_map(|all| &all.children);
        for one in list("envs").chain(generator.get("env")) {
            if let Some(file) = self.source.tree.resolve(self.source.path, &one.value) {
                let taken = Name::new(Space::File, file);
                let mut binding = Binding::taking(one.line, ReaderKind::KubernetesObject, taken);
                let into = Some(name.clone());
                binding.passes = Some(Pass { prefix: String::new(), home: self.scope(), into });
                found.push(binding.of("kustomize"));
            }
        }
        for one in list("files") {
            let (key, path) = match one.value.split_once('=') {
                Some((key, path)) => (key, path),
                None => (one.value.rsplit('/').next().unwrap_or_default(), one.value.as_str()),
            };
            if let Some(file) = self.source.tree.resolve(self.source.path, path) {
                let taken = Name::new(Space::File, file);
                let mut binding = Binding::taking(one.line, ReaderKind::KubernetesObject, taken);
                binding.give(name.clone().within(key), self.scope());
                found.push(binding.of("kustomize"));
            }
        }
        for one in list("literals") {
            if let Some((key, _)) = one.value.split_once('=') {
                let mut binding = Binding::empty(one.line, ReaderKind::KubernetesObject);
                binding.give(name.clone().within(key), self.scope());
                found.push(binding);
            }
        }
    }
}

/// The last line of a node and of all below it.
fn last(node: &Node) -> usize {
    node.all().iter().map(|one| one.end).max().unwrap_or(node.line)
}
