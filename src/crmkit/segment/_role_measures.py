"""What a customer's role is judged by: money of late, regularity, growth from quarter to quarter."""

from __future__ import annotations

from typing import Any, Final

import narwhals.stable.v2 as nw
from narwhals.stable.v2.typing import IntoFrame

from crmkit._calendar import day_number
from crmkit._checks import Day, as_day
from crmkit._frames import AnyFrame, FrameT, give_table, join_frames, midnight, open_frame, same_kind
from crmkit._messages import Message
from crmkit._tables import ACTIVITY, check_same_ids, open_table, with_plain_ids
from crmkit.customers import customer_features, customer_summary
from crmkit.errors import SchemaError

__all__ = ["QUARTERS", "role_measure_table", "theil_sen_of_four"]

_QUARTER: Final = 91
_ENDS: Final = tuple(_QUARTER * n for n in (1, 2, 3, 4))
QUARTERS: Final = tuple(f"spend_quarter_{n}" for n in (1, 2, 3, 4))
"""The net spend of the last four quarters, the oldest first."""
# What remains of amounts that cancel out is nothing.
_CANCELLED: Final = 1e-12
_ALL: Final = "__crmkit_all"
# Pairs to compare and swap that sort six values, stage by stage (Knuth 1998, section 5.3.4).
_STAGES: Final = (
    ((0, 5), (1, 3), (2, 4)),
    ((1, 2), (3, 4)),
    ((0, 3), (2, 5)),
    ((0, 1), (2, 3), (4, 5)),
    ((1, 2), (3, 4)),
)

_NO_PROFIT: Final = Message(
    en="{@activity} has no column profit, only {given}. {@as_activity()} takes one, {@profit=}.",
    zh="{@activity} 没有 profit 列，现有 {given}。可在 {@as_activity()} 中用 {@profit=} 指明利润列。",
)


def role_measure_table(
    transactions: FrameT,
    *,
    as_of: Day,
    activity: FrameT | None = None,
    customers: FrameT | None = None,
    newcomers: bool = False,
) -> FrameT:
    r"""Measure what makes a customer's role in the portfolio: recent money, regularity and growth.

    Quarters are the four windows of 91 days that end with ``as_of``. Growth is Theil and Sen's slope (the median of the
    slopes between all pairs of quarters) divided by the mean quarter:

    .. math:: \text{growth} = \frac{\operatorname{median}_{i<j} (q_j - q_i) / (j - i)}{(q_1 + q_2 + q_3 + q_4) / 4}

    By hand: with 100, 120, 90 and 180 in four quarters the slopes are 20, -5, 80/3, -30, 30 and 90, their median is
    (20 + 80/3) / 2 = 23.33, the mean 122.5, and growth 0.190: 19 % of an average quarter more in every quarter. With
    gaps of 10, 20 and 30 days between purchases the mean is 20, the standard deviation 10, and regularity 0.5.

    Parameters
    ----------
    transactions : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.as_transactions` gives them.
    as_of : date or ISO text
        The last day that counts.
    activity : the same kind of frame, optional
        With ``profit``, as `crmkit.as_activity` gives it: for the profit of the periods that begin in the four
        quarters.
    customers : the same kind of frame, optional
        The master table, with ``customer_id``. Customers without a transaction are prospects: they have 0 orders and 0
        money, and all else is missing.
    newcomers : bool, default False
        Whether customers who joined during the four quarters get a growth as well. They spent nothing before they
        joined, so all of them seem to grow.

    Returns
    -------
    the kind of frame given
        One row per customer, in memory sorted by ``customer_id``:

        ``customer_id``, ``n_orders``, ``spend``, ``tenure_days``, ``days_since_last``
            As in `crmkit.customer_summary`.
        ``spend_quarter_1`` to ``spend_quarter_4``
            Net money of each quarter, the oldest first; refunds count in the quarter in which they came.
        ``recent_spend``, ``spend_share``
            Net money of the four quarters, and its share of that of all customers, missing unless that is above 0.
        ``recent_profit``, ``profit_share``
            The same of profit; only with ``activity``.
        ``gap_cv``, ``regularity``
            As in `crmkit.customer_features`, and 1 minus that: 1 is like clockwork, 0 is like chance, and below 0
            purchases come in bursts. Missing with fewer than three purchase days.
        ``growth``
            Missing unless the mean is above 0; without ``newcomers`` also for those who first bought after the first
            day of the four quarters.

        Money and all that follows from it is missing throughout if orders have no price.

    Raises
    ------
    SchemaError
        If a column is missing, ids are of two kinds, or ``customers`` lacks a customer with a transaction.
    TypeError
        If ``transactions`` is not a frame, or another table is another kind of frame.
    ValueError
        If ``as_of`` is not a date, or in memory lies before the first transaction.

    References
    ----------
    .. [1] Sen (1968), "Estimates of the Regression Coefficient Based on Kendall's Tau", *JASA* 63.

    Examples
    --------
    >>> from crmkit import as_transactions, load_cdnow
    >>> measures = role_measure_table(as_transactions(load_cdnow()), as_of="1998-06-30")
    >>> measures[["customer_id", "recent_spend", "regularity", "growth"]].iloc[[0, 5, 8]].round(3)
       customer_id  recent_spend  regularity  growth
    0            1         41.44       0.211  -0.602
    5            6        673.90       0.240   0.137
    8            9         80.44       0.324  -0.190
    """
    day = as_day(as_of, name="as_of")
    found = open_frame(customer_features(transactions, as_of=day, windows=_ENDS), name="transactions")
    found = _with_quarters(found, newcomers=bool(newcomers))
    columns = ["n_orders", "spend", "tenure_days", "days_since_last", *QUARTERS, "recent_spend"]
    money = ["spend", *QUARTERS, "recent_spend"]
    shares = {"spend_share": "recent_spend"}
    if activity is not None:
        found = join_frames(found, _profits(activity, beside=found, as_of=day), on="customer_id", how="left")
        known = nw.col("recent_profit").fill_null(0.0)
        found = found.with_columns(known.cast(nw.Float64).alias("recent_profit"))
        columns, money = [*columns, "recent_profit"], [*money, "recent_profit"]
        shares["profit_share"] = "recent_profit"
    if customers is not None:
        known_ids = open_frame(customer_summary(transactions, as_of=day, customers=customers), name="customers")
        found = join_frames(known_ids.select("customer_id"), found, on="customer_id", how="left")
        is_prospect = nw.col("n_orders").is_null()
        found = found.with_columns(
            *(nw.when(is_prospect).then(nw.lit(0.0)).otherwise(nw.col(name)).alias(name) for name in money),
            nw.col("n_orders").fill_null(0).cast(nw.Int64),
        )
    found = found.with_columns(nw.lit(1).alias(_ALL))
    found = found.with_columns(nw.col(name).sum().over(_ALL).alias(share) for share, name in shares.items())
    found = found.with_columns(
        (nw.col(name) / nw.when(nw.col(share) > 0).then(nw.col(share))).alias(share) for share, name in shares.items()
    )
    in_order = [*columns[:9], "spend_share", *columns[9:], *list(shares)[1:], "gap_cv", "regularity", "growth"]
    return give_table(found.select("customer_id", *in_order), like=transactions, sort_by=["customer_id"])


def _with_quarters(features: AnyFrame, *, newcomers: bool) -> AnyFrame:
    """Add the quarters, regularity and growth to features of the four windows."""
    within = [nw.col(f"spend_{end}d") for end in _ENDS]
    quarters = [within[3] - within[2], within[2] - within[1], within[1] - within[0], within[0]]
    rows = features.with_columns(
        *(quarter.alias(name) for name, quarter in zip(QUARTERS, quarters, strict=True)),
        within[3].alias("recent_spend"),
        (nw.col("gap_cv") * -1 + 1).alias("regularity"),
    )
    mean, turnover = nw.col("recent_spend") / 4, nw.col("recent_spend") + nw.col(f"returned_{_ENDS[-1]}d")
    grown = (mean > 0) & (mean > turnover * _CANCELLED)
    if not newcomers:
        grown = grown & (nw.col("tenure_days") + 1 >= _ENDS[-1])
    return theil_sen_of_four(rows, QUARTERS, name="growth").with_columns(
        (nw.col("growth") / nw.when(grown).then(mean)).alias("growth")
    )


def theil_sen_of_four(rows: AnyFrame, columns: tuple[str, ...], *, name: str) -> AnyFrame:
    """Add Theil and Sen's slope of four columns at equal steps: the median of the slopes between all pairs."""
    pairs = [(first, second) for first in range(4) for second in range(first + 1, 4)]
    slopes = [f"__crmkit_slope_{place}" for place in range(len(pairs))]
    rows = rows.with_columns(
        ((nw.col(columns[second]) - nw.col(columns[first])) / (second - first)).alias(slope)
        for slope, (first, second) in zip(slopes, pairs, strict=True)
    )
    for stage in _STAGES:
        rows = rows.with_columns(
            made
            for low, high in stage
            for one, other in [(nw.col(slopes[low]), nw.col(slopes[high]))]
            for made in (
                nw.when(one <= other).then(one).otherwise(other).alias(slopes[low]),
                nw.when(one <= other).then(other).otherwise(one).alias(slopes[high]),
            )
        )
    middle = (nw.col(slopes[2]) + nw.col(slopes[3])) / 2
    return rows.with_columns(middle.alias(name)).drop(*slopes)


def _profits(activity: IntoFrame, *, beside: AnyFrame, as_of: Any) -> AnyFrame:
    """Add up each customer's profit of the periods that begin in the four quarters."""
    rows = open_table(activity, ACTIVITY)
    same_kind(beside, rows, names=("transactions", "activity"))
    given = rows.collect_schema()
    if "profit" not in given:
        raise SchemaError(_NO_PROFIT(given=list(given)))
    rows = with_plain_ids(rows)
    check_same_ids(rows, beside, names=("activity", "transactions"))
    last = int((as_of - type(as_of)(1970, 1, 1)).days)
    begins = day_number(nw.col("period"))
    rows = rows.filter(nw.col("period") <= midnight(as_of, of=rows)).filter(begins > last - _ENDS[-1])
    return rows.group_by("customer_id").agg(nw.col("profit").sum().alias("recent_profit"))
