"""Whether customers recommend you, from counts."""

from __future__ import annotations

from typing import Final

import numpy as np

from crmkit._checks import check_fraction
from crmkit._kpi import Example, count, kpi, ratio
from crmkit._names import Label
from crmkit._stats import Numbers, normal_reach

__all__ = ["net_promoter_score", "nps_margin_of_error"]

_REICHHELD: Final = "Reichheld (2003), The One Number You Need to Grow, Harvard Business Review"


@kpi(
    name=Label("Net promoter score", "净推荐值（NPS）"),
    group="loyalty",
    unit="rate",
    direction="higher",
    definition=Label(
        "(Promoters - detractors) / respondents, as a fraction",
        "（推荐者 - 贬损者）÷ 答题人数，写成小数",
    ),
    source=_REICHHELD,
    inputs=(count("promoters"), count("passives"), count("detractors")),
    example=Example({"promoters": 500, "passives": 300, "detractors": 200}, 0.3),
)
def net_promoter_score(*, promoters: Numbers, passives: Numbers, detractors: Numbers) -> Numbers:
    r"""Promoters less detractors, as a share of those who answered.

    .. math:: \mathit{NPS} = \frac{P - D}{P + N + D}

    Parameters
    ----------
    promoters : float or array-like of float
        Respondents who answer 9 or 10 on a scale from 0 to 10, at least 0.
    passives : float or array-like of float
        Those who answer 7 or 8, at least 0.
    detractors : float or array-like of float
        Those who answer 6 or less, at least 0.

    Returns
    -------
    float or column, as given
        In [-1, 1], points over 100; ``nan`` where nobody answered.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number lies outside its range or is infinite, or columns differ in length or index.

    References
    ----------
    .. [1] Reichheld (2003), "The One Number You Need to Grow", *Harvard Business Review* 81(12).

    Examples
    --------
    >>> net_promoter_score(promoters=500, passives=300, detractors=200)
    0.3
    """
    return ratio(promoters - detractors, promoters + passives + detractors)


@kpi(
    name=Label("Margin of error of the net promoter score", "净推荐值抽样误差"),
    group="loyalty",
    unit="rate",
    direction="lower",
    definition=Label(
        "Reach of the normal interval of the net promoter score: z times the root of its variance / respondents",
        "净推荐值正态区间的半宽：z × √（方差 ÷ 答题人数）",
    ),
    source="Rocks (2016), Interval Estimation for the Net Promoter Score",
    inputs=(count("promoters"), count("passives"), count("detractors")),
    aggregation="none",
    example=Example({"promoters": 291, "passives": 476, "detractors": 395}, 0.043877053487439775),
)
def nps_margin_of_error(*, promoters: Numbers, passives: Numbers, detractors: Numbers, level: float = 0.95) -> Numbers:
    r"""How far a net promoter score reaches to either side, by the normal distribution.

    .. math:: h = z \sqrt{\frac{p + d - (p - d)^2}{n}}

    For intervals `satisfaction_table` has the adjusted one, which is better in small samples.

    Parameters
    ----------
    promoters : float or array-like of float
        Respondents who answer 9 or 10 on a scale from 0 to 10, at least 0.
    passives : float or array-like of float
        Those who answer 7 or 8, at least 0.
    detractors : float or array-like of float
        Those who answer 6 or less, at least 0.
    level : float, default 0.95
        Confidence, between 0 and 1.

    Returns
    -------
    float or column, as given
        At least 0; ``nan`` where nobody answered.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number lies outside its range or is infinite, or columns differ in length or index.

    References
    ----------
    .. [1] Rocks (2016), "Interval Estimation for the 'Net Promoter Score'", *The American Statistician* 70(4).

    Examples
    --------
    >>> nps_margin_of_error(promoters=291, passives=476, detractors=395)
    0.043877053487439775
    """
    check_fraction(level, name="level")
    n = promoters + passives + detractors
    base = np.where(n > 0, n, np.nan)
    score, extremes = (promoters - detractors) / base, (promoters + detractors) / base
    return normal_reach(level) * np.sqrt(np.maximum(extremes - score**2, 0.0) / base)
