"""A plan item by item: how far each is, its light, and the weighted score of those in charge."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import numpy as np
import pandas as pd

from crmkit._arrays import Floats
from crmkit._checks import Day, as_day, check_fraction
from crmkit._frames import FrameT, from_pandas, to_pandas
from crmkit._grouping import check_labels, in_order
from crmkit._kpi import attainment
from crmkit._tables import PLAN, open_table
from crmkit.metrics._plan_limits import limits_of

__all__ = ["execution_scorecard"]

_ALL: Final = "all"
_LIGHTS: Final = ("green", "amber", "red", "open")


def execution_scorecard(plan: FrameT, *, as_of: Day, amber_from: float = 0.9) -> FrameT:
    r"""Show how far each item of a plan is, and roll the items up to a score for each owner and for the whole.

    .. math:: \text{score} = \sum_i w_i \min(\max(a_i, 0), 1) / \sum_i w_i

    over the items that can be judged, with weights :math:`w_i` and attainments :math:`a_i`. So what is overachieved in
    one place does not make up for what is missed in another.

    Parameters
    ----------
    plan : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.as_plan` makes it.
    as_of : date or ISO text
        The last day that counts. A task done later is not done.
    amber_from : float, default 0.9
        From which attainment an item that misses its target is amber and not red, between 0 and 1.

    Returns
    -------
    the kind of frame given
        One row per item, in the order of the plan in memory, then one per owner, then one for the whole. ``level``:
        "item", "owner" or "all"; ``owner``; ``item`` and ``kind``, missing in the last rows; ``weight``, of the items
        that can be judged in the last rows; ``target_low``, ``target_high``: what was to be reached and not to be
        exceeded; ``actual``; ``attainment``; ``score``; ``light``.

        ``attainment`` of a task is 1 if it was done and 0 if it is overdue, of a risk 1 if it was closed by its due
        date and 0 if not; otherwise that of the target or band: 1 at it, less by the distance from it in units of its
        size. A budget without a band is to be met, neither exceeded nor left over, and so are the hours of a resource.
        It is missing while a task or risk is not due, or an actual value is not known; the light is then "open".

        ``light``: "green" from an attainment of 1, for tasks only if done by their due date; "amber" from
        ``amber_from``, and for tasks done late; otherwise "red". Scores have a light by the same limits.

    Raises
    ------
    SchemaError
        If a column is missing or does not hold what it should.
    TypeError
        If ``plan`` is not a frame.
    ValueError
        If ``as_of`` is not a date or ``amber_from`` does not lie between 0 and 1.

    References
    ----------
    .. [1] Kaplan and Norton (1996), *The Balanced Scorecard*, for scores by weight; lights and attainments are our
       convention.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit import as_plan
    >>> plan = as_plan(
    ...     pd.DataFrame({
    ...         "item": ["calls", "travel", "survey"], "kind": ["task", "budget", "satisfaction"],
    ...         "who": ["ann", "bo", "bo"], "due": ["2024-03-31", None, None], "done": ["2024-04-02", None, None],
    ...         "goal": [None, 5000.0, 90.0], "came": [None, 4800.0, 72.0],
    ...     }),
    ...     owner="who", due="due", done="done", target="goal", actual="came",
    ... )
    >>> card = execution_scorecard(plan, as_of="2024-04-30").round(2)
    >>> card[["level", "owner", "item", "attainment", "score", "light"]]
       level owner    item  attainment  score  light
    0   item   ann   calls        1.00   1.00  amber
    1   item    bo  travel        0.96   0.96  amber
    2   item    bo  survey        0.80   0.80    red
    3  owner   ann     NaN         NaN   1.00  green
    4  owner    bo     NaN         NaN   0.88    red
    5    all  None     NaN         NaN   0.92  amber
    """
    last_day = as_day(as_of, name="as_of")
    check_fraction(amber_from, name="amber_from")
    opened = open_table(plan, PLAN)
    check_labels(opened, ["owner"], table="plan")
    items = to_pandas(opened)
    judged = _judged(items, last_day)
    light = _lights(judged["attainment"].to_numpy(), amber_from)
    late = (items["kind"] == "task") & (items["done"] > items["due"]) & (judged["attainment"] == 1)
    rows = pd.DataFrame(
        {
            "level": "item",
            "owner": items["owner"].astype(object),
            "item": items["item"].astype(object),
            "kind": items["kind"].astype(object),
            "weight": items["weight"],
            **judged,
            "score": judged["attainment"].clip(0, 1),
            "light": np.where(late, "amber", light),
        }
    )
    rolled = [_rolled(rows, level="owner", amber_from=amber_from)] if items["owner"].notna().any() else []
    table = pd.concat([rows, *rolled, _rolled(rows, level=_ALL, amber_from=amber_from)], ignore_index=True)
    return from_pandas(table[list(rows.columns)], like=plan)


def _judged(items: pd.DataFrame, last_day: datetime) -> pd.DataFrame:
    """What was to be reached and not to be exceeded, what came, and how far each item is."""
    kind = items["kind"]
    low, high = limits_of(items)
    found = attainment(items["actual"], low, high)
    done, due = items["done"].where(items["done"] <= last_day), items["due"]
    of_task = np.where(done.notna(), 1.0, np.where(due <= last_day, 0.0, np.nan))
    of_risk = np.where(done.notna() & (done <= due), 1.0, np.where(done.notna() | (due <= last_day), 0.0, np.nan))
    reached: Floats = np.where(kind == "task", of_task, np.where(kind == "risk", of_risk, found))
    return pd.DataFrame(
        {"target_low": low, "target_high": high, "actual": items["actual"].astype(float), "attainment": reached}
    )


def _lights(reached: Floats, amber_from: float) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    green, amber, red, unknown = _LIGHTS
    # The weighted mean of scores of 1 may fall short of it by rounding.
    bright = np.where(reached >= 1 - 1e-12, green, np.where(reached >= amber_from, amber, red))
    return np.where(np.isnan(reached), unknown, bright).astype(object)


def _rolled(rows: pd.DataFrame, *, level: str, amber_from: float) -> pd.DataFrame:
    """The weighted score of each owner, or of the whole."""
    known = rows[rows["score"].notna()]
    weighted = known.assign(part=known["score"] * known["weight"])
    if level == _ALL:
        sums = weighted[["weight", "part"]].sum().to_frame().T.assign(owner=None)
    else:
        owners = pd.Index(in_order(rows["owner"]), name="owner")
        sums = (
            weighted.groupby("owner", sort=False)[["weight", "part"]]
            .sum()
            .reindex(owners, fill_value=0.0)
            .reset_index()
        )
    weight = sums["weight"].to_numpy(dtype=float)
    score = sums["part"].to_numpy(dtype=float) / np.where(weight > 0, weight, np.nan)
    rolled = sums.drop(columns="part").assign(level=level, score=score, light=_lights(score, amber_from))
    return rolled.reindex(columns=rows.columns)
