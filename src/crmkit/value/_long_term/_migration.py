"""What the states of a Markov chain are worth in the long run."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._checks import check_discount_rate, check_int, some
from crmkit._stats import (
    Numbers,
    as_floats,
    expected_sojourns,
    forecast,
    stationary_distribution,
    total_rewards,
)

__all__ = ["migration_forecast", "migration_table", "migration_value", "move_values"]

Floats: TypeAlias = npt.NDArray[np.float64]
# Probabilities typed in with four decimals add up to 1 within this.
_ROUNDING = 1e-4


def migration_value(
    transition: pd.DataFrame | npt.ArrayLike,
    rewards: Mapping[Any, float] | Numbers,
    *,
    period_discount_rate: float,
    horizon: int | None = None,
) -> pd.DataFrame:
    r"""Value of a customer in each state, now and in all the states it will move to.

    .. math:: V = \sum_{t=0}^{T} \left( \frac{P}{1 + d} \right)^t R, \qquad
              V_\infty = \left( I - \frac{P}{1 + d} \right)^{-1} R

    with transitions P, rewards R and discount rate d of a period. The rewards of the state one is in now count in full;
    those of the state after t periods are discounted t times.

    Parameters
    ----------
    transition : DataFrame or array of shape (n_states, n_states)
        Probabilities to move from the state of the row to that of the column in a period, as `transition_matrix` gives
        them. Rows add up to 1. A table has the same states as index and columns; in an array they are 0, 1 and so on.
    rewards : mapping of state to float, Series by state, or array-like of shape (n_states,)
        Money that a customer brings in a period that begins in the state, net of what is spent on it.
    period_discount_rate : float
        Discount rate of one period of the chain, for example 0.2; not negative.
    horizon : int or None, default None
        Number of transitions that count, T; ``None`` for ever.

    Returns
    -------
    DataFrame
        A row per state, in their order: ``state``, ``reward``, ``value``, both money. Without discounting and horizon
        the value is that of the time until customers are in states without reward for good; ``nan`` where rewards
        never end.

    Raises
    ------
    TypeError
        If a reward is no number, or ``horizon`` no whole number.
    ValueError
        If ``transition`` holds no probabilities or its rows do not add up to 1, states are named twice or do not fit
        together, a reward is missing, or ``period_discount_rate`` or ``horizon`` is negative.

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
    >>> migration_value(transition, [36, -4, -4, -4, 0], period_discount_rate=0.2).round(3)
       state  reward   value
    0      0    36.0  52.320
    1      1    -4.0   5.554
    2      2    -4.0   1.251
    3      3    -4.0  -1.820
    4      4     0.0   0.000
    """
    states, chain = _chain(transition)
    reward = _by_state(rewards, states, name="rewards")
    rate = check_discount_rate(period_discount_rate, name="period_discount_rate", of="period")
    if horizon is not None:
        check_int(horizon, name="horizon", low=0)
    end = math.inf if horizon is None else int(horizon)
    values = total_rewards(chain, reward, discount=1 / (1 + rate), horizon=end)
    return pd.DataFrame({"state": states, "reward": reward, "value": values})


def move_values(values: pd.DataFrame) -> pd.DataFrame:
    """What it is worth to bring a customer from one state to another: the most that doing so may cost.

    Parameters
    ----------
    values : DataFrame
        As `migration_value` gives it.

    Returns
    -------
    DataFrame
        Index ``before`` and columns ``after``: the value of the state after less that of the state before, money.

    Raises
    ------
    ValueError
        If ``values`` lacks ``state`` or ``value``.

    Examples
    --------
    >>> values = migration_value([[0.9, 0.1], [0.0, 1.0]], [50, 0], period_discount_rate=0.2)
    >>> move_values(values).round(2)
    after     0      1
    before
    0       0.0 -200.0
    1     200.0    0.0
    """
    if not {"state", "value"} <= set(values):
        raise ValueError(
            f"`values` must have the columns state and value, got {some(values)}. migration_value makes it."
        )
    value, states = values["value"].to_numpy(), pd.Index(values["state"])
    return pd.DataFrame(value - value[:, None], index=states.rename("before"), columns=states.rename("after"))


def migration_table(transition: pd.DataFrame | npt.ArrayLike) -> pd.DataFrame:
    r"""How long customers stay in each state, where they go, and how many are in it in the long run.

    Parameters
    ----------
    transition : DataFrame or array of shape (n_states, n_states)
        As `transition_matrix` gives it; the states from the best to the worst.

    Returns
    -------
    DataFrame
        A row per state, in their order: ``state``; ``stay_rate``, ``up_rate``, ``down_rate``, the probabilities to be
        in the same, a better (earlier) or a worse (later) state one period on, which add up to 1; ``expected_sojourn``,
        periods that a visit lasts, :math:`1 / (1 - p_{ii})`, ``nan`` if it never ends; ``stationary_share``, the share
        of all periods that customers spend in the state in the long run, ``nan`` if that depends on where they started.

    Raises
    ------
    ValueError
        If ``transition`` holds no probabilities, its rows do not add up to 1, or states do not fit together.

    References
    ----------
    .. [1] Kemeny and Snell (1960), *Finite Markov Chains*, chapters 3 and 4.

    Examples
    --------
    >>> migration_table([[0.8, 0.2], [0.4, 0.6]]).round(3)
       state  stay_rate  up_rate  down_rate  expected_sojourn  stationary_share
    0      0        0.8      0.0        0.2               5.0             0.667
    1      1        0.6      0.4        0.0               2.5             0.333
    """
    states, chain = _chain(transition)
    return pd.DataFrame(
        {
            "state": states,
            "stay_rate": np.diag(chain),
            "up_rate": np.tril(chain, -1).sum(axis=1),
            "down_rate": np.triu(chain, 1).sum(axis=1),
            "expected_sojourn": expected_sojourns(chain),
            "stationary_share": stationary_distribution(chain),
        }
    )


def migration_forecast(
    transition: pd.DataFrame | npt.ArrayLike, sizes: Mapping[Any, float] | Numbers, *, n_periods: int
) -> pd.DataFrame:
    """Expected number of today's customers in each state, period by period; nobody joins.

    Parameters
    ----------
    transition : DataFrame or array of shape (n_states, n_states)
        As `transition_matrix` gives it.
    sizes : mapping of state to float, Series by state, or array-like of shape (n_states,)
        Customers in each state now.
    n_periods : int
        Periods ahead, at least 1.

    Returns
    -------
    DataFrame
        ``period`` from 0, which is now, to ``n_periods``; then a column per state, customers. Rows have one sum.

    Raises
    ------
    TypeError
        If a size is no number, or ``n_periods`` no whole number.
    ValueError
        If ``transition`` holds no probabilities or its rows do not add up to 1, states do not fit together, a size is
        missing or negative, a state is named ``period``, or ``n_periods`` below 1.

    Examples
    --------
    >>> migration_forecast([[0.8, 0.2], [0.4, 0.6]], [100, 100], n_periods=2)
       period      0      1
    0       0  100.0  100.0
    1       1  120.0   80.0
    2       2  128.0   72.0
    """
    states, chain = _chain(transition)
    if "period" in states:
        raise ValueError("`transition` has a state named 'period', like the column of periods. Rename the state.")
    now = _by_state(sizes, states, name="sizes")
    if (now < 0).any():
        raise ValueError(f"`sizes` must not be below 0, got {some(now[now < 0].tolist())}.")
    check_int(n_periods, name="n_periods", low=1)
    table = pd.DataFrame(forecast(chain, now, n_periods=n_periods), columns=states)
    table.insert(0, "period", np.arange(n_periods + 1))
    return table


def _chain(transition: pd.DataFrame | npt.ArrayLike) -> tuple[pd.Index[Any], Floats]:
    """Read states and probabilities; rows are brought to add up to 1 to the last digit."""
    try:
        chain = np.array(transition, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(f"`transition` must be a square table of probabilities, got {transition!r}.") from error
    if chain.ndim != 2 or chain.shape[0] != chain.shape[1] or not chain.size:
        raise ValueError(f"`transition` must be square, a row and a column per state, got shape {chain.shape}.")
    states = transition.index if isinstance(transition, pd.DataFrame) else pd.RangeIndex(len(chain))
    if isinstance(transition, pd.DataFrame) and not (states.is_unique and states.equals(transition.columns)):
        raise ValueError(
            f"`transition` must have the same states, each once, as index and columns, got {some(states)} and "
            f"{some(transition.columns)}."
        )
    unknown = np.asarray(np.isnan(chain).any(axis=1))
    if unknown.any():
        raise ValueError(
            f"`transition` is missing for the states {some(states[unknown])}: nobody was in them. Leave them out, or "
            "estimate with smoothing."
        )
    if (chain < 0).any():
        raise ValueError(f"`transition` must hold probabilities, got {some(chain[chain < 0].tolist())}.")
    sums = chain.sum(axis=1)
    off = np.asarray(np.abs(sums - 1) > _ROUNDING)
    if off.any():
        raise ValueError(
            f"`transition` must have rows that add up to 1, got {some(sums[off].tolist())} for the states "
            f"{some(states[off])}. Divide percentages by 100; give those who leave a state of their own, from which "
            "nobody moves."
        )
    return states.rename(None), chain / sums[:, None]


def _by_state(numbers: Mapping[Any, float] | Numbers, states: pd.Index[Any], *, name: str) -> Floats:
    """One number per state, in their order."""
    if isinstance(numbers, Mapping):
        numbers = pd.Series(dict(numbers))
    if isinstance(numbers, pd.Series):
        if not numbers.index.is_unique or set(numbers.index) != set(states):
            raise ValueError(
                f"`{name}` must have one number for each of the states {some(states)}, got {some(numbers.index)}."
            )
        numbers = numbers.reindex(states)
    floats = as_floats(numbers, name=name)
    if floats.shape != (len(states),):
        raise ValueError(
            f"`{name}` must have one number for each of the {len(states)} states, got shape {floats.shape}."
        )
    if np.isnan(floats).any():
        raise ValueError(f"`{name}` is missing for the states {some(np.asarray(states)[np.isnan(floats)].tolist())}.")
    return floats
