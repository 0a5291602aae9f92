"""Finds and loads libregatta."""
from __future__ import annotations

import ctypes
import ctypes.util
import functools
import os
from typing import Iterator

from . import capi
from .errors import LibraryError

VERSION = "0.1.0"


def _places() -> Iterator[str]:
    """File names or sonames in order of preference."""
    chosen = os.environ.get("REGATTA_LIBRARY")
    if chosen:
        yield chosen
        return
    beside = os.path.join(os.path.dirname(os.path.abspath(__file__)), "libregatta.so")
    if os.path.exists(beside):
        yield beside
    yield "libregatta.so." + ".".join(VERSION.split(".")[:2])
    found = ctypes.util.find_library("regatta")
    if found:
        yield found


@functools.lru_cache(maxsize=None)
def library() -> ctypes.CDLL:
    """Returns the loaded library; each of its functions has its prototype.

    The first that exists of: the file that the environment variable REGATTA_LIBRARY names,
    libregatta.so beside the package, the system's libregatta. Raises LibraryError if there is
    none, or if its version is not that of the package. A call of a function of the library
    releases the GIL.

    >>> import regatta
    >>> regatta.library().regatta_version().decode() == regatta.__version__
    True
    """
    failures = []
    for place in _places():
        try:
            loaded = ctypes.CDLL(place)
        except OSError as error:
            failures.append(str(error))
            continue
        return _checked(loaded, place)
    raise LibraryError("libregatta cannot be loaded: " + "; ".join(failures)
                       + ": install regatta, or set REGATTA_LIBRARY to the path of libregatta.so")


def _checked(loaded: ctypes.CDLL, place: str) -> ctypes.CDLL:
    try:
        loaded.regatta_version.restype = ctypes.c_char_p
        version = loaded.regatta_version().decode()
    except AttributeError:
        raise LibraryError(f"{place}: is not libregatta") from None
    if version.split(".")[:2] != VERSION.split(".")[:2]:
        raise LibraryError(f"{place}: has version {version}, the Python package {VERSION}: "
                           "install the same version of both")
    try:
        return capi.bind(loaded)
    except AttributeError as error:
        raise LibraryError(f"{place}: is an older build than the Python package: {error}") from None
