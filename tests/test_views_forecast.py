"""What a base will buy and bring: the models behind it, how far it can be trusted, and why it may be missing."""

import pickle

import numpy as np
import pandas as pd
import polars as pl
import pytest
from pandas.testing import assert_frame_equal

from crmkit import SchemaError, as_transactions, customer_summary, load_cdnow
from crmkit._messages import Words
from crmkit.value import BetaGeoModel, GammaGammaModel, ParetoNBDModel, customer_equity, customer_lifetime_value
from crmkit.views import UnfitError, _sums, base_forecast, customers_worth_saving, valued_customers
from crmkit.views._fits import buyers, fit_purchases, fit_spend
from crmkit.views._limits import limits_of, parameters_of

YEAR = 365.25 / 7
HISTORY = ["customer_id", "frequency", "recency", "T", "monetary_value"]


@pytest.fixture(scope="module", autouse=True)
def few_draws():
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(_sums, "_MOST_DRAWS", 50)
        yield


@pytest.fixture(scope="module")
def customers():
    """Every fourth customer of CDNOW."""
    summary = customer_summary(as_transactions(load_cdnow()), as_of="1998-06-30")
    return summary[summary["customer_id"] % 4 == 0].reset_index(drop=True)


@pytest.fixture(scope="module")
def forecast(customers):
    return base_forecast(customers)


def spending(*amounts):
    """Customers who came back twice, and one who did not and paid another price."""
    often = [2.0] * len(amounts)
    return pd.DataFrame({"frequency": [*often, 0.0], "monetary_value": [*amounts, np.nan], "recency": 9.0, "T": 20.0})


# By hand: the figures are those of the library.


def test_totals_are_those_of_the_models(customers, forecast):
    purchases, spend = ParetoNBDModel().fit(customers), GammaGammaModel().fit(customers)
    totals = forecast.totals.set_index("quantity")
    assert totals.index.tolist() == ["expected_purchases", "lifetime_value"]
    assert totals["n_customers"].tolist() == [len(customers)] * 2
    expected = purchases.expected_purchases(customers, horizon=YEAR).sum()
    assert totals.loc["expected_purchases", "value"] == pytest.approx(expected, rel=1e-9)
    equity = customer_equity(
        customers, purchase_model=purchases, spend_model=spend, discount_rate=0.1, horizon=YEAR, n_draws=50
    ).iloc[0]
    found = totals.loc["lifetime_value", ["value", "lower", "upper"]].tolist()
    assert found == pytest.approx(equity[["equity", "equity_lower", "equity_upper"]].tolist(), rel=1e-9)
    assert (forecast.n_buyers, forecast.n_repeaters) == (len(customers), (customers["frequency"] > 0).sum())
    assert (forecast.n_draws, forecast.problem, forecast.limits) == (50, None, (False, (), None))


def test_options_reach_the_models(customers):
    found = base_forecast(customers, model="bg", horizon_days=91, margin=0.3, discount_rate=0.2, level=0.8)
    assert type(found.purchase_model) is BetaGeoModel
    assert found.parameters["model"].unique().tolist() == ["BetaGeoModel", "GammaGammaModel"]
    value = customer_lifetime_value(
        customers,
        purchase_model=found.purchase_model,
        spend_model=found.spend_model,
        discount_rate=0.2,
        horizon=13,
        margin=0.3,
    )
    valued = valued_customers(customers, forecast=found)
    np.testing.assert_allclose(valued["lifetime_value"], value)
    assert found.totals["value"].tolist()[1] == pytest.approx(value.sum())
    assert repr(found) == f"BaseForecast(BetaGeoModel, GammaGammaModel; {len(customers)} customers, 91 days)"


def test_values_are_net_of_refunds(customers, forecast):
    # everybody sent back a fifth of what they bought
    paid = customers["spend"]
    found = base_forecast(customers.assign(spend=paid * 0.8, returned=paid * 0.2))
    assert (forecast.kept_share, found.kept_share) == (1, pytest.approx(0.8))
    assert found.totals["value"].tolist() == pytest.approx([*forecast.totals["value"] * [1, 0.8]])
    gone = customers.assign(spend=paid * 0.8, returned=paid * 0.2)
    valued = valued_customers(gone, forecast=found)
    assert valued["kept_share"].tolist() == pytest.approx([0.8] * len(customers))
    assert valued["lifetime_value"].sum() == pytest.approx(found.totals["value"].iloc[1])
    groups = found.by_group(gone.assign(often=gone["frequency"] > 0), by="often")
    assert groups["value"].sum() == pytest.approx(found.totals["value"].iloc[1])
    saved = [
        customers_worth_saving(rows, forecast=made)["lifetime_value"].sum()
        for rows, made in ((customers, forecast), (gone, found))
    ]
    assert saved[1] == pytest.approx(0.8 * saved[0])


def test_groups_add_up_to_the_totals(customers, forecast):
    often = customers.assign(often=np.where(customers["frequency"] > 2, "yes", "no"))
    found = forecast.by_group(often, by="often")
    assert found["often"].tolist() == ["no", "yes"]
    assert (
        found["n_customers"].tolist()
        == found["n_valued"].tolist()
        == often["often"].value_counts()[["no", "yes"]].tolist()
    )
    assert found["value"].sum() == pytest.approx(forecast.totals["value"].iloc[1])
    np.testing.assert_allclose(found["value_share"], found["value"] / found["value"].sum())
    np.testing.assert_allclose(found["mean_value"], found["value"] / found["n_valued"])


def test_worth_saving_is_of_value_overdue_and_quiet(customers, forecast):
    valued = valued_customers(customers, forecast=forecast)
    mean = valued["lifetime_value"].mean()
    overdue = valued["days_since_last"] * valued["frequency"] > valued["recency"]
    chosen = valued[overdue & (valued["lifetime_value"] > mean) & (valued["probability_inactive"] >= 0.5)]
    chosen = chosen[chosen["frequency"] > 0].sort_values("lifetime_value", ascending=False)
    found = customers_worth_saving(customers, forecast=forecast)
    assert 0 < len(found) < len(customers) / 10
    assert found["customer_id"].tolist() == chosen["customer_id"].tolist()
    np.testing.assert_allclose(found["days_between"], chosen["recency"] / chosen["frequency"])
    np.testing.assert_allclose(found["times_the_mean"], chosen["lifetime_value"] / mean)


def test_one_price_is_one_price_whatever_its_last_bit():
    # three prices of 9.99 add up to 29.97 in one order or another
    noisy = [(9.99 + 9.99 + 9.99) / 3, 9.99, 29.97 / 3, 9.99 * (1 + 2e-16)]
    with pytest.raises(UnfitError, match=r"All who came back spent 9\.99 per purchase day\.") as refused:
        fit_spend(spending(*noisy * 3))
    assert refused.value.problem == "one_amount"
    # a cent more for one of them is a difference
    assert fit_spend(spending(*noisy * 3, 10.00)).n_customers_ == 13


class Lost:
    """A fitted model with parameters on the boundary."""

    def __init__(self, estimates, boundary):
        self.params_ = pd.DataFrame(
            {"estimate": estimates, "std_error": 0.1, "lower": 0.5, "upper": 2.0},
            index=pd.Index(list(estimates), name="parameter"),
        )
        self.boundary_ = boundary


@pytest.mark.parametrize(
    ("boundary", "told", "dashes"),
    [
        # amounts of one customer are all alike (p unbounded): v goes with p; the customers' spread is known
        (["p"], ("p", "v"), "pv"),
        # customers are all alike (q unbounded): v / q is all that is known
        (["q"], ("q", "v"), "qv"),
        (["p", "q"], ("p", "q", "v"), "pqv"),
        (["alpha"], ("r", "alpha"), ["r", "alpha"]),
        (["b"], ("a", "b"), "ab"),
        (["beta"], ("s", "beta"), ["s", "beta"]),
    ],
)
def test_parameters_that_cannot_be_told_apart_are_missing_together(boundary, told, dashes):
    names = next(names for names in (["p", "q", "v"], ["r", "alpha", "s", "beta"], ["r", "alpha", "a", "b"])
                 if boundary[0] in names)  # fmt: skip
    model = Lost(dict.fromkeys(names, 1.0), boundary)
    assert limits_of([model], mean_alive=0.5, days_covered=999, horizon_days=365).undetermined == told
    found = parameters_of([model]).set_index("parameter")
    assert found.index[~found["is_determined"]].tolist() == list(dashes)
    numbers = found[["estimate", "std_error", "lower", "upper"]].isna()
    assert numbers.all(axis=1).tolist() == numbers.any(axis=1).tolist() == (~found["is_determined"]).tolist()


def test_q_and_v_are_missing_where_customers_spend_alike():
    # amounts within a thousandth of 10: neither those of one customer nor the customers differ
    model = fit_spend(spending(*(10 + (n * 7 % 11) / 1e4 for n in range(200))))
    found = parameters_of([model]).set_index("parameter")
    assert not found["is_determined"].any()
    assert found.loc["v", ["estimate", "lower", "upper"]].isna().all()


def test_limits_are_said_in_both_languages():
    model = Lost(dict.fromkeys(["r", "alpha", "s", "beta"], 1.0), ["s", "alpha"])
    limits = limits_of([model], mean_alive=0.5, days_covered=1234, horizon_days=2000)
    first, second = limits.said(horizon="2,000 days")
    assert first == "The log determines r, α, s, β only in part; the intervals may be too narrow."
    assert first.told("zh", Words()) == "数据只能部分确定 r、α、s、β，区间可能偏窄。"
    assert second.startswith("The log covers 1,234 days, less than the 2,000 days to be predicted")


# Laws.


def test_the_order_of_rows_and_their_index_are_kept(customers, forecast):
    shuffled = customers.sample(frac=1, random_state=1)
    valued = valued_customers(shuffled, forecast=forecast)
    assert valued.index.tolist() == shuffled.index.tolist()
    assert_frame_equal(valued[list(customers.columns)], shuffled)
    assert_frame_equal(valued.sort_index(), valued_customers(customers, forecast=forecast), rtol=1e-12)
    assert_frame_equal(base_forecast(shuffled).totals, forecast.totals)


@pytest.mark.parametrize("kind", ["polars", "lazy", "pyarrow"])
def test_the_kind_of_table_given_is_given_back(customers, forecast, kind):
    few = customers.head(40)
    given = {
        "polars": pl.from_pandas(few),
        "lazy": pl.from_pandas(few).lazy(),
        "pyarrow": pl.from_pandas(few).to_arrow(),
    }
    native = given[kind]
    for found, expected in (
        (valued_customers(native, forecast=forecast), valued_customers(few, forecast=forecast)),
        (customers_worth_saving(native, forecast=forecast), customers_worth_saving(few, forecast=forecast)),
        (base_forecast(native).totals, base_forecast(few).totals),
    ):
        assert isinstance(found, type(native))
        in_pandas = (found.collect() if kind == "lazy" else found).to_pandas()
        assert in_pandas.columns.tolist() == expected.columns.tolist()
        assert in_pandas.iloc[:, -1].tolist() == pytest.approx(expected.iloc[:, -1].tolist(), nan_ok=True)


def test_those_without_a_purchase_day_have_nothing(customers, forecast):
    prospect = customers.head(1).assign(customer_id=-1, n_orders=0, frequency=np.nan, recency=np.nan, T=np.nan)
    found = valued_customers(pd.concat([prospect, customers.head(1)]), forecast=forecast)
    made = ["probability_alive", "probability_inactive", "expected_purchases", "expected_spend", "lifetime_value"]
    assert found[made].isna().all(axis=1).tolist() == [True, False]


@pytest.mark.deep
def test_sums_of_many_customers_are_exact_and_their_intervals_learned_from_some(monkeypatch):
    monkeypatch.setattr(_sums, "_MOST_DRAWS", 500)
    customers = customer_summary(as_transactions(load_cdnow()), as_of="1998-06-30")
    often = customers.assign(often=customers["frequency"].clip(upper=3).astype(str))
    forecast = base_forecast(customers)
    whole = forecast.totals, forecast.by_group(often, by="often")
    monkeypatch.setattr(_sums, "_MOST_DRAWN", 800)
    some = base_forecast(customers).totals, forecast.by_group(often, by="often")
    for one, other, rtol in zip(some, whole, (0.02, 0.03), strict=True):
        exact = [name for name in one.columns if name not in ("lower", "upper")]
        assert_frame_equal(one[exact], other[exact])
        assert_frame_equal(one[["lower", "upper"]], other[["lower", "upper"]], rtol=rtol)


# Refusals.


def test_too_few_who_came_back_are_refused(customers):
    nine = customers[customers["frequency"] > 0].head(9)
    with pytest.raises(UnfitError, match="Fewer than 10 customers bought on two days") as refused:
        base_forecast(pd.concat([nine, customers[customers["frequency"] == 0]]))
    assert refused.value.problem == "few_repeaters"
    assert refused.value.said.told("zh", Words()).startswith("在两个不同日期购买过的客户不足 10 位")
    travelled = pickle.loads(pickle.dumps(refused.value))  # noqa: S301
    assert (str(travelled), travelled.problem) == (str(refused.value), "few_repeaters")


def test_without_a_model_of_spend_there_are_purchases(customers):
    free = customers.assign(monetary_value=customers["monetary_value"] * 0)
    found = base_forecast(free)
    assert (found.problem.problem, found.spend_model) == ("few_amounts", None)
    assert found.totals["quantity"].tolist() == ["expected_purchases"]
    valued = valued_customers(free, forecast=found)
    assert valued["lifetime_value"].isna().all()
    assert valued["expected_purchases"].sum() == pytest.approx(found.totals["value"].iloc[0])
    assert found.by_group(free.assign(all="all"), by="all")["quantity"].tolist() == ["expected_purchases"]
    with pytest.raises(ValueError, match="Without a model of spend nobody can say who is worth saving"):
        customers_worth_saving(free, forecast=found)


def test_where_nobody_leaves_nobody_can_be_saved():
    early = customer_summary(as_transactions(load_cdnow()), as_of="1997-02-15")
    found = base_forecast(early)
    assert found.limits == (True, (), 46)
    with pytest.raises(ValueError, match="The model finds nobody leaving, so it cannot say"):
        customers_worth_saving(early, forecast=found)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"model": "nbd"}, ValueError, r"`model` must be one of \['bg', 'mbg', 'pareto'\], got 'nbd'"),
        ({"horizon_days": 0}, ValueError, "`horizon_days` must be above 0, got 0"),
        ({"horizon_days": "1Y"}, TypeError, "`horizon_days` must be a number, got '1Y'"),
        ({"margin": 30}, ValueError, r"above 0 and at most 1; got 30\. Did you mean 0\.3"),
        ({"discount_rate": -0.1}, ValueError, "`discount_rate` must be a rate per year of 0 or more"),
        ({"level": 95}, ValueError, r"`level` must lie between 0 and 1, got 95\. Did you mean 0\.95"),
    ],
)
def test_wrong_options_are_refused(customers, options, error, message):
    with pytest.raises(error, match=message):
        base_forecast(customers, **options)


def test_other_tables_are_refused(customers, forecast):
    with pytest.raises(
        SchemaError, match=r"`customers` lacks the columns \['frequency', 'recency', 'T', 'monetary_value'\]"
    ):
        base_forecast(customers[["customer_id"]])
    with pytest.raises(TypeError, match="`customers` must be a pandas, Polars or PyArrow table"):
        valued_customers([1], forecast=forecast)
    import duckdb

    with duckdb.connect() as connection:
        relation = connection.from_df(customers)
        with pytest.raises(TypeError, match="`customers` must be a table in memory"):
            customers_worth_saving(relation, forecast=forecast)


def test_inputs_are_left_as_they_were(customers, forecast):
    before = customers.copy()
    valued_customers(customers, forecast=forecast)
    forecast.by_group(customers.assign(all="all"), by="all")
    assert_frame_equal(customers, before)
    assert buyers(customers).equals(customers)
    assert type(fit_purchases(customers)) is ParetoNBDModel
