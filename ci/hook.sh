#!/bin/sh
# Runs the released sprawl for the pre-commit framework. It calls this script in its own clone of the repository,
# where the release that `rev` names is installed the first time.
set -eu
clone=$(cd "$(dirname "$0")/.." && pwd)
prefix=$clone/target/released
if [ ! -x "$prefix/bin/sprawl" ]; then
  unset SPRAWL_VERSION
  if [ -z "${SPRAWL_RELEASES:-}" ]; then
    # By the file: git runs hooks with variables that lead to another repository.
    origin=$(git config --file "$clone/.git/config" --get remote.origin.url || true)
    case $origin in
      # Where GitHub, Gitea and Forgejo have the releases of a repository.
      https://*) SPRAWL_RELEASES=${origin%.git}/releases/download ;;
    esac
    export SPRAWL_RELEASES
  fi
  SPRAWL_SOURCE=$clone sh "$clone/ci/install.sh" --prefix "$prefix" >&2
fi
exec "$prefix/bin/sprawl" "$@"
