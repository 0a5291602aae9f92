#!/usr/bin/env python3
"""What `train --init` saves: a training that starts with the vectors of an older one.

    bench/init.py --data DIR [--regatta build/release/bin/regatta] [--threads N]
                  [--only amazon-hin,..] [-- TRAIN-OPTION..]

DIR holds the folders of data sets: NAME/ratings.tsv(.gz) with a header and user, item and
timestamp among its columns. The latest tenth of the rows is the test part. The older half of
the others trains the first model. All of them train a second one, without --init and with it.
Prints the steps of the best state on the slice and of all on it, the seconds of the training,
and ndcg@20 of the test part with the paired difference and its standard error over the users.
Python 3 standard library only.
"""
import os
import tempfile

from features import arguments, find, rows, run
from feature_vectors import by_user, mean_and_error

DATA = ["amazon-hin"]


def write(path, header, part):
    with open(path, "w") as f:
        f.writelines("\t".join(row) + "\n" for row in [header] + part)


def split(args, name, folder):
    """The paths of the older half, of all for training, and of the test part."""
    header, *all_rows = rows(find(os.path.join(args.data, name), "ratings.tsv"))
    when = header.index("timestamp")
    all_rows.sort(key=lambda row: (float(row[when]), row))
    n = len(all_rows) * 9 // 10
    paths = [os.path.join(folder, part) for part in ("old.tsv", "all.tsv", "test.tsv")]
    for path, part in zip(paths, (all_rows[:n // 2], all_rows[:n], all_rows[n:])):
        write(path, header, part)
    return paths


def train_and_measure(args, data, test, model, extra):
    report = run([args.regatta, "train", data, "-o", model, "-q", "--json", "-t",
                  str(args.threads), *extra, *args.options])
    ndcg = {user: x[0] for user, x in by_user(args, test, model, []).items()}
    made = report["model"]["made_by"]
    curve = made["validation"]["curve"]
    return ndcg, made["training"]["steps"], curve[-1]["step"], report["seconds"]["train"], made


def measure(args, name):
    with tempfile.TemporaryDirectory() as folder:
        old, everything, test = split(args, name, folder)
        first = os.path.join(folder, "first")
        train_and_measure(args, old, test, first, [])
        base = None
        for what, extra in [("no", []), ("of the older half", ["--init", first])]:
            ndcg, best, steps, seconds, made = train_and_measure(
                args, everything, test, os.path.join(folder, "model"), extra)
            base = base or ndcg
            gain, error = mean_and_error([x - base[u] for u, x in ndcg.items()])
            found = made["training"].get("init", {})
            print(f"| {name} | {what} | {found.get('users', '')} | {found.get('items', '')} | {best} "
                  f"| {steps} | {seconds:.1f} | {mean_and_error(list(ndcg.values()))[0]:.4f} "
                  f"| {gain:+.4f} +- {error:.4f} |", flush=True)


def main():
    args = arguments(__doc__, DATA)
    print("| data | `--init` | users | items | best step | steps | seconds | ndcg@20 | difference |\n"
          "|---|---|---|---|---|---|---|---|---|")
    for name in args.only.split(","):
        measure(args, name)


if __name__ == "__main__":
    main()
