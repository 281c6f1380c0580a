"""What the states of a Markov chain are worth in the long run."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from crmkit._checks import check_discount_rate, check_int
from crmkit._frames import to_pandas
from crmkit._labelling import BEFORE, as_chain, by_state, table_by_state, table_like
from crmkit._stats import Numbers, total_rewards
from crmkit._tables import open_columns

__all__ = ["migration_value", "move_values"]


def migration_value(
    transition: Any,
    *,
    rewards: Mapping[Any, float] | Numbers,
    period_discount_rate: float,
    n_periods: int | None = None,
) -> Any:
    r"""Value of a customer in each state, now and in all the states they will move to.

    .. math:: V = \sum_{t=0}^{T} \left( \frac{P}{1 + d} \right)^t R, \qquad
              V_\infty = \left( I - \frac{P}{1 + d} \right)^{-1} R

    with transitions P, rewards R and discount rate d of a period. The reward of the current state counts in full; the
    reward of the state after t periods is discounted t times.

    Parameters
    ----------
    transition : table or array of shape (n_states, n_states)
        Probabilities to move from the state of the row to that of the column in a period, as
        `crmkit.segment.movement.transition_table` makes it. Rows add up to 1. Also a pandas table with the same states
        as index and columns, or an array, whose states are 0, 1 and so on.
    rewards : mapping of state to float, Series by state, or array-like of shape (n_states,)
        Money that a customer brings in a period that begins in the state, net of what is spent on them.
    period_discount_rate : float
        Discount rate of one period of the chain, for example 0.2; not negative.
    n_periods : int or None, default None
        Number of transitions that count, T; ``None`` for no end.

    Returns
    -------
    the kind of table given, of an array a pandas DataFrame
        A row per state, in their order: ``state``, ``reward``, ``value``, both money. Without discounting and end
        the value is that of the time until customers stay in states without reward for good; missing where rewards
        never end.

    Raises
    ------
    TypeError
        If a reward is not a number, or ``n_periods`` is not a whole number.
    ValueError
        If ``transition`` does not hold probabilities or its rows do not add up to 1, states are named twice or do not
        match, a reward is missing, or ``period_discount_rate`` or ``n_periods`` is negative.

    References
    ----------
    .. [1] Pfeifer and Carraway (2000), "Modeling Customer Relationships as Markov Chains", *Journal of Interactive
       Marketing* 14(2), 43-55.

    Examples
    --------
    Customers who last ordered 1, 2, 3 or 4 periods ago, or are lost. An order brings 40, a mailing costs 4.

    >>> transition = [
    ...     [0.30, 0.70, 0.00, 0.00, 0.00],
    ...     [0.20, 0.00, 0.80, 0.00, 0.00],
    ...     [0.15, 0.00, 0.00, 0.85, 0.00],
    ...     [0.05, 0.00, 0.00, 0.00, 0.95],
    ...     [0.00, 0.00, 0.00, 0.00, 1.00],
    ... ]
    >>> migration_value(transition, rewards=[36, -4, -4, -4, 0], period_discount_rate=0.2).round(3)
       state  reward   value
    0      0    36.0  52.320
    1      1    -4.0   5.554
    2      2    -4.0   1.251
    3      3    -4.0  -1.820
    4      4     0.0   0.000
    """
    states, chain = as_chain(transition)
    reward = by_state(rewards, states, name="rewards")
    rate = check_discount_rate(period_discount_rate, name="period_discount_rate", of="period")
    if n_periods is not None:
        check_int(n_periods, name="n_periods", low=0)
    end = math.inf if n_periods is None else int(n_periods)
    values = total_rewards(chain, reward, discount=1 / (1 + rate), horizon=end)
    return table_like(pd.DataFrame({"state": states, "reward": reward, "value": values}), like=transition)


def move_values(values: Any) -> Any:
    """Value of moving a customer from one state to another: the most that doing so may cost.

    Parameters
    ----------
    values : pandas, Polars or PyArrow table
        As `migration_value` makes it.

    Returns
    -------
    the kind of table given
        A row per state: ``before``, the state, and a column per state after (named by the state; on kinds other than
        pandas by the state as text): the value of the state after less that of the state before, money.

    Raises
    ------
    SchemaError
        If ``values`` lacks ``state`` or ``value``.
    TypeError
        If ``values`` is not a frame.
    ValueError
        If a state is named ``before``.

    Examples
    --------
    >>> values = migration_value([[0.9, 0.1], [0.0, 1.0]], rewards=[50, 0], period_discount_rate=0.2)
    >>> move_values(values).round(2)
       before      0      1
    0       0    0.0 -200.0
    1       1  200.0    0.0
    """
    frame = open_columns(values, ("state", "value"), name="values", made_by="migration_value")
    table = to_pandas(frame.select("state", "value"))
    value, states = table["value"].to_numpy(dtype=float), pd.Index(table["state"].tolist())
    return table_by_state(value - value[:, None], first=BEFORE, rows=states.tolist(), states=states, like=values)
