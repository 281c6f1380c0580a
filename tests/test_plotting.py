"""Plots: bars and lines are the table's numbers, on the axes given or on new ones, labelled in two languages."""

import io
import re
import subprocess
import sys

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt
from matplotlib.dates import date2num
from matplotlib.figure import Figure
from pandas.testing import assert_frame_equal
from tests.logs import log

from crmkit import SchemaError, as_transactions, customer_summary, load_cdnow
from crmkit.metrics import concentration_table, period_table
from crmkit.plotting import plot_concentration, plot_period_customers, plot_period_revenue

mpl.use("Agg")

# January 20 of ann, new; February nothing; March 5 of ann and 7 of bo, new; April, not over: a refund of 3.
ORDERS = log([("ann", "2024-01-05", 20), ("ann", "2024-03-01", 5), ("bo", "2024-03-02", 7), ("bo", "2024-04-02", -3)])
PERIOD_PLOTS = [plot_period_revenue, plot_period_customers]


@pytest.fixture(autouse=True)
def closed_figures():
    yield
    plt.close("all")


@pytest.fixture
def ax():
    return Figure().subplots()


@pytest.fixture(scope="module")
def months():
    return period_table(as_transactions(ORDERS), as_of="2024-04-15")


@pytest.fixture(scope="module")
def curve():
    return concentration_table(customer_summary(as_transactions(load_cdnow()), as_of="1998-06-30"))


def bars(ax):
    """Of each group, where its bars stand and how high: start, bottom, height."""
    return {
        container.get_label(): [(bar.get_x(), bar.get_y(), bar.get_height()) for bar in container]
        for container in ax.containers
    }


def texts(ax):
    legend = ax.get_legend()
    entries = [] if legend is None else [entry.get_text() for entry in legend.get_texts()]
    return [ax.get_xlabel(), ax.get_ylabel(), *entries]


# By hand.


def test_revenue_bars_are_those_of_the_table(months, ax):
    plot_period_revenue(months, ax=ax)
    starts = date2num(months["period"].to_numpy())
    assert (
        starts.tolist() == date2num(pd.to_datetime(["2024-01-01", "2024-02-01", "2024-03-01", "2024-04-01"])).tolist()
    )
    # returning at the bottom, new on top; a month of refunds hangs below zero
    assert bars(ax) == {
        "Returning customers": list(zip(starts, [0, 0, 0, 0], [0, 0, 5, -3], strict=True)),
        "New customers": list(zip(starts, [0, 0, 5, 0], [20, 0, 7, 0], strict=True)),
    }


def test_customer_bars_are_those_of_the_table(months, ax):
    plot_period_customers(months, ax=ax)
    heights = {group: [height for _, _, height in found] for group, found in bars(ax).items()}
    assert heights == {"Returning customers": [0, 0, 1, 0], "New customers": [1, 0, 1, 0]}
    assert [bottom for _, bottom, _ in bars(ax)["New customers"]] == [0, 0, 1, 0]


@pytest.mark.parametrize("plot", PERIOD_PLOTS)
def test_a_period_that_was_not_over_is_pale_and_the_legend_is_not(plot, months, ax):
    plot(months, ax=ax)
    for container in ax.containers:
        opacities = [bar.get_alpha() for bar in container]
        assert opacities[:3] == [1, 1, 1]
        assert 0.2 < opacities[3] < 0.7
    assert [handle.get_alpha() for handle in ax.get_legend().legend_handles] == [1, 1]


@pytest.mark.parametrize("plot", PERIOD_PLOTS)
@pytest.mark.parametrize("freq", ["D", "W", "M", "Q", "Y", "W-SAT", "Y-MAR"])
def test_bars_never_overlap(plot, freq, ax):
    plot(period_table(as_transactions(ORDERS), as_of="2024-04-15", freq=freq), ax=ax)
    for container in ax.containers:
        lefts = np.array([bar.get_x() for bar in container])
        widths = np.array([bar.get_width() for bar in container])
        assert (widths > 0).all()
        assert (lefts[:-1] + widths[:-1] <= lefts[1:]).all()


def test_the_curve_is_that_of_the_table_beside_that_of_equal_customers(curve, ax):
    plot_concentration(curve, ax=ax)
    equal, held = (line.get_xydata() for line in ax.get_lines())
    assert equal.tolist() == [[0, 0], [1, 1]]
    assert held.tolist() == curve[["customer_share", "value_share"]].to_numpy().tolist()


# Laws.

EVERY_PLOT = [
    (plot_period_revenue, "months"),
    (plot_period_customers, "months"),
    (plot_concentration, "curve"),
]
every_plot = pytest.mark.parametrize(("plot", "table"), EVERY_PLOT)


@every_plot
def test_the_axes_given_are_drawn_on_and_returned(plot, table, ax, request):
    assert plot(request.getfixturevalue(table), ax=ax) is ax
    assert ax.has_data()
    assert plt.get_fignums() == []


@every_plot
def test_without_axes_there_are_new_ones_each_time(plot, table, request):
    table = request.getfixturevalue(table)
    first, second = plot(table), plot(table)
    assert first is not second
    assert len(plt.get_fignums()) == 2
    first.figure.canvas.draw()


@every_plot
def test_labels_are_english_or_chinese(plot, table, ax, request):
    plot(request.getfixturevalue(table), ax=ax)
    english = texts(ax)
    assert any(english)
    assert all(text.isascii() for text in english)
    ax.clear()
    plot(request.getfixturevalue(table), ax=ax, language="zh")
    chinese = texts(ax)
    assert [bool(text) for text in chinese] == [bool(text) for text in english]
    assert all(any("\u4e00" <= sign <= "\u9fff" for sign in text) for text in chinese if text)


def test_labels_say_what_is_drawn(months, ax):
    plot_period_revenue(months, ax=ax)
    assert texts(ax) == ["", "Revenue", "Returning customers", "New customers"]
    ax.clear()
    plot_period_customers(months, ax=ax, language="zh")
    assert texts(ax) == ["", "活跃客户数", "老客户", "新客户"]


@every_plot
def test_every_kind_of_frame_and_every_order_of_rows_give_one_drawing(plot, table, request, build_in_memory):
    table = request.getfixturevalue(table)
    drawn = []
    for given in (table, build_in_memory(table.iloc[::-1])):
        ax = plot(given, ax=Figure().subplots())
        drawn.append((bars(ax), [line.get_xydata().tolist() for line in ax.get_lines()]))
    assert drawn[0] == drawn[1]
    assert any(drawn[0])


@pytest.mark.parametrize("plot", PERIOD_PLOTS)
def test_one_period_can_be_drawn(plot, months):
    ax = plot(months.iloc[:1])
    assert len(ax.patches) == 2
    ax.figure.canvas.draw()


def test_a_curve_without_a_total_can_be_drawn_and_shows_no_nan():
    nothing = concentration_table(pd.DataFrame({"n_orders": [1, 1], "spend": [0.0, 0.0]}))
    drawing = io.StringIO()
    with mpl.rc_context({"svg.fonttype": "none"}):
        plot_concentration(nothing).figure.savefig(drawing, format="svg")
    assert "Share of revenue" in drawing.getvalue()
    assert not re.search(r"\bnan\b", drawing.getvalue())


def test_settings_stay_as_they_were(months, curve):
    before = mpl.rcParams.copy()
    for plot, table in ((plot_period_revenue, months), (plot_period_customers, months), (plot_concentration, curve)):
        plot(table, language="zh")
    assert mpl.rcParams == before


def test_to_load_the_plots_does_not_load_matplotlib():
    code = "import sys, crmkit.plotting; print('matplotlib' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)  # noqa: S603
    assert ran.stdout == "False\n"


# Refusals.


@every_plot
def test_wrong_tables_and_languages_are_refused(plot, table, ax, request):
    with pytest.raises(SchemaError, match=r"lacks the columns \[.*metrics\.(period|concentration)_table makes such"):
        plot(pd.DataFrame({"x": [1]}), ax=ax)
    with pytest.raises(TypeError, match=r"must be a pandas, Polars or PyArrow table.*got list"):
        plot([1, 2], ax=ax)
    with pytest.raises(ValueError, match=r"`language` must be one of \['en', 'zh'\], got 'de'"):
        plot(request.getfixturevalue(table), ax=ax, language="de")


@every_plot
def test_a_refusal_leaves_no_figure_behind(plot, table):
    with pytest.raises(SchemaError):
        plot(pd.DataFrame({"x": [1]}))
    assert plt.get_fignums() == []


# Input untouched.


@every_plot
def test_the_table_given_is_not_changed(plot, table, ax, request):
    table = request.getfixturevalue(table)
    before = table.copy()
    plot(table, ax=ax)
    assert_frame_equal(table, before)
