"""Classes by two measures of a customer, such as attitude and behaviour; both measures are always shown."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, ClassVar, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._arrays import Floats
from crmkit._checks import check_ascending, check_int, check_number
from crmkit._estimator import JsonError, check_cuts, check_fitted, check_table
from crmkit._figures import amount
from crmkit._frames import FrameT, from_pandas
from crmkit._labelling._case_labeller import MADE
from crmkit._labelling._cases import PLAIN_COLUMN, Case, Within
from crmkit._labelling._complete import CompleteLabeller
from crmkit._labelling._edges import edges_of_top_shares
from crmkit._labelling._measures import Measures
from crmkit._messages import Column, Message, Parameter
from crmkit._names import Language
from crmkit._tables import refuse_rows
from crmkit.errors import SchemaError

__all__ = ["Axis", "TwoAxisLabeller", "at_least", "at_most", "check_cut", "check_scale", "middle_of"]

# A measure within this share of a cut is on it.
_ROUNDING: Final = 1e-9

_NOT_PLAIN: Final = Message(
    en="{name} must be a plain column name such as 'satisfaction', got {value!r}. Rename the column.",
    zh="{name} 须为 'satisfaction' 之类的普通列名，得到 {value!r}。请为该列改名。",
)
_ONE_COLUMN: Final = Message(
    en="{name} and {other} must be two columns, none of them {made}, got {value!r} and {other_value!r}.",
    zh="{name} 与 {other} 须为两列，且不得为 {made}，得到 {value!r} 与 {other_value!r}。",
)
_OFF_SCALE: Final = Message(
    en="{where} lies off its scale from {low:g} to {high:g} in {n:,} {n:row|rows}, first at rows {rows}. Drop codes "
    "that are no answer, or give the scale, {@scale=}.",
    zh="{where}有 {n:,} 行不在 {low:g} 至 {high:g} 的量表之内，最先见于行 {rows}。请去掉不是回答的编码，"
    "或用 {@scale=} 给出量表。",
)
_NO_CUT: Final = Message(
    en="{name} must be from {low:g} up to below {high:g}, the ends of the scale: above a cut is high, on it low; got "
    "{value!r}.",
    zh="{name} 须不小于量表起点 {low:g} 且小于终点 {high:g}：高于切点为高，等于切点为低；得到 {value!r}。",
)
_NOBODY: Final = Message(
    en="{@customers} holds nobody with both {first!r} and {second!r}.",
    zh="{@customers} 中没有客户同时有 {first!r} 与 {second!r}。",
)


class Axis(NamedTuple):
    """A measure: the parameter that names its column, the column, and its scale where it has one."""

    parameter: str
    column: str
    scale: tuple[float, float] | None


class TwoAxisLabeller(CompleteLabeller):
    """Gives every customer with two measures a class, and shows both measures beside it."""

    # What columns are called in Chinese sentences.
    _names_zh: ClassVar[Mapping[str, str]] = MappingProxyType({})

    cuts_: pd.DataFrame

    def map_table(self, customers: FrameT, *, n_bins: int = 20) -> FrameT:
        """Count the customers at each point of the map of both measures.

        Parameters
        ----------
        customers : pandas, Polars or PyArrow table
            Customers, one per row, with both measures.
        n_bins : int, default 20
            A measure with more distinct values than this is counted in so many parts of equal width.

        Returns
        -------
        the kind of table given
            One row per point where there is a customer, and class: ``x_measure``, the name of the first measure,
            ``x``, its value or the middle of a part, ``x_cut``, above which it is high; ``y_measure``, ``y``,
            ``y_cut`` of the second; ``segment``, ``segment_order``, ``name_en``, ``name_zh``; ``n_customers`` and
            ``customer_share`` of those who have a class.

        Raises
        ------
        NotFittedError
            Before `fit`.
        SchemaError
            If a column is missing, does not hold numbers, or lies off its scale.
        TypeError
            If ``customers`` is not a table in memory, or ``n_bins`` not a whole number.
        ValueError
            If ``n_bins`` is below 1.
        """
        check_fitted(self)
        check_int(n_bins, name="n_bins", low=1)
        columns = self._columns(customers)
        place = self._order(*self._placed(columns))
        given = place >= 0
        points = pd.DataFrame(
            {name: _in_bins(column[given], n_bins) for name, column in zip("xy", columns.values(), strict=True)}
        )
        points["place"] = place[given]
        counts = points.groupby(["x", "y", "place"]).size()
        table = counts.index.to_frame(index=False)
        of_place = self.segments_.iloc[table.pop("place")].reset_index(drop=True)
        axes = {
            letter: {
                f"{letter}_measure": axis.column,
                letter: table[letter],
                f"{letter}_cut": self._cut(axis, "high"),
            }
            for letter, axis in zip("xy", self._axes(), strict=True)
        }
        shares = counts.to_numpy() / max(counts.sum(), 1)
        made = pd.DataFrame({**axes["x"], **axes["y"]}, index=table.index)
        made = pd.concat([made, of_place], axis=1).assign(n_customers=counts.to_numpy(), customer_share=shares)
        return from_pandas(made, like=customers)

    def _learn(self, customers: Any) -> int:
        columns = self._columns(customers)
        known = np.logical_and.reduce([~np.isnan(values) for values in columns.values()])
        first, second = columns
        if not known.any():
            raise SchemaError(_NOBODY(first=first, second=second))
        cuts = [
            (column, cut, float(_median_cut(columns[column][known]) if given is None else given))
            for (column, cut), given in self._given_cuts().items()
        ]
        self.cuts_ = pd.DataFrame(cuts, columns=["column", "cut", "value"])
        return int(known.sum())

    def _check_learned(self) -> None:
        check_table(self.cuts_, {"column": "text", "cut": "text", "value": "float64"})
        given = self._given_cuts()
        if list(zip(self.cuts_["column"], self.cuts_["cut"], strict=True)) != list(given):
            raise JsonError("the cuts are not those of the options")
        check_cuts(self.cuts_["value"], given={at: cut for at, cut in enumerate(given.values()) if cut is not None})

    def _cut(self, axis: Axis, what: str) -> float:
        """A cut that was learned or given."""
        row = (self.cuts_["column"] == axis.column) & (self.cuts_["cut"] == what)
        return float(self.cuts_.loc[row, "value"].iloc[0])

    # What such a labeller is made of.

    @abstractmethod
    def _axes(self) -> tuple[Axis, Axis]:
        """The two measures."""

    @abstractmethod
    def _given_cuts(self) -> dict[tuple[str, str], float | None]:
        """Cuts by column and name; the median of the column is learned where there is none."""

    @abstractmethod
    def _phrases(self, case: Case, language: Language) -> str:
        """The sentence of a case, with places for the name, the columns, their values and the cuts."""

    # What is the same for all.

    def _check_axes(self) -> None:
        first, second = self._axes()
        for axis in (first, second):
            if not isinstance(axis.column, str) or not PLAIN_COLUMN.fullmatch(axis.column):
                raise ValueError(_NOT_PLAIN(name=Parameter(axis.parameter), value=axis.column))
        if first.column == second.column or {first.column, second.column} & set(MADE):
            raise ValueError(
                _ONE_COLUMN(
                    name=Parameter(first.parameter),
                    other=Parameter(second.parameter),
                    made=list(MADE),
                    value=first.column,
                    other_value=second.column,
                )
            )

    def _needed(self) -> tuple[str, ...]:
        return tuple(axis.column for axis in self._axes())

    def _columns(self, customers: Any, *, name: str = "customers") -> Measures:
        values = super()._columns(customers, name=name)
        for axis in self._axes():
            if axis.scale is not None:
                low, high = axis.scale
                column = values[axis.column]
                where = Column(name, axis.column)
                refuse_rows((column < low) | (column > high), _OFF_SCALE, where=where, low=low, high=high)
        return values

    def _sentences(
        self, cases: Sequence[Case], which: npt.NDArray[np.intp], columns: Measures, language: Language
    ) -> list[str]:
        first, second = self._needed()
        names = self._called(language)
        shown = {
            name: self._names_zh.get(column, column) if language == "zh" else column
            for name, column in (("first", first), ("second", second))
        }
        told = [(self._phrases(case, language), names[case.segment]) for case in cases]
        pairs = zip(columns[first].tolist(), columns[second].tolist(), strict=True)
        sentences = []
        for case, (one, other) in zip(which.tolist(), pairs, strict=True):
            if case == len(cases):
                sentences.append(self._not_known(dict(zip(shown.values(), (one, other), strict=True)), language))
                continue
            phrase, name = told[case]
            sentences.append(phrase.format(name=name, **shown, one=amount(one), other=amount(other)))
        return sentences


def at_least(axis: Axis, value: float) -> Within:
    """A condition: the measure reaches a value."""
    return Within(axis.column, low=value - _ROUNDING * abs(value))


def at_most(axis: Axis, value: float) -> Within:
    """A condition: the measure does not go beyond a value; on a cut it is not above it."""
    return Within(axis.column, high=value + _ROUNDING * abs(value))


def check_scale(scale: Any, *, name: str) -> tuple[float, float]:
    """Return the ends of a scale, or raise."""
    low, high = check_ascending(scale, n_numbers=2, name=name)
    return low, high


def check_cut(cut: Any, scale: tuple[float, float], *, name: str) -> None:
    """Raise unless there is no cut of one's own, or some of the scale is above it, and some is not."""
    if cut is None:
        return
    check_number(cut, name=name)
    if not scale[0] <= cut < scale[1]:
        raise ValueError(_NO_CUT(name=Parameter(name), low=scale[0], high=scale[1], value=cut))


def middle_of(scale: tuple[float, float]) -> float:
    """The middle of a scale."""
    low, high = scale
    return low / 2 + high / 2


def _median_cut(values: Floats) -> float:
    """The cut above which at most half of the values lie, more only where more than half are the largest."""
    (cut,) = edges_of_top_shares(values, shares=(0.5,), of="customers")
    return float(cut)


def _in_bins(values: Floats, n_bins: int) -> Floats:
    """Values as they are where they are few, or else the middles of parts of equal width."""
    if len(np.unique(values)) <= n_bins:
        return values
    low, high = values.min(), values.max()
    # Halves, for the difference of the largest numbers would overflow.
    part = np.minimum(np.floor((values / 2 - low / 2) / (high / 2 - low / 2) * n_bins), n_bins - 1)
    share = (part + 0.5) / n_bins
    return np.asarray(low * (1 - share) + high * share)
