"""What customers owe, by how long it is past due."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from crmkit._figures import share as percent
from crmkit._messages import Message
from crmkit._names import Label, Language
from crmkit.errors import SchemaError
from crmkit.plotting._style import BLUE, GREY, ORANGE, axes_for, in_language, quiet, table_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["bucket_name", "plot_ageing"]

_NAMES: Final = {
    "not_due": Label("Not due", "未到期"),
    "unapplied": Label("Unapplied", "未核销款项"),
}
_DAYS: Final = Label("{days} days", "{days} 天")
_OVER: Final = Label("Over {days} days", "{days} 天以上")
_PAST_DUE: Final = Label("Days past due", "逾期天数")
_AMOUNT: Final = Label("Open amount", "未收金额")
_ABOVE: Final = 4

_EMPTY: Final = Message(en="{@ageing} has no rows.", zh="{@ageing} 没有任何行。")


def plot_ageing(ageing: Any, *, ax: Axes | None = None, language: Language = "en") -> Axes:
    """Draw what customers owe by how long it is past due.

    Parameters
    ----------
    ageing : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.value.credit.ageing_table` gives it; groups are drawn together.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; without them, new ones are made.
    language : {"en", "zh"}, default "en"
        Language of the labels.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on: a bar per bucket, with its share of what is open; money that is not applied hangs below zero.

    Raises
    ------
    SchemaError
        If a column is missing, or there are no rows.
    TypeError
        If ``ageing`` is not a frame.
    ValueError
        If ``language`` is neither "en" nor "zh".

    Examples
    --------
    >>> from crmkit import as_invoices, make_invoices
    >>> from crmkit.value.credit import ageing_table
    >>> invoices = as_invoices(make_invoices(random_state=7).invoices, kind="kind", applies_to="applies_to")
    >>> ax = plot_ageing(ageing_table(invoices, as_of="2024-12-31"))
    """
    from crmkit.plotting import _ticks

    columns = ("bucket", "days_from", "amount")
    table = table_of(ageing, columns, name="ageing", made_by="value.credit.ageing_table", language=language)
    if table.empty:
        raise SchemaError(_EMPTY())
    is_loose = table["bucket"] == "unapplied"
    place = table["days_from"].fillna(0).mask(is_loose, np.inf)
    sums = table.assign(place=place).groupby(["place", "bucket"], sort=True)["amount"].sum().reset_index()
    amounts, names = sums["amount"].to_numpy(dtype=np.float64), sums["bucket"].tolist()
    still = amounts[np.isfinite(sums["place"])].sum()
    colours = [{"not_due": BLUE, "unapplied": GREY}.get(name, ORANGE) for name in names]
    ax = axes_for(ax)
    bars = ax.bar(np.arange(len(sums)), amounts, color=colours, width=0.7)
    if still > 0:
        of_open = [
            "" if name == "unapplied" else percent(each / still) for name, each in zip(names, amounts, strict=True)
        ]
        ax.bar_label(bars, of_open, padding=_ABOVE, color="#444444")
    quiet(ax)
    ax.margins(y=0.1)
    ax.axhline(0, color="#BBBBBB", linewidth=0.8)
    _ticks.amounts(ax.yaxis)
    ax.set_xticks(np.arange(len(sums)), [bucket_name(name, language) for name in names])
    ax.set_xlabel(_PAST_DUE.text(language))
    ax.set_ylabel(_AMOUNT.text(language))
    return in_language(ax, language)


def bucket_name(bucket: str, language: Language) -> str:
    """A bucket as it is read."""
    if bucket in _NAMES:
        return _NAMES[bucket].text(language)
    if bucket.startswith("over_"):
        return _OVER.text(language).format(days=bucket.removeprefix("over_"))
    return _DAYS.text(language).format(days=bucket.replace("-", "–"))
