"""How much of the revenue comes from how few customers."""

from __future__ import annotations

from typing import Final

import narwhals.stable.v2 as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._arrays import Floats
from crmkit._checks import check_fraction, check_int, check_money, check_turnover, some
from crmkit._frames import FrameT, collected, from_pandas, with_plain_types
from crmkit._kpi import Kpi, tells
from crmkit._messages import Column, Message, Parameter
from crmkit._names import Label
from crmkit._stats import as_floats, gini_coefficient, lorenz_curve, share_of_top
from crmkit._tables import CUSTOMERS, open_table

__all__ = ["concentration_table", "gini", "top_share"]

_NOT_A_COLUMN: Final = Message(
    en="{@values} must be a single column of numbers, got {n} dimensions.",
    zh="{@values} 须为单列数字，得到 {n} 维。",
)
_MISSING: Final = Message(
    en="{@values} has {n:,} missing, first at {first}. Fill or drop them.",
    zh="{@values} 有 {n:,} 个缺失值，最先见于 {first}。请补全或删除。",
)


@tells(
    Kpi(
        code="top_share",
        name=Label("Revenue share of the top 20%", "前20%客户销售额占比"),
        group="revenue",
        unit="share",
        direction="context",
        definition=Label(
            "Revenue of the 20% of active customers with the most (rounded up) / revenue of all of them; in tables of "
            "KPIs a customer who got back more than they paid counts as 0",
            "销售额最高的20%活跃客户（人数向上取整）的销售额 ÷ 全部活跃客户的销售额；"
            "在指标表中，退款超过购买的客户按0计",
        ),
        source="Koch (1998), The 80/20 Principle, ch. 1",
        function="crmkit.metrics.top_share",
        aggregation="none",
    )
)
def top_share(values: npt.ArrayLike, *, share: float = 0.2) -> float:
    r"""Share of the total held by the largest values.

    .. math:: \sum_{i \le \lceil q n \rceil} x_{(i)} \Big/ \sum_i x_i, \qquad x_{(1)} \ge x_{(2)} \ge \dots

    Parameters
    ----------
    values : array-like of float
        One value per customer, such as spend; none missing. Customers with 0 count in ``n``.
    share : float, default 0.2
        Share of the customers who are the top, between 0 and 1; their number is rounded up.

    Returns
    -------
    float
        In (0, 1] if no value is below zero, otherwise it can exceed 1; ``nan`` if the total is not above zero.

    Raises
    ------
    TypeError
        If ``values`` are not numbers or ``share`` is not a number.
    ValueError
        If a value is missing or infinite, or ``share`` is not between 0 and 1.

    References
    ----------
    .. [1] Koch (1998), *The 80/20 Principle*, ch. 1.

    Examples
    --------
    >>> top_share([50, 20, 10, 10, 10], share=0.2)
    0.5
    """
    check_fraction(share, name="share")
    return share_of_top(_complete(values), share=share)


@tells(
    Kpi(
        code="gini",
        name=Label("Gini coefficient of revenue", "销售额基尼系数"),
        group="revenue",
        unit="index",
        direction="context",
        definition=Label(
            "Gini coefficient of the active customers' revenue: 0 equal, 1 all with one; in tables of KPIs a customer "
            "who got back more than they paid counts as 0",
            "活跃客户销售额的基尼系数：0为均等，1为集中于一人；在指标表中，退款超过购买的客户按0计",
        ),
        source="Cowell (2011), Measuring Inequality, 3rd ed., ch. 2",
        function="crmkit.metrics.gini",
        aggregation="none",
    )
)
def gini(values: npt.ArrayLike) -> float:
    r"""Gini's coefficient of inequality.

    .. math:: G = \frac{\sum_i (2i - n - 1)\, x_{(i)}}{n \sum_i x_i}, \qquad x_{(1)} \le x_{(2)} \le \dots

    Parameters
    ----------
    values : array-like of float
        One value per customer, such as spend; none missing.

    Returns
    -------
    float
        0 if all are equal, close to 1 if one customer holds everything; can exceed 1 if values are below zero;
        ``nan`` if the total is not above zero.

    Raises
    ------
    TypeError
        If ``values`` are not numbers.
    ValueError
        If a value is missing or infinite.

    References
    ----------
    .. [1] Cowell (2011), *Measuring Inequality*, 3rd ed., ch. 2.

    Examples
    --------
    >>> gini([1, 1, 1, 1])
    0.0
    >>> gini([0, 0, 0, 4])
    0.75
    """
    return gini_coefficient(_complete(values))


def concentration_table(customers: FrameT, *, value: str = "spend", n_points: int = 101) -> FrameT:
    """Share of value against share of customers, largest first: the concentration curve.

    Parameters
    ----------
    customers : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.customer_summary` makes them. Those without an order, including prospects, are left out.
    value : str, default "spend"
        Column to measure the concentration of.
    n_points : int, default 101
        Maximum number of points on the curve, at least 2.

    Returns
    -------
    the kind of frame given
        ``customer_share`` from 0 to 1; ``value_share``, which can exceed 1 if values are below zero and is missing
        if the total is not above zero; ``n_customers``, the number of customers counted so far.

    Raises
    ------
    SchemaError
        If a column is missing.
    TypeError
        If ``customers`` is not a frame or ``n_points`` is not a whole number.
    ValueError
        If a value is missing or infinite, or ``n_points`` is below 2.

    Examples
    --------
    >>> import pandas as pd
    >>> customers = pd.DataFrame({"n_orders": [1, 1, 1, 1], "spend": [70.0, 10.0, 10.0, 10.0]})
    >>> concentration_table(customers, n_points=3)
       customer_share  value_share  n_customers
    0             0.0          0.0            0
    1             0.5          0.8            2
    2             1.0          1.0            4
    """
    check_int(n_points, name="n_points", low=2)
    rows = open_table(customers, CUSTOMERS, columns=["n_orders"], also=[value])
    rows = with_plain_types(rows, columns=[value])
    found = collected(rows.select("n_orders", value).filter(nw.col("n_orders") > 0))[value].to_numpy()
    if value in CUSTOMERS and CUSTOMERS[value].kind == "money":
        check_money(np.asarray(found, dtype=np.float64), where=Column("customers", value))
    values = _complete(found)
    customer_share, value_share = lorenz_curve(values, n_points=n_points)
    table = pd.DataFrame(
        {
            "customer_share": customer_share,
            "value_share": value_share,
            "n_customers": np.round(customer_share * len(values)).astype("int64"),
        }
    )
    return from_pandas(table, like=customers)


def _complete(values: npt.ArrayLike) -> Floats:
    array = as_floats(values, name="values")
    if array.ndim != 1:
        raise ValueError(_NOT_A_COLUMN(n=array.ndim))
    if np.isnan(array).any():
        missing = np.flatnonzero(np.isnan(array))
        raise ValueError(_MISSING(n=len(missing), first=some(missing.tolist())))
    with np.errstate(over="ignore"):
        check_turnover(float(np.abs(array).sum()), where=Parameter("values"))
    return array
