"""Predicted probabilities of leaving beside the share who left."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from crmkit._names import Label, Language
from crmkit.plotting._calibration import draw_calibration
from crmkit.plotting._style import table_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_churn_calibration"]

_COLUMNS: Final = ("predicted", "observed", "observed_lower", "observed_upper")
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
    table = table_of(
        calibration, _COLUMNS, name="calibration", made_by="loyalty.churn.calibration_table", language=language
    )
    return draw_calibration(table, _COLUMNS, predicted=_PREDICTED, observed=_OBSERVED, ax=ax, language=language)
