"""Features of items and users, and new items."""
import os

import numpy as np
import pandas as pd
import pytest
import regatta
import scipy.sparse as sp
from conftest import ROOT
from regatta import Features, Graph, Model


def content(model):
    return model.info["channel"]["content"]


def test_forms_are_the_same_features(user_items, tags):
    coo = tags.tocoo()
    frame = pd.DataFrame({"item": coo.row, "feature": coo.col})
    lists = {int(i): [int(f) for f in tags[i].indices] for i in range(20)}
    weights = {int(i): {int(f): 1.0 for f in tags[i].indices} for i in range(20)}
    models = [Model(preset="default", dim=8, max_steps=10).fit(user_items, item_features=form)
              for form in (tags, frame, lists, weights, Features().add_matrix("features", tags),
                           {"features": tags})]
    assert content(models[0]) in ("held", "scores")
    scores = [m.score(3) for m in models]
    for other in scores[1:]:
        assert np.allclose(other, scores[0], atol=1e-5)


def test_vectors_and_modalities(user_items, tags, tmp_path):
    vectors = np.random.default_rng(1).normal(size=(20, 6)).astype(np.float32)
    np.save(tmp_path / "text.npy", vectors)
    (tmp_path / "text.npy.ids.txt").write_text("".join(f"{k}\n" for k in range(20)))
    features = Features().add({"tags": tags, "text": tmp_path / "text.npy"})
    assert [(m["name"], m["is_dense"], m["n_features"]) for m in features.modalities()] == [
        ("tags", False, 4), ("text", True, 6)]
    assert features.coverage(Graph.from_matrix(user_items)) == {
        "n_modalities": 2, "n_nodes": 20, "n_with": 20, "n_without": 0, "n_unknown": 0}
    model = Model(dim=8, max_steps=10).fit(user_items, tags, item_vectors=vectors)
    assert content(model) in ("held", "scores")


def test_properties(tmp_path):
    """A data frame with a row for each item gives what the same file gives."""
    frame = pd.DataFrame({"item": [0, 1, 2], "name": ["a, b", 'c "d"', "x"], "year": [1999, np.nan, 2001],
                          "tags": ["red;blue", None, "blue"], "seen": pd.to_datetime(["2020-01-01", None, None])})
    kinds = {"name": "text", "year": "number", "tags": "list", "seen": "skip"}
    features = Features().add_properties("shop", frame, kinds)
    frame.drop(columns="seen").to_csv(tmp_path / "shop.csv", index=False)
    other = Features().read(tmp_path / "shop.csv", columns="item=id,name=text,year=number,tags=list")
    assert features.modalities() == other.modalities() and len(features.modalities()) == 2
    with pytest.raises(regatta.FormatError, match="table.csv"):
        Features().add(pd.DataFrame({"item": [0, 1], "strange": ["q", "r"]}))


def test_features_of_users(user_items):
    groups = sp.csr_matrix(np.eye(3)[[u % 3 for u in range(60)]])
    model = Model(dim=8, max_steps=10).fit(user_items, user_features=groups)
    assert model.info["channel"]["profile"] in ("held", "scores")
    extended = model.extend(user_features=sp.csr_matrix(np.eye(3)[:1]))
    assert extended.n_users == 61 and len(extended.recommend(60, N=3)[0]) == 3
    with pytest.raises(ValueError, match="are of items"):
        Model().fit(user_items, user_features=Features("items"))


def test_new_items_are_recommended(user_items, tags):
    model = Model(channels="content").fit(user_items, item_features=tags)
    assert content(model) == "scores"
    new = sp.csr_matrix(np.eye(4, dtype=np.float32)[[0, 1]])
    extended = model.extend(new)
    assert extended.item_ids.tolist() == list(range(22)) and model.n_items == 20
    assert extended.extension_["n_items"] == 2 and extended.extension_["n_bare_items"] == 0
    scores = extended.score([0, 1], [20, 21])  # users of group 0 and 1, items of group 0 and 1
    assert scores[0, 0] > scores[0, 1] and scores[1, 1] > scores[1, 0]
    parts = extended.explain_features(0, 20)
    assert [row[0] for row in parts] == ["features"]
    history = sum(row[2] for row in extended.explain(0, 20, N=None) if row[0].endswith("of item"))
    assert sum(parts.column("contribution")) == pytest.approx(history, rel=1e-4)


def test_new_items_with_ids(user_items, tags, tmp_path):
    names = [f"i{k}" for k in range(20)]
    path = tmp_path / "tags.tsv"
    path.write_text("".join(f"i{i}\tt{tags[i].indices[0]}\n" for i in range(20)))
    model = Model(dim=8, max_steps=10).fit(user_items, path, item_ids=names)
    with pytest.raises(ValueError, match="pass item_ids"):
        model.extend(item_vectors=np.ones((1, 4)))
    path.write_text("new\tt1\ni3\tt1\n")
    extended = model.extend(path)
    assert extended.item_ids[-1] == "new" and extended.extension_["n_known_items"] == 1
    by_dict = model.extend({"tags": {"new": ["t1"]}})
    assert by_dict.score(3, ["new"]) == pytest.approx(extended.score(3, ["new"]), rel=1e-5)


def test_wide_table_of_the_bundled_data():
    features = Features("users").read(os.path.join(ROOT, "datasets", "debian", "packages.tsv.gz"))
    assert features.reports[0]["layout"] == "wide" and len(features.modalities()) >= 1


@pytest.mark.parametrize("make,message", [
    (lambda: Features("things"), "side is 'things'"),
    (lambda: Features().add_matrix("x", sp.csr_matrix([[np.nan]])), "finite"),
    (lambda: Features().add_matrix("x", sp.eye(2), nodes=["a"]), "1 node ids for 2 nodes"),
    (lambda: Features().add_matrix("", sp.eye(2)), "name"),
    (lambda: Features().add_vectors("x", np.ones(3)), "1 dimensions"),
    (lambda: Features().add_vectors("x", np.full((2, 2), np.inf)), "finite"),
    (lambda: Features().add_matrix("x", sp.eye(2)).add_matrix("x", sp.eye(2)), "x"),
    (lambda: Features().add_properties("x", pd.DataFrame({"item": [1], "tag": ["a"]}), {"tog": "list"}),
     "no column 'tog': it has item, tag"),
    (lambda: Features().add_properties("x", pd.DataFrame({"thing": [1], "tag": ["a"]})), "no column 'item'"),
    (lambda: Features().add_table("x", pd.DataFrame({"item": [1], "tag": ["a"]})), "no column 'feature', but item, tag")])
def test_wrong_features(make, message):
    with pytest.raises(ValueError, match=message) as caught:
        make()
    assert isinstance(caught.value, regatta.RegattaError)


def test_wrong_types():
    with pytest.raises(TypeError, match="pass a list"):
        Features().add_lists("x", {0: "red"})
    with pytest.raises(TypeError, match="features are int"):
        Features().add(3)
    with pytest.raises(OSError, match="nowhere"):
        Features().add("/nowhere/x.tsv")


def test_scores_of_sources():
    random = np.random.default_rng(2)
    target, source = np.zeros((120, 90)), np.zeros((120, 90))
    for matrix, n in ((target, 3), (source, 12)):
        for user in range(120):
            matrix[user, 6 * random.integers(0, 15, n) + user % 6] = 1
    users, items = np.nonzero(source)
    other = pd.DataFrame({"user": users, "item": [f"s{item}" for item in items]})
    users, items = np.nonzero(target)
    data = pd.DataFrame({"user": users, "item": [f"t{item}" for item in items]})
    model = Model(preset="fast", channels=["items"], valid_share=0.3).fit(data, sources=[other])
    own = model.info["n_own_items"]
    assert own == len(set(items.tolist())) and own < model.n_items
    scores = model.score([3, 4])
    assert scores.shape == (2, model.n_items)
    assert np.isfinite(scores[:, :own]).all() and (scores[:, own:] == -np.inf).all()
    assert (model.score(3, model.item_ids[:own]) == scores[0, :own]).all()
    with pytest.raises(ValueError, match="is of another domain"):
        model.score(3, ["s1"])


def test_sources(user_items):
    other = pd.DataFrame({"user": np.repeat(np.arange(60), 2), "item": [f"o{k % 7}" for k in range(120)]})
    model = Model(dim=8, max_steps=10).fit(user_items, sources=[other])
    assert set(model.recommend(0, N=20)[0].tolist()) <= set(range(20))
    with pytest.raises(ValueError, match="17 sources"):
        Model().fit(user_items, sources=[other] * 17)
