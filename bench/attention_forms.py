#!/usr/bin/env python3
"""Measures forms of attention in the layers and prints a table of docs/experiments.md.

    bench/attention_forms.py --data DIR [--regatta build/release/bin/regatta]
                             [--only lastfm,amazon-hin/random,..] [--runs plain,communities]
                             [--out bench/attention_forms.csv]
    bench/attention_forms.py --render [--out bench/attention_forms.csv]

Each run trains the vectors alone (dim 64) on the training part of a split; its validation slice
chooses temperature and steps, and with auto whether there is a hierarchy. The test part is
measured against that of the run `plain`, paired over users. Vectors of features need the channel
`content`; their forms are blends of both, and those with attention are measured against the one
without. Python 3 standard library only.
"""
import csv
import json
import os
import subprocess
import sys
import tempfile

from splits import SPLITS, appending, find, folder_of, options, parse

DOT, COSINE = ["--attention", "dot", "--heads", "4"], ["--attention", "cosine", "--heads", "4"]
FEATURES = ["--item-features", "{table}", "--feature-vectors", "always"]
FORMS = {
    "plain": [],
    "communities": ["--hierarchy", "communities"],
    "communities 4 heads": ["--hierarchy", "communities", "--heads", "4"],
    "auto": ["--hierarchy", "auto"],
    "given groups": ["--item-groups", "{table}"],
    "cosine 4 heads": COSINE,
    "cosine shared": [*COSINE, "--share", "all"],
    "dynamic": ["--dynamic"],
    "dynamic cosine": ["--dynamic", *COSINE],
    "dynamic cosine 2 heads": ["--dynamic", "--attention", "cosine", "--heads", "2"],
    "dot 4 heads": DOT,
    "dot heads shared": [*DOT, "--share", "heads"],
    "dot layers shared": [*DOT, "--share", "layers"],
    "dot all shared": [*DOT, "--share", "all"],
    "features": FEATURES,
    "features dot": [*FEATURES, *DOT],
    "features dynamic cosine": [*FEATURES, "--dynamic", *COSINE],
}
# The form that a form is measured against, where that is not plain.
BASES = {"features dot": "features", "features dynamic cosine": "features"}
COMMON = ["--dim", "64"]
FIELDS = ["machine", "data", "name", "against", "options", "valid_ndcg", "ndcg@20", "difference", "error",
          "groups", "seconds", "model_kb"]


def call(command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(command)}: {done.stderr.strip()}")
    return json.loads(done.stdout)


def table_of(folder):
    """The table of the items' features; None where a split has none."""
    for path in (os.path.join(folder, "items.tsv.gz"),
                 os.path.join(os.path.dirname(folder), "items.tsv.gz")):
        if os.path.exists(path):
            return path
    return None


def measure(args, data, name, models, folder):
    """A row of the CSV, None without features; adds the model, written to `folder`, to models."""
    where = folder_of(args.data, data)
    table, base = table_of(where), BASES.get(name, "plain")
    if "{table}" in FORMS[name] and table is None:
        return None
    extra = [table if o == "{table}" else o for o in FORMS[name]]
    model = os.path.join(folder, name.replace(" ", "_"))
    made = call([args.regatta, "train", find(where, "train"), "-o", model, "--json", "-q",
                 "--threads", str(args.threads), *COMMON, "--channels",
                 "vectors,content" if "--item-features" in extra else "vectors", *extra])
    compare = ["--compare", models[base]] if base in models else []
    got = call([args.regatta, "evaluate", model, find(where, "test"), "-k", "20", "--json", "-q",
                *compare])
    models[name] = model
    settings = made["model"]["made_by"]
    mine = got["metrics"]["ndcg@20"]
    same = {"difference": 0.0, "standard_error": 0.0}
    paired = got["comparison"]["ndcg@20"] if compare else same
    return {
        "machine": args.machine, "data": data, "name": name,
        "against": base if compare else "", "options": " ".join(FORMS[name]),
        "valid_ndcg": f"{settings['validation']['ndcg@20']:.5f}", "ndcg@20": f"{mine:.5f}",
        "difference": f"{paired['difference']:.5f}", "error": f"{paired['standard_error']:.5f}",
        "groups": settings["training"].get("hierarchy", {}).get("groups", 0),
        "seconds": f"{made['seconds']['train']:.1f}",
        "model_kb": os.path.getsize(model) // 1000}


def render(path):
    with open(path) as f:
        rows = list(csv.DictReader(f))
    for data in dict.fromkeys(r["data"] for r in rows):
        print(f"\n### {data}\n\n| form | valid ndcg@20 | test ndcg@20 | difference | groups "
              "| train s | model KB |\n|---|---|---|---|---|---|---|")
        for r in (r for r in rows if r["data"] == data):
            against = "" if not r["against"] else \
                f"{float(r['difference']):+.4f} ± {float(r['error']):.4f} to {r['against']}"
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
                models = {}
                for name in ["plain"] + [n for n in names if n != "plain"]:
                    row = measure(args, data, name, models, folder)
                    if row is not None:
                        add(row)


if __name__ == "__main__":
    main()
