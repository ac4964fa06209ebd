#!/usr/bin/env bash
# Reports read by those for whom they are made: JUnit by the schema of Jenkins' xUnit plugin, GitLab's by
# GitLab's schema, CSV by Python's reader, HTML by a browser without a network, in light and dark and
# with the keyboard alone, and audited for accessibility. Screenshots stay in target/screenshots.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
[ -n "${SPRAWL:-}" ] || cargo build --locked --quiet
tests/tools.sh
sprawl=${SPRAWL:-$PWD/target/debug/sprawl}
tools=$PWD/target/tools
shots=$PWD/target/screenshots
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$tools" "$shots"

# A repository with a past: passwords that came, were copied and went. Put in here so that this file
# holds no connection string.
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
export GIT_AUTHOR_NAME="A <b>&c" GIT_AUTHOR_EMAIL=a@example.invalid
export GIT_COMMITTER_NAME=c GIT_COMMITTER_EMAIL=c@example.invalid
mkdir "$work/tree" && cd "$work/tree" && git init --quiet -b main
commit() {
  export GIT_AUTHOR_DATE="$1-03-05T12:00:00Z" GIT_COMMITTER_DATE="$1-03-05T12:00:00Z"
  git add -A && git commit --quiet -m "$1"
}
url() { printf 'url = "postgres://app:%s@db%s.prod.internal:5432/app"\n' "$1" "$2"; }
mkdir deploy src
url "Vx7kQ2mNpR9t" 1 >deploy/prod.toml && commit 2021
url "Vx7kQ2mNpR9t" 1 >'=1+1,<b>&"x".toml' && url "hT5wZ8cLq3Yd" 2 >src/a.toml && commit 2023
# One that is suppressed, and a file that nobody looks into: each has a part of a page.
printf '%s # sprawl:allow postgresql-connection-uri\n' "$(url "kD4xW9rJm6Pn" 3)" >src/known.toml && printf 'Rar!\x1a\x07\x01\0' >src/old.rar
git rm --quiet deploy/prod.toml && commit 2024

reports=(-o "$work/r.xml" -o "$work/r.csv" -o "$work/r.html" -o "$work/r.jsonl")
reports+=(-o "$work/gl-secret-detection-report.json")
"$sprawl" scan --history -q "${reports[@]}" . || [ $? = 1 ]
mkdir "$work/clean" && echo nothing >"$work/clean/a.txt"
"$sprawl" scan -q -o "$work/clean.xml" -o "$work/clean.csv" -o "$work/clean.html" "$work/clean"

# JUnit, by the schema that pytest tests itself with.
xsd=$tools/junit-10.xsd
xmllint --noout --schema "$xsd" "$work/r.xml" "$work/clean.xml" 2>&1

# GitLab. The schema is fetched from where GitLab keeps it, which not every network reaches.
schema=$tools/gitlab-secret-detection-15.2.1.json
home=https://gitlab.com/gitlab-org/security-products/security-report-schemas
if [ ! -e "$schema" ]; then
  curl --fail --silent --location --connect-timeout 5 --max-time 30 --output "$work/schema.json" \
    "$home/-/raw/v15.2.1/dist/secret-detection-report-format.json" && mv "$work/schema.json" "$schema" || true
fi
if [ -e "$schema" ]; then
  if [ ! -x "$tools/jsonschema/bin/python" ]; then
    python3 -m venv "$tools/jsonschema"
    "$tools/jsonschema/bin/pip" install --quiet --disable-pip-version-check "jsonschema>=4,<5"
  fi
  mkdir "$work/broken" "$work/broken/.git" && echo 'no repository' >"$work/broken/.git/HEAD"
  "$sprawl" scan -q -f gitlab -o "$work/broken.json" "$work/broken" || [ $? = 3 ]
  "$tools/jsonschema/bin/python" - "$schema" "$work/gl-secret-detection-report.json" "$work/broken.json" <<'PYTHON'
import json, sys
import jsonschema
schema, *reports = [json.load(open(name)) for name in sys.argv[1:]]
assert schema["self"]["version"] == reports[0]["version"] == "15.2.1"
for report in reports:
    jsonschema.Draft7Validator(schema).validate(report)
assert len(reports[0]["vulnerabilities"]) >= 3 and reports[1]["scan"]["messages"]
print(f"GitLab: {len(reports[0]['vulnerabilities'])} vulnerabilities")
PYTHON
else
  echo "GitLab: not checked, its schema cannot be fetched" >&2
fi

# CSV.
python3 - "$work" <<'PYTHON'
import csv, json, sys
work = sys.argv[1]
rows = list(csv.DictReader(open(work + "/r.csv", newline=""), strict=True))
lines = [json.loads(line) for line in open(work + "/r.jsonl")]
assert len(rows) == len(lines) and len(rows) >= 3, (len(rows), len(lines))
for row, line in zip(rows, lines):
    assert None not in row and None not in row.values(), row
    assert row["path"].lstrip("'") == line["path"] and row["secret_id"] == line["secret_id"]
    for value in row.values():
        assert not value.startswith(("=", "+", "-", "@", "\t", "\r")), value
assert any(row["path"].startswith("'=1+1") for row in rows)
assert list(csv.reader(open(work + "/clean.csv", newline="")))[1:] == []
print(f"CSV: {len(rows)} rows")
PYTHON

# HTML. A browser without a network opens it from disk; its script must have run for the filters to
# be there, and must have said nothing about a policy that it breaks.
chromium=$(command -v chromium || command -v chromium-browser || command -v google-chrome)
open_page() {
  "$chromium" --headless --no-sandbox --disable-gpu --hide-scrollbars --user-data-dir="$work/profile" \
    --host-resolver-rules="MAP * ~NOTFOUND" --enable-logging=stderr --window-size=1200,1000 "$@" \
    2>"$work/log"
  if grep -E "CONSOLE|Content Security Policy" "$work/log"; then
    echo "HTML: the page complains" >&2
    exit 1
  fi
}
open_page --dump-dom "file://$work/r.html" >"$work/dom.html"
grep -q '<form id="filters" class="filters">' "$work/dom.html"
grep -q 'id="count" aria-live="polite">2 of 2 shown<' "$work/dom.html"
grep -q '<h2 id="covered">' "$work/dom.html" && grep -q '<h2 id="unread">' "$work/dom.html"
open_page --dump-dom "file://$work/clean.html" | grep -q "No secrets found"
id=$(grep -o 'id="s-[a-z0-9]*"' "$work/r.html" | tail -n 1 | cut -d '"' -f 2)
# A link into the page opens what it leads to.
open_page --dump-dom "file://$work/r.html#$id" | grep -q '<details open="">'
open_page --screenshot="$shots/light.png" "file://$work/r.html"
open_page --blink-settings=preferredColorScheme=0 --screenshot="$shots/dark.png" "file://$work/r.html"
if cmp -s "$shots/light.png" "$shots/dark.png"; then
  echo "HTML: light and dark look the same" >&2
  exit 1
fi
echo "HTML: opened in a browser, light and dark"
python3 "$root/tests/html-keyboard.py" "$chromium" "$work/keyboard" "$work/r.html"
python3 "$root/tests/html-audit.py" "$chromium" "$work/audit" "$tools/node_modules/axe-core/axe.min.js" "$work/r.html"
