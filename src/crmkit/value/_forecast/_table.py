"""Forecasts with intervals that hold what comes, for they were tried on the same log."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from crmkit._checks import Day, check_fraction
from crmkit._frames import FrameT, from_pandas
from crmkit._messages import Message
from crmkit._time_units import TimeUnit
from crmkit.value._forecast._candidates import Rule
from crmkit.value._forecast._combination import Test
from crmkit.value._forecast._grouping import Grouping, grouping
from crmkit.value._forecast._sums import Codes, Sums, log_errors, summed, totals_of
from crmkit.value._forecast._trials import Trials, trials
from crmkit.value._purchases._model import PurchaseModel

__all__ = ["TriedForecast", "backtest_table", "forecast_table", "tried_forecast"]

_COMBINED: Final = "combined"
_GROUP: Final = "group"
_NO_BACKTEST: Final = pd.DataFrame(
    {
        _GROUP: pd.Series(dtype=object),
        "quantity": pd.Series(dtype=object),
        "model": pd.Series(dtype=object),
        "as_of": pd.Series(dtype="datetime64[us]"),
        **{name: pd.Series(dtype=np.float64) for name in ("forecast", "lower", "upper", "came")},
        "until": pd.Series(dtype="datetime64[us]"),
    }
)

_NOT_CARRIED_BACK: Final = Message(
    en="{@by} holds the labels of today, which say nothing about earlier days. Leave {@by} out, or give a fitted "
    "segmenter, which labels customers on each day.",
    zh="{@by} 是今天的标签，不能用于更早的日期。请省略 {@by}，或给出拟合好的分群器，由其按各日期重新分群。",
)


class TriedForecast:
    """A forecast and its trials on earlier days, made once for several tables; `tried_forecast` makes it."""

    def __init__(self, trials: Trials, like: Any) -> None:
        self._trials, self._like = trials, like

    def __repr__(self) -> str:
        n_customers, n_trials = len(self._trials.now.customers), len(self._trials.earlier)
        return (
            f"TriedForecast({n_customers:,} customers, {self._trials.horizon:g} days, tried on {n_trials} earlier days)"
        )

    def table(self, *, by: Any = None, level: float = 0.95) -> Any:
        """Give what `forecast_table` gives.

        Parameters
        ----------
        by : optional
            Groups, as in `forecast_table`.
        level : float, default 0.95
            Probability with which an interval is meant to hold what comes.

        Returns
        -------
        the kind of table given to `tried_forecast`
            As in `forecast_table`.

        Raises
        ------
        SchemaError, TypeError, ValueError
            As in `forecast_table`, for ``by`` and ``level``.
        """
        check_fraction(level, name="level")
        groups, codes = self._groups(by)
        parts = [_forecast(self._trials, quantity, groups, codes, level=level) for quantity in self._trials.quantities]
        return from_pandas(_named(pd.concat(parts), groups), like=self._like)

    def backtests(self, *, by: Any = None, level: float = 0.95) -> Any:
        """Give what `backtest_table` gives.

        Parameters
        ----------
        by : optional
            Groups, as in `backtest_table`.
        level : float, default 0.95
            Probability with which an interval is meant to hold what comes.

        Returns
        -------
        the kind of table given to `tried_forecast`
            As in `backtest_table`.

        Raises
        ------
        SchemaError, TypeError, ValueError
            As in `backtest_table`, for ``by`` and ``level``.
        """
        check_fraction(level, name="level")
        if by is not None and not hasattr(by, "predict"):
            raise ValueError(_NOT_CARRIED_BACK())
        groups, codes = self._groups(by)
        parts = [
            part
            for quantity in self._trials.quantities
            for name in (None, *self._trials.expected)
            for part in _backtests(self._trials, quantity, groups, codes, name=name, level=level)
        ]
        return from_pandas(_named(pd.concat([_NO_BACKTEST, *parts]), groups), like=self._like)

    def _groups(self, by: Any) -> tuple[Grouping, list[Codes]]:
        """Groups of today, and those of each trial."""
        now = self._trials.now
        groups = Grouping.of_all(now) if by is None else grouping(by, now)
        return groups, [groups.on(trial.moment) for trial in self._trials.earlier]


def tried_forecast(
    transactions: Any,
    *,
    as_of: Day,
    horizon: float,
    time_unit: TimeUnit = "D",
    models: Sequence[PurchaseModel | Rule] | None = None,
) -> TriedForecast:
    """Forecast and try it on earlier days once, for tables by several groups and for the back-tests.

    Parameters
    ----------
    transactions : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.as_transactions` gives them.
    as_of : date or ISO text
        The last day that is known.
    horizon : float
        Time after ``as_of``, in ``time_unit``; a day or longer.
    time_unit : {"D", "W", "M", "Y"}, default "D"
        As in `forecast_table`.
    models : sequence of purchase models and rules, optional
        As in `forecast_table`.

    Returns
    -------
    TriedForecast
        Its ``table(by=, level=)`` is `forecast_table`, its ``backtests(by=, level=)`` is `backtest_table`.

    Raises
    ------
    SchemaError, ConvergenceError, TypeError, ValueError
        As in `forecast_table`.

    Examples
    --------
    >>> from crmkit import as_transactions, load_cdnow
    >>> from crmkit.value import tried_forecast
    >>> tried = tried_forecast(as_transactions(load_cdnow()), as_of="1998-06-30", horizon=91)
    >>> tried
    TriedForecast(2,357 customers, 91 days, tried on 9 earlier days)
    >>> tried.table()["quantity"].tolist()
    ['purchases', 'revenue']
    """
    made = trials(transactions, as_of=as_of, horizon=horizon, time_unit=time_unit, models=models)
    return TriedForecast(made, transactions)


def forecast_table(
    transactions: FrameT,
    *,
    as_of: Day,
    horizon: float,
    time_unit: TimeUnit = "D",
    level: float = 0.95,
    by: Any = None,
    models: Sequence[PurchaseModel | Rule] | None = None,
) -> FrameT:
    """Forecast what today's customers will buy and bring in, with intervals that hold what comes.

    Several forecasts are made: by a Pareto/NBD and a BG/NBD model with a model of spend, by what the same customers
    bought in the same days of last year, by their rate of the last 13 weeks, and by this rate with the course of the
    season a year ago. The same is done on earlier days of the log (`backtest_table`), from what was known then. How
    far each candidate was off there decides its weight and puts it right; how far the combination was off gives the
    interval. The logarithm of what comes over what was
    forecast is taken for Student's t, with the degrees of freedom of the back-tests that do not overlap and three
    more, for a default spread with which the observed one is mixed: 10 % of what comes, more for each year ahead, for
    a season that the log has not seen, and for the chance of the customers themselves.

    Parameters
    ----------
    transactions : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.as_transactions` gives them. Those after ``as_of`` are not looked at.
    as_of : date or ISO text
        The last day that is known. The customers are those with a purchase day up to it.
    horizon : float
        Time after ``as_of``, in ``time_unit``; a day or longer.
    time_unit : {"D", "W", "M", "Y"}, default "D"
        Days, weeks, months of 30.4375 days or years of 365.25 days.
    level : float, default 0.95
        Probability with which an interval is meant to hold what comes.
    by : table of ``customer_id`` and one column of labels, or a fitted segmenter, optional
        Groups. A segmenter labels the customers again on the day of each back-test, with its ``predict``, so each
        group has its own error. Labels given as a table are those of today: their groups have the error of the whole.
        The groups add up to the whole.
    models : sequence of purchase models and rules, optional
        In place of the five: models such as ``BetaGeoModel()``, which are cloned, and the rules ``"last_year"``,
        ``"recent_rate"`` and ``"seasonal_rate"``.

    Returns
    -------
    the kind of table given
        A row per quantity, or per group and quantity. The groups come first, in the column of their labels or in
        ``segment``.

        ``quantity``
            "purchases", the purchase days; "revenue", the net money, refunds included and not discounted, left out
            where orders carry no price.
        ``value``, ``lower``, ``upper``
            What these customers are expected to buy or bring in, and the interval; 0 or more.
        ``n_backtests``
            Earlier days on which the forecast was tried; 0 where the log is too short: then the interval is the default
            one, not tested on this log. A log shorter than one and a half times the horizon is tried on shorter times.
        ``backtest_bias``
            All that was forecast in these tests over all that came, less 1: 0.1 if forecasts were 10 % too high;
            missing without tests.

    Raises
    ------
    SchemaError
        If a column is missing, nobody has bought, ``by`` lacks a customer, or a model of ``models`` cannot be fitted.
    ConvergenceError
        If a model of ``models`` finds no maximum.
    TypeError
        If ``transactions`` is not a frame, or an argument is of the wrong kind.
    ValueError
        If an argument lies outside its range.

    Notes
    -----
    Without ``models``, a model that cannot be fitted takes no part: with fewer than ten customers who came back there
    are the two rules alone. Of more than 50,000 customers the back-tests take every n-th, scaled
    up to all; of more in an engine, the forecast too.

    References
    ----------
    .. [1] Tashman (2000), "Out-of-sample tests of forecasting accuracy", *International Journal of Forecasting* 16(4),
       437-450, for rolling origins.
    .. [2] Bates and Granger (1969), "The Combination of Forecasts", *Operational Research Quarterly* 20(4), 451-468,
       for the weights.

    Examples
    --------
    >>> from crmkit import as_transactions, load_cdnow
    >>> from crmkit.value import forecast_table
    >>> transactions = as_transactions(load_cdnow())
    >>> table = forecast_table(transactions, as_of="1997-09-30", horizon=39, time_unit="W")
    >>> table.round({"value": 0, "lower": 0, "upper": 0, "backtest_bias": 2})
        quantity    value    lower     upper  n_backtests  backtest_bias
    0  purchases   1659.0    906.0    3038.0            3           0.09
    1    revenue  60556.0  31047.0  118095.0            3           0.04
    """
    tried = tried_forecast(transactions, as_of=as_of, horizon=horizon, time_unit=time_unit, models=models)
    table: FrameT = tried.table(by=by, level=level)
    return table


def backtest_table(
    transactions: FrameT,
    *,
    as_of: Day,
    horizon: float,
    time_unit: TimeUnit = "D",
    level: float = 0.95,
    by: Any = None,
    models: Sequence[PurchaseModel | Rule] | None = None,
) -> FrameT:
    """Try the forecast of `forecast_table` on earlier days of the log, and show what came.

    Parameters
    ----------
    transactions : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.as_transactions` gives them. Those after ``as_of`` are not looked at.
    as_of : date or ISO text
        The last day that is known. The customers are those with a purchase day up to it.
    horizon : float
        Time after ``as_of``, in ``time_unit``; a day or longer.
    time_unit : {"D", "W", "M", "Y"}, default "D"
        Days, weeks, months of 30.4375 days or years of 365.25 days.
    level : float, default 0.95
        Probability with which an interval is meant to hold what comes.
    by : fitted segmenter, optional
        Groups; it labels the customers again on each day. Today's labels say nothing about earlier days.
    models : sequence of purchase models and rules, optional
        As in `forecast_table`.

    Returns
    -------
    the kind of table given
        A row per quantity, model and day, or per group and these; the newest day last. Empty where the log is too
        short.

        ``quantity``
            "purchases", and "revenue" where orders carry prices.
        ``model``
            "combined", the forecast of `forecast_table` on that day, and each candidate: the class of
            the model, "last_year", "recent_rate", "seasonal_rate".
        ``as_of``
            The day of the forecast.
        ``forecast``, ``lower``, ``upper``
            What was forecast from the log up to that day alone: weights, corrections and intervals come from those
            tests of this table that were over by then. The forecast of a candidate is its own, not put right.
        ``came``
            What these customers bought or brought in from then to ``until``.
        ``until``
            The last day counted. It leaves a shorter time than the horizon where the log has no room for a whole one.

    Raises
    ------
    SchemaError, ConvergenceError, TypeError
        As in `forecast_table`.
    ValueError
        If an argument lies outside its range, or ``by`` is a table.

    Examples
    --------
    >>> from crmkit import as_transactions, load_cdnow
    >>> from crmkit.value import backtest_table
    >>> transactions = as_transactions(load_cdnow())
    >>> tests = backtest_table(transactions, as_of="1998-06-30", horizon=26, time_unit="W")
    >>> purchases = tests[(tests["model"] == "combined") & (tests["quantity"] == "purchases")].set_index("as_of")
    >>> purchases[["forecast", "lower", "upper", "came"]].tail(3).round()
                forecast  lower   upper    came
    as_of
    1997-10-01    1187.0  547.0  2578.0  1386.0
    1997-11-15    1207.0  675.0  2159.0  1252.0
    1997-12-30    1200.0  677.0  2126.0  1156.0
    """
    tried = tried_forecast(transactions, as_of=as_of, horizon=horizon, time_unit=time_unit, models=models)
    table: FrameT = tried.backtests(by=by, level=level)
    return table


def _forecast(tried: Trials, quantity: str, groups: Grouping, codes: Sequence[Codes], *, level: float) -> pd.DataFrame:
    """Every group's forecast of one quantity."""
    made, unit, tests = tried.combination(quantity), tried.unit(quantity), tried.tests(quantity)
    n = len(groups.groups)
    errors = log_errors(made, tests, codes, n) if groups.segmenter is not None else ()
    each = made.each(tried.of(quantity), unit=unit)
    sums = summed(made, each, groups.of_customer, n, unit=unit, level=level, errors=errors)
    forecast, came = np.zeros(n), np.zeros(n)
    for test, members in zip(tests, codes, strict=True):
        forecast += _tried(tried, tests, test, groups, codes, members, level=level).value
        came += totals_of(test.came, members, n)
    if groups.is_of_today:
        forecast, came = np.full(n, forecast.sum()), np.full(n, came.sum())
    with np.errstate(divide="ignore", invalid="ignore"):
        bias = np.where(came > 0, forecast / came - 1, np.nan)
    return pd.DataFrame(
        {
            _GROUP: groups.groups,
            "quantity": quantity,
            **sums.times(tried.now.log.stands_for)._asdict(),
            "n_backtests": len(tests),
            "backtest_bias": bias,
        }
    )


def _backtests(
    tried: Trials, quantity: str, groups: Grouping, codes: Sequence[Codes], *, name: str | None, level: float
) -> Iterator[pd.DataFrame]:
    """Every group's back-tests of one candidate, or of the combination; the oldest first."""
    tests = tried.tests(quantity) if name is None else [test.of(name) for test in tried.tests(quantity)]
    for test, members in reversed(list(zip(tests, codes, strict=True))):
        if not test.expected:
            continue
        stands_for = tried.earlier[0].moment.log.stands_for
        then = _tried(tried, tests, test, groups, codes, members, level=level, corrected=name is None)
        sums = then.times(stands_for)
        yield pd.DataFrame(
            {
                _GROUP: groups.groups,
                "quantity": quantity,
                "model": _COMBINED if name is None else name,
                "as_of": _moment(test.day),
                "forecast": sums.value,
                "lower": sums.lower,
                "upper": sums.upper,
                "came": totals_of(test.came, members, len(groups.groups)) * stands_for,
                "until": _moment(test.day + tried.origins.horizon),
            }
        )


def _tried(
    tried: Trials,
    tests: Sequence[Test],
    test: Test,
    groups: Grouping,
    codes: Sequence[Codes],
    members: Codes,
    *,
    level: float,
    corrected: bool = True,
) -> Sums:
    """What would have been forecast on the day of a test."""
    over = [at for at in tried.over_by(test) if tests[at].expected]
    known = [tests[at] for at in over]
    made = tried.combination_then(known, test, corrected=corrected)
    n = len(groups.groups)
    by_group = groups.segmenter is not None and corrected
    errors = log_errors(made, known, [codes[at] for at in over], n) if by_group else ()
    each = made.each(test.expected, unit=test.unit)
    return summed(made, each, members, n, unit=test.unit, level=level, errors=errors)


def _moment(day: int) -> pd.Timestamp:
    return pd.Timestamp(np.datetime64(day, "D").astype("datetime64[us]"))


def _named(table: pd.DataFrame, groups: Grouping) -> pd.DataFrame:
    """Call the column of groups by its name, or leave it out where there is one group of all."""
    table = table.reset_index(drop=True)
    return table.drop(columns=_GROUP) if groups.name is None else table.rename(columns={_GROUP: groups.name})
