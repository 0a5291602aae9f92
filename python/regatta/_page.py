"""A page about a model, for notebooks and files."""
from __future__ import annotations

import ctypes
import html
import json
import os
from typing import Any, Dict, List, Mapping, Optional, Sequence

from . import capi
from ._call import first_rank, pointer, receiver
from .evaluation import Measures


class Report:
    """A page about a model. It displays in a notebook.

    `html` is the page, one file that needs no other and no network; `data` has its numbers as a
    dict (docs/report.md).

    >>> report = model.report()
    >>> report.data["data"]["users"]
    60
    """

    def __init__(self, page: str, data: Dict[str, Any]) -> None:
        self.html = page
        self.data = data

    def save(self, path: Any) -> None:
        """Writes the page to a file, which appears complete or not at all.

        >>> import os, tempfile
        >>> path = os.path.join(tempfile.mkdtemp(), "page.html")
        >>> model.report().save(path)
        >>> os.path.getsize(path) > 10000
        True
        """
        if not first_rank():
            return
        path = os.fspath(path)
        beside = f"{path}.{os.getpid()}.part"
        try:
            with open(beside, "w", encoding="utf-8") as file:
                file.write(self.html)
            os.replace(beside, path)
        except BaseException:
            if os.path.exists(beside):
                os.unlink(beside)
            raise

    def _repr_html_(self) -> str:
        return (f'<iframe title="{html.escape(self.data["title"])}" '
                f'srcdoc="{html.escape(self.html)}" '
                'style="width:100%;height:820px;border:0"></iframe>')

    def __repr__(self) -> str:
        return f"<Report {self.data['title']!r}: {len(self.html)} characters of HTML>"


class Reports(Measures):
    """The page of a trained model."""

    def report(self, test: Any = None, *, users: Optional[Sequence[Any]] = None, item: Any = None,
               k: int = 20, sample: int = 4000, title: Optional[str] = None,
               item_titles: Optional[Mapping[Any, str]] = None) -> Report:
        """Returns a page about the model: its data, decisions, quality and attention.

        Args:
            test: held-out interactions as in `evaluate`, for the quality by popularity of items
                and by length of history.
            users: ids of the users whose attention is shown, at most 32; None: users at
                quantiles of the length of history.
            item: the id of the item whose neighbours are shown; None: the item with most users.
            k: the length of the lists that are measured.
            sample: measure the lists of at most this many users, every n-th one; 0: of all.
            title: the title of the page.
            item_titles: titles of items by id.

        >>> "<title>toys</title>" in model.report(title="toys").html
        True
        """
        options = capi.regatta_report_options(k=k, sample=sample)
        graph = None if test is None else self._graph(test)
        if graph is not None:
            options.test = graph._handle.pointer
        chosen = None if users is None else self._users.positions(users, "users")
        if chosen is not None:
            options.user, options.n_users = pointer(chosen, ctypes.c_uint32), chosen.size
        if item is not None:
            options.item = self._items.position(item)
        if title is not None:
            options.title = title.encode()
        if item_titles is not None:
            names = (ctypes.c_char_p * self.n_items)()
            for name, text in item_titles.items():
                names[self._items.position(name)] = text.encode()
            options.item_title = names
        page: List[bytes] = []
        numbers: List[bytes] = []
        options.page = receiver(page)
        options.json = receiver(numbers)
        self._call("regatta_report", self._trained.pointer, ctypes.byref(options))
        return Report(b"".join(page).decode(), json.loads(b"".join(numbers)))
