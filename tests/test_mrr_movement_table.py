"""Movements of recurring revenue: from close to close or day by day, by group, beside a count day by day."""

from collections import defaultdict
from datetime import date, timedelta

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.files import data_file
from tests.frames import rows

from crmkit import SchemaError, as_subscriptions, make_subscriptions
from crmkit.metrics import mrr_movement_table

MOVES = ("new_mrr", "reactivation_mrr", "expansion_mrr", "contraction_mrr", "churned_mrr")
SIGNS = (1, 1, 1, -1, -1)


def spells(*given, **columns):
    """Rows of customer, start, end, mrr and further columns by name."""
    frame = pd.DataFrame(given, columns=["customer_id", "start", "end", "mrr"]).assign(**columns)
    kept = [name for name in columns if name not in ("subscription_id", "trial", "end_known")]
    named = {name: name for name in columns if name not in kept}
    return as_subscriptions(frame, **named, keep=kept)


def moves(table):
    return [tuple(row) for row in table[list(MOVES)].to_numpy()]


# 50 at the close of January, 80 from 10 February, 60 from 20 February on.
UP_AND_DOWN = (
    ("ann", "2024-01-01", "2024-02-10", 50),
    ("ann", "2024-02-10", "2024-02-20", 80),
    ("ann", "2024-02-20", None, 60),
)


def test_up_and_down_within_a_month_by_hand():
    closing = mrr_movement_table(spells(*UP_AND_DOWN), as_of="2024-02-29")
    daily = mrr_movement_table(spells(*UP_AND_DOWN), as_of="2024-02-29", measure="daily")
    assert moves(closing) == [(50, 0, 0, 0, 0), (0, 0, 10, 0, 0)]
    assert moves(daily) == [(50, 0, 0, 0, 0), (0, 0, 30, 20, 0)]
    assert closing["mrr"].tolist() == daily["mrr"].tolist() == [50, 60]
    assert set(closing["measure"]) == {"closing"}
    assert set(daily["measure"]) == {"daily"}


def test_who_joins_and_leaves_within_a_month_is_seen_by_day_only():
    given = spells(("ann", "2024-01-01", None, 50), ("bo", "2024-02-05", "2024-02-25", 20))
    closing = mrr_movement_table(given, as_of="2024-02-29").iloc[1]
    daily = mrr_movement_table(given, as_of="2024-02-29", measure="daily").iloc[1]
    assert closing[["new_mrr", "churned_mrr", "new_customers", "churned_customers"]].tolist() == [0, 0, 0, 0]
    assert daily[["new_mrr", "churned_mrr", "new_customers", "churned_customers"]].tolist() == [20, 20, 1, 1]


@pytest.mark.parametrize("trial", [False, True])
def test_a_month_at_price_0_or_in_a_trial_keeps_the_customer(trial):
    given = spells(
        ("ann", "2024-01-01", "2024-02-01", 50),
        ("ann", "2024-02-01", "2024-03-01", 0),
        ("ann", "2024-03-01", None, 50),
        trial=[False, trial, False],
    )  # fmt: skip
    table = mrr_movement_table(given, as_of="2024-03-31")
    assert moves(table) == [(50, 0, 0, 0, 0), (0, 0, 0, 50, 0), (0, 0, 50, 0, 0)]
    assert table["customers"].tolist() == [1, 1, 1]


def test_who_never_paid_is_no_customer_and_a_trial_becomes_new_when_paid():
    given = spells(
        ("ann", "2024-01-10", "2024-02-10", 30), ("ann", "2024-02-10", None, 30), ("bo", "2024-01-01", None, 0),
        trial=[True, False, False],
    )  # fmt: skip
    table = mrr_movement_table(given, as_of="2024-02-29")
    assert table["customers"].tolist() == [0, 1]
    assert moves(table) == [(0, 0, 0, 0, 0), (30, 0, 0, 0, 0)]


def test_a_customer_who_comes_back_is_reactivated_and_an_empty_month_has_its_row():
    given = spells(("ann", "2024-01-01", "2024-02-01", 50), ("ann", "2024-04-01", None, 70))
    table = mrr_movement_table(given, as_of="2024-04-15")
    assert moves(table) == [(50, 0, 0, 0, 0), (0, 0, 0, 0, 50), (0, 0, 0, 0, 0), (0, 70, 0, 0, 0)]
    assert table["reactivated_customers"].tolist() == [0, 0, 0, 1]
    assert table["is_complete"].tolist() == [True, True, True, False]


def test_an_end_that_became_known_later_does_not_exist_yet():
    given = spells(("ann", "2024-01-01", "2024-02-15", 50), end_known=["2024-03-02"])
    assert mrr_movement_table(given, as_of="2024-02-29")["mrr"].tolist() == [50, 50]
    assert mrr_movement_table(given, as_of="2024-03-02")["mrr"].tolist() == [50, 0, 0]


def test_a_change_of_price_entered_late_does_not_count_twice():
    given = spells(
        ("ann", "2024-01-01", "2024-02-01", 50), ("ann", "2024-02-01", None, 60), end_known=["2024-03-15", None]
    )
    assert mrr_movement_table(given, as_of="2024-02-29")["mrr"].tolist() == [50, 60]


def test_a_customer_is_the_sum_of_their_subscriptions_and_groups_add_up_by_hand():
    # Ann goes from S at 50 to M at 80: an expansion of 30 in M; 50 moved from S to M.
    given = spells(
        ("ann", "2024-01-01", "2024-02-10", 50), ("ann", "2024-02-10", None, 80), ("bo", "2024-01-05", None, 20),
        plan=["S", "M", "S"], subscription_id=["a", "b", "c"],
    )  # fmt: skip
    table = mrr_movement_table(given, as_of="2024-02-29", by="plan")
    february = table[table["period"] == pd.Timestamp("2024-02-01")].set_index(["scope", "plan"], drop=False)
    assert february["plan"].isna().tolist() == [False, False, True]
    assert february[
        ["mrr_start", "expansion_mrr", "contraction_mrr", "churned_mrr", "moved_mrr", "mrr"]
    ].to_numpy().tolist() == [
        [0, 30, 0, 0, 50, 80],
        [70, 0, 0, 0, -50, 20],
        [70, 30, 0, 0, 0, 100],
    ]
    assert february["moved_customers"].tolist() == [1, -1, 0]


def test_cents_leave_nothing_behind():
    # In floats the sum of 0.1 and 0.2 less both again is not quite zero.
    given = spells(
        ("ann", "2024-01-01", "2024-02-01", 0.1),
        ("ann", "2024-01-01", "2024-03-01", 0.2),
        ("bo", "2024-01-01", None, 0.7),
        subscription_id=[1, 2, 3],
    )  # fmt: skip
    table = mrr_movement_table(given, as_of="2024-03-31")
    assert table["mrr"].iloc[-1] == 0.7
    assert table["contraction_mrr"].tolist() == [0, 0.1, 0]


# Reference: the truth of the simulator: who converts, and on which day.
def test_new_customers_are_those_of_the_simulator():
    sold, truth = make_subscriptions(n_customers=300, random_state=2)
    table = mrr_movement_table(
        as_subscriptions(sold, trial="trial", end_known="end_known"), as_of="2024-12-31", measure="daily"
    )
    begun = truth["contract_start"][truth["contract_start"] <= "2024-12-31"].dt.to_period("M").value_counts()
    periods = table["period"].dt.to_period("M")
    assert table["new_customers"].tolist() == begun.reindex(periods, fill_value=0).tolist()
    contracts = truth.dropna(subset="contract_start")
    # Five years are beyond the log.
    renewals = contracts["lost_at_renewal"].clip(upper=60).astype(int)
    ends = [day + pd.DateOffset(months=n) for day, n in zip(contracts["contract_start"], renewals, strict=True)]
    assert table["churned_customers"].sum() == sum(end <= pd.Timestamp("2024-12-31") for end in ends)


# Reference: the rows of RavenStack themselves, summed for a day.
def test_ravenstack_adds_up_to_the_cent():
    sold = pd.read_parquet(data_file("ravenstack_subscriptions.parquet"))
    named = {"customer_id": "account_id", "start": "start_date", "end": "end_date", "mrr": "mrr_amount"}
    given = as_subscriptions(sold, **named, subscription_id="subscription_id", trial="is_trial", keep=["plan_tier"])
    table = mrr_movement_table(given, as_of="2024-12-31", by="plan_tier")
    whole = table[table["scope"] == "all"]
    paid = sold[~sold["is_trial"]]
    for day, mrr in zip(whole["period"] + pd.offsets.MonthEnd(0), whole["mrr"], strict=True):
        start, end = pd.to_datetime(paid["start_date"]), pd.to_datetime(paid["end_date"])
        assert mrr == paid.loc[(start <= day) & ~(end <= day), "mrr_amount"].sum()
    moved = sum(sign * table[name] for name, sign in zip(MOVES, SIGNS, strict=True)) + table["moved_mrr"]
    assert (table["mrr_start"] + moved - table["mrr"]).abs().max() < 0.005
    parts = table[table["scope"] == "group"].groupby("period")[[*MOVES, "mrr"]].sum()
    assert (parts - whole.set_index("period")[[*MOVES, "mrr"]]).abs().max().max() < 0.005


DAY = st.integers(0, 100)
ROW = st.tuples(
    st.integers(0, 2),
    DAY,
    st.none() | st.integers(0, 60),
    st.sampled_from([0, 0.1, 19.99, 30, 33.34]),
    st.sampled_from("xy"),
    st.booleans(),
)


def sold(drawn):
    first = pd.Timestamp("2024-01-01")
    return as_subscriptions(
        pd.DataFrame(
            {
                "customer_id": [row[0] for row in drawn],
                "subscription_id": range(len(drawn)),
                "start": [first + pd.Timedelta(days=row[1]) for row in drawn],
                "end": [pd.NaT if row[2] is None else first + pd.Timedelta(days=row[1] + row[2]) for row in drawn],
                "mrr": [float(row[3]) for row in drawn],
                "plan": [row[4] for row in drawn],
                "trial": [row[5] for row in drawn],
            }
        ),
        subscription_id="subscription_id", trial="trial", keep=["plan"],
    )  # fmt: skip


def counted(drawn, *, measure):
    """The movements in cents, customer by customer and day by day, without a sum that runs."""

    def at(who, day):
        running = [
            row for row in drawn if row[0] == who and row[1] <= day and (row[2] is None or day < row[1] + row[2])
        ]
        has_paid = [row for row in drawn if row[0] == who and row[1] <= day and row[3] and not row[5] and row[2] != 0]
        return sum(0 if row[5] else round(100 * row[3]) for row in running), bool(running and has_paid), bool(has_paid)

    found = defaultdict(lambda: defaultdict(int))
    days = [date(2024, 1, 1) + timedelta(days=n) for n in range(121)]
    closes = [n for n in range(121) if days[n].month != (days[n] + timedelta(days=1)).month]
    for who in {row[0] for row in drawn}:
        before = (0, False, False)
        for n in closes if measure == "closing" else range(121):
            now, month = at(who, n), days[n].month
            change = now[0] - before[0]
            if before[1] and now[1]:
                found[month]["expansion_mrr" if change > 0 else "contraction_mrr"] += abs(change)
            elif now[1]:
                found[month]["reactivation_mrr" if before[2] else "new_mrr"] += now[0]
                found[month]["reactivated_customers" if before[2] else "new_customers"] += 1
            elif before[1]:
                found[month]["churned_mrr"] += before[0]
                found[month]["churned_customers"] += 1
            before = now
    return found


@given(st.lists(ROW, min_size=1, max_size=8), st.sampled_from(["closing", "daily"]))
def test_movements_are_those_counted_day_by_day(drawn, measure):
    table = mrr_movement_table(sold(drawn), as_of="2024-04-30", measure=measure)
    right = counted(drawn, measure=measure)
    for row in table.to_dict("records"):
        for name in (*MOVES, "new_customers", "reactivated_customers", "churned_customers"):
            expected = right[row["period"].month][name]
            assert row[name] == pytest.approx(expected / 100 if name in MOVES else expected, abs=1e-9)


@given(
    st.lists(ROW, min_size=1, max_size=8),
    st.sampled_from(["closing", "daily"]),
    st.sampled_from(["D", "W-SAT", "M", "Q-JAN"]),
)
def test_opening_and_movements_are_the_closing_and_groups_the_whole(drawn, measure, freq):
    table = mrr_movement_table(sold(drawn), as_of="2024-04-30", measure=measure, freq=freq, by="plan")
    moved = sum(sign * table[name] for name, sign in zip(MOVES, SIGNS, strict=True)) + table["moved_mrr"]
    assert (table["mrr_start"] + moved).to_numpy() == pytest.approx(table["mrr"].to_numpy(), abs=1e-9)
    joined = table["new_customers"] + table["reactivated_customers"] - table["churned_customers"]
    assert (table["customers_start"] + joined + table["moved_customers"]).tolist() == table["customers"].tolist()
    assert (table[list(MOVES)] >= 0).all(axis=None)
    money = [*MOVES, "mrr_start", "mrr", "moved_mrr"]
    parts = table[table["scope"] == "group"].groupby("period")[money].sum()
    whole = table[table["scope"] == "all"].set_index("period")
    assert parts.to_numpy() == pytest.approx(whole[money].to_numpy(), abs=1e-9)
    alone = mrr_movement_table(sold(drawn), as_of="2024-04-30", measure=measure, freq=freq)
    assert alone[money[:-1]].to_numpy().tolist() == whole[money[:-1]].to_numpy().tolist()


def test_every_kind_of_frame_gives_the_same(build):
    given = spells(*UP_AND_DOWN, ("bo", "2024-01-03", None, 20), plan=["S", "M", "M", "S"])
    expected = mrr_movement_table(given, as_of="2024-02-29", by="plan")
    found = mrr_movement_table(build(given), as_of="2024-02-29", by="plan")
    assert rows(found) == rows(expected)


@pytest.mark.parametrize("by", [(), "plan"])
def test_spells_that_end_as_they_start_pay_nothing(by):
    never = sold([(0, 0, 0, 0, "x", False)])
    table = mrr_movement_table(never, as_of="2024-02-29", by=by)
    assert len(table) == (4 if by else 2)
    assert (table[["mrr_start", *MOVES, "mrr", "customers"]] == 0).all(axis=None)


GIVEN = spells(("ann", "2024-01-01", None, 50), ("bo", "2024-01-01", None, 20))


def test_two_currencies_are_refused():
    with pytest.raises(SchemaError, match=r"several currencies, \['EUR', 'USD'\]"):
        mrr_movement_table(GIVEN.assign(currency=["USD", "EUR"]), as_of="2024-02-01")


def test_overlapping_spells_of_one_subscription_are_refused():
    with pytest.raises(
        SchemaError, match=r"run into the next one of the same subscription, such as those of \['ann'\]"
    ):
        mrr_movement_table(GIVEN.assign(customer_id="ann", subscription_id="ann"), as_of="2024-02-01")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"measure": "monthly"}, "measure"),
        ({"freq": "X"}, "freq"),
        ({"by": "mrr"}, r"has \['mrr'\]"),
        ({"by": "plan"}, "plan"),
        ({"as_of": "2023-12-31"}, "no spell that begins by 2023-12-31"),
    ],
)
def test_what_cannot_be_counted_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        mrr_movement_table(GIVEN, **{"as_of": "2024-02-01"} | options)


def test_the_table_given_is_not_changed():
    given = GIVEN.copy()
    mrr_movement_table(given, as_of="2024-02-01", measure="daily")
    pd.testing.assert_frame_equal(given, GIVEN)
