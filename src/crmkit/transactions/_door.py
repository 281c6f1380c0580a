"""The one door: from any order log to the transactions table or to checked order lines."""

from collections.abc import Sequence
from typing import Literal, TypeAlias

import narwhals.stable.v2 as nw
import numpy as np

from crmkit._calendar import period_start
from crmkit._checks import check_option, some
from crmkit._frames import AnyFrame, FrameT, as_name, collected, give_back, give_table, with_numpy_types
from crmkit.errors import SchemaError
from crmkit.transactions._daily import days_by_expressions, days_in_memory
from crmkit.transactions._orders import AMOUNT, CUSTOMER, ORDER, QUANTITY, TIME, OrderRows, read_orders

__all__ = ["Invalid", "Returns", "as_order_lines", "as_transactions"]

Returns: TypeAlias = Literal["net", "drop"]
Invalid: TypeAlias = Literal["raise", "drop"]

_WANTING = {CUSTOMER: "without a customer", TIME: "with an unusable date", AMOUNT: "with an unusable amount"}
_ROWS_SHOWN = 5


def as_transactions(
    orders: FrameT,
    *,
    customer_id: str = "customer_id",
    date: str = "date",
    amount: str | None = None,
    quantity: str | None = None,
    unit_price: str | None = None,
    order_id: str | None = None,
    currency: str | None = None,
    date_format: str | None = None,
    time_zone: str | None = None,
    returns: Returns = "net",
    invalid: Invalid = "raise",
) -> FrameT:
    """Turn an order log into the transactions table: one row per customer and business day.

    A day with an order is a purchase day, unless it holds a refund and its net amount is not above zero; an
    order at price zero counts. A refund is a row whose amount is below zero. Its money stays in ``amount``.

    Parameters
    ----------
    orders : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        One row per order, order line or refund, at least one. It is not changed.
    customer_id : str, default "customer_id"
        Column of customer ids: whole numbers or text. An empty text is no id.
    date : str, default "date"
        Column of dates or times: typed, or in memory ISO text, or text in ``date_format``. Years outside 1901
        to 2099 are placeholders and count as unusable.
    amount : str, optional
        Column of money, in one currency; refunds are negative. "amount" unless ``unit_price`` is given.
        In memory, text is read as a number with a decimal point.
    quantity, unit_price : str, optional
        Columns whose product is the amount.
    order_id : str, optional
        Column of order ids; rows that share one on a day are one order. Without it every row is an order.
    currency : str, optional
        Column of currency codes; more than one code is refused.
    date_format : str, optional
        How text dates are written, as in `datetime.strptime`, for example "%d/%m/%Y".
    time_zone : str, optional
        IANA name of the zone whose days count, for times that carry a zone. In memory only.
    returns : {"net", "drop"}, default "net"
        Whether refunds reduce the amount of their day, or their rows are left out altogether.
    invalid : {"raise", "drop"}, default "raise"
        What to do with rows without a customer, a usable date or a usable amount; `rejected_orders` returns
        the rows that "drop" leaves out.

    Returns
    -------
    the kind of frame given
        ``customer_id``; ``date``, naive midnight; ``n_orders``, the distinct orders of the day, 0 on a day that
        is no purchase day; ``amount``, the net money of the day. In memory sorted by customer and date; an
        engine's rows have no order and are worked out when they are read.

    Raises
    ------
    SchemaError
        If a column is missing, doubled or of a type that cannot be used, if rows cannot be used and ``invalid``
        is "raise", if no row is left, if ids are of mixed kinds, or if there are several currencies.
    TypeError
        If ``orders`` is no frame.
    ValueError
        If an option is none of those listed, or options contradict one another.

    See Also
    --------
    audit_orders : Where every row and every unit of money went.

    Examples
    --------
    >>> import pandas as pd
    >>> orders = pd.DataFrame({
    ...     "customer_id": ["ann", "ann", "ann", "bo"],
    ...     "date": ["2024-03-01 09:30", "2024-03-01 17:00", "2024-03-05", "2024-03-02"],
    ...     "amount": [20.0, 10.0, -10.0, 5.0],
    ... })
    >>> as_transactions(orders)
      customer_id       date  n_orders  amount
    0         ann 2024-03-01         2    30.0
    1         ann 2024-03-05         0   -10.0
    2          bo 2024-03-02         1     5.0
    """
    check_option(returns, ("net", "drop"), name="returns")
    check_option(invalid, ("raise", "drop"), name="invalid")
    rows = read_orders(
        orders,
        customer_id=customer_id,
        date=date,
        amount=amount,
        quantity=quantity,
        unit_price=unit_price,
        order_id=order_id,
        currency=currency,
        date_format=date_format,
        time_zone=time_zone,
    )
    standard = {"customer_id": CUSTOMER, "time": TIME, "amount": AMOUNT}
    if order_id is not None:
        standard["order_id"] = ORDER
    kept = _kept(rows, returns=returns, invalid=invalid)
    kept = kept.select(*(nw.col(column).alias(name) for name, column in standard.items()))
    days = days_in_memory(kept) if isinstance(kept, nw.DataFrame) else days_by_expressions(kept)
    return give_table(days, like=orders)


def as_order_lines(
    orders: FrameT,
    *,
    order_id: str,
    customer_id: str = "customer_id",
    date: str = "date",
    amount: str | None = None,
    quantity: str | None = None,
    unit_price: str | None = None,
    currency: str | None = None,
    date_format: str | None = None,
    time_zone: str | None = None,
    keep: Sequence[str] = (),
    returns: Returns = "net",
    invalid: Invalid = "raise",
) -> FrameT:
    """Turn an order log into checked order lines, for what needs products, channels or the time of day.

    Parameters
    ----------
    orders : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        One row per order line or refund, at least one. It is not changed.
    order_id : str
        Column of order ids.
    customer_id, date, amount, quantity, unit_price, currency, date_format, time_zone : str, optional
        As in `as_transactions`. ``quantity`` is carried along, with or without ``unit_price``.
    keep : sequence of str, default ()
        Further columns to carry along, such as product, category, channel or region.
    returns : {"net", "drop"}, default "net"
        Whether the rows of refunds stay, with their negative amounts, or are left out.
    invalid : {"raise", "drop"}, default "raise"
        As in `as_transactions`.

    Returns
    -------
    the kind of frame given
        ``customer_id``; ``order_id`` as given; ``date``, naive midnight; ``time``, naive local time;
        ``quantity``, missing where no column is named; ``amount``; then the columns of ``keep``. In memory the
        rows keep their order, and on pandas their index.

    Raises
    ------
    SchemaError
        As in `as_transactions`, or if a column of ``keep`` is missing or has a name of the table's own.
    TypeError
        If ``orders`` is no frame.
    ValueError
        If an option is none of those listed, or options contradict one another.

    Examples
    --------
    >>> import pandas as pd
    >>> orders = pd.DataFrame({
    ...     "invoice": ["A1", "A1"], "customer": [7, 7], "when": ["2024-03-01 09:30"] * 2,
    ...     "units": [2, 1], "price": [1.5, 4.0], "product": ["cup", "tray"],
    ... })
    >>> lines = as_order_lines(orders, order_id="invoice", customer_id="customer", date="when",
    ...                        quantity="units", unit_price="price", keep=["product"])
    >>> lines[["order_id", "date", "quantity", "amount", "product"]]
      order_id       date  quantity  amount product
    0       A1 2024-03-01       2.0     3.0     cup
    1       A1 2024-03-01       1.0     4.0    tray
    """
    check_option(returns, ("net", "drop"), name="returns")
    check_option(invalid, ("raise", "drop"), name="invalid")
    rows = read_orders(
        orders,
        customer_id=customer_id,
        date=date,
        amount=amount,
        quantity=quantity,
        unit_price=unit_price,
        order_id=order_id,
        currency=currency,
        date_format=date_format,
        time_zone=time_zone,
    )
    columns = {
        "customer_id": nw.col(CUSTOMER),
        "order_id": nw.col(ORDER),
        "date": period_start(nw.col(TIME), freq="D"),
        "time": nw.col(TIME),
        "quantity": nw.col(QUANTITY) if quantity is not None else nw.lit(None, dtype=nw.Float64),
        "amount": nw.col(AMOUNT),
    }
    _check_keep(keep, given=rows.given, taken=columns)
    keep = [as_name(label) for label in keep]
    kept = _kept(rows, returns=returns, invalid=invalid)
    lines = kept.select(*(column.alias(name) for name, column in columns.items()), *keep)
    return give_back(with_numpy_types(lines, columns=list(columns)), like=orders)


def _check_keep(keep: Sequence[str], *, given: tuple[str, ...], taken: dict[str, nw.Expr]) -> None:
    if isinstance(keep, str):
        raise TypeError(f"`keep` must be a sequence of column names, got the text {keep!r}. Pass [{keep!r}].")
    missing = [column for column in keep if as_name(column) not in given]
    if missing:
        raise SchemaError(f"`orders` has no column {missing} to keep; its columns are {list(given)}.")
    clash = [column for column in keep if column in taken]
    if clash:
        raise SchemaError(f"`keep` names {clash}, which the table of order lines has as its own. Rename them first.")
    if len(set(keep)) < len(keep):
        raise ValueError(f"`keep` must name each column once, got {list(keep)}.")


def _kept(rows: OrderRows, *, returns: Returns, invalid: Invalid) -> AnyFrame:
    """The rows that go on; all the reasons to refuse are looked for in one pass."""
    frame = rows.frame
    n_rows, wanting, unnumbered, n_kept, turnover = _count(rows, returns=returns)
    if n_rows == 0:
        raise SchemaError("`orders` has no rows. Give at least one order.")
    if any(wanting.values()) and invalid == "raise":
        raise SchemaError(_complaint(rows, wanting))
    rows.check_sum(turnover)
    # An engine's rows may change until the query runs.
    if any(wanting.values()) or isinstance(frame, nw.LazyFrame):
        frame = frame.filter(rows.usable())
    if unnumbered:
        column = rows.sources[ORDER]
        raise SchemaError(
            f"`orders['{column}']` has {unnumbered} missing values on rows that are otherwise usable. "
            "Fill them, or leave order_id out so that every row is an order."
        )
    if returns == "drop":
        frame = frame.filter(nw.col(AMOUNT) >= 0)
    if n_kept == 0:
        raise SchemaError(
            f"`orders` has {n_rows} rows, and none is left with {invalid=} and {returns=}. "
            "audit_orders says where they went."
        )
    return frame


def _count(rows: OrderRows, *, returns: Returns) -> tuple[int, dict[str, int], int, int, float]:
    """Count the rows, those wanting by standard column, those without an order id, those kept; add up their money."""
    flags = {column: nw.col(column).is_null() for column in _WANTING}
    flags["kept"] = rows.usable() & (nw.col(AMOUNT) >= 0) if returns == "drop" else rows.usable()
    if ORDER in rows.sources:
        flags["unnumbered"] = nw.col(ORDER).is_null() & flags["kept"]
    turnover = nw.when(rows.usable()).then(nw.col(AMOUNT).abs()).alias("turnover")
    marked = rows.frame.select(turnover, *(flag.cast(nw.Int64).alias(name) for name, flag in flags.items()))
    sums = (nw.col(name).sum() for name in ("turnover", *flags))
    with np.errstate(over="ignore"):
        totals = collected(marked.select(nw.len().alias("n_rows"), *sums)).to_dict(as_series=False)
    money = float(totals.pop("turnover")[0] or 0.0)
    counts = {name: int(values[0] or 0) for name, values in totals.items()}
    wanting = {column: counts[column] for column in _WANTING}
    return counts["n_rows"], wanting, counts.get("unnumbered", 0), counts["kept"], money


def _complaint(rows: OrderRows, wanting: dict[str, int]) -> str:
    parts = [f"{count} {_WANTING[column]} ({_examples(rows, column)})" for column, count in wanting.items() if count]
    format_hint = " Text dates other than ISO need date_format=." if wanting[TIME] and _is_text(rows) else ""
    return (
        f"`orders` has rows that cannot be used: {'; '.join(parts)}.{format_hint} "
        "Mend them, or pass invalid='drop'; rejected_orders returns them."
    )


def _is_text(rows: OrderRows) -> bool:
    return rows.frame.collect_schema()[rows.sources[TIME]] in (nw.String, nw.Object)


def _examples(rows: OrderRows, column: str) -> str:
    """Row positions and values in memory; on an engine, customers."""
    missing = nw.col(column).is_null()
    if isinstance(rows.frame, nw.DataFrame):
        positions = np.flatnonzero(rows.frame.select(flag=missing)["flag"].to_numpy())[: _ROWS_SHOWN + 1]
        shown = f"first at rows {some(positions.tolist())}"
        source = rows.sources.get(column)
        if source is None or column == CUSTOMER:
            return shown
        return f"{shown}, `{source}` is {some(rows.frame[source][positions.tolist()].to_list())}"
    if column == CUSTOMER:
        return f"column `{rows.sources[CUSTOMER]}`"
    ids = collected(rows.frame.filter(missing).select(CUSTOMER).head(_ROWS_SHOWN))[CUSTOMER].to_list()
    return f"customers {some(ids)}"
