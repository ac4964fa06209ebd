#!/usr/bin/env python3
"""A container image that holds sprawl alone, as an archive that `docker load`, `podman load` and `skopeo` read.

`image.py TREE ARCHITECTURE FILE`. The layout is that of the OCI image specification 1.0 (`oci-layout`, `index.json`,
blobs by their digests); `manifest.json` is what `docker load` reads. SOURCE_DATE_EPOCH is the time of everything.
"""
import gzip
import hashlib
import io
import json
import os
import sys
import tarfile
from datetime import datetime, timezone

TIME = int(os.environ["SOURCE_DATE_EPOCH"])
VERSION = os.environ["SPRAWL_VERSION"]
OCI = "application/vnd.oci.image"


def put(archive, name, content, mode=0o644):
    """A file, owned by root, at the time of the release."""
    member = tarfile.TarInfo(name)
    member.mtime, member.mode, member.size = TIME, mode, len(content)
    archive.addfile(member, io.BytesIO(content))


def directory(archive, name):
    member = tarfile.TarInfo(name)
    member.type, member.mtime, member.mode = tarfile.DIRTYPE, TIME, 0o755
    archive.addfile(member)


def tar(fill):
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        fill(archive)
    return stream.getvalue()


def packed(data):
    """With neither name nor time in its header."""
    stream = io.BytesIO()
    with gzip.GzipFile(filename="", fileobj=stream, mode="wb", compresslevel=9, mtime=0) as packer:
        packer.write(data)
    return stream.getvalue()


def layer(tree):
    def fill(archive):
        for name in ("usr", "usr/bin", "usr/share", "usr/share/doc", "usr/share/doc/sprawl", "work"):
            directory(archive, name)
        put(archive, "usr/bin/sprawl", open(os.path.join(tree, "sprawl"), "rb").read(), 0o755)
        put(archive, "usr/share/doc/sprawl/LICENSE", open(os.path.join(tree, "LICENSE"), "rb").read())

    return tar(fill)


def main(tree, architecture, file):
    blobs = {}

    def blob(data, media):
        digest = hashlib.sha256(data).hexdigest()
        blobs[digest] = data
        return {"mediaType": f"{OCI}.{media}", "digest": f"sha256:{digest}", "size": len(data)}

    def document(value):
        return json.dumps(value, separators=(",", ":")).encode()

    plain = layer(tree)
    content = blob(packed(plain), "layer.v1.tar+gzip")
    labels = {"org.opencontainers.image.title": "sprawl", "org.opencontainers.image.version": VERSION,
              "org.opencontainers.image.licenses": "Apache-2.0"}
    created = datetime.fromtimestamp(TIME, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    config = blob(document({
        "created": created,
        "architecture": architecture,
        "os": "linux",
        # Nobody: the scan only reads.
        "config": {"User": "65534:65534", "WorkingDir": "/work", "Entrypoint": ["/usr/bin/sprawl"],
                   "Cmd": ["scan", "."], "Labels": labels},
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{hashlib.sha256(plain).hexdigest()}"]},
        "history": [{"created": created, "created_by": "ci/release.sh"}],
    }), "config.v1+json")
    manifest = blob(document({"schemaVersion": 2, "mediaType": f"{OCI}.manifest.v1+json", "config": config,
                              "layers": [content], "annotations": labels}), "manifest.v1+json")
    manifest["platform"] = {"architecture": architecture, "os": "linux"}
    manifest["annotations"] = {"org.opencontainers.image.ref.name": VERSION,
                               "io.containerd.image.name": f"docker.io/library/sprawl:{VERSION}"}
    path = {one["digest"]: f"blobs/sha256/{one['digest'].split(':')[1]}" for one in (config, content)}

    def fill(archive):
        directory(archive, "blobs")
        directory(archive, "blobs/sha256")
        for digest in sorted(blobs):
            put(archive, f"blobs/sha256/{digest}", blobs[digest])
        put(archive, "index.json", document({"schemaVersion": 2, "mediaType": f"{OCI}.index.v1+json",
                                             "manifests": [manifest]}))
        put(archive, "manifest.json", document([{"Config": path[config["digest"]], "RepoTags": [f"sprawl:{VERSION}"],
                                                 "Layers": [path[content["digest"]]]}]))
        put(archive, "oci-layout", document({"imageLayoutVersion": "1.0.0"}))

    with open(file, "wb") as out:
        out.write(tar(fill))


main(*sys.argv[1:])
