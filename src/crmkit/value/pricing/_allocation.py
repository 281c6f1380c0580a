"""A budget divided among channels so that no unit of money would bring more elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from crmkit._arrays import Floats
from crmkit._checks import check_number, is_number
from crmkit._frames import FrameT, from_pandas
from crmkit._messages import Message, Parameter
from crmkit.value.pricing._curves import Curve, check_responses, read_curves

__all__ = ["NOT_ABOVE", "allocate_budget", "bounds", "finite"]

_MOST_STEPS: Final = 5_000
_HALVINGS: Final = 80
_SAME: Final = 1e-9

_BELOW: Final = Message(en="{name} must be 0 or more, got {value!r}.", zh="{name} 不得小于 0，得到 {value!r}。")
NOT_ABOVE: Final = Message(en="{name} must be above 0, got {value!r}.", zh="{name} 须大于 0，得到 {value!r}。")
_BOUNDS: Final = Message(
    en="{name} must be a number of 0 or more, or one for each of the {n} channels, got {value!r}.",
    zh="{name} 须为不小于 0 的数，或为 {n} 个渠道各给一个，得到 {value!r}。",
)
_CROSSED: Final = Message(
    en="{@lower} exceeds {@upper} for the channel {channel!r}: {low:g} and {high:g}.",
    zh="渠道 {channel!r} 的 {@lower} 大于 {@upper}：{low:g} 与 {high:g}。",
)
_TOO_LITTLE: Final = Message(
    en="{@lower} adds up to {needed:,.10g}, more than the {@budget} of {budget:,.10g}.",
    zh="{@lower} 合计 {needed:,.10g}，超过 {@budget} {budget:,.10g}。",
)
_S_SHAPED: Final = Message(
    en="The curve of {channel!r} is S-shaped: at first more money brings more and more, so that equal marginal returns "
    "may be the worst choice. Give {@step}, and all multiples of it are tried.",
    zh="{channel!r} 的曲线呈 S 形：起初投得越多边际回报越高，边际回报相等时可能反而最差。"
    "请给出 {@step}，以逐一尝试其倍数。",
)
_FINE: Final = Message(
    en="{@step} of {step:g} divides the budget into {n:,} steps; at most {most:,} are tried. Give a larger one.",
    zh="{@step} 为 {step:g} 时预算分成 {n:,} 步，最多 {most:,} 步。请取大一些。",
)
_RULE: Final = Message(
    en="{@rule} must give one share of 0 or more for each of the {n} channels, and add up to 1, got {value!r}.",
    zh="{@rule} 须为 {n} 个渠道各给一个不小于 0 的比例，且合计为 1，得到 {value!r}。",
)


def allocate_budget(
    curves: FrameT,
    *,
    budget: float,
    lower: float | Sequence[float] = 0.0,
    upper: float | Sequence[float] | None = None,
    step: float | None = None,
    rule: Sequence[float] | None = None,
) -> FrameT:
    r"""Divide a budget among channels for the highest response of all together.

    .. math:: \max \sum_i f_i(x_i), \qquad \sum_i x_i \le B, \qquad l_i \le x_i \le u_i

    If each unit of money brings less than the one before, the best division has equal marginal returns in all channels
    that are not at a bound. It is found by bisection, to the last digit, whatever the units of money and response. With
    ``step``, all divisions into multiples of it are compared (dynamic programming); S-shaped curves need that.

    Parameters
    ----------
    curves : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        A row per channel, as `response_curve_table` gives it: ``channel``, ``kind``, ``scale``, ``shape``,
        ``spend_scale``, and ``highest_spend`` where known.
    budget : float
        Money to divide, above 0.
    lower : float or sequence of float, default 0
        Least spend of each channel, or of all, 0 or more.
    upper : float or sequence of float, optional
        Most.
    step : float, optional
        Money is given in multiples of this, beyond ``lower``; the rest of the budget stays unspent.
    rule : sequence of float, optional
        Shares of the budget in the order of the rows, such as ``(0.5, 0.3, 0.2)``, to compare with.

    Returns
    -------
    the kind of frame given
        One row per channel, in the order given: ``channel``; ``spend``; ``spend_share`` of the budget; ``response``;
        ``marginal_return``, what one more unit of money would bring; ``average_return``, response / spend, missing
        without spend; ``at_bound``: "lower", "upper", or missing; ``extrapolated``, whether more is spent than was ever
        seen; ``rule_spend`` and ``rule_response``, by the rule, missing without one.

    Raises
    ------
    SchemaError
        If a column is missing or of a wrong kind, a kind is unknown, a channel is there twice, or a number of a curve
        lies outside its range, or gives a response beyond all numbers.
    TypeError
        If ``curves`` is not a frame or an argument not a number.
    ValueError
        If an argument lies outside its range; the least spends exceed the most, or the budget; a curve is S-shaped and
        there is no ``step``, or there are too many.

    See Also
    --------
    optimal_budget_table : How much to spend in all.

    References
    ----------
    .. [1] Koopman (1953), "The Optimum Distribution of Effort", *Journal of the Operations Research Society of America*
       1(2).
    .. [2] Bellman (1957), *Dynamic Programming*, ch. 1.

    Examples
    --------
    >>> import pandas as pd
    >>> curves = pd.DataFrame({"channel": ["radio", "print", "search"], "kind": "power", "scale": [100.0, 120, 60],
    ...                        "shape": [0.4, 0.3, 0.6], "spend_scale": float("nan")})
    >>> found = allocate_budget(curves, budget=100, rule=(0.5, 0.3, 0.2))
    >>> found[["channel", "spend", "response", "marginal_return", "rule_response"]].round(2)
      channel  spend  response  marginal_return  rule_response
    0   radio  20.01    331.50             6.63         478.18
    1   print  11.22    247.84             6.63         332.90
    2  search  68.77    759.63             6.63         362.05
    """
    check_number(budget, name="budget")
    if budget <= 0:
        raise ValueError(NOT_ABOVE(name=Parameter("budget"), value=budget))
    channels, found = read_curves(curves)
    n = len(found)
    low = bounds(lower, n, name="lower")
    high = np.full(n, float(budget)) if upper is None else np.minimum(bounds(upper, n, name="upper"), budget)
    for place in np.flatnonzero(low > high).tolist():
        if upper is not None and low[place] <= budget:
            raise ValueError(_CROSSED(channel=channels.iloc[place], low=low[place], high=high[place]))
    if low.sum() > budget * (1 + _SAME):
        raise ValueError(_TOO_LITTLE(needed=float(low.sum()), budget=budget))
    high = np.maximum(high, low)
    check_responses(found, np.full(n, float(budget)))
    by_rule = np.full(n, np.nan) if rule is None else budget * _shares(rule, n)
    if step is None:
        for place, curve in enumerate(found):
            if not curve.is_concave:
                raise ValueError(_S_SHAPED(channel=channels.iloc[place]))
        spend = _equal_margins(found, float(budget), low, high) if n else low
    else:
        spend = _best_of_steps(found, float(budget), low, high, step) if n else low
    response = np.array([float(curve.response(x)) for curve, x in zip(found, spend, strict=True)])
    at_bound = np.where(spend <= low, "lower", np.where(spend >= high, "upper", "")).astype(object)
    at_bound[at_bound == ""] = None
    table = pd.DataFrame(
        {
            "channel": channels,
            "spend": spend,
            "spend_share": spend / budget,
            "response": response,
            "marginal_return": [finite(curve.slope(x)) for curve, x in zip(found, spend, strict=True)],
            "average_return": np.divide(response, spend, out=np.full(n, np.nan), where=spend > 0),
            "at_bound": at_bound,
            "extrapolated": spend > np.array([curve.highest_seen for curve in found]),
            "rule_spend": by_rule,
            "rule_response": [float(curve.response(x)) for curve, x in zip(found, by_rule, strict=True)],
        }
    )
    return from_pandas(table, like=curves)


def finite(value: float) -> float:
    """A number, or missing where it is beyond all numbers."""
    return value if np.isfinite(value) else np.nan


def bounds(given: Any, n: int, *, name: str) -> Floats:
    """Read a number for all channels, or one for each."""
    values = [given] * n if is_number(given) else list(given) if isinstance(given, (Sequence, np.ndarray)) else None
    if isinstance(given, (str, bytes)) or values is None:
        raise TypeError(_BOUNDS(name=Parameter(name), n=n, value=given))
    if len(values) != n or not all(is_number(value) and value >= 0 for value in values):
        raise ValueError(_BOUNDS(name=Parameter(name), n=n, value=given))
    return np.asarray(values, dtype=np.float64)


def _shares(rule: Any, n: int) -> Floats:
    if isinstance(rule, (str, bytes)) or not isinstance(rule, Sequence):
        raise TypeError(_RULE(n=n, value=rule))
    if len(rule) != n or not all(is_number(share) and share >= 0 for share in rule) or abs(sum(rule) - 1) > _SAME:
        raise ValueError(_RULE(n=n, value=list(rule)))
    return np.asarray(rule, dtype=np.float64)


def _equal_margins(curves: list[Curve], budget: float, low: Floats, high: Floats) -> Floats:
    """Bisect the slope that all channels between their bounds have."""
    if high.sum() <= budget:
        return high

    def spends(log_slope: float) -> Floats:
        with np.errstate(over="ignore"):
            wanted = [curve.spend_at(float(np.exp(log_slope))) for curve in curves]
        return np.clip(wanted, low, high)

    slopes = [curve.slope(max(x, budget * 1e-300)) for curve, x in zip(curves, high, strict=True)]
    flat = np.log(max(min(slopes), np.finfo(float).tiny)) - 1
    steep = flat + 1
    while spends(steep).sum() > budget:
        steep += 2 * (steep - flat)
    for _ in range(_HALVINGS):
        middle = (flat + steep) / 2
        flat, steep = (middle, steep) if spends(middle).sum() > budget else (flat, middle)
    spend = spends(steep)
    free = (spend > low) & (spend < high)
    # The last digits go to the channels that are not at a bound.
    if free.any():
        spend[free] *= 1 + (budget - spend.sum()) / spend[free].sum()
    return np.clip(spend, low, high)


def _best_of_steps(curves: list[Curve], budget: float, low: Floats, high: Floats, step: Any) -> Floats:
    """Compare all divisions into steps, channel by channel."""
    check_number(step, name="step")
    if step <= 0:
        raise ValueError(NOT_ABOVE(name=Parameter("step"), value=step))
    n_steps = int(np.floor((budget - low.sum()) / step * (1 + _SAME) + _SAME))
    if n_steps > _MOST_STEPS:
        raise ValueError(_FINE(step=step, n=n_steps, most=_MOST_STEPS))
    best, choices = np.zeros(n_steps + 1), []
    for curve, least, most in zip(curves, low, high, strict=True):
        n_own = min(int(np.floor((most - least) / step * (1 + _SAME) + _SAME)), n_steps)
        gained = curve.response(least + step * np.arange(n_own + 1))
        reached, chosen = np.full(n_steps + 1, -np.inf), np.zeros(n_steps + 1, dtype=np.intp)
        for own, gain in enumerate(gained):
            tried = best[: n_steps + 1 - own] + gain
            better = tried > reached[own:]
            reached[own:][better] = tried[better]
            chosen[own:][better] = own
        best = reached
        choices.append(chosen)
    left, taken = int(best.argmax()), np.zeros(len(curves), dtype=np.int64)
    for place in range(len(curves) - 1, -1, -1):
        taken[place] = int(choices[place][left])
        left -= int(taken[place])
    return np.asarray(low + step * taken)
