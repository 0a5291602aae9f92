"""Model.update: new interactions, users and items, and users that are taken out."""
import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp

import regatta
from regatta import Graph, Model


def test_new_interactions_users_and_items(user_items, tmp_path):
    model = Model(dim=8, max_steps=10).fit(user_items)
    new = sp.lil_matrix((62, 21), dtype=np.float32)
    new[60, [0, 3]] = 1  # a user of group 0
    new[[0, 3, 6, 9], 20] = 1  # and an item for the group
    updated = model.update(new.tocsr())
    assert (updated.n_users, updated.n_items) == (62, 21) and model.n_users == 60
    assert updated.update_["n_users"] == 2 and updated.update_["n_interactions"] == 6
    assert 0 < updated.update_["overlap"] <= 1
    scores = updated.score([0 + 12, 1 + 12], [20])
    assert scores[0, 0] > scores[1, 0]
    assert len(updated.recommend(60, N=3)[0]) == 3
    updated.save(tmp_path / "model")
    again = Model.load(tmp_path / "model").update()  # nothing new
    assert again.recommend(60, N=3)[0].tolist() == updated.recommend(60, N=3)[0].tolist()


def test_new_items_with_features(user_items, tags):
    model = Model(channels="content").fit(user_items, item_features=tags)
    new = sp.csr_matrix(np.eye(4, dtype=np.float32)[[0, 1]])
    updated = model.update(user_items[:3], item_features=new)
    assert updated.n_items == 22
    scores = updated.score([0, 1], [20, 21])
    assert scores[0, 0] > scores[0, 1] and scores[1, 1] > scores[1, 0]


def test_forgotten_users(user_items):
    ids = [f"u{k}" for k in range(60)]
    model = Model(preset="fast").fit(user_items, user_ids=ids)
    without = model.update(forget=["u3", "u50"])
    assert without.n_users == 58 and "u3" not in without.user_ids
    with pytest.raises(KeyError):
        without.recommend("u3")
    with pytest.raises(KeyError):
        without.update(forget=["u3"])
    with pytest.raises(regatta.RegattaError, match="no interaction would be left"):
        model.update(forget=ids)
    with pytest.raises(ValueError, match="without new interactions"):
        model.update(user_items, user_ids=ids, forget=["u3"])
    with pytest.raises(ValueError, match="steps"):
        model.update(user_items, user_ids=ids, steps=10001)


def test_files_count_as_in_the_training(tmp_path):
    """Updates and test parts read a file by the rules of the file of the training."""
    log, hides = tmp_path / "log.csv", tmp_path / "hides.csv"
    rows = [f"u{u},i{(u + k) % 9},{'view' if k % 2 else 'buy'}" for u in range(20) for k in range(4)]
    log.write_text("user,item,event\n" + "\n".join(rows) + "\n")
    hides.write_text("user,item,event\nu1,i8,hide\nu2,i8,buy\n")
    graph = Graph.read(log, event_weights={"view": 1, "buy": 5, "hide": -1})
    model = Model(preset="fast").fit(graph, show_progress=False)
    updated = model.update(hides)
    assert updated.update_["n_interactions"] == 1
    assert Graph.read(hides, like=model).report["like"].startswith("event weights view=1")
    assert Graph.read(hides, like=model, event_weights={"*": 1}).report["like"] == ""
    assert Graph.read(hides).n_edges == 2
    assert model.update(Graph.read(hides)).update_["n_known"] == 0
    assert model.update(log).update_["n_known"] == len(rows)
    again = model.update(log, skip_known=True)
    assert again.update_["n_interactions"] == 0 and again.to_bytes() == model.to_bytes()


def test_tables_count_as_in_the_training(tmp_path):
    """Ratings of a table are likes or not by the rules of the file of the training."""
    log = tmp_path / "log.csv"
    log.write_text("user,item,rating\n" + "".join(f"u{u},i{(u + k) % 9},{1 + (u + k) % 5}\n"
                                                   for u in range(20) for k in range(4)))
    later = pd.DataFrame({"user": ["u1", "u2", "u3"], "item": ["i8", "i8", "i8"], "rating": [1, 3, 5]})
    for rules, wanted in (({"min_weight": 3}, 2), ({"dislike_below": 4}, 1), ({}, 3)):
        model = Model(preset="fast").fit(Graph.read(log, **rules), show_progress=False)
        assert model.update(later).update_["n_interactions"] == wanted
        assert model.update(later[["user", "item"]]).update_["n_interactions"] == 3
