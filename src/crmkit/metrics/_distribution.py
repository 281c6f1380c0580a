"""What is sold through which stores, of which age, and to whom besides."""

from __future__ import annotations

from crmkit._kpi import Example, count, kpi, money, part, ratio, share
from crmkit._names import Label
from crmkit._stats import Numbers

__all__ = [
    "cross_sell_rate",
    "new_product_share",
    "sales_per_distribution_point",
    "weighted_distribution",
]


@kpi(
    name=Label("Weighted distribution", "加权铺货率"),
    group="market",
    unit="share",
    direction="higher",
    definition=Label("Sales of the stores that stock it / sales of all stores", "铺货门店的销售额 ÷ 全部门店的销售额"),
    source="Farris, Bendle, Pfeifer and Reibstein, Marketing Metrics, 3rd ed., ch. 6",
    inputs=(
        part("stocking_store_sales", of="store_sales", kind="money"),
        money("store_sales", low=0.0),
    ),
    example=Example({"stocking_store_sales": 70, "store_sales": 100}, 0.7),
)
def weighted_distribution(*, stocking_store_sales: Numbers, store_sales: Numbers) -> Numbers:
    r"""Share of a market's sales that goes through stores with the product.

    .. math:: d = \text{sales of stocking stores} / \text{sales of all stores}

    Parameters
    ----------
    stocking_store_sales : float or array-like of float
        All sales of the stores that stock the product. Between 0 and ``store_sales``.
    store_sales : float or array-like of float
        All sales of all stores, at least 0.

    Returns
    -------
    float or column, as given
        In [0, 1]; ``nan`` where no store sold anything.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number is below zero or infinite, a part exceeds its whole, or columns differ in length or index.

    References
    ----------
    .. [1] Farris, Bendle, Pfeifer and Reibstein, *Marketing Metrics*, 3rd ed., ch. 6.

    Examples
    --------
    >>> weighted_distribution(stocking_store_sales=70, store_sales=100)
    0.7
    """
    return ratio(stocking_store_sales, store_sales)


@kpi(
    name=Label("Sales per point of distribution", "单点销售额"),
    group="market",
    unit="money per distribution point",
    direction="higher",
    definition=Label("Sales / (weighted distribution × 100)", "销售额 ÷（加权铺货率 × 100）"),
    source="Our convention",
    inputs=(
        money("revenue"),
        share("distribution"),
    ),
    aggregation="none",
    example=Example({"revenue": 500000, "distribution": 0.5}, 10000),
)
def sales_per_distribution_point(*, revenue: Numbers, distribution: Numbers) -> Numbers:
    r"""Sales for each percentage point of weighted distribution.

    .. math:: s = \text{revenue} / (100 \cdot d)

    Parameters
    ----------
    revenue : float or array-like of float
        Money of the period, net of refunds; may be below zero.
    distribution : float or array-like of float
        Weighted distribution, in [0, 1].

    Returns
    -------
    float or column, as given
        Money for a percentage point; ``nan`` where nothing is distributed.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number lies outside its range or is infinite, or columns differ in length or index.

    Examples
    --------
    >>> sales_per_distribution_point(revenue=500000, distribution=0.5)
    10000.0
    """
    return ratio(revenue, 100 * distribution)


@kpi(
    name=Label("Share of new products", "新品销售占比"),
    group="market",
    unit="share",
    direction="context",
    definition=Label("Sales of new products / sales", "新品销售额 ÷ 销售总额"),
    source="Our convention",
    inputs=(
        part("new_product_sales", of="gross_sales", kind="money"),
        money("gross_sales", low=0.0),
    ),
    example=Example({"new_product_sales": 15, "gross_sales": 100}, 0.15),
)
def new_product_share(*, new_product_sales: Numbers, gross_sales: Numbers) -> Numbers:
    r"""Share of sales that new products make.

    .. math:: s = \text{sales of new products} / \text{gross sales}

    Parameters
    ----------
    new_product_sales : float or array-like of float
        Sales of products younger than an age that you choose and state. Between 0 and ``gross_sales``.
    gross_sales : float or array-like of float
        Sales before refunds, money, at least 0.

    Returns
    -------
    float or column, as given
        In [0, 1]; ``nan`` where nothing was sold.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number is below zero or infinite, a part exceeds its whole, or columns differ in length or index.

    Examples
    --------
    >>> new_product_share(new_product_sales=15, gross_sales=100)
    0.15
    """
    return ratio(new_product_sales, gross_sales)


@kpi(
    name=Label("Cross-selling rate", "交叉销售率"),
    group="market",
    unit="share",
    direction="higher",
    definition=Label("Customers with two or more categories / customers", "购买两个及以上品类的客户 ÷ 客户数"),
    source="Our convention",
    inputs=(
        part("cross_buyers", of="customers"),
        count("customers"),
    ),
    example=Example({"cross_buyers": 30, "customers": 100}, 0.3),
)
def cross_sell_rate(*, cross_buyers: Numbers, customers: Numbers) -> Numbers:
    r"""Share of customers who buy from two or more categories.

    .. math:: r = \text{cross buyers} / \text{customers}

    Parameters
    ----------
    cross_buyers : float or array-like of float
        Customers who bought from at least two categories. Between 0 and ``customers``.
    customers : float or array-like of float
        Customers with at least one purchase.

    Returns
    -------
    float or column, as given
        In [0, 1]; ``nan`` where nobody bought.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number is below zero or infinite, a part exceeds its whole, or columns differ in length or index.

    Examples
    --------
    >>> cross_sell_rate(cross_buyers=30, customers=100)
    0.3
    """
    return ratio(cross_buyers, customers)
