"""A simulated customer base: orders, customers, and the truth behind them."""

from datetime import date
from typing import NamedTuple

import numpy as np
import pandas as pd

from crmkit._checks import check_fraction, check_int
from crmkit._random import as_generator
from crmkit.datasets._draws import draw_lives, draw_orders, draw_refunds, pick_share
from crmkit.datasets._intensity import busy_time_curve, seasonal_intensity
from crmkit.datasets._plan import acquisition_window, as_campaign, check_above, log_span
from crmkit.datasets._tables import as_customer_table, as_order_table, as_truth_table

__all__ = ["SimulatedOrders", "make_transactions"]


class SimulatedOrders(NamedTuple):
    """What `make_transactions` returns; its docstring names the columns."""

    orders: pd.DataFrame
    customers: pd.DataFrame
    truth: pd.DataFrame


def make_transactions(
    *,
    n_customers: int = 1000,
    start: str | date = "2024-01-01",
    end: str | date = "2025-12-31",
    acquisition_days: int | None = None,
    purchases_per_year: float = 6.0,
    purchase_rate_shape: float = 1.0,
    mean_lifetime_days: float = 365.25,
    dropout_rate_shape: float = 2.0,
    mean_spend: float = 50.0,
    order_spend_shape: float = 6.0,
    customer_spend_shape: float = 4.0,
    refund_rate: float = 0.03,
    seasonality: float = 0.0,
    prospect_share: float = 0.0,
    campaign_start: str | date | None = None,
    campaign_days: int = 30,
    campaign_uplift: float = 0.0,
    treated_share: float = 0.5,
    random_state: int | np.random.Generator | None = None,
) -> SimulatedOrders:
    r"""Simulate an order log whose truth is known: Pareto/NBD purchases, gamma-gamma spend.

    A customer is acquired at a moment that is uniform over the acquisition window,
    with a first order. From then on orders come as a Poisson process of rate
    :math:`\lambda_i\, g(t)` until the customer leaves, after an exponential lifetime of
    rate :math:`\mu_i`. The intensity :math:`g` is 1 without season and campaign; it is
    constant within a day, and orders are drawn exactly from its integral.

    .. math::
        \lambda_i \sim \mathrm{Gamma}(r, \alpha),\quad \mu_i \sim \mathrm{Gamma}(s, \beta),\quad
        z_{ij} \sim \mathrm{Gamma}(p, \nu_i),\quad \nu_i \sim \mathrm{Gamma}(q, \gamma)

    In days, :math:`\alpha = 365.25\, r / \text{purchases\_per\_year}`,
    :math:`\beta = (s-1)\,\text{mean\_lifetime\_days}` and, in money,
    :math:`\gamma = (q-1)\,\text{mean\_spend}/p`; the second argument is a rate.

    Parameters
    ----------
    n_customers : int, default 1000
        Customers, prospects included; at least 1.
    start, end : date or ISO text
        First and last day of the log, both inclusive.
    acquisition_days : int, optional
        Length of the acquisition window, in days from ``start``; from 1 to the length
        of the log. Half the log, rounded up, if not given.
    purchases_per_year : float, default 6
        Mean purchase rate: orders after the first per year of 365.25 days of a living
        customer, without season and campaign. Above 0.
    purchase_rate_shape : float, default 1
        Shape r of the purchase rates; the larger, the more alike the customers. Above 0.
    mean_lifetime_days : float, default 365.25
        Mean time from acquisition to dropout, in days. Above 0; ``inf`` if nobody leaves.
    dropout_rate_shape : float, default 2
        Shape s of the dropout rates; the larger, the more alike the customers. Above 1,
        because the mean lifetime is infinite otherwise.
    mean_spend : float, default 50
        Mean of the customers' mean order values, in money. Above 0.
    order_spend_shape : float, default 6
        Shape p of a customer's order values; the larger, the more alike. Above 0.
    customer_spend_shape : float, default 4
        Shape q of the customers' mean order values; the larger, the more alike. Above 1
        (above 2 for a finite variance).
    refund_rate : float, default 0.03
        Probability that an order is refunded in full, in [0, 1]. The refund follows after
        an exponential time of mean 10 days, even past dropout; after ``end`` it is not seen.
    seasonality : float, default 0
        Amplitude of a yearly cosine in the intensity, in [0, 1). It peaks on 15 December
        and has mean 1 over each calendar year. First orders have no season.
    prospect_share : float, default 0
        Share of ``n_customers``, rounded to whole customers, that never order, in [0, 1].
    campaign_start : date or ISO text, optional
        First day of a campaign, within the log; None for no campaign.
    campaign_days : int, default 30
        Length of the campaign in days, at least 1; it is cut at ``end``.
    campaign_uplift : float, default 0
        The intensity of treated customers is multiplied by 1 + uplift during the campaign;
        first orders are not affected. Above -1.
    treated_share : float, default 0.5
        Share of ``n_customers``, rounded to whole customers and drawn at random, that the
        campaign treats, in [0, 1].
    random_state : int, numpy.random.Generator or None
        An int of at least 0 gives the same tables each time, None new ones.

    Returns
    -------
    SimulatedOrders
        A named tuple of three tables.

        ``orders``, one row per order or refund, sorted by ``date``:

        - ``order_id`` (int64): 1, 2, …; a refund has an id of its own.
        - ``customer_id`` (int64).
        - ``date`` (datetime64[us]): naive, with the time of day to the second.
        - ``amount`` (float64): money rounded to cents, at least 0.01; negative for a refund, at most -0.01.

        ``customers``, one row per customer, prospects included:

        - ``customer_id`` (int64): 1 to ``n_customers``.
        - ``arm`` (str): "treated" or "control", only "control" without a campaign.

        ``truth``, one row per customer in the same order, all but the id missing for prospects:

        - ``customer_id`` (int64).
        - ``purchase_rate`` (float64): :math:`\lambda_i` per day, without season and campaign.
        - ``dropout_rate`` (float64): :math:`\mu_i` per day; 0 if nobody leaves.
        - ``acquired`` (datetime64[us]): moment of the first order.
        - ``dropout`` (datetime64[us]): moment of leaving, also past ``end``; missing
          where it lies after 2261 or never comes.
        - ``mean_spend`` (float64): :math:`p/\nu_i`, mean order value in money.
        - ``alive_at_end`` (boolean): whether ``dropout`` lies after ``end``.

    Raises
    ------
    TypeError
        If an argument is of the wrong kind.
    ValueError
        If an argument lies outside its range, or if a ``campaign_uplift`` is given
        without a ``campaign_start``.

    References
    ----------
    .. [1] Schmittlein, Morrison and Colombo, "Counting your customers: who are they and
       what will they do next?", Management Science 33 (1), 1987, 1-24.
    .. [2] Fader and Hardie, "The gamma-gamma model of monetary value", 2013,
       http://brucehardie.com/notes/025/.

    Examples
    --------
    >>> orders, customers, truth = make_transactions(n_customers=50, random_state=7)
    >>> list(orders.columns)
    ['order_id', 'customer_id', 'date', 'amount']
    >>> len(customers), bool(orders["date"].is_monotonic_increasing)
    (50, True)
    """
    check_int(n_customers, name="n_customers", low=1)
    first_day, n_days = log_span(start, end)
    window = acquisition_window(acquisition_days, n_days=n_days)
    check_above(purchases_per_year, name="purchases_per_year", low=0)
    check_above(purchase_rate_shape, name="purchase_rate_shape", low=0)
    check_above(mean_lifetime_days, name="mean_lifetime_days", low=0, or_infinite=True)
    check_above(dropout_rate_shape, name="dropout_rate_shape", low=1)
    check_above(mean_spend, name="mean_spend", low=0)
    check_above(order_spend_shape, name="order_spend_shape", low=0)
    check_above(customer_spend_shape, name="customer_spend_shape", low=1)
    check_fraction(refund_rate, name="refund_rate", low_open=False, high_open=False)
    check_fraction(seasonality, name="seasonality", low_open=False)
    check_fraction(prospect_share, name="prospect_share", low_open=False, high_open=False)
    check_int(campaign_days, name="campaign_days", low=1)
    check_above(campaign_uplift, name="campaign_uplift", low=-1)
    check_fraction(treated_share, name="treated_share", low_open=False, high_open=False)
    campaign = as_campaign(
        campaign_start, n_days=campaign_days, uplift=campaign_uplift, first_day=first_day, log_days=n_days
    )
    rng = as_generator(random_state)

    has_orders = ~pick_share(n_customers, prospect_share, rng=rng)
    treated = pick_share(n_customers, treated_share if campaign else 0.0, rng=rng)
    lives = draw_lives(
        int(has_orders.sum()),
        window=window,
        purchases_per_year=purchases_per_year,
        purchase_rate_shape=purchase_rate_shape,
        mean_lifetime_days=mean_lifetime_days,
        dropout_rate_shape=dropout_rate_shape,
        mean_spend=mean_spend,
        customer_spend_shape=customer_spend_shape,
        rng=rng,
    )
    intensity = seasonal_intensity(first_day, n_days=n_days, amplitude=seasonality)
    arms = [
        (np.flatnonzero(~treated[has_orders]), busy_time_curve(intensity)),
        (np.flatnonzero(treated[has_orders]), busy_time_curve(intensity, campaign=campaign)),
    ]
    orders = draw_orders(lives, arms=arms, order_spend_shape=order_spend_shape, rng=rng)
    refunds = draw_refunds(orders, refund_rate=refund_rate, end=n_days, rng=rng)
    return SimulatedOrders(
        as_order_table(orders, refunds, has_orders=has_orders, first_day=first_day, n_days=n_days),
        as_customer_table(treated),
        as_truth_table(lives, has_orders=has_orders, first_day=first_day, n_days=n_days),
    )
