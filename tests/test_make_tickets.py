"""The simulator of tickets: its laws, what is not known yet, and the truth that it tells."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.depth import up_to

from crmkit import as_tickets, make_tickets
from crmkit._stats import kaplan_meier, survival_quantile

NAMED = {
    name: name for name in ("first_response", "due", "kind", "n_contacts", "ever_resolved", "reopened", "escalated")
}
LAST = pd.Timestamp("2024-07-01")


@pytest.fixture(scope="module")
def large():
    return make_tickets(n_tickets=40_000, random_state=5)


# By hand


def test_what_is_known_on_the_last_day_is_what_the_truth_tells(large):
    tickets, truth = large
    hours = (tickets["resolved"] - tickets["created"]).dt.total_seconds() / 3600
    lasted = np.where(tickets["reopened"], truth["final_hours"], truth["resolution_hours"])
    known = tickets["resolved"].notna()
    np.testing.assert_allclose(hours[known], lasted[known])
    assert (tickets.loc[known, "resolved"] < LAST).all()
    still = tickets["created"] + pd.to_timedelta(lasted, unit="h") >= LAST
    assert still.equals(~known)
    # an answer that comes after the resolution never comes
    answered = tickets["first_response"].notna()
    answer = tickets["created"] + pd.to_timedelta(truth["response_hours"], unit="h")
    assert answered.equals((truth["response_hours"] <= truth["resolution_hours"]) & (answer.dt.round("s") < LAST))
    assert (~answered & known).any()
    assert (tickets["ever_resolved"] & ~known).any()
    assert ((tickets["due"] - tickets["created"]) == pd.Timedelta("72h")).all()


# Reference: the laws as stated, within four standard errors


def test_shares_are_those_asked_for(large):
    tickets, _ = large
    for found, share in (
        (tickets["kind"] == "complaint", 0.2),
        (tickets["escalated"], 0.05),
        # on the whole; the last tickets had no time to be reopened
        (tickets.loc[tickets["created"] < "2024-04-01", "reopened"], 0.08),
        (tickets.loc[tickets["resolved"].notna(), "n_contacts"] == 1, 0.5),
        (tickets["channel"] == "mail", 1 / 3),
    ):
        assert found.mean() == pytest.approx(share, abs=4 * np.sqrt(share * (1 - share) / len(found)))


def test_weekdays_have_their_weights(large):
    tickets, _ = large
    days = pd.Series(pd.date_range("2024-01-01", "2024-06-30")).dt.day_of_week.value_counts().sort_index()
    expected = days * [6, 5, 5, 5, 4, 2, 1]
    expected = expected / expected.sum()
    found = tickets["created"].dt.day_of_week.value_counts(normalize=True).sort_index()
    np.testing.assert_allclose(found, expected, atol=4 * np.sqrt(0.25 * 0.75 / len(tickets)))


def test_medians_are_recovered_although_many_are_not_answered(large):
    # the mean of what was answered is too low; the curve is not: half of the tickets take less than 3 hours, or 30
    tickets, truth = large
    assert truth["response_hours"].median() == pytest.approx(3, rel=0.03)
    assert truth["resolution_hours"].median() == pytest.approx(30, rel=0.03)
    seen = (LAST - tickets["created"]).dt.total_seconds() / 3600
    ends = truth["resolution_hours"].clip(upper=seen)
    observed = truth["response_hours"] <= ends
    value, lower, upper = survival_quantile(
        kaplan_meier(np.minimum(truth["response_hours"], ends), observed, level=0.9999)
    )
    assert lower < 3 < upper
    assert upper / lower < 1.1
    assert lower <= value <= upper


# Law


@up_to(15)
@given(st.integers(1, 80), st.integers(0, 10_000), st.floats(0, 1), st.sampled_from([0.001, 1.0, 2000.0]))
def test_the_door_takes_what_it_makes(n_tickets, seed, share, median):
    tickets, truth = make_tickets(
        n_tickets=n_tickets, reopen_rate=share, complaint_share=share, resolution_hours=median, random_state=seed
    )
    got = as_tickets(tickets, **NAMED, keep=["channel"])
    assert len(got) == n_tickets == len(truth)
    assert tickets["created"].is_monotonic_increasing
    assert (truth["final_hours"] >= truth["resolution_hours"]).all()
    assert not (tickets["reopened"] & ~tickets["ever_resolved"]).any()


def test_a_seed_gives_the_same_tables_and_another_others():
    first, again, other = (make_tickets(n_tickets=200, random_state=seed) for seed in (3, 3, 4))
    pd.testing.assert_frame_equal(first.tickets, again.tickets)
    pd.testing.assert_frame_equal(first.truth, again.truth)
    assert not first.tickets.equals(other.tickets)
    times = ("created", "first_response", "resolved", "due")
    assert {name: str(first.tickets[name].dtype) for name in times} == dict.fromkeys(times, "datetime64[us]")


# Refusal


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"n_tickets": 0}, ValueError, "`n_tickets` must be at least 1"),
        ({"n_customers": 1.5}, TypeError, "`n_customers` must be a whole number"),
        ({"start": "2025-01-01"}, ValueError, "`end` must not lie before `start`"),
        (
            {"weekday_weights": "1234567"},
            TypeError,
            "`weekday_weights` must be seven numbers of 0 or more, Monday first",
        ),
        ({"weekday_weights": ["a"] * 7}, TypeError, "`weekday_weights` must be seven numbers"),
        ({"weekday_weights": [1] * 6}, ValueError, "`weekday_weights` must be seven numbers"),
        ({"weekday_weights": [0] * 7}, ValueError, "`weekday_weights` must be seven numbers"),
        (
            {"weekday_weights": [1, 0, 0, 0, 0, 0, 0], "start": "2024-01-02", "end": "2024-01-03"},
            ValueError,
            "`weekday_weights` must be seven numbers",
        ),
        ({"complaint_share": 1.1}, ValueError, "`complaint_share` must lie between 0 and 1"),
        ({"first_contact_share": 0}, ValueError, "`first_contact_share` must lie between 0 and 1"),
        ({"response_hours": 0}, ValueError, "`response_hours` must be a finite number above 0, got 0"),
        ({"sla_hours": "x"}, TypeError, "`sla_hours` must be a number above 0, got 'x'"),
        ({"random_state": "x"}, TypeError, "`random_state` must be an int"),
    ],
)
def test_what_cannot_be_simulated_is_refused(options, error, message):
    with pytest.raises(error, match=message):
        make_tickets(**options)
