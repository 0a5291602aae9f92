"""Files of interactions and side tables in other formats, without a model or a graph."""
from __future__ import annotations

import ctypes
from typing import Any, Dict, Optional

from . import capi
from ._call import call, enum_name, enum_value, fields, flag, in_range, path_bytes, text_bytes
from .features import SIDES
from .errors import ArgumentError
from .graph import read_options


def convert(source: Any, target: Any, *, output_format: str = "auto", table: Optional[str] = None,
            limit_bytes: int = 0, **read: Any) -> Dict[str, Any]:
    """Reads interactions and writes every row in another format, in memory that is bounded.

    `target` is a file, whose extension chooses the format unless `output_format` does, or a
    database with a `table`, whose rows are replaced. Other arguments are those of Graph.read.
    docs/data.md says what each format holds. Returns the report of the reader.

    >>> import os, tempfile
    >>> path = os.path.join(tempfile.mkdtemp(), "x.tsv")
    >>> with open(path, "w") as file:
    ...     _ = file.write("ann\\tsea\\nbob\\tsea\\n")
    >>> convert(path, path + ".jsonl")["n_rows"]
    2
    >>> print(open(path + ".jsonl").readline().strip())
    {"user":"ann","item":"sea"}
    """
    options = capi.regatta_interactions_options(
        format=enum_value("regatta_format", "output_format", output_format))
    if table is not None:
        options.table = text_bytes("table", table)
    reading = read_options(**read)
    report = capi.regatta_read_report()
    call("regatta_interactions_convert", path_bytes(source), ctypes.byref(reading), path_bytes(target),
         ctypes.byref(options), ctypes.byref(report),
         limit_bytes=in_range("limit_bytes", limit_bytes, 0, 2**63 - 1))
    return {**fields(report), "format": enum_name("regatta_format", report.format)}


def convert_features(source: Any, target: Any, *, output_format: str = "auto", layout: str = "auto",
                     side: str = "items", format: str = "auto", header: str = "auto",
                     columns: Optional[str] = None, max_features: int = 0,
                     keep_null_words: bool = False, limit_bytes: int = 0) -> Dict[str, Any]:
    """Reads a side table and writes it in another layout or format: .tsv, .csv, RecBole.

    `layout` is that of the target, "long" or "wide". Other arguments are those of
    Features.read. docs/data.md says what each format holds. Returns the report of the reader.

    >>> import os, tempfile
    >>> path = os.path.join(tempfile.mkdtemp(), "colour.tsv")
    >>> with open(path, "w") as file:
    ...     _ = file.write("0\\tred\\n1\\tblue\\n1\\tred\\n")
    >>> convert_features(path, path + ".item")["n_nodes"]
    2
    >>> print(open(path + ".item").read().splitlines())
    ['item_id:token\\tfeatures:token_seq', '0\\tred', '1\\tred blue']
    """
    if side not in SIDES:
        raise ArgumentError(f"side is {side!r}: not one of items, users")
    options = capi.regatta_features_options(
        side=SIDES[side], format=enum_value("regatta_format", "format", format),
        header=enum_value("regatta_header", "header", header),
        max_features=in_range("max_features", max_features, 0, 2**31),
        keep_null_words=flag("keep_null_words", keep_null_words))
    if columns is not None:
        options.columns = text_bytes("columns", columns)
    output = capi.regatta_features_output(
        format=enum_value("regatta_format", "output_format", output_format),
        layout=enum_value("regatta_feature_layout", "layout", layout))
    report = capi.regatta_features_report()
    call("regatta_features_convert", path_bytes(source), ctypes.byref(options), path_bytes(target),
         ctypes.byref(output), ctypes.byref(report),
         limit_bytes=in_range("limit_bytes", limit_bytes, 0, 2**63 - 1))
    return {**fields(report), "layout": enum_name("regatta_feature_layout", report.layout)}
