//! Compose files: what services get from the environment, from files of variables and from secrets.

use super::expand::{beginning, variables};
use super::model::{Binding, Home, Name, Pass, Space};
use super::source::Source;
use super::yaml::Node;
use crate::finding::reader::ReaderKind;

pub(super) fn is_for(source: &Source<'_>, document: &Node) -> bool {
    let file = source.file().to_ascii_lowercase();
    let is_named = file.contains("compose");
    let Some(services) = document.get("services") else { return is_named };
    let has = |key: &str| services.children.iter().any(|one| one.get(key).is_some());
    is_named || (has("image") || has("build")) && document.get("stages").is_none()
}

pub(super) fn read(source: &Source<'_>, document: &Node) -> Vec<Binding> {
    let mut found = Vec::new();
    for service in document.get("services").into_iter().flat_map(|all| &all.children) {
        Service::of(source, service).read(service, &mut found);
    }
    for kind in ["secrets", "configs"] {
        for secret in document.get(kind).into_iter().flat_map(|all| &all.children) {
            let mut binding = Binding::empty(secret.line, ReaderKind::Compose);
            let file = source.tree.resolve(source.path, secret.text(&["file"]));
            binding.takes.extend(file.map(|file| Name::new(Space::File, file)));
            let variable = secret.text(&["environment"]);
            if !variable.is_empty() {
                binding.takes.push(Name::variable(variable));
            }
            binding.lines = secret.line..=last_line(secret);
            binding.give(Name::new(Space::Mounted, &secret.key), Home::Directory(String::new()));
            found.push(binding);
        }
    }
    found
}

fn last_line(node: &Node) -> usize {
    node.all().iter().map(|one| one.end).max().unwrap_or(node.line)
}

struct Service<'s> {
    source: &'s Source<'s>,
    name: &'s str,
    home: Home,
}

impl<'s> Service<'s> {
    fn of(source: &'s Source<'s>, service: &'s Node) -> Self {
        let build = service.get("build");
        let context = build.map(|build| match build.value.as_str() {
            "" => build.text(&["context"]),
            context => context,
        });
        let built = context
            .filter(|context| !context.is_empty())
            .and_then(|context| source.tree.resolve_directory(source.path, context))
            // The top is built into many services.
            .filter(|directory| !directory.is_empty());
        let home = match built.or_else(|| source.tree.directory_of(&service.key).map(str::to_owned))
        {
            Some(directory) => Home::Directory(directory),
            None => Home::Workload(service.key.clone()),
        };
        Self { source, name: &service.key, home }
    }

    fn read(&self, service: &Node, found: &mut Vec<Binding>) {
        let mut add = |binding: Binding| {
            if !binding.takes.is_empty() || !binding.gives.is_empty() {
                found.push(binding.of(self.name));
            }
        };
        for node in &service.children {
            match node.key.as_str() {
                "environment" => node.children.iter().for_each(|one| add(self.variable(one))),
                "build" => {
                    let arguments = node.get("args").into_iter().flat_map(|args| &args.children);
                    arguments.for_each(|one| add(self.variable(one)));
                    for secret in node.get("secrets").into_iter().flat_map(|all| &all.children) {
                        add(mounted(secret));
                    }
                }
                "env_file" => {
                    let own = (!node.value.is_empty()).then_some(node);
                    for one in own.into_iter().chain(&node.children) {
                        let path =
                            if one.value.is_empty() { one.text(&["path"]) } else { &one.value };
                        let Some(file) = self.source.tree.resolve(self.source.path, path) else {
                            continue;
                        };
                        let name = Name::new(Space::File, file);
                        let mut binding = Binding::taking(one.line, ReaderKind::Compose, name);
                        binding.passes = Some(Pass {
                            prefix: String::new(),
                            home: self.home.clone(),
                            into: None,
                        });
                        add(binding);
                    }
                }
                "secrets" | "configs" => {
                    node.children.iter().for_each(|secret| add(mounted(secret)));
                }
                "volumes" => {
                    for one in &node.children {
                        let path = match one.value.as_str() {
                            "" => one.text(&["source"]),
                            value => value.split(':').next().unwrap_or_default(),
                        };
                        add(self.expanded(one));
                        if let Some(file) = self.source.tree.resolve(self.source.path, path) {
                            let name = Name::new(Space::File, file);
                            add(Binding::taking(one.line, ReaderKind::Compose, name));
                        }
                    }
                }
                _ => node.all().into_iter().for_each(|one| add(self.expanded(one))),
            }
        }
    }

    /// `NAME: value`, `- NAME=value`, or `- NAME`, which hands a variable on.
    fn variable(&self, node: &Node) -> Binding {
        let (name, value) = match node.key.as_str() {
            "" => node.value.split_once('=').unwrap_or((&node.value, "\0")),
            key => (
                key,
                if node.value.is_empty() && !node.is_blank { "\0" } else { node.value.as_str() },
            ),
        };
        let mut binding = Binding::empty(node.line, ReaderKind::Compose);
        binding.lines = node.line..=node.end.max(node.line);
        let name = name.trim();
        if beginning(name) != name || name.is_empty() {
            return binding;
        }
        match value {
            "\0" => binding.takes.push(Name::variable(name)),
            value => binding.takes.extend(variables(value).into_iter().map(Name::variable)),
        }
        // The path of a secret that is mounted.
        if let Some(secret) = value.strip_prefix("/run/secrets/") {
            binding.takes.push(Name::new(Space::Mounted, secret));
        }
        binding.give(Name::variable(name), self.home.clone());
        binding
    }

    fn expanded(&self, node: &Node) -> Binding {
        let mut binding = Binding::empty(node.line, ReaderKind::Compose);
        binding.takes.extend(variables(&node.value).into_iter().map(Name::variable));
        binding
    }
}

fn mounted(secret: &Node) -> Binding {
    let name = if secret.value.is_empty() { secret.text(&["source"]) } else { &secret.value };
    let mut binding = Binding::empty(secret.line, ReaderKind::Compose);
    if !name.is_empty() {
        binding.takes.push(Name::new(Space::Mounted, name));
    }
    binding
}
