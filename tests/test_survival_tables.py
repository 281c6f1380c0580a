"""The tables of survival: published numbers, slow counts, groups, late entries, reasons of leaving."""

import time
import warnings
from fractions import Fraction

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from tests.test_survival import CENSORED, DAY, ENDED, PLACEBO, RELAPSED, WEEKS

from crmkit.loyalty.survival import (
    cumulative_incidence_table,
    kaplan_meier_table,
    log_rank_table,
    nelson_aalen_table,
    restricted_mean_difference_table,
    restricted_mean_table,
    survival_at_table,
    survival_quantile_table,
)

# lifelines' waltons, rows of flies: day, events, censored
WALTONS = {
    "durations": np.tile(DAY, 2),
    "observed": np.repeat([True, False], len(DAY)),
    "n_customers": np.concatenate([ENDED, CENSORED]),
}
# and those of the group miR-137: day, events; the others are the control group
MIR = """
6 1, 9 3, 13 3, 15 2, 19 3, 22 4, 26 5, 29 5, 33 2, 36 2, 43 1, 47 1, 62 2"""
MIR_DAY, MIR_ENDED = np.array([line.split() for line in MIR.split(",")], dtype=float).T
# R's aml (Miller 1997): weeks to relapse, maintained and not
AML = {
    "durations": [9, 13, 13, 18, 23, 28, 31, 34, 45, 48, 161, 5, 5, 8, 8, 12, 16, 23, 27, 30, 33, 43, 45],
    "observed": [1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 0, 1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1],
}
AML_GROUP = ["maintained"] * 11 + ["not"] * 12
MAINTAINED = {name: values[:11] for name, values in AML.items()}
GEHAN = {"durations": [*WEEKS, *PLACEBO], "observed": [*RELAPSED, *[1] * 21]}
LATE = {
    "durations": [5, 3, 6, 7, 8, 9, 10],
    "observed": [1, 1, 0, 1, 1, 0, 1],
    "entry": [0, 0, 2, 3, 1, 0, 4],
}
LEFT = {"durations": [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 18, 20]}
REASONS = [None if code == "." else code for code in "ab.aaba.ba.ba.b."]
CURVES = [kaplan_meier_table, nelson_aalen_table]


def waltons_by_group():
    """Of each day those of miR-137, and the others."""
    mir = pd.Series(MIR_ENDED, index=MIR_DAY).reindex(DAY, fill_value=0).to_numpy()
    return {
        "durations": np.tile(DAY, 3),
        "observed": np.repeat([True, True, False], len(DAY)),
        "n_customers": np.concatenate([mir, ENDED - mir, CENSORED]),
    }, np.repeat(["miR-137", "control", "control"], len(DAY))


# By hand


def test_five_by_hand():
    # 1, 2+, 2, 4+, 5: at 1 4/5; at 2 three of four are left over, 3/5; at 5 nobody
    table = kaplan_meier_table(durations=[5, 2, 1, 4, 2], observed=[True, False, True, False, True])
    assert list(table.columns) == ["duration", "n_at_risk", "n_events", "survival", "lower", "upper"]
    assert_allclose(table[["duration", "n_at_risk", "n_events", "survival"]].T, [
        [1, 2, 4, 5], [5, 4, 2, 1], [1, 1, 0, 1], [0.8, 0.6, 0.6, 0],
    ])  # fmt: skip


def test_who_left_on_the_first_day_counts():
    table = kaplan_meier_table(durations=[0, 0, 3, 4], observed=[1, 0, 1, 0])
    assert table[["duration", "n_at_risk", "n_events", "survival"]].to_numpy().tolist() == [
        [0, 4, 1, 0.75],
        [3, 2, 1, 0.375],
        [4, 1, 0, 0.375],
    ]
    entered = kaplan_meier_table(durations=[0, 0, 3, 4], observed=[1, 0, 1, 0], entry=[0, 0, 0, 0])
    pd.testing.assert_frame_equal(entered, table)


def test_late_entries_by_hand():
    # before 3: five are in, one of them, who came at 0, leaves: 4/5. At 5 six are in, 4/5 · 5/6. At 7 four, at 8 three.
    table = kaplan_meier_table(**LATE)
    assert table["n_at_risk"].tolist() == [5, 6, 5, 4, 3, 2, 1]
    assert_allclose(table["survival"], np.array([4 / 5, 2 / 3, 2 / 3, 1 / 2, 1 / 3, 1 / 3, 0]))
    at = survival_at_table(**LATE, times=[0, 2.5, 3, 4.5])
    assert at["n_at_risk"].tolist() == [3, 5, 5, 6]
    assert_allclose(at["survival"], [1, 1, 0.8, 0.8])


def test_two_reasons_by_hand():
    # 1 a, 2 b, 3 a, 4+: 1/4; then 3/4 of 1/3; then 1/2 of 1/2
    table = cumulative_incidence_table(durations=[1, 2, 3, 4], reasons=["a", "b", "a", None])
    assert table["reason"].tolist() == ["a"] * 4 + ["b"] * 4
    assert_allclose(table["incidence"], [0.25, 0.25, 0.5, 0.5, 0, 0.25, 0.25, 0.25])
    assert table["n_events"].tolist() == [1, 0, 1, 0, 0, 1, 0, 0]


def test_where_all_have_left_for_one_reason_there_is_no_interval():
    # 5 of 11 are seen up to 1 only; 2 leave then, 3 at 2: the sum of the shares is 1 but for rounding
    table = cumulative_incidence_table(durations=[1] * 8 + [2] * 3, reasons=[None] * 6 + ["a"] * 5)
    assert table["incidence"].tolist() == pytest.approx([2 / 11, 1])
    assert table[["lower", "upper"]].isna().all(axis=1).tolist() == [False, True]


def test_what_is_not_reached_is_missing():
    few = {"durations": [1, 2, 3], "observed": [1, 0, 0]}
    (median,) = survival_quantile_table(**few).itertuples(index=False)
    assert tuple(median) == pytest.approx((0.5, np.nan, 1, np.nan), nan_ok=True)
    assert restricted_mean_table(**few, horizon=4)[["restricted_mean", "lower", "upper"]].isna().all(axis=None)
    at = survival_at_table(**few, times=[4])
    assert at.iloc[0].tolist() == pytest.approx([4, 0, np.nan, np.nan, np.nan], nan_ok=True)


def test_groups_keep_the_order_of_their_categories_and_those_without_come_last():
    by = pd.Categorical(["new", "old", None, "new"], categories=["old", "unused", "new"])
    table = survival_quantile_table(durations=[1, 2, 3, 1], observed=[1, 1, 1, 1], by=pd.Series(by))
    assert table["group"].tolist()[:2] == ["old", "new"]
    assert table["group"].isna().tolist() == [False, False, True]
    assert table["duration"].tolist() == [2, 1, 3]
    numbered = survival_quantile_table(durations=[1, 2, 3], observed=[1, 1, 1], by=[10, 2, None])
    assert numbered["group"].tolist()[:2] == [2, 10]


def test_few_who_all_leave_early_are_warned_of():
    # the only one watched at 1 leaves: the curve is 0 for the three who come in later
    early = {"durations": [1, 5, 6, 7], "observed": [1, 1, 1, 0], "entry": [0, 2, 2, 2]}
    with pytest.warns(UserWarning, match=r"All of the 1 under observation at a duration of 1 left then.*`entry`"):
        table = kaplan_meier_table(**early)
    assert table["survival"].tolist() == [0, 0, 0, 0]
    # those who lasted so long, as the warning says
    later = kaplan_meier_table(durations=[5, 6, 7], observed=[1, 1, 0], entry=[2, 2, 2])
    assert_allclose(later["survival"], [2 / 3, 1 / 3, 1 / 3])


def test_nobody_gives_no_rows():
    for table in (
        kaplan_meier_table(durations=[], observed=[]),
        nelson_aalen_table(durations=[], observed=[], by=[]),
        cumulative_incidence_table(durations=[], reasons=[]),
    ):
        assert len(table) == 0
    assert np.isnan(survival_quantile_table(durations=[], observed=[])["duration"][0])


# Reference: lifelines' waltons, KaplanMeierFitter, NelsonAalenFitter, logrank_test, restricted_mean_survival_time


def test_waltons():
    at = survival_at_table(**WALTONS, times=[6, 7, 9, 10, 20, 30, 40, 50, 60, 70])
    survival = [0.993865, 0.987730, 0.969210, 0.969210, 0.913650, 0.827224, 0.777837, 0.616817, 0.311524, 0.014341]
    assert_allclose(at["survival"], survival, atol=5e-7)
    at = survival_at_table(**WALTONS, times=[33, 56])
    assert_allclose(at["lower"], [0.732496, 0.352689], atol=5e-7)
    assert_allclose(at["upper"], [0.856023, 0.504680], atol=5e-7)
    assert survival_quantile_table(**WALTONS)["duration"].tolist() == [56]
    assert restricted_mean_table(**WALTONS, horizon=50)["restricted_mean"][0] == pytest.approx(43.156046, abs=5e-7)
    last = nelson_aalen_table(**WALTONS).iloc[-1]
    assert last["cumulative_hazard"] == pytest.approx(5.021337, abs=5e-7)
    assert (last["lower"], last["upper"]) == pytest.approx((3.17319584, 7.94587754))


def test_waltons_by_group():
    flies, group = waltons_by_group()
    medians = survival_quantile_table(**flies, by=group).set_index("group")["duration"]
    assert medians.to_dict() == {"control": 58, "miR-137": 26}
    test = log_rank_table(**flies, by=group)
    assert test["n_customers"].tolist() == [129, 34, 163]
    assert test["n_events"].tolist() == [122, 34, 156]
    assert test["statistic"].iloc[-1] == pytest.approx(122.249126, abs=5e-7)
    assert test["p_value"].iloc[-1] == pytest.approx(2.036e-28, rel=5e-4)


# Reference: R's survival, survfit and survdiff on aml, as its documentation prints them


def test_maintained_remission_with_the_interval_of_r():
    table = kaplan_meier_table(**MAINTAINED, transform="log").query("n_events > 0")
    assert table["duration"].tolist() == [9, 13, 18, 23, 31, 34, 48]
    assert_allclose(table["survival"], [0.909, 0.818, 0.716, 0.614, 0.491, 0.368, 0.184], atol=5e-4)
    assert_allclose(table["lower"], [0.7541, 0.6192, 0.4884, 0.3769, 0.2549, 0.1549, 0.0359], atol=5e-5)
    assert_allclose(table["upper"], [1, 1, 1, 0.999, 0.946, 0.875, 0.944], atol=5e-4)


def test_log_rank_of_r():
    test = log_rank_table(**AML, by=AML_GROUP)
    assert test["n_events"].tolist() == [7, 11, 18]
    assert_allclose(test["expected_events"], [10.69, 7.31, 18], atol=5e-3)
    assert_allclose(test.iloc[-1][["statistic", "degrees_of_freedom"]].astype(float), [3.396, 1], atol=5e-4)
    assert test["p_value"].iloc[-1] == pytest.approx(0.0653, abs=5e-5)
    assert test["statistic"].isna().tolist() == [True, True, False]


def test_6_mp_against_placebo():
    # Kleinbaum and Klein, Survival Analysis, 3rd ed., table 2.7: expected 19.25 and 10.75, log-rank 16.79
    test = log_rank_table(**GEHAN, by=["6-mp"] * 21 + ["placebo"] * 21)
    assert_allclose(test["expected_events"], [19.25, 10.75, 30], atol=5e-3)
    assert test["statistic"].iloc[-1] == pytest.approx(16.79, abs=5e-3)


def test_within_strata_and_means_as_greenwood_has_them():
    # greenwood 0.8.0, logrank_test and rmst_test on aml; the strata are odd and even rows
    test = log_rank_table(**AML, by=AML_GROUP, strata=[place % 2 for place in range(23)])
    assert_allclose(test["expected_events"], [10.356746031746031, 7.643253968253968, 18])
    assert test["statistic"].iloc[-1] == pytest.approx(2.7207593732654707)
    assert test["p_value"].iloc[-1] == pytest.approx(0.09905088214106084)
    mean = restricted_mean_difference_table(**AML, by=AML_GROUP, horizon=40, reference="not").iloc[0]
    assert mean[["difference", "lower", "upper", "p_value"]].tolist() == pytest.approx(
        [6.9672, -3.1672, 17.1016, 0.1778], abs=5e-5
    )
    ends = [kaplan_meier_table(**MAINTAINED, transform=name).iloc[1] for name in ("log_log", "plain")]
    assert [tuple(end[["lower", "upper"]]) for end in ends] == [
        pytest.approx((0.44742861468218115, 0.9511622285824917)),
        pytest.approx((0.5902550587990166, 1)),
    ]


def test_late_entries_as_greenwood_and_lifelines_have_them():
    table = kaplan_meier_table(**LATE).iloc[:5]
    assert_allclose(table["lower"], [0.203809, 0.194617, 0.194617, 0.110948, 0.046082], atol=5e-7)
    assert_allclose(table["upper"], [0.969180, 0.904434, 0.904434, 0.803709, 0.675564], atol=5e-7)


def test_competing_reasons_as_greenwood_and_lifelines_have_them():
    # AalenJohansen(conf_type="plain"): estimates and standard errors at 5, 10, 14 and 18
    table = cumulative_incidence_table(**LEFT, reasons=REASONS)
    seen = table[table["duration"].isin([5, 10, 14, 18])]
    incidence = [0.129808, 0.264423, 0.431010, 0.431010, 0.062500, 0.205529, 0.296394, 0.432692]
    errors = np.array([0.085782, 0.113592, 0.135905, 0.135905, 0.060515, 0.106481, 0.126392, 0.149864])
    assert_allclose(seen["incidence"], incidence, atol=5e-7)
    # from the width of the interval on its scale
    width = np.log(np.log1p(-seen["upper"]) / np.log1p(-seen["lower"]))
    log = np.log1p(-seen["incidence"])
    assert_allclose(width * (1 - seen["incidence"]) * -log / (2 * 1.959963984540054), errors, atol=5e-7)


# Laws

samples = st.lists(
    st.tuples(st.integers(0, 9), st.booleans(), st.integers(0, 12), st.sampled_from("ab")), min_size=1, max_size=30
)


def columns_of(sample):
    """Durations above the entries, so that all were under observation."""
    entry, observed, more, reasons = zip(*sample, strict=True)
    durations = [start + extra + 1 for start, extra in zip(entry, more, strict=True)]
    return {"durations": durations, "observed": list(observed), "entry": list(entry)}, list(reasons)


def slow(durations, observed, entry, reasons):
    """Survival and the incidence of each reason in fractions, by their definitions, person by person."""
    survival, incidence, found = Fraction(1), dict.fromkeys("ab", Fraction(0)), []
    people = list(zip(durations, observed, entry, reasons, strict=True))
    for now in sorted(set(durations)):
        at_risk = [each for each in people if each[0] >= now and (each[2] < now or each[2] == 0)]
        left = [each for each in at_risk if each[0] == now and each[1]]
        for reason in "ab":
            incidence[reason] += survival * Fraction(sum(each[3] == reason for each in left), len(at_risk))
        survival *= 1 - Fraction(len(left), len(at_risk))
        found.append((now, len(at_risk), len(left), survival, dict(incidence)))
    return found


@given(samples)
def test_they_are_what_a_slow_count_gives(sample):
    spells, reasons = columns_of(sample)
    expected = slow(**spells, reasons=reasons)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        table = kaplan_meier_table(**spells)
        at = survival_at_table(**spells, times=[row[0] for row in expected])
    assert table[["duration", "n_at_risk", "n_events"]].to_numpy().tolist() == [list(row[:3]) for row in expected]
    assert_allclose(table["survival"], [float(row[3]) for row in expected], atol=1e-12)
    pd.testing.assert_frame_equal(at, table.drop(columns="n_events"))
    told = [reason if ended else None for reason, ended in zip(reasons, spells["observed"], strict=True)]
    shares = cumulative_incidence_table(durations=spells["durations"], entry=spells["entry"], reasons=told)
    for reason, rows in shares.groupby("reason"):
        assert_allclose(rows["incidence"], [float(row[4][reason]) for row in expected], atol=1e-12)


@given(samples)
def test_the_shares_of_all_reasons_and_of_those_still_there_add_up_to_1(sample):
    spells, reasons = columns_of(sample)
    told = [reason if ended else None for reason, ended in zip(reasons, spells["observed"], strict=True)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        left = kaplan_meier_table(**spells).set_index("duration")["survival"]
    shares = cumulative_incidence_table(durations=spells["durations"], entry=spells["entry"], reasons=told)
    if len(shares):
        assert_allclose(shares.groupby("duration")["incidence"].sum() + left, 1)


@given(samples)
def test_of_one_reason_it_is_one_minus_kaplan_and_meier_with_its_interval(sample):
    spells, _ = columns_of([(0, *rest) for _, *rest in sample])
    told = ["left" if ended else None for ended in spells["observed"]]
    one = kaplan_meier_table(**spells)
    shares = cumulative_incidence_table(durations=spells["durations"], reasons=told)
    if len(shares):
        assert_allclose(shares["incidence"], 1 - one["survival"], atol=1e-12)
        assert_allclose(shares["lower"], 1 - one["upper"], rtol=1e-6, atol=1e-9)
        assert_allclose(shares["upper"], 1 - one["lower"], rtol=1e-6, atol=1e-9)


@given(samples, st.integers(1, 4), st.randoms())
def test_rows_that_stand_for_several_are_as_good_as_several_rows(sample, times, random):
    spells, reasons = columns_of(sample)
    order = list(range(len(sample))) * times
    random.shuffle(order)
    repeated = {name: [values[at] for at in order] for name, values in spells.items()}
    grouped = {**spells, "n_customers": [times] * len(sample)}
    by, repeated_by = reasons, [reasons[at] for at in order]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for make in (*CURVES, survival_quantile_table):
            one, other = make(**grouped, by=by), make(**repeated, by=repeated_by)
            pd.testing.assert_frame_equal(one, other, rtol=1e-7)
    if set(reasons) == {"a", "b"}:
        one, other = log_rank_table(**grouped, by=by), log_rank_table(**repeated, by=repeated_by)
        pd.testing.assert_frame_equal(one, other, rtol=1e-6)


@given(samples)
def test_a_group_is_what_its_rows_alone_are(sample):
    spells, reasons = columns_of(sample)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        whole = kaplan_meier_table(**spells, by=reasons)
        for label in sorted(set(reasons)):
            rows = [at for at, reason in enumerate(reasons) if reason == label]
            alone = kaplan_meier_table(**{name: [values[at] for at in rows] for name, values in spells.items()})
            mine = whole[whole["group"] == label].drop(columns="group").reset_index(drop=True)
            pd.testing.assert_frame_equal(mine, alone)


@given(samples)
def test_groups_named_the_other_way_round_differ_as_much(sample):
    spells, reasons = columns_of(sample)
    if set(reasons) != {"a", "b"}:
        return
    turned = log_rank_table(**spells, by=["z" if reason == "a" else reason for reason in reasons])
    test = log_rank_table(**spells, by=reasons)
    assert_allclose(turned["statistic"], test["statistic"], rtol=1e-7, atol=1e-9)
    assert_allclose(test["n_events"].sum(), test["expected_events"].sum())


@pytest.mark.parametrize("transform", ["log_log", "logit", "log", "plain"])
@given(sample=samples, level=st.floats(0.5, 0.99))
def test_intervals_hold_the_estimate_and_lie_between_0_and_1(transform, sample, level):
    spells, _ = columns_of(sample)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        table = kaplan_meier_table(**spells, level=level, transform=transform).dropna()
    assert ((table["lower"] >= 0) & (table["lower"] <= table["survival"] + 1e-12)).all()
    assert ((table["upper"] <= 1) & (table["upper"] >= table["survival"] - 1e-12)).all()


@given(st.lists(st.tuples(st.floats(0, 1e6), st.booleans()), min_size=1, max_size=30))
def test_any_unit_gives_the_same_curve(sample):
    durations, observed = (np.array(column) for column in zip(*sample, strict=True))
    one = kaplan_meier_table(durations=durations, observed=observed)
    other = kaplan_meier_table(durations=durations * 4, observed=observed)
    assert_allclose(other["duration"], one["duration"] * 4)
    pd.testing.assert_frame_equal(other.drop(columns="duration"), one.drop(columns="duration"))


@pytest.mark.parametrize("kind", [pd.Series, pl.Series, lambda values: pa.chunked_array([values]), np.array])
def test_columns_of_all_kinds_give_their_own_kind_of_frame(kind):
    given = {"durations": kind([2.0, 3.0, 5.0]), "observed": kind([True, False, True]), "by": kind(["x", "y", "x"])}
    table = kaplan_meier_table(**given)
    home = {pd.Series: pd.DataFrame, pl.Series: pl.DataFrame, np.array: pd.DataFrame}.get(kind, pa.Table)
    assert isinstance(table, home)
    rows = table.to_pandas() if home is not pd.DataFrame else table
    assert rows["group"].tolist() == ["x", "x", "y"]
    assert rows["survival"].tolist() == [0.5, 0, 1]


def test_a_million_rows_take_a_fraction_of_a_second():
    rng = np.random.default_rng(1)
    durations, observed = rng.integers(0, 1500, 1_000_000).astype(float), rng.random(1_000_000) < 0.6
    taken = []
    for _ in range(3):
        start = time.perf_counter()
        kaplan_meier_table(durations=durations, observed=observed)
        taken.append(time.perf_counter() - start)
    # a tenth of it on a quiet machine
    assert min(taken) < 0.2


# Refusals


@pytest.mark.parametrize(
    ("given", "kind", "says"),
    [
        ({"durations": [1, None]}, ValueError, r"`durations` is missing in 1 row, first at rows \[1\]"),
        ({"durations": [1, -2]}, ValueError, "`durations` must not be below 0"),
        ({"durations": ["1", "2"]}, TypeError, "`durations` must be a number or a column of numbers"),
        ({"durations": [1, np.inf]}, ValueError, "`durations` must be finite"),
        ({"durations": 1}, ValueError, "`durations` must be a column of one dimension, got 0"),
        ({"observed": [1]}, ValueError, "`observed` must have a value for each of the 2 durations, got 1"),
        ({"observed": [1, 2]}, ValueError, r"`observed` must say true or false, or 1 and 0, got \[2\]"),
        ({"observed": ["yes", "no"]}, ValueError, "`observed` must say true or false"),
        ({"observed": [True, None]}, ValueError, "`observed` is missing in 1 row"),
        ({"entry": [2, 0]}, ValueError, r"`entry` is not below `durations` in 1 row, first at rows \[0\]"),
        ({"entry": [-1, 0]}, ValueError, "`entry` must not be below 0"),
        ({"n_customers": [1, -1]}, ValueError, "`n_customers` must not be below 0"),
        ({"n_customers": [1, 1e308]}, ValueError, r"`n_customers` must not exceed 1e\+10, got \[1e\+308\].$"),
        ({"by": ["a"]}, ValueError, "`by` must have a value for each of the 2 durations, got 1"),
        ({"by": "plan"}, TypeError, "`by` must be a column of labels, one per row, got 'plan'"),
        ({"level": 95}, ValueError, "`level` must lie between 0 and 1"),
    ],
)
@pytest.mark.parametrize("make", CURVES)
def test_columns_that_cannot_be_used_are_refused(make, given, kind, says):
    with pytest.raises(kind, match=says):
        make(**{"durations": [1, 2], "observed": [1, 0], **given})


@pytest.mark.parametrize(
    ("call", "kind", "says"),
    [
        (lambda **two: kaplan_meier_table(**two, transform="cloglog"), ValueError, "`transform` must be one of"),
        (lambda **two: nelson_aalen_table(**two, ties="efron"), ValueError, "`ties` must be one of"),
        (lambda **two: survival_at_table(**two, times=[-1]), ValueError, "`times` must not be below 0"),
        (lambda **two: survival_at_table(**two, times=[None]), (TypeError, ValueError), "`times`"),
        (lambda **two: survival_quantile_table(**two, shares=0.5), TypeError, "`shares` must be a list of shares"),
        (lambda **two: survival_quantile_table(**two, shares=[50]), ValueError, "`shares` must lie between 0 and 1"),
        (lambda **two: restricted_mean_table(**two, horizon=0), ValueError, "`horizon` must be above 0, got 0"),
        (
            lambda **two: restricted_mean_difference_table(**two, horizon=1, by=["a", "b"], reference="c"),
            ValueError,
            r"`reference` must be one of the groups \['a', 'b'\], got 'c'",
        ),
        (
            lambda **_: cumulative_incidence_table(durations=1, reasons=["a"]),
            ValueError,
            "`durations` must be a column of one dimension, got 0",
        ),
        (lambda **two: log_rank_table(**two, by=["a", "a"]), ValueError, "`by` must hold at least two groups"),
    ],
)
def test_options_that_cannot_be_used_are_refused(call, kind, says):
    with pytest.raises(kind, match=says):
        call(durations=[1, 2], observed=[1, 0])


# Input untouched


def test_what_is_given_is_left_as_it_is():
    given = {
        "durations": pd.Series([3.0, 1.0, 2.0], index=[7, 8, 9]),
        "observed": np.array([True, False, True]),
        "entry": np.zeros(3),
        "n_customers": np.array([1.0, 0.0, 2.0]),
        "by": pd.Series(pd.Categorical(["a", "b", "a"])),
    }
    before = {name: values.copy() for name, values in given.items()}
    for make in CURVES:
        make(**given)
    log_rank_table(**given)
    for name, values in given.items():
        assert (values == before[name]).all()
        assert type(values) is type(before[name])
