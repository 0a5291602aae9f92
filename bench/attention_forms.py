#!/usr/bin/env python3
"""Measures forms of attention in the layers and prints a table of docs/experiments.md.

    bench/attention_forms.py --data DIR [--regatta build/release/bin/regatta]
                             [--only lastfm,amazon-hin/random,..] [--runs plain,communities]
                             [--out bench/attention_forms.csv]
    bench/attention_forms.py --render [--out bench/attention_forms.csv]

Each run trains the vectors alone (dim 64) on the training part of a split; its validation slice
chooses temperature and steps, and with auto whether there is a hierarchy. The test part is
measured against that of the run `plain`, paired over users. Python 3 standard library only.
"""
import csv
import json
import os
import subprocess
import sys
import tempfile

from splits import SPLITS, appending, find, folder_of, options, parse

FORMS = {
    "plain": [],
    "communities": ["--hierarchy", "communities"],
    "communities, 4 heads": ["--hierarchy", "communities", "--heads", "4"],
    "auto": ["--hierarchy", "auto"],
    "given groups": ["--item-groups", "{groups}"],
    "cosine, 4 heads": ["--attention", "cosine", "--heads", "4"],
    "the same, shared": ["--attention", "cosine", "--heads", "4", "--share", "all"],
    "dynamic": ["--dynamic"],
    "dynamic cosine, 2 heads": ["--dynamic", "--attention", "cosine", "--heads", "2"],
    "dot, 4 heads": ["--attention", "dot", "--heads", "4"],
    "dot, heads shared": ["--attention", "dot", "--heads", "4", "--share", "heads"],
    "dot, layers shared": ["--attention", "dot", "--heads", "4", "--share", "layers"],
    "dot, all shared": ["--attention", "dot", "--heads", "4", "--share", "all"],
}
COMMON = ["--channels", "vectors", "--dim", "64"]
FIELDS = ["machine", "data", "name", "options", "valid_ndcg", "ndcg@20", "difference", "error",
          "groups", "seconds", "model_kb"]


def call(command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(command)}: {done.stderr.strip()}")
    return json.loads(done.stdout)


def groups_of(folder):
    """The table of the items' features; None where a split has none."""
    for path in (os.path.join(folder, "items.tsv.gz"),
                 os.path.join(os.path.dirname(folder), "items.tsv.gz")):
        if os.path.exists(path):
            return path
    return None


def measure(args, data, name, plain, folder):
    """A row of the CSV; the model is written to `folder`."""
    where = folder_of(args.data, data)
    groups = groups_of(where)
    if "{groups}" in FORMS[name] and groups is None:
        return None, None
    extra = [groups if o == "{groups}" else o for o in FORMS[name]]
    model = os.path.join(folder, name.replace(" ", "_").replace(",", ""))
    made = call([args.regatta, "train", find(where, "train"), "-o", model, "--json", "-q",
                 "--threads", str(args.threads), *COMMON, *extra])
    compare = ["--compare", plain] if plain else []
    got = call([args.regatta, "evaluate", model, find(where, "test"), "-k", "20", "--json", "-q",
                *compare])
    settings = made["model"]["made_by"]
    mine = got["metrics"]["ndcg@20"]
    same = {"difference": 0.0, "standard_error": 0.0}
    paired = got["comparison"]["ndcg@20"] if plain else same
    return model, {
        "machine": args.machine, "data": data, "name": name, "options": " ".join(FORMS[name]),
        "valid_ndcg": f"{settings['validation']['ndcg@20']:.5f}", "ndcg@20": f"{mine:.5f}",
        "difference": f"{paired['difference']:.5f}", "error": f"{paired['standard_error']:.5f}",
        "groups": settings["training"].get("hierarchy", {}).get("groups", 0),
        "seconds": f"{made['seconds']['train']:.1f}",
        "model_kb": os.path.getsize(model) // 1024}


def render(path):
    with open(path) as f:
        rows = list(csv.DictReader(f))
    for data in dict.fromkeys(r["data"] for r in rows):
        print(f"\n### {data}\n\n| form | valid ndcg@20 | test ndcg@20 | against plain | groups "
              "| train s | model KB |\n|---|---|---|---|---|---|---|")
        for r in (r for r in rows if r["data"] == data):
            against = "" if r["name"] == "plain" else \
                f"{float(r['difference']):+.4f} ± {float(r['error']):.4f}"
            print(f"| {r['name']} | {float(r['valid_ndcg']):.4f} | {float(r['ndcg@20']):.4f} "
                  f"| {against} | {r['groups']} | {r['seconds']} | {r['model_kb']} |")


def main():
    parser = options(__doc__, "bench/attention_forms.csv", ",".join(SPLITS))
    parser.add_argument("--runs", default="")
    args = parse(parser)
    if args.render:
        render(args.out)
        return
    names = args.runs.split(",") if args.runs else list(FORMS)
    with appending(args.out, FIELDS) as add:
        for data in args.only.split(","):
            with tempfile.TemporaryDirectory() as folder:
                plain = None
                for name in ["plain"] + [n for n in names if n != "plain"]:
                    model, row = measure(args, data, name, plain, folder)
                    plain = plain or model
                    if row is not None:
                        add(row)


if __name__ == "__main__":
    main()
