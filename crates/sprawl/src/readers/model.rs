//! What files say of names: where a name is given to a value, and where a name is used. Files of every kind
//! are read into the same [`Binding`]s, and [`super::trace`] follows names from one to the next.

use std::ops::RangeInclusive;

use crate::finding::reader::ReaderKind;

/// Which names can be equal: a variable and a path of a chart are never the same, whatever they are called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Space {
    /// Environment variables, and variables and secrets of CI systems, which become such.
    Variable,
    /// Settings of applications, by their path: `spring.datasource.password`, `Smtp:Password`.
    Setting,
    /// Ids under which a CI system keeps credentials, in their relaxed form.
    CiCredential,
    /// Secrets of compose files and of systemd units, which are mounted as files of their name.
    Mounted,
    /// Secrets and ConfigMaps of Kubernetes; what is inside is a key.
    Kubernetes,
    /// Values of a chart: its directory, `#`, and the path.
    Helm,
    /// Variables, outputs and local values of Terraform: the directory, `#`, and `var.x` and the like.
    Terraform,
    /// Paths in secret managers; what is inside is a key.
    Manager,
    /// Files of the repository, by their path; what is inside is the name of a variable.
    File,
}

/// A name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Name {
    pub(super) space: Space,
    pub(super) text: String,
    /// Name within that: the key of a Secret, the variable of a file. None stands for all of it.
    pub(super) inner: Option<String>,
}

impl Name {
    pub(super) fn new(space: Space, text: impl Into<String>) -> Self {
        Self { space, text: text.into(), inner: None }
    }

    pub(super) fn variable(text: impl Into<String>) -> Self {
        Self::new(Space::Variable, text)
    }

    pub(super) fn within(self, inner: impl Into<String>) -> Self {
        Self { inner: Some(inner.into()), ..self }
    }

    /// The name as people know it.
    pub(super) fn shown(&self) -> String {
        let text = match self.space {
            Space::Helm | Space::Terraform => self.text.rsplit('#').next().unwrap_or_default(),
            _ => self.text.as_str(),
        };
        match (self.space, &self.inner) {
            (Space::File, Some(inner)) => inner.clone(),
            (_, Some(inner)) => format!("{text}/{inner}"),
            (_, None) => text.to_owned(),
        }
    }
}

/// Where a variable can be seen from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Home {
    /// In one file alone.
    File(String),
    /// In a directory and below, up to the border of the service that the directory is in.
    Directory(String),
    /// In the code of a workload whose directory nobody names.
    Workload(String),
    /// In a namespace of a cluster, if one is stated; with the directory of the file that says so.
    Namespace(Option<String>, String),
}

/// A name that a value has from here on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Given {
    pub(super) name: Name,
    pub(super) home: Home,
}

/// Everything within what is taken, handed on by its own names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pass {
    /// Put before each of the names.
    pub(super) prefix: String,
    pub(super) home: Home,
    /// What the names are within from here on; variables of their own if none.
    pub(super) into: Option<Name>,
}

/// A statement that uses names, gives names, or both.
#[derive(Debug, Clone)]
pub(super) struct Binding {
    /// 1-based.
    pub(super) lines: RangeInclusive<usize>,
    pub(super) takes: Vec<Name>,
    pub(super) gives: Vec<Given>,
    /// Set if everything within what is taken is handed on.
    pub(super) passes: Option<Pass>,
    pub(super) kind: ReaderKind,
    /// Workload that it belongs to.
    pub(super) service: Option<String>,
    /// Namespace of a cluster that it is in, if one is stated.
    pub(super) namespace: Option<String>,
}

impl Binding {
    /// A use at a line.
    pub(super) fn taking(line: usize, kind: ReaderKind, name: Name) -> Self {
        Self { takes: vec![name], ..Self::empty(line, kind) }
    }

    /// A statement that says nothing yet.
    pub(super) fn empty(line: usize, kind: ReaderKind) -> Self {
        Self {
            lines: line..=line,
            takes: Vec::new(),
            gives: Vec::new(),
            passes: None,
            kind,
            service: None,
            namespace: None,
        }
    }

    /// The same for a workload.
    pub(super) fn of(self, service: impl Into<String>) -> Self {
        Self { service: Some(service.into()), ..self }
    }

    pub(super) fn give(&mut self, name: Name, home: Home) {
        self.gives.push(Given { name, home });
    }
}

/// The letters and digits of a name in lower case: Spring, .NET and viper take `db.password`, `DB_PASSWORD` and
/// `Db:Password` for one setting.
pub(super) fn relaxed(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}
