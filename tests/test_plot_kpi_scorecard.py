"""The scorecard of KPIs: its cells are the table's figures, its colours follow the direction, nothing overlaps."""

import itertools

import matplotlib as mpl
import numpy as np
import pandas as pd
import polars as pl
import pytest
from matplotlib.figure import Figure

from crmkit import SchemaError, as_transactions, load_cdnow
from crmkit.metrics import kpi_catalogue, kpi_table, order_kpis
from crmkit.plotting import plot_kpi_scorecard
from crmkit.plotting._style import BLUE, GREY, ORANGE

mpl.use("Agg")

SHOP = pd.DataFrame(
    {
        "month": pd.to_datetime(["2024-01-01", "2024-02-01", "2024-03-01"]),
        "revenue": [5000.0, 4200.0, 100.0],
        "orders": [100, 80, 2],
        "lost": [12, 9, 0],
        "customers_start": [100, 120, 110],
    }
)
TARGETS = {"average_order_value": 48, "customer_churn_rate[cohort]": 0.08}
KPIS = kpi_table(SHOP, period="month", as_of="2024-02-29", targets=TARGETS)
UNFINISHED = kpi_table(SHOP, period="month", as_of="2024-03-02", targets=TARGETS)


def texts(ax):
    return [text.get_text() for text in ax.texts]


def color_of(ax, said):
    (found,) = (text.get_color() for text in ax.texts if text.get_text() == said)
    return found


def wide_table(n, *, periods=6):
    """Codes with the longest names, with values of every size."""
    catalogue = kpi_catalogue().sort_values("name_en", key=lambda names: names.str.len(), ascending=False)
    rows = itertools.product(pd.date_range("2024-01-01", periods=periods, freq="MS"), enumerate(catalogue["kpi"][:n]))
    table = pd.DataFrame([(day, code, 1.234567 * 10.0 ** (place % 9 - 1)) for day, (place, code) in rows])
    table.columns = ["period", "kpi", "value"]
    value = table["value"]
    same = {"compared": "per day", "is_complete": True, "relative_change": 0.123, "attainment": 1.2}
    ends = {"lower": 0.9 * value, "upper": 1.1 * value, "target_low": 0.5 * value, "target_high": 2 * value}
    return table.assign(change=value, **ends, **same)


# By hand.


def test_cells_by_hand():
    ax = plot_kpi_scorecard(KPIS)
    # 4200 / 80 = 52.50, 5 % above 50.00 and 9.4 % above the target of 48; 9 / 120 is 4.5 points below 12 / 100
    assert texts(ax) == [
        *("KPI", "2024-01 to 2024-02", "2024-02", "Change", "Target"),
        *("Average order value", "52.50", "+5.0%", "≥ 48.00", "109.4%"),
        *("Customer churn rate (cohort)", "7.5%", "4.0% – 13.6%", "-4.5 pp", "≤ 8.0%", "106.3%"),
    ]
    # higher is better for the one, lower for the other
    assert color_of(ax, "+5.0%") == color_of(ax, "-4.5 pp") == BLUE


def test_a_missed_target_is_a_cross_and_what_got_worse_is_orange():
    ax = plot_kpi_scorecard(
        kpi_table(SHOP.assign(lost=[6, 12, 0]), period="month", as_of="2024-02-29", targets=TARGETS)
    )
    marks = [line.get_marker() for line in ax.get_lines() if line.get_marker() in ("X", "o")]
    assert marks.count("X") == 1
    assert color_of(ax, "+4.0 pp") == ORANGE


def test_what_is_shown_as_no_change_is_neither_better_nor_worse():
    shop = SHOP.assign(revenue=[5000.0, 4000.4, 0.0], lost=[12, 9, 0])
    ax = plot_kpi_scorecard(kpi_table(shop, period="month", as_of="2024-02-29"), kpis=["average_order_value"])
    # 50.00 and 50.005 for an order
    assert color_of(ax, "+0.0%") == GREY


def test_a_whole_number_that_is_no_count_has_decimals_like_its_neighbours():
    shop = SHOP.assign(customers=[40, 40, 1])
    ax = plot_kpi_scorecard(kpi_table(shop, period="month", as_of="2024-02-29"), kpis=["purchase_frequency"])
    # 80 orders of 40 customers, after 100 of 40
    assert "2.00" in texts(ax)


def test_quarters_are_called_by_their_number():
    quarters = SHOP.assign(month=pd.to_datetime(["2023-10-01", "2024-01-01", "2024-04-01"]))
    heads = texts(plot_kpi_scorecard(kpi_table(quarters, period="month", freq="Q", as_of="2024-06-30")))
    assert heads[1:3] == ["2023 Q4 to 2024 Q2", "2024 Q2"]


def test_the_figures_are_those_of_the_last_period_that_is_over():
    ax = plot_kpi_scorecard(UNFINISHED)
    assert [text for text in texts(ax) if text.startswith("2024")] == ["2024-01 to 2024-03", "2024-02"]
    assert "52.50" in texts(ax)
    pale = [line for line in ax.get_lines() if line.get_alpha() not in (None, 1.0)]
    assert [len(line.get_xdata()) for line in pale] == [2, 2]


def test_where_no_period_is_over_nothing_is_judged():
    one = kpi_table(SHOP.head(1), period="month", as_of="2024-01-20", targets=TARGETS)
    ax = plot_kpi_scorecard(one)
    assert "2024-01-01\nunfinished" in texts(ax)
    assert texts(ax).count("–") == 2
    assert {
        line.get_color() for line in ax.get_lines() if line.get_marker() in ("X", "o") and len(line.get_xdata())
    } == {
        BLUE,
        GREY,
    }


def test_sums_of_months_of_different_length_say_that_they_are_compared_per_day():
    frame = SHOP.assign(mrr_start=SHOP["revenue"], new_mrr=[310.0, 290.0, 0.0])
    frame = frame.assign(**dict.fromkeys(["expansion_mrr", "contraction_mrr", "churned_mrr", "reactivation_mrr"], 0.0))
    ax = plot_kpi_scorecard(kpi_table(frame, kpis=["net_new_mrr"], period="month", as_of="2024-02-29"))
    assert "per day" in texts(ax)


def test_order_kpis_are_drawn_without_change_and_target():
    kpis = order_kpis(as_transactions(load_cdnow()), start="1998-01-01", end="1998-06-30", freq="M")
    ax = plot_kpi_scorecard(kpis, kpis=["retention_rate", "revenue"])
    heads = ["KPI", "1998-01 to 1998-06", "1998-06"]
    assert texts(ax)[:4] == [*heads, "Retention rate"]
    assert ax.get_legend() is None


def test_missing_values_break_the_line_and_are_dashes():
    table = KPIS.assign(value=[np.nan, np.nan, 52.5, np.nan], change=np.nan, lower=np.nan, upper=np.nan)
    ax = plot_kpi_scorecard(table)
    assert texts(ax)[5:7] == ["Average order value", "52.50"]
    assert texts(ax).count("–") == 3


def test_in_chinese():
    with mpl.rc_context({"svg.fonttype": "none"}):
        ax = plot_kpi_scorecard(KPIS, language="zh")
    assert [texts(ax)[n] for n in (0, 1, 3, 5, 13)] == [
        "指标",
        "2024-01 至 2024-02",
        "较上期",
        "笔单价",
        "-4.5 个百分点",
    ]


def test_a_quantity_that_is_not_in_the_catalogue_goes_by_its_own_name():
    assert "visits" in texts(plot_kpi_scorecard(KPIS.replace({"kpi": {"average_order_value": "visits"}})))


# Laws.


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(("n", "size"), [(1, None), (5, (5, 3)), (20, None)])
@pytest.mark.filterwarnings("ignore:Matplotlib finds no font with Chinese glyphs")
@pytest.mark.filterwarnings("ignore:Glyph .* missing from font")
def test_no_text_overlaps_another(n, size, language):
    ax = None if size is None else Figure(figsize=size, layout="constrained").subplots()
    ax = plot_kpi_scorecard(wide_table(n), ax=ax, language=language)
    ax.figure.canvas.draw()
    boxes = [text.get_window_extent() for text in ax.texts if text.get_text()]
    assert len(boxes) >= 5 * n
    assert not [pair for pair in itertools.combinations(boxes, 2) if pair[0].overlaps(pair[1])]
    page = ax.figure.bbox
    assert all(page.x0 <= box.x0 and box.x1 <= page.x1 and page.y0 <= box.y0 and box.y1 <= page.y1 for box in boxes)


def test_rows_in_any_order_and_kind_of_frame_give_the_same():
    shuffled = pl.from_pandas(KPIS.sample(frac=1, random_state=2))
    ax = plot_kpi_scorecard(shuffled, kpis=["average_order_value", "customer_churn_rate[cohort]"])
    assert texts(ax) == texts(plot_kpi_scorecard(KPIS))


# Refusal.


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (KPIS.drop(columns="period"), "has no periods, got columns .*Give `period` and `as_of` to kpi_table"),
        (pd.concat([KPIS, KPIS]), "2 rows of .* on 2024-0[12]-01, so it is of several groups"),
        (KPIS.head(0), "has no rows"),
        (KPIS.drop(columns="upper"), "upper"),
        (KPIS.drop(columns="attainment"), "attainment"),
    ],
)
def test_other_tables_are_refused(table, message):
    with pytest.raises(SchemaError, match=message):
        plot_kpi_scorecard(table)


def test_other_arguments_are_refused():
    with pytest.raises(TypeError, match="must be a list of codes in `table`, got 'revenue'"):
        plot_kpi_scorecard(KPIS, kpis="revenue")
    with pytest.raises(ValueError, match=r"`kpis` must be one of .*, got 'revenue'"):
        plot_kpi_scorecard(KPIS, kpis=["revenue"])
    with pytest.raises(ValueError, match="language"):
        plot_kpi_scorecard(KPIS, language="fr")
    with pytest.raises(TypeError, match="table"):
        plot_kpi_scorecard([1])


# Input untouched.


def test_the_table_given_stays_as_it_was():
    before = UNFINISHED.copy()
    plot_kpi_scorecard(UNFINISHED)
    pd.testing.assert_frame_equal(UNFINISHED, before)
