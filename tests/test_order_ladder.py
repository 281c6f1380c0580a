"""The ladder of purchases: who goes on to the next, how soon, and who cannot be known yet."""

import math

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure
from pandas.testing import assert_frame_equal
from tests.depth import few
from tests.files import data_file
from tests.frames import Builder, as_pandas, assert_same_rows, rows
from tests.logs import log, order_logs

from crmkit import SchemaError, as_transactions, load_cdnow
from crmkit.metrics import order_ladder_table
from crmkit.plotting import plot_order_ladder

mpl.use("Agg")

AS_OF = "2024-03-01"
# Day 0 is 2024-01-01, as_of day 60.
TRANSACTIONS = as_transactions(
    log(
        [
            ("ann", "2024-01-01", 5),
            ("ann", "2024-01-01", 5),
            ("ann", "2024-01-11", 5),
            ("ann", "2024-01-31", 5),
            ("bo", "2024-01-01", 5),
            ("bo", "2024-02-10", 5),
            ("bo", "2024-02-11", -9),
            ("cy", "2024-02-10", 5),
            ("dee", "2024-01-01", 5),
            ("eve", "2024-01-05", -1),
        ]
    )
)
FIRST = pd.DataFrame({"customer_id": ["ann", "bo", "cy"], "product": ["tea", "tea", "cup"]})
CELLS = ["purchase", "days", "share", "n_at_risk", "n_customers", "n_reached"]


def slow_share(gaps, days):
    """Kaplan and Meier's share, one day at a time: gaps are days and whether they ended."""
    if days > max(gap for gap, _ in gaps) and not all(
        ended for gap, ended in gaps if gap == max(gap for gap, _ in gaps)
    ):
        return math.nan
    left = 1.0
    for day in range(int(days) + 1):
        at_risk = sum(gap >= day for gap, _ in gaps)
        ended = sum(gap == day and over for gap, over in gaps)
        left *= 1 - ended / at_risk if at_risk else 1
    return 1 - left


# By hand.


def test_the_ladder_by_hand(build):
    table = order_ladder_table(build(TRANSACTIONS), as_of=AS_OF, days=[10, 30, 40, 70])
    # To the second: ann after 10 days, bo after 40, cy watched for 20, dee for 60: 1/4, then 1 - 3/4 × 1/2.
    # To the third: ann after 20 days, bo watched for 20. ann's third was 30 days ago. Two orders on a day are one.
    assert rows(table, columns=CELLS) == [
        (2, 10.0, 0.25, 4, 4, 2),
        (2, 30.0, 0.25, 2, 4, 2),
        (2, 40.0, 1 - 0.75 / 2, 2, 4, 2),
        (2, 70.0, None, 0, 4, 2),
        (3, 10.0, 0.0, 2, 2, 1),
        (3, 30.0, None, 0, 2, 1),
        (3, 40.0, None, 0, 2, 1),
        (3, 70.0, None, 0, 2, 1),
        (4, 10.0, 0.0, 1, 1, 0),
        (4, 30.0, 0.0, 1, 1, 0),
        (4, 40.0, None, 0, 1, 0),
        (4, 70.0, None, 0, 1, 0),
    ]
    medians = as_pandas(table, in_order=True).groupby("purchase")["median_days"].first()
    assert medians.tolist() == pytest.approx([40, 20, math.nan], nan_ok=True)


def test_the_ladder_of_groups_by_hand(build):
    table = order_ladder_table(build(TRANSACTIONS), as_of=AS_OF, days=[30], by=build(FIRST), max_purchase=2)
    assert rows(table, columns=["product", "scope", "share", "n_customers"]) == [
        ("cup", "group", None, 1),
        ("tea", "group", 0.5, 2),
        (None, "no label", 0.0, 1),
        (None, "all", 0.25, 4),
    ]


def test_an_interval_is_that_of_log_minus_log():
    row = order_ladder_table(TRANSACTIONS, as_of=AS_OF, days=[40]).iloc[0]
    left, variance = 0.375, 1 / (4 * 3) + 1 / (2 * 1)
    ends = [1 - left ** math.exp(sign * 1.959964 * math.sqrt(variance) / math.log(left)) for sign in (-1, 1)]
    assert [row["lower"], row["upper"]] == pytest.approx(sorted(ends))


def test_everybody_back_is_a_share_of_one_for_ever():
    twice = as_transactions(log([("ann", "2024-01-01", 5), ("ann", "2024-01-03", 5)]))
    table = order_ladder_table(twice, as_of=AS_OF, days=[1, 2, 300], max_purchase=2)
    assert table["share"].tolist() == [0.0, 1.0, 1.0]
    assert table[["lower", "upper"]].isna().all(axis=None)


def test_the_plot_has_a_line_per_step_or_per_group():
    table = order_ladder_table(TRANSACTIONS, as_of=AS_OF, days=[10, 40])
    ax = plot_order_ladder(table, ax=Figure().subplots())
    names = [text.get_text() for text in ax.get_legend().get_texts()]
    assert names == ["1 to 2", "2 to 3", "3 to 4"]
    assert ax.lines[0].get_ydata().tolist() == pytest.approx([0.25, 0.625])
    groups = order_ladder_table(TRANSACTIONS, as_of=AS_OF, days=[10, 40], by=FIRST)
    ax = plot_order_ladder(groups[groups["purchase"] == 2], ax=Figure().subplots())
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["cup", "tea", "no label", "all"]
    with pytest.raises(ValueError, match="several groups by 'product' and several steps"):
        plot_order_ladder(groups)


# Reference: real data.


def test_the_ladder_of_online_retail_counts_each_customer_once():
    orders = pd.read_parquet(data_file("online_retail.parquet")).dropna(subset=["CustomerID"])
    orders = orders.assign(amount=orders["Quantity"] * orders["UnitPrice"])
    named = {"customer_id": "CustomerID", "date": "InvoiceDate", "amount": "amount", "order_id": "InvoiceNo"}
    transactions = as_transactions(orders, **named, invalid="drop")
    table = order_ladder_table(transactions, as_of="2011-12-09", days=[90])
    bought = transactions[transactions["n_orders"] > 0].groupby("customer_id").size()
    assert table["n_customers"].tolist() == [int((bought >= n).sum()) for n in range(1, 5)]
    assert table["n_reached"].tolist() == [int((bought >= n).sum()) for n in range(2, 6)]


def test_nobody_in_cdnow_is_censored_within_a_year():
    # All were acquired by March 1997 and watched until June 1998: the share within a year is a plain one.
    transactions = as_transactions(load_cdnow())
    days = transactions[transactions["n_orders"] > 0].sort_values("date").groupby("customer_id")["date"]
    second = days.nth(1).reset_index(drop=True)
    owners = transactions[transactions["n_orders"] > 0].sort_values("date").groupby("customer_id")["date"].agg(list)
    within = sum(len(seen) > 1 and (seen[1] - seen[0]).days <= 365 for seen in owners)
    table = order_ladder_table(transactions, as_of="1998-06-30", max_purchase=2)
    assert table["share"].iloc[-1] == pytest.approx(within / 2357)
    assert table["n_reached"].iloc[0] == len(second)


# Laws.


@few()
@given(order_logs(), st.integers(0, 90), st.lists(st.integers(1, 80), min_size=1, max_size=4, unique=True))
def test_shares_are_what_counting_day_by_day_gives(orders, wait, days):
    transactions = as_transactions(orders)
    bought = transactions[transactions["n_orders"] > 0]
    if bought.empty:
        return
    as_of, days = bought["date"].min() + pd.Timedelta(days=wait), sorted(days)
    past = bought[bought["date"] <= as_of]
    gaps = {}
    for _, dates in past.groupby("customer_id")["date"]:
        seen = sorted(dates)
        for step, (day, after) in enumerate(zip(seen, [*seen[1:], None], strict=True), start=2):
            gap = ((as_of if after is None else after) - day).days
            gaps.setdefault(step, []).append((gap, after is not None))
    table = order_ladder_table(transactions, as_of=as_of, days=days, max_purchase=4)
    expected = [(step, day, slow_share(gaps[step], day)) for step in sorted(gaps) if step <= 4 for day in days]
    assert table["purchase"].tolist() == [step for step, *_ in expected]
    assert table["share"].tolist() == pytest.approx([share for *_, share in expected], nan_ok=True)


@few()
@given(order_logs(), st.integers(0, 60))
def test_engines_count_as_memory_does(orders, wait):
    transactions = as_transactions(orders)
    if not (transactions["n_orders"] > 0).any():
        return
    as_of = transactions.loc[transactions["n_orders"] > 0, "date"].min() + pd.Timedelta(days=wait)
    labels = pd.DataFrame({"customer_id": ["ann", "bo", "dee"], "label": ["a", "b", "a"]})
    options = {"as_of": as_of, "by": labels, "days": [5, 20, 50]}
    assert_same_rows(
        order_ladder_table(Builder("duckdb")(transactions), **options), order_ladder_table(transactions, **options)
    )


# Refusal.


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"days": [30, 10]}, ValueError, "`days`"),
        ({"days": [0, 10]}, ValueError, "`days` must be numbers of days above 0, in ascending order, got"),
        ({"days": []}, ValueError, r"`days` must be numbers of days above 0, in ascending order, got \[\]"),
        ({"max_purchase": 1}, ValueError, "`max_purchase` must"),
        ({"level": 95}, ValueError, "`level` must"),
        ({"by": FIRST.rename(columns={"product": "share"})}, ValueError, "a column 'share', which the result has"),
        ({"as_of": "2023-01-01"}, ValueError, "before the first transaction"),
    ],
)
def test_wrong_options_are_refused(options, error, message):
    with pytest.raises(error, match=message):
        order_ladder_table(TRANSACTIONS, **{"as_of": AS_OF, **options})


def test_a_ladder_needs_a_purchase(build):
    refunds = as_transactions(log([("ann", "2024-01-01", -5), ("bo", "2024-04-01", 5)]))
    with pytest.raises(SchemaError, match="has no purchase up to 2024-03-01"):
        order_ladder_table(build(refunds), as_of=AS_OF)


# Input untouched.


def test_tables_given_are_left_as_they_are():
    transactions, labels = TRANSACTIONS.copy(), FIRST.copy()
    order_ladder_table(transactions, as_of=AS_OF, by=labels, days=np.array([30.0, 60.0]))
    assert_frame_equal(transactions, TRANSACTIONS)
    assert_frame_equal(labels, FIRST)
