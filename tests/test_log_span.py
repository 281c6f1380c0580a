"""How long a log may be silent before it is said, and that every command says it."""

import json

import numpy as np
import pandas as pd
import pytest
from tests.commands import run, text

from crmkit import as_transactions, load_cdnow, make_transactions
from crmkit._stats import longest_plausible_silence, silence_probability
from crmkit.activity import daily_counts, log_span
from crmkit.cli._main import main

END = pd.Timestamp("2026-01-01")

# By hand.


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        # 100 days in a row: (100 / (100 + s)) ** 100 is above 0.001 up to s = 7; of the last 20, (20 / (20 + s)) ** 20
        # up to s = 8, 0.0012, and below from 9, 0.0006
        (range(100), 8),
        # but a silence of 29 days was there before
        ([*range(50), *range(79, 129)], 29),
        # one day: 1 / (1 + s) is 0.001 at 999
        ([5], 999),
        # two days, ten apart: (11 / (11 + s)) ** 2 is 0.001 at 11 * (sqrt(1000) - 1) = 336.9
        ([0, 10], 336),
    ],
)
def test_the_longest_plausible_silence_by_hand(days, expected):
    found = longest_plausible_silence(np.array(days, dtype="int64"))
    assert abs(found - expected) <= (expected == 999)


def test_the_probability_is_that_of_a_rate_not_known_exactly():
    # n / L events a day are known from n events in L days: gamma(n, L) mixed with exp(-rate * s), by quadrature
    rate = np.linspace(1e-9, 4, 400_001)
    density = rate ** (20 - 1) * np.exp(-rate * 30)
    by_sum = (density * np.exp(-rate * 12)).sum() / density.sum()
    assert silence_probability(12, n_days=20, span=30) == pytest.approx(by_sum, rel=1e-6)


def test_a_log_of_refunds_alone_has_no_newest_order():
    rows = as_transactions(pd.DataFrame({"customer_id": ["a"], "date": ["2024-03-01"], "amount": [-5.0]}))
    span = log_span(daily_counts(rows, as_of=END))
    assert (span.first_order, span.newest_order, span.quiet_until) == (None, None, None)
    assert not span.is_stale(pd.Timestamp("2099-01-01"))


# Reference: real and simulated logs that end when they say.


@pytest.mark.parametrize("seed", range(5))
def test_a_simulated_log_is_not_stale_at_its_end(seed):
    orders = make_transactions(n_customers=60, purchases_per_year=4, random_state=seed).orders
    span = log_span(daily_counts(as_transactions(orders), as_of=END))
    assert not span.is_stale(pd.Timestamp("2025-12-31"))
    assert span.is_stale(pd.Timestamp("2027-12-31"))


def test_cdnow_is_not_stale_within_a_week_of_its_end():
    span = log_span(daily_counts(as_transactions(load_cdnow()), as_of=END))
    assert span.newest_order == pd.Timestamp("1998-06-30")
    assert not span.is_stale(pd.Timestamp("1998-07-02"))
    assert span.is_stale(pd.Timestamp("1998-09-30"))


# Every command.

DAILY = [
    (f"c{n % 12}", f"{day:%Y-%m-%d}", str(5 + n % 7)) for n, day in enumerate(pd.date_range("2024-01-01", periods=60))
]


# What a command needs beside the file and the day, or what makes it quick.
NEEDED = {
    "kpi": ["--start", "2024-02-01"],
    "forecast": ["--horizon", "2W"],
    "segment": ["--scheme", "tier"],
    "profit": ["--missing-cost-rate", "0.6", "--returned-cost", "recovered"],
    "base": ["--freq", "M", "--before", "2024-01", "--after", "2024-02"],
}
READERS = [
    name
    for name in main.list_commands(None)
    if {"file", "as_of"} <= {each.name for each in main.get_command(None, name).params}
]


@pytest.mark.parametrize("name", READERS)
def test_every_command_says_that_as_of_lies_long_after_the_newest_order(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("crmkit.report._report.render", lambda *_: "")
    (tmp_path / "orders.csv").write_text(text(rows=DAILY), "utf-8")
    # 60 days from 1 January end on 29 February
    for as_of, language, told in (
        ("2034-02-28", "en", "The newest order is from 2024-02-29, 3,652 days before 2034-02-28"),
        ("2034-02-28", "zh", "最近一笔订单在 2024-02-29，比截止日 2034-02-28 早 3,652 天"),
    ):
        code, _, stderr = run(name, "orders.csv", *NEEDED.get(name, []), "--as-of", as_of, "--language", language)
        assert code == 0
        assert stderr.count(told) == 1


def test_no_command_says_so_within_the_rhythm_of_the_log(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "orders.csv").write_text(text(rows=DAILY), "utf-8")
    assert run("audit", "orders.csv", "--as-of", "2024-03-02")[2] == ""


def test_the_kpi_command_gives_the_reason_of_a_dash(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "orders.csv").write_text(text(rows=DAILY), "utf-8")
    asked = ["kpi", "orders.csv", "--end", "2024-02-29", "--json"]
    code, stdout, stderr = run(*asked, "--start", "2024-01-30")
    kpis = {row["kpi"]: row for row in json.loads(stdout)["kpis"]}
    assert (code, kpis["retention_rate"]["value"], kpis["retention_rate"]["denominator"]) == (0, None, None)
    assert "The log does not cover the period of the same length before 2024-01-30" in stderr
    # 30 days from 31 January; the 30 before begin with the log
    assert run(*asked, "--start", "2024-01-31")[2] == ""


def test_scored_customers_are_those_of_one_base(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rows = [("a", "2024-01-05", "30"), ("b", "2024-01-06", "20"), ("c", "2024-01-07", "5"), ("c", "2024-01-09", "-9")]
    rows += [("d", "2024-01-02", "-6")]
    (tmp_path / "orders.csv").write_text(text(rows=rows), "utf-8")
    _, stdout, stderr = run("score", "orders.csv", "--as-of", "2024-01-31", "--output", "c.csv", "--json")
    found = json.loads(stdout)
    assert found["n_customers"] == 4
    assert [row["amount"] for row in found["base"]] == [50, -4, -6, 40]
    for name in ("tiers", "rfm_segments"):
        assert sum(row["n_customers"] for row in found[name]) == 3
        assert sum(row["value_share"] for row in found[name]) == pytest.approx(1)
        assert max(row["value_share"] for row in found[name]) <= 1
    assert "Shares of revenue are based on the other customers' 50.00" in stderr
