"""How budgets and targets are kept."""

from __future__ import annotations

import numpy as np

from crmkit._kpi import Example, attainment, kpi, money, number, ratio
from crmkit._names import Label
from crmkit._stats import Numbers

__all__ = [
    "budget_execution_rate",
    "budget_surplus_rate",
    "target_attainment",
]


@kpi(
    name=Label("Budget execution rate", "费用预算执行率"),
    group="execution",
    unit="rate",
    direction="band",
    definition=Label("Money spent / budget", "实际支出 ÷ 预算"),
    source="Our convention",
    inputs=(
        money("spent", low=0.0),
        money("budget", low=0.0),
    ),
    example=Example({"spent": 95, "budget": 100}, 0.95),
)
def budget_execution_rate(*, spent: Numbers, budget: Numbers) -> Numbers:
    r"""Money spent of that granted.

    Money left over and money overspent are both off plan, so each company sets a band around 1.

    .. math:: r = \text{spent} / \text{budget}

    Parameters
    ----------
    spent : float or array-like of float
        Money spent, at least 0.
    budget : float or array-like of float
        Money granted, at least 0.

    Returns
    -------
    float or column, as given
        At least 0, above 1 where the budget was overspent; ``nan`` where nothing was granted.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number is below zero or infinite, a part exceeds its whole, or columns differ in length or index.

    Examples
    --------
    >>> budget_execution_rate(spent=95, budget=100)
    0.95
    """
    return ratio(spent, budget)


@kpi(
    name=Label("Budget surplus rate", "预算结余率"),
    group="execution",
    unit="rate",
    direction="band",
    definition=Label("(Budget - money spent) / budget", "（预算 − 实际支出）÷ 预算"),
    source="Our convention",
    inputs=(
        money("spent", low=0.0),
        money("budget", low=0.0),
    ),
    example=Example({"spent": 95, "budget": 100}, 0.05),
)
def budget_surplus_rate(*, spent: Numbers, budget: Numbers) -> Numbers:
    r"""Share of a budget that is left.

    .. math:: r = (\text{budget} - \text{spent}) / \text{budget}

    Parameters
    ----------
    spent : float or array-like of float
        Money spent, at least 0.
    budget : float or array-like of float
        Money granted, at least 0.

    Returns
    -------
    float or column, as given
        At most 1, below zero where the budget was overspent; ``nan`` where nothing was granted.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number is below zero or infinite, a part exceeds its whole, or columns differ in length or index.

    Examples
    --------
    >>> budget_surplus_rate(spent=95, budget=100)
    0.05
    """
    return ratio(budget - spent, budget)


@kpi(
    name=Label("Target attainment", "目标完成率"),
    group="execution",
    unit="rate",
    direction="higher",
    definition=Label("1 + (actual value - target) / size of the target", "1 +（实际值 − 目标值）÷ 目标值的绝对值"),
    source="Our convention",
    inputs=(
        number("actual"),
        number("target"),
    ),
    aggregation="none",
    example=Example({"actual": 110, "target": 100}, 1.1),
)
def target_attainment(*, actual: Numbers, target: Numbers) -> Numbers:
    r"""How far a target was reached: 1 at the target.

    Measured by the size of the target, a negative one is read right: a loss of 25 where one of 50 was planned is 1.5.
    For a target above zero it is the actual value divided by the target.

    .. math:: a = 1 + (\text{actual} - \text{target}) / |\text{target}|

    Parameters
    ----------
    actual : float or array-like of float
        What was reached; more is better.
    target : float or array-like of float
        What was to be reached.

    Returns
    -------
    float or column, as given
        1 at the target; ``nan`` at a target of 0.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number is infinite, or columns differ in length or index.

    Examples
    --------
    >>> target_attainment(actual=110, target=100)
    1.1
    """
    return attainment(actual, target, np.nan)
