"""The tables of periods: calendars, activity, cohorts, and the opportunities of discrete time."""

from typing import Final

from crmkit._messages import Message
from crmkit._tables._schema import Field, Rule, Schema

__all__ = ["ACTIVITY", "CALENDAR", "COHORTS", "COHORT_REVENUE", "OPPORTUNITIES"]

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
        Field(
            "smoothed_retention",
            "share",
            "the retention drawn towards that of all cohorts at that age",
            missing="where it is not complete",
            optional=True,
        ),
        Field("is_complete", "flag", "whether the period of that age is over"),
        Field(
            "lower",
            "share",
            "the lower end of the interval of the retention, smoothed where it is",
            missing="where it is not complete",
        ),
        Field("upper", "share", "the upper end", missing="where it is not complete"),
    ),
)

_PRICED: Final = "throughout where orders carry no price"

COHORT_REVENUE: Final = Schema(
    name="cohort_revenue",
    row="a cohort at an age, and its money",
    made_by="cohort_table(kind='revenue')",
    fields=(
        Field("cohort", "day", "the first day of the period of the first purchase"),
        Field("age", "count", "periods since then", whole=True),
        Field("n_customers", "count", "customers of the cohort with a purchase day at that age", whole=True),
        Field("size", "count", "customers of the cohort", whole=True),
        Field("amount", "money", "net money at that age", missing=_PRICED),
        Field("amount_per_customer", "money", "`amount` / `size`", missing=_PRICED),
        Field("cumulative_amount", "money", "net money from age 0 to that age", missing=_PRICED),
        Field("cumulative_amount_per_customer", "money", "`cumulative_amount` / `size`", missing=_PRICED),
        Field(
            "revenue_retention",
            "number",
            "`amount` / that of age 0",
            missing="where that is not above 0, and without a price",
        ),
        Field("is_complete", "flag", "whether the period of that age is over"),
        Field(
            "lower",
            "money",
            "the lower end of the interval of `amount_per_customer`",
            missing="where it is not complete, of one customer, and without a price",
        ),
        Field("upper", "money", "the upper end", missing="likewise"),
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
