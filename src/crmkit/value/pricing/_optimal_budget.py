"""How much to spend in all: each channel until one more unit of money no longer pays for itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd

from crmkit._frames import FrameT, from_pandas
from crmkit._messages import Message
from crmkit.value.pricing._allocation import bounds, finite
from crmkit.value.pricing._curves import Curve, check_responses, read_curves

__all__ = ["optimal_budget_table"]

_MARGIN: Final = Message(
    en="{@margin} must lie above 0 and not above 1 for each channel, got {value!r}.",
    zh="{@margin} 对每个渠道须大于 0 且不大于 1，得到 {value!r}。",
)
_CROSSED: Final = Message(
    en="{@lower} exceeds {@upper} for the channel {channel!r}: {low:g} and {high:g}.",
    zh="渠道 {channel!r} 的 {@lower} 大于 {@upper}：{low:g} 与 {high:g}。",
)


def optimal_budget_table(
    curves: FrameT,
    *,
    margin: float | Sequence[float],
    lower: float | Sequence[float] = 0.0,
    upper: float | Sequence[float] | None = None,
) -> FrameT:
    r"""Spend in each channel until one more unit of money earns no more than itself.

    .. math:: \max_x \; m f(x) - x \quad \Rightarrow \quad m f'(x) = 1

    where :math:`m` is the contribution margin of what comes of the spend. Nothing is taken as the budget: the sum of
    the spends is the budget. On an S-shaped curve the channel gets nothing, or its least, if even the best spend there
    does not pay for itself.

    Parameters
    ----------
    curves : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        A row per channel, as `response_curve_table` gives it, with responses in money of sales: ``channel``, ``kind``,
        ``scale``, ``shape``, ``spend_scale``, and ``highest_spend`` where known.
    margin : float or sequence of float
        Contribution margin of these sales, as a share in (0, 1]: of all channels, or of each. Take 1 if the response is
        contribution already.
    lower : float or sequence of float, default 0
        Least spend of each channel, or of all, 0 or more.
    upper : float or sequence of float, optional
        Most.

    Returns
    -------
    the kind of frame given
        One row per channel, in the order given: ``channel``; ``spend``; ``response``; ``contribution``, margin times
        response; ``profit``, contribution less spend, which a channel with a least spend can have below 0;
        ``marginal_contribution`` of one more unit of money, 1 unless at a bound, missing if it is beyond all numbers;
        ``at_bound``: "lower", "upper", or missing; ``extrapolated``, whether more is spent than was ever seen.

    Raises
    ------
    SchemaError
        If a column is missing or of a wrong kind, a kind is unknown, a channel is there twice, or a number of a curve
        lies outside its range.
    TypeError
        If ``curves`` is not a frame or an argument not a number.
    ValueError
        If an argument lies outside its range, or a least spend exceeds the most.

    See Also
    --------
    allocate_budget : Where the budget is given.
    dorfman_steiner_ratio, wright_budget : The same from elasticities, without curves.

    References
    ----------
    .. [1] Dorfman and Steiner (1954), "Optimal Advertising and Optimal Quality", *American Economic Review* 44(5).

    Examples
    --------
    >>> import pandas as pd
    >>> curves = pd.DataFrame({"channel": ["radio", "search"], "kind": "log", "scale": [100.0, 20],
    ...                        "shape": float("nan"), "spend_scale": [10.0, 8]})
    >>> optimal_budget_table(curves, margin=0.4)[["channel", "spend", "contribution", "profit"]].round(2)
      channel  spend  contribution  profit
    0   radio   30.0         55.45   25.45
    1  search    0.0          0.00    0.00
    """
    channels, found = read_curves(curves)
    n = len(found)
    shares = bounds(margin, n, name="margin")
    if not ((shares > 0) & (shares <= 1)).all():
        raise ValueError(_MARGIN(value=margin))
    low = bounds(lower, n, name="lower")
    high = np.full(n, np.inf) if upper is None else bounds(upper, n, name="upper")
    for place in np.flatnonzero(low > high).tolist():
        raise ValueError(_CROSSED(channel=channels.iloc[place], low=low[place], high=high[place]))
    cases = zip(found, shares.tolist(), low.tolist(), high.tolist(), strict=True)
    spend = np.array([_best_spend(*case) for case in cases])
    response = np.array([float(curve.response(x)) for curve, x in zip(found, spend, strict=True)])
    at_bound = np.where(spend <= low, "lower", np.where(spend >= high, "upper", "")).astype(object)
    at_bound[at_bound == ""] = None
    slopes = np.array([finite(curve.slope(x)) for curve, x in zip(found, spend, strict=True)])
    table = pd.DataFrame(
        {
            "channel": channels,
            "spend": spend,
            "response": response,
            "contribution": shares * response,
            "profit": shares * response - spend,
            "marginal_contribution": shares * slopes,
            "at_bound": at_bound,
            "extrapolated": spend > np.array([curve.highest_seen for curve in found]),
        }
    )
    return from_pandas(table, like=curves)


def _best_spend(curve: Curve, margin: float, low: float, high: float) -> float:
    """The spend of the highest profit: at the least, or where the concave part has the slope that pays for itself."""
    inner = min(max(curve.spend_at(1 / margin), low), high)
    check_responses([curve], np.array([inner]))
    profits = [margin * float(curve.response(spend)) - spend for spend in (low, inner)]
    return inner if profits[1] > profits[0] else low
