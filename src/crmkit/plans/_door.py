"""From any plan to a checked one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

import narwhals.stable.v2 as nw

from crmkit._checks import check_option
from crmkit._frames import FrameT
from crmkit._reading import Invalid, Rows, made_table
from crmkit.plans._read import (
    ACTUAL,
    DONE,
    DUE,
    HIGH,
    HIGHER,
    ITEM,
    KIND,
    LOW,
    OWNER,
    TARGET,
    WEIGHT,
    read_plan,
)

__all__ = ["as_plan"]

_ANY_DAY: Final = datetime(2000, 1, 1)


def as_plan(
    plan: FrameT,
    *,
    item: str = "item",
    kind: str = "kind",
    kinds: Mapping[str, str] | None = None,
    owner: str | None = None,
    due: str | None = None,
    done: str | None = None,
    target: str | None = None,
    target_low: str | None = None,
    target_high: str | None = None,
    actual: str | None = None,
    weight: str | None = None,
    higher_is_better: str | None = None,
    date_format: str | None = None,
    keep: Sequence[str] = (),
    invalid: Invalid = "raise",
) -> FrameT:
    """Turn a plan into a checked one: tasks, resources, budgets, risks and scores of satisfaction, with their targets.

    A task and a risk have a due date, and a date on which they were done or closed. A resource has its hours available
    as target and those used as actual value; a budget the money granted and spent; satisfaction a score aimed at and
    reached.

    Parameters
    ----------
    plan : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        One row per item. It is not changed.
    item : str, default "item"
        Column of items.
    kind : str, default "kind"
        Column of kinds: "task", "resource", "budget", "risk" or "satisfaction", or their names in English or Chinese.
    kinds : mapping of str to str, optional
        Further words for kinds, such as ``{"milestone": "task"}``.
    owner : str, optional
        Column of those in charge.
    due : str, optional
        Column of due dates, the last day included: typed, or in memory ISO text, or text in ``date_format``.
    done : str, optional
        Column of the days on which tasks were done and risks closed; missing while they are open.
    target : str, optional
        Column of targets.
    target_low, target_high : str, optional
        Columns of the lowest and the highest good actual value, where there is a band.
    actual : str, optional
        Column of actual values; missing while not known.
    weight : str, optional
        Column of weights, 0 or more. Without it all weigh 1.
    higher_is_better : str, optional
        Column that says whether more than the target is better: booleans, or 1 and 0. Without it more is better.
    date_format : str, optional
        How text dates are written, as in `datetime.strptime`.
    keep : sequence of str, default ()
        Further columns to carry along, such as department.
    invalid : {"raise", "drop"}, default "raise"
        What to do with rows that cannot be used; `rejected_plan` returns the rows that "drop" leaves out.

    Returns
    -------
    the kind of frame given
        ``item``, ``kind``, ``owner``, ``due``, ``done``, ``target``, ``target_low``, ``target_high``, ``actual``,
        ``weight``, ``higher_is_better``, then the columns of ``keep``. What is not named is missing; ``weight`` is then
        1 and ``higher_is_better`` true. In memory the rows keep their order, and on pandas their index.

    Raises
    ------
    SchemaError
        If a column is missing, doubled or of a type that cannot be used, if rows cannot be used and ``invalid`` is
        "raise", if no row is left, or if a column of ``keep`` is missing or has a name of the table's own.
    TypeError
        If ``plan`` is not a frame, or ``keep`` is text.
    ValueError
        If an option is not one of those described.

    See Also
    --------
    audit_plan : Where every row went.
    crmkit.metrics.execution_kpis : How the plan is kept.

    Examples
    --------
    >>> import pandas as pd
    >>> plan = pd.DataFrame({
    ...     "item": ["call key accounts", "travel"], "kind": ["任务", "预算"], "due": ["2024-03-31", None],
    ...     "done": ["2024-03-28", None], "budget": [None, 5000.0], "spent": [None, 4800.0],
    ... })
    >>> checked = as_plan(plan, due="due", done="done", target="budget", actual="spent")
    >>> checked[["item", "kind", "due", "target", "actual"]]
                    item    kind        due  target  actual
    0  call key accounts    task 2024-03-31     NaN     NaN
    1             travel  budget        NaT  5000.0  4800.0
    """
    check_option(invalid, ("raise", "drop"), name="invalid")
    rows = read_plan(
        plan,
        item=item,
        kind=kind,
        kinds=kinds,
        owner=owner,
        due=due,
        done=done,
        target=target,
        target_low=target_low,
        target_high=target_high,
        actual=actual,
        weight=weight,
        higher_is_better=higher_is_better,
        date_format=date_format,
        keep=keep,
    )
    return made_table(rows, _columns(rows), keep=keep, invalid=invalid, key=ITEM, like=plan)


def _columns(rows: Rows) -> dict[str, nw.Expr]:
    """The table's own columns; those that were not named are missing, in the type they have otherwise."""
    here, never = rows.sources, nw.col(KIND) == ""
    nothing = {
        "text": nw.when(never).then(nw.lit("")),
        "day": nw.when(never).then(nw.lit(_ANY_DAY)).cast(nw.Datetime("us")),
        "number": nw.when(never).then(nw.lit(0.0)),
    }
    open_columns = {
        "owner": (OWNER, "text"),
        "due": (DUE, "day"),
        "done": (DONE, "day"),
        "target": (TARGET, "number"),
        "target_low": (LOW, "number"),
        "target_high": (HIGH, "number"),
        "actual": (ACTUAL, "number"),
    }
    return {
        "item": nw.col(ITEM),
        "kind": nw.col(KIND),
        **{name: nw.col(own) if own in here else nothing[kind] for name, (own, kind) in open_columns.items()},
        "weight": nw.col(WEIGHT) if WEIGHT in here else nw.lit(1.0),
        "higher_is_better": nw.col(HIGHER) == 1 if HIGHER in here else ~never,
    }
