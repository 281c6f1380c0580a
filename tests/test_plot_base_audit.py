"""Plots of the customer-base audit: bars and lines are the numbers of the tables, in two languages."""

from itertools import pairwise

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt
from matplotlib.dates import date2num
from pandas.testing import assert_frame_equal
from tests.audits import activity

from crmkit import SchemaError
from crmkit.metrics.base_audit import (
    base_history_table,
    change_history_table,
    cohort_comparison_table,
    cohort_history_table,
    customer_distribution_table,
    period_change_table,
)
from crmkit.plotting import (
    plot_base_audit,
    plot_base_history,
    plot_cohort_comparison,
    plot_cohort_history,
    plot_customer_distribution,
    plot_period_change,
)

mpl.use("Agg")

MONTHS = activity(
    ("ann", "2024-01-01", 2, 40.0, 10.0, "before"),
    ("bo", "2024-01-01", 1, 20.0, 8.0, "2024-01-01"),
    ("cy", "2024-01-01", 2, 30.0, -3.0, "2024-01-01"),
    ("bo", "2024-02-01", 1, 10.0, 4.0, "2024-01-01"),
    ("dee", "2024-02-01", 1, 50.0, 25.0, "2024-02-01"),
    ("bo", "2024-03-01", 2, 24.0, 12.0, "2024-01-01"),
    ("dee", "2024-03-01", 1, 16.0, 5.0, "2024-02-01"),
)
# March is not over.
DAYS = {"as_of": "2024-03-15", "freq": "M"}
DISTRIBUTION = customer_distribution_table(MONTHS, period="2024-01", width=5, **DAYS)
CHANGE = period_change_table(MONTHS, before="2024-01", after="2024-02", **DAYS)
HISTORY = cohort_history_table(MONTHS, cohort="2024-01", **DAYS)
COHORTS = cohort_comparison_table(MONTHS, **DAYS)
LAYERS = base_history_table(MONTHS, cohort_freq="M", **DAYS)
FIVE = [
    (plot_customer_distribution, DISTRIBUTION, "scope"),
    (plot_period_change, CHANGE, "role"),
    (plot_cohort_history, HISTORY, "active_share"),
    (plot_cohort_comparison, COHORTS, "age"),
    (plot_base_history, LAYERS, "cohort_age"),
]


@pytest.fixture(autouse=True)
def closed_figures():
    yield
    plt.close("all")


def heights(container):
    return [bar.get_height() for bar in container]


def named(ax):
    return [text.get_text() for text in ax.get_legend().get_texts()]


# By hand.


def test_classes_have_a_bar_for_customers_and_one_for_their_profit():
    ax = plot_customer_distribution(DISTRIBUTION)
    customers, profit = ax.containers
    # cy loses 3, nobody up to 5, bo brings 8, ann 10
    assert heights(customers) == pytest.approx([1 / 3, 0, 1 / 3, 1 / 3])
    assert heights(profit) == pytest.approx([-3 / 15, 0, 8 / 15, 10 / 15])
    assert named(ax) == ["Active customers", "Profit"]
    assert [label.get_text() for label in ax.get_xticklabels()] == ["-5", "0", "5", "10"]


def test_orders_are_counted_one_by_one_and_spend_stands_in_for_profit():
    table = customer_distribution_table(MONTHS.drop(columns="profit"), period="2024-01", value="n_orders", **DAYS)
    ax = plot_customer_distribution(table)
    assert heights(ax.containers[1]) == pytest.approx([20 / 90, 70 / 90])
    assert [label.get_text() for label in ax.get_xticklabels()] == ["1", "2"]
    assert (named(ax)[1], ax.get_xlabel()) == ("Spend", "Orders")


def test_many_classes_are_named_now_and_then():
    rows = [(who, "2024-01-01", 1, 10.0, float(who), "before") for who in range(1, 61)] + [
        (0, "2024-01-01", 1, 10.0, 900.0, "before")
    ]
    ax = plot_customer_distribution(customer_distribution_table(activity(*rows), period="2024-01", width=2, **DAYS))
    shown = [label.get_text() for label in ax.get_xticklabels() if label.get_visible()]
    assert len(ax.containers[0]) > 24 > 13 >= len(shown)
    assert (shown[0], shown[-1]) == ("0", "≥ 62")


def test_the_waterfall_goes_from_the_one_profit_to_the_other():
    ax = plot_period_change(CHANGE)
    levels = [(bar.get_y(), bar.get_y() + bar.get_height()) for bar in ax.patches]
    assert levels[:2] == [(0, 15), (0, 29)]
    ends = [15, *np.cumsum(CHANGE["contribution"][1:]) + 15]
    assert levels[2:] == [(pytest.approx(low), pytest.approx(high)) for low, high in pairwise(ends)]
    assert ends[-1] == pytest.approx(29)


def test_where_nobody_was_active_the_whole_change_is_a_bar():
    came = activity(("a", "2024-01-01", 0, -2.0, -1.0, "before"), ("a", "2024-02-01", 1, 10.0, 4.0, "before"))
    ax = plot_period_change(period_change_table(came, before="2024-01", after="2024-02", **DAYS))
    assert [label.get_text() for label in ax.get_xticklabels()] == ["Profit\nbefore", "New", "Profit\nafter"]
    assert [bar.get_height() for bar in ax.patches] == [-1, 4, 5]


def test_one_period_of_a_history_of_changes_can_be_drawn():
    history = change_history_table(MONTHS, as_of="2024-03-31", freq="M")
    last = history[history["period"] == "2024-03-01"]
    assert plot_period_change(last).patches[1].get_height() == 17


def test_a_cohort_has_a_line_per_measure_dashed_where_it_is_not_final():
    ax = plot_cohort_history(HISTORY)
    assert named(ax) == ["Share active", "Share with a second order"]
    active, so_far, repeat, _ = ax.get_lines()
    assert active.get_ydata().tolist() == [1, 0.5]
    assert so_far.get_ydata().tolist() == [0.5, 0.5]
    assert repeat.get_ydata().tolist() == [0.5, 1]
    assert date2num(active.get_xdata()).tolist() == date2num(HISTORY["period"][:2].to_numpy()).tolist()
    assert (active.get_linestyle(), so_far.get_linestyle()) == ("-", "--")
    old = cohort_history_table(MONTHS, cohort="before", **DAYS)
    assert len(plot_cohort_history(old).get_lines()) == 2


def test_a_single_measure_is_named_at_its_axis():
    ax = plot_cohort_history(HISTORY, measures=["cumulative_profit_per_acquired"])
    assert ax.get_ylabel() == "Profit so far per customer acquired"
    assert ax.get_lines()[0].get_ydata().tolist() == [2.5, 4.5]
    assert ax.get_legend() is None


def test_cohorts_have_a_line_each_and_old_customers_none():
    ax = plot_cohort_comparison(COHORTS)
    assert named(ax) == ["2024-01", "2024-02"]
    assert ax.get_ylabel() == "Profit so far per customer acquired"
    assert [line.get_ydata().tolist() for line in ax.get_lines()] == [[2.5, 4.5], [4.5, 10.5], [25], [25, 30]]
    assert [line.get_xdata().tolist() for line in ax.get_lines()] == [[0, 1], [1, 2], [0], [0, 1]]
    spend = plot_cohort_comparison(COHORTS.drop(columns="cumulative_profit_per_acquired"))
    assert spend.get_ylabel() == "Spend so far per customer acquired"


def test_of_many_cohorts_few_are_named_from_the_oldest_to_the_newest():
    days = pd.date_range("2021-01-01", "2024-03-01", freq="MS")
    rows = [(who, day, 1, 5.0, 1.0, f"{day:%Y-%m-%d}") for who, day in enumerate(days)]
    ax = plot_cohort_comparison(cohort_comparison_table(activity(*rows), **DAYS))
    assert len(ax.get_lines()) == len(days) * 2
    assert (named(ax)[0], named(ax)[-1], len(named(ax))) == ("2021-01", "2024-03", 4)


def test_layers_stand_on_one_another_the_newest_on_top():
    ax = plot_base_history(LAYERS)
    assert named(ax) == ["Earlier", "2024-01", "2024-02"]
    old, first, second = ax.containers
    assert heights(old) == [10]
    assert [(bar.get_y(), bar.get_height(), bar.get_alpha()) for bar in first] == [(10, 5, 1), (0, 4, 1), (0, 12, 0.45)]
    assert [(bar.get_y(), bar.get_height()) for bar in second] == [(4, 25), (12, 5)]


def test_what_is_below_0_hangs_below_the_line():
    refund = activity(
        ("ann", "2024-01-01", 0, -7.0, -2.0, "before"),
        ("bo", "2024-01-01", 1, 20.0, 8.0, "2024-01-01"),
        ("cy", "2024-01-01", 1, 5.0, 1.0, "2024-01-01"),
    )
    ax = plot_base_history(base_history_table(refund, **DAYS), measure="spend")
    assert [(bar.get_y(), bar.get_height()) for bars in ax.containers for bar in bars] == [(0, -7), (0, 25)]


def test_five_lenses_on_a_page():
    figure = plot_base_audit(DISTRIBUTION, CHANGE, HISTORY, COHORTS, LAYERS)
    titles = [ax.get_title(loc="left") for ax in figure.axes]
    assert [title[0] for title in titles] == ["1", "2", "3", "4", "5"]
    assert [len(ax.containers) for ax in figure.axes] == [2, 2, 0, 0, 3]


# In Chinese.


def test_every_text_is_chinese():
    with mpl.rc_context({"svg.fonttype": "none"}):
        figure = plot_base_audit(DISTRIBUTION, CHANGE, HISTORY, COHORTS, LAYERS, language="zh")
    texts = [ax.get_title(loc="left") for ax in figure.axes] + [ax.get_ylabel() for ax in figure.axes]
    texts += [text for ax in figure.axes if ax.get_legend() for text in named(ax) if not text[0].isdigit()]
    texts += [label.get_text() for label in figure.axes[1].get_xticklabels()]
    assert not [text for text in texts if text and text.isascii()]


# Refusals.


@pytest.mark.parametrize(("plot", "table", "column"), FIVE)
def test_tables_that_cannot_be_drawn_are_refused(plot, table, column):
    with pytest.raises(SchemaError, match=rf"lacks the columns \['{column}'\].*metrics.base_audit.*_table makes"):
        plot(table.drop(columns=column))
    with pytest.raises(SchemaError, match=r"has no rows|must have one row"):
        plot(table.head(0))
    with pytest.raises(ValueError, match="`language` must be one of"):
        plot(table, language="fr")
    with pytest.raises(TypeError, match="must be a pandas, Polars or PyArrow table"):
        plot([1])


def test_what_is_not_one_period_or_one_cohort_is_refused():
    with pytest.raises(
        SchemaError, match=r"`change` must have one row of the outcome, got 2. Keep the rows of one period"
    ):
        plot_period_change(change_history_table(MONTHS, as_of="2024-03-31", freq="M"))
    with pytest.raises(SchemaError, match=r"`history` has 3 cohorts. Keep the rows of one"):
        plot_cohort_history(COHORTS)


@pytest.mark.parametrize("measures", [[], ["spend"] * 4])
def test_none_or_many_measures_are_refused(measures):
    with pytest.raises(ValueError, match=rf"`measures` must name one to 3 columns, got {len(measures)}"):
        plot_cohort_history(HISTORY, measures=measures)


def test_measures_that_are_not_there_are_refused():
    with pytest.raises(ValueError, match="`measures` must be one of"):
        plot_cohort_history(HISTORY, measures=["cohort"])
    with pytest.raises(ValueError, match="`measure` must be one of"):
        plot_cohort_comparison(COHORTS, measure="size")
    with pytest.raises(
        ValueError, match=r"`measure` must be one of \['active_customers', 'n_orders', 'profit', 'spend'\]"
    ):
        plot_base_history(LAYERS, measure="margin")


# Input untouched.


@pytest.mark.parametrize(("plot", "table", "column"), FIVE)
def test_the_tables_given_are_not_changed(plot, table, column):
    before = table.copy()
    plot(table)
    assert_frame_equal(table, before)
    assert column in table
