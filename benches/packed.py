#!/usr/bin/env python3
"""CPU time that scans of one tree take in every way it can be packed, beside that of the tree itself.

    benches/packed.py TREE SCANNER [SCANNER ...]

A scanner is a command in which `{}` is the path to scan: `'target/release/sprawl scan {} -q --no-config -f jsonl'`.
The archives are made in a temporary directory: zip, tar, tar.gz, tar.zst (if there is a `zstd`), a `docker save`
archive and an OCI layout, each image with the tree as its only layer. Scanners take turns; the least of the user and
system time of five rounds counts, with the number of lines that the scanner printed in parentheses.
"""

import hashlib
import io
import json
import os
import shlex
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

ROUNDS = 5


def files_of(tree):
    return sorted(path for path in tree.rglob("*") if path.is_file() and not path.is_symlink())


def make_tar(tree, out):
    with tarfile.open(out, "w") as made:
        for path in files_of(tree):
            made.add(path, arcname=str(path.relative_to(tree)))


def make_zip(tree, out):
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for path in files_of(tree):
            # Years before 1980 do not fit into a zip archive.
            entry = zipfile.ZipInfo(str(path.relative_to(tree)), (2000, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            made.writestr(entry, path.read_bytes())


def digest(data):
    return hashlib.sha256(data).hexdigest()


def config_of(layer):
    config = {"architecture": "amd64", "os": "linux", "config": {}, "rootfs": {"type": "layers", "diff_ids": [f"sha256:{digest(layer)}"]}}
    return json.dumps(config).encode()


def make_docker(layer, out):
    """What `docker save` writes: https://github.com/moby/docker-image-spec, version 1.2."""
    config = config_of(layer)
    name = f"{digest(config)}.json"
    manifest = [{"Config": name, "RepoTags": ["packed:latest"], "Layers": ["layer/layer.tar"]}]
    with tarfile.open(out, "w") as made:
        for path, data in ((name, config), ("layer/layer.tar", layer), ("manifest.json", json.dumps(manifest).encode())):
            entry = tarfile.TarInfo(path)
            entry.size = len(data)
            made.addfile(entry, io.BytesIO(data))


def make_oci(layer, packed, out):
    """An image layout: https://github.com/opencontainers/image-spec, image-layout.md."""
    blobs = out / "blobs" / "sha256"
    blobs.mkdir(parents=True)

    def put(data, kind):
        (blobs / digest(data)).write_bytes(data)
        return {"mediaType": f"application/vnd.oci.image.{kind}", "digest": f"sha256:{digest(data)}", "size": len(data)}

    config = put(config_of(layer), "config.v1+json")
    manifest = {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json", "config": config, "layers": [put(packed, "layer.v1.tar+gzip")]}
    index = {"schemaVersion": 2, "manifests": [put(json.dumps(manifest).encode(), "manifest.v1+json")]}
    (out / "oci-layout").write_text(json.dumps({"imageLayoutVersion": "1.0.0"}))
    (out / "index.json").write_text(json.dumps(index))


def pack(tree, work):
    """The ways in which the tree is packed: name and path of each."""
    ways = [("tree", tree)]
    make_zip(tree, work / "tree.zip")
    ways.append(("zip", work / "tree.zip"))
    tar = work / "tree.tar"
    make_tar(tree, tar)
    ways.append(("tar", tar))
    subprocess.run(["gzip", "-kn", str(tar)], check=True)
    ways.append(("tar.gz", work / "tree.tar.gz"))
    if shutil.which("zstd"):
        subprocess.run(["zstd", "-qk", str(tar)], check=True)
        ways.append(("tar.zst", work / "tree.tar.zst"))
    layer = tar.read_bytes()
    make_docker(layer, work / "docker.tar")
    ways.append(("docker save", work / "docker.tar"))
    make_oci(layer, (work / "tree.tar.gz").read_bytes(), work / "oci")
    ways.append(("OCI layout", work / "oci"))
    return ways


def run(scanner, path):
    """User and system time in seconds, and the lines that came out."""
    command = [part.replace("{}", str(path)) for part in shlex.split(scanner)]
    before = os.times()
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
    after = os.times()
    taken = after.children_user - before.children_user + after.children_system - before.children_system
    return taken, done.stdout.count(b"\n")


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    tree, scanners = Path(sys.argv[1]).resolve(), sys.argv[2:]
    files = files_of(tree)
    size = sum(path.stat().st_size for path in files)
    print(f"{len(files)} files, {size / 1e6:.1f} MB")
    print("| packed as | size | " + " | ".join(Path(shlex.split(scanner)[0]).name for scanner in scanners) + " |")
    print("|---|--:|" + "--:|" * len(scanners))
    with tempfile.TemporaryDirectory() as work:
        for name, path in pack(tree, Path(work)):
            best = {}
            for _ in range(ROUNDS):
                for scanner in scanners:
                    best[scanner] = min(best.get(scanner, (1e9, 0)), run(scanner, path))
            size = sum(file.stat().st_size for file in (files_of(path) if path.is_dir() else [path]))
            cells = " | ".join(f"{taken:.2f} s ({lines})" for taken, lines in (best[scanner] for scanner in scanners))
            print(f"| {name} | {size / 1e6:.1f} MB | {cells} |", flush=True)


if __name__ == "__main__":
    main()
