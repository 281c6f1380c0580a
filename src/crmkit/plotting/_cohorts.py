"""Cohort retention as a heat map."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from crmkit._names import Label, Language
from crmkit.plotting._heat import heat_map, size_of
from crmkit.plotting._style import axes_for, in_language, table_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_cohorts"]

_AGE: Final = Label("Periods since the first purchase", "首次购买后的期数")
_COHORT: Final = Label("First purchase, and customers", "首次购买时间与客户数")

# More would be too small to read and make the file hundreds of kilobytes large.
_MOST_COHORTS = 24


def plot_cohorts(cohorts: Any, *, ax: Axes | None = None, language: Language = "en") -> Axes:
    """Draw the share of each cohort that bought again at each age: the newest 24 cohorts, up to age 24.

    Parameters
    ----------
    cohorts : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.cohort_table` gives it.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; without them, new ones are made, as large as the cohorts need. On axes that are too small
        for the numbers the shades stand alone.
    language : {"en", "zh"}, default "en"
        Language of the labels.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on. Each cohort is shown with its size; age 0, at which everyone bought, is left out. The
        darkest cell has the highest retention shown.

    Raises
    ------
    SchemaError
        If a column is missing.
    TypeError
        If ``cohorts`` is not a frame.
    ValueError
        If ``language`` is neither "en" nor "zh".

    Examples
    --------
    >>> from crmkit import as_transactions, cohort_table, load_cdnow
    >>> ax = plot_cohorts(cohort_table(as_transactions(load_cdnow()), as_of="1998-06-30"))
    """
    from crmkit.plotting import _ticks

    columns = ("cohort", "age", "size", "retention")
    table = table_of(cohorts, columns, name="cohorts", made_by="cohort_table", language=language)
    newest = np.sort(table["cohort"].unique())[-_MOST_COHORTS:]
    shown = table[table["cohort"].isin(newest) & (table["age"] <= _MOST_COHORTS)]
    sizes = shown.groupby("cohort")["size"].first()
    later = shown[shown["age"] > 0]
    ages = range(1, int(later["age"].max() if len(later) else 0) + 1)
    retention = np.full((len(newest), len(ages)), np.nan)
    retention[np.searchsorted(newest, later["cohort"].to_numpy()), later["age"] - 1] = later["retention"]
    most = np.nanmax(retention, initial=0.0)
    texts = [["" if np.isnan(share) else f"{share:.0%}" for share in row] for row in retention.tolist()]
    ax = axes_for(ax, size=size_of(len(ages), len(newest)))
    heat_map(
        ax,
        retention / most if most > 0 else retention,
        texts,
        columns=[str(age) for age in ages],
        rows=[f"{start}  {size:,}" for start, size in zip(_ticks.dates(sizes.index), sizes, strict=True)],
    )
    ax.set_xlabel(_AGE.text(language))
    ax.set_ylabel(_COHORT.text(language))
    return in_language(ax, language)
