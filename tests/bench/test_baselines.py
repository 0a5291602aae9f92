"""bench/baselines.py against values computed by hand and against dense algebra.

    test_baselines.py BENCH_FOLDER BENCH_ALS_LIBRARY; ends with 77 without numpy and scipy
"""
import json
import math
import os
import subprocess
import sys
import tempfile
import unittest

try:
    import numpy as np
    from scipy import sparse
except ImportError as missing:
    print(f"left out: {missing} (Debian: python3-numpy, python3-scipy)")
    sys.exit(77)

BENCH, LIBRARY = sys.argv[1:3]
sys.path.insert(0, BENCH)
import baselines  # noqa: E402


def csr(rows):
    return sparse.csr_matrix(np.array(rows, np.float32))


def random_matrix(users, items, seed):
    return csr(np.random.default_rng(seed).random((users, items)) < 0.3)


def write(folder, name, text):
    path = os.path.join(folder, name)
    with open(path, "w") as f:
        f.write(text)
    return path


class Evaluate(unittest.TestCase):
    # Training: a has p q, b has p, c has p q r, d has s. Users of an item: p 3, q 2, r 1, s 1.
    TRAIN = "a p q\nb p\nc p q r\nd s\n"
    # Popularity ranks for a: r s (a tie: r is first); b: q r s; c: s.
    # a: r is first, the unknown x is a miss: recall 1/2, dcg 1, ideal 1 + 1/log2(3).
    # b: s is third, p is in the history: recall 1/2, dcg 1/log2(4), the same ideal.
    # e is an unknown user: 0. c has nothing but unknown items: 0, and left out by skip.
    TEST = "a r x\nb s p\nc y\ne p\n"

    def test_popularity_by_hand(self):
        with tempfile.TemporaryDirectory() as folder:
            output = subprocess.run(
                [sys.executable, os.path.join(BENCH, "baselines.py"), "popularity",
                 write(folder, "train.txt", self.TRAIN), write(folder, "test.txt", self.TEST)],
                check=True, capture_output=True).stdout
        report = json.loads(output)
        ideal = 1 + 1 / math.log2(3)
        self.assertAlmostEqual(report["miss"]["recall@20"], (1 / 2 + 1 / 2) / 4)
        self.assertAlmostEqual(report["miss"]["ndcg@20"], (1 / ideal + 0.5 / ideal) / 4)
        self.assertAlmostEqual(report["skip"]["recall@20"], (1 + 1) / 2)
        self.assertAlmostEqual(report["skip"]["ndcg@20"], (1 + 0.5) / 2)

    def test_cut_off_and_order(self):
        score = [[0.1, 0.9, 0.5, 0.7]]
        target = baselines.Target(csr([[0, 0, 1, 1]]), np.zeros(1, np.int64), 0)
        train = csr([[0, 1, 0, 0]])  # item 1 is not ranked: 3, 2, 0 are
        for k, recall, dcg, ideal in ((1, 1 / 2, 1, 1),
                                      (2, 1, 1 + 1 / math.log2(3), 1 + 1 / math.log2(3))):
            got = baselines.evaluate(lambda users: np.array(score, np.float32), train, target, k)
            np.testing.assert_allclose(got["miss"], [recall, dcg / ideal])

    def test_tables_are_read_as_lists_are(self):
        with tempfile.TemporaryDirectory() as folder:
            lists = write(folder, "a.txt", "u 1 2\nv 1\n")
            table = write(folder, "a.tsv", "u\t1\nu\t2\t5\nv\t1\nv\t1\n")
            self.assertEqual(baselines.read(lists), baselines.read(table))


class Models(unittest.TestCase):
    def test_knn_by_hand(self):
        train = csr([[1, 1, 0], [1, 0, 1], [1, 1, 0], [0, 1, 0]])
        # users of the items: 3, 3, 1; shared: 0-1 2, 0-2 1, 1-2 0.
        score = baselines.Knn().fit(train, neighbours=2, shrink=1)(np.arange(4))
        near, far = 2 / (3 + 1), 1 / (math.sqrt(3) + 1)
        np.testing.assert_allclose(score, [[near, near, far], [far, near, far],
                                           [near, near, far], [near, 0, 0]], rtol=1e-6)
        # With one neighbour each: item 0 has 1, item 1 has 0, item 2 has 0.
        score = baselines.Knn().fit(train, neighbours=1, shrink=1)(np.arange(4))
        np.testing.assert_allclose(score[1], [0, near, far], rtol=1e-6)

    def test_ease_by_hand(self):
        # Two items: G = [[2, 1], [1, 3]], so that with l2 the weight from item 0 to item 1
        # is 1 / (2 + l2), and from item 1 to item 0 it is 1 / (3 + l2).
        train = csr([[1, 1], [1, 0], [0, 1], [0, 1]])
        weight = np.array([[0, 1 / 6], [1 / 7, 0]])
        for fit in (baselines.Ease.fit_by_item, baselines.Ease.fit_by_user):
            np.testing.assert_allclose(fit(train, 4)(np.arange(4)), train @ weight, atol=1e-6)

    def test_ease_is_the_same_from_both_sides(self):
        train = random_matrix(40, 70, 1)
        users = np.arange(40)
        x = train.toarray().astype(float)
        p = np.linalg.inv(x.T @ x + 3 * np.eye(70))
        weight = -p / np.diag(p)
        np.fill_diagonal(weight, 0)
        for fit in (baselines.Ease.fit_by_item, baselines.Ease.fit_by_user):
            np.testing.assert_allclose(fit(train, 3)(users), x @ weight, atol=1e-5)

    def test_als_solves_the_normal_equations(self):
        data, alpha, l2 = random_matrix(9, 30, 2), 5.0, 0.7
        random = np.random.default_rng(3)
        x, y = (random.random((n, 8), dtype=np.float32) for n in data.shape)
        model = baselines.Als(8, LIBRARY)
        for _ in range(10):  # ten times three steps, for eight unknowns
            model.half(x, y, data, alpha, l2)
        dense = data.toarray()
        for row in range(len(x)):
            confidence = 1 + (alpha - 1) * dense[row]
            left = (y.T * confidence) @ y + l2 * np.eye(8)
            np.testing.assert_allclose(x[row], np.linalg.solve(left, y.T @ (alpha * dense[row])),
                                       rtol=2e-3, atol=2e-3)

    def test_als_finds_groups(self):
        data = csr(np.kron(np.eye(2), np.ones((6, 8))) - np.eye(12, 16))
        score = baselines.Als(4, LIBRARY).fit(csr(data.toarray().clip(0)), alpha=4, l2=0.1,
                                              iterations=10)(np.arange(12))
        self.assertGreater(score[:6, :8].min(), score[:6, 8:].max())
        self.assertGreater(score[6:, 8:].min(), score[6:, :8].max())


class Choice(unittest.TestCase):
    def test_als_chooses_iterations_until_the_quality_falls(self):
        model, wanted = baselines.Als(4, LIBRARY), iter([0.1, 0.3, 0.2, 0.9])
        best, chosen = model.measure(random_matrix(20, 30, 5), {"alpha": 8, "ratio": 0.5},
                                     lambda score: next(wanted))
        self.assertEqual(best, 0.3)
        self.assertEqual(chosen, {"alpha": 8, "l2": 4.0,
                                  "iterations": 2 * baselines.ALS_CHECK})

    def test_climb_reaches_the_best_and_measures_less_than_all(self):
        grid = {"a": list(range(20)), "b": list(range(20))}
        seen = set()

        def value(point):
            seen.add(point)
            return -(point[0] - 15) ** 2 - (point[1] - 2) ** 2

        self.assertEqual(baselines.climb(grid, {"a": 4, "b": 9}, value), (15, 2))
        self.assertLess(len(seen), 60)

    def test_slice_is_disjoint_and_reproducible(self):
        train = random_matrix(200, 50, 4)
        part, valid = baselines.hold_out(train)
        self.assertEqual(part.multiply(valid.hits).nnz, 0)
        self.assertEqual(part.nnz + valid.hits.nnz, train.nnz)
        self.assertAlmostEqual(valid.hits.nnz / train.nnz, 0.1, delta=0.02)
        self.assertEqual((part != baselines.hold_out(train)[0]).nnz, 0)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
