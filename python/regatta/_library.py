"""Finds and loads libregatta."""
from __future__ import annotations

import ctypes
import ctypes.util
import functools
import glob
import os
from typing import Iterator, List

from . import capi
from .errors import LibraryError

VERSION = "0.1.0"


def _places() -> Iterator[str]:
    """File names or sonames in order of preference."""
    chosen = os.environ.get("REGATTA_LIBRARY")
    if chosen:
        yield chosen
        return
    package = os.path.dirname(os.path.abspath(__file__))
    beside = os.path.join(package, "libregatta.so")
    if os.path.exists(beside):
        yield beside
    soname = "libregatta.so." + ".".join(VERSION.split(".")[:2])
    for folder in _folders(package):
        if os.path.exists(os.path.join(folder, soname)):
            yield os.path.join(folder, soname)
    yield soname
    found = ctypes.util.find_library("regatta")
    if found:
        yield found


def _folders(package: str) -> List[str]:
    """Returns the folders of libraries below the prefix in which the package is installed: those of
    /opt/r for /opt/r/lib/python3/dist-packages/regatta, none for a package that is not below lib."""
    above = os.path.dirname(package)
    while os.path.basename(above) not in ("lib", "lib64"):
        above, below = os.path.dirname(above), above
        if above == below:
            return []
    prefix = glob.escape(os.path.dirname(above))
    return [folder for pattern in ("lib", "lib64", "lib/*-linux-*")
            for folder in sorted(glob.glob(os.path.join(prefix, pattern)))]


@functools.lru_cache(maxsize=None)
def library() -> ctypes.CDLL:
    """Returns the loaded library; each of its functions has its prototype.

    The first that exists of: the file that the environment variable REGATTA_LIBRARY names,
    libregatta.so beside the package, the library below the prefix in which the package is
    installed, the system's libregatta. Raises LibraryError if there is none, or if its version
    is not that of the package. A call of a function of the library releases the GIL.

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
