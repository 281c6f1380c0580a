"""Splitting snapshots so that nothing of the test is known in training: by customer, then by time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, TypeAlias

import narwhals.stable.v2 as nw
import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.model_selection import BaseCrossValidator

from crmkit._checks import check_int
from crmkit._frames import collected, open_frame, pandas_series
from crmkit._messages import Message, Parameter
from crmkit._random import as_generator
from crmkit.errors import SchemaError
from crmkit.loyalty.churn._windows import MOST_DAYS

__all__ = ["SnapshotSplit"]

Places: TypeAlias = npt.NDArray[np.intp]

_NO_COLUMN: Final = Message(
    en="{@X} has no column {column!r}, which {name} names; its columns are {columns}. Split the table of snapshots, "
    "or give the values of the column.",
    zh="{@X} 中没有 {name} 所指的列 {column!r}，现有的列为 {columns}。请对快照表做划分，或直接给出该列的值。",
)
_OTHER_LENGTH: Final = Message(
    en="{name} holds {got:,} {got:value|values} and {@X} {n:,} {n:row|rows}. Give one value per row, or the name of a "
    "column of {@X}, which also holds within folds.",
    zh="{name} 有 {got:,} 个值，而 {@X} 有 {n:,} 行。请每行给出一个值，或给出 {@X} 中的列名（嵌套划分时须用列名）。",
)
_GAPS: Final = Message(
    en="{name} has {n:,} missing {n:value|values}. Each row needs one.",
    zh="{name} 缺失 {n:,} 个值，而每行都须有值。",
)
_NOT_DAYS: Final = Message(en="{name} must hold days, got {kind}.", zh="{name} 须为日期，得到 {kind}。")
_UNLABELLED: Final = Message(
    en="{@y} has {n:,} missing {n:label|labels}: the time of these snapshots is not up. Leave them out: "
    "table[table['churned'].notna()].",
    zh="{@y} 缺失 {n:,} 个标签：这些快照的观察期尚未结束。请先剔除：table[table['churned'].notna()]。",
)
_FEW_CUTOFFS: Final = Message(
    en="{@X} has {n} {n:cutoff|cutoffs}, and {n_cutoffs} {n_cutoffs:is|are} to be tested. Lower {@n_cutoffs} or add "
    "cutoffs.",
    zh="{@X} 只有 {n} 个截止日，而须检验 {n_cutoffs} 个。请减小 {@n_cutoffs} 或增加截止日。",
)
_NO_TRAINING: Final = Message(
    en="Nothing is left to train on for the test at {test:%Y-%m-%d}: the first cutoff is {first:%Y-%m-%d}, and with "
    "{@embargo_days} of {embargo} only those up to {last:%Y-%m-%d} are known in time. Add earlier cutoffs, or shorten "
    "gap and horizon.",
    zh="检验 {test:%Y-%m-%d} 时没有可用于训练的快照：最早的截止日为 {first:%Y-%m-%d}，而 {@embargo_days} 为 {embargo}，"
    "只有不晚于 {last:%Y-%m-%d} 的标签届时已知。请增加更早的截止日，或缩短间隔期与观察期。",
)
_NO_TEST: Final = Message(
    en="Fold {fold} has nobody to {what} at {test:%Y-%m-%d}: {n:,} {n:customer is|customers are} divided into "
    "{n_splits}. Lower {@n_splits}, or look back further so that more are at risk.",
    zh="第 {fold} 折在 {test:%Y-%m-%d} 没有可用于{what}的客户：{n:,} 位客户被分为 {n_splits} 份。请减小 {@n_splits}，"
    "或延长回看期以纳入更多客户。",
)
_TO_TEST: Final = Message(en="test", zh="检验")
_TO_TRAIN: Final = Message(en="train on", zh="训练")
_NEWCOMERS: Final = Message(
    en="All {n:,} {n:customer|customers} tested at {test:%Y-%m-%d} in fold {fold} {n:is a newcomer|are newcomers}: "
    "none of them has a snapshot up to {last:%Y-%m-%d}, where training ends. Look back further, add cutoffs, or lower "
    "{@n_splits}.",
    zh="第 {fold} 折在 {test:%Y-%m-%d} 检验的 {n:,} 位客户全是新客：在训练截止的 {last:%Y-%m-%d} 之前均无快照。"
    "请延长回看期、增加截止日或减小 {@n_splits}。",
)


class SnapshotSplit(BaseCrossValidator):  # type: ignore[misc]
    """Divide the customers first, then cut time on each side: a splitter for scikit-learn.

    A customer has a row at every cutoff. If some of them are trained on and others tested, the model knows the
    customer; if a label of training reaches beyond the test's cutoff, it knows the future. Here the customers are
    divided into ``n_splits`` groups. Each group is tested at each of the last ``n_cutoffs`` cutoffs, on a model trained
    on the other groups at cutoffs that are at least ``embargo_days`` earlier.

    Parameters
    ----------
    embargo_days : int
        Days from the last cutoff of training to that of the test: gap + horizon, so that all labels of training are
        known on the day of the test.
    cutoff, customer_id : str or array-like, default "cutoff" and "customer_id"
        The two columns: their names in ``X``, or their values, one per row. Names hold within folds too, as where
        a search or a calibration splits what it was given once more.
    n_splits : int, default 5
        Groups of customers, at least 2.
    n_cutoffs : int, default 1
        How many of the last cutoffs are tested, each on its own.
    random_state : int, Generator or None, default 0
        Which customers go together. A number gives the same groups each time.

    See Also
    --------
    churn_snapshots : The table that is split.

    References
    ----------
    .. [1] López de Prado (2018), *Advances in Financial Machine Learning*, ch. 7 (embargo).

    Examples
    --------
    >>> from crmkit import as_transactions, load_cdnow
    >>> from crmkit.loyalty.churn import churn_snapshots
    >>> snapshots = churn_snapshots(
    ...     as_transactions(load_cdnow()), cutoffs=["1997-06-30", "1997-09-30", "1997-12-31"], as_of="1998-06-30",
    ...     lookback=180, horizon=90,
    ... )
    >>> for train, test in SnapshotSplit(embargo_days=90, n_splits=3).split(snapshots):
    ...     rows = snapshots.iloc[train], snapshots.iloc[test]
    ...     print([f"{len(part)} to {part['cutoff'].max():%Y-%m-%d}" for part in rows])
    ['2040 to 1997-09-30', '205 to 1997-12-31']
    ['2055 to 1997-09-30', '187 to 1997-12-31']
    ['2037 to 1997-09-30', '217 to 1997-12-31']
    """

    def __init__(
        self,
        *,
        embargo_days: int,
        cutoff: Any = "cutoff",
        customer_id: Any = "customer_id",
        n_splits: int = 5,
        n_cutoffs: int = 1,
        random_state: int | np.random.Generator | None = 0,
    ) -> None:
        self.cutoff = cutoff
        self.customer_id = customer_id
        self.embargo_days = embargo_days
        self.n_splits = n_splits
        self.n_cutoffs = n_cutoffs
        self.random_state = random_state

    def split(self, X: Any, y: Any = None, groups: Any = None) -> Iterator[tuple[Places, Places]]:  # noqa: ARG002
        """Give the positions of the rows to train on and of those to test, fold by fold.

        Parameters
        ----------
        X : pandas, Polars or PyArrow table, or an array where both columns are given as values
            The snapshots, with features or without; all have labels.
        y : array-like, optional
            The labels; only looked at for missing ones.
        groups : object
            Not used.

        Yields
        ------
        train, test : ndarray of int
            Positions, ascending. First all groups at the earliest cutoff tested, then at the next.

        Raises
        ------
        SchemaError
            If ``X`` lacks a column.
        TypeError
            If a number is not whole or a cutoff not a day.
        ValueError
            If a column has missing values or another length, a label is missing, there are fewer cutoffs than
            ``n_cutoffs``, a side is empty, or all customers of a test are newcomers.
        """
        self._check_options()
        days, codes = self._days(X), self._customers(X)
        if y is not None and (missing := int(pd.isna(np.asarray(y, dtype=object)).sum())):
            raise ValueError(_UNLABELLED(n=missing))
        tested = np.unique(days)
        if len(tested) < self.n_cutoffs:
            raise ValueError(_FEW_CUTOFFS(n=len(tested), n_cutoffs=self.n_cutoffs))
        group = self._groups(int(codes.max()) + 1)[codes]
        for test_day in tested[-self.n_cutoffs :]:
            last = test_day - np.timedelta64(self.embargo_days, "D")
            if last < tested[0]:
                raise ValueError(
                    _NO_TRAINING(test=_day(test_day), first=_day(tested[0]), embargo=self.embargo_days, last=_day(last))
                )
            for fold in range(self.n_splits):
                train = np.flatnonzero((group != fold) & (days <= last))
                test = np.flatnonzero((group == fold) & (days == test_day))
                self._check_sides(train, test, days, codes, fold=fold, test_day=test_day, last=last)
                yield train, test

    def get_n_splits(self, X: Any = None, y: Any = None, groups: Any = None) -> int:  # noqa: ARG002
        """Count the folds.

        Parameters
        ----------
        X, y, groups : object
            Not used.

        Returns
        -------
        int
            ``n_splits`` times ``n_cutoffs``.
        """
        return self.n_splits * self.n_cutoffs

    def _check_options(self) -> None:
        check_int(self.embargo_days, name="embargo_days", low=1, high=2 * MOST_DAYS)
        check_int(self.n_splits, name="n_splits", low=2)
        check_int(self.n_cutoffs, name="n_cutoffs", low=1)

    def _groups(self, n_customers: int) -> Places:
        """The group of each customer, in groups whose sizes differ by one at most."""
        rng = as_generator(self.random_state)
        return np.asarray(rng.permutation(n_customers) % self.n_splits, dtype=np.intp)

    def _days(self, X: Any) -> npt.NDArray[np.datetime64]:
        values = _column(X, self.cutoff, name="cutoff")
        _check_present(values, name="cutoff")
        if values.dtype == object or pd.api.types.is_string_dtype(values.dtype):
            read = pd.to_datetime(values.map(str), format="ISO8601", errors="coerce")
            if read.isna().any():
                raise TypeError(_NOT_DAYS(name=Parameter("cutoff"), kind=repr(values[read.isna()].iloc[0])))
            values = read
        if not pd.api.types.is_datetime64_any_dtype(values.dtype):
            raise TypeError(_NOT_DAYS(name=Parameter("cutoff"), kind=str(values.dtype)))
        return values.to_numpy().astype("datetime64[D]")

    def _customers(self, X: Any) -> Places:
        values = _column(X, self.customer_id, name="customer_id")
        _check_present(values, name="customer_id")
        # Numbered in their order: the rows may come in any.
        return np.asarray(pd.factorize(values, sort=True)[0], dtype=np.intp)

    def _check_sides(
        self, train: Places, test: Places, days: Any, codes: Places, *, fold: int, test_day: Any, last: Any
    ) -> None:
        for side, what in ((test, _TO_TEST), (train, _TO_TRAIN)):
            if not len(side):
                n = int(codes.max()) + 1
                raise ValueError(_NO_TEST(fold=fold + 1, what=what(), test=_day(test_day), n=n, n_splits=self.n_splits))
        known = np.zeros(int(codes.max()) + 1, dtype=bool)
        known[codes[days <= last]] = True
        if not known[codes[test]].any():
            raise ValueError(_NEWCOMERS(n=len(test), test=_day(test_day), fold=fold + 1, last=_day(last)))


def _column(X: Any, given: Any, *, name: str) -> pd.Series[Any]:
    """One of the two columns, from ``X`` by its name or as it was given."""
    if isinstance(given, str):
        table = collected(open_frame(X, name="X"))
        if given not in table.columns:
            raise SchemaError(_NO_COLUMN(column=given, name=Parameter(name), columns=table.columns))
        return pandas_series(table[given])
    native = nw.from_native(given, series_only=True, pass_through=True)
    values = pandas_series(native) if isinstance(native, nw.Series) else pd.Series(given)
    rows = len(X) if hasattr(X, "__len__") else len(values)
    if len(values) != rows:
        raise ValueError(_OTHER_LENGTH(name=Parameter(name), got=len(values), n=rows))
    return values


def _check_present(values: pd.Series[Any], *, name: str) -> None:
    if missing := int(values.isna().sum()):
        raise ValueError(_GAPS(name=Parameter(name), n=missing))


def _day(value: Any) -> Any:
    return pd.Timestamp(value)
