#!/usr/bin/env python3
"""Measures impressions that were not taken, on planted data, and prints the rows of docs/model.md.

    bench/exposure.py [--regatta build/release/bin/regatta] [--users 1500] [--seed 1]

120 items lie in 6 groups. Each user has a group, takes 8 of its 20 items, one at a time, and
refuses the other 12. The last click is held out. Before it the user is shown

- refused: 10 of the 12 refused items;
- any: 20 items of all groups, each at a random time, if they are not taken before it;
- liked: each of the 8 items that they take, before they take it.

Two models of --preset fast are compared on the last clicks, paired over users: one has read
the impressions, the other the clicks alone. Python 3 standard library.
"""
import argparse
import os
import random
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
GROUPS, OF_GROUP, TAKEN, REFUSED, ANY = 6, 20, 8, 10, 20


def run(*words):
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{' '.join(words)}: {done.stderr.strip()}")
    return done.stdout


def shown_to(kind, own, taken, chance):
    """The impressions of a user: times and items. Item k is taken at 10 (k + 1)."""
    at = {item: 10 * (k + 1) for k, item in enumerate(taken)}
    if kind == "liked":
        return [(chance.randrange(1, at[item]), item) for item in taken]
    among = [i for i in own if i not in at] if kind == "refused" else range(GROUPS * OF_GROUP)
    shown = [(chance.randrange(1, 10 * TAKEN), item)
             for item in chance.sample(among, REFUSED if kind == "refused" else ANY)]
    return [(time, item) for time, item in shown if time < at.get(item, time + 1)]


def plant(folder, kind, users, seed):
    """Writes the clicks, the clicks with impressions, and the last clicks; the three paths."""
    chance = random.Random(seed)
    clicks, events, test = [], [], []
    for user in range(users):
        group = user % GROUPS
        own = list(range(group * OF_GROUP, (group + 1) * OF_GROUP))
        taken = chance.sample(own, TAKEN)
        seen = shown_to(kind, own, taken, chance)
        steps = [(10 * (k + 1), item, "click") for k, item in enumerate(taken[:-1])]
        clicks += [(user, *step) for step in steps]
        events += [(user, *step) for step in sorted(steps + [(at, item, "see") for at, item in seen])]
        test.append((user, 10 * TAKEN, taken[-1], "click"))
    paths = []
    for name, rows in (("clicks", clicks), ("events", events), ("test", test)):
        paths.append(os.path.join(folder, name + ".tsv"))
        with open(paths[-1], "w", encoding="utf-8") as out:
            out.write("user\titem\tevent\ttime\n")
            out.writelines(f"u{user}\ti{item}\t{event}\t{at}\n" for user, at, item, event in rows)
    return paths


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--regatta", default=os.path.join(ROOT, "build/release/bin/regatta"))
    parser.add_argument("--users", type=int, default=1500)
    parser.add_argument("--seed", type=int, default=1)
    o = parser.parse_args()
    print("shown\tstrength\tndcg@20 of clicks alone\tndcg@20 with impressions\tdifference\tstandard error")
    with tempfile.TemporaryDirectory() as folder:
        for kind in ("refused", "any", "liked"):
            clicks, events, test = plant(folder, kind, o.users, o.seed)
            models = []
            for path in (clicks, events):
                models.append(path + ".model")
                run(o.regatta, "train", path, "-q", "--preset", "fast", "--event-weights", "click=1,see=shown", "-o",
                    models[-1])
            about = dict(line.split("\t", 1) for line in run(o.regatta, "info", models[1]).splitlines() if "\t" in line)
            compared = run(o.regatta, "evaluate", models[1], test, "-q", "--event-weights", "click=1", "--compare",
                           models[0])
            row = next(line.split("\t") for line in compared.splitlines() if line.startswith("ndcg@20"))
            strength = float(about["exposure.strength"])
            print(f"{kind}\t{strength:.4f}\t{float(row[2]):.4f}\t{float(row[1]):.4f}\t{float(row[3]):+.4f}"
                  f"\t{float(row[4]):.4f}", flush=True)


if __name__ == "__main__":
    main()
