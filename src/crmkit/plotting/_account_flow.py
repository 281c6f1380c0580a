"""Accounts opened and closed over time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from crmkit._frames import open_frame
from crmkit._messages import Message
from crmkit._names import Label, Language
from crmkit.errors import SchemaError
from crmkit.plotting._style import BLUE, ORANGE, axes_for, in_language, legend, quiet, table_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_account_flow"]

_OPENED: Final = Label("Opened", "开户")
_CLOSED: Final = Label("Closed", "销户")
_NET: Final = Label("Net", "净开户")
_OPEN: Final = Label("Open: {first:,} → {last:,}", "账户数：{first:,} → {last:,}")
_ACCOUNTS: Final = Label("Accounts opened and closed", "开户与销户数")
_DARK: Final = "#444444"
_GAP: Final = 0.85
_INCOMPLETE: Final = 0.45

_NOTHING: Final = Message(en="{@flow} has no rows.", zh="{@flow} 没有任何行。")


def plot_account_flow(flow: Any, *, ax: Axes | None = None, language: Language = "en") -> Axes:
    """Draw the accounts opened in each period above the line, those closed below it, and the difference.

    Parameters
    ----------
    flow : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.loyalty.account_flow_table` gives it; of one by groups the rows of all together are drawn.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; without them, new ones are made.
    language : {"en", "zh"}, default "en"
        Language of the labels.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on: the difference is a line; the accounts open at the start and at the end stand above. A period
        that is not over is pale.

    Raises
    ------
    SchemaError
        If a column is missing, or there are no rows.
    TypeError
        If ``flow`` is not a frame.
    ValueError
        If ``language`` is neither "en" nor "zh".

    Examples
    --------
    >>> from crmkit import as_subscriptions, make_subscriptions
    >>> from crmkit.loyalty import account_flow_table
    >>> subscriptions = as_subscriptions(make_subscriptions(n_customers=200, random_state=1)[0])
    >>> ax = plot_account_flow(account_flow_table(subscriptions, as_of="2024-12-31"))
    """
    from crmkit.plotting import _ticks

    columns = ("period", "is_complete", "opening", "opened", "closed", "closing", "net_opened")
    by_group = "scope" in open_frame(flow, name="flow").collect_schema()
    chosen = (*columns, "scope") if by_group else columns
    table = table_of(flow, chosen, name="flow", made_by="loyalty.account_flow_table", language=language)
    if by_group:
        table = table[table["scope"] == "all"]
    if table.empty:
        raise SchemaError(_NOTHING())
    table = table.sort_values("period")
    starts = table["period"].to_numpy()
    # The table does not say how long a single period is.
    days = np.diff(starts).astype("timedelta64[D]").astype(int) if len(starts) > 1 else np.ones(1)
    width = _GAP * float(np.median(days))
    opacities = np.where(table["is_complete"].to_numpy(dtype=bool), 1.0, _INCOMPLETE)
    ax = axes_for(ax)
    for heights, label, colour in ((table["opened"], _OPENED, BLUE), (-table["closed"], _CLOSED, ORANGE)):
        bars = ax.bar(starts, heights, width, align="edge", color=colour, label=label.text(language))
        for bar, opacity in zip(bars, opacities, strict=True):
            bar.set_alpha(float(opacity))
    ax.axhline(0, color=_DARK, linewidth=0.8)
    middles = starts + np.timedelta64(int(width * 12), "h")
    net = table["net_opened"]
    ax.plot(middles, net, color=_DARK, marker="o", markersize=4, linewidth=1.5, label=_NET.text(language))
    quiet(ax)
    _ticks.days(ax.xaxis)
    _ticks.amounts(ax.yaxis)
    first, last = (int(table[name].iloc[at]) for name, at in (("opening", 0), ("closing", -1)))
    ax.set_ylabel(_ACCOUNTS.text(language))
    ax.set_title(_OPEN.text(language).format(first=first, last=last), loc="right", fontsize=10, color=_DARK)
    for handle in legend(ax).legend_handles:
        if handle is not None:
            handle.set_alpha(1.0)
    return in_language(ax, language)
