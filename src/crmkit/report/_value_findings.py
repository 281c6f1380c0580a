"""What the findings say of lifetime value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmkit.report._numbers import counted, money, share
from crmkit.report._texts import TEXTS
from crmkit.report._value_page import interval_said, joined, limits_said, money_said, unvalued_said, whole

if TYPE_CHECKING:
    from crmkit.report._report import CustomerReport

__all__ = ["value_findings"]


def value_findings(report: CustomerReport) -> list[str]:
    """What customers will bring, and whom it pays to win back; what of it cannot be told, and why."""
    if report.value is None:
        return []
    totals: Any = report.value.totals.set_index("quantity").to_dict("index")
    if not totals:
        return [report.value.reason]
    worth = totals.get("lifetime_value")
    if worth is None or not worth["value"] > 0:
        return [_purchases(report, totals["expected_purchases"])]
    return [_worth(report, worth), *_saved(report, worth, totals.get("worth_saving"))]


def _purchases(report: CustomerReport, expected: Any) -> str:
    """What customers will buy, where it is not known what they will bring."""
    value: Any = report.value
    text = TEXTS[f"finding_purchases{_if_all_stay(value)}"].text(report.language)
    interval = interval_said(expected, report, number=whole)
    why = value.reason or unvalued_said(report, expected["n_customers"])
    told = text.format(purchases=whole(expected["value"]), interval=interval)
    return joined(told, *limits_said(report), why, report=report)


def _worth(report: CustomerReport, worth: Any) -> str:
    told = (
        TEXTS[f"finding_value{_if_all_stay(report.value)}"]
        .text(report.language)
        .format(
            money=money_said(report),
            value=money(worth["value"]),
            interval=interval_said(worth, report),
            core=_core_of_value(report),
        )
    )
    return joined(told, *limits_said(report), report=report)


def _saved(report: CustomerReport, worth: Any, saved: Any) -> list[str]:
    if saved is None or saved["n_customers"] == 0:
        return []
    n = counted(saved["n_customers"], "customer", language=report.language)
    part = share(saved["value"] / worth["value"])
    return [TEXTS["finding_worth_saving"].text(report.language).format(n=n, share=part)]


def _if_all_stay(value: Any) -> str:
    return "_if_all_stay" if value.limits.nobody_leaves else ""


def _core_of_value(report: CustomerReport) -> str:
    tiers: Any = None if report.value is None else report.value.tiers
    core = [] if tiers is None else tiers.loc[tiers["segment"] == "core", "value_share"].tolist()
    return TEXTS["finding_value_core"].text(report.language).format(share=share(core[0])) if core else ""
