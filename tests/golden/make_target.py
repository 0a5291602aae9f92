#!/usr/bin/python3
"""Writes tests/golden/target_gate.txt and target_softmax.txt: losses and gradients of target
attention by an independent implementation in numpy, dense in pairs, in float64; gradients
are complex-step derivatives, which have no rounding of a difference.

    /usr/bin/python3 tests/golden/make_target.py      (Debian: python3-numpy)

A file is a list of `name count` lines, each followed by its numbers. The committed files
are what tests/gat/test_target_loss.c reads; neither build nor tests need numpy."""
import os
import numpy as np

USERS, ITEMS, WIDTH, UNITS, SAMPLES, OWN = 3, 6, 3, 32, 4, 3
KINDS = ["gate", "softmax"]


def unpack(x):
    sizes = [(WIDTH, UNITS)] * 3 + [(3, UNITS), (UNITS,), (UNITS,), (1,), (1,), (1,)]
    parts, at = [], 0
    for shape in sizes:
        n = int(np.prod(shape))
        parts.append(x[at:at + n].reshape(shape))
        at += n
    assert at == len(x)
    return parts


def losses(kind, x, world):
    """The loss of each user; x may be complex."""
    own_w, other_w, product_w, side_w, bias, out, out_bias, known_w, sum_w = unpack(x)
    result = []
    for u in range(USERS):
        history, samples = world["history"][u], world["item"][u]
        o = np.zeros((OWN, SAMPLES), dtype=x.dtype)
        for h in range(OWN):
            for s in range(SAMPLES):
                qh, qj = world["q"][history[h]], world["q"][samples[s]]
                side = np.array([world["share"][u, h, s], world["place"][u, h],
                                 world["age"][u, h]])
                z = qh @ own_w + qj @ other_w + (qh * qj) @ product_w + side @ side_w + bias
                o[h, s] = out_bias[0] + out @ np.where(z.real > 0, z, 0)
        there = world["there"][u]
        if kind == "gate":
            g = 2 / (1 + np.exp(-o))
        else:
            e = np.where(there, np.exp(o), 0)
            n = there.sum(0)
            g = n * e / np.where(n > 0, e.sum(0), 1)
        part = np.where(there, world["part"][u], 0)
        total = world["rest"][u] + (part * g).sum(0)
        most = (world["rest"][u] + part.sum(0)).max()
        z = known_w[0] * world["known"][u] + sum_w[0] * total / most
        shift = z.real.max()
        log_sum = np.log(np.exp(z - shift).sum()) + shift
        label = world["label"][u]
        result.append((log_sum * label.sum() - (z * label).sum()) / label.sum())
    return np.array(result)


def write(path, parts):
    with open(path, "w") as f:
        for name, values in parts:
            flat = np.asarray(values, dtype=np.float64).flatten()
            f.write(f"{name} {len(flat)}\n")
            f.write("".join(f"{v:.9g}\n" for v in flat.tolist()))


def main():
    folder = os.path.dirname(os.path.abspath(__file__))
    for number, kind in enumerate(KINDS):
        rng = np.random.default_rng(50 + number)

        def draw(*shape):
            # rounded to float, for that is what regatta reads
            return rng.standard_normal(shape).astype(np.float32).astype(np.float64)

        world = {"q": draw(ITEMS, WIDTH),
                 "history": np.array([rng.permutation(ITEMS)[:OWN] for _ in range(USERS)]),
                 "item": np.array([rng.permutation(ITEMS)[:SAMPLES] for _ in range(USERS)]),
                 "place": draw(USERS, OWN), "age": draw(USERS, OWN),
                 "share": draw(USERS, OWN, SAMPLES), "part": abs(draw(USERS, OWN, SAMPLES)),
                 "there": rng.random((USERS, OWN, SAMPLES)) < 0.7,
                 "rest": abs(draw(USERS, SAMPLES)), "known": draw(USERS, SAMPLES),
                 "label": np.zeros((USERS, SAMPLES))}
        world["label"][0, 1] = world["label"][1, 0] = world["label"][1, 3] = 1
        world["label"][2, 2] = 1
        x = np.concatenate([0.4 * draw((3 * WIDTH + 3) * UNITS), draw(UNITS) * 0.3,
                            draw(UNITS) * 0.3, draw(1) * 0.1, [1.5, 2.5]])
        x = x.astype(np.float32).astype(np.float64)
        gradient = np.zeros(len(x))
        for k in range(len(x)):
            step = x.astype(complex)
            step[k] += 1e-30j
            gradient[k] = losses(kind, step, world).mean().imag / 1e-30
        names = ["q", "history", "item", "place", "age", "share", "part", "there", "rest",
                 "known", "label"]
        parts = [(n, world[n]) for n in names]
        parts += [("x", x), ("loss", losses(kind, x, world)), ("gradient", gradient)]
        write(os.path.join(folder, f"target_{kind}.txt"), parts)


main()
