//! The same for further systems: Buildkite, Travis CI, Drone, Woodpecker, Semaphore, AppVeyor and AWS
//! CodeBuild, by the variables that their documentation lists.

use super::{BEFORE, Base, Job, On, Variables, by_the_clock, short, some_commit};

impl Variables {
    /// What the job is about, if one of these runs it.
    pub(super) fn other(&self) -> Option<Job> {
        Some(if self.is("BUILDKITE", "true") {
            self.buildkite()
        } else if self.is("TRAVIS", "true") {
            self.travis()
        } else if self.is("DRONE", "true") {
            self.drone()
        } else if self.is("CI", "woodpecker") {
            self.woodpecker()
        } else if self.is("SEMAPHORE", "true") {
            self.semaphore()
        } else if self.is("APPVEYOR", "true") {
            self.appveyor()
        } else if self.get("CODEBUILD_BUILD_ID").is_some() {
            self.codebuild()
        } else {
            return None;
        })
    }

    fn buildkite(&self) -> Job {
        let is_request = self.get("BUILDKITE_PULL_REQUEST").is_some_and(|number| number != "false");
        let target = self.branch("BUILDKITE_PULL_REQUEST_BASE_BRANCH").filter(|_| is_request);
        let event = self.get("BUILDKITE_SOURCE").unwrap_or("webhook").to_owned();
        let by_nobody = ["ui", "api", "schedule", "trigger_job"].contains(&event.as_str());
        let on = self.named(is_request, "BUILDKITE_TAG", "BUILDKITE_BRANCH");
        Job {
            system: "Buildkite",
            // A build that somebody started may say `HEAD`.
            head: self.commit("BUILDKITE_COMMIT"),
            on: by_the_clock(on, by_nobody),
            event,
            bases: target.into_iter().collect(),
            default_branch: self.get("BUILDKITE_PIPELINE_DEFAULT_BRANCH").map(short),
            source: self.get("BUILDKITE_BRANCH").map(short),
        }
    }

    fn travis(&self) -> Job {
        let event = self.get("TRAVIS_EVENT_TYPE").unwrap_or("push").to_owned();
        let is_request = event == "pull_request";
        // Of a request this is the branch that it wants to go into.
        let target = self.branch("TRAVIS_BRANCH").filter(|_| is_request);
        let before = self.first_of_range("TRAVIS_COMMIT_RANGE").filter(|_| !is_request);
        let on = self.named(is_request, "TRAVIS_TAG", "TRAVIS_BRANCH");
        Job {
            system: "Travis CI",
            head: self.commit(if is_request { "TRAVIS_PULL_REQUEST_SHA" } else { "TRAVIS_COMMIT" }),
            on: by_the_clock(on, ["api", "cron"].contains(&event.as_str())),
            event,
            bases: target.into_iter().chain(before).collect(),
            default_branch: None,
            source: self.get("TRAVIS_PULL_REQUEST_BRANCH").map(short),
        }
    }

    fn drone(&self) -> Job {
        let event = self.get("DRONE_BUILD_EVENT").unwrap_or("push").to_owned();
        let is_request = event == "pull_request";
        let target = self.branch("DRONE_TARGET_BRANCH").filter(|_| is_request);
        let before = self.commit("DRONE_COMMIT_BEFORE").filter(|_| event == "push");
        let by_nobody = ["cron", "custom", "promote", "rollback"].contains(&event.as_str());
        Job {
            system: "Drone",
            head: self.commit("DRONE_COMMIT_SHA").or_else(|| self.commit("DRONE_COMMIT")),
            on: by_the_clock(self.named(is_request, "DRONE_TAG", "DRONE_BRANCH"), by_nobody),
            event,
            bases: target.into_iter().chain(before.map(|id| Base::Commit(id, BEFORE))).collect(),
            default_branch: self.get("DRONE_REPO_BRANCH").map(short),
            source: self.get("DRONE_SOURCE_BRANCH").map(short),
        }
    }

    fn woodpecker(&self) -> Job {
        let event = self.get("CI_PIPELINE_EVENT").unwrap_or("push").to_owned();
        let is_request = event.starts_with("pull_request");
        let target = self.branch("CI_COMMIT_TARGET_BRANCH").filter(|_| is_request);
        let before = self.commit("CI_PREV_COMMIT_SHA").filter(|_| event == "push");
        let before = before.map(|id| Base::Commit(id, "the commit of the pipeline before"));
        let by_nobody = ["cron", "manual", "deployment"].contains(&event.as_str());
        Job {
            system: "Woodpecker",
            head: self.commit("CI_COMMIT_SHA"),
            on: by_the_clock(
                self.named(is_request, "CI_COMMIT_TAG", "CI_COMMIT_BRANCH"),
                by_nobody,
            ),
            event,
            bases: target.into_iter().chain(before).collect(),
            default_branch: self.get("CI_REPO_DEFAULT_BRANCH").map(short),
            source: self.get("CI_COMMIT_SOURCE_BRANCH").map(short),
        }
    }

    fn semaphore(&self) -> Job {
        let is_request = self.is("SEMAPHORE_GIT_REF_TYPE", "pull-request");
        // Of a request this is the branch that it wants to go into.
        let target = self.branch("SEMAPHORE_GIT_BRANCH").filter(|_| is_request);
        let before = self.first_of_range("SEMAPHORE_GIT_COMMIT_RANGE").filter(|_| !is_request);
        let by_nobody = ["SCHEDULE", "MANUAL_RUN", "API"]
            .iter()
            .any(|how| self.is(&format!("SEMAPHORE_WORKFLOW_TRIGGERED_BY_{how}"), "true"));
        let on = self.named(is_request, "SEMAPHORE_GIT_TAG_NAME", "SEMAPHORE_GIT_BRANCH");
        Job {
            system: "Semaphore",
            event: if is_request { "pull request" } else { "push" }.to_owned(),
            head: self.commit("SEMAPHORE_GIT_SHA"),
            on: by_the_clock(on, by_nobody),
            bases: target.into_iter().chain(before).collect(),
            default_branch: None,
            source: self.get("SEMAPHORE_GIT_PR_BRANCH").map(short),
        }
    }

    fn appveyor(&self) -> Job {
        let is_request = self.get("APPVEYOR_PULL_REQUEST_NUMBER").is_some();
        // Of a request this is the branch that it wants to go into.
        let target = self.branch("APPVEYOR_REPO_BRANCH").filter(|_| is_request);
        let by_nobody = ["APPVEYOR_SCHEDULED_BUILD", "APPVEYOR_FORCED_BUILD"]
            .iter()
            .any(|name| self.is(name, "true"));
        let on = self.named(is_request, "APPVEYOR_REPO_TAG_NAME", "APPVEYOR_REPO_BRANCH");
        let own = if is_request { "PULL_REQUEST_HEAD_COMMIT" } else { "REPO_COMMIT" };
        Job {
            system: "AppVeyor",
            event: if is_request { "pull request" } else { "push" }.to_owned(),
            head: self.commit(&format!("APPVEYOR_{own}")),
            on: by_the_clock(on, by_nobody),
            bases: target.into_iter().collect(),
            default_branch: None,
            source: self.get("APPVEYOR_PULL_REQUEST_HEAD_REPO_BRANCH").map(short),
        }
    }

    fn codebuild(&self) -> Job {
        let event = self.get("CODEBUILD_WEBHOOK_EVENT").unwrap_or("build").to_owned();
        let target = self.branch("CODEBUILD_WEBHOOK_BASE_REF");
        let full = self.get("CODEBUILD_WEBHOOK_HEAD_REF");
        let on = match (&target, full) {
            (Some(_), _) => On::Request,
            (None, full) => full.map_or(On::Unknown, On::reference),
        };
        let before = self.commit("CODEBUILD_WEBHOOK_PREV_COMMIT").filter(|_| target.is_none());
        Job {
            system: "AWS CodeBuild",
            head: self.commit("CODEBUILD_RESOLVED_SOURCE_VERSION"),
            on,
            event,
            bases: target.into_iter().chain(before.map(|id| Base::Commit(id, BEFORE))).collect(),
            default_branch: None,
            source: full.map(short),
        }
    }

    /// A request, or what the tag or the branch is called.
    fn named(&self, is_request: bool, tag: &str, branch: &str) -> On {
        if is_request {
            On::Request
        } else if let Some(name) = self.get(tag) {
            On::Tag(name.to_owned())
        } else {
            self.get(branch).map_or(On::Unknown, |name| On::Branch(short(name)))
        }
    }

    /// Where a range like `A...B` begins.
    fn first_of_range(&self, name: &str) -> Option<Base> {
        let first = some_commit(self.get(name)?.split("..").next()?)?;
        Some(Base::Commit(first, BEFORE))
    }
}
