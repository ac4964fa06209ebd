//! The files of one repository as far as names need them: which paths there are, where services begin and
//! what they are called.

use std::collections::{BTreeMap, BTreeSet};

/// Files that say that a service or package begins in their directory.
const MANIFESTS: &[&str] = &[
    "package.json",
    "pyproject.toml",
    "setup.py",
    "setup.cfg",
    "requirements.txt",
    "Pipfile",
    "go.mod",
    "Cargo.toml",
    "pom.xml",
    "build.gradle",
    "build.gradle.kts",
    "build.sbt",
    "Gemfile",
    "composer.json",
    "mix.exs",
    "Package.swift",
    "Dockerfile",
    "DESCRIPTION",
    "cpanfile",
    "pubspec.yaml",
    "CMakeLists.txt",
    "serverless.yml",
    "rebar.config",
];

/// Directories of which each one within is a service or package, where no manifest says so.
const COLLECTIONS: &[&str] = &[
    "services",
    "apps",
    "packages",
    "cmd",
    "projects",
    "components",
    "functions",
    "lambdas",
    "microservices",
    "workers",
    "jobs",
    "libs",
    "modules",
];

/// Directories that hold the settings of the directory above.
const SETTINGS: &[&str] = &[
    "config",
    "configs",
    "conf",
    "env",
    "envs",
    "environments",
    "deploy",
    "deployment",
    "deployments",
    "docker",
    ".docker",
    "compose",
    "settings",
    "secrets",
    ".secrets",
    ".github",
    "workflows",
    "ci",
    ".ci",
    ".circleci",
    "k8s",
    "kubernetes",
    "manifests",
    "infra",
    "infrastructure",
    "ops",
    "scripts",
    "bin",
    ".devcontainer",
    "systemd",
    "resources",
    "main",
    "src",
    "etc",
    "tools",
    "build",
    "helm",
    "charts",
    "base",
    "overlays",
    ".buildkite",
    ".gitlab",
];

/// Files of one repository.
#[derive(Debug, Default)]
pub(super) struct Tree {
    /// Name of the repository.
    pub(super) name: String,
    files: BTreeSet<String>,
    directories: BTreeSet<String>,
    /// Directories with a manifest, and the names that those state.
    services: BTreeMap<String, Option<String>>,
    /// Paths by their last part.
    by_name: BTreeMap<String, Vec<String>>,
    /// Directories by their last part.
    directories_by_name: BTreeMap<String, Vec<String>>,
    /// Directories with a chart, and with a configuration of Terraform.
    charts: BTreeSet<String>,
    terraform: BTreeSet<String>,
}

impl Tree {
    /// Of paths below the top of a repository.
    pub(super) fn new(name: &str, files: impl IntoIterator<Item = String>) -> Self {
        let mut tree = Self { name: name.to_owned(), ..Self::default() };
        for path in files {
            let (directory, file) = split(&path);
            if is_manifest(file) {
                tree.services.entry(directory.to_owned()).or_default();
            }
            if file == "Chart.yaml" {
                tree.charts.insert(directory.to_owned());
            }
            if file.ends_with(".tf") || file.ends_with(".tofu") {
                tree.terraform.insert(directory.to_owned());
            }
            let mut above = directory;
            while !above.is_empty() && tree.directories.insert(above.to_owned()) {
                let last = split(above).1.to_ascii_lowercase();
                tree.directories_by_name.entry(last).or_default().push(above.to_owned());
                above = split(above).0;
            }
            tree.by_name.entry(file.to_owned()).or_default().push(path.clone());
            tree.files.insert(path);
        }
        tree
    }

    /// Notes what a manifest calls its service.
    pub(super) fn note_name(&mut self, manifest: &str, text: &str) {
        let (directory, file) = split(manifest);
        if let Some(stated) = stated_name(file, text)
            && let Some(name) = self.services.get_mut(directory)
        {
            name.get_or_insert(stated);
        }
    }

    /// Whether there is such a file.
    pub(super) fn has(&self, path: &str) -> bool {
        self.files.contains(path)
    }

    /// Whether there is such a directory; the top is one.
    pub(super) fn has_directory(&self, path: &str) -> bool {
        path.is_empty() || self.directories.contains(path)
    }

    /// The directories of charts.
    pub(super) fn charts(&self) -> impl Iterator<Item = &str> {
        self.charts.iter().map(String::as_str)
    }

    /// Whether a directory holds a configuration of Terraform.
    pub(super) fn has_terraform(&self, directory: &str) -> bool {
        self.terraform.contains(directory)
    }

    /// The directory of the service that a path lies in; empty for the top.
    pub(super) fn service_directory<'p>(&self, path: &'p str) -> &'p str {
        let mut at = split(path).0;
        loop {
            if at.is_empty() || self.services.contains_key(at) {
                return at;
            }
            let above = split(at).0;
            if COLLECTIONS.contains(&split(above).1) && !above.is_empty() {
                return at;
            }
            at = above;
        }
    }

    /// What the service is called that a path lies in.
    pub(super) fn service(&self, path: &str) -> String {
        let directory = self.service_directory(path);
        match self.services.get(directory) {
            Some(Some(name)) => name.clone(),
            _ if directory.is_empty() => split(&self.name).1.to_owned(),
            _ => split(directory).1.to_owned(),
        }
    }

    /// The directory that the settings in a file are for: that of the file, or one above if it holds settings
    /// alone.
    pub(super) fn home<'p>(&self, path: &'p str) -> &'p str {
        let mut at = split(path).0;
        while !at.is_empty() && !self.services.contains_key(at) && SETTINGS.contains(&split(at).1) {
            at = split(at).0;
        }
        at
    }

    /// How far settings of a directory can be seen: up to the border of the service that it is in.
    pub(super) fn reach<'p>(&self, home: &'p str) -> &'p str {
        let mut at = home;
        loop {
            if at.is_empty() || self.services.contains_key(at) {
                break;
            }
            let above = split(at).0;
            if COLLECTIONS.contains(&split(above).1) {
                return at;
            }
            at = above;
        }
        // A directory of its own beside others is no part of the top's service.
        if at.is_empty() && !home.is_empty() { home } else { at }
    }

    /// The directory with the code of a workload, if exactly one goes by its name.
    pub(super) fn directory_of(&self, workload: &str) -> Option<&str> {
        let wanted = workload.to_ascii_lowercase();
        let stated = self.services.iter().filter(|(directory, name)| {
            !directory.is_empty()
                && name.as_deref().is_some_and(|name| name.eq_ignore_ascii_case(&wanted))
        });
        let stated: Vec<&str> = stated.map(|(directory, _)| directory.as_str()).collect();
        if let [one] = stated.as_slice() {
            return Some(one);
        }
        let all = self.directories_by_name.get(&wanted)?;
        let known: Vec<&String> = all
            .iter()
            .filter(|one| {
                self.services.contains_key(*one) || COLLECTIONS.contains(&split(split(one).0).1)
            })
            .collect();
        match (known.as_slice(), all.as_slice()) {
            ([one], _) => Some(one),
            ([], [one]) => Some(one),
            _ => None,
        }
    }

    /// The file of this repository that a path in a file means: below the directory of that file, below the top,
    /// or, for a path of another machine, the only one with the same end.
    pub(super) fn resolve(&self, from: &str, path: &str) -> Option<String> {
        let path = path.trim().trim_matches(['"', '\'']);
        if path.is_empty() || path.len() > 300 || path.contains("://") {
            return None;
        }
        let cleaned = path
            .trim_start_matches("${path.module}/")
            .trim_start_matches("${path.root}/")
            .trim_start_matches("$PWD/")
            .trim_start_matches("$(pwd)/")
            .trim_start_matches("${PWD}/");
        let is_foreign = cleaned.starts_with(['/', '~', '$', '%']);
        if !is_foreign {
            let mut base = split(from).0;
            loop {
                if let Some(joined) = join(base, cleaned).filter(|joined| self.has(joined)) {
                    return Some(joined);
                }
                if base.is_empty() {
                    break;
                }
                base = split(base).0;
            }
        }
        self.by_end(cleaned)
    }

    /// The only file whose path ends with the last two parts of another one.
    fn by_end(&self, path: &str) -> Option<String> {
        let (directory, file) = split(path);
        let last = split(directory).1;
        let all = self.by_name.get(file)?;
        let end = format!("{last}/{file}");
        let is_same =
            |one: &&String| !last.is_empty() && (**one == end || one.ends_with(&format!("/{end}")));
        let same: Vec<&String> = all.iter().filter(is_same).collect();
        match (same.as_slice(), all.as_slice()) {
            ([one], _) => Some((*one).clone()),
            ([], [one]) if is_telling(file) => Some(one.clone()),
            _ => None,
        }
    }

    /// The directory that a path in a file means, if there is such a one.
    pub(super) fn resolve_directory(&self, from: &str, path: &str) -> Option<String> {
        let path = path.trim().trim_matches(['"', '\'']);
        if path.starts_with(['/', '~', '$']) || path.contains("://") {
            return None;
        }
        join(split(from).0, path).filter(|joined| self.has_directory(joined))
    }
}

/// Whether the name of a file alone tells which one is meant: not `key.pem` or `id_rsa`.
fn is_telling(file: &str) -> bool {
    const COMMON: &[&str] = &[
        "id_rsa",
        "id_ed25519",
        "id_ecdsa",
        "id_dsa",
        "key.pem",
        "private.pem",
        "private.key",
        "server.key",
        "server.pem",
        "client.key",
        "tls.key",
        "cert.pem",
        "ca.key",
        "credentials.json",
        "config",
        "secret",
        "password",
        "token",
        "credentials",
        "secrets.json",
        "config.json",
        "key.json",
        ".env",
        "key",
    ];
    file.len() >= 6 && !COMMON.contains(&file)
}

pub(super) fn is_manifest(file: &str) -> bool {
    MANIFESTS.contains(&file) || file.ends_with(".csproj") || file.ends_with(".fsproj")
}

/// Directory and last part of a path.
pub(super) fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

/// A path below a directory, without `.` and `..`; none if it leads out of the top.
pub(super) fn join(base: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = base.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split(['/', '\\']) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// The name that a manifest states.
fn stated_name(file: &str, text: &str) -> Option<String> {
    let lines = || text.lines().map(str::trim);
    let quoted = |line: &str| {
        let value = line.split_once(['=', ':'])?.1.trim().trim_end_matches(',');
        let value = value.trim_matches(['"', '\'', ' ']);
        (!value.is_empty()).then(|| value.to_owned())
    };
    let found = match file {
        "package.json" | "composer.json" => {
            let value: serde_json::Value = serde_json::from_str(text).ok()?;
            value.get("name")?.as_str().map(str::to_owned)
        }
        "go.mod" => {
            let module = lines().find_map(|line| line.strip_prefix("module "))?.trim();
            let end = split(module).1;
            // `example.net/shop/v2`
            let is_version =
                end.strip_prefix('v').is_some_and(|n| n.bytes().all(|b| b.is_ascii_digit()));
            Some(if is_version { split(split(module).0).1 } else { end }.to_owned())
        }
        "Cargo.toml" | "pyproject.toml" => {
            let value: toml::Table = text.parse().ok()?;
            let tables = [&["package"][..], &["project"], &["tool", "poetry"]];
            tables.iter().find_map(|path| {
                let mut at = &value;
                for key in *path {
                    at = at.get(*key)?.as_table()?;
                }
                at.get("name")?.as_str().map(str::to_owned)
            })
        }
        "pom.xml" => {
            // That of the parent stands before its own.
            let own = text.split_once("</parent>").map_or(text, |(_, own)| own);
            let rest = own.split_once("<artifactId>")?.1;
            Some(rest.split_once('<')?.0.trim().to_owned())
        }
        "setup.cfg" | "pubspec.yaml" => {
            lines().find(|line| line.starts_with("name")).and_then(quoted)
        }
        "serverless.yml" => lines().find(|line| line.starts_with("service:")).and_then(quoted),
        _ => None,
    }?;
    let name = found.rsplit('/').next().unwrap_or_default().trim();
    let is_name = |c: char| c.is_alphanumeric() || "._-".contains(c);
    (!name.is_empty() && name.len() <= 80 && name.chars().all(is_name)).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(files: &[&str]) -> Tree {
        Tree::new("org/shop", files.iter().map(|one| (*one).to_owned()))
    }

    #[test]
    fn services_begin_at_manifests_and_in_collections() {
        let mut all = tree(&[
            "package.json",
            "api/go.mod",
            "api/x/main.go",
            "services/pay/main.py",
            "lib/a.js",
        ]);
        all.note_name("api/go.mod", "module example.net/acme/checkout/v2\n");
        assert_eq!(all.service("api/x/main.go"), "checkout");
        assert_eq!(all.service("services/pay/main.py"), "pay");
        assert_eq!(all.service("lib/a.js"), "shop");
        assert_eq!(all.directory_of("checkout"), Some("api"));
        assert_eq!(all.directory_of("pay"), Some("services/pay"));
        assert_eq!(all.directory_of("nobody"), None);
        assert_eq!((all.home("api/config/.env"), all.reach("api")), ("api", "api"));
        assert_eq!((all.home("deploy/.env"), all.reach("lib")), ("", "lib"));
    }

    #[test]
    fn paths_mean_files_beside_above_and_of_the_same_end() {
        let all =
            tree(&["nginx/certs/server.key", "deploy/a.yml", "keys/ci-deploy.pem", "x/id_rsa"]);
        let to = |from: &str, path: &str| all.resolve(from, path).unwrap_or_default();
        assert_eq!(to("deploy/a.yml", "../keys/ci-deploy.pem"), "keys/ci-deploy.pem");
        assert_eq!(to("deploy/a.yml", "./keys/ci-deploy.pem"), "keys/ci-deploy.pem");
        assert_eq!(to("deploy/a.yml", "/etc/nginx/certs/server.key"), "nginx/certs/server.key");
        assert_eq!(to("deploy/a.yml", "/srv/ci-deploy.pem"), "keys/ci-deploy.pem");
        assert_eq!(to("deploy/a.yml", "~/.ssh/id_rsa"), "");
        assert_eq!(to("deploy/a.yml", "https://example.net/keys/ci-deploy.pem"), "");
        assert_eq!(join("a/b", "../../../c"), None);
    }
}
