//! Readers: the places that use a credential by a name that it is assigned to. They say what breaks when it
//! is revoked.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use sprawl_detect::rare::Nothing;

/// The places that use one credential, and the names that are not followed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Readers {
    /// In order, without repeats.
    pub places: Vec<Reader>,
    /// Names that too much uses to tell what rests on this credential; in order, without repeats.
    pub common: Vec<CommonName>,
}

/// A place that uses a credential.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub struct Reader {
    /// Name of the repository or root.
    pub repository: String,
    /// Path as reported.
    pub path: String,
    /// 1-based.
    pub line: usize,
    /// What kind of place it is.
    pub kind: ReaderKind,
    /// Name by which it uses the credential.
    pub name: String,
    /// Names from the one that the value is assigned to up to the one that is used here, where they differ.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub via: Vec<String>,
    /// Workload that the place belongs to: a service of a compose file, a Deployment, a job, a unit, a package.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
}

/// A name that is too common to follow.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub struct CommonName {
    /// Name of the repository or root.
    pub repository: String,
    /// The name.
    pub name: String,
    /// Files that use it.
    pub files: usize,
}

/// Files in which readers were looked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Searched {
    /// Files that were read.
    pub files: u64,
    /// Files that are larger than is read for names.
    pub too_large: u64,
    /// Files that could not be read.
    pub unread: u64,
}

impl Searched {
    /// Adds up two counts.
    pub fn add(&mut self, other: Self) {
        self.files += other.files;
        self.too_large += other.too_large;
        self.unread += other.unread;
    }
}

/// Kind of place that uses a credential.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum ReaderKind {
    /// Code that reads the environment.
    Environment,
    /// Code that reads a setting through a library for configuration.
    Setting,
    /// A script, or a file of variables, that expands a variable.
    Expansion,
    /// A variable or secret of a CI system.
    CiVariable,
    /// A credential that a CI system keeps by an id.
    CiCredential,
    /// Environment or argument of a service in a compose file.
    Compose,
    /// Environment of a container in Kubernetes.
    KubernetesEnvironment,
    /// Volume of a pod in Kubernetes.
    KubernetesVolume,
    /// Another object of Kubernetes that names a Secret.
    KubernetesObject,
    /// Value of a Helm chart.
    HelmValue,
    /// Variable, output or local value of Terraform.
    Terraform,
    /// Path in a secret manager.
    SecretManager,
    /// Unit of systemd.
    Systemd,
    /// Instruction of a Dockerfile.
    Dockerfile,
    /// Path of a file that holds it.
    File,
}

impl ReaderKind {
    /// What it is, in a few words.
    pub const fn describe(self) -> &'static str {
        match self {
            Self::Environment => "environment",
            Self::Setting => "setting",
            Self::Expansion => "expansion",
            Self::CiVariable => "CI variable",
            Self::CiCredential => "CI credential",
            Self::Compose => "compose",
            Self::KubernetesEnvironment => "container environment",
            Self::KubernetesVolume => "volume",
            Self::KubernetesObject => "Kubernetes object",
            Self::HelmValue => "Helm value",
            Self::Terraform => "Terraform",
            Self::SecretManager => "secret manager",
            Self::Systemd => "systemd unit",
            Self::Dockerfile => "Dockerfile",
            Self::File => "file",
        }
    }

    /// Whether a workload gets the credential here from outside, and so has to be deployed again when it
    /// changes; other places are read by what is deployed.
    pub const fn is_delivery(self) -> bool {
        !matches!(self, Self::Environment | Self::Setting | Self::Expansion)
    }
}

impl Nothing for Readers {
    fn nothing() -> &'static Self {
        static NOTHING: Readers = Readers { places: Vec::new(), common: Vec::new() };
        &NOTHING
    }
}

impl Readers {
    /// Adds those that another report knows.
    pub fn add(&mut self, other: Self) {
        self.places.extend(other.places);
        self.common.extend(other.common);
        self.tidy();
    }

    /// Puts them in order, without repeats.
    pub fn tidy(&mut self) {
        self.places.sort();
        self.places.dedup();
        // The way to a place may be longer in one report than in another: the shortest is enough.
        self.places.sort_by(|a, b| key(a).cmp(&key(b)).then(a.via.len().cmp(&b.via.len())));
        self.places.dedup_by(|later, first| key(later) == key(first));
        self.common.sort();
        self.common.dedup_by(|later, first| {
            let is_same = (&later.repository, &later.name) == (&first.repository, &first.name);
            if is_same {
                first.files = first.files.max(later.files);
            }
            is_same
        });
    }

    /// The places of each workload, by its name. A place that belongs to none is one of its repository.
    pub fn by_service(&self) -> BTreeMap<&str, Vec<&Reader>> {
        let mut services: BTreeMap<&str, Vec<&Reader>> = BTreeMap::new();
        for place in &self.places {
            let service = place.service.as_deref().unwrap_or(&place.repository);
            services.entry(service).or_default().push(place);
        }
        services
    }

    /// All texts of it that come from files.
    pub(crate) fn texts_mut(&mut self) -> impl Iterator<Item = &mut String> {
        let places = self.places.iter_mut().flat_map(|place| {
            let Reader { repository, path, name, via, service, .. } = place;
            [repository, path, name].into_iter().chain(via).chain(service)
        });
        let common = self.common.iter_mut().flat_map(|one| [&mut one.repository, &mut one.name]);
        places.chain(common)
    }
}

/// What a place is told by.
fn key(place: &Reader) -> (&str, &str, usize, ReaderKind, &str, Option<&str>) {
    let Reader { repository, path, line, kind, name, service, .. } = place;
    (repository, path, *line, *kind, name, service.as_deref())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reader(path: &str, via: &[&str]) -> Reader {
        Reader {
            repository: "r".to_owned(),
            path: path.to_owned(),
            line: 1,
            kind: ReaderKind::Environment,
            name: "N".to_owned(),
            via: via.iter().map(|one| (*one).to_owned()).collect(),
            service: Some("s".to_owned()),
        }
    }

    #[test]
    fn one_place_counts_once_by_its_shortest_way() {
        let mut all = Readers { places: vec![reader("b", &["X", "Y", "N"])], ..Readers::default() };
        all.add(Readers {
            places: vec![reader("b", &["X", "N"]), reader("a", &[]), reader("a", &[])],
            common: Vec::new(),
        });
        assert_eq!(all.places, [reader("a", &[]), reader("b", &["X", "N"])]);
        assert_eq!(all.by_service().keys().collect::<Vec<_>>(), [&"s"]);
    }
}
