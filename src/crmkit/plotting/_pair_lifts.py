"""How much more often than by chance pairs of items are bought together."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from crmkit._checks import check_int
from crmkit._messages import Message
from crmkit._names import Label, Language
from crmkit._tables import open_columns
from crmkit.errors import SchemaError
from crmkit.plotting._heat import heat_map, size_of
from crmkit.plotting._style import axes_for, in_language, table_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_pair_lifts"]

_MADE_BY: Final = "value.products.association_rules_table"
_PAIR: Final = ("antecedent", "consequent", "n_antecedent", "n_both", "lift")
_FURTHER: Final = ("antecedent_2", "consequent_2")
_WHAT: Final = Label("Lift; blank: seldom or never together", "提升度（空白：很少或从未同时购买）")

_EMPTY: Final = Message(
    en="{@rules} has no rules of single items. Lower {@min_support}.",
    zh="{@rules} 中没有单个商品之间的规则，请降低 {@min_support}。",
)


def plot_pair_lifts(rules: Any, *, n_items: int = 15, ax: Axes | None = None, language: Language = "en") -> Axes:
    """Draw the lift of pairs of items as a heat map of the items with the strongest pairs.

    Parameters
    ----------
    rules : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.value.products.association_rules_table` gives it; rules of more than two items are passed over.
    n_items : int, default 15
        The most items, at least 2.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; without them, new ones are made.
    language : {"en", "zh"}, default "en"
        Language of the labels.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on, partners side by side: the items are taken from the pairs by falling lift. Cells are the
        darker the higher the lift, on a scale of ratios from 1. A blank pair is not in the table: it lacks support.

    Raises
    ------
    SchemaError
        If a column is missing, or there are no rules of single items.
    TypeError
        If ``rules`` is not a frame, or ``n_items`` is not a whole number.
    ValueError
        If ``n_items`` is below 2, or ``language`` is neither "en" nor "zh".

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit.value.products import association_rules_table
    >>> order_lines = pd.DataFrame({
    ...     "order_id": [1, 1, 1, 2, 2, 3, 3, 4, 5],
    ...     "product": ["tea", "milk", "cake", "tea", "milk", "tea", "cake", "cake", "milk"],
    ... })
    >>> ax = plot_pair_lifts(association_rules_table(order_lines, item="product", min_support=0.1))
    """
    check_int(n_items, name="n_items", low=2)
    given = open_columns(rules, _PAIR, name="rules", made_by=_MADE_BY).collect_schema().names()
    further = [name for name in _FURTHER if name in given]
    table = table_of(rules, (*_PAIR, *further), name="rules", made_by=_MADE_BY, language=language)
    table = table[table[further].isna().all(axis=1)] if further else table
    if table.empty:
        raise SchemaError(_EMPTY())
    table = table.astype({"antecedent": str, "consequent": str})
    table = table.sort_values(
        ["lift", "n_both", "n_antecedent", "antecedent", "consequent"], ascending=[False, False, False, True, True]
    )
    items = _strongest(zip(table["antecedent"], table["consequent"], strict=True), most=n_items)
    places = {item: place for place, item in enumerate(items)}
    table = table[table["antecedent"].isin(items) & table["consequent"].isin(items)]
    lifts = np.full((len(items), len(items)), np.nan)
    lifts[table["antecedent"].map(places), table["consequent"].map(places)] = table["lift"]
    top = np.log(max(np.nanmax(lifts), 1.0))
    shades = np.clip(np.log(lifts) / top, 0, 1) if top > 0 else np.where(np.isnan(lifts), np.nan, 0.0)
    texts = [
        ["" if np.isnan(lift) else f"{lift:,.1f}" if lift < 99.95 else f"{lift:,.0f}" for lift in row] for row in lifts
    ]
    ax = axes_for(ax, size=size_of(round(1.4 * len(items)), round(1.3 * len(items))))
    heat_map(ax, shades, texts, columns=items, rows=items)
    ax.tick_params(axis="x", rotation=40)
    for label in ax.get_xticklabels():
        label.set_horizontalalignment("right")
    ax.set_xlabel(_WHAT.text(language))
    return in_language(ax, language)


def _strongest(pairs: Iterable[tuple[str, str]], *, most: int) -> list[str]:
    """The items of the first pairs, both or neither."""
    items: dict[str, None] = {}
    for pair in pairs:
        new = dict.fromkeys(pair)
        if len(items | new) <= most:
            items |= new
    return list(items)
