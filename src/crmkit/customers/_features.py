"""What customers are like on a day: how often, how regularly, how much, what, where, when; and how that changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import narwhals.stable.v2 as nw

from crmkit._checks import Day, as_day, check_int
from crmkit._frames import FrameT, give_table, join_frames
from crmkit._messages import Message, Parameter
from crmkit.customers._feature_columns import described
from crmkit.customers._feature_sums import feature_sums
from crmkit.customers._line_features import event_features, line_features
from crmkit.transactions import checked_transactions, up_to

__all__ = ["customer_features"]

# Longer than all dates that can be used.
_MOST_DAYS: Final = 200 * 366

_NOT_DAYS: Final = Message(
    en="{@windows} must be a list or tuple of days such as (30, 90, 365), got {value!r}.",
    zh="{@windows} 须为天数的列表或元组，如 (30, 90, 365)，得到 {value!r}。",
)
_DAYS_TWICE: Final = Message(
    en="{@windows} must hold at least one number of days, each only once, got {value}.",
    zh="{@windows} 须含至少一个天数，且互不重复，得到 {value}。",
)
_TEXT: Final = Message(
    en="{@labels} must be a sequence of column names, got the text {value!r}. Pass [{value!r}].",
    zh="{@labels} 应为列名的序列，得到文本 {value!r}。请写作 [{value!r}]。",
)
_LABELS_OF_NOTHING: Final = Message(
    en="{@labels} names columns of {@order_lines}, which is not given.",
    zh="{@labels} 指的是 {@order_lines} 的列，而后者未给出。",
)
_NOT_NAMED: Final = Message(
    en="{@events} must map names to tables, such as {{'visits': visits}}, got {kind}.",
    zh="{@events} 须为名称到表的映射，如 {{'visits': visits}}，得到 {kind}。",
)
_BAD_NAME: Final = Message(
    en="{name} names a table {value!r}, which cannot begin the name of a column. Use letters, digits and underscores.",
    zh="{name} 中的表名 {value!r} 不能用作列名，请只用字母、数字和下划线。",
)


def customer_features(
    transactions: FrameT,
    *,
    as_of: Day,
    windows: Sequence[int],
    order_lines: FrameT | None = None,
    labels: Sequence[str] = (),
    events: Mapping[str, FrameT] | None = None,
    min_tenure_days: int = 14,
) -> FrameT:
    r"""Describe every customer on a day, from what was known by its end: for segments and for models of churn.

    Nothing is learned from other customers, and nothing after ``as_of`` is looked at, in any of the tables.

    Parameters
    ----------
    transactions : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `as_transactions` gives them.
    as_of : date or ISO text
        The last day that counts.
    windows : list or tuple of int
        Lengths in days of the windows that end with ``as_of``, such as (30, 90, 365).
    order_lines : the same kind of frame, optional
        As `as_order_lines` gives them, for baskets and times of day; those that went back are left out.
    labels : sequence of str, default ()
        Columns of ``order_lines``, such as category or channel, of which each customer's most frequent value is found.
    events : mapping of str to the same kind of frame, optional
        Further tables with a row per event, by a name: visits, contacts, tickets. Each has ``customer_id`` and ``date``
        (tickets ``created``). Only when something happened is used: what a table says of how it ended may have become
        known later.
    min_tenure_days : int, default 14
        Days that a customer must have been known for a rate.

    Returns
    -------
    the kind of frame given
        One row per customer with a transaction up to ``as_of``; in memory sorted by ``customer_id``. Missing is what is
        undefined; counts and sums of nothing are 0. Money is missing where orders carry no price. W stands for each
        window.

        ``n_orders``, ``purchase_days``, ``spend``, ``returned``, ``days_since_last``, ``tenure_days``
            As in `customer_summary`; ``purchase_days`` is ``frequency`` + 1.
        ``order_value``
            Money of the purchase days per order.
        ``refund_rate``
            ``returned`` / (``spend`` + ``returned``).
        ``gap_mean``, ``gap_last``, ``gap_max``
            Days between purchase days: mean, latest, longest; missing with one purchase day.
        ``gap_cv``
            Their standard deviation (n - 1) over their mean: 0 is like clockwork, 1 is chance; missing below two gaps.
        ``log_gap_mean``
            Mean of their logarithms, from which models of regular purchases learn.
        ``gap_ratio``
            ``days_since_last`` / ``gap_mean``: above 1 they are later than usual.
        ``weekday_1_share`` to ``weekday_7_share``
            Shares of purchase days from Monday to Sunday.
        ``n_orders_Wd``, ``purchase_days_Wd``, ``spend_Wd``, ``returned_Wd``
            Within the window.
        ``order_rate_Wd``
            Orders in 30 days: 30 times ``n_orders_Wd`` over the days of the window for which they were customers,
            that of the first purchase included. Missing for those known for less than ``min_tenure_days``.
        ``order_change_Wd``, ``spend_change_Wd``
            The window against the one before, which is as long: (now - before) / (now + before), from -1 (nothing any
            more) to 1 (nothing before), in orders and in money of purchase days; missing where there was nothing in
            both, or the customer came after the first day of the earlier one.
        ``order_trend_V_Wd``
            ``order_rate_Vd`` / ``order_rate_Wd`` for windows V and W that are neighbours in length: above 1 faster of
            late. Missing where nothing was bought in W.
        ``lines_per_order``, ``units_per_order``
            Of ``order_lines``; the latter missing where they have no quantities.
        ``night_share``, ``morning_share``, ``afternoon_share``, ``evening_share``
            Shares of orders from 0, 6, 12 and 18 o'clock, of those with a time other than midnight.
        ``n_LABEL``, ``top_LABEL``, ``top_LABEL_share``
            For each of ``labels``: different values, the most frequent as text (the first of several), its share of the
            lines that have one.
        ``n_EVENT``, ``n_EVENT_Wd``, ``days_since_EVENT``
            For each of ``events``: how many, how many in the window, days since the last.

    Raises
    ------
    SchemaError
        If a column is missing, ids of the tables are of two kinds, or a table of ``events`` has no date.
    TypeError
        If ``transactions`` is not a frame, another table is another kind of frame, or an option is of the wrong kind.
    ValueError
        If ``as_of`` is not a date or in memory lies before the first transaction, or ``windows`` are empty, repeated or
        out of range.

    References
    ----------
    .. [1] Gold (2020), *Fighting Churn with Data*, ch. 3 and section 7.4 (counts, rates scaled by tenure, ratios).

    Examples
    --------
    >>> from crmkit import as_transactions, load_cdnow
    >>> features = customer_features(as_transactions(load_cdnow()), as_of="1997-12-31", windows=(30, 90))
    >>> features[["customer_id", "n_orders", "gap_mean", "gap_ratio", "order_rate_90d"]].head(3).round(2)
       customer_id  n_orders  gap_mean  gap_ratio  order_rate_90d
    0            1         4     115.0       0.17            0.33
    1            2         2      12.0      29.33            0.00
    2            3         1       NaN        NaN            0.00
    """
    day = as_day(as_of, name="as_of")
    lengths = _checked_windows(windows)
    check_int(min_tenure_days, name="min_tenure_days", low=1, high=_MOST_DAYS)
    _check_further(order_lines, labels, events)
    rows = up_to(checked_transactions(transactions), day, name="as_of")
    found = described(
        feature_sums(rows, as_of=day, windows=lengths), as_of=day, windows=lengths, min_tenure=int(min_tenure_days)
    )
    if order_lines is not None:
        of_lines = line_features(order_lines, beside=rows, as_of=day, labels=labels)
        found = join_frames(found, of_lines, on="customer_id", how="left")
        found = found.with_columns(nw.col(f"n_{label}").fill_null(0.0).cast(nw.Int64) for label in labels)
    for name, table in event_features(events or {}, beside=rows, as_of=day, windows=lengths).items():
        counts = [f"n_{name}", *(f"n_{name}_{window}d" for window in lengths)]
        found = join_frames(found, table, on="customer_id", how="left")
        found = found.with_columns(nw.col(*counts).fill_null(0).cast(nw.Int64))
    return give_table(found, like=transactions, sort_by=["customer_id"])


def _checked_windows(windows: object) -> list[int]:
    if not isinstance(windows, (list, tuple)):
        raise TypeError(_NOT_DAYS(value=windows))
    for each in windows:
        check_int(each, name="windows", low=1, high=_MOST_DAYS)
    if not windows or len(set(windows)) < len(windows):
        raise ValueError(_DAYS_TWICE(value=list(windows)))
    return sorted(int(each) for each in windows)


def _check_further(order_lines: object, labels: Sequence[str], events: object) -> None:
    if isinstance(labels, str):
        raise TypeError(_TEXT(value=labels))
    if labels and order_lines is None:
        raise ValueError(_LABELS_OF_NOTHING())
    if events is not None and not isinstance(events, Mapping):
        raise TypeError(_NOT_NAMED(kind=type(events).__name__))
    for name in events or {}:
        if not isinstance(name, str) or not name.isidentifier():
            raise ValueError(_BAD_NAME(name=Parameter("events"), value=name))
