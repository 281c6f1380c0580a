"""Several forecasts made one: weighted by how well each did before, put right by its usual error, with an interval.

All is done with the logarithm of what came over what was forecast. What tests say is mixed with what is to be expected
without any: so one lucky test does not make an interval narrow, nor one unlucky test turn a forecast around.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from scipy.stats import t as student

from crmkit._arrays import Floats
from crmkit._time_units import DAYS_A_YEAR
from crmkit.value._forecast._origins import LEAST_DAYS, whole_tests

__all__ = ["HALF", "Combination", "Test", "combination", "logarithm", "reach"]

# What is expected of a forecast that has not been tried: errors of about 10 % of what comes, more for each year ahead,
# and more where the log has not yet seen the season that comes. Chosen on simulated and real logs.
_SPREAD: Final = 0.1
_DRIFT: Final = 0.003
_SEASON: Final = 0.22
# Errors of a candidate that has not been tried; rules that do not know both season and trend are expected to do worse.
_MODEL_ERROR: Final = 0.2
_RULE_ERRORS: Final = {"last_year": 0.3, "recent_rate": 0.4, "seasonal_rate": 0.2}
# How many tests each expectation is worth: the spread, a candidate's error, a model's bias, a rule's bias, the level.
_SPREAD_TESTS: Final = 3.0
_ERROR_TESTS: Final = 1.0
_MODEL_BIAS_TESTS: Final = 4.0
_RULE_BIAS_TESTS: Final = 2.0
_LEVEL_TESTS: Final = 4.0
# Variance of a customer's purchases over their expectation, where no test tells.
_DISPERSION: Final = 2.0
# Beyond e^100 times the forecast an interval says nothing more.
_FURTHEST: Final = 100.0
HALF: Final = 0.5
"""A total of nothing has a logarithm once half a purchase is added."""


@dataclass(frozen=True)
class Test:
    """What was forecast of one quantity on an earlier day, and what came.

    Attributes
    ----------
    day : int
        When the forecasts were made.
    expected : mapping of str to array
        By candidate, of each customer.
    came : array
        Of each customer.
    unit : float
        Size of one purchase in this quantity.
    """

    day: int
    expected: Mapping[str, Floats]
    came: Floats
    unit: float

    def of(self, name: str) -> Test:
        """The forecast of one candidate alone."""
        return Test(self.day, {key: each for key, each in self.expected.items() if key == name}, self.came, self.unit)


@dataclass(frozen=True)
class Combination:
    """How candidates are put together, and what is known of the error of the result.

    Attributes
    ----------
    weights, biases : mapping of str to float
        By candidate; a bias is added to the logarithm of its forecast.
    variance : float
        Of the logarithm of what comes over the forecast, but for the customers' own chance.
    observed : float
        Mean square of that logarithm in the tests, their own chance included.
    shares : array
        How much each test counts; together, the number of tests that do not overlap.
    dispersion : float
        Variance of a customer's purchases over their expectation.
    """

    weights: Mapping[str, float]
    biases: Mapping[str, float]
    variance: float
    observed: float
    shares: Floats
    dispersion: float

    @property
    def n_tests(self) -> float:
        """Number of tests that do not overlap."""
        return float(self.shares.sum())

    @property
    def freedom(self) -> float:
        """Degrees of freedom of the variance."""
        return _SPREAD_TESTS + self.n_tests

    def total(self, expected: Mapping[str, Floats], *, unit: float) -> float:
        """What all customers together will bring."""
        logs, weights = [], []
        for name, each in expected.items():
            if each.sum() > 0:
                logs.append(logarithm(each.sum(), unit) + self.biases[name])
                weights.append(self.weights[name])
        if not logs:
            return 0.0
        return max(float(np.exp(np.average(logs, weights=weights))) - HALF * unit, 0.0)

    def each(self, expected: Mapping[str, Floats], *, unit: float) -> Floats:
        """What each customer will bring; adds up to the total."""
        shares = [self.weights[name] * each / each.sum() for name, each in expected.items() if each.sum() > 0]
        if not shares:
            return np.zeros(len(next(iter(expected.values()))))
        share: Floats = np.sum(shares, axis=0)
        return np.asarray(self.total(expected, unit=unit) * share / share.sum())

    def shrunk_biases(self, errors: Sequence[Floats], n_groups: int) -> Floats:
        """Mean error of each group in the tests, as far as they can be believed."""
        if not errors:
            return np.zeros(n_groups)
        mean = np.average(errors, axis=0, weights=self.shares)
        return np.asarray(mean * self.n_tests / (self.n_tests + _MODEL_BIAS_TESTS))

    def chance(self, total: Any, *, unit: float) -> Any:
        """Variance of the logarithm of a total, or of several, that comes from the customers' own chance."""
        return self.dispersion * unit / (total + HALF * unit)

    def spread(self, chance: float) -> float:
        """Variance of the logarithm of what comes over what is forecast, of all customers."""
        prior = _SPREAD_TESTS * (self.variance + chance)
        return (prior + self.n_tests * self.observed) / self.freedom * (1 + 1 / (self.n_tests + _LEVEL_TESTS))


def combination(
    tests: Sequence[Test], names: Sequence[str], *, horizon: float, tested: int, age: int, corrected: bool = True
) -> Combination:
    """Learn from tests of ``tested`` days how to forecast ``horizon`` days from a log of ``age`` days."""
    tests = [test for test in tests if test.expected]
    # Shorter tests than the forecast count as one, and their errors grow with the time ahead.
    is_full = tested >= round(horizon)
    stretch = 1.0 if is_full else horizon / tested
    shares = _shares(tests, tested=tested, is_full=is_full)
    weights, biases = {}, {}
    for name in names:
        mine = [test for test in tests if name in test.expected and test.expected[name].sum() > 0]
        errors = np.array([_error(test, test.expected[name].sum()) for test in mine])
        counts = _shares(mine, tested=tested, is_full=is_full)
        n = counts.sum()
        slow = n + (_RULE_BIAS_TESTS if name in _RULE_ERRORS else _MODEL_BIAS_TESTS)
        biases[name] = float(counts @ errors / slow) if corrected else 0.0
        squares = _ERROR_TESTS * _RULE_ERRORS.get(name, _MODEL_ERROR) ** 2 + counts @ (errors - biases[name]) ** 2
        weights[name] = float(1 / (squares / (_ERROR_TESTS + n) * (1 + 1 / slow)))
    made = Combination(weights, biases, _expected_variance(horizon, age), 0.0, shares, _DISPERSION)
    if not tests:
        return made
    errors = np.array([_error(test, made.total(test.expected, unit=test.unit)) for test in tests])
    observed = float(np.average(errors**2, weights=shares)) * stretch
    return Combination(weights, biases, made.variance, observed, shares, _dispersion(made, tests))


def reach(variance: Any, freedom: Any, *, level: float) -> Any:
    """How far the logarithm of a total may lie from its forecast."""
    return np.minimum(student.ppf((1 + level) / 2, freedom) * np.sqrt(variance), _FURTHEST)


def logarithm(total: Any, unit: float) -> Any:
    """Logarithm of a total, or of several, of which none is nothing."""
    return np.log(np.maximum(total, 0.0) + HALF * unit)


def _error(test: Test, forecast: float) -> float:
    """Logarithm of what came over a forecast."""
    return float(logarithm(test.came.sum(), test.unit) - logarithm(forecast, test.unit))


def _shares(tests: Sequence[Test], *, tested: int, is_full: bool) -> Floats:
    """How much each test counts; shorter tests than the forecast count as one together."""
    shares = whole_tests([test.day for test in tests], horizon=tested)
    return shares if is_full else shares / max(shares.sum(), 1.0)


def _expected_variance(horizon: float, age: int) -> float:
    years = horizon / DAYS_A_YEAR
    variance = _SPREAD**2 + _DRIFT * years
    if years < 1 and age < DAYS_A_YEAR + LEAST_DAYS:
        variance += _SEASON**2 * float(np.sqrt(1 - years))
    return variance


def _dispersion(made: Combination, tests: Sequence[Test]) -> float:
    """Variance of what customers bring over its expectation in units; at least that of a Poisson number."""
    squares = expected = 0.0
    for test in tests:
        each = made.each(test.expected, unit=test.unit)
        squares += float((((test.came - each) / test.unit) ** 2).sum())
        expected += float(each.sum()) / test.unit
    return max(squares / expected, 1.0) if expected > 0 else _DISPERSION
