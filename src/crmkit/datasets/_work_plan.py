"""A simulated plan: tasks, resources, budgets, risks and scores, and how likely each was kept."""

from __future__ import annotations

from datetime import date
from typing import Final, NamedTuple

import numpy as np
import pandas as pd

from crmkit._checks import check_fraction, check_int
from crmkit._random import as_generator
from crmkit.datasets._plan import log_span

__all__ = ["SimulatedPlan", "make_plan"]

_KINDS: Final = ("task", "resource", "budget", "risk", "satisfaction")
_SHARES: Final = (0.5, 0.15, 0.15, 0.1, 0.1)
_DAYS_LATE: Final = 12.0


class SimulatedPlan(NamedTuple):
    """What `make_plan` returns; its docstring names the columns."""

    plan: pd.DataFrame
    truth: pd.DataFrame


def make_plan(
    *,
    n_items: int = 60,
    n_owners: int = 4,
    start: str | date = "2024-01-01",
    end: str | date = "2024-12-31",
    completion: float = 0.9,
    on_time: float = 0.8,
    random_state: int | np.random.Generator | None = None,
) -> SimulatedPlan:
    """Simulate a plan of which the chances are known: half tasks, the rest resources, budgets, risks and scores.

    Parameters
    ----------
    n_items : int, default 60
        Items, at least 1.
    n_owners : int, default 4
        Owners, among whom the items are drawn evenly, at least 1.
    start, end : date or ISO text
        First and last due date, both inclusive.
    completion : float, default 0.9
        Probability that a task is done and a risk closed at all, in [0, 1].
    on_time : float, default 0.8
        Probability that one that is done or closed was so by its due date, in [0, 1].
    random_state : int, numpy.random.Generator or None
        An int of at least 0 gives the same tables each time, None new ones.

    Returns
    -------
    SimulatedPlan
        A named tuple of two tables, each with one row per item.

        ``plan``, which `as_plan` takes: ``item``; ``kind``; ``owner``; ``due`` and ``done``, of tasks and risks;
        ``target``, ``target_low``, ``target_high`` and ``actual``, of the others, with a band of 0.75 to 1 of the
        hours of a resource; ``weight``, 1 to 3.

        ``truth``: ``item``; ``probability_done``, of tasks and risks, by any day; ``probability_on_time``, by the due
        date; ``expected_actual``, of the others.

    Raises
    ------
    TypeError
        If an argument is of the wrong kind.
    ValueError
        If an argument lies outside its range.

    Examples
    --------
    >>> plan, truth = make_plan(n_items=100, random_state=7)
    >>> plan["kind"].value_counts().to_dict()
    {'task': 50, 'resource': 15, 'budget': 15, 'risk': 10, 'satisfaction': 10}
    """
    check_int(n_items, name="n_items", low=1)
    check_int(n_owners, name="n_owners", low=1)
    for name, value in {"completion": completion, "on_time": on_time}.items():
        check_fraction(value, name=name, low_open=False, high_open=False)
    first_day, n_days = log_span(start, end)
    rng = as_generator(random_state)
    edges = np.round(np.cumsum((0.0, *_SHARES)) * n_items).astype(int)
    kind = np.repeat(_KINDS, np.diff(edges))
    dated = np.isin(kind, ("task", "risk"))
    due = np.datetime64(first_day, "D") + rng.integers(0, n_days, n_items)
    is_done, in_time = rng.random(n_items) < completion, rng.random(n_items) < on_time
    early, late = rng.integers(0, 15, n_items), 1 + rng.poisson(_DAYS_LATE, n_items)
    done = np.where(in_time, due - early, due + late)
    never = np.datetime64("NaT")
    target = {"resource": 160.0, "budget": 5000.0, "satisfaction": 90.0}
    spread = {"resource": (0.92, 0.1), "budget": (0.97, 0.08), "satisfaction": (0.98, 0.05)}
    aim = np.array([target.get(each, np.nan) for each in kind])
    centre, width = (np.array([spread.get(each, (np.nan, np.nan))[n] for each in kind]) for n in (0, 1))
    actual = np.round(np.maximum(aim * (centre + width * rng.standard_normal(n_items)), 0.0), 1)
    of_resource = kind == "resource"
    items = [f"{each} {n}" for n, each in enumerate(kind, start=1)]
    plan = pd.DataFrame(
        {
            "item": items,
            "kind": kind,
            "owner": [f"owner {n}" for n in rng.integers(1, n_owners + 1, n_items)],
            "due": np.where(dated, due, never).astype("datetime64[us]"),
            "done": np.where(dated & is_done, done, never).astype("datetime64[us]"),
            "target": aim,
            "target_low": np.where(of_resource, 0.75 * aim, np.nan),
            "target_high": np.where(of_resource, aim, np.nan),
            "actual": actual,
            "weight": rng.integers(1, 4, n_items).astype(float),
        }
    )
    truth = pd.DataFrame(
        {
            "item": items,
            "probability_done": np.where(dated, float(completion), np.nan),
            "probability_on_time": np.where(dated, completion * on_time, np.nan),
            "expected_actual": aim * centre,
        }
    )
    return SimulatedPlan(plan, truth)
