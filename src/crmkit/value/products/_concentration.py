"""How concentrated purchases are on few categories: indices beside that of Herfindahl."""

from __future__ import annotations

import math
from typing import Final, Literal, TypeAlias, get_args

import numpy as np
import numpy.typing as npt

from crmkit._checks import check_number, check_option, check_turnover
from crmkit._messages import Message, Parameter
from crmkit._stats import as_floats, check_range, entropy_of, hall_tideman_of, herfindahl_index

__all__ = ["ConcentrationMethod", "concentration_index"]

ConcentrationMethod: TypeAlias = Literal[
    "normalised_herfindahl", "effective_herfindahl", "entropy", "evenness", "effective_entropy", "hall_tideman"
]
# Its exponential is as large as a number can be.
_MOST_ENTROPY: Final = 700.0

_NOT_A_COLUMN: Final = Message(
    en="{@counts} must be a column of numbers, got {n} dimensions.", zh="{@counts} 须为一列数字，得到 {n} 维。"
)
_NOT_COUNTS: Final = Message(
    en="{@counts} must be whole numbers for {@correct=True}, got {values!r}. Pass {@correct=False}, or for amounts of "
    "money give the number of purchases that they are worth in {@effective_n}.",
    zh="使用 {@correct=True} 时 {@counts} 须为整数，得到 {values!r}。请用 {@correct=False}，"
    "若为金额则在 {@effective_n} 中给出相当于多少次购买。",
)
_NO_NUMBER: Final = Message(
    en="{@effective_n} must be at least 1, got {value!r}.", zh="{@effective_n} 不得小于 1，得到 {value!r}。"
)


def concentration_index(
    counts: npt.ArrayLike, *, method: ConcentrationMethod, correct: bool = True, effective_n: float | None = None
) -> float:
    r"""How concentrated purchases are on few categories.

    With the shares :math:`s_i` of :math:`n` categories, the largest first, and Herfindahl's :math:`H = \sum s_i^2`:

    ========================= ===================================== =======================================
    method                    formula                               meaning
    ========================= ===================================== =======================================
    ``normalised_herfindahl`` :math:`(H - 1/n) / (1 - 1/n)`         0 even, 1 all in one
    ``effective_herfindahl``  :math:`1 / H`                         as even as so many alike
    ``entropy``               :math:`E = -\sum s_i \ln s_i`         0 all in one, :math:`\ln n` even
    ``evenness``              :math:`E / \ln n`                     0 all in one, 1 even
    ``effective_entropy``     :math:`e^E`                           as even as so many alike
    ``hall_tideman``          :math:`1 / (2 \sum i\, s_i - 1)`      :math:`1/n` even, 1 all in one
    ========================= ===================================== =======================================

    Herfindahl's index itself is `crmkit.metrics.herfindahl`. The normalised index is not an index of another kind: it
    takes off that few categories cannot be as even as many. For that, ``counts`` must hold all categories that could
    be bought, with 0 for those that were not.

    Few purchases look concentrated by chance. The correction takes the bias off :math:`H` exactly (Hall): :math:`\sum
    n_i (n_i - 1) / (N (N - 1))`, and most of it off :math:`E` (Miller and Madow): :math:`E + (m - 1) / 2N` with the
    :math:`m` categories that were bought. For ``hall_tideman`` none is known; it is the same with and without.

    Parameters
    ----------
    counts : array-like of float
        Purchases or customers of each category that could be bought, at least 0; with ``correct=False`` or
        ``effective_n`` also amounts.
    method : str
        One of those in the table.
    correct : bool, default True
        Whether to take off what chance adds where few purchases are counted.
    effective_n : float, optional
        For amounts: how many purchases of equal size they are worth, :math:`(\sum a)^2 / \sum a^2` over the amounts of
        the orders. The correction is then an approximation.

    Returns
    -------
    float
        ``nan`` if there is nothing, if a value is missing, if one category alone can be bought and the method compares
        with :math:`n`, or, corrected, with one purchase or fewer (all that rest on :math:`H`). 1 / H is also ``nan``
        where no two purchases are of the same category. Corrected, the normalised index can be below 0, and the
        evenness and the effective numbers above what is possible: an estimate that is right on average is sometimes too
        high and sometimes too low.

    Raises
    ------
    TypeError
        If ``counts`` are not numbers, or ``effective_n`` is not a number.
    ValueError
        If a value or the sum of all is infinite, a value is below zero, or not whole where ``correct`` is set without
        ``effective_n``; if ``method`` is unknown or ``effective_n`` is below 1.

    See Also
    --------
    crmkit.metrics.herfindahl : The sum of the squared shares.
    preference_table : What a group buys more of than others do.

    References
    ----------
    .. [1] Hall (2005), "A Note on the Bias in Herfindahl-Type Measures Based on Count Data", *Revue d'Economie
       Industrielle* 110.
    .. [2] Hall and Tideman (1967), "Measures of Concentration", *JASA* 62(317).
    .. [3] Miller (1955), "Note on the Bias of Information Estimates", *Information Theory in Psychology*.
    .. [4] Hill (1973), "Diversity and Evenness", *Ecology* 54(2), for the effective numbers.

    Examples
    --------
    >>> round(concentration_index([50, 30, 20], method="effective_entropy", correct=False), 4)
    2.8001
    >>> round(concentration_index([50, 30, 20], method="normalised_herfindahl", correct=False), 4)
    0.07
    """
    check_option(method, get_args(ConcentrationMethod), name="method")
    values = as_floats(counts, name="counts")
    if values.ndim != 1:
        raise ValueError(_NOT_A_COLUMN(n=values.ndim))
    check_range(values, name="counts", low=0.0, high=None)
    with np.errstate(over="ignore"):
        check_turnover(float(np.nansum(values)), where=Parameter("counts"))
    if effective_n is not None:
        check_number(effective_n, name="effective_n")
        if effective_n < 1:
            raise ValueError(_NO_NUMBER(value=effective_n))
    elif correct and (values % 1 != 0).any() and not np.isnan(values).any():
        raise ValueError(_NOT_COUNTS(values=values.tolist()[:5]))
    n_events = (float(values.sum()) if effective_n is None else float(effective_n)) if correct else None
    return index_of(values, method=method, n_events=n_events)


def index_of(values: npt.NDArray[np.float64], *, method: ConcentrationMethod, n_events: float | None) -> float:
    """An index of checked values, corrected for a number of events where there is one."""
    n = len(values)
    if method == "hall_tideman":
        return hall_tideman_of(values)
    if method in ("normalised_herfindahl", "effective_herfindahl"):
        herfindahl = herfindahl_index(values, n_events=n_events)
        if method == "effective_herfindahl":
            return 1 / herfindahl if herfindahl > 0 else math.nan
        return (herfindahl - 1 / n) / (1 - 1 / n) if n > 1 else math.nan
    entropy = entropy_of(values, n_events=n_events)
    if method == "evenness":
        return entropy / math.log(n) if n > 1 else math.nan
    if method == "entropy":
        return entropy
    # Amounts worth one purchase in a thousand categories have no number that makes sense.
    return math.exp(entropy) if entropy < _MOST_ENTROPY else math.nan
