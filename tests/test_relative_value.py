"""Relative value: each customer beside all, their segment and their peers."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy.stats import median_abs_deviation, percentileofscore
from tests.frames import assert_same_rows

from crmkit import SchemaError
from crmkit._stats import mid_rank, robust_scale
from crmkit.value.profit import relative_value_table

FIGURES = ["reference_value", "ratio", "difference", "percentile", "robust_z", "n_reference"]


def customers(spend, **columns):
    return pd.DataFrame({"customer_id": range(len(spend)), "spend": np.array(spend, dtype=float), **columns})


def beside(table, reference="median", **options):
    found = relative_value_table(table, **{"value": "spend"} | options)
    return found[found["reference"] == reference].reset_index(drop=True)


# By hand


def test_beside_all_by_hand():
    # profit.md: median 3, MAD 1, z of 100 is 97 / 1.482602
    found = beside(customers([1, 2, 3, 4, 100]))
    assert found.loc[4, FIGURES].tolist() == pytest.approx([3, 100 / 3, 97, 0.9, 65.4255, 5], abs=5e-5)
    assert found["scale"].tolist() == ["mad"] * 5
    mean = beside(customers([1, 2, 3, 4, 100]), "mean")
    assert mean["reference_value"].tolist() == [22] * 5
    assert mean.loc[0, "ratio"] == pytest.approx(1 / 22)
    assert mean["robust_z"].equals(found["robust_z"])


def test_percentiles_at_ties_are_in_the_middle():
    # profit.md: 20 in (10, 20, 20, 30) is 50 %
    assert beside(customers([10, 20, 20, 30]))["percentile"].tolist() == [0.125, 0.5, 0.5, 0.875]


def test_where_most_are_equal_quartiles_tell_the_scale():
    # one order each but for three: the MAD is 0, the quartiles are 1 and 2
    found = beside(customers([1, 1, 1, 1, 1, 1, 3, 3, 5]))
    assert found["scale"].tolist() == ["iqr"] * 9
    assert found["robust_z"].iloc[-1] == pytest.approx(4 * 1.3489795 / 2)
    same = beside(customers([7, 7, 7]))
    assert same["robust_z"].isna().all()
    assert same["scale"].isna().all()
    assert same["percentile"].tolist() == [0.5] * 3


def test_a_reference_that_is_not_above_0_has_no_ratio():
    found = beside(customers([-3, 0, 5]))
    assert found["ratio"].isna().all()
    assert found["difference"].tolist() == [-3, 0, 5]


def test_segments_hold_the_customer_and_one_alone_has_no_z():
    table = customers([1, 3, 8, 9, 4], segment=["a", "a", "a", "b", None])
    found = beside(table, "segment", by="segment")
    assert found["reference_value"].tolist()[:4] == [3, 3, 3, 9]
    assert found["n_reference"].tolist() == [3, 3, 3, 1, 0]
    assert found["robust_z"].iloc[2] == pytest.approx(5 / (2 * 1.4826022))
    assert found.loc[3, ["ratio", "percentile"]].tolist() == [1, 0.5]
    assert found.loc[[3, 4], "robust_z"].isna().all()
    assert found.loc[4, FIGURES[:-1]].isna().all()


def test_peers_are_others_and_all_that_are_as_near():
    # by size, 0 has 0 beside it and then 1 and 1 at the same distance; 10 is far from everybody
    table = customers([1, 2, 3, 4, 50], size=[0.0, 0, 1, 1, 10])
    found = beside(table, "peers", peer_features=["size"], n_peers=2)
    assert found["n_reference"].tolist() == [3, 3, 3, 3, 2]
    assert found["reference_value"].tolist() == [3, 3, 2, 2, 3.5]
    # 1 is below 2, 3 and 4; their MAD is 1
    assert found.loc[0, ["percentile", "robust_z"]].tolist() == pytest.approx([0, -2 / 1.4826022])
    # nobody is a peer of theirs who is alone
    assert beside(customers([5], size=[1.0]), "peers", peer_features=["size"])["n_reference"].tolist() == [0]


def test_duplicates_are_peers_of_one_another_but_not_of_themselves():
    table = customers([1, 2, 4, 8, 16], size=[3.0] * 5)
    found = beside(table, "peers", peer_features=["size"], n_peers=1)
    assert found["n_reference"].tolist() == [4] * 5
    assert found["reference_value"].tolist() == [6, 6, 5, 3, 3]


def test_prospects_and_unknown_values_are_compared_with_nobody():
    table = customers([0, 2, 4, np.nan, 6], n_orders=[0, 1, 1, 1, 1], size=[1.0, 1, np.nan, 1, 2])
    found = relative_value_table(table, value="spend", peer_features=["size"])
    assert found.loc[found["customer_id"].isin([0, 3]), FIGURES[:-1]].isna().all(axis=None)
    peers = found[found["reference"] == "peers"]
    assert peers["n_reference"].tolist() == [0, 1, 0, 0, 1]
    assert found.loc[found["reference"] == "median", "n_reference"].tolist() == [0, 3, 3, 0, 3]
    assert relative_value_table(table.head(0), value="spend").empty


def test_every_kind_of_frame(build_in_memory):
    table = customers([1, 2, 3, 4, 100], segment=list("aabbb"), size=[1.0, 2, 3, 4, 5])
    options = {"value": "spend", "by": "segment", "peer_features": ["size"], "n_peers": 2}
    assert_same_rows(relative_value_table(build_in_memory(table), **options), relative_value_table(table, **options))


# Reference


def test_scales_and_ranks_of_scipy():
    values = np.random.default_rng(3).gamma(1, 50, 200).round(-1)
    found = robust_scale(values)
    assert found.scale == pytest.approx(median_abs_deviation(values, scale="normal"), rel=1e-9)
    mean_kind = [percentileofscore(values, value, kind="mean") / 100 for value in values]
    assert_allclose(mid_rank(values), mean_kind, atol=1e-12)


# Law


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30), st.sampled_from([0.01, 7.0]))
def test_signs_and_units(values, unit):
    table = customers(np.round(values, 3))
    once, turned = beside(table), beside(table.assign(spend=-table["spend"]))
    assert_allclose(once["percentile"] + turned["percentile"], 1, atol=1e-12)
    assert_allclose(once["robust_z"], -turned["robust_z"], rtol=1e-6, atol=1e-9)
    scaled = beside(table.assign(spend=table["spend"] * unit))
    assert_allclose(scaled["percentile"], once["percentile"])


@given(
    st.lists(st.tuples(st.sampled_from([0.0, 1, 2, 5]), st.sampled_from([0.0, 1, 7])), min_size=2, max_size=25),
    st.integers(1, 6),
)
def test_peers_are_those_of_a_plain_search(points, n_peers):
    features = np.array(points, dtype=float)
    n = len(features)
    table = customers(np.arange(n), a=features[:, 0], b=features[:, 1])
    found = beside(table, "peers", peer_features=["a", "b"], n_peers=n_peers)
    scaled = []
    for column in features.T:
        scale = robust_scale(column).scale
        spread = np.ptp(column) if np.isnan(scale) else scale
        scaled.append(column / (spread if spread > 0 else 1))
    apart = np.sqrt(sum((column[:, None] - column) ** 2 for column in scaled))
    for row in range(n):
        others = np.delete(np.arange(n), row)
        reach = np.sort(apart[row, others])[min(n_peers, n - 1) - 1]
        peers = others[apart[row, others] <= reach * (1 + 1e-9)]
        assert found.loc[row, "n_reference"] == len(peers)
        assert found.loc[row, "reference_value"] == np.median(peers)


# Refusal


@pytest.mark.parametrize(
    ("changed", "options", "message"),
    [
        ({}, {"peer_features": ["spend"]}, "`peer_features` has 'spend', which is compared"),
        ({}, {"peer_features": []}, "`peer_features` is empty"),
        ({}, {"n_peers": 0}, "`n_peers` must be at least 1"),
        ({}, {"value": "profit"}, r"lacks the columns \['profit'\]"),
        ({"spend": np.inf}, {}, r"`customers\['spend'\]` is infinite in 3 rows"),
        ({"spend": "9"}, {}, r"`customers\['spend'\]` must hold numbers"),
        ({"customer_id": 1}, {}, "`customers` has 2 rows of customers that it has already"),
        ({"segment": [[1], [2], [3]]}, {"by": "segment"}, r"`customers\['segment'\]` must hold labels"),
        ({"spend": 1e308}, {}, "adds up to more than a number can hold"),
    ],
)
def test_refused(changed, options, message):
    table = customers([1, 2, 3]).assign(**changed)
    with pytest.raises((SchemaError, ValueError), match=message):
        relative_value_table(table, **{"value": "spend"} | options)


def test_features_that_tell_nobody_apart_are_refused():
    alike = customers(np.arange(10_002), size=1.0)
    with pytest.raises(SchemaError, match="some customers have 10,001 peers at the same distance"):
        relative_value_table(alike, value="spend", peer_features=["size"])


# Input untouched


def test_inputs_are_not_changed():
    table = customers([1, 2, 3])
    before = table.copy()
    relative_value_table(table, value="spend")
    pd.testing.assert_frame_equal(table, before)
