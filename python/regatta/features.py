"""Features of items and users: matrices, tables, vectors and files."""
from __future__ import annotations

import csv
import ctypes
import os
import tempfile
from typing import Any, Callable, Dict, List, Mapping, Optional, Sequence, Union

import numpy as np
import numpy.typing as npt

from . import capi, tables
from ._call import (Handle, call, enum_name, enum_value, fields, flag, in_range, path_bytes, pointer,
                    text_bytes, texts)
from ._ids import factorize, id_bytes, several
from .errors import ArgumentError

FeatureInput = Union[None, str, Mapping[Any, Any], "Features", Any]
SIDES = {"items": capi.REGATTA_ITEMS, "users": capi.REGATTA_USERS}


class Features:
    """Features of items, or of users, in up to 16 modalities, each with a name.

    A modality is sparse (tags, categories, words) or dense (a vector for each node). `nodes`
    are the ids of the nodes, in the order of the rows of matrices and arrays; without them the
    ids are the numbers of the rows.

    >>> features = Features().add_matrix("tags", tags)
    >>> features.modalities()[0]["n_features"]
    4
    """

    def __init__(self, side: str = "items") -> None:
        if side not in SIDES:
            raise ArgumentError(f"side is {side!r}: not one of items, users")
        self.side = side
        self.reports: List[Dict[str, Any]] = []
        self._handle = Handle("features")
        call("regatta_features_create", self._handle.out)

    def __repr__(self) -> str:
        return f"<regatta.Features of {self.side}: {', '.join(m['name'] for m in self.modalities())}>"

    def __reduce__(self) -> Any:
        raise TypeError("Features cannot be pickled: pickle the data that they were made from")

    def _add(self, arrays: Any) -> Features:
        report = capi.regatta_features_report()
        call("regatta_features_add", self._handle.pointer, ctypes.byref(arrays), ctypes.byref(report))
        return self._reported(report)

    def _reported(self, report: Any) -> Features:
        self.reports.append({**fields(report),
                             "layout": enum_name("regatta_feature_layout", report.layout)})
        return self

    def add_matrix(self, name: str, matrix: Any, nodes: Any = None, features: Any = None,
                   max_features: int = 0) -> Features:
        """Adds a modality from a scipy.sparse matrix [nodes, features] of weights.

        `features` are the names of the columns; without them the numbers. Returns itself.

        >>> Features().add_matrix("tags", tags).modalities()[0]["is_dense"]
        False
        """
        coo = matrix.tocoo()
        n_nodes, n_features = coo.shape
        node = np.ascontiguousarray(coo.row, dtype=np.uint32)
        feature = np.ascontiguousarray(coo.col, dtype=np.uint32)
        weight = tables.numbers(coo.data, name)
        arrays = capi.regatta_feature_arrays(
            n_nodes=n_nodes, name=text_bytes("name", name), n_values=node.size, n_features=n_features,
            node=pointer(node, ctypes.c_uint32), feature=pointer(feature, ctypes.c_uint32),
            weight=pointer(weight, ctypes.c_float),
            max_features=in_range("max_features", max_features, 0, 2**31))
        _set_names(arrays, self.side, nodes, n_nodes, features, n_features)
        return self._add(arrays)

    def add_vectors(self, name: str, vectors: Any, nodes: Any = None) -> Features:
        """Adds a dense modality from an array [nodes, n] of finite numbers. Returns itself.

        >>> import numpy as np
        >>> Features().add_vectors("text", np.ones((20, 3))).modalities()[0]["n_features"]
        3
        """
        array = np.ascontiguousarray(vectors, dtype=np.float32)
        if array.ndim != 2:
            raise ArgumentError(f"{name}: the vectors have {array.ndim} dimensions: not 2")
        arrays = capi.regatta_feature_arrays(
            n_nodes=array.shape[0], name=text_bytes("name", name), dense=pointer(array, ctypes.c_float),
            dim=array.shape[1])
        _set_names(arrays, self.side, nodes, array.shape[0], None, 0)
        return self._add(arrays)

    def add_table(self, name: str, table: Any, columns: Optional[Mapping[str, Optional[str]]] = None,
                  *, keep_null_words: bool = False) -> Features:
        """Adds a modality from a data frame or Arrow table with a row for each feature of a node.

        Its columns are `item` (or `user`), `feature` and optionally `weight`, or as `columns`
        says, or have names that files may have (docs/data.md). Texts are ids of nodes as in
        `Graph.from_table`. Returns itself.

        >>> import pandas as pd
        >>> frame = pd.DataFrame({"item": [0, 0, 1], "feature": ["red", "blue", "red"]})
        >>> Features().add_table("colour", frame).modalities()[0]["n_values"]
        3
        """
        roles = (self.side[:-1], "feature", "weight")
        found = tables.table_columns(table)
        chosen = tables.chosen(found, columns, 2, roles)
        door = None if flag("keep_null_words", keep_null_words) else "Features.add_table"
        node, node_names, _ = tables.column_ids(found[chosen[roles[0]]], roles[0], keep_null_words, door)
        feature, feature_names, _ = factorize(found[chosen["feature"]], "feature")
        weight = tables.numbers(found[chosen["weight"]], "weight") if "weight" in chosen else None
        return self._add_edges(name, node, node_names, feature, feature_names, weight)

    def add_properties(self, name: str, table: Any, kinds: Optional[Mapping[str, str]] = None
                       ) -> Features:
        """Adds a data frame or Arrow table with a row for each node and a column for each property.

        The column `item` (or `user`), or of a name that files may have for it (movieId), has the
        ids. `kinds` gives the kinds of other columns: "category", "number", "list" (also "list:|",
        with its separator), "text", "skip"; a column whose kind is neither given nor evident is an
        error (docs/data.md). Returns itself.

        >>> import pandas as pd
        >>> frame = pd.DataFrame({"item": [0, 1], "genres": ["war|drama", "drama"], "year": [1999, 2003]})
        >>> kinds = {"genres": "list:|", "year": "number"}
        >>> Features().add_properties("film", frame, kinds).modalities()[0]["n_values"]
        5
        """
        node = self.side[:-1]
        found = tables.table_columns(table)
        key = tables.chosen(found, None, 1, (node,))[node]
        kinds = {**(kinds or {}), key: "id"}
        for column in kinds:
            if column not in found:
                raise ArgumentError(f"the table has no column {column!r}: it has " + ", ".join(found))
        others = [column for column in found if column != key and kinds.get(column) != "skip"]
        rows = zip(*[found[column].tolist() for column in (key, *others)])
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "table.csv")
            with open(path, "w", encoding="utf-8", newline="") as file:
                writer = csv.writer(file)
                writer.writerow([key, *others])
                writer.writerows([["" if tables.is_missing(v) else v for v in row] for row in rows])
            given = ",".join(f"{column}={kind}" for column, kind in kinds.items() if kind != "skip")
            return self.read(path, name, layout="wide", format="csv", header="yes", columns=given)

    def add_lists(self, name: str, lists: Mapping[Any, Any]) -> Features:
        """Adds a modality from a dict of ids and their features: lists, or dicts of weights.

        >>> Features().add_lists("tags", {0: ["red"], 1: {"red": 1.0, "blue": 0.5}})
        <regatta.Features of items: tags>
        """
        rows = [(node, feature, float(values[feature]) if isinstance(values, Mapping) else 1.0)
                for node, values in lists.items() for feature in _each(node, values)]
        node, node_names, _ = factorize(_objects([row[0] for row in rows]), self.side[:-1])
        feature, feature_names, _ = factorize(_objects([row[1] for row in rows]), "feature")
        weight = np.array([row[2] for row in rows], dtype=np.float32)
        return self._add_edges(name, node, node_names, feature, feature_names, weight)

    def _add_edges(self, name: str, node: npt.NDArray[np.uint32], node_names: List[bytes],
                   feature: npt.NDArray[np.uint32], feature_names: List[bytes],
                   weight: Optional[npt.NDArray[np.float32]]) -> Features:
        arrays = capi.regatta_feature_arrays(
            n_nodes=len(node_names), name=text_bytes("name", name), node_names=texts(node_names),
            n_values=node.size, node=pointer(node, ctypes.c_uint32),
            feature=pointer(feature, ctypes.c_uint32), weight=pointer(weight, ctypes.c_float),
            feature_names=texts(feature_names), n_features=len(feature_names))
        return self._add(arrays)

    def read(self, path: Any, name: Optional[str] = None, *, layout: str = "auto",
             format: str = "auto", header: str = "auto", columns: Optional[str] = None,
             max_features: int = 0, keep_null_words: bool = False,
             like: Optional[Features] = None, limit_bytes: int = 0) -> Features:
        """Adds the features of a file: a table, or a .npy file with ids beside it. Returns itself.

        `columns` gives the kinds of columns, such as "price=number,genres=list"; docs/data.md
        describes layouts and kinds. `like` are the features of the training, for tables of new
        nodes. `limit_bytes` is that of Graph.read.

        >>> import os, tempfile
        >>> path = os.path.join(tempfile.mkdtemp(), "colour.tsv")
        >>> with open(path, "w") as file:
        ...     _ = file.write("0\\tred\\n1\\tblue\\n")
        >>> Features().read(path)
        <regatta.Features of items: colour>
        """
        options = capi.regatta_features_options(
            side=SIDES[self.side], layout=enum_value("regatta_feature_layout", "layout", layout),
            format=enum_value("regatta_format", "format", format),
            header=enum_value("regatta_header", "header", header),
            max_features=in_range("max_features", max_features, 0, 2**31),
            keep_null_words=flag("keep_null_words", keep_null_words))
        if name is not None:
            options.name = text_bytes("name", name)
        if columns is not None:
            options.columns = text_bytes("columns", columns)
        if like is not None:
            options.like = like._handle.pointer
        report = capi.regatta_features_report()
        call("regatta_features_read", self._handle.pointer, path_bytes(path), ctypes.byref(options),
             ctypes.byref(report), limit_bytes=in_range("limit_bytes", limit_bytes, 0, 2**63 - 1))
        return self._reported(report)

    def modalities(self) -> List[Dict[str, Any]]:
        """Returns name, is_dense, n_nodes, n_features and n_values of each modality.

        >>> Features().add_matrix("tags", tags).modalities()
        [{'is_dense': False, 'name': 'tags', 'n_nodes': 20, 'n_features': 4, 'n_values': 20}]
        """
        info = capi.regatta_features_info()
        call("regatta_features_get_info", ctypes.byref(info), self._handle.pointer, None,
             SIDES[self.side])
        made = []
        for k in range(info.n_modalities):
            modality = capi.regatta_modality()
            call("regatta_features_get_modality", ctypes.byref(modality), self._handle.pointer, k)
            made.append({**fields(modality), "is_dense": bool(modality.is_dense)})
        return made

    def coverage(self, graph: Any) -> Dict[str, int]:
        """Returns how many nodes of a `Graph` have features (n_with, n_without, n_unknown).

        >>> Features().add_matrix("tags", tags).coverage(Graph.from_matrix(user_items))["n_with"]
        20
        """
        info = capi.regatta_features_info()
        call("regatta_features_get_info", ctypes.byref(info), self._handle.pointer,
             graph._handle.pointer, SIDES[self.side])
        return fields(info)

    def add(self, data: Any, name: Optional[str] = None, nodes: Any = None,
            like: Optional[Features] = None) -> Features:
        """Adds any input: a matrix, an array, a table, a path, or a dict. Returns itself.

        A dict of ids is one modality (`add_lists`); a dict of names with matrices, arrays, tables
        or paths has a modality for each name. The name defaults to "vectors" for arrays, to the
        name of a file, and else to "features". A table with the column `feature` has a row for
        each feature, another one a row for each node. `like` is used for files.

        >>> Features().add({"tags": tags, "more": {0: ["red"]}})
        <regatta.Features of items: tags, more>
        """
        if isinstance(data, (str, bytes)) or hasattr(data, "__fspath__"):
            return self.read(data, name, like=like)
        if tables.is_table(data):
            long = "feature" in tables.table_columns(data)
            if long:
                return self.add_table(name or "features", data)
            return self.add_properties(name or "features", data)
        if hasattr(data, "tocoo"):
            return self.add_matrix(name or "features", data, nodes)
        if isinstance(data, Mapping) and name is None and _is_modalities(data):
            for key, value in data.items():
                self.add(value, key, nodes, like)
            return self
        if isinstance(data, Mapping):
            return self.add_lists(name or "features", data)
        if isinstance(data, np.ndarray):
            return self.add_vectors(name or "vectors", data, nodes)
        raise TypeError(f"features are {type(data).__name__}: pass a sparse matrix, an array, a data "
                        "frame, the path of a file, or a dict")


def features_of(data: Any, vectors: Any, side: str, nodes: Callable[[int], Sequence[Any]],
                like: Optional[Features] = None) -> Optional[Features]:
    """Returns the features that a model is given; nodes(n) are the ids of n rows of a matrix,
    `like` the features of its training."""
    if data is None and vectors is None:
        return None
    if isinstance(data, Features):
        if data.side != side:
            raise ArgumentError(f"the features are of {data.side}: these must be of {side}")
        if vectors is None:
            return data
        raise ArgumentError("add the vectors to the Features: Features.add_vectors")
    made = Features(side)
    for part in (data, vectors):
        if part is not None:
            made.add(part, nodes=nodes, like=like)
    return made


def _is_modalities(data: Mapping[Any, Any]) -> bool:
    def whole(value: Any) -> bool:
        return (isinstance(value, (str, Mapping)) and not _weights(value)
                or hasattr(value, "__fspath__") or hasattr(value, "tocoo")
                or tables.is_table(value) or (isinstance(value, np.ndarray) and value.ndim == 2))
    return bool(data) and all(isinstance(key, str) and whole(value) for key, value in data.items())


def _weights(value: Any) -> bool:
    """True for the features of one node as a dict of weights."""
    return isinstance(value, Mapping) and all(isinstance(v, (int, float)) for v in value.values())


def _each(node: Any, values: Any) -> Any:
    if isinstance(values, (str, bytes)):
        raise TypeError(f"the features of {node!r} are {values!r}: pass a list")
    return values


def _objects(values: List[Any]) -> npt.NDArray[Any]:
    made = np.empty(len(values), dtype=object)
    made[:] = values
    return made


def _set_names(arrays: Any, side: str, nodes: Any, n_nodes: int, features: Any,
               n_features: int) -> None:
    for field, names, n, what in (("node_names", nodes, n_nodes, "node"),
                                  ("feature_names", features, n_features, "feature")):
        is_known = callable(names)
        if is_known:
            names = names(n)
        if names is None:
            continue
        several(names, f"{what}s")
        if len(names) != n and is_known:
            raise ArgumentError(f"the {'features' if n_features else 'vectors'} have {n} rows for "
                                f"{len(names)} {side}")
        if len(names) != n:
            raise ArgumentError(f"{len(names)} {what} ids for {n} {what}s")
        setattr(arrays, field, texts([id_bytes(v, what, k) for k, v in enumerate(list(names))]))
