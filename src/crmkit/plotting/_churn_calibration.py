"""Predicted probabilities of leaving beside the share who left."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from crmkit._names import Label, Language
from crmkit.plotting._style import BLUE, DASHED, GREY, axes_for, in_language, quiet, table_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_churn_calibration"]

_PREDICTED: Final = Label("Predicted probability of leaving", "预测的流失概率")
_OBSERVED: Final = Label("Share who left", "实际流失比例")


def plot_churn_calibration(calibration: Any, *, ax: Axes | None = None, language: Language = "en") -> Axes:
    """Draw the share of customers who left against the predicted probability.

    Parameters
    ----------
    calibration : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.loyalty.churn.calibration_table` gives it.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; without them, new ones are made.
    language : {"en", "zh"}, default "en"
        Language of the labels.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on: one point per bin, with its interval. Points on the dashed line are predicted right; above it
        more left than the score said.

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
    >>> from crmkit.loyalty.churn import calibration_table
    >>> ax = plot_churn_calibration(calibration_table([0, 0, 1, 0, 1, 1], [0.1, 0.1, 0.3, 0.5, 0.7, 0.9], n_bins=2))
    """
    from crmkit.plotting import _ticks

    columns = ("predicted", "observed", "observed_lower", "observed_upper")
    table = table_of(
        calibration, columns, name="calibration", made_by="loyalty.churn.calibration_table", language=language
    ).sort_values("predicted")
    predicted, observed, lower, upper = (table[name].to_numpy(dtype=np.float64) for name in columns)
    ax = axes_for(ax)
    ax.plot([0, 1], [0, 1], color=GREY, linewidth=1, linestyle=DASHED)
    reach = [observed - lower, upper - observed]
    ax.errorbar(predicted, observed, yerr=reach, color=BLUE, fmt="o", markersize=4, linewidth=1.5)
    quiet(ax)
    ax.set_xlim(0, 1)
    ax.set_ylim(0, 1)
    for axis in (ax.xaxis, ax.yaxis):
        _ticks.shares(axis)
    ax.set_xlabel(_PREDICTED.text(language))
    ax.set_ylabel(_OBSERVED.text(language))
    return in_language(ax, language)
