"""How many answers a net promoter score takes."""

from __future__ import annotations

import math
from typing import Final

from crmkit._checks import check_fraction
from crmkit._messages import Message
from crmkit._stats import normal_reach

__all__ = ["nps_sample_size"]

_LEAST: Final = 1e-6
_TOO_NARROW: Final = Message(
    en="{@half_width} must be at least {least:g}, got {value:g}.",
    zh="{@half_width} 不得小于 {least:g}，得到 {value:g}。",
)
_ABOVE_ONE: Final = Message(
    en="{@promoters} and {@detractors} must not add up to more than 1, got {promoters} and {detractors}.",
    zh="{@promoters} 与 {@detractors} 之和不得超过 1，得到 {promoters} 与 {detractors}。",
)


def nps_sample_size(*, half_width: float, promoters: float = 0.5, detractors: float = 0.5, level: float = 0.95) -> int:
    r"""Answers needed for a net promoter score of a certain precision.

    .. math:: n = z^2 \, \frac{p + d - (p - d)^2}{h^2}

    Parameters
    ----------
    half_width : float
        How far the interval may reach to either side, as a fraction: 0.05 for five points. From 0.000001 to 1.
    promoters, detractors : float, default 0.5
        Their expected shares, in [0, 1]. The defaults are the worst case.
    level : float, default 0.95
        Confidence, between 0 and 1.

    Returns
    -------
    int
        Answers, rounded up. With weights it is effective answers: more are needed.

    Raises
    ------
    TypeError
        If an argument is not a number.
    ValueError
        If a number lies outside its range, or the shares add up to more than 1.

    Examples
    --------
    >>> nps_sample_size(half_width=0.05, promoters=0.5, detractors=0.2)
    938
    >>> nps_sample_size(half_width=0.05)
    1537
    """
    check_fraction(half_width, name="half_width")
    if half_width < _LEAST:
        raise ValueError(_TOO_NARROW(least=_LEAST, value=half_width))
    check_fraction(level, name="level")
    for name, share in {"promoters": promoters, "detractors": detractors}.items():
        check_fraction(share, name=name, low_open=False, high_open=False)
    if promoters + detractors > 1 + 1e-12:
        raise ValueError(_ABOVE_ONE(promoters=promoters, detractors=detractors))
    variance = max(promoters + detractors - (promoters - detractors) ** 2, 0.0)
    return max(math.ceil((normal_reach(level) * math.sqrt(variance) / half_width) ** 2), 1)
