"""Labels that follow from cases: they also come with reasons, sentences and SQL."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final, Literal

import numpy as np
import numpy.typing as npt

from crmkit._arrays import Floats
from crmkit._checks import check_option
from crmkit._estimator import check_fitted
from crmkit._frames import Coded, FrameT, column_like, is_engine, open_as_given, rows_like
from crmkit._labelling._cases import Case, case_sql, first_that_holds, text_sql
from crmkit._labelling._in_engine import assigned_in_engine
from crmkit._labelling._labeller import Labeller
from crmkit._labelling._measures import Measures
from crmkit._messages import Message
from crmkit._names import LANGUAGES, Language

__all__ = ["MADE", "CaseLabeller"]

MADE: Final = ("segment", "segment_order", "reason_code")
"""The columns that `assign` makes."""
_PLAIN_NAME = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*){0,2}")

_TABLE_NAME: Final = Message(
    en="{@table} must be a plain name such as 'crm.customers', got {value!r}.",
    zh="{@table} 须为 'crm.customers' 之类的普通名称，得到 {value!r}。",
)


class CaseLabeller(Labeller):
    """Gives every customer the label of the first case that holds, and says why.

    A labeller names its columns, learns its cuts and lists its cases; all that is public follows from the cases. Who
    lacks what is needed has no label.
    """

    # Columns that the query makes on its way.
    _sql_makes: ClassVar[tuple[str, ...]] = ()

    def assign(self, customers: FrameT) -> FrameT:
        """Give each customer their segment, its place among the segments, and the code of the reason.

        Parameters
        ----------
        customers : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
            As `crmkit.customer_summary` makes it.

        Returns
        -------
        the kind of frame given
            ``segment``, as `predict` gives it; ``segment_order`` from 1, the best; ``reason_code``. In memory one row
            per customer, in the order given. An engine's rows have no order, so the three columns are added to those
            of the customers; they are missing where a value is missing.

        Raises
        ------
        NotFittedError
            Before `fit`.
        SchemaError
            If a column is missing; in memory also if it does not hold numbers or lacks a value of somebody who ordered.
        TypeError
            If ``customers`` is not a frame.
        """
        check_fitted(self)
        if is_engine(open_as_given(customers, name="customers")):
            codes = list(self.segments_["segment"])
            return assigned_in_engine(
                customers, self.to_sql, needed=self._needed(), made=MADE, besides=self._sql_makes, codes=codes
            )
        columns = self._columns(customers)
        cases, which = self._placed(columns)
        order = self._order(cases, which)
        made = (self._labelled(order), self._numbered(order), self._reasons(cases, which, columns))
        return rows_like({**self._beside(columns), **dict(zip(MADE, made, strict=True))}, like=customers)

    def explain(self, customers: Any, *, language: Language = "en") -> Any:
        """Say in a sentence why each customer is in their segment.

        Parameters
        ----------
        customers : pandas, Polars or PyArrow table
            As `crmkit.customer_summary` makes it.
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
            If a column is missing, does not hold numbers, or lacks a value of somebody who ordered.
        TypeError
            If ``customers`` is not a table in memory.
        ValueError
            If ``language`` is not one of the two.
        """
        check_fitted(self)
        check_option(language, LANGUAGES, name="language")
        columns = self._columns(customers)
        sentences = self._sentences(*self._placed(columns), columns, language)
        return column_like(np.array(sentences, dtype=object), name="explanation", like=customers)

    def to_sql(self, *, table: str = "customers", quote: Literal["", '"', "`"] = "") -> str:
        """Write `assign` as an SQL query.

        Parameters
        ----------
        table : str, default "customers"
            Name of the customers table in the database.
        quote : {"", '"', "`"}, default ""
            Quotation mark around column names. Needed where a name is an SQL keyword, and in some databases where it
            has other than English letters. With backticks, texts are written as Spark, BigQuery and MySQL read them.

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
            If the table's name is not plain (letters, digits and underscores, parts separated by dots), or ``quote``
            is not one of the three.
        """
        check_fitted(self)
        if not isinstance(table, str) or not _PLAIN_NAME.fullmatch(table):
            raise ValueError(_TABLE_NAME(value=table))
        check_option(quote, ("", '"', "`"), name="quote")
        cases = self._cases()
        order_of = dict(zip(self.segments_["segment"], self.segments_["segment_order"], strict=True))
        results = (
            [text_sql(case.segment, quote=quote) for case in cases],
            [f"{order_of[case.segment]}" for case in cases],
            [self._reason_sql(case) for case in cases],
        )
        missing = self._missing_sql(quote=quote)
        made = [
            f"{case_sql(cases, result, missing=missing, quote=quote)} AS {name}"
            for name, result in zip(MADE, results, strict=True)
        ]
        return ",\n".join(["SELECT *", *made]) + f"\nFROM {self._source_sql(table)}"

    def _positions(self, customers: Any, *, name: str = "customers") -> npt.NDArray[np.intp]:
        return self._order(*self._placed(self._columns(customers, name=name)))

    # What a labeller of cases is made of.

    @abstractmethod
    def _needed(self) -> tuple[str, ...]:
        """The columns read."""

    @abstractmethod
    def _columns(self, customers: Any, *, name: str = "customers") -> Measures:
        """The columns that the cases refer to, once fitted."""

    @abstractmethod
    def _cases(self) -> list[Case]:
        """The cases; the first that holds counts."""

    @abstractmethod
    def _missing_sql(self, *, quote: str) -> str:
        """Write in SQL that a customer lacks what is needed."""

    @abstractmethod
    def _sentences(
        self, cases: Sequence[Case], which: npt.NDArray[np.intp], columns: Measures, language: Language
    ) -> list[str]:
        """A sentence per row, given the position of each row's case."""

    # What some of them do in their own way.

    def _which(self, cases: Sequence[Case], columns: Measures) -> npt.NDArray[np.intp]:
        """The position of each row's case, the number of cases for a row without one."""
        return first_that_holds(cases, columns)

    def _reasons(self, cases: Sequence[Case], which: npt.NDArray[np.intp], columns: Measures) -> Coded:  # noqa: ARG002
        return Coded([case.reason for case in cases], which)

    def _reason_sql(self, case: Case) -> str:
        return text_sql(case.reason)

    def _source_sql(self, table: str) -> str:
        return table

    def _numbered(self, order: npt.NDArray[np.intp]) -> Any:
        """The place of each row's segment from 1."""
        return order + 1

    def _beside(self, columns: Measures) -> Mapping[str, Floats]:  # noqa: ARG002
        """Columns that a table in memory shows beside the labels."""
        return {}

    # What is the same for all.

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
        return np.array([*(codes.index(case.segment) for case in cases), -1], dtype=np.intp)[which]
