"""Labels that follow from measures of one's own: who lacks one has no label, and all are shown beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._arrays import Floats
from crmkit._checks import check_turnover
from crmkit._estimator import check_fitted
from crmkit._frames import Coded, FrameT, from_pandas, is_engine, open_as_given
from crmkit._labelling._case_labeller import CaseLabeller
from crmkit._labelling._cases import Case, lacks_sql
from crmkit._labelling._measures import Measures
from crmkit._messages import Column, Message, Parameter
from crmkit._names import Label, Language
from crmkit._tables import finite_columns

__all__ = ["CompleteLabeller"]

_ON_ENGINE: Final = Message(
    en="{name} must be a table in memory. Collect it first; once fitted, an engine runs to_sql().",
    zh="{name} 须为内存中的表。请先读入内存；拟合之后，可在引擎中运行 to_sql() 的结果。",
)
_UNKNOWN: Final = Label("No class: {columns} not known.", "未归类：{columns}未知。")


class CompleteLabeller(CaseLabeller):
    """Gives every customer who has all measures a label, and shows the measures beside it."""

    def summary(self, customers: FrameT) -> FrameT:
        """Count the customers of each class, and average the measures.

        Parameters
        ----------
        customers : pandas, Polars or PyArrow table
            Customers, one per row, with the measures.

        Returns
        -------
        the kind of table given
            One row per class, the best first, empty ones too: ``segment``, ``segment_order``, ``name_en``,
            ``name_zh``, ``n_customers``, ``customer_share`` of those who have a class (missing if nobody has), and the
            mean of each measure, ``mean_…``, missing for an empty class.

        Raises
        ------
        NotFittedError
            Before `fit`.
        SchemaError
            If a column is missing, does not hold numbers, or lies off its scale.
        TypeError
            If ``customers`` is not a table in memory.
        """
        check_fitted(self)
        columns = self._columns(customers)
        place = self._order(*self._placed(columns))
        given = place >= 0
        counts = np.bincount(place[given], minlength=len(self.segments_))
        shares = counts / counts.sum() if counts.sum() else np.full(len(counts), np.nan)
        means = {
            f"mean_{name}": np.where(
                counts > 0,
                np.bincount(place[given], weights=values[given], minlength=len(counts)) / np.maximum(counts, 1),
                np.nan,
            )
            for name, values in columns.items()
        }
        return from_pandas(self.segments_.assign(n_customers=counts, customer_share=shares, **means), like=customers)

    def _columns(self, customers: Any, *, name: str = "customers") -> Measures:
        if is_engine(open_as_given(customers, name=name)):
            raise TypeError(_ON_ENGINE(name=Parameter(name)))
        values = finite_columns(customers, self._needed(), name=name)
        for column, floats in values.items():
            with np.errstate(over="ignore"):
                check_turnover(float(np.nansum(np.abs(floats))), where=Column(name, column))
        return values

    def _which(self, cases: Sequence[Case], columns: Measures) -> npt.NDArray[np.intp]:
        unknown = np.logical_or.reduce([np.isnan(values) for values in columns.values()])
        return np.where(unknown, len(cases), super()._which(cases, columns))

    def _reasons(self, cases: Sequence[Case], which: npt.NDArray[np.intp], columns: Measures) -> Coded:  # noqa: ARG002
        return Coded([*(case.reason for case in cases), None], which)  # type: ignore[list-item]

    def _numbered(self, order: npt.NDArray[np.intp]) -> Any:
        return pd.arrays.IntegerArray((order + 1).astype(np.int64), order < 0)

    def _beside(self, columns: Measures) -> Mapping[str, Floats]:
        return columns

    def _missing_sql(self, *, quote: str) -> str:
        return " OR ".join(lacks_sql(column, quote=quote) for column in self._needed())

    def _not_known(self, values: Mapping[str, float], language: Language) -> str:
        """The sentence of somebody who lacks a measure, by what the measures are called."""
        lacking = [name for name, value in values.items() if np.isnan(value)]
        verb = "is" if len(lacking) == 1 else "are"
        joined = "、".join(lacking) if language == "zh" else f"{_listed(lacking)} {verb}"
        return _UNKNOWN.text(language).format(columns=joined)


def _listed(names: Sequence[str]) -> str:
    """Names in a row, with 'and' before the last."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
