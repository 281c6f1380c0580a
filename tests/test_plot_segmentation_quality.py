"""The page of a segmentation's quality: its numbers are the table's, the weakest of each row is named."""

import matplotlib as mpl
import pandas as pd
import pytest
from matplotlib.figure import Figure

from crmkit.errors import SchemaError
from crmkit.plotting import plot_segmentation_quality
from crmkit.plotting._style import BLUE, ORANGE

mpl.use("Agg")

NAMES = {"name_en": "Name", "name_zh": "名称"}
LINES = [
    ("measurable", "missing_share", "age", None, 0.2, None, None),
    ("measurable", "missing_share", "spend", None, 0.0, None, None),
    ("accessible", "contactable_share", "mail", "core", 0.5, 0.4, "met"),
    ("accessible", "contactable_share", "mail", "other", 0.3, 0.4, "missed"),
    ("accessible", "contactable_share", "mail", None, 0.4, 0.4, "met"),
    ("different", "cramers_v", "region", None, None, None, "circular"),
    ("stable", "jaccard", None, "core", 0.9, 0.75, "met"),
    ("stable", "jaccard", None, "other", None, 0.75, None),
    ("stable", "psi", None, None, 2.5, 0.1, "missed"),
]
TABLE = pd.DataFrame(
    LINES, columns=["criterion", "figure", "column", "segment", "value", "threshold", "verdict"]
).assign(segmentation="tiers", **NAMES)
TABLE["segment_name_en"] = TABLE["segment"].map({"core": "Core customers", "other": "All others"})
TABLE["segment_name_zh"] = TABLE["segment"].map({"core": "核心客户", "other": "其他客户"})


def drawn(table=TABLE, **options):
    ax = plot_segmentation_quality(table, ax=Figure(figsize=(9, 7)).add_subplot(), **options)
    return ax, {text.get_text(): text.get_color() for text in ax.texts}


def test_the_weakest_is_drawn_and_named():
    _, texts = drawn()
    assert {"tiers", "Measurable", "Name, worst column", "20.0%", "age", "30.0%", "0.90"} <= set(texts)
    assert {"All others", "Core customers"} <= set(texts)
    assert "50.0%" not in texts
    assert "made the segments" in texts
    assert (texts["30.0%"], texts["0.90"]) == (ORANGE, BLUE)


def test_long_names_have_two_lines_and_stay_in_their_columns():
    names = ["k-means of ten columns of behaviour", "regions_of_customers_as_the_finance_department_has_them", "other"]
    ax, _ = drawn(pd.concat([TABLE.assign(segmentation=name) for name in names]))
    first, second, third = (text for text in ax.texts if text.get_position()[1] == -0.4)
    assert first.get_text().startswith("k-means of")
    assert max(text.get_text().count("\n") for text in (first, second)) == 1
    assert third.get_text() == "other"
    assert first.get_window_extent().x1 < second.get_window_extent().x0
    assert second.get_window_extent().x1 < third.get_window_extent().x0


def test_a_value_beyond_the_scale_fills_the_bar():
    ax, texts = drawn()
    assert "2.50" in texts
    widths = [bar.get_width() for bar in ax.patches]
    assert max(widths) == pytest.approx(widths[0])


def test_segmentations_stand_side_by_side():
    other = TABLE.assign(segmentation="RFM")[TABLE["criterion"] == "stable"]
    ax, _ = drawn(pd.concat([TABLE, other]))
    places = {text.get_text(): text.get_position()[0] for text in ax.texts}
    assert places["tiers"] < places["RFM"]
    assert len([text for text in ax.texts if text.get_text() == "0.90"]) == 2


def test_the_page_is_in_chinese(recwarn):
    _, texts = drawn(language="zh")
    assert {"可衡量性", "稳定性", "名称，最弱的客群", "核心客户", "其他客户"} <= set(texts)
    assert not {"core", "other", "Core customers"} & set(texts)


def test_nothing_to_draw_is_refused():
    with pytest.raises(SchemaError, match="no rows to draw"):
        drawn(TABLE.head(0))
    with pytest.raises(SchemaError, match="lacks the columns"):
        drawn(TABLE.drop(columns="verdict"))
