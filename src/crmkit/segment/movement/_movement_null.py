"""Movement beside what chance alone would bring: the null of no change."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple, TypeAlias

import narwhals.stable.v2 as nw
import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.base import clone

from crmkit._arrays import Floats
from crmkit._calendar import next_day
from crmkit._checks import as_day, check_fraction, check_int
from crmkit._frames import FrameT, collected, from_pandas, midnight, pandas_series
from crmkit._labelling import Labeller, move_counts, moves_table, positions_in
from crmkit._messages import Message, Parameter
from crmkit._named_periods import named_period
from crmkit._names import Label
from crmkit._random import as_generator
from crmkit.errors import SchemaError
from crmkit.segment.movement._no_change import NoChange
from crmkit.transactions import checked_transactions

__all__ = ["MOST_LONGER", "movement_null_summary", "movement_null_table"]

Period: TypeAlias = str | Sequence[Any]

# Periods may differ as February and March do, not as a month and a quarter.
MOST_LONGER: Final = 1.15
_ENDS: Final = 2

_NO_PERIOD: Final = Message(
    en="{name} must be a pair of dates, the first and the last day, or a year, quarter or month such as '2024Q1', "
    "got {value!r}.",
    zh="{name} 须为一对日期（首日与末日），或年、季、月，如 '2024Q1'，得到 {value!r}。",
)
_BACKWARDS: Final = Message(
    en="{name} ends on {last:%Y-%m-%d}, before it starts on {first:%Y-%m-%d}.",
    zh="{name} 的末日 {last:%Y-%m-%d} 早于首日 {first:%Y-%m-%d}。",
)
_ORDER: Final = Message(
    en="{@after} must start after {@before} ends on {last:%Y-%m-%d}, got {first:%Y-%m-%d}.",
    zh="{@after} 须在 {@before} 结束（{last:%Y-%m-%d}）之后开始，得到 {first:%Y-%m-%d}。",
)
_LENGTHS: Final = Message(
    en="{@before} and {@after} must be about as long, got {n} and {other} days.",
    zh="{@before} 与 {@after} 的长度须大致相同，得到 {n} 天与 {other} 天。",
)
_NOBODY: Final = Message(
    en="Nobody ordered between {first:%Y-%m-%d} and {last:%Y-%m-%d}: there is no movement to compare.",
    zh="{first:%Y-%m-%d} 至 {last:%Y-%m-%d} 期间没有客户下单，无从比较移动。",
)
_NO_SEGMENTER: Final = Message(
    en="{@segmenter} must be a segmenter, such as TierSegmenter(), got {got}.",
    zh="{@segmenter} 须为分群器，如 TierSegmenter()，得到 {got}。",
)

_WAYS: Final = {
    "moved": Label("Moved", "移动"),
    "up": Label("Moved up", "上移"),
    "down": Label("Moved down", "下移"),
    "rebinned": Label("Same, moved only by new cuts", "未变，仅因新分界值移动"),
}


class _Compared(NamedTuple):
    """Segments, each customer's place before and after and by new cuts, and the moves of each draw."""

    labels: pd.DataFrame
    before: npt.NDArray[np.intp]
    after: npt.NDArray[np.intp]
    fresh: npt.NDArray[np.intp]
    draws: Floats


def movement_null_table(
    transactions: FrameT,
    *,
    segmenter: Labeller,
    before: Period,
    after: Period,
    level: float = 0.95,
    n_draws: int = 200,
    random_state: int | np.random.Generator | None = None,
) -> FrameT:
    r"""Count who moved between segments in two periods, compared with what chance alone would bring.

    A customer with many orders in one period has often had a lucky one, and has fewer in the next even if nothing has
    changed: regression to the mean. The null of no change says how much of the movement that is. Each customer buys at
    a constant rate of their own, and these rates are gamma distributed, so orders in the first period follow the
    negative binomial distribution (NBD). It is fitted to the customers who ordered in the first period. If nothing
    changes, a customer with :math:`x` orders in it has, in a second period :math:`\tau` times as long,

    .. math::
        \lambda \mid x \sim \mathrm{Gamma}(r + x,\ \alpha + 1), \qquad
        X_2 \mid \lambda \sim \mathrm{Poisson}(\tau\lambda), \qquad
        E[X_2 \mid x] = \tau\,\frac{r + x}{\alpha + 1}

    orders. Their amounts are gamma distributed with a rate of the customer's own (the gamma-gamma law), which is
    estimated from the mean of their orders in the first period; the days of orders are even over the period. Second
    periods are drawn from this, under parameters drawn from their uncertainty in the fit, and customers are placed in
    each by the cuts of the first period. Nobody leaves, nobody changes, and there is no season: what the null does not
    explain is change, or the season.

    Parameters
    ----------
    transactions : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.as_transactions` makes them.
    segmenter : segmenter
        A segmenter by ``n_orders``, ``spend`` or ``days_since_last``, such as `crmkit.segment.TierSegmenter` or
        `crmkit.segment.RFMSegmenter`. A copy is fitted on the customers of the first period, and its cuts are frozen.
    before, after : str or pair of dates
        The two periods, of about equal length: first and last day, both inclusive, or a year, quarter or month in text,
        such as "2024Q1". There may be time between them; comparing the same season of two years works well.
    level : float, default 0.95
        Level of the intervals, between 0 and 1.
    n_draws : int, default 200
        Second periods drawn, at least 20.
    random_state : int, numpy.random.Generator or None
        An int of at least 0 gives the same table each time, None a new one.

    Returns
    -------
    the kind of frame given
        The customers who ordered in the first period, one row per pair of segments, the best first:
        ``segment_before``; ``segment_after``, that without an order for those who did not order in the second period;
        ``n_customers``; ``share`` of those in ``segment_before``; ``expected_share``, what it would be on average if
        nothing changed; ``lower`` and ``upper``, between which it would then lie; ``excess``, ``share`` minus
        ``expected_share``, all missing where nobody was in the segment before; and ``name_en_before``,
        ``name_en_after``, ``name_zh_before``, ``name_zh_after``.

    Raises
    ------
    ConvergenceError
        If the laws of the first period cannot be fitted.
    SchemaError
        If a column is missing, the segmenter needs one that a period does not have, or nobody ordered in the first
        period.
    TypeError
        If ``transactions`` is not a frame or ``segmenter`` not a segmenter.
    ValueError
        If a period is not one, they overlap or are not about as long, or an option is out of range.

    See Also
    --------
    movement_null_summary : How much of all movement the null explains.
    movement_split_table : Movement apart from re-binning.

    References
    ----------
    .. [1] Goodhardt and Ehrenberg (1967), "Conditional Trend Analysis: A Breakdown by Initial Purchasing Level",
       *Journal of Marketing Research* 4(2).
    .. [2] Morrison (1969), "Conditional Trend Analysis: A Model that Allows for Nonusers", *Journal of Marketing
       Research* 6(3).
    .. [3] Morrison and Schmittlein (1988), "Generalizing the NBD Model for Customer Purchases: What Are the
       Implications and Is It Worth the Effort?", *Journal of Business & Economic Statistics* 6(2).

    Examples
    --------
    >>> from crmkit import as_transactions, load_cdnow
    >>> from crmkit.segment import TierSegmenter
    >>> transactions = as_transactions(load_cdnow())
    >>> moved = movement_null_table(
    ...     transactions, segmenter=TierSegmenter(), before=("1997-07-01", "1997-12-31"),
    ...     after=("1998-01-01", "1998-06-30"), random_state=1,
    ... )
    >>> moved[["segment_before", "segment_after", "n_customers", "share", "expected_share"]].head(4).round(1)
      segment_before segment_after  n_customers  share  expected_share
    0           core          core           39    0.4             0.5
    1           core     important           20    0.2             0.3
    2           core      ordinary           11    0.1             0.1
    3           core     potential           22    0.2             0.1
    """
    found = _compared(transactions, segmenter, before, after, n_draws, level, random_state)
    n = len(found.labels)
    table = moves_table(found.labels, move_counts(found.before, found.after, n_labels=n))
    base = np.bincount(found.before, minlength=n).astype(np.float64)
    shares = found.draws / np.where(base > 0, base, np.nan)[:, None]
    tail = (1 - level) / 2
    expected = shares.mean(axis=0).ravel()
    lower, upper = (np.quantile(shares, end, axis=0).ravel() for end in (tail, 1 - tail))
    at = list(table).index("share") + 1
    made = {
        "expected_share": expected,
        "lower": lower,
        "upper": upper,
        "excess": table["share"].to_numpy() - expected,
    }
    for place, (name, values) in enumerate(made.items()):
        table.insert(at + place, name, values)
    return from_pandas(table, like=transactions)


def movement_null_summary(
    transactions: FrameT,
    *,
    segmenter: Labeller,
    before: Period,
    after: Period,
    level: float = 0.95,
    n_draws: int = 200,
    random_state: int | np.random.Generator | None = None,
) -> FrameT:
    """Say how much of the movement between two periods is real, re-binning, or what chance alone would bring.

    The periods, the customers and the null are those of `movement_null_table`.

    Parameters
    ----------
    transactions : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.as_transactions` makes them.
    segmenter : segmenter
        As in `movement_null_table`; another copy is fitted on the customers of the second period.
    before, after : str or pair of dates
        As in `movement_null_table`.
    level : float, default 0.95
        Level of the intervals, between 0 and 1.
    n_draws : int, default 200
        Second periods drawn, at least 20.
    random_state : int, numpy.random.Generator or None
        An int of at least 0 gives the same table each time, None a new one.

    Returns
    -------
    the kind of frame given
        Four rows by ``movement``: ``moved``, to another segment by the frozen cuts; ``up`` and ``down``, to a better or
        a worse one, that without an order being the worst; ``rebinned``, the same segment by the frozen cuts and
        another one by cuts learned in the second period, which is no movement.

        - ``n_customers``; ``share`` of those who ordered in the first period.
        - ``expected_share`` if nothing changed, on average, and ``lower``, ``upper``, between which it would then lie.
        - ``explained_ratio``: ``expected_share`` over ``share``; 1 if chance alone explains the movement, above 1 if
          there was less movement than chance alone would bring. ``explained_lower`` and ``explained_upper`` are those
          of ``lower`` and ``upper``. Missing where nobody moved.
        - ``name_en``, ``name_zh``.

        The null says nothing about ``rebinned``.

    Raises
    ------
    ConvergenceError, SchemaError, TypeError, ValueError
        As `movement_null_table` does.

    Examples
    --------
    >>> from crmkit import as_transactions, load_cdnow
    >>> from crmkit.segment import TierSegmenter
    >>> transactions = as_transactions(load_cdnow())
    >>> found = movement_null_summary(
    ...     transactions, segmenter=TierSegmenter(), before=("1997-07-01", "1997-12-31"),
    ...     after=("1998-01-01", "1998-06-30"), random_state=1,
    ... )
    >>> found[["movement", "n_customers", "share", "expected_share", "explained_ratio"]].round(1)
       movement  n_customers  share  expected_share  explained_ratio
    0     moved          429    0.7             0.6              0.9
    1        up           57    0.1             0.1              1.3
    2      down          372    0.6             0.5              0.9
    3  rebinned           10    0.0             NaN              NaN
    """
    found = _compared(transactions, segmenter, before, after, n_draws, level, random_state)
    n = len(found.before)
    where = np.subtract.outer(np.arange(len(found.labels)), np.arange(len(found.labels)))
    ways = {"moved": where != 0, "up": where > 0, "down": where < 0}
    step = found.before - found.after
    observed = [np.count_nonzero(step), np.count_nonzero(step > 0), np.count_nonzero(step < 0)]
    drawn = np.array([found.draws[:, way].sum(axis=1) / n for way in ways.values()])
    tail = (1 - level) / 2
    rebinned = np.count_nonzero((step == 0) & (found.fresh != found.before))
    share = np.array([*observed, rebinned]) / n
    expected, lower, upper = (
        np.append(values, np.nan)
        for values in (drawn.mean(axis=1), *(np.quantile(drawn, end, axis=1) for end in (tail, 1 - tail)))
    )
    per = np.where(share > 0, share, np.nan)
    table = pd.DataFrame(
        {
            "movement": list(_WAYS),
            "n_customers": [*observed, rebinned],
            "share": share,
            "expected_share": expected,
            "lower": lower,
            "upper": upper,
            "explained_ratio": expected / per,
            "explained_lower": lower / per,
            "explained_upper": upper / per,
            "name_en": [name.en for name in _WAYS.values()],
            "name_zh": [name.zh for name in _WAYS.values()],
        }
    )
    return from_pandas(table, like=transactions)


def _compared(
    transactions: Any,
    segmenter: Labeller,
    before: Period,
    after: Period,
    n_draws: int,
    level: float,
    random_state: int | np.random.Generator | None,
) -> _Compared:
    if not isinstance(segmenter, Labeller):
        raise TypeError(_NO_SEGMENTER(got=type(segmenter).__name__))
    check_fraction(level, name="level")
    check_int(n_draws, name="n_draws", low=20)
    rng = as_generator(random_state)
    first, second = _days(before, name="before"), _days(after, name="after")
    if second[0] <= first[1]:
        raise ValueError(_ORDER(last=first[1], first=second[0]))
    lengths = [(last - start).days + 1 for start, last in (first, second)]
    if max(lengths) > MOST_LONGER * min(lengths):
        raise ValueError(_LENGTHS(n=lengths[0], other=lengths[1]))
    rows = checked_transactions(transactions)
    there = _customers(rows, *first)
    there = there[there["n_orders"] > 0]
    if there.empty:
        raise SchemaError(_NOBODY(first=first[0], last=first[1]))
    later = _customers(rows, *second)
    frozen = clone(segmenter).fit(there)
    labels, start = positions_in(frozen, there, name="customers", parameter="segmenter")
    # Whoever did not order has no line in the second period, and has spent nothing.
    known = later.reindex(there.index).fillna({"n_orders": 0, "spend": 0.0})
    if there["spend"].isna().all():
        known["spend"] = np.nan
    _, end = positions_in(frozen, known, name="customers", parameter="segmenter")
    refitted = clone(segmenter).fit(later) if (later["n_orders"] > 0).any() else frozen
    _, fresh = positions_in(refitted, known, name="customers", parameter="segmenter")
    null = NoChange.fitted(
        there["n_orders"].to_numpy(dtype=np.float64),
        there["spend"].to_numpy(dtype=np.float64),
        n_days=lengths[1],
        ratio=lengths[1] / lengths[0],
    )
    draws = np.empty((n_draws, len(labels), len(labels)))
    for number in range(n_draws):
        _, place = positions_in(frozen, null.drawn(rng), name="customers", parameter="segmenter")
        draws[number] = move_counts(start, place, n_labels=len(labels))[:-1, :-1]
    return _Compared(labels, start, end, fresh, draws)


def _days(period: Period, *, name: str) -> tuple[datetime, datetime]:
    if isinstance(period, str) and (named := named_period(period)) is not None:
        return named[0], named[1] - timedelta(days=1)
    if isinstance(period, (str, bytes)) or not isinstance(period, Sequence) or len(period) != _ENDS:
        raise ValueError(_NO_PERIOD(name=Parameter(name), value=period))
    first, last = (as_day(day, name=name) for day in period)
    if last < first:
        raise ValueError(_BACKWARDS(name=Parameter(name), first=first, last=last))
    return first, last


def _customers(rows: Any, first: datetime, last: datetime) -> pd.DataFrame:
    """Sum up each customer's transactions within a period."""
    day = nw.col("date")
    window = rows.filter((day >= midnight(first, of=rows)) & (day < midnight(next_day(last), of=rows)))
    ordered = window.select(
        "customer_id", "n_orders", "amount", nw.when(nw.col("n_orders") > 0).then(day).alias("ordered")
    )
    sums = collected(
        ordered.group_by("customer_id").agg(
            nw.col("n_orders", "amount").sum(), nw.col("ordered").max(), nw.col("amount").count().alias("priced")
        )
    )
    since = pandas_series(sums["ordered"]).to_numpy(dtype="datetime64[D]")
    days = (np.datetime64(last, "D") - since).astype("timedelta64[D]")
    priced = pandas_series(sums["priced"]).to_numpy(dtype=np.float64) > 0
    return pd.DataFrame(
        {
            "n_orders": pandas_series(sums["n_orders"]).to_numpy(dtype=np.float64),
            "spend": np.where(priced, pandas_series(sums["amount"]).to_numpy(dtype=np.float64), np.nan),
            "days_since_last": np.where(np.isnat(days), np.nan, days.astype(np.float64)),
        },
        index=pd.Index(pandas_series(sums["customer_id"]), name="customer_id"),
    ).sort_index()
