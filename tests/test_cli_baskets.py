"""The command `crmkit baskets`: what is bought together, from a file of lines."""

import json

import pandas as pd
import pytest
from tests.commands import run

from crmkit.value.products import association_rules_table, basket_audit_table

LINES = pd.DataFrame(
    [
        *[(f"{order}", item, 1, 5.0) for order in range(12) for item in ("010", "020")],
        *[(f"{order}", "030", 1, 5.0) for order in range(12, 24)],
        ("24", "010", -1, -5.0),
        ("25", "POST", 1, 9.0),
        ("26", "", 1, 9.0),
    ],
    columns=["order no", "SKU", "Quantity", "Total"],
)


@pytest.fixture
def file(tmp_path):
    LINES.to_csv(tmp_path / "lines.csv", index=False)
    return tmp_path / "lines.csv"


def test_rules_are_those_of_the_library(file):
    code, stdout, stderr = run("baskets", file, "--min-support", "0.1", "--exclude", "POST", "--json")
    found = json.loads(stdout)
    names = {"order no": "order_id", "SKU": "item", "Quantity": "quantity", "Total": "amount"}
    lines, asked = LINES.rename(columns=names), {"item": "item", "exclude": ["POST"]}
    rules = association_rules_table(lines, **asked, min_support=0.1)
    assert code == 0
    assert [row["lift"] for row in found["rules"]] == rules["lift"].tolist() == [2, 2]
    # Codes stay text
    assert [row["antecedent"] for row in found["rules"]] == ["010", "020"]
    assert found["baskets"] == basket_audit_table(lines, **asked).to_dict("records")
    assert found["columns"] == {"order_id": "order no", "item": "SKU", "quantity": "Quantity", "amount": "Total"}
    assert "item: SKU (guessed; --item names another)" in stderr


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", ["Who buys", "Not sold: returns and refunds", "Excluded items"]),
        ("zh", ["买了", "确定性因子", "未售出：退货与退款", "指定排除的商品"]),
    ],
)
def test_what_is_printed_and_written(language, told, file, tmp_path):
    output = tmp_path / "rules.xlsx"
    asked = ("--min-support", "0.1", "--exclude", "POST", "--max-items", "3", "--language", language)
    code, stdout, _ = run("baskets", file, *asked, "--output", output)
    assert code == 0
    for text in told:
        assert text in stdout
    sheets = pd.read_excel(output, sheet_name=None)
    assert [len(sheet) for sheet in sheets.values()] == [2, 5]
    run("baskets", file, *asked, "--output", tmp_path / "rules.csv")
    assert {"antecedent", "antecedent_2", "zhang", "n_too_large"} <= set(pd.read_csv(tmp_path / "rules.csv"))


def test_baskets_can_be_anything_and_large_ones_left_out(file):
    found = json.loads(run("baskets", file, "--order-id", "Total", "--item", "SKU", "--max-basket", "3", "--json")[1])
    assert {row["reason"]: row["n_baskets"] for row in found["baskets"]}["basket too large"] == 0
    assert found["columns"]["amount"] is None
    assert found["rules"]


def test_numbers_that_cannot_be_read_are_told(file):
    LINES.assign(Quantity=["?", *LINES["Quantity"][1:]]).to_csv(file, index=False)
    code, stdout, stderr = run("baskets", file, "--min-support", "0.1", "--json")
    assert (code, len(json.loads(stdout)["rules"])) == (0, 2)
    assert "In 1 row Quantity is not a number, such as ['?']; these lines count as sold." in stderr


def test_nothing_found_and_many_found_are_said(file):
    code, stdout, stderr = run("baskets", file, "--min-support", "0.9")
    assert (code, "Bought together" in stdout) == (0, False)
    assert "Lower --min-support" in stderr
    many = [(order, f"item {item}") for order in range(3) for item in range(6)]
    pd.DataFrame(many, columns=["order_id", "item"]).to_csv(file, index=False)
    code, stdout, stderr = run("baskets", file)
    assert stdout.count("item") == 40
    assert "20 of 30 rules are shown; --output writes all." in stderr


@pytest.mark.parametrize(
    ("options", "language", "told"),
    [
        (["--min-support", "20"], "en", "--min-support must lie between 0 and 1, got 20.0. Did you mean 0.2?"),
        (["--min-support", "20"], "zh", "--min-support 须介于 0 与 1 之间"),
        (["--max-items", "2.5"], "en", "--max-items must be a whole number from 2 on, got 2.5"),
        (["--max-basket", "1"], "zh", "--max-basket 须为不小于 2 的整数，得到 1"),
        (["--fdr", "5"], "zh", "--fdr 须介于 0 与 1 之间"),
        (["--item", ""], "en", "--item"),
    ],
)
def test_what_is_refused(options, language, told, file):
    code, stdout, stderr = run("baskets", file, *options, "--language", language)
    assert (code, stdout) == (2, "")
    assert told in stderr


def test_a_column_that_is_not_there(file):
    code, _, stderr = run("baskets", file, "--item", "name")
    assert code == 3
    assert "name" in stderr
