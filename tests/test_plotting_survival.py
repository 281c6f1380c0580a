"""Curves of survival with the numbers at risk, and reasons of leaving: what is drawn is what the tables hold."""

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt

from crmkit import SchemaError
from crmkit.loyalty.survival import cumulative_incidence_table, kaplan_meier_table
from crmkit.plotting import plot_cumulative_incidence, plot_kaplan_meier

mpl.use("Agg")

DURATIONS, OBSERVED = [5, 2, 1, 4, 2, 6], [1, 0, 1, 0, 1, 0]
REASONS = ["price", None, "moved", None, "price", None]
CURVE = kaplan_meier_table(durations=DURATIONS, observed=OBSERVED)
BY_PLAN = kaplan_meier_table(durations=DURATIONS, observed=OBSERVED, by=["S", "S", "L", "L", None, "S"])
INCIDENCE = cumulative_incidence_table(durations=DURATIONS, reasons=REASONS)


@pytest.fixture(autouse=True)
def closed_figures():
    yield
    plt.close("all")


def texts(ax):
    return [text.get_text() for text in ax.texts]


# By hand


def test_the_curve_begins_at_1_and_steps_where_the_table_does():
    ax = plot_kaplan_meier(CURVE)
    (line,) = ax.lines
    assert line.get_drawstyle() == "steps-post"
    assert line.get_xdata().tolist() == [0, *CURVE["duration"]]
    assert line.get_ydata().tolist() == [1, *CURVE["survival"]]
    assert ax.get_legend() is None


def test_the_numbers_at_risk_stand_below_their_ticks():
    ax = plot_kaplan_meier(CURVE)
    shown = {text.get_position()[0]: text for text in ax.texts}
    assert texts(ax)[0] == "At risk"
    ticks = ax.get_xticks()
    assert len(shown) <= 1 + len(ticks)
    # those seen for at least as long as the tick
    expected = [sum(lasted >= tick for lasted in DURATIONS) for tick in ticks]
    assert texts(ax)[1:] == [str(number) for number in expected]


def test_groups_have_a_line_and_a_row_of_numbers_each():
    ax = plot_kaplan_meier(BY_PLAN)
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["L", "S", "no label"]
    assert len(ax.lines) == 3
    assert [text for text in texts(ax) if not text.isdigit()] == ["At risk", "L", "S", "no label"]
    zh = plot_kaplan_meier(BY_PLAN, language="zh")
    assert zh.get_xlabel() == "成为客户的天数"
    assert "无标签" in texts(zh)


def test_reasons_are_stacked_up_to_those_still_there():
    ax = plot_cumulative_incidence(INCIDENCE, unit="Months")
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["moved", "price", "still there"]
    tops = [area.get_paths()[0].vertices[:, 1].max() for area in ax.collections]
    last = INCIDENCE.groupby("reason")["incidence"].max()
    assert tops == pytest.approx([last["moved"], last.sum(), 1])
    assert ax.get_xlabel() == "Months"


def test_axes_that_are_given_are_drawn_on():
    for plot, table in ((plot_kaplan_meier, CURVE), (plot_cumulative_incidence, INCIDENCE)):
        given = plt.figure().add_subplot()
        assert plot(table, ax=given) is given


# Refusals


def test_wrong_tables_and_too_many_groups_are_refused():
    for plot, maker in ((plot_kaplan_meier, "kaplan_meier"), (plot_cumulative_incidence, "cumulative_incidence")):
        with pytest.raises(SchemaError, match=rf"lacks the columns .*loyalty\.survival\.{maker}_table makes such"):
            plot(pd.DataFrame({"x": [1]}))
        with pytest.raises(ValueError, match="`language` must be one of"):
            plot(CURVE.assign(reason="a", incidence=0.0), language="fr")
    many = kaplan_meier_table(durations=np.arange(7), observed=np.ones(7), by=np.arange(7))
    with pytest.raises(ValueError, match="`survival` holds 7 groups; more than 6 cannot be told apart"):
        plot_kaplan_meier(many)
    reasons = cumulative_incidence_table(durations=np.arange(7), reasons=np.arange(7))
    with pytest.raises(ValueError, match="`incidence` holds 7 reasons"):
        plot_cumulative_incidence(reasons)
    by = cumulative_incidence_table(durations=DURATIONS, reasons=REASONS, by=list("aabbab"))
    with pytest.raises(ValueError, match=r"`incidence` holds the groups \['a', 'b'\]"):
        plot_cumulative_incidence(by)


# Input untouched


def test_tables_stay_as_they_are():
    for plot, table in ((plot_kaplan_meier, BY_PLAN), (plot_cumulative_incidence, INCIDENCE)):
        before = table.copy(deep=True)
        plot(table)
        pd.testing.assert_frame_equal(table, before)
