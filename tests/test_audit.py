"""The audit: every row and every unit of money has one place, and what is rejected can be seen."""

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from tests.files import data_file
from tests.frames import as_pandas, rows
from tests.logs import log, typed

from crmkit import as_order_lines, as_transactions, audit_orders, rejected_orders

DAY = "2024-03-01"
REASONS = ["no_customer", "unusable_date", "unusable_amount", "after_as_of", "refund", "zero_price", "kept", "given"]
UNUSABLE = REASONS[:3]


def lines(orders, **options):
    """The audit's lines that hold a row: rows, money and duplicates by reason."""
    return {row[0]: row[1:] for row in rows(audit_orders(orders, **options)) if row[1]}


def reason_of(customer, date, amount, **options):
    (reason,) = set(lines(log([(customer, date, amount)]), **options)) - {"given"}
    return reason


# By hand.


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ((None, DAY, 1.0), "no_customer"),
        (("", DAY, 1.0), "no_customer"),
        (("ann", "x", 1.0), "unusable_date"),
        (("ann", None, 1.0), "unusable_date"),
        (("ann", "1900-01-01", 1.0), "unusable_date"),
        (("ann", DAY, None), "unusable_amount"),
        (("ann", DAY, "1,5,0"), "unusable_amount"),
        (("ann", DAY, float("inf")), "unusable_amount"),
        (("ann", "2024-03-02", 1.0), "after_as_of"),
        (("ann", "2024-03-01 23:59:59", 1.0), "kept"),
        (("ann", DAY, -1.0), "refund"),
        (("ann", DAY, 0.0), "zero_price"),
        (("ann", DAY, 0.01), "kept"),
    ],
)
def test_a_row_has_its_reason(row, reason):
    assert reason_of(*row, as_of=DAY) == reason


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ((None, "x", None), "no_customer"),
        (("ann", "x", None), "unusable_date"),
        (("ann", "2024-03-02", None), "unusable_amount"),
        (("ann", "2024-03-02", -1.0), "after_as_of"),
        (("ann", "2024-03-02", 0.0), "after_as_of"),
        ((None, "2024-03-02", -1.0), "no_customer"),
    ],
)
def test_a_row_with_several_problems_has_the_first(row, reason):
    assert reason_of(*row, as_of=DAY) == reason


def test_every_reason_has_a_line_in_its_place_with_rows_or_not():
    audit = audit_orders(log([("ann", DAY, 5.0)]))
    assert list(audit.columns) == ["reason", "n_rows", "amount", "n_duplicates"]
    assert audit["reason"].tolist() == REASONS
    assert audit["n_rows"].tolist() == [0, 0, 0, 0, 0, 0, 1, 1]
    assert audit.dtypes.astype(str).tolist()[1:] == ["int64", "float64", "int64"]


def test_the_money_of_a_row_stays_with_it_unless_it_is_unusable():
    orders = log([(None, DAY, 9.0), ("ann", "x", 4.0), ("ann", DAY, None), ("ann", DAY, -5.0), ("ann", DAY, 20.0)])
    assert lines(orders) == {
        "no_customer": (1, 9.0, 0),
        "unusable_date": (1, 4.0, 0),
        "unusable_amount": (1, 0.0, 0),
        "refund": (1, -5.0, 0),
        "kept": (1, 20.0, 0),
        "given": (5, 28.0, 0),
    }


def test_without_as_of_no_row_is_after_it():
    assert reason_of("ann", "2099-12-31", 1.0) == "kept"


def test_rows_that_repeat_one_another_are_counted_and_kept():
    # three times the same row is two repetitions; the fourth differs in a column that the door does not read
    orders = log([("ann", DAY, 5.0)] * 4 + [("bo", DAY, -1.0)] * 2).assign(note=["x", "x", "x", "y", "z", "z"])
    assert lines(orders) == {"refund": (2, -2.0, 1), "kept": (4, 20.0, 2), "given": (6, 18.0, 3)}
    assert rows(as_transactions(orders)) == [("ann", DAY, 4, 20.0), ("bo", DAY, 0, -2.0)]


def test_missing_values_repeat_one_another(build):
    orders = pa.table(typed(log([("ann", DAY, 5.0)] * 3)).assign(note=["x", None, None], rate=[1.0, None, None]))
    assert lines(build(orders))["kept"] == (3, 15.0, 1)


def test_objects_that_cannot_be_compared_are_compared_as_text():
    orders = log([("ann", DAY, 5.0)] * 3).assign(tags=[["a"], ["a"], {"b": 1}])
    assert lines(orders)["kept"] == (3, 15.0, 1)


def test_rejected_rows_come_back_with_their_reason_order_and_index():
    orders = log([("ann", DAY, "5"), ("bo", "x", "1"), ("", "x", "2"), ("cy", DAY, "?")]).set_index(
        pd.Index([9, 8, 7, 6])
    )
    rejected = rejected_orders(orders)
    assert_frame_equal(rejected.drop(columns="rejected_because"), orders.loc[[8, 7, 6]])
    assert rejected["rejected_because"].tolist() == ["unusable_date", "no_customer", "unusable_amount"]


def test_nothing_rejected_is_an_empty_table(build):
    rejected = rejected_orders(build(typed(log([("ann", DAY, 5.0)]))))
    assert rows(rejected) == []
    assert list(as_pandas(rejected).columns) == ["customer_id", "date", "amount", "rejected_because"]


# Reference: UCI "Online Retail" (352), as counted in shared/data/README.md.

NAMES = {"customer_id": "CustomerID", "date": "InvoiceDate", "quantity": "Quantity", "unit_price": "UnitPrice"}


@pytest.fixture(scope="module")
def online_retail():
    return pd.read_parquet(data_file("online_retail.parquet"))


def test_online_retail_is_accounted_for_to_the_last_row(online_retail):
    found = lines(online_retail, **NAMES, order_id="InvoiceNo")
    assert found["given"] == (541_909, pytest.approx(9_747_747.934, rel=1e-12), 5_268)
    assert found["no_customer"][0] == 135_080
    assert found["kept"][:2] == (397_884, pytest.approx(8_911_407.904, rel=1e-12))
    assert "unusable_date" not in found
    assert "unusable_amount" not in found
    for place in range(3):
        parts = sum(line[place] for reason, line in found.items() if reason != "given")
        assert parts == pytest.approx(found["given"][place], rel=1e-12)


def test_online_retail_without_the_rows_that_lack_a_customer_is_the_same_but_for_them(online_retail):
    known = online_retail[online_retail["CustomerID"].notna()]
    found, alone = lines(online_retail, **NAMES), lines(known, **NAMES)
    anonymous = found.pop("no_customer")
    n_rows, amount, n_duplicates = alone.pop("given")
    given = found.pop("given")
    assert found == alone
    assert (n_rows + anonymous[0], n_duplicates + anonymous[2]) == (given[0], given[2])
    assert amount + anonymous[1] == pytest.approx(given[1], rel=1e-12)


def test_online_retail_keeps_the_orders_and_customers_that_are_known(online_retail):
    kept = as_order_lines(online_retail, **NAMES, order_id="InvoiceNo", returns="drop", invalid="drop")
    kept = kept[kept["amount"] > 0]
    assert (len(kept), kept["order_id"].nunique(), kept["customer_id"].nunique()) == (397_884, 18_532, 4_338)
    assert kept["amount"].sum() == pytest.approx(8_911_407.904, rel=1e-12)


def test_online_retail_is_split_into_accepted_and_rejected(online_retail):
    rejected = rejected_orders(online_retail, **NAMES)
    accepted = as_order_lines(online_retail, **NAMES, order_id="InvoiceNo", invalid="drop")
    assert len(rejected) == 135_080
    assert rejected["CustomerID"].isna().all()
    assert rejected.index.append(accepted.index).sort_values().equals(online_retail.index)


# Law.


@st.composite
def messy_logs(draw, *, at_least=()):
    """Logs as files hold them: text with gaps, typing errors, placeholders, refunds and repetitions."""
    customers = st.sampled_from(["ann", "bo", "", " ", None])
    dates = st.sampled_from([DAY, "2024-03-02 10:00", "2024-04-30", "1900-01-01", "2024-04-31", "", None])
    amounts = st.sampled_from(["5", "0", "-2.50", "7.25", "1,5,0", "", None, "inf"])
    found = [*at_least, *draw(st.lists(st.tuples(customers, dates, amounts), min_size=not at_least, max_size=30))]
    table = log(found).astype(object)
    return table.set_index(pd.Index(draw(st.permutations(range(len(found))))))


@given(messy_logs(), st.sampled_from([None, DAY, "2024-03-31"]))
def test_rows_and_money_add_up(orders, as_of):
    audit = audit_orders(orders, as_of=as_of)
    usable_money = pd.to_numeric(orders["amount"], errors="coerce").replace(float("inf"), float("nan")).sum()
    parts, given_line = audit.iloc[:-1], audit.iloc[-1]
    assert parts["n_rows"].sum() == given_line["n_rows"] == len(orders)
    assert parts["amount"].sum() == given_line["amount"] == usable_money
    assert parts["n_duplicates"].sum() == given_line["n_duplicates"] == orders.duplicated().sum()


@given(messy_logs(at_least=[("ann", DAY, "5")]))
def test_transactions_hold_the_money_that_was_not_left_out(orders):
    audit = audit_orders(orders).set_index("reason")["amount"]
    usable = audit[["refund", "zero_price", "kept"]].sum()
    assert as_transactions(orders, invalid="drop")["amount"].sum() == usable
    assert as_transactions(orders, invalid="drop", returns="drop")["amount"].sum() == audit["kept"]


@given(messy_logs(at_least=[("ann", DAY, "5")]))
def test_every_row_is_either_accepted_or_rejected(orders):
    rejected = rejected_orders(orders)
    accepted = as_order_lines(orders.assign(order_id=1), order_id="order_id", invalid="drop")
    assert accepted.index.tolist() == [row for row in orders.index if row not in rejected.index]
    assert rejected.index.tolist() == [row for row in orders.index if row not in accepted.index]
    assert_frame_equal(rejected[orders.columns], orders.loc[rejected.index])
    counts = audit_orders(orders).set_index("reason")["n_rows"]
    assert rejected["rejected_because"].value_counts().reindex(UNUSABLE, fill_value=0).eq(counts[UNUSABLE]).all()


# Refusal.


def test_an_as_of_that_is_no_date_is_refused():
    with pytest.raises(ValueError, match=r"`as_of` must be a date or ISO text such as '2024-12-31', got 'soon'"):
        audit_orders(log([("ann", DAY, 5.0)]), as_of="soon")


# Input untouched.


@pytest.mark.parametrize("function", [audit_orders, rejected_orders])
def test_the_orders_given_are_not_changed(function, build):
    orders = build(typed(log([("ann", DAY, 5.0), ("", DAY, -2.0), ("bo", "2024-03-02 10:00", None)])))
    before = as_pandas(orders)
    function(orders)
    assert_frame_equal(as_pandas(orders), before)
