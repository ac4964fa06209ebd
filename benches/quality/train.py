#!/usr/bin/env python3
"""Trains the weighing of crates/detect/src/assignment on a labelled corpus.

  cargo run --release --example assignment-features -- OBFUSCATED/data > obfuscated.tsv
  cargo run --release --example assignment-features -- RAW/data > raw.tsv
  train.py crates/detect/src/assignment/trees.rs --corpus OBFUSCATED obfuscated.tsv 1 --corpus RAW raw.tsv 2

makes the committed file byte for byte (numpy 2.4). --clean TSV adds trees without secrets.

A corpus has meta/*.csv with the columns of Samsung/CredData (FilePath, LineStart, LineEnd,
GroundTruth, ValueStart, ValueEnd, Category); its labels are under Apache-2.0. Values on lines
without a label, and those of trees that are known to be clean, are taken for harmless with less
weight. Both the obfuscated and the raw text are learned from, because the obfuscation leaks the
label.

--validate trains without each eighth of the repositories in turn and prints what is found in them.
"""
import argparse
import collections
import csv
import glob
import os
import zlib

import numpy as np

import trees

# Identifiers, not secrets: rows of nothing else are left out.
IDENTIFIERS = {"UUID", "Nonce", "Salt", "AWS S3 Bucket", "Firebase Domain",
               "Tencent WeChat API App ID"}
# Repositories whose rows are test vectors of one program.
LEFT_OUT = {"2ba83c6a"}
FOLDS = 8
SETTINGS = dict(trees=120, depth=4, rate=0.12, columns=0.3)


def labels(corpus):
    """(path, line) -> rows: is it a secret, where its value begins and ends, does it count."""
    rows = collections.defaultdict(list)
    for name in sorted(glob.glob(f"{corpus}/meta/*.csv")):
        with open(name, newline="") as file:
            for row in csv.DictReader(file):
                first, last = int(row["LineStart"]), int(row["LineEnd"])
                start, end = (int(row[k]) if row[k] else -1 for k in ("ValueStart", "ValueEnd"))
                counts = not set(row["Category"].split(":")) <= IDENTIFIERS
                for line in range(first, last + 1):
                    rows[row["FilePath"], line].append((row["GroundTruth"] == "T", start, end, counts))
    return rows


def judged(rows, start, end):
    """(is a secret, weight) of a value."""
    if rows is None:
        return 0, 0.5
    for true, first, last, counts in rows:
        if true and counts and (first < 0 or (first < end and (last < 0 or last > start))):
            return 1, 1.0
    return 0, 0.0 if any(row[0] for row in rows) else 1.0


def read(tsv, corpus, weight):
    rows = labels(corpus) if corpus else {}
    data = dict(x=[], y=[], w=[], group=[], key=[])
    with open(tsv, errors="replace") as file:
        names = next(file).rstrip("\n").split("\t")[6:]
        # The walk of a tree has no order of its own.
        for line in sorted(file):
            path, number, start, end, _, _, *values = line.rstrip("\n").split("\t")
            if path == "path":
                continue
            if corpus:
                path = os.path.relpath(path, corpus)
                group = path.split("/")[1]
                if group in LEFT_OUT:
                    continue
                y, w = judged(rows.get((path, int(number))), int(start), int(end))
            else:
                group = "/".join(path.split("/")[:5])
                y, w = 0, 0.25
            data["x"].append([int(v) for v in values])
            data["y"].append(y)
            data["w"].append(w * weight)
            data["group"].append(group)
            data["key"].append((path, int(number)))
    return names, data


def balance(y, w, group, kinds):
    """A repository with many rows does not count for more than a few middling ones."""
    for value, most in ((1, 60), (0, 400)):
        counts = collections.Counter(group[(y == value) & kinds])
        for name, count in counts.items():
            if count > most:
                w[(group == name) & (y == value)] *= (most / count) ** 0.5
    return w


def fold(group):
    return zlib.crc32(group.encode()) % FOLDS


def write(path, names, model, provenance):
    bias, forest = model
    unit = lambda value: max(-32000, min(32000, round(value * 1024)))
    with open(path, "w") as file:
        file.write(
            "//! Made by `benches/quality/train.py`; do not edit.\n//!\n"
            f"//! {provenance}\n\nuse super::model::Node;\n\n"
            "/// Log-odds before anything is known, in 1/1024.\n"
            f"pub(super) static BIAS: i32 = {unit(bias)};\n\n"
            "/// Where each tree begins among the nodes.\n#[rustfmt::skip]\n"
            "pub(super) static ROOTS: &[u16] = &[\n")
        nodes, roots = [], []
        for tree in forest:
            base = len(nodes)
            roots.append(base)
            for feature, cut, _, right, value in tree:
                leaf = feature is None
                nodes.append((0 if leaf else feature, cut, 0 if leaf else base + right, unit(value)))
        lines(file, [str(r) for r in roots], 16)
        file.write("];\n\n/// Feature, cut, node for more than the cut (0: a leaf), log-odds so far.\n"
                   "#[rustfmt::skip]\npub(super) static NODES: &[Node] = &[\n")
        lines(file, [f"({f}, {c}, {r}, {v})" for f, c, r, v in nodes], 5)
        file.write("];\n")
    print(len(forest), "trees,", len(nodes), "nodes")


def lines(file, texts, width):
    for at in range(0, len(texts), width):
        file.write("    " + ", ".join(texts[at:at + width]) + ",\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out")
    parser.add_argument("--corpus", nargs=3, action="append", metavar=("DIR", "TSV", "WEIGHT"), required=True)
    parser.add_argument("--clean", action="append", default=[], metavar="TSV")
    parser.add_argument("--validate", action="store_true")
    args = parser.parse_args()
    parts = [(tsv, corpus, float(weight)) for corpus, tsv, weight in args.corpus]
    parts += [(tsv, None, 1.0) for tsv in args.clean]
    sets = [read(*part) for part in parts]
    names = sets[0][0]
    join = lambda key, kind: np.concatenate([np.array(data[key], kind) for _, data in sets])
    x, y, w = join("x", np.int16), join("y", float), join("w", float)
    group = join("group", object)
    labelled = np.concatenate([np.full(len(data["y"]), corpus is not None)
                               for (_, corpus, _), (_, data) in zip(parts, sets)])
    w = balance(y, w, group, labelled)
    if args.validate:
        folds = np.array([fold(g) for g in group])
        odds = np.zeros(len(y))
        for f in range(FOLDS):
            odds[folds == f] = trees.predict(trees.train(x[folds != f], y[folds != f], w[folds != f], **SETTINGS), x[folds == f])
        for least in (-2, -1, 0, 1, 2):
            found = (odds >= least) & (w > 0)
            tp, fp, fn = (y[found] == 1).sum(), (y[found] == 0).sum(), ((y == 1) & (w > 0) & ~found).sum()
            print(f"odds {least:+d}: precision {tp / (tp + fp):.3f} recall {tp / (tp + fn):.3f} (of values seen)")
    write(args.out, names, trees.train(x, y, w, **SETTINGS), "Learned from the labels of Samsung/CredData (Apache-2.0).")


if __name__ == "__main__":
    main()
