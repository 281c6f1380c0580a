"""What campaigns return: revenue and profit for the money spent."""

from __future__ import annotations

from typing import Literal, TypeAlias

from crmkit._kpi import Example, Variant, kpi, money, ratio, share
from crmkit._names import Label
from crmkit._stats import Numbers

__all__ = [
    "campaign_profit",
    "cannibalisation_rate",
    "input_output_ratio",
    "return_on_ad_spend",
    "return_on_marketing_investment",
]

Output: TypeAlias = Literal["sales", "margin"]


@kpi(
    name=Label("Return on ad spend", "广告支出回报"),
    group="campaigns",
    unit="ratio",
    direction="higher",
    definition=Label("Attributed revenue / ad spend", "归因销售额 ÷ 广告费"),
    source="Our convention",
    inputs=(
        money("attributed_revenue"),
        money("ad_spend", low=0.0),
    ),
    example=Example({"attributed_revenue": 50000, "ad_spend": 10000}, 5),
)
def return_on_ad_spend(*, attributed_revenue: Numbers, ad_spend: Numbers) -> Numbers:
    r"""Revenue that is attributed to advertisements for each unit of money spent on them.

    Revenue is not profit: 5 may be a loss where the margin is below 20 %.

    .. math:: \text{ROAS} = \text{attributed revenue} / \text{ad spend}

    Parameters
    ----------
    attributed_revenue : float or array-like of float
        Revenue attributed to the advertisements, net of refunds; may be below zero.
    ad_spend : float or array-like of float
        Money spent on advertisements, at least 0.

    Returns
    -------
    float or column, as given
        A multiple; ``nan`` where nothing was spent.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number is below zero or infinite, a part exceeds its whole, or columns differ in length or index.

    Examples
    --------
    >>> return_on_ad_spend(attributed_revenue=50000, ad_spend=10000)
    5.0
    """
    return ratio(attributed_revenue, ad_spend)


@kpi(
    name=Label("Return on marketing investment", "营销投资回报率"),
    group="campaigns",
    unit="rate",
    direction="higher",
    definition=Label(
        "(Incremental revenue × gross margin - campaign cost) / campaign cost",
        "（增量销售额 × 毛利率 − 活动费用）÷ 活动费用",
    ),
    source="Farris, Bendle, Pfeifer and Reibstein, Marketing Metrics, 3rd ed., ch. 10",
    inputs=(
        money("incremental_revenue"),
        share("gross_margin"),
        money("campaign_cost", low=0.0),
    ),
    aggregation="none",
    example=Example({"incremental_revenue": 50000, "gross_margin": 0.6, "campaign_cost": 10000}, 2),
)
def return_on_marketing_investment(
    *, incremental_revenue: Numbers, gross_margin: Numbers, campaign_cost: Numbers
) -> Numbers:
    r"""Profit that a campaign adds for each unit of money spent on it.

    .. math:: \text{ROMI} = (\text{incremental revenue} \cdot m - \text{cost}) / \text{cost}

    Parameters
    ----------
    incremental_revenue : float or array-like of float
        Revenue that would not have come without the campaign; may be below zero.
    gross_margin : float or array-like of float
        Share of the revenue left after the cost of goods, in [0, 1].
    campaign_cost : float or array-like of float
        Cost of the campaign, at least 0.

    Returns
    -------
    float or column, as given
        2 means that each unit brought itself and two more; ``nan`` where nothing was spent.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number lies outside its range or is infinite, or columns differ in length or index.

    References
    ----------
    .. [1] Farris, Bendle, Pfeifer and Reibstein, *Marketing Metrics*, 3rd ed., ch. 10.

    Examples
    --------
    >>> return_on_marketing_investment(incremental_revenue=50000, gross_margin=0.6, campaign_cost=10000)
    2.0
    """
    return ratio(incremental_revenue * gross_margin - campaign_cost, campaign_cost)


@kpi(
    name=Label("Output for each unit of input", "投入产出比"),
    group="campaigns",
    unit="ratio",
    direction="higher",
    definition=Label("Sales or margin of the campaign / its cost", "活动产出（销售额或毛利）÷ 投入"),
    source="Chinese customer-management handbooks: 100 spent and 300 of total sales are 1:3",
    inputs=(
        money("campaign_cost", low=0.0),
        money("campaign_revenue", optional=True),
        money("campaign_margin", optional=True),
    ),
    option="output",
    variants=(
        Variant(
            "sales",
            Label("sales", "销售额口径"),
            Label("output is sales", "产出为销售额"),
            ("campaign_cost", "campaign_revenue"),
            Example({"campaign_cost": 100, "campaign_revenue": 300, "output": "sales"}, 3),
        ),
        Variant(
            "margin",
            Label("gross margin", "毛利口径"),
            Label("output is gross margin", "产出为毛利"),
            ("campaign_cost", "campaign_margin"),
            Example({"campaign_cost": 100, "campaign_margin": 150, "output": "margin"}, 1.5),
        ),
    ),
)
def input_output_ratio(
    *,
    campaign_cost: Numbers,
    output: Output,
    campaign_revenue: Numbers | None = None,
    campaign_margin: Numbers | None = None,
) -> Numbers:
    r"""What comes out of a campaign for each unit of money put in; 3 is written 1:3.

    The handbooks count total sales as output, so 1:3 is a return on ad spend of 3 and no profit of 300 %.

    .. math:: x = \text{output} / \text{input}

    Parameters
    ----------
    campaign_cost : float or array-like of float
        Cost of the campaign, at least 0.
    output : {"sales", "margin"}
        What counts as output.
    campaign_revenue : float or array-like of float, optional
        Sales of the campaign. Required by "sales".
    campaign_margin : float or array-like of float, optional
        Their gross margin, in money. Required by "margin".

    Returns
    -------
    float or column, as given
        The x of 1:x; ``nan`` where nothing was put in.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number lies outside its range or is infinite, or columns differ in length or index, or the inputs do not
        go with ``output``.

    Examples
    --------
    >>> input_output_ratio(campaign_cost=100, campaign_revenue=300, output="sales")
    3.0
    >>> input_output_ratio(campaign_cost=100, campaign_margin=150, output="margin")
    1.5
    """
    return ratio(campaign_revenue if output == "sales" else campaign_margin, campaign_cost)


@kpi(
    name=Label("Campaign profit", "活动利润"),
    group="campaigns",
    unit="money",
    direction="higher",
    definition=Label(
        "Margin of the responses - campaign cost, incentives included", "响应带来的毛利 − 活动费用（含优惠）"
    ),
    source="Our convention",
    inputs=(
        money("response_margin"),
        money("campaign_cost", low=0.0),
    ),
    aggregation="sum",
    example=Example({"response_margin": 6000, "campaign_cost": 4000}, 2000),
)
def campaign_profit(*, response_margin: Numbers, campaign_cost: Numbers) -> Numbers:
    r"""What a campaign leaves: the margin of its responses less its cost.

    .. math:: \pi = \text{margin of the responses} - \text{cost}

    Parameters
    ----------
    response_margin : float or array-like of float
        Margin of the responses, in money: their number times the margin of each.
    campaign_cost : float or array-like of float
        Cost of the campaign, with contacts and incentives, at least 0.

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

    Examples
    --------
    >>> campaign_profit(response_margin=6000, campaign_cost=4000)
    2000.0
    """
    return response_margin - campaign_cost


@kpi(
    name=Label("Cannibalisation rate", "蚕食率"),
    group="campaigns",
    unit="rate",
    direction="lower",
    definition=Label(
        "Sales lost by existing products / sales of the new product", "原有产品损失的销售额 ÷ 新产品销售额"
    ),
    source="Farris, Bendle, Pfeifer and Reibstein, Marketing Metrics, 3rd ed., ch. 4",
    inputs=(
        money("lost_sales", low=0.0),
        money("new_product_sales", low=0.0),
    ),
    example=Example({"lost_sales": 30, "new_product_sales": 100}, 0.3),
)
def cannibalisation_rate(*, lost_sales: Numbers, new_product_sales: Numbers) -> Numbers:
    r"""Sales that a new product takes from the existing ones, for each unit of its own.

    .. math:: r = \text{lost sales} / \text{sales of the new product}

    Parameters
    ----------
    lost_sales : float or array-like of float
        Sales that the existing products lost, against a baseline, at least 0.
    new_product_sales : float or array-like of float
        Sales of the new product, at least 0.

    Returns
    -------
    float or column, as given
        At least 0; ``nan`` where the new product was not sold.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number is below zero or infinite, a part exceeds its whole, or columns differ in length or index.

    References
    ----------
    .. [1] Farris, Bendle, Pfeifer and Reibstein, *Marketing Metrics*, 3rd ed., ch. 4.

    Examples
    --------
    >>> cannibalisation_rate(lost_sales=30, new_product_sales=100)
    0.3
    """
    return ratio(lost_sales, new_product_sales)
