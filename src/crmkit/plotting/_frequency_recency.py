"""What a model says about each purchase history, as a heat map."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np

from crmkit._arrays import Floats
from crmkit._checks import check_option
from crmkit._messages import Message
from crmkit._names import Label, Language
from crmkit.errors import SchemaError
from crmkit.plotting._style import BLUE, axes_for, in_language, table_of
from crmkit.plotting._words import EXPECTED_PURCHASES, PROBABILITY_ALIVE, REPEAT_PURCHASES

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_frequency_recency"]

_QUANTITIES: Final = {"expected_purchases": EXPECTED_PURCHASES, "probability_alive": PROBABILITY_ALIVE}
_RECENCY: Final = Label("Days from first to last purchase", "首末次购买间隔天数")
# From nearly white over the blue of all plots to nearly black: lightness falls evenly.
_SHADES: Final = ("#F3F7FB", BLUE, "#00202F")
_NONE: Final = "#DDDDDD"

_TWICE: Final = Message(
    en="{@histories} has {n:,} duplicate histories. Draw one model and one T at a time.",
    zh="{@histories} 中有 {n:,} 个重复的购买历史。请每次只画一个模型、一个 T。",
)


def plot_frequency_recency(
    histories: Any,
    *,
    ax: Axes | None = None,
    quantity: Literal["expected_purchases", "probability_alive"] = "expected_purchases",
    language: Language = "en",
) -> Axes:
    """Draw what each purchase history means: repeat purchases to the right, recency upwards, darker for more.

    Parameters
    ----------
    histories : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.value.frequency_recency_table` gives it.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; without them, new ones are made.
    quantity : {"expected_purchases", "probability_alive"}, default "expected_purchases"
        The column to draw.
    language : {"en", "zh"}, default "en"
        Language of the labels.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on, a colour bar at their right. Histories missing from the table, such as impossible ones, are
        grey.

    Raises
    ------
    SchemaError
        If a column is missing, or a history appears more than once.
    TypeError
        If ``histories`` is not a frame.
    ValueError
        If ``quantity`` or ``language`` is not one of those listed.

    Examples
    --------
    >>> from crmkit.value import BetaGeoModel, frequency_recency_table
    >>> model = BetaGeoModel.from_params({"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}, time_unit="W")
    >>> histories = frequency_recency_table(model=model, T=273, horizon=52)
    >>> ax = plot_frequency_recency(histories, quantity="probability_alive")
    """
    from matplotlib.colors import LinearSegmentedColormap

    from crmkit.plotting import _ticks

    check_option(quantity, _QUANTITIES, name="quantity")
    columns = ("frequency", "recency", quantity)
    table = table_of(histories, columns, name="histories", made_by="value.frequency_recency_table", language=language)
    twice = table.duplicated(["frequency", "recency"])
    if twice.any():
        raise SchemaError(_TWICE(n=int(twice.sum())))
    grid = table.pivot(index="recency", columns="frequency", values=quantity).sort_index().sort_index(axis=1)
    ax = axes_for(ax)
    if len(grid):
        values = grid.to_numpy(dtype=np.float64)
        share = quantity == "probability_alive"
        mesh = ax.pcolormesh(
            _edges(grid.columns.to_numpy(dtype=np.float64)),
            _edges(grid.index.to_numpy(dtype=np.float64)),
            np.ma.masked_invalid(values),
            cmap=LinearSegmentedColormap.from_list("blues", _SHADES).with_extremes(bad=_NONE),
            vmin=0,
            vmax=1 if share else float(np.nanmax(values, initial=0.0)) or 1,
            rasterized=True,
        )
        # Inside the axes, so that it moves with them and takes their language.
        bar = ax.figure.colorbar(mesh, cax=ax.inset_axes((1.03, 0, 0.03, 1)))
        bar.outline.set_visible(False)
        bar.ax.tick_params(colors="#444444", length=3)
        (_ticks.shares if share else _ticks.amounts)(bar.ax.yaxis)
        bar.set_label(_QUANTITIES[quantity].text(language))
    ax.spines[:].set_visible(False)
    ax.tick_params(colors="#444444", length=3)
    for axis in (ax.xaxis, ax.yaxis):
        _ticks.whole(axis)
    ax.set_xlabel(REPEAT_PURCHASES.text(language))
    ax.set_ylabel(_RECENCY.text(language))
    return in_language(ax, language)


def _edges(centres: Floats) -> Floats:
    """Borders of cells: halfway between neighbours, and the same distance beyond the first and the last."""
    half = np.diff(centres) / 2 if len(centres) > 1 else np.array([0.5])
    return np.append(centres - np.append(half[:1], half[: len(centres) - 1]), centres[-1] + half[-1])
