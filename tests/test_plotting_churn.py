"""Plots of profit and capture: lines and bars are the table's numbers, labelled in two languages."""

import matplotlib as mpl
import numpy as np
import polars as pl
import pytest
from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from pandas.testing import assert_frame_equal

from crmkit import SchemaError
from crmkit.loyalty.churn import calibration_table, capture_table, profit_curve_table
from crmkit.plotting import plot_action_reasons, plot_capture, plot_churn_calibration, plot_profit_curve

mpl.use("Agg")

LEFT, SCORES = [1, 1, 0, 1, 0, 0, 0, 0], [8, 7, 6, 5, 4, 3, 2, 1]
CURVE = profit_curve_table(LEFT, SCORES)
CAPTURE = capture_table(LEFT, SCORES, n_groups=4)
each_plot = pytest.mark.parametrize(("plot", "table"), [(plot_profit_curve, CURVE), (plot_capture, CAPTURE)])


@pytest.fixture
def ax():
    return Figure().subplots()


def labels(ax):
    legend = ax.get_legend()
    return [ax.get_xlabel(), ax.get_ylabel(), *(text.get_text() for text in (legend.get_texts() if legend else []))]


# By hand


def test_the_curve_and_its_cut_are_those_of_the_table(ax):
    plot_profit_curve(CURVE, ax=ax)
    zero, profit, cut, point = ax.get_lines()
    assert set(zero.get_ydata()) == {0}
    assert profit.get_xydata().tolist() == CURVE[["fraction", "profit"]].to_numpy().tolist()
    # the three who leave and the one between: 3 · 56 - 11
    assert set(cut.get_xdata()) == {0.5}
    assert point.get_xydata().tolist() == [[0.5, 157 / 8]]
    assert labels(ax)[2] == "Most profit: 50.0% contacted, scores of 5 and more"


def test_the_legend_says_if_nobody_is_worth_it(ax):
    plot_profit_curve(profit_curve_table(LEFT, SCORES, clv=11), ax=ax)
    assert labels(ax)[2] == "Most profit: nobody contacted"


def test_gains_and_lifts_are_those_of_the_table(ax):
    plot_capture(CAPTURE, ax=ax)
    random, gains = ax.get_lines()
    assert random.get_xydata().tolist() == [[0, 0], [1, 1]]
    assert gains.get_xdata().tolist() == [0, 0.25, 0.5, 0.75, 1]
    assert gains.get_ydata().tolist() == pytest.approx([0, 2 / 3, 1, 1, 1])
    lifts = plot_capture(CAPTURE, ax=Figure().subplots(), quantity="lift")
    assert [bar.get_height() for bar in lifts.containers[0]] == pytest.approx([8 / 3, 4 / 3, 0, 0])


def test_calibration_points_and_intervals_are_those_of_the_table(ax):
    bins = calibration_table(LEFT, [score / 10 for score in SCORES], n_bins=2)
    plot_churn_calibration(bins, ax=ax)
    diagonal, points, *_ = ax.get_lines()
    assert diagonal.get_xydata().tolist() == [[0, 0], [1, 1]]
    # the lower four: scores of .1 to .4 and nobody left; the upper: .5 to .8 and three of four
    assert points.get_xydata().ravel().tolist() == pytest.approx([0.25, 0, 0.65, 0.75])
    legend = ["As predicted", "What came, with interval"]
    assert labels(ax) == ["Predicted probability of leaving", "Share who left", *legend]
    reach = ax.collections[0].get_segments()[1][:, 1].tolist()
    assert reach == pytest.approx(bins[["observed_lower", "observed_upper"]].to_numpy()[1].tolist())


@pytest.mark.parametrize(
    ("language", "names"),
    [("en", ["Purchase overdue", "No early warning"]), ("zh", ["逾期未购", "无预警信号"])],
)
def test_reasons_are_counted_once_for_each_customer_and_sign(ax, language, names):
    plot_action_reasons(
        pl.DataFrame({"reason_codes": ["complaint, overdue_purchase", "complaint", ""]}), ax=ax, language=language
    )
    # overdue, falling spend, complaint, overdue invoice, none
    assert [bar.get_width() for bar in ax.containers[0]] == [1, 0, 2, 0, 1]
    assert [text.get_text() for text in ax.get_yticklabels()][:: len(ax.get_yticklabels()) - 1] == names


# Laws


@each_plot
def test_axes_languages_and_frames(plot, table, ax):
    assert plot(table, ax=ax) is ax
    assert plt.get_fignums() == []
    other = Figure().subplots()
    plot(pl.from_pandas(table).sample(fraction=1, shuffle=True, seed=1), ax=other, language="zh")
    # whatever the kind of frame and the order of its rows
    assert np.array_equal(other.get_lines()[1].get_xydata(), ax.get_lines()[1].get_xydata())
    assert all(any("一" <= letter <= "鿿" for letter in label) for label in labels(other))
    assert not any(any("一" <= letter <= "鿿" for letter in label) for label in labels(ax))
    assert plot(table) is not plot(table)


# Refusals


@each_plot
def test_other_tables_and_words_are_refused(plot, table):
    with pytest.raises(SchemaError, match=r"loyalty\.churn\.\w+_table makes such a table"):
        plot(table.drop(columns="fraction"))
    with pytest.raises(TypeError):
        plot([1, 2])
    with pytest.raises(ValueError, match="`language` must be one of"):
        plot(table, language="fr")


def test_tables_without_the_column_are_refused():
    with pytest.raises(SchemaError, match="action_list makes such a table"):
        plot_action_reasons(CAPTURE)
    with pytest.raises(SchemaError, match="calibration_table makes such a table"):
        plot_churn_calibration(CAPTURE)


def test_other_quantities_are_refused():
    with pytest.raises(ValueError, match="`quantity` must be one of"):
        plot_capture(CAPTURE, quantity="gain")


# Input untouched


@each_plot
def test_tables_stay_as_they_were(plot, table, ax):
    before = table.copy()
    plot(table, ax=ax)
    assert_frame_equal(table, before)
