"""How many customers have how many orders, or how much spend or profit."""

from __future__ import annotations

import math
from typing import Final, Literal

import numpy as np
from narwhals.stable.v2.typing import IntoFrame

from crmkit._arrays import Floats
from crmkit._calendar import Freq
from crmkit._calendars import calendar_of
from crmkit._checks import Day, check_number
from crmkit._frames import FrameT, from_pandas
from crmkit._messages import Message
from crmkit.metrics.base_audit._customers import customer_sums
from crmkit.metrics.base_audit._drivers import outcome_of
from crmkit.metrics.base_audit._measures import group_sums, share_of_total
from crmkit.metrics.base_audit._ranges import Period, range_of
from crmkit.metrics.base_audit._ranks import without_noise
from crmkit.metrics.base_audit._rows import activity_rows

__all__ = ["customer_distribution_table"]

_RANKED: Final = ("n_orders", "spend", "profit")
# Beyond these quantiles classes are open, for a few customers are far from all others.
_TAILS: Final = (0.01, 0.98)
_OUTWARDS: Final[tuple[Literal["lower", "higher"], ...]] = ("lower", "higher")
_ROUNDING: Final = 1e-9
_MOST_CLASSES: Final = 25
_MOST_ASKED: Final = 10_000
_ROUND: Final = (1, 2, 5, 10)

_NO_WIDTH: Final = Message(
    en="{@width} must be above 0, for orders whole, got {value!r}.",
    zh="{@width} 须大于 0，按订单数时须为整数，得到 {value!r}。",
)
_NARROW: Final = Message(
    en="{@width} of {value!r} makes {n:,} classes. Give a width of {least:,.6g} or more.",
    zh="{@width} 为 {value!r} 时会有 {n:,} 个区间。请给出不小于 {least:,.6g} 的宽度。",
)


def customer_distribution_table(
    activity: FrameT,
    *,
    period: Period,
    as_of: Day,
    freq: Freq | None = None,
    calendar: IntoFrame | None = None,
    value: str | None = None,
    width: float | None = None,
) -> FrameT:
    """Count the customers active in a period by their orders, spend or profit: lens 1.

    Parameters
    ----------
    activity : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.activity_table` or `crmkit.as_activity` makes it.
    period : str or pair of dates
        A range of its periods: a year, quarter or month such as "2019", "2019Q1" or "2019-03", a name in ``calendar``,
        or the first and the last day.
    as_of : date or ISO text
        The last day that counts; the range ends by then.
    freq : str, optional
        The length of the periods of ``activity``, as given to the function that made it.
    calendar : table of any kind, optional
        Its periods where they are one's own, as given there; in place of ``freq``.
    value : {"n_orders", "spend", "profit"}, optional
        What customers are counted by; by default profit, or spend where the table has no profit.
    width : float, optional
        Width of the classes, above 0 and for orders whole; by default a round number that makes up to some 25.

    Returns
    -------
    the kind of frame given
        One row per class, lowest first, empty ones among them, and one of customers without an order. ``value``, as
        chosen; ``scope``: "active" or "inactive"; ``low``, which belongs to the class, and ``high``, which does not:
        missing where the first or last class is open, beyond 1 % and 98 % of the customers; both missing
        for customers acquired by the end of the range who have no order in it. ``n_customers``; ``customer_share``, of
        the active ones; ``n_orders``, ``spend`` and ``profit``, where known; ``spend_share`` and ``profit_share``, of
        all rows, missing where the total is not above 0. Classes begin at multiples of the width, so that those below 0
        hold the loss makers.

    Raises
    ------
    SchemaError
        If a column is missing, money is missing, nobody ordered, or the periods are not those of ``freq`` or
        ``calendar``.
    TypeError
        If ``activity`` is not a frame or ``width`` is not a number.
    ValueError
        If not one of ``freq`` and ``calendar`` is given, ``period`` is not one, cuts periods in two or is not over by
        ``as_of``; ``value`` is not one of those listed; there is no profit; or ``width`` is not above 0, not whole for
        orders, or makes more than 10,000 classes.

    See Also
    --------
    crmkit.plotting.plot_customer_distribution : Draws it.

    References
    ----------
    .. [1] Fader, Hardie and Ross (2022), *The Customer-Base Audit*, lens 1.

    Examples
    --------
    >>> from crmkit import activity_table, as_transactions, load_cdnow
    >>> activity = activity_table(as_transactions(load_cdnow()), as_of="1998-06-30", freq="Q")
    >>> found = customer_distribution_table(activity, period="1997", as_of="1998-06-30", freq="Q", value="n_orders")
    >>> found[["scope", "low", "high", "n_customers", "spend_share"]].head(3).round(3)
        scope  low  high  n_customers  spend_share
    0  active  1.0   2.0         1304        0.199
    1  active  2.0   3.0          438        0.136
    2  active  3.0   4.0          204        0.107
    """
    rows = activity_rows(activity, as_of=as_of, periods=calendar_of(freq, calendar))
    chosen = outcome_of(value, rows.measures, name="value", options=_RANKED)
    if width is not None:
        _check_width(width, is_count=chosen == "n_orders")
    customers = customer_sums(rows, [range_of(period, rows)])
    sums, active = customers.sums[0], customers.active()
    values = without_noise(sums[chosen])
    edges = _edges(values[active], width=width, is_count=chosen == "n_orders")
    # A class at an end is open where values lie beyond it.
    lows, highs = edges[:-1].copy(), edges[1:].copy()
    lows[0] = np.nan if values[active].min() < edges[0] else lows[0]
    highs[-1] = np.nan if values[active].max() >= edges[-1] else highs[-1]
    place = np.clip(np.searchsorted(edges, values, side="right") - 1, 0, len(lows) - 1)
    n = len(lows) + 1
    table = group_sums(sums, np.where(active, place, n - 1).astype(np.int64), n)
    table.insert(1, "customer_share", np.append(table["n_customers"].to_numpy()[:-1] / active.sum(), np.nan))
    for name in rows.measures[1:]:
        table[f"{name}_share"] = share_of_total(table[name], table[name].sum())
    table.insert(0, "high", np.append(highs, np.nan))
    table.insert(0, "low", np.append(lows, np.nan))
    table.insert(0, "scope", [*["active"] * (n - 1), "inactive"])
    table.insert(0, "value", chosen)
    return from_pandas(table, like=activity)


def _check_width(width: object, *, is_count: bool) -> None:
    check_number(width, name="width")
    number = float(width)  # type: ignore[arg-type]
    if number <= 0 or (is_count and number != int(number)):
        raise ValueError(_NO_WIDTH(value=width))


def _edges(values: Floats, *, width: float | None, is_count: bool) -> Floats:
    """The bounds of the classes: multiples of a width, or for orders from 1 on."""
    # Values that there are: between the last of the many and a few far away lies nobody.
    low, high = (float(np.quantile(values, q, method=how)) for q, how in zip(_TAILS, _OUTWARDS, strict=True))
    start = 1.0 if is_count else 0.0
    low = start if is_count else low
    span = max(high - low, 0.0)
    step = float(width) if width is not None else _round_width(span or max(abs(high), 1.0), is_count=is_count)
    # In floats 0.3 / 0.1 is below 3.
    first, last = (math.floor((end - start) / step + _ROUNDING) for end in (low, high))
    last += 1
    if last - first > _MOST_ASKED:
        raise ValueError(_NARROW(value=width, n=last - first, least=span / _MOST_ASKED))
    # Loss makers have a class of their own, however few they are.
    first = min(first, 0) if values.min() < 0 else first
    # Ten digits after the width's first: 3 * 0.1 is 0.3.
    decimals = min(10 - math.floor(math.log10(step)), 300)
    edges = np.round(start + step * np.arange(first - 1, last + 2), max(decimals, 0))
    # The few beyond have a class on each side, if there are any.
    edges = edges if values.min() < edges[1] else edges[1:]
    edges = edges if values.max() >= edges[-2] else edges[:-1]
    return np.asarray(edges, dtype=np.float64)


def _round_width(span: float, *, is_count: bool) -> float:
    least = span / _MOST_CLASSES
    power = 10.0 ** math.floor(math.log10(least))
    width = next(digit * power for digit in _ROUND if digit * power >= least)
    return max(1.0, math.ceil(width)) if is_count else float(width)
