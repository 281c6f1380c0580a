"""A measure of brands, observed beside what the Dirichlet expects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from crmkit._checks import check_option
from crmkit._names import Label, Language
from crmkit.loyalty.brands import BRAND_MEASURES
from crmkit.plotting._style import BLUE, ORANGE, axes_for, in_language, legend, quiet, table_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_brand_performance"]

_INCHES_A_ROW: Final = 0.34
_INCHES_AROUND: Final = 1.5
_OBSERVED: Final = Label("Observed", "实际")
_EXPECTED: Final = Label("Expected of its size", "同等规模的预期")
# The measures that are no shares.
_TIMES: Final = ("purchase_frequency", "category_rate", "sole_frequency")


def plot_brand_performance(
    performance: Any, *, measure: str = "penetration", ax: Axes | None = None, language: Language = "en"
) -> Axes:
    """Draw a measure of each brand, observed beside what is expected of a brand of its size.

    Parameters
    ----------
    performance : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.loyalty.brands.DirichletModel.performance_table` makes it.
    measure : str, default "penetration"
        A code of ``crmkit.loyalty.brands.BRAND_MEASURES``.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; without them, new ones are made.
    language : {"en", "zh"}, default "en"
        Language of the labels.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on, the brand with the largest expected share at the top. What was not observed is not drawn.

    Raises
    ------
    SchemaError
        If a column is missing.
    TypeError
        If ``performance`` is not a frame.
    ValueError
        If ``measure`` is unknown, or ``language`` is neither "en" nor "zh".

    Examples
    --------
    >>> from crmkit.loyalty.brands import DirichletModel
    >>> model = DirichletModel.from_params({"M": 1.5, "K": 0.8, "S": 1.2}, shares={"A": 0.5, "B": 0.3})
    >>> ax = plot_brand_performance(model.performance_table(), measure="sole_share")
    """
    from crmkit.plotting import _ticks

    columns = ("brand", "measure", "observed", "expected")
    made_by = "loyalty.brands.DirichletModel.performance_table"
    table = table_of(performance, columns, name="performance", made_by=made_by, language=language)
    check_option(measure, BRAND_MEASURES, name="measure")
    size = table[table["measure"] == "share"].set_index("brand")["expected"]
    here = table[table["measure"] == measure].sort_values("brand")
    here = here.iloc[np.argsort(here["brand"].map(size).to_numpy(dtype=np.float64), kind="stable")]
    rows = np.arange(len(here))
    observed, expected = (here[name].to_numpy(dtype=np.float64) for name in columns[2:])
    ax = axes_for(ax, size=(0, _INCHES_AROUND + _INCHES_A_ROW * len(here)))
    ax.hlines(rows, np.minimum(observed, expected), np.maximum(observed, expected), color="#BBBBBB", linewidth=2)
    ax.scatter(expected, rows, color=ORANGE, marker="D", s=30, label=_EXPECTED.text(language), zorder=2)
    if not np.isnan(observed).all():
        ax.scatter(observed, rows, color=BLUE, s=44, label=_OBSERVED.text(language), zorder=3)
    quiet(ax)
    ax.grid(visible=False, axis="y")
    ax.grid(axis="x", color="#E5E5E5", linewidth=0.8)
    ax.set_yticks(rows, [str(brand) for brand in here["brand"]])
    ax.set_ylim(-0.6, max(len(here), 1) - 0.4)
    ax.set_xlabel(BRAND_MEASURES[measure].text(language))
    if measure not in _TIMES:
        _ticks.shares(ax.xaxis)
    legend(ax)
    return in_language(ax, language)
