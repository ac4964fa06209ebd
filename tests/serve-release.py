#!/usr/bin/env python3
"""Releases on the loopback address: `serve-release.py DIRECTORY PORT-FILE`.

Serves the directory, and below /npm the npm packages in it as a registry does: https://github.com/npm/registry.
"""
import base64
import functools
import glob
import hashlib
import http.server
import json
import os
import re
import sys
import tarfile


def packument(directory, name, address):
    """What a registry says of a package: each version with its own manifest and where it lies."""
    versions = {}
    for path in sorted(glob.glob(os.path.join(directory, "**", "*.tgz"), recursive=True)):
        with tarfile.open(path) as archive:
            manifest = json.load(archive.extractfile("package/package.json"))
        if manifest["name"] == name:
            digest = hashlib.sha512(open(path, "rb").read()).digest()
            manifest["dist"] = {"tarball": f"{address}/{os.path.relpath(path, directory)}",
                                "integrity": "sha512-" + base64.b64encode(digest).decode()}
            versions[manifest["version"]] = manifest
    newest = max(versions, key=lambda version: [int(part) for part in re.findall(r"\d+", version)], default=None)
    return versions and {"name": name, "versions": versions, "dist-tags": {"latest": newest}}


class Handler(http.server.SimpleHTTPRequestHandler):
    def do_GET(self):
        if not self.path.startswith("/npm/"):
            return super().do_GET()
        address = f"http://127.0.0.1:{self.server.server_port}"
        found = packument(self.directory, self.path.removeprefix("/npm/"), address)
        if not found:
            return self.send_error(404)
        body = json.dumps(found).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        return None

    def log_message(self, *_):
        pass


def main(directory, port_file):
    handler = functools.partial(Handler, directory=directory)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        with open(port_file + ".new", "w", encoding="ascii") as file:
            file.write(str(server.server_port))
        os.rename(port_file + ".new", port_file)
        server.serve_forever()


main(*sys.argv[1:])
