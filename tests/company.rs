//! A company made by script: eight repositories, two kinds of deployment, five CI systems, forty services and sixty
//! credentials, of which it is known where each stands and which places read it.
//!
//! [`write`] makes it at one of three points in time, so that tests can tell what became of a credential: at 2 one
//! has another value and one is new, at 3 one is gone and one moved to production. Values are minted, so that no
//! realistic one stands in this file.

mod languages;
mod repositories;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::common::{minted, run, scratch, write};

/// Types of credentials whose values are minted in turn.
const RULES: &[&str] = &[
    "github-pat-classic",
    "stripe-secret-live",
    "npm-token",
    "sendgrid-key",
    "gitlab-pat",
    "digitalocean-pat",
];

/// Places, `path:line`, with the path below the directory of all repositories.
pub(crate) type Places = BTreeSet<String>;

/// One credential, and what is known of it by construction.
#[derive(Debug, Default, Clone)]
pub(crate) struct Known {
    /// The name that it was made under: `payments/checkout`.
    pub(crate) name: String,
    /// Where the value stands.
    pub(crate) places: Places,
    /// What uses it.
    pub(crate) readers: Places,
}

/// What was written.
#[derive(Debug, Default)]
pub(crate) struct Company {
    /// The credentials by their values.
    pub(crate) credentials: BTreeMap<String, Known>,
    /// Names of the services.
    pub(crate) services: BTreeSet<String>,
    files: BTreeMap<String, String>,
    /// The point in time, from 1 to 3.
    pub(crate) time: u64,
    minted: u64,
}

impl Company {
    /// A credential that no other one equals. Its name says where it is at home.
    fn credential(&mut self, name: &str) -> String {
        self.minted += 1;
        let rule = RULES[self.minted as usize % RULES.len()];
        let value = minted(rule, self.minted);
        self.credentials.insert(value.clone(), Known { name: name.to_owned(), ..Known::default() });
        value
    }

    /// The same name with another value.
    fn rotated(&mut self, name: &str) -> String {
        let value = minted(RULES[0], 1000 + self.time);
        self.credentials.insert(value.clone(), Known { name: name.to_owned(), ..Known::default() });
        value
    }

    fn file<'c>(&'c mut self, path: &str) -> File<'c> {
        let before = self.files.get(path).map_or(0, |text| text.matches('\n').count());
        File { company: self, path: path.to_owned(), text: String::new(), before }
    }
}

/// A file while it is written, line by line.
struct File<'c> {
    company: &'c mut Company,
    path: String,
    text: String,
    /// Lines that were written to it earlier.
    before: usize,
}

impl File<'_> {
    /// A line that has nothing to do with any credential.
    fn line(&mut self, text: &str) -> &mut Self {
        self.text.push_str(text);
        self.text.push('\n');
        self
    }

    fn place(&self) -> String {
        format!("{}:{}", self.path, self.before + self.text.matches('\n').count() + 1)
    }

    /// A line with a credential in it.
    fn holds(&mut self, text: &str, value: &str) -> &mut Self {
        let place = self.place();
        let known = self.company.credentials.get_mut(value).unwrap();
        known.places.insert(place);
        self.line(text)
    }

    /// A line that reads a credential.
    fn reads(&mut self, text: &str, value: &str) -> &mut Self {
        let place = self.place();
        let known = self.company.credentials.get_mut(value).unwrap();
        known.readers.insert(place);
        self.line(text)
    }
}

impl Drop for File<'_> {
    fn drop(&mut self) {
        let text = std::mem::take(&mut self.text);
        self.company.files.entry(self.path.clone()).or_default().push_str(&text);
    }
}

/// Writes the company below a directory, each repository as one of git; at times after the first, what was there
/// before is replaced and committed.
pub(crate) fn write_at(root: &Path, time: u64) -> Company {
    let mut company = Company { time, ..Company::default() };
    repositories::all(&mut company);
    let names: BTreeSet<&str> =
        company.files.keys().filter_map(|path| path.split('/').next()).collect();
    for name in &names {
        let directory = root.join(name);
        if time > 1 {
            git(&directory, &["rm", "-rqf", "."]);
        } else {
            std::fs::create_dir_all(&directory).unwrap();
            git(&directory, &["init", "-q", "-b", "main"]);
        }
    }
    for (path, text) in &company.files {
        write(root, path, text);
    }
    for name in &names {
        let directory = root.join(name);
        git(&directory, &["add", "-A"]);
        let message = format!("State {time}");
        git(
            &directory,
            &[
                "-c",
                "user.name=A",
                "-c",
                "user.email=a@example.net",
                "commit",
                "--allow-empty",
                "-qm",
                &message,
            ],
        );
    }
    company
}

fn git(directory: &Path, arguments: &[&str]) {
    let done = Command::new("git")
        .args(arguments)
        .current_dir(directory)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_SYSTEM", "/dev/null")
        .output()
        .unwrap();
    assert!(done.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
}

/// The readers that a scan finds, by value.
fn found(root: &Path, arguments: &[&str]) -> BTreeMap<String, Places> {
    let all = [&["scan", "-q", "-f", "json", "--show-secrets", "."], arguments].concat();
    let report: Value = serde_json::from_str(&run(root, &all).stdout).unwrap();
    assert_eq!(report["problems"], serde_json::json!([]));
    let places = |secret: &Value| {
        let all = secret["readers"].as_array().unwrap().iter();
        all.map(|one| format!("{}:{}", one["path"].as_str().unwrap(), one["line"])).collect()
    };
    let secrets = report["secrets"].as_array().unwrap().iter();
    secrets.map(|one| (one["redacted"].as_str().unwrap().to_owned(), places(one))).collect()
}

#[test]
fn the_company_is_as_large_as_it_is_said_to_be() {
    let (_guard, root) = scratch();
    let company = write_at(&root, 1);
    let repositories: BTreeSet<&str> =
        company.files.keys().filter_map(|path| path.split('/').next()).collect();
    assert_eq!((repositories.len(), company.services.len()), (8, 40), "{:?}", company.services);
    assert_eq!(company.credentials.len(), 60);
    let text = |path: &str| company.files[path].lines().map(str::to_owned).collect::<Vec<_>>();
    for (value, known) in &company.credentials {
        for place in &known.places {
            let (path, line) = place.rsplit_once(':').unwrap();
            assert!(text(path)[line.parse::<usize>().unwrap() - 1].contains(value), "{place}");
        }
    }
}

#[test]
fn readers_are_found_and_no_others() {
    let (_guard, root) = scratch();
    let company = write_at(&root, 1);
    let found = found(&root, &[]);
    let (mut right, mut missed, mut wrong) = (Vec::new(), Vec::new(), Vec::new());
    for (value, known) in &company.credentials {
        let none = Places::new();
        let found = found.get(value).unwrap_or(&none);
        let named = |place: &String| format!("{} {place}", known.name);
        right.extend(known.readers.intersection(found).map(named));
        missed.extend(known.readers.difference(found).map(named));
        wrong.extend(found.difference(&known.readers).map(named));
    }
    let unknown: Vec<&String> = company
        .credentials
        .iter()
        .filter(|(value, _)| !found.contains_key(*value))
        .map(|(_, k)| &k.name)
        .collect();
    assert_eq!(unknown, [""; 0], "credentials that no scan finds");
    assert_eq!((missed, wrong), (Vec::<String>::new(), Vec::new()));
    assert_eq!(right.len(), 125, "readers that are known");
}

#[test]
fn readers_are_the_same_by_any_number_of_threads_and_in_history() {
    let (_guard, root) = scratch();
    write_at(&root, 1);
    let one = found(&root, &["-j", "1"]);
    assert_eq!(found(&root, &["-j", "5"]), one);
}

#[test]
fn what_becomes_of_credentials_is_known() {
    let (_guard, root) = scratch();
    let names = |company: &Company| {
        let all = company.credentials.iter();
        all.map(|(value, known)| (known.name.clone(), value.clone())).collect::<BTreeMap<_, _>>()
    };
    let first = names(&write_at(&root, 1));
    let second = names(&write_at(&root, 2));
    let third = names(&write_at(&root, 3));
    let changed = |a: &BTreeMap<String, String>, b: &BTreeMap<String, String>| {
        let both =
            a.iter().filter(|(name, value)| b.get(*name).is_some_and(|other| other != *value));
        both.map(|(name, _)| name.clone()).collect::<Vec<_>>()
    };
    assert_eq!(changed(&first, &second), ["payments/checkout"]);
    assert_eq!(second.len(), first.len() + 1);
    assert_eq!(third.len(), second.len() - 1);
}
