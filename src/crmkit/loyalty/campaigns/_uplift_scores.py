"""How well expected uplifts rank customers: one number each, for scikit-learn's scorers and searches."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

from crmkit._checks import check_fraction, check_option
from crmkit._messages import Message
from crmkit._stats import Numbers
from crmkit.loyalty.campaigns._uplift_rows import Judged, area, is_binary, read_judged, sums_of, uplift_at

__all__ = ["STRATEGIES", "Strategy", "auuc_score", "qini_score", "uplift_at_score"]

Strategy: TypeAlias = Literal["overall", "by_arm"]
Normalisation: TypeAlias = Literal["perfect", "customer"]

STRATEGIES: Final = ("overall", "by_arm")
_NORMALISATIONS: Final = ("perfect", "customer")

# Areas of shares of customers are of the order of 1; below, they are noise of the last bits.
_NO_AREA: Final = 1e-12

_NOT_OF_MONEY: Final = Message(
    en="{@y_true} is not 0 or 1 throughout, so that no ranking of it counts as perfect. Give {@normalise='customer'}.",
    zh="{@y_true} 不全为 0 或 1，无从定义完美排序。请用 {@normalise='customer'}。",
)


def uplift_at_score(y_true: Numbers, uplift: Numbers, *, treatment: Numbers, share: float, strategy: Strategy) -> float:
    r"""Difference of the mean outcomes of treated and untreated customers among those of the highest expected uplift.

    Parameters
    ----------
    y_true : array-like of float
        What came of each customer: 0 or 1, or money; none missing.
    uplift : array-like of float
        Expected uplift of each customer, or any score that ranks them, higher for those to treat first.
    treatment : array-like of {0, 1} or of bool
        Whether each customer was treated, drawn at random.
    share : float
        Share of the customers that counts as the top, between 0 and 1, rounded down to whole customers.
    strategy : {"overall", "by_arm"}
        The top share of all customers ("overall"), which is whom a campaign would reach; or of each arm on its own.

    Returns
    -------
    float
        A share for outcomes of 0 or 1, else in the unit of the outcome. Customers with equal scores, any of whom could
        be among the top, count in part, so that the order of rows does not matter; a constant score gives the effect
        on all. ``nan`` where an arm has nobody among the top.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a value is missing, infinite or outside its range, columns differ in length or index, or an arm is empty.

    See Also
    --------
    uplift_table : The same by tenths of the customers, with intervals.

    Notes
    -----
    Without ties it is ``uplift_at_k`` of scikit-uplift [1]_, whose strategy "by_group" is "by_arm" here.

    References
    ----------
    .. [1] Shevchenko and Elisova, *scikit-uplift* 0.5.1, ``sklift.metrics``.

    Examples
    --------
    Of the four with the highest scores three were treated, one of whom responded; so did the one who was not.

    >>> outcomes, treatment = [1, 0, 1, 0, 1, 0, 0, 1], [1, 1, 0, 1, 0, 0, 1, 0]
    >>> scores = [0.9, 0.8, 0.7, 0.6, 0.4, 0.3, 0.2, 0.1]
    >>> round(uplift_at_score(outcomes, scores, treatment=treatment, share=0.5, strategy="overall"), 4)
    -0.6667
    """
    check_fraction(share, name="share", high_open=False)
    check_option(strategy, STRATEGIES, name="strategy")
    judged = read_judged(y_true, uplift, treatment)
    return uplift_at(sums_of(judged), share=share, strategy=strategy)


def qini_score(y_true: Numbers, uplift: Numbers, *, treatment: Numbers, normalise: Normalisation = "perfect") -> float:
    r"""Area between the Qini curve and the straight line of a random ranking.

    .. math:: Q(\varphi) = Y^T(\varphi) - Y^C(\varphi)\, \frac{N^T(\varphi)}{N^C(\varphi)}

    Outcomes and customers of the treated (T) and untreated (C) among the share :math:`\varphi` of the highest scores.

    Parameters
    ----------
    y_true : array-like of float
        What came of each customer: 0 or 1, or money with ``normalise="customer"``; none missing.
    uplift : array-like of float
        Expected uplift of each customer, or any score that ranks them, higher for those to treat first.
    treatment : array-like of {0, 1} or of bool
        Whether each customer was treated, drawn at random.
    normalise : {"perfect", "customer"}, default "perfect"
        "perfect" divides by the area of the ranking that hindsight would make, treated who responded first and
        untreated who did last: the Qini coefficient. "customer" divides the outcomes by the number of the treated and
        takes the area over the share of customers: outcomes per customer.

    Returns
    -------
    float
        0 for a ranking no better than random, and for a constant score; below 0 for a worse one; at most about 1 with
        "perfect", and far from it in practice, since hindsight knows the chance of each response. ``nan`` where
        hindsight has no area. Customers with equal scores count together, whatever the order of rows.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a value is missing, infinite or outside its range, columns differ in length or index, an arm is empty, or
        money has no perfect ranking.

    See Also
    --------
    auuc_score : The same of the uplift curve, better where the share of the treated changes down the ranking.

    Notes
    -----
    "perfect" is ``qini_auc_score`` of scikit-uplift [2]_. Other libraries divide otherwise, so that their numbers are
    not comparable.

    References
    ----------
    .. [1] Radcliffe (2007), "Using Control Groups to Target on Predicted Lift: Building and Assessing Uplift Models",
       *Direct Marketing Analytics Journal* 3.
    .. [2] Shevchenko and Elisova, *scikit-uplift* 0.5.1, ``sklift.metrics``.

    Examples
    --------
    >>> outcomes, treatment = [1, 0, 1, 0, 1, 0, 0, 1], [1, 1, 0, 1, 0, 0, 1, 0]
    >>> scores = [0.9, 0.8, 0.7, 0.6, 0.4, 0.3, 0.2, 0.1]
    >>> round(qini_score(outcomes, scores, treatment=treatment), 6)
    0.121212
    >>> qini_score(outcomes, [0.5] * 8, treatment=treatment)
    0.0
    """
    check_option(normalise, _NORMALISATIONS, name="normalise")
    judged = read_judged(y_true, uplift, treatment)
    found = _qini(judged)
    if normalise == "customer":
        return found
    _check_binary(judged)
    best = judged._replace(scores=judged.outcomes * (2 * judged.treated - 1))
    return _part_of(found, _qini(best))


def auuc_score(y_true: Numbers, uplift: Numbers, *, treatment: Numbers, normalise: Normalisation = "perfect") -> float:
    r"""Area between the uplift curve and the straight line of a random ranking.

    .. math:: U(\varphi) = \left( \frac{Y^T(\varphi)}{N^T(\varphi)} - \frac{Y^C(\varphi)}{N^C(\varphi)} \right)
        \left( N^T(\varphi) + N^C(\varphi) \right)

    Outcomes and customers of the treated (T) and untreated (C) among the share :math:`\varphi` of the highest scores;
    an arm that has nobody there counts as 0.

    Parameters
    ----------
    y_true : array-like of float
        What came of each customer: 0 or 1, or money with ``normalise="customer"``; none missing.
    uplift : array-like of float
        Expected uplift of each customer, or any score that ranks them, higher for those to treat first.
    treatment : array-like of {0, 1} or of bool
        Whether each customer was treated, drawn at random.
    normalise : {"perfect", "customer"}, default "perfect"
        "perfect" divides by the area of the ranking that hindsight would make. "customer" divides by the number of
        customers and takes the area over their share: outcomes per customer, treating from nobody to everybody.

    Returns
    -------
    float
        0 for a ranking no better than random, and for a constant score; below 0 for a worse one. ``nan`` where
        hindsight has no area. Customers with equal scores count together, whatever the order of rows.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a value is missing, infinite or outside its range, columns differ in length or index, an arm is empty, or
        money has no perfect ranking.

    See Also
    --------
    qini_score : The same of the Qini curve.

    Notes
    -----
    "perfect" is ``uplift_auc_score`` of scikit-uplift [2]_, which takes the area above the straight line. Libraries
    that take the whole area under the curve have other numbers under the same name.

    References
    ----------
    .. [1] Devriendt, Van Belle, Guns and Verbeke (2020), "Learning to Rank for Uplift Modeling", *IEEE Transactions on
       Knowledge and Data Engineering* 34(10).
    .. [2] Shevchenko and Elisova, *scikit-uplift* 0.5.1, ``sklift.metrics``.

    Examples
    --------
    >>> outcomes, treatment = [1, 0, 1, 0, 1, 0, 0, 1], [1, 1, 0, 1, 0, 0, 1, 0]
    >>> scores = [0.9, 0.8, 0.7, 0.6, 0.4, 0.3, 0.2, 0.1]
    >>> round(auuc_score(outcomes, scores, treatment=treatment), 6)
    0.191111
    """
    check_option(normalise, _NORMALISATIONS, name="normalise")
    judged = read_judged(y_true, uplift, treatment)
    found = _auuc(judged)
    if normalise == "customer":
        return found
    _check_binary(judged)
    responded = judged.outcomes == 1
    first = (
        judged.outcomes
        if (responded & (judged.treated == 0)).sum() > (~responded & (judged.treated == 1)).sum()
        else judged.treated
    )
    best = judged._replace(scores=2.0 * (judged.outcomes == judged.treated) + first)
    return _part_of(found, _auuc(best))


def _check_binary(judged: Judged) -> None:
    if not is_binary(judged.outcomes):
        raise ValueError(_NOT_OF_MONEY())


def _qini(judged: Judged) -> float:
    sums = sums_of(judged)
    return area(sums.shares, sums.qini_curve)


def _auuc(judged: Judged) -> float:
    sums = sums_of(judged)
    return area(sums.shares, sums.uplift_curve)


def _part_of(found: float, whole: float) -> float:
    return found / whole if abs(whole) > _NO_AREA else float("nan")
