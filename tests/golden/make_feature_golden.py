#!/usr/bin/python3
"""Writes tests/golden/feature_input.txt: outputs and gradients of layers without attention
over an input layer with features and cold nodes, by dense matrices of numpy in float64.

    /usr/bin/python3 tests/golden/make_feature_golden.py

The network is linear in its input: y = C X_0, X_0 = K E + F W, with K zero for cold nodes, so
the gradients are products with the transposes. The format is that of make_golden.py."""
import os
import numpy as np

USERS, ITEMS, DIM, LAYERS = 5, 6, 6, 2
COLUMNS = (3, 4)
EDGES = [(0, 0, 1.0), (0, 1, 2.0), (0, 2, 0.5), (0, 4, 1.5), (1, 1, 1.0), (1, 3, 3.0),
         (2, 0, 1.0), (2, 4, 2.5), (3, 1, 1.0), (3, 2, 1.0), (3, 3, 0.25)]
COLD = [4, USERS + 1, USERS + 3, USERS + 5]  # user 4 and item 5 have no edges
COMBINES = {"mean": (0, 1 / 2, 1 / 2), "all": (1 / 3, 1 / 3, 1 / 3), "last": (0, 0, 1)}


def propagation():
    """The normalised adjacency of all edges, without those of cold nodes."""
    n = USERS + ITEMS
    weight = np.zeros((n, n))
    for u, i, w in EDGES:
        weight[u, USERS + i] = weight[USERS + i, u] = w
    degree = weight.sum(1)
    scale = np.where(degree > 0, 1 / np.sqrt(np.maximum(degree, 1e-300)), 0)
    a = scale[:, None] * weight * scale[None, :]
    a[COLD, :] = a[:, COLD] = 0
    return a


def read_out(a, combine):
    """C with y = C X_0: the read-out of a cold node is its input."""
    c = sum(c * np.linalg.matrix_power(a, l) for l, c in enumerate(COMBINES[combine]))
    c[COLD, :] = 0
    c[COLD, COLD] = 1
    return c


def write(path, parts):
    with open(path, "w") as f:
        for name, values in parts:
            flat = np.asarray(values, dtype=np.float64).ravel()
            f.write(f"{name} {len(flat)}\n" + "".join(f"{v:.9g}\n" for v in flat))


def main():
    rng = np.random.default_rng(7)

    def draw(*shape):
        return rng.standard_normal(shape).astype(np.float32).astype(np.float64)

    rows = [draw(n, c) * (rng.random((n, c)) < 0.6) for n, c in zip((USERS, ITEMS), COLUMNS)]
    w = [draw(c, DIM) for c in COLUMNS]
    x0, dy, a = draw(USERS + ITEMS, DIM), draw(USERS + ITEMS, DIM), propagation()
    keep = np.ones((USERS + ITEMS, 1))
    keep[COLD] = 0
    x = keep * x0 + np.vstack([rows[0] @ w[0], rows[1] @ w[1]])
    parts = [("shape", [USERS, ITEMS, DIM, 1, LAYERS, 0]),
             ("edges", [v for edge in EDGES for v in edge]), ("item_edges", []),
             ("cold", COLD), ("columns", COLUMNS), ("rows.users", rows[0]),
             ("rows.items", rows[1]), ("x0", x0), ("features.users", w[0]),
             ("features.items", w[1]), ("dy", dy)]
    for combine in COMBINES:
        c = read_out(a, combine)
        dx = c.T @ dy
        parts += [(f"{combine}.y", c @ x), (f"{combine}.d_x0", keep * dx),
                  (f"{combine}.d_features.users", rows[0].T @ dx[:USERS]),
                  (f"{combine}.d_features.items", rows[1].T @ dx[USERS:])]
    folder = os.path.dirname(os.path.abspath(__file__))
    write(os.path.join(folder, "feature_input.txt"), parts)


main()
