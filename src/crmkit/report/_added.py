"""Sections that users add: a table, text, or a figure."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import pandas as pd

from crmkit._figures import NOTHING, count, decimals
from crmkit._frames import is_engine, open_frame, to_pandas
from crmkit._messages import Message
from crmkit._names import Language
from crmkit.report._charts import figure_svg
from crmkit.report._numbers import cut
from crmkit.report._texts import TEXTS

__all__ = ["Added", "added", "page_of"]

# Reports stay small.
_MOST_ROWS: Final = 100
_NO_TITLE: Final = Message(en="{@title} must be text, got {value!r}.", zh="{@title} 须为文本，得到 {value!r}。")
_NO_CONTENT: Final = Message(
    en="{@content} must be a table in memory (pandas, Polars or PyArrow), text or a Matplotlib figure, got {kind}.",
    zh="{@content} 须为内存中的表（pandas、Polars 或 PyArrow）、文本或 Matplotlib 图形，得到 {kind}。",
)


class Added(NamedTuple):
    """A section that a user added: a table, a Matplotlib figure, or text."""

    title: str
    content: pd.DataFrame | str | Any


def added(title: object, content: Any) -> Added:
    """Check a section; a table of any kind becomes one of pandas."""
    if not isinstance(title, str):
        raise TypeError(_NO_TITLE(value=title))
    if isinstance(content, str) or hasattr(content, "savefig"):
        return Added(title, content)
    refused = _NO_CONTENT(kind=type(content).__name__)
    try:
        frame = open_frame(content, name="content")
    except TypeError as error:
        raise TypeError(refused) from error
    if is_engine(frame):
        raise TypeError(refused)
    return Added(title, to_pandas(frame))


def page_of(section: Added, number: int, language: Language) -> dict[str, Any]:
    """What the page shows of it."""
    title, content = section
    shown: dict[str, Any] = {"id": f"extra{number}", "title": title, "figure": None, "rows": None, "text": None}
    if isinstance(content, str):
        return shown | {"text": content}
    if not isinstance(content, pd.DataFrame):
        return shown | {"figure": figure_svg(content, name=f"extra{number}")}
    rows = [[_cell(value) for value in row] for row in content.head(_MOST_ROWS).itertuples(index=False, name=None)]
    note = ""
    if len(content) > _MOST_ROWS:
        note = TEXTS["rows_cut"].text(language).format(n=count(_MOST_ROWS), of=count(len(content)))
    return shown | {"columns": [str(name) for name in content.columns], "rows": rows, "note": note}


def _cell(value: Any) -> str:
    if pd.isna(value):
        return NOTHING
    if isinstance(value, float):
        return decimals(value)
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else cut(str(value))
