"""How monthly recurring revenue got from one level to another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from crmkit._messages import Message
from crmkit._names import Label, Language
from crmkit.errors import SchemaError
from crmkit.plotting._style import axes_for, in_language, table_of
from crmkit.plotting._waterfall import waterfall

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_mrr_waterfall"]

_GAINS: Final = {
    "new_mrr": Label("New", "新增"),
    "reactivation_mrr": Label("Reactivation", "召回"),
    "expansion_mrr": Label("Expansion", "升级"),
}
_LOSSES: Final = {"contraction_mrr": Label("Contraction", "降级"), "churned_mrr": Label("Churned", "流失")}
_START: Final = Label("MRR before\n{first}", "{first}\n之前")
_END: Final = Label("MRR at\nthe close", "期末")
_MRR: Final = Label("Monthly recurring revenue", "月经常性收入")

_GROUPS: Final = Message(
    en="{@movements} has {n:,} rows of {day:%Y-%m-%d}, so it is of several groups. Keep the rows of one group.",
    zh="{@movements} 中 {day:%Y-%m-%d} 有 {n:,} 行，含多个分组。请只保留一组。",
)
_EMPTY: Final = Message(en="{@movements} has no rows.", zh="{@movements} 没有任何行。")


def plot_mrr_waterfall(movements: Any, *, ax: Axes | None = None, language: Language = "en") -> Axes:
    """Draw how monthly recurring revenue got from the start of the first period to the close of the last.

    Parameters
    ----------
    movements : pandas, Polars or PyArrow table
        As `crmkit.metrics.mrr_movement_table` makes it, for one group; the movements of its periods are added up.
    ax : matplotlib.axes.Axes, optional
        Where to draw; new axes by default.
    language : {"en", "zh"}, default "en"
        Language of the labels.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on: a bar from zero at the start and at the close, and between them one for each movement, from
        the level before it to the level after.

    Raises
    ------
    SchemaError
        If a column is missing, or there are no rows or several of one period.
    TypeError
        If ``movements`` is not a frame.
    ValueError
        If ``language`` is not one of the two.

    Examples
    --------
    >>> from crmkit import as_subscriptions, make_subscriptions
    >>> from crmkit.metrics import mrr_movement_table
    >>> spells = make_subscriptions(n_customers=200, random_state=1).subscriptions
    >>> subscriptions = as_subscriptions(spells, end_known="end_known", trial="trial")
    >>> ax = plot_mrr_waterfall(mrr_movement_table(subscriptions, as_of="2024-12-31", freq="Y"))
    """
    columns = ("period", "mrr_start", *_GAINS, *_LOSSES, "mrr")
    table = table_of(movements, columns, name="movements", made_by="metrics.mrr_movement_table", language=language)
    table = _one_group(table).sort_values("period", ignore_index=True)
    moved = [table[name].sum() for name in _GAINS] + [-table[name].sum() for name in _LOSSES]
    start, end = float(table["mrr_start"].iloc[0]), float(table["mrr"].iloc[-1])
    first = f"{table['period'].iloc[0]:%Y-%m-%d}"
    names = [_START.text(language).format(first=first)]
    names += [label.text(language) for label in (*_GAINS.values(), *_LOSSES.values())]
    names.append(_END.text(language))
    ax = axes_for(ax)
    waterfall(ax, start=start, moved=moved, end=end, names=names)
    ax.set_ylabel(_MRR.text(language))
    return in_language(ax, language)


def _one_group(table: pd.DataFrame) -> pd.DataFrame:
    if table.empty:
        raise SchemaError(_EMPTY())
    per_period = table["period"].value_counts()
    if per_period.iloc[0] > 1:
        raise SchemaError(_GROUPS(n=int(per_period.iloc[0]), day=per_period.index[0]))
    return table
