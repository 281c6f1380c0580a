"""Plots of roles, states and accounts: what is drawn is what the tables hold."""

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt

from crmkit.errors import SchemaError
from crmkit.plotting import plot_account_matrix, plot_relation_states, plot_role_portfolio
from crmkit.segment import AccountSegmenter, RoleSegmenter
from crmkit.segment.relations import relation_count_table

mpl.use("Agg")

MEASURES = pd.DataFrame(
    {"n_orders": 5, "recent_spend": [10.0, 20.0, 30.0, 40.0], "regularity": [0.9, 0.2, 0.7, np.nan]}
)
PORTFOLIO = RoleSegmenter(growth=None, near_tie=0.13).fit(MEASURES).portfolio_table(MEASURES)

HISTORY = pd.DataFrame(
    {
        "customer_id": [1, 1, 2, 3],
        "segment": ["one_time", "lapsed", "loyal", "lapsed"],
        "entered": pd.to_datetime(["2024-01-01", "2024-05-01", "2024-01-01", "2024-08-01"]),
        "left": pd.to_datetime(["2024-05-01", None, None, None]),
    }
)
COUNTS = relation_count_table(HISTORY, days=["2024-03-31", "2024-06-30", "2024-09-30"])
ACCOUNTS = pd.DataFrame(
    {
        "customer_id": ["Acme", "Bolt", "Coil", "Disc", "Edge"],
        "attractiveness": [80, 60, 30, 20, np.nan],
        "position": [70, 10, 50, 20, 1],
        "spend": [900.0, 0.0, 90.0, 9.0, 9.0],
    }
)
MATRIX = AccountSegmenter().fit(ACCOUNTS).matrix_table(ACCOUNTS, size="spend")


@pytest.fixture(autouse=True)
def closed_figures():
    yield
    plt.close("all")


def test_the_portfolio_has_a_bar_per_role_and_its_near_ties_beside_it():
    # scores 1/8, 3/8, 5/8 and 7/8; of regularity 5/6, 1/6 and 1/2
    ax = plot_role_portfolio(PORTFOLIO)
    assert [label.get_text() for label in ax.get_yticklabels()] == ["Cash-flow customers", "Relationship customers"]
    widths = [[bar.get_width() for bar in bars] for bars in ax.containers]
    assert widths[:2] == [[2], [1]]
    assert sum(sum(row) for row in widths[:4]) == 4
    assert [text.get_text() for text in ax.texts] == ["3 (75%), near-ties: 1", "1 (25%), near-ties: 0"]
    assert plot_role_portfolio(PORTFOLIO, language="zh").get_xlabel() == "客户数"


def test_states_are_stacked_day_by_day():
    ax = plot_relation_states(COUNTS)
    names = [text.get_text() for text in ax.get_legend().get_texts()]
    # nobody is in the other states
    assert names == ["Loyal customers", "One-time customers", "Lapsed customers"]
    heights = np.array([[bar.get_height() for bar in bars] for bars in ax.containers])
    np.testing.assert_allclose(heights, [[1 / 2, 1 / 2, 1 / 3], [1 / 2, 0, 0], [0, 1 / 2, 2 / 3]])
    assert [text.get_text() for text in ax.texts] == ["2", "2", "3"]
    alone = plot_relation_states(COUNTS.iloc[:7], language="zh")
    assert alone.get_ylabel() == "占已知客户的比例"
    assert [label.get_text() for label in alone.get_xticklabels()] == [f"{COUNTS['day'][0]:%Y-%m-%d}"]


def test_accounts_are_named_in_the_matrix_with_our_position_to_the_right():
    ax = plot_account_matrix(MATRIX)
    assert [circles.get_offsets().tolist() for circles in ax.collections] == [
        [[70, 80]],
        [[10, 60]],
        [[50, 30]],
        [[20, 20]],
    ]
    assert [text.get_text() for text in ax.texts] == ["Acme", "Bolt", "Coil", "Disc"]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("Our position", "Attractiveness")
    assert next(line.get_xdata()[0] for line in ax.lines) == 35
    many = pd.concat([MATRIX] * 10, ignore_index=True).assign(size=np.nan)
    drawn = plot_account_matrix(many, language="zh")
    assert len(drawn.texts) == 30
    assert drawn.get_legend().get_texts()[0].get_text() == "重点客户（10）"


@pytest.mark.parametrize(
    ("plot", "table", "words"),
    [
        (plot_role_portfolio, PORTFOLIO, "`portfolio` has no rows"),
        (plot_relation_states, COUNTS, "`counts` has no rows"),
        (plot_account_matrix, MATRIX, "`matrix` has no rows"),
    ],
)
def test_what_cannot_be_drawn_is_refused(plot, table, words):
    with pytest.raises(SchemaError, match=words):
        plot(table.iloc[:0])
    with pytest.raises(SchemaError, match="lacks the columns"):
        plot(table[["segment"]])
    with pytest.raises(ValueError, match="`language` must be one of"):
        plot(table, language="fr")
