"""How McFadden's R² of a logistic regression divides among its drivers, under many weights of the rows at once."""

from __future__ import annotations

from itertools import combinations
from math import comb
from typing import Final

import numpy as np

from crmkit._arrays import Floats
from crmkit.loyalty.satisfaction._linear_shares import roots

__all__ = ["MOST_LOGISTIC", "averaged_over_orders_logistic", "relative_weights_logistic"]

MOST_LOGISTIC: Final = 10
_MOST_STEPS: Final = 60
_MOST_HALVINGS: Final = 30
_CLOSE: Final = 1e-10
_RIDGE: Final = 1e-9
# A linear predictor beyond decides anything; where drivers tell the outcome without error it would grow for ever.
_SURE: Final = 30.0


def averaged_over_orders_logistic(outcome: Floats, drivers: Floats, weights: Floats) -> Floats:
    """What each driver adds to McFadden's R², averaged over all orders: shape (n_draws, n_drivers).

    ``drivers`` of shape (n_rows, n_drivers), ``weights`` of shape (n_draws, n_rows).
    """
    n_drivers = drivers.shape[1]
    fits: dict[tuple[int, ...], Floats] = {(): np.zeros(len(weights))}
    for size in range(1, n_drivers + 1):
        for chosen in combinations(range(n_drivers), size):
            fits[chosen] = _fit(outcome, drivers[:, chosen], weights)[1]
    shares = np.zeros((len(weights), n_drivers))
    for chosen, fit in fits.items():
        for driver in set(range(n_drivers)) - set(chosen):
            with_it = fits[tuple(sorted((*chosen, driver)))]
            shares[:, driver] += (with_it - fit) / (n_drivers * comb(n_drivers - 1, len(chosen)))
    return shares


def relative_weights_logistic(outcome: Floats, drivers: Floats, weights: Floats, matrices: Floats) -> Floats:
    """Johnson's weights with the slopes of a logistic regression, scaled so that they add up to McFadden's R².

    References
    ----------
    .. [1] Tonidandel and LeBreton (2010), "Determining the Relative Importance of Predictors in Logistic Regression",
       *Organizational Research Methods* 13.
    """
    root, back = roots(matrices[:, 1:, 1:])
    found = np.empty((len(weights), drivers.shape[1]))
    for draw, own in enumerate(weights):
        mean = own @ drivers / own.sum()
        spread = np.sqrt(own @ (drivers - mean) ** 2 / own.sum())
        slopes, fit = _fit(outcome, (drivers - mean) / spread @ back[draw], own[None, :])
        raw = root[draw] ** 2 @ slopes[0] ** 2
        found[draw] = raw * (fit[0] / raw.sum() if raw.sum() > 0 else 0.0)
    return found


def _fit(outcome: Floats, columns: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Slopes and McFadden's R² of a logistic regression under each draw of weights, by Newton's steps."""
    design = np.column_stack([np.ones(len(outcome)), columns])
    above = np.triu_indices(design.shape[1])
    products = design[:, above[0]] * design[:, above[1]]
    totals = weights.sum(axis=1)
    share = weights @ outcome / totals
    least = totals * (share * np.log(share) + (1 - share) * np.log1p(-share))
    found = np.zeros((len(weights), design.shape[1]))
    found[:, 0] = np.log(share) - np.log1p(-share)
    reached, chance = _judged(found, outcome, design, weights)
    enough: Floats = _CLOSE * np.abs(least)
    for _ in range(_MOST_STEPS):
        slope = (weights * (outcome - chance)) @ design
        curvature = np.empty((len(weights), design.shape[1], design.shape[1]))
        curvature[:, above[0], above[1]] = (weights * chance * (1 - chance)) @ products
        curvature[:, above[1], above[0]] = curvature[:, above[0], above[1]]
        # A hair of ridge, so that columns that determine one another, and rows told without error, have a step too.
        diagonal = np.arange(design.shape[1])
        curvature[:, diagonal, diagonal] += _RIDGE * (1 + curvature[:, diagonal, diagonal])
        step = np.asarray(np.linalg.solve(curvature, slope[:, :, None])[:, :, 0], dtype=float)
        reached_before = reached
        found, reached, chance = _moved(found, step, reached - enough, outcome, design, weights)
        if (reached - reached_before <= enough).all():
            break
    return found[:, 1:], 1 - reached / least


def _moved(
    found: Floats, step: Floats, wanted: Floats, outcome: Floats, design: Floats, weights: Floats
) -> tuple[Floats, Floats, Floats]:
    """Take a step, halved until no likelihood is worse than wanted."""
    for _ in range(_MOST_HALVINGS):
        reached, chance = _judged(found + step, outcome, design, weights)
        worse = reached < wanted
        if not worse.any():
            break
        step = np.where(worse[:, None], step / 2, step)
    return found + step, reached, chance


def _judged(found: Floats, outcome: Floats, design: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """The likelihood under each draw, and the chance of each row."""
    predictor = np.clip(found @ design.T, -_SURE, _SURE)
    odds = np.exp(predictor)
    likelihood = np.einsum("ij,ij->i", weights, outcome * predictor - np.log1p(odds))
    return likelihood, odds / (1 + odds)
