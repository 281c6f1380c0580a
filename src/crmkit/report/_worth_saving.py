"""Why customers are worth saving, in words."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from crmkit._names import Language
from crmkit.report._numbers import counted, money
from crmkit.report._texts import TEXTS

__all__ = ["with_reasons"]


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
