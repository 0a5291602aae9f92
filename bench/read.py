#!/usr/bin/env python3
"""Reading a large table, beside pandas: both read the same file in the same run, in turn.

  bench/read.py --build BUILD [--users N] [--items N] [--edges N] [--runs N] [--csv FILE]

BUILD is a build folder with bench/generate and bench/bench_read. pandas reads the ids as
categories (python3-pandas). Prints a table, and appends a row to the CSV: the median of
the runs, lines a second, the ratio to pandas, and memory in MB. The sizes of the graph and
of the library's allocations come from one more run, with an allocator that counts."""
import argparse
import csv
import datetime
import os
import platform
import statistics
import subprocess
import sys
import tempfile

PANDAS = """
import resource, sys, time
import pandas
begin = time.perf_counter()
frame = pandas.read_csv(sys.argv[1], sep="\\t", dtype={"user": "category", "item": "category"})
seconds = time.perf_counter() - begin
print(seconds, len(frame), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6)
"""
FIELDS = ["date", "machine", "processors", "lines", "seconds", "lines_per_second", "graph_mb",
          "allocated_mb", "process_mb", "memory_ratio", "pandas_seconds", "pandas_mb", "speedup"]


def machine():
    with open("/proc/cpuinfo") as info:
        for line in info:
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.machine()


def output(*command):
    return [float(x) for x in subprocess.run(command, check=True, text=True,
                                             stdout=subprocess.PIPE).stdout.split()]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--build", required=True)
    parser.add_argument("--users", default="1000000")
    parser.add_argument("--items", default="200000")
    parser.add_argument("--edges", default="30000000")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--csv")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "table.tsv")
        subprocess.run([os.path.join(args.build, "bench/generate"), "--users", args.users,
                        "--items", args.items, "--edges", args.edges, "--output", path], check=True)
        ours, theirs = [], []
        for _ in range(args.runs):
            ours.append(output(os.path.join(args.build, "bench/bench_read"), path))
            theirs.append(output(sys.executable, "-c", PANDAS, path))
        counted = output(os.path.join(args.build, "bench/bench_read"), path, "--count")
    seconds, pandas_seconds = (statistics.median(run[0] for run in runs) for runs in (ours, theirs))
    _, lines, _, process = ours[0]
    graph, allocated = counted[4:]
    row = dict(zip(FIELDS, [
        datetime.date.today().isoformat(), machine(), len(os.sched_getaffinity(0)), int(lines),
        f"{seconds:.2f}", f"{lines / seconds:.0f}", f"{graph:.0f}", f"{allocated:.0f}",
        f"{process:.0f}", f"{process / graph:.2f}", f"{pandas_seconds:.2f}",
        f"{theirs[0][2]:.0f}", f"{pandas_seconds / seconds:.1f}"]))
    for name, value in row.items():
        print(f"{name:18}{value}")
    if args.csv:
        new = not os.path.exists(args.csv) or os.path.getsize(args.csv) == 0
        with open(args.csv, "a", newline="") as file:
            writer = csv.DictWriter(file, FIELDS, lineterminator="\n")
            if new:
                writer.writeheader()
            writer.writerow(row)


main()
