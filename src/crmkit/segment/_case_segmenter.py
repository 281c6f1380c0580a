"""Segmenters whose labels follow from cases and compare customers with an order; they have prospects."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

from crmkit._labelling import CaseLabeller, Measures, measured
from crmkit.segment._orders import check_anybody, missing_sql

__all__ = ["CaseSegmenter"]


class CaseSegmenter(CaseLabeller):
    """Puts every customer in the segment of the first case that holds, and says why.

    The last segment is that of the customers without an order; of the others nobody may lack a number.
    """

    def _learn(self, customers: Any) -> int:
        columns = self._measured(customers)
        ordered = columns["n_orders"] > 0
        check_anybody(ordered)
        self._learn_cuts({name: values[ordered] for name, values in columns.items()})
        return int(ordered.sum())

    @abstractmethod
    def _learn_cuts(self, ordered: Measures) -> None:
        """Learn from those who ordered."""

    def _columns(self, customers: Any, *, name: str = "customers") -> Measures:
        return self._measured(customers, name=name)

    def _missing_sql(self, *, quote: str) -> str:
        return missing_sql(list(dict.fromkeys(("n_orders", *self._needed()))), quote=quote)

    def _measured(self, customers: Any, *, name: str = "customers") -> Measures:
        return measured(customers, self._needed(), name=name)
