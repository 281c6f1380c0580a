"""`crmkit clv`: one row per customer with what it is expected to buy and to be worth."""

import csv
import json

import numpy as np
import openpyxl
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from tests.commands import run, text

from crmkit import as_transactions, customer_summary, load_cdnow, mean_refund_lag
from crmkit.cli.reading import _order_log
from crmkit.errors import ConvergenceError, SchemaError
from crmkit.value import (
    BetaGeoModel,
    GammaGammaModel,
    ModifiedBetaGeoModel,
    ParetoNBDModel,
    customer_equity,
    lifetime_value_table,
)
from crmkit.views import _sums, _valued, base_forecast

AS_OF = "1998-06-30"
HISTORY = ["customer_id", "frequency", "recency", "T"]
MADE = ["probability_alive", "probability_inactive", "expected_purchases", "expected_spend", "kept_share"]
MADE += ["lifetime_value", "lifetime_value_lower", "lifetime_value_upper"]
MODELS = {"pareto": ParetoNBDModel, "bg": BetaGeoModel, "mbg": ModifiedBetaGeoModel}


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(_sums, "_MOST_DRAWS", 50)
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


@pytest.mark.parametrize(("one", "other"), [("1Y", "12M"), pytest.param("2W", "14D", marks=pytest.mark.deep)])
def test_units_of_time(orders, one, other):
    first, second = (document(orders, "--horizon", horizon)["lifetime_value"]["value"] for horizon in (one, other))
    assert first == pytest.approx(second, rel=1e-9)


COUNTS = ["Customers", "Customers with a value"]


@pytest.mark.parametrize(
    ("language", "heads"),
    [
        ("en", ["Figure", *COUNTS, "Expected purchases, next 12 months", "Lifetime value, next 12 months"]),
        ("zh", ["项目", "客户数", "可估值客户数", "预计购买次数（未来 12 个月）", "客户终身价值（未来 12 个月）"]),
    ],
)
def test_the_totals_are_told_on_standard_output(orders, folder, language, heads):
    path, *lines = valued(orders, "clv.csv", "--language", language, "--level", "0.9").splitlines()
    assert path == str((folder / "clv.csv").resolve())
    assert [line.split("  ")[0] for line in lines[:5]] == heads
    assert {"en": "90% interval", "zh": "90% 置信区间"}[language] in lines[0]
    assert [line.split("  ")[0] for line in lines[5:]] == [
        *(f"Pareto/NBD {name}" for name in "rαsβ"),
        *(f"gamma-gamma {name}" for name in "pqv"),
    ]


@pytest.mark.parametrize(
    ("horizon", "words"),
    [
        ("1D", ("1 day", "1 天")),
        pytest.param("0.5W", ("0.5 weeks", "0.5 周"), marks=pytest.mark.deep),
        pytest.param("12M", ("12 months", "12 个月"), marks=pytest.mark.deep),
        pytest.param("1Y", ("1 year", "1 年"), marks=pytest.mark.deep),
    ],
)
def test_the_horizon_in_words(orders, horizon, words):
    for language, word in zip(("en", "zh"), words, strict=True):
        told = valued(orders, "clv.csv", "--horizon", horizon, "--language", language)
        assert {"en": f"Lifetime value, next {word}  ", "zh": f"客户终身价值（未来 {word}）"}[language] in told


# CDNOW's first weeks: the model sees nobody leave; those until March: all leave at one rate, as far as it sees.
CAVEATS = {
    ("1997-02-15", "en"): [
        "The model finds nobody leaving in this log: its figures let everybody go on buying at their own rate, and it "
        "cannot say "
        "who has left.",
        "The log covers 46 days, less than the 26 weeks to be predicted: treat these figures with care.",
    ],
    ("1997-02-15", "zh"): [
        "模型在这份数据中未发现客户流失：各项数字假定每位客户都按各自的节奏继续购买，无法判断谁已流失。",
        "数据仅覆盖 46 天，不足所预测的 26 周，请谨慎使用。",
    ],
    ("1997-03-31", "en"): [
        "The log determines s, β only in part; the intervals may be too narrow.",
        "The log covers 90 days, less than the 26 weeks to be predicted: treat these figures with care.",
    ],
    ("1997-03-31", "zh"): [
        "数据只能部分确定 s、β，区间可能偏窄。",
        "数据仅覆盖 90 天，不足所预测的 26 周，请谨慎使用。",
    ],
}


@pytest.mark.parametrize(
    ("as_of", "language"),
    [
        pytest.param(as_of, language, marks=pytest.mark.deep if (as_of, language) == ("1997-02-15", "zh") else [])
        for as_of, language in CAVEATS
    ],
)
def test_how_far_figures_can_be_trusted_is_said(as_of, language):
    load_cdnow()[["customer_id", "date", "amount"]].to_parquet("orders.parquet")
    arguments = ("clv", "orders.parquet", "--as-of", as_of, "--horizon", "26W", "--output", "a.csv")
    code, stdout, stderr = run(*arguments, "--language", language)
    assert (code, stderr.splitlines()) == (0, CAVEATS[as_of, language])
    assert [line.split()[2:] for line in stdout.splitlines() if line.startswith(("Pareto/NBD s", "Pareto/NBD β"))] == [
        ["–", "–"],
        ["–", "–"],
    ]
    found = json.loads(run(*arguments, "--json")[1], parse_constant=pytest.fail)
    assert (found["boundary"], found["nobody_leaves"]) == (["s", "beta"], as_of == "1997-02-15")
    assert found["parameters"][2]["estimate"] is None


@pytest.mark.deep
@pytest.mark.parametrize("as_of", [AS_OF, "1997-02-15"])
def test_the_totals_are_those_of_the_report(as_of):
    orders = load_cdnow()[["customer_id", "date", "amount"]]
    # a third of the customers, and one who only got money back
    orders = pd.concat([orders[orders["customer_id"] % 3 == 0], orders.head(1).assign(customer_id=-1, amount=-5.0)])
    orders.to_parquet("orders.parquet")
    asked = ("orders.parquet", "--as-of", as_of, "--margin", "0.3", "--discount-rate", "0.2", "--json", "--output")
    (first, one, said), (second, other, _) = run("clv", *asked, "a.csv"), run("report", *asked, "a.html")
    assert (first, second) == (0, 0), said
    of_clv, of_report = json.loads(one), json.loads(other)
    totals = {row["quantity"]: row for row in of_report["tables"]["value_totals"]}
    for quantity in ("expected_purchases", "lifetime_value"):
        for end, value in of_clv[quantity].items():
            assert value == pytest.approx(totals[quantity][end], rel=1e-12)
    assert of_clv["n_valued"] == totals["lifetime_value"]["n_customers"]
    assert of_clv["parameters"] == [
        {name: row[name] for name in of_clv["parameters"][0]} for row in of_report["tables"]["value_models"]
    ]


def test_an_interval_without_an_upper_end(orders, monkeypatch):
    monkeypatch.setattr(_sums, "customer_equity", lambda *args, **more: customer_equity(*args, **more).assign(
        equity_upper=np.inf))  # fmt: skip
    monkeypatch.setattr(_valued, "lifetime_value_table", lambda *args, **more: lifetime_value_table(
        *args, **more).assign(lifetime_value_upper=np.inf))  # fmt: skip
    (line,) = (line for line in valued(orders, "clv.xlsx").splitlines() if line.startswith("Lifetime value"))
    assert line.endswith(" – ∞")
    assert openpyxl.load_workbook("clv.xlsx").active["L2"].value == "∞"
    found = document(orders)["lifetime_value"]
    assert found["lower"] < found["value"]
    assert found["upper"] is None
    assert np.isposinf(pd.read_parquet("clv.parquet")["lifetime_value_upper"]).all()


def test_customers_without_a_value_have_none(orders):
    # who paid nothing on coming back, and who only got money back
    more = pd.DataFrame(
        {
            "customer_id": [-1, -1, -2],
            "date": pd.to_datetime(["1997-02-01", "1997-05-01", "1997-05-01"]),
            "amount": [5, 0, -5],
        }
    )
    pd.concat([orders, more]).to_parquet("orders.parquet")
    arguments = ("clv", "orders.parquet", "--as-of", AS_OF, "--json", "--output", "clv.parquet")
    _, stdout, stderr = run(*arguments)
    found = json.loads(stdout)
    assert found["n_customers"] - found["n_valued"] == 2
    assert stderr.splitlines() == [
        "Customers without a value, as they have no purchase day (only refunds, or days that refunds cancel): 1.",
        "Customers without a value, as they have no amount above zero or no finite mean: 1.",
    ]
    assert run(*arguments, "--language", "zh")[2].splitlines() == [
        "因没有购买日（仅有退款，或当日订单被退款抵消）而无法估值的客户：1 位。",
        "因没有大于零的金额或均值不是有限值而无法估值的客户：1 位。",
    ]
    table = pd.read_parquet("clv.parquet").set_index("customer_id")
    assert table.loc[-1, ["expected_spend", "lifetime_value", "lifetime_value_lower"]].isna().all()
    assert table.loc[-1, "expected_purchases"] > 0
    assert table.loc[-2, MADE].isna().all()


@pytest.mark.parametrize(
    ("language", "row", "note"),
    [
        ("en", "Share kept after refunds", "Refunds are taken off the lifetime value: {kept} of what is bought is "),
        ("zh", "扣除退款后的比例", "客户终身价值已扣除预计退款：购买金额预计有 {kept} 不会退回。"),
    ],
)
def test_the_share_kept_stands_beside_the_value(orders, folder, language, row, note):
    # one order in five comes back in full after six days
    back = orders[::5].assign(date=lambda rows: rows["date"] + pd.Timedelta(days=6), amount=lambda r: -r["amount"])
    with_refunds = pd.concat([orders, back])
    customers = customer_summary(as_transactions(with_refunds), as_of=AS_OF)
    forecast = base_forecast(customers, refund_lag_days=mean_refund_lag(as_transactions(with_refunds), as_of=AS_OF))
    kept = f"{forecast.kept_share:.1%}"
    assert 0.75 < forecast.kept_share < 0.85
    lines = valued(with_refunds, "clv.xlsx", "--horizon", "1Y", "--language", language).splitlines()
    assert [line.split()[-2:] for line in lines if line.startswith(row)] == [[kept, "–"]]
    sheet = openpyxl.load_workbook("clv.xlsx").worksheets[1]
    assert any(note.format(kept=kept) in str(cell) for cells in sheet.iter_rows(values_only=True) for cell in cells)
    assert document(with_refunds, "--horizon", "1Y")["kept_share"] == pytest.approx(forecast.kept_share)
    assert row not in valued(orders, "clv.csv", "--language", language)


def test_formulas_are_neutralised(orders, folder):
    hostile = orders.assign(customer_id="=1+" + orders["customer_id"].astype(str))
    valued(hostile, "clv.csv")
    with (folder / "clv.csv").open(encoding="utf-8-sig", newline="") as file:
        assert all(row["customer_id"].startswith("'=1+") for row in csv.DictReader(file))
    valued(hostile, "clv.xlsx")
    first = openpyxl.load_workbook("clv.xlsx").active["A2"]
    assert (first.data_type, first.quotePrefix) == ("s", True)


@pytest.mark.deep
def test_of_many_customers_fewer_parameters_are_drawn(orders, monkeypatch):
    drawn = []
    monkeypatch.setattr(_valued, "lifetime_value_table", lambda *args, n_draws, **more: drawn.append(n_draws) or
                        lifetime_value_table(*args, n_draws=n_draws, **more))  # fmt: skip
    monkeypatch.setattr(_sums, "_FEWEST_DRAWS", 7)
    for most in (10**9, 20 * orders["customer_id"].nunique(), 1):
        monkeypatch.setattr(_sums, "_MOST_NUMBERS", most)
        valued(orders, "clv.parquet")
    assert drawn == [50, 20, 7]


@pytest.mark.deep
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
        (("--margin", "0"), "--margin is 0: nothing would be earned, and every value would be 0."),
        (("--margin", "30"), "above 0 and at most 1; got 30.0. Did you mean 0.3?"),
        (("--margin", "nan"), "must be a finite number, got nan"),
        (("--discount-rate", "-0.1"), "must be a rate per year of 0 or more, for example 0.1, got -0.1"),
        (
            ("--discount-rate", "12"),
            "must be a rate per year below 5, for example 0.1 for 10%, got 12.0. Did you mean 0.12?",
        ),
        (("--discount-rate", "inf"), "must be a finite number, got inf"),
        (("--level", "95"), "must lie between 0 and 1, got 95.0. Did you mean 0.95?"),
        (("--level", "1"), "must lie between 0 and 1, got 1.0. 1 itself is not allowed."),
        (("--level", "high"), "'high' is not a number"),
        (("--output", "a.json"), "must end in .parquet, .csv or .xlsx"),
    ],
)
def test_wrong_options_are_refused(options, message, folder):
    (folder / "orders.csv").write_text(text())
    code, stdout, stderr = run("clv", "orders.csv", "--as-of", "2024-03-31", *options)
    assert (code, stdout) == (2, "")
    assert message in stderr


TWICE = [(f"c{n}", day, f"{5 + n}") for n in range(10) for day in ("2024-01-05", f"2024-02-{10 + n}")]
FREE = [(who, day, "5" if day == "2024-01-05" else "0") for who, day, _ in TWICE]


@pytest.mark.parametrize(
    ("rows", "english", "chinese"),
    [
        ([("ann", "2024-01-05", "5")], "Fewer than 10 customers bought on two days", "购买过的客户不足 10 位"),
        (TWICE[:-1], "Fewer than 10 customers bought on two days", "购买过的客户不足 10 位"),
    ],
    ids=["nobody came back", "nine came back"],
)
def test_a_file_of_too_few_who_came_back_is_refused(rows, english, chinese, folder):
    (folder / "orders.csv").write_text(text(rows=rows))
    for language, said in (("en", english), ("zh", chinese)):
        code, stdout, stderr = run("clv", "orders.csv", "--as-of", "2024-03-31", "--language", language)
        assert (code, stdout) == (3, "")
        assert said in stderr
    assert not (folder / "clv.xlsx").exists()


ONE_PRICE = [(who, day, "9.99") for who, day, _ in TWICE]


@pytest.mark.parametrize(
    ("rows", "problem", "english", "chinese"),
    [
        (
            FREE,
            "few_amounts",
            "Fewer than 10 customers came back with amounts above zero: too few to predict what customers will spend, "
            "so no value is given.",
            "再次购买且金额大于零的客户不足 10 位，无法预测消费额，故不给出价值。",
        ),
        (
            ONE_PRICE,
            "one_amount",
            "All who came back spent 9.99 per purchase day. A model of spend needs customers who differ, so no "
            "value is given; purchases times 9.99 is the revenue to expect if that stays.",
            "再次购买的客户每个购买日的平均金额都是 9.99。客户之间没有差异，消费额模型无从拟合，故不给出价值；若金额"
            "不变，预计购买次数乘以 9.99 即为预计销售额。",
        ),
    ],
)
def test_without_a_model_of_spend_purchases_are_written(rows, problem, english, chinese, folder):
    (folder / "orders.csv").write_text(text(rows=rows))
    arguments = ("clv", "orders.csv", "--as-of", "2024-03-31", "--output", "a.parquet")
    code, stdout, stderr = run(*arguments)
    assert (code, stderr.splitlines()[-1]) == (0, english)
    lines = {line.split("  ")[0]: line.split()[-2:] for line in stdout.splitlines()}
    assert lines["Customers with a value"] == ["0", "–"]
    assert lines["Lifetime value, next 12 months"] == ["–", "–"]
    assert "gamma-gamma" not in stdout
    assert run(*arguments, "--language", "zh")[2].splitlines()[-1] == chinese
    found = json.loads(run(*arguments, "--json")[1], parse_constant=pytest.fail)
    assert (found["problem"], found["n_customers"], found["n_valued"]) == (problem, 10, 0)
    assert found["lifetime_value"] == {"value": None, "lower": None, "upper": None}
    written = pd.read_parquet("a.parquet")
    assert list(written.columns) == [*HISTORY, *MADE]
    assert written[MADE[3:]].isna().all(axis=None)
    assert (written[MADE[:3]] > 0).all(axis=None)
    assert written["expected_purchases"].sum() == pytest.approx(found["expected_purchases"]["value"])


@pytest.mark.parametrize("error", [ConvergenceError, SchemaError])
def test_a_model_of_spend_that_cannot_be_fitted_leaves_the_purchases(orders, monkeypatch, error):
    def failing(self, customers):
        raise error("There is a reason.")

    monkeypatch.setattr(GammaGammaModel, "fit", failing)
    orders.to_parquet("orders.parquet")
    code, _, stderr = run("clv", "orders.parquet", "--as-of", AS_OF, "--output", "a.csv")
    told = "The model of spend could not be fitted to this log, so no value is given. There is a reason."
    assert (code, stderr.splitlines()[-1]) == (0, told)


def test_ten_who_came_back_are_enough(folder):
    (folder / "orders.csv").write_text(text(rows=TWICE))
    assert run("clv", "orders.csv", "--as-of", "2024-03-31", "--output", "a.csv")[0] == 0


@pytest.mark.parametrize("error", [ConvergenceError, SchemaError])
def test_a_fit_that_fails_is_said(folder, orders, monkeypatch, error):
    def failing(self, customers):
        raise error(
            "The fit of ParetoNBDModel found no maximum of the likelihood. Look for impossible customers or values "
            "(very long histories, mixed units), fit on more customers or a longer history, or another "
            "model; from Python, priors help too."
        )

    monkeypatch.setattr(ParetoNBDModel, "fit", failing)
    orders.to_parquet("orders.parquet")
    code, stdout, stderr = run("clv", "orders.parquet", "--as-of", AS_OF)
    assert (code, stdout) == (3, "")
    assert "The model of purchases could not be fitted to this log, so neither purchases nor value are given." in stderr
    assert "The fit of ParetoNBDModel found no maximum" in stderr
    stderr = run("clv", "orders.parquet", "--as-of", AS_OF, "--language", "zh")[2]
    assert "购买模型无法拟合这份数据，故不给出预计购买与价值。" in stderr
