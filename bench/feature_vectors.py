#!/usr/bin/env python3
"""What features in the input layer of the vectors (`--feature-vectors`) are worth.

    bench/feature_vectors.py --data DIR [--regatta build/release/bin/regatta] [--threads N]
                             [--only citeulike-a/cold,..] [-- TRAIN-OPTION..]

DIR holds the folders of bench/features.py. For each data set it trains with features, without
and with `--feature-vectors always`, and with `auto`, and prints ndcg@20 and recall@20 of the test part with
the paired difference to none and its standard error over the test users. For a cold split the
test items are new: they are ranked among themselves by the whole model, and by the vectors
alone (a model of the channels vectors and content, whose candidates are those of its vectors).
Python 3 standard library only.
"""
import csv
import math
import os
import subprocess
import tempfile

from features import arguments, find, rows, run, write_new_items

DATA = ["citeulike-a/cold", "citeulike-a/random", "amazon-hin/random", "lastfm-tags/random"]
METRICS = ["ndcg@20", "recall@20"]


def train(args, split, model, extra):
    features = "items=" + find(os.path.dirname(split), "items.tsv")
    words = [args.regatta, "train", find(split, "train.tsv"), "-o", model, "-q", "--json", "-t",
             str(args.threads), "--item-features", features]
    return run(words + extra + args.options)


def by_user(args, test, model, extra):
    """The metrics of each test user by the whole model."""
    path = model + ".users"
    subprocess.run([args.regatta, "evaluate", model, test, "-q", "--per-user", path, "-t",
                    str(args.threads), *extra], check=True, stdout=subprocess.DEVNULL)
    with open(path) as f:
        return {row["user"]: [float(row[m]) for m in METRICS]
                for row in csv.DictReader(f, delimiter="\t")}


def by_vectors(args, split, model, folder, extra):
    """The same of the candidates of the vectors."""
    path = os.path.join(folder, "candidates.tsv")
    subprocess.run([args.regatta, "candidates", model, "-n", "20", "-q", "-o", path, "-t",
                    str(args.threads), *extra], check=True)
    wanted, lists = {}, {}
    for user, item in (row[:2] for row in rows(find(split, "test.tsv"))):
        wanted.setdefault(user, set()).add(item)
    for user, item in (row[:2] for row in rows(path)):
        lists.setdefault(user, []).append(item)
    out = {}
    for user, items in wanted.items():
        hits = [k for k, item in enumerate(lists.get(user, [])) if item in items]
        ideal = sum(1 / math.log2(k + 2) for k in range(min(20, len(items))))
        out[user] = [sum(1 / math.log2(k + 2) for k in hits) / ideal, len(hits) / len(items)]
    return out


def mean_and_error(x):
    mean = sum(x) / len(x)
    return mean, sum((y - mean) ** 2 for y in x) ** 0.5 / len(x)


def show(name, what, when, users, none):
    cells = []
    for k in range(len(METRICS)):
        cells.append(f"{mean_and_error([x[k] for x in users.values()])[0]:.4f}")
        gain, error = mean_and_error([x[k] - none[u][k] for u, x in users.items()])
        cells.append(f"{gain:+.4f} +- {error:.4f}" if users is not none else "")
    print(f"| {name} | {what} | {when} | {' | '.join(cells)} |", flush=True)


def measure(args, name):
    split, cold, none = os.path.join(args.data, name), name.endswith("cold"), {}
    with tempfile.TemporaryDirectory() as folder:
        model, extra, new = os.path.join(folder, "model"), [], os.path.join(folder, "new")
        if cold:
            write_new_items(split, new)
            extra = ["--only-items", new]
        for when in ["none", "always", "auto"]:
            made = train(args, split, model, ["--feature-vectors", when])["model"]["made_by"]
            if when == "auto":
                when += ", used" if "feature_vectors" in made["training"] else ", not used"
            users = by_user(args, find(split, "test.tsv"), model, extra)
            none.setdefault("model", users)
            show(name, "all channels", when, users, none["model"])
            if not cold or when.startswith("auto"):
                continue
            train(args, split, model,
                  ["--feature-vectors", when, "--channels", "vectors,content"])
            users = by_vectors(args, split, model, folder, extra)
            none.setdefault("vectors", users)
            show(name, "vectors alone", when, users, none["vectors"])


def main():
    args = arguments(__doc__, DATA)
    print("| data | scores | `--feature-vectors` | ndcg@20 | difference | recall@20 | difference |\n"
          "|---|---|---|---|---|---|---|")
    for name in args.only.split(","):
        measure(args, name)


if __name__ == "__main__":
    main()
