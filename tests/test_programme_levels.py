"""Levels of members: reached, kept, lost, taken back; who moved; rules that overlap."""

import calendar
from datetime import date, timedelta

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.depth import up_to
from tests.frames import assert_same_rows, rows

from crmkit import SchemaError, as_points, make_points
from crmkit.loyalty.programmes import level_history_table, level_migration_table, level_table
from crmkit.plotting import plot_movement
from crmkit.segment.movement import transition_table

RULES = pd.DataFrame({"level": ["gold", "silver"], "threshold": [1000, 250], "window_months": [12, 12]})


def log(*events):
    table = pd.DataFrame(events, columns=["date", "kind", "points", "of", "customer_id"]).assign(
        event_id=range(1, len(events) + 1)
    )
    table["of"] = table["of"].astype("Int64")
    return as_points(table, reverses="of" if table["of"].notna().any() else None)


def earn(day, points, who="ann"):
    return day, "earn", points, None, who


def history(points, *, as_of, rules=RULES, **options):
    found = level_history_table(points, rules, as_of=as_of, **options)
    return [row[1:] for row in rows(found)]


# By hand


def test_levels_are_reached_at_once_and_looked_at_again_when_they_end():
    # 300 in January 2023: silver to 10 January 2024; 800 more in June: 1,100 in 12 months, gold to 15 June 2024. In the
    # 12 months until then 0 + 400 of March 2024: silver; 12 months later nothing.
    events = log(earn("2023-01-10", 300), earn("2023-06-15", 800), earn("2024-03-01", 400))
    assert history(events, as_of="2025-12-31") == [
        ("2023-01-10", None, "silver", "reached", "2024-01-10"),
        ("2023-06-15", "silver", "gold", "reached", "2024-06-15"),
        ("2024-06-16", "gold", "silver", "fell", "2025-06-15"),
        ("2025-06-16", "silver", None, "fell", None),
    ]
    (found,) = rows(level_table(events, RULES, as_of="2024-06-15"))
    assert found == ("ann", "gold", "2023-06-15", "2024-06-15", 400.0, None, None)
    (found,) = rows(level_table(events, RULES, as_of="2024-06-16"))
    assert found == ("ann", "silver", "2024-06-16", "2025-06-15", 400.0, "gold", 600.0)


def test_a_level_is_kept_where_the_points_still_suffice():
    events = log(earn("2023-01-10", 300), earn("2023-12-01", 250))
    assert history(events, as_of="2024-01-11")[-1] == ("2024-01-11", "silver", "silver", "kept", "2025-01-10")
    (found,) = rows(level_table(events, RULES, as_of="2024-01-11"), columns=["since"])
    assert found == ("2023-01-10",)


def test_a_returned_order_costs_a_level_when_it_is_looked_at_or_at_once():
    events = log(
        earn("2023-01-10", 300), earn("2023-02-01", 900), ("2023-03-01", "reverse", 900, 2, "ann"),
        earn("2023-04-01", 10),
    )  # fmt: skip
    late, soon = (history(events, as_of="2024-02-02", take_back=when) for when in ("requalification", "at_once"))
    # gold of 1 February 2023 lasts its year; its points no longer count in the window, 310 less what has left it
    assert late[1:] == [
        ("2023-02-01", "silver", "gold", "reached", "2024-02-01"),
        ("2024-02-02", "gold", None, "fell", None),
    ]
    assert soon[2] == ("2023-03-01", "gold", "silver", "taken_back", "2024-03-01")


@pytest.mark.parametrize("take_back", ["requalification", "at_once"])
def test_points_earned_and_taken_back_on_one_day_reach_nothing(take_back):
    events = log(earn("2023-01-10", 900), ("2023-01-10", "reverse", 900, 1, "ann"), earn("2023-01-11", 300))
    assert history(events, as_of="2023-02-01", take_back=take_back) == [
        ("2023-01-11", None, "silver", "reached", "2024-01-11")
    ]


def test_what_does_not_count_for_a_level_moves_nobody():
    table = pd.DataFrame(
        {
            "event_id": [1, 2, 3],
            "customer_id": ["ann", "ann", "bo"],
            "date": "2024-01-05",
            "kind": ["earn", "earn", "adjust"],
            "points": [200, 800, 5000],
            "counts": [1, 0, 0],
        }
    )
    found = level_table(as_points(table, counts_for_level="counts"), RULES, as_of="2024-01-31")
    assert rows(found, columns=["level", "qualifying_points"]) == [(None, 200.0), (None, 0.0)]


def test_levels_may_last_longer_than_their_window_and_begin_at_0():
    rules = RULES.assign(valid_months=24)
    rules.loc[len(rules)] = ["member", 0, 12, 24]
    events = log(earn("2023-01-31", 300), earn("2023-02-01", 1, "bo"))
    found = level_table(events, rules, as_of="2025-01-31")
    assert rows(found, columns=["level", "valid_until"]) == [("silver", "2025-01-31"), ("member", "2025-02-01")]
    found = level_table(events, rules, as_of="2025-02-02")
    assert rows(found, columns=["level", "valid_until"]) == [("member", "2027-01-31"), ("member", "2027-02-01")]


def test_who_moved_between_two_days():
    events = log(
        earn("2023-01-10", 300), earn("2023-02-10", 100, "bo"), earn("2023-06-10", 1000), earn("2023-06-11", 300, "bo"),
        earn("2023-07-01", 50, "cy"),
    )  # fmt: skip
    moved = level_migration_table(events, RULES, before="2023-03-31", after="2023-12-31")
    found = [row for row in rows(moved, columns=["segment_before", "segment_after", "n_customers", "share"]) if row[2]]
    assert found == [("silver", "gold", 1, 1.0), ("none", "silver", 1, 1.0), (None, "none", 1, None)]
    assert transition_table(moved).set_index("before").loc["silver", "gold"] == 1
    # gold, silver, none, and those who were not there
    assert len(plot_movement(moved).get_yticklabels()) == 4


# Law


def add_months(day, months):
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def slow(events, *, as_of, window, valid):
    """Walk through the days: the level on each, by the points in the window."""
    level, until, found = -1, None, {}
    day = min(day for day, _ in events)
    while day <= as_of:
        looked = day - timedelta(days=1)
        if until == looked:
            start = add_months(looked, -window)
            level = reached(sum(points for when, points in events if start < when <= looked))
            until = add_months(looked, valid) if level >= 0 else None
        start = add_months(day, -window)
        now = reached(sum(points for when, points in events if start < when <= day))
        if now > level and any(when == day for when, _ in events):
            level, until = now, add_months(day, valid)
        found[day] = level
        day += timedelta(days=1)
    return found


def reached(points):
    return sum(points >= threshold for threshold in (3, 6)) - 1


@up_to(8)
@given(
    st.lists(st.tuples(st.integers(0, 120), st.integers(1, 5)), min_size=1, max_size=8),
    st.integers(1, 3), st.integers(1, 3), st.integers(0, 200),
)  # fmt: skip
def test_levels_are_those_of_a_walk_through_the_days(drawn, window, valid, after):
    events = [(date(2024, 1, 28) + timedelta(days=offset), points) for offset, points in drawn]
    first = min(day for day, _ in events)
    as_of = first + timedelta(days=after)
    rules = pd.DataFrame(
        {"level": ["b", "a"], "threshold": [6, 3], "window_months": [window] * 2, "valid_months": [valid] * 2}
    )
    points = log(*(earn(str(day), number) for day, number in events))
    walked = slow(events, as_of=as_of, window=window, valid=valid)
    (found,) = level_table(points, rules, as_of=as_of)["level"].fillna("-")
    assert found == "-ab"[walked[as_of] + 1]
    # the history says the same of every day, and later days do not change it
    changes = level_history_table(points, rules, as_of=as_of)
    told, level = {}, "-"
    by_day = dict(zip(changes["date"].dt.date, changes["level"].fillna("-"), strict=True))
    for day in walked:
        level = by_day.get(day, level)
        told[day] = level
    assert told == {day: "-ab"[each + 1] for day, each in walked.items()}


def test_every_kind_of_frame_gives_the_same(build):
    points = as_points(make_points(n_customers=12, end="2023-06-30", random_state=2).points, reverses="reverses")
    for function, days in (
        (level_table, {"as_of": "2023-06-30"}),
        (level_history_table, {"as_of": "2023-06-30"}),
        (level_migration_table, {"before": "2022-12-31", "after": "2023-06-30"}),
    ):
        assert_same_rows(function(build(points), build(RULES), **days), function(points, RULES, **days))


# Refusal

ONE = log(earn("2024-01-05", 10))


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        (RULES.assign(threshold=250), r"The levels \['gold', 'silver'\] overlap: both begin at 250 points"),
        (RULES.assign(level="gold"), r"`rules\['level'\]` must name each level once, by text other than 'none'"),
        (RULES.assign(level=["none", "gold"]), "by text other than 'none'"),
        (RULES.assign(threshold=[-1, 5]), r"`rules\['threshold'\]` must hold numbers of 0 or more"),
        (RULES.assign(threshold=["much", "more"]), r"`rules\['threshold'\]` must hold numbers of 0 or more"),
        (RULES.assign(window_months=[12, 1.5]), r"`rules\['window_months'\]` must hold whole numbers of months from 1"),
        (RULES.assign(valid_months=0), r"`rules\['valid_months'\]` must hold whole numbers of months"),
        (RULES.head(0), "`rules` has no rows. Give each level one"),
        (RULES.drop(columns="threshold"), "`rules` lacks the columns"),
    ],
)
def test_rules_that_cannot_be_are_refused(rules, message):
    with pytest.raises(SchemaError, match=message):
        level_table(ONE, rules, as_of="2024-01-31")


def test_other_mistakes_are_refused():
    with pytest.raises(ValueError, match=r"`take_back` must be one of \['at_once', 'requalification'\]"):
        level_history_table(ONE, RULES, as_of="2024-01-31", take_back="never")
    with pytest.raises(ValueError, match="`before` must lie before `after` 2024-01-31, got 2024-02-01"):
        level_migration_table(ONE, RULES, before="2024-02-01", after="2024-01-31")
    with pytest.raises(TypeError, match="`rules` must be a pandas, Polars or PyArrow table"):
        level_table(ONE, {"gold": 1000}, as_of="2024-01-31")


# Input untouched


def test_the_tables_stay_as_they_were():
    points, rules = ONE.copy(), RULES.copy()
    level_migration_table(ONE, RULES, before="2024-01-31", after="2024-02-29")
    pd.testing.assert_frame_equal(ONE, points)
    pd.testing.assert_frame_equal(RULES, rules)
