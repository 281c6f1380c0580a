"""Durations laid out period by period: by the calendar, with late entries and features that change."""

import warnings
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from tests.frames import assert_same_rows

from crmkit import SchemaError
from crmkit.loyalty.survival import kaplan_meier_table, person_period_table
from crmkit.loyalty.survival._elapsed import PERIODS, after, begun_since, whole_since

# ann left on 31 March after two months; bo and cy are still there on 15 April
DURATIONS = pd.DataFrame(
    {
        "customer_id": ["ann", "bo", "cy"],
        "start": pd.to_datetime(["2024-01-31", "2023-12-15", "2024-03-20"]),
        "duration": [60.0, 122.0, 26.0],
        "observed": [True, False, False],
        "plan": ["S", "M", "M"],
    }
)
CHANGING = pd.DataFrame(
    {
        "customer_id": ["ann", "ann", "ann", "bo", "zoe"],
        "date": pd.to_datetime(["2024-01-31", "2024-02-29", "2024-03-01", "2024-02-14", "2024-01-01"]),
        "logins": [9, 4, 0, 7, 5],
    }
)


def rows_of(table, columns=("customer_id", "period", "left")):
    return [tuple(row) for row in table[list(columns)].itertuples(index=False)]


# By hand


def test_months_end_on_the_same_day_of_the_month_or_on_its_last():
    table = person_period_table(DURATIONS, freq="M", as_of="2024-04-15")
    # ann's months end on 29 February and 31 March, on which ann left; cy's first is not over
    assert rows_of(table) == [
        ("ann", 1, False), ("ann", 2, True), ("bo", 1, False), ("bo", 2, False), ("bo", 3, False), ("bo", 4, False),
    ]  # fmt: skip
    assert table["period_start"].dt.strftime("%m-%d").tolist() == ["01-31", "02-29", "12-15", "01-15", "02-15", "03-15"]


def test_of_a_period_that_is_not_over_nobody_counts():
    # on 30 March it is not known that ann will leave; bo's fourth month is not over
    assert rows_of(person_period_table(DURATIONS, freq="M", as_of="2024-03-30")) == [
        ("ann", 1, False), ("bo", 1, False), ("bo", 2, False), ("bo", 3, False),
    ]  # fmt: skip
    # dee left in a month that is not over: counted, the month would have a loss but none of those who stay
    dee = pd.DataFrame(
        {"customer_id": [1], "start": pd.to_datetime(["2024-03-10"]), "duration": [40.0], "observed": [True]}
    )
    assert rows_of(person_period_table(dee, freq="M", as_of="2024-04-19")) == [(1, 1, False)]


def test_who_came_into_sight_late_has_no_earlier_periods():
    late = DURATIONS.assign(entry=[0.0, 31.0, 0.0])
    # bo was first seen on 15 January, when the second month began; with a day more the third is the first
    assert rows_of(person_period_table(late, freq="M", as_of="2024-04-15"))[2:] == [
        ("bo", 2, False),
        ("bo", 3, False),
        ("bo", 4, False),
    ]
    later = DURATIONS.assign(entry=[0.0, 32.0, 0.0])
    assert rows_of(person_period_table(later, freq="M", as_of="2024-04-15"))[2:] == [("bo", 3, False), ("bo", 4, False)]


def test_features_are_what_was_known_on_the_first_day():
    table = person_period_table(DURATIONS, freq="M", as_of="2024-04-15", keep=["plan"], changing=CHANGING)
    known = table["logins"].astype(object).where(table["logins"].notna(), None).tolist()
    # that ann no longer logged in on 1 March was not known on 29 February
    assert known == [9, 4, None, None, 7, 7]
    assert table["plan"].tolist() == ["S", "S", "M", "M", "M", "M"]


def test_durations_in_periods():
    tenures = pd.DataFrame(
        {"customer_id": [1, 2, 3, 4], "duration": [0, 1.5, 1.5, 3], "observed": [1, 1, 0, 0], "entry": [0, 0, 0, 1]}
    )
    # a loss at 0 belongs to the first period, one at 1.5 to the second, which is not over for the third customer
    assert rows_of(person_period_table(tenures, freq=None)) == [
        (1, 1, True), (2, 1, False), (2, 2, True), (3, 1, False), (4, 2, False), (4, 3, False),
    ]  # fmt: skip


# Laws

DAYS = st.dates(date(2019, 12, 1), date(2021, 3, 31))


@given(DAYS, st.integers(0, 1200), st.sampled_from(list(PERIODS)))
def test_whole_periods_are_those_that_are_over(start, days, length):
    first, day = (np.array([each], dtype="datetime64[D]") for each in (start, start + timedelta(days)))
    whole, begun = whole_since(first, day, length=length), begun_since(first, day, length=length)
    assert (after(first, whole, length=length) <= day).all()
    assert (after(first, whole + 1, length=length) > day).all()
    assert (after(first, begun, length=length) >= day).all()
    assert begun[0] == 0 or (after(first, begun - 1, length=length) < day).all()


@given(st.lists(st.tuples(st.integers(0, 9), st.booleans(), st.integers(0, 4)), min_size=1, max_size=20))
def test_the_shares_that_leave_in_each_period_give_kaplan_and_meiers_curve(sample):
    # at whole durations, those of 0 aside, nothing is lost by counting in periods
    entry = [min(late, lasted) for lasted, _, late in sample]
    tenures = pd.DataFrame(
        {
            "customer_id": range(len(sample)),
            "duration": [lasted + 1 for lasted, _, _ in sample],
            "observed": [ended for _, ended, _ in sample],
            "entry": entry,
        }
    )
    periods = person_period_table(tenures, freq=None)
    shares = periods.groupby("period")["left"].agg(["size", "sum", "mean"])
    columns = {"durations": tenures["duration"], "observed": tenures["observed"], "entry": tenures["entry"]}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        curve = kaplan_meier_table(**columns).set_index("duration")
    both = shares.index.intersection(curve.index)
    assert_allclose(shares.loc[both, "size"], curve.loc[both, "n_at_risk"])
    assert_allclose(shares.loc[both, "sum"], curve.loc[both, "n_events"])


def test_every_kind_of_frame_gives_the_same(build):
    given = {"freq": "M", "as_of": "2024-04-15", "keep": ["plan"]}
    expected = person_period_table(DURATIONS, **given, changing=CHANGING)
    assert_same_rows(person_period_table(build(DURATIONS), **given, changing=build(CHANGING)), expected)


# Refusals


@pytest.mark.parametrize(
    ("given", "kind", "says"),
    [
        ({"as_of": "2024-04-16"}, ValueError, "`as_of` is 2024-04-16, but customers .* up to 2024-04-15 only"),
        ({"as_of": None}, ValueError, "`as_of` is needed with freq='M'"),
        ({"freq": "H"}, ValueError, "`freq` must be one of"),
        ({"freq": None}, ValueError, "`as_of` and `changing` need `freq`"),
        ({"as_of": "2024-01-10"}, SchemaError, "No customer of `durations` was watched for a whole period"),
        ({"keep": ["left"]}, ValueError, r"`keep` must not name \['left'\]"),
        ({"keep": ["region"]}, SchemaError, r"lacks the columns \['region'\]"),
        (
            {"changing": CHANGING.rename(columns={"logins": "period"})},
            ValueError,
            r"`changing` must not name \['period'\]",
        ),
        (
            {"changing": pd.concat([CHANGING, CHANGING.iloc[[3]]])},
            SchemaError,
            r"several values of a customer on one day, such as those of \['bo'\]",
        ),
    ],
)
def test_what_cannot_be_laid_out_is_refused(given, kind, says):
    with pytest.raises(kind, match=says):
        person_period_table(DURATIONS, **{"freq": "M", "as_of": "2024-04-15", **given})


@pytest.mark.parametrize(
    ("column", "value", "says"),
    [
        ("duration", -1.0, r"`durations\['duration'\]` is below 0 in 1 row"),
        ("duration", np.nan, r"`durations\['duration'\]` is missing in 1 row"),
        ("observed", 2, r"`durations\['observed'\]` is neither true nor false"),
        ("entry", 400.0, r"`durations\['entry'\]` is not below `durations\['duration'\]`"),
        ("start", pd.NaT, r"`durations\['start'\]` is missing in 1 row, first at rows \[0\]"),
    ],
)
def test_durations_that_cannot_be_are_refused(column, value, says):
    wrong = DURATIONS.assign(entry=0.0, observed=DURATIONS["observed"].astype(int))
    wrong.loc[0, column] = value
    with pytest.raises(SchemaError, match=says):
        person_period_table(wrong, freq="M", as_of="2024-04-15")


# Input untouched


def test_tables_stay_as_they_are():
    before, known = DURATIONS.copy(deep=True), CHANGING.copy(deep=True)
    person_period_table(DURATIONS, freq="M", as_of="2024-04-15", changing=CHANGING)
    pd.testing.assert_frame_equal(DURATIONS, before)
    pd.testing.assert_frame_equal(CHANGING, known)
