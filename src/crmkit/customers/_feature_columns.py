"""From each customer's sums to their features, in every kind of frame alike."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from typing import Final

import narwhals.stable.v2 as nw
import numpy as np

from crmkit._frames import AnyFrame
from crmkit.customers._feature_sums import WEEKDAYS

__all__ = ["described"]

# Rates are orders in so many days.
_A_MONTH: Final = 30.0


def described(sums: AnyFrame, *, as_of: datetime, windows: Sequence[int], min_tenure: int) -> AnyFrame:
    """Work the features out of what `feature_sums` gives; ``windows`` ascend."""
    today = int(np.datetime64(as_of, "D").astype(np.int64))
    col = nw.col
    sums = sums.with_columns(
        (col("last") * -1 + today).alias("days_since_last"),
        (col("first") * -1 + today).alias("tenure_days"),
        (col("spend") + col("returned")).alias("paid"),
        (col("days") - 1).alias("gaps"),
        (col("last") - col("first")).alias("gap_sum"),
    )
    sums = sums.with_columns(
        _over("gap_sum", "gaps").alias("gap_mean"),
        *(_rate(window, min_tenure).alias(f"rate_{window}") for window in windows),
        *((col(f"spend_{window}") + col(f"returned_{window}")).alias(f"paid_{window}") for window in windows),
    )
    floats = {
        **{name: col(name) for name in ("spend", "returned", "days_since_last", "tenure_days")},
        "order_value": _over("paid", "n_orders"),
        "refund_rate": _over("returned", "paid"),
        **{name: col(name) for name in ("gap_mean", "gap_last", "gap_max")},
        "gap_cv": _variation(),
        "log_gap_mean": _over("log_gap_sum", "gaps"),
        "gap_ratio": _over("days_since_last", "gap_mean"),
        **{f"weekday_{number}_share": _over(f"weekday_{number}", "days") for number in WEEKDAYS},
    }
    whole = {"n_orders": "n_orders", "purchase_days": "days"}
    for window in windows:
        whole |= {f"n_orders_{window}d": f"orders_{window}", f"purchase_days_{window}d": f"days_{window}"}
        floats |= {
            **{f"{name}_{window}d": col(f"{name}_{window}") for name in ("spend", "returned")},
            f"order_rate_{window}d": col(f"rate_{window}"),
            f"order_change_{window}d": _change("orders", window),
            f"spend_change_{window}d": _change("paid", window),
        }
    for short, long in pairwise(windows):
        floats[f"order_trend_{short}_{long}d"] = _over(f"rate_{short}", f"rate_{long}")
    return sums.select(
        "customer_id",
        *(col(name).cast(nw.Int64).alias(called) for called, name in whole.items()),
        *(value.cast(nw.Float64).alias(called) for called, value in floats.items()),
    )


def _over(part: str, whole: str) -> nw.Expr:
    """A ratio, missing where the whole is not above 0."""
    return nw.col(part) / nw.when(nw.col(whole) > 0).then(nw.col(whole).cast(nw.Float64))


def _rate(window: int, min_tenure: int) -> nw.Expr:
    """Orders in 30 days, over the days of the window since the first purchase."""
    known = nw.col("tenure_days") + 1
    days = nw.when(known < window).then(known).otherwise(nw.lit(float(window)))
    return nw.col(f"orders_{window}") * _A_MONTH / nw.when(known >= min_tenure).then(days)


def _change(name: str, window: int) -> nw.Expr:
    """A window against the one before, from -1 to 1, of those who were customers throughout both."""
    now, before = nw.col(f"{name}_{window}"), nw.col(f"{name}_before_{window}")
    both = nw.when((nw.col("tenure_days") + 1 >= 2 * window) & (now + before > 0)).then(now + before)
    return (now - before) / both


def _variation() -> nw.Expr:
    """The standard deviation of the gaps over their mean, from sums of whole numbers, which are exact."""
    n, total = nw.col("gaps"), nw.col("gap_sum")
    further = nw.when(n > 1).then(n - 1)
    squares = nw.col("gap_squares") * n - total * total
    return (squares / (further * n)) ** 0.5 / nw.col("gap_mean")
