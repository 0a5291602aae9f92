"""Arrow tables through the C stream interface, from a producer that is made here by hand."""
import ctypes

import numpy as np
import pandas as pd
import pytest
import regatta
from hypothesis import given, settings
from hypothesis import strategies as st
from regatta import Graph, arrow

NEW = ctypes.pythonapi.PyCapsule_New
NEW.restype, NEW.argtypes = ctypes.py_object, [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]


class Producer:
    """A table as Arrow libraries export it. A column is (format, [(length, buffers)] by batch,
    dictionary or None, offset); counts the structures that the consumer has not released."""

    def __init__(self, columns, failing=False):
        self.columns, self.failing, self.kept, self.live, self.sent = columns, failing, [], 0, 0

    def __arrow_c_stream__(self, requested_schema=None):
        stream = arrow.ArrowArrayStream()
        kinds = dict(arrow.ArrowArrayStream._fields_)
        stream.get_schema = kinds["get_schema"](self.schema)
        stream.get_next = kinds["get_next"](self.next)
        self.message = kinds["get_last_error"](lambda _: ctypes.cast(self.text, ctypes.c_void_p).value)
        self.text = ctypes.c_char_p(b"the producer failed")
        ctypes.memmove(ctypes.addressof(stream) + arrow.ArrowArrayStream.get_last_error.offset,
                       ctypes.addressof(self.message), 8)
        stream.release = kinds["release"](lambda _: None)
        self.kept.append(stream)
        return NEW(ctypes.addressof(stream), b"arrow_array_stream", None)

    def owned(self, struct, kind):
        def release(pointer):
            self.live -= 1
            pointer.contents.release = type(struct.release)()
        self.live += 1
        struct.release = dict(kind._fields_)["release"](release)
        self.kept.append(struct)

    def schema_of(self, struct, form, name=b"", dictionary=None):
        struct.format, struct.name = form, name
        if dictionary is not None:
            inner = arrow.ArrowSchema(format=dictionary[0])
            struct.dictionary = ctypes.pointer(inner)
            self.kept.append(inner)

    def schema(self, _, out):
        children = [arrow.ArrowSchema() for _ in self.columns]
        for child, (name, (form, _, dictionary)) in zip(children, self.columns.items()):
            self.schema_of(child, form, name.encode(), dictionary)
        self.schema_of(out.contents, b"+s")
        self.children(out.contents, children, arrow.ArrowSchema)
        self.owned(out.contents, arrow.ArrowSchema)
        return 0

    def children(self, struct, children, kind):
        pointers = (ctypes.POINTER(kind) * len(children))(*map(ctypes.pointer, children))
        struct.n_children, struct.children = len(children), pointers
        self.kept += [pointers, children]

    def array_of(self, struct, length, buffers, offset=0):
        addresses = (ctypes.c_void_p * len(buffers))(*[None if b is None else b.ctypes.data for b in buffers])
        struct.length, struct.offset, struct.null_count = length, offset, 0 if buffers[0] is None else -1
        struct.n_buffers, struct.buffers = len(buffers), addresses
        self.kept += [addresses, buffers]

    def next(self, _, out):
        if self.failing:
            return 5
        batches = len(next(iter(self.columns.values()))[1])
        if self.sent == batches:
            out.contents.release = type(out.contents.release)()
            return 0
        children = [arrow.ArrowArray() for _ in self.columns]
        for child, (_, parts, dictionary) in zip(children, self.columns.values()):
            length, buffers, offset = parts[self.sent]
            self.array_of(child, length, buffers, offset)
            if dictionary is not None:
                inner = arrow.ArrowArray()
                self.array_of(inner, dictionary[1], dictionary[2])
                child.dictionary = ctypes.pointer(inner)
                self.kept.append(inner)
        self.array_of(out.contents, length, [None])
        self.children(out.contents, children, arrow.ArrowArray)
        self.owned(out.contents, arrow.ArrowArray)
        self.sent += 1
        return 0


def strings(values, kind="i4"):
    raw = [v.encode() for v in values]
    offsets = np.concatenate([[0], np.cumsum([len(r) for r in raw])]).astype(kind)
    return [None, offsets, np.frombuffer(b"".join(raw) or b"\0", dtype=np.uint8)]


def column(form, *batches, dictionary=None):
    return form, [(n, buffers, 0) for n, buffers in batches], dictionary


def text_column(values, form=b"u"):
    return column(form, (len(values), strings(values, "i4" if form == b"u" else "i8")))


def number_column(form, values, dtype, valid=None):
    array = np.array(values, dtype=dtype)
    bits = None if valid is None else np.packbits(np.array(valid, dtype=bool), bitorder="little")
    return column(form, (len(values), [bits, array]))


ROWS = st.lists(st.tuples(st.text("abcé", min_size=1, max_size=4), st.integers(-3, 9), st.integers(0, 50)),
                min_size=1, max_size=30)


@given(rows=ROWS, cut=st.integers(0, 30), large=st.booleans())
@settings(max_examples=50)
def test_same_graph_as_the_data_frame(rows, cut, large):
    user, item, weight = zip(*rows)
    cut = min(cut, len(rows))
    pieces = [slice(0, cut), slice(cut, None)]
    form = b"U" if large else b"u"
    table = Producer({
        "user": column(form, *[(len(user[p]), strings(user[p], "i8" if large else "i4")) for p in pieces]),
        "item": column(b"l", *[(len(item[p]), [None, np.array(item[p], dtype=np.int64)]) for p in pieces]),
        "weight": column(b"g", *[(len(item[p]), [None, np.array(weight[p], dtype=np.float64)]) for p in pieces])})
    frame = pd.DataFrame({"user": user, "item": item, "weight": weight})
    a, b = Graph.from_table(table), Graph.from_table(frame)
    assert a.user_ids.tolist() == b.user_ids.tolist() and a.item_ids.tolist() == b.item_ids.tolist()
    assert a.summary() == b.summary()
    assert table.live == 0  # everything was released


def test_dictionary_offset_times_and_names():
    table = Producer({
        "who": (b"i", [(3, [None, np.array([9, 1, 0, 1], dtype=np.int32)], 1)],
                (b"u", 2, strings(["ann", "bob"]))),
        "item": text_column(["x", "y", "x"]),
        "when": number_column(b"tsm:UTC", [1000, 2000, 3999], np.int64)})
    graph = Graph.from_table(table, {"user": "who", "time": "when"})
    assert graph.user_ids.tolist() == ["bob", "ann"]
    assert graph.history("bob").times.tolist() == [1, 3]
    day = Producer({"user": text_column(["a"]), "item": text_column(["b"]),
                    "time": number_column(b"tdD", [2], np.int32)})
    assert Graph.from_table(day).history("a").times.tolist() == [172800]


def test_numbers_are_views():
    values = np.arange(5, dtype=np.int64)
    table = arrow.read_columns(Producer({"n": column(b"l", (5, [None, values]))}))
    assert np.shares_memory(table["n"], values) and list(table) == ["n"] and len(table) == 1
    flags = np.packbits(np.array([1, 0, 1], dtype=bool), bitorder="little")
    assert arrow.read_columns(Producer({"b": column(b"b", (3, [None, flags]))}))["b"].tolist() == [True, False, True]


@pytest.mark.parametrize("columns,message", [
    ({"user": number_column(b"l", [1, 2, 3], np.int64, [1, 0, 1]), "item": text_column(["a", "b", "c"])},
     "row 1: the column 'user' has no value"),
    ({"user": column(b"vu", (1, [None, np.zeros(16, np.uint8), None])), "item": text_column(["a"])}, "Arrow type 'vu'"),
    ({"user": text_column(["a"]), "thing": text_column(["b"])}, "no column 'item', but user, thing"),
    ({"user": number_column(b"g", [1.0], np.float64), "item": text_column(["a"])}, "float64")])
def test_wrong_tables(columns, message):
    table = Producer(columns)
    with pytest.raises((ValueError, TypeError), match=message):
        Graph.from_table(table)
    assert table.live == 0


def test_unused_columns_are_not_read():
    table = Producer({"user": text_column(["a"]), "item": text_column(["b"]),
                      "other": column(b"vu", (1, [None, np.zeros(16, np.uint8), None]))})
    assert Graph.from_table(table).n_edges == 1


def test_error_of_the_producer():
    with pytest.raises(regatta.FormatError, match="the producer failed"):
        Graph.from_table(Producer({"user": text_column(["a"])}, failing=True))


def test_pyarrow():
    pa = pytest.importorskip("pyarrow")
    table = pa.table({"user": ["a", "b"], "item": [1, 2]})
    assert Graph.from_table(table).shape == (2, 2)


@pytest.mark.parametrize("kinds", [number_column(b"l", [1, 2, 3], np.int64, [1, 0, 1]), text_column(["a", "b", "a"])])
def test_kinds_of_events(kinds):
    """A column of kinds is not used: missing values in it are no error."""
    with pytest.warns(UserWarning, match="the column 'event_type' seems to have kinds"):
        graph = Graph.from_table(Producer({"user": text_column(["a", "a", "b"]), "item": text_column(["x", "y", "x"]),
                                           "event_type": kinds}))
    assert graph.n_edges == 3
