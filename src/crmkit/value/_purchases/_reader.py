"""What the lifetime value reads from a model of purchases."""

from __future__ import annotations

from typing import Any

import numpy as np

from crmkit._estimator import check_fitted
from crmkit._time_units import DAYS
from crmkit.value._purchases._draws import DrawnLaw
from crmkit.value._purchases._histories import Histories
from crmkit.value._purchases._model import PurchaseModel
from crmkit.value._purchases._outlook import Outlook

__all__ = ["PurchaseReader"]


class PurchaseReader:
    """A fitted model of purchases as the lifetime value sees it.

    Attributes
    ----------
    days : float
        Days of its time unit.
    columns : list of str
        What makes a history.
    """

    def __init__(self, model: PurchaseModel) -> None:
        check_fitted(model)
        self._model = model
        self.days, self.columns = DAYS[model.options_.time_unit], model._columns()

    def outlook(self, customers: Any, *, distinct: bool = True) -> tuple[Histories, Outlook]:
        """Histories of customers, and their outlook at the estimates."""
        return self._model._outlook(customers, distinct=distinct)

    def drawn(self, n_draws: int, rng: np.random.Generator) -> DrawnLaw:
        """The same under draws of the parameters."""
        return self._model._drawn(n_draws, rng)
