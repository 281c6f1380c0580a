"""Cohort retention as a heat map."""

from __future__ import annotations

from collections.abc import Sequence
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
_SO_FAR: Final = Label("pale: so far", "浅色：截至目前")
_NEWEST: Final = Label("the newest {shown} of {n:,} cohorts", "共 {n:,} 个同期群，此处为最近 {shown} 个")
_AGES: Final = Label("up to {shown} of {n:,}", "共 {n:,} 期，至第 {shown} 期")
# Five years of months. Of more the figure would be wider than any page.
_MOST = 60


def plot_cohorts(cohorts: Any, *, ax: Axes | None = None, language: Language = "en") -> Axes:
    """Draw the share of each cohort that bought again at each age.

    The figure grows with the cohorts. Of more than 60, the newest 60 are drawn, up to age 60, and the labels say so.

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
        darkest cell has the highest retention shown. Ages that are not over are pale, with their number so far in
        italics, and the label says so.

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

    columns = ("cohort", "age", "size", "retention", "is_complete")
    table = table_of(cohorts, columns, name="cohorts", made_by="cohort_table", language=language)
    cohorts_given = np.sort(table["cohort"].unique())
    newest = cohorts_given[-_MOST:]
    of_newest = table[table["cohort"].isin(newest)]
    shown = of_newest[of_newest["age"] <= _MOST]
    sizes = shown.groupby("cohort")["size"].first()
    later = shown[shown["age"] > 0]
    ages = range(1, int(later["age"].max() if len(later) else 0) + 1)
    retention = np.full((len(newest), len(ages)), np.nan)
    retention[np.searchsorted(newest, later["cohort"].to_numpy()), later["age"] - 1] = later["retention"]
    pale = np.zeros(retention.shape, dtype=bool)
    pale[np.searchsorted(newest, later["cohort"].to_numpy()), later["age"] - 1] = ~later["is_complete"].to_numpy(bool)
    most = np.nanmax(retention, initial=0.0)
    texts = [["" if np.isnan(share) else f"{share:.0%}" for share in row] for row in retention.tolist()]
    ax = axes_for(ax, size=size_of(len(ages), len(newest)))
    heat_map(
        ax,
        retention / most if most > 0 else retention,
        texts,
        columns=[str(age) for age in ages],
        rows=[f"{start}  {size:,}" for start, size in zip(_ticks.dates(sizes.index), sizes, strict=True)],
        pale=pale,
    )
    n_ages = int(of_newest["age"].max()) if len(of_newest) else 0
    told = [_AGES.text(language).format(shown=_MOST, n=n_ages)] if n_ages > _MOST else []
    ax.set_xlabel(_labelled(_AGE, [*told, *([_SO_FAR.text(language)] if pale.any() else [])], language=language))
    n_cohorts = len(cohorts_given)
    told = [_NEWEST.text(language).format(shown=_MOST, n=n_cohorts)] if n_cohorts > _MOST else []
    ax.set_ylabel(_labelled(_COHORT, told, language=language))
    return in_language(ax, language)


def _labelled(name: Label, told: Sequence[str], *, language: Language) -> str:
    """Name an axis, and add in brackets what there is to say."""
    if not told:
        return name.text(language)
    return (
        f"{name.text(language)}（{'；'.join(told)}）"
        if language == "zh"
        else f"{name.text(language)} ({'; '.join(told)})"
    )
