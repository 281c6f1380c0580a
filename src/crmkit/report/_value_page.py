"""What the page shows of lifetime value."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from crmkit._figures import decimals, significant, symbol
from crmkit.labels import LABELS
from crmkit.report._months import newest_months
from crmkit.report._numbers import NOTHING, count, counted, cut, day, money, share
from crmkit.report._texts import TEXTS, TWELVE_MONTHS, told

if TYPE_CHECKING:
    from crmkit.report._report import CustomerReport

__all__ = ["interval_said", "joined", "limits_said", "money_said", "unvalued_said", "value_rows", "whole"]


def value_rows(report: CustomerReport) -> dict[str, Any]:
    """Texts and rows of the section; only its sentence where nothing can be foretold."""
    value = report.value
    if value is None:
        return {}
    totals = value.totals.set_index("quantity").to_dict("index")
    worth = totals.get("lifetime_value")
    return {
        "lead": _lead(report, totals),
        "tiers": None if value.tiers is None else _tiers(report, totals),
        "tier_heads": ("purchases_of", "share_of_purchases") if worth is None else ("value_of", "share_of_value"),
        "notes": _notes(report, worth),
        "saved": None if worth is None else _saved(report),
        "saved_note": None if worth is None else _saved_note(report, totals.get("worth_saving")),
        "tracking_note": _tracking_note(report),
        "models": _models(report),
        "models_note": _models_note(report, totals),
    }


def money_said(report: CustomerReport) -> str:
    """What is counted: revenue, or profit where a margin was given."""
    return TEXTS["value_revenue" if report.margin == 1 else "value_profit"].text(report.language)


def interval_said(row: Any, report: CustomerReport, *, number: Any = money) -> str:
    """Say an interval in brackets, if there is one."""
    if math.isnan(row["lower"]):
        return ""
    lower, upper = number(row["lower"]), number(row["upper"])
    return TEXTS["value_interval"].text(report.language).format(lower=lower, upper=upper)


def whole(purchases: float) -> str:
    """Purchases to expect, in whole numbers."""
    return count(round(purchases))


def limits_said(report: CustomerReport) -> list[str]:
    """Say how far the figures can be trusted, a sentence each."""
    limits = None if report.value is None else report.value.limits
    said = [] if limits is None else limits.said(horizon=TWELVE_MONTHS)
    return [told(limit, report.language) for limit in said]


def joined(*sentences: str, report: CustomerReport) -> str:
    """Sentences after one another, as the language does it."""
    return ("" if report.language == "zh" else " ").join(sentences)


def _lead(report: CustomerReport, totals: Any) -> str:
    """The two sums, and how far they can be trusted."""
    value: Any = report.value
    language = report.language
    if not totals:
        return ""
    expected, worth = totals["expected_purchases"], totals.get("lifetime_value")
    lead = TEXTS["value_lead_if_all_stay" if value.limits.nobody_leaves else "value_lead"].text(language)
    told = [
        lead.format(
            as_of=day(report.as_of),
            n=counted(expected["n_customers"], "customer", language=language),
            purchases=whole(expected["value"]),
            interval=interval_said(expected, report, number=whole),
        )
    ]
    if worth is not None and not math.isnan(worth["value"]):
        lead = TEXTS["value_lead_worth"].text(language)
        interval = interval_said(worth, report)
        told.append(lead.format(money=money_said(report), value=money(worth["value"]), interval=interval))
    return joined(*told, *limits_said(report), report=report)


def _notes(report: CustomerReport, worth: Any) -> str:
    """What is missing and why, and what the figures mean."""
    value: Any = report.value
    told: list[str] = [value.reason] if value.reason else []
    if worth is not None:
        told += _meaning(report, n_unvalued=value.totals["n_customers"].iloc[0] - worth["n_customers"])
    return joined(*told, report=report)


def _meaning(report: CustomerReport, *, n_unvalued: int) -> list[str]:
    language = report.language
    note = TEXTS["value_note"].text(language)
    told = [note.format(money=money_said(report), as_of=day(report.as_of), rate=_percent(report.discount_rate))]
    if report.margin == 1:
        told.append(TEXTS["value_note_revenue"].text(language))
    else:
        told.append(TEXTS["value_note_profit"].text(language).format(margin=_percent(report.margin)))
    return [*told, unvalued_said(report, n_unvalued)] if n_unvalued else told


def unvalued_said(report: CustomerReport, n: int) -> str:
    """Say of how many no value can be told, and why."""
    language = report.language
    return TEXTS["value_unvalued"].text(language).format(n=counted(n, "customer", language=language))


def _tiers(report: CustomerReport, totals: Any) -> list[dict[str, str]]:
    """The tiers, by value or by purchases, and all customers in the last row."""
    value: Any = report.value
    tiers = value.tiers
    worth = totals.get("lifetime_value", totals["expected_purchases"])
    shown, mean = (money, money) if "lifetime_value" in totals else (whole, decimals)
    rows = [
        {
            "name": LABELS["tier"][row["segment"]].text(report.language),
            "customers": count(row["n_customers"]),
            "value": shown(row["value"]),
            "interval": _between(row, shown),
            "share": share(row["value_share"]),
            "mean": mean(row["mean_value"]),
        }
        for row in tiers.to_dict("records")
    ]
    n_valued = worth["n_customers"]
    total = {
        "name": TEXTS["all_customers"].text(report.language),
        "customers": count(tiers["n_customers"].sum()),
        "value": shown(worth["value"]),
        "interval": _between(worth, shown),
        "share": share(tiers["value_share"].sum(skipna=False)),
        "mean": mean(worth["value"] / n_valued if n_valued else math.nan),
    }
    return [*rows, total]


def _saved(report: CustomerReport) -> list[dict[str, str]]:
    """Those worth saving, where that can be told and customers may be named."""
    value: Any = report.value
    if value.worth_saving is None or "actions" not in report.sections:
        return []
    return [
        {
            "customer": cut(str(row["customer_id"])),
            "value": money(row["lifetime_value"]),
            "why": row["reason"],
        }
        for row in value.worth_saving.to_dict("records")
    ]


def _saved_note(report: CustomerReport, totals: Any) -> str:
    language = report.language
    if totals is None:
        return TEXTS["worth_saving_unknown"].text(language)
    if totals["n_customers"] == 0:
        return TEXTS["worth_saving_missing"].text(language)
    n = counted(totals["n_customers"], "customer", language=language)
    told = TEXTS["worth_saving_note"].text(language).format(n=n, value=money(totals["value"]))
    some_named = 0 < len(_saved(report)) < totals["n_customers"]
    return joined(told, TEXTS["worth_saving_named"].text(language), report=report) if some_named else told


def _tracking_note(report: CustomerReport) -> str:
    value: Any = report.value
    tracking = value.tracking
    if tracking is None or tracking["is_complete"].sum() < 2:
        return ""
    freq = "W" if (tracking["last_day"] - tracking["period"]).max().days < 7 else "M"
    told = TEXTS[f"tracking_note_{freq}"].text(report.language)
    shown = newest_months(tracking)
    if len(shown) == len(tracking):
        return told
    cut_short = TEXTS["periods_cut"].text(report.language).format(n=len(shown), of=len(tracking))
    return joined(told, cut_short, report=report)


def _models(report: CustomerReport) -> list[dict[str, str]]:
    value: Any = report.value
    return [
        {
            "parameter": symbol(row["parameter"]),
            "model": TEXTS[row["model"]].text(report.language),
            "estimate": significant(row["estimate"]),
            "interval": _between(row, significant),
        }
        for row in value.models.to_dict("records")
    ]


def _models_note(report: CustomerReport, totals: Any) -> str:
    if not totals:
        return ""
    value: Any = report.value
    n = counted(totals["expected_purchases"]["n_customers"], "customer", language=report.language)
    names = ["value_models_note", *(["value_models_spend"] if "lifetime_value" in totals else []), "value_models_draws"]
    note = joined(*(TEXTS[name].text(report.language) for name in names), report=report)
    return note.format(n=n, back=count(value.n_repeaters), draws=value.n_draws)


def _between(row: Any, shown: Callable[[float], str]) -> str:
    return NOTHING if math.isnan(row["lower"]) else f"{shown(row['lower'])} – {shown(row['upper'])}"


def _percent(rate: float) -> str:
    """A share that the user gave, as exactly as it was given."""
    return f"{rate * 100:g}%"
