"""The most profit that a retention campaign can make with a churn score."""

from __future__ import annotations

from crmkit._kpi import Kpi, tells
from crmkit._names import Label
from crmkit._stats import Numbers, cuts_of
from crmkit.loyalty.churn._hull import beta_acceptance, checked_costs, known_acceptance, most
from crmkit.loyalty.churn._outcomes import read_judged

__all__ = ["empc_score", "mpc_score"]


@tells(
    Kpi(
        code="empc_score",
        name=Label("Expected maximum profit of a churn score", "流失评分的期望最大利润"),
        group="retention",
        unit="money per customer",
        direction="higher",
        definition=Label(
            "Profit per customer of contacting the best share of them by the score, averaged over the share of those "
            "about to leave who accept the offer",
            "按评分联系最佳比例客户时的客均利润，对将流失客户接受挽留的比例取平均",
        ),
        source="Verbraken, Verbeke and Baesens (2013)",
        function="crmkit.loyalty.churn.empc_score",
        aggregation="none",
    )
)
def empc_score(
    y_true: Numbers,
    y_score: Numbers,
    *,
    alpha: float = 6,
    beta: float = 14,
    clv: float = 200,
    incentive_cost: float = 10,
    contact_cost: float = 1,
    sample_weight: Numbers | None = None,
) -> float:
    r"""Expected maximum profit of a churn score (EMPC): profit per customer if each time the best share is contacted.

    .. math::
        \int_0^1 \max_t \Big( \pi_1 F_1(t) \big[\gamma (\text{CLV} - d) - f\big] - \pi_0 F_0(t)\,(d + f) \Big)
        \, h(\gamma)\, d\gamma

    with :math:`\pi_1 F_1(t)` the share of the customers who leave and have a score of t or more, :math:`\pi_0 F_0(t)`
    that of those who stay and have one, and :math:`h` the density of a beta distribution. Everybody contacted costs f.
    Of those about to leave, a share :math:`\gamma`, which is not known beforehand, takes the offer at a cost of d and
    stays; those who would have stayed anyway all take it.

    Parameters
    ----------
    y_true : array-like of {0, 1} or of bool
        Whether each customer left; none missing, and some of each.
    y_score : array-like of float
        Score of each customer, higher for those likelier to leave. Only its order matters.
    alpha, beta : float, default 6 and 14
        The beta distribution of the share who accept, above 0; the defaults have a mean of 0.3.
    clv : float, default 200
        Mean lifetime value of a customer who is kept, above ``incentive_cost``, in money.
    incentive_cost : float, default 10
        What the offer costs if it is taken (d), at least 0.
    contact_cost : float, default 1
        What contacting a customer costs (f), at least 0.
    sample_weight : array-like of float, optional
        How many customers each row stands for, at least 0.

    Returns
    -------
    float
        Money per customer of the base, contacted or not; at least 0, and at least `mpc_score` with the mean share.
        Customers with equal scores are contacted together or not at all, so the order of rows does not matter.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a value is missing, infinite or outside its range, columns differ in length or index, nobody left or all did.

    See Also
    --------
    maximum_profit_table : With the share of the customers to contact, and an interval.
    retention_profit_score : Where each customer has a lifetime value of their own.

    References
    ----------
    .. [1] Verbraken, Verbeke and Baesens (2013), "A Novel Profit Maximizing Metric for Measuring Classification
       Performance of Customer Churn Prediction Models", *IEEE Transactions on Knowledge and Data Engineering* 25(5).

    Examples
    --------
    >>> round(empc_score([0, 1, 0, 1, 0, 1, 0, 1], [0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 0.8, 0.9]), 6)
    23.875593
    """
    costs = checked_costs(clv, incentive_cost, contact_cost)
    accepted = beta_acceptance(alpha, beta)
    judged = read_judged(y_true, y_score, sample_weight=sample_weight)
    return most(judged, cuts_of(judged.scores), costs, accepted).profit


@tells(
    Kpi(
        code="mpc_score",
        name=Label("Maximum profit of a churn score", "流失评分的最大利润"),
        group="retention",
        unit="money per customer",
        direction="higher",
        definition=Label(
            "Profit per customer of contacting the best share of them by the score",
            "按评分联系最佳比例客户时的客均利润",
        ),
        source="Verbeke, Dejaeger, Martens, Hur and Baesens (2012)",
        function="crmkit.loyalty.churn.mpc_score",
        aggregation="none",
    )
)
def mpc_score(
    y_true: Numbers,
    y_score: Numbers,
    *,
    gamma: float = 0.3,
    clv: float = 200,
    incentive_cost: float = 10,
    contact_cost: float = 1,
    sample_weight: Numbers | None = None,
) -> float:
    r"""Maximum profit of a churn score (MPC): profit per customer if the best share of them is contacted.

    .. math:: \max_t \Big( \pi_1 F_1(t) \big[\gamma (\text{CLV} - d) - f\big] - \pi_0 F_0(t)\,(d + f) \Big)

    The symbols are those of `empc_score`; here the share of those about to leave who accept is known.

    Parameters
    ----------
    y_true : array-like of {0, 1} or of bool
        Whether each customer left; none missing, and some of each.
    y_score : array-like of float
        Score of each customer, higher for those likelier to leave. Only its order matters.
    gamma : float, default 0.3
        Share of the customers about to leave who accept the offer and stay, from 0 to 1.
    clv : float, default 200
        Mean lifetime value of a customer who is kept, above ``incentive_cost``, in money.
    incentive_cost : float, default 10
        What the offer costs if it is taken (d), at least 0.
    contact_cost : float, default 1
        What contacting a customer costs (f), at least 0.
    sample_weight : array-like of float, optional
        How many customers each row stands for, at least 0.

    Returns
    -------
    float
        Money per customer of the base, contacted or not; 0 if it is best to contact nobody.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a value is missing, infinite or outside its range, columns differ in length or index, nobody left or all did.

    See Also
    --------
    profit_curve_table : The profit of every share of the customers, and each with a lifetime value of their own.

    References
    ----------
    .. [1] Verbeke, Dejaeger, Martens, Hur and Baesens (2012), "New Insights into Churn Prediction in the
       Telecommunication Sector: A Profit Driven Data Mining Approach", *European Journal of Operational Research*
       218(1).

    Examples
    --------
    The best is to contact all but the customer with the lowest score: 4 who leave bring 0.3 · 190 - 1 = 56 each, 3 who
    stay cost 11 each, and 191 / 8 is left.

    >>> mpc_score([0, 1, 0, 1, 0, 1, 0, 1], [0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 0.8, 0.9])
    23.875
    """
    costs = checked_costs(clv, incentive_cost, contact_cost)
    accepted = known_acceptance(gamma)
    judged = read_judged(y_true, y_score, sample_weight=sample_weight)
    return most(judged, cuts_of(judged.scores), costs, accepted).profit
