"""How much of all profit the most profitable customers make, and what the others take away again."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._arrays import Floats
from crmkit._checks import check_int, check_turnover
from crmkit._frames import FrameT, column_name, from_pandas
from crmkit._messages import Column, Message
from crmkit._stats import TOP_SHARE, top_count
from crmkit._tables import finite_columns, refuse_rows
from crmkit.errors import SchemaError
from crmkit.value._cancelled import cancelled

__all__ = ["whale_curve_table", "whale_summary_table"]

_NAME: Final = "profits"

_UNKNOWN: Final = Message(
    en="{where} is missing throughout. Give the cost to serve to customer_profit_table, or choose another column as "
    "{@value}, such as 'contribution'.",
    zh="{where}全部缺失。请在 customer_profit_table 中给出服务成本，或用 {@value} 选择其他列，如 'contribution'。",
)
_MISSING: Final = Message(
    en="{where} is missing in {n:,} {n:row|rows}, first at rows {rows}. Mend or drop them.",
    zh="{where}有 {n:,} 行缺失，最先见于行 {rows}。请修正或删除这些行。",
)


class _Curve(NamedTuple):
    """Profits added up, the highest first, from nobody to everybody; and how many of them are above and below 0."""

    reached: Floats
    n_profitable: int
    n_loss_makers: int

    @property
    def total(self) -> float:
        return float(self.reached[-1])

    @property
    def shares(self) -> Floats:
        """Of the total; missing where that is not above 0."""
        return self.reached / (self.total if self.total > 0 else np.nan)


def whale_curve_table(profits: FrameT, *, value: str = "net_profit", n_points: int = 101) -> FrameT:
    r"""Add up the profits of customers, the most profitable first.

    The curve rises as long as customers make a profit, is flat where they make none, and falls where they make a loss.
    The height of its peak above the last point is what loss-makers take away.

    Parameters
    ----------
    profits : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        A row per customer, as `customer_profit_table` gives it.
    value : str, default "net_profit"
        The column of profit. Before the cost to serve (``"contribution"``) the curve hardly ever falls.
    n_points : int, default 101
        Points at even steps of the number of customers, at least 2.

    Returns
    -------
    the kind of frame given
        One row per point, from nobody to everybody, and one for the peak if it is not among them. ``n_customers``,
        ``customer_share``, of all; ``profit``, of so many, in money; ``profit_share``, of the total, missing where that
        is not above 0; ``is_peak``, whether the curve is highest here for the first time. If all customers make losses,
        the peak is at 0. Without customers there is one row.

    Raises
    ------
    SchemaError
        If the column is missing, holds no numbers, or a value is missing or infinite.
    TypeError
        If ``profits`` is not a frame, ``value`` not one column or ``n_points`` not a whole number.
    ValueError
        If ``n_points`` is below 2.

    See Also
    --------
    whale_summary_table : What the curve says, in figures.

    References
    ----------
    .. [1] Kaplan and Narayanan (2001), "Measuring and Managing Customer Profitability", *Journal of Cost Management*
       15(5).
    .. [2] Cooper and Kaplan (1991), "Profit Priorities from Activity-Based Costing", *Harvard Business Review* 69(3).

    Examples
    --------
    >>> import pandas as pd
    >>> profits = pd.DataFrame({"net_profit": [500.0, 300, 200, 100, 50, 20, -20, -50, -100, -200]})
    >>> whale_curve_table(profits, n_points=6)
       n_customers  customer_share  profit  profit_share  is_peak
    0            0             0.0     0.0        0.0000    False
    1            2             0.2   800.0        1.0000    False
    2            4             0.4  1100.0        1.3750    False
    3            6             0.6  1170.0        1.4625     True
    4            8             0.8  1100.0        1.3750    False
    5           10             1.0   800.0        1.0000    False
    """
    check_int(n_points, name="n_points", low=2)
    curve = _curve(profits, value)
    n = len(curve.reached) - 1
    even = np.round(np.linspace(0, n, n_points)).astype(int)
    at = np.union1d(even, [curve.n_profitable])
    table = pd.DataFrame(
        {
            "n_customers": at,
            "customer_share": at / n if n else np.zeros(len(at)),
            "profit": curve.reached[at],
            "profit_share": curve.shares[at],
            "is_peak": at == curve.n_profitable,
        }
    )
    return from_pandas(table, like=profits)


def whale_summary_table(profits: FrameT, *, value: str = "net_profit") -> FrameT:
    r"""Say in figures how profit is spread among customers.

    Parameters
    ----------
    profits : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        A row per customer, as `customer_profit_table` gives it.
    value : str, default "net_profit"
        The column of profit.

    Returns
    -------
    the kind of frame given
        One row: ``n_customers``; ``n_profitable``, above 0; ``n_loss_makers``, below 0; ``profit``, the total, in
        money; ``peak_profit``, the height of the peak, which all profitable customers make together, and
        ``peak_share``, of the total; ``peak_at``, the share of customers that make it; ``lost``, what loss-makers take
        away, at least 0; ``n_top``, a fifth of the customers, rounded up, and ``top_share``, what they make of the
        total; ``stobachoff_index``, the area between the curve and the diagonal, divided by that of a rectangle as high
        as the peak: 0 if all customers earn the same, close to 1 if a few pay for all others.

        Shares and the index are missing where the total is not above 0. The Gini coefficient is not given: with losses
        it can exceed 1.

    Raises
    ------
    SchemaError
        If the column is missing, holds no numbers, or a value is missing or infinite.
    TypeError
        If ``profits`` is not a frame or ``value`` not one column.

    See Also
    --------
    whale_curve_table : The curve itself.

    References
    ----------
    .. [1] Storbacka (1997), "Segmentation Based on Customer Profitability: Retrospective Analysis of Retail Bank
       Customer Bases", *Journal of Marketing Management* 13(5).
    .. [2] van Raaij (2005), "The Strategic Value of Customer Profitability Analysis", *Marketing Intelligence &
       Planning* 23(4).

    Examples
    --------
    >>> import pandas as pd
    >>> profits = pd.DataFrame({"net_profit": [500.0, 300, 200, 100, 50, 20, -20, -50, -100, -200]})
    >>> whale_summary_table(profits).iloc[0].round(4)
    n_customers           10.0000
    n_profitable           6.0000
    n_loss_makers          4.0000
    profit               800.0000
    peak_profit         1170.0000
    peak_share             1.4625
    peak_at                0.6000
    lost                 370.0000
    n_top                  2.0000
    top_share              1.0000
    stobachoff_index       0.4590
    Name: 0, dtype: float64
    """
    curve = _curve(profits, value)
    n = len(curve.reached) - 1
    peak, shares = curve.reached[curve.n_profitable], curve.shares
    n_top = top_count(n, share=TOP_SHARE)
    area = (shares[:-1] + shares[1:]).sum() / 2 / n - 0.5 if n else np.nan
    table = pd.DataFrame(
        {
            "n_customers": [n],
            "n_profitable": [curve.n_profitable],
            "n_loss_makers": [curve.n_loss_makers],
            "profit": [curve.total],
            "peak_profit": [peak],
            "peak_share": [shares[curve.n_profitable]],
            "peak_at": [curve.n_profitable / n if n else np.nan],
            "lost": [peak - curve.total],
            "n_top": [n_top],
            "top_share": [shares[n_top]],
            "stobachoff_index": [area / shares[curve.n_profitable]],
        }
    )
    return from_pandas(table, like=profits)


def _curve(profits: Any, value: str) -> _Curve:
    """Read the profits of customers and add them up."""
    column = column_name(value, name="value")
    where = Column(_NAME, column)
    found = finite_columns(profits, [column], name=_NAME)[column]
    lacks: npt.NDArray[np.bool_] = np.isnan(found)
    if lacks.size and lacks.all():
        raise SchemaError(_UNKNOWN(where=where))
    refuse_rows(lacks, _MISSING, where=where)
    with np.errstate(over="ignore"):
        check_turnover(float(np.abs(found).sum()), where=where)
    reached = np.append(0.0, np.cumsum(np.sort(found)[::-1]))
    reached[-1] = cancelled(reached[-1], np.abs(found).sum())
    return _Curve(reached, int((found > 0).sum()), int((found < 0).sum()))
