"""What the treatment did in each group of customers, the highest expected uplift first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from crmkit._names import Label, Language
from crmkit.plotting._style import BLUE, DASHED, GREY, axes_for, in_language, legend, quiet, table_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_uplift"]

_GROUP: Final = Label("Groups of customers, highest expected uplift first", "客户分组（预期增量从高到低）")
_UPLIFT: Final = Label("Uplift: treated less control", "增量：触达组减对照组")
_ALL: Final = Label("All customers", "全部客户")


def plot_uplift(uplift: Any, *, ax: Axes | None = None, language: Language = "en") -> Axes:
    """Draw the difference between the arms in each group of customers, with its interval.

    Parameters
    ----------
    uplift : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.loyalty.campaigns.uplift_table` gives it.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; without them, new ones are made.
    language : {"en", "zh"}, default "en"
        Language of the labels.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on. Bars that fall from left to right show a ranking that works; the dashed line is the uplift of
        all, which a random ranking has in each group.

    Raises
    ------
    SchemaError
        If a column is missing.
    TypeError
        If ``uplift`` is not a frame.
    ValueError
        If ``language`` is not one of those listed.

    Examples
    --------
    >>> from crmkit.loyalty.campaigns import uplift_table
    >>> outcomes, treatment = [1, 1, 0, 0, 1, 0, 1, 0], [1, 1, 0, 0, 1, 1, 0, 0]
    >>> table = uplift_table(outcomes, [8, 7, 6, 5, 4, 3, 2, 1], treatment=treatment, n_groups=2)
    >>> ax = plot_uplift(table)
    """
    from crmkit.plotting import _ticks

    columns = ("group", "uplift", "uplift_lower", "uplift_upper", "cumulative_uplift")
    table = table_of(
        uplift, columns, name="uplift", made_by="loyalty.campaigns.uplift_table", language=language
    ).sort_values("group")
    group, height, lower, upper, down_to = (table[name].to_numpy(dtype=np.float64) for name in columns)
    ax = axes_for(ax)
    ax.axhline(0, color=GREY, linewidth=1)
    ax.axhline(down_to[-1], color=GREY, linewidth=1, linestyle=DASHED, label=_ALL.text(language))
    ax.bar(group, height, width=0.8, color=BLUE)
    ax.errorbar(
        group, height, yerr=[height - lower, upper - height], fmt="none", ecolor="#444444", elinewidth=1, capsize=3
    )
    _ticks.whole(ax.xaxis)
    quiet(ax)
    ax.set_xlabel(_GROUP.text(language))
    ax.set_ylabel(_UPLIFT.text(language))
    legend(ax)
    return in_language(ax, language)
