"""Observed retention beside what models of contracts predicted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np

from crmkit._checks import check_option
from crmkit._messages import Message
from crmkit._names import Label, Language
from crmkit.plotting._style import DASHED, GREY, axes_for, in_language, legend, quiet, table_of
from crmkit.plotting._survival_groups import LINES, check_few

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_retention_curves"]

_OBSERVED: Final = "observed"
_ACTUAL: Final = Label("Observed", "实际")
_KNOWN: Final = Label("known to the models", "模型已知")
_RENEWALS: Final = Label("Renewals", "续约次数")
_QUANTITIES: Final = {
    "survival": Label("Share of customers still there", "仍在的客户占比"),
    "retention_rate": Label("Renewal rate of those up for renewal", "到期客户续约率"),
}
_MODELS: Final = Message(en="models", zh="个模型")
_INK: Final = "#222222"


def plot_retention_curves(
    curves: Any,
    *,
    ax: Axes | None = None,
    quantity: Literal["survival", "retention_rate"] = "survival",
    language: Language = "en",
) -> Axes:
    """Draw the retention of customers under contract, and what models predicted.

    Parameters
    ----------
    curves : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.loyalty.survival.retention_curve_table` gives it, for at most 6 models.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; without them, new ones are made.
    quantity : {"survival", "retention_rate"}, default "survival"
        What to draw; the band of what was observed is that of survival.
    language : {"en", "zh"}, default "en"
        Language of the labels.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on: dots for what was observed, a line per model, and a dashed line after the last renewal that
        was known to the models, where there is a holdout.

    Raises
    ------
    SchemaError
        If a column is missing.
    TypeError
        If ``curves`` is not a frame.
    ValueError
        If an option is not one of those listed, or there are more models than can be told apart.

    Examples
    --------
    >>> from crmkit.loyalty.survival import contracts_until, retention_curve_table
    >>> from crmkit.value.contracts import ShiftedBetaGeoModel, contract_table
    >>> seen = contract_table([1000, 869, 743, 653, 593, 551])
    >>> model = ShiftedBetaGeoModel().fit(contracts_until(seen, renewal=3))
    >>> ax = plot_retention_curves(retention_curve_table(seen, models={"sBG": model}, known_until=3))
    """
    from crmkit.plotting import _ticks

    check_option(quantity, _QUANTITIES, name="quantity")
    columns = ("curve", "t", quantity, "lower", "upper", "holdout")
    made_by = "loyalty.survival.retention_curve_table"
    table = table_of(curves, columns, name="curves", made_by=made_by, language=language).sort_values("t")
    models = [name for name in table["curve"].drop_duplicates() if name != _OBSERVED]
    check_few(len(models), name="curves", what=_MODELS)
    ax = axes_for(ax)
    observed = table[table["curve"] == _OBSERVED]
    t, share, lower, upper = (observed[name].to_numpy(dtype=np.float64) for name in ("t", quantity, "lower", "upper"))
    if quantity == "survival":
        ax.fill_between(t, lower, upper, color=_INK, alpha=0.12, linewidth=0)
    label = _ACTUAL.text(language)
    ax.plot(t, share, color=_INK, linestyle="none", marker="o", markersize=4, label=label, clip_on=False)
    for name, colour in zip(models, LINES, strict=False):
        rows = table[table["curve"] == name]
        predicted = rows[quantity].to_numpy(dtype=np.float64)
        ax.plot(rows["t"].to_numpy(dtype=np.float64), predicted, color=colour, linewidth=2, label=name)
    quiet(ax)
    ax.set_ylim(0, 1)
    known = observed.loc[~observed["holdout"].astype(bool), "t"]
    if len(known) < len(observed):
        ax.axvline(float(known.max()), color=GREY, linewidth=1, linestyle=DASHED, label=_KNOWN.text(language))
    _ticks.whole(ax.xaxis)
    _ticks.shares(ax.yaxis)
    ax.set_xlabel(_RENEWALS.text(language))
    ax.set_ylabel(_QUANTITIES[quantity].text(language))
    legend(ax)
    return in_language(ax, language)
