"""`crmkit score` on a file with one row per customer."""

import pandas as pd
import pytest
from tests.commands import run, text

from crmkit import as_customers
from crmkit.views import base_segments, scored_customers

OPTIONS = ("--customer-id", "id", "--spend", "revenue", "--n-orders", "orders", "--days-since-last", "recency")


@pytest.fixture
def totals(tmp_path):
    table = pd.DataFrame(
        {
            "id": range(20),
            "orders": [number % 7 for number in range(20)],
            "revenue": [12.5 * (number % 7) for number in range(20)],
            "recency": [number * 3 for number in range(20)],
        }
    )
    table.to_csv(tmp_path / "totals.csv", index=False)
    return table


def test_customers_are_scored_as_in_python(totals, tmp_path):
    output = tmp_path / "scored.csv"
    code, shown, _ = run("score", tmp_path / "totals.csv", *OPTIONS, "--output", output)
    assert code == 0
    assert "Core customers" in shown
    names = {"customer_id": "id", "spend": "revenue", "n_orders": "orders", "days_since_last": "recency"}
    customers = as_customers(totals, **names)
    expected = scored_customers(customers, segments=base_segments(customers, with_prospects=True))
    found = pd.read_csv(output, encoding="utf-8-sig").sort_values("customer_id", ignore_index=True)
    for column in ("spend", "days_since_last", "r_score", "f_score", "m_score"):
        assert found[column].tolist() == pytest.approx(expected[column].astype(float).tolist(), nan_ok=True)
    for column in ("rfm_segment", "tier"):
        assert found[column].tolist() == expected[column].astype(str).tolist()


def test_days_of_the_last_order_are_counted_to_as_of(totals, tmp_path):
    dated = totals.assign(last=pd.Timestamp("2024-03-31") - pd.to_timedelta(totals["recency"], unit="D"))
    dated.to_csv(tmp_path / "totals.csv", index=False)
    options = ("--customer-id", "id", "--spend", "revenue", "--n-orders", "orders", "--last-order", "last")
    code, _, said = run("score", tmp_path / "totals.csv", *options, "--output", tmp_path / "s.csv")
    assert code != 0
    assert "--last-order is a date, so --as-of is needed" in said
    run("score", tmp_path / "totals.csv", *options, "--as-of", "2024-03-31", "--output", tmp_path / "s.csv")
    found = pd.read_csv(tmp_path / "s.csv", encoding="utf-8-sig").sort_values("customer_id")
    assert found["days_since_last"].dropna().tolist() == totals["recency"][totals["orders"] > 0].tolist()


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "Left out of 20 rows: 1 unusable spend."), ("zh", "20 行中未使用的：消费额无效 1 行。")],
)
def test_rows_that_cannot_be_used_are_said(totals, tmp_path, language, words):
    totals.assign(revenue=[None, *totals["revenue"][1:]]).to_csv(tmp_path / "totals.csv", index=False)
    options = (*OPTIONS, "--output", tmp_path / "s.csv", "--language", language)
    code, _, said = run("score", tmp_path / "totals.csv", *options)
    assert code == 0
    assert words in said
    assert run("score", tmp_path / "totals.csv", *options, "--invalid", "raise")[0] == 3


@pytest.mark.parametrize(
    ("language", "words"), [("en", "missing: --days-since-last"), ("zh", "缺少 --days-since-last")]
)
def test_all_three_are_needed(totals, tmp_path, language, words):
    options = ("--spend", "revenue", "--n-orders", "orders", "--language", language)
    code, _, said = run("score", tmp_path / "totals.csv", *options)
    assert code == 2
    assert words in said


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (("--date", "recency"), "--date is for orders"),
        (("--amount", "revenue"), "--amount is for orders"),
        (("--status", "id"), "--status is for orders"),
        (("--status-counts", "paid"), "--status-counts is for orders"),
        (("--returns", "drop"), "--returns drop is for orders"),
        (("--master", "totals.csv"), "--master is for orders"),
        (("--date", "recency", "--language", "zh"), "--date 只用于订单"),
    ],
)
def test_what_is_said_of_orders_is_refused(options, named, totals, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, _, said = run("score", "totals.csv", *OPTIONS, *options)
    assert code == 2
    assert named in said


def test_orders_still_need_a_day(tmp_path):
    (tmp_path / "orders.csv").write_text(text())
    code, _, said = run("score", tmp_path / "orders.csv")
    assert code == 2
    assert "Missing option '--as-of'" in said


def test_a_column_that_is_not_there_is_named(totals, tmp_path):
    code, _, said = run("score", tmp_path / "totals.csv", *OPTIONS[:-1], "age")
    assert code == 2
    assert "no column ['age']" in said
