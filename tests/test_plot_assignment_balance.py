"""Differences of arms drawn: dots stand where the table says."""

import matplotlib as mpl
import pandas as pd
import pytest
from matplotlib.figure import Figure

from crmkit.errors import SchemaError
from crmkit.plotting import plot_assignment_balance
from crmkit.plotting._style import BLUE, GREY, ORANGE

mpl.use("Agg")

CHECKS = pd.DataFrame(
    {
        "check": ["sample_ratio", "balance", "balance", "balance", "balance"],
        "scope": [None, "spend", "region=n", "spend", "region=n"],
        "arm": ["sms", "email", "email", "sms", "sms"],
        "value": [0.3, 0.02, -0.12, 0.4, -0.05],
        "threshold": [None, 0.1, 0.1, 0.1, 0.1],
        "verdict": ["fail", "pass", "warning", "fail", "pass"],
    }
)


@pytest.fixture
def ax():
    return Figure(layout="constrained").subplots()


def test_dots_stand_where_the_table_says(ax):
    plot_assignment_balance(CHECKS, ax=ax)
    dots = [line for line in ax.get_lines() if line.get_linestyle() == "None"]
    found = {(x, y, dot.get_color()) for dot in dots for x, y in zip(dot.get_xdata(), dot.get_ydata(), strict=True)}
    assert found == {(0.02, 0, BLUE), (-0.12, 1, GREY), (0.4, 0, ORANGE), (-0.05, 1, BLUE)}
    assert [label.get_text() for label in ax.get_yticklabels()] == ["spend", "region=n"]
    legend = [text.get_text() for text in ax.get_legend().get_texts()]
    assert legend == ["email", "email: beyond the limit", "sms", "sms: more than chance"]


@pytest.mark.filterwarnings("ignore:Matplotlib finds no font|Glyph")
def test_labels_in_chinese(ax):
    assert plot_assignment_balance(CHECKS, ax=ax, language="zh").get_xlabel() == "与对照组的标准化均值差"


def test_a_table_without_balance_is_refused(ax):
    with pytest.raises(SchemaError, match="has no rows of balance: give `covariates` to assignment_check_table"):
        plot_assignment_balance(CHECKS.head(1), ax=ax)
