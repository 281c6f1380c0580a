"""Scores of satisfaction drawn: bars and intervals are the table's figures."""

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from pandas.testing import assert_frame_equal

from crmkit import SchemaError
from crmkit.plotting import plot_satisfaction
from crmkit.plotting._style import BLUE, GREY, ORANGE

mpl.use("Agg")

SCORES = pd.DataFrame(
    {
        "wave": ["spring", "autumn", None, None, None],
        "group": ["new", "new", "vip", None, None],
        "scope": ["group", "group", "no label", "no label", "all"],
        "item": "recommend",
        "measure": "nps",
        "n": [100, 20, 50, 0, 170],
        "value": [0.3, -0.1, 0.5, np.nan, 0.25],
        "lower": [0.2, -0.4, 0.3, np.nan, 0.2],
        "upper": [0.4, 0.2, 0.7, np.nan, 0.3],
        "is_small": [False, True, False, True, False],
    }
)


@pytest.fixture
def ax():
    return Figure(layout="constrained").subplots()


def names(ax):
    return [tick.get_text() for tick in ax.get_yticklabels()]


def test_bars_are_the_scores_in_points(ax):
    plot_satisfaction(SCORES, ax=ax)
    bars = [(bar.get_width(), to_hex(bar.get_facecolor()).upper()) for bar in ax.patches[:5]]
    assert bars == [
        (pytest.approx(30), BLUE),
        (pytest.approx(-10), ORANGE),
        (pytest.approx(50), BLUE),
        (0, ORANGE),
        (pytest.approx(25), GREY),
    ]
    assert names(ax) == ["spring, new", "autumn, new", "no label, vip", "no label, no label", "All"]
    ends = [segment[:, 0] for segment in ax.collections[0].get_segments()]
    np.testing.assert_allclose(ends, 100 * SCORES[["lower", "upper"]].dropna().to_numpy())
    assert {"+30.0", "-10.0", "–", "170"} <= {text.get_text() for text in ax.texts}


def test_items_are_named_where_there_are_several(ax):
    two = SCORES.drop(columns=["wave", "group", "scope"]).head(2).assign(item=["service", "price"], measure="mean")
    plot_satisfaction(two, ax=ax)
    assert names(ax) == ["service", "price"]
    assert "0.30" in {text.get_text() for text in ax.texts}


@pytest.mark.filterwarnings("ignore:No font")
def test_the_words_are_chinese_when_asked(ax):
    with mpl.rc_context({"svg.fonttype": "none"}):
        plot_satisfaction(SCORES.assign(measure="top_box"), ax=ax, language="zh")
    assert ax.get_xlabel() == "最高档答案占比"
    assert names(ax)[-1] == "全部"
    assert "30.0%" in {text.get_text() for text in ax.texts}


def test_tables_that_cannot_be_drawn_are_refused(ax):
    with pytest.raises(SchemaError, match="`scores` has no rows"):
        plot_satisfaction(SCORES.head(0), ax=ax)
    with pytest.raises(SchemaError, match=r"`scores` has the measures \['nps', 'mean'\]"):
        plot_satisfaction(SCORES.assign(measure=["nps", "mean", "nps", "nps", "nps"]), ax=ax)
    with pytest.raises(SchemaError, match=r"lacks the columns \['lower'\].*satisfaction_table"):
        plot_satisfaction(SCORES.drop(columns="lower"), ax=ax)


def test_the_table_given_stays_as_it_was(ax):
    before = SCORES.copy()
    plot_satisfaction(SCORES, ax=ax)
    assert_frame_equal(SCORES, before)
