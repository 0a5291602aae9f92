"""A script of one or several ranks: trains, answers and writes; each rank prints what it has.

    ranks_script.py FOLDER alone             one process without MPI
    mpirun -n 2 ranks_script.py FOLDER all   with the world's communicator
    mpirun -n 2 ranks_script.py FOLDER file|script|data|answer   rank 1 alone fails; nowhere|tune: all
"""
import contextlib
import hashlib
import json
import os
import sys

import numpy as np

import regatta


N_RANKS = 1


def digest(*arrays):
    """A hash of arrays: of the ids of objects, of the bytes of others."""
    return hashlib.sha256(b"".join(repr(a.tolist()).encode() if a.dtype == object else a.tobytes()
                                   for a in arrays)).hexdigest()


def stopped(matrix, rank):
    """A training that the callback of one rank ends."""
    model = regatta.Model(dim=8, max_steps=400, valid_share=0.0, channels="vectors", threads=1)
    model.fit(matrix, callback=lambda progress: progress.done >= 8 and rank + 1 >= N_RANKS)
    return digest(np.frombuffer(model.to_bytes(), np.uint8))


def work(folder, out, rank):
    model = regatta.Model(dim=8, max_steps=20, sequence="gru", sequence_dim=8, threads=1)
    model.fit(os.path.join(folder, "data.tsv"), show_progress=False)
    test = regatta.Graph.read(os.path.join(folder, "test.tsv"))
    evaluation = model.evaluate(test, keep_seen=True, per_user=True)
    newer = model.update(os.path.join(folder, "news.tsv"), steps=3)
    model.save(os.path.join(out, "my.model"))
    newer.save(os.path.join(out, "new.model"))
    model.save(os.path.join(out, "my.safetensors.index.json"), shards=3)
    model.report().save(os.path.join(out, "page.html"))
    return {"lists": digest(*model.recommend_all(N=10)), "vectors": digest(model.user_vectors, model.item_vectors),
            "candidates": digest(*model.candidates(model.user_ids, N=12)), "model": digest(np.frombuffer(model.to_bytes(), np.uint8)),
            "score": digest(model.score(model.user_ids[:5])), "similar": digest(*model.similar_items(model.item_ids, N=3)),
            "recall": evaluation["recall@20"], "users": digest(evaluation.per_user["ndcg@20"]),
            "finished": stopped(regatta.Graph.read(os.path.join(folder, "data.tsv")).to_matrix(), rank)}


def fail(kind, folder, rank):
    ones = np.ones((40, 30), dtype=np.float32)
    if kind == "nowhere" or (kind == "file" and rank == 1):
        regatta.Model().fit("gone.tsv")
    if kind == "script" and rank == 1:
        raise ZeroDivisionError("of the script")
    if kind == "answer" and rank == 1:
        ones[7, 7] = np.nan
    if kind == "tune":
        regatta.tune(ones)
    if kind == "data" and rank == 1:
        ones[7, 7] = 0
    model = regatta.Model(threads=1, preset="fast").fit(ones)
    model.save(os.path.join(folder, "kept.model"))


def main():
    global N_RANKS
    folder, kind = sys.argv[1:]
    if kind == "alone":
        group, rank = contextlib.nullcontext(), 0
    else:
        from mpi4py import MPI
        group = regatta.Ranks(MPI.COMM_WORLD)
        rank, N_RANKS = group.rank, group.n_ranks
    with group:
        if kind not in ("alone", "all"):
            return fail(kind, folder, rank)
        out = os.path.join(folder, "out")
        result = work(folder, out, rank)
    with open(os.path.join(folder, f"result-{rank}.json"), "w", encoding="utf-8") as file:
        json.dump(result, file)
    if kind == "all" and group.n_ranks > 1:
        assert group.traffic["gathered"] > 0 and group.traffic["sent"] + group.traffic["received"] > 0, group.traffic


main()
