#!/usr/bin/env bash
# A new user's minute: from `cargo install` to a blocked commit, in repositories whose hooks belong to
# husky, to lefthook and to the pre-commit framework, all from their registries, with real git.
set -euo pipefail
cd "$(dirname "$0")/.."
source=$PWD
tools=$PWD/target/tools
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export CARGO_HOME=${CARGO_HOME:-$HOME/.cargo} RUSTUP_HOME=${RUSTUP_HOME:-$HOME/.rustup}
export HOME=$work/home GIT_CONFIG_NOSYSTEM=1 NPM_CONFIG_UPDATE_NOTIFIER=false
"$source/tests/tools.sh"
mkdir -p "$HOME"

# In place of an installation, a program that is there already: tests/hook-from-package.sh shows that it installs.
if [ -n "${SPRAWL:-}" ]; then
  mkdir "$work/bin" && cp "$SPRAWL" "$work/bin/sprawl"
else
  cargo install --quiet --locked --debug --path . --target-dir target --root "$work" 2>&1 |
    { grep -v "be sure to add" || true; }
fi
export PATH=$work/bin:$PATH
git config --global user.name "New User"
git config --global user.email "new@example.invalid"
git config --global init.defaultBranch main

# A password in a connection string, put in here so that this file holds no connection string.
secret() { printf 'url = "postgres://app:%s@db.prod.internal:5432/app"\n' "Vx7kQ2mNpR9t"; }

fail() {
  echo "first minute: $1" >&2
  cat "$work/said" >&2
  exit 1
}

# Installs, commits without and with a secret, uninstalls; the manager's own check must run each time.
minute() {
  local manager=$1 began=$SECONDS
  git add -A && git commit --quiet --no-verify --message "as it was"
  sprawl hook install >"$work/said" || fail "$manager: could not install"
  git add -A
  git commit --message "adopt sprawl" >"$work/said" 2>&1 || fail "$manager: a clean commit is blocked"
  grep -q "own check" "$work/said" || fail "$manager: its own check no longer runs"
  secret >config.toml && git add -A
  if git commit --message "leak" >"$work/said" 2>&1; then fail "$manager: a secret went through"; fi
  grep -q "own check" "$work/said" || fail "$manager: its own check no longer runs"
  for words in "sprawl found a secret" "config.toml:1:" "impact " "1 remove it" "2 load it from" "3 accept it"; do
    grep -q "$words" "$work/said" || fail "$manager: does not say '$words'"
  done
  if grep -q "Vx7kQ2mNpR9t" "$work/said"; then fail "$manager: shows the secret"; fi
  sprawl hook uninstall >"$work/said" || fail "$manager: could not uninstall"
  git rm --quiet --cached config.toml && rm config.toml
  git diff --quiet HEAD~1 || fail "$manager: is not what it was before"
  echo "first minute: $manager: blocked in $((SECONDS - began)) s"
}

project() {
  mkdir "$work/$1" && cd "$work/$1" && git init --quiet
  printf 'node_modules\n' >.gitignore
}

project husky
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --save-dev husky@9 >/dev/null
npx husky init >/dev/null
echo 'echo "own check"' >.husky/pre-commit
minute husky

project lefthook
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --save-dev lefthook@1 >/dev/null
printf 'pre-commit:\n  jobs:\n    - name: check\n      run: echo "own check"\n' >lefthook.yml
npx lefthook install >/dev/null
minute lefthook

export PATH=$tools/pre-commit/bin:$PATH
project pre-commit
cat >.pre-commit-config.yaml <<'YAML'
repos:
  - repo: local
    hooks:
      - id: own
        name: own check
        entry: "true"
        language: system
        always_run: true
YAML
pre-commit install >/dev/null
minute pre-commit

# The hooks that the repository itself offers, by the id for an installed sprawl.
secret >config.toml && git add -A
if pre-commit try-repo "$source" sprawl-system >"$work/said" 2>&1; then fail "sprawl-system: a secret went through"; fi
grep -q "sprawl found a secret" "$work/said" || fail "sprawl-system: does not say why"
git rm --quiet -f config.toml
pre-commit try-repo "$source" sprawl-system >"$work/said" 2>&1 || fail "sprawl-system: blocks a clean index"
echo "first minute: sprawl-system of .pre-commit-hooks.yaml"
