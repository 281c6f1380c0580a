"""The customers table, its cells, and its split into calibration and holdout."""

from typing import Final

from crmkit._messages import Message
from crmkit._tables._schema import Field, Rule, Schema

__all__ = ["CELLS", "CUSTOMERS", "HOLDOUT", "READY_CUSTOMERS"]

_NO_PURCHASE: Final = "without a purchase day"
_RECENCY: Final = Field("recency", "count", "days from the first to the last purchase day", missing=_NO_PURCHASE)
_T: Final = Field("T", "count", "days from the first purchase day to `as_of`", missing=_NO_PURCHASE)
_FREQUENCY: Final = Field("frequency", "count", "purchase days after the first", missing=_NO_PURCHASE, whole=True)
_RECENCY_WITHIN_T: Final = Rule(
    columns=("recency", "T"),
    broken=lambda column: column["recency"] > column["T"],
    says=Message(en="{recency} is above {T}", zh="{recency}大于{T}"),
)

CUSTOMERS: Final = Schema(
    name="customers",
    row="a customer at `as_of`",
    made_by="customer_summary",
    fields=(
        Field("customer_id", "id", "the customer"),
        Field("first_order", "day", "the first purchase day", missing=_NO_PURCHASE),
        Field("last_order", "day", "the last purchase day", missing=_NO_PURCHASE),
        Field("n_orders", "count", "orders on purchase days", whole=True),
        Field(
            "spend",
            "money",
            "net money, refunds included",
            missing="for those with a transaction, where orders carry no price",
        ),
        Field(
            "returned",
            "money",
            "money that went back on days that are not purchase days",
            missing="for those with a transaction, where orders carry no price",
            low=0,
        ),
        Field("days_since_last", "count", "days from the last purchase day to `as_of`", missing=_NO_PURCHASE),
        Field("tenure_days", "count", "days from the first purchase day to `as_of`", missing=_NO_PURCHASE),
        _FREQUENCY,
        _RECENCY,
        _T,
        Field(
            "monetary_value",
            "money",
            "mean amount of the purchase days after the first",
            missing="without a purchase day after the first, or where orders carry no price",
        ),
    ),
    rules=(
        _RECENCY_WITHIN_T,
        Rule(
            columns=("first_order", "last_order"),
            broken=lambda column: column["first_order"] > column["last_order"],
            says=Message(en="{first_order} is after {last_order}", zh="{first_order}晚于{last_order}"),
        ),
    ),
)

READY_CUSTOMERS: Final = Schema(
    name="customers",
    row="a customer whose totals came ready",
    made_by="as_customers",
    fields=(
        Field("customer_id", "id", "the customer"),
        Field("first_order", "day", "the day of the first order", missing="without an order", optional=True),
        Field("last_order", "day", "the day of the last order", missing="without an order", optional=True),
        Field("n_orders", "count", "orders", whole=True),
        Field("spend", "money", "net money"),
        Field(
            "days_since_last", "count", "days from the last order to the day of the table", missing="without an order"
        ),
        Field(
            "tenure_days",
            "count",
            "days from the first order to the day of the table",
            missing="without an order, or where no column is named",
        ),
    ),
    rules=(
        Rule(
            columns=("days_since_last", "tenure_days"),
            broken=lambda column: column["days_since_last"] > column["tenure_days"],
            says=Message(en="{days_since_last} is above {tenure_days}", zh="{days_since_last}大于{tenure_days}"),
        ),
    ),
)

HOLDOUT: Final = Schema(
    name="holdout",
    row="a customer of the calibration period, and what came after it",
    made_by="holdout_split",
    fields=(
        *CUSTOMERS.fields,
        Field("holdout_orders", "count", "orders on purchase days of the holdout period", whole=True),
        Field("holdout_days", "count", "purchase days of the holdout period", whole=True),
        Field(
            "holdout_spend",
            "money",
            "net money of the holdout period",
            missing="throughout where orders carry no price",
        ),
    ),
    rules=CUSTOMERS.rules,
)

CELLS: Final = Schema(
    name="customers",
    row="customers whom a purchase model cannot tell apart",
    made_by="cells",
    fields=(
        Field("frequency", "count", "purchase days after the first", whole=True),
        Field("recency", "count", "days from the first to the last purchase day"),
        Field("T", "count", "days from the first purchase day to `as_of`"),
        Field("n_customers", "count", "customers", whole=True),
    ),
    rules=(_RECENCY_WITHIN_T,),
)
