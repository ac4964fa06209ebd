//! `--ci`: what git looks like under each build system, and what is scanned there.

use std::path::Path;
use std::process::Command;

use super::{Repo, lines, places, secret_line};
use crate::common::{Run, finished, sprawl};

const ZEROS: &str = "0000000000000000000000000000000000000000";
const GONE: &str = "1234567890123456789012345678901234567890";

/// What a build system fetches from: `main` with an old secret, and a branch that adds another one
/// three commits before its tip while `main` goes on.
struct Origin {
    repo: Repo,
    /// `main` where the branch leaves it, and its tip.
    fork: String,
    main: String,
    /// The second commit of the branch, and its tip.
    second: String,
    topic: String,
    /// A trial merge of the branch into `main`, as `refs/pull/1/merge`.
    merge: String,
}

impl Origin {
    fn new() -> Self {
        let repo = Repo::new();
        repo.git(&["config", "uploadpack.allowFilter", "true"]);
        repo.write("old.env", secret_line(1));
        repo.commit("start");
        repo.write("a.txt", "a\n");
        let fork = repo.commit("a");
        repo.git(&["checkout", "-q", "-b", "topic"]);
        repo.write("new.env", secret_line(2));
        repo.commit("add");
        repo.write("b.txt", "b\n");
        let second = repo.commit("b");
        repo.write("c.txt", "c\n");
        let topic = repo.commit("c");
        repo.git(&["tag", "-a", "-m", "topic", "v2"]);
        repo.git(&["checkout", "-q", "main"]);
        repo.write("d.txt", "d\n");
        let main = repo.commit("d");
        repo.git(&["tag", "v1"]);
        repo.git(&["checkout", "-q", "--detach"]);
        repo.tick();
        repo.git(&["merge", "-q", "--no-ff", "-m", "trial", "topic"]);
        let merge = repo.git(&["rev-parse", "HEAD"]);
        repo.git(&["update-ref", "refs/pull/1/merge", &merge]);
        repo.git(&["checkout", "-q", "main"]);
        Self { repo, fork, main, second, topic, merge }
    }

    /// What most systems do: fetch into an empty repository, and check a commit out.
    fn fetched(&self, what: &[&str], commit: &str) -> Repo {
        let job = Repo::with(&["init", "-q", "-b", "unused", "."]);
        let url = format!("file://{}", self.repo.root.display());
        job.git(&["remote", "add", "origin", &url]);
        job.git(&[&["fetch", "-q", "origin"], what].concat());
        job.git(&["checkout", "-q", "--detach", commit]);
        job
    }

    /// The whole history, at a commit.
    fn whole(&self, commit: &str) -> Repo {
        let all = [
            "+refs/heads/*:refs/remotes/origin/*",
            "+refs/tags/*:refs/tags/*",
            "+refs/pull/*:refs/remotes/pull/*",
        ];
        self.fetched(&all, commit)
    }
}

/// Runs as a job with variables, written `NAME=value` with blanks between them.
fn run_as(job: &Repo, variables: &str, event: &str) -> Run {
    let mut command = sprawl(&job.root);
    job.set_environment(&mut command);
    let file = job.root.join(".git/event.json");
    std::fs::write(&file, event).unwrap();
    command.env("GITHUB_EVENT_PATH", &file);
    command.envs(variables.split_whitespace().map(|pair| pair.split_once('=').unwrap()));
    finished(command.args(["scan", "--ci", "-f", "jsonl"]).output().unwrap())
}

/// A table of jobs in one clone: the variables, the event, what is found, and what is said of it.
fn check(job: &Repo, table: &[(&str, String, &[&str], &str)]) {
    for (variables, event, found, said) in table {
        let run = run_as(job, variables, event);
        assert_eq!(places(&lines(&run)), *found, "{variables} {event}: {}", run.stderr);
        assert_eq!(run.status, i32::from(!found.is_empty()), "{variables}: {}", run.stderr);
        assert!(run.stderr.contains(said), "{variables} {event}: {}", run.stderr);
    }
}

const NEW: &[&str] = &["new.env:1"];
const OLD: &[&str] = &["old.env:1"];
const NONE: &[&str] = &[];

fn pushed(before: &str, after: &str) -> String {
    let main = r#""repository": {"default_branch": "main"}"#;
    format!(r#"{{"before": "{before}", "after": "{after}", {main}}}"#)
}

fn requested(base: &str, head: &str) -> String {
    format!(
        r#"{{"pull_request": {{"base": {{"sha": "{base}", "ref": "main"}},
            "head": {{"sha": "{head}"}}}}}}"#
    )
}

const GITHUB: &str = "GITHUB_ACTIONS=true GITHUB_EVENT_NAME=";

#[test]
fn pushes_to_a_branch() {
    let origin = Origin::new();
    let Origin { fork, main, second, topic, .. } = &origin;
    let push = format!("{GITHUB}push GITHUB_REF=refs/heads/topic");
    let gitlab = |before: &str| {
        format!(
            "GITLAB_CI=true CI_DEFAULT_BRANCH=main CI_COMMIT_BRANCH=topic CI_COMMIT_SHA={topic} \
                 CI_COMMIT_BEFORE_SHA={before}"
        )
    };
    let azure = format!(
        "TF_BUILD=True BUILD_REASON=IndividualCI BUILD_SOURCEVERSION={topic} \
                         BUILD_SOURCEBRANCH=refs/heads/topic"
    );
    let bitbucket =
        format!("BITBUCKET_BUILD_NUMBER=1 BITBUCKET_BRANCH=topic BITBUCKET_COMMIT={topic}");
    let circle = format!("CIRCLECI=true CIRCLE_BRANCH=topic CIRCLE_SHA1={topic}");
    let jenkins = format!("JENKINS_URL=x BRANCH_NAME=topic GIT_COMMIT={topic}");
    let nothing = String::new;
    let base = "merge base with the default branch";
    check(
        &origin.whole(topic),
        &[
            (&push, pushed(fork, topic), NEW, "the commit before the push"),
            (&push, pushed(second, topic), NONE, "1 commit with 1 file"),
            (&push, pushed(ZEROS, topic), NEW, base),
            (&push, pushed(GONE, topic), NEW, base),
            (&push, pushed(main, topic), NEW, "rewritten"),
            (&format!("{GITHUB}schedule GITHUB_REF=refs/heads/topic"), nothing(), NEW, base),
            (&gitlab(fork), nothing(), NEW, "the commit before the push"),
            (&gitlab(second), nothing(), NONE, "1 commit with 1 file"),
            (&gitlab(ZEROS), nothing(), NEW, base),
            (&gitlab(GONE), nothing(), NEW, base),
            (&azure, nothing(), NEW, base),
            (&bitbucket, nothing(), NEW, base),
            (&circle, nothing(), NEW, base),
            (&jenkins, nothing(), NEW, base),
            (&format!("{jenkins} GIT_PREVIOUS_COMMIT={second}"), nothing(), NONE, "the last build"),
            (&format!("{jenkins} GIT_PREVIOUS_COMMIT={GONE}"), nothing(), NEW, base),
        ],
    );
}

#[test]
fn the_default_branch() {
    let origin = Origin::new();
    let Origin { fork, main, .. } = &origin;
    let github = |event: &str| format!("{GITHUB}{event} GITHUB_REF=refs/heads/main");
    let gitlab = format!(
        "GITLAB_CI=true CI_DEFAULT_BRANCH=main CI_COMMIT_BRANCH=main \
                          CI_COMMIT_SHA={main} CI_COMMIT_BEFORE_SHA={ZEROS}"
    );
    let azure = format!("TF_BUILD=True BUILD_SOURCEVERSION={main}");
    let circle = format!("CIRCLECI=true CIRCLE_SHA1={main}");
    let jenkins = format!("JENKINS_URL=x GIT_BRANCH=origin/main GIT_COMMIT={main}");
    let nothing = String::new;
    let default = r#"{"repository": {"default_branch": "main"}}"#.to_owned();
    let all = "the history";
    check(
        &origin.whole(main),
        &[
            (&github("push"), pushed(fork, main), NONE, "1 commit with 1 file"),
            (&github("push"), pushed(ZEROS, main), OLD, all),
            (&github("push"), pushed(GONE, main), OLD, all),
            (&github("push"), pushed(main, main), OLD, all),
            (&github("schedule"), default.clone(), OLD, all),
            (&github("workflow_dispatch"), default, OLD, all),
            (&gitlab, nothing(), OLD, all),
            (&format!("{gitlab} CI_PIPELINE_SOURCE=schedule"), nothing(), OLD, all),
            (&azure, nothing(), OLD, all),
            (&format!("{azure} BUILD_SOURCEBRANCH=refs/heads/main"), nothing(), OLD, all),
            ("BITBUCKET_BUILD_NUMBER=1 BITBUCKET_BRANCH=main", nothing(), OLD, all),
            (&circle, nothing(), OLD, all),
            (&format!("{circle} CIRCLE_BRANCH=main"), nothing(), OLD, all),
            (&jenkins, nothing(), OLD, all),
            (&format!("{jenkins} GIT_PREVIOUS_SUCCESSFUL_COMMIT={main}"), nothing(), OLD, all),
            (
                &format!("{jenkins} GIT_PREVIOUS_SUCCESSFUL_COMMIT={fork}"),
                nothing(),
                NONE,
                "1 commit",
            ),
        ],
    );
}

#[test]
fn requests_and_merge_queues() {
    let origin = Origin::new();
    let Origin { fork, main, topic, merge, .. } = &origin;
    let of = |name: &str| format!("{GITHUB}{name} GITHUB_BASE_REF=main");
    let nothing = String::new;
    let gitlab = |commit: &str| {
        format!(
            "GITLAB_CI=true CI_PIPELINE_SOURCE=merge_request_event CI_COMMIT_SHA={commit} \
                 CI_COMMIT_BEFORE_SHA={ZEROS} CI_MERGE_REQUEST_TARGET_BRANCH_NAME=main \
                 CI_MERGE_REQUEST_DIFF_BASE_SHA="
        )
    };
    let queue = format!(r#"{{"merge_group": {{"base_sha": "{main}", "head_sha": "{merge}"}}}}"#);
    let run = format!(r#"{{"workflow_run": {{"head_sha": "{topic}", "head_branch": "topic"}}}}"#);
    let azure = format!(
        "TF_BUILD=True BUILD_SOURCEVERSION={merge} BUILD_REASON=PullRequest \
                         SYSTEM_PULLREQUEST_TARGETBRANCH=refs/heads/main"
    );
    let bitbucket = format!(
        "BITBUCKET_BUILD_NUMBER=1 BITBUCKET_COMMIT={topic} \
                             BITBUCKET_PR_DESTINATION_BRANCH=main"
    );
    let jenkins = format!("JENKINS_URL=x CHANGE_TARGET=main GIT_COMMIT={topic}");
    // The trial merge is checked out.
    check(
        &origin.whole(merge),
        &[
            (&of("pull_request"), requested(fork, topic), NEW, "was merged with"),
            (&of("merge_group"), queue, NEW, "merge queue"),
            (&(gitlab(merge) + fork), nothing(), NEW, "the base of the request"),
            (&azure, nothing(), NEW, "main"),
            (&bitbucket, nothing(), NEW, "was merged with"),
            (&jenkins, nothing(), NEW, "was merged with"),
        ],
    );
    // The request itself is.
    check(
        &origin.whole(topic),
        &[
            (&of("pull_request"), requested(fork, topic), NEW, "the base of the request"),
            (&of("pull_request"), requested(GONE, topic), NEW, "merge base with main"),
            (&(gitlab(topic) + fork), nothing(), NEW, "the base of the request"),
            (&(gitlab(topic) + GONE), nothing(), NEW, "merge base with main"),
            ("CIRCLECI=true CIRCLE_BRANCH=pull/1", nothing(), NEW, "merge base"),
        ],
    );
    // The target is, and the commit that the event is about is not.
    let target = origin.whole(main);
    check(
        &target,
        &[
            (&of("pull_request_target"), requested(fork, topic), NEW, &topic[..12]),
            (&format!("{GITHUB}workflow_run GITHUB_REF=refs/heads/main"), run, NEW, &topic[..12]),
        ],
    );
    let elsewhere = run_as(&target, &of("pull_request_target"), &requested(fork, GONE));
    assert_eq!(elsewhere.status, 2, "{}", elsewhere.stderr);
    assert!(elsewhere.stderr.contains(&format!("git fetch origin {GONE}")), "{}", elsewhere.stderr);
    // Merged in the meantime: nothing is new, which is no clean result.
    target.git(&["update-ref", "refs/remotes/origin/main", topic]);
    let merged = run_as(&target, &bitbucket, "");
    assert_eq!(merged.status, 0, "{}", merged.stderr);
    assert!(merged.stderr.starts_with("sprawl: nothing was scanned:"), "{}", merged.stderr);
}

#[test]
fn tags_and_branches_without_commits_of_their_own() {
    let origin = Origin::new();
    let Origin { main, topic, .. } = &origin;
    let gitlab = |more: &str| format!("GITLAB_CI=true CI_DEFAULT_BRANCH=main {more}");
    check(
        &origin.whole(main),
        &[
            (&gitlab("CI_COMMIT_TAG=v1"), String::new(), NONE, "sprawl: nothing was scanned:"),
            (&gitlab("CI_COMMIT_BRANCH=new"), String::new(), NONE, "sprawl: nothing was scanned:"),
        ],
    );
    let tagged = format!("{GITHUB}push GITHUB_REF=refs/tags/v2");
    check(
        &origin.whole(topic),
        &[
            (&tagged, pushed(ZEROS, "3333333333333333333333333333333333333333"), NEW, "v2"),
            ("CIRCLECI=true CIRCLE_TAG=v2", String::new(), NEW, "v2"),
        ],
    );
}

#[test]
fn clones_that_lack_something() {
    let origin = Origin::new();
    let Origin { fork, topic, .. } = &origin;
    let shallow = |branch: &str, depth: &str| {
        origin.fetched(
            &["--depth", depth, &format!("+{branch}:refs/remotes/origin/{branch}")],
            &format!("origin/{branch}"),
        )
    };
    let gitlab = |before: &str, branch: &str| {
        format!(
            "GITLAB_CI=true CI_DEFAULT_BRANCH=main CI_COMMIT_BRANCH={branch} \
                 CI_COMMIT_BEFORE_SHA={before}"
        )
    };
    for (branch, depth, variables, advice) in [
        ("topic", "2", gitlab(fork, "topic"), "GIT_DEPTH: 0"),
        ("topic", "2", gitlab(ZEROS, "topic"), "GIT_DEPTH: 0"),
        ("main", "1", gitlab(ZEROS, "main"), "GIT_DEPTH: 0"),
        ("main", "1", "TF_BUILD=True".to_owned(), "fetchDepth: 0"),
        ("topic", "1", "BITBUCKET_BUILD_NUMBER=1 BITBUCKET_TAG=v2".to_owned(), "depth: full"),
        ("topic", "1", "CIRCLECI=true".to_owned(), "git fetch --unshallow"),
        ("topic", "1", "JENKINS_URL=x".to_owned(), "disable shallow clones"),
        ("topic", "1", format!("{GITHUB}push"), "fetch-depth: 0"),
    ] {
        let run = run_as(&shallow(branch, depth), &variables, "");
        assert_eq!(run.status, 2, "{variables}: {}", run.stderr);
        assert!(run.stderr.contains(advice), "{variables}: {}", run.stderr);
    }
    // Deep enough for what was pushed.
    let run = run_as(&shallow("topic", "4"), &gitlab(fork, "topic"), "");
    assert_eq!(places(&lines(&run)), NEW, "{}", run.stderr);
    // A whole history, but of one branch only: all of it counts.
    let url = format!("file://{}", origin.repo.root.display());
    let single = Repo::with(&["clone", "-q", "--single-branch", "-b", "topic", &url, "."]);
    let bitbucket =
        format!("BITBUCKET_BUILD_NUMBER=1 BITBUCKET_BRANCH=topic BITBUCKET_COMMIT={topic}");
    let run = run_as(&single, &bitbucket, "");
    assert_eq!(places(&lines(&run)), ["new.env:1", "old.env:1"], "{}", run.stderr);
    // Blobs are fetched when they are needed: sprawl does not fetch.
    let partial =
        Repo::with(&["clone", "-q", "--filter=blob:none", "-n", "-b", "topic", &url, "."]);
    let run = run_as(&partial, "CIRCLECI=true CIRCLE_BRANCH=topic", "");
    assert_eq!(run.status, 3, "{}", run.stderr);
    assert!(run.stderr.contains("--refetch --no-filter"), "{}", run.stderr);
}

#[test]
fn a_repository_with_one_commit() {
    let repo = Repo::new();
    repo.write("first.env", secret_line(3));
    let first = repo.commit("first");
    for variables in [
        "CIRCLECI=true",
        "TF_BUILD=True",
        "BITBUCKET_BUILD_NUMBER=1",
        "JENKINS_URL=x",
        "GITLAB_CI=true",
        "GITHUB_ACTIONS=true",
    ] {
        let run = run_as(&repo, variables, &pushed(ZEROS, &first));
        assert_eq!(places(&lines(&run)), ["first.env:1"], "{variables}: {}", run.stderr);
    }
}

#[test]
fn a_partial_clone_whose_objects_were_all_fetched_is_complete() {
    let origin = Origin::new();
    let url = format!("file://{}", origin.repo.root.display());
    let clone = Repo::with(&["clone", "-q", "--filter=blob:none", "-n", &url, "."]);
    assert_eq!(clone.scan(&["--history", "--fail-on", "never"]).status, 3);
    clone.git(&["fetch", "-q", "--refetch", "--no-filter"]);
    let run = clone.scan(&["--history", "--fail-on", "never"]);
    assert_eq!(run.status, 0, "{}", run.stderr);
    let at = format!("--range={}..origin/topic", origin.fork);
    assert_eq!(clone.places(&[&at]), NEW);
}

/// The pre-commit framework, as it calls hooks: variables for references, and names of files.
fn as_framework(repo: &Repo, at: &Path, variables: &[(&str, &str)], files: &[&str]) -> Run {
    let mut command: Command = sprawl(at);
    repo.set_environment(&mut command);
    command.env("PRE_COMMIT", "1").envs(variables.iter().copied());
    command.args(["scan", "--hook", "pre-commit", "-f", "jsonl"]).args(files);
    finished(command.output().unwrap())
}

#[test]
fn the_pre_commit_framework_in_continuous_integration() {
    let Origin { repo, fork, second, topic, .. } = &Origin::new();
    repo.git(&["checkout", "-q", "topic"]);
    let refs = |from: &str, names: [&'static str; 2]| {
        let variables = [(names[0], from), (names[1], topic.as_str())];
        as_framework(repo, &repo.root, &variables, &["a.txt"])
    };
    let names = ["PRE_COMMIT_FROM_REF", "PRE_COMMIT_TO_REF"];
    for names in [names, ["PRE_COMMIT_ORIGIN", "PRE_COMMIT_SOURCE"]] {
        assert_eq!(places(&lines(&refs(fork, names))), NEW);
        assert_eq!(places(&lines(&refs(second, names))), NONE);
    }
    let run = refs(topic, names);
    assert!(run.stderr.starts_with("sprawl: nothing was scanned:"), "{}", run.stderr);
    assert_eq!(refs(GONE, names).status, 2);
    let named = |at: &Path, files: &[&str]| {
        let run = as_framework(repo, at, &[], files);
        assert!([0, 1].contains(&run.status), "{}", run.stderr);
        places(&lines(&run))
    };
    let top = repo.root.as_path();
    assert_eq!(named(top, &["a.txt", "b.txt"]), NONE);
    assert_eq!(named(top, &["a.txt", "new.env", "old.env"]), ["new.env:1", "old.env:1"]);
    // What is staged gives what it adds; what is not named is not looked at.
    repo.write("sub/new.env", secret_line(4));
    repo.write("old.env", format!("{}{}", secret_line(1), secret_line(5)));
    repo.git(&["add", "."]);
    assert_eq!(named(top, &["old.env"]), ["old.env:2"]);
    assert_eq!(named(top, &["a.txt"]), NONE);
    assert_eq!(named(top, &["sub"]), ["sub/new.env:1"]);
    assert_eq!(named(&repo.root.join("sub"), &["new.env"]), ["sub/new.env:1"]);
    assert_eq!(named(&repo.root.join("sub"), &["../new.env"]), NEW);
    assert_eq!(named(top, &[]), ["old.env:2", "sub/new.env:1"], "a plain commit");
    // Neither here nor there, and gone from the work tree only.
    std::fs::remove_file(repo.root.join("new.env")).unwrap();
    assert_eq!(named(top, &["new.env"]), NEW);
    let run = as_framework(repo, top, &[], &["a.txt", "nowhere.txt"]);
    assert_eq!(run.status, 2);
    assert!(run.stderr.contains("nowhere.txt"), "{}", run.stderr);
}
