"""Breakage by the chain ladder: published reserves and errors, by hand, empty ages, and what is refused."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.depth import up_to
from tests.frames import assert_same_rows

from crmkit import SchemaError, as_points, make_points
from crmkit.loyalty.programmes import breakage_table, redemption_development_table, redemption_triangle

# Taylor and Ashe (1983), as in Mack (1993), table 1: running totals by year of accident and development.
TAYLOR_ASHE = [
    [357848, 1124788, 1735330, 2218270, 2745596, 3319994, 3466336, 3606286, 3833515, 3901463],
    [352118, 1236139, 2170033, 3353322, 3799067, 4120063, 4647867, 4914039, 5339085],
    [290507, 1292306, 2218525, 3235179, 3985995, 4132918, 4628910, 4909315],
    [310608, 1418858, 2195047, 3757447, 4029929, 4381982, 4588268],
    [443160, 1136350, 2128333, 2897821, 3402672, 3873311],
    [396132, 1333217, 2180715, 2985752, 3691712],
    [440832, 1288463, 2419861, 3483130],
    [359480, 1421128, 2864498],
    [376686, 1363294],
    [344014],
]


def triangle(totals, *, issued=1e9, last_age=None):
    rows = [(2000 + n, age, total) for n, row in enumerate(totals) for age, total in enumerate(row)]
    table = pd.DataFrame(rows, columns=["cohort", "age", "redeemed_total"])
    return table.assign(issued=float(issued), last_age=np.nan if last_age is None else float(last_age))


# Reference: Mack (1993), ASTIN Bulletin 23(2), section 6 and table 2


def test_reserves_and_standard_errors_are_those_of_mack():
    found = breakage_table(triangle(TAYLOR_ASHE))
    to_come = found["ultimate_redeemed"] - found["redeemed_total"]
    assert to_come.iloc[-1] == pytest.approx(18_680_855.61, abs=0.005)
    assert (to_come / 1000).round().tolist()[:-1] == [0, 95, 470, 710, 985, 1419, 2178, 3920, 4279, 4626]
    published = [0, 75_535, 121_699, 133_549, 261_406, 411_010, 558_317, 875_328, 971_258, 1_363_155, 2_447_095]
    assert found["std_error"].round().tolist() == published
    # programs that extrapolate the last variance by the logarithms of the others print 2,441,364
    logs = breakage_table(triangle(TAYLOR_ASHE), last_variance="log_linear")
    assert logs["std_error"].iloc[-1] == pytest.approx(2_441_364, abs=0.5)


def test_factors_are_those_published():
    factors = [3.490607, 1.747333, 1.457413, 1.173852, 1.103824, 1.086269, 1.053874, 1.076555, 1.017725]
    found = redemption_development_table(triangle(TAYLOR_ASHE))
    assert found["factor"].round(6).tolist()[1:] == factors
    assert found["redeemed_share"].iloc[-1] == 1
    assert found["n_cohorts"].tolist()[1:] == [9, 8, 7, 6, 5, 4, 3, 2, 1]


# By hand

SMALL = triangle([[20, 40, 50], [30, 60], [25]], issued=100, last_age=2)


def test_a_small_triangle_by_hand():
    # factors (40 + 60) / (20 + 30) = 2 and 50 / 40 = 1.25: ultimates 50, 60 x 1.25 = 75, 25 x 2 x 1.25 = 62.5
    found = breakage_table(SMALL)
    assert found["ultimate_redeemed"].tolist() == [50, 75, 62.5, 187.5]
    assert found["breakage_rate"].tolist() == [0.5, 0.25, 0.375, 0.375]
    assert found["basis"].tolist() == ["closed", "chain_ladder", "chain_ladder", "all"]
    assert found["n_ages_unseen"].tolist() == [0, 0, 0, 0]


def test_the_ultimate_never_exceeds_what_was_issued():
    # 90 x 2 would be 180 of 120
    found = breakage_table(triangle([[40, 80], [90]], issued=120, last_age=1))
    assert found["ultimate_redeemed"].tolist() == [80, 120, 200]
    assert found["breakage_rate"].tolist()[1] == 0
    assert (found[["lower", "upper"]].iloc[:2].fillna(0) <= 120).all(axis=None)


def test_ages_end_where_points_lapse():
    # the second cohort is over at its last age 1, whatever older cohorts with longer lives went on to do
    rows = triangle([[20, 40, 50], [30, 60]], issued=100, last_age=2)
    rows.loc[rows["cohort"] == 2001, "last_age"] = 1.0
    assert breakage_table(rows)["ultimate_redeemed"].tolist() == [50, 60, 110]
    assert breakage_table(rows)["basis"].tolist()[1] == "closed"


def test_an_empty_first_age_is_no_division_by_zero():
    # nothing is redeemed at age 0: the youngest cohort gets the rate of the others, (50 + 75) / 200
    found = breakage_table(triangle([[0, 40, 50], [0, 60], [0]], issued=100, last_age=2))
    assert found["ultimate_redeemed"].tolist() == [50, 75, 62.5, 187.5]
    assert found["basis"].tolist()[2] == "mean_rate"
    # rates .5 and .75 around .625: variance 2 x .0156 = .03125, times 1 + 1/2, times 100 squared
    assert found["std_error"].iloc[2] == pytest.approx(np.sqrt(0.03125 * 1.5) * 100)
    development = redemption_development_table(triangle([[0, 40, 50], [0, 60], [0]], issued=100))
    assert development["factor"].isna().tolist() == [True, True, False]


def test_what_rests_on_nothing_is_missing():
    found = breakage_table(triangle([[0]], issued=100, last_age=3))
    assert found["n_ages_unseen"].tolist() == [3, 3]
    assert found[["ultimate_redeemed", "std_error", "breakage_rate", "lower"]].isna().all(axis=None)
    assert found["basis"].tolist() == ["mean_rate", "all"]
    nothing = breakage_table(triangle([[0, 0]], issued=0, last_age=1))
    assert nothing["breakage_rate"].isna().all()


def test_the_triangle_by_hand():
    # 100 of January and 50 of February; 120 redeemed on 20 February: all of January's and 20 of February's. A reversal
    # takes 30 of February's back.
    log = as_points(
        pd.DataFrame(
            {
                "event_id": [1, 2, 3, 4],
                "customer_id": "ann",
                "date": ["2024-01-31", "2024-02-10", "2024-02-20", "2024-03-02"],
                "kind": ["earn", "earn", "redeem", "reverse"],
                "points": [100, 50, 120, 30],
                "of": [None, None, None, 2],
            }
        ),
        reverses="of",
    )
    found = redemption_triangle(log, as_of="2024-04-15", valid_months=3)
    columns = ["age", "issued", "redeemed", "redeemed_total", "last_age"]
    assert found[columns].to_numpy().tolist() == [
        [0, 100, 0, 0, 3],
        [1, 100, 100, 100, 3],
        [2, 100, 0, 100, 3],
        [0, 20, 20, 20, 3],
        [1, 20, 0, 20, 3],
    ]
    assert redemption_triangle(log, as_of="2024-04-15")["last_age"].isna().all()


def test_points_that_pay_for_a_returned_order_were_not_issued():
    # 100 of January are spent, and then their order comes back: the 80 of February pay, and 20 of March's 50.
    log = as_points(
        pd.DataFrame(
            {
                "event_id": [1, 2, 3, 4, 5],
                "customer_id": "ann",
                "date": ["2024-01-10", "2024-01-20", "2024-02-10", "2024-02-20", "2024-03-02"],
                "kind": ["earn", "redeem", "earn", "reverse", "earn"],
                "points": [100, 100, 80, 100, 50],
                "of": [None, None, None, 1, None],
            }
        ),
        reverses="of",
    )
    found = redemption_triangle(log, as_of="2024-04-15")
    last = found[found["age"] == found.groupby("cohort")["age"].transform("max")]
    assert last[["issued", "redeemed_total"]].to_numpy().tolist() == [[100, 100], [0, 0], [30, 0]]
    assert breakage_table(found)["breakage_rate"].iloc[0] == 0


@pytest.mark.deep
def test_breakage_of_simulated_programmes_lies_in_the_interval_about_as_often_as_it_says():
    held = []
    for seed in range(40):
        points, truth = make_points(n_customers=400, bonus_share=0.0, random_state=seed)
        log = as_points(points, expires="expires", reverses="reverses")
        found = breakage_table(redemption_triangle(log, as_of="2024-12-31", freq="Q", valid_months=12))
        held.append(found["lower"].iloc[-1] <= truth["redeemed_ever"].sum() <= found["upper"].iloc[-1])
    # 95 % asked for, less what members share: at least 30 of 40
    assert sum(held) >= 30


# Law


@up_to(15)
@given(st.integers(1, 7), st.integers(0, 10**6), st.booleans(), st.sampled_from([0.5, 1.0, 1e6]))
def test_what_holds_of_every_triangle(n, seed, starts_empty, unit):
    rng = np.random.default_rng(seed)
    totals = [np.cumsum(rng.integers(0, 20, n - row)).astype(float) for row in range(n)]
    if starts_empty:
        totals = [each - each[0] for each in totals]
    given_ = triangle([each * unit for each in totals], issued=150 * unit, last_age=n - 1)
    found = breakage_table(given_)
    cohorts, whole = found.iloc[:-1], found.iloc[-1]
    known = cohorts["ultimate_redeemed"].notna()
    assert (cohorts["ultimate_redeemed"][known] >= cohorts["redeemed_total"][known] - 1e-9 * unit).all()
    assert (cohorts["ultimate_redeemed"][known] <= cohorts["issued"][known]).all()
    inside = cohorts[["lower", "ultimate_redeemed", "upper"]].dropna()
    assert (inside.diff(axis=1).iloc[:, 1:] >= -1e-9 * unit).all(axis=None)
    assert not np.isinf(found.drop(columns=["basis"]).to_numpy(float)).any()
    if known.all():
        assert whole["ultimate_redeemed"] == pytest.approx(cohorts["ultimate_redeemed"].sum())
    # the unit of points does not matter to rates, nor the order of rows to anything
    plain = breakage_table(triangle(totals, issued=150, last_age=n - 1))
    np.testing.assert_allclose(found["breakage_rate"], plain["breakage_rate"], rtol=1e-9, atol=1e-12)
    assert_same_rows(breakage_table(given_.sample(frac=1.0, random_state=seed)), found)


def test_every_kind_of_frame_gives_the_same(build):
    for function in (breakage_table, redemption_development_table):
        assert_same_rows(function(build(SMALL)), function(SMALL))


# Refusal


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"age": [0, 1, 3, 0, 1, 0]}, r"Ages of cohort 2000 must go on from 0 one by one, got \[0.0, 1.0, 3.0\]"),
        ({"issued": [100, 90, 100, 100, 100, 100]}, "Cohort 2000 must have one number of points issued"),
        ({"redeemed_total": [20, 40, 30, 30, 60, 25]}, "cohort 2000 redeemed until each age must not fall, nor exceed"),
        ({"redeemed_total": [20, 40, 101, 30, 60, 25]}, "nor exceed the 100 issued"),
        (
            {"redeemed_total": [-1, 40, 50, 30, 60, 25]},
            r"`triangle\['redeemed_total'\]` is missing, infinite or below 0",
        ),
        ({"cohort": [2000, 2000, 2000, 2002, 2002, 2001]}, "Cohort 2002 is seen longer than an older one"),
        ({"issued": "many"}, r"`triangle\['issued'\]` must hold numbers"),
    ],
)
def test_what_is_not_a_triangle_is_refused(changes, message):
    with pytest.raises(SchemaError, match=message):
        breakage_table(SMALL.assign(**changes))


def test_other_mistakes_are_refused():
    with pytest.raises(SchemaError, match="`triangle` has no rows"):
        breakage_table(SMALL.head(0))
    with pytest.raises(SchemaError, match="`triangle` lacks the columns"):
        redemption_development_table(SMALL.drop(columns="last_age"))
    with pytest.raises(ValueError, match="`level` must lie between 0 and 1"):
        breakage_table(SMALL, level=95)
    with pytest.raises(ValueError, match=r"`last_variance` must be one of \['log_linear', 'smallest'\]"):
        breakage_table(SMALL, last_variance="mack")
    log = as_points(
        pd.DataFrame({"event_id": [1], "customer_id": 1, "date": "2024-01-05", "kind": "earn", "points": 5})
    )
    with pytest.raises(SchemaError, match="No period in which points were earned is over on `as_of` 2024-01-20"):
        redemption_triangle(log, as_of="2024-01-20")


# Input untouched


def test_the_triangle_stays_as_it_was():
    before = SMALL.copy()
    breakage_table(SMALL)
    pd.testing.assert_frame_equal(SMALL, before)
