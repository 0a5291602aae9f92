"""The state of a model in Python: parameters, the trained model of the library, its ids."""
from __future__ import annotations

import ctypes
import inspect
import json
from typing import Any, Dict, List, Optional, Tuple, TypeVar

import numpy as np
import numpy.typing as npt

from . import capi
from ._call import Handle, call, receiver
from ._ids import IdArray, Ids
from ._library import library
from .errors import ArgumentError, NotFittedError
from .graph import ids_of

Self = TypeVar("Self", bound="Base")


class Base:
    """Parameters as in scikit-learn, and the trained model."""

    threads: int
    _handle: Optional[Handle] = None
    _kinds: Tuple[Optional[str], Optional[str]] = (None, None)
    _ids: Optional[Tuple[Ids, Ids]] = None

    @classmethod
    def _parameters(cls) -> List[str]:
        return [name for name in inspect.signature(cls.__init__).parameters if name != "self"]

    def get_params(self, deep: bool = True) -> Dict[str, Any]:
        """Returns the parameters of the constructor by name; `deep` has no effect.

        >>> Model(dim=32).get_params()["dim"]
        32
        """
        return {name: getattr(self, name) for name in self._parameters()}

    def set_params(self: Self, **params: Any) -> Self:
        """Sets parameters for the next `fit`; returns the model.

        >>> Model().set_params(dim=32, seed=7).seed
        7
        """
        known = self._parameters()
        for name in params:
            if name not in known:
                raise ArgumentError(f"unknown parameter {name!r}: the parameters are "
                                    + ", ".join(known))
        for name, value in params.items():
            setattr(self, name, value)
        return self

    def __repr__(self) -> str:
        defaults = inspect.signature(type(self).__init__).parameters
        changed = [f"{name}={value!r}" for name, value in self.get_params().items()
                   if value is not defaults[name].default and value != defaults[name].default]
        return f"{type(self).__name__}({', '.join(changed)})"

    def __getstate__(self) -> Dict[str, Any]:
        state = {name: value for name, value in self.__dict__.items() if name not in ("_handle", "_ids")}
        state["model"] = self.to_bytes() if self._handle is not None else None
        return state

    def __setstate__(self, state: Dict[str, Any]) -> None:
        content = state.pop("model")
        self.__dict__.update(state)
        if content is not None:
            self._adopt(_from_bytes(content, self.threads), self._kinds)

    def __copy__(self: Self) -> Self:
        made = type(self).__new__(type(self))
        made.__dict__.update(self.__dict__)
        return made

    def __deepcopy__(self: Self, memo: Dict[int, Any]) -> Self:
        return self.__copy__()  # the trained model is immutable, parameters are plain values

    def _adopt(self, handle: Handle, kinds: Tuple[Optional[str], Optional[str]]) -> None:
        """Makes `handle` the trained model, whose ids have these kinds."""
        info = _info(handle)
        self._handle, self._kinds = handle, kinds
        self._ids = ids_of("model", handle, (info.n_users, info.n_items), kinds)

    def _with(self: Self, handle: Handle) -> Self:
        """Returns a copy with another trained model, whose ids have the same kinds."""
        made = self.__copy__()
        made._adopt(handle, self._kinds)
        return made

    @property
    def _trained(self) -> Handle:
        if self._handle is None:
            raise NotFittedError(f"this {type(self).__name__} is not fitted: call fit or load first")
        return self._handle

    @property
    def _sides(self) -> Tuple[Ids, Ids]:
        self._trained
        assert self._ids is not None
        return self._ids

    @property
    def _users(self) -> Ids:
        return self._sides[capi.REGATTA_USERS]

    @property
    def _items(self) -> Ids:
        return self._sides[capi.REGATTA_ITEMS]

    def _call(self, function: str, *arguments: Any) -> None:
        call(function, *arguments, threads=self.threads)

    @property
    def n_users(self) -> int:
        """The number of users of the trained model.

        >>> model.n_users
        60
        """
        return self._users.n

    @property
    def n_items(self) -> int:
        """The number of items of the trained model.

        >>> model.n_items
        20
        """
        return self._items.n

    @property
    def user_ids(self) -> IdArray:
        """The ids of users [users] in order of their positions: int64 or objects of str.

        >>> model.user_ids[:3].tolist()
        [0, 1, 2]
        """
        return self._users.array

    @property
    def item_ids(self) -> IdArray:
        """The ids of items [items] in order of their positions: int64 or objects of str.

        >>> model.item_ids.shape
        (20,)
        """
        return self._items.array

    def user_positions(self, ids: Any) -> npt.NDArray[np.uint32]:
        """Returns the positions [n] of users in `user_ids`, and in the rows of matrices.

        >>> model.user_positions([3, 4]).tolist()
        [3, 4]
        """
        return self._users.positions(ids)

    def item_positions(self, ids: Any) -> npt.NDArray[np.uint32]:
        """Returns the positions [n] of items in `item_ids`, and in the columns of matrices.

        >>> model.item_positions([3, 4]).tolist()
        [3, 4]
        """
        return self._items.positions(ids)

    @property
    def settings(self) -> Dict[str, Any]:
        """What made the model: version, options, data, choices by validation (docs/format.md).

        >>> model.settings["options"]["preset"]
        'fast'
        """
        made: Dict[str, Any] = json.loads(library().regatta_model_json(self._trained.pointer))
        return made

    def to_bytes(self) -> bytes:
        """Returns the bytes of the file that `save` writes.

        >>> Model.from_bytes(model.to_bytes()).n_items
        20
        """
        pieces: List[bytes] = []
        self._call("regatta_model_write", self._trained.pointer, receiver(pieces), None)
        return b"".join(pieces)


def _info(handle: Handle) -> Any:
    info = capi.regatta_model_info()
    call("regatta_model_get_info", ctypes.byref(info), handle.pointer)
    return info


def _from_bytes(content: bytes, threads: int = 0) -> Handle:
    data: npt.NDArray[np.uint8] = np.frombuffer(content, dtype=np.uint8)
    handle = Handle("model")
    call("regatta_model_load_memory", handle.out, ctypes.c_void_p(data.ctypes.data), data.size,
         threads=threads)
    return handle
