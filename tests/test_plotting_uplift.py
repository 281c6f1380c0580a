"""Plots of uplift: bars and curves are the table's numbers, labelled in two languages."""

import matplotlib as mpl
import numpy as np
import polars as pl
import pytest
from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from pandas.testing import assert_frame_equal

from crmkit import SchemaError
from crmkit.loyalty.campaigns import qini_curve_table, uplift_table
from crmkit.plotting import plot_qini_curve, plot_uplift

mpl.use("Agg")

OUTCOMES, TREATMENT, SCORES = [1, 1, 0, 0, 1, 0, 1, 0], [1, 1, 0, 0, 1, 1, 0, 0], [8, 7, 6, 5, 4, 3, 2, 1]
TABLE = uplift_table(OUTCOMES, SCORES, treatment=TREATMENT, n_groups=2)
CURVE = qini_curve_table(OUTCOMES, SCORES, treatment=TREATMENT)
each_plot = pytest.mark.parametrize(("plot", "table"), [(plot_uplift, TABLE), (plot_qini_curve, CURVE)])


@pytest.fixture
def ax():
    return Figure().subplots()


def labels(ax):
    return [ax.get_xlabel(), ax.get_ylabel(), *(text.get_text() for text in ax.get_legend().get_texts())]


# By hand


def test_bars_are_those_of_the_table(ax):
    plot_uplift(TABLE, ax=ax)
    # treated 1 and untreated 0 in the first group, 1/2 and 1/2 in the second; 3/4 and 1/4 of all
    assert [bar.get_height() for bar in ax.containers[0]] == [1, 0]
    assert set(ax.get_lines()[1].get_ydata()) == {0.5}


def test_the_curve_leaves_out_what_is_not_known(ax):
    plot_qini_curve(CURVE, ax=ax)
    random, curve = ax.get_lines()[1:]
    assert random.get_xydata()[[0, -1]].tolist() == [[0, 0], [1, 0.5]]
    # after the second customer nobody untreated has been met
    assert curve.get_xdata().tolist() == [0, 3 / 8, 4 / 8, 5 / 8, 6 / 8, 7 / 8, 1]
    assert curve.get_ydata()[2] == 0.5


# Laws


@each_plot
def test_axes_languages_and_frames(plot, table, ax):
    assert plot(table, ax=ax) is ax
    assert plt.get_fignums() == []
    other = Figure().subplots()
    plot(pl.from_pandas(table).sample(fraction=1, shuffle=True, seed=1), ax=other, language="zh")
    assert np.array_equal(other.get_lines()[1].get_xydata(), ax.get_lines()[1].get_xydata())
    assert all(any("一" <= letter <= "鿿" for letter in label) for label in labels(other))
    assert not any(any("一" <= letter <= "鿿" for letter in label) for label in labels(ax))


# Refusals


@each_plot
def test_other_tables_and_words_are_refused(plot, table):
    with pytest.raises(SchemaError, match=r"loyalty\.campaigns\.\w+_table makes such a table"):
        plot(table.iloc[:, 1:])
    with pytest.raises(TypeError):
        plot([1, 2])
    with pytest.raises(ValueError, match="`language` must be one of"):
        plot(table, language="fr")


# Input untouched


@each_plot
def test_tables_stay_as_they_were(plot, table, ax):
    before = table.copy()
    plot(table, ax=ax)
    assert_frame_equal(table, before)
