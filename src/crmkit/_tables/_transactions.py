"""The transactions table and the order lines."""

from typing import Final

from crmkit._tables._schema import Field, Schema

__all__ = ["ORDER_LINES", "TRANSACTIONS"]

_CUSTOMER: Final = Field("customer_id", "id", "the customer")

TRANSACTIONS: Final = Schema(
    name="transactions",
    row="a customer on a business day",
    made_by="as_transactions",
    fields=(
        _CUSTOMER,
        Field("date", "day", "the day"),
        Field("n_orders", "count", "different orders; 0 on a day that is not a purchase day", whole=True),
        Field("amount", "money", "net money", missing="throughout where orders carry no price"),
    ),
)

ORDER_LINES: Final = Schema(
    name="order_lines",
    row="a line of an order",
    made_by="as_order_lines",
    fields=(
        _CUSTOMER,
        Field("order_id", "label", "the order, as it was given"),
        Field("date", "day", "the day"),
        Field("time", "time", "the time"),
        Field("quantity", "number", "units; below 0 where goods came back", missing="where no column is named"),
        Field(
            "amount",
            "money",
            "net money; below 0 for a refund",
            missing="throughout where orders carry no price",
        ),
    ),
)
