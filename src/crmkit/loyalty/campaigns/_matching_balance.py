"""How alike two sides were in what was known before: before matching, and after."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from crmkit._checks import check_fraction
from crmkit._frames import FrameT, from_pandas
from crmkit.loyalty.campaigns._matched_design import matched

__all__ = ["matching_balance_table"]


def matching_balance_table(
    customers: FrameT,
    *,
    treated: str,
    covariates: Sequence[str],
    caliper: float = 0.2,
    max_difference: float = 0.1,
    random_state: int | np.random.Generator = 0,
) -> FrameT:
    """Show how alike those contacted and the others are in each covariate, before matching and after.

    Parameters
    ----------
    customers : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        This and the following as in `matched_comparison_table`; the same ones give the same pairs.
    treated : str
        Column of those contacted.
    covariates : sequence of str
        Columns of what was known before the contact.
    caliper : float, default 0.2
        How far partners may lie apart, in standard deviations of the log odds of a contact.
    max_difference : float, default 0.1
        Up to which difference after matching a covariate counts as balanced.
    random_state : int or numpy.random.Generator, default 0
        Source of the order in which partners are chosen.

    Returns
    -------
    the kind of frame given
        One row per covariate; a label has one for each of its values, "channel=web", and what is missing has its own,
        "days_since_last=missing".

        ``covariate``; ``treated_mean`` and ``others_mean`` of all customers; ``matched_treated_mean`` and
        ``matched_others_mean`` of the pairs; ``left_out_mean``, of those contacted who have no partner, missing where
        all have one. For a flag or a label these are shares. ``difference_before`` and ``difference_after``, the
        difference of the means in standard deviations before matching, missing where nobody is matched, or
        without any spread; ``variance_ratio_before`` and ``variance_ratio_after``, the variance of those contacted over
        that of the others, 1 if they are alike; ``is_balanced``, whether ``difference_after`` is at most
        ``max_difference``, whatever its sign.

    Raises
    ------
    SchemaError, TypeError, ValueError
        As `matched_comparison_table`.

    References
    ----------
    .. [1] Austin (2009), "Balance Diagnostics for Comparing the Distribution of Baseline Covariates between Treatment
       Groups in Propensity-Score Matched Samples", *Statistics in Medicine* 28.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> rng = np.random.default_rng(1)
    >>> past = rng.gamma(2, 50, 4000)
    >>> customers = pd.DataFrame({"contacted": rng.random(4000) < 1 / (1 + np.exp(2 - past / 100)), "past_spend": past})
    >>> balance = matching_balance_table(customers, treated="contacted", covariates=["past_spend"])
    >>> balance[["covariate", "treated_mean", "others_mean", "difference_before", "difference_after"]].round(3)
        covariate  treated_mean  others_mean  difference_before  difference_after
    0  past_spend       133.972       83.829              0.696             0.002
    """
    check_fraction(max_difference, name="max_difference")
    design = matched(customers, treated=treated, covariates=covariates, caliper=caliper, random_state=random_state)
    base, pairs, balance = design
    left_out = base.treated.copy()
    left_out[pairs.treated] = False
    of_rows = {
        "treated_mean": base.treated,
        "others_mean": ~base.treated,
        "matched_treated_mean": pairs.treated,
        "matched_others_mean": pairs.others,
        "left_out_mean": left_out,
    }
    means = {
        name: base.covariates[rows].mean(axis=0) if len(base.covariates[rows]) else np.full(len(base.names), np.nan)
        for name, rows in of_rows.items()
    }
    table = pd.DataFrame(
        {
            "covariate": pd.Series(base.names, dtype=object),
            **means,
            "difference_before": balance.before,
            "difference_after": balance.after,
            "variance_ratio_before": balance.variances_before,
            "variance_ratio_after": balance.variances_after,
            "is_balanced": balance.is_balanced(max_difference=max_difference),
        }
    )
    return from_pandas(table, like=customers)
