"""Measures: ranking metrics against held-out interactions, labelled pairs, paired tests."""
from __future__ import annotations

import ctypes
from typing import Any, Dict, List, Mapping, Optional, Sequence, Tuple, TypeVar, Union

import numpy as np
import numpy.typing as npt

from . import capi
from ._call import Handle, call, enum_value, fields, flag, in_range, pointer
from ._ids import IdArray
from ._retrieval import Retrieval
from .errors import ArgumentError
from .graph import Graph, as_graph
from .logged import LoggedEvaluation, LoggedInput
from .report import Table

METRICS = [name for name, _ in capi.regatta_metrics._fields_ if name not in ("struct_size", "k")]
Doubles = npt.NDArray[np.float64]


class Evaluation(Table):
    """Ranking metrics (docs/metrics.md): a row for each metric, a column for each cut-off.

    `evaluation["ndcg@20"]` is one number. `info` says what was measured. With per_user,
    `users` are the measured users and `per_user["ndcg@20"]` their metrics [users].

    >>> model.evaluate(user_items, k=[5, 10], keep_seen=True).columns
    ['metric', '@5', '@10']
    """

    def __init__(self, cutoffs: Sequence[int], values: Dict[str, float], info: Dict[str, Any],
                 users: Optional[IdArray], per_user: Dict[str, Doubles]) -> None:
        super().__init__(["metric", *[f"@{k}" for k in cutoffs]],
                         [(name, *[values[f"{name}@{k}"] for k in cutoffs]) for name in METRICS])
        self.values = values
        self.info = info
        self.users = users
        self.per_user = per_user

    def __getitem__(self, name: str) -> float:
        return self.values[name]


def paired_test(a: Any, b: Any) -> Dict[str, float]:
    """Tests whether a[n] and b[n], such as a metric of two models by user, have the same mean.

    Returns n, the means, difference, standard_error, t, p, and low and high, the 95 % confidence
    interval. Pairs with a NaN are left out.

    >>> paired_test([1.0, 2.0, 3.0], [1.0, 1.0, 1.0])["difference"]
    1.0
    """
    first = np.ascontiguousarray(a, dtype=np.float64).ravel()
    second = np.ascontiguousarray(b, dtype=np.float64).ravel()
    if first.size != second.size:
        raise ArgumentError(f"{first.size} and {second.size} numbers: not pairs")
    made = capi.regatta_paired()
    call("regatta_paired_test", ctypes.byref(made), pointer(first, ctypes.c_double),
         pointer(second, ctypes.c_double), first.size)
    return fields(made)


class _Pairs:
    """A regatta_pairs with the arrays that it points to."""

    def __init__(self, user: npt.NDArray[np.uint32], label: Any, score: Any, weight: Any,
                 probability: Any) -> None:
        given = np.asarray(label)
        if given.size and not np.isin(given, (0, 1)).all():
            raise ArgumentError("labels are 1 (taken) and 0 (not taken)")
        self.arrays: List[Optional[npt.NDArray[Any]]] = [
            user, np.ascontiguousarray(given, dtype=np.uint8),
            np.ascontiguousarray(score, dtype=np.float32),
            None if weight is None else np.ascontiguousarray(weight, dtype=np.float64),
            None if probability is None else np.ascontiguousarray(probability, dtype=np.float64)]
        sizes = [array.size for array in self.arrays if array is not None]
        if len(set(sizes)) != 1:
            raise ArgumentError(f"arrays of pairs have {sizes} elements: not the same number")
        kinds = [ctypes.c_uint32, ctypes.c_uint8, ctypes.c_float, ctypes.c_double, ctypes.c_double]
        names = ["user", "label", "score", "weight", "probability"]
        self.struct = capi.regatta_pairs(n=user.size, **{
            name: pointer(array, kind)
            for name, array, kind in zip(names, self.arrays, kinds) if array is not None})


def measure_pairs(user: Any, label: Any, score: Any, *, weight: Any = None,
                  probability: Any = None) -> Dict[str, Any]:
    """Measures scores [n] and probabilities [n] of pairs with labels [n] 0 or 1.

    `user` [n] tells users apart. Returns auc, gauc, log_loss, their standard errors, and bins
    of a reliability table (docs/metrics.md).

    >>> measure_pairs([0, 0, 0], [0, 1, 1], [0.1, 0.8, 0.9])["auc"]
    1.0
    """
    _, numbers = np.unique(np.asarray(user), return_inverse=True)
    pairs = _Pairs(np.ascontiguousarray(numbers, dtype=np.uint32), label, score, weight, probability)
    made = capi.regatta_pair_metrics()
    call("regatta_measure_pairs", ctypes.byref(made), ctypes.byref(pairs.struct))
    return fields(made)


Self = TypeVar("Self", bound="Measures")


class Measures(Retrieval):
    """Measures of a trained model."""

    def evaluate(self, test: Any, k: Union[int, Sequence[int]] = 20, *, history: Any = None,
                 keep_seen: bool = False, unknown: str = "miss", every_next: bool = False,
                 items: Any = None, mmr: float = 1.0, popularity_penalty: float = 0.0,
                 pool: int = 0, per_user: bool = False) -> Evaluation:
        """Ranks all items for each user of `test`, held-out interactions, and returns metrics.

        Args:
            test: interactions as in `fit`, matched by ids; a matrix has the users and items of
                the model in its order.
            k: one or up to 16 cut-offs.
            history: interactions of users to fold in, known or not, instead of the model's; or
                a list of them.
            keep_seen: also rank items of the history.
            unknown: "miss": test items that cannot be ranked are misses; "skip": they do not
                count.
            every_next: measure each test interaction after the earlier ones.
            items: ids of the only items to rank.
            mmr, popularity_penalty, pool: re-ranking, as in `recommend`.
            per_user: also keep the metrics of each user.

        >>> train, _, test = Graph.from_matrix(user_items).split(test_share=0.3)
        >>> evaluation = Model(preset="fast").fit(train).evaluate(test, k=[5, 10])
        >>> 0 < evaluation["ndcg@5"] < 1
        True
        """
        cutoffs = np.array([in_range("k", c, 1, 2**31 - 1) for c in np.atleast_1d(np.asarray(k))],
                           dtype=np.uint32)
        graph = self._graph(test)
        past = [self._graph(h) for h in (history if isinstance(history, (list, tuple)) else
                                         [] if history is None else [history])]
        options = capi.regatta_evaluate_options(
            k=pointer(cutoffs, ctypes.c_uint32), n_k=cutoffs.size,
            keep_seen=flag("keep_seen", keep_seen),
            unknown=enum_value("regatta_unknown", "unknown", unknown),
            every_next=flag("every_next", every_next),
            mmr=mmr, popularity_penalty=popularity_penalty, pool=in_range("pool", pool, 0, 2**31 - 1))
        if past:
            options.history = past[0]._handle.pointer
            more = (ctypes.POINTER(capi.regatta_graph) * len(past))(*[p._handle.pointer for p in past[1:]])
            options.more_histories, options.n_more_histories = more, len(past) - 1
        only = None if items is None else self._items.positions(items, "items")
        if only is not None:
            options.only, options.n_only = pointer(only, ctypes.c_uint32), only.size
        users: List[int] = []
        numbers: List[Tuple[float, ...]] = []
        receive = capi.regatta_per_user_fn(_receiver(users, numbers))
        if flag("per_user", per_user):
            options.per_user = receive
        metrics, info = self._evaluated(graph, options, cutoffs.size)
        columns = [f"{name}@{c}" for c in cutoffs.tolist() for name in METRICS]
        values = {f"{name}@{m.k}": float(getattr(m, name)) for m in metrics for name in METRICS}
        table = np.array(numbers, dtype=np.float64).reshape(len(users), len(columns))
        return Evaluation(cutoffs.tolist(), values, info,
                          graph._users.ids(np.array(users, dtype=np.uint32)) if per_user else None,
                          {name: table[:, c] for c, name in enumerate(columns)} if per_user else {})

    def _evaluated(self, graph: Graph, options: Any, n_k: int) -> Tuple[Any, Dict[str, Any]]:
        metrics = (capi.regatta_metrics * max(n_k, 1))()
        metrics[0].struct_size = ctypes.sizeof(capi.regatta_metrics)
        info = capi.regatta_evaluation()
        self._call("regatta_evaluate", self._trained.pointer, graph._handle.pointer,
                   ctypes.byref(options), metrics, ctypes.byref(info))
        return metrics, fields(info)

    def evaluate_logged(self, log: Any, columns: Optional[Mapping[str, Optional[str]]] = None, *,
                        temperature: float = 0.0, max_weight: float = 0.0,
                        keep_seen: bool = False, items: Any = None,
                        strict: bool = False) -> LoggedEvaluation:
        """Estimates what the model would have earned where another policy showed items.

        Args:
            log: records of the other policy: a file with columns as `regatta evaluate --logged`
                reads, a data frame, an Arrow table, or a dict of arrays, with user, item,
                reward, propensity, and optionally position (from 1, or from 0) and time.
            columns: names of these columns in the table.
            temperature: 0: the policy shows the model's ranking; else it draws items with
                probabilities proportional to exp(score / temperature), scores in standard
                deviations of the user's.
            max_weight: clip importance weights to it; 0: do not.
            keep_seen: also show items of the user's history.
            items: ids of the only items to show; None: those of the log.
            strict: refuse records of unknown users and items. Else the former are left out,
                and the latter have the weight 0.

        >>> log = {"user": [0, 0, 1], "item": [1, 2, 1], "reward": [1, 0, 1], "propensity": [0.5, 0.5, 0.5]}
        >>> round(model.evaluate_logged(log, keep_seen=True)["logged"], 3)
        0.667
        """
        given = LoggedInput(log, columns)
        options = capi.regatta_logged_options(
            temperature=float(temperature), max_weight=float(max_weight),
            keep_seen=flag("keep_seen", keep_seen), strict=flag("strict", strict))
        only = None if items is None else self._items.positions(items, "items")
        if only is not None:
            options.only, options.n_only = pointer(only, ctypes.c_uint32), only.size
        made = capi.regatta_logged_evaluation()
        self._call("regatta_evaluate_logged", self._trained.pointer, ctypes.byref(given.struct),
                   ctypes.byref(options), ctypes.byref(made))
        return LoggedEvaluation(made)

    def _graph(self, data: Any) -> Graph:
        """Returns interactions as a graph with the ids of the model."""
        matrix = hasattr(data, "tocsr") or isinstance(data, np.ndarray)
        if not matrix:
            return as_graph(data, like=self)
        if self._numbered() and len(data.shape) == 2:
            if data.shape[1] != self.n_items:
                raise ArgumentError(f"the matrix has {data.shape[1]} columns: the model has "
                                    f"{self.n_items} items")
            return as_graph(data)
        if tuple(data.shape) != (self.n_users, self.n_items):
            raise ArgumentError(f"the matrix has the shape {tuple(data.shape)}: the model has "
                                f"{self.n_users} users and {self.n_items} items")
        return as_graph(data, user_ids=self.user_ids, item_ids=self.item_ids)

    def _numbered(self) -> bool:
        return all(side.kind == "int" and bool((side.array == np.arange(side.n)).all())
                   for side in self._sides)

    def calibrate(self: Self, userids: Any, itemids: Any, labels: Any, weights: Any = None) -> Self:
        """Returns a copy whose probabilities are fitted to pairs userids[n], itemids[n] with
        labels[n]: 1 if the user took the item, else 0.

        weights[n] undo a sampling of negatives. Scores and rankings stay as they are.

        >>> pairs = [0, 0, 1, 1], [0, 1, 4, 2]
        >>> model.calibrate(*pairs, labels=[1, 0, 1, 0]).calibration["n_pairs"]
        4.0
        """
        scores = self.score_pairs(userids, itemids)[0]
        pairs = _Pairs(self._users.positions(userids, "userids"), labels, scores, weights, None)
        handle = Handle("model")
        self._call("regatta_calibrate", handle.out, self._trained.pointer, ctypes.byref(pairs.struct))
        return self._with(handle)


def _receiver(users: List[int], numbers: List[Tuple[float, ...]]) -> Any:
    def receive(_: Any, user: int, n_test: int, metrics: Any, n: int) -> None:
        users.append(user)
        numbers.append(tuple(getattr(metrics[k], name) for k in range(n) for name in METRICS))
    return receive
