"""Plots of drivers, of importance beside performance, and of Kano's features."""

import numpy as np
import pandas as pd
import pytest

from crmkit.errors import SchemaError
from crmkit.loyalty.satisfaction import importance_performance_table, kano_table, key_driver_table
from crmkit.plotting import plot_importance_performance, plot_kano, plot_key_drivers

ANSWERS = pd.DataFrame(
    {"y": [9, 8, 4, 7, 10, 3, 6, 8], "service": [9, 7, 4, 8, 10, 2, 5, 8], "price": [5, 6, 5, 4, 7, 6, 5, 6]}
)
DRIVERS = key_driver_table(ANSWERS, outcome="y", drivers=["service", "price"], n_draws=50)
ITEMS = importance_performance_table(
    pd.DataFrame(
        {
            "driver": [f"item {place}" for place in range(12)],
            "importance": np.tile([1.0, 1.01, 1.02], 4),
            "mean": np.tile([3.0, 3.01], 6),
        }
    )
)
FEATURES = kano_table(pd.DataFrame({"a": [1, 1, 1, 2], "b": [3, 3, 5, 5]}), features={"wifi": ("a", "b")})


def texts(ax):
    return [text.get_text() for text in ax.texts]


def test_bars_are_the_parts_of_drivers():
    ax = plot_key_drivers(DRIVERS)
    assert [bar.get_width() for bar in ax.patches] == pytest.approx(DRIVERS["importance"].tolist())
    assert [label.get_text() for label in ax.get_yticklabels()] == ["service", "price"]
    assert f"{DRIVERS['r_squared'][0]:.0%}" in ax.get_xlabel()
    without = DRIVERS.assign(lower=np.nan, upper=np.nan)
    assert len(plot_key_drivers(without).patches) == 2


def test_names_beside_points_hide_no_other_point():
    ax = plot_importance_performance(ITEMS)
    renderer = ax.figure.canvas.get_renderer()
    spots = ax.transData.transform(ITEMS[["performance", "importance"]].to_numpy())
    names = [text for text in ax.texts if text.get_text().startswith("item")]
    assert len(names) == 12
    for name, own in zip(names, spots, strict=True):
        box = name.get_window_extent(renderer)
        # Items that lie on one another cannot be told apart anyway.
        assert not any(box.contains(*spot) for spot in spots if not np.allclose(spot, own))
    assert {"Concentrate here", "Keep up the good work", "Low priority", "Possible overkill"} <= set(texts(ax))


def test_features_stand_at_worse_and_better():
    ax = plot_kano(FEATURES, language="en")
    assert ax.collections[0].get_offsets().tolist() == [[pytest.approx(0.5), pytest.approx(0.75)]]
    assert {"Attractive", "Must-be", "One-dimensional", "Indifferent", "wifi"} == set(texts(ax))


def test_nothing_to_draw_is_refused():
    with pytest.raises(SchemaError, match="`drivers` has no rows"):
        plot_key_drivers(DRIVERS.head(0))
    with pytest.raises(SchemaError, match="`items` has no rows"):
        plot_importance_performance(ITEMS.head(0))
    with pytest.raises(SchemaError, match="`features` has no rows in which Better and Worse are known"):
        plot_kano(FEATURES.assign(better=np.nan))
