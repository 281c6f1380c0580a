"""The report on lifetime value: its figures, whom it names, and what it says where nothing can be foretold."""

import json
from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest
from tests.logs import log
from tests.pages import Page, section, table

from crmkit import as_transactions, customer_summary, load_cdnow, mean_refund_lag
from crmkit.errors import ConvergenceError, SchemaError
from crmkit.report import customer_report
from crmkit.report._charts import svg
from crmkit.segment import TierSegmenter
from crmkit.value import GammaGammaModel, ParetoNBDModel, customer_equity
from crmkit.views import _forecast, _sums

AS_OF = "1998-06-30"
YEAR = 365.25 / 7
ONLY = ("findings", "tiers", "value", "actions")

pytestmark = pytest.mark.usefixtures("undrawn", "few_draws", "without_lenses")
both_languages = pytest.mark.parametrize("language", ["en", "zh"])


def value_of(rows, *, as_of="2024-12-31", **options):
    return customer_report(as_transactions(log(rows)), as_of=as_of, **{"sections": ONLY} | options)


@cache
def report_on_small():
    """The report on the log of twenty customers below, as it comes without options."""
    return value_of(SMALL)


@pytest.fixture(scope="module")
def transactions():
    return as_transactions(load_cdnow())


@pytest.fixture(scope="module")
def report(transactions):
    return customer_report(transactions, as_of=AS_OF, sections=ONLY)


@pytest.fixture(scope="module")
def foretold(transactions):
    """CDNOW's customers with what the two models say of each, worked out here."""
    customers = customer_summary(transactions, as_of=AS_OF)
    purchases, spend = ParetoNBDModel().fit(customers), GammaGammaModel().fit(customers)
    discounted = purchases.discounted_purchases(customers, discount_rate=0.1, horizon=YEAR)
    return customers.assign(
        purchases=purchases.expected_purchases(customers, horizon=YEAR),
        inactive=purchases.probability_inactive(customers, horizon=YEAR),
        value=discounted * spend.expected_spend(customers),
        tier=TierSegmenter().fit(customers).predict(customers).astype(str),
    )


def saved_of(foretold):
    """Those who came back, are worth more than the average, overdue, and will rather not buy."""
    overdue = foretold["days_since_last"] * foretold["frequency"] > foretold["recency"]
    above = foretold["value"] > foretold["value"].mean()
    return foretold[(foretold["frequency"] > 0) & overdue & above & (foretold["inactive"] >= 0.5)]


# Twenty customers: c0 to c19, each buying every 20 to 39 days for 5 to 24, the first ten until July.
def rhythm(n, *, last="2024-12-31"):
    days = pd.date_range(f"2024-01-{1 + n:02}", "2024-07-01" if n < 10 else last, freq=f"{20 + n}D")
    return [(f"c{n}", f"{day:%Y-%m-%d}", 5 + n + number % 3) for number, day in enumerate(days)]


SMALL = [row for n in range(20) for row in rhythm(n)]


# Reference: sums over what the models say of each customer.


def test_totals_on_cdnow(report, foretold):
    totals = report.tables["value_totals"].set_index("quantity")
    assert totals["n_customers"].tolist()[:2] == [2357, 2357]
    assert totals.loc["expected_purchases", "value"] == pytest.approx(foretold["purchases"].sum(), rel=1e-9)
    assert totals.loc["lifetime_value", "value"] == pytest.approx(foretold["value"].sum(), rel=1e-9)
    for quantity in ("expected_purchases", "lifetime_value"):
        row = totals.loc[quantity]
        assert 0.8 * row["value"] < row["lower"] < row["value"] < row["upper"] < 1.25 * row["value"]


def test_tiers_on_cdnow(report, foretold):
    tiers = report.tables["value_tiers"].set_index("segment")
    assert tiers.index.tolist() == ["core", "important", "ordinary"]
    expected = foretold.groupby("tier")["value"].agg(["size", "sum", "mean"]).loc[tiers.index]
    assert tiers["n_customers"].tolist() == expected["size"].tolist()
    np.testing.assert_allclose(tiers["value"], expected["sum"])
    np.testing.assert_allclose(tiers["mean_value"], expected["mean"])
    np.testing.assert_allclose(tiers["value_share"], expected["sum"] / expected["sum"].sum())
    assert ((tiers["lower"] < tiers["value"]) & (tiers["value"] < tiers["upper"])).all()


def test_worth_saving_on_cdnow(report, foretold):
    saved = saved_of(foretold)
    named = saved.nlargest(10, "value")
    assert report.tables["worth_saving"]["customer_id"].tolist() == named["customer_id"].tolist()
    np.testing.assert_allclose(report.tables["worth_saving"]["lifetime_value"], named["value"])
    row = report.tables["value_totals"].set_index("quantity").loc["worth_saving"]
    assert row["n_customers"] == len(saved)
    assert row["value"] == pytest.approx(saved["value"].sum())
    first = named.iloc[0]
    rhythm = np.floor(first["recency"] / first["frequency"] + 0.5)
    assert report.tables["worth_saving"]["reason"].iloc[0] == (
        f"Last order {first['days_since_last']:.0f} days ago, one every {rhythm:.0f} "
        f"days before that; {first['inactive']:.0%} likely to buy nothing in the next 12 months, yet worth "
        f"{first['value'] / foretold['value'].mean():.1f} times the average customer."
    )


def test_who_buys_seldom_and_is_on_time_is_not_worth_saving(transactions, foretold):
    # one purchase every 363 days, the last 108 days ago; of value, and more likely than not to buy nothing in a year
    seldom = foretold.set_index("customer_id").loc[2099]
    assert (seldom["recency"] / seldom["frequency"], seldom["days_since_last"]) == (363, 108)
    assert seldom["inactive"] > 0.5
    assert seldom["value"] > foretold["value"].mean()
    found = customer_report(transactions, as_of=AS_OF, sections=ONLY, n_actions=200).tables["worth_saving"]
    assert set(found["customer_id"]) == set(saved_of(foretold)["customer_id"])
    assert 2099 not in set(found["customer_id"])


def test_findings_on_cdnow(report, foretold):
    value, saved = foretold["value"].sum(), saved_of(foretold)
    assert report.findings[-1] == (
        f"Worth saving: {len(saved)} customers of above-average value who are overdue by their own rhythm and more "
        "likely than not to buy nothing in the next 12 months; "
        f"{saved['value'].sum() / value:.1%} of the lifetime value of all is theirs."
    )


def test_the_page_shows_the_tables(report):
    page = report.to_html()
    tiers, named, models = (table(page, "value", position=position) for position in range(3))
    assert [row[0] for row in tiers[1:]] == [
        "Core customers",
        "Important customers",
        "Ordinary customers",
        "All customers",
    ]
    assert [row[4] for row in tiers[1:]][-1] == "100.0%"
    assert [row[0] for row in named[1:]] == report.tables["worth_saving"]["customer_id"].astype(str).tolist()
    assert [row[0] for row in models[1:]] == ["r", "α", "s", "β", "p", "q", "v"]
    assert "discounted at 10% a year" in section(page, "value")
    assert "It is revenue, not profit" in section(page, "value")
    (drawn,) = (element for element in Page(section(page, "value")).elements if element["tag"] == "figure")
    tracking = report.tables["tracking"].query("is_complete")
    assert drawn["aria-label"] == (
        f"Curves of repeat purchases over time: {tracking['actual'].sum():,} came, "
        f"{tracking['expected'].sum():,.0f} were expected."
    )


def test_the_share_kept_is_said():
    # everybody sends back all they buy in March and August, three days later
    back = [(who, f"{pd.Timestamp(day) + pd.Timedelta(days=3):%F}", -paid) for who, day, paid in SMALL]
    rows = SMALL + [row for row in back if row[1][5:7] in ("03", "08")]
    report = value_of(rows)
    transactions = as_transactions(log(rows))
    customers = customer_summary(transactions, as_of="2024-12-31")
    lag = mean_refund_lag(transactions, as_of="2024-12-31")
    kept = _forecast.base_forecast(customers, refund_lag_days=lag).kept_share
    assert kept < 0.95
    for language, said in (
        ("en", "Refunds are taken off: {kept:.1%} of what is bought is expected to be kept."),
        ("zh", "已扣除预计退款：购买金额预计有 {kept:.1%} 不会退回。"),
    ):
        page, without_refunds = (replace(made, language=language).to_html() for made in (report, report_on_small()))
        assert said.format(kept=kept) in section(page, "value")
        assert said.split("{", maxsplit=1)[0] not in section(without_refunds, "value")


# Laws.


def test_every_purchase_but_the_first_is_tracked(report, foretold):
    assert report.tables["tracking"]["actual_cumulative"].iloc[-1] == foretold["frequency"].sum()


def test_a_margin_scales_money_and_says_profit(transactions, report):
    half = customer_report(transactions, as_of=AS_OF, sections=ONLY, margin=0.5)
    money = half.tables["value_totals"].set_index("quantity").loc["lifetime_value", ["value", "lower", "upper"]]
    whole = report.tables["value_totals"].set_index("quantity").loc["lifetime_value", ["value", "lower", "upper"]]
    np.testing.assert_allclose(money.astype(float), whole.astype(float) / 2)
    page = section(half.to_html(), "value")
    assert "50% of revenue is counted as profit" in page
    assert "not profit" not in page
    assert "The profit from them has a present value" in page


def test_discounting_takes_less_than_a_years_rate():
    worth = [
        value_of(SMALL, discount_rate=rate).tables["value_totals"].set_index("quantity").loc["lifetime_value", "value"]
        for rate in (0.0, 0.1)
    ]
    assert worth[0] / 1.1 < worth[1] < worth[0]


@pytest.mark.deep
def test_the_order_of_rows_does_not_matter():
    shuffled = [SMALL[n] for n in np.random.default_rng(1).permutation(len(SMALL))]
    assert value_of(shuffled).to_html() == value_of(SMALL).to_html()


@pytest.mark.deep
def test_of_many_customers_fewer_parameters_are_drawn(transactions, monkeypatch):
    monkeypatch.setattr(_sums, "_MOST_DRAWS", 500)
    report = customer_report(transactions, as_of=AS_OF, sections=ONLY)
    monkeypatch.setattr(_sums, "_MOST_NUMBERS", 100 * 2357)
    few = customer_report(transactions, as_of=AS_OF, sections=ONLY)
    assert (report.answers["value"].more.n_draws, few.answers["value"].more.n_draws) == (500, 100)
    assert "Intervals come from 100 draws" in section(few.to_html(), "value")
    names = ["quantity", "n_customers", "value"]
    pd.testing.assert_frame_equal(few.tables["value_totals"][names], report.tables["value_totals"][names])
    for found, whole in (
        (few.tables["value_totals"][:2], report.tables["value_totals"][:2]),
        (few.tables["value_tiers"], report.tables["value_tiers"]),
    ):
        for end in ("lower", "upper"):
            # ends of fewer draws differ by less than a quarter of the interval
            off = (found[end] - whole[end]).abs() / (whole["upper"] - whole["lower"])
            assert (off < 0.25).all()


def test_long_logs_are_tracked_by_month(monkeypatch):
    random = np.random.default_rng(3)
    # 60 customers as Pareto/NBD has them: gamma-distributed rates of buying and of leaving, 13 years
    rows = []
    for n in range(60):
        until = random.exponential(1 / random.gamma(0.6, 1 / 600))
        gaps = np.cumsum(random.exponential(1 / random.gamma(0.8, 1 / 60), 200))
        days = pd.Timestamp("2012-01-01") + pd.to_timedelta(np.r_[n, n + gaps[gaps < min(until, 4600)]].round(), "D")
        rows += [(f"c{n}", f"{day:%Y-%m-%d}", 5 + n) for day in days]
    monkeypatch.setattr("crmkit.report._html.svg", svg)  # for the size of the page
    found = value_of(rows)
    assert len(found.tables["tracking"]) == 13 * 12
    page = found.to_html()
    assert "Only the newest 120 of 156 months are shown." in section(page, "value")
    assert "Repeat purchases by month" in section(page, "value")
    assert len(page.encode()) < 500_000


@both_languages
def test_data_and_markdown_hold_the_tables(language):
    found = replace(report_on_small(), language=language)
    tables = found.to_dict()["tables"]
    names = ["value_totals", "value_tiers", "value_models", "tracking", "worth_saving"]
    assert [name for name in tables if name in names] == names
    assert json.loads(json.dumps(found.to_dict(), allow_nan=False))["discount_rate"] == 0.1
    text = found.to_markdown()
    heading = {"en": "## Customers worth saving", "zh": "## 值得挽留的客户"}
    assert heading[language] in text


def test_without_the_section_no_model_is_fitted(monkeypatch):
    monkeypatch.setattr(ParetoNBDModel, "_fit", None)
    found = value_of(SMALL, sections=("findings", "actions"))
    assert "value" not in found.answers
    assert "12 months" not in found.to_markdown()


# Whom it names.


def test_without_actions_nobody_is_named(transactions, report):
    found = customer_report(transactions, as_of=AS_OF, sections=["findings", "value"])
    assert "worth_saving" not in found.tables
    names = report.tables["worth_saving"]["customer_id"].astype(str).tolist()
    assert len(names) == 10
    assert "worth_saving" not in found.to_dict()["tables"]
    for language, told in (("en", "72 customers in all"), ("zh", "共 72 位客户")):
        page = section(replace(found, language=language).to_html(), "value")
        assert not set(names) & set(Page(page).texts("th", "td"))
        assert told in page


def test_as_many_are_named_as_asked_for(transactions):
    found = customer_report(transactions, as_of=AS_OF, sections=ONLY, n_actions=3)
    assert len(table(found.to_html(), "value", position=1)) == 1 + 3
    assert len(found.tables["worth_saving"]) == 3


@pytest.mark.deep
@both_languages
def test_that_some_are_not_named_is_said(language, transactions):
    told = {"en": "Only those worth the most are named.", "zh": "以上为其中价值最高者。"}[language]
    for n_actions, some_are_not in ((0, False), (71, True), (72, False)):
        found = customer_report(transactions, as_of=AS_OF, sections=ONLY, n_actions=n_actions, language=language)
        assert (told in section(found.to_html(), "value")) == some_are_not


def test_hostile_ids_are_escaped_and_cut():
    names = {f"c{n}": f"<script>{'x' * 99}{n}" for n in range(20)}
    page = value_of([(names[who], day, money) for who, day, money in SMALL]).to_html()
    assert "<script" not in page


# What cannot be foretold is said, and the page opens.

ONE = [("ann", "2024-03-01", 5)]
NINE = [(f"c{n}", day, 5 + n) for n in range(9) for day in ("2024-03-01", f"2024-05-{1 + n:02}")]
FREE = [(who, day, money if day.startswith("2024-01") else 0) for who, day, money in SMALL if day < "2024-08"]
REFUNDED = [*SMALL, *((who, day, -money) for who, day, money in SMALL)]
FEW = "Fewer than 10 customers bought on two days"
# One price; c19 paid another one only at first, which tells nothing of what they spend on coming back.
ONE_PRICE = [(who, day, 9.99 if (who, day) != ("c19", "2024-01-20") else 5) for who, day, _ in SMALL]


@pytest.mark.parametrize(
    ("rows", "by_purchases", "told"),
    [
        (ONE, False, {"en": FEW, "zh": "不足 10 位，无法预测购买与价值"}),
        (ONE * 3, False, {"en": FEW, "zh": "不足 10 位，无法预测购买与价值"}),
        ([(f"c{n}", "2024-03-01", 5) for n in range(50)], False, {"en": FEW, "zh": "不足 10 位"}),
        (NINE, False, {"en": FEW, "zh": "不足 10 位"}),
        (FREE, True, {"en": "too few to predict what customers will spend", "zh": "无法预测消费额"}),
        (ONE_PRICE, True, {"en": "All who came back spent 9.99 per", "zh": "每个购买日的平均金额都是 9.99"}),
    ],
    ids=[
        "one purchase",
        "one customer",
        "nobody came back",
        "nine came back",
        "nothing was paid",
        "one price",
    ],
)
def test_what_cannot_be_foretold_is_said(rows, by_purchases, told):
    made = value_of(rows)
    assert told["en"] in made.answers["value"].problem
    for language in ("en", "zh"):
        found = replace(made, language=language)
        page = found.to_html()
        assert told[language] in section(page, "value")
        assert told[language] in found.findings[-1]
        assert Page(page).ids("section") == list(ONLY)
        assert ("<svg" in section(page, "value")) == by_purchases
        assert "nan" not in section(page, "value").replace("Pareto/NBD", "")
        json.dumps(found.to_dict(), allow_nan=False)
        assert found.to_markdown()


def test_without_a_purchase_the_section_is_left_out():
    found = value_of([("ann", "2024-03-01", -5)], sections=None)
    assert "value" not in found.sections
    assert "value" not in found.answers
    assert "sections that need purchases" in found.findings[0]


@pytest.mark.parametrize("error", [ConvergenceError, SchemaError])
@pytest.mark.parametrize(
    ("model", "told"),
    [
        (
            ParetoNBDModel,
            {"en": "The model of purchases could not be fitted", "zh": "购买模型无法拟合这份数据"},
        ),
        (
            GammaGammaModel,
            {"en": "The model of spend could not be fitted", "zh": "消费额模型无法拟合这份数据"},
        ),
    ],
)
def test_a_model_that_cannot_be_fitted_is_named(model, told, error, monkeypatch):
    def failing(self, customers):
        raise error("no maximum")

    monkeypatch.setattr(model, "fit", failing)
    made = value_of(SMALL)
    assert told["en"] in made.answers["value"].problem
    for language in ("en", "zh"):
        found = replace(made, language=language)
        assert told[language] in section(found.to_html(), "value")
        assert told[language] in found.findings[-1]


def test_a_shop_of_one_price_is_valued_by_purchases():
    found = value_of(ONE_PRICE)
    bought = customer_summary(as_transactions(log(ONE_PRICE)), as_of="2024-12-31")
    purchases = ParetoNBDModel().fit(bought).expected_purchases(bought, horizon=YEAR)
    of_tier = purchases.groupby(TierSegmenter().fit(bought).predict(bought).astype(str)).agg(["size", "sum", "mean"])
    tiers = found.tables["value_tiers"].set_index("segment")
    of_tier = of_tier.loc[tiers.index]
    assert set(tiers["quantity"]) == {"expected_purchases"}
    assert tiers["n_customers"].tolist() == tiers["n_valued"].tolist() == of_tier["size"].tolist()
    np.testing.assert_allclose(tiers["value"], of_tier["sum"])
    np.testing.assert_allclose(tiers["mean_value"], of_tier["mean"])
    np.testing.assert_allclose(tiers["value_share"], of_tier["sum"] / of_tier["sum"].sum())
    assert ((tiers["lower"] < tiers["value"]) & (tiers["value"] < tiers["upper"])).all()
    assert found.tables["value_totals"]["quantity"].tolist() == ["expected_purchases"]
    assert "worth_saving" not in found.tables
    heads = {
        "en": (["Purchases", "95% interval", "Share of purchases"], "gamma-gamma", "worth saving"),
        "zh": (["购买次数", "95% 置信区间", "购买占比"], "Gamma-Gamma", "值得挽留"),
    }
    for language, (head, spend, saved) in heads.items():
        page = replace(found, language=language).to_html()
        rows = table(page, "value")
        assert rows[0][2:5] == head
        assert rows[-1][1:3] == ["20", f"{purchases.sum():,.0f}"]
        assert rows[-1][5] == f"{purchases.mean():.2f}"
        assert spend not in section(page, "value")
        assert saved not in section(page, "value")


def test_spend_without_a_finite_mean_is_said(monkeypatch):
    endless = GammaGammaModel.from_params({"p": 0.01, "q": 0.5, "v": 1.0})
    monkeypatch.setattr(_forecast, "fit_spend", lambda _, **_options: endless)
    found = value_of(SMALL)
    assert found.tables["value_totals"]["n_customers"].tolist()[:2] == [20, 0]
    for language, told in (("en", "No value can be given for 20 customers"), ("zh", "有 20 位客户")):
        said = replace(found, language=language)
        assert told in said.findings[-1]
        assert told in section(said.to_html(), "value")


def test_amounts_not_above_zero_are_left_out_and_counted():
    rows = [(who, day, money if who != "c19" or day < "2024-02" else 0) for who, day, money in SMALL]
    found = value_of(rows)
    assert found.tables["value_totals"]["n_customers"].tolist()[:2] == [20, 19]
    assert "No value can be given for 1 customer" in section(found.to_html(), "value")


def test_parameters_that_the_log_does_not_determine_are_named():
    # everybody buys every 30 days to the last: nobody leaves, all at one rate
    days = [f"{day:%Y-%m-%d}" for day in pd.date_range("2024-01-01", "2024-12-31", freq="30D")]
    found = value_of([(f"c{n}", day, 5 + n) for n in range(12) for day in days])
    lost = found.tables["value_models"].query("not is_determined")
    assert len(lost) > 0
    assert lost[["estimate", "std_error", "lower", "upper"]].isna().all(axis=None)
    page = section(found.to_html(), "value")
    assert "The log determines r, α" in page
    assert "nan" not in page
    rows = {row[0]: row[2:] for row in table(page, "value", position=-1)[1:]}
    assert {tuple(rows[name]) for name in ("r", "α", "s", "β")} == {("–", "–")}


# CDNOW's first weeks: nobody could have left yet as far as the model sees, and customers then spent 61,311 in a year.
STAYING = {
    "en": (
        "The model finds nobody leaving in this log: its figures let everybody go on buying at their own rate",
        "The model finds nobody leaving, so it cannot say who is worth saving.",
    ),
    "zh": (
        "模型在这份数据中未发现客户流失：各项数字假定每位客户都按各自的节奏继续购买",
        "模型未发现客户流失，无法判断哪些客户值得挽留。",
    ),
}


def test_a_model_in_which_nobody_leaves_is_no_forecast(transactions):
    made = customer_report(transactions, as_of="1997-02-15", sections=ONLY)
    assert made.answers["value"].more.limits == (True, (), 46)
    assert "worth_saving" not in made.tables
    assert made.tables["value_totals"]["quantity"].tolist() == ["expected_purchases", "lifetime_value"]
    for language, (nobody_leaves, unknown) in STAYING.items():
        found = replace(made, language=language)
        assert [finding for finding in found.findings if "12 months" in finding or "12 个月" in finding] == []
        page = section(found.to_html(), "value")
        assert nobody_leaves in page
        assert unknown in page
        assert {
            "en": "If everybody went on at their own rate, the 1,229 customers",
            "zh": "若每位客户都按各自的节奏继续购买，现有的 1,229 位",
        }[language] in page
        assert {"en": "in part", "zh": "只能部分确定"}[language] not in page
        rows = {row[0]: row[2:] for row in table(page, "value", position=-1)[1:]}
        assert (rows["s"], rows["β"]) == (["–", "–"], ["–", "–"])
        assert "–" not in rows["r"]
        json.dumps(found.to_dict(), allow_nan=False)


def test_caveats_stand_in_the_section(transactions):
    # all leave at one rate, as far as 90 days show
    made = customer_report(transactions, as_of="1997-03-31", sections=ONLY)
    assert made.answers["value"].more.limits == (False, ("s", "beta"), 90)
    for language, told in (
        (
            "en",
            "The log determines s, β only in part; the intervals may be too narrow. The log covers 90 days, less "
            "than the 12 months to be predicted: treat these figures with care.",
        ),
        ("zh", "数据只能部分确定 s、β，区间可能偏窄。数据仅覆盖 90 天，不足所预测的 12 个月，请谨慎使用。"),
    ):
        assert told in section(replace(made, language=language).to_html(), "value")


def test_an_interval_without_an_upper_end(monkeypatch):
    monkeypatch.setattr(_sums, "customer_equity", lambda *args, **more: customer_equity(*args, **more).assign(
        equity_upper=np.inf))  # fmt: skip
    found = value_of(SMALL)
    row = found.tables["value_totals"].set_index("quantity").loc["lifetime_value"]
    ends = {
        "en": f"(95% interval of the expected value {row['lower']:,.0f} to ∞)",
        "zh": f"（期望值的 95% 区间 {row['lower']:,.0f} 至 ∞）",
    }
    for language, told in ends.items():
        page = section(replace(found, language=language).to_html(), "value")
        assert told in page
        assert [cell for cell in (line[3] for line in table(page, "value")[1:]) if not cell.endswith("– ∞")] == []
    assert "| ∞ |" in found.to_markdown()
    totals = json.loads(json.dumps(found.to_dict(), allow_nan=False))["tables"]["value_totals"]
    assert (totals[1]["quantity"], totals[1]["upper"]) == ("lifetime_value", None)
    assert totals[1]["lower"] == pytest.approx(row["lower"])


def test_a_log_shorter_than_a_year_is_said():
    assert "The log covers" not in section(report_on_small().to_html(), "value")
    short = value_of([row for row in SMALL if row[1] < "2024-07"], as_of="2024-06-30")
    assert "The log covers 182 days, less than the 12 months" in section(short.to_html(), "value")


def test_revenue_not_above_zero_leaves_the_tiers_out():
    found = value_of([*SMALL, *((who, "2024-12-30", -99_999) for who in {who for who, *_ in SMALL})])
    assert "tiers" not in found.tables
    assert "value_tiers" not in found.tables
    assert found.answers["value"].problem is None
    assert Page(found.to_html()).ids("section") == list(ONLY)


# Refusals.


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"margin": 0}, ValueError, "`margin` is 0: nothing would be earned"),
        (
            {"margin": 1.5},
            ValueError,
            r"`margin` is the share of the amounts that is profit, above 0 and at most 1; got 1\.5",
        ),
        ({"margin": float("nan")}, ValueError, "`margin` must be a finite number, got nan"),
        ({"margin": "half"}, TypeError, "`margin` must be a number, got 'half'"),
        ({"discount_rate": -0.1}, ValueError, r"`discount_rate` must be a rate per year of 0 or more.* got -0\.1"),
        ({"discount_rate": float("inf")}, ValueError, "`discount_rate` must be a finite number, got inf"),
        ({"discount_rate": "10%"}, TypeError, "`discount_rate` must be a number, got '10%'"),
    ],
)
def test_rates_out_of_range_are_refused(options, error, message):
    with pytest.raises(error, match=message):
        value_of(SMALL, **options)
