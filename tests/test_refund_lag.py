"""How long refunds take to come."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.logs import log, order_logs

from crmkit import SchemaError, as_transactions, load_cdnow, mean_refund_lag

TRANSACTIONS = as_transactions(
    log(
        [
            ("ann", "2024-03-01", 20.0),
            ("ann", "2024-03-11", 30.0),
            ("ann", "2024-03-13", -20.0),
            ("ann", "2024-03-21", -10.0),
            ("bo", "2024-03-05", 5.0),
            ("bo", "2024-03-08", -1.0),
            ("bo", "2024-03-08", 9.0),
            ("cy", "2024-03-02", -3.0),
            ("dee", "2024-03-01", 60.0),
            ("dee", "2024-04-01", -60.0),
        ]
    )
)


# By hand.


def test_the_mean_lag_by_hand(build):
    # ann sent back 20 after 2 days and 10 after 10; bo's refund fell on a purchase day, cy has no purchase before it
    assert mean_refund_lag(build(TRANSACTIONS), as_of="2024-03-31") == pytest.approx((20 * 2 + 10 * 10) / 30)


def test_what_comes_after_as_of_is_not_there(build):
    # dee sends 60 back after 31 days
    lag = mean_refund_lag(build(TRANSACTIONS), as_of="2024-04-01")
    assert lag == pytest.approx((20 * 2 + 10 * 10 + 60 * 31) / 90)


def test_without_refunds_there_is_no_lag():
    assert math.isnan(mean_refund_lag(as_transactions(load_cdnow()), as_of="1998-06-30"))


# Laws.


@given(order_logs(), st.sampled_from([0.01, 7.1, 1e6]))
def test_the_unit_of_money_does_not_move_the_lag(orders, unit):
    scaled = orders.assign(amount=orders["amount"] * unit)
    lags = [mean_refund_lag(as_transactions(table), as_of="2024-03-31") for table in (orders, scaled)]
    assert lags[1] == pytest.approx(lags[0], nan_ok=True)


# Refusals.


def test_refusals():
    with pytest.raises(SchemaError, match=r"`transactions` lacks the columns \['amount'\]"):
        mean_refund_lag(TRANSACTIONS.drop(columns="amount"), as_of="2024-03-31")
    with pytest.raises(ValueError, match=r"`as_of` must be a date"):
        mean_refund_lag(TRANSACTIONS, as_of="soon")
