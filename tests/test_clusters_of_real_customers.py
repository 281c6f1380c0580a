"""Clusters of real customers: a wholesaler's orders, and a panel with its registration data."""

import numpy as np
import pandas as pd
import pytest
from sklearn.cluster import KMeans
from tests.files import data_file

from crmkit import as_transactions, customer_features
from crmkit.segment.groups import ClusterSegmenter, LatentClassSegmenter, MixedClusterSegmenter

COLUMNS = ["days_since_last", "n_orders", "spend", "order_value"]


@pytest.fixture(scope="module")
def wholesale():
    lines = pd.read_parquet(data_file("online_retail.parquet")).dropna(subset=["CustomerID"])
    lines["amount"] = lines["Quantity"] * lines["UnitPrice"]
    names = {"customer_id": "CustomerID", "date": "InvoiceDate", "order_id": "InvoiceNo", "amount": "amount"}
    orders = as_transactions(lines, **names, invalid="drop")
    return customer_features(orders, as_of="2011-12-09", windows=(90,))


@pytest.fixture(scope="module")
def panel():
    return pd.read_parquet(data_file("marketing_campaign_ifood.parquet")).rename(columns={"ID": "customer_id"})


def test_clusters_of_orders_are_stable_where_those_of_raw_columns_are_outliers(wholesale):
    clusters = ClusterSegmenter(columns=COLUMNS, n_clusters=3).fit(wholesale)
    found = clusters.clusters_.query("kind == 'cluster'")
    assert found["stability"].min() > 0.9
    assert found["customer_share"].max() < 0.6
    assert found["mean_value"].is_monotonic_decreasing
    raw = KMeans(3, n_init=3, random_state=0).fit(wholesale.loc[wholesale["n_orders"] > 0, COLUMNS])
    assert np.bincount(raw.labels_).max() / len(raw.labels_) > 0.95


def test_age_and_family_are_left_out_and_an_impossible_income_hides_nothing(panel):
    clusters = ClusterSegmenter(n_clusters=2).fit(panel)
    sensitive = clusters.left_out_.query("reason == 'sensitive'")["column"].tolist()
    assert sensitive == ["Year_Birth", "Kidhome", "Teenhome"]
    assert clusters.left_out_.query("reason == 'constant'")["column"].tolist() == ["Z_CostContact", "Z_Revenue"]
    levels = {"Education": ["Basic", "2n Cycle", "Graduation", "Master", "PhD"]}
    mixed = MixedClusterSegmenter(columns=["Education", "Income"], n_clusters=3, ordered=levels).fit(panel)
    # one customer has an income of 666,666
    assert mixed.columns_.loc[1, "high"] < 120_000
    assert mixed.predict(panel).notna().all()


@pytest.mark.deep
def test_campaigns_have_classes_of_those_who_accept(panel):
    pytest.importorskip("stepmix", reason="the extra classes is not installed")
    campaigns = [f"AcceptedCmp{number}" for number in range(1, 6)]
    classes = LatentClassSegmenter(columns=campaigns, n_classes=2, n_starts=2).fit(panel)
    accepts = classes.probabilities_.query("level == '1'").groupby("segment")["probability"].mean()
    assert accepts["cluster_2"] > 5 * accepts["cluster_1"]
