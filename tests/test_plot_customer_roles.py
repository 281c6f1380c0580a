"""Plots of roles, states and accounts: what is drawn is what the tables hold."""

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt

from crmkit.errors import SchemaError
from crmkit.plotting import plot_role_portfolio
from crmkit.segment import RoleSegmenter

mpl.use("Agg")

MEASURES = pd.DataFrame(
    {"n_orders": 5, "recent_spend": [10.0, 20.0, 30.0, 40.0], "regularity": [0.9, 0.2, 0.7, np.nan]}
)
PORTFOLIO = RoleSegmenter(growth=None, near_tie=0.13).fit(MEASURES).portfolio_table(MEASURES)


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


@pytest.mark.parametrize(("plot", "table", "words"), [(plot_role_portfolio, PORTFOLIO, "`portfolio` has no rows")])
def test_what_cannot_be_drawn_is_refused(plot, table, words):
    with pytest.raises(SchemaError, match=words):
        plot(table.iloc[:0])
    with pytest.raises(SchemaError, match="lacks the columns"):
        plot(table[["n_customers"]])
    with pytest.raises(ValueError, match="`language` must be one of"):
        plot(table, language="fr")
