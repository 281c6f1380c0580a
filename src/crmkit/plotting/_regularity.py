"""How regularly customers buy: the likelihood of each number of phases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from crmkit._names import Label, Language
from crmkit.plotting._style import BLUE, DASHED, GREY, ORANGE, axes_for, in_language, legend, quiet, table_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_regularity"]

_PHASES: Final = Label("Phases of a purchase, k", "购买阶段数 k")
_LOG_LIKELIHOOD: Final = Label("Log-likelihood", "对数似然")
_LIKELIEST: Final = Label("Likeliest k", "最可能的 k")
_OF_THE_GAPS: Final = Label("Estimate from the gaps alone", "仅由购买间隔估计")


def plot_regularity(regularity: Any, *, ax: Axes | None = None, language: Language = "en") -> Axes:
    """Draw the log-likelihood for each number of phases of a purchase; one phase means buying at random.

    Parameters
    ----------
    regularity : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.value.regularity_table` gives it.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; without them, new ones are made.
    language : {"en", "zh"}, default "en"
        Language of the labels.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on: one point per number, the likeliest in orange. The dashed line is the estimate from the
        gaps alone, if there is one within the range drawn.

    Raises
    ------
    SchemaError
        If a column is missing.
    TypeError
        If ``regularity`` is not a frame.
    ValueError
        If ``language`` is neither "en" nor "zh".

    Examples
    --------
    >>> from crmkit import as_transactions, load_cdnow
    >>> from crmkit.value import regularity_table
    >>> ax = plot_regularity(regularity_table(as_transactions(load_cdnow()), as_of="1997-09-30", k_max=3))
    """
    from crmkit.plotting import _ticks

    columns = ("k", "loglik", "best", "gap_regularity")
    table = table_of(
        regularity, columns, name="regularity", made_by="value.regularity_table", language=language
    ).sort_values("k")
    k, loglik, best, of_gaps = (table[name].to_numpy(dtype=np.float64) for name in columns)
    ax = axes_for(ax)
    ax.plot(k, loglik, color=BLUE, linewidth=2, marker="o", markersize=5, label=_LOG_LIKELIHOOD.text(language))
    chosen = best > 0
    label = _LIKELIEST.text(language)
    ax.plot(k[chosen], loglik[chosen], color=ORANGE, linestyle="none", marker="o", markersize=9, label=label)
    within = of_gaps[(of_gaps >= k.min(initial=np.inf)) & (of_gaps <= k.max(initial=-np.inf))]
    for estimate in within[:1]:
        label = _OF_THE_GAPS.text(language)
        ax.axvline(estimate, color=GREY, linewidth=1, linestyle=DASHED, label=label)
    quiet(ax)
    _ticks.whole(ax.xaxis)
    _ticks.amounts(ax.yaxis)
    ax.set_xlabel(_PHASES.text(language))
    ax.set_ylabel(_LOG_LIKELIHOOD.text(language))
    legend(ax)
    return in_language(ax, language)
