"""Yardsticks: forecasts that need no model."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd

from crmkit._arrays import Floats
from crmkit._calendar import day_numbers
from crmkit._checks import some
from crmkit._messages import Message
from crmkit.errors import SchemaError
from crmkit.transactions import checked_transactions, purchase_days
from crmkit.value.judging._accuracy import quotient
from crmkit.value.judging._holdout import Holdout

__all__ = ["BASELINES", "hiatus", "naive_purchases"]

BASELINES: Final = ("rate_so_far", "mean_rate", "last_period", "hiatus")

_LACKING: Final = Message(
    en="{@transactions} lacks purchases of customers in {@holdout}: {ids}. "
    "Pass the transactions that {@holdout_split()} was given.",
    zh="{@transactions} 缺少 {@holdout} 中客户的购买记录：{ids}。请给出 {@holdout_split()} 所用的交易表。",
)


def naive_purchases(period: Holdout, transactions: Any) -> dict[str, Floats]:
    """Purchases of each customer in the holdout period, by rules of thumb."""
    often, age = (period.customers[name].to_numpy(dtype=np.float64) for name in ("frequency", "T"))
    mean_rate = quotient(often.sum(), age.sum())
    # Customers who first bought on the last day have not shown a rate yet.
    own_rate = np.where(age > 0, often / np.where(age > 0, age, 1.0), mean_rate)
    naive = {"rate_so_far": own_rate * period.days, "mean_rate": np.full(len(often), mean_rate * period.days)}
    return naive if transactions is None else {**naive, "last_period": _last_period(period, transactions)}


def hiatus(period: Holdout, *, days: float) -> Floats:
    """1 for customers whose last purchase was more than ``days`` ago, else 0."""
    age, recency = (period.customers[name].to_numpy(dtype=np.float64) for name in ("T", "recency"))
    return np.where(age - recency > days, 1.0, 0.0)


def _last_period(period: Holdout, transactions: Any) -> Floats:
    """Repeat purchases in the last days of the calibration period, as many as the holdout has."""
    bought = purchase_days(checked_transactions(transactions))
    ids = pd.Index(period.customers["customer_id"])
    row = ids.get_indexer(pd.Index(bought["customer_id"]))
    known = row >= 0
    row, day = row[known], bought["day"].to_numpy()[known]
    without = np.bincount(row, minlength=len(ids)) == 0
    if without.any():
        raise SchemaError(_LACKING(ids=some(ids[without].tolist())))
    first = day_numbers(period.customers["first_order"].to_numpy())[row]
    begin = period.calibration_end - period.days
    counted = (day > begin) & (day <= period.calibration_end) & (day > first)
    return np.bincount(row[counted], minlength=len(ids)).astype(np.float64)
