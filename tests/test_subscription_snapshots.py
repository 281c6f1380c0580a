"""Snapshots of subscribers: who is served and has not given notice, who leaves when they can still be reached."""

from datetime import timedelta

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from tests.frames import as_pandas, rows

from crmkit import SchemaError, as_subscriptions, make_subscriptions
from crmkit.loyalty.churn import subscription_snapshots

SPELLS = pd.DataFrame(
    [
        # runs on at another price
        ("ann", "a1", "2024-01-01", "2024-03-10", None, 20.0, False),
        ("ann", "a1", "2024-03-10", None, None, 30.0, False),
        # one of two ends in time, the other on the last day of the window
        ("bo", "b1", "2024-01-01", "2024-03-01", None, 20.0, False),
        ("bo", "b2", "2024-02-01", "2024-03-18", None, 20.0, False),
        # leaves in the gap
        ("cy", "c1", "2024-01-01", "2024-03-08", None, 20.0, False),
        # leaves after the window
        ("dee", "d1", "2024-01-01", "2024-03-19", None, 20.0, False),
        # gave notice before the cutoff
        ("eve", "e1", "2024-01-01", "2024-03-12", "2024-02-20", 20.0, False),
        # comes back after five days
        ("fay", "f1", "2024-01-01", "2024-03-12", None, 20.0, False),
        ("fay", "f2", "2024-03-17", None, None, 20.0, False),
        # only tries it
        ("gus", "g1", "2024-02-25", None, None, 0.0, True),
        # is between two spells
        ("hal", "h1", "2024-01-01", "2024-02-28", None, 20.0, False),
        ("hal", "h2", "2024-03-02", None, None, 20.0, False),
    ],
    columns=["customer_id", "subscription_id", "start", "end", "end_known", "mrr", "trial"],
)
NAMED = {"subscription_id": "subscription_id", "end_known": "end_known", "trial": "trial"}
SUBSCRIPTIONS = as_subscriptions(SPELLS, **NAMED)
# A loss counts on a first day without service from 9 to 18 March.
WINDOWS = {"cutoffs": ["2024-03-01"], "as_of": "2024-03-31", "gap": 7, "horizon": 10}


def labels(found):
    return {who: churned for who, _, churned in rows(as_pandas(found))}


# By hand.


def test_labels_by_hand(build):
    found = subscription_snapshots(build(SUBSCRIPTIONS), **WINDOWS)
    assert labels(found) == {"ann": 0, "bo": 1, "cy": None, "dee": 0, "fay": 1}
    assert set(as_pandas(found)["cutoff"]) == {pd.Timestamp("2024-03-01")}


def test_who_comes_back_in_time_has_stayed_but_who_is_away_is_not_at_risk():
    found = subscription_snapshots(SUBSCRIPTIONS, **WINDOWS, allowed_gap_days=5)
    assert labels(found) == {"ann": 0, "bo": 1, "cy": None, "dee": 0, "fay": 0}
    assert labels(subscription_snapshots(SUBSCRIPTIONS, **WINDOWS, allowed_gap_days=4))["fay"] == 1


def test_known_ends_can_be_kept():
    assert labels(subscription_snapshots(SUBSCRIPTIONS, **WINDOWS, known_ends="keep"))["eve"] == 1
    # on 19 February nobody knew of it
    earlier = {**WINDOWS, "cutoffs": ["2024-02-19"], "gap": 0, "horizon": 30}
    assert labels(subscription_snapshots(SUBSCRIPTIONS, **earlier))["eve"] == 1
    assert "eve" not in labels(subscription_snapshots(SUBSCRIPTIONS, **{**earlier, "cutoffs": ["2024-02-20"]}))


def test_labels_are_missing_until_losses_are_certain():
    for as_of, gap_days, is_known in (("2024-03-18", 0, True), ("2024-03-17", 0, False), ("2024-03-22", 5, False)):
        found = subscription_snapshots(SUBSCRIPTIONS, **{**WINDOWS, "as_of": as_of}, allowed_gap_days=gap_days)
        assert found["churned"].notna().any() == is_known


# Law.


@pytest.mark.parametrize(("gap", "allowed"), [(0, 0), (5, 0), (0, 12)])
def test_snapshots_are_what_a_count_day_by_day_finds(gap, allowed):
    made = make_subscriptions(n_customers=60, random_state=3)
    subscriptions = as_subscriptions(made.subscriptions)
    as_of = subscriptions["start"].max()
    cutoffs, horizon = [as_of - pd.Timedelta(days=days) for days in (400, 150, 70, 20)], 45
    found = subscription_snapshots(
        subscriptions, cutoffs=cutoffs, as_of=as_of, gap=gap, horizon=horizon, allowed_gap_days=allowed
    )
    spells = subscriptions.assign(end=subscriptions["end"].fillna(pd.Timestamp("2099-01-01")))
    expected = []
    for who, own in spells.groupby("customer_id"):
        paid = own.loc[(own["mrr"] > 0) & ~own["trial"].astype(bool), "start"].min()

        def is_served(day, own=own, paid=paid):
            return day >= paid and bool(((own["start"] <= day) & (own["end"] > day)).any())

        for cutoff in sorted(cutoffs):
            if not is_served(cutoff):
                continue
            first = cutoff
            while first <= as_of and any(is_served(first + timedelta(days=away)) for away in range(allowed + 1)):
                first += timedelta(days=1)
            days = (first - cutoff).days - gap
            is_up = cutoff + timedelta(days=gap + horizon + allowed) <= as_of
            expected.append((who, cutoff, (None if days <= 0 else float(days <= horizon)) if is_up else None))
    assert [(a, b, None if c != c else c) for a, b, c in found.itertuples(index=False)] == expected


def test_what_becomes_known_later_changes_neither_who_is_at_risk_nor_labels():
    later = pd.DataFrame([("ann", "a2", "2024-04-10", None, None, 9.0, False)], columns=SPELLS.columns)
    ended = SPELLS.assign(
        end=SPELLS["end"].where(SPELLS["subscription_id"] != "a1", SPELLS["end"].fillna("2024-04-05"))
    )
    changed = as_subscriptions(pd.concat([ended, later], ignore_index=True), **NAMED)
    expected = subscription_snapshots(SUBSCRIPTIONS, **WINDOWS)
    assert_frame_equal(subscription_snapshots(changed.sample(frac=1, random_state=0), **WINDOWS), expected)


# Refusal.


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"known_ends": "some"}, r"`known_ends` must be one of \['drop', 'keep'\], got 'some'"),
        ({"horizon": 0}, r"`horizon` must be at least 1"),
        ({"allowed_gap_days": -1}, r"`allowed_gap_days` must be at least 0"),
        ({"cutoffs": ["2024-04-01"]}, r"`cutoffs` holds \['2024-04-01'\], after `as_of`, 2024-03-31"),
        ({"cutoffs": ["2023-04-01"]}, r"`subscriptions` has nobody at risk at any of `cutoffs`"),
    ],
)
def test_what_cannot_be_used_is_refused(changed, message):
    with pytest.raises((SchemaError, ValueError), match=message):
        subscription_snapshots(SUBSCRIPTIONS, **{**WINDOWS, **changed})


def test_a_table_that_is_no_subscriptions_is_refused(build):
    with pytest.raises(SchemaError, match=r"`subscriptions` lacks the columns \['mrr'\]"):
        subscription_snapshots(build(SUBSCRIPTIONS.drop(columns="mrr")), **WINDOWS)


# Input untouched.


def test_the_subscriptions_given_are_not_changed(build):
    given_table = build(SUBSCRIPTIONS)
    before = as_pandas(given_table)
    subscription_snapshots(given_table, **WINDOWS)
    assert_frame_equal(as_pandas(given_table), before)
