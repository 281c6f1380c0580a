"""The tables of how long customers stay: a row per spell, and a row per period of it."""

from typing import Final

from crmkit._messages import Message
from crmkit._tables._contracts import MOST_CUSTOMERS
from crmkit._tables._schema import Field, Rule, Schema

__all__ = ["DURATIONS", "PERSON_PERIODS"]

DURATIONS: Final = Schema(
    name="durations",
    row="a spell of a customer, from the first day to the loss or to the last day that counts",
    made_by="subscription_durations",
    fields=(
        Field("customer_id", "id", "the customer"),
        Field("spell", "count", "the customer's spells, from 1", whole=True, low=1, optional=True),
        Field("start", "day", "the first day paid; not needed where durations are in periods", optional=True),
        Field("end", "day", "the first day no longer served", missing="while it runs", optional=True),
        Field("duration", "count", "days from the start to the end or to the last day that counts, or periods"),
        Field("observed", "flag", "whether it ended"),
        Field("entry", "count", "the duration at which the customer came into sight", optional=True),
        Field("reason", "label", "why it ended", missing="while it runs", optional=True),
    ),
    rules=(
        Rule(
            columns=("duration", "entry"),
            broken=lambda column: (column["entry"] > 0) & (column["entry"] >= column["duration"]),
            says=Message(en="{entry} is not below {duration}", zh="{entry}不小于{duration}"),
        ),
    ),
)

PERSON_PERIODS: Final = Schema(
    name="periods",
    row="a customer in a period of their time as a customer at whose beginning they were there",
    made_by="person_period_table",
    fields=(
        Field("period", "count", "the number of the period since the start, from 1", whole=True, low=1),
        Field("left", "flag", "whether the customer left in it"),
        Field("n_customers", "number", "customers of the row", low=0, high=MOST_CUSTOMERS, optional=True),
    ),
)
