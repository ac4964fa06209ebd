//! What each build system says of a job in its environment.
//!
//! Names and meanings are those of the vendors' lists of predefined variables: GitHub Actions (and
//! Gitea, Forgejo, which keep to its names), GitLab CI/CD, Azure Pipelines, Bitbucket Pipelines,
//! CircleCI, Jenkins with its Git and Branch API plugins; further ones are in [`others`].

mod others;

use std::collections::BTreeMap;

use sprawl::files::read;

/// Environment variables, and the file that GitHub describes its event in.
#[derive(Debug, Clone, Default)]
pub(crate) struct Variables {
    values: BTreeMap<String, String>,
    event: Option<serde_json::Value>,
}

/// What a job was started for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Job {
    /// Which system says so.
    pub(super) system: &'static str,
    /// What happened, in the system's own word.
    pub(super) event: String,
    /// The commit that the job is about; what is checked out if the system names none.
    pub(super) head: Option<String>,
    /// What the job runs for.
    pub(super) on: On,
    /// Where what is new begins; the first that is in the clone counts.
    pub(super) bases: Vec<Base>,
    /// Short name of the default branch, if the system tells it.
    pub(super) default_branch: Option<String>,
    /// Short name of the branch that a request comes from, if the system tells it.
    pub(super) source: Option<String>,
}

/// What a job runs for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum On {
    /// A branch, by its short name.
    Branch(String),
    /// A tag, by its short name.
    Tag(String),
    /// A pull or merge request, or an entry of a merge queue.
    Request,
    /// Nobody started it by a change: a schedule, or a person. The branch, if it is known.
    Clock(Option<String>),
    /// The system does not say.
    Unknown,
}

/// Where what is new begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Base {
    /// A commit, and what it is.
    Commit(String, &'static str),
    /// A branch of the remote, by its short name.
    Branch(String),
}

impl On {
    /// The name of a branch or tag, if it is known.
    pub(super) fn name(&self) -> Option<&str> {
        match self {
            Self::Branch(name) | Self::Tag(name) => Some(name),
            Self::Clock(name) => name.as_deref(),
            Self::Request | Self::Unknown => None,
        }
    }

    /// From a full name of a reference.
    fn reference(full: &str) -> Self {
        match full.strip_prefix("refs/tags/") {
            Some(tag) => Self::Tag(tag.to_owned()),
            None if full.starts_with("refs/pull/") || full.starts_with("refs/merge-requests/") => {
                Self::Request
            }
            None => Self::Branch(short(full)),
        }
    }
}

/// What the value before a push is called.
const BEFORE: &str = "the commit before the push";

/// What the base of a request is called.
const TARGET: &str = "the base of the request";

impl Variables {
    /// Those of this process.
    pub(crate) fn of_process() -> Self {
        let values: BTreeMap<String, String> = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        let event = values
            .get("GITHUB_EVENT_PATH")
            .and_then(|path| read::bytes(path.as_ref(), read::LIST).ok())
            .and_then(|bytes| serde_json::from_slice(&bytes).ok());
        Self { values, event }
    }

    /// What the job is about, if a system that is known runs it.
    pub(super) fn job(&self) -> Option<Job> {
        Some(if self.is("GITHUB_ACTIONS", "true") {
            self.github()
        } else if self.is("GITLAB_CI", "true") {
            self.gitlab()
        } else if self.is("TF_BUILD", "true") {
            self.azure()
        } else if self.get("BITBUCKET_BUILD_NUMBER").is_some() {
            self.bitbucket()
        } else if self.is("CIRCLECI", "true") {
            self.circle()
        } else if self.get("JENKINS_URL").is_some() {
            self.jenkins()
        } else {
            return self.other();
        })
    }

    fn github(&self) -> Job {
        let event = |path: &str| self.event(path).and_then(some_commit);
        let name = self.get("GITHUB_EVENT_NAME").unwrap_or("push").to_owned();
        let mut bases = Vec::new();
        let of = |id: Option<String>, what| id.map(|id| Base::Commit(id, what));
        bases.extend(of(event("/pull_request/base/sha"), TARGET));
        bases.extend(of(event("/merge_group/base_sha"), "the base of the merge queue's entry"));
        let target = self.get("GITHUB_BASE_REF").or_else(|| self.event("/pull_request/base/ref"));
        bases.extend(
            target.or_else(|| self.event("/merge_group/base_ref")).map(short).map(Base::Branch),
        );
        let is_request = !bases.is_empty();
        if !is_request {
            bases.extend(of(event("/before"), BEFORE));
        }
        // These run on the default branch, whatever they are about, unless the checkout is told
        // otherwise.
        let about = [
            "/pull_request/head/sha",
            "/merge_group/head_sha",
            "/workflow_run/head_sha",
            "/check_suite/head_sha",
            "/check_run/head_sha",
            "/deployment/sha",
        ];
        let status = || event("/sha").filter(|_| name == "status");
        // A push of an annotated tag tells the id of the tag, which the checkout may leave out.
        let pushed = || event("/after").filter(|_| !self.is_github_tag());
        let head = about.iter().find_map(|path| event(path)).or_else(status).or_else(pushed);
        let head = head.or_else(|| self.commit("GITHUB_SHA"));
        let branch = ["/workflow_run/head_branch", "/check_suite/head_branch"]
            .iter()
            .find_map(|path| self.event(path));
        let on = match (branch, self.get("GITHUB_REF").or_else(|| self.event("/ref"))) {
            _ if is_request => On::Request,
            (Some(branch), _) => On::Branch(branch.to_owned()),
            (None, Some(full)) => On::reference(full),
            (None, None) => On::Unknown,
        };
        let by_nobody = ["schedule", "workflow_dispatch", "repository_dispatch"];
        let on = by_the_clock(on, by_nobody.contains(&name.as_str()));
        let default_branch = self.event("/repository/default_branch").map(short);
        let source = self.get("GITHUB_HEAD_REF").or_else(|| self.event("/pull_request/head/ref"));
        let source = source.map(short);
        Job { system: "GitHub Actions", event: name, head, on, bases, default_branch, source }
    }

    fn is_github_tag(&self) -> bool {
        let named = self.get("GITHUB_REF").or_else(|| self.event("/ref"));
        named.is_some_and(|name| name.starts_with("refs/tags/"))
    }

    fn gitlab(&self) -> Job {
        let mut bases = Vec::new();
        let of = |name: &str, what| self.commit(name).map(|id| Base::Commit(id, what));
        bases.extend(of("CI_MERGE_REQUEST_DIFF_BASE_SHA", TARGET));
        let targets =
            ["CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "CI_EXTERNAL_PULL_REQUEST_TARGET_BRANCH_NAME"];
        bases.extend(targets.iter().find_map(|name| self.branch(name)));
        let event = self.get("CI_PIPELINE_SOURCE").unwrap_or("push").to_owned();
        let on = if !bases.is_empty() {
            On::Request
        } else if let Some(tag) = self.get("CI_COMMIT_TAG") {
            On::Tag(tag.to_owned())
        } else {
            self.get("CI_COMMIT_BRANCH").map_or(On::Unknown, |name| On::Branch(short(name)))
        };
        if on != On::Request {
            bases.extend(of("CI_COMMIT_BEFORE_SHA", BEFORE));
        }
        let by_nobody = ["schedule", "web", "api", "trigger", "pipeline", "chat"];
        Job {
            system: "GitLab CI",
            head: self.commit("CI_COMMIT_SHA"),
            on: by_the_clock(on, by_nobody.contains(&event.as_str())),
            event,
            bases,
            default_branch: self.get("CI_DEFAULT_BRANCH").map(short),
            source: self.get("CI_MERGE_REQUEST_SOURCE_BRANCH_NAME").map(short),
        }
    }

    fn azure(&self) -> Job {
        let target = self.branch("SYSTEM_PULLREQUEST_TARGETBRANCH");
        let event = self.get("BUILD_REASON").unwrap_or("push").to_owned();
        let on = match (&target, self.get("BUILD_SOURCEBRANCH")) {
            (Some(_), _) => On::Request,
            (None, Some(full)) => On::reference(full),
            (None, None) => On::Unknown,
        };
        Job {
            system: "Azure Pipelines",
            head: self
                .commit("SYSTEM_PULLREQUEST_SOURCECOMMITID")
                .or_else(|| self.commit("BUILD_SOURCEVERSION")),
            on: by_the_clock(on, ["Manual", "Schedule"].contains(&event.as_str())),
            event,
            bases: target.into_iter().collect(),
            default_branch: None,
            source: self.get("SYSTEM_PULLREQUEST_SOURCEBRANCH").map(short),
        }
    }

    fn bitbucket(&self) -> Job {
        let target = self.branch("BITBUCKET_PR_DESTINATION_BRANCH");
        let on = if target.is_some() {
            On::Request
        } else if let Some(tag) = self.get("BITBUCKET_TAG") {
            On::Tag(tag.to_owned())
        } else {
            self.get("BITBUCKET_BRANCH").map_or(On::Unknown, |name| On::Branch(short(name)))
        };
        Job {
            system: "Bitbucket Pipelines",
            event: if target.is_some() { "pull request" } else { "push" }.to_owned(),
            head: self.commit("BITBUCKET_COMMIT"),
            on,
            bases: target.into_iter().collect(),
            default_branch: None,
            source: self.get("BITBUCKET_BRANCH").map(short),
        }
    }

    fn circle(&self) -> Job {
        let on = if let Some(tag) = self.get("CIRCLE_TAG") {
            On::Tag(tag.to_owned())
        } else {
            match self.get("CIRCLE_BRANCH") {
                // What CircleCI calls the branch of a pull request from a fork.
                Some(name) if name.starts_with("pull/") => On::Request,
                Some(name) => On::Branch(short(name)),
                None => On::Unknown,
            }
        };
        Job {
            system: "CircleCI",
            event: if on == On::Request { "pull request" } else { "push" }.to_owned(),
            head: self.commit("CIRCLE_SHA1"),
            on,
            bases: Vec::new(),
            default_branch: None,
            source: None,
        }
    }

    fn jenkins(&self) -> Job {
        let target = self.branch("CHANGE_TARGET");
        let on = if target.is_some() {
            On::Request
        } else if let Some(tag) = self.get("TAG_NAME") {
            On::Tag(tag.to_owned())
        } else {
            let branch = self.get("BRANCH_NAME").or_else(|| self.get("GIT_BRANCH"));
            // The Git plugin writes `origin/main`, or `detached`.
            branch.filter(|name| *name != "detached").map_or(On::Unknown, |name| {
                On::Branch(short(name.strip_prefix("origin/").unwrap_or(name)))
            })
        };
        let mut bases: Vec<Base> = target.into_iter().collect();
        if bases.is_empty() {
            for (name, what) in [
                ("GIT_PREVIOUS_SUCCESSFUL_COMMIT", "the last build that succeeded"),
                ("GIT_PREVIOUS_COMMIT", "the last build"),
            ] {
                bases.extend(self.commit(name).map(|id| Base::Commit(id, what)));
            }
        }
        let is_default = self.is("BRANCH_IS_PRIMARY", "true");
        Job {
            system: "Jenkins",
            event: if on == On::Request { "pull request" } else { "build" }.to_owned(),
            head: self.commit("GIT_COMMIT"),
            default_branch: on.name().filter(|_| is_default).map(str::to_owned),
            on,
            bases,
            source: self.get("CHANGE_BRANCH").map(short),
        }
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(|value| value.trim()).filter(|value| !value.is_empty())
    }

    fn is(&self, name: &str, value: &str) -> bool {
        self.get(name).is_some_and(|v| v.eq_ignore_ascii_case(value))
    }

    /// A commit id; a line of zeros stands for none.
    fn commit(&self, name: &str) -> Option<String> {
        self.get(name).and_then(some_commit)
    }

    fn branch(&self, name: &str) -> Option<Base> {
        self.get(name).map(|value| Base::Branch(short(value)))
    }

    fn event(&self, path: &str) -> Option<&str> {
        self.event.as_ref()?.pointer(path)?.as_str().filter(|value| !value.is_empty())
    }
}

/// The setting of a job's checkout that brings the whole history.
pub(super) fn full_history(system: &str) -> &'static str {
    match system {
        "GitHub Actions" => "actions/checkout with fetch-depth: 0",
        "GitLab CI" => "variable GIT_DEPTH: 0",
        "Azure Pipelines" => "checkout with fetchDepth: 0",
        "Bitbucket Pipelines" => "clone: depth: full",
        "Jenkins" => "disable shallow clones in the checkout settings",
        "Travis CI" => "git: depth: false",
        "AppVeyor" => "remove clone_depth from its settings",
        "AWS CodeBuild" => "gitCloneDepth: 0",
        _ => "git fetch --unshallow",
    }
}

fn by_the_clock(on: On, is: bool) -> On {
    match on {
        On::Branch(name) if is => On::Clock(Some(name)),
        On::Unknown if is => On::Clock(None),
        on => on,
    }
}

/// The id of a commit, or the beginning of one. A line of zeros stands for none. Anything else is not
/// what the systems write, and could be an expression that leads somewhere else (`:/text`, `HEAD~1`).
fn some_commit(id: &str) -> Option<String> {
    let is_id = id.len() >= SHORTEST && id.bytes().all(|b| b.is_ascii_hexdigit());
    (is_id && !id.bytes().all(|b| b == b'0')).then(|| id.to_owned())
}

/// Digits of an id that git takes for one, at least.
const SHORTEST: usize = 4;

fn short(branch: &str) -> String {
    branch.strip_prefix("refs/heads/").unwrap_or(branch).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job(variables: &[(&str, &str)], event: &str) -> Option<Job> {
        let values = variables.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        let event = serde_json::from_str(event).ok();
        Variables { values, event }.job()
    }

    #[test]
    fn nothing_is_known_outside() {
        assert_eq!(job(&[("HOME", "/")], ""), None);
    }

    /// What a job comes to: its head, what it runs for, and its bases, in short.
    fn told(variables: &[(&str, &str)], event: &str) -> String {
        let job = job(variables, event).unwrap();
        let bases: Vec<String> = job
            .bases
            .iter()
            .map(|base| match base {
                Base::Commit(id, _) => id.clone(),
                Base::Branch(name) => format!("branch {name}"),
            })
            .collect();
        let on = match &job.on {
            On::Branch(name) => format!("branch {name}"),
            On::Tag(name) => format!("tag {name}"),
            On::Request => "request".to_owned(),
            On::Clock(name) => format!("clock {}", name.as_deref().unwrap_or("-")),
            On::Unknown => "-".to_owned(),
        };
        let default = job.default_branch.map_or(String::new(), |name| format!(" ({name})"));
        format!("{} on {on} from {}{default}", job.head.as_deref().unwrap_or("-"), bases.join("/"))
    }

    #[test]
    fn github_actions() {
        let on = |name: &'static str, full: &'static str| {
            vec![("GITHUB_ACTIONS", "true"), ("GITHUB_EVENT_NAME", name), ("GITHUB_REF", full)]
        };
        let pull = r#"{"pull_request": {"base": {"sha": "aaaa", "ref": "main"}, "head": {"sha": "a1a1"}},
                       "before": "bbbb", "repository": {"default_branch": "main"}}"#;
        for name in ["pull_request", "pull_request_target", "pull_request_review"] {
            let expected = "a1a1 on request from aaaa/branch main (main)";
            assert_eq!(told(&on(name, "refs/pull/7/merge"), pull), expected);
        }
        let queue = r#"{"merge_group": {"base_sha": "cccc", "base_ref": "refs/heads/main",
                        "head_sha": "e1e1"}}"#;
        assert_eq!(
            told(&on("merge_group", "refs/heads/gh-readonly-queue/main/pr-7-cccc"), queue),
            "e1e1 on request from cccc/branch main"
        );
        let push =
            r#"{"before": "bbbb", "after": "a1a1", "repository": {"default_branch": "trunk"}}"#;
        assert_eq!(told(&on("push", "refs/heads/x"), push), "a1a1 on branch x from bbbb (trunk)");
        let new = r#"{"before": "0000", "after": "a1a1"}"#;
        assert_eq!(told(&on("push", "refs/heads/x"), new), "a1a1 on branch x from ");
        assert_eq!(told(&on("push", "refs/tags/v1"), new), "- on tag v1 from ");
        assert_eq!(told(&on("schedule", "refs/heads/main"), "{}"), "- on clock main from ");
        let run = r#"{"workflow_run": {"head_sha": "f1f1", "head_branch": "topic"}}"#;
        assert_eq!(told(&on("workflow_run", "refs/heads/main"), run), "f1f1 on branch topic from ");
        assert_eq!(told(&[("GITHUB_ACTIONS", "true")], ""), "- on - from ");
        let forgotten = [("GITHUB_ACTIONS", "true"), ("GITHUB_BASE_REF", "main")];
        assert_eq!(told(&forgotten, ""), "- on request from branch main");
    }

    #[test]
    fn gitlab() {
        let common = [
            ("GITLAB_CI", "true"),
            ("CI_COMMIT_SHA", "a1a1"),
            ("CI_COMMIT_BEFORE_SHA", "00000"),
            ("CI_DEFAULT_BRANCH", "main"),
        ];
        let with = |more: &[(&'static str, &'static str)]| [&common[..], more].concat();
        for (more, expected) in [
            (
                &[
                    ("CI_MERGE_REQUEST_DIFF_BASE_SHA", "aaaa"),
                    ("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "main"),
                ][..],
                "a1a1 on request from aaaa/branch main (main)",
            ),
            (&[("CI_COMMIT_BRANCH", "main")], "a1a1 on branch main from  (main)"),
            (&[("CI_COMMIT_TAG", "v1")], "a1a1 on tag v1 from  (main)"),
            (
                &[("CI_COMMIT_BRANCH", "main"), ("CI_PIPELINE_SOURCE", "schedule")],
                "a1a1 on clock main from  (main)",
            ),
            (
                &[("CI_COMMIT_BRANCH", "x"), ("CI_COMMIT_BEFORE_SHA", "bbbb")],
                "a1a1 on branch x from bbbb (main)",
            ),
        ] {
            assert_eq!(told(&with(more), ""), expected);
        }
    }

    #[test]
    fn the_others() {
        for (variables, expected) in [
            (
                &[
                    ("TF_BUILD", "True"),
                    ("BUILD_SOURCEVERSION", "d1d1"),
                    ("SYSTEM_PULLREQUEST_TARGETBRANCH", "refs/heads/release/1"),
                    ("SYSTEM_PULLREQUEST_SOURCECOMMITID", "a1a1"),
                ][..],
                "a1a1 on request from branch release/1",
            ),
            (
                &[
                    ("TF_BUILD", "True"),
                    ("BUILD_SOURCEVERSION", "a1a1"),
                    ("BUILD_SOURCEBRANCH", "refs/heads/main"),
                    ("BUILD_REASON", "IndividualCI"),
                ],
                "a1a1 on branch main from ",
            ),
            (
                &[
                    ("TF_BUILD", "True"),
                    ("BUILD_SOURCEBRANCH", "refs/heads/main"),
                    ("BUILD_REASON", "Manual"),
                ],
                "- on clock main from ",
            ),
            (
                &[
                    ("BITBUCKET_BUILD_NUMBER", "7"),
                    ("BITBUCKET_COMMIT", "a1a1"),
                    ("BITBUCKET_BRANCH", "x"),
                    ("BITBUCKET_PR_DESTINATION_BRANCH", "main"),
                ],
                "a1a1 on request from branch main",
            ),
            (
                &[
                    ("BITBUCKET_BUILD_NUMBER", "7"),
                    ("BITBUCKET_COMMIT", "a1a1"),
                    ("BITBUCKET_TAG", "v1"),
                ],
                "a1a1 on tag v1 from ",
            ),
            (
                &[("CIRCLECI", "true"), ("CIRCLE_SHA1", "a1a1"), ("CIRCLE_BRANCH", "pull/3")],
                "a1a1 on request from ",
            ),
            (
                &[
                    ("JENKINS_URL", "http://jenkins.invalid"),
                    ("GIT_COMMIT", "a1a1"),
                    ("GIT_PREVIOUS_COMMIT", "bbbb"),
                    ("CHANGE_TARGET", "main"),
                ],
                "a1a1 on request from branch main",
            ),
            (
                &[
                    ("JENKINS_URL", "http://jenkins.invalid"),
                    ("GIT_COMMIT", "a1a1"),
                    ("GIT_PREVIOUS_COMMIT", "bbbb"),
                    ("GIT_BRANCH", "origin/main"),
                    ("BRANCH_IS_PRIMARY", "true"),
                ],
                "a1a1 on branch main from bbbb (main)",
            ),
            (
                &[
                    ("BUILDKITE", "true"),
                    ("BUILDKITE_COMMIT", "HEAD"),
                    ("BUILDKITE_BRANCH", "x"),
                    ("BUILDKITE_PULL_REQUEST", "false"),
                    ("BUILDKITE_PIPELINE_DEFAULT_BRANCH", "main"),
                ],
                "- on branch x from  (main)",
            ),
            (
                &[
                    ("BUILDKITE", "true"),
                    ("BUILDKITE_COMMIT", "a1a1"),
                    ("BUILDKITE_PULL_REQUEST", "7"),
                    ("BUILDKITE_PULL_REQUEST_BASE_BRANCH", "main"),
                ],
                "a1a1 on request from branch main",
            ),
            (
                &[
                    ("TRAVIS", "true"),
                    ("TRAVIS_EVENT_TYPE", "push"),
                    ("TRAVIS_COMMIT", "a1a1"),
                    ("TRAVIS_BRANCH", "x"),
                    ("TRAVIS_COMMIT_RANGE", "bbbb...a1a1"),
                ],
                "a1a1 on branch x from bbbb",
            ),
            (
                &[
                    ("TRAVIS", "true"),
                    ("TRAVIS_EVENT_TYPE", "pull_request"),
                    ("TRAVIS_COMMIT", "d1d1"),
                    ("TRAVIS_PULL_REQUEST_SHA", "a1a1"),
                    ("TRAVIS_BRANCH", "main"),
                    ("TRAVIS_COMMIT_RANGE", "bbbb...a1a1"),
                ],
                "a1a1 on request from branch main",
            ),
            (
                &[
                    ("DRONE", "true"),
                    ("DRONE_BUILD_EVENT", "push"),
                    ("DRONE_COMMIT", "a1a1"),
                    ("DRONE_COMMIT_BEFORE", "0000"),
                    ("DRONE_BRANCH", "x"),
                    ("DRONE_REPO_BRANCH", "main"),
                ],
                "a1a1 on branch x from  (main)",
            ),
            (
                &[
                    ("CI", "woodpecker"),
                    ("CI_PIPELINE_EVENT", "cron"),
                    ("CI_COMMIT_SHA", "a1a1"),
                    ("CI_PREV_COMMIT_SHA", "a1a1"),
                    ("CI_COMMIT_BRANCH", "main"),
                ],
                "a1a1 on clock main from ",
            ),
            (
                &[
                    ("SEMAPHORE", "true"),
                    ("SEMAPHORE_GIT_REF_TYPE", "pull-request"),
                    ("SEMAPHORE_GIT_SHA", "a1a1"),
                    ("SEMAPHORE_GIT_BRANCH", "main"),
                ],
                "a1a1 on request from branch main",
            ),
            (
                &[
                    ("APPVEYOR", "True"),
                    ("APPVEYOR_REPO_COMMIT", "a1a1"),
                    ("APPVEYOR_REPO_BRANCH", "main"),
                    ("APPVEYOR_REPO_TAG_NAME", "v1"),
                ],
                "a1a1 on tag v1 from ",
            ),
            (
                &[
                    ("CODEBUILD_BUILD_ID", "x:1"),
                    ("CODEBUILD_RESOLVED_SOURCE_VERSION", "a1a1"),
                    ("CODEBUILD_WEBHOOK_HEAD_REF", "refs/heads/x"),
                    ("CODEBUILD_WEBHOOK_PREV_COMMIT", "bbbb"),
                ],
                "a1a1 on branch x from bbbb",
            ),
        ] {
            assert_eq!(told(variables, ""), expected);
        }
    }
}
