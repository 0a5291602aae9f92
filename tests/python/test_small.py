"""Models of small random data: every answer has its shape, and none fails."""
import numpy as np
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from regatta import Model

PARAMS = st.fixed_dictionaries({
    "preset": st.sampled_from(["fast", "default"]), "valid_share": st.sampled_from([0, 0.1, 0.3]),
    "weighting": st.sampled_from(["binary", "log", "raw"]), "attention": st.sampled_from(["none", "gat"]),
    "max_steps": st.integers(1, 6), "dim": st.just(4)})


@given(rows=st.lists(st.tuples(st.integers(0, 7), st.integers(0, 6), st.integers(1, 5), st.integers(0, 9)), min_size=1),
       params=PARAMS, form=st.sampled_from(["csr", "coo"]), timed=st.booleans(), tagged=st.booleans())
@settings(max_examples=40)
def test_every_answer(rows, params, form, timed, tagged):
    user, item, weight, time = np.array(rows).T
    matrix = sp.coo_matrix((weight.astype(np.float32), (user, item)), shape=(8, 7))
    if form == "csr":
        matrix = matrix.tocsr()
        time = time[:matrix.nnz]
    tags = sp.csr_matrix(np.eye(3)[[0, 1, 2, 0, 1, 2, 0]])
    model = Model(**params).fit(matrix, tags if tagged else None, time=time if timed else None)
    ids, scores = model.recommend_all(N=5)
    assert ids.shape == scores.shape == (8, 5) and not np.isnan(scores).any()
    again = Model.from_bytes(model.to_bytes())
    assert (again.recommend_all(N=5)[0] == ids).all() and (again.recommend_all(N=5)[1] == scores).all()
    for one in range(8):
        explanation = model.explain(one, one % 7, N=3)
        assert explanation.sum() == explanation.score == float(model.score(one, [one % 7])[0])
    assert model.similar_users(list(range(8)), N=3)[0].shape == (8, 3)
    assert len(model.similar_items(0)[0]) <= 6 and len(model.candidates(0)[0]) <= 7
    assert model.evaluate(matrix, keep_seen=True).info["n_users"] == len(set(user.tolist()))
    if tagged and model.info["channel"]["content"] != "absent":
        assert model.extend(tags[:1]).recommend(0, N=8)[0].size <= 8
