#!/usr/bin/env bash
# HTML reports of 40 and of 10,000 findings in a browser: audited for accessibility, in light and dark, on screens
# and phones, and timed. Screenshots stay in target/screenshots.
set -euo pipefail
cd "$(dirname "$0")/.."
[ -n "${SPRAWL:-}" ] || cargo build --locked --quiet
tests/tools.sh
sprawl=${SPRAWL:-$PWD/target/debug/sprawl}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Passwords of databases, made up in here so that this file holds none.
plant() {
  python3 - "$1" "$2" <<'PYTHON'
import os, random, string, sys
top, count = sys.argv[1], int(sys.argv[2])
letters, source = string.ascii_letters + string.digits, random.Random(1)
for number in range(count):
    directory = f"{top}/service-{number // 400}/config"
    os.makedirs(directory, exist_ok=True)
    word = "".join(source.choice(letters) for _ in range(18))
    with open(f"{directory}/{number // 20}.toml", "a") as out:
        out.write(f'url_{number} = "postgres://app:{word}@db{number % 9}.prod.internal:5432/app"\n')
PYTHON
}
for count in 40 10000; do
  plant "$work/$count" "$count"
  "$sprawl" scan -q -o "$work/$count.html" "$work/$count" || [ $? = 1 ]
  grep -q "<h1>$count secrets in $count places</h1>" "$work/$count.html"
done
chromium=$(command -v chromium || command -v chromium-browser || command -v google-chrome)
axe=target/tools/node_modules/axe-core/axe.min.js
python3 tests/html-audit.py "$chromium" "$work/profile" "$axe" "$work/40.html" "$work/10000.html"
