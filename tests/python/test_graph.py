"""Graphs from matrices, edges, tables and files."""
import datetime
import gzip
import os
import sqlite3
import sys
import unittest.mock

import numpy as np
import pandas as pd
import pytest
import regatta
import scipy.sparse as sp
from conftest import ROOT
from hypothesis import given, settings
from hypothesis import strategies as st
from regatta import Graph, Model

EDGES = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 9), st.integers(0, 5)), min_size=1, max_size=40)


def dense(graph):
    return graph.to_matrix().toarray()


@given(EDGES, st.sampled_from(["csr", "csc", "coo", "lil", "dok"]),
       st.sampled_from([np.float32, np.float64, np.int64, np.uint8]))
@settings(max_examples=60)
def test_matrix_comes_back(edges, form, dtype):
    user, item, weight = np.array(edges).T
    matrix = sp.coo_matrix((weight.astype(dtype), (user, item)), shape=(7, 10))
    expected = matrix.toarray()
    graph = Graph.from_matrix(matrix.asformat(form))
    assert graph.shape == (7, 10)
    assert (dense(graph) == expected).all()
    assert graph.user_ids.tolist() == list(range(7)) and graph.item_ids.tolist() == list(range(10))


@given(st.lists(st.integers(-3, 3)) | st.lists(st.text("ab", max_size=2)))
def test_factorize_with_and_without_pandas(values):
    from regatta._ids import factorize
    array = np.array(values, dtype=object if values and isinstance(values[0], str) else np.int64)
    codes, names, kind = factorize(array, "user")
    with unittest.mock.patch.dict(sys.modules):
        del sys.modules["pandas"]
        other = factorize(array, "user")
    assert (codes.tolist(), names, kind) == (other[0].tolist(), *other[1:])
    assert [names[c].decode() for c in codes] == [str(v) for v in values]
    assert codes.dtype == np.uint32 and len(set(names)) == len(names)


@given(EDGES)
@settings(max_examples=40)
def test_doors_agree(edges):
    """The same rows through from_edges, from_table and from_matrix are the same graph."""
    user, item, weight = np.array(edges).T
    graph = Graph.from_edges(user, item, weight, n_users=7, n_items=10)
    matrix = Graph.from_matrix(sp.coo_matrix((weight, (user, item)), shape=(7, 10)))
    assert graph.summary()["hash"] == matrix.summary()["hash"]
    names = np.array([f"u{k}" for k in range(7)]), np.array([f"i{k}" for k in range(10)])
    table = Graph.from_table(pd.DataFrame({"user": names[0][user], "item": names[1][item], "weight": weight}))
    rows = dense(Graph.from_edges(user, item, weight, n_users=7, n_items=10))
    for a, name in enumerate(table.user_ids):
        for b, other in enumerate(table.item_ids):
            assert dense(table)[a, b] == rows[int(name[1:]), int(other[1:])]


def test_csr_of_32_bits_is_read_in_place(user_items):
    from regatta._ids import positions_of
    indices = user_items.indices
    assert indices.dtype == np.int32 and np.shares_memory(positions_of(indices, "item"), indices)
    graph = Graph.from_matrix(user_items)
    made = graph.to_matrix()
    assert not made.indices.flags.owndata and not made.data.flags.owndata
    del graph  # the views keep the graph alive
    assert (made.toarray() == user_items.toarray()).all()


@pytest.mark.parametrize("name,change", [
    ("indptr", lambda a: a[:-1]), ("indptr", lambda a: a + 1), ("indptr", lambda a: a[::-1].copy()),
    ("indptr", lambda a: a * 2), ("indices", lambda a: a[:-1]), ("indices", lambda a: a + 20),
    ("indices", lambda a: a - 30), ("indices", lambda a: a.astype(np.int64) + 2**32), ("data", lambda a: a[:-1])])
def test_damaged_matrices(user_items, model, name, change):
    """Arrays that do not match are an error, never memory that is not theirs."""
    broken = user_items.copy()
    setattr(broken, name, change(getattr(broken, name)))
    with pytest.raises(ValueError):
        Graph.from_matrix(broken)
    if name != "data":
        with pytest.raises(ValueError):
            model.recommend(user_items=broken)


def test_boolean_values_are_no_weights():
    matrix = sp.csr_matrix(np.eye(3, dtype=bool))
    assert Graph.from_matrix(matrix).summary()["has_weight"] == 0
    assert Graph.from_matrix(matrix * 2.5).summary()["has_weight"] == 1


def test_dense_array():
    array = np.array([[0, 2.5], [1, 0]])
    assert (dense(Graph.from_matrix(array)) == array).all()


def test_ids_of_a_matrix():
    graph = Graph.from_matrix(sp.eye(2, format="csr"), user_ids=["ann", "bob"], item_ids=[70, 7])
    assert graph.user_ids.tolist() == ["ann", "bob"] and graph.item_ids.tolist() == [70, 7]
    assert graph.history("bob").items.tolist() == [7]
    with pytest.raises(KeyError, match="unknown user: 'carl'"):
        graph.history("carl")
    with pytest.raises(TypeError, match="user ids are strings here: 0"):
        graph.history(0)


def test_order_and_times_of_entries():
    matrix = sp.csr_matrix((np.ones(3), [2, 0, 1], [0, 3]), shape=(1, 3))
    assert Graph.from_matrix(matrix).history(0).items.tolist() == [2, 0, 1]
    history = Graph.from_matrix(matrix, time=[30, 10, 20]).history(0)
    assert history.items.tolist() == [0, 1, 2] and history.times.tolist() == [10, 20, 30]
    days = np.array(["2021-01-03", "2021-01-01", "2021-01-02"], dtype="datetime64[D]")
    history = Graph.from_matrix(matrix, time=days).history(0)
    assert history.times[0] == 1609459200


@pytest.mark.parametrize("make,message", [
    (lambda: Graph.from_edges([0, -1], [0, 0]), "user positions are not all from 0"),
    (lambda: Graph.from_edges([0.5], [0]), "integers"),
    (lambda: Graph.from_edges([0, 1], [0]), "item has 1 elements, user 2"),
    (lambda: Graph.from_edges([0], [3], n_items=2), "item 3 of 2"),
    (lambda: Graph.from_edges([0], [0], [np.nan]), "not finite"),
    (lambda: Graph.from_edges([0], [0], dedup="mean"), "dedup is 'mean': not one of sum, max, last"),
    (lambda: Graph.from_edges([0], [0], user_ids=["a", "a"]), "name 'a' is repeated"),
    (lambda: Graph.from_edges([0], [0], user_ids=["a\0b"]), "NUL"),
    (lambda: Graph.from_edges([0], [0], time=[1.6e12]), "above 1e11"),
    (lambda: Graph.from_matrix(sp.eye(2), item_ids=["a"]), "1 item ids for 2 items"),
    (lambda: Graph.from_matrix(sp.coo_matrix((2**32, 1))), "not from 0 to"),
    (lambda: Graph.from_matrix(np.ones(3)), "1 dimensions"),
    (lambda: Graph.from_table(pd.DataFrame({"user": ["a"], "thing": ["b"]})), "no column 'item', but user, thing"),
    (lambda: Graph.from_table(pd.DataFrame({"user": ["a"], "item": ["b"]}), {"weight": "w"}), "no column 'w'"),
    (lambda: Graph.from_table(pd.DataFrame({"user": ["a"], "item": ["b"]}), {"rating": "w"}), "'rating': not one of"),
    (lambda: Graph.from_edges([0, 0], [0, 1], [1, -1e39]), "row 1: 'weight' is -1e[+]39: a weight that is larger than a float can store"),
    (lambda: Graph.from_table(pd.DataFrame({"user": [1, 2], "item": [1, 2], "stars": [1, np.nan]}), {"weight": "stars"}),
     "row 1: 'stars' is nan"),
    (lambda: Graph.from_table(pd.DataFrame([[1, 2, 3]], columns=["user", "item", "item"])), "'item' more than once"),
    (lambda: Graph.from_table({"user": [1, 2], "item": [1]}), "not of the same number"),
    (lambda: Graph.from_table({"user": "ab", "item": [1, 2]}), "the user column has 0 dimensions"),
])
def test_wrong_input_is_refused(make, message):
    with pytest.raises(ValueError, match=message) as caught:
        make()
    assert isinstance(caught.value, regatta.RegattaError)


@pytest.mark.parametrize("user", [["a", None], ["a", float("nan")], ["a", 1.5], [1.0, 2.0], [True, False]])
def test_missing_ids_are_refused(user):
    with pytest.raises(TypeError, match="ids are strings or integers"):
        Graph.from_table(pd.DataFrame({"user": user, "item": ["x", "y"]}))


@pytest.mark.parametrize("table,message", [
    ([1, 2], "a table is list: pass a data frame"), (pd.Series([1]), "a table is Series"),
    (pd.DataFrame({"user": ["a", ["x"]], "item": [1, 2]}), r"row 1: the user id is \['x'\]: ids are strings or integers"),
    ({"user": ["a", ["x"]], "item": [1, 2]}, r"row 1: the user id is \['x'\]"),
    (pd.DataFrame({"user": [1, np.nan], "item": [1, 2]}), "row 1 has none, which makes integers floats: drop such rows"),
])
def test_wrong_tables_are_named(table, message):
    with pytest.raises(TypeError, match=message):
        Graph.from_table(table)


def test_dict_of_columns():
    """A dict is a table; ids keep their types."""
    graph = Graph.from_table({"userId": ["a", 5, "a"], "item": np.array([1, 2, 3]), "rating": [1, 2.5, 3]})
    assert graph.user_ids.tolist() == ["a", "5"] and graph.item_ids.tolist() == [1, 2, 3]
    assert graph.history("5").weights.tolist() == [2.5]
    assert Model(preset="fast").fit({"user": [1, 1, 2], "item": [4, 5, 4]}, show_progress=False).n_items == 2
    with pytest.raises(regatta.ArgumentError, match="no column"):
        Model(preset="fast").fit({"ann": ["sea", "hill"]})


def test_graph_without_nodes():
    for graph in (Graph.from_edges([], []), Graph.from_table(pd.DataFrame({"user": [], "item": []}, dtype=str)),
                  Graph.from_matrix(sp.csr_matrix((0, 0)))):
        summary = graph.summary()
        assert summary["n_users"] == summary["n_components"] == summary["n_communities"] == 0
        assert graph.to_matrix().shape == (0, 0) and graph.denoise()[0].n_edges == 0
        assert [part.n_edges for part in graph.split()] == [0, 0, 0]
        with pytest.raises(regatta.FormatError, match="nothing is left"):
            graph.filter(1, 1)
        with pytest.raises(regatta.UnknownIdError):
            graph.history("a")


def test_frame_with_other_names_times_and_categories():
    frame = pd.DataFrame({"who": pd.Categorical(["b", "a", "b"], categories=["a", "b", "unused"]),
                          "item": [5, 6, 6], "stars": [1, 2, 3],
                          "when": pd.to_datetime(["2021-01-02", "2021-01-01", "2021-01-01"]).tz_localize("Europe/Paris")})
    graph = Graph.from_table(frame, {"user": "who", "weight": "stars", "time": "when"})
    assert graph.user_ids.tolist() == ["b", "a"] and graph.item_ids.tolist() == [5, 6]
    history = graph.history("b")
    assert history.items.tolist() == [6, 5] and history.weights.tolist() == [3, 1]
    assert history.times.tolist() == [1609455600, 1609542000]


@pytest.mark.parametrize("names", [("userId", "movieId", "rating", "timestamp"),
                                   ("reviewerID", "asin", "overall", "unixReviewTime"),
                                   ("Kunde", "Artikel", "Anzahl", "Datum")])
def test_known_names(tmp_path, names):
    """A frame has the columns that the same table has as a file."""
    frame = pd.DataFrame({"brand": ["x", "y", "z"], names[1]: ["a", "b", "a"], names[0]: ["u", "u", "v"],
                          names[2]: [1.0, 2.5, 4.0], names[3]: [1500000000, 1500000100, 1500000200]})
    frame.to_csv(tmp_path / "rows.csv", index=False)
    graph, read = Graph.from_table(frame), Graph.read(tmp_path / "rows.csv")
    assert graph.summary() == read.summary() and graph.summary()["has_weight"] == 1
    assert graph.history("u").times.tolist() == [1500000000, 1500000100]
    assert graph.item_ids.tolist() == ["a", "b"]
    plain = Graph.from_table(frame, {"weight": None, "time": None})
    assert plain.summary()["has_weight"] == 0 and plain.history("u").times is None
    with pytest.raises(ValueError, match="no column 'item'"):
        Graph.from_table(frame.drop(columns=names[1]))


def test_days_as_numbers():
    """Days such as 20210131 are no seconds; a file with them has the days."""
    frame = pd.DataFrame({"user": ["u", "u"], "item": ["a", "b"], "date": [20210101, 20210201]})
    with pytest.raises(ValueError, match="'date' has numbers such as 20210101, which are days"):
        Graph.from_table(frame)
    frame["date"] = pd.to_datetime(frame["date"].astype(str), format="%Y%m%d")
    assert Graph.from_table(frame).history("u").times.tolist() == [1609459200, 1612137600]


def test_two_names_of_a_role():
    """The better name wins; of equal ones none does."""
    frame = pd.DataFrame({"user_id": ["u"], "asin": ["a"], "parent_asin": ["p"], "rating": [3], "stars": [4]})
    with pytest.raises(ValueError, match="'rating' and 'stars' suit the role 'weight' equally"):
        Graph.from_table(frame)
    graph = Graph.from_table(frame, {"weight": "stars"})
    assert graph.item_ids.tolist() == ["p"] and graph.history("u").weights.tolist() == [4]
    assert Graph.from_table(frame, {"weight": None}).summary()["has_weight"] == 0


def test_nullable_columns():
    frame = pd.DataFrame({"user": pd.array([7, 8], dtype="Int64"), "item": pd.array(["a", "b"], dtype="string"),
                          "weight": pd.array([0.5, 2], dtype="Float64")})
    graph = Graph.from_table(frame)
    assert graph.user_ids.tolist() == [7, 8] and graph.history(8).weights.tolist() == [2]
    frame.loc[1, "user"] = pd.NA
    with pytest.raises(TypeError, match="row 1: the user id is <NA>"):
        Graph.from_table(frame)
    with pytest.raises(ValueError, match="row 0: 'weight' has a missing value"):
        Graph.from_table(pd.DataFrame({"user": [1], "item": [1], "weight": pd.array([pd.NA], dtype="Float64")}))


def test_empty_matrix():
    graph = Graph.from_matrix(sp.csr_matrix((3, 4)))
    assert graph.n_edges == 0 and graph.to_matrix().shape == (3, 4) and graph.history(2).items.size == 0
    with pytest.raises(ValueError, match="no interaction"):
        regatta.Model(preset="fast").fit(graph)


def test_weight_and_time_columns_can_be_ignored():
    frame = pd.DataFrame({"user": ["a"], "item": ["b"], "weight": [2.0], "time": [7]})
    assert Graph.from_table(frame).summary()["has_weight"] == 1
    summary = Graph.from_table(frame, {"weight": None, "time": None}).summary()
    assert (summary["has_weight"], summary["has_time"]) == (0, 0)


def test_file_and_its_errors(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("user,item,rating\n1,sea,2\n2,sea,1\n")
    graph = Graph.read(path)
    assert graph.report["format"] == "csv" and graph.report["has_header"] == 1
    assert "user = user" in graph.report["columns"]
    assert graph.user_ids.tolist() == [1, 2] and graph.item_ids.tolist() == ["sea"]
    path.write_text("user,item,rating\n1,sea,2\n2,,1\n")
    with pytest.raises(regatta.FormatError, match=r"x\.csv:3: "):
        Graph.read(path)
    assert Graph.read(path, skip_bad=True).report["n_bad"][4] == 1
    with pytest.raises(OSError, match="nowhere"):
        Graph.read(tmp_path / "nowhere")
    path.write_text("007,a\n8,b\n")
    assert Graph.read(path).user_ids.tolist() == ["007", "8"]  # 007 is no integer


def test_limit_of_unpacked_bytes(tmp_path):
    """Of graphs and of features; the next call has the default again."""
    path = tmp_path / "x.tsv.gz"
    with gzip.open(path, "wt") as file:
        file.write("1\tsea\n" * 5000)
    for read in (Graph.read, regatta.Features("users").read):
        with pytest.raises(regatta.FormatError, match=r"x\.tsv\.gz: unpacks to more than 29999 bytes"):
            read(path, limit_bytes=29999)
        read(path, limit_bytes=30000)
    assert Graph.read(path).n_edges == 1
    with pytest.raises(regatta.ArgumentError, match="limit_bytes is -1"):
        Graph.read(path, limit_bytes=-1)


def test_formats_and_databases(tmp_path, user_items):
    """A matrix that scipy saves, and a query of an SQLite file, are the graph of the matrix."""
    def by_ids(graph):
        return dense(graph)[np.argsort(graph.user_ids)][:, np.argsort(graph.item_ids)]

    sp.save_npz(tmp_path / "x.npz", user_items)
    graph = Graph.read(tmp_path / "x.npz")
    assert graph.report["format"] == "npz" and (by_ids(graph) == user_items.toarray()).all()
    coo = user_items.tocoo()
    with sqlite3.connect(tmp_path / "x.db") as database:
        pd.DataFrame({"user": coo.row, "item": coo.col}).to_sql("sales", database, index=False)
    graph = Graph.read(tmp_path / "x.db", query="SELECT user, item FROM sales ORDER BY user, item")
    assert graph.report["format"] == "sqlite" and (by_ids(graph) == user_items.toarray()).all()
    with pytest.raises(regatta.FormatError, match="nothing"):
        Graph.read(tmp_path / "x.db", query="SELECT * FROM nothing")
    with pytest.raises(TypeError, match="query is 3"):
        Graph.read(tmp_path / "x.db", query=3)


def test_bundled_file():
    graph = Graph.read(os.path.join(ROOT, "datasets", "debian", "train.tsv.gz"))
    assert graph.shape == (16600, 5219) and graph.n_edges == 133130
    train, valid, test = graph.split("ratio", valid_share=0.1, test_share=0.2)
    assert train.n_edges + valid.n_edges + test.n_edges == 133130
    assert train.overlap(test)["n_leaked"] == 0
    assert graph.filter(5, 5).n_edges < 133130
    assert graph.user_ids[0] == graph.user_ids.tolist()[0] and graph.user_ids.dtype == object


def test_event_weights(tmp_path):
    (tmp_path / "events.csv").write_text("user,item,event\n1,7,view\n1,7,buy\n1,8,view\n2,7,open\n")
    graph = Graph.read(tmp_path / "events.csv", event_weights={"view": 1, "buy": 2.5, "*": 0})
    assert graph.to_matrix().toarray().tolist() == [[3.5, 1.0]]
    assert graph.report["n_left_out"] == 1 and graph.report["event_column"] == 3
    with pytest.raises(ValueError, match="events.csv:5: the event 'open'"):
        Graph.read(tmp_path / "events.csv", event_weights={"view": 1, "buy": 2.5})
    with pytest.raises(ValueError, match="has a comma"):
        Graph.read(tmp_path / "events.csv", event_weights={"a,b": 1})
    with pytest.raises(ValueError, match="event_weights: the kind 'view' has 'Shown': give a number, or"):
        Graph.read(tmp_path / "events.csv", event_weights={"view": "Shown", "buy": 1})
    (tmp_path / "numbers.csv").write_text("user,item,event\n1,7,1\n1,7,4\n1,8,1\n")
    graph = Graph.read(tmp_path / "numbers.csv", event_weights={1: 1, 4: 2.5})
    assert graph.to_matrix().toarray().tolist() == [[3.5, 1.0]]


def test_timestamp_is_the_time_of_tables(tmp_path):
    frame = pd.DataFrame({"user": [1, 1, 2], "item": [7, 8, 7], "timestamp": [10, 20, 30]})
    assert Graph.from_table(frame).history(1).times.tolist() == [10, 20]
    assert Graph.from_table(frame, columns={"time": None}).history(1).times is None
    both = Graph.from_table(frame.assign(time=[100, 200, 300]))
    assert both.history(1).times.tolist() == [100, 200]


def test_times_may_be_objects():
    days = [datetime.date(2024, 1, 1), datetime.datetime(2024, 1, 1, 12),
            pd.Timestamp("2024-01-02 01:00", tz="Europe/Berlin")]
    frame = pd.DataFrame({"user": [1, 1, 1], "item": [7, 8, 9], "time": pd.Series(days, dtype=object)})
    graph = Graph.from_table(frame)
    assert graph.history(1).times.tolist() == [1704067200, 1704110400, 1704153600]
    with pytest.raises(ValueError, match="times are datetimes, texts of dates, or seconds"):
        Graph.from_table(frame.assign(time=[True, False, True]))
    with pytest.raises(ValueError, match="row 1: 'time' has no time"):
        Graph.from_table(frame.assign(time=pd.Series([days[0], pd.NaT, days[1]], dtype=object)))


def test_integers_beyond_64_bits_are_text():
    ids = np.array([2**64 - 1, 3, 2**64 - 1], dtype=np.uint64)
    graph = Graph.from_table(pd.DataFrame({"user": ids, "item": [2**70, 4, 4]}))
    assert graph.user_ids.tolist() == ["18446744073709551615", "3"]
    assert graph.item_ids.tolist() == [str(2**70), "4"]


def test_dislikes(tmp_path):
    (tmp_path / "ratings.csv").write_text("user,item,rating\n1,7,5\n1,8,1\n2,7,4\n2,8,5\n")
    graph = Graph.read(tmp_path / "ratings.csv", dislike_below=3)
    assert graph.n_edges == 3 and graph.report["n_dislikes"] == 1
    assert Graph.from_edges([0, 0], [0, 1], [1, -1]).n_edges == 1


def test_denoise_counts_copies_and_finds_noise():
    draw = np.random.default_rng(3)
    rows = []
    for user in range(300):  # 12 of the 40 items of one of six groups, and one of another
        own = draw.choice(40, 12, replace=False) + 40 * (user % 6)
        rows += [(user, item) for item in own]
        rows.append((user, (40 * (user % 6) + draw.integers(40, 240)) % 240))
    rows += [(300, item) for user, item in rows if user == 7]
    user, item = np.array(rows).T
    graph = Graph.from_edges(user, item)
    weighed, found = graph.denoise()
    assert weighed.shape == graph.shape and weighed.n_edges == graph.n_edges
    assert found["n_copies"] == 1 and found["same_as"][300] == 7 and found["suspect"][300] == 1
    matrix = graph.to_matrix().tocoo()
    other = matrix.row % 6 != matrix.col // 40
    other[matrix.row == 300] = False
    assert found["noise"][other].mean() > 0.6 and found["noise"][~other].mean() < 0.1
    weight = weighed.to_matrix().tocoo().data
    assert weight[other].mean() < 0.8 < weight[~other].mean()
    assert (Graph.from_edges(user, item).denoise()[1]["noise"] == found["noise"]).all()
    with pytest.raises(regatta.RegattaError):
        regatta.Model(denoise="auto", valid_share=0.0).fit(graph)
    model = regatta.Model(preset="fast", denoise="always").fit(graph)
    assert model.settings["denoise"]["used"] and model.settings["options"]["denoise"] == "always"


def test_impressions(tmp_path):
    path = tmp_path / "log.csv"
    path.write_text("user,item,event\na,x,click\na,y,see\na,y,see\nb,y,click\nb,x,drop\n")
    weights = {"click": 1, "see": "shown", "drop": 0}
    graph = regatta.Graph.read(path, event_weights=weights)
    assert graph.report["n_impressions"] == 2 and graph.n_edges == 2
    arrays = regatta.Graph.from_edges([0, 0, 1], [0, 1, 1], [1, -np.inf, 1])
    assert arrays.n_edges == 2
    with pytest.raises(regatta.ArgumentError):
        regatta.Graph.from_edges([0, 0, 1], [0, 1, 1], [1, np.inf, 1])
