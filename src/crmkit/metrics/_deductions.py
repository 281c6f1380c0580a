"""What refunds and discounts take off the sales."""

from __future__ import annotations

from crmkit._kpi import Example, kpi, money, part, ratio
from crmkit._names import Label
from crmkit._stats import Numbers

__all__ = ["price_discount_rate", "refund_rate"]


@kpi(
    name=Label("Discount rate", "折扣率（让利占比）"),
    group="revenue",
    unit="share",
    direction="context",
    definition=Label("Discounts / sales at list prices", "折扣金额 ÷ 按原价计的销售额"),
    source="Our convention",
    inputs=(part("discounts", of="list_sales", kind="money"), money("list_sales", low=0.0)),
    example=Example({"discounts": 80, "list_sales": 1000}, 0.08),
)
def price_discount_rate(*, discounts: Numbers, list_sales: Numbers) -> Numbers:
    r"""Share of sales at list prices given away in discounts.

    .. math:: d = \text{discounts} / \text{sales at list prices}

    Parameters
    ----------
    discounts : float or array-like of float
        Money taken off. Between 0 and ``list_sales``.
    list_sales : float or array-like of float
        Sales at list prices, before discounts, money, at least 0.

    Returns
    -------
    float or column, as given
        In [0, 1]; ``nan`` where nothing was sold.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number lies outside its range or is infinite, a part exceeds its whole, or columns differ in length or
        index.

    Examples
    --------
    >>> price_discount_rate(discounts=80, list_sales=1000)
    0.08
    """
    return ratio(discounts, list_sales)


@kpi(
    name=Label("Refund rate", "退款率"),
    group="revenue",
    unit="share",
    direction="lower",
    definition=Label("Refunds of the sales of the period / these sales", "期间内销售发生的退款 ÷ 该期间销售总额"),
    source="Our convention",
    inputs=(part("refunds", of="gross_sales", kind="money"), money("gross_sales", low=0.0)),
    example=Example({"refunds": 25, "gross_sales": 1000}, 0.025),
)
def refund_rate(*, refunds: Numbers, gross_sales: Numbers) -> Numbers:
    r"""Share of the money of a period's sales that was given back.

    .. math:: r = \text{refunds} / \text{gross sales}

    Parameters
    ----------
    refunds : float or array-like of float
        Money given back on these sales, whenever it was. Between 0 and ``gross_sales``.
    gross_sales : float or array-like of float
        Sales before refunds, money, at least 0.

    Returns
    -------
    float or column, as given
        In [0, 1]; ``nan`` where nothing was sold. Refunds of recent sales may still come.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number lies outside its range or is infinite, a part exceeds its whole, or columns differ in length or
        index.

    Examples
    --------
    >>> refund_rate(refunds=25, gross_sales=1000)
    0.025
    """
    return ratio(refunds, gross_sales)
