"""How plans are kept: tasks, resources, risks, visits, data."""

from __future__ import annotations

from typing import Literal, TypeAlias

from crmkit._kpi import Example, Variant, count, kpi, part, ratio
from crmkit._names import Label
from crmkit._stats import Numbers

__all__ = [
    "data_completeness",
    "on_time_rate",
    "resource_utilisation",
    "risk_control_rate",
    "task_completion_rate",
    "visit_coverage",
]

OnTimeBase: TypeAlias = Literal["done", "due"]


@kpi(
    name=Label("Task completion rate", "任务完成率"),
    group="execution",
    unit="share",
    direction="higher",
    definition=Label("Tasks done / tasks due in the period", "完成的任务 ÷ 期间内到期的任务"),
    source="Our convention",
    inputs=(
        part("tasks_done", of="tasks_due"),
        count("tasks_due"),
    ),
    example=Example({"tasks_done": 18, "tasks_due": 20}, 0.9),
)
def task_completion_rate(*, tasks_done: Numbers, tasks_due: Numbers) -> Numbers:
    r"""Share of the tasks due in a period that were done.

    .. math:: r = \text{tasks done} / \text{tasks due}

    Parameters
    ----------
    tasks_done : float or array-like of float
        Tasks among those due that were done, in time or late. Between 0 and ``tasks_due``.
    tasks_due : float or array-like of float
        Tasks due in the period, at least 0; cancelled ones are not due.

    Returns
    -------
    float or column, as given
        In [0, 1]; ``nan`` where nothing was due.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number is below zero or infinite, a part exceeds its whole, or columns differ in length or index.

    Examples
    --------
    >>> task_completion_rate(tasks_done=18, tasks_due=20)
    0.9
    """
    return ratio(tasks_done, tasks_due)


@kpi(
    name=Label("On-time rate", "按时完成率"),
    group="execution",
    unit="share",
    direction="higher",
    definition=Label(
        "Tasks done by their due date / tasks done, or tasks due", "按时完成的任务 ÷ 完成的任务或到期的任务"
    ),
    source="Our convention",
    inputs=(
        part("tasks_on_time", of=("tasks_done", "tasks_due")),
        count("tasks_done", optional=True),
        count("tasks_due", optional=True),
    ),
    option="base",
    variants=(
        Variant(
            "done",
            Label("of tasks done", "按已完成任务"),
            Label("of the tasks done", "以完成的任务为分母"),
            ("tasks_on_time", "tasks_done"),
            Example({"tasks_on_time": 15, "tasks_done": 18, "base": "done"}, 0.8333333333333334),
        ),
        Variant(
            "due",
            Label("of tasks due", "按到期任务"),
            Label("of the tasks due", "以到期的任务为分母"),
            ("tasks_on_time", "tasks_due"),
            Example({"tasks_on_time": 15, "tasks_due": 20, "base": "due"}, 0.75),
        ),
    ),
)
def on_time_rate(
    *, tasks_on_time: Numbers, base: OnTimeBase, tasks_done: Numbers | None = None, tasks_due: Numbers | None = None
) -> Numbers:
    r"""Share of tasks done by their due date.

    .. math:: r = \text{tasks on time} / \text{base}

    Parameters
    ----------
    tasks_on_time : float or array-like of float
        Tasks done by their due date. At most the base.
    base : {"done", "due"}
        What is divided by: with "done", tasks never done do not count against it.
    tasks_done : float or array-like of float, optional
        Tasks done, in time or late. Required by "done".
    tasks_due : float or array-like of float, optional
        Tasks due in the period. Required by "due".

    Returns
    -------
    float or column, as given
        In [0, 1]; ``nan`` where the base is empty.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number is below zero or infinite, a part exceeds its whole, or columns differ in length or index, or the
        inputs do not go with ``base``.

    Examples
    --------
    >>> round(on_time_rate(tasks_on_time=15, tasks_done=18, base="done"), 6)
    0.833333
    >>> round(on_time_rate(tasks_on_time=15, tasks_due=20, base="due"), 6)
    0.75
    """
    return ratio(tasks_on_time, tasks_done if base == "done" else tasks_due)


@kpi(
    name=Label("Resource utilisation", "资源利用率"),
    group="execution",
    unit="rate",
    direction="band",
    definition=Label("Hours used / hours available", "已用工时 ÷ 可用工时"),
    source="Our convention",
    inputs=(
        count("hours_used"),
        count("hours_available"),
    ),
    example=Example({"hours_used": 152, "hours_available": 160}, 0.95),
)
def resource_utilisation(*, hours_used: Numbers, hours_available: Numbers) -> Numbers:
    r"""Hours used of those available.

    Above 1 is overtime. Neither idle nor overworked is good, so each company sets a band.

    .. math:: r = \text{hours used} / \text{hours available}

    Parameters
    ----------
    hours_used : float or array-like of float
        Hours used, at least 0.
    hours_available : float or array-like of float
        Hours available, at least 0.

    Returns
    -------
    float or column, as given
        At least 0; ``nan`` where no hours are available.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number is below zero or infinite, a part exceeds its whole, or columns differ in length or index.

    Examples
    --------
    >>> resource_utilisation(hours_used=152, hours_available=160)
    0.95
    """
    return ratio(hours_used, hours_available)


@kpi(
    name=Label("Risk control rate", "风险控制率"),
    group="execution",
    unit="share",
    direction="higher",
    definition=Label("Risks closed by their due date / risks due in the period", "按期关闭的风险 ÷ 期间内到期的风险"),
    source="Our convention",
    inputs=(
        part("risks_closed_in_time", of="risks_due"),
        count("risks_due"),
    ),
    example=Example({"risks_closed_in_time": 45, "risks_due": 50}, 0.9),
)
def risk_control_rate(*, risks_closed_in_time: Numbers, risks_due: Numbers) -> Numbers:
    r"""Share of the risks to be closed in a period that were closed by their due date.

    .. math:: r = \text{risks closed in time} / \text{risks due}

    Parameters
    ----------
    risks_closed_in_time : float or array-like of float
        Risks closed by their due date. Between 0 and ``risks_due``.
    risks_due : float or array-like of float
        Risks to be closed in the period, at least 0.

    Returns
    -------
    float or column, as given
        In [0, 1]; ``nan`` where no risk was due.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number is below zero or infinite, a part exceeds its whole, or columns differ in length or index.

    Examples
    --------
    >>> risk_control_rate(risks_closed_in_time=45, risks_due=50)
    0.9
    """
    return ratio(risks_closed_in_time, risks_due)


@kpi(
    name=Label("Customer visit coverage", "客户拜访覆盖率"),
    group="execution",
    unit="share",
    direction="higher",
    definition=Label("Customers visited / customers to visit", "已拜访的客户 ÷ 计划拜访的客户"),
    source="Our convention",
    inputs=(
        part("customers_visited", of="customers_to_visit"),
        count("customers_to_visit"),
    ),
    example=Example({"customers_visited": 45, "customers_to_visit": 50}, 0.9),
)
def visit_coverage(*, customers_visited: Numbers, customers_to_visit: Numbers) -> Numbers:
    r"""Share of the customers to be visited who were.

    .. math:: r = \text{customers visited} / \text{customers to visit}

    Parameters
    ----------
    customers_visited : float or array-like of float
        Customers among them who were visited. Between 0 and ``customers_to_visit``.
    customers_to_visit : float or array-like of float
        Customers to be visited in the period, at least 0.

    Returns
    -------
    float or column, as given
        In [0, 1]; ``nan`` where nobody was to be visited.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number is below zero or infinite, a part exceeds its whole, or columns differ in length or index.

    Examples
    --------
    >>> visit_coverage(customers_visited=45, customers_to_visit=50)
    0.9
    """
    return ratio(customers_visited, customers_to_visit)


@kpi(
    name=Label("Completeness of customer data", "客户资料完整率"),
    group="execution",
    unit="share",
    direction="higher",
    definition=Label("Required fields filled in / required fields", "已填写的必填项 ÷ 必填项"),
    source="Our convention",
    inputs=(
        part("fields_filled", of="fields_required"),
        count("fields_required"),
    ),
    example=Example({"fields_filled": 92, "fields_required": 100}, 0.92),
)
def data_completeness(*, fields_filled: Numbers, fields_required: Numbers) -> Numbers:
    r"""Share of the required fields of customer data that are filled in.

    .. math:: r = \text{fields filled} / \text{fields required}

    Parameters
    ----------
    fields_filled : float or array-like of float
        Required fields filled in; a default value is none. Between 0 and ``fields_required``.
    fields_required : float or array-like of float
        Required fields: those of a customer times the customers, at least 0.

    Returns
    -------
    float or column, as given
        In [0, 1]; ``nan`` where no field is required.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number is below zero or infinite, a part exceeds its whole, or columns differ in length or index.

    Examples
    --------
    >>> data_completeness(fields_filled=92, fields_required=100)
    0.92
    """
    return ratio(fields_filled, fields_required)
