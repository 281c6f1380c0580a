"""How revenue or gross margin changed by price, volume, mix and cost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from crmkit._messages import Message
from crmkit._names import Label, Language
from crmkit.errors import SchemaError
from crmkit.plotting._style import axes_for, in_language, table_of
from crmkit.plotting._waterfall import waterfall

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_price_volume_mix"]

_EFFECTS: Final = {
    "volume_effect": Label("Volume", "数量"),
    "mix_effect": Label("Mix", "结构"),
    "price_effect": Label("Price", "价格"),
    "cost_effect": Label("Cost", "成本"),
    "new": Label("New items", "新品"),
    "lost": Label("Items gone", "停售"),
    "other": Label("Other", "其他"),
}
_BEFORE: Final = Label("Before", "前期")
_AFTER: Final = Label("After", "后期")
_AMOUNT: Final = Label("Money", "金额")
# What is left where effects of items cancel.
_ROUNDING: Final = 1e-9

_NO_WHOLE: Final = Message(
    en="{@bridge} has {n:,} {n:row|rows} of all items. Give the table as price_volume_mix_table makes it.",
    zh="{@bridge} 中有 {n:,} 行全部商品的合计。请使用 price_volume_mix_table 生成的表。",
)


def plot_price_volume_mix(bridge: Any, *, ax: Axes | None = None, language: Language = "en") -> Axes:
    """Draw how revenue or gross margin got from one period to the other.

    Parameters
    ----------
    bridge : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.value.profit.price_volume_mix_table` gives it.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; without them, new ones are made.
    language : {"en", "zh"}, default "en"
        Language of the labels.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on: a bar from zero for each period, and between them one for each effect that is not 0.

    Raises
    ------
    SchemaError
        If a column is missing, or there is not one row of all items.
    TypeError
        If ``bridge`` is not a frame.
    ValueError
        If ``language`` is neither "en" nor "zh".

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit.value.profit import price_volume_mix_table
    >>> before = pd.DataFrame({"product": ["A", "B"], "quantity": [100, 50], "amount": [1000, 1000]})
    >>> after = pd.DataFrame({"product": ["A", "B"], "quantity": [120, 40], "amount": [1320, 760]})
    >>> ax = plot_price_volume_mix(price_volume_mix_table(before, after, item="product"))
    """
    columns = ("scope", "previous", "value", *_EFFECTS)
    made_by = "value.profit.price_volume_mix_table"
    table = table_of(bridge, columns, name="bridge", made_by=made_by, language=language)
    whole = table[table["scope"] == "all"]
    if len(whole) != 1:
        raise SchemaError(_NO_WHOLE(n=len(whole)))
    row = whole.iloc[0]
    least = _ROUNDING * max(abs(float(row["previous"])), abs(float(row["value"])))
    shown = [name for name in _EFFECTS if abs(row[name]) > least]
    names = [_BEFORE.text(language), *(_EFFECTS[name].text(language) for name in shown), _AFTER.text(language)]
    ax = axes_for(ax)
    moved = [float(row[name]) for name in shown]
    waterfall(ax, start=float(row["previous"]), moved=moved, end=float(row["value"]), names=names)
    ax.set_ylabel(_AMOUNT.text(language))
    return in_language(ax, language)
