#!/usr/bin/env bash
# The vendors' own schemas on what others run in their continuous integration. The schemas come with
# the check-jsonschema package.
set -euo pipefail
cd "$(dirname "$0")/.."
tools=$PWD/target/tools/check-jsonschema
tests/tools.sh
# Patterns as JavaScript without its strict Unicode mode: one schema escapes more than that allows.
check() {
  local said
  said=$("$tools/bin/check-jsonschema" --regex-variant nonunicode --builtin-schema "vendor.$1" "$2" 2>&1) || {
    echo "$said" >&2
    return 1
  }
}
check github-actions action.yml
check github-workflows ci/github.yml
check gitlab-ci ci/gitlab.yml
check azure-pipelines ci/azure-pipelines.yml
check bitbucket-pipelines ci/bitbucket-pipelines.yml
bash -n ci/release.sh
sh -n ci/install.sh
sh -n ci/hook.sh
ci/package/pin.py
echo "CI: 5 files hold against their vendors' schemas"
