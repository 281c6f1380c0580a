"""How many customers are in each state of the relation, over time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from crmkit._messages import Message
from crmkit._names import Label, Language
from crmkit.errors import SchemaError
from crmkit.plotting._style import BLUE, GREY, ORANGE, axes_for, in_language, legend, quiet, table_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_relation_states"]

# Okabe and Ito's palette: those who buy cold, those who stay away warm, those to come grey.
_COLOURS: Final = {
    "loyal": BLUE,
    "repeat": "#56B4E9",
    "one_time": "#009E73",
    "lapsed": ORANGE,
    "lost": "#D55E00",
    "potential": GREY,
    "target": "#BBBBBB",
}
_SHARE: Final = Label("Share of the customers known", "占已知客户的比例")
# Days that are not nearer to one another than this part of the whole are all named.
_FEW_DAYS: Final = 5
_GAP: Final = 0.8
_IN_A_ROW: Final = 3
_MOST_COUNTS: Final = 12
# The width of a single bar in days.
_A_YEAR: Final = 365.0

_NO_DAYS: Final = Message(en="{@counts} has no rows.", zh="{@counts} 没有任何行。")


def plot_relation_states(counts: Any, *, ax: Axes | None = None, language: Language = "en") -> Axes:
    """Draw which share of the customers is in each state of the relation, day by day.

    Parameters
    ----------
    counts : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.segment.relations.relation_count_table` gives it.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; without them, new ones are made.
    language : {"en", "zh"}, default "en"
        Language of the labels.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on: a bar per day, the best state at the bottom, with the number of customers known above it,
        where days are many above some. A state that nobody is in on any of the days is left out.

    Raises
    ------
    SchemaError
        If a column is missing, or there are no rows.
    TypeError
        If ``counts`` is not a frame.
    ValueError
        If ``language`` is neither "en" nor "zh".

    Examples
    --------
    >>> from crmkit import as_transactions, customer_summary, load_cdnow
    >>> from crmkit.segment.relations import RelationSegmenter, relation_count_table, relation_history_table
    >>> transactions = as_transactions(load_cdnow())
    >>> rule = RelationSegmenter().fit(customer_summary(transactions, as_of="1997-12-31"))
    >>> history = relation_history_table(transactions, segmenter=rule, as_of="1998-06-30")
    >>> ax = plot_relation_states(relation_count_table(history, days=["1997-06-30", "1997-12-31", "1998-06-30"]))
    """
    from crmkit.plotting import _ticks

    columns = ("day", "segment", "segment_order", f"name_{language}", "n_customers", "customer_share")
    table = table_of(
        counts, columns, name="counts", made_by="segment.relations.relation_count_table", language=language
    )
    if table.empty:
        raise SchemaError(_NO_DAYS())
    days = np.unique(table["day"].to_numpy())
    steps = np.diff(days).astype("timedelta64[D]").astype(float)
    width = _GAP * float(steps.min(initial=_A_YEAR))
    ax = axes_for(ax, size=(8.0, 4.5))
    bottom = np.zeros(len(days))
    for _, rows in table.groupby("segment_order", sort=True):
        if not rows["n_customers"].any():
            continue
        shares = rows.set_index("day")["customer_share"].reindex(days).fillna(0.0).to_numpy()
        code, name = str(rows["segment"].iloc[0]), str(rows[f"name_{language}"].iloc[0])
        ax.bar(days, shares, width, bottom=bottom, color=_COLOURS.get(code, GREY), label=name)
        bottom += shares
    known = table.groupby("day")["n_customers"].sum().reindex(days)
    for day, n in list(zip(days, known.tolist(), strict=True))[:: len(days) // _MOST_COUNTS + 1]:
        told, place = f"{int(n):,}", (0, 3)
        ax.annotate(told, (day, 1), place, textcoords="offset points", ha="center", color="#444444", fontsize=8)
    quiet(ax)
    if float(steps.min(initial=_A_YEAR)) * _FEW_DAYS >= float(steps.sum()):
        ax.set_xticks(days, _ticks.dates(days))
    else:
        _ticks.days(ax.xaxis)
    ax.set_ylim(0, 1)
    _ticks.shares(ax.yaxis)
    ax.set_ylabel(_SHARE.text(language))
    legend(ax, most=_IN_A_ROW).set_bbox_to_anchor((0, 1.06))
    return in_language(ax, language)
