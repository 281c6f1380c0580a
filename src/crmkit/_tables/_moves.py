"""The table of moves between segments."""

from typing import Final

from crmkit._tables._schema import Field, Schema

__all__ = ["MOVES"]

_SIDES: Final = {"before": "for those without a segment before", "after": "for those without a segment after"}

MOVES: Final = Schema(
    name="moves",
    row="a segment before and one after",
    made_by="movement_table",
    fields=(
        *(Field(f"segment_{side}", "label", f"the segment {side}", missing=why) for side, why in _SIDES.items()),
        Field("n_customers", "count", "customers who went from one to the other", whole=True),
        Field("share", "share", "their share of those in `segment_before`", missing="where nobody was in it"),
        *(
            Field(side, "share", f"the {word} end of its interval", missing="where it is", optional=True)
            for side, word in (("lower", "lower"), ("upper", "upper"))
        ),
        *(
            Field(f"name_{language}_{side}", "label", f"its name in {word}", missing=why)
            for language, word in (("en", "English"), ("zh", "Chinese"))
            for side, why in _SIDES.items()
        ),
    ),
)
