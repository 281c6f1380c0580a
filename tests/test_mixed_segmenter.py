"""Groups of customers by columns of any kind."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import adjusted_rand_score, silhouette_score
from tests.depth import up_to

from crmkit import SchemaError
from crmkit.segment.groups import MixedClusterSegmenter
from crmkit.segment.groups._medoids import medoid_path, silhouette

SIZES = {"size": ["small", "medium", "large"]}
SIX = pd.DataFrame(
    {
        "region": ["north", "north", None, "south", "south", "south"],
        "size": ["small", "small", "small", "large", "large", "medium"],
        "visits": [10.0, 12.0, 9.0, 30.0, np.nan, 28.0],
    }
)


def shops(n, seed=0):
    """Two kinds of customers: northern, small, few visits; southern, large, many."""
    rng = np.random.default_rng(seed)
    kind = rng.integers(2, size=n)
    table = pd.DataFrame(
        {
            "region": np.where(rng.random(n) < 0.9, np.where(kind, "south", "north"), "west"),
            "size": np.array(SIZES["size"])[kind + (rng.random(n) < 0.7) * kind],
            "visits": rng.normal(10 + 15 * kind, 3),
            "spend": np.exp(rng.normal(4 + 2 * kind, 0.5)),
        }
    )  # fmt: skip
    table.loc[rng.random(n) < 0.05, "region"] = None
    return table, kind


SHOPS, KIND = shops(200)


# By hand


def test_distances_by_hand():
    # both sizes and regions are named; the visits span 21
    groups = MixedClusterSegmenter(n_clusters=2, ordered=SIZES, transforms="none").fit(SIX)
    medoids = groups.medoids_.set_index(["segment", "column"])
    assert medoids.loc[("cluster_1", "size"), "level"] == "large"
    assert medoids.loc[("cluster_2", "visits"), "number"] == 10
    far = groups.distances(
        pd.DataFrame(
            {
                "region": ["north", "east", None, None],
                "size": ["medium", "small", "small", None],
                "visits": [10.0, 1000.0, 31.0, 10.0],
            }
        )
    )["cluster_2"]
    # half the scale of sizes in one of three columns; two whole columns; one of the two known; less than half known
    np.testing.assert_allclose(far, [0.5 / 3, 2 / 3, 1 / 2, np.nan])


def test_groups_are_named_and_explained():
    groups = MixedClusterSegmenter(columns=["region", "size", "visits"], n_clusters=2, ordered=SIZES).fit(SHOPS)
    assert set(groups.segments_["name_en"]) == {"High visits, high size", "Low visits, low size"}
    assert adjusted_rand_score(KIND, groups.predict(SHOPS)) > 0.9
    told = groups.explain(pd.DataFrame({"region": ["north"], "size": ["small"], "visits": [10.0]}))[0]
    assert told.startswith("Low visits, low size: nearest to a customer with region north, size ")
    labels = MixedClusterSegmenter(columns=["region"], n_clusters=2).fit(pd.DataFrame({"region": ["n", "n", "s"]}))
    assert labels.segments_["name_zh"].tolist() == ["region：n", "region：s"]


def test_sentences_name_the_columns_that_tell_the_groups_apart():
    # the first three columns are the same for both typical customers
    alike = pd.DataFrame({"a": ["x", "x", "x", "y"] * 4, "b": [1.0, 1, 1, 2] * 4, "c": [True, True, True, False] * 4})
    table = alike.assign(d=["p"] * 8 + ["q"] * 8, e=[1.0] * 8 + [9.0] * 8)
    groups = MixedClusterSegmenter(n_clusters=2).fit(table)
    assert groups.explain(table)[0].split(": nearest to a customer with ")[1].startswith("d p, e 1,")


def test_a_column_without_values_is_left_out_unless_it_is_named():
    empty = SIX.assign(none=np.nan, nothing=None)
    groups = MixedClusterSegmenter(n_clusters=2).fit(empty)
    assert groups.left_out_[["column", "reason"]].to_numpy().tolist() == [
        ["none", "all_missing"],
        ["nothing", "all_missing"],
    ]
    assert MixedClusterSegmenter.from_json(groups.to_json()).predict(SIX).equals(groups.predict(SIX))
    with pytest.raises(SchemaError, match="missing for everybody"):
        MixedClusterSegmenter(n_clusters=2, columns=["visits", "none"]).fit(empty)
    with pytest.raises(SchemaError, match="no column that tells customers apart"):
        MixedClusterSegmenter(n_clusters=2).fit(empty[["none", "nothing"]])


def test_flags_of_which_some_are_missing_are_the_same_in_all_frames():
    table = SIX.assign(member=pd.Series([True, None, False, True, False, True], dtype=object))
    of_pandas, of_polars = (MixedClusterSegmenter(n_clusters=2).fit(each) for each in (table, pl.from_pandas(table)))
    assert of_pandas.columns_.set_index("column").loc["member", "kind"] == "number"
    assert of_pandas.to_json() == of_polars.to_json()


def test_a_constant_column_counts_nothing():
    one, other = (
        MixedClusterSegmenter(n_clusters=2).fit(table) for table in (SHOPS, SHOPS.assign(land="fr", zero=0.0))
    )
    pd.testing.assert_frame_equal(one.distances(SHOPS), other.distances(SHOPS.assign(land="de", zero=9.0)))
    assert other.columns_.set_index("column").loc[["land", "zero"], "weight"].tolist() == [0, 0]


def test_one_impossible_value_does_not_hide_all_differences():
    table = pd.DataFrame({"income": [*np.linspace(10, 110, 101), 1e6], "region": "n"})
    groups = MixedClusterSegmenter(columns=["income"], n_clusters=2, transforms="none").fit(table)
    # the middle 98 % run from 11.01 to 109.99
    assert groups.columns_[["low", "high"]].to_numpy().round(2).tolist() == [[11.01, 109.99]]
    assert groups.distances(pd.DataFrame({"income": [1e9]})).to_numpy().tolist() == [[1.0, 1.0]]


def test_codes_are_categories_where_told():
    table = pd.DataFrame({"branch": [1, 1, 3, 3, 2, 2], "visits": [1.0, 2, 1, 2, 9, 9]})
    groups = MixedClusterSegmenter(n_clusters=2, categorical=["branch"], weights={"visits": 0.5}).fit(table)
    assert groups.columns_[["kind", "weight"]].to_numpy().tolist() == [["category", 1], ["number", 0.5]]
    assert groups.levels_["level"].tolist() == ["1", "2", "3"]
    assert groups.predict(table.astype({"branch": float})).tolist() == groups.predict(table).tolist()


# Reference: scikit-learn; all pairs of medoids tried


@given(st.integers(0, 2**31), st.integers(4, 14), st.integers(1, 3))
@up_to(25)
def test_no_other_medoids_are_nearer_by_one_swap(seed, n, k):
    points = np.random.default_rng(seed).normal(size=(n, 2))
    distances = np.sqrt(((points[:, None] - points[None]) ** 2).sum(axis=2))
    found = medoid_path(distances, [k])[0]
    cost = distances[:, found].min(axis=1).sum()
    for out in range(k):
        for into in set(range(n)) - set(found.tolist()):
            tried = [*np.delete(found, out), into]
            assert cost <= distances[:, tried].min(axis=1).sum() + 1e-9


@pytest.mark.parametrize("seed", range(4))
def test_medoids_do_not_depend_on_how_a_processor_rounds(seed):
    # on a grid many rows are equally near to all others
    rng = np.random.default_rng(seed)
    at = np.array([[x, y] for x in range(6) for y in range(6)]) / 10
    distances = np.abs(at[:, None] - at[None, :]).sum(axis=2)
    rounded = distances * (1 + 2e-16 * rng.integers(-1, 2, size=distances.shape))
    for one, other in zip(medoid_path(distances, [1, 2, 4]), medoid_path(rounded, [1, 2, 4]), strict=True):
        assert one.tolist() == other.tolist()


def test_the_silhouette_is_that_of_scikit_learn():
    points = np.random.default_rng(2).normal(size=(40, 2))
    distances = np.sqrt(((points[:, None] - points[None]) ** 2).sum(axis=2))
    labels = np.array([0, 1, 2, 0] * 10)
    labels[0] = 3
    assert silhouette(distances, labels, 4) == pytest.approx(silhouette_score(distances, labels, metric="precomputed"))


# Law


def test_groups_are_chosen_where_there_are_some_and_one_where_there_are_none():
    found = MixedClusterSegmenter(max_clusters=3, ordered=SIZES).fit(SHOPS)
    assert found.choice_["chosen"].tolist() == [0, 1, 0]
    rng = np.random.default_rng(6)
    alone = SHOPS.apply(lambda column: rng.permutation(column.to_numpy()))
    alone["visits"] = rng.normal(size=200)
    alone["spend"] = np.exp(alone["visits"] + rng.normal(size=200))
    assert MixedClusterSegmenter(max_clusters=3, ordered=SIZES).fit(alone).choice_["chosen"].tolist() == [1, 0, 0]


def test_many_rows_are_grouped_by_samples():
    table, kind = shops(4000, seed=3)
    groups = MixedClusterSegmenter(n_clusters=2, ordered=SIZES).fit(table)
    assert adjusted_rand_score(kind, groups.predict(table)) > 0.9
    again = MixedClusterSegmenter(n_clusters=2, ordered=SIZES).fit(table.iloc[::-1])
    assert again.medoids_.equals(groups.medoids_)


def test_refit_and_json_keep_what_was_learned():
    groups = MixedClusterSegmenter(n_clusters=2, ordered=SIZES).fit(SHOPS)
    later = groups.refit(shops(150, seed=5)[0])
    assert later.segments_.equals(groups.segments_)
    assert (later.clusters_["overlap"] > 0.8).all()
    read = MixedClusterSegmenter.from_json(groups.to_json())
    assert read.predict(SHOPS).equals(groups.predict(SHOPS))
    assert read.predict(pl.from_pandas(SHOPS)).to_list() == groups.predict(SHOPS).tolist()


# Refusal


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"n_clusters": 7}, ValueError, "there are only 6 different customers"),
        ({"ordered": {"size": ["small", "small"]}}, ValueError, "must map columns to their levels"),
        ({"ordered": {"size": "small"}}, TypeError, "must map columns to their levels"),
        ({"ordered": {"size": ["small", "large"]}}, SchemaError, "holds 'medium', which is not among its levels"),
        ({"ordered": {"height": ["low", "high"]}}, ValueError, r"`ordered` names \['height'\], which is not a column"),
        ({"weights": {"size": -1}}, ValueError, "`weights` must map columns to numbers of 0 or more"),
        ({"weights": {"age": 1}}, ValueError, r"`weights` names \['age'\]"),
        ({"transforms": {"size": "log"}}, ValueError, r"`transforms` names \['size'\]"),
        ({"categorical": "size"}, TypeError, "must be a list of columns"),
        ({"columns": ["nothing"]}, SchemaError, "lacks the columns"),
    ],
)
def test_wrong_options_are_refused(options, error, message):
    with pytest.raises(error, match=message):
        MixedClusterSegmenter(**options).fit(SIX)


def test_wrong_tables_are_refused():
    groups = MixedClusterSegmenter(n_clusters=2).fit(SIX)
    with pytest.raises(SchemaError, match="held numbers when the groups were fitted, and now holds labels"):
        groups.predict(SIX.assign(visits="many"))
    with pytest.raises(SchemaError, match="held labels when the groups were fitted, and now holds numbers"):
        groups.predict(SIX.assign(size=1.0))
    with pytest.raises(SchemaError, match="has nobody to make groups of"):
        MixedClusterSegmenter().fit(SIX.iloc[:0])
    with pytest.raises(SchemaError, match="is missing for everybody"):
        MixedClusterSegmenter(columns=["region", "visits"]).fit(SIX.assign(region=None))
