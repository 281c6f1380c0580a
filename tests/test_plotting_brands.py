"""Plots of brands: points, lines and cells are the table's numbers, labelled in two languages, names apart."""

import matplotlib as mpl
import numpy as np
import pandas as pd
import polars as pl
import pytest
from matplotlib import pyplot as plt
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure
from pandas.testing import assert_frame_equal

from crmkit import SchemaError
from crmkit.loyalty.brands import BRAND_MEASURES, DirichletModel, colombo_morrison_table
from crmkit.plotting import (
    plot_brand_duplication,
    plot_brand_performance,
    plot_brand_switching,
    plot_double_jeopardy,
)

mpl.use("Agg")

BRANDS = pd.DataFrame({"brand": ["A", "B", "C"], "share": [0.5, 0.3, 0.1], "penetration": [0.36, 0.25, 0.08]}).assign(
    category_penetration=0.56, category_frequency=2.6
)
MODEL = DirichletModel(method="weighted").fit(BRANDS)
PANEL = pd.DataFrame({"customer_id": [1, 1, 2, 2, 3, 4], "brand": list("ABACBC"), "n_purchases": [2, 1, 1, 3, 2, 1]})
SWITCHES = pd.DataFrame({"brand_before": list("AAABBBCCC"), "brand_after": list("ABCABCABC")}).assign(
    n_switches=[750, 150, 100, 400, 440, 160, 500, 300, 0]
)
PERFORMANCE = MODEL.performance_table(BRANDS)
JEOPARDY = MODEL.double_jeopardy_table(BRANDS)
DUPLICATION = MODEL.duplication_table(PANEL, n_customers=9)
SWITCHING = colombo_morrison_table(SWITCHES)
each_plot = pytest.mark.parametrize(
    ("plot", "table"),
    [
        (plot_brand_performance, PERFORMANCE),
        (plot_double_jeopardy, JEOPARDY),
        (plot_brand_duplication, DUPLICATION),
        (plot_brand_switching, SWITCHING),
    ],
    ids=lambda each: getattr(each, "__name__", ""),
)


@pytest.fixture
def ax():
    return Figure(figsize=(8, 5)).subplots()


def words(ax):
    legend = ax.get_legend()
    texts = [] if legend is None else [text.get_text() for text in legend.get_texts()]
    return [ax.get_xlabel(), ax.get_ylabel(), *texts]


def drawn(ax):
    points = [np.asarray(part.get_offsets()).tolist() for part in ax.collections if isinstance(part, PathCollection)]
    lines = [line.get_xydata().tolist() for line in ax.get_lines()]
    return points, lines, [text.get_text() for text in ax.texts]


# By hand


def test_points_of_a_measure_are_those_of_the_table(ax):
    plot_brand_performance(PERFORMANCE, ax=ax, measure="purchase_frequency")
    here = PERFORMANCE[PERFORMANCE["measure"] == "purchase_frequency"].iloc[::-1]
    (expected, observed), _, _ = drawn(ax)
    assert observed == [[value, place] for place, value in enumerate(here["observed"])]
    assert expected == [[value, place] for place, value in enumerate(here["expected"])]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["C", "B", "A"]
    assert ax.get_xlabel() == BRAND_MEASURES["purchase_frequency"].en


def test_what_was_not_observed_is_not_drawn(ax):
    plot_brand_performance(MODEL.performance_table(), ax=ax)
    assert len(drawn(ax)[0]) == 1
    assert len(ax.get_legend().get_texts()) == 1


def test_brands_and_their_line(ax):
    plot_double_jeopardy(JEOPARDY, ax=ax)
    points, lines, names = drawn(ax)
    table = JEOPARDY.iloc[::-1]
    assert points == [table[["penetration", "purchase_frequency"]].to_numpy().tolist()]
    assert lines[0] == table[["penetration", "line"]].to_numpy().tolist()
    assert names == ["C", "B", "A"]


def test_cells_show_what_was_observed_above_what_is_expected(ax):
    plot_brand_duplication(DUPLICATION, ax=ax)
    # of two buyers of A one buys B, one C; of two buyers of B none buys C; the diagonal has no number
    _, _, texts = drawn(ax)
    expected = MODEL.duplication_table().set_index(["brand", "other"])["expected"]
    assert [text.split("%")[0] for text in texts if text] == ["50.0", "50.0", "50.0", "0.0", "50.0", "0.0"]
    assert texts[1] == f"50.0%\n{expected['A', 'B']:.1%}"
    assert texts[0] == texts[4] == texts[8] == ""
    other = Figure(figsize=(8, 5)).subplots()
    plot_brand_duplication(MODEL.duplication_table(), ax=other)
    assert other.texts[1].get_text() == f"{expected['A', 'B']:.1%}"


def test_brands_that_are_clipped_are_hollow_and_said(ax):
    plot_brand_switching(SWITCHING, ax=ax)
    plain, hollow = ax.collections
    assert hollow.get_offsets().tolist() == [[0, SWITCHING["conquest_share"].iloc[2]]]
    assert hollow.get_facecolor()[0, :3].tolist() == [1, 1, 1]
    assert len(plain.get_offsets()) == 2
    assert len(ax.get_legend().get_texts()) == 2
    other = Figure(figsize=(8, 5)).subplots()
    plot_brand_switching(SWITCHING[~SWITCHING["clipped"]], ax=other)
    assert other.get_legend() is None


def test_names_do_not_lie_on_one_another():
    figure = Figure(figsize=(8, 5))
    ax = figure.subplots()
    crowd = pd.DataFrame(
        {
            "brand": [f"Brand {n}" for n in range(12)],
            "loyal_share": np.tile([0.50, 0.505, 0.51, 0.9], 3),
            "conquest_share": np.repeat([0.1, 0.103, 0.2], 4),
            "clipped": False,
        }
    )
    plot_brand_switching(crowd, ax=ax)
    figure.canvas.draw()
    boxes = [text.get_window_extent() for text in ax.texts]
    assert not [1 for place, box in enumerate(boxes) for other in boxes[:place] if box.overlaps(other)]


# Laws


@each_plot
def test_axes_languages_and_frames(plot, table, ax):
    assert plot(table, ax=ax) is ax
    assert plt.get_fignums() == []
    other = Figure(figsize=(8, 5)).subplots()
    plot(pl.from_pandas(table).sample(fraction=1, shuffle=True, seed=1), ax=other, language="zh")
    assert drawn(other) == drawn(ax)
    assert all(any("一" <= letter <= "鿿" for letter in word) for word in words(other) if word)
    assert not any("一" <= letter <= "鿿" for word in words(ax) for letter in word)


# Refusals


@each_plot
def test_other_tables_and_words_are_refused(plot, table):
    with pytest.raises(SchemaError, match=r"loyalty\.brands\.[\w.]+_table makes such a table"):
        plot(table.iloc[:, 1:])
    with pytest.raises(TypeError):
        plot([1, 2])
    with pytest.raises(ValueError, match="`language` must be one of"):
        plot(table, language="fr")


def test_an_unknown_measure_is_refused():
    with pytest.raises(ValueError, match="`measure` must be one of"):
        plot_brand_performance(PERFORMANCE, measure="loyalty")
    assert plt.get_fignums() == []


# Input untouched


@each_plot
def test_tables_stay_as_they_were(plot, table, ax):
    before = table.copy()
    plot(table, ax=ax)
    assert_frame_equal(table, before)
