"""Recommendations, candidates, similar nodes, scores and vectors of a trained model."""
from __future__ import annotations

import ctypes
from typing import Any, Dict, Tuple

import numpy as np
import numpy.typing as npt

from . import capi
from ._base import Base, _info
from ._call import enum_name, enum_value, fields, flag, in_range, pointer, view
from ._ids import IdArray
from ._library import library
from ._query import Filter, Query, number_of_results, optional_positions, trimmed
from .errors import ArgumentError
from .graph import History, read_history

Floats = npt.NDArray[np.float32]


class Retrieval(Base):
    """What a model answers. `model` of the examples is fitted to `user_items` (60 users, 20 items)."""

    def recommend(self, userid: Any = None, user_items: Any = None, N: int = 10,
                  filter_already_liked_items: bool = True, filter_items: Any = None,
                  items: Any = None, *, mmr: float = 1.0, popularity_penalty: float = 0.0,
                  pool: int = 0, times: Any = None, at: Any = None) -> Tuple[IdArray, Floats]:
        """Returns the N items of highest score for a user, or for each user of an array.

        Args:
            userid: an id, or ids [n]; may be None if user_items is given.
            user_items: the histories to use instead of the model's own, of users who may be
                unknown: a sparse matrix [n, items], a list of item ids (the latest last), or a
                list of such lists.
            N: items per user.
            filter_already_liked_items: leave out the items of the history.
            filter_items: ids of items to leave out.
            items: ids of the only items to rank.
            mmr: diversity by maximal marginal relevance, in [0, 1]; 1 is none.
            popularity_penalty: standard deviations of the score to subtract per standard
                deviation of log popularity.
            pool: number of best items that mmr selects from; 0 is 5 N, at least 100.
            times: times of the items of user_items, in the same order and form.
            at: the time at which the query is asked, or one for each user.

        Returns:
            (ids, scores), each [N], or fewer if fewer items remain; for an array of users each
            [n, N], where -1 (or None for string ids) and -inf fill up short rows.

        >>> ids, scores = model.recommend(3, N=5)
        >>> ids.shape, scores.shape
        ((5,), (5,))
        >>> ids, scores = model.recommend([3, 4, 5], N=5, filter_items=[0])
        >>> ids.shape
        (3, 5)
        >>> ids, scores = model.recommend(user_items=[2, 5], N=3)     # a new user's history
        >>> len(ids)
        3
        """
        query = Query(self._users, self._items, userid, user_items, times, at)
        allowed = Filter(self._items, items, filter_items)
        options = capi.regatta_recommend_options(
            k=number_of_results("N", N, self.n_items), mmr=mmr,
            keep_seen=1 - flag("filter_already_liked_items", filter_already_liked_items),
            popularity_penalty=popularity_penalty, pool=in_range("pool", pool, 0, 2**31 - 1))
        nodes = np.empty((query.n, options.k), dtype=np.uint32)
        scores = np.empty((query.n, options.k), dtype=np.float32)
        self._call("regatta_recommend", self._trained.pointer, ctypes.byref(query.struct),
                   ctypes.byref(allowed.set(options)), pointer(nodes, ctypes.c_uint32),
                   pointer(scores, ctypes.c_float))
        nodes, scores = trimmed(query.one, nodes, scores)
        return self._items.ids(nodes), scores

    def recommend_all(self, N: int = 10, filter_already_liked_items: bool = True,
                      filter_items: Any = None, items: Any = None, *, users: Any = None,
                      batch: int = 4096) -> Tuple[IdArray, Floats]:
        """Returns the N items of highest score for all users, or for `users`.

        Users are ranked in batches, between which Ctrl-C ends the call.

        Returns:
            (ids, scores), each [users, N], rows in the order of `user_ids` (or `users`).

        >>> ids, scores = model.recommend_all(N=5)
        >>> ids.shape
        (60, 5)
        """
        wanted = optional_positions(self._users, users)
        k = number_of_results("N", N, self.n_items)
        allowed = Filter(self._items, items, filter_items)
        nodes = np.empty((wanted.size, k), dtype=np.uint32)
        scores = np.empty((wanted.size, k), dtype=np.float32)
        options = allowed.set(capi.regatta_recommend_options(
            k=k, keep_seen=1 - flag("filter_already_liked_items", filter_already_liked_items)))
        step = in_range("batch", batch, 1, 2**31 - 1)
        for start in range(0, wanted.size, step):
            part = wanted[start:start + step]
            query = capi.regatta_query(n=part.size, user=pointer(part, ctypes.c_uint32))
            self._call("regatta_recommend", self._trained.pointer, ctypes.byref(query),
                       ctypes.byref(options), pointer(nodes[start:], ctypes.c_uint32),
                       pointer(scores[start:], ctypes.c_float))
        return self._items.ids(nodes), scores

    def candidates(self, userid: Any = None, user_items: Any = None, N: int = 500,
                   filter_already_liked_items: bool = True, filter_items: Any = None,
                   items: Any = None, *, sources: str = "auto", exact: bool = False,
                   effort: int = 0, return_sources: bool = False, vectors: Any = None,
                   times: Any = None, at: Any = None, communities: float = 0.0,
                   return_reads: bool = False) -> Tuple[Any, ...]:
        """Returns N candidates for a ranker, at a fraction of the cost of `recommend`.

        Args:
            sources: "graph", "vectors", "both", or "auto": all that the model has.
            exact: search all items even if the model has an index.
            effort: beam of the search in an index; 0 is 96.
            return_sources: also return the scores by each source.
            vectors: vectors [n, dim] as queries instead of users.
            communities: share of the walk over the graph that is read, communities of the
                items first (`convert(communities=True)`); 0: all.
            return_reads: also return what the walk read.
            The other arguments are those of `recommend`.

        Returns:
            (ids, scores), and with return_sources the scores by graph and by vectors
            [..., 2], NaN where a source did not propose the item. Shapes as in `recommend`.
            With return_reads at the end [..., 3]: entries that were read, sums by community
            that were read to choose them, entries of the whole walk.

        >>> ids, scores = model.candidates(3, N=10, sources="graph")
        >>> len(ids) <= 10
        True
        """
        names = {"auto": 0, "graph": capi.REGATTA_SOURCE_GRAPH, "vectors": capi.REGATTA_SOURCE_VECTORS,
                 "both": capi.REGATTA_SOURCE_BOTH}
        if sources not in names:
            raise ArgumentError(f"sources is {sources!r}: not one of " + ", ".join(names))
        query = (Query(self._users, self._items, userid, user_items, times, at) if vectors is None
                 else self._of_vectors(vectors, userid, user_items))
        allowed = Filter(self._items, items, filter_items)
        options = allowed.set(capi.regatta_candidates_options(
            n=number_of_results("N", N, self.n_items), sources=names[sources],
            keep_seen=1 - flag("filter_already_liked_items", filter_already_liked_items),
            exact=flag("exact", exact),
            effort=in_range("effort", effort, 0, 2**31 - 1), communities=communities))
        reads = np.zeros((query.n, capi.REGATTA_N_READS), dtype=np.int64)
        options.reads = pointer(reads, ctypes.c_int64)
        nodes = np.empty((query.n, options.n), dtype=np.uint32)
        scores = np.empty((query.n, options.n), dtype=np.float32)
        by_source = np.empty((query.n, options.n, capi.REGATTA_N_SOURCES), dtype=np.float32)
        self._call("regatta_candidates", self._trained.pointer, ctypes.byref(query.struct),
                   ctypes.byref(options), pointer(nodes, ctypes.c_uint32),
                   pointer(scores, ctypes.c_float), pointer(by_source, ctypes.c_float))
        nodes, scores, by_source = trimmed(query.one, nodes, scores, by_source)
        found: Tuple[Any, ...] = (self._items.ids(nodes), scores)
        if flag("return_sources", return_sources):
            found += (by_source,)
        if flag("return_reads", return_reads):
            found += (reads[0] if query.one else reads,)
        return found

    def _of_vectors(self, vectors: Any, userid: Any, user_items: Any) -> Query:
        if userid is not None or user_items is not None:
            raise ArgumentError("vectors are queries of their own: leave out userid and user_items")
        array = np.ascontiguousarray(np.atleast_2d(vectors), dtype=np.float32)
        if array.ndim != 2 or array.shape[1] != self.vector_length:
            raise ArgumentError(f"the vectors have the shape {array.shape}: the model has "
                                f"{self.vector_length} numbers in a vector")
        query = Query(self._users, self._items, np.zeros(0, dtype=np.int64), None)
        query.struct.user = None
        query.struct.vector = query._keep(array, ctypes.c_float)
        query.n = query.struct.n = array.shape[0]
        query.one = np.ndim(vectors) == 1
        return query

    def similar_items(self, itemid: Any = None, N: int = 10, filter_items: Any = None,
                      items: Any = None, *, item_users: Any = None,
                      by: str = "auto") -> Tuple[IdArray, Floats]:
        """Returns the N items most similar to an item, or to each item of an array.

        The item itself is not among them. `by` is "vectors", "attention", "history", or "auto":
        the first of these that the model has. item_users holds the users of an item that the
        model does not contain, in the forms of user_items in `recommend`.

        Returns:
            (ids, cosines), each [N], or [n, N] for an array.

        >>> ids, cosines = model.similar_items(0, N=3)
        >>> 0 in ids
        False
        """
        return self._similar(capi.REGATTA_ITEMS, itemid, item_users, N, filter_items, items, by)

    def similar_users(self, userid: Any = None, N: int = 10, filter_users: Any = None,
                      users: Any = None, *, user_items: Any = None,
                      by: str = "auto") -> Tuple[IdArray, Floats]:
        """Returns the N users most similar to a user, or to each user of an array.

        As `similar_items`; user_items holds histories of other users.

        >>> ids, cosines = model.similar_users([0, 1], N=3)
        >>> ids.shape
        (2, 3)
        """
        return self._similar(capi.REGATTA_USERS, userid, user_items, N, filter_users, users, by)

    def _similar(self, side: int, wanted: Any, lists: Any, N: int, exclude: Any, only: Any,
                 by: str) -> Tuple[IdArray, Floats]:
        ids, others = self._sides[side], self._sides[1 - side]
        query = Query(ids, others, wanted, lists, side=side)
        allowed = Filter(ids, only, exclude)
        options = allowed.set(capi.regatta_similar_options(
            k=number_of_results("N", N, ids.n), by=enum_value("regatta_similarity", "by", by)))
        nodes = np.empty((query.n, options.k), dtype=np.uint32)
        cosines = np.empty((query.n, options.k), dtype=np.float32)
        self._call("regatta_similar", self._trained.pointer, ctypes.byref(query.struct),
                   ctypes.byref(options), pointer(nodes, ctypes.c_uint32),
                   pointer(cosines, ctypes.c_float))
        nodes, cosines = trimmed(query.one, nodes, cosines)
        return ids.ids(nodes), cosines

    def score(self, userid: Any = None, items: Any = None, user_items: Any = None, *,
              times: Any = None, at: Any = None) -> Floats:
        """Returns the scores by which `recommend` ranks: [items], or [n, items] for an array.

        `items` are ids; None scores all items in the order of `item_ids`. Items of a source
        domain, which are never answers, then have -inf.

        >>> model.score(3, [0, 1, 2]).shape
        (3,)
        """
        query = Query(self._users, self._items, userid, user_items, times, at)
        wanted = optional_positions(self._items, items)
        if items is None:
            wanted = wanted[:_info(self._trained).n_own_items]
        scores = np.empty((query.n, wanted.size), dtype=np.float32)
        self._call("regatta_score", self._trained.pointer, ctypes.byref(query.struct),
                   pointer(wanted, ctypes.c_uint32), wanted.size, pointer(scores, ctypes.c_float))
        if items is None and wanted.size < self._items.n:
            others = self._items.n - wanted.size
            scores = np.pad(scores, ((0, 0), (0, others)), constant_values=-np.inf)
        return np.asarray(scores[0]) if query.one else scores

    def score_pairs(self, userids: Any, itemids: Any) -> Tuple[Floats, npt.NDArray[np.float64]]:
        """Returns scores and calibrated probabilities of pairs userids[n], itemids[n].

        The probabilities are NaN if the model has no calibration.

        >>> scores, probabilities = model.score_pairs([3, 3, 4], [0, 1, 0])
        >>> bool(((0 < probabilities) & (probabilities < 1)).all())
        True
        """
        users = self._users.positions(userids, "userids")
        items = self._items.positions(itemids, "itemids")
        if users.size != items.size:
            raise ArgumentError(f"{users.size} users and {items.size} items: not pairs")
        order = np.argsort(users, kind="stable")
        distinct, counts = np.unique(users, return_counts=True)
        offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        grouped = np.ascontiguousarray(items[order])
        query = capi.regatta_query(n=distinct.size, user=pointer(distinct, ctypes.c_uint32))
        calibrated = self.calibration["form"] != "none"
        scores = np.empty(users.size, dtype=np.float32)
        probabilities = np.full(users.size, np.nan)
        self._call("regatta_score_pairs", self._trained.pointer, ctypes.byref(query),
                   pointer(offsets, ctypes.c_int64), pointer(grouped, ctypes.c_uint32),
                   pointer(scores, ctypes.c_float),
                   pointer(probabilities, ctypes.c_double) if calibrated else None)
        back = np.empty_like(order)
        back[order] = np.arange(order.size)
        return scores[back], probabilities[back]

    @property
    def calibration(self) -> Dict[str, Any]:
        """How scores become probabilities, and how well (regatta/pairs.h).

        >>> model.calibration["form"] in ("none", "sigmoid", "isotonic")
        True
        """
        made = capi.regatta_calibration()
        self._call("regatta_model_calibration", ctypes.byref(made), self._trained.pointer)
        return {**fields(made), "form": enum_name("regatta_form", made.form)}

    @property
    def vector_length(self) -> int:
        """The length of the vectors; 0 if the model has none.

        >>> vector_model.vector_length, model.vector_length
        (8, 0)
        """
        return int(_info(self._trained).dim)

    @property
    def user_vectors(self) -> Floats:
        """The vectors of users [users, dim], float32, each of length 1; [users, 0] without.

        A read-only view of the model's memory; a copy of a compact model's.

        >>> vector_model.user_vectors.shape
        (60, 8)
        """
        return self._vectors(capi.REGATTA_USERS)

    @property
    def item_vectors(self) -> Floats:
        """The vectors of items [items, dim], as `user_vectors`.

        `vector_scale * user_vectors[u] @ item_vectors[i] + item_bias[i]` is the score by which
        `candidates` ranks with sources="vectors".

        >>> vector_model.item_vectors.shape
        (20, 8)
        """
        return self._vectors(capi.REGATTA_ITEMS)

    def _vectors(self, side: int) -> Floats:
        handle, info = self._trained, _info(self._trained)
        shape = (self._sides[side].n, info.dim)
        if info.dim and not library().regatta_model_vectors(handle.pointer, side):
            nodes = np.arange(shape[0], dtype=np.uint32)
            made = np.empty(shape, dtype=np.float32)
            query = capi.regatta_query(n=shape[0], user=pointer(nodes, ctypes.c_uint32), side=side)
            self._call("regatta_fold_in", handle.pointer, ctypes.byref(query),
                       pointer(made, ctypes.c_float))
            return made
        return view(library().regatta_model_vectors(handle.pointer, side), shape, "<f4", handle)

    @property
    def item_bias(self) -> Floats:
        """The biases of items [items], float32; zeros if the model has no vectors.

        >>> vector_model.item_bias.shape
        (20,)
        """
        info = _info(self._trained)
        if not info.item_bias:
            return np.zeros(self.n_items, dtype=np.float32)
        return view(info.item_bias, (self.n_items,), "<f4", self._trained)

    @property
    def vector_scale(self) -> float:
        """The factor of cosines in the score of the vectors; 0 without vectors.

        >>> vector_model.vector_scale > 0
        True
        """
        return float(_info(self._trained).vector_scale)

    def fold_in(self, user_items: Any = None, *, item_users: Any = None) -> Floats:
        """Returns vectors [dim] or [n, dim] of histories, or of items given by their users.

        >>> vector_model.fold_in([2, 5]).shape
        (8,)
        """
        if (user_items is None) == (item_users is None):
            raise ArgumentError("pass one of user_items and item_users")
        side = capi.REGATTA_USERS if item_users is None else capi.REGATTA_ITEMS
        query = Query(self._sides[side], self._sides[1 - side], None,
                      user_items if item_users is None else item_users, side=side)
        made = np.empty((query.n, self.vector_length), dtype=np.float32)
        self._call("regatta_fold_in", self._trained.pointer, ctypes.byref(query.struct),
                   pointer(made, ctypes.c_float))
        return np.asarray(made[0]) if query.one else made

    def history(self, userid: Any) -> History:
        """Returns the interactions of a user in order, with repeats, the latest last.

        >>> items, weights, times = model.history(3)
        >>> len(items) == len(weights), times is None
        (True, True)
        """
        return read_history("regatta_model_history", self._trained, self._users.position(userid),
                            self._items)

    @property
    def info(self) -> Dict[str, Any]:
        """Sizes and settings of the trained model (regatta_model_info), channels by name.

        >>> model.info["n_items"], model.info["type"]
        (20, 'f32')
        """
        info = _info(self._trained)
        made = fields(info)
        made["type"] = enum_name("regatta_type", info.type)
        names = (library().regatta_channel_name(k) for k in range(capi.REGATTA_MAX_CHANNELS))
        made["channel"] = {name.decode(): enum_name("regatta_channel_state", state)
                           for name, state in zip(names, info.channel) if name}
        return made


