"""Learners of uplift beside a random choice and other scores, on customers they have not seen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._arrays import Floats
from crmkit._checks import check_fraction, check_int, check_option
from crmkit._frames import FrameT, from_pandas, open_frame, to_pandas
from crmkit._learning import read_rows
from crmkit._messages import Column, Message, Parameter
from crmkit._random import as_generator
from crmkit._stats import as_numbers, cuts_of, interval_of_draws, read_complete
from crmkit._tables import open_columns
from crmkit.loyalty.campaigns._cross_fit import check_model, expected_by_others, folds_of, labels_of
from crmkit.loyalty.campaigns._treated_arms import TreatedArms, arm_number, read_treatment
from crmkit.loyalty.campaigns._uplift_rows import Judged, auuc, qini, sums_of, uplift_at

__all__ = ["uplift_report_table"]

_RANDOM: Final = "random"
_MEASURES: Final = ("uplift_at", "qini", "auuc")
# Weights that are held in memory at a time.
_BLOCK: Final = 2_000_000

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
    n_draws: int = 500,
    level: float = 0.95,
    random_state: int | np.random.Generator | None = 0,
) -> FrameT:
    """Compare learners of uplift with a random choice and with other scores, such as a churn score, with intervals.

    Learners predict customers that they have not learned from, fold by fold. Each measure is worked out within each
    fold and averaged over the folds: models of different folds differ in level, which would pass for uplift. The
    intervals are of a bootstrap over customers, the same draws for all scores, so that those of differences are narrow.

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
        Folds of customers, at least 2.
    n_draws : int, default 500
        Draws of the bootstrap, at least 2.
    level : float, default 0.95
        Confidence of the intervals, between 0 and 1.
    random_state : int, Generator or None, default 0
        Source of the folds and the draws.

    Returns
    -------
    the kind of frame given
        One row per score and measure: the models, the scores, then "random", whose values are exact: the effect on all,
        and areas of 0.

        ``score``, ``measure``
            Its name; "uplift_at", the uplift among the top share, "qini" and "auuc", the areas above the straight line
            in outcomes per customer (``normalise="customer"`` of `qini_score` and `auuc_score`).
        ``value``, ``lower``, ``upper``
            Mean over the folds, with its interval; that of the areas of "random" is missing.
        ``difference``, ``difference_lower``, ``difference_upper``
            Value less that of ``beside``; missing for ``beside`` itself.
        ``verdict``
            "better" or "worse" than ``beside`` where the interval of the difference leaves out 0, else "unclear".
        ``n_rows``, ``n_treated``, ``n_control``
            Rows that were judged, and those of each arm.

        The intervals tell how far the judgement would differ with other customers; not how the learners would.

    Raises
    ------
    SchemaError
        If a column is missing.
    TypeError
        If an argument is of the wrong kind.
    ValueError
        If a value is missing or out of range, names are doubled, or a fold lacks an arm.

    See Also
    --------
    cross_fitted_uplift : The uplifts themselves.

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
    ...     treatment=contacts["arm"], control="none", scores={"churn score": "silence"}, n_draws=200,
    ... )
    >>> report.loc[report["measure"] == "uplift_at", ["score", "value", "difference", "verdict"]].round(2)
             score  value  difference  verdict
    0   two models   0.09        0.06   better
    3  churn score   0.04        0.00  unclear
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
    check_int(n_draws, name="n_draws", low=2)
    for model in models.values():
        check_model(model, name="models")
    rng = as_generator(random_state)
    table = to_pandas(open_frame(X, name="X")).reset_index(drop=True)
    given = _given(scores, table)
    outcomes = read_complete(as_numbers(np.asarray(y)), name="y")
    every = read_treatment(treatment, control=control, n=len(table))
    if len(outcomes) != len(table):
        raise ValueError(_LENGTH(where=Parameter("y"), got=len(outcomes), n=len(table)))
    number = arm_number(arm, every.labels)
    kept = np.flatnonzero((every.codes == 0) | (every.codes == number))
    arms = TreatedArms((every.codes[kept] > 0).astype(np.intp), [every.labels[number - 1]])
    columns = [name for name in scores.values() if isinstance(name, str)]
    read = read_rows(table.iloc[kept].drop(columns=columns), customer_id=customer_id)
    outcomes, labels = outcomes[kept], labels_of(arms, control=control)
    folds = folds_of(read, outcomes, arms, n_folds=n_folds, rng=rng)
    expected = {
        name: expected_by_others(model, read.features, outcomes, labels, folds) for name, model in models.items()
    }
    expected |= {name: values[kept] for name, values in given.items()}
    expected[_RANDOM] = np.zeros(len(kept))
    who = np.arange(len(kept)) if read.customers is None else pd.factorize(read.customers)[0]
    parts = [
        {name: Judged(outcomes[at], values[at], arms.codes[at].astype(np.float64)) for name, values in expected.items()}
        for at in (np.flatnonzero(folds == fold) for fold in range(n_folds))
    ]
    if not all(0 < part[_RANDOM].treated.sum() < len(part[_RANDOM].treated) for part in parts):
        raise ValueError(_EMPTY_FOLD(n_folds=n_folds))
    whose = [who[folds == fold] for fold in range(n_folds)]
    made = _table(parts, whose, beside=beside, share=share, n_draws=n_draws, level=level, rng=rng)
    n_treated = int(arms.codes.sum())
    made = made.assign(n_rows=len(kept), n_treated=n_treated, n_control=len(kept) - n_treated)
    return from_pandas(made, like=X)


def _given(scores: Mapping[str, Any], table: pd.DataFrame) -> dict[str, Floats]:
    """The values of each score that is given, one per row."""
    open_columns(table, [each for each in scores.values() if isinstance(each, str)], name="X", made_by="score_table")
    found = {}
    for name, values in scores.items():
        column = table[values] if isinstance(values, str) else values
        found[name] = read_complete(as_numbers(np.asarray(column)), name=values if isinstance(values, str) else name)
        if len(found[name]) != len(table):
            raise ValueError(_LENGTH(where=Column("scores", name), got=len(found[name]), n=len(table)))
    return found


def _table(
    parts: list[dict[str, Judged]],
    whose: list[npt.NDArray[np.intp]],
    *,
    beside: str,
    share: float,
    n_draws: int,
    level: float,
    rng: np.random.Generator,
) -> pd.DataFrame:
    names = list(parts[0])
    n_customers = max(int(who.max()) for who in whose) + 1
    value = np.mean([_measured(part, None, share=share) for part in parts], axis=0)[0]
    blocks = []
    for size in _sizes(n_draws, n_customers):
        weights = rng.standard_exponential((size, n_customers))
        drawn = [_measured(part, weights[:, who], share=share) for part, who in zip(parts, whose, strict=True)]
        blocks.append(np.mean(drawn, axis=0))
    draws = np.concatenate(blocks)
    other = names.index(beside)
    ends = interval_of_draws(draws.reshape(n_draws, -1), level=level)
    apart = interval_of_draws((draws - draws[:, [other]]).reshape(n_draws, -1), level=level)
    table = pd.DataFrame(
        {
            "score": np.repeat(names, len(_MEASURES)),
            "measure": list(_MEASURES) * len(names),
            "value": value.ravel(),
            "lower": ends[0],
            "upper": ends[1],
            "difference": (value - value[other]).ravel(),
            "difference_lower": apart[0],
            "difference_upper": apart[1],
        }
    )
    is_other = table["score"] == beside
    table.loc[is_other, ["difference", "difference_lower", "difference_upper"]] = np.nan
    above, below = table["difference_lower"] > 0, table["difference_upper"] < 0
    verdict = np.select([is_other, above, below], ["", "better", "worse"], "unclear").astype(object)
    table["verdict"] = pd.Series([said or None for said in verdict], dtype=object)
    return table


def _measured(part: dict[str, Judged], weights: Floats | None, *, share: float) -> Floats:
    """Measures of shape (n_draws, n_scores, n_measures)."""
    found = []
    for judged in part.values():
        sums = sums_of(judged, weights, cuts=cuts_of(judged.scores))
        at = uplift_at(sums, judged, share=share, strategy="overall")
        found.append(np.stack([at, qini(sums), auuc(sums)], axis=1))
    return np.stack(found, axis=1)


def _sizes(n_draws: int, n_customers: int) -> Iterator[int]:
    size = max(1, _BLOCK // n_customers)
    for first in range(0, n_draws, size):
        yield min(size, n_draws - first)
