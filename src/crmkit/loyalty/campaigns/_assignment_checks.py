"""Whether an assignment held: as many customers as planned, alike in all that was known, and kept apart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from narwhals.stable.v2.typing import IntoFrame

from crmkit._arrays import Floats
from crmkit._checks import check_fraction, check_number
from crmkit._frames import FrameT, from_pandas
from crmkit._messages import Message
from crmkit._stats import adjusted_p_values, compare_shares
from crmkit.loyalty.campaigns._arms import Arms, planned_arms
from crmkit.loyalty.campaigns._assigned import Assigned, read_assigned
from crmkit.loyalty.campaigns._check_words import Finding, Verdict, sentence
from crmkit.loyalty.campaigns._imbalance import imbalance
from crmkit.loyalty.campaigns._sample_ratio import sample_ratio_p_value

__all__ = ["assignment_check_table"]

_NOT_BELOW_0: Final = Message(
    en="{@max_difference} must be above 0, got {value!r}.", zh="{@max_difference} 须大于 0，得到 {value!r}。"
)


def assignment_check_table(
    assigned: FrameT,
    *,
    arms: Mapping[str, float],
    control: str,
    strata: str | Sequence[str] | None = None,
    covariates: Sequence[str] = (),
    contacted: str | None = None,
    holdout: IntoFrame | None = None,
    others: IntoFrame | None = None,
    level: float = 0.999,
    max_difference: float = 0.1,
    max_contaminated: float = 0.0,
) -> FrameT:
    """Check whether the customers of a campaign are those that were assigned, alike in all arms, and kept apart.

    Look at it before any result: where a check fails, a difference between arms shows more than the campaign.

    Parameters
    ----------
    assigned : pandas, Polars or PyArrow table, or a frame of an engine that fits into memory
        The customers of one campaign as they came out of it: ``customer_id`` and ``arm``, as `assign_arms` or
        `crmkit.as_contacts` gives them, with further columns as below. Rows of an arm "holdout" are the standing
        holdout; they take part in the checks of it alone. Several rows of a customer, such as a row per contact, count
        once; strata and covariates must then be the same in all of them.
    arms : mapping of str to float
        The shares planned, as `assign_arms` took them.
    control : str
        The arm that is not contacted.
    strata : str or sequence of str, optional
        The columns within which customers were assigned; ratios are tested in each stratum too, and arms are compared
        within strata.
    covariates : sequence of str, default ()
        Columns of what was known before the campaign: numbers, true and false, days, or labels, of which there may be
        50.
        Missing values are compared as a level of their own.
    contacted : str, optional
        Column of who was contacted in fact, true or false.
    holdout : table of any kind, optional
        The ``customer_id`` of a standing holdout.
    others : table of any kind, optional
        Contacts of other campaigns, as `crmkit.as_contacts` gives them: ``customer_id``, ``date``, ``window_days``;
        rows with a false ``treated`` do not count. Then ``assigned`` needs ``date`` and ``window_days`` too.
    level : float, default 0.999
        One minus the level of each test. So rare a false alarm is right for checks of every campaign.
    max_difference : float, default 0.1
        The standardised difference beyond which a covariate is worth a warning.
    max_contaminated : float, default 0.0
        The share of customers in a wrong place, from 0 to 1, beyond which a check fails.

    Returns
    -------
    the kind of frame given
        One row per check, and what it looked at.

        ``check``
            ``sample_ratio``: customers by arm beside the shares planned, Pearson's test, exact where few are expected.
            ``sample_ratio_in_stratum``: the same in each stratum. ``balance``: a covariate, or a level of it, in an arm
            beside the control group. ``balance_jointly``: all of them together, if any varies. ``several_arms``:
            customers in more than one arm; they are left out of the other checks. ``control_contacted`` and
            ``holdout_contacted``, with ``contacted``. ``holdout_assigned``: members of ``holdout`` in the campaign.
            ``other_campaigns``: customers whom another campaign contacted, with a window that overlaps the time from
            the first contact of this one to the end of its last window.
        ``scope``, ``arm``
            The stratum; the covariate, or a level of it as in "region=north" and "age=missing"; and the arm. Missing
            where a check is of all. In the checks of
            ratios the arm that is furthest off.
        ``n_customers``
            Customers looked at.
        ``value``
            The share of the arm less the share planned; a standardised difference; or a share of customers.
        ``threshold``
            What ``value`` should not exceed in size; missing where the test alone decides.
        ``p_value``, ``adjusted_p_value``
            Of the test, missing where there is none; the second by Holm for the strata, the covariates and levels, or
            the arms. Of ``other_campaigns``: whether the control group was contacted as often as the others.
        ``verdict``
            "pass", "warning" or "fail". A test fails where its adjusted p-value is below 1 - ``level``; a covariate
            whose difference is beyond ``max_difference`` without that is a warning, and so are other campaigns that
            touch all arms alike.
        ``sentence_en``, ``sentence_zh``
            What that means and what to do.

    Raises
    ------
    SchemaError
        If a column is missing or of another kind, there are no rows, ids or arms are missing, an arm was not planned,
        there are several campaigns, a covariate has too many labels or infinite values, or rows of a customer differ in
        what is compared.
    TypeError
        If a table is not a frame, or ``arms``, ``strata`` or ``covariates`` is not as above.
    ValueError
        If the shares do not add up to 1, ``control`` is not among the arms, or a number is out of range.

    See Also
    --------
    assign_arms : Who is in which arm.

    Notes
    -----
    Balance is judged by how the customers were drawn, not by a model of the covariates: the sum of a covariate over an
    arm has a known mean and variance if the arm was drawn at random within the strata (Hansen and Bowers). The
    standardised difference is that of the means over the root of the mean of both variances; with few customers it
    is large by chance, about √(1/n + 1/m) for n and m customers.

    References
    ----------
    .. [1] Fabijan et al. (2019), "Diagnosing Sample Ratio Mismatch in Online Controlled Experiments", *KDD*.
    .. [2] Hansen and Bowers (2008), "Covariate Balance in Simple, Stratified and Clustered Comparative Studies",
       *Statistical Science* 23.
    .. [3] Austin (2009), "Balance Diagnostics for Comparing the Distribution of Baseline Covariates between Treatment
       Groups in Propensity-Score Matched Samples", *Statistics in Medicine* 28.

    Examples
    --------
    >>> import pandas as pd
    >>> base = pd.DataFrame({"customer_id": range(900), "arm": ["none"] * 100 + ["email"] * 800})
    >>> found = assignment_check_table(base, arms={"none": 0.2, "email": 0.8}, control="none")
    >>> found[["check", "arm", "n_customers", "value", "verdict"]].round(4)
              check    arm  n_customers   value verdict
    0  sample_ratio   none          900 -0.0889    fail
    1  several_arms    NaN          900  0.0000    pass
    """
    planned = planned_arms(arms, control=control)
    check_fraction(level, name="level")
    check_fraction(max_contaminated, name="max_contaminated", low_open=False, high_open=False)
    check_number(max_difference, name="max_difference")
    if max_difference <= 0:
        raise ValueError(_NOT_BELOW_0(value=max_difference))
    rows = read_assigned(
        assigned, planned, strata=strata, covariates=covariates, contacted=contacted, holdout=holdout, others=others
    )
    alpha = 1 - level
    found = [
        *_ratios(rows, planned, alpha=alpha),
        *_balance(rows, planned, alpha=alpha, most=float(max_difference)),
        *_contamination(rows, alpha=alpha, most=float(max_contaminated)),
    ]
    table = pd.DataFrame(found, columns=list(Finding._fields)).rename(columns={"n": "n_customers"})
    sentences = [sentence(each) for each in found]
    table["sentence_en"] = [each.en for each in sentences]
    table["sentence_zh"] = [each.zh for each in sentences]
    return from_pandas(table.astype({"scope": object, "arm": object}), like=assigned)


def _ratios(rows: Assigned, arms: Arms, *, alpha: float) -> Iterator[Finding]:
    """The ratio among all customers, and in each stratum."""
    k = len(arms.names)
    counts = np.bincount(rows.arm, minlength=k).astype(float)
    yield _ratio("sample_ratio", None, counts, arms, sample_ratio_p_value(counts, arms.shares), np.nan, alpha=alpha)
    if not rows.stratum_names:
        return
    cells = np.bincount(rows.stratum * k + rows.arm, minlength=len(rows.stratum_names) * k).reshape(-1, k).astype(float)
    p_values = np.array([sample_ratio_p_value(each, arms.shares) for each in cells])
    adjusted = adjusted_p_values(p_values, adjust="holm")
    for name, each, p_value, of_all in zip(rows.stratum_names, cells, p_values, adjusted, strict=True):
        yield _ratio("sample_ratio_in_stratum", name, each, arms, p_value, of_all, alpha=alpha)


def _ratio(
    check: str, scope: str | None, counts: Floats, arms: Arms, p_value: float, adjusted: float, *, alpha: float
) -> Finding:
    n = counts.sum()
    off = counts / max(n, 1) - arms.shares
    # Of two arms both are as far off; the last bits do not decide.
    furthest = int(np.argmax(np.round(np.abs(off) / np.sqrt(arms.shares * (1 - arms.shares)), 12)))
    fails = (p_value if np.isnan(adjusted) else adjusted) < alpha
    verdict: Verdict = "fail" if fails else "pass"
    return Finding(check, scope, arms.names[furthest], int(n), off[furthest], np.nan, p_value, adjusted, verdict)


def _balance(rows: Assigned, arms: Arms, *, alpha: float, most: float) -> Iterator[Finding]:
    """Each covariate in each arm beside the control group, and all together."""
    if not rows.covariate_names:
        return
    of_arms = []
    for place in range(1, len(arms.names)):
        at = (rows.arm == 0) | (rows.arm == place)
        strata: npt.NDArray[np.int64] = np.unique(rows.stratum[at], return_inverse=True)[1].astype(np.int64)
        of_arms.append((int(at.sum()), imbalance(rows.covariates[at], rows.arm[at] == place, strata)))
    adjusted = adjusted_p_values(np.array([each.p_value for _, each in of_arms]).ravel(), adjust="holm")
    adjusted = adjusted.reshape(len(of_arms), -1)
    for name, (n, each), of_all in zip(arms.names[1:], of_arms, adjusted, strict=True):
        for place, scope in enumerate(rows.covariate_names):
            value = each.difference[place]
            verdict: Verdict = "fail" if of_all[place] < alpha else "warning" if abs(value) > most else "pass"
            # A covariate that does not vary differs nowhere.
            value = 0.0 if np.isnan(value) else value
            yield Finding("balance", scope, name, n, value, most, each.p_value[place], of_all[place], verdict)
    together = [each.joint_p_value for _, each in of_arms]
    jointly = adjusted_p_values(together, adjust="holm")
    for name, (n, _), p_value, of_all in zip(arms.names[1:], of_arms, together, jointly, strict=True):
        # Where nothing varies there is nothing to test.
        if not np.isnan(p_value):
            joint_verdict: Verdict = "fail" if of_all < alpha else "pass"
            yield Finding("balance_jointly", None, name, n, np.nan, np.nan, p_value, of_all, joint_verdict)


def _contamination(rows: Assigned, *, alpha: float, most: float) -> Iterator[Finding]:
    """The shares of customers who are where they should not be."""

    def misplaced(check: str, wrong: int, n: int, arm: str | None = None) -> Finding:
        value = wrong / n if n else 0.0
        verdict: Verdict = "fail" if value > most else "pass"
        return Finding(check, None, arm, n, value, most, np.nan, np.nan, verdict)

    n = len(rows.arm)
    yield misplaced("several_arms", rows.n_several, n + rows.n_several)
    if rows.contacted is not None:
        of_control = rows.contacted[rows.arm == 0]
        yield misplaced("control_contacted", int(of_control.sum()), len(of_control), rows.control)
    if rows.in_holdout is not None:
        yield misplaced("holdout_assigned", int(rows.in_holdout.sum()), n)
    if rows.holdout_contacted is not None:
        yield misplaced("holdout_contacted", int(rows.holdout_contacted.sum()), len(rows.holdout_contacted))
    if rows.elsewhere is not None:
        yield _other_campaigns(rows.elsewhere, rows.arm == 0, alpha=alpha)


def _other_campaigns(elsewhere: npt.NDArray[np.bool_], is_control: npt.NDArray[np.bool_], *, alpha: float) -> Finding:
    touched = [(elsewhere & group).sum() for group in (is_control, ~is_control)]
    p_value = np.nan
    if elsewhere.any():
        found = compare_shares(touched[0], is_control.sum(), touched[1], (~is_control).sum(), level=0.95)
        p_value = float(found.p_value)
    value = float(elsewhere.mean()) if len(elsewhere) else 0.0
    verdict: Verdict = "fail" if p_value < alpha else "warning" if value > 0 else "pass"
    return Finding("other_campaigns", None, None, len(elsewhere), value, 0.0, p_value, np.nan, verdict)
