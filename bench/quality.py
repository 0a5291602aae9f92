#!/usr/bin/env python3
"""Measures recommendation quality on public splits and writes the table of docs/quality.md.

    bench/quality.py --data DIR [--regatta build/release/bin/regatta] [--only gowalla,ml-1m]
                     [--set headline|ablation|attention|dims|all] [--out bench/quality.csv]

DIR holds one folder per data set with train.txt(.gz) and test.txt(.gz), LightGCN text.
Every run is `regatta train` on the training part, with options chosen by it on its own
validation slice, then `regatta evaluate` on the test part. Rows are appended to --out;
--render writes the markdown tables from that file. Python 3 standard library only.
"""
import argparse
import csv
import datetime
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time

FIELDS = ["date", "machine", "data", "set", "name", "options", "recall@20", "ndcg@20",
          "coverage@20", "gini@20", "novelty@20", "valid_ndcg", "train_seconds",
          "peak_mb", "model_mb"]

CHANNELS = ["vectors", "items", "users", "spectral"]


def configurations(which):
    """(set, name, options) of every run."""
    runs = []
    if which in ("headline", "all"):
        runs += [("headline", "default", []),
                 ("headline", "fast", ["--preset", "fast"]),
                 ("headline", "best", ["--preset", "best"])]
    if which in ("ablation", "all"):
        for channel in CHANNELS:
            runs.append(("ablation", channel + " alone", ["--channels", channel]))
        for channel in CHANNELS:
            rest = ",".join(c for c in CHANNELS if c != channel)
            runs.append(("ablation", "without " + channel, ["--channels", rest]))
    if which in ("attention", "all"):
        for kind in ("none", "cosine", "dot", "scaled-dot", "gat", "gatv2"):
            for heads in ((1,) if kind == "none" else (1, 2, 4)):
                runs.append(("attention", f"{kind}, {heads} heads",
                             ["--channels", "vectors", "--dim", "64", "--attention", kind,
                              "--heads", str(heads)]))
    if which in ("dims", "all"):
        for dim in (64, 128, 256):
            runs.append(("dims", f"dim {dim}", ["--dim", str(dim)]))
            runs.append(("dims", f"vectors alone, dim {dim}",
                         ["--channels", "vectors", "--dim", str(dim)]))
    return runs


def find(folder, part):
    for name in (part + ".txt.gz", part + ".txt", part + ".tsv.gz", part + ".tsv"):
        path = os.path.join(folder, name)
        if os.path.exists(path):
            return path
    sys.exit(f"quality.py: no {part} file in {folder}")


def measure(regatta, folder, options, threads):
    with tempfile.TemporaryDirectory() as tmp:
        model, report = os.path.join(tmp, "m.regatta"), os.path.join(tmp, "r.json")
        started = time.monotonic()
        subprocess.run([regatta, "train", find(folder, "train"), "-o", model, "-q",
                        "-t", str(threads), *options], check=True)
        seconds = time.monotonic() - started
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        subprocess.run([regatta, "evaluate", model, find(folder, "test"), "-k", "20",
                        "-t", str(threads), "--json", report],
                       check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        info = json.loads(subprocess.run([regatta, "info", model, "--json"], check=True,
                                         stdout=subprocess.PIPE).stdout)
        with open(report) as f:
            metrics = json.load(f)["metrics"]
        return metrics, info, seconds, peak, os.path.getsize(model) / 2**20


def run_one(args, name, run, writer):
    which, label, options = run
    # A child of its own, so that the peak memory is this run's and not an earlier one's.
    reader, sender = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reader)
        try:
            result = measure(args.regatta, os.path.join(args.data, name), options, args.threads)
            os.write(sender, json.dumps(result).encode())
            os._exit(0)
        except subprocess.CalledProcessError as error:
            print(f"quality.py: {error}", file=sys.stderr)
            os._exit(1)
    os.close(sender)
    with os.fdopen(reader) as pipe:
        text = pipe.read()
    if os.waitpid(pid, 0)[1] != 0:
        sys.exit(f"quality.py: {label} on {name} failed")
    metrics, info, seconds, peak, size = json.loads(text)
    row = dict(date=datetime.date.today().isoformat(), machine=args.machine, data=name,
               set=which, name=label, options=" ".join(options),
               valid_ndcg=f"{(info.get('validation') or {}).get('ndcg@20') or 0:.4f}", train_seconds=f"{seconds:.1f}",
               peak_mb=f"{peak:.0f}", model_mb=f"{size:.1f}")
    for key in ("recall@20", "ndcg@20", "coverage@20", "gini@20", "novelty@20"):
        row[key] = f"{metrics[key]:.4f}"
    writer.writerow(row)
    print(f"{name:8} {label:28} recall@20 {row['recall@20']}  ndcg@20 {row['ndcg@20']}  "
          f"valid {row['valid_ndcg']}  {row['train_seconds']} s  {row['peak_mb']} MB", flush=True)


def render(path):
    with open(path) as f:
        rows = list(csv.DictReader(f))
    latest = {(r["data"], r["set"], r["name"]): r for r in rows}
    for which in ("headline", "ablation", "attention", "dims"):
        for data in dict.fromkeys(r["data"] for r in rows):
            chosen = [r for (d, s, _), r in latest.items() if d == data and s == which]
            if not chosen:
                continue
            print(f"\n**{data}, {which}**\n")
            print("| run | options | recall@20 | ndcg@20 | validation ndcg@20 | coverage "
                  "| Gini | train, s | peak, MB |")
            print("|---|---|---|---|---|---|---|---|---|")
            for r in chosen:
                print(f"| {r['name']} | `{r['options'] or '(none)'}` | {r['recall@20']} | "
                      f"{r['ndcg@20']} | {r['valid_ndcg']} | {r['coverage@20']} | "
                      f"{r['gini@20']} | {r['train_seconds']} | {r['peak_mb']} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", help="folder of data sets")
    parser.add_argument("--regatta", default="build/release/bin/regatta")
    parser.add_argument("--only", default="gowalla,ml-1m,lastfm")
    parser.add_argument("--set", default="headline",
                        choices=["headline", "ablation", "attention", "dims", "all"])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--out", default="bench/quality.csv")
    parser.add_argument("--machine", default=platform.machine() + f" {os.cpu_count()} cores")
    parser.add_argument("--render", action="store_true", help="print the tables of --out")
    args = parser.parse_args()
    if args.render:
        return render(args.out)
    if not args.data:
        parser.error("--data is needed")
    fresh = not os.path.exists(args.out)
    with open(args.out, "a", newline="") as f:
        writer = csv.DictWriter(f, FIELDS, lineterminator="\n")
        if fresh:
            writer.writeheader()
        for name in args.only.split(","):
            for run in configurations(args.set):
                run_one(args, name, run, writer)
                f.flush()


if __name__ == "__main__":
    main()
