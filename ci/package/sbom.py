#!/usr/bin/env python3
"""The software bill of materials of the program: CycloneDX 1.5 of what Cargo.lock says, on standard output.

`sbom.py TARGET...`: all crates that are compiled into the binary for these targets, and, as `excluded`, those that only
build it: build scripts, procedural macros, and what these use. Development dependencies are not in it. SOURCE_DATE_EPOCH
is its time, so that it is the same each time.
"""
import json
import os
import re
import subprocess
import sys
import tomllib
import uuid
from datetime import datetime, timezone

ROOT = "secret-sprawl"


def cargo(*arguments):
    return subprocess.run(["cargo", *arguments], capture_output=True, check=True, text=True).stdout


def built(targets, edges):
    """Names and versions of what a build for these targets compiles: `cargo metadata` lists more than that."""
    chosen = [part for target in targets for part in ("--target", target)]
    lines = cargo("tree", "--locked", "--package", ROOT, *chosen, "--edges", edges, "--prefix", "none", "--format", "{p}")
    found = {tuple(line.split()[:2]) for line in lines.splitlines() if line.strip()}
    return {(name, version.removeprefix("v")) for name, version in found}


def purl(package):
    return f"pkg:cargo/{package['name']}@{package['version']}"


def component(package, checksum, is_linked):
    one = {
        "type": "library",
        "bom-ref": purl(package),
        "name": package["name"],
        "version": package["version"],
        "scope": "required" if is_linked else "excluded",
        "purl": purl(package),
    }
    if checksum:
        one["hashes"] = [{"alg": "SHA-256", "content": checksum}]
    if package["license"]:
        # Old manifests separate alternatives by a slash.
        one["licenses"] = [{"expression": re.sub(r"\s*/\s*", " OR ", package["license"])}]
    if package["repository"]:
        one["externalReferences"] = [{"type": "vcs", "url": package["repository"]}]
    return one


def main(targets):
    os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
    found = json.loads(cargo("metadata", "--locked", "--format-version", "1"))
    linked = built(targets, "normal,no-proc-macro")
    everything = built(targets, "normal,build")
    packages = {one["id"]: one for one in found["packages"] if (one["name"], one["version"]) in everything}
    lock = tomllib.load(open("Cargo.lock", "rb"))["package"]
    checksums = {(one["name"], one["version"]): one.get("checksum") for one in lock}
    root = next(one for one in packages.values() if one["name"] == ROOT)
    order = sorted(packages.values(), key=purl)
    uses = {}
    for node in found["resolve"]["nodes"]:
        uses[node["id"]] = {
            purl(packages[dep["pkg"]]) for dep in node["deps"]
            if dep["pkg"] in packages and any(kind["kind"] in (None, "build") for kind in dep["dep_kinds"])
        }
    time = datetime.fromtimestamp(int(os.environ["SOURCE_DATE_EPOCH"]), timezone.utc)
    subject = component(root, None, True) | {"type": "application", "name": "sprawl"}
    bom = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {
            "timestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "component": subject,
            "properties": [{"name": "cargo:target", "value": target} for target in targets],
        },
        "components": [
            component(one, checksums.get((one["name"], one["version"])), (one["name"], one["version"]) in linked)
            for one in order if one is not root
        ],
        "dependencies": [{"ref": purl(one), "dependsOn": sorted(uses[one["id"]])} for one in order],
    }
    text = json.dumps(bom, sort_keys=True)
    bom["serialNumber"] = f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_OID, text)}"
    json.dump(bom, sys.stdout, indent=1)
    print()


main(sys.argv[1:])
