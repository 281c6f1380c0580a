"""Those contacted beside others who were like them before: an effect without a control group, or why there is none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from crmkit._arrays import Floats
from crmkit._checks import check_fraction
from crmkit._frames import FrameT, from_pandas
from crmkit._stats import adjusted_p_values
from crmkit.loyalty.campaigns._compared_base import column_names
from crmkit.loyalty.campaigns._matched_design import FEWEST_PAIRS, Matched, matched, why_not_matched
from crmkit.loyalty.campaigns._pair_effect import e_values, pair_effect

__all__ = ["matched_comparison_table"]

_TOLD: Final = (
    *("expected_value", "naive_difference", "difference", "lower", "upper", "p_value"),
    *("e_value", "e_value_of_limit"),
)


def matched_comparison_table(
    customers: FrameT,
    *,
    treated: str,
    covariates: Sequence[str],
    outcomes: Sequence[str],
    placebo_outcomes: Sequence[str] = (),
    caliper: float = 0.2,
    min_matched: float = 0.5,
    max_difference: float = 0.1,
    level: float = 0.95,
    random_state: int | np.random.Generator = 0,
) -> FrameT:
    """Compare those contacted with others who were alike before the campaign, where no control group was drawn.

    Each customer contacted is matched with one who was not, by how likely a contact was for them: a logistic regression
    on the covariates. What is left of the differences in the covariates is taken out by regression. The comparison is
    right if nothing beyond the covariates decided on the contact that also moves the outcome. Data cannot show that it
    is, but they can show that it is not: then the effect is missing, with the reason.

    Parameters
    ----------
    customers : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        One row per customer; the rows of an engine are brought into memory. Of customers in several campaigns compare
        one campaign in a call.
    treated : str
        Column of 1 or true for those contacted, and 0 or false for the others.
    covariates : sequence of str
        Columns of what was known before the contact, such as those of `crmkit.customer_summary` on the day before:
        numbers, flags, days or labels of at most 50 values. What is missing counts as a value of its own.
    outcomes : sequence of str
        Columns of what came after: numbers, or 0 and 1, of every customer.
    placebo_outcomes : sequence of str, default ()
        Columns of numbers that the campaign cannot have moved, such as the spend of a period before that is not among
        the covariates. Where the method finds an effect on one of them, it is wrong for the outcomes too.
    caliper : float, default 0.2
        How far partners may lie apart, in standard deviations of the log odds of a contact; above 0.
    min_matched : float, default 0.5
        The share of the smaller side that must find a partner, in [0, 1].
    max_difference : float, default 0.1
        How far the means of a covariate may lie apart after matching, in standard deviations, between 0 and 1. Below
        some 800 pairs more is left by chance alone; up to 0.25 the regression can be trusted to take out.
    level : float, default 0.95
        Confidence of the intervals, and one minus the level of the tests of placebo outcomes.
    random_state : int or numpy.random.Generator, default 0
        Source of the order in which partners are chosen; the same number gives the same pairs in the tables of balance
        and overlap, whatever the order of the rows. Where few customers are left to choose from, or many are alike,
        other numbers show how much hangs on the choice.

    Returns
    -------
    the kind of frame given
        One row per outcome, those of placebos last.

        ``outcome``; ``role``, "outcome" or "placebo"; ``n_treated``, ``n_others`` and ``n_pairs``: whoever has no
        partner is left out, so that the effect is that on the ``n_pairs`` contacted who have; ``matched_share``, the
        share of the smaller side with a partner.

        ``value``
            The mean of those contacted who have a partner.
        ``expected_value``
            What it would have been without the contact: ``value`` - ``difference``.
        ``naive_difference``
            The mean of all contacted less that of all others, which holds the choice of customers as well.
        ``difference``, ``lower``, ``upper``, ``p_value``
            The effect per customer, its interval, and the test of none.
        ``e_value``, ``e_value_of_limit``
            By which relative risk a hidden reason would have to go with the contact and with the outcome, beyond the
            covariates, to explain the effect, or to make its interval hold 0; at least 1.
        ``reason``
            Why the effect is missing; missing where it is told. One or several of these codes, joined by ", ":
            "too_few", fewer than 30 pairs beside one per covariate; "little_overlap", fewer matched than
            ``min_matched``; "imbalance", a covariate that still differs by more than ``max_difference``;
            "placebo_outcome", an effect on a placebo. `explain_without_control` puts them in words. The rows of
            placebos show what was found wherever there are enough pairs.

    Raises
    ------
    SchemaError
        If a column is missing or of another kind, a number is infinite or too large, an outcome is missing, a covariate
        has too many labels, nobody or everybody was contacted, or a table with ``customer_id`` has a customer twice.
    TypeError
        If ``customers`` is not a frame, or columns are not named in a sequence.
    ValueError
        If no covariate or outcome is named, a column is named twice, or an option lies outside its range.

    See Also
    --------
    matching_balance_table : How alike the two sides were, before matching and after.
    matching_overlap_table : Who found a partner.
    difference_in_differences_table : The change of those contacted, less that of the others.

    Notes
    -----
    Customers are matched one to one, without replacement, in random order, and of several who are equally near one is
    chosen at random. For that they are first put in order by their covariates, ``customer_id`` where there is one, and
    outcomes. Weights that balance the means exactly
    (Li, Morgan and Zaslavsky) would leave nothing by which a wrong model of the contact shows. The error is that of the
    pairs, which is right after such matching if the pairs are close in the covariates; it does not count that the
    propensity was estimated, which makes intervals a little too wide or too narrow.

    References
    ----------
    .. [1] Rosenbaum and Rubin (1983), "The Central Role of the Propensity Score in Observational Studies for Causal
       Effects", *Biometrika* 70.
    .. [2] Austin (2011), "Optimal Caliper Widths for Propensity-Score Matching", *Pharmaceutical Statistics* 10.
    .. [3] Austin (2009), "Balance Diagnostics for Comparing the Distribution of Baseline Covariates between Treatment
       Groups in Propensity-Score Matched Samples", *Statistics in Medicine* 28.
    .. [4] Rubin (2001), "Using Propensity Scores to Help Design Observational Studies", *Health Services and Outcomes
       Research Methodology* 2.
    .. [5] Abadie and Imbens (2016), "Matching on the Estimated Propensity Score", *Econometrica* 84.
    .. [6] Abadie and Spiess (2022), "Robust Post-Matching Inference", *Journal of the American Statistical
       Association* 117.
    .. [7] VanderWeele and Ding (2017), "Sensitivity Analysis in Observational Research: Introducing the E-Value",
       *Annals of Internal Medicine* 167.
    .. [8] Li, Morgan and Zaslavsky (2018), "Balancing Covariates via Propensity Score Weighting", *Journal of the
       American Statistical Association* 113.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> rng = np.random.default_rng(1)
    >>> past = rng.gamma(2, 50, 4000)
    >>> contacted = rng.random(4000) < 1 / (1 + np.exp(2 - past / 100))
    >>> customers = pd.DataFrame({"contacted": contacted, "past_spend": past})
    >>> customers["spend"] = 0.5 * past + 10 * contacted + rng.normal(0, 20, 4000)
    >>> effects = matched_comparison_table(
    ...     customers, treated="contacted", covariates=["past_spend"], outcomes=["spend"]
    ... )
    >>> effects[["outcome", "n_pairs", "naive_difference", "difference", "lower", "upper"]].round(1)
      outcome  n_pairs  naive_difference  difference  lower  upper
    0   spend     1028              35.6        11.0    9.2   12.7
    """
    check_fraction(level, name="level")
    check_fraction(min_matched, name="min_matched", low_open=False, high_open=False)
    check_fraction(max_difference, name="max_difference")
    named = column_names(outcomes, name="outcomes")
    placebos = column_names(placebo_outcomes, name="placebo_outcomes", needed=False)
    design = matched(
        customers,
        treated=treated,
        covariates=covariates,
        numbers=[*named, *placebos],
        caliper=caliper,
        random_state=random_state,
    )
    reasons = why_not_matched(design, min_matched=min_matched, max_difference=max_difference)
    is_enough = len(design.pairs.treated) >= FEWEST_PAIRS + len(design.base.names)
    rows = [_row(design, name, is_told=is_enough, level=level) for name in [*named, *placebos]]
    table = pd.DataFrame(rows)
    table.insert(1, "role", ["outcome"] * len(named) + ["placebo"] * len(placebos))
    is_placebo = (table["role"] == "placebo").to_numpy()
    found = adjusted_p_values(table.loc[is_placebo, "p_value"], adjust="holm") < 1 - level
    if found.any():
        reasons.append("placebo_outcome")
    table.loc[~is_placebo & bool(reasons), list(_TOLD)] = np.nan
    told = ", ".join(reasons) or None
    table["reason"] = pd.Series([None if each and is_enough else told for each in is_placebo], dtype=object)
    return from_pandas(table, like=customers)


def _row(design: Matched, name: str, *, is_told: bool, level: float) -> dict[str, Any]:
    base, pairs = design.base, design.pairs
    values = base.numbers[name]
    n = int(base.treated.sum())
    row = {
        "outcome": name,
        "n_treated": n,
        "n_others": len(values) - n,
        "n_pairs": len(pairs.treated),
        "matched_share": design.matched_share,
    }
    if not is_told:
        return {**row, "value": np.nan, **dict.fromkeys(_TOLD, np.nan)}
    both = values[pairs.treated], values[pairs.others]
    effect = pair_effect(both, (base.covariates[pairs.treated], base.covariates[pairs.others]), level=level)
    spread = float(np.sqrt(np.mean([each.var() for each in both])))
    e_value, of_limit = e_values(effect, spread=spread, is_rate=bool(np.isin(values, (0.0, 1.0)).all()))
    return {
        **row,
        "value": effect.value,
        "expected_value": effect.value - effect.difference,
        "naive_difference": _mean(values[base.treated]) - _mean(values[~base.treated]),
        "difference": effect.difference,
        "lower": effect.lower,
        "upper": effect.upper,
        "p_value": effect.p_value,
        "e_value": e_value,
        "e_value_of_limit": of_limit,
    }


def _mean(values: Floats) -> float:
    return float(values.mean())
