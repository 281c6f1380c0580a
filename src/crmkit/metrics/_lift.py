"""How well a score finds those who respond."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._checks import check_fraction, some
from crmkit._kpi import Kpi, tells
from crmkit._messages import Message, Parameter
from crmkit._names import Label
from crmkit._stats import Numbers, as_floats, check_alike, top_count

__all__ = ["lift_at"]

_NO_COLUMN: Final = Message(
    en="{name} must be a column of numbers, one per customer, got {n} dimensions.",
    zh="{name} 须为一列数字，每位客户一个，得到 {n} 维。",
)
_MISSING: Final = Message(
    en="{name} has {n:,} missing {n:value|values}, first at positions {first}. Drop these customers from both columns.",
    zh="{name} 有 {n:,} 个缺失值，最先见于位置 {first}。请从两列中去掉这些客户。",
)
_NOT_BINARY: Final = Message(
    en="{@responses} must hold 1 for those who responded and 0 for the others, got {values}.",
    zh="{@responses} 须为 1（响应）或 0（未响应），得到 {values}。",
)


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
    responses = _as_numbers(responses)
    check_alike(responses=responses, scores=scores)
    came, score = (_complete(column, name=name) for column, name in ((responses, "responses"), (scores, "scores")))
    if not np.isin(came, (0, 1)).all():
        raise ValueError(_NOT_BINARY(values=some(came[~np.isin(came, (0, 1))].tolist())))
    total = came.sum()
    if total == 0:
        return np.nan
    n_top = top_count(len(score), share=share)
    edge = np.sort(score)[::-1][n_top - 1]
    above, at_edge = score > edge, score == edge
    room = n_top - above.sum()
    found = came[above].sum() + room * came[at_edge].mean()
    return float(found / n_top * len(came) / total)


def _as_numbers(responses: Numbers) -> Numbers:
    """1 for yes and 0 for no; what is not yes or no as it is."""
    column = np.atleast_1d(np.asarray(responses))
    if pd.api.types.infer_dtype(column, skipna=True) != "boolean":
        return responses
    numbers = pd.array(column, dtype="boolean").to_numpy(dtype="float64", na_value=np.nan)
    return pd.Series(numbers, index=responses.index) if isinstance(responses, pd.Series) else numbers


def _complete(values: npt.ArrayLike, *, name: str) -> npt.NDArray[np.float64]:
    array = as_floats(values, name=name)
    if array.ndim != 1:
        raise ValueError(_NO_COLUMN(name=Parameter(name), n=array.ndim))
    if np.isnan(array).any():
        missing = np.flatnonzero(np.isnan(array))
        raise ValueError(_MISSING(name=Parameter(name), n=len(missing), first=some(missing.tolist())))
    return array
