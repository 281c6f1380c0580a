"""The forecast on the page: the sums, the tiers, whom it pays to win back, and the models."""

from __future__ import annotations

import math
from typing import Any

from crmkit._figures import count, day, decimals, share, significant, symbol
from crmkit._figures import whole_money as money
from crmkit.labels import LABELS
from crmkit.report._facts import Facts
from crmkit.report._numbers import counted, cut
from crmkit.report._periods import newest_periods
from crmkit.report._section import Answer
from crmkit.report._texts import TEXTS as SHARED
from crmkit.report._texts import joined, told
from crmkit.report.value._texts import TEXTS
from crmkit.report.value._words import (
    between,
    interval_said,
    limits_said,
    money_said,
    totals_of,
    unvalued_said,
    whole,
)

__all__ = ["page"]


def page(answer: Answer, facts: Facts) -> dict[str, Any]:
    """Texts and rows of the section."""
    totals = totals_of(answer)
    worth = totals.get("lifetime_value")
    saved = _saved(answer)
    return {
        "lead": _lead(answer, facts, totals),
        "tiers": _tiers(answer, facts, totals) if "value_tiers" in answer.tables else None,
        "tier_heads": ("purchases_of", "share_of_purchases") if worth is None else ("value_of", "share_of_value"),
        "notes": _notes(answer, facts, totals),
        "saved": None if worth is None else saved,
        "saved_note": None if worth is None else _saved_note(facts, totals.get("worth_saving"), n_named=len(saved)),
        "tracking_note": _tracking_note(answer, facts),
        "models": _models(answer, facts),
        "models_note": _models_note(answer, facts, totals),
    }


def _lead(answer: Answer, facts: Facts, totals: Any) -> str:
    """The two sums, and how far they can be trusted."""
    language = facts.language
    expected, worth = totals["expected_purchases"], totals.get("lifetime_value")
    lead = TEXTS["value_lead_if_all_stay" if answer.more.limits.nobody_leaves else "value_lead"].text(language)
    said = [
        lead.format(
            as_of=day(facts.as_of),
            n=counted(expected["n_customers"], "customer", language=language),
            purchases=whole(expected["value"]),
            interval=interval_said(expected, facts, number=whole),
        )
    ]
    if worth is not None and not math.isnan(worth["value"]):
        lead = TEXTS["value_lead_worth"].text(language)
        interval = interval_said(worth, facts)
        said.append(lead.format(money=money_said(facts), value=money(worth["value"]), interval=interval))
    return joined(*said, *limits_said(answer, facts), language=language)


def _notes(answer: Answer, facts: Facts, totals: Any) -> str:
    """What is missing and why, and what the figures mean."""
    said = [] if answer.problem is None else [told(answer.problem, facts.language)]
    if "lifetime_value" in totals:
        n_unvalued = totals["expected_purchases"]["n_customers"] - totals["lifetime_value"]["n_customers"]
        said += _meaning(facts, n_unvalued=n_unvalued, kept_share=answer.more.kept_share)
    return joined(*said, language=facts.language)


def _meaning(facts: Facts, *, n_unvalued: int, kept_share: float) -> list[str]:
    note = TEXTS["value_note"].text(facts.language)
    said = [note.format(money=money_said(facts), as_of=day(facts.as_of), rate=_percent(facts.discount_rate))]
    if facts.margin == 1:
        said.append(TEXTS["value_note_revenue"].text(facts.language))
    else:
        said.append(TEXTS["value_note_profit"].text(facts.language).format(margin=_percent(facts.margin)))
    if kept_share < 1:
        said.append(TEXTS["value_note_net"].text(facts.language).format(kept=share(kept_share)))
    return [*said, unvalued_said(n_unvalued, facts)] if n_unvalued else said


def _tiers(answer: Answer, facts: Facts, totals: Any) -> list[dict[str, str]]:
    """The tiers, by value or by purchases, and all customers in the last row."""
    tiers = answer.tables["value_tiers"]
    worth = totals.get("lifetime_value", totals["expected_purchases"])
    shown, mean = (money, money) if "lifetime_value" in totals else (whole, decimals)
    rows = [
        {
            "name": LABELS["tier"][row["segment"]].text(facts.language),
            "customers": count(row["n_customers"]),
            "value": shown(row["value"]),
            "interval": between(row, shown),
            "share": share(row["value_share"]),
            "mean": mean(row["mean_value"]),
        }
        for row in tiers.to_dict("records")
    ]
    n_valued = worth["n_customers"]
    total = {
        "name": SHARED["all_customers"].text(facts.language),
        "customers": count(tiers["n_customers"].sum()),
        "value": shown(worth["value"]),
        "interval": between(worth, shown),
        "share": share(tiers["value_share"].sum(skipna=False)),
        "mean": mean(worth["value"] / n_valued if n_valued else math.nan),
    }
    return [*rows, total]


def _saved(answer: Answer) -> list[dict[str, str]]:
    """Those worth saving, where they are known and customers may be named."""
    if "worth_saving" not in answer.tables:
        return []
    return [
        {
            "customer": cut(str(row["customer_id"])),
            "value": money(row["lifetime_value"]),
            "why": row["reason"],
        }
        for row in answer.tables["worth_saving"].to_dict("records")
    ]


def _saved_note(facts: Facts, totals: Any, *, n_named: int) -> str:
    language = facts.language
    if totals is None:
        return TEXTS["worth_saving_unknown"].text(language)
    if totals["n_customers"] == 0:
        return TEXTS["worth_saving_missing"].text(language)
    n = counted(totals["n_customers"], "customer", language=language)
    said = TEXTS["worth_saving_note"].text(language).format(n=n, value=money(totals["value"]))
    some_named = 0 < n_named < totals["n_customers"]
    return joined(said, TEXTS["worth_saving_named"].text(language), language=language) if some_named else said


def _tracking_note(answer: Answer, facts: Facts) -> str:
    tracking = answer.tables["tracking"]
    if tracking["is_complete"].sum() < 2:
        return ""
    freq = "W" if (tracking["last_day"] - tracking["period"]).max().days < 7 else "M"
    said = TEXTS[f"tracking_note_{freq}"].text(facts.language)
    shown = newest_periods(tracking)
    if len(shown) == len(tracking):
        return said
    cut_short = SHARED["periods_cut"].text(facts.language).format(n=len(shown), of=len(tracking))
    return joined(said, cut_short, language=facts.language)


def _models(answer: Answer, facts: Facts) -> list[dict[str, str]]:
    return [
        {
            "parameter": symbol(row["parameter"]),
            "model": TEXTS[row["model"]].text(facts.language),
            "estimate": significant(row["estimate"]),
            "interval": between(row, significant),
        }
        for row in answer.tables["value_models"].to_dict("records")
    ]


def _models_note(answer: Answer, facts: Facts, totals: Any) -> str:
    n = counted(totals["expected_purchases"]["n_customers"], "customer", language=facts.language)
    names = ["value_models_note", *(["value_models_spend"] if "lifetime_value" in totals else []), "value_models_draws"]
    note = joined(*(TEXTS[name].text(facts.language) for name in names), language=facts.language)
    return note.format(n=n, back=count(answer.more.n_repeaters), draws=answer.more.n_draws)


def _percent(rate: float) -> str:
    """A share that the user gave, as exactly as it was given."""
    return f"{rate * 100:g}%"
