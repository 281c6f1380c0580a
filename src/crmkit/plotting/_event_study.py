"""How those contacted and the others moved apart from period to period, and dates at which nothing happened."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._checks import some
from crmkit._messages import Message
from crmkit._names import Label, Language
from crmkit.plotting._style import BLUE, DASHED, GREY, ORANGE, axes_for, in_language, legend, quiet, table_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_event_study"]

_COLUMNS: Final = ("outcome", "scope", "period", "periods_from_start", "difference", "lower", "upper")
_PLACEBO_COLUMNS: Final = ("outcome", "placebo_start", "difference", "lower", "upper")
_TEST: Final = "earlier_trend"
_BESIDE: Final = 0.18
_PERIODS: Final = Label("Periods from the start of the campaign", "距活动开始的期数")
_APART: Final = Label("Difference of the changes", "两组变化之差")
_BY_PERIOD: Final = Label("By period", "逐期")
_PLACEBO: Final = Label("As if the campaign had begun then", "假定活动始于该期")

_SEVERAL: Final = Message(
    en="{@study} has the outcomes {outcomes}. Draw one of them, named by {@outcome=}.",
    zh="{@study} 含有多项结果 {outcomes}。请用 {@outcome=} 指定其中一项。",
)
_NO_SUCH: Final = Message(
    en="{@outcome} must be an outcome of {@study}, got {value!r}. It has {outcomes}.",
    zh="{@outcome} 须为 {@study} 中的一项结果，得到 {value!r}。现有 {outcomes}。",
)


def plot_event_study(
    study: Any,
    *,
    placebo_dates: Any = None,
    outcome: str | None = None,
    ax: Axes | None = None,
    language: Language = "en",
) -> Axes:
    """Draw the differences period by period, which should be about 0 before the campaign.

    Parameters
    ----------
    study : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.loyalty.campaigns.event_study_table` gives it.
    placebo_dates : table of any kind, optional
        As `crmkit.loyalty.campaigns.placebo_date_table` gives it, to be drawn beside.
    outcome : str, optional
        Which outcome to draw, where there are several.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; without them, new ones are made.
    language : {"en", "zh"}, default "en"
        Language of the labels.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on. The campaign begins at the dashed line; the last period before it, which the others are
        measured against, is an open dot.

    Raises
    ------
    SchemaError
        If a column is missing.
    TypeError
        If a table is not a frame.
    ValueError
        If ``language`` is neither "en" nor "zh", or ``outcome`` does not name one of the outcomes.

    Examples
    --------
    >>> import pandas as pd
    >>> study = pd.DataFrame({
    ...     "outcome": "amount", "scope": ["before", "reference", "after", "earlier_trend"],
    ...     "period": pd.to_datetime(["2024-01-01", "2024-02-01", "2024-03-01", None]),
    ...     "periods_from_start": [-2, -1, 0, None], "difference": [0.1, 0.0, 2.0, None],
    ...     "lower": [-0.5, None, 1.2, None], "upper": [0.7, None, 2.8, None],
    ... })
    >>> ax = plot_event_study(study)
    """
    from crmkit.plotting import _ticks

    table = table_of(study, _COLUMNS, name="study", made_by="loyalty.campaigns.event_study_table", language=language)
    name = _chosen(table, outcome)
    table = table[(table["outcome"] == name) & (table["scope"] != _TEST)].sort_values("periods_from_start")
    places = table["periods_from_start"].to_numpy(dtype=np.float64)
    is_reference = (table["scope"] == "reference").to_numpy(dtype=bool)
    ax = axes_for(ax)
    ax.axhline(0, color=GREY, linewidth=1)
    ax.axvline(-0.5, color=GREY, linewidth=1, linestyle=DASHED)
    drawn = table[~is_reference]
    shift = 0.0 if placebo_dates is None else -_BESIDE / 2
    _intervals(ax, places[~is_reference] + shift, drawn, color=BLUE, label=_BY_PERIOD.text(language))
    ax.scatter(places[is_reference] + shift, np.zeros(is_reference.sum()), facecolor="white", edgecolor=BLUE, zorder=3)
    if placebo_dates is not None:
        dates = table_of(
            placebo_dates,
            _PLACEBO_COLUMNS,
            name="placebo_dates",
            made_by="loyalty.campaigns.placebo_date_table",
            language=language,
        )
        dates = dates[dates["outcome"] == name]
        where = dates["placebo_start"].map(dict(zip(table["period"], places, strict=True)))
        at = where.to_numpy(dtype=np.float64) + _BESIDE / 2
        _intervals(ax, at, dates, color=ORANGE, label=_PLACEBO.text(language))
        legend(ax)
    quiet(ax)
    _ticks.whole(ax.xaxis)
    ax.set_xlabel(_PERIODS.text(language))
    ax.set_ylabel(_APART.text(language))
    return in_language(ax, language)


def _chosen(table: pd.DataFrame, outcome: str | None) -> Any:
    outcomes = table["outcome"].unique().tolist()
    if outcome is None and len(outcomes) != 1:
        raise ValueError(_SEVERAL(outcomes=some(outcomes)))
    if outcome is not None and outcome not in outcomes:
        raise ValueError(_NO_SUCH(value=outcome, outcomes=some(outcomes)))
    return outcomes[0] if outcome is None else outcome


def _intervals(ax: Axes, places: npt.NDArray[np.float64], rows: pd.DataFrame, *, color: str, label: str) -> None:
    middle, lower, upper = (rows[name].to_numpy(dtype=np.float64) for name in ("difference", "lower", "upper"))
    ax.errorbar(places, middle, yerr=[middle - lower, upper - middle], fmt="o", color=color, capsize=3, label=label)
