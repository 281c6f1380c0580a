"""Customers worth saving: of value, overdue by their own rhythm, and more likely than not to buy nothing."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd

from crmkit._names import Language
from crmkit.report._numbers import counted, money
from crmkit.report._texts import TEXTS

__all__ = ["with_reasons", "worth_saving"]

_LIKELY: Final = 0.5


def worth_saving(
    customers: pd.DataFrame, *, lifetime_value: pd.Series[Any], probability_inactive: pd.Series[Any]
) -> pd.DataFrame:
    """Those worth more than the average who came back, are overdue and will rather not buy, the largest value first.

    Overdue is who has been quiet for longer than the own days between purchases so far. Else it would be those who buy
    once in a long while, on time, of whom nothing in the horizon is to be expected.
    """
    mean = float(lifetime_value.mean())
    found = customers.assign(
        lifetime_value=lifetime_value,
        probability_inactive=probability_inactive,
        times_the_mean=lifetime_value / mean,
        days_between=customers["recency"] / customers["frequency"].where(customers["frequency"] > 0),
    )
    overdue = found["days_since_last"] > found["days_between"]
    chosen = overdue & (found["lifetime_value"] > mean) & (found["probability_inactive"] >= _LIKELY)
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
