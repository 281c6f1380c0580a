"""Money judged beside purchases: expected net of refunds, against what came in the holdout period."""

import math

import numpy as np
import pytest
from pandas.testing import assert_frame_equal
from tests.test_refunds_to_come import log_with_returns
from tests.test_value_judging import Steady, split

from crmkit import SchemaError, holdout_split
from crmkit.value import BetaGeoModel, GammaGammaModel, ParetoNBDModel, customer_lifetime_value
from crmkit.value.judging import model_comparison_table

END = {"observation_end": "2024-04-10"}
MONEY = ["expected_revenue", "revenue_bias", "revenue_relative_bias", "revenue_mae", "revenue_correlation"]
SPEND = GammaGammaModel.from_params({"p": 6.0, "q": 4.0, "v": 15.0})
# One who came back three times in 20 days, and one who did not; 40 and 5 came in the ten days after.
TWO = split([(3, 15, 20, 3), (0, 0, 40, 1)]).assign(
    monetary_value=[20.0, np.nan], spend=[100.0, 40.0], returned=0.0, holdout_spend=[40.0, 5.0]
)


@pytest.fixture(scope="module")
def holdout():
    return holdout_split(
        log_with_returns(0.3, seed=3, n_customers=300), calibration_end="2023-12-31", observation_end="2024-12-31"
    )


# By hand.


def test_money_of_models_and_of_rules():
    table = model_comparison_table(TWO, models={"steady": Steady()}, spend_model=SPEND, **END).set_index("model")
    # 10/7 purchases each, of 6 (15 + 3 * 20) / (6 * 3 + 4 - 1) and, of a new customer, of 6 * 15 / (4 - 1)
    expected = np.array([10 / 7 * 6 * 75 / 21, 10 / 7 * 30])
    error = expected - [40, 5]
    found = [expected.sum(), error.sum(), error.sum() / 45, np.abs(error).mean(), -1]
    assert table.loc["steady", MONEY].tolist() == pytest.approx(found)
    # three days in 20 times 100 over four days so far; nothing of who did not come back
    rule = table.loc["rate_so_far"]
    assert rule["expected_revenue"] == pytest.approx(10 * 3 / 20 * 25)
    assert rule["revenue_mae"] == pytest.approx((2.5 + 5) / 2)
    assert table.loc["hiatus", MONEY].isna().all()


def test_without_a_model_of_spend_money_is_not_judged():
    table = model_comparison_table(TWO, models={"steady": Steady()}, **END)
    assert table[MONEY].isna().all(axis=None)


def test_those_of_whom_nothing_is_expected_are_left_out_on_both_sides():
    free = TWO.assign(monetary_value=[0.0, np.nan])
    row = model_comparison_table(free, models={"steady": Steady()}, spend_model=SPEND, **END).iloc[0]
    assert row["expected_revenue"] == pytest.approx(10 / 7 * 30)
    assert row["revenue_bias"] == pytest.approx(10 / 7 * 30 - 5)
    assert math.isnan(row["revenue_correlation"])


# Laws.


def test_it_is_the_value_without_discounting_against_net_money(holdout):
    spend = GammaGammaModel(non_positive="drop", refund_lag_days=5.0).fit(holdout)
    models = {"Pareto": ParetoNBDModel().fit(holdout), "BG": BetaGeoModel().fit(holdout)}
    table = model_comparison_table(holdout, models=models, spend_model=spend, observation_end="2024-12-31")
    for row, model in zip(table.to_dict("records")[:2], models.values(), strict=True):
        value = customer_lifetime_value(
            holdout, purchase_model=model, spend_model=spend, discount_rate=0, horizon=366 / 7
        )
        assert row["expected_revenue"] == pytest.approx(value.sum())
        actual = holdout.loc[value.notna(), "holdout_spend"].sum()
        assert row["revenue_relative_bias"] == pytest.approx(value.sum() / actual - 1)
    without = model_comparison_table(holdout, models=models, observation_end="2024-12-31")
    assert_frame_equal(table.drop(columns=MONEY), without.drop(columns=MONEY))


# Refusals.


def test_refusals(holdout):
    ask = {"models": {"steady": Steady()}, **END}
    with pytest.raises(TypeError, match="`spend_model` must be a fitted GammaGammaModel, got Steady"):
        model_comparison_table(TWO, spend_model=Steady(), **ask)
    with pytest.raises(SchemaError, match=r"`holdout` lacks the columns \['holdout_spend'\]"):
        model_comparison_table(TWO.drop(columns="holdout_spend"), spend_model=SPEND, **ask)
    with pytest.raises(SchemaError, match=r"`holdout\['holdout_spend'\]` is missing throughout"):
        model_comparison_table(TWO.assign(holdout_spend=np.nan), spend_model=SPEND, **ask)
    with pytest.raises(SchemaError, match=r"returned'\]` holds refunds, and `spend_model` has learned no rate"):
        model_comparison_table(holdout, models={"a": Steady()}, spend_model=SPEND, observation_end="2024-12-31")


# Input untouched.


def test_the_table_given_is_not_changed():
    before = TWO.copy()
    model_comparison_table(TWO, models={"steady": Steady()}, spend_model=SPEND, **END)
    assert_frame_equal(TWO, before)
