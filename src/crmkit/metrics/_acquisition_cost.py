"""What new customers cost, and whether that pays."""

from __future__ import annotations

import numpy as np

from crmkit._kpi import Example, count, kpi, money, number, ratio, share
from crmkit._names import Label
from crmkit._stats import Numbers

__all__ = [
    "acquisition_payback_months",
    "break_even_acquisition_rate",
    "cost_per_lead",
    "customer_acquisition_cost",
    "ltv_cac_ratio",
    "prospect_lifetime_value",
]


@kpi(
    name=Label("Customer acquisition cost", "获客成本"),
    group="acquisition",
    unit="money per customer",
    direction="lower",
    definition=Label("Acquisition spending / new customers", "获客费用 ÷ 新增客户数"),
    source="Farris, Bendle, Pfeifer and Reibstein, Marketing Metrics, 3rd ed., ch. 5",
    inputs=(money("acquisition_cost", low=0.0), count("new_customers")),
    example=Example({"acquisition_cost": 12000, "new_customers": 60}, 200),
)
def customer_acquisition_cost(*, acquisition_cost: Numbers, new_customers: Numbers) -> Numbers:
    r"""Money spent per customer acquired (CAC).

    .. math:: \text{CAC} = \text{acquisition cost} / \text{new customers}

    Parameters
    ----------
    acquisition_cost : float or array-like of float
        Money spent on acquiring customers in the period, marketing and sales, at least 0. With all new customers below
        the line the result is blended; for paid acquisition count those of the paid channels alone.
    new_customers : float or array-like of float
        Customers acquired in the period, at least 0.

    Returns
    -------
    float or column, as given
        Money per customer; ``nan`` where nobody was acquired.

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
    >>> customer_acquisition_cost(acquisition_cost=12000, new_customers=60)
    200.0
    """
    return ratio(acquisition_cost, new_customers)


@kpi(
    name=Label("Cost per lead", "单条线索成本"),
    group="acquisition",
    unit="money per lead",
    direction="lower",
    definition=Label("Campaign cost / leads", "活动费用 ÷ 线索数"),
    source="Our convention",
    inputs=(money("campaign_cost", low=0.0), count("leads")),
    example=Example({"campaign_cost": 900, "leads": 45}, 20),
)
def cost_per_lead(*, campaign_cost: Numbers, leads: Numbers) -> Numbers:
    r"""Money spent per lead.

    .. math:: c = \text{campaign cost} / \text{leads}

    Parameters
    ----------
    campaign_cost : float or array-like of float
        Money spent on the campaign, at least 0.
    leads : float or array-like of float
        Leads of the period, at least 0.

    Returns
    -------
    float or column, as given
        Money per lead; ``nan`` where there are no leads.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number lies outside its range or is infinite, or columns differ in length or index.

    Examples
    --------
    >>> cost_per_lead(campaign_cost=900, leads=45)
    20.0
    """
    return ratio(campaign_cost, leads)


@kpi(
    name=Label("Months to pay back acquisition", "获客回本周期"),
    group="acquisition",
    unit="months",
    direction="lower",
    definition=Label(
        "Cost per customer acquired / (revenue of a customer in a month × gross margin)",
        "单客获取成本 ÷（单客月收入 × 毛利率）",
    ),
    source="Our convention",
    inputs=(number("acquisition_cost_per_customer", low=0.0), number("revenue_per_month"), share("gross_margin")),
    aggregation="none",
    example=Example({"acquisition_cost_per_customer": 600, "revenue_per_month": 100, "gross_margin": 0.75}, 8),
)
def acquisition_payback_months(
    *, acquisition_cost_per_customer: Numbers, revenue_per_month: Numbers, gross_margin: Numbers
) -> Numbers:
    r"""Months until a customer's margins have paid for their acquisition.

    .. math:: n = \text{cost per customer} / (\text{revenue per month} \times \text{gross margin})

    Parameters
    ----------
    acquisition_cost_per_customer : float or array-like of float
        Cost of acquiring one customer, money, at least 0.
    revenue_per_month : float or array-like of float
        Revenue of one customer in a month, money.
    gross_margin : float or array-like of float
        Share of revenue left after the cost of what was sold, in [0, 1].

    Returns
    -------
    float or column, as given
        Months; ``nan`` where the margin of a month is not above zero, so that nothing is ever paid back.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number lies outside its range or is infinite, or columns differ in length or index.

    Examples
    --------
    >>> acquisition_payback_months(
    ...     acquisition_cost_per_customer=600, revenue_per_month=100, gross_margin=0.75
    ... )
    8.0
    """
    margin = revenue_per_month * gross_margin
    return ratio(acquisition_cost_per_customer, np.where(margin > 0, margin, np.nan))


@kpi(
    name=Label("Lifetime value to acquisition cost", "客户终身价值与获客成本之比"),
    group="acquisition",
    unit="ratio",
    direction="higher",
    definition=Label("Lifetime value of a customer / cost of acquiring one", "客户终身价值 ÷ 单客获取成本"),
    source="Our convention",
    inputs=(number("lifetime_value"), number("acquisition_cost_per_customer", low=0.0)),
    aggregation="none",
    example=Example({"lifetime_value": 15000, "acquisition_cost_per_customer": 6000}, 2.5),
)
def ltv_cac_ratio(*, lifetime_value: Numbers, acquisition_cost_per_customer: Numbers) -> Numbers:
    r"""Lifetime value of a customer as a multiple of what it costs to acquire one (LTV/CAC).

    .. math:: q = \text{lifetime value} / \text{cost per customer}

    Parameters
    ----------
    lifetime_value : float or array-like of float
        Value of a customer from margins, not revenue; money; may be below zero.
    acquisition_cost_per_customer : float or array-like of float
        Cost of acquiring one customer, money, at least 0.

    Returns
    -------
    float or column, as given
        A multiple; ``nan`` where acquisition costs nothing.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number lies outside its range or is infinite, or columns differ in length or index.

    Examples
    --------
    >>> ltv_cac_ratio(lifetime_value=15000, acquisition_cost_per_customer=6000)
    2.5
    """
    return ratio(lifetime_value, acquisition_cost_per_customer)


@kpi(
    name=Label("Prospect lifetime value", "潜在客户价值"),
    group="acquisition",
    unit="money per prospect",
    direction="higher",
    definition=Label(
        "Acquisition rate × (initial margin + lifetime value) - cost per prospect",
        "获客率 ×（首单毛利 + 客户终身价值）− 单个潜在客户的触达成本",
    ),
    source="Farris, Bendle, Pfeifer and Reibstein, Marketing Metrics, 3rd ed., ch. 5",
    inputs=(
        share("acquisition_rate"),
        number("initial_margin"),
        number("lifetime_value"),
        number("cost_per_prospect", low=0.0),
    ),
    aggregation="none",
    example=Example({"acquisition_rate": 0.1, "initial_margin": 20, "lifetime_value": 80, "cost_per_prospect": 6}, 4),
)
def prospect_lifetime_value(
    *, acquisition_rate: Numbers, initial_margin: Numbers, lifetime_value: Numbers, cost_per_prospect: Numbers
) -> Numbers:
    r"""Value of a prospect before it is known whether they become a customer.

    .. math:: v = a\,(m_0 + \text{CLV}) - c

    Parameters
    ----------
    acquisition_rate : float or array-like of float
        Share of the prospects addressed who become customers, in [0, 1].
    initial_margin : float or array-like of float
        Margin of a customer's first purchase, money; may be below zero.
    lifetime_value : float or array-like of float
        Value of a customer after the first purchase, from margins; money; may be below zero.
    cost_per_prospect : float or array-like of float
        Cost of addressing one prospect, money, at least 0.

    Returns
    -------
    float or column, as given
        Money per prospect; below zero where addressing them does not pay.

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
    >>> prospect_lifetime_value(
    ...     acquisition_rate=0.1, initial_margin=20, lifetime_value=80,
    ...     cost_per_prospect=6
    ... )
    4.0
    """
    return acquisition_rate * (initial_margin + lifetime_value) - cost_per_prospect


@kpi(
    name=Label("Break-even acquisition rate", "盈亏平衡获客率"),
    group="acquisition",
    unit="rate",
    direction="lower",
    definition=Label(
        "Cost per prospect / (initial margin + lifetime value)", "单个潜在客户的触达成本 ÷（首单毛利 + 客户终身价值）"
    ),
    source="Farris, Bendle, Pfeifer and Reibstein, Marketing Metrics, 3rd ed., ch. 5",
    inputs=(number("cost_per_prospect", low=0.0), number("initial_margin"), number("lifetime_value")),
    aggregation="none",
    example=Example({"cost_per_prospect": 6, "initial_margin": 20, "lifetime_value": 80}, 0.06),
)
def break_even_acquisition_rate(
    *, cost_per_prospect: Numbers, initial_margin: Numbers, lifetime_value: Numbers
) -> Numbers:
    r"""Share of the prospects who must become customers for addressing them to pay.

    .. math:: a_0 = c / (m_0 + \text{CLV})

    Parameters
    ----------
    cost_per_prospect : float or array-like of float
        Cost of addressing one prospect, money, at least 0.
    initial_margin : float or array-like of float
        Margin of a customer's first purchase, money; may be below zero.
    lifetime_value : float or array-like of float
        Value of a customer after the first purchase, from margins; money; may be below zero.

    Returns
    -------
    float or column, as given
        At least 0; above 1 where it cannot pay at all; ``nan`` where a customer is worth nothing or less.

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
    >>> break_even_acquisition_rate(cost_per_prospect=6, initial_margin=20, lifetime_value=80)
    0.06
    """
    worth = initial_margin + lifetime_value
    return ratio(cost_per_prospect, np.where(worth > 0, worth, np.nan))
