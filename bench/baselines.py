#!/usr/bin/env python3
"""Measures a baseline on a split, in the protocol of `regatta evaluate`.

    bench/baselines.py popularity|knn|ease|als-64|als-256 TRAIN TEST [-k 20] [--library FILE]

TRAIN and TEST are LightGCN text (.txt, `user item item ...`) or tab-separated rows (.tsv),
gzipped or not. Parameters are chosen on a validation slice: a random 10 % of the training
interactions. The search starts from one point of a grid and goes to the best neighbour as
long as that is better. Then the baseline is fitted on all of TRAIN and measured on TEST,
which no choice reads. One JSON object is printed. Needs numpy and scipy (Debian:
python3-numpy, python3-scipy).

popularity  Every user gets the items with the most users.
knn         Cosine of the users' rows of two items: shared / (sqrt(users users') + shrink).
            An item keeps its `neighbours` highest cosines; a score is the sum over the
            history.
ease        Steck, "Embarrassingly Shallow Autoencoders for Sparse Data", WWW 2019: item
            weights with a zero diagonal by ridge regression of strength `l2`.
als-F       Hu et al., "Collaborative Filtering for Implicit Feedback Datasets", ICDM 2008,
            with F factors and three steps of conjugate gradients for each row, as in the
            package implicit: an interaction has confidence `alpha`, everything else 1,
            and factors have regularisation `l2`. The steps are in bench_als.so (als.c),
            which is built with the other programs of bench/.
"""
import argparse
import ctypes
import gzip
import json
import sys

import numpy as np
from scipy import sparse
from scipy.linalg import lapack

BLOCK = 512              # users that are ranked at once
VALID_SHARE = 0.1        # of the training interactions
VALID_USERS = 5000       # at most, drawn at random
SEED = 1
DOUBLE_BELOW = 8000      # rows of a matrix that ease inverts in double precision
EASE_CHOICE = 15000      # rows of the largest matrix that is inverted for choosing l2
ALS_CHECK, ALS_MOST = 5, 30  # iterations between two validations, and in all
ALS_STEPS = 3            # of conjugate gradients


def read(path):
    """Distinct (user, item) pairs of a file, in the order of the file."""
    opener = gzip.open if path.endswith(".gz") else open
    pairs = {}
    with opener(path, "rt") as lines:
        for line in lines:
            if path.removesuffix(".gz").endswith(".txt"):
                user, *items = line.split() or [""]
            else:
                user, *items = line.rstrip("\n").split("\t")[:2]
            pairs.update(((user, item), None) for item in items)
    return list(pairs)


def matrix(rows, columns, shape):
    return sparse.csr_matrix((np.ones(len(rows), np.float32), (rows, columns)), shape)


class Target:
    """What a ranking is measured against: `hits` has the test items that a list of the user
    can have, `lost` the number of those that none can have, `n_lost_users` the test users
    without training items."""

    def __init__(self, hits, lost, n_lost_users):
        self.hits, self.lost, self.n_lost_users = hits, lost, n_lost_users


def load(train_path, test_path):
    """The training matrix, and the target of the test part."""
    train, test = read(train_path), read(test_path)
    users = {u: n for n, u in enumerate(dict.fromkeys(u for u, _ in train))}
    items = {i: n for n, i in enumerate(dict.fromkeys(i for _, i in train))}
    shape = len(users), len(items)
    known = set(train)
    hits = [(users[u], items[i]) for u, i in test
            if u in users and i in items and (u, i) not in known]
    lost = np.zeros(len(users), np.int64)
    for u, i in test:
        if u in users and (i not in items or (u, i) in known):
            lost[users[u]] += 1
    n_lost_users = len({u for u, _ in test if u not in users})
    train = matrix([users[u] for u, _ in train], [items[i] for _, i in train], shape)
    return train, Target(matrix(*np.array(hits, np.int64).reshape(-1, 2).T, shape), lost,
                         n_lost_users)


def hold_out(train):
    """A part of the training matrix to fit on, and the target that validates."""
    random = np.random.default_rng(SEED)
    held = random.random(train.nnz) < VALID_SHARE
    rows = np.repeat(np.arange(train.shape[0]), np.diff(train.indptr))
    part, valid = (matrix(rows[which], train.indices[which], train.shape)
                   for which in (~held, held))
    measured = np.flatnonzero((np.diff(valid.indptr) > 0) & (np.diff(part.indptr) > 0))
    if len(measured) > VALID_USERS:
        measured = random.choice(measured, VALID_USERS, replace=False)
    keep = np.zeros(train.shape[0], np.float32)
    keep[measured] = 1
    valid = sparse.csr_matrix(sparse.diags(keep) @ valid)
    valid.eliminate_zeros()
    return part, Target(valid, np.zeros(train.shape[0], np.int64), 0)


def ranked(score, train, users, k):
    """The k best items of users, without their training items, best first."""
    scores = score(users)
    seen = train[users]
    scores[np.repeat(np.arange(len(users)), np.diff(seen.indptr)), seen.indices] = -np.inf
    k = min(k, scores.shape[1])
    top = np.sort(np.argpartition(-scores, k - 1, axis=1)[:, :k], axis=1)
    value = np.take_along_axis(scores, top, 1)
    order = np.argsort(-value, axis=1, kind="stable")
    return np.take_along_axis(top, order, 1), np.take_along_axis(value, order, 1)


def evaluate(score, train, target, k):
    """Means of recall@k and ndcg@k over the test users: with the test items that no list
    can have as misses, and without those (docs/metrics.md: miss, skip)."""
    discount = 1 / np.log2(np.arange(2, k + 2))
    ideal = np.concatenate([[0], np.cumsum(discount)])
    n_hits = np.diff(target.hits.indptr)
    sums = {"miss": np.zeros(2), "skip": np.zeros(2)}
    users = np.flatnonzero(n_hits)
    for begin in range(0, len(users), BLOCK):
        block = users[begin:begin + BLOCK]
        top, value = ranked(score, train, block, k)
        hit = np.take_along_axis(target.hits[block].toarray(), top, 1) * np.isfinite(value)
        dcg = hit @ discount[:hit.shape[1]]
        for name, n in (("skip", n_hits[block]),
                        ("miss", n_hits[block] + target.lost[block])):
            sums[name] += [(hit.sum(1) / n).sum(), (dcg / ideal[np.minimum(k, n)]).sum()]
    n_users = {"skip": len(users),
               "miss": np.count_nonzero(n_hits + target.lost) + target.n_lost_users}
    return {name: [float(x) for x in sums[name] / max(1, n_users[name])] for name in sums}


class Baseline:
    """Has a `grid` of parameters, a `start` in it, and fit(train, **parameters), which returns
    the scores: a function from users to a dense row for each."""

    grid, start = {}, {}

    def sample(self, train):
        """The interactions on which the parameters are chosen."""
        return train

    def measure(self, part, point, quality):
        """The quality at a point of the grid, and all parameters there."""
        return quality(self.fit(part, **point)), point


class Popularity(Baseline):
    def fit(self, train):
        count = np.asarray(train.sum(0), np.float32)
        return lambda users: np.repeat(count, len(users), axis=0)


def nearest(train, shrink, most):
    """For each item the `most` highest cosines: their items and values, highest first."""
    n_items = train.shape[1]
    most = min(most, n_items)
    root = np.sqrt(np.asarray(train.sum(0), np.float32)).ravel()
    by_item = sparse.csr_matrix(train.T)
    item, value = np.zeros((2, n_items, most), np.float32)
    item = item.astype(np.int32)
    for begin in range(0, n_items, BLOCK):
        block = np.arange(begin, min(begin + BLOCK, n_items))
        shared = (by_item[block] @ train).toarray()
        cosine = shared / (root[block, None] * root[None, :] + shrink + 1e-12)
        cosine[np.arange(len(block)), block] = 0
        top = np.argpartition(-cosine, most - 1, axis=1)[:, :most]
        best = np.take_along_axis(cosine, top, 1)
        order = np.argsort(-best, axis=1, kind="stable")
        item[block] = np.take_along_axis(top, order, 1)
        value[block] = np.take_along_axis(best, order, 1)
    return item, value


class Knn(Baseline):
    grid = {"neighbours": [5, 10, 20, 50, 100, 200, 500, 1000, 2000],
            "shrink": [0, 1, 2, 5, 10, 20, 50, 100]}
    start = {"neighbours": 100, "shrink": 5}

    def __init__(self):
        self.key, self.lists = None, None  # the last matrix and shrink, for other lengths

    def fit(self, train, neighbours, shrink):
        n_items = train.shape[1]
        if self.key != (id(train), shrink):
            self.key = id(train), shrink
            self.lists = nearest(train, shrink, max(self.grid["neighbours"]))
        item, value = (array[:, :neighbours] for array in self.lists)
        rows = np.repeat(np.arange(n_items), item.shape[1])
        weight = sparse.csr_matrix((value.ravel(), (item.ravel(), rows)), (n_items, n_items))
        weight.eliminate_zeros()
        return lambda users: (train[users] @ weight).toarray()


def inverse(gram, l2):
    """The inverse of a dense `gram` + l2, in the memory of gram."""
    gram[np.diag_indices_from(gram)] += l2
    double = gram.dtype == np.float64
    factor, invert = ((lapack.dpotrf, lapack.dpotri) if double
                      else (lapack.spotrf, lapack.spotri))
    for step, options in ((factor, {"overwrite_a": 1, "clean": 0}),
                          (invert, {"overwrite_c": 1})):
        gram, info = step(gram, lower=1, **options)
        if info:
            raise ValueError(f"ease: the matrix is singular at l2 {l2}")
    for begin in range(0, len(gram), BLOCK):  # the upper part from the lower one
        end = begin + BLOCK
        gram[:end, begin:end] = np.concatenate([gram[begin:end, :begin].T, np.tril(
            gram[begin:end, begin:end]) + np.tril(gram[begin:end, begin:end], -1).T])
    return gram


def dense_gram(rows):
    """rows rows' as a dense matrix in the order that LAPACK overwrites."""
    n = rows.shape[0]
    gram = np.empty((n, n), np.float64 if n < DOUBLE_BELOW else np.float32, order="F")
    turned = sparse.csr_matrix(rows.T)
    for begin in range(0, n, BLOCK):
        gram[:, begin:begin + BLOCK] = (rows[begin:begin + BLOCK] @ turned).toarray().T
    return gram


class Ease(Baseline):
    """With P = (X'X + l2)^-1 the scores are X - X P / diag(P). Where there are fewer users
    than items, X P = Q X and diag(P) = (1 - diag(X' Q X)) / l2 with Q = (X X' + l2)^-1,
    which is the smaller matrix and the same result."""

    grid = {"l2": [0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000]}
    start = {"l2": 200}

    def sample(self, train):
        """All, or where the inverse would be large a random part of the users."""
        if min(train.shape) <= EASE_CHOICE:
            return train
        users = np.random.default_rng(SEED).choice(train.shape[0], EASE_CHOICE, replace=False)
        return train[np.sort(users)]

    def fit(self, train, l2):
        by_user = train.shape[0] < train.shape[1]
        return self.fit_by_user(train, l2) if by_user else self.fit_by_item(train, l2)

    @staticmethod
    def fit_by_item(train, l2):
        p = inverse(dense_gram(sparse.csr_matrix(train.T)), l2)
        diagonal = p.diagonal().copy()
        return lambda users: (train[users].toarray() -
                              (train[users] @ p.T) / diagonal).astype(np.float32)

    @staticmethod
    def fit_by_user(train, l2):
        n_users, n_items = train.shape
        q = inverse(dense_gram(train), l2)
        by_item = sparse.csr_matrix(train.T).astype(q.dtype)

        def product(users):  # rows of Q X
            return (by_item @ q[:, users]).T

        diagonal = np.ones(n_items)
        for begin in range(0, n_users, BLOCK):
            users = np.arange(begin, min(begin + BLOCK, n_users))
            diagonal -= np.asarray(train[users].multiply(product(users)).sum(0)).ravel()
        diagonal /= l2
        return lambda users: (train[users].toarray() -
                              product(users) / diagonal).astype(np.float32)


class Als(Baseline):
    # The best l2 grows with alpha, so the axis is their ratio.
    grid = {"alpha": [1, 2, 4, 8, 16, 32, 64],
            "ratio": [0.03, 0.06, 0.12, 0.25, 0.5, 1, 2, 4, 8, 16, 32, 64]}
    start = {"alpha": 8, "ratio": 4}

    def __init__(self, factors, library):
        self.factors, self.rows = factors, ctypes.CDLL(library).bench_als_rows

    def half(self, x, y, data, alpha, l2):
        """Steps of conjugate gradients on the rows of x, for fixed y (als.c)."""
        def pointer(array):
            return array.ctypes.data_as(ctypes.c_void_p)

        gram = y.T @ y + np.float32(l2) * np.eye(y.shape[1], dtype=np.float32)
        scratch = np.empty(3 * y.shape[1], np.float32)
        self.rows(*map(pointer, (x, y, gram, data.indptr, data.indices)),
                  ctypes.c_int32(len(x)), ctypes.c_int32(y.shape[1]),
                  ctypes.c_int32(ALS_STEPS), ctypes.c_float(alpha), pointer(scratch))

    def states(self, train, alpha, l2, iterations):
        """Yields (iterations so far, scores) every ALS_CHECK iterations and at the end."""
        random = np.random.default_rng(SEED)
        x, y = (random.random((n, self.factors), dtype=np.float32) * np.float32(0.01)
                for n in train.shape)
        by_item = sparse.csr_matrix(train.T)
        for iteration in range(1, iterations + 1):
            self.half(x, y, train, alpha, l2)
            self.half(y, x, by_item, alpha, l2)
            if iteration % ALS_CHECK == 0 or iteration == iterations:
                yield iteration, lambda users: x[users] @ y.T

    def fit(self, train, alpha, l2, iterations):
        *_, (_, score) = self.states(train, alpha, l2, iterations)
        return score

    def measure(self, part, point, quality):
        """Chooses the iterations too, and ends where the quality falls."""
        chosen = {"alpha": point["alpha"], "l2": point["alpha"] * point["ratio"]}
        best, at = -1.0, 0
        for iteration, score in self.states(part, iterations=ALS_MOST, **chosen):
            reached = quality(score)
            if reached <= best:
                break
            best, at = reached, iteration
        return best, {**chosen, "iterations": at}


def climb(grid, start, value):
    """The best point of a grid that steps of two places, then of one, reach from `start`."""
    best = tuple(start[name] for name in grid)
    for stride in (2, 1):
        moved = True
        while moved:
            moved = False
            for axis, places in enumerate(grid.values()):
                for by in (-stride, stride):
                    place = places.index(best[axis]) + by
                    if not 0 <= place < len(places):
                        continue
                    point = best[:axis] + (places[place],) + best[axis + 1:]
                    if value(point) > value(best):
                        best, moved = point, True
    return best


def choose(baseline, train, k):
    """The parameters of a baseline, its validation ndcg, and what was tried with its ndcg."""
    part, valid = hold_out(baseline.sample(train))
    tried = {}

    def value(point):
        if point not in tried:
            tried[point] = baseline.measure(
                part, dict(zip(baseline.grid, point)),
                lambda score: evaluate(score, part, valid, k)["miss"][1])
            print(f"  {tried[point][1]} {tried[point][0]:.5f}", file=sys.stderr, flush=True)
        return tried[point][0]

    best = climb(baseline.grid, baseline.start, value)
    value(best)
    return tried[best][1], tried[best][0], [[p, v] for v, p in tried.values()]


def make(name, library):
    kind, _, factors = name.partition("-")
    if kind == "als":
        return Als(int(factors), library)
    return {"popularity": Popularity, "knn": Knn, "ease": Ease}[kind]()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("name", choices=["popularity", "knn", "ease", "als-64", "als-256"])
    parser.add_argument("train")
    parser.add_argument("test")
    parser.add_argument("-k", type=int, default=20)
    parser.add_argument("--library", default="build/release/bench/bench_als.so")
    args = parser.parse_args()
    baseline = make(args.name, args.library)
    train, target = load(args.train, args.test)
    point, reached, tried = choose(baseline, train, args.k)
    figures = evaluate(baseline.fit(train, **point), train, target, args.k)
    print(json.dumps({"name": args.name, "chosen": point, "validation": reached,
                      "tried": tried,
                      **{treatment: {f"recall@{args.k}": recall, f"ndcg@{args.k}": ndcg}
                         for treatment, (recall, ndcg) in figures.items()}}))


if __name__ == "__main__":
    main()
