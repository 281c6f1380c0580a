"""How much recurring revenue is lost and kept."""

from __future__ import annotations

from typing import Literal, TypeAlias

from crmkit._kpi import Example, Variant, kpi, money, part, ratio
from crmkit._names import Label
from crmkit._stats import Numbers

__all__ = ["gross_mrr_churn_rate", "gross_revenue_retention", "net_mrr_churn_rate", "net_revenue_retention"]

Reactivation: TypeAlias = Literal["included", "excluded"]


@kpi(
    name=Label("Gross MRR churn rate", "月度经常性收入毛流失率"),
    group="subscriptions",
    unit="rate",
    direction="lower",
    definition=Label("(Churned + contraction MRR) / MRR at the start", "（流失 + 收缩）÷ 期初月度经常性收入"),
    source="ChartMogul, Help center, Gross MRR churn rate",
    inputs=(
        money("churned_mrr", low=0.0),
        money("contraction_mrr", low=0.0),
        money("mrr_start", low=0.0, stock="start"),
    ),
    example=Example({"churned_mrr": 10, "contraction_mrr": 10, "mrr_start": 100}, 0.2),
)
def gross_mrr_churn_rate(*, churned_mrr: Numbers, contraction_mrr: Numbers, mrr_start: Numbers) -> Numbers:
    r"""Share of recurring revenue lost in a period, whatever was won besides.

    .. math:: c = (\text{churned} + \text{contraction}) / \text{MRR at the start}

    Parameters
    ----------
    churned_mrr : float or array-like of float
        What customers who left had paid, at least 0.
    contraction_mrr : float or array-like of float
        What customers who stayed pay less than before, at least 0.
    mrr_start : float or array-like of float
        Recurring revenue of a month at the start of the period, money, at least 0.

    Returns
    -------
    float or column, as given
        At least 0; can exceed 1 if the movements of each day are summed; ``nan`` where nothing was paid at the start.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number lies outside its range or is infinite, or columns differ in length or index.

    References
    ----------
    .. [1] ChartMogul, Help center, Gross MRR churn rate.

    Examples
    --------
    >>> gross_mrr_churn_rate(churned_mrr=10, contraction_mrr=10, mrr_start=100)
    0.2
    """
    return ratio(churned_mrr + contraction_mrr, mrr_start)


@kpi(
    name=Label("Net MRR churn rate", "月度经常性收入净流失率"),
    group="subscriptions",
    unit="rate",
    direction="lower",
    definition=Label(
        "(Churned + contraction - expansion MRR, with or without reactivation) / MRR at the start",
        "（流失 + 收缩 − 扩张，是否减去召回须指明）÷ 期初月度经常性收入",
    ),
    source="ChartMogul, Help center, Net MRR churn rate; Gold (2020), Fighting Churn with Data, ch. 2",
    inputs=(
        money("churned_mrr", low=0.0),
        money("contraction_mrr", low=0.0),
        money("expansion_mrr", low=0.0),
        money("mrr_start", low=0.0, stock="start"),
        money("reactivation_mrr", low=0.0, optional=True),
    ),
    option="reactivation",
    variants=(
        Variant(
            "included",
            Label("with reactivation", "计入召回"),
            Label("net of reactivation too", "减去召回"),
            (
                "churned_mrr",
                "contraction_mrr",
                "expansion_mrr",
                "mrr_start",
                "reactivation_mrr",
            ),
            Example(
                {
                    "churned_mrr": 10,
                    "contraction_mrr": 10,
                    "expansion_mrr": 10,
                    "mrr_start": 100,
                    "reactivation_mrr": 4,
                    "reactivation": "included",
                },
                0.06,
            ),
        ),
        Variant(
            "excluded",
            Label("without reactivation", "不计召回"),
            Label("reactivation is left out", "不计召回"),
            (
                "churned_mrr",
                "contraction_mrr",
                "expansion_mrr",
                "mrr_start",
            ),
            Example(
                {
                    "churned_mrr": 10,
                    "contraction_mrr": 10,
                    "expansion_mrr": 10,
                    "mrr_start": 100,
                    "reactivation": "excluded",
                },
                0.1,
            ),
        ),
    ),
)
def net_mrr_churn_rate(
    *,
    churned_mrr: Numbers,
    contraction_mrr: Numbers,
    expansion_mrr: Numbers,
    mrr_start: Numbers,
    reactivation: Reactivation,
    reactivation_mrr: Numbers | None = None,
) -> Numbers:
    r"""Share of recurring revenue lost in a period, net of what customers pay more.

    .. math:: c = \frac{\text{churned} + \text{contraction} - \text{expansion}\;[-\,\text{reactivation}]}
              {\text{MRR at the start}}

    Parameters
    ----------
    churned_mrr : float or array-like of float
        What customers who left had paid, at least 0.
    contraction_mrr : float or array-like of float
        What customers who stayed pay less than before, at least 0.
    expansion_mrr : float or array-like of float
        What customers who stayed pay more than before, at least 0.
    mrr_start : float or array-like of float
        Recurring revenue of a month at the start of the period, money, at least 0.
    reactivation : {"included", "excluded"}
        Whether what customers who came back pay counts against what was lost.
    reactivation_mrr : float or array-like of float, optional
        What customers who came back pay, at least 0; goes with "included".

    Returns
    -------
    float or column, as given
        Below zero where customers paid more than was lost, which is good; ``nan`` where nothing was paid at the start.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number lies outside its range or is infinite, an input does not fit ``reactivation``, or columns differ in
        length or index.

    References
    ----------
    .. [1] ChartMogul, Help center, Net MRR churn rate.
    .. [2] Gold (2020), *Fighting Churn with Data*, ch. 2.

    Examples
    --------
    >>> net_mrr_churn_rate(
    ...     churned_mrr=10, contraction_mrr=10, expansion_mrr=10,
    ...     mrr_start=100, reactivation_mrr=4, reactivation='included'
    ... )
    0.06
    >>> net_mrr_churn_rate(
    ...     churned_mrr=10, contraction_mrr=10, expansion_mrr=10,
    ...     mrr_start=100, reactivation='excluded'
    ... )
    0.1
    """
    lost = churned_mrr + contraction_mrr - expansion_mrr
    return ratio(lost - reactivation_mrr if reactivation == "included" else lost, mrr_start)


@kpi(
    name=Label("Gross revenue retention", "毛收入留存率"),
    group="subscriptions",
    unit="share",
    direction="higher",
    definition=Label(
        "MRR kept from the customers of the start, of each at most what they paid then / MRR at the start",
        "期初客户期末仍支付的月度经常性收入（每位客户以期初金额为上限）÷ 期初月度经常性收入",
    ),
    source="Gold (2020), Fighting Churn with Data, ch. 2",
    inputs=(part("mrr_kept", of="mrr_start", kind="money"), money("mrr_start", low=0.0, stock="start")),
    example=Example({"mrr_kept": 130, "mrr_start": 150}, 0.8666666666666667),
)
def gross_revenue_retention(*, mrr_kept: Numbers, mrr_start: Numbers) -> Numbers:
    r"""Share of the recurring revenue at the start that is still there, without expansion (GRR).

    .. math:: \text{GRR} = \sum_i \min(e_i, s_i) \Big/ \sum_i s_i

    Parameters
    ----------
    mrr_kept : float or array-like of float
        What these customers still pay at the end, each counted with no more than at the start. Between 0 and
        ``mrr_start``. Cap customer by customer, not the sum.
    mrr_start : float or array-like of float
        Recurring revenue of a month at the start of the period, money, at least 0.

    Returns
    -------
    float or column, as given
        In [0, 1]; ``nan`` where nothing was paid at the start. It is 1 less the gross churn rate if movements are
        measured from closing to closing and reactivation is not counted. A month and a year are not comparable.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number lies outside its range or is infinite, a part exceeds its whole, or columns differ in length or
        index.

    References
    ----------
    .. [1] Gold (2020), *Fighting Churn with Data*, ch. 2.

    Examples
    --------
    >>> round(gross_revenue_retention(mrr_kept=130, mrr_start=150), 6)
    0.866667
    """
    return ratio(mrr_kept, mrr_start)


@kpi(
    name=Label("Net revenue retention", "净收入留存率"),
    group="subscriptions",
    unit="rate",
    direction="higher",
    definition=Label(
        "MRR at the end from the customers of the start / MRR at the start",
        "期初客户期末支付的月度经常性收入 ÷ 期初月度经常性收入",
    ),
    source="Gold (2020), Fighting Churn with Data, ch. 2",
    inputs=(money("mrr_of_start_customers", low=0.0), money("mrr_start", low=0.0, stock="start")),
    example=Example({"mrr_of_start_customers": 150, "mrr_start": 150}, 1),
)
def net_revenue_retention(*, mrr_of_start_customers: Numbers, mrr_start: Numbers) -> Numbers:
    r"""What the customers of the start pay at the end, relative to what they paid then (NRR).

    .. math:: \text{NRR} = \sum_i e_i \Big/ \sum_i s_i

    Parameters
    ----------
    mrr_of_start_customers : float or array-like of float
        What the customers of the start pay at the end, more or less than before; 0 for those who left; new customers do
        not count.
    mrr_start : float or array-like of float
        Recurring revenue of a month at the start of the period, money, at least 0.

    Returns
    -------
    float or column, as given
        At least 0; above 1 where expansion exceeds what was lost; ``nan`` where nothing was paid at the start. A month
        and a year are not comparable.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number lies outside its range or is infinite, or columns differ in length or index.

    References
    ----------
    .. [1] Gold (2020), *Fighting Churn with Data*, ch. 2.

    Examples
    --------
    >>> net_revenue_retention(mrr_of_start_customers=150, mrr_start=150)
    1.0
    """
    return ratio(mrr_of_start_customers, mrr_start)
