"""Differences and seasons drawn: dots and lines are the table's figures."""

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib.dates import date2num
from matplotlib.figure import Figure
from pandas.testing import assert_frame_equal

import crmkit as ck
from crmkit import SchemaError
from crmkit.metrics import group_comparison_table, period_comparison_table, seasonal_adjustment_table
from crmkit.plotting import plot_comparison, plot_seasonal_adjustment
from crmkit.plotting._style import BLUE, GREY, ORANGE

mpl.use("Agg")

GROUPS = pd.DataFrame(
    {
        "shop": ["north", "north", None, None],
        "scope": ["group", "group", "no label", "no label"],
        "against": None,
        "against_scope": "rest",
        "measure": ["member", "spend"] * 2,
        "kind": ["rate", "mean"] * 2,
        "value": [0.5, 20.0, 0.25, 12.0],
        "other_value": [0.25, 16.0, 0.5, 0.0],
        "relative_difference": [1.0, 0.25, -0.5, np.nan],
        "relative_lower": [0.5, -0.1, np.nan, np.nan],
        "relative_upper": [1.5, 0.6, 0.4, np.nan],
        "is_significant": [True, False, False, False],
        "too_few": [False, False, True, False],
    }
)
PERIODS = GROUPS.head(2).rename(columns={"other_value": "previous", "relative_difference": "relative_change"})
PERIODS = PERIODS.drop(columns=["shop", "scope", "against", "against_scope"])
PERIODS = PERIODS.assign(measure=["active_rate", "average_order_value"])

QUARTERS = pd.DataFrame(
    {
        "period": pd.date_range("2022-01-01", periods=9, freq="QS"),
        "revenue": [90.0, 100, 120, 130, 99, 110, 132, 143, 20],
        "is_complete": [True] * 8 + [False],
    }
)


@pytest.fixture
def ax():
    return Figure(layout="constrained").subplots()


def marks(ax):
    """Of each dot: where it stands, and its colour."""
    dots = [line for line in ax.get_lines() if len(line.get_xdata()) == 1]
    return [(dot.get_xdata()[0], dot.get_ydata()[0], dot.get_color()) for dot in dots]


def intervals(ax):
    """Of each interval: its ends, and the line it stands in."""
    return [
        (*line.get_xdata(), line.get_ydata()[0])
        for line in ax.get_lines()
        if len(line.get_xdata()) == 2 and line.get_ydata()[0] == line.get_ydata()[1]
    ]


# By hand.


def test_groups_stand_below_their_measure(ax):
    plot_comparison(GROUPS, ax=ax)
    assert [tick.get_text() for tick in ax.get_yticklabels()] == [
        "member",
        "north",
        "no label",
        "spend",
        "north",
        "no label",
    ]
    # the last has nothing to be related to
    assert marks(ax) == [(1.0, 1, BLUE), (-0.5, 2, ORANGE), (0.25, 4, GREY)]
    low, high = ax.get_xlim()
    assert intervals(ax) == [(0.5, 1.5, 1), (low, 0.4, 2), (-0.1, 0.6, 4)]
    assert high > 1.5
    assert [text.get_text() for text in ax.texts] == [
        *("group", "50.0%", "25.0%", "20.00", "12.00"),
        *("others", "25.0%", "50.0%", "16.00", "0.00"),
    ]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == [
        "Significant (adjusted)",
        "Not significant",
        "Too few",
    ]


def test_pairs_of_groups_are_named(ax):
    plot_comparison(GROUPS.assign(against=["south", "south", "north", "north"], against_scope="group"), ax=ax)
    assert [tick.get_text() for tick in ax.get_yticklabels()][1:3] == ["north vs south", "no label vs north"]


@pytest.mark.parametrize(
    ("language", "names"),
    [("en", ["Share who bought", "Average order value"]), ("zh", ["活跃率", "笔单价"])],
)
@pytest.mark.filterwarnings("ignore:Matplotlib finds no font with Chinese glyphs")
def test_measures_of_periods_have_names(ax, language, names):
    plot_comparison(PERIODS, ax=ax, language=language)
    assert [tick.get_text() for tick in ax.get_yticklabels()] == names
    assert ax.texts[0].get_text() == {"en": "after", "zh": "后"}[language]


def test_a_season_in_three_panels(ax):
    table = seasonal_adjustment_table(QUARTERS, value="revenue", method="multiplicative", freq="Q")
    plot_seasonal_adjustment(table.iloc[::-1], ax=ax)
    series, season, rest = ax.child_axes
    drawn = {line.get_label(): line.get_ydata().tolist() for line in series.get_lines()}
    assert drawn["As it was"][:8] == table["value"].tolist()[:8]
    assert np.isnan(drawn["As it was"][8])
    np.testing.assert_array_equal(drawn["Without its season"], table["adjusted"])
    np.testing.assert_array_equal(drawn["Trend"], table["trend"])
    assert drawn["Unfinished"] == [20]
    np.testing.assert_array_equal(season.get_lines()[0].get_ydata(), table["seasonal"])
    np.testing.assert_array_equal(rest.get_lines()[0].get_ydata(), table["remainder"])
    # factors start from 1, amounts from 0
    assert season.get_lines()[1].get_ydata() == [1, 1]
    amounts = seasonal_adjustment_table(QUARTERS, value="revenue", method="additive", freq="Q")
    assert plot_seasonal_adjustment(amounts).child_axes[1].get_lines()[1].get_ydata() == [0, 0]
    assert series.get_xlim()[0] < date2num(table["period"].iloc[0])


# Law: whatever a table holds can be drawn.


def test_tables_of_cdnow_are_drawn():
    transactions = ck.as_transactions(ck.load_cdnow())
    activity = ck.activity_table(transactions, as_of="1998-06-30", freq="Q")
    quarters = {"before": ("1998-01-01", "1998-03-31"), "after": ("1998-04-01", "1998-06-30")}
    customers = ck.customer_summary(transactions, as_of="1998-06-30")
    customers["month"] = customers["first_order"].dt.month
    for table in (
        period_comparison_table(activity, **quarters, as_of="1998-06-30", freq="Q"),
        group_comparison_table(customers, by="month", means=["spend"], against="each"),
    ):
        plot_comparison(table).figure.canvas.draw()


# Refusals.


def test_other_tables_are_refused():
    with pytest.raises(SchemaError, match="`comparison` has no rows"):
        plot_comparison(GROUPS.head(0))
    with pytest.raises(SchemaError, match="relative_lower"):
        plot_comparison(GROUPS.drop(columns="relative_lower"))
    with pytest.raises(ValueError, match="`language` must be one of"):
        plot_comparison(GROUPS, language="fr")
    with pytest.raises(TypeError, match="must be a pandas, Polars or PyArrow table"):
        plot_comparison("table.csv")
    with pytest.raises(SchemaError, match="seasonal"):
        plot_seasonal_adjustment(QUARTERS)
    table = seasonal_adjustment_table(QUARTERS, value="revenue", method="additive", freq="Q")
    with pytest.raises(SchemaError, match="`adjustment` has no rows"):
        plot_seasonal_adjustment(table.head(0))


# Input untouched.


def test_the_table_given_stays_as_it_was(ax):
    before = GROUPS.copy()
    plot_comparison(GROUPS, ax=ax)
    assert_frame_equal(GROUPS, before)
