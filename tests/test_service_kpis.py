"""The KPIs of service from tickets: medians of what may still be open, shares of those whose limit is past."""

from fractions import Fraction
from functools import cache

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.depth import few
from tests.files import data_file
from tests.frames import Builder, assert_same_rows, rows

from crmkit import SchemaError, as_tickets, make_tickets
from crmkit._kpi import KPI_COLUMNS
from crmkit.metrics import kpi_catalogue, service_kpis

MARCH = {"start": "2024-03-01", "end": "2024-03-31", "as_of": "2024-03-31"}
NAMED = {
    name: name for name in ("first_response", "due", "kind", "n_contacts", "ever_resolved", "reopened", "escalated")
}


def stamps(*times):
    return pd.Series(pd.to_datetime(list(times), format="ISO8601")).astype("datetime64[us]")


# Six tickets of March, one of April; 2024-03-04 is a Monday. Answered after 1, 2, 9 hours and never; resolved after 4
# and 8 hours, on 5 April, and never.
CASES = pd.DataFrame(
    {
        "ticket_id": [1, 2, 3, 4, 5, 6, 7],
        "customer_id": ["ann", "ann", "bo", "cy", "cy", "di", "di"],
        "kind": ["complaint", "complaint", "complaint", "question", "question", "question", "complaint"],
        "created": stamps(
            "2024-03-04 09:00", "2024-03-04 09:00", "2024-03-08 17:00", "2024-03-11 10:00", "2024-03-29 12:00",
            "2024-03-31 12:00", "2024-04-02 09:00",
        ),
        "first_response": stamps(
            "2024-03-04 10:00", "2024-03-04 11:00", "2024-03-09 02:00", None, "2024-03-29 12:00", None,
            "2024-04-02 09:00",
        ),
        "resolved": stamps(
            "2024-03-04 13:00", "2024-03-04 17:00", "2024-03-11 11:00", "2024-03-11 11:00", "2024-04-05 12:00", None,
            "2024-04-02 09:00",
        ),
        "due": stamps(
            "2024-03-05 09:00", "2024-03-04 16:00", "2024-03-12 09:00", "2024-03-12 09:00", "2024-03-31 12:00",
            "2024-04-02 12:00", "2024-04-03 09:00",
        ),
        "n_contacts": [1, 1, 2, 1, 1, 1, 1],
        "ever_resolved": [True, True, True, True, True, False, True],
        "reopened": [False, True, False, False, False, False, False],
        "escalated": [False, False, True, False, False, False, False],
        "team": ["a", "a", "b", "b", None, "a", "a"],
    }
)  # fmt: skip


@cache
def the_tickets():
    return as_tickets(CASES, **NAMED, keep=["team"])


def tickets(table=None):
    return the_tickets() if table is None else as_tickets(table, **NAMED, keep=["team"])


def by_code(table, column="value"):
    return table.set_index("kpi")[column]


# By hand


def test_march_by_hand():
    found = service_kpis(tickets(), **MARCH, customers=1000, orders=500, sla_hours=None, horizon_hours=8)
    value, numerator, denominator = (by_code(found, name) for name in ("value", "numerator", "denominator"))
    assert list(found.columns) == list(KPI_COLUMNS)
    # 7 is of April; 5 is resolved in April, so open on 31 March, and so is 6
    assert (value["n_tickets"], value["open_tickets"]) == (6, 2)
    # 0 (of 6), 1 (of 5, for 4 was closed without an answer after 1 hour, still at risk then), 2 (of 3), 9 (of 2, for 6
    # has waited 12 hours): 5/6 · 4/5 = 2/3, 2/3 · 2/3 = 4/9
    assert value["first_response_time"] == 2
    # 1 hour (of 6), 4 (of 5), 8 (of 4): 5/6 · 4/5 · 3/4 = 1/2
    assert value["median_resolution_time"] == 8
    # up to 8 hours: 1 · 1 + 5/6 · 3 + 2/3 · 4
    assert value["restricted_resolution_time"] == pytest.approx(1 + 2.5 + 8 / 3)
    # others are open, and take longer
    assert np.isnan(value["average_resolution_time"])
    # of 1, 2, 3, 4: 1 and 4 took one contact and were not reopened
    assert (numerator["first_contact_resolution"], denominator["first_contact_resolution"]) == (2, 4)
    # due by the end of March: 1 to 5; 2 was late by an hour, 5 is pending
    assert (numerator["sla_attainment"], denominator["sla_attainment"]) == (3, 5)
    assert (numerator["reopen_rate"], denominator["reopen_rate"]) == (1, 5)
    assert (numerator["escalation_rate"], denominator["escalation_rate"]) == (1, 6)
    # ann twice and bo
    assert value["complaint_rate[customers]"] == 2 / 1000
    assert value["complaint_rate[orders]"] == 3 / 500
    assert value["complaint_resolution_rate"] == 1
    assert (numerator["complaint_timeliness"], denominator["complaint_timeliness"]) == (2, 3)


def test_what_comes_later_is_not_known_earlier():
    days = {"start": "2024-03-01", "end": "2024-03-08", "as_of": "2024-03-08"}
    found = service_kpis(tickets(), **days)
    value, denominator = by_code(found), by_code(found, "denominator")
    # 3 came in at 17:00 and has waited 7 hours; it is due later
    assert (value["n_tickets"], value["open_tickets"], denominator["sla_attainment"]) == (3, 1, 2)
    assert value["first_response_time"] == 2
    later = by_code(service_kpis(tickets(), **days | {"as_of": "2024-03-31"}))
    assert (later["open_tickets"], later["average_resolution_time"]) == (0, pytest.approx((4 + 8 + 66) / 3))


def test_hours_of_an_agreement():
    # within 8 hours: 1, 2 and 4; 5 is pending, 6 too
    found = service_kpis(tickets(), **MARCH, sla_hours=8).set_index("kpi").loc["sla_attainment"]
    assert (found["numerator"], found["denominator"]) == (3, 6)
    # 20 hours are not past for 6
    found = service_kpis(tickets(), **MARCH, sla_hours=20).set_index("kpi").loc["sla_attainment"]
    assert (found["numerator"], found["denominator"]) == (3, 5)


def test_working_hours():
    found = service_kpis(tickets(), **MARCH, working_hours=(9, 18), horizon_hours=8, sla_hours=4)
    value = by_code(found)
    # 3: from Friday 17:00 to Monday 11:00 are 1 + 2; 5: Friday 12:00 to the end are 6, and 6 came in on a Sunday: 0.
    # Resolved after 1, 3, 4 and 8 hours: of 5, 4, 3 and 1
    assert value["median_resolution_time"] == 4
    assert value["restricted_resolution_time"] == pytest.approx(1 + 0.8 * 2 + 0.6 * 1 + 0.4 * 4)
    # within 4 working hours: 1, 3, 4; 2 and 5 not, and 6 has time left
    row = found.set_index("kpi").loc["sla_attainment"]
    assert (row["numerator"], row["denominator"]) == (3, 5)


def test_working_days_of_complaints():
    # 1, 2: Monday, by the end of Tuesday; 3: Friday, by the end of Monday 11 March
    found = service_kpis(tickets(), **MARCH, complaint_days=1).set_index("kpi").loc["complaint_timeliness"]
    assert (found["numerator"], found["denominator"], found["n"]) == (3, 3, 3)
    slow = tickets(CASES.assign(first_response=CASES["first_response"] + pd.Timedelta("3D")).drop(3))
    found = service_kpis(slow, **MARCH, complaint_days=1).set_index("kpi").loc["complaint_timeliness"]
    # what is resolved first is answered by that
    assert (found["numerator"], found["denominator"]) == (3, 3)
    still = tickets(CASES.assign(resolved=pd.NaT, ever_resolved=False, reopened=False, first_response=pd.NaT))
    days = {"start": "2024-03-01", "end": "2024-03-08", "as_of": "2024-03-08"}
    found = service_kpis(still, **days, complaint_days=1).set_index("kpi").loc["complaint_timeliness"]
    # 3 has time until Monday
    assert (found["numerator"], found["denominator"], found["n"]) == (0, 2, 3)
    found = service_kpis(still, **days, complaint_days=4, holidays=["2024-03-07"])
    assert by_code(found, "denominator")["complaint_timeliness"] == 0


def test_groups_and_periods():
    found = service_kpis(tickets(), start="2024-03-04", end="2024-04-30", as_of="2024-04-30", by="team", freq="M")
    assert list(found.columns) == ["team", "scope", "period", "is_complete", *KPI_COLUMNS]
    counts = found[found["kpi"] == "n_tickets"]
    assert counts["scope"].tolist() == ["group"] * 4 + ["no label"] * 2 + ["all"] * 2
    assert counts["value"].tolist() == [3, 1, 2, 0, 1, 0, 6, 1]
    # March is not whole: it starts on the 4th
    assert counts["is_complete"].tolist() == [False, True] * 4
    assert counts["period"].dt.month.tolist() == [3, 4] * 4
    empty = found[(found["team"] == "b") & (found["period"] == "2024-04-01")].set_index("kpi")["value"]
    assert (empty[["n_tickets", "open_tickets"]] == 0).all()
    assert empty.drop(["n_tickets", "open_tickets"]).isna().all()


def test_where_no_ticket_came_in_there_is_no_group(build):
    days = {"start": "2030-01-01", "end": "2030-02-28", "as_of": "2030-02-28", "by": "team", "freq": "M"}
    found = service_kpis(as_tickets(build(CASES), **NAMED, keep=["team"]), **days)
    assert rows(found, columns=["scope", "period", "kpi", "value"])[:1] == [("all", "2030-01-01", "n_tickets", 0)]
    assert len(rows(found)) == 2 * 14


def test_what_is_compared_with_a_base_is_of_the_whole():
    found = service_kpis(tickets(), **MARCH, by="team", orders=500).set_index(["kpi", "scope"])["value"].sort_index()
    assert found["complaint_rate[orders]", "all"].item() == 3 / 500
    assert found["complaint_rate[orders]", "group"].isna().all()


def test_what_is_not_recorded_is_missing():
    bare = as_tickets(CASES[["ticket_id", "customer_id", "created", "resolved"]])
    value = by_code(service_kpis(bare, **MARCH, customers=1000, orders=500))
    known = ["n_tickets", "open_tickets", "median_resolution_time"]
    assert value[known].notna().all()
    assert value.drop(known).isna().all()


def test_other_kinds_may_be_complaints():
    found = service_kpis(tickets(), **MARCH, orders=500, complaint_kinds={"question", "complaint"})
    assert by_code(found)["complaint_rate[orders]"] == 6 / 500


# Reference: a published curve; the truth of the simulator; RavenStack's tickets (synthetic, shared data)


def test_remission_under_6_mp_as_resolution_times():
    # Freireich et al. (1963): median 23, from 13 to not reached (R's survfit, log-log); here hours before the end
    weeks = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
    ended = np.array([1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0], dtype=bool)
    end = pd.Timestamp("2024-04-01")
    created = pd.Series(end - pd.to_timedelta(weeks, unit="h")).mask(ended, pd.Timestamp("2024-03-02"))
    resolved = (created + pd.to_timedelta(weeks, unit="h")).where(ended)
    table = pd.DataFrame({"ticket_id": range(21), "customer_id": 1, "created": created, "resolved": resolved})
    found = service_kpis(as_tickets(table), **MARCH).set_index("kpi").loc["median_resolution_time"]
    assert found[["value", "lower"]].tolist() == pytest.approx([23, 13])
    assert np.isnan(found["upper"])


def test_medians_of_the_simulator_are_recovered():
    cases, truth = make_tickets(n_tickets=20_000, resolution_hours=200, reopen_rate=0, random_state=3)
    found = service_kpis(
        as_tickets(cases, **NAMED), start="2024-06-01", end="2024-06-30", as_of="2024-06-30", level=0.9999
    ).set_index("kpi")
    for code, median in (("first_response_time", 3), ("median_resolution_time", 200)):
        assert found.loc[code, "lower"] < median < found.loc[code, "upper"]
    # the mean of those that are resolved, which others would show, is less than half of the true one
    June = cases["created"] >= "2024-06-01"
    seen = (cases["resolved"] - cases["created"])[June].dt.total_seconds() / 3600
    assert seen.mean() < 0.5 * truth.loc[June, "resolution_hours"].mean()
    # after all is over the mean is that of the truth
    late = service_kpis(as_tickets(cases, **NAMED), start="2024-01-01", end="2024-01-10", as_of="2024-06-30")
    assert by_code(late)["open_tickets"] <= 2


def test_ravenstack():
    table = pd.read_parquet(data_file("ravenstack_support_tickets.parquet"))
    cases = as_tickets(
        table, customer_id="account_id", created="submitted_at", resolved="closed_at", escalated="escalation_flag",
        first_response_minutes="first_response_time_minutes", keep=["priority"],
    )  # fmt: skip
    found = service_kpis(cases, start="2023-01-01", end="2024-12-31", as_of="2025-12-31", by="priority", sla_hours=48)
    whole = by_code(found[found["scope"] == "all"])
    # counted in the file: none is open, so the median is that of the column; 95 of 2,000 escalated
    assert whole["median_resolution_time"] == np.quantile(table["resolution_time_hours"], 0.5, method="inverted_cdf")
    minutes = table["first_response_time_minutes"]
    assert whole["first_response_time"] * 60 == pytest.approx(np.quantile(minutes, 0.5, method="inverted_cdf"))
    assert whole["average_resolution_time"] == pytest.approx(35.861)
    assert whole["escalation_rate"] == 95 / 2000
    assert whole["sla_attainment"] == (table["resolution_time_hours"] <= 48).mean()
    urgent = by_code(found[found["priority"] == "urgent"])
    assert urgent["n_tickets"] == 514


# Law


@cache
def simulated():
    return make_tickets(n_tickets=400, random_state=11).tickets


@cache
def simulated_on_pandas():
    return as_tickets(simulated(), **NAMED, keep=["channel"])


@pytest.mark.parametrize("options", [{}, {"working_hours": (9, 18), "sla_hours": 9, "complaint_days": 2}], ids=str)
def test_every_kind_of_frame_comes_to_the_same(build, options):
    days = {"start": "2024-02-01", "end": "2024-06-30", "as_of": "2024-06-30", "by": "channel", "freq": "Q"}
    expected = service_kpis(simulated_on_pandas(), **days, **options)
    given_table = as_tickets(build(simulated()), **NAMED, keep=["channel"])
    found = service_kpis(given_table, **days, **options)
    assert type(found) is type(given_table)
    assert_same_rows(found, expected, in_order=not build.is_engine)


def slow(cases, start, end, as_of, sla_hours):
    """Value, numerator and denominator of KPIs, ticket by ticket, in fractions."""
    last = as_of + pd.Timedelta("1D")
    within = [row for row in cases.itertuples() if start <= row.created < end + pd.Timedelta("1D")]
    hours, shares = {"response": [], "resolution": []}, {}

    def add(name, counts, holds):
        above, below = shares.get(name, (0, 0))
        shares[name] = (above + bool(counts and holds), below + bool(counts))

    for row in within:
        closed = row.resolved < last
        until = row.resolved if closed else last
        answered = row.first_response < last
        hours["resolution"].append((until - row.created, closed))
        hours["response"].append(((row.first_response if answered else until) - row.created, answered))
        add("sla_attainment", last - row.created >= sla_hours, closed and row.resolved - row.created <= sla_hours)
        add("first_contact_resolution", closed, row.n_contacts == 1 and not row.reopened)
        add("reopen_rate", row.ever_resolved, row.reopened)
        add("escalation_rate", True, row.escalated)
        add("complaint_resolution_rate", row.kind == "complaint", closed)
    return {name: median(seen) for name, seen in hours.items()}, shares


def median(seen):
    """The smallest time by which half have ended, by the definition of Kaplan and Meier's curve."""
    share = Fraction(1)
    for time in sorted({lasted for lasted, ended in seen if ended}):
        at_risk = sum(lasted >= time for lasted, _ in seen)
        share *= 1 - Fraction(sum(ended and lasted == time for lasted, ended in seen), at_risk)
        if share <= Fraction(1, 2):
            return time / pd.Timedelta("1h")
    return np.nan


@few()
@given(st.integers(1, 50), st.integers(0, 1000), st.integers(0, 40), st.integers(0, 20), st.sampled_from([10, 72]))
def test_it_is_what_a_slow_count_gives(n_tickets, seed, length, later, sla):
    # a day in the midst of the log: what comes after it is not known
    start = pd.Timestamp("2024-04-10")
    end = start + pd.Timedelta(days=length)
    as_of = end + pd.Timedelta(days=later)
    cases = make_tickets(n_tickets=n_tickets, start="2024-04-01", end="2024-06-30", random_state=seed).tickets
    found = service_kpis(as_tickets(cases, **NAMED), start=start, end=end, as_of=as_of, sla_hours=sla)
    found = found.set_index("kpi")
    medians, shares = slow(cases, start, end, as_of, pd.Timedelta(hours=sla))
    assert found.loc["first_response_time", "value"] == pytest.approx(medians["response"], nan_ok=True)
    assert found.loc["median_resolution_time", "value"] == pytest.approx(medians["resolution"], nan_ok=True)
    for code, counts in shares.items():
        assert tuple(found.loc[code, ["numerator", "denominator"]]) == counts


@few()
@given(st.integers(1, 60), st.integers(0, 1000), st.sampled_from([None, (9, 18)]))
def test_groups_add_up_to_the_whole(n_tickets, seed, hours):
    cases = make_tickets(n_tickets=n_tickets, random_state=seed).tickets
    days = {"start": "2024-01-01", "end": "2024-06-30", "as_of": "2024-06-30", "working_hours": hours}
    found = service_kpis(as_tickets(cases, **NAMED, keep=["channel"]), **days, by="channel", sla_hours=30)
    alone = service_kpis(as_tickets(cases, **NAMED), **days, sla_hours=30)
    pd.testing.assert_frame_equal(found[found["scope"] == "all"][list(KPI_COLUMNS)].reset_index(drop=True), alone)
    groups, whole = found[found["scope"] == "group"], by_code(alone, "numerator")
    for code in (
        "sla_attainment",
        "reopen_rate",
        "escalation_rate",
        "complaint_timeliness",
        "first_contact_resolution",
    ):
        assert groups.loc[groups["kpi"] == code, "numerator"].sum() == whole[code]
    counts = groups.pivot_table(index="channel", columns="kpi", values="value", aggfunc="first")
    assert counts["n_tickets"].sum() == n_tickets
    assert counts["open_tickets"].sum() == by_code(alone)["open_tickets"]
    assert (alone["lower"].isna() | (alone["lower"] <= alone["value"] + 1e-12)).all()
    assert (alone["upper"].isna() | (alone["upper"] >= alone["value"] - 1e-12)).all()


@few()
@given(st.randoms())
def test_the_order_of_rows_does_not_matter(random):
    order = list(range(len(CASES)))
    random.shuffle(order)
    days = MARCH | {"by": "team", "horizon_hours": 8}
    pd.testing.assert_frame_equal(service_kpis(tickets(CASES.iloc[order]), **days), service_kpis(tickets(), **days))


def test_the_catalogue_defines_what_the_table_shows():
    catalogue = kpi_catalogue().set_index("kpi")
    found = service_kpis(tickets(), start="2030-01-01", end="2030-01-31", as_of="2030-01-31")
    assert {code.partition("[")[0] for code in found["kpi"]} <= set(catalogue.index)
    # an empty month: counts are 0, all else is undefined
    said = catalogue["empty_base"].astype(float)
    expected = [said[code.partition("[")[0]] for code in found["kpi"]]
    np.testing.assert_array_equal(found["value"], expected)


# Refusal


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"end": "2024-02-01"}, ValueError, "`end` must not lie before `start`, got 2024-02-01 and 2024-03-01"),
        (
            {"as_of": "2024-03-30"},
            ValueError,
            r"`as_of` is the day .* not lie before `end`, got 2024-03-30 and 2024-03-31",
        ),
        (
            {"by": "kind"},
            ValueError,
            r"`by` has \['kind'\], which the table or the result has too\. Keep the column under",
        ),
        ({"by": "shop"}, SchemaError, r"`tickets` lacks the columns \['shop'\]"),
        ({"freq": "H"}, ValueError, "`freq` must be one of"),
        ({"customers": -1}, ValueError, "`customers` must not be below 0, got -1"),
        ({"orders": "many"}, TypeError, "`orders` must be a number, got 'many'"),
        ({"orders": 5, "freq": "M"}, ValueError, "`orders` is of the whole period, and freq=.M. divides it"),
        ({"complaint_kinds": 5}, TypeError, "`complaint_kinds` must be a sequence of labels, got 5"),
        (
            {"complaint_kinds": "complaint"},
            TypeError,
            "`complaint_kinds` must be a sequence of labels, got 'complaint'",
        ),
        ({"sla_hours": 0}, ValueError, "`sla_hours` must be above 0, got 0"),
        ({"horizon_hours": -2}, ValueError, "`horizon_hours` must be above 0, got -2"),
        ({"complaint_days": 0}, ValueError, "`complaint_days` must be at least 1"),
        ({"working_hours": (18, 9)}, ValueError, "`working_hours` must be 2 ascending numbers"),
        ({"level": 95}, ValueError, "`level` must lie between 0 and 1"),
    ],
)
def test_wrong_options_are_refused(options, error, message):
    with pytest.raises(error, match=message):
        service_kpis(tickets(), **MARCH | options)


def test_what_is_not_a_table_of_tickets_is_refused():
    with pytest.raises(TypeError, match="`tickets` must be a pandas, Polars or PyArrow table"):
        service_kpis([1], **MARCH)
    with pytest.raises(SchemaError, match=r"`tickets` lacks the columns \['first_response_hours'"):
        service_kpis(CASES, **MARCH)


# Input untouched


@pytest.mark.parametrize("kind", ["pandas-numpy", "polars"])
def test_the_input_is_left_as_it_is(kind):
    given_table = Builder(kind)(tickets())
    before = given_table.copy() if kind == "pandas-numpy" else given_table.clone()
    service_kpis(given_table, **MARCH, by="team", working_hours=(9, 18))
    assert given_table.equals(before)
