"""What all segmenters share: fit, predict, assign, explain, summary, SQL."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar, Literal, Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.utils.validation import check_is_fitted

from crmkit._checks import check_option
from crmkit._estimator import JsonEstimator
from crmkit._frames import Coded, FrameT, column_like, from_pandas, is_engine, open_as_given, rows_like
from crmkit._names import LANGUAGES, Label, Language
from crmkit.errors import SchemaError
from crmkit.segment._cases import Case, case_sql, first_that_holds, missing_sql, text_sql
from crmkit.segment._in_engine import assigned_in_engine
from crmkit.segment._learned import check_table
from crmkit.segment._measures import Measures, measured

__all__ = ["Segmenter", "positions_in_segments"]

# The columns that `assign` makes.
MADE = ("segment", "segment_order", "reason_code")
_CODES = ["segment", "segment_order"]
_PLAIN_NAME = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*){0,2}")


class Segmenter(JsonEstimator, ABC):
    """Puts every customer in one segment, and says why.

    A segmenter names its columns, learns its cuts, and lists its cases; all that is public follows from the cases.

    Attributes
    ----------
    segments_ : DataFrame
        ``segment``, ``segment_order`` from 1, the best, and ``name_en``, ``name_zh``; the last segment is that of the
        customers without an order.
    n_customers_ : int
        Customers with an order seen in `fit`.
    """

    segments_: pd.DataFrame
    n_customers_: int
    # What the query makes besides.
    _sql_makes: ClassVar[tuple[str, ...]] = ()

    def fit(self, customers: Any, y: None = None) -> Self:  # noqa: ARG002
        """Learn the cuts from the customers that have ordered.

        Parameters
        ----------
        customers : pandas, Polars or PyArrow table
            As `crmkit.customer_summary` gives it.
        y : None
            Not used.

        Returns
        -------
        segmenter
            Itself, fitted.

        Raises
        ------
        SchemaError
            If a column is missing, holds no numbers, lacks a value of somebody who ordered, or nobody ordered.
        TypeError
            If ``customers`` is no table in memory, or an option is of the wrong kind.
        ValueError
            If an option lies outside its range.
        """
        with self._fitting():
            self._check_options()
            columns = self._measured(customers)
            ordered = columns["n_orders"] > 0
            if not ordered.any():
                raise SchemaError("`customers` holds nobody with an order. Segments compare customers who bought.")
            self._learn({name: values[ordered] for name, values in columns.items()})
            self.segments_ = _segment_table(self._names())
            self.n_customers_ = int(ordered.sum())
        return self

    def predict(self, customers: Any) -> Any:
        """Give each customer its segment.

        Parameters
        ----------
        customers : pandas, Polars or PyArrow table
            As `crmkit.customer_summary` gives it.

        Returns
        -------
        Series (PyArrow: chunked array) named ``segment``
            One code per row, in the order of the rows: ordered categories, the best first, on pandas (with its
            index) and Polars; text on PyArrow.

        Raises
        ------
        NotFittedError
            Before `fit`.
        SchemaError
            If a column is missing, holds no numbers, or lacks a value of somebody who ordered.
        TypeError
            If ``customers`` is no table in memory.
        """
        check_is_fitted(self)
        order = self._order(*self._placed(self._columns(customers)))
        return column_like(self._labels(order), name="segment", like=customers)

    def assign(self, customers: FrameT) -> FrameT:
        """Give each customer its segment, its place among the segments, and the code of the reason.

        Parameters
        ----------
        customers : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
            As `crmkit.customer_summary` gives it.

        Returns
        -------
        the kind of frame given
            ``segment``, as `predict` gives it; ``segment_order`` from 1, the best; ``reason_code``. In memory one row
            per customer, in the order given; an engine adds the three columns to those of the customers, for its rows
            have no order, and leaves them missing where a value is missing.

        Raises
        ------
        NotFittedError
            Before `fit`.
        SchemaError
            If a column is missing; in memory also if it holds no numbers or lacks a value of somebody who ordered.
        TypeError
            If ``customers`` is no frame.
        """
        check_is_fitted(self)
        if is_engine(open_as_given(customers, name="customers")):
            codes = list(self.segments_["segment"])
            return assigned_in_engine(
                customers, self.to_sql, needed=self._needed(), made=MADE, besides=self._sql_makes, codes=codes
            )
        columns = self._columns(customers)
        cases, which = self._placed(columns)
        order = self._order(cases, which)
        made = (self._labels(order), order + 1, self._reasons(cases, which, columns))
        return rows_like(dict(zip(MADE, made, strict=True)), like=customers)

    def explain(self, customers: Any, *, language: Language = "en") -> Any:
        """Say of each customer, in a sentence, why it is in its segment.

        Parameters
        ----------
        customers : pandas, Polars or PyArrow table
            As `crmkit.customer_summary` gives it.
        language : {"en", "zh"}, default "en"
            Language of the sentences.

        Returns
        -------
        Series (PyArrow: chunked array) named ``explanation``
            One text per row, in the order of the rows.

        Raises
        ------
        NotFittedError
            Before `fit`.
        SchemaError
            If a column is missing, holds no numbers, or lacks a value of somebody who ordered.
        TypeError
            If ``customers`` is no table in memory.
        ValueError
            If ``language`` is neither of the two.
        """
        check_is_fitted(self)
        check_option(language, LANGUAGES, name="language")
        columns = self._columns(customers)
        sentences = self._sentences(*self._placed(columns), columns, language)
        return column_like(np.array(sentences, dtype=object), name="explanation", like=customers)

    def summary(self, customers: FrameT) -> FrameT:
        """Count the customers, orders and value of each segment.

        Parameters
        ----------
        customers : pandas, Polars or PyArrow table
            As `crmkit.customer_summary` gives it.

        Returns
        -------
        the kind of table given
            One row per segment, the best first, empty ones too: ``segment``, ``segment_order``, ``name_en``,
            ``name_zh``, ``n_customers``, ``customer_share`` of all rows, ``n_orders``, ``value`` (the sum of the
            column that the segments compare), ``value_share`` (missing unless the total is above zero), and
            ``mean_value`` per customer (missing for an empty segment).

        Raises
        ------
        NotFittedError
            Before `fit`.
        SchemaError
            If a column is missing, holds no numbers, or lacks a value of somebody who ordered.
        TypeError
            If ``customers`` is no table in memory.
        """
        check_is_fitted(self)
        columns = self._columns(customers)
        order = self._order(*self._placed(columns))
        value = np.nan_to_num(columns[self._value_column()])
        n_segments = len(self.segments_)
        n_customers, orders, values = (
            np.bincount(order, weights=weights, minlength=n_segments).astype(np.float64)
            for weights in (None, columns["n_orders"], value)
        )
        total = values.sum()
        table = self.segments_.assign(
            n_customers=n_customers.astype("int64"),
            customer_share=n_customers / max(len(order), 1) if len(order) else np.nan,
            n_orders=np.round(orders).astype("int64"),
            value=values,
            value_share=values / total if total > 0 else np.nan,
            mean_value=np.where(n_customers > 0, values / np.maximum(n_customers, 1), np.nan),
        )
        return from_pandas(table, like=customers)

    def to_sql(self, *, table: str = "customers", quote: Literal["", '"', "`"] = "") -> str:
        """Write `assign` as an SQL query.

        Parameters
        ----------
        table : str, default "customers"
            Name of the customers table in the database.
        quote : {"", '"', "`"}, default ""
            What stands around names of columns; needed where one is a word of SQL, and for others than English letters
            in some databases.

        Returns
        -------
        str
            A query that gives all columns of the table and ``segment``, ``segment_order``, ``reason_code``; for RFM
            segments the three scores as well.

        Raises
        ------
        NotFittedError
            Before `fit`.
        ValueError
            If the table's name is not plain (letters, digits and underscores, parts divided by dots), or ``quote``
            none of the three.
        """
        check_is_fitted(self)
        if not isinstance(table, str) or not _PLAIN_NAME.fullmatch(table):
            raise ValueError(f"`table` must be a plain name such as 'crm.customers', got {table!r}.")
        check_option(quote, ("", '"', "`"), name="quote")
        cases = self._cases()
        order_of = dict(zip(self.segments_["segment"], self.segments_["segment_order"], strict=True))
        results = (
            [text_sql(case.segment) for case in cases],
            [f"{order_of[case.segment]}" for case in cases],
            [self._reason_sql(case) for case in cases],
        )
        missing = missing_sql(list(dict.fromkeys(("n_orders", *self._needed()))), quote=quote)
        made = [
            f"{case_sql(cases, result, missing=missing, quote=quote)} AS {name}"
            for name, result in zip(MADE, results, strict=True)
        ]
        return ",\n".join(["SELECT *", *made]) + f"\nFROM {self._source_sql(table)}"

    def _check_restored(self) -> None:
        super()._check_restored()
        self._check_options()
        self._check_learned()
        check_table(self.segments_, {"segment": "text", "segment_order": "int64", "name_en": "text", "name_zh": "text"})
        expected = _segment_table(self._names())
        # names may have been worded otherwise by the version that wrote them
        if not self.segments_[_CODES].equals(expected[_CODES]) or self.n_customers_ < 1:
            raise ValueError("the segments are not those of the options")
        if not self.segments_[["name_en", "name_zh"]].map(str.strip).all(axis=None):
            raise ValueError("a segment has no name")

    # What a segmenter is made of.

    @abstractmethod
    def _check_learned(self) -> None:
        """Raise where what was learned is nothing that `fit` learns with these options."""

    @abstractmethod
    def _check_options(self) -> None:
        """Raise unless the options are what they should be."""

    @abstractmethod
    def _names(self) -> dict[str, Label]:
        """The segments once learned, the best first, that of the customers without an order last."""

    @abstractmethod
    def _needed(self) -> tuple[str, ...]:
        """The columns read; ``n_orders`` among them."""

    @abstractmethod
    def _value_column(self) -> str:
        """The column that the summary adds up."""

    @abstractmethod
    def _learn(self, ordered: Measures) -> None:
        """Learn from those who ordered."""

    @abstractmethod
    def _cases(self) -> list[Case]:
        """The cases, of which the first that holds counts."""

    @abstractmethod
    def _sentences(
        self, cases: Sequence[Case], which: npt.NDArray[np.intp], columns: Measures, language: Language
    ) -> list[str]:
        """A sentence per row, given the position of each row's case."""

    # What some of them do in their own way.

    def _columns(self, customers: Any, *, name: str = "customers") -> Measures:
        """The columns that the cases speak of, once fitted."""
        return self._measured(customers, name=name)

    def _which(self, cases: Sequence[Case], columns: Measures) -> npt.NDArray[np.intp]:
        """The position of each row's case."""
        return first_that_holds(cases, columns)

    def _reasons(self, cases: Sequence[Case], which: npt.NDArray[np.intp], columns: Measures) -> Coded:  # noqa: ARG002
        return Coded([case.reason for case in cases], which)

    def _reason_sql(self, case: Case) -> str:
        return text_sql(case.reason)

    def _source_sql(self, table: str) -> str:
        return table

    # What is the same for all.

    def _measured(self, customers: Any, *, name: str = "customers") -> Measures:
        return measured(customers, self._needed(), name=name)

    def _called(self, language: Language) -> dict[str, str]:
        """What each segment is called."""
        return dict(zip(self.segments_["segment"], self.segments_[f"name_{language}"], strict=True))

    def _placed(self, columns: Measures) -> tuple[list[Case], npt.NDArray[np.intp]]:
        """The cases, and the position of each row's case among them."""
        cases = self._cases()
        return cases, self._which(cases, columns)

    def _order(self, cases: Sequence[Case], which: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
        """The position of the segment of each row's case."""
        codes = list(self.segments_["segment"])
        return np.array([codes.index(case.segment) for case in cases], dtype=np.intp)[which]

    def _labels(self, order: npt.NDArray[np.intp]) -> pd.Categorical[Any]:
        kind = pd.CategoricalDtype(list(self.segments_["segment"]), ordered=True)
        codes: Any = order
        labels: pd.Categorical[Any] = pd.Categorical.from_codes(codes, dtype=kind)
        return labels


def positions_in_segments(segmenter: Segmenter, customers: Any, *, name: str) -> npt.NDArray[np.intp]:
    """The position of each customer's segment, from 0; errors call the table ``name``."""
    check_is_fitted(segmenter)
    return segmenter._order(*segmenter._placed(segmenter._columns(customers, name=name)))


def _segment_table(names: dict[str, Label]) -> pd.DataFrame:
    columns: dict[str, Sequence[Any]] = {
        "segment": list(names),
        "segment_order": list(range(1, len(names) + 1)),
        "name_en": [label.en for label in names.values()],
        "name_zh": [label.zh for label in names.values()],
    }
    return pd.DataFrame(columns)
