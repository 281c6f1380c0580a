"""What came of contacting those for whom it seemed to pay, for scikit-learn's scorers and searches."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from crmkit._arrays import Floats
from crmkit._checks import check_number
from crmkit._messages import Message
from crmkit._stats import Numbers
from crmkit.loyalty.churn._contact import profit_by_outcome
from crmkit.loyalty.churn._outcomes import check_probabilities, check_sums, read_amounts, read_campaign, read_judged

__all__ = ["cost_loss", "retention_profit_score"]

_NAME_THRESHOLD: Final = Message(
    en=" For other scores give {@threshold}; for 'predict' of a model, {@threshold=0.5}.",
    zh="其他评分请用 {@threshold} 给出阈值；模型的 predict 结果用 {@threshold=0.5}。",
)
_NO_COSTS: Final = Message(
    en="All of {@tp_cost}, {@fp_cost}, {@tn_cost} and {@fn_cost} are 0: give what a wrong decision costs.",
    zh="{@tp_cost}、{@fp_cost}、{@tn_cost}、{@fn_cost} 都为 0：请给出错误决策的成本。",
)


def retention_profit_score(
    y_true: Numbers,
    y_score: Numbers,
    *,
    clv: Numbers = 200,
    gamma: Numbers = 0.3,
    incentive_cost: Numbers = 10,
    contact_cost: Numbers = 1,
    threshold: float | None = None,
    sample_weight: Numbers | None = None,
) -> float:
    r"""Profit per customer of contacting those for whom it pays by their own lifetime value.

    .. math:: \frac 1 n \sum_{i\ \text{contacted}} y_i\,[\gamma_i(\text{CLV}_i - d_i) - f_i] - (1 - y_i)\,(d_i + f_i)

    Parameters
    ----------
    y_true : array-like of {0, 1} or of bool
        Whether each customer left; none missing.
    y_score : array-like of float
        Probability of leaving of each customer; with ``threshold`` any score, or predictions of 0 and 1.
    clv : float or array-like of float, default 200
        Lifetime value of each customer, or of one of them on average, in money; may be below 0.
    gamma : float or array-like of float, default 0.3
        Share of the customers about to leave who accept the offer and stay, from 0 to 1.
    incentive_cost : float or array-like of float, default 10
        What the offer costs if it is taken (d), at least 0.
    contact_cost : float or array-like of float, default 1
        What contacting a customer costs (f), at least 0.
    threshold : float, optional
        Contact those with this score or more. By default those whose probability lies above their own
        `contact_threshold`, which rewards probabilities that are right, not the ranking alone.
    sample_weight : array-like of float, optional
        How many customers each row stands for, at least 0.

    Returns
    -------
    float
        Money per customer of the base, contacted or not; below 0 if too many of those contacted would have stayed.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a value is missing, infinite or outside its range, or columns differ in length or index.

    See Also
    --------
    contact_threshold : The threshold of each customer.

    References
    ----------
    .. [1] Verbraken, Verbeke and Baesens (2013), "A Novel Profit Maximizing Metric for Measuring Classification
       Performance of Customer Churn Prediction Models", *IEEE Transactions on Knowledge and Data Engineering* 25(5).

    Examples
    --------
    The second customer is worth too little to be contacted at a probability of 0.5.

    >>> retention_profit_score([1, 1, 0], [0.5, 0.5, 0.1], clv=[200, 20, 200])
    18.666666666666668

    As a scorer it takes the value of each customer as metadata.

    >>> from sklearn.metrics import make_scorer
    >>> scorer = make_scorer(retention_profit_score, response_method="predict_proba")
    """
    judged = read_judged(y_true, y_score, sample_weight=sample_weight, both=False)
    gain, loss = profit_by_outcome(*read_campaign(y_score, clv, gamma, incentive_cost, contact_cost))
    contacted = _decided(judged.scores, gain, loss, threshold=threshold)
    profit = np.where(contacted, np.where(judged.left == 1, gain, loss), 0.0)
    return judged.mean(profit)


def cost_loss(
    y_true: Numbers,
    y_score: Numbers,
    *,
    tp_cost: Numbers = 0,
    fp_cost: Numbers = 0,
    tn_cost: Numbers = 0,
    fn_cost: Numbers = 0,
    threshold: float | None = None,
    sample_weight: Numbers | None = None,
) -> float:
    r"""Cost per customer of decisions, each kind of which has a cost of its own.

    Parameters
    ----------
    y_true : array-like of {0, 1} or of bool
        Whether each customer left; none missing.
    y_score : array-like of float
        Probability of leaving of each customer; with ``threshold`` any score, or predictions of 0 and 1.
    tp_cost, fp_cost : float or array-like of float, default 0
        What it costs to treat a customer as about to leave who does (a true positive), and one who stays (a false
        positive). Below 0: what it earns.
    tn_cost, fn_cost : float or array-like of float, default 0
        What it costs to leave a customer alone who stays (a true negative), and one who leaves (a false negative).
    threshold : float, optional
        Treat those with this score or more as about to leave. By default each customer is treated in the way that is
        cheaper by their probability; if both cost the same they are left alone.
    sample_weight : array-like of float, optional
        How many customers each row stands for, at least 0.

    Returns
    -------
    float
        Money per customer, lower is better.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a value is missing, infinite or outside its range, columns differ in length or index, or all costs are 0.

    See Also
    --------
    retention_profit_score : The same for an offer of which the cost and the acceptance are known.

    Notes
    -----
    With the same costs for all, the cheaper way is to treat those above (fp - tn) / (fp - tn + fn - tp) as about to
    leave, if that quotient has a positive denominator.

    References
    ----------
    .. [1] Elkan (2001), "The Foundations of Cost-Sensitive Learning", *IJCAI*.

    Examples
    --------
    One of each kind: (1 + 2 + 3 + 4) / 4.

    >>> cost_loss([1, 0, 0, 1], [1, 1, 0, 0], tp_cost=1, fp_cost=2, tn_cost=3, fn_cost=4, threshold=0.5)
    2.5

    A missed customer costs five times as much as a call, so those above 1/6 are called.

    >>> cost_loss([1, 0, 0, 1], [0.6, 0.3, 0.1, 0.2], fp_cost=1, fn_cost=5)
    0.25
    """
    judged = read_judged(y_true, y_score, sample_weight=sample_weight, both=False)
    tp, fp, tn, fn = read_amounts(y_score, tp_cost=tp_cost, fp_cost=fp_cost, tn_cost=tn_cost, fn_cost=fn_cost)
    check_sums(tp_cost=tp, fp_cost=fp, tn_cost=tn, fn_cost=fn)
    if not any(costs.any() for costs in (tp, fp, tn, fn)):
        raise ValueError(_NO_COSTS())
    positive = _decided(judged.scores, fn - tp, tn - fp, threshold=threshold)
    left = judged.left == 1
    cost = np.where(positive, np.where(left, tp, fp), np.where(left, fn, tn))
    return judged.mean(cost)


def _decided(scores: Floats, gain: Floats, loss: Floats, *, threshold: float | None) -> npt.NDArray[np.bool_]:
    """Who is treated as about to leave, which changes profit by a gain if they are and by a loss if they are not."""
    if threshold is None:
        check_probabilities(scores, mend=_NAME_THRESHOLD())
        return np.asarray(scores * gain + (1 - scores) * loss > 0)
    check_number(threshold, name="threshold")
    return np.asarray(scores >= threshold)
