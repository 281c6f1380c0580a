"""What customers spend: order value, revenue per customer, frequency, units."""

from __future__ import annotations

import numpy as np

from crmkit._kpi import Example, count, kpi, money, ratio
from crmkit._names import Label
from crmkit._stats import Numbers

__all__ = [
    "average_order_value",
    "average_revenue_per_customer",
    "identified_revenue_rate",
    "purchase_frequency",
    "units_per_transaction",
]


@kpi(
    name=Label("Average order value", "笔单价"),
    group="revenue",
    unit="money per order",
    direction="higher",
    definition=Label("Revenue / orders", "销售额 ÷ 订单数"),
    source="Farris, Bendle, Pfeifer and Reibstein, Marketing Metrics, 3rd ed., ch. 5",
    inputs=(money("revenue"), count("orders")),
    example=Example({"revenue": 5000, "orders": 125}, 40),
)
def average_order_value(*, revenue: Numbers, orders: Numbers) -> Numbers:
    r"""Net revenue per order.

    .. math:: \text{AOV} = \text{revenue} / \text{orders}

    Parameters
    ----------
    revenue : float or array-like of float
        Money of the period, net of refunds; may be below zero.
    orders : float or array-like of float
        Orders of the period, at least 0. You choose what counts as one: an order or a purchase day.

    Returns
    -------
    float or column, as given
        Money per order; ``nan`` where there are no orders.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If ``orders`` is below zero, a number is infinite, or columns differ in length or index.

    References
    ----------
    .. [1] Farris, Bendle, Pfeifer and Reibstein, *Marketing Metrics*, 3rd ed., ch. 5.

    Examples
    --------
    >>> average_order_value(revenue=5000, orders=125)
    40.0
    """
    return ratio(revenue, orders)


@kpi(
    name=Label("Revenue per active customer", "客单价"),
    group="revenue",
    unit="money per customer",
    direction="higher",
    definition=Label("Revenue / active customers", "销售额 ÷ 活跃客户数"),
    source="Farris, Bendle, Pfeifer and Reibstein, Marketing Metrics, 3rd ed., ch. 5",
    inputs=(money("revenue"), count("customers")),
    example=Example({"revenue": 7500, "customers": 150}, 50),
)
def average_revenue_per_customer(*, revenue: Numbers, customers: Numbers) -> Numbers:
    r"""Net revenue per active customer.

    .. math:: \text{ARPC} = \text{revenue} / \text{customers}

    Parameters
    ----------
    revenue : float or array-like of float
        Money of the period, net of refunds; may be below zero.
    customers : float or array-like of float
        Customers active in the period, at least 0.

    Returns
    -------
    float or column, as given
        Money per customer; ``nan`` where nobody was active.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If ``customers`` is below zero, a number is infinite, or columns differ in length or index.

    References
    ----------
    .. [1] Farris, Bendle, Pfeifer and Reibstein, *Marketing Metrics*, 3rd ed., ch. 5.

    Examples
    --------
    >>> average_revenue_per_customer(revenue=7500, customers=150)
    50.0
    """
    return ratio(revenue, customers)


@kpi(
    name=Label("Orders per active customer", "购买频次"),
    group="revenue",
    unit="orders per customer",
    direction="higher",
    definition=Label("Orders / active customers", "订单数 ÷ 活跃客户数"),
    source="Farris, Bendle, Pfeifer and Reibstein, Marketing Metrics, 3rd ed., ch. 2",
    inputs=(count("orders"), count("customers")),
    example=Example({"orders": 300, "customers": 120}, 2.5),
)
def purchase_frequency(*, orders: Numbers, customers: Numbers) -> Numbers:
    r"""Orders per active customer.

    .. math:: \text{frequency} = \text{orders} / \text{customers}

    Parameters
    ----------
    orders : float or array-like of float
        Orders of the period, at least 0.
    customers : float or array-like of float
        Customers active in the period, at least 0, not counting those who never bought.

    Returns
    -------
    float or column, as given
        Orders per customer; ``nan`` where nobody was active.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a count is below zero or infinite, or columns differ in length or index.

    References
    ----------
    .. [1] Farris, Bendle, Pfeifer and Reibstein, *Marketing Metrics*, 3rd ed., ch. 2.

    Examples
    --------
    >>> purchase_frequency(orders=300, customers=120)
    2.5
    """
    return ratio(orders, customers)


@kpi(
    name=Label("Units per transaction", "连带率"),
    group="revenue",
    unit="units per order",
    direction="higher",
    definition=Label("Units / orders", "销售件数 ÷ 订单数"),
    source="Our convention",
    inputs=(count("units"), count("orders")),
    example=Example({"units": 250, "orders": 100}, 2.5),
)
def units_per_transaction(*, units: Numbers, orders: Numbers) -> Numbers:
    r"""Units sold per order.

    .. math:: u = \text{units} / \text{orders}

    Parameters
    ----------
    units : float or array-like of float
        Units sold in the period, at least 0.
    orders : float or array-like of float
        Orders of the period, at least 0.

    Returns
    -------
    float or column, as given
        Units per order; ``nan`` where there are no orders.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number lies outside its range or is infinite, or columns differ in length or index.

    Examples
    --------
    >>> units_per_transaction(units=250, orders=100)
    2.5
    """
    return ratio(units, orders)


@kpi(
    name=Label("Revenue with a known customer, of all revenue", "会员销售占比"),
    group="revenue",
    unit="rate",
    direction="higher",
    definition=Label(
        "Revenue of known customers / (revenue of known customers + revenue without a customer)",
        "已识别客户销售额 ÷（已识别客户销售额 + 未识别客户销售额）",
    ),
    source="Our convention",
    inputs=(money("revenue"), money("unidentified_revenue")),
    example=Example({"revenue": 8000, "unidentified_revenue": 2000}, 0.8),
)
def identified_revenue_rate(*, revenue: Numbers, unidentified_revenue: Numbers) -> Numbers:
    r"""Net revenue of known customers, of all net revenue.

    .. math:: r = \text{revenue} / (\text{revenue} + \text{unidentified revenue})

    Parameters
    ----------
    revenue : float or array-like of float
        Money of the period from known customers, net of refunds; may be below zero.
    unidentified_revenue : float or array-like of float
        Money of the period from guests, cash sales and other orders that name no customer, net of refunds; may be
        below zero.

    Returns
    -------
    float or column, as given
        In [0, 1] unless refunds outweigh sales on one side; ``nan`` where both together are not above zero.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number is infinite, or columns differ in length or index.

    Examples
    --------
    >>> identified_revenue_rate(revenue=8000, unidentified_revenue=2000)
    0.8
    """
    total = np.asarray(revenue, dtype=float) + np.asarray(unidentified_revenue, dtype=float)
    return ratio(revenue, np.where(total > 0, total, np.nan))
