"""Plots that judge purchase models: bars, lines and points are the table's numbers, labelled in two languages."""

import matplotlib as mpl
import numpy as np
import pandas as pd
import polars as pl
import pytest
from matplotlib import pyplot as plt
from matplotlib.collections import QuadMesh
from matplotlib.dates import date2num
from matplotlib.figure import Figure
from pandas.testing import assert_frame_equal

from crmkit import SchemaError, as_transactions, holdout_split, load_cdnow
from crmkit.plotting import (
    plot_alive_history,
    plot_backtests,
    plot_conditional_expectation,
    plot_cycle_calibration,
    plot_deciles,
    plot_frequency,
    plot_frequency_recency,
    plot_inactivity_calibration,
    plot_model_comparison,
    plot_next_purchases,
    plot_overdue,
    plot_regularity,
    plot_spend_by_frequency,
    plot_survival,
    plot_tracking,
)
from crmkit.value import (
    GammaGammaModel,
    NBDModel,
    ParetoNBDModel,
    alive_history,
    frequency_recency_table,
    regularity_table,
    spend_by_frequency_table,
)
from crmkit.value.contracts import ShiftedBetaGeoModel
from crmkit.value.judging import (
    conditional_expectation_table,
    decile_table,
    frequency_table,
    inactivity_calibration_table,
    model_comparison_table,
    tracking_table,
)

mpl.use("Agg")

TRACKING = pd.DataFrame(
    {
        "period": pd.to_datetime(["2024-01-01", "2024-01-08", "2024-01-15"]),
        "last_day": pd.to_datetime(["2024-01-07", "2024-01-14", "2024-01-16"]),
        "is_complete": [True, True, False],
        "is_holdout": [False, True, True],
        "actual": [3, 5, 1],
        "expected": [4.0, 3.5, 0.9],
        "actual_cumulative": [3, 8, 9],
        "expected_cumulative": [4.0, 7.5, 8.4],
    }
)
FREQUENCY = pd.DataFrame({"frequency": [0, 1, 2], "actual": [10, 4, 1], "expected": [9.5, 4.5, 1.0]})
CONDITIONAL = pd.DataFrame(
    {
        "by": ["frequency"] * 3,
        "lower": [0.0, 1.0, 2.0],
        "upper": [0.0, 1.0, 1200.0],
        "actual": [0.2, 0.7, 3.0],
        "expected": [0.1, 0.8, 2.5],
    }
)
CALIBRATION = pd.DataFrame(
    {
        "predicted": [0.2, 0.9],
        "observed": [0.3, 0.8],
        "observed_lower": [0.1, 0.7],
        "observed_upper": [0.6, 0.85],
    }
)
DECILES = pd.DataFrame({"decile": [1, 2], "actual": [3.0, 1.0], "expected": [2.5, 1.5]})
COMPARISON = pd.DataFrame(
    {
        "model": ["mine", "yours", "rate_so_far", "hiatus"],
        "is_baseline": [False, False, True, True],
        "mae": [0.8, 0.7, 0.9, np.nan],
        "rmse": [1.1, 1.2, 1.3, np.nan],
        "relative_bias": [-0.1, 0.3, 0.05, np.nan],
        "correlation": [0.6, 0.5, 0.4, np.nan],
        "gini": [0.6, 0.7, 0.5, np.nan],
        "top_decile_share": [0.5, 0.4, 0.3, np.nan],
        "auc": [0.8, 0.7, 0.75, 0.6],
        "brier_score": [0.1, 0.2, np.nan, 0.3],
    }
)
HISTORIES = pd.DataFrame(
    {
        "frequency": [0, 1, 1, 2, 2],
        "recency": [0.0, 50.0, 100.0, 50.0, 100.0],
        "probability_alive": [0.9, 0.4, 0.8, 0.2, 0.95],
        "expected_purchases": [0.1, 0.5, 1.0, 0.3, 2.0],
    }
)
ALIVE = pd.DataFrame(
    {
        "customer_id": ["c7"] * 4,
        "date": pd.to_datetime(["2024-01-01", "2024-01-08", "2024-01-15", "2024-01-20"]),
        "probability_alive": [1.0, 0.6, 0.9, 0.8],
        "n_purchases": [1, 0, 2, 0],
    }
)
SURVIVAL = pd.DataFrame(
    {
        "t": [0, 1, 2],
        "survival": [1.0, 0.8, 0.7],
        "survival_lower": [1.0, 0.75, 0.6],
        "survival_upper": [1.0, 0.85, 0.8],
        "retention_rate": [np.nan, 0.8, 0.875],
        "retention_rate_lower": [np.nan, 0.75, 0.8],
        "retention_rate_upper": [np.nan, 0.85, 0.9],
    }
)
SPEND = pd.DataFrame(
    {
        "frequency": [1, 2, 1200],
        "actual": [30.0, 36.0, 50.0],
        "actual_lower": [28.0, 31.0, np.nan],
        "actual_upper": [32.0, 41.0, np.nan],
        "expected": [34.0, 34.0, 34.0],
    }
)
REGULARITY = pd.DataFrame(
    {
        "k": [1, 2, 3],
        "loglik": [-9700.0, -9600.0, -9900.0],
        "best": [False, True, False],
        "gap_regularity": [1.7, 1.7, 1.7],
    }
)
BACKTESTS = pd.DataFrame(
    {
        "quantity": ["revenue"] * 3 + ["purchases"],
        "model": ["combined", "combined", "recent_rate", "combined"],
        "as_of": pd.to_datetime(["2024-02-01", "2024-01-01", "2024-01-01", "2024-01-01"]),
        "forecast": [110.0, 100.0, 90.0, 7.0],
        "lower": [90.0, 70.0, 60.0, 5.0],
        "upper": [150.0, 140.0, 130.0, 9.0],
        "came": [120.0, 150.0, 150.0, 8.0],
    }
)
DUE = pd.DataFrame(
    {
        "customer_id": ["ann", "bo", "cy"],
        "next_date": pd.to_datetime(["2024-07-05", "2024-07-09", None]),
        "next_date_lower": pd.to_datetime(["2024-07-02", "2024-07-03", "2024-09-01"]),
        "next_date_upper": pd.to_datetime(["2024-08-01", None, None]),
        "overdue_ratio": [0.4, 1.7, 9.0],
        "overdue_probability": [0.2, 0.6, 1.0],
        "probability_alive": [0.97, 0.8, 0.02],
    }
)
CYCLES = pd.DataFrame(
    {
        "probability": [0.1, 0.5, 0.9],
        "observed_share": [0.08, 0.51, np.nan],
        "lower": [0.07, 0.49, np.nan],
        "upper": [0.10, 0.53, np.nan],
    }
)
PLOTS = [
    (plot_next_purchases, DUE),
    (plot_overdue, DUE),
    (plot_cycle_calibration, CYCLES),
    (plot_backtests, BACKTESTS),
    (plot_tracking, TRACKING),
    (plot_frequency, FREQUENCY),
    (plot_conditional_expectation, CONDITIONAL),
    (plot_inactivity_calibration, CALIBRATION),
    (plot_deciles, DECILES),
    (plot_model_comparison, COMPARISON),
    (plot_frequency_recency, HISTORIES),
    (plot_alive_history, ALIVE),
    (plot_survival, SURVIVAL),
    (plot_spend_by_frequency, SPEND),
    (plot_regularity, REGULARITY),
]
LEAVING = ParetoNBDModel.from_params({"r": 0.553, "alpha": 10.578, "s": 0.606, "beta": 11.669})
each_plot = pytest.mark.parametrize(("plot", "table"), PLOTS, ids=lambda value: getattr(value, "__name__", ""))


@pytest.fixture(autouse=True)
def closed_figures():
    yield
    plt.close("all")


@pytest.fixture
def ax():
    return Figure().subplots()


def drawn(ax):
    """All that an axes shows: lines, bars, intervals, texts."""
    return {
        "lines": [line.get_xydata().tolist() for line in ax.get_lines()],
        "bars": [bar.get_bbox().extents.tolist() for bar in ax.patches],
        "intervals": [
            line.tolist() for each in ax.collections if hasattr(each, "get_segments") for line in each.get_segments()
        ],
        "cells": [cells(each) for each in ax.collections if isinstance(each, QuadMesh)],
        "texts": [text.get_text() for text in ax.texts],
        "ticks": [label.get_text() for label in [*ax.get_xticklabels(), *ax.get_yticklabels()]],
    }


def texts(ax):
    legend = ax.get_legend()
    entries = [] if legend is None else [entry.get_text() for entry in legend.get_texts()]
    return [ax.get_xlabel(), ax.get_ylabel(), *entries, *[bar.get_ylabel() for bar in ax.child_axes]]


def cells(mesh):
    """Borders of a heat map's columns and rows, and its values."""
    corners = mesh.get_coordinates()
    return corners[0, :, 0].tolist(), corners[:, 0, 1].tolist(), mesh.get_array().filled(np.nan).tolist()


def heights(ax):
    return {container.get_label(): [bar.get_height() for bar in container] for container in ax.containers}


def ticks(axis):
    return [label.get_text() for label in axis.get_ticklabels()]


# By hand.


def test_backtests_are_bars_for_the_intervals_and_diamonds_for_what_came(ax):
    plot_backtests(BACKTESTS, ax=ax)
    days = [date2num(pd.Timestamp(day)) for day in ("2024-01-01", "2024-02-01")]
    assert drawn(ax)["intervals"] == [[[days[0], 70], [days[0], 140]], [[days[1], 90], [days[1], 150]]]
    points = [line.get_ydata().tolist() for line in ax.get_lines()]
    assert [100, 110] in points
    assert [150, 120] in points


def test_backtests_of_another_quantity_and_model(ax):
    plot_backtests(BACKTESTS, quantity="purchases", ax=ax)
    assert [8] in [line.get_ydata().tolist() for line in ax.get_lines()]
    with pytest.raises(ValueError, match="`model` must be one of"):
        plot_backtests(BACKTESTS, model="NBD", ax=ax)
    with pytest.raises(ValueError, match="`quantity` must be one of"):
        plot_backtests(BACKTESTS[:2], quantity="purchases", ax=ax)


def test_tracking_leaves_out_the_period_that_was_cut_short(ax):
    plot_tracking(TRACKING, ax=ax)
    starts = date2num(TRACKING["period"].to_numpy())
    actual, expected, split = (line.get_xydata().tolist() for line in ax.get_lines())
    assert actual == [[starts[0], 3], [starts[1], 5]]
    assert expected == [[starts[0], 4.0], [starts[1], 3.5]]
    assert [date2num(day) if isinstance(day, pd.Timestamp) else day for day, _ in split] == [starts[1]] * 2
    assert [text.get_text() for text in ax.texts] == ["Holdout"]
    assert texts(ax) == ["", "Repeat purchases in the period", "Actual", "Expected"]


def test_cumulative_tracking_stands_at_the_ends_of_the_periods(ax):
    plot_tracking(TRACKING, ax=ax, cumulative=True)
    ends = date2num(TRACKING["last_day"].to_numpy())
    assert ax.get_lines()[0].get_xydata().tolist() == [[ends[0], 3], [ends[1], 8], [ends[2], 9]]
    assert ax.get_lines()[1].get_xydata().tolist() == [[ends[0], 4.0], [ends[1], 7.5], [ends[2], 8.4]]
    assert ax.get_ylabel() == "Repeat purchases so far"


def test_tracking_without_a_holdout_has_no_border(ax):
    plot_tracking(TRACKING.head(1), ax=ax)
    assert len(ax.get_lines()) == 2
    assert len(ax.texts) == 0


def test_the_last_frequency_is_that_or_more(ax):
    plot_frequency(FREQUENCY, ax=ax)
    assert heights(ax) == {"Actual": [10, 4, 1], "Expected": [9.5, 4.5, 1.0]}
    assert ticks(ax.xaxis) == ["0", "1", "2+"]
    assert texts(ax) == ["Repeat purchases in the calibration period", "Customers", "Actual", "Expected"]


def test_groups_say_from_where_to_where_they_go(ax):
    plot_conditional_expectation(CONDITIONAL, ax=ax)
    assert heights(ax) == {"Actual": [0.2, 0.7, 3.0], "Expected": [0.1, 0.8, 2.5]}
    assert ticks(ax.xaxis) == ["0", "1", "2–1,200"]
    assert ax.get_xlabel() == "Repeat purchases in the calibration period"
    ax.clear()
    plot_conditional_expectation(CONDITIONAL.assign(by="recency"), ax=ax)
    assert ax.get_xlabel() == "Days from first to last purchase in the calibration period"


def test_calibration_is_points_with_intervals_beside_the_diagonal(ax):
    plot_inactivity_calibration(CALIBRATION, ax=ax)
    diagonal, points = (line.get_xydata().tolist() for line in ax.get_lines())
    assert diagonal == [[0, 0], [1, 1]]
    assert points == [[0.2, 0.3], [0.9, 0.8]]
    (bars,) = ax.collections
    np.testing.assert_allclose(bars.get_segments(), [[[0.2, 0.1], [0.2, 0.6]], [[0.9, 0.7], [0.9, 0.85]]])


def test_deciles_stand_in_their_order(ax):
    plot_deciles(DECILES, ax=ax)
    assert heights(ax) == {"Actual": [3.0, 1.0], "Expected": [2.5, 1.5]}
    assert ticks(ax.xaxis) == ["1", "2"]


def test_histories_are_cells_around_their_frequency_and_recency(ax):
    plot_frequency_recency(HISTORIES, ax=ax)
    (mesh,) = ax.collections
    columns, rows, values = cells(mesh)
    assert columns == [-0.5, 0.5, 1.5, 2.5]
    assert rows == [-25, 25, 75, 125]
    np.testing.assert_equal(values, [[0.1, np.nan, np.nan], [np.nan, 0.5, 0.3], [np.nan, 1.0, 2.0]])
    assert mesh.get_clim() == (0, 2.0)
    assert texts(ax) == ["Repeat purchases", "Days from first to last purchase", "Expected purchases"]


def test_the_probability_of_being_alive_is_shaded_from_none_to_all(ax):
    plot_frequency_recency(HISTORIES, ax=ax, quantity="probability_alive")
    (mesh,) = ax.collections
    np.testing.assert_equal(cells(mesh)[2], [[0.9, np.nan, np.nan], [np.nan, 0.4, 0.2], [np.nan, 0.8, 0.95]])
    assert mesh.get_clim() == (0, 1)
    ax.figure.canvas.draw()
    (bar,) = ax.child_axes
    assert bar.get_ylabel() == "Probability of being alive"
    assert ticks(bar.yaxis)[0] == "0%"
    assert ticks(bar.yaxis)[-1] == "100%"


def test_a_single_history_and_one_of_no_purchases_are_drawn_too(ax):
    plot_frequency_recency(HISTORIES.head(1).assign(expected_purchases=0.0), ax=ax)
    (mesh,) = ax.collections
    assert cells(mesh) == ([-0.5, 0.5], [-0.5, 0.5], [[0.0]])
    assert mesh.get_clim() == (0, 1)


def test_being_alive_is_a_line_with_a_dot_where_a_customer_bought(ax):
    plot_alive_history(ALIVE, ax=ax)
    days = date2num(ALIVE["date"].to_numpy())
    line, dots, _ = (each.get_xydata().tolist() for each in ax.get_lines())
    assert line == [[days[0], 1.0], [days[1], 0.6], [days[2], 0.9], [days[3], 0.8]]
    assert dots == [[days[0], 1.0], [days[2], 0.9]]
    assert ax.get_ylim() == (0, 1)
    assert texts(ax) == ["", "Probability of being alive", "Customer c7", "Purchase"]


def test_each_customer_has_a_line_of_its_own_colour(ax):
    plot_alive_history(pd.concat([ALIVE.assign(customer_id=name) for name in "badc"]), ax=ax)
    assert texts(ax)[2:] == ["Customer a", "Customer b", "Customer c", "Customer d", "Purchase"]
    colours = [line.get_color() for line in ax.get_lines()]
    assert colours[0:8:2] == colours[1:8:2]
    assert len(set(colours)) == 5


def test_spend_is_points_with_intervals_beside_what_is_expected(ax):
    plot_spend_by_frequency(SPEND, ax=ax)
    expected, points = ax.get_lines()[:2]
    assert expected.get_ydata().tolist() == [34.0, 34.0, 34.0]
    assert points.get_ydata().tolist() == [30.0, 36.0, 50.0]
    assert ticks(ax.xaxis) == ["1", "2", "1,200+"]
    assert ax.get_ylim()[0] == 0


def test_the_likeliest_number_of_phases_stands_out(ax):
    plot_regularity(REGULARITY, ax=ax)
    likelihood, best, of_gaps = ax.get_lines()
    assert likelihood.get_xydata().tolist() == [[1, -9700], [2, -9600], [3, -9900]]
    assert best.get_xydata().tolist() == [[2, -9600]]
    assert of_gaps.get_xdata() == [1.7, 1.7]


@pytest.mark.parametrize("beyond", [0.4, 7.0, np.nan])
def test_an_estimate_beyond_the_numbers_drawn_is_left_out(ax, beyond):
    plot_regularity(REGULARITY.assign(gap_regularity=beyond), ax=ax)
    assert len(ax.get_lines()) == 2


@pytest.mark.parametrize(
    ("quantity", "shares", "label"),
    [
        ("survival", [1.0, 0.8, 0.7], "Share of new customers still there"),
        ("retention_rate", [np.nan, 0.8, 0.875], "Renewal rate of those up for renewal"),
    ],
)
def test_survival_is_a_line_over_renewals(ax, quantity, shares, label):
    plot_survival(SURVIVAL, ax=ax, quantity=quantity)
    (line,) = ax.get_lines()
    np.testing.assert_array_equal(line.get_xydata(), np.column_stack([[0, 1, 2], shares]))
    (band,) = ax.collections
    assert band.get_paths()[0].vertices[:, 1].max() == SURVIVAL[f"{quantity}_upper"].max()
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("Renewals", label)


@pytest.mark.parametrize(
    ("metric", "best_first", "label"),
    [
        ("mae", ["yours", "mine", "Past rate continues"], "0.700"),
        ("rmse", ["mine", "yours", "Past rate continues"], "1.100"),
        ("relative_bias", ["Past rate continues", "mine", "yours"], "+5.0%"),
        ("correlation", ["mine", "yours", "Past rate continues"], "0.600"),
        ("gini", ["yours", "mine", "Past rate continues"], "0.700"),
        ("top_decile_share", ["mine", "yours", "Past rate continues"], "50.0%"),
        ("auc", ["mine", "Past rate continues", "yours", "Hiatus"], "0.800"),
        ("brier_score", ["mine", "yours", "Hiatus"], "0.100"),
    ],
)
def test_the_best_model_is_on_top_and_what_has_no_such_measure_is_left_out(ax, metric, best_first, label):
    plot_model_comparison(COMPARISON, ax=ax, metric=metric)
    assert ticks(ax.yaxis) == best_first
    bottom, top = ax.get_ylim()
    assert bottom > top
    of_row = {
        round(bar.get_y() + bar.get_height() / 2): text.get_text()
        for container in ax.containers
        for bar, text in zip(container, label_texts(ax, container), strict=True)
    }
    assert of_row[0] == label


def label_texts(ax, container):
    """The labels of a group of bars: those of the first group come first."""
    sizes = [len(other) for other in ax.containers]
    start = sum(sizes[: ax.containers.index(container)])
    return ax.texts[start : start + len(container)]


def test_models_and_rules_have_their_colours(ax):
    plot_model_comparison(COMPARISON, ax=ax)
    models, rules = ax.containers
    assert [bar.get_width() for bar in models] == [0.7, 0.8]
    assert [bar.get_width() for bar in rules] == [0.9]
    assert models[0].get_facecolor() != rules[0].get_facecolor()
    assert texts(ax) == ["Mean absolute error", "", "Models", "Rules of thumb"]


def test_tables_of_cdnow_are_drawn():
    transactions = as_transactions(load_cdnow())
    holdout = holdout_split(transactions, calibration_end="1997-09-30", observation_end="1998-06-30")
    model, end = NBDModel.from_params({"r": 0.385, "alpha": 12.07}), {"observation_end": "1998-06-30"}
    for plot, table in (
        (plot_tracking, tracking_table(transactions, model=model, calibration_end="1997-09-30", freq="Q", **end)),
        (plot_frequency, frequency_table(holdout, model=model)),
        (plot_conditional_expectation, conditional_expectation_table(holdout, model=model, **end)),
        (plot_conditional_expectation, conditional_expectation_table(holdout, model=model, by="recency", **end)),
        (plot_inactivity_calibration, inactivity_calibration_table(holdout, model=model, **end)),
        (plot_deciles, decile_table(holdout, model=model, **end)),
        (
            plot_model_comparison,
            model_comparison_table(holdout, models={"NBD": model}, transactions=transactions, **end),
        ),
        (plot_frequency_recency, frequency_recency_table(model=model, T=273, horizon=39, max_frequency=5, n_recency=5)),
        (plot_alive_history, alive_history(transactions.head(3), model=LEAVING, as_of="1998-06-30")),
        (plot_spend_by_frequency, spend_by_frequency_table(holdout, model=GammaGammaModel().fit(holdout))),
        (plot_regularity, regularity_table(transactions, as_of="1997-09-30", k_max=2)),
        (plot_survival, ShiftedBetaGeoModel.from_params({"alpha": 0.7, "beta": 1.2}).survival_table(range(9))),
    ):
        axes = Figure(layout="constrained").subplots()
        plot(table, ax=axes)
        axes.figure.canvas.draw()


# Laws.


@each_plot
def test_the_axes_given_are_drawn_on_and_nothing_else_is_made(plot, table, ax):
    assert plot(table, ax=ax) is ax
    assert plt.get_fignums() == []
    assert plot(table) is not ax
    assert len(plt.get_fignums()) == 1


@each_plot
def test_every_kind_of_frame_and_order_is_drawn_alike(plot, table):
    expected = drawn(plot(table, ax=Figure().subplots()))
    assert any(expected.values())
    for given in (pl.from_pandas(table), table.iloc[::-1], table.sample(frac=1, random_state=3)):
        np.testing.assert_equal(drawn(plot(given, ax=Figure().subplots())), expected)


@each_plot
def test_labels_are_english_or_chinese(plot, table, ax):
    plot(table, ax=ax)
    english = texts(ax)
    assert all(text.isascii() for text in english)
    ax.clear()
    plot(table, ax=ax, language="zh")
    chinese = texts(ax)
    assert [bool(text) for text in chinese] == [bool(text) for text in english]
    assert all(any("\u4e00" <= sign <= "\u9fff" for sign in text) for text in chinese if text)


def test_names_of_rules_are_translated_and_those_of_models_are_not(ax):
    plot_model_comparison(COMPARISON, ax=ax, metric="auc", language="zh")
    assert ticks(ax.yaxis) == ["mine", "维持以往频率", "yours", "沉默期规则"]


def test_a_model_may_have_the_name_of_a_text(ax):
    plot_model_comparison(COMPARISON.assign(model=["gini", "b", "mean_rate", "hiatus"]), ax=ax)
    assert ticks(ax.yaxis) == ["b", "gini", "Overall mean rate"]


@each_plot
def test_an_empty_table_is_drawn_as_empty_axes(plot, table, ax):
    plot(table.head(0), ax=ax)
    ax.figure.canvas.draw()
    assert len(ax.patches) == 0


@each_plot
def test_settings_stay_as_they_were(plot, table):
    before = mpl.rcParams.copy()
    plot(table, language="zh")
    assert mpl.rcParams == before


# Refusals.


@each_plot
def test_a_table_without_its_columns_is_refused(plot, table, ax):
    with pytest.raises(SchemaError, match=r"lacks the columns.* value\.[\w.]+ makes such a table"):
        plot(table.iloc[:, :1], ax=ax)
    with pytest.raises(ValueError, match="`language` must be one of"):
        plot(table, ax=ax, language="de")
    with pytest.raises(TypeError, match="must be a pandas, Polars or PyArrow table"):
        plot([1, 2], ax=ax)


def test_what_is_no_measure_is_refused(ax):
    with pytest.raises(ValueError, match=r"`metric` must be one of .* got 'aic'"):
        plot_model_comparison(COMPARISON, ax=ax, metric="aic")


def test_what_is_no_quantity_is_refused(ax):
    with pytest.raises(ValueError, match=r"`quantity` must be one of .* got 'frequency'"):
        plot_frequency_recency(HISTORIES, ax=ax, quantity="frequency")


def test_what_no_contract_has_is_refused(ax):
    with pytest.raises(ValueError, match="`quantity` must be one of"):
        plot_survival(SURVIVAL, ax=ax, quantity="churn")


def test_histories_of_two_models_at_once_are_refused(ax):
    with pytest.raises(
        SchemaError, match=r"`histories` has 5 duplicate histories\. Draw one model and one T at a time"
    ):
        plot_frequency_recency(pd.concat([HISTORIES, HISTORIES]), ax=ax)


def test_more_customers_than_can_be_told_apart_are_refused(ax):
    many = pd.concat([ALIVE.assign(customer_id=number) for number in range(7)])
    with pytest.raises(ValueError, match=r"`history` holds 7 customers; more than 6 lines .*customer_id'\] == 0\]"):
        plot_alive_history(many, ax=ax)


@each_plot
def test_a_refusal_leaves_no_figure_behind(plot, table):
    with pytest.raises(SchemaError):
        plot(table.iloc[:, :1])
    assert plt.get_fignums() == []


# Input untouched.


@each_plot
def test_tables_are_not_changed(plot, table, ax):
    before = table.copy()
    plot(table, ax=ax)
    assert_frame_equal(table, before)


def test_due_first_stands_at_the_top(ax):
    plot_next_purchases(DUE, ax=ax)
    # cy has no date
    assert [label.get_text() for label in ax.get_yticklabels()] == ["ann", "bo"]
    assert ax.get_ylim()[0] > ax.get_ylim()[1]
    assert texts(ax)[2:] == ["Within the median gap", "Overdue", "No upper date"]
    ax.clear()
    plot_next_purchases(DUE, n_customers=1, ax=ax)
    assert texts(ax)[2:] == ["Within the median gap"]
    ax.clear()
    plot_next_purchases(DUE.iloc[2:], ax=ax)
    assert [text.get_text() for text in ax.texts] == ["No customer has a date"]


def test_bars_of_overdue_customers_hold_everybody(ax):
    plot_overdue(DUE, ax=ax)
    assert sum(bar.get_height() for bar in ax.patches) == 3
    ax.clear()
    plot_overdue(DUE.assign(overdue_probability=np.nan), ax=ax)
    assert sum(bar.get_height() for bar in ax.patches) == 0
