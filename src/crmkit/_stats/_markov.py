"""Markov chains: estimates of the transitions, what states are worth, where everybody ends."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from crmkit._arrays import Floats

__all__ = [
    "expected_sojourns",
    "forecast",
    "recurrent_classes",
    "smoothed_shares",
    "stationary_distribution",
    "total_rewards",
]


def smoothed_shares(counts: Floats, *, smoothing: float) -> Floats:
    """Estimate transition probabilities from counts, each raised by ``smoothing``; ``nan`` for a state never left.

    The mean of the posterior under a symmetric Dirichlet prior; 1 is Laplace's rule.
    """
    raised = counts + smoothing
    total = raised.sum(axis=1, keepdims=True)
    return np.where(total > 0, raised / np.where(total > 0, total, 1.0), np.nan)


def expected_sojourns(transition: Floats) -> Floats:
    """Mean number of periods that a visit to each state lasts, 1 / (1 - p); ``nan`` for a state that is never left."""
    leaves = (transition * ~np.eye(len(transition), dtype=bool)).sum(axis=1)
    # Anything below the smallest normal float is 0 up to rounding.
    left = leaves >= np.finfo(np.float64).tiny
    return np.where(left, 1 / np.where(left, leaves, 1.0), np.nan)


def recurrent_classes(transition: Floats) -> list[npt.NDArray[np.intp]]:
    """Find the smallest groups of states that are never left once entered."""
    from scipy.sparse.csgraph import connected_components

    moves = transition > 0
    n_groups, group = connected_components(moves, directed=True, connection="strong")
    members = [np.flatnonzero(group == number) for number in range(n_groups)]
    return [inside for inside in members if not np.delete(moves[inside], inside, axis=1).any()]


def stationary_distribution(transition: Floats) -> Floats:
    """Shares of the states that one more step does not change; ``nan`` where they depend on the start.

    References
    ----------
    .. [1] Grassmann, Taksar and Heyman (1985), "Regenerative Analysis and Steady State Distributions for Markov
       Chains", *Operations Research* 33(5), 1107-1116: an elimination that never subtracts.
    """
    classes = recurrent_classes(transition)
    if len(classes) != 1:
        return np.full(len(transition), np.nan)
    inside = classes[0]
    work = transition[np.ix_(inside, inside)].copy()
    leaves = np.ones(len(inside))
    for last in range(len(inside) - 1, 0, -1):
        leaves[last] = work[last, :last].sum()
        work[:last, :last] += np.outer(work[:last, last], work[last, :last] / leaves[last])
    share = np.ones(len(inside))
    for at in range(1, len(inside)):
        # Shares at each step, not multiples of the first state's share, which overflow where it is hardly ever reached.
        share[at] = share[:at] @ work[:at, at]
        share[:at] *= leaves[at]
        share[: at + 1] /= share[: at + 1].sum()
    shares = np.zeros(len(transition))
    shares[inside] = share
    return shares


def total_rewards(transition: Floats, rewards: Floats, *, discount: float, horizon: float) -> Floats:
    """Expected sum of the rewards now and over the next ``horizon`` steps, multiplied by ``discount`` at each step.

    ``nan`` where the sum is infinite: without discounting or horizon, in states that can lead to rewards that never
    end.
    """
    if horizon < math.inf:
        # With the rewards as one more column, the powers of the matrix add up what those of the chain bring.
        once = np.block([[discount * transition, rewards[:, None]], [np.zeros_like(rewards), 1.0]])
        return np.asarray(np.linalg.matrix_power(once, int(horizon) + 1)[:-1, -1])
    if discount < 1:
        return np.asarray(np.linalg.solve(np.eye(len(rewards)) - discount * transition, rewards))
    return _undiscounted(transition, rewards)


def forecast(transition: Floats, sizes: Floats, *, inflow: Floats) -> Floats:
    """Expected sizes of the states now and after each step, one row each; a row of ``inflow`` joins after each step."""
    rows = [sizes]
    for joining in inflow:
        rows.append(rows[-1] @ transition + joining)
    return np.array(rows)


def _undiscounted(transition: Floats, rewards: Floats) -> Floats:
    classes = recurrent_classes(transition)
    endless = [state for inside in classes if (rewards[inside] != 0).any() for state in inside]
    ends = [state for inside in classes for state in inside]
    passing = np.setdiff1d(np.arange(len(rewards)), ends)
    values = np.zeros(len(rewards))
    inner = np.eye(len(passing)) - transition[np.ix_(passing, passing)]
    values[passing] = np.linalg.solve(inner, rewards[passing])
    values[endless] = np.nan
    # States that can lead to endless rewards have no finite value either.
    reaches = np.linalg.solve(inner, transition[np.ix_(passing, endless)].sum(axis=1))
    values[passing[reaches > 0]] = np.nan
    return values
