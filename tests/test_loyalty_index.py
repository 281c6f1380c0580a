"""The loyalty index: percentiles on a frozen scale, weighted, with what each component contributes."""

from copy import deepcopy

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from pandas.testing import assert_frame_equal
from tests.estimator_contract import CLAUSES
from tests.frames import as_pandas

from crmkit.errors import SchemaError
from crmkit.loyalty import LoyaltyIndex

NAN = np.nan
CUSTOMERS = pd.DataFrame(
    {
        "satisfaction": [5.0, 4, 4, 2],
        "tenure_days": [400.0, 90, 800, 200],
        "net_opened": [1.0, 0, 2, -1],
        "left": [False, False, False, True],
        "region": ["north", "south", "north", None],
    },
    index=list("dcba"),
)
HAND = {
    "ended": {"tenure_days": "left"},
    "weights": {"satisfaction": 0.5, "tenure_days": 0.3, "net_opened": 0.2},
}
COMPONENTS = ["satisfaction", "tenure_days", "net_opened"]
# Each matters as much more as the weights .6, .3, .1 say.
CONSISTENT = [[1, 2, 6], [1 / 2, 1, 3], [1 / 6, 1 / 3, 1]]


def rated(index, customers=CUSTOMERS):
    return index.fit(customers).transform(customers)


# By hand.


def test_the_index_by_hand():
    # satisfaction 2, 4, 4, 5: percentiles 1/8, 1/2, 1/2, 7/8; net opening -1, 0, 1, 2: 1/8, 3/8, 5/8, 7/8.
    # Of tenures one ends, at 200, when three are there: survival 2/3 from then on, so 0, 1/6, 1/3, 1/3.
    table = rated(LoyaltyIndex(**HAND))
    assert table.index.tolist() == list("dcba")
    assert_allclose(table["satisfaction_contribution"], np.array([7 / 8, 1 / 2, 1 / 2, 1 / 8]) * 0.5)
    assert_allclose(table["tenure_days_percentile"], [1 / 3, 0, 1 / 3, 1 / 6])
    assert_allclose(table["net_opened_percentile"], [5 / 8, 3 / 8, 7 / 8, 1 / 8])
    assert_allclose(table["loyalty_index"], [0.6625, 0.325, 0.525, 0.1375])
    assert (table["known_weight"] == 1).all()
    names = LoyaltyIndex(**HAND).fit(CUSTOMERS).get_feature_names_out()
    assert table.columns.tolist() == list(names)


def test_components_of_which_less_is_better_and_flags():
    index = LoyaltyIndex(components=("complaints", "active"), lower_is_better=("complaints",))
    table = rated(index, pd.DataFrame({"complaints": [0, 0, 1, 5], "active": [True, True, False, True]}))
    # complaints 0, 0, 1, 5: 1/4, 1/4, 5/8, 7/8 turned around; active: half of 1/4, and 1/4 and half of 3/4
    assert_allclose(table["complaints_percentile"], [0.75, 0.75, 0.375, 0.125])
    assert_allclose(table["active_percentile"], [0.625, 0.625, 0.125, 0.625])
    assert_allclose(table["loyalty_index"], [0.6875, 0.6875, 0.25, 0.375])


def test_weights_by_judgements_of_one_and_of_several_judges():
    one = LoyaltyIndex(weights="judgements", judgements=CONSISTENT).fit(CUSTOMERS)
    assert_allclose(one.weights_["weight"], [0.6, 0.3, 0.1])
    assert one.judges_["judge"].tolist() == ["judge"]
    equal = np.ones((3, 3)).tolist()
    two = LoyaltyIndex(weights="judgements", judgements={"sales": CONSISTENT, "service": equal}).fit(CUSTOMERS)
    # geometric means of .6 .3 .1 and of 1/3 each: square roots
    assert_allclose(two.weights_["weight"], np.sqrt([0.6, 0.3, 0.1]) / np.sqrt([0.6, 0.3, 0.1]).sum())
    assert two.judges_["judge"].tolist() == ["sales", "service", "all"]
    assert_allclose(two.judges_["consistency_ratio"], 0, atol=1e-12)
    assert two.pairs_.iloc[1].tolist() == ["satisfaction", "net_opened", pytest.approx(np.sqrt(6)), 1, 6]


def test_judges_who_agree_on_the_whole_may_contradict_one_another():
    # 5 and 1/5: together 1, perfectly consistent, and the pairs show it
    judgements = {"a": [[1, 5], [1 / 5, 1]], "b": [[1, 1 / 5], [5, 1]]}
    index = LoyaltyIndex(components=COMPONENTS[:2], weights="judgements", judgements=judgements).fit(CUSTOMERS)
    assert_allclose(index.weights_["weight"], [0.5, 0.5])
    assert_allclose(index.pairs_[["judgement", "lowest", "highest"]], [[1, 0.2, 5]])


def test_weights_that_follow_from_the_customers():
    # scaled to run from 0 to 1: satisfaction 1, 2/3, 2/3, 0; complaints 0, 1, 2, 1 turned around 1, 1/2, 0, 1/2
    customers = pd.DataFrame({"satisfaction": [5.0, 4, 4, 2, NAN], "complaints": [0.0, 1, 2, 1, 9]})
    index = LoyaltyIndex(components=["satisfaction", "complaints"], lower_is_better=["complaints"])
    scaled = np.array([[1, 1], [2 / 3, 1 / 2], [2 / 3, 0], [0, 1 / 2]])
    spread = (scaled / scaled.sum(axis=0)).std(axis=0)
    by_spread = index.set_params(weights="standard_deviation").fit(customers)
    assert_allclose(by_spread.weights_["weight"], spread / spread.sum())
    assert (by_spread.n_customers_, by_spread.n_complete_) == (5, 4)
    # entropy of 3/7, 2/7, 2/7 and of 1/2, 1/4, 1/4, over ln 4
    told = [
        1 + sum(p * np.log(p) for p in shares) / np.log(4) for shares in ([3 / 7, 2 / 7, 2 / 7], [1 / 2, 1 / 4, 1 / 4])
    ]
    by_entropy = index.set_params(weights="entropy").fit(customers)
    assert_allclose(by_entropy.weights_["weight"], np.array(told) / sum(told))
    # with two components the conflict is the same for both
    by_critic = index.set_params(weights="critic").fit(customers)
    assert_allclose(by_critic.weights_["weight"], scaled.std(axis=0) / scaled.std(axis=0).sum())


def test_what_a_missing_component_does_is_the_callers_choice():
    customers = CUSTOMERS.assign(satisfaction=[5.0, NAN, 4, 2], net_opened=[1.0, 0, 2, NAN])
    kept = rated(LoyaltyIndex(components=COMPONENTS[::2]), customers)
    # satisfaction 2, 4, 5: 1/6, 1/2, 5/6; net opening 0, 1, 2 likewise
    assert_allclose(kept["loyalty_index"], [(5 / 6 + 1 / 2) / 2, NAN, (1 / 2 + 5 / 6) / 2, NAN])
    assert kept["known_weight"].tolist() == [1, 0.5, 1, 0.5]
    shared = rated(LoyaltyIndex(components=COMPONENTS[::2], missing="reweight"), customers)
    assert_allclose(shared["loyalty_index"], [2 / 3, 1 / 6, 2 / 3, 1 / 6])
    assert_allclose(shared["net_opened_contribution"], [1 / 4, 1 / 6, 5 / 12, NAN])
    with pytest.raises(SchemaError, match=r"`X\['satisfaction'\]` is missing in 1 row, first at rows \[1\]"):
        LoyaltyIndex(components=COMPONENTS[::2], missing="refuse").fit(customers)
    nothing_known = pd.DataFrame({"a": [1, NAN], "b": [2, NAN]})
    table = rated(LoyaltyIndex(components=["a", "b"], missing="reweight"), nothing_known)
    assert_allclose(table["loyalty_index"], [0.5, NAN])


def test_contributions_by_group_by_hand(build):
    index = LoyaltyIndex(components=COMPONENTS[::2], weights={"satisfaction": 3, "net_opened": 1}).fit(CUSTOMERS)
    table = as_pandas(index.contribution_table(build(CUSTOMERS.drop(columns="left")), by="region"), in_order=True)
    assert table["scope"].tolist() == ["group"] * 4 + ["no label"] * 2 + ["all"] * 2
    north = table[table["region"] == "north"]
    # d and b: satisfaction 7/8 and 1/2, net opening 5/8 and 7/8
    assert_allclose(north["percentile"].astype(float), [11 / 16, 3 / 4])
    assert_allclose(north["contribution"].astype(float), [33 / 64, 3 / 16])
    assert_allclose(north["loyalty_index"].astype(float), 45 / 64)
    assert north["n_customers"].tolist() == [2, 2]
    # the mean percentile of the customers of the fit
    assert_allclose(table["percentile"].astype(float).iloc[-2:], 0.5)


def test_contributions_of_nobody_are_missing():
    index = LoyaltyIndex(components=COMPONENTS[::2]).fit(CUSTOMERS)
    table = index.contribution_table(CUSTOMERS.assign(satisfaction=NAN))
    assert table["n_customers"].tolist() == [0, 0]
    assert table[["loyalty_index", "percentile", "contribution"]].isna().all(axis=None)


# Laws.


@st.composite
def bases(draw):
    n = draw(st.integers(2, 12))
    numbers = st.one_of(st.just(NAN), st.integers(-5, 5).map(float), st.floats(-100, 100))
    columns = {name: draw(st.lists(numbers, min_size=n, max_size=n)) for name in ("a", "b", "c")}
    return pd.DataFrame(columns).fillna({"a": 0.5, "b": -1})


@given(bases(), st.sampled_from(["keep", "reweight"]), st.lists(st.integers(1, 9), min_size=2, max_size=2))
def test_contributions_add_up_and_no_one_else_matters(base, missing, weights):
    index = LoyaltyIndex(components=["a", "b"], missing=missing, weights=dict(zip("ab", weights, strict=True)))
    table = rated(index, base)
    parts = table[["a_contribution", "b_contribution"]]
    assert_allclose(parts.sum(axis=1), table["loyalty_index"])
    assert table["loyalty_index"].between(0, 1).all()
    assert_allclose(table[["a_percentile", "b_percentile"]].mean(), 0.5)
    # those who come later change nobody, and everybody is rated on their own
    later = pd.concat([base, base * 3 + 1])
    assert_frame_equal(index.transform(later).iloc[: len(base)], table)
    assert_frame_equal(index.transform(base.iloc[[0]]), table.iloc[[0]])


@given(bases(), st.sampled_from(["a", "b"]))
def test_more_of_a_component_never_lowers_the_index(base, name):
    index = LoyaltyIndex(components=["a", "b"]).fit(base)
    more = base.assign(**{name: base[name] + 1})
    assert (index.transform(more)["loyalty_index"] >= index.transform(base)["loyalty_index"] - 1e-12).all()


def test_it_keeps_the_contract_with_every_option():
    made = (
        lambda: LoyaltyIndex(**deepcopy(HAND)),
        lambda: LoyaltyIndex(weights="judgements", judgements={"a": CONSISTENT, "b": CONSISTENT}),
        lambda: LoyaltyIndex(components=["satisfaction", "net_opened"], weights="critic", missing="reweight"),
    )
    for make in made:
        for name in ("json_round_trip_says_the_same", "what_is_set_after_fit_waits_for_the_next"):
            CLAUSES[name](make, CUSTOMERS)


def test_every_kind_of_frame_gives_the_same(build_in_memory):
    index = LoyaltyIndex(**HAND).fit(build_in_memory(CUSTOMERS))
    given = build_in_memory(CUSTOMERS)
    table = index.transform(given)
    assert type(table) is type(given)
    expected = rated(LoyaltyIndex(**HAND)).reset_index(drop=True)
    assert_allclose(as_pandas(table, in_order=True).astype(float), expected)


# Refusals.


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"components": "satisfaction"}, TypeError, "`components` must be a list of names of columns"),
        ({"components": []}, ValueError, r"at least one column, each once, got \[\]"),
        ({"components": ["left", "left"]}, ValueError, "each once"),
        ({"ended": ["left"]}, TypeError, "`ended` must map durations"),
        ({"ended": {"age": "left"}}, ValueError, r"`ended` must be among `components`, got \['age'\]"),
        ({"lower_is_better": ["age"]}, ValueError, r"`lower_is_better` must be among `components`, got \['age'\]"),
        ({"missing": "drop"}, ValueError, "`missing` must be one of"),
        ({"weights": "random"}, ValueError, "`weights` must be one of"),
        ({"weights": {"satisfaction": 1}}, ValueError, "must give each of"),
        ({"weights": dict.fromkeys(COMPONENTS, 0)}, ValueError, "at least 0 and not all 0"),
        ({"weights": {**HAND["weights"], "satisfaction": -1}}, ValueError, "at least 0 and not all 0"),
        ({"weights": dict.fromkeys(COMPONENTS, "1")}, TypeError, "must be a number"),
        ({"weights": "judgements"}, ValueError, "weights='judgements' needs `judgements`"),
        ({"judgements": CONSISTENT}, ValueError, "`judgements` is for weights='judgements'"),
        ({"weights": "judgements", "judgements": pd.DataFrame(CONSISTENT)}, TypeError, "got DataFrame"),
        ({"weights": "judgements", "judgements": {}}, ValueError, "at least one judge"),
        ({"weights": "judgements", "judgements": {"all": CONSISTENT}}, ValueError, "none 'all'"),
        ({"weight_rule": "median"}, ValueError, "`weight_rule` must be one of"),
        ({"random_index": 0}, ValueError, "`random_index` must be above 0, got 0"),
        ({"allow_inconsistent": 1}, TypeError, "`allow_inconsistent` must be True or False"),
    ],
)
def test_options_that_do_not_fit_are_refused(options, error, words):
    with pytest.raises(error, match=words):
        LoyaltyIndex(**options).fit(CUSTOMERS)


def test_judgements_that_contradict_themselves_are_refused_unless_accepted():
    # a over b 5 times, b over c 5 times, and yet c over a
    circle = [[1, 5, 1 / 3], [1 / 5, 1, 5], [3, 1 / 5, 1]]
    with pytest.raises(ValueError, match=r"consistency ratio is [\d.]+, above 0.1. Compare again, beginning with"):
        LoyaltyIndex(weights="judgements", judgements=circle).fit(CUSTOMERS)
    forced = LoyaltyIndex(weights="judgements", judgements=circle, allow_inconsistent=True).fit(CUSTOMERS)
    assert forced.judges_["consistency_ratio"].item() > 0.1


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"satisfaction": [5, 4, np.inf, 2]}, r"`X\['satisfaction'\]` is infinite in 1 row, first at rows \[2\]"),
        ({"satisfaction": [NAN] * 4}, r"`X\['satisfaction'\]` is missing for everybody"),
        ({"satisfaction": list("abcd")}, r"`X\['satisfaction'\]` must hold numbers"),
        ({"tenure_days": [-1, 90, 800, 200]}, r"`X\['tenure_days'\]` is a duration"),
        ({"left": [False] * 4}, "says that nobody has left"),
        ({"left": [0, 0, 2, 1]}, r"`X\['left'\]` must be true or false for everybody whose 'tenure_days' is known"),
    ],
)
def test_customers_that_cannot_be_rated_are_refused(changed, words):
    with pytest.raises(SchemaError, match=words):
        LoyaltyIndex(**HAND).fit(CUSTOMERS.assign(**changed))


def test_tables_without_the_columns_or_rows_are_refused():
    with pytest.raises(SchemaError, match=r"`X` lacks the columns \['net_opened'\]"):
        LoyaltyIndex().fit(CUSTOMERS.drop(columns="net_opened"))
    with pytest.raises(SchemaError, match="`X` has no rows"):
        LoyaltyIndex().fit(CUSTOMERS.iloc[:0])
    with pytest.raises(ValueError, match=r"`by` names \['weight'\]"):
        LoyaltyIndex().fit(CUSTOMERS).contribution_table(CUSTOMERS, by="weight")
