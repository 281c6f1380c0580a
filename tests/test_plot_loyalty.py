"""The plots of loyalty: what is drawn is what the tables hold."""

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt

from crmkit.errors import SchemaError
from crmkit.loyalty import ApostleSegmenter, LoyaltyIndex, account_flow_table
from crmkit.plotting import plot_account_flow, plot_loyalty_index, plot_loyalty_map

mpl.use("Agg")

CUSTOMERS = pd.DataFrame(
    {"satisfaction": [5, 5, 4, 1], "repurchase": [5, 5, 2, 1], "region": ["north", None, "north", "south"]}
)
POINTS = ApostleSegmenter().fit(CUSTOMERS).map_table(CUSTOMERS)
INDEX = LoyaltyIndex(components=["satisfaction", "repurchase"]).fit(CUSTOMERS)
ACCOUNTS = pd.DataFrame(
    {
        "customer_id": [1, 2, 3],
        "subscription_id": [1, 2, 3],
        "start": pd.to_datetime(["2024-01-05", "2024-01-20", "2024-02-11"]),
        "end": pd.to_datetime([None, "2024-02-28", None]),
        "branch": ["east", "west", "west"],
    }
)


@pytest.fixture(autouse=True)
def closed_figures():
    yield
    plt.close("all")


def names(ax):
    return [text.get_text() for text in ax.get_legend().get_texts()]


def test_the_map_has_a_circle_per_point_in_the_colour_of_its_class():
    ax = plot_loyalty_map(POINTS)
    assert names(ax) == ["Apostles 50.0%", "Mercenaries 25.0%", "Terrorists 25.0%"]
    assert [circles.get_offsets().tolist() for circles in ax.collections] == [[[5, 5]], [[4, 2]], [[1, 1]]]
    apostles, mercenaries, _ = (circles.get_sizes()[0] for circles in ax.collections)
    assert apostles == pytest.approx(2 * mercenaries)
    assert [line.get_xdata()[0] for line in ax.lines] == [3, 0]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("Satisfaction", "Likelihood of buying again")
    assert names(plot_loyalty_map(POINTS, language="zh"))[0] == "传道型客户 50.0%"


def test_the_index_has_a_bar_per_group_in_parts():
    table = INDEX.contribution_table(CUSTOMERS, by="region")
    ax = plot_loyalty_index(table)
    assert [label.get_text() for label in ax.get_yticklabels()] == [
        "north\nn = 2",
        "south\nn = 1",
        "No label\nn = 1",
        "All\nn = 4",
    ]
    widths = np.array([[bar.get_width() for bar in bars] for bars in ax.containers])
    np.testing.assert_allclose(widths.sum(axis=0), table["loyalty_index"].iloc[::2])
    assert names(ax) == ["Satisfaction", "Likelihood of buying again"]
    alone = plot_loyalty_index(INDEX.contribution_table(CUSTOMERS), language="zh")
    assert alone.get_yticklabels()[0].get_text() == "全部\nn = 4"
    empty = INDEX.contribution_table(CUSTOMERS.assign(satisfaction=np.nan))
    assert not plot_loyalty_index(empty).texts


def test_the_flow_has_bars_up_and_down():
    flow = account_flow_table(ACCOUNTS, as_of="2024-02-28", by="branch")
    ax = plot_account_flow(flow)
    opened, closed = ([bar.get_height() for bar in bars] for bars in ax.containers)
    assert (opened, closed) == ([2, 1], [0, -1])
    assert ax.lines[1].get_ydata().tolist() == [2, 0]
    assert [bar.get_alpha() for bar in ax.containers[0]] == [1, 0.45]
    assert ax.get_title(loc="right") == "Open: 0 → 2"
    given = plt.figure().add_subplot()
    assert plot_account_flow(flow.drop(columns=["branch", "scope"]).tail(2), ax=given, language="zh") is given


@pytest.mark.parametrize(
    ("plot", "table", "words"),
    [
        (plot_loyalty_map, POINTS, "`points` has no rows"),
        (plot_loyalty_index, INDEX.contribution_table(CUSTOMERS), "`contributions` has no rows"),
        (plot_account_flow, account_flow_table(ACCOUNTS, as_of="2024-02-28"), "`flow` has no rows"),
    ],
)
def test_what_cannot_be_drawn_is_refused(plot, table, words):
    with pytest.raises(SchemaError, match=words):
        plot(table.iloc[:0])
    with pytest.raises(SchemaError, match="lacks the columns"):
        plot(table[["n_customers" if "n_customers" in table else "opened"]])
    with pytest.raises(ValueError, match="`language` must be one of"):
        plot(table, language="fr")
