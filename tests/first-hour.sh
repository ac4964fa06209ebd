#!/usr/bin/env bash
# A new user's first hour with a real release, in a Debian that holds nothing else (debootstrap): from each kind of
# package to a blocked commit, the upgrade, and back to what was there before; each step timed.
#
#   tests/first-hour.sh [DIRECTORY]    a release of ci/release.sh; built if there is none
#
# Then what no Debian on this processor shows: the image, the binary for aarch64 under an emulator, the formula and
# the SBOM. Needs root, and Debian's packages, which it installs. `SOURCE_BUILD=1` times `cargo install`, too.
set -euo pipefail
cd "$(dirname "$0")/.."
source=$PWD
release=$(realpath -m "${1:-target/release-files}")
tests/tools.sh
missing=()
for tool in debootstrap:debootstrap qemu-aarch64-static:qemu-user-static rpm:rpm ruby:ruby skopeo:skopeo umoci:umoci; do
  command -v "${tool%%:*}" >/dev/null || missing+=("${tool##*:}")
done
if [ "${#missing[@]}" -gt 0 ]; then
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi
unset SPRAWL_RELEASES SPRAWL_VERSION SPRAWL_SHA256 SPRAWL_COMPILE SPRAWL_SOURCE
version=$(sed -n 's/^version = "\(.*\)"$/\1/p' Cargo.toml | head -n 1)
old=0.0.1
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server"; umount "$work/root/proc" 2>/dev/null || true; rm -rf --one-file-system "$work"' EXIT

fail() {
  echo "first hour: $1" >&2
  [ ! -e "$work/said" ] || tail -n 40 "$work/said" >&2
  exit 1
}
# A step and the milliseconds that it took.
timed() {
  local what=$1 began
  shift
  began=$(date +%s%N)
  "$@" >"$work/said" 2>&1 || fail "$kind: $what"
  printf '%s: %s: %d ms\n' "$kind" "$what" $((($(date +%s%N) - began) / 1000000))
}

[ -e "$release/SHA256SUMS" ] || ci/release.sh --releases https://releases.example/sprawl "$release"
mkdir -p "$work/served"
cp -r "$release" "$work/served/v$version"
# The release before: a script that knows what ci/release.sh asks.
cat >"$work/old" <<OLD
#!/bin/sh
case \$1 in
  --version) echo "sprawl $old" ;;
  man) echo .TH >"\$3/sprawl.1" ;;
  completions) echo "# \$2" ;;
esac
OLD
chmod +x "$work/old"
ci/release.sh --version "$old" --releases https://releases.example/sprawl --binary "x86_64-unknown-linux-musl=$work/old" \
  --binary "aarch64-unknown-linux-musl=$work/old" "$work/served/v$old" >/dev/null
python3 tests/serve-release.py "$work/served" "$work/port" &
server=$!
for _ in $(seq 100); do [ -e "$work/port" ] || sleep 0.1; done
address=http://127.0.0.1:$(cat "$work/port")

root=$work/root
debootstrap --variant=minbase --include=git,curl,ca-certificates,rpm,man-db "$(. /etc/os-release && echo "$VERSION_CODENAME")" \
  "$root" >"$work/said" 2>&1 || fail "debootstrap"
mount -t proc proc "$root/proc"
# npm makes these and does not take them away.
mkdir -p "$root/release" "$root/root/.local/bin" "$root/root/.local/lib/node_modules" "$root/root/.local/share/man/man1"
# This machine's node, which is built for any Debian.
cp -L "$(command -v node)" "$root/usr/bin/node"
cp -r "$(dirname "$(realpath "$(command -v npm)")")/.." "$root/usr/lib/npm"
ln -s ../lib/npm/bin/npm-cli.js "$root/usr/bin/npm"
cp -r "$work/served"/* "$root/release/"
inside() {
  chroot "$root" env -i HOME=/root PATH=/root/.local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 \
    SPRAWL_RELEASES="$address" "$@"
}
identity() {
  "$@" git config --global user.name "New User"
  "$@" git config --global user.email "new@example.invalid"
  "$@" git config --global init.defaultBranch main
}
identity inside
# A password in a connection string, put in here so that this file holds no connection string.
planted() { printf 'url = "postgres://app:%s@db.prod.internal:5432/app"\n' "Vx7kQ2mNpR9t" >"$1/config.toml"; }
# All files but those that package managers and caches keep for themselves.
files() {
  (cd "$root" && find . \( -path ./proc -o -path ./var -o -path ./root/project -o -path ./root/.npm -o -path ./root/.rpmdb \) -prune -o -print |
    LC_ALL=C sort)
}

project() {
  rm -rf "$root/root/project"
  mkdir "$root/root/project"
  planted "$root/root/project"
  inside sh -ec 'cd /root/project && git init --quiet && git add -A'
}
first_scan() { inside sh -c 'cd /root/project && sprawl scan; [ $? = 1 ]'; }
hook() { inside sh -ec 'cd /root/project && sprawl hook install'; }
commit() {
  inside sh -c 'cd /root/project && git commit --message leak; [ $? = 1 ]' >"$work/blocked" 2>&1 &&
    grep -q "sprawl found a secret" "$work/blocked"
}
is() { [ "$(inside sprawl --version)" = "sprawl $1" ]; }
manual() { inside sh -c 'man -w sprawl-scan || test -s /root/.local/share/man/man1/sprawl-scan.1'; }

# From an older release to a blocked commit, and back.
hour() {
  kind=$1
  local install=$2 upgrade=$3 uninstall=$4 began
  project
  files >"$work/before"
  timed "install $old" inside sh -ec "$install"
  is "$old" || fail "$kind: not $old"
  timed "upgrade" inside sh -ec "$upgrade"
  is "$version" || fail "$kind: not $version"
  manual >/dev/null || fail "$kind: no manual"
  inside sh -ec "$uninstall" >"$work/said" 2>&1 || fail "$kind: uninstall"
  began=$(date +%s%N)
  timed "install" inside sh -ec "${install//$old/$version}"
  timed "first scan" first_scan
  timed "hook install" hook
  timed "blocked commit" commit
  printf '%s: from package to blocked commit: %d ms\n' "$kind" $((($(date +%s%N) - began) / 1000000))
  timed "uninstall" inside sh -ec "$uninstall"
  if inside sh -c 'command -v sprawl' >"$work/said"; then fail "$kind: still there"; fi
  files | diff "$work/before" - >"$work/said" || fail "$kind: leaves files"
}
get='curl -fsSLO "$SPRAWL_RELEASES'
hour install.sh \
  "cd /tmp && $get/v$old/install.sh\" && sh install.sh --version $old; rm install.sh" \
  "cd /tmp && $get/v$version/install.sh\" && sh install.sh; rm install.sh" \
  "sh /release/v$version/install.sh uninstall"
hour deb \
  "cd /tmp && $get/v$old/sprawl_$old-1_amd64.deb\" && dpkg -i sprawl_*.deb; rm sprawl_*" \
  "cd /tmp && $get/v$version/sprawl_$version-1_amd64.deb\" && apt-get install -qq ./sprawl_*.deb; rm sprawl_*" \
  "dpkg -P sprawl"
# What belongs to the system where rpm is at home.
mkdir -p "$root"/usr/share/{licenses,fish/vendor_completions.d,zsh/site-functions}
hour rpm \
  "cd /tmp && $get/v$old/sprawl-$old-1.x86_64.rpm\" && rpm -i --nodeps sprawl-*.rpm; rm sprawl-*" \
  "cd /tmp && $get/v$version/sprawl-$version-1.x86_64.rpm\" && rpm -U --nodeps sprawl-*.rpm; rm sprawl-*" \
  "rpm -e sprawl"
npm='npm --global --prefix /root/.local --registry "$SPRAWL_RELEASES/npm" --no-audit --no-fund --no-update-notifier'
hour npm "$npm install secret-sprawl@$old" "$npm install secret-sprawl@latest" \
  "$npm uninstall secret-sprawl"

# In an account of its own on this machine.
kind="hook of the pre-commit framework"
export CARGO_HOME=${CARGO_HOME:-$HOME/.cargo} RUSTUP_HOME=${RUSTUP_HOME:-$HOME/.rustup}
export HOME=$work/home GIT_CONFIG_NOSYSTEM=1
umount "$root/proc"
mkdir -p "$HOME" "$work/project"
identity env
planted "$work/project"
cd "$work/project" && git init --quiet && git add -A
by_framework() {
  SPRAWL_RELEASES=$address "$source/target/tools/pre-commit/bin/pre-commit" try-repo "$source" sprawl >"$work/blocked" 2>&1 ||
    grep -q "sprawl found a secret" "$work/blocked"
}
timed "download and blocked commit" by_framework

if [ -n "${SOURCE_BUILD:-}" ]; then
  kind="cargo install"
  timed "install" cargo install --locked --path "$source" --root "$work/built"
fi
cd "$source"

# As a registry's tools and a runtime read it.
for architecture in amd64 arm64; do
  kind="image for $architecture"
  image=oci-archive:$release/sprawl-$version-$architecture.oci.tar
  skopeo inspect --override-arch "$architecture" "$image" >"$work/said" || fail "$kind: skopeo cannot read it"
  skopeo copy --quiet --override-arch "$architecture" "$image" "docker-archive:$work/$architecture.tar:sprawl:$version" ||
    fail "$kind: skopeo cannot convert it"
done
mkdir "$work/layout"
tar -xf "$release/sprawl-$version-amd64.oci.tar" -C "$work/layout"
umoci unpack --image "$work/layout:$version" "$work/bundle" >"$work/said" 2>&1 || fail "umoci cannot unpack the image"
cp -r "$work/project" "$work/bundle/rootfs/work/"
chmod a+x "$work" && chmod -R a+rX "$work/bundle"
in_image() { chroot --userspec=65534:65534 "$work/bundle/rootfs" /usr/bin/sprawl scan /work || [ $? = 1 ]; }
kind=image
timed "first scan, as nobody" in_image
grep -q "config.toml" "$work/said" || fail "the image does not find the secret"

# The other processor. What it reports is what this one does.
kind="aarch64 under an emulator"
dpkg-deb --extract "$release/sprawl_$version-1_arm64.deb" "$work/arm64"
dpkg-deb --extract "$release/sprawl_$version-1_amd64.deb" "$work/amd64"
emulated() { qemu-aarch64-static "$work/arm64/usr/bin/sprawl" "$@"; }
[ "$(emulated --version)" = "sprawl $version" ] || fail "$kind: does not run"
cd "$work/project"
there() { emulated scan --output "$work/there.json" . || [ $? = 1 ]; }
timed "first scan" there
"$work/amd64/usr/bin/sprawl" scan --output "$work/here.json" . >/dev/null || [ $? = 1 ]
diff <(grep -v '"arch"' "$work/here.json") <(grep -v '"arch"' "$work/there.json") >"$work/said" ||
  fail "$kind: reports something else"
emulated scan --staged >"$work/said" 2>&1 && fail "$kind: does not see what is staged"
cd "$source"

ruby -c "$release/sprawl.rb" >"$work/said" || fail "the formula is no Ruby"
python3 -m venv "$work/checks"
"$work/checks/bin/pip" install --quiet --disable-pip-version-check "cyclonedx-python-lib[json-validation]>=11,<12"
"$work/checks/bin/python" - "$release/sprawl-$version.cdx.json" <<'PYTHON' || fail "the SBOM does not hold against its schema"
import sys
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
wrong = JsonStrictValidator(SchemaVersion.V1_5).validate_str(open(sys.argv[1]).read())
sys.exit(str(wrong) if wrong else 0)
PYTHON
echo "first hour: installer, deb, rpm, npm, hook, image, aarch64, formula and SBOM hold ($SECONDS s)"
