"""The doors for invoices and payments: instalments, credit notes, what is refused, and where every row goes."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.depth import up_to
from tests.frames import assert_same_rows, duckdb_connection, rows, to_arrow

from crmkit import (
    SchemaError,
    as_invoices,
    as_payments,
    audit_invoices,
    audit_payments,
    make_invoices,
    rejected_invoices,
    rejected_payments,
)
from crmkit._tables import INVOICES, PAYMENTS, check_values, float_columns, open_table
from crmkit.invoices import INVOICE_REASONS, PAYMENT_REASONS

COLUMNS = ["customer_id", "invoice_id", "kind", "applies_to", "issued", "due", "amount", "currency"]
NAMED = {"kind": "kind", "applies_to": "against", "currency": "code"}


def stamps(*days):
    return pd.Series(pd.to_datetime(list(days))).astype("datetime64[us]")


def ledger(*given):
    """Rows typed as engines need them: customer, invoice, kind, applies to, issued, due, amount."""
    who, invoice, kind, against, issued, due, amount = zip(*given, strict=True)
    return pd.DataFrame(
        {
            "customer_id": who,
            "invoice_id": invoice,
            "kind": kind,
            "against": pd.Series(against, dtype=object),
            "issued": stamps(*issued),
            "due": stamps(*due),
            "amount": np.array(amount, float),
        }
    )


BILLS = ledger(
    ("ann", "A1", "invoice", None, "2024-03-01", "2024-03-31", 100),
    ("ann", "A1", "invoice", None, "2024-03-01", "2024-04-30", 50),
    ("ann", "G1", "credit_note", "A1", "2024-03-10", None, 30),
    ("bo", "B1", "invoice", None, "2024-03-05", "2024-03-05", 80),
    ("bo", "G2", "credit_note", "B0", "2024-03-06", None, 5),
    ("bo", "G3", "credit_note", None, "2024-03-07", None, 7),
).assign(code="EUR", region="north")
PAID = pd.DataFrame(
    {
        "customer_id": ["ann", "bo", "bo"],
        "bill": ["A1", None, "B1"],
        "date": stamps("2024-03-30", "2024-03-08", "2024-03-20"),
        "amount": [100.0, -10.0, 60.0],
    }
)


def in_order(found):
    """Rows in one order: an engine has none."""
    return sorted(found, key=repr)


# By hand


def test_instalments_and_credit_notes_come_in_and_go_out_on_every_kind_of_frame(build):
    got = as_invoices(build(BILLS), **NAMED, keep=["region"])
    assert in_order(rows(got, columns=[*COLUMNS, "region"])) == [
        ("ann", "A1", "invoice", None, "2024-03-01", "2024-03-31", 100.0, "EUR", "north"),
        ("ann", "A1", "invoice", None, "2024-03-01", "2024-04-30", 50.0, "EUR", "north"),
        ("ann", "G1", "credit_note", "A1", "2024-03-10", None, 30.0, "EUR", "north"),
        ("bo", "B1", "invoice", None, "2024-03-05", "2024-03-05", 80.0, "EUR", "north"),
        ("bo", "G2", "credit_note", "B0", "2024-03-06", None, 5.0, "EUR", "north"),
        ("bo", "G3", "credit_note", None, "2024-03-07", None, 7.0, "EUR", "north"),
    ]
    assert open_table(got, INVOICES).collect_schema().names() == [*COLUMNS, "region"]


def test_payments_come_in_and_go_out_on_every_kind_of_frame(build):
    got = as_payments(build(PAID), invoice_id="bill")
    assert in_order(rows(got)) == [
        ("ann", "A1", "2024-03-30", 100.0, None),
        ("bo", "B1", "2024-03-20", 60.0, None),
        ("bo", None, "2024-03-08", -10.0, None),
    ]
    open_table(got, PAYMENTS)
    assert {row[1] for row in rows(as_payments(build(PAID)))} == {None}


def test_amounts_below_zero_are_credit_notes_if_that_is_said(build):
    # -30 bears the id of an invoice and reduces it; -7 bears one of its own
    given = BILLS.assign(amount=[100.0, 50.0, -30.0, 80.0, -5.0, -7.0]).drop(columns=["kind", "against"])
    given["invoice_id"] = ["A1", "A1", "A1", "B1", "B1", "G3"]
    got = as_invoices(build(given), negative="credit_note")
    assert in_order(rows(got, columns=["kind", "applies_to", "due", "amount"])) == [
        ("credit_note", "A1", None, 30.0),
        ("credit_note", "B1", None, 5.0),
        ("credit_note", None, None, 7.0),
        ("invoice", None, "2024-03-05", 80.0),
        ("invoice", None, "2024-03-31", 100.0),
        ("invoice", None, "2024-04-30", 50.0),
    ]


def test_a_credit_note_reduces_invoices_of_its_own_customer_only(build):
    # bo's credit note names an invoice of ann's: for bo there is no such invoice
    given = ledger(
        ("ann", "A1", "invoice", None, "2024-03-01", "2024-03-31", 100),
        ("bo", "G1", "credit_note", "A1", "2024-03-02", None, 10),
    )
    counts = dict(rows(audit_invoices(build(given), kind="kind", applies_to="against"), columns=["reason", "n_rows"]))
    assert (counts["unknown_invoice"], counts["credit_note"], counts["kept"]) == (1, 0, 1)


def test_terms_fill_in_due_days(build):
    # 1 March + 30 days = 31 March; a due day that is given stays; without a column all are filled
    given = BILLS.iloc[[0, 3]].reset_index(drop=True).assign(due=stamps(None, "2024-03-09"))
    got = as_invoices(build(given), terms_days=30)
    assert in_order(rows(got, columns=["due"])) == [("2024-03-09",), ("2024-03-31",)]
    got = as_invoices(build(given.drop(columns="due")), due=None, terms_days=0)
    assert in_order(rows(got, columns=["due"])) == [("2024-03-01",), ("2024-03-05",)]


def test_text_is_read_and_columns_are_named_by_keyword():
    given = pd.DataFrame(
        {
            "who": [7, 7],
            "no": ["9", "10"],
            "type": ["Credit Memo", "INV"],
            "of": ["10", ""],
            "day": ["05/02/2024", "01/02/2024"],
            "until": ["", "01/03/2024"],
            "sum": ["1.234,50 €", "2.000,00 €"],
        },
        index=["x", "y"],
    )
    names = {"customer_id": "who", "invoice_id": "no", "kind": "type", "applies_to": "of", "issued": "day"}
    got = as_invoices(given, **names, kinds={"INV": "invoice"}, due="until", amount="sum", date_format="%d/%m/%Y")
    assert rows(got, columns=COLUMNS[:-1]) == [
        (7, "9", "credit_note", "10", "2024-02-05", None, 1234.5),
        (7, "10", "invoice", None, "2024-02-01", "2024-03-01", 2000.0),
    ]
    assert list(got.index) == ["x", "y"]


@pytest.mark.parametrize("door", [as_invoices, as_payments])
def test_amounts_that_can_be_read_in_two_ways_take_a_mark(door):
    given = pd.DataFrame({"customer_id": [1], "invoice_id": [1], "issued": ["2024-01-01"], "amount": ["1.234"]})
    given = given.assign(date=given["issued"], due=given["issued"])
    with pytest.raises(SchemaError, match="can be read in two ways"):
        door(given)
    assert door(given, decimal=",")["amount"].tolist() == [1234.0]


def test_ids_of_one_person_are_joined_before_invoices_are_looked_at():
    given = BILLS.iloc[[0, 1]].assign(customer_id=["ann", "ann@x"])
    with pytest.raises(SchemaError, match="invoice id stands with several customers"):
        as_invoices(given)
    merged = pd.DataFrame({"customer_id": ["ann@x"], "merged_id": ["ann"]})
    assert set(as_invoices(given, merge_ids=merged)["customer_id"]) == {"ann"}
    assert set(as_payments(PAID.assign(customer_id="ann@x"), merge_ids=merged)["customer_id"]) == {"ann"}


# Row by row: sound, and wrong in one way each
WRONG = pd.DataFrame(
    [
        ("ann", "A1", "invoice", None, "2024-01-01", "2024-01-31", "10", "sound"),
        ("", "A2", "invoice", None, "2024-01-01", "2024-01-31", "10", "no_customer"),
        ("ann", " ", "invoice", None, "2024-01-01", "2024-01-31", "10", "no_invoice"),
        ("ann", "A3", "journal", None, "2024-01-01", "2024-01-31", "10", "unknown_kind"),
        ("ann", "S1", "invoice", None, "2024-01-01", "2024-01-31", "10", "shared_invoice"),
        ("bo", "S1", "invoice", None, "2024-01-01", "2024-02-28", "10", "shared_invoice"),
        ("ann", "A4", "invoice", None, "soon", "2024-01-31", "10", "unusable_issued"),
        ("ann", "A5", "invoice", None, "2024-01-01", "late", "10", "unusable_due"),
        ("ann", "A6", "invoice", None, "2024-01-02", "2024-01-01", "10", "unusable_due"),
        ("ann", "A7", "invoice", None, "2024-01-01", None, "10", "no_due"),
        ("ann", "A8", "invoice", "A1", "2024-01-01", "2024-01-31", "10", "unusable_applies_to"),
        ("ann", "A9", "invoice", None, "2024-01-01", "2024-01-31", None, "unusable_amount"),
        ("ann", "B0", "invoice", None, "2024-01-01", "2024-01-31", "-10", "negative_amount"),
        ("ann", "B1", "invoice", None, "2024-01-01", "2024-01-31", "10", "repeated_invoice"),
        ("ann", "B1", "invoice", None, "2024-01-01", "2024-01-31", "12", "repeated_invoice"),
        ("ann", "G1", "credit_note", "A1", "2024-01-05", None, "3", "repeated_invoice"),
        ("ann", "G1", "credit_note", "A1", "2024-01-05", None, "3", "repeated_invoice"),
        ("ann", "B2", "invoice", None, "2024-01-01", "2024-01-31", "0", "zero_amount"),
        ("ann", "G2", "credit_note", "Z9", "2024-01-05", "x", "1", "unknown_invoice"),
        ("ann", "G3", "credit_note", "A1", "2024-01-05", None, "2", "credit_note"),
        ("ann", "G3", "credit_note", "B1", "2024-01-05", None, "4", "credit_note"),
    ],
    columns=["customer_id", "invoice_id", "kind", "against", "issued", "due", "amount", "expected"],
)
NAMED_WRONG = {"kind": "kind", "applies_to": "against"}
KEPT = ["sound", "unknown_invoice", "credit_note"]


def test_rejected_invoices_come_back_with_their_reason(build_in_memory):
    rejected = rejected_invoices(build_in_memory(WRONG), **NAMED_WRONG)
    got = rows(rejected, columns=["expected", "rejected_because"])
    assert got == [(reason, reason) for reason in WRONG["expected"] if reason not in KEPT]
    kept = as_invoices(build_in_memory(WRONG), **NAMED_WRONG, keep=["expected"], invalid="drop")
    assert [row[0] for row in rows(kept, columns=["expected"])] == ["sound", *KEPT[1:], "credit_note"]


def test_the_audit_of_invoices_adds_up_to_all_rows_and_all_money():
    audit = audit_invoices(WRONG, **NAMED_WRONG).set_index("reason")
    counts = WRONG["expected"].replace({"sound": "kept"}).value_counts()
    assert list(audit.index) == list(INVOICE_REASONS)
    assert audit["n_rows"].drop("given").to_dict() == counts.reindex(audit.index.drop("given")).to_dict()
    assert audit.loc["given", "n_rows"] == len(WRONG)
    assert audit["amount"].drop("given").sum() == pytest.approx(audit.loc["given", "amount"])
    # credit notes count below 0: -1 on an unknown invoice, -2 and -4
    assert audit.loc[["unknown_invoice", "credit_note"], "amount"].tolist() == [-1.0, -6.0]


def test_rows_of_zero_are_left_out_without_being_refused(build):
    given = BILLS.iloc[[0, 3]].assign(amount=[0.0, 80.0])
    assert rows(as_invoices(build(given)), columns=["invoice_id"]) == [("B1",)]
    paid = as_payments(build(PAID.assign(amount=[0.0, 1.0, 2.0])))
    assert in_order(rows(paid, columns=["amount"])) == [(1.0,), (2.0,)]


def test_on_an_engine_the_same_rows_are_dropped():
    typed = WRONG.assign(
        issued=stamps(*pd.to_datetime(WRONG["issued"], errors="coerce")),
        due=stamps(*pd.to_datetime(WRONG["due"], errors="coerce")),
        amount=pd.to_numeric(WRONG["amount"]),
    )
    relation = duckdb_connection().from_arrow(to_arrow(typed))
    for function in (audit_invoices, rejected_invoices):
        assert_same_rows(function(relation, **NAMED_WRONG), function(typed, **NAMED_WRONG))


def test_rejected_payments_and_their_audit(build_in_memory):
    given = pd.DataFrame(
        [
            ("ann", "A1", "2024-01-01", "5", "kept"),
            ("ann", "A1", "2024-01-01", "5", "kept"),
            (None, "A1", "2024-01-01", "1", "no_customer"),
            ("ann", "A1", "soon", "2", "unusable_date"),
            ("ann", "A1", "2024-01-01", "much", "unusable_amount"),
            ("ann", "A1", "2024-01-01", "0", "zero_amount"),
            ("ann", "A1", "2024-01-01", "-3", "paid_back"),
            ("ann", None, "2024-01-01", "4", "no_invoice"),
        ],
        columns=["customer_id", "bill", "date", "amount", "expected"],
    )
    built = build_in_memory(given)
    got = rows(rejected_payments(built, invoice_id="bill"), columns=["expected", "rejected_because"])
    kept = ["kept", "paid_back", "no_invoice"]
    assert got == [(reason, reason) for reason in given["expected"] if reason not in kept]
    audit = {row[0]: row[1:] for row in rows(audit_payments(built, invoice_id="bill"))}
    assert list(audit) == list(PAYMENT_REASONS)
    assert audit["kept"] == (2, 10.0, 1)
    assert audit["paid_back"] == (1, -3.0, 0)
    assert audit["given"] == (8, 14.0, 1)


# Law


@up_to(10)
@given(
    st.integers(1, 30), st.integers(1, 120), st.integers(0, 9999), st.sampled_from([0.0, 0.3, 1.0]),
    st.sampled_from([0.0, 0.2, 1.0]),
)  # fmt: skip
def test_the_doors_take_what_the_simulator_makes(n_customers, n_invoices, seed, share, other):
    invoices, payments, truth = make_invoices(
        n_customers=n_customers, n_invoices=n_invoices, instalment_share=share, credit_share=other,
        part_payment_share=share, unassigned_share=other, default_share=share, random_state=seed,
    )  # fmt: skip
    got = as_invoices(invoices, kind="kind", applies_to="applies_to")
    assert len(got) == len(invoices)
    check_values(float_columns(got, INVOICES, ["amount"]), INVOICES)
    bills = got[got["kind"] == "invoice"]
    assert bills["invoice_id"].nunique() == n_invoices
    assert (bills["due"] >= bills["issued"]).all()
    audit = audit_invoices(invoices, kind="kind", applies_to="applies_to").set_index("reason")
    assert audit.loc["unknown_invoice", "n_rows"] == 0
    assert audit.loc["given", "amount"] == pytest.approx(2 * bills["amount"].sum() - got["amount"].sum())
    if len(payments):
        paid = as_payments(payments, invoice_id="invoice_id")
        # nobody pays more than they owe, less what was credited
        counts = pd.concat([bills, got[got["kind"] == "credit_note"].assign(amount=lambda table: -table["amount"])])
        owed = counts.groupby("customer_id")["amount"].sum()
        came = paid.groupby("customer_id")["amount"].sum()
        assert (came <= owed.reindex(came.index) + 0.01).all()
        last = truth.set_index("customer_id")["stops"].reindex(paid["customer_id"]).to_numpy()
        assert not (paid["date"].to_numpy() > last).any()


@settings(max_examples=4)
@given(st.permutations(range(len(WRONG))))
def test_the_order_of_rows_does_not_matter(order):
    turned = WRONG.iloc[list(order)]
    for function in (audit_invoices, rejected_invoices):
        assert_same_rows(function(turned, **NAMED_WRONG), function(WRONG, **NAMED_WRONG))


@pytest.mark.parametrize("unit", [0.01, 7.1, 1e6])
def test_the_unit_of_money_does_not_matter(unit):
    assert_same_rows(
        as_invoices(BILLS.assign(amount=BILLS["amount"] * unit), **NAMED),
        as_invoices(BILLS, **NAMED).assign(amount=lambda table: table["amount"] * unit),
    )


def test_a_seed_gives_the_same_tables_and_the_shares_are_those_asked_for():
    first, again = (make_invoices(random_state=3) for _ in range(2))
    for one, other in zip(first, again, strict=True):
        pd.testing.assert_frame_equal(one, other)
    invoices, payments, truth = make_invoices(n_customers=4000, n_invoices=40_000, random_state=1)
    # within four standard errors: shares of credit notes (the last ten days have none), defaulters, mean delay 12 days
    n_invoices = invoices.loc[invoices["kind"] == "invoice", "invoice_id"].nunique()
    credited = invoices["applies_to"].notna().sum() / n_invoices
    assert credited == pytest.approx(0.05 * 356 / 366, abs=4 * np.sqrt(0.05 * 0.95 / 40_000))
    assert truth["stops"].notna().mean() == pytest.approx(0.03, abs=4 * np.sqrt(0.03 * 0.97 / 4000))
    assert truth["mean_delay_days"].mean() == pytest.approx(12, abs=4 * 12 / np.sqrt(4000))
    assert payments["invoice_id"].isna().mean() == pytest.approx(0.1, abs=4 * np.sqrt(0.09 / len(payments)))


# Refusal


def test_rows_that_cannot_be_used_are_refused_with_the_mend():
    expected = (
        r"^`invoices` has rows that cannot be used: 1 without a customer \(first at rows \[1\]\); "
        r"1 without an invoice id \(.*\); "
        r"1 of an unknown kind \(first at rows \[3\], `invoices\['kind'\]` is \['journal'\]\): "
        r"name yours with `kinds`; "
        r"2 whose invoice id stands with several customers \(.*\): make the ids differ, or join the customers with "
        r"`merge_ids`; "
        r"1 with an unusable day of issue \(.*\); "
        r"2 with a due day that is unusable or before the day of issue \(first at rows \[7, 8\].*; "
        r"2 without a due day \(first at rows \[7, 9\].*: `terms_days` fills it; "
        r"1 that apply to another invoice but are not credit notes \(.*\); "
        r"1 with an amount that is missing or unusable \(.*\); "
        r"1 with an amount below 0 \(.*\): if these are credit notes, pass negative='credit_note'; "
        r"4 that repeat an invoice and its due day, or a credit note on the same day \(.*\): add lines up, and keep "
        r"copies once\. "
    )
    with pytest.raises(SchemaError, match=expected):
        as_invoices(WRONG, **NAMED_WRONG)


def test_wrong_payments_are_refused(build):
    with pytest.raises(SchemaError, match=r"1 without a customer \(.*; 1 with an unusable date \("):
        as_payments(build(PAID.assign(customer_id=["ann", None, "bo"], date=stamps(None, "2024-01-01", "2024-01-01"))))
    with pytest.raises(SchemaError, match="1 with an amount that is missing or unusable"):
        as_payments(build(PAID.assign(amount=[1.0, np.nan, 2.0])))
    with pytest.raises(SchemaError, match=r"none is left with invalid='raise'\. audit_payments says where"):
        as_payments(build(PAID.assign(amount=0.0)))


@pytest.mark.parametrize("door", [as_invoices, audit_invoices, rejected_invoices])
def test_what_is_not_a_table_of_invoices_is_refused(door):
    with pytest.raises(TypeError, match="`invoices` must be a pandas, Polars or PyArrow table"):
        door([1])
    with pytest.raises(SchemaError, match=r"`invoices` has no column \['amount'\]"):
        door(BILLS.drop(columns="amount"))
    with pytest.raises(SchemaError, match=r"`invoices\['code'\]` holds the currencies \['CNY', 'EUR'\]"):
        door(BILLS.assign(code=["CNY", *["EUR"] * 5]), currency="code")
    with pytest.raises(ValueError, match="Without a column of due days, `terms_days` must say how many days"):
        door(BILLS, due=None)
    with pytest.raises(ValueError, match="`terms_days` must be at least 0"):
        door(BILLS, terms_days=-1)
    with pytest.raises(ValueError, match=r"`negative` must be one of \['credit_note', 'refuse'\], got 'drop'"):
        door(BILLS, negative="drop")
    with pytest.raises(ValueError, match=r"`kinds` must map words to \['invoice', 'credit_note'\], got \{'x': 'y'\}"):
        door(BILLS, kind="kind", kinds={"x": "y"})
    with pytest.raises(SchemaError, match=r"`invoices\['amount'\]` holds .*, unlike `invoices.*both to text"):
        door(BILLS.assign(amount=[1, 2, 3, 4, 5, 6]), kind="kind", applies_to="amount")


@pytest.mark.parametrize("door", [as_payments, audit_payments, rejected_payments])
def test_what_is_not_a_table_of_payments_is_refused(door):
    with pytest.raises(TypeError, match="`payments` must be a pandas, Polars or PyArrow table"):
        door([1])
    with pytest.raises(SchemaError, match=r"`payments` has no column \['date'\]"):
        door(PAID.drop(columns="date"))
    with pytest.raises(SchemaError, match=r"`payments\['code'\]` holds the currencies \['CNY', 'EUR'\]"):
        door(PAID.assign(code=["CNY", "EUR", "EUR"]), currency="code")


@pytest.mark.parametrize(("door", "table"), [(as_invoices, BILLS), (as_payments, PAID)])
def test_options_of_the_doors_are_checked(door, table):
    with pytest.raises(ValueError, match=r"`invalid` must be one of \['drop', 'raise'\], got 'keep'"):
        door(table, invalid="keep")
    with pytest.raises(TypeError, match="`keep` must be a sequence of column names, got the text 'region'"):
        door(table, keep="region")
    with pytest.raises(SchemaError, match=rf"`keep` names \['amount'\], but {door.__name__} makes columns"):
        door(table, keep=["amount"])


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"n_invoices": 0}, ValueError, "`n_invoices` must be at least 1"),
        ({"n_customers": 1.5}, TypeError, "`n_customers` must be a whole number"),
        ({"start": "2025-01-01"}, ValueError, "`end` must not lie before `start`"),
        ({"terms_days": -1}, ValueError, "`terms_days` must be at least 0"),
        ({"mean_amount": 0}, ValueError, "`mean_amount` must be a finite number above 0"),
        ({"mean_delay_days": "x"}, TypeError, "`mean_delay_days` must be a number above 0"),
        ({"default_share": 1.1}, ValueError, "`default_share` must lie between 0 and 1"),
        ({"random_state": "x"}, TypeError, "`random_state` must be an int"),
    ],
)
def test_what_cannot_be_simulated_is_refused(options, error, message):
    with pytest.raises(error, match=message):
        make_invoices(**options)


# Input untouched


def test_the_input_is_left_as_it_is():
    given, paid = WRONG.copy(), PAID.copy()
    as_invoices(given, **NAMED_WRONG, invalid="drop")
    audit_invoices(given, **NAMED_WRONG)
    as_payments(paid, invoice_id="bill")
    pd.testing.assert_frame_equal(given, WRONG)
    pd.testing.assert_frame_equal(paid, PAID)
