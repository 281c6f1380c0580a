"""The table of a plan."""

from typing import Final

from crmkit._messages import Message
from crmkit._tables._schema import Field, Rule, Schema

__all__ = ["PLAN"]

PLAN: Final = Schema(
    name="plan",
    row="a planned task, resource, budget, risk or score",
    made_by="as_plan",
    fields=(
        Field("item", "label", "what is planned"),
        Field("kind", "label", "`task`, `resource`, `budget`, `risk` or `satisfaction`"),
        Field("owner", "label", "who is in charge", missing="where no column is named"),
        Field("due", "day", "the last day on which it is in time", missing="except for tasks and risks"),
        Field("done", "day", "when the task was done or the risk closed", missing="while it is open"),
        Field("target", "number", "hours available, money granted, or the score aimed at", missing="if none"),
        Field("target_low", "number", "the lowest good actual value", missing="where there is no band"),
        Field("target_high", "number", "the highest good actual value", missing="where there is no band"),
        Field("actual", "number", "hours used, money spent, or the score reached", missing="while it is not known"),
        Field("weight", "number", "how much it counts", low=0),
        Field("higher_is_better", "flag", "whether more than the target is better"),
    ),
    rules=(
        Rule(
            columns=("target_low", "target_high"),
            broken=lambda column: column["target_low"] > column["target_high"],
            says=Message(en="{target_low} is above {target_high}", zh="{target_low}高于{target_high}"),
        ),
    ),
)
