"""What is left of revenue: margins, profit of customers, returns, break-even."""

from __future__ import annotations

import numpy as np

from crmkit._kpi import Example, count, kpi, money, number, ratio
from crmkit._names import Label
from crmkit._stats import Numbers

__all__ = [
    "break_even_units",
    "contribution_margin_rate",
    "customer_profit",
    "customer_profit_share",
    "gross_margin_rate",
    "retention_cost_per_customer",
    "return_on_investment",
]


@kpi(
    name=Label("Gross margin", "毛利率"),
    group="profitability",
    unit="rate",
    direction="higher",
    definition=Label("(Revenue - cost of goods) / revenue", "（销售额 − 销售成本）÷ 销售额"),
    source="Farris, Bendle, Pfeifer and Reibstein, Marketing Metrics, 3rd ed., ch. 3",
    inputs=(
        money("revenue"),
        money("cost_of_goods", low=0.0),
    ),
    example=Example({"revenue": 100, "cost_of_goods": 40}, 0.6),
)
def gross_margin_rate(*, revenue: Numbers, cost_of_goods: Numbers) -> Numbers:
    r"""Share of revenue left after the cost of goods.

    .. math:: m = (\text{revenue} - \text{cost of goods}) / \text{revenue}

    Parameters
    ----------
    revenue : float or array-like of float
        Money of the period, net of refunds; may be below zero.
    cost_of_goods : float or array-like of float
        Cost of the goods sold, at least 0.

    Returns
    -------
    float or column, as given
        At most 1, below zero for a loss; ``nan`` where revenue is not above zero, such as
        where refunds exceed sales.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number lies outside its range or is infinite, or columns differ in length or index.

    References
    ----------
    .. [1] Farris, Bendle, Pfeifer and Reibstein, *Marketing Metrics*, 3rd ed., ch. 3.

    Examples
    --------
    >>> gross_margin_rate(revenue=100, cost_of_goods=40)
    0.6
    """
    return ratio(revenue - cost_of_goods, _unless_negative(revenue))


@kpi(
    name=Label("Contribution margin", "边际贡献率"),
    group="profitability",
    unit="rate",
    direction="higher",
    definition=Label("(Revenue - variable costs) / revenue", "（销售额 − 变动成本）÷ 销售额"),
    source="Farris, Bendle, Pfeifer and Reibstein, Marketing Metrics, 3rd ed., ch. 3",
    inputs=(
        money("revenue"),
        money("variable_costs", low=0.0),
    ),
    example=Example({"revenue": 10, "variable_costs": 4}, 0.6),
)
def contribution_margin_rate(*, revenue: Numbers, variable_costs: Numbers) -> Numbers:
    r"""Share of revenue left after all costs that vary with sales.

    .. math:: m = (\text{revenue} - \text{variable costs}) / \text{revenue}

    Parameters
    ----------
    revenue : float or array-like of float
        Money of the period, net of refunds; or the price of one unit.
    variable_costs : float or array-like of float
        Costs that vary with sales, at least 0; or those of one unit.

    Returns
    -------
    float or column, as given
        At most 1, below zero for a loss; ``nan`` where revenue is not above zero, such as
        where refunds exceed sales.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number lies outside its range or is infinite, or columns differ in length or index.

    References
    ----------
    .. [1] Farris, Bendle, Pfeifer and Reibstein, *Marketing Metrics*, 3rd ed., ch. 3.

    Examples
    --------
    >>> contribution_margin_rate(revenue=10, variable_costs=4)
    0.6
    """
    return ratio(revenue - variable_costs, _unless_negative(revenue))


@kpi(
    name=Label("Customer profit", "客户利润"),
    group="profitability",
    unit="money",
    direction="higher",
    definition=Label("Gross profit - cost to serve", "毛利 − 服务成本"),
    source="Farris, Bendle, Pfeifer and Reibstein, Marketing Metrics, 3rd ed., ch. 5",
    inputs=(
        money("gross_profit"),
        money("cost_to_serve", low=0.0),
    ),
    aggregation="sum",
    example=Example({"gross_profit": 500, "cost_to_serve": 120}, 380),
)
def customer_profit(*, gross_profit: Numbers, cost_to_serve: Numbers) -> Numbers:
    r"""What is left of a customer's gross profit after the cost to serve them.

    .. math:: \pi = \text{gross profit} - \text{cost to serve}

    Parameters
    ----------
    gross_profit : float or array-like of float
        Revenue less the cost of goods, in money.
    cost_to_serve : float or array-like of float
        Cost of serving the customer, as allocated, at least 0.

    Returns
    -------
    float or column, as given
        Money; below zero for a loss.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number lies outside its range or is infinite, or columns differ in length or index.

    References
    ----------
    .. [1] Farris, Bendle, Pfeifer and Reibstein, *Marketing Metrics*, 3rd ed., ch. 5.

    Examples
    --------
    >>> customer_profit(gross_profit=500, cost_to_serve=120)
    380.0
    """
    return gross_profit - cost_to_serve


@kpi(
    name=Label("Share of profit", "客户利润贡献率"),
    group="profitability",
    unit="rate",
    direction="context",
    definition=Label("Profit of the customer / profit of all customers", "该客户利润 ÷ 全部客户利润"),
    source="Our convention",
    inputs=(
        money("profit_of_customer"),
        money("total_profit"),
    ),
    aggregation="none",
    example=Example({"profit_of_customer": 380, "total_profit": 3800}, 0.1),
)
def customer_profit_share(*, profit_of_customer: Numbers, total_profit: Numbers) -> Numbers:
    r"""A customer's share of the profit of all.

    .. math:: s = \text{profit of the customer} / \text{total profit}

    Parameters
    ----------
    profit_of_customer : float or array-like of float
        Profit of the customer; may be below zero.
    total_profit : float or array-like of float
        Profit of all customers.

    Returns
    -------
    float or column, as given
        A fraction, below zero for a loss; ``nan`` where the total is not above zero, for then a share has no meaning.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number lies outside its range or is infinite, or columns differ in length or index.

    Examples
    --------
    >>> customer_profit_share(profit_of_customer=380, total_profit=3800)
    0.1
    """
    return ratio(profit_of_customer, np.where(total_profit > 0, total_profit, np.nan))


@kpi(
    name=Label("Return on investment", "投资回报率"),
    group="profitability",
    unit="rate",
    direction="higher",
    definition=Label("(Gain - investment) / investment", "（收益 − 投资）÷ 投资"),
    source="Farris, Bendle, Pfeifer and Reibstein, Marketing Metrics, 3rd ed., ch. 11",
    inputs=(
        money("gain"),
        money("investment", low=0.0),
    ),
    example=Example({"gain": 300, "investment": 100}, 2),
)
def return_on_investment(*, gain: Numbers, investment: Numbers) -> Numbers:
    r"""What an investment brings beyond itself, for each unit invested.

    .. math:: r = (\text{gain} - \text{investment}) / \text{investment}

    Parameters
    ----------
    gain : float or array-like of float
        What came back, in money.
    investment : float or array-like of float
        What was invested, at least 0.

    Returns
    -------
    float or column, as given
        2 means that each unit brought itself and two more; ``nan`` where nothing was invested.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number lies outside its range or is infinite, or columns differ in length or index.

    References
    ----------
    .. [1] Farris, Bendle, Pfeifer and Reibstein, *Marketing Metrics*, 3rd ed., ch. 11.

    Examples
    --------
    >>> return_on_investment(gain=300, investment=100)
    2.0
    """
    return ratio(gain - investment, investment)


@kpi(
    name=Label("Break-even volume", "保本量"),
    group="profitability",
    unit="units",
    direction="lower",
    definition=Label("Fixed costs / (price - variable cost of a unit)", "固定成本 ÷（单价 − 单位变动成本）"),
    source="Farris, Bendle, Pfeifer and Reibstein, Marketing Metrics, 3rd ed., ch. 3",
    inputs=(
        money("fixed_costs", low=0.0),
        number("price", low=0.0),
        number("unit_cost", low=0.0),
    ),
    aggregation="none",
    example=Example({"fixed_costs": 1000, "price": 10, "unit_cost": 6}, 250),
)
def break_even_units(*, fixed_costs: Numbers, price: Numbers, unit_cost: Numbers) -> Numbers:
    r"""Units to sell until fixed costs are covered.

    .. math:: q = \text{fixed costs} / (\text{price} - \text{unit cost})

    Parameters
    ----------
    fixed_costs : float or array-like of float
        Costs that do not vary with sales, at least 0.
    price : float or array-like of float
        Price of a unit, at least 0.
    unit_cost : float or array-like of float
        Variable cost of a unit, at least 0.

    Returns
    -------
    float or column, as given
        Units; ``nan`` where a unit brings nothing above its cost, for then no volume is enough.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number lies outside its range or is infinite, or columns differ in length or index.

    References
    ----------
    .. [1] Farris, Bendle, Pfeifer and Reibstein, *Marketing Metrics*, 3rd ed., ch. 3.

    Examples
    --------
    >>> break_even_units(fixed_costs=1000, price=10, unit_cost=6)
    250.0
    """
    return ratio(fixed_costs, np.where(price > unit_cost, price - unit_cost, np.nan))


@kpi(
    name=Label("Retention cost per customer kept", "客户保留成本"),
    group="profitability",
    unit="money per customer",
    direction="lower",
    definition=Label("Spending on retention / customers retained", "客户维系费用 ÷ 保留的客户数"),
    source="Farris, Bendle, Pfeifer and Reibstein, Marketing Metrics, 3rd ed., ch. 5",
    inputs=(
        money("retention_cost", low=0.0),
        count("retained"),
    ),
    example=Example({"retention_cost": 2000, "retained": 100}, 20),
)
def retention_cost_per_customer(*, retention_cost: Numbers, retained: Numbers) -> Numbers:
    r"""What it costs to keep a customer.

    .. math:: c = \text{retention cost} / \text{retained}

    Parameters
    ----------
    retention_cost : float or array-like of float
        Money spent on retention, at least 0.
    retained : float or array-like of float
        Customers counted at the start who are still customers at the end.

    Returns
    -------
    float or column, as given
        Money; ``nan`` where there are no customers retained.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number is below zero or infinite, a part exceeds its whole, or columns differ in length or index.

    References
    ----------
    .. [1] Farris, Bendle, Pfeifer and Reibstein, *Marketing Metrics*, 3rd ed., ch. 5.

    Examples
    --------
    >>> retention_cost_per_customer(retention_cost=2000, retained=100)
    20.0
    """
    return ratio(retention_cost, retained)


def _unless_negative(revenue: Numbers) -> Numbers:
    """Revenue, missing where refunds exceed sales: a margin of it means nothing."""
    return np.where(revenue < 0, np.nan, revenue)
