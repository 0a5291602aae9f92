#!/usr/bin/python3
"""Writes tests/golden/encoder_*.txt: states and gradients of the sequence encoders by an
independent implementation, loops over tokens in numpy's float64. Gradients are central
differences of that implementation.

    /usr/bin/python3 tests/golden/make_encoder_golden.py      (Debian: python3-numpy)

The form of the files is that of make_golden.py."""
import os
import numpy as np

DIM, HEADS, HIDDEN, BLOCKS, WINDOW, BUCKETS = 8, 2, 10, 2, 5, 40
LENGTHS = [5, 3, 3, 1]
TIMES = [0, 0, 7, 4000, 90000, 5, 6, 6, -100, 50, 2000000000, 3]


def shapes(kind):
    out = {}
    if kind == "transformer":
        out["positions"] = (WINDOW, DIM)
    for b in range(BLOCKS):
        p = f"block{b}."
        if kind == "gru":
            out[p + "gru_input"] = (DIM, 3 * DIM)
            out[p + "gru_recurrent"] = (DIM, 3 * DIM)
            out[p + "gru_bias"] = (4, DIM)
        out[p + "gain"] = out[p + "shift"] = (1, DIM)
        out[p + "qkv"] = (DIM, 3 * DIM)
        out[p + "out"] = (DIM, DIM)
        out[p + "place"] = (HEADS, WINDOW)
        out[p + "time"] = (HEADS, BUCKETS)
        if kind == "transformer":
            out[p + "wide_gain"] = out[p + "wide_shift"] = (1, DIM)
            out[p + "wide"] = (DIM, HIDDEN)
            out[p + "wide_bias"] = (1, HIDDEN)
            out[p + "narrow"] = (HIDDEN, DIM)
            out[p + "narrow_bias"] = (1, DIM)
    out["gain"] = out["shift"] = (1, DIM)
    return out


def norm(x, gain, shift):
    centred = x - x.mean(axis=1, keepdims=True)
    return centred / np.sqrt((centred ** 2).mean(axis=1, keepdims=True) + 1e-5) * gain + shift


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


def gru(x, w, u, bias):
    h, out = np.zeros(DIM), []
    for row in x:
        a = (row @ w).reshape(3, DIM) + bias[:3]
        c = (h @ u).reshape(3, DIM)
        r, z = sigmoid(a[0] + c[0]), sigmoid(a[1] + c[1])
        h = (1 - z) * np.tanh(a[2] + r * (c[2] + bias[3])) + z * h
        out.append(h)
    return np.array(out)


def bucket(seconds):
    return 0 if seconds <= 0 else min(int(seconds).bit_length(), BUCKETS - 1)


def attention(x, time, p, b):
    q, k, v = np.split(x @ p[b + "qkv"], 3, axis=1)
    width, out = DIM // HEADS, np.zeros_like(x)
    for h in range(HEADS):
        c = slice(h * width, (h + 1) * width)
        for t in range(len(x)):
            z = np.array([q[t, c] @ k[s, c] / np.sqrt(width) + p[b + "place"][h, t - s] +
                          p[b + "time"][h, bucket(time[t] - time[s])] for s in range(t + 1)])
            a = np.exp(z - z.max())
            out[t, c] = (a / a.sum()) @ v[:t + 1, c]
    return out @ p[b + "out"]


def encode(kind, x, time, p):
    x = x * np.sqrt(DIM)
    if kind == "transformer":
        x = x + p["positions"][:len(x)][::-1]
    for n in range(BLOCKS):
        b = f"block{n}."
        if kind == "gru":
            x = gru(x, p[b + "gru_input"], p[b + "gru_recurrent"], p[b + "gru_bias"])
        x = x + attention(norm(x, p[b + "gain"], p[b + "shift"]), time, p, b)
        if kind == "transformer":
            y = norm(x, p[b + "wide_gain"], p[b + "wide_shift"])
            y = np.maximum(y @ p[b + "wide"] + p[b + "wide_bias"], 0)
            x = x + y @ p[b + "narrow"] + p[b + "narrow_bias"]
    return norm(x, p["gain"], p["shift"])


def forward(kind, x, p):
    ends = np.cumsum(LENGTHS)
    return np.concatenate([encode(kind, x[e - n:e], TIMES[e - n:e], p)
                           for n, e in zip(LENGTHS, ends)])


def gradient(loss, array):
    out, h = np.zeros(array.size), 1e-5
    flat = array.reshape(-1)
    for k in range(flat.size):
        at = flat[k]
        flat[k] = at + h
        high = loss()
        flat[k] = at - h
        out[k] = (high - loss()) / (2 * h)
        flat[k] = at
    return out


def main():
    folder = os.path.dirname(os.path.abspath(__file__))
    for number, kind in enumerate(["transformer", "gru"], 1):
        random = np.random.RandomState(number)

        def draw(*shape):
            # rounded to float, for that is what regatta reads
            return random.randn(*shape).astype(np.float32).astype(np.float64)

        p = {name: draw(*shape) * 0.5 for name, shape in shapes(kind).items()}
        x, dy = draw(sum(LENGTHS), DIM), draw(sum(LENGTHS), DIM)

        def loss():
            return (forward(kind, x, p) * dy).sum()

        parts = [("shape", [number, DIM, HEADS, HIDDEN, BLOCKS, WINDOW]),
                 ("offsets", [0] + list(np.cumsum(LENGTHS))), ("times", TIMES),
                 ("x", x), ("dy", dy)] + list(p.items())
        parts += [("y", forward(kind, x, p)), ("d_x", gradient(loss, x))]
        parts += [("d_" + name, gradient(loss, p[name])) for name in p]
        with open(os.path.join(folder, f"encoder_{kind}.txt"), "w") as f:
            for name, values in parts:
                flat = np.asarray(values, dtype=np.float64).reshape(-1)
                f.write(f"{name} {len(flat)}\n")
                f.write("".join(f"{v:.9g}\n" for v in flat))


if __name__ == "__main__":
    main()
