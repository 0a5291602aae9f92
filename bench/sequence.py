#!/usr/bin/env python3
"""Measures recommendations in order on public sequences and prints tables of docs/quality.md.

    bench/sequence.py --data DIR [--regatta build/release/bin/regatta]
                      [--only beauty/sequence,lastfm-tags/sequence,ml-1m-seq]
                      [--set headline|learned|alone|order|all] [--runs default,shuffled]
                      [--out bench/sequence.csv]
    bench/sequence.py --render [--out bench/sequence.csv]

DIR holds a folder for each data set with train, valid and test (.tsv.gz): rows of user, item
and time, the second-last interaction of each user in valid, the last in test. The protocol is
that of the papers (strict): `regatta train` on train, with options chosen by it on its own
validation slice, then `regatta evaluate` on test with train and valid as the histories; all
items are ranked, except those of the history. ml-1m-seq has no test: its valid is measured,
with valid-history as the histories of 512 users.

Sets: headline (default options, --seeds seeds), learned (--sequence, --target), alone (each
channel), order (the items of each user's training history shuffled among its times by a fixed
seed, the validation item staying the last; and the data without times, which have no
recency). A run with an option that the command does not know is skipped, and the script says
so. A row is appended to --out at once; a run whose row is there already (of this build of the
command) is not repeated. Python 3 standard library only.
"""
import csv
import dataclasses
import datetime
import gzip
import json
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time

from quality import Failed, build_of, is_ok, key_of, read_rows, run, short, table, used
from splits import find, options, parse

DATA = ["lastfm-tags/sequence", "beauty/sequence", "ml-1m-seq"]
METRICS = ["hit@5", "ndcg@5", "hit@10", "ndcg@10", "hit@20", "ndcg@20", "mrr@20"]
FIELDS = ["date", "machine", "build", "data", "set", "name", "options", "seed", *METRICS,
          "valid_ndcg", "train_seconds", "cpu_seconds", "peak_mb", "model_mb", "status"]
SETS = ["headline", "learned", "alone", "order"]
CHANNELS = ["order", "items", "users", "vectors", "spectral", "sequence", "target"]
# hit@10, ndcg@10 of the papers' test parts, as the strict protocol has it; ml-1m-seq: ndcg@10
# of gSASRec's published checkpoints on the same 512 users.
PUBLISHED = {
    "lastfm-tags/sequence": [
        ("GRU4Rec (Hidasi 2016), by S3-Rec", .0367, .0187),
        ("BERT4Rec (Sun 2019), by S3-Rec", .0633, .0337),
        ("SASRec (Kang 2018), by S3-Rec", .0688, .0390),
        ("S3-Rec (Zhou 2020), with attributes", .0743, .0427),
        ("BSARec (Shin 2024)", .0807, .0435)],
    "beauty/sequence": [
        ("GRU4Rec (Hidasi 2016), by S3-Rec", .0283, .0137),
        ("BERT4Rec (Sun 2019), by S3-Rec", .0347, .0170),
        ("SASRec (Kang 2018), by S3-Rec", .0605, .0318),
        ("S3-Rec (Zhou 2020), with attributes", .0647, .0327),
        ("TIGER (Rajput 2023)", .0648, .0384),
        ("SASRec with sampled softmax", .0921, .0531),
        ("eSASRec (Tikhonovich 2025)", .0928, .0523),
        ("BSARec (Shin 2024)", .1008, .0611)],
    "ml-1m-seq": [("SASRec, checkpoint of gSASRec (Petrov 2023)", None, .1428),
                  ("gSASRec (Petrov 2023)", None, .1974)],
}


@dataclasses.dataclass(frozen=True)
class Run:
    data: str
    set: str
    name: str
    options: tuple = ()
    seed: int = 1

    def key(self):
        return self.data, self.set, self.name, " ".join(self.options), str(self.seed)


def configurations(which):
    """(name, options of train) of every run of a set."""
    if which == "headline":
        return [("default", [])]
    if which == "learned":
        return [(f"encoder {kind}", ["--sequence", kind])
                for kind in ("none", "auto", "transformer", "gru")] + [
            (f"target {kind}", ["--target", kind]) for kind in ("none", "gate", "softmax")]
    if which == "alone":
        return [(c + " alone", ["--channels", c] + (
            ["--sequence", "transformer"] if c == "sequence" else [])) for c in CHANNELS]
    # Data without times have neither recency nor the channel order.
    return [("shuffled", []), ("without times", []),
            ("order alone, shuffled", ["--channels", "order"]),
            ("items alone, shuffled", ["--channels", "items"]),
            ("items alone, without times", ["--channels", "items"])]


def options_of(help_text):
    """{option: its choices, None where any value is valid} of a help text."""
    known = {}
    for paragraph in re.split(r"\n(?= +(?:-\w, |-\w )?-)", help_text):
        name = re.search(r"--[a-z-]+", paragraph.split("\n")[0])
        choices = re.search(r"\(([^()]*\|[^();]*)", paragraph)
        if name:
            known[name.group()] = choices and set(re.sub(r"\s", "", choices.group(1)).split("|"))
    return known


def unknown(job, known):
    """The first option of a run, and its value, that the command does not know."""
    for option, value in zip(job.options[::2], job.options[1::2]):
        if option not in known:
            return option
        if known[option] and value not in known[option]:
            return f"{option} {value}"
    return None


def parts(args, job):
    """Training file, histories and test file."""
    folder = os.path.join(args.data, job.data)
    if job.data == "ml-1m-seq":
        return find(folder, "train"), [find(folder, "valid-history")], find(folder, "valid")
    train = find(folder, "train")
    return train, [train, find(folder, "valid")], find(folder, "test")


def shuffled(path, out, seed):
    """Writes the rows of `path` with the items of each user in another order."""
    users = {}
    with (gzip.open if path.endswith(".gz") else open)(path, "rt") as f:
        for line in f:
            user, item, moment = line.rstrip("\n").split("\t")
            users.setdefault(user, []).append((item, moment))
    with open(out, "w") as f:
        for user, rows in users.items():
            items = [item for item, _ in rows]
            random.Random(f"{seed} {user}").shuffle(items)
            f.writelines(f"{user}\t{item}\t{moment}\n"
                         for item, (_, moment) in zip(items, rows))
    return out


def measure(args, job):
    train, histories, test = parts(args, job)
    # The role of the third column, which the parts of one row for each user do not tell.
    reading = ["--user-column", "1", "--item-column", "2", "--time-column",
               "0" if "without times" in job.name else "3"]
    with tempfile.TemporaryDirectory() as tmp:
        if "shuffled" in job.name:
            whole = {path: shuffled(path, os.path.join(tmp, f"{n}.tsv"), job.seed)
                     for n, path in enumerate({train, histories[0]})}
            train, histories = whole[train], [whole.get(path, path) for path in histories]
        model, path = os.path.join(tmp, "m.regatta"), os.path.join(tmp, "r.json")
        threads = ["-t", str(args.threads)]
        _, seconds, usage = run([args.regatta, "train", train, "-o", model, "-q", *threads,
                                 "--seed", str(job.seed), *reading, *job.options],
                                args.timeout)
        past = [word for h in histories for word in ("--history", h)]
        run([args.regatta, "evaluate", model, test, *past, "-k", "5,10,20", *threads, *reading,
             "--report", path], args.timeout)
        info = json.loads(run([args.regatta, "info", model, "--json"], args.timeout)[0])
        with open(path) as f:
            metrics = json.load(f)["metrics"]
        row = {key: f"{metrics[key]:.4f}" for key in METRICS}
        valid = (info.get("validation") or {}).get("ndcg@20")
        row.update(valid_ndcg=f"{valid:.4f}" if valid else "", **used(seconds, usage),
                   model_mb=f"{os.path.getsize(model) / 1e6:.1f}")
        return row


def series(args):
    """The runs that are asked for, set by set."""
    for which in SETS if args.set == "all" else [args.set]:
        for data in args.only.split(","):
            for name, extra in configurations(which):
                if args.runs and name not in args.runs.split(","):
                    continue
                for seed in range(1, 1 + (args.seeds if which == "headline" else 1)):
                    yield Run(data, which, name, tuple(extra), seed)


def write_rows(path, rows):
    """Replaces the CSV by these rows, whole."""
    with open(path + ".new", "w", newline="") as f:
        writer = csv.DictWriter(f, FIELDS, restval="", extrasaction="ignore",
                                lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    os.replace(f.name, path)


def run_series(args):
    build = build_of([args.regatta])
    known = options_of(subprocess.run([args.regatta, "train", "--help"], check=True,
                                    capture_output=True, text=True).stdout)
    rows = read_rows(args.out)
    done = {(key_of(r), r["build"]) for r in rows if is_ok(r)}
    deadline = time.monotonic() + args.budget * 60
    n_failed = 0
    for job in series(args):
        label = f"{job.data:20} {job.set:9} {job.name:22} {job.seed}"
        missing = unknown(job, known)
        if missing:
            print(f"{label}  skipped: {args.regatta} does not know {missing}", flush=True)
            continue
        if (job.key(), build) in done and not args.again:
            continue
        if time.monotonic() > deadline:
            print("sequence.py: the time is up; run it again for the rest", file=sys.stderr)
            break
        row = dict(zip(("data", "set", "name", "options", "seed"), job.key()),
                   date=datetime.date.today().isoformat(), machine=args.machine, build=build)
        try:
            row.update(measure(args, job))
            print(f"{label}  hit@10 {row['hit@10']}  ndcg@10 {row['ndcg@10']}  valid "
                  f"{row['valid_ndcg']}  {row['train_seconds']} s  {row['peak_mb']} MB",
                  flush=True)
        except (Failed, OSError, ValueError, KeyError) as error:
            n_failed += 1
            row["status"] = "failed: " + str(error).replace("\n", " ")[:200]
            print(f"{label}  {row['status']}", flush=True)
        rows.append(row)
        write_rows(args.out, rows)
    return 1 if n_failed else 0


def latest(rows, data, which, name):
    """The last successful rows of a run, one a seed, of the build that ran last."""
    wanted = dict(configurations(which))[name]
    found = [r for r in rows if is_ok(r) and key_of(r)[:4] ==
             (data, which, name, " ".join(wanted))]
    found = [r for r in found if r["build"] == found[-1]["build"]]
    return list({r["seed"]: r for r in found}.values())


def cells(name, found, best):
    """The cells of a run; deviations of ndcg@10 over seeds, and its ratio to `best`."""
    mean = {m: statistics.fmean(float(r[m]) for r in found) for m in METRICS}
    deviation = statistics.stdev(float(r["ndcg@10"]) for r in found) if len(found) > 1 else None
    first = found[0]
    return [name, f"`{first['options']}`" if first["options"] else "",
            *[short(mean[m]) for m in METRICS],
            short(deviation) if deviation is not None else "",
            f"{100 * (mean['ndcg@10'] / best - 1):+.1f} %" if best else "",
            first["train_seconds"], first["peak_mb"]]


def render(path):
    rows = read_rows(path)
    for data in DATA:
        runs = [(name, found) for which in SETS for name, _ in configurations(which)
                for found in [latest(rows, data, which, name)] if found]
        best, none = (statistics.fmean(float(r["ndcg@10"]) for r in found) if found else None
                      for found in map(dict(runs).get, ("default", "encoder none")))
        print(f"\n**{data}**\n")
        blank = [""] * 2
        table(["run", "options", *METRICS, "deviation", "ndcg@10 to base", "train, s",
               "peak, MB"],
              *[cells(name, found, best if name == "default" else none)
                for name, found in runs],
              *[[f"published: {name}", "", *blank, short(hit) if hit else "", short(ndcg), *blank,
                 "", "", f"{100 * (ndcg / best - 1):+.1f} %" if best else "", *blank]
                for name, hit, ndcg in PUBLISHED[data]])
    return 0


def main():
    parser = options(__doc__, "bench/sequence.csv", only=",".join(DATA))
    parser.add_argument("--set", default="headline", choices=SETS + ["all"])
    parser.add_argument("--runs", help="only runs of these names, separated by commas")
    parser.add_argument("--seeds", type=int, default=3, help="seeds of the set headline")
    parser.add_argument("--timeout", type=float, default=14400, help="seconds for one command")
    parser.add_argument("--budget", type=float, default=1e6, help="minutes")
    parser.add_argument("--again", action="store_true", help="repeat what is there")
    args = parse(parser)
    return render(args.out) if args.render else run_series(args)


if __name__ == "__main__":
    sys.exit(main())
