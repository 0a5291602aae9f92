"""Processes that train and answer as one: the ranks of MPI, connected by mpi4py."""
from __future__ import annotations

import atexit
import ctypes
import importlib
import struct
import sys
import time
from types import TracebackType
from typing import Any, Callable, Dict, List, Optional, Type

from . import capi
from ._call import enum_value, leave_ranks, use_ranks
from .errors import ArgumentError, RankError, RegattaError

_DATA, _FAILED, _LEAVE = 1, 2, 3  # tags of messages
_PIECE = 1 << 28                  # bytes of one message: counts of MPI are ints
_NOTICE = struct.Struct("=ii512s")
_YIELDS = 64                      # looks before the first sleep
_CLAIM = 0.5                      # seconds until a lower rank has told of the same failure
_LEAVING = 10.0                   # seconds until the other ranks have ended their work


class _Nap:
    """Waits between looks: MPI's own waiting spins."""

    def __init__(self) -> None:
        self.looks = 0

    def __call__(self) -> None:
        self.looks += 1
        late = (self.looks - _YIELDS) // 16
        time.sleep(0.0 if late < 0 else min(2e-5 * 2.0**min(late, 5), 5e-4))


class _Transport:
    """The functions of regatta_ranks over a communicator (src/mpi/mpi_ranks.c)."""

    def __init__(self, mpi: Any, comm: Any) -> None:
        self.mpi = mpi
        self.comm = comm.Dup()
        self.rank, self.n_ranks = int(comm.Get_rank()), int(comm.Get_size())
        self.failed = -1  # the lowest rank known to have failed
        self.reason = b""
        self.told = False
        self.error: Optional[BaseException] = None  # raised in a function, such as Ctrl-C
        self.traffic = {"gathered": 0, "sent": 0, "received": 0, "waited": 0.0}
        self._kept: List[Any] = []  # messages that are being sent

    def look(self) -> bool:
        """Receives notices that have arrived; returns whether a rank has failed."""
        while self.comm.Iprobe(source=self.mpi.ANY_SOURCE, tag=_FAILED):
            raw = bytearray(_NOTICE.size)
            self.comm.Recv([raw, self.mpi.BYTE], source=self.mpi.ANY_SOURCE, tag=_FAILED)
            rank, _, message = _NOTICE.unpack(bytes(raw))
            self._keep_lowest(rank, message.rstrip(b"\0"))
        return self.failed >= 0

    def _keep_lowest(self, rank: int, message: bytes) -> None:
        if self.failed < 0 or rank < self.failed:
            self.failed, self.reason = rank, b"rank %d: %s" % (rank, message)

    def _finish(self, request: Any) -> int:
        nap = _Nap()
        while not request.Test():
            if self.look():
                self._kept.append(request)  # stays open
                return capi.REGATTA_ERANK
            nap()
        return capi.REGATTA_OK

    def _move(self, start: Callable[[Any, int], Any], address: int, n: int, peer: int) -> int:
        began = time.perf_counter()
        status = capi.REGATTA_OK
        for at in range(0, n, _PIECE):
            piece = (ctypes.c_char * min(_PIECE, n - at)).from_address(address + at)
            status = self._finish(start([piece, self.mpi.BYTE], peer))
            if status != capi.REGATTA_OK:
                break
        self.traffic["waited"] += time.perf_counter() - began
        return status

    def _guarded(self, work: Callable[[], int]) -> int:
        try:
            return capi.REGATTA_ERANK if self.failed >= 0 else work()
        except self.mpi.Exception as error:
            self.reason = b"MPI: " + str(error).encode()
            return capi.REGATTA_EIO
        except BaseException as error:  # pylint: disable=broad-except
            self.error = error
            self.reason = f"{type(error).__name__}: {error}".encode()
            return capi.REGATTA_ESTOPPED

    def gather(self, _: Any, buffer: Any, first: Any) -> int:
        def work() -> int:
            for r in range(self.n_ranks):
                n = first[r + 1] - first[r]
                status = self._move(lambda piece, root: self.comm.Ibcast(piece, root=root),
                                    (buffer or 0) + first[r], n, r)
                if status != capi.REGATTA_OK:
                    return status
                self.traffic["gathered"] += n if r != self.rank else 0
            return capi.REGATTA_OK
        return self._guarded(work)

    def send(self, _: Any, to: int, data: Any, n: int) -> int:
        self.traffic["sent"] += n
        return self._guarded(lambda: self._move(
            lambda piece, peer: self.comm.Isend(piece, dest=peer, tag=_DATA), data or 0, n, to))

    def receive(self, _: Any, source: int, data: Any, n: int) -> int:
        self.traffic["received"] += n
        return self._guarded(lambda: self._move(
            lambda piece, peer: self.comm.Irecv(piece, source=peer, tag=_DATA), data or 0, n, source))

    def fail(self, _: Any, status: int, message: bytes) -> None:
        """Tells the others. A higher rank waits a moment: all name the lowest that failed."""
        if self.told:
            return
        self.told = True
        notice = _NOTICE.pack(self.rank, status, message[:511])
        began, nap = time.perf_counter(), _Nap()
        try:
            for r in range(self.n_ranks):
                if r != self.rank:
                    self._kept.append((notice, self.comm.Isend([notice, self.mpi.BYTE], dest=r,
                                                               tag=_FAILED)))
            self._keep_lowest(self.rank, message)
            while self.failed == self.rank > 0 and time.perf_counter() - began < _CLAIM:
                self.look()
                nap()
        except BaseException as error:  # pylint: disable=broad-except
            self.error = error

    def why(self, _: Any = None) -> bytes:
        return self.reason

    def abort(self) -> None:
        """Ends all processes: the rank that failed, once each is here, or after ten seconds."""
        began, nap, here, left_to = time.perf_counter(), _Nap(), 1, self.rank
        try:
            while here < self.n_ranks and time.perf_counter() - began < _LEAVING:
                self.look()
                if self.failed != left_to:
                    left_to = self.failed
                    self._kept.append(self.comm.Isend([b"x", self.mpi.BYTE], dest=left_to, tag=_LEAVE))
                while self.comm.Iprobe(source=self.mpi.ANY_SOURCE, tag=_LEAVE):
                    self.comm.Recv([bytearray(1), self.mpi.BYTE], source=self.mpi.ANY_SOURCE, tag=_LEAVE)
                    here += 1
                here = here if left_to == self.rank else 1
                nap()
        finally:
            self.comm.Abort(1)


class Ranks:
    """The processes of an mpi4py communicator, which divide the work of calls in a `with` block.

    In the block, on the thread that entered it, all ranks make the same calls with the same
    data and parameters: they share the work of `Graph.read`, `fit`, `update`, `evaluate`,
    `recommend_all` and the other answers, and each has the whole result, with the bytes that
    one process computes (docs/scale.md). Rank 0 alone writes files; the shards of a model are
    written by all ranks.

        from mpi4py import MPI
        with regatta.Ranks(MPI.COMM_WORLD):
            model = regatta.Model().fit("data.tsv")
            model.save("data.safetensors.index.json")

    A failure of one rank, in the library or in the script, ends the block on all: that rank
    raises its exception, the others RankError, and the messages name the rank. If the
    script ends with it, it is printed once. All processes then end with exit code 1, because
    MPI cannot be used any more. `item_tables` is "auto", "whole" or "panels".
    """

    def __init__(self, comm: Any, *, item_tables: str = "auto") -> None:
        mpi = importlib.import_module("mpi4py.MPI")
        if not isinstance(comm, mpi.Intracomm):
            raise TypeError(f"comm is {comm!r}: not an mpi4py communicator")
        if comm.Get_size() > capi.REGATTA_MAX_RANKS:
            raise ArgumentError(f"{comm.Get_size()} ranks: at most {capi.REGATTA_MAX_RANKS}")
        self._tables = enum_value("regatta_item_tables", "item_tables", item_tables)
        self._mpi, self._comm = mpi, comm
        self._transport: Optional[_Transport] = None
        self._struct: Any = None
        self.rank: int = comm.Get_rank()
        self.n_ranks: int = comm.Get_size()

    def __repr__(self) -> str:
        return f"<regatta.Ranks: rank {self.rank} of {self.n_ranks}>"

    @property
    def traffic(self) -> Dict[str, float]:
        """Bytes that this rank has gathered, sent and received, and seconds in these calls, in the last block."""
        return dict(self._transport.traffic) if self._transport is not None else {}

    def __enter__(self) -> Ranks:
        t = _Transport(self._mpi, self._comm)
        made = capi.regatta_ranks(rank=t.rank, n_ranks=t.n_ranks)
        for name, function in (("gather", t.gather), ("send", t.send), ("receive", t.receive),
                               ("fail", t.fail), ("reason", t.why)):
            kind: Any = dict((field[0], field[1]) for field in made._fields_)[name]
            setattr(made, name, kind(function))
        use_ranks(made, self._tables, t)
        self._transport, self._struct = t, made
        return self

    def __exit__(self, kind: Optional[Type[BaseException]], error: Optional[BaseException],
                 trace: Optional[TracebackType]) -> None:
        t = self._transport
        assert t is not None
        leave_ranks()
        if error is not None and not t.look():
            t.fail(None, capi.REGATTA_ESTOPPED, f"{type(error).__name__}: {error}".encode())
        if error is None:
            word = (ctypes.c_char * t.n_ranks)()
            first = (ctypes.c_int64 * (t.n_ranks + 1))(*range(t.n_ranks + 1))
            if t.gather(None, ctypes.addressof(word), first) == capi.REGATTA_OK:
                t.comm.Free()
                return
        reason = t.reason.decode("utf-8", "replace")
        _end_with(t, error)
        if error is None:
            raise t.error or RankError(reason)
        if t.failed == t.rank and isinstance(error, RegattaError):
            error.args = (reason,)


def _end_with(t: _Transport, left: Optional[BaseException]) -> None:
    """After a failure, with which the block was left: the rank that failed alone prints it, and
    all processes end."""
    before = sys.excepthook

    def hook(kind: Type[BaseException], error: BaseException, trace: Optional[TracebackType]) -> None:
        t.look()
        if t.failed != t.rank and (error is left or isinstance(error, RankError)):
            return
        if error is left and not isinstance(error, RegattaError):
            print(f"rank {t.rank}:", file=sys.stderr)
        before(kind, error, trace)

    def end() -> None:
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                stream.flush()
        t.abort()

    sys.excepthook = hook
    atexit.register(end)
