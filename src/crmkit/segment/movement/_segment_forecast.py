"""How many customers each segment will have, how sure that is, and how such forecasts did before."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd

from crmkit._arrays import Floats
from crmkit._checks import check_fraction, check_int, check_number
from crmkit._frames import FrameT, from_pandas, to_pandas
from crmkit._messages import Message
from crmkit._random import as_generator
from crmkit._stats import SteppedChain
from crmkit._tables import open_columns
from crmkit.errors import SchemaError
from crmkit.segment.movement._movement_null import MOST_LONGER

__all__ = ["segment_forecast_backtest_table", "segment_forecast_table"]

_COLUMNS: Final = ("date_before", "date_after", "segment_before", "segment_after", "n_customers")

_NEGATIVE: Final = Message(
    en="{@smoothing} must not be below 0, got {value!r}.", zh="{@smoothing} 不得小于 0，得到 {value!r}。"
)
_NO_FLOWS: Final = Message(
    en="{@flows} holds no customers. segment_flow_table makes such a table.",
    zh="{@flows} 中没有客户。segment_flow_table 可生成这样的表。",
)
_UNEVEN: Final = Message(
    en="{@flows} has steps of {shortest} to {longest} days; a forecast carries one length on. Give dates that are "
    "equally far apart.",
    zh="{@flows} 中各步的长度为 {shortest} 至 {longest} 天，而预测只能按同一长度外推。请给出间隔相等的日期。",
)
_TOO_SHORT: Final = Message(
    en="{@flows} has {n} {n:step|steps} between dates; a back-test that learns from {n_steps} needs {needed}. Give "
    "more dates, or a smaller {@n_steps}.",
    zh="{@flows} 中日期之间有 {n} 步；以 {n_steps} 步学习的回测须有 {needed} 步。请给出更多日期，或减小 {@n_steps}。",
)


class _Steps(NamedTuple):
    """Segments, dates, the moves of each step with those who left last, the newcomers, and the sizes at each date."""

    segments: list[Any]
    days: Any
    moves: Floats
    newcomers: Floats
    sizes: Floats


def segment_forecast_table(
    flows: FrameT,
    *,
    n_periods: int,
    smoothing: float = 0.0,
    level: float = 0.95,
    n_draws: int = 1000,
    random_state: int | np.random.Generator | None = None,
) -> FrameT:
    r"""Forecast how many customers each segment will have, with those who join and leave, in intervals.

    .. math:: n_{t+1} = n_t P + a

    with the transitions P of all steps seen, in which customers who left go nowhere, and the mean number a of customers
    who join in a step. Intervals come from draws: the rows of P from their Dirichlet posterior, then customers one by
    one (multinomial), newcomers from their mean and their variance between steps. If moves varied from step to step by
    more than chance, customers are drawn to move together accordingly (a Dirichlet-multinomial law). With one step such
    variation cannot be seen, so intervals are too narrow if there is any. Neither a trend nor a season is carried on.

    Parameters
    ----------
    flows : pandas, Polars or PyArrow table
        As `segment_flow_table` makes it, of dates that are equally far apart.
    n_periods : int
        Steps ahead, at least 1; a step is the time between two dates.
    smoothing : float, default 0
        Added to every count of moves, as in `transition_table`.
    level : float, default 0.95
        Level of the intervals, between 0 and 1.
    n_draws : int, default 1000
        Futures drawn, at least 100.
    random_state : int, numpy.random.Generator or None
        An int of at least 0 gives the same table each time, None a new one.

    Returns
    -------
    the kind of table given
        One row per period and segment, and one of all customers, whose ``segment`` is missing: ``period`` from 0, which
        is the last date, to ``n_periods``; ``segment``; ``n_customers``, as `customer_forecast_table` expects them;
        ``lower`` and ``upper``, between which the number will lie.

    Raises
    ------
    SchemaError
        If a column is missing, nobody is in the table, or dates are not about equally far apart.
    TypeError
        If ``flows`` is not a frame, or a number is not one.
    ValueError
        If an option is out of range.

    See Also
    --------
    segment_forecast_backtest_table : How such forecasts did before.
    customer_forecast_table : The same without intervals, from any transitions and inflow.

    References
    ----------
    .. [1] Anderson and Goodman (1957), "Statistical Inference about Markov Chains", *Annals of Mathematical Statistics*
       28(1), 89-110.
    .. [2] Mosimann (1962), "On the Compound Multinomial Distribution", *Biometrika* 49.

    Examples
    --------
    >>> import pandas as pd
    >>> flows = pd.DataFrame({
    ...     "date_before": ["2024-06-30"] * 4, "date_after": ["2024-12-31"] * 4,
    ...     "segment_before": ["core", "core", "ordinary", None],
    ...     "segment_after": ["core", "ordinary", "ordinary", "ordinary"],
    ...     "n_customers": [80, 20, 100, 30],
    ... })
    >>> found = segment_forecast_table(flows, n_periods=1, random_state=1)
    >>> found[found["segment"].notna()][["period", "segment", "n_customers"]]
       period   segment  n_customers
    0       0      core         80.0
    1       0  ordinary        150.0
    3       1      core         64.0
    4       1  ordinary        196.0
    """
    _check(n_periods, smoothing, level, n_draws)
    rng = as_generator(random_state)
    steps = _read(flows)
    found = _forecast(steps, len(steps.moves), n_periods, smoothing, level, n_draws, rng)
    now = _with_total(steps.sizes[-1])
    values = np.vstack([np.repeat(now[None, :, None], 3, axis=2), found])
    n = len(now)
    table = pd.DataFrame(
        {
            "period": np.repeat(np.arange(n_periods + 1), n),
            "segment": np.array([*steps.segments, None] * (n_periods + 1), dtype=object),
            **{name: values[:, :, place].ravel() for place, name in enumerate(("n_customers", "lower", "upper"))},
        }
    )
    return from_pandas(table, like=flows)


def segment_forecast_backtest_table(
    flows: FrameT,
    *,
    n_periods: int = 1,
    n_steps: int = 2,
    smoothing: float = 0.0,
    level: float = 0.95,
    n_draws: int = 1000,
    random_state: int | np.random.Generator | None = None,
) -> FrameT:
    """Try the forecast of `segment_forecast_table` at earlier dates, for which the outcome is known.

    Parameters
    ----------
    flows : pandas, Polars or PyArrow table
        As `segment_flow_table` makes it, of dates that are equally far apart.
    n_periods : int, default 1
        Steps ahead, at least 1.
    n_steps : int, default 2
        Steps that the first forecast learns from, at least 1; later forecasts learn from all steps before them.
    smoothing : float, default 0
        As in `segment_forecast_table`.
    level : float, default 0.95
        Level of the intervals, between 0 and 1.
    n_draws : int, default 1000
        Futures drawn, at least 100.
    random_state : int, numpy.random.Generator or None
        An int of at least 0 gives the same table each time, None a new one.

    Returns
    -------
    the kind of table given
        One row per forecast, period and segment, and one of all customers, whose ``segment`` is missing: ``made``, the
        date of the forecast; ``date``, that of what it is about; ``period``, steps between them; ``segment``;
        ``n_customers``, the outcome; ``forecast``, ``lower``, ``upper``; ``is_inside``, whether the outcome lies
        between them (its mean is the coverage); ``as_today``, the number on the date of the forecast, the simplest
        forecast of all; ``error`` and ``error_as_today``, forecast minus outcome.

    Raises
    ------
    SchemaError
        If a column is missing, nobody is in the table, there are too few dates, or they are not about equally far
        apart.
    TypeError
        If ``flows`` is not a frame, or a number is not one.
    ValueError
        If an option is out of range.

    Examples
    --------
    >>> from crmkit import as_transactions, customer_summary, load_cdnow
    >>> from crmkit.segment import TierSegmenter
    >>> from crmkit.segment.movement import segment_flow_table, segment_history_table
    >>> transactions = as_transactions(load_cdnow())
    >>> days = ["1997-03-31", "1997-06-30", "1997-09-30", "1997-12-31", "1998-03-31", "1998-06-30"]
    >>> customers = {day: customer_summary(transactions, as_of=day) for day in days}
    >>> history = segment_history_table(customers, segmenter=TierSegmenter().fit(customers["1997-12-31"]))
    >>> tried = segment_forecast_backtest_table(segment_flow_table(history), random_state=1)
    >>> tried[["segment", "n_customers", "forecast", "as_today"]].round({"forecast": 0}).head(3)
         segment  n_customers  forecast  as_today
    0       core        250.0     262.0     190.0
    1  important        606.0     634.0     577.0
    2   ordinary       1501.0    1460.0    1590.0
    """
    _check(n_periods, smoothing, level, n_draws)
    check_int(n_steps, name="n_steps", low=1)
    rng = as_generator(random_state)
    steps = _read(flows)
    known = len(steps.moves)
    if known < n_steps + 1:
        raise SchemaError(_TOO_SHORT(n=known, n_steps=n_steps, needed=n_steps + 1))
    parts = []
    for origin in range(n_steps, known):
        ahead = min(n_periods, known - origin)
        found = _forecast(steps, origin, ahead, smoothing, level, n_draws, rng)
        truth = np.array([_with_total(sizes) for sizes in steps.sizes[origin + 1 : origin + 1 + ahead]])
        today = np.broadcast_to(_with_total(steps.sizes[origin]), truth.shape)
        forecast, lower, upper = np.moveaxis(found, 2, 0)
        n = truth.shape[1]
        parts.append(
            pd.DataFrame(
                {
                    "made": np.full(truth.size, steps.days[origin]),
                    "date": np.repeat(steps.days[origin + 1 : origin + 1 + ahead], n),
                    "period": np.repeat(np.arange(1, ahead + 1), n),
                    "segment": np.array([*steps.segments, None] * ahead, dtype=object),
                    "n_customers": truth.ravel(),
                    "forecast": forecast.ravel(),
                    "lower": lower.ravel(),
                    "upper": upper.ravel(),
                    "is_inside": ((lower <= truth) & (truth <= upper)).ravel(),
                    "as_today": today.ravel(),
                    "error": (forecast - truth).ravel(),
                    "error_as_today": (today - truth).ravel(),
                }
            )
        )
    return from_pandas(pd.concat(parts, ignore_index=True), like=flows)


def _check(n_periods: int, smoothing: float, level: float, n_draws: int) -> None:
    check_int(n_periods, name="n_periods", low=1)
    check_number(smoothing, name="smoothing")
    if smoothing < 0:
        raise ValueError(_NEGATIVE(value=smoothing))
    check_fraction(level, name="level")
    check_int(n_draws, name="n_draws", low=100)


def _forecast(
    steps: _Steps, origin: int, n_periods: int, smoothing: float, level: float, n_draws: int, rng: np.random.Generator
) -> Floats:
    """Expected number, lower and upper end for each period and segment, made after so many steps; the whole is last."""
    chain = SteppedChain.fitted(steps.moves[:origin], steps.newcomers[:origin], smoothing=smoothing)
    sizes = steps.sizes[origin]
    expected = _with_total(chain.expected(sizes, n_steps=n_periods))
    drawn = _with_total(chain.drawn(sizes, n_steps=n_periods, n_draws=n_draws, rng=rng))
    lower, upper = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2], axis=0)
    return np.stack([expected, np.minimum(lower, expected), np.maximum(upper, expected)], axis=2)


def _with_total(sizes: Floats) -> Floats:
    return np.concatenate([sizes, sizes.sum(axis=-1, keepdims=True)], axis=-1)


def _read(flows: Any) -> _Steps:
    opened = open_columns(flows, list(_COLUMNS), name="flows", made_by="segment_flow_table")
    rows = to_pandas(opened.select(*_COLUMNS))
    before, after = rows["segment_before"], rows["segment_after"]
    segments = pd.unique(pd.concat([before.dropna(), after.dropna()], ignore_index=True)).tolist()
    counts = rows["n_customers"].to_numpy(dtype=np.float64)
    if not segments or not counts.sum() > 0:
        raise SchemaError(_NO_FLOWS())
    step, days = pd.factorize(rows["date_after"], sort=True)
    n, index = len(segments), pd.Index(segments)
    cube = np.zeros((len(days), n + 1, n + 1))
    np.add.at(cube, (step, index.get_indexer(before), index.get_indexer(after)), counts)
    first = pd.Series(rows["date_before"]).min()
    moves, newcomers = cube[:, :-1], cube[:, -1, :-1]
    sizes = np.vstack([moves[0].sum(axis=1), cube[:, :, :-1].sum(axis=1)])
    at = np.array(pd.to_datetime([first, *days]), dtype="datetime64[us]")
    lengths = np.diff(at).astype("timedelta64[D]").astype(np.int64)
    if lengths.max() > MOST_LONGER * lengths.min():
        raise SchemaError(_UNEVEN(shortest=lengths.min(), longest=lengths.max()))
    return _Steps(segments, at, moves, newcomers, sizes)
