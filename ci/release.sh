#!/usr/bin/env bash
# Builds a release: a static binary with its manual and completions in one archive, and its checksum.
#
#   ci/release.sh [TARGET] [DIRECTORY]     by default this machine's musl target, into dist/
#   ci/release.sh --container [IMAGE]      the container image, by podman or docker
set -euo pipefail
cd "$(dirname "$0")/.."

if [ "${1:-}" = --container ]; then
  engine=$(command -v podman || command -v docker) || {
    echo "release: neither podman nor docker is installed" >&2
    exit 2
  }
  exec "$engine" build --file Containerfile --tag "${2:-sprawl}" .
fi

target=${1:-$(uname -m)-unknown-linux-musl}
directory=${2:-dist}
version=$(sed -n 's/^version = "\(.*\)"$/\1/p' Cargo.toml | head -n 1)
name=sprawl-$version-$target

# Linked statically with any C library, so that it runs wherever the kernel does.
case $target in
  *-linux-*) export RUSTFLAGS="${RUSTFLAGS:-} -C target-feature=+crt-static" ;;
esac
if ! cargo build --locked --release --target "$target" --bin sprawl; then
  echo "release: if the target is missing: rustup target add $target" >&2
  exit 1
fi
binary=${CARGO_TARGET_DIR:-target}/$target/release/sprawl

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/$name/man" "$work/$name/completions" "$directory"
cp "$binary" LICENSE README.md CHANGELOG.md "$work/$name/"
strip "$work/$name/sprawl" 2>/dev/null || echo "release: no strip for $target; symbols stay" >&2
case $target in
  *-linux-*)
    if readelf --program-headers "$work/$name/sprawl" | grep -q INTERP; then
      echo "release: the binary is not static" >&2
      exit 1
    fi
    ;;
esac

# The build for this machine speaks for all: help is the same everywhere.
"$binary" man --directory "$work/$name/man"
for shell in bash elvish fish powershell zsh; do
  "$binary" completions "$shell" >"$work/$name/completions/sprawl.$shell"
done

# The same tree gives the same archive: order, owner and time are fixed.
time=$(git log -1 --format=%ct 2>/dev/null || echo 0)
tar --sort=name --owner=0 --group=0 --numeric-owner --mtime="@${SOURCE_DATE_EPOCH:-$time}" \
  -C "$work" -cf - "$name" | gzip -n >"$directory/$name.tar.gz"
(cd "$directory" && sha256sum "$name.tar.gz" >"$name.tar.gz.sha256")
echo "$directory/$name.tar.gz"
