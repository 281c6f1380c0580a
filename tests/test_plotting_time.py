"""Plots of cohorts, retention and rhythm: cells and lines are the table's numbers; Chinese fonts."""

import subprocess
import sys

import matplotlib as mpl
import numpy as np
import pandas as pd
import polars as pl
import pytest
from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from pandas.testing import assert_frame_equal

from crmkit import SchemaError, activity_table, as_transactions, cohort_table, load_cdnow
from crmkit.metrics import purchase_gap_table, retention_table
from crmkit.plotting import plot_cohorts, plot_concentration, plot_purchase_gaps, plot_retention

mpl.use("Agg")

COHORTS = pd.DataFrame(
    {
        "cohort": pd.to_datetime(["2024-01-01"] * 3 + ["2024-02-01"] * 2 + ["2024-03-01"]),
        "age": [0, 1, 2, 0, 1, 0],
        "size": [1000] * 3 + [50] * 2 + [7],
        "retention": [1.0, 0.4, 0.1, 1.0, 0.0, 1.0],
        "is_complete": True,
    }
)
RETENTION = pd.DataFrame(
    {
        "period": pd.to_datetime(["2024-02-01", "2024-03-01", "2024-04-01"]),
        "retention_rate": [0.5, np.nan, 0.25],
        "retention_lower": [0.4, np.nan, 0.2],
        "retention_upper": [0.6, np.nan, 0.3],
    }
)
GAPS = pd.DataFrame({"days": [1, 7, 30, 400], "cumulative_share": [0.25, 0.5, 0.995, 1.0]})
PLOTS = [(plot_cohorts, COHORTS), (plot_retention, RETENTION), (plot_purchase_gaps, GAPS)]
each_plot = pytest.mark.parametrize(("plot", "table"), PLOTS, ids=lambda value: getattr(value, "__name__", ""))


@pytest.fixture(autouse=True)
def closed_figures():
    yield
    plt.close("all")


@pytest.fixture
def ax():
    return Figure().subplots()


# By hand.


def test_cohorts_have_their_size_and_no_age_zero(ax):
    plot_cohorts(COHORTS, ax=ax)
    assert [label.get_text() for label in ax.get_yticklabels()] == ["2024-01  1,000", "2024-02  50", "2024-03  7"]
    assert [label.get_text() for label in ax.get_xticklabels()] == ["1", "2"]
    assert [text.get_text() for text in ax.texts] == ["40%", "10%", "0%", "", "", ""]
    # the darkest is the highest
    shades = ax.collections[0].get_array().filled(np.nan)
    np.testing.assert_allclose(shades, [[1, 0.25], [0, np.nan], [np.nan, np.nan]])


@pytest.mark.parametrize(("language", "says"), [("en", "(pale: so far)"), ("zh", "（浅色：截至目前）")])
@pytest.mark.filterwarnings("ignore:Matplotlib finds no font with Chinese glyphs")
def test_ages_that_are_not_over_are_pale_and_it_is_said(ax, language, says):
    plot_cohorts(COHORTS.assign(is_complete=[True, True, False, True, False, False]), ax=ax, language=language)
    assert ax.get_xlabel().endswith(says)
    assert [text.get_style() for text in ax.texts[:3]] == ["normal", "italic", "italic"]
    veil = ax.collections[1].get_array()
    assert veil.mask.tolist() == [[True, False], [False, True], [True, True]]


def test_cohorts_that_do_not_start_with_a_month_show_their_day(ax):
    plot_cohorts(COHORTS.assign(cohort=COHORTS["cohort"] + pd.Timedelta(days=7)), ax=ax)
    assert ax.get_yticklabels()[0].get_text() == "2024-01-08  1,000"


@pytest.mark.parametrize(
    ("language", "says"),
    [
        ("en", ["(up to 60 of 521)", "(the newest 60 of 84 cohorts)"]),
        ("zh", ["（共 521 期，至第 60 期）", "（共 84 个同期群，此处为最近 60 个）"]),
    ],
)
@pytest.mark.filterwarnings("ignore:Matplotlib finds no font with Chinese glyphs")
def test_of_more_than_60_cohorts_the_newest_are_shown_and_it_is_said(ax, language, says):
    days = cohort_table(as_transactions(load_cdnow()), as_of="1998-06-30", freq="D")
    plot_cohorts(days, ax=ax, language=language)
    assert len(ax.get_yticklabels()) == len(ax.get_xticklabels()) == 60
    newest = pd.Timestamp(days["cohort"].max())
    assert ax.get_yticklabels()[-1].get_text().startswith(f"{newest:%Y-%m-%d}")
    assert [label.endswith(end) for label, end in zip([ax.get_xlabel(), ax.get_ylabel()], says, strict=True)] == [
        True,
        True,
    ]


def test_money_has_age_zero_and_a_title(ax):
    money = COHORTS.assign(amount_per_customer=[30.0, -4.0, 15.0, 1234.0, 0.0, np.nan])
    plot_cohorts(money.drop(columns="retention"), ax=ax)
    assert [text.get_text() for text in ax.texts] == ["30", "-4", "15", "1.2k", "0", "", "", "", ""]
    assert ax.get_title() == "Revenue per customer acquired"
    # a loss is as light as nothing
    shades = ax.collections[0].get_array().filled(np.nan)
    np.testing.assert_allclose(shades[0], [30 / 1234, 0, 15 / 1234])


def test_one_group_is_drawn_with_its_name_and_several_are_refused(ax):
    two = pd.concat([COHORTS.assign(channel="web", scope="group"), COHORTS.assign(channel=None, scope="all")])
    two = two[["channel", "scope", *COHORTS.columns]]
    with pytest.raises(ValueError, match=r"several groups by 'channel'\. Choose one, such as .* == 'web'\]"):
        plot_cohorts(two, ax=ax)
    plot_cohorts(two[two["channel"] == "web"], ax=ax)
    assert ax.get_title() == "Retention (web)"
    plot_cohorts(two[two["scope"] == "all"], ax=Figure().subplots())


def test_one_cohort_at_age_zero_is_drawn_empty(ax):
    plot_cohorts(COHORTS.tail(1), ax=ax)
    assert len(ax.texts) == 0
    ax.figure.canvas.draw()


def test_retention_is_a_line_in_its_interval(ax):
    plot_retention(RETENTION, ax=ax)
    (line,) = ax.get_lines()
    np.testing.assert_array_equal(line.get_ydata(), [0.5, np.nan, 0.25])
    (band,) = ax.collections
    heights = {y for path in band.get_paths() for y in path.vertices[:, 1].tolist()}
    assert heights == {0.2, 0.3, 0.4, 0.6}


def test_gaps_are_steps_up_to_99_percent_with_two_marks(ax):
    plot_purchase_gaps(GAPS, ax=ax)
    steps, half, most = ax.get_lines()
    assert steps.get_xydata().tolist() == [[0, 0], [1, 0.25], [7, 0.5], [30, 0.995]]
    assert half.get_xydata().tolist() == [[7, 0], [7, 0.5], [0, 0.5]]
    assert most.get_xydata().tolist() == [[30, 0], [30, 0.9], [0, 0.9]]
    assert [text.get_text() for text in ax.texts] == ["7", "30"]


def test_without_gaps_the_axes_stay_empty(ax):
    plot_purchase_gaps(GAPS.head(0), ax=ax)
    assert len(ax.texts) == 0
    ax.figure.canvas.draw()


def test_tables_of_cdnow_are_drawn():
    transactions = as_transactions(load_cdnow())
    months = activity_table(transactions, as_of="1998-06-30", freq="M")
    for plot, table in (
        (plot_cohorts, cohort_table(transactions, as_of="1998-06-30")),
        (plot_retention, retention_table(months, freq="M")),
        (plot_purchase_gaps, purchase_gap_table(transactions, as_of="1998-06-30")),
    ):
        axes = Figure(layout="constrained").subplots()
        plot(table, ax=axes)
        axes.figure.canvas.draw()


CURVE = pd.DataFrame({"customer_share": [0.0, 1.0], "value_share": [0.0, 1.0]})


def test_chinese_texts_get_a_chinese_font_where_there_is_one(ax, monkeypatch):
    fonts = [type("Font", (), {"name": name}) for name in ("DejaVu Sans", "SimHei", "Noto Sans CJK SC")]
    monkeypatch.setattr("matplotlib.font_manager.fontManager", type("Fonts", (), {"ttflist": fonts}))
    plot_concentration(CURVE, ax=ax, language="zh")
    assert ax.xaxis.label.get_fontfamily() == ["Noto Sans CJK SC", "sans-serif"]
    other = Figure().subplots()
    plot_concentration(CURVE, ax=other)
    assert "Noto Sans CJK SC" not in other.xaxis.label.get_fontfamily()


def test_without_a_chinese_font_the_reader_is_told(ax, monkeypatch):
    monkeypatch.setattr("matplotlib.font_manager.fontManager", type("Fonts", (), {"ttflist": []}))
    monkeypatch.setattr("matplotlib.font_manager.findSystemFonts", list)
    with pytest.warns(UserWarning, match="finds no font with Chinese glyphs. Install one, such as Noto Sans CJK SC"):
        plot_concentration(CURVE, ax=ax, language="zh")
    # text that stays text is shown by the reader's own fonts
    with mpl.rc_context({"svg.fonttype": "none"}):
        plot_concentration(CURVE, ax=Figure().subplots(), language="zh")


def test_a_font_installed_after_matplotlib_looked_is_found(ax, monkeypatch, tmp_path):
    (tmp_path / "odd.ttf").write_bytes(b"no font")
    file = mpl.font_manager.findfont("DejaVu Sans Mono")
    fonts = mpl.font_manager.FontManager()
    monkeypatch.setattr("crmkit.plotting._style._CHINESE", ("DejaVu Sans Mono",))
    monkeypatch.setattr("crmkit.plotting._style._LOOKED_AT", set())
    monkeypatch.setattr(fonts, "ttflist", [font for font in fonts.ttflist if font.name != "DejaVu Sans Mono"])
    monkeypatch.setattr("matplotlib.font_manager.fontManager", fonts)
    monkeypatch.setattr("matplotlib.font_manager.findSystemFonts", lambda: [file, str(tmp_path / "odd.ttf")])
    plot_concentration(CURVE, ax=ax, language="zh")
    assert ax.title.get_fontfamily() == ["DejaVu Sans Mono", "sans-serif"]


# Laws.


@each_plot
def test_the_axes_given_are_drawn_on_and_nothing_else_is_made(plot, table, ax):
    assert plot(table, ax=ax) is ax
    assert plt.get_fignums() == []
    assert plot(table) is not ax
    assert len(plt.get_fignums()) == 1


@each_plot
def test_every_kind_of_frame_and_order_is_drawn_alike(plot, table):
    def drawn(given):
        axes = Figure().subplots()
        plot(given, ax=axes)
        lines = [line.get_xydata().tolist() for line in axes.get_lines()]
        return lines, [text.get_text() for text in axes.texts]

    expected = drawn(table)
    np.testing.assert_equal(drawn(pl.from_pandas(table)), expected)
    np.testing.assert_equal(drawn(table.iloc[::-1]), expected)


def test_importing_the_plots_loads_no_matplotlib():
    listing = "import sys, crmkit.plotting; print('matplotlib' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", listing], capture_output=True, text=True, check=True)  # noqa: S603
    assert done.stdout.strip() == "False"


# Refusals.


@each_plot
def test_a_table_without_its_columns_is_refused(plot, table, ax):
    with pytest.raises(SchemaError, match="lacks the columns"):
        plot(table.iloc[:, :1], ax=ax)
    with pytest.raises(ValueError, match="`language` must be one of"):
        plot(table, ax=ax, language="de")
    with pytest.raises(TypeError, match="must be a pandas, Polars or PyArrow table"):
        plot([1, 2], ax=ax)


# Input untouched.


@each_plot
def test_tables_are_not_changed(plot, table, ax):
    given = table.copy()
    plot(given, ax=ax)
    assert_frame_equal(given, table)
