"""Plots of segments: bars and cells are the table's numbers, labelled in two languages."""

import io

import matplotlib as mpl
import numpy as np
import pandas as pd
import polars as pl
import pytest
from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from pandas.testing import assert_frame_equal

from crmkit import SchemaError, as_transactions, customer_summary, load_cdnow
from crmkit.plotting import plot_movement, plot_rfm_map, plot_segments
from crmkit.segment import RFMScorer, TierSegmenter, rfm_map_table
from crmkit.segment.movement import movement_table

mpl.use("Agg")

MAP = pd.DataFrame(
    {
        "r_score": [1, 1, 2, 2],
        "f_score": [1, 2, 1, 2],
        "n_customers": [1200, 3, 0, 40],
        "mean_spend": [10.0, -2.0, np.nan, 90.0],
    }
)
SUMMARY = pd.DataFrame(
    {
        "segment": ["potential", "core", "ordinary"],
        "segment_order": [3, 1, 2],
        "name_en": ["Potential customers", "Core customers", "Ordinary customers"],
        "name_zh": ["潜在客户", "核心客户", "普通客户"],
        "customer_share": [0.1, 0.2, 0.7],
        "value_share": [-0.05, 0.8, 0.25],
    }
)
MOVEMENT = pd.DataFrame(
    {
        "segment_before": ["core", "core", "other", "other", None],
        "segment_after": ["core", "other", "core", "other", "core"],
        "name_en_before": ["Core", "Core", "Other", "Other", None],
        "name_en_after": ["Core", "Other", "Core", "Other", "Core"],
        "name_zh_before": ["核心", "核心", "其他", "其他", None],
        "name_zh_after": ["核心", "其他", "核心", "其他", "核心"],
        "n_customers": [3, 1, 0, 1000, 7],
        "share": [0.75, 0.25, 0.0, 1.0, np.nan],
    }
)
PLOTS = [(plot_rfm_map, MAP), (plot_segments, SUMMARY), (plot_movement, MOVEMENT)]
each_plot = pytest.mark.parametrize(("plot", "table"), PLOTS, ids=lambda value: getattr(value, "__name__", ""))


@pytest.fixture(autouse=True)
def closed_figures():
    yield
    plt.close("all")


@pytest.fixture
def ax():
    return Figure().subplots()


def cells(ax):
    """What the cells say, by column and row from the top."""
    return {(int(text.get_position()[0]), int(text.get_position()[1])): text.get_text() for text in ax.texts}


def shades(ax):
    (mesh,) = ax.collections
    return mesh.get_array().filled(np.nan)


# By hand.


def test_the_map_has_recency_to_the_right_and_frequency_upwards(ax):
    plot_rfm_map(MAP, ax=ax)
    # the upper row is frequency 2; 1,200 customers have the lowest scores
    assert cells(ax) == {(0, 0): "3\n-2", (1, 0): "40\n90", (0, 1): "1,200\n10", (1, 1): "–"}
    assert [label.get_text() for label in ax.get_xticklabels()] == ["1", "2"]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["2", "1"]


def test_the_shade_of_the_map_is_the_root_of_the_mean_spend(ax):
    plot_rfm_map(MAP, ax=ax)
    # the most is 90; below zero counts as nothing, an empty cell has no shade
    np.testing.assert_allclose(shades(ax), [[0, 1], [np.sqrt(10 / 90), np.nan]])


def test_amounts_of_the_map_are_short(ax):
    plot_rfm_map(MAP.assign(mean_spend=[8624.1, 862.41, 0.12345, 2.5e6]), ax=ax)
    assert [text.split("\n")[1] for text in (cells(ax)[key] for key in ((0, 1), (0, 0), (1, 0)))] == [
        "8.6k",
        "862",
        "2.5M",
    ]


def test_a_map_without_spend_is_pale_and_has_its_customers(ax):
    plot_rfm_map(MAP.assign(mean_spend=0.0), ax=ax)
    np.testing.assert_array_equal(shades(ax), np.zeros((2, 2)))
    assert cells(ax)[0, 1] == "1,200\n0"


def test_segments_are_bars_in_their_order_with_their_shares(ax):
    plot_segments(SUMMARY, ax=ax)
    assert [label.get_text() for label in ax.get_yticklabels()] == [
        "Core customers",
        "Ordinary customers",
        "Potential customers",
    ]
    customers, value = ([bar.get_width() for bar in container] for container in ax.containers)
    assert customers == [0.2, 0.7, 0.1]
    assert value == [0.8, 0.25, -0.05]
    assert [text.get_text() for text in ax.texts] == ["20.0%", "70.0%", "10.0%", "80.0%", "25.0%", "-5.0%"]
    # the best stands on top
    assert ax.get_ylim()[0] > ax.get_ylim()[1]


def test_a_share_that_is_missing_has_no_bar_and_no_text(ax):
    plot_segments(SUMMARY.assign(value_share=np.nan), ax=ax)
    assert [bar.get_width() for bar in ax.containers[1]] == [0, 0, 0]
    assert [text.get_text() for text in ax.texts][3:] == ["", "", ""]


def test_movement_says_share_and_number(ax):
    plot_movement(MOVEMENT, ax=ax)
    assert cells(ax) == {
        (0, 0): "75%\n3",
        (1, 0): "25%\n1",
        (0, 1): "",
        (1, 1): "100%\n1,000",
        (0, 2): "7",
        (1, 2): "",
    }
    assert [label.get_text() for label in ax.get_yticklabels()] == ["Core", "Other", "No segment"]
    np.testing.assert_array_equal(shades(ax), [[0.75, 0.25], [0, 1], [np.nan, np.nan]])


def test_two_segments_of_one_name_are_two_rows_and_two_columns(ax):
    twins = MOVEMENT.assign(
        **{name: ["Twin", "Twin", "Twin", "Twin", None] for name in ("name_en_before", "name_zh_before")},
        **dict.fromkeys(("name_en_after", "name_zh_after"), "Twin"),
    )
    plot_movement(twins, ax=ax)
    assert [label.get_text() for label in ax.get_xticklabels()] == ["Twin", "Twin"]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["Twin", "Twin", "No segment"]
    np.testing.assert_array_equal(shades(ax), [[0.75, 0.25], [0, 1], [np.nan, np.nan]])


@pytest.mark.parametrize(("language", "shown"), [("en", "Share of customers"), ("zh", "客户占比")])
def test_legends_speak_the_language(language, shown, ax):
    plot_segments(SUMMARY, ax=ax, language=language)
    assert ax.get_legend().get_texts()[0].get_text() == shown
    assert ax.get_yticklabels()[0].get_text() == {"en": "Core customers", "zh": "核心客户"}[language]


@pytest.mark.parametrize(("language", "labels"), [("en", ("After", "Before")), ("zh", ("期末", "期初"))])
def test_axes_speak_the_language(language, labels, ax):
    plot_movement(MOVEMENT, ax=ax, language=language)
    assert (ax.get_xlabel(), ax.get_ylabel()) == labels


# Laws.


@each_plot
def test_the_axes_given_are_drawn_on_and_nothing_else_is_made(plot, table, ax):
    before = plt.get_fignums()
    assert plot(table, ax=ax) is ax
    assert plt.get_fignums() == before
    assert plot(table) is not ax
    assert len(plt.get_fignums()) == len(before) + 1


@each_plot
def test_rows_in_any_order_and_of_any_kind_are_drawn_alike(plot, table):
    def drawn(given):
        axes = Figure().subplots()
        plot(given, ax=axes)
        buffer = io.StringIO()
        with mpl.rc_context({"svg.hashsalt": "x"}):
            axes.figure.savefig(buffer, format="svg", metadata={"Date": None})
        return buffer.getvalue()

    expected = drawn(table)
    assert drawn(pl.from_pandas(table)) == expected
    assert drawn(table.set_axis(range(5, 5 + len(table)))) == expected
    if plot is not plot_movement:
        assert drawn(table.iloc[::-1]) == expected


@pytest.mark.parametrize("language", ["en", "zh"])
def test_tables_of_cdnow_are_drawn(language):
    transactions = as_transactions(load_cdnow())
    before, after = (customer_summary(transactions, as_of=day) for day in ("1997-12-31", "1998-06-30"))
    tiers = TierSegmenter().fit(before)
    for plot, table in (
        (plot_rfm_map, rfm_map_table(before, scorer=RFMScorer().fit(before))),
        (plot_segments, tiers.summary(after)),
        (plot_movement, movement_table(before, after, segmenter=tiers)),
    ):
        axes = Figure(layout="constrained").subplots()
        plot(table, ax=axes, language=language)
        if language == "en":
            # Chinese glyphs are the font's matter.
            axes.figure.canvas.draw()


# Refusals.


@each_plot
def test_a_table_without_its_columns_is_refused(plot, table, ax):
    with pytest.raises(SchemaError, match="lacks the columns"):
        plot(table.iloc[:, :1], ax=ax)


@each_plot
def test_another_language_is_refused(plot, table, ax):
    with pytest.raises(ValueError, match="`language` must be one of"):
        plot(table, ax=ax, language="de")


@each_plot
def test_what_is_no_frame_is_refused(plot, table, ax):
    with pytest.raises(TypeError, match="must be a pandas, Polars or PyArrow table"):
        plot([1, 2], ax=ax)


# Input untouched.


@each_plot
def test_tables_are_not_changed(plot, table, ax):
    given = table.copy()
    plot(given, ax=ax)
    assert_frame_equal(given, table)
