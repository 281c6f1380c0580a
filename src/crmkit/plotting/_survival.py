"""Survival and renewal of customers under contract."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np

from crmkit._checks import check_option
from crmkit._names import Label, Language
from crmkit.plotting._style import BLUE, axes_for, in_language, quiet, table_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_survival"]

_RENEWALS: Final = Label("Renewals", "续约次数")
_QUANTITIES: Final = {
    "survival": Label("Share of new customers still there", "新客户留存比例"),
    "retention_rate": Label("Renewal rate of those up for renewal", "到期客户续约率"),
}


def plot_survival(
    survival: Any,
    *,
    ax: Axes | None = None,
    quantity: Literal["survival", "retention_rate"] = "survival",
    language: Language = "en",
) -> Axes:
    """Draw the share of new customers still there after each renewal, or the renewal rate, with its interval.

    Parameters
    ----------
    survival : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As ``survival_table`` of a model of `crmkit.value.contracts` gives it.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; without them, new ones are made.
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
        If ``survival`` is not a frame.
    ValueError
        If ``quantity`` or ``language`` is not one of those listed.

    Examples
    --------
    >>> from crmkit.value.contracts import ShiftedBetaGeoModel, contract_table
    >>> model = ShiftedBetaGeoModel().fit(contract_table([1000, 869, 743, 653, 593, 551, 517, 491]))
    >>> ax = plot_survival(model.survival_table(range(13)))
    """
    from crmkit.plotting import _ticks

    check_option(quantity, _QUANTITIES, name="quantity")
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
    _ticks.whole(ax.xaxis)
    _ticks.shares(ax.yaxis)
    ax.set_xlabel(_RENEWALS.text(language))
    ax.set_ylabel(_QUANTITIES[quantity].text(language))
    return in_language(ax, language)
