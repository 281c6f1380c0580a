"""Day and period numbers agree with Python's calendar on every day from 1901 to 2099."""

from datetime import date, datetime, timedelta
from itertools import pairwise

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from crmkit import _calendar
from crmkit._frames import collected, to_pandas

FREQS = ("D", "W", "M", "Q", "Y", "W-SUN", "W-SAT", "W-MON", "Q-DEC", "Q-JAN", "Q-FEB", "Y-DEC", "Y-MAR", "Y-NOV")
MONTHS = {"JAN": 1, "FEB": 2, "MAR": 3, "NOV": 11, "DEC": 12}
FIRST, LAST = date(1901, 1, 1), date(2099, 12, 31)
DAYS = [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]


def first_day(day, freq):
    """The first day of a period, by Python's own calendar."""
    length, _, end = freq.partition("-")
    if length == "W":
        # the day after the last Saturday or Sunday before
        last = ["MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"].index(end or "SUN")
        return day - timedelta(days=(day.weekday() - last - 1) % 7)
    if length in ("Q", "Y"):
        n = {"Q": 3, "Y": 12}[length]
        first_month = date(2000, 1, 1) if not end else date.fromisoformat(f"2000-{MONTHS[end] % 12 + 1:02}-01")
        back = (day.month - first_month.month) % n
        months = day.year * 12 + day.month - 1 - back
        return date(months // 12, months % 12 + 1, 1)
    return day.replace(day=1) if length == "M" else day


def midnight(day):
    return datetime(day.year, day.month, day.day)


@pytest.fixture(scope="module")
def every_day():
    return pa.table({"date": pa.array([midnight(day) for day in DAYS], pa.timestamp("us"))})


@pytest.fixture(scope="module")
def expected():
    """Per freq the first day of every day's period, and whether it is another than the day before's."""
    starts = {freq: [first_day(day, freq) for day in DAYS] for freq in FREQS}
    return {
        freq: (np.array(days, dtype="datetime64[us]"), np.array([b != a for a, b in pairwise(days)]))
        for freq, days in starts.items()
    }


def computed(build, table, columns):
    """The columns worked out in the kind of frame, one row per day, in the order of the days."""
    frame = nw.from_native(build(table)).with_columns(**columns)
    return to_pandas(collected(frame)).sort_values("date", ignore_index=True)


DAY_NUMBERS = np.array([(day - date(1970, 1, 1)).days for day in DAYS])


def test_there_are_as_many_days_as_the_leap_years_make():
    # 199 years, 49 of them leap years: 1904 to 2096
    assert len(DAYS) == 199 * 365 + 49


def test_every_day_has_its_number(build, every_day):
    found = computed(build, every_day, {"number": _calendar.day_number(nw.col("date"))})
    assert (found["number"].to_numpy() == DAY_NUMBERS).all()


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_day_numbers_of_numpy_agree(unit, every_day):
    stamps = every_day["date"].to_numpy().astype(f"datetime64[{unit}]")
    assert (_calendar.day_numbers(stamps) == DAY_NUMBERS).all()


def test_every_day_finds_its_periods(build, every_day, expected):
    starts = {f"start_{freq}": _calendar.period_start(nw.col("date"), freq=freq) for freq in FREQS}
    numbers = {f"number_{freq}": _calendar.period_number(nw.col("date"), freq=freq) for freq in FREQS}
    found = computed(build, every_day, starts | numbers)
    for freq, (first_days, is_new) in expected.items():
        assert (found[f"start_{freq}"].to_numpy() == first_days).all()
        # neighbouring periods differ by one, and the numbers are those of Python's own dates
        number = found[f"number_{freq}"].to_numpy()
        assert (np.diff(number) == is_new).all()
        assert number[0] == _calendar.number_of_period(midnight(FIRST), freq=freq)


def test_a_missing_date_is_in_no_period(build):
    given = build(pa.table({"date": pa.array([None, datetime(2024, 5, 1)], pa.timestamp("us"))}))
    starts = {freq: _calendar.period_start(nw.col("date"), freq=freq) for freq in FREQS}
    found = to_pandas(collected(nw.from_native(given).with_columns(**starts)))
    assert found[list(FREQS)].isna().sum().tolist() == [1] * len(FREQS)


@pytest.mark.parametrize("freq", FREQS)
def test_the_number_of_a_period_leads_back_to_its_first_day(freq):
    for day in DAYS[::97]:
        number = _calendar.number_of_period(midnight(day), freq=freq)
        assert _calendar.first_day_of(number, freq=freq) == midnight(first_day(day, freq))


@pytest.mark.parametrize("freq", FREQS)
def test_a_period_ends_the_day_before_the_next(freq):
    for day in DAYS[::97]:
        end = _calendar.period_end(midnight(day), freq=freq).date()
        assert first_day(end, freq) == first_day(day, freq)
        assert first_day(end + timedelta(days=1), freq) == end + timedelta(days=1)


def test_the_day_after_a_day():
    assert _calendar.next_day(datetime(2024, 2, 28)) == datetime(2024, 2, 29)


@pytest.mark.parametrize("freq", ["W-SUN", "W-SAT", "Q-JAN", "Y-MAR"])
def test_ends_are_those_of_pandas(freq):
    days = pd.date_range("2022-12-20", "2025-01-10")
    starts = days.to_period(freq).start_time
    assert [first_day(day.date(), freq) for day in days] == [start.date() for start in starts]


@pytest.mark.parametrize("freq", ["ME", "m", "", None, 7, "W-", "W-sat", "D-SUN", "M-DEC", "Y-SAT", "W-DEC", "-"])
def test_other_periods_are_refused(freq):
    with pytest.raises(ValueError, match=r"`freq` must be one of \['D', 'M', 'Q', 'W', 'Y'\], or name the end of"):
        _calendar.check_freq(freq)
