#!/usr/bin/env python3
"""The release that the installer, the templates and the documents name: the version of Cargo.toml and the SHA-256 sum of
ci/install.sh.

`ci/package/pin.py` says where another one is named, and exits with 1; with `--write` it puts the right one there.
"""
import glob
import hashlib
import os
import re
import sys
import tomllib

TEMPLATES = ["ci/Jenkinsfile", "ci/azure-pipelines.yml", "ci/bitbucket-pipelines.yml", "ci/gitlab.yml"]
NUMBER = r"\d[\w.+-]*"


def differing(path, pattern, right, at_least):
    """The text of a file with what the pattern's second group matches replaced, and whether that is a change."""
    text = open(path, encoding="utf-8").read()
    new, count = re.subn(pattern, lambda found: found[1] + right, text)
    if count < at_least:
        sys.exit(f"pin: {path} does not say which release it takes")
    return new, new != text


def main():
    os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
    is_writing = "--write" in sys.argv
    version = tomllib.load(open("Cargo.toml", "rb"))["workspace"]["package"]["version"]
    wrong = []

    def pin(path, pattern, right, at_least=1):
        new, is_changed = differing(path, pattern, right, at_least)
        if is_changed and is_writing:
            with open(path, "w", encoding="utf-8") as file:
                file.write(new)
        elif is_changed:
            wrong.append(path)

    pin("ci/install.sh", rf"(SPRAWL_VERSION:-)({NUMBER})", version)
    sum_ = hashlib.sha256(open("ci/install.sh", "rb").read()).hexdigest()
    for path in TEMPLATES:
        pin(path, rf"(SPRAWL_VERSION\W{{1,5}}?)({NUMBER})", version)
        pin(path, r"(SPRAWL_INSTALLER\W{1,5}?)(INSTALLER_SUM|[0-9a-f]{64})", sum_)
    for path in ["README.md", *sorted(glob.glob("docs/**/*.md", recursive=True))]:
        pin(path, r"(\brev: v|/v|\bsprawl[_-])(\d+\.\d+\.\d+)", version, at_least=0)
        pin(path, r"(echo \")(INSTALLER_SUM|[0-9a-f]{64})(?=  install\.sh)", sum_, at_least=0)
    for path in dict.fromkeys(wrong):
        print(f"pin: {path} names another release, or another installer, than this one: ci/package/pin.py --write",
              file=sys.stderr)
    sys.exit(1 if wrong else 0)


main()
