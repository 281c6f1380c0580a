"""What is counted of customers and periods, from which all KPIs are divided."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from crmkit._arrays import Floats

__all__ = ["SUMMED", "Counts", "counts_of"]

SUMMED = (
    "new_revenue",
    "returning_revenue",
    "orders",
    "new_orders",
    "active",
    "new",
    "repeat",
    "retained",
    "base",
    "spend",
    "ranked",
    "top",
)
"""What adds up over customers, in each cell; ``ranked`` and ``top`` only within the customers that were ranked."""


class Counts(NamedTuple):
    """Columns with a value for each cell: a group of customers in a period, group by group, the whole last."""

    revenue: Floats
    new_revenue: Floats
    returning_revenue: Floats
    orders: Floats
    new_orders: Floats
    active: Floats
    new: Floats
    repeat: Floats
    retained: Floats
    base: Floats
    top_share: Floats
    gini: Floats


def counts_of(sums: pd.DataFrame, *, priced: bool, known: Floats) -> Counts:
    """Take the counts from sums, whose rows are the cells; ``known`` says by period whether there is a base."""
    given = {name: sums[name].to_numpy(dtype=np.float64) for name in SUMMED}
    of_money = 1.0 if priced else np.nan
    of_base = np.resize(known, len(sums))
    new, returning = given["new_revenue"] * of_money, given["returning_revenue"] * of_money
    spend = np.where(priced & (given["spend"] > 0), given["spend"], np.nan)
    return Counts(
        # Added from its parts, so that they add up to it.
        revenue=new + returning,
        new_revenue=new,
        returning_revenue=returning,
        orders=given["orders"],
        new_orders=given["new_orders"],
        active=given["active"],
        new=given["new"],
        repeat=given["repeat"],
        retained=given["retained"] * of_base,
        base=given["base"] * of_base,
        top_share=given["top"] / spend,
        gini=given["ranked"] / (given["active"] * spend),
    )
