#!/usr/bin/env python3
"""What features in the input layer of the vectors (`--feature-vectors`) are worth.

    bench/feature_vectors.py --data DIR [--regatta build/release/bin/regatta] [--threads N]
                             [--only citeulike-a/cold,..] [-- TRAIN-OPTION..]

DIR holds the folders of bench/features.py. For each data set it trains with features, without
and with `--feature-vectors always`, and with `auto`, and prints ndcg@20 and recall@20 of the test part with
the paired difference to none and its standard error over the test users. For a cold split the
test items are new: they are ranked among themselves and among all by the whole model, and among
themselves by the vectors alone (a model of the channels vectors and content, whose candidates are
those of its vectors). NAME/mixed is cut from the training part of NAME/cold: a fifth of its items are
new, and a fifth of the interactions with new items and with others are the test part, so that new items
have the share of it that they have of the items. The share of new items in the lists of 20 is
printed for both. Python 3 standard library only.
"""
import csv
import math
import os
import random
import subprocess
import tempfile

from features import arguments, find, rows, run, write_new_items

DATA = ["citeulike-a/cold", "citeulike-a/mixed", "citeulike-a/random", "amazon-hin/random",
        "lastfm-tags/random"]
METRICS = ["ndcg@20", "recall@20"]


def train(args, split, model, extra):
    words = [args.regatta, "train", find(split, "train.tsv"), "-o", model, "-q", "--json", "-t",
             str(args.threads), "--item-features", args.features]
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


def share_of_new(args, test, model, new):
    """The share of new items in the lists of 20 of the test users."""
    with open(new) as f:
        new = {line.rstrip("\n") for line in f}
    path, users = model + ".lists", model + ".asked"
    with open(users, "w") as f:
        f.writelines(f"{user}\n" for user in sorted({row[0] for row in rows(test)}))
    subprocess.run([args.regatta, "recommend", model, "-k", "20", "-q", "-o", path, "--users",
                    users, "-t", str(args.threads)], check=True)
    listed = [row[1] in new for row in rows(path)]
    return sum(listed) / len(listed)


def cut_mixed(cold, split):
    """Writes train.tsv, test.tsv and new; returns the path of the latter."""
    draw = random.Random(0)
    pairs = [row[:2] for row in rows(find(cold, "train.tsv"))]
    items = sorted({item for _, item in pairs})
    new = set(draw.sample(items, len(items) // 5))
    train = [pair for pair in pairs if pair[1] not in new and draw.random() < 0.8]
    kept, users = {tuple(pair) for pair in train}, {user for user, _ in train}
    seen = {item for _, item in train} | new
    test = [(user, item) for user, item in pairs if (user, item) not in kept and user in users
            and item in seen and (item not in new or draw.random() < 0.2)]
    for name, part in (("train.tsv", train), ("test.tsv", test)):
        with open(os.path.join(split, name), "w") as f:
            f.writelines(f"{user}\t{item}\n" for user, item in part)
    with open(os.path.join(split, "new"), "w") as f:
        f.writelines(f"{item}\n" for item in sorted(new))
    return os.path.join(split, "new")


def measure(args, name):
    split, folder, kind = os.path.join(args.data, name), args.folder, name.split("/")[-1]
    args.features = "items=" + find(os.path.dirname(split), "items.tsv")
    model, new, none = os.path.join(folder, "model"), os.path.join(folder, "new"), {}
    if kind == "cold":
        write_new_items(split, new)
    if kind == "mixed":
        cold, split = os.path.join(os.path.dirname(split), "cold"), folder
        new = cut_mixed(cold, split)
    ranked = [("all items", [])]
    if kind == "cold":
        ranked.append(("new items", ["--only-items", new]))
    for when in ["none", "always", "auto"]:
        made = train(args, split, model, ["--feature-vectors", when])["model"]["made_by"]
        if when == "auto":
            when += ", used" if "feature_vectors" in made["training"] else ", not used"
        test = find(split, "test.tsv")
        for what, extra in ranked:
            users = by_user(args, test, model, extra)
            none.setdefault(what, users)
            show(name, "all channels, " + what, when, users, none[what])
        if kind in ("cold", "mixed"):
            print(f"| {name} | share of new items in lists | {when} "
                  f"| {share_of_new(args, test, model, new):.3f} | | | |", flush=True)
        if kind != "cold" or when.startswith("auto"):
            continue
        train(args, split, model, ["--feature-vectors", when, "--channels", "vectors,content"])
        users = by_vectors(args, split, model, folder, ["--only-items", new])
        none.setdefault("vectors", users)
        show(name, "vectors alone, new items", when, users, none["vectors"])


def main():
    args = arguments(__doc__, DATA)
    print("| data | scores | `--feature-vectors` | ndcg@20 | difference | recall@20 | difference |\n"
          "|---|---|---|---|---|---|---|")
    for name in args.only.split(","):
        with tempfile.TemporaryDirectory() as args.folder:
            measure(args, name)


if __name__ == "__main__":
    main()
