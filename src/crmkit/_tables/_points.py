"""The points table."""

from typing import Final

from crmkit._messages import Message
from crmkit._tables._schema import Field, Rule, Schema

__all__ = ["POINTS"]

POINTS: Final = Schema(
    name="points",
    row="an event of a loyalty account; within a day earnings come first, and the day of expiry is still good",
    made_by="as_points",
    fields=(
        Field("event_id", "id", "the event"),
        Field("customer_id", "id", "the customer"),
        Field("date", "day", "when it was booked"),
        Field("kind", "label", "`earn`, `redeem`, `expire`, `reverse` or `adjust`"),
        Field("points", "number", "above 0; an adjustment may be below"),
        Field("expires", "day", "the last day of points with an expiry of their own", missing="for all others"),
        Field("reverses", "id", "the earning that is taken back", missing="but for reversals, and where not recorded"),
        Field("counts_for_level", "flag", "whether its points count towards a level"),
    ),
    rules=(
        Rule(
            columns=("date", "expires"),
            broken=lambda column: column["expires"] < column["date"],
            says=Message(en="{expires} is before {date}", zh="{expires}早于{date}"),
        ),
    ),
)
