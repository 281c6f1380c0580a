"""Lenses 3 to 5 of the customer-base audit: one cohort over time, cohorts beside one another, the base in layers."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from pandas.testing import assert_frame_equal
from tests.audits import COLUMNS, activities, activity, madrigal, online_retail
from tests.depth import few
from tests.frames import assert_same_rows, count_nan, rows

from crmkit import SchemaError, cohort_table
from crmkit.metrics.base_audit import (
    base_history_table,
    change_history_table,
    cohort_comparison_table,
    cohort_history_table,
    period_change_table,
)

HALF = {"as_of": "2024-03-31", "freq": "M"}
# Ann was there before; bo and cy come in January, dee in February. Ann has a refund alone in February, cy a loss.
MONTHS = activity(
    ("ann", "2024-01-01", 2, 40.0, 10.0, "before"),
    ("bo", "2024-01-01", 1, 20.0, 8.0, "2024-01-01"),
    ("cy", "2024-01-01", 2, 30.0, -3.0, "2024-01-01"),
    ("ann", "2024-02-01", 0, -6.0, -2.0, "before"),
    ("bo", "2024-02-01", 1, 10.0, 4.0, "2024-01-01"),
    ("dee", "2024-02-01", 1, 50.0, 25.0, "2024-02-01"),
    ("bo", "2024-03-01", 2, 24.0, 12.0, "2024-01-01"),
    ("dee", "2024-03-01", 1, 16.0, 5.0, "2024-02-01"),
)
QUARTERS = {"as_of": "2019-12-31", "freq": "Q"}
ALL_FOUR = [
    (cohort_history_table, {"cohort": "2024-01", **HALF}),
    (cohort_comparison_table, HALF),
    (base_history_table, {"cohort_freq": "M", **HALF}),
    (change_history_table, HALF),
]


# By hand.


def test_one_cohort_by_hand():
    found = cohort_history_table(MONTHS, cohort="2024-01", **HALF)
    assert found["period"].dt.month.tolist() == [1, 2, 3]
    assert found["age"].tolist() == [0, 1, 2]
    assert found["size"].tolist() == [2, 2, 2]
    assert found["active_customers"].tolist() == [2, 1, 1]
    assert found["active_share"].tolist() == [1, 0.5, 0.5]
    assert found["n_orders"].tolist() == [3, 1, 2]
    assert found["purchase_frequency"].tolist() == [1.5, 1, 2]
    assert found["average_order_value"].tolist() == pytest.approx([50 / 3, 10, 12])
    assert found["margin"].tolist() == pytest.approx([0.1, 0.4, 0.5])
    assert found["profit_per_acquired"].tolist() == [2.5, 2, 6]
    assert found["cumulative_profit_per_acquired"].tolist() == [2.5, 4.5, 10.5]
    # cy has two orders at once, bo the second one in February
    assert found["repeat_share"].tolist() == [0.5, 1, 1]


def test_cohorts_beside_one_another_by_hand():
    found = cohort_comparison_table(MONTHS, **HALF)
    assert rows(found, columns=["cohort", "period", "age", "size", "active_customers", "spend"]) == [
        ("before", "2024-01-01", None, 1, 1, 40),
        ("before", "2024-02-01", None, 1, 0, -6),
        ("before", "2024-03-01", None, 1, 0, 0),
        ("2024-01-01", "2024-01-01", 0, 2, 2, 50),
        ("2024-01-01", "2024-02-01", 1, 2, 1, 10),
        ("2024-01-01", "2024-03-01", 2, 2, 1, 24),
        ("2024-02-01", "2024-02-01", 0, 1, 1, 50),
        ("2024-02-01", "2024-03-01", 1, 1, 1, 16),
    ]
    # inactive is 0, and nothing divided by nobody is missing
    idle = found.iloc[2]
    assert (idle["active_share"], idle["spend_per_acquired"]) == (0, 0)
    assert idle[["purchase_frequency", "average_order_value", "margin", "repeat_share"]].isna().all()


def test_the_base_in_layers_by_hand():
    found = base_history_table(MONTHS, cohort_freq="M", **HALF)
    columns = [
        "scope",
        "cohort",
        "cohort_age",
        "period",
        "size",
        "new_customers",
        "active_customers",
        "spend",
        "new_spend",
    ]
    assert rows(found, columns=columns) == [
        ("group", "before", None, "2024-01-01", 1, 0, 1, 40, 0),
        ("group", "before", None, "2024-02-01", 1, 0, 0, -6, 0),
        ("group", "before", None, "2024-03-01", 1, 0, 0, 0, 0),
        ("group", "2024-01-01", 0, "2024-01-01", 2, 2, 2, 50, 50),
        ("group", "2024-01-01", 1, "2024-02-01", 2, 0, 1, 10, 0),
        ("group", "2024-01-01", 2, "2024-03-01", 2, 0, 1, 24, 0),
        ("group", "2024-02-01", 0, "2024-02-01", 1, 1, 1, 50, 50),
        ("group", "2024-02-01", 1, "2024-03-01", 1, 0, 1, 16, 0),
        ("all", None, None, "2024-01-01", 3, 2, 3, 90, 50),
        ("all", None, None, "2024-02-01", 4, 1, 2, 54, 50),
        ("all", None, None, "2024-03-01", 4, 0, 2, 40, 0),
    ]
    whole = found[found["scope"] == "all"]
    assert whole["new_spend_share"].tolist() == pytest.approx([50 / 90, 50 / 54, 0])
    assert whole["new_profit_share"].tolist() == pytest.approx([5 / 15, 25 / 27, 0])
    assert found["spend_share"].tolist()[:2] == pytest.approx([40 / 90, -6 / 54])


def test_layers_by_year_grow_while_their_customers_are_acquired():
    found = base_history_table(MONTHS, **HALF)
    year = found[found["cohort"] == "2024-01-01"]
    assert year["cohort_age"].tolist() == [0, 0, 0]
    assert year["size"].tolist() == [2, 3, 3]
    assert year["spend"].tolist() == [50, 60, 40]


def test_changes_from_month_to_month_by_hand():
    found = change_history_table(MONTHS, cohort="before", outcome="spend", **HALF)
    # nobody of the old customers ordered in February or March
    outcomes = found[found["role"] == "outcome"]
    assert rows(outcomes, columns=["period", "previous_period", "value", "previous", "contribution"]) == [
        ("2024-02-01", "2024-01-01", -6, 40, -46),
        ("2024-03-01", "2024-02-01", 0, -6, 6),
    ]
    lines = found[~found["role"].isin(["outcome", "factor"])]
    assert rows(lines, columns=["role", "contribution"]) == [("lost", -46), ("inactive", 6)]
    whole = change_history_table(MONTHS, **HALF)
    assert whole.loc[whole["role"] == "outcome", "contribution"].tolist() == [12, -10]
    assert whole[whole["role"] == "factor"].groupby("period")["contribution"].sum().tolist() == pytest.approx([12, -10])


def test_a_period_that_is_not_over_is_marked_and_not_compared():
    options = {"as_of": "2024-03-30", "freq": "M"}
    assert cohort_history_table(MONTHS, cohort="2024-02", **options)["is_complete"].tolist() == [True, False]
    layers = base_history_table(MONTHS, **options)
    assert layers.loc[layers["scope"] == "all", "is_complete"].tolist() == [True, True, False]
    assert change_history_table(MONTHS, **options)["period"].dt.month.unique().tolist() == [2]


def test_what_comes_after_as_of_is_not_there():
    early = cohort_comparison_table(MONTHS, as_of="2024-02-29", freq="M")
    late = cohort_comparison_table(MONTHS, **HALF)
    late = late[late["period"] < "2024-03-01"].reset_index(drop=True)
    assert_frame_equal(early, late)


def test_without_cohorts_the_first_order_tells_and_refunds_before_it_are_of_old_customers():
    log = activity(
        ("ann", "2024-01-01", 0, -5.0),
        ("ann", "2024-02-01", 1, 10.0),
        ("ed", "2024-03-01", 0, -2.0),
        columns=COLUMNS[:4],
    )
    found = cohort_comparison_table(log, **HALF)
    assert rows(found, columns=["cohort", "period", "size", "active_customers", "spend"]) == [
        ("before", "2024-01-01", 1, 0, -5),
        ("before", "2024-02-01", 1, 0, 0),
        ("before", "2024-03-01", 1, 0, -2),
        ("2024-02-01", "2024-02-01", 1, 1, 10),
        ("2024-02-01", "2024-03-01", 1, 0, 0),
    ]


@pytest.mark.parametrize("cohort", ["2024-01", "2024-01-17", pd.Timestamp("2024-01-31"), "2024年1月"])
def test_a_cohort_can_be_named_by_any_of_its_days(cohort):
    found = cohort_history_table(MONTHS, cohort=cohort, **HALF)
    assert_frame_equal(found, cohort_history_table(MONTHS, cohort="2024-01-01", **HALF))


def test_cohorts_may_be_dates(build):
    dates = pd.to_datetime(MONTHS["cohort"].where(MONTHS["cohort"] != "before")).astype("datetime64[us]")
    found = cohort_comparison_table(build(MONTHS.assign(cohort=dates)), **HALF)
    assert_same_rows(found, cohort_comparison_table(MONTHS, **HALF))


def test_periods_of_ones_own():
    calendar = pd.DataFrame(
        {
            "period": ["P1", "P2", "P3"],
            "start": pd.to_datetime(["2024-01-01", "2024-02-01", "2024-03-01"]),
            "end": pd.to_datetime(["2024-01-31", "2024-02-29", "2024-03-31"]),
        }
    )
    own = {"as_of": "2024-03-31", "calendar": calendar}
    found = cohort_history_table(MONTHS, cohort="P1", **own)
    assert_frame_equal(found, cohort_history_table(MONTHS, cohort="2024-01", **HALF))
    assert_frame_equal(
        period_change_table(MONTHS, before="P2", after="P3", **own),
        period_change_table(MONTHS, before="2024-02", after="2024-03", **HALF),
    )
    assert_frame_equal(base_history_table(MONTHS, **own), base_history_table(MONTHS, **HALF))


def test_without_profit_the_lenses_stop_at_spend():
    for lens, options in ALL_FOUR:
        found = lens(MONTHS.drop(columns="profit"), **options)
        assert not [name for name in found.columns if "profit" in name or "margin" in name]


# Reference: Madrigal, counted from the file itself by pandas.


@pytest.fixture(scope="module")
def quarters():
    return madrigal()


def test_madrigal_by_cohort(quarters):
    found = cohort_comparison_table(quarters, **QUARTERS)
    assert found["spend"].sum() == pytest.approx(18_401_720.85, abs=0.005)
    assert found.groupby("cohort")["size"].first().sum() == 70_041
    # 16 quarters of the old customers, and of the cohorts of 16 quarters 16, 15, ... 1
    assert len(found) == 16 + 16 * 17 // 2
    own = quarters[quarters["cohort"] == "2016-01-01"]
    grouped = own.groupby("period")
    first = found[found["cohort"] == "2016-01-01"].set_index("period")
    assert first["size"].iloc[0] == own["customer_id"].nunique()
    assert first["active_customers"].tolist() == grouped["n_orders"].agg(lambda n: (n > 0).sum()).tolist()
    assert first["profit"].tolist() == pytest.approx(grouped["profit"].sum().tolist())
    until = own.sort_values("period").assign(orders=lambda t: t.groupby("customer_id")["n_orders"].cumsum())
    assert first["repeat_share"].tolist() == pytest.approx(
        until.groupby("period")["orders"].agg(lambda n: (n > 1).mean()).tolist()
    )


def test_madrigal_as_a_whole(quarters):
    found = base_history_table(quarters, **QUARTERS)
    whole, layers = found[found["scope"] == "all"], found[found["scope"] == "group"]
    assert layers["spend"].sum() == pytest.approx(18_401_720.85, abs=0.005)
    assert whole["size"].iloc[-1] == 70_041
    year = layers[layers["period"] >= "2019-01-01"]
    assert year["profit"].sum() == pytest.approx(2_798_903.68, abs=0.005)
    assert year.loc[year["cohort_age"] == 0, "new_customers"].sum() == 18_317
    years = quarters.groupby(
        [quarters["customer_id"], quarters["period"].dt.to_period("Y").dt.to_timestamp(), "cohort"]
    )
    yearly = years[["n_orders", "amount", "profit"]].sum().reset_index()
    yearly["cohort"] = yearly["cohort"].where(yearly["cohort"] == "before", yearly["cohort"].str[:4] + "-01-01")
    changes = change_history_table(yearly, as_of="2019-12-31", freq="Y")
    last = changes[changes["period"] == "2019-01-01"]["contribution"].tolist()
    assert last == pytest.approx([508_560.98, 490_426.78, -37_023.18, 34_363.63, 20_793.75], abs=0.005)


# Reference: Online Retail from transactions; cohorts as `cohort_table` counts them.


def test_online_retail_has_the_cohorts_of_the_cohort_table():
    months = online_retail()
    options = {"as_of": "2011-12-09", "freq": "M"}
    found = cohort_comparison_table(months, **options)
    assert found["spend"].sum() == pytest.approx(months["amount"].sum())
    known = cohort_table(months, **options)
    dated = found.dropna(subset="age").reset_index(drop=True)
    assert dated["active_customers"].tolist() == known["n_customers"].tolist()
    assert dated["active_share"].tolist() == known["retention"].tolist()
    assert dated["is_complete"].tolist() == known["is_complete"].tolist()


# Laws.


def summed(table, *by):
    money = [name for name in ("n_orders", "spend", "profit") if name in table]
    return table.groupby(list(by))[money].sum()


@few()
@given(activities())
def test_money_and_customers_add_up_to_what_came_in(table):
    given_sums = summed(table.rename(columns={"amount": "spend"}), "period")
    cohorts = cohort_comparison_table(table, **QUARTERS)
    layers = base_history_table(table, **QUARTERS)
    of_layers, whole = (layers[layers["scope"] == scope] for scope in ("group", "all"))
    for found in (cohorts, of_layers, whole):
        sums = summed(found, "period").reindex(given_sums.index)
        assert sums.to_numpy() == pytest.approx(given_sums.to_numpy(), rel=1e-9, abs=1e-9)
        outside = found[~found["period"].isin(given_sums.index)]
        assert not outside[["n_orders", "spend"]].to_numpy().any()
    assert cohorts.groupby("cohort")["size"].first().sum() == table["customer_id"].nunique()
    assert whole["size"].iloc[-1] == table["customer_id"].nunique()
    by_period = table[table["n_orders"] > 0].groupby("period")["customer_id"].nunique()
    active = whole.set_index("period")["active_customers"]
    assert active[active > 0].to_dict() == by_period.to_dict()
    shares = of_layers.groupby("period")["spend_share"].sum(min_count=1).dropna()
    assert shares.tolist() == pytest.approx([1] * len(shares), abs=1e-6)


@few()
@given(activities())
def test_measures_of_cohorts_hold_together(table):
    found = cohort_comparison_table(table, **QUARTERS)
    dated = found.dropna(subset="age")
    assert found["active_share"].dropna().between(0, 1).all()
    assert dated["repeat_share"].between(0, 1).all()
    rising = dated.groupby("cohort")["repeat_share"].diff().dropna()
    assert (rising >= 0).all()
    again = found["active_customers"] * found["purchase_frequency"].fillna(0) * found["average_order_value"].fillna(0)
    ordered = found["active_customers"] > 0
    assert again[ordered].tolist() == pytest.approx(found.loc[ordered, "spend"].tolist(), rel=1e-9, abs=1e-9)
    last = found.groupby("cohort").tail(1)
    total = found.groupby("cohort", sort=False)["spend"].sum().to_numpy()
    cumulative = (last["cumulative_spend_per_acquired"] * last["size"]).to_numpy()
    known = last["size"].to_numpy() > 0
    assert cumulative[known] == pytest.approx(total[known], rel=1e-9, abs=1e-9)
    assert np.isnan(cumulative[~known]).all()
    one = cohort_history_table(table, cohort=last["cohort"].iloc[-1], **QUARTERS)
    assert_same_rows(one, found[found["cohort"] == last["cohort"].iloc[-1]])


@few()
@given(activities())
def test_changes_are_those_of_two_periods(table):
    found = change_history_table(table, lag=4, **QUARTERS)
    parts = found[found["role"] != "outcome"].groupby("period")["contribution"].sum()
    change = found[found["role"] == "outcome"].set_index("period")["contribution"]
    assert parts.tolist() == pytest.approx(change.tolist(), rel=1e-9, abs=1e-9)
    alone = period_change_table(table, before="2018Q2", after="2019Q2", **QUARTERS)
    of_quarter = found[found["period"] == "2019-04-01"].drop(columns=["period", "previous_period"])
    assert_same_rows(alone, of_quarter, in_order=True)


@pytest.mark.parametrize(("lens", "options"), ALL_FOUR, ids=lambda value: getattr(value, "__name__", ""))
@pytest.mark.parametrize("columns", [COLUMNS, COLUMNS[:4]], ids=["whole", "bare"])
def test_every_kind_of_frame_gives_the_same_table(build, lens, options, columns):
    native = build(MONTHS[columns])
    found = lens(native, **options)
    assert type(found) is type(native)
    assert count_nan(found) == 0
    assert_same_rows(found, lens(MONTHS[columns], **options))


# Refusals.


@pytest.mark.parametrize(
    ("cohort", "message"),
    [
        ("2024Q1", "`cohort` must be one period of freq='M', or 'before', got '2024Q1'"),
        ("2024-03", r"no customers of `cohort` '2024-03'. Its cohorts are \['before', '2024-01-01', '2024-02-01'\]"),
        ("first", "`cohort` must be one period of freq=.M., or .before., got .first."),
    ],
)
def test_cohorts_that_are_not_there_are_refused(cohort, message):
    for lens in (cohort_history_table, change_history_table):
        with pytest.raises(ValueError, match=message):
            lens(MONTHS, cohort=cohort, **HALF)


def test_columns_of_cohorts_that_cannot_be_read_are_refused(build):
    with pytest.raises(SchemaError, match=r"`activity\['cohort'\]` must be the first days of .*freq='M'.* got 'old'"):
        cohort_comparison_table(build(MONTHS.replace({"cohort": {"before": "old"}})), **HALF)
    with pytest.raises(SchemaError, match="as text, or 'before', got '2024-01-02'"):
        cohort_comparison_table(build(MONTHS.replace({"cohort": {"2024-01-01": "2024-01-02"}})), **HALF)
    with pytest.raises(
        SchemaError, match=r"the cohort '2024-02-01' with activity in an earlier period, from 2024-01-01"
    ):
        cohort_comparison_table(build(MONTHS.replace({"cohort": {"2024-01-01": "2024-02-01"}})), **HALF)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"lag": 0}, ValueError, "`lag` must be at least 1, got 0"),
        ({"lag": 1.5}, TypeError, "`lag` must be a whole number"),
        (
            {"lag": 3},
            SchemaError,
            "Only 3 periods are over by 2024-03-31, so none can be compared with the one 3 before",
        ),
        ({"as_of": "2024-01-31"}, SchemaError, "Only 1 period is over by 2024-01-31"),
        ({"outcome": "margin"}, ValueError, "`outcome` must be one of"),
        ({"method": "mean"}, ValueError, "`method` must be one of"),
        ({"freq": None}, ValueError, "Give `freq`, the length of the periods, or `calendar`"),
    ],
)
def test_changes_that_cannot_be_shared_out_are_refused(options, error, message):
    with pytest.raises(error, match=message):
        change_history_table(MONTHS, **HALF | options)


def test_layers_shorter_than_the_periods_are_refused():
    with pytest.raises(ValueError, match="`cohort_freq` must be at least as long as the periods of 'M', got 'W'"):
        base_history_table(MONTHS, cohort_freq="W", **HALF)
    with pytest.raises(ValueError, match="`freq` must be one of"):
        base_history_table(MONTHS, cohort_freq="years", **HALF)


# Input untouched.


@pytest.mark.parametrize(("lens", "options"), ALL_FOUR, ids=lambda value: getattr(value, "__name__", ""))
def test_the_activity_given_is_not_changed(lens, options):
    before = MONTHS.copy()
    lens(MONTHS, **options)
    assert_frame_equal(MONTHS, before)
    assert math.isclose(MONTHS["amount"].sum(), 184)
