"""The probability of a next purchase by then, beside the share who bought."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from crmkit._names import Label, Language
from crmkit.plotting._style import BLUE, DASHED, GREY, axes_for, in_language, legend, quiet, table_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_cycle_calibration"]

_PREDICTED: Final = Label("Predicted probability of having bought", "预测的已购买概率")
_OBSERVED: Final = Label("Share who had bought", "实际已购买比例")
_RIGHT: Final = Label("As predicted", "与预测一致")
_CAME: Final = Label("What came, with interval", "实际结果及区间")


def plot_cycle_calibration(calibration: Any, *, ax: Axes | None = None, language: Language = "en") -> Axes:
    """Draw the share of customers who bought as early as predicted with each probability.

    Parameters
    ----------
    calibration : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.value.rhythm.cycle_calibration_table` gives it.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; without them, new ones are made.
    language : {"en", "zh"}, default "en"
        Language of the labels.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on: points on the dashed line came as predicted; above it customers bought earlier than the model
        said, below it later. What nobody was followed to is not drawn.

    Raises
    ------
    SchemaError
        If a column is missing.
    TypeError
        If ``calibration`` is not a frame.
    ValueError
        If ``language`` is neither "en" nor "zh".

    Examples
    --------
    >>> from crmkit import as_transactions, load_cdnow
    >>> from crmkit.value.rhythm import PurchaseCycleModel, cycle_calibration_table
    >>> model = PurchaseCycleModel.from_params({"r": 0.54, "alpha": 40.72, "k": 1.04, "a": 0.91, "b": 1.58})
    >>> calibration = cycle_calibration_table(
    ...     as_transactions(load_cdnow()), model=model, as_of="1997-09-30", observation_end="1998-06-30"
    ... )
    >>> ax = plot_cycle_calibration(calibration)
    """
    from crmkit.plotting import _ticks

    columns = ("probability", "observed_share", "lower", "upper")
    table = table_of(
        calibration, columns, name="calibration", made_by="value.rhythm.cycle_calibration_table", language=language
    ).sort_values("probability")
    predicted, observed, lower, upper = (table[name].to_numpy(dtype=np.float64) for name in columns)
    ax = axes_for(ax, size=(5.5, 5.0))
    ax.plot([0, 1], [0, 1], color=GREY, linewidth=1, linestyle=DASHED, label=_RIGHT.text(language))
    reach = [observed - lower, upper - observed]
    ax.errorbar(
        predicted, observed, yerr=reach, color=BLUE, fmt="o", markersize=4, linewidth=1.5, label=_CAME.text(language)
    )
    quiet(ax)
    ax.set_xlim(0, 1)
    ax.set_ylim(0, 1)
    for axis in (ax.xaxis, ax.yaxis):
        _ticks.shares(axis)
    ax.set_xlabel(_PREDICTED.text(language))
    ax.set_ylabel(_OBSERVED.text(language))
    legend(ax)
    return in_language(ax, language)
