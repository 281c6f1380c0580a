"""How well a score finds those who respond."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from crmkit._checks import check_fraction
from crmkit._kpi import Kpi, tells
from crmkit._names import Label
from crmkit._stats import best_first, read_outcomes, top_count

__all__ = ["lift_at"]


@tells(
    Kpi(
        code="lift_at",
        name=Label("Lift at the top of a score", "提升度"),
        group="campaigns",
        unit="ratio",
        direction="higher",
        definition=Label(
            "Response rate among the customers with the highest scores / response rate of all",
            "得分最高的一部分客户的响应率 ÷ 全部客户的响应率",
        ),
        source="Farris, Bendle, Pfeifer and Reibstein, Marketing Metrics, 3rd ed., ch. 8",
        function="crmkit.metrics.lift_at",
        aggregation="none",
    )
)
def lift_at(*, responses: npt.ArrayLike, scores: npt.ArrayLike, share: float) -> float:
    r"""Lift of a score: how many times more responses its top customers give than customers at random.

    .. math:: L = \text{response rate of the top } q \,/\, \text{response rate of all}

    Parameters
    ----------
    responses : array-like of {0, 1} or of bool
        Whether each customer responded; none missing.
    scores : array-like of float
        Score of each customer, higher for a likelier response; none missing.
    share : float
        Share of customers that counts as the top, between 0 and 1; rounded up to whole customers.

    Returns
    -------
    float
        1 for a score that knows nothing. Of customers with the same score at the edge of the top, as many count as
        there is room for, each with the response rate of all with that score. ``nan`` if nobody responded or there are
        no customers.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a value is missing or infinite, a response is neither 0 nor 1, the columns differ in length or index, or
        ``share`` does not lie between 0 and 1.

    References
    ----------
    .. [1] Farris, Bendle, Pfeifer and Reibstein, *Marketing Metrics*, 3rd ed., ch. 8.

    Examples
    --------
    >>> lift_at(responses=[1, 1, 1, 0, 1, 0, 0, 0], scores=[8, 7, 6, 5, 4, 3, 2, 1], share=0.5)
    1.5
    """
    check_fraction(share, name="share")
    came, score = read_outcomes(responses, name="responses", scores=scores)
    total = came.sum()
    if total == 0:
        return np.nan
    n_top = top_count(len(score), share=share)
    return float(best_first(score, came)[:n_top].mean() * len(came) / total)
