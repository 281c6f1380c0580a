"""What a model says of each history, as a heat map."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np
import numpy.typing as npt

from crmkit._checks import check_option
from crmkit._names import Language
from crmkit.errors import SchemaError
from crmkit.plotting._style import BLUE, axes_for, in_language, table_of
from crmkit.plotting._value_texts import TEXTS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_frequency_recency"]

_QUANTITIES: Final = ("expected_purchases", "probability_alive")
# From nearly white over the blue of all plots to nearly black: lightness falls evenly.
_SHADES: Final = ("#F3F7FB", BLUE, "#00202F")
_NONE: Final = "#DDDDDD"


def plot_frequency_recency(
    table: Any,
    ax: Axes | None = None,
    *,
    quantity: Literal["expected_purchases", "probability_alive"] = "expected_purchases",
    language: Language = "en",
) -> Axes:
    """Draw what each history means: repeat purchases to the right, recency upwards, the darker the more.

    Parameters
    ----------
    table : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.value.frequency_recency_table` gives it.
    ax : matplotlib.axes.Axes, optional
        Where to draw; new axes without it.
    quantity : {"expected_purchases", "probability_alive"}, default "expected_purchases"
        The column to draw.
    language : {"en", "zh"}, default "en"
        Language of the labels.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on, a colour bar at their right. Histories that the table lacks, such as those that nobody can
        have, are grey.

    Raises
    ------
    SchemaError
        If a column is missing, or a history stands in the table twice.
    TypeError
        If ``table`` is no frame.
    ValueError
        If ``quantity`` or ``language`` is neither of the two.

    Examples
    --------
    >>> from crmkit.value import BetaGeoModel, frequency_recency_table
    >>> model = BetaGeoModel.from_params({"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}, time_unit="W")
    >>> histories = frequency_recency_table(model, T=273, horizon=52)
    >>> ax = plot_frequency_recency(histories, quantity="probability_alive")
    """
    from matplotlib.colors import LinearSegmentedColormap
    from matplotlib.ticker import MaxNLocator

    from crmkit.plotting import _ticks

    check_option(quantity, _QUANTITIES, name="quantity")
    columns = ("frequency", "recency", quantity)
    histories = table_of(table, columns, name="table", made_by="value.frequency_recency_table", language=language)
    twice = histories.duplicated(["frequency", "recency"])
    if twice.any():
        raise SchemaError(f"`table` holds {int(twice.sum())} histories twice. Draw one model and one T at a time.")
    grid = histories.pivot(index="recency", columns="frequency", values=quantity).sort_index().sort_index(axis=1)
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
        # Inside the axes, so that it goes where they go and takes their language.
        bar = ax.figure.colorbar(mesh, cax=ax.inset_axes((1.03, 0, 0.03, 1)))
        bar.outline.set_visible(False)
        bar.ax.tick_params(colors="#444444", length=3)
        bar.ax.yaxis.set_major_locator(MaxNLocator(nbins=5))
        if share:
            _ticks.shares(bar.ax.yaxis)
        bar.set_label(TEXTS[quantity].text(language))
    ax.spines[:].set_visible(False)
    ax.tick_params(colors="#444444", length=3)
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_locator(MaxNLocator(nbins=8, integer=True))
    ax.set_xlabel(TEXTS["cumulative_repeat_purchases"].text(language))
    ax.set_ylabel(TEXTS["days_first_to_last"].text(language))
    return in_language(ax, language)


def _edges(centres: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Borders of cells: halfway between neighbours, and as far beyond the first and the last."""
    half = np.diff(centres) / 2 if len(centres) > 1 else np.array([0.5])
    return np.append(centres - np.append(half[:1], half[: len(centres) - 1]), centres[-1] + half[-1])
