"""From any order log to the transactions table or to checked order lines."""

from collections.abc import Sequence
from typing import Final, Literal, TypeAlias

import narwhals.stable.v2 as nw
from narwhals.stable.v2.typing import IntoFrame

from crmkit._calendar import period_start
from crmkit._checks import check_option
from crmkit._frames import AnyFrame, FrameT, give_back, give_table, with_numpy_types
from crmkit._messages import Message, Setting
from crmkit._reading import DecimalMark, Invalid, Rows, columns_kept, count_rows, usable_rows
from crmkit.errors import SchemaError
from crmkit.transactions._daily import days_by_expressions, days_in_memory
from crmkit.transactions._orders import AMOUNT, CUSTOMER, ORDER, QUANTITY, TIME, has_prices, read_orders

__all__ = ["Invalid", "Returns", "as_order_lines", "as_transactions"]

Returns: TypeAlias = Literal["net", "drop"]

_NO_NUMBER: Final = nw.lit(None, dtype=nw.Float64)

_UNNUMBERED: Final = Message(
    en="{where} has {n:,} missing {n:value|values} on rows that are otherwise usable. Fill them, or pass "
    "{@order_id=None} so that every row is an order.",
    zh="其他内容可用的行中，{where}有 {n:,} 个缺失值。请补全，或用 {@order_id=None} 将每行视为一个订单。",
)
_NONE_LEFT: Final = Message(
    en="{@orders} has {n:,} {n:row|rows}, and none is left with {invalid} and {returns}. {@audit_orders()} says where "
    "they went.",
    zh="{@orders} 有 {n:,} 行，按 {invalid} 与 {returns} 处理后一行不剩。可用 {@audit_orders()} 查看各行的去向。",
)


def as_transactions(
    orders: FrameT,
    *,
    customer_id: str = "customer_id",
    merge_ids: IntoFrame | None = None,
    date: str = "date",
    amount: str | None = "amount",
    quantity: str | None = None,
    unit_price: str | None = None,
    order_id: str | None = None,
    currency: str | None = None,
    rates: IntoFrame | None = None,
    status: str | None = None,
    counts: Sequence[str] | None = None,
    refund: str | None = None,
    refund_date: str | None = None,
    date_format: str | None = None,
    time_zone: str | None = None,
    decimal: DecimalMark | None = None,
    currency_sign: str | None = None,
    returns: Returns = "net",
    invalid: Invalid = "raise",
) -> FrameT:
    """Turn an order log into the transactions table: one row per customer and business day.

    A day with an order is a purchase day, unless it holds a refund and its net amount is not above zero. An
    order at price zero counts. A refund is a row whose amount is below zero; its money stays in ``amount``.

    Parameters
    ----------
    orders : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        One row per order, order line or refund, at least one. It is not changed.
    customer_id : str, default "customer_id"
        Column of customer ids: whole numbers or text. An empty text is not an id.
    merge_ids : table of any kind, optional
        Ids of one person that are joined: ``customer_id`` and ``merged_id``, the id that it becomes. Chains are
        followed to their end; ids that are not listed stay as they are. Where one table has whole numbers and the other
        text, ids become text. `audit_merge_ids` says how many ids became how many.
    date : str, default "date"
        Column of dates or times: typed, or in memory ISO text, or text in ``date_format``. Years outside 1901
        to 2099 are placeholders and count as unusable.
    amount : str or None, default "amount"
        Column of money, in one currency unless there are ``rates``; refunds are negative. With ``unit_price`` there
        is none. None without ``unit_price`` is for orders without a price: ``amount`` is then missing throughout, and
        rows with a ``quantity`` below 0 take the place of refunds.
        In memory, text is read as businesses write it: 1,234.50 or 1.234,50 or 1 234.50, with the sign or code of a
        currency before or after it, refunds as -5, 5- or (5). All numbers are in one notation, found out unless
        ``decimal`` tells it; a column that fits two, or none, is refused.
    quantity, unit_price : str, optional
        Columns whose product is the amount. A quantity beside an ``amount`` has no use here and is refused;
        `as_order_lines` carries it along.
    order_id : str, optional
        Column of order ids; rows that share one on a day are one order. Without it every row is an order.
    currency : str, optional
        Column of currency codes, whatever their case and the spaces around them; more than one code on rows that can
        be used is refused unless there are ``rates``.
    rates : table of any kind, optional
        What one unit of each currency is worth in the currency of the result: ``currency``, ``rate`` (above 0; 1 for
        the currency of the result itself) and, where rates change, ``date``, the day from which each holds until the
        next one. All money is converted at the rate of the row's own day, except refunds of orders with ids, which
        take the rate of the day of the first purchase row of their order and customer, if that has one. Rows in a
        currency without a rate, or without one yet on their day, cannot be used.
    status : str, optional
        Column of the status of orders, such as paid or cancelled. Rows whose status does not count are left out
        whatever ``invalid`` says, as are rows without one.
    counts : sequence of str, optional
        The values of ``status`` that count, whatever their case, spaces and punctuation. Without it those that are
        usual in English, Chinese, German, French, Spanish and Japanese count, and other values are refused until
        this says what counts.
    refund : str, optional
        Column of money that went back for the order of the row, whatever its sign; empty where nothing did. Each
        refund is a row of its own, a refund of that order on the order's date, in the audit too.
    refund_date : str, optional
        Column of the dates on which refunds were paid, written like ``date``: each refund is booked on its own date,
        or on the order's where that is empty. `audit_refunds` counts both. A date that cannot be read makes the row
        unusable if there is a refund.
    date_format : str, optional
        How text dates are written, as in `datetime.strptime`, for example "%d/%m/%Y"; "excel" for the day numbers
        of a spreadsheet, "unix" for times in UTC counted since 1970 in seconds, thousandths or smaller. Months may have
        names in several languages. Text that is not ISO is refused without it, with the formats that fit.
    time_zone : str, optional
        IANA name of the zone whose days count, for times that carry a zone; for frames in memory only.
    decimal : {".", ","}, optional
        The decimal mark of numbers in text, where both 1.234 and 1,234 could be thousands.
    currency_sign : str, optional
        A currency sign beside amounts in text that is not among those known.
    returns : {"net", "drop"}, default "net"
        Whether refunds reduce the amount of their day, or their rows are left out altogether.
    invalid : {"raise", "drop"}, default "raise"
        What to do with rows without a customer, a usable date, a usable amount or a rate; `rejected_orders`
        returns the rows that "drop" leaves out.

    Returns
    -------
    the kind of frame given
        ``customer_id``; ``date``, naive midnight; ``n_orders``, the distinct orders of the day, 0 on a day that
        is not a purchase day; ``amount``, the net money of the day, missing throughout for orders without a
        price. In memory sorted by customer and date; an
        engine's rows have no order and are worked out when they are read.

    Raises
    ------
    SchemaError
        If a column is missing, doubled or of a type that cannot be used, if rows cannot be used and ``invalid``
        is "raise", if no row is left, if ids are of mixed kinds, if there are several currencies and no ``rates``, or
        if ``rates`` is not a table of rates, or if ``merge_ids`` is not a crosswalk of ids, goes round in a circle or
        gives an id two to become.
    TypeError
        If ``orders`` is not a frame.
    ValueError
        If an option is not one of those listed, or options contradict one another.

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
        merge_ids=merge_ids,
        date=date,
        amount=amount,
        quantity=quantity,
        unit_price=unit_price,
        order_id=order_id,
        currency=currency,
        rates=rates,
        status=status,
        counts=counts,
        refund=refund,
        refund_date=refund_date,
        date_format=date_format,
        time_zone=time_zone,
        decimal=decimal,
        currency_sign=currency_sign,
    )
    standard = {"customer_id": CUSTOMER, "time": TIME, "amount": AMOUNT}
    if order_id is not None:
        standard["order_id"] = ORDER
    kept = _kept(rows, returns=returns, invalid=invalid)
    kept = kept.select(*(nw.col(column).alias(name) for name, column in standard.items()))
    days = days_in_memory(kept) if isinstance(kept, nw.DataFrame) else days_by_expressions(kept)
    if not has_prices(rows):
        days = days.with_columns(_NO_NUMBER.alias("amount"))
    return give_table(days, like=orders)


def as_order_lines(
    orders: FrameT,
    *,
    order_id: str,
    customer_id: str = "customer_id",
    merge_ids: IntoFrame | None = None,
    date: str = "date",
    amount: str | None = "amount",
    quantity: str | None = None,
    unit_price: str | None = None,
    currency: str | None = None,
    rates: IntoFrame | None = None,
    status: str | None = None,
    counts: Sequence[str] | None = None,
    refund: str | None = None,
    refund_date: str | None = None,
    date_format: str | None = None,
    time_zone: str | None = None,
    decimal: DecimalMark | None = None,
    currency_sign: str | None = None,
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
    customer_id : str, optional
        As in `as_transactions`.
    merge_ids : table of any kind, optional
        As in `as_transactions`.
    date, amount, quantity, unit_price, currency : str, optional
        As in `as_transactions`.
    rates : table of any kind, optional
        As in `as_transactions`.
    status : str, optional
        As in `as_transactions`.
    counts : sequence of str, optional
        As in `as_transactions`.
    refund, refund_date : str, optional
        As in `as_transactions`.
    date_format, time_zone, decimal, currency_sign : str, optional
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
        ``quantity`` and ``amount``, missing where no column is named; then the columns of ``keep``. In memory the
        rows keep their order, and on pandas their index.

    Raises
    ------
    SchemaError
        As in `as_transactions`, or if a column of ``keep`` is missing or has a name of the table's own.
    TypeError
        If ``orders`` is not a frame.
    ValueError
        If an option is not one of those listed, or options contradict one another.

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
        merge_ids=merge_ids,
        date=date,
        amount=amount,
        quantity=quantity,
        unit_price=unit_price,
        order_id=order_id,
        currency=currency,
        rates=rates,
        status=status,
        counts=counts,
        refund=refund,
        refund_date=refund_date,
        date_format=date_format,
        time_zone=time_zone,
        decimal=decimal,
        currency_sign=currency_sign,
        keep=keep,
        with_quantity=True,
    )
    columns = {
        "customer_id": nw.col(CUSTOMER),
        "order_id": nw.col(ORDER),
        "date": period_start(nw.col(TIME), freq="D"),
        "time": nw.col(TIME),
        "quantity": nw.col(QUANTITY) if quantity is not None else _NO_NUMBER,
        "amount": nw.col(AMOUNT) if has_prices(rows) else _NO_NUMBER,
    }
    further = columns_kept(keep, rows, taken=columns, made_by="as_order_lines")
    kept = _kept(rows, returns=returns, invalid=invalid)
    lines = kept.select(*(column.alias(name) for name, column in columns.items()), *further)
    return give_back(with_numpy_types(lines, columns=list(columns)), like=orders)


def _kept(rows: Rows, *, returns: Returns, invalid: Invalid) -> AnyFrame:
    """Give the rows that go on; all the reasons to refuse are looked for in one pass."""
    bought = nw.col(AMOUNT) >= 0
    marks = {"kept": rows.usable() & bought if returns == "drop" else rows.usable()}
    if ORDER in rows.sources:
        marks["unnumbered"] = nw.col(ORDER).is_null() & marks["kept"]
    counts = count_rows(rows, money=AMOUNT, marks=marks)
    frame = usable_rows(rows, counts, invalid=invalid, money=AMOUNT, key=CUSTOMER, rejected="rejected_orders")
    if counts.marked.get("unnumbered", 0):
        raise SchemaError(_UNNUMBERED(where=rows.where[ORDER], n=counts.marked["unnumbered"]))
    if counts.marked["kept"] == 0:
        settings = {"invalid": Setting("invalid", invalid), "returns": Setting("returns", returns)}
        raise SchemaError(_NONE_LEFT(n=counts.n_rows, **settings))
    return frame.filter(bought) if returns == "drop" else frame
