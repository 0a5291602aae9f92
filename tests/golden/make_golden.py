#!/usr/bin/python3
"""Writes tests/golden/*.txt: outputs and gradients of the network by an independent
implementation, dense masks and autograd of PyTorch in float64.

    /usr/bin/python3 tests/golden/make_golden.py      (Debian: python3-torch)

A file is a list of `name count` lines, each followed by its numbers. The committed
files are what tests/gat/test_golden.c reads; neither build nor tests need PyTorch."""
import os
import torch
import torch.nn.functional as F

USERS, ITEMS, DIM, HEADS, LAYERS = 5, 6, 6, 2, 2
KINDS = ["none", "cosine", "dot", "scaled-dot", "gat", "gatv2"]
COMBINES = {"mean": 0, "all": 1, "last": 2}
EDGES = [(0, 0, 1.0), (0, 1, 2.0), (0, 2, 0.5), (0, 4, 1.5), (1, 1, 1.0), (1, 3, 3.0),
         (2, 0, 1.0), (2, 4, 2.5), (3, 1, 1.0), (3, 2, 1.0), (3, 3, 0.25)]
ITEM_EDGES = [(0, 2, 0.3), (1, 4, 0.2), (2, 3, 0.15), (0, 4, 0.4)]


def prior_matrix():
    """Users and items in one square; user 4 and item 5 stay alone."""
    weight = torch.zeros(USERS, ITEMS, dtype=torch.float64)
    for u, i, w in EDGES:
        weight[u, i] = w
    scale_u = weight.sum(1).clamp(min=1e-300).rsqrt() * (weight.sum(1) > 0)
    scale_i = weight.sum(0).clamp(min=1e-300).rsqrt() * (weight.sum(0) > 0)
    cross = scale_u[:, None] * weight * scale_i[None, :]
    n = USERS + ITEMS
    prior = torch.zeros(n, n, dtype=torch.float64)
    prior[:USERS, USERS:] = cross
    prior[USERS:, :USERS] = cross.t()
    for i, j, w in ITEM_EDGES:
        prior[USERS + i, USERS + j] = prior[USERS + j, USERS + i] = w
    return prior


def heads_of(x):
    return x.view(x.shape[0], HEADS, DIM // HEADS).permute(1, 0, 2)  # [head][node][C]


def score_matrix(kind, x, p, layer):
    """[head][v][w]"""
    if kind == "cosine":
        h = F.normalize(heads_of(x), dim=2)
        return p[f"layer{layer}.beta"][:, None, None] * (h @ h.transpose(1, 2))
    h = F.normalize(x, dim=1) * DIM ** 0.5
    query = heads_of(h @ p[f"layer{layer}.wq"])
    if kind == "gat":
        a = p[f"layer{layer}.a"].view(2, HEADS, 1, DIM // HEADS)
        z = (a[0] * query).sum(2)[:, :, None] + (a[1] * query).sum(2)[:, None, :]
        return F.leaky_relu(z, 0.2)
    key = heads_of(h @ p[f"layer{layer}.wk"])
    if kind == "gatv2":
        z = F.leaky_relu(query[:, :, None, :] + key[:, None, :, :], 0.2)
        a = p[f"layer{layer}.a"].view(HEADS, 1, 1, DIM // HEADS)
        return (a * z).sum(3)
    s = query @ key.transpose(1, 2)
    return s / (DIM // HEADS) ** 0.5 if kind == "scaled-dot" else s


def forward(kind, combine, p, prior):
    states = [p["x0"]]
    for layer in range(LAYERS):
        x = states[-1]
        if kind == "none":
            states.append(prior @ x)
            continue
        s = score_matrix(kind, x, p, layer).masked_fill(prior[None] == 0, -torch.inf)
        s = (s + prior.clamp(min=1e-300).log()[None]).masked_fill(prior[None] == 0,
                                                                  -torch.inf)
        alpha = torch.nan_to_num(torch.softmax(s, dim=2))  # a row without edges: 0
        a = prior.sum(1)[None, :, None] * alpha
        states.append((a @ heads_of(x)).permute(1, 0, 2).reshape(-1, DIM))
    if combine == "last":
        return states[-1]
    chosen = states if combine == "all" else states[1:]
    return sum(chosen) / len(chosen)


def make_parameters(kind, draw):
    p = {"x0": draw(USERS + ITEMS, DIM)}
    for layer in range(LAYERS):
        if kind == "cosine":
            p[f"layer{layer}.beta"] = draw(HEADS)
        elif kind != "none":
            p[f"layer{layer}.wq"] = draw(DIM, DIM) * 0.4
            if kind != "gat":
                p[f"layer{layer}.wk"] = draw(DIM, DIM) * 0.4
            if kind in ("gat", "gatv2"):
                p[f"layer{layer}.a"] = draw(2 if kind == "gat" else 1, DIM)
    return p


def write(path, parts):
    with open(path, "w") as f:
        for name, values in parts:
            flat = torch.as_tensor(values, dtype=torch.float64).detach().flatten()
            f.write(f"{name} {len(flat)}\n")
            f.write("".join(f"{v:.9g}\n" for v in flat.tolist()))


def main():
    folder = os.path.dirname(os.path.abspath(__file__))
    prior = prior_matrix()
    for number, kind in enumerate(KINDS):
        generator = torch.Generator().manual_seed(20 + number)

        def draw(*shape):
            # rounded to float, for that is what regatta reads
            x = torch.randn(*shape, generator=generator, dtype=torch.float64)
            return x.float().double()

        p = make_parameters(kind, draw)
        p = {k: v.float().double().requires_grad_() for k, v in p.items()}
        dy = draw(USERS + ITEMS, DIM)
        parts = [("shape", [USERS, ITEMS, DIM, HEADS, LAYERS, number]),
                 ("edges", [x for edge in EDGES for x in edge]),
                 ("item_edges", [x for edge in ITEM_EDGES for x in edge])]
        parts += list(p.items()) + [("dy", dy)]
        for combine in COMBINES:
            y = forward(kind, combine, p, prior)
            gradients = torch.autograd.grad((y * dy).sum(), list(p.values()),
                                            retain_graph=True)
            parts.append((f"{combine}.y", y))
            parts += [(f"{combine}.d_{k}", g) for k, g in zip(p, gradients)]
        write(os.path.join(folder, f"{kind}.txt"), parts)


main()
