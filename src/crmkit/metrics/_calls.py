"""Service by telephone: waiting, handling, cost, calls given up."""

from __future__ import annotations

from crmkit._kpi import Example, count, kpi, money, part, ratio
from crmkit._names import Label
from crmkit._stats import Numbers

__all__ = ["abandonment_rate", "average_handle_time", "average_speed_of_answer", "cost_per_contact"]


@kpi(
    name=Label("Average speed of answer", "平均应答时间"),
    group="service",
    unit="seconds",
    direction="lower",
    definition=Label("Seconds waited by callers who were answered / calls answered", "已接来电的等待秒数 ÷ 已接来电数"),
    source="Our convention",
    inputs=(
        count("wait_seconds"),
        count("calls_answered"),
    ),
    example=Example({"wait_seconds": 600, "calls_answered": 30}, 20),
)
def average_speed_of_answer(*, wait_seconds: Numbers, calls_answered: Numbers) -> Numbers:
    r"""Seconds that callers wait until somebody answers.

    .. math:: t = \text{seconds waited} / \text{calls answered}

    Parameters
    ----------
    wait_seconds : float or array-like of float
        Seconds waited by all callers who were answered; those who gave up do not count.
    calls_answered : float or array-like of float
        Calls answered, at least 0.

    Returns
    -------
    float or column, as given
        Seconds; ``nan`` where no call was answered.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number is below zero or infinite, a part exceeds its whole, or columns differ in length or index.

    Examples
    --------
    >>> average_speed_of_answer(wait_seconds=600, calls_answered=30)
    20.0
    """
    return ratio(wait_seconds, calls_answered)


@kpi(
    name=Label("Average handle time", "平均处理时长"),
    group="service",
    unit="minutes",
    direction="lower",
    definition=Label("Minutes of talk and of work after calls / calls handled", "通话与后续处理分钟数 ÷ 处理的来电数"),
    source="Our convention",
    inputs=(
        count("handling_minutes"),
        count("calls_handled"),
    ),
    example=Example({"handling_minutes": 360, "calls_handled": 60}, 6),
)
def average_handle_time(*, handling_minutes: Numbers, calls_handled: Numbers) -> Numbers:
    r"""Minutes that a call takes, with the work after it.

    .. math:: t = \text{handling minutes} / \text{calls handled}

    Parameters
    ----------
    handling_minutes : float or array-like of float
        Minutes of talk and of work after the calls; a transferred call is one.
    calls_handled : float or array-like of float
        Calls handled, at least 0.

    Returns
    -------
    float or column, as given
        Minutes; ``nan`` where no call was handled.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number is below zero or infinite, a part exceeds its whole, or columns differ in length or index.

    Examples
    --------
    >>> average_handle_time(handling_minutes=360, calls_handled=60)
    6.0
    """
    return ratio(handling_minutes, calls_handled)


@kpi(
    name=Label("Cost per service contact", "单次服务成本"),
    group="service",
    unit="money per contact",
    direction="lower",
    definition=Label("Cost of service / service contacts", "服务成本 ÷ 服务次数"),
    source="Our convention",
    inputs=(
        money("service_cost", low=0.0),
        count("service_contacts"),
    ),
    example=Example({"service_cost": 5000, "service_contacts": 1000}, 5),
)
def cost_per_contact(*, service_cost: Numbers, service_contacts: Numbers) -> Numbers:
    r"""What a service contact costs.

    .. math:: c = \text{service cost} / \text{service contacts}

    Parameters
    ----------
    service_cost : float or array-like of float
        Cost of service, with the fixed part as allocated, at least 0.
    service_contacts : float or array-like of float
        Contacts with customers, at least 0.

    Returns
    -------
    float or column, as given
        Money; ``nan`` where there are no service contacts.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number is below zero or infinite, a part exceeds its whole, or columns differ in length or index.

    Examples
    --------
    >>> cost_per_contact(service_cost=5000, service_contacts=1000)
    5.0
    """
    return ratio(service_cost, service_contacts)


@kpi(
    name=Label("Abandonment rate", "来电放弃率"),
    group="service",
    unit="share",
    direction="lower",
    definition=Label("Calls given up / calls offered", "放弃的来电 ÷ 来电总数"),
    source="Our convention",
    inputs=(
        part("calls_abandoned", of="calls_offered"),
        count("calls_offered"),
    ),
    example=Example({"calls_abandoned": 20, "calls_offered": 400}, 0.05),
)
def abandonment_rate(*, calls_abandoned: Numbers, calls_offered: Numbers) -> Numbers:
    r"""Share of callers who gave up before somebody answered.

    .. math:: r = \text{calls abandoned} / \text{calls offered}

    Parameters
    ----------
    calls_abandoned : float or array-like of float
        Calls given up while waiting; those of a few seconds are usually left out. Between 0 and ``calls_offered``.
    calls_offered : float or array-like of float
        Calls offered, at least 0.

    Returns
    -------
    float or column, as given
        In [0, 1]; ``nan`` where nobody called.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number is below zero or infinite, a part exceeds its whole, or columns differ in length or index.

    Examples
    --------
    >>> abandonment_rate(calls_abandoned=20, calls_offered=400)
    0.05
    """
    return ratio(calls_abandoned, calls_offered)
