"""Tables are read as files are: ids, weights, missing values and kinds of events."""
import os
import re

import numpy as np
import pandas as pd
import pytest
import regatta
import scipy.sparse as sp
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


def same_graph(a, b):
    numbers = a.summary(), b.summary()
    return numbers[0] == numbers[1] and a.user_ids.tolist() == b.user_ids.tolist()


def test_dislikes_of_tables(tmp_path):
    """Weights below dislike_below are the dislikes that the reader of files makes."""
    frame = pd.DataFrame({"user": ["a", "a", "b", "b", "b"], "item": ["x", "y", "x", "y", "z"],
                          "rating": [5.0, 1.0, -0.5, 3.0, 2.9999]})
    frame.to_csv(tmp_path / "x.csv", index=False)
    graph = Graph.from_table(frame, dislike_below=3)
    assert graph.n_edges == 2 and graph.summary()["n_dislikes"] == 3
    assert same_graph(graph, Graph.read(tmp_path / "x.csv", dislike_below=3))
    for below in (None, -1):
        with pytest.raises(regatta.ArgumentError, match=r"row 2: 'rating' is -0.5: a negative weight: "
                           r"Graph.from_table\(.., dislike_below=0\) reads it as a dislike; else drop such rows"):
            Graph.from_table(frame, dislike_below=below)
    with pytest.raises(regatta.ArgumentError, match="row 2: 'rating' is -0.5: a negative weight"):
        Model(preset="fast").fit(frame)
    assert Graph.from_table(frame, {"weight": None}).n_edges == 5
    with pytest.raises(regatta.ArgumentError, match="dislike_below: the table has no column of weights"):
        Graph.from_table(frame, {"weight": None}, dislike_below=0)
    with pytest.raises(regatta.ArgumentError, match="dislike_below is nan: not a finite number"):
        Graph.from_table(frame, dislike_below=float("nan"))
    with pytest.raises(regatta.ArgumentError, match="row 1: 'rating' is -inf: a weight that is not"):
        Graph.from_table({"user": [1, 1], "item": [1, 2], "rating": [1, -np.inf]})
    model = Model(preset="fast", valid_share=0).fit(Graph.from_table(frame, dislike_below=0))
    assert model.info["n_dislikes"] == 1


FORMS = {"dense": np.asarray, "csr": sp.csr_matrix, "csc": sp.csc_matrix, "coo": sp.coo_matrix, "lil": sp.lil_matrix}


@pytest.mark.parametrize("form", FORMS)
def test_dislikes_of_matrices(form):
    array = np.array([[5, 1, 0, 4], [0, 0, 0, 0], [0, -2, 0, 3]], dtype=float)
    matrix = FORMS[form](array)
    graph = Graph.from_matrix(matrix, dislike_below=3)
    assert graph.n_edges == 3 and graph.summary()["n_dislikes"] == 2
    with pytest.raises(regatta.ArgumentError, match=r"row 2, column 1: 'weight' is -2.0: a negative weight: "
                       r"Graph.from_matrix\(.., dislike_below=0\) reads it as a dislike; else leave such"):
        Graph.from_matrix(matrix)
    assert (array == (matrix if form == "dense" else matrix.toarray())).all()  # the input stays as it is
    with pytest.raises(regatta.ArgumentError, match="dislike_below: a boolean matrix has no weights"):
        Graph.from_matrix(matrix.astype(bool), dislike_below=0)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_places_in_matrices(form, bad):
    array = np.ones((5, 4))
    array[3, 2] = bad
    with pytest.raises(regatta.ArgumentError, match=f"^row 3, column 2: 'weight' is {bad}: a weight that is not"):
        Graph.from_matrix(FORMS[form](array))


@pytest.mark.parametrize("column", ["rating", "timestamp"])
@pytest.mark.parametrize("kind", ["Int64", "Float64", "boolean", object])
def test_missing_values(column, kind):
    frame = pd.DataFrame({"user": [1, 2], "item": [1, 2], column: pd.array([1, None], dtype=kind)})
    with pytest.raises(regatta.ArgumentError, match=f"row 1: '{column}' has a missing value"):
        Graph.from_table(frame)
    table = {name: frame[name].to_numpy() for name in frame}
    with pytest.raises(regatta.ArgumentError, match=f"row 1: '{column}' has a missing value"):
        Graph.from_table(table)


def test_missing_values_of_other_tables(model):
    frame = pd.DataFrame({"item": [0, 1], "year": pd.array([1999, None], dtype="Int64")})
    assert Features().add_properties("film", frame, {"year": "number"}).modalities()[0]["n_nodes"] == 1
    log = {"user": [0, 1], "item": [1, 2], "reward": [1, None], "propensity": [0.5, 0.5]}
    with pytest.raises(regatta.ArgumentError, match="row 1: 'reward' has a missing value"):
        model.evaluate_logged(log)


def test_empty_tables():
    frame = pd.DataFrame({"user": [1], "item": [2], "rating": [3.0], "timestamp": [4]})[:0]
    for table in (frame, frame.astype(object), frame.astype(float), frame.astype(str),
                  {"user": [], "item": []}, {"user": [], "item": [], "weight": [], "time": []}):
        assert Graph.from_table(table).shape == (0, 0)
        with pytest.raises(regatta.ArgumentError, match="the graph has no interaction"):
            Model(preset="fast").fit(table)


def test_features_of_another_number_of_rows(user_items):
    for what, arguments in (("features", {"item_features": sp.eye(7, format="csr")}),
                            ("vectors", {"item_vectors": np.ones((7, 3))})):
        with pytest.raises(regatta.ArgumentError, match=f"the {what} have 7 rows for 20 items"):
            Model().fit(user_items, **arguments)
    with pytest.raises(regatta.ArgumentError, match="the features have 7 rows for 60 users"):
        Model().fit(user_items, user_features=sp.eye(7, format="csr"))


def test_kinds_of_events(recwarn):
    """Several kinds without weights give a warning in the line of the caller."""
    frame = pd.DataFrame({"user_id": [1, 1, 2], "item_id": [1, 2, 1], "event_type": ["view", "buy", None]})
    message = r"the column 'event_type' seems to have kinds of events, which all count alike: add a column"
    for call in (Graph.from_table, Model(preset="fast", valid_share=0).fit):
        with pytest.warns(UserWarning, match=message) as caught:
            call(frame)
        assert [warning.filename for warning in caught] == [__file__]
    with pytest.warns(UserWarning, match="the column 'behavior' seems to have"):
        Graph.from_table({"user": [1, 1], "item": [1, 2], "behavior": ["pv", "buy"]})
    recwarn.clear()
    Graph.from_table(frame, {"user": "user_id"})
    Graph.from_table(frame, {})
    Graph.from_table(frame.assign(weight=[1, 5, 1]))
    Graph.from_table(frame.assign(event_type="view"))
    Graph.from_table(frame[:0])
    Graph.from_table(frame.rename(columns={"event_type": "colour"}))
    assert not recwarn.list


def test_names_of_events_are_those_of_the_reader(tmp_path):
    """The reader of files finds the column of kinds by the names that give a warning."""
    for name in ("event", "event_type", "Behavior", "action", "kind"):
        with pytest.warns(UserWarning, match=name):
            Graph.from_table(pd.DataFrame({"user": ["a", "a"], "item": ["b", "c"], name: ["view", "buy"]}))
        (tmp_path / "x.csv").write_text(f"user,item,{name}\na,b,view\na,c,buy\n")
        graph = Graph.read(tmp_path / "x.csv", event_weights={"view": 1, "buy": 5})
        assert graph.history("a").weights.tolist() == [1, 5]


def test_times_as_text(tmp_path):
    """Texts of dates, as pandas.read_csv leaves them, are the times that a file gives."""
    path = tmp_path / "x.csv"
    path.write_text("user,item,date\na,x,2024-01-02\na,y,2024-01-03T10:00:00Z\nb,x,2023-12-31 23:59:59\n")
    graph, table = Graph.read(path), Graph.from_table(pd.read_csv(path))
    for user in ("a", "b"):
        assert graph.history(user).times.tolist() == table.history(user).times.tolist()
    strings = pd.read_csv(path).convert_dtypes()
    assert Graph.from_table(strings).history("a").times.tolist() == graph.history("a").times.tolist()
    for wrong in ("01/02/2024", "soon", ""):
        with pytest.raises(regatta.ArgumentError, match="row 1: 'time' is"):
            Graph.from_table({"user": ["a", "b"], "item": ["x", "y"], "time": ["2024-01-01", wrong]})
