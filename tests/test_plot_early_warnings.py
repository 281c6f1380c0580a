"""The plot of early warnings: what is drawn is what the table holds."""

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt

from crmkit import SchemaError
from crmkit.plotting import plot_early_warnings

mpl.use("Agg")

HISTORY = pd.DataFrame(
    {
        "signal": ["overdue_purchase", "falling_spend", "any"],
        "n_warned": [1987, 0, 2023],
        "base_rate": [0.5, 0.15, 0.8],
        "precision": [0.7, np.nan, 0.7],
        "precision_lower": [0.65, np.nan, 0.68],
        "precision_upper": [0.75, np.nan, 0.73],
        "silence_precision": [0.77, np.nan, 0.93],
    }
)


@pytest.fixture(autouse=True)
def closed_figures():
    yield
    plt.close("all")


# By hand


def test_each_signal_has_a_row_with_what_the_table_holds():
    ax = plot_early_warnings(HISTORY)
    assert [text.get_text() for text in ax.get_yticklabels()] == [
        "Purchase overdue\n1,987 warnings",
        "Falling spend\n0 warnings",
        "Any signal\n2,023 warnings",
    ]
    assert ax.get_yticks().tolist() == [0, -1, -2]
    points, base, silence = (line.get_xdata() for line in ax.lines[:3])
    np.testing.assert_array_equal(points, HISTORY["precision"])
    np.testing.assert_array_equal(base, HISTORY["base_rate"])
    np.testing.assert_array_equal(silence, HISTORY["silence_precision"])
    (reach,) = ax.collections
    # a signal that never fired has no interval
    ends = [segment[:, 0].tolist() for segment in reach.get_segments() if len(segment)]
    assert ends == [pytest.approx([0.65, 0.75]), pytest.approx([0.68, 0.73])]


def test_rows_keep_their_order_and_have_chinese_names():
    ax = plot_early_warnings(HISTORY.iloc[::-1], language="zh")
    assert ax.get_yticklabels()[0].get_text() == "逾期未购\n1,987 次预警"
    given = plt.figure().add_subplot()
    assert plot_early_warnings(HISTORY, ax=given) is given


# Refusal


def test_other_tables_and_languages_are_refused():
    with pytest.raises(
        SchemaError, match=r"lacks the columns .*loyalty\.churn\.early_warning_history_table makes such"
    ):
        plot_early_warnings(HISTORY.drop(columns="precision"))
    with pytest.raises(TypeError, match="`history` must be a pandas, Polars or PyArrow table"):
        plot_early_warnings([1])
    with pytest.raises(ValueError, match="`language` must be one of"):
        plot_early_warnings(HISTORY, language="fr")


# Input untouched


def test_the_table_stays_as_it_is():
    before = HISTORY.copy()
    plot_early_warnings(HISTORY)
    pd.testing.assert_frame_equal(HISTORY, before)
