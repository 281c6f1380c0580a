"""Who comes back: repeat purchase, retention, reactivation and customers saved."""

from __future__ import annotations

from crmkit._kpi import Example, count, kpi, part, ratio
from crmkit._names import Label
from crmkit._stats import Numbers

__all__ = [
    "reactivation_rate",
    "repeat_order_rate",
    "repeat_purchase_rate",
    "retention_rate",
    "rolling_retention",
    "save_rate",
]


@kpi(
    name=Label("Repeat-purchase rate", "复购率"),
    group="retention",
    unit="share",
    direction="higher",
    definition=Label(
        "Customers with two or more orders in the period / active customers",
        "期间内下单两次及以上的客户 ÷ 活跃客户",
    ),
    source="Farris, Bendle, Pfeifer and Reibstein, Marketing Metrics, 3rd ed., ch. 2",
    inputs=(part("repeat_customers", of="customers"), count("customers")),
    example=Example({"repeat_customers": 8, "customers": 26}, 4 / 13),
)
def repeat_purchase_rate(*, repeat_customers: Numbers, customers: Numbers) -> Numbers:
    r"""Share of a period's customers who bought at least twice in it.

    .. math:: r = \text{customers with two or more orders} / \text{customers with one or more}

    Parameters
    ----------
    repeat_customers : float or array-like of float
        Customers with at least two orders, or purchase days if that is what you count. Between 0 and ``customers``.
    customers : float or array-like of float
        Customers with at least one.

    Returns
    -------
    float or column, as given
        In [0, 1]; ``nan`` where nobody bought.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a count is below zero or infinite, or the part exceeds the whole.

    References
    ----------
    .. [1] Farris, Bendle, Pfeifer and Reibstein, *Marketing Metrics*, 3rd ed., ch. 2 (repeat rate).

    Examples
    --------
    >>> round(repeat_purchase_rate(repeat_customers=8, customers=26), 6)
    0.307692
    """
    return ratio(repeat_customers, customers)


@kpi(
    name=Label("Retention rate", "留存率"),
    group="retention",
    unit="share",
    direction="higher",
    definition=Label(
        "Customers active in the period before, of the same length, who are active in this one / "
        "customers active in the period before",
        "上一等长期间活跃且本期仍活跃的客户 ÷ 上一期间活跃客户",
    ),
    source="Farris, Bendle, Pfeifer and Reibstein, Marketing Metrics, 3rd ed., ch. 5",
    inputs=(part("retained", of="customers_start"), count("customers_start", stock="start")),
    example=Example({"retained": 800, "customers_start": 1000}, 0.8),
    window="period and the one before",
)
def retention_rate(*, retained: Numbers, customers_start: Numbers) -> Numbers:
    r"""Share of the customers at the start of a period who are still there at its end.

    .. math:: r = \text{retained} / \text{customers at the start}

    Parameters
    ----------
    retained : float or array-like of float
        Customers counted at the start who are still customers at the end, not counting those who joined since.
        Between 0 and ``customers_start``.
    customers_start : float or array-like of float
        Customers at the start.

    Returns
    -------
    float or column, as given
        In [0, 1]; ``nan`` if there were no customers at the start.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a count is below zero or infinite, or ``retained`` exceeds ``customers_start``.

    References
    ----------
    .. [1] Farris, Bendle, Pfeifer and Reibstein, *Marketing Metrics*, 3rd ed., ch. 5.

    Examples
    --------
    >>> retention_rate(retained=800, customers_start=1000)
    0.8
    """
    return ratio(retained, customers_start)


@kpi(
    name=Label("Share of repeat orders", "复购订单占比"),
    group="retention",
    unit="share",
    direction="higher",
    definition=Label("Orders that are not their customer's first / orders", "非首单订单 ÷ 订单数"),
    source="Our convention",
    inputs=(part("repeat_orders", of="orders"), count("orders")),
    example=Example({"repeat_orders": 9, "orders": 35}, 0.2571428571428571),
)
def repeat_order_rate(*, repeat_orders: Numbers, orders: Numbers) -> Numbers:
    r"""Share of the orders that are repeat orders.

    .. math:: r = \text{repeat orders} / \text{orders}

    Parameters
    ----------
    repeat_orders : float or array-like of float
        Those of them that are not their customer's first. Between 0 and ``orders``.
    orders : float or array-like of float
        Orders of the period, at least 0.

    Returns
    -------
    float or column, as given
        In [0, 1]; ``nan`` where there are no orders.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number lies outside its range or is infinite, a part exceeds its whole, or columns differ in length or
        index.

    Examples
    --------
    >>> round(repeat_order_rate(repeat_orders=9, orders=35), 6)
    0.257143
    """
    return ratio(repeat_orders, orders)


@kpi(
    name=Label("Reactivation rate", "流失客户召回率"),
    group="retention",
    unit="share",
    direction="higher",
    definition=Label(
        "Lapsed customers who bought in the period / lapsed customers at its start",
        "期间内重新购买的流失客户 ÷ 期初流失客户",
    ),
    source="Our convention",
    inputs=(part("reactivated", of="lapsed_customers"), count("lapsed_customers", stock="start")),
    example=Example({"reactivated": 5, "lapsed_customers": 50}, 0.1),
)
def reactivation_rate(*, reactivated: Numbers, lapsed_customers: Numbers) -> Numbers:
    r"""Share of the customers who had lapsed who came back.

    .. math:: r = \text{reactivated} / \text{lapsed}

    Parameters
    ----------
    reactivated : float or array-like of float
        Those of them who bought in the period. Between 0 and ``lapsed_customers``.
    lapsed_customers : float or array-like of float
        Customers who count as lost at the start of the period, by a silence that you choose; at least 0.

    Returns
    -------
    float or column, as given
        In [0, 1]; ``nan`` where nobody had lapsed.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number lies outside its range or is infinite, a part exceeds its whole, or columns differ in length or
        index.

    Examples
    --------
    >>> reactivation_rate(reactivated=5, lapsed_customers=50)
    0.1
    """
    return ratio(reactivated, lapsed_customers)


@kpi(
    name=Label("Save rate", "客户挽留成功率"),
    group="retention",
    unit="share",
    direction="higher",
    definition=Label(
        "Customers who stayed after an offer / customers about to leave who got one",
        "接受挽留后留下的客户 ÷ 收到挽留的客户",
    ),
    source="Our convention",
    inputs=(part("saved_customers", of="customers_offered"), count("customers_offered")),
    example=Example({"saved_customers": 30, "customers_offered": 100}, 0.3),
)
def save_rate(*, saved_customers: Numbers, customers_offered: Numbers) -> Numbers:
    r"""Share of the customers about to leave who stayed after an offer.

    .. math:: s = \text{saved} / \text{offered}

    Parameters
    ----------
    saved_customers : float or array-like of float
        Those of them who stayed. Between 0 and ``customers_offered``.
    customers_offered : float or array-like of float
        Customers about to leave who got an offer to stay, at least 0.

    Returns
    -------
    float or column, as given
        In [0, 1]; ``nan`` where nobody got an offer. Some would have stayed anyway: only a group without an offer shows
        how many.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number lies outside its range or is infinite, a part exceeds its whole, or columns differ in length or
        index.

    Examples
    --------
    >>> save_rate(saved_customers=30, customers_offered=100)
    0.3
    """
    return ratio(saved_customers, customers_offered)


@kpi(
    name=Label("Rolling retention", "滚动留存率"),
    group="retention",
    unit="share",
    direction="higher",
    definition=Label(
        "Customers of a cohort active at an age or later / customers of the cohort",
        "同期群中在某期龄及以后仍活跃的客户 ÷ 同期群客户数",
    ),
    source="Our convention",
    inputs=(part("customers_active_since", of="cohort_customers"), count("cohort_customers")),
    example=Example({"customers_active_since": 34, "cohort_customers": 40}, 0.85),
)
def rolling_retention(*, customers_active_since: Numbers, cohort_customers: Numbers) -> Numbers:
    r"""Share of a cohort active at an age or at any later one, also called unbounded retention.

    .. math:: r = \text{active at the age or later} / \text{customers of the cohort}

    It grows as long as a cohort is watched, so compare cohorts that have been watched equally long.
    `crmkit.cohort_table` counts it with ``kind="rolling"``.

    Parameters
    ----------
    customers_active_since : float or array-like of float
        Customers of the cohort active at the age or later. Between 0 and ``cohort_customers``.
    cohort_customers : float or array-like of float
        Customers of the cohort.

    Returns
    -------
    float or column, as given
        In [0, 1]; ``nan`` where the cohort is empty.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number is below zero or infinite, ``customers_active_since`` exceeds ``cohort_customers``, or columns
        differ in length or index.

    Examples
    --------
    >>> rolling_retention(customers_active_since=34, cohort_customers=40)
    0.85
    """
    return ratio(customers_active_since, cohort_customers)
