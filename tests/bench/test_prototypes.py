"""bench/prototypes.py against dense algebra and finite differences.

    test_prototypes.py BENCH_FOLDER; ends with 77 without numpy and scipy
"""
import sys
import unittest

try:
    import numpy as np
    from scipy import sparse
except ImportError as missing:
    print(f"left out: {missing} (Debian: python3-numpy, python3-scipy)")
    sys.exit(77)

sys.path.insert(0, sys.argv[1])
import prototypes  # noqa: E402


def random_split(users, items, seed):
    random = np.random.default_rng(seed)
    train = random.random((users, items)) < 0.25
    held = (random.random((users, items)) < 0.1) & ~train
    return prototypes.Split(*(sparse.csr_matrix(m.astype(np.float32)) for m in (train, held)))


class Ndcg(unittest.TestCase):
    def test_by_hand(self):
        # The first item is seen; of the others the second and fourth are held out and rank
        # first and third.
        split = prototypes.Split(
            sparse.csr_matrix(np.eye(1, 30, dtype=np.float32)),
            sparse.csr_matrix(np.isin(np.arange(30), (1, 3))[None].astype(np.float32)))
        scores = -np.arange(30.0, dtype=np.float32)[None]
        ideal = 1 + 1 / np.log2(3)
        self.assertAlmostEqual(split.ndcg(scores)[0], 1.5 / ideal)


class ResidualRidge(unittest.TestCase):
    def test_both_sides_solve_the_normal_equations(self):
        random = np.random.default_rng(1)
        for users, items in ((30, 50), (60, 40)):
            train = random_split(users, items, 2).train
            dense = train.toarray().astype(float)
            weight, strength = random.random(users) + 0.5, random.random(items) * 3 + 2
            target = random.random((users, items))
            b = np.zeros((items, items))
            for j in range(items):
                other = np.arange(items) != j
                rows = (dense[:, other] * weight[:, None]).T
                b[other, j] = np.linalg.solve(rows @ dense[:, other] +
                                              np.diag(strength[other]), rows @ target[:, j])
            asked = np.arange(3, 20)
            got = prototypes.residual_ridge(train, weight, strength, target, asked)
            # The inverse is in float: 1e-5 of scores about 1.
            np.testing.assert_allclose(got, dense[asked] @ b, atol=1e-5)


class Chebyshev(unittest.TestCase):
    def test_equals_the_recurrence_on_unseen_items(self):
        split, phi, beta, alpha, order = random_split(30, 50, 3), 1.5, 0.4, 0.2, 8
        got = prototypes.Spectrum(split, None).cheby(phi, 3, alpha, beta)
        n = (sparse.diags(split.user_degree ** -0.5) @ split.train @
             sparse.diags(split.degree ** -0.5)).toarray()
        laplacian = np.eye(50) - 2 * n.T @ n
        place = np.cos((order - np.arange(order + 1)) / order * np.pi).round(3)
        target = np.where(place < 0, 0.5 + 0.5 * np.abs(place) ** phi,
                          0.5 - 0.5 * np.abs(place) ** phi)
        nodes = np.cos((order + 0.5 - np.arange(order + 1)) / (order + 1) * np.pi)
        signal = (split.history.toarray() * split.degree ** -beta).T
        series, bases = [target, nodes * target], [signal, laplacian @ signal]
        for _ in range(2, order + 1):
            series.append(2 * nodes * series[-1] - series[-2])
            bases.append(2 * laplacian @ bases[-1] - bases[-2])
        factor = np.array([s.sum() for s in series]) * 2 / (order + 1)
        factor[0] /= 2
        first = np.linalg.svd(n)[2][:3]
        want = sum(f * b for f, b in zip(factor, bases)).T + alpha * signal.T @ first.T @ first
        unseen = split.history.toarray() == 0
        np.testing.assert_allclose(got[unseen], (want * split.degree ** beta)[unseen],
                                   atol=1e-5)


class Gradient(unittest.TestCase):
    TAU, MU = 0.3, 0.5

    def loss(self, vectors, user, item, bias):
        user, item = (y / np.linalg.norm(y, axis=1, keepdims=True)
                      for y in vectors.layers(user, item))
        cosine, train = user @ item.T / self.TAU, vectors.split.train.toarray()

        def log_softmax(z, axis):
            return z - np.log(np.exp(z).sum(axis, keepdims=True))

        return -(train * (log_softmax(cosine + bias, 1) + self.MU * log_softmax(cosine, 0))
                 ).sum() / train.sum()

    def test_central_differences(self):
        random = np.random.default_rng(4)
        vectors = prototypes.Vectors(random_split(30, 50, 5), dim=8)
        vectors.n = vectors.n.astype(float)
        state = [x.astype(float) for x in vectors.start] + [random.normal(size=50) * 0.1]
        gradient = vectors.gradient(*state, self.TAU, self.MU)
        for n, slope in enumerate(gradient):
            move, step = random.normal(size=state[n].shape), 1e-5
            sides = [self.loss(vectors, *(x + sign * step * move if m == n else x
                                          for m, x in enumerate(state))) for sign in (1, -1)]
            # Double precision, step 1e-5: the difference is good to about 1e-8.
            self.assertAlmostEqual((sides[0] - sides[1]) / (2 * step), (slope * move).sum(),
                                   places=6)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
