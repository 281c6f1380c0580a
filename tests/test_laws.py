"""Laws of the door and the customers table together, whatever the orders."""

import pandas as pd
import polars as pl
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from tests.logs import order_logs

from crmkit import as_transactions, customer_summary

AS_OF = "2024-03-31"
MONEY = ["spend", "returned", "monetary_value"]
SHUFFLES = st.randoms(use_true_random=False)


def days_of(orders, **options):
    """The transactions, by way of Polars: the quickest kind, and test_backends holds the others equal to it."""
    return as_transactions(pl.from_pandas(orders), **{"order_id": "order_id", **options}).to_pandas()


def customers_of(orders, *, as_of=AS_OF):
    days = as_transactions(pl.from_pandas(orders), order_id="order_id")
    return customer_summary(days, as_of=as_of).to_pandas()


def assert_equal_but_for_rounding(got, expected, *, money):
    """Everything but money exactly; money to nine digits of what was moved, for sums cancel."""
    assert_frame_equal(got.drop(columns=money), expected.drop(columns=money))
    for name in money:
        assert got[name].tolist() == pytest.approx(expected[name].tolist(), rel=1e-9, abs=1e-9, nan_ok=True)


@given(order_logs(), SHUFFLES)
def test_the_order_of_the_rows_does_not_matter(orders, random):
    shuffled = orders.iloc[random.sample(range(len(orders)), len(orders))]
    assert_equal_but_for_rounding(days_of(shuffled), days_of(orders), money=["amount"])
    assert_equal_but_for_rounding(customers_of(shuffled), customers_of(orders), money=MONEY)


@given(order_logs(), st.sampled_from([1e-3, 0.01, 7.1, 1e6]))
def test_the_unit_of_money_scales_money_and_nothing_else(orders, unit):
    scaled = customers_of(orders.assign(amount=orders["amount"] * unit))
    scaled[MONEY] /= unit
    assert_equal_but_for_rounding(scaled, customers_of(orders), money=MONEY)


@given(order_logs(), st.permutations([3, 10, 200, -7, 0]))
def test_renaming_customers_renames_their_rows(orders, numbers):
    names = dict(zip(["ann", "bo", "cy", "dee", "eve"], numbers, strict=True))
    renamed = customers_of(orders.assign(customer_id=orders["customer_id"].map(names)))
    expected = customers_of(orders)
    expected["customer_id"] = expected["customer_id"].map(names).astype("int64")
    assert_frame_equal(renamed, expected.sort_values("customer_id", ignore_index=True))


@given(order_logs(), st.integers(0, 70))
def test_a_log_may_be_read_in_two_parts_cut_at_midnight(orders, days):
    cut = orders["date"].min().normalize() + pd.Timedelta(days=days)
    early, late = orders[orders["date"] < cut], orders[orders["date"] >= cut]
    assume(len(early) and len(late))
    together = pd.concat([days_of(early), days_of(late)]).sort_values(["customer_id", "date"], ignore_index=True)
    assert_frame_equal(together, days_of(orders))


@given(order_logs(), st.integers(0, 70), st.integers(0, 70))
def test_what_was_bought_stays_bought(orders, days, days_later):
    earlier = orders["date"].min() + pd.Timedelta(days=days)
    before = customers_of(orders, as_of=earlier).set_index("customer_id")
    after = (
        customers_of(orders, as_of=earlier + pd.Timedelta(days=days_later)).set_index("customer_id").loc[before.index]
    )
    buyers = before["n_orders"] > 0
    assert (after["n_orders"] >= before["n_orders"]).all()
    assert (after["frequency"] >= before["frequency"])[buyers].all()
    assert (after["recency"] >= before["recency"])[buyers].all()
    assert (after["first_order"] == before["first_order"])[buyers].all()
    assert (after["T"] == before["T"] + days_later)[buyers].all()


@given(order_logs(), st.integers(0, 400))
def test_quiet_days_only_make_everything_longer_ago(orders, quiet):
    last = orders["date"].max()
    before, after = customers_of(orders, as_of=last), customers_of(orders, as_of=last + pd.Timedelta(days=quiet))
    before[["days_since_last", "tenure_days", "T"]] += quiet
    assert_frame_equal(after, before)


@given(order_logs(min_size=2))
def test_customers_do_not_touch_one_another(orders):
    first = orders["customer_id"].iloc[0]
    others = orders[orders["customer_id"] != first]
    assume(len(others))
    everybody = customers_of(orders)
    assert_frame_equal(customers_of(others), everybody[everybody["customer_id"] != first].reset_index(drop=True))


@given(order_logs())
def test_text_is_as_good_as_types(orders):
    text = orders.assign(date=orders["date"].dt.strftime("%Y-%m-%dT%H:%M:%S"), amount=orders["amount"].map(repr))
    assert_frame_equal(customers_of(text), customers_of(orders))


@given(order_logs())
def test_money_is_neither_made_nor_lost(orders):
    days = days_of(orders)
    assert days["amount"].sum() == pytest.approx(orders["amount"].sum(), abs=1e-9)
    assert customer_summary(days, as_of=AS_OF)["spend"].sum() == pytest.approx(orders["amount"].sum(), abs=1e-9)


@given(order_logs())
def test_rows_without_order_ids_are_at_least_as_many_orders(orders):
    by_id, by_row = days_of(orders), days_of(orders, order_id=None)
    assert (by_row["n_orders"] >= by_id["n_orders"]).all()
    assert ((by_row["n_orders"] > 0) == (by_id["n_orders"] > 0)).all()
    assert by_row["amount"].equals(by_id["amount"])


@given(order_logs())
def test_a_purchase_day_is_what_the_design_says(orders):
    # in whole cents, so that a net of zero is exactly zero: another way of counting than crmkit's
    cents = orders.assign(day=orders["date"].dt.normalize(), cents=(orders["amount"] * 100).round().astype("int64"))
    expected = {}
    for key, day in cents.groupby(["customer_id", "day"]):
        sold, refunded = day[day["cents"] >= 0], day[day["cents"] < 0]
        is_purchase = len(sold) > 0 and (refunded.empty or day["cents"].sum() > 0)
        expected[key] = sold["order_id"].nunique() if is_purchase else 0
    found = days_of(orders).set_index(["customer_id", "date"])["n_orders"]
    assert found.to_dict() == expected
