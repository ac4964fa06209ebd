#!/usr/bin/env bash
# The JSON Schemas that `sprawl schema` prints, read by a validator: each is a schema, and what the repository
# has of each kind holds by it. Reports are held to it more strictly than readers should be: with no keys
# but those that it has.
set -euo pipefail
cd "$(dirname "$0")/.."
[ -n "${SPRAWL:-}" ] || cargo build --locked --quiet
tests/tools.sh
sprawl=${SPRAWL:-$PWD/target/debug/sprawl}
python=$PWD/target/tools/check-jsonschema/bin/python
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for name in config rules exceptions report; do "$sprawl" schema "$name" >"$work/$name.schema"; done

# A repository with a past: a password that came, was copied and went, and one that is accepted. Put in here so
# that this file holds no connection string.
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
export GIT_AUTHOR_NAME=A GIT_AUTHOR_EMAIL=a@example.invalid GIT_COMMITTER_NAME=c GIT_COMMITTER_EMAIL=c@example.invalid
mkdir "$work/tree" && cd "$work/tree" && git init --quiet -b main
url() { printf 'url = "postgres://app:%s@db%s.prod.internal:5432/app"\n' "$1" "$2"; }
mkdir deploy src
url "Vx7kQ2mNpR9t" 1 >deploy/prod.toml && git add -A && git commit --quiet -m one
url "hT5wZ8cLq3Yd" 2 >src/a.toml && git rm --quiet deploy/prod.toml && git add -A && git commit --quiet -m two
openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -subj /CN=example.invalid 2>/dev/null
url "mB4xJ6pWz9Kr" 3 | base64 >src/encoded.txt
tar czf src/all.tar.gz src/a.toml
zip --quiet --password x src/locked.zip src/a.toml 2>/dev/null || true
"$sprawl" baseline --history >/dev/null
url "nC8vL3sTq7Fg" 4 >src/b.toml
"$sprawl" accept src/b.toml:1 --owner @team --reason rotation-pending --until "$(date -d +30days +%F)" >/dev/null
url "pD2yH9rVk5Mb" 5 >src/c.toml
mkdir -p broken/.git && echo 'no repository' >broken/.git/HEAD
scan() { "$sprawl" scan -q "$@" || [ $? = 1 ] || [ $? = 3 ]; }
scan -o "$work/tree.json" .
scan --isolated --min-confidence weak --include-placeholders -o "$work/isolated.json" .
scan --history --show-secrets -o "$work/history.json" .
git add src
scan --staged -o "$work/staged.json" .
printf '{"path":"a.txt","content":"url = postgres://app:%s@db.prod.internal/app","meta":{"n":1}}\n' "Vx7kQ2mNpR9t" |
  scan --documents -o "$work/documents.json"
"$sprawl" merge "$work/history.json" "$work/tree.json" -q -o "$work/merged.json" || [ $? = 1 ] || [ $? = 3 ]
"$sprawl" init --dry-run >"$work/init.toml"

cd - >/dev/null
"$python" - "$work" rules/*.toml <<'PYTHON'
import copy, glob, json, os, re, sys, tomllib
import jsonschema

work, *rules = sys.argv[1:]
schemas = {}
for name in ("config", "rules", "exceptions", "report"):
    schemas[name] = json.load(open(f"{work}/{name}.schema"))
    jsonschema.Draft7Validator.check_schema(schemas[name])

def strict(schema):
    """No keys but those that are named, wherever some are."""
    if isinstance(schema, dict):
        if "properties" in schema:
            schema.setdefault("additionalProperties", False)
        for value in schema.values():
            strict(value)
    elif isinstance(schema, list):
        for value in schema:
            strict(value)
    return schema

validators = {name: jsonschema.Draft7Validator(strict(copy.deepcopy(schema))) for name, schema in schemas.items()}

def valid(name, value, what):
    for error in validators[name].iter_errors(value):
        where = "/".join(map(str, error.absolute_path))
        sys.exit(f"{what}: {where}: {error.message[:300]}")

def plain(value):
    """Dates as the text that they are in JSON."""
    return json.loads(json.dumps(value, default=str))

def toml(path):
    return plain(tomllib.load(open(path, "rb")))

counts = dict.fromkeys(schemas, 0)
def checked(name, value, what):
    valid(name, value, what)
    counts[name] += 1

for path in rules:
    checked("rules", toml(path), path)
for path in ("sprawl.toml", "crates/sprawl/src/config/default.toml", f"{work}/init.toml"):
    if os.path.exists(path):
        checked("config", toml(path), path)
# What the documents show as configuration.
for path in ["README.md", *glob.glob("docs/**/*.md", recursive=True)]:
    for number, block in enumerate(re.findall(r"^```toml[^\n]*\n(.*?)^```", open(path).read(), re.S | re.M), 1):
        try:
            value = plain(tomllib.loads(block))
        except tomllib.TOMLDecodeError:
            continue
        if value and set(value) <= set(schemas["config"]["properties"]):
            checked("config", value, f"{path}, block {number}")
for path in (f"{work}/tree/.sprawl/exceptions.toml", ".sprawl/exceptions.toml"):
    if os.path.exists(path):
        checked("exceptions", toml(path), path)
for path in sorted(glob.glob(f"{work}/*.json")):
    report = json.load(open(path))
    if "schema_version" in report:
        checked("report", report, path)
        assert report["secrets"] or report["covered"], path

# What is wrong is noticed.
wrong = [
    ("config", {"thresholds": {"fail-on": "hgh"}}),
    ("config", {"paths": {"exlude": []}}),
    ("rules", {"provider": "Acme", "rule": [{"id": "acme"}]}),
    ("exceptions", {"version": 1, "exceptions": [{"rule": "jwt"}]}),
    ("report", {**json.load(open(f"{work}/tree.json")), "no_such_key": 1}),
]
for name, value in wrong:
    assert list(validators[name].iter_errors(value)), (name, str(value)[:100])
assert counts["rules"] > 100 and counts["exceptions"] and counts["report"] >= 6 and counts["config"] >= 2, counts
print("schemas:", ", ".join(f"{number} {name}" for name, number in counts.items()))
PYTHON
