"""Tiers and segments as rows of a page."""

from __future__ import annotations

import pandas as pd

from crmkit._figures import NOTHING, count, share
from crmkit._figures import whole_money as money
from crmkit._names import Language
from crmkit.report._facts import Facts
from crmkit.report._texts import TEXTS

__all__ = ["all_customers", "segment_rows"]


def segment_rows(summary: pd.DataFrame, language: Language) -> list[dict[str, str]]:
    """The segments that hold anybody."""
    return [
        {
            "code": row["segment"],
            "name": row[f"name_{language}"],
            "scores": "",
            "customers": count(row["n_customers"]),
            "customer_share": share(row["customer_share"]),
            "orders": count(row["n_orders"]),
            "revenue": money(row["value"]),
            "value_share": share(row["value_share"]),
            "mean": money(row["mean_value"]),
        }
        for row in summary[summary["n_customers"] > 0].to_dict("records")
    ]


def all_customers(facts: Facts) -> dict[str, str]:
    """The customers and the money that tiers and segments divide."""
    n, revenue = facts.kpi("active_customers")["value"], facts.base.set_index("part")["amount"]["customers"]
    return {
        "name": TEXTS["all_customers"].text(facts.language),
        "scores": "",
        "customers": count(n),
        "customer_share": share(1.0),
        "orders": count(facts.kpi("n_orders")["value"]),
        "revenue": money(revenue),
        "value_share": share(1.0) if revenue > 0 else NOTHING,
        "mean": money(revenue / n),
    }
