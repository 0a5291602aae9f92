#!/usr/bin/env python3
"""Prototypes of ideas that could raise the quality, measured on validation slices.

    bench/ideas.py --data DIR [--only lastfm,lastfm-tags/random] [--slices 3]
                   [--ideas chebyshev,clusters]

DIR has a folder for each split with a train file (bench/README.md); test files are not read.
A slice is a random tenth of the training interactions, and everything is fitted on the rest.
A parameter that has more than one value is chosen on one half of the users and measured on
the other half. The table has ndcg@20 of the idea and of the method it is compared with, and
the mean difference with its standard error, paired and clustered by user; the chosen
parameters go to stderr. Needs numpy and scipy.

chebyshev     ChebyCF, SIGIR 2025: scores r D^-beta h(N'N) D^beta of a history r, with item
              degrees D, N = Du^-1/2 R D^-1/2, and h the Chebyshev interpolation (order 8) of
              the plateau function of flatness phi, plus alpha on the first eta eigenvectors.
clusters      A ridge for each cluster of users, pulled to the ridge of all users: that of the
              cluster on the residual of the other, rho times its strength, mu in the sum.
residual      The ridge on the residual of the spectral filter. The filter leaves the scored
              item out of the history; it comes from the other folds of users (cross-fitted)
              or from all users (in-sample).
item_softmax  Vectors (two layers, softmax over items, item bias); the idea adds mu times a
              softmax over the users of each item to the loss.
cosine        A gate that weighs the channels by log degrees; the idea adds the cosines of
              the candidate to the history (the highest, the mean of the three highest).
recent        The log of 1 + the count of an item in a window of time, beside the ridge. The
              last item of each user is held out; times are in DIR/NAME/ratings.tsv.gz.
pulled        The ridge pulled to content, B = kappa C + the ridge on what kappa C leaves, where C
              has the 20 nearest items of each by cosines of tf-idf of their features, sum 1;
              compared with the sum of ridge and content. Features are in DIR/NAME/items.tsv.gz.
dims          `regatta train --channels vectors --dim N` against 128, at the temperature that
              128 chooses.
"""
import argparse
import csv
import gzip
import json
import os
import subprocess
import sys
import tempfile

import numpy as np
from scipy import optimize, sparse
from scipy.sparse.linalg import svds

from baselines import matrix, read
from prototypes import (K, SEED, WEIGHTS, Ridges, Spectrum, Split, Vectors, residual_ridge,
                        ridge_strength, slices)
from splits import find, folder_of

SHAPES = {"a": [0.0, 0.25, 0.5], "lam": [2, 4, 8, 16, 32], "theta": [0.25, 0.5],
          "c": [0, 0.1, 0.2]}
SHAPE = {"a": 0.25, "lam": 4, "theta": 0.5, "c": 0}
FOLDS = 4


class Channels:
    """What the ideas are compared with on a slice, computed when it is asked for. `folder`
    has the files of the split (the first slice) or is None."""

    def __init__(self, split, folder, args):
        self.split, self.folder, self.args = split, folder, args
        self.ridges, self.known = Ridges(split), {}

    def once(self, name, make):
        if name not in self.known:
            self.known[name] = make()
        return self.known[name]

    def ridge(self):
        return self.once("ridge", lambda: self.split.searched(SHAPES, SHAPE, self.ridges))

    def shape(self):
        """The shape that one half chooses, for ideas that need one for all users."""
        return self.ridge()[2][0]

    def spectrum(self):
        return self.once("spectrum", lambda: Spectrum(self.split, None))

    def spectral(self):
        grid = {"k": [8, 16, 32, 64, 128, 256], "power": [0, 0.5, 1, 2],
                "after": [0.0, 0.125, 0.25, 0.375, 0.5]}
        return self.once("spectral", lambda: self.split.searched(
            grid, {"k": 128, "power": 1, "after": 0.25}, self.spectrum().spectral))

    def vectors(self):
        return self.once("vectors", lambda: Vectors(self.split).searched([0]))


class Row:
    """ndcg of each user without and with an idea."""

    def __init__(self, split, idea, against, before, after, chosen):
        self.idea, self.against, self.users = idea, against, split.users
        self.before, self.after, self.chosen = before, after, chosen


def printed(data, rows):
    """A line of the table for the rows of all slices."""
    before, after, users = (np.concatenate([getattr(r, name) for r in rows])
                            for name in ("before", "after", "users"))
    gain = after - before
    error = np.sqrt((np.bincount(users, gain - gain.mean()) ** 2).sum()) / len(gain)
    print(f"| {rows[0].idea} | {rows[0].against} | {data} | {len(rows)} | {len(gain)} | "
          f"{before.mean():.4f} | {after.mean():.4f} | {gain.mean() / before.mean():+.1%} | "
          f"{gain.mean() / error if error else 0:+.1f} |", flush=True)


def chebyshev(channels):
    split = channels.split
    ridge, ridge_ndcg, shape = channels.ridge()
    spectral, spectral_ndcg, chosen = channels.spectral()
    grid = {"phi": [1, 1.5, 3, 10], "eta": [32, 64, 128, 256, 512],
            "alpha": [0, 0.1, 0.2, 0.4, 0.8], "beta": [0.2, 0.3, 0.4, 0.5]}
    cheby, cheby_ndcg, point = split.searched(
        grid, {"phi": 1.5, "eta": 256, "alpha": 0.2, "beta": 0.4}, channels.spectrum().cheby)
    yield Row(split, "Chebyshev filter alone", "spectral filter alone", spectral_ndcg,
              cheby_ndcg, [chosen, point])
    yield Row(split, "Chebyshev filter alone", "ridge alone", ridge_ndcg, cheby_ndcg,
              [shape, point])
    ridge, spectral, cheby = (split.scaled(s) for s in (ridge, spectral, cheby))
    _, both, weights = split.blended(ridge, spectral)
    _, with_cheby, others = split.blended(ridge, cheby)
    yield Row(split, "ridge + spectral filter", "ridge alone", ridge_ndcg, both, weights)
    yield Row(split, "ridge + Chebyshev filter", "ridge + spectral filter", both, with_cheby,
              others)
    _, three, all_weights = split.blended(ridge, spectral, cheby)
    yield Row(split, "ridge + spectral + Chebyshev filter", "ridge + spectral filter", both,
              three, all_weights)


def clustered(unit, n_clusters, rounds=20):
    """Cluster of each row of `unit`, by spherical k-means."""
    random = np.random.default_rng(SEED)
    centre = unit[random.choice(len(unit), n_clusters, replace=False)]
    for _ in range(rounds):
        cluster = (unit @ centre.T).argmax(1)
        for n in range(n_clusters):
            total = unit[cluster == n].sum(0)
            centre[n] = total / max(np.linalg.norm(total), 1e-12)
    return cluster


def clusters(channels):
    split, train = channels.split, channels.split.train
    _, ridge_ndcg, shapes = channels.ridge()
    shape = channels.shape()
    weight = channels.ridges.weight(shape["a"])
    strength = ridge_strength(train, weight, shape["lam"], shape["theta"])
    whole = channels.ridges.all_users(shape["a"], shape["lam"], shape["theta"])
    residual = channels.ridges.dense - whole
    rows = sparse.diags(split.user_degree ** -0.5) @ train @ sparse.diags(split.degree ** -0.5)
    user = rows @ channels.spectrum().item[:, :32]
    user /= np.maximum(np.linalg.norm(user, axis=1, keepdims=True), 1e-12)
    member, known = {k: clustered(user, k) for k in (4, 8)}, {}

    def own(k, rho):
        if (k, rho) not in known:
            out = np.zeros_like(whole)
            for n in range(k):
                of = np.flatnonzero(member[k] == n)
                if len(of) > 1:
                    out[of] = residual_ridge(train[of], weight[of], rho * strength,
                                             residual[of], np.arange(len(of)))
            known[k, rho] = out[split.users]
        return known[k, rho]

    grid = {"rho": [0.25, 1, 4], "mu": [0, 0.25, 0.5, 1]}
    factor = split.degree ** np.float32(-shape["c"])
    base = split.ndcg(whole[split.users] * factor)
    for k in (4, 8):
        _, ndcg, point = split.searched(
            grid, {"rho": 1, "mu": 0.5},
            lambda rho, mu: (whole[split.users] + mu * own(k, rho)) * factor)
        yield Row(split, f"ridges of {k} clusters of users", "ridge alone", base, ndcg,
                  [shape, point])


def cross_fitted(split, k, power):
    """Scores of the first k singular vectors for all users, without the item itself: from
    all users, and from the users of the other folds."""
    train = split.train
    fold = np.random.default_rng(SEED).integers(0, FOLDS, train.shape[0])
    out = []
    for n_folds in (1, FOLDS):
        scores = np.empty(train.shape, np.float32)
        for n in range(n_folds):
            asked = np.flatnonzero(fold % n_folds == n)
            fitted = asked if n_folds == 1 else np.flatnonzero(fold % n_folds != n)
            part = train[fitted]
            degree = np.maximum(np.asarray(part.sum(0), np.float32).ravel(), 1)
            rows = sparse.diags(split.user_degree[fitted] ** -0.5) @ part @ sparse.diags(
                degree ** -0.5)
            _, value, item = svds(rows, k, random_state=SEED)
            history = train[asked] @ sparse.diags(degree ** -0.5)
            itself = (item ** 2 * value[:, None] ** power).sum(0)
            scores[asked] = (history @ item.T * value ** power) @ item
            scores[asked] -= (history @ sparse.diags(itself)).toarray()
            scores[asked] *= degree ** 0.25
        out.append(scores)
    return out


def residual(channels):
    split, dense = channels.split, channels.ridges.dense
    ridge, _, _ = channels.ridge()
    shape = channels.shape()
    weight = channels.ridges.weight(shape["a"])
    strength = ridge_strength(split.train, weight, shape["lam"], shape["theta"])
    factor = split.degree ** np.float32(-shape["c"])
    in_sample, crossed = cross_fitted(split, 64, 1)
    spectral = split.scaled(in_sample[split.users])
    _, both, weights = split.blended(split.scaled(ridge), spectral)
    for name, scores in (("in-sample", in_sample), ("cross-fitted", crossed)):
        scale = (scores * dense).sum() / (scores ** 2).sum()
        known = {}

        def fitted(kappa):
            if kappa not in known:
                known[kappa] = residual_ridge(
                    split.train, weight, strength, dense - kappa * scale * scores,
                    split.users) * factor
            return known[kappa]

        grid = {"kappa": [0.25, 0.5, 1], "weight": WEIGHTS}
        _, ndcg, point = split.searched(
            grid, {"kappa": 0.5, "weight": 0.3},
            lambda kappa, weight: split.scaled(fitted(kappa)) + weight * spectral)
        yield Row(split, f"ridge on the spectral filter's residual, {name}, + spectral filter",
                  "ridge + spectral filter", both, ndcg, [weights, point])


def nearest_by_features(folder, n_nearest=20):
    """C (items x items, column j: the nearest items of j) of the split in `folder`."""
    items = {x: n for n, x in enumerate(dict.fromkeys(i for _, i in read(find(folder, "train"))))}
    features, rows = {}, []
    with gzip.open(os.path.join(folder, "..", "items.tsv.gz"), "rt") as f:
        for line in f:
            item, feature = line.rstrip("\n").split("\t")[:2]
            if item in items:
                rows.append((items[item], features.setdefault(feature, len(features))))
    row, column = np.array(rows).T
    has = matrix(row, column, (len(items), len(features)))
    share = np.log(len(items) / np.asarray(has.sum(0)).ravel())
    unit = has @ sparse.diags(share)
    unit = sparse.diags(1 / np.maximum(sparse.linalg.norm(unit, axis=1), 1e-9)) @ unit
    near = np.asarray((unit @ unit.T).todense(), np.float32)
    np.fill_diagonal(near, 0)
    near[near < -np.partition(-near, n_nearest - 1, axis=0)[n_nearest - 1]] = 0
    return near / np.maximum(near.sum(0), 1e-9)


def pulled(channels):
    folder = channels.folder
    if folder is None or not os.path.exists(os.path.join(folder, "..", "items.tsv.gz")):
        return
    split, dense = channels.split, channels.ridges.dense
    ridge, alone, shape = channels.ridge()
    content = split.train @ nearest_by_features(folder)
    near = split.scaled(content[split.users])
    _, both, weights = split.blended(split.scaled(ridge), near)
    yield Row(split, "ridge + content (in the engine)", "ridge alone", alone, both,
              [shape, weights])
    shape = channels.shape()
    weight = channels.ridges.weight(shape["a"])
    factor = split.degree ** np.float32(-shape["c"])
    known = {}

    def scores_of(kappa, lam):
        if (kappa, lam) not in known:
            strength = ridge_strength(split.train, weight, lam, shape["theta"])
            known[kappa, lam] = factor * (kappa * content[split.users] + residual_ridge(
                split.train, weight, strength, dense - kappa * content, split.users))
        return known[kappa, lam]

    pulls, lambdas = [0, 0.1, 0.2, 0.4, 0.8, 1.6], [2, 4, 8, 16, 32]
    scores, after, points = split.searched({"kappa": pulls, "lam": lambdas},
                                           {"kappa": 0.2, "lam": shape["lam"]}, scores_of)
    yield Row(split, "ridge pulled to content", "ridge + content", both, after, points)
    _, after, more = split.blended(split.scaled(scores), near)
    yield Row(split, "ridge pulled to content, + content", "ridge + content", both, after,
              [points, more])


def item_softmax(channels):
    split, (ridge, _, _) = channels.split, channels.ridge()
    _, before, chosen = channels.vectors()
    vectors = Vectors(split)
    scores, after, point = vectors.searched([0.3])
    yield Row(split, "vectors with item-side softmax", "vectors alone", before, after,
              [chosen, point])
    ridge = split.scaled(ridge)
    _, both, weights = split.blended(ridge, split.scaled(channels.vectors()[0]))
    _, with_both, others = split.blended(ridge, split.scaled(scores))
    yield Row(split, "ridge + vectors with item-side softmax", "ridge + vectors", both,
              with_both, [weights, others])


def cosines(split, item, pair):
    """The highest cosine of each candidate to the user's history, and the mean of the three
    highest."""
    out = np.empty((len(pair[0]), 2))
    begin = np.searchsorted(pair[0], np.arange(len(split.users) + 1))
    for row in range(len(split.users)):
        of = slice(begin[row], begin[row + 1])
        seen = item[split.history.indices[split.history.indptr[row]:
                                          split.history.indptr[row + 1]]]
        near = -np.sort(-(item[pair[1][of]] @ seen.T), axis=1)
        out[of] = np.stack([near[:, 0], near[:, :3].mean(1)], 1)
    return out


def gated(split, scores, inputs, pair, penalty):
    """ndcg with the gate sum_a s_a (w_a + W_a . inputs) + v . inputs, learned by softmax cross
    entropy over candidates on the other half of the users."""
    row, item = pair
    inputs = (inputs - inputs.mean(0)) / inputs.std(0)
    features = np.concatenate([scores, inputs] + [scores * inputs[:, [n]]
                                                  for n in range(inputs.shape[1])], 1)
    features = features / features.std(0)
    label = split.hit[row, item].astype(float)
    out = np.empty(len(split.users))
    for half in (0, 1):
        positives = np.bincount(row, label, len(split.users))
        use = (split.half[row] != half) & (positives[row] > 0)
        x, users = features[use], row[use]
        begin = np.flatnonzero(np.r_[True, users[1:] != users[:-1]])
        count = np.diff(np.r_[begin, len(users)])
        target = label[use] / positives[users]

        def loss(w):
            z = x @ w
            z -= np.repeat(np.maximum.reduceat(z, begin), count)
            total = np.repeat(np.add.reduceat(np.exp(z), begin), count)
            value = (target * (np.log(total) - z)).sum() / len(begin)
            slope = x.T @ (np.exp(z) / total - target) / len(begin)
            return value + penalty / 2 * (w @ w), slope + penalty * w

        w = optimize.minimize(loss, np.zeros(x.shape[1]), jac=True, method="L-BFGS-B",
                              options={"maxiter": 80}).x
        dense = np.full(split.hit.shape, -1e9, np.float32)
        dense[row, item] = features @ w
        out[split.half == half] = split.ndcg(dense)[split.half == half]
    return out


def cosine(channels):
    split = channels.split
    vectors, _, points = channels.vectors()
    three = [split.scaled(s) for s in (channels.ridge()[0], vectors, channels.spectral()[0])]
    _, blend, weights = split.blended(*three)
    picked = np.zeros(split.hit.shape, bool)
    for scores in three:
        picked[np.arange(len(picked))[:, None], split.top(scores, 50)] = True
    pair = np.nonzero(picked)
    scores = np.clip(np.stack([s[pair] for s in three], 1), -2, 4)
    user, item = (np.log(d) for d in (split.user_degree[split.users], split.degree))
    plain = np.stack([user[pair[0]], item[pair[1]]], 1)
    unit = Vectors(split).at(**points[0])[1]
    richer = np.concatenate([plain, cosines(split, unit, pair)], 1)
    penalty = 0.01
    before = gated(split, scores, plain, pair, penalty)
    after = gated(split, scores, richer, pair, penalty)
    yield Row(split, "gate by degrees", "ridge + vectors + spectral filter", blend, before,
              [weights, penalty])
    yield Row(split, "gate by degrees and cosines to the history", "gate by degrees", before,
              after, penalty)


def write_pairs(path, rows):
    with open(path, "w") as f:
        f.writelines(f"u{u}\ti{i}\n" for u, i in zip(*rows.nonzero()))


def dims(channels):
    """With the temperature that dimension 128 chooses."""
    split, args = channels.split, channels.args
    with tempfile.TemporaryDirectory() as folder:
        train, valid = (os.path.join(folder, name) for name in ("train.tsv", "valid.tsv"))
        write_pairs(train, split.train)
        held = np.zeros(split.train.shape, bool)
        held[split.users] = split.hit
        write_pairs(valid, held)

        def measured(dim, *more):
            model, users = (os.path.join(folder, name) for name in ("model", "users"))
            report = json.loads(subprocess.run(
                [args.regatta, "train", train, "-o", model, "--channels", "vectors", "--dim",
                 str(dim), "--json", "-q", "-t", str(args.threads), *more],
                check=True, stdout=subprocess.PIPE).stdout)
            subprocess.run([args.regatta, "evaluate", model, valid, "-k", str(K), "-q", "-t",
                            str(args.threads), "--per-user", users], check=True,
                           stdout=subprocess.DEVNULL)
            with open(users) as f:
                rows = list(csv.DictReader(f, delimiter="\t"))
            value = {r["user"]: float(r[f"ndcg@{K}"]) for r in rows}
            return report, np.array([value[f"u{u}"] for u in split.users])

        report, before = measured(128)
        tau = report["model"]["made_by"]["options"]["temperature"]
        for dim in (32, 64, 256):
            _, after = measured(dim, "--temperature", str(tau))
            yield Row(split, f"vectors of dimension {dim}", "vectors of dimension 128",
                      before, after, {"temperature": tau})


def ratings_of(folder):
    return os.path.join(folder, "..", "ratings.tsv.gz")


def timed_split(folder):
    """The split that holds out each user's last item, with the times of the training
    interactions (item, time) and of the holdout; only pairs of the train file are read."""
    known = set(read(find(folder, "train")))
    with gzip.open(ratings_of(folder), "rt") as f:
        rows = [r for r in csv.DictReader(f, delimiter="\t")
                if (r["user"], r["item"]) in known]
    time = {(r["user"], r["item"]): int(r["timestamp"]) for r in rows}
    users = {u: n for n, u in enumerate(dict.fromkeys(u for u, _ in time))}
    items = {i: n for n, i in enumerate(dict.fromkeys(i for _, i in time))}
    event = np.array([(users[u], items[i], t) for (u, i), t in time.items()])
    event = event[np.lexsort((event[:, 2], event[:, 0]))]
    last = np.append(event[1:, 0] != event[:-1, 0], True)
    alone = np.append(True, last[:-1]) & last
    held, kept = event[last & ~alone], event[~last | alone]
    shape = len(users), len(items)
    return (Split(*(matrix(e[:, 0], e[:, 1], shape) for e in (kept, held))),
            kept[np.argsort(kept[:, 2], kind="stable")][:, 1:], held[:, 2])


def recent(channels):
    """Log of 1 + the count of an item in a window: the last one of the data, or the one before
    the time of the held-out interaction."""
    if not channels.folder or not os.path.exists(ratings_of(channels.folder)):
        return
    split, events, asked = timed_split(channels.folder)
    ridge, before, shape = split.searched(SHAPES, SHAPE, Ridges(split))
    ridge = split.scaled(ridge)
    day, n_items = 86400, split.train.shape[1]

    def window(ends, days):
        begin, end = (np.searchsorted(events[:, 1], t) for t in (ends - days * day, ends))
        return split.scaled(np.log1p(np.stack(
            [np.bincount(events[b:e, 0], minlength=n_items) for b, e in zip(begin, end)]
        ).astype(np.float32)))

    for name, ends in (("the last window", np.full(len(asked), events[-1, 1] + 1)),
                       ("the window before the request", asked)):
        known = {}

        def with_term(days, weight):
            if days not in known:
                known[days] = window(ends, days)
            return ridge + weight * known[days]

        _, after, point = split.searched(
            {"days": [30, 90, 365, 10000], "weight": [0, 0.05] + WEIGHTS[1:]},
            {"days": 90, "weight": 0.1}, with_term)
        yield Row(split, f"ridge + popularity in {name}", "ridge alone", before, after,
                  [shape, point])


IDEAS = {f.__name__: f for f in (chebyshev, clusters, dims, residual, pulled, cosine, recent,
                                 item_softmax)}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", required=True, help="folder of data sets")
    parser.add_argument("--only", default="lastfm,lastfm-tags/random,amazon-hin/random")
    parser.add_argument("--ideas", default=",".join(IDEAS))
    parser.add_argument("--slices", type=int, default=1)
    parser.add_argument("--regatta", default="build/release/bin/regatta")
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    print("| idea | compared with | data | slices | users | before | after | gain | in "
          "standard errors |\n|---|---|---|---|---|---|---|---|---|")
    for name in args.only.split(","):
        folder = folder_of(args.data, name)
        slices_of = [Channels(split, folder if n == 0 else None, args) for n, split in
                     enumerate(slices(find(folder, "train"), args.slices))]
        for idea in args.ideas.split(","):
            rows = {}
            for channels in slices_of:
                for row in IDEAS[idea](channels):
                    rows.setdefault((row.idea, row.against), []).append(row)
                    print(f"{name}: {row.idea}: {json.dumps(row.chosen)}", file=sys.stderr)
            for same in rows.values():
                printed(name, same)


if __name__ == "__main__":
    main()
