"""How many become customers, of whom, and who referred them."""

from __future__ import annotations

from typing import Literal, TypeAlias

from crmkit._kpi import Example, Variant, count, kpi, part, ratio
from crmkit._names import Label
from crmkit._stats import Numbers

__all__ = ["customer_acquisition_rate", "lead_conversion_rate", "referral_rate", "trial_conversion_rate"]

AcquisitionBase: TypeAlias = Literal["prospects", "customers"]
TrialBase: TypeAlias = Literal["ended", "started"]


@kpi(
    name=Label("Customer acquisition rate", "获客率"),
    group="acquisition",
    unit="rate",
    direction="higher",
    definition=Label(
        "New customers / prospects addressed, or customers at the start", "新增客户 ÷ 触达的潜在客户，或期初客户"
    ),
    source="Farris, Bendle, Pfeifer and Reibstein, Marketing Metrics, 3rd ed., ch. 5; our convention for customers",
    inputs=(
        count("new_customers"),
        count("prospects", optional=True),
        count("customers_start", stock="start", optional=True),
    ),
    option="base",
    variants=(
        Variant(
            "prospects",
            Label("of prospects", "按潜在客户"),
            Label("of the prospects addressed", "以触达的潜在客户为分母"),
            (
                "new_customers",
                "prospects",
            ),
            Example({"new_customers": 30, "prospects": 600, "base": "prospects"}, 0.05),
        ),
        Variant(
            "customers",
            Label("of customers", "按期初客户"),
            Label("of the customers at the start", "以期初客户为分母"),
            (
                "new_customers",
                "customers_start",
            ),
            Example({"new_customers": 30, "customers_start": 1000, "base": "customers"}, 0.03),
        ),
    ),
)
def customer_acquisition_rate(
    *,
    new_customers: Numbers,
    base: AcquisitionBase,
    prospects: Numbers | None = None,
    customers_start: Numbers | None = None,
) -> Numbers:
    r"""New customers compared with those who could have become one, or with those who already were.

    .. math:: a_\text{prospects} = \text{new} / \text{prospects}, \qquad
              a_\text{customers} = \text{new} / \text{customers at the start}

    Parameters
    ----------
    new_customers : float or array-like of float
        Customers acquired in the period, at least 0.
    base : {"prospects", "customers"}
        Whether new customers are divided by the prospects addressed or by the customers at the start. The two are not
        comparable.
    prospects : float or array-like of float, optional
        Prospects addressed in the period, at least 0; goes with "prospects".
    customers_start : float or array-like of float, optional
        Customers at the start of the period, at least 0; goes with "customers".

    Returns
    -------
    float or column, as given
        At least 0; can exceed 1, as customers come without having been addressed; ``nan`` where the base is empty.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number lies outside its range or is infinite, an input does not fit ``base``, or columns differ in length
        or index.

    References
    ----------
    .. [1] Farris, Bendle, Pfeifer and Reibstein, *Marketing Metrics*, 3rd ed., ch. 5.

    Examples
    --------
    >>> customer_acquisition_rate(new_customers=30, prospects=600, base='prospects')
    0.05
    >>> customer_acquisition_rate(new_customers=30, customers_start=1000, base='customers')
    0.03
    """
    return ratio(new_customers, prospects if base == "prospects" else customers_start)


@kpi(
    name=Label("Lead conversion rate", "线索转化率"),
    group="acquisition",
    unit="share",
    direction="higher",
    definition=Label(
        "Leads of the period that became customers / leads of the period", "期间内线索中最终成交的 ÷ 期间内线索"
    ),
    source="Our convention",
    inputs=(part("leads_won", of="leads"), count("leads")),
    example=Example({"leads_won": 12, "leads": 240}, 0.05),
)
def lead_conversion_rate(*, leads_won: Numbers, leads: Numbers) -> Numbers:
    r"""Share of the leads of a period that became customers.

    .. math:: c = \text{leads won} / \text{leads}

    Parameters
    ----------
    leads_won : float or array-like of float
        Those of these leads who became customers, whenever they did. Between 0 and ``leads``.
    leads : float or array-like of float
        Leads of the period, at least 0.

    Returns
    -------
    float or column, as given
        In [0, 1]; ``nan`` where there were no leads. Recent leads may still be won.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number lies outside its range or is infinite, a part exceeds its whole, or columns differ in length or
        index.

    Examples
    --------
    >>> lead_conversion_rate(leads_won=12, leads=240)
    0.05
    """
    return ratio(leads_won, leads)


@kpi(
    name=Label("Trial conversion rate", "试用转化率"),
    group="acquisition",
    unit="rate",
    direction="higher",
    definition=Label(
        "Trials that became paid in the period / trials that ended, or began, in it",
        "期间内转为付费的试用 ÷ 期间内结束（或开始）的试用",
    ),
    source="Stripe, Billing analytics glossary; our convention for trials that ended",
    inputs=(
        part("trials_converted", of="trials_ended"),
        count("trials_ended", optional=True),
        count("trials_started", optional=True),
    ),
    option="base",
    variants=(
        Variant(
            "ended",
            Label("of trials ended", "按结束的试用"),
            Label("of the trials that ended in the period", "以期间内结束的试用为分母"),
            (
                "trials_converted",
                "trials_ended",
            ),
            Example({"trials_converted": 18, "trials_ended": 48, "base": "ended"}, 0.375),
            is_share=True,
        ),
        Variant(
            "started",
            Label("of trials begun", "按开始的试用"),
            Label("of the trials that began in the period", "以期间内开始的试用为分母"),
            (
                "trials_converted",
                "trials_started",
            ),
            Example({"trials_converted": 18, "trials_started": 60, "base": "started"}, 0.3),
        ),
    ),
)
def trial_conversion_rate(
    *,
    trials_converted: Numbers,
    base: TrialBase,
    trials_ended: Numbers | None = None,
    trials_started: Numbers | None = None,
) -> Numbers:
    r"""Trials that became paid, compared with those that ended or with those that began.

    .. math:: c_\text{ended} = \text{converted} / \text{ended}, \qquad
              c_\text{started} = \text{converted} / \text{started}

    Parameters
    ----------
    trials_converted : float or array-like of float
        Trials that became paid in the period, at least 0, and of "ended" no more than ``trials_ended``.
    base : {"ended", "started"}
        Whether the base is the trials that ended in the period, converted or not, or those that began in it, as billing
        services count.
    trials_ended : float or array-like of float, optional
        Trials that ended in the period, at least 0; goes with "ended".
    trials_started : float or array-like of float, optional
        Trials that began in the period, at least 0; goes with "started".

    Returns
    -------
    float or column, as given
        In [0, 1] for "ended"; for "started" it can exceed 1, as trials from earlier periods convert too; ``nan`` where
        the base is empty.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number lies outside its range or is infinite, a part exceeds its whole, an input does not fit ``base``, or
        columns differ in length or index.

    References
    ----------
    .. [1] Stripe, Billing analytics glossary.

    Examples
    --------
    >>> trial_conversion_rate(trials_converted=18, trials_ended=48, base='ended')
    0.375
    >>> trial_conversion_rate(trials_converted=18, trials_started=60, base='started')
    0.3
    """
    return ratio(trials_converted, trials_ended if base == "ended" else trials_started)


@kpi(
    name=Label("Referred share of new customers", "新客推荐占比"),
    group="acquisition",
    unit="share",
    direction="higher",
    definition=Label("New customers who were referred / new customers", "经推荐而来的新客 ÷ 新增客户"),
    source="Our convention",
    inputs=(part("referred_customers", of="new_customers"), count("new_customers")),
    example=Example({"referred_customers": 9, "new_customers": 60}, 0.15),
)
def referral_rate(*, referred_customers: Numbers, new_customers: Numbers) -> Numbers:
    r"""Share of the new customers who were referred by a customer.

    .. math:: r = \text{referred} / \text{new customers}

    Parameters
    ----------
    referred_customers : float or array-like of float
        Those of them known to have been referred by a customer. Between 0 and ``new_customers``. An unknown source is
        not a referral, so the rate is a lower bound where sources are missing.
    new_customers : float or array-like of float
        Customers acquired in the period, at least 0.

    Returns
    -------
    float or column, as given
        In [0, 1]; ``nan`` where nobody was acquired.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number lies outside its range or is infinite, a part exceeds its whole, or columns differ in length or
        index.

    Examples
    --------
    >>> referral_rate(referred_customers=9, new_customers=60)
    0.15
    """
    return ratio(referred_customers, new_customers)
