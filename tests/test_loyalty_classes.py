"""Classes by attitude and behaviour, by satisfaction and loyalty, and the loyalty ladder."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from tests.frames import as_pandas, duckdb_connection

from crmkit.errors import SchemaError
from crmkit.loyalty import SCHEMES, ApostleSegmenter, DickBasuSegmenter, LoyaltyLadder
from crmkit.segment.movement import movement_table

NAN = np.nan
HELD = pd.DataFrame(
    {"attitude": [4.5, 4.0, 2.0, 3.0, NAN, 5.0], "share_of_wallet": [0.8, 0.2, 0.9, 0.1, 0.5, NAN]},
    index=list("fedcba"),
)
RATED = pd.DataFrame(
    {
        "satisfaction": [5.0, 5, 4, 4, 3, 3, 2, 2, 1, 1, NAN],
        "repurchase": [5.0, 4, 5, 2, 4, 2, 5, 2, 2, 1, 3],
    }
)
CLIMBED = pd.DataFrame(
    {
        "customer_id": range(7),
        "n_orders": [0, 1, 2, 3, 3, 5, 1],
        "spend": [0.0, 5, 9, 20, 30, 50, 7],
        "satisfaction": [5.0, 5, NAN, 3, 4, 2, 1],
        "referrals": [3.0, 0, NAN, 0, 0, 2, 0],
        "helps": [0, 0, 0, 0, 0, 0, 1],
    }
)
APOSTLES = ["apostle", "loyalist", "loyalist", "mercenary", "hostage", "defector", "hostage", "defector", "defector"]


def texts(labels):
    return [None if pd.isna(label) else str(label) for label in np.asarray(labels, dtype=object).tolist()]


# By hand.


def test_dick_and_basu_by_hand(build_in_memory):
    # the middle of 1 to 5 is 3, which is not high; half of .1, .2, .8, .9 lie above .5
    model = DickBasuSegmenter().fit(build_in_memory(HELD))
    assert model.cuts_["value"].tolist() == [3, 0.5]
    assert model.n_customers_ == 4
    expected = ["loyal", "latent", "spurious", "not_loyal", None, None]
    assert texts(model.predict(build_in_memory(HELD))) == expected
    table = as_pandas(model.assign(build_in_memory(HELD)), in_order=True)
    assert list(table) == ["attitude", "share_of_wallet", "segment", "segment_order", "reason_code"]
    assert texts(table["segment"]) == expected
    assert table["segment_order"].isna().tolist() == [False] * 4 + [True] * 2
    assert texts(table["reason_code"]) == ["both_high", "attitude_high", "patronage_high", "both_low", None, None]
    # both measures are always shown
    assert_allclose(table["share_of_wallet"].astype(float), HELD["share_of_wallet"])


def test_dick_and_basu_say_why():
    model = DickBasuSegmenter(patronage_cut=0.5).fit(HELD)
    told = model.explain(HELD).tolist()
    assert told[0] == "Loyal: attitude of 4.5 is above 3, and share_of_wallet of 0.8 above 0.5."
    assert told[2] == "Spuriously loyal: share_of_wallet of 0.9 is above 0.5, but attitude of 2 is not above 3."
    assert told[4:] == ["No class: attitude is not known.", "No class: share_of_wallet is not known."]
    chinese = model.explain(HELD, language="zh").tolist()
    assert chinese[1] == "潜在忠诚客户：相对态度 4 高于 3，但钱包份额 0.2 未高于 0.5。"
    assert chinese[4] == "未归类：相对态度未知。"


def test_six_classes_four_and_those_between_by_hand():
    six = ApostleSegmenter().fit(RATED)
    assert texts(six.predict(RATED)) == [*APOSTLES, "terrorist", None]
    four = ApostleSegmenter(extremes=False).fit(RATED)
    assert texts(four.predict(RATED)) == ["loyalist", *APOSTLES[1:], "defector", None]
    assert list(four.segments_["segment"]) == ["loyalist", "mercenary", "hostage", "defector"]
    seven = ApostleSegmenter(indifferent=(2, 4), satisfaction_cut=3).fit(RATED)
    between = ["indifferent" if 2 <= each <= 4 else None for each in RATED["satisfaction"]]
    expected = [zone or label for zone, label in zip(between, [*APOSTLES, "terrorist", None], strict=True)]
    assert texts(seven.predict(RATED)) == expected
    assert list(seven.segments_["segment"]) == [level.code for level in SCHEMES["apostle"].levels]


def test_scales_from_0_to_10_with_wider_extremes():
    asked = pd.DataFrame({"satisfaction": [9, 10, 2, 6, 5], "repurchase": [4, 5, 1, 5, 5]})
    model = ApostleSegmenter(scale=(0, 10), loyalty_scale=(1, 5), apostle_from=(9, 5), terrorist_to=(2, 1)).fit(asked)
    assert texts(model.predict(asked)) == ["loyalist", "apostle", "terrorist", "loyalist", "hostage"]


def test_apostles_say_why():
    model = ApostleSegmenter(indifferent=(2, 4), satisfaction_cut=3).fit(RATED)
    told = model.explain(RATED).tolist()
    assert told[0] == "Apostles: satisfaction of 5 reaches 5, and repurchase of 5 reaches 5."
    assert told[4] == "Indifferent: satisfaction of 3 lies between 2 and 4."
    assert told[9] == "Terrorists: satisfaction of 1 is not above 1, nor is repurchase of 1 above 1."
    assert model.explain(RATED, language="zh").tolist()[8] == "背离型客户：满意度 1 未高于 3，复购意愿 2 也未高于 3。"


def test_the_summary_averages_both_measures(build_in_memory):
    table = as_pandas(ApostleSegmenter().fit(RATED).summary(build_in_memory(RATED)), in_order=True)
    assert table["n_customers"].tolist() == [1, 2, 1, 2, 3, 1]
    assert_allclose(table["customer_share"], np.array([1, 2, 1, 2, 3, 1]) / 10)
    assert_allclose(table["mean_satisfaction"], [5, 4.5, 4, 2.5, 2, 1])
    empty = ApostleSegmenter().fit(RATED).summary(RATED.iloc[10:])
    assert empty["customer_share"].isna().all()
    assert empty["mean_repurchase"].isna().all()


def test_the_map_counts_each_point():
    table = ApostleSegmenter().fit(RATED).map_table(pd.concat([RATED, RATED.iloc[:1]]))
    top = table[(table["x"] == 5) & (table["y"] == 5)]
    assert top[["n_customers", "segment", "x_measure", "y_cut"]].to_numpy().tolist() == [
        [2, "apostle", "satisfaction", 3]
    ]
    assert table["n_customers"].sum() == 11
    assert table["customer_share"].sum() == pytest.approx(1)
    # ten parts of .1 each: their middles
    many = pd.DataFrame({"attitude": np.linspace(1, 5, 101), "share_of_wallet": np.linspace(0, 1, 101)})
    parts = DickBasuSegmenter().fit(many).map_table(many, n_bins=10)
    assert_allclose(np.unique(parts["y"]), np.arange(0.05, 1, 0.1))
    assert parts["n_customers"].sum() == 101


def test_the_ladder_by_hand(build_in_memory):
    ladder = LoyaltyLadder(partner="helps").fit(build_in_memory(CLIMBED))
    expected = ["potential", "customer", "client", "client", "supporter", "advocate", "partner"]
    assert texts(ladder.predict(build_in_memory(CLIMBED))) == expected
    told = as_pandas(ladder.assign(build_in_memory(CLIMBED)), in_order=True)
    assert told["segment_order"].tolist() == [6, 5, 4, 4, 3, 2, 1]
    plain = LoyaltyLadder(satisfaction=None, referrals=None).fit(CLIMBED)
    assert list(plain.segments_["segment"]) == ["client", "customer", "potential"]
    sentences = ladder.explain(CLIMBED).tolist()
    assert sentences[0] == "Prospects: no order yet."
    assert sentences[2] == "Clients: 2 orders, at least 2."
    assert sentences[4:6] == [
        "Supporters: orders again (3), and satisfaction of 4 reaches 4.",
        "Advocates: referrals of 2, at least 1.",
    ]
    assert ladder.explain(CLIMBED, language="zh").tolist()[4] == "支持者：多次下单（3 单），且满意度 4 达到 4。"
    assert ladder.summary(CLIMBED)["n_customers"].tolist() == [1, 1, 1, 2, 1, 1]


def test_moves_on_the_ladder_are_those_of_any_labels():
    after = CLIMBED.assign(n_orders=[1, 2, 2, 3, 3, 5, 1], helps=0)
    moved = movement_table(CLIMBED, after, segmenter=LoyaltyLadder(partner="helps").fit(CLIMBED))
    moved = moved[moved["n_customers"] > 0]
    # the partner falls back to a customer; who ordered again is satisfied, and becomes a supporter
    pairs = list(zip(moved["segment_before"], moved["segment_after"], strict=True))
    assert [pair for pair in pairs if pair[0] != pair[1]] == [
        ("partner", "customer"),
        ("customer", "supporter"),
        ("potential", "advocate"),
    ]


@pytest.mark.parametrize(
    ("model", "table"),
    [
        (DickBasuSegmenter(), HELD),
        (ApostleSegmenter(indifferent=(3, 3.5)), RATED),
        (LoyaltyLadder(partner="helps"), CLIMBED),
    ],
)
def test_sql_says_the_same(model, table):
    model.fit(table)
    relation = duckdb_connection().from_df(table.reset_index(drop=True))
    found = model.assign(relation).df()
    assert texts(found["segment"]) == texts(model.predict(table))
    assert texts(found["reason_code"]) == texts(model.assign(table)["reason_code"])
    # NaN, as pandas has it, stands for missing in the plain query too
    query = model.to_sql(table="held")
    duckdb_connection().register("held", table.reset_index(drop=True))
    assert texts(duckdb_connection().sql(query).df()["segment"]) == texts(model.predict(table))


# Laws.


@given(
    st.lists(st.tuples(st.integers(1, 5), st.integers(1, 5)), min_size=1, max_size=20),
    st.booleans(),
    st.sampled_from([None, (2.5, 3.5)]),
)
def test_everybody_with_both_measures_has_one_class(pairs, extremes, indifferent):
    asked = pd.DataFrame(pairs, columns=["satisfaction", "repurchase"])
    model = ApostleSegmenter(extremes=extremes, indifferent=indifferent).fit(asked)
    labels = model.predict(asked)
    assert labels.notna().all()
    # who is as satisfied and more loyal is never on the other side
    more = asked.assign(repurchase=5)
    assert not set(model.predict(more)) & {"mercenary", "defector", "terrorist"}
    assert model.summary(asked)["n_customers"].sum() == len(asked)


@given(st.lists(st.integers(0, 99).map(lambda n: n / 99), min_size=1, max_size=15), st.sampled_from([1e-3, 7.1, 1e6]))
def test_the_unit_of_patronage_moves_nobody(shares, unit):
    held = pd.DataFrame({"attitude": 4.0, "share_of_wallet": shares})
    scaled = held.assign(share_of_wallet=held["share_of_wallet"] * unit)
    labels, others = (DickBasuSegmenter().fit(table).predict(table) for table in (held, scaled))
    assert texts(labels) == texts(others)


# Refusals.


@pytest.mark.parametrize(
    ("model", "error", "words"),
    [
        (DickBasuSegmenter(attitude="how loyal"), ValueError, "`attitude` must be a plain column name"),
        (DickBasuSegmenter(attitude="a", patronage="a"), ValueError, "must be two columns"),
        (DickBasuSegmenter(patronage="segment"), ValueError, r"none of them \['segment'"),
        (DickBasuSegmenter(scale=(5, 1)), ValueError, "`scale` must be 2 ascending numbers"),
        (DickBasuSegmenter(patronage_cut="high"), TypeError, "`patronage_cut` must be a number"),
        (ApostleSegmenter(extremes=1), TypeError, "`extremes` must be True or False"),
        (ApostleSegmenter(extremes=False, apostle_from=(5, 5)), ValueError, "`apostle_from` is for extremes=True"),
        (ApostleSegmenter(apostle_from=5), ValueError, "`apostle_from` must be two numbers"),
        (ApostleSegmenter(apostle_from=(5, 3)), ValueError, r"`apostle_from` must lie above the cuts \(3.0, 3.0\)"),
        (ApostleSegmenter(terrorist_to=(4, 1)), ValueError, r"`terrorist_to` must lie not above the cuts"),
        (ApostleSegmenter(indifferent=(1, 4)), ValueError, "`indifferent` must lie between the values of terrorists"),
        (LoyaltyLadder(partner="n_orders"), ValueError, "`partner` must be a plain column name"),
        (LoyaltyLadder(partner="referrals"), ValueError, "no column twice"),
        (LoyaltyLadder(orders_from=1), ValueError, "`orders_from` must be at least 2"),
        (DickBasuSegmenter(attitude_cut=7), ValueError, "`attitude_cut` must be from 1 up to below 5"),
        (ApostleSegmenter(satisfaction_cut=5), ValueError, "`satisfaction_cut` must be from 1 up to below 5"),
        (ApostleSegmenter(apostle_from=(9, 9)), ValueError, "`apostle_from` must lie on the scales"),
        (LoyaltyLadder(satisfaction_from="4"), TypeError, "`satisfaction_from` must be a number"),
    ],
)
def test_options_that_do_not_fit_are_refused(model, error, words):
    with pytest.raises(error, match=words):
        model.fit(pd.concat([HELD, RATED, CLIMBED]))


def test_measures_that_cannot_be_are_refused():
    model = ApostleSegmenter()
    with pytest.raises(SchemaError, match=r"`customers\['satisfaction'\]` lies off its scale from 1 to 5 in 1 row"):
        model.fit(RATED.replace({"satisfaction": {5: 99}}).iloc[1:])
    with pytest.raises(SchemaError, match="holds nobody with both 'satisfaction' and 'repurchase'"):
        model.fit(RATED.iloc[10:])
    with pytest.raises(SchemaError, match=r"`customers\['share_of_wallet'\]` is infinite in 1 row"):
        DickBasuSegmenter().fit(HELD.assign(share_of_wallet=[np.inf, 0, 0, 0, 0, 0]))
    with pytest.raises(SchemaError, match=r"lacks the columns \['repurchase'\]"):
        model.fit(RATED[["satisfaction"]])
    fitted = ApostleSegmenter().fit(RATED)
    with pytest.raises(TypeError, match="must be a table in memory"):
        fitted.predict(duckdb_connection().from_df(RATED))
    with pytest.raises(ValueError, match="`n_bins` must be at least 1"):
        fitted.map_table(RATED, n_bins=0)
    with pytest.raises(SchemaError, match="has no rows"):
        LoyaltyLadder().fit(CLIMBED.iloc[:0])
    with pytest.raises(SchemaError, match=r"`customers\['referrals'\]` is infinite in 1 row, first at rows \[0\]"):
        LoyaltyLadder().fit(CLIMBED.assign(referrals=[np.inf] + [0.0] * 6))
