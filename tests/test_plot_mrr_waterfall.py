"""The waterfall of recurring revenue: its bars are the table's sums, from the first level to the last."""

import matplotlib as mpl
import pandas as pd
import pytest

from crmkit import SchemaError, as_subscriptions, make_subscriptions
from crmkit.metrics import mrr_movement_table
from crmkit.plotting import plot_mrr_waterfall

mpl.use("Agg")

# 100 + 40 + 5 + 10 - 20 - 15 = 120, then 120 + 10 - 30 = 100
MOVES = pd.DataFrame(
    {
        "period": pd.to_datetime(["2024-02-01", "2024-01-01"]),
        "mrr_start": [120.0, 100.0],
        "new_mrr": [10.0, 40.0],
        "reactivation_mrr": [0.0, 5.0],
        "expansion_mrr": [0.0, 10.0],
        "contraction_mrr": [0.0, 20.0],
        "churned_mrr": [30.0, 15.0],
        "mrr": [100.0, 120.0],
    }
)


def test_bars_by_hand():
    ax = plot_mrr_waterfall(MOVES)
    bars = [(bar.get_y(), bar.get_y() + bar.get_height()) for bar in ax.patches]
    assert bars == [(0, 100), (0, 100), (100, 150), (150, 155), (155, 165), (165, 145), (145, 100)]
    assert [text.get_text() for text in ax.texts] == ["100", "+50", "+5", "+10", "-20", "-45", "100"]
    assert ax.get_xticklabels()[0].get_text() == "MRR before\n2024-01-01"


def test_the_line_goes_on_where_nothing_moved():
    ax = plot_mrr_waterfall(MOVES.head(1))
    level = [line.get_xdata() for line in ax.get_lines() if line.get_ydata()[0] == 130]
    # from the bar of what was new, over three places without one, to that of what was churned
    new, churned = ax.patches[2], ax.patches[6]
    assert level[0][0] == pytest.approx(new.get_x() + new.get_width())
    assert level[-1][1] == pytest.approx(churned.get_x())
    assert [late[0] for late in level[1:]] == pytest.approx([early[1] for early in level[:-1]])


def test_the_last_movement_ends_at_the_close():
    spells = make_subscriptions(n_customers=150, random_state=4).subscriptions
    subscriptions = as_subscriptions(spells, end_known="end_known", trial="trial")
    table = mrr_movement_table(subscriptions, as_of="2024-12-31", freq="M")
    ax = plot_mrr_waterfall(table)
    last = ax.patches[-1]
    assert last.get_y() + last.get_height() == pytest.approx(table["mrr"].iloc[-1])


def test_in_chinese():
    with mpl.rc_context({"svg.fonttype": "none"}):
        ax = plot_mrr_waterfall(MOVES, language="zh")
    assert [label.get_text() for label in ax.get_xticklabels()][1:3] == ["新增", "召回"]


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (pd.concat([MOVES, MOVES]), "2 rows of 2024-0[12]-01, so it is of several groups"),
        (MOVES.head(0), "has no rows"),
        (MOVES.drop(columns="mrr"), "mrr"),
    ],
)
def test_other_tables_are_refused(table, message):
    with pytest.raises(SchemaError, match=message):
        plot_mrr_waterfall(table)


def test_the_table_given_stays_as_it_was():
    before = MOVES.copy()
    plot_mrr_waterfall(MOVES)
    pd.testing.assert_frame_equal(MOVES, before)
