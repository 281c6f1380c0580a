"""Which signs the customers on an action list give."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from crmkit._names import Label, Language
from crmkit.loyalty.churn import WARNING_SIGNALS
from crmkit.plotting._style import BLUE, GREY, axes_for, in_language, quiet, table_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_action_reasons"]

_NONE: Final = Label("No early warning", "无预警信号")
_CUSTOMERS: Final = Label("Customers on the list", "名单上的客户数")
# Codes in a cell are separated by it.
_BETWEEN: Final = ", "


def plot_action_reasons(actions: Any, *, ax: Axes | None = None, language: Language = "en") -> Axes:
    """Draw how many customers on an action list give each sign; one with several counts at each.

    Parameters
    ----------
    actions : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.loyalty.churn.action_list` makes it, with ``reasons``.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; without them, new ones are made.
    language : {"en", "zh"}, default "en"
        Language of the labels.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on: one bar per sign, the first on top; the grey bar are customers without any.

    Raises
    ------
    SchemaError
        If a column is missing.
    TypeError
        If ``actions`` is not a frame.
    ValueError
        If ``language`` is neither "en" nor "zh".

    Examples
    --------
    >>> import pandas as pd
    >>> ax = plot_action_reasons(pd.DataFrame({"reason_codes": ["complaint, overdue_purchase", "complaint", ""]}))
    """
    from crmkit.plotting import _ticks

    table = table_of(actions, ("reason_codes",), name="actions", made_by="loyalty.churn.action_list", language=language)
    cells = [[code for code in str(text).split(_BETWEEN) if code] for text in table["reason_codes"]]
    counts = {code: sum(code in cell for cell in cells) for code in WARNING_SIGNALS}
    names = [label.text(language) for label in WARNING_SIGNALS.values()]
    rows = -np.arange(len(names) + 1)
    ax = axes_for(ax)
    lengths = [*counts.values(), sum(not cell for cell in cells)]
    bars = ax.barh(rows, lengths, height=0.6, color=[*[BLUE] * len(names), GREY])
    ax.bar_label(bars, labels=[f"{length:,}" for length in lengths], padding=3)
    quiet(ax)
    ax.grid(axis="y", visible=False)
    ax.set_yticks(rows, [*names, _NONE.text(language)])
    ax.set_xlim(0, max(1, *lengths) * 1.1)
    _ticks.whole(ax.xaxis)
    ax.set_xlabel(_CUSTOMERS.text(language))
    return in_language(ax, language)
