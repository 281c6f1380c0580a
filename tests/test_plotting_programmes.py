"""Plots of programmes: lines and bars are the table's numbers, in two languages, on your own axes."""

import matplotlib as mpl
import numpy as np
import pandas as pd
import polars as pl
import pytest
from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from pandas.testing import assert_frame_equal

from crmkit import SchemaError
from crmkit.plotting import plot_points_liability, plot_redemption_curves

mpl.use("Agg")

LIABILITY = pd.DataFrame(
    {
        "period": pd.to_datetime(["2024-01-01", "2024-02-01", "2024-03-01"]),
        "is_complete": [True, True, False],
        "liability": [10.0, 14.0, 12.0],
        "redemption_cost": [0.0, 3.0, 1.0],
    }
)
TRIANGLE = pd.DataFrame(
    {
        "cohort": pd.to_datetime(["2024-01-01", "2024-01-01", "2024-04-01", "2024-07-01"]),
        "age": [0, 1, 0, 0],
        "issued": [100.0, 100.0, 50.0, 0.0],
        "redeemed_total": [20.0, 40.0, 25.0, 0.0],
    }
)
each_plot = pytest.mark.parametrize(
    ("plot", "table"), [(plot_points_liability, LIABILITY), (plot_redemption_curves, TRIANGLE)]
)


@pytest.fixture
def ax():
    return Figure().subplots()


# By hand


def test_the_liability_is_a_line_over_bars_of_cost(ax):
    plot_points_liability(LIABILITY, ax=ax)
    assert ax.get_lines()[0].get_ydata().tolist() == [10, 14, 12]
    assert [bar.get_height() for bar in ax.containers[0]] == [0, 3, 1]
    assert [bar.get_alpha() for bar in ax.containers[0]] == [1, 1, 0.4]
    assert [text.get_text() for text in ax.get_xticklabels()] == ["2024-01", "2024-02", "2024-03"]


def test_curves_are_shares_of_what_was_issued(ax):
    plot_redemption_curves(TRIANGLE, ax=ax)
    # a line and its last point for each cohort of which something was issued
    assert [line.get_ydata().tolist() for line in ax.get_lines()[:4]] == [[0.2, 0.4], [0.4], [0.5], [0.5]]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["issued 2024 Q1 (light) to 2024 Q2 (dark)"]


# Laws


@each_plot
def test_axes_languages_and_frames(plot, table, ax):
    before = table.copy()
    assert plot(table, ax=ax) is ax
    assert plt.get_fignums() == []
    other = Figure().subplots()
    with mpl.rc_context({"svg.fonttype": "none"}):
        plot(pl.from_pandas(table).sample(fraction=1, shuffle=True, seed=1), ax=other, language="zh")
    assert np.array_equal(other.get_lines()[0].get_xydata(), ax.get_lines()[0].get_xydata())
    assert other.get_ylabel() != ax.get_ylabel()
    assert_frame_equal(table, before)


@each_plot
def test_a_single_row_is_drawn(plot, table, ax):
    plot(table.head(1), ax=ax)
    ax.figure.draw_without_rendering()


# Refusal


@each_plot
def test_what_cannot_be_drawn_is_refused(plot, table, ax):
    with pytest.raises(SchemaError, match="lacks the columns"):
        plot(table.iloc[:, :2], ax=ax)
    with pytest.raises(ValueError, match="`language` must be one of"):
        plot(table, ax=ax, language="fr")
    with pytest.raises(TypeError, match="must be a pandas, Polars or PyArrow table"):
        plot([1], ax=ax)
