//! What is given to others for their continuous integration; tests of the command line read it, too.

/// Files with commands of ours in them.
pub(crate) const FILES: &[&str] = &[
    ".pre-commit-hooks.yaml",
    "action.yml",
    "ci/azure-pipelines.yml",
    "ci/bitbucket-pipelines.yml",
    "ci/gitlab.yml",
    "ci/Jenkinsfile",
];
