"""What a model's policy would have earned, estimated from logged feedback."""
from __future__ import annotations

import ctypes
import os
from typing import Any, Dict, List, Mapping, Optional

import numpy as np
import numpy.typing as npt

from . import capi, tables
from ._call import fields, path_bytes, pointer, texts
from .errors import ArgumentError
from .report import Table

ROLES = ("user", "item", "reward", "propensity", "position", "time")
ESTIMATORS = ("logged", "ips", "snips", "dr")
NUMBERS = ("value", "low", "high", "standard_error", "gain", "gain_low", "gain_high")


class LoggedEvaluation(Table):
    """Estimates of the mean reward of a record (docs/metrics.md): a row for each estimator.

    `evaluation["dr"]` is one estimate, `evaluation["dr", "low"]` another number of its row. The
    intervals are of 95 %. `info` has the counts of records and what is known of the weights.

    >>> log = {"user": [0, 0, 1], "item": [1, 2, 1], "reward": [1, 0, 1], "propensity": [0.5, 0.5, 0.5]}
    >>> model.evaluate_logged(log, keep_seen=True).column("estimator")
    ['logged', 'ips', 'snips', 'dr']
    """

    def __init__(self, made: Any) -> None:
        values: Dict[str, List[float]] = {name: list(getattr(made, name)) for name in NUMBERS}
        super().__init__(["estimator", *NUMBERS],
                         [(estimator, *[values[name][k] for name in NUMBERS])
                          for k, estimator in enumerate(ESTIMATORS)])
        self.info = {name: value for name, value in fields(made).items()
                     if not isinstance(value, list)}

    def __getitem__(self, name: Any) -> float:
        estimator, number = (name, "value") if isinstance(name, str) else name
        return float(self.rows[ESTIMATORS.index(estimator)][self.columns.index(number)])


class LoggedInput:
    """A regatta_logged with all that it points to: of a file, or of columns."""

    def __init__(self, log: Any, columns: Optional[Mapping[str, Optional[str]]]) -> None:
        if isinstance(log, (str, bytes, os.PathLike)):
            if columns:
                raise ArgumentError("columns: a file has its columns by their names in it")
            self.struct = capi.regatta_logged(path=path_bytes(log))
            return
        table = tables.table_columns(log)
        roles = tables.chosen(table, columns, 4, ROLES)
        arrays = {role: np.asarray(table[name]) for role, name in roles.items()}
        sizes = sorted({array.shape for array in arrays.values()})
        if len(sizes) != 1 or len(sizes[0]) != 1:
            raise ArgumentError(f"the columns of the log have the shapes {sizes}: not one length")
        self._fill(arrays, roles)

    def _fill(self, arrays: Dict[str, npt.NDArray[Any]], roles: Mapping[str, str]) -> None:
        user, user_names, _ = tables.column_ids(arrays["user"], "user")
        item, item_names, _ = tables.column_ids(arrays["item"], "item")
        names = texts(user_names), texts(item_names)
        reward = _doubles(arrays["reward"], roles["reward"])
        propensity = _doubles(arrays["propensity"], roles["propensity"])
        self.struct = capi.regatta_logged(
            n=user.size, user=pointer(user, ctypes.c_uint32), item=pointer(item, ctypes.c_uint32),
            reward=pointer(reward, ctypes.c_double), propensity=pointer(propensity, ctypes.c_double),
            n_users=len(user_names), n_items=len(item_names), user_names=names[0],
            item_names=names[1])
        self.kept: List[Any] = [user, item, reward, propensity, *names]
        if "position" in arrays:
            position = _positions(arrays["position"], roles["position"])
            self.kept.append(position)
            self.struct.position = pointer(position, ctypes.c_uint32)
        if "time" in arrays:
            time = tables.seconds(arrays["time"], roles["time"])
            self.kept.append(time)
            self.struct.time = pointer(time, ctypes.c_int64)


def _doubles(values: npt.NDArray[Any], name: str) -> npt.NDArray[np.float64]:
    tables.refuse_missing(values, name)
    if values.dtype.kind not in "iufb":
        raise ArgumentError(f"the column {name!r} has the type {values.dtype}: not numbers")
    return np.ascontiguousarray(values, dtype=np.float64)


def _positions(values: npt.NDArray[Any], name: str) -> npt.NDArray[np.uint32]:
    numbers = _doubles(values, name)
    wrong = ~((numbers >= 0) & (numbers <= 1e9) & (numbers == np.floor(numbers)))
    if wrong.any():
        row = int(wrong.argmax())
        raise ArgumentError(f"row {row}: the position {values[row]} is not a whole number from 0 to 1e9")
    return np.ascontiguousarray(numbers, dtype=np.uint32)
