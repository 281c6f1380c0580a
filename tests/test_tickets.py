"""The door for tickets: times and durations, clocks that change, and where every row goes."""

import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.files import data_file
from tests.frames import assert_same_rows, duckdb_connection, rows, to_arrow

from crmkit import SchemaError, as_tickets, audit_tickets, rejected_tickets
from crmkit._tables import TICKETS, check_values, float_columns, open_table
from crmkit.tickets import TICKET_REASONS

COLUMNS = [field.name for field in TICKETS.fields]
DOORS = (as_tickets, audit_tickets, rejected_tickets)


def in_order(native, *columns):
    """The rows by ticket: those of an engine come in any order."""
    return [row[1:] for row in sorted(rows(native, columns=["ticket_id", *columns]))]


def stamps(*times):
    return pd.Series(pd.to_datetime(list(times), format="ISO8601")).astype("datetime64[us]")


# all columns, on every kind of frame
FULL = pd.DataFrame(
    {
        "ticket_id": ["t1", "t2", "t3"],
        "customer_id": [7, 7, 8],
        "created": stamps("2024-03-04 09:00", "2024-03-04 17:30", "2024-03-05 08:15:30"),
        "answered": stamps("2024-03-04 09:20", None, "2024-03-05 08:15:30"),
        "resolved": stamps("2024-03-05 10:30", None, "2024-03-06 08:15:30.000001"),
        "until": stamps("2024-03-06 09:00", "2024-03-06 17:30", None),
        "about": ["complaint", None, "question"],
        "n": [2.0, None, 1.0],
        "ever": [True, True, True],
        "again": [False, True, False],
        "up": [True, False, False],
        "channel": ["mail", "phone", "mail"],
    }
)
NAMED = {
    "first_response": "answered",
    "due": "until",
    "kind": "about",
    "n_contacts": "n",
    "ever_resolved": "ever",
    "reopened": "again",
    "escalated": "up",
}
PLAIN = FULL[["ticket_id", "customer_id", "created", "resolved"]]


# By hand


def test_tickets_come_in_and_go_out_on_every_kind_of_frame(build):
    got = as_tickets(build(FULL), **NAMED, keep=["channel"])
    first, second, third = in_order(got, *COLUMNS, "channel")
    # 09:00 to 09:20 is a third of an hour; to 10:30 on the next day 25.5 hours
    assert first == (
        "t1", 7, "complaint", "2024-03-04 09:00:00", "2024-03-04 09:20:00", pytest.approx(1 / 3),
        "2024-03-05 10:30:00", 25.5, "2024-03-06 09:00:00", 2.0, True, False, True, "mail",
    )  # fmt: skip
    assert second == (
        "t2", 7, None, "2024-03-04 17:30:00", None, None, None, None, "2024-03-06 17:30:00", None, True, True, False,
        "phone",
    )  # fmt: skip
    assert third[5] == 0
    assert third[7] == pytest.approx(24 + 1e-6 / 3600, abs=1e-12)
    open_table(got, TICKETS)


def test_what_is_not_named_is_missing(build):
    got = as_tickets(build(PLAIN))
    for names in (("kind", "first_response", "due", "reopened"), ("first_response_hours", "n_contacts", "escalated")):
        assert in_order(got, *names) == [(None,) * len(names)] * 3
    # who is resolved was resolved at least once
    assert in_order(got, "ever_resolved") == [(True,), (False,), (True,)]
    open_table(got, TICKETS)


def test_without_a_flag_those_were_resolved_that_are_or_were_reopened(build):
    got = as_tickets(build(FULL), reopened="again")
    assert in_order(got, "ever_resolved", "reopened") == [(True, False), (True, True), (True, False)]


def test_text_is_read_and_columns_are_named_by_keyword():
    table = pd.DataFrame(
        {"no": [1], "who": ["ann"], "in": ["04/03/2024 09:00"], "out": [""], "n": ["2"], "up": ["yes"]}, index=["x"]
    )
    got = as_tickets(
        table, ticket_id="no", customer_id="who", created="in", resolved="out", n_contacts="n", escalated="up",
        date_format="%d/%m/%Y %H:%M",
    )  # fmt: skip
    assert rows(got, columns=["created", "resolved", "n_contacts", "escalated"]) == [
        ("2024-03-04 09:00:00", None, 2.0, True)
    ]
    assert list(got.index) == ["x"]


@pytest.mark.parametrize(
    "durations",
    [
        {"first_response_hours": [0.5, None], "resolution_hours": [26.0, None]},
        {"first_response_minutes": [30, None], "resolution_minutes": ["1560", ""]},
    ],
)
def test_durations_stand_for_times(durations, build_in_memory):
    table = PLAIN.iloc[:2].drop(columns="resolved").assign(**durations)
    got = as_tickets(build_in_memory(table), **{name: name for name in durations})
    assert rows(got, columns=["first_response", "first_response_hours", "resolved", "resolution_hours"]) == [
        ("2024-03-04 09:30:00", 0.5, "2024-03-05 11:00:00", 26.0),
        (None, None, None, None),
    ]


def test_an_hour_is_not_lost_when_clocks_change():
    # in Berlin clocks go from 02:00 to 03:00 on 2024-03-31, and from 03:00 to 02:00 on 2024-10-27
    aware = pd.DataFrame(
        {
            "ticket_id": [1, 2],
            "customer_id": [1, 1],
            "created": ["2024-03-30T23:30:00Z", "2024-10-27T00:50:00Z"],
            "answered": ["2024-03-31T01:30:00Z", "2024-10-27T01:10:00Z"],
            "resolved": ["2024-03-31T02:30:00Z", None],
        }
    )
    for table in (aware, aware.assign(**{name: pd.to_datetime(aware[name]) for name in ("created", "answered")})):
        got = as_tickets(table, first_response="answered", time_zone="Europe/Berlin")
        # 2 hours though the clock shows 3; and 20 minutes though it goes back
        assert rows(got, columns=["created", "first_response", "first_response_hours", "resolution_hours"]) == [
            ("2024-03-31 00:30:00", "2024-03-31 03:30:00", 2.0, 3.0),
            ("2024-10-27 02:50:00", "2024-10-27 02:10:00", pytest.approx(1 / 3), None),
        ]
    lasted = aware.assign(minutes=[120, 20])
    got = as_tickets(lasted, first_response_minutes="minutes", time_zone="Europe/Berlin")
    assert rows(got, columns=["first_response"]) == [("2024-03-31 03:30:00",), ("2024-10-27 02:10:00",)]


def test_a_day_that_still_counts_ends_at_its_end(build):
    table = FULL.assign(until=stamps("2024-03-05", None, "2024-03-07"))
    with pytest.warns(UserWarning, match=r"^Every due time in `tickets` is a midnight\. If it stands for a day that"):
        as_tickets(build(table), due="until")
    got = as_tickets(build(table), due="until", inclusive_due=True)
    assert in_order(got, "due") == [("2024-03-06",), (None,), ("2024-03-08",)]


def test_days_of_creation_go_with_days_due():
    table = FULL.assign(created=stamps("2024-03-04", "2024-03-04", "2024-03-05"), until=stamps(*["2024-03-07"] * 3))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        as_tickets(table, due="until")


# Row by row: sound, and wrong in one way each
SOUND = {
    "ticket_id": "s1", "customer_id": "ann", "created": "2024-03-04 09:00", "answered": "2024-03-04 09:20",
    "resolved": "2024-03-04 10:00", "until": "2024-03-05 12:00", "about": "complaint", "n": "1", "ever": "true",
    "again": "no", "up": "0",
}  # fmt: skip
CHANGES = [
    ("kept", {}),
    ("open", {"resolved": "", "ever": "no"}),
    ("no_ticket", {"ticket_id": " "}),
    ("repeated_ticket", {"ticket_id": "twice"}),
    ("repeated_ticket", {"ticket_id": "twice", "created": "soon"}),
    ("no_customer", {"customer_id": ""}),
    ("unusable_created", {"created": "soon"}),
    ("unusable_created", {"created": ""}),
    ("unusable_created", {"created": "0001-01-01"}),
    ("unusable_first_response", {"answered": "late"}),
    ("unusable_first_response", {"answered": "2024-03-04 08:59"}),
    ("unusable_resolved", {"resolved": "late"}),
    ("unusable_resolved", {"resolved": "2024-03-04 08:59:59"}),
    ("unusable_due", {"until": "late"}),
    ("unusable_due", {"until": "2024-03-03"}),
    ("unusable_n_contacts", {"n": "-1"}),
    ("unusable_n_contacts", {"n": "1.5"}),
    ("unusable_n_contacts", {"n": "many"}),
    ("unusable_reopened", {"again": ""}),
    ("unusable_ever_resolved", {"ever": "perhaps"}),
    ("unusable_ever_resolved", {"ever": "no"}),
    ("unusable_ever_resolved", {"ever": "no", "resolved": "", "again": "yes"}),
    ("unusable_escalated", {"up": "2"}),
    ("kept", {"n": "", "until": "", "answered": "", "about": ""}),
]
MIXED = pd.DataFrame(
    [
        SOUND | {"ticket_id": f"t{number}"} | change | {"expected": reason}
        for number, (reason, change) in enumerate(CHANGES)
    ]
)
REASONS = [reason for reason, _ in CHANGES]
WRONG = [reason for reason in REASONS if reason not in ("kept", "open")]


def test_rejected_rows_come_back_with_their_reason(build_in_memory):
    rejected = rejected_tickets(build_in_memory(MIXED), **NAMED)
    assert rows(rejected, columns=["expected", "rejected_because"]) == [(reason, reason) for reason in WRONG]
    kept = as_tickets(build_in_memory(MIXED), **NAMED, keep=["expected"], invalid="drop")
    assert rows(kept, columns=["expected"]) == [("kept",), ("open",), ("kept",)]


def test_the_audit_adds_up_to_all_rows(build_in_memory):
    lines = rows(audit_tickets(build_in_memory(MIXED), **NAMED), columns=["reason", "n_rows"])
    assert lines == [(reason, REASONS.count(reason)) for reason in TICKET_REASONS if reason != "given"] + [
        ("given", len(REASONS))
    ]


def test_the_same_rows_are_dropped_on_an_engine(build):
    table = pd.DataFrame(
        {
            "ticket_id": ["a", "b", "b", "c", None, "d"],
            "customer_id": ["ann", "bo", "bo", "cy", "ann", None],
            "created": stamps(*["2024-03-04"] * 6),
            "resolved": stamps("2024-03-05", None, None, "2024-03-03", None, None),
        }
    )
    assert rows(as_tickets(build(table), invalid="drop"), columns=["ticket_id"]) == [("a",)]
    assert sorted(rows(rejected_tickets(build(table)), columns=["rejected_because"])) == [
        ("no_customer",), ("no_ticket",), ("repeated_ticket",), ("repeated_ticket",), ("unusable_resolved",),
    ]  # fmt: skip
    assert rows(audit_tickets(build(table))) == [
        ("no_ticket", 1, 0), ("repeated_ticket", 2, 1), ("no_customer", 1, 0), ("unusable_created", 0, 0),
        ("unusable_resolved", 1, 0), ("open", 0, 0), ("kept", 1, 0), ("given", 6, 1),
    ]  # fmt: skip


def test_ids_of_one_person_are_joined():
    merged = pd.DataFrame({"customer_id": [7], "merged_id": [8]})
    assert rows(as_tickets(PLAIN, merge_ids=merged), columns=["customer_id"]) == [(8,)] * 3


# Reference: RavenStack's tickets (synthetic; shared data), which hold both the times and the durations


def test_ravenstack():
    table = pd.read_parquet(data_file("ravenstack_support_tickets.parquet"))
    names = {
        "customer_id": "account_id",
        "created": "submitted_at",
        "first_response_minutes": "first_response_time_minutes",
    }
    names |= {"escalated": "escalation_flag"}
    by_time = as_tickets(table, resolved="closed_at", **names, keep=["priority"])
    by_duration = as_tickets(table, resolution_hours="resolution_time_hours", **names, keep=["priority"])
    assert_same_rows(by_time, by_duration)
    # counted in the file: 2,000 tickets, none open, 95 escalated, mean 35.861 hours and 88.48 minutes
    assert (len(by_time), int(by_time["resolved"].isna().sum()), int(by_time["escalated"].sum())) == (2000, 0, 95)
    assert by_time["resolution_hours"].mean() == pytest.approx(35.861)
    assert by_time["first_response_hours"].mean() * 60 == pytest.approx(88.48, abs=0.005)


# Law

moments = st.integers(0, 10**10).map(
    lambda number: pd.Timestamp("2024-01-01") + pd.Timedelta(microseconds=number * 997)
)


@st.composite
def tables(draw):
    """Tickets that are answered and resolved after they were created, or not yet."""
    found = []
    for number in range(draw(st.integers(1, 6))):
        created = draw(moments)
        later = [created + pd.Timedelta(microseconds=draw(st.integers(0, 10**12))) for _ in range(2)]
        answered, resolved = (time if draw(st.booleans()) else pd.NaT for time in later)
        found.append((number, draw(st.integers(1, 3)), created, answered, resolved))
    table = pd.DataFrame(found, columns=["ticket_id", "customer_id", "created", "answered", "resolved"])
    return table.astype(dict.fromkeys(("created", "answered", "resolved"), "datetime64[us]"))


@given(tables())
def test_hours_are_those_of_the_clock_and_the_same_on_an_engine(table):
    got = as_tickets(table, first_response="answered")
    for hours, end in (("first_response_hours", "answered"), ("resolution_hours", "resolved")):
        expected = (table[end] - table["created"]).dt.total_seconds() / 3600
        np.testing.assert_allclose(got[hours], expected, rtol=1e-12, atol=1e-12)
    check_values(float_columns(got, TICKETS, ["first_response_hours", "resolution_hours", "ever_resolved"]), TICKETS)
    relation = duckdb_connection().from_arrow(to_arrow(table))
    assert_same_rows(as_tickets(relation, first_response="answered"), got)


@given(tables())
def test_times_and_their_durations_come_to_the_same(table):
    by_time = as_tickets(table, first_response="answered")
    lasted = table.assign(
        minutes=(table["answered"] - table["created"]).dt.total_seconds() / 60,
        hours=(table["resolved"] - table["created"]).dt.total_seconds() / 3600,
    )
    assert_same_rows(as_tickets(lasted, first_response_minutes="minutes", resolution_hours="hours"), by_time)


@given(tables())
def test_the_order_of_rows_does_not_matter(table):
    assert_same_rows(as_tickets(table.iloc[::-1]), as_tickets(table))


# Refusal


def test_rows_that_cannot_be_used_are_refused_with_where_they_stand():
    expected = (
        r"^`tickets` has rows that cannot be used: 1 without a ticket id \(first at rows \[2\].*; "
        r"2 whose ticket id stands on several rows \(first at rows \[3, 4\], `tickets\['ticket_id'\]` is "
        r"\['twice'\]\): keep one row of each ticket; 1 without a customer \(first at rows \[5\]\); "
        r"4 with an unusable time of creation \(first at rows \[4, 6, 7, 8\].*; "
        r"2 with a first response that is unusable or before the creation \(first at rows \[9, 10\].*; "
        r"2 with a resolution that is unusable or before the creation \(first at rows \[11, 12\].*; "
        r"2 with a due time that is unusable or before the creation \(first at rows \[13, 14\].*; "
        r"3 with a number of contacts that is unusable, below 0 or not whole \(first at rows \[15, 16, 17\].*; "
        r"1 with a flag of reopening that is neither true nor false \(first at rows \[18\].*; "
        r"3 with a flag of resolution that is neither true nor false, or false of a ticket that was resolved or "
        r"reopened \(first at rows \[19, 20, 21\].*; "
        r"1 with a flag of escalation that is neither true nor false \(first at rows \[22\], .*\['2'\]\)\. "
        r"Text dates other than ISO need date_format=\. Correct them, or pass invalid='drop'; rejected_tickets returns"
    )
    with pytest.raises(SchemaError, match=expected):
        as_tickets(MIXED, **NAMED)


def test_on_an_engine_the_customers_of_wrong_rows_are_shown():
    relation = duckdb_connection().from_arrow(to_arrow(PLAIN.assign(resolved=PLAIN["created"] - pd.Timedelta("1s"))))
    with pytest.raises(
        SchemaError, match=r"3 with a resolution that is unusable or before the creation \(customers \["
    ):
        as_tickets(relation)


@pytest.mark.parametrize("hours", [-1, 1e9, "soon"])
def test_impossible_durations_are_refused(hours):
    expected = rf"1 with a resolution that is .* \(first at rows \[1\], `tickets\['hours'\]` is \[{hours!r}\]\)"
    with pytest.raises(SchemaError, match=expected):
        as_tickets(
            PLAIN.assign(hours=["1", hours, "2"] if hours == "soon" else [1, hours, 2]), resolution_hours="hours"
        )


def test_a_table_of_which_nothing_is_left_is_refused(build):
    table = PLAIN.assign(ticket_id="t")
    expected = r"`tickets` has 3 rows, and none is left with invalid='drop'\. audit_tickets says where they went"
    with pytest.raises(SchemaError, match=expected):
        as_tickets(build(table), invalid="drop")


@pytest.mark.parametrize("door", DOORS)
def test_what_is_not_a_table_of_tickets_is_refused(door):
    with pytest.raises(TypeError, match="`tickets` must be a pandas, Polars or PyArrow table"):
        door([1])
    with pytest.raises(SchemaError, match=r"`tickets` has no column \['resolved'\]; its columns are \['ticket_id'"):
        door(PLAIN.drop(columns="resolved"))
    with pytest.raises(SchemaError, match=r"`tickets` has no rows\. It must have at least one\."):
        door(PLAIN.iloc[:0])
    expected = "Name one of `first_response`, `first_response_hours`, `first_response_minutes`, got 2 of them"
    with pytest.raises(ValueError, match=expected):
        door(PLAIN, first_response="a", first_response_minutes="b")
    with pytest.raises(ValueError, match="Name one of `resolved`, `resolution_hours`, `resolution_minutes`, got 2 of"):
        door(PLAIN, resolved="a", resolution_hours="b")


@pytest.mark.parametrize("door", DOORS)
def test_durations_on_an_engine_are_refused(door):
    relation = duckdb_connection().from_arrow(to_arrow(PLAIN.assign(h=1.0)))
    with pytest.raises(
        ValueError, match=r"^`resolution_hours` is for frames in memory\. Add it to the time of creation"
    ):
        door(relation, resolution_hours="h")


@pytest.mark.parametrize("own", COLUMNS)
def test_a_column_to_keep_must_not_have_a_name_of_the_table(own):
    with pytest.raises(SchemaError, match=rf"`keep` names \['{own}'\], but as_tickets makes columns of these names"):
        as_tickets(PLAIN.assign(**{own: PLAIN.get(own, 1)}), keep=[own])


def test_options_are_checked():
    with pytest.raises(ValueError, match=r"`invalid` must be one of \['drop', 'raise'\], got 'keep'"):
        as_tickets(PLAIN, invalid="keep")
    with pytest.raises(TypeError, match="`keep` must be a sequence of column names, got the text 'channel'"):
        as_tickets(FULL, keep="channel")
    with pytest.raises(
        SchemaError, match=r"`time_zone` is 'Asia/Shanghai', but `tickets\['created'\]` holds times with"
    ):
        as_tickets(PLAIN, time_zone="Asia/Shanghai")


# Input untouched


def test_the_input_is_left_as_it_is():
    given_table = MIXED.copy()
    as_tickets(given_table, **NAMED, invalid="drop")
    audit_tickets(given_table, **NAMED)
    pd.testing.assert_frame_equal(given_table, MIXED)
