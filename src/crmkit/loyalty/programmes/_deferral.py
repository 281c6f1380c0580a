"""Revenue deferred for points, as IFRS 15 has it: allocated at the sale, recognised as points are redeemed."""

from __future__ import annotations

from typing import Final

import numpy as np

from crmkit._checks import check_number, check_turnover, some
from crmkit._frames import FrameT
from crmkit._messages import Message, Parameter
from crmkit._stats import Numbers, as_floats, as_given, check_counts, check_range
from crmkit.errors import SchemaError
from crmkit.loyalty.programmes._beside import columns_beside, number_columns

__all__ = ["points_revenue", "revenue_deferral_table"]

_COLUMNS: Final = ("redeemed_total", "recognised_total", "revenue", "revenue_redeemed", "catch_up", "deferred")

_NEGATIVE: Final = Message(
    en="{@allocated} must not be below 0, got {value!r}.", zh="{@allocated} 不得小于 0，得到 {value!r}。"
)
_BEYOND: Final = Message(
    en="More points have been redeemed than are expected to be at rows {rows}: {redeemed} of {expected}. Raise the "
    "expectation from that period on.",
    zh="行 {rows} 的累计兑换积分超过预计兑换总量：{redeemed}，预计为 {expected}。请自该期起调高预计。",
)


def points_revenue(
    *,
    transaction_price: Numbers,
    goods_price: Numbers,
    points: Numbers,
    point_value: Numbers,
    breakage_rate: Numbers,
) -> Numbers:
    r"""The part of a sale's revenue that belongs to the points given with it.

    The price paid is divided by stand-alone selling prices, that of the points being their value as far as they will be
    redeemed:

    .. math:: P \cdot \frac{s}{g + s}, \qquad s = \text{points} \cdot v \cdot (1 - b)

    Parameters
    ----------
    transaction_price : float or array-like of float
        What the customer pays, P, at least 0.
    goods_price : float or array-like of float
        Stand-alone selling price of the goods, g, at least 0.
    points : float or array-like of float
        Points given, at least 0.
    point_value : float or array-like of float
        Money that a point buys, v, at least 0.
    breakage_rate : float or array-like of float
        Share of the points that is expected never to be redeemed, b, in [0, 1].

    Returns
    -------
    float or column, as given
        Money to defer; the rest is revenue of the sale. ``nan`` where neither goods nor points have a price.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number lies outside its range or is infinite, or columns differ in length or index.

    References
    ----------
    .. [1] IFRS 15 *Revenue from Contracts with Customers*, paragraphs B39 to B43 and Illustrative Example 52.

    Examples
    --------
    >>> round(points_revenue(
    ...     transaction_price=100_000, goods_price=100_000, points=10_000, point_value=1, breakage_rate=0.05
    ... ))
    8676
    """
    given = {
        "transaction_price": transaction_price,
        "goods_price": goods_price,
        "points": points,
        "point_value": point_value,
    }
    check_counts(**given, breakage_rate=breakage_rate)
    price, goods, number, value = (as_floats(each, name=name) for name, each in given.items())
    rate = as_floats(breakage_rate, name="breakage_rate")
    check_range(rate, name="breakage_rate", low=0.0, high=1.0)
    with np.errstate(over="ignore"):
        worth = number * value * (1 - rate)
        whole = goods + worth
    check_turnover(float(np.nanmax(whole, initial=0.0)), where=Parameter("points"))
    known = whole > 0
    found = np.where(known, price * (worth / np.where(known, whole, 1.0)), np.nan)
    return as_given(found, *given.values(), breakage_rate)


def revenue_deferral_table(
    schedule: FrameT, *, allocated: float, redeemed: str = "redeemed", expected: str = "expected"
) -> FrameT:
    r"""Recognise the revenue of points as they are redeemed, with a cumulative catch-up when expectations change.

    .. math:: R_t = A \cdot \frac{\sum_{s \le t} \text{redeemed}_s}{\text{expected}_t}, \qquad
        \text{revenue}_t = R_t - R_{t-1}

    Parameters
    ----------
    schedule : pandas, Polars or PyArrow table
        One row per period, in the order of time, of points that were issued together.
    allocated : float
        Revenue deferred when they were issued, A, as `points_revenue` gives it; at least 0.
    redeemed : str, default "redeemed"
        Column of the points redeemed in the period.
    expected : str, default "expected"
        Column of the points that are expected to be redeemed in all, as estimated at the end of the period.

    Returns
    -------
    the kind of frame given
        The columns given, then ``redeemed_total``; ``recognised_total``, revenue until the end of the period;
        ``revenue`` of the period, the sum of ``revenue_redeemed``, for the points redeemed in it at the present
        estimate, and ``catch_up``, for those redeemed before it, by which the revenue recognised so far was too low,
        below 0 if it was too high; ``deferred``, the contract liability that is left.

    Raises
    ------
    SchemaError
        If a column is missing or does not hold numbers of 0 or more, if more has been redeemed than is expected, or
        the table has columns of these names.
    TypeError
        If ``schedule`` is not a frame, or ``allocated`` is not a number.
    ValueError
        If ``allocated`` is below 0.

    References
    ----------
    .. [1] IFRS 15 *Revenue from Contracts with Customers*, Illustrative Example 52.

    Examples
    --------
    >>> import pandas as pd
    >>> schedule = pd.DataFrame({"year": [1, 2], "redeemed": [4500, 4000], "expected": [9500, 9700]})
    >>> table = revenue_deferral_table(schedule, allocated=8676)
    >>> table[["year", "recognised_total", "revenue", "catch_up", "deferred"]].round()
       year  recognised_total  revenue  catch_up  deferred
    0     1            4110.0   4110.0       0.0    4566.0
    1     2            7603.0   3493.0     -85.0    1073.0
    """
    check_number(allocated, name="allocated")
    if allocated < 0:
        raise ValueError(_NEGATIVE(value=allocated))
    given, found = number_columns(
        schedule,
        [redeemed, expected],
        table="schedule",
        made_by="breakage_table",
        makes=_COLUMNS,
        not_below_0=[redeemed, expected],
    )
    now, in_all = found[redeemed], found[expected]
    so_far = np.cumsum(now)
    beyond = np.flatnonzero(so_far > in_all * (1 + 1e-12))
    if beyond.size:
        raise SchemaError(
            _BEYOND(
                rows=some(beyond.tolist()),
                redeemed=some(so_far[beyond].tolist()),
                expected=some(in_all[beyond].tolist()),
            )
        )
    # Where nothing is expected nothing has been redeemed.
    share, share_now = (np.divide(each, in_all, out=np.zeros_like(in_all), where=in_all > 0) for each in (so_far, now))
    recognised = allocated * share
    revenue = np.diff(recognised, prepend=0.0)
    made = (so_far, recognised, revenue, allocated * share_now, revenue - allocated * share_now, allocated - recognised)
    return columns_beside(given, dict(zip(_COLUMNS, made, strict=True)), like=schedule)
