#!/usr/bin/env python3
"""Measures `regatta tune` on public splits, for docs/tune.md.

    bench/tune.py --data DIR [--regatta build/release/bin/regatta] [--only lastfm,debian]
                  [--budget 1800] [--seeds 3] [--keep DIR] [TUNE OPTION...]

For each split: a tuning of the training part within the budget, then trainings on it with the
defaults and with the options of the winner, each with --seeds seeds, compared on the test part, which
the tuning has not seen. Prints a row of docs/tune.md for each split: the winner, its difference to the
defaults in cross-validation and on the test part, means over seeds, with standard errors of the paired
difference over users (of the test, the largest of the seeds). With --keep DIR the checkpoint,
the table of trials and CONFIG stay there, and a measurement that was killed continues. Options after -- go to
tune. Python 3 standard library.
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile

from splits import find, folder_of


def run(*words):
    done = subprocess.run(words, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{' '.join(words)}: exit code {done.returncode}")
    return done.stdout


def mean(values):
    return sum(values) / len(values)


def trained(args, train, place, name, *words):
    """A model of each seed."""
    paths = []
    for seed in range(1, args.seeds + 1):
        path = os.path.join(place, f"{name}.{seed}.model")
        if not os.path.exists(path):
            run(args.regatta, "train", train, "-o", path, "-q", "-t", str(args.threads), "--seed", str(seed), *words)
        paths.append(path)
    return paths


def measure(args, split, place):
    train, test = (find(folder_of(args.data, split), part) for part in ("train", "test"))
    state, config, report = (os.path.join(place, name) for name in ("checkpoint", "config", "tune.json"))
    if not os.path.exists(report):
        run(args.regatta, "tune", train, "-o", config, "--budget", str(args.budget), "-t", str(args.threads),
            "--checkpoint", state, "--resume", state, "--report", report,
            "--results", os.path.join(place, "trials.tsv"), *args.tune)
    with open(report, encoding="utf-8") as file:
        made = json.load(file)
    base, best = made["trials"][0], made["trials"][made["winner"]]
    row = [split, len([t for t in made["trials"] if t["seconds"]]) - 1, made["n_fits"], f"{made['seconds']:.0f}",
           f"`{best['options']}`" if made["winner"] else "the defaults",
           f"{best['ndcg@20'] - best['difference']:.4f}",
           f"{best['difference']:+.4f} ({best['difference_error']:.4f}), "
           f"{100 * best['difference'] / (best['ndcg@20'] - best['difference']):+.1f} %"]
    if not made["winner"]:
        return row[:6] + ["", "", ""]
    assert base["trial"] == 0
    tests = []
    for ours, theirs in zip(trained(args, train, place, "tuned", "--config", config),
                            trained(args, train, place, "default")):
        tests.append(json.loads(run(args.regatta, "evaluate", ours, test, "--compare", theirs, "--json",
                                    "-t", str(args.threads)))["comparison"]["ndcg@20"])
    theirs, gain = mean([t["other"] for t in tests]), mean([t["difference"] for t in tests])
    return row + [f"{theirs:.4f}", f"{gain:+.4f} ({max(t['standard_error'] for t in tests):.4f}), "
                                   f"{100 * gain / theirs:+.1f} %"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--data", required=True, help="folder of data sets")
    parser.add_argument("--regatta", default="build/release/bin/regatta")
    parser.add_argument("--only", default="lastfm,debian")
    parser.add_argument("--budget", type=float, default=1800)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--keep", help="folder of checkpoints, tables and models")
    parser.add_argument("tune", nargs="*", help="options of tune, after --")
    args = parser.parse_args()
    names = ["split", "trials", "fits", "seconds", "winner", "cross-validated defaults", "difference", "test, defaults",
             "test, difference"]
    print("| " + " | ".join(names) + " |\n" + "|---" * len(names) + "|")
    for split in args.only.split(","):
        with tempfile.TemporaryDirectory() as temporary:
            place = os.path.join(args.keep or temporary, split.replace("/", "-"))
            os.makedirs(place, exist_ok=True)
            print("| " + " | ".join(str(cell) for cell in measure(args, split, place)) + " |", flush=True)


if __name__ == "__main__":
    main()
