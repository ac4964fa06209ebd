//! Survey of a project: languages with their build directories, managers of hooks, build systems, other
//! scanners. Looks at names of files alone.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use ignore::WalkBuilder;

use crate::hook;
use sprawl::git::tracked::Tracked;
use sprawl::migrate;
use sprawl::policy::baseline;
use sprawl_detect::text::display_path;

/// A language or build tool, the files that it is known by (`*.` begins an extension), and directories
/// beside them that it fills.
const LANGUAGES: &[(&str, &[&str], &[&str])] = &[
    ("Rust", &["Cargo.toml"], &["target"]),
    (
        "Node.js",
        &["package.json"],
        &[
            "node_modules",
            "dist",
            "build",
            "out",
            "coverage",
            ".next",
            ".nuxt",
            ".output",
            ".svelte-kit",
            ".parcel-cache",
            ".turbo",
            ".angular",
            "bower_components",
        ],
    ),
    (
        "Python",
        &["pyproject.toml", "setup.py", "setup.cfg", "requirements.txt", "Pipfile"],
        &[
            ".venv",
            "venv",
            "env",
            "__pycache__",
            ".tox",
            ".nox",
            ".mypy_cache",
            ".pytest_cache",
            ".ruff_cache",
            "build",
            "dist",
            "htmlcov",
        ],
    ),
    ("Go", &["go.mod"], &["bin"]),
    ("Maven", &["pom.xml"], &["target"]),
    (
        "Gradle",
        &["build.gradle", "build.gradle.kts", "settings.gradle", "settings.gradle.kts"],
        &["build", ".gradle"],
    ),
    ("sbt", &["build.sbt"], &["target"]),
    (".NET", &["*.sln", "*.slnx", "*.csproj", "*.fsproj", "*.vbproj"], &["bin", "obj", "packages"]),
    ("PHP", &["composer.json"], &["vendor"]),
    ("Ruby", &["Gemfile"], &[".bundle", "coverage", "tmp"]),
    ("Elixir", &["mix.exs"], &["_build", "deps"]),
    ("Erlang", &["rebar.config"], &["_build"]),
    ("Swift", &["Package.swift"], &[".build"]),
    ("Dart", &["pubspec.yaml"], &[".dart_tool", "build"]),
    ("CMake", &["CMakeLists.txt"], &["build", "cmake-build-debug", "cmake-build-release"]),
    ("Haskell", &["stack.yaml", "cabal.project", "*.cabal"], &[".stack-work", "dist-newstyle"]),
    ("Zig", &["build.zig"], &["zig-out", ".zig-cache", "zig-cache"]),
    ("OCaml", &["dune-project"], &["_build"]),
    ("Terraform", &["*.tf"], &[".terraform"]),
];

/// Files and directories that build systems are known by.
const SYSTEMS: &[(&str, &str)] = &[
    (".github/workflows", "GitHub Actions"),
    (".gitea/workflows", "Gitea Actions"),
    (".forgejo/workflows", "Forgejo Actions"),
    (".gitlab-ci.yml", "GitLab CI/CD"),
    ("azure-pipelines.yml", "Azure Pipelines"),
    ("bitbucket-pipelines.yml", "Bitbucket Pipelines"),
    ("Jenkinsfile", "Jenkins"),
    (".circleci/config.yml", "CircleCI"),
    (".buildkite", "Buildkite"),
    (".travis.yml", "Travis CI"),
    (".drone.yml", "Drone"),
    (".woodpecker.yml", "Woodpecker"),
    (".woodpecker.yaml", "Woodpecker"),
    (".woodpecker", "Woodpecker"),
    (".semaphore/semaphore.yml", "Semaphore"),
    ("appveyor.yml", "AppVeyor"),
    (".appveyor.yml", "AppVeyor"),
    ("buildspec.yml", "AWS CodeBuild"),
];

/// Directories below the root that are looked into.
const DEPTH: usize = 4;

/// Files and directories that are looked at: this is a glance, and no scan.
const MOST: usize = 20_000;

/// What a project has.
#[derive(Debug, Default)]
pub(super) struct Survey {
    /// Languages and build tools, with the first file that each is known by.
    pub(super) languages: Vec<(String, String)>,
    /// Build directories that git neither tracks nor ignores.
    pub(super) excluded: Vec<Excluded>,
    /// Managers of hooks, and the file that each is known by.
    pub(super) managers: Vec<(String, String)>,
    /// Build systems, and the file that each is known by.
    pub(super) systems: Vec<(String, String)>,
    /// The baseline, if there is one.
    pub(super) baseline: Option<&'static str>,
    /// Files of other scanners that can be migrated.
    pub(super) others: Vec<&'static str>,
}

/// A directory that is left out.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Excluded {
    /// Its path below the root.
    pub(super) path: String,
    /// What fills it.
    pub(super) of: &'static str,
}

impl Survey {
    /// Looks at the project at a root, an absolute path.
    pub(super) fn of(root: &Path) -> Self {
        let is_there = |name: &str| root.join(name).symlink_metadata().is_ok();
        let (languages, built) = languages(root);
        Self {
            languages,
            excluded: untracked(root, built),
            managers: hook::managers_in(root),
            systems: SYSTEMS
                .iter()
                .filter(|(file, _)| is_there(file))
                .map(|(file, name)| ((*name).to_owned(), (*file).to_owned()))
                .collect(),
            baseline: Some(baseline::FILE).filter(|file| is_there(file)),
            others: migrate::file_names().filter(|file| is_there(file)).collect(),
        }
    }
}

/// The languages of a project, and the build directories of each that git does not ignore.
fn languages(root: &Path) -> (Vec<(String, String)>, Vec<Excluded>) {
    let names: Vec<&str> = LANGUAGES.iter().flat_map(|(_, _, built)| *built).copied().collect();
    let built: Arc<Mutex<Vec<PathBuf>>> = Arc::default();
    let found = Arc::clone(&built);
    let mut walk = WalkBuilder::new(root);
    // Ignored is what a scan ignores: not what the user's own settings or other tools' files name.
    walk.max_depth(Some(DEPTH)).hidden(false).ignore(false).git_global(false).follow_links(false);
    walk.filter_entry(move |entry| {
        let name = entry.file_name().to_string_lossy();
        let is_directory = entry.file_type().is_some_and(|kind| kind.is_dir());
        let is_built = is_directory && entry.depth() > 0 && names.contains(&&*name);
        if is_built {
            found.lock().unwrap_or_else(PoisonError::into_inner).push(entry.path().to_owned());
        }
        !is_built && name != ".git"
    });
    let mut markers: Vec<(PathBuf, usize)> = Vec::new();
    for entry in walk.build().flatten().take(MOST) {
        let name = entry.file_name().to_string_lossy();
        for (at, (_, files, _)) in LANGUAGES.iter().enumerate() {
            if files.iter().any(|file| is_called(&name, file)) {
                markers.push((entry.path().to_owned(), at));
                break;
            }
        }
    }
    // The topmost first, whatever order the file system has.
    markers.sort_by_key(|(path, at)| (path.components().count(), path.clone(), *at));
    let mut languages: BTreeMap<usize, String> = BTreeMap::new();
    for (path, at) in &markers {
        languages.entry(*at).or_insert_with(|| below(root, path));
    }
    let built = built.lock().unwrap_or_else(PoisonError::into_inner);
    let mut excluded: Vec<Excluded> = built
        .iter()
        .filter_map(|directory| {
            let name = directory.file_name()?.to_string_lossy();
            let fills = |(path, at): &&(PathBuf, usize)| {
                path.parent() == directory.parent() && LANGUAGES[*at].2.contains(&&*name)
            };
            let (_, at) = markers.iter().find(fills)?;
            Some(Excluded { path: below(root, directory), of: LANGUAGES[*at].0 })
        })
        .collect();
    excluded.sort();
    let languages = languages.into_iter().map(|(at, file)| (LANGUAGES[at].0.to_owned(), file));
    (languages.collect(), excluded)
}

fn is_called(name: &str, pattern: &str) -> bool {
    match pattern.strip_prefix('*') {
        Some(extension) => name.ends_with(extension),
        None => name == pattern,
    }
}

fn below(root: &Path, path: &Path) -> String {
    display_path(path.strip_prefix(root).unwrap_or(path))
}

/// Those of the directories in which git tracks nothing: what is tracked is to be scanned.
fn untracked(root: &Path, built: Vec<Excluded>) -> Vec<Excluded> {
    if root.join(".git").symlink_metadata().is_err() {
        return built;
    }
    match Tracked::open(root) {
        Ok(tracked) => {
            built.into_iter().filter(|one| !tracked.has_below(&root.join(&one.path))).collect()
        }
        // Nobody knows what is tracked.
        Err(_) => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn project(paths: &[&str]) -> tempfile::TempDir {
        let directory = tempfile::tempdir().unwrap();
        for path in paths {
            let full = directory.path().join(path);
            fs::create_dir_all(full.parent().unwrap()).unwrap();
            fs::write(full, "").unwrap();
        }
        directory
    }

    #[test]
    fn build_directories_are_those_beside_what_fills_them() {
        let project = project(&[
            "web/package.json",
            "web/dist/a.js",
            "web/node_modules/b/dist/c.js",
            "docs/dist/page.html",
            "api/Cargo.toml",
            "api/target/debug/x",
            "tools/build/rules.txt",
            "App.sln",
            "bin/app.dll",
        ]);
        let survey = Survey::of(project.path());
        let excluded: Vec<&str> = survey.excluded.iter().map(|one| one.path.as_str()).collect();
        assert_eq!(excluded, ["api/target", "bin", "web/dist", "web/node_modules"]);
        let languages: Vec<&str> = survey.languages.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(languages, ["Rust", "Node.js", ".NET"]);
    }

    #[test]
    fn managers_systems_and_other_scanners_are_seen() {
        let project = project(&[
            ".github/workflows/test.yml",
            "Jenkinsfile",
            ".gitleaks.toml",
            ".sprawl/baseline.toml",
            "lefthook.yml",
        ]);
        let survey = Survey::of(project.path());
        let names =
            |all: &[(String, String)]| all.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
        assert_eq!(names(&survey.systems), ["GitHub Actions", "Jenkins"]);
        assert_eq!(names(&survey.managers), ["lefthook"]);
        assert_eq!(survey.others, [".gitleaks.toml"]);
        assert_eq!(survey.baseline, Some(".sprawl/baseline.toml"));
        let empty = tempfile::tempdir().unwrap();
        let survey = Survey::of(empty.path());
        assert!(
            survey.languages.is_empty() && survey.managers.is_empty() && survey.excluded.is_empty()
        );
    }
}
