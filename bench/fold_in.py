#!/usr/bin/env python3
"""Measures folding in: users that training has never seen against the same users trained in.

    bench/fold_in.py --data DIR [--regatta build/release/bin/regatta] [--only gowalla,ml-1m]
                     [--quick] [--items] [--out bench/fold_in.csv]

DIR holds one folder per data set with train.txt(.gz) and test.txt(.gz), LightGCN text. Of
the users that have test items a tenth is held out entirely (--share), by a checksum of
their ids. Two models are trained with the same options: on everything, and without the
held-out users. Their test items are then ranked three ways: `trained` (the first model
knows them), `folded, known` (the first model, their histories folded in) and `folded`
(the second model). Every user whose figures are compared is measured in all three.

--items does the same for items: a tenth of the items is held out of training, and each is
folded in from its users. Compared is which items are near it: the share of the 20 nearest
by the model that knows it that come back (`similar`), beside the same share between the two
models for items that both know. Rows are appended to --out; --render prints the tables.
Python 3 standard library only.
"""
import csv
import datetime
import gzip
import json
import os
import subprocess
import sys
import tempfile
import zlib

from splits import appending, find, options, parse

FIELDS = ["date", "machine", "data", "preset", "options", "measured", "n", "recall@20",
          "ndcg@20", "near@20"]
QUICK = ["--temperature", "0.11", "--steps", "40"]
NEAREST = 20
ASKED = 500


def read(path):
    """{user: [item, ...]} of LightGCN text."""
    with (gzip.open if path.endswith(".gz") else open)(path, "rt") as f:
        rows = (line.split() for line in f)
        return {row[0]: row[1:] for row in rows if len(row) > 1}


def write(path, rows):
    with open(path, "w") as f:
        for user, items in rows.items():
            if items:
                f.write(" ".join([user] + items) + "\n")
    return path


def chosen(name, share):
    return zlib.crc32(name.encode()) % 10000 < share * 10000


class Runner:
    def __init__(self, args, tmp):
        self.regatta, self.threads, self.tmp = args.regatta, str(args.threads), tmp

    def run(self, *words, stdin=None):
        done = subprocess.run([self.regatta, *words, "-t", self.threads], input=stdin,
                              text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if done.returncode:
            sys.exit(f"fold_in.py: regatta {' '.join(words)}: {done.stderr}")
        return done.stdout

    def train(self, name, data, options):
        model = os.path.join(self.tmp, name + ".model")
        self.run("train", data, "-o", model, "-q", *options)
        return model

    def evaluate(self, model, test, *options):
        report = json.loads(self.run("evaluate", model, test, "-k", "20", "--json",
                                     "-q", *options))
        return report["n_users"], report["metrics"]


def known_items(rows):
    return {item for items in rows.values() for item in items}


def users(runner, folder, options, share):
    """(what, users, recall, ndcg, None) of the three ways."""
    train, test = read(find(folder, "train")), read(find(folder, "test"))
    rest = {u: i for u, i in train.items() if not (u in test and chosen(u, share))}
    known = known_items(rest)
    held = {u: i for u, i in train.items() if u not in rest}
    wanted = {u: [i for i in test[u] if i in known] for u in held}
    path = {name: write(os.path.join(runner.tmp, name), rows) for name, rows in
            dict(train=train, rest=rest, held=held, wanted=wanted).items()}
    whole = runner.train("whole", path["train"], options)
    part = runner.train("part", path["rest"], options)
    for what, model, more in (("trained", whole, []),
                              ("folded, known", whole, ["--history", path["held"]]),
                              ("folded", part, ["--history", path["held"]])):
        n, metrics = runner.evaluate(model, path["wanted"], *more)
        yield what, n, metrics["recall@20"], metrics["ndcg@20"], None


def nearest(runner, model, row, text, allowed):
    """{name: its nearest but for itself} from `similar` over a list of items or of their
    users."""
    out = {}
    for line in runner.run("similar", model, row, "-", "-k", str(NEAREST + 1), "--only",
                           allowed, stdin=text).splitlines():
        name, item = line.split("\t")[:2]
        near = out.setdefault(name, [])
        if item != name and len(near) < NEAREST:
            near.append(item)
    return {name: set(near) for name, near in out.items()}


def agreement(a, b, names):
    shares = [len(a[n] & b[n]) / len(a[n]) for n in names if a.get(n) and n in b]
    return len(shares), sum(shares) / max(1, len(shares))


def items(runner, folder, options, share):
    """(what, items, None, None, share of the nearest kept)."""
    train = read(find(folder, "train"))
    of_item = {}
    for user, had in train.items():
        for item in had:
            of_item.setdefault(item, []).append(user)
    held = [i for i in of_item if chosen("item " + i, share) and len(of_item[i]) >= 5]
    gone = set(held)
    rest = {u: [i for i in had if i not in gone] for u, had in train.items()}
    people = {u for u, had in rest.items() if had}
    known = known_items(rest)
    whole = runner.train("whole", write(os.path.join(runner.tmp, "train"), train), options)
    part = runner.train("part", write(os.path.join(runner.tmp, "rest"), rest), options)
    allowed = os.path.join(runner.tmp, "allowed")
    with open(allowed, "w") as f:
        f.writelines(i + "\n" for i in known)
    held = held[:ASKED]
    both = [i for i in known if len(of_item[i]) >= 5][:ASKED]
    fold = "".join(" ".join([i] + [u for u in of_item[i] if u in people]) + "\n" for i in held)
    trained = nearest(runner, whole, "--items", "\n".join(held + both) + "\n", allowed)
    again = nearest(runner, part, "--items", "\n".join(both) + "\n", allowed)
    folded = nearest(runner, part, "--item-history", fold, allowed)
    n, kept = agreement(trained, again, both)
    yield "items trained in both", n, None, None, kept
    n, kept = agreement(trained, folded, held)
    yield "items folded", n, None, None, kept
    fold = "".join(" ".join([i] + of_item[i]) + "\n" for i in both)
    n, kept = agreement(trained, nearest(runner, whole, "--item-history", fold, allowed), both)
    yield "items folded, known", n, None, None, kept


def render(path):
    with open(path) as f:
        rows = list(csv.DictReader(f))
    latest = {(r["data"], r["preset"], r["options"], r["measured"]): r for r in rows}
    print("| data | preset | options | measured | how many | recall@20 | ndcg@20 | near@20 |")
    print("|---|---|---|---|---|---|---|---|")
    for r in latest.values():
        print(f"| {r['data']} | {r['preset']} | `{r['options'] or '(none)'}` | {r['measured']} "
              f"| {r['n']} | {r['recall@20']} | {r['ndcg@20']} | {r['near@20']} |")


def main():
    parser = options(__doc__, "bench/fold_in.csv")
    parser.add_argument("--presets", default="default,fast")
    parser.add_argument("--share", type=float, default=0.1)
    parser.add_argument("--quick", action="store_true", help="options that train quickly: "
                        + " ".join(QUICK))
    parser.add_argument("--items", action="store_true", help="hold items out, not users")
    args = parse(parser)
    if args.render:
        return render(args.out)
    with appending(args.out, FIELDS) as add:
        for data in args.only.split(","):
            for preset in args.presets.split(","):
                if args.items and preset == "fast":
                    continue  # no vectors to fold items in
                extra = QUICK if args.quick and preset != "fast" else []
                with tempfile.TemporaryDirectory() as tmp:
                    for what, n, recall, ndcg, near in (items if args.items else users)(
                            Runner(args, tmp), os.path.join(args.data, data),
                            ["--preset", preset, *extra], args.share):
                        number = lambda x: "" if x is None else f"{x:.4f}"
                        add(dict(zip(FIELDS, (
                            datetime.date.today().isoformat(), args.machine, data, preset,
                            " ".join(extra), what, n, number(recall), number(ndcg),
                            number(near)))))


if __name__ == "__main__":
    main()
