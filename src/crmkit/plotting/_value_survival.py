"""Survival and retention of customers under contract, renewal by renewal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from crmkit._checks import check_option
from crmkit._names import Language
from crmkit.plotting._style import BLUE, axes_for, in_language, quiet, table_of
from crmkit.plotting._value_texts import TEXTS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_survival"]


def plot_survival(
    survival: Any,
    ax: Axes | None = None,
    *,
    quantity: Literal["survival", "retention_rate"] = "survival",
    language: Language = "en",
) -> Axes:
    """Draw which share of new customers survives how many renewals, or renews at each, with its interval.

    Parameters
    ----------
    survival : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As ``survival_table`` of a model of `crmkit.value.contracts` gives it.
    ax : matplotlib.axes.Axes, optional
        Where to draw; new axes without it.
    quantity : {"survival", "retention_rate"}, default "survival"
        What to draw.
    language : {"en", "zh"}, default "en"
        Language of the labels.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on.

    Raises
    ------
    SchemaError
        If a column is missing.
    TypeError
        If ``survival`` is no frame.
    ValueError
        If ``quantity`` or ``language`` is none of those listed.

    Examples
    --------
    >>> from crmkit.value.contracts import ShiftedBetaGeoModel, contract_table
    >>> model = ShiftedBetaGeoModel().fit(contract_table([1000, 869, 743, 653, 593, 551, 517, 491]))
    >>> ax = plot_survival(model.survival_table(range(13)))
    """
    from matplotlib.ticker import MaxNLocator

    from crmkit.plotting import _ticks

    check_option(quantity, ("survival", "retention_rate"), name="quantity")
    columns = ("t", quantity, f"{quantity}_lower", f"{quantity}_upper")
    table = table_of(
        survival,
        columns,
        name="survival",
        made_by="value.contracts.ShiftedBetaGeoModel.survival_table",
        language=language,
    )
    renewals, share, lower, upper = (table.sort_values("t")[name].to_numpy(dtype=np.float64) for name in columns)
    ax = axes_for(ax)
    ax.fill_between(renewals, lower, upper, color=BLUE, alpha=0.2, linewidth=0)
    ax.plot(renewals, share, color=BLUE, linewidth=2, marker="o", markersize=3)
    quiet(ax)
    ax.set_ylim(0, 1)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    _ticks.shares(ax.yaxis)
    ax.set_xlabel(TEXTS["renewals"].text(language))
    ax.set_ylabel(TEXTS[quantity].text(language))
    return in_language(ax, language)
