"""The outlook of the base, by tier, and its back-tests."""

from __future__ import annotations

from typing import Any, Final

import pandas as pd

from crmkit._frames import open_frame, to_pandas
from crmkit._messages import Message
from crmkit.report._section import Answer, Context
from crmkit.views import customer_outlook

__all__ = ["answer"]

# With fewer an interval would say nothing.
_LEAST_REPEATERS: Final = 10
_FEW_REPEATERS: Final = Message(
    en="Fewer than {n} customers bought on two days: too few to forecast what they will bring.",
    zh="在两个不同日期购买过的客户不足 {n} 位，无法预测。",
)


def answer(context: Context) -> Answer:
    """Forecast the customers who bought."""
    if (context.customers["frequency"] > 0).sum() < _LEAST_REPEATERS:
        return Answer(problem=_FEW_REPEATERS(n=_LEAST_REPEATERS))
    tiers = None if context.segments is None else context.segments.tier_segmenter
    outlook = customer_outlook(context.transactions, as_of=context.facts.as_of, by=tiers)
    found = {"forecast": _table(outlook.totals).assign(n_customers=len(context.customers))}
    if tiers is not None:
        found["forecast_tiers"] = _by_tier(_table(outlook.groups), context.customers, tiers)
    found["backtests"] = _table(outlook.backtests)
    return Answer(found)


def _by_tier(groups: pd.DataFrame, customers: pd.DataFrame, tiers: Any) -> pd.DataFrame:
    """The tiers that hold anybody, with their customers, by revenue or else by purchases."""
    quantity = "revenue" if "revenue" in set(groups["quantity"]) else "purchases"
    found = groups[groups["quantity"] == quantity].reset_index(drop=True)
    sizes = tiers.predict(customers).value_counts()
    total = found["value"].sum()
    return found.assign(
        n_customers=[int(sizes[code]) for code in found["segment"]],
        value_share=found["value"] / total if total > 0 else float("nan"),
    )


def _table(made: Any) -> pd.DataFrame:
    return to_pandas(open_frame(made, name="forecast"))
