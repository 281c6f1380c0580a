"""The same events under other rules: what if points had lasted longer, or less long."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pandas as pd

from crmkit._checks import Day, as_day
from crmkit._frames import FrameT, from_pandas
from crmkit._messages import Message
from crmkit.loyalty.programmes._ledger import Ledger, keep_ledger
from crmkit.loyalty.programmes._liability import check_cost, check_money
from crmkit.loyalty.programmes._log import EXPIRE, NEVER, read_log
from crmkit.loyalty.programmes._movements import movements_of
from crmkit.loyalty.programmes._rules import read_rules

__all__ = ["points_replay_table"]

_OPTIONS: Final = ("valid_months", "inactive_months", "order", "own_expiries")

_NO_RULES: Final = Message(
    en="{@rules} must map names to rules, each a mapping of some of {options}, got {value!r}.",
    zh="{@rules} 须将名称映射到规则，每条规则为 {options} 中若干项的映射，得到 {value!r}。",
)


def points_replay_table(
    points: FrameT, *, as_of: Day, rules: Mapping[str, Mapping[str, Any]], cost_per_point: float | None = None
) -> FrameT:
    """Replay a log of points under several sets of rules, and compare what becomes of the points.

    Earnings, redemptions, reversals and adjustments stay as they were booked: members do not change what they do. So
    the replay of a longer life shows what would be outstanding in place of what lapsed, and of a shorter one which
    redemptions could not have been paid. Expiries that were booked are left out, as the rules take their place.

    Parameters
    ----------
    points : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.as_points` makes it. An engine's rows are brought into memory.
    as_of : date or ISO text
        The last day that counts.
    rules : mapping of str to mapping
        Rules by a name of your own: ``valid_months``, ``inactive_months`` and ``order`` as in `points_balance_table`,
        and ``own_expiries``, true by default: whether points keep an expiry of their own. One without any lets points
        last forever.
    cost_per_point : float, optional
        What a redeemed point costs, at least 0.

    Returns
    -------
    the kind of frame given
        One row per set of rules, in the order given: ``rules``, the name; ``earned``, ``adjusted``, ``redeemed``,
        ``expired``, ``reversed``, ``outstanding`` and ``owed`` until ``as_of``; ``lacking``, points redeemed that there
        would not have been, not in ``redeemed``, and ``n_members_lacking`` who redeemed them; ``outstanding_cost``,
        what the outstanding points cost if all are redeemed, missing without a cost.

    Raises
    ------
    SchemaError
        If a column is missing or does not hold what it should, if there is no event until ``as_of``, or if points have
        more than six decimals.
    TypeError
        If ``points`` is not a frame, or an argument is of the wrong kind.
    ValueError
        If ``rules`` are none, or one is not among those described.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit import as_points
    >>> log = as_points(pd.DataFrame({
    ...     "event_id": [1, 2, 3], "customer_id": ["ann", "bo", "bo"], "kind": ["earn", "earn", "redeem"],
    ...     "date": ["2023-01-31", "2023-02-10", "2024-01-20"], "points": [100, 50, 40],
    ... }))
    >>> lives = {f"{months} months": {"valid_months": months} for months in (6, 12, 18)}
    >>> table = points_replay_table(log, as_of="2024-03-31", rules=lives, cost_per_point=0.01)
    >>> table[["rules", "redeemed", "expired", "outstanding", "lacking", "outstanding_cost"]]
           rules  redeemed  expired  outstanding  lacking  outstanding_cost
    0   6 months       0.0    150.0          0.0     40.0               0.0
    1  12 months      40.0    110.0          0.0      0.0               0.0
    2  18 months      40.0      0.0        110.0      0.0               1.1
    """
    day = as_day(as_of, name="as_of")
    if cost_per_point is not None:
        check_cost(cost_per_point)
    if not isinstance(rules, Mapping) or not rules or not all(map(_are_rules, rules.values())):
        raise ValueError(_NO_RULES(options=list(_OPTIONS), value=rules))
    read = {
        name: read_rules(
            valid_months=each.get("valid_months"),
            inactive_months=each.get("inactive_months"),
            order=each.get("order", "first_expiring"),
        )
        for name, each in rules.items()
    }
    log = read_log(points, as_of=day)
    log = log.only(log.kind != EXPIRE)
    bare = log._replace(expires=np.full_like(log.expires, NEVER))
    found = [
        _row(name, keep_ledger(log if rules[name].get("own_expiries", True) else bare, as_of=day, rules=each))
        for name, each in read.items()
    ]
    table = pd.DataFrame(found)
    check_money(table["outstanding"].max(), cost_per_point)
    table["outstanding_cost"] = table["outstanding"] * (np.nan if cost_per_point is None else float(cost_per_point))
    return from_pandas(table, like=points)


def _are_rules(value: object) -> bool:
    return isinstance(value, Mapping) and set(value) <= set(_OPTIONS)


def _row(name: str, ledger: Ledger) -> dict[str, Any]:
    log = ledger.log
    sums = {kind: float(log.shown(each.points.sum())) for kind, each in movements_of(ledger).items()}
    return {
        "rules": name,
        **sums,
        "outstanding": float(log.shown(ledger.left.sum())),
        "owed": float(log.shown(ledger.owed.sum())),
        "lacking": float(log.shown(ledger.lacking.sum())),
        "n_members_lacking": len(np.unique(log.who[ledger.lacking > 0])),
    }
