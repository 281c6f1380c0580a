"""Days sales outstanding over time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from crmkit._messages import Message
from crmkit._names import Label, Language
from crmkit.errors import SchemaError
from crmkit.plotting._style import BLUE, DASHED, GREY, ORANGE, axes_for, in_language, legend, quiet, table_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_collection"]

_LINES: Final = {
    "dso": (Label("Days sales outstanding", "应收账款周转天数（DSO）"), {"color": BLUE, "linewidth": 2}),
    "count_back_dso": (Label("Count back", "倒推法"), {"color": ORANGE, "linewidth": 2}),
    "best_possible_dso": (
        Label("Best possible", "最佳可能"),
        {"color": GREY, "linewidth": 1.5, "linestyle": DASHED},
    ),
}
_DAYS: Final = Label("Days", "天数")

_EMPTY: Final = Message(
    en="{@collection} has no period of which days sales outstanding are known.",
    zh="{@collection} 中没有任何一期可得出应收账款周转天数。",
)


def plot_collection(collection: Any, *, ax: Axes | None = None, language: Language = "en") -> Axes:
    """Draw days sales outstanding over time, with the best possible ones.

    Parameters
    ----------
    collection : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.value.credit.collection_table` gives it.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; without them, new ones are made.
    language : {"en", "zh"}, default "en"
        Language of the labels.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on: days sales outstanding of the balance and by counting back, and dashed what they would be if
        nothing were past due. What lies between them is past due.

    Raises
    ------
    SchemaError
        If a column is missing, or no period has a figure.
    TypeError
        If ``collection`` is not a frame.
    ValueError
        If ``language`` is neither "en" nor "zh".

    Examples
    --------
    >>> from crmkit import as_invoices, as_payments, make_invoices
    >>> from crmkit.value.credit import collection_table
    >>> books = make_invoices(random_state=7)
    >>> invoices = as_invoices(books.invoices, kind="kind", applies_to="applies_to")
    >>> payments = as_payments(books.payments, invoice_id="invoice_id")
    >>> ax = plot_collection(collection_table(invoices, payments, as_of="2024-12-31"))
    """
    from crmkit.plotting import _ticks

    columns = ("period", *_LINES)
    table = table_of(collection, columns, name="collection", made_by="value.credit.collection_table", language=language)
    if not np.isfinite(table[[*_LINES]].to_numpy(dtype=np.float64)).any():
        raise SchemaError(_EMPTY())
    table = table.sort_values("period")
    ax = axes_for(ax)
    for name, (label, look) in _LINES.items():
        ax.plot(
            table["period"].to_numpy(),
            table[name].to_numpy(dtype=np.float64),
            label=label.text(language),
            marker="o",
            markersize=4,
            **look,  # type: ignore[arg-type]
        )
    quiet(ax)
    _ticks.days(ax.xaxis)
    ax.set_ylim(bottom=0)
    ax.set_ylabel(_DAYS.text(language))
    legend(ax)
    return in_language(ax, language)
