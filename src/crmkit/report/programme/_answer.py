"""The points of the programme period by period, as they were given."""

from __future__ import annotations

from typing import Final

from crmkit._figures import whole_money
from crmkit._frames import collected, to_pandas
from crmkit._messages import Message
from crmkit._tables import open_columns
from crmkit.errors import SchemaError
from crmkit.plotting import plot_points_liability
from crmkit.report._facts import Facts
from crmkit.report._section import Answer, Context, Drawing

__all__ = ["CHARTS", "FLOWS", "answer"]

FLOWS: Final = ("earned", "adjusted", "redeemed", "expired", "reversed")
_COLUMNS: Final = (
    *("period", "is_complete", *FLOWS, "outstanding", "owed", "liability", "redemption_cost", "programme_cost"),
)
_MADE_BY: Final = "loyalty.programmes.points_liability_table"

_NO_ROWS: Final = Message(en="{@programme} has no rows.", zh="{@programme} 没有任何行。")


def answer(context: Context) -> Answer:
    """A row per period, the newest last."""
    rows = open_columns(context.beside["programme"], _COLUMNS, name="programme", made_by=_MADE_BY)
    table = to_pandas(collected(rows.select(*_COLUMNS))).sort_values("period", ignore_index=True)
    if table.empty:
        raise SchemaError(_NO_ROWS())
    return Answer({"points_liability": table})


def _liability(answer: Answer, facts: Facts) -> Drawing:
    table = answer.tables["points_liability"]
    told = {"start": whole_money(table["liability"].iloc[0]), "end": whole_money(table["liability"].iloc[-1])}
    return Drawing(lambda ax: plot_points_liability(table, ax=ax, language=facts.language), told)


CHARTS: Final = {"points_liability": _liability}
