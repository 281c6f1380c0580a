"""Cohorts as a heat map: retention, or money, at each age."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from crmkit._arrays import Floats
from crmkit._checks import check_option
from crmkit._frames import open_frame
from crmkit._messages import Message
from crmkit._names import Label, Language
from crmkit.activity import cohort_matrix
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
_SHARES: Final = {
    "retention": Label("Retention", "留存率"),
    "smoothed_retention": Label("Retention, smoothed", "留存率（平滑）"),
    "revenue_retention": Label("Revenue, of that in the first period", "销售额与首期之比"),
}
_AMOUNTS: Final = {
    "amount": Label("Revenue", "销售额"),
    "amount_per_customer": Label("Revenue per customer acquired", "每位新客户的销售额"),
    "cumulative_amount": Label("Revenue so far", "累计销售额"),
    "cumulative_amount_per_customer": Label("Revenue so far per customer acquired", "每位新客户的累计销售额"),
    "n_customers": Label("Active customers", "活跃客户数"),
}
# Five years of months. Of more the figure would be wider than any page.
_MOST: Final = 60

_GROUPS: Final = Message(
    en="{@cohorts} has the cohorts of several groups by {by!r}. Choose one, such as cohorts[cohorts[{by!r}] == "
    "{label!r}], or those of all customers, cohorts[cohorts['scope'] == 'all'].",
    zh="{@cohorts} 含按 {by!r} 分组的多组同期群。请选择一组，例如 cohorts[cohorts[{by!r}] == {label!r}]，"
    "或全部客户 cohorts[cohorts['scope'] == 'all']。",
)
# Money, and what was asked for beside the raw shares.
_BY_DEFAULT: Final = ("amount_per_customer", "smoothed_retention")


def plot_cohorts(cohorts: Any, *, value: str | None = None, ax: Axes | None = None, language: Language = "en") -> Axes:
    """Draw the share of each cohort that bought again at each age, or its money.

    The figure grows with the cohorts. Of more than 60, the newest 60 are drawn, up to age 60, and the labels say so.

    Parameters
    ----------
    cohorts : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.cohort_table` gives it; with groups of customers, the rows of one of them.
    value : str, optional
        The column to draw: "retention", "smoothed_retention" or "n_customers"; of money "amount_per_customer",
        "cumulative_amount_per_customer", "amount", "cumulative_amount" or "revenue_retention". By default
        "smoothed_retention" where the table has it, otherwise the first of each.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; without them, new ones are made, as large as the cohorts need. On axes that are too small for
        the numbers a bar shows what the shades mean.
    language : {"en", "zh"}, default "en"
        Language of the labels.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on. Each cohort is shown with its size; of shares age 0, at which everyone bought, is left out.
        The darkest cell has the highest value shown; values below 0 are as light as 0. Ages that are not over are
        pale, with their number so far in italics, and the label says so.

    Raises
    ------
    SchemaError
        If a column is missing.
    TypeError
        If ``cohorts`` is not a frame.
    ValueError
        If ``value`` or ``language`` is not one of those listed, or the table has several groups.

    Examples
    --------
    >>> from crmkit import as_transactions, cohort_table, load_cdnow
    >>> ax = plot_cohorts(cohort_table(as_transactions(load_cdnow()), as_of="1998-06-30"))
    """
    from crmkit.plotting import _ticks

    names = open_frame(cohorts, name="cohorts").collect_schema().names()
    if value is None:
        value = next((name for name in _BY_DEFAULT if name in names), "retention")
    check_option(value, [*_SHARES, *_AMOUNTS], name="value")
    by = names[: names.index("scope") + 1] if "scope" in names else []
    columns = (*by, "cohort", "age", "size", value, "is_complete")
    table = table_of(cohorts, columns, name="cohorts", made_by="cohort_table", language=language)
    group = _group(table, by)
    cohorts_given = np.sort(table["cohort"].unique())
    of_newest = table[table["cohort"].isin(cohorts_given[-_MOST:])].sort_values(["cohort", "age"])
    shown = of_newest[of_newest["age"] <= _MOST]
    first = 1 if value in _SHARES else 0
    cells, complete = (_cells(shown, column, first=first) for column in (value, "is_complete"))
    sizes = shown.groupby("cohort")["size"].first()
    most = np.nanmax(cells, initial=0.0)
    form = _percent if value in _SHARES else _ticks.short
    texts = [["" if np.isnan(cell) else form(cell) for cell in row] for row in cells.tolist()]
    ax = axes_for(ax, size=size_of(cells.shape[1], len(cells)))
    heat_map(
        ax,
        np.maximum(cells, 0) / most if most > 0 else cells,
        texts,
        columns=[str(first + place) for place in range(cells.shape[1])],
        rows=[f"{start}  {size:,}" for start, size in zip(_ticks.dates(sizes.index), sizes, strict=True)],
        pale=complete == 0,
        scale=[form(share * most) for share in (0, 0.5, 1)],
    )
    n_ages = int(of_newest["age"].max()) if len(of_newest) else 0
    told = [_AGES.text(language).format(shown=_MOST, n=n_ages)] if n_ages > _MOST else []
    pale = [_SO_FAR.text(language)] if (complete == 0).any() else []
    ax.set_xlabel(_labelled(_AGE.text(language), [*told, *pale], language=language))
    n_cohorts = len(cohorts_given)
    told = [_NEWEST.text(language).format(shown=_MOST, n=n_cohorts)] if n_cohorts > _MOST else []
    ax.set_ylabel(_labelled(_COHORT.text(language), told, language=language))
    if group or value != "retention":
        ax.set_title(_labelled((_SHARES | _AMOUNTS)[value].text(language), group, language=language))
    return in_language(ax, language)


def _group(table: pd.DataFrame, by: Sequence[str]) -> list[str]:
    """The name of the only group there is, unless it is that of all customers."""
    if not by or table.empty:
        return []
    groups = table[list(by)].drop_duplicates()
    if len(groups) > 1:
        raise ValueError(_GROUPS(by=by[0], label=groups[by[0]].iloc[0]))
    return [str(label) for label in groups[by[0]].dropna()]


def _cells(table: pd.DataFrame, value: str, *, first: int) -> Floats:
    """One row per cohort and one column per age, from the first that is shown."""
    if table.empty:
        return np.zeros((0, 0))
    wide = cohort_matrix(table.drop(columns="scope", errors="ignore"), value=value)
    return wide.filter(regex=r"^age_\d+$").to_numpy()[:, first:]


def _percent(share: float) -> str:
    return f"{share:.0%}"


def _labelled(name: str, told: Sequence[str], *, language: Language) -> str:
    """Name an axis, and add in brackets what there is to say."""
    if not told:
        return name
    return f"{name}（{'；'.join(told)}）" if language == "zh" else f"{name} ({'; '.join(told)})"
