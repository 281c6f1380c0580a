"""Effects of campaigns drawn: dots and lines are the table's figures."""

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from pandas.testing import assert_frame_equal

from crmkit import SchemaError
from crmkit.plotting import plot_campaign_effects
from crmkit.plotting._style import BLUE, GREY, ORANGE

mpl.use("Agg")

EFFECTS = pd.DataFrame(
    {
        "campaign": "spring",
        "arm": ["call", "call", "letter", "letter"],
        "outcome": ["visit", "spend"] * 2,
        "kind": ["rate", "mean"] * 2,
        "value": [0.5, 20.0, 0.25, 12.0],
        "control_value": [0.25, 16.0, 0.5, 0.0],
        "relative_difference": [1.0, 0.25, -0.5, np.nan],
        "relative_lower": [0.5, -0.1, np.nan, np.nan],
        "relative_upper": [1.5, 0.6, 0.4, np.nan],
        "p_value": [0.001, 0.3, 0.4, np.nan],
        "is_significant": [True, False, False, False],
        "n_open": [0, 0, 7, 0],
        "n_control_open": 0,
        "too_few": [False, False, True, False],
    }
)


@pytest.fixture
def ax():
    return Figure(layout="constrained").subplots()


# By hand.


def test_arms_stand_below_their_outcome(ax):
    plot_campaign_effects(EFFECTS, ax=ax)
    assert [tick.get_text() for tick in ax.get_yticklabels()] == [
        *("visit", "call", "letter (windows open)"),
        *("spend", "call", "letter"),
    ]
    dots = [line for line in ax.get_lines() if len(line.get_xdata()) == 1]
    found = [(dot.get_xdata()[0], dot.get_ydata()[0], dot.get_color()) for dot in dots]
    assert found == [(1.0, 1, BLUE), (-0.5, 2, ORANGE), (0.25, 4, GREY)]
    assert {"50.0%", "25.0%", "20.00", "16.00"} <= {text.get_text() for text in ax.texts}


def test_what_is_not_tested_yet_is_not_called_insignificant(ax):
    plot_campaign_effects(EFFECTS.iloc[1:2].assign(p_value=np.nan, n_open=3), ax=ax)
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["Not tested yet"]


@pytest.mark.parametrize(
    ("language", "told"), [("en", "No relative difference is known"), ("zh", "相对差异均无法计算")]
)
def test_a_drawing_without_any_effect_says_so(ax, language, told):
    plot_campaign_effects(EFFECTS.iloc[3:], ax=ax, language=language)
    assert told in {text.get_text() for text in ax.texts}
    assert ax.get_legend() is None


def test_campaigns_and_groups_are_named_where_there_are_several(ax):
    two = EFFECTS.assign(campaign=["spring", "spring", "autumn", "autumn"])
    two.insert(0, "region", ["north", "north", None, None])
    plot_campaign_effects(two, ax=ax, language="en")
    assert [tick.get_text() for tick in ax.get_yticklabels()][:3] == [
        "visit",
        "north, spring, call",
        "no label, autumn, letter (windows open)",
    ]


@pytest.mark.filterwarnings("ignore:No font")
def test_the_words_are_chinese_when_asked(ax):
    with mpl.rc_context({"svg.fonttype": "none"}):
        plot_campaign_effects(EFFECTS, ax=ax, language="zh")
    assert ax.get_xlabel() == "与对照组的相对差异及其区间"
    assert "letter（窗口未结束）" in [tick.get_text() for tick in ax.get_yticklabels()]


# Refusals.


def test_tables_that_cannot_be_drawn_are_refused(ax):
    with pytest.raises(SchemaError, match="`effects` has no rows"):
        plot_campaign_effects(EFFECTS.head(0), ax=ax)
    with pytest.raises(SchemaError, match=r"lacks the columns \['n_open'\].*campaign_effect_table"):
        plot_campaign_effects(EFFECTS.drop(columns="n_open"), ax=ax)


# Input untouched.


def test_the_table_given_stays_as_it_was(ax):
    before = EFFECTS.copy()
    plot_campaign_effects(EFFECTS, ax=ax)
    assert_frame_equal(EFFECTS, before)
