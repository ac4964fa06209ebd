#!/usr/bin/env bash
# Time that every format takes for 10,000 findings, beside that of JSON lines: the best of five runs
# of the release build, in milliseconds. None may take 300 more.
set -euo pipefail
cd "$(dirname "$0")/.."
cargo build --release --locked --quiet
sprawl=$PWD/target/release/sprawl
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

milliseconds() {
  local best=999999 began took
  for _ in 1 2 3 4 5; do
    began=$(date +%s%N)
    "$sprawl" scan "$work/tree" -q --no-config -f "$1" -o "$work/report" || [ $? = 1 ]
    took=$((($(date +%s%N) - began) / 1000000))
    if [ "$took" -lt "$best" ]; then best=$took; fi
  done
  echo "$best"
}

base=$(milliseconds jsonl)
findings=$(wc -l <"$work/report")
echo "$findings findings"
[ "$findings" -ge 10000 ]
status=0
for format in jsonl text json sarif github gitlab junit csv markdown html hook; do
  took=$(milliseconds "$format")
  printf '%-9s %5d ms %+5d  %6d kB\n' "$format" "$took" "$((took - base))" "$(($(stat -c %s "$work/report") / 1000))"
  if [ "$((took - base))" -gt 300 ]; then status=1; fi
done
exit "$status"
