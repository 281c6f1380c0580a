"""What plots say at their ticks and in their cells: each label is right, unlike its neighbour's, and can be read."""

from itertools import pairwise

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt
from matplotlib.colors import to_rgb
from matplotlib.dates import num2date
from matplotlib.figure import Figure

from crmkit.plotting import (
    plot_alive_history,
    plot_cohorts,
    plot_concentration,
    plot_model_comparison,
    plot_movement,
    plot_period_customers,
    plot_period_revenue,
    plot_purchase_gaps,
    plot_retention,
    plot_rfm_map,
    plot_segments,
    plot_spend_by_frequency,
    plot_survival,
    plot_tracking,
)
from crmkit.plotting._heat import heat_map

mpl.use("Agg")


def drawn(plot, table, **options):
    ax = Figure(figsize=(7.2, 3), layout="constrained").subplots()
    plot(table, ax=ax, **options)
    ax.figure.canvas.draw()
    return ax


def labels(axis):
    """Of the ticks that are in view."""
    low, high = sorted(axis.get_view_interval())
    slack = 1e-9 * (high - low)
    ticks = zip(axis.get_majorticklocs(), axis.get_majorticklabels(), strict=True)
    return [label.get_text() for at, label in ticks if low - slack <= at <= high + slack]


def periods(start, n, freq):
    days = pd.date_range(start, periods=n, freq=freq)
    return pd.DataFrame(
        {
            "period": days,
            "last_day": days + pd.Timedelta(days=1),
            "is_complete": True,
            "is_holdout": False,
            "revenue": 7.0,
            "new_revenue": 2.0,
            "returning_customers": 2,
            "new_customers": 1,
            "retention_rate": 0.5,
            "retention_lower": 0.4,
            "retention_upper": 0.6,
            "actual": 3,
            "expected": 3.0,
            "customer_id": "ann",
            "date": days,
            "probability_alive": 0.5,
            "n_purchases": 0,
        }
    )


OVER_TIME = [plot_period_revenue, plot_period_customers, plot_retention, plot_tracking, plot_alive_history]

# Days. By hand: what stands at the ticks.


@pytest.mark.parametrize(
    ("start", "n", "freq", "some"),
    [
        ("1997-01-01", 3, "D", ["1997-01-01", "1997-01-02", "1997-01-03"]),
        ("1997-01-01", 31, "D", ["1997-01-08", "1997-01-15", "1997-01-22"]),
        ("1997-01-06", 8, "W-MON", ["1997-01-15", "1997-02-01", "1997-02-15"]),
        ("1997-01-01", 18, "MS", ["1997-04", "1997-07", "1997-10", "1998-01", "1998-04"]),
        ("1997-01-01", 6, "MS", ["1997-02", "1997-03", "1997-04", "1997-05"]),
        ("1990-01-01", 30, "QS", ["1991", "1995"]),
        ("1990-01-01", 12, "YS", ["1992", "1994", "2000"]),
    ],
)
def test_ticks_of_time_say_what_they_stand_at(start, n, freq, some):
    ax = drawn(plot_tracking, periods(start, n, freq))
    found = labels(ax.xaxis)
    assert [label for label in found if label in some] == some
    assert len(set(found)) == len(found)
    # one form for all of them
    assert len({len(label) for label in found}) == 1
    at = [tick for tick in ax.get_xticks() if min(ax.get_xlim()) <= tick <= max(ax.get_xlim())]
    assert all(f"{day:%Y-%m-%d}".startswith(label) for day, label in zip(num2date(at), found, strict=True))
    boxes = [label.get_window_extent() for label in ax.get_xticklabels() if label.get_text() in found]
    assert all(left.x1 < right.x0 for left, right in pairwise(boxes))


@pytest.mark.parametrize("plot", OVER_TIME, ids=lambda plot: plot.__name__)
def test_every_plot_over_time_says_so(plot):
    found = labels(drawn(plot, periods("1997-01-06", 8, "W-MON")).xaxis)
    assert {"1997-01-15", "1997-02-01", "1997-02-15"} <= set(found)
    assert len(set(found)) == len(found)


@pytest.mark.parametrize("plot", OVER_TIME, ids=lambda plot: plot.__name__)
@pytest.mark.parametrize("day", ["1997-01-01", "1997-03-01", "1997-03-18"])
def test_a_single_date_is_shown_whole(plot, day):
    assert labels(drawn(plot, periods(day, 1, "D")).xaxis) == [day]


def test_a_single_period_is_seen():
    (actual, expected) = drawn(plot_tracking, periods("1997-01-01", 1, "D")).get_lines()
    assert actual.get_marker() == expected.get_marker() == "o"


@pytest.mark.parametrize(
    ("days", "shown"),
    [
        (["1997-01-01", "1998-01-01"], ["1997", "1998"]),
        (["1997-01-01", "1997-04-01"], ["1997-01", "1997-04"]),
        # one form for all of them
        (["1997-08-25", "1997-09-01"], ["1997-08-25", "1997-09-01"]),
        (["1997-01-01"], ["1997-01-01"]),
        ([], []),
    ],
)
def test_dates_are_shown_as_far_as_they_differ(days, shown):
    cohorts = pd.DataFrame({"cohort": pd.to_datetime(days), "age": 0, "size": 7, "retention": 1.0, "is_complete": True})
    ax = drawn(plot_cohorts, cohorts)
    assert [label.get_text() for label in ax.get_yticklabels()] == [f"{day}  7" for day in shown]


# Shares.


def test_ticks_of_shares_have_the_decimals_they_need():
    table = periods("1997-01-01", 6, "MS")
    assert labels(drawn(plot_retention, table).yaxis) == ["0%", "10%", "20%", "30%", "40%", "50%", "60%"]
    small = table.assign(retention_rate=0.005, retention_lower=0.004, retention_upper=0.006)
    assert labels(drawn(plot_retention, small).yaxis) == ["0.0%", "0.1%", "0.2%", "0.3%", "0.4%", "0.5%", "0.6%"]


@pytest.mark.parametrize(
    ("plot", "table", "axes"),
    [
        (plot_concentration, pd.DataFrame({"customer_share": [0.0, 1.0], "value_share": [0.0, 1.0]}), "xy"),
        (plot_purchase_gaps, pd.DataFrame({"days": [1, 9], "cumulative_share": [0.5, 1.0]}), "y"),
        (
            plot_survival,
            pd.DataFrame({"t": [0, 9], "survival": [1.0, 0.5], "survival_lower": [1, 0.4], "survival_upper": [1, 0.6]}),
            "y",
        ),
    ],
)
def test_ticks_from_none_to_all(plot, table, axes):
    ax = drawn(plot, table)
    for axis in axes:
        assert labels(getattr(ax, f"{axis}axis"))[:6] == ["0%", "20%", "40%", "60%", "80%", "100%"]


def test_ticks_of_small_shares_are_told_apart():
    tiers = pd.DataFrame({"segment_order": [0], "name_en": ["core"], "customer_share": [0.004], "value_share": [0.006]})
    bias = pd.DataFrame({"model": ["a", "b"], "is_baseline": False, "relative_bias": [-0.002, 0.004]})
    for ax in (drawn(plot_segments, tiers), drawn(plot_model_comparison, bias, metric="relative_bias")):
        found = labels(ax.xaxis)
        assert len(set(found)) == len(found) > 2
        assert [float(label.strip("%").replace("\N{MINUS SIGN}", "-")) / 100 for label in found] == pytest.approx(
            [tick for tick in ax.get_xticks() if ax.get_xlim()[0] <= tick <= ax.get_xlim()[1]]
        )


# Money and counts.


@pytest.mark.parametrize(
    ("revenue", "expected"),
    [
        (9e-7, ["0", "0.0000002", "0.0000004", "0.0000006", "0.0000008"]),
        (0.09, ["0", "0.02", "0.04", "0.06", "0.08"]),
        (90, ["0", "20", "40", "60", "80"]),
        (9000, ["0", "2k", "4k", "6k", "8k"]),
        (9e6, ["0", "2M", "4M", "6M", "8M"]),
        (-90, ["\N{MINUS SIGN}80", "\N{MINUS SIGN}60", "\N{MINUS SIGN}40", "\N{MINUS SIGN}20", "0"]),
    ],
)
def test_ticks_of_money(revenue, expected):
    table = periods("1997-01-01", 6, "MS").assign(revenue=revenue, new_revenue=0.0)
    assert labels(drawn(plot_period_revenue, table).yaxis) == expected


def test_ticks_of_mean_amounts():
    spend = {"frequency": [1, 2], "actual": [4e-7, 9e-7], "actual_lower": [3e-7, 8e-7], "actual_upper": [5e-7, 9e-7]}
    ax = drawn(plot_spend_by_frequency, pd.DataFrame(spend | {"expected": [4e-7, 6e-7]}))
    assert labels(ax.yaxis) == ["0", "0.0000002", "0.0000004", "0.0000006", "0.0000008"]


@pytest.mark.parametrize(
    ("n", "expected"), [(1, ["0", "1"]), (9, ["0", "2", "4", "6", "8"]), (9000, ["0", "2k", "4k", "6k", "8k"])]
)
def test_ticks_of_counts_are_whole(n, expected):
    table = periods("1997-01-01", 6, "MS").assign(returning_customers=n, new_customers=0, actual=n, expected=n)
    assert labels(drawn(plot_period_customers, table).yaxis) == expected
    assert labels(drawn(plot_tracking, table).yaxis) == expected


# Cells.


def contrasts(ax):
    """Of the text of each cell with its colour, by the definition of WCAG 2.2."""
    mesh = ax.collections[0]
    colours = mesh.to_rgba(mesh.get_array())[..., :3].reshape(-1, 3)
    texts = [to_rgb(text.get_color()) for text in ax.texts]

    def luminance(colour):
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    pairs = [sorted((luminance(text), luminance(cell))) for text, cell in zip(texts, colours, strict=True)]
    return [(light + 0.05) / (dark + 0.05) for dark, light in pairs]


def test_text_can_be_read_on_every_shade():
    shades = np.append(np.linspace(0, 1, 301), np.nan)[None, :]
    ax = Figure(figsize=(100, 4)).subplots()
    heat_map(ax, shades, [["x"] * 302], columns=["c"] * 302, rows=["r"])
    found = contrasts(ax)
    assert len(found) == 302
    assert min(found) >= 4.5
    # light text on dark cells, dark text on light and empty ones
    assert [ax.texts[at].get_color() for at in (0, 150, 300, 301)] == ["black", "black", "white", "black"]


@pytest.mark.parametrize("n_cohorts", [1, 6, 24, pytest.param(60, marks=pytest.mark.deep)])
def test_every_number_fits_its_cell(n_cohorts):
    starts = pd.date_range("2021-01-01", periods=n_cohorts, freq="MS")
    rows = [(start, age, 12_345, 1.0, age % 2 == 0) for at, start in enumerate(starts) for age in range(n_cohorts - at)]
    ax = plot_cohorts(pd.DataFrame(rows, columns=["cohort", "age", "size", "retention", "is_complete"]))
    ax.figure.draw_without_rendering()
    cell = ax.transData.transform([(0, 0), (1, 1)])
    width, height = np.abs(cell[1] - cell[0])
    for text in ax.texts:
        drawn = text.get_window_extent()
        assert drawn.width < width
        assert drawn.height < height
    assert len(ax.get_yticklabels()) == n_cohorts
    for axis in (ax.get_xticklabels(), ax.get_yticklabels()):
        labels = [label.get_window_extent() for label in axis]
        assert not any(one.overlaps(other) for one, other in pairwise(labels))
    plt.close(ax.figure)


def test_numbers_too_small_to_read_are_left_out():
    ax = Figure(figsize=(3, 2)).subplots()
    heat_map(ax, np.ones((20, 20)), [["100%"] * 20] * 20, columns=["c"] * 20, rows=["r"] * 20)
    assert list(ax.texts) == []


def test_a_bar_tells_what_shades_without_numbers_mean():
    starts = pd.date_range("2021-01-01", periods=36, freq="MS")
    rows = [(start, age, 12_345, 0.3, True) for at, start in enumerate(starts) for age in range(36 - at)]
    figure = Figure(figsize=(9, 6), layout="constrained")
    ax = plot_cohorts(
        pd.DataFrame(rows, columns=["cohort", "age", "size", "retention", "is_complete"]), ax=figure.subplots()
    )
    figure.draw_without_rendering()
    assert list(ax.texts) == []
    assert [label.get_text() for label in figure.axes[1].get_yticklabels()] == ["0%", "15%", "30%"]
    for axis in (ax.get_xticklabels(), ax.get_yticklabels()):
        labels = [label.get_window_extent() for label in axis if label.get_text()]
        assert 12 <= len(labels) < 36
        assert not any(one.overlaps(other) for one, other in pairwise(labels))


GRID = [(r, f) for r in range(1, 6) for f in range(1, 6)]


@pytest.mark.parametrize(
    ("plot", "table"),
    [
        (
            plot_cohorts,
            pd.DataFrame(
                {
                    "cohort": pd.Timestamp("2024-01-01"),
                    "age": range(13),
                    "size": 100,
                    "retention": [1.0, *np.linspace(1, 0, 12)],
                    "is_complete": True,
                }
            ),
        ),
        (
            plot_rfm_map,
            pd.DataFrame(GRID, columns=["r_score", "f_score"]).assign(n_customers=9, mean_spend=np.arange(25.0) ** 2),
        ),
        (
            plot_movement,
            pd.DataFrame(
                {
                    "segment_before": [before for before, _ in GRID],
                    "segment_after": [after for _, after in GRID],
                    "name_en_before": [str(before) for before, _ in GRID],
                    "name_en_after": [str(after) for _, after in GRID],
                    "n_customers": range(1, 26),
                    "share": np.linspace(0.2, 1, 25),
                }
            ),
        ),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_every_cell_of_a_map_can_be_read(plot, table):
    found = contrasts(drawn(plot, table))
    assert len(found) in (12, 25)
    assert min(found) >= 4.5
