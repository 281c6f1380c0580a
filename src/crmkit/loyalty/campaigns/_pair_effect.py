"""What an outcome of matched pairs says of an effect, and how strong a hidden reason would have to be to explain it."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from scipy.special import stdtr, stdtrit

from crmkit._arrays import Floats

__all__ = ["PairEffect", "e_values", "pair_effect"]

# Chinn's factor from a standardised difference to the logarithm of a relative risk.
_LOG_RISK: Final = 0.91


class PairEffect(NamedTuple):
    """The mean outcome of those contacted, what the contact added to it, the ends of its interval, and the p-value."""

    value: float
    difference: float
    lower: float
    upper: float
    p_value: float


def pair_effect(outcome: tuple[Floats, Floats], covariates: tuple[Floats, Floats], *, level: float) -> PairEffect:
    """Regress the differences of the pairs in the outcome on those in the covariates: the constant is the effect.

    What is left of the differences in the covariates is so taken out, and the error is that of the pairs, whatever
    their spread.

    References
    ----------
    .. [1] Rubin (1973), "The Use of Matched Sampling and Regression Adjustment to Remove Bias in Observational
       Studies", *Biometrics* 29.
    .. [2] Abadie and Spiess (2022), "Robust Post-Matching Inference", *Journal of the American Statistical
       Association* 117.
    """
    gained = outcome[0] - outcome[1]
    apart = covariates[0] - covariates[1]
    spread = apart.std(axis=0)
    apart = apart[:, spread > 0] / spread[spread > 0]
    design = np.column_stack([np.ones(len(gained)), apart])
    inverse = np.linalg.pinv(design.T @ design, rcond=1e-10, hermitian=True)
    coefficients = inverse @ (design.T @ gained)
    rest = gained - design @ coefficients
    freedom = len(gained) - np.linalg.matrix_rank(inverse, hermitian=True)
    weights = design @ inverse[0]
    error = (
        np.sqrt(float((weights * rest) ** 2 @ np.ones(len(rest))) * len(gained) / freedom) if freedom > 0 else np.nan
    )
    difference = float(coefficients[0])
    margin = stdtrit(freedom, (1 + level) / 2) * error
    statistic = abs(difference) / error if error > 0 else np.inf if difference else 0.0
    p_value = float(2 * stdtr(freedom, -statistic)) if freedom > 0 else np.nan
    return PairEffect(float(outcome[0].mean()), difference, difference - margin, difference + margin, p_value)


def e_values(effect: PairEffect, *, spread: float, is_rate: bool) -> tuple[float, float]:
    """Give the E-values of an effect and of the end of its interval that is nearer to none.

    A hidden reason would have to go with both the contact and the outcome by a relative risk of so much, beyond what
    is in the covariates, to explain the effect, or to make its interval hold none.

    References
    ----------
    .. [1] VanderWeele and Ding (2017), "Sensitivity Analysis in Observational Research: Introducing the E-Value",
       *Annals of Internal Medicine* 167.
    """
    nearer = 0.0 if effect.lower <= 0 <= effect.upper else min(effect.lower, effect.upper, key=abs)
    expected = effect.value - effect.difference
    if is_rate:
        risks = [(expected + each) / expected if expected > 0 else np.nan for each in (effect.difference, nearer)]
    else:
        risks = [np.exp(_LOG_RISK * each / spread) if spread > 0 else np.nan for each in (effect.difference, nearer)]
    return _e_value(risks[0]), _e_value(risks[1])


def _e_value(risk: float) -> float:
    if not 0 < risk < np.inf:
        return np.nan
    above = max(risk, 1 / risk)
    return float(above + np.sqrt(above * (above - 1)))
