"""Who buys again and again, spends most of their money here, recommends and takes part."""

from __future__ import annotations

from crmkit._kpi import Example, count, kpi, money, part, ratio
from crmkit._names import Label
from crmkit._stats import Numbers

__all__ = ["behavioural_loyalty", "engagement_frequency", "referrals_per_customer", "share_of_wallet"]


@kpi(
    name=Label("Behavioural loyalty", "行为忠诚度"),
    group="loyalty",
    unit="share",
    direction="higher",
    definition=Label(
        "Customers who bought in at least k of the last n periods / customers", "最近n期中至少k期有购买的客户 ÷ 客户数"
    ),
    source="Our convention",
    inputs=(part("loyal_customers", of="customers"), count("customers")),
    example=Example({"loyal_customers": 40, "customers": 100}, 0.4),
)
def behavioural_loyalty(*, loyal_customers: Numbers, customers: Numbers) -> Numbers:
    r"""Share of the customers who buy again and again.

    .. math:: l = \text{customers who bought in at least } k \text{ of } n \text{ periods} / \text{customers}

    Parameters
    ----------
    loyal_customers : float or array-like of float
        Those of them who bought in at least k of the last n periods; say which k and n. Between 0 and ``customers``.
    customers : float or array-like of float
        Customers active in these periods, at least 0.

    Returns
    -------
    float or column, as given
        In [0, 1]; ``nan`` where nobody was active.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number lies outside its range or is infinite, a part exceeds its whole, or columns differ in length or
        index.

    Examples
    --------
    >>> behavioural_loyalty(loyal_customers=40, customers=100)
    0.4
    """
    return ratio(loyal_customers, customers)


@kpi(
    name=Label("Referrals per customer", "人均推荐次数"),
    group="loyalty",
    unit="count per customer",
    direction="higher",
    definition=Label("Referrals / customers", "推荐次数 ÷ 客户数"),
    source="Our convention",
    inputs=(count("referrals"), count("customers")),
    counts_events=True,
    example=Example({"referrals": 12, "customers": 400}, 0.03),
)
def referrals_per_customer(*, referrals: Numbers, customers: Numbers) -> Numbers:
    r"""Referrals made per customer.

    .. math:: r = \text{referrals} / \text{customers}

    Parameters
    ----------
    referrals : float or array-like of float
        Referrals made in the period, not of oneself, at least 0.
    customers : float or array-like of float
        Customers active in the period, at least 0.

    Returns
    -------
    float or column, as given
        At least 0; ``nan`` where nobody was active.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number lies outside its range or is infinite, or columns differ in length or index.

    Examples
    --------
    >>> referrals_per_customer(referrals=12, customers=400)
    0.03
    """
    return ratio(referrals, customers)


@kpi(
    name=Label("Engagement frequency", "客户互动频率"),
    group="loyalty",
    unit="count per customer",
    direction="higher",
    definition=Label("Interactions / customers", "互动次数 ÷ 客户数"),
    source="Our convention",
    inputs=(count("interactions"), count("customers")),
    example=Example({"interactions": 900, "customers": 300}, 3),
)
def engagement_frequency(*, interactions: Numbers, customers: Numbers) -> Numbers:
    r"""Interactions per customer in a period.

    .. math:: f = \text{interactions} / \text{customers}

    Parameters
    ----------
    interactions : float or array-like of float
        Interactions of customers with you in the period, without those of bots and without automatic mail, at least 0.
    customers : float or array-like of float
        Customers active in the period, at least 0.

    Returns
    -------
    float or column, as given
        At least 0; ``nan`` where nobody was active.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number lies outside its range or is infinite, or columns differ in length or index.

    Examples
    --------
    >>> engagement_frequency(interactions=900, customers=300)
    3.0
    """
    return ratio(interactions, customers)


@kpi(
    name=Label("Share of wallet", "钱包份额"),
    group="revenue",
    unit="share",
    direction="higher",
    definition=Label(
        "What customers spend with you / what they spend in the category", "客户在本公司的消费 ÷ 客户在该品类的全部消费"
    ),
    source="Farris, Bendle, Pfeifer and Reibstein, Marketing Metrics, 3rd ed., ch. 2",
    inputs=(part("own_spend", of="category_spend", kind="money"), money("category_spend", low=0.0)),
    example=Example({"own_spend": 40, "category_spend": 160}, 0.25),
)
def share_of_wallet(*, own_spend: Numbers, category_spend: Numbers) -> Numbers:
    r"""Share of what customers spend in a category that they spend with you.

    .. math:: w = \text{own spend} / \text{category spend}

    Parameters
    ----------
    own_spend : float or array-like of float
        Money that the customers spent with you. Between 0 and ``category_spend``.
    category_spend : float or array-like of float
        Money that the same customers spent in the category, with you and with others; from a survey or a panel.

    Returns
    -------
    float or column, as given
        In [0, 1]; ``nan`` where nothing was spent.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number lies outside its range or is infinite, a part exceeds its whole, or columns differ in length or
        index.

    References
    ----------
    .. [1] Farris, Bendle, Pfeifer and Reibstein, *Marketing Metrics*, 3rd ed., ch. 2.

    Examples
    --------
    >>> share_of_wallet(own_spend=40, category_spend=160)
    0.25
    """
    return ratio(own_spend, category_spend)
