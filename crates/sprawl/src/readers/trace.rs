//! Names followed from the place of a value to everything that uses it.
//!
//! A variable is one in its scope only. Of several places that give it a value, those count that lie nearest to
//! the place that reads it; and none if that cannot be told.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::helm::{above, is_variable_key};
use super::model::{Binding, Given, Home, Name, Space, relaxed};
use super::tree::{Tree, split};
use crate::finding::reader::{CommonName, Reader, Readers};

/// How many names long a way from a value to its reader may be.
const LONGEST: usize = 8;

/// Places that one name may lead to, at most: what more than these use tells nobody what breaks.
const MOST_FILES: usize = 200;

/// Services that may use a name of which every word is one that any credential may have.
const MOST_SERVICES: usize = 4;

/// A binding, and the file that it stands in.
pub(super) struct Placed {
    pub(super) path: String,
    pub(super) binding: Binding,
}

/// All that the files of one repository say of names.
pub(super) struct Names<'t> {
    tree: &'t Tree,
    all: Vec<Placed>,
    /// Uses by name: for settings, by their relaxed form.
    takes: BTreeMap<(Space, String), Vec<(usize, usize)>>,
    /// Homes of a variable or of a Secret, with the bindings that give it: by its name.
    homes: BTreeMap<Name, Vec<(Home, usize)>>,
    /// What stands in each file, in order.
    by_file: BTreeMap<String, Vec<usize>>,
}

/// Where a search has got to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Step {
    given: Given,
    /// The binding that gives it.
    by: Option<usize>,
    via: Vec<String>,
}

impl<'t> Names<'t> {
    /// `all` in order of their places.
    pub(super) fn new(tree: &'t Tree, all: Vec<Placed>) -> Self {
        let mut takes: BTreeMap<_, Vec<_>> = BTreeMap::new();
        let mut homes: BTreeMap<Name, Vec<_>> = BTreeMap::new();
        let mut by_file: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (at, Placed { path, binding }) in all.iter().enumerate() {
            by_file.entry(path.clone()).or_default().push(at);
            for (number, name) in binding.takes.iter().enumerate() {
                takes.entry(key(name)).or_default().push((at, number));
            }
            let scoped =
                |one: &&Given| matches!(one.name.space, Space::Variable | Space::Kubernetes);
            for given in binding.gives.iter().filter(scoped) {
                homes.entry(given.name.clone()).or_default().push((given.home.clone(), at));
            }
        }
        let mut names = Self { tree, all, takes, homes, by_file };
        names.add_passed();
        names
    }

    /// Adds the homes of variables that workloads get with all others of a file or Secret.
    fn add_passed(&mut self) {
        let mut within: BTreeMap<(Space, &str), BTreeSet<&str>> = BTreeMap::new();
        for given in self.all.iter().flat_map(|placed| &placed.binding.gives) {
            if let Some(inner) = &given.name.inner {
                within.entry((given.name.space, &given.name.text)).or_default().insert(inner);
            }
        }
        let mut passed = Vec::new();
        for (at, Placed { binding, .. }) in self.all.iter().enumerate() {
            let Some(pass) = binding.passes.as_ref().filter(|pass| pass.into.is_none()) else {
                continue;
            };
            let taken = binding.takes.iter().map(|name| (name.space, name.text.as_str()));
            for inner in taken.filter_map(|name| within.get(&name)).flatten() {
                let name = Name::variable(format!("{}{inner}", pass.prefix));
                passed.push((name, (pass.home.clone(), at)));
            }
        }
        for (name, home) in passed {
            self.homes.entry(name).or_default().push(home);
        }
    }

    /// The bindings that give names at lines of a file.
    pub(super) fn given_at(&self, path: &str, line: usize, end: usize) -> Vec<(usize, Given)> {
        let all = self.by_file.get(path).into_iter().flatten().copied();
        let here = all.filter(|at| {
            let lines = &self.all[*at].binding.lines;
            *lines.start() <= end && line <= *lines.end()
        });
        here.flat_map(|at| self.all[at].binding.gives.iter().cloned().map(move |one| (at, one)))
            .collect()
    }

    /// Everything that uses a value which has these names.
    pub(super) fn readers(&self, starts: Vec<(Option<usize>, Given)>) -> Readers {
        let mut readers = Readers::default();
        let mut seen = BTreeSet::new();
        let mut open: VecDeque<Step> = starts
            .into_iter()
            .map(|(by, given)| Step { via: vec![given.name.shown()], given, by })
            .collect();
        while let Some(step) = open.pop_front() {
            if step.via.len() > LONGEST || !seen.insert((step.given.clone(), step.by)) {
                continue;
            }
            let uses = self.uses(&step);
            let files: BTreeSet<&str> = uses.iter().map(|(at, _)| &*self.all[*at].path).collect();
            let services: BTreeSet<Option<&str>> =
                uses.iter().map(|(at, _)| self.all[*at].binding.service.as_deref()).collect();
            let name = &step.given.name;
            let is_common = name.space == Space::Variable
                && is_generic(&name.text)
                && services.len() > MOST_SERVICES;
            if is_common || files.len() > MOST_FILES {
                readers.common.push(CommonName {
                    repository: self.tree.name.clone(),
                    name: name.shown(),
                    files: files.len(),
                });
                continue;
            }
            for (at, taken) in uses {
                let Placed { path, binding } = &self.all[at];
                let mut via = step.via.clone();
                let shown = match taken.space {
                    Space::Variable | Space::Setting => taken.shown(),
                    _ => name.shown(),
                };
                if via.last() != Some(&shown) {
                    via.push(shown.clone());
                }
                readers.places.push(Reader {
                    repository: self.tree.name.clone(),
                    path: path.clone(),
                    line: *binding.lines.start(),
                    kind: binding.kind,
                    name: shown,
                    via: if via.len() > 1 { via.clone() } else { Vec::new() },
                    service: self.service(&step, path, binding),
                });
                for given in self.handed_on(at, name, taken) {
                    let mut via = via.clone();
                    let shown = given.name.shown();
                    if via.last() != Some(&shown) {
                        via.push(shown);
                    }
                    open.push_back(Step { given, by: Some(at), via });
                }
            }
        }
        // What a way says of the workload is worth more than that the place belongs to none.
        let unnamed = Some(split(&self.tree.name).1);
        let named: BTreeSet<(String, usize)> = readers
            .places
            .iter()
            .filter(|place| place.service.as_deref() != unnamed)
            .map(|place| (place.path.clone(), place.line))
            .collect();
        readers.places.retain(|place| {
            place.service.as_deref() != unnamed
                || !named.contains(&(place.path.clone(), place.line))
        });
        readers.tidy();
        readers
    }

    /// The workload of a place. Code in the directory of a workload that no manifest names is that of the workload.
    fn service(&self, step: &Step, path: &str, binding: &Binding) -> Option<String> {
        let is_unnamed =
            !binding.kind.is_delivery() && self.tree.service_directory(path).is_empty();
        let giver = step.by.and_then(|by| self.all[by].binding.service.as_ref());
        match (&step.given.home, giver) {
            (Home::Directory(directory), Some(giver)) if is_unnamed && !directory.is_empty() => {
                Some(giver.clone())
            }
            _ => binding.service.clone(),
        }
    }

    /// What a binding makes of a name that it takes.
    fn handed_on(&self, at: usize, name: &Name, taken: &Name) -> Vec<Given> {
        let binding = &self.all[at].binding;
        let mut all = binding.gives.clone();
        let Some(pass) = &binding.passes else { return all };
        let inner = match name.space {
            // All values below a path.
            Space::Helm => {
                name.text.strip_prefix(&taken.text).map(|rest| rest.trim_start_matches('.'))
            }
            _ => name.inner.as_deref(),
        };
        let Some(inner) = inner.filter(|inner| !inner.is_empty()) else { return all };
        let own = format!("{}{inner}", pass.prefix);
        match &pass.into {
            Some(outer) => {
                all.push(Given { name: outer.clone().within(own), home: pass.home.clone() });
            }
            None if name.space != Space::Helm || is_variable_key(&own) => {
                all.push(Given { name: Name::variable(own), home: pass.home.clone() });
            }
            None => {}
        }
        all
    }

    /// The uses of a name, in order.
    fn uses(&self, step: &Step) -> Vec<(usize, &Name)> {
        let name = &step.given.name;
        let mut found = BTreeSet::new();
        let mut look = |wanted: (Space, String)| {
            for (at, number) in self.takes.get(&wanted).into_iter().flatten() {
                let taken = &self.all[*at].binding.takes[*number];
                if Some(*at) != step.by && self.is_use(step, *at, taken) {
                    found.insert((*at, *number));
                }
            }
        };
        look(key(name));
        if name.space == Space::Variable && !is_generic(&name.text) {
            look((Space::Setting, relaxed(&name.text)));
            look((Space::CiCredential, relaxed(&name.text)));
        }
        if name.space == Space::Helm {
            above(&name.text).into_iter().for_each(|(outer, _)| look((Space::Helm, outer)));
        }
        found.into_iter().map(|(at, number)| (at, &self.all[at].binding.takes[number])).collect()
    }

    fn is_use(&self, step: &Step, at: usize, taken: &Name) -> bool {
        let given = &step.given;
        let is_inside = match (&given.name.inner, &taken.inner) {
            (Some(one), Some(other)) => one == other,
            _ => true,
        };
        if !is_inside {
            return false;
        }
        let Placed { path, binding } = &self.all[at];
        match given.name.space {
            // A credential of a CI system that has the name of a variable is for all of the repository.
            Space::Variable if taken.space == Space::CiCredential => true,
            Space::Variable => self.is_nearest(given, at, path),
            Space::Setting => self.nearness(&given.home, path, None).is_some(),
            Space::Kubernetes => self.is_in_namespace(given, path, binding.namespace.as_deref()),
            _ => true,
        }
    }

    /// Whether a Secret is the one that an object names: in its namespace, and of several the nearest by directory.
    fn is_in_namespace(&self, given: &Given, path: &str, namespace: Option<&str>) -> bool {
        let all = self.homes.get(&given.name).map_or(&[][..], Vec::as_slice);
        let Some(own) = self.nearness(&given.home, path, namespace) else { return false };
        let nearest = all.iter().filter_map(|(home, _)| self.nearness(home, path, namespace)).max();
        nearest.is_none_or(|nearest| own >= nearest)
    }

    /// Whether no other place that gives a variable is nearer to a file that reads it.
    fn is_nearest(&self, given: &Given, reader: usize, path: &str) -> bool {
        let all = self.homes.get(&given.name).map_or(&[][..], Vec::as_slice);
        let Some(own) = self.nearness(&given.home, path, None) else {
            // Variables of a CI system are kept at the top: there a name means the only one that there is.
            let homes: BTreeSet<&Home> = all.iter().map(|(home, _)| home).collect();
            let is_only = homes.iter().all(|home| **home == given.home);
            return is_only
                && !matches!(given.home, Home::File(_) | Home::Workload(_))
                && !is_generic(&given.name.text)
                && self.tree.home(path).is_empty()
                && self.tree.service_directory(path).is_empty();
        };
        if let Home::Workload(workload) = &given.home {
            let is_its_own = self.is_code_of(workload, path);
            // Several workloads of unknown directories get the name: whose code this is cannot be told.
            let is_other = |home: &Home| matches!(home, Home::Workload(other) if other != workload);
            if !is_its_own && all.iter().any(|(home, _)| is_other(home)) {
                return false;
            }
        }
        let nearest = all
            .iter()
            // A default that a reader gives itself hides nothing from it: `X=${X:-none}`.
            .filter(|(_, by)| *by != reader)
            .filter_map(|(home, _)| self.nearness(home, path, None))
            .max();
        nearest.is_none_or(|nearest| own >= nearest)
    }

    fn is_code_of(&self, workload: &str, path: &str) -> bool {
        self.tree.service(path).eq_ignore_ascii_case(workload)
    }

    /// How near to a file a name is given that can be seen from there.
    fn nearness(&self, home: &Home, path: &str, namespace: Option<&str>) -> Option<usize> {
        match home {
            Home::File(file) => (file == path).then_some(usize::MAX),
            Home::Workload(workload) => {
                Some(if self.is_code_of(workload, path) { usize::MAX - 1 } else { 0 })
            }
            Home::Namespace(own, directory) => {
                let is_other = own.as_deref().zip(namespace).is_some_and(|(a, b)| a != b);
                (!is_other).then(|| common(directory, split(path).0))
            }
            Home::Directory(home) => {
                is_below(path, self.tree.reach(home)).then(|| common(home, split(path).0))
            }
        }
    }
}

/// What a name is looked up by.
fn key(name: &Name) -> (Space, String) {
    let text = match name.space {
        Space::Setting => relaxed(&name.text),
        _ => name.text.clone(),
    };
    (name.space, text)
}

fn is_below(path: &str, directory: &str) -> bool {
    directory.is_empty() || path.strip_prefix(directory).is_some_and(|rest| rest.starts_with('/'))
}

/// How many directories two paths have in common, from the top on.
fn common(one: &str, other: &str) -> usize {
    let parts = |path| str::split(path, '/').filter(|part: &&str| !part.is_empty());
    parts(one).zip(parts(other)).take_while(|(a, b)| a == b).count()
}

/// Whether every word of a name is one that any credential may have.
pub(super) fn is_generic(name: &str) -> bool {
    const WORDS: &[&str] = &[
        "api",
        "key",
        "keys",
        "token",
        "secret",
        "secrets",
        "password",
        "passwd",
        "pass",
        "pwd",
        "auth",
        "access",
        "private",
        "public",
        "client",
        "app",
        "user",
        "username",
        "id",
        "db",
        "database",
        "url",
        "uri",
        "dsn",
        "host",
        "admin",
        "root",
        "login",
        "credential",
        "credentials",
        "bearer",
        "session",
        "jwt",
        "basic",
        "my",
        "the",
        "test",
        "prod",
        "production",
        "dev",
        "staging",
        "default",
        "main",
        "service",
        "account",
        "connection",
        "string",
        "conn",
        "value",
        "data",
        "env",
        "pw",
        "refresh",
    ];
    let lower = name.to_ascii_lowercase();
    let mut words = lower.split(|c: char| !c.is_ascii_alphabetic()).filter(|word| !word.is_empty());
    words.all(|word| WORDS.contains(&word))
}
