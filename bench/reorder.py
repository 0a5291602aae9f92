#!/usr/bin/env python3
"""What --mmr and --popularity-penalty do to lists: accuracy against coverage and novelty.

    bench/reorder.py --data DIR [--regatta build/release/bin/regatta] [--only gowalla,ml-1m]
                     [--model DIR] [--quick] [--out bench/reorder.csv]

DIR holds one folder per data set with train.txt(.gz) and test.txt(.gz), LightGCN text. One
model is trained for each data set (or DIR/NAME.model of --model is taken), then measured by
`regatta evaluate` at each setting. --render prints the table of --out. Python 3 standard
library only.
"""
import csv
import datetime
import json
import os
import subprocess
import tempfile

from splits import appending, find, options, parse

FIELDS = ["date", "machine", "data", "options", "mmr", "popularity_penalty", "recall@20",
          "ndcg@20", "coverage@20", "gini@20", "novelty@20"]
SETTINGS = [(1, 0), (0.9, 0), (0.7, 0), (0.5, 0), (1, 0.1), (1, 0.3), (1, 1), (1, -0.1),
            (0.7, 0.1)]
QUICK = ["--temperature", "0.11", "--steps", "40"]


def evaluate(args, model, test, mmr, penalty):
    words = [args.regatta, "evaluate", model, test, "-k", "20", "--json", "-q", "-t",
             str(args.threads), "--mmr", str(mmr), "--popularity-penalty", str(penalty)]
    done = subprocess.run(words, check=True, stdout=subprocess.PIPE)
    return json.loads(done.stdout)["metrics"]


def render(path):
    with open(path) as f:
        rows = list(csv.DictReader(f))
    latest = {(r["data"], r["options"], r["mmr"], r["popularity_penalty"]): r for r in rows}
    print("| data | `--mmr` | `--popularity-penalty` | recall@20 | ndcg@20 | coverage | Gini "
          "| novelty |")
    print("|---|---|---|---|---|---|---|---|")
    for r in latest.values():
        print("| " + " | ".join(r[k] for k in ["data"] + FIELDS[4:]) + " |")


def main():
    parser = options(__doc__, "bench/reorder.csv")
    parser.add_argument("--model", help="folder of trained models, NAME.model")
    parser.add_argument("--quick", action="store_true", help=" ".join(QUICK))
    args = parse(parser)
    if args.render:
        return render(args.out)
    extra = QUICK if args.quick else []
    with appending(args.out, FIELDS) as add, tempfile.TemporaryDirectory() as tmp:
        for data in args.only.split(","):
            folder = os.path.join(args.data, data)
            model = os.path.join(args.model or tmp, data + ".model")
            if not args.model:
                subprocess.run([args.regatta, "train", find(folder, "train"), "-o", model,
                                "-q", "-t", str(args.threads), *extra], check=True)
            for mmr, penalty in SETTINGS:
                metrics = evaluate(args, model, find(folder, "test"), mmr, penalty)
                row = dict(zip(FIELDS, [datetime.date.today().isoformat(), args.machine,
                                        data, " ".join(extra), mmr, penalty]))
                row.update((k, f"{metrics[k]:.4f}") for k in FIELDS[6:])
                add(row)


if __name__ == "__main__":
    main()
