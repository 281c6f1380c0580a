"""What people would pay at most, added up to demand, revenue and profit by price."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd

from crmkit._arrays import Floats
from crmkit._checks import check_fraction, check_number, check_turnover, is_number
from crmkit._frames import FrameT, column_name, from_pandas
from crmkit._messages import Column, Message, Parameter
from crmkit._stats import wilson_interval
from crmkit._tables import finite_columns, refuse_rows

__all__ = ["gabor_granger_table"]

_NAME: Final = "answers"

_BELOW: Final = Message(
    en="{where} is below 0 in {n:,} {n:row|rows}, first at rows {rows}. Mend or drop them.",
    zh="{where}有 {n:,} 行小于 0，最先见于行 {rows}。请修正或删除这些行。",
)
_COST_BELOW: Final = Message(en="{name} must be 0 or more, got {value!r}.", zh="{name} 不得小于 0，得到 {value!r}。")
_PRICES: Final = Message(
    en="{@prices} must be a list of numbers above 0, got {value!r}.",
    zh="{@prices} 须为大于 0 的数的列表，得到 {value!r}。",
)


def gabor_granger_table(
    answers: FrameT,
    *,
    limit: str,
    weight: str | None = None,
    prices: Sequence[float] | None = None,
    unit_cost: float = 0.0,
    calibration: float = 1.0,
    level: float = 0.95,
) -> FrameT:
    r"""Turn the highest price that each person would pay into demand, revenue and profit by price.

    Parameters
    ----------
    answers : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        A row per person who was asked.
    limit : str
        The column of the highest price at which the person would buy; 0 for people who would buy at none of the prices
        asked; they belong to the base. People who did not answer (missing) are left out and counted.
    weight : str, optional
        A column of weights of people, 0 or more.
    prices : sequence of float, optional
        Prices to judge, above 0; without them, all limits above 0.
    unit_cost : float, default 0
        Variable cost of a unit, 0 or more.
    calibration : float, default 1
        Share of the people who say that they would buy and then do, in (0, 1]. People promise more than they do. Unless
        you have tested it, this is a guess. It changes the levels, not the best price.
    level : float, default 0.95
        Confidence of the intervals, between 0 and 1.

    Returns
    -------
    the kind of frame given
        One row per price, ascending: ``price``; ``share`` of people who would buy, with ``lower`` and ``upper``
        (Wilson's, at the sample size that the weights leave), before the calibration; ``buyers``, calibrated, in
        people or weights; ``revenue`` and ``profit``, of these buyers; ``is_best``, whether profit is highest here, for
        the first time; ``n``, ``n_left_out``. Without people shares are missing and no price is the best.

    Raises
    ------
    SchemaError
        If a column is missing or holds no numbers, or a number is infinite or below 0.
    TypeError
        If ``answers`` is not a frame, a name is not one column, or a number is not one.
    ValueError
        If a number lies outside its range, or ``prices`` holds others than numbers above 0.

    References
    ----------
    .. [1] Gabor and Granger (1966), "Price as an Indicator of Quality: Report on an Enquiry", *Economica* 33(129).

    Examples
    --------
    >>> import pandas as pd
    >>> answers = pd.DataFrame({"limit": [5, 5, 8, 10, 12]})
    >>> found = gabor_granger_table(answers, limit="limit", unit_cost=3)
    >>> found[["price", "share", "revenue", "profit", "is_best"]]
       price  share  revenue  profit  is_best
    0    5.0    1.0     25.0    10.0    False
    1    8.0    0.6     24.0    15.0     True
    2   10.0    0.4     20.0    14.0    False
    3   12.0    0.2     12.0     9.0    False
    """
    check_fraction(calibration, name="calibration", high_open=False)
    check_fraction(level, name="level")
    check_number(unit_cost, name="unit_cost")
    if unit_cost < 0:
        raise ValueError(_COST_BELOW(name=Parameter("unit_cost"), value=unit_cost))
    names = [column_name(limit, name="limit"), *([] if weight is None else [column_name(weight, name="weight")])]
    found = finite_columns(answers, names, name=_NAME)
    for name in names:
        refuse_rows(found[name] < 0, _BELOW, where=Column(_NAME, name))
    limits = found[names[0]]
    weights = np.ones(len(limits)) if weight is None else found[names[1]]
    known = ~np.isnan(limits) & (weights > 0)
    limits, weights = limits[known], weights[known]
    with np.errstate(over="ignore"):
        check_turnover(float(weights.sum()), where=Column(_NAME, names[-1]))
        check_turnover(float((limits * weights).sum()), where=Column(_NAME, names[0]))
        check_turnover(float(weights.sum() * unit_cost), where=Parameter("unit_cost"))
    at = np.unique(limits[limits > 0]) if prices is None else _asked(prices)
    order = np.argsort(limits)
    above = np.append(np.cumsum(weights[order][::-1])[::-1], 0.0)
    stated = above[np.searchsorted(limits[order], at)]
    total = float(weights.sum())
    share = stated / total if total > 0 else np.full(len(at), np.nan)
    relative = weights / weights.max(initial=1.0 if total == 0 else 0.0)
    size = float(relative.sum() ** 2 / (relative**2).sum()) if total > 0 else 0.0
    lower, upper = wilson_interval(share * size, np.full(len(at), size), level=level)
    buyers = stated * calibration
    profit = buyers * (at - unit_cost)
    is_best = np.arange(len(at)) == int(profit.argmax()) if total > 0 and len(at) else np.zeros(len(at), dtype=bool)
    table = pd.DataFrame(
        {
            "price": at,
            "share": share,
            "lower": lower,
            "upper": upper,
            "buyers": buyers,
            "revenue": buyers * at,
            "profit": profit,
            "is_best": is_best,
            "n": int(known.sum()),
            "n_left_out": int((~known).sum()),
        }
    )
    return from_pandas(table, like=answers)


def _asked(prices: object) -> Floats:
    if isinstance(prices, (str, bytes)) or not isinstance(prices, Sequence):
        raise TypeError(_PRICES(value=prices))
    if not prices or not all(is_number(price) and price > 0 for price in prices):
        raise ValueError(_PRICES(value=list(prices)))
    return np.unique(np.asarray(prices, dtype=np.float64))
