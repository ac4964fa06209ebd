//! Workflows and actions of GitHub (and of Forgejo and Gitea, which read the same files).

use std::collections::{BTreeMap, BTreeSet};

use super::expand::{beginning, between, members};
use super::model::{Binding, Home, Name, Space};
use super::shell;
use super::source::Source;
use super::yaml::Node;
use crate::finding::reader::ReaderKind;

pub(super) fn is_for(source: &Source<'_>, document: &Node) -> bool {
    let is_workflow = ["github", "gitea", "forgejo"]
        .iter()
        .any(|forge| source.path.contains(&format!(".{forge}/workflows/")));
    let file = source.file();
    is_workflow && document.get("jobs").is_some()
        || matches!(file, "action.yml" | "action.yaml") && document.get("runs").is_some()
}

pub(super) fn read(source: &Source<'_>, document: &Node) -> Vec<Binding> {
    let mut found = Vec::new();
    let workflow = source.file();
    let mut outer = Scope::default();
    outer.enter(document, workflow, &mut found);
    for job in document.get("jobs").into_iter().flat_map(|jobs| &jobs.children) {
        let name = format!("job {} of {workflow}", job.key);
        let mut scope = outer.clone();
        scope.enter(job, &name, &mut found);
        for part in job.children.iter().filter(|part| part.key != "steps" && part.key != "env") {
            scope.part(part, &name, &mut found);
        }
        steps(source, job, &scope, &name, &mut found);
    }
    if let Some(runs) = document.get("runs") {
        steps(source, runs, &outer, workflow, &mut found);
    }
    found
}

fn steps(source: &Source<'_>, job: &Node, scope: &Scope, name: &str, found: &mut Vec<Binding>) {
    for step in job.get("steps").into_iter().flat_map(|steps| &steps.children) {
        let mut scope = scope.clone();
        scope.enter(step, name, found);
        for part in step.children.iter().filter(|part| part.key != "env") {
            scope.part(part, name, found);
            if part.key == "run" {
                scope.script(source, part, name, found);
            }
        }
    }
}

/// Variables of a workflow, a job or a step, with the names that their values come from.
#[derive(Clone, Default)]
struct Scope(BTreeMap<String, Vec<Name>>);

impl Scope {
    /// Adds the variables of a part.
    fn enter(&mut self, part: &Node, service: &str, found: &mut Vec<Binding>) {
        for variable in part.get("env").into_iter().flat_map(|env| &env.children) {
            let mut binding = self.uses(&variable.value, variable.line);
            binding.lines = variable.line..=variable.end.max(variable.line);
            if beginning(&variable.key) == variable.key && !variable.key.is_empty() {
                self.0.insert(variable.key.clone(), binding.takes.clone());
                // Programs of the repository that the steps run.
                let name = Name::variable(&variable.key);
                binding.give(name, Home::Directory(String::new()));
            }
            found.push(binding.of(service));
        }
    }

    /// Expressions in everything below a part.
    fn part(&self, part: &Node, service: &str, found: &mut Vec<Binding>) {
        for node in part.all() {
            let first = node.line + usize::from(node.end > node.line);
            for (line, number) in node.value.lines().zip(first..) {
                let binding = self.uses(line, number);
                if !binding.takes.is_empty() {
                    found.push(binding.of(service));
                }
            }
        }
    }

    /// The names that the expressions of a value use.
    fn uses(&self, value: &str, line: usize) -> Binding {
        let mut binding = Binding::empty(line, ReaderKind::CiVariable);
        for expression in between(value, "${{", "}}") {
            for context in ["secrets", "vars"] {
                binding.takes.extend(members(expression, context).into_iter().map(Name::variable));
            }
            for name in members(expression, "env") {
                binding.takes.extend(self.0.get(name).into_iter().flatten().cloned());
            }
        }
        binding.takes.sort();
        binding.takes.dedup();
        binding
    }

    /// Variables in the commands of a step, by the names that their values come from.
    fn script(&self, source: &Source<'_>, run: &Node, service: &str, found: &mut Vec<Binding>) {
        let first = if run.end > run.line { run.line + 1 } else { run.line };
        let line = |at: usize| first + run.value[..at].matches('\n').count();
        let commands = shell::commands(&run.value, source.path, line);
        let own: BTreeSet<Name> = commands
            .iter()
            .flat_map(|command| command.gives.iter().map(|given| given.name.clone()))
            .collect();
        for mut binding in commands {
            let all = std::mem::take(&mut binding.takes);
            for name in all {
                match self.0.get(&name.text) {
                    Some(names) => binding.takes.extend(names.iter().cloned()),
                    // Other steps have other variables.
                    None if name.space != Space::Variable || own.contains(&name) => {
                        binding.takes.push(name);
                    }
                    None => {}
                }
            }
            shell::resolve(source, &mut binding);
            if !binding.takes.is_empty() || !binding.gives.is_empty() {
                found.push(binding.of(service));
            }
        }
    }
}
