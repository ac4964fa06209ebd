#!/usr/bin/env python3
"""npm packages: one for each platform, which holds the binary, and one that depends on all of them and runs the right one.

`npm.py platform TREE CPU DIRECTORY` and `npm.py chooser MANUAL DIRECTORY`. npm installs only the optional dependency whose `os`
and `cpu` fit, so that no script runs at installation.
"""
import gzip
import io
import json
import os
import sys
import tarfile

NAME = "secret-sprawl"
VERSION = os.environ["SPRAWL_VERSION"]
HERE = os.path.dirname(os.path.abspath(__file__))
ABOUT = {"version": VERSION, "license": "Apache-2.0"}


def write(directory, package, files):
    """A package as `npm pack` lays it out, with fixed order, owners and times."""
    files = {"package.json": (json.dumps(package, indent=2) + "\n").encode(), **files}
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(f"package/{name}")
            member.mtime = int(os.environ["SOURCE_DATE_EPOCH"])
            member.mode = 0o755 if name.startswith("bin/") else 0o644
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    path = os.path.join(directory, f"{package['name']}-{VERSION}.tgz")
    with open(path, "wb") as out, gzip.GzipFile("", "wb", 9, out, mtime=0) as packer:
        packer.write(stream.getvalue())


def read(*path):
    with open(os.path.join(*path), "rb") as file:
        return file.read()


def platform(tree, cpu, directory):
    write(directory, {
        "name": f"{NAME}-linux-{cpu}",
        "description": f"The binary of sprawl for Linux on {cpu}; install {NAME}",
        **ABOUT,
        "os": ["linux"],
        "cpu": [cpu],
        "preferUnplugged": True,
        "files": ["bin"],
    }, {"LICENSE": read(tree, "LICENSE"), "bin/sprawl": read(tree, "sprawl")})


def chooser(manual, directory):
    pages = [f"man/{name}" for name in sorted(os.listdir(manual))]
    write(directory, {
        "name": NAME,
        "description": "Finds secrets in files and git history",
        **ABOUT,
        "keywords": ["secrets", "security", "scanner", "git"],
        "bin": {"sprawl": "bin/sprawl.js"},
        "man": pages,
        "engines": {"node": ">=16"},
        "files": ["bin", "man"],
        "optionalDependencies": {f"{NAME}-linux-{cpu}": VERSION for cpu in ("arm64", "x64")},
    }, {"LICENSE": read(HERE, "..", "..", "LICENSE"), "README.md": read(HERE, "..", "..", "README.md"),
        "bin/sprawl.js": read(HERE, "npm", "sprawl.js"), **{page: read(manual, "..", page) for page in pages}})


{"platform": platform, "chooser": chooser}[sys.argv[1]](*sys.argv[2:])
