"""The tree of a quantity and its factors: boxes hold the table's figures, nothing overlaps."""

import itertools

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from crmkit import SchemaError
from crmkit.metrics import kpi_driver_table, kpi_table
from crmkit.plotting import plot_kpi_tree
from crmkit.plotting._style import BLUE, GREY, ORANGE

mpl.use("Agg")

SHOP = pd.DataFrame(
    {
        "month": pd.to_datetime(["2024-01-01", "2024-02-01", "2024-03-01"]),
        "customers": [100, 120, 3],
        "orders": [150, 170, 3],
        "revenue": [3000.0, 3740.0, 60.0],
    }
)


def drivers(as_of, *, frame=SHOP):
    return kpi_driver_table(kpi_table(frame, period="month", as_of=as_of))


TREE = drivers("2024-03-02")


def texts(ax):
    return {text.get_text(): text.get_color() for text in ax.texts}


# By hand.


def test_boxes_by_hand():
    said = texts(plot_kpi_tree(TREE))
    # March is not over; 740 / ln(3740 / 3000) = 3356.4, × ln 1.2 = 611.9, × ln(170 / 180) = -191.8, × ln 1.1 = 319.9
    assert list(said) == [
        "2024-01 to 2024-02: what each factor added, and its share of the change",
        *("Revenue", "3,740", "from 3,000", "+740.00"),
        *("Active customers", "120", "from 100", "+611.95 (82.7%)"),
        *("Orders per active customer", "1.42", "from 1.50", "-191.85 (-25.9%)", "×"),
        *("Average order value", "22.00", "from 20.00", "+319.90 (43.2%)"),
    ]
    assert said["+740.00"] == said["+611.95 (82.7%)"] == BLUE
    assert said["-191.85 (-25.9%)"] == ORANGE


def test_a_single_period_has_values_only_and_says_that_it_is_unfinished():
    said = texts(plot_kpi_tree(drivers("2024-01-15", frame=SHOP.head(1))))
    assert "2024-01-01 (unfinished)" in said
    assert not [text for text in said if text.startswith(("from", "+"))]


def test_what_is_undefined_is_a_dash():
    said = texts(plot_kpi_tree(drivers("2024-02-29", frame=SHOP.assign(revenue=[3000.0, -5.0, 0.0]))))
    assert said["–"] == GREY
    assert said["-3,005"] == ORANGE


def test_in_chinese():
    with mpl.rc_context({"svg.fonttype": "none"}):
        said = texts(plot_kpi_tree(TREE, language="zh"))
    assert {"2024-01 至 2024-02：各因素的贡献及其占变动的比重", "销售额", "上期 3,000", "+611.95（82.7%）"} <= set(said)


# Laws.


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(("n", "size"), [(2, None), (3, None), (5, None), (5, (5, 3))])
@pytest.mark.filterwarnings("ignore:Matplotlib finds no font with Chinese glyphs")
@pytest.mark.filterwarnings("ignore:Glyph .* missing from font")
def test_no_text_overlaps_another(n, size, language):
    names = ["identified_revenue_rate", "customer_acquisition_rate[customers]", "return_on_marketing_investment"]
    codes = ["revenue", *names, "acquisition_payback_months", "average_order_value"][: n + 1]
    table = pd.DataFrame({"kpi": codes, "role": ["outcome", *["factor"] * n]})
    table = table.assign(is_complete=True, contribution_share=-12.345)
    table = table.assign(value=1.2345e6 ** np.linspace(1, 1.2, n + 1), previous=123456.7, contribution=-1234567.8)
    table = pd.concat([table.assign(period=pd.Timestamp(day)) for day in ("2024-01-01", "2024-02-01")])
    ax = None if size is None else Figure(figsize=size, layout="constrained").subplots()
    ax = plot_kpi_tree(table, ax=ax, language=language)
    ax.figure.canvas.draw()
    boxes = [text.get_window_extent() for text in ax.texts]
    assert len(boxes) == 1 + 4 * (n + 1) + n - 1
    assert not [pair for pair in itertools.combinations(boxes, 2) if pair[0].overlaps(pair[1])]
    assert all(box.x0 >= 0 and box.x1 <= ax.figure.bbox.x1 for box in boxes)


# Refusal.


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (pd.concat([TREE, TREE]), "2 rows of .* on 2024-0[123]-01, so it is of several groups"),
        (TREE.head(0), "has no rows"),
        (TREE.drop(columns="contribution"), "contribution"),
        (
            TREE[TREE["role"] == "factor"],
            "has no row of the outcome on 2024-02-01, or none of a factor. Keep all roles",
        ),
        (TREE[TREE["role"] == "outcome"], "has no row of the outcome on 2024-02-01, or none of a factor"),
    ],
)
def test_other_tables_are_refused(table, message):
    with pytest.raises(SchemaError, match=message):
        plot_kpi_tree(table)
    with pytest.raises(ValueError, match="language"):
        plot_kpi_tree(TREE, language="fr")


# Input untouched.


def test_the_table_given_stays_as_it_was():
    before = TREE.copy()
    plot_kpi_tree(TREE)
    pd.testing.assert_frame_equal(TREE, before)
