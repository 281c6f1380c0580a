"""The KPIs of subscriptions in a period, by hand and beside the movements of the period."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.depth import few
from tests.files import data_file
from tests.frames import as_pandas, assert_same_rows

from crmkit import as_subscriptions, make_subscriptions
from crmkit.metrics import mrr_movement_table, subscription_kpis

FEBRUARY = {"start": "2024-02-01", "end": "2024-02-29"}
NAN = math.nan

# At the close of January ann pays 100, bo 50, cy 30, di 20. Ann contracts by 20, bo leaves, cy expands by 10, di leaves
# and comes back, ed joins and leaves, flo joins at 40, gus, who was there in 2023, comes back at 25.
ROWS = [
    ("ann", "2024-01-01", "2024-02-10", 100),
    ("ann", "2024-02-10", None, 80),
    ("bo", "2024-01-15", "2024-02-20", 50),
    ("cy", "2024-01-01", "2024-02-05", 30),
    ("cy", "2024-02-05", None, 40),
    ("di", "2024-01-01", "2024-02-10", 20),
    ("di", "2024-02-20", None, 20),
    ("ed", "2024-02-02", "2024-02-12", 15),
    ("flo", "2024-02-03", None, 40),
    ("gus", "2023-01-01", "2023-06-01", 25),
    ("gus", "2024-02-25", None, 25),
]
GIVEN = as_subscriptions(pd.DataFrame(ROWS, columns=["customer_id", "start", "end", "mrr"]))


@pytest.mark.parametrize(
    ("kpi", "value"),
    [
        ("mrr", 80 + 40 + 20 + 40 + 25),
        ("annual_recurring_revenue", 12 * 205),
        ("paying_customers", 5),
        ("net_new_mrr", 40 + 25 + 10 - 20 - 50),
        ("mrr_growth_rate", 5 / 200),
        ("mrr_quick_ratio[included]", 75 / 70),
        ("mrr_quick_ratio[excluded]", 50 / 70),
        ("gross_mrr_churn_rate", 70 / 200),
        ("net_mrr_churn_rate[included]", 35 / 200),
        ("net_mrr_churn_rate[excluded]", 60 / 200),
        ("gross_revenue_retention", (80 + 0 + 30 + 20) / 200),
        ("net_revenue_retention", (80 + 0 + 40 + 20) / 200),
        ("customer_churn_rate[cohort]", 1 / 4),
        # Bo, di and ed left; di and ed in passing.
        ("customer_churn_rate[standard]", (3 - 2) / 4),
        # Ed, flo, di and gus joined.
        ("customer_churn_rate[open]", 3 / (4 + 4)),
        # On the 10th di, of ann, bo, cy, di, ed and flo; on the 12th ed, of 5; on the 20th bo, of 4.
        ("daily_churn_rate", 1 / 6 + 1 / 5 + 1 / 4),
    ],
)
def test_each_kpi_by_hand(kpi, value):
    found = subscription_kpis(GIVEN, **FEBRUARY).set_index("kpi")["value"]
    assert found[kpi] == pytest.approx(value)


def spells(*given, **columns):
    """Rows of customer, start, end, mrr and further columns by name."""
    frame = pd.DataFrame(given, columns=["customer_id", "start", "end", "mrr"]).assign(**columns)
    own = [name for name in ("subscription_id", "trial", "end_known", "list_mrr") if name in columns]
    kept = [name for name in columns if name not in own]
    return as_subscriptions(frame, **{name: name for name in own}, keep=kept)


def value_of(table, kpi, **options):
    return subscription_kpis(table, **FEBRUARY | options).set_index("kpi")["value"][kpi]


def test_committed_mrr_by_hand():
    given = spells(
        ("ann", "2024-01-01", None, 1),  # a first month for 1, 15 from then on
        ("bo", "2024-01-01", "2024-04-01", 20),  # gave notice in February
        ("cy", "2024-01-01", "2024-05-01", 30),  # gave notice in March
        ("di", "2024-01-01", "2024-03-15", 40),  # pays 45 from 15 March
        ("di", "2024-03-15", None, 45),
        ("ed", "2024-03-10", None, 50),  # signed, not begun
        ("flo", "2024-02-20", "2024-03-05", 60),  # in a trial
        list_mrr=[15, None, None, None, None, None, None],
        end_known=[None, "2024-02-10", "2024-03-02", "2024-03-15", None, None, "2024-02-20"],
        trial=[False, False, False, False, False, False, True],
    )  # fmt: skip
    assert value_of(given, "mrr") == 1 + 20 + 30 + 40
    assert value_of(given, "committed_mrr") == 15 + 30 + 40
    # On the day on which the table is drawn, all that it says is known; what became known later is not in it yet.
    drawn = given.assign(end_known=given["end_known"].where(given["end_known"] <= "2024-02-29"))
    drawn.loc[2, "end"] = pd.NaT
    assert value_of(drawn, "committed_mrr", as_of="2024-02-29") == 15 + 30 + 45 + 50


def test_an_end_ahead_that_nobody_recorded_leaves_committed_mrr_missing():
    given = spells(("ann", "2024-01-01", "2024-04-01", 50), ("bo", "2024-01-01", None, 20))
    assert math.isnan(value_of(given, "committed_mrr"))
    assert math.isnan(value_of(given, "committed_mrr", as_of="2024-03-31"))
    assert value_of(given, "committed_mrr", as_of="2024-02-29") == 20
    assert value_of(given, "mrr") == 70


def test_trials_that_still_run_are_no_failures_by_hand():
    given = spells(
        ("ann", "2024-01-20", "2024-02-03", 0), ("ann", "2024-02-03", None, 30),  # converted
        ("bo", "2024-02-01", "2024-02-15", 0),  # not
        ("cy", "2024-02-20", "2024-03-05", 0),  # still runs
        ("di", "2024-02-02", "2024-02-09", 0), ("di", "2024-02-09", "2024-02-16", 0),  # prolonged, then not
        ("ed", "2024-02-05", "2024-02-19", 0), ("ed", "2024-02-19", None, 0),  # goes on for nothing
        trial=[True, False, True, True, True, True, True, False],
    )  # fmt: skip
    found = subscription_kpis(given, **FEBRUARY).set_index("kpi")
    parts = ["value", "numerator", "denominator"]
    assert found.loc["trial_conversion_rate[ended]", parts].tolist() == [1 / 4, 1, 4]
    assert found.loc["trial_conversion_rate[started]", parts].tolist() == [1 / 4, 1, 4]
    assert found.loc["open_trials", "value"] == 1
    # Wilson's interval of 1 of 4, as below.
    ends = found.loc["trial_conversion_rate[ended]", ["lower", "upper"]].tolist()
    assert ends == pytest.approx([0.0455873, 0.6993582], abs=1e-6)
    assert found.loc["trial_conversion_rate[started]", ["lower", "upper"]].isna().all()


def test_who_moves_between_groups_is_not_lost_by_hand():
    # Ann goes from S at 50 to M at 80, an expansion of 30 in M; bo leaves S, cy has no plan.
    given = spells(
        ("ann", "2024-01-01", "2024-02-10", 50), ("ann", "2024-02-10", None, 80),
        ("bo", "2024-01-05", "2024-02-20", 20), ("cy", "2024-02-12", None, 10),
        plan=["S", "M", "S", None],
    )  # fmt: skip
    table = subscription_kpis(given, **FEBRUARY, by="plan")
    assert table[["plan", "scope"]].drop_duplicates().fillna("").to_numpy().tolist() == [
        ["M", "group"], ["S", "group"], ["", "no label"], ["", "all"],
    ]  # fmt: skip
    found = table.pivot_table(index="kpi", columns=[table["plan"].fillna(""), "scope"], values="value", dropna=False)
    right = {
        # Of M, S, those without a plan, and all.
        "mrr": [80, 0, 10, 90],
        "paying_customers": [1, 0, 1, 2],
        "net_new_mrr": [30, -20, 10, 20],
        "gross_revenue_retention": [NAN, 50 / 70, NAN, 50 / 70],
        "net_revenue_retention": [NAN, 50 / 70, NAN, 80 / 70],
        "customer_churn_rate[cohort]": [NAN, 1 / 2, NAN, 1 / 2],
        "customer_churn_rate[open]": [0, 1 / 2, 0, 1 / 3],
    }
    order = [("M", "group"), ("S", "group"), ("", "no label"), ("", "all")]
    for kpi, values in right.items():
        assert found.loc[kpi, order].tolist() == pytest.approx(values, nan_ok=True)


def test_who_moves_and_then_leaves_is_lost_to_the_group_of_the_start_or_of_that_day_by_hand():
    given = spells(
        ("ann", "2024-01-01", "2024-02-10", 50), ("ann", "2024-02-10", "2024-02-20", 50),
        ("bo", "2024-01-01", None, 20),
        plan=["S", "M", "S"],
    )  # fmt: skip
    table = subscription_kpis(given, **FEBRUARY, by="plan").set_index(["kpi", "plan"])["value"]
    assert table["customer_churn_rate[cohort]"].tolist() == pytest.approx([NAN, 1 / 2, 1 / 2], nan_ok=True)
    assert table["customer_churn_rate[standard]"].tolist() == pytest.approx([NAN, 1 / 2, 1 / 2], nan_ok=True)
    assert table["customer_churn_rate[open]"].tolist() == [1, 0, 1 / 2]


def test_periods_that_are_cut_short_are_flagged_by_hand():
    table = subscription_kpis(GIVEN, start="2024-01-16", end="2024-02-29", freq="M")
    found = table[table["kpi"] == "mrr"]
    assert found["period"].dt.strftime("%Y-%m-%d").tolist() == ["2024-01-01", "2024-02-01"]
    assert found["is_complete"].tolist() == [False, True]
    assert found["value"].tolist() == [200, 205]
    # January counts from the 16th, when bo is there already.
    assert (table.loc[table["kpi"] == "net_new_mrr", "value"] == [0, 5]).all()


def test_shares_of_customers_have_wilsons_interval():
    churn = subscription_kpis(GIVEN, **FEBRUARY).set_index("kpi").loc["customer_churn_rate[cohort]"]
    # 1 of 4 by the formula of Wilson (1927), z = 1.959964
    z, p, n = 1.959964, 0.25, 4
    middle, reach = (
        (p + z * z / (2 * n)) / (1 + z * z / n),
        z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n),
    )
    assert churn[["lower", "upper"]].tolist() == pytest.approx([middle - reach, middle + reach], abs=1e-6)


def test_a_first_period_has_no_base():
    found = subscription_kpis(GIVEN, start="2023-01-01", end="2023-01-31").set_index("kpi")["value"]
    assert found["mrr"] == 25
    assert found[["mrr_growth_rate", "gross_revenue_retention", "customer_churn_rate[cohort]"]].isna().all()


def test_where_all_customers_did_the_same_there_is_no_interval():
    given = spells(("ann", "2024-01-01", None, 50), ("bo", "2024-01-01", None, 20))
    found = subscription_kpis(given, **FEBRUARY, random_state=1).set_index("kpi")
    assert found.loc["gross_revenue_retention", ["value", "lower", "upper"]].tolist() == pytest.approx(
        [1, NAN, NAN], nan_ok=True
    )
    # They differ in what they pay: the mean lies between 20 and 50.
    lower, upper = found.loc["mrr_per_customer", ["lower", "upper"]]
    assert 20 < lower < 35 < upper < 50


# Reference: the standard error of a ratio of sums by the delta method (Cochran, Sampling Techniques, section 6.4).
def test_intervals_of_many_customers_are_those_of_the_delta_method():
    rng = np.random.default_rng(1)
    before = rng.lognormal(3, 0.5, 4000).round(2) + 1
    after = np.where(rng.random(4000) < 0.1, 0, (before * rng.uniform(0.5, 1.4, 4000)).round(2) + 1)
    days = ("2024-01-01", "2024-02-10"), ("2024-02-10", None)
    given = spells(
        *[(n, *days[0], price) for n, price in enumerate(before)],
        *[(n, *days[1], price) for n, price in enumerate(after) if price],
    )
    found = subscription_kpis(given, **FEBRUARY, random_state=1, n_draws=2000).set_index("kpi")
    for kpi, above in [("net_revenue_retention", after), ("gross_revenue_retention", np.minimum(before, after))]:
        value, lower, upper = found.loc[kpi, ["value", "lower", "upper"]]
        assert value == pytest.approx(above.sum() / before.sum())
        reach = 1.959964 * np.sqrt(((above - value * before) ** 2).sum()) / before.sum()
        assert [value - lower, upper - value] == pytest.approx([reach, reach], rel=0.1)


# Reference: polarsource/polar, issue 8222: 77 subscriptions of 15, in their first month for 1.
def test_committed_mrr_is_without_discounts():
    given = spells(*[(n, "2024-02-01", None, 1) for n in range(77)], list_mrr=15)
    assert value_of(given, "mrr") == 77
    assert value_of(given, "committed_mrr") == 1155


# Reference: the truth of the simulator: who converts, and when.
def test_trials_are_those_of_the_simulator():
    sold, truth = make_subscriptions(n_customers=400, random_state=3)
    given = as_subscriptions(sold, trial="trial", end_known="end_known")
    year = {"start": "2022-01-01", "end": "2022-12-31"}
    found = subscription_kpis(given, **year).set_index("kpi")
    tried = truth[truth["customer_id"].isin(sold.loc[sold["trial"], "customer_id"])]
    over = tried[tried["acquired"] + pd.Timedelta(days=14) <= "2022-12-31"]
    parts = found.loc["trial_conversion_rate[ended]", ["numerator", "denominator"]]
    assert parts.tolist() == [over["converts"].sum(), len(over)]
    assert found.loc["open_trials", "value"] == (tried["acquired"] <= "2022-12-31").sum() - len(over)


# Reference: the rows of RavenStack themselves, summed for a day.
def test_ravenstack_by_plan_and_quarter():
    sold = pd.read_parquet(data_file("ravenstack_subscriptions.parquet"))
    named = {"customer_id": "account_id", "start": "start_date", "end": "end_date", "mrr": "mrr_amount"}
    given = as_subscriptions(sold, **named, subscription_id="subscription_id", trial="is_trial", keep=["plan_tier"])
    table = subscription_kpis(given, start="2024-01-01", end="2024-12-31", freq="Q", by="plan_tier")
    found = table.set_index(["kpi", "scope", "plan_tier", "period"])["value"].sort_index()
    paid = sold[~sold["is_trial"]]
    runs = paid[(paid["start_date"] <= "2024-12-31") & ~(paid["end_date"] <= "2024-12-31")]
    last = pd.Timestamp("2024-10-01")
    mrr = found["mrr"].xs(last, level="period")
    assert mrr["all"].item() == runs["mrr_amount"].sum() == 10_159_608
    assert mrr["group"].to_dict() == runs.groupby("plan_tier")["mrr_amount"].sum().to_dict()
    # Each of the 500 accounts still has a subscription that runs, whatever its flag says.
    assert found["paying_customers"].xs(last, level="period")["all"].item() == 500
    # No end lies ahead.
    assert found["committed_mrr"].xs(last, level="period")["all"].item() == 10_159_608


FIRST = pd.Timestamp("2024-01-01")
# A spell: days since the one before, its length or None, price, price without discount, plan, trial, notice.
SPELL = st.tuples(
    st.sampled_from([0, 0, 2, 9, 20]),
    st.none() | st.integers(0, 40),
    st.sampled_from([0, 19.99, 30, 33.34]),
    st.none() | st.sampled_from([25, 40]),
    st.sampled_from("xy"),
    st.booleans(),
    st.none() | st.integers(-5, 30),
)
# Subscriptions: a customer, the first day, spells of which only the last may run on.
SOLD = st.lists(
    st.tuples(st.integers(0, 2), st.integers(0, 60), st.lists(SPELL, min_size=1, max_size=4)), min_size=1, max_size=4
)


def listed(drawn):
    """Rows of customer, subscription, first day, day no longer served, day of notice, and what they hold."""
    found = []
    for number, (who, day, chain) in enumerate(drawn):
        at = day
        for gap, length, mrr, list_mrr, plan, trial, notice in chain:
            at += gap
            end = None if length is None else at + length
            known = None if end is None or notice is None else max(0, end - notice)
            found.append((who, number, at, end, known, mrr, list_mrr, plan, trial))
            if end is None:
                break
            at = end
    return found


def as_table(found):
    names = ["customer_id", "subscription_id", "start", "end", "end_known", "mrr", "list_mrr", "plan", "trial"]
    frame = pd.DataFrame(found, columns=names).astype({"mrr": float, "list_mrr": float})
    for name in ("start", "end", "end_known"):
        frame[name] = FIRST + pd.to_timedelta(frame[name].astype(float), unit="D")
    own = {name: name for name in names if name not in ("customer_id", "start", "end", "mrr", "plan")}
    return as_subscriptions(frame, **own, keep=["plan"])


def as_known(found, last):
    """The rows begun by a day with the ends known by it, those that were never served left out."""
    left = []
    for row in found:
        who, number, start, end, known, *rest = row
        if known is not None and known > last:
            later = [other[2] for other in found[found.index(row) + 1 :] if other[1] == number and other[2] <= last]
            end = min(later, default=None)
        if start <= last and start != end:
            left.append((who, number, start, end, known, *rest))
    return left


def committed(found, close, last, as_of, plans):
    """Cents of plans that are committed at a close, subscription by subscription; ``nan`` where it is not known."""
    total = 0
    for number in {row[1] for row in found}:
        chain = [(*row[:3], None if row[4] is not None and row[4] > last else row[3], *row[4:]) for row in found]
        chain = [row for row in chain if row[1] == number and row[2] != row[3]]
        signed = [row for row in chain if row[2] <= close or close == as_of]
        if not signed or signed[-1][7] not in plans or signed[-1][8]:
            continue
        _, _, _, end, known, mrr, list_mrr, _, _ = signed[-1]
        price = round(100 * (mrr if list_mrr is None else list_mrr))
        if end is not None and (end <= close or not any(row[2] == end for row in chain)):
            if end > close and known is None and close != as_of:
                total += math.nan if price else 0
                continue
            if end <= close or known is None or known <= close:
                continue
        total += price
    return total


def trials(found, first, close, plans):
    """Trials that began, ended, were converted in some days, and run at their end."""
    started = ended = converted = open_ = 0
    for row in found:
        if not row[8] or row[7] not in plans:
            continue
        before = [other for other in found if other[1] == row[1] and other[3] == row[2]]
        after = [other for other in found if other[1] == row[1] and other[2] == row[3]]
        open_ += row[2] <= close and (row[3] is None or close < row[3])
        started += first <= row[2] <= close and not any(other[8] for other in before)
        if row[3] is not None and first <= row[3] <= close and not any(other[8] for other in after):
            ended += 1
            converted += any(other[5] > 0 for other in after)
    return started, ended, converted, open_


def at(found, day, plans):
    """What each customer pays for plans at the end of a day, in cents, of those who are there."""
    runs = [row for row in found if row[2] <= day and (row[3] is None or day < row[3])]
    paid = {row[0] for row in found if row[2] <= day and row[5] and not row[8]}
    pays = {}
    for row in runs:
        if row[0] in paid and row[7] in plans:
            pays[row[0]] = pays.get(row[0], 0) + (0 if row[8] else round(100 * row[5]))
    return pays


def divided(above, below):
    return above / below if below else math.nan


@few()
@given(SOLD, st.booleans())
def test_kpis_are_those_counted_day_by_day(drawn, is_drawn):
    found = listed(drawn)
    last = 115
    known = as_known(found, last)
    if not known:
        return
    as_of = last if is_drawn else None
    days = {"start": "2024-01-11", "end": "2024-04-25"}
    options = {"as_of": days["end"]} if is_drawn else {}
    table = subscription_kpis(as_table(found), **days, **options, freq="M", by="plan", n_draws=0)
    periods = [(10, 30), (31, 59), (60, 90), (91, last)]
    for plan, group in table.groupby(table["plan"].fillna("all")):
        plans = {"all": "xy"}.get(plan, plan)
        for (first, close), (_, cells) in zip(periods, group.groupby("period"), strict=True):
            right = slow_kpis(known, first, close, plans)
            right["committed_mrr"] = committed(found, close, last, as_of, plans) / 100
            values = cells.set_index("kpi")["value"]
            assert values[list(right)].to_dict() == pytest.approx(right, abs=1e-9, nan_ok=True)
            assert cells["is_complete"].tolist() == [(first, close) in periods[1:3]] * len(cells)


def slow_kpis(known, first, close, plans):
    """The KPIs of plans from the first to the last day of a period."""
    before, after = at(known, first - 1, plans), at(known, close, plans)
    after_all = at(known, close, "xy")
    lost = joined = daily = 0
    for day in range(first, close + 1):
        was, now = at(known, day - 1, plans), at(known, day, plans)
        gone = len(was.keys() - at(known, day, "xy").keys())
        lost, joined = lost + gone, joined + len(now.keys() - was.keys())
        daily += gone / len(was) if was else 0
    anybody = any(at(known, day - 1, plans) for day in range(first, close + 1))
    started, ended, converted, open_ = trials(known, first, close, plans)
    cohort = divided(len(before.keys() - after_all.keys()), len(before))
    right = {
        "mrr": sum(after.values()) / 100,
        "paying_customers": len(after),
        "mrr_per_customer": divided(sum(after.values()) / 100, len(after)),
        "customer_churn_rate[cohort]": cohort,
        "customer_churn_rate[standard]": cohort,
        "customer_churn_rate[open]": divided(lost, len(before) + joined),
        "daily_churn_rate": daily if anybody else math.nan,
        "trial_conversion_rate[ended]": divided(converted, ended),
        "trial_conversion_rate[started]": divided(converted, started),
        "open_trials": open_,
    }
    if plans == "xy":
        start = sum(before.values())
        right["net_new_mrr"] = (sum(after.values()) - start) / 100
        right["mrr_growth_rate"] = divided(sum(after.values()) - start, start)
        kept = {who: (cents, after.get(who, 0)) for who, cents in before.items()}
        right["gross_revenue_retention"] = divided(sum(map(min, kept.values())), start)
        right["net_revenue_retention"] = divided(sum(now for _, now in kept.values()), start)
    return right


@few()
@given(SOLD)
def test_groups_add_up_and_their_movements_are_those_of_the_table(drawn):
    given = as_table(listed(drawn))
    table = subscription_kpis(given, start="2024-02-01", end="2024-04-30", freq="M", by="plan", n_draws=0)
    found = table.set_index(["kpi", "period", "scope"])[["value", "numerator", "denominator"]]
    for kpi in ("gross_mrr_churn_rate", "net_revenue_retention", "mrr_growth_rate", "mrr_quick_ratio[included]"):
        parts = found.loc[kpi].xs("group", level="scope").groupby("period").sum()
        whole = found.loc[kpi].xs("all", level="scope")
        columns = ["numerator", "denominator"]
        assert parts[columns].to_numpy() == pytest.approx(whole[columns].to_numpy(), abs=1e-9)
    moves = mrr_movement_table(given, as_of="2024-04-30", by="plan")
    moves = moves[moves["period"] >= "2024-02-01"].reset_index(drop=True)
    money = table[table["kpi"] == "net_new_mrr"].reset_index(drop=True)
    if len(moves) == len(money):
        net = moves["mrr"] - moves["mrr_start"] - moves["moved_mrr"]
        assert money["value"].to_numpy() == pytest.approx(net.to_numpy(), abs=1e-9)
        assert money["plan"].fillna("all").tolist() == moves["plan"].fillna("all").tolist()


@few()
@given(st.integers(0, 50))
def test_a_month_is_that_of_the_table_of_movements(seed):
    sold = as_subscriptions(make_subscriptions(n_customers=60, random_state=seed).subscriptions, trial="trial")
    month = mrr_movement_table(sold, as_of="2023-07-31").iloc[-1]
    found = subscription_kpis(sold, start="2023-07-01", end="2023-07-31").set_index("kpi")
    assert found.loc["mrr", "value"] == month["mrr"]
    assert found.loc["net_new_mrr", "value"] == pytest.approx(month["mrr"] - month["mrr_start"])
    assert found.loc["gross_mrr_churn_rate", "numerator"] == month["churned_mrr"] + month["contraction_mrr"]
    assert found.loc["customer_churn_rate[cohort]", "denominator"] == month["customers_start"]
    assert found.loc["customer_churn_rate[cohort]", "numerator"] == month["churned_customers"]


def test_a_seed_gives_the_same_intervals_and_no_draws_none():
    given = as_subscriptions(make_subscriptions(n_customers=80, random_state=1).subscriptions, trial="trial")
    options = {"start": "2023-01-01", "end": "2023-06-30", "freq": "Q"}
    once, again, other = (subscription_kpis(given, **options, random_state=seed) for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(once, again)
    assert not once.equals(other)
    none = subscription_kpis(given, **options, n_draws=0)
    pd.testing.assert_frame_equal(none.drop(columns=["lower", "upper"]), once.drop(columns=["lower", "upper"]))
    drawn = once["lower"].notna() & none["lower"].isna()
    assert set(once.loc[drawn, "kpi"]) >= {
        "net_revenue_retention",
        "gross_revenue_retention",
        "mrr_quick_ratio[included]",
    }
    assert (once["lower"] < once["upper"])[drawn].all()


def test_a_group_in_which_nobody_moves_has_its_lines():
    # Who signed for March is in the last group alone; the end of bo, who never was served, in a middle one.
    given = spells(
        ("ann", "2024-01-01", None, 10),
        ("bo", "2024-02-01", "2024-02-01", 5),
        ("cy", "2024-03-05", None, 90),
        plan=["a", "b", "c"],
    )
    table = subscription_kpis(given, **FEBRUARY, by="plan", as_of="2024-02-29").set_index(["plan", "kpi"])["value"]
    assert table.loc[["a", "b", "c"]].xs("mrr", level="kpi").tolist() == [10, 0, 0]
    assert table["c", "committed_mrr"] == 90


def test_every_kind_of_frame_gives_the_same(build):
    given = spells(*ROWS, plan=["S", "M", *"SSMSSMMSS"], list_mrr=50)
    options = {**FEBRUARY, "by": "plan", "freq": "M", "as_of": "2024-03-01", "random_state": 1}
    found = as_pandas(subscription_kpis(build(given), **options))
    assert_same_rows(found, subscription_kpis(given, **options))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"end": "2024-01-31"}, "must not lie before `start`"),
        ({"as_of": "2024-02-28"}, "`as_of` is the day on which the table was drawn, and must not lie before `end`"),
        ({"level": 1.0}, "level"),
        ({"n_draws": -1}, "n_draws"),
        ({"random_state": -1}, "random_state"),
        ({"freq": "X"}, "freq"),
        ({"by": ["mrr", "plan"]}, r"has \['mrr'\]"),
        ({"by": "plan"}, "plan"),
        ({"start": "2022-01-01", "end": "2022-12-31"}, "no spell that begins by 2022-12-31"),
    ],
)
def test_what_cannot_be_computed_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        subscription_kpis(GIVEN, **FEBRUARY | options)


def test_the_table_given_is_not_changed():
    before = GIVEN.copy()
    subscription_kpis(GIVEN, **FEBRUARY)
    pd.testing.assert_frame_equal(GIVEN, before)
