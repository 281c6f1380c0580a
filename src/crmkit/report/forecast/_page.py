"""The forecast on the page: the sums, the tiers, and the back-tests."""

from __future__ import annotations

from typing import Any

from crmkit._figures import count, day, share
from crmkit.labels import LABELS
from crmkit.report._facts import Facts
from crmkit.report._section import Answer
from crmkit.report._texts import TEXTS as SHARED
from crmkit.report._texts import joined
from crmkit.report.forecast._texts import TEXTS
from crmkit.report.forecast._words import expected_said, headline_of, in_numbers, tried_said

__all__ = ["page"]


def page(answer: Answer, facts: Facts) -> dict[str, Any]:
    """Texts and rows of the section."""
    rows = answer.tables["forecast"].to_dict("records")
    headline = headline_of(answer)
    return {
        "lead": joined(*(expected_said(row, facts) for row in reversed(rows)), language=facts.language),
        "tiers": _tiers(answer, facts, headline) if "forecast_tiers" in answer.tables else None,
        "of": f"forecast_of_{headline['quantity']}",
        "note": TEXTS["forecast_note"].text(facts.language).format(as_of=day(facts.as_of)),
        "tried": tried_said(headline, facts),
        "is_tried": headline["n_backtests"] > 0,
    }


def _tiers(answer: Answer, facts: Facts, headline: Any) -> list[dict[str, str]]:
    """The tiers, and all customers in the last row."""
    shown = in_numbers(headline["quantity"])
    tiers = answer.tables["forecast_tiers"]
    names = {code: LABELS["tier"][code].text(facts.language) for code in tiers["segment"]}
    whole = {**headline, "value_share": tiers["value_share"].sum(skipna=False)}
    named = [*((names[row["segment"]], row) for row in tiers.to_dict("records")), (None, whole)]
    return [
        {
            "name": SHARED["all_customers"].text(facts.language) if name is None else name,
            "customers": count(row["n_customers"]),
            "value": shown(row["value"]),
            "interval": f"{shown(row['lower'])} – {shown(row['upper'])}",
            "share": share(row["value_share"]),
        }
        for name, row in named
    ]
