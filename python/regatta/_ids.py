"""Ids of users and items: positions, integers or strings in Python, strings in the library."""
from __future__ import annotations

import sys
from typing import Any, Callable, Dict, List, Optional, Tuple

import numpy as np
import numpy.typing as npt

from . import capi
from .errors import ArgumentError, UnknownIdError

IdArray = npt.NDArray[Any]


def id_bytes(value: Any, what: str, row: int) -> bytes:
    """Returns an id as the bytes that the library stores; `what` and `row` are for messages."""
    if isinstance(value, str):
        if "\0" in value:
            raise ArgumentError(f"{what} id {row} contains a NUL character")
        return value.encode()
    if isinstance(value, (int, np.integer)) and not isinstance(value, bool):
        return b"%d" % value
    if isinstance(value, bytes):
        if b"\0" in value:
            raise ArgumentError(f"{what} id {row} contains a NUL character")
        return value
    raise TypeError(f"{what} id {row} is {value!r}: ids are strings or integers")


def several(ids: Any, name: str) -> Any:
    """Returns a list of ids or names as it is; a single one is refused, with the argument's name.

    >>> several("51", "forget")
    Traceback (most recent call last):
    regatta.errors.ArgumentError: forget is one str: pass a list of ids
    """
    if (isinstance(ids, (str, bytes)) or not hasattr(ids, "__iter__")
            or isinstance(ids, np.ndarray) and ids.ndim == 0):
        raise ArgumentError(f"{name} is one {type(ids).__name__}: pass a list of ids")
    return ids


def _values(ids: Any, array: IdArray) -> List[Any]:
    """Returns ids as Python objects; numpy makes strings of all values if one is a string."""
    made = array if array.dtype.kind not in "US" or isinstance(ids, np.ndarray) else ids
    return list(made.tolist() if isinstance(made, np.ndarray) else made)


def names_of(ids: Any, what: str) -> Tuple[List[bytes], str]:
    """Returns ids as bytes, and the kind "int" if all are integers of 64 bits, else "str"."""
    array = np.asarray(several(ids, f"{what}_ids"))
    if array.ndim != 1:
        raise ArgumentError(f"{what} ids have {array.ndim} dimensions: not 1")
    if array.dtype.kind in "iu":
        fits = array.dtype.kind == "i" or array.size == 0 or array.max() < 2**63
        return [b"%d" % value for value in array.tolist()], "int" if fits else "str"
    values = _values(ids, array)
    integers = all(isinstance(v, int) and not isinstance(v, bool) and -2**63 <= v < 2**63
                   for v in values)
    return [id_bytes(v, what, k) for k, v in enumerate(values)], "int" if integers else "str"


class Ids:
    """The ids of all users, or of all items, of a graph or a model.

    `kind` is "int" or "str", the type of ids in Python; "range", if the ids are known to be the
    positions; or None: "int" if all names are decimal integers, else "str".
    """

    def __init__(self, what: str, n: int, name: Callable[[int], Optional[bytes]],
                 find: Callable[[bytes], int], kind: Optional[str]) -> None:
        self.what = what
        self.n = n
        self._name = name
        self._find = find
        self._range = kind == "range"
        self._kind = "int" if kind == "range" else kind
        self._array: Optional[IdArray] = None
        self._order: Optional[npt.NDArray[np.int64]] = None

    def names(self) -> List[bytes]:
        """Returns the names in the library, in order."""
        return [self._name(k) or b"" for k in range(self.n)]

    @property
    def array(self) -> IdArray:
        """All ids in order: int64, or an object array of str."""
        if self._array is None:
            self._array = self._read()
            self._array.flags.writeable = False
        return self._array

    def _read(self) -> IdArray:
        if self._range:
            return np.arange(self.n, dtype=np.int64)
        first = self._name(0) if self.n > 0 else None
        if self._kind is None and first is not None and not _is_integer(first):
            self._kind = "str"
        names = self.names()
        if self._kind is None:
            self._kind = "int" if all(map(_is_integer, names)) else "str"
        if self._kind == "int":
            return np.array([int(name) for name in names], dtype=np.int64)
        made = np.empty(self.n, dtype=object)
        made[:] = [name.decode("utf-8", "replace") for name in names]
        return made

    @property
    def kind(self) -> str:
        """The type of ids in Python: "int" or "str"."""
        if self._kind is None:
            self.array
        return self._kind or "str"

    def positions(self, ids: Any, name: str = "ids") -> npt.NDArray[np.uint32]:
        """Returns the positions of ids; raises UnknownIdError for the first unknown one.

        `name` is that of the argument, for messages."""
        array = np.asarray(several(ids, name))
        if array.ndim != 1:
            raise ArgumentError(f"{self.what} ids have {array.ndim} dimensions: not 1")
        if array.size == 0:
            return np.zeros(0, dtype=np.uint32)
        if array.dtype.kind in "iu" and self.kind == "int":
            return self._of_integers(array)
        return np.array([self.position(value) for value in _values(ids, array)], dtype=np.uint32)

    def position(self, value: Any) -> int:
        """Returns the position of one id."""
        if not isinstance(value, str) and self.kind == "str":
            raise TypeError(f"{self.what} ids are strings here: {value!r} is none")
        found = self._find(id_bytes(value, self.what, 0))
        if found == capi.REGATTA_NONE:
            raise UnknownIdError(f"unknown {self.what}: {value!r}")
        return found

    def _of_integers(self, wanted: IdArray) -> npt.NDArray[np.uint32]:
        if self._range:
            wrong = (wanted < 0) | (wanted >= self.n)
            if wrong.any():
                raise UnknownIdError(f"unknown {self.what}: {wanted[wrong][0]}")
            return wanted.astype(np.uint32)
        if self._order is None:
            self._order = np.argsort(self.array, kind="stable")
        place = np.searchsorted(self.array, wanted, sorter=self._order)
        found = self._order[np.minimum(place, self.n - 1)]
        wrong = self.array[found] != wanted
        if wrong.any():
            raise UnknownIdError(f"unknown {self.what}: {wanted[wrong][0]}")
        return np.asarray(found, dtype=np.uint32)

    def ids(self, positions: npt.NDArray[np.uint32]) -> IdArray:
        """Returns the ids at positions of any shape; REGATTA_NONE becomes -1, or None."""
        if self.n == 0:
            return np.full(positions.shape, -1 if self.kind == "int" else None)
        none = positions == capi.REGATTA_NONE
        made: IdArray = self.array[np.where(none, 0, positions)]
        if none.any():
            made[none] = -1 if self.kind == "int" else None
        return made


def _is_integer(name: bytes) -> bool:
    """True for the decimal text of an int64, as Python prints it: not b"007"."""
    digits = name[1:] if name[:1] == b"-" else name
    return (digits.isdigit() and (digits[:1] != b"0" or name == b"0")
            and -2**63 <= int(name) < 2**63)


def positions_of(values: Any, what: str) -> npt.NDArray[np.uint32]:
    """Returns positions as uint32, without a copy of 32-bit integers."""
    array = np.asarray(values)
    if array.ndim != 1 or (array.dtype.kind not in "iu" and array.size):
        raise ArgumentError(f"{what} positions are {array.ndim}-D of {array.dtype}: "
                            "not a 1-D array of integers")
    if array.size and (array.min() < 0 or array.max() >= capi.REGATTA_NONE):
        raise ArgumentError(f"{what} positions are not all from 0 to 2^32 - 2")
    if array.dtype == np.int32:
        return np.ascontiguousarray(array).view(np.uint32)
    return np.ascontiguousarray(array, dtype=np.uint32)


def factorize(values: IdArray, what: str) -> Tuple[npt.NDArray[np.uint32], List[bytes], str]:
    """Returns for each row the number of its id in order of first appearance, the distinct ids
    as bytes, and their kind."""
    array = np.asarray(values)
    if array.ndim != 1:
        raise ArgumentError(f"the {what} column has {array.ndim} dimensions: not 1")
    if array.dtype.kind not in "iuOUS":
        raise TypeError(f"the {what} column has the type {array.dtype}: ids are strings or integers"
                        + _why_floats(array))
    try:
        codes, distinct = _codes(array)
    except TypeError:  # a value that has no hash, such as a list
        row = next(k for k, v in enumerate(array.tolist()) if getattr(v, "__hash__", None) is None)
        raise TypeError(f"row {row}: the {what} id is {array[row]!r}: ids are strings or "
                        "integers") from None
    for number, value in enumerate(distinct.tolist()):
        if not isinstance(value, (str, bytes, int)) or isinstance(value, bool):
            row = int(np.argmax(codes == number))
            raise TypeError(f"row {row}: the {what} id is {value!r}: ids are strings or integers")
    names, kind = names_of(distinct, what)
    return codes, names, kind


def _why_floats(array: IdArray) -> str:
    """Returns the hint for integers that missing values made floats."""
    if array.dtype.kind != "f" or not np.isnan(array).any():
        return ""
    return (f", and row {int(np.isnan(array).argmax())} has none, which makes integers floats: drop "
            "such rows, or read the column as Int64")


def _codes(array: IdArray) -> Tuple[npt.NDArray[np.uint32], IdArray]:
    """Returns the numbers of the rows' values, and the distinct values in order of appearance:
    by pandas where the program has loaded it, which is several times as fast."""
    pandas = sys.modules.get("pandas")
    if pandas is not None:
        codes, distinct = pandas.factorize(array)
        if codes.size == 0 or codes.min() >= 0:  # below 0: missing values
            return codes.astype(np.uint32), np.asarray(distinct)
    numbers: Dict[Any, int] = {}
    made = np.fromiter((numbers.setdefault(v, len(numbers)) for v in array.tolist()),
                       dtype=np.uint32, count=array.size)
    distinct = np.empty(len(numbers), dtype=array.dtype)
    distinct[:] = list(numbers)
    return made, distinct
