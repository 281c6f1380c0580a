"""What to expect of contacting each customer who may leave."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from crmkit._arrays import Floats
from crmkit.loyalty.churn._contact import contact_profit
from crmkit.loyalty.churn._outcomes import check_sums

__all__ = ["expected_of_contact"]


def expected_of_contact(numbers: Mapping[str, Floats]) -> tuple[Floats, Floats]:
    """Give the profit and the cost of contacting each customer: the contact, and the offer where it is taken."""
    check_sums(**{name: numbers[name] for name in ("clv", "incentive_cost", "contact_cost")})
    profit = np.asarray(contact_profit(**numbers))
    taken = 1 - numbers["probability"] + numbers["probability"] * numbers["gamma"]
    return profit, numbers["contact_cost"] + numbers["incentive_cost"] * taken
