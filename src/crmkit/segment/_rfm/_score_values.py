"""Recency, frequency and spend as the scores compare them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal, Protocol, TypeAlias

import numpy as np

from crmkit._arrays import Floats
from crmkit._checks import no_money
from crmkit._labelling import Measures
from crmkit._time_units import DAYS_A_YEAR
from crmkit.segment._rfm._score_edges import DIMENSIONS, Dimension

__all__ = ["Frequency", "ScoreOptions", "columns_read", "oriented", "sql_measures"]

Frequency: TypeAlias = Literal["orders", "orders_per_year"]


class ScoreOptions(Protocol):
    """The options of a scorer that say how frequency is measured."""

    frequency: Frequency
    min_tenure_days: int


def columns_read(options: ScoreOptions, *, dimensions: Collection[str] = DIMENSIONS) -> tuple[str, ...]:
    """The columns of a customers table that scores are made of."""
    scored = ("n_orders", *(("spend",) if "m" in dimensions else ()), "days_since_last")
    return (*scored, "tenure_days") if options.frequency == "orders_per_year" else scored


def oriented(columns: Measures, options: ScoreOptions) -> dict[Dimension, Floats]:
    """The measures, signed so that larger is better; missing for customers who never bought.

    Spend is left out where it is not there, or missing throughout.
    """
    orders = columns["n_orders"]
    bought = orders > 0
    if options.frequency == "orders_per_year":
        orders = orders * DAYS_A_YEAR / np.fmax(columns["tenure_days"], options.min_tenure_days)
    values: dict[Dimension, Floats] = {"r": -columns["days_since_last"], "f": orders}
    if "spend" in columns and not no_money(columns["spend"]):
        values["m"] = columns["spend"]
    return {name: np.where(bought, column, np.nan) for name, column in values.items()}


def sql_measures(options: ScoreOptions) -> dict[Dimension, str]:
    """The three measures in SQL, with days unsigned."""
    per_year = f"n_orders * {DAYS_A_YEAR} / GREATEST(tenure_days, {int(options.min_tenure_days)})"
    return {"r": "days_since_last", "f": "n_orders" if options.frequency == "orders" else per_year, "m": "spend"}
