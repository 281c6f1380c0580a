"""How well expected uplifts rank customers: scores, the table by tenths and the Qini curve."""

import math
from functools import partial

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from tests.depth import up_to
from tests.files import data_file

from crmkit.loyalty.campaigns import auuc_score, qini_curve_table, qini_score, uplift_at_score, uplift_table

OUTCOMES = [1, 0, 1, 0, 1, 0, 0, 1]
TREATMENT = [1, 1, 0, 1, 0, 0, 1, 0]
SCORES = [0.9, 0.8, 0.7, 0.6, 0.4, 0.3, 0.2, 0.1]
AREAS = (qini_score, auuc_score)


# By hand


def test_uplift_at_by_hand():
    # The first four: of three treated one responded, the one who was not did: 1/3 - 1. The first half of each arm, two:
    # 1/2 - 2/2.
    asked = {"treatment": TREATMENT, "share": 0.5}
    assert uplift_at_score(OUTCOMES, SCORES, **asked, strategy="overall") == pytest.approx(-2 / 3)
    assert uplift_at_score(OUTCOMES, SCORES, **asked, strategy="by_arm") == pytest.approx(-1 / 2)


def test_customers_with_equal_scores_count_in_part():
    # The top four: both of score 2, treated 1 and untreated 0, and half of the four of score 1, of whom treated have 1
    # of 2 and the untreated 2 of 2: (1 + 1/2) / (1 + 1) - (0 + 1) / (1 + 1)
    outcomes, arms, scores = [1, 0, 1, 0, 1, 1], [1, 0, 1, 1, 0, 0], [2, 2, 1, 1, 1, 1]
    found = uplift_at_score(outcomes, scores, treatment=arms, share=2 / 3, strategy="overall")
    assert found == pytest.approx(0.25)


def test_areas_per_customer_by_hand():
    # Ranked treated 10, untreated 4, treated 0, untreated 4. Uplift curve: 10·1, 6·2, 1·3, 1·4, over 4: 2.5, 3, .75, 1.
    # Area of trapezoids of width 1/4, from 0: (2.5/2 + 5.5/2 + 3.75/2 + 1.75/2) / 4 = 1.6875, less 1/2.
    asked = {"treatment": [1, 0, 1, 0], "normalise": "customer"}
    assert auuc_score([10, 4, 0, 4], [4, 3, 2, 1], **asked) == pytest.approx(1.1875)
    # Qini curve: 10, 10 - 4·1, 10 - 4·2, 10 - 8·2/2, over two treated: 5, 3, 1, 1.
    assert qini_score([10, 4, 0, 4], [4, 3, 2, 1], **asked) == pytest.approx((5 / 2 + 4 + 2 + 1) / 4 - 0.5)


def test_the_table_by_hand():
    table = uplift_table(OUTCOMES, SCORES, treatment=TREATMENT, n_groups=2)
    assert table["n_treated"].tolist() == [3, 1]
    assert table["uplift"].tolist() == pytest.approx([-2 / 3, 0 - 2 / 3])
    assert table["mean_score"].tolist() == pytest.approx([0.75, 0.25])
    # of all: 1/4 - 3/4
    assert table["cumulative_uplift"].tolist() == pytest.approx([-2 / 3, -1 / 2])
    assert table["gain"].tolist() == pytest.approx([-1 / 3, -1 / 2])
    assert table["random_gain"].tolist() == pytest.approx([-1 / 4, -1 / 2])


# Reference


def test_scikit_uplift_says_the_same():
    # scikit-uplift 0.5.1: uplift_at_k, qini_auc_score, uplift_auc_score
    asked = {"treatment": TREATMENT}
    assert uplift_at_score(OUTCOMES, SCORES, **asked, share=0.5, strategy="overall") == pytest.approx(
        -0.666667, abs=1e-6
    )
    assert qini_score(OUTCOMES, SCORES, **asked) == pytest.approx(0.121212, abs=1e-6)
    assert auuc_score(OUTCOMES, SCORES, **asked) == pytest.approx(0.191111, abs=1e-6)
    assert auuc_score([0, 1], [0.1, 0.3], treatment=[1, 0]) == 0
    assert auuc_score([1, 0], [0.1, 0.3], treatment=[0, 1]) == 1


@pytest.mark.parametrize("score", AREAS)
def test_the_areas_agree_with_a_second_computation(score):
    # the curves of scikit-uplift's documentation, worked out customer by customer
    rng = np.random.default_rng(5)
    y, t, u = rng.integers(0, 2, 200), (rng.random(200) < 0.3).astype(int), rng.integers(0, 40, 200).astype(float)

    def area(by):
        x, heights = [0], [0.0]
        for cut in sorted(set(by), reverse=True):
            top = by >= cut
            n1, n0 = (top & (t == 1)).sum(), (top & (t == 0)).sum()
            y1, y0 = y[top & (t == 1)].sum(), y[top & (t == 0)].sum()
            if score is qini_score:
                heights.append(y1 - (y0 * n1 / n0 if n0 else 0))
            else:
                heights.append(((y1 / n1 if n1 else 0) - (y0 / n0 if n0 else 0)) * (n1 + n0))
            x.append(top.sum())
        return np.trapezoid(heights, x) - heights[-1] * x[-1] / 2

    best = y * (2 * t - 1)
    if score is auuc_score:
        best = 2 * (y == t) + (y if (y * (1 - t)).sum() > ((1 - y) * t).sum() else t)
    assert score(y, u, treatment=t) == pytest.approx(area(u) / area(best), rel=1e-12)


def test_hillstrom_is_what_is_published():
    # MineThatData E-Mail Analytics Challenge: visits .106167 without and .151400 with the e-mail on women's merchandise
    mails = pd.read_parquet(data_file("hillstrom.parquet"))
    mails = mails[mails["segment"] != "Mens E-Mail"]
    asked = {"treatment": (mails["segment"] == "Womens E-Mail").astype(int)}
    table = uplift_table(mails["visit"], mails["recency"] * 0, **asked)
    assert table[["treated_mean", "control_mean", "uplift"]].iloc[0].round(6).tolist() == [0.1514, 0.106167, 0.045233]
    assert uplift_at_score(
        mails["visit"], mails["recency"] * 0, **asked, share=0.3, strategy="overall"
    ) == pytest.approx(0.045233, abs=1e-6)


# Laws


def campaigns(seed, n=60):
    rng = np.random.default_rng(seed)
    arms = rng.permutation(np.arange(n) % 3 == 0).astype(int)
    return rng.integers(0, 2, n).astype(float), rng.integers(0, 8, n).astype(float), arms


@up_to(40)
@given(st.integers(0, 10_000))
def test_neither_the_order_of_rows_nor_the_scale_of_scores_matters(seed):
    y, u, t = campaigns(seed)
    turned = np.random.default_rng(seed).permutation(len(y))
    for score in AREAS:
        for normalise in ("perfect", "customer"):
            found = score(y, u, treatment=t, normalise=normalise)
            assert score(y[turned], 3 * u[turned] + 1, treatment=t[turned], normalise=normalise) == pytest.approx(found)
            assert score(y, np.full(len(y), 2.5), treatment=t, normalise=normalise) == pytest.approx(0, abs=1e-12)
    for strategy in ("overall", "by_arm"):
        asked = {"share": 0.3, "strategy": strategy}
        found = uplift_at_score(y, u, treatment=t, **asked)
        again = uplift_at_score(y[turned], u[turned], treatment=t[turned], **asked)
        assert again == pytest.approx(found, nan_ok=True)
    table = uplift_table(y, u, treatment=t, n_groups=4)
    pd.testing.assert_frame_equal(uplift_table(y[turned], u[turned], treatment=t[turned], n_groups=4), table)


@up_to(40)
@given(st.integers(0, 10_000), st.sampled_from([0.01, 7.1, 1e6]))
def test_money_scales_what_it_should(seed, unit):
    y, u, t = campaigns(seed)
    money = y * 12.5 + 3
    for score in AREAS:
        found = score(money, u, treatment=t, normalise="customer")
        assert score(money * unit, u, treatment=t, normalise="customer") == pytest.approx(found * unit)
    first, second = (uplift_table(each, u, treatment=t, n_groups=3) for each in (money, money * unit))
    columns = [name for name in first if name.split("_")[0] in ("gain", "uplift", "cumulative", "random")]
    assert_allclose(second[columns], first[columns] * unit, rtol=1e-7, atol=1e-9 * unit)


@up_to(40)
@given(st.integers(0, 10_000))
def test_turning_the_ranking_round_turns_the_area(seed):
    # With as many treated as untreated at each score, both curves are of uplifts that add up to that of all.
    y, u, _ = campaigns(seed)
    y, u, t = np.append(y, 1 - y[::-1]), np.append(u, u), np.repeat([1, 0], len(y))
    for score in AREAS:
        found = score(y, u, treatment=t, normalise="customer")
        assert score(y, -u, treatment=t, normalise="customer") == pytest.approx(-found, abs=1e-12)


def test_the_curve_and_the_table_are_the_scores():
    y, u, t = campaigns(3, n=600)
    u = u + np.arange(600) / 1000
    curve = qini_curve_table(y, u, treatment=t, n_points=1001)
    area = np.trapezoid(curve["qini"], curve["fraction"]) - curve["random_gain"].iloc[-1] / 2
    assert area == pytest.approx(qini_score(y, u, treatment=t, normalise="customer"))
    area = np.trapezoid(curve["gain"].fillna(0), curve["fraction"]) - curve["random_gain"].iloc[-1] / 2
    assert area == pytest.approx(auuc_score(y, u, treatment=t, normalise="customer"), abs=2e-3)
    table = uplift_table(y, u, treatment=t)
    at = uplift_at_score(y, u, treatment=t, share=0.3, strategy="overall")
    assert table["cumulative_uplift"].iloc[2] == pytest.approx(at)
    assert (table["uplift_lower"] < table["uplift"]).all()
    assert (table["uplift"] < table["uplift_upper"]).all()


def test_the_intervals_of_a_tenth_hold_the_truth_as_often_as_they_say():
    rng = np.random.default_rng(0)
    held = []
    for _ in range(300):
        t = rng.integers(0, 2, 400)
        y = (rng.random(400) < 0.1 + 0.1 * t) * 1.0
        table = uplift_table(y, rng.random(400), treatment=t, n_groups=2)
        held += (table["uplift_lower"].le(0.1) & table["uplift_upper"].ge(0.1)).tolist()
    assert np.mean(held) == pytest.approx(0.95, abs=0.03)


def test_intervals_of_few_amounts_are_not_to_be_relied_on():
    # two groups; each has 30 treated and 29 untreated who paid, then 30 of both
    scores, treatment = np.repeat([2, 1], 100), np.tile(np.repeat([1, 0], 50), 2)
    for n, expected in ((29, True), (30, False)):
        paid = np.tile(np.r_[np.arange(50) < 30, np.arange(50) < n], 2)
        assert (uplift_table(paid * 5.5, scores, treatment=treatment, n_groups=2)["too_few"] == expected).all()
        assert not uplift_table(paid * 1, scores, treatment=treatment, n_groups=2)["too_few"].any()


def test_polars_gets_polars_and_flags_count():
    arms = pl.Series(TREATMENT).cast(pl.Boolean)
    table = uplift_table(pl.Series(OUTCOMES), pl.Series(SCORES), treatment=arms, n_groups=2)
    assert isinstance(table, pl.DataFrame)
    assert isinstance(qini_curve_table(pl.Series(OUTCOMES), pl.Series(SCORES), treatment=arms), pl.DataFrame)


# Refusals


def test_an_arm_without_anybody_at_the_top_has_no_uplift():
    assert math.isnan(uplift_at_score(OUTCOMES, SCORES, treatment=TREATMENT, share=0.25, strategy="overall"))


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"treatment": [1] * 8}, ValueError, "All 8 customers in `treatment` were treated"),
        ({"treatment": [0] * 8}, ValueError, "None of the 8 customers in `treatment` was treated"),
        ({"treatment": [2] * 8}, ValueError, "`treatment` must hold 1 where it happened"),
        ({"treatment": ["a"] * 8}, TypeError, "`treatment` must be a number"),
        ({"treatment": [1, 0]}, ValueError, "must have the same length"),
        ({"y_true": [np.nan] * 8}, ValueError, "`y_true` has 8 missing values"),
        ({"uplift": [np.nan] * 8}, ValueError, "`uplift` has 8 missing values"),
        ({"normalise": "max"}, ValueError, "`normalise` must be one of"),
        ({"y_true": [5, 0, 1, 0, 1, 0, 0, 1]}, ValueError, r"`y_true` is not 0 or 1 throughout"),
    ],
)
def test_wrong_columns_are_refused(changes, error, message):
    given = {"y_true": OUTCOMES, "uplift": SCORES, "treatment": TREATMENT, **changes}
    for score in AREAS:
        with pytest.raises(error, match=message):
            score(
                given["y_true"], given["uplift"], **{k: v for k, v in given.items() if k in ("treatment", "normalise")}
            )


@pytest.mark.parametrize("name", ["y_true", "uplift"])
def test_numbers_too_large_to_compute_with_are_refused(name):
    given = {"y_true": OUTCOMES, "uplift": SCORES} | {name: [1e200, *SCORES[1:]]}
    calls = [uplift_table, qini_curve_table, *(partial(score, normalise="customer") for score in AREAS)]
    for call in (*calls, partial(uplift_at_score, share=0.5, strategy="overall")):
        with pytest.raises(ValueError, match=rf"`{name}` has a value of size 1e\+200, too large to compute with"):
            call(**given, treatment=TREATMENT)


def test_nobody_has_no_uplift():
    with pytest.raises(ValueError, match="`y_true` has no customers"):
        uplift_table([], [], treatment=[])


@pytest.mark.parametrize("asked", [{"share": 0, "strategy": "overall"}, {"share": 0.5, "strategy": "by_group"}])
def test_wrong_options_are_refused(asked):
    with pytest.raises(ValueError, match=r"`share`|`strategy`"):
        uplift_at_score(OUTCOMES, SCORES, treatment=TREATMENT, **asked)


# Input untouched


def test_columns_stay_as_they_were():
    y, u, t = (np.array(each, dtype=float) for each in (OUTCOMES, SCORES, TREATMENT))
    uplift_table(y, u, treatment=t)
    qini_curve_table(y, u, treatment=t)
    assert (y.tolist(), u.tolist(), t.tolist()) == (OUTCOMES, SCORES, TREATMENT)
