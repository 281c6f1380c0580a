"""`crmkit clv`: one row per customer with what it is expected to buy and to be worth."""

import csv
import json

import openpyxl
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from tests.commands import run, text

from crmkit import as_transactions, customer_summary, load_cdnow
from crmkit.cli import _order_log, _valued
from crmkit.errors import ConvergenceError
from crmkit.value import (
    BetaGeoModel,
    GammaGammaModel,
    ModifiedBetaGeoModel,
    ParetoNBDModel,
    customer_equity,
    lifetime_value_table,
)

AS_OF = "1998-06-30"
HISTORY = ["customer_id", "frequency", "recency", "T", "monetary_value"]
MADE = ["probability_alive", "probability_inactive", "expected_purchases", "expected_spend"]
MADE += ["lifetime_value", "lifetime_value_lower", "lifetime_value_upper"]
MODELS = {"pareto": ParetoNBDModel, "bg": BetaGeoModel, "mbg": ModifiedBetaGeoModel}


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(_valued, "_MOST_DRAWS", 50)
    return tmp_path


@pytest.fixture(scope="module")
def orders():
    """Every eighth customer of CDNOW."""
    cdnow = load_cdnow()[["customer_id", "date", "amount"]]
    return cdnow[cdnow["customer_id"] % 8 == 0]


def valued(orders, output, *options):
    orders.to_parquet("orders.parquet")
    code, stdout, stderr = run("clv", "orders.parquet", "--as-of", AS_OF, "--output", output, *options)
    assert code == 0, stderr
    return stdout


def document(orders, *options):
    return json.loads(valued(orders, "clv.parquet", "--json", *options), parse_constant=pytest.fail)


# By hand: the figures are those of the library.


@pytest.mark.parametrize("model", MODELS)
def test_the_columns_are_those_of_the_library(orders, model):
    valued(orders, "clv.parquet", "--model", model, "--horizon", "26W", "--margin", "0.3", "--discount-rate", "0.2")
    found = pd.read_parquet("clv.parquet")
    assert list(found.columns) == [*HISTORY, *MADE]
    customers = customer_summary(as_transactions(orders), as_of=AS_OF)
    assert_frame_equal(found[HISTORY], customers[HISTORY])
    purchases, spend = MODELS[model]().fit(customers), GammaGammaModel().fit(customers)
    table = lifetime_value_table(
        customers,
        purchase_model=purchases,
        spend_model=spend,
        discount_rate=0.2,
        horizon=26,
        margin=0.3,
        n_draws=50,
    )
    expected = table.drop(columns="discounted_purchases").assign(
        probability_alive=purchases.probability_alive(customers),
        probability_inactive=purchases.probability_inactive(customers, horizon=26),
        expected_purchases=purchases.expected_purchases(customers, horizon=26),
    )
    assert_frame_equal(found[MADE], expected[MADE], rtol=1e-9)


def test_the_totals_as_json(orders, folder):
    found = document(orders, "--horizon", "1Y", "--level", "0.8")
    customers = customer_summary(as_transactions(orders), as_of=AS_OF)
    purchases, spend = ParetoNBDModel().fit(customers), GammaGammaModel().fit(customers)
    equity = customer_equity(
        customers,
        purchase_model=purchases,
        spend_model=spend,
        discount_rate=0.1,
        horizon=365.25 / 7,
        level=0.8,
        n_draws=50,
    ).iloc[0]
    assert found["path"] == str((folder / "clv.parquet").resolve())
    assert (found["model"], found["horizon"], found["margin"], found["level"]) == ("pareto", "1Y", 1.0, 0.8)
    assert (found["n_customers"], found["n_valued"]) == (len(customers), len(customers))
    ends = [found["lifetime_value"][name] for name in ("value", "lower", "upper")]
    assert ends == pytest.approx(equity[["equity", "equity_lower", "equity_upper"]].tolist(), rel=1e-9)
    table = pd.read_parquet("clv.parquet")
    assert found["expected_purchases"]["value"] == pytest.approx(table["expected_purchases"].sum())
    assert [row["parameter"] for row in found["parameters"]] == ["r", "alpha", "s", "beta", "p", "q", "v"]
    assert found["parameters"][0]["estimate"] == pytest.approx(purchases.params_["estimate"]["r"], rel=1e-6)
    assert found["boundary"] == []


@pytest.mark.parametrize(("one", "other"), [("1Y", "12M"), ("2W", "14D"), ("0.5Y", "6M")])
def test_units_of_time(orders, one, other):
    first, second = (document(orders, "--horizon", horizon)["lifetime_value"]["value"] for horizon in (one, other))
    assert first == pytest.approx(second, rel=1e-9)


@pytest.mark.parametrize(
    ("language", "heads"),
    [
        ("en", ["Figure", "Customers", "Customers with a value", "Expected purchases, 12M", "Lifetime value, 12M"]),
        ("zh", ["项目", "客户数", "可估值客户数", "预计购买次数（12M）", "客户终身价值（12M）"]),
    ],
)
def test_the_totals_are_told_on_standard_output(orders, folder, language, heads):
    path, *lines = valued(orders, "clv.csv", "--language", language, "--level", "0.9").splitlines()
    assert path == str((folder / "clv.csv").resolve())
    assert [line.split("  ")[0] for line in lines[:5]] == heads
    assert {"en": "90% interval", "zh": "90% 置信区间"}[language] in lines[0]
    assert [line.split("  ")[0] for line in lines[5:]] == [
        *(f"Pareto/NBD {name}" for name in ("r", "alpha", "s", "beta")),
        *(f"gamma-gamma {name}" for name in "pqv"),
    ]


def test_a_fit_on_the_boundary_is_said():
    days = [f"{day:%Y-%m-%d}" for day in pd.date_range("1997-07-01", AS_OF, freq="30D")]
    regular = pd.DataFrame(
        [(n, day, 5.0 + n) for n in range(12) for day in days], columns=[*HISTORY[:1], "date", "amount"]
    )
    regular.to_parquet("orders.parquet")
    for language, said in (("en", "The log determines r, alpha"), ("zh", "数据只能部分确定 r, alpha")):
        code, _, stderr = run("clv", "orders.parquet", "--as-of", AS_OF, "--output", "a.csv", "--language", language)
        assert (code, said in stderr) == (0, True)


def test_customers_without_a_value_have_none(orders):
    # who paid nothing on coming back, and who only got money back
    more = pd.DataFrame(
        {
            "customer_id": [-1, -1, -2],
            "date": pd.to_datetime(["1997-02-01", "1997-05-01", "1997-05-01"]),
            "amount": [5, 0, -5],
        }
    )
    found = document(pd.concat([orders, more]))
    assert found["n_customers"] - found["n_valued"] == 2
    table = pd.read_parquet("clv.parquet").set_index("customer_id")
    assert table.loc[-1, ["expected_spend", "lifetime_value", "lifetime_value_lower"]].isna().all()
    assert table.loc[-1, "expected_purchases"] > 0
    assert table.loc[-2, MADE].isna().all()


def test_formulas_are_neutralised(orders, folder):
    hostile = orders.assign(customer_id="=1+" + orders["customer_id"].astype(str))
    valued(hostile, "clv.csv")
    with (folder / "clv.csv").open(encoding="utf-8-sig", newline="") as file:
        assert all(row["customer_id"].startswith("'=1+") for row in csv.DictReader(file))
    valued(hostile, "clv.xlsx")
    first = openpyxl.load_workbook("clv.xlsx").active["A2"]
    assert (first.data_type, first.quotePrefix) == ("s", True)


def test_of_many_customers_fewer_parameters_are_drawn(orders, monkeypatch):
    drawn = []
    monkeypatch.setattr(_valued, "lifetime_value_table", lambda *args, n_draws, **more: drawn.append(n_draws) or
                        lifetime_value_table(*args, n_draws=n_draws, **more))  # fmt: skip
    monkeypatch.setattr(_valued, "_FEWEST_DRAWS", 7)
    for most in (10**9, 20 * orders["customer_id"].nunique(), 1):
        monkeypatch.setattr(_valued, "_MOST_NUMBERS", most)
        valued(orders, "clv.parquet")
    assert drawn == [50, 20, 7]


def test_a_large_file_gives_the_same(orders, monkeypatch):
    orders.to_csv("orders.csv", index=False)
    arguments = ("clv", "orders.csv", "--as-of", AS_OF, "--json", "--output")
    held = run(*arguments, "a.parquet")
    monkeypatch.setattr(_order_log, "CHUNK_ROWS", 100)
    chunked = run(*arguments, "b.parquet")
    assert (held[0], chunked[0]) == (0, 0), chunked[2]
    one, other = (json.loads(found[1]) for found in (held, chunked))
    assert other["lifetime_value"]["value"] == pytest.approx(one["lifetime_value"]["value"], rel=1e-9)
    tables = [pd.read_parquet(name) for name in ("a.parquet", "b.parquet")]
    assert_frame_equal(*tables, rtol=1e-6)


# Refusals.


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--model", "gg"), "'gg' is not one of 'pareto', 'bg', 'mbg'"),
        (("--horizon", "12"), "must be a number above 0 and D, W, M or Y, such as 12M, got '12'"),
        (("--horizon", "0W"), "must be a number above 0 and D, W, M or Y, such as 12M, got '0W'"),
        (("--horizon", "99999Y"), "must be a number above 0 and D, W, M or Y, such as 12M, got '99999Y'"),
        (("--margin", "0"), "must lie above 0 and not above 1, got 0.0"),
        (("--margin", "30"), "must lie above 0 and not above 1, got 30.0"),
        (("--margin", "nan"), "must lie above 0 and not above 1, got nan"),
        (("--discount-rate", "-0.1"), "must be a year's rate of 0 or more, such as 0.1, got -0.1"),
        (("--discount-rate", "inf"), "must be a year's rate of 0 or more, such as 0.1, got inf"),
        (("--level", "1"), "must lie between 0 and 1, got 1.0"),
        (("--level", "high"), "'high' is not a valid float"),
        (("--output", "a.json"), "must end in .parquet, .csv or .xlsx"),
    ],
)
def test_wrong_options_are_refused(options, message, folder):
    (folder / "orders.csv").write_text(text())
    code, stdout, stderr = run("clv", "orders.csv", "--as-of", "2024-03-31", *options)
    assert (code, stdout) == (2, "")
    assert message in stderr


def test_a_file_in_which_nobody_came_back_is_refused(folder):
    (folder / "orders.csv").write_text(text(rows=[("ann", "2024-01-05", "5"), ("bo", "2024-01-05", "5")]))
    code, stdout, stderr = run("clv", "orders.csv", "--as-of", "2024-03-31")
    assert (code, stdout) == (3, "")
    assert "The file holds nobody with a repeat purchase" in stderr
    assert not (folder / "clv.xlsx").exists()


def test_a_fit_that_fails_is_said(folder, orders, monkeypatch):
    def failing(self, customers):
        raise ConvergenceError(
            "The fit of ParetoNBDModel found no maximum of the likelihood. Look for customers or values that cannot be "
            "(very long histories, units mixed up), fit on more customers, or give priors."
        )

    monkeypatch.setattr(ParetoNBDModel, "fit", failing)
    orders.to_parquet("orders.parquet")
    code, stdout, stderr = run("clv", "orders.parquet", "--as-of", AS_OF)
    assert (code, stdout) == (3, "")
    assert "The fit of ParetoNBDModel found no maximum" in stderr
    assert stderr.endswith("or give more customers.\n")
