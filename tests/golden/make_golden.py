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
# Name: kind of scores, groups of items (item i is in group i % GROUPS), dynamic attention.
FORMS = {"levels": ("cosine", 3, False), "levels_none": ("none", 3, False),
         "dynamic": ("cosine", 0, True), "dynamic_none": ("none", 0, True),
         "dynamic_levels": ("dot", 3, True)}
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


def log_degrees():
    """ln(D / 16) of the nodes, 0 without interactions."""
    degree = torch.zeros(USERS + ITEMS, dtype=torch.float64)
    for u, i, w in EDGES:
        degree[u] += w
        degree[USERS + i] += w
    return torch.where(degree > 0, (degree.clamp(min=1e-300) / 16).log(), 0.0)


def dynamic_scores(s, theta):
    """exp(theta_0 + theta_1 z_v) s + theta_2 z_w + theta_3 [an edge of the item graph]; theta
    [5][2] apart for rows of users and of items, without ages."""
    z, item = log_degrees(), torch.arange(USERS + ITEMS) >= USERS
    row = theta[:, item.long()]
    typed = (item[:, None] & item[None, :]).double()
    factor = (row[0] + row[1] * z).exp()
    return factor[:, None] * s + row[2][:, None] * z[None, :] + row[3][:, None] * typed


def level_weights(a, x, p, layer, groups, prior):
    """The rows of users over items, groups and the whole history; docs/model.md."""
    group = torch.nn.functional.one_hot(torch.arange(ITEMS) % groups, groups).double()
    mean = group.t() @ x[USERS:] / group.sum(0)[:, None]
    cosine = (F.normalize(heads_of(x[:USERS]), dim=2)
              @ F.normalize(heads_of(mean), dim=2).transpose(1, 2))  # [head][user][group]
    items, q = a[:, :USERS, USERS:], prior[:USERS, USERS:]
    mass, whole = items @ group, q.sum(1)[None, :, None]
    gamma, delta = p[f"layer{layer}.groups"]
    s = (gamma[:, None, None] * cosine
         + delta[:, None, None] * (mass.clamp(min=1e-300) / whole.clamp(min=1e-300)).log())
    e = s.masked_fill(mass == 0, -torch.inf).exp()  # groups that do not occur: 0
    r = whole * e / (mass * e).sum(2, keepdim=True).clamp(min=1e-300)
    share = torch.softmax(p[f"layer{layer}.levels"], dim=0)[:, :, None, None]
    rows = share[0] * items + share[1] * (r @ group.t()) * items + share[2] * q[None]
    return torch.cat([torch.cat([a[:, :USERS, :USERS], rows], dim=2), a[:, USERS:]], dim=1)


def weight_matrix(kind, x, p, layer, prior, groups):
    """[head][v][w]"""
    dynamic = p.get(f"layer{layer}.dynamic")
    a = prior[None].expand(HEADS, -1, -1)
    if kind != "none" or dynamic is not None:
        s = torch.zeros_like(a) if kind == "none" else score_matrix(kind, x, p, layer)
        if dynamic is not None:
            s = dynamic_scores(s, dynamic)
        s = (s + prior.clamp(min=1e-300).log()[None]).masked_fill(prior[None] == 0,
                                                                  -torch.inf)
        alpha = torch.nan_to_num(torch.softmax(s, dim=2))  # a row without edges: 0
        a = prior.sum(1)[None, :, None] * alpha
    return level_weights(a, x, p, layer, groups, prior) if groups else a


def forward(kind, combine, p, prior, groups=0):
    states = [p["x0"]]
    for layer in range(LAYERS):
        x = states[-1]
        if kind == "none" and groups == 0 and f"layer{layer}.dynamic" not in p:
            states.append(prior @ x)
            continue
        a = weight_matrix(kind, x, p, layer, prior, groups)
        states.append((a @ heads_of(x)).permute(1, 0, 2).reshape(-1, DIM))
    if combine == "last":
        return states[-1]
    chosen = states if combine == "all" else states[1:]
    return sum(chosen) / len(chosen)


def make_parameters(kind, draw, groups=0, dynamic=False):
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
        if dynamic:
            p[f"layer{layer}.dynamic"] = draw(5, 2) * 0.5
        if groups:
            p[f"layer{layer}.levels"] = draw(3, HEADS)
            p[f"layer{layer}.groups"] = draw(2, HEADS)
    return p


def write(path, parts):
    with open(path, "w") as f:
        for name, values in parts:
            flat = torch.as_tensor(values, dtype=torch.float64).detach().flatten()
            f.write(f"{name} {len(flat)}\n")
            f.write("".join(f"{v:.9g}\n" for v in flat.tolist()))


def write_form(name, number, prior, kind, groups=0, dynamic=False):
    generator = torch.Generator().manual_seed(20 + number)

    def draw(*shape):
        # rounded to float, for that is what regatta reads
        x = torch.randn(*shape, generator=generator, dtype=torch.float64)
        return x.float().double()

    p = make_parameters(kind, draw, groups, dynamic)
    p = {k: v.float().double().requires_grad_() for k, v in p.items()}
    dy = draw(USERS + ITEMS, DIM)
    parts = [("shape", [USERS, ITEMS, DIM, HEADS, LAYERS, KINDS.index(kind)])]
    if groups or dynamic:
        parts.append(("form", [groups, int(dynamic)]))
    parts += [("edges", [x for edge in EDGES for x in edge]),
              ("item_edges", [x for edge in ITEM_EDGES for x in edge])]
    parts += list(p.items()) + [("dy", dy)]
    for combine in COMBINES:
        y = forward(kind, combine, p, prior, groups)
        gradients = torch.autograd.grad((y * dy).sum(), list(p.values()), retain_graph=True)
        parts.append((f"{combine}.y", y))
        parts += [(f"{combine}.d_{k}", g) for k, g in zip(p, gradients)]
    write(os.path.join(os.path.dirname(os.path.abspath(__file__)), f"{name}.txt"), parts)


def main():
    prior = prior_matrix()
    for number, kind in enumerate(KINDS):
        write_form(kind, number, prior, kind)
    for number, (name, form) in enumerate(FORMS.items()):
        write_form(name, len(KINDS) + number, prior, *form)


main()
