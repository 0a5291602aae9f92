"""Prototypes of channels in numpy and scipy, and validation slices that measure them
(ideas.py)."""
import numpy as np
from scipy import sparse
from scipy.sparse.linalg import svds

from baselines import VALID_USERS, climb, inverse, matrix, read

K, SEED = 20, 1
WEIGHTS = [0, 0.1, 0.2, 0.3, 0.5, 0.7, 1, 1.5, 2, 3]  # of a channel in a weighted sum
DISCOUNT = 1 / np.log2(np.arange(2, K + 2))
IDEAL = np.concatenate([[0], np.cumsum(DISCOUNT)])
ORDER = 8                # of the Chebyshev polynomial


class Split:
    """A fitted part (users x items), the users that are measured, and their holdout."""

    def __init__(self, train, valid):
        self.train = train
        self.users = np.flatnonzero(np.diff(valid.indptr))
        self.history = train[self.users]
        self.hit = valid[self.users].toarray() > 0
        self.seen = np.repeat(np.arange(len(self.users)), np.diff(self.history.indptr))
        self.ideal = IDEAL[np.minimum(self.hit.sum(1), K)]
        self.half = np.random.default_rng(SEED).permutation(len(self.users)) % 2
        self.degree = np.maximum(np.asarray(train.sum(0), np.float32).ravel(), 1)
        self.user_degree = np.maximum(np.asarray(train.sum(1), np.float32).ravel(), 1)

    def masked(self, scores):
        scores = np.array(scores, np.float32)
        scores[self.seen, self.history.indices] = -np.inf
        return scores

    def top(self, scores, k):
        """The k best unseen items of each user, best first."""
        scores = self.masked(scores)
        part = np.argpartition(-scores, k - 1, axis=1)[:, :k]
        order = np.argsort(-np.take_along_axis(scores, part, 1), axis=1, kind="stable")
        return np.take_along_axis(part, order, 1)

    def ndcg(self, scores):
        """ndcg of each measured user."""
        return np.take_along_axis(self.hit, self.top(scores, K), 1) @ DISCOUNT / self.ideal

    def scaled(self, scores):
        """Scores less their mean, over what the 20 best unseen items have above it."""
        mean = scores.mean(1, keepdims=True)
        best = np.take_along_axis(scores, self.top(scores, K), 1).mean(1, keepdims=True)
        return (scores - mean) / np.maximum(best - mean, 1e-12)

    def searched(self, grid, start, scores):
        """Scores whose parameters are chosen, for each half of the users, on the other half:
        the scores, the ndcg of each user, and the two points."""
        tried = {}

        def value(point):
            if point not in tried:
                tried[point] = self.ndcg(scores(**dict(zip(grid, point))))
            return tried[point]

        out, ndcg, points = None, np.empty(len(self.users)), []
        for half in (0, 1):
            point = climb(grid, start, lambda p: value(p)[self.half != half].mean())
            points.append(dict(zip(grid, point)))
            found = scores(**points[-1])
            out = np.array(found, np.float32) if out is None else out
            out[self.half == half] = found[self.half == half]
            ndcg[self.half == half] = value(point)[self.half == half]
        return out, ndcg, points

    def blended(self, *channels):
        """The weighted sum of scaled channels; the first has weight 1."""
        grid = {str(n): WEIGHTS for n in range(1, len(channels))}
        return self.searched(grid, dict.fromkeys(grid, 0.3), lambda **w: channels[0] + sum(
            weight * channels[int(n)] for n, weight in w.items()))


def slices(path, n_slices):
    """Splits of a train file: a slice is a random tenth of the interactions; the slices are
    disjoint."""
    train = read(path)
    users, items = ({x: n for n, x in enumerate(dict.fromkeys(pair[side] for pair in train))}
                    for side in (0, 1))
    row, column = np.array([(users[u], items[i]) for u, i in train]).T
    random = np.random.default_rng(SEED)
    tenth, shape = random.permutation(len(train)) % 10, (len(users), len(items))
    for n in range(n_slices):
        part, valid = (matrix(row[which], column[which], shape)
                       for which in (tenth != n, tenth == n))
        measured = (np.diff(valid.indptr) > 0) & (np.diff(part.indptr) > 0)
        if measured.sum() > VALID_USERS:
            measured &= random.random(len(measured)) < VALID_USERS / measured.sum()
        valid = sparse.csr_matrix(sparse.diags(measured.astype(float)) @ valid)
        valid.eliminate_zeros()
        yield Split(part, valid)


def ridge_strength(train, weight, lam, theta):
    gram = np.asarray(train.T @ weight, np.float32).ravel()
    mean = gram[gram > 0].mean()
    return lam * mean * (np.maximum(gram, 1e-3 * mean) / mean) ** theta


def residual_ridge(train, weight, strength, target, users):
    """train B for `users`, where B of zero diagonal minimises the sum over users of
    weight |target - train B|^2 + strength |B|^2. Inverts the smaller side."""
    n_users, n_items = train.shape
    if n_users < n_items:
        scaled = sparse.csr_matrix(train @ sparse.diags(1 / strength))
        kernel = np.asfortranarray((scaled @ train.T).toarray(), np.float32)
        qx = np.ascontiguousarray((train.T @ inverse(kernel, 1 / weight)).T)
        xp = qx / weight[:, None] / strength
        diagonal = 1 / strength - np.asarray(
            train.multiply(qx).sum(0)).ravel() / strength ** 2
    else:
        rows = sparse.csr_matrix(sparse.diags(np.sqrt(weight)) @ train)
        p = inverse(np.asfortranarray((rows.T @ rows).toarray(), np.float32), strength)
        xp, diagonal = train @ p, p.diagonal()
    gamma = (xp * target * weight[:, None]).sum(0) / diagonal
    if n_users < n_items:
        return (train @ xp[users].T).T * weight @ target - xp[users] * gamma
    product = p @ (train.T @ (target * weight[:, None]))
    return train[users] @ product - xp[users] * gamma


class Ridges:
    """Scores of item attention in closed form, of the shape a, lam, theta, c."""

    def __init__(self, split):
        self.split, self.known = split, {}
        self.dense = split.train.toarray()

    def weight(self, a):
        return self.split.user_degree ** -a

    def all_users(self, a, lam, theta):
        """Scores of all users, seen items too."""
        if (a, lam, theta) not in self.known:
            train, weight = self.split.train, self.weight(a)
            self.known[a, lam, theta] = residual_ridge(
                train, weight, ridge_strength(train, weight, lam, theta), self.dense,
                np.arange(train.shape[0])).astype(np.float32)
        return self.known[a, lam, theta]

    def __call__(self, a, lam, theta, c):
        scores = self.all_users(a, lam, theta)[self.split.users]
        return scores * self.split.degree ** np.float32(-c)


class Spectrum:
    """The singular vectors of N = Du^-1/2 R Di^-1/2, largest first."""

    def __init__(self, split, most):
        self.split = split
        n = sparse.csr_matrix(sparse.diags(split.user_degree ** -0.5) @ split.train @
                              sparse.diags(split.degree ** -0.5))
        by_user = n.shape[0] < n.shape[1]
        gram = (n @ n.T if by_user else n.T @ n).toarray()
        value, vector = np.linalg.eigh(gram)
        keep = np.argsort(-value)[:np.count_nonzero(value > 1e-4)][:most]
        self.value, vector = value[keep], np.ascontiguousarray(vector[:, keep])
        self.item = n.T @ vector / np.sqrt(self.value) if by_user else vector
        self.filters = {}

    def product(self, before, response):
        """r D^-before V diag(response) V' for each measured history r."""
        history = self.split.history @ sparse.diags(self.split.degree ** -before)
        k = len(response)
        return ((history @ self.item[:, :k]) * response) @ self.item[:, :k].T

    def spectral(self, k, power, after):
        """The engine's spectral filter: the first k, to a power of the singular values."""
        return self.product(0.5, self.value[:k] ** (power / 2)) * self.split.degree ** after

    def cheby(self, phi, eta, alpha, beta):
        """With all eigenvalues the polynomial is a function of them. Its value at 0 moves
        only seen items, apart from what it takes from the others."""
        if phi not in self.filters:
            response = chebyshev_response(self.value, phi)
            self.filters[phi] = (self.item * response) @ self.item.T
        history = self.split.history @ sparse.diags(self.split.degree ** -beta)
        ideal = self.product(beta, np.ones(min(eta, len(self.value)), np.float32))
        return (history @ self.filters[phi] + alpha * ideal) * self.split.degree ** beta


def chebyshev_response(value, phi):
    """h(value) - h(0): the polynomial through the plateau function at the Chebyshev nodes, in
    x = 1 - 2 value, the place of an eigenvalue of the Laplacian in [-1, 1]."""
    nodes = np.cos((ORDER + 0.5 - np.arange(ORDER + 1)) / (ORDER + 1) * np.pi)
    place = np.cos((ORDER - np.arange(ORDER + 1)) / ORDER * np.pi).round(3)
    target = 0.5 - 0.5 * np.sign(place) * np.abs(place) ** phi
    series = np.polynomial.chebyshev.chebfit(nodes, target, ORDER)
    h = np.polynomial.chebyshev.chebval(np.append(1 - 2 * value, 1.0), series)
    return (h[:-1] - h[-1]).astype(np.float32)


class Vectors:
    """Two layers of the user-item graph, cosine over tau plus an item bias, exact softmax over
    items; mu times the exact softmax over users for each item is added to the loss."""

    STEPS, EVERY, RATES = 30, 10, (0.03, 0.03, 0.05)

    def __init__(self, split, dim=64):
        self.split, self.known = split, {}
        self.n = sparse.csr_matrix(
            sparse.diags(split.user_degree ** -0.5) @ split.train @
            sparse.diags(split.degree ** -0.5)).astype(np.float32)
        u, s, vt = svds(self.n, dim, random_state=SEED)
        self.start = [x / x.std() * 0.1 for x in (u * np.sqrt(s), vt.T * np.sqrt(s))]

    def layers(self, user, item):
        """The mean of both layers; also its own transpose, for gradients."""
        n, t = self.n, self.n.T
        return ((n @ item + n @ (t @ user)) / 2, (t @ user + t @ (n @ item)) / 2)

    def unit(self, user, item):
        """Unit rows of the layers' output, and the lengths before."""
        raw = self.layers(user, item)
        length = [np.maximum(np.linalg.norm(x, axis=1, keepdims=True), 1e-12) for x in raw]
        return [x / r for x, r in zip(raw, length)], length

    def softmax_error(self, user, item, bias, tau, mu):
        """Gradient of the loss with regard to the logits, and to the bias."""
        train = self.split.train
        cosine = user @ item.T / tau
        rows = np.repeat(np.arange(train.shape[0]), np.diff(train.indptr))

        def error(logits, axis, degree):
            logits = np.exp(logits - logits.max(axis, keepdims=True))
            logits *= degree / logits.sum(axis, keepdims=True)
            logits[rows, train.indices] -= 1
            return logits

        out = error(cosine + bias, 1, self.split.user_degree[:, None])
        dbias = out.sum(0) / train.nnz
        if mu:
            out += np.float32(mu) * error(cosine, 0, self.split.degree[None, :])
        out /= np.float32(train.nnz * tau)
        return out, dbias

    def gradient(self, user, item, bias, tau, mu):
        """Of the loss with regard to the inputs of the layers, and to the bias."""
        unit, length = self.unit(user, item)
        error, dbias = self.softmax_error(*unit, bias, tau, mu)
        through = ((g - (g * x).sum(1, keepdims=True) * x) / r for g, x, r in zip(
            (error @ unit[1], error.T @ unit[0]), unit, length))
        return (*self.layers(*through), dbias)

    def train(self, tau, mu):
        """Unit vectors and bias every EVERY steps of Adam."""
        state = [x.astype(np.float32).copy() for x in self.start]
        state.append(np.zeros(len(state[1]), np.float32))
        moments = [[np.zeros_like(x), np.zeros_like(x)] for x in state]
        out = []
        for step in range(1, self.STEPS + 1):
            for x, g, (m, v), rate in zip(state, self.gradient(*state, tau, mu), moments,
                                          self.RATES):
                m += 0.1 * (g - m)
                v += 0.001 * (g * g - v)
                x -= rate * (m / (1 - 0.9 ** step)) / (
                    np.sqrt(v / (1 - 0.999 ** step)) + 1e-8)
            if step % self.EVERY == 0:
                out.append([*self.unit(*state[:2])[0], state[2].copy()])
        return out

    def at(self, tau, mu, steps):
        """Unit vectors of users and items, and the bias, after so many steps."""
        if (tau, mu) not in self.known:
            self.known[tau, mu] = self.train(tau, mu)
        return self.known[tau, mu][steps // self.EVERY - 1]

    def __call__(self, tau, mu, steps):
        user, item, bias = self.at(tau, mu, steps)
        return user[self.split.users] @ item.T / tau + bias

    def searched(self, strengths):
        grid = {"tau": [0.15, 0.2, 0.27], "mu": strengths,
                "steps": list(range(self.EVERY, self.STEPS + 1, self.EVERY))}
        return self.split.searched(grid, {"tau": 0.2, "mu": strengths[0], "steps": 20}, self)
