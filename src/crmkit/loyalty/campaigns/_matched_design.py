"""A matched comparison up to its outcomes: base, pairs, balance, and why no effect could be told from them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np

from crmkit._checks import check_number
from crmkit._messages import Message
from crmkit.loyalty.campaigns._balance import Balance, balance_of
from crmkit.loyalty.campaigns._compared_base import Base, read_base
from crmkit.loyalty.campaigns._pairs import Pairs, paired

__all__ = ["FEWEST_PAIRS", "Matched", "matched", "why_not_matched"]

FEWEST_PAIRS: Final = 30
"""Below so many pairs, beside one for each covariate, nothing is told."""

_NO_CALIPER: Final = Message(
    en="{@caliper} must be above 0, such as 0.2, got {value!r}.", zh="{@caliper} 须大于 0，如 0.2，得到 {value!r}。"
)


class Matched(NamedTuple):
    """A base with its pairs and their balance."""

    base: Base
    pairs: Pairs
    balance: Balance

    @property
    def matched_share(self) -> float:
        """The share of the smaller side that has a partner."""
        n = int(self.base.treated.sum())
        return len(self.pairs.treated) / min(n, len(self.base.treated) - n)


def matched(
    customers: Any,
    *,
    treated: str,
    covariates: Sequence[str],
    numbers: Sequence[str] = (),
    caliper: float,
    random_state: int | np.random.Generator,
) -> Matched:
    """Read a base and match it."""
    check_number(caliper, name="caliper")
    if caliper <= 0:
        raise ValueError(_NO_CALIPER(value=caliper))
    base = read_base(customers, treated=treated, covariates=covariates, numbers=numbers)
    pairs = paired(base, caliper=caliper, random_state=random_state)
    return Matched(base, pairs, balance_of(base, pairs))


def why_not_matched(design: Matched, *, min_matched: float, max_difference: float) -> list[str]:
    """Codes of what keeps a design from telling an effect, in a fixed order."""
    reasons = []
    if len(design.pairs.treated) < FEWEST_PAIRS + len(design.base.names):
        reasons.append("too_few")
    if design.matched_share < min_matched:
        reasons.append("little_overlap")
    if not design.balance.is_balanced(max_difference=max_difference).all():
        reasons.append("imbalance")
    return reasons
