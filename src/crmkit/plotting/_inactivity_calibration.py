"""Predicted inactivity beside what happened."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from crmkit._names import Label, Language
from crmkit.plotting._calibration import draw_calibration
from crmkit.plotting._style import table_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_inactivity_calibration"]

_COLUMNS: Final = ("predicted", "observed", "observed_lower", "observed_upper")
_PREDICTED: Final = Label("Predicted probability of not buying", "预测的不购买概率")
_OBSERVED: Final = Label("Share who did not buy", "实际未购买比例")


def plot_inactivity_calibration(calibration: Any, *, ax: Axes | None = None, language: Language = "en") -> Axes:
    """Draw the share of customers who did not buy against the predicted probability.

    Parameters
    ----------
    calibration : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.value.judging.inactivity_calibration_table` gives it.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; without them, new ones are made.
    language : {"en", "zh"}, default "en"
        Language of the labels.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on: one point per bin, with its interval. Points on the dashed line are predicted right; for
        those below it the model gave up on too many.

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
    >>> from crmkit import as_transactions, holdout_split, load_cdnow
    >>> from crmkit.value import BetaGeoModel
    >>> from crmkit.value.judging import inactivity_calibration_table
    >>> holdout = holdout_split(
    ...     as_transactions(load_cdnow()), calibration_end="1997-09-30", observation_end="1998-06-30"
    ... )
    >>> model = BetaGeoModel().fit(holdout)
    >>> ax = plot_inactivity_calibration(
    ...     inactivity_calibration_table(holdout, model=model, observation_end="1998-06-30")
    ... )
    """
    table = table_of(
        calibration,
        _COLUMNS,
        name="calibration",
        made_by="value.judging.inactivity_calibration_table",
        language=language,
    )
    return draw_calibration(table, _COLUMNS, predicted=_PREDICTED, observed=_OBSERVED, ax=ax, language=language)
