#!/usr/bin/env python3
"""Recall and work of `candidates --communities` beside the whole walk over the graph.

    bench/communities.py --model MODEL --test FILE [--regatta build/release/bin/regatta]
                         [--users 3000] [--number 500] [--shares .45,.35,.25] [--csv FILE]
    bench/communities.py --model MODEL --bounds [--users 200]

MODEL has communities (`regatta index --communities`); FILE has interactions that were held
out of its training. For a sample of the users with held-out items it asks for candidates of
the source graph, by the whole walk and with each share, and prints:

reads    entries and sums by community that were read, of the entries of the whole walk
recall   of the held-out items, a mean over users, among the candidates
ratio    to the recall of the whole walk, with its standard error (paired, delta method)
overlap  the share of the whole walk's candidates that are found

--bounds reads the model (one of `train --valid 0`, not quantised) and prints what any choice of
whole communities must read for the candidates of the whole walk themselves, as shares of its
entries, means over users:

exact    communities whose bound, the sum over the rows of the largest entry in the community,
         is above the last candidate's score: these alone give the same candidates for sure
oracle   the fewest that hold 98 % of the candidates, chosen with the answer known (greedily by
         candidates per entry)
least    the entries of the candidates alone

Python 3 standard library only.
"""
import argparse
import csv
import gzip
import json
import mmap
import os
import random
import struct
import subprocess
import tempfile

FIELDS = ["model", "users", "share", "reads", "recall", "ratio", "error", "overlap"]


def held_out(path):
    items = {}
    with gzip.open(path, "rt") if path.endswith(".gz") else open(path) as f:
        for line in f:
            user, *rest = line.split()
            items.setdefault(user, set()).update(rest)
    return items


def ask(args, users, share):
    """The candidates of each user in order, and what the walks read."""
    options = ["--communities", str(share)] if share else []
    command = [args.regatta, "candidates", args.model, "--users", users, "-n", str(args.number),
               "--source", "graph", "-f", "jsonl", "-q", "-t", str(args.threads), *options]
    found, read, whole = {}, 0, 0
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as run:
        for line in run.stdout:
            answer = json.loads(line)
            found[answer["user"]] = [item["item"] for item in answer["items"]]
            walk = answer.get("walk")
            if walk:
                read += walk["entries"] + walk["communities"]
                whole += walk["whole"]
    if run.returncode:
        raise SystemExit(run.returncode)
    return found, read / whole if share else 1.0


def mean(x):
    return sum(x) / len(x)


def measure(args, held, users_file, add):
    full, _ = ask(args, users_file, 0)
    base = {u: len(held[u].intersection(full[u])) / len(held[u]) for u in full}
    for share in [0.0, *map(float, args.shares.split(","))]:
        found, reads = ask(args, users_file, share)
        recall = {u: len(held[u].intersection(found[u])) / len(held[u]) for u in full}
        ratio = mean(list(recall.values())) / mean(list(base.values()))
        rest = [recall[u] - ratio * base[u] for u in full]
        error = sum(x * x for x in rest) ** 0.5 / len(rest) / mean(list(base.values()))
        overlap = mean([len(set(full[u]).intersection(found[u])) / len(full[u]) for u in full])
        add({"model": os.path.basename(args.model), "users": len(full), "share": share,
             "reads": f"{reads:.3f}", "recall": f"{mean(list(recall.values())):.4f}",
             "ratio": f"{ratio:.4f}", "error": f"{error:.4f}", "overlap": f"{overlap:.4f}"})


class Tensors:
    """The arrays of a model file, not copied."""

    def __init__(self, path):
        self.file = open(path, "rb")
        self.bytes = memoryview(mmap.mmap(self.file.fileno(), 0, access=mmap.ACCESS_READ))
        n = struct.unpack("<Q", self.bytes[:8])[0]
        self.base, self.header = 8 + n, json.loads(bytes(self.bytes[8:8 + n]))

    def __getitem__(self, name):
        entry = self.header[name]
        first, end = entry["data_offsets"]
        form = {"I64": "q", "U32": "I", "BF16": "H", "F32": "f"}[entry["dtype"]]
        return self.bytes[self.base + first:self.base + end].cast(form)


def bf16(bits):
    return struct.unpack("<f", struct.pack("<I", bits << 16))[0]


def rows_of(t, history):
    """The rows of a walk as lists of (target, weight), cut as the engine cuts them."""
    offset, target, value = (t["item_attention." + k] for k in ("offsets", "targets", "weights"))
    scale = t["item_attention.scale"]
    for i in history[:192]:
        row = [(target[e], bf16(value[e]) * scale[target[e]])
               for e in range(offset[i], offset[i + 1])]
        yield sorted(row, key=lambda x: -abs(x[1]))[:256]


def bounds_of(t, community, history, number):
    total, bound, n, entries = {}, {}, {}, {}
    for row in rows_of(t, history):
        largest = {}
        for j, x in row:
            c = community[j]
            total[j] = total.get(j, 0.0) + x
            entries[j] = entries.get(j, 0) + 1
            n[c] = n.get(c, 0) + 1
            largest[c] = max(largest.get(c, 0.0), x)
        for c, x in largest.items():
            bound[c] = bound.get(c, 0.0) + x
    own = set(history)
    best = sorted(((x, j) for j, x in total.items() if x > 0 and j not in own), reverse=True)
    best = best[:number]
    if not best:
        return None
    last = best[-1][0] if len(best) == number else 0.0
    whole, inside = sum(n.values()), {}
    for _, j in best:
        inside[community[j]] = inside.get(community[j], 0) + 1
    found = read = 0
    for c in sorted(inside, key=lambda c: -inside[c] / n[c]):
        if found >= 0.98 * len(best):
            break
        found, read = found + inside[c], read + n[c]
    return [sum(n[c] for c in n if bound[c] >= last) / whole, read / whole,
            sum(entries[j] for _, j in best) / whole]


def bounds(args):
    t = Tensors(args.model)
    offset, item, community = t["history.offsets"], t["history.items"], t["items.community"]
    users = [u for u in range(len(offset) - 1) if offset[u + 1] > offset[u]]
    rows = []
    for u in random.Random(1).sample(users, min(args.users, len(users))):
        rows.append(bounds_of(t, community, item[offset[u]:offset[u + 1]].tolist(), args.number))
    rows = [row for row in rows if row is not None]
    print("| " + " | ".join([os.path.basename(args.model), str(len(rows)), *(
        f"{mean([row[k] for row in rows]):.3f}" for k in range(3))]) + " |")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--regatta", default="build/release/bin/regatta")
    parser.add_argument("--model", required=True)
    parser.add_argument("--test")
    parser.add_argument("--bounds", action="store_true")
    parser.add_argument("--users", type=int)
    parser.add_argument("--number", type=int, default=500)
    parser.add_argument("--shares", default="0.45,0.35,0.25")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--csv")
    args = parser.parse_args()
    args.users = args.users or (200 if args.bounds else 3000)
    if args.bounds:
        bounds(args)
        return
    if not args.test:
        parser.error("--test is needed")
    held = held_out(args.test)
    users = random.Random(1).sample(sorted(held), min(args.users, len(held)))
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "users")
        with open(path, "w") as f:
            f.writelines(u + "\n" for u in users)

        def add(row):
            rows.append(row)
            print("| " + " | ".join(str(row[k]) for k in FIELDS) + " |", flush=True)

        measure(args, held, path, add)
    if args.csv:
        fresh = not os.path.exists(args.csv)
        with open(args.csv, "a", newline="") as f:
            writer = csv.DictWriter(f, FIELDS, lineterminator="\n")
            if fresh:
                writer.writeheader()
            writer.writerows(rows)


if __name__ == "__main__":
    main()
