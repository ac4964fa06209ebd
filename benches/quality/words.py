#!/usr/bin/env python3
"""Makes the word list and the trigram table in crates/detect/src/words from source text.

  words.py OUT_DIR PROJECT_DIR...

Words are counted by the projects they occur in, so that no project's own vocabulary gets in; give
it source trees under licences that permit it (the tables in the repository come from Apache-2.0,
BSD and MIT licensed projects in nine languages). Deterministic for the same trees.
"""
import collections
import math
import os
import re
import sys

SUFFIXES = {".c", ".cc", ".cpp", ".h", ".cs", ".go", ".hs", ".java", ".js", ".kt", ".php", ".py",
            ".rb", ".rs", ".ts", ".md", ".rst", ".txt", ".yml", ".yaml", ".json", ".xml"}
RUN = re.compile(rb"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
KEEP = 9000
BYTES_A_PROJECT = 12_000_000


def words_of(project):
    counts = collections.Counter()
    size = 0
    for top, dirs, files in os.walk(project):
        dirs.sort()
        for name in sorted(files):
            if os.path.splitext(name)[1] not in SUFFIXES:
                continue
            path = os.path.join(top, name)
            # Every fourth file by the length of its path: a spread over the tree.
            if len(path) % 4:
                continue
            try:
                with open(path, "rb") as file:
                    text = file.read(60_000)
            except OSError:
                continue
            size += len(text)
            counts.update(word.lower() for word in RUN.findall(text) if 3 <= len(word) <= 14)
            if size > BYTES_A_PROJECT:
                return counts
    return counts


def main():
    out, projects = sys.argv[1], sys.argv[2:]
    seen, total = collections.Counter(), collections.Counter()
    for project in projects:
        counts = words_of(project)
        all_words = sum(counts.values())
        for word, count in counts.items():
            if count >= 3:
                seen[word] += 1
                total[word] += count / all_words
    least = max(3, len(projects) // 3)
    words = [w for w in total if seen[w] >= least]
    words.sort(key=lambda w: (-total[w], w))
    words = words[:KEEP]
    with open(os.path.join(out, "words.txt"), "wb") as file:
        file.write(b"\n".join(sorted(words)) + b"\n")
    table = collections.Counter()
    for word in words:
        weight = 1 + math.log1p(total[word] * 1e6)
        signs = [26] + [b - 97 for b in word] + [26]
        for a, b, c in zip(signs, signs[1:], signs[2:]):
            table[(a * 27 + b) * 27 + c] += weight
    most = math.log1p(max(table.values()))
    with open(os.path.join(out, "trigrams.bin"), "wb") as file:
        file.write(bytes(round(255 * math.log1p(table[i]) / most) for i in range(27 ** 3)))
    print(len(words), "words")


main()
