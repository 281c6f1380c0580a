"""What the treatment did in each tenth of the customers, the highest expected uplift first."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd

from crmkit._arrays import Floats
from crmkit._checks import check_fraction, check_int
from crmkit._frames import from_pandas_beside
from crmkit._stats import Numbers, even_groups
from crmkit.loyalty.campaigns._uplift_effects import Effects, effects_of
from crmkit.loyalty.campaigns._uplift_rows import is_binary, read_judged

__all__ = ["uplift_table"]

# As in `campaign_effect_table`.
_FEWEST_AMOUNTS: Final = 30


def uplift_table(
    y_true: Numbers, uplift: Numbers, *, treatment: Numbers, n_groups: int = 10, level: float = 0.95
) -> Any:
    """Rank customers by their expected uplift, and compare the arms in each tenth of them and down to it.

    The uplifts must be expected by a model that has not seen the outcomes, as `cross_fitted_uplift` gives them. The
    intervals are of a ranking that owes nothing to these customers. The models of `cross_fitted_uplift` are taught by
    one another's, so that the intervals of its first and last groups hold the truth somewhat less often, of fifths
    nearer 90 times than 95 in 100 where the effect is the same for all; whether a learner ranks at all is for
    `uplift_report_table` to say.

    Parameters
    ----------
    y_true : array-like of float
        What came of each customer: 0 or 1, or money; none missing.
    uplift : array-like of float
        Expected uplift of each customer, or any score that ranks them, higher for those to treat first.
    treatment : array-like of {0, 1} or of bool
        Whether each customer was treated, drawn at random.
    n_groups : int, default 10
        Groups of about equal size, at least 1. Customers with equal scores stay together, so that there can be fewer.
    level : float, default 0.95
        Confidence of the intervals, between 0 and 1: Newcombe's for outcomes of 0 or 1, else Welch's.

    Returns
    -------
    the kind of frame that goes with the column of outcomes, pandas for lists and arrays
        One row per group, the highest scores first.

        ``group``
            1 for the highest scores.
        ``n_customers``, ``n_treated``, ``n_control``
            Customers in the group, and those of them in each arm.
        ``mean_score``
            Mean of ``uplift``, to be compared with what was found.
        ``treated_mean``, ``control_mean``
            Mean outcome in each arm; missing where it is empty.
        ``uplift``, ``uplift_lower``, ``uplift_upper``
            The first less the second, with its interval.
        ``too_few``
            Whether this interval is not to be relied on: of money, an arm has fewer than 30 outcomes other than 0.
        ``fraction``
            Share of all customers down to this group.
        ``cumulative_uplift``, ``cumulative_uplift_lower``, ``cumulative_uplift_upper``
            The difference between the arms among all down to this group.
        ``gain``, ``gain_lower``, ``gain_upper``
            ``fraction`` times these: outcomes per customer of the base that treating all down to this group adds.
        ``random_gain``
            What as many customers chosen at random would add.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a value is missing, infinite or outside its range, columns differ in length or index, or an arm is empty.

    See Also
    --------
    qini_curve_table : The gain for one share after another.

    References
    ----------
    .. [1] Radcliffe (2007), "Using Control Groups to Target on Predicted Lift: Building and Assessing Uplift Models",
       *Direct Marketing Analytics Journal* 3.

    Examples
    --------
    >>> outcomes, treatment = [1, 1, 0, 0, 1, 0, 1, 0], [1, 1, 0, 0, 1, 1, 0, 0]
    >>> scores = [0.9, 0.8, 0.7, 0.6, 0.4, 0.3, 0.2, 0.1]
    >>> table = uplift_table(outcomes, scores, treatment=treatment, n_groups=2)
    >>> table[["n_customers", "treated_mean", "control_mean", "uplift", "gain", "random_gain"]]
       n_customers  treated_mean  control_mean  uplift  gain  random_gain
    0            4           1.0           0.0     1.0   0.5         0.25
    1            4           0.5           0.5     0.0   0.5         0.50
    """
    check_int(n_groups, name="n_groups", low=1)
    check_fraction(level, name="level")
    judged = read_judged(y_true, uplift, treatment)
    groups = even_groups(-judged.scores, n_groups=n_groups)
    k, binary = int(groups.max()) + 1, is_binary(judged.outcomes)
    centre = 0.0 if binary else float(judged.outcomes.mean())
    treated = judged.treated == 1

    def summed(values: Floats) -> Floats:
        arms = [np.bincount(groups[arm], weights=values[arm], minlength=k) for arm in (treated, ~treated)]
        return np.vstack(arms)

    off = judged.outcomes - centre
    paid = summed((judged.outcomes != 0).astype(np.float64))
    parts = [summed(values) for values in (np.ones(len(off)), off, off**2)]
    found = _effects(parts, binary=binary, level=level)
    down_to = _effects([np.cumsum(each, axis=1) for each in parts], binary=binary, level=level)
    n = parts[0].sum(axis=0)
    fraction = np.cumsum(n) / n.sum()
    table = pd.DataFrame(
        {
            "group": np.arange(1, k + 1),
            "n_customers": n.astype(np.int64),
            "n_treated": parts[0][0].astype(np.int64),
            "n_control": parts[0][1].astype(np.int64),
            "mean_score": np.bincount(groups, weights=judged.scores, minlength=k) / n,
            "treated_mean": found.treated_mean + centre,
            "control_mean": found.control_mean + centre,
            "uplift": found.uplift,
            "uplift_lower": found.lower,
            "uplift_upper": found.upper,
            "too_few": (paid.min(axis=0) < _FEWEST_AMOUNTS) & (not binary),
            "fraction": fraction,
            "cumulative_uplift": down_to.uplift,
            "cumulative_uplift_lower": down_to.lower,
            "cumulative_uplift_upper": down_to.upper,
            "gain": fraction * down_to.uplift,
            "gain_lower": fraction * down_to.lower,
            "gain_upper": fraction * down_to.upper,
            "random_gain": fraction * down_to.uplift[-1],
        }
    )
    return from_pandas_beside(table, column=y_true)


def _effects(parts: list[Floats], *, binary: bool, level: float) -> Effects:
    counts, sums, squares = parts
    return effects_of(counts[0], counts[1], sums, squares, binary=binary, level=level)
