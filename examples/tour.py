#!/usr/bin/env python3
"""A tour of regatta in Python: load, fit, recommend, explain, evaluate, plot.

    examples/tour.py [FOLDER]

The cells, which begin with `# %%`, run one by one in an editor or notebook that knows them.
The data are the dependencies of Debian packages: users are packages, items the packages that
they depend on. Writes tour.png and tour.model to FOLDER (default: a new temporary
one).
"""
# %% Load: a file of interactions, with string ids
import os
import sys
import tempfile

import numpy as np

import regatta

here = os.path.dirname(os.path.abspath(__file__)) if "__file__" in globals() else os.getcwd()
data = os.path.join(here, os.pardir, "datasets", "debian")
out = sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp(prefix="tour-")

whole = regatta.Graph.read(os.path.join(data, "train.tsv.gz"))
test = regatta.Graph.read(os.path.join(data, "test.tsv.gz"))
print(whole, whole.report["columns"])

# %% Filter: the packages and dependencies with at least 10 of each other, to save time
train = whole.filter(min_user=10, min_item=10)
print(train)

# %% Fit: preset="fast" is item attention alone; the default takes longer and ranks better
model = regatta.Model(preset="fast", seed=1).fit(train)
print(model, "validation ndcg@20 %.4f" % model.info["valid_ndcg"])

# %% Recommend: for a user of the data, and for the history of a new one
ids, scores = model.recommend("gimp", N=5)
for item, score in zip(ids, scores):
    print(f"gimp  {item:20} {score:.4f}")
ids, scores = model.recommend(user_items=["libgtk-3-0", "libpng16-16"], N=5)
print("gtk and png:", ", ".join(ids))

# %% Recommend for all users: ids [users, 10] and scores [users, 10]
ids, scores = model.recommend_all(N=10)
print("all users:", ids.shape)

# %% Similar items
names, cosines = model.similar_items("libpng16-16", N=5)
print("like libpng16-16:", ", ".join(names))

# %% Explain: a table whose rows add up to the score
explanation = model.explain("gimp", ids[model.user_ids.tolist().index("gimp"), 0], N=6)
print(explanation)
assert explanation.sum() == explanation.score

# %% Evaluate: all items are ranked for each user of the test part
evaluation = model.evaluate(test, k=[10, 20], unknown="skip", per_user=True)
print(evaluation)

# %% Plot, where matplotlib is installed
try:
    import matplotlib
    matplotlib.use("Agg")
    from matplotlib import pyplot
except ImportError:
    print("matplotlib is not installed: no plot")
else:
    figure, (left, right) = pyplot.subplots(1, 2, figsize=(11, 4), layout="constrained")
    rows = [row for row in explanation if row[0].endswith("of item")][::-1]
    left.barh([row[1] for row in rows], [row[2] for row in rows])
    left.set(title=f"Why {explanation.item} for gimp", xlabel="contribution to the score")
    degrees = np.diff(train.to_matrix().indptr)[train.user_positions(evaluation.users)]
    groups = [(10, 11), (12, 14), (15, 20), (21, 10**9)]
    means = [evaluation.per_user["ndcg@20"][(degrees >= a) & (degrees <= b)].mean() for a, b in groups]
    right.bar([f"{a} to {b}" if b < 10**9 else f"{a} and more" for a, b in groups], means)
    right.set(title="Quality by length of the history", xlabel="dependencies in train", ylabel="ndcg@20")
    figure.savefig(os.path.join(out, "tour.png"))
    print("wrote", os.path.join(out, "tour.png"))

# %% Save: the command `regatta` and the C library read the same file
model.save(os.path.join(out, "tour.model"))
print("wrote", os.path.join(out, "tour.model"))
again = regatta.Model.load(os.path.join(out, "tour.model"))
assert again.recommend("gimp", N=5)[0].tolist() == model.recommend("gimp", N=5)[0].tolist()
