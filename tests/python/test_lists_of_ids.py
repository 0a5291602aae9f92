"""Arguments that take a list of ids or names refuse a single one, and never iterate over its letters."""
import numpy as np
import pandas as pd
import pytest
import regatta
import scipy.sparse as sp
from regatta import Features, Graph, Model


@pytest.fixture(scope="module")
def lettered():
    """A model whose ids have one digit or two, so that each letter of an id is an id too."""
    rows = [(u, i) for u in range(30) for i in range(15) if (u + i) % 4 == 0]
    return Model(dim=8, max_steps=5).fit(pd.DataFrame(
        {"user": [str(u) for u, _ in rows], "item": [str(i) for _, i in rows]}))


CALLS = {
    "forget": lambda model, one: model.update(forget=one),
    "items": lambda model, one: model.recommend("1", items=one),
    "filter_items": lambda model, one: model.recommend("1", filter_items=one),
    "users": lambda model, one: model.recommend_all(users=one),
    "filter_users": lambda model, one: model.similar_users("1", filter_users=one),
    "userids": lambda model, one: model.score_pairs(one, ["1"]),
    "itemids": lambda model, one: model.score_pairs(["1"], one),
    "ids": lambda model, one: model.user_positions(one),
}
OTHERS = {
    "items": [lambda model, one: model.recommend_all(items=one), lambda model, one: model.score("1", one),
              lambda model, one: model.candidates("1", items=one),
              lambda model, one: model.similar_items("1", items=one),
              lambda model, one: model.evaluate({"user": ["1"], "item": ["2"]}, items=one)],
    "filter_items": [lambda model, one: model.candidates("1", filter_items=one),
                     lambda model, one: model.similar_items("1", filter_items=one)],
    "users": [lambda model, one: model.similar_users("1", users=one), lambda model, one: model.report(users=one)],
    "userids": [lambda model, one: model.calibrate(one, ["1"], [1])],
    "ids": [lambda model, one: model.item_positions(one)],
}


@pytest.mark.parametrize("name,call", [*CALLS.items(), *[(name, call) for name in OTHERS for call in OTHERS[name]]])
@pytest.mark.parametrize("one", ["12", b"12", 12, np.array("12")])
def test_one_id_is_no_list_of_ids(lettered, name, call, one):
    kind = type(one).__name__
    with pytest.raises(regatta.ArgumentError, match=f"^{name} is one {kind}: pass a list of ids"):
        call(lettered, one)


def test_one_id_where_it_is_allowed(lettered):
    assert len(lettered.recommend("12", N=3)[0]) == 3
    assert len(lettered.similar_items("12", N=3)[0]) == 3
    assert len(lettered.update(forget=(user for user in ["12", "5"])).user_ids) == 28


@pytest.mark.parametrize("one", ["12", b"12", 5, {"user": ["1"], "item": ["2"]}, pd.DataFrame({"item": ["1"]})])
def test_a_history_is_a_list(lettered, one):
    with pytest.raises(TypeError, match="a history is a list of ids, not"):
        lettered.recommend(user_items=one)


@pytest.mark.parametrize("one", ["ab", b"ab", 5])
def test_ids_of_rows(user_items, tags, one):
    for name in ("user_ids", "item_ids"):
        with pytest.raises(regatta.ArgumentError, match=f"{name} is one"):
            Graph.from_matrix(user_items[:2, :2], **{name: one})
        with pytest.raises(regatta.ArgumentError, match=f"{name} is one"):
            Graph.from_edges([0, 1], [0, 1], **{name: one})
    tagged = Model(channels="content").fit(user_items, item_features=tags)
    with pytest.raises(regatta.ArgumentError, match="item_ids is one"):
        tagged.extend(tags[:2], item_ids=one)
    with pytest.raises(regatta.ArgumentError, match="nodes is one"):
        Features().add_matrix("tags", sp.csr_matrix(np.eye(2, 3)), nodes=one)
    with pytest.raises(regatta.ArgumentError, match="features is one"):
        Features().add_matrix("tags", sp.csr_matrix(np.eye(2)), features=one)


def test_names_of_channels(user_items, model):
    """A text is one name, or several with commas; other things are refused by name."""
    for value in (5, b"items", ["items", 5], {"items": 1}):
        with pytest.raises(regatta.ArgumentError, match="channels is .*: pass a name of a channel, or a list"):
            Model(channels=value).fit(user_items)
        with pytest.raises(regatta.ArgumentError, match="drop is .*: pass a name of a channel, or a list"):
            model.prune(drop=value)
    made = [Model(channels=value).fit(user_items).settings["channels"]
            for value in ("items,users", ["items", "users"], ("items", "users"))]
    assert made == [["items", "users"]] * 3


@pytest.mark.parametrize("one", ["x.tsv", 5, {"user": [1], "item": [2]}, np.eye(3), sp.eye(3, format="csr"),
                                 pd.DataFrame({"user": [1], "item": [2]}), Graph.from_edges([0], [0])])
def test_sources(user_items, one):
    with pytest.raises(regatta.ArgumentError, match="sources is one .*: pass a list of interactions"):
        Model(preset="fast").fit(user_items, sources=one)
