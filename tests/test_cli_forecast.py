"""`crmkit forecast`: what the customers will buy and bring in, and how that did on earlier days."""

import json

import numpy as np
import openpyxl
import pandas as pd
import pytest
from tests.commands import run
from tests.remembering import remembering

from crmkit import as_transactions, customer_summary
from crmkit.cli.reading import _order_log
from crmkit.views import base_segments, customer_outlook

AS_OF = "2023-12-31"
HORIZON = ("--horizon", "200D")


@pytest.fixture(scope="module", autouse=True)
def tried_once():
    with remembering("crmkit.views._outlook.tried_forecast"):
        yield


@pytest.fixture(scope="module")
def orders():
    """Twenty customers who order every month or so, for a year."""
    rng = np.random.default_rng(1)
    days = [(f"c{c}", d) for c in range(20) for d in np.cumsum(rng.integers(5, 60, 30)) if d < 400]
    rows = pd.DataFrame(days, columns=["customer_id", "date"])
    rows["date"] = pd.Timestamp("2023-01-01") + pd.to_timedelta(rows["date"], unit="D")
    return rows.assign(amount=rng.integers(10, 90, len(rows)).astype(float))


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch, orders):
    monkeypatch.chdir(tmp_path)
    orders.to_csv("orders.csv", index=False)
    orders.drop(columns="amount").to_csv("unpriced.csv", index=False)
    return tmp_path


def made(*options, file="orders.csv"):
    code, stdout, stderr = run("forecast", file, "--as-of", AS_OF, *HORIZON, *options)
    assert code == 0, stderr
    return stdout, stderr


# By hand: the figures are those of the library, and the sentences those of its back-tests.


@pytest.mark.parametrize("chunked", [False, True])
def test_the_figures_are_those_of_the_library(orders, monkeypatch, chunked):
    if chunked:
        monkeypatch.setattr(_order_log, "CHUNK_ROWS", 40)
    stdout, _ = made("--json", "--level", "0.8", "--by", "tier")
    found = json.loads(stdout, parse_constant=pytest.fail)
    transactions = as_transactions(orders)
    tiers = base_segments(customer_summary(transactions, as_of=AS_OF)).tier_segmenter
    outlook = customer_outlook(transactions, as_of=AS_OF, horizon_days=200, level=0.8, by=tiers)
    assert (found["as_of"], found["horizon"], found["level"], found["by"]) == (AS_OF, "200D", 0.8, "tier")
    for name, table in (("forecast", outlook.totals), ("groups", outlook.groups), ("backtests", outlook.backtests)):
        rows = pd.DataFrame(found[name])
        figures = table.select_dtypes("number").columns
        np.testing.assert_allclose(rows[figures].to_numpy(float), table[figures].to_numpy(float), rtol=1e-9)
    assert [row["segment"] for row in found["groups"]] == outlook.groups["segment"].astype(str).tolist()


def test_the_table_and_what_the_back_tests_say(orders):
    stdout, stderr = made()
    purchases, revenue = customer_outlook(as_transactions(orders), as_of=AS_OF, horizon_days=200).totals.to_dict(
        "records"
    )
    heads, first, second = stdout.splitlines()
    assert heads.split() == ["Figure", "Next", "200", "days", "95%", "interval", "Last", "200", "days"]
    assert first.split() == [
        "Purchases",
        *(f"{purchases[name]:,.0f}" for name in ("value", "lower")),
        "–",
        *(f"{purchases[name]:,.0f}" for name in ("upper", "last_period")),
    ]
    assert second.split()[-1] == f"{revenue['last_period']:,.2f}"
    n, held, bias = purchases["n_backtests"], purchases["n_held"], purchases["backtest_bias"]
    tried = f"Purchases: tried on {n} earlier days of this log (their periods overlap); "
    assert f"{tried}what came lay within the interval on {held}." in stderr
    assert f"together were {abs(bias):.0%} too {'high' if bias > 0 else 'low'}." in stderr


def test_a_log_too_short_for_tests_says_so():
    options = ("orders.csv", "--as-of", "2023-02-20", "--horizon", "91D")
    code, stdout, stderr = run("forecast", *options, "--json")
    assert code == 0
    assert "The interval was not tested on this log: it is too short." in stderr
    assert json.loads(stdout)["backtests"] == []
    assert "预测区间未经本数据检验" in run("forecast", *options, "--language", "zh")[2]


@pytest.mark.parametrize(
    ("language", "sheets", "heads"),
    [
        ("en", ["Forecast", "Groups", "Back-tests"], ["Segment", "Figure", "Next 200 days"]),
        ("zh", ["预测", "分组", "回测"], ["分群", "项目", "未来 200 天"]),
    ],
)
def test_the_workbook(language, sheets, heads):
    made("--by", "rfm", "--output", "forecast.xlsx", "--language", language)
    book = openpyxl.load_workbook("forecast.xlsx")
    assert book.sheetnames == sheets
    assert [cell.value for cell in book[sheets[1]][1]][:3] == heads
    first = book[sheets[0]]
    assert [first.cell(row, 2).number_format for row in (2, 3)] == ["#,##0", "#,##0.00"]
    assert book[sheets[2]]["A2"].number_format == "yyyy\\-mm\\-dd"


def test_orders_without_a_price_give_purchases_alone():
    stdout, stderr = made("--json", "--by", "rfm", "--horizon", "300D", file="unpriced.csv")
    found = json.loads(stdout)
    assert {row["quantity"] for name in ("forecast", "groups", "backtests") for row in found[name]} == {"purchases"}
    # 300 days of this year leave no room for 300 that could be forecast
    assert "no room to try the whole horizon" in stderr


# Refusals


@pytest.mark.parametrize(
    ("options", "code", "english", "chinese"),
    [
        (("refund.csv", "--as-of", AS_OF), 3, "holds nobody with a purchase up to --as-of.", "没有人购买过"),
        (("one.csv", "--as-of", "2023-01-01"), 3, "The file begins that day", "文件从当天才开始"),
        (("orders.csv", "--as-of", AS_OF, "--horizon", "0.5D"), 3, "--horizon must be a day", "--horizon 须不短于一天"),
        (("unpriced.csv", "--as-of", AS_OF, "--by", "tier"), 3, "--by tier cannot be used.", "无法使用 --by tier。"),
    ],
)
def test_what_cannot_be_forecast_is_one_sentence(folder, options, code, english, chinese):
    (folder / "one.csv").write_text("customer_id,date,amount\nann,2023-01-01,10\n")
    (folder / "refund.csv").write_text("customer_id,date,amount\nann,2023-01-01,-10\n")
    for language, expected in (("en", english), ("zh", chinese)):
        found, stdout, stderr = run("forecast", *options, "--language", language)
        assert (found, stdout) == (code, "")
        assert expected.lower() in stderr.lower()
