"""The subscriptions table."""

from typing import Final

from crmkit._messages import Message
from crmkit._tables._schema import Field, Rule, Schema

__all__ = ["SUBSCRIPTIONS"]

SUBSCRIPTIONS: Final = Schema(
    name="subscriptions",
    row="a spell of a subscription at one price; a change of price is a new row",
    made_by="as_subscriptions",
    fields=(
        Field("customer_id", "id", "the customer"),
        Field("subscription_id", "id", "the subscription; the customer's id where no column is named"),
        Field("start", "day", "the first day served"),
        Field("end", "day", "the first day no longer served", missing="while it runs"),
        Field("end_known", "day", "the day on which the end became known", missing="while it runs, or if not recorded"),
        Field("mrr", "money", "monthly recurring revenue: the value of a month", low=0),
        Field("list_mrr", "money", "the value of a month without discounts", missing="if not recorded", low=0),
        Field("trial", "flag", "whether it is a trial"),
        Field("currency", "label", "the one currency", missing="where no column is named"),
    ),
    rules=(
        Rule(
            columns=("start", "end"),
            broken=lambda column: column["end"] < column["start"],
            says=Message(en="{end} is before {start}", zh="{end}早于{start}"),
        ),
    ),
)
