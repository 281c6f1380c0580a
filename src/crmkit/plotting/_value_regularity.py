"""How regularly customers buy: the likelihood of each number of phases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from crmkit._names import Language
from crmkit.plotting._style import BLUE, GREY, ORANGE, axes_for, in_language, quiet, table_of
from crmkit.plotting._value_texts import TEXTS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_regularity"]


def plot_regularity(regularity: Any, ax: Axes | None = None, *, language: Language = "en") -> Axes:
    """Draw the log-likelihood by the number of phases of a purchase; one is buying at random.

    Parameters
    ----------
    regularity : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.value.regularity_table` gives it.
    ax : matplotlib.axes.Axes, optional
        Where to draw; new axes without it.
    language : {"en", "zh"}, default "en"
        Language of the labels.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on: a point for each number, the likeliest in orange. The dashed line is what the gaps alone
        say, where they say anything within the numbers drawn.

    Raises
    ------
    SchemaError
        If a column is missing.
    TypeError
        If ``regularity`` is no frame.
    ValueError
        If ``language`` is neither of the two.

    Examples
    --------
    >>> from crmkit import as_transactions, load_cdnow
    >>> from crmkit.value import regularity_table
    >>> ax = plot_regularity(regularity_table(as_transactions(load_cdnow()), as_of="1997-09-30", k_max=3))
    """
    from matplotlib.ticker import EngFormatter, MaxNLocator

    columns = ("k", "loglik", "best", "gap_regularity")
    table = table_of(
        regularity, columns, name="regularity", made_by="value.regularity_table", language=language
    ).sort_values("k")
    k, loglik, best, of_gaps = (table[name].to_numpy(dtype=np.float64) for name in columns)
    ax = axes_for(ax)
    ax.plot(k, loglik, color=BLUE, linewidth=2, marker="o", markersize=5, label=TEXTS["log_likelihood"].text(language))
    chosen = best > 0
    label = TEXTS["likeliest"].text(language)
    ax.plot(k[chosen], loglik[chosen], color=ORANGE, linestyle="none", marker="o", markersize=9, label=label)
    within = of_gaps[(of_gaps >= k.min(initial=np.inf)) & (of_gaps <= k.max(initial=-np.inf))]
    for estimate in within[:1]:
        label = TEXTS["of_the_gaps"].text(language)
        ax.axvline(estimate, color=GREY, linewidth=1, linestyle=(0, (4, 3)), label=label)
    quiet(ax)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.yaxis.set_major_formatter(EngFormatter(sep=""))
    ax.set_xlabel(TEXTS["phases"].text(language))
    ax.set_ylabel(TEXTS["log_likelihood"].text(language))
    ax.legend(frameon=False, ncols=3, loc="lower left", bbox_to_anchor=(0, 1))
    return in_language(ax, language)
