"""Costs by the minutes that activities take, with the minutes that nobody used."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, get_args

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from crmkit._checks import check_number, check_option
from crmkit._frames import AnyFrame, FrameT, give_table, listed_names, to_pandas, without_nan
from crmkit._grouping import check_labels, label_name
from crmkit._messages import Column, Message, Parameter
from crmkit._tables import check_kind, open_columns
from crmkit.errors import SchemaError
from crmkit.value._faults import (
    INFINITE,
    MEND,
    MISSING,
    Fault,
    amount_faults,
    check_sums,
    is_infinite,
    refuse_faults,
)
from crmkit.value.profit._allocation import Overuse, refuse_overuse
from crmkit.value.profit._decimals import rounded_costs, whole_units
from crmkit.value.profit._rest import beside, with_rest

__all__ = ["time_driven_costs"]

_ALL: Final = "__crmkit_all"
_TAKEN: Final = ("activity", "kind", "quantity", "minutes", "rate", "cost")

_KEY_TAKEN: Final = Message(
    en="{name} is {value!r}, which is a column of the result or of the other columns needed. Rename it.",
    zh="{name} 为 {value!r}，与所需的其他列或结果表的列重名，请改名。",
)
_TWICE: Final = Message(
    en="{@activities} has {twice} more than once. Leave one row of each.",
    zh="{@activities} 中 {twice} 重复出现，请各留一行。",
)
_UNKNOWN: Final = Message(
    en="{where} has {unknown}, which {@activities} does not have. It has {known}.",
    zh="{where}中的 {unknown} 不在 {@activities} 中，后者有 {known}。",
)
_BELOW_TIME: Final = Message(
    en="By its time equation {where} takes less than no time", zh="按时间方程，{where}的用时小于 0"
)
_MEND_TIME: Final = Message(
    en="Mend the minutes of the activity or the terms of these rows.", zh="请修正该作业的分钟数或这些行的各项。"
)
_NOT_ABOVE: Final = Message(en="{name} must be above 0, got {value!r}.", zh="{name} 须大于 0，得到 {value!r}。")
_BELOW: Final = Message(en="{name} must not be below 0, got {value!r}.", zh="{name} 不得小于 0，得到 {value!r}。")


def time_driven_costs(
    activities: Any,
    usage: FrameT,
    *,
    pool_cost: float,
    capacity: float,
    terms: Sequence[str] = (),
    overuse: Overuse = "raise",
    decimals: int | None = None,
    by: str = "customer_id",
) -> FrameT:
    r"""Give the cost of a department to customers by the minutes that they take of it.

    .. math:: \text{cost} = \frac{\text{cost of the department}}{\text{practical capacity}} \times
              n \, (\beta_0 + \sum_i \beta_i x_i)

    The cost of a minute is the cost of the department divided by the minutes that it can work, not by those that it did
    work. Otherwise every customer would look more expensive whenever volume falls; you would drop some, and the rest
    would look more expensive still.

    Parameters
    ----------
    activities : a table of any kind
        A row per activity: ``activity``; ``minutes`` that it takes once; and a column for each of ``terms``, the
        minutes that one unit of the term adds.
    usage : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        What was done for whom: ``by``, ``activity``, ``quantity`` (how many times, at least 0), and a column for each
        of ``terms``, the same for all of these times. Rows without a customer are not allocated.
    pool_cost : float
        What the department costs, at least 0.
    capacity : float
        Minutes that it can work in practice, above 0; about 80 % of those that are paid for.
    terms : sequence of str, default ()
        Terms of the time equation, such as lines of an order, or 1 where goods go abroad.
    overuse : {"raise", "allow"}, default "raise"
        Whether more minutes than the capacity are refused, or shown as ``unused_capacity`` below 0.
    decimals : int, optional
        Round costs to so many decimals (2 for cents) by largest remainders, so that they still add up to ``pool_cost``
        exactly; see `allocate_costs`. By default costs are not rounded.
    by : str, default "customer_id"
        The column of those to whom costs are given.

    Returns
    -------
    the kind of ``usage``
        One row per activity and customer, and one of what is nobody's: ``activity``, missing for unused capacity;
        ``by``; ``kind``, "allocated", "unallocated" or "unused_capacity"; ``quantity``; ``minutes``; ``rate``, the cost
        of doing it once, missing where it was not done; ``cost``. The costs add up to ``pool_cost``. In memory the rows
        are sorted by activity and customer, those that are nobody's last.

    Raises
    ------
    SchemaError
        If a column is missing or does not hold what it should; a number is missing or infinite or a quantity below 0,
        with positions; an activity is there twice or not known; an equation gives less than no time; more minutes are
        used than there are; or ``pool_cost`` has more decimals than ``decimals``.
    TypeError
        If a table is not a frame, ``pool_cost`` or ``capacity`` not a number, or ``decimals`` not a whole number.
    ValueError
        If ``pool_cost`` is below 0, ``capacity`` not above 0, ``overuse`` not one of the two, ``decimals`` not between
        0 and 9, or a column is needed for two things.

    References
    ----------
    .. [1] Kaplan and Anderson (2004), "Time-Driven Activity-Based Costing", *Harvard Business Review* 82(11).

    Examples
    --------
    >>> import pandas as pd
    >>> activities = pd.DataFrame({"activity": ["order", "inquiry", "credit check"], "minutes": [8, 44, 50]})
    >>> usage = pd.DataFrame({
    ...     "customer_id": ["all"] * 3, "activity": ["order", "inquiry", "credit check"],
    ...     "quantity": [49_000, 1_400, 2_500],
    ... })
    >>> costs = time_driven_costs(activities, usage, pool_cost=560_000, capacity=700_000)
    >>> costs[["activity", "kind", "minutes", "rate", "cost"]].round(2)
           activity             kind   minutes  rate      cost
    0  credit check        allocated  125000.0  40.0  100000.0
    1       inquiry        allocated   61600.0  35.2   49280.0
    2         order        allocated  392000.0   6.4  313600.0
    3          None  unused_capacity  121400.0   NaN   97120.0
    """
    key, names = label_name(by), listed_names(terms, name="terms")
    check_option(overuse, get_args(Overuse), name="overuse")
    for name, value in (("by", key), *(("terms", each) for each in names)):
        if value in _TAKEN or (name == "terms" and value == key):
            raise ValueError(_KEY_TAKEN(name=Parameter(name), value=value))
    check_number(pool_cost, name="pool_cost")
    check_number(capacity, name="capacity")
    if pool_cost < 0:
        raise ValueError(_BELOW(name=Parameter("pool_cost"), value=pool_cost))
    if capacity <= 0:
        raise ValueError(_NOT_ABOVE(name=Parameter("capacity"), value=capacity))
    times = _read_activities(activities, names)
    rows = _timed(_read_usage(usage, times, names, key=key), times, names, key=key)
    sums = to_pandas(rows.select(nw.col("minutes").sum()))["minutes"].tolist()
    used = float(sums[0] or 0.0)
    refuse_overuse("capacity", used, capacity, overuse=overuse)
    sides = rows.group_by("activity", key).agg(nw.col("quantity", "minutes").sum())
    cost = nw.col("minutes") / capacity * pool_cost
    found = sides.select(
        nw.col("activity"),
        nw.col(key),
        nw.when(nw.col(key).is_null()).then(nw.lit("unallocated")).otherwise(nw.lit("allocated")).alias("kind"),
        nw.col("quantity"),
        nw.col("minutes"),
        (cost / nw.when(nw.col("quantity") > 0).then(nw.col("quantity"))).alias("rate"),
        cost.alias("cost"),
    )
    left = {"kind": "unused_capacity", "minutes": capacity - used, "cost": pool_cost * (1 - used / capacity)}
    rest = pd.DataFrame({"activity": [None], "quantity": [float("nan")], "rate": [float("nan")], **left})
    table = with_rest(without_nan(found), rest, key=key, sort_by=["activity", key])
    if decimals is not None:
        units = whole_units(np.array([float(pool_cost)]), decimals, where=Parameter("pool_cost"))
        whole = table.with_columns(nw.lit("all").alias(_ALL))
        whole = rounded_costs(whole, {"all": int(units[0])}, decimals=decimals, group=_ALL, order=["activity", key])
        table = whole.drop(_ALL)
    return give_table(table, like=usage)


def _read_activities(activities: Any, terms: Sequence[str]) -> pd.DataFrame:
    """Read the time equations, in columns whose names no usage has."""
    numbers = ["minutes", *terms]
    rows = open_columns(activities, ["activity", *numbers], name="activities", made_by=None)
    for name in numbers:
        check_kind(rows, name, "number", where=Column("activities", name), made_by=None)
    rows = without_nan(rows.select("activity", *numbers))
    faults = [Fault(name, MISSING, nw.col(name).is_null(), MEND) for name in ("activity", *numbers)]
    faults += [Fault(name, INFINITE, is_infinite(name), MEND) for name in numbers]
    refuse_faults(rows, faults, name="activities", known_by="activity")
    table = to_pandas(rows.with_columns(nw.col("activity").cast(nw.String)))
    names = table["activity"].astype(str)
    if twice := sorted(set(names[names.duplicated()])):
        raise SchemaError(_TWICE(twice=twice))
    found = {_of(name): table[name].astype(float) for name in numbers}
    return pd.DataFrame({"activity": names.astype(object), **found})


def _read_usage(usage: Any, times: pd.DataFrame, terms: Sequence[str], *, key: str) -> AnyFrame:
    needed = [key, "activity", "quantity", *terms]
    rows = open_columns(usage, needed, name="usage", made_by=None)
    for name in ("quantity", *terms):
        check_kind(rows, name, "flag", where=Column("usage", name), made_by=None)
    check_labels(rows, [key], table="usage")
    numbers = (nw.col(name).cast(nw.Float64) for name in ("quantity", *terms))
    rows = without_nan(rows.select(nw.col(key), nw.col("activity"), *numbers))
    faults = [Fault(name, MISSING, nw.col(name).is_null(), MEND) for name in ("activity", *terms)]
    faults += [*amount_faults("quantity"), *(Fault(name, INFINITE, is_infinite(name), MEND) for name in terms)]
    refuse_faults(rows, faults, name="usage", known_by=key)
    rows = rows.with_columns(nw.col("activity").cast(nw.String))
    known = times["activity"].tolist()
    named = to_pandas(rows.select("activity").unique())["activity"].tolist()
    if unknown := sorted(set(named) - set(known)):
        raise SchemaError(_UNKNOWN(where=Column("usage", "activity"), unknown=unknown, known=known))
    return rows


def _timed(rows: AnyFrame, times: pd.DataFrame, terms: Sequence[str], *, key: str) -> AnyFrame:
    """How long each row took by the equation of its activity."""
    joined = beside(rows, times, on="activity")
    once = sum((nw.col(_of(name)) * nw.col(name) for name in terms), nw.col(_of("minutes")))
    joined = joined.with_columns((nw.col("quantity") * once).alias("minutes"), once.alias(_of("once")))
    check_sums(joined, ["minutes"], name="usage")
    refuse_faults(
        joined, [Fault("activity", _BELOW_TIME, nw.col(_of("once")) < 0, _MEND_TIME)], name="usage", known_by=key
    )
    return joined.select(key, "activity", "quantity", "minutes")


def _of(name: str) -> str:
    """The name of a coefficient beside the columns of usage."""
    return f"__crmkit_{name}"
