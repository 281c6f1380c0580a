"""Working time: against a count minute by minute, and the days that differ from their weekday."""

from datetime import datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit.metrics._service_kpis._working_time import working_time

WEEK = "Mon Tue Wed Thu Fri"


def times(*texts):
    return np.array(texts, dtype="datetime64[us]")


def made(hours=(9, 18), days=WEEK, holidays=(), extra=()):
    return working_time(hours, working_days=days, holidays=holidays, extra_working_days=extra)


# By hand. 2024-03-04 is a Monday.


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        ("2024-03-04T10:00", "2024-03-04T11:30", 1.5),
        # 17:00 to 18:00, then 9:00 to 9:30
        ("2024-03-04T17:00", "2024-03-05T09:30", 1.5),
        # Friday 17:00 to Monday 10:00
        ("2024-03-08T17:00", "2024-03-11T10:00", 2.0),
        # before and after hours, and on a Saturday
        ("2024-03-04T06:00", "2024-03-04T08:59", 0.0),
        ("2024-03-09T10:00", "2024-03-10T23:00", 0.0),
        ("2024-03-04T00:00", "2024-03-11T00:00", 45.0),
    ],
)
def test_hours_between(start, end, hours):
    assert made().hours_between(times(start), times(end)) == pytest.approx(hours)


def test_holidays_do_not_count_and_extra_days_do():
    # Wednesday off, Saturday on: Tuesday 17:00 to Sunday is 1 + 9 (Thu) + 9 (Fri) + 9 (Sat)
    working = made(holidays=["2024-03-06"], extra=["2024-03-09"])
    assert working.hours_between(times("2024-03-05T17:00"), times("2024-03-10T12:00")) == pytest.approx(28)
    # the second working day after Tuesday is Friday; after Thursday it is Saturday
    ends = working.end_of_working_day(times("2024-03-05T17:00", "2024-03-07T00:00", "NaT"), 2)
    assert ends.astype(str).tolist() == ["2024-03-09T00:00:00.000000", "2024-03-10T00:00:00.000000", "NaT"]


def test_without_hours_whole_days_count():
    working = made(hours=None)
    assert working.hours_between(times("2024-03-08T12:00"), times("2024-03-11T06:00")) == pytest.approx(18)


def test_what_is_missing_is_missing():
    found = made().hours_between(
        times("NaT", "2024-03-04T10:00", "2024-03-04T10:00"), times("2024-03-04", "NaT", "2024-03-04T11:00")
    )
    np.testing.assert_array_equal(found, [np.nan, np.nan, 1])
    assert np.isnan(made().hours_between(times("NaT"), times("NaT"))).all()


def test_where_nothing_is_worked_no_day_ends():
    week = [f"2024-03-{day:02}" for day in range(1, 32)]
    far = made(days="Mon", holidays=week).end_of_working_day(times("2024-03-04"), 1)
    assert far.astype(str).tolist() == ["2024-04-02T00:00:00.000000"]
    closed = np.arange("2024-03-01", "2025-12-31", dtype="datetime64[D]").tolist()
    assert np.isnat(made(days="Mon", holidays=closed).end_of_working_day(times("2024-03-04"), 1)).all()


# Reference: a count minute by minute, and day by day

START = datetime(2024, 2, 26)
minutes = st.integers(0, 20 * 24 * 60)
weeks = st.sets(st.sampled_from(["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]), min_size=1).map(" ".join)
days = st.sets(st.integers(0, 22), max_size=5)


def works(day, week, holidays, extra):
    number = (day - START).days
    return number in extra or (f"{day:%a}" in week and number not in holidays)


@given(
    minutes, minutes, st.tuples(st.integers(0, 23), st.integers(1, 24)).filter(lambda x: x[0] < x[1]), weeks, days, days
)
def test_it_is_what_a_count_minute_by_minute_gives(one, other, hours, week, holidays, extra):
    extra = extra - holidays
    first, last = sorted((one, other))
    slow = 0
    for minute in range(first, last):
        now = START + timedelta(minutes=minute)
        slow += works(now, week, holidays, extra) and hours[0] <= now.hour < hours[1]
    named = [[START + timedelta(days=day) for day in chosen] for chosen in (holidays, extra)]
    working = made(hours, week, *named)
    start, end = (times(START + timedelta(minutes=minute)) for minute in (first, last))
    assert working.hours_between(start, end) * 60 == pytest.approx(slow)


@given(minutes, st.integers(1, 9), weeks, days, days)
def test_the_end_of_a_working_day_is_found_day_by_day(minute, n_days, week, holidays, extra):
    extra = extra - holidays
    created = START + timedelta(minutes=minute)
    day, left = datetime(created.year, created.month, created.day), n_days
    while left:
        day += timedelta(days=1)
        left -= works(day, week, holidays, extra)
    named = [[START + timedelta(days=number) for number in chosen] for chosen in (holidays, extra)]
    end = made((9, 18), week, *named).end_of_working_day(times(created), n_days)
    assert end[0].item() == day + timedelta(days=1)


# Law


@given(minutes, minutes, minutes)
def test_parts_add_up_and_going_back_is_negative(one, two, three):
    first, middle, last = (times(START + timedelta(minutes=minute)) for minute in (one, two, three))
    working = made((8.5, 17.25))
    whole = working.hours_between(first, last)
    assert working.hours_between(first, middle) + working.hours_between(middle, last) == pytest.approx(whole)
    assert working.hours_between(last, first) == pytest.approx(-whole)


# Refusal


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"hours": (18, 9)}, ValueError, r"`working_hours` must be 2 ascending numbers, got \[18, 9\]"),
        ({"hours": "9-18"}, TypeError, "`working_hours` must be 2 ascending numbers"),
        (
            {"hours": (9, 25)},
            ValueError,
            r"`working_hours` must be two hours of the day from 0 to 24, such as \(9, 18\)",
        ),
        ({"hours": (-1, 9)}, ValueError, "`working_hours` must be two hours of the day"),
        ({"days": "Montag"}, ValueError, "`working_days` must name weekdays in English, such as 'Mon Tue Wed Thu Fri'"),
        ({"days": ""}, ValueError, "`working_days` must name weekdays"),
        ({"days": 5}, ValueError, "`working_days` must name weekdays"),
        ({"holidays": 5}, TypeError, "`holidays` must be a sequence of days, got 5"),
        ({"holidays": "2024-01-01"}, TypeError, "`holidays` must be a sequence of days, got '2024-01-01'"),
        ({"extra": ["soon"]}, ValueError, "`extra_working_days` must be a date"),
        ({"holidays": ["2024-01-01"], "extra": ["2024-01-01"]}, ValueError, "both name 2024-01-01"),
    ],
)
def test_impossible_working_time_is_refused(options, error, message):
    with pytest.raises(error, match=message):
        made(**options)
