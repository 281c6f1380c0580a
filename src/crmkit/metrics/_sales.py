"""What customers spend: order value, revenue per customer, frequency."""

from __future__ import annotations

from crmkit._stats import Numbers, check_alike, check_counts, ratio

__all__ = ["average_order_value", "average_revenue_per_customer", "purchase_frequency"]


def average_order_value(*, revenue: Numbers, orders: Numbers) -> Numbers:
    r"""Net revenue per order.

    .. math:: \text{AOV} = \text{revenue} / \text{orders}

    Parameters
    ----------
    revenue : float or array-like of float
        Money of the period, net of refunds; may be below zero.
    orders : float or array-like of float
        Orders of the period, at least 0. What counts as one (an order, a purchase day) is the caller's to say.

    Returns
    -------
    float, ndarray or Series, as given
        Money per order; ``nan`` where there are no orders.

    Raises
    ------
    TypeError
        If an argument is no number or column of numbers.
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
    check_counts(orders=orders)
    check_alike(revenue=revenue, orders=orders)
    return ratio(revenue, orders)


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
    float, ndarray or Series, as given
        Money per customer; ``nan`` where nobody was active.

    Raises
    ------
    TypeError
        If an argument is no number or column of numbers.
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
    check_counts(customers=customers)
    check_alike(revenue=revenue, customers=customers)
    return ratio(revenue, customers)


def purchase_frequency(*, orders: Numbers, customers: Numbers) -> Numbers:
    r"""Orders per active customer.

    .. math:: \text{frequency} = \text{orders} / \text{customers}

    Parameters
    ----------
    orders : float or array-like of float
        Orders of the period, at least 0.
    customers : float or array-like of float
        Customers active in the period, at least 0; those who never bought are not among them.

    Returns
    -------
    float, ndarray or Series, as given
        Orders per customer; ``nan`` where nobody was active.

    Raises
    ------
    TypeError
        If an argument is no number or column of numbers.
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
    check_counts(orders=orders, customers=customers)
    return ratio(orders, customers)
