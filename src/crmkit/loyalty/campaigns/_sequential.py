"""Effects that may be looked at as often as one likes while a campaign runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import numpy as np
import pandas as pd

from crmkit._arrays import Floats
from crmkit._checks import Day, as_day, check_fraction, check_int, check_option
from crmkit._frames import FrameT, from_pandas
from crmkit._messages import Message
from crmkit._stats import ADJUSTMENTS, Adjustment, adjusted_p_values
from crmkit.loyalty.campaigns._cells import Cells, read_cells
from crmkit.loyalty.campaigns._effects import Effect, arms_of, column, effects_of, is_sparse
from crmkit.loyalty.campaigns._measures import asked_measures
from crmkit.loyalty.campaigns._windows import last_days, over_by

__all__ = ["sequential_effect_table"]

_RESULT: Final = (
    *("look", "outcome", "n_customers", "value", "n_control", "control_value", "difference", "lower", "upper"),
    *("p_value", "adjusted_p_value", "is_significant", "n_open", "n_control_open"),
)

_NO_LOOKS: Final = Message(
    en="{@looks} must be days of which none is after {@as_of}, got {value!r}.",
    zh="{@looks} 须为不晚于 {@as_of} 的日期，得到 {value!r}。",
)
_NOTHING_OVER: Final = Message(
    en="No window is over by {day}, the day of {@as_of}. Wait until the first is.",
    zh="截至 {@as_of}（{day}）没有任何窗口结束，请等第一个窗口结束后再看。",
)


def sequential_effect_table(
    contacts: FrameT,
    *,
    as_of: Day,
    outcomes: Sequence[str] = (),
    ratios: Mapping[str, tuple[str, str]] | None = None,
    looks: Iterable[Day] | None = None,
    planned_customers: int | None = None,
    past: str | None = None,
    strata: str | Sequence[str] | None = None,
    by: str | None = None,
    level: float = 0.95,
    adjust: Adjustment = "holm",
) -> FrameT:
    r"""Judge campaigns while they run, with intervals that hold at all looks together.

    .. math:: d_t \pm s_t \sqrt{\frac{2 (t \rho^2 + 1)}{t \rho^2} \log \frac{\sqrt{t \rho^2 + 1}}{\alpha}}

    with the difference :math:`d_t` of the :math:`t` customers judged so far, both groups together, and its standard
    error :math:`s_t`: an asymptotic confidence sequence. One may look every day and stop at any time, for whatever
    reason; that costs width: near ``planned_customers`` the interval is about half as wide again as one for a
    single look.

    Parameters
    ----------
    contacts : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.as_contacts` makes them, with dates and windows.
    as_of : date or ISO text
        The last day of the data, inclusive.
    outcomes, ratios : optional
        As in `campaign_effect_table`.
    looks : column or sequence of date or ISO text, optional
        The days on which to look, such as ``pandas.date_range`` gives them; by default each on which windows end, up to
        ``as_of``.
    planned_customers : int, optional
        Customers of an arm and its control group for whom the interval should be narrowest, decided before the first
        look; by default all of both in the table, whether their windows are over or not.
    past, strata, by : optional
        As in `campaign_effect_table`.
    level : float, default 0.95
        Chance that an interval holds the effect at all looks, at least, for many customers.
    adjust : {"holm", "benjamini-hochberg", "none"}, default "holm"
        How p-values are adjusted for the tests of a look.

    Returns
    -------
    the kind of frame given
        One row per group, campaign, arm, outcome and look.

        The column of ``by``, ``campaign``, ``arm``; ``outcome``; ``look``, the day; ``n_customers``, ``value``,
        ``n_control``, ``control_value``, ``difference``, as in `campaign_effect_table`; ``lower``, ``upper``;
        ``p_value``, valid at any look, the least so far; ``adjusted_p_value``; ``is_significant``, whether the latter
        is below 1 - ``level``: once true it stays so, unless by adjustment. ``n_open`` and ``n_control_open``,
        customers whose window is not over. Intervals and p-values are missing until either side has 10 customers with
        and 10 without the outcome, for shares, or 30 with a value other than 0, and while the values of each side are
        all alike.

    Raises
    ------
    SchemaError
        If there are no rows, a column is missing or does not hold what it should, a campaign has no control group or
        two, or contacts lack dates or windows.
    TypeError
        If ``contacts`` is not a frame, or ``outcomes``, ``ratios``, ``looks``, ``past``, ``strata`` or ``by`` are not
        as above.
    ValueError
        If no outcome is named or one twice, a column is used twice or is one of the result, a day is not one or after
        ``as_of``, no window is over by then and ``looks`` is not given, or another argument lies outside its range.

    See Also
    --------
    campaign_effect_table : Narrower intervals, for one look when the windows are over.

    References
    ----------
    .. [1] Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas (2024), "Time-Uniform Central Limit Theory and Asymptotic
       Confidence Sequences", *The Annals of Statistics* 52, theorem 2.2 and appendix B.2.
    .. [2] Johari, Koomen, Pekelis and Walsh (2022), "Always Valid Inference", *Operations Research* 70.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit import as_contacts, make_contacts
    >>> mails = make_contacts(n_customers=20_000, random_state=1).contacts
    >>> mails["date"] += pd.to_timedelta(mails["customer_id"] % 20, unit="D")
    >>> contacts = as_contacts(
    ...     mails, outcomes=["conversion"], control="none", date="date", window_days="window_days"
    ... )
    >>> weeks = ["2024-03-18", "2024-03-25", "2024-04-01"]
    >>> table = sequential_effect_table(contacts, outcomes=["conversion"], as_of="2024-04-01", looks=weeks)
    >>> table[["n_customers", "difference", "lower", "upper", "is_significant"]].round(3)
       n_customers  difference  lower  upper  is_significant
    0         3212       0.031  0.004  0.057            True
    1         8820       0.021  0.005  0.037            True
    2        14399       0.024  0.012  0.036            True
    """
    measures = asked_measures(outcomes, ratios)
    check_fraction(level, name="level")
    check_option(adjust, ADJUSTMENTS, name="adjust")
    if planned_customers is not None:
        check_int(planned_customers, name="planned_customers", low=4)
    day = as_day(as_of, name="as_of")
    cells = read_cells(contacts, measures, by=by, strata=strata, past=past, by_day=True, taken=_RESULT)
    tables, best = [], np.array([])
    for look in _looks(cells, looks, day):
        effects = effects_of(cells, measures, over=over_by(cells, look), level=level)
        planned = _in_table(cells, effects) if planned_customers is None else np.full(len(effects), planned_customers)
        table = _at(look, effects, planned=planned, level=level)
        best = np.fmin(best, table["p_value"]) if len(best) else table["p_value"].to_numpy()
        adjusted = adjusted_p_values(best, adjust=adjust)
        table = table.assign(p_value=best, adjusted_p_value=adjusted, is_significant=adjusted < 1 - level)
        tables.append(pd.concat([arms_of(cells, effects), table], axis=1).assign(_row=range(len(effects))))
    found = pd.concat(tables).sort_values("_row", kind="stable", ignore_index=True)
    labels = [name for name in found.columns if name not in (*_RESULT, "_row")]
    return from_pandas(found[[*labels, "outcome", "look", *_RESULT[2:]]], like=contacts)


def _looks(cells: Cells, looks: Any, last: datetime) -> list[datetime]:
    """The days on which to look, in their order."""
    if looks is None:
        ends = last_days(cells)
        days = sorted(pd.Timestamp(day).to_pydatetime() for day in ends[ends <= pd.Timestamp(last)].unique())
        if not days:
            over_by(cells, last)  # where no window is known, that is what is wrong
            raise ValueError(_NOTHING_OVER(day=f"{last:%Y-%m-%d}"))
        return days
    if isinstance(looks, (str, bytes, Mapping)) or not isinstance(looks, Iterable) or np.ndim(looks) > 1:  # type: ignore[arg-type]
        raise TypeError(_NO_LOOKS(value=looks))
    # PyArrow gives its values in a wrapping.
    days = sorted({as_day(each.as_py() if hasattr(each, "as_py") else each, name="looks") for each in looks})
    if not days or days[-1] > last:
        raise ValueError(_NO_LOOKS(value=looks))
    return days


def _in_table(cells: Cells, effects: Sequence[Effect]) -> Floats:
    """Customers of each arm and its control group, also those whose stratum cannot be compared yet."""

    def both(effect: Effect) -> float:
        rows = (cells.group == effect.group) & (~cells.treated | (cells.arm == effect.arm))
        return float(cells.n[rows].sum())

    return column([both(each) for each in effects])


def _at(look: datetime, effects: Sequence[Effect], *, planned: Floats, level: float) -> pd.DataFrame:
    contrasts = [each.contrast for each in effects]
    n, n_control = column([each.n for each in effects]), column([each.n_control for each in effects])
    n_open = column([each.n_open for each in effects])
    n_control_open = column([each.n_control_open for each in effects])
    value, other = column([each.value for each in contrasts]), column([each.other for each in contrasts])
    error = column([each.error_of_difference for each in contrasts])
    error[[is_sparse(each) for each in effects]] = np.nan
    reach, p_value = _sequence(value - other, error, n + n_control, planned=planned, level=level)
    return pd.DataFrame(
        {
            "outcome": [each.measure.name for each in effects],
            "look": np.full(len(effects), look, dtype="datetime64[us]"),
            "n_customers": n.astype("int64"),
            "value": value,
            "n_control": n_control.astype("int64"),
            "control_value": other,
            "difference": value - other,
            "lower": value - other - reach,
            "upper": value - other + reach,
            "p_value": p_value,
            "n_open": n_open.astype("int64"),
            "n_control_open": n_control_open.astype("int64"),
        }
    )


def _sequence(difference: Floats, error: Floats, n: Floats, *, planned: Floats, level: float) -> tuple[Floats, Floats]:
    """How far the interval reaches, and the least level at which it leaves out 0."""
    alpha = 1 - level
    n, error = np.where(n > 0, n, np.nan), np.where(error > 0, error, np.nan)
    # The width is least for so many customers: appendix B.2 of Waudby-Smith and others. Any number above 0 is valid.
    rho = np.maximum(-2 * np.log(alpha) + np.log(-2 * np.log(alpha)) + 1, 0.1) / planned
    grown = n * rho + 1
    reach = error * np.sqrt(2 * grown / (n * rho) * np.log(np.sqrt(grown) / alpha))
    statistic = difference / error
    p_value = np.minimum(np.sqrt(grown) * np.exp(-(statistic**2) * n * rho / (2 * grown)), 1.0)
    return reach, p_value
