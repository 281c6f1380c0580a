"""Remarks on a churn outlook: days and shares by hand, probabilities off either way, and logs that hold too little."""

from dataclasses import replace
from datetime import datetime

import pandas as pd
import pytest
from tests.logs import log, orders_that_stop

from crmkit import as_transactions
from crmkit._messages import Words
from crmkit.loyalty.churn import churn_horizon_table
from crmkit.views import churn_outlook, churn_remarks


@pytest.fixture(scope="module")
def outlook():
    return churn_outlook(as_transactions(orders_that_stop(150)), as_of="2023-12-31", horizon=30, gap=7, capacity=20)


def off_by(outlook, value, lower, upper):
    row = {"score": "model", "measure": "calibration_difference", "value": value, "lower": lower, "upper": upper}
    return replace(outlook, judged=pd.DataFrame([row]), tried_on=datetime(2023, 11, 24))


def told(outlook, language):
    return [said.told(language, Words()) for said in churn_remarks(outlook)]


# By hand.


def test_leaving_is_said_by_its_days(outlook):
    # 7 days to act, then 30
    assert told(outlook, "en")[0] == "To leave is to buy nothing from 2024-01-08 to 2024-02-06."
    assert told(outlook, "zh")[0] == "此处“流失”指在 2024-01-08 至 2024-02-06 没有购买。"


@pytest.mark.parametrize(
    ("interval", "words"),
    [
        (
            (0.203, 0.164, 0.239),
            ("20.3 percentage points too high on average (95% interval 16.4 to 23.9)", "偏高 20.3"),
        ),
        ((-0.085, -0.146, -0.023), ("8.5 percentage points too low on average (95% interval 2.3 to 14.6)", "偏低 8.5")),
        ((0.1, -0.1, 0.3), None),
    ],
)
def test_probabilities_are_said_to_be_off_where_the_interval_leaves_no_doubt(outlook, interval, words):
    bare = replace(outlook, returned=outlook.returned.assign(false_churn_rate=0.0))
    said = [told(off_by(bare, *interval), language)[1:] for language in ("en", "zh")]
    assert [len(each) for each in said] == ([0, 0] if words is None else [1, 1])
    for each, expected in zip(said, words or (), strict=False):
        assert "2023-11-24" in each[0]
        assert expected in each[0]


def test_who_bought_again_is_said_of_the_days_followed(outlook):
    again = replace(outlook, judged=None, returned=outlook.returned.assign(false_churn_rate=0.216, followed_days=68))
    # seen for 68 days after the 7 of the gap
    assert "21.6% bought again within 75 days, and others may later." in told(again, "en")[1]
    assert "21.6% 在 75 天内又有购买" in told(again, "zh")[1]
    never = replace(again, returned=again.returned.assign(false_churn_rate=float("nan")))
    assert len(churn_remarks(never)) == 1


# Reference: the function it comes from.


def test_the_returned_are_those_of_the_horizon_table(outlook):
    transactions = as_transactions(orders_that_stop(150))
    days = outlook.base_rates["cutoff"].dt.strftime("%Y-%m-%d").tolist()
    expected = churn_horizon_table(transactions, cutoffs=days, as_of="2023-12-31", lookback=365, gap=7, horizons=(30,))
    pd.testing.assert_frame_equal(outlook.returned, expected)
    assert outlook.returned["n_churned"].sum() == outlook.base_rates["n_churned"].sum()


# Too little.


def test_nothing_is_said_where_nobody_is_scored():
    short = as_transactions(log([("ann", "2024-01-01", 10), ("bo", "2024-01-31", 20)]))
    assert churn_remarks(churn_outlook(short, as_of="2024-01-31")) == []
