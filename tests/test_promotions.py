"""Promotions: by hand, beside the delta method, and refusals."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.frames import as_pandas, assert_same_rows

from crmkit import SchemaError, as_contacts
from crmkit.loyalty.campaigns import PROMOTION_KINDS, promotion_table

SALES = {"promoted_sales": "snack", "other_sales": "rest", "later_sales": "after"}
COUPON = {**SALES, "kind": "coupon", "response": "bought", "given": "given", "issued": "issued", "redeemed": "redeemed"}
OFFERS = as_contacts(
    pd.DataFrame(
        {
            "customer_id": range(8),
            "arm": ["coupon"] * 4 + ["none"] * 4,
            "bought": [1, 1, 0, 1, 1, 0, 0, 1],
            "snack": [6.0, 4, 0, 2, 2, 0, 0, 2],
            "rest": [10.0, 8, 6, 4, 9, 9, 8, 6],
            "after": [5.0, 5, 5, 5, 6, 6, 5, 5],
            "given": [1, 1, 0, 0.5, 0, 0, 0, 0],
            "issued": [2, 2, 1, 1, 0, 0, 0, 0],
            "redeemed": [1, 1, 0, 1, 0, 0, 0, 0],
        }
    ),
    outcomes=["bought", "snack", "rest", "after", "given", "issued", "redeemed"],
    control="none",
)


# By hand.


def test_a_coupon():
    table = promotion_table(OFFERS, **COUPON).set_index("measure")
    # Means of the arm and the control group; 3 of 6 coupons; 1 of 3 came anyway; 1 and 0.5 of the 2 more came from
    # elsewhere, which leaves 0.5, for which 0.625 was given away
    assert table["value"].to_dict() == pytest.approx(
        {
            "response_rate": 0.75,
            "redemption_rate": 0.5,
            "promoted_sales": 3,
            "subsidised_share": 1 / 3,
            "other_sales": 7,
            "cannibalisation_rate": 0.5,
            "later_sales": 5,
            "forward_buying_rate": 0.25,
            "net_sales": 15,
            "given": 0.625,
            "given_per_net_sales": 1.25,
        }
    )
    differences = {"response_rate": 0.25, "promoted_sales": 2, "other_sales": -1, "later_sales": -0.5, "net_sales": 0.5}
    assert table.loc[list(differences), "difference"].to_dict() == pytest.approx(differences)
    assert table.loc["promoted_sales", ["n_customers", "n_control", "control_value"]].tolist() == [4, 4, 1]
    assert table["too_few"].all()


def test_other_products_may_gain():
    halo = OFFERS.assign(rest=OFFERS["rest"] + 4 * OFFERS["treated"])
    table = promotion_table(halo, kind="bundle", promoted_sales="snack", other_sales="rest").set_index("measure")
    assert table.loc["other_sales", "difference"] == pytest.approx(3)
    assert table.loc["cannibalisation_rate", "value"] == pytest.approx(-1.5)
    assert list(table.index) == [
        "promoted_sales",
        "subsidised_share",
        "other_sales",
        "cannibalisation_rate",
        "net_sales",
    ]


def test_nothing_is_divided_by_sales_that_did_not_grow():
    same = OFFERS.assign(snack=1.0)
    table = promotion_table(same, kind="bundle", promoted_sales="snack", other_sales="rest").set_index("measure")
    assert table.loc["cannibalisation_rate", ["value", "lower", "upper"]].isna().all()


def test_kinds_have_names():
    assert [each.zh for each in PROMOTION_KINDS.values()] == ["限时促销", "捆绑销售", "买赠", "优惠券", "积分"]


# Reference: the delta method, written out.


def many(seed, n=8000):
    rng = np.random.default_rng(seed)
    arm = rng.random(n) < 0.5
    taste = rng.gamma(2, 1, n)
    snack = taste * rng.gamma(4, 1, n) * (1 + arm)
    rest = 30 * taste + rng.gamma(2, 5, n) - 0.3 * snack * arm
    issued = np.where(arm, rng.integers(1, 5, n), 0)
    table = pd.DataFrame({"arm": np.where(arm, "offer", "none"), "snack": snack, "rest": rest, "issued": issued})
    table["redeemed"] = rng.binomial(table["issued"], 0.4)
    outcomes = ["snack", "rest", "issued", "redeemed"]
    return as_contacts(table, outcomes=outcomes, control="none", customer_id=None)


def test_rates_by_the_delta_method():
    offers = many(1)
    given = {"promoted_sales": "snack", "other_sales": "rest", "issued": "issued", "redeemed": "redeemed"}
    table = promotion_table(offers, kind="coupon", **given).set_index("measure")
    groups = [offers[offers["treated"] == side][["snack", "rest"]].to_numpy() for side in (True, False)]
    snack, rest = groups[0].mean(axis=0) - groups[1].mean(axis=0)
    covariance = sum(np.cov(each.T) / len(each) for each in groups)
    slope = np.array([rest / snack**2, -1 / snack])
    found = table.loc["cannibalisation_rate"]
    assert found["value"] == pytest.approx(-rest / snack)
    assert (found["upper"] - found["lower"]) / 2 == pytest.approx(1.96 * np.sqrt(slope @ covariance @ slope), rel=0.02)
    arm = offers[offers["treated"]]
    ratio = arm["redeemed"].sum() / arm["issued"].sum()
    error = (arm["redeemed"] - ratio * arm["issued"]).std() / arm["issued"].mean() / np.sqrt(len(arm))
    redemption = table.loc["redemption_rate"]
    assert redemption["value"] == pytest.approx(ratio)
    assert (redemption["upper"] - redemption["lower"]) / 2 == pytest.approx(1.96 * error, rel=0.01)
    assert not redemption["too_few"]


# Law.


@given(st.integers(0, 1000))
def test_all_sales_together_are_their_sum(seed):
    table = promotion_table(many(seed, n=60), kind="bundle", promoted_sales="snack", other_sales="rest")
    difference = table.set_index("measure")["difference"]
    assert difference["net_sales"] == pytest.approx(difference["promoted_sales"] + difference["other_sales"])


def test_every_kind_of_frame_gives_the_same(build):
    plain = OFFERS.assign(date=pd.Timestamp("2024-03-01"), window_days=14.0)
    asked = {**COUPON, "as_of": "2024-04-01"}
    assert_same_rows(as_pandas(promotion_table(build(plain), **asked)), promotion_table(plain, **asked))


# Refusals.


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"kind": "lottery"}, ValueError, "`kind` must be one of"),
        ({"kind": "limited_time"}, ValueError, "'limited_time' needs `later_sales`: a short offer brings"),
        ({"kind": "bundle"}, ValueError, "'bundle' needs `other_sales`: a bundle takes sales"),
        ({"kind": "gift"}, ValueError, "'gift' needs `given`: the gifts are its cost"),
        ({"kind": "coupon"}, ValueError, "'coupon' needs `issued` and `redeemed`: not every coupon"),
        ({"kind": "points"}, ValueError, "'points' needs `issued` and `redeemed`: not all points"),
        ({"kind": "gift", "given": "given", "issued": "issued"}, ValueError, "`issued` and `redeemed` go together"),
        ({"kind": "gift", "given": "snack"}, ValueError, "'snack' is given for several arguments"),
        ({"kind": "gift", "given": "given", "response": "rest"}, SchemaError, "`response` must hold 0 and 1"),
        ({"kind": "gift", "given": "given", "level": 3}, ValueError, "`level`"),
    ],
)
def test_wrong_arguments_are_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        promotion_table(OFFERS, promoted_sales="snack", **arguments)


# Input untouched.


def test_the_table_given_stays_as_it_was():
    before = OFFERS.copy()
    promotion_table(OFFERS, **COUPON)
    pd.testing.assert_frame_equal(OFFERS, before)
