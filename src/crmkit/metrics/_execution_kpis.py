"""How a plan is kept: tasks, resources, budgets, risks and scores, for each group and for the whole."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from crmkit._checks import Day, as_day, check_fraction
from crmkit._frames import FrameT, from_pandas, to_pandas
from crmkit._grouping import beside_labels, check_labels, label_name, labels_of
from crmkit._kpi import KPI_COLUMNS, Kpi, KpiRow, as_it_is, attainment, divided, long_form, tells
from crmkit._messages import Message
from crmkit._names import Label
from crmkit._tables import PLAN, open_table
from crmkit.metrics._budgets import budget_execution_rate, budget_surplus_rate
from crmkit.metrics._execution import (
    on_time_rate,
    resource_utilisation,
    risk_control_rate,
    task_completion_rate,
)
from crmkit.metrics._plan_limits import limits_of

__all__ = ["execution_kpis"]

_TAKEN: Final = ("scope", *KPI_COLUMNS)
_NEEDED: Final = (
    *("kind", "due", "done", "target", "target_low", "target_high", "actual", "weight", "higher_is_better"),
)

_ENDS_EARLY: Final = Message(
    en="{@as_of} must not lie before {@start}, got {as_of:%Y-%m-%d} and {start:%Y-%m-%d}.",
    zh="{@as_of} 不得早于 {@start}，得到 {as_of:%Y-%m-%d} 与 {start:%Y-%m-%d}。",
)
_NAME_TAKEN: Final = Message(
    en="{@by} is {name!r}, which the result has too. Rename it.", zh="{@by} 为 {name!r}，与结果表的列重名，请改名。"
)


@tells(
    Kpi(
        code="satisfaction_attainment",
        name=Label("Attainment of satisfaction targets", "客户满意度目标完成率"),
        group="execution",
        unit="rate",
        direction="higher",
        definition=Label(
            "Mean attainment of the targets or bands of satisfaction by weight, of the scores that are known",
            "已知得分的满意度目标（或区间）完成率按权重的平均",
        ),
        source="Our convention",
        function="crmkit.metrics.execution_kpis",
        aggregation="none",
    )
)
def execution_kpis(
    plan: FrameT, *, as_of: Day, start: Day | None = None, by: str | None = None, level: float = 0.95
) -> FrameT:
    """Compute the execution KPIs of a plan.

    `kpi_catalogue` defines them. Tasks and risks count from their due date; a task done after ``as_of`` is not done.

    Parameters
    ----------
    plan : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.as_plan` makes it.
    as_of : date or ISO text
        The last day that counts; what is due later is left out.
    start : date or ISO text, optional
        Tasks and risks due before this day are left out.
    by : str, optional
        Column of labels, such as ``owner`` or a column kept at the door. A missing label makes a group of its own.
    level : float, default 0.95
        Confidence of the intervals, between 0 and 1.

    Returns
    -------
    the kind of frame given
        One row per group and KPI. With ``by``, that column and ``scope``: "group", "no label" where the label is
        missing, "all" for the whole, whose rows are last. ``kpi``: "task_completion_rate", "on_time_rate[due]",
        "on_time_rate[done]", "resource_utilisation", "budget_execution_rate", "budget_surplus_rate",
        "risk_control_rate", "satisfaction_attainment". ``value``; ``numerator``, ``denominator``; ``n``, the items it
        rests on; ``lower``, ``upper``: Wilson's interval for shares of tasks and risks.

        A KPI is missing where no such item is due, or no actual value is known. Resources and budgets count where their
        actual value is known, from sums of targets and actual values.

    Raises
    ------
    SchemaError
        If a column is missing or does not hold what it should.
    TypeError
        If ``plan`` is not a frame, or ``by`` not the name of one column.
    ValueError
        If a day is not a date, ``as_of`` lies before ``start``, ``by`` is a column of the result, or ``level`` does not
        lie between 0 and 1.

    See Also
    --------
    execution_scorecard : The plan item by item, and scores by weight.

    Examples
    --------
    >>> from crmkit import as_plan, make_plan
    >>> plan = as_plan(
    ...     make_plan(n_items=200, random_state=1).plan,
    ...     owner="owner", due="due", done="done", target="target", actual="actual",
    ... )
    >>> table = execution_kpis(plan, as_of="2024-06-30")
    >>> table[["kpi", "value", "n", "lower", "upper"]].round(3)
                           kpi  value     n  lower  upper
    0     task_completion_rate  0.918  49.0  0.808  0.968
    1        on_time_rate[due]  0.714  49.0  0.576  0.822
    2       on_time_rate[done]  0.778  45.0  0.637  0.875
    3     resource_utilisation  0.936  30.0    NaN    NaN
    4    budget_execution_rate  0.990  30.0    NaN    NaN
    5      budget_surplus_rate  0.010  30.0    NaN    NaN
    6        risk_control_rate  0.455  11.0  0.213  0.720
    7  satisfaction_attainment  0.995  20.0    NaN    NaN
    """
    last_day = as_day(as_of, name="as_of")
    first_day = None if start is None else as_day(start, name="start")
    if first_day is not None and last_day < first_day:
        raise ValueError(_ENDS_EARLY(start=first_day, as_of=last_day))
    check_fraction(level, name="level")
    label = None if by is None else label_name(by)
    if label in _TAKEN:
        raise ValueError(_NAME_TAKEN(name=by))
    rows = open_table(plan, PLAN, columns=_NEEDED, also=[] if label is None else [label])
    check_labels(rows, [] if label is None else [label], table="plan")
    columns = dict.fromkeys([*_NEEDED, *([] if label is None else [label])])
    items = to_pandas(rows.select(*(nw.col(name) for name in columns)))
    whole = _kpis(items, last_day=last_day, first_day=first_day, level=level)
    if label is None:
        return from_pandas(whole, like=plan)
    found = labels_of(items, [label])
    groups = [
        _kpis(group, last_day=last_day, first_day=first_day, level=level) for _, group in items.groupby(found.codes)
    ]
    table = pd.concat([*groups, whole], ignore_index=True)
    return from_pandas(beside_labels(table, *found.with_whole()), like=plan)


def _kpis(items: pd.DataFrame, *, last_day: datetime, first_day: datetime | None, level: float) -> pd.DataFrame:
    due = items["due"] <= last_day
    if first_day is not None:
        due &= items["due"] >= first_day
    done = items["done"] <= last_day
    in_time = done & (items["done"] <= items["due"])
    tasks, risks = (due & (items["kind"] == kind) for kind in ("task", "risk"))
    n_tasks, n_done, n_in_time = (int((tasks & each).sum()) for each in (due, done, in_time))
    n_risks, n_closed = int(risks.sum()), int((risks & in_time).sum())
    of_due = divided(on_time_rate, tasks_on_time=n_in_time, tasks_due=n_tasks, base="due", n=n_tasks, level=level)
    of_done = divided(on_time_rate, tasks_on_time=n_in_time, tasks_done=n_done, base="done", n=n_done, level=level)
    rows = [
        divided(task_completion_rate, tasks_done=n_done, tasks_due=n_tasks, n=n_tasks, level=level),
        of_due,
        of_done,
        _of_sums(items, "resource", resource_utilisation, ("hours_used", "hours_available"), level=level),
        _of_sums(items, "budget", budget_execution_rate, ("spent", "budget"), level=level),
        _of_sums(items, "budget", budget_surplus_rate, ("spent", "budget"), level=level),
        divided(risk_control_rate, risks_closed_in_time=n_closed, risks_due=n_risks, n=n_risks, level=level),
        _satisfaction(items),
    ]
    return long_form(rows)


def _of_sums(items: pd.DataFrame, kind: str, function: object, names: tuple[str, str], *, level: float) -> KpiRow:
    """The KPI of the items of a kind whose actual value and target are known."""
    known = items[(items["kind"] == kind) & items["actual"].notna() & items["target"].notna()]
    with np.errstate(over="ignore"):
        actual, target = float(known["actual"].sum()), float(known["target"].sum())
    return divided(function, **dict(zip(names, (actual, target), strict=True)), n=len(known), level=level)


def _satisfaction(items: pd.DataFrame) -> KpiRow:
    """The mean attainment of the targets by weight."""
    scores = items[items["kind"] == "satisfaction"]
    reached, weight = attainment(scores["actual"], *limits_of(scores)), scores["weight"].to_numpy(dtype=float)
    known = ~np.isnan(reached)
    total = weight[known].sum()
    value = float((reached[known] * weight[known]).sum() / total) if total > 0 else np.nan
    return as_it_is("satisfaction_attainment", value, n=float(known.sum()))
