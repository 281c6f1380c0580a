"""What a Markov chain says of its states: stays, moves up and down, long-run shares, sizes to come."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pandas as pd

from crmkit._arrays import Floats
from crmkit._checks import check_int, some
from crmkit._labelling import as_chain, by_state, table_by_state, table_like
from crmkit._messages import Message, Parameter
from crmkit._stats import Numbers, as_floats, expected_sojourns, forecast, stationary_distribution

__all__ = ["customer_forecast_table", "migration_table"]

_PERIOD: Final = "period"

_BELOW_0: Final = Message(en="{name} must not be below 0, got {got}.", zh="{name} 不得小于 0，得到 {got}。")
_INFLOW_KIND: Final = Message(
    en="{@inflow} must map states to the customers who join them, got {got}.",
    zh="{@inflow} 须为状态到新增客户数的映射，得到 {got}。",
)
_INFLOW_STATES: Final = Message(
    en="{@inflow} names states that {@transition} does not have: {states}.",
    zh="{@inflow} 含有 {@transition} 中没有的状态：{states}。",
)
_INFLOW_LENGTH: Final = Message(
    en="{@inflow} must have one number, or one for each of the {n} periods, for the state {state!r}; got {got}.",
    zh="{@inflow} 中状态 {state!r} 须为一个数，或 {n} 期各一个数，得到 {got}。",
)
_INFLOW_MISSING: Final = Message(
    en="{@inflow} is missing for the state {state!r} in some periods.",
    zh="{@inflow} 中状态 {state!r} 有缺失的期数。",
)


def migration_table(transition: Any) -> Any:
    r"""How long customers stay in each state, where they go, and how many are in it in the long run.

    Parameters
    ----------
    transition : table or array of shape (n_states, n_states)
        As `transition_table` makes it; the states from the best to the worst. Also a pandas table with the same states
        as index and columns, or an array, whose states are 0, 1 and so on.

    Returns
    -------
    the kind of table given, of an array a pandas DataFrame
        A row per state, in their order: ``state``; ``stay_rate``, ``up_rate``, ``down_rate``, the probabilities to be
        in the same, a better (earlier) or a worse (later) state one period on, which add up to 1; ``expected_sojourn``,
        periods that a visit lasts, :math:`1 / (1 - p_{ii})`, missing if it never ends; ``stationary_share``, the share
        of all periods that customers spend in the state in the long run, missing if that depends on where they started.

    Raises
    ------
    ValueError
        If ``transition`` does not hold probabilities, its rows do not add up to 1, or the states of its rows and
        columns differ.

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
    states, chain = as_chain(transition)
    table = pd.DataFrame(
        {
            "state": states,
            "stay_rate": np.diag(chain),
            "up_rate": np.tril(chain, -1).sum(axis=1),
            "down_rate": np.triu(chain, 1).sum(axis=1),
            "expected_sojourn": expected_sojourns(chain),
            "stationary_share": stationary_distribution(chain),
        }
    )
    return table_like(table, like=transition)


def customer_forecast_table(
    transition: Any,
    *,
    sizes: Mapping[Any, float] | Numbers,
    n_periods: int,
    inflow: Mapping[Any, Numbers] | None = None,
) -> Any:
    r"""Expected number of customers in each state, period by period, with those who join.

    .. math:: n_{t+1} = n_t P + a_t

    with transitions P and inflow a.

    Parameters
    ----------
    transition : table or array of shape (n_states, n_states)
        As `transition_table` makes it. Also a pandas table with the same states as index and columns, or an array,
        whose states are 0, 1 and so on.
    sizes : mapping of state to float, Series by state, or array-like of shape (n_states,)
        Customers in each state now.
    n_periods : int
        Periods ahead, at least 1.
    inflow : mapping of state to float or array-like of shape (n_periods,), optional
        New customers who join each state in a period: as many in every period, or a number for each. They are counted
        from the end of their first period. Nobody joins states that are not named; without ``inflow`` nobody joins at
        all.

    Returns
    -------
    the kind of table given, of an array a pandas DataFrame
        ``period`` from 0, which is now, to ``n_periods``; then a column per state, customers. Without inflow all rows
        have the same sum.

    Raises
    ------
    TypeError
        If a size or an inflow is not a number, ``inflow`` is not a mapping, or ``n_periods`` is not a whole number.
    ValueError
        If ``transition`` does not hold probabilities or its rows do not add up to 1; if states do not match, a number
        is missing or negative, a state is named ``period``, or ``n_periods`` is below 1.

    Examples
    --------
    100 customers and 50 who are slipping away; 20 join in every period, and the third state is never left.

    >>> transition = [[0.8, 0.15, 0.05], [0.3, 0.5, 0.2], [0, 0, 1]]
    >>> customer_forecast_table(transition, sizes=[100, 50, 0], n_periods=2, inflow={0: 20})
       period      0      1      2
    0       0  100.0  50.00   0.00
    1       1  115.0  40.00  15.00
    2       2  124.0  37.25  28.75
    """
    states, chain = as_chain(transition)
    now = by_state(sizes, states, name="sizes")
    if (now < 0).any():
        raise ValueError(_BELOW_0(name=Parameter("sizes"), got=some(now[now < 0].tolist())))
    check_int(n_periods, name="n_periods", low=1)
    found = forecast(chain, now, inflow=_inflow(inflow, states, n_periods=n_periods))
    periods = list(range(n_periods + 1))
    return table_by_state(found, first=_PERIOD, rows=periods, states=states, like=transition)


def _inflow(inflow: Mapping[Any, Numbers] | None, states: pd.Index[Any], *, n_periods: int) -> Floats:
    """A row per period and a column per state."""
    joining = np.zeros((n_periods, len(states)))
    if inflow is None:
        return joining
    if not isinstance(inflow, (Mapping, pd.Series)):
        raise TypeError(_INFLOW_KIND(got=repr(inflow)))
    given = dict(inflow)
    unknown = [state for state in given if state not in states]
    if unknown:
        raise ValueError(_INFLOW_STATES(states=some(unknown)))
    for state, numbers in given.items():
        floats = as_floats(numbers, name="inflow")
        if floats.shape not in ((), (n_periods,)):
            raise ValueError(_INFLOW_LENGTH(n=n_periods, state=state, got=len(floats)))
        if np.isnan(floats).any():
            raise ValueError(_INFLOW_MISSING(state=state))
        if (floats < 0).any():
            raise ValueError(_BELOW_0(name=Parameter("inflow"), got=some(floats[floats < 0].tolist())))
        joining[:, states.get_loc(state)] = floats
    return joining
