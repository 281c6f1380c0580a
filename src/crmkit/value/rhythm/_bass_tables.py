"""What a Bass curve with its uncertainty says: the customers to come, those fitted on, and the peak."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd

from crmkit._arrays import Floats
from crmkit._checks import check_fraction, check_int
from crmkit._random import as_generator
from crmkit.value.rhythm._adopters import next_periods
from crmkit.value.rhythm._bass_curve import increments, peak

__all__ = ["Launch"]

_MOST_PERIODS: Final = 1_000
_MOST_DRAWS: Final = 100_000
# Drawn logarithms stay within this distance of the estimate; beyond, numbers are none.
_FARTHEST: Final = 60.0


class Launch(NamedTuple):
    """A fitted curve: m, p and q, the covariance of their logarithms, and what they were fitted on.

    ``df`` is 0 where parameters were given; then there are no intervals.
    """

    estimate: Floats
    covariance: Floats
    sigma: float
    df: int
    new_customers: Floats
    periods: Any

    def forecast(
        self, n_periods: int, *, level: float, n_draws: int, random_state: int | np.random.Generator
    ) -> pd.DataFrame:
        """A row per period to come."""
        check_int(n_periods, name="n_periods", low=1, high=_MOST_PERIODS)
        _check_draws(level, n_draws)
        n, seen = len(self.new_customers), float(self.new_customers.sum())
        expected = self._expected(n + n_periods)[n:]
        total = seen + np.cumsum(expected)
        columns: dict[str, Any] = {
            "t": np.arange(n + 1, n + n_periods + 1),
            "period": next_periods(self.periods, n_periods),
        }
        each: Floats | None = None
        if self.df:
            rng = as_generator(random_state)
            drawn, wider = self._drawn(n_draws, rng)
            with np.errstate(over="ignore", under="ignore"):
                curves = drawn[0][:, None] * increments(n + n_periods, drawn[1], drawn[2])[:, n:]
            each = curves + self.sigma * wider[:, None] * rng.standard_normal((n_draws, n_periods))
        columns |= _with_interval("new_customers", "", expected, each, level=level, low=0.0)
        sums = None if each is None else seen + np.cumsum(each, axis=1)
        columns |= _with_interval("cumulative_customers", "cumulative_", total, sums, level=level, low=seen)
        return pd.DataFrame(columns)

    def fitted(self) -> pd.DataFrame:
        """A row per period fitted on."""
        new = self.new_customers
        expected = self._expected(len(new))
        return pd.DataFrame(
            {
                "t": np.arange(1, len(new) + 1),
                "period": self.periods,
                "new_customers": new,
                "expected": expected,
                "cumulative_customers": np.cumsum(new),
                "cumulative_expected": np.cumsum(expected),
            }
        )

    def peak(self, *, level: float, n_draws: int, random_state: int | np.random.Generator) -> pd.DataFrame:
        """A row each for the time, the height and the share of the peak."""
        _check_draws(level, n_draws)
        values = [float(value) for value in peak(*self.estimate)]
        draws: list[Floats | None] = [None, None, None]
        if self.df:
            draws = [*peak(*self._drawn(n_draws, as_generator(random_state))[0])]
        rows = [
            {"quantity": name, **_with_interval("value", "", np.array([value]), None if each is None else each[:, None],
                                                level=level, low=0.0)}
            for name, value, each in zip(("peak_time", "peak_rate", "peak_share"), values, draws, strict=True)
        ]  # fmt: skip
        return pd.concat([pd.DataFrame(row) for row in rows], ignore_index=True)

    def _expected(self, n: int) -> Floats:
        """New customers of the first n periods."""
        m, p, q = self.estimate
        return np.asarray(m * increments(n, p, q))

    def _drawn(self, n_draws: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
        """Draw the parameters, of shape (3, n_draws), and how much larger ``sigma`` may be; Student's together."""
        wider = np.sqrt(self.df / rng.chisquare(self.df, n_draws))
        variances, directions = np.linalg.eigh(self.covariance)
        root = directions * np.sqrt(np.maximum(variances, 0.0))
        moved = wider[:, None] * (rng.standard_normal((n_draws, len(self.estimate))) @ root.T)
        return self.estimate[:, None] * np.exp(np.clip(moved, -_FARTHEST, _FARTHEST)).T, wider


def _check_draws(level: float, n_draws: int) -> None:
    check_fraction(level, name="level")
    check_int(n_draws, name="n_draws", low=2, high=_MOST_DRAWS)


def _with_interval(
    name: str, prefix: str, expected: Floats, draws: Floats | None, *, level: float, low: float
) -> dict[str, Floats]:
    """A column with the ends of the interval of draws of shape (n_draws, n), not below ``low``; it holds the column."""
    lower = upper = np.full(len(expected), np.nan)
    if draws is not None:
        ends = np.quantile(draws, [(1 - level) / 2, (1 + level) / 2], axis=0)
        lower, upper = np.maximum(np.minimum(ends[0], expected), low), np.maximum(ends[1], expected)
    return {name: expected, f"{prefix}lower": lower, f"{prefix}upper": upper}
