"""Calls of the library: a context for each thread, statuses as exceptions, owned objects."""
from __future__ import annotations

import ctypes
import os
import threading
from typing import Any, Dict, List, NamedTuple, Optional, Sequence, Tuple

import numpy as np
import numpy.typing as npt

from . import capi, errors
from ._library import library

_local = threading.local()
_state = {"used": False, "forked": False}
_limit = {"memory": 0}


def _after_fork() -> None:
    _state["forked"] = _state["used"]


os.register_at_fork(after_in_child=_after_fork)


class _Group(NamedTuple):
    """The ranks of a thread, and the transport that connects them."""

    ranks: Any
    item_tables: int
    transport: Any
    contexts: Dict[Tuple[int, int], _Context]


def use_ranks(ranks: Any, item_tables: int, transport: Any) -> None:
    """Makes the calls of this thread those of a rank, until `leave_ranks`."""
    if getattr(_local, "group", None) is not None:
        raise errors.ArgumentError("a block of Ranks is within another one")
    _local.group = _Group(ranks, item_tables, transport, {})


def leave_ranks() -> None:
    """The next calls of this thread are its own."""
    _local.group = None


def first_rank() -> bool:
    """Returns False on a higher rank than 0, which shows nothing and writes no file."""
    group: Optional[_Group] = getattr(_local, "group", None)
    return group is None or bool(group.ranks.rank == 0)


class _Context:
    """A regatta_ctx, freed at the end of its thread."""

    def __init__(self, threads: int, limit_bytes: int, group: Optional[_Group] = None) -> None:
        if not isinstance(threads, (int, np.integer)) or not 0 <= threads <= 1024:
            raise errors.ArgumentError(f"threads is {threads!r}: not a whole number from 0 to 1024")
        lib = library()
        self._free = lib.regatta_ctx_free
        self.pointer = ctypes.POINTER(capi.regatta_ctx)()
        options = capi.regatta_ctx_options(threads=int(threads), limit_bytes=limit_bytes,
                                           memory_limit=_limit["memory"])
        self._group = group  # lives as long as the context
        if group is not None:
            options.ranks, options.item_tables = ctypes.pointer(group.ranks), group.item_tables
        status = lib.regatta_ctx_create(ctypes.byref(self.pointer), ctypes.byref(options))
        if status != capi.REGATTA_OK:
            raise errors.of_status(status, _text(lib.regatta_last_error(None)))

    def raise_interrupt(self) -> None:
        """Raises what a function of the ranks has met, such as Ctrl-C."""
        if self._group is not None and self._group.transport.error is not None:
            raise self._group.transport.error

    def __del__(self) -> None:
        if getattr(self, "pointer", None):
            self._free(self.pointer)


def _text(raw: Optional[bytes]) -> str:
    return (raw or b"").decode("utf-8", "replace")


def _context(threads: int, limit_bytes: int) -> _Context:
    if _state["forked"]:
        raise errors.RegattaError("regatta was used before this process was forked, which OpenMP "
                                  'does not support: start processes with the method "spawn"')
    _state["used"] = True
    group: Optional[_Group] = getattr(_local, "group", None)
    if limit_bytes:  # of one call, with any number
        return _Context(threads, limit_bytes, group)
    contexts: Dict[Tuple[int, int], _Context] = (
        _local.__dict__.setdefault("contexts", {}) if group is None else group.contexts)
    key = (threads, _limit["memory"])
    if key not in contexts:
        contexts[key] = _Context(threads, 0, group)
    return contexts[key]


def set_memory_limit(limit: int) -> None:
    """Sets the bytes that the library may hold at once for each Python thread that calls it.

    A call that needs more raises OutOfMemoryError with a message that names the limit. Objects
    count as long as they live, for the thread and the limit with which they were made; calls with
    different `threads` count apart. A training whose estimate is above what is left is
    refused before it starts. Mapped model files and numpy's arrays do not count. 0: no limit.

    >>> import regatta
    >>> regatta.set_memory_limit(10**9)
    >>> Model(preset="fast").fit(user_items, show_progress=False).n_users
    60
    >>> regatta.set_memory_limit(0)
    """
    _limit["memory"] = in_range("limit", limit, 0, 2**64 - 1)


def call(function: str, *arguments: Any, threads: int = 0, limit_bytes: int = 0) -> None:
    """Calls a function whose first argument is a context; raises its failure."""
    context = _context(threads, limit_bytes)
    lib = library()
    status = getattr(lib, function)(context.pointer, *arguments)
    if status != capi.REGATTA_OK:
        context.raise_interrupt()
        raise errors.of_status(status, _text(lib.regatta_last_error(context.pointer)))


class Handle:
    """Owns an object of the library, which is freed with the handle."""

    def __init__(self, kind: str) -> None:
        self.pointer = ctypes.POINTER(getattr(capi, "regatta_" + kind))()
        self._free = getattr(library(), f"regatta_{kind}_free")

    @property
    def out(self) -> Any:
        """The address where a function stores the object."""
        return ctypes.byref(self.pointer)

    def __del__(self) -> None:
        if getattr(self, "pointer", None):
            self._free(self.pointer)

    def __reduce__(self) -> Any:
        raise TypeError("objects of libregatta cannot be pickled")


class _Memory:
    """Memory of the library as an array that keeps its owner alive."""

    def __init__(self, address: int, shape: Tuple[int, ...], kind: str, owner: Handle) -> None:
        self.owner = owner
        self.__array_interface__ = {"data": (address, True), "shape": shape, "typestr": kind,
                                    "version": 3}


def view(pointer: Any, shape: Tuple[int, ...], kind: str, owner: Handle) -> npt.NDArray[Any]:
    """Returns a read-only array over memory that `owner` owns, without a copy."""
    if not pointer or 0 in shape:
        return np.zeros(shape, dtype=kind)
    address = ctypes.cast(pointer, ctypes.c_void_p).value
    return np.asarray(_Memory(address or 0, shape, kind, owner))


def pointer(array: Optional[npt.NDArray[Any]], kind: Any) -> Any:
    """Returns a pointer to the numbers of a contiguous array, which the caller keeps alive."""
    return None if array is None else array.ctypes.data_as(ctypes.POINTER(kind))


def texts(values: Sequence[bytes]) -> Any:
    """Returns a char *[] of the values, which it keeps alive."""
    return (ctypes.c_char_p * len(values))(*values)


def path_bytes(path: Any) -> bytes:
    """Returns a path as bytes; a path with a NUL byte is an error."""
    raw = os.fsencode(path)
    if b"\0" in raw:
        raise errors.ArgumentError("a path contains a NUL byte")
    return raw


def text_bytes(what: str, value: Any) -> bytes:
    """Returns a text of an option as bytes."""
    if not isinstance(value, str):
        raise TypeError(f"{what} is {value!r}: not a string")
    if "\0" in value:
        raise errors.ArgumentError(f"{what} contains a NUL character")
    return value.encode()


def enum_names(enum: str) -> Dict[str, int]:
    """Returns the members of an enumeration by the names that options have: "scaled-dot"."""
    members = capi.ENUMS[enum]
    prefix = os.path.commonprefix(list(members))
    prefix = prefix[:prefix.rindex("_") + 1]
    return {name[len(prefix):].lower().replace("_", "-"): value
            for name, value in members.items()}


def enum_value(enum: str, option: str, value: Any) -> int:
    """Returns the number of an option that is given by name."""
    names = enum_names(enum)
    if value not in names:
        raise errors.ArgumentError(f"{option} is {value!r}: not one of " + ", ".join(names))
    return names[value]


def enum_name(enum: str, value: int) -> str:
    """Returns the name of a number of an enumeration, or the number as text."""
    return {number: name for name, number in enum_names(enum).items()}.get(value, str(value))


def fields(struct: Any) -> Dict[str, Any]:
    """Returns the numbers and texts of a structure by name."""
    made: Dict[str, Any] = {}
    for name, *_ in struct._fields_:
        value = getattr(struct, name)
        if isinstance(value, bytes):
            made[name] = value.decode("utf-8", "replace")
        elif isinstance(value, ctypes.Array):
            made[name] = list(value)
        elif name != "struct_size" and isinstance(value, (int, float)):
            made[name] = value
    return made


def in_range(name: str, value: Any, low: int, high: int) -> int:
    """Returns a whole number within the range of an option."""
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)):
        raise TypeError(f"{name} is {value!r}: not a whole number")
    if not low <= value <= high:
        raise errors.ArgumentError(f"{name} is {value}: not from {low} to {high}")
    return int(value)


def flag(name: str, value: Any) -> int:
    """Returns a flag as 0 or 1: of True, False, 1 or 0, also those of numpy."""
    if not isinstance(value, (int, np.integer, np.bool_)) or value not in (0, 1):
        raise TypeError(f"{name} is {value!r}: not True or False")
    return int(value)


def receiver(pieces: List[bytes]) -> Any:
    """Returns a regatta_write_fn that appends to `pieces`."""
    def write(_: Any, data: Any, n: int) -> int:
        try:
            pieces.append(ctypes.string_at(data, n))
            return 0
        except MemoryError:
            return 1
    return capi.regatta_write_fn(write)
