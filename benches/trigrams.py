#!/usr/bin/env python3
"""Counts runs of three bytes in texts, for the prefilter's choice of windows.

    benches/trigrams.py FILE-OR-DIRECTORY... > crates/detect/src/prefilter/trigrams.bin

Writes a byte for each run of the low five bits of three bytes: how seldom it occurs, as eight times the
logarithm to base 2 of one in how many. Any mixture of source code, documentation and data will do.
"""

import math
import pathlib
import sys

RUNS = 1 << 15
# A file's share in the counts is limited, so that no large one speaks for all.
LONGEST = 100_000


def files(argument):
    path = pathlib.Path(argument)
    return sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]


def main(arguments):
    counts = [0] * RUNS
    for path in (path for argument in arguments for path in files(argument)):
        text = path.read_bytes()[:LONGEST]
        if b"\0" in text:
            continue
        low = [byte & 31 for byte in text]
        for first, second, third in zip(low, low[1:], low[2:]):
            counts[first | second << 5 | third << 10] += 1
    # What was not seen may occur nevertheless.
    total = sum(counts) + RUNS / 2
    rarity = lambda count: min(255, round(-8 * math.log2((count + 0.5) / total)))
    sys.stdout.buffer.write(bytes(map(rarity, counts)))


if __name__ == "__main__":
    main(sys.argv[1:])
