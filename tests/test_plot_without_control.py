"""Balance and event studies drawn: dots and bars are the table's figures."""

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from pandas.testing import assert_frame_equal

from crmkit import SchemaError
from crmkit.plotting import plot_balance, plot_event_study

mpl.use("Agg")

BALANCE = pd.DataFrame(
    {
        "covariate": ["orders", "spend", "channel=web"],
        "difference_before": [0.2, -0.9, np.nan],
        "difference_after": [0.05, -0.12, 0.0],
    }
)
STUDY = pd.DataFrame(
    {
        "outcome": ["amount"] * 5,
        "scope": ["before", "before", "reference", "after", "earlier_trend"],
        "period": pd.to_datetime(["2024-01-01", "2024-02-01", "2024-03-01", "2024-04-01", None]),
        "periods_from_start": [-3.0, -2.0, -1.0, 0.0, np.nan],
        "difference": [0.1, -0.2, 0.0, 2.0, np.nan],
        "lower": [-0.4, -0.7, np.nan, 1.5, np.nan],
        "upper": [0.6, 0.3, np.nan, 2.5, np.nan],
    }
)
DATES = pd.DataFrame(
    {
        "outcome": "amount",
        "placebo_start": pd.to_datetime(["2024-02-01", "2024-03-01"]),
        "difference": [0.3, 0.4],
        "lower": [0.0, -0.1],
        "upper": [0.6, 0.9],
    }
)


@pytest.fixture
def ax():
    return Figure().subplots()


def dots(drawn):
    return [tuple(point) for point in drawn.get_offsets().data.tolist()]


# By hand


def test_the_covariate_that_differs_most_is_at_the_top(ax):
    plot_balance(BALANCE, ax=ax)
    assert [text.get_text() for text in ax.get_yticklabels()] == ["channel=web", "orders", "spend"]
    before, after = ax.collections
    assert dots(before)[1:] == [(0.2, 1), (-0.9, 2)]
    assert dots(after) == [(0.0, 0), (0.05, 1), (-0.12, 2)]
    assert [set(line.get_xdata()) for line in ax.get_lines()] == [{0}, {-0.1}, {0.1}]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["All customers", "Pairs"]


def test_periods_stand_at_their_distance_from_the_start(ax):
    plot_event_study(STUDY, ax=ax)
    (bars,) = ax.containers
    assert bars.lines[0].get_xydata().tolist() == [[-3, 0.1], [-2, -0.2], [0, 2.0]]
    (ranges,) = bars.lines[2]
    assert np.array(ranges.get_segments())[:, :, 1] == pytest.approx(np.array([[-0.4, 0.6], [-0.7, 0.3], [1.5, 2.5]]))
    assert dots(ax.collections[-1]) == [(-1, 0)]
    assert ax.get_legend() is None


def test_placebo_dates_stand_beside_the_period_they_move_the_campaign_to(ax):
    plot_event_study(STUDY, placebo_dates=DATES, ax=ax)
    _, placebos = ax.containers
    assert placebos.lines[0].get_ydata().tolist() == [0.3, 0.4]
    assert placebos.lines[0].get_xdata() == pytest.approx([-2 + 0.09, -1 + 0.09])
    assert len(ax.get_legend().get_texts()) == 2


def test_words_in_chinese(ax):
    with mpl.rc_context({"svg.fonttype": "none"}):
        assert plot_balance(BALANCE, ax=ax, language="zh").get_xlabel() == "标准化差异（标准差的倍数）"
        assert plot_event_study(STUDY, ax=Figure().subplots(), language="zh").get_xlabel() == "距活动开始的期数"


# Refusal


def test_one_outcome_is_drawn(ax):
    two = pd.concat([STUDY, STUDY.assign(outcome="n_orders", difference=7.0, lower=6.0, upper=8.0)])
    with pytest.raises(ValueError, match="Draw one of them, named by outcome="):
        plot_event_study(two, ax=ax)
    with pytest.raises(ValueError, match="`outcome` must be an outcome of `study`, got 'visits'"):
        plot_event_study(two, outcome="visits", ax=ax)
    plot_event_study(two, outcome="n_orders", ax=ax)
    assert set(ax.containers[0].lines[0].get_ydata()) == {7.0}


def test_refused(ax):
    with pytest.raises(SchemaError, match="difference_after"):
        plot_balance(BALANCE.drop(columns="difference_after"), ax=ax)
    with pytest.raises(TypeError, match="`study` must be a pandas"):
        plot_event_study([1], ax=ax)
    with pytest.raises(ValueError, match="`language`"):
        plot_event_study(STUDY, language="fr", ax=ax)


# Input untouched


def test_tables_are_not_changed(ax):
    before = [table.copy(deep=True) for table in (BALANCE, STUDY, DATES)]
    plot_balance(BALANCE, ax=ax)
    plot_event_study(STUDY, placebo_dates=DATES, ax=ax)
    for table, copy in zip((BALANCE, STUDY, DATES), before, strict=True):
        assert_frame_equal(table, copy)
