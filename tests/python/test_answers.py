"""Recommendations, candidates, similar nodes, scores, vectors and explanations."""
import math

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from regatta import Model


@pytest.fixture(scope="module")
def named(user_items):
    """The model of a data frame with ids of strings."""
    coo = user_items.tocoo()
    return Model(dim=8, max_steps=20).fit(pd.DataFrame({
        "user": [f"u{k}" for k in coo.row], "item": [f"i{k}" for k in coo.col]}))


def best(scores, allowed, n):
    """The n best of the allowed positions by score, ties to the lower position."""
    order = np.lexsort((np.arange(scores.size), -scores))
    return [int(k) for k in order if allowed[k]][:n]


USERS = st.lists(st.integers(0, 59), max_size=6)
ITEMS = st.lists(st.integers(0, 19), max_size=20)


@given(users=USERS, n=st.integers(1, 25), only=st.none() | ITEMS, out=ITEMS, filter_liked=st.booleans())
@settings(max_examples=80)
def test_recommend_is_the_sorted_scores(vector_model, user_items, users, n, only, out, filter_liked):
    ids, scores = vector_model.recommend(users, N=n, items=only, filter_items=out,
                                         filter_already_liked_items=filter_liked)
    assert ids.shape == scores.shape == (len(users), min(n, 20))
    for row, user in enumerate(users):
        every = vector_model.score(user)
        allowed = np.full(20, only is None)
        allowed[only or []] = True
        allowed[out] = False
        if filter_liked:
            allowed[user_items[user].indices] = False
        expected = best(every, allowed, n)
        assert ids[row, :len(expected)].tolist() == expected
        assert (scores[row, :len(expected)] == every[expected]).all()
        assert (ids[row, len(expected):] == -1).all() and np.isneginf(scores[row, len(expected):]).all()
        alone = vector_model.recommend(user, N=n, items=only, filter_items=out,
                                       filter_already_liked_items=filter_liked)
        assert alone[0].tolist() == expected  # a single user has no padding


def test_recommend_all(vector_model):
    ids, scores = vector_model.recommend_all(N=4, batch=7)
    expected = vector_model.recommend(np.arange(60), N=4)
    assert (ids == expected[0]).all() and (scores == expected[1]).all()
    ids, _ = vector_model.recommend_all(N=4, users=[5, 3])
    assert (ids == expected[0][[5, 3]]).all()


def test_forms_of_histories(vector_model, user_items):
    lists = [user_items[u].indices.tolist() for u in (3, 4)]
    by_matrix = vector_model.recommend([3, 4], user_items[[3, 4]], N=5)
    for other in (vector_model.recommend(user_items=lists, N=5),
                  vector_model.recommend(user_items=user_items[[3, 4]].toarray(), N=5),
                  vector_model.recommend([3, 4], user_items[[3, 4]].tocsc(), N=5)):
        assert (other[0] == by_matrix[0]).all() and (other[1] == by_matrix[1]).all()
    one = vector_model.recommend(user_items=lists[0], N=5)
    assert one[0].shape == (5,) and (one[0] == by_matrix[0][0]).all()
    assert vector_model.recommend(3, user_items[3], N=5)[0].shape == (5,)
    assert vector_model.recommend(user_items=[], N=3)[0].shape == (3,)  # popular items
    assert not set(one[0]) & set(lists[0])


@pytest.mark.parametrize("arguments,error,message", [
    (dict(userid=60), KeyError, "unknown user: 60"),
    (dict(userid=-1), KeyError, "unknown user: -1"),
    (dict(userid=[0, 99]), KeyError, "unknown user: 99"),
    (dict(userid=0, N=0), ValueError, "N is 0"),
    (dict(userid=0, N=2.5), TypeError, "N is 2.5"),
    (dict(userid=0, filter_items=[20]), KeyError, "unknown item: 20"),
    (dict(userid=0, mmr=2.0), ValueError, "mmr"),
    (dict(), ValueError, "pass a user id"),
    (dict(userid=0, user_items=[[1], [2]]), ValueError, "2 histories for 1 user:"),
    (dict(user_items=[1, [2]]), TypeError, "mix"),
    (dict(user_items="12"), TypeError, "not a string"),
    (dict(user_items=sp.eye(3)), ValueError, "3 columns: the model has 20 items"),
    (dict(userid=0, times=[5]), ValueError, "times has no effect"),
    (dict(user_items=[1, 2], times=[5]), ValueError, "1 times for 2 items"),
    (dict(userid=1.5), TypeError, "ids are strings or integers"),
    (dict(userid=None, user_items=[1.5]), TypeError, "ids are strings or integers")])
def test_wrong_queries(vector_model, arguments, error, message):
    with pytest.raises(error, match=message):
        vector_model.recommend(**arguments)


def test_string_ids(named, vector_model):
    ids, scores = named.recommend("u3", N=5)
    assert ids.dtype == object and all(i.startswith("i") for i in ids)
    assert ids.tolist() == named.recommend(np.array(["u3"]), N=5)[0][0].tolist()
    padded, _ = named.recommend(["u3"], N=20)
    assert padded[0, -1] is None
    with pytest.raises(KeyError, match="unknown user: 'nobody'"):
        named.recommend("nobody")
    for wrong in (3, [3], ["u1", 3]):
        with pytest.raises(TypeError, match="user ids are strings here: 3"):
            named.recommend(wrong)
    assert named.item_ids[0] in named.similar_items("i5", N=19, by="history")[0]
    assert named.history("u3").items.tolist() == [f"i{k}" for k in vector_model.history(3).items]


def test_times_and_moments():
    rows = [(u, (u + s) % 6, 1000 * s) for u in range(40) for s in range(4)]
    frame = pd.DataFrame(rows, columns=["user", "item", "time"])
    model = Model(preset="fast").fit(frame)
    assert model.history(0).times.tolist() == [0, 1000, 2000, 3000]
    late = model.recommend(0, N=6, at=10**6)[0]
    early = model.recommend(0, N=6, at=1500)[0]  # two of the four interactions
    assert len(late) == 2 and len(early) == 4
    assert len(model.recommend([0, 1], N=6, at=[1500, 10**6])[0]) == 2
    by_list = model.recommend(user_items=[0, 1], times=[0, 1000], N=6)[0]
    assert len(by_list) == 4


def test_similar(vector_model):
    vectors = vector_model.item_vectors
    cosines = vectors @ vectors.T
    np.fill_diagonal(cosines, -np.inf)
    ids, found = vector_model.similar_items(np.arange(20), N=3, by="vectors")
    assert np.allclose(found, -np.sort(-cosines, axis=1)[:, :3], atol=1e-5)
    ids, found = vector_model.similar_items(5, N=30)
    assert 5 not in ids and len(ids) == 19
    assert vector_model.similar_items(5, items=[1, 2], N=5)[0].tolist() in ([1, 2], [2, 1])
    assert vector_model.similar_items(item_users=[0, 3, 6], N=4)[0].shape == (4,)
    assert vector_model.similar_users(user_items=[0, 3], N=4)[0].shape == (4,)
    with pytest.raises(ValueError, match="by is 'x'"):
        vector_model.similar_users(0, by="x")


def test_candidates(vector_model):
    ids, scores, parts = vector_model.candidates([0, 1], N=8, return_sources=True)
    assert ids.shape == scores.shape == (2, 8) and parts.shape == (2, 8, 2)
    dots = (vector_model.vector_scale * vector_model.user_vectors[0] @ vector_model.item_vectors.T
            + vector_model.item_bias)
    ids, scores = vector_model.candidates(0, N=20, sources="vectors", filter_already_liked_items=False)
    assert np.allclose(np.sort(scores), np.sort(dots), atol=1e-4)
    by_vector = vector_model.candidates(vectors=vector_model.user_vectors[0], N=20, sources="vectors")
    assert by_vector[0].tolist() == ids.tolist()
    with pytest.raises(ValueError, match="the model has 8 numbers"):
        vector_model.candidates(vectors=np.ones(3))
    with pytest.raises(ValueError, match="sources is 'all'"):
        vector_model.candidates(0, sources="all")


def test_candidates_of_communities(user_items):
    model = Model(preset="fast").fit(user_items).convert(communities=True)
    assert model.info["n_communities"] > 0
    whole = model.candidates([0, 1, 2], N=8)
    ids, scores, reads = model.candidates([0, 1, 2], N=8, communities=1.0, return_reads=True)
    assert (ids == whole[0]).all() and (scores == whole[1]).all()
    assert (reads[:, 0] == reads[:, 2]).all()
    reads = model.candidates(0, N=8, communities=0.5, return_reads=True)[2]
    assert reads[0] == -(-reads[2] // 2) and reads[1] > 0
    with pytest.raises(ValueError, match="communities must be 0 to 1"):
        model.candidates(0, communities=2.0)


def test_vectors_are_views_that_outlive_the_model(user_items):
    model = Model(dim=8, max_steps=5).fit(user_items)
    vectors = model.item_vectors
    assert not vectors.flags.owndata and not vectors.flags.writeable
    assert np.shares_memory(vectors, model.item_vectors)
    expected = vectors.copy()
    del model
    assert (vectors == expected).all() and np.allclose((vectors**2).sum(axis=1), 1, atol=1e-5)


def test_compact_models(vector_model, model):
    small = vector_model.convert("i8")
    assert small.info["type"] == "i8" and len(small.to_bytes()) < len(vector_model.to_bytes())
    assert np.allclose(small.item_vectors, vector_model.item_vectors, atol=0.02)
    assert model.item_vectors.shape == (20, 0)
    assert vector_model.convert(index=True, index_degree=8).info["index_degree"] == 8
    with pytest.raises(ValueError, match="type is 'f16'"):
        vector_model.convert("f16")


def test_fold_in(vector_model, user_items):
    folded = vector_model.fold_in(user_items[:5])
    assert folded.shape == (5, 8)
    assert np.allclose(folded, vector_model.user_vectors[:5], atol=1e-4)
    assert vector_model.fold_in(item_users=[[0, 3], [1]]).shape == (2, 8)


def test_score_pairs(vector_model):
    users, items = [9, 3, 9, 3], [1, 2, 0, 7]
    scores, probabilities = vector_model.score_pairs(users, items)
    assert [vector_model.score(u, [i])[0] for u, i in zip(users, items)] == scores.tolist()
    assert ((probabilities > 0) & (probabilities < 1)).all()
    plain = Model(preset="fast", valid_share=0).fit(sp.eye(8, format="csr"))
    assert np.isnan(plain.score_pairs([0], [1])[1]).all()


@given(user=st.integers(0, 59), item=st.integers(0, 19), n=st.none() | st.integers(0, 9))
@settings(max_examples=60)
def test_explanations_add_up(vector_model, user, item, n):
    explanation = vector_model.explain(user, item, N=n)
    assert explanation.score == float(vector_model.score(user, [item])[0])
    assert explanation.sum() == explanation.score
    assert math.fsum(explanation.to_pandas()["contribution"]) == explanation.score
    residual = dict((row[0], row[2]) for row in explanation)["residual"]
    assert abs(residual) < 1e-4 * (1 + sum(abs(c) for c in explanation.column("contribution")))
    others = math.fsum(row[2] for row in explanation if row[0] in ("popularity", "centre", "residual"))
    assert math.fsum(explanation.channels.values()) + others == pytest.approx(explanation.score, rel=1e-9, abs=1e-9)
    shown = [row for row in explanation if row[0].endswith("of item")]
    assert len(shown) == min(9**9 if n is None else n, len(vector_model.history(user).items))
    sizes = [abs(row[2]) for row in shown]
    assert sizes == sorted(sizes, reverse=True)


def test_explanation_prints(named):
    text = str(named.explain("u3", "i0", N=2))
    lines = text.splitlines()
    assert lines[0].split() == ["term", "id", "contribution", "attention"]
    assert lines[1].split()[0] in ("because", "in") and "other items" in text
    assert lines[-1].startswith("score of i0: ")
    html = named.explain("u3", "i0")._repr_html_()
    assert html.startswith("<table>") and "<td>residual</td>" in html
    assert named.explain(itemid="i0", user_items=["i3", "i6"], N=None).rows[0][1] in ("i3", "i6")
    with pytest.raises(ValueError, match="one item"):
        named.explain("u3", ["i0"])
    with pytest.raises(ValueError, match="one user, not 2"):
        named.explain(["u3", "u4"], "i0")


def test_info_and_settings(vector_model):
    assert vector_model.info["channel"]["vectors"] in ("held", "scores")
    assert vector_model.settings["options"]["dim"] == 8
