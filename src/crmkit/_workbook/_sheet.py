"""What a sheet of a workbook shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal, NamedTuple

import pandas as pd

from crmkit._workbook._headings import Heading

__all__ = ["Chart", "Picture", "Sheet"]

# A decade of months.
_MOST_POINTS: Final = 120


class Chart(NamedTuple):
    """A chart of the columns of a sheet, for Excel to draw."""

    title: str
    category: str
    """The column along the axis."""
    values: tuple[str, ...]
    """The columns drawn, each in its own colour and named by its heading."""
    kind: Literal["columns", "stacked", "lines"] = "columns"
    n_last: int = _MOST_POINTS
    """How many of the last rows are drawn."""


class Picture(NamedTuple):
    """A drawing of Matplotlib's."""

    figure: Any


@dataclass(frozen=True)
class Sheet:
    """A table as a sheet.

    Attributes
    ----------
    title : str
        Its name; what Excel does not allow in one is replaced.
    table : DataFrame
        The rows.
    headings : tuple of Heading
        The columns shown, in order.
    charts : tuple of Chart
        Drawn to the right of the table.
    shaded : tuple of str
        Columns that are one heat map.
    notes : tuple of str
        Lines below the table.
    picture : Picture or None
        Shown to the right of the table.
    has_filter : bool
        Whether the rows can be filtered by their headings.
    """

    title: str
    table: pd.DataFrame
    headings: tuple[Heading, ...]
    charts: tuple[Chart, ...] = ()
    shaded: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    picture: Picture | None = None
    has_filter: bool = True
