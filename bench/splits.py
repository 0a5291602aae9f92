"""What the scripts that measure on public splits share: their options, the files of a
data set, and rows that reach the CSV one by one."""
import argparse
import contextlib
import csv
import os
import platform
import sys

# From the smallest to the largest.
SPLITS = ["lastfm", "lastfm-tags/random", "amazon-hin/random", "citeulike-a/random", "ml-1m",
          "beauty/random", "debian", "gowalla"]


def folder_of(data, split):
    """The folder of a split: debian is in the repository, the others are in `data`."""
    if split == "debian":
        return os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "datasets", split)
    return os.path.join(data, split)


def find(folder, part):
    """The file of a part ("train", "test") of a data set; ends the script where none is."""
    for name in (part + ".txt.gz", part + ".txt", part + ".tsv.gz", part + ".tsv"):
        path = os.path.join(folder, name)
        if os.path.exists(path):
            return path
    sys.exit(f"{os.path.basename(sys.argv[0])}: no {part} file in {folder}")


def options(description, out, only="gowalla,ml-1m,lastfm"):
    """A parser of the options that all have; `out` is the CSV."""
    parser = argparse.ArgumentParser(description=description.split("\n")[0])
    parser.add_argument("--data", help="folder of data sets")
    parser.add_argument("--regatta", default="build/release/bin/regatta")
    parser.add_argument("--only", default=only)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--out", default=out)
    parser.add_argument("--machine", default=f"{platform.machine()}, {os.cpu_count()} cores")
    parser.add_argument("--render", action="store_true", help="print the tables of --out")
    return parser


def parse(parser):
    args = parser.parse_args()
    if not args.render and not args.data:
        parser.error("--data is needed")
    return args


@contextlib.contextmanager
def appending(path, fields):
    """A function that appends a row (a dict) to the CSV at once and prints it."""
    fresh = not os.path.exists(path)
    with open(path, "a", newline="") as f:
        writer = csv.DictWriter(f, fields, lineterminator="\n")
        if fresh:
            writer.writeheader()

        def add(row):
            writer.writerow(row)
            f.flush()
            print("  ".join(str(row[k]) for k in fields[2:]), flush=True)

        yield add
