#!/usr/bin/env python3
"""What features of items are worth, on public data, and how new items are ranked.

    bench/features.py --data DIR [--regatta build/release/bin/regatta] [--threads N]
                      [--only citeulike-a/cold,..] [-- TRAIN-OPTION..]

DIR holds the folders of data sets: NAME/SPLIT/train.tsv(.gz), test.tsv(.gz) with rows of user
and item, and NAME/items.tsv(.gz) with rows of item and feature. Trains with default options,
without features and with, and prints ndcg@20, recall@20 and recall@100 of the test part
(unknown items count as misses). In a cold split the items of the test part are not in train:
they are ranked among all items, and among themselves (--only-items). A sequence split has
valid.tsv too: histories are train and valid, and hit@10 and ndcg@10 are printed instead.
Python 3 standard library only.
"""
import argparse
import gzip
import json
import os
import subprocess
import sys
import tempfile

DATA = ["citeulike-a/cold", "citeulike-a/random", "beauty/random", "amazon-hin/random",
        "lastfm-tags/random", "lastfm-tags/sequence"]


def find(folder, name):
    for path in (os.path.join(folder, name), os.path.join(folder, name + ".gz")):
        if os.path.exists(path):
            return path
    sys.exit(f"features.py: {folder}: no {name}")


def rows(path):
    with gzip.open(path, "rt") if path.endswith(".gz") else open(path) as f:
        return [line.rstrip("\n").split("\t") for line in f]


def run(words):
    return json.loads(subprocess.run(words, check=True, stdout=subprocess.PIPE).stdout)


def evaluate(args, model, folder, extra):
    at = ["10"] if folder.endswith("sequence") else ["20,100"]
    words = [args.regatta, "evaluate", model, find(folder, "test.tsv"), "--json", "-q", "-k",
             *at, "-t", str(args.threads), *extra]
    if folder.endswith("sequence"):
        for part in ("train.tsv", "valid.tsv"):
            words += ["--history", find(folder, part)]
    m = run(words)["metrics"]
    if folder.endswith("sequence"):
        return [f"hit@10 {m['hit@10']:.4f}", f"ndcg@10 {m['ndcg@10']:.4f}", ""]
    return [f"ndcg@20 {m['ndcg@20']:.4f}", f"recall@20 {m['recall@20']:.4f}",
            f"recall@100 {m['recall@100']:.4f}"]


def write_new_items(split, path):
    """The items of the test part that training does not have."""
    seen = {row[1] for row in rows(find(split, "train.tsv"))}
    with open(path, "w") as f:
        f.writelines(f"{item}\n" for item in
                     sorted({row[1] for row in rows(find(split, "test.tsv"))} - seen))


def arguments(about, data):
    """The options that the scripts about features and starts share."""
    parser = argparse.ArgumentParser(description=about.split("\n")[0])
    parser.add_argument("--data", required=True)
    parser.add_argument("--regatta", default="build/release/bin/regatta")
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--only", default=",".join(data))
    parser.add_argument("options", nargs="*")
    return parser.parse_args()


def measure(args, name, features, folder):
    split = os.path.join(args.data, name)
    model = os.path.join(folder, "model")
    words = [args.regatta, "train", find(split, "train.tsv"), "-o", model, "-q", "--json",
             "-t", str(args.threads)] + args.options
    if features:
        words += ["--item-features",
                  "items=" + find(os.path.dirname(split), "items.tsv")]
    seconds = run(words)["seconds"]["total"]
    asked = [("all items", [])]
    if name.endswith("cold") and features:
        new = os.path.join(folder, "new")
        write_new_items(split, new)
        asked.append(("new items", ["--only-items", new]))
    for what, extra in asked:
        figures = " | ".join(evaluate(args, model, split, extra))
        print(f"| {name} | {'with' if features else 'without'} | {what} | {figures} "
              f"| {seconds:.0f} |", flush=True)


def main():
    args = arguments(__doc__, DATA)
    print("| data | features | ranked | | | | seconds |\n|---|---|---|---|---|---|---|")
    for name in args.only.split(","):
        for features in (0, 1):
            if features or not name.endswith("cold"):
                with tempfile.TemporaryDirectory() as folder:
                    measure(args, name, features, folder)


if __name__ == "__main__":
    main()
