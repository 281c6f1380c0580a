"""Numbers as people read them: what is not nothing never reads 0.00, on pages, in commands and at ticks."""

import math
from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.commands import run, text
from tests.logs import log
from tests.pages import Page, section, table

from crmkit import as_transactions
from crmkit._figures import count, decimals, money, number, p_value, points, share, significant, whole_money
from crmkit.labels import LABELS
from crmkit.plotting._ticks import short
from crmkit.report import customer_report

NAN, INF = math.nan, math.inf

# By hand.


@pytest.mark.parametrize(
    ("value", "cents", "whole"),
    [
        (0, "0.00", "0.00"),
        (-0.0, "0.00", "0.00"),
        (1e-7, "0.0000001", "0.0000001"),
        (1.2345e-7, "0.000000123", "0.000000123"),
        (-0.00456789, "-0.00457", "-0.00457"),
        (0.009999, "0.01", "0.01"),
        (0.01, "0.01", "0.01"),
        (0.014, "0.01", "0.01"),
        (-0.015000001, "-0.02", "-0.02"),
        (12.345000001, "12.35", "12.35"),
        (999.994, "999.99", "999.99"),
        (999.996, "1,000.00", "1,000"),
        (-1234567.891, "-1,234,567.89", "-1,234,568"),
        # 0.1 + 0.2 - 0.3: the rest of a sum is nothing
        (0.1 + 0.2 - 0.3, "0.00", "0.00"),
        (NAN, "–", "–"),
        (INF, "∞", "∞"),
        (-INF, "-∞", "-∞"),
    ],
)
def test_money(value, cents, whole):
    assert money(value) == decimals(value) == cents
    assert whole_money(value) == whole


@pytest.mark.parametrize("noise", [-4e-15, 0, 4e-15])
def test_halves_go_away_from_zero_whatever_the_last_bits_of_a_sum(noise):
    assert [decimals(21.045 + noise), decimals(-0.125 + noise), decimals(0.125 + noise)] == ["21.05", "-0.13", "0.13"]
    assert [share(0.1225 + noise), count(2.5 + noise)] == ["12.3%", "3"]


def test_differences_of_shares_and_chances():
    assert [points(value) for value in (0.0154, -0.00045, -1e-9, NAN, INF)] == [
        *("1.54 pp", "-0.05 pp", "0.00 pp", "–", "∞")
    ]
    assert [p_value(value) for value in (0.0432, 1e-12, 0.0001, 1.0, NAN)] == [
        *("0.0432", "<0.0001", "0.0001", "1.0000", "–")
    ]


def test_other_numbers():
    assert [number(value) for value in (3.0, 1234.0, 1.5, 2e-5, NAN)] == ["3", "1,234", "1.50", "0.00002", "–"]
    assert [count(value) for value in (1234567, 2.6, -0.4, NAN, INF)] == ["1,234,567", "3", "0", "–", "∞"]
    assert [share(value) for value in (0.1234, 1, -0.0004, NAN)] == ["12.3%", "100.0%", "0.0%", "–"]
    assert [significant(value) for value in (0.0123456, 12345.6, NAN)] == ["0.01235", "1.235e+04", "–"]


def test_amounts_in_cells():
    amounts = [1.234e-7, 0.5, 862.4, 999.4, 999.6, 8624, 999_960, 8.6e6, -1234]
    shown = ["0.000000123", "0.5", "862", "999", "1.0k", "8.6k", "1.0M", "8.6M", "\N{MINUS SIGN}1.2k"]
    assert [short(amount) for amount in amounts] == shown


# Laws.


@given(st.floats(1e-9, 1e15), st.sampled_from([1, -1]))
def test_what_is_not_nothing_has_a_digit_and_loses_less_than_it_shows(size, sign):
    value = sign * size
    for shown in (money(value), whole_money(value)):
        read = float(shown.replace(",", ""))
        assert read != 0
        # half a cent, or half of the third digit of what is below a cent, or half a unit from a thousand on
        in_cents = 0.005 if size >= 0.01 else 0.005 * size
        assert abs(read - value) <= (0.5 if size >= 999.99 else in_cents) * 1.001


def test_a_shop_whose_unit_is_large_is_told_in_digits(tmp_path, monkeypatch):
    # amounts of 5 to 24 ten-millionths: nothing of them in cents
    rows = [
        (f"c{n}", f"2024-{month:02}-{1 + n:02}", (5 + n + month % 3) * 1e-7)
        for n in range(20)
        for month in range(1, 13, 1 + n % 3)
    ]
    revenue = f"{sum(amount for _, _, amount in rows):.3g}"
    shown = ("findings", "kpis", "months", "tiers", "rfm", "value", "actions")
    report = customer_report(as_transactions(log(rows)), as_of="2024-12-31", sections=shown)
    for language in ("en", "zh"):
        page = replace(report, language=language).to_html()
        # In the whole log all customers are new, and in its last days none is, which is 0; all else has its digits.
        names = [LABELS["kpi"][f"{kind}_customer_revenue"].text(language) for kind in ("new", "returning")]
        assert all(any(name in row for name in names) for row in page.split("<tr>") if "0.00<" in row)
        assert f" {revenue}" in section(page, "findings")
        assert f">{revenue}<" in section(page, "kpis")
        # the bars of revenue are there, and their axis tells its ticks apart
        ticks = [tick for tick in Page(section(page, "months")).texts("text") if tick.startswith("0.0000")]
        assert len(set(ticks)) == len(ticks) >= 2
    monkeypatch.chdir(tmp_path)
    (tmp_path / "orders.csv").write_text(text(rows=[(who, day, f"{amount:.9f}") for who, day, amount in rows]))
    options = ("orders.csv", "--as-of", "2024-12-31", "--language", "zh")
    assert f" {revenue} " in run("audit", *options)[1]
    assert f" {revenue} " in run("kpi", *options, "--start", "2024-01-01")[1]
    tiers = [line.split() for line in run("score", *options, "--output", "a.csv")[1].splitlines()[2:]]
    assert sum(float(line[-2]) for line in tiers) == pytest.approx(float(revenue), rel=0.01)
    worth = run("clv", *options, "--output", "b.csv")[1].splitlines()[5].split()
    assert 0 < float(worth[-3]) < float(worth[-4]) < float(worth[-1])


def test_tables_that_users_add_are_told_in_digits():
    orders = as_transactions(log([("ann", "2024-01-05", 5.0)]))
    report = customer_report(orders, as_of="2024-02-01", sections=["findings"])
    page = report.with_section("Prices", pd.DataFrame({"price": [2e-7, 2.5]})).to_html()
    assert [row[0] for row in table(page, "extra1")] == ["price", "0.0000002", "2.50"]
