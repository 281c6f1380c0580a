"""What all that gives a label per row shares: fit, predict, summary, a way to and from JSON."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, Final, Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._estimator import JsonError, JsonEstimator, check_fitted
from crmkit._frames import FrameT, column_like, from_pandas
from crmkit._labelling._scheme import Scheme, check_label_table
from crmkit._labelling._summary import label_summary
from crmkit._messages import Message, Parameter

__all__ = ["Labeller", "positions_in", "value_column"]

_NO_LABELLER: Final = Message(
    en="{name} must be a fitted segmenter, got {got}.", zh="{name} 须为已拟合的分群器，得到 {got}。"
)


class Labeller(JsonEstimator, ABC):
    """Gives every customer a label of one scheme, or none.

    A labeller checks its options, learns, names its scheme and places rows in it; all that is public follows from
    that. Segmenters, levels, loyalty classes and clusters are labellers.

    Attributes
    ----------
    segments_ : DataFrame
        ``segment``, ``segment_order`` from 1, the best, and ``name_en``, ``name_zh``.
    n_customers_ : int
        Customers seen in `fit`.
    """

    segments_: pd.DataFrame
    n_customers_: int

    def fit(self, customers: Any, y: None = None) -> Self:  # noqa: ARG002
        """Learn from a table of customers.

        Parameters
        ----------
        customers : pandas, Polars or PyArrow table
            As `crmkit.customer_summary` makes it.
        y : None
            Not used.

        Returns
        -------
        segmenter
            Itself, fitted.

        Raises
        ------
        SchemaError
            If a column is missing, does not hold numbers or lacks a value that is needed, or if there is nobody to
            learn from.
        TypeError
            If ``customers`` is not a table in memory, or an option is of the wrong kind.
        ValueError
            If an option is out of range.
        """
        with self._fitting():
            self._check_options()
            self.n_customers_ = self._learn(customers)
            self.segments_ = self._scheme().table()
        return self

    def predict(self, customers: Any) -> Any:
        """Give each customer their segment.

        Parameters
        ----------
        customers : pandas, Polars or PyArrow table
            As `crmkit.customer_summary` makes it.

        Returns
        -------
        Series (PyArrow: chunked array) named ``segment``
            One code per row, in the order of the rows: ordered categories, the best first, on pandas (with its
            index) and Polars; text on PyArrow. Missing where the scheme has no segment for a customer.

        Raises
        ------
        NotFittedError
            Before `fit`.
        SchemaError
            If a column is missing, does not hold numbers, or lacks a value that is needed.
        TypeError
            If ``customers`` is not a table in memory.
        """
        check_fitted(self)
        return column_like(self._labelled(self._positions(customers)), name="segment", like=customers)

    def summary(self, customers: FrameT) -> FrameT:
        """Count the customers, orders and value of each segment.

        Parameters
        ----------
        customers : pandas, Polars or PyArrow table
            As `crmkit.customer_summary` makes it.

        Returns
        -------
        the kind of table given
            One row per segment, the best first, empty ones too: ``segment``, ``segment_order``, ``name_en``,
            ``name_zh``, ``n_customers``, ``customer_share`` of all rows, ``n_orders``, ``value`` (the sum of the
            column that the segments compare), ``value_share`` of all rows (missing unless the total is above zero),
            and ``mean_value`` per customer (missing for an empty segment).

        Raises
        ------
        NotFittedError
            Before `fit`.
        SchemaError
            If a column is missing, does not hold numbers, or lacks a value that is needed.
        TypeError
            If ``customers`` is not a table in memory.
        """
        check_fitted(self)
        table = label_summary(self.segments_, self._positions(customers), customers, value=self._value_column())
        return from_pandas(table, like=customers)

    def _check_restored(self) -> None:
        super()._check_restored()
        self._check_options()
        self._check_learned()
        check_label_table(self.segments_, self._scheme())
        if self.n_customers_ < 1:
            raise JsonError("nobody was seen in fit")

    # What a labeller is made of.

    @abstractmethod
    def _check_options(self) -> None:
        """Raise unless the options are what they should be."""

    @abstractmethod
    def _learn(self, customers: Any) -> int:
        """Learn from a table, and return how many customers were learned from."""

    @abstractmethod
    def _check_learned(self) -> None:
        """Raise where JSON gives something that `fit` cannot learn with these options."""

    @abstractmethod
    def _scheme(self) -> Scheme:
        """The scheme, once learned."""

    @abstractmethod
    def _positions(self, customers: Any, *, name: str = "customers") -> npt.NDArray[np.intp]:
        """The position of each row's level in the scheme, -1 for none; errors call the table ``name``."""

    # What some do in their own way.

    def _value_column(self) -> str:
        """The column that the summary adds up."""
        return "spend"

    # What is the same for all.

    def _labelled(self, positions: npt.NDArray[np.intp]) -> pd.Categorical[Any]:
        kind = pd.CategoricalDtype(list(self.segments_["segment"]), ordered=True)
        codes: Any = positions
        labels: pd.Categorical[Any] = pd.Categorical.from_codes(codes, dtype=kind)
        return labels


def positions_in(
    labeller: object, customers: Any, *, name: str, parameter: str
) -> tuple[pd.DataFrame, npt.NDArray[np.intp]]:
    """Give the segments of a fitted labeller and the position of each row's; errors call the two by their names."""
    if not isinstance(labeller, Labeller):
        raise TypeError(_NO_LABELLER(name=Parameter(parameter), got=type(labeller).__name__))
    check_fitted(labeller)
    return labeller.segments_, labeller._positions(customers, name=name)


def value_column(labeller: Labeller) -> str:
    """The column that the summary of a fitted labeller adds up."""
    check_fitted(labeller)
    return labeller._value_column()
