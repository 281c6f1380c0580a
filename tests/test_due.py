"""Who is due in the coming weeks: the view, and `crmkit due`."""

import json
import math

import numpy as np
import openpyxl
import pandas as pd
import pytest
from tests.commands import run

from crmkit import as_transactions, customer_summary, log_gap_table
from crmkit.value.rhythm import PurchaseCycleModel, cycle_calibration_table
from crmkit.views import UnfitError, due_outlook

AS_OF = "2023-12-31"


@pytest.fixture(scope="module")
def orders():
    """Sixty customers who order every few weeks for a year; some stop."""
    rng = np.random.default_rng(4)
    rows = []
    for who in range(60):
        day, gap = rng.integers(0, 100), rng.uniform(10, 40)
        last = 365 if who % 4 else rng.integers(100, 300)
        while day < last:
            rows.append((f"c{who:02}", pd.Timestamp("2023-01-01") + pd.Timedelta(days=int(day)), 10.0 + who))
            day += max(1, rng.gamma(3, gap / 3))
    return pd.DataFrame(rows, columns=["customer_id", "date", "amount"])


@pytest.fixture(scope="module")
def transactions(orders):
    return as_transactions(orders)


@pytest.fixture(scope="module")
def outlook(transactions):
    return due_outlook(transactions, as_of=AS_OF)


@pytest.fixture
def folder(tmp_path, monkeypatch, orders):
    monkeypatch.chdir(tmp_path)
    orders.to_csv("orders.csv", index=False)
    return tmp_path


# By hand: the list is cut from what the model says, and the trial is that of the library.


def test_the_list_is_what_the_model_says(transactions, outlook):
    customers = customer_summary(transactions, as_of=AS_OF)
    customers = customers.merge(log_gap_table(transactions, as_of=AS_OF), on="customer_id")
    model = PurchaseCycleModel().fit(customers)
    told = model.next_purchase_table(customers, as_of=AS_OF)
    due = told[told["next_date"] <= pd.Timestamp("2024-01-28")]
    assert 0 < len(due) < len(told)
    assert sorted(outlook.customers["customer_id"]) == sorted(due["customer_id"])
    assert outlook.customers["next_date"].is_monotonic_increasing
    # whose date lies within the time buy in it with probability one half or more
    assert (outlook.customers["buy_probability"] >= 0.5 - 1e-9).all()
    bought = 1 - model.probability_inactive(customers, horizon=28)
    assert outlook.expected_buyers == pytest.approx(bought.sum())
    assert (outlook.n_customers, outlook.until) == (60, pd.Timestamp("2024-01-28"))


def test_the_trial_is_that_of_the_library(transactions, outlook):
    first = transactions["date"].min()
    earlier = pd.Timestamp(AS_OF) - pd.Timedelta(days=(pd.Timestamp(AS_OF) - first).days // 3)
    assert outlook.tried_on == earlier
    customers = customer_summary(transactions, as_of=earlier)
    model = PurchaseCycleModel().fit(customers.merge(log_gap_table(transactions, as_of=earlier), on="customer_id"))
    said = cycle_calibration_table(transactions, model=model, as_of=earlier, observation_end=AS_OF)
    pd.testing.assert_frame_equal(outlook.calibration, said)
    observed = said.set_index("probability")["observed_share"]
    assert outlook.bought_by_date == observed[0.5]
    assert outlook.interval_held == pytest.approx(observed[0.9] - observed[0.1])


def test_too_few_who_came_back_are_refused(transactions):
    some = transactions[transactions["customer_id"].isin([f"c{n:02}" for n in range(9)])]
    with pytest.raises(UnfitError, match="Fewer than 10 customers bought on two days"):
        due_outlook(some, as_of=AS_OF)
    with pytest.raises(ValueError, match="within_days"):
        due_outlook(transactions, as_of=AS_OF, within_days=0)


def test_a_short_log_is_not_tried(transactions):
    early = due_outlook(transactions, as_of=transactions["date"].min() + pd.Timedelta(days=45))
    assert early.tried_on is None
    assert early.calibration is None
    assert math.isnan(early.interval_held)


# The command.


def test_the_command_says_what_the_library_says(folder, outlook):
    code, stdout, stderr = run("due", "orders.csv", "--as-of", AS_OF, "--json")
    assert code == 0, stderr
    found = json.loads(stdout, parse_constant=pytest.fail)
    assert found["until"] == "2024-01-28"
    assert (found["n_customers"], found["tried_on"]) == (60, f"{outlook.tried_on:%Y-%m-%d}")
    assert [row["customer_id"] for row in found["customers"]] == outlook.customers["customer_id"].tolist()
    assert found["expected_buyers"] == pytest.approx(outlook.expected_buyers)
    assert f"{outlook.bought_by_date:.1%} of the customers had bought by the date given" in stderr


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "Due by 2024-01-28"), pytest.param("zh", "2024-01-28 前到期的客户", marks=pytest.mark.deep)],
)
def test_the_command_prints_the_first(folder, outlook, language, said):
    code, stdout, stderr = run("due", "orders.csv", "--as-of", AS_OF, "--language", language, "--output", "due.xlsx")
    assert code == 0, stderr
    assert said in stdout
    assert outlook.customers["customer_id"].iloc[0] in stdout
    first, second = openpyxl.load_workbook("due.xlsx").worksheets
    assert first.max_row >= len(outlook.customers) + 1
    assert second.max_row >= len(outlook.calibration) + 1


@pytest.mark.deep
def test_the_command_writes_a_table_or_a_drawing(folder, outlook):
    assert run("due", "orders.csv", "--as-of", AS_OF, "--output", "due.csv")[0] == 0
    assert pd.read_csv("due.csv")["customer_id"].tolist() == outlook.customers["customer_id"].tolist()
    assert run("due", "orders.csv", "--as-of", AS_OF, "--output", "due.svg")[0] == 0
    assert "<svg" in (folder / "due.svg").read_text("utf-8")


def test_nobody_due_is_said(folder):
    code, stdout, stderr = run("due", "orders.csv", "--as-of", "2033-12-31", "--within", "2W")
    assert code == 0
    assert "Nobody is due by 2034-01-14" in stderr
    assert "Of all 60 customers, due or not, 0 are expected" in stdout


@pytest.mark.deep
def test_nobody_due_is_not_drawn(folder):
    code, _, stderr = run("due", "orders.csv", "--as-of", "2033-12-31", "--output", "due.png")
    assert code == 3
    assert "There is nothing to draw" in stderr


def test_too_few_are_said_in_the_language(folder, orders):
    orders.drop_duplicates("customer_id").to_csv("once.csv", index=False)
    code, _, stderr = run("due", "once.csv", "--as-of", AS_OF, "--language", "zh")
    assert code == 3
    assert "在两个不同日期购买过的客户不足 10 位" in stderr
