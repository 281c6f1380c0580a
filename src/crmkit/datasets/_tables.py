"""The tables of the simulator, made of its draws."""

from datetime import datetime
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from crmkit._arrays import Floats
from crmkit.datasets._draws import BoolArray, Lives, Rows

__all__ = ["SECONDS_A_DAY", "as_customer_table", "as_order_table", "as_truth_table", "stamps", "whole_seconds"]

_Seconds: TypeAlias = np.ndarray[Any, np.dtype[np.int64]]

SECONDS_A_DAY = 86_400
# From here on nanosecond time stamps overflow; a customer who stays so long never leaves.
_NEVER = np.datetime64("2262-01-01", "D")


def as_order_table(
    orders: Rows, refunds: Rows, *, has_orders: BoolArray, first_day: datetime, n_days: int
) -> pd.DataFrame:
    """Sort orders and refunds by date; in the same second the refund comes last."""
    seconds = whole_seconds(np.concatenate([orders.moment, refunds.moment]))
    # A moment that floating point rounds up to midnight stays on the last day.
    np.minimum(seconds, n_days * SECONDS_A_DAY - 1, out=seconds)
    # A stable sort, so that a seed gives the same table on every machine.
    by_date = np.argsort(seconds, kind="stable")
    ids = np.flatnonzero(has_orders) + 1
    return pd.DataFrame(
        {
            "order_id": np.arange(1, len(by_date) + 1),
            "customer_id": ids[np.concatenate([orders.customer, refunds.customer])[by_date]],
            "date": stamps(seconds[by_date], first_day=first_day),
            "amount": np.concatenate([orders.amount, refunds.amount])[by_date],
        },
        copy=False,
    )


def as_customer_table(treated: BoolArray) -> pd.DataFrame:
    """List all customers with their arm."""
    arm = np.where(treated, "treated", "control")
    return pd.DataFrame({"customer_id": np.arange(1, len(treated) + 1), "arm": arm})


def as_truth_table(lives: Lives, *, has_orders: BoolArray, first_day: datetime, n_days: int) -> pd.DataFrame:
    """List all customers with their life, missing for those without one."""
    days_to_never = float((_NEVER - np.datetime64(first_day, "D")).astype(np.int64))
    leaves = lives.dropout < days_to_never
    dropout = stamps(whole_seconds(np.where(leaves, lives.dropout, 0.0)), first_day=first_day)
    dropout[~leaves] = np.datetime64("NaT", "us")
    truth = pd.DataFrame(
        {
            "purchase_rate": lives.purchase_rate,
            "dropout_rate": lives.dropout_rate,
            "acquired": stamps(whole_seconds(lives.acquired), first_day=first_day),
            "dropout": dropout,
            "mean_spend": lives.mean_spend,
            "alive_at_end": pd.array(lives.dropout >= n_days, dtype="boolean"),
        },
        index=np.flatnonzero(has_orders),
    ).reindex(range(len(has_orders)))
    truth.insert(0, "customer_id", np.arange(1, len(has_orders) + 1))
    return truth


def whole_seconds(days: Floats) -> _Seconds:
    """Cut days to whole seconds."""
    return (days * SECONDS_A_DAY).astype(np.int64)


def stamps(seconds: _Seconds, *, first_day: datetime) -> np.ndarray[Any, np.dtype[np.datetime64]]:
    """Turn seconds since the first day into time stamps."""
    return np.datetime64(first_day, "us") + (seconds * 1_000_000).astype("timedelta64[us]")
