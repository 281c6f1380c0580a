"""Learners of uplift beside a random choice and other scores, on customers they have not seen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pandas as pd

from crmkit._arrays import Floats
from crmkit._checks import check_fraction, check_int, check_option
from crmkit._frames import FrameT, from_pandas, open_frame, to_pandas
from crmkit._learning import read_rows
from crmkit._messages import Column, Message, Parameter
from crmkit._random import as_generator
from crmkit._tables import open_columns
from crmkit.loyalty.campaigns._cross_fit import check_model, expected_by_earlier, folds_of, labels_of
from crmkit.loyalty.campaigns._treated_arms import TreatedArms, arm_number, read_treatment
from crmkit.loyalty.campaigns._uplift_rows import read_sized
from crmkit.loyalty.campaigns._uplift_verdicts import Ranked, fewest_varied, n_varied, ranks, verdict_table

__all__ = ["uplift_report_table"]

_RANDOM: Final = "random"

_NO_DICT: Final = Message(
    en="{name} must be a dictionary from names to what they name, got {got!r}.",
    zh="{name} 须为名称到对象的字典，得到 {got!r}。",
)
_SAME_NAME: Final = Message(
    en="{@models} and {@scores} must have different names, none of them 'random'; got {names}.",
    zh="{@models} 与 {@scores} 的名称不得重复，也不得为 'random'；得到 {names}。",
)
_LENGTH: Final = Message(
    en="{where} has {got:,} {got:value|values}, and {@X} {n:,} {n:row|rows}.",
    zh="{where}有 {got:,} 个值，而 {@X} 有 {n:,} 行。",
)
_EMPTY_FOLD: Final = Message(
    en="In one of {n_folds} folds an arm has no customers. Give fewer folds.",
    zh="在 {n_folds} 折中的一折里，有一个分组没有客户。请减少折数。",
)


def uplift_report_table(
    models: Mapping[str, Any],
    X: FrameT,
    y: Any,
    *,
    treatment: Any,
    scores: Mapping[str, Any] | None = None,
    beside: str = _RANDOM,
    control: Any = 0,
    arm: Any = None,
    customer_id: str = "customer_id",
    share: float = 0.3,
    n_folds: int = 5,
    level: float = 0.95,
    random_state: int | np.random.Generator | None = 0,
) -> FrameT:
    """Compare learners of uplift with a random choice and with other scores, such as a churn score, with intervals.

    Customers are divided into folds, and those of each fold but the first are ranked by a learner of the folds before
    it. So whatever was learned, it was learned from other customers than those it is judged on, and no two judgements
    share them: with learners of all other folds, each is taught by the very customers on whom the others are judged,
    and finds differences where there are none too often [1]_.

    Parameters
    ----------
    models : dict of str to estimator
        Such as `TwoModelUplift` and `TransformedOutcomeUplift`, or anything with ``fit(X, y, treatment)`` and
        ``predict(X)``; copies are fitted.
    X : pandas, Polars or PyArrow table
        What was known of customers before the campaign, and the columns of ``scores``, which are no features.
    y : array-like of float
        What came of each: 0 or 1, or money; none missing.
    treatment : array-like of labels
        The arm of each customer, drawn at random.
    scores : dict, optional
        By name, a column of ``X`` or values, one per row, higher for those to treat first, made without the outcomes.
    beside : str, default "random"
        The score that all others are compared with: "random", or a name of ``models`` or ``scores``.
    control : label, default 0
        The arm that was left alone.
    arm : label, optional
        The arm that is compared with it, where there are several; rows of others are left out.
    customer_id : str, default "customer_id"
        Column of customers, where it is in the table.
    share : float, default 0.3
        Share of the customers that counts as the top, between 0 and 1.
    n_folds : int, default 5
        Folds of customers, at least 2; the first is learned from alone. Not used without ``models``.
    level : float, default 0.95
        Confidence of the intervals, between 0 and 1.
    random_state : int, Generator or None, default 0
        Which customers go together.

    Returns
    -------
    the kind of frame given
        One row per score and measure: the models, the scores, then "random", whose values are exact: the effect on all,
        and areas of 0.

        ``score``, ``measure``
            Its name; "uplift_at", the uplift among the top share, "qini" and "auuc", the areas above the straight line
            in outcomes per customer (``normalise="customer"`` of `qini_score` and `auuc_score`). Customers are ranked
            within their folds.
        ``value``, ``lower``, ``upper``
            Of all customers judged, with its interval; that of a constant score's areas, which are 0, is missing.
        ``difference``, ``difference_lower``, ``difference_upper``
            Value less that of ``beside``, on the same customers; missing for ``beside`` itself.
        ``verdict``
            "better" or "worse" than ``beside`` where the interval of the difference leaves out 0, else "unclear".
            "too_few", and no interval, where an arm has fewer than 10 outcomes other than its commonest, as a rule 0,
            or fewer than 30 of money; for "uplift_at" also where fewer than half as many are to be expected among the
            top share, or outside it. If all folds together have fewer, no learner is fitted, and it has no values.
        ``n_rows``, ``n_treated``, ``n_control``
            Rows that were judged, without those of the first fold where there are ``models``, and those of each arm.

        Learners are judged as they are after 1, 2, ... of the folds, which is a little below what they do once fitted
        to all rows.

    Raises
    ------
    SchemaError
        If a column is missing.
    TypeError
        If an argument is of the wrong kind.
    ValueError
        If a value is missing, out of range or too large to compute with, names are doubled, or a fold lacks an arm.

    See Also
    --------
    cross_fitted_uplift : The uplifts themselves.

    Notes
    -----
    The error of a value is worked out from how far each customer moves it, several rows of a customer together, as in
    [2]_, with Student's quantiles: their degrees of freedom fall with rare and with skewed outcomes. Where the effect
    is the same for all, about 5 of 100 verdicts at ``level=0.95`` are not "unclear", or fewer.

    References
    ----------
    .. [1] Wager (2024), "Sequential Validation of Treatment Heterogeneity", arXiv:2405.05534.
    .. [2] Yadlowsky, Fleming, Shah, Brunskill and Wager (2025), "Evaluating Treatment Prioritization Rules via
       Rank-Weighted Average Treatment Effects", *Journal of the American Statistical Association* 120(549).

    Examples
    --------
    Age and channel tell who responds, the days since the last order do not.

    >>> from crmkit import make_contacts
    >>> from crmkit.loyalty.campaigns import TwoModelUplift
    >>> contacts, truth = make_contacts(
    ...     n_customers=20_000, effect=0.05, effect_variation=1, base_rate=0.15, random_state=1
    ... )
    >>> X = contacts[["customer_id", "past_orders", "age", "channel"]]
    >>> X = X.assign(silence=contacts["days_since_last"].fillna(365))
    >>> report = uplift_report_table(
    ...     {"two models": TwoModelUplift(learner="linear", control="none")}, X, contacts["conversion"],
    ...     treatment=contacts["arm"], control="none", scores={"churn score": "silence"},
    ... )
    >>> report.loc[report["measure"] == "uplift_at", ["score", "value", "difference", "verdict"]].round(2)
             score  value  difference  verdict
    0   two models   0.09        0.05   better
    3  churn score   0.05        0.01  unclear
    6       random   0.04         NaN     None
    """
    for name, given in (("models", models), ("scores", scores or {})):
        if not isinstance(given, Mapping):
            raise TypeError(_NO_DICT(name=Parameter(name), got=given))
    scores = dict(scores or {})
    names = [*models, *scores]
    if len(set(names)) < len(names) or _RANDOM in names:
        raise ValueError(_SAME_NAME(names=names))
    check_option(beside, [*names, _RANDOM], name="beside")
    check_fraction(share, name="share", high_open=False)
    check_fraction(level, name="level")
    check_int(n_folds, name="n_folds", low=2)
    for model in models.values():
        check_model(model, name="models")
    rng = as_generator(random_state)
    table = to_pandas(open_frame(X, name="X")).reset_index(drop=True)
    given = _given(scores, table)
    outcomes = read_sized(np.asarray(y), name="y")
    every = read_treatment(treatment, control=control, n=len(table))
    if len(outcomes) != len(table):
        raise ValueError(_LENGTH(where=Parameter("y"), got=len(outcomes), n=len(table)))
    number = arm_number(arm, every.labels)
    kept = np.flatnonzero((every.codes == 0) | (every.codes == number))
    arms = TreatedArms((every.codes[kept] > 0).astype(np.intp), [every.labels[number - 1]])
    columns = [name for name in scores.values() if isinstance(name, str)]
    read = read_rows(table.iloc[kept].drop(columns=columns), customer_id=customer_id)
    outcomes, labels = outcomes[kept], labels_of(arms, control=control)
    who = np.arange(len(kept)) if read.customers is None else pd.factorize(read.customers)[0]
    folds, can_learn = np.ones(len(kept), dtype=np.intp), n_varied(outcomes, arms.codes) >= fewest_varied(outcomes)
    if models:
        folds = folds_of(read, outcomes, arms, n_folds=n_folds, rng=rng)
        if any(len(np.unique(arms.codes[folds == fold])) < 2 for fold in range(n_folds)):
            raise ValueError(_EMPTY_FOLD(n_folds=n_folds))
    at = np.flatnonzero(folds > 0)
    expected: dict[str, Floats | None] = dict.fromkeys(models)
    if can_learn:
        for name, model in models.items():
            expected[name] = expected_by_earlier(model, read.features, outcomes, labels, folds)[at]
    expected |= {name: values[kept[at]] for name, values in given.items()}
    expected[_RANDOM] = np.zeros(len(at))
    ranked = Ranked(
        {name: None if values is None else ranks(values, folds[at]) for name, values in expected.items()},
        outcomes[at],
        arms.codes[at],
        who[at],
    )
    made = verdict_table(ranked, beside=beside, share=share, level=level)
    n_treated = int(arms.codes[at].sum())
    made = made.assign(n_rows=len(at), n_treated=n_treated, n_control=len(at) - n_treated)
    return from_pandas(made, like=X)


def _given(scores: Mapping[str, Any], table: pd.DataFrame) -> dict[str, Floats]:
    """The values of each score that is given, one per row."""
    open_columns(table, [each for each in scores.values() if isinstance(each, str)], name="X", made_by="score_table")
    found = {}
    for name, values in scores.items():
        column = table[values] if isinstance(values, str) else values
        found[name] = read_sized(np.asarray(column), name=values if isinstance(values, str) else name)
        if len(found[name]) != len(table):
            raise ValueError(_LENGTH(where=Column("scores", name), got=len(found[name]), n=len(table)))
    return found
