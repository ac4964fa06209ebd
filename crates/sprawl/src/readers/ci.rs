//! Pipelines of GitLab, Bitbucket, Azure, CircleCI and others, whose jobs are YAML with commands in it.

use super::expand::{between, is_variable, variables};
use super::model::{Binding, Home, Name};
use super::secret_manager;
use super::source::Source;
use super::yaml::Node;
use crate::finding::reader::ReaderKind;

/// Which system a file is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum System {
    /// Variables as shells write them.
    Shell,
    /// `$(X)`, besides those of shells in commands.
    Azure,
}

fn system(source: &Source<'_>, document: &Node) -> Option<System> {
    let file = source.file().to_ascii_lowercase();
    let is_shell = file.contains("gitlab-ci")
        || source.path.contains(".gitlab/")
        || file.starts_with("bitbucket-pipelines")
        || source.path.contains(".circleci/")
        || source.path.contains(".buildkite/")
        || source.path.contains(".woodpecker")
        || matches!(
            file.as_str(),
            ".travis.yml" | ".drone.yml" | "buildspec.yml" | "appveyor.yml" | "cloudbuild.yaml"
        );
    if is_shell {
        return Some(System::Shell);
    }
    let is_azure = file.starts_with("azure-pipelines")
        || source.path.contains(".azure")
        || (document.get("pool").is_some() || document.get("trigger").is_some())
            && ["steps", "jobs", "stages"].iter().any(|key| document.get(key).is_some());
    is_azure.then_some(System::Azure)
}

pub(super) fn is_for(source: &Source<'_>, document: &Node) -> bool {
    system(source, document).is_some()
        && document.get("kind").is_none_or(|kind| kind.value == "pipeline")
}

pub(super) fn read(source: &Source<'_>, document: &Node) -> Vec<Binding> {
    let Some(system) = system(source, document) else { return Vec::new() };
    let mut found = Vec::new();
    let file = source.file();
    // Where each job begins, with its node.
    let mut open: Vec<(&Node, String)> = Vec::new();
    for top in &document.children {
        match top.key.as_str() {
            "jobs" | "stages" | "pipelines" if !top.children.is_empty() => {
                for job in &top.children {
                    let name = job_name(job);
                    open.push((job, format!("{name} of {file}")));
                }
            }
            key => {
                let is_setting = matches!(
                    key,
                    "variables"
                        | "default"
                        | "image"
                        | "trigger"
                        | "pool"
                        | "include"
                        | "workflow"
                        | "steps"
                        | "env"
                        | "environment"
                        | "definitions"
                        | "orbs"
                        | "commands"
                        | "parameters"
                        | "script"
                        | "before_script"
                        | "after_script"
                );
                let name =
                    if is_setting { file.to_owned() } else { format!("job {key} of {file}") };
                open.push((top, name));
            }
        }
    }
    for (part, service) in open {
        for node in part.all() {
            let own = match node.key.as_str() {
                "variables" | "environment" | "env" => {
                    node.children.iter().filter_map(|one| given(one, system)).collect()
                }
                "secrets" => node.children.iter().filter_map(kept).collect(),
                "from_secret" => vec![Binding::taking(
                    node.line,
                    ReaderKind::CiVariable,
                    Name::variable(node.value.to_ascii_uppercase()),
                )],
                _ => Vec::new(),
            };
            found.extend(own.into_iter().map(|binding| binding.of(service.clone())));
            expanded(node, system, &service, &mut found);
        }
    }
    // A variable that is given is used on the same line, too: once is enough.
    found.sort_by(|a, b| {
        (a.lines.start(), &a.takes, b.gives.len()).cmp(&(b.lines.start(), &b.takes, a.gives.len()))
    });
    found.dedup_by(|later, first| {
        later.lines.start() == first.lines.start()
            && later.takes == first.takes
            && later.gives.is_empty()
    });
    found
}

/// What a job is called.
fn job_name(job: &Node) -> String {
    let stated = ["job", "deployment", "stage"]
        .iter()
        .map(|key| job.text(&[key]))
        .find(|name| !name.is_empty());
    match (job.key.as_str(), stated) {
        ("", Some(name)) => format!("job {name}"),
        ("", None) => format!("job at line {}", job.line),
        (key, _) => format!("job {key}"),
    }
}

/// `NAME: value`, or `name: NAME` with `value: ...` beside it.
fn given(one: &Node, system: System) -> Option<Binding> {
    let (name, value) = match one.key.as_str() {
        "" => (one.text(&["name"]), one.text(&["value"])),
        key => match one.value.as_str() {
            "" => (key, one.text(&["value"])),
            value => (key, value),
        },
    };
    if !is_variable(name) {
        return None;
    }
    let mut binding = Binding::empty(one.line, ReaderKind::CiVariable);
    let end = one.all().iter().map(|node| node.end).max().unwrap_or(one.line);
    binding.lines = one.line..=end;
    binding.takes = used(value, system);
    binding.takes.retain(|taken| taken.text != name);
    binding.give(Name::variable(name), Home::Directory(String::new()));
    Some(binding)
}

/// A secret that a job gets from a manager: `DATABASE_PASSWORD: {vault: path/field@engine}` of GitLab.
fn kept(one: &Node) -> Option<Binding> {
    let stated = one.text(&["vault"]);
    let (path, engine) = stated.split_once('@').unwrap_or((stated, "secret"));
    let (path, field) = path.rsplit_once('/')?;
    let name = secret_manager::path(&format!("{engine}/{path}"), Some(field));
    let mut binding = Binding::taking(one.line, ReaderKind::SecretManager, name);
    binding.give(Name::variable(&one.key), Home::Directory(String::new()));
    Some(binding)
}

/// Variables in a scalar, line by line.
fn expanded(node: &Node, system: System, service: &str, found: &mut Vec<Binding>) {
    let is_block = node.end > node.line;
    for (line, number) in node.value.lines().zip(node.line + usize::from(is_block)..) {
        if line.trim_start().starts_with('#') {
            continue;
        }
        let mut binding = Binding::empty(number, ReaderKind::CiVariable);
        binding.takes = used(line, system);
        if !binding.takes.is_empty() {
            found.push(binding.of(service));
        }
    }
}

fn used(text: &str, system: System) -> Vec<Name> {
    let mut all: Vec<Name> = Vec::new();
    if system == System::Azure {
        let macros = between(text, "$(", ")").into_iter().chain(between(text, "$[variables.", "]"));
        all.extend(macros.filter(|one| is_variable(one)).map(Name::variable));
    }
    all.extend(variables(text).into_iter().map(Name::variable));
    all.sort();
    all.dedup();
    all
}
