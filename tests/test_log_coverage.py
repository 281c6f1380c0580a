"""Whether a log is whole: holes by hand, on simulated and on real logs, by every kind of frame."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from tests.depth import few
from tests.frames import rows
from tests.logs import log

from crmkit import (
    SchemaError,
    as_order_lines,
    as_transactions,
    load_cdnow,
    log_coverage_table,
    make_transactions,
)
from crmkit._stats import doubled_runs, expected_ranges, far_too_few, implausible_silences, runs_of
from crmkit.activity import daily_counts, log_closures, log_holes, touching

END = pd.Timestamp("2025-12-31").to_pydatetime()


def every_day(first, last, *, n=3):
    """Orders of so many customers on each day."""
    days = pd.date_range(first, last)
    return pd.DataFrame(
        {"customer_id": np.tile(np.arange(n), len(days)), "date": np.repeat(days, n), "amount": 10.0}
    )  # fmt: skip


def holes_of(orders, *, as_of=END):
    transactions = as_transactions(orders[["customer_id", "date", "amount"]])
    return log_holes(daily_counts(transactions, as_of=as_of), as_of=as_of)


def named(holes):
    return [(hole.kind, f"{hole.start:%F}", f"{hole.end:%F}") for hole in holes]


def without(orders, first, last):
    return orders[~orders["date"].between(first, last)]


# By hand.


def test_a_month_that_is_not_there_by_hand():
    # three orders a day from 1 January to 30 June 2024, but for March
    orders = without(every_day("2024-01-01", "2024-06-30"), "2024-03-01", "2024-03-31")
    found = log_coverage_table(as_transactions(orders), as_of="2024-06-30")
    assert found["status"].tolist() == ["ok", "ok", "missing", "ok", "ok", "ok"]
    assert found["n_orders"].tolist() == [93, 87, 0, 90, 93, 90]
    assert found["amount"].tolist() == [930, 870, 0, 900, 930, 900]
    assert list(found.columns) == [
        "period", "n_rows", "n_orders", "amount", "expected_low", "expected_high", "status",
    ]  # fmt: skip
    # 31 days of 3 are 93 by both sides; with fewer than 8 totals their spread counts as 0.25, and the quarter of 91
    # days that they come from adds 31/91 of their own variance; four standard deviations
    width = 4 * math.sqrt((1 + 31 / 91) / 93 + 0.25**2)
    march = found.iloc[2]
    assert march["expected_low"] == pytest.approx(93 * math.exp(-width), rel=1e-12)
    assert march["expected_high"] == pytest.approx(93 * math.exp(width), rel=1e-12)


@pytest.mark.parametrize(
    ("first", "last"),
    [("2024-11-20", "2024-12-29"), ("2024-01-03", "2024-02-29")],
    ids=["two days before the end", "two days after the start"],
)
def test_a_hole_beside_the_first_or_last_days_is_found(first, last):
    # twenty orders a day, and a side of two days, which alone would make any silence plausible
    orders = without(every_day("2024-01-01", "2024-12-31", n=20), first, last)
    end = pd.Timestamp("2024-12-31").to_pydatetime()
    assert named(holes_of(orders, as_of=end)) == [("missing", first, last)]
    days = log_coverage_table(as_transactions(orders), as_of="2024-12-31", freq="D")
    assert (days["status"] == "missing").sum() == (pd.Timestamp(last) - pd.Timestamp(first)).days + 1
    months = log_coverage_table(as_transactions(orders), as_of="2024-12-31").set_index("period")["status"]
    assert set(months[months != "ok"].index.strftime("%m")) == {first[5:7], last[5:7]}


def test_a_last_month_with_a_tenth_of_the_usual_is_partial():
    orders = every_day("2024-01-01", "2024-12-31", n=20)
    few_orders = orders[(orders["date"] < "2024-12-01") | (orders["customer_id"] < 2)]
    found = log_coverage_table(as_transactions(few_orders), as_of="2024-12-31")
    assert found["status"].tolist() == ["ok"] * 11 + ["partial"]
    # a third of the usual is a base that shrinks, as far as one side can tell
    third = orders[(orders["date"] < "2024-12-01") | (orders["customer_id"] < 7)]
    assert set(log_coverage_table(as_transactions(third), as_of="2024-12-31")["status"]) == {"ok"}


def test_half_a_month_and_a_cut_month_are_partial():
    orders = without(every_day("2024-01-10", "2024-06-15"), "2024-03-05", "2024-03-19")
    found = log_coverage_table(as_transactions(orders), as_of="2024-06-15").set_index("period")["status"]
    assert found.tolist() == ["partial", "ok", "partial", "ok", "ok", "partial"]
    # days, weeks: the hole alone, and the weeks that it or an end of the log cuts
    days = log_coverage_table(as_transactions(orders), as_of="2024-06-15", freq="D").set_index("period")["status"]
    assert days[days != "ok"].to_dict() == dict.fromkeys(pd.date_range("2024-03-05", "2024-03-19"), "missing")
    weeks = log_coverage_table(as_transactions(orders), as_of="2024-06-15", freq="W").set_index("period")["status"]
    assert weeks[weeks != "ok"].to_dict() == {
        pd.Timestamp("2024-01-08"): "partial",
        pd.Timestamp("2024-03-04"): "partial",
        pd.Timestamp("2024-03-11"): "missing",
        pd.Timestamp("2024-03-18"): "partial",
        pd.Timestamp("2024-06-10"): "partial",
    }


def test_a_day_loaded_twice_is_doubled():
    # of 60 days with 5 customers each, some with two orders; 9 February stands twice in the file
    orders = every_day("2024-01-01", "2024-02-29", n=5)
    orders = pd.concat([orders, orders.iloc[[3, 50, 77]], orders[orders["date"] == "2024-02-09"]])
    found = log_coverage_table(as_transactions(orders), as_of="2024-02-29", freq="D").set_index("period")
    assert found.index[found["status"] != "ok"].tolist() == [pd.Timestamp("2024-02-09")]
    assert found.loc["2024-02-09", ["n_rows", "n_orders", "status"]].tolist() == [5, 10, "doubled"]
    (hole,) = holes_of(orders, as_of=pd.Timestamp("2024-02-29").to_pydatetime())
    assert (hole.kind, hole.start, hole.end, hole.n_orders) == ("doubled", *[pd.Timestamp("2024-02-09")] * 2, 10)


def test_a_busy_day_is_not_doubled():
    orders = every_day("2024-01-01", "2024-02-29", n=5)
    sale = every_day("2024-02-09", "2024-02-09", n=40)
    assert holes_of(pd.concat([orders, sale]), as_of=pd.Timestamp("2024-02-29").to_pydatetime()) == []


def test_lines_loaded_twice_are_doubled_though_the_orders_have_ids():
    orders = every_day("2024-01-01", "2024-02-29", n=5)
    orders["order_id"] = np.arange(len(orders))
    twice = pd.concat([orders, orders[orders["date"] == "2024-02-09"]], ignore_index=True)
    by_lines = log_coverage_table(as_order_lines(twice, order_id="order_id"), as_of="2024-02-29", freq="D")
    day = by_lines.set_index("period").loc["2024-02-09"]
    assert (day["n_rows"], day["n_orders"], day["amount"], day["status"]) == (10, 5, 100, "doubled")
    assert (by_lines["status"] != "ok").sum() == 1


def test_a_store_whose_month_is_missing_is_found_by_store():
    orders = pd.concat(
        [
            every_day("2024-01-01", "2024-06-30").assign(store="north"),
            without(every_day("2024-02-01", "2024-06-30"), "2024-04-01", "2024-04-30").assign(store="south"),
        ],
        ignore_index=True,
    )
    lines = as_order_lines(orders.assign(order_id=range(len(orders))), order_id="order_id", keep=["store"])
    found = log_coverage_table(lines, as_of="2024-06-30", by="store")
    assert found.columns[0] == "store"
    # the south begins in February
    assert found["store"].value_counts().to_dict() == {"north": 6, "south": 5}
    assert found.loc[found["status"] != "ok", ["store", "period"]].to_numpy().tolist() == [
        ["south", pd.Timestamp("2024-04-01")]
    ]
    assert set(log_coverage_table(lines, as_of="2024-06-30")["status"]) == {"ok"}


def test_days_that_are_always_closed_and_holidays_are_no_holes():
    orders = every_day("2023-01-01", "2024-12-31")
    day, weekday = (orders["date"].dt.strftime(code) for code in ("%m-%d", "%a"))
    open_days = orders[~weekday.isin(["Sat", "Sun"]) & ~day.isin(["12-25", "05-01"])]
    assert holes_of(open_days, as_of=pd.Timestamp("2024-12-31").to_pydatetime()) == []


def test_what_comes_back_every_year_is_a_season():
    orders = every_day("2022-01-01", "2024-12-31")
    closed = orders[~orders["date"].dt.month.isin([7, 8])]
    assert holes_of(closed, as_of=pd.Timestamp("2024-12-31").to_pydatetime()) == []
    as_of = pd.Timestamp("2024-12-31").to_pydatetime()
    found = log_closures(daily_counts(as_transactions(closed), as_of=as_of), as_of=as_of)
    assert [(f"{each.start:%Y-%m-%d}", f"{each.end:%Y-%m-%d}") for each in found] == [
        (f"{year}-07-01", f"{year}-08-31") for year in (2022, 2023, 2024)
    ]
    once = orders[~orders["date"].dt.strftime("%Y-%m").isin(["2023-07", "2023-08"])]
    assert log_closures(daily_counts(as_transactions(once), as_of=as_of), as_of=as_of) == []
    holes = holes_of(once, as_of=pd.Timestamp("2024-12-31").to_pydatetime())
    assert named(holes) == [("missing", "2023-07-01", "2023-08-31")]


def test_a_base_that_grows_or_shrinks_for_good_has_no_holes():
    orders = pd.concat([every_day("2024-01-01", "2024-06-30", n=30), every_day("2024-07-01", "2024-12-31", n=6)])
    assert holes_of(orders, as_of=pd.Timestamp("2024-12-31").to_pydatetime()) == []


def test_a_month_of_one_in_ten_is_partial_and_named_so():
    orders = every_day("2024-01-01", "2024-12-31", n=10)
    thin = orders[(orders["date"].dt.month != 5) | (orders["customer_id"] == 0)]
    (hole,) = holes_of(thin, as_of=pd.Timestamp("2024-12-31").to_pydatetime())
    assert named([hole]) == [("partial", "2024-05-01", "2024-05-31")]
    assert hole.n_orders == 31
    assert hole.n_orders < hole.expected_low < 310 < hole.expected_high


def test_after_the_newest_order_all_is_missing_where_as_of_is_too_late():
    transactions = as_transactions(every_day("2024-01-01", "2024-03-15"))
    late = log_coverage_table(transactions, as_of="2024-05-31")
    assert late["status"].tolist() == ["ok", "ok", "partial", "missing", "missing"]
    due = log_coverage_table(transactions, as_of="2024-03-18", freq="D")
    assert set(due["status"]) == {"ok"}


def test_one_order_is_a_whole_log():
    found = log_coverage_table(as_transactions(log([("ann", "2024-03-01", 5)])), as_of="2024-03-01")
    assert found["status"].tolist() == ["partial"]
    assert math.isnan(found["expected_low"].iloc[0])


def test_which_holes_a_period_touches():
    orders = without(every_day("2024-01-01", "2024-06-30"), "2024-03-01", "2024-03-31")
    holes = holes_of(orders, as_of=pd.Timestamp("2024-06-30").to_pydatetime())

    def touched(start, end):
        return len(touching(holes, pd.Timestamp(start).to_pydatetime(), pd.Timestamp(end).to_pydatetime()))

    assert touched("2024-01-01", "2024-02-29") == touched("2024-04-01", "2024-06-30") == 0
    assert (
        touched("2024-01-01", "2024-03-01")
        == touched("2024-03-31", "2024-04-01")
        == touched("2024-03-05", "2024-03-06")
        == 1
    )


# The arithmetic behind.


def test_silences_need_both_sides():
    full, empty = np.ones(100, dtype="int64"), np.zeros(20, dtype="int64")
    assert implausible_silences(np.concatenate([full, empty, full])) == [(100, 120)]
    # (91 / 111) ** 91 is 1.4e-8; an event a month before makes any such silence plausible
    seldom = np.tile([1, *[0] * 29], 4)
    assert implausible_silences(np.concatenate([seldom, empty, full])) == []
    # a single event before says nothing, and the quarter after decides; with nothing but a few days nobody can tell
    assert implausible_silences(np.concatenate([full[:1], empty, full])) == [(1, 21)]
    assert implausible_silences(np.concatenate([full[:1], empty, full[:5]])) == []
    # 0.001 is reached at (91 / (91 + s)) ** 91: 7 days, 0.0012, are chance and 8, 0.0005, are not
    assert implausible_silences(np.concatenate([full, empty[:7], full])) == []
    assert implausible_silences(np.concatenate([full, empty[:8], full])) == [(100, 108)]


def test_doubled_days_need_more_than_chance():
    units = np.full(50, 6)
    even = np.zeros(50, dtype="int64")
    even[7] = 6
    # one in 2 + 49 * 6 is usual: (1 / 296) ** 6 is far below 0.001 / 50
    assert doubled_runs(units, even) == [(7, 8)]
    # half of the others are even: 0.5 ** 6 is 0.016
    even[:] = 3
    even[7] = 6
    assert doubled_runs(units, even) == []
    # a file that stands in itself twice: 0.5 ** 300
    assert doubled_runs(units, units) == [(0, 50)]


def test_ranges_compare_weekday_by_weekday():
    # 20 orders on Mondays, 1 on other days; the first day is a Monday, and day 112 another
    counts = np.tile([20, 1, 1, 1, 1, 1, 1], 32)
    usable = np.ones(len(counts), dtype=bool)
    low, high, smaller = expected_ranges(counts, usable=usable, first_weekday=0, runs=[(112, 113), (113, 114)])
    assert smaller.tolist() == pytest.approx([20, 1])
    assert (low < [20, 1]).all()
    assert (high > [20, 1]).all()
    assert far_too_few(np.array([1.0, 0.0]), low=low, smaller=smaller, part=0.1).tolist() == [True, False]


@given(st.lists(st.booleans(), max_size=30))
def test_runs_are_where_the_condition_holds(condition):
    found = np.zeros(len(condition), dtype=bool)
    for start, stop in runs_of(np.array(condition, dtype=bool)):
        assert start < stop
        assert start == 0 or not condition[start - 1]
        assert stop == len(condition) or not condition[stop]
        found[start:stop] = True
    assert found.tolist() == condition


# Simulated logs: the holes are known.


def simulated(seed, *, n_customers=600, purchases_per_year=8):
    made = make_transactions(
        n_customers=n_customers, purchases_per_year=purchases_per_year, seasonality=0.4, random_state=seed
    )
    return made.orders


@pytest.mark.parametrize("n_customers", [60, 600])
def test_whole_logs_have_no_holes(n_customers):
    # at most one false alarm in ten logs, growing and shrinking, of 3,600 orders and of 360
    assert sum(bool(holes_of(simulated(seed, n_customers=n_customers))) for seed in range(10)) <= 1


@pytest.mark.parametrize("seed", range(3))
def test_what_is_taken_out_or_doubled_is_found(seed):
    orders = simulated(seed)
    month, half = ("2025-03-01", "2025-04-01"), ("2025-07-10", "2025-07-25")
    doubled = orders[orders["date"].between("2024-11-01", "2024-11-30 23:59:59")]
    holed = pd.concat([without(without(orders, *month), *half), doubled])
    (twice, march, july) = holes_of(holed)
    assert (twice.kind, twice.n_orders) == ("doubled", 2 * as_transactions(doubled)["n_orders"].sum())
    assert march.kind == july.kind == "missing"
    # naturally empty days beside a hole are part of it
    assert abs(march.start - pd.Timestamp("2025-03-01")) <= pd.Timedelta(days=3)
    assert abs(march.end - pd.Timestamp("2025-03-31")) <= pd.Timedelta(days=3)
    assert abs(july.start - pd.Timestamp("2025-07-10")) <= pd.Timedelta(days=3)


def test_cdnow_is_whole_though_it_fell_to_a_third_after_march():
    transactions = as_transactions(load_cdnow(full=True))
    months = log_coverage_table(transactions, as_of="1998-06-30")
    assert set(months["status"]) == {"ok"}
    assert set(log_coverage_table(transactions, as_of="1998-06-30", freq="D")["status"]) == {"ok"}


# Laws.


@few()
@given(st.integers(0, 1000), st.sampled_from(["D", "W", "M", "W-SAT"]))
def test_periods_hold_all_rows_once_and_order_does_not_matter(seed, freq):
    rng = np.random.default_rng(seed)
    days = pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 200, 80), unit="D")
    orders = pd.DataFrame(
        {"customer_id": rng.integers(0, 9, 80), "date": days, "amount": rng.normal(5, 9, 80).round(2)}
    )
    transactions = as_transactions(orders)
    found = log_coverage_table(transactions, as_of="2024-08-31", freq=freq)
    assert found["n_rows"].sum() == len(transactions)
    assert found["n_orders"].sum() == transactions["n_orders"].sum()
    assert found["amount"].sum() == pytest.approx(transactions["amount"].sum())
    assert found["period"].is_monotonic_increasing
    assert (found["period"].diff().dropna() > pd.Timedelta(0)).all()
    moved = log_coverage_table(transactions.sample(frac=1, random_state=seed), as_of="2024-08-31", freq=freq)
    assert_frame_equal(moved, found)


# Refusals.


def test_wrong_arguments_are_refused(build_in_memory):
    transactions = build_in_memory(as_transactions(log([("ann", "2024-03-01", 5)])))
    with pytest.raises(ValueError, match=r"`freq` must be one of \['D', 'M', 'W'\], got 'Q'"):
        log_coverage_table(transactions, as_of="2024-03-31", freq="Q")
    with pytest.raises(ValueError, match="`as_of` is 2024-01-01, before the first transaction on 2024-03-01"):
        log_coverage_table(transactions, as_of="2024-01-01")
    with pytest.raises(SchemaError, match="`transactions` has no column 'store' to count by"):
        log_coverage_table(transactions, as_of="2024-03-31", by="store")
    with pytest.raises(TypeError, match="`transactions` must be a pandas, Polars or PyArrow table"):
        log_coverage_table([1], as_of="2024-03-31")


def test_an_engine_without_rows_up_to_as_of_is_refused(build):
    transactions = build(as_transactions(log([("ann", "2024-03-01", 5)])))
    with pytest.raises((ValueError, SchemaError), match="2024-01-01"):
        log_coverage_table(transactions, as_of="2024-01-01")


def test_a_table_that_is_neither_is_refused():
    table = pd.DataFrame(
        {"customer_id": ["a"], "date": [pd.Timestamp("2024-03-01")], "time": [pd.Timestamp("2024-03-01")]}
    )
    with pytest.raises(SchemaError, match=r"`transactions` lacks the columns \['order_id', 'amount'\].*as_order_lines"):
        log_coverage_table(table, as_of="2024-03-31")


# Input untouched.


def test_the_table_given_is_not_changed():
    transactions = as_transactions(log([("ann", "2024-03-01", 5), ("bo", "2024-03-09", -5)]))
    before = transactions.copy()
    log_coverage_table(transactions, as_of="2024-03-31")
    assert_frame_equal(transactions, before)
    assert len(rows(transactions)) == 2
