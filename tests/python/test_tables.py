"""Tables are read as files are: ids, weights, missing values and kinds of events."""
import os
import re

import numpy as np
import pandas as pd
import pytest
import regatta
from conftest import ROOT
from regatta import Features, Graph, Model, tables


def test_blanks_around_ids(tmp_path):
    """" u5" and "u5 " are one user, in a table as in a file."""
    frame = pd.DataFrame({"user": [" u5", "u5 ", "\tu6\u00a0", "u 5"], "item": ["a", "b ", "b", "a\u00a0 "]})
    graph = Graph.from_table(frame)
    assert graph.user_ids.tolist() == ["u5", "u6", "u 5"] and graph.item_ids.tolist() == ["a", "b"]
    assert graph.history("u5").items.tolist() == ["a", "b"]
    frame.to_csv(tmp_path / "x.csv", index=False)
    read = Graph.read(tmp_path / "x.csv")
    assert read.user_ids.tolist() == graph.user_ids.tolist()
    assert read.summary()["hash"] == graph.summary()["hash"]
    for kind in ("category", "string", "U4"):
        if kind == "U4":
            other = Graph.from_table({name: frame[name].to_numpy(dtype=kind) for name in frame})
        else:
            other = Graph.from_table(frame.astype(kind))
        assert other.summary()["hash"] == graph.summary()["hash"] and other.user_ids.tolist() == ["u5", "u6", "u 5"]
    named = Graph.from_edges([0, 1], [0, 0], user_ids=[" u5", "u5 "])
    assert named.shape == (2, 1) and named.user_ids.tolist() == [" u5", "u5 "]


def test_words_for_missing_values():
    """The words of docs/data.md are no ids; keep_null_words takes them."""
    with open(os.path.join(ROOT, "docs", "data.md"), encoding="utf-8") as file:
        text = file.read()
    listed = re.search(r"These words mean a missing value(.*?)If `null`", text, re.DOTALL).group(1)
    words = re.findall(r"`(.*?)`", listed)
    assert len(words) >= 22 and {word.encode() for word in words} <= tables.NULL_WORDS
    for word in sorted(name.decode() for name in tables.NULL_WORDS):
        for column in ("user", "item"):
            frame = pd.DataFrame({"user": ["a", "b", "c"], "item": ["a", "b", "c"]})
            frame.loc[1, column] = f" {word}"
            with pytest.raises(regatta.ArgumentError, match=f"row 1: the {column} id is .*, a missing value: drop"):
                Graph.from_table(frame)
            assert Graph.from_table(frame, keep_null_words=True).shape == (3, 3)
    empty = pd.DataFrame({"user": ["a", " \t"], "item": ["a", "b"]})
    for keep in (False, True):
        with pytest.raises(regatta.ArgumentError, match="row 1: the user id is empty: drop such rows"):
            Graph.from_table(empty, keep_null_words=keep)


def test_words_are_those_of_the_reader(tmp_path):
    for word in sorted(name.decode() for name in tables.NULL_WORDS):
        (tmp_path / "x.csv").write_text(f"user,item\na,b\n{word},b\n")
        with pytest.raises(regatta.FormatError, match="a missing value"):
            Graph.read(tmp_path / "x.csv")


def test_ids_of_other_tables(model):
    """Tables of features, histories and logs have the same rule."""
    frame = pd.DataFrame({"item": ["a ", "a", "nan"], "feature": ["x", "y", "x"]})
    with pytest.raises(regatta.ArgumentError, match="row 2: the item id is 'nan'.*Features.add_table"):
        Features().add_table("tags", frame)
    made = Features().add_table("tags", frame, keep_null_words=True)
    assert made.modalities()[0]["n_nodes"] == 2
    rows = pd.DataFrame({"user": ["None"], "item": ["5"]})
    for call in (lambda: Model().fit(rows), lambda: model.evaluate(rows), lambda: model.update(rows),
                 lambda: model.evaluate(pd.DataFrame({"user": [1], "item": [2]}), history=rows)):
        with pytest.raises(regatta.ArgumentError, match="row 0: the user id is 'None'.*Graph.from_table"):
            call()
    log = {"user": ["0", "nan"], "item": ["1", "2"], "reward": [1, 0], "propensity": [0.5, 0.5]}
    with pytest.raises(regatta.ArgumentError, match="row 1: the user id is 'nan', a missing value: drop such rows$"):
        model.evaluate_logged(log)
