#!/usr/bin/env bash
# A release as it is made, served and installed: by the installer, dpkg, npm, the pre-commit framework, and the
# templates for build servers; the first scan, a blocked commit, the upgrade, and what is left afterwards.
#
# The binary in it is a script that calls the debug build: tests/first-hour.sh has the real one.
set -euo pipefail
cd "$(dirname "$0")/.."
source=$PWD
tools=$PWD/target/tools
tests/tools.sh
sprawl=${SPRAWL:-$PWD/target/debug/sprawl}
work=$(mktemp -d)
trap '[ -z "${server:-}" ] || kill "$server"; rm -rf "$work"' EXIT
export CARGO_HOME=${CARGO_HOME:-$HOME/.cargo} RUSTUP_HOME=${RUSTUP_HOME:-$HOME/.rustup}
export HOME=$work/home GIT_CONFIG_NOSYSTEM=1 NPM_CONFIG_UPDATE_NOTIFIER=false
unset SPRAWL_RELEASES SPRAWL_VERSION SPRAWL_SHA256 SPRAWL_COMPILE SPRAWL_SOURCE
mkdir -p "$HOME"
git config --global user.name "New User"
git config --global user.email "new@example.invalid"
git config --global init.defaultBranch main
version=$(sed -n 's/^version = "\(.*\)"$/\1/p' Cargo.toml | head -n 1)
old=0.0.1

fail() {
  echo "release: $1" >&2
  [ ! -e "$work/said" ] || cat "$work/said" >&2
  exit 1
}
# Runs a command that has to fail and to say why.
refused() {
  local why=$1
  shift
  if "$@" >"$work/said" 2>&1; then fail "not refused: $*"; fi
  grep -qF -- "$why" "$work/said" || fail "does not say '$why': $*"
}
quiet() { "$@" >"$work/said" 2>&1 || fail "failed: $*"; }
is_version() { [ "$("$1" --version)" = "sprawl $2" ] || fail "$1 is not $2"; }
files() { (cd "$1" && find . | LC_ALL=C sort); }

# What the binary is in this release.
program() {
  printf '#!/bin/sh\n[ "${1:-}" != --version ] || { echo "sprawl %s"; exit; }\nexec "%s" "$@"\n' "$1" "$sprawl"
}
program "$version" >"$work/new" && program "$old" >"$work/old"
chmod +x "$work/new" "$work/old"
made() {
  local binary=$1 version=$2
  ci/release.sh --version "$version" --releases https://releases.example/sprawl \
    --binary "x86_64-unknown-linux-musl=$binary" --binary "aarch64-unknown-linux-musl=$binary" "$3" >"$work/said" 2>&1 ||
    fail "was not made"
}
made "$work/new" "$version" "$work/served/v$version" && made "$work/old" "$old" "$work/served/v$old"
made "$work/new" "$version" "$work/again"
diff -r "$work/served/v$version" "$work/again" >"$work/said" || fail "is not the same when it is made again"
(cd "$work/again" && sha256sum --quiet --check SHA256SUMS)
# The source is what the repository's own scan reads.
quiet "$sprawl" scan --no-config --exclude '*-source.tar.gz' "$work/again"
echo "release: made of one binary twice, with the same bytes, and clean ($SECONDS s)"

"$tools/check-jsonschema/bin/python" tests/serve-release.py "$work/served" "$work/port" &
server=$!
for _ in $(seq 100); do [ -e "$work/port" ] || sleep 0.1; done
address=http://127.0.0.1:$(cat "$work/port")
install=$work/served/v$version/install.sh

# A user's first minute with what was installed.
blocks() {
  local sprawl=$1 project
  project=$(mktemp -d "$work/project.XXXX")
  (
    cd "$project" && git init --quiet && "$sprawl" hook install
    # A password in a connection string, put in here so that this file holds no connection string.
    printf 'url = "postgres://app:%s@db.prod.internal:5432/app"\n' "Vx7kQ2mNpR9t" >config.toml
    git add -A && ! git commit --message "leak"
  ) >"$work/said" 2>&1 || fail "$sprawl does not block a commit"
  grep -q "sprawl found a secret" "$work/said" || fail "$sprawl does not say why it blocks"
}

# With one of curl and wget and nothing else that is not in every small system.
for client in curl wget; do
  mkdir "$work/with-$client"
  for tool in sh sed awk grep uname mktemp rm rmdir cp mv mkdir chmod touch cat sort tar gzip sha256sum "$client"; do
    ln -s "$(command -v "$tool")" "$work/with-$client/$tool"
  done
  prefix=$work/prefix-$client
  mkdir -p "$prefix/share/man" && echo kept >"$prefix/share/man/kept"
  files "$prefix" >"$work/before"
  by() { env PATH="$work/with-$client" SPRAWL_RELEASES="$address" sh "$install" --prefix "$prefix" "$@"; }
  quiet by --version "$old"
  is_version "$prefix/bin/sprawl" "$old"
  touch "$prefix/bin/other"
  quiet by
  grep -q "sprawl $old -> $version" "$work/said" || fail "does not say that it upgrades"
  is_version "$prefix/bin/sprawl" "$version"
  quiet by && grep -q "already installed" "$work/said" || fail "installs twice"
  [ -s "$prefix/share/man/man1/sprawl-scan.1" ] && [ -s "$prefix/share/zsh/site-functions/_sprawl" ] ||
    fail "installs no manual or completions"
  blocks "$prefix/bin/sprawl"
  rm "$prefix/bin/other"
  quiet by uninstall
  files "$prefix" | diff "$work/before" - >"$work/said" || fail "uninstalls less, or more, than it installed"
done
prefix=$work/prefix
export SPRAWL_RELEASES=$address
by() { sh "$install" --prefix "$prefix" "$@"; }

# Nothing is installed that cannot be checked or does not run here, and what is installed stays.
quiet by --version "$old"
archive=sprawl-$version-$(uname -m)-unknown-linux-musl.tar.gz
cp -r "$work/served/v$version" "$work/served/kept"
spoil() { rm -rf "$work/served/v$version" && cp -r "$work/served/kept" "$work/served/v$version"; }
echo x >>"$work/served/v$version/$archive" && refused "has another SHA-256 sum" by
spoil && truncate -s 1000 "$work/served/v$version/$archive" && refused "has another SHA-256 sum" by
spoil && sed -i "/$archive/d" "$work/served/v$version/SHA256SUMS" && refused "does not list $archive" by
spoil && rm "$work/served/v$version/SHA256SUMS" && refused "SHA256SUMS could not be downloaded" by
spoil && rm "$work/served/v$version/$archive" && refused "$archive could not be downloaded" by
spoil && echo "<html>" >"$work/served/v$version/SHA256SUMS" && refused "does not list" by
spoil
rm -rf "$work/served/kept"
refused "has another SHA-256 sum" by --sha256 "$(printf '0%.0s' $(seq 64))"
refused "not a SHA-256 sum" by --sha256 "; touch $work/ran"
refused "not a version" by --version ../../etc
refused "could not be downloaded" by --version 9.9.9
refused "https is needed" by --releases http://releases.example/sprawl
refused "https is needed" by --releases http://127.0.0.1@releases.example/sprawl
refused "https is needed" by --releases http://127.0.0.1.releases.example/sprawl
refused "set SPRAWL_RELEASES" env -u SPRAWL_RELEASES sh "$install" --prefix "$prefix"
refused "is a placeholder" by --releases https://github.com/OWNER/REPOSITORY/releases/download
refused "neither an https address nor a directory" by --releases ftp://releases.example
refused "://****@" by --releases "http://user:$(printf pass)word@releases.example/sprawl"
refused ".sprawl holds" by --prefix "$work/project/.sprawl/tools"
refused "unknown argument" by --fast
refused "set SPRAWL_SOURCE" by --compile
mkdir "$work/elsewhere"
printf '#!/bin/sh\n[ "$1" = -s ] && echo Plan9 || echo mips\n' >"$work/elsewhere/uname"
chmod +x "$work/elsewhere/uname"
refused "there is no binary for Plan9 on mips" env PATH="$work/elsewhere:$PATH" sh "$install" --prefix "$prefix"
is_version "$prefix/bin/sprawl" "$old"
mkdir -p "$work/theirs/bin" && echo "#!/bin/sh" >"$work/theirs/bin/sprawl"
refused "was not installed by this script" by --prefix "$work/theirs"
refused "nothing was installed" by uninstall --prefix "$work/theirs"
quiet by --releases "$work/served"
is_version "$prefix/bin/sprawl" "$version"
echo "release: install.sh with curl, with wget and from a directory; 22 refusals ($SECONDS s)"

# What `cargo binstall` makes of the manifest: https://github.com/cargo-bins/cargo-binstall, SUPPORT.md.
python3 - "$work/served" "$version" <<'PYTHON' || fail "cargo binstall does not find the archives"
import re, sys, tarfile, tomllib
served, version = sys.argv[1:]
binstall = tomllib.load(open("Cargo.toml", "rb"))["package"]["metadata"]["binstall"]
for target in ("x86_64-unknown-linux-musl", "aarch64-unknown-linux-musl"):
    values = {"repo": "REPOSITORY", "version": version, "target": target, "bin": "sprawl", "binary-ext": ""}
    filled = lambda text: re.sub(r"\{ ([\w-]+) \}", lambda found: values[found[1]], text)
    archive = filled(binstall["pkg-url"]).replace("REPOSITORY/releases/download", served)
    assert tarfile.open(archive).getmember(filled(binstall["bin-dir"])).mode & 0o111
PYTHON

# Debian's own tool on a root of its own; no script of the packages runs.
root=$work/root
mkdir -p "$root"/var/lib/dpkg/{info,updates,triggers}
touch "$root/var/lib/dpkg/status"
architecture=$(dpkg --print-architecture)
package() { quiet dpkg --root="$root" --log=/dev/null "$@"; }
package --install "$work/served/v$old/sprawl_$old-1_$architecture.deb"
is_version "$root/usr/bin/sprawl" "$old"
package --install "$work/served/v$version/sprawl_$version-1_$architecture.deb"
is_version "$root/usr/bin/sprawl" "$version"
blocks "$root/usr/bin/sprawl"
package --purge sprawl
[ ! -e "$root/usr" ] || fail "dpkg leaves $(find "$root/usr")"
echo "release: deb ($SECONDS s)"

# The registry serves both platforms; npm takes the one that fits.
node() { quiet npm "$@" --global --prefix "$work/npm" --registry "$address/npm" --no-audit --no-fund --cache "$work/cache"; }
node install "secret-sprawl@$old"
is_version "$work/npm/bin/sprawl" "$old"
node install secret-sprawl@latest
is_version "$work/npm/bin/sprawl" "$version"
[ "$(find "$work/npm/lib/node_modules" -name 'secret-sprawl-linux-*' | wc -l)" = 1 ] || fail "npm installs other platforms"
blocks "$work/npm/bin/sprawl"
printf 'a = 1\n' >"$work/clean.toml"
quiet "$work/npm/bin/sprawl" scan "$work/clean.toml"
refused "invalid value" "$work/npm/bin/sprawl" scan --fail-on nonsense
node uninstall secret-sprawl
[ -z "$(find "$work/npm" -name '*sprawl*')" ] || fail "npm leaves something"
echo "release: npm ($SECONDS s)"

# The hook that takes the released binary.
mkdir "$work/hooked" && cd "$work/hooked" && git init --quiet
printf 'url = "postgres://app:%s@db.prod.internal:5432/app"\n' "Vx7kQ2mNpR9t" >config.toml
git add -A
hook=("$tools/pre-commit/bin/pre-commit" try-repo "$source" sprawl)
refused "sprawl found a secret" "${hook[@]}"
git rm --quiet --cached config.toml && cp "$work/clean.toml" . && git add clean.toml
quiet "${hook[@]}"
refused "set SPRAWL_RELEASES" env -u SPRAWL_RELEASES "${hook[@]}"
cd "$source"
echo "release: hook of the pre-commit framework ($SECONDS s)"

"$tools/check-jsonschema/bin/python" tests/templates.py "$address" "$(mktemp -d "$work/templates.XXXX")"
echo "release: all in $SECONDS s"
