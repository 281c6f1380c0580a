"""Quantities under many draws of the parameters, interpolated between few: exact for parabolas, near for models."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from tests.depth import few as few_examples

from crmkit import as_transactions, customer_summary, load_cdnow
from crmkit.value import BetaGeoModel, GammaGammaModel, ParetoNBDModel, customer_equity
from crmkit.value._few_draws import LOGARITHM, LOGIT, FewDraws

CUSTOMERS = customer_summary(as_transactions(load_cdnow()), as_of="1997-09-30")
MODELS = {kind.__name__: kind().fit(CUSTOMERS) for kind in (BetaGeoModel, ParetoNBDModel)}
HORIZON = 39

# By hand.


def test_draws_that_are_all_alike_are_computed_once():
    few = FewDraws.of(np.full((500, 4), 0.7))
    assert len(few.knots) == 1
    values, near = few.all_of(np.full((len(few.told), 1), 3.0), LOGARITHM)
    assert near.all()
    assert values == pytest.approx(3.0)


def test_few_draws_are_all_computed():
    # 15 coefficients of a parabola in 4 coordinates: 30 knots and 6 checks, three times as many draws
    assert FewDraws.of(np.random.default_rng(0).normal(size=(107, 4))) is None
    assert len(FewDraws.of(np.random.default_rng(0).normal(size=(108, 4))).told) == 36


# Laws.


@few_examples()
@given(st.integers(0, 10**6), st.integers(1, 5), st.sampled_from([LOGARITHM, LOGIT]))
def test_parabolas_are_met(seed, n_coordinates, link):
    rng = np.random.default_rng(seed)
    draws = rng.normal(size=(400, n_coordinates)) @ rng.normal(size=(n_coordinates, n_coordinates)) + 5.0
    off = draws - 5.0
    square, line = rng.normal(size=(n_coordinates, n_coordinates)), rng.normal(size=n_coordinates)
    exponents = 0.05 * np.einsum("ij,jk,ik->i", off, square, off) + 0.1 * off @ line - 1.0
    exact = link.back(exponents)
    few = FewDraws.of(draws)
    values, near = few.all_of(exact[few.told][:, None], link)
    assert near.all()
    assert link.to(values[:, 0]) == pytest.approx(link.to(exact), abs=1e-6 * (1 + np.abs(exponents).max()))


def test_what_is_not_smooth_is_not_called_near():
    draws = np.random.default_rng(0).normal(size=(500, 3))
    few = FewDraws.of(draws)
    jumps = np.where(draws[:, 0] > 0, 2.0, 1.0)
    values, near = few.all_of(jumps[few.told][:, None], LOGARITHM)
    assert not near.any()
    assert values[few.told, 0].tolist() == jumps[few.told].tolist()


@pytest.mark.deep
@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.deep] if name == "ParetoNBDModel" else []) for name in MODELS]
)
def test_intervals_are_those_of_all_draws(name, monkeypatch):
    model, spend = MODELS[name], GammaGammaModel().fit(CUSTOMERS)
    some = CUSTOMERS.iloc[::7]
    asked = {"horizon": HORIZON, "random_state": 1}
    equity = {"purchase_model": model, "spend_model": spend, "discount_rate": 0.1, "by": "group"}
    grouped = some.assign(group=some["frequency"].clip(upper=2))

    def told():
        table = model.predict_table(some, **asked)
        names = ["probability_alive", "expected_purchases", "probability_inactive"]
        sums = [(model.total_purchases(some, **asked), ["lower", "upper"])]
        sums += [(customer_equity(grouped, **equity, random_state=1), ["equity_lower", "equity_upper"])]
        return [table[[f"{name}_lower", f"{name}_upper"]].to_numpy() for name in names] + [
            found[ends].to_numpy() for found, ends in sums
        ]

    near = told()
    monkeypatch.setattr(FewDraws, "of", lambda _: None)
    exact = told()
    off = [np.abs(one - other) / np.diff(other, axis=1) for one, other in zip(near, exact, strict=True)]
    assert 0 < max(part.max() for part in off) < 0.06


def test_histories_that_are_not_near_are_computed_under_all_draws(monkeypatch):
    model, some = MODELS["ParetoNBDModel"], CUSTOMERS.iloc[:20]
    near = FewDraws.all_of

    def never(self, told, link):
        values, are = near(self, told, link)
        return np.full_like(values, 7.0), np.zeros_like(are)

    monkeypatch.setattr(FewDraws, "all_of", never)
    found = model.predict_table(some, horizon=HORIZON)
    monkeypatch.setattr(FewDraws, "of", lambda _: None)
    assert_frame_equal(found, model.predict_table(some, horizon=HORIZON))


# Estimates alone.


@pytest.mark.parametrize("name", MODELS)
def test_without_a_level_there_are_the_estimates_alone(name):
    asked = {"horizon": HORIZON, "quantities": ["expected_purchases", "purchases", "probability_inactive"]}
    with_intervals = MODELS[name].predict_table(CUSTOMERS, **asked, n_draws=2)
    alone = MODELS[name].predict_table(CUSTOMERS, **asked, level=None)
    assert_frame_equal(alone, with_intervals[asked["quantities"]])
    expected = MODELS[name].expected_purchases(CUSTOMERS, horizon=HORIZON)
    pd.testing.assert_series_equal(alone["expected_purchases"], expected)


def test_without_a_level_an_engine_gets_them_too():
    duckdb = pytest.importorskip("duckdb")
    given = CUSTOMERS.iloc[:30]
    model = MODELS["BetaGeoModel"]
    made = model.predict_table(duckdb.from_df(given), horizon=HORIZON, level=None).df()
    added = [name for name in made if name not in given]
    assert added == ["probability_alive", "expected_purchases", "probability_inactive"]
    in_order = made.set_index("customer_id").loc[given["customer_id"], added].reset_index(drop=True)
    assert_frame_equal(in_order, model.predict_table(given, horizon=HORIZON, level=None).reset_index(drop=True))
