"""Predictions by tenure under many parameters at once, for their intervals."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

import pandas as pd

from crmkit._arrays import Floats
from crmkit.value._draws import interval_by_blocks
from crmkit.value.contracts._law import Law

__all__ = ["Quantity", "with_intervals"]

# A number for each tenure, or each renewal, in ascending order; under a law with parameters of shape (n_draws, 1) a row
# of them for each draw.
Quantity: TypeAlias = Callable[[Law, Floats], Floats]

# Pairs of a draw and a tenure at a time; some 30 numbers are held for each, 8 MB.
_AT_A_TIME = 30_000


def with_intervals(
    estimates: Mapping[str, Floats],
    quantities: Mapping[str, Quantity],
    *,
    at: Floats,
    draws: pd.DataFrame,
    level: float,
) -> dict[str, Floats]:
    """Put the ends of the intervals from the draws beside each estimate at these tenures."""
    columns = {}
    for name, quantity in quantities.items():
        columns[name] = estimates[name]
        columns[f"{name}_lower"], columns[f"{name}_upper"] = _ends(
            quantity, at, estimates=estimates[name], draws=draws, level=level
        )
    return columns


def _ends(quantity: Quantity, at: Floats, *, estimates: Floats, draws: pd.DataFrame, level: float) -> Floats:
    """Lower and upper end, shape (2, n_tenures); a quantity that is nan under a draw is infinite there."""
    law = Law(**{str(name): values.to_numpy()[:, None] for name, values in draws.items()})
    size = max(1, _AT_A_TIME // len(draws))
    return interval_by_blocks(lambda block: quantity(law, at[block]), estimates=estimates, size=size, level=level)
