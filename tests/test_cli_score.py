"""`crmkit score`: one row per customer, with nothing that a spreadsheet would take for a formula."""

import csv
import json

import openpyxl
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from tests.commands import ROWS, run, text
from tests.depth import deep

from crmkit import as_transactions, customer_summary
from crmkit._workbook import _write
from crmkit.cli.reading import _order_log
from crmkit.segment import RFMScorer, RFMSegmenter, TierSegmenter, rfm_rules, write_rfm_rules

MEASURES = ["n_orders", "spend", "days_since_last", "tenure_days", "frequency", "recency", "T"]
MADE = ["r_score", "f_score", "m_score", "rfm_segment", "rfm_segment_name", "tier", "tier_name", "tier_reason"]
FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "＝1"]


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "orders.csv").write_text(text())
    return tmp_path


def scored(output, *options, name="orders.csv"):
    code, stdout, stderr = run("score", name, "--as-of", "2024-03-31", "--output", output, *options)
    assert code == 0, stderr
    return stdout


def sheet(path):
    return [[cell.value for cell in row] for row in openpyxl.load_workbook(path).active.iter_rows()]


# By hand.


def test_the_columns_are_those_of_the_library():
    scored("customers.parquet", "--language", "zh")
    found = pd.read_parquet("customers.parquet")
    orders = pd.DataFrame(ROWS, columns=["customer_id", "date", "amount"])
    customers = customer_summary(as_transactions(orders), as_of="2024-03-31")
    assert list(found.columns) == [*customers.columns.drop("monetary_value"), *MADE]
    assert found["customer_id"].tolist() == ["007", "07", "7"]
    assert_frame_equal(found[MEASURES], customers[MEASURES])
    scores = RFMScorer().fit_transform(customers)
    assert found[list(scores.columns)].astype("Int64").equals(scores.astype("Int64"))
    rfm, tiers = RFMSegmenter().fit(customers), TierSegmenter().fit(customers)
    assert found["rfm_segment"].tolist() == rfm.predict(customers).tolist()
    assert found["tier"].tolist() == tiers.predict(customers).tolist()
    assert found["tier_name"].tolist() == ["核心客户", "重要客户", "普通客户"]
    assert found["tier_reason"].tolist() == tiers.explain(customers, language="zh").tolist()


def test_numbers_in_csv_show_no_noise_of_sums(folder):
    # 0.1 + 0.2 is 0.30000000000000004; large and small numbers stay what they are
    amounts = ["0.1", "0.2", "123456789.01", "1e-7"]
    rows = [(f"c{n // 2}", f"2024-01-0{n + 1}", amount) for n, amount in enumerate(amounts)]
    (folder / "orders.csv").write_text(text(rows=rows))
    scored("customers.csv")
    scored("customers.parquet")
    found = pd.read_csv("customers.csv", dtype=str)["spend"]
    assert found.tolist() == ["0.3", "123456789.01"]
    exact = pd.read_parquet("customers.parquet").select_dtypes("float")
    pd.testing.assert_frame_equal(pd.read_csv("customers.csv")[list(exact)], exact, rtol=1e-11, check_dtype=False)


def test_the_mean_amount_of_repeat_purchases_is_written_where_asked_for():
    # only 07 came back
    scored("customers.csv", "--monetary-value")
    found = pd.read_csv("customers.csv", dtype={"customer_id": str}).set_index("customer_id")["monetary_value"]
    assert found.notna().tolist() == [frequency > 0 for frequency in pd.read_csv("customers.csv")["frequency"]]


def test_the_tiers_are_told_on_standard_output(folder):
    path, *table = scored("customers.csv").splitlines()
    assert path == str((folder / "customers.csv").resolve())
    assert [line.split() for line in table] == [
        ["Tier", "Customers", "Share", "Spend", "Share", "of", "spend"],
        ["Core", "customers", "1", "33.3%", "20.00", "66.7%"],
        ["Important", "customers", "1", "33.3%", "5.50", "18.3%"],
        ["Ordinary", "customers", "1", "33.3%", "4.50", "15.0%"],
        ["Potential", "customers", "0", "0.0%", "0.00", "0.0%"],
    ]


def test_the_tiers_as_json(folder):
    document = json.loads(scored("customers.csv", "--json"), parse_constant=pytest.fail)
    assert document["path"] == str((folder / "customers.csv").resolve())
    assert document["n_customers"] == 3
    assert [(row["segment"], row["n_customers"]) for row in document["tiers"]] == [
        ("core", 1), ("important", 1), ("ordinary", 1), ("potential", 0),
    ]  # fmt: skip
    assert sum(row["n_customers"] for row in document["rfm_segments"]) == 3


@pytest.mark.parametrize("kind", ["preset", "file"])
def test_other_rules(kind, folder):
    rules = "chinese_8"
    if kind == "file":
        rules = "own.toml"
        write_rfm_rules("chinese_8", rules)
    scored("customers.parquet", "--rules", rules, "--language", "zh")
    names = {segment["zh"] for segment in rfm_rules("chinese_8")["segments"]}
    assert set(pd.read_parquet("customers.parquet")["rfm_segment_name"]) <= names


@pytest.mark.parametrize("options", [[], ["--master-id", "ID"]])
def test_customers_of_the_master_file_without_an_order_are_prospects(options, folder):
    (folder / "master.csv").write_text("Name,ID\nx,007\ny,07\nz,7\nnew,9\n" if options else "user_id\n007\n07\n7\n9\n")
    scored("customers.csv", "--master", "master.csv", *options)
    found = pd.read_csv("customers.csv", dtype={"customer_id": str}).set_index("customer_id")
    assert found.index.tolist() == ["007", "07", "7", "9"]
    assert found.loc["9", ["n_orders", "spend", "tier", "rfm_segment"]].tolist() == [0, 0, "potential", "potential"]
    assert found.loc["9", ["days_since_last", "r_score"]].isna().all()


@pytest.mark.parametrize(
    ("orders", "master"),
    [("parquet", "csv"), deep("parquet", "xlsx"), ("csv", "parquet"), deep("xlsx", "parquet")],
)
@pytest.mark.parametrize("ids", [deep([7, 8, 10]), [7, 8, None], [9007199254740993, -8, 0]])
@pytest.mark.parametrize("chunk_rows", [1_000_000, 1])
def test_a_whole_number_in_one_file_and_its_text_in_the_other_are_one_customer(
    orders, master, ids, chunk_rows, folder, monkeypatch
):
    monkeypatch.setattr(_order_log, "CHUNK_ROWS", chunk_rows)
    known = pd.array([value for value in ids if value is not None] + [11], dtype="Int64")
    bought = pd.array(ids, dtype="Int64")
    for name, kind, table in (
        ("orders", orders, pd.DataFrame({"customer_id": bought, "date": "2024-03-01", "amount": 5.0})),
        ("master", master, pd.DataFrame({"customer_id": known})),
    ):
        if kind == "parquet":
            table.to_parquet(f"{name}.parquet", row_group_size=1)
        elif kind == "csv":
            table.to_csv(f"{name}.csv", index=False)
        else:
            table.astype({"customer_id": "string"}).to_excel(f"{name}.xlsx", index=False)
    scored("scored.csv", "--master", f"master.{master}", name=f"orders.{orders}")
    found = pd.read_csv("scored.csv", dtype={"customer_id": str}).set_index("customer_id")["n_orders"]
    expected = {str(value): 1 for value in ids if value is not None} | {"11": 0}
    assert {name.lstrip("'"): n for name, n in found.items()} == expected


def test_the_column_guessed_in_the_master_file_is_said(folder):
    (folder / "master.csv").write_text("user_id\n007\n07\n7\n")
    _, _, stderr = run("score", "orders.csv", "--as-of", "2024-03-31", "--master", "master.csv")
    assert stderr == "customer id in the master file: user_id (guessed; --master-id names another)\n"


def test_csv_is_read_by_excel_as_utf_8(folder):
    scored("customers.csv", "--language", "zh")
    content = (folder / "customers.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    assert "核心客户" in content.decode("utf-8-sig")


@pytest.mark.parametrize("formula", FORMULAS)
def test_formulas_are_neutralised_in_csv(formula, folder):
    pd.DataFrame([(formula, "2024-01-05", 5), ("ann", "2024-01-06", -1), ("ann", "2024-01-07", 9)],
                 columns=["customer_id", "date", "amount"]).to_parquet("orders.parquet")  # fmt: skip
    scored("customers.csv", name="orders.parquet")
    with (folder / "customers.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["customer_id"] for row in rows} == {"'" + formula.strip(), "ann"}
    assert {float(row["spend"]) for row in rows} == {5.0, 8.0}


@pytest.mark.parametrize("formula", FORMULAS)
def test_formulas_are_text_in_a_workbook(formula, folder):
    pd.DataFrame([(formula, "2024-01-05", 5), ("ann", "2024-01-06", 9)],
                 columns=["customer_id", "date", "amount"]).to_parquet("orders.parquet")  # fmt: skip
    scored("customers.xlsx", name="orders.parquet")
    cells = {row[0].value: row[0] for row in openpyxl.load_workbook("customers.xlsx").active.iter_rows()}
    assert cells[formula.strip()].data_type == "s"
    assert cells[formula.strip()].quotePrefix
    assert not cells["ann"].quotePrefix


def test_a_negative_number_stays_a_number(folder):
    rows = [*ROWS, ("7", "2024-03-06", "-20")]
    (folder / "orders.csv").write_text(text(rows=rows))
    scored("customers.csv")
    assert pd.read_csv("customers.csv")["spend"].tolist() == [20.0, 5.5, -15.5]
    scored("customers.xlsx")
    assert [row[4] for row in sheet("customers.xlsx")[1:]] == [20, 5.5, -15.5]


def test_numbers_and_dates_of_a_workbook_are_numbers_and_dates():
    scored("customers.xlsx")
    head, first, *_ = sheet("customers.xlsx")
    row = dict(zip(head, first, strict=True))
    assert row["Customer"] == "007"
    assert row["First order"] == pd.Timestamp("2024-01-05")
    assert (row["Orders"], row["Spend"], row["R score"]) == (2, 20, 5)


def test_characters_that_a_workbook_cannot_hold_are_replaced(folder):
    (folder / "orders.csv").write_text(text(rows=[("a\x07b", "2024-01-05", "5")]))
    scored("customers.xlsx")
    assert sheet("customers.xlsx")[1][0] == "a\ufffdb"


# Refusals.


def test_more_customers_than_a_sheet_holds_are_refused(monkeypatch):
    monkeypatch.setattr(_write, "MOST_ROWS", 2)
    code, stdout, stderr = run("score", "orders.csv", "--as-of", "2024-03-31", "--output", "customers.xlsx")
    assert (code, stdout) == (3, "")
    assert "An Excel sheet holds at most 2 rows, but 'Customers' has 3. Write .csv or .parquet" in stderr


@pytest.mark.parametrize(
    ("master", "message"),
    [
        ("user_id\n007\n07\n", "The master file lacks ids that have transactions: ['7']"),
        ("user_id\n007\n07\n7\n7\n", "The master file has ids more than once: ['7']"),
        ("name\n007\n", "No column of master.csv is recognised as the customer id in the master file"),
        (None, "master.csv does not exist"),
    ],
)
def test_a_master_file_that_does_not_fit_is_refused(master, message, folder):
    if master is not None:
        (folder / "master.csv").write_text(master)
    code, stdout, stderr = run("score", "orders.csv", "--as-of", "2024-03-31", "--master", "master.csv")
    assert (code, stdout) == (2 if "No column" in message else 3, "")
    assert message in stderr


@pytest.mark.parametrize(
    ("language", "message"),
    [
        (
            "en",
            "whole numbers as customer ids, but master.csv has other ids: ['007', 'A7', '+7', '7.0']. Write",
        ),
        ("zh", "订单中的客户编号为整数，而 master.csv 中有非整数的编号：['007', 'A7', '+7', '7.0']。"),
    ],
)
def test_texts_that_are_no_whole_numbers_are_refused_where_the_orders_have_numbers(language, message, folder):
    # 007 may be the customer 7, or another one
    (folder / "master.csv").write_text("customer_id\n7\n007\nA7\n+7\n7.0\n")
    pd.DataFrame({"customer_id": [7], "date": ["2024-03-01"], "amount": [5]}).to_parquet("orders.parquet")
    arguments = ("score", "orders.parquet", "--as-of", "2024-03-31", "--master", "master.csv", "--language", language)
    code, stdout, stderr = run(*arguments)
    assert (code, stdout) == (3, "")
    assert message in stderr


def test_leading_zeros_in_the_orders_are_not_the_numbers_of_the_master_file(folder):
    pd.DataFrame({"customer_id": [7]}).to_parquet("master.parquet")
    code, _, stderr = run("score", "orders.csv", "--as-of", "2024-03-31", "--master", "master.parquet")
    assert (code, "The master file lacks ids that have transactions: ['007', '07']" in stderr) == (3, True)


def test_rules_that_cannot_be_read_are_refused(folder):
    arguments = ("score", "orders.csv", "--as-of", "2024-03-31", "--rules", "own.toml")
    code, _, stderr = run(*arguments)
    assert (code, "own.toml does not exist." in stderr) == (3, True)
    (folder / "own.toml").write_text("n_bins = ")
    code, _, stderr = run(*arguments)
    assert (code, "own.toml is not a TOML file" in stderr) == (3, True)
