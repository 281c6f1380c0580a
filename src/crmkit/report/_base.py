"""Whom and what money the shares of a page are of: one base, and what lies outside it."""

from __future__ import annotations

from typing import Final

import pandas as pd

from crmkit._names import Language
from crmkit.report._numbers import counted, money
from crmkit.report._texts import TEXTS

__all__ = ["PARTS", "base_said", "base_table", "with_base_money"]

PARTS: Final = ("customers", "below_zero", "no_purchase_day", "all")
"""The lines of the base; the first three add up to the last."""


def with_base_money(customers: pd.DataFrame) -> pd.DataFrame:
    """Let nobody's spend be below zero, so that no share of its sum lies outside 0 to 1."""
    return customers.assign(spend=customers["spend"].clip(lower=0))


def base_table(customers: pd.DataFrame) -> pd.DataFrame:
    """Count the customers and add up their net money, by what they are to the base."""
    spend, bought = customers["spend"], customers["n_orders"] > 0
    below = bought & (spend < 0)
    groups = {"customers": bought & ~below, "below_zero": below, "no_purchase_day": ~bought, "all": spend.notna()}
    return pd.DataFrame(
        {
            "part": list(PARTS),
            "n_customers": [int(groups[part].sum()) for part in PARTS],
            "amount": [float(spend[groups[part]].sum()) for part in PARTS],
        }
    )


def base_said(base: pd.DataFrame, language: Language) -> list[str]:
    """Say what lies outside the base, if anything does, and how it goes with the revenue."""
    count, amount = (base.set_index("part")[column] for column in ("n_customers", "amount"))
    outside = [part for part in ("no_purchase_day", "below_zero") if count[part]]
    if not outside:
        return []
    told = [
        TEXTS[f"base_{part}"]
        .text(language)
        .format(n=counted(count[part], "customer", language=language), money=money(amount[part]))
        for part in outside
    ]
    told.append(
        TEXTS["base_money"].text(language).format(base=money(amount["customers"]), revenue=money(amount["all"]))
    )
    return ["".join(told) if language == "zh" else " ".join(told)]
