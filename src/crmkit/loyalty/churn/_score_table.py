"""How well churn scores rank customers, one score beside another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pandas as pd
from scipy.special import expit, logit
from scipy.stats import rankdata
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score

from crmkit._arrays import Floats
from crmkit._checks import check_fraction
from crmkit._frames import from_pandas_beside
from crmkit._messages import Message
from crmkit._stats import Numbers, best_first, normal_reach, top_count
from crmkit.loyalty.churn._outcomes import Outcomes, read_judged

__all__ = ["auc_error", "score_table"]

_NO_SCORES: Final = Message(
    en="{@scores} must be a dict of names and columns of scores, such as {example}, got {got!r}.",
    zh="{@scores} 须为字典，名称对应评分列，如 {example}，得到 {got!r}。",
)
_EXAMPLE: Final = '{"model": probabilities, "days since the last order": days}'


def score_table(y_true: Numbers, scores: Mapping[str, Numbers], *, share: float = 0.1, level: float = 0.95) -> Any:
    """Compare churn scores by how they rank customers, and by their probabilities if they are some.

    Parameters
    ----------
    y_true : array-like of {0, 1} or of bool
        Whether each customer left; none missing, and some of each.
    scores : dict of str to array-like of float
        Scores by their names, higher for those likelier to leave. A simple one beside the model, such as the days since
        the last order, shows what the model adds.
    share : float, default 0.1
        Share of the customers that counts as the top, between 0 and 1; rounded up to whole customers.
    level : float, default 0.95
        Confidence of the interval, between 0 and 1.

    Returns
    -------
    the kind of frame that goes with the column of outcomes, pandas for lists and arrays
        One row per score, in the order given.

        ``score``
            Its name.
        ``n_customers``, ``churn_rate``
            Customers, and the share of them who left.
        ``auc``, ``auc_lower``, ``auc_upper``
            Area under the ROC curve: how often one who left has a higher score than one who stayed, ties counted half;
            with the interval of DeLong, DeLong and Clarke-Pearson on the logit scale. The interval is missing where the
            area is 0 or 1, or one group has a single customer.
        ``average_precision``
            Area under the curve of precision by recall; the churn rate for a score that knows nothing.
        ``lift``, ``captured``
            Of the top: their churn rate as a multiple of that of all, and the share of all who left who are in it.
        ``brier_score``
            Mean squared difference between the probability and what happened, lower is better; missing if a score does
            not lie between 0 and 1.

    Raises
    ------
    TypeError
        If ``scores`` is not a dict, or a column does not hold numbers.
    ValueError
        If a value is missing, infinite or outside its range, columns differ in length or index, nobody left or all did.

    References
    ----------
    .. [1] DeLong, DeLong and Clarke-Pearson (1988), "Comparing the Areas under Two or More Correlated Receiver
       Operating Characteristic Curves", *Biometrics* 44(3).

    Examples
    --------
    >>> table = score_table([1, 0, 1, 0, 0], {"model": [0.9, 0.6, 0.7, 0.2, 0.1], "days": [40, 80, 90, 3, 10]})
    >>> table[["score", "auc", "average_precision", "lift", "brier_score"]].round(3)
       score    auc  average_precision  lift  brier_score
    0  model  1.000              1.000   2.5        0.102
    1   days  0.833              0.833   2.5          NaN
    """
    check_fraction(share, name="share")
    check_fraction(level, name="level")
    if not isinstance(scores, Mapping) or not scores:
        raise TypeError(_NO_SCORES(example=_EXAMPLE, got=scores))
    lines = [{"score": name, **_measures(read_judged(y_true, values), share, level)} for name, values in scores.items()]
    return from_pandas_beside(pd.DataFrame(lines), column=y_true)


def _measures(judged: Outcomes, share: float, level: float) -> dict[str, float]:
    left, scores = judged.left, judged.scores
    n, total = len(left), left.sum()
    n_top = top_count(n, share=share)
    found = best_first(scores, left)[:n_top].sum()
    auc = float(roc_auc_score(left, scores))
    lower, upper = _interval(auc, auc_error(left == 1, scores), level=level)
    is_probability = scores.min() >= 0 and scores.max() <= 1
    return {
        "n_customers": n,
        "churn_rate": total / n,
        "auc": auc,
        "auc_lower": lower,
        "auc_upper": upper,
        "average_precision": float(average_precision_score(left, scores)),
        "lift": found / n_top * n / total,
        "captured": found / total,
        "brier_score": float(brier_score_loss(left, scores)) if is_probability else np.nan,
    }


def auc_error(left: Any, scores: Floats) -> float:
    """DeLong's standard error of the area; ``nan`` where one of the groups has a single customer."""
    ranks = rankdata(scores)
    variance = 0.0
    for group in (left, ~left):
        n = int(group.sum())
        if n < 2:
            return float("nan")
        # Of each customer, how often they and a customer of the other group come in the order of this group first.
        among_others = (ranks[group] - rankdata(scores[group])) / (len(scores) - n)
        variance += among_others.var(ddof=1) / n
    return float(np.sqrt(variance))


def _interval(auc: float, error: float, *, level: float) -> tuple[float, float]:
    if not 0 < auc < 1:
        return float("nan"), float("nan")
    reach = normal_reach(level) * error / (auc * (1 - auc))
    return float(expit(logit(auc) - reach)), float(expit(logit(auc) + reach))
