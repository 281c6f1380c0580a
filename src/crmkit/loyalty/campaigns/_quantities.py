"""What a campaign is to change, as it is without the campaign, and how large an effect n customers can show."""

from __future__ import annotations

from typing import Final, NamedTuple, TypeAlias

import numpy as np
from scipy.special import ndtr, ndtri

from crmkit._arrays import Floats
from crmkit._checks import check_fraction, check_number
from crmkit._messages import Message
from crmkit._stats import detectable_increase_of_share

__all__ = ["Mean", "Quantity", "Rate", "planned_quantity"]

# A tail of a test that is so much larger than planned is no longer the test that was planned.
_MOST_TAIL: Final = 1.5
_FEWEST_CHANGES: Final = 10

_NEITHER: Final = Message(
    en="Give {@base_rate} for a share, or {@mean}, {@standard_deviation} and {@skewness} for money or another mean, "
    "got {given}. {@cuped_table()} measures the latter.",
    zh="比率请给 {@base_rate}；金额等均值请给 {@mean}、{@standard_deviation} 与 {@skewness}，现给出 {given}。"
    "后三项可用 {@cuped_table()} 从历史数据求得。",
)
_NOT_POSITIVE: Final = Message(
    en="{@standard_deviation} must be above 0, got {value!r}.", zh="{@standard_deviation} 须大于 0，得到 {value!r}。"
)


class Rate(NamedTuple):
    """A share of customers, such as those who buy."""

    base: float
    left: float

    def size(self, effect: float, share: Floats, other: float, *, alpha: float, power: float) -> Floats:
        """Give the total that it takes, where arms have the shares ``share`` and the control group ``other``."""
        alike, apart = self._errors(effect, share, other)
        reach, seen = ndtri(1 - alpha / 2), ndtri(power)
        with np.errstate(over="ignore"):
            return np.asarray(self.left * ((reach * alike + seen * apart) / effect) ** 2)

    def power(self, effect: float, share: Floats, other: float, *, alpha: float, total: float) -> Floats:
        """Give the probability that the effect is found with so many customers."""
        alike, apart = self._errors(effect, share, other)
        reach = ndtri(1 - alpha / 2)
        return np.asarray(ndtr((abs(effect) * np.sqrt(total / self.left) - reach * alike) / apart))

    def detectable(self, share: Floats, other: float, *, alpha: float, power: float, total: float) -> list[Floats]:
        """Give the smallest increase and the smallest decrease that are found."""
        n, other_n = share * total / self.left, other * total / self.left
        bases = (self.base, 1 - self.base)
        return [detectable_increase_of_share(base, n, other_n, alpha=alpha, power=power) for base in bases]

    def false_alarms(self, share: Floats, other: float, *, alpha: float, total: float) -> list[Floats]:  # noqa: ARG002
        """Nothing is known of the tails: they depend on whole customers."""
        return [np.full_like(share, np.nan)] * 2

    def is_too_few(self, share: Floats, other: float, *, alpha: float, total: float) -> np.ndarray:  # noqa: ARG002
        """Whether fewer than ten are expected on either side."""
        return np.asarray(np.minimum(share, other) * total * min(self.base, 1 - self.base) < _FEWEST_CHANGES)

    def _errors(self, effect: float, share: Floats, other: float) -> tuple[Floats, Floats]:
        """The standard error of the difference times the root of the total: if there is no effect, and if there is."""
        there = self.base + effect
        middle = (share * there + other * self.base) / (share + other)
        alike = np.sqrt(middle * (1 - middle) * (1 / share + 1 / other))
        return alike, np.sqrt(there * (1 - there) / share + self.base * (1 - self.base) / other)


class Mean(NamedTuple):
    """Money or another number per customer."""

    base: float
    deviation: float
    skewness: float
    left: float

    def size(self, effect: float, share: Floats, other: float, *, alpha: float, power: float) -> Floats:
        """Give the total that it takes, where arms have the shares ``share`` and the control group ``other``."""
        reach = ndtri(1 - alpha / 2) + ndtri(power)
        with np.errstate(over="ignore"):
            return np.asarray((reach * self._error(share, other) / effect) ** 2)

    def power(self, effect: float, share: Floats, other: float, *, alpha: float, total: float) -> Floats:
        """Give the probability that the effect is found with so many customers."""
        found = abs(effect) * np.sqrt(total) / self._error(share, other)
        return np.asarray(ndtr(found - ndtri(1 - alpha / 2)))

    def detectable(self, share: Floats, other: float, *, alpha: float, power: float, total: float) -> list[Floats]:
        """Give the smallest increase and the smallest decrease that are found."""
        found = (ndtri(1 - alpha / 2) + ndtri(power)) * self._error(share, other) / np.sqrt(total)
        return [found, found]

    def false_alarms(self, share: Floats, other: float, *, alpha: float, total: float) -> list[Floats]:
        """Give the chances that Student's test finds a gain, and a loss, where there is none.

        By the first term of the Edgeworth expansion of the studentised difference.

        References
        ----------
        .. [1] Hall (1992), *The Bootstrap and Edgeworth Expansion*, section 2.6.
        """
        n, other_n = share * total, other * total
        skewness = self.skewness * (1 / n**2 - 1 / other_n**2) / (1 / n + 1 / other_n) ** 1.5
        reach = ndtri(1 - alpha / 2)
        moved = skewness * (2 * reach**2 + 1) / 6 * np.exp(-(reach**2) / 2) / np.sqrt(2 * np.pi)
        return [np.clip(alpha / 2 - moved, 0, 1), np.clip(alpha / 2 + moved, 0, 1)]

    def is_too_few(self, share: Floats, other: float, *, alpha: float, total: float) -> np.ndarray:
        """Whether a false alarm on one side is half as likely again as planned, or more."""
        worst = np.maximum(*self.false_alarms(share, other, alpha=alpha, total=total))
        return np.asarray(worst > _MOST_TAIL * alpha / 2)

    def _error(self, share: Floats, other: float) -> Floats:
        """The standard error of the difference times the root of the total."""
        return self.deviation * np.sqrt(self.left * (1 / share + 1 / other))


Quantity: TypeAlias = Rate | Mean


def planned_quantity(
    *,
    base_rate: float | None,
    mean: float | None,
    standard_deviation: float | None,
    skewness: float | None,
    correlation: float,
) -> Quantity:
    """Read what is to change; ``correlation`` with what is known before leaves a part of the variance."""
    check_fraction(correlation, name="correlation", low_open=False)
    left = 1 - float(correlation) ** 2
    numbers = {"mean": mean, "standard_deviation": standard_deviation, "skewness": skewness}
    given = [name for name, value in {"base_rate": base_rate, **numbers}.items() if value is not None]
    if given == ["base_rate"]:
        check_fraction(base_rate, name="base_rate")
        return Rate(float(base_rate), left)  # type: ignore[arg-type]
    if given != list(numbers):
        raise ValueError(_NEITHER(given=given))
    for name, value in numbers.items():
        check_number(value, name=name)
    base, deviation, third = (float(value) for value in numbers.values())  # type: ignore[arg-type]
    if deviation <= 0:
        raise ValueError(_NOT_POSITIVE(value=standard_deviation))
    return Mean(base, deviation, third, left)
