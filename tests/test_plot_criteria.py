"""The plots of scorecards, rankings, needs and markets: what is drawn is what the tables hold."""

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt
from tests.test_priority_and_markets import MARKETS

from crmkit.errors import SchemaError
from crmkit.plotting import plot_priority_matrix, plot_scorecard, plot_target_markets, plot_weight_sensitivity
from crmkit.segment.criteria import Scorecard, priority_table, target_market_table, weight_sensitivity_table

mpl.use("Agg")

CARD = Scorecard(criteria="target_market").fit(MARKETS)
PARTS = CARD.contribution_table(MARKETS, by="market")
RANGES = weight_sensitivity_table(MARKETS, scorer=CARD, label="market")
NEEDS = priority_table(pd.DataFrame({"need": ["app", "desk"], "importance": [5, 2], "urgency": [4, 1]}))
SCORED = target_market_table(MARKETS)


@pytest.fixture(autouse=True)
def closed_figures():
    yield
    plt.close("all")


def names(ax):
    return [text.get_text() for text in ax.get_legend().get_texts()]


def test_a_bar_is_in_parts_that_add_up():
    ax = plot_scorecard(PARTS)
    widths = np.array([[bar.get_width() for bar in bars] for bars in ax.containers])
    np.testing.assert_allclose(widths.sum(axis=0), [70, 40, 75, 185 / 3])
    assert names(ax) == ["Market size", "Competition", "Profitability", "Strategic fit"]
    assert ax.get_yticklabels()[0].get_text() == "clinics\nn = 1"
    assert plot_scorecard(PARTS, language="zh").get_xlabel() == "得分"


def test_ranges_with_the_names_of_those_who_take_over():
    ax = plot_weight_sensitivity(RANGES)
    assert ax.get_title(loc="left") == "First within the ranges: schools"
    drawn = [line.get_xdata()[0] for line in ax.lines if line.get_marker() == "o"]
    assert drawn == [0.25] * 4
    # clinics lead where size counts more: 60 w + 80 (1 - w) falls below 80 w + 200/3 (1 - w) at w = .4
    assert RANGES["weight_to"].iloc[0] == pytest.approx(0.4)
    assert ax.texts[0].get_text() == "clinics"
    # names do not leave the axes
    ends = {("left", end) for end in (0.0, *RANGES["weight_to"])}
    ends |= {("right", end) for end in (1.0, *RANGES["weight_from"])}
    assert {(text.get_ha(), text.xy[0]) for text in ax.texts} <= ends
    assert plot_weight_sensitivity(RANGES, language="zh").get_title(loc="left") == "区间内第一名：schools"


def test_needs_stand_where_they_belong():
    ax = plot_priority_matrix(NEEDS)
    assert ax.collections[0].get_offsets().tolist() == [[4, 5], [1, 2]]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("Urgency", "Importance")
    assert {"Do first", "Schedule", "Delegate", "Drop", "app", "desk"} <= {text.get_text() for text in ax.texts}
    quick = pd.DataFrame({"need": ["app"], "impact": [5], "difficulty": [1]})
    ax = plot_priority_matrix(priority_table(quick, matrix="impact_difficulty"), language="zh")
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("实现难度", "影响程度")
    assert "速赢" in {text.get_text() for text in ax.texts}


def test_markets_in_order_of_rank():
    ax = plot_target_markets(SCORED.iloc[::-1])
    assert [label.get_text() for label in ax.get_yticklabels()] == ["schools", "clinics", "hotels"]
    assert names(ax) == ["Attractive", "Below 60"]
    assert names(plot_target_markets(SCORED, language="zh")) == ["有吸引力", "低于 60"]


@pytest.mark.parametrize(
    ("plot", "table", "words"),
    [
        (plot_scorecard, PARTS, "`contributions` has no rows"),
        (plot_weight_sensitivity, RANGES, "`sensitivity` has no rows"),
        (plot_priority_matrix, NEEDS, "`needs` has no rows"),
        (plot_target_markets, SCORED, "`markets` has no market"),
    ],
)
def test_what_cannot_be_drawn_is_refused(plot, table, words):
    with pytest.raises(SchemaError, match=words):
        plot(table.iloc[:0])
    with pytest.raises(SchemaError, match="lacks the columns"):
        plot(table.iloc[:, :1])
    with pytest.raises(ValueError, match="`language` must be one of"):
        plot(table, language="fr")
