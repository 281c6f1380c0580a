"""The customers table: what each of its columns says, prospects, and agreement with lifetimes."""

import warnings
from datetime import date, datetime

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from tests.files import lifetimes_file
from tests.frames import as_pandas, assert_same_rows, rows
from tests.logs import log, order_logs, typed

from crmkit import SchemaError, as_transactions, customer_summary, load_cdnow
from crmkit._tables import CUSTOMERS

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from lifetimes.utils import summary_data_from_transaction_data

AS_OF = "2024-03-31"
MEASURES = ["frequency", "recency", "T", "monetary_value"]
ORDERS = log(
    [
        ("ann", "2024-03-01", 20.0),
        ("ann", "2024-03-11", 10.0),
        ("ann", "2024-03-21", -4.0),
        ("ann", "2024-03-25", 6.0),
        ("ann", "2024-03-25", -2.0),
        ("bo", "2024-03-05", 5.0),
        ("bo", "2024-03-05", 7.0),
        ("cy", "2024-03-02", -3.0),
        ("dee", "2024-03-01", -2.0),
        ("dee", "2024-03-10", 8.0),
        ("eve", "2024-04-01", 9.0),
    ]
)
TRANSACTIONS = as_transactions(ORDERS)
PROSPECT = (None, None, 0, 0.0, 0.0, *[None] * 6)


def summary_of(*orders, **options):
    ((_, *measures),) = rows(customer_summary(as_transactions(log(orders)), **{"as_of": AS_OF, **options}))
    return dict(zip(CUSTOMERS.required[1:], measures, strict=True))


# By hand.


def test_every_column_by_hand():
    # ann bought on the 1st, 11th and 25th (net 4); the refund of the 21st is in her spend and in what she returned
    assert rows(customer_summary(TRANSACTIONS, as_of=AS_OF)) == [
        ("ann", "2024-03-01", "2024-03-25", 3, 30.0, 4.0, 6.0, 30.0, 2.0, 24.0, 30.0, 7.0),
        ("bo", "2024-03-05", "2024-03-05", 2, 12.0, 0.0, 26.0, 26.0, 0.0, 0.0, 26.0, None),
        ("cy", None, None, 0, -3.0, 3.0, None, None, None, None, None, None),
        ("dee", "2024-03-10", "2024-03-10", 1, 6.0, 2.0, 21.0, 21.0, 0.0, 0.0, 21.0, None),
    ]


def test_the_columns_have_their_names_order_and_types():
    summary = customer_summary(TRANSACTIONS, as_of=AS_OF)
    assert tuple(summary.columns) == CUSTOMERS.required
    assert summary.dtypes.astype(str).tolist()[1:] == [*["datetime64[us]"] * 2, "int64", *["float64"] * 8]
    assert summary.index.equals(pd.RangeIndex(4))


def test_the_as_of_day_itself_counts():
    found = summary_of(("ann", "2024-03-01", 1.0), ("ann", "2024-03-31 23:59", 1.0))
    assert (found["last_order"], found["days_since_last"], found["recency"]) == ("2024-03-31", 0.0, 30.0)


def test_what_comes_after_as_of_is_not_there():
    before = TRANSACTIONS[TRANSACTIONS["date"] <= "2024-03-11"]
    assert_frame_equal(customer_summary(TRANSACTIONS, as_of="2024-03-11"), customer_summary(before, as_of="2024-03-11"))


def test_a_leap_day_is_a_day():
    found = summary_of(("ann", "2024-02-28", 1.0), ("ann", "2024-03-01", 1.0))
    assert (found["recency"], found["T"]) == (2.0, 32.0)


def test_a_later_purchase_at_price_zero_counts_and_is_worth_nothing():
    found = summary_of(("ann", "2024-03-01", 9.0), ("ann", "2024-03-02", 0.0), ("ann", "2024-03-03", 4.0))
    assert (found["frequency"], found["monetary_value"]) == (2.0, 2.0)


def test_only_refunds_known_of_everybody():
    found = summary_of(("ann", "2024-03-01", -9.0))
    assert tuple(found.values()) == (None, None, 0, -9.0, 9.0, *[None] * 6)


@pytest.mark.parametrize(
    "as_of",
    [AS_OF, date(2024, 3, 31), datetime(2024, 3, 31, 17, 5), pd.Timestamp(AS_OF), np.datetime64(AS_OF)],
    ids=type,
)
def test_as_of_may_be_any_kind_of_date(as_of):
    assert_frame_equal(customer_summary(TRANSACTIONS, as_of=as_of), customer_summary(TRANSACTIONS, as_of=AS_OF))


def test_the_master_table_adds_prospects():
    master = pd.DataFrame({"customer_id": ["zoe", "eve", "dee", "cy", "bo", "ann"], "region": "north"})
    everybody = customer_summary(TRANSACTIONS, as_of=AS_OF, customers=master)
    assert rows(everybody.iloc[4:]) == [("eve", *PROSPECT), ("zoe", *PROSPECT)]
    assert_frame_equal(everybody.iloc[:4], customer_summary(TRANSACTIONS, as_of=AS_OF))
    assert everybody.dtypes.astype(str).tolist()[1:] == [*["datetime64[us]"] * 2, "int64", *["float64"] * 8]


# Reference: the log, dates and figures of lifetimes' tests/test_utils.py.

SIX = log(
    [
        (1, "2015-01-01", 1),
        (1, "2015-02-06", 2),
        (2, "2015-01-01", 2),
        (3, "2015-01-01", 3),
        (3, "2015-01-02", 1),
        (3, "2015-01-05", 5),
        (4, "2015-01-16", 6),
        (4, "2015-02-02", 3),
        (4, "2015-02-05", 3),
        (5, "2015-01-16", 3),
        (5, "2015-01-17", 1),
        (5, "2015-01-18", 8),
        (6, "2015-02-02", 5),
    ]
)


def test_the_six_customers_of_lifetimes():
    found = customer_summary(as_transactions(SIX), as_of="2015-02-07")
    assert found["frequency"].tolist() == [1, 0, 2, 2, 2, 0]
    assert found["recency"].tolist() == [36, 0, 4, 20, 2, 0]
    assert found["T"].tolist() == [37, 37, 37, 22, 22, 5]
    # where lifetimes has 0, nothing is defined
    assert found["monetary_value"].fillna(-1).tolist() == [2, -1, 3, 3, 4.5, -1]


def test_cdnow_is_as_lifetimes_has_it():
    # cdnow_customers_summary.csv: 2,357 customers up to 1997-09-30, in weeks of two decimals
    found = customer_summary(as_transactions(load_cdnow()), as_of="1997-09-30")
    published = pd.read_csv(lifetimes_file("cdnow_customers_summary.csv"))
    assert len(found) == 2357
    assert found["customer_id"].tolist() == published["ID"].tolist()
    assert found["frequency"].tolist() == published["frequency"].tolist()
    for name in ("recency", "T"):
        assert (found[name] / 7).tolist() == pytest.approx(published[name].tolist(), abs=0.005 + 1e-9)


def test_the_repeat_spend_of_cdnow_is_as_published():
    # cdnow_customers_summary_with_transactions.csv, cents; and Fader and Hardie's note on Gamma-Gamma, in dollars
    found = customer_summary(as_transactions(load_cdnow()), as_of="1997-09-30")
    published = pd.read_csv(lifetimes_file("cdnow_customers_summary_with_transactions.csv"))
    assert found["monetary_value"].fillna(0).tolist() == pytest.approx(published["zbar"].tolist(), abs=0.005 + 1e-9)
    described = found.loc[found["frequency"] > 0, "monetary_value"].describe().round()
    assert described[["count", "mean", "std", "min", "50%", "max"]].tolist() == [946, 35, 30, 3, 27, 300]


# Law.


@given(order_logs(refunds=False), st.integers(0, 400))
def test_agrees_with_lifetimes_where_nothing_is_refunded(orders, days_later):
    as_of = orders["date"].max().normalize() + pd.Timedelta(days=days_later)
    found = customer_summary(as_transactions(orders), as_of=as_of).set_index("customer_id")[MEASURES]
    assert (found["monetary_value"].isna() == (found["frequency"] == 0)).all()
    found["monetary_value"] = found["monetary_value"].fillna(0)
    theirs = summary_data_from_transaction_data(
        orders, "customer_id", "date", "amount", observation_period_end=as_of, freq="D"
    )
    assert_frame_equal(found, theirs.loc[found.index], check_index_type=False, check_names=False, rtol=1e-9)


@pytest.mark.deep
@given(order_logs(), st.sampled_from([[], ["fay"], ["aaa", "zoe"]]))
def test_the_master_table_changes_nothing_for_buyers(orders, prospects):
    transactions = as_transactions(orders)
    alone = customer_summary(transactions, as_of="2024-03-31")
    master = pd.DataFrame({"customer_id": [*prospects, *alone["customer_id"]]})
    everybody = customer_summary(transactions, as_of="2024-03-31", customers=master)
    assert everybody["customer_id"].tolist() == sorted(master["customer_id"])
    found = everybody[~everybody["customer_id"].isin(prospects)].reset_index(drop=True)
    assert_frame_equal(found, alone)
    assert everybody.loc[everybody["customer_id"].isin(prospects), ["spend", "returned"]].eq(0).all(axis=None)


@given(order_logs())
def test_what_went_back_and_what_was_kept_are_the_money_of_the_purchase_days(orders):
    transactions = as_transactions(orders)
    bought = transactions[transactions["n_orders"] > 0].groupby("customer_id")["amount"].sum()
    found = customer_summary(transactions, as_of="2024-03-31").set_index("customer_id")
    assert (found["returned"] >= 0).all()
    paid = bought.reindex(found.index, fill_value=0.0)
    # A sum of cents that rounds to 0 may be a hair above it, and is then no refund.
    assert np.allclose(found["spend"] + found["returned"], paid, atol=1e-6)


@given(order_logs())
def test_the_measures_keep_to_one_another(orders):
    found = customer_summary(as_transactions(orders), as_of="2024-03-31")
    buyers = found.dropna(subset=["frequency"])
    assert (found["n_orders"] > 0).tolist() == found["first_order"].notna().tolist()
    assert len(buyers) == (found["n_orders"] > 0).sum()
    assert (buyers["n_orders"] > buyers["frequency"]).all()
    assert (buyers["recency"] + buyers["days_since_last"] == buyers["T"]).all()
    assert (buyers["tenure_days"] == buyers["T"]).all()
    assert (buyers["frequency"] <= buyers["recency"]).all()
    assert ((buyers["frequency"] == 0) == buyers["monetary_value"].isna()).all()


# Refusal.


def test_a_table_that_is_no_transactions_table_is_refused(build):
    expected = r"`transactions` lacks the columns \['n_orders'\]; it has \[.*\]\. as_transactions makes such a table"
    with pytest.raises(SchemaError, match=expected):
        customer_summary(build(typed(ORDERS)), as_of=AS_OF)


def test_what_is_no_frame_is_refused():
    with pytest.raises(TypeError, match=r"`transactions` must be a pandas, Polars or PyArrow table.* got list"):
        customer_summary([1], as_of=AS_OF)


def test_a_table_without_rows_is_refused(build_in_memory):
    with pytest.raises(SchemaError, match=r"`transactions` has no rows\. as_transactions gives at least one"):
        customer_summary(build_in_memory(TRANSACTIONS.iloc[:0]), as_of=AS_OF)


def test_an_as_of_before_the_first_transaction_is_refused(build_in_memory):
    expected = r"`as_of` is 2024-02-29, before the first transaction on 2024-03-01\. Give a later day"
    with pytest.raises(ValueError, match=expected):
        customer_summary(build_in_memory(TRANSACTIONS), as_of="2024-02-29")


@pytest.mark.parametrize("as_of", [20240331, 1.5, True, np.int64(20240331), np.float64(1.5)])
def test_numbers_are_no_as_of(as_of):
    with pytest.raises(TypeError, match="`as_of` must be a date or ISO text such as '2024-12-31', got "):
        customer_summary(TRANSACTIONS, as_of=as_of)


@pytest.mark.parametrize("as_of", ["soon", "", [AS_OF], "2024-02-30"])
def test_what_is_no_date_is_no_as_of(as_of):
    with pytest.raises(ValueError, match=r"`as_of` (must be a date or ISO text|is missing)"):
        customer_summary(TRANSACTIONS, as_of=as_of)


@pytest.mark.parametrize("as_of", ["31/03/2024", "01/04/2024", "now", "today", "March 31 2024"])
def test_text_that_is_no_iso_date_is_no_as_of(as_of):
    # there is no hidden clock, and nobody knows which of 01/04 is the month
    with pytest.raises(ValueError, match="`as_of` must be a date or ISO text"):
        customer_summary(TRANSACTIONS, as_of=as_of)


@pytest.mark.parametrize("as_of", [None, pd.NaT])
def test_as_of_must_not_be_missing(as_of):
    with pytest.raises(ValueError, match="`as_of` is missing, got "):
        customer_summary(TRANSACTIONS, as_of=as_of)


def test_as_of_must_be_local():
    with pytest.raises(ValueError, match="`as_of` must be a local date without a time zone"):
        customer_summary(TRANSACTIONS, as_of=pd.Timestamp(AS_OF, tz="UTC"))


def refused(build, master, error, match):
    with pytest.raises(error, match=match):
        customer_summary(build(TRANSACTIONS), as_of=AS_OF, customers=build(pd.DataFrame(master)))


EVERYBODY = ["ann", "bo", "cy", "dee", "eve"]


def test_strangers_are_refused(build):
    expected = r"`customers` lacks ids that have transactions: \['bo', 'eve'\]\. Fix the master table"
    refused(build, {"customer_id": ["ann", "cy", "dee"]}, SchemaError, expected)


def test_doubled_ids_are_refused(build):
    expected = r"`customers` has ids more than once: \['ann'\]\. Fix the master table"
    refused(build, {"customer_id": [*EVERYBODY, "ann"]}, SchemaError, expected)


@pytest.mark.parametrize("missing", [None, ""])
def test_missing_ids_are_refused(build, missing):
    refused(build, {"customer_id": [*EVERYBODY, missing]}, SchemaError, "`customers` has rows without a customer_id")


def test_ids_of_another_type_are_refused(build):
    expected = r"`customers\['customer_id'\]` holds Int64 and `transactions\['customer_id'\]` holds String\. Give both"
    refused(build, {"customer_id": [1, 2]}, SchemaError, expected)


def test_a_master_table_without_ids_is_refused(build):
    expected = r"`customers` has no column customer_id; its columns are \['id'\]\. Rename"
    refused(build, {"id": EVERYBODY}, SchemaError, expected)


def test_a_master_table_of_another_kind_is_refused():
    expected = r"`transactions` is pandas and `customers` is polars\. Give both as the same kind of frame"
    with pytest.raises(TypeError, match=expected):
        customer_summary(TRANSACTIONS, as_of=AS_OF, customers=pl.DataFrame({"customer_id": EVERYBODY}))


def test_a_master_table_that_is_no_frame_is_refused():
    with pytest.raises(TypeError, match=r"`customers` must be a pandas, Polars or PyArrow table.* got list"):
        customer_summary(TRANSACTIONS, as_of=AS_OF, customers=EVERYBODY)


# Input untouched.


def test_the_tables_given_are_not_changed(build):
    transactions, master = build(TRANSACTIONS), build(pd.DataFrame({"customer_id": EVERYBODY, "x": [1, 2, 3, 4, 5]}))
    before = as_pandas(transactions), as_pandas(master)
    customer_summary(transactions, as_of=AS_OF, customers=master)
    assert_frame_equal(as_pandas(transactions), before[0])
    assert_frame_equal(as_pandas(master), before[1])


def test_a_master_table_with_ids_as_floats_or_categories_is_read():
    transactions = as_transactions(SIX)
    whole = pd.DataFrame({"customer_id": [1, 2, 3, 4, 5, 6, 7]})
    expected = customer_summary(transactions, as_of="2015-02-07", customers=whole)
    for kind in ("float64", "category", "Int64", object):
        found = customer_summary(transactions, as_of="2015-02-07", customers=whole.astype(kind))
        assert_same_rows(found, expected)
