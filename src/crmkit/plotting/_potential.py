"""Where there is room: categories that customers lack, and prices below those of their peers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from crmkit._frames import column_name
from crmkit._messages import Message
from crmkit._names import Label, Language
from crmkit.errors import SchemaError
from crmkit.plotting._style import BLUE, GREY, axes_for, in_language, quiet, table_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_upsell", "plot_white_space"]

_GAP: Final = Label(
    "Gap to what peers spend, of customers without the category", "尚未购买该品类的客户：与同类客户消费的缺口"
)
_HEADROOM: Final = Label(
    "Headroom up to the upper quartile of the prices of peers", "距同类客户单价上四分位数的金额空间"
)
_CUSTOMERS: Final = Label("{n:,} customers", "{n:,} 位客户")
_INCHES_PER_BAR: Final = 0.36
_INCHES_AROUND: Final = 1.2
_MOST: Final = 20

_NONE: Final = Message(
    en="{@table} has no rows that are not too few: there is nothing to draw.",
    zh="{@table} 中没有样本足够的行，无图可画。",
)


def plot_white_space(table: Any, *, category: str, ax: Axes | None = None, language: Language = "en") -> Axes:
    """Draw the gaps of those who do not have a category, category by category.

    Parameters
    ----------
    table : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.value.products.white_space_table` gives it. Rows that are too few are left out.
    category : str
        The column of categories.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; without them, new ones are made.
    language : {"en", "zh"}, default "en"
        Language of the labels.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on: the 20 largest sums of gaps, the largest on top, with the number of customers.

    Raises
    ------
    SchemaError
        If a column is missing, or all rows are too few.
    TypeError
        If ``table`` is not a frame.
    ValueError
        If ``language`` is neither "en" nor "zh".

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({
    ...     "category": ["tea", "tea", "cake"], "owned": [False, True, False], "gap": [7.0, 0.0, 2.0], "too_few": False,
    ... })
    >>> ax = plot_white_space(table, category="category")
    """
    name = column_name(category, name="category")
    read = _read(table, [name, "owned", "gap", "too_few"], made_by="white_space_table", language=language)
    return _draw(read[~read["owned"].astype(bool)], name, "gap", label=_GAP, ax=ax, language=language)


def plot_upsell(table: Any, *, category: str, ax: Axes | None = None, language: Language = "en") -> Axes:
    """Draw the headroom of those who pay little within a category, category by category.

    Parameters
    ----------
    table : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.value.products.upsell_table` gives it. Rows that are too few are left out.
    category : str
        The column of categories.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; without them, new ones are made.
    language : {"en", "zh"}, default "en"
        Language of the labels.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on: the 20 largest sums of headroom, the largest on top, with the number of customers who have
        some.

    Raises
    ------
    SchemaError
        If a column is missing, or all rows are too few.
    TypeError
        If ``table`` is not a frame.
    ValueError
        If ``language`` is neither "en" nor "zh".

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"category": ["tea", "tea"], "headroom_amount": [7.0, 0.0], "too_few": False})
    >>> ax = plot_upsell(table, category="category")
    """
    name = column_name(category, name="category")
    read = _read(table, [name, "headroom_amount", "too_few"], made_by="upsell_table", language=language)
    return _draw(read, name, "headroom_amount", label=_HEADROOM, ax=ax, language=language)


def _read(table: Any, columns: list[str], *, made_by: str, language: Language) -> pd.DataFrame:
    read = table_of(table, columns, name="table", made_by=f"value.products.{made_by}", language=language)
    return read[~read["too_few"].astype(bool)]


def _draw(rows: pd.DataFrame, category: str, money: str, *, label: Label, ax: Axes | None, language: Language) -> Axes:
    from crmkit.plotting import _ticks

    if not len(rows):
        raise SchemaError(_NONE())
    found = rows.assign(some=rows[money] > 0).groupby(category)
    sums = pd.DataFrame({"sum": found[money].sum(), "n": found["some"].sum()}).sort_values("sum").tail(_MOST)
    ax = axes_for(ax, size=(0, _INCHES_AROUND + _INCHES_PER_BAR * len(sums)))
    bars = ax.barh(range(len(sums)), sums["sum"], color=BLUE, height=0.7)
    texts = [_CUSTOMERS.text(language).format(n=n) for n in sums["n"]]
    ax.bar_label(bars, texts, padding=4, color=GREY, fontsize="small")
    quiet(ax)
    ax.grid(visible=False, axis="y")
    ax.spines["left"].set_visible(False)
    ax.tick_params(axis="y", length=0)
    ax.set_yticks(range(len(sums)), [str(name) for name in sums.index])
    ax.set_xlim(0, float(sums["sum"].max()) * 1.2 or 1.0)
    _ticks.amounts(ax.xaxis)
    ax.set_xlabel(label.text(language))
    return in_language(ax, language)
