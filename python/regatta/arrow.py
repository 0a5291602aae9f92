"""Columns of Arrow tables through the Arrow C data interface, without an Arrow library.

Reads any object with `__arrow_c_stream__` (pyarrow, polars, duckdb, pandas 2.2). Columns of
numbers and times in one batch are views of the producer's memory. The structures are those of
https://arrow.apache.org/docs/format/CDataInterface.html and CStreamInterface.html.
"""
from __future__ import annotations

import ctypes
from ctypes import POINTER, c_char_p, c_int, c_int64, c_void_p
from typing import Any, Iterator, List, Mapping

import numpy as np
import numpy.typing as npt

from .errors import ArgumentError, FormatError


class ArrowSchema(ctypes.Structure):
    """The type of a column, or of a table as a struct of columns."""


ArrowSchema._fields_ = [
    ("format", c_char_p), ("name", c_char_p), ("metadata", c_void_p), ("flags", c_int64),
    ("n_children", c_int64), ("children", POINTER(POINTER(ArrowSchema))),
    ("dictionary", POINTER(ArrowSchema)),
    ("release", ctypes.CFUNCTYPE(None, POINTER(ArrowSchema))), ("private_data", c_void_p)]


class ArrowArray(ctypes.Structure):
    """The buffers of a column, or of a batch of rows as a struct of columns."""


ArrowArray._fields_ = [
    ("length", c_int64), ("null_count", c_int64), ("offset", c_int64), ("n_buffers", c_int64),
    ("n_children", c_int64), ("buffers", POINTER(c_void_p)),
    ("children", POINTER(POINTER(ArrowArray))), ("dictionary", POINTER(ArrowArray)),
    ("release", ctypes.CFUNCTYPE(None, POINTER(ArrowArray))), ("private_data", c_void_p)]


class ArrowArrayStream(ctypes.Structure):
    """A stream of batches of one type."""


ArrowArrayStream._fields_ = [
    ("get_schema", ctypes.CFUNCTYPE(c_int, POINTER(ArrowArrayStream), POINTER(ArrowSchema))),
    ("get_next", ctypes.CFUNCTYPE(c_int, POINTER(ArrowArrayStream), POINTER(ArrowArray))),
    ("get_last_error", ctypes.CFUNCTYPE(c_char_p, POINTER(ArrowArrayStream))),
    ("release", ctypes.CFUNCTYPE(None, POINTER(ArrowArrayStream))), ("private_data", c_void_p)]

_NUMBERS = {"c": "i1", "C": "u1", "s": "i2", "S": "u2", "i": "i4", "I": "u4", "l": "i8", "L": "u8",
            "e": "f2", "f": "f4", "g": "f8", "tdD": "M8[D]", "tdm": "M8[ms]"}
_UNITS = {"tss": "M8[s]", "tsm": "M8[ms]", "tsu": "M8[us]", "tsn": "M8[ns]"}
_OFFSETS = {"u": "i4", "U": "i8"}


class _Owned:
    """A structure of the producer, released with this object."""

    def __init__(self, kind: Any) -> None:
        self.struct = kind()

    def __del__(self) -> None:
        if self.struct.release:
            self.struct.release(ctypes.byref(self.struct))


class _Buffer:
    """A buffer of a batch as an array that keeps the batch alive."""

    def __init__(self, address: int, n: int, kind: str, owner: _Owned) -> None:
        self.owner = owner
        self.__array_interface__ = {"data": (address, True), "shape": (n,), "typestr": kind,
                                    "version": 3}


class ArrowTable(Mapping[str, npt.NDArray[Any]]):
    """The columns of a stream by name; a column is converted when it is read."""

    def __init__(self, source: Any) -> None:
        capsule = source.__arrow_c_stream__()
        get = ctypes.pythonapi.PyCapsule_GetPointer
        get.restype, get.argtypes = c_void_p, [ctypes.py_object, c_char_p]
        stream = ctypes.cast(get(capsule, b"arrow_array_stream"), POINTER(ArrowArrayStream))
        self._schema = _Owned(ArrowSchema)
        schema = self._schema.struct
        _checked(stream, stream.contents.get_schema(stream, ctypes.byref(schema)))
        if schema.format != b"+s":
            raise FormatError(f"the Arrow stream has rows of type {schema.format!r}: not a table")
        self._batches: List[_Owned] = []
        while True:
            batch = _Owned(ArrowArray)
            _checked(stream, stream.contents.get_next(stream, ctypes.byref(batch.struct)))
            if not batch.struct.release:
                break
            self._batches.append(batch)
        self._names = [(schema.children[k].contents.name or b"").decode()
                       for k in range(schema.n_children)]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def __getitem__(self, name: str) -> npt.NDArray[Any]:
        if name not in self._names:
            raise KeyError(name)
        if self._names.count(name) > 1:
            raise ArgumentError(f"the table has the column {name!r} more than once: rename one")
        k = self._names.index(name)
        schema, row, parts = self._schema.struct.children[k].contents, 0, []
        for batch in self._batches:
            parts.append(_column(name, schema, batch, k, row))
            row += batch.struct.length
        if len(parts) == 1:
            return parts[0]
        return np.concatenate(parts) if parts else np.zeros(0, dtype=object)


def read_columns(source: Any) -> Mapping[str, npt.NDArray[Any]]:
    """Returns the columns of an object with `__arrow_c_stream__` by name."""
    return ArrowTable(source)


def _checked(stream: Any, code: int) -> None:
    if code != 0:
        raw = stream.contents.get_last_error(stream)
        raise FormatError("the Arrow stream failed: " + (raw.decode() if raw else f"error {code}"))


def _column(name: str, schema: Any, batch: _Owned, k: int, row: int) -> npt.NDArray[Any]:
    """Returns the rows of column k in a batch, whose first row is number `row` of the table."""
    array = batch.struct.children[k].contents
    start, n = batch.struct.offset + array.offset, batch.struct.length
    for held, first in ((batch.struct, batch.struct.offset), (array, start)):
        missing = _first_null(held, first, n, batch)
        if missing >= 0:
            raise FormatError(f"row {row + missing}: the column {name!r} has no value")
    values = _values(name, schema, array, start, n, batch)
    if not schema.dictionary:
        return values
    entries = array.dictionary.contents
    if _first_null(entries, entries.offset, entries.length, batch) >= 0:
        raise FormatError(f"the dictionary of the column {name!r} has an entry without a value")
    distinct = _values(name, schema.dictionary.contents, entries, entries.offset, entries.length,
                       batch)
    return np.asarray(distinct[values])


def _first_null(array: Any, start: int, n: int, owner: _Owned) -> int:
    """Returns the number of the first row without a value, or -1."""
    if array.null_count == 0 or array.n_buffers == 0 or not array.buffers[0] or n == 0:
        return -1
    raw = np.asarray(_Buffer(array.buffers[0], (start + n + 7) // 8, "|u1", owner))
    valid = np.unpackbits(raw, bitorder="little")[start:start + n]
    return -1 if valid.all() else int(np.argmin(valid))


def _values(name: str, schema: Any, array: Any, start: int, n: int,
            owner: _Owned) -> npt.NDArray[Any]:
    kind = schema.format.decode()
    if kind in _OFFSETS:
        return _strings(array, start, n, _OFFSETS[kind], owner)
    dtype = _NUMBERS.get(kind) or _UNITS.get(kind.split(":")[0])
    if kind == "b":
        raw = np.asarray(_Buffer(array.buffers[1], (start + n + 7) // 8, "|u1", owner)) if n else None
        return (np.zeros(0, dtype=bool) if raw is None
                else np.unpackbits(raw, bitorder="little")[start:start + n].astype(bool))
    if dtype is None:
        raise FormatError(f"the column {name!r} has the Arrow type {kind!r}, which regatta does "
                          "not read: cast it to strings, integers, floats or timestamps")
    if n == 0:
        return np.zeros(0, dtype=dtype)
    plain = "i8" if _UNITS.get(kind.split(":")[0]) or kind == "tdm" else dtype
    plain = "i4" if kind == "tdD" else plain
    values: npt.NDArray[Any] = np.asarray(_Buffer(
        array.buffers[1] + start * np.dtype(plain).itemsize, n, "<" + plain, owner))
    return values if plain == dtype else values.astype("i8", copy=False).view(dtype)


def _strings(array: Any, start: int, n: int, kind: str, owner: _Owned) -> npt.NDArray[Any]:
    made = np.empty(n, dtype=object)
    if n == 0:
        return made
    size = np.dtype(kind).itemsize
    offsets = np.asarray(_Buffer(array.buffers[1] + start * size, n + 1, "<" + kind, owner)).tolist()
    base = offsets[0]
    text = ctypes.string_at(array.buffers[2] + base, offsets[-1] - base) if array.buffers[2] else b""
    made[:] = [text[a - base:b - base].decode() for a, b in zip(offsets, offsets[1:])]
    return made


