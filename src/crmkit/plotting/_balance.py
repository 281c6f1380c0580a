"""How alike two sides are in what was known before, as a love plot."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from crmkit._names import Label, Language
from crmkit.plotting._style import BLUE, DASHED, GREY, ORANGE, axes_for, in_language, legend, quiet, table_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_balance"]

# Austin's limit of what counts as balanced.
_SMALL: Final = 0.1
_INCHES_A_ROW: Final = 0.3
_BEFORE: Final = Label("All customers", "全部客户")
_AFTER: Final = Label("Pairs", "匹配后")
_APART: Final = Label("Difference in standard deviations", "标准化差异（标准差的倍数）")


def plot_balance(balance: Any, *, ax: Axes | None = None, language: Language = "en") -> Axes:
    """Draw how far two sides lie apart in each covariate, before matching and after.

    Parameters
    ----------
    balance : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.loyalty.campaigns.matching_balance_table` gives it.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; without them, new ones are made.
    language : {"en", "zh"}, default "en"
        Language of the labels.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on, the covariate that differs most before at the top. Between the dashed lines, at ±0.1, the
        sides count as alike.

    Raises
    ------
    SchemaError
        If a column is missing.
    TypeError
        If ``balance`` is not a frame.
    ValueError
        If ``language`` is neither "en" nor "zh".

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit.loyalty.campaigns import matching_balance_table
    >>> customers = pd.DataFrame({"contacted": [1, 1, 0, 0, 0] * 20, "orders": range(100)})
    >>> ax = plot_balance(matching_balance_table(customers, treated="contacted", covariates=["orders"]))
    """
    columns = ("covariate", "difference_before", "difference_after")
    table = table_of(
        balance, columns, name="balance", made_by="loyalty.campaigns.matching_balance_table", language=language
    )
    before, after = (table[name].to_numpy(dtype=np.float64) for name in columns[1:])
    order = np.argsort(np.nan_to_num(np.abs(before)), kind="stable")
    rows = np.arange(len(table))
    ax = axes_for(ax, size=(8.0, 1.5 + _INCHES_A_ROW * len(table)))
    ax.axvline(0, color=GREY, linewidth=1)
    for limit in (-_SMALL, _SMALL):
        ax.axvline(limit, color=GREY, linewidth=1, linestyle=DASHED)
    ax.scatter(before[order], rows, color=ORANGE, s=36, label=_BEFORE.text(language))
    ax.scatter(after[order], rows, color=BLUE, s=36, label=_AFTER.text(language))
    quiet(ax)
    ax.set_yticks(rows, [str(name) for name in table["covariate"].iloc[order]])
    ax.set_xlabel(_APART.text(language))
    legend(ax)
    return in_language(ax, language)
