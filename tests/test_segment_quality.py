"""What makes a segmentation good: measurable, accessible, different, stable."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.exceptions import NotFittedError
from sklearn.metrics import adjusted_rand_score
from tests.customers import customer_table
from tests.frames import as_pandas

from crmkit import as_transactions, customer_summary, load_cdnow
from crmkit.errors import SchemaError
from crmkit.segment import TierSegmenter, ValueSegmenter
from crmkit.segment.quality import segment_drift_table, segment_stability_table, segmentation_quality_table

NAN = float("nan")
rng = np.random.default_rng(4)
# Two kinds of customers that nobody could mix up, and one of whom halves are cut at the middle of a heap.
CUSTOMERS = customer_table(
    rng.integers(1, 5, 400),
    np.where(np.arange(400) < 100, 1000.0, 10.0) + rng.normal(0, 1, 400),
    rng.integers(0, 300, 400),
).assign(customer_id=range(400), mail=np.arange(400) % 4 > 0)
LATER = CUSTOMERS.assign(spend=CUSTOMERS["spend"] + np.where(np.arange(400) % 10 == 0, 2000.0, 0.0))
TIERS = TierSegmenter().fit(CUSTOMERS)


def one(table, **where):
    for name, value in where.items():
        table = table[table[name].isna() if value is None else table[name] == value]
    (found,) = table.to_dict("records")
    return found


def test_drift_by_hand():
    before = pd.DataFrame({"customer_id": range(10), "tier": ["a"] * 6 + ["b"] * 4, "region": ["n"] * 5 + ["s"] * 5})
    after = pd.DataFrame({"customer_id": range(5, 15), "tier": ["a"] * 2 + ["b"] * 8, "region": ["n"] * 5 + [None] * 5})
    drift = segment_drift_table(before, after, by="tier", columns=["region"])
    # half a customer is added: 6.5, 4.5 and 2.5, 8.5 of 11
    p, q = np.array([6.5, 4.5]) / 11, np.array([2.5, 8.5]) / 11
    sizes = one(drift, figure="psi", column=None)
    assert sizes["value"] == pytest.approx(((q - p) * np.log(q / p)).sum())
    # two bins: (2 - 1)(1/10 + 1/10)
    assert sizes["by_chance"] == pytest.approx(0.2)
    # n 5 and 5, s 5 and 0, missing 0 and 5
    p, q = np.array([5.5, 5.5, 0.5]) / 11.5, np.array([5.5, 0.5, 5.5]) / 11.5
    assert one(drift, column="region")["value"] == pytest.approx(((q - p) * np.log(q / p)).sum())
    # customers 5 to 9 are in both: a b b b b, and then a a b b b
    stays = one(drift, figure="agreement_share")
    assert (stays["n_before"], stays["value"]) == (5, 0.8)
    rand = one(drift, figure="adjusted_rand")["value"]
    assert rand == pytest.approx(adjusted_rand_score(list("abbbb"), list("aabbb")))


def test_nothing_drifts_where_nothing_moved():
    drift = segment_drift_table(CUSTOMERS, CUSTOMERS, segmenter=TIERS)
    psi = drift[drift["figure"] == "psi"]
    assert (psi["value"] == 0).all()
    assert set(psi["verdict"]) == {"met"}
    assert one(drift, figure="agreement_share")["value"] == 1
    assert psi["column"].dropna().tolist() == ["n_orders", "days_since_last", "spend"]


@pytest.mark.deep
def test_a_drift_of_two_halves_is_what_chance_brings():
    # Yurdakul: under no change the index is on average (B - 1)(1/n + 1/m)
    draws = np.random.default_rng(1)
    tables = [pd.DataFrame({"customer_id": range(500), "tier": draws.choice(list("abcd"), 500)}) for _ in range(60)]
    found = [
        one(segment_drift_table(*pair, by="tier"), figure="psi") for pair in zip(tables[::2], tables[1::2], strict=True)
    ]
    assert np.mean([each["value"] for each in found]) == pytest.approx(found[0]["by_chance"], rel=0.35)
    assert np.mean([each["value"] <= each["most_by_chance"] for each in found]) >= 0.85


def test_segments_that_are_there_come_back():
    found = segment_stability_table(CUSTOMERS, segmenter=TIERS, n_resamples=10)
    apart = ValueSegmenter(scheme="main_group").fit(CUSTOMERS)
    sure = segment_stability_table(CUSTOMERS, segmenter=apart, n_resamples=10)
    main = one(sure, segment="main")
    # who is rich is rich whoever is drawn
    assert (main["value"] > 0.9, main["verdict"]) == (True, "met")
    empty = one(found, segment="potential")
    assert np.isnan(empty["value"])
    assert empty["verdict"] is None
    groups = found[found["scope"] == "group"].dropna(subset="value")
    assert ((groups["lower"] <= groups["value"]) & (groups["value"] <= groups["upper"])).all()
    again = segment_stability_table(CUSTOMERS, segmenter=TIERS, n_resamples=10)
    pd.testing.assert_frame_equal(found, again)


def test_given_cuts_come_back_by_construction():
    fixed = TierSegmenter(cuts={"core": 900, "important": 500, "orders": 4}).fit(CUSTOMERS)
    found = segment_stability_table(CUSTOMERS, segmenter=fixed, n_resamples=3)
    assert found["value"].dropna().tolist() == [1, 1, 1, 1]


def test_jaccard_is_a_slow_count(monkeypatch):
    refits = []
    fit = TierSegmenter.fit

    def kept(self, customers, y=None):
        refits.append(self)
        return fit(self, customers, y)

    monkeypatch.setattr(TierSegmenter, "fit", kept)
    found = segment_stability_table(CUSTOMERS, segmenter=TIERS, n_resamples=2)
    before = np.array(TIERS.predict(CUSTOMERS))
    core, rand = [], []
    for refit in refits:
        after = np.array(refit.predict(CUSTOMERS))
        sets = [set(np.flatnonzero(after == label)) for label in set(after)]
        mine = set(np.flatnonzero(before == "core"))
        core.append(max(len(mine & other) / len(mine | other) for other in sets))
        rand.append(adjusted_rand_score(before, after))
    assert one(found, segment="core")["value"] == pytest.approx(np.mean(core))
    assert one(found, figure="adjusted_rand")["value"] == pytest.approx(np.mean(rand))


def test_quality_by_hand():
    table = CUSTOMERS.assign(
        tier=np.where(np.arange(400) < 100, "a", "b"), age=np.where(np.arange(400) % 5 == 0, NAN, np.arange(400.0))
    )
    table.loc[:19, "tier"] = None
    found = segmentation_quality_table(
        table,
        segmentations={"own": "tier"},
        outcomes=["age", "mail"],
        reach="mail",
        made_of={"own": ["spend", "age"]},
        thresholds={"smallest_share": 0.2, "unlabelled_share": 0.01},
    )
    assert one(found, figure="missing_share", column="age")["value"] == 0.2
    lacking = one(found, figure="unlabelled_share")
    assert (lacking["value"], lacking["verdict"], lacking["source"]) == (0.05, "missed", "thresholds")
    smallest = one(found, figure="smallest_share")
    assert (smallest["value"], smallest["threshold"], smallest["verdict"]) == (0.2, 0.2, "met")
    assert one(found, figure="contactable_share", segment="a")["value"] == 0.75
    assert one(found, figure="contactable_share", segment=None)["n"] == 400
    total = table["spend"].sum()
    assert one(found, figure="value_share", segment="b")["value"] == pytest.approx(table["spend"][100:].sum() / total)
    circular = one(found, figure="rank_epsilon_squared", column="age")
    assert (circular["verdict"], np.isnan(circular["value"])) == ("circular", True)
    assert one(found, figure="cramers_v", column="mail")["value"] == 0
    # a column cannot be fitted again, and there is no later date
    assert set(found["criterion"]) == {"measurable", "accessible", "different"}


def test_the_whole_says_what_the_parts_say():
    options = {"n_resamples": 5, "random_state": 3}
    whole = segmentation_quality_table(CUSTOMERS, segmentations={"tiers": TIERS}, later=LATER, **options)
    drift = segment_drift_table(CUSTOMERS, LATER, segmenter=TIERS)
    for figure, part in (
        ("psi", "psi"),
        ("agreement_share", "agreement_share"),
        ("period_adjusted_rand", "adjusted_rand"),
    ):
        got, expected = whole[whole["figure"] == figure], drift[drift["figure"] == part]
        assert got["value"].tolist() == expected["value"].tolist()
    assert whole["criterion"].drop_duplicates().tolist() == ["measurable", "accessible", "stable"]
    assert one(whole, figure="jaccard", segment="core")["source"] == "Hennig (2007)"
    both = segmentation_quality_table(CUSTOMERS, segmentations={"one": TIERS, "two": TIERS}, later=LATER, **options)
    parts = [
        both[both["segmentation"] == name].drop(columns="segmentation").reset_index(drop=True)
        for name in ("one", "two")
    ]
    pd.testing.assert_frame_equal(*parts)


def test_other_kinds_of_frame_say_the_same():
    tables = [pl.from_pandas(each) for each in (CUSTOMERS, LATER)]
    options = {"segmentations": {"tiers": TIERS}, "outcomes": ["mail"], "n_resamples": 3}
    got = segmentation_quality_table(tables[0], later=tables[1], **options)
    expected = segmentation_quality_table(CUSTOMERS, later=LATER, **options)
    assert isinstance(got, pl.DataFrame)
    pd.testing.assert_frame_equal(as_pandas(got, in_order=True), as_pandas(expected, in_order=True), rtol=1e-9)


@pytest.mark.deep
def test_tiers_of_a_real_base_are_stable():
    customers = customer_summary(as_transactions(load_cdnow()), as_of="1998-06-30")
    found = segment_stability_table(customers, segmenter=TierSegmenter().fit(customers))
    assert (found["value"].dropna() > 0.85).all()


@pytest.mark.parametrize(
    ("options", "error", "match"),
    [
        ({"segmentations": TIERS}, TypeError, "must map names"),
        ({"segmentations": {}}, ValueError, "must map names"),
        ({"segmentations": {"a": 3}}, TypeError, "must be a fitted segmenter"),
        ({"segmentations": {"a": TierSegmenter()}}, NotFittedError, "not fitted"),
        ({"segmentations": {"a": "tier"}}, SchemaError, "lacks the columns"),
        ({"made_of": {"b": ["spend"]}}, ValueError, r"The names are \['tiers'\]"),
        ({"thresholds": {"size": 1}}, ValueError, "must be one of"),
        ({"thresholds": [1]}, TypeError, "must map figures to numbers"),
        ({"reach": "spend"}, ValueError, "true and false"),
        ({"outcomes": "mail"}, TypeError, "must be a list of columns"),
        ({"n_resamples": -1}, ValueError, "must be at least 0"),
        ({"level": 2}, ValueError, "between 0 and 1"),
        ({"random_state": "x"}, TypeError, "must be an int"),
    ],
)
def test_quality_refuses(options, error, match):
    with pytest.raises(error, match=match):
        segmentation_quality_table(CUSTOMERS, **{"segmentations": {"tiers": TIERS}, "n_resamples": 0, **options})


def test_parts_refuse():
    with pytest.raises(ValueError, match=r"Give either `segmenter` or `by`"):
        segment_drift_table(CUSTOMERS, LATER)
    with pytest.raises(SchemaError, match="has no rows"):
        segment_drift_table(CUSTOMERS, LATER.head(0), segmenter=TIERS)
    with pytest.raises(SchemaError, match="numbers and labels in 'mail'"):
        segment_drift_table(CUSTOMERS, LATER.assign(mail="yes"), segmenter=TIERS, columns=["mail"])
    with pytest.raises(ValueError, match="must be at least 2"):
        segment_stability_table(CUSTOMERS, segmenter=TIERS, n_resamples=1)


def test_the_inputs_stay_as_they_were():
    table, later, options = CUSTOMERS.copy(deep=True), LATER.copy(deep=True), TIERS.to_json()
    segmentation_quality_table(table, segmentations={"tiers": TIERS}, later=later, n_resamples=2)
    pd.testing.assert_frame_equal(table, CUSTOMERS)
    pd.testing.assert_frame_equal(later, LATER)
    assert TIERS.to_json() == options
