"""How much of its acquisition cost each cohort has earned back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from crmkit._frames import open_frame
from crmkit._messages import Message
from crmkit._names import Label, Language
from crmkit.plotting._shades import shades_of
from crmkit.plotting._style import DASHED, GREY, ORANGE, axes_for, in_language, legend, quiet, table_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_payback"]

_AGE: Final = Label("Periods since the first purchase", "首次购买后的期数")
_RECOVERED: Final = Label("Acquisition cost earned back", "获客成本收回比例")
_COST: Final = Label("Acquisition cost", "获客成本")
_PAID_BACK: Final = Label("paid back", "回本")
_EXPECTED: Final = Label("expected", "预计")
_OLDEST: Final = Label("{first} (light) to {last} (dark)", "{first}（浅）至 {last}（深）")
# Cohorts named one by one; of more, the first and the last.
_NAMED: Final = 6

_GROUPS: Final = Message(
    en="{@payback} has the cohorts of several groups by {by!r}. Choose one, such as payback[payback[{by!r}] == "
    "{label!r}], or those of all customers, payback[payback['scope'] == 'all'].",
    zh="{@payback} 含按 {by!r} 分组的多组同期群。请选择一组，例如 payback[payback[{by!r}] == {label!r}]，"
    "或全部客户 payback[payback['scope'] == 'all']。",
)


def plot_payback(payback: Any, *, ax: Axes | None = None, language: Language = "en") -> Axes:
    """Draw what each cohort has earned by each age, as a share of what its acquisition cost.

    Parameters
    ----------
    payback : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.metrics.payback_table` gives it; with groups of customers, the rows of one of them.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; without them, new ones are made.
    language : {"en", "zh"}, default "en"
        Language of the labels.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on: a line per cohort with a cost, the newer the darker, dashed where it is expected, and a
        point at the age at which it reaches the acquisition cost.

    Raises
    ------
    SchemaError
        If a column is missing.
    TypeError
        If ``payback`` is not a frame.
    ValueError
        If ``language`` is neither "en" nor "zh", or the table has several groups.

    Examples
    --------
    >>> from crmkit import as_transactions, load_cdnow, metrics
    >>> transactions = as_transactions(load_cdnow())
    >>> ax = plot_payback(
    ...     metrics.payback_table(transactions, as_of="1997-12-31", margin=0.3, acquisition_costs=15)
    ... )
    """
    from crmkit.plotting import _ticks

    names = open_frame(payback, name="payback").collect_schema().names()
    by = names[: names.index("scope") + 1] if "scope" in names else []
    columns = (*by, "cohort", "age", "cost_recovery_rate", "is_forecast")
    table = table_of(payback, columns, name="payback", made_by="metrics.payback_table", language=language)
    if by and len(groups := table[by].drop_duplicates()) > 1:
        raise ValueError(_GROUPS(by=by[0], label=groups[by[0]].iloc[0]))
    table = table.dropna(subset=["cost_recovery_rate"]).sort_values(["cohort", "age"])
    starts = np.sort(table["cohort"].unique())
    shown = _ticks.dates(starts)
    shades = shades_of(len(starts))
    ax = axes_for(ax)
    ax.axhline(1, color=ORANGE, linewidth=1.5, label=_COST.text(language))
    marks = []
    for place, (_, cohort) in enumerate(table.groupby("cohort", sort=True)):
        age, rate = (cohort[name].to_numpy(np.float64) for name in ("age", "cost_recovery_rate"))
        n_seen = int((~cohort["is_forecast"].to_numpy(bool)).sum())
        name = shown[place] if len(starts) <= _NAMED else None
        ax.plot(age[:n_seen], rate[:n_seen], color=shades[place], linewidth=2, label=name)
        ax.plot(age[max(n_seen - 1, 0) :], rate[max(n_seen - 1, 0) :], color=shades[place], linewidth=2, ls=DASHED)
        marks += [(age[at], rate[at], shades[place]) for at in np.flatnonzero(rate >= 1)[:1]]
    for age_at, rate_at, shade in marks:
        ax.plot([age_at], [rate_at], "o", color=shade, markersize=7, markeredgecolor="white", zorder=3)
    quiet(ax)
    ax.set_ylim(bottom=min(0.0, ax.get_ylim()[0]))
    _ticks.whole(ax.xaxis)
    _ticks.shares(ax.yaxis)
    ax.set_xlabel(_AGE.text(language))
    ax.set_ylabel(_RECOVERED.text(language))
    if len(starts) > _NAMED:
        told = _OLDEST.text(language).format(first=shown[0], last=shown[-1])
        ax.plot([], [], color=shades[-1], linewidth=2, label=told)
    if marks:
        ax.plot([], [], "o", color=GREY, label=_PAID_BACK.text(language))
    if table["is_forecast"].to_numpy(bool).any():
        ax.plot([], [], color=GREY, ls=DASHED, label=_EXPECTED.text(language))
    legend(ax)
    return in_language(ax, language)
