"""The table of answers to a survey."""

from typing import Final

from crmkit._tables._schema import Field, Schema

__all__ = ["ANSWERS"]

ANSWERS: Final = Schema(
    name="answers",
    row="a respondent; the items are columns under their own names, missing where there is no answer",
    made_by="as_answers",
    fields=(
        Field("customer_id", "id", "the customer", missing="where they are not known"),
        Field("date", "day", "the day of the answers", missing="where it is not recorded"),
        Field("wave", "label", "the round of the survey", missing="where it is not known"),
        Field("group", "label", "what answers are compared by", missing="where it is not known"),
        Field(
            "weight", "number", "how many customers the respondent stands for, above 0; 1 where none is named", low=0
        ),
    ),
)
