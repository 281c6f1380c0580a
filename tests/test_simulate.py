"""The simulator: its tables against the theory they are drawn from, within standard errors."""

import math
from datetime import date, datetime
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from tests.depth import few

from crmkit.datasets import make_transactions
from crmkit.datasets._intensity import Campaign, busy_time, busy_time_curve, calendar_time, seasonal_intensity
from crmkit.datasets._simulate import SimulatedOrders

# A right simulator passes a test of this many standard errors in all but 6 of 100,000 seeds; ours are fixed.
STANDARD_ERRORS = 4
DAY = pd.Timedelta(days=1)
FAR_AWAY = pd.Timestamp("2262-01-01")


def assert_mean(values: Any, expected: float) -> None:
    """Check a sample mean against its expectation, within four standard errors of the sample."""
    values = np.asarray(values, dtype=float)
    error = values.std(ddof=1) / math.sqrt(len(values))
    assert abs(values.mean() - expected) < STANDARD_ERRORS * error


def purchases(simulated: SimulatedOrders) -> pd.DataFrame:
    return simulated.orders[simulated.orders["amount"] > 0]


def later_orders(simulated: SimulatedOrders) -> pd.Series:
    """Orders after the first, for each customer in the order of `truth`, prospects left out."""
    ids = simulated.truth["customer_id"][simulated.truth["acquired"].notna()]
    counts = purchases(simulated)["customer_id"].value_counts()
    return counts.reindex(ids.to_numpy()) - 1


def days_since(stamps: pd.Series, start: str) -> np.ndarray:
    return in_days(stamps - pd.Timestamp(start))


def in_days(spans: pd.Series) -> np.ndarray:
    return np.asarray(spans.dt.total_seconds()) / 86_400


# By hand.


def test_busy_time_runs_faster_in_a_campaign() -> None:
    # Ten days at 1, but days 3 to 6 at 1.5. After 4.5 days 3 + 1.5 * 1.5 = 5.25, in all 6 + 4 * 1.5 = 12.
    curve = busy_time_curve(np.ones(10), campaign=Campaign(first_day=3, n_days=4, uplift=0.5))
    assert busy_time(np.array([0.0, 3.0, 4.5, 10.0]), curve=curve).tolist() == [0, 3, 5.25, 12]
    assert calendar_time(np.array([0.0, 3.0, 5.25, 12.0]), curve=curve).tolist() == [0, 3, 4.5, 10]


def test_a_campaign_is_cut_at_the_end() -> None:
    # Five days, the last two at 3: 3 + 2 * 3 = 9.
    curve = busy_time_curve(np.ones(5), campaign=Campaign(first_day=3, n_days=30, uplift=2.0))
    assert curve[-1] == 9


@pytest.mark.parametrize("year", [2023, 2024])
def test_the_season_peaks_on_15_december_and_has_mean_one(year: int) -> None:
    # 2024 is a leap year. The trough lies half a year from the peak, in mid June.
    n_days = (date(year, 12, 31) - date(year, 1, 1)).days + 1
    intensity = seasonal_intensity(datetime(year, 1, 1), n_days=n_days, amplitude=0.4)
    assert intensity.mean() == pytest.approx(1, abs=1e-12)
    assert intensity.argmax() == (date(year, 12, 15) - date(year, 1, 1)).days
    assert intensity.max() == pytest.approx(1.4, abs=1e-4)
    assert intensity.min() == pytest.approx(0.6, abs=1e-4)
    assert date.fromordinal(date(year, 1, 1).toordinal() + int(intensity.argmin())).month == 6


def test_one_day_one_customer() -> None:
    # An acquisition window of one day and next to no purchase rate: the first order only, on that day.
    simulated = make_transactions(
        n_customers=1,
        start="2024-02-29",
        end=date(2024, 2, 29),
        purchases_per_year=1e-9,
        refund_rate=0.0,
        random_state=1,
    )
    assert simulated.orders[["order_id", "customer_id"]].to_numpy().tolist() == [[1, 1]]
    assert simulated.orders["date"].dt.normalize().tolist() == [pd.Timestamp("2024-02-29")]
    assert simulated.truth["acquired"].tolist() == simulated.orders["date"].tolist()


def test_rates_are_per_day_and_alike_with_a_large_shape() -> None:
    # 73.05 purchases in 365.25 days are 0.2 a day; a mean life of 50 days is a rate of 0.02.
    truth = make_transactions(
        purchases_per_year=73.05,
        purchase_rate_shape=1e8,
        mean_lifetime_days=50,
        dropout_rate_shape=1e8,
        mean_spend=30,
        customer_spend_shape=1e8,
        random_state=1,
    ).truth
    assert truth["purchase_rate"].to_numpy() == pytest.approx(0.2, rel=1e-3)
    assert truth["dropout_rate"].to_numpy() == pytest.approx(0.02, rel=1e-3)
    assert truth["mean_spend"].to_numpy() == pytest.approx(30, rel=1e-3)


# Reference: closed forms of the models.


def test_purchases_without_dropout_follow_the_nbd() -> None:
    # NBD: with rate r/alpha and shape r over t days, mean r t/alpha, variance (r t/alpha)(1 + t/alpha).
    simulated = make_transactions(
        n_customers=40_000,
        start="2023-01-01",
        end="2023-12-31",
        acquisition_days=1,
        purchases_per_year=4.0,
        purchase_rate_shape=0.8,
        mean_lifetime_days=math.inf,
        refund_rate=0.0,
        random_state=2,
    )
    observed = 365 - days_since(simulated.truth["acquired"], "2023-01-01")
    mean = 4.0 / 365.25 * observed
    counts = later_orders(simulated).to_numpy()
    assert_mean(counts - mean, 0)
    assert_mean((counts - mean) ** 2 - mean * (1 + mean / 0.8), 0)


@pytest.mark.parametrize("shape", [1.2, 2.0, 8.0])
def test_purchases_with_dropout_follow_the_pareto_nbd(shape: float) -> None:
    # Schmittlein, Morrison and Colombo (1987): E[X(t)] = r beta/(alpha (s-1)) (1 - (beta/(beta+t))^(s-1)).
    simulated = make_transactions(
        n_customers=40_000,
        purchases_per_year=10.0,
        purchase_rate_shape=1.5,
        mean_lifetime_days=200.0,
        dropout_rate_shape=shape,
        random_state=3,
    )
    observed = 731 - days_since(simulated.truth["acquired"], "2024-01-01")
    beta = (shape - 1) * 200.0
    expected = 10.0 / 365.25 * 200.0 * (1 - (beta / (beta + observed)) ** (shape - 1))
    assert_mean(later_orders(simulated).to_numpy() - expected, 0)


def test_lifetimes_follow_the_pareto() -> None:
    # Lomax: survival (beta/(beta+t))^s, mean beta/(s-1).
    truth = make_transactions(
        n_customers=40_000, mean_lifetime_days=300.0, dropout_rate_shape=4.0, random_state=4
    ).truth
    lifetime = in_days(truth["dropout"] - truth["acquired"])
    assert_mean(lifetime, 300)
    for days in (30, 365, 1500):
        assert_mean(lifetime > days, (900 / (900 + days)) ** 4)


def test_spend_follows_the_gamma_gamma() -> None:
    # Mean order value of customers: mean m, variance m^2/(q-2). Orders of one: mean z, variance z^2/p.
    simulated = make_transactions(
        n_customers=40_000,
        mean_spend=80.0,
        order_spend_shape=5.0,
        customer_spend_shape=7.0,
        refund_rate=0.0,
        random_state=5,
    )
    mean = simulated.truth["mean_spend"]
    assert_mean(mean, 80)
    assert_mean((mean - 80) ** 2, 80**2 / 5)
    relative = simulated.orders["amount"] / simulated.orders["customer_id"].map(
        simulated.truth.set_index("customer_id")["mean_spend"]
    )
    assert_mean(relative, 1)
    assert_mean((relative - 1) ** 2, 1 / 5)


# Laws.


def test_counts_are_poisson_given_the_truth_under_season_campaign_and_dropout() -> None:
    # A second, naive computation: the days of each life, one by one, each at its own intensity.
    simulated = make_transactions(
        n_customers=4000,
        start="2023-03-10",
        end="2024-07-05",
        purchases_per_year=20.0,
        purchase_rate_shape=3.0,
        seasonality=0.6,
        campaign_start="2023-11-20",
        campaign_days=60,
        campaign_uplift=0.8,
        prospect_share=0.25,
        random_state=6,
    )
    truth = simulated.truth.merge(simulated.customers, on="customer_id").dropna(subset="acquired")
    n_days = 484
    acquired = days_since(truth["acquired"], "2023-03-10")[:, None]
    dropout = days_since(truth["dropout"], "2023-03-10")[:, None]
    day = np.arange(n_days)
    dates = pd.date_range("2023-03-10", periods=n_days)
    lived = np.clip(np.minimum(dropout, day + 1) - np.maximum(acquired, day), 0, 1)
    year_share = (np.asarray(dates.day_of_year) - 0.5) / np.where(dates.is_leap_year, 366, 365)
    intensity = 1 + 0.6 * np.cos(2 * np.pi * (year_share - 348.5 / 365))
    lift = np.where((dates >= pd.Timestamp("2023-11-20")) & (dates < pd.Timestamp("2024-01-19")), 1.8, 1.0)
    treated = (truth["arm"] == "treated").to_numpy()[:, None]
    busy = (lived * intensity * np.where(treated, lift, 1.0)).sum(axis=1)
    expected = truth["purchase_rate"].to_numpy() * busy
    seen = expected > 0.05
    residual = (later_orders(simulated).to_numpy() - expected)[seen]
    assert_mean(residual, 0)
    assert_mean(residual**2 / expected[seen], 1)


@pytest.mark.parametrize("uplift", [-0.5, 0.0, 0.6])
def test_the_arms_differ_by_the_uplift_in_the_campaign_only(uplift: float) -> None:
    simulated = make_transactions(
        n_customers=40_000,
        acquisition_days=90,
        purchases_per_year=12.0,
        mean_lifetime_days=math.inf,
        seasonality=0.3,
        campaign_start=datetime(2024, 9, 1, 15, 30),
        campaign_days=45,
        campaign_uplift=uplift,
        treated_share=0.4,
        random_state=7,
    )
    orders = purchases(simulated)
    inside = orders["date"].between("2024-09-01", "2024-10-16", inclusive="left")
    after = orders["date"] >= "2024-10-16"
    treated = simulated.customers.set_index("customer_id")["arm"] == "treated"
    assert treated.sum() == 16_000
    for part, ratio in ((inside, 1 + uplift), (after, 1.0)):
        counts = orders.loc[part, "customer_id"].value_counts().reindex(treated.index, fill_value=0)
        lifted, plain = counts[treated], counts[~treated]
        # Under the law the difference lifted - ratio * plain has mean 0.
        error = math.sqrt(lifted.var() / len(lifted) + ratio**2 * plain.var() / len(plain))
        assert abs(lifted.mean() - ratio * plain.mean()) < STANDARD_ERRORS * error


def test_the_season_shapes_the_months_and_keeps_the_total() -> None:
    # Share of each month of a whole year: the integral of 1 + A cos(2 pi (x - peak)) over it.
    amplitude = 0.7
    simulated = make_transactions(
        n_customers=20_000,
        start="2022-12-31",
        end="2023-12-31",
        acquisition_days=1,
        mean_lifetime_days=math.inf,
        refund_rate=0.0,
        seasonality=amplitude,
        random_state=8,
    )
    orders = simulated.orders[simulated.orders["date"] >= "2023-01-01"]
    edges = np.cumsum([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]) / 365
    wave = np.sin(2 * np.pi * (edges - 348.5 / 365)) / (2 * np.pi)
    expected = np.diff(edges + amplitude * wave)
    share = orders["date"].dt.month.value_counts(normalize=True).sort_index().to_numpy()
    error = np.sqrt(expected * (1 - expected) / len(orders))
    assert (np.abs(share - expected) < STANDARD_ERRORS * error).all()
    per_customer = orders["customer_id"].value_counts().reindex(simulated.truth["customer_id"], fill_value=0)
    assert_mean(per_customer, 6 * 365 / 365.25)


def test_refunds_have_their_share_and_delay() -> None:
    rate = 0.2
    simulated = make_transactions(n_customers=20_000, refund_rate=rate, random_state=9)
    orders = purchases(simulated)
    refunds = simulated.orders[simulated.orders["amount"] < 0]
    # An order that lies d days before the end has a visible refund with probability rate (1 - exp(-d/10)).
    seen = rate * (1 - np.exp(-(731 - days_since(orders["date"], "2024-01-01")) / 10))
    assert abs(len(refunds) - seen.sum()) < STANDARD_ERRORS * math.sqrt((seen * (1 - seen)).sum())
    # Those after the end are left out, not moved to its last second.
    assert (refunds["date"] == pd.Timestamp("2025-12-31 23:59:59")).sum() <= 1
    pairs = refunds.assign(amount=-refunds["amount"]).merge(
        orders, on=["customer_id", "amount"], suffixes=("_refund", "_order")
    )
    pairs = pairs[pairs["order_id_refund"] > pairs["order_id_order"]]
    assert pairs["order_id_refund"].nunique() == len(refunds)
    early = pairs[pairs["date_order"] < "2025-06-01"].drop_duplicates("order_id_refund", keep="last")
    # Chance pairs of equal cents are rare: below 1 in 1,000 here.
    assert in_days(early["date_refund"] - early["date_order"]).mean() == pytest.approx(10, rel=0.05)


def test_later_orders_are_uniform_over_the_life() -> None:
    # Given their number, the points of a Poisson process of constant rate are uniform.
    simulated = make_transactions(n_customers=20_000, refund_rate=0.0, random_state=16)
    later = simulated.orders[simulated.orders["customer_id"].duplicated()].merge(simulated.truth, on="customer_id")
    end = pd.Timestamp("2026-01-01")
    until = later["dropout"].where(later["dropout"] < end, end)
    life = in_days(until - later["acquired"])
    share = (in_days(later["date"] - later["acquired"]) / life)[life > 1]
    assert_mean(share, 1 / 2)
    assert_mean(share**2, 1 / 3)


def test_acquisition_is_uniform_over_the_window() -> None:
    truth = make_transactions(n_customers=20_000, acquisition_days=100, random_state=10).truth
    share = days_since(truth["acquired"], "2024-01-01") / 100
    assert share.min() >= 0
    assert share.max() < 1
    assert_mean(share, 1 / 2)
    assert_mean(share**2, 1 / 3)


@st.composite
def simulations(draw: st.DrawFn) -> tuple[dict[str, Any], SimulatedOrders]:
    """Any small simulation, with the arguments that made it."""
    n_days = draw(st.integers(1, 800))
    start = draw(st.dates(date(1999, 1, 1), date(2030, 1, 1)))
    with_campaign = draw(st.booleans())
    arguments: dict[str, Any] = {
        "n_customers": draw(st.integers(1, 40)),
        "start": start,
        "end": date.fromordinal(start.toordinal() + n_days - 1),
        "acquisition_days": draw(st.none() | st.integers(1, n_days)),
        "purchases_per_year": draw(st.sampled_from([0.01, 3, 60.0])),
        "mean_lifetime_days": draw(st.sampled_from([0.5, 90, math.inf])),
        "dropout_rate_shape": draw(st.sampled_from([1.01, 2])),
        "mean_spend": draw(st.sampled_from([0.01, 40])),
        "refund_rate": draw(st.sampled_from([0, 0.3, 1])),
        "seasonality": draw(st.sampled_from([0, 0.5, 0.999])),
        "prospect_share": draw(st.sampled_from([0, 0.3, 1])),
        "treated_share": draw(st.sampled_from([0, 0.5, 1])),
        "random_state": draw(st.integers(0, 2**32)),
    }
    if with_campaign:
        arguments["campaign_start"] = date.fromordinal(start.toordinal() + draw(st.integers(0, n_days - 1)))
        arguments["campaign_days"] = draw(st.integers(1, 900))
        arguments["campaign_uplift"] = draw(st.sampled_from([-0.999, 0.0, 5.0]))
    return arguments, make_transactions(**arguments)


@given(simulations())
def test_the_tables_keep_their_promises(case: tuple[dict[str, Any], SimulatedOrders]) -> None:
    arguments, simulated = case
    orders, customers, truth = simulated
    n = arguments["n_customers"]
    assert orders["order_id"].tolist() == list(range(1, len(orders) + 1))
    assert orders["date"].is_monotonic_increasing
    assert customers["customer_id"].tolist() == truth["customer_id"].tolist() == list(range(1, n + 1))
    n_treated = round(arguments["treated_share"] * n) if "campaign_start" in arguments else 0
    assert (customers["arm"] == "treated").sum() == n_treated
    assert (customers["arm"] == "control").sum() == n - n_treated
    # The cents of an amount are whole, and nobody buys for nothing.
    assert (orders["amount"].abs() >= 0.01).all()
    assert (orders["amount"].round(2) == orders["amount"]).all()
    assert (orders["date"] < pd.Timestamp(arguments["end"]) + DAY).all()

    prospects = truth["acquired"].isna()
    assert prospects.sum() == round(arguments["prospect_share"] * n)
    assert truth.drop(columns="customer_id")[prospects].isna().all(axis=None)
    assert truth.drop(columns=["customer_id", "dropout"])[~prospects].notna().all(axis=None)
    assert set(orders["customer_id"]) == set(truth["customer_id"][~prospects])

    bought = purchases(simulated).merge(truth, on="customer_id")
    assert (bought["date"] >= bought["acquired"]).all()
    assert (bought["date"] <= bought["dropout"].fillna(FAR_AWAY)).all()
    assert (bought.groupby("customer_id")["date"].min() == truth.set_index("customer_id")["acquired"].dropna()).all()
    alive = truth["dropout"].fillna(FAR_AWAY) >= pd.Timestamp(arguments["end"]) + DAY
    assert (truth["alive_at_end"] == alive)[~prospects].all()
    refunds = orders.loc[orders["amount"] < 0, ["customer_id", "amount"]]
    returned = (-refunds.set_index("customer_id")["amount"]).reset_index().value_counts()
    sold = bought[["customer_id", "amount"]].value_counts()
    assert (sold.reindex(returned.index, fill_value=0) >= returned).all()


@few()
@given(simulations())
def test_the_column_types_do_not_depend_on_the_arguments(
    case: tuple[dict[str, Any], SimulatedOrders],
) -> None:
    orders, customers, truth = case[1]
    assert orders.dtypes.astype(str).tolist() == ["int64", "int64", "datetime64[us]", "float64"]
    assert customers["customer_id"].dtype == "int64"
    assert truth.dtypes.astype(str).to_dict() == {
        "customer_id": "int64",
        "purchase_rate": "float64",
        "dropout_rate": "float64",
        "acquired": "datetime64[us]",
        "dropout": "datetime64[us]",
        "mean_spend": "float64",
        "alive_at_end": "boolean",
    }


@few()
@given(simulations())
def test_the_same_seed_gives_the_same_tables(case: tuple[dict[str, Any], SimulatedOrders]) -> None:
    arguments, simulated = case
    for again, before in zip(make_transactions(**arguments), simulated, strict=True):
        assert_frame_equal(again, before)


def test_a_generator_seeds_like_its_int_and_moves_on() -> None:
    rng = np.random.default_rng(11)
    first, second = make_transactions(random_state=rng), make_transactions(random_state=rng)
    assert_frame_equal(first.orders, make_transactions(random_state=11).orders)
    assert not first.truth["acquired"].equals(second.truth["acquired"])


def test_without_a_seed_each_call_differs() -> None:
    assert not make_transactions().truth["acquired"].equals(make_transactions().truth["acquired"])


def test_refunds_and_prices_do_not_move_the_orders() -> None:
    plain = make_transactions(refund_rate=0.0, random_state=12).orders
    other = purchases(make_transactions(refund_rate=0.5, mean_spend=500.0, random_state=12))
    assert_frame_equal(plain[["customer_id", "date"]], other[["customer_id", "date"]].reset_index(drop=True))


def test_nobody_leaves_with_an_infinite_lifetime() -> None:
    truth = make_transactions(mean_lifetime_days=math.inf, random_state=13).truth
    assert (truth["dropout_rate"] == 0).all()
    assert truth["dropout"].isna().all()
    assert truth["alive_at_end"].all()


def test_a_life_past_2261_has_no_dropout_date() -> None:
    truth = make_transactions(mean_lifetime_days=1e12, random_state=14).truth
    assert (truth["dropout_rate"] > 0).all()
    assert truth["dropout"].isna().mean() > 0.9
    assert truth["alive_at_end"].all()


# Refusals.


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"n_customers": 10.0}, r"`n_customers` must be a whole number, got 10\.0"),
        ({"start": 2024}, r"`start` must be a date or ISO text such as '2024-12-31', got 2024"),
        ({"campaign_start": 3}, r"`campaign_start` must be a date or ISO text"),
        ({"acquisition_days": 1.5}, r"`acquisition_days` must be a whole number, got 1\.5"),
        ({"purchases_per_year": "6"}, r"`purchases_per_year` must be a number above 0, got '6'"),
        ({"mean_spend": True}, r"`mean_spend` must be a number above 0, got True"),
        ({"campaign_uplift": None}, r"`campaign_uplift` must be a number above -1, got None"),
        ({"refund_rate": "3%"}, r"`refund_rate` must be a number between 0 and 1, got '3%'"),
        ({"campaign_days": 7.0}, r"`campaign_days` must be a whole number, got 7\.0"),
        ({"random_state": "seed"}, r"`random_state` must be an int, .*got 'seed'.*default_rng\(seed\)"),
        ({"random_state": True}, r"`random_state` must be an int, .*got True"),
    ],
)
def test_a_wrong_kind_is_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(TypeError, match=message):
        make_transactions(**arguments)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"n_customers": 0}, r"`n_customers` must be at least 1, got 0"),
        ({"end": "2023-12-31"}, r"`end` must not lie before `start` 2024-01-01, got 2023-12-31"),
        ({"end": "soon"}, r"`end` must be a date or ISO text such as '2024-12-31', got 'soon'"),
        ({"acquisition_days": 0}, r"`acquisition_days` must be at least 1, got 0"),
        (
            {"acquisition_days": 732},
            r"`acquisition_days` must be at most 731, .*got 732\. Shorten it, or move `end`",
        ),
        ({"purchases_per_year": 0}, r"`purchases_per_year` must be a finite number above 0, got 0"),
        (
            {"purchase_rate_shape": math.inf},
            r"`purchase_rate_shape` must be a finite number above 0, got inf",
        ),
        ({"mean_lifetime_days": -5}, r"`mean_lifetime_days` must be a number above 0, got -5"),
        ({"dropout_rate_shape": 1.0}, r"`dropout_rate_shape` must be a finite number above 1, got 1\.0"),
        ({"mean_spend": math.nan}, r"`mean_spend` must be a finite number above 0, got nan"),
        ({"order_spend_shape": 0}, r"`order_spend_shape` must be a finite number above 0, got 0"),
        ({"customer_spend_shape": 1}, r"`customer_spend_shape` must be a finite number above 1, got 1"),
        ({"refund_rate": 1.1}, r"`refund_rate` must lie between 0 and 1, got 1\.1"),
        ({"seasonality": 1}, r"`seasonality` must lie between 0 and 1, got 1"),
        ({"prospect_share": -0.1}, r"`prospect_share` must lie between 0 and 1, got -0\.1"),
        ({"treated_share": 2}, r"`treated_share` must lie between 0 and 1, got 2"),
        ({"campaign_days": 0}, r"`campaign_days` must be at least 1, got 0"),
        (
            {"campaign_start": "2024-06-01", "campaign_uplift": -1},
            r"`campaign_uplift` must be a finite number above -1, got -1",
        ),
        (
            {"campaign_uplift": 0.2},
            r"`campaign_uplift` is 0\.2 but there is no campaign\. Give `campaign_start`",
        ),
        (
            {"campaign_start": "2026-01-01"},
            r"`campaign_start` must lie between `start` and `end`, got '2026-01-01'\. Move it",
        ),
        ({"campaign_start": "2023-12-31"}, r"`campaign_start` must lie between `start` and `end`"),
        ({"random_state": -1}, r"`random_state` must be at least 0, got -1"),
    ],
)
def test_a_wrong_value_is_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make_transactions(**arguments)


# Input untouched.


def test_the_global_random_state_is_left_alone() -> None:
    np.random.seed(0)  # noqa: NPY002
    before = np.random.random()  # noqa: NPY002
    np.random.seed(0)  # noqa: NPY002
    make_transactions(random_state=15)
    assert np.random.random() == before  # noqa: NPY002
