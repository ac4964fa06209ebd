#!/usr/bin/env bash
# The packages as they would be published, built by the pre-commit framework as a hook of its own: shows
# that they hold all that they are built from, and that the hook `sprawl-source` blocks a secret.
#
# The build takes the profile of the tests and what Cargo.lock says, so that all dependencies are there.
# With FULL_BUILD=1 it is built as users have it, optimised and with the newest dependencies (.ci/full).
set -euo pipefail
cd "$(dirname "$0")/.."
source=$PWD
tests/tools.sh
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export CARGO_HOME=${CARGO_HOME:-$HOME/.cargo} RUSTUP_HOME=${RUSTUP_HOME:-$HOME/.rustup}
export HOME=$work/home GIT_CONFIG_NOSYSTEM=1 CARGO_TARGET_DIR=$source/target
export PATH=$source/target/tools/pre-commit/bin:$PATH
mkdir -p "$HOME"
git config --global user.name "New User"
git config --global user.email "new@example.invalid"
git config --global init.defaultBranch main

cargo package --workspace --locked --quiet --no-verify
version=$(cargo pkgid | sed 's/.*[#@]//')
unpacked() {
  mkdir "$2"
  tar -xzf "$source/target/package/$1-$version.crate" --strip-components=1 -C "$2"
}
unpacked secret-sprawl "$work/package"
mkdir "$work/package/.cargo"
# The registry does not have these yet.
echo '[patch.crates-io]' >"$work/package/.cargo/config.toml"
for part in detect unpack lib; do
  unpacked "secret-sprawl-$part" "$work/$part"
  printf 'secret-sprawl-%s = { path = "%s" }\n' "$part" "$work/$part" >>"$work/package/.cargo/config.toml"
  sed -i "/^name = \"secret-sprawl-$part\"\$/,/^\$/{/^source = /d;/^checksum = /d}" "$work/package/Cargo.lock"
done
cd "$work/package"
git init --quiet && git add -A && git commit --quiet --message "as published"

if [ -z "${FULL_BUILD:-}" ]; then
  mkdir "$work/shim"
  cargo=$(command -v cargo)
  cat >"$work/shim/cargo" <<SHIM
#!/bin/sh
[ "\$1" = install ] && exec "$cargo" "\$@" --debug --locked ${SPRAWL_BUILD_CONFIG:+--config "$SPRAWL_BUILD_CONFIG"}
exec "$cargo" "\$@"
SHIM
  chmod +x "$work/shim/cargo"
  export PATH=$work/shim:$PATH
fi

fail() {
  echo "hook from package: $1" >&2
  cat "$work/said" >&2
  exit 1
}

began=$SECONDS
mkdir "$work/project" && cd "$work/project" && git init --quiet
# A password in a connection string, put in here so that this file holds no connection string.
printf 'url = "postgres://app:%s@db.prod.internal:5432/app"\n' "Vx7kQ2mNpR9t" >config.toml
git add -A
if pre-commit try-repo "$work/package" sprawl-source >"$work/said" 2>&1; then fail "a secret went through"; fi
grep -q "sprawl found a secret" "$work/said" || fail "does not say why"
git rm --quiet --cached config.toml && echo "a = 1" >clean.toml && git add clean.toml
pre-commit try-repo "$work/package" sprawl-source >"$work/said" 2>&1 || fail "blocks a clean index"
echo "hook from package: built, and blocked a secret, in $((SECONDS - began)) s"
