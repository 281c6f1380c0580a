"""Where every row of a plan went."""

from collections.abc import Mapping

from crmkit._frames import FrameT
from crmkit._reading import audit_table, rejected_rows
from crmkit.plans._read import read_plan

__all__ = ["audit_plan", "rejected_plan"]


def audit_plan(
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
) -> FrameT:
    """Say where every row of a plan goes; a row has one reason, the first that holds.

    Parameters
    ----------
    plan : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        The rows as they would be given to `as_plan`.
    item, kind : str, optional
        As in `as_plan`.
    kinds : mapping of str to str, optional
        As in `as_plan`.
    owner, due, done, target, target_low, target_high, actual, weight, higher_is_better : str, optional
        As in `as_plan`.
    date_format : str, optional
        As in `as_plan`.

    Returns
    -------
    the kind of frame given
        ``reason``: "no_item", "unknown_kind", "unusable_due", "unusable_done", "unusable_target", "no_target",
        "unusable_band", "unusable_actual", "unusable_weight" and "unusable_direction", most only where their column is
        named, which ``invalid="drop"`` leaves out of `as_plan`; "kept"; "given", to which the lines above add up.
        ``n_rows``; ``n_duplicates``, the rows that repeat another one in every column.

    Raises
    ------
    SchemaError
        If a column is missing, doubled or of a type that cannot be used, or if there are no rows.
    TypeError
        If ``plan`` is not a frame.
    ValueError
        If an option is not one of those described.

    Examples
    --------
    >>> import pandas as pd
    >>> plan = pd.DataFrame({"item": ["travel", "fair"], "kind": ["budget", "budget"], "budget": [5000.0, None]})
    >>> audit_plan(plan, target="budget").query("n_rows > 0")
          reason  n_rows  n_duplicates
    4  no_target       1             0
    5       kept       1             0
    6      given       2             0
    """
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
    )
    return audit_table(rows, {}, kept="kept", like=plan)


def rejected_plan(
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
) -> FrameT:
    """Return the rows that ``invalid="drop"`` leaves out of `as_plan`, as they were given.

    Parameters
    ----------
    plan : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        The rows as they would be given to `as_plan`.
    item, kind : str, optional
        As in `as_plan`.
    kinds : mapping of str to str, optional
        As in `as_plan`.
    owner, due, done, target, target_low, target_high, actual, weight, higher_is_better : str, optional
        As in `as_plan`.
    date_format : str, optional
        As in `as_plan`.

    Returns
    -------
    the kind of frame given
        The columns given, then ``rejected_because``, one of the reasons of `audit_plan`. In memory the rows keep their
        order, and on pandas their index. Empty if every row can be used.

    Raises
    ------
    SchemaError
        If a column is missing, doubled or of a type that cannot be used, or if there are no rows.
    TypeError
        If ``plan`` is not a frame.
    ValueError
        If an option is not one of those described.

    Examples
    --------
    >>> import pandas as pd
    >>> plan = pd.DataFrame({"item": ["travel", "fair"], "kind": ["budget", "budget"], "budget": [5000.0, None]})
    >>> rejected_plan(plan, target="budget")
       item    kind  budget rejected_because
    1  fair  budget     NaN        no_target
    """
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
    )
    return rejected_rows(rows, like=plan)
