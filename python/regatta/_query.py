"""The queries of a call: users of a model, or histories of any users."""
from __future__ import annotations

import ctypes
from typing import Any, List, Mapping, Optional, Tuple

import numpy as np
import numpy.typing as npt

from . import capi
from ._call import pointer
from ._ids import Ids, positions_of
from .errors import ArgumentError
from .tables import is_table, seconds


class Query:
    """A regatta_query with the arrays that it points to.

    `one` is True if the caller asked for a single user, not for a batch.
    """

    def __init__(self, ids: Ids, others: Ids, wanted: Any, lists: Any, times: Any = None,
                 at: Any = None, side: int = capi.REGATTA_USERS) -> None:
        self.one = wanted is not None and np.ndim(wanted) == 0
        self.struct = capi.regatta_query(side=side)
        self._kept: List[npt.NDArray[Any]] = []
        if lists is None:
            if wanted is None:
                raise ArgumentError(f"pass a {ids.what} id, or the history of one")
            if times is not None:
                raise ArgumentError("times has no effect without histories")
            nodes = (np.array([ids.position(wanted)], dtype=np.uint32) if self.one
                     else ids.positions(wanted, f"{ids.what}id"))
            self.n = nodes.size
            self.struct.user = self._keep(nodes, ctypes.c_uint32)
        else:
            self._histories(ids, others, wanted, lists, times)
        self.struct.n = self.n
        if at is not None:
            moments = np.broadcast_to(seconds(np.atleast_1d(np.asarray(at)), "at"), (self.n,))
            self.struct.at = self._keep(np.ascontiguousarray(moments), ctypes.c_int64)

    def _keep(self, array: npt.NDArray[Any], kind: Any) -> Any:
        self._kept.append(array)
        return pointer(array, kind)

    def _histories(self, ids: Ids, others: Ids, wanted: Any, lists: Any, times: Any) -> None:
        if hasattr(lists, "tocsr") or (isinstance(lists, np.ndarray) and lists.ndim == 2):
            offsets, items = _matrix_rows(lists, others)
        else:
            offsets, items, single = _list_rows(lists, others)
            self.one = self.one or (single and wanted is None)
        self.n = offsets.size - 1
        if wanted is not None and np.size(wanted) != self.n:
            given, size = "history" if self.n == 1 else "histories", np.size(wanted)
            raise ArgumentError(f"{self.n} {given} for {size} {ids.what}{'s' * (size != 1)}: pass the rows "
                                f"of these {ids.what}s, as in matrix[[id, ...]]")
        self.struct.offset = self._keep(offsets, ctypes.c_int64)
        self.struct.item = self._keep(items, ctypes.c_uint32)
        if times is not None:
            moments = seconds(_flat(times))
            if moments.size != items.size:
                raise ArgumentError(f"{moments.size} times for {items.size} items of histories")
            self.struct.time = self._keep(moments, ctypes.c_int64)


def _matrix_rows(matrix: Any, others: Ids) -> Tuple[npt.NDArray[np.int64], npt.NDArray[np.uint32]]:
    if isinstance(matrix, np.ndarray):
        rows, columns = np.nonzero(matrix)
        counts = np.bincount(rows, minlength=matrix.shape[0])
        offsets, items = np.concatenate([[0], np.cumsum(counts)]), columns
    else:
        matrix = matrix.tocsr()
        offsets, items = matrix.indptr, matrix.indices
    if matrix.shape[1] != others.n:
        raise ArgumentError(f"the histories have {matrix.shape[1]} columns: "
                            f"the model has {others.n} {others.what}s")
    begin, nodes = np.ascontiguousarray(offsets, dtype=np.int64), positions_of(items, others.what)
    if begin.size != matrix.shape[0] + 1 or begin[0] != 0 or begin[-1] > nodes.size:
        raise ArgumentError("the matrix is damaged: indptr and indices do not match")
    return begin, nodes


def _list_rows(lists: Any, others: Ids
               ) -> Tuple[npt.NDArray[np.int64], npt.NDArray[np.uint32], bool]:
    if isinstance(lists, (str, bytes)):
        raise TypeError("a history is a list of ids, not a string")
    if not hasattr(lists, "__iter__") or isinstance(lists, Mapping) or is_table(lists):
        raise TypeError(f"a history is a list of ids, not {type(lists).__name__}")
    rows = list(lists)
    nested = [isinstance(row, (list, tuple, np.ndarray)) and np.ndim(row) > 0 for row in rows]
    if any(nested) and not all(nested):
        raise TypeError("histories mix lists and ids: pass a list of ids, or a list of lists")
    single = not any(nested)
    if single:
        rows = [rows]
    parts = [others.positions(row) for row in rows]
    offsets = np.concatenate([[0], np.cumsum([part.size for part in parts])]).astype(np.int64)
    return offsets, np.concatenate(parts), single


def _flat(times: Any) -> npt.NDArray[Any]:
    if isinstance(times, np.ndarray) and times.dtype != object:
        return times.ravel()
    parts = [np.atleast_1d(np.asarray(part)) for part in times]
    return np.concatenate(parts) if parts else np.zeros(0, dtype=np.int64)


class Filter:
    """The items that a call may return, as arrays of positions."""

    def __init__(self, ids: Ids, items: Any, filter_items: Any) -> None:
        self.only = None if items is None else ids.positions(items, f"{ids.what}s")
        self.exclude = (None if filter_items is None
                        else ids.positions(filter_items, f"filter_{ids.what}s"))

    def set(self, options: Any) -> Any:
        """Sets the fields `only` and `exclude` of options, which the filter must outlive."""
        if self.only is not None:
            options.only, options.n_only = pointer(self.only, ctypes.c_uint32), self.only.size
        if self.exclude is not None:
            options.exclude = pointer(self.exclude, ctypes.c_uint32)
            options.n_exclude = self.exclude.size
        return options


def number_of_results(name: str, value: Any, available: int) -> int:
    """Returns how many results to ask for: at most as many as exist."""
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)):
        raise TypeError(f"{name} is {value!r}: not a whole number")
    if value < 1:
        raise ArgumentError(f"{name} is {value}: not at least 1")
    return int(min(value, max(available, 1)))


def trimmed(one: bool, nodes: npt.NDArray[np.uint32], *others: npt.NDArray[Any]
            ) -> Tuple[Any, ...]:
    """Returns the rows of a batch as they are, or of a single query the results without padding."""
    if not one:
        return (nodes, *others)
    n = int(np.count_nonzero(nodes[0] != capi.REGATTA_NONE))
    return tuple(array[0, :n] for array in (nodes, *others))


def optional_positions(ids: Ids, wanted: Optional[Any]) -> npt.NDArray[np.uint32]:
    """Returns the positions of ids, or all positions."""
    return (np.arange(ids.n, dtype=np.uint32) if wanted is None
            else ids.positions(wanted, f"{ids.what}s"))
