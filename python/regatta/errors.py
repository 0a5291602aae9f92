"""Exceptions. Each carries the message of the library.

All are `RegattaError`; each is also the built-in exception that a Python program expects:

>>> import regatta
>>> try:
...     regatta.Model.load("/nowhere/x.model")
... except OSError as error:
...     print(error)
/nowhere/x.model: No such file or directory
"""
from __future__ import annotations

from typing import Dict, Type

from . import capi


class RegattaError(Exception):
    """The base of all exceptions of this package. `status` is the status of the C API, or 0."""

    status = 0

    def __str__(self) -> str:
        return " ".join(str(argument) for argument in self.args)


class ArgumentError(RegattaError, ValueError):
    """An argument or option is out of its range."""

    status = capi.REGATTA_EINVAL


class OutOfMemoryError(RegattaError, MemoryError):
    """An allocation failed."""

    status = capi.REGATTA_ENOMEM


class FileError(RegattaError, OSError):
    """The system failed to open, read, write, sync or rename a file."""

    status = capi.REGATTA_EIO


class FormatError(RegattaError, ValueError):
    """The content of an input is invalid."""

    status = capi.REGATTA_EFORMAT


class NumericError(RegattaError, ArithmeticError):
    """A number became NaN or infinite."""

    status = capi.REGATTA_ENUMERIC


class StoppedError(RegattaError):
    """A callback cancelled the call."""

    status = capi.REGATTA_ESTOPPED


class InternalError(RegattaError, RuntimeError):
    """A bug in regatta."""

    status = capi.REGATTA_EINTERNAL


class NotFoundError(RegattaError, ValueError):
    """A name in an option is unknown."""

    status = capi.REGATTA_ENOTFOUND


class RankError(RegattaError):
    """Another rank has failed; the message names it."""

    status = capi.REGATTA_ERANK


class UnknownIdError(RegattaError, KeyError):
    """The model or graph has no user, or no item, with this id."""


class NotFittedError(RegattaError, ValueError, AttributeError):
    """The model was neither fitted nor loaded."""


class LibraryError(RegattaError, ImportError):
    """The shared library is missing, or its version is not that of the package."""


_CLASSES: Dict[int, Type[RegattaError]] = {
    kind.status: kind
    for kind in (ArgumentError, OutOfMemoryError, FileError, FormatError, NumericError,
                 StoppedError, InternalError, NotFoundError, RankError)
}


def of_status(status: int, message: str) -> RegattaError:
    """Returns the exception for a status of the C API."""
    error = _CLASSES.get(status, InternalError)(message)
    error.status = status
    return error
