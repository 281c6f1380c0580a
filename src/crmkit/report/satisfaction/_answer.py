"""The KPIs of a survey, as they were given."""

from __future__ import annotations

from typing import Final

from crmkit._frames import collected, to_pandas
from crmkit._messages import Message
from crmkit._tables import open_columns
from crmkit.errors import SchemaError
from crmkit.metrics import kpi_catalogue
from crmkit.report._section import Answer, Context

__all__ = ["FIGURES", "answer"]

FIGURES: Final = ("kpi", "value", "numerator", "denominator", "n", "lower", "upper", "is_small")
"""The columns that are not labels."""

_MADE_BY: Final = "loyalty.satisfaction.survey_kpis"

_NO_ROWS: Final = Message(en="{@survey} has no rows.", zh="{@survey} 没有任何行。")
_UNKNOWN: Final = Message(
    en="{@survey} has KPIs that the catalogue does not define: {codes}. Give the table that survey_kpis makes.",
    zh="{@survey} 含有目录中没有定义的指标 {codes}。请传入 survey_kpis 生成的表。",
)
_NOBODY: Final = Message(en="Nobody answered the survey.", zh="问卷没有任何回答。")


def answer(context: Context) -> Answer:
    """The table, if anybody answered."""
    rows = open_columns(context.beside["survey"], FIGURES, name="survey", made_by=_MADE_BY)
    table = to_pandas(collected(rows))
    if table.empty:
        raise SchemaError(_NO_ROWS())
    if unknown := sorted(set(table["kpi"]) - set(kpi_catalogue()["kpi"])):
        raise SchemaError(_UNKNOWN(codes=unknown))
    return Answer({"survey_kpis": table}) if table["value"].notna().any() else Answer(problem=_NOBODY())
