#!/usr/bin/env python3
"""The Homebrew formula of a release: the binary on Linux, built from source on macOS.

`formula.py ADDRESS DIRECTORY`: where the release is served from, and its files.
"""
import hashlib
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))


def main(address, directory):
    version = os.environ["SPRAWL_VERSION"]
    text = open(os.path.join(HERE, "sprawl.rb.in"), encoding="utf-8").read()
    # The project's page, where releases lie below it.
    text = text.replace("@HOMEPAGE@", address.split("/releases/")[0])
    text = text.replace("@ADDRESS@", address).replace("@VERSION@", version)
    for mark, name in (("SOURCE", "source"), ("X86_64", "x86_64-unknown-linux-musl"),
                       ("AARCH64", "aarch64-unknown-linux-musl")):
        with open(os.path.join(directory, f"sprawl-{version}-{name}.tar.gz"), "rb") as archive:
            text = text.replace(f"@{mark}@", hashlib.sha256(archive.read()).hexdigest())
    print(text, end="")


main(*sys.argv[1:])
