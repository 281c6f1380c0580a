"""The given rows with their standard columns beside them: the checked object at the start of everything."""

from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Final

import narwhals.stable.v2 as nw
import pandas as pd

from crmkit._calendar import next_day
from crmkit._checks import check_turnover, some
from crmkit._frames import AnyFrame, as_name, clean_ids, collected, in_memory, midnight, open_as_given, with_plain_types
from crmkit._names import Label
from crmkit.errors import SchemaError
from crmkit.transactions._amounts import clean_numbers
from crmkit.transactions._times import clean_times

__all__ = ["AMOUNT", "AUDIT_REASONS", "CUSTOMER", "ORDER", "QUANTITY", "REASONS", "TIME", "OrderRows", "read_orders"]

CUSTOMER: Final = "__crmkit_customer_id"
TIME: Final = "__crmkit_time"
AMOUNT: Final = "__crmkit_amount"
ORDER: Final = "__crmkit_order_id"
QUANTITY: Final = "__crmkit_quantity"
_UNIT_PRICE: Final = "__crmkit_unit_price"

AUDIT_REASONS: Final = MappingProxyType(
    {
        "no_customer": Label("No customer", "无客户编号"),
        "unusable_date": Label("Unusable date", "日期无效"),
        "unusable_amount": Label("Unusable amount", "金额无效"),
        "after_as_of": Label("After the as-of date", "晚于截止日"),
        "refund": Label("Refund", "退款"),
        "zero_price": Label("Zero price", "零价"),
        "kept": Label("Purchase", "购买"),
        "given": Label("Given", "合计"),
    }
)
"""What a row can be, with its name: the first that holds counts, the first three cannot be used. Then the sum."""
REASONS: Final = tuple(AUDIT_REASONS)[:-1]


@dataclass(frozen=True)
class OrderRows:
    """The rows as given, with clean standard columns added under private names."""

    frame: AnyFrame
    given: tuple[str, ...]
    sources: dict[str, str]

    def usable(self) -> nw.Expr:
        """Whether a row names a customer, a day and an amount."""
        return ~(nw.col(CUSTOMER).is_null() | nw.col(TIME).is_null() | nw.col(AMOUNT).is_null())

    def check_sum(self, turnover: float) -> None:
        """Raise unless the amounts can be added up, given the sum of them without their signs."""
        check_turnover(
            turnover, where=f"`orders['{self.sources[AMOUNT]}']`" if AMOUNT in self.sources else "the product"
        )

    def reason(self, *, as_of: datetime | None) -> nw.Expr:
        """The position of a row's reason in ``REASONS``."""
        amount, time = nw.col(AMOUNT), nw.col(TIME)
        holds = [nw.col(CUSTOMER).is_null(), time.is_null(), amount.is_null()]
        holds += [nw.lit(value=False) if as_of is None else time >= midnight(next_day(as_of), of=self.frame)]
        holds += [amount < 0, amount == 0]
        code: nw.Expr = nw.lit(len(REASONS) - 1)
        for position in reversed(range(len(holds))):
            code = nw.when(holds[position]).then(nw.lit(position)).otherwise(code)
        return code


def read_orders(
    orders: object,
    *,
    customer_id: str,
    date: str,
    amount: str | None,
    quantity: str | None,
    unit_price: str | None,
    order_id: str | None,
    currency: str | None,
    date_format: str | None,
    time_zone: str | None,
) -> OrderRows:
    """Name the columns of an order log and clean their values; no row is left out."""
    amount = _amount_column(amount, quantity, unit_price)
    sources = {
        CUSTOMER: customer_id,
        TIME: date,
        AMOUNT: amount,
        QUANTITY: quantity,
        _UNIT_PRICE: unit_price,
        ORDER: order_id,
    }
    named = {standard: as_name(column) for standard, column in sources.items() if column is not None}
    currency = None if currency is None else as_name(currency)
    frame = _opened(orders, [*named.values(), *([currency] if currency is not None else [])])
    given = tuple(frame.collect_schema())
    if currency is not None:
        _check_one_currency(frame, currency)
    # The columns given keep their types, for those who get rows back.
    frame = frame.with_columns(*(nw.col(column).alias(standard) for standard, column in named.items()))
    frame = with_plain_types(frame, columns=named)
    frame = _cleaned(frame, named, date_format=date_format, time_zone=time_zone)
    return OrderRows(frame=frame, given=given, sources=named)


def _amount_column(amount: str | None, quantity: str | None, unit_price: str | None) -> str | None:
    if unit_price is not None and (quantity is None or amount is not None):
        raise ValueError(
            "`unit_price` is multiplied by `quantity` where there is no `amount`: give amount=, "
            f"or quantity= and unit_price=; got {amount=}, {quantity=}, {unit_price=}."
        )
    return "amount" if amount is None and unit_price is None else amount


def _opened(orders: object, columns: list[str]) -> AnyFrame:
    frame = in_memory(open_as_given(orders, name="orders"))
    missing = [column for column in columns if column not in frame.collect_schema()]
    if missing:
        raise SchemaError(
            f"`orders` has no column {missing}; its columns are {list(frame.collect_schema())}. "
            "Name yours by keyword, for example customer_id='CustomerID'."
        )
    if isinstance(frame, nw.DataFrame) and frame.is_empty():
        raise SchemaError("`orders` has no rows. Give at least one order.")
    return frame


def _cleaned(frame: AnyFrame, named: dict[str, str], *, date_format: str | None, time_zone: str | None) -> AnyFrame:
    where = {standard: f"`orders['{column}']`" for standard, column in named.items()}
    frame = clean_ids(frame, CUSTOMER, where=where[CUSTOMER])
    frame = clean_times(frame, TIME, where=where[TIME], date_format=date_format, time_zone=time_zone)
    for standard in (AMOUNT, QUANTITY, _UNIT_PRICE):
        if standard in named:
            frame = clean_numbers(frame, standard, where=where[standard])
    if ORDER in named:
        frame = _cleaned_order_ids(frame)
    if _UNIT_PRICE not in named:
        return frame
    product = nw.col(QUANTITY) * nw.col(_UNIT_PRICE)
    return clean_numbers(frame.with_columns(product.alias(AMOUNT)), AMOUNT, where="the product")


def _cleaned_order_ids(frame: AnyFrame) -> AnyFrame:
    """Make order ids missing that are not a number or empty text; they may be of any type."""
    dtype, order = frame.collect_schema()[ORDER], nw.col(ORDER)
    if dtype.is_float():
        return frame.with_columns(nw.when(~order.is_nan()).then(order).alias(ORDER))
    if dtype in (nw.String, nw.Categorical, nw.Enum):
        # Cast, pandas may make text of what is missing.
        text = order if dtype == nw.String else order.cast(nw.String)
        named = ~order.is_null() & (text.str.strip_chars() != "")
        return frame.with_columns(nw.when(named).then(text).alias(ORDER))
    return frame


def _check_one_currency(frame: AnyFrame, currency: str) -> None:
    found = collected(with_plain_types(frame.select(currency)).unique().head(6))[currency].to_list()
    if len(found) > 1 or pd.isna(found[0]):
        raise SchemaError(
            f"`orders['{currency}']` holds the currencies {some(sorted(map(str, found)))}; amounts of several "
            "currencies cannot be added. Convert them to one, or pass one currency at a time."
        )
