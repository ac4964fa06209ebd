#!/usr/bin/env bash
# Microsoft's SARIF validator on real reports: with findings, without, and with problems; each profile.
# It exits 0 whatever it finds, so its own report is read: no error and no warning may be in it.
set -euo pipefail
cd "$(dirname "$0")/.."
[ -n "${SPRAWL:-}" ] || cargo build --locked --quiet
tests/tools.sh
sprawl=${SPRAWL:-$PWD/target/debug/sprawl}
tools=$PWD/target/tools
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

validator=$tools/node_modules/@microsoft/sarif-multitool-linux/Sarif.Multitool

mkdir -p "$work/findings/deploy" "$work/clean" "$work/problems/.git"
# Passwords in connection strings, put in here so that this file holds no connection string.
printf 'url = "postgres://app:%s@db.prod.internal:5432/app"\n' "Vx7kQ2mNpR9t" >"$work/findings/deploy/a b.toml"
printf 'redis://:%s@cache.internal:6379\n' "Vx7kQ2mNpR9t" >"$work/findings/notes.md"
echo 'nothing here' >"$work/clean/a.txt"
echo 'no repository' >"$work/problems/.git/HEAD"

# What Azure Pipelines sets for every job: its profile takes the pipeline from there.
export BUILD_BUILDID=42 SYSTEM_DEFINITIONID=7 BUILD_DEFINITIONNAME=nightly SYSTEM_PHASENAME=scan
export SYSTEM_PHASEID=3a3a2a60-14c7-570b-14a4-fa42ad92f52a

for tree in findings clean problems; do
  for profile in github generic azure; do
    kinds="Sarif;Ghas"
    [ "$profile" = azure ] && kinds="GHAzDO"
    report=$work/$tree-$profile
    (cd "$work/$tree" && "$sprawl" scan . -q --sarif-profile "$profile" -f sarif -o "$report.sarif") || true
    DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 "$validator" validate "$report.sarif" --rule-kind "$kinds" \
      --level "Error;Warning" --output "$report.checked.sarif" --log ForceOverwrite >/dev/null
    python3 - "$report" <<'PYTHON'
import json, sys
name = sys.argv[1]
tree = name.rsplit("/", 1)[1]
report = json.load(open(name + ".sarif"))
results = len(report["runs"][0]["results"])
assert (results > 0) == tree.startswith("findings"), f"{tree}: {results} results"
bad = json.load(open(name + ".checked.sarif"))["runs"][0].get("results", [])
for result in bad:
    print(tree, result.get("level", "warning"), result["ruleId"], result["message"].get("arguments"))
sys.exit(1 if bad else 0)
PYTHON
  done
done
echo "SARIF: 9 reports, no error, no warning"
