"""Satisfaction, ease and praise from counts and sums of answers."""

from __future__ import annotations

from crmkit._kpi import Example, count, kpi, part, ratio
from crmkit._names import Label
from crmkit._stats import Numbers

__all__ = ["ces_mean", "ces_rate", "csat_mean", "csat_rate", "praise_rate"]


@kpi(
    name=Label("Satisfied customers", "客户满意率"),
    group="loyalty",
    unit="share",
    direction="higher",
    definition=Label(
        "Respondents who chose one of the top answers / respondents",
        "选择最高若干档答案的人数 ÷ 答题人数",
    ),
    source="ISO 10004, top-box scores",
    inputs=(part("satisfied", of="respondents"), count("respondents")),
    example=Example({"satisfied": 170, "respondents": 200}, 0.85),
)
def csat_rate(*, satisfied: Numbers, respondents: Numbers) -> Numbers:
    r"""Share of those who answered that are satisfied: CSAT by its top boxes.

    .. math:: r = \text{satisfied} / \text{respondents}

    Parameters
    ----------
    satisfied : float or array-like of float
        Those of them who chose one of the top answers, such as 4 or 5 of 5; say which. Between 0 and ``respondents``.
    respondents : float or array-like of float
        Those who answered the question, at least 0; who did not answer does not count.

    Returns
    -------
    float or column, as given
        In [0, 1]; ``nan`` where nobody answered.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number lies outside its range or is infinite, a part exceeds its whole, or columns differ in length or
        index.

    Examples
    --------
    >>> csat_rate(satisfied=170, respondents=200)
    0.85
    """
    return ratio(satisfied, respondents)


@kpi(
    name=Label("Mean satisfaction", "满意度均分"),
    group="loyalty",
    unit="index",
    direction="higher",
    definition=Label(
        "Sum of the ratings of satisfaction / respondents, on the scale of the question",
        "满意度评分之和 ÷ 答题人数（与题目同一量表）",
    ),
    source="ISO 10004",
    inputs=(count("satisfaction_total"), count("respondents")),
    example=Example({"satisfaction_total": 12, "respondents": 3}, 4.0),
)
def csat_mean(*, satisfaction_total: Numbers, respondents: Numbers) -> Numbers:
    r"""Mean rating of satisfaction, on the scale of the question.

    .. math:: m = \text{sum of the answers} / \text{respondents}

    Parameters
    ----------
    satisfaction_total : float or array-like of float
        Sum of the ratings, at least 0. Ratings on different scales do not add up.
    respondents : float or array-like of float
        Those who answered the question, at least 0; who did not answer does not count.

    Returns
    -------
    float or column, as given
        On the scale of the ratings; ``nan`` where nobody answered.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number lies outside its range or is infinite, or columns differ in length or index.

    Examples
    --------
    >>> csat_mean(satisfaction_total=12, respondents=3)
    4.0
    """
    return ratio(satisfaction_total, respondents)


@kpi(
    name=Label("Customers who found it easy", "轻松解决率"),
    group="loyalty",
    unit="share",
    direction="higher",
    definition=Label(
        "Respondents who agree that it was easy (5 or more of 7) / respondents",
        "认同“很容易办成”（7 分制不低于 5 分）的人数 ÷ 答题人数",
    ),
    source="Dixon, Toman and DeLisi (2013), The Effortless Experience (CES 2.0)",
    inputs=(part("found_easy", of="respondents"), count("respondents")),
    example=Example({"found_easy": 150, "respondents": 200}, 0.75),
)
def ces_rate(*, found_easy: Numbers, respondents: Numbers) -> Numbers:
    r"""Share of those who answered that found it easy: the customer effort score 2.0 by agreement.

    .. math:: r = \text{found it easy} / \text{respondents}

    Parameters
    ----------
    found_easy : float or array-like of float
        Those of them who agree that it was made easy, usually 5 or more of 7. Between 0 and ``respondents``.
    respondents : float or array-like of float
        Those who answered the question, at least 0; who did not answer does not count.

    Returns
    -------
    float or column, as given
        In [0, 1]; ``nan`` where nobody answered.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number lies outside its range or is infinite, a part exceeds its whole, or columns differ in length or
        index.

    Examples
    --------
    >>> ces_rate(found_easy=150, respondents=200)
    0.75
    """
    return ratio(found_easy, respondents)


@kpi(
    name=Label("Customer effort score", "客户费力度（CES 2.0）"),
    group="loyalty",
    unit="index",
    direction="higher",
    definition=Label(
        "Sum of the agreement that it was easy (1 to 7) / respondents; higher is better",
        "“很容易办成”认同度（1 至 7 分）之和 ÷ 答题人数；越高越省力",
    ),
    source="Dixon, Toman and DeLisi (2013), The Effortless Experience (CES 2.0)",
    inputs=(count("ease_total"), count("respondents")),
    example=Example({"ease_total": 1100, "respondents": 200}, 5.5),
)
def ces_mean(*, ease_total: Numbers, respondents: Numbers) -> Numbers:
    r"""Mean agreement that it was made easy, from 1 to 7: the customer effort score 2.0.

    .. math:: m = \text{sum of the answers} / \text{respondents}

    Parameters
    ----------
    ease_total : float or array-like of float
        Sum of the answers, at least 0. In the first version of the score low answers were good: turn those first.
    respondents : float or array-like of float
        Those who answered the question, at least 0; who did not answer does not count.

    Returns
    -------
    float or column, as given
        On the scale of the answers, higher is better; ``nan`` where nobody answered.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number lies outside its range or is infinite, or columns differ in length or index.

    Examples
    --------
    >>> ces_mean(ease_total=1100, respondents=200)
    5.5
    """
    return ratio(ease_total, respondents)


@kpi(
    name=Label("Praise rate", "好评率"),
    group="loyalty",
    unit="share",
    direction="higher",
    definition=Label(
        "Positive ratings / ratings",
        "好评数 ÷ 评价总数",
    ),
    source="Our convention; positive levels named",
    inputs=(part("positive_ratings", of="ratings"), count("ratings")),
    example=Example({"positive_ratings": 450, "ratings": 500}, 0.9),
)
def praise_rate(*, positive_ratings: Numbers, ratings: Numbers) -> Numbers:
    r"""Share of the ratings that are positive.

    .. math:: r = \text{positive ratings} / \text{ratings}

    Parameters
    ----------
    positive_ratings : float or array-like of float
        Those that are positive, such as 4 and 5 of 5 stars; say which. Between 0 and ``ratings``.
    ratings : float or array-like of float
        All ratings received, at least 0.

    Returns
    -------
    float or column, as given
        In [0, 1]; ``nan`` where nobody answered.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number lies outside its range or is infinite, a part exceeds its whole, or columns differ in length or
        index.

    Examples
    --------
    >>> praise_rate(positive_ratings=450, ratings=500)
    0.9
    """
    return ratio(positive_ratings, ratings)
