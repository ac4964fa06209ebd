//! What a pull request or a push adds, by what the continuous integration says in its environment.
//!
//! Names and meanings are those of the vendors' lists of predefined variables: GitHub Actions,
//! GitLab CI/CD, Azure Pipelines, Bitbucket Pipelines, CircleCI, Jenkins.

use std::collections::BTreeMap;

use super::Error;
use crate::files::read;
use crate::git::range::Range;
use crate::git::{ObjectId, Repository};

/// Environment variables, and the file that GitHub describes its event in.
#[derive(Debug, Clone, Default)]
pub(super) struct Variables {
    values: BTreeMap<String, String>,
    event: Option<serde_json::Value>,
}

/// The two ends of what is to be scanned, as names that git knows.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Ends {
    /// Which system said so.
    system: &'static str,
    base: Base,
    head: String,
}

/// Where it begins.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Base {
    /// A commit.
    Commit(String),
    /// A branch of the remote.
    Branch(String),
    /// The remote's main branch.
    MainBranch,
    /// The commit before the head: nothing else is known.
    Parent,
}

impl Variables {
    /// Those of this process.
    pub(super) fn of_process() -> Self {
        let values: BTreeMap<String, String> = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        let event = values
            .get("GITHUB_EVENT_PATH")
            .and_then(|path| read::bytes(path.as_ref(), read::LIST).ok())
            .and_then(|bytes| serde_json::from_slice(&bytes).ok());
        Self { values, event }
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// A commit id; a line of zeros stands for none.
    fn commit(&self, name: &str) -> Option<Base> {
        self.get(name).and_then(some_commit)
    }

    fn event(&self, path: &str) -> Option<&str> {
        self.event.as_ref()?.pointer(path)?.as_str().filter(|value| !value.is_empty())
    }

    fn ends(&self) -> Option<Ends> {
        let head = |name: &str| self.get(name).unwrap_or("HEAD").to_owned();
        let branch = |name: &str| self.get(name).map(|value| Base::Branch(short(value)));
        let is =
            |name: &str, value: &str| self.get(name).is_some_and(|v| v.eq_ignore_ascii_case(value));
        Some(if is("GITHUB_ACTIONS", "true") {
            let event = |path: &str| self.event(path).and_then(some_commit);
            let base = event("/pull_request/base/sha")
                .or_else(|| event("/merge_group/base_sha"))
                .or_else(|| branch("GITHUB_BASE_REF"))
                .or_else(|| event("/before"))
                .or_else(|| {
                    self.event("/repository/default_branch").map(|b| Base::Branch(b.into()))
                });
            Ends {
                system: "GitHub Actions",
                base: base.unwrap_or(Base::MainBranch),
                head: "HEAD".into(),
            }
        } else if is("GITLAB_CI", "true") {
            let base = self
                .commit("CI_MERGE_REQUEST_DIFF_BASE_SHA")
                .or_else(|| branch("CI_MERGE_REQUEST_TARGET_BRANCH_NAME"))
                .or_else(|| self.commit("CI_COMMIT_BEFORE_SHA"))
                .or_else(|| branch("CI_DEFAULT_BRANCH"));
            let base = base.unwrap_or(Base::MainBranch);
            Ends { system: "GitLab CI", base, head: head("CI_COMMIT_SHA") }
        } else if is("TF_BUILD", "true") {
            let base = branch("SYSTEM_PULLREQUEST_TARGETBRANCH").unwrap_or(Base::Parent);
            Ends { system: "Azure Pipelines", base, head: head("BUILD_SOURCEVERSION") }
        } else if self.get("BITBUCKET_BUILD_NUMBER").is_some() {
            let base = branch("BITBUCKET_PR_DESTINATION_BRANCH").unwrap_or(Base::Parent);
            Ends { system: "Bitbucket Pipelines", base, head: head("BITBUCKET_COMMIT") }
        } else if is("CIRCLECI", "true") {
            Ends { system: "CircleCI", base: Base::MainBranch, head: head("CIRCLE_SHA1") }
        } else if self.get("JENKINS_URL").is_some() {
            let base = branch("CHANGE_TARGET")
                .or_else(|| self.commit("GIT_PREVIOUS_SUCCESSFUL_COMMIT"))
                .or_else(|| self.commit("GIT_PREVIOUS_COMMIT"));
            Ends {
                system: "Jenkins",
                base: base.unwrap_or(Base::MainBranch),
                head: head("GIT_COMMIT"),
            }
        } else {
            return None;
        })
    }
}

/// What the job is about.
///
/// # Errors
/// No system is known to be at work, or one of the ends is not in the clone.
pub(super) fn range(repository: &Repository, variables: &Variables) -> Result<Range, Error> {
    let ends = variables.ends().ok_or_else(|| {
        Error::Input(
            "--ci: none of GitHub Actions, GitLab CI, Azure Pipelines, Bitbucket Pipelines, CircleCI \
             and Jenkins is at work here; name the commits instead: --range A..B"
                .to_owned(),
        )
    })?;
    let system = ends.system;
    let missing = |what: &str, how: &str| {
        Error::Input(format!(
            "{system}: {what} is not in this clone, so that nobody can say what was added; {how}, or \
             let the job fetch the whole history ({})",
            full_history(system)
        ))
    };
    let head = repository
        .revision(&ends.head)
        .map_err(|_| missing(&ends.head, &format!("`git fetch origin {}`", ends.head)))?;
    let branch = |name: &str| -> Option<ObjectId> {
        ["refs/remotes/origin/", "refs/heads/"]
            .iter()
            .find_map(|place| repository.reference(&format!("{place}{name}")))
    };
    let base = match &ends.base {
        Base::Commit(id) => repository
            .revision(id)
            .map_err(|_| missing(&format!("commit {id}"), &format!("`git fetch origin {id}`")))?,
        Base::Branch(name) => branch(name).ok_or_else(|| {
            let how = format!("`git fetch origin +refs/heads/{name}:refs/remotes/origin/{name}`");
            missing(&format!("branch {name}"), &how)
        })?,
        Base::MainBranch => match repository.main_branch() {
            // What is on the main branch already adds what its last commit does.
            Ok(id) if id != head => id,
            Ok(_) => repository.revision(&format!("{head}^"))?,
            Err(_) => {
                return Err(missing("the main branch", "`git remote set-head origin --auto`"));
            }
        },
        Base::Parent => repository
            .revision(&format!("{head}^"))
            .map_err(|_| missing("the commit before this one", "`git fetch --deepen=1`"))?,
    };
    Ok(Range { include: vec![head], exclude: vec![base], ..Range::default() })
}

fn full_history(system: &str) -> &'static str {
    match system {
        "GitHub Actions" => "actions/checkout with fetch-depth: 0",
        "GitLab CI" => "variable GIT_DEPTH: 0",
        "Azure Pipelines" => "checkout with fetchDepth: 0",
        "Bitbucket Pipelines" => "clone: depth: full",
        "Jenkins" => "no shallow clone in the checkout's settings",
        _ => "git fetch --unshallow",
    }
}

fn some_commit(id: &str) -> Option<Base> {
    (!id.bytes().all(|b| b == b'0')).then(|| Base::Commit(id.to_owned()))
}

fn short(branch: &str) -> String {
    branch.strip_prefix("refs/heads/").unwrap_or(branch).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ends(variables: &[(&str, &str)], event: &str) -> Option<(Base, String)> {
        let values = variables.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        let event = serde_json::from_str(event).ok();
        Variables { values, event }.ends().map(|ends| (ends.base, ends.head))
    }

    fn commit(id: &str) -> Base {
        Base::Commit(id.to_owned())
    }

    #[test]
    fn nothing_is_known_outside() {
        assert_eq!(ends(&[("HOME", "/")], ""), None);
    }

    #[test]
    fn github_actions() {
        let on = [("GITHUB_ACTIONS", "true"), ("GITHUB_BASE_REF", "main")];
        let head = || "HEAD".to_owned();
        let pull = r#"{"pull_request": {"base": {"sha": "aa"}}, "before": "bb"}"#;
        assert_eq!(ends(&on, pull), Some((commit("aa"), head())));
        assert_eq!(ends(&on, ""), Some((Base::Branch("main".into()), head())));
        let on = [("GITHUB_ACTIONS", "true"), ("GITHUB_BASE_REF", "")];
        assert_eq!(ends(&on, r#"{"before": "bb"}"#), Some((commit("bb"), head())));
        let new = r#"{"before": "0000", "repository": {"default_branch": "trunk"}}"#;
        assert_eq!(ends(&on, new), Some((Base::Branch("trunk".into()), head())));
        let queue = r#"{"merge_group": {"base_sha": "cc"}}"#;
        assert_eq!(ends(&on, queue), Some((commit("cc"), head())));
    }

    #[test]
    fn gitlab() {
        let on = [
            ("GITLAB_CI", "true"),
            ("CI_COMMIT_BEFORE_SHA", "00000"),
            ("CI_COMMIT_SHA", "hh"),
            ("CI_MERGE_REQUEST_DIFF_BASE_SHA", "aa"),
            ("CI_DEFAULT_BRANCH", "main"),
        ];
        assert_eq!(ends(&on, ""), Some((commit("aa"), "hh".to_owned())));
        assert_eq!(ends(&on[..3], ""), Some((Base::MainBranch, "hh".to_owned())));
        let push = [("GITLAB_CI", "true"), ("CI_COMMIT_BEFORE_SHA", "bb")];
        assert_eq!(ends(&push, ""), Some((commit("bb"), "HEAD".to_owned())));
    }

    #[test]
    fn the_others() {
        let azure = [
            ("TF_BUILD", "True"),
            ("SYSTEM_PULLREQUEST_TARGETBRANCH", "refs/heads/release/1"),
            ("BUILD_SOURCEVERSION", "hh"),
        ];
        assert_eq!(ends(&azure, ""), Some((Base::Branch("release/1".into()), "hh".to_owned())));
        assert_eq!(ends(&azure[..1], ""), Some((Base::Parent, "HEAD".to_owned())));
        let bitbucket = [
            ("BITBUCKET_BUILD_NUMBER", "7"),
            ("BITBUCKET_COMMIT", "hh"),
            ("BITBUCKET_PR_DESTINATION_BRANCH", "main"),
        ];
        assert_eq!(ends(&bitbucket, ""), Some((Base::Branch("main".into()), "hh".to_owned())));
        assert_eq!(ends(&bitbucket[..2], ""), Some((Base::Parent, "hh".to_owned())));
        let circle = [("CIRCLECI", "true"), ("CIRCLE_SHA1", "hh")];
        assert_eq!(ends(&circle, ""), Some((Base::MainBranch, "hh".to_owned())));
        let jenkins = [
            ("JENKINS_URL", "http://jenkins.invalid"),
            ("GIT_COMMIT", "hh"),
            ("GIT_PREVIOUS_COMMIT", "bb"),
            ("CHANGE_TARGET", "main"),
        ];
        assert_eq!(ends(&jenkins, ""), Some((Base::Branch("main".into()), "hh".to_owned())));
        assert_eq!(ends(&jenkins[..3], ""), Some((commit("bb"), "hh".to_owned())));
        assert_eq!(ends(&jenkins[..2], ""), Some((Base::MainBranch, "hh".to_owned())));
    }
}
