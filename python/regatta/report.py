"""Small tables of results that print well."""
from __future__ import annotations

from typing import Any, Iterator, List, Sequence, Tuple

Row = Tuple[Any, ...]


class Table:
    """Rows with named columns; prints as text, and as HTML in notebooks.

    >>> table = Table(["name", "number"], [("one", 1.0), ("two", 2.5)])
    >>> print(table)
    name  number
    one        1
    two      2.5
    >>> table.column("number")
    [1.0, 2.5]
    """

    def __init__(self, columns: Sequence[str], rows: Sequence[Row]) -> None:
        self.columns = list(columns)
        self.rows: List[Row] = list(rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def column(self, name: str) -> List[Any]:
        """Returns the values of a column.

        >>> model.evaluate(user_items, k=5, keep_seen=True).column("metric")[0]
        'recall'
        """
        place = self.columns.index(name)
        return [row[place] for row in self.rows]

    def to_pandas(self) -> Any:
        """Returns the table as a pandas data frame.

        >>> model.explain(3, 0).to_pandas().columns.tolist()
        ['term', 'id', 'contribution', 'attention']
        """
        import pandas
        return pandas.DataFrame(self.rows, columns=self.columns)

    def __str__(self) -> str:
        lines = [self.columns, *[[_text(value) for value in row] for row in self.rows]]
        widths = [max(map(len, column)) for column in zip(*lines)]
        right = [bool(self.rows) and all(_is_number(row[k]) for row in self.rows)
                 for k in range(len(self.columns))]
        made = []
        for line in lines:
            cells = (text.rjust(width) if r else text.ljust(width)
                     for text, width, r in zip(line, widths, right))
            made.append("  ".join(cells).rstrip())
        return "\n".join(made)

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        def cells(values: Sequence[Any], tag: str) -> str:
            return "".join(f"<{tag}>{_escaped(_text(value))}</{tag}>" for value in values)
        body = "".join(f"<tr>{cells(row, 'td')}</tr>" for row in self.rows)
        return (f"<table><thead><tr>{cells(self.columns, 'th')}</tr></thead>"
                f"<tbody>{body}</tbody></table>")


def _is_number(value: Any) -> bool:
    return value is None or isinstance(value, (int, float))


def _text(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


