#!/usr/bin/env python3
"""Measures what features are worth for packages that training has never seen.

    bench/new_packages.py [--regatta build/release/bin/regatta] [--threads 2]
                          [--part users,items] [--train OPTIONS] [--keep FOLDER]

A tenth of the packages of datasets/debian, chosen by a hash of the name, is new. Part users:
packages that were packaged yesterday; all their dependencies are the test part, and all
dependencies are ranked for them. Part items: dependencies that were packaged yesterday; the
other packages are asked, and rank all dependencies, or the new ones alone. Training sees no
edge of a new package; features are in datasets/debian/packages.tsv.gz. Nothing is chosen on
the test part. Prints recall@20, the mean over the users with test edges, for

    popularity   dependencies by the number of packages; new ones come last, and alone they tie
    words        cosine of the tf-idf of the words of the descriptions: of the new package with
                 each known one, added over those that have the dependency; of the new dependency
                 with each of the history, added
    content      regatta with the words of the descriptions alone
    features     regatta with sections, maintainers and words

A method that the command does not have is left out, and the script says so. Needs numpy.
"""
import argparse
import collections
import csv
import gzip
import hashlib
import json
import math
import os
import re
import subprocess
import sys
import tempfile

import numpy as np

DATA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "datasets", "debian")
SHARE = 10  # one of ten is new
K = 20
WORD = re.compile(r"[^\W_]+")


def is_new(name):
    return hashlib.sha256(("new\t" + name).encode()).digest()[0] * SHARE < 256


def read_edges():
    edges = []
    for part in ("train", "test"):
        with gzip.open(os.path.join(DATA, part + ".tsv.gz"), "rt", encoding="utf-8") as f:
            edges += [tuple(line.rstrip("\n").split("\t")) for line in f]
    return sorted(edges)


def read_features():
    path = os.path.join(DATA, "packages.tsv.gz")
    with gzip.open(path, "rt", encoding="utf-8", newline="") as f:
        return {row["package"]: row
                for row in csv.DictReader(f, delimiter="\t", quoting=csv.QUOTE_NONE)}


def split(edges, side, features):
    """Train and test: test has the edges of new nodes of a side that have features."""
    train, test = [], []
    for edge in edges:
        node = edge[side]
        (test if is_new(node) and node in features else train).append(edge)
    users = {u for u, _ in train}
    items = {i for _, i in train}
    known = items if side == 0 else users
    return train, [e for e in test if e[1 - side] in known]


def vectors_of(features, names):
    """The tf-idf of the words of the descriptions, of length 1; idf over `names`."""
    words = {name: collections.Counter(WORD.findall(features[name]["description"].lower()))
             for name in features}
    degree = collections.Counter(w for name in names if name in words for w in words[name])
    n = sum(name in words for name in names)
    vectors = {}
    for name, count in words.items():
        row = {w: c * math.log((1 + n) / (1 + degree[w])) for w, c in count.items()}
        length = math.sqrt(sum(x * x for x in row.values()))
        vectors[name] = {w: x / length for w, x in row.items()} if length > 0 else {}
    return vectors


def rows_of(edges):
    rows = collections.defaultdict(set)
    for user, item in edges:
        rows[user].add(item)
    return rows


def best(score, k):
    return sorted(score, key=lambda item: (-score[item], item))[:k]


def mean_recall(lists, test):
    rows = rows_of(test)
    return sum(len(rows[u].intersection(lists.get(u, ()))) / len(rows[u])
               for u in rows) / len(rows)


def words_of_users(train, test, vectors):
    """Users alike by words give their items."""
    rows, postings = rows_of(train), collections.defaultdict(list)
    for user in rows:
        for word, x in vectors.get(user, {}).items():
            postings[word].append((user, x))
    lists = {}
    for user in rows_of(test):
        near, score = collections.Counter(), collections.Counter()
        for word, x in vectors[user].items():
            for other, y in postings[word]:
                near[other] += x * y
        for other, x in near.items():
            for item in rows[other]:
                score[item] += x
        lists[user] = best(score, K)
    return lists


def words_of_items(train, test, vectors, candidates):
    """Candidates whose words are near those of the history."""
    rows = rows_of(train)
    candidates = sorted(candidates)
    known = sorted({i for _, i in train})
    number = {w: k for k, w in enumerate(sorted({w for i in {*known, *candidates}
                                                 for w in vectors.get(i, ())}))}

    def matrix(names):
        x = np.zeros((len(names), len(number)), np.float32)
        for row, name in enumerate(names):
            for word, value in vectors.get(name, {}).items():
                x[row, number[word]] = value
        return x

    near = matrix(known) @ matrix(candidates).T
    place = {item: k for k, item in enumerate(known)}
    column = {item: k for k, item in enumerate(candidates)}
    lists = {}
    for user in rows_of(test):
        score = near[[place[i] for i in sorted(rows[user])]].sum(axis=0)
        score[[column[i] for i in rows[user] if i in column]] = -1.0
        order = np.argsort(-score, kind="stable")[:K]
        lists[user] = [candidates[k] for k in order]
    return lists


def popular(train, test, n_new=None):
    """recall@20 of the most popular unseen items. n_new: the candidates are new and tie, so
    a list holds a test item with probability 20 / n_new."""
    if n_new is not None:
        return min(1.0, K / n_new)
    rows, count = rows_of(train), collections.Counter(i for _, i in train)
    order = best(count, len(count))
    lists = {}
    for user in rows_of(test):
        seen = rows.get(user, ())
        lists[user] = [i for i in order[:K + len(seen)] if i not in seen][:K]
    return mean_recall(lists, test)


def write_table(path, features, columns, names):
    with open(path, "w", encoding="utf-8") as f:
        f.write("\t".join(["package", *columns]) + "\n")
        for name in sorted(names):
            if name in features:
                f.write("\t".join([name, *(features[name][c] for c in columns)]) + "\n")


def write_lines(path, rows):
    with open(path, "w", encoding="utf-8") as f:
        f.writelines("\t".join(row) + "\n" for row in rows)


def run(command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          encoding="utf-8", check=False)
    if done.returncode != 0:
        sys.exit(f"new_packages.py: {' '.join(command)}: {done.stderr.strip()}")
    return done.stdout


def has_option(regatta, command, option):
    return f"--{option} " in run([regatta, command, "--help"])


def regatta_recall(args, folder, side, train, test, features, columns):
    """recall@20 of all candidates, and of the new alone for items."""
    kind = "user" if side == 0 else "item"
    names = {edge[side] for edge in train}
    new = {edge[side] for edge in test}
    path = {key: os.path.join(folder, f"{kind}s.{'-'.join(columns)}.{key}.tsv")
            for key in ("train", "test", "known", "new", "only")}
    write_lines(path["train"], train)
    write_lines(path["test"], test)
    write_lines(path["only"], [(name,) for name in sorted(new)])
    known_path = os.path.join(folder, f"{kind}s.{'-'.join(columns)}", "packages.tsv")
    new_path = os.path.join(folder, f"{kind}s.{'-'.join(columns)}", "new", "packages.tsv")
    os.makedirs(os.path.dirname(new_path), exist_ok=True)
    write_table(known_path, features, columns, names)
    write_table(new_path, features, columns, new)
    model = os.path.join(folder, f"{kind}s.{'-'.join(columns)}.model")
    threads = ["-q", "-t", str(args.threads)]
    run([args.regatta, "train", path["train"], "-o", model, f"--{kind}-features", known_path,
         *args.train.split(), *threads])
    ask = [args.regatta, "evaluate", model, path["test"], "-k", str(K), "--json",
           f"--new-{kind}s", new_path, *threads]
    among = [json.loads(run(ask))["metrics"][f"recall@{K}"]]
    if side == 1:
        alone = json.loads(run([*ask, "--only-items", path["only"]]))
        among.append(alone["metrics"][f"recall@{K}"])
    return among


def measure(args, folder, side, features):
    kind = "user" if side == 0 else "item"
    train, test = split(read_edges(), side, features)
    new = {edge[side] for edge in test}
    vectors = vectors_of(features, {edge[side] for edge in train})
    print(f"{kind}s: {len(train)} edges of training, {len(new)} new {kind}s, "
          f"{len(test)} test edges")
    if side == 0:
        rows = {"popularity": [popular(train, test)],
                "words": [mean_recall(words_of_users(train, test, vectors), test)]}
    else:
        items = {i for _, i in train} | new
        rows = {"popularity": [popular(train, test), popular(train, test, len(new))],
                "words": [mean_recall(words_of_items(train, test, vectors, c), test)
                          for c in (items, new)]}
    if has_option(args.regatta, "evaluate", f"new-{kind}s"):
        every = ["section", "maintainer", "description"]
        for name, columns in (("content", every[2:]), ("features", every)):
            rows[name] = regatta_recall(args, folder, side, train, test, features, columns)
    else:
        print(f"left out: {args.regatta} evaluate has no --new-{kind}s", file=sys.stderr)
    print("method\trecall@20 among all" + ("\tamong the new" if side == 1 else ""))
    for name, values in rows.items():
        print("\t".join([name, *(f"{x:.4f}" for x in values)]))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--regatta", default="build/release/bin/regatta")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--part", default="users,items")
    parser.add_argument("--train", default="", help="more options of train")
    parser.add_argument("--keep", help="folder for the files, kept")
    args = parser.parse_args()
    features = read_features()
    with tempfile.TemporaryDirectory() as folder:
        for part in args.part.split(","):
            measure(args, args.keep or folder, ("users", "items").index(part), features)


if __name__ == "__main__":
    main()
