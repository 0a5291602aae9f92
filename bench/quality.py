#!/usr/bin/env python3
"""Measures recommendation quality on public splits and prints the tables of docs/quality.md.

    bench/quality.py --data DIR [--regatta build/release/bin/regatta] [--only gowalla,ml-1m]
                     [--set headline|ablation|dims|attention|all] [--out bench/quality.csv]
    bench/quality.py --render [--out bench/quality.csv]

DIR holds one folder per data set with train.txt(.gz) and test.txt(.gz), LightGCN text.
Every run is `regatta train` on the training part, with options chosen by it on its own
validation slice, then `regatta evaluate` on the test part; its row is appended to --out
at once. A run whose row is there already (of this build of the command) is not repeated,
so an interrupted series goes on where it was; --any-build takes rows of other builds too,
--again repeats everything. A run that fails is a row that says so, and is tried again the
next time. --budget MINUTES begins no run after that time. Python 3 standard library only.
"""
import csv
import datetime
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import threading
import time

from splits import find, options, parse

FIELDS = ["date", "machine", "build", "data", "set", "name", "options", "recall@20",
          "ndcg@20", "coverage@20", "gini@20", "novelty@20", "valid_ndcg", "train_seconds",
          "cpu_seconds", "peak_mb", "model_mb", "status"]
METRICS = ["recall@20", "ndcg@20", "coverage@20", "gini@20", "novelty@20"]
SETS = ["headline", "ablation", "dims", "attention"]
CHANNELS = ["vectors", "items", "users", "spectral"]
KINDS = ["cosine", "dot", "scaled-dot", "gat", "gatv2"]
# A large set's dozens of runs take the temperature that its default run chooses; the table
# shows the option. Its attention kinds are compared after a fixed number of steps on the
# slice's training part, without the fit on all interactions.
LARGE = {"gowalla": {"temperature": "0.11", "steps": "60"}}


def attention_options(data):
    large = LARGE.get(data)
    common = ["--channels", "vectors", "--dim", "64"]
    if large:
        common += ["--temperature", large["temperature"], "--steps", large["steps"], "--no-refit"]
    return common


def configurations(which, data):
    """(name, options) of every run of a set."""
    fixed = ["--temperature", LARGE[data]["temperature"]] if data in LARGE else []
    if which == "headline":
        return [("default", []), ("fast", ["--preset", "fast"]), ("best", ["--preset", "best"])]
    if which == "ablation":
        runs = []
        for c in CHANNELS:
            runs.append((c + " alone", ["--channels", c] + (fixed if c == "vectors" else [])))
        for c in CHANNELS:
            rest = ",".join(other for other in CHANNELS if other != c)
            runs.append(("without " + c,
                         ["--channels", rest] + (fixed if c != "vectors" else [])))
        return runs
    if which == "dims":  # 128 is the headline's default and the ablation's vectors alone
        return [(name, options + ["--dim", str(dim)] + fixed)
                for dim in (64, 256)
                for name, options in ((f"all channels, dim {dim}", []),
                                      (f"vectors alone, dim {dim}", ["--channels", "vectors"]))]
    common = attention_options(data)
    return [("none", common)] + [
        (f"{kind}, {heads} head{'s' if heads > 1 else ''}",
         common + ["--attention", kind, "--heads", str(heads)])
        for kind in KINDS for heads in (1, 2, 4)]


class Failed(Exception):
    pass


def run(command, timeout):
    """Standard output, seconds, and resources of a command; Failed with its last words."""
    with tempfile.TemporaryFile() as words, tempfile.TemporaryFile() as output:
        started = time.monotonic()
        process = subprocess.Popen(command, stdout=output, stderr=words)
        timer = threading.Timer(timeout, process.kill)
        timer.start()
        try:
            _, status, usage = os.wait4(process.pid, 0)
        except BaseException:
            process.kill()
            raise
        finally:
            timer.cancel()
        seconds = time.monotonic() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        words.seek(0)
        output.seek(0)
        if process.returncode != 0:
            last = words.read().decode(errors="replace").strip().splitlines()[-1:] or [""]
            late = seconds >= timeout
            raise Failed(f"{command[1]}: " + (f"killed after {timeout:.0f} s" if late
                         else f"exit {process.returncode}: {last[0]}"))
        return output.read(), seconds, usage


def measure(args, data, options):
    folder = os.path.join(args.data, data)
    with tempfile.TemporaryDirectory() as tmp:
        model, report = os.path.join(tmp, "m.regatta"), os.path.join(tmp, "r.json")
        threads = ["-t", str(args.threads)]
        _, seconds, usage = run([args.regatta, "train", find(folder, "train"), "-o", model,
                                 "-q", *threads, *options], args.timeout)
        run([args.regatta, "evaluate", model, find(folder, "test"), "-k", "20", *threads,
             "--report", report], args.timeout)
        info = json.loads(run([args.regatta, "info", model, "--json"], args.timeout)[0])
        with open(report) as f:
            metrics = json.load(f)["metrics"]
        row = {key: f"{metrics[key]:.4f}" for key in METRICS}
        valid = (info.get("validation") or {}).get("ndcg@20")
        row.update(valid_ndcg=f"{valid:.4f}" if valid else "", train_seconds=f"{seconds:.1f}",
                   cpu_seconds=f"{usage.ru_utime + usage.ru_stime:.1f}",
                   peak_mb=f"{usage.ru_maxrss / 1024:.0f}",
                   model_mb=f"{os.path.getsize(model) / 2**20:.1f}", status="ok")
        return row


def read_rows(path):
    if not os.path.exists(path):
        return []
    with open(path, newline="") as f:
        return list(csv.DictReader(f))


def key_of(row):
    return row["data"], row["set"], row["name"], row["options"]


def is_ok(row):
    return (row.get("status") or "ok") == "ok" and bool(row["recall@20"])


def series(args):
    """(data, set, name, options) of what is asked for, set by set."""
    for which in SETS if args.set == "all" else [args.set]:
        for data in args.only.split(","):
            for name, options in configurations(which, data):
                yield data, which, name, options


def run_series(args):
    with open(args.regatta, "rb") as f:
        build = hashlib.sha256(f.read()).hexdigest()[:10]
    rows = read_rows(args.out)
    done = {key_of(r) for r in rows if is_ok(r) and (args.any_build or r.get("build") == build)}
    deadline = time.monotonic() + args.budget * 60
    n_failed = 0
    with open(args.out + ".new", "w", newline="") as f:
        writer = csv.DictWriter(f, FIELDS, restval="", extrasaction="ignore",
                                lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)  # the columns may be newer than the file
        f.flush()
        os.replace(f.name, args.out)  # whole before the old one goes
        for data, which, name, options in series(args):
            row = dict(date=datetime.date.today().isoformat(), machine=args.machine,
                       build=build, data=data, set=which, name=name, options=" ".join(options))
            if key_of(row) in done and not args.again:
                continue
            if time.monotonic() > deadline:
                print("quality.py: the time is up; run it again for the rest", file=sys.stderr)
                break
            try:
                row.update(measure(args, data, options))
                print(f"{data:8} {which:9} {name:24} recall@20 {row['recall@20']}  "
                      f"ndcg@20 {row['ndcg@20']}  valid {row['valid_ndcg']}  "
                      f"{row['train_seconds']} s  {row['peak_mb']} MB", flush=True)
            except (Failed, OSError, ValueError, KeyError) as error:
                n_failed += 1
                row["status"] = "failed: " + str(error).replace("\n", " ")[:200]
                print(f"{data:8} {which:9} {name:24} {row['status']}", flush=True)
            writer.writerow(row)
            f.flush()
    return 1 if n_failed else 0


def cells(row):
    if not is_ok(row):
        return "| " + " | ".join([row["name"], f"`{row['options'] or '(none)'}`",
                                  row["status"].replace("|", "/"), *[""] * 8]) + " |"
    number = [row[k] for k in ("recall@20", "ndcg@20", "valid_ndcg", "coverage@20", "gini@20",
                               "train_seconds", "cpu_seconds",
                               "peak_mb", "model_mb")]
    return "| " + " | ".join([row["name"], f"`{row['options'] or '(none)'}`", *number]) + " |"


def rows_of(latest, data, which):
    """A set's rows in the order of its configurations, with what other sets measured."""
    borrowed = {"ablation": [("headline", "default")],
                "dims": [("headline", "default"), ("ablation", "vectors alone")]}
    wanted = borrowed.get(which, []) + [(which, n) for n, _ in configurations(which, data)]
    return [latest[data, s, n] for s, n in wanted if (data, s, n) in latest]


def render(path):
    latest = {}
    for row in read_rows(path):
        key = row["data"], row["set"], row["name"]
        if is_ok(row) or key not in latest:
            latest[key] = row
    for which in SETS:
        for data in dict.fromkeys(d for d, _, _ in latest):
            if not any(d == data and s == which for d, s, _ in latest):
                continue
            print(f"\n**{data}, {which}**\n")
            print("| run | options | recall@20 | ndcg@20 | validation ndcg@20 | coverage "
                  "| Gini | train, s | CPU, s | peak, MB | model, MB |")
            print("|---" * 11 + "|")
            for row in rows_of(latest, data, which):
                print(cells(row))


def main():
    parser = options(__doc__, "bench/quality.csv", only="lastfm,ml-1m,gowalla")
    parser.add_argument("--set", default="headline", choices=SETS + ["all"])
    parser.add_argument("--timeout", type=float, default=1800, help="seconds for one command")
    parser.add_argument("--budget", type=float, default=1e6, help="minutes")
    parser.add_argument("--again", action="store_true", help="repeat what is there")
    parser.add_argument("--any-build", action="store_true", help="rows of other builds count")
    args = parse(parser)
    return render(args.out) if args.render else run_series(args)


if __name__ == "__main__":
    sys.exit(main())
