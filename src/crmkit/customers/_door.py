"""From a ready table of customers to the columns that scores and segments compare."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import narwhals.stable.v2 as nw

from crmkit._checks import Day, check_option, some
from crmkit._frames import AnyFrame, FrameT, collected, give_back, with_numpy_types
from crmkit._messages import Message, Setting
from crmkit._reading import DecimalMark, Invalid, Rows, columns_kept, count_rows, usable_rows
from crmkit.customers._ready import CUSTOMER, DAYS, FIRST, LAST, ORDERS, SPEND, TENURE, read_customers
from crmkit.errors import SchemaError

__all__ = ["as_customers"]

_TWICE: Final = Message(
    en="{@customers} has ids more than once, such as {ids}. Give one row per customer.",
    zh="{@customers} 中的编号重复出现，例如 {ids}，每位客户只能有一行。",
)
_NONE_LEFT: Final = Message(
    en="{@customers} has {n:,} {n:row|rows}, and none is left with {invalid}. {@audit_customers()} says where "
    "they went.",
    zh="{@customers} 有 {n:,} 行，按 {invalid} 处理后一行不剩。可用 {@audit_customers()} 查看各行的去向。",
)


def as_customers(
    customers: FrameT,
    *,
    customer_id: str = "customer_id",
    n_orders: str = "n_orders",
    spend: str = "spend",
    days_since_last: str | None = None,
    last_order: str | None = None,
    tenure_days: str | None = None,
    first_order: str | None = None,
    as_of: Day | None = None,
    date_format: str | None = None,
    time_zone: str | None = None,
    decimal: DecimalMark | None = None,
    currency_sign: str | None = None,
    keep: Sequence[str] = (),
    invalid: Invalid = "raise",
) -> FrameT:
    """Turn a ready table of customers, with their orders, spend and recency, into one that can be scored.

    For those who have no order log but its totals, as many exports and data sets do. Scores, segments, tiers and
    concentration need no more. The purchase models do: they count purchase days, which totals do not tell, and refuse.

    Parameters
    ----------
    customers : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        One row per customer, at least one. It is not changed.
    customer_id : str, default "customer_id"
        Column of customer ids: whole numbers or text, each once. An empty text is not an id.
    n_orders : str, default "n_orders"
        Column of the number of orders, whole, 0 for customers without one.
    spend : str, default "spend"
        Column of net money, in one currency.
    days_since_last : str, optional
        Column of days from the last order to the day of the table; "days_since_last" unless ``last_order`` is given.
    last_order : str, optional
        Column of the day of the last order instead, counted to ``as_of``.
    tenure_days : str, optional
        Column of days from the first order. Orders per year need it, or ``first_order``.
    first_order : str, optional
        Column of the day of the first order instead, counted to ``as_of``.
    as_of : date or ISO text, optional
        The day of the table; needed with ``last_order`` or ``first_order``.
    date_format, time_zone, decimal, currency_sign : str, optional
        As in `crmkit.as_transactions`.
    keep : sequence of str, default ()
        Further columns to carry along, such as region or age.
    invalid : {"raise", "drop"}, default "raise"
        What to do with rows that cannot be used; `rejected_customers` returns the rows that "drop" leaves out.

    Returns
    -------
    the kind of frame given
        ``customer_id``; ``first_order`` and ``last_order``, naive midnights, where named; ``n_orders``; ``spend``;
        ``days_since_last``, missing without an order; ``tenure_days``, missing without an order or where not named;
        then the columns of ``keep``. In memory the rows keep their order, and on pandas their index.

    Raises
    ------
    SchemaError
        If a column is missing, doubled or of a type that cannot be used, if rows cannot be used and ``invalid``
        is "raise", if no row is left, a customer has two rows, ids are of mixed kinds, or a column of ``keep`` is
        missing or has a name of the table's own.
    TypeError
        If ``customers`` is not a frame, or ``keep`` is text.
    ValueError
        If an option is not one of those listed, or options contradict one another.

    See Also
    --------
    audit_customers : Where every row and every unit of money went.

    Examples
    --------
    >>> import pandas as pd
    >>> totals = pd.DataFrame({
    ...     "id": [7, 8, 9], "revenue": [120.0, 0.0, 35.5], "orders": [4, 0, 1], "recency": [3, 9, 80],
    ... })
    >>> as_customers(totals, customer_id="id", spend="revenue", n_orders="orders", days_since_last="recency")
       customer_id  n_orders  spend  days_since_last  tenure_days
    0            7         4  120.0              3.0          NaN
    1            8         0    0.0              NaN          NaN
    2            9         1   35.5             80.0          NaN
    """
    check_option(invalid, ("raise", "drop"), name="invalid")
    rows = read_customers(
        customers,
        customer_id=customer_id,
        n_orders=n_orders,
        spend=spend,
        days_since_last=days_since_last,
        last_order=last_order,
        tenure_days=tenure_days,
        first_order=first_order,
        as_of=as_of,
        date_format=date_format,
        time_zone=time_zone,
        decimal=decimal,
        currency_sign=currency_sign,
        keep=keep,
    )
    columns = _columns(rows)
    further = columns_kept(keep, rows, taken=columns, made_by="as_customers")
    kept = _kept(rows, invalid=invalid)
    table = kept.select(*(column.alias(name) for name, column in columns.items()), *further)
    return give_back(with_numpy_types(table, columns=list(columns)), like=customers)


def _columns(rows: Rows) -> dict[str, nw.Expr]:
    """The table's own columns; without an order there is no recency."""
    bought = nw.col(ORDERS) > 0
    dates = {"first_order": FIRST, "last_order": LAST}
    return {
        "customer_id": nw.col(CUSTOMER),
        **{name: nw.when(bought).then(nw.col(day)) for name, day in dates.items() if day in rows.sources},
        "n_orders": nw.col(ORDERS).cast(nw.Int64),
        "spend": nw.col(SPEND),
        "days_since_last": nw.when(bought).then(nw.col(DAYS)),
        "tenure_days": nw.when(bought).then(nw.col(TENURE)),
    }


def _kept(rows: Rows, *, invalid: Invalid) -> AnyFrame:
    """Give the rows that go on, each of another customer."""
    counts = count_rows(rows, money=SPEND, marks={"kept": rows.usable()})
    frame = usable_rows(rows, counts, invalid=invalid, money=SPEND, key=CUSTOMER, rejected="rejected_customers")
    if counts.marked["kept"] == 0:
        raise SchemaError(_NONE_LEFT(n=counts.n_rows, invalid=Setting("invalid", invalid)))
    copies = frame.group_by(CUSTOMER).agg(nw.len().alias("n")).filter(nw.col("n") > 1)
    twice = collected(copies.select(CUSTOMER).head(6))[CUSTOMER].to_list()
    if twice:
        raise SchemaError(_TWICE(ids=some(sorted(twice))))
    return frame
