"""From a table that is already by customer and period to the activity table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import narwhals.stable.v2 as nw
from narwhals.stable.v2.typing import IntoFrame

from crmkit._calendar import Freq
from crmkit._checks import check_option, some
from crmkit._frames import AnyFrame, FrameT, collected, give_back, with_numpy_types
from crmkit._messages import Message, Setting
from crmkit._reading import DecimalMark, Invalid, Rows, columns_kept, count_rows, usable_rows
from crmkit.activity._ready import AMOUNT, COHORT, CUSTOMER, ORDERS, PERIOD, PROFIT, read_activity
from crmkit.errors import SchemaError

__all__ = ["BEFORE", "as_activity"]

BEFORE: Final = "before"
"""The cohort of customers acquired before the data."""

_TWICE: Final = Message(
    en="{@activity} has customers with several rows in a period, such as {ids}. Add them up, or check {@freq=}.",
    zh="{@activity} 中有客户在同一期间有多行，例如 {ids}。请先汇总，或检查 {@freq=}。",
)
_COHORTS: Final = Message(
    en="{@activity} has customers with several cohorts, such as {ids}. Give each customer one.",
    zh="{@activity} 中有客户属于多个批次，例如 {ids}，每位客户只能有一个。",
)
_NONE_LEFT: Final = Message(
    en="{@activity} has {n:,} {n:row|rows}, and none is left with {invalid}. {@audit_activity()} says where they went.",
    zh="{@activity} 有 {n:,} 行，按 {invalid} 处理后一行不剩。可用 {@audit_activity()} 查看各行的去向。",
)


def as_activity(
    activity: FrameT,
    *,
    freq: Freq | None = None,
    calendar: IntoFrame | None = None,
    customer_id: str = "customer_id",
    period: str = "period",
    n_orders: str = "n_orders",
    amount: str | None = None,
    profit: str | None = None,
    cohort: str | None = None,
    before: str = "before",
    date_format: str | None = None,
    time_zone: str | None = None,
    decimal: DecimalMark | None = None,
    currency_sign: str | None = None,
    keep: Sequence[str] = (),
    invalid: Invalid = "raise",
) -> FrameT:
    """Turn a table that is already by customer and period into a checked activity table.

    Parameters
    ----------
    activity : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        One row per customer and period, at least one. It is not changed.
    freq : str, optional
        "D", "W", "M", "Q" or "Y": day, week from Monday, month, quarter or year. Another last weekday or month
        is named: "W-SAT", "Q-JAN", "Y-MAR".
    calendar : table of any kind, optional
        Periods of one's own, such as 4-4-5 months; given in place of ``freq``: ``period``, a name; ``start`` and
        ``end``, the first and the last day; one after another. `retail_calendar` makes one.
    customer_id : str, default "customer_id"
        Column of customer ids: whole numbers or text. An empty text is not an id.
    period : str, default "period"
        Column of periods: any day of each; in memory also text such as "2016Q1", "2016-03" or "2016",
        or the names that ``calendar`` gives them.
    n_orders : str, default "n_orders"
        Column of orders in the period, whole, 0 where the customer was not active. Where it is missing together with
        amount and profit, the customer was not yet acquired, and the row is left out.
    amount, profit : str, optional
        Columns of net money and of profit in the period, in one currency.
    cohort : str, optional
        Column of the period in which a customer was acquired, written like ``period``; missing, or the text
        ``before``, for those acquired before the data.
    before : str, default "before"
        How the table names that cohort.
    date_format, time_zone, decimal, currency_sign : str, optional
        As in `crmkit.as_transactions`.
    keep : sequence of str, default ()
        Further columns to carry along.
    invalid : {"raise", "drop"}, default "raise"
        What to do with rows that cannot be used; `rejected_activity` returns the rows that "drop" leaves out.

    Returns
    -------
    the kind of frame given
        ``customer_id``; ``period``, its first day; ``n_orders``; ``amount``, missing where no column is named;
        ``profit`` and ``cohort`` where named; then the columns of ``keep``. ``cohort`` is text: the first day of the
        period, or "before" for those acquired before the first period of the table. In memory the rows keep their
        order, and on pandas their index. `crmkit.cohort_table` and `crmkit.metrics.retention_table` take such a table.

    Raises
    ------
    SchemaError
        If a column is missing, doubled or of a type that cannot be used, if rows cannot be used and ``invalid``
        is "raise", if no row is left, a customer has two rows in a period or two cohorts, ids are of mixed kinds, or a
        column of ``keep`` is missing or has a name of the table's own.
    TypeError
        If ``activity`` is not a frame, or ``keep`` is text.
    ValueError
        If an option is not one of those listed, not one of ``freq`` and ``calendar`` is given, or a period lies outside
        ``calendar``.

    See Also
    --------
    activity_table : The table from transactions.
    audit_activity : Where every row went.

    Examples
    --------
    >>> import pandas as pd
    >>> quarters = pd.DataFrame({
    ...     "customer_id": [7, 7, 8], "quarter": ["2016Q1", "2016Q2", "2016Q2"], "trans": [0, 2, 1],
    ...     "spend": [0.0, 50.0, 9.0], "acquired": ["earlier", "earlier", "2016Q2"],
    ... })
    >>> as_activity(quarters, freq="Q", period="quarter", n_orders="trans", amount="spend", cohort="acquired",
    ...             before="earlier")
       customer_id     period  n_orders  amount      cohort
    0            7 2016-01-01         0     0.0      before
    1            7 2016-04-01         2    50.0      before
    2            8 2016-04-01         1     9.0  2016-04-01
    """
    check_option(invalid, ("raise", "drop"), name="invalid")
    rows = read_activity(
        activity,
        freq=freq,
        calendar=calendar,
        customer_id=customer_id,
        period=period,
        n_orders=n_orders,
        amount=amount,
        profit=profit,
        cohort=cohort,
        before=before,
        date_format=date_format,
        time_zone=time_zone,
        decimal=decimal,
        currency_sign=currency_sign,
        keep=keep,
    )
    taken = ("customer_id", "period", "n_orders", "amount", "profit", "cohort")
    further = columns_kept(keep, rows, taken=taken, made_by="as_activity")
    kept = _kept(rows, invalid=invalid)
    columns = _columns(rows, kept)
    table = kept.select(*(column.alias(name) for name, column in columns.items()), *further)
    return give_back(with_numpy_types(table, columns=list(columns)), like=activity)


def _columns(rows: Rows, kept: AnyFrame) -> dict[str, nw.Expr]:
    columns = {
        "customer_id": nw.col(CUSTOMER),
        "period": nw.col(PERIOD),
        "n_orders": nw.col(ORDERS).cast(nw.Int64),
        "amount": nw.col(AMOUNT) if AMOUNT in rows.sources else nw.lit(None, dtype=nw.Float64),
    }
    if PROFIT in rows.sources:
        columns["profit"] = nw.col(PROFIT)
    if COHORT in rows.sources:
        first = collected(kept.select(nw.col(PERIOD).min().dt.to_string("%Y-%m-%d").alias("first")))["first"][0]
        day = nw.col(COHORT).dt.to_string("%Y-%m-%d")
        known = ~nw.col(COHORT).is_null() & (day >= first)
        columns["cohort"] = nw.when(known).then(day).otherwise(nw.lit(BEFORE))
    return columns


def _kept(rows: Rows, *, invalid: Invalid) -> AnyFrame:
    """Give the rows that go on: one per customer and period, one cohort per customer."""
    money = AMOUNT if AMOUNT in rows.sources else ORDERS
    counts = count_rows(rows, money=money, marks={"kept": rows.usable()})
    frame = usable_rows(rows, counts, invalid=invalid, money=money, key=CUSTOMER, rejected="rejected_activity")
    if counts.marked["kept"] == 0:
        raise SchemaError(_NONE_LEFT(n=counts.n_rows, invalid=Setting("invalid", invalid)))
    _refuse(frame.group_by(CUSTOMER, PERIOD).agg(nw.len().alias("n")), _TWICE)
    if COHORT in rows.sources:
        cohorts = frame.group_by(CUSTOMER, COHORT).agg(nw.len().alias("n_rows"))
        _refuse(cohorts.group_by(CUSTOMER).agg(nw.len().alias("n")), _COHORTS)
    return frame


def _refuse(groups: AnyFrame, problem: Message) -> None:
    found = collected(groups.filter(nw.col("n") > 1).select(CUSTOMER).head(6))[CUSTOMER].to_list()
    if found:
        raise SchemaError(problem(ids=some(sorted(found))))
