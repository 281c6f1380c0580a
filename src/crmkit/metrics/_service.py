"""How service does: complaints, limits kept, first contact, reopenings, escalations, time to resolution."""

from __future__ import annotations

from typing import Literal, TypeAlias

from crmkit._kpi import Example, Variant, count, kpi, part, ratio
from crmkit._names import Label
from crmkit._stats import Numbers

__all__ = [
    "average_resolution_time",
    "complaint_rate",
    "complaint_resolution_rate",
    "complaint_timeliness",
    "escalation_rate",
    "first_contact_resolution",
    "reopen_rate",
    "sla_attainment",
]

ComplaintBase: TypeAlias = Literal["customers", "orders"]


@kpi(
    name=Label("Complaint rate", "投诉率"),
    group="service",
    unit="rate",
    direction="lower",
    definition=Label(
        "Customers who complained / customers, or complaints / orders", "投诉客户 ÷ 客户数，或投诉 ÷ 订单数"
    ),
    source="Our convention",
    inputs=(
        part("complaining_customers", of="customers"),
        count("customers"),
        count("complaints"),
        count("orders"),
    ),
    option="base",
    variants=(
        Variant(
            "customers",
            Label("of customers", "按客户"),
            Label("of the customers, each counted once", "以客户为分母，每人只计一次"),
            ("complaining_customers", "customers"),
            Example({"complaining_customers": 5, "customers": 1000, "base": "customers"}, 0.005),
            is_share=True,
        ),
        Variant(
            "orders",
            Label("per order", "按订单"),
            Label("per order, each complaint counted", "以订单为分母，逐件计投诉"),
            ("complaints", "orders"),
            Example({"complaints": 30, "orders": 6000, "base": "orders"}, 0.005),
        ),
    ),
    counts_events=True,
)
def complaint_rate(
    *,
    base: ComplaintBase,
    complaining_customers: Numbers | None = None,
    customers: Numbers | None = None,
    complaints: Numbers | None = None,
    orders: Numbers | None = None,
) -> Numbers:
    r"""How many customers complain, or how many orders lead to a complaint.

    .. math:: c_\text{customers} = \text{customers who complained} / \text{customers}, \qquad
              c_\text{orders} = \text{complaints} / \text{orders}

    Parameters
    ----------
    base : {"customers", "orders"}
        Whether customers or complaints are counted. One customer can complain several times.
    complaining_customers : float or array-like of float, optional
        Customers with at least one complaint, between 0 and ``customers``; goes with "customers".
    customers : float or array-like of float, optional
        Customers of the period, at least 0; goes with "customers".
    complaints : float or array-like of float, optional
        Complaints received in the period, at least 0; goes with "orders".
    orders : float or array-like of float, optional
        Orders of the period, at least 0; goes with "orders".

    Returns
    -------
    float or column, as given
        At least 0, and at most 1 of customers; ``nan`` where the base is empty.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number lies outside its range or is infinite, an input does not fit ``base``, or columns differ in length
        or index.

    Examples
    --------
    >>> complaint_rate(complaining_customers=5, customers=1000, base='customers')
    0.005
    >>> complaint_rate(complaints=30, orders=6000, base='orders')
    0.005
    """
    return ratio(complaining_customers, customers) if base == "customers" else ratio(complaints, orders)


@kpi(
    name=Label("Complaint resolution rate", "投诉解决率"),
    group="service",
    unit="share",
    direction="higher",
    definition=Label(
        "Complaints received in the period that are resolved / complaints received",
        "期间内受理的投诉中已解决的 ÷ 期间内受理的投诉",
    ),
    source="Our convention",
    inputs=(part("complaints_resolved", of="complaints"), count("complaints")),
    example=Example({"complaints_resolved": 45, "complaints": 50}, 0.9),
)
def complaint_resolution_rate(*, complaints_resolved: Numbers, complaints: Numbers) -> Numbers:
    r"""Share of the complaints of a period that are resolved.

    .. math:: r = \text{resolved} / \text{received}

    Parameters
    ----------
    complaints_resolved : float or array-like of float
        Those of ``complaints`` that are resolved, whenever that was; complaints of earlier periods do not count.
        Between 0 and ``complaints``.
    complaints : float or array-like of float
        Complaints received in the period, at least 0.

    Returns
    -------
    float or column, as given
        In [0, 1]; ``nan`` where there were none.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number lies outside its range or is infinite, or the part exceeds the whole.

    Examples
    --------
    >>> complaint_resolution_rate(complaints_resolved=45, complaints=50)
    0.9
    """
    return ratio(complaints_resolved, complaints)


@kpi(
    name=Label("Complaint timeliness", "投诉处理及时率"),
    group="service",
    unit="share",
    direction="higher",
    definition=Label("Complaints dealt with in time / complaints received", "及时处理的投诉 ÷ 受理的投诉"),
    source="Our convention",
    inputs=(part("complaints_on_time", of="complaints"), count("complaints")),
    example=Example({"complaints_on_time": 48, "complaints": 50}, 0.96),
)
def complaint_timeliness(*, complaints_on_time: Numbers, complaints: Numbers) -> Numbers:
    r"""Share of the complaints that were dealt with in time.

    .. math:: t = \text{in time} / \text{received}

    Parameters
    ----------
    complaints_on_time : float or array-like of float
        Complaints answered within the limit, such as two working days. Between 0 and ``complaints``.
    complaints : float or array-like of float
        Complaints whose limit is past, at least 0; those that are still pending among them were not in time.

    Returns
    -------
    float or column, as given
        In [0, 1]; ``nan`` where there were none.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number lies outside its range or is infinite, or the part exceeds the whole.

    Examples
    --------
    >>> complaint_timeliness(complaints_on_time=48, complaints=50)
    0.96
    """
    return ratio(complaints_on_time, complaints)


@kpi(
    name=Label("SLA attainment", "SLA达成率"),
    group="service",
    unit="share",
    direction="higher",
    definition=Label(
        "Tickets resolved within their limit / tickets whose limit is past", "时限内解决的工单 ÷ 时限已过的工单"
    ),
    source="Our convention",
    inputs=(part("tickets_within_sla", of="tickets"), count("tickets")),
    example=Example({"tickets_within_sla": 94, "tickets": 100}, 0.94),
)
def sla_attainment(*, tickets_within_sla: Numbers, tickets: Numbers) -> Numbers:
    r"""Share of the tickets that were resolved within the limit agreed.

    .. math:: a = \text{within the limit} / \text{tickets}

    Parameters
    ----------
    tickets_within_sla : float or array-like of float
        Tickets resolved within their limit. Between 0 and ``tickets``.
    tickets : float or array-like of float
        Tickets, at least 0; one that is still pending after its limit has missed it, one before it is not counted.

    Returns
    -------
    float or column, as given
        In [0, 1]; ``nan`` where there were none.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number lies outside its range or is infinite, or the part exceeds the whole.

    Examples
    --------
    >>> sla_attainment(tickets_within_sla=94, tickets=100)
    0.94
    """
    return ratio(tickets_within_sla, tickets)


@kpi(
    name=Label("First contact resolution", "首次解决率"),
    group="service",
    unit="share",
    direction="higher",
    definition=Label("Tickets resolved at the first contact / tickets resolved", "首次联系即解决的工单 ÷ 已解决的工单"),
    source="Our convention",
    inputs=(part("tickets_first_contact", of="tickets_resolved"), count("tickets_resolved")),
    example=Example({"tickets_first_contact": 140, "tickets_resolved": 200}, 0.7),
)
def first_contact_resolution(*, tickets_first_contact: Numbers, tickets_resolved: Numbers) -> Numbers:
    r"""Share of the resolved tickets that took one contact.

    .. math:: f = \text{resolved at the first contact} / \text{resolved}

    Parameters
    ----------
    tickets_first_contact : float or array-like of float
        Tickets that were resolved at the first contact and not reopened. Between 0 and ``tickets_resolved``.
    tickets_resolved : float or array-like of float
        Tickets resolved, at least 0.

    Returns
    -------
    float or column, as given
        In [0, 1]; ``nan`` where none was resolved.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number lies outside its range or is infinite, or the part exceeds the whole.

    Examples
    --------
    >>> first_contact_resolution(tickets_first_contact=140, tickets_resolved=200)
    0.7
    """
    return ratio(tickets_first_contact, tickets_resolved)


@kpi(
    name=Label("Reopen rate", "重开率"),
    group="service",
    unit="rate",
    direction="lower",
    definition=Label("Tickets reopened / tickets resolved", "重开的工单 ÷ 已解决的工单"),
    source="Our convention",
    inputs=(count("tickets_reopened"), count("tickets_resolved")),
    example=Example({"tickets_reopened": 3, "tickets_resolved": 60}, 0.05),
    counts_events=True,
)
def reopen_rate(*, tickets_reopened: Numbers, tickets_resolved: Numbers) -> Numbers:
    r"""Tickets that were reopened, per ticket resolved.

    .. math:: r = \text{reopened} / \text{resolved}

    Parameters
    ----------
    tickets_reopened : float or array-like of float
        Tickets reopened, at least 0. Of the same tickets they are part of ``tickets_resolved``; of a period, those
        resolved before it can be among them.
    tickets_resolved : float or array-like of float
        Tickets resolved, at least 0.

    Returns
    -------
    float or column, as given
        At least 0; above 1 if tickets of earlier periods are reopened and few are resolved; ``nan`` where none was
        resolved.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number lies outside its range or is infinite.

    Examples
    --------
    >>> reopen_rate(tickets_reopened=3, tickets_resolved=60)
    0.05
    """
    return ratio(tickets_reopened, tickets_resolved)


@kpi(
    name=Label("Escalation rate", "升级率"),
    group="service",
    unit="share",
    direction="lower",
    definition=Label("Tickets passed to a higher level / tickets", "升级处理的工单 ÷ 全部工单"),
    source="Our convention",
    inputs=(part("tickets_escalated", of="tickets"), count("tickets")),
    example=Example({"tickets_escalated": 8, "tickets": 200}, 0.04),
)
def escalation_rate(*, tickets_escalated: Numbers, tickets: Numbers) -> Numbers:
    r"""Share of the tickets that were passed to a higher level.

    .. math:: e = \text{escalated} / \text{tickets}

    Parameters
    ----------
    tickets_escalated : float or array-like of float
        Tickets passed to a higher level. Between 0 and ``tickets``.
    tickets : float or array-like of float
        Tickets, at least 0.

    Returns
    -------
    float or column, as given
        In [0, 1]; ``nan`` where there were none.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number lies outside its range or is infinite, or the part exceeds the whole.

    Examples
    --------
    >>> escalation_rate(tickets_escalated=8, tickets=200)
    0.04
    """
    return ratio(tickets_escalated, tickets)


@kpi(
    name=Label("Average resolution time", "平均解决时长"),
    group="service",
    unit="hours",
    direction="lower",
    definition=Label(
        "Hours from creation to resolution of the tickets resolved / tickets resolved",
        "已解决工单从创建到解决的总小时数 ÷ 已解决的工单",
    ),
    source="Our convention",
    inputs=(count("resolution_hours"), count("tickets_resolved")),
    example=Example({"resolution_hours": 12, "tickets_resolved": 2}, 6.0),
)
def average_resolution_time(*, resolution_hours: Numbers, tickets_resolved: Numbers) -> Numbers:
    r"""Mean hours from creation to resolution.

    .. math:: \bar t = \sum (\text{resolved} - \text{created}) / \text{tickets resolved}

    Parameters
    ----------
    resolution_hours : float or array-like of float
        Hours from creation to resolution, added up over the tickets resolved; at least 0.
    tickets_resolved : float or array-like of float
        Tickets resolved, at least 0. While others are open the mean is too low, as those that take long are missing:
        `crmkit.metrics.service_kpis` estimates the median of all.

    Returns
    -------
    float or column, as given
        Hours, at least 0; ``nan`` where none was resolved.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number lies outside its range or is infinite.

    Examples
    --------
    >>> average_resolution_time(resolution_hours=12, tickets_resolved=2)
    6.0
    """
    return ratio(resolution_hours, tickets_resolved)
