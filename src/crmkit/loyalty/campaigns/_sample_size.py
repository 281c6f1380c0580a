"""How many customers a campaign takes, and what so many customers could show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from crmkit._arrays import Floats
from crmkit._checks import check_fraction, check_int, check_number, check_option
from crmkit._messages import Message
from crmkit._stats import ADJUSTMENTS, Adjustment, largest_remainders
from crmkit.loyalty.campaigns._arms import planned_arms
from crmkit.loyalty.campaigns._quantities import Quantity, Rate, planned_quantity

__all__ = ["detectable_effect_table", "sample_size_table"]

# The total of the planet is below; what is beyond is no plan.
_MOST: Final = 1e12

_NO_EFFECT: Final = Message(
    en="{@effect} must not be 0: no number of customers shows that there is none.",
    zh="{@effect} 不能为 0：再多的客户也证明不了没有效果。",
)
_NOT_OF_NOTHING: Final = Message(
    en="{@relative=True} takes {@effect} as a part of {@mean}, which must be above 0 then, got {value!r}.",
    zh="{@relative=True} 时 {@effect} 相对于 {@mean}，后者须大于 0，得到 {value!r}。",
)
_BEYOND: Final = Message(
    en="{@base_rate} {base:g} with an effect of {effect:g} gives {rate:g}, which must lie between 0 and 1.",
    zh="{@base_rate} 为 {base:g}，效果为 {effect:g}，得到 {rate:g}，须在 0 与 1 之间。",
)
_TOO_MANY: Final = Message(
    en="It would take {n:.3g} customers to see {@effect} {effect:g}. Give an effect that would matter.",
    zh="要看出 {@effect} {effect:g} 需要 {n:.3g} 位客户。请给出有实际意义的效果。",
)
_LESS_THAN_CHANCE: Final = Message(
    en="{@power} must be above 1 - {@level}, {alpha:g}, got {power!r}: so often an effect is found "
    "where there is none.",
    zh="{@power} 须大于 1 - {@level}（{alpha:g}），得到 {power!r}：没有效果时误报也有这么频繁。",
)
_NO_NUMBERS: Final = Message(
    en="{@n_customers} must be a whole number of customers or a list of them, got {value!r}.",
    zh="{@n_customers} 须为整数或整数列表，得到 {value!r}。",
)


def sample_size_table(
    *,
    arms: Mapping[str, float],
    control: str,
    effect: float,
    relative: bool = False,
    base_rate: float | None = None,
    mean: float | None = None,
    standard_deviation: float | None = None,
    skewness: float | None = None,
    correlation: float = 0.0,
    level: float = 0.95,
    power: float = 0.8,
    adjust: Adjustment = "holm",
) -> pd.DataFrame:
    r"""Give the number of customers it takes to find an effect, in each arm and in all.

    Of a mean the total is

    .. math:: N = (z_{1-\alpha/2} + z_{power})^2 \, \sigma^2 (1 - \rho^2) \, (1/w + 1/w_0) \, / \, \delta^2

    where w and w₀ are the shares of an arm and of the control group; of a rate, Fleiss' formula without the correction
    for continuity. With several arms it is the total at which the smallest of them finds the effect.

    Parameters
    ----------
    arms : mapping of str to float
        The share of customers planned for each arm, as `assign_arms` takes it.
    control : str
        The arm that the others are compared with.
    effect : float
        The smallest effect worth finding: how much higher, or below 0 lower, the rate or the mean would be. In points
        of the rate (0.01 is one in a hundred), or in money.
    relative : bool, default False
        Whether ``effect`` is a part of the base rate or the mean: 0.1 is a tenth more.
    base_rate : float, optional
        Of a share: the rate without the campaign, between 0 and 1.
    mean, standard_deviation, skewness : float, optional
        Of money or another number per customer, zeros included: its mean, standard deviation and skewness without the
        campaign in a window of the same length. `cuped_table` measures them.
    correlation : float, default 0.0
        Correlation of the outcome with what is known of the customers before, from 0 to below 1, if the effect is to be
        adjusted for it (CUPED). `cuped_table` measures it.
    level : float, default 0.95
        One minus the level of the tests, which are two-sided.
    power : float, default 0.8
        The probability with which the effect is to be found.
    adjust : {"holm", "benjamini-hochberg", "none"}, default "holm"
        How p-values will be adjusted for the number of arms. With either of the first two each arm is planned at the
        strictest step, 1 - ``level`` divided by the number of arms compared.

    Returns
    -------
    DataFrame
        One row per arm, the control group first, and one of all.

        ``arm``, ``scope``
            The arm, missing for all; "control", "arm" or "all".
        ``share``, ``n_customers``
            As planned; whole customers, which add up to the last row.
        ``effect``, ``relative_effect``
            As a difference, and as a part of the base, missing where that is not above 0.
        ``alpha``
            The level of the test of this arm.
        ``power``
            The probability that this arm finds the effect; larger arms have more than was asked for.
        ``false_gain_rate``, ``false_loss_rate``
            Of a mean: the chance that Student's test finds a gain, and a loss, where there is no effect. Each should be
            ``alpha`` / 2. Skewness moves one up and the other down where arms differ in size; not where they do not.
        ``too_few``
            Whether the normal approximation is not to be relied on: fewer than 10 customers expected with or without
            the outcome in an arm, or one of the two rates half as large again as it should be, or more.

    Raises
    ------
    TypeError
        If ``arms`` is not a mapping, or an argument is not a number.
    ValueError
        If the shares do not add up to 1, an argument is out of range, ``power`` is not above 1 - ``level``, the
        quantity is given twice or in part, the effect is 0 or leads beyond 0 and 1, or it takes more customers than
        there can be.

    See Also
    --------
    detectable_effect_table : What so many customers could show.
    cuped_table : Mean, deviation, skewness and correlation of past spend.
    crmkit.metrics.group_comparison_table : The comparison itself.

    Notes
    -----
    Quantiles are those of the normal distribution: Student's t would ask for about two customers more per arm, at a
    standardised effect of 0.5 for 64 instead of 63. Unequal shares cost customers: of an effect of a tenth of a
    standard deviation 3,140 are enough at 50:50, and 8,721 at 90:10.

    References
    ----------
    .. [1] Fleiss, Levin and Paik (2003), *Statistical Methods for Rates and Proportions*, 3rd ed., chapter 4.
    .. [2] Deng, Xu, Kohavi and Walker (2013), "Improving the Sensitivity of Online Controlled Experiments by Utilizing
       Pre-Experiment Data", *WSDM*.
    .. [3] Hall (1992), *The Bootstrap and Edgeworth Expansion*, section 2.6.

    Examples
    --------
    >>> found = sample_size_table(
    ...     arms={"none": 0.1, "email": 0.9}, control="none", effect=0.01, base_rate=0.05,
    ... )
    >>> found[["arm", "share", "n_customers", "power", "too_few"]].round(3)
         arm  share  n_customers  power  too_few
    0   none    0.1         4651    NaN    False
    1  email    0.9        41855    0.8    False
    2   None    1.0        46506    NaN    False
    """
    planned, quantity, alpha = _read(
        arms, control=control, level=level, power=power, adjust=adjust, base_rate=base_rate, mean=mean,
        standard_deviation=standard_deviation, skewness=skewness, correlation=correlation,
    )  # fmt: skip
    difference = _difference(effect, quantity, relative=relative)
    other, shares = float(planned.shares[0]), planned.shares[1:]
    exact = float(quantity.size(difference, shares, other, alpha=alpha, power=power).max())
    if exact > _MOST:
        raise ValueError(_TOO_MANY(n=exact, effect=effect))
    # No arm can be compared with fewer than two customers.
    total = max(_whole(exact), _whole(2 / float(planned.shares.min())))
    n = len(shares)
    table = pd.DataFrame(
        {
            "arm": pd.Series([*planned.names, None], dtype=object),
            "scope": ["control", *["arm"] * n, "all"],
            "share": [*planned.shares, 1.0],
            "n_customers": [*largest_remainders(planned.shares * total, total).tolist(), total],
        }
    )
    relation = difference / quantity.base if quantity.base > 0 else np.nan
    figures = _figures(quantity, shares, other, alpha=alpha, total=total)
    of_arms = {
        "effect": np.full(n, difference),
        "relative_effect": np.full(n, relation),
        "alpha": np.full(n, alpha),
        "power": quantity.power(difference, shares, other, alpha=alpha, total=total),
        **{name: figures[name] for name in ("false_gain_rate", "false_loss_rate")},
    }
    for name, column in of_arms.items():
        table[name] = [np.nan, *column, np.nan]
    return table.assign(too_few=[False, *figures["too_few"], bool(figures["too_few"].any())])


def detectable_effect_table(
    *,
    n_customers: int | Sequence[int],
    arms: Mapping[str, float],
    control: str,
    base_rate: float | None = None,
    mean: float | None = None,
    standard_deviation: float | None = None,
    skewness: float | None = None,
    correlation: float = 0.0,
    level: float = 0.95,
    power: float = 0.8,
    adjust: Adjustment = "holm",
) -> pd.DataFrame:
    """Give the smallest effects that so many customers could show.

    Parameters
    ----------
    n_customers : int or sequence of int
        Customers in all arms together, the control group included; or several such numbers.
    arms : mapping of str to float
        As in `sample_size_table`.
    control : str
        As in `sample_size_table`.
    base_rate : float, optional
        As in `sample_size_table`.
    mean, standard_deviation, skewness : float, optional
        As in `sample_size_table`.
    correlation : float, default 0.0
        As in `sample_size_table`.
    level : float, default 0.95
        As in `sample_size_table`.
    power : float, default 0.8
        The probability with which the effects are found.
    adjust : {"holm", "benjamini-hochberg", "none"}, default "holm"
        As in `sample_size_table`.

    Returns
    -------
    DataFrame
        One row per number of customers and arm other than the control group.

        ``total``, ``arm``, ``n_customers``, ``n_control``
            Customers in all, the arm, and whole customers in it and in the control group.
        ``alpha``
            The level of the test.
        ``detectable_increase``, ``detectable_decrease``
            The smallest true rise and fall that are found with probability ``power``, both above 0; missing where even
            the largest would not be found.
        ``relative_increase``, ``relative_decrease``
            The same as parts of the base rate or the mean; missing where that is not above 0.
        ``false_gain_rate``, ``false_loss_rate``, ``too_few``
            As in `sample_size_table`.

    Raises
    ------
    TypeError, ValueError
        As in `sample_size_table`, and if ``n_customers`` is not whole numbers above 0.

    See Also
    --------
    sample_size_table : How many customers an effect takes.

    Examples
    --------
    >>> found = detectable_effect_table(
    ...     n_customers=[10_000, 40_000], arms={"none": 0.5, "email": 0.5}, control="none", base_rate=0.05,
    ... )
    >>> found[["total", "arm", "detectable_increase", "detectable_decrease", "relative_increase"]].round(4)
       total    arm  detectable_increase  detectable_decrease  relative_increase
    0  10000  email               0.0129               0.0115             0.2586
    1  40000  email               0.0063               0.0059             0.1257
    """
    planned, quantity, alpha = _read(
        arms, control=control, level=level, power=power, adjust=adjust, base_rate=base_rate, mean=mean,
        standard_deviation=standard_deviation, skewness=skewness, correlation=correlation,
    )  # fmt: skip
    other, shares = float(planned.shares[0]), planned.shares[1:]
    parts = []
    for total in _totals(n_customers):
        whole = largest_remainders(planned.shares * total, total).tolist()
        rise, fall = quantity.detectable(shares, other, alpha=alpha, power=power, total=total)
        base = quantity.base if quantity.base > 0 else np.nan
        parts.append(
            pd.DataFrame(
                {
                    "total": total,
                    "arm": planned.names[1:],
                    "n_customers": whole[1:],
                    "n_control": whole[0],
                    "alpha": alpha,
                    "detectable_increase": rise,
                    "detectable_decrease": fall,
                    "relative_increase": rise / base,
                    "relative_decrease": fall / base,
                    **_figures(quantity, shares, other, alpha=alpha, total=total),
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def _read(arms: Any, *, control: str, level: float, power: float, adjust: str, **quantity: Any) -> Any:
    planned = planned_arms(arms, control=control)
    check_fraction(level, name="level")
    check_fraction(power, name="power")
    if power <= 1 - level:
        raise ValueError(_LESS_THAN_CHANCE(alpha=round(1 - level, 12), power=power))
    check_option(adjust, ADJUSTMENTS, name="adjust")
    n_tests = 1 if adjust == "none" else len(planned.names) - 1
    return planned, planned_quantity(**quantity), (1 - level) / n_tests


def _difference(effect: float, quantity: Quantity, *, relative: bool) -> float:
    """The effect as a difference."""
    check_number(effect, name="effect")
    if relative and quantity.base <= 0:
        raise ValueError(_NOT_OF_NOTHING(value=quantity.base))
    difference = float(effect) * quantity.base if relative else float(effect)
    if difference == 0:
        raise ValueError(_NO_EFFECT())
    rate = quantity.base + difference
    if isinstance(quantity, Rate) and not 0 <= rate <= 1:
        raise ValueError(_BEYOND(base=quantity.base, effect=difference, rate=rate))
    return difference


def _whole(exact: float) -> int:
    """Round up, but not what is whole but for the last bits."""
    nearest = round(exact)
    return int(nearest if abs(exact - nearest) <= 1e-9 * exact else np.ceil(exact))


def _figures(quantity: Quantity, shares: Floats, other: float, *, alpha: float, total: int) -> dict[str, Any]:
    gain, loss = quantity.false_alarms(shares, other, alpha=alpha, total=total)
    too_few = quantity.is_too_few(shares, other, alpha=alpha, total=total)
    return {"false_gain_rate": gain, "false_loss_rate": loss, "too_few": too_few}


def _totals(n_customers: Any) -> list[int]:
    given = [n_customers] if np.ndim(n_customers) == 0 else list(n_customers)
    if not given or isinstance(n_customers, (str, bytes, Mapping)):
        raise TypeError(_NO_NUMBERS(value=n_customers))
    for total in given:
        check_int(total, name="n_customers", low=1)
    return [int(total) for total in given]
