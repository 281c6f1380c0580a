"""The months of the log, and the newest of them as rows of the page."""

from __future__ import annotations

from typing import Any

from crmkit._figures import NOTHING, count, marked
from crmkit._figures import whole_money as money
from crmkit._frames import open_frame, to_pandas
from crmkit.metrics import period_table
from crmkit.report._facts import Facts
from crmkit.report._numbers import month
from crmkit.report._periods import is_missing, is_touched, newest_periods
from crmkit.report._section import Answer, Context

__all__ = ["answer", "page"]


def answer(context: Context) -> Answer:
    """All months."""
    table = period_table(context.transactions, as_of=context.facts.as_of)
    return Answer({"months": to_pandas(open_frame(table, name="months"))})


def page(answer: Answer, facts: Facts) -> dict[str, Any]:
    """The newest months, the newest first."""
    months = answer.tables["months"]
    rows = [_row(row, facts) for row in newest_periods(months).iloc[::-1].to_dict("records")]
    # Orders without a price have no revenue to draw.
    drawn = ["customers"] if months["revenue"].isna().all() else ["revenue", "customers"]
    return {"months": rows, "n_months": len(months), "drawn_of": drawn}


def _row(row: dict[Any, Any], facts: Facts) -> dict[str, Any]:
    figures = {
        "revenue": money(row["revenue"]),
        "orders": count(row["n_orders"]),
        "active": count(row["active_customers"]),
        "new": count(row["new_customers"]),
        "returning": count(row["returning_customers"]),
    }
    if is_missing(facts, row["period"]):
        figures = dict.fromkeys(figures, NOTHING)
    named = marked(month(row["period"]), is_touched(facts, row["period"]))
    return {"month": named, "complete": row["is_complete"], **figures}
