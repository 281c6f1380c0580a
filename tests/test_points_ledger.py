"""The ledger of points: by hand, against a slow one that keeps every point, and what it refuses."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.depth import up_to
from tests.frames import assert_same_rows
from tests.slow_ledger import SlowLedger

from crmkit import SchemaError, as_points, make_points
from crmkit.loyalty.programmes import (
    points_balance_table,
    points_kpis,
    points_liability_table,
    points_lot_table,
    points_replay_table,
)

FLOWS = ["earned", "adjusted", "redeemed", "expired", "reversed"]


def log(*events, **columns):
    """Events of ann's: day, kind, points, and what else they say."""
    rows = [
        {
            "event_id": n,
            "customer_id": "ann",
            "date": day,
            "kind": kind,
            "points": points,
            "expires": None,
            "reverses": None,
        }
        | dict(further)
        for n, (day, kind, points, *further) in enumerate(events, start=1)
    ]
    table = pd.DataFrame(rows).assign(**columns)
    table["reverses"] = table["reverses"].astype("Int64")
    return as_points(table, expires="expires", reverses="reverses")


def balance(points, as_of, **rules):
    (found,) = points_balance_table(points, as_of=as_of, **rules)["balance"]
    return found


# By hand


def test_the_order_in_which_points_are_taken_decides_what_lapses():
    # 100 earned in January, good for 12 months; a bonus of 50 in March, good to 30 April; 60 redeemed in April. First
    # expiring: 50 of the bonus and 10 of the rest go, 90 are left. First in: 60 of January's go, the bonus lapses, 40.
    events = log(
        ("2024-01-10", "earn", 100),
        ("2024-03-01", "earn", 50, ("expires", "2024-04-30")),
        ("2024-04-10", "redeem", 60),
    )
    assert balance(events, "2024-05-31", valid_months=12) == 90
    assert balance(events, "2024-05-31", valid_months=12, order="first_in") == 40
    # the last day is still good: at its end the bonus lapses
    assert balance(events, "2024-04-29", valid_months=12, order="first_in") == 90
    assert balance(events, "2024-04-30", valid_months=12, order="first_in") == 40


def test_months_end_on_the_last_day_where_a_month_is_shorter():
    events = log(("2023-01-31", "earn", 10))
    assert [balance(events, day, valid_months=1) for day in ("2023-02-27", "2023-02-28")] == [10, 0]
    events = log(("2024-01-31", "earn", 10), ("2024-02-29", "redeem", 10))
    assert balance(events, "2024-03-31", valid_months=1) == 0
    assert points_balance_table(events, as_of="2024-03-31", valid_months=1)["redeemed"].tolist() == [10]


def test_within_a_day_earnings_come_first():
    events = log(("2024-01-10", "redeem", 30), ("2024-01-10", "expire", 5), ("2024-01-10", "earn", 35))
    assert balance(events, "2024-01-10") == 0


def test_a_reversal_of_points_that_were_spent_is_owed_until_new_ones_fill_it():
    # earned 100, spent 80, all 100 taken back: 20 are there, 80 are owed; the next 50 fill it to -30, 40 more to 10
    events = log(
        ("2024-01-01", "earn", 100),
        ("2024-01-05", "redeem", 80),
        ("2024-01-09", "reverse", 100, ("reverses", 1)),
        ("2024-02-01", "earn", 50),
        ("2024-03-01", "earn", 40),
    )
    days = ["2024-01-08", "2024-01-09", "2024-02-01", "2024-03-01"]
    assert [balance(events, day) for day in days] == [20, -80, -30, 10]
    found = points_liability_table(events, as_of="2024-02-29", cost_per_point=1.0)
    assert found[["outstanding", "owed"]].to_numpy().tolist() == [[0, 80], [0, 30]]
    (lot,) = points_lot_table(events, as_of="2024-03-01").to_dict("records")
    assert (lot["event_id"], lot["points"], lot["left"]) == (5, 40, 10)


def test_a_reversal_takes_its_own_earning_first_then_others_and_not_what_has_lapsed():
    # 60 of 100 lapse on 31 January after 40 were spent: only 40 can be taken back, from the other earning
    events = log(
        ("2024-01-01", "earn", 100, ("expires", "2024-01-31")),
        ("2024-01-02", "redeem", 40),
        ("2024-01-20", "earn", 70),
        ("2024-02-10", "reverse", 100, ("reverses", 1)),
    )
    (found,) = points_balance_table(events, as_of="2024-02-29").to_dict("records")
    assert [found[name] for name in (*FLOWS, "balance")] == [170, 0, 40, 60, 40, 30]


def test_all_points_lapse_after_months_without_activity():
    events = log(("2024-01-15", "earn", 10), ("2024-03-15", "earn", 10), ("2024-06-16", "earn", 10))
    # three months after 15 March nothing had been earned or redeemed: 20 lapse at the end of 15 June
    days = ["2024-06-14", "2024-06-15", "2024-06-16"]
    assert [balance(events, day, inactive_months=3) for day in days] == [20, 0, 10]
    assert balance(events, "2024-06-16", inactive_months=4) == 30
    (found,) = points_lot_table(events, as_of="2024-06-16", inactive_months=3)["expires"]
    assert found == pd.Timestamp("2024-09-16")


def test_adjustments_below_0_may_leave_points_owed():
    events = log(("2024-01-01", "adjust", 30), ("2024-01-02", "adjust", -50), ("2024-01-03", "earn", 5))
    (found,) = points_balance_table(events, as_of="2024-01-31").to_dict("records")
    assert (found["earned"], found["adjusted"], found["balance"]) == (5, -20, -15)


def test_the_cost_of_a_period_is_what_was_redeemed_and_how_far_the_liability_rose():
    # 100 earned at 0.05 with half of it to lapse: 2.50; 20 redeemed cost 1.00, the liability falls to 80 x 0.025 = 2.00
    events = log(("2024-01-05", "earn", 100), ("2024-03-05", "redeem", 20))
    found = points_liability_table(events, as_of="2024-03-15", cost_per_point=0.05, breakage_rate=0.5)
    assert found["liability"].tolist() == pytest.approx([2.5, 2.5, 2.0])
    assert found["programme_cost"].tolist() == pytest.approx([2.5, 0.0, 0.5])
    assert found["is_complete"].tolist() == [True, True, False]


def test_kpis_by_hand():
    # January: ann and bo earn 100 each, ann redeems 30 of hers; February: bo's lapse, cy joins with 50
    events = log(
        ("2024-01-01", "earn", 100),
        ("2024-01-02", "earn", 100, ("customer_id", "bo"), ("expires", "2024-02-10")),
        ("2024-01-09", "redeem", 30),
        ("2024-02-11", "earn", 50, ("customer_id", "cy")),
    )
    found = points_kpis(events, as_of="2024-02-29").groupby("kpi")["value"].agg(list)
    assert found.loc["loyalty_active_rate"] == [1.0, pytest.approx(1 / 3)]
    assert found.loc["points_redeemer_rate"] == [0.5, 0.0]
    assert found.loc["points_burn_ratio"] == [pytest.approx(0.15), 0.0]
    assert found.loc["points_redemption_rate"] == [pytest.approx(0.15), pytest.approx(30 / 250)]
    assert found.loc["points_breakage_rate"] == [0.0, pytest.approx(100 / 250)]


def test_a_replay_shows_what_a_longer_life_leaves_and_a_shorter_one_cannot_pay():
    events = log(
        ("2023-01-31", "earn", 100),
        ("2023-12-31", "redeem", 40),
        ("2024-01-31", "expire", 60),
        ("2024-02-01", "earn", 10, ("expires", "2024-02-10")),
    )
    rules = {
        "6": {"valid_months": 6},
        "18": {"valid_months": 18},
        "all 18": {"valid_months": 18, "own_expiries": False},
        "for ever": {"own_expiries": False},
    }
    found = points_replay_table(events, as_of="2024-03-31", rules=rules, cost_per_point=0.1)
    shown = found[["rules", "redeemed", "expired", "outstanding", "lacking", "n_members_lacking"]].to_numpy().tolist()
    assert shown == [
        ["6", 0, 110, 0, 40, 1],
        ["18", 40, 10, 60, 0, 0],
        ["all 18", 40, 0, 70, 0, 0],
        ["for ever", 40, 0, 70, 0, 0],
    ]
    assert found["outstanding_cost"].tolist() == pytest.approx([0, 6, 7, 7])


# Law

KINDS = st.sampled_from(["earn", "earn", "earn", "redeem", "redeem", "reverse", "adjust", "expire"])
EVENTS = st.lists(st.tuples(st.integers(0, 150), KINDS, st.integers(1, 6), st.integers(0, 90)), min_size=1, max_size=14)
RULES = st.fixed_dictionaries(
    {
        "valid_months": st.sampled_from([None, 1, 2]),
        "inactive_months": st.sampled_from([None, None, 1]),
        "order": st.sampled_from(["first_expiring", "first_in"]),
    }
)


def account(drawn, member):
    """Events of a member: reversals take back an earlier earning, or, where there is none, become adjustments."""
    events = []
    for n, (offset, kind, points, further) in enumerate(sorted(drawn)):
        day = date(2024, 1, 20) + timedelta(days=offset)
        event = {"event_id": member * 100 + n, "date": day, "kind": kind, "points": points, "expires": None}
        earlier = [each for each in events if each["kind"] == "earn" and each["left"] > 0]
        if kind == "earn":
            event |= {"left": points, "expires": day + timedelta(days=further) if further % 3 == 0 else None}
        elif kind == "reverse" and earlier:
            of = earlier[further % len(earlier)]
            event |= {"points": min(points, of["left"]), "reverses": of["event_id"]}
            of["left"] -= event["points"]
        elif kind in ("reverse", "adjust"):
            event |= {"kind": "adjust", "points": points if further % 2 else -points}
        events.append(event)
    return events


@up_to(12)
@given(
    st.lists(EVENTS, min_size=1, max_size=3), RULES, st.integers(0, 200), st.sampled_from([1, 0.5, 0.01]), st.booleans()
)
def test_the_ledger_comes_to_what_the_slow_one_comes_to_and_loses_nothing(drawn, rules, end, unit, turned):
    as_of = date(2024, 1, 20) + timedelta(days=end)
    rows, expected, histories = [], {}, []
    for member, each in enumerate(drawn):
        slow = SlowLedger(account(each, member), as_of=as_of, **rules)
        rows += [event | {"customer_id": member} for event in slow.kept]
        if slow.kept:
            left = sum(sign * each for sign, each in zip((1, 1, -1, -1, -1), slow.sums.values(), strict=True))
            assert slow.balances[as_of] == left
            expected[member] = slow.sums | {"balance": left}
            histories.append((slow.balances, slow.owed))
    if not rows:
        return
    table = pd.DataFrame(rows, columns=["event_id", "customer_id", "date", "kind", "points", "expires", "reverses"])
    table["points"] *= unit
    if turned:
        # within a day and a kind, earnings are taken in the order given
        table = table.sort_values(["date", "event_id"], kind="stable").sort_values(
            "customer_id", ascending=False, kind="stable"
        )
    for name in ("date", "expires"):
        table[name] = pd.to_datetime(table[name])
    points = as_points(table, expires="expires", reverses="reverses" if table["reverses"].notna().any() else None)
    found = points_balance_table(points, as_of=as_of, **rules).set_index("customer_id")
    units = (found[[*FLOWS, "balance"]] / unit).round(6)
    assert units.to_dict("index") == {
        member: {name: float(n) for name, n in each.items()} for member, each in expected.items()
    }
    # no later event, and no later lapse, changes what a day's balance was
    daily = points_liability_table(points, as_of=as_of, cost_per_point=1.0, freq="D", **rules)
    seen = ((daily["outstanding"] - daily["owed"]) / unit).round(6).tolist()
    days = daily["period"].dt.date
    assert seen == [sum(balances.get(day, 0) for balances, _ in histories) for day in days]
    lots = points_lot_table(points, as_of=as_of, **rules)
    assert lots["left"].sum() == pytest.approx(daily["outstanding"].iloc[-1])
    assert daily["owed"].iloc[-1] == pytest.approx(sum(owed for _, owed in histories) * unit)


def test_the_ledger_finds_what_the_simulator_did_with_every_earning():
    points, truth = make_points(n_customers=150, random_state=5)
    events = as_points(points, expires="expires", reverses="reverses")
    rules = {"valid_months": 12, "order": "first_in"}
    found = points_balance_table(events, as_of="2024-12-31", **rules)
    assert found["redeemed"].sum() == truth["redeemed"].sum()
    assert (
        found["earned"] + found["adjusted"] == found[["redeemed", "expired", "reversed", "balance"]].sum(axis=1)
    ).all()


def test_a_ledger_kept_in_pieces_is_the_same(monkeypatch):
    points = as_points(make_points(n_customers=30, end="2022-12-31", random_state=3).points, reverses="reverses")
    whole = points_balance_table(points, as_of="2022-12-31", valid_months=12, order="first_in")
    monkeypatch.setattr("crmkit.loyalty.programmes._entries._CHUNK", 7)
    pd.testing.assert_frame_equal(
        points_balance_table(points, as_of="2022-12-31", valid_months=12, order="first_in"), whole
    )


def test_every_kind_of_frame_gives_the_same(build):
    events = as_points(make_points(n_customers=12, end="2022-12-31", random_state=2).points, expires="expires")
    for function, options in (
        (points_balance_table, {}),
        (points_lot_table, {}),
        (points_liability_table, {"cost_per_point": 0.01}),
        (points_kpis, {"freq": "Q"}),
        (points_replay_table, {"rules": {"a": {"valid_months": 6}}}),
    ):
        asked = {"as_of": "2022-12-31", **options}
        assert_same_rows(function(build(events), **asked), function(events, **asked))


def test_events_of_one_day_in_an_engine_are_taken_in_the_order_of_their_ids(build):
    # 50 that are good for long and 50 for a day, both of 1 January; 50 redeemed at once are the first ones.
    events = log(
        ("2024-01-01", "earn", 50), ("2024-01-01", "earn", 50), ("2024-01-01", "redeem", 50),
        expires=["2024-12-31", "2024-01-02", None],
    )  # fmt: skip
    given_ = build(events.sort_values("event_id", ascending=not build.is_engine))
    found = points_balance_table(given_, as_of="2024-01-31", order="first_in")
    assert_same_rows(found, points_balance_table(events, as_of="2024-01-31", order="first_in"))
    assert points_balance_table(events, as_of="2024-01-31", order="first_in")["expired"].tolist() == [50]


# Refusal

ONE = log(("2024-01-01", "earn", 10), ("2024-03-01", "redeem", 10))


@pytest.mark.parametrize("function", [points_balance_table, points_lot_table, points_kpis])
def test_wrong_logs_and_rules_are_refused(function):
    with pytest.raises(
        SchemaError, match=r"^1 event takes more points than there are, such as \[2\] of customers \['ann'\]: 10 "
    ):
        function(ONE, as_of="2024-03-31", valid_months=1)
    with pytest.raises(SchemaError, match=r"`points` has no event until `as_of` 2023-12-31"):
        function(ONE, as_of="2023-12-31")
    with pytest.raises(SchemaError, match="more than 6 decimals, first at rows"):
        function(ONE.assign(points=[10.0, 1 / 3]), as_of="2024-03-31")
    with pytest.raises(SchemaError, match="more points than can be counted exactly"):
        function(ONE.assign(points=[1e16, 1.0]), as_of="2024-03-31")
    with pytest.raises(SchemaError, match=r"`points\['points'\]` is missing or not finite in 1 row"):
        function(ONE.assign(points=[np.nan, 1.0]), as_of="2024-03-31")
    with pytest.raises(SchemaError, match=r"`points\['kind'\]` holds \['gift'\]"):
        function(ONE.assign(kind=["earn", "gift"]), as_of="2024-03-31")
    with pytest.raises(SchemaError, match="`points` lacks the columns"):
        function(ONE.drop(columns="kind"), as_of="2024-03-31")
    with pytest.raises(ValueError, match="`valid_months` must be at least 1"):
        function(ONE, as_of="2024-03-31", valid_months=0)
    with pytest.raises(TypeError, match="`inactive_months` must be a whole number"):
        function(ONE, as_of="2024-03-31", inactive_months=1.5)
    with pytest.raises(ValueError, match=r"`order` must be one of \['first_expiring', 'first_in'\]"):
        function(ONE, as_of="2024-03-31", order="lifo")
    with pytest.raises(TypeError, match="`points` must be a pandas, Polars or PyArrow table"):
        function([1], as_of="2024-03-31")


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"cost_per_point": -1.0}, ValueError, "`cost_per_point` must not be below 0"),
        ({"cost_per_point": True}, TypeError, "`cost_per_point` must be a number"),
        ({"breakage_rate": 30}, ValueError, "`breakage_rate` must lie between 0 and 1"),
        ({"freq": "X"}, ValueError, "`freq` must be one of"),
        ({"cost_per_point": 1e308}, SchemaError, "`cost_per_point` adds up to more than a number can hold"),
    ],
)
def test_wrong_options_of_the_liability_are_refused(options, error, message):
    with pytest.raises(error, match=message):
        points_liability_table(ONE, as_of="2024-03-31", **{"cost_per_point": 1.0, **options})


@pytest.mark.parametrize("rules", [{}, None, {"a": 12}, {"a": {"months": 12}}])
def test_rules_of_a_replay_that_are_none_are_refused(rules):
    with pytest.raises(ValueError, match="`rules` must map names to rules"):
        points_replay_table(ONE, as_of="2024-03-31", rules=rules)


# Input untouched


def test_the_log_stays_as_it_was():
    before = ONE.copy()
    points_balance_table(ONE, as_of="2024-03-31")
    points_replay_table(ONE, as_of="2024-03-31", rules={"a": {"own_expiries": False}})
    pd.testing.assert_frame_equal(ONE, before)
