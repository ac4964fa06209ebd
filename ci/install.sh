#!/bin/sh
# Installs, upgrades or removes sprawl from a release; for people, containers and build servers.
#
#   sh install.sh [install] [OPTIONS]     installs this release, or upgrades to it
#   sh install.sh uninstall [--prefix DIRECTORY]
#
#   --prefix DIRECTORY   where to (~/.local): bin/sprawl, its manual and completions
#   --releases ADDRESS   what releases are served from: $SPRAWL_RELEASES. An https address, or a directory
#   --version VERSION    another release than the one this script belongs to: $SPRAWL_VERSION
#   --sha256 SUM         of the archive, in place of the list that is served with it: $SPRAWL_SHA256
#   --compile            builds the release with cargo from --source, and downloads no binary:
#                        SPRAWL_COMPILE=true
#   --source ADDRESS     the git repository, or a checkout of it: $SPRAWL_SOURCE
#
# A binary whose SHA-256 sum does not match is not installed. Needs curl or wget, and tar.
set -eu
umask 022

version=${SPRAWL_VERSION:-0.1.0}
releases=${SPRAWL_RELEASES:-}
sha256=${SPRAWL_SHA256:-}
source=${SPRAWL_SOURCE:-}
prefix=
compile=${SPRAWL_COMPILE:-false}
action=install
work=
fresh=
case $(uname -s) in
  MINGW* | MSYS* | CYGWIN*) program=sprawl.exe ;;
  *) program=sprawl ;;
esac

die() {
  echo "install.sh: $1" >&2
  exit 2
}

usage() { sed -n '2,/^set -eu/s/^# \{0,1\}//p' "$0"; }

# An address as it may be shown: it can hold a password.
shown() { printf '%s' "$1" | sed 's#://[^/@]*@#://****@#'; }

cleanup() {
  [ -z "$fresh" ] || rm -f "$fresh"
  [ -z "$work" ] || rm -rf "$work"
}

main() {
  arguments "$@"
  [ -n "$prefix" ] || prefix=${HOME:?install.sh: HOME is not set: name a directory with --prefix}/.local
  case $prefix in
    /* | [A-Za-z]:*) ;;
    *) prefix=$PWD/$prefix ;;
  esac
  prefix=${prefix%/}
  case $prefix/ in
    */.sprawl/*) die "$prefix: .sprawl holds a project's decisions and is committed: choose another --prefix" ;;
  esac
  if [ "$action" = uninstall ]; then
    uninstall
    return
  fi
  trap cleanup EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  is_plain "$version" || die "$version: not a version"
  record=$prefix/share/sprawl/installed
  before=$(installed_version)
  if [ "$before" = "$version" ] && [ "$compile" != true ]; then
    echo "sprawl $version is already installed: $prefix/bin/$program"
    return
  fi
  if [ -e "$prefix/bin/$program" ] && [ ! -e "$record" ]; then
    die "$prefix/bin/$program was not installed by this script: remove it, or choose another --prefix"
  fi
  work=$(mktemp -d)
  touch "$work/files" "$work/directories"
  if [ "$compile" = true ]; then build; else download; fi
  place
  echo "sprawl ${before:+$before -> }$version: $prefix/bin/$program"
  case :$PATH: in
    *:"$prefix/bin":*) ;;
    *) echo "add it to your PATH: export PATH=\"$prefix/bin:\$PATH\"" ;;
  esac
}

arguments() {
  while [ $# -gt 0 ]; do
    case $1 in
      install | uninstall) action=$1 ;;
      --compile) compile=true ;;
      --help | -h) usage && exit 0 ;;
      --prefix | --releases | --version | --sha256 | --source)
        [ $# -gt 1 ] && [ -n "$2" ] || die "$1 needs a value"
        case $1 in
          --prefix) prefix=$2 ;;
          --releases) releases=$2 ;;
          --version) version=$2 ;;
          --sha256) sha256=$2 ;;
          --source) source=$2 ;;
        esac
        shift
        ;;
      *) die "$1: unknown argument; see install.sh --help" ;;
    esac
    shift
  done
}

# Digits, letters, dots, dashes and plus signs: it becomes a part of names.
is_plain() {
  case $1 in
    *[!0-9A-Za-z.+-]* | [!0-9]* | "") return 1 ;;
  esac
}

installed_version() {
  if [ -x "$prefix/bin/$program" ] && [ -e "$record" ]; then
    "$prefix/bin/$program" --version 2>/dev/null | sed -n 's/^sprawl //p'
  fi
}

# The archive of this platform, checked, into $work/sprawl-VERSION-TARGET.
download() {
  name=sprawl-$version-$(target)
  [ -n "$releases" ] || die "set SPRAWL_RELEASES (or --releases) to the address that releases are served from, \
such as https://github.com/OWNER/REPOSITORY/releases/download; or compile with --compile"
  case $releases in
    *OWNER/REPOSITORY*) die "SPRAWL_RELEASES is a placeholder: replace OWNER/REPOSITORY" ;;
  esac
  from=${releases%/}/v$version
  if [ -z "$sha256" ]; then
    fetch "$from/SHA256SUMS" "$work/sums"
    sha256=$(awk -v name="$name.tar.gz" '$2 == name || $2 == "*" name { print $1 }' "$work/sums")
    [ -n "$sha256" ] || die "$(shown "$from")/SHA256SUMS does not list $name.tar.gz"
  fi
  case $sha256 in
    *[!0-9a-f]*) die "$sha256: not a SHA-256 sum" ;;
  esac
  fetch "$from/$name.tar.gz" "$work/archive"
  found=$(sum "$work/archive")
  [ "$found" = "$sha256" ] || die "$(shown "$from")/$name.tar.gz has another SHA-256 sum than expected: \
$found, not $sha256. Nothing was installed"
  tar -xzf "$work/archive" -C "$work"
  tree=$work/$name
}

# The same tree, made by cargo. From elsewhere: a rust-toolchain.toml where a build server stands may name
# any program as the compiler.
build() {
  [ -n "$source" ] || die "set SPRAWL_SOURCE (or --source) to the git repository of sprawl, or to a checkout of it"
  command -v cargo >/dev/null || die "--compile needs cargo: see https://rustup.rs"
  if [ -d "$source" ]; then
    (cd "$source" && cargo install --quiet --locked --root "$work/built" --path .)
  else
    (cd / && cargo install --quiet --locked --root "$work/built" --git "$source" --tag "v$version" secret-sprawl)
  fi || die "cargo could not build $(shown "$source")"
  tree=$work/tree
  mkdir -p "$tree/man" "$tree/completions"
  mv "$work/built/bin/$program" "$tree/$program"
  version=$("$tree/$program" --version | sed 's/^sprawl //')
  "$tree/$program" man --directory "$tree/man" >/dev/null
  for shell in bash fish zsh; do
    "$tree/$program" completions --static "$shell" >"$tree/completions/sprawl.$shell"
  done
}

target() {
  system=$(uname -s) machine=$(uname -m)
  case $system/$machine in
    Linux/x86_64 | Linux/amd64) echo x86_64-unknown-linux-musl ;;
    Linux/aarch64 | Linux/arm64) echo aarch64-unknown-linux-musl ;;
    *) die "there is no binary for $system on $machine: compile with --compile, which needs cargo" ;;
  esac
}

# A file of the release. Nothing goes over plain http but to this machine, unless its sum is known already.
fetch() {
  case $1 in
    /* | ./*) cp "$1" "$2" 2>/dev/null || die "$1 does not exist"; return ;;
    https://*) allowed='=https' ;;
    http://*)
      host=${1#http://}
      host=${host%%/*}
      case ${host%:*} in
        127.0.0.1 | localhost | '[::1]') ;;
        *) [ -n "$sha256" ] || die "$(shown "$1"): https is needed, or the sum of the archive (--sha256)" ;;
      esac
      allowed='=http,https'
      ;;
    *) die "$(shown "$1"): neither an https address nor a directory" ;;
  esac
  if command -v curl >/dev/null; then
    curl --fail --silent --show-error --location --proto "$allowed" --proto-redir "$allowed" \
      --connect-timeout 20 --retry 3 --output "$2" "$1"
  elif command -v wget >/dev/null; then
    wget -q -T 60 -O "$2" "$1"
  else
    die "neither curl nor wget is installed"
  fi || die "$(shown "$1") could not be downloaded"
}

sum() {
  if command -v sha256sum >/dev/null; then
    line=$(sha256sum "$1")
  elif command -v shasum >/dev/null; then
    line=$(shasum -a 256 "$1")
  elif command -v openssl >/dev/null; then
    line=$(openssl dgst -sha256 -r "$1")
  else
    die "no sha256sum, shasum or openssl to check the download with"
  fi
  echo "${line%%[ *]*}"
}

# Puts the tree in place. What was there is replaced only when the new binary runs.
place() {
  mkdir -p "$prefix"
  new_directory "$prefix/bin"
  fresh=$prefix/bin/.new-$$-$program
  cp "$tree/$program" "$fresh"
  chmod 755 "$fresh"
  said=$("$fresh" --version 2>&1) || die "the binary does not run here: $said"
  [ "$said" = "sprawl $version" ] || die "the archive holds $said, not sprawl $version"
  echo "bin/$program" >>"$work/files"
  for page in "$tree"/man/*.1; do
    part "$page" "share/man/man1/${page##*/}"
  done
  part "$tree/completions/sprawl.bash" share/bash-completion/completions/sprawl
  part "$tree/completions/sprawl.zsh" share/zsh/site-functions/_sprawl
  part "$tree/completions/sprawl.fish" share/fish/vendor_completions.d/sprawl.fish
  mv -f "$fresh" "$prefix/bin/$program"
  fresh=
  new_directory "$prefix/share/sprawl"
  # What an older release had and this one has not goes; directories that were made stay listed.
  if [ -e "$record" ]; then
    while IFS= read -r old; do
      case $old in
        */) echo "$old" >>"$work/directories" ;;
        *) grep -qxF "$old" "$work/files" || remove "$old" ;;
      esac
    done <"$record"
  fi
  { cat "$work/files" && sort -u "$work/directories"; } >"$record.new"
  mv -f "$record.new" "$record"
}

part() {
  [ -e "$1" ] || return 0
  new_directory "$prefix/${2%/*}"
  cp "$1" "$prefix/$2"
  chmod 644 "$prefix/$2"
  echo "$2" >>"$work/files"
}

# Makes a directory, and lists those that were not there.
new_directory() {
  [ -d "$1" ] && return
  new_directory "${1%/*}"
  mkdir "$1"
  echo "${1#"$prefix"/}/" >>"$work/directories"
}

# A file or an empty directory that the list names. It lies below the prefix.
remove() {
  case /$1/ in
    */../* | //*) die "$record is damaged: it lists $1" ;;
  esac
  case $1 in
    */) rmdir "$prefix/$1" 2>/dev/null || true ;;
    *) rm -f "$prefix/$1" ;;
  esac
}

uninstall() {
  record=$prefix/share/sprawl/installed
  [ -e "$record" ] || die "nothing was installed by this script in $prefix"
  # Files first, then directories, the inner ones before those around them.
  list=$(sort -r "$record")
  grep -v '/$' "$record" | each
  rm -f "$record"
  printf '%s\n' "$list" | grep '/$' | each
  echo "sprawl is removed from $prefix"
}

each() {
  while IFS= read -r one; do remove "$one"; done
}

main "$@"
