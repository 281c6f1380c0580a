"""The figures of the quality of segmentations, as they were given."""

from __future__ import annotations

from typing import Final

from crmkit._frames import collected, to_pandas
from crmkit._messages import Message
from crmkit._tables import open_columns
from crmkit.errors import SchemaError
from crmkit.report._section import Answer, Context

__all__ = ["answer"]

_COLUMNS: Final = (
    *("segmentation", "criterion", "figure", "column", "segment", "n", "value", "lower", "upper"),
    *("threshold", "verdict", "source", "name_en", "name_zh", "segment_name_en", "segment_name_zh"),
)
_MADE_BY: Final = "segment.quality.segmentation_quality_table"

_NO_ROWS: Final = Message(en="{@quality} has no rows.", zh="{@quality} 没有任何行。")


def answer(context: Context) -> Answer:
    """A row per segmentation and figure."""
    rows = open_columns(context.beside["quality"], _COLUMNS, name="quality", made_by=_MADE_BY)
    table = to_pandas(collected(rows.select(*_COLUMNS)))
    if table.empty:
        raise SchemaError(_NO_ROWS())
    return Answer({"segmentation_quality": table})
