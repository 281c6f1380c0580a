"""The Bass curve of a launch: published figures, slow computations, laws, refusals, what is drawn."""

import json

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mpmath import mp, mpf
from numpy.testing import assert_allclose
from tests import estimator_contract
from tests.depth import few

from crmkit.errors import ConvergenceError, SchemaError
from crmkit.plotting import plot_adoption
from crmkit.value.rhythm import BassModel
from crmkit.value.rhythm._bass_curve import fit_curve, increments, ols_start, peak

mpl.use("Agg")

# Video recorders in the United States, 1980 to 1989, in thousands.
RECORDERS = [840, 1470, 2110, 4000, 7590, 10950, 10530, 9470, 7790, 5890]
MODEL = BassModel().fit(RECORDERS)
MONTHS = pd.DataFrame({"period": pd.date_range("2024-03-01", periods=10, freq="MS"), "new_customers": RECORDERS})


def density(n, p, q):
    t = np.arange(1, n + 1)
    left = np.exp(-(p + q) * t)
    return (p + q) ** 2 / p * left / (1 + q / p * left) ** 2


# Published


def test_the_difference_form_of_the_recorders():
    assert_allclose(MODEL.params_["estimate"], [67660, 0.008789, 0.642159], rtol=6e-5)
    fitted = MODEL.fitted_table()
    assert_allclose(((fitted["new_customers"] - fitted["expected"]) ** 2).sum(), 3_672_146, rtol=1e-6)
    assert_allclose(MODEL.sigma_, np.sqrt(3_672_146 / 7), rtol=1e-6)
    assert_allclose(MODEL.peak_table()["value"][0], 6.59, atol=0.005)


def test_the_density_form_that_other_programs_fit():
    """R scripts fit m f(t) by nls; the same least squares give what they print, so only the form differs."""
    fit = fit_curve(np.array(RECORDERS, dtype=float), market=None, curve=density)
    m, p, q = np.exp(fit.at)
    assert_allclose([m, p, q], [67_981, 0.0065940, 0.638091], rtol=1e-5)
    errors = np.exp(fit.at) * np.sqrt(np.diag(fit.covariance))
    assert_allclose(errors, [3128, 0.00143, 0.0414], rtol=2e-3)
    assert_allclose(fit.sigma, 727.2, atol=0.05)


def test_bass_regression_of_1969():
    m, p, q = ols_start(np.array(RECORDERS, dtype=float))
    assert_allclose([m, p, q], [62_665, 0.021647, 0.680525], rtol=2e-5)
    # constant, coefficient of the sum before, of its square
    assert_allclose([p * m, q - p, -q / m], [1356.505, 0.658878, -1.085965e-5], rtol=1e-6)


# Bass (1969), table of eleven durables: p, q, m in thousands and the time of the peak.
DURABLES = {
    "room air conditioners": (0.010399, 0.41861, 16_895, 8.61),
    "clothes dryers": (0.017206, 0.35688, 15_092, 8.11),
    "black and white television": (0.027877, 0.25105, 96_717, 7.88),
    "record players": (0.024796, 0.65410, 21_937, 4.82),
    "steam irons": (0.028632, 0.32791, 55_696, 6.84),
    "water softeners": (0.017703, 0.29695, 5_793, 8.96),
    "refrigerators": (0.002617, 0.21566, 40_001, 20.2),
    "coffee makers": (0.017135, 0.30145, 58_838, 9.00),
}


@pytest.mark.parametrize("name", DURABLES)
def test_times_of_the_peak_in_bass_1969(name):
    p, q, m, time = DURABLES[name]
    found = BassModel.from_params({"market_potential": m, "p": p, "q": q}).peak_table().set_index("quantity")["value"]
    assert_allclose(found["peak_time"], time, atol=0.05 if time == 20.2 else 0.0051)
    assert_allclose(found["peak_rate"], m * (p + q) ** 2 / (4 * q), rtol=1e-12)
    assert_allclose(found["peak_share"], 0.5 - p / (2 * q), rtol=1e-12)


def test_the_market_is_not_known_before_the_peak():
    """Published: cut after 5 years p = 0 and m in the billions, after 6 78,045 +- 24,198, after 7 52,454, 8 59,227."""
    for n in (4, 5, 6):
        with pytest.raises(ConvergenceError, match="give `market_potential`"):
            BassModel().fit(RECORDERS[:n])
    for n, m in ((7, 52_454), (8, 59_227), (10, 67_660)):
        assert_allclose(BassModel().fit(RECORDERS[:n]).params_["estimate"]["market_potential"], m, rtol=1e-5)


def test_six_years_leave_the_market_open(monkeypatch):
    monkeypatch.setattr("crmkit.value.rhythm._bass_curve.peak", lambda *_: (0.0, 0.0, 0.0))
    fit = fit_curve(np.array(RECORDERS[:6], dtype=float), market=None)
    market = np.exp(fit[0][0])
    assert_allclose([market, market * np.sqrt(fit.covariance[0, 0])], [78_045, 24_198], rtol=1e-3)


# Slow computations


@pytest.mark.parametrize("p", [1e-12, 1e-4, 0.03, 1.0, 900.0])
@pytest.mark.parametrize("q", [0.0, 1e-6, 0.38, 10.0, 1000.0])
def test_increments_to_the_last_digits(p, q):
    with mp.workdps(400):
        a, ratio = mpf(p) + mpf(q), mpf(q) / mpf(p)
        share = [(1 - mp.exp(-a * t)) / (1 + ratio * mp.exp(-a * t)) for t in range(25)]
        exact = np.array([float(share[t + 1] - share[t]) for t in range(24)])
    assert_allclose(increments(24, p, q), exact, rtol=1e-9, atol=1e-300)


def test_the_peak_is_where_the_rate_is_largest():
    t = np.linspace(0.001, 60, 600_001)
    for p, q in ((0.03, 0.38), (0.002, 0.2), (0.3, 0.2)):
        left = np.exp(-(p + q) * t)
        rate = (p + q) ** 2 / p * left / (1 + q / p * left) ** 2
        time, height, _ = peak(1.0, p, q)
        assert_allclose([time, height], [t[rate.argmax()] if q > p else 0, rate.max()], atol=2e-3)


def test_a_brute_force_search_finds_no_better_curve():
    y = np.array(RECORDERS, dtype=float)
    p, q = (each.ravel() for each in np.meshgrid(np.geomspace(1e-5, 0.2, 200), np.linspace(0.05, 2, 200)))
    forms = increments(len(y), p, q)
    m = forms @ y / (forms**2).sum(axis=1)
    least = ((y - m[:, None] * forms) ** 2).sum(axis=1).min()
    assert 3_672_146 <= least < 3_672_146 * 1.1


# Laws


@few()
@given(
    st.floats(0.002, 0.1), st.floats(0.2, 1.2), st.floats(1, 1e12), st.integers(0, 6), st.sampled_from([1e-3, 1, 7e250])
)
def test_a_curve_without_noise_is_found_again(p, q, m, more, unit):
    n = int(np.ceil(peak(m, p, q)[0])) + 3 + more
    model = BassModel().fit(unit * m * increments(n, p, q))
    assert_allclose(model.params_["estimate"], [unit * m, p, q], rtol=1e-4)
    ahead = model.forecast_table(20, n_draws=50)
    assert_allclose(ahead["new_customers"], unit * m * increments(n + 20, p, q)[n:], rtol=1e-3, atol=1e-6 * unit * m)


@given(st.floats(1e-4, 1), st.floats(0, 3), st.floats(1, 1e9), st.integers(1, 300))
def test_no_more_come_than_the_market_holds(p, q, m, n):
    table = BassModel.from_params({"market_potential": m, "p": p, "q": q}).forecast_table(n)
    assert (table["new_customers"] >= 0).all()
    assert table["new_customers"].sum() <= m * (1 + 1e-12)
    assert_allclose(table["cumulative_customers"], table["new_customers"].cumsum())


def test_the_interval_holds_the_forecast_and_widens_with_its_level():
    wide, narrow = (MODEL.forecast_table(5, level=level) for level in (0.99, 0.5))
    for table in (wide, narrow):
        assert (table["lower"] <= table["new_customers"]).all()
        assert (table["new_customers"] <= table["upper"]).all()
        assert (table["cumulative_lower"] >= sum(RECORDERS)).all()
    assert (wide["upper"] > narrow["upper"]).all()
    assert (wide["lower"] <= narrow["lower"]).all()


def test_parameters_that_were_given_have_no_interval():
    model = BassModel.from_params({"market_potential": 100, "p": 0.3, "q": 0.2})
    assert model.forecast_table(2)[["lower", "upper", "cumulative_lower", "cumulative_upper"]].isna().all(axis=None)
    assert model.peak_table()["value"].tolist() == [0, 30, 0]
    assert model.fitted_table().empty


def test_a_market_won_at_a_steady_rate():
    # Without imitation each period wins the same share of those left: a fifth, p = -ln 0.8.
    estimate = BassModel().fit([100 * 0.8**t for t in range(12)]).params_["estimate"]
    assert_allclose(estimate[["market_potential", "p"]], [500, -np.log(0.8)], rtol=1e-6)
    assert estimate["q"] < 1e-5


def test_a_known_market():
    model = BassModel(market_potential=70_000).fit(RECORDERS[:5])
    assert model.params_.loc["market_potential"].tolist()[0] == 70_000
    assert model.params_.loc["market_potential", ["std_error", "lower", "upper"]].isna().all()
    assert model.degrees_of_freedom_ == 3
    # the sixth year brought 10,950
    sixth = model.forecast_table(1).iloc[0]
    assert sixth["lower"] < 10_950 < sixth["upper"]


def test_without_imitation_every_period_has_less():
    model = BassModel().fit([32, 16, 8, 4, 2, 1])
    assert_allclose(model.params_["estimate"], [64, np.log(2), 0], atol=1e-4)
    assert np.isnan(model.params_.loc["q", "std_error"])
    assert_allclose(model.forecast_table(2)["new_customers"], [0.5, 0.25], rtol=1e-3)


@pytest.mark.deep
@pytest.mark.parametrize("n", [9, 16])
def test_intervals_hold_what_they_promise(n):
    """Deviations of the size that the model supposes: the share held lies near 95 %, within its error of 2 points."""
    rng = np.random.default_rng(n)
    m, p, q = 50_000, 0.01, 0.5
    true = m * increments(n + 3, p, q)
    held = []
    for _ in range(120):
        came = true + rng.normal(0, 0.03 * true.max(), n + 3)
        model = BassModel().fit(np.maximum(came[:n], 0))
        table, ahead = model.params_, model.forecast_table(3, n_draws=500)
        held.append(
            [
                *((table["lower"] <= [m, p, q]) & (table["upper"] >= [m, p, q])),
                *((ahead["lower"] <= np.maximum(came[n:], 0)) & (came[n:] <= ahead["upper"])),
            ]
        )
    assert (np.mean(held, axis=0) > 0.87).all()


# Tables, periods, order


def test_every_kind_of_table(build):
    table = build(MONTHS)
    assert_allclose(BassModel().fit(table).params_, MODEL.params_, rtol=1e-12)


def test_columns_and_rows_in_any_order():
    turned = BassModel().fit(MONTHS.sample(frac=1, random_state=1))
    assert_allclose(turned.params_, MODEL.params_, rtol=1e-12)
    assert turned.forecast_table(3)["period"].astype(str).tolist() == ["2025-01-01", "2025-02-01", "2025-03-01"]
    for column in (np.array(RECORDERS), pd.Series(RECORDERS), tuple(RECORDERS)):
        assert_allclose(BassModel().fit(column).params_, MODEL.params_, rtol=1e-12)
    assert MODEL.forecast_table(2)["period"].isna().all()
    assert MODEL.forecast_table(2)["t"].tolist() == [11, 12]


@pytest.mark.parametrize(
    ("freq", "following"),
    [
        ("W-MON", "2024-05-13"),
        ("QS", "2026-10-01"),
        ("YS-JUL", "2034-07-01"),
        ("D", "2024-03-14"),
        ("14D", "2024-07-22"),
    ],
)
def test_the_periods_to_come(freq, following):
    periods = pd.date_range("2024-03-04", periods=10, freq=freq)
    table = BassModel().fit(MONTHS.assign(period=periods)).forecast_table(1)
    assert table["period"].astype(str).tolist() == [following]


def test_zeros_before_the_first_customer_lie_before_the_launch():
    late = BassModel().fit([0, 0, *RECORDERS])
    assert_allclose(late.params_, MODEL.params_, rtol=1e-12)
    assert late.forecast_table(1)["t"].tolist() == [11]
    # a period that is not over
    assert_allclose(BassModel().fit([*RECORDERS, np.nan]).params_, MODEL.params_, rtol=1e-12)


def test_input_is_not_changed():
    given_table = MONTHS.copy(deep=True)
    BassModel().fit(given_table)
    pd.testing.assert_frame_equal(given_table, MONTHS)


# What estimators keep to


@pytest.mark.parametrize(
    "clause",
    [
        "constructor_is_keyword_only",
        "constructor_only_stores",
        "clone_has_equal_params_and_is_unfitted",
        "fit_returns_self",
        "fit_only_adds_learned_attributes",
    ],
)
def test_the_contract_of_estimators_is_kept(clause):
    estimator_contract.CLAUSES[clause](lambda: BassModel(market_potential=90_000), MONTHS)


@pytest.mark.parametrize(
    "model", [MODEL, BassModel().fit(MONTHS), BassModel.from_params({"market_potential": 9, "p": 0.1, "q": 0})]
)
def test_json_says_the_same_and_what_is_set_waits(model):
    text, said = model.to_json(), model.forecast_table(3)
    again = BassModel.from_json(text)
    pd.testing.assert_frame_equal(again.forecast_table(3), said)
    pd.testing.assert_frame_equal(again.fitted_table(), model.fitted_table())
    assert again.to_json() == text
    again.set_params(market_potential=5.0)
    pd.testing.assert_frame_equal(again.forecast_table(3), said)


@pytest.mark.parametrize(
    ("where", "change"),
    [
        (("params_", "__table__", "estimate"), [1.0, -1.0, 1.0]),
        (("history_", "__table__", "new_customers"), [-1.0] * 10),
        (("degrees_of_freedom_",), 0),
        (("sigma_",), -1.0),
        (("covariance_", "__table__", "p"), [1.0, 2.0, 3.0]),
    ],
)
def test_tampered_json_is_refused(where, change):
    written = json.loads(MODEL.to_json())
    place = written["state"]
    for key in where[:-1]:
        place = place[key]
    place[where[-1]] = change
    with pytest.raises(ValueError, match="must be what BassModel"):
        BassModel.from_json(json.dumps(written))


# Refusal


@pytest.mark.parametrize(
    ("adopters", "error", "match"),
    [
        ([0, 0, 0, 0], SchemaError, "`adopters` holds no new customer"),
        ([], SchemaError, "holds no new customer"),
        ([5], SchemaError, "has 1 period since the first new customer; 4 are"),
        ([3, -1, 2, 4], SchemaError, "is below 0 in 1 row, first at rows \\[1\\]. Customers who leave"),
        ([1, np.nan, 2, 4], SchemaError, "missing between known values, first at \\[1\\]. Give 0"),
        ([np.nan, 1, 2, 4], SchemaError, "`adopters` has 1 period at the start that is not known.*run_in_days=0"),
        ([1, np.inf, 2, 4], ValueError, "must be finite"),
        (np.ones((4, 2)), ValueError, "must be a table or one column of numbers, got an array of 2 dimensions"),
        (["a", "b"], TypeError, "must be a number or a column of numbers"),
        ("recorders", TypeError, "`adopters`"),
        ([1e308, 1.5e308, 1e308, 1], SchemaError, "adds up to more than a number can hold"),
        (MONTHS.drop(columns="new_customers"), SchemaError, "lacks the columns.*adoption_table"),
        (MONTHS.drop(index=4), SchemaError, "from 2024-06-01 to 2024-08-01, longer.*needs a row with 0"),
        (pd.concat([MONTHS, MONTHS.head(1)]), SchemaError, "holds 2024-03-01 twice"),
        (MONTHS.assign(period=[pd.NaT, *MONTHS["period"][1:]]), SchemaError, "is missing in 1 row"),
        (MONTHS.assign(period=range(10)), SchemaError, "must hold local days"),
        ([100] * 12, ConvergenceError, "its peak after them"),
        ([0, 9, 0, 0, 0], ConvergenceError, "these 4 periods"),
    ],
)
def test_what_cannot_be_fitted_is_refused(adopters, error, match):
    model = BassModel()
    with pytest.raises(error, match=match):
        model.fit(adopters)
    assert not hasattr(model, "params_")


def test_arguments_are_checked():
    with pytest.raises(ValueError, match="must be a number above the 60,640 customers who have come, got 5000"):
        BassModel(market_potential=5000).fit(RECORDERS)
    with pytest.raises(TypeError, match="`market_potential` must be a number"):
        BassModel(market_potential="large").fit(RECORDERS)
    with pytest.raises(ConvergenceError, match="No Bass curve fits these 4 periods"):
        BassModel(market_potential=9.0001).fit([9, 0, 0, 0])
    with pytest.raises(ValueError, match="`params` must give"):
        BassModel.from_params({"p": 1, "q": 1})
    with pytest.raises(ValueError, match="must lie between 1e-12 and 1000"):
        BassModel.from_params({"market_potential": 1, "p": 0, "q": 1})
    for wrong in ({"n_periods": 0}, {"n_periods": 2, "level": 1}, {"n_periods": 2, "n_draws": 1}):
        with pytest.raises(ValueError, match=r"`(n_periods|level|n_draws)`"):
            MODEL.forecast_table(**wrong)


# What is drawn


def test_adoption_is_drawn():
    ax = plot_adoption(MODEL.fitted_table(), MODEL.forecast_table(6))
    texts = [text.get_text() for text in ax.get_legend().get_texts()]
    assert texts == ["New customers", "Bass curve", "Forecast", "Forecast interval"]
    assert ax.get_xlabel() == "Period since the launch"
    with mpl.rc_context({"svg.fonttype": "none"}):
        dated = BassModel().fit(MONTHS)
        ax = plot_adoption(dated.fitted_table(), dated.forecast_table(1), language="zh")
        assert ax.get_ylabel() == "每期新增客户"
        assert ax.get_xlabel() == ""
    given_model = BassModel.from_params({"market_potential": 10_000, "p": 0.03, "q": 0.38})
    ax = plot_adoption(given_model.fitted_table(), given_model.forecast_table(9))
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["Forecast"]
    with pytest.raises(SchemaError, match="nothing to draw"):
        plot_adoption(given_model.fitted_table())
