#!/usr/bin/env bash
# Time that every format takes for 10,000 findings, and every command that works on them, beside that of
# a scan with JSON lines: the best of five runs of the release build, in milliseconds. None may take 300
# more. SPRAWL=PATH measures another build.
set -euo pipefail
cd "$(dirname "$0")/.."
sprawl=${SPRAWL:-$PWD/target/release/sprawl}
[ -n "${SPRAWL:-}" ] || cargo build --release --locked --quiet
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# 1,000 files with ten passwords each; every tenth password stands in two files.
awk -v root="$work/tree" 'BEGIN {
  srand(1); letters = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghjkmnpqrstuvwxyz23456789"
  for (file = 0; file < 1000; file++) {
    directory = root "/d" file % 20; if (file < 20) system("mkdir -p " directory)
    for (line = 0; line < 10; line++) {
      if (line == 0 && file % 2) password = first
      else {
        password = ""
        for (i = 0; i < 16; i++) password = password substr(letters, 1 + int(rand() * length(letters)), 1)
      }
      if (line == 0) first = password
      print "url" line " = \"postgres://app:" password "@db" line ".prod.internal:5432/app\"" > (directory "/f" file ".toml")
    }
    close(directory "/f" file ".toml")
  }
}'

# In a repository, so that there are authors and a project for decisions.
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 SPRAWL_ID_KEY=benchmark
export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@example.invalid GIT_COMMITTER_NAME=c GIT_COMMITTER_EMAIL=c@example.invalid
cd "$work/tree"
git init --quiet && git add -A && git commit --quiet -m "all of it"

# Best of five runs of sprawl with these arguments, after putting decisions back to none.
milliseconds() {
  local best=999999 began took
  for _ in 1 2 3 4 5; do
    rm -rf .sprawl && if [ -e "$work/decisions" ]; then cp -R "$work/decisions" .sprawl; fi
    began=$(date +%s%N)
    "$sprawl" "$@" >"$work/out" 2>"$work/err" || [ $? = 1 ] || { cat "$work/err" >&2; exit 1; }
    took=$((($(date +%s%N) - began) / 1000000))
    if [ "$took" -lt "$best" ]; then best=$took; fi
  done
  echo "$best"
}

status=0
say() {
  printf '%-16s %5d ms %+5d\n' "$1" "$2" "$(($2 - base))"
  if [ "$(($2 - base))" -gt 300 ]; then status=1; fi
}

base=$(milliseconds scan . -q -f jsonl -o "$work/report")
findings=$(wc -l <"$work/report")
echo "$findings findings"
[ "$findings" -ge 10000 ]
for format in jsonl text json sarif github gitlab junit csv markdown html hook; do
  took=$(milliseconds scan . -q -f "$format" -o "$work/report")
  say "$format" "$took"
done

"$sprawl" scan --history . -q -o "$work/one.json" || [ $? = 1 ]
id=$(sed -n 's/.*"secret_id": "\([a-z0-9]*\)".*/\1/p' "$work/one.json" | sed -n 1p)
until=$(date -u -d "+30 days" +%F)
accept=("$id" --owner @team --reason third-party --until "$until")
say merge "$(milliseconds merge "$work/one.json" -q -f jsonl -o "$work/report")"
say plan "$(milliseconds plan "$work/one.json")"
say offboard "$(milliseconds offboard --author a@example.invalid "$work/one.json")"
say baseline "$(milliseconds baseline)"
say accept "$(milliseconds accept "${accept[@]}")"
# With 10,000 entries of the baseline and 1,000 exceptions.
rm -rf .sprawl
"$sprawl" baseline >/dev/null
"$sprawl" accept "${accept[@]}" >/dev/null
sed -n 's/.*"secret_id": "\([a-z0-9]*\)".*/\1/p' "$work/one.json" | sort -u | sed -n 1,1000p >"$work/ids"
awk -v id="$id" 'NR == FNR { ids[$0]; next }
  { print } index($0, id) { for (other in ids) if (other != id) { line = $0; sub(id, other, line); print line } }' \
  "$work/ids" .sprawl/exceptions.toml >"$work/exceptions.toml"
mv "$work/exceptions.toml" .sprawl/exceptions.toml
cp -R .sprawl "$work/decisions"
say "scan, decided" "$(milliseconds scan . -q -f jsonl -o "$work/report")"
say "baseline again" "$(milliseconds baseline)"
say "exceptions list" "$(milliseconds exceptions list)"
exit "$status"
