"""Retention observed beside what models of contracts foretold, judged on renewals that they did not know of."""

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from tests.files import data_file
from tests.frames import assert_same_rows

from crmkit import SchemaError, as_subscriptions, make_subscriptions
from crmkit.loyalty.survival import (
    contracts_from_durations,
    contracts_until,
    retention_curve_table,
    retention_error_table,
    subscription_durations,
)
from crmkit.plotting import plot_retention_curves
from crmkit.value.contracts import BetaDiscreteWeibullModel, ShiftedBetaGeoModel, contract_table

mpl.use("Agg")

# 100 customers, of whom 60, 50 and 40 survive the first three renewals
SEEN = contract_table([100, 60, 50, 40])
HALVES = [1, 0.5, 0.25, 0.125]


def judged(contracts=SEEN, known_until=1, **models):
    return retention_error_table(retention_curve_table(contracts, models=models, known_until=known_until)).iloc[0]


# By hand


def test_observed_beside_a_column_by_hand():
    curves = retention_curve_table(SEEN, models={"halves": HALVES}, known_until=1)
    observed, halves = (curves[curves["curve"] == name] for name in ("observed", "halves"))
    assert_allclose(observed["survival"], [1, 0.6, 0.5, 0.4])
    assert_allclose(observed["retention_rate"], [np.nan, 0.6, 5 / 6, 0.8])
    assert observed["n_at_risk"].tolist() == [100, 100, 60, 50]
    assert observed["n_events"].tolist() == [0, 40, 10, 10]
    assert_allclose(halves["survival"], HALVES)
    assert_allclose(halves["retention_rate"], [np.nan, 0.5, 0.5, 0.5])
    assert curves["holdout"].tolist() == [False, False, True, True] * 2
    assert halves["lower"].isna().all()


def test_errors_by_hand():
    row = judged(halves=HALVES)
    # .25 and .125 foretold, .5 and .4 observed
    assert row["n_renewals"] == 2
    assert row["bias"] == pytest.approx(-(0.25 + 0.275) / 2)
    assert row["mean_absolute_error"] == pytest.approx((0.25 + 0.275) / 2)
    assert row["mean_absolute_percentage_error"] == pytest.approx((0.25 / 0.5 + 0.275 / 0.4) / 2)
    assert row["share_in_interval"] == 0
    # 60 and 50 were up for the two renewals, each with an even chance
    assert row["log_score"] == pytest.approx(np.log(0.5))


def test_what_was_known_after_a_renewal():
    table = pd.DataFrame(
        {"who": list("abcd"), "tenure": [1, 3, 4, 0], "churned": [True, True, False, False]}, index=[9, 8, 7, 6]
    )
    known = contracts_until(table, renewal=2)
    assert known["tenure"].tolist() == [1, 2, 2, 0]
    assert known["churned"].tolist() == [True, False, False, False]
    assert known.index.tolist() == [9, 8, 7, 6]
    assert known["who"].tolist() == list("abcd")


def test_renewals_from_durations():
    durations = pd.DataFrame(
        {
            "customer_id": [1, 2, 3, 4],
            "start": pd.to_datetime(["2024-01-31", "2024-01-31", "2024-04-01", "2024-05-01"]),
            "duration": [60.0, 75.0, 5.0, 0.0],
            "observed": [True, False, True, False],
        }
    )
    # lost on 31 March, the second renewal; survived two; lost in a month that is not over; not begun
    table = contracts_from_durations(durations, freq="M", as_of="2024-04-15")
    assert table.to_numpy().tolist() == [[1, 2, True], [2, 2, False], [3, 0, False]]


# Reference: Fader and Hardie (2007), of whose high-end customers the models know seven years of twelve


def test_bdw_foretells_high_end_customers_better_than_sbg():
    table = pd.read_csv(data_file("retention_two_segments.csv"), encoding="utf-8-sig")
    column = next(name for name in table.columns if "igh" in name)
    seen = contract_table(1000 * table[column] / table[column].iloc[0])
    known = contracts_until(seen, renewal=7)
    models = {"sBG": ShiftedBetaGeoModel().fit(known), "BdW": BetaDiscreteWeibullModel().fit(known)}
    errors = retention_error_table(retention_curve_table(seen, models=models, known_until=7)).set_index("model")
    assert errors["n_renewals"].tolist() == [5, 5]
    assert errors.index[0] == "BdW"
    # the end of year 12: .394 observed, .378 and .404 foretold
    curves = retention_curve_table(seen, models=models, known_until=7).query("t == 12").set_index("curve")["survival"]
    assert_allclose(curves[["observed", "sBG", "BdW"]], [0.394, 0.378, 0.404], atol=1e-3)
    assert (
        errors.loc["BdW", "mean_absolute_percentage_error"] < errors.loc["sBG", "mean_absolute_percentage_error"] < 0.04
    )


def test_the_law_that_made_the_data_foretells_them():
    spells, _ = make_subscriptions(
        n_customers=12_000, churn_alpha=1, churn_beta=9, acquisition_days=200, trial_share=0, random_state=6
    )
    durations = subscription_durations(as_subscriptions(spells, end_known="end_known"), as_of="2024-12-31")
    seen = contracts_from_durations(durations, freq="M", as_of="2024-12-31")
    model = ShiftedBetaGeoModel().fit(contracts_until(seen, renewal=8))
    assert_allclose(model.params_["estimate"], [1, 9], rtol=0.2)
    truth = 9 / (9 + np.arange(seen["tenure"].max() + 1))
    curves = retention_curve_table(seen, models={"sBG": model, "truth": truth, "all stay": truth**0}, known_until=8)
    errors = retention_error_table(curves).set_index("model")
    assert errors.index[-1] == "all stay"
    assert errors.loc["sBG", "mean_absolute_error"] < 0.01
    assert errors.loc["truth", "share_in_interval"] > 0.9


# Laws


@given(st.lists(st.integers(0, 50), min_size=2, max_size=8), st.integers(1, 6))
def test_what_was_observed_is_never_beaten_and_has_no_error(losses, known_until):
    survivors = np.cumsum([10, *losses])[::-1].astype(float)
    seen = contract_table(survivors)
    curves = retention_curve_table(seen, models={"same": survivors / survivors[0]}, known_until=known_until)
    if not curves["holdout"].any():
        with pytest.raises(ValueError, match="no renewals after those that were known"):
            retention_error_table(curves)
        return
    row = retention_error_table(curves).iloc[0]
    assert row["mean_absolute_error"] == pytest.approx(0, abs=1e-12)
    worse = 1 - 0.7 * (1 - survivors / survivors[0])
    beside = retention_curve_table(seen, models={"worse": worse}, known_until=known_until)
    assert retention_error_table(beside)["log_score"][0] <= row["log_score"] + 1e-9


def test_every_kind_of_frame_gives_the_same(build_in_memory):
    for make in (
        lambda table: contracts_until(table, renewal=2),
        lambda table: retention_curve_table(table, models={"halves": HALVES}, known_until=1),
        lambda table: retention_error_table(retention_curve_table(table, models={"halves": HALVES}, known_until=1)),
    ):
        assert_same_rows(make(build_in_memory(SEEN)), make(SEEN))


def test_the_plot_draws_what_the_table_holds():
    curves = retention_curve_table(SEEN, models={"halves": HALVES}, known_until=1)
    ax = plot_retention_curves(curves)
    dots, line, known = ax.lines
    assert_allclose(dots.get_ydata(), [1, 0.6, 0.5, 0.4])
    assert_allclose(line.get_ydata(), HALVES)
    assert known.get_xdata() == [1, 1]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["Observed", "halves", "known to the models"]
    rates = plot_retention_curves(curves, quantity="retention_rate", language="zh")
    assert_allclose(rates.lines[1].get_ydata(), [np.nan, 0.5, 0.5, 0.5])
    with pytest.raises(ValueError, match="`quantity` must be one of"):
        plot_retention_curves(curves, quantity="hazard")
    with pytest.raises(SchemaError, match=r"loyalty\.survival\.retention_curve_table makes such a table"):
        plot_retention_curves(SEEN)
    many = retention_curve_table(SEEN, models={str(place): HALVES for place in range(7)})
    with pytest.raises(ValueError, match="`curves` holds 7 models"):
        plot_retention_curves(many)


# Refusals


@pytest.mark.parametrize(
    ("given", "kind", "says"),
    [
        ({"models": [HALVES]}, TypeError, "`models` must map names to fitted models"),
        ({"models": {"observed": HALVES}}, ValueError, "`models` must not name a model 'observed'"),
        ({"models": {"short": HALVES[:3]}}, ValueError, "'short', whose survival must be 4 shares"),
        ({"models": {"rises": [1, 0.5, 0.6, 0.5]}}, ValueError, "'rises', whose survival must be"),
        ({"models": {"late": [0.9, 0.5, 0.4, 0.3]}}, ValueError, "start with 1"),
        ({"models": {"text": "sbg"}}, TypeError, "`models` must map names"),
        ({"known_until": 0}, ValueError, "`known_until` must be at least 1"),
        ({"level": 95}, ValueError, "`level` must lie between 0 and 1"),
    ],
)
def test_curves_that_cannot_be_are_refused(given, kind, says):
    with pytest.raises(kind, match=says):
        retention_curve_table(SEEN, **{"models": {}, **given})


def test_contracts_that_cannot_be_are_refused():
    with pytest.raises(SchemaError, match=r"`contracts\['tenure'\]` is below 0"):
        contracts_until(SEEN.assign(tenure=-1), renewal=2)
    with pytest.raises(SchemaError, match="`contracts` has no row with a contract"):
        retention_curve_table(SEEN.assign(tenure=np.nan, churned=np.nan), models={})
    with pytest.raises(ValueError, match="`renewal` must be at least 1"):
        contracts_until(SEEN, renewal=0)
    late = pd.DataFrame({"customer_id": [1], "duration": [3], "observed": [True], "entry": [2]})
    with pytest.raises(SchemaError, match="models of contracts need those seen from their start"):
        contracts_from_durations(late, freq=None)
    with pytest.raises(ValueError, match="`curves` has no renewals after those"):
        retention_error_table(retention_curve_table(SEEN, models={"halves": HALVES}))


# Input untouched


def test_contracts_stay_as_they_are():
    before = SEEN.copy(deep=True)
    contracts_until(SEEN, renewal=1)
    retention_curve_table(SEEN, models={"halves": HALVES}, known_until=1)
    pd.testing.assert_frame_equal(SEEN, before)
