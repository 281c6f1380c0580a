"""Forecasts with intervals, and their back-tests."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from scipy.stats import t as student
from tests.depth import few
from tests.files import data_file, lifetimes_file
from tests.frames import as_pandas, assert_same_rows

from crmkit import SchemaError, as_transactions, customer_summary, load_cdnow
from crmkit.errors import ConvergenceError
from crmkit.segment import TierSegmenter
from crmkit.value import (
    BetaGeoBetaBinomModel,
    BetaGeoCNBDModel,
    BetaGeoModel,
    ParetoNBDModel,
    backtest_table,
    forecast_table,
    tried_forecast,
)
from crmkit.value._forecast._origins import origins_of, whole_tests

RULES = ["last_year", "recent_rate", "seasonal_rate"]
# Laws need no more, and few tests.
DAY = "2023-08-15"
LIGHT = {"models": [BetaGeoModel(time_unit="W"), *RULES]}
CANDIDATES = {"combined", "ParetoNBDModel", "BetaGeoModel", *RULES}


def shop(seed=1, *, n=150, days=500, refunded=0.0, gap=40.0, leave=0.3):
    """Orders of customers who come at any time, buy at their own rate, leave, and send some of it back."""
    rng = np.random.default_rng(seed)
    rows = []
    for customer in range(n):
        day, rate, stays = rng.integers(days), rng.gamma(2, 1 / (2 * gap)), rng.exponential(365 / leave)
        mean, end = 20 * rng.gamma(5) / 4, min(days, day + stays)
        while day < end:
            amount = mean * rng.gamma(8) / 8
            rows.append((customer, int(day), amount))
            if rng.random() < refunded and day + 5 < days:
                rows.append((customer, int(day) + 5, -amount))
            day += rng.exponential(1 / rate)
    orders = pd.DataFrame(rows, columns=["customer_id", "day", "amount"])
    return as_transactions(
        orders.assign(date=pd.Timestamp("2023-01-01") + pd.to_timedelta(orders.pop("day"), unit="D"))
    )


def steady(*, n=20, every=7, days=400, amount=10.0):
    """Orders of customers who all buy on the same days."""
    dates = pd.date_range("2023-01-02", periods=days // every, freq=f"{every}D")
    rows = [(f"c{customer:02}", date, amount) for customer in range(n) for date in dates]
    return as_transactions(pd.DataFrame(rows, columns=["customer_id", "date", "amount"])), dates


def came(transactions, *, as_of, days):
    """What customers known on a day bought in the days after it."""
    day = pd.Timestamp(as_of)
    known = transactions[(transactions["date"] <= day) & (transactions["n_orders"] > 0)]["customer_id"]
    after = transactions[transactions["date"].between(day + pd.Timedelta(days=1), day + pd.Timedelta(days=days))]
    after = after[after["customer_id"].isin(known)]
    return {"purchases": (after["n_orders"] > 0).sum(), "revenue": after["amount"].sum()}


class Labels:
    """A segmenter by a rule."""

    def __init__(self, rule):
        self.predict = rule


def one_apart(transactions, customer):
    """A customer and the others."""
    customers = pd.DataFrame({"customer_id": transactions["customer_id"].unique()})
    return customers.assign(is_one=customers["customer_id"] == customer)


def holds(table, what):
    """Whether each quantity lies within its interval."""
    rows = table.set_index("quantity")
    return {name: bool(rows.loc[name, "lower"] <= what[name] <= rows.loc[name, "upper"]) for name in rows.index}


@pytest.fixture(scope="module")
def transactions():
    return shop()


@pytest.fixture(scope="module")
def light(transactions):
    """The forecast of a quarter by which others are measured."""
    return tried_forecast(transactions, as_of=DAY, horizon=91, **LIGHT)


@pytest.fixture(scope="module")
def segmenter(transactions):
    return TierSegmenter().fit(customer_summary(transactions, as_of=DAY))


# By hand.


def test_who_buys_every_week_buys_so_often_in_the_weeks_to_come():
    orders, dates = steady()
    found = forecast_table(orders, as_of=dates[-1], horizon=13, time_unit="W", models=["recent_rate"])
    # 20 customers, 13 weeks, 10 a week; the same came in every test, so nothing is to be put right
    assert found["value"].tolist() == pytest.approx([260, 2600])
    assert found["backtest_bias"].tolist() == pytest.approx([0, 0])
    tests = backtest_table(orders, as_of=dates[-1], horizon=13, time_unit="W", models=["recent_rate"])
    assert (tests["came"] == tests["forecast"].round(9)).all()
    assert set(tests["until"] - tests["as_of"]) == {pd.Timedelta(days=91)}


def test_back_tests_count_the_customers_and_the_days_they_say(transactions):
    tests = backtest_table(transactions, as_of="2024-04-30", horizon=91, models=RULES)
    assert set(tests["model"]) == {"combined", "last_year", "recent_rate"}
    for row in tests.itertuples():
        assert row.came == pytest.approx(came(transactions, as_of=row.as_of, days=91)[row.quantity])
        if row.model == "last_year":
            first = row.as_of - pd.Timedelta(days=364)
            window = transactions[transactions["date"].between(first, first + pd.Timedelta(days=90))]
            bought = (window["n_orders"] > 0).sum() if row.quantity == "purchases" else window["amount"].sum()
            assert row.forecast == pytest.approx(bought)


def test_the_recent_rate_takes_the_course_of_the_season_a_year_ago():
    # 20 customers: every 14 days, but every 7 from day 150 to 250 of each year
    days = [day for day in range(0, 501, 7) if 150 <= day % 365 < 250 or day % 14 == 0]
    rows = [(who, pd.Timestamp("2022-01-03") + pd.Timedelta(days=day), 5.0) for who in range(20) for day in days]
    orders = as_transactions(pd.DataFrame(rows, columns=["customer_id", "date", "amount"]))
    as_of = pd.Timestamp("2022-01-03") + pd.Timedelta(days=500)
    found = forecast_table(orders, as_of=as_of, horizon=91, models=["seasonal_rate"])
    n_of = lambda first, last: sum(first < day <= last for day in days)  # noqa: E731
    expected = 20 * n_of(500 - 91, 500) * n_of(135, 135 + 91) / n_of(135 - 91, 135)
    # no earlier day has a year and 13 weeks behind it: nothing is put right
    assert found["n_backtests"].tolist() == [0, 0]
    assert found["value"].tolist() == pytest.approx([expected, 5 * expected])
    with pytest.raises(SchemaError, match="No forecast can be made"):
        forecast_table(orders, as_of=as_of, horizon=400, models=["seasonal_rate"])


def test_tests_that_overlap_count_as_those_that_would_not():
    # 46 days apart in all, of 91: one and a half; the one a year ago stands alone
    assert whole_tests([300, 277, 254, 0], horizon=91) == pytest.approx([(1 + 46 / 91) / 3] * 3 + [1])
    assert whole_tests([0, 254, 300, 277], horizon=91) == pytest.approx([1] + [(1 + 46 / 91) / 3] * 3)
    assert whole_tests([], horizon=91).tolist() == []


def test_a_day_a_year_ago_is_among_the_tests():
    assert origins_of(0, 1000, horizon=91).days == (909, 887, 865, 843, 821, 799, 777, 755, 635)
    # within eight weeks of the first day nothing is tried, and longer tests reach back a year by themselves
    assert origins_of(600, 1000, horizon=91).days == (909, 887, 865, 843, 821, 799, 777, 755)
    assert origins_of(0, 1000, horizon=182).days[-1] == 1000 - 182 - 7 * 45


def test_without_a_test_the_interval_is_the_default_one():
    orders, dates = steady(days=80)
    found = forecast_table(orders, as_of=dates[-1], horizon=91, models=["recent_rate"]).iloc[0]
    n_days = (dates[-1] - dates[0]).days
    # all but the first day of the log
    expected = 20 * (len(dates) - 1) * 91 / n_days
    years = 91 / 365.25
    variance = 0.1**2 + 0.003 * years + 0.22**2 * np.sqrt(1 - years) + 2 / (expected + 0.5)
    half = student.ppf(0.975, 3) * np.sqrt(variance * 1.25)
    assert found["value"] == pytest.approx(expected)
    assert (found["lower"], found["upper"]) == pytest.approx(
        ((expected + 0.5) * np.exp(-half) - 0.5, (expected + 0.5) * np.exp(half) - 0.5)
    )
    assert (found["n_backtests"], np.isnan(found["backtest_bias"])) == (0, True)
    assert backtest_table(orders, as_of=dates[-1], horizon=91).empty


def test_a_log_too_short_for_a_whole_horizon_is_tried_on_half_of_it():
    orders, dates = steady(days=200)
    tests = backtest_table(orders, as_of=dates[-1], horizon=365, models=["recent_rate"])
    half = (dates[-1] - dates[0]).days // 2
    assert set((tests["until"] - tests["as_of"]).dt.days) == {half}
    assert forecast_table(orders, as_of=dates[-1], horizon=365)["n_backtests"].tolist() == [2, 2]


def test_who_has_gone_quiet_is_expected_to_buy_nothing_and_the_interval_says_little():
    orders, dates = steady(days=100)
    later = dates[-1] + pd.Timedelta(days=400)
    found = forecast_table(orders, as_of=later, horizon=30, models=["recent_rate"]).iloc[0]
    assert (found["value"], found["lower"]) == (0, 0)
    # while they came it was 86 in 30 days
    assert 0 < found["upper"] < 86


def test_the_quarter_before_christmas_is_foreseen_by_the_years_before():
    rng = np.random.default_rng(5)
    rows = []
    for customer in range(400):
        first, rate = rng.integers(800), rng.gamma(2, 1 / 100)
        # three times as many purchases in November and December, day 304 of each year on
        days = np.flatnonzero(rng.random(1096 - first) < rate * np.where(np.arange(first, 1096) % 365 >= 304, 3, 1))
        rows += [(customer, first + day) for day in {0, *days}]
    orders = pd.DataFrame(rows, columns=["customer_id", "day"])
    orders["date"] = pd.Timestamp("2021-01-01") + pd.to_timedelta(orders.pop("day"), unit="D")
    transactions = as_transactions(orders.assign(amount=10.0))
    day = "2023-10-01"
    found = forecast_table(transactions, as_of=day, horizon=91).set_index("quantity")
    ratio = found["value"] / pd.Series(came(transactions, as_of=day, days=91))
    assert ratio.between(0.85, 1.15).all()
    rate = forecast_table(transactions, as_of=day, horizon=91, models=["recent_rate"]).set_index("quantity")
    assert (rate["value"] / pd.Series(came(transactions, as_of=day, days=91)) < 0.75).all()


# Published: what came in the second half of CDNOW.


def cdnow_master():
    names = ["customer_id", "date", "cds", "amount"]
    return pd.read_csv(lifetimes_file("CDNOW_master.txt"), sep=r"\s+", skiprows=1, names=names).assign(
        date=lambda rows: pd.to_datetime(rows["date"].astype(str))
    )


@pytest.mark.parametrize(("as_of", "days"), [("1997-09-30", 273), ("1997-12-31", 181)])
def test_what_came_lies_within_the_interval(as_of, days):
    for orders in (as_transactions(load_cdnow()), as_transactions(cdnow_master())):
        found = forecast_table(orders, as_of=as_of, horizon=days)
        assert holds(found, came(orders, as_of=as_of, days=days)) == {"purchases": True, "revenue": True}


def invoices():
    raw = pd.read_parquet(data_file("online_retail.parquet"))
    names = {"customer_id": "CustomerID", "date": "InvoiceDate", "quantity": "Quantity", "unit_price": "UnitPrice"}
    return as_transactions(raw, **names, order_id="InvoiceNo", invalid="drop")


def groceries():
    raw = pd.read_parquet(data_file("edible_grocery_panel.parquet"))
    day = pd.Timestamp("2000-01-03") + pd.to_timedelta(7 * (raw["week"] - 1), unit="D")
    raw = raw.assign(day=day, paid=raw["units"] * raw["price"])
    return as_transactions(raw, customer_id="panel_id", date="day", amount="paid", order_id="trans_id")


def clothes():
    raw = pd.read_parquet(data_file("clvtools_apparelTrans.parquet"))
    return as_transactions(raw, customer_id="Id", date="Date", amount="Price")


def rfm_orders():
    raw = pd.read_parquet(data_file("rfm_data_orders.parquet"))
    return as_transactions(raw, date="order_date", amount="revenue")


@pytest.mark.parametrize(
    ("read", "as_of", "days"),
    [
        (invoices, "2011-06-30", 162),
        pytest.param(invoices, "2011-09-09", 91, marks=pytest.mark.deep),
        pytest.param(groceries, "2000-12-31", 364, marks=pytest.mark.deep),
        pytest.param(clothes, "2007-12-31", 365, marks=pytest.mark.deep),
        pytest.param(clothes, "2008-12-31", 365, marks=pytest.mark.deep),
        (rfm_orders, "2005-12-31", 365),
    ],
)
def test_what_came_in_other_logs_lies_within_the_interval(read, as_of, days):
    orders = read()
    found = forecast_table(orders, as_of=as_of, horizon=days)
    assert holds(found, came(orders, as_of=as_of, days=days)) == {"purchases": True, "revenue": True}


@pytest.mark.deep
@pytest.mark.parametrize("refunded", [0, 0.1, 0.3])
def test_nineteen_of_twenty_intervals_hold_what_comes(refunded):
    found = []
    for seed in range(20):
        orders = shop(seed, n=300, days=1095, refunded=refunded)
        table = forecast_table(orders, as_of="2024-12-30", horizon=365)
        assert (table["upper"] < (3 if refunded < 0.2 else 4) * table["lower"]).all()
        found.append(holds(table, came(orders, as_of="2024-12-30", days=365)))
    assert pd.DataFrame(found).mean().min() >= 0.9


# Laws.


def test_what_comes_later_is_not_looked_at(transactions):
    known = transactions[transactions["date"] <= DAY]
    whole, cut = (tried_forecast(rows, as_of=DAY, horizon=60, **LIGHT) for rows in (transactions, known))
    assert_frame_equal(whole.table(), cut.table())
    assert_frame_equal(whole.backtests(), cut.backtests())


def test_groups_add_up_to_the_whole_and_the_smaller_is_less_certain(transactions, light, segmenter):
    whole = light.table().set_index("quantity")
    customers = customer_summary(transactions, as_of=DAY)
    labels = customers[["customer_id"]].assign(tier=segmenter.predict(customers).astype(str))
    sizes = labels["tier"].value_counts()
    for by, name in ((segmenter, "segment"), (labels, "tier")):
        found = forecast_table(transactions, as_of=DAY, horizon=91, by=by, **LIGHT)
        assert list(found.columns) == [name, "quantity", "value", "lower", "upper", "n_backtests", "backtest_bias"]
        assert found.groupby("quantity")["value"].sum().to_dict() == pytest.approx(whole["value"].to_dict())
        assert set(found[name].astype(str)) == set(sizes.index)
        assert ((found["lower"] <= found["value"]) & (found["value"] <= found["upper"])).all()
    # of the table of labels, whose groups differ in chance alone
    money = found[found["quantity"] == "revenue"].set_index("tier")
    width = np.log(money["upper"] / money["lower"].clip(lower=1e-9))
    assert width[money["value"].idxmin()] > width[money["value"].idxmax()]
    assert (width > np.log(whole.loc["revenue", "upper"] / whole.loc["revenue", "lower"])).all()


def test_a_segmenter_labels_the_customers_of_each_test_anew(transactions, light, segmenter):
    tests = backtest_table(transactions, as_of=DAY, horizon=91, by=segmenter, **LIGHT)
    whole = light.backtests()
    keys = ["quantity", "model", "as_of"]
    sums = tests.groupby(keys)[["forecast", "came"]].sum().reset_index()
    assert_frame_equal(sums, whole.sort_values(keys, ignore_index=True)[sums.columns], check_dtype=False)
    day = tests["as_of"].iloc[0]
    customers = customer_summary(transactions, as_of=day)
    mine = set(customers["customer_id"][(segmenter.predict(customers) == "core").to_numpy()])
    after = came(transactions[transactions["customer_id"].isin(mine)], as_of=day, days=91)
    row = tests[(tests["as_of"] == day) & (tests["segment"] == "core") & (tests["model"] == "combined")]
    assert row.set_index("quantity")["came"].to_dict() == pytest.approx(after)


@pytest.mark.parametrize("unit", [7.0, *(pytest.param(unit, marks=pytest.mark.deep) for unit in (1e-3, 1e6))])
def test_the_currency_scales_revenue_alone(unit, transactions, light):
    options = {"as_of": DAY, "horizon": 91, **LIGHT}
    scaled = forecast_table(transactions.assign(amount=transactions["amount"] * unit), **options)
    found = light.table()
    ends = ["value", "lower", "upper"]
    times = np.where(found["quantity"] == "revenue", unit, 1.0)
    np.testing.assert_allclose(scaled[ends], found[ends].mul(times, axis=0), rtol=1e-4)


def test_the_order_of_rows_changes_nothing(transactions, light):
    options = {"as_of": DAY, "horizon": 91, **LIGHT}
    mixed = transactions.sample(frac=1, random_state=1)
    assert_frame_equal(forecast_table(mixed, **options), light.table())


def test_every_kind_of_frame_gives_the_same(build, transactions):
    options = {"as_of": DAY, "horizon": 91, "models": RULES}
    for function in (forecast_table, backtest_table):
        assert_same_rows(as_pandas(function(build(transactions), **options)), function(transactions, **options))


def test_of_many_customers_some_stand_for_all(build, monkeypatch):
    orders, dates = steady(n=21, days=200)
    options = {"as_of": dates[-1], "horizon": 30, "models": ["recent_rate"]}
    whole = [function(orders, **options) for function in (forecast_table, backtest_table)]
    monkeypatch.setattr("crmkit.value._forecast._log._MOST_CUSTOMERS", 10)
    some = [as_pandas(function(build(orders), **options)) for function in (forecast_table, backtest_table)]
    # 7 of 21 who all buy alike, but for the half purchase that is added before logarithms are taken
    for found, expected, columns in zip(some, whole, (["value"], ["forecast", "came"]), strict=True):
        rows = found.sort_values(list(found.columns[:3]), ignore_index=True)
        ordered = expected.sort_values(list(found.columns[:3]), ignore_index=True)
        np.testing.assert_allclose(rows[columns], ordered[columns], rtol=1e-3)


@few()
@given(st.integers(0, 10_000), st.integers(1, 400), st.sampled_from([0.5, 0.8, 0.99]))
def test_an_interval_holds_its_forecast_and_nothing_is_missing_or_below_zero(seed, horizon, level):
    orders = shop(seed, n=seed % 30 + 1, days=300, refunded=(seed % 3) / 3)
    options = {"as_of": "2023-10-01", "horizon": horizon, "models": RULES if seed % 2 else None}
    assume((orders["date"] <= options["as_of"]).any())
    tried = tried_forecast(orders, **options)
    found, wider = (tried.table(level=each) for each in (level, (1 + level) / 2))
    ends = found[["lower", "value", "upper"]].to_numpy()
    assert np.isfinite(ends).all()
    assert (ends >= 0).all()
    assert (np.diff(ends, axis=1) >= -1e-9 * ends[:, 1:]).all()
    assert (wider["lower"] <= found["lower"]).all()
    assert (wider["upper"] >= found["upper"]).all()


def test_a_horizon_in_weeks_is_one_in_days(transactions):
    weeks = forecast_table(transactions, as_of=DAY, horizon=13, time_unit="W", models=RULES)
    assert_frame_equal(weeks, forecast_table(transactions, as_of=DAY, horizon=91, models=RULES))


def test_orders_without_a_price_are_counted_alone(transactions, light):
    found = forecast_table(transactions.assign(amount=np.nan), as_of=DAY, horizon=91, **LIGHT)
    priced = light.table()
    assert_frame_equal(found, priced[priced["quantity"] == "purchases"])


def test_a_model_of_ones_own_takes_the_place_of_all(transactions):
    own = ParetoNBDModel(time_unit="M")
    tests = backtest_table(transactions, as_of=DAY, horizon=91, models=[own])
    assert set(tests["model"]) == {"combined", "ParetoNBDModel"}
    assert not hasattr(own, "params_")
    day = tests["as_of"].iloc[0]
    customers = customer_summary(transactions, as_of=day)
    expected = ParetoNBDModel().fit(customers).expected_purchases(customers, horizon=91 / 7).sum()
    row = tests[(tests["as_of"] == day) & (tests["model"] == "ParetoNBDModel")].iloc[0]
    assert row["forecast"] == pytest.approx(expected, rel=1e-4)


def test_too_few_who_came_back_leave_the_rules():
    few_orders = shop(3, n=8)
    assert set(backtest_table(few_orders, as_of=DAY, horizon=91)["model"]) <= {"combined", *RULES}


def test_all_candidates_are_tried_where_the_log_is_long_enough(transactions):
    tests = backtest_table(shop(n=40, days=700), as_of="2024-12-01", horizon=120)
    assert set(tests["model"]) == CANDIDATES
    # No earlier day of this one has a year and 13 weeks behind it.
    tests = backtest_table(transactions, as_of="2024-05-01", horizon=120)
    assert set(tests["model"]) == CANDIDATES - {"seasonal_rate"}


def test_a_group_that_takes_money_back_brings_nothing_and_the_whole_stays(transactions):
    # The customer who came first sends back 800 of late; the whole is still above 0.
    first = transactions.sort_values("date")["customer_id"].iloc[0]
    back = pd.DataFrame({"customer_id": first, "date": ["2023-07-01", "2023-08-10"], "amount": [-400.0, -400.0]})
    orders = transactions[["customer_id", "date", "amount"]]
    refunded = as_transactions(pd.concat([orders, back.assign(date=pd.to_datetime(back["date"]))]))
    options = {"as_of": DAY, "horizon": 30, "models": ["recent_rate"]}
    whole = forecast_table(refunded, **options)["value"].iloc[1]
    assert whole > 0
    for by in (Labels(lambda customers: customers["customer_id"] == first), one_apart(refunded, first)):
        found = forecast_table(refunded, by=by, **options)
        assert found[found["quantity"] == "revenue"]["value"].tolist() == pytest.approx([whole, 0.0])
    tests = backtest_table(refunded, by=Labels(lambda customers: customers["customer_id"] == first), **options)
    assert tests["lower"].le(tests["forecast"]).all()
    assert tests["forecast"].le(tests["upper"]).all()


@pytest.mark.parametrize("unit", [1e-300, 1e290])
def test_amounts_of_any_size_keep_their_digits(unit, transactions):
    scaled = transactions.assign(amount=transactions["amount"] * unit)
    options = {"as_of": DAY, "horizon": 60, "models": RULES}
    found, expected = forecast_table(scaled, **options), forecast_table(transactions, **options)
    for name in ("value", "lower", "upper"):
        assert found[name].iloc[1] / unit == pytest.approx(expected[name].iloc[1], rel=1e-9)


@pytest.mark.parametrize("options", [{"horizon": 60, "level": 1 - 1e-12}, {"horizon": 1e9, "level": 0.95}])
def test_an_interval_that_says_nothing_is_still_a_number(options, transactions):
    found = forecast_table(transactions, as_of=DAY, models=["recent_rate"], **options)
    assert np.isfinite(found[["value", "lower", "upper"]].to_numpy()).all()


# Refusals.


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"horizon": 0.5}, ValueError, "`horizon` must be a day or longer, got 0.5 with D"),
        ({"horizon": 0.1, "time_unit": "W"}, ValueError, "got 0.1 with W"),
        ({"horizon": "91"}, TypeError, "`horizon` must be a number"),
        ({"time_unit": "weeks"}, ValueError, "Did you mean 'W'"),
        ({"level": 95}, ValueError, "`level` must lie between 0 and 1, got 95. Did you mean 0.95"),
        ({"as_of": "2022-01-01"}, ValueError, "before the first transaction"),
        ({"models": []}, TypeError, r"must be a list of models of purchases and of the rules \['last_year'"),
        ({"models": "recent_rate"}, TypeError, "must be a list of models"),
        ({"models": ["rate"]}, TypeError, "got 'rate'"),
        ({"models": ["recent_rate"] * 2}, ValueError, r"holds \['recent_rate'\] more than once"),
        ({"models": [BetaGeoBetaBinomModel()]}, TypeError, "counts opportunities"),
        ({"models": [BetaGeoCNBDModel()]}, SchemaError, "log_gap_sum"),
        ({"by": 3}, TypeError, "`by` must be a table of customer_id and one column of labels"),
        ({"by": pd.DataFrame({"customer_id": [1]})}, SchemaError, r"must have two columns"),
        ({"by": pd.DataFrame({"customer_id": [1], "value": ["a"]})}, ValueError, "in a column 'value'"),
        ({"by": pd.DataFrame({"customer_id": [1, 1], "tier": ["a", "b"]})}, SchemaError, r"more than once: \[1\]"),
        ({"by": pd.DataFrame({"customer_id": [1], "tier": ["a"]})}, SchemaError, "lacks a label for"),
        ({"by": pd.DataFrame({"customer_id": [1], "tier": ["a"]})[:0]}, SchemaError, "lacks a label for"),
        ({"by": pd.DataFrame({"customer_id": range(200), "tier": [1, "a"] * 100})}, TypeError, r"got \['int', 'str'\]"),
        ({"by": pd.DataFrame({"customer_id": range(200), "tier": [[1]] * 200})}, TypeError, r"got \['list'\]"),
        ({"by": TierSegmenter}, TypeError, "`by` must be a table"),
        ({"by": Labels(lambda customers: [None] * len(customers))}, SchemaError, "gives no label to"),
        ({"by": Labels(lambda customers: ["a" for _ in customers.index[:1]])}, ValueError, "gives 1 label for"),
        ({"models": [np.array([1, 2])]}, TypeError, "must be a list of models"),
        ({"models": [pd.DataFrame()]}, TypeError, "must be a list of models"),
    ],
)
def test_what_cannot_be_asked(options, error, message, transactions):
    with pytest.raises(error, match=message):
        forecast_table(transactions, **{"as_of": DAY, "horizon": 91, "models": RULES, **options})


def test_a_model_of_ones_own_that_cannot_be_fitted_is_an_error():
    few_orders = shop(3, n=8)
    with pytest.raises((SchemaError, ConvergenceError), match="a model of purchases needs 10"):
        forecast_table(few_orders, as_of=DAY, horizon=91, models=[BetaGeoModel()])


def test_labels_of_today_are_not_carried_back(transactions):
    labels = pd.DataFrame({"customer_id": transactions["customer_id"].unique(), "tier": "a"})
    with pytest.raises(ValueError, match="labels of today, which say nothing about earlier days"):
        backtest_table(transactions, as_of=DAY, horizon=91, by=labels)


def test_a_log_that_begins_on_the_day_tells_nothing():
    orders = as_transactions(pd.DataFrame({"customer_id": [1], "date": ["2024-01-01"], "amount": [5.0]}))
    with pytest.raises(SchemaError, match="begins that day"):
        forecast_table(orders, as_of="2024-01-01", horizon=30)
    refund = as_transactions(pd.DataFrame({"customer_id": [1], "date": ["2024-01-01"], "amount": [-5.0]}))
    with pytest.raises(SchemaError, match="nobody with a purchase"):
        forecast_table(refund, as_of="2024-02-01", horizon=30)


def test_the_tables_given_are_not_changed(transactions, segmenter):
    before, state = transactions.copy(), segmenter.to_json()
    forecast_table(transactions, as_of=DAY, horizon=91, by=segmenter, models=RULES)
    assert_frame_equal(transactions, before)
    assert segmenter.to_json() == state
