"""A change of spend or profit shared out among customers, frequency, order value and margin."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Literal, NamedTuple, TypeAlias, get_args

import numpy as np
import pandas as pd

from crmkit._arrays import Floats
from crmkit._checks import check_option
from crmkit._messages import Message, Setting
from crmkit._stats import log_mean_contributions, sequential_contributions, shapley_contributions

__all__ = ["COLUMNS", "Drivers", "Method", "check_method", "drivers_of", "outcome_of", "ratios"]

Method: TypeAlias = Literal["log_mean", "shapley", "sequential"]

COLUMNS: Final = ("kpi", "role", "value", "previous", "contribution", "contribution_share", "method")
"""The columns of the rows of `Drivers.rows`."""

_FACTORS: Final = ("active_customers", "purchase_frequency", "average_order_value", "margin")
_OUTCOMES: Final = ("spend", "profit")

_NO_PROFIT: Final = Message(
    en="{@activity} has no profit, so {setting} cannot be worked out. Name the column of profit, {@profit=}, where "
    "{@as_activity()} makes the table.",
    zh="{@activity} 没有利润列，无法计算 {setting}。请在 {@as_activity()} 中用 {@profit=} 指定利润列。",
)


class Drivers(NamedTuple):
    """Changes and what made them, a column for each pair of periods.

    ``chain`` and ``previous`` hold customers, orders, spend and, where it is the outcome, profit.
    """

    chain: Floats
    previous: Floats
    contributions: Floats
    methods: list[str]

    def rows(self, place: int) -> pd.DataFrame:
        """The outcome, its factors, and a line where the change cannot be shared out, in one table."""
        outcome = _OUTCOMES[len(self.chain) - 3]
        factors = list(_FACTORS[: len(self.chain)])
        values, earlier = (
            [chain[-1, place], chain[0, place], *ratios(chain[:, place])] for chain in (self.chain, self.previous)
        )
        change = self.chain[-1, place] - self.previous[-1, place]
        added = [change, *self.contributions[:, place]]
        kpis, roles = [outcome, *factors], ["outcome", *["factor"] * len(factors)]
        if (line := _line(self.previous[0, place], self.chain[0, place])) is not None:
            kpis, roles = [*kpis, outcome], [*roles, line]
            values, earlier, added = (
                [*each, last] for each, last in ((values, np.nan), (earlier, np.nan), (added, change))
            )
        table = pd.DataFrame({"kpi": kpis, "role": roles, "value": values, "previous": earlier, "contribution": added})
        table["contribution_share"] = table["contribution"] / (change if change else np.nan)
        return table.assign(method=self.methods[place])


def check_method(method: object) -> None:
    """Raise unless a method is one of those listed."""
    check_option(method, get_args(Method), name="method")


def outcome_of(outcome: str | None, measures: Sequence[str], *, name: str, options: Sequence[str] = _OUTCOMES) -> str:
    """The measure that is asked for, by default profit, or spend where no profit is known."""
    if outcome is None:
        return measures[-1]
    check_option(outcome, options, name=name)
    if outcome == "profit" and "profit" not in measures:
        raise ValueError(_NO_PROFIT(setting=Setting(name, outcome)))
    return outcome


def ratios(chain: Floats) -> list[Any]:
    """Orders per customer, spend per order and margin; the margin is missing where spend is not above zero."""
    found = [_divided(chain[1], chain[0]), _divided(chain[2], chain[1])]
    return [*found, _divided(chain[3], np.where(chain[2] > 0, chain[2], 0.0))] if len(chain) > len(found) + 1 else found


def drivers_of(previous: Floats, chain: Floats, *, method: Method) -> Drivers:
    """Share out changes of the last quantity of a chain: customers, orders, spend and perhaps profit.

    Log means have no negative quantities: then the Shapley value is taken. Where that has no margin, for nothing was
    spent though there is a profit or loss, spend and cost are shared out one by one, and what each customer, order and
    order value adds to the one is taken from what it adds to the other; the margin has the rest. Nothing is shared out
    where nobody was active.
    """
    there = (previous[0] > 0) & (chain[0] > 0)
    before, after = (np.where(there, each, 1.0) for each in (previous, chain))
    found, names = _shared(before, after, method)
    if len(chain) == len(_FACTORS):
        apart = np.isnan(found).any(axis=0)
        of_spend, of_cost = (
            _shared(np.vstack([b[:2], low]), np.vstack([a[:2], high]), method)[0]
            for b, a in [(before, after)]
            for low, high in ((b[2], a[2]), (b[2] - b[3], a[2] - a[3]))
        )
        split = np.vstack([of_spend[:2] - of_cost[:2], of_spend[2:], -of_cost[2:]])
        found, names = np.where(apart, split, found), np.where(apart, "spend_minus_cost", names)
    methods = np.where(there, names, "not_shared").tolist()
    return Drivers(chain, previous, np.where(there, found, np.nan), methods)


def _shared(before: Floats, after: Floats, method: Method) -> tuple[Floats, Any]:
    """The contributions by a method, or by the Shapley value where it has none; and the method of each change."""
    factors = [np.vstack([each[0], each[1:] / np.where(each[:-1] == 0, np.nan, each[:-1])]) for each in (before, after)]
    if method == "sequential":
        return sequential_contributions(*factors), np.full(before.shape[1], method, dtype=object)
    shapley = shapley_contributions(*factors)
    if method == "shapley":
        return shapley, np.full(before.shape[1], method, dtype=object)
    logs = log_mean_contributions(before, after)
    lacking = np.isnan(logs).any(axis=0)
    return np.where(lacking, shapley, logs), np.where(lacking, "shapley", "log_mean").astype(object)


def _line(previous: float, now: float) -> str | None:
    """What a change is called that cannot be shared out, for nobody was active in one of two periods."""
    if previous > 0:
        return None if now > 0 else "lost"
    return "new" if now > 0 else "inactive"


def _divided(above: Any, below: Any) -> Any:
    return above / np.where(below == 0, np.nan, below)
