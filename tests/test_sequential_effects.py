"""Effects judged while a campaign runs: by hand, how often all looks hold, and refusals."""

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.frames import as_pandas, assert_same_rows

from crmkit import SchemaError, as_contacts
from crmkit.loyalty.campaigns import campaign_effect_table, sequential_effect_table


def running(seed, *, n=2000, days=10, lift=0.0, window=7):
    """A campaign whose customers are contacted over several days."""
    rng = np.random.default_rng(seed)
    arm = np.where(rng.random(n) < 0.6, "mail", "none")
    spend = rng.gamma(1, 30, n) * (rng.random(n) < 0.4) + lift * (arm == "mail")
    dates = pd.Timestamp("2024-03-01") + pd.to_timedelta(rng.integers(0, days, n), unit="D")
    table = pd.DataFrame({"customer_id": range(n), "arm": arm, "date": dates, "spend": spend})
    return as_contacts(table, outcomes=["spend"], control="none", date="date", window_days=window)


# By hand.


def test_an_interval_by_the_formula():
    contacts = running(1)
    found = sequential_effect_table(contacts, outcomes=["spend"], as_of="2024-03-12", looks=["2024-03-12"]).iloc[0]
    over = contacts[contacts["date"] <= "2024-03-05"]
    groups = [over.loc[over["arm"] == arm, "spend"] for arm in ("mail", "none")]
    assert found[["n_customers", "n_control"]].tolist() == [len(each) for each in groups]
    assert found["n_customers"] + found["n_open"] == (contacts["arm"] == "mail").sum()
    error = np.sqrt(sum(each.var() / len(each) for each in groups))
    # rho² for 2,000 customers at the level .05: (5.9915 + log 5.9915 + 1) / 2,000
    rho, t = (5.991464547 + np.log(5.991464547) + 1) / 2000, len(over)
    reach = error * np.sqrt(2 * (t * rho + 1) / (t * rho) * np.log(np.sqrt(t * rho + 1) / 0.05))
    difference = groups[0].mean() - groups[1].mean()
    assert found[["difference", "lower", "upper"]].tolist() == pytest.approx(
        [difference, difference - reach, difference + reach]
    )


def test_a_look_every_day_on_which_windows_end():
    table = sequential_effect_table(running(2, lift=9.0), outcomes=["spend"], as_of="2024-03-12")
    assert table["look"].tolist() == list(pd.date_range("2024-03-08", "2024-03-12"))
    assert table["p_value"].is_monotonic_decreasing
    assert table["is_significant"].iloc[-1]


def test_looks_are_any_days_one_after_the_other():
    asked = {"outcomes": ["spend"], "as_of": "2024-03-12"}
    days = pd.date_range("2024-03-09", "2024-03-12")
    wanted = sequential_effect_table(running(2), looks=[str(day.date()) for day in days], **asked)
    given_as = [days, days.to_series(), days.to_numpy(), set(days.date), iter(days), pl.Series(days), pa.array(days)]
    for looks in given_as:
        pd.testing.assert_frame_equal(sequential_effect_table(running(2), looks=looks, **asked), wanted)


def test_the_customers_planned_are_the_same_at_every_look():
    # The south is contacted from the tenth on: at first nobody of it can be compared, and all of it is planned for.
    contacts = running(7, n=1200, days=6)
    contacts["region"] = np.where(contacts["date"] > "2024-03-04", "south", "north")
    asked = {"outcomes": ["spend"], "as_of": "2024-03-14", "strata": "region"}
    found = sequential_effect_table(contacts, **asked)
    assert found["n_customers"].is_monotonic_increasing
    pd.testing.assert_frame_equal(found, sequential_effect_table(contacts, planned_customers=1200, **asked))


def test_too_few_customers_have_no_interval_yet():
    table = sequential_effect_table(running(3, n=60), outcomes=["spend"], as_of="2024-03-08")
    assert table[["lower", "upper", "p_value"]].isna().all(axis=None)
    assert not table["is_significant"].any()


# Reference: Waudby-Smith and others (2024): near the sample size it is planned for, a confidence sequence is about half
# as wide again as an interval for one look.


def test_values_that_are_all_alike_have_no_interval():
    alike = running(2).assign(spend=lambda table: np.where(table["arm"] == "mail", 3.0, 2.0))
    found = sequential_effect_table(alike, outcomes=["spend"], as_of="2024-03-20", looks=["2024-03-20"]).iloc[0]
    assert found["difference"] == 1
    assert found[["lower", "upper", "p_value"]].isna().all()
    assert not found["is_significant"]


def test_beside_the_interval_for_one_look():
    contacts = running(4, n=20_000)
    every = sequential_effect_table(contacts, outcomes=["spend"], as_of="2024-05-01", looks=["2024-05-01"]).iloc[0]
    one = campaign_effect_table(contacts, outcomes=["spend"], as_of="2024-05-01").iloc[0]
    assert every["difference"] == pytest.approx(one["difference"])
    assert 1.3 < (every["upper"] - every["lower"]) / (one["upper"] - one["lower"]) < 1.6


# Law.


@given(st.integers(0, 1000), st.floats(-12, 12))
def test_the_p_value_and_the_interval_agree(seed, lift):
    contacts = running(seed, n=400, lift=lift)
    found = sequential_effect_table(contacts, outcomes=["spend"], as_of="2024-04-01", looks=["2024-04-01"]).iloc[0]
    assert found["is_significant"] == (found["lower"] > 0 or found["upper"] < 0)


def test_every_kind_of_frame_gives_the_same(build):
    plain = running(5, n=300, days=3)
    asked = {"outcomes": ["spend"], "as_of": "2024-03-09"}
    assert_same_rows(as_pandas(sequential_effect_table(build(plain), **asked)), sequential_effect_table(plain, **asked))


@pytest.mark.deep
def test_all_looks_together_hold_the_effect():
    # Looks on 36 days at campaigns that do nothing: a fixed test finds something in far more than one in twenty.
    # The runs are campaigns of one table.
    n_runs = 60
    runs = [running(seed, n=3000, days=30).assign(campaign=seed) for seed in range(n_runs)]
    contacts = pd.concat(runs, ignore_index=True)
    asked = {"outcomes": ["spend"], "adjust": "none"}
    looks = sequential_effect_table(contacts, as_of="2024-05-01", **asked)
    assert looks.groupby("campaign")["is_significant"].any().mean() <= 0.05
    ends = pd.date_range("2024-03-08", periods=30)
    fixed = [campaign_effect_table(contacts, as_of=day, early="test", **asked) for day in ends[::3]]
    assert pd.concat(fixed).groupby("campaign")["is_significant"].any().mean() >= 0.1


# Refusals.


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"as_of": "2024-03-01"}, ValueError, "No window is over by 2024-03-01"),
        ({"looks": "2024-03-10"}, TypeError, "`looks` must be days"),
        ({"looks": ["2024-05-10"]}, ValueError, "none is after `as_of`"),
        ({"looks": []}, ValueError, "`looks` must be days"),
        ({"looks": 5}, TypeError, "`looks` must be days"),
        ({"looks": pd.DataFrame({"day": ["2024-03-10"]})}, TypeError, "`looks` must be days"),
        ({"past": ["spend"]}, TypeError, r"`past` must be the name of one column, got \['spend'\]"),
        ({"strata": [["arm"]]}, TypeError, "`strata` must be the name of a column or a list of them"),
        ({"planned_customers": 2}, ValueError, "`planned_customers`"),
        ({"level": 2}, ValueError, "`level`"),
        ({"outcomes": []}, ValueError, "Nothing to judge"),
    ],
)
def test_wrong_arguments_are_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        sequential_effect_table(running(1, n=50), **{"outcomes": ["spend"], "as_of": "2024-03-12", **arguments})


@pytest.mark.parametrize("looks", [None, ["2024-03-12"]])
def test_contacts_without_windows_are_refused(looks):
    bare = running(1, n=50).assign(window_days=np.nan)
    with pytest.raises(SchemaError, match="lack a date or a window"):
        sequential_effect_table(bare, outcomes=["spend"], as_of="2024-03-12", looks=looks)


# Input untouched.


def test_the_table_given_stays_as_it_was():
    contacts = running(1, n=100)
    before = contacts.copy()
    sequential_effect_table(contacts, outcomes=["spend"], as_of="2024-03-12")
    pd.testing.assert_frame_equal(contacts, before)
