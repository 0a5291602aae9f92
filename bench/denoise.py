#!/usr/bin/env python3
"""What `train --denoise` gives back of the quality that planted noise costs.

    bench/denoise.py --data DIR [--only ml-1m,debian] [--kinds uniform,popular] [--seeds 1]
                     [--share 0.1] [--regatta build/release/bin/regatta] [-- TRAIN-OPTION..]

DIR has the folders of the splits (bench/README.md). For each split and seed it plants noise,
`--share` of the training interactions, and trains on the clean data, on the noisy data, and on
the noisy data with `--denoise auto`; and on the clean data with `--denoise auto`. All are
measured on the clean test part. Kinds of noise:

uniform  pairs of a random user and a random item
popular  pairs of a random user and the item of a random interaction
bots     new users with 100 random items each
copies   groups of ten new users, each with 95 % of the items of a random user who has 20 or
         more

Prints, and appends to a CSV, ndcg@20 of each, the loss (clean minus noisy), the gain (with
--denoise minus without) and the share of the loss that comes back, each with its standard error
over the test users (paired; of the share by the delta method). Python 3 standard library only.
"""
import csv
import gzip
import json
import os
import random
import subprocess
import tempfile

from splits import appending, find, folder_of, options, parse

KINDS = ["uniform", "popular", "bots", "copies"]
FIELDS = ["regatta", "machine", "split", "kind", "share", "seed", "options", "clean", "noisy",
          "denoised", "loss", "loss_error", "gain", "gain_error", "back", "back_error", "used",
          "seconds", "denoise_seconds"]


def read(path):
    with gzip.open(path, "rt") if path.endswith(".gz") else open(path) as f:
        rows = [line.split() for line in f]
    if ".tsv" in path:
        return [(row[0], row[1]) for row in rows]
    return [(row[0], item) for row in rows for item in row[1:]]


def planted(rows, test, kind, share, seed):
    """The noise of a kind: rows of user and item that neither `rows` nor `test` has. A row of
    `test` would be no noise, and its item, now in the history, would count as a miss."""
    draw = random.Random(seed)
    users, items = sorted({u for u, _ in rows}), sorted({i for _, i in rows})
    known, out, n = set(rows) | set(test), [], int(share * len(rows))
    if kind == "copies":
        of = {}
        for u, i in rows:
            of.setdefault(u, []).append(i)
        users = [u for u in users if len(of[u]) >= 20]
    for group in range(n):
        if len(out) >= n:
            break
        if kind == "uniform":
            new = [(draw.choice(users), draw.choice(items))]
        elif kind == "popular":
            new = [(draw.choice(users), draw.choice(rows)[1])]
        elif kind == "bots":
            new = [(f"bot-{group}", i) for i in draw.sample(items, min(100, len(items) // 4))]
        else:
            whose = draw.choice(users)
            new = [(f"copy-{group}-{k}", i) for k in range(10) for i in of[whose]
                   if draw.random() < 0.95]
        new = [row for row in new if row not in known]
        known.update(new)
        out += new
    return out


def train_and_measure(args, data, test, folder, extra):
    """ndcg@20 by user, the decision of --denoise, and the seconds of the training."""
    model, rows = os.path.join(folder, "model"), os.path.join(folder, "users.tsv")
    words = [args.regatta, "train", data, "-o", model, "-q", "--json", "-t", str(args.threads)]
    report = json.loads(subprocess.run(words + extra + args.rest, check=True,
                                       stdout=subprocess.PIPE).stdout)
    subprocess.run([args.regatta, "evaluate", model, test, "-q", "--per-user", rows, "-t",
                    str(args.threads)], check=True, stdout=subprocess.DEVNULL)
    with open(rows) as f:
        ndcg = {row["user"]: float(row["ndcg@20"]) for row in csv.DictReader(f, delimiter="\t")}
    found = report["model"]["made_by"].get("denoise", {})
    used = [k for k in ("noise", "sprees", "copies")
            if found.get("weights_of_" + k, {}).get("used")]
    return ndcg, "+".join(used) or "none", report["seconds"]["train"], report["regatta"]


def mean_and_error(x):
    mean = sum(x) / len(x)
    return mean, sum((y - mean) ** 2 for y in x) ** 0.5 / len(x)


def row_of(clean, noisy, denoised):
    """The figures of a row from ndcg by user; noisy None: there is no noise."""
    base = noisy or clean
    users = sorted(clean)
    gain = [denoised[u] - base[u] for u in users]
    loss = [clean[u] - base[u] for u in users]
    out = {"clean": mean_and_error(list(clean.values()))[0],
           "noisy": mean_and_error(list(base.values()))[0],
           "denoised": mean_and_error(list(denoised.values()))[0]}
    out["loss"], out["loss_error"] = mean_and_error(loss)
    out["gain"], out["gain_error"] = mean_and_error(gain)
    if noisy and out["loss"]:
        out["back"] = out["gain"] / out["loss"]
        out["back_error"] = (mean_and_error([g - out["back"] * x for g, x in zip(gain, loss)])[1]
                             / abs(out["loss"]))
    return {"back": "", "back_error": "", **{k: f"{v:.4f}" for k, v in out.items()}}


def measure_split(args, split, add):
    folder = folder_of(args.data, split)
    test = find(folder, "test")
    rows, held_out = read(find(folder, "train")), read(test)
    common = {"machine": args.machine, "split": split, "share": args.share,
              "options": " ".join(args.rest)}
    with tempfile.TemporaryDirectory() as work:
        data = os.path.join(work, "train.tsv")

        def run(noise, *extra):
            with open(data, "w") as f:
                f.writelines(f"{u}\t{i}\n" for u, i in rows + noise)
            return train_and_measure(args, data, test, work, list(extra))

        clean = run([])
        quiet = run([], "--denoise", "auto")
        add({**common, "kind": "none", "seed": "", "regatta": clean[3], "used": quiet[1],
             "seconds": f"{clean[2]:.1f}", "denoise_seconds": f"{quiet[2]:.1f}",
             **row_of(clean[0], None, quiet[0])})
        for kind in args.kinds.split(","):
            for seed in range(1, args.seeds + 1):
                noise = planted(rows, held_out, kind, args.share, seed)
                noisy, weighed = run(noise), run(noise, "--denoise", "auto")
                add({**common, "kind": kind, "seed": seed, "regatta": clean[3],
                     "used": weighed[1], "seconds": f"{noisy[2]:.1f}",
                     "denoise_seconds": f"{weighed[2]:.1f}",
                     **row_of(clean[0], noisy[0], weighed[0])})


def main():
    parser = options(__doc__, "bench/denoise.csv", only="ml-1m,debian")
    parser.add_argument("--kinds", default=",".join(KINDS))
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--share", type=float, default=0.1)
    parser.add_argument("rest", nargs="*", help="options of train, after --")
    args = parse(parser)
    if args.render:
        with open(args.out) as f:
            for row in csv.DictReader(f):
                print("| " + " | ".join(row[k] for k in FIELDS[2:]) + " |")
        return
    with appending(args.out, FIELDS) as add:
        for split in args.only.split(","):
            measure_split(args, split, add)


if __name__ == "__main__":
    main()
