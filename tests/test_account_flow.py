"""Accounts opened and closed by period and by customer; the sums always hold."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal
from tests.frames import as_pandas

from crmkit import as_subscriptions
from crmkit.errors import SchemaError
from crmkit.loyalty import account_flow_table, net_opening_table

DAY = pd.Timestamp
CUSTOMERS = pd.DataFrame(
    {
        "customer_id": ["ann", "bo", "cy", "di", "eve"],
        "joined": pd.to_datetime(["2024-01-05", "2024-01-20", "2024-02-11", "2024-03-02", None]),
        "left": pd.to_datetime([None, "2024-02-28", None, "2024-03-30", None]),
        "branch": ["east", "east", "west", None, "west"],
    }
)
OF_CUSTOMERS = {"account": "customer_id", "opened": "joined", "closed": "left"}
FLOW = ["opening", "opened", "reopened", "closed", "closing"]


def flow(accounts, **options):
    return account_flow_table(accounts, **{"as_of": "2024-03-31", **options})


# By hand.


def test_flow_of_customers_by_hand(build):
    table = as_pandas(flow(build(CUSTOMERS), **OF_CUSTOMERS), in_order=True)
    # eve never opened an account
    assert table[FLOW].to_numpy().tolist() == [[0, 2, 0, 0, 2], [2, 1, 0, 1, 2], [2, 1, 0, 1, 2]]
    assert table["period"].tolist() == [DAY("2024-01-01"), DAY("2024-02-01"), DAY("2024-03-01")]
    assert table["is_complete"].tolist() == [True] * 3
    assert table["net_opened"].tolist() == [2, 0, 0]
    assert_array_equal(table["net_opening_rate"].astype(float), [np.nan, 0, 0])


def test_flow_by_branch_by_hand():
    table = flow(CUSTOMERS, by="branch", as_of="2024-03-15", freq="Q", **OF_CUSTOMERS)
    assert table["scope"].tolist() == ["group", "group", "no label", "all"]
    assert table[FLOW].to_numpy().tolist() == [[0, 2, 0, 1, 1], [0, 1, 0, 0, 1], [0, 1, 0, 0, 1], [0, 4, 0, 1, 3]]
    assert not table["is_complete"].any()


def test_spells_that_touch_are_one_and_who_comes_back_reopens():
    spells = pd.DataFrame(
        {
            "customer_id": ["ann"] * 3 + ["bo"],
            "start": ["2024-01-10", "2024-02-10", "2024-04-05", "2024-01-31"],
            "end": ["2024-02-10", "2024-03-01", None, "2024-01-31"],
            "mrr": [10, 12, 12, 5],
        }
    )
    table = flow(as_subscriptions(spells), as_of="2024-04-30")
    # ann's price changes in February, she leaves in March and is back in April; bo opens and closes on one day
    assert table[FLOW].to_numpy().tolist() == [
        [0, 2, 0, 1, 1],
        [1, 0, 0, 0, 1],
        [1, 0, 0, 1, 0],
        [0, 1, 1, 0, 1],
    ]


def test_an_end_that_became_known_later_does_not_exist_yet():
    accounts = pd.DataFrame(
        {
            "customer_id": ["ann"],
            "subscription_id": [1],
            "start": [DAY("2024-01-10")],
            "end": [DAY("2024-02-10")],
            "end_known": [DAY("2024-03-05")],
        }
    )
    assert flow(accounts, as_of="2024-02-29")["closed"].tolist() == [0, 0]
    assert flow(accounts, as_of="2024-03-05")["closed"].tolist() == [0, 1, 0]


def test_net_opening_by_hand(build):
    accounts = pd.DataFrame(
        {
            "customer_id": ["ann", "ann", "ann", "bo", "cy"],
            "account": [1, 2, 3, 4, 5],
            "start": pd.to_datetime(["2023-05-01", "2024-02-01", "2024-03-01", "2022-01-01", "2022-01-01"]),
            "end": pd.to_datetime([None, None, "2024-06-01", "2024-01-01", "2023-03-15"]),
        }
    )
    table = net_opening_table(build(accounts), since="2024-01-01", as_of="2024-12-31", account="account")
    # bo's account is open at the close of 2023 and no longer on 1 January
    assert as_pandas(table, in_order=True).to_numpy().tolist() == [
        ["ann", 1, 2, 1, 2, 1],
        ["bo", 1, 0, 1, 0, -1],
        ["cy", 0, 0, 0, 0, 0],
    ]


# Laws.


@st.composite
def accounts(draw):
    """Accounts of up to three spells each, some of which touch, over four months."""
    rows = []
    for number in range(draw(st.integers(1, 6))):
        day = draw(st.integers(0, 60))
        for _ in range(draw(st.integers(1, 3))):
            length = draw(st.integers(0, 40))
            rows.append((number % 3, number, day, day + length))
            day += length + draw(st.sampled_from([0, 0, 1, 15]))
        if draw(st.booleans()):
            rows[-1] = (*rows[-1][:3], None)
    table = pd.DataFrame(rows, columns=["customer_id", "account", "start", "end"])
    first = DAY("2024-01-01")
    return table.assign(
        start=first + pd.to_timedelta(table["start"], unit="D"),
        end=first + pd.to_timedelta(table["end"].astype(float), unit="D"),
        branch=table["account"] % 2,
    )


@given(accounts(), st.integers(60, 120), st.sampled_from(["D", "W", "M"]))
def test_opening_and_opened_less_closed_is_closing(accounts, days, freq):
    as_of = DAY("2024-01-01") + pd.Timedelta(days=days)
    table = flow(accounts, as_of=as_of, freq=freq, account="account", by="branch")
    assert_array_equal(table["opening"] + table["opened"] - table["closed"], table["closing"])
    whole = table[table["scope"] == "all"].reset_index(drop=True)
    assert_array_equal(whole["opening"][1:], whole["closing"][:-1])
    # counted on the days themselves
    last = (whole["period"].shift(-1) - pd.Timedelta(days=1)).fillna(as_of)
    open_then = [((accounts["start"] <= day) & ~(accounts["end"] <= day)).sum() for day in last]
    assert whole["closing"].tolist() == open_then
    parts = table[table["scope"] != "all"].groupby("period")[FLOW].sum()
    assert_array_equal(parts, whole[FLOW])


@given(accounts(), st.integers(0, 60), st.integers(60, 120))
def test_customers_balance_and_add_up_to_the_flow(accounts, since, days):
    first, as_of = (DAY("2024-01-01") + pd.Timedelta(days=each) for each in (since, days))
    table = net_opening_table(accounts, since=first, as_of=as_of, account="account")
    assert_array_equal(table["n_open_start"] + table["n_opened"] - table["n_closed"], table["n_open"])
    assert_array_equal(table["n_opened"] - table["n_closed"], table["net_opened"])
    by_day = flow(accounts, as_of=as_of, freq="D", account="account")
    within = by_day["period"] >= first
    assert table["n_opened"].sum() == by_day.loc[within, "opened"].sum()
    assert table["n_closed"].sum() == by_day.loc[within, "closed"].sum()
    assert table["n_open"].sum() == by_day["closing"].iloc[-1]


# Refusals.


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"customer_id": ["ann", None, "cy", "di", "eve"]}, r"`accounts\['customer_id'\]` is missing in 1 row"),
        ({"customer_id": ["ann", "bo", "ann", "di", "eve"]}, r"open while they are open, such as \['ann'\]"),
        ({"joined": pd.to_datetime(["2024-01-05", None, "2024-02-11", "2024-03-02", None])}, "is known but"),
        ({"left": pd.to_datetime([None, "2024-01-19", None, None, None])}, "is before"),
        ({"joined": CUSTOMERS["joined"] + pd.DateOffset(years=100)}, "in the years 1901 to 2099; 4 rows do not"),
        ({"joined": ["x"] * 5}, r"`accounts\['joined'\]` must hold local days"),
    ],
)
def test_accounts_that_cannot_be_are_refused(changed, words):
    if "years" in words:
        changed["left"] = CUSTOMERS["left"] + pd.DateOffset(years=100)
    with pytest.raises(SchemaError, match=words):
        flow(CUSTOMERS.assign(**changed), **OF_CUSTOMERS)


def test_options_that_do_not_fit_are_refused():
    with pytest.raises(SchemaError, match=r"`accounts` lacks the columns \['subscription_id', 'start', 'end'\]"):
        flow(CUSTOMERS)
    with pytest.raises(SchemaError, match="no account that opens by 2023-12-31"):
        flow(CUSTOMERS, as_of="2023-12-31", **OF_CUSTOMERS)
    with pytest.raises(ValueError, match="`account` must name at least one column"):
        flow(CUSTOMERS, **{**OF_CUSTOMERS, "account": []})
    with pytest.raises(ValueError, match=r"\['closed'\] are columns of the result"):
        flow(CUSTOMERS.assign(closed=1), **OF_CUSTOMERS, by="closed")
    twice = pd.concat([CUSTOMERS.iloc[[1]], CUSTOMERS.iloc[[1]].assign(joined=DAY("2024-03-01"), left=pd.NaT)])
    with pytest.raises(ValueError, match=r"must name what stays with an account, but \['bo'\] have several labels"):
        flow(twice.assign(branch=["east", "west"]), **OF_CUSTOMERS, by="branch")
    with pytest.raises(ValueError, match="`since` must not be after `as_of`"):
        net_opening_table(CUSTOMERS, since="2024-05-01", as_of="2024-03-31", **OF_CUSTOMERS)
    with pytest.raises(ValueError, match=r"\['n_open'\] are columns of the result"):
        net_opening_table(CUSTOMERS, since="2024-01-01", as_of="2024-03-31", customer_id="n_open", **OF_CUSTOMERS)


def test_inputs_stay_unchanged():
    given = CUSTOMERS.copy(deep=True)
    flow(given, **OF_CUSTOMERS)
    pd.testing.assert_frame_equal(given, CUSTOMERS)
