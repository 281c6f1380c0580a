"""How long each customer was seen and how that ended: columns read, checked, taken apart by group."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

import narwhals.stable.v2 as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._arrays import Floats
from crmkit._checks import some
from crmkit._frames import collected, from_pandas_beside, pandas_series, with_plain_types
from crmkit._grouping import in_order
from crmkit._messages import Message, Parameter
from crmkit._stats import Numbers, as_floats, check_range
from crmkit._tables import MOST_CUSTOMERS

__all__ = [
    "Groups",
    "Spells",
    "as_column",
    "at_risk_at",
    "by_group",
    "check_none_missing",
    "groups_of",
    "read_labels",
    "read_spells",
]

Flags = npt.NDArray[np.bool_]

_NOT_A_COLUMN: Final = Message(
    en="{name} must be a column of one dimension, got {n}.", zh="{name} 须为一列数据，得到 {n} 维。"
)
_NOT_AS_LONG: Final = Message(
    en="{name} must have a value for each of the {n:,} durations, got {got:,}.",
    zh="{name} 须为 {n:,} 个时长各给一个值，得到 {got:,} 个。",
)
_MISSING: Final = Message(
    en="{name} is missing in {n:,} {n:row|rows}, first at rows {rows}. Leave these rows out.",
    zh="{name} 在 {n:,} 行缺失，最先见于行 {rows}。请去掉这些行。",
)
_NO_FLAGS: Final = Message(
    en="{name} must say true or false, or 1 and 0, got {got}.", zh="{name} 须为真假值，或 1 与 0，得到 {got}。"
)
_TOO_LATE: Final = Message(
    en="{@entry} is not below {@durations} in {n:,} {n:row|rows}, first at rows {rows}: these customers were never "
    "under observation. Leave them out; the entry of those watched from the start is 0.",
    zh="{@entry} 在 {n:,} 行不小于 {@durations}，最先见于行 {rows}：这些客户从未处于观察之中。请去掉这些行；"
    "自开始即被观察的客户，其值为 0。",
)
_NO_LABELS: Final = Message(
    en="{name} must be a column of labels, one per row, got {got!r}.", zh="{name} 须为标签列，每行一个，得到 {got!r}。"
)
_TAKEN: Final = "label"


class Spells(NamedTuple):
    """Customers, or groups of them: how long each was seen, whether that was their end, since which age, how many.

    ``reasons`` is the place of the reason of leaving among several, where they are told apart.
    """

    durations: Floats
    observed: Flags
    entries: Floats | None
    counts: Floats | None
    reasons: npt.NDArray[np.intp] | None = None

    def at(self, rows: npt.NDArray[Any] | slice) -> Spells:
        """Those of some rows, without rows that stand for nobody."""
        chosen = Spells(*(None if part is None else part[rows] for part in self))  # type: ignore[arg-type]
        if chosen.counts is None or (chosen.counts > 0).all():
            return chosen
        return chosen.at(np.flatnonzero(chosen.counts))

    @property
    def n(self) -> float:
        """How many customers there are."""
        return float(len(self.durations) if self.counts is None else self.counts.sum())


class Groups(NamedTuple):
    """The labels of groups, in order, a missing one last, and the rows of each; one group if nothing divides them."""

    labels: list[Any] | None
    rows: list[npt.NDArray[Any] | slice]


def read_spells(*, durations: Numbers, observed: Any, entry: Numbers | None, n_customers: Numbers | None) -> Spells:
    """Read the columns of a survival analysis, or raise."""
    lasted = _column(as_floats(durations, name="durations"), name="durations")
    check_range(lasted, name="durations", low=0.0, high=None)
    check_none_missing(np.isnan(lasted), name="durations")
    ended = _as_long(read_flags(observed, name="observed"), lasted, name="observed")
    entries = None if entry is None else _as_long(as_floats(entry, name="entry"), lasted, name="entry")
    if entries is not None:
        check_none_missing(np.isnan(entries), name="entry")
        check_range(entries, name="entry", low=0.0, high=None)
        late = np.flatnonzero((entries > 0) & (entries >= lasted))
        if late.size:
            raise ValueError(_TOO_LATE(n=late.size, rows=some(late.tolist())))
    counts = (
        None
        if n_customers is None
        else _as_long(as_floats(n_customers, name="n_customers"), lasted, name="n_customers")
    )
    if counts is not None:
        check_none_missing(np.isnan(counts), name="n_customers")
        check_range(counts, name="n_customers", low=0.0, high=MOST_CUSTOMERS)
    return Spells(lasted, ended, entries, counts)


def read_flags(values: Any, *, name: str) -> Flags:
    """Read true and false, or 1 and 0, none missing."""
    plain = _plain(values)
    column = plain if isinstance(plain, pd.Series) else pd.Series(_column(np.asarray(plain), name=name))
    if column.dtype == np.bool_:
        return np.asarray(column, dtype=np.bool_)
    check_none_missing(column.isna().to_numpy(), name=name)
    known = column.isin([0, 1]).to_numpy()
    if not known.all():
        raise ValueError(_NO_FLAGS(name=Parameter(name), got=some(column[~known].unique().tolist())))
    return np.asarray(column.to_numpy(dtype=np.float64) == 1)


def read_labels(values: Any, *, name: str, n: int) -> tuple[list[Any], npt.NDArray[np.intp]]:
    """Read a label per row: the labels that occur, in the order of their categories or sorted; -1 where missing."""
    if isinstance(values, (str, bytes)) or np.ndim(values) != 1:
        raise TypeError(_NO_LABELS(name=Parameter(name), got=values))
    column = _plain(values)
    if not isinstance(column, pd.Series):
        # In a list None is missing and leaves whole numbers whole.
        column = pd.Series(column, dtype=object if isinstance(column, (list, tuple)) else None)
    if len(column) != n:
        raise ValueError(_NOT_AS_LONG(name=Parameter(name), n=n, got=len(column)))
    if isinstance(column.dtype, pd.CategoricalDtype):
        column = column.cat.remove_unused_categories()
        return column.cat.categories.tolist(), np.asarray(column.cat.codes, dtype=np.intp)
    labels = in_order(column)
    return labels, pd.Index(labels, dtype=object).get_indexer(pd.Index(column.astype(object)))


def groups_of(by: Any, *, n: int, name: str = "by") -> Groups:
    """Divide rows by their labels; those without one are a group of their own."""
    if by is None:
        return Groups(None, [slice(None)])
    labels, codes = read_labels(by, name=name, n=n)
    if (codes < 0).any():
        codes, labels = np.where(codes < 0, len(labels), codes), [*labels, None]
    order = np.argsort(codes, kind="stable")
    ends = np.cumsum(np.bincount(codes, minlength=len(labels)))
    return Groups(labels, list(np.split(order, ends[:-1])) if labels else [])


def by_group(spells: Spells, by: Any, make: Callable[[Spells], pd.DataFrame], *, like: Any) -> Any:
    """Make a table of each group, one below the other beside the labels, in the kind of frame of a column."""
    groups = groups_of(by, n=len(spells.durations))
    if groups.labels is None:
        return from_pandas_beside(make(spells.at(slice(None))), column=like)
    tables = [make(spells.at(rows)) for rows in groups.rows] or [make(spells).iloc[:0]]
    at = np.repeat(np.arange(len(tables)), [len(table) for table in tables])
    whole = pd.concat(tables, ignore_index=True)
    whole.insert(0, "group", as_column(groups.labels).take(at).to_numpy())
    return from_pandas_beside(whole, column=like)


def as_column(labels: Sequence[Any]) -> pd.Series[Any]:
    """Make a column of labels, a missing one among them."""
    return pd.Series(list(labels), dtype=object).infer_objects()


def at_risk_at(spells: Spells, times: Floats) -> Floats:
    """How many are under observation just before each time: not gone before it, and in before it or from the start."""
    gone = _before(spells.durations, spells.counts, times)
    if spells.entries is None:
        return np.asarray(spells.n - gone)
    entries = np.where(spells.entries > 0, spells.entries, -np.inf)
    return np.asarray(_before(entries, spells.counts, times) - gone)


def _before(values: Floats, counts: Floats | None, times: Floats) -> Floats:
    """How many lie below each time."""
    if counts is None:
        return np.searchsorted(np.sort(values), times, side="left").astype(np.float64)
    order = np.argsort(values, kind="stable")
    return np.append(0.0, np.cumsum(counts[order]))[np.searchsorted(values[order], times, side="left")]


def check_none_missing(missing: Flags, *, name: str) -> None:
    """Raise if a value is missing anywhere."""
    rows = np.flatnonzero(missing)
    if rows.size:
        raise ValueError(_MISSING(name=Parameter(name), n=rows.size, rows=some(rows.tolist())))


def _column(values: npt.NDArray[Any], *, name: str) -> Any:
    if values.ndim != 1:
        raise ValueError(_NOT_A_COLUMN(name=Parameter(name), n=values.ndim))
    return values


def _as_long(values: npt.NDArray[Any], lasted: Floats, *, name: str) -> Any:
    column = _column(values, name=name)
    if len(column) != len(lasted):
        raise ValueError(_NOT_AS_LONG(name=Parameter(name), n=len(lasted), got=len(column)))
    return column


def _plain(values: Any) -> Any:
    """A column of another library as pandas holds it; what is no such column as it is."""
    series = nw.from_native(values, series_only=True, pass_through=True)
    if not isinstance(series, nw.Series):
        return values
    if series.implementation.is_pandas() and isinstance(values.dtype, (pd.CategoricalDtype, np.dtype)):
        return values.reset_index(drop=True)
    column = collected(with_plain_types(series.alias(_TAKEN).to_frame()))[_TAKEN]
    plain = pandas_series(column).reset_index(drop=True)
    if isinstance(column.dtype, nw.Enum):
        return plain.astype(pd.CategoricalDtype(list(column.dtype.categories), ordered=True))
    return plain
