"""Forecasts of new customers: by hand, slow computations, promises under simulation, laws, refusals, what is drawn."""

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy.optimize import minimize
from scipy.stats import nbinom, poisson
from tests.depth import few
from tests.frames import as_pandas

from crmkit import SchemaError
from crmkit.plotting import plot_acquisition_forecast
from crmkit.value.rhythm import acquisition_forecast_table
from crmkit.value.rhythm._count_interval import count_interval, expected_squares
from crmkit.value.rhythm._damped_trend import damped_trend, smoothing

mpl.use("Agg")

QUARTERS = [52, 48, 55, 61, 50, 47, 58, 66, 59, 54, 63, 70, 60, 58]
MONTHS = pd.DataFrame(
    {
        "period": pd.date_range("2022-01-01", periods=30, freq="MS"),
        "new_customers": [*np.random.default_rng(3).poisson(40, 30)],
    }
)


# By hand


def test_forecasts_and_errors_by_hand():
    table = acquisition_forecast_table(QUARTERS, n_periods=5, season_length=4)
    found = {name: rows["new_customers"].tolist() for name, rows in table.groupby("method", sort=False)}
    assert list(found) == ["last_value", "seasonal_naive", "damped_trend"]
    assert found["last_value"] == [58] * 5
    assert found["seasonal_naive"] == [63, 70, 60, 58, 63]
    assert table["step"].tolist() == [1, 2, 3, 4, 5] * 3
    assert set(table["n_origins"]) == {6}
    assert table["too_few"].all()
    # from the ninth quarter on, one step ahead: 59 54 63 70 60 58 after 66 59 54 63 70 60
    one = acquisition_forecast_table(QUARTERS, n_periods=1, season_length=4).set_index("method")
    assert_allclose(one.loc["last_value", "mean_absolute_error"], (7 + 5 + 9 + 7 + 10 + 2) / 6)
    # and a year before: 50 47 58 66 59 54
    assert_allclose(one.loc["seasonal_naive", "mean_absolute_error"], (9 + 7 + 5 + 4 + 1 + 4) / 6)
    assert_allclose(one.loc["seasonal_naive", "relative_error"], 30 / 40)
    assert one["is_best"].tolist() == [False, True, False]


def test_the_interval_is_negative_binomial_by_hand():
    # 25 origins, a squared error of 100 around 50: variance 100 (2.0595 / 1.96)^2 = 110.42
    wider = (2.059539 / 1.959964) ** 2
    variance = 100 * wider
    ends = count_interval(np.array([50.0]), np.array([100.0]), usual=60, least=0.01, n_origins=25, level=0.95)
    law = nbinom(50**2 / (variance - 50), 50 / variance)
    assert_allclose(np.ravel(ends), law.ppf([0.025, 0.975]))
    # errors smaller than chance alone would make them
    ends = count_interval(np.array([50.0]), np.array([1.0]), usual=60, least=0.01, n_origins=25, level=0.95)
    assert_allclose(np.ravel(ends), poisson(50).ppf([0.025, 0.975]))
    # twice the usual level: errors twice as large
    ends = count_interval(np.array([120.0]), np.array([100.0]), usual=60, least=0.01, n_origins=25, level=0.95)
    law = nbinom(120**2 / (4 * variance - 120), 120 / (4 * variance))
    assert_allclose(np.ravel(ends), law.ppf([0.025, 0.975]))


def test_large_counts_have_the_same_quantiles():
    for mean, squares in ((0.99e6, 1e10), (0.99e6, 1e8)):
        asked = {"usual": 1e9, "least": 0.01, "n_origins": 10**6, "level": 0.9}
        small = np.ravel(count_interval(np.array([mean]), np.array([squares]), **asked))
        large = np.ravel(count_interval(np.array([mean * 1.02]), np.array([squares * 1.02**2]), **asked))
        assert_allclose(large, small * 1.02, rtol=2e-5)


def test_errors_do_not_fall_with_the_steps_and_grow_beyond():
    errors = np.array([[3.0, 1, np.nan, np.nan], [3.0, 2, np.nan, np.nan], [3.0, np.nan, np.nan, np.nan]])
    # 9 of three origins, 2.5 of two: 6.4 for both; then 6.4 * 3 / 2
    assert_allclose(expected_squares(errors), [6.4, 6.4, 9.6, 12.8])


# Slow computations


def naive_errors(y, level, trend, alpha, beta, damping):
    errors = []
    for value in y:
        expected = level + damping * trend
        errors.append(value - expected)
        level, trend = expected + alpha * errors[-1], damping * trend + alpha * beta * errors[-1]
    ahead = [level + trend * sum(damping**k for k in range(1, step + 1)) for step in (1, 2, 3)]
    return float(np.square(errors).sum()), ahead


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_damped_trend_is_that_of_a_general_search(seed):
    rng = np.random.default_rng(seed)
    y = 50 + np.cumsum(rng.normal(1, 2, 40)) + rng.normal(0, 3, 40)
    found = []
    for start in ((0.3, 0.1, 0.9), (0.8, 0.3, 0.85), (0.1, 0.6, 0.95)):
        best = minimize(
            lambda at: naive_errors(y, *at)[0], [y[0], 1.0, *start], method="L-BFGS-B",
            bounds=[(None, None), (None, None), (0, 1), (0, 1), (0.8, 0.98)],
        )  # fmt: skip
        found.append(best.fun)
    constants, states = smoothing(y)
    least, ahead = naive_errors(y, *states, *constants)
    assert least <= min(found) * 1.02
    assert_allclose(damped_trend(y, 3), ahead, rtol=1e-9)


def test_a_trend_that_flattens_is_carried_on():
    trend = 100 + 20 * np.cumsum(0.89 ** np.arange(24))
    assert_allclose(damped_trend(trend[:20], 4), trend[20:], rtol=1e-6)


@pytest.mark.deep
@pytest.mark.parametrize("kind", ["level", "trend", "season"])
def test_intervals_hold_what_they_promise(kind):
    """New customers drawn from a negative binomial distribution: 95 % intervals hold 93 % and more at 6 steps."""
    rng = np.random.default_rng(5)
    at = np.arange(42)
    mean = {"level": 60 + 0 * at, "trend": 40 + 1.5 * at, "season": 60 * (1 + 0.4 * np.sin(at * np.pi / 6))}[kind]
    held = []
    for _ in range(60):
        came = rng.negative_binomial(15, 15 / (15 + mean))
        table = acquisition_forecast_table(came[:36], n_periods=6, season_length=12)
        held.append((table["lower"] <= np.tile(came[36:], 3)) & (np.tile(came[36:], 3) <= table["upper"]))
    assert (np.mean(held, axis=0).reshape(3, 6).mean(axis=1) > 0.93).all()


# Laws


@few()
@given(st.lists(st.integers(0, 200), min_size=1, max_size=30), st.integers(1, 6), st.sampled_from([0.5, 0.95]))
def test_what_is_forecast_lies_in_its_interval(new, n_periods, level):
    if not any(new):
        new[0] = 1
    table = acquisition_forecast_table(new, n_periods=n_periods, season_length=4, level=level)
    made = table[table["reason"].isna()]
    assert made["new_customers"].notna().all()
    assert (made["new_customers"] >= 0).all()
    known = made[made["lower"].notna()]
    assert (known["lower"] >= 0).all()
    assert (known["lower"] <= known["new_customers"]).all()
    assert (known["new_customers"] <= known["upper"]).all()
    assert np.isfinite(known["upper"]).all()
    assert table.loc[table["reason"].notna(), ["new_customers", "lower", "mean_absolute_error"]].isna().all(axis=None)
    assert table["is_best"].sum() in (0, n_periods)


@pytest.mark.parametrize("method", ["last_value", "seasonal_naive", "damped_trend"])
def test_the_error_is_that_of_forecasts_made_from_shorter_series(method):
    new = MONTHS["new_customers"].to_numpy()
    off = []
    for origin in range(12, 30):
        # a year of months has to be two years long before it is shown, and one to be tried
        ahead = new[origin - 12 : origin - 9] if method == "seasonal_naive" else None
        if ahead is None:
            table = acquisition_forecast_table(new[:origin], n_periods=3)
            ahead = table.loc[table["method"] == method, "new_customers"].to_numpy()
        came = new[origin : origin + 3]
        off += list(np.abs(came - ahead[: len(came)]))
    table = acquisition_forecast_table(new, n_periods=3, season_length=12).set_index("method")
    assert_allclose(table.loc[method, "mean_absolute_error"], np.mean(off))
    assert set(table["n_origins"]) == {18}


def test_some_room_is_left_after_periods_without_anybody():
    table = acquisition_forecast_table([5, *[0] * 9], n_periods=1).set_index("method")
    assert table.loc["damped_trend", "new_customers"] == 0
    assert table.loc["damped_trend", "upper"] >= 1


# Tables, periods


def test_every_kind_of_table(build):
    found = as_pandas(acquisition_forecast_table(build(MONTHS), n_periods=2)).sort_values(["method", "step"])
    expected = acquisition_forecast_table(MONTHS, n_periods=2).sort_values(["method", "step"])
    for name in ("new_customers", "lower", "upper", "mean_absolute_error"):
        assert_allclose(found[name].astype(float), expected[name])
    assert pd.to_datetime(found["period"]).dt.strftime("%Y-%m").tolist() == ["2024-07", "2024-08"] * 3


def test_the_year_follows_from_the_periods():
    table = acquisition_forecast_table(MONTHS, n_periods=1).set_index("method")
    assert table.loc["seasonal_naive", "new_customers"] == MONTHS["new_customers"][18]
    for freq, reason in (("QS", None), ("YS", "no_season"), ("W-MON", "too_short"), ("D", "too_short")):
        periods = pd.date_range("2022-01-03", periods=30, freq=freq)
        table = acquisition_forecast_table(MONTHS.assign(period=periods), n_periods=1).set_index("method")
        assert table.loc["seasonal_naive", "reason"] == reason or (
            reason is None and table["new_customers"].notna().all()
        )
    assert acquisition_forecast_table(QUARTERS, n_periods=1)["reason"].tolist()[1] == "no_season"


def test_run_in_and_unfinished_periods_are_left_out():
    given_table = MONTHS.copy()
    given_table["new_customers"] = given_table["new_customers"].astype(float)
    given_table.loc[[0, 1, 29], "new_customers"] = np.nan
    before = given_table.copy(deep=True)
    table = acquisition_forecast_table(given_table.sample(frac=1, random_state=2), n_periods=1)
    expected = acquisition_forecast_table(MONTHS.iloc[2:29], n_periods=1)
    pd.testing.assert_frame_equal(table, expected)
    assert table["period"][0] == pd.Timestamp("2024-06-01")
    pd.testing.assert_frame_equal(given_table, before)


def test_one_period_is_too_short_to_judge():
    table = acquisition_forecast_table([7], n_periods=1)
    assert table["new_customers"].tolist()[0] == 7
    assert table["lower"].isna().all()
    assert not table["is_best"].any()
    assert table["reason"].tolist() == [None, "no_season", "too_short"]


# Refusal


@pytest.mark.parametrize(
    ("adopters", "error", "match"),
    [
        ([1.5, 2, 3], SchemaError, "must hold whole numbers up to 2\\^53.*rows \\[0\\].*not thousands of them"),
        ([1e300, 2, 3], SchemaError, "must hold whole numbers up to"),
        ([0, 0], SchemaError, "holds no new customer"),
        ([1, -2], SchemaError, "is below 0"),
        ([1, np.nan, 3], SchemaError, "Give 0 for a period"),
        (MONTHS.drop(index=4), SchemaError, "needs a row with 0"),
    ],
)
def test_what_cannot_be_forecast_is_refused(adopters, error, match):
    with pytest.raises(error, match=match):
        acquisition_forecast_table(adopters, n_periods=2)


@pytest.mark.parametrize("wrong", [{"n_periods": 0}, {"season_length": 1}, {"level": 1.0}])
def test_arguments_are_checked(wrong):
    with pytest.raises(ValueError, match=f"`{next(iter(wrong))}` must"):
        acquisition_forecast_table(QUARTERS, **{"n_periods": 2, **wrong})


# What is drawn


def test_forecasts_are_drawn_side_by_side():
    table = acquisition_forecast_table(MONTHS, n_periods=4)
    ax = plot_acquisition_forecast(table)
    texts = [text.get_text() for text in ax.get_legend().get_texts()]
    assert len(texts) == 3
    assert sum("closest so far" in text for text in texts) == 1
    assert ax.get_xticklabels()[0].get_text() == "2024-07-01"
    with mpl.rc_context({"svg.fonttype": "none"}):
        ax = plot_acquisition_forecast(acquisition_forecast_table([7, 9, 8], n_periods=12), language="zh")
        assert ax.get_xlabel() == "向前期数"
        assert [text.get_text() for text in ax.get_legend().get_texts()] == ["上期值（历史误差最小）"]
    with pytest.raises(SchemaError, match="holds no forecast"):
        plot_acquisition_forecast(table.head(0))
