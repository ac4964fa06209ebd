#!/usr/bin/env python3
"""Trains the weighing of crates/detect/src/assignment, and says how good it is where it was not trained.

  train.py CORPORA                 writes crates/detect/src/assignment/trees.rs, byte for byte the same
                                   for the same corpora (lightgbm 4.7); if the list of features is another
                                   one, they are measured with a crate that has no trees
  train.py CORPORA --evaluate      trains without each eighth of the repositories in turn, and writes into
                                   RESULTS.md how the whole detector does on them

CORPORA holds two folders, `raw` and `obf`, each with data/ and meta/*.csv in the form of Samsung/CredData
(FilePath, LineStart, LineEnd, GroundTruth, ValueStart, ValueEnd, Category): its raw text, and the same with
the true values replaced. They have to be those of corpora.json, which has their hashes (--accept writes
it). The labels are under Apache-2.0.

The obfuscation leaks the label, as what is none keeps its words; so the raw text counts twice, and figures
are told for it. Values on lines without a label are taken for harmless, with less weight. What the corpus
hardly has, passwords of all characters and those that people choose for what they deploy, is minted
(mint.py).
"""
import argparse
import collections
import csv
import glob
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import zlib

import lightgbm
import numpy as np

import mint

HERE = os.path.dirname(os.path.abspath(__file__))
TREES = os.path.join(HERE, "../../crates/detect/src/assignment/trees.rs")
FEATURES = os.path.join(HERE, "../../crates/detect/src/assignment/features.rs")
MANIFEST = os.path.join(HERE, "corpora.json")
RESULTS = os.path.join(HERE, "RESULTS.md")
# Identifiers, not secrets: rows of nothing else are left out.
IDENTIFIERS = {"UUID", "Nonce", "Salt", "AWS S3 Bucket", "Firebase Domain", "Tencent WeChat API App ID"}
# Repositories whose rows are test vectors of one program.
LEFT_OUT = {"2ba83c6a"}
FOLDS = 8
TREES_NUMBER = 150
SETTINGS = dict(objective="binary", num_leaves=24, learning_rate=0.08, min_data_in_leaf=30, lambda_l2=4.0,
                feature_fraction=0.3, bagging_fraction=0.7, bagging_freq=1, seed=7, num_threads=1,
                deterministic=True, force_row_wise=True, boost_from_average=False, verbose=-1)
WEIGHTS = {"raw": 2.0, "obf": 1.0}
UNLABELLED, MINTED = 0.5, 0.25
# Reported by default from these odds on, and at all from those: as in judge.rs.
PATTERN, WEAK = 0.1, -1.0


def digest(folder):
    """One hash of all names and contents."""
    whole, count = hashlib.sha256(), 0
    for top, folders, files in os.walk(folder):
        folders.sort()
        for name in sorted(files):
            path = os.path.join(top, name)
            with open(path, "rb") as file:
                content = hashlib.sha256(file.read()).hexdigest()
            whole.update(f"{os.path.relpath(path, folder)}\t{content}\n".encode())
            count += 1
    return {"files": count, "sha256": whole.hexdigest()}


def check(corpora, accept):
    found = {f"{name}/{part}": digest(os.path.join(corpora, name, part))
             for name in WEIGHTS for part in ("data", "meta")}
    if accept:
        with open(MANIFEST, "w") as file:
            json.dump({"from": "Samsung/CredData, the open half of its repositories", **found}, file, indent=1)
            file.write("\n")
    with open(MANIFEST) as file:
        wanted = json.load(file)
    for part, value in found.items():
        if wanted.get(part) != value:
            sys.exit(f"{corpora}/{part} is not the corpus of {MANIFEST}: {value} instead of {wanted.get(part)}")


def survey(folder):
    """The lines that the example prints about a folder, in order."""
    command = ["cargo", "run", "--quiet", "--release", "--locked", "--example", "assignment-features", "--"]
    if os.environ.get("FEATURES"):
        command = [os.environ["FEATURES"]]
    run = subprocess.run([*command, folder], stdout=subprocess.PIPE, check=True)
    names, *lines = run.stdout.decode(errors="replace").splitlines()
    return names.split("\t")[1:], [line.split("\t") for line in sorted(lines)]


class Labels:
    def __init__(self, corpus):
        self.units = collections.defaultdict(list)
        self.lines = collections.defaultdict(list)
        for name in sorted(glob.glob(f"{corpus}/meta/*.csv")):
            with open(name, newline="") as file:
                for row in csv.DictReader(file):
                    first, last = int(row["LineStart"]), int(row["LineEnd"])
                    span = tuple(int(row[k]) if row[k] else -1 for k in ("ValueStart", "ValueEnd"))
                    unit = (row["FilePath"], first, last)
                    entry = (row["GroundTruth"] == "T", span, set(row["Category"].split(":")))
                    if unit not in self.units:
                        for line in range(first, last + 1):
                            self.lines[row["FilePath"], line].append(unit)
                    self.units[unit].append(entry)

    def judged(self, path, line, start, end):
        """(is a secret, weight) of a value."""
        rows = [row for unit in self.lines.get((path, line), ()) for row in self.units[unit]]
        if not rows:
            return 0, UNLABELLED
        for true, (first, last), categories in rows:
            counts = not categories <= IDENTIFIERS
            if true and counts and (first < 0 or (first < end and (last < 0 or last > start))):
                return 1, 1.0
        return 0, 0.0 if any(row[0] for row in rows) else 1.0

    def counted(self):
        """The lines with a label that figures are told of, and whether they hold a secret."""
        out = {}
        for unit, rows in self.units.items():
            true = any(row[0] for row in rows)
            of_same = set().union(*(row[2] for row in rows if row[0] == true))
            if group(unit[0]) not in LEFT_OUT and not of_same <= IDENTIFIERS:
                out[unit] = true
        return out

    def figures(self, spans, counted):
        """Precision, recall and F1 of findings (path, first line, last line)."""
        hit = set()
        for path, first, last in spans:
            units = {unit for line in range(first, last + 1) for unit in self.lines.get((path, line), ())}
            hit |= {unit for unit in units if any(row[0] for row in self.units[unit])} or units
        hit &= counted.keys()
        true = sum(counted[unit] for unit in hit)
        precision, recall = true / max(1, len(hit)), true / sum(counted.values())
        return precision, recall, 2 * precision * recall / max(1e-9, precision + recall)


def group(path):
    return path.split("/")[1]


class Data:
    """Values of one or several sets, a row each."""

    def __init__(self):
        self.x, self.y, self.w, self.groups, self.set, self.place, self.veto = [], [], [], [], [], [], []

    def add(self, values, y, w, group_, set_, place, veto):
        for column, value in zip((self.x, self.y, self.w, self.groups, self.set, self.place, self.veto),
                                 (values, y, w, group_, set_, place, veto)):
            column.append(value)

    def arrays(self):
        self.x, self.y, self.w = np.array(self.x, np.int16), np.array(self.y, float), np.array(self.w, float)
        self.groups, self.set = np.array(self.groups, object), np.array(self.set, object)
        self.veto = np.array(self.veto)
        self.fold = np.array([zlib.crc32(name.encode()) % FOLDS for name in self.groups])
        # A repository with many rows does not count for more than a few middling ones.
        for value, most in ((1, 60), (0, 400)):
            of_corpus = (self.set != "minted") & (self.y == value)
            for name, count in sorted(collections.Counter(self.groups[of_corpus]).items()):
                if count > most:
                    self.w[of_corpus & (self.groups == name)] *= (most / count) ** 0.5
        return self


def read(corpora, work):
    data, labels, fixed = Data(), {}, {}
    for name, weight in WEIGHTS.items():
        corpus = os.path.join(corpora, name)
        labels[name], fixed[name] = Labels(corpus), []
        names, lines = survey(os.path.join(corpus, "data"))
        for kind, path, first, last, *rest in lines:
            path, first, last = os.path.relpath(path, corpus), int(first), int(last)
            if group(path) in LEFT_OUT:
                continue
            if kind == "found":
                fixed[name].append((path, first, last, rest[0] == "1"))
                continue
            start, end, veto, *values = map(int, rest)
            y, w = labels[name].judged(path, first, start, end)
            data.add(values, y, w * weight, group(path), name, (path, first, last), veto)
    minted = mint.mint(work)
    for kind, path, first, last, *rest in survey(work)[1]:
        if kind == "found":
            continue
        start, end, veto, *values = map(int, rest)
        with open(path, "rb") as file:
            line = file.read().split(b"\n")[int(first) - 1]
        is_value = line[start:end] == minted[path].encode()
        is_secret = f"{work}/secret/" in path
        if is_value or not is_secret:
            data.add(values, float(is_secret and is_value), MINTED, "", "minted", None, veto)
    return names, data.arrays(), labels, fixed


def fingerprint(names):
    """FNV-1a of the names, each with a line end: as in features.rs."""
    value = 0xcbf29ce484222325
    for byte in "".join(name + "\n" for name in names).encode():
        value = (value ^ byte) * 0x100000001b3 % 2**64
    return value


def begin_anew():
    """Without trees, the crate compiles for any list of features; those are of the list that is left."""
    with open(FEATURES) as file:
        listed = file.read().split("features! {", 1)[1].split("}", 1)[0]
    names = [line.split()[0] for line in listed.splitlines() if line.strip()]
    with open(TREES) as file:
        if f"0x{fingerprint(names):016x}" in file.read():
            return
    leaf = {"tree_info": [{"tree_structure": {"leaf_value": 0.0}}]}
    write(TREES, names, (0.0, leaf))


def learn(data, rows):
    """The log-odds before anything is known, and trees whose sum goes on top."""
    rows = np.flatnonzero(rows & (data.w > 0))
    y, w = data.y[rows], data.w[rows]
    share = (w * y).sum() / w.sum()
    bias = float(np.log(share / (1 - share)))
    known = lightgbm.Dataset(data.x[rows], y, weight=w, init_score=np.full(len(rows), bias))
    return bias, lightgbm.train(SETTINGS, known, TREES_NUMBER)


def write(path, names, model):
    bias, forest = model
    unit = lambda value: max(-32000, min(32000, round(value * 1024)))
    nodes, roots = [], []

    def add(node, parent):
        """Nodes in preorder: the left child follows its parent."""
        at = len(nodes)
        if "leaf_value" in node:
            nodes.append((0, 0, 0, unit(node["leaf_value"])))
            return
        nodes.append(None)
        add(node["left_child"], at)
        right = len(nodes)
        add(node["right_child"], at)
        value = 0 if parent is None else unit(node["internal_value"])
        nodes[at] = (node["split_feature"], int(np.floor(node["threshold"])), right, value)

    for tree in forest["tree_info"]:
        roots.append(len(nodes))
        add(tree["tree_structure"], None)
    with open(path, "w") as file:
        file.write(
            "//! Made by `benches/quality/train.py`; do not edit.\n//!\n"
            "//! Learned from the labels of Samsung/CredData (Apache-2.0) and from minted values.\n\n"
            "use super::model::Node;\n\n"
            "/// The list of features that was learned from.\n"
            f"pub(super) const LEARNED_FROM: u64 = 0x{fingerprint(names):016x};\n\n"
            "/// Log-odds before anything is known, in 1/1024.\n"
            f"pub(super) static BIAS: i32 = {unit(bias)};\n\n"
            "/// Where each tree begins among the nodes.\n#[rustfmt::skip]\n"
            "pub(super) static ROOTS: &[u16] = &[\n")
        rows(file, [str(r) for r in roots], 16)
        file.write("];\n\n/// Feature, cut, node for more than the cut (0: a leaf), log-odds so far.\n"
                   "#[rustfmt::skip]\npub(super) static NODES: &[Node] = &[\n")
        rows(file, [f"({f}, {c}, {r}, {v})" for f, c, r, v in nodes], 5)
        file.write("];\n")
    print(len(roots), "trees,", len(nodes), "nodes")


def rows(file, texts, width):
    for at in range(0, len(texts), width):
        file.write("    " + ", ".join(texts[at:at + width]) + ",\n")


def out_of_fold(data):
    odds = np.zeros(len(data.y))
    corpus = data.set != "minted"
    for fold in range(FOLDS):
        out = corpus & (data.fold == fold)
        bias, forest = learn(data, ~out)
        odds[out] = bias + forest.predict(data.x[out], raw_score=True, num_threads=1)
    return odds


def evaluate(data, labels, fixed):
    """Writes RESULTS.md."""
    odds = out_of_fold(data)
    tables = {"chosen": [], "others": []}
    for name, text in (("raw", "raw"), ("obf", "obfuscated")):
        counted = labels[name].counted()
        for level, veto, chosen in (("default", 0, PATTERN), ("weak", 1, WEAK)):
            for cut in sorted({-1.25, -1.0, -0.75, -0.5, -0.25, 0.0, 0.25, 0.5, chosen}):
                found = (data.set == name) & (odds >= cut) & (data.veto <= veto)
                spans = [data.place[at] for at in np.flatnonzero(found)]
                spans += [(path, first, last) for path, first, last, by_default in fixed[name]
                          if by_default or level == "weak"]
                p, r, f = labels[name].figures(spans, counted)
                row = f"| {text} | {level} | {cut:+.2f} | {p:.3f} | {r:.3f} | {f:.3f} |\n"
                tables["chosen" if cut == chosen else "others"].append(row)
    head = "| text | level | odds from | precision | recall | F1 |\n|---|---|--:|--:|--:|--:|\n"
    with open(RESULTS, "w") as file:
        file.write(
            "# Quality of detection\n\nMade by `train.py CORPORA --evaluate`; do not edit.\n\n"
            "The whole detector on the lines of the corpus that have a label (Samsung/CredData, the half of its "
            f"repositories that `corpora.json` tells apart by hashes). Weighed is with trees that were trained "
            f"without the repository, an eighth of them at a time; rules and tests by hand are the same for all.\n\n"
            + head + "".join(tables["chosen"]) + "\nThe same with other thresholds; the levels' own are those of "
            "`judge.rs`, chosen for nine right of ten on raw text, and for every second that `weak` adds:\n\n"
            + head + "".join(tables["others"]) +
            "\nMinted values by alphabet, notation and quoting: `cargo test --test sprawl quality -- --nocapture`.\n")
    print(head + "".join(tables["chosen"]))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora")
    parser.add_argument("--evaluate", action="store_true")
    parser.add_argument("--accept", action="store_true")
    args = parser.parse_args()
    check(args.corpora, args.accept)
    begin_anew()
    with tempfile.TemporaryDirectory() as work:
        names, data, labels, fixed = read(args.corpora, work)
    if args.evaluate:
        evaluate(data, labels, fixed)
    else:
        bias, forest = learn(data, np.ones(len(data.y), bool))
        write(TREES, names, (bias, forest.dump_model()))


if __name__ == "__main__":
    main()
