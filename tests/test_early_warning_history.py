"""What became of early warnings: counted by hand, put together from the tables of single days, and on real logs."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.files import data_file
from tests.frames import assert_same_rows

from crmkit import as_tickets, as_transactions, load_cdnow, make_transactions
from crmkit.loyalty.churn import early_warning_history_table, early_warning_table

START = pd.Timestamp("2024-01-01")


def on(day):
    """A day counted from 1 January 2024."""
    return (START + pd.Timedelta(days=day)).date()


def log(purchases):
    """Transactions of 5 from the days of each customer, counted from 1 January 2024."""
    found = [(who, START + pd.Timedelta(days=day), 5.0) for who, days in purchases.items() for day in days]
    return as_transactions(pd.DataFrame(found, columns=["customer_id", "date", "amount"]))


# Five buy every 10 days until day 40. On day 55 ann and bo are overdue: their limit is 10 days, 15 have gone by; cy and
# di bought on day 50 as well. Ann is back on day 58, cy on day 60; ed bought but once, on day 30.
FIVE = log(
    {
        "ann": [0, 10, 20, 30, 40, 58],
        "bo": [0, 10, 20, 30, 40],
        "cy": [0, 10, 20, 30, 40, 50, 60],
        "di": [0, 10, 20, 30, 40, 50],
        "ed": [30],
        "fay": [80],
    }
)


# By hand


def test_warnings_and_what_came_of_them_by_hand():
    table = early_warning_history_table(FIVE, as_of=on(80), days=[on(55)], horizon=20).set_index("signal")
    own, together = table.loc["overdue_purchase"], table.loc["any"]
    # judged are the four with a rhythm, of whom bo and di do not buy on days 56 to 75
    assert own[["n_customers", "n_lost", "n_warned", "n_warned_lost"]].tolist() == [4, 2, 2, 1]
    assert own[["base_rate", "precision", "recall", "false_alarm_rate", "lift"]].tolist() == [0.5, 0.5, 0.5, 0.5, 1.0]
    # ann and bo have been silent for 15 days, longer than cy and di, and are those of the simplest warning too
    assert own[["days_silent", "silence_precision", "silence_days_silent"]].tolist() == [15.0, 0.5, 15.0]
    # with ed, silent for 25 days and lost, there are five; the two most silent are ed, and ann or bo
    assert together[["n_customers", "n_lost", "n_warned", "n_warned_lost"]].tolist() == [5, 3, 2, 1]
    assert together[["base_rate", "recall", "silence_precision", "silence_days_silent"]].tolist() == pytest.approx(
        [0.6, 1 / 3, 0.75, 20.0]
    )
    # nobody falls, as nobody has four windows
    assert table.loc["falling_spend", ["n_customers", "n_warned"]].tolist() == [0, 0]
    assert table.loc["falling_spend", ["base_rate", "precision", "recall", "lift", "days_silent"]].isna().all()


def test_days_of_one_customer_are_not_independent():
    # On days 52 to 55 ann and bo are warned of, 8 customer-days; on each bo is lost. By customer: 0 of 4 and 4 of 4.
    # share 1/2, variance 2/1 * ((0 - 2)^2 + (4 - 2)^2) / 8^2 = 1/4: an effective number of (1/4) / (1/4) = 1.
    # Wilson, n = 1, z = 1.959964: (0.5 + z^2/2 -+ z sqrt(1/4 + z^2/4)) / (1 + z^2) = 0.054621 and 0.945379
    days = [on(day) for day in range(52, 56)]
    table = early_warning_history_table(FIVE, as_of=on(80), days=days, horizon=20).set_index("signal")
    row = table.loc["overdue_purchase"]
    assert row[["n_warned", "n_warned_lost", "precision"]].tolist() == [8, 4, 0.5]
    assert row[["precision_lower", "precision_upper"]].tolist() == pytest.approx([0.054621, 0.945379], abs=1e-6)


def test_complaints_are_judged_too_and_severities_are_chosen():
    cases = pd.DataFrame(
        {
            "ticket_id": [1, 2],
            "customer_id": ["di", "cy"],
            "kind": "complaint",
            "created": [START + pd.Timedelta(days=day) for day in (52, 30)],
            "resolved": pd.to_datetime(pd.Series([None, "2024-02-01"])),
        }
    )
    options = {"as_of": on(80), "days": [on(55)], "horizon": 20, "tickets": as_tickets(cases, kind="kind")}
    table = early_warning_history_table(FIVE, **options).set_index("signal")
    # at risk are five; di's complaint is open, cy's was resolved on day 31; di is lost
    assert table.loc["complaint", ["n_customers", "n_warned", "n_warned_lost"]].tolist() == [5, 2, 1]
    assert table.loc["any", ["n_warned", "n_warned_lost"]].tolist() == [4, 2]
    table = early_warning_history_table(FIVE, **options, min_severity=2).set_index("signal")
    assert table.loc["complaint", ["n_warned", "n_warned_lost"]].tolist() == [1, 1]


# Reference: real logs, whose warnings are put together day by day


def put_together(transactions, *, days, horizon, **options):
    """Warnings, and those of them that were right, from tables of single days."""
    n_warned = n_right = 0
    for day in map(pd.Timestamp, days):
        said = early_warning_table(transactions[transactions["date"] <= day], as_of=day, **options)
        warned = set(said.loc[said["signal"] == "overdue_purchase", "customer_id"])
        after = (transactions["date"] > day) & (transactions["date"] <= day + pd.Timedelta(days=horizon))
        bought = set(transactions.loc[after & (transactions["n_orders"] > 0), "customer_id"])
        n_warned, n_right = n_warned + len(warned), n_right + len(warned - bought)
    return [n_warned, n_right]


def online_retail():
    names = {"customer_id": "CustomerID", "date": "InvoiceDate", "quantity": "Quantity", "unit_price": "UnitPrice"}
    rows = pd.read_parquet(data_file("online_retail.parquet"))
    return as_transactions(rows, **names, order_id="InvoiceNo", invalid="drop")


@pytest.mark.parametrize(
    ("read", "options"),
    [
        (lambda: as_transactions(load_cdnow()), {"as_of": "1998-06-30", "days": ["1997-12-31", "1998-03-31"]}),
        (online_retail, {"as_of": "2011-12-08", "days": ["2011-08-31", "2011-09-09"]}),
    ],
    ids=["CDNOW", "Online Retail"],
)
def test_the_history_is_put_together_from_single_days(read, options):
    transactions = read()
    table = early_warning_history_table(transactions, **options, horizon=90).set_index("signal")
    got = table.loc["overdue_purchase", ["n_warned", "n_warned_lost"]].tolist()
    assert got == put_together(transactions, days=options["days"], horizon=90)
    # better than a warning at random, whatever the days since the last purchase would have said
    assert table.loc["overdue_purchase", "precision_lower"] > table.loc["overdue_purchase", "base_rate"]


# Law


@given(st.integers(0, 1000), st.integers(20, 60), st.sampled_from([30, 60]))
@settings(max_examples=6)
def test_counts_fit_together_and_the_order_of_rows_does_not_matter(seed, gap, horizon):
    orders = make_transactions(n_customers=60, start="2023-01-01", end="2023-12-31", random_state=seed).orders
    transactions = as_transactions(orders)
    days = pd.to_datetime(["2023-10-31", "2023-10-31"]) - pd.to_timedelta([0, gap], unit="D")
    options = {"as_of": "2023-12-31", "days": list(days), "horizon": horizon, "min_gaps": 1}
    table = early_warning_history_table(transactions, **options)
    turned = early_warning_history_table(transactions.iloc[::-1], **{**options, "days": list(days[::-1])})
    pd.testing.assert_frame_equal(turned, table)
    assert (table["n_warned_lost"] <= table[["n_warned", "n_lost"]].min(axis=1)).all()
    assert (table["n_warned"] <= table["n_customers"]).all()
    for name in ("precision", "recall", "false_alarm_rate"):
        known = table[name].notna()
        ends = [table.loc[known, f"{name.removesuffix('_rate')}_{end}"] for end in ("lower", "upper")]
        assert ((ends[0] <= table.loc[known, name] + 1e-12) & (table.loc[known, name] <= ends[1] + 1e-12)).all()
    stayed = table["n_customers"] - table["n_lost"]
    alarms = (table["n_warned"] - table["n_warned_lost"]) / stayed.where(stayed > 0)
    np.testing.assert_allclose(table["false_alarm_rate"], alarms)


def test_every_kind_of_frame_says_the_same(build):
    expected = early_warning_history_table(FIVE, as_of=on(80), days=[on(55)], horizon=20)
    got = early_warning_history_table(build(FIVE), as_of=on(80), days=[on(55)], horizon=20)
    assert type(got) is type(build(FIVE))
    assert_same_rows(got, expected)


# Refusal


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"days": "2024-01-01"}, TypeError, "`days` must be a list of days, at least one and each once, got '2024"),
        ({"days": []}, ValueError, "`days` must be a list of days, at least one and each once"),
        ({"days": [on(55), on(55)]}, ValueError, "`days` must be a list of days, at least one and each once"),
        ({"days": [on(61)]}, ValueError, "`days` holds 2024-03-02, and 20 days after it end after `as_of`, 2024-03-21"),
        ({"horizon": 0}, ValueError, "`horizon` must be at least 1"),
        ({"min_severity": 4}, ValueError, "`min_severity` must be at most 3"),
        ({"level": 1.5}, ValueError, "`level` must lie between 0 and 1"),
        ({"min_gaps": 0}, ValueError, "`min_gaps` must be at least 1"),
        ({"payments": FIVE}, ValueError, "`payments` is given without `invoices`"),
    ],
)
def test_what_cannot_be_judged_is_refused(options, error, message):
    with pytest.raises(error, match=message):
        early_warning_history_table(FIVE, **{"as_of": on(80), "days": [on(55)], "horizon": 20, **options})


# Input untouched


def test_the_input_is_left_as_it_is():
    before = FIVE.copy()
    early_warning_history_table(FIVE, as_of=on(80), days=[on(55)], horizon=20)
    pd.testing.assert_frame_equal(FIVE, before)
