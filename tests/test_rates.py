"""Several currencies converted by a table of rates, in every kind of frame and on the command line."""

import json

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.commands import run, text
from tests.frames import Builder, as_pandas, assert_same_rows, rows
from tests.logs import log, order_logs, typed

from crmkit import (
    SchemaError,
    as_order_lines,
    as_transactions,
    audit_currencies,
    audit_orders,
    rejected_orders,
    unidentified_sales_table,
)
from crmkit.report import customer_report

COLUMNS = ("customer_id", "date", "amount", "no", "code")
ORDERS = log(
    [
        ("ann", "2024-01-05", 10.0, "A1", "usd "),
        ("ann", "2024-03-05", -4.0, "A1", "USD"),  # of the order of 5 January
        ("ann", "2024-03-05", 4.0, "A6", "USD"),
        ("bo", "2024-01-02", 20.0, "A2", "EUR"),
        ("bo", "2024-02-02", 5.0, "A3", "GBP"),  # a day too early
        ("bo", "2024-02-03", -1.0, "A3", "GBP"),  # its order's day has no rate: its own
        ("cy", "2024-02-02", 7.0, "A4", "CHF"),
        ("cy", "2024-02-02", 7.0, "A4", None),
        (None, "2024-02-02", 8.0, "A5", "USD"),
        (None, "2024-02-02", -2.0, "A7", "CHF"),
        ("dee", "2024-02-03", -3.0, "A9", "USD"),  # of an order that is not here: its own day
    ],
    columns=COLUMNS,
)
RATES = pd.DataFrame(
    {
        "currency": ["EUR", "USD", "usd", "GBP"],
        "rate": [1.0, 0.9, 0.8, 1.2],
        "date": pd.to_datetime(["2020-01-01", "2024-01-01", "2024-02-01", "2024-02-03"]).astype("datetime64[us]"),
    }
)
NAMES = {"order_id": "no", "currency": "code"}
CODES = ["EUR", "USD", "GBP"]


# By hand.


def test_each_row_takes_the_rate_of_its_day_and_a_refund_that_of_its_order(build):
    got = as_transactions(build(typed(ORDERS)), **NAMES, rates=build(RATES), invalid="drop")
    assert sorted((who, day, n, round(money, 9)) for who, day, n, money in rows(got)) == [
        ("ann", "2024-01-05", 1, 9.0),
        # 4 x 0.8 bought, 4 x 0.9 back
        ("ann", "2024-03-05", 0, -0.4),
        ("bo", "2024-01-02", 1, 20.0),
        ("bo", "2024-02-03", 0, -1.2),
        ("dee", "2024-02-03", 0, -2.4),
    ]


def test_rows_without_a_rate_have_a_reason_and_the_lines_add_up(build):
    table = audit_orders(build(typed(ORDERS)), **NAMES, rates=build(RATES))
    found = rows(table, columns=("reason", "n_rows", "amount"))
    assert [(reason, n, round(money, 9)) for reason, n, money in found] == [
        ("no_customer", 2, 6.4),
        ("unusable_date", 0, 0.0),
        ("unusable_amount", 0, 0.0),
        ("no_rate", 3, 0.0),
        ("after_as_of", 0, 0.0),
        ("refund", 3, -7.2),
        ("zero_price", 0, 0.0),
        ("kept", 3, 32.2),
        ("given", 11, 31.4),
    ]
    rejected = rejected_orders(build(typed(ORDERS)), **NAMES, rates=build(RATES))
    assert sorted(rows(rejected, columns=("no", "rejected_because"))) == [
        ("A3", "no_rate"),
        ("A4", "no_rate"),
        ("A4", "no_rate"),
        ("A5", "no_customer"),
        ("A7", "no_customer"),
    ]


def test_the_money_of_each_currency_is_shown_before_and_after(build):
    table = audit_currencies(build(typed(ORDERS)), **NAMES, rates=build(RATES))
    found = [tuple(round(cell, 9) if isinstance(cell, float) else cell for cell in row) for row in rows(table)]
    assert sorted(found, key=lambda row: row[0] or "~") == [
        ("CHF", 1, 1, None, None, 7.0, 0.0),
        ("EUR", 1, 0, 1.0, 1.0, 20.0, 20.0),
        ("GBP", 2, 1, 1.2, 1.2, 4.0, -1.2),
        ("USD", 4, 0, 0.8, 0.9, 7.0, 6.2),
        (None, 1, 1, None, None, 7.0, 0.0),
    ]


def test_rates_without_dates_hold_always_and_signs_are_codes():
    orders = pd.DataFrame(
        {"customer_id": ["ann", "bo"], "date": ["2024-01-01", "2024-01-02"], "amount": ["$5", "€4"], "code": ["$", "€"]}
    )
    rates = pd.DataFrame({"currency": [" $", "€"], "rate": ["0.5", "1"], "note": ["x", "y"]})
    assert as_transactions(orders, currency="code", rates=rates)["amount"].tolist() == [2.5, 4.0]


def test_an_unusable_amount_comes_before_a_missing_rate_and_a_status_before_both():
    orders = log(
        [
            ("ann", "2024-01-01", "?", "CHF", "paid"),
            ("ann", "2024-01-01", "1", "CHF", "void"),
            ("bo", "2024-01-01", "1", "EUR", "paid"),
        ],
        columns=("customer_id", "date", "amount", "code", "state"),
    )
    rates = RATES.drop(columns="date").iloc[:1]
    rejected = rejected_orders(orders, currency="code", rates=rates, status="state", counts=["paid"])
    assert rejected["rejected_because"].tolist() == ["unusable_amount", "uncounted_status"]


def test_unit_prices_and_refund_columns_are_converted(build):
    orders = log(
        [("ann", "2024-01-05", 2.0, 5.0, 3.0, "USD"), ("bo", "2024-01-05", 1.0, 5.0, 1.0, "CHF")],
        columns=("customer_id", "date", "units", "price", "back", "code"),
    )
    lines = as_order_lines(
        build(typed(orders)),
        order_id="customer_id",
        quantity="units",
        unit_price="price",
        refund="back",
        currency="code",
        rates=build(RATES),
        invalid="drop",
    )
    assert sorted(rows(lines, columns=("quantity", "amount"))) == [(0.0, pytest.approx(-2.7)), (2.0, 9.0)]


def test_sales_without_a_customer_are_converted(build):
    table = unidentified_sales_table(build(typed(ORDERS)), **NAMES, rates=build(RATES))
    # the refund in Swiss francs has no rate, and is no order
    assert rows(table, columns=("period", "n_rows", "n_orders", "amount"))[1] == (
        "2024-02-01",
        2,
        1,
        pytest.approx(6.4),
    )


@pytest.mark.parametrize("most", [1_000_000, 2])
def test_the_command_line_takes_a_file_of_rates(most, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("crmkit.cli.reading._order_log.CHUNK_ROWS", most)
    ORDERS.to_csv("orders.csv", index=False)
    RATES.to_csv("rates.csv", index=False)
    named = ("audit", "orders.csv", "--order-id", "no", "--currency", "code", "--rates", "rates.csv")
    code, stdout, stderr = run(*named, "--json")
    found = {each["reason"]: (each["n_rows"], each["amount"]) for each in json.loads(stdout)["audit"]}
    assert (code, found["no_rate"], found["given"]) == (0, (3, 0.0), (11, pytest.approx(31.4)))
    assert (
        "Amounts are converted with rates.csv: 1 row in EUR at 1; 1 row in GBP at 1.2; 4 rows in USD at 0.8 to 0.9."
        in stderr
    )
    assert "3 no exchange rate (code ['GBP', 'CHF'" in stderr
    assert "USD 4 行，汇率 0.8 至 0.9" in run(*named, "--language", "zh")[2]


def test_the_report_and_the_files_it_may_not_write(tmp_path, monkeypatch):
    options = {**NAMES, "rates": RATES}
    made = customer_report(
        as_transactions(ORDERS, **options, invalid="drop"),
        as_of="2024-03-31",
        audit=audit_orders(ORDERS, **options),
        sections=["audit"],
    )
    assert "No exchange rate" in made.to_html()
    monkeypatch.chdir(tmp_path)
    ORDERS.to_csv("orders.csv", index=False)
    RATES.to_csv("rates.csv", index=False)
    named = ("--currency", "code", "--rates", "rates.csv", "--as-of", "2024-03-31", "--output", "rates.csv")
    assert run("score", "orders.csv", *named)[0] == 2


# Laws.


@given(order_logs())
def test_rates_of_one_change_nothing(orders):
    rates = pd.DataFrame({"currency": ["EUR"], "rate": [1.0]})
    coded = orders.assign(code="eur")
    for door in (as_transactions, audit_orders):
        plain, got = door(orders, order_id="order_id"), door(coded, order_id="order_id", currency="code", rates=rates)
        if door is audit_orders:
            assert got.loc[3].tolist() == ["no_rate", 0, 0.0, 0]
            got = got.drop(index=3)
        assert_same_rows(got, plain, in_order=True)


@st.composite
def logs_with_rates(draw):
    orders = draw(order_logs())
    orders["code"] = [draw(st.sampled_from([*CODES, "CHF", None])) for _ in range(len(orders))]
    days = st.integers(0, 70).map(lambda day: pd.Timestamp("2023-12-20") + pd.Timedelta(days=day))
    found = draw(st.lists(st.tuples(st.sampled_from(CODES), days), min_size=1, unique=True, max_size=8))
    rates = [draw(st.sampled_from([0.5, 1.0, 1.25, 7.0])) for _ in found]
    table = pd.DataFrame({"currency": [code for code, _ in found], "rate": rates, "date": [day for _, day in found]})
    return orders, table.astype({"date": "datetime64[us]"})


def _naive(orders, rates):
    """The money of each row one by one; missing without a rate."""

    def rate(code, day):
        known = rates[(rates["currency"] == code) & (rates["date"] <= day)]
        return known.sort_values("date")["rate"].iloc[-1] if len(known) else None

    found = []
    for row in orders.itertuples():
        day, of_order = row.date.normalize(), None
        if row.amount < 0:
            same = (orders["customer_id"] == row.customer_id) & (orders["order_id"] == row.order_id)
            bought = orders.loc[same & (orders["amount"] >= 0), "date"].min()
            of_order = rate(row.code, min(bought.normalize(), day)) if not pd.isna(bought) else None
        used = rate(row.code, day) if of_order is None else of_order
        found.append(float("nan") if used is None else row.amount * used)
    return found


@given(logs_with_rates())
def test_lines_agree_with_a_search_row_by_row_and_on_an_engine(made):
    orders, rates = made
    expected = orders.assign(money=_naive(orders, rates)).dropna(subset="money")
    options = {"order_id": "order_id", "currency": "code", "rates": rates, "invalid": "drop"}
    if expected.empty:
        with pytest.raises(SchemaError, match="none is left"):
            as_order_lines(orders, **options)
        return
    lines = as_order_lines(orders, **options)
    assert lines["amount"].tolist() == pytest.approx(expected["money"].tolist())
    assert_same_rows(as_order_lines(Builder("duckdb")(orders), **options), lines)


@given(logs_with_rates(), st.sampled_from([1e-3, 7.1, 1e6]), st.randoms(use_true_random=False))
def test_rates_scale_money_and_the_order_of_rows_does_not_matter(made, factor, random):
    orders, rates = made
    options = {"order_id": "order_id", "currency": "code"}
    audit = audit_orders(orders, **options, rates=rates)
    scaled = audit_orders(orders, **options, rates=rates.assign(rate=rates["rate"] * factor))
    assert scaled["amount"].tolist() == pytest.approx((audit["amount"] * factor).tolist(), rel=1e-9, abs=1e-9 * factor)
    assert scaled["n_rows"].tolist() == audit["n_rows"].tolist()
    assert audit["amount"].iloc[:-1].sum() == pytest.approx(audit["amount"].iloc[-1], abs=1e-9)
    places = random.sample(range(len(orders)), len(orders))
    mixed = audit_orders(orders.iloc[places], **options, rates=rates.sample(frac=1, random_state=1))
    assert_same_rows(mixed, audit, in_order=True)
    table = audit_currencies(orders, **options, rates=rates)
    assert as_pandas(table)["amount"].sum() == pytest.approx(audit["amount"].iloc[-1], abs=1e-9)


# Refusals.


def test_several_currencies_without_rates_name_them():
    with pytest.raises(SchemaError, match=r"currencies \['CHF', 'EUR', 'GBP', 'USD'\].*Pass rates= with the rate"):
        as_transactions(ORDERS.dropna(), **NAMES)
    signs = ORDERS.dropna().assign(amount=["$1", "€2"] * 4 + ["1"] * 0)
    with pytest.raises(SchemaError, match="If a column holds their codes, currency= and rates= convert them"):
        as_transactions(signs, order_id="no")


def test_rows_without_a_rate_are_refused_with_their_currencies():
    with pytest.raises(SchemaError, match=r"3 in a currency without a rate.*rows \[4, 6, 7\].*'GBP', 'CHF', "):
        as_transactions(ORDERS.dropna(subset="customer_id"), **NAMES, rates=RATES)


@pytest.mark.parametrize(
    ("rates", "problem"),
    [
        ({"code": ["EUR"], "rate": [1.0]}, r"has no column \['currency'\]"),
        ({"currency": [], "rate": []}, "has no rows"),
        ({"currency": ["EUR", " "], "rate": [1.0, 2.0]}, r"has no currency at rows \[1\]"),
        ({"currency": ["EUR"], "rate": [0.0]}, "must hold numbers above 0"),
        ({"currency": ["EUR"], "rate": [float("inf")]}, "must hold numbers above 0"),
        ({"currency": ["EUR", "USD"], "rate": ["1", "1,085"]}, r"\['1,085'\] at rows \[1\]"),
        ({"currency": ["EUR"], "rate": [1.0], "date": ["31/12/2024"]}, "must hold dates"),
        ({"currency": ["EUR"], "rate": [1.0], "date": [None]}, r"\[None\] at rows \[0\] cannot be read"),
        ({"currency": ["EUR", "eur"], "rate": [1.0, 2.0]}, "or add a column 'date'"),
        ({"currency": ["EUR"] * 2, "rate": [1.0, 2.0], "date": ["2024-01-01"] * 2}, "different rates of"),
    ],
)
def test_a_table_that_is_not_one_of_rates_is_refused(rates, problem):
    with pytest.raises(SchemaError, match=problem):
        as_transactions(ORDERS, **NAMES, rates=pd.DataFrame(rates))


def test_rates_need_currencies_and_prices():
    with pytest.raises(ValueError, match="`rates` needs the column of currency codes: pass currency="):
        as_transactions(ORDERS, rates=RATES)
    with pytest.raises(ValueError, match="`rates` would convert money, and the orders carry no price"):
        as_transactions(ORDERS, amount=None, currency="code", rates=RATES)
    with pytest.raises(TypeError, match="`rates` must be a pandas, Polars or PyArrow table"):
        as_transactions(ORDERS, currency="code", rates={"EUR": 1.0})


def test_codes_of_an_engine_are_text_or_whole_numbers():
    numbers = Builder("duckdb")(typed(ORDERS).assign(code=1.5))
    with pytest.raises(SchemaError, match="not currency codes"):
        as_transactions(numbers, **NAMES, rates=RATES)


@pytest.mark.parametrize("most", [1_000_000, 2])
def test_rows_without_a_rate_stop_the_command_line(most, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("crmkit.cli.reading._order_log.CHUNK_ROWS", most)
    content = text(header=("customer_id", "date", "amount", "currency"), rows=[("a", "2024-01-01", "1", "USD")] * 3)
    (tmp_path / "orders.csv").write_text(content)
    (tmp_path / "rates.csv").write_text("currency,rate\nEUR,1\n")
    code, _, stderr = run("kpi", "orders.csv", "--rates", "rates.csv", "--invalid", "raise", "--start", "2024-01-01",
                          "--end", "2024-01-31")  # fmt: skip
    assert code == 3
    assert "3 in a currency without a rate on their day (first at rows [0, 1, 2], the column currency is" in stderr
    assert "The file of rates needs" in run("audit", "orders.csv", "--rates", "rates.csv", "--currency", "")[2]


# Input untouched.


def test_the_tables_given_are_not_changed():
    orders, rates = ORDERS.copy(), RATES.copy()
    audit_orders(orders, **NAMES, rates=rates)
    pd.testing.assert_frame_equal(orders, ORDERS)
    pd.testing.assert_frame_equal(rates, RATES)
