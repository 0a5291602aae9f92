"""Columns of data frames and Arrow tables as arrays of users, items, weights and times.

Columns are found by a mapping from `user`, `item`, `weight` and `time` to the table's own names, else
by these names, else by the names that the reader of files knows (docs/data.md). The contents of a
column say nothing.
"""
from __future__ import annotations

import ctypes
import datetime
import sys
import warnings
from dataclasses import dataclass
from typing import Any, Callable, Dict, List, Mapping, Optional, Tuple

import numpy as np
import numpy.typing as npt

from . import arrow, capi
from ._call import flag
from ._ids import IdArray, factorize
from ._library import library
from .errors import ArgumentError, FormatError

ROLES = ("user", "item", "weight", "time")
COLUMN = {"user": capi.REGATTA_COLUMN_USER, "item": capi.REGATTA_COLUMN_ITEM,
          "weight": capi.REGATTA_COLUMN_WEIGHT, "reward": capi.REGATTA_COLUMN_WEIGHT,
          "time": capi.REGATTA_COLUMN_TIME, "position": capi.REGATTA_COLUMN_POSITION,
          "propensity": capi.REGATTA_COLUMN_PROPENSITY}

NULL_WORDS = frozenset(
    b"NA N/A n/a #N/A #NA <NA> NULL Null null \\N NaN nan NAN -nan -NaN NaT None none NONE nil NIL "
    b"#REF! #VALUE! #NAME? #DIV/0! #NUM! #NULL!".split())  # of src/graph/readers/reader_common.c
NO_BREAK = "\u00a0".encode()


def is_table(data: Any) -> bool:
    """True for a pandas data frame, and for objects of the Arrow stream protocol."""
    return is_frame(data) or hasattr(data, "__arrow_c_stream__")


def _array(values: Any) -> npt.NDArray[Any]:
    """Returns a column of a dict; numpy makes strings of all values if one is a string."""
    try:
        array = np.asarray(values)
    except ValueError:  # lists of several lengths
        array = np.empty(0, dtype="U")
    if array.ndim == 0 or array.dtype.kind not in "US" or isinstance(values, np.ndarray):
        return array
    made = np.empty(len(values), dtype=object)
    for k, value in enumerate(values):
        made[k] = value
    return made


def is_frame(data: Any) -> bool:
    """True for a pandas data frame."""
    return hasattr(data, "iloc") and hasattr(data, "columns")


@dataclass
class Columns:
    """Rows of a table: numbers of users and items, their ids, and optional values."""

    user: npt.NDArray[np.uint32]
    item: npt.NDArray[np.uint32]
    weight: Optional[npt.NDArray[np.float32]]
    time: Optional[npt.NDArray[np.int64]]
    user_names: List[bytes]
    item_names: List[bytes]
    user_kind: str
    item_kind: str


def table_columns(data: Any) -> Mapping[str, npt.NDArray[Any]]:
    """Returns the columns of a data frame, an Arrow table or a dict of columns by name.

    >>> import pandas as pd
    >>> table_columns(pd.DataFrame({"user": [7, 8]}))["user"].tolist()
    [7, 8]
    """
    if is_frame(data):
        made = {}
        twice = data.columns[data.columns.duplicated()].tolist()
        if twice:
            raise ArgumentError(f"the data frame has the column {twice[0]!r} more than once: rename one")
        for name in data.columns:
            column = data[name]
            if getattr(column.dtype, "tz", None) is not None:
                column = column.dt.tz_convert("UTC").dt.tz_localize(None)
            plain = getattr(column.dtype, "numpy_dtype", None)  # of Int64, Float64 and so on
            made[str(name)] = (column.to_numpy() if plain is None or column.isna().any()
                               else column.to_numpy(dtype=plain))
        return made
    if isinstance(data, Mapping):
        return {str(name): _array(values) for name, values in data.items()}
    if not is_table(data):
        raise TypeError(f"a table is {type(data).__name__}: pass a data frame, an Arrow table, or a dict "
                        "of columns")
    return arrow.read_columns(data)


def chosen(names: Any, columns: Optional[Mapping[str, Optional[str]]],
           required: int = 2, roles: Any = ROLES) -> Dict[str, str]:
    """Returns the table's column of each role; the first `required` roles must have one.

    A role has the column that `columns` says, else the one of its name, else the one whose name
    the reader of files knows.

    >>> chosen(["movieId", "userId", "rating", "genre"], None)
    {'user': 'userId', 'item': 'movieId', 'weight': 'rating'}
    """
    columns = dict(columns or {})
    unknown = set(columns) - set(roles)
    if unknown:
        raise ArgumentError(f"columns has {sorted(unknown)[0]!r}: not one of " + ", ".join(roles))
    made = {}
    free = [name for name in names if name not in columns.values() and name not in roles]
    for place, role in enumerate(roles):
        name = columns[role] if role in columns else role if role in names else known(role, free, roles)
        if name in names:
            made[role] = str(name)
        elif role in columns and name is not None:
            raise ArgumentError(f"the table has no column {name!r}: it has " + ", ".join(names))
        elif place < required:
            raise ArgumentError(f"the table has no column {role!r}, but " + ", ".join(names)
                                + f': pass columns={{"{role}": NAME}}')
    return made


def known(role: str, names: List[str], roles: Any = ROLES) -> Optional[str]:
    """Returns the column whose name the reader of files would choose for a role.

    >>> known("time", ["Kunde", "Artikel", "Datum"])
    'Datum'
    """
    logged = int("reward" in roles)
    best: List[str] = []
    lowest = 0
    for name in names:
        rank = ctypes.c_uint32()
        column = library().regatta_column_of_name(str(name).encode(), logged, ctypes.byref(rank))
        if column != COLUMN.get(role) or (best and rank.value > lowest):
            continue
        best = [*best, name] if rank.value == lowest else [name]
        lowest = rank.value
    if len(best) > 1:
        raise ArgumentError(f"the columns {best[0]!r} and {best[1]!r} suit the role {role!r} equally "
                            f'well: pass columns={{"{role}": NAME}}, None for neither')
    return best[0] if best else None


def _warn_of_events(table: Mapping[str, npt.NDArray[Any]], roles: Dict[str, str]) -> None:
    """Warns of a column with a name for kinds of events, if it has several and there are no weights."""
    name = next((name for name in table if name not in roles.values()
                 and library().regatta_column_of_name(name.encode(), 0, None) == capi.REGATTA_COLUMN_EVENT),
                None)
    if name is None or "weight" in roles:
        return
    try:
        values = table[name]
        several = any(str(value) != str(values[0]) for value in values)
    except FormatError:  # an Arrow column with missing values, or of another type
        several = True
    if several:
        warnings.warn(f"the column {name!r} seems to have kinds of events, which all count alike: add a "
                      'column of weights, or read a file by Graph.read(path, event_weights={"view": 1, '
                      '"buy": 5}); pass columns= if they shall count alike', UserWarning, stacklevel=_outside())


def _outside() -> int:
    """Returns the stacklevel of a warning of the caller: the first frame outside the package."""
    level, frame = 1, sys._getframe(1)
    while frame.f_back is not None and frame.f_globals.get("__name__", "").split(".")[0] == "regatta":
        level, frame = level + 1, frame.f_back
    return level


def read_table(data: Any, columns: Optional[Mapping[str, Optional[str]]] = None, *,
               keep_null_words: bool = False, dislike_below: Optional[float] = None) -> Columns:
    """Returns the interactions of a table; Graph.from_table describes the arguments.

    >>> import pandas as pd
    >>> rows = read_table(pd.DataFrame({"who": ["ann", "bob"], "item": [5, 5]}), {"user": "who"})
    >>> rows.user_names, rows.item_names
    ([b'ann', b'bob'], [b'5'])
    """
    table = table_columns(data)
    roles = chosen(table, columns)
    if columns is None:
        _warn_of_events(table, roles)
    door = None if flag("keep_null_words", keep_null_words) else "Graph.from_table"
    user, user_names, user_kind = column_ids(table[roles["user"]], "user", keep_null_words, door)
    item, item_names, item_kind = column_ids(table[roles["item"]], "item", keep_null_words, door)
    weight = None
    if "weight" in roles:
        weight = weights(table[roles["weight"]], roles["weight"], dislike_below)
    elif dislike_below is not None:
        raise ArgumentError("dislike_below: the table has no column of weights")
    time = seconds(table[roles["time"]], roles["time"]) if "time" in roles else None
    return Columns(user, item, weight, time, user_names, item_names, user_kind, item_kind)


def column_ids(values: IdArray, what: str, keep_null_words: bool = False, door: Optional[str] = None
               ) -> Tuple[npt.NDArray[np.uint32], List[bytes], str]:
    """Returns what `factorize` returns, with texts as the reader of files takes them (docs/data.md):
    without blanks around them; an empty one, or a word for a missing value, is an error.

    `door` is the function whose keep_null_words takes these words for ids, for the message.

    >>> codes, names, kind = column_ids(np.array(["ann", " ann", "bob "], dtype=object), "user")
    >>> codes.tolist(), names
    ([0, 0, 1], [b'ann', b'bob'])
    """
    if values.size == 0 and values.ndim == 1:  # of any type: pandas gives it the type float64
        values = values.astype(object)
    codes, given, kind = factorize(values, what)
    if kind == "int":
        return codes, given, kind
    names = [_trimmed(name) for name in given]
    for number, name in enumerate(names):
        if name and (keep_null_words or name not in NULL_WORDS):
            continue
        row = int(np.argmax(codes == number))
        if not name:
            raise ArgumentError(f"row {row}: the {what} id is empty: drop such rows")
        raise ArgumentError(f"row {row}: the {what} id is {name.decode()!r}, a missing value: drop such rows"
                            + (f", or pass keep_null_words=True to {door}" if door else ""))
    numbers_of: Dict[bytes, int] = {}
    merged = np.array([numbers_of.setdefault(name, len(numbers_of)) for name in names], dtype=np.uint32)
    return (codes if len(numbers_of) == len(names) else merged[codes]), list(numbers_of), kind


def _trimmed(name: bytes) -> bytes:
    """Returns a text without spaces, tabs and no-break spaces at its ends."""
    made = name.strip(b" \t")
    while made.startswith(NO_BREAK) or made.endswith(NO_BREAK):
        made = (made[2:] if made.startswith(NO_BREAK) else made[:-2]).strip(b" \t")
    return made


Place = Callable[[int], str]


def row_of(row: int) -> str:
    """Returns the place of a value of a column, for messages."""
    return f"row {row}"


def weights(values: npt.NDArray[Any], name: str, dislike_below: Optional[float],
            door: str = "from_table", place: Place = row_of,
            otherwise: str = 'drop such rows, or pass columns={"weight": None}'
            ) -> npt.NDArray[np.float32]:
    """Returns weights as floats: those below `dislike_below` are dislikes, which have the weight -1;
    other negative weights are errors. `door` is the method of Graph that has the argument.

    >>> weights(np.array([5.0, 1.0, 4.0]), "rating", 3).tolist()
    [5.0, -1.0, 4.0]
    """
    made = numbers(values, name, place)
    if dislike_below is not None:
        below = values < _finite("dislike_below", dislike_below)
        if below.any():
            made = np.where(below, np.float32(-1), made)
            values = np.where(below, 0, values)
    if values.dtype.kind in "if" and values.size and values.min() < 0:
        entry = int((values < 0).argmax())
        raise ArgumentError(f"{place(entry)}: {name!r} is {values[entry]}: a negative weight: "
                            f"Graph.{door}(.., dislike_below=0) reads it as a dislike; else {otherwise}")
    return made


def _finite(name: str, value: Any) -> float:
    number = float(value)
    if not np.isfinite(number):
        raise ArgumentError(f"{name} is {value!r}: not a finite number")
    return number


def is_missing(value: Any) -> bool:
    """True for None, NaN, and the missing values of pandas.

    >>> [is_missing(value) for value in (None, float("nan"), 0, "")]
    [True, True, False, False]
    """
    return value is None or str(value) in ("<NA>", "NaT") or bool(value != value)


def refuse_missing(values: npt.NDArray[Any], name: str, place: Place = row_of) -> None:
    """Raises for the first missing value of a column of objects, which are numbers else."""
    if values.dtype.kind == "O":
        for row, value in enumerate(values.tolist()):
            if is_missing(value):
                raise ArgumentError(f"{place(row)}: {name!r} has a missing value: drop such rows, or fill it in")


def numbers(values: npt.NDArray[Any], name: str, place: Place = row_of,
            impressions: bool = False) -> npt.NDArray[np.float32]:
    """Returns weights as floats, without a copy where they are; -inf only if impressions may be."""
    if values.size == 0:
        return np.zeros(values.shape, dtype=np.float32)
    refuse_missing(values, name, place)
    if values.dtype.kind not in "iufb":
        raise ArgumentError(f"the column {name!r} has the type {values.dtype}: weights are numbers")
    with np.errstate(over="ignore"):
        made = np.ascontiguousarray(values, dtype=np.float32)
    if not np.isfinite(made).all():
        wrong = ~np.isfinite(made)
        if impressions:  # -inf is one, unless it was a finite number
            wrong &= values != -np.inf
        if wrong.any():
            entry = int(wrong.argmax())
            reason = "larger than a float can store" if np.isfinite(values[entry]) else "not finite"
            raise ArgumentError(f"{place(entry)}: {name!r} is {values[entry]}: a weight that is {reason}")
    return made


def seconds(values: npt.NDArray[Any], name: str = "time") -> npt.NDArray[np.int64]:
    """Returns times in seconds: of datetimes, of texts of dates in the forms that files may have,
    or of numbers, which are seconds already.

    >>> seconds(np.array([datetime.datetime(1970, 1, 2)], dtype=object)).tolist()
    [86400]
    >>> seconds(np.array(["1970-01-02", "1970-01-02T00:01+00:00"])).tolist()
    [86400, 86460]
    """
    if values.size and (values.dtype.kind in "US" or values.dtype.kind == "O"
                        and all(isinstance(v, (str, bytes)) for v in values.flat)):
        return _moments(values, name)
    if values.dtype.kind == "O" and all(isinstance(v, (datetime.date, np.datetime64))
                                        for v in values.tolist()):
        values = np.array([_utc(value) for value in values.tolist()], dtype="datetime64[s]")
    if values.size == 0:
        return np.zeros(values.shape, dtype=np.int64)
    refuse_missing(values, name)
    if values.dtype.kind == "M":
        if np.isnat(values).any():
            raise ArgumentError(f"row {int(np.isnat(values).argmax())}: {name!r} has no time")
        return values.astype("datetime64[s]").astype(np.int64)
    if values.dtype.kind not in "iuf":
        raise ArgumentError(f"the column {name!r} has the type {values.dtype}: "
                            "times are datetimes, texts of dates, or seconds")
    if values.dtype.kind == "f" and not np.isfinite(values).all():
        raise ArgumentError(f"row {int((~np.isfinite(values)).argmax())}: {name!r} has no time")
    if values.size and values.dtype.kind in "iu" and _are_days(values):
        raise ArgumentError(f"{name!r} has numbers such as {int(values[0])}, which are days and not "
                            'seconds: pass datetimes, pandas.to_datetime(.., format="%Y%m%d")')
    if values.size and np.abs(values).max() > 1e11:
        raise ArgumentError(f"{name!r} has numbers above 1e11, which are not seconds: "
                            "divide them, or pass datetimes")
    return np.ascontiguousarray(np.floor(values), dtype=np.int64)


def _moments(values: npt.NDArray[Any], name: str) -> npt.NDArray[np.int64]:
    """Returns the seconds of texts, each of which is one moment without doubt."""
    texts, place = np.unique(values, return_inverse=True)
    found = np.empty(texts.size, dtype=np.int64)
    time, read = ctypes.c_int64(), library().regatta_time_of_text
    for k, text in enumerate(texts.tolist()):
        if not read(ctypes.byref(time), text if isinstance(text, bytes) else text.encode()):
            row = int((place.ravel() == k).argmax())
            raise ArgumentError(f"row {row}: {name!r} is {text!r}: no time, or one of several: pass "
                                "datetimes, pandas.to_datetime(.., format=..)")
        found[k] = time.value
    return found[place].reshape(values.shape)


def _are_days(values: npt.NDArray[Any]) -> bool:
    """True if all numbers are days such as 20210131.

    >>> _are_days(np.array([20210131, 19991201])), _are_days(np.array([20210131, 20211301]))
    (True, False)
    """
    year, month, day = values // 10000, values // 100 % 100, values % 100
    return bool(((year >= 1900) & (year <= 2100) & (month >= 1) & (month <= 12)
                 & (day >= 1) & (day <= 31)).all())


def _utc(value: Any) -> Any:
    """Returns a datetime without its zone, in UTC; NaT for that of pandas."""
    if value != value:
        return np.datetime64("NaT")
    if getattr(value, "tzinfo", None) is None:
        return value
    return value.astimezone(datetime.timezone.utc).replace(tzinfo=None)
