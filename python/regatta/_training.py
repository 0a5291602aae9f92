"""Training: progress, Ctrl-C, and the options of the library."""
from __future__ import annotations

import ctypes
import math
import signal
import sys
import threading
import warnings
from dataclasses import dataclass
from typing import Any, Callable, Dict, List, Mapping, Optional

import numpy as np

from . import capi
from ._call import Handle, call, enum_name, enum_value, first_rank, flag, in_range, text_bytes
from .errors import ArgumentError, StoppedError
from .tables import is_table

ENUMS = {"preset": "regatta_preset", "expect": "regatta_expect", "attention": "regatta_attention",
         "combine": "regatta_combine", "start": "regatta_start", "loss": "regatta_loss",
         "weighting": "regatta_weighting", "sequence": "regatta_sequence",
         "target": "regatta_target", "share": "regatta_share",
         "hierarchy": "regatta_hierarchy", "denoise": "regatta_denoise",
         "feature_vectors": "regatta_feature_vectors"}


@dataclass(frozen=True)
class Progress:
    """A report of training. Numbers that are not known yet are NaN; total may shrink.

    >>> reports = []
    >>> _ = Model(preset="fast").fit(user_items, callback=reports.append)
    >>> reports[0].stage, reports[0].seconds >= 0
    ('item attention', True)
    """

    stage: str
    done: int
    total: int
    loss: float
    valid_ndcg: float
    best_ndcg: float
    seconds: float
    seconds_left: float


@dataclass(frozen=True)
class Work:
    """The cost of one kind of work of a training; channel None is work for all channels.

    >>> [work.channel for work in model.work_ if work.name == "exact ridge"][0]
    'items'
    """

    part: str
    channel: Optional[str]
    name: str
    seconds: float
    flops: float


Callback = Callable[[Progress], Any]


def options_of(parameters: Dict[str, Any]) -> Any:
    """Returns the train options of the parameters of a model."""
    options = capi.regatta_train_options()
    types: Dict[str, Any] = dict(options._fields_)
    for name, value in parameters.items():
        if name == "threads":
            continue
        if name == "channels":
            options.channels = None if value is None else channel_list(name, value)
        elif name in ENUMS:
            setattr(options, name, enum_value(ENUMS[name], name, value))
        elif name in ("refit", "dynamic"):
            setattr(options, name, flag(name, value))
        elif types[name] in (ctypes.c_uint32, ctypes.c_uint64):
            setattr(options, name, in_range(name, value, 0, 2**(8 * ctypes.sizeof(types[name])) - 1))
        else:
            setattr(options, name, float(value))
    return options


def parameter_of(name: str, value: Any) -> Any:
    """Returns the parameter of a model that has this value in the library's options."""
    if name in ENUMS:
        return enum_name(ENUMS[name], value)
    if name in ("refit", "dynamic"):
        return bool(value)
    # the shortest number that is the same float in C
    return float(str(np.float32(value))) if isinstance(value, float) else value


def channel_list(name: str, value: Any) -> bytes:
    """Returns names of channels, a list or one text with commas, as the library reads them.

    >>> channel_list("channels", ["vectors", "items"])
    b'vectors,items'
    """
    names = [value] if isinstance(value, str) else value
    if (not hasattr(names, "__iter__") or isinstance(names, (bytes, Mapping))
            or not all(isinstance(part, str) for part in names)):
        raise ArgumentError(f"{name} is {value!r}: pass a name of a channel, or a list of names")
    return text_bytes(name, ",".join(names))


class Training:
    """One call of a function that trains.

    The first Ctrl-C ends the training with the best state so far, the second cancels it.
    """

    def __init__(self, callback: Optional[Callback], show_progress: Optional[bool]) -> None:
        self.callback = callback
        self.interrupts = 0
        self.failure: Optional[BaseException] = None
        self.work: List[Work] = []
        self.bar = _bar(show_progress)

    def run(self, graph: Handle, options: Any, threads: int) -> Handle:
        """Trains and returns the model."""
        cost = capi.regatta_work_fn(self._cost)
        options.work = cost
        handle = Handle("model")
        self.watch(options, "regatta_model_train", handle.out, graph.pointer, ctypes.byref(options),
                   threads=threads)
        if self.interrupts:
            warnings.warn("training was interrupted: the model is the best state so far",
                          RuntimeWarning, stacklevel=3)
        return handle

    def watch(self, options: Any, function: str, *arguments: Any, threads: int) -> None:
        """Calls a function that trains with the options, with progress and Ctrl-C."""
        report = capi.regatta_progress_fn(self._report)
        options.progress = report
        restore = self._catch_interrupts()
        try:
            call(function, *arguments, threads=threads)
        except StoppedError:
            raise (self.failure or KeyboardInterrupt()) from None
        finally:
            restore()
            if self.bar is not None:
                self.bar.close()

    def _catch_interrupts(self) -> Callable[[], Any]:
        """Counts Ctrl-C instead of raising KeyboardInterrupt, until the result is called."""
        before = signal.getsignal(signal.SIGINT)
        if (threading.current_thread() is not threading.main_thread()
                or before is not signal.default_int_handler):
            return lambda: None

        def count(*_: Any) -> None:
            self.interrupts += 1

        signal.signal(signal.SIGINT, count)
        return lambda: signal.signal(signal.SIGINT, before)

    def _report(self, _: Any, raw: Any) -> int:
        try:
            p = raw.contents
            progress = Progress(p.stage.decode(), p.done, p.total, p.loss, p.valid_ndcg, p.best_ndcg,
                                p.seconds, p.seconds_left)
            if self.bar is not None:
                _show(self.bar, progress)
            if self.callback is not None and self.callback(progress):
                return capi.REGATTA_FINISH
        except KeyboardInterrupt:
            self.interrupts += 1
        except BaseException as error:  # pylint: disable=broad-except
            self.failure = error
            return capi.REGATTA_CANCEL
        return min(self.interrupts, capi.REGATTA_CANCEL)

    def _cost(self, _: Any, raw: Any) -> None:
        w = raw.contents
        self.work.append(Work(w.part.decode(), w.channel.decode() if w.channel else None,
                              w.name.decode(), w.seconds, w.flops))


def _bar(show: Optional[bool]) -> Any:
    """Returns a tqdm bar, or None; None shows one on terminals and in notebooks."""
    if show is None:
        show = first_rank() and (sys.stderr is not None and sys.stderr.isatty()
                                 or "ipykernel" in sys.modules)
    if not flag("show_progress", show):
        return None
    try:
        from tqdm.auto import tqdm
    except ImportError:
        return None
    return tqdm(total=1.0, bar_format="{desc}: {percentage:3.0f}%|{bar}| {elapsed}{postfix}")


def _show(bar: Any, progress: Progress) -> None:
    bar.total = max(progress.seconds + progress.seconds_left, 1e-9)
    bar.n = progress.seconds
    bar.set_description_str(progress.stage, refresh=False)
    if not math.isnan(progress.best_ndcg):
        bar.set_postfix_str(f"ndcg@20 {progress.best_ndcg:.4f}", refresh=False)
    bar.update(0)


def check_sources(sources: Any) -> List[Any]:
    """Returns the graphs of other domains as a list."""
    if (isinstance(sources, (str, bytes, Mapping)) or not hasattr(sources, "__iter__")
            or hasattr(sources, "shape") or is_table(sources)):
        raise ArgumentError(f"sources is one {type(sources).__name__}: pass a list of interactions")
    made = list(sources)
    if len(made) > 16:
        raise ArgumentError(f"{len(made)} sources: at most 16")
    return made
