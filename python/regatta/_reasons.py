"""Explanations of scores: tables whose rows add up to the score."""
from __future__ import annotations

import ctypes
import math
from typing import Any, Dict, List, Optional, Tuple

import numpy as np

from . import capi
from ._base import Base
from ._call import in_range, pointer
from ._library import library
from ._query import Query
from .errors import ArgumentError
from .report import Row, Table


class Explanation(Table):
    """A score as a sum. The columns are:

    term: "because of item" or "in spite of item" for the items of the history, "other items"
        for the rest of them; "direct": depends on the user but on no single item; "bias",
        "popularity", "centre": the same for all users; "exposure": of an item that the user was
        shown and did not take; "residual": rounding.
    id: the item, or the channel of a direct part or bias.
    contribution: the part of the score; all rows add up to it.
    attention: the share of the attention to an item of the history.

    `channels` has the part of each channel in the score: of the items, direct, and bias.

    >>> explanation = model.explain(3, 0, N=3)
    >>> explanation.sum() == explanation.score
    True
    """

    def __init__(self, userid: Any, item: Any, score: float, rows: List[Row],
                 channels: Dict[str, float]) -> None:
        super().__init__(["term", "id", "contribution", "attention"], rows)
        self.user = userid
        self.item = item
        self.score = score
        self.channels = channels

    def sum(self) -> float:
        """Returns the sum of the contributions, correctly rounded: the score.

        >>> model.explain(3, 0).sum() == model.explain(3, 0).score
        True
        """
        return math.fsum(self.column("contribution"))

    def __str__(self) -> str:
        return f"{super().__str__()}\nscore of {self.item}: {self.score:.7g}"


def channel_names() -> List[str]:
    """Returns the names of the channels of the library, by number."""
    names = [library().regatta_channel_name(k) for k in range(capi.REGATTA_MAX_CHANNELS)]
    return [name.decode() for name in names if name]


class Reasons(Base):
    """Explanations of a trained model."""

    def explain(self, userid: Any = None, itemid: Any = None, user_items: Any = None,
                N: Optional[int] = 10, *, times: Any = None, at: Any = None) -> Explanation:
        """Returns the score of an item for a user as a sum, with the N items of the history that
        contribute most (None: all of them).

        The user is an id, or a history of item ids in user_items, as in `recommend`.

        >>> print(model.explain(3, 0, N=1).column("term")[0] in ("because of item", "in spite of item"))
        True
        """
        most = _number_of_parts(N)
        if itemid is None or np.ndim(itemid) != 0:
            raise ArgumentError("explain takes the id of one item")
        query = Query(self._users, self._items, userid, user_items, times, at)
        if query.n != 1:
            raise ArgumentError(f"explain takes one user, not {query.n}")
        capacity = self._length_of_history(query)
        item = np.array([self._items.position(itemid)], dtype=np.uint32)
        parts = (capi.regatta_contribution * max(capacity, 1))()
        parts[0].struct_size = ctypes.sizeof(capi.regatta_contribution)
        whole = capi.regatta_explanation()
        self._call("regatta_explain", self._trained.pointer, ctypes.byref(query.struct),
                   pointer(item, ctypes.c_uint32), 1, parts, capacity, ctypes.byref(whole))
        shown = min(most, whole.n_contributions)
        rows = self._rows(parts, shown, whole)
        rest = math.fsum([whole.score, *[-row[2] for row in rows]])
        rows.append(("residual", "", rest, None))
        names = channel_names()
        channels = {names[k]: math.fsum([whole.history[k], whole.direct[k], whole.bias[k]])
                    for k in range(len(names)) if whole.history[k] or whole.direct[k] or whole.bias[k]}
        return Explanation(userid, itemid, whole.score, rows, channels)

    def _length_of_history(self, query: Query) -> int:
        if query.struct.offset:
            return int(query.struct.offset[1])
        size = capi.regatta_history()
        self._call("regatta_model_history", ctypes.byref(size), self._trained.pointer,
                   query.struct.user[0])
        return int(size.n)

    def _rows(self, parts: Any, shown: int, whole: Any) -> List[Row]:
        n = whole.n_contributions
        ids = self._items.ids(np.array([parts[k].item for k in range(n)], dtype=np.uint32)).tolist()
        rows: List[Row] = []
        for k in range(shown):
            term = "because of item" if parts[k].contribution >= 0 else "in spite of item"
            rows.append((term, ids[k], parts[k].contribution, float(parts[k].attention)))
        if shown < n:
            rows.append(("other items", f"{n - shown} items",
                         math.fsum(parts[k].contribution for k in range(shown, n)),
                         math.fsum(parts[k].attention for k in range(shown, n))))
        for term, values in (("direct", whole.direct), ("bias", whole.bias)):
            rows += [(term, name, value, None) for name, value in zip(channel_names(), values)
                     if value != 0.0]
        rows += [(term, "", getattr(whole, term), None) for term in ("popularity", "centre", "exposure")
                 if getattr(whole, term) != 0.0]
        return rows

    def explain_features(self, userid: Any = None, itemid: Any = None, user_items: Any = None,
                         N: Optional[int] = 10) -> Table:
        """Returns the parts of the features of an item in the channel "content" of its score.

        The columns are modality, feature ("" for vectors) and contribution, the largest first.
        The table is empty if content is not part of the score.

        >>> len(model.explain_features(3, 0))
        0
        """
        most = _number_of_parts(N)
        query = Query(self._users, self._items, userid, user_items)
        if query.n != 1:
            raise ArgumentError(f"explain_features takes one user, not {query.n}")
        item, n, capacity = self._items.position(itemid), ctypes.c_int64(), 0
        parts: Any = None
        for _ in range(2):  # the first call counts the parts
            parts = (capi.regatta_feature_part * max(capacity, 1))()
            parts[0].struct_size = ctypes.sizeof(capi.regatta_feature_part)
            self._call("regatta_explain_features", self._trained.pointer, ctypes.byref(query.struct),
                       item, parts, capacity, ctypes.byref(n))
            capacity = n.value
        rows: List[Tuple[Any, ...]] = [
            (p.modality.decode(), p.feature.decode() if p.feature else "", p.contribution)
            for p in parts[:min(capacity, most)]]
        return Table(["modality", "feature", "contribution"], rows)


def _number_of_parts(N: Optional[int]) -> int:
    """Returns how many parts to show; None: all."""
    return 2**31 - 1 if N is None else in_range("N", N, 0, 2**31 - 1)
