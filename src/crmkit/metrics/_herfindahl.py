"""How concentrated a market is on few."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from crmkit._checks import check_turnover
from crmkit._kpi import Kpi, tells
from crmkit._messages import Message, Parameter
from crmkit._names import Label
from crmkit._stats import as_floats, check_range, herfindahl_index

__all__ = ["herfindahl"]

_NOT_COUNTS: Final = Message(
    en="{@counts} must be whole numbers for {@correct=True}, got {values!r}. Pass {@correct=False} for shares and "
    "money.",
    zh="使用 {@correct=True} 时 {@counts} 须为整数，得到 {values!r}。份额或金额请用 {@correct=False}。",
)
_NOT_A_COLUMN: Final = Message(
    en="{@counts} must be a column of numbers, got {n} dimensions.", zh="{@counts} 须为一列数字，得到 {n} 维。"
)


@tells(
    Kpi(
        code="herfindahl",
        name=Label("Herfindahl index", "市场集中度（赫芬达尔指数）"),
        group="market",
        unit="index",
        direction="context",
        definition=Label(
            "Sum of the squared shares: 1 with a single seller, 1/n with n alike",
            "各家份额的平方和：独家为1，n家均分为1/n",
        ),
        source="Herfindahl (1950); Simpson (1949) for the correction",
        function="crmkit.metrics.herfindahl",
        aggregation="none",
    )
)
def herfindahl(counts: npt.ArrayLike, *, correct: bool = True) -> float:
    r"""Herfindahl index: how concentrated sales or customers are.

    .. math:: H = \sum_i s_i^2, \qquad H_\text{corrected} = \sum_i \frac{n_i (n_i - 1)}{N (N - 1)}

    with the shares :math:`s_i = n_i / N`. Few purchases look concentrated by chance; the correction takes that off.

    Parameters
    ----------
    counts : array-like of float
        Purchases, customers or units of each seller, at least 0; with ``correct=False`` also money or shares.
    correct : bool, default True
        Whether to take off what chance adds where few purchases are counted.

    Returns
    -------
    float
        Between 0 and 1: the probability that two purchases drawn at random are of the same seller. ``nan`` if there is
        nothing, or with the correction fewer than two purchases, or if a value is missing.

    Raises
    ------
    TypeError
        If ``counts`` are not numbers.
    ValueError
        If a value or the sum of all is infinite, a value is below zero, or not whole where ``correct`` is set.

    References
    ----------
    .. [1] Herfindahl (1950), *Concentration in the Steel Industry*, Columbia University.
    .. [2] Simpson (1949), "Measurement of Diversity", *Nature* 163.

    Examples
    --------
    >>> herfindahl([3, 1, 1])
    0.3
    >>> round(herfindahl([0.5, 0.3, 0.2], correct=False), 2)
    0.38
    """
    values = as_floats(counts, name="counts")
    if values.ndim != 1:
        raise ValueError(_NOT_A_COLUMN(n=values.ndim))
    check_range(values, name="counts", low=0.0, high=None)
    with np.errstate(over="ignore"):
        check_turnover(float(np.nansum(values)), where=Parameter("counts"))
    if correct and (values % 1 != 0).any() and not np.isnan(values).any():
        raise ValueError(_NOT_COUNTS(values=values.tolist()[:5]))
    return herfindahl_index(values, n_events=float(values.sum()) if correct else None)
