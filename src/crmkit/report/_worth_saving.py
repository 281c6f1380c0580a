"""Customers worth saving: of value, and more likely lost than not."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd

from crmkit.labels import Language
from crmkit.report._numbers import counted, money
from crmkit.report._texts import TEXTS

__all__ = ["with_reasons", "worth_saving"]

_LIKELY_LOST: Final = 0.5


def worth_saving(
    customers: pd.DataFrame, *, lifetime_value: pd.Series[Any], probability_inactive: pd.Series[Any]
) -> pd.DataFrame:
    """Those who came back, are worth more than the average and will rather not buy, the largest value first."""
    mean = float(lifetime_value.mean())
    chosen = (customers["frequency"] > 0) & (lifetime_value > mean) & (probability_inactive >= _LIKELY_LOST)
    found = customers.assign(
        lifetime_value=lifetime_value,
        probability_inactive=probability_inactive,
        times_the_mean=lifetime_value / mean,
        days_between=customers["recency"] / customers["frequency"],
    )
    return found[chosen].sort_values(["lifetime_value", "customer_id"], ascending=[False, True], ignore_index=True)


def with_reasons(saved: pd.DataFrame, *, language: Language) -> pd.DataFrame:
    """Say of each why."""
    reasons = [_reason(row, language) for row in saved.to_dict("records")]
    columns = ["customer_id", "lifetime_value", "probability_inactive"]
    return saved[columns].assign(reason=pd.Series(reasons, index=saved.index, dtype=object))


def _reason(row: dict[Any, Any], language: Language) -> str:
    rhythm = max(1, int(np.floor(row["days_between"] + 0.5)))
    return (
        TEXTS["worth_saving_reason"]
        .text(language)
        .format(
            quiet=counted(row["days_since_last"], "day", language=language),
            rhythm=counted(rhythm, "day", language=language),
            inactive=f"{row['probability_inactive']:.0%}",
            value=money(row["lifetime_value"]),
            times=f"{row['times_the_mean']:.1f}",
        )
    )
