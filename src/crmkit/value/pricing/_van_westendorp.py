"""Prices that people call too cheap, cheap, expensive and too expensive, and where these curves cross."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd

from crmkit._arrays import Floats
from crmkit._frames import FrameT, column_name, from_pandas
from crmkit._messages import Column, Message
from crmkit._tables import finite_columns, refuse_rows
from crmkit.errors import SchemaError

__all__ = ["price_sensitivity_points", "price_sensitivity_table"]

NAME: Final = "answers"
_CURVES: Final = ("too_cheap", "cheap", "expensive", "too_expensive")

_BELOW: Final = Message(
    en="{where} is below 0 in {n:,} {n:row|rows}, first at rows {rows}. Mend or drop them.",
    zh="{where}有 {n:,} 行小于 0，最先见于行 {rows}。请修正或删除这些行。",
)
_NO_WEIGHT: Final = Message(en="{where} gives nobody a weight above 0.", zh="{where}中没有一人的权重大于 0。")
_NOBODY: Final = Message(
    en="None of the {n:,} {n:person|people} in {@answers} names four prices that do not fall from too cheap to too "
    "expensive. Look whether the columns are in this order.",
    zh="{@answers} 的 {n:,} 人中，没有一人的四个价格从“太便宜”到“太贵”不递减。请检查列的顺序是否正确。",
)


class _Curves(NamedTuple):
    """The four curves at the prices that were named, and how many people they rest on."""

    price: Floats
    shares: dict[str, Floats]
    n: int
    n_left_out: int


def price_sensitivity_table(
    answers: FrameT,
    *,
    too_cheap: str = "too_cheap",
    cheap: str = "cheap",
    expensive: str = "expensive",
    too_expensive: str = "too_expensive",
    weight: str | None = None,
) -> FrameT:
    r"""Add up van Westendorp's four questions to four curves over the price.

    At which price is it so cheap that you doubt its quality? A bargain? Expensive, but worth a thought? Too expensive?
    A person finds a price cheap if it is at most what they called cheap, and expensive if it is at least what they
    called expensive.

    Parameters
    ----------
    answers : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        A row per person.
    too_cheap, cheap, expensive, too_expensive : str
        The columns of the four prices, 0 or more. People with a missing answer, or whose prices fall anywhere from the
        first to the last, are left out and counted.
    weight : str, optional
        A column of weights of people, 0 or more.

    Returns
    -------
    the kind of frame given
        One row per price that somebody named, ascending: ``price``; ``too_cheap``, ``cheap``, shares of people, which
        fall with the price; ``expensive``, ``too_expensive``, which rise; ``n`` people and ``n_left_out``, the same in
        all rows.

    Raises
    ------
    SchemaError
        If a column is missing or holds no numbers, a number is infinite or below 0, or nobody is left.
    TypeError
        If ``answers`` is not a frame, or a name is not one column.

    See Also
    --------
    price_sensitivity_points : Where the curves cross.

    References
    ----------
    .. [1] van Westendorp (1976), "NSS Price Sensitivity Meter: A New Approach to Study Consumer Perception of Price",
       *Proceedings of the 29th ESOMAR Congress*.

    Examples
    --------
    >>> import pandas as pd
    >>> answers = pd.DataFrame([(2, 4, 6, 8), (3, 5, 7, 9), (3, 5, 8, 10), (4, 6, 8, 12)],
    ...                        columns=["too_cheap", "cheap", "expensive", "too_expensive"])
    >>> price_sensitivity_table(answers).iloc[3:6, :5]
       price  too_cheap  cheap  expensive  too_expensive
    3    5.0        0.0   0.75       0.00            0.0
    4    6.0        0.0   0.25       0.25            0.0
    5    7.0        0.0   0.00       0.50            0.0
    """
    named = {"too_cheap": too_cheap, "cheap": cheap, "expensive": expensive, "too_expensive": too_expensive}
    curves = _curves(answers, named, weight)
    table = pd.DataFrame({"price": curves.price, **curves.shares, "n": curves.n, "n_left_out": curves.n_left_out})
    return from_pandas(table, like=answers)


def price_sensitivity_points(
    answers: FrameT,
    *,
    too_cheap: str = "too_cheap",
    cheap: str = "cheap",
    expensive: str = "expensive",
    too_expensive: str = "too_expensive",
    weight: str | None = None,
) -> FrameT:
    r"""Say where van Westendorp's curves cross: the range of acceptable prices and two points within.

    Between prices that were named, the curves are straight lines. Two of them cross at most once, because one falls and
    the other rises. They may coincide over a range, which is then given as such.

    Parameters
    ----------
    answers : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As in `price_sensitivity_table`.
    too_cheap, cheap, expensive, too_expensive : str
        As in `price_sensitivity_table`.
    weight : str, optional
        As in `price_sensitivity_table`.

    Returns
    -------
    the kind of frame given
        Four rows. ``point``: "marginal_cheapness" (PMC, too cheap and not cheap cross; below it doubts of quality
        prevail), "optimal" (OPP, too cheap and too expensive), "indifference" (IPP, cheap and expensive),
        "marginal_expensiveness" (PME, too expensive and not expensive). ``price``; ``lower`` and ``upper``, the range
        where the two curves are equal, of which ``price`` is the middle; ``is_range``, whether it is more than a point;
        ``share``, the height of the crossing; ``n``, ``n_left_out``. Missing if the curves do not cross, for instance
        because everybody named the same price.

        None of them is the price of the highest profit: the questions ask for perceptions, not for purchases.

    Raises
    ------
    SchemaError
        As `price_sensitivity_table`.
    TypeError
        As `price_sensitivity_table`.

    See Also
    --------
    gabor_granger_table : Revenue and profit by price, from what people would pay.

    References
    ----------
    .. [1] van Westendorp (1976), "NSS Price Sensitivity Meter: A New Approach to Study Consumer Perception of Price",
       *Proceedings of the 29th ESOMAR Congress*.

    Examples
    --------
    >>> import pandas as pd
    >>> answers = pd.DataFrame([(2, 4, 6, 8), (3, 5, 7, 9), (3, 5, 8, 10), (4, 6, 8, 12)],
    ...                        columns=["too_cheap", "cheap", "expensive", "too_expensive"])
    >>> price_sensitivity_points(answers)[["point", "price", "lower", "upper", "is_range"]].round(3)
                        point  price  lower  upper  is_range
    0      marginal_cheapness  4.500  4.500  4.500     False
    1                 optimal  6.000  5.000  7.000      True
    2            indifference  6.000  6.000  6.000     False
    3  marginal_expensiveness  7.667  7.667  7.667     False
    """
    named = {"too_cheap": too_cheap, "cheap": cheap, "expensive": expensive, "too_expensive": too_expensive}
    curves = _curves(answers, named, weight)
    shares = curves.shares
    pairs = {
        "marginal_cheapness": (shares["too_cheap"], 1 - shares["cheap"]),
        "optimal": (shares["too_cheap"], shares["too_expensive"]),
        "indifference": (shares["cheap"], shares["expensive"]),
        "marginal_expensiveness": (1 - shares["expensive"], shares["too_expensive"]),
    }
    rows = []
    for point, (falling, rising) in pairs.items():
        lower, upper = _crossing(curves.price, falling - rising)
        middle = lower + (upper - lower) / 2
        height = float(np.interp(middle, curves.price, falling)) if np.isfinite(middle) else np.nan
        rows.append((point, middle, lower, upper, upper > lower, height, curves.n, curves.n_left_out))
    names = ["point", "price", "lower", "upper", "is_range", "share", "n", "n_left_out"]
    return from_pandas(pd.DataFrame(rows, columns=names), like=answers)


def _curves(answers: Any, named: dict[str, str], weight: str | None) -> _Curves:
    columns = {curve: column_name(name, name=curve) for curve, name in named.items()}
    others = [] if weight is None else [column_name(weight, name="weight")]
    found = finite_columns(answers, [*columns.values(), *others], name=NAME)
    for name in [*columns.values(), *others]:
        refuse_rows(found[name] < 0, _BELOW, where=Column(NAME, name))
    prices = np.column_stack([found[name] for name in columns.values()])
    weights = found[others[0]] if others else np.ones(len(prices))
    if len(weights) and not (weights > 0).any():
        raise SchemaError(_NO_WEIGHT(where=Column(NAME, others[0])))
    # A comparison with what is missing is false.
    counts = (np.diff(prices, axis=1) >= 0).all(axis=1) & (weights > 0)
    if not counts.any():
        raise SchemaError(_NOBODY(n=len(prices)))
    kept, by = prices[counts], weights[counts] / weights[counts].max()
    at = np.unique(kept)
    # Each curve falls or rises by the weight of the people who named a price.
    named_here = [np.bincount(np.searchsorted(at, kept[:, place]), by, len(at)) / by.sum() for place in range(4)]
    until = [np.minimum(np.cumsum(each), 1.0) for each in named_here]
    for each in until:
        each[np.isclose(each, 1.0, rtol=0, atol=1e-12)] = 1.0
    below = [np.append(0.0, each[:-1]) for each in until]
    shares = dict(zip(_CURVES, (1 - below[0], 1 - below[1], until[2], until[3]), strict=True))
    return _Curves(at, shares, int(counts.sum()), int((~counts).sum()))


def _crossing(price: Floats, above: Floats) -> tuple[float, float]:
    """Where a falling line of segments is 0: from where to where."""
    above = np.where(np.abs(above) <= 1e-12, 0.0, above)
    zero = np.flatnonzero(above == 0)
    if zero.size:
        return float(price[zero[0]]), float(price[zero[-1]])
    after = int((above > 0).sum())
    if after in (0, len(price)):
        return np.nan, np.nan
    left, right = above[after - 1], above[after]
    at = float(price[after - 1] + (price[after] - price[after - 1]) * left / (left - right))
    return at, at
