"""The choice of parameters of a model by cross-validation."""
from __future__ import annotations

import ctypes
from dataclasses import dataclass
from typing import Any, Callable, Dict, Iterable, List, Mapping, Optional, Sequence, Tuple, Union

from . import capi
from ._call import enum_value, in_range, path_bytes
from ._training import ENUMS, Training, parameter_of
from .errors import ArgumentError
from .features import FeatureInput
from .graph import as_graph
from .model import Model

Values = Union[None, Sequence[Any], Tuple[str, float, float]]


@dataclass(frozen=True)
class Trial:
    """A trial of `tune`: what it changes, and how it was measured.

    `parameters` has the parameters that are not those of the defaults (trial 0). `ndcg` is
    ndcg@20, mean over users and fits, `difference` the mean difference to the defaults over
    `users` users on the same folds; both with their standard errors. With `sampled` all numbers
    are of a sample of users.
    """

    number: int
    parameters: Dict[str, Any]
    fits: int
    sampled: bool
    ndcg: float
    standard_error: float
    difference: float
    difference_error: float
    users: int
    seconds: float


class Tuning:
    """The result of `tune`.

    `winner` is the number of the best trial, 0 if no trial beats the defaults by two standard
    errors; `parameters` are its parameters that are not the defaults; `trials` lists all trials;
    `cut` says that the budget or Ctrl-C ended the tuning before all fits; `seconds` is its time.
    """

    def __init__(self, defaults: Model, trials: List[Trial], report: Any) -> None:
        self.winner: int = report.winner
        self.trials = trials
        self.parameters = trials[report.winner].parameters
        self.cross = "time" if report.crossing == capi.REGATTA_CROSSING_TIME else "items"
        self.fits: int = report.n_fits
        self.cut = bool(report.is_cut)
        self.seconds: float = report.seconds
        self._defaults = defaults

    def model(self) -> Model:
        """A new model with the parameters of the winner, not fitted."""
        return Model(**{**self._defaults.get_params(), **self.parameters})

    def __repr__(self) -> str:
        return f"<Tuning: trial {self.winner} of {len(self.trials) - 1}, {self.parameters}>"


def _axis(name: str, values: Values) -> Any:
    """An axis of the library, with the values that it points to."""
    field = getattr(capi.regatta_train_options, name, None)
    types: Dict[str, Any] = {key: kind for key, kind, *_ in capi.regatta_train_options._fields_}
    if field is None or types.get(name) not in (ctypes.c_uint32, ctypes.c_float) or \
            name in ("struct_size", "n_sources", "checkpoint_seconds"):
        raise ArgumentError(f"the space: {name} cannot be tuned")
    axis = capi.regatta_axis(field=field.offset)
    if values is None:
        return axis
    if isinstance(values, tuple) and values and values[0] in ("log", "linear", "integer"):
        if len(values) != 3:
            raise ArgumentError(f"the space: {name}: a range is (scale, low, high)")
        axis.scale = capi.REGATTA_SCALE_LOG if values[0] == "log" else capi.REGATTA_SCALE_LINEAR
        axis.low, axis.high = float(values[1]), float(values[2])
        return axis
    if isinstance(values, str) or not hasattr(values, "__iter__"):
        raise ArgumentError(f"the space: {name}: give a list of values")
    given: List[Any] = list(values)
    numbers = [float(enum_value(ENUMS[name], name, value) if name in ENUMS else value)
               for value in given]
    axis.scale, axis.n_values = capi.REGATTA_SCALE_CHOICE, len(numbers)
    axis.values = (ctypes.c_double * len(numbers))(*numbers)
    return axis


def _changed(options: Any, defaults: Any) -> Dict[str, Any]:
    """The parameters that have other values in the options than in the defaults."""
    made = {}
    for name, kind, *_ in capi.regatta_train_options._fields_:
        if kind in (ctypes.c_uint32, ctypes.c_float) and getattr(options, name) != getattr(defaults, name):
            made[name] = parameter_of(name, getattr(options, name))
    return made


def tune(user_items: Any, space: Optional[Mapping[str, Values]] = None, *,
         defaults: Optional[Model] = None, trials: int = 27, budget: float = 0.0,
         cross: str = "auto", folds: int = 5, seeds: int = 2, seed: int = 1,
         item_features: FeatureInput = None, user_features: FeatureInput = None,
         item_vectors: FeatureInput = None, user_vectors: FeatureInput = None,
         user_ids: Any = None, item_ids: Any = None, time: Any = None,
         columns: Optional[Mapping[str, Optional[str]]] = None, sources: Iterable[Any] = (),
         callback: Optional[Callable[[Trial], Any]] = None, checkpoint: Any = None,
         resume: Any = None) -> Tuning:
    """Chooses parameters of a model by cross-validation (docs/tune.md).

    Args:
        user_items: interactions, as `Model.fit` takes them; so are the other arguments of data.
        space: parameters by name, each with a list of values, a range ("log", low, high),
            ("linear", low, high) or ("integer", low, high), or None for its default range.
            None: the default space.
        defaults: a model whose parameters are the defaults, fitted or not. None: `Model()`.
        trials: the number of trials drawn from the space.
        budget: seconds after which the tuning ends. 0: when all trials are done.
        cross: "items" (k-fold), "time" (rolling windows), or "auto": time if the data has times.
        folds: the number of folds or windows.
        seeds: training seeds with which the last trials are repeated.
        seed: the seed of draws and folds.
        callback: is called with a `Trial` after each fit; a true result ends the tuning, an
            exception cancels it.
        checkpoint: a folder that receives each measurement.
        resume: a folder whose measurements are used; trials and budget may be others.

    Returns:
        A `Tuning`. Ctrl-C ends the tuning with what is measured; a second Ctrl-C raises
        KeyboardInterrupt.

    >>> tuning = tune(user_items, {"valid_share": [0.05, 0.2]}, defaults=Model(preset="fast"),
    ...               folds=2, seeds=1)
    >>> [trial.parameters for trial in tuning.trials]
    [{}, {'valid_share': 0.05}, {'valid_share': 0.2}]
    >>> tuning.model().fit(user_items).n_users
    60
    """
    model = Model() if defaults is None else defaults
    graph = as_graph(user_items, user_ids=user_ids, item_ids=item_ids, time=time, columns=columns)
    train, _inputs = model._options(graph, item_features, user_features, item_vectors, user_vectors,
                                    sources)
    train.checkpoint = None if checkpoint is None else path_bytes(checkpoint)
    train.resume = None if resume is None else path_bytes(resume)
    axes = [_axis(name, values) for name, values in (space or {}).items()]
    if space is not None and not axes:
        raise ArgumentError("the space is empty")
    options = capi.regatta_tune_options(
        budget=float(budget), crossing=enum_value("regatta_crossing", "cross", cross),
        trials=in_range("trials", trials, 1, 10000), folds=in_range("folds", folds, 2, 20),
        seeds=in_range("seeds", seeds, 1, 10), seed=in_range("seed", seed, 0, 2**64 - 1))
    options.axes, options.n_axes = (capi.regatta_axis * len(axes))(*axes), len(axes)
    options.train = ctypes.pointer(train)
    watching = Training(None, False)
    listed: List[Trial] = []

    def trial_of(raw: Any) -> Trial:
        t = raw.contents
        return Trial(t.number, _changed(t.options.contents, train), t.n_fits, bool(t.is_sampled),
                     t.ndcg, t.standard_error, t.difference, t.difference_error, t.n_users, t.seconds)

    def measured(_: Any, raw: Any) -> int:
        try:
            return capi.REGATTA_FINISH if callback is not None and callback(trial_of(raw)) else 0
        except BaseException as error:  # pylint: disable=broad-except
            watching.failure = error
            return capi.REGATTA_CANCEL

    def result(_: Any, raw: Any) -> int:
        listed.append(trial_of(raw))
        return 0

    on_fit, on_result = capi.regatta_trial_fn(measured), capi.regatta_trial_fn(result)
    options.measured, options.result = on_fit, on_result
    winner, report = capi.regatta_train_options(), capi.regatta_tuning()
    watching.watch(train, "regatta_tune", ctypes.byref(winner), graph._handle.pointer,
                   ctypes.byref(options), ctypes.byref(report), threads=model.threads)
    return Tuning(model, listed, report)
