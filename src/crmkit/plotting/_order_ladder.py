"""How many customers go on to the next purchase, and how soon."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from crmkit._frames import open_frame
from crmkit._messages import Message
from crmkit._names import Label, Language
from crmkit.plotting._style import axes_for, in_language, legend, quiet, table_of
from crmkit.plotting._survival_groups import GROUPS, LINES, check_few

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_order_ladder"]

_DAYS: Final = Label("Days since the purchase before", "距上一次购买的天数")
_SHARE: Final = Label("Customers who made the next purchase", "再次购买的客户占比")
_STEP: Final = Label("{before} to {purchase}", "第 {before} 至 {purchase} 次")
_NO_LABEL: Final = Label("no label", "无标签")
_ALL: Final = Label("all", "全部")
_STEPS: Final = Message(en="steps", zh="级")

_BOTH: Final = Message(
    en="{@ladder} has several groups by {by!r} and several steps. Choose one step, such as ladder[ladder['purchase'] "
    "== 2], or one group, such as ladder[ladder['scope'] == 'all'].",
    zh="{@ladder} 既有按 {by!r} 的多个组，又有多级。请选择一级，例如 ladder[ladder['purchase'] == 2]，"
    "或一组，例如 ladder[ladder['scope'] == 'all']。",
)


def plot_order_ladder(ladder: Any, *, ax: Axes | None = None, language: Language = "en") -> Axes:
    """Draw the share of customers who make the next purchase within each time, with its interval.

    Parameters
    ----------
    ladder : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.metrics.order_ladder_table` gives it: several steps of one group, or one step of several groups, at
        most 6.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; without them, new ones are made.
    language : {"en", "zh"}, default "en"
        Language of the labels.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on: a line per step, or per group, with a bar for the interval at each time.

    Raises
    ------
    SchemaError
        If a column is missing.
    TypeError
        If ``ladder`` is not a frame.
    ValueError
        If ``language`` is neither "en" nor "zh", the table has both several groups and several steps, or more than can
        be told apart.

    Examples
    --------
    >>> from crmkit import as_transactions, load_cdnow, metrics
    >>> ax = plot_order_ladder(metrics.order_ladder_table(as_transactions(load_cdnow()), as_of="1998-06-30"))
    """
    from crmkit.plotting import _ticks

    names = open_frame(ladder, name="ladder").collect_schema().names()
    by = names[: names.index("scope") + 1] if "scope" in names else []
    columns = (*by, "purchase", "days", "share", "lower", "upper")
    table = table_of(ladder, columns, name="ladder", made_by="metrics.order_ladder_table", language=language)
    one_step = len(table["purchase"].unique()) == 1
    if by and len(table[by].drop_duplicates()) > 1 and not one_step:
        raise ValueError(_BOTH(by=by[0]))
    keys = by if by and one_step else ["purchase"]
    code = table.groupby(keys, dropna=False, sort=False).ngroup().to_numpy()
    n_lines = len(np.unique(code))
    check_few(n_lines, name="ladder", what=GROUPS if by and one_step else _STEPS)
    ax = axes_for(ax)
    width = float(table["days"].max()) if len(table) else 0.0
    for place in range(n_lines):
        rows = table[code == place]
        share, days = rows["share"].to_numpy(np.float64), rows["days"].to_numpy(np.float64)
        # Beside one another, where intervals would lie upon one another.
        days = days + (place - (n_lines - 1) / 2) * width / 150
        reach = np.abs(rows[["lower", "upper"]].to_numpy(np.float64).T - share)
        name = _name(rows.iloc[0], by if by and one_step else [], language)
        ax.errorbar(days, share, yerr=np.nan_to_num(reach), color=LINES[place], marker="o", markersize=5, label=name)
    quiet(ax)
    ax.set_ylim(bottom=0)
    ax.set_xticks(sorted(table["days"].unique()))
    _ticks.shares(ax.yaxis)
    ax.set_xlabel(_DAYS.text(language))
    ax.set_ylabel(_SHARE.text(language))
    legend(ax)
    return in_language(ax, language)


def _name(row: pd.Series[Any], by: list[str], language: Language) -> str:
    """What a line is called: the group, or the step."""
    if not by:
        purchase = int(row["purchase"])
        return _STEP.text(language).format(before=purchase - 1, purchase=purchase)
    special = {"no label": _NO_LABEL, "all": _ALL}.get(row["scope"])
    return str(row[by[0]]) if special is None else special.text(language)
