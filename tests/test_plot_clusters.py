"""The plots of clusters: what is drawn is what the tables hold."""

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt

from crmkit.errors import SchemaError
from crmkit.plotting import plot_cluster_centres, plot_cluster_choice
from crmkit.segment.groups import ClusterSegmenter, MixedClusterSegmenter, cluster_choice_table

mpl.use("Agg")

CUSTOMERS = pd.DataFrame({"spend": [10.0, 20, 15, 90, 110, 100], "visits": [1.0, 2, 1, 9, 5, 8]})
CLUSTERS = ClusterSegmenter(columns=["spend", "visits"], n_clusters=2).fit(CUSTOMERS)


@pytest.fixture(autouse=True)
def closed_figures():
    yield
    plt.close("all")


def test_centres_have_a_cell_per_cluster_and_column():
    table = CLUSTERS.centre_table()
    ax = plot_cluster_centres(table)
    assert [text.get_text() for text in ax.texts] == [f"{each:+.1f}" for each in table["difference"]]
    assert [label.get_text() for label in ax.get_yticklabels()] == [
        "High spend, high visits\n3 customers, 50%",
        "Low spend, low visits\n3 customers, 50%",
    ]
    assert table["mean"].round(2).tolist() == [100, 7.33, 15, 1.33]
    assert plot_cluster_centres(table, language="zh").get_xlabel() == "与全体客户的差异（标准差）"


def test_the_choice_has_a_line_per_criterion_from_worst_to_best():
    choice = pd.DataFrame(
        {
            "n_clusters": [1, 2, 3],
            "chosen": [0, 1, 0],
            "silhouette": [np.nan, 0.6, 0.4],
            "calinski_harabasz": [np.nan, 10.0, 10.0],
            "davies_bouldin": [np.nan, 0.5, 0.9],
            "gap": [0.1, 0.5, 0.3],
            "bic": np.nan,
            "least_stability": [np.nan, 0.9, 0.5],
        }
    )
    ax = plot_cluster_choice(choice)
    heights = {line.get_label(): np.asarray(line.get_ydata()).tolist() for line in ax.lines}
    assert heights["Silhouette"][1:] == [1, 0]
    assert heights["Davies–Bouldin (turned)"][1:] == [1, 0]
    assert heights["Gap"] == pytest.approx([0, 1, 0.5])
    assert heights["Calinski–Harabasz"][1:] == [0.5, 0.5]
    assert "BIC (turned)" not in heights
    assert [line.get_xdata()[0] for line in ax.lines][-1] == 2
    assert plot_cluster_choice(choice, language="zh").get_xlabel() == "聚类数"
    alone = plot_cluster_choice(choice.assign(chosen=[1, 0, 0])).lines[-1]
    assert alone.get_label() == "Chosen: 1, no clusters"


def test_the_choices_of_all_segmenters_are_drawn():
    # of mixed columns and latent classes some criteria only are worked out
    mixed = MixedClusterSegmenter(max_clusters=3).fit(CUSTOMERS)
    labels = {line.get_label() for line in plot_cluster_choice(mixed.choice_).lines}
    assert {"Silhouette", "Least stable cluster"} <= labels
    assert "Gap" not in labels
    with pytest.raises(SchemaError, match="lacks"):
        plot_cluster_choice(mixed.choice_[["n_clusters", "chosen"]])


def test_tables_without_rows_are_refused():
    with pytest.raises(SchemaError, match="the number of clusters was given"):
        plot_cluster_choice(CLUSTERS.choice_)
    with pytest.raises(SchemaError, match="there are no clusters of numbers"):
        plot_cluster_centres(CLUSTERS.centre_table().iloc[:0])


def test_the_table_of_criteria_can_be_drawn():
    assert plot_cluster_choice(cluster_choice_table(CUSTOMERS, max_clusters=2)).lines
