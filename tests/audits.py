"""Activity tables for the tests of the customer-base audit."""

import pandas as pd
from hypothesis import strategies as st
from tests.files import data_file

from crmkit import activity_table, as_activity, as_transactions

COLUMNS = ["customer_id", "period", "n_orders", "amount", "profit", "cohort"]


def activity(*rows, columns=COLUMNS):
    """An activity table from tuples; periods as text."""
    table = pd.DataFrame(rows, columns=columns)
    return table.assign(period=pd.to_datetime(table["period"]).astype("datetime64[us]"))


def madrigal():
    """The retailer by customer and quarter, 2016 to 2019; the test is skipped where it is absent."""
    given = pd.read_parquet(data_file("madrigal_customer_quarter_long.parquet"))
    names = {"customer_id": "CustomerID", "period": "quarter", "n_orders": "trans", "amount": "spend"}
    return as_activity(given, freq="Q", cohort="Cohort", before="pre_y2016", profit="profit", **names)


def online_retail(freq="M"):
    """The wholesaler's order log, refunds included, as activity; the test is skipped where it is absent."""
    lines = pd.read_parquet(data_file("online_retail.parquet"))
    lines = lines.dropna(subset="CustomerID").assign(amount=lambda table: table["Quantity"] * table["UnitPrice"])
    names = {"customer_id": "CustomerID", "date": "InvoiceDate", "amount": "amount", "order_id": "InvoiceNo"}
    return activity_table(as_transactions(lines, **names), as_of="2011-12-09", freq=freq)


@st.composite
def activities(draw, *, cohorts=None, profits=None):
    """Activity of six customers over two years of quarters, with refunds, losses and gifts; money in whole cents."""
    has_cohort = draw(st.booleans()) if cohorts is None else cohorts
    has_profit = draw(st.booleans()) if profits is None else profits
    cell = st.tuples(st.integers(0, 3), st.integers(-500, 2000) | st.just(0), st.integers(-500, 900) | st.just(0))
    keys = draw(st.sets(st.tuples(st.integers(1, 6), st.integers(0, 7)), min_size=1, max_size=24))
    quarters = pd.period_range("2018Q1", periods=8, freq="Q").to_timestamp()
    # The first quarter of each customer, or one before the data.
    first = {who: min(quarter for other, quarter in keys if other == who) for who, _ in keys}
    old = draw(st.sets(st.integers(1, 6)))
    rows = []
    for who, quarter in sorted(keys):
        orders, cents, gain = draw(cell)
        cohort = "before" if who in old else f"{quarters[first[who]]:%Y-%m-%d}"
        rows.append((who, quarters[quarter], orders, cents / 100, gain / 100, cohort))
    # Somebody ordered in each of the two years.
    rows += [(90, quarters[1], 1, 5.0, 1.0, "before"), (91, quarters[5], 2, 8.0, -1.0, f"{quarters[5]:%Y-%m-%d}")]
    table = activity(*rows)
    return table.drop(columns=[*([] if has_cohort else ["cohort"]), *([] if has_profit else ["profit"])])
