"""Clusters of customers by numbers."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import multivariate_normal
from sklearn.metrics import adjusted_rand_score, silhouette_score
from tests.depth import up_to

from crmkit import SchemaError
from crmkit._stats import adjusted_rand, best_pairing, contingency, jaccard_matrix
from crmkit.segment.groups import ClusterSegmenter, cluster_choice_table, sensitive_column_table
from crmkit.segment.movement import movement_table

METHODS = ("kmeans", "gaussian_mixture", "hdbscan")


def groups_of(*centres, n=60, spread=1.0, seed=0, columns=("visits", "spend")):
    """Round groups of so many customers."""
    rng = np.random.default_rng(seed)
    points = np.concatenate([np.array(centre) + spread * rng.normal(size=(n, len(centre))) for centre in centres])
    return pd.DataFrame(points, columns=list(columns[: points.shape[1]]))


THREE = groups_of((20, 50), (40, 50), (20, 90))
TRUTH = np.repeat([0, 1, 2], 60)


@pytest.fixture(scope="module", params=METHODS)
def fitted(request):
    return ClusterSegmenter(method=request.param, max_clusters=4, transforms="none").fit(THREE)


# By hand


def test_the_groups_are_found_ordered_by_value_and_named(fitted):
    # mean spend is 90 in the third group and 50 in the others, of which the first has 20 visits, the second 40
    found = fitted.summary(THREE).query("segment != 'noise'")
    assert found["mean_value"].round(-1).tolist() == [90, 50, 50]
    assert found["segment"].tolist() == ["cluster_1", "cluster_2", "cluster_3"]
    assert found["name_en"].iloc[0].startswith("High spend")
    assert "high visits" in " ".join(found["name_en"]).lower()
    labels = fitted.predict(THREE)
    inside = (labels != "noise").to_numpy()
    assert inside.mean() > 0.9
    assert adjusted_rand_score(TRUTH[inside], labels[inside]) == 1


def test_a_cluster_is_called_by_what_sets_it_apart():
    named = ClusterSegmenter(columns=["spend", "days_since_last", "size"], n_clusters=2).fit(
        pd.DataFrame({"spend": [10.0, 11, 90, 91], "days_since_last": [90.0, 80, 5, 6], "size": [1.0, 2, 2, 1]})
    )
    assert named.segments_["name_en"].tolist() == ["High spend, recent", "Low spend, long silent"]
    assert named.segments_["name_zh"].tolist() == ["高消费、近期活跃", "低消费、久未购买"]


def test_a_sentence_names_the_figures():
    customers = pd.DataFrame({"spend": [10.0, 20, 90, 110], "visits": [1.0, 2, 9, 11]})
    clusters = ClusterSegmenter(columns=["spend", "visits"], n_clusters=2).fit(customers)
    told = clusters.explain(customers.assign(visits=[1.0, np.nan, 9, 11]))
    # the mean spend is 100 in the first cluster and 57.5 of all, that of visits 10 and 5.75
    assert told[3] == (
        "High spend, high visits: spend of 110 (mean 100 in the cluster, 57.50 of all); visits of 11 "
        "(mean 10 in the cluster, 5.75 of all)."
    )
    assert "visits is not known (mean 1.50 in the cluster, 5.75 of all)" in told[1]


def test_a_new_customer_is_placed_at_the_nearest_centre_or_in_noise(fitted):
    new = pd.DataFrame({"visits": [20.5, 41, 300], "spend": [89.0, 51, 50]})
    labels = fitted.predict(new).tolist()
    names = dict(zip(fitted.segments_["segment"], fitted.segments_["name_en"], strict=True))
    assert fitted.summary(new)["n_customers"].sum() == 3
    assert names[labels[0]].startswith("High spend")
    assert labels[0] != labels[1]
    if fitted.options_.method == "hdbscan":
        assert labels[2] == "noise"
        assert fitted.explain(new, language="zh")[2] == "不属于任何聚类：与各聚类的距离都过大。"


def test_prospects_are_a_segment_of_their_own():
    customers = pd.DataFrame(
        {
            "n_orders": [0, 3, 4, 0, 9, 8],
            "spend": [0, 30, 40, 0, 900, 800.0],
            "days_since_last": [np.nan, 5, 6, np.nan, 80, 90],
        }
    )
    clusters = ClusterSegmenter(columns=["spend", "days_since_last"], n_clusters=2).fit(customers)
    assert clusters.predict(customers).tolist()[::3] == ["potential", "potential"]
    assert (clusters.n_customers_, clusters.n_left_out_) == (4, 2)
    assert clusters.segments_["segment"].tolist() == ["cluster_1", "cluster_2", "potential"]
    assert clusters.explain(customers)[0] == "Potential customers: no order yet."
    with pytest.raises(SchemaError, match="lacks the columns"):
        clusters.predict(customers.drop(columns="n_orders"))


def test_columns_that_tell_nothing_are_left_out_by_name():
    rng = np.random.default_rng(1)
    spend = rng.normal(size=80)
    table = pd.DataFrame(
        {
            "customer_id": range(80),
            "spend": spend,
            "spend_in_cents": spend * 100,
            "age": rng.normal(size=80),
            "one": 1.0,
            "rare": np.where(np.arange(80) < 9, 1.0, np.nan),
            "visits": rng.normal(size=80),
            "region": "north",
        }
    )
    clusters = ClusterSegmenter(n_clusters=2).fit(table)
    assert clusters.columns_["column"].tolist() == ["spend", "visits"]
    assert list(clusters.left_out_.itertuples(index=False, name=None)) == [
        ("age", "sensitive", ""),
        ("one", "constant", ""),
        ("rare", "mostly_missing", ""),
        ("spend_in_cents", "like_another", "spend"),
    ]
    asked = ClusterSegmenter(columns=["spend", "age"], n_clusters=2).fit(table)
    assert asked.columns_["sensitive"].tolist() == ["", "age"]


def test_sensitive_columns_are_known_by_their_names():
    names = [
        "Year_Birth",
        "average_spend",
        "account_age",
        "customerAge",
        "sex",
        "pages",
        "is_female",
        "政治面貌",
        "会员年龄",
        "age_group",
    ]
    found = sensitive_column_table(pd.DataFrame(columns=names))
    assert dict(zip(found["column"], found["kind"], strict=True)) == {
        "Year_Birth": "age", "sex": "gender", "is_female": "gender", "政治面貌": "politics", "会员年龄": "age",
        "age_group": "age",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("missing", "labelled"), [("median", [True, True, False, True, True]), ("leave", [True, False, False, True, True])]
)
def test_what_is_missing(missing, labelled):
    table = pd.DataFrame({"a": [1, np.nan, np.nan, 9, 8], "b": [1, 2, np.nan, 9, 8], "c": [2, 1, 3, 8, 9.0]})
    clusters = ClusterSegmenter(columns=["a", "b", "c"], n_clusters=2, missing=missing).fit(table)
    assert clusters.predict(table).notna().tolist() == labelled
    assert clusters.explain(table)[2] == "No segment: too little is known."


def test_agreement_of_labels():
    one, other = np.array([0, 0, 0, 1, 1, -1]), np.array([1, 1, 0, 0, 0, 0])
    # the first label has 3 rows, of which 2 are with the second other label, which has 2
    np.testing.assert_allclose(jaccard_matrix(one, other, n_one=2, n_other=2), [[1 / 6, 2 / 3], [2 / 4, 0]])
    assert best_pairing(jaccard_matrix(one, other, n_one=2, n_other=2)) == [(0, 1), (1, 0)]
    assert np.isnan(adjusted_rand(np.array([[1.0]])))


# Reference: scikit-learn's and SciPy's own functions


def test_criteria_are_those_of_scikit_learn():
    table = cluster_choice_table(THREE, max_clusters=3, transforms="none").set_index("n_clusters")
    assert table["chosen"].tolist() == [0, 0, 1]
    clusters = ClusterSegmenter(n_clusters=3, transforms="none").fit(THREE)
    scale = (THREE - clusters.columns_["centre"].to_numpy()) / clusters.columns_["spread"].to_numpy()
    assert table.loc[3, "silhouette"] == pytest.approx(silhouette_score(scale, clusters.predict(THREE)))
    assert table.loc[3, ["stability", "adjusted_rand"]].round(2).tolist() == [1, 1]


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2)), min_size=2, max_size=40))
@up_to(30)
def test_adjusted_rand_is_that_of_scikit_learn(pairs):
    one, other = (np.array(each) for each in zip(*pairs, strict=True))
    ours = adjusted_rand(contingency(one, other, n_one=4, n_other=3))
    if not np.isnan(ours):
        assert ours == pytest.approx(adjusted_rand_score(one, other))


def test_a_mixture_places_by_density():
    clusters = ClusterSegmenter(method="gaussian_mixture", n_clusters=3, transforms="none").fit(THREE)
    scale = (THREE - clusters.columns_["centre"].to_numpy()) / clusters.columns_["spread"].to_numpy()
    codes = clusters.segments_["segment"].tolist()
    densities = []
    for code in codes:  # noqa: B007
        shape = clusters.shapes_.query("segment == @code")
        centre = clusters.centres_.query("segment == @code")["position"]
        covariance = shape["covariance"].to_numpy().reshape(2, 2)
        densities.append(np.log(shape["weight"].iloc[0]) + multivariate_normal(centre, covariance).logpdf(scale))
    assert clusters.predict(THREE).tolist() == [codes[at] for at in np.argmax(densities, axis=0)]


# Law


@pytest.mark.parametrize(
    "draw",
    [
        lambda rng: rng.normal(size=(400, 3)),
        lambda rng: rng.uniform(size=(400, 2)),
        lambda rng: np.exp(rng.normal(size=(400, 3))),
        lambda rng: rng.geometric(0.4, size=(400, 2)).astype(float),
        lambda rng: rng.multivariate_normal([0, 0], [[1, 0.8], [0.8, 1]], size=400),
    ],
    ids=["normal", "even", "skewed", "counts", "correlated"],
)
def test_noise_is_no_clusters(draw):
    table = pd.DataFrame(draw(np.random.default_rng(3)))
    clusters = ClusterSegmenter(max_clusters=5).fit(table)
    assert clusters.segments_["name_en"].tolist() == ["All customers"]
    assert clusters.choice_["beyond_null"].max() < 3


@pytest.mark.parametrize("unit", [1e-6, 7.1, 1e9])
def test_the_unit_of_money_moves_nobody(unit):
    rng = np.random.default_rng(4)
    table = pd.DataFrame({"spend": np.exp(rng.normal(size=150) * 2), "visits": rng.normal(size=150)})
    scaled = table.assign(spend=table["spend"] * unit)
    one, other = (ClusterSegmenter(n_clusters=3).fit(each) for each in (table, scaled))
    assert one.columns_["transform"].tolist() == ["log", "none"]
    assert one.predict(table).tolist() == other.predict(scaled).tolist()


def test_refit_keeps_codes_and_names_of_what_is_found_again():
    before = ClusterSegmenter(n_clusters=3, transforms="none").fit(THREE)
    # the second group now spends most, and the third is gone: its customers are those of a new kind
    moved = THREE.copy()
    moved.loc[TRUTH == 1, "spend"] += 60
    moved.loc[TRUTH == 2, ["visits", "spend"]] = groups_of((90, 10), n=60).to_numpy()
    after = before.refit(moved)
    assert after.predict(THREE.iloc[:1]).tolist() == before.predict(THREE.iloc[:1]).tolist()
    same = before.refit(THREE.sample(frac=1, random_state=1))
    assert same.segments_.equals(before.segments_)
    assert same.clusters_["overlap"].tolist() == [1, 1, 1]
    assert before.clusters_["overlap"].isna().all()
    kept = after.clusters_["overlap"].notna()
    assert set(after.clusters_.loc[kept, "segment"]) <= set(before.clusters_["segment"])
    assert set(after.clusters_.loc[~kept, "segment"]).isdisjoint(before.clusters_["segment"])
    assert after.centres_["segment"].iloc[::2].tolist() == after.clusters_["segment"].tolist()
    assert type(after).from_json(after.to_json()).predict(moved).equals(after.predict(moved))


def test_movement_between_clusters_is_counted():
    table = THREE.assign(customer_id=range(180))
    clusters = ClusterSegmenter(columns=["visits", "spend"], n_clusters=3).fit(table)
    moved = movement_table(table, table, segmenter=clusters)
    assert moved.query("segment_before == segment_after")["n_customers"].tolist() == [60, 60, 60]


def test_large_tables_are_fitted_on_a_sample(monkeypatch):
    from crmkit.segment.groups import _cluster_segmenter

    monkeypatch.setitem(_cluster_segmenter._MOST_FITTED, "kmeans", 90)
    clusters = ClusterSegmenter(n_clusters=3, transforms="none").fit(THREE)
    assert (clusters.n_fitted_, clusters.n_customers_) == (90, 180)
    assert adjusted_rand_score(TRUTH, clusters.predict(THREE)) == 1


def test_extreme_values_are_placed():
    odd = pd.DataFrame(
        {"a": [1e300, -1e300, 0.0, 5e-324, 1.0, 2.0], "b": [1.0, 2, 3, 4, 5, 6], "spend": [1e308, 1e308, 0, 0, 1, 1]}
    )
    for method in ("kmeans", "gaussian_mixture"):
        clusters = ClusterSegmenter(columns=["a", "b"], method=method, n_clusters=2).fit(odd)
        assert clusters.predict(odd).notna().all()
        assert clusters.summary(odd)["n_customers"].sum() == 6
        assert type(clusters).from_json(clusters.to_json()).predict(odd).equals(clusters.predict(odd))


@pytest.mark.parametrize("table", [pd.DataFrame({"a": [1.0]}), pd.DataFrame({"a": [2.0] * 9})])
@pytest.mark.parametrize("method", METHODS)
def test_customers_who_are_all_alike_are_one_cluster(table, method):
    clusters = ClusterSegmenter(columns=["a"], method=method).fit(table)
    assert clusters.segments_["segment"].tolist() == ["cluster_1"]
    assert set(clusters.predict(table)) == {"cluster_1"}


# Refusal


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"n_clusters": 181}, ValueError, r"`n_clusters` is 181, but there are only 180 different customers"),
        ({"n_clusters": 0}, ValueError, "`n_clusters` must be at least 1"),
        ({"method": "dbscan"}, ValueError, "`method` must be one of"),
        ({"method": "hdbscan", "n_clusters": 2}, ValueError, "finds how many clusters there are"),
        ({"min_cluster_size": 9}, ValueError, "belongs to method='hdbscan'"),
        ({"criterion": "bic"}, ValueError, "only a distribution has a likelihood"),
        ({"criterion": "elbow"}, ValueError, "`criterion` must be one of"),
        ({"transforms": "sqrt"}, ValueError, "`transforms` must be 'auto'"),
        ({"columns": ["visits"], "transforms": {"spend": "log"}}, ValueError, r"names \['spend'\], which is not a"),
        ({"missing": "mean"}, ValueError, "`missing` must be one of"),
        ({"columns": ["visits", "visits"]}, ValueError, "each only once"),
        ({"columns": "visits"}, TypeError, "must be a list of columns"),
        ({"columns": ["visit"]}, SchemaError, "lacks the columns"),
        ({"value": 3}, TypeError, "`value` must be the name of a column"),
        ({"random_state": -1}, ValueError, "`random_state` must be at least 0"),
        ({"random_state": None}, TypeError, "`random_state` must be a whole number"),
    ],
)  # fmt: skip
def test_wrong_options_are_refused(options, error, message):
    with pytest.raises(error, match=message):
        ClusterSegmenter(**options).fit(THREE)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (THREE.iloc[:0], "has nobody to make groups of"),
        (THREE.assign(spend=np.inf), "is infinite in 180 rows"),
        (THREE.assign(spend="x"), "must hold numbers"),
        (THREE.assign(spend=np.nan), "is missing for everybody"),
        (THREE.assign(n_orders=0), "has nobody to make groups of"),
    ],
)
def test_wrong_tables_are_refused(table, message):
    with pytest.raises(SchemaError, match=message):
        ClusterSegmenter(columns=["visits", "spend"], n_clusters=2).fit(table)


def test_what_is_missing_is_refused_where_told():
    lacking = THREE.assign(spend=THREE["spend"].where(THREE.index > 0))
    with pytest.raises(SchemaError, match=r"`customers\['spend'\]` is missing in 1 row\."):
        ClusterSegmenter(n_clusters=2, missing="refuse").fit(lacking)


def test_a_table_of_sensitive_columns_alone_is_refused():
    with pytest.raises(SchemaError, match=r"sensitive ones such as \['age'\] are taken only if they are named"):
        ClusterSegmenter().fit(pd.DataFrame({"age": [1.0, 2.0], "name": ["a", "b"]}))


def test_hdbscan_has_no_table_of_numbers():
    with pytest.raises(ValueError, match=r"Choose one of \['kmeans', 'gaussian_mixture'\]"):
        cluster_choice_table(THREE, method="hdbscan")


def test_clusters_that_do_not_hold_together_are_refused():
    written = json.loads(ClusterSegmenter(method="gaussian_mixture", n_clusters=2).fit(THREE).to_json())
    written["state"]["shapes_"]["__table__"]["covariance"][0] = -1.0
    with pytest.raises(ValueError, match="`text` must be what"):
        ClusterSegmenter.from_json(json.dumps(written))
