"""Interactions of users with items: from matrices, tables and files.

The examples use `user_items`, a scipy.sparse matrix of 60 users and 20 items.
"""
from __future__ import annotations

import ctypes
from typing import Any, Callable, Dict, List, Mapping, NamedTuple, Optional, Sequence, Tuple, Union

import numpy as np
import numpy.typing as npt

from . import capi, tables
from ._call import (Handle, call, enum_name, enum_value, fields, flag, in_range, path_bytes, pointer,
                    text_bytes, texts, view)
from ._ids import IdArray, Ids, names_of, positions_of
from ._library import library
from .errors import ArgumentError

USERS, ITEMS = capi.REGATTA_USERS, capi.REGATTA_ITEMS


class History(NamedTuple):
    """The interactions of a user in order, the latest last; `times` is None without times.

    >>> items, weights, times = Graph.from_edges([0, 0], [1, 0], [5, 2]).history(0)
    >>> items.tolist(), weights.tolist()
    ([1, 0], [5.0, 2.0])
    """

    items: IdArray
    weights: npt.NDArray[np.float32]
    times: Optional[npt.NDArray[np.int64]]


def ids_of(kind: str, handle: Handle, sizes: Tuple[int, int],
           kinds: Tuple[Optional[str], Optional[str]]) -> Tuple[Ids, Ids]:
    """Returns the ids of both sides of a graph or model."""
    lib = library()
    name: Callable[[Any, int, int], Optional[bytes]] = getattr(lib, f"regatta_{kind}_name")
    find: Callable[[Any, int, bytes], int] = getattr(lib, f"regatta_{kind}_find")

    def of_side(side: int, what: str) -> Ids:
        return Ids(what, sizes[side], lambda k: name(handle.pointer, side, k),
                   lambda text: find(handle.pointer, side, text), kinds[side])

    return of_side(USERS, "user"), of_side(ITEMS, "item")


def read_history(function: str, handle: Handle, user: int, item_ids: Ids) -> History:
    """Returns the history of a user of a graph or model."""
    size = capi.regatta_history()
    call(function, ctypes.byref(size), handle.pointer, user)
    items = np.zeros(size.n, dtype=np.uint32)
    times = np.zeros(size.n, dtype=np.int64)
    weights = np.zeros(size.n, dtype=np.float32)
    filled = capi.regatta_history(
        capacity=size.n, item=pointer(items, ctypes.c_uint32),
        time=pointer(times, ctypes.c_int64), weight=pointer(weights, ctypes.c_float))
    call(function, ctypes.byref(filled), handle.pointer, user)
    return History(item_ids.ids(items), weights, times if filled.has_time else None)


EventWeights = Mapping[str, Union[float, str]]


def _event_weights(weights: EventWeights) -> str:
    """Returns the weights of kinds of events as the library reads them."""
    for kind in weights:
        if "," in str(kind):
            raise ArgumentError(f"event_weights: the kind {kind!r} has a comma")
    return ",".join(f"{kind}={_event_weight(kind, weight)}" for kind, weight in weights.items())


def _event_weight(kind: str, weight: Union[float, str]) -> str:
    if weight == "shown":
        return "shown"
    try:
        return repr(float(weight))
    except (TypeError, ValueError):
        raise ArgumentError(f"event_weights: the kind {kind!r} has {weight!r}: give a number, or "
                            "'shown' for impressions that were not taken") from None


def read_options(*, format: str = "auto", header: str = "auto", dedup: str = "sum",
                 user_column: int = 0, item_column: int = 0, weight_column: Optional[int] = 0,
                 time_column: Optional[int] = 0, min_weight: Optional[float] = None,
                 skip_bad: bool = False, keep_null_words: bool = False,
                 time_format: Optional[str] = None, ids_only: bool = False,
                 query: Optional[str] = None, event_weights: Optional[EventWeights] = None,
                 event_column: int = 0, dislike_below: Optional[float] = None) -> Any:
    """Returns a regatta_read_options; Graph.read describes them."""
    options = capi.regatta_read_options(
        format=enum_value("regatta_format", "format", format),
        header=enum_value("regatta_header", "header", header),
        dedup=enum_value("regatta_dedup", "dedup", dedup),
        skip_bad=flag("skip_bad", skip_bad), ids_only=flag("ids_only", ids_only),
        keep_null_words=flag("keep_null_words", keep_null_words))
    columns = {"user_column": user_column, "item_column": item_column,
               "weight_column": weight_column, "time_column": time_column,
               "event_column": event_column}
    for name, column in columns.items():
        setattr(options, name, capi.REGATTA_COLUMN_NONE if column is None
                else in_range(name, column, 0, 2**31))
    if min_weight is not None:
        options.use_min_weight, options.min_weight = 1, float(min_weight)
    kinds = None if event_weights is None else _event_weights(event_weights)
    if dislike_below is not None:
        options.use_dislike_below, options.dislike_below = 1, float(dislike_below)
    for name, text in (("time_format", time_format), ("query", query), ("event_weights", kinds)):
        if text is not None:
            setattr(options, name, text_bytes(name, text))
    return options


class Graph:
    """A graph of users and items. Immutable; any number of threads may read one.

    Make one by `read`, `from_matrix`, `from_edges` or `from_table`. `Model.fit` makes a graph
    of its input by itself; use this class for options of readers, splits and filters.
    `report` describes the file that was read, else it is None.

    >>> Graph.from_matrix(user_items)
    <regatta.Graph: 60 users, 20 items, 415 edges>
    """

    def __init__(self, handle: Handle,
                 kinds: Tuple[Optional[str], Optional[str]] = (None, None),
                 report: Optional[Dict[str, Any]] = None) -> None:
        self._handle = handle
        self._kinds = kinds
        self.report = report
        rows = self._rows()
        self.shape: Tuple[int, int] = (rows.n_users, rows.n_items)
        self._users, self._items = ids_of("graph", handle, self.shape, kinds)

    def _rows(self) -> Any:
        rows = capi.regatta_csr()
        call("regatta_graph_rows", ctypes.byref(rows), self._handle.pointer)
        return rows

    def __repr__(self) -> str:
        counts = zip((*self.shape, self.n_edges), ("user", "item", "edge"))
        shown = ", ".join(f"{n} {word}" if n == 1 else f"{n} {word}s" for n, word in counts)
        return f"<regatta.Graph: {shown}>"

    def __reduce__(self) -> Any:
        raise TypeError("a Graph cannot be pickled: pickle the data that it was made from")

    @classmethod
    def read(cls, path: Any, *, format: str = "auto", header: str = "auto", dedup: str = "sum",
             user_column: int = 0, item_column: int = 0, weight_column: Optional[int] = 0,
             time_column: Optional[int] = 0, min_weight: Optional[float] = None,
             skip_bad: bool = False, keep_null_words: bool = False,
             time_format: Optional[str] = None, ids_only: bool = False,
             query: Optional[str] = None, event_weights: Optional[EventWeights] = None,
             event_column: int = 0, limit_bytes: int = 0,
             dislike_below: Optional[float] = None, like: Any = None) -> Graph:
        """Reads a file of interactions in any format that the library knows, or a database.

        With `query`, a SELECT, the path is an SQLite file or postgresql://USER@HOST/DATABASE, and
        the columns of the query have the roles. Columns count from 1; 0 finds a column by its name or content, and a weight_column or
        time_column of None ignores it. `event_weights` says what each kind of event counts, such
        as {"view": 1, "buy": 5, "*": 0}, where 0 leaves a kind out, a number below 0 makes it a
        dislike, "shown" an impression that the user did not take, and "*" is every other one.
        Weights below `dislike_below` are dislikes, which are
        not recommended to the user (docs/data.md). `like` is a Model: the event_weights,
        dislike_below and min_weight of the file that it was trained on apply, each unless it is
        given here, and unless the file has no such column. The ids are int if all ids of a side are
        decimal integers, else str. A compressed file that unpacks to more than `limit_bytes` is
        refused; 0 is 256 MiB, or 100 times the compressed size if that is more. Raises
        FormatError with file and line for invalid content.

        >>> import os, tempfile
        >>> path = os.path.join(tempfile.mkdtemp(), "x.tsv")
        >>> with open(path, "w") as file:
        ...     _ = file.write("ann\\tsea\\nbob\\tsea\\n")
        >>> Graph.read(path)
        <regatta.Graph: 2 users, 1 item, 2 edges>
        """
        options = read_options(
            format=format, header=header, dedup=dedup, user_column=user_column,
            item_column=item_column, weight_column=weight_column, time_column=time_column,
            min_weight=min_weight, skip_bad=skip_bad, keep_null_words=keep_null_words,
            time_format=time_format, ids_only=ids_only, query=query, event_weights=event_weights,
            event_column=event_column, dislike_below=dislike_below)
        if like is not None:
            options.like = like._trained.pointer
        report = capi.regatta_read_report()
        handle = Handle("graph")
        call("regatta_graph_read", handle.out, path_bytes(path), ctypes.byref(options),
             ctypes.byref(report), limit_bytes=in_range("limit_bytes", limit_bytes, 0, 2**63 - 1))
        described = fields(report)
        described["format"] = enum_name("regatta_format", report.format)
        return cls(handle, report=described)

    @classmethod
    def from_edges(cls, user: Any, item: Any, weight: Any = None, time: Any = None, *,
                   n_users: Optional[int] = None, n_items: Optional[int] = None,
                   user_ids: Any = None, item_ids: Any = None, dedup: str = "sum") -> Graph:
        """Makes a graph from positions user[n] and item[n], weight[n] and time[n] (seconds).

        n_users and n_items default to the lengths of user_ids and item_ids, else to the
        largest position + 1. A weight below 0 is a dislike, one of -inf an impression: the item
        was shown to the user, who did not take it (docs/data.md).

        >>> Graph.from_edges([0, 0, 1], [0, 1, 1]).shape
        (2, 2)
        """
        users, items = positions_of(user, "user"), positions_of(item, "item")
        weights = None if weight is None else tables.numbers(np.asarray(weight), "weight", impressions=True)
        times = None if time is None else tables.seconds(np.asarray(time))
        for name, values in (("item", items), ("weight", weights), ("time", times)):
            if values is not None and values.shape != users.shape:
                raise ArgumentError(f"{name} has {values.size} elements, user {users.size}")
        sides = [_side(users, n_users, user_ids, "user"), _side(items, n_items, item_ids, "item")]
        return cls._of_edges(users, items, weights, times, sides, dedup)

    @classmethod
    def _of_edges(cls, users: npt.NDArray[np.uint32], items: npt.NDArray[np.uint32],
                  weights: Optional[npt.NDArray[np.float32]],
                  times: Optional[npt.NDArray[np.int64]],
                  sides: List[Tuple[int, Optional[List[bytes]], str]], dedup: str) -> Graph:
        (n_users, user_names, user_kind), (n_items, item_names, item_kind) = sides
        if any(a is not None and a.size != users.size for a in (items, weights, times)):
            raise ArgumentError("users, items, weights and times are not of the same number")
        edges = capi.regatta_edges(
            dedup=enum_value("regatta_dedup", "dedup", dedup), n_edges=users.size,
            n_users=n_users, n_items=n_items, user=pointer(users, ctypes.c_uint32),
            item=pointer(items, ctypes.c_uint32), weight=pointer(weights, ctypes.c_float),
            time=pointer(times, ctypes.c_int64))
        _set_names(edges, user_names, item_names)
        handle = Handle("graph")
        call("regatta_graph_from_edges", handle.out, ctypes.byref(edges))
        return cls(handle, (user_kind, item_kind))

    @classmethod
    def from_matrix(cls, matrix: Any, *, user_ids: Any = None, item_ids: Any = None,
                    time: Any = None, dedup: str = "sum",
                    dislike_below: Optional[float] = None) -> Graph:
        """Makes a graph from a scipy.sparse matrix [users, items], or a 2-D numpy array.

        Each stored entry is an interaction and its value a weight; the values of a boolean
        matrix are none. time[nnz] holds the times in seconds of the entries in the order of
        `matrix.data`. CSR with 32-bit indices and float32 values is read without copies except
        of its offsets; COO keeps the order of its entries; of an array the entries other than 0
        count. Ids are the positions of rows and columns, unless given. Weights below
        `dislike_below` are dislikes, which are not recommended to the user; without it a negative
        weight is an error.

        >>> Graph.from_matrix(user_items)
        <regatta.Graph: 60 users, 20 items, 415 edges>
        """
        shape = tuple(matrix.shape)
        if len(shape) != 2:
            raise ArgumentError(f"the matrix has {len(shape)} dimensions: not 2")
        sides = [_side(None, shape[0], user_ids, "user"), _side(None, shape[1], item_ids, "item")]
        if isinstance(matrix, np.ndarray):
            if time is not None:
                raise ArgumentError("time needs a sparse matrix")
            users, items = np.nonzero(matrix)
            return cls._of_edges(positions_of(users, "user"), positions_of(items, "item"),
                                 _weights(matrix[users, items], dislike_below, users, items), None,
                                 sides, dedup)
        if matrix.format not in ("csr", "coo"):
            if time is not None:
                raise ArgumentError(f"time needs a matrix in CSR or COO form, not {matrix.format}")
            matrix = matrix.tocsr()
        times = None if time is None else tables.seconds(np.asarray(time))
        if times is not None and times.shape != matrix.data.shape:
            raise ArgumentError(f"time has {times.size} elements, the matrix {matrix.data.size}")
        rows = matrix.row if matrix.format == "coo" else None
        columns = matrix.col if matrix.format == "coo" else matrix.indices
        weights = _weights(matrix.data, dislike_below, rows, columns, getattr(matrix, "indptr", None))
        if matrix.format == "coo" or dedup != "sum":
            if rows is None:
                rows = np.repeat(np.arange(shape[0], dtype=np.uint32), np.diff(matrix.indptr))
            return cls._of_edges(positions_of(rows, "user"), positions_of(columns, "item"), weights,
                                 times, sides, dedup)
        return cls._of_csr(matrix, weights, times, sides)

    @classmethod
    def _of_csr(cls, matrix: Any, weights: Optional[npt.NDArray[np.float32]],
                times: Optional[npt.NDArray[np.int64]],
                sides: List[Tuple[int, Optional[List[bytes]], str]]) -> Graph:
        offsets = np.ascontiguousarray(matrix.indptr, dtype=np.int64)
        items = positions_of(matrix.indices, "item")
        least = min(a.size for a in (items, weights, times) if a is not None)
        if offsets.size != sides[0][0] + 1 or offsets[-1] > least:
            raise ArgumentError("the matrix is damaged: indptr, indices and data do not match")
        csr = capi.regatta_csr(
            n_users=sides[0][0], n_items=sides[1][0], offset=pointer(offsets, ctypes.c_int64),
            item=pointer(items, ctypes.c_uint32), weight=pointer(weights, ctypes.c_float),
            time=pointer(times, ctypes.c_int64))
        _set_names(csr, sides[0][1], sides[1][1])
        handle = Handle("graph")
        call("regatta_graph_from_csr", handle.out, ctypes.byref(csr))
        return cls(handle, (sides[0][2], sides[1][2]))

    @classmethod
    def from_table(cls, table: Any, columns: Optional[Mapping[str, Optional[str]]] = None, *,
                   dedup: str = "sum", keep_null_words: bool = False,
                   dislike_below: Optional[float] = None) -> Graph:
        """Makes a graph from a pandas data frame, an Arrow table or a dict of columns.

        An Arrow table is any object with `__arrow_c_stream__`. The columns are those that
        `columns` names for `user`, `item`, `weight` and `time`, in which None ignores a column;
        else those with these names, else with names that files may have (docs/data.md): userId,
        rating. Ids are int or str as in the table; times are datetimes, texts of
        dates (`2024-01-31T10:00Z`), or seconds.

        A column of kinds of events (event_type, action) is not used, and gives a warning if there
        are no weights and `columns` is None: all kinds count alike.

        Texts are ids as in a file (docs/data.md): blanks around one are removed; an empty id, and
        a word for a missing value such as "nan" or "None", are errors. `keep_null_words` takes
        these words for ids. Weights below `dislike_below` are dislikes, which are not recommended
        to the user; without it a negative weight is an error.

        >>> import pandas as pd
        >>> frame = pd.DataFrame({"who": ["ann", "bob"], "movieId": ["sea", "sea"]})
        >>> Graph.from_table(frame, {"user": "who"}).user_ids.tolist()
        ['ann', 'bob']
        """
        c = tables.read_table(table, columns, keep_null_words=keep_null_words,
                              dislike_below=dislike_below)
        sides: List[Tuple[int, Optional[List[bytes]], str]] = [
            (len(c.user_names), c.user_names, c.user_kind),
            (len(c.item_names), c.item_names, c.item_kind)]
        return cls._of_edges(c.user, c.item, c.weight, c.time, sides, dedup)

    @property
    def n_edges(self) -> int:
        """The number of pairs of a user and an item.

        >>> Graph.from_edges([0, 0, 1], [0, 0, 1]).n_edges
        2
        """
        rows = self._rows()
        return int(rows.offset[rows.n_users])

    @property
    def user_ids(self) -> IdArray:
        """The ids of users [users] in order: int64 or objects of str.

        >>> Graph.from_edges([0, 1], [0, 0], user_ids=["ann", "bob"]).user_ids.tolist()
        ['ann', 'bob']
        """
        return self._users.array

    @property
    def item_ids(self) -> IdArray:
        """The ids of items [items] in order: int64 or objects of str.

        >>> Graph.from_matrix(user_items).item_ids.shape
        (20,)
        """
        return self._items.array

    def user_positions(self, ids: Any) -> npt.NDArray[np.uint32]:
        """Returns the positions [n] of users in `user_ids`, and in the rows of matrices.

        >>> Graph.from_matrix(user_items).user_positions([3, 4]).tolist()
        [3, 4]
        """
        return self._users.positions(ids)

    def item_positions(self, ids: Any) -> npt.NDArray[np.uint32]:
        """Returns the positions [n] of items in `item_ids`, and in the columns of matrices.

        >>> Graph.from_matrix(user_items).item_positions([3, 4]).tolist()
        [3, 4]
        """
        return self._items.positions(ids)

    def to_matrix(self) -> Any:
        """Returns the graph as a scipy.sparse CSR matrix [users, items] of float32.

        Indices and values are views of the graph's own memory.

        >>> int(Graph.from_matrix(user_items).to_matrix().nnz)
        415
        """
        from scipy import sparse
        rows, n = self._rows(), self.n_edges
        offsets = view(rows.offset, (rows.n_users + 1,), "<i8", self._handle)
        items = view(rows.item, (n,), "<i4", self._handle)
        weights = (view(rows.weight, (n,), "<f4", self._handle) if rows.weight
                   else np.ones(n, dtype=np.float32))
        return sparse.csr_matrix((weights, items, offsets), shape=self.shape, copy=False)

    def history(self, userid: Any) -> History:
        """Returns the interactions of a user in order, with repeats, the latest last.

        >>> Graph.from_edges([0, 0], [1, 0], time=[10, 20]).history(0).items.tolist()
        [1, 0]
        """
        return read_history("regatta_graph_history", self._handle, self._users.position(userid),
                            self._items)

    def filter(self, min_user: int = 0, min_item: int = 0) -> Graph:
        """Returns the largest sub-graph in which each user has at least min_user items and each
        item at least min_item users.

        >>> Graph.from_edges([0, 0, 1], [0, 1, 1]).filter(min_user=2).shape
        (1, 2)
        """
        options = capi.regatta_filter_options(min_user=in_range("min_user", min_user, 0, 2**31),
                                              min_item=in_range("min_item", min_item, 0, 2**31))
        handle = Handle("graph")
        call("regatta_graph_filter", handle.out, self._handle.pointer, ctypes.byref(options))
        return Graph(handle, (self._users.kind, self._items.kind))

    def denoise(self, seed: int = 1) -> Tuple[Graph, Dict[str, Any]]:
        """Returns a graph whose weights count interactions less that those of other users do
        not support, and what was found. Train on it with `weighting="raw"`.

        The dict has the numbers of `regatta_denoise_report` (n_noise, n_copies, n_sprees,
        n_bots, spree_usual, spree_above) and numpy arrays: `noise`, the probability that each
        interaction is noise, in the order of `rows`; `suspect` (1 a copy, 2 a spree, 4 a bot,
        or a sum) and `same_as`, by user.

        >>> weighed, found = Graph.from_matrix(user_items).denoise()
        >>> weighed.n_edges == len(found["noise"])
        True
        """
        n_users = self.shape[0]
        arrays = {"noise": np.zeros(self.n_edges, np.float32),
                  "suspect": np.zeros(n_users, np.uint32),
                  "same_as": np.zeros(n_users, np.uint32)}
        options = capi.regatta_denoise_options(seed=in_range("seed", seed, 0, 2**64 - 1))
        options.noise = pointer(arrays["noise"], ctypes.c_float)
        options.suspect = pointer(arrays["suspect"], ctypes.c_uint32)
        options.same_as = pointer(arrays["same_as"], ctypes.c_uint32)
        report = capi.regatta_denoise_report()
        handle = Handle("graph")
        call("regatta_graph_denoise", handle.out, self._handle.pointer, ctypes.byref(options),
             ctypes.byref(report))
        return (Graph(handle, (self._users.kind, self._items.kind)),
                {**fields(report), **arrays})

    def split(self, kind: str = "ratio", *, valid_share: float = 0.0, test_share: float = 0.2,
              leave_last: int = 1, leave_valid: int = 0, time: int = 0,
              seed: int = 1) -> Tuple[Graph, Graph, Graph]:
        """Returns the parts train, valid and test; each has all users and items.

        `kind` is "ratio" (by valid_share and test_share of each user), "leave-last" (the last
        `leave_last` of each user to test, the `leave_valid` before them to valid) or "time"
        (interactions from `time` on to test).

        >>> train, valid, test = Graph.from_matrix(user_items).split(test_share=0.25)
        >>> train.n_edges + valid.n_edges + test.n_edges
        415
        """
        options = capi.regatta_split_options(
            kind=enum_value("regatta_split_kind", "kind", kind), valid_share=valid_share,
            test_share=test_share, leave_last=in_range("leave_last", leave_last, 0, 2**31),
            leave_valid=in_range("leave_valid", leave_valid, 0, 2**31), time=int(time),
            seed=in_range("seed", seed, 0, 2**64 - 1))
        parts = [Handle("graph") for _ in range(3)]
        call("regatta_graph_split", *[part.out for part in parts], self._handle.pointer,
             ctypes.byref(options))
        kinds = (self._users.kind, self._items.kind)
        return Graph(parts[0], kinds), Graph(parts[1], kinds), Graph(parts[2], kinds)

    def summary(self) -> Dict[str, Any]:
        """Returns numbers that describe the graph: degrees, components, cores, communities.

        >>> Graph.from_matrix(user_items).summary()["n_components"]
        1
        """
        made = capi.regatta_graph_summary()
        call("regatta_graph_summarize", ctypes.byref(made), self._handle.pointer)
        return fields(made)

    def overlap(self, test: Graph) -> Dict[str, int]:
        """Returns how a test part overlaps with this graph: unknown users and items, leaks.

        >>> graph = Graph.from_matrix(user_items)
        >>> graph.overlap(graph)["n_leaked"]
        415
        """
        made = capi.regatta_overlap()
        call("regatta_graph_overlap", ctypes.byref(made), self._handle.pointer,
             test._handle.pointer)
        return fields(made)

    def write(self, path: Any) -> None:
        """Writes the interactions as TSV, gzipped if `path` ends in ".gz"; whole or not at all.

        >>> import os, tempfile
        >>> path = os.path.join(tempfile.mkdtemp(), "x.tsv.gz")
        >>> Graph.from_matrix(user_items).write(path)
        >>> Graph.read(path).n_edges
        415
        """
        call("regatta_graph_write", self._handle.pointer, path_bytes(path))


def as_graph(data: Any, *, user_ids: Any = None, item_ids: Any = None, time: Any = None,
             columns: Optional[Mapping[str, Optional[str]]] = None, like: Any = None) -> Graph:
    """Returns the graph of any input that `Model.fit` takes; a file is read like that of a model."""
    if isinstance(data, Graph) or isinstance(data, (str, bytes)) or hasattr(data, "__fspath__"):
        _refuse("a Graph or a file", user_ids=user_ids, item_ids=item_ids, time=time, columns=columns)
        return data if isinstance(data, Graph) else Graph.read(data, like=like)
    if tables.is_table(data) or isinstance(data, Mapping):
        _refuse("a table", user_ids=user_ids, item_ids=item_ids, time=time)
        return _table_like(data, columns, like)
    if isinstance(data, np.ndarray) or (hasattr(data, "tocsr") and hasattr(data, "format")):
        _refuse("a matrix", columns=columns)
        return Graph.from_matrix(data, user_ids=user_ids, item_ids=item_ids, time=time)
    raise TypeError(f"interactions are {type(data).__name__}: pass a scipy.sparse matrix, a numpy "
                    "array, a data frame, an Arrow table, a dict of columns, the path of a file, "
                    "or a regatta.Graph")


def _table_like(data: Any, columns: Optional[Mapping[str, Optional[str]]], like: Any) -> Graph:
    """Returns the graph of a table whose weights count as those of the file that a model was trained on."""
    rules = {} if like is None else like.settings.get("data", {}).get("reading", {})
    least, below = rules.get("min_weight"), rules.get("dislike_below")
    if least is None and below is None:
        return Graph.from_table(data, columns)
    table = tables.table_columns(data)
    weight = tables.chosen(table, columns).get("weight")
    if weight is None:
        return Graph.from_table(table, columns)
    if least is not None:
        kept = tables.numbers(table[weight], weight) >= least
        table = {name: values[kept] for name, values in table.items()}
    return Graph.from_table(table, columns, dislike_below=below)


def _refuse(what: str, **arguments: Any) -> None:
    for name, value in arguments.items():
        if value is not None:
            raise ArgumentError(f"{name} has no effect with {what}")


def _weights(data: npt.NDArray[Any], dislike_below: Optional[float], rows: Any, columns: Any,
             offsets: Any = None) -> Optional[npt.NDArray[np.float32]]:
    """Returns the weights of the entries of a matrix, whose rows are given or have offsets."""
    if data.dtype.kind == "b":
        if dislike_below is not None:
            raise ArgumentError("dislike_below: a boolean matrix has no weights")
        return None

    def place(entry: int) -> str:
        if entry >= len(columns):
            return f"entry {entry}"
        row = np.searchsorted(offsets, entry, "right") - 1 if rows is None else rows[entry]
        return f"row {row}, column {columns[entry]}"

    return tables.weights(data, "weight", dislike_below, "from_matrix", place,
                          "leave such entries out")


def _side(positions: Optional[npt.NDArray[np.uint32]], n: Optional[int], ids: Any,
          what: str) -> Tuple[int, Optional[List[bytes]], str]:
    """Returns the size, the names and the kind of ids of users or items."""
    names, kind = (None, "range") if ids is None else names_of(ids, what)
    if n is None and names is not None:
        n = len(names)
    if n is None:
        n = 1 + int(positions.max()) if positions is not None and positions.size else 0
    if not 0 <= n < capi.REGATTA_NONE:
        raise ArgumentError(f"{n} {what}s: not from 0 to 2^32 - 2")
    if names is not None and len(names) != n:
        raise ArgumentError(f"{len(names)} {what} ids for {n} {what}s")
    return int(n), names, kind


def _set_names(struct: Any, users: Optional[Sequence[bytes]],
               items: Optional[Sequence[bytes]]) -> None:
    """Sets the names of a regatta_edges or regatta_csr, which keeps them alive."""
    struct.user_names = None if users is None else texts(users)
    struct.item_names = None if items is None else texts(items)
