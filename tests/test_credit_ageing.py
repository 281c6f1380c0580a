"""What customers owe and how late: ageing, days sales outstanding in its definitions, and their laws."""

import datetime as dt
import math

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure
from pandas.testing import assert_frame_equal
from tests.frames import as_pandas

from crmkit import SchemaError, as_invoices, as_payments, make_invoices
from crmkit.plotting import plot_ageing, plot_collection
from crmkit.value.credit import (
    ageing_table,
    average_days_delinquent,
    collection_effectiveness,
    collection_table,
    days_sales_outstanding,
)

mpl.use("Agg")

START = pd.Timestamp("2024-01-01")
BUCKETS = ["not_due", "1-30", "31-60", "61-90", "over_90", "unapplied"]


def on(day):
    return START + pd.Timedelta(days=day)


def billed(*rows, **columns):
    """Invoices of customer, id, days of issue and due, amount; a credit note has no due day, and what it applies to."""
    table = pd.DataFrame(rows, columns=["customer_id", "invoice_id", "issued", "due", "amount"])
    is_note = table["due"].map(lambda due: due is None or isinstance(due, str))
    return pd.DataFrame(
        {
            "customer_id": table["customer_id"],
            "invoice_id": table["invoice_id"],
            "kind": np.where(is_note, "credit_note", "invoice"),
            "applies_to": table["due"].where(is_note, None).astype(object),
            "issued": table["issued"].map(on),
            "due": pd.to_datetime(table["due"].map(lambda due: on(due) if isinstance(due, int) else pd.NaT)),
            "amount": table["amount"].astype(float),
            **columns,
        }
    )


def paid(*rows, **columns):
    table = pd.DataFrame(rows, columns=["customer_id", "invoice_id", "date", "amount"])
    dates, amounts = table["date"].map(on), table["amount"].astype(float)
    return table.assign(invoice_id=table["invoice_id"].astype(object), date=dates, amount=amounts, **columns)


def aged(invoices, payments=None, *, day, by=None, **options):
    table = ageing_table(invoices, payments, as_of=on(day), by=by, **options)
    return dict(zip(table["bucket"], table["amount"], strict=True))


@pytest.fixture(scope="module")
def books():
    made = make_invoices(n_customers=30, n_invoices=400, random_state=5)
    invoices = as_invoices(made.invoices, kind="kind", applies_to="applies_to")
    return invoices, as_payments(made.payments, invoice_id="invoice_id")


# By hand: ageing


def test_edges_belong_to_the_bucket_below():
    # due on day 0: on that day not late; 1 and 30 days late are 1-30
    invoices = billed(("a", "1", 0, 0, 100))
    for late, bucket in ((0, 0), (1, 1), (30, 1), (31, 2), (60, 2), (61, 3), (90, 3), (91, 4), (4000, 4)):
        found = aged(invoices, day=late)
        assert list(found) == BUCKETS
        assert [name for name, amount in found.items() if amount] == [BUCKETS[bucket]], late


def test_what_comes_after_the_day_does_not_count():
    invoices = billed(("a", "1", 0, 10, 100), ("a", "2", 50, 80, 40), ("a", "C", 30, "1", 20))
    payments = paid(("a", "1", 40, 30))
    assert aged(invoices, payments, day=20) == {**dict.fromkeys(BUCKETS, 0), "1-30": 100}
    assert aged(invoices, payments, day=30)["1-30"] == 80
    assert aged(invoices, payments, day=40)["1-30"] == 50
    assert aged(invoices, payments, day=50) == {**dict.fromkeys(BUCKETS, 0), "31-60": 50, "not_due": 40}


def test_age_counts_from_the_due_day_and_a_part_payment_moves_nothing_else():
    # issued 100 days ago, due in 60 days from then: 40 days late
    invoices = billed(("a", "1", 0, 60, 100), ("a", "2", 0, 95, 70))
    assert aged(invoices, paid(("a", "1", 99, 99)), day=100) == {
        **dict.fromkeys(BUCKETS, 0), "31-60": 1, "1-30": 70,
    }  # fmt: skip


def test_instalments_age_by_their_own_due_day_and_the_earliest_is_paid_first():
    invoices = billed(("a", "1", 0, 90, 100), ("a", "1", 0, 30, 100), ("a", "1", 0, 60, 100))
    payments = paid(("a", "1", 25, 130))
    assert aged(invoices, payments, day=70) == {**dict.fromkeys(BUCKETS, 0), "1-30": 70, "not_due": 100}
    assert aged(invoices, day=100) == {**dict.fromkeys(BUCKETS, 0), "61-90": 100, "31-60": 100, "1-30": 100}


def test_what_reduces_no_invoice_is_unapplied():
    invoices = billed(
        ("a", "1", 0, 10, 100), ("a", "C1", 5, None, 7), ("a", "C2", 5, "older", 8), ("b", "2", 40, 50, 60)
    )
    # overpaid by 20; no invoice named; one of another customer; a deposit on an invoice that comes later
    payments = paid(("a", "1", 6, 120), ("a", None, 6, 5), ("a", "2", 6, 3), ("b", "2", 20, 10), ("c", "9", 6, 4))
    assert aged(invoices, payments, day=30)["unapplied"] == -(7 + 8 + 20 + 5 + 3 + 10 + 4)
    table = ageing_table(invoices, payments, as_of=on(30)).set_index(["customer_id", "bucket"])
    unapplied = table.xs("unapplied", level="bucket")
    assert unapplied["amount"].to_dict() == {"a": -43, "b": -10, "c": -4}
    assert unapplied["n_open"].to_dict() == {"a": 5, "b": 1, "c": 1}
    # once the invoice is there its deposit reduces it
    assert aged(invoices, payments, day=45)["not_due"] == 50
    # more paid back than came in is owed
    assert aged(invoices, paid(("a", "1", 6, -5)), day=30)["unapplied"] == -(7 + 8) + 5


def test_shares_and_numbers_of_what_is_open():
    invoices = billed(("a", "1", 0, 10, 30), ("a", "2", 0, 12, 30), ("a", "3", 0, 40, 40))
    table = ageing_table(invoices, paid(("a", None, 1, 50)), as_of=on(20), edges=(0, 15))
    assert table["bucket"].tolist() == ["not_due", "1-15", "over_15", "unapplied"]
    assert table["n_open"].tolist() == [1, 2, 0, 1]
    np.testing.assert_array_equal(table["share"], [0.4, 0.6, 0.0, np.nan])
    np.testing.assert_array_equal(table["days_from"], [np.nan, 1, 16, np.nan])
    np.testing.assert_array_equal(table["days_to"], [0, 15, np.nan, np.nan])
    settled = ageing_table(billed(("a", "1", 0, 10, 30)), paid(("a", "1", 5, 30)), as_of=on(20))
    assert settled["amount"].tolist() == [0.0] * 6
    assert settled["share"].isna().all()


def test_groups_are_columns_of_invoices_and_of_payments_that_have_them():
    invoices = billed(("a", "1", 0, 10, 30), ("b", "2", 0, 10, 40), region=["south", None])
    payments = paid(("a", None, 1, 5), ("b", "2", 1, 1))
    table = ageing_table(invoices, payments, as_of=on(20), by="region")
    sums = table[table["amount"] != 0].set_index("bucket")[["region", "amount"]]
    assert table["region"].isna().sum() == 6
    assert sums.loc["1-30", "amount"].tolist() == [30, 39]
    assert pd.isna(sums.loc["unapplied", "region"])
    named = ageing_table(invoices, payments.assign(region="south"), as_of=on(20), by=["region", "customer_id"])
    found = named[named["amount"] != 0].fillna({"region": "?"})
    assert list(zip(found["region"], found["customer_id"], found["amount"], strict=True)) == [
        ("south", "a", 30.0),
        ("south", "a", -5.0),
        ("?", "b", 39.0),
    ]


def test_nothing_in_the_books_yet():
    invoices = billed(("a", "1", 10, 20, 30))
    assert ageing_table(invoices, as_of=on(5)).empty
    assert aged(invoices, day=5) == dict.fromkeys(BUCKETS, 0)


def test_cents_leave_no_rest():
    invoices = billed(*(("a", "1", 0, 10 + k, 0.1) for k in range(10)))
    payments = paid(*(("a", "1", 1, 0.1) for _ in range(10)))
    table = ageing_table(invoices, payments, as_of=on(30), by=None)
    assert table["amount"].tolist() == [0.0] * 6
    assert table["n_open"].tolist() == [0] * 6
    # the cents of one beside the billions of another
    mixed = billed(("a", "1", 0, 10, 9e15), ("b", "2", 0, 10, 0.03), ("b", "2", 0, 20, 0.03))
    assert ageing_table(mixed, paid(("b", "2", 1, 0.01)), as_of=on(15)).query("customer_id == 'b'")[
        "amount"
    ].tolist() == pytest.approx([0.03, 0.02, 0, 0, 0, 0], rel=1e-12)


# By a slow count


def slow(invoices, payments, day):
    """Open amounts by taking money from invoices one by one."""
    found = dict.fromkeys(BUCKETS, 0.0)
    bills = invoices[(invoices["kind"] == "invoice") & (invoices["issued"] <= day)].sort_values(["due", "amount"])
    left = dict(bills["amount"].items())
    notes = invoices[(invoices["kind"] == "credit_note") & (invoices["issued"] <= day)]
    came = [(row.customer_id, row.applies_to, row.amount) for row in notes.itertuples()]
    came += [(row.customer_id, row.invoice_id, row.amount) for row in payments[payments["date"] <= day].itertuples()]
    for who, of, amount in came:
        for row in bills.index[(bills["customer_id"] == who) & (bills["invoice_id"] == of)]:
            taken = min(left[row], amount)
            left[row] -= taken
            amount -= taken
        found["unapplied"] -= amount
    for row, amount in left.items():
        late = (day - bills["due"][row]).days
        found[BUCKETS[sum(late > edge for edge in (0, 30, 60, 90))]] += amount
    return found


@pytest.mark.parametrize("day", [20, 100, 366, 700])
def test_ageing_is_that_of_a_slow_count(books, day):
    invoices, payments = books
    expected = slow(invoices, payments, on(day))
    found = aged(invoices, payments, day=day)
    assert found == pytest.approx(expected, abs=1e-6)
    by_customer = ageing_table(invoices, payments, as_of=on(day))
    assert by_customer.groupby("bucket")["amount"].sum().to_dict() == pytest.approx(expected, abs=1e-6)


# By hand and reference: days sales outstanding


def test_days_sales_outstanding_of_the_balance():
    # 5,000,000 / 9,000,000 x 91, printed 50.55, cut
    found = days_sales_outstanding(receivables=5_000_000, sales=9_000_000, days=91)
    assert found == pytest.approx(50.5556, abs=5e-5)
    # 212 / 250 x 90
    three = {"sales": [70_000, 80_000, 100_000], "days": 30}
    assert days_sales_outstanding(receivables=212_000, **three) == pytest.approx(76.32)
    # all of 100, 80 and 32 of 70
    assert days_sales_outstanding(receivables=212_000, method="count_back", **three) == pytest.approx(73.714, abs=5e-4)


def test_count_back_where_a_manual_is_wrong():
    # It divides 2,000 by May's 2,250; the rest is 1,000 of 2,000 - 153 days and 13.333... of April's 30 of 2,250
    sales, days = [2250, 2000, 2500, 2250, 1750, 2500], [30, 31, 30, 31, 31, 30]
    found = days_sales_outstanding(receivables=12_000, sales=sales, days=days, method="count_back")
    assert found == pytest.approx(153 + 1000 / 2250 * 30)
    assert found == pytest.approx(166.333, abs=5e-4)


def test_count_back_at_its_edges():
    count = {"days": 30, "method": "count_back"}
    assert days_sales_outstanding(receivables=0, sales=[5, 5], **count) == 0
    assert days_sales_outstanding(receivables=10, sales=[-1, 5, 5], **count) == 60
    # a month of more credit notes than invoices adds its days and no money
    assert days_sales_outstanding(receivables=7.5, sales=[5, -1, 5], **count) == 75
    assert math.isnan(days_sales_outstanding(receivables=11, sales=[5, 5], **count))
    assert math.isnan(days_sales_outstanding(receivables=-1, sales=[5, 5], **count))
    assert math.isnan(days_sales_outstanding(receivables=8, sales=[np.nan, 5], **count))
    assert days_sales_outstanding(receivables=0.3, sales=[-1, 0.1, 0.1, 0.1], **count) == pytest.approx(90)


def test_what_is_past_due_in_days():
    # of 100, 60 are not due; sales of 300 in 90 days: 30, 18 and 12
    given = {"sales": 300, "days": 90}
    assert days_sales_outstanding(receivables=100, **given) == 30
    assert days_sales_outstanding(receivables=60, method="best_possible", **given) == 18
    assert average_days_delinquent(receivables=100, current_receivables=60, **given) == 12
    assert math.isnan(days_sales_outstanding(receivables=100, sales=0, days=90))
    assert math.isnan(days_sales_outstanding(receivables=1e308, sales=1e-300, days=90))
    # of 340 that could be collected, 300 were
    index = collection_effectiveness(
        receivables_start=[100, 0], sales=[300, 0], receivables_end=[100, 0], current_receivables_end=[60, 0]
    )
    np.testing.assert_allclose(index, [300 / 340, np.nan])


def test_collection_by_month():
    invoices = billed(("a", "1", 0, 30, 100), ("a", "2", 31, 61, 90), ("a", "C", 40, "2", 10))
    table = collection_table(invoices, paid(("a", "1", 35, 100)), as_of="2024-03-15", n_periods=1)
    assert table["period"].dt.month.tolist() == [1, 2]
    assert table["sales"].tolist() == [100, 80]
    assert table["receivables"].tolist() == [100, 80]
    assert table["current_receivables"].tolist() == [100, 80]
    np.testing.assert_allclose(table["dso"], [31, 29])
    np.testing.assert_allclose(table["count_back_dso"], [31, 29])
    np.testing.assert_allclose(table["days_delinquent"], [0, 0])
    assert collection_table(invoices, as_of="2024-01-30").empty
    later = collection_table(invoices, as_of="2024-03-31")
    np.testing.assert_allclose(later["dso"], [np.nan, np.nan, 91])
    np.testing.assert_allclose(later["best_possible_dso"][2], 0)
    # of 100 nothing was collected, of which 0 was due; then (100 + 80 - 180) / (100 + 80 - 80)
    np.testing.assert_allclose(later["collection_effectiveness"], [np.nan, 0, 0])


def test_a_balance_larger_than_all_sales_has_a_lower_bound():
    # what was paid back on invoices older than the table
    table = collection_table(billed(("a", "1", 0, 30, 100)), paid(("a", None, 5, -50)), as_of="2024-01-31")
    assert np.isnan(table["count_back_dso"][0])
    assert table["count_back_at_least"][0] == 31


# Laws

moments = st.integers(0, 60)
money = st.integers(1, 500).map(lambda cents: cents / 100)
ids = st.sampled_from(["a", "b"])
invoice_rows = st.lists(st.tuples(ids, st.sampled_from("123"), moments, moments, money), min_size=1, max_size=8)
payment_rows = st.lists(
    st.tuples(ids, st.sampled_from(["1", "2", "3", None]), moments, money | money.map(lambda amount: -amount)),
    max_size=8,
)


def written(rows):
    return billed(*((who, who + number, issued, issued + terms, amount) for who, number, issued, terms, amount in rows))


def received(rows):
    return paid(*((who, number and who + number, day, amount) for who, number, day, amount in rows))


@given(invoice_rows, payment_rows, st.integers(-1, 150), st.randoms())
def test_buckets_add_up_to_the_balance_whatever_the_order(bills, came, day, random):
    invoices, payments = written(bills), received(came)
    balance = (
        invoices.query("issued <= @on(@day)")["amount"].sum() - payments.query("date <= @on(@day)")["amount"].sum()
    )
    found = aged(invoices, payments, day=day)
    assert sum(found.values()) == pytest.approx(balance, abs=1e-9)
    assert all(amount >= 0 for name, amount in found.items() if name != "unapplied")
    shuffled = list(bills), list(came)
    for rows in shuffled:
        random.shuffle(rows)
    assert aged(written(shuffled[0]), received(shuffled[1]), day=day) == pytest.approx(found, abs=1e-9)


@given(
    st.lists(st.integers(-50, 500), min_size=1, max_size=8),
    st.lists(st.floats(0, 1000), min_size=2, max_size=2),
    st.sampled_from([1e-3, 1, 1e6]),
)
def test_count_back_grows_with_the_balance_and_has_no_unit(sales, balances, unit):
    low, high = (
        days_sales_outstanding(
            receivables=unit * balance, sales=[unit * each for each in sales], days=30, method="count_back"
        )
        for balance in sorted(balances)
    )
    assert not low < 0
    assert not high < low - 1e-6
    assert not (math.isnan(low) and not math.isnan(high))


# Frames and refusals


def test_every_kind_of_frame(build, books):
    invoices, payments = (table.head(150) for table in books)
    expected = ageing_table(invoices, payments, as_of="2024-06-30")
    found = ageing_table(build(invoices), build(payments), as_of="2024-06-30")
    assert_frame_equal(as_pandas(found), as_pandas(expected))
    collected = collection_table(build(invoices), build(payments), as_of="2024-06-30")
    assert_frame_equal(as_pandas(collected), as_pandas(collection_table(invoices, payments, as_of="2024-06-30")))


def test_ids_that_are_numbers_and_payments_that_name_none():
    invoices = billed((1, 10, 0, 10, 100), (2, 20, 0, 10, 50))
    payments = paid((1, 10.0, 5, 30), (2, np.nan, 5, 20)).assign(invoice_id=[10.0, np.nan])
    table = ageing_table(invoices, payments, as_of=on(20))
    assert table[table["amount"] != 0]["amount"].tolist() == [70, 50, -20]
    nothing = payments.assign(invoice_id=pd.Series([None, None], dtype=object))
    assert aged(invoices, nothing, day=20)["unapplied"] == -50


def test_ids_that_customers_share_are_told_apart():
    invoices = billed(("a", "1", 0, 10, 100), ("b", "1", 0, 10, 50))
    table = ageing_table(invoices, paid(("b", "1", 5, 20), ("c", "1", 5, 1)), as_of=on(20))
    assert table[table["amount"] != 0]["amount"].tolist() == [100, 30, -1]


@pytest.mark.parametrize(
    ("invoices", "payments", "says"),
    [
        ({"currency": ["EUR", "usd"]}, {}, r"several currencies in `invoices\['currency'\]`: \['EUR', 'USD'\]"),
        ({"currency": "EUR"}, {"currency": "USD"}, r"`invoices\['currency'\]` and `payments\['currency'\]`"),
        ({"amount": [1.0, np.nan]}, {}, r"`invoices\['amount'\]` is missing or infinite in 1 row, first at rows \[1\]"),
        ({"amount": [1.0, -2.0]}, {}, "below 0 in 1 row"),
        ({"due": [on(0), on(-5)]}, {}, "before the day of issue in 1 row"),
        ({"due": [on(9), pd.NaT]}, {}, r"`invoices\['due'\]` is missing in 1 row, first at rows \[1\]"),
        ({"issued": [on(0), pd.NaT]}, {}, r"`invoices\['issued'\]` is missing"),
        ({}, {"date": [pd.NaT]}, r"`payments\['date'\]` is missing in 1 row"),
        ({}, {"amount": [np.inf]}, "adds up to more|missing or infinite"),
        ({}, {"invoice_id": [7]}, r"`payments\['invoice_id'\]` holds Int64 and `invoices\['invoice_id'\]` String"),
        ({"invoice_id": [1, 2]}, {"invoice_id": [1.5]}, "1 id that is not a whole number"),
        ({}, {"customer_id": [7]}, r"`payments\['customer_id'\]` holds Int64"),
    ],
)
def test_tables_that_cannot_be_added_up(invoices, payments, says):
    bills = billed(("a", "1", 0, 10, 30), ("b", "2", 0, 10, 40)).assign(**invoices)
    with pytest.raises(SchemaError, match=says):
        ageing_table(bills, paid(("a", "1", 1, 5)).assign(**payments), as_of=on(20))


def test_options_that_are_none():
    bills = billed(("a", "1", 0, 10, 30))
    for edges in ((30, 60), (0, 30, 30), (), (0, 1.5), (0, 40_000)):
        with pytest.raises(ValueError, match="ascending whole numbers of days that start with 0"):
            ageing_table(bills, as_of=on(5), edges=edges)
    with pytest.raises(TypeError, match="ascending whole numbers"):
        ageing_table(bills, as_of=on(5), edges=30)
    with pytest.raises(ValueError, match="may not name 'bucket'"):
        ageing_table(bills.assign(bucket=1), as_of=on(5), by="bucket")
    with pytest.raises(ValueError, match="`days` must be above 0"):
        days_sales_outstanding(receivables=1, sales=1, days=0)
    with pytest.raises(ValueError, match="a column of periods, the latest last"):
        days_sales_outstanding(receivables=1, sales=np.ones((2, 2)), days=30)
    with pytest.raises(ValueError, match="must be one of"):
        days_sales_outstanding(receivables=1, sales=1, days=30, method="roll_forward")
    with pytest.raises(SchemaError, match="lacks the columns"):
        ageing_table(bills.drop(columns="due"), as_of=dt.date(2024, 1, 1))


def test_inputs_are_untouched(books):
    invoices, payments = books
    copies = invoices.copy(), payments.copy()
    ageing_table(invoices, payments, as_of="2024-06-30")
    collection_table(invoices, payments, as_of="2024-06-30")
    assert_frame_equal(invoices, copies[0])
    assert_frame_equal(payments, copies[1])


# Plots


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.filterwarnings("ignore:Matplotlib finds no font with Chinese glyphs")
def test_bars_of_ageing_are_those_of_the_table(books, language):
    ax = Figure().subplots()
    table = ageing_table(*books, as_of="2024-12-31")
    plot_ageing(table, ax=ax, language=language)
    whole = ageing_table(*books, as_of="2024-12-31", by=None)
    assert [bar.get_height() for bar in ax.patches] == pytest.approx(whole["amount"].tolist())
    said = [text.get_text() for text in ax.texts]
    assert said == [f"{share:.1%}" if share == share else "" for share in whole["share"]]
    ends = {"en": ["Not due", "Over 90 days", "Unapplied"], "zh": ["未到期", "90 天以上", "未核销款项"]}
    names = [label.get_text() for label in ax.get_xticklabels()]
    assert [names[0], *names[-2:]] == ends[language]
    with pytest.raises(SchemaError, match="has no rows"):
        plot_ageing(table.head(0))


def test_lines_of_collection_are_those_of_the_table(books):
    ax = Figure().subplots()
    table = collection_table(*books, as_of="2024-12-31")
    plot_collection(table.sample(frac=1, random_state=1), ax=ax)
    for line, name in zip(ax.lines, ("dso", "count_back_dso", "best_possible_dso"), strict=True):
        np.testing.assert_array_equal(line.get_ydata(), table[name])
    with pytest.raises(SchemaError, match="has no period"):
        plot_collection(table.head(0))
