#!/usr/bin/env python3
"""Measures recommendation quality on public splits and prints the tables of the documents.

    bench/quality.py --data DIR [--regatta build/release/bin/regatta] [--only gowalla,ml-1m]
                     [--set headline|presets|baselines|alone|ablation|dims|attention|all]
                     [--runs EASE,default] [--seeds 3] [--out bench/quality.csv]
    bench/quality.py --render [--out bench/quality.csv]

DIR holds one folder for each of SPLITS with train and test: .txt(.gz), LightGCN text, or
.tsv(.gz); debian is in the repository. A run of regatta is `regatta train` on the training
part, with options chosen by it on its own validation slice, then `regatta evaluate` on the
test part, with test items that no list can have as misses. The set headline runs the default
options with --seeds seeds; other sets have one. The set baselines runs baselines.py (needs
numpy and scipy; this script itself only the standard library) and the LightGCN-like options.

A row is appended to --out at once. A run whose row is there already (of this build of the
command, or of this baselines.py) is not repeated, so an interrupted series goes on where it
was; --any-build takes rows of other builds too, --again repeats everything. A run that fails
is a row that says so, and is tried again the next time. --budget MINUTES begins no run after
that time. --render prints the last row of every run. The tables of ablation, dims and
attention are in docs/experiments.md, the others in docs/quality.md; bench/README.md says
where the documents show other columns or more rows.
"""
import csv
import dataclasses
import datetime
import hashlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time

from splits import SPLITS, find, folder_of, options, parse

FIELDS = ["date", "machine", "build", "data", "set", "name", "options", "seed", "recall@20",
          "ndcg@20", "skip_recall@20", "skip_ndcg@20", "coverage@20", "gini@20",
          "novelty@20", "valid_ndcg", "chosen", "train_seconds", "cpu_seconds", "peak_mb",
          "model_mb", "status"]
METRICS = ["recall@20", "ndcg@20", "coverage@20", "gini@20", "novelty@20"]
SETS = ["headline", "presets", "baselines", "alone", "ablation", "dims", "attention"]
BASELINES = {"popularity": "popularity", "item kNN": "knn", "EASE": "ease",
             "ALS 64": "als-64", "ALS 256": "als-256"}  # name: that of baselines.py
LIGHTGCN = "LightGCN-like"
# recall@20, ndcg@20 where a baseline was not run: EASE inverts a large matrix on gowalla.
PUBLISHED = {("gowalla", "EASE"): (0.1765, 0.1467)}
CHANNELS = ["vectors", "items", "users", "spectral"]
KINDS = ["cosine", "dot", "scaled-dot", "gat", "gatv2"]
LEFT_OUT = "unknown items left out"  # the status of a row that has the skip_ figures alone
# A large set's dozens of runs take the temperature that its default run chooses; the table
# shows the option. Its attention kinds are compared after a fixed number of steps on the
# slice's training part, without the fit on all interactions.
LARGE = {"gowalla": {"temperature": "0.11", "steps": "60"}}
BENCH = os.path.dirname(os.path.abspath(__file__))


@dataclasses.dataclass(frozen=True)
class Run:
    data: str
    set: str
    name: str
    options: tuple = ()
    seed: int = 1

    def key(self):
        return self.data, self.set, self.name, " ".join(self.options), str(self.seed)


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
        return [("default", [])]
    if which == "presets":
        return [("fast", ["--preset", "fast"]), ("best", ["--preset", "best"])]
    if which == "baselines":
        return [(name, []) for name in BASELINES] + [
            (LIGHTGCN, ["--channels", "vectors", "--combine", "all", "--loss", "bpr"])]
    if which == "alone":
        return [(c + " alone", ["--channels", c] + (fixed if c == "vectors" else []))
                for c in CHANNELS]
    if which == "ablation":
        return [("without " + c,
                 ["--channels", ",".join(other for other in CHANNELS if other != c)] +
                 (fixed if c != "vectors" else [])) for c in CHANNELS]
    if which == "dims":  # 128 is the headline's default and the vectors alone
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


def run(command, timeout, threads=None):
    """Standard output, seconds, and resources of a command; Failed with its last words.
    `threads` are of the linear algebra of numpy."""
    environment = dict(os.environ)
    if threads:
        environment.update(OPENBLAS_NUM_THREADS=str(threads), OMP_NUM_THREADS=str(threads))
    with tempfile.TemporaryFile() as words, tempfile.TemporaryFile() as output:
        started = time.monotonic()
        process = subprocess.Popen(command, stdout=output, stderr=words, env=environment)
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
            raise Failed(f"{os.path.basename(command[1])}: " + (f"killed after {timeout:.0f} s" if late
                         else f"exit {process.returncode}: {last[0]}"))
        return output.read(), seconds, usage


def used(seconds, usage):
    return dict(train_seconds=f"{seconds:.1f}",
                cpu_seconds=f"{usage.ru_utime + usage.ru_stime:.1f}",
                peak_mb=f"{usage.ru_maxrss * 1024 / 1e6:.0f}", status="ok")


def measure_baseline(args, job):
    folder = folder_of(args.data, job.data)
    command = [sys.executable, os.path.join(BENCH, "baselines.py"), BASELINES[job.name],
               find(folder, "train"), find(folder, "test"), "-k", "20", "--library",
               os.path.join(os.path.dirname(args.regatta), "..", "bench", "bench_als.so")]
    output, seconds, usage = run(command, args.timeout, args.threads)
    report = json.loads(output)
    row = {key: f"{report['miss'][key]:.4f}" for key in METRICS[:2]}
    row.update({"skip_" + key: f"{report['skip'][key]:.4f}" for key in METRICS[:2]})
    chosen = " ".join(f"{k}={v}" for k, v in report["chosen"].items())
    row.update(valid_ndcg=f"{report['validation']:.4f}", chosen=chosen, **used(seconds, usage))
    return row


def measure_regatta(args, job):
    folder = folder_of(args.data, job.data)
    with tempfile.TemporaryDirectory() as tmp:
        model, path = os.path.join(tmp, "m.regatta"), os.path.join(tmp, "r.json")
        threads = ["-t", str(args.threads)]
        _, seconds, usage = run([args.regatta, "train", find(folder, "train"), "-o", model, "-q",
                                 *threads, "--seed", str(job.seed), *job.options], args.timeout)
        run([args.regatta, "evaluate", model, find(folder, "test"), "-k", "20", *threads,
             "--report", path], args.timeout)
        info = json.loads(run([args.regatta, "info", model, "--json"], args.timeout)[0])
        with open(path) as f:
            report = json.load(f)
        skip = report.get("other_treatment") or report
        row = {key: f"{report['metrics'][key]:.4f}" for key in METRICS}
        row.update({"skip_" + key: f"{skip['metrics'][key]:.4f}" for key in METRICS[:2]})
        valid = (info.get("validation") or {}).get("ndcg@20")
        row.update(valid_ndcg=f"{valid:.4f}" if valid else "", **used(seconds, usage),
                   model_mb=f"{os.path.getsize(model) / 1e6:.1f}")
        return row


def read_rows(path):
    if not os.path.exists(path):
        return []
    with open(path, newline="") as f:
        return list(csv.DictReader(f))


def key_of(row):
    return row["data"], row["set"], row["name"], row["options"], row["seed"]


def is_ok(row):
    return row["status"] == "ok"


def series(args):
    """The runs that are asked for, set by set."""
    for which in SETS if args.set == "all" else [args.set]:
        for data in args.only.split(","):
            for name, options in configurations(which, data):
                if args.runs and name not in args.runs.split(","):
                    continue
                for seed in range(1, 1 + (args.seeds if which == "headline" else 1)):
                    yield Run(data, which, name, tuple(options), seed)


def build_of(paths):
    digest = hashlib.sha256()
    for path in paths:
        with open(path, "rb") as f:
            digest.update(f.read())
    return digest.hexdigest()[:10]


def run_series(args):
    baselines = build_of(os.path.join(BENCH, name) for name in ("baselines.py", "als.c"))
    command = build_of([args.regatta])
    rows = read_rows(args.out)
    done = {(key_of(r), None if args.any_build else r["build"]) for r in rows if is_ok(r)}
    deadline = time.monotonic() + args.budget * 60
    n_failed = 0
    with open(args.out + ".new", "w", newline="") as f:
        writer = csv.DictWriter(f, FIELDS, restval="", extrasaction="ignore",
                                lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)  # the columns may be newer than the file
        f.flush()
        os.replace(f.name, args.out)  # whole before the old one goes
        for job in series(args):
            is_baseline = job.set == "baselines" and job.name in BASELINES
            build = baselines if is_baseline else command
            if (job.key(), None if args.any_build else build) in done and not args.again:
                continue
            if time.monotonic() > deadline:
                print("quality.py: the time is up; run it again for the rest", file=sys.stderr)
                break
            row = dict(zip(("data", "set", "name", "options", "seed"), job.key()),
                       date=datetime.date.today().isoformat(), machine=args.machine, build=build)
            label = f"{job.data:18} {job.set:9} {job.name:24} {job.seed}"
            try:
                row.update((measure_baseline if is_baseline else measure_regatta)(args, job))
                print(f"{label}  recall@20 {row['recall@20']}  ndcg@20 {row['ndcg@20']}  "
                      f"valid {row['valid_ndcg']}  {row['train_seconds']} s  "
                      f"{row['peak_mb']} MB  {row.get('chosen', '')}", flush=True)
            except (Failed, OSError, ValueError, KeyError) as error:
                n_failed += 1
                row["status"] = "failed: " + str(error).replace("\n", " ")[:200]
                print(f"{label}  {row['status']}", flush=True)
            writer.writerow(row)
            f.flush()
    return 1 if n_failed else 0


def table(*rows):
    """A table of Markdown; the first row is its head."""
    for n, row in enumerate(rows):
        print("| " + " | ".join(row) + " |")
        if n == 0:
            print("|---" * len(row) + "|")


def both(row, prefix=""):
    if not row or not is_ok(row):
        return ""
    return " / ".join(row[prefix + metric].replace("0.", ".") for metric in METRICS[:2])


class Latest:
    """The last row of every run in the CSV: a run that failed hides no older result."""

    def __init__(self, rows, until="9999"):
        self.all = rows
        rows = [row for row in rows if row.get("date", "") <= until]
        self.rows = {}
        for row in rows:
            if is_ok(row) or key_of(row) not in self.rows:
                self.rows[key_of(row)] = row

    def seeds(self, data, which, name):
        """The rows of a run, one a seed, with the options that it has now."""
        options = dict(configurations(which, data))[name]
        found = [row for key, row in self.rows.items()
                 if key[:4] == (data, which, name, " ".join(options))]
        return sorted(found, key=lambda row: int(row["seed"]))

    def one(self, data, which, name):
        found = self.seeds(data, which, name)
        return found[0] if found else None

    def mean(self, data, which, name, metric):
        """Mean and standard deviation over seeds, and their number; None without a row."""
        values = [float(r[metric]) for r in self.seeds(data, which, name) if is_ok(r)]
        deviation = statistics.stdev(values) if len(values) > 1 else None
        return (statistics.fmean(values), deviation, len(values)) if values else None


def short(x):
    return f"{x:.4f}".replace("0.", ".")


def default_cells(latest, data):
    """recall / ndcg of the default options, their deviations, and the number of seeds."""
    recall, ndcg = (latest.mean(data, "headline", "default", m) for m in METRICS[:2])
    if not recall:
        return ["", "", ""]
    deviation = f"{short(recall[1])} / {short(ndcg[1])}" if recall[2] > 1 else ""
    return [f"{short(recall[0])} / {short(ndcg[0])}", deviation, str(recall[2])]


def baseline_cell(latest, data, name):
    measured = both(latest.one(data, "baselines", name))
    if not measured and (data, name) in PUBLISHED:
        return " / ".join(map(short, PUBLISHED[data, name])) + " (published)"
    return measured


def best_ndcg(latest, data, which):
    rows = {name: latest.one(data, which, name) for name, _ in configurations(which, data)}
    values = {name: float(r["ndcg@20"]) for name, r in rows.items() if r and is_ok(r)}
    if which == "baselines":
        values = {name: p[1] for (d, name), p in PUBLISHED.items() if d == data} | values
    return max(values.values(), default=None)


def ratio(latest, data, which):
    """ndcg@20 of the default options over the best of a set, in percent."""
    own, best = latest.mean(data, "headline", "default", "ndcg@20"), best_ndcg(latest, data, which)
    return f"{100 * (own[0] / best - 1):+.1f} %" if own and best else ""


def render_splits(latest):
    names = list(BASELINES) + [LIGHTGCN]
    print("\n**Eight splits, recall@20 / ndcg@20**\n")
    table(["data", *names, "regatta, default", "deviation", "seeds", "over the best baseline"],
          *[[data, *[baseline_cell(latest, data, name) for name in names],
             *default_cells(latest, data), ratio(latest, data, "baselines")] for data in SPLITS])
    print("\n**Single channels, recall@20 / ndcg@20**\n")
    table(["data", *[c + " alone" for c in CHANNELS], "regatta, default",
           "over the best channel"],
          *[[data, *[both(latest.one(data, "alone", c + " alone")) for c in CHANNELS],
             default_cells(latest, data)[0], ratio(latest, data, "alone")] for data in SPLITS])
    print("\n**Parameters of the baselines**\n")
    table(["data", *list(BASELINES)[1:]],
          *[[data, *[(latest.one(data, "baselines", name) or {}).get("chosen", "")
                     for name in list(BASELINES)[1:]]] for data in SPLITS])


def render_misses(latest):
    """What --unknown skip changes, where it does."""
    rows = [[data, name, both(row), both(row, "skip_")]
            for data in SPLITS for which in ("baselines", "headline", "presets")
            for name, _ in configurations(which, data)
            for row in latest.seeds(data, which, name)[:1]
            if is_ok(row) and both(row) != both(row, "skip_")]
    print("\n**Unknown items as misses, and left out**\n")
    table(["data", "run", "miss (default)", "skip"], *rows)


def cells(row):
    if row["status"].startswith(LEFT_OUT):
        row = {**row, **{m: row["skip_" + m] for m in METRICS[:2]}, "status": "ok"}
    if not is_ok(row):
        return [row["name"], f"`{row['options'] or '(none)'}`", row["status"].replace("|", "/"),
                *[""] * 8]
    return [row["name"], f"`{row['options'] or '(none)'}`", *[row[k] for k in (
        "recall@20", "ndcg@20", "valid_ndcg", "coverage@20", "gini@20", "train_seconds",
        "cpu_seconds", "peak_mb", "model_mb")]]


def render_set(latest, data, which):
    """The runs of a set on a split, after those of other sets that are not newer: newer ones
    are of another training."""
    borrowed = {"presets": [("headline", "default")],
                "ablation": [("headline", "default")] + [("alone", c + " alone")
                                                         for c in CHANNELS],
                "dims": [("headline", "default"), ("alone", "vectors alone")]}
    own = [row for name, _ in configurations(which, data)
           for row in [latest.one(data, which, name)] if row]
    if not own:
        return
    before = Latest(latest.all, max(row.get("date", "") for row in own))
    others = [row for s, n in borrowed.get(which, []) for row in [before.one(data, s, n)] if row]
    print(f"\n**{data}, {which}**\n")
    table(["run", "options", "recall@20", "ndcg@20", "validation ndcg@20", "coverage", "Gini",
           "train, s", "CPU, s", "peak, MB", "model, MB"], *map(cells, others + own))


def render(path):
    latest = Latest(read_rows(path))
    render_splits(latest)
    render_misses(latest)
    for which in ("presets", "ablation", "dims", "attention"):
        for data in SPLITS:
            render_set(latest, data, which)
    return 0


def main():
    parser = options(__doc__, "bench/quality.csv", only=",".join(SPLITS))
    parser.add_argument("--set", default="headline", choices=SETS + ["all"])
    parser.add_argument("--runs", help="only runs of these names, separated by commas")
    parser.add_argument("--seeds", type=int, default=3, help="seeds of the set headline")
    parser.add_argument("--timeout", type=float, default=14400, help="seconds for one command")
    parser.add_argument("--budget", type=float, default=1e6, help="minutes")
    parser.add_argument("--again", action="store_true", help="repeat what is there")
    parser.add_argument("--any-build", action="store_true", help="rows of other builds count")
    args = parse(parser)
    return render(args.out) if args.render else run_series(args)


if __name__ == "__main__":
    sys.exit(main())
