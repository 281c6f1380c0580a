"""Recurring revenue and how it grows."""

from __future__ import annotations

from typing import Literal, TypeAlias

from crmkit._kpi import Example, Variant, count, kpi, money, ratio
from crmkit._names import Label
from crmkit._stats import Numbers

__all__ = ["annual_recurring_revenue", "mrr_growth_rate", "mrr_per_customer", "mrr_quick_ratio", "net_new_mrr"]

Reactivation: TypeAlias = Literal["included", "excluded"]


@kpi(
    name=Label("Annual recurring revenue", "年度经常性收入"),
    group="subscriptions",
    unit="money per year",
    direction="higher",
    definition=Label("12 × MRR", "12 × 月度经常性收入"),
    source="Our convention",
    inputs=(money("mrr", low=0.0, stock="end"),),
    aggregation="sum",
    example=Example({"mrr": 12500}, 150000),
)
def annual_recurring_revenue(*, mrr: Numbers) -> Numbers:
    r"""Recurring revenue of a year at the pace of a month (ARR).

    .. math:: \text{ARR} = 12 \, \text{MRR}

    Parameters
    ----------
    mrr : float or array-like of float
        Recurring revenue of a month (MRR) at the end of the period, money, at least 0, without one-off, seasonal or
        metered revenue.

    Returns
    -------
    float or column, as given
        Money per year.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number lies outside its range or is infinite, or columns differ in length or index.

    Examples
    --------
    >>> annual_recurring_revenue(mrr=12500)
    150000.0
    """
    return 12 * mrr


@kpi(
    name=Label("Net new MRR", "净新增月度经常性收入"),
    group="subscriptions",
    unit="money per month",
    direction="higher",
    definition=Label(
        "New + reactivation + expansion - contraction - churned MRR", "新增 + 召回 + 扩张 − 收缩 − 流失的月度经常性收入"
    ),
    source="Stripe, Billing analytics glossary",
    inputs=(
        money("new_mrr", low=0.0),
        money("reactivation_mrr", low=0.0),
        money("expansion_mrr", low=0.0),
        money("contraction_mrr", low=0.0),
        money("churned_mrr", low=0.0),
    ),
    aggregation="sum",
    example=Example(
        {"new_mrr": 2000, "reactivation_mrr": 0, "expansion_mrr": 800, "contraction_mrr": 300, "churned_mrr": 500}, 2000
    ),
)
def net_new_mrr(
    *,
    new_mrr: Numbers,
    reactivation_mrr: Numbers,
    expansion_mrr: Numbers,
    contraction_mrr: Numbers,
    churned_mrr: Numbers,
) -> Numbers:
    r"""By how much recurring revenue grew in a period.

    .. math:: \Delta = \text{new} + \text{reactivation} + \text{expansion} - \text{contraction} - \text{churned}

    Parameters
    ----------
    new_mrr : float or array-like of float
        Recurring revenue of a month from new customers, money, at least 0.
    reactivation_mrr : float or array-like of float
        That from customers who came back, at least 0.
    expansion_mrr : float or array-like of float
        What customers who stayed pay more than before, at least 0.
    contraction_mrr : float or array-like of float
        What customers who stayed pay less than before, at least 0.
    churned_mrr : float or array-like of float
        What customers who left had paid, at least 0.

    Returns
    -------
    float or column, as given
        Money per month; below zero where more was lost than won. Effects of exchange rates are not in it.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number lies outside its range or is infinite, or columns differ in length or index.

    References
    ----------
    .. [1] Stripe, Billing analytics glossary.

    Examples
    --------
    >>> net_new_mrr(
    ...     new_mrr=2000, reactivation_mrr=0, expansion_mrr=800,
    ...     contraction_mrr=300, churned_mrr=500
    ... )
    2000.0
    """
    return new_mrr + reactivation_mrr + expansion_mrr - contraction_mrr - churned_mrr


@kpi(
    name=Label("MRR growth rate", "月度经常性收入增长率"),
    group="subscriptions",
    unit="rate",
    direction="higher",
    definition=Label("Net new MRR / MRR at the start", "净新增月度经常性收入 ÷ 期初月度经常性收入"),
    source="Stripe, Billing analytics glossary",
    inputs=(
        money("new_mrr", low=0.0),
        money("reactivation_mrr", low=0.0),
        money("expansion_mrr", low=0.0),
        money("contraction_mrr", low=0.0),
        money("churned_mrr", low=0.0),
        money("mrr_start", low=0.0, stock="start"),
    ),
    example=Example(
        {
            "new_mrr": 2000,
            "reactivation_mrr": 0,
            "expansion_mrr": 800,
            "contraction_mrr": 300,
            "churned_mrr": 500,
            "mrr_start": 10000,
        },
        0.2,
    ),
)
def mrr_growth_rate(
    *,
    new_mrr: Numbers,
    reactivation_mrr: Numbers,
    expansion_mrr: Numbers,
    contraction_mrr: Numbers,
    churned_mrr: Numbers,
    mrr_start: Numbers,
) -> Numbers:
    r"""Growth of recurring revenue in a period.

    .. math:: g = \text{net new MRR} / \text{MRR at the start}

    Parameters
    ----------
    new_mrr : float or array-like of float
        Recurring revenue of a month from new customers, money, at least 0.
    reactivation_mrr : float or array-like of float
        That from customers who came back, at least 0.
    expansion_mrr : float or array-like of float
        What customers who stayed pay more than before, at least 0.
    contraction_mrr : float or array-like of float
        What customers who stayed pay less than before, at least 0.
    churned_mrr : float or array-like of float
        What customers who left had paid, at least 0.
    mrr_start : float or array-like of float
        Recurring revenue of a month at the start of the period, money, at least 0.

    Returns
    -------
    float or column, as given
        At least -1 if movements are measured from closing to closing; ``nan`` where nothing was paid at the start.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number lies outside its range or is infinite, or columns differ in length or index.

    References
    ----------
    .. [1] Stripe, Billing analytics glossary.

    Examples
    --------
    >>> mrr_growth_rate(
    ...     new_mrr=2000, reactivation_mrr=0, expansion_mrr=800,
    ...     contraction_mrr=300, churned_mrr=500, mrr_start=10000
    ... )
    0.2
    """
    return ratio(new_mrr + reactivation_mrr + expansion_mrr - contraction_mrr - churned_mrr, mrr_start)


@kpi(
    name=Label("MRR per customer (ARPA)", "客均月度经常性收入"),
    group="subscriptions",
    unit="money per customer",
    direction="higher",
    definition=Label("MRR / paying customers, both at the end of the period", "期末月度经常性收入 ÷ 期末订阅客户数"),
    source="ChartMogul, Help center, Average revenue per account (ARPA)",
    inputs=(money("mrr", low=0.0, stock="end"), count("paying_customers", stock="end")),
    example=Example({"mrr": 12500, "paying_customers": 150}, 12500 / 150),
)
def mrr_per_customer(*, mrr: Numbers, paying_customers: Numbers) -> Numbers:
    r"""Recurring revenue of a month per paying customer (ARPA, average revenue per account).

    .. math:: \text{ARPA} = \text{MRR} / \text{paying customers}

    Parameters
    ----------
    mrr : float or array-like of float
        Recurring revenue of a month (MRR) at the end of the period, money, at least 0.
    paying_customers : float or array-like of float
        Customers who have paid and are still served at the end of the period, at least 0.

    Returns
    -------
    float or column, as given
        Money per month and customer; ``nan`` where nobody pays.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number lies outside its range or is infinite, or columns differ in length or index.

    References
    ----------
    .. [1] ChartMogul, Help center, Average revenue per account (ARPA).

    Examples
    --------
    >>> round(mrr_per_customer(mrr=12500, paying_customers=150), 2)
    83.33
    """
    return ratio(mrr, paying_customers)


@kpi(
    name=Label("MRR quick ratio", "经常性收入速动比"),
    group="subscriptions",
    unit="ratio",
    direction="higher",
    definition=Label(
        "(New + expansion MRR, with or without reactivation) / (contraction + churned MRR)",
        "（新增 + 扩张，是否计入召回须指明）÷（收缩 + 流失）",
    ),
    source="Baremetrics, Quick ratio",
    inputs=(
        money("new_mrr", low=0.0),
        money("expansion_mrr", low=0.0),
        money("contraction_mrr", low=0.0),
        money("churned_mrr", low=0.0),
        money("reactivation_mrr", low=0.0, optional=True),
    ),
    option="reactivation",
    variants=(
        Variant(
            "included",
            Label("with reactivation", "计入召回"),
            Label("reactivation counts as won", "召回计入新增"),
            (
                "new_mrr",
                "expansion_mrr",
                "contraction_mrr",
                "churned_mrr",
                "reactivation_mrr",
            ),
            Example(
                {
                    "new_mrr": 20,
                    "expansion_mrr": 8,
                    "contraction_mrr": 5,
                    "churned_mrr": 3,
                    "reactivation_mrr": 4,
                    "reactivation": "included",
                },
                4,
            ),
        ),
        Variant(
            "excluded",
            Label("without reactivation", "不计召回"),
            Label("reactivation is left out", "不计召回"),
            (
                "new_mrr",
                "expansion_mrr",
                "contraction_mrr",
                "churned_mrr",
            ),
            Example(
                {"new_mrr": 20, "expansion_mrr": 8, "contraction_mrr": 5, "churned_mrr": 3, "reactivation": "excluded"},
                3.5,
            ),
        ),
    ),
)
def mrr_quick_ratio(
    *,
    new_mrr: Numbers,
    expansion_mrr: Numbers,
    contraction_mrr: Numbers,
    churned_mrr: Numbers,
    reactivation: Reactivation,
    reactivation_mrr: Numbers | None = None,
) -> Numbers:
    r"""Recurring revenue won for each unit lost.

    .. math:: q = \frac{\text{new} + \text{expansion}\;[+\,\text{reactivation}]}{\text{contraction} + \text{churned}}

    Parameters
    ----------
    new_mrr : float or array-like of float
        Recurring revenue of a month from new customers, money, at least 0.
    expansion_mrr : float or array-like of float
        What customers who stayed pay more than before, at least 0.
    contraction_mrr : float or array-like of float
        What customers who stayed pay less than before, at least 0.
    churned_mrr : float or array-like of float
        What customers who left had paid, at least 0.
    reactivation : {"included", "excluded"}
        Whether what customers who came back pay counts as won.
    reactivation_mrr : float or array-like of float, optional
        What customers who came back pay, at least 0; goes with "included".

    Returns
    -------
    float or column, as given
        A multiple; ``nan`` where nothing was lost.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number lies outside its range or is infinite, an input does not fit ``reactivation``, or columns differ in
        length or index.

    References
    ----------
    .. [1] Baremetrics, Quick ratio.

    Examples
    --------
    >>> mrr_quick_ratio(
    ...     new_mrr=20, expansion_mrr=8, contraction_mrr=5,
    ...     churned_mrr=3, reactivation_mrr=4, reactivation='included'
    ... )
    4.0
    >>> mrr_quick_ratio(
    ...     new_mrr=20, expansion_mrr=8, contraction_mrr=5,
    ...     churned_mrr=3, reactivation='excluded'
    ... )
    3.5
    """
    won = new_mrr + expansion_mrr
    return ratio(won + reactivation_mrr if reactivation == "included" else won, contraction_mrr + churned_mrr)
