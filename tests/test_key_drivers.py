"""What satisfaction rests on: shares of R² against brute force over all orders, published and independent values."""

from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import LinearRegression, LogisticRegression
from tests.files import data_file
from tests.frames import IN_MEMORY, Builder, to_arrow

from crmkit.errors import SchemaError
from crmkit.loyalty.satisfaction import QUADRANTS, importance_performance_table, key_driver_table

PERQ = [f"PERQ{number}" for number in range(1, 6)]


def survey(n=120, n_drivers=4, *, seed=1):
    rng = np.random.default_rng(seed)
    common = rng.normal(size=n)
    drivers = {f"x{place}": np.round(5 + common + (1 + place / 2) * rng.normal(size=n)) for place in range(n_drivers)}
    table = pd.DataFrame(drivers)
    table["y"] = np.round(5 + common + 0.5 * (table["x0"] - 5) + rng.normal(size=n))
    return table.assign(high=(table["y"] > 5).astype(int), times=rng.integers(1, 4, n))


def by_brute_force(table, outcome, drivers, r_squared):
    """Average what each driver adds over all orders."""
    known = {}

    def fit(chosen):
        key = frozenset(chosen)
        if key not in known:
            known[key] = r_squared(table[sorted(chosen)].to_numpy(float), table[outcome].to_numpy(float)) if key else 0
        return known[key]

    orders = list(permutations(drivers))
    return [
        np.mean([fit(order[: order.index(name) + 1]) - fit(order[: order.index(name)]) for order in orders])
        for name in drivers
    ]


def linear(columns, outcome):
    return LinearRegression().fit(columns, outcome).score(columns, outcome)


def logistic(columns, outcome):
    fitted = LogisticRegression(C=1e8, tol=1e-10, max_iter=5000).fit(columns, outcome)
    chance = np.clip(fitted.predict_proba(columns)[:, 1], 1e-300, 1 - 1e-16)
    base = outcome.mean()
    own = (outcome * np.log(chance) + (1 - outcome) * np.log1p(-chance)).sum()
    return 1 - own / (len(outcome) * (base * np.log(base) + (1 - base) * np.log1p(-base)))


def importances(table, drivers, **options):
    options = {"outcome": "y", "n_draws": 0} | options
    return key_driver_table(table, drivers=drivers, **options).set_index("driver")["importance"][list(drivers)]


# By hand.


def test_uncorrelated_drivers_explain_the_squares_of_their_correlations():
    # A 2 × 2 design, each cell twice; y = 3 a + b + e with e = ±1 uncorrelated: variances 9, 1, 1 of 11
    table = pd.DataFrame({"a": [0, 0, 1, 1] * 2, "b": [0, 1, 0, 1] * 2, "e": [1, -1, -1, 1, -1, 1, 1, -1]})
    table["y"] = 6 * table["a"] + 2 * table["b"] + table["e"]
    for method in ("lmg", "relative_weights"):
        found = key_driver_table(table, outcome="y", drivers=["b", "a"], method=method, n_draws=0)
        assert found["driver"].tolist() == ["a", "b"]
        assert found["importance"].tolist() == pytest.approx([9 / 11, 1 / 11])
        assert found["share"].tolist() == pytest.approx([0.9, 0.1])
        assert found[["r_squared", "n", "n_left_out", "order_error"]].iloc[0].tolist() == pytest.approx(
            [10 / 11, 8, 0, 0]
        )
        assert found[["lower", "upper"]].isna().all(axis=None)


def test_two_drivers_that_are_the_same_halve_what_they_explain():
    table = survey().assign(again=lambda each: 2 * each["x0"] + 1)
    alone = np.corrcoef(table["y"], table["x0"])[0, 1] ** 2
    for method in ("lmg", "relative_weights"):
        assert importances(table, ["x0", "again"], method=method).tolist() == pytest.approx([alone / 2] * 2)


# Reference: the European satisfaction index survey on mobile telephones; LMG as all 120 orders give it, Johnson's
# weights as the eigenvalues of the correlations give them.


def test_service_quality_of_mobile_telephones():
    survey_of_phones = pd.read_parquet(data_file("ecsi_mobi.parquet"))
    lmg = importances(survey_of_phones, PERQ, outcome="CUSA1")
    weights = importances(survey_of_phones, PERQ, outcome="CUSA1", method="relative_weights")
    assert lmg.tolist() == pytest.approx([0.167422, 0.063918, 0.064196, 0.094596, 0.047377], abs=5e-7)
    assert weights.tolist() == pytest.approx([0.163433, 0.067433, 0.065566, 0.094458, 0.046618], abs=5e-7)
    assert [lmg.sum(), weights.sum()] == pytest.approx([0.437508] * 2, abs=5e-7)


def test_service_quality_is_not_70_percent_of_satisfaction():
    """The figures on the page."""
    phones = pd.read_parquet(data_file("ecsi_mobi.parquet"))
    phones["mean"] = phones[["CUSA1", "CUSA2", "CUSA3"]].mean(axis=1)
    quality = [f"PERQ{number}" for number in range(1, 8)]
    others = [name for name in phones if name[:4] in ("CUEX", "IMAG", "PERV")]
    assert len(others) == 10
    for outcome, alone, explained, share in (("CUSA1", 0.45, 0.51, 0.55), ("mean", 0.67, 0.73, 0.57)):
        assert importances(phones, quality, outcome=outcome).sum() == pytest.approx(alone, abs=0.005)
        found = importances(phones, [*quality, *others], outcome=outcome)
        assert [found.sum(), found[quality].sum() / found.sum()] == pytest.approx([explained, share], abs=0.0055)


@pytest.mark.parametrize(("model", "outcome", "r_squared"), [("linear", "y", linear), ("logistic", "high", logistic)])
def test_lmg_is_the_average_over_all_orders(model, outcome, r_squared):
    table, drivers = survey(), ["x0", "x1", "x2", "x3"]
    expected = by_brute_force(table, outcome, drivers, r_squared)
    assert importances(table, drivers, outcome=outcome, model=model).tolist() == pytest.approx(expected, abs=1e-6)


def test_logistic_weights_add_up_to_the_r_squared_of_the_whole_model():
    table, drivers = survey(), ["x0", "x1", "x2"]
    expected = logistic(table[drivers].to_numpy(float), table["high"].to_numpy(float))
    found = importances(table, drivers, outcome="high", model="logistic", method="relative_weights")
    assert found.sum() == pytest.approx(expected, abs=1e-6)
    # Both methods divide the same R², nearly alike.
    lmg = importances(table, drivers, outcome="high", model="logistic")
    assert (found - lmg).abs().max() < 0.02


def test_drivers_that_tell_the_outcome_without_error_explain_all_of_it():
    table = pd.DataFrame({"y": [0, 0, 0, 1, 1, 1] * 3, "a": [1, 2, 3, 4, 5, 6] * 3, "b": [2, 1, 2, 1, 2, 1] * 3})
    found = importances(table, ["a", "b"], model="logistic")
    assert found.sum() == pytest.approx(1, abs=1e-6)


def test_many_drivers_are_averaged_over_drawn_orders():
    table = survey(n=200, n_drivers=16)
    drivers = [f"x{place}" for place in range(16)]
    found = key_driver_table(table, outcome="y", drivers=drivers, n_draws=0).set_index("driver")
    # 15 drivers and the 16th, which is a copy of another, can be computed exactly in turn; here the sum is exact
    assert found["importance"].sum() == pytest.approx(
        linear(table[drivers].to_numpy(float), table["y"].to_numpy(float))
    )
    assert found["order_error"].between(0, 0.01).all()
    assert (found["order_error"] > 0).any()
    few = drivers[:15]
    exact = importances(table, few)
    padded = table.assign(x15=np.resize([0.0, 1.0], len(table)))
    drawn = key_driver_table(padded, outcome="y", drivers=[*few, "x15"], n_draws=0).set_index("driver")
    # A driver that adds next to nothing leaves the others nearly as they were.
    assert (drawn["importance"][few] - exact).abs().max() < 0.02


# Laws.


@given(st.integers(0, 10**6), st.sampled_from(["lmg", "relative_weights"]))
def test_shares_add_up_and_know_no_units(seed, method):
    table = survey(n=40, n_drivers=3, seed=seed)
    drivers = ["x0", "x1", "x2"]
    found = importances(table, drivers, method=method)
    assert (found >= -1e-12).all()
    assert found.sum() == pytest.approx(linear(table[drivers].to_numpy(float), table["y"].to_numpy(float)))
    other = table.assign(y=1e6 * table["y"] - 3, x1=-0.001 * table["x1"] + 1e4)
    assert importances(other.sample(frac=1, random_state=1), drivers, method=method).tolist() == pytest.approx(
        found.tolist(), abs=1e-7
    )


@pytest.mark.parametrize("model", ["linear", "logistic"])
@pytest.mark.parametrize("method", ["lmg", "relative_weights"])
def test_a_respondent_of_weight_two_counts_as_two(model, method):
    table, drivers = survey(n=60), ["x0", "x1"]
    outcome = {"linear": "y", "logistic": "high"}[model]
    options = {"outcome": outcome, "model": model, "method": method}
    repeated = table.loc[table.index.repeat(table["times"])]
    once = importances(table.assign(weight=1000 * table["times"]), drivers, **options)
    assert once.tolist() == pytest.approx(importances(repeated, drivers, **options).tolist(), abs=1e-7)


@pytest.mark.deep
@pytest.mark.parametrize("method", ["lmg", "relative_weights"])
def test_intervals_hold_the_share_of_the_population(method):
    population = importances(survey(n=400_000, n_drivers=2), ["x0", "x1"], method=method)
    held = []
    for seed in range(300):
        found = key_driver_table(
            survey(n=300, n_drivers=2, seed=seed + 10), outcome="y", drivers=["x0", "x1"], method=method, n_draws=200
        )
        found = found.set_index("driver").loc[["x0", "x1"]]
        held.append((found["lower"] <= population) & (population <= found["upper"]))
    assert np.mean(held) >= 0.92


# Frames, input, refusals.


@pytest.mark.parametrize("kind", IN_MEMORY)
def test_every_kind_of_frame_gives_the_same(kind):
    table = survey(n=40)
    found = key_driver_table(Builder(kind)(table), outcome="y", drivers=["x0", "x1"])
    expected = key_driver_table(table, outcome="y", drivers=["x0", "x1"])
    assert to_arrow(found).to_pandas()["upper"].tolist() == pytest.approx(expected["upper"].tolist())


def test_rows_without_an_answer_are_left_out_and_counted():
    table = survey(n=40)
    holed = pd.concat([table, table.head(3).assign(x1=np.nan), table.head(2).assign(y=np.nan)])
    before = holed.copy()
    found = key_driver_table(holed, outcome="y", drivers=["x0", "x1"], n_draws=0)
    assert found[["n", "n_left_out"]].to_numpy().tolist() == [[40, 5]] * 2
    assert importances(holed, ["x0", "x1"]).tolist() == importances(table, ["x0", "x1"]).tolist()
    pd.testing.assert_frame_equal(holed, before)


@pytest.mark.parametrize(
    ("changed", "options", "error", "says"),
    [
        ({}, {"drivers": "x0"}, TypeError, "`drivers` must be a list of two or more"),
        ({}, {"drivers": ["x0"]}, ValueError, "`drivers` must be a list of two or more"),
        ({}, {"drivers": ["x0", "y"]}, ValueError, "'y' is named twice"),
        ({}, {"drivers": ["x0", "x9"]}, SchemaError, "x9"),
        ({"x1": "good"}, {}, SchemaError, "x1"),
        ({"x1": 3.0}, {}, SchemaError, r"`answers\['x1'\]` is the same in all complete rows"),
        ({"x1": np.inf}, {}, ValueError, "`x1` must be finite"),
        ({"x1": np.arange(40) * 1e100}, {}, SchemaError, r"`answers\['x1'\]` has values beyond 1e\+100"),
        ({"x1": np.nan}, {}, SchemaError, "0 rows of `answers` have the outcome and all drivers, of 40; 2 drivers"),
        ({"weight": 0.0}, {}, SchemaError, r"`answers\['weight'\]` must be above 0.*got 0.0"),
        ({}, {"model": "logistic"}, SchemaError, r"`answers\['y'\]` must hold 0 and 1"),
        ({}, {"model": "probit"}, ValueError, "`model` must be"),
        ({}, {"method": "beta"}, ValueError, "`method` must be"),
        ({}, {"n_draws": -1}, ValueError, "`n_draws` must be"),
        ({}, {"level": 1}, ValueError, "`level` must lie"),
        (
            {f"z{place}": np.arange(40) % (place + 2) for place in range(11)} | {"y": np.arange(40) % 2},
            {"model": "logistic", "drivers": [f"z{place}" for place in range(11)]},
            ValueError,
            "`drivers` are 11; with `model` 'logistic' LMG takes at most 10",
        ),
    ],
)
def test_what_cannot_be_divided_is_refused(changed, options, error, says):
    with pytest.raises(error, match=says):
        key_driver_table(survey(n=40).assign(**changed), **{"outcome": "y", "drivers": ["x0", "x1"]} | options)


# Importance beside performance.

STATED = pd.DataFrame({"item": list("abcd"), "importance": [9.0, 8.0, 5.0, 4.0], "mean": [5.0, 8.0, 4.0, 9.0]})


def test_quadrants_by_hand():
    # means 6.5 and 6.5
    found = importance_performance_table(STATED, item="item")
    assert found["quadrant"].tolist() == ["concentrate_here", "keep_up", "low_priority", "possible_overkill"]
    assert list(QUADRANTS) == found["quadrant"].tolist()
    # medians 6.5 and 6.5; a cut itself is high
    assert found.equals(importance_performance_table(STATED, item="item", cuts="median"))
    given_cuts = importance_performance_table(STATED, item="item", cuts=(9.0, 5.0))
    assert given_cuts["quadrant"].tolist() == ["keep_up", *["possible_overkill"], "low_priority", "possible_overkill"]
    assert given_cuts["is_near_cut"].isna().all()


def test_importance_that_is_not_settled_is_said():
    table = STATED.assign(lower=[7.0, 6.0, 4.0, np.nan], upper=[10.0, 9.0, 6.5, np.nan])
    found = importance_performance_table(table, item="item")
    assert found["is_near_cut"].fillna(value=False).tolist() == [False, True, True, False]
    assert found["is_near_cut"].isna().tolist() == [False] * 3 + [True]


def test_the_table_of_drivers_goes_in_as_it_is():
    drivers = key_driver_table(survey(), outcome="y", drivers=["x0", "x1", "x2"], n_draws=50)
    found = importance_performance_table(drivers)
    assert found["item"].tolist() == drivers["driver"].tolist()
    assert found["is_near_cut"].notna().all()


@pytest.mark.parametrize(
    ("table", "options", "error", "says"),
    [
        (STATED, {"cuts": "middle"}, ValueError, "`cuts` must be 'mean', 'median', or a pair"),
        (STATED, {"cuts": (1.0,)}, ValueError, "`cuts` must be 'mean', 'median', or a pair"),
        (STATED, {"cuts": (1.0, "x")}, TypeError, "`cuts` must be"),
        (STATED.head(0), {}, SchemaError, "`drivers` has no rows"),
        (STATED.assign(mean=np.nan), {}, SchemaError, r"`drivers\['mean'\]` must hold finite numbers"),
        (STATED.assign(item="a"), {}, SchemaError, r"`drivers\['item'\]` has 'a' more than once"),
    ],
)
def test_items_that_cannot_be_placed_are_refused(table, options, error, says):
    with pytest.raises(error, match=says):
        importance_performance_table(table, item="item", **options)
