"""Who is due, as rows and sentences of the page."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from crmkit._figures import count, day, share
from crmkit._messages import Said
from crmkit.report._facts import Facts
from crmkit.report._numbers import counted, cut
from crmkit.report._section import Answer
from crmkit.report._texts import joined, told
from crmkit.report.rhythm._texts import TEXTS
from crmkit.views import DueOutlook

__all__ = ["page"]


def page(answer: Answer, facts: Facts) -> dict[str, Any]:
    """The customers who are due first, how many are, and how such dates held; or why that cannot be said."""
    if answer.problem is not None:
        return {}
    if isinstance(answer.more, Said):
        return {"due_said": told(answer.more, facts.language), "due_rows": []}
    rows = answer.tables["due"].to_dict("records")
    return {"due_said": _said(answer.more, facts), "due_rows": [_row(row, facts) for row in rows]}


def _said(outlook: DueOutlook, facts: Facts) -> str:
    language, n_due = facts.language, outlook.n_due
    words = {
        "until": day(outlook.until),
        "n": counted(outlook.n_customers, "customer", language=language),
        "expected": count(round(outlook.expected_buyers)),
        "due": count(n_due),
        "are": "is" if n_due == 1 else "are",
    }
    said = [TEXTS["due_expected"].text(language).format(**words)]
    said.append(TEXTS["due_dated" if n_due else "due_nobody"].text(language).format(**words))
    if outlook.tried_on is not None and not math.isnan(outlook.bought_by_date):
        tried = {"day": day(outlook.tried_on), "came": share(outlook.bought_by_date)}
        said.append(TEXTS["due_tried"].text(language).format(**tried))
    return joined(*said, language=language)


def _row(row: dict[Any, Any], facts: Facts) -> dict[str, str]:
    return {
        "customer": cut(str(row["customer_id"])),
        "last": day(row["last_order"]),
        "gap": count(row["median_gap"]),
        "date": day(row["next_date"]),
        "interval": _interval(row, facts),
        "probability": share(row["buy_probability"]),
    }


def _interval(row: dict[Any, Any], facts: Facts) -> str:
    first = day(row["next_date_lower"])
    if pd.isna(row["next_date_upper"]):
        return TEXTS["due_from"].text(facts.language).format(first=first)
    return f"{first} – {day(row['next_date_upper'])}"
