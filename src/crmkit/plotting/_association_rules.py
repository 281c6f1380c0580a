"""Rules of what is bought together, by how common, how sure and how strong they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from crmkit._messages import Message
from crmkit._names import Label, Language
from crmkit._tables import open_columns
from crmkit._workbook import rule_sides
from crmkit.errors import SchemaError
from crmkit.plotting._point_names import name_points
from crmkit.plotting._style import axes_for, in_language, quiet, table_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_association_rules"]

_MADE_BY: Final = "value.products.association_rules_table"
_SIDES: Final = ("antecedent", "consequent")
_MEASURES: Final = ("support", "confidence", "lift", "n_both")
_SUPPORT: Final = Label("Support: share of all baskets with both", "支持度：同时含两者的购物篮占比")
_CONFIDENCE: Final = Label("Confidence: share of those with the first", "置信度：含前者的购物篮中的占比")
_LIFT: Final = Label("Lift", "提升度")
_NAMED: Final = 6
_LONGEST: Final = 40
_SHADES: Final = ("#9DC3E6", "#0072B2", "#08243D")
# Tick marks of a narrow range of lifts, at most.
_MARKS: Final = 5

_EMPTY: Final = Message(
    en="{@rules} has no rules. Lower {@min_support}.", zh="{@rules} 中没有任何规则，请降低 {@min_support}。"
)


def plot_association_rules(rules: Any, *, ax: Axes | None = None, language: Language = "en") -> Axes:
    """Draw each rule by its support and its confidence, the darker the higher its lift.

    Parameters
    ----------
    rules : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.value.products.association_rules_table` gives it.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; without them, new ones are made.
    language : {"en", "zh"}, default "en"
        Language of the labels.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on: a point per rule; the six with the highest lift, of both directions the surer one, are
        numbered and named.

    Raises
    ------
    SchemaError
        If a column is missing, or there are no rules.
    TypeError
        If ``rules`` is not a frame.
    ValueError
        If ``language`` is neither "en" nor "zh".

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit.value.products import association_rules_table
    >>> order_lines = pd.DataFrame({
    ...     "order_id": [1, 1, 1, 2, 2, 3, 3, 4, 5],
    ...     "product": ["tea", "milk", "cake", "tea", "milk", "tea", "cake", "cake", "milk"],
    ... })
    >>> ax = plot_association_rules(association_rules_table(order_lines, item="product", min_support=0.1))
    """
    from matplotlib.colors import LinearSegmentedColormap, LogNorm
    from matplotlib.lines import Line2D
    from matplotlib.ticker import FuncFormatter, NullLocator

    from crmkit.plotting import _ticks

    given = open_columns(rules, (*_SIDES, *_MEASURES), name="rules", made_by=_MADE_BY).collect_schema().names()
    columns = (*(name for name in given if name.startswith(_SIDES)), *_MEASURES)
    table = table_of(rules, columns, name="rules", made_by=_MADE_BY, language=language)
    if table.empty:
        raise SchemaError(_EMPTY())
    table = rule_sides(table).join(table[list(_MEASURES)])
    # The strongest are drawn last, on top.
    table = table.sort_values(["lift", "n_both", "confidence", *_SIDES], ignore_index=True)
    ax = axes_for(ax, size=(8.0, 6.0))
    low, high = table["lift"].min(), table["lift"].max()
    points = ax.scatter(
        table["support"],
        table["confidence"],
        c=table["lift"],
        norm=LogNorm(low * 0.99, high * 1.01),
        cmap=LinearSegmentedColormap.from_list("lifts", _SHADES),
        s=28,
        linewidth=0,
        alpha=0.9,
    )
    quiet(ax)
    ax.margins(x=0.12, y=0.1)
    _ticks.shares(ax.xaxis)
    _ticks.shares(ax.yaxis)
    marks = np.unique(np.geomspace(low, high, _MARKS).round(2 if high < 2 * low else 1))
    bar = ax.figure.colorbar(points, ax=ax, ticks=marks.tolist(), aspect=40, pad=0.02)
    bar.ax.yaxis.set_major_formatter(FuncFormatter(lambda lift, _: f"{lift:,.3g}"))
    bar.ax.yaxis.set_minor_locator(NullLocator())
    bar.ax.tick_params(colors="#444444", length=0)
    bar.outline.set_visible(False)
    bar.set_label(_LIFT.text(language))
    ax.set_xlabel(_SUPPORT.text(language))
    ax.set_ylabel(_CONFIDENCE.text(language))
    best = table.iloc[::-1]
    pairs = [frozenset(pair) for pair in zip(best["antecedent"], best["consequent"], strict=True)]
    best = best[~pd.Series(pairs, index=best.index).duplicated()].head(_NAMED)
    numbers = [str(place) for place in range(1, len(best) + 1)]
    names = [
        f"{number}  {_cut(first)} → {_cut(second)}"
        for number, first, second in zip(numbers, best["antecedent"], best["consequent"], strict=True)
    ]
    handles = [Line2D([], [], linestyle="none") for _ in names]
    ax.legend(
        handles,
        names,
        frameon=False,
        loc="lower left",
        bbox_to_anchor=(0, 1),
        handlelength=0,
        handletextpad=0,
        fontsize=9,
    )
    ax.autoscale_view()
    name_points(ax, best["support"].to_numpy(), best["confidence"].to_numpy(), numbers)
    return in_language(ax, language)


def _cut(name: str) -> str:
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"
