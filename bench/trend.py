#!/usr/bin/env python3
"""What the channel trend is worth: recent popularity, with it and without it.

    bench/trend.py --data DIR [--regatta build/release/bin/regatta] [--threads N]
                   [--only amazon-hin] [--splits leave-last:1,time:0.9,ratio:0.8,0.2]

DIR/NAME/ratings.tsv.gz has rows `user item rating timestamp` with calendar times. `prepare`
splits them in each of the ways (separated by semicolons; time:0.9 is at the time before which
nine tenths of the rows are); the models are trained on the first part and asked before the
interactions of the other one. Prints ndcg@20 and recall@20 of the
default channels without trend and with it, and the difference, paired over users, with its
standard error. Python 3 standard library only.
"""
import argparse
import gzip
import json
import os
import subprocess
import tempfile

WITHOUT = "vectors,items,users,spectral,order,target"


def run(words):
    return json.loads(subprocess.run(words, check=True, stdout=subprocess.PIPE).stdout)


def train(args, data, model, options):
    report = run([args.regatta, "train", data, "-o", model, "-q", "--json", "-t",
                  str(args.threads)] + options)
    return report["model"]["made_by"], report["seconds"]["total"]


def evaluate(args, model, test, options=()):
    return run([args.regatta, "evaluate", model, test, "-k", "20", "--json", "-q", "-t",
                str(args.threads), *options])


def split_of(source, split):
    """The split with the moment of a share of the rows in the place of the share."""
    if not split.startswith("time:0."):
        return split
    with gzip.open(source, "rt") as f:
        next(f)
        times = sorted(int(line.split("\t")[3]) for line in f)
    return f"time:{times[int(float(split[5:]) * len(times))]}"


def measure(args, name, split, folder):
    source = os.path.join(args.data, name, "ratings.tsv.gz")
    parts = os.path.join(folder, "parts")
    subprocess.run([args.regatta, "prepare", source, "-o", parts, "-q", "--split",
                    split_of(source, split)],
                   check=True)
    data, test = os.path.join(parts, "train.tsv"), os.path.join(parts, "test.tsv")
    plain, model = os.path.join(folder, "plain"), os.path.join(folder, "model")
    _, before = train(args, data, plain, ["--channels", WITHOUT])
    made_by, after = train(args, data, model, [])
    reports = [evaluate(args, plain, test), evaluate(args, model, test, ["--compare", plain])]
    window = made_by.get("trend", {}).get("window")
    gain = reports[1]["comparison"]["ndcg@20"]
    cells = [f"{r['metrics']['recall@20']:.4f} / {r['metrics']['ndcg@20']:.4f}" for r in reports]
    print(f"| {name} | {split} | {window // 86400 if window else '-'} | {cells[0]} | {cells[1]} | "
          f"{gain['difference']:+.4f} +- {gain['standard_error']:.4f} | {before:.0f} / {after:.0f} |",
          flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", required=True)
    parser.add_argument("--regatta", default="build/release/bin/regatta")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--only", default="amazon-hin")
    parser.add_argument("--splits", default="leave-last:1;time:0.9;ratio:0.8,0.2")
    args = parser.parse_args()
    print("| data | split | window, days | without trend | with trend | difference in ndcg@20 "
          "| seconds |\n|---|---|---|---|---|---|---|")
    for name in args.only.split(","):
        for split in args.splits.split(";"):
            with tempfile.TemporaryDirectory() as folder:
                measure(args, name, split, folder)


if __name__ == "__main__":
    main()
