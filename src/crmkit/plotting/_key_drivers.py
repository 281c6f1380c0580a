"""What satisfaction rests on: a bar for each driver, with its interval."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from crmkit._messages import Message
from crmkit._names import Label, Language
from crmkit.errors import SchemaError
from crmkit.plotting._style import BLUE, GREY, axes_for, in_language, quiet, table_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_key_drivers"]

_COLUMNS: Final = ("driver", "importance", "lower", "upper", "r_squared")
_INCHES_PER_LINE: Final = 0.4
_INCHES_AROUND: Final = 1.2

_LABEL: Final = Label(
    "Part of what is explained, with its interval; all together {total:.0%}",
    "对解释度的贡献及其区间；合计 {total:.0%}",
)

_EMPTY: Final = Message(en="{@drivers} has no rows.", zh="{@drivers} 没有任何行。")


def plot_key_drivers(drivers: Any, *, ax: Axes | None = None, language: Language = "en") -> Axes:
    """Draw what each driver explains of satisfaction, the most important first, with its interval.

    Parameters
    ----------
    drivers : pandas, Polars or PyArrow table
        As `crmkit.loyalty.satisfaction.key_driver_table` gives it.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; without them, new ones are made.
    language : {"en", "zh"}, default "en"
        Language of the labels; drivers are shown under the names of their columns.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on. Bars add up to R², which the label says.

    Raises
    ------
    SchemaError
        If a column is missing or there are no rows.
    TypeError
        If ``drivers`` is not a frame.
    ValueError
        If ``language`` is neither "en" nor "zh".

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit.loyalty.satisfaction import key_driver_table
    >>> answers = pd.DataFrame({
    ...     "satisfied": [9, 8, 4, 7, 10, 3], "service": [9, 7, 4, 8, 10, 2], "price": [5, 6, 5, 4, 7, 6],
    ... })
    >>> ax = plot_key_drivers(key_driver_table(answers, outcome="satisfied", drivers=["service", "price"]))
    """
    table = table_of(
        drivers, _COLUMNS, name="drivers", made_by="loyalty.satisfaction.key_driver_table", language=language
    )
    if table.empty:
        raise SchemaError(_EMPTY())
    from crmkit.plotting import _ticks

    ax = axes_for(ax, size=(0, _INCHES_AROUND + _INCHES_PER_LINE * len(table)))
    places = np.arange(len(table))
    ax.barh(places, table["importance"], height=0.6, color=BLUE)
    known = (table["lower"].notna() & table["upper"].notna()).to_numpy()
    ax.hlines(places[known], table["lower"][known], table["upper"][known], color=GREY, linewidth=2.5)
    ax.set_yticks(places, [str(name) for name in table["driver"]])
    ax.set_ylim(len(table) - 0.5, -0.5)
    ax.set_xlim(left=0)
    quiet(ax)
    ax.grid(visible=False, axis="y")
    ax.grid(axis="x", color="#E5E5E5", linewidth=0.8)
    ax.tick_params(axis="y", length=0)
    _ticks.shares(ax.xaxis)
    ax.set_xlabel(_LABEL.text(language).format(total=table["r_squared"].iloc[0]))
    return in_language(ax, language)
