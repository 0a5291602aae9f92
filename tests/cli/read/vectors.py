"""Reads vectors as their users do. Usage: vectors.py FOLDER [faiss]

The folder has items.EXT of each format with the files of ids, and rows.db with the table
`vectors`; all must hold the same ids and numbers. With `faiss` the index is read and
searched by faiss itself.
"""
import json
import sqlite3
import struct
import sys

import numpy as np


def lines(path):
    with open(path) as file:
        return file.read().splitlines()


def safetensors(path):
    """Of the specification: a length, a JSON header, the bytes of the tensors."""
    data = open(path, "rb").read()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    header.pop("__metadata__")
    tensors = {}
    for name, entry in header.items():
        assert entry["dtype"] == "F32"
        first, last = entry["data_offsets"]
        body = data[8 + length + first : 8 + length + last]
        tensors[name] = np.frombuffer(body, "<f4").reshape(entry["shape"])
    return tensors


def fvecs(path):
    flat = np.fromfile(path, "<i4")
    dim = flat[0]
    assert (flat.reshape(-1, dim + 1)[:, 0] == dim).all()
    return flat.view("<f4").reshape(-1, dim + 1)[:, 1:]


def w2v(path):
    first, *rest = lines(path)
    n, dim = map(int, first.split(" "))
    fields = [line.split(" ") for line in rest]
    assert len(fields) == n and all(len(f) == dim + 1 for f in fields)
    return [f[0] for f in fields], np.array([f[1:] for f in fields], np.float32)


def bracketed(text):
    assert text[0] == "[" and text[-1] == "]"
    return np.array(text[1:-1].split(","), np.float32)


def pgvector(path):
    """Of COPY text: a tab between fields, backslashes doubled."""
    fields = [line.split("\t") for line in lines(path)]
    return [f[0].replace("\\\\", "\\") for f in fields], np.stack([bracketed(f[1]) for f in fields])


def table(path):
    rows = sqlite3.connect(path).execute("SELECT id, vector FROM vectors ORDER BY rowid").fetchall()
    return [r[0] for r in rows], np.stack([np.frombuffer(r[1], "<f4") for r in rows])


def faiss_index(path, wanted):
    import faiss

    index = faiss.read_index(path)
    assert index.metric_type == faiss.METRIC_INNER_PRODUCT
    scores, found = index.search(wanted[:7], 3)
    best = np.argsort(-(wanted[:7] @ wanted.T), axis=1, kind="stable")[:, :3]
    assert (found == best).all(), (found, best)
    return index.reconstruct_n(0, index.ntotal)


def main(folder, use_faiss):
    wanted = np.load(f"{folder}/items.npy")
    assert wanted.dtype == np.float32 and wanted.flags.c_contiguous
    ids = lines(f"{folder}/items.npy.ids.txt")
    assert len(ids) == len(wanted) > 50
    named = {"w2v": w2v, "pgvector": pgvector}
    unnamed = {"safetensors": lambda p: safetensors(p)["items"], "fvecs": fvecs}
    if use_faiss:
        unnamed["faiss"] = lambda p: faiss_index(p, wanted)
    for extension, read in named.items():
        names, rows = read(f"{folder}/items.{extension}")
        assert names == ids and np.array_equal(rows, wanted), extension
    for extension, read in unnamed.items():
        assert np.array_equal(read(f"{folder}/items.{extension}"), wanted), extension
        assert lines(f"{folder}/items.{extension}.ids.txt") == ids, extension
    names, rows = table(f"{folder}/rows.db")
    assert names == ids and np.array_equal(rows, wanted)
    both = safetensors(f"{folder}/both.safetensors")
    assert np.array_equal(both["items"], wanted)
    assert len(both["users"]) == len(lines(f"{folder}/both.safetensors.users.ids.txt"))


main(sys.argv[1], "faiss" in sys.argv[2:])
