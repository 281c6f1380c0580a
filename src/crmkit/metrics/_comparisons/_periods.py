"""The same customers in two periods."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import numpy as np
from narwhals.stable.v2.typing import IntoFrame

from crmkit._calendar import Freq
from crmkit._calendars import Calendar, calendar_of
from crmkit._checks import Day, as_day
from crmkit._frames import FrameT, from_pandas
from crmkit._messages import Message, Parameter
from crmkit._stats import Adjustment
from crmkit.errors import SchemaError
from crmkit.metrics._comparisons._activity_pairs import Windows, activity_pairs
from crmkit.metrics._comparisons._pair_measures import paired_mean, paired_rate, paired_table
from crmkit.metrics._comparisons._rows import asked

__all__ = ["period_comparison_table"]

_ENDS: Final = 2
# Months differ as much.
_MOST_LONGER: Final = 31 / 28

_NOT_A_PAIR: Final = Message(
    en="{name} must be a pair, the first and the last day of the period, got {value!r}.",
    zh="{name} 须为一对日期，即期间的首日与末日，得到 {value!r}。",
)
_NOT_WHOLE: Final = Message(
    en="{name} must consist of whole periods of {periods}, got {start:%Y-%m-%d} to {end:%Y-%m-%d}. {@activity} holds "
    "nothing finer.",
    zh="{name} 须由 {periods} 的整期组成，得到 {start:%Y-%m-%d} 至 {end:%Y-%m-%d}。{@activity} 没有更细的数据。",
)
_OTHER_LENGTH: Final = Message(
    en="{@before} has {n:,} {n:period|periods} of {days:,} days in all and {@after} has {m:,} of {others:,}. Give "
    "periods of one length: who had longer to buy is active more often.",
    zh="{@before} 有 {n:,} 期共 {days:,} 天，{@after} 有 {m:,} 期共 {others:,} 天。"
    "两期须等长：期间越长，活跃的客户自然越多。",
)
_OUT_OF_ORDER: Final = Message(
    en="{@after} begins on {start:%Y-%m-%d}, but {@before} ends on {end:%Y-%m-%d} only.",
    zh="{@after} 始于 {start:%Y-%m-%d}，而 {@before} 到 {end:%Y-%m-%d} 才结束。",
)
_UNFINISHED: Final = Message(
    en="{@after} ends on {end:%Y-%m-%d}, after {@as_of}, {day:%Y-%m-%d}. Compare periods that are over.",
    zh="{@after} 止于 {end:%Y-%m-%d}，晚于 {@as_of}（{day:%Y-%m-%d}）。请比较已结束的期间。",
)
_NOBODY: Final = Message(
    en="{@activity} has nobody who bought before {start:%Y-%m-%d}. Give a later {@before}, or the customers to compare "
    "in {@customers}.",
    zh="{@activity} 中没有人在 {start:%Y-%m-%d} 之前购买过。请给出更晚的 {@before}，"
    "或在 {@customers} 中给出要比较的客户。",
)
_NO_CUSTOMERS: Final = Message(en="{@customers} has no customers.", zh="{@customers} 中没有客户。")

# What measures divide, and by what: means by customers.
_MEANS: Final = {"orders_per_customer": "orders", "spend_per_customer": "spend", "profit_per_customer": "profit"}
_RATIOS: Final = {"purchase_frequency": ("orders", "active"), "average_order_value": ("spend", "orders")}


def period_comparison_table(
    activity: FrameT,
    *,
    before: tuple[Day, Day],
    after: tuple[Day, Day],
    as_of: Day,
    freq: Freq | None = None,
    calendar: IntoFrame | None = None,
    customers: FrameT | None = None,
    level: float = 0.95,
    power: float = 0.8,
    adjust: Adjustment = "holm",
) -> FrameT:
    """Compare what the same customers did in two periods, paired by customer.

    Most of what makes customers differ is the same in both periods, and cancels: pairs see far smaller changes than
    two groups of the same size.

    Parameters
    ----------
    activity : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.activity_table` or `crmkit.as_activity` makes it.
    before, after : pair of dates or ISO texts
        First and last day of the two periods: whole periods of ``activity``, as many in both, the first over before the
        second begins. The same months of two years leave the season out.
    as_of : date or ISO text
        The last day that ``activity`` covers.
    freq : str, optional
        The length of its periods, as given there; with "D" any days can be compared.
    calendar : table of any kind, optional
        Its periods where they are one's own, as given there; in place of ``freq``.
    customers : the same kind of frame, optional
        The customers to compare, by ``customer_id``, such as a segment as it was before the first period. By default
        those who bought before the first period, or whose ``cohort`` is earlier: everybody could have bought in
        both. Do not choose customers by what they did in either of the periods: who is chosen for being active then
        will be less active in the other.
    level : float, default 0.95
        Confidence of the intervals, and one minus the level of the tests.
    power : float, default 0.8
        The probability with which ``detectable_change`` would have been found.
    adjust : {"holm", "benjamini-hochberg", "none"}, default "holm"
        How p-values are adjusted for all measures in the table, as in `group_comparison_table`.

    Returns
    -------
    the kind of frame given
        One row per measure. ``measure``: ``active_rate``, the share of the customers who bought;
        ``orders_per_customer``, ``spend_per_customer`` and, with a column of profit, ``profit_per_customer``, those who
        bought nothing included; ``purchase_frequency``, orders per active customer; ``average_order_value``. ``kind``,
        "rate", "mean" or "ratio"; ``n``, customers; ``value`` after and ``previous``, before; ``compared``, "per day"
        for what is per customer where the periods differ in length, otherwise "as is".

        ``change``, ``lower``, ``upper``; ``relative_change``, ``relative_lower``, ``relative_upper``, in relation to
        the value before, missing where that is not above 0, and an end where any value may be; ``p_value``,
        ``adjusted_p_value``, ``is_significant``, ``detectable_change`` and ``too_few`` as in `group_comparison_table`,
        the last where fewer than 10 customers were active in only one of the periods, or fewer than 30 changed.

        Money is missing for orders without a price, and profit where it is not known of all that counts.

    Raises
    ------
    SchemaError
        If a column is missing, nobody bought before the first period, or ``customers`` has a customer twice, none at
        all or ids of another kind.
    TypeError
        If ``activity`` or ``customers`` is not a frame, they are of two kinds, or a period is not a pair.
    ValueError
        If a day is not a date, a period does not consist of whole ones of ``activity`` or they differ in length, they
        overlap, the second ends after ``as_of``, not one of ``freq`` and ``calendar`` is given, ``freq`` or ``adjust``
        is not one of those listed, a period lies outside ``calendar``, or ``level`` or ``power`` is not between 0
        and 1.

    See Also
    --------
    paired_comparison_table : Any columns of two tables of the same customers.
    group_comparison_table : Groups of customers.
    kpi_change_table : KPIs of a whole base from period to period, newcomers included.

    Notes
    -----
    Rates: Newcombe's interval for paired shares and McNemar's test with mid-p. Means: Student's test of the
    differences. Ratios of sums: the delta method with the covariance of both periods. Relative changes: Fieller's
    interval, for rates the same with Newcombe's margins.

    References
    ----------
    .. [1] Newcombe (1998), "Improved Confidence Intervals for the Difference between Binomial Proportions Based on
       Paired Data", *Statistics in Medicine* 17.
    .. [2] Fagerland, Lydersen and Laake (2013), "The McNemar Test for Binary Matched-Pairs Data", *BMC Medical Research
       Methodology* 13:91.
    .. [3] Fieller (1954), "Some Problems in Interval Estimation", *Journal of the Royal Statistical Society* B 16.

    Examples
    --------
    >>> import crmkit as ck
    >>> activity = ck.activity_table(ck.as_transactions(ck.load_cdnow()), as_of="1998-06-30", freq="M")
    >>> found = period_comparison_table(
    ...     activity, before=("1997-07-01", "1997-12-31"), after=("1998-01-01", "1998-06-30"), as_of="1998-06-30",
    ...     freq="M",
    ... )
    >>> found[["measure", "value", "previous", "change", "lower", "upper"]].round(3)
                   measure   value  previous  change  lower  upper
    0          active_rate   0.218     0.263  -0.044 -0.062 -0.026
    1  orders_per_customer   0.505     0.647  -0.131 -0.191 -0.070
    2   spend_per_customer  18.187    23.376  -4.807 -7.175 -2.439
    3   purchase_frequency   2.313     2.462  -0.149 -0.368  0.069
    4  average_order_value  35.993    36.153  -0.160 -2.617  2.297
    """
    wanted = asked(level=level, power=power, adjust=adjust)
    periods = calendar_of(freq, calendar)
    last_day = as_day(as_of, name="as_of")
    windows, days = _windows(before, after, last_day, periods)
    active, pairs = activity_pairs(activity, windows, periods, customers=customers, means=_MEANS, ratios=_RATIOS)
    if not sum(count[0] for count in active):
        raise SchemaError(_NO_CUSTOMERS() if customers is not None else _NOBODY(start=windows.first_day))
    longer = days[1] / days[0]
    measures = [paired_rate("active_rate", active, wanted)]
    for name, pair in pairs.items():
        kind, scale = ("mean", longer) if name in _MEANS else ("ratio", 1.0)
        measures.append(paired_mean(name, pair, wanted, kind=kind, longer=scale))
    table = paired_table(measures, wanted)
    per_day = table["measure"].isin(list(_MEANS)) & (longer != 1)
    table.insert(list(table).index("change"), "compared", np.where(per_day, "per day", "as is"))
    return from_pandas(table, like=activity)


def _windows(before: Any, after: Any, last_day: datetime, periods: Calendar) -> tuple[Windows, tuple[int, int]]:
    """The numbers of the first and last period of each window, and the days of both."""
    ends = [_ends(before, periods, name="before"), _ends(after, periods, name="after")]
    (start, end), (next_start, next_end) = ends
    if next_start <= end:
        raise ValueError(_OUT_OF_ORDER(start=next_start, end=end))
    if next_end > last_day:
        raise ValueError(_UNFINISHED(end=next_end, day=last_day))
    places = [tuple(periods.number_of(day) for day in pair) for pair in ends]
    n, m = (last - first + 1 for first, last in places)
    days = (end - start).days + 1, (next_end - next_start).days + 1
    if n != m or max(days) > _MOST_LONGER * min(days):
        raise ValueError(_OTHER_LENGTH(n=n, m=m, days=days[0], others=days[1]))
    return Windows(places[0][0], places[0][1], places[1][0], places[1][1], start), days


def _ends(given: Any, periods: Calendar, *, name: str) -> tuple[datetime, datetime]:
    if not isinstance(given, (tuple, list)) or len(given) != _ENDS:
        raise TypeError(_NOT_A_PAIR(name=Parameter(name), value=given))
    start, end = (as_day(day, name=name) for day in given)
    if end < start or not periods.begins_on(start) or periods.last_day(periods.number_of(end)) != end:
        raise ValueError(_NOT_WHOLE(name=Parameter(name), periods=periods.argument, start=start, end=end))
    return start, end
