"""The tables of periods: calendars, activity, cohorts, and the opportunities of discrete time."""

from typing import Final

from crmkit._messages import Message
from crmkit._tables._schema import Field, Rule, Schema

__all__ = ["ACTIVITY", "CALENDAR", "COHORTS", "OPPORTUNITIES"]

CALENDAR: Final = Schema(
    name="calendar",
    row="a period; one follows another",
    made_by="retail_calendar",
    fields=(
        Field("period", "label", "its name"),
        Field("start", "day", "the first day"),
        Field("end", "day", "the last day"),
    ),
)

ACTIVITY: Final = Schema(
    name="activity",
    row="a customer in a period with a transaction",
    made_by="activity_table",
    fields=(
        Field("customer_id", "id", "the customer"),
        Field("period", "day", "the first day of the period"),
        Field("n_orders", "count", "orders on purchase days; 0 where only refunds came", whole=True),
        Field("amount", "money", "net money", missing="throughout where orders carry no price"),
        Field("profit", "money", "profit", optional=True),
        Field(
            "cohort",
            "label",
            "the first day of the period of acquisition, as text; `before` for customers acquired before the data",
            optional=True,
        ),
    ),
)

COHORTS: Final = Schema(
    name="cohorts",
    row="a cohort at an age",
    made_by="cohort_table",
    fields=(
        Field("cohort", "day", "the first day of the period of the first purchase"),
        Field("age", "count", "periods since then", whole=True),
        Field("n_customers", "count", "customers of the cohort with a purchase day at that age", whole=True),
        Field("size", "count", "customers of the cohort", whole=True),
        Field("retention", "share", "`n_customers` / `size`"),
        Field("is_complete", "flag", "whether the period of that age is over"),
        Field("lower", "share", "the lower end of its interval", missing="where it is not complete"),
        Field("upper", "share", "the upper end", missing="where it is not complete"),
    ),
)

OPPORTUNITIES: Final = Schema(
    name="customers",
    row="a customer first seen in a complete period",
    made_by="opportunity_table",
    fields=(
        Field("customer_id", "id", "the customer", optional=True),
        Field("first_period", "day", "the first day of the period of the first purchase", optional=True),
        Field("n_transactions", "count", "opportunities used", whole=True),
        Field("last_transaction", "count", "the number of the last one used; 0 if none was", whole=True),
        Field("n_opportunities", "count", "complete periods after the first", whole=True),
    ),
    rules=(
        Rule(
            columns=("last_transaction", "n_opportunities"),
            broken=lambda column: column["last_transaction"] > column["n_opportunities"],
            says=Message(
                en="{last_transaction} is above {n_opportunities}", zh="{last_transaction}大于{n_opportunities}"
            ),
        ),
    ),
)
