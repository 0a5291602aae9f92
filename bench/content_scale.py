#!/usr/bin/env python3
"""What the channel content takes with many items of many features.

    bench/content_scale.py [--regatta build/release/bin/regatta] [--threads N] [--items 1000000]
                           [--each 100] [--features 100000] [--users 200000] [--dir DIR]

Writes items with `each` features, half of them of the item's group and half of all (few are frequent,
most are rare), and users with ten items of a group or two; trains the channel content alone, with its
choices; prints processor seconds by kind of work, the seconds in all and the peak memory. The two
files are about 0.7 GB for a million items. Python 3 standard library only.
"""
import argparse
import json
import os
import random
import resource
import subprocess
import tempfile

GROUPS, POOL, RUN = 1000, 1 << 20, 10


def write_items(path, args, draw):
    # Ranks of features by a power law; runs of a shuffled pool are fast to draw from.
    pool = [int(args.features * draw.random() ** 4) for _ in range(POOL)]
    own = args.features // GROUPS
    with open(path, "w") as f:
        f.write("id\tfeatures\n")
        for i in range(args.items):
            at = [draw.randrange(POOL - RUN) for _ in range(args.each // RUN)]
            first = i % GROUPS * own
            half = len(at) // 2
            words = [first + c % own for k in at[:half] for c in pool[k:k + RUN]]
            words += [c for k in at[half:] for c in pool[k:k + RUN]]
            f.write(f"i{i}\t{'|'.join(f'f{c}' for c in words)}\n")


def write_users(path, args, draw):
    # The own groups take turns through their items, so that each item has a user: items without
    # any would be added after the fit.
    rows = args.items // GROUPS
    with open(path, "w") as f:
        for u in range(args.users):
            for k in range(10):
                group, place = u % GROUPS, (u // GROUPS * 8 + k) % rows
                if k >= 8:
                    group, place = draw.randrange(GROUPS), draw.randrange(rows)
                f.write(f"u{u}\ti{group + GROUPS * place}\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--regatta", default="build/release/bin/regatta")
    for name, value in (("threads", 0), ("items", 1000000), ("each", 100), ("features", 100000),
                        ("users", 200000)):
        parser.add_argument(f"--{name}", type=int, default=value)
    parser.add_argument("--dir")
    args = parser.parse_args()
    draw = random.Random(1)
    with tempfile.TemporaryDirectory(dir=args.dir) as folder:
        items, users = os.path.join(folder, "items.tsv"), os.path.join(folder, "users.tsv")
        write_items(items, args, draw)
        write_users(users, args, draw)
        out = subprocess.run([args.regatta, "train", users, "-o", os.path.join(folder, "model"),
                              "-q", "--json", "-t", str(args.threads), "--channels", "content",
                              "--item-features", f"items={items}", "--feature-columns",
                              "features=list:|"], check=True, stdout=subprocess.PIPE).stdout
    report = json.loads(out)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print("seconds by part:", {name: round(s, 1) for name, s in report["seconds"].items()})
    for work in report["work"]:
        if work["channel"] == "content":
            print(f"  {work['part']}: {work['name']} {work['seconds']:.1f} s")
    print(f"processor seconds {used.ru_utime + used.ru_stime:.0f}, "
          f"peak memory {used.ru_maxrss * 1024 / 1e9:.2f} GB")


if __name__ == "__main__":
    main()
