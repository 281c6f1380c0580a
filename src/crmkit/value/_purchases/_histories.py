"""Purchase histories of customers as the likelihoods read them: each distinct one once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._arrays import Floats
from crmkit._checks import some
from crmkit._messages import Column as Place
from crmkit._messages import Message
from crmkit._tables import CUSTOMERS, OPPORTUNITIES, Schema
from crmkit._time_units import DAYS, TimeUnit
from crmkit.errors import SchemaError
from crmkit.value._columns import MOST_CUSTOMERS, MOST_OF_COVARIATE, number_columns

__all__ = ["COUNTS", "KEYS", "LEAST_TIME", "Column", "Histories", "check_known", "read_histories", "read_opportunities"]

# Three centuries.
_MOST_DAYS = 2**17
# No customer has more purchase days or a longer time, whatever the unit; powers of larger numbers overflow.
_MOST = (2**17, 1e9, 1e9)
# An opportunity every day for 27 years; the code loops over them.
_MOST_OPPORTUNITIES = (10_000, 10_000, 10_000)
# In days, less than a tenth of a millisecond: two purchases that close are one and its copy.
LEAST_TIME = 1e-9
# The columns that hold x, t_x and T, in continuous time and counted in opportunities.
KEYS = ("frequency", "recency", "T")
COUNTS = ("n_transactions", "last_transaction", "n_opportunities")

_NO_COUNTS: Final = Message(
    en="{where} must hold counts from 0 to {most:,.0f}, got {got}.",
    zh="{where}应为 0 至 {most:,.0f} 的客户数，得到 {got}。",
)
_AT: Final = Message(
    en="{problem} in {n:,} {n:row|rows}, first at rows {rows}. {made_by} makes such columns.",
    zh="{problem}，共 {n:,} 行，最先见于行 {rows}。可用 {made_by} 生成这样的列。",
)
_MISSING: Final = Message(en="{where} is missing or infinite", zh="{where}缺失或为无穷大")
_ABOVE: Final = Message(en="{where} is above {most:,.0f}", zh="{where}大于 {most:,.0f}")
_TOO_SHORT: Final = Message(en="{where} is above 0 and below {least:.0e}", zh="{where}大于 0 而小于 {least:.0e}")
_BEYOND: Final = Message(en="{where} is beyond {most:.0e}", zh="{where}的绝对值超过 {most:.0e}")
_NO_COUNT: Final = Message(en="{where} is negative or not a whole number", zh="{where}为负或不是整数")
_NEGATIVE: Final = Message(en="{where} is negative", zh="{where}为负")
_EXCEEDS: Final = Message(en="{where} exceeds {other}", zh="{where}大于{other}")
_UNLIKE: Final = Message(
    en="{where} is above 0 without a repeat purchase, or 0 with one", zh="{where}在无复购时大于 0，或有复购时为 0"
)
_NOT_WHOLE: Final = Message(en="{where} is not a whole number", zh="{where}不是整数")
_PROSPECTS: Final = Message(
    en="{@customers} holds {n:,} without a purchase ({frequency} is missing). "
    "Pass {@prospects='drop'} to fit on the others.",
    zh="{@customers} 中有 {n:,} 位没有购买过（{frequency}缺失）。可用 {@prospects='drop'} 只用其余客户拟合。",
)
_NOBODY: Final = Message(
    en="{@customers} holds nobody with a purchase. A model needs histories to fit.",
    zh="{@customers} 中没有购买过的客户，模型无从拟合。",
)


class Column:
    """A column of histories; whatever depends on it alone is computed once per distinct value."""

    def __init__(self, values: Floats) -> None:
        self.values = values

    @cached_property
    def _distinct(self) -> tuple[npt.NDArray[np.intp], Floats]:
        codes, distinct = pd.factorize(self.values)
        return codes, np.asarray(distinct)

    def each(self, function: Callable[..., Any], *params: Any) -> Any:
        """Apply a function of the column and of parameters, which are numbers or one value per history."""
        if any(np.ndim(param) for param in params):
            return function(self.values, *params)
        codes, distinct = self._distinct
        result = function(distinct, *params)
        return result[codes] if isinstance(result, np.ndarray) else tuple(part[codes] for part in result)


@dataclass(frozen=True)
class Histories:
    """Distinct histories, times in the model's unit.

    Attributes
    ----------
    x, t_x, T : Column
        Repeat purchases, time from first to last purchase, time from first purchase to the end.
    n : array
        Customers with the history.
    extra : dict of arrays
        Further columns: covariates, the sum of the logarithms of the gaps.
    codes : array of int, or None
        The history of each row given, -1 for prospects; ``None`` where every row is its own.
    """

    x: Column
    t_x: Column
    T: Column
    n: Floats
    extra: dict[str, Floats]
    codes: npt.NDArray[np.intp] | None = None

    def __len__(self) -> int:
        return len(self.n)

    def part(self, chosen: Any) -> Histories:
        """Some of the histories."""
        x, t_x, T = (Column(column.values[chosen]) for column in (self.x, self.t_x, self.T))  # noqa: PD011
        return Histories(x, t_x, T, self.n[chosen], {name: values[chosen] for name, values in self.extra.items()})

    @property
    def of_row(self) -> npt.NDArray[np.intp]:
        """The history of each row given, -1 for prospects."""
        return np.arange(len(self)) if self.codes is None else self.codes

    @cached_property
    def but_for_recency(self) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
        """Number the histories that differ in more than recency; the first of each number."""
        return _grouped({"x": self.x.values, "T": self.T.values, **self.extra})  # noqa: PD011

    def to_rows(self, values: Floats) -> Floats:
        """Give each row given the value of its history; missing for prospects."""
        if self.codes is None:
            return values
        return (
            np.where(self.codes >= 0, values[self.codes], np.nan) if len(values) else np.full(len(self.codes), np.nan)
        )


def read_histories(
    customers: Any, *, time_unit: TimeUnit, extra: Sequence[str] = (), distinct: bool = True
) -> Histories:
    """Read and check the columns of a customers table or its cells, and group equal rows."""
    return _read(customers, KEYS, extra, schema=CUSTOMERS, days=DAYS[time_unit], distinct=distinct)


def read_opportunities(customers: Any, *, distinct: bool = True) -> Histories:
    """Do the same for a table of opportunities; times are numbers of opportunities."""
    return _read(customers, COUNTS, (), schema=OPPORTUNITIES, days=1.0, distinct=distinct)


def check_known(histories: Histories, *, prospects: str, frequency: str) -> None:
    """Raise where nobody has a history, or some do not and that is not allowed."""
    lost = 0 if histories.codes is None else int((histories.codes < 0).sum())
    if lost and prospects == "raise":
        raise SchemaError(_PROSPECTS(n=lost, frequency=Place("customers", frequency)))
    if not histories.n.sum() > 0:
        raise SchemaError(_NOBODY())


def _read(
    customers: Any,
    keys: tuple[str, str, str],
    extra: Sequence[str],
    *,
    schema: Schema,
    days: float,
    distinct: bool,
) -> Histories:
    columns = number_columns(customers, keys, covariates=extra, schema=schema)
    n = columns.pop("n_customers")
    wrong = ~((n >= 0) & (n <= MOST_CUSTOMERS))
    if wrong.any():
        where = Place("customers", "n_customers")
        raise SchemaError(_NO_COUNTS(where=where, most=MOST_CUSTOMERS, got=some(n[wrong].tolist())))
    known = ~np.isnan(columns[keys[0]])
    everybody = bool(known.all())
    if not everybody:
        columns = {name: values[known] for name, values in columns.items()}
        n = n[known]
    _check(columns, keys=keys, made_by=schema.made_by, rows=np.flatnonzero(known))
    codes: npt.NDArray[np.intp] | None = None if everybody else np.where(known, np.cumsum(known) - 1, -1)
    if distinct:
        of_row, first = _grouped(columns)
        n = np.asarray(np.bincount(of_row, weights=n, minlength=len(first)), dtype=np.float64)
        columns = {name: values[first] for name, values in columns.items()}
        if codes is None:
            codes = of_row
        elif len(of_row):
            codes = np.where(known, of_row[np.maximum(codes, 0)], -1)
    x, t_x, T = (columns[name] for name in keys)
    further = {name: columns[name] for name in extra}
    return Histories(Column(x), Column(t_x / days), Column(T / days), n=n, extra=further, codes=codes)


def _check(columns: dict[str, Floats], *, keys: tuple[str, str, str], made_by: str, rows: npt.NDArray[np.intp]) -> None:
    x, t_x, T = keys
    often, last, age = (columns[name] for name in keys)
    places = {name: Place("customers", name) for name in columns}
    most = dict(zip(keys, _MOST_OPPORTUNITIES if keys == COUNTS else _MOST, strict=True))
    problems = [
        *((_MISSING(where=places[name]), ~np.isfinite(values)) for name, values in columns.items()),
        *((_ABOVE(where=places[name], most=most[name]), columns[name] > most[name]) for name in keys),
        *(
            (_TOO_SHORT(where=places[name], least=LEAST_TIME), (columns[name] > 0) & (columns[name] < LEAST_TIME))
            for name in (t_x, T)
        ),
        *(
            (_BEYOND(where=places[name], most=MOST_OF_COVARIATE), np.abs(values) > MOST_OF_COVARIATE)
            for name, values in columns.items()
            if name not in keys
        ),
        (_NO_COUNT(where=places[x]), (often < 0) | (often != np.floor(often))),
        (_NEGATIVE(where=places[t_x]), last < 0),
        (_EXCEEDS(where=places[t_x], other=places[T]), last > age),
        (_UNLIKE(where=places[t_x]), (last > 0) != (often > 0)),
    ]
    if keys == COUNTS:
        problems += [(_NOT_WHOLE(where=places[name]), columns[name] != np.floor(columns[name])) for name in (t_x, T)]
        problems.append((_EXCEEDS(where=places[x], other=places[t_x]), often > last))
    for problem, wrong in problems:
        if wrong.any():
            at = rows[np.flatnonzero(wrong)].tolist()
            raise SchemaError(_AT(problem=problem, n=len(at), rows=some(at), made_by=made_by))


def _grouped(columns: dict[str, Floats]) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Number the distinct rows in ascending order; give each row's number and the first row of each number."""
    key = np.zeros(len(next(iter(columns.values()))), dtype=np.int64)
    size = 1
    for values in columns.values():
        codes, n_codes = _numbered(values)
        if size * n_codes > np.iinfo(np.int64).max // 2:
            key, kept = pd.factorize(key, sort=True)
            size = len(kept)
        key = key * n_codes + codes
        size *= n_codes
    of_row, numbers = pd.factorize(key, sort=True)
    first = np.full(len(numbers), -1, dtype=np.intp)
    first[of_row[::-1]] = np.arange(len(of_row))[::-1]
    return of_row, first


def _numbered(values: Floats) -> tuple[npt.NDArray[np.int64], int]:
    """Number the values in ascending order, and give more than the largest number; whole days stay as they are."""
    if len(values) and values.min() >= 0 and values.max() < _MOST_DAYS:
        whole = values.astype(np.int64)
        if (whole == values).all():
            return whole, int(whole.max()) + 1
    codes, distinct = pd.factorize(values, sort=True)
    return codes.astype(np.int64), len(distinct)
