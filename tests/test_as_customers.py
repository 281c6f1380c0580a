"""The door for ready tables of customers."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.files import data_file
from tests.frames import assert_same_rows, rows

from crmkit import (
    SchemaError,
    as_customers,
    as_transactions,
    audit_customers,
    customer_summary,
    load_cdnow,
    rejected_customers,
)
from crmkit.segment import RFMScorer, RFMSegmenter, TierSegmenter
from crmkit.value import BetaGeoModel
from crmkit.views import base_segments, scored_customers

TOTALS = pd.DataFrame(
    {
        "customer_id": ["ann", "bo", "cy"],
        "n_orders": [4, 0, 1],
        "spend": [120.0, 0.0, -5.5],
        "days_since_last": [3, 9, 80],
        "last": pd.to_datetime(["2024-03-28", None, "2024-01-11"]),
        "first": pd.to_datetime(["2024-01-01", None, "2024-01-11"]),
        "region": ["N", "S", "N"],
    }
)
BROKEN = pd.DataFrame(
    {
        "customer_id": ["ann", None, "bo", "cy", "di", "ed", "flo"],
        "n_orders": [2.0, 1.0, -1.0, 1.5, 1.0, 1.0, 0.0],
        "spend": [10.0, 2.0, 3.0, 4.0, None, 6.0, 0.0],
        "days_since_last": [5.0, 5.0, 5.0, 5.0, 5.0, -1.0, None],
    }
)


# By hand.


def test_without_an_order_there_is_no_recency(build):
    assert rows(as_customers(build(TOTALS[["customer_id", "n_orders", "spend", "days_since_last"]]))) == [
        ("ann", 4, 120.0, 3.0, None),
        ("bo", 0, 0.0, None, None),
        ("cy", 1, -5.5, 80.0, None),
    ]


def test_dates_are_counted_to_as_of(build):
    made = as_customers(build(TOTALS), last_order="last", first_order="first", as_of="2024-03-31", keep=["region"])
    assert rows(made) == [
        ("ann", "2024-01-01", "2024-03-28", 4, 120.0, 3.0, 90.0, "N"),
        ("bo", None, None, 0, 0.0, None, None, "S"),
        ("cy", "2024-01-11", "2024-01-11", 1, -5.5, 80.0, 80.0, "N"),
    ]


def test_the_audit_gives_every_row_one_reason(build):
    found = rows(audit_customers(build(BROKEN)))
    assert [(reason, n, spend) for reason, n, spend, _ in found if n] == [
        ("no_customer", 1, 2.0),
        ("unusable_n_orders", 2, 7.0),
        ("unusable_spend", 1, 0.0),
        ("unusable_days_since_last", 1, 6.0),
        ("no_order", 1, 0.0),
        ("kept", 1, 10.0),
        ("given", 7, 25.0),
    ]


def test_rejected_rows_come_back_with_the_reason(build):
    kept = as_customers(build(BROKEN), invalid="drop")
    left_out = rejected_customers(build(BROKEN))
    assert sorted(rows(kept, columns=["customer_id"])) == [("ann",), ("flo",)]
    assert sorted(row[-1] for row in rows(left_out)) == [
        "no_customer",
        "unusable_days_since_last",
        "unusable_n_orders",
        "unusable_n_orders",
        "unusable_spend",
    ]


def test_text_is_read_as_businesses_write_it():
    written = pd.DataFrame({"id": ["7", "8"], "n": ["1,204", "3"], "revenue": ["$1,204.50", "(3.00)"], "r": ["5", "1"]})
    made = as_customers(written, customer_id="id", n_orders="n", spend="revenue", days_since_last="r")
    assert made["spend"].tolist() == [1204.5, -3.0]
    assert made["n_orders"].tolist() == [1204, 3]


# Reference: the iFood campaign's 2,240 customers, of whom 6 have no purchase.


def test_the_customers_of_ifood_are_scored():
    given = pd.read_parquet(data_file("marketing_campaign_ifood.parquet"))
    given["revenue"] = given.filter(like="Mnt").sum(axis=1)
    given["orders"] = given[["NumWebPurchases", "NumCatalogPurchases", "NumStorePurchases"]].sum(axis=1)
    names = {"customer_id": "ID", "spend": "revenue", "n_orders": "orders", "days_since_last": "Recency"}
    audit = audit_customers(given, **names).set_index("reason")
    assert audit["n_rows"][["no_order", "kept", "given"]].tolist() == [6, 2_234, 2_240]
    customers = as_customers(given, **names, keep=["Education"])
    segments = base_segments(customers, with_prospects=True)
    scored = scored_customers(customers, segments=segments)
    assert scored["rfm_segment"].notna().all()
    # The order of magnitude of the Pareto rule: the core brings half of the revenue.
    assert segments.tiers["value_share"].tolist()[0] == pytest.approx(0.5, abs=0.01)


# Laws.


@given(
    st.lists(
        st.tuples(st.integers(0, 9), st.floats(-1e6, 1e6), st.integers(0, 900), st.integers(0, 900)),
        min_size=1,
        max_size=20,
    )
)
def test_the_columns_are_those_given(totals):
    given = pd.DataFrame(totals, columns=["n_orders", "spend", "days_since_last", "more"])
    given.insert(0, "customer_id", range(len(given)))
    given["tenure_days"] = given["days_since_last"] + given.pop("more")
    made = as_customers(given, tenure_days="tenure_days")
    bought = given["n_orders"] > 0
    pd.testing.assert_series_equal(made["spend"], given["spend"])
    for column in ("days_since_last", "tenure_days"):
        np.testing.assert_array_equal(made[column], given[column].where(bought).astype(float))


def test_totals_of_a_log_are_scored_like_the_log():
    summary = customer_summary(as_transactions(load_cdnow()), as_of="1998-06-30")
    names = ["customer_id", "n_orders", "spend", "days_since_last", "tenure_days"]
    made = as_customers(summary[names], tenure_days="tenure_days")
    assert_same_rows(made, summary[names], in_order=True)
    for learner in (RFMSegmenter(), TierSegmenter(), RFMSegmenter(scorer=RFMScorer(frequency="orders_per_year"))):
        labels = (learner.fit(table).predict(table) for table in (made, summary))
        pd.testing.assert_series_equal(*labels)


# Refusals, and input untouched.


def test_rows_that_cannot_be_used_are_refused_with_where_they_stand():
    with pytest.raises(SchemaError) as refused:
        as_customers(BROKEN)
    said = str(refused.value)
    assert "1 without a customer (first at rows [1])" in said
    assert "2 with a number of orders that is missing, below 0 or not whole (first at rows [2, 3], " in said
    assert "1 with a spend that is missing or unusable (first at rows [4], `customers['spend']` is [nan])" in said
    assert "after the as-of date (first at rows [5], `customers['days_since_last']` is [-1.0])" in said
    assert "rejected_customers returns them" in said


def test_a_first_order_after_the_last_is_refused():
    late = TOTALS.assign(first=pd.Timestamp("2024-03-30"))
    with pytest.raises(SchemaError, match=r"2 with orders and a first order that .* after the last one"):
        as_customers(late, last_order="last", first_order="first", as_of="2024-03-31")


def test_customers_that_stand_twice_are_refused(build):
    with pytest.raises(SchemaError, match=r"has ids more than once, such as \['ann'\]"):
        as_customers(
            build(
                TOTALS.assign(customer_id=["ann", "ann", "cy"])[["customer_id", "n_orders", "spend", "days_since_last"]]
            )
        )


def test_nothing_left_is_refused():
    with pytest.raises(SchemaError, match=r"has 3 rows, and none is left with invalid='drop'"):
        as_customers(TOTALS.assign(spend=np.nan), invalid="drop")


def test_contradictory_options_are_refused():
    with pytest.raises(ValueError, match=r"Give one of `days_since_last` and `last_order`, got days_since_last='r'"):
        as_customers(TOTALS, days_since_last="r", last_order="last")
    with pytest.raises(ValueError, match=r"Give one of `tenure_days` and `first_order`"):
        as_customers(TOTALS, tenure_days="t", first_order="first", as_of="2024-03-31")
    with pytest.raises(ValueError, match=r"`last_order` is a date, so `as_of` is needed"):
        as_customers(TOTALS, last_order="last")
    with pytest.raises(ValueError, match=r"`invalid` must be one of"):
        as_customers(TOTALS, invalid="keep")
    with pytest.raises(SchemaError, match=r"has no column \['orders'\]"):
        as_customers(TOTALS, n_orders="orders")


def test_purchase_models_refuse_totals():
    with pytest.raises(SchemaError, match=r"lacks the columns \['frequency', 'recency', 'T'\]"):
        BetaGeoModel().fit(as_customers(TOTALS))


def test_the_table_stays_as_it_is():
    before = TOTALS.copy(deep=True)
    as_customers(TOTALS, keep=["region"])
    pd.testing.assert_frame_equal(TOTALS, before)
