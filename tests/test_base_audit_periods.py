"""Lenses 1 and 2 of the customer-base audit: within a period, and two periods against each other."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from tests.audits import COLUMNS, activities, activity, madrigal, online_retail
from tests.depth import few
from tests.frames import assert_same_rows, count_nan, rows

from crmkit import SchemaError
from crmkit.metrics import gini, top_share
from crmkit.metrics.base_audit import (
    customer_decile_table,
    customer_distribution_table,
    customer_flow_table,
    customer_quantile_table,
    decile_movement_table,
    period_change_table,
)

YEARS = {"as_of": "2024-12-31", "freq": "Y"}
BOTH = {"before": "2023", "after": "2024", **YEARS}
WITHIN = {"period": "2024", **YEARS}

# 2023: ann 4 orders, bo 1, cy 1, and old ed a refund alone. 2024: ann 2, cy nothing, dee (new) 3 at a loss, fay (there
# before the data) 1, gil (new) 1.
TWO_YEARS = activity(
    ("ann", "2023-01-01", 4, 200.0, 80.0, "before"),
    ("bo", "2023-01-01", 1, 50.0, 20.0, "2023-01-01"),
    ("cy", "2023-01-01", 1, 30.0, -5.0, "2023-01-01"),
    ("ed", "2023-01-01", 0, -10.0, -4.0, "before"),
    ("ann", "2024-01-01", 2, 120.0, 60.0, "before"),
    ("bo", "2024-01-01", 1, 60.0, 24.0, "2023-01-01"),
    ("cy", "2024-01-01", 0, 0.0, 0.0, "2023-01-01"),
    ("dee", "2024-01-01", 3, 90.0, -9.0, "2024-01-01"),
    ("fay", "2024-01-01", 1, 40.0, 15.0, "before"),
    ("gil", "2024-01-01", 1, 10.0, 5.0, "2024-01-01"),
)
ALL_SIX = [
    (customer_decile_table, WITHIN),
    (customer_quantile_table, WITHIN),
    (customer_distribution_table, WITHIN),
    (period_change_table, BOTH),
    (customer_flow_table, BOTH),
    (decile_movement_table, BOTH),
]


# By hand.


def test_deciles_by_hand():
    # ann 60, bo 24, fay 15, gil 5, dee -9: of five customers every second tenth is empty
    found = customer_decile_table(TWO_YEARS, **WITHIN).set_index("decile")
    assert found.index.tolist() == [*range(1, 11), 0]
    assert found["n_customers"].tolist() == [1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 2]
    assert found.loc[[1, 3, 5, 7, 9], "profit"].tolist() == [60, 24, 15, 5, -9]
    assert found.loc[[1, 9], "purchase_frequency"].tolist() == [2, 3]
    assert found.loc[[1, 9], "average_order_value"].tolist() == [60, 30]
    assert found.loc[[1, 9], "margin"].tolist() == pytest.approx([0.5, -0.1])
    assert found.loc[9, ["n_loss_makers", "loss"]].tolist() == [1, 9]
    assert found["loss"].sum() == 9
    assert found.loc[[1, 9, 0], "profit_share"].tolist() == pytest.approx([60 / 95, -9 / 95, 0])
    assert found.loc[[1, 3, 10], "cumulative_profit_share"].tolist() == pytest.approx([60 / 95, 84 / 95, 1])
    assert found.loc[2, ["purchase_frequency", "spend_per_customer", "lowest"]].isna().all()
    assert math.isnan(found.loc[0, "customer_share"])


def test_customers_of_equal_value_do_not_depend_on_the_order_of_rows_or_ids():
    tied = activity(
        *[(f"c{i}", "2024-01-01", 1 + i % 3, 10.0, 0.1 + 0.2 if i % 2 else 0.3, "before") for i in range(9)]
    )
    found = customer_decile_table(tied, **WITHIN)
    shuffled = tied.sample(frac=1, random_state=1).assign(customer_id=lambda t: t["customer_id"].map(hash))
    assert_frame_equal(customer_decile_table(shuffled, **WITHIN), found)
    # profit and spend are equal: those with more orders come first
    assert found["purchase_frequency"].dropna().tolist() == [3, 3, 3, 2, 2, 2, 1, 1, 1]


def test_quantiles_by_hand():
    found = customer_quantile_table(TWO_YEARS, **WITHIN).set_index("measure")
    # orders 3 2 1 1 1, spend 120 90 60 40 10, profit 60 24 15 5 -9; the top 20 % is one customer
    assert found["n_customers"].tolist() == [5, 5, 5]
    assert found["total"].tolist() == [8, 320, 95]
    assert found["median"].tolist() == [1, 60, 15]
    assert found["q75"].tolist() == [2, 90, 24]
    assert found["highest"].tolist() == [3, 120, 60]
    assert found["top_share"].tolist() == pytest.approx([3 / 8, 120 / 320, 60 / 95])
    assert found.loc["spend", "gini"] == gini([120, 90, 60, 40, 10])
    assert math.isnan(found.loc["profit", "gini"])
    assert found.loc["profit", ["n_below_zero", "below_zero"]].tolist() == [1, 9]
    found = customer_quantile_table(TWO_YEARS, period="2023", **YEARS).set_index("measure")
    assert found["inactive"].tolist() == [0, -10, -4]


def test_distribution_by_hand():
    orders = customer_distribution_table(TWO_YEARS, value="n_orders", **WITHIN)
    columns = ["scope", "low", "high", "n_customers", "spend"]
    assert rows(orders, columns=columns) == [
        ("active", 1, 2, 3, 110),
        ("active", 2, 3, 1, 120),
        ("active", 3, 4, 1, 90),
        ("inactive", None, None, 2, 0),
    ]
    profit = customer_distribution_table(TWO_YEARS, width=20, **WITHIN)
    assert rows(profit, columns=["low", "high", "n_customers", "profit"]) == [
        (-20, 0, 1, -9),
        (0, 20, 2, 20),
        (20, 40, 1, 24),
        (40, 60, 0, 0),
        (60, 80, 1, 60),
        (None, None, 2, 0),
    ]
    assert profit["customer_share"].tolist()[:5] == [0.2, 0.4, 0.2, 0, 0.2]


def test_the_few_far_from_all_others_share_an_open_class():
    table = activity(
        *((who, "2024-01-01", 1, 10.0, float(who), "before") for who in range(1, 99)),
        *((who, "2024-01-01", 1, 10.0, who - 98.5, "before") for who in range(100, 198)),
        ("poor", "2024-01-01", 1, 10.0, -500.0, "before"),
        ("rich", "2024-01-01", 1, 10.0, 900.0, "before"),
    )
    found = customer_distribution_table(table, width=50, **WITHIN)
    assert rows(found, columns=["low", "high", "n_customers"])[:-1] == [
        (None, 0, 1),
        (0, 50, 98),
        (50, 100, 98),
        (100, None, 1),
    ]


def test_a_value_on_a_bound_belongs_to_the_class_above():
    # in floats 0.1 + 0.2 is above 0.3, and 3 * 0.1 too
    table = activity(
        ("a", "2024-01-01", 1, 0.3, 0.0, "before"),
        ("b", "2024-01-01", 1, 0.1 + 0.2, 0.0, "before"),
        ("c", "2024-01-01", 1, 0.7, 0.0, "before"),
        ("d", "2024-01-01", 1, 0.1, 0.0, "before"),
    )
    found = customer_distribution_table(table, value="spend", width=0.1, **WITHIN)
    counts = found.dropna(subset="low").set_index("low")["n_customers"]
    assert counts[counts > 0].to_dict() == {0.1: 1, 0.3: 2, 0.7: 1}


def test_comparison_by_hand():
    found = customer_flow_table(TWO_YEARS, **BOTH).set_index("group")
    assert found["n_customers"].to_dict() == {
        "both": 2,
        "lapsed": 1,
        "new": 2,
        "acquired_between": 0,
        "returned": 1,
        "neither": 1,
        "all": 7,
    }
    assert found.loc["both", ["spend_before", "spend_after", "spend_change"]].tolist() == [250, 180, -70]
    assert found.loc["new", ["n_orders_after", "profit_after"]].tolist() == [4, -4]
    assert found.loc["neither", ["spend_before", "profit_change"]].tolist() == [-10, 4]
    assert found.loc["all", ["spend_before", "spend_after", "profit_before", "profit_after"]].tolist() == [
        270,
        320,
        91,
        95,
    ]


def test_without_cohorts_the_first_order_tells_who_is_new():
    found = customer_flow_table(TWO_YEARS.drop(columns="cohort"), **BOTH).set_index("group")
    assert found["n_customers"].tolist() == [2, 1, 3, 0, 0, 1, 7]


def test_customers_acquired_between_two_ranges_are_neither_new_nor_returned(build):
    months = activity(
        ("ann", "2023-01-01", 1, 5.0, 1.0, "2023-01-01"),
        ("bo", "2023-02-01", 1, 5.0, 1.0, "2023-02-01"),
        ("bo", "2023-03-01", 1, 5.0, 1.0, "2023-02-01"),
        ("cy", "2022-12-01", 1, 5.0, 1.0, "2022-12-01"),
        ("cy", "2023-03-01", 1, 5.0, 1.0, "2022-12-01"),
    )
    options = {"before": "2023-01", "after": ("2023-03-01", "2023-03-31"), "as_of": "2023-03-31", "freq": "M"}
    for table in (months, months.drop(columns="cohort")):
        found = customer_flow_table(build(table), **options)
        assert [row[0] for row in rows(found, columns=["n_customers"])] == [0, 1, 0, 1, 1, 0, 3]


def test_movement_by_hand():
    # 2023 ann 80, bo 20, cy -5 in tenths 1, 4 and 7; 2024 ann 60, bo 24, fay 15, gil 5, dee -9 in 1, 3, 5, 7 and 9
    found = decile_movement_table(TWO_YEARS, **BOTH)
    moved = found[found["n_customers"] > 0]
    assert sorted(rows(moved, columns=["segment_before", "segment_after", "n_customers"]), key=str) == sorted(
        [
            ("1", "1", 1),
            ("4", "3", 1),
            ("7", "inactive", 1),
            ("inactive", "5", 1),
            ("inactive", "inactive", 1),
            (None, "7", 1),
            (None, "9", 1),
        ],
        key=str,
    )
    share = found.set_index(["segment_before", "segment_after"])["share"]
    assert share["inactive", "5"] == 0.5
    assert found.loc[found["segment_before"].isna(), "share"].isna().all()
    assert found.loc[found["segment_before"] == "2", "share"].isna().all()


def test_refunds_of_customers_without_an_order_are_in_the_change():
    found = period_change_table(TWO_YEARS, **BOTH).set_index("kpi")
    assert found.loc["profit", ["previous", "value", "contribution"]].tolist() == [91, 95, 4]
    assert found.loc["active_customers", ["previous", "value"]].tolist() == [3, 5]
    assert found.loc["average_order_value", "previous"] == 270 / 6
    assert found["contribution"].iloc[1:].sum() == pytest.approx(4, rel=1e-9)
    assert set(found["method"]) == {"log_mean"}


def test_where_nothing_is_left_the_first_factor_that_is_0_takes_it_all():
    gone = activity(("a", "2023-01-01", 2, 20.0, 5.0, "before"), ("a", "2024-01-01", 1, 10.0, 0.0, "before"))
    found = period_change_table(gone, **BOTH).set_index("kpi")["contribution"]
    assert found.to_dict() == {
        "profit": -5,
        "active_customers": 0,
        "purchase_frequency": 0,
        "average_order_value": 0,
        "margin": -5,
    }


def test_where_nobody_was_active_the_change_is_a_line_of_its_own():
    came = activity(("a", "2023-01-01", 0, -2.0, -1.0, "before"), ("a", "2024-01-01", 1, 10.0, 4.0, "before"))
    found = period_change_table(came, **BOTH)
    assert found["role"].tolist() == ["outcome", *["factor"] * 4, "new"]
    assert found["contribution"].tolist()[::5] == [5, 5]
    assert found["contribution"].iloc[1:5].isna().all()
    assert set(found["method"]) == {"not_shared"}
    lost = activity(("a", "2023-01-01", 1, 10.0, 4.0, "before"), ("a", "2024-01-01", 0, -2.0, -1.0, "before"))
    assert period_change_table(lost, **BOTH)["role"].iloc[-1] == "lost"


def test_losses_are_shared_out_by_the_shapley_value():
    # two customers with an order each of 10; profit 4, then -2: all of it is margin
    loss = activity(("a", "2023-01-01", 1, 10.0, 4.0, "before"), ("a", "2024-01-01", 1, 10.0, -2.0, "before"))
    found = period_change_table(loss, **BOTH)
    assert found["contribution"].tolist() == [-6, 0, 0, 0, -6]
    assert set(found["method"]) == {"shapley"}


def test_a_gift_has_no_margin_so_spend_and_cost_are_shared_out():
    # an order of 10 that costs 6, then one of 0 that costs 3: spend falls by 10, cost by 3
    gift = activity(("a", "2023-01-01", 1, 10.0, 4.0, "before"), ("a", "2024-01-01", 1, 0.0, -3.0, "before"))
    found = period_change_table(gift, **BOTH)
    assert found["contribution"].tolist() == pytest.approx([-7, 0, 0, -10, 3])
    assert set(found["method"]) == {"spend_minus_cost"}
    assert math.isnan(found["value"].iloc[-1])


def test_without_profit_the_lenses_stop_at_spend():
    table = TWO_YEARS.drop(columns="profit")
    for lens, options in ALL_SIX:
        assert not [
            name for name in lens(table, **options).columns if "profit" in name or "margin" in name or "loss" in name
        ]
    assert period_change_table(table, **BOTH)["kpi"].tolist() == [
        "spend",
        "active_customers",
        "purchase_frequency",
        "average_order_value",
    ]
    assert customer_quantile_table(table, **WITHIN)["measure"].tolist() == ["n_orders", "spend"]


@pytest.mark.parametrize(
    "period", ["2024", "2024年", "y2024", ("2024-01-01", "2024-12-31"), (pd.Timestamp("2024-01-01"), "2024-12-31")]
)
def test_a_period_can_be_named_in_several_ways(period):
    found = customer_quantile_table(TWO_YEARS, period=period, **YEARS)
    assert_frame_equal(found, customer_quantile_table(TWO_YEARS, **WITHIN))


# Reference: Madrigal, 2018 and 2019, worked by hand from the file in a spreadsheet's way.


@pytest.fixture(scope="module")
def quarters():
    return madrigal()


QUARTERS = {"as_of": "2019-12-31", "freq": "Q"}


def test_madrigal_from_2018_to_2019(quarters):
    assert (len(quarters), quarters["customer_id"].nunique()) == (612_720, 70_041)
    assert quarters["amount"].sum() == pytest.approx(18_401_720.85, abs=0.005)
    found = period_change_table(quarters, before="2018", after="2019", **QUARTERS).set_index("kpi")
    assert found["previous"].tolist()[1:] == pytest.approx([26_254, 1.93449, 94.8157, 0.475619], rel=5e-6)
    assert found["value"].tolist()[1:] == pytest.approx([31_855, 1.90645, 96.1092, 0.479534], rel=5e-6)
    assert found["contribution"].tolist() == pytest.approx(
        [508_560.98, 490_426.78, -37_023.18, 34_363.63, 20_793.75], abs=0.005
    )
    groups = customer_flow_table(quarters, before="2018", after="2019", **QUARTERS).set_index("group")
    assert groups.loc[["both", "lapsed"], "n_customers"].sum() == 26_254
    assert groups.loc[["both", "new", "returned"], "n_customers"].sum() == 31_855
    assert groups.loc["all", "profit_change"] == pytest.approx(508_560.98, abs=0.005)


def test_madrigal_in_2019(quarters):
    found = customer_quantile_table(quarters, period="2019", **QUARTERS).set_index("measure")
    profit = found.loc["profit"]
    assert (profit["n_customers"], profit["n_below_zero"]) == (31_855, 263)
    assert [profit["total"], profit["below_zero"]] == pytest.approx([2_798_903.68, 3_868.27], abs=0.005)
    assert profit["top_share"] == pytest.approx(0.5741, abs=5e-5)
    deciles = customer_decile_table(quarters, period="2019", **QUARTERS).set_index("decile")
    assert deciles.loc[2, "cumulative_profit_share"] == pytest.approx(0.5741, abs=5e-5)
    assert deciles["n_loss_makers"].sum() == 263
    classes = customer_distribution_table(quarters, period="2019", **QUARTERS)
    assert classes.loc[classes["high"] <= 0, "n_customers"].sum() == 263


# Reference: Online Retail, from the order log itself by pandas.


def test_online_retail_without_profit():
    months = online_retail()
    options = {"period": ("2011-01-01", "2011-11-30"), "as_of": "2011-12-09", "freq": "M"}
    inside = (
        months[months["period"].between("2011-01-01", "2011-11-01")]
        .groupby("customer_id")[["n_orders", "amount"]]
        .sum()
    )
    active = inside[inside["n_orders"] > 0]
    found = customer_quantile_table(months, **options).set_index("measure")
    assert found.loc["spend", ["n_customers", "total", "median"]].tolist() == pytest.approx(
        [len(active), active["amount"].sum(), active["amount"].median()]
    )
    assert found.loc["spend", "inactive"] == pytest.approx(inside.loc[inside["n_orders"] == 0, "amount"].sum())
    deciles = customer_decile_table(months, **options).set_index("decile")
    assert deciles["spend"].sum() == pytest.approx(inside["amount"].sum())
    assert deciles.loc[2, "cumulative_spend_share"] * inside["amount"].sum() == pytest.approx(
        top_share(active["amount"]) * active["amount"].sum()
    )


# Laws.


@few()
@given(activities(), st.sampled_from(["n_orders", "spend"]))
def test_the_rows_add_up_to_what_came_in(table, value):
    options = {"period": "2019", "as_of": "2019-12-31", "freq": "Q"}
    inside = table[table["period"] >= "2019-01-01"]
    total = {"n_orders": inside["n_orders"].sum(), "spend": inside["amount"].sum()}
    if "profit" in table:
        total["profit"] = inside["profit"].sum()
    acquired = table[table["period"] <= "2019-12-31"]["customer_id"].nunique()
    for found in (
        customer_decile_table(table, value=value, **options),
        customer_distribution_table(table, value=value, **options),
    ):
        assert found[list(total)].sum().tolist() == pytest.approx(list(total.values()), rel=1e-9, abs=1e-9)
        assert found["n_customers"].sum() == acquired
    found = customer_quantile_table(table, **options)
    assert (found["total"] + found["inactive"]).tolist() == pytest.approx(list(total.values()), rel=1e-9, abs=1e-9)
    groups = customer_flow_table(table, before="2018", after="2019", as_of="2019-12-31", freq="Q").set_index("group")
    assert groups.loc["all", "spend_after"] == pytest.approx(total["spend"], rel=1e-9, abs=1e-9)
    assert groups.loc["all", "spend_before"] == pytest.approx(
        table.loc[table["period"] < "2019-01-01", "amount"].sum(), rel=1e-9, abs=1e-9
    )
    assert groups["n_customers"].iloc[-1] == acquired


@few()
@given(activities(), st.sampled_from(["log_mean", "shapley", "sequential"]), st.sampled_from([0.01, 1.0, 7.1, 1e6]))
def test_contributions_add_up_to_the_change(table, method, unit):
    options = {"before": "2018", "after": "2019", "as_of": "2019-12-31", "freq": "Q", "method": method}
    money = [name for name in ("amount", "profit") if name in table]
    found = period_change_table(table.assign(**{name: table[name] * unit for name in money}), **options)
    parts, change = found["contribution"].iloc[1:], found["contribution"].iloc[0]
    size = unit * table[money].abs().sum().max() + 1e-9
    assert parts.sum() == pytest.approx(change, rel=1e-9, abs=1e-9 * size)
    assert parts.notna().all() or found["role"].iloc[-1] in ("new", "lost", "inactive")
    plain = period_change_table(table, **options)["contribution"] * unit
    assert found["contribution"].tolist() == pytest.approx(plain.tolist(), rel=1e-6, abs=1e-9 * size, nan_ok=True)


@few()
@given(activities(), st.sampled_from(["n_orders", "spend"]))
def test_who_moved_is_who_was_there(table, value):
    options = {"before": "2018", "after": "2019", "as_of": "2019-12-31", "freq": "Q"}
    moves = decile_movement_table(table, value=value, **options)
    groups = customer_flow_table(table, **options).set_index("group")["n_customers"]
    before = moves["segment_before"]
    active_before = before.notna() & (before != "inactive")
    active_after = moves["segment_after"] != "inactive"
    counted = {
        "both": moves.loc[active_before & active_after, "n_customers"].sum(),
        "lapsed": moves.loc[active_before & ~active_after, "n_customers"].sum(),
        "returned": moves.loc[(before == "inactive") & active_after, "n_customers"].sum(),
    }
    assert counted == groups[list(counted)].to_dict()
    assert moves["n_customers"].sum() == groups["all"]
    shares = moves.groupby("segment_before")["share"].sum(min_count=1).dropna()
    assert shares.tolist() == pytest.approx([1] * len(shares))


@few()
@given(activities(), st.randoms(use_true_random=False))
def test_neither_the_order_of_rows_nor_ids_matter(table, random):
    order = list(range(len(table)))
    random.shuffle(order)
    names = {name: f"x{(7 * name) % 97}" for name in table["customer_id"]}
    other = table.iloc[order].assign(customer_id=table["customer_id"].map(names))
    options = {"before": "2018", "after": "2019", "as_of": "2019-12-31", "freq": "Q"}
    assert_same_rows(decile_movement_table(other, **options), decile_movement_table(table, **options))
    within = {"period": "2019", "as_of": "2019-12-31", "freq": "Q"}
    assert_same_rows(customer_decile_table(other, **within), customer_decile_table(table, **within))


@pytest.mark.parametrize(("lens", "options"), ALL_SIX, ids=lambda value: getattr(value, "__name__", ""))
@pytest.mark.parametrize("given", [COLUMNS, COLUMNS[:4]], ids=["whole", "bare"])
def test_every_kind_of_frame_gives_the_same_table(build, lens, options, given):
    native = build(TWO_YEARS[given])
    found = lens(native, **options)
    assert type(found) is type(native)
    assert count_nan(found) == 0
    assert_same_rows(found, lens(TWO_YEARS[given], **options))


# Refusals.


@pytest.mark.parametrize(
    ("period", "message"),
    [
        ("last year", r"`period` must be a year, quarter or month such as '2019'.* got 'last year'"),
        (2024, "`period` must be a year, quarter or month"),
        (("2024-01-01",), "`period` must be a year, quarter or month"),
        (("2024-01-01", "soon"), "`period` must be a date or ISO text"),
        (("2024-12-31", "2024-01-01"), "`period` must not end before it starts, got 2024-12-31 and 2024-01-01"),
        (
            "2024Q1",
            r"`period` runs from 2024-01-01 to 2024-03-31, which cuts periods of freq='Y' in two. Whole ones run from "
            "2024-01-01 to 2024-12-31",
        ),
        ("2025", r"`period` ends on 2025-12-31 and is not over by 2024-12-31. End it by `as_of`"),
    ],
)
def test_what_is_not_a_period_is_refused(period, message):
    with pytest.raises(ValueError, match=message):
        customer_decile_table(TWO_YEARS, period=period, **YEARS)


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("2024", "2023", "`before` must end before `after` begins, got 2024-12-31 and 2023-01-01"),
        (("2022-01-01", "2023-12-31"), "2024", "must be of the same length, got 2 and 1 periods of freq='Y'"),
    ],
)
def test_ranges_that_cannot_be_compared_are_refused(before, after, message):
    with pytest.raises(ValueError, match=message):
        customer_flow_table(TWO_YEARS, before=before, after=after, **YEARS)


@pytest.mark.parametrize(
    ("lens", "options", "message"),
    [
        (customer_decile_table, {**WITHIN, "value": "margin"}, "`value` must be one of"),
        (customer_distribution_table, {**WITHIN, "width": 0}, "`width` must be above 0, for orders whole, got 0"),
        (customer_distribution_table, {**WITHIN, "width": 1.5, "value": "n_orders"}, "for orders whole, got 1.5"),
        (customer_distribution_table, {**WITHIN, "width": 1e-4}, r"makes [\d,]+ classes. Give a width of .* or more"),
        (period_change_table, {**BOTH, "outcome": "n_orders"}, "`outcome` must be one of"),
        (period_change_table, {**BOTH, "method": "logmean"}, "`method` must be one of"),
        (period_change_table, {**BOTH, "freq": "year"}, "`freq` must be one of"),
        (period_change_table, {**BOTH, "as_of": "soon"}, "`as_of` must be a date"),
    ],
)
def test_wrong_options_are_refused(lens, options, message):
    with pytest.raises(ValueError, match=message):
        lens(TWO_YEARS, **options)


def test_profit_that_is_not_there_is_refused_by_name():
    table = TWO_YEARS.drop(columns="profit")
    with pytest.raises(ValueError, match=r"has no profit, so outcome='profit' cannot be .*Name the column of profit"):
        period_change_table(table, outcome="profit", **BOTH)
    with pytest.raises(ValueError, match="so value='profit' cannot be worked out"):
        customer_decile_table(table, value="profit", **WITHIN)


def test_money_that_is_missing_is_refused(build):
    with pytest.raises(SchemaError, match=r"`activity\['amount'\]` is missing throughout"):
        customer_decile_table(build(TWO_YEARS.assign(amount=np.nan)), **WITHIN)
    holes = TWO_YEARS.assign(profit=TWO_YEARS["profit"].where(TWO_YEARS["profit"] > 0))
    with pytest.raises(SchemaError, match=r"`activity\['profit'\]` is missing in 4 rows. Fill them with 0"):
        customer_decile_table(build(holes), **WITHIN)


def test_tables_without_the_periods_asked_for_are_refused(build):
    with pytest.raises(SchemaError, match=r"`activity` has no rows up to 2020-12-31. Give a later `as_of`"):
        customer_decile_table(build(TWO_YEARS), period="2020", as_of="2020-12-31", freq="Y")
    with pytest.raises(SchemaError, match="`activity` has no orders from 2022-01-01 to 2022-12-31"):
        customer_decile_table(build(TWO_YEARS), period="2022", **YEARS)
    with pytest.raises(SchemaError, match="a period that starts on 2023-02-01, but no period of freq='Y' starts there"):
        customer_decile_table(build(activity(("a", "2023-02-01", 1, 5.0, 1.0, "before"))), **WITHIN)
    with pytest.raises(TypeError, match="`activity` must be a pandas, Polars or PyArrow table"):
        customer_decile_table([1], **WITHIN)


# Input untouched.


@pytest.mark.parametrize(("lens", "options"), ALL_SIX, ids=lambda value: getattr(value, "__name__", ""))
def test_the_activity_given_is_not_changed(lens, options):
    before = TWO_YEARS.copy()
    lens(TWO_YEARS, **options)
    assert_frame_equal(TWO_YEARS, before)
