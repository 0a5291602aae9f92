#!/usr/bin/env python3
"""Measures updates against full trainings and prints the tables of docs/update.md.

    bench/update.py --data DIR [--regatta build/release/bin/regatta] [--only beauty,ml-1m,debian]
                    [--part valid|test|last|lastN] [--chain 20] [--train OPTIONS] [--update OPTIONS] [--keep DIR]

Of the training rows of DIR/beauty/sequence and DIR/ml-1m-seq the last 5 % are new: by time
where the rows have times, else the last of each user. Compared on the held-out part (valid,
or test): the model of the other rows, its update, the model of --chain updates in a row, and
a full training on all rows, whose settings are chosen again. Differences are paired over
users. --part last holds out the last row of each user instead, lastN the last N: ml-1m-seq has
512 users in its valid part, too few for a difference of a percent. Both trainings choose
their settings anew, and those that are close are decided by chance: only the mean over several
parts tells an update's own loss. debian (in the repository): 1,000 packages are taken out of the training with all their
rows; an update brings them with their features alone; then the users who depend on one of
them are asked to rank the 1,000.

Times are seconds of processor time (user and system) of each command, which hold on a busy
machine. Python 3 standard library.
"""
import argparse
import gzip
import os
import random
import re
import resource
import shlex
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SHARE, NEW_PACKAGES = 0.05, 1000
SOURCES = {"beauty": ("beauty/sequence", True), "ml-1m": ("ml-1m-seq", False)}


def run(*words):
    """The output of a command, and its processor seconds."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != 0:
        sys.exit(f"{' '.join(words)}: {done.stderr.strip()}")
    return done.stdout, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def read(path):
    with gzip.open(path, "rt") as lines:
        return [line.split() for line in lines]


def write(path, rows, header):
    with open(path, "w", encoding="utf-8") as out:
        out.write("\t".join(header) + "\n")
        out.writelines("\t".join(row) + "\n" for row in rows)
    return path


def split(rows, by_time):
    """The old rows, and the new ones in order."""
    if by_time:
        rows = sorted(rows, key=lambda row: int(row[2]))
        cut = round(len(rows) * (1 - SHARE))
        return rows[:cut], rows[cut:]
    users = {}
    for row in rows:
        users.setdefault(row[0], []).append(row)
    old, new = [], []
    for own in users.values():
        own.sort(key=lambda row: int(row[2]))
        cut = round(len(own) * (1 - SHARE))
        old += own[:cut]
        new += own[cut:]
    random.Random(1).shuffle(new)
    return old, new


def hold_last(rows, n):
    """All rows but the last n of each user, and these."""
    users = {}
    for row in rows:
        users.setdefault(row[0], []).append(row)
    rest, last = [], []
    for own in users.values():
        own.sort(key=lambda row: int(row[2]))
        rest += own[:-n]
        last += own[-n:]
    return rest, last


def compare(regatta, model, other, part):
    """recall@20 of both, their difference and its standard error."""
    out, _ = run(regatta, "evaluate", model, part, "-q", "--compare", other)
    row = next(line.split("\t") for line in out.splitlines() if line.startswith("recall@20"))
    return [float(x) for x in row[1:5]]


def measure(o, name, folder):
    source, by_time = SOURCES[name]
    header = ["user", "item", "time"]
    rows = read(os.path.join(o.data, source, "train.tsv.gz"))
    part = os.path.join(o.data, source, o.part + ".tsv.gz")
    at = lambda file: os.path.join(folder, f"{name}-{file}")  # noqa: E731
    if o.part.startswith("last"):
        rows, last = hold_last(rows, int(o.part[4:] or 1))
        part = write(at("last.tsv"), last, header)
    old, new = split(rows, by_time)
    models = {kind: at(kind + ".model") for kind in ("old", "all", "update", "chain")}
    seconds = {}
    for kind, rows in (("old", old), ("all", old + new)):
        if not os.path.exists(models[kind]):
            file = write(at(kind + ".tsv"), rows, header)
            _, seconds[kind] = run(o.regatta, "train", file, "-q", "-o", models[kind], *o.train)
    rest = ["-q", "--no-measure", *o.update]
    file = write(at("new.tsv"), new, header)
    _, seconds["update"] = run(o.regatta, "update", models["old"], file, "-o", models["update"], *rest)
    seconds["chain"] = 0.0
    now = models["old"]
    for k in range(o.chain):
        piece = new[len(new) * k // o.chain:len(new) * (k + 1) // o.chain]
        file, made = write(at("piece.tsv"), piece, header), at(f"chain{k % 2}.model")
        _, own = run(o.regatta, "update", now, file, "-o", made, *rest)
        seconds["chain"] += own
        now = made
    if o.chain:
        os.replace(now, models["chain"])
    for kind in ("old", "update") + (("chain",) if o.chain else ()):
        recall, full, difference, error = compare(o.regatta, models[kind], models["all"], part)
        print(f"{name}\t{kind}\t{len(new)}\t{recall:.4f}\t{full:.4f}\t{100 * difference / full:+.1f} %"
              f"\t{error:.4f}\t{seconds.get(kind, float('nan')):.1f}\t{seconds.get('all', float('nan')):.1f}",
              flush=True)


def new_packages(o, folder):
    train = read(os.path.join(ROOT, "datasets/debian/train.tsv.gz"))
    with gzip.open(os.path.join(ROOT, "datasets/debian/packages.tsv.gz"), "rt") as lines:
        header, *packages = [line.rstrip("\n").split("\t") for line in lines]
    items = sorted({row[1] for row in train} & {row[0] for row in packages})
    new = set(random.Random(1).sample(items, NEW_PACKAGES))
    at = lambda file: os.path.join(folder, "debian-" + file)  # noqa: E731
    old = write(at("old.tsv"), [row for row in train if row[1] not in new], ["user", "item"])
    held = write(at("held.tsv"), [row for row in train if row[1] in new], ["user", "item"])
    known = write(at("known.tsv"), [row for row in packages if row[0] not in new], header)
    fresh = write(at("fresh.tsv"), [row for row in packages if row[0] in new], header)
    with open(at("only"), "w", encoding="utf-8") as out:
        out.writelines(item + "\n" for item in sorted(new))
    trained = float("nan")
    if not os.path.exists(at("old.model")):
        _, trained = run(o.regatta, "train", old, "-q", "-o", at("old.model"), "--item-features", known,
                         *o.train)
    _, updated = run(o.regatta, "update", at("old.model"), "--new-items", fresh, "-q", "--no-measure",
                     "-o", at("new.model"))
    out, _ = run(o.regatta, "evaluate", at("new.model"), held, "-q", "--only", at("only"))
    rows = [line.split("\t") for line in out.splitlines()]
    numbers = {row[0]: row[1] for row in rows}
    print(f"debian\t{NEW_PACKAGES} new packages\trecall@20 {numbers['recall']} ndcg@20 {numbers['ndcg']}"
          f"\tat random {20 / NEW_PACKAGES:.4f}\t{updated:.1f} s, training {trained:.1f} s", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True)
    parser.add_argument("--regatta", default=os.path.join(ROOT, "build/release/bin/regatta"))
    parser.add_argument("--only", default="beauty,ml-1m,debian")
    parser.add_argument("--part", default="valid", help="valid, test, last or lastN")
    parser.add_argument("--chain", type=int, default=20)
    parser.add_argument("--train", type=shlex.split, default=[])
    parser.add_argument("--update", type=shlex.split, default=[])
    parser.add_argument("--keep", help="keep files here; trained models are used again")
    o = parser.parse_args()
    if not re.fullmatch(r"valid|test|last(?:[1-9][0-9]?)?", o.part):
        parser.error(f"--part {o.part}: valid, test, last or lastN is wanted")
    print("data\tmodel\tnew rows\trecall@20\tfull training\tdifference\tstandard error\tseconds\ttraining seconds")
    with tempfile.TemporaryDirectory() as folder:
        for name in o.only.split(","):
            if name == "debian":
                new_packages(o, o.keep or folder)
            else:
                measure(o, name, o.keep or folder)


if __name__ == "__main__":
    main()
