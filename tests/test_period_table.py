"""The period table: by hand with a gap and an unfinished month, against pandas' own periods, from every frame."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from tests.depth import few
from tests.frames import assert_same_rows, rows
from tests.logs import log, order_logs

from crmkit import SchemaError, as_transactions, load_cdnow
from crmkit.metrics import period_table

FREQS = ["D", "W", "M", "Q", "Y", "W-SAT", "Q-JAN", "Y-MAR"]
COLUMNS = [
    "period",
    "revenue",
    "new_revenue",
    "n_orders",
    "active_customers",
    "new_customers",
    "returning_customers",
    "is_complete",
]
ORDERS = log(
    [
        ("cy", "2023-12-31", -2),  # a refund before any purchase opens the log
        ("ann", "2024-01-01", 20),
        ("ann", "2024-01-31", 10),
        ("bo", "2024-01-15", 5),
        ("bo", "2024-03-10", 7),
        ("bo", "2024-03-10", 3),
        ("cy", "2024-03-01", 4),  # new only now
        ("cy", "2024-03-20", -1),
        ("ann", "2024-03-31", -30),  # sends back; not active in March
        ("dee", "2024-04-02", 0),
        ("eve", "2024-04-03", 99),  # after 2 April
    ]
)


@pytest.fixture(scope="module")
def cdnow():
    return as_transactions(load_cdnow())


# By hand.


def test_months_by_hand():
    found = period_table(as_transactions(ORDERS), as_of="2024-04-02")
    assert list(found.columns) == COLUMNS
    assert rows(found) == [
        ("2023-12-01", -2, 0, 0, 0, 0, 0, True),
        ("2024-01-01", 35, 35, 3, 2, 2, 0, True),
        ("2024-02-01", 0, 0, 0, 0, 0, 0, True),
        ("2024-03-01", -17, 3, 3, 2, 1, 1, True),
        ("2024-04-01", 0, 0, 1, 1, 1, 0, False),
    ]


@pytest.mark.parametrize(
    ("as_of", "freq", "complete"),
    [
        ("2024-02-28", "M", False),
        ("2024-02-29", "M", True),
        ("2024-03-30", "Q", False),
        ("2024-03-31", "Q", True),
        ("2024-03-09", "W", False),  # a Saturday
        ("2024-03-10", "W", True),
        ("2024-12-30", "Y", False),
        ("2024-12-31", "Y", True),
        ("2024-03-09", "D", True),
    ],
)
def test_the_last_period_is_complete_if_it_ends_by_as_of(as_of, freq, complete):
    found = period_table(as_transactions(ORDERS), as_of=as_of, freq=freq)["is_complete"].tolist()
    assert found[-1] is complete
    assert all(found[:-1])


def test_periods_begin_on_mondays_and_on_the_first():
    transactions = as_transactions(log([("ann", "2024-02-29", 1)]))
    firsts = {"D": "2024-02-29", "W": "2024-02-26", "M": "2024-02-01", "Q": "2024-01-01", "Y": "2024-01-01"}
    for freq, first in firsts.items():
        assert rows(period_table(transactions, as_of="2024-02-29", freq=freq), columns=["period"]) == [(first,)]


def test_periods_go_on_to_as_of_where_nothing_happened():
    found = period_table(as_transactions(log([("ann", "2024-01-05", 1)])), as_of="2025-01-15")
    assert len(found) == 13
    assert found["n_orders"].tolist() == [1] + [0] * 12


# Reference: CDNOW, 1/10 sample; its new customers by month are the cohorts that the literature counts.


def test_cdnow_new_customers_are_its_three_cohorts(cdnow):
    months = period_table(cdnow, as_of="1998-06-30")
    assert len(months) == 18
    assert months["new_customers"].tolist() == [781, 857, 719] + [0] * 15
    assert months["revenue"].sum() == pytest.approx(244091.94, abs=0.005)
    assert months["n_orders"].sum() == 6919
    assert months["is_complete"].all()


@pytest.mark.parametrize("freq", FREQS)
def test_cdnow_as_pandas_counts_it(cdnow, freq):
    found = period_table(cdnow, as_of="1998-06-30", freq=freq)
    log = load_cdnow()
    log["period"] = log["date"].dt.to_period(freq)
    log["is_new"] = log["period"] == log.groupby("customer_id")["period"].transform("min")
    every = pd.period_range(log["period"].min(), pd.Period("1998-06-30", freq), freq=freq)
    by_period = log.groupby("period")
    expected = pd.DataFrame(
        {
            "revenue": by_period["amount"].sum(),
            "new_revenue": log[log["is_new"]].groupby("period")["amount"].sum(),
            "n_orders": by_period.size(),
            "active_customers": by_period["customer_id"].nunique(),
            "new_customers": log[log["is_new"]].groupby("period")["customer_id"].nunique(),
        }
    ).reindex(every, fill_value=0)
    expected = expected.fillna(0).astype(dict.fromkeys(COLUMNS[3:6], "int64"))
    assert found["period"].tolist() == every.start_time.tolist()
    assert_frame_equal(found[COLUMNS[1:6]], expected.reset_index(drop=True), rtol=1e-9, atol=1e-9)


# Laws.


@few()
@given(order_logs(), st.sampled_from(FREQS))
def test_periods_add_up_to_the_log(orders, freq):
    transactions = as_transactions(orders)
    found = period_table(transactions, as_of="2024-03-31", freq=freq)
    assert found["revenue"].sum() == pytest.approx(transactions["amount"].sum(), abs=1e-9)
    assert found["n_orders"].sum() == transactions["n_orders"].sum()
    buyers = transactions[transactions["n_orders"] > 0]["customer_id"].nunique()
    assert found["new_customers"].sum() == buyers
    assert (found["new_customers"] + found["returning_customers"] == found["active_customers"]).all()
    assert (found["returning_customers"] >= 0).all()
    assert found["period"].is_monotonic_increasing
    assert found["period"].is_unique


@few()
@given(order_logs(), st.sampled_from(FREQS), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(orders, freq, random):
    transactions = as_transactions(orders)
    moved = transactions.sample(frac=1, random_state=random.randrange(2**32))
    options = {"as_of": "2024-03-31", "freq": freq}
    assert_frame_equal(period_table(moved, **options), period_table(transactions, **options), rtol=1e-9, atol=1e-9)


@few()
@given(order_logs())
def test_refunds_and_purchases_in_months_counted_by_sets(orders):
    transactions = as_transactions(orders)
    found = period_table(transactions, as_of="2024-03-31").set_index("period")
    bought = transactions[transactions["n_orders"] > 0]
    seen = set()
    for month, row in found.iterrows():
        inside = {
            name: table["date"].dt.to_period("M") == month.to_period("M")
            for name, table in (("all", transactions), ("bought", bought))
        }
        active = set(bought[inside["bought"]]["customer_id"])
        own = transactions[inside["all"]]
        assert row["active_customers"] == len(active)
        assert row["new_customers"] == len(active - seen)
        of_new = own[own["customer_id"].isin(active - seen)]["amount"].sum()
        assert row["new_revenue"] == pytest.approx(of_new, abs=1e-9)
        seen |= active


@pytest.mark.parametrize("freq", ["W", "M"])
def test_every_kind_of_frame_gives_the_same_table(build, freq):
    native = build(as_transactions(ORDERS))
    found = period_table(native, as_of="2024-04-02", freq=freq)
    assert type(found) is type(native)
    assert_same_rows(found, period_table(as_transactions(ORDERS), as_of="2024-04-02", freq=freq))


# Refusals.


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"freq": "ME"}, r"`freq` must be one of \['D', 'M', 'Q', 'W', 'Y'\], or name .*, got 'ME'"),
        ({"as_of": "soon"}, "`as_of` must be a date or ISO text such as '2024-12-31', got 'soon'"),
    ],
)
def test_wrong_options_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        period_table(as_transactions(ORDERS), **({"as_of": "2024-04-02"} | options))


def test_as_of_before_the_first_transaction_is_refused(build):
    # an engine does not look for the first day, but sees that nothing is left
    first = r"`as_of` is 2020-01-01, before the first transaction on 2023-12-31\. Give a later day"
    message = r"`transactions` has no rows up to 2020-01-01\. Give a later `as_of`" if build.is_engine else first
    with pytest.raises(ValueError, match=message):
        period_table(build(as_transactions(ORDERS)), as_of="2020-01-01")


def test_a_table_that_is_no_transactions_table_is_refused():
    with pytest.raises(TypeError, match=r"`transactions` must be a pandas, Polars or PyArrow table.*got NoneType"):
        period_table(None, as_of="2024-04-02")
    with pytest.raises(SchemaError, match=r"`transactions` lacks the columns \['n_orders'\]"):
        period_table(ORDERS, as_of="2024-04-02")


# Input untouched.


def test_the_transactions_given_are_not_changed(cdnow):
    before = cdnow.copy()
    period_table(cdnow, as_of="1998-06-30")
    assert_frame_equal(cdnow, before)
