"""Survival from hazards that any model gives."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd

from crmkit._checks import some
from crmkit._messages import Message
from crmkit._stats import Numbers, as_floats, as_given, check_range
from crmkit.loyalty.survival._spells import check_none_missing, read_labels

__all__ = ["survival_from_hazards"]

_NOT_AS_LONG: Final = Message(
    en="{@periods} must have a value for each of the {n:,} hazards, got {got:,}.",
    zh="{@periods} 须为 {n:,} 个风险率各给一个值，得到 {got:,} 个。",
)
_GAPS: Final = Message(
    en="{@periods} must rise by one from row to row of a spell, got others in the spells of {labels}.",
    zh="同一段的 {@periods} 须逐行加一，以下各段不然：{labels}。",
)


def survival_from_hazards(*, hazards: Numbers, spells: Any, periods: Numbers) -> Numbers:
    r"""Cumulate hazards to the share still there after each period: :math:`S(t) = \prod_{s \le t} (1 - h_s)`.

    The hazards may come from `DiscreteHazardModel` or from any classifier, such as scikit-learn's, that was fitted on
    `person_period_table` to predict ``left``. Where a spell's first row is a later period, the share is of those who
    were there at its beginning.

    Parameters
    ----------
    hazards : array-like of float
        The probability of leaving in the period of each row, in [0, 1].
    spells : array-like of labels
        Whose row it is: the customer, or customer and spell.
    periods : array-like of int
        The period of each row; those of a spell follow one another, in any order of the rows.

    Returns
    -------
    ndarray or Series, as given
        In [0, 1], in the order of the rows; ``nan`` from a missing hazard on.

    Raises
    ------
    TypeError
        If an argument is not a column of what it should be.
    ValueError
        If a hazard is not in [0, 1], columns differ in length, or a spell lacks a period or has one twice.

    Examples
    --------
    >>> survival_from_hazards(hazards=[0.5, 0.2, 0.1], spells=["ann", "ann", "bo"], periods=[1, 2, 1])
    array([0.5, 0.4, 0.9])
    """
    left = np.atleast_1d(as_floats(hazards, name="hazards"))
    check_range(left, name="hazards", low=0.0, high=1.0)
    period = np.atleast_1d(as_floats(periods, name="periods"))
    if len(period) != len(left):
        raise ValueError(_NOT_AS_LONG(n=len(left), got=len(period)))
    check_none_missing(np.isnan(period), name="periods")
    labels, codes = read_labels(spells, name="spells", n=len(left))
    check_none_missing(codes < 0, name="spells")
    order = np.lexsort((period, codes))
    whose, when = codes[order], period[order]
    wrong = (whose[1:] == whose[:-1]) & (np.diff(when) != 1)
    if wrong.any():
        raise ValueError(_GAPS(labels=some([labels[at] for at in np.unique(whose[1:][wrong])])))
    stay = pd.Series(1 - left[order])
    unknown = stay.isna().groupby(whose).cummax()
    survival = np.empty(len(left))
    survival[order] = stay.fillna(1.0).groupby(whose).cumprod().mask(unknown)
    return as_given(survival, hazards)
