"""The probability of a next purchase by then, beside the share who bought."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from crmkit._names import Label, Language
from crmkit.plotting._calibration import draw_calibration
from crmkit.plotting._style import table_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_cycle_calibration"]

_COLUMNS: Final = ("probability", "observed_share", "lower", "upper")
_PREDICTED: Final = Label("Predicted probability of having bought", "预测的已购买概率")
_OBSERVED: Final = Label("Share who had bought", "实际已购买比例")


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
    table = table_of(
        calibration, _COLUMNS, name="calibration", made_by="value.rhythm.cycle_calibration_table", language=language
    )
    return draw_calibration(table, _COLUMNS, predicted=_PREDICTED, observed=_OBSERVED, ax=ax, language=language)
