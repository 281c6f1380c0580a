"""Features of customers on a day: from the past alone, in every kind of frame, each beside a slow count of its own."""

import math
from itertools import pairwise

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from tests.depth import few
from tests.frames import as_pandas, assert_same_rows, count_nan
from tests.logs import log, order_logs, typed

from crmkit import SchemaError, as_order_lines, as_transactions, customer_features, customer_summary, load_cdnow
from crmkit.customers._feature_sums import sums_by_expressions, sums_in_memory

ORDERS = typed(
    log(
        [
            ("ann", "2024-01-01 09:30", 10.0, 1, "tea", 2),
            ("ann", "2024-01-01 09:30", 20.0, 1, "mug", 1),
            ("ann", "2024-01-11 20:00", 30.0, 2, "tea", 1),
            ("ann", "2024-01-31 00:00", 40.0, 3, "tea", 3),
            ("ann", "2024-02-02 10:00", -10.0, 3, "tea", -1),
            ("bo", "2024-01-28 05:59", 8.0, 4, None, 1),
            ("cy", "2024-02-01 12:00", -5.0, 5, "mug", -1),
            ("ann", "2024-02-10 10:00", 99.0, 6, "mug", 1),
        ],
        columns=("customer_id", "date", "amount", "order_id", "category", "quantity"),
    )
)
NAMED = {"order_id": "order_id", "quantity": "quantity"}
LINES = as_order_lines(ORDERS, **NAMED, keep=["category"])
TRANSACTIONS = as_transactions(ORDERS, order_id="order_id")
VISITS = typed(
    log(
        [
            ("ann", "2024-02-09 11:00"),
            ("ann", "2024-01-10 11:00"),
            ("dee", "2024-02-01 11:00"),
            ("ann", "2024-02-10 00:01"),
        ],
        columns=("customer_id", "date"),
    )
)
AS_OF = {"as_of": "2024-02-09", "windows": (10, 20)}


def of(found, who):
    return as_pandas(found).set_index("customer_id").loc[who]


# By hand.


def test_ann_by_hand(build):
    # On 9 February: purchase days 1, 11 and 31 January (a Monday, a Thursday, a Wednesday), gaps 10 and 20; 39 days
    # since the first, 9 since the last; 100 paid in 3 orders, 10 sent back. Within 10 days: 31 January and the refund.
    ann = of(customer_features(build(TRANSACTIONS), **AS_OF), "ann")
    expected = {
        "n_orders": 3,
        "purchase_days": 3,
        "spend": 90.0,
        "returned": 10.0,
        "days_since_last": 9,
        "tenure_days": 39,
        "order_value": 100 / 3,
        "refund_rate": 0.1,
        "gap_mean": 15,
        "gap_last": 20,
        "gap_max": 20,
        "gap_cv": math.sqrt(50) / 15,
        "log_gap_mean": math.log(200) / 2,
        "gap_ratio": 9 / 15,
        "weekday_1_share": 1 / 3,
        "weekday_3_share": 1 / 3,
        "weekday_4_share": 1 / 3,
        "weekday_7_share": 0,
        "n_orders_10d": 1,
        "purchase_days_10d": 1,
        "spend_10d": 30.0,
        "returned_10d": 10.0,
        "order_rate_10d": 3.0,
        "n_orders_20d": 1,
        "order_rate_20d": 1.5,
        # 31 January against nothing from 21 to 30 January; against two from 1 to 20 January
        "order_change_10d": 1.0,
        "order_change_20d": (1 - 2) / 3,
        "spend_change_20d": (40 - 60) / 100,
        "order_trend_10_20d": 2.0,
    }
    assert {name: ann[name] for name in expected} == pytest.approx(expected)


def test_those_known_for_a_short_time_have_no_rate_and_no_change(build):
    bo = of(customer_features(build(TRANSACTIONS), **AS_OF), "bo")
    # 13 days known: too few for a rate, and for two windows of 10 days
    assert np.isnan(
        bo[["order_rate_10d", "order_rate_20d", "order_change_10d", "gap_mean", "gap_ratio"]].astype(float)
    ).all()
    # known for 13 of the 20 days
    bo = of(customer_features(build(TRANSACTIONS), **AS_OF, min_tenure_days=13), "bo")
    assert bo["order_rate_20d"] == pytest.approx(30 / 13)
    assert bo["order_rate_10d"] == 0


def test_a_customer_known_by_a_refund_alone_has_sums_but_no_past(build):
    cy = of(customer_features(build(TRANSACTIONS), **AS_OF), "cy")
    assert (cy["n_orders"], cy["spend"], cy["returned"], cy["returned_10d"]) == (0, -5.0, 5.0, 5.0)
    undefined = ["days_since_last", "tenure_days", "order_value", "refund_rate", "weekday_1_share", "order_rate_20d"]
    assert np.isnan(cy[undefined].astype(float)).all()


def test_baskets_times_and_favourites(build):
    found = customer_features(build(TRANSACTIONS), order_lines=build(LINES), labels=["category"], **AS_OF)
    ann, bo, cy = (of(found, who) for who in ("ann", "bo", "cy"))
    # four lines and seven units in three orders, at 9:30, at 20:00 and at no known time; tea three times, mug once
    assert (ann["lines_per_order"], ann["units_per_order"]) == pytest.approx((4 / 3, 7 / 3))
    assert [ann[f"{part}_share"] for part in ("night", "morning", "afternoon", "evening")] == [0, 0.5, 0, 0.5]
    assert (ann["n_category"], ann["top_category"], ann["top_category_share"]) == (2, "tea", 0.75)
    assert (bo["night_share"], bo["n_category"], bo["top_category"]) == (1, 0, None)
    assert (cy["n_category"], cy["top_category"]) == (0, None)
    assert count_nan(found) == 0


def test_events_count_by_the_end_of_the_day(build):
    found = customer_features(build(TRANSACTIONS), events={"visits": build(VISITS)}, **AS_OF)
    ann, bo = of(found, "ann"), of(found, "bo")
    assert (ann["n_visits"], ann["n_visits_10d"], ann["days_since_visits"]) == (2, 1, 0)
    assert (bo["n_visits"], bo["n_visits_20d"]) == (0, 0)
    assert pd.isna(bo["days_since_visits"])
    # who only visited is not a customer
    assert "dee" not in set(as_pandas(found)["customer_id"])


def test_tickets_count_from_when_they_were_created(build):
    tickets = VISITS.rename(columns={"date": "created"}).assign(resolved=pd.Timestamp("2024-03-01"))
    ann = of(customer_features(build(TRANSACTIONS), events={"tickets": build(tickets)}, **AS_OF), "ann")
    assert ann["n_tickets"] == 2


def test_orders_without_a_price_have_no_money(build):
    unpriced = as_transactions(ORDERS.assign(quantity=ORDERS["quantity"]), order_id="order_id", amount=None)
    found = as_pandas(customer_features(build(unpriced), **AS_OF))
    money = [name for name in found if "spend" in name or "returned" in name or name in ("order_value", "refund_rate")]
    assert found[money].isna().all(axis=None)
    assert found["n_orders"].notna().all()


# Law.


def slowly(transactions, *, as_of, windows, min_tenure_days=14):
    """One customer after the other, with lists of dates."""
    found = []
    past = transactions[transactions["date"] <= as_of]
    for who, rows in past.groupby("customer_id"):
        bought = rows[rows["n_orders"] > 0].sort_values("date")
        days = list(bought["date"])
        gaps = [(b - a).days for a, b in pairwise(days)]
        known = (as_of - days[0]).days + 1 if days else 0
        one = {
            "customer_id": who,
            "n_orders": bought["n_orders"].sum(),
            "purchase_days": len(days),
            "spend": rows["amount"].sum(),
            "gap_last": gaps[-1] if gaps else np.nan,
            "gap_max": max(gaps) if gaps else np.nan,
            "gap_mean": np.mean(gaps) if gaps else np.nan,
            "gap_cv": np.std(gaps, ddof=1) / np.mean(gaps) if len(gaps) > 1 else np.nan,
            "log_gap_mean": np.mean(np.log(gaps)) if gaps else np.nan,
            "gap_ratio": (as_of - days[-1]).days / np.mean(gaps) if gaps else np.nan,
        }
        for number in range(1, 8):
            share = [day.isoweekday() == number for day in days]
            one[f"weekday_{number}_share"] = np.mean(share) if days else np.nan
        rates = {}
        for window in windows:
            edge, earlier = as_of - pd.Timedelta(days=window), as_of - pd.Timedelta(days=2 * window)
            within, before = rows["date"] > edge, (rows["date"] <= edge) & (rows["date"] > earlier)
            orders, orders_before = (rows.loc[each, "n_orders"].sum() for each in (within, before))
            paid = bought["amount"].where(bought["date"] > edge, 0).sum()
            paid_before = bought["amount"].where(before.loc[bought.index], 0).sum()
            both = known >= 2 * window
            rates[window] = 30 * orders / min(window, known) if days and known >= min_tenure_days else np.nan
            one |= {
                f"n_orders_{window}d": orders,
                f"purchase_days_{window}d": (bought["date"] > edge).sum(),
                f"spend_{window}d": rows.loc[within, "amount"].sum(),
                f"returned_{window}d": -rows.loc[within & (rows["n_orders"] == 0), "amount"].sum(),
                f"order_rate_{window}d": rates[window],
                f"order_change_{window}d": (orders - orders_before) / (orders + orders_before)
                if both and orders + orders_before
                else np.nan,
                f"spend_change_{window}d": (paid - paid_before) / (paid + paid_before)
                if both and paid + paid_before > 1e-9
                else np.nan,
            }
        for a, b in pairwise(windows):
            one[f"order_trend_{a}_{b}d"] = rates[a] / rates[b] if rates[b] > 0 else np.nan
        found.append(one)
    return pd.DataFrame(found)


WINDOWS = st.lists(st.integers(1, 60), min_size=1, max_size=3, unique=True)
LATE = pd.Timestamp("2024-03-31")


@few()
@given(order_logs(), WINDOWS, st.integers(0, 60))
def test_features_are_what_a_slow_count_finds(orders, windows, days_before):
    transactions = as_transactions(orders, order_id="order_id")
    as_of = max(transactions["date"].min(), LATE - pd.Timedelta(days=30 + days_before))
    found = customer_features(transactions, as_of=as_of, windows=windows)
    expected = slowly(transactions, as_of=as_of, windows=sorted(windows))
    assert_frame_equal(found[expected.columns], expected, check_dtype=False, rtol=1e-9, atol=1e-9)


@few()
@given(order_logs(), WINDOWS)
def test_in_memory_is_what_the_expressions_say(orders, windows):
    rows = nw.from_native(pl.from_pandas(as_transactions(orders)))
    both = (work(rows, as_of=LATE.to_pydatetime(), windows=windows) for work in (sums_in_memory, sums_by_expressions))
    in_memory, by_expressions = (each.to_native() for each in both)
    assert_same_rows(in_memory, by_expressions.select(in_memory.columns))


@few()
@given(order_logs(), WINDOWS)
def test_what_they_share_with_the_customers_table_is_the_same(orders, windows):
    transactions = as_transactions(orders)
    found = customer_features(transactions, as_of=LATE, windows=windows)
    summary = customer_summary(transactions, as_of=LATE)
    shared = [name for name in found if name in summary]
    assert_frame_equal(found[shared], summary[shared])
    assert {"n_orders", "spend", "returned", "days_since_last", "tenure_days"} <= set(shared)
    assert summary["frequency"].fillna(-1).tolist() == (found["purchase_days"] - 1).tolist()


@few()
@given(order_logs(), order_logs(), st.randoms(use_true_random=False))
def test_nothing_that_comes_later_and_no_order_of_rows_changes_a_feature(orders, more, random):
    as_of = orders["date"].max().normalize()
    later = more.assign(date=more["date"] + (as_of - more["date"].min().normalize()) + pd.Timedelta(days=1))
    visits = orders[["customer_id", "date"]]

    def features(log_rows, events):
        named = {"order_id": "order_id"}
        return customer_features(
            as_transactions(log_rows, **named),
            as_of=as_of,
            windows=(5, 30),
            order_lines=as_order_lines(log_rows.assign(kind=log_rows["order_id"].astype(str)), **named, keep=["kind"]),
            labels=["kind"],
            events={"visits": events},
        )

    expected = features(orders, visits)
    both = pd.concat([orders, later.astype({"date": "datetime64[us]"})], ignore_index=True)
    shuffled = both.iloc[random.sample(range(len(both)), len(both))].reset_index(drop=True)
    assert_frame_equal(features(shuffled, shuffled[["customer_id", "date"]]), expected)


def test_cdnow_has_the_gaps_of_its_purchase_days():
    # counted apart: 4,339 gaps between the purchase days of the 2,357 customers, of 70.860567 days in the mean
    found = customer_features(as_transactions(load_cdnow()), as_of="1998-06-30", windows=(365,))
    gaps = found["purchase_days"] - 1
    assert (len(found), gaps.sum()) == (2357, 4339)
    assert (found["gap_mean"] * gaps).sum() / gaps.sum() == pytest.approx(70.860567, abs=1e-6)


# Refusal.


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"windows": 30}, r"`windows` must be a list or tuple of days such as \(30, 90, 365\), got 30"),
        ({"windows": ()}, r"`windows` must hold at least one number of days"),
        ({"windows": (0,)}, r"`windows` must be at least 1"),
        ({"as_of": "2023-01-01"}, r"`as_of` is 2023-01-01, before the first transaction"),
        ({"min_tenure_days": 0}, r"`min_tenure_days` must be at least 1"),
        ({"labels": "category", "order_lines": LINES}, r"`labels` must be a sequence of column names, got the text"),
        ({"labels": ["category"]}, r"`labels` names columns of `order_lines`, which is not given"),
        ({"labels": ["brand"], "order_lines": LINES}, r"`order_lines` lacks the columns \['brand'\]"),
        ({"events": VISITS}, r"`events` must map names to tables.* got DataFrame"),
        ({"events": {"my visits": VISITS}}, r"`events` names a table 'my visits', which cannot begin"),
        ({"events": {"visits": VISITS.drop(columns="date")}}, r"`events` has a table 'visits' without a column date"),
        ({"events": {"visits": VISITS.assign(customer_id=1)}}, r"events\['visits'\].* holds Int64 and `transactions"),
        (
            {"events": {"visits": pl.from_pandas(VISITS)}},
            r"`transactions` is pandas and `events\['visits'\]` is polars",
        ),
    ],
)
def test_what_cannot_be_used_is_refused(options, message):
    with pytest.raises((SchemaError, TypeError, ValueError), match=message):
        customer_features(TRANSACTIONS, **{**AS_OF, **options})


def test_a_table_that_is_no_transactions_is_refused(build):
    with pytest.raises(SchemaError, match=r"`transactions` lacks the columns \['n_orders'\]"):
        customer_features(build(TRANSACTIONS.drop(columns="n_orders")), **AS_OF)


# Input untouched.


def test_the_tables_given_are_not_changed(build):
    given_tables = [build(table) for table in (TRANSACTIONS, LINES, VISITS)]
    before = [as_pandas(table) for table in given_tables]
    transactions, lines, visits = given_tables
    customer_features(transactions, order_lines=lines, labels=["category"], events={"visits": visits}, **AS_OF)
    for table, expected in zip(given_tables, before, strict=True):
        assert_frame_equal(as_pandas(table), expected)
