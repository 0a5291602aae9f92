#!/usr/bin/env python3
"""What other domains are worth: `train --source` against the target alone.

    bench/domains.py --data DIR [--regatta build/release/bin/regatta] [--threads N]
                     [-- TRAIN-OPTION..]

DIR holds target/ and source/, each with train.tsv(.gz), and target/test.tsv(.gz): rows
`user item`. Trains the target alone, with the source, and with a source of noise: as many
interactions of the same users with random items. Prints ndcg@20 and recall@20 of the
target's test (unknown items count as misses), the gain, and the chosen weights. Python 3
standard library only.
"""
import argparse
import gzip
import json
import os
import random
import subprocess
import sys
import tempfile


def find(folder, name):
    for path in (os.path.join(folder, name), os.path.join(folder, name + ".gz")):
        if os.path.exists(path):
            return path
    sys.exit(f"domains.py: {folder}: no {name}")


def write_noise(path, source):
    """Writes as many interactions of the source's users with random items of it."""
    with gzip.open(source, "rt") if source.endswith(".gz") else open(source) as f:
        rows = [line.split()[:2] for line in f]
    items = sorted({row[1] for row in rows})
    draw = random.Random(1)
    with open(path, "w") as f:
        f.writelines(f"{row[0]}\tnoise-{draw.choice(items)}\n" for row in rows)


def run(words):
    return json.loads(subprocess.run(words, check=True, stdout=subprocess.PIPE).stdout)


def measure(args, target, source, model):
    words = [args.regatta, "train", find(target, "train.tsv"), "-o", model, "-q", "--json",
             "-t", str(args.threads)] + args.options
    if source:
        words += ["--source", source]
    report = run(words)
    metrics = run([args.regatta, "evaluate", model, find(target, "test.tsv"), "-k", "20",
                   "--json", "-q", "-t", str(args.threads)])["metrics"]
    domains = report["model"]["made_by"].get("domains", {"sources": []})
    weights = ",".join(f"{s['weight']:g}" for s in domains["sources"]) or "-"
    return metrics["ndcg@20"], metrics["recall@20"], weights, report["seconds"]["total"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", required=True)
    parser.add_argument("--regatta", default="build/release/bin/regatta")
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("options", nargs="*")
    args = parser.parse_args()
    target = os.path.join(args.data, "target")
    source = find(os.path.join(args.data, "source"), "train.tsv")
    print("| source | weight | ndcg@20 | gain | recall@20 | seconds |\n|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        noise, model = os.path.join(folder, "noise.tsv"), os.path.join(folder, "model")
        write_noise(noise, source)
        alone = None
        for name, path in (("none", None), ("source", source), ("noise", noise)):
            ndcg, recall, weights, seconds = measure(args, target, path, model)
            alone = alone or ndcg
            print(f"| {name} | {weights} | {ndcg:.4f} | {100 * (ndcg / alone - 1):+.1f} % "
                  f"| {recall:.4f} | {seconds:.0f} |", flush=True)


if __name__ == "__main__":
    main()
