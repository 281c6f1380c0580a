"""`crmkit profit`: from a file of order lines to the ladder, the whale curve and a list of customers."""

import json

import pandas as pd
import pytest
from tests.commands import run

LINES = """customer_id,order_id,date,quantity,amount,off,unit,freight
ann,1,2024-03-01,1,90,10,50,4
ann,2,2024-03-02,2,40,0,30,3
ann,3,2024-03-05,-1,-20,0,-15,2
bo,4,2024-03-07,1,20,5,25,1
"""
ASKED = ["--cost", "unit", "--returned-cost", "recovered", "--discount", "off", "--direct-costs", "freight"]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "lines.csv").write_text(LINES, "utf-8")
    return tmp_path


def told(*options):
    code, stdout, stderr = run("profit", "lines.csv", *options, "--json")
    assert code == 0, stderr
    return json.loads(stdout), stderr


def test_the_steps_by_hand(folder):
    found, stderr = told(*ASKED)
    ladder = {row["step"]: row["amount"] for row in found["ladder"]}
    # 165 before discounts of 15 and returns of 20; costs of 90; freight of 10
    assert ladder == {
        "gross_sales": 165, "discounts": -15, "returns": -20, "net_revenue": 130, "cost_of_goods": -90,
        "gross_margin": 40, "freight": -10, "contribution": 30,
    }  # fmt: skip
    assert found["profit"] == "contribution"
    assert [(row["customer_id"], row["contribution"]) for row in found["customers"]] == [("ann", 36), ("bo", -6)]
    assert found["summary"][0]["n_loss_makers"] == 1
    assert "before the cost to serve" in stderr


def test_with_the_cost_to_serve_and_nobodys(folder):
    (folder / "served.csv").write_text("customer_id,cost\nann,11\nbo,2\n,9\ncy,3\n", "utf-8")
    found, stderr = told(*ASKED, "--cost-to-serve", "served.csv", "--output", "p.xlsx")
    ladder = {row["step"]: row["amount"] for row in found["ladder"]}
    assert (ladder["cost_to_serve"], ladder["net_profit"], ladder["unallocated"], ladder["profit"]) == (-16, 14, -9, 5)
    assert [(row["customer_id"], row["net_profit"]) for row in found["customers"]] == [
        *(("ann", 25), ("cy", -3), ("bo", -8))
    ]
    assert "before the cost to serve" not in stderr
    customers = pd.read_excel(folder / "p.xlsx", sheet_name="Profit of customers")
    assert customers["Net profit"].tolist() == [25, -3, -8]
    assert pd.read_excel(folder / "p.xlsx", sheet_name="Whale curve")["Profit added up"].max() == 25


def test_whole_numbers_as_ids_and_files_of_all_kinds(folder):
    (folder / "lines.csv").write_text(LINES.replace("ann", "7").replace("bo", "8"), "utf-8")
    (folder / "served.csv").write_text("customer_id,cost\n7,11\n8,2\n", "utf-8")
    for output in ("p.csv", "p.parquet", "p.png"):
        found, _ = told(*ASKED, "--cost-to-serve", "served.csv", "--output", output)
        assert [row["net_profit"] for row in found["customers"]] == [25, -8]
        assert (folder / output).stat().st_size > 0
    assert pd.read_csv(folder / "p.csv")["customer_id"].tolist() == [7, 8]


def test_costs_that_are_missing_and_days_that_do_not_count(folder):
    found, stderr = told("--missing-cost-rate", "0.5", "--returned-cost", "recovered", "--as-of", "2024-03-02")
    assert found["customers"][0]["cost_of_goods"] == 65
    assert [row["customer_id"] for row in found["customers"]] == ["ann"]
    assert "Costs of 65.00 are estimated at 50.0% of revenue, 100.0% of all cost of goods." in stderr


def test_in_words(folder):
    code, stdout, _ = run("profit", "lines.csv", *ASKED)
    assert code == 0
    assert "1 of 2 customers make a loss, together 6.00. The best fifth make 120.0% of the profit of 30.00." in stdout
    assert "The largest losses" in stdout
    code, stdout, stderr = run("profit", "lines.csv", *ASKED, "--language", "zh")
    assert "2 位客户中有 1 位亏损，合计 6.00" in stdout
    assert "净收入" in stdout
    assert "利润未扣除服务成本" in stderr


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (ASKED[:2], "Say what returned goods are worth: --returned-cost recovered"),
        (ASKED[2:], "Name the column of what goods cost with --cost; or give --missing-cost-rate"),
        (["--cost", "off", *ASKED[2:]], "The column off is named twice"),
        (["--cost", "costs", *ASKED[2:]], "costs"),
        ([*ASKED, "--missing-cost-rate", "60"], "--missing-cost-rate must lie between 0 and 1"),
        ([*ASKED, "--cost-to-serve", "lines.csv"], "lines.csv has no column called cost. It has customer_id"),
        ([*ASKED, "--as-of", "2023-01-01"], "2023-01-01"),
    ],
)
def test_refused(folder, options, message):
    code, stdout, stderr = run("profit", "lines.csv", *options)
    assert (code > 0, stdout) == (True, "")
    assert message in stderr


def test_values_that_cannot_be_are_named(folder):
    for old, new, message in (
        ("50,4", "unknown,4", "The column unit holds 1 value that is not a number, such as ['unknown']"),
        ("50,4", ",4", "give --missing-cost-rate"),
        ("50,4", "-50,4", "The column unit is below 0 where goods were sold in 1 row"),
    ):
        (folder / "lines.csv").write_text(LINES.replace(old, new), "utf-8")
        code, _, stderr = run("profit", "lines.csv", *ASKED)
        assert code > 0
        assert message in stderr
