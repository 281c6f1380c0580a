"""How long customers have been there, from their subscriptions: gaps, late entries, reasons, what became known when."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from tests.frames import assert_same_rows

from crmkit import SchemaError, as_subscriptions, make_subscriptions
from crmkit.loyalty.survival import cumulative_incidence_table, subscription_durations, survival_at_table

SPELLS = [
    # ann paid from 1 January after a trial, paused for 4 days in March, and has left for good on 1 May
    ("ann", "a", "2023-12-18", "2024-01-01", None, 0, True, "S", None),
    ("ann", "a", "2024-01-01", "2024-03-01", None, 20, False, "S", "card"),
    ("ann", "a", "2024-03-05", "2024-05-01", None, 30, False, "M", "price"),
    # bo has two subscriptions, the first of which ends before the other
    ("bo", "b", "2023-06-01", "2024-02-01", None, 20, False, "S", "moved"),
    ("bo", "c", "2024-01-15", None, None, 20, False, "M", None),
    # cy has given notice for June
    ("cy", "d", "2024-02-01", "2024-06-01", "2024-05-20", 50, False, "L", "price"),
    # di never paid, ed begins later, fi had an order that served no day
    ("di", "e", "2024-01-01", None, None, 0, True, "S", None),
    ("ed", "f", "2024-06-01", None, None, 20, False, "S", None),
    ("fi", "g", "2024-01-05", "2024-01-05", None, 20, False, "S", None),
    # gil left before the year
    ("gil", "h", "2023-02-01", "2023-12-01", None, 20, False, "S", None),
]
NAMES = ("customer_id", "subscription_id", "start", "end", "end_known", "mrr", "trial", "plan", "why")
MADE = ("customer_id", "spell", "duration", "observed", "entry")


def door(rows):
    return as_subscriptions(
        pd.DataFrame(rows, columns=list(NAMES)),
        subscription_id="subscription_id",
        end_known="end_known",
        trial="trial",
        keep=["plan", "why"],
    )


SUBSCRIPTIONS = door(SPELLS)


def made(columns=MADE, **given):
    table = subscription_durations(SUBSCRIPTIONS, **{"as_of": "2024-05-31", **given})
    rows = table[list(columns)].astype(object).where(table[list(columns)].notna(), None)
    return [tuple(row) for row in rows.itertuples(index=False)]


# By hand


def test_spells_by_hand():
    assert made() == [
        ("ann", 1, 60, True, 0),  # January and February of a leap year
        ("ann", 2, 57, True, 0),  # 5 March to 1 May
        ("bo", 1, 365, False, 0),  # 1 June to 31 May
        ("cy", 1, 120, False, 0),  # notice has been given for the day after
        ("gil", 1, 303, True, 0),
    ]
    assert made(as_of="2024-06-01")[3] == ("cy", 1, 121, True, 0)


def test_a_gap_that_is_allowed_goes_on_and_the_last_days_are_not_counted():
    # 4 days are not a loss; up to 27 May all losses are certain
    assert made(allowed_gap_days=4) == [
        ("ann", 1, 121, True, 0),
        ("bo", 1, 361, False, 0),
        ("cy", 1, 116, False, 0),
        ("gil", 1, 303, True, 0),
    ]
    assert made(allowed_gap_days=3)[0] == ("ann", 1, 60, True, 0)
    # on 3 May nobody could know yet whether ann comes back
    assert made(allowed_gap_days=4, as_of="2024-05-03")[0] == ("ann", 1, 119, False, 0)


def test_data_that_begin_later_hold_nobody_who_was_lost_by_then():
    # bo had joined 214 days before the year; gil was never in sight
    assert made(since="2024-01-01", allowed_gap_days=4) == [
        ("ann", 1, 121, True, 0),
        ("bo", 1, 361, False, 214),
        ("cy", 1, 116, False, 0),
    ]
    # who left on the first day was not there on it
    assert "gil" not in [row[0] for row in made(since="2023-12-01")]
    assert "gil" in [row[0] for row in made(since="2023-11-30")]


def test_reasons_and_what_was_known_at_the_start():
    assert made(("customer_id", "reason", "plan"), reason="why", keep=["plan"], allowed_gap_days=4) == [
        ("ann", "price", "S"),
        ("bo", None, "S"),
        ("cy", None, "L"),
        ("gil", "unknown", "S"),
    ]


def test_an_end_that_became_known_later_did_not_exist():
    late = door([("ann", "a", "2024-01-01", "2024-02-01", "2024-02-10", 20, False, "S", None)])
    for as_of, expected in [("2024-02-05", (35, False)), ("2024-02-10", (31, True))]:
        row = subscription_durations(late, as_of=as_of).iloc[0]
        assert (row["duration"], row["observed"]) == expected
        assert pd.isna(row["end"]) == (not expected[1])


def test_who_begins_on_the_last_day_has_lasted_no_day():
    row = subscription_durations(SUBSCRIPTIONS, as_of="2024-06-01").set_index("customer_id").loc["ed"]
    assert (row["duration"], row["observed"]) == (0, False)


# Reference: the truth of simulated subscriptions


def test_simulated_customers_stay_as_long_as_the_law_says():
    # sBG with alpha 1, beta 9: S(k) = 9 / (9 + k); months are 28 to 31 days, so k renewals are over by 31 k days
    spells, _ = make_subscriptions(
        n_customers=20_000, churn_alpha=1, churn_beta=9, acquisition_days=365, end="2023-12-31", random_state=4
    )
    subscriptions = as_subscriptions(spells, end_known="end_known", trial="trial")
    at = 31.0 * np.array([1, 3, 6, 12]) + 3
    for since in (None, "2022-09-01"):
        durations = subscription_durations(subscriptions, as_of="2023-12-31", since=since)
        columns = {"durations": durations["duration"], "observed": durations["observed"], "entry": durations["entry"]}
        found = survival_at_table(**columns, times=at)
        assert_allclose(found["survival"], [9 / 10, 9 / 12, 9 / 15, 9 / 21], atol=0.012)
    # taken for seen from the start, those who had joined before make survival look better
    columns["entry"] = None
    assert survival_at_table(**columns, times=[189])["survival"][0] > 9 / 15 + 0.03


# Laws

DAYS = st.integers(0, 40)
ROWS = st.lists(
    st.tuples(st.sampled_from("xy"), DAYS, st.one_of(st.none(), st.integers(0, 15)), st.booleans()),
    min_size=1,
    max_size=8,
)


def slow(rows, *, as_of, gap):
    """Each customer's spells by going through the days: served and has paid, with gaps of so many days filled."""
    found = []
    for customer in "xy":
        mine = [
            (start, 99 if length is None else start + length, paid)
            for who, start, length, paid in rows
            if who == customer
        ]
        mine = [each for each in mine if each[1] > each[0] and each[0] <= as_of]
        paid = [start for start, _, pays in mine if pays]
        if not paid:
            continue
        served = [day for day in range(min(paid), 99) if any(start <= day < end for start, end, _ in mine)]
        runs = []
        for day in served:
            if runs and day - runs[-1][1] <= gap:
                runs[-1][1] = day + 1
            else:
                runs.append([day, day + 1])
        last = as_of - gap
        for place, (start, end) in enumerate([run for run in runs if run[0] <= last], start=1):
            lost = end <= last
            found.append((customer, place, (end if lost else last) - start, lost))
    return found


@given(ROWS, st.integers(10, 45), st.integers(0, 4))
def test_they_are_what_going_through_the_days_gives(rows, as_of, gap):
    first = date(2024, 1, 1)
    spells = [
        (who, f"{place}", first + timedelta(start), None if length is None else first + timedelta(start + length), None,
         20.0 * paid, False, "S", None)
        for place, (who, start, length, paid) in enumerate(rows)
    ]  # fmt: skip
    expected = slow(rows, as_of=as_of, gap=gap)
    given = {"as_of": first + timedelta(as_of), "allowed_gap_days": gap}
    if not expected:
        with pytest.raises(SchemaError, match="no customer who paid"):
            subscription_durations(door(spells), **given)
        return
    table = subscription_durations(door(spells), **given)
    columns = ["customer_id", "spell", "duration", "observed"]
    assert [tuple(row) for row in table[columns].itertuples(index=False)] == expected
    lasting = (table["end"] - table["start"]).dt.days.where(table["observed"], table["duration"])
    assert (lasting == table["duration"]).all()


def test_every_kind_of_frame_gives_the_same(build):
    expected = subscription_durations(SUBSCRIPTIONS, as_of="2024-05-31", reason="why", keep=["plan"])
    got = subscription_durations(build(SUBSCRIPTIONS), as_of="2024-05-31", reason="why", keep=["plan"])
    assert_same_rows(got, expected)


def test_reasons_add_up_to_the_losses():
    table = subscription_durations(SUBSCRIPTIONS, as_of="2024-05-31", reason="why")
    shares = cumulative_incidence_table(durations=table["duration"], reasons=table["reason"])
    assert shares["n_events"].sum() == table["observed"].sum()


# Refusals


@pytest.mark.parametrize(
    ("given", "kind", "says"),
    [
        ({"as_of": "2023-01-01"}, SchemaError, r"no customer who paid and was there by 2023-01-01\. Give other days"),
        ({"as_of": "soon"}, ValueError, "`as_of` must be a date"),
        ({"since": "2024-06-01"}, ValueError, "`since` must be before `as_of` less the allowed gap, 2024-05-31"),
        ({"since": "2024-05-28", "allowed_gap_days": 4}, ValueError, "2024-05-27, got 2024-05-28"),
        ({"allowed_gap_days": -1}, ValueError, "`allowed_gap_days` must be at least 0"),
        ({"allowed_gap_days": 1.5}, TypeError, "`allowed_gap_days` must be a whole number"),
        ({"keep": ["spell"]}, ValueError, r"`keep` must not name \['spell'\]"),
        ({"keep": ["region"]}, SchemaError, r"lacks the columns \['region'\]"),
        ({"reason": "cause"}, SchemaError, r"lacks the columns \['cause'\]"),
    ],
)
def test_what_cannot_be_used_is_refused(given, kind, says):
    with pytest.raises(kind, match=says):
        subscription_durations(SUBSCRIPTIONS, **{"as_of": "2024-05-31", **given})


# Input untouched


def test_subscriptions_stay_as_they_are():
    before = SUBSCRIPTIONS.copy(deep=True)
    subscription_durations(SUBSCRIPTIONS, as_of="2024-05-31", since="2024-01-01", reason="why", keep=["plan"])
    pd.testing.assert_frame_equal(SUBSCRIPTIONS, before)
