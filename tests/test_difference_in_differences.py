"""Differences in differences: by hand, Card and Krueger's, Welch's test, known truth, and where no effect is told."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from scipy.stats import ttest_ind
from tests.depth import few
from tests.frames import assert_same_rows

from crmkit import SchemaError, retail_calendar
from crmkit.loyalty.campaigns import (
    difference_in_differences_table,
    event_study_table,
    explain_without_control,
    placebo_date_table,
)

MONTHS = pd.date_range("2024-01-01", periods=6, freq="MS").astype("datetime64[us]")


def base(amounts, contacted, **others):
    """Customers, and their activity from a matrix of amounts by month; who did nothing has no row."""
    amounts = np.asarray(amounts, dtype=float)
    n, n_periods = amounts.shape
    customers = pd.DataFrame({"customer_id": np.arange(n) + 100, "contacted": np.asarray(contacted, dtype=bool)})
    activity = pd.DataFrame(
        {
            "customer_id": np.repeat(customers["customer_id"].to_numpy(), n_periods),
            "period": np.tile(MONTHS[:n_periods], n),
            "n_orders": (amounts.ravel() > 0).astype("int64"),
            "amount": amounts.ravel(),
            **{name: np.asarray(values, dtype=float).ravel() for name, values in others.items()},
        }
    )
    return {"activity": activity[activity["amount"] != 0].reset_index(drop=True), "customers": customers}


def asked(n_before=4, n_after=2, **options):
    """The campaign of a month, by default that of May 2024."""
    start = MONTHS[n_before]
    end = start + pd.offsets.MonthEnd(n_after)
    return {"treated": "contacted", "start": start, "as_of": end, "n_before": n_before, "n_after": n_after,
            "freq": "M", "outcomes": ["amount"], **options}  # fmt: skip


def shoppers(*, n=1500, effect=20.0, trend=0.0, shock=0.0, dip=False, seed=0):
    """Customers contacted for what they usually spend, or for a weak last month; ``shock`` is no campaign."""
    rng = np.random.default_rng(seed)
    level = rng.gamma(2, 30, n)
    amounts = level[:, None] + 10 * np.sin(np.arange(6)) + rng.gamma(2, 20, (n, 6))
    contacted = rng.random(n) < 1 / (1 + np.exp(2 - level / 60))
    if dip:
        contacted = amounts[:, 3] < level + 25
    amounts += contacted[:, None] * trend * np.arange(6)
    other = amounts.copy()
    amounts[:, 4:] += contacted[:, None] * (effect + shock)
    other[:, 4:] += contacted[:, None] * shock
    return base(amounts, contacted, other=other)


def row_of(data, **options):
    """The row of the first outcome."""
    return difference_in_differences_table(**data, **asked(**options)).iloc[0]


# By hand


def test_means_and_difference_by_hand():
    # 40 contacted who spend 10, then 18 or 22 with 2 more in both earlier months of half of them; 40 others 5, then 8
    contacted = [[10, 10, 18], [12, 12, 24]] * 20
    others = [[5, 5, 7], [5, 5, 9]] * 20
    data = base(contacted + others, [1] * 40 + [0] * 40)
    row = row_of(data, n_before=2, n_after=1)
    assert (row["n_treated"], row["n_others"]) == (40, 40)
    assert (row["treated_before"], row["treated_after"]) == (11.0, 21.0)
    assert (row["others_before"], row["others_after"]) == (5.0, 8.0)
    # 10 - 3; those contacted would have come to 11 + 3
    assert (row["difference"], row["treated_expected"]) == pytest.approx((7.0, 14.0))
    # changes of 8 and 12, of 2 and 4: variances 4 · 40/39 and 1 · 40/39, each over 40
    assert (row["upper"] - row["lower"]) / 2 == pytest.approx(2.0 * np.sqrt(5 / 39), rel=0.01)
    assert row["reason"] is None


def test_who_did_nothing_counts_with_0():
    data = base([[10, 0, 30], [0, 10, 30]] * 20 + [[10, 0, 0], [0, 10, 0]] * 20, [1] * 40 + [0] * 40)
    assert len(data["activity"]) == 120
    # half of both sides are active in a month before; all of those contacted after, and none of the others
    row = row_of(data, n_before=2, n_after=1, outcomes=["active", "amount"])
    assert (row["treated_after"], row["others_after"], row["difference"]) == (1.0, 0.0, 1.0)


def test_the_event_study_by_hand():
    data = base([[10, 11, 18], [12, 13, 24]] * 20 + [[5, 5, 7], [5, 5, 9]] * 20, [1] * 40 + [0] * 40)
    study = event_study_table(**data, **asked(n_before=2, n_after=1))
    assert study["scope"].tolist() == ["before", "reference", "after", "earlier_trend"]
    assert study["periods_from_start"].tolist()[:3] == [-2, -1, 0]
    # a month before the reference those contacted were 1 lower, the others the same; after it 21 - 12 - (8 - 5)
    assert study["difference"].tolist()[:3] == pytest.approx([-1.0, 0.0, 6.0])
    assert study.loc[1, ["lower", "upper", "p_value"]].isna().all()
    dates = placebo_date_table(**data, **asked(n_before=2, n_after=1))
    assert dates["difference"].tolist() == pytest.approx([1.0])
    assert (dates["placebo_start"].iloc[0], dates["n_before"].iloc[0], dates["n_after"].iloc[0]) == (MONTHS[1], 1, 1)


# Reference


def test_card_and_krueger():
    # Card and Krueger (1994), Table 3, balanced sample of stores: employment changed by 0.47 (standard error 0.48) in
    # New Jersey and by -2.28 (1.25) in Pennsylvania; difference 2.75 (1.34)
    sides = []
    for n, mean, error in ((300, 0.47, 0.48), (76, -2.28, 1.25)):
        spread = error * np.sqrt(n - 1) * np.tile([1.0, -1.0], n // 2)
        earlier = 60 + np.outer(np.repeat([1.0, -1.0], n // 2), [1.0, -1.0])
        sides.append(np.column_stack([earlier, 60 + mean + spread]))
    row = row_of(base(np.vstack(sides), [1] * 300 + [0] * 76), n_before=2, n_after=1)
    assert row["difference"] == pytest.approx(2.75)
    # half the width over the printed standard error is Student's quantile with Welch's degrees of freedom
    assert (row["upper"] - row["lower"]) / 2 / 1.34 == pytest.approx(1.98, abs=0.02)
    assert row["reason"] is None


def test_of_two_months_before_the_trend_is_welchs_test():
    data = shoppers(n=200)
    activity = data["activity"]["amount"].to_numpy().reshape(200, 6)[:, 2:]
    contacted = data["customers"]["contacted"].to_numpy()
    shorter = base(activity, contacted)
    study = event_study_table(**shorter, **asked(n_before=2, n_after=2))
    earlier = activity[:, 0] - activity[:, 1]
    welch = ttest_ind(earlier[contacted], earlier[~contacted], equal_var=False)
    assert study["p_value"].iloc[-1] == pytest.approx(welch.pvalue)
    assert (study["statistic"].iloc[-1], study["degrees_of_freedom"].iloc[-1]) == pytest.approx((welch.statistic**2, 1))


def test_the_interval_is_welchs_where_both_sides_are_of_one_size():
    rng = np.random.default_rng(2)
    amounts = rng.gamma(2, 30, (200, 6))
    row = row_of(base(amounts, [1] * 100 + [0] * 100))
    change = amounts[:, 4:].mean(axis=1) - amounts[:, :4].mean(axis=1)
    welch = ttest_ind(change[:100], change[100:], equal_var=False)
    interval = welch.confidence_interval(0.95)
    assert (row["lower"], row["upper"], row["p_value"]) == pytest.approx((*interval, welch.pvalue))


# Known truth


def test_selection_on_the_usual_spend_cancels():
    row = row_of(shoppers())
    assert row["treated_after"] - row["others_after"] > 40
    assert row["lower"] < 20 < row["upper"]
    assert (row["reason"], row["n_placebo_dates"], row["n_placebo_effects"]) == (None, 3, 0)


@pytest.mark.deep
def test_intervals_hold_the_truth_and_the_guards_rarely_err():
    rows = [row_of(shoppers(n=400, seed=seed)) for seed in range(300)]
    told = [row for row in rows if row["reason"] is None]
    # each guard errs in 5 of 100, and both see the same months
    assert len(told) >= 264
    assert 0.91 <= np.mean([row["lower"] <= 20 <= row["upper"] for row in told]) <= 0.985


# No number


def test_no_effect_where_they_already_grew_apart():
    row = row_of(shoppers(trend=8.0))
    assert row["reason"] == "earlier_trend, placebo_date"
    assert row[["treated_expected", "difference", "lower", "upper", "p_value"]].isna().all()
    assert row["earlier_trend_p_value"] < 0.05
    assert placebo_date_table(**shoppers(trend=8.0), **asked())["finds_effect"].any()


def test_no_effect_where_a_weak_month_was_the_reason_to_contact():
    assert "earlier_trend" in row_of(shoppers(dip=True, effect=0.0))["reason"]


def test_something_else_at_the_same_time_shows_in_a_placebo_outcome_alone():
    data = shoppers(effect=0.0, shock=20.0)
    assert row_of(data)["lower"] > 0
    table = difference_in_differences_table(**data, **asked(placebo_outcomes=["other"]))
    assert table["reason"].tolist() == ["placebo_outcome", None]
    assert np.isnan(table["difference"][0])
    assert table["difference"][1] == pytest.approx(20, abs=5)
    quiet = difference_in_differences_table(**shoppers(), **asked(placebo_outcomes=["other"]))
    assert quiet["reason"].isna().all()
    assert explain_without_control(table)[0] == (
        "No effect can be told for amount: the same comparison finds an effect on something the campaign cannot have "
        "moved."
    )


def test_no_effect_from_a_few():
    data = base([[10, 11, 20], [12, 11, 24]] * 10 + [[5, 6, 7], [6, 5, 9]] * 30, [1] * 20 + [0] * 60)
    assert "too_few" in row_of(data, n_before=2, n_after=1)["reason"]


def test_where_nothing_changed_before_there_is_no_test():
    study = event_study_table(**base([[10, 10, 12], [8, 8, 9]] * 40, [1, 1, 0, 0] * 20), **asked(n_before=2, n_after=1))
    assert np.isnan(study["p_value"].iloc[-1])


# Law


@few()
@given(st.sampled_from([0.01, 3.0, 1e5]), st.lists(st.integers(0, 50), min_size=6, max_size=6), st.integers(0, 90))
def test_what_all_share_and_what_each_has_always_cancels(unit, seasons, own):
    data = shoppers(n=150)
    activity = data["activity"]
    month = np.asarray(seasons, dtype=float)[activity["period"].dt.month - 1]
    of_customer = own * (activity["customer_id"] % 7)
    moved = activity.assign(amount=(activity["amount"] + month + of_customer) * unit)
    expected, found = row_of(data), row_of({**data, "activity": moved})
    columns = ["p_value", "earlier_trend_p_value", "n_placebo_effects"]
    assert found[columns].tolist() == pytest.approx(expected[columns].tolist(), rel=1e-6)
    assert found["difference"] == pytest.approx(expected["difference"] * unit, rel=1e-6)


def test_order_of_rows_and_customers_beside_the_base_do_not_matter():
    data = shoppers(n=150)
    other = data["activity"].head(20).assign(customer_id=9_999)
    mixed = pd.concat([data["activity"], other]).sample(frac=1, random_state=1)
    found = difference_in_differences_table(mixed, customers=data["customers"][::-1], **asked())
    assert_same_rows(found, difference_in_differences_table(**data, **asked()))


def test_every_kind_of_frame(build):
    data = shoppers(n=120)
    built = {"activity": build(data["activity"]), "customers": build(data["customers"])}
    for function in (difference_in_differences_table, event_study_table, placebo_date_table):
        assert_same_rows(function(**built, **asked()), function(**data, **asked()))


def test_periods_of_ones_own_and_ids_of_text():
    calendar = retail_calendar(first_year=2023, last_year=2024)
    starts = calendar["start"][12:18].to_numpy()
    data = shoppers(n=120)
    activity = data["activity"].assign(
        period=starts[data["activity"]["period"].dt.month - 1],
        customer_id="c" + data["activity"]["customer_id"].astype(str),
    )
    customers = data["customers"].assign(customer_id="c" + data["customers"]["customer_id"].astype(str))
    options = asked(freq=None, calendar=calendar, start=starts[4], as_of=calendar["end"][17])
    found = difference_in_differences_table(activity, customers=customers, **options)
    assert_same_rows(found, difference_in_differences_table(**data, **asked()))


# Refusal

DATA = shoppers(n=20)


def test_a_customer_twice_in_a_period_is_refused():
    # rows of days where months are asked for, or a table that was put together twice
    again = pd.concat([DATA["activity"], DATA["activity"].iloc[[0]]])
    with pytest.raises(SchemaError, match=r"has 1 customer with several rows in a period, such as \[100\]"):
        difference_in_differences_table(again, customers=DATA["customers"], **asked())


@pytest.mark.parametrize(
    ("changed", "options", "error", "words"),
    [
        ({"contacted": pd.Timestamp("2024-05-01")}, {}, SchemaError, "one call for each day"),
        ({"contacted": 0}, {}, SchemaError, "0 contacted and 20 others"),
        ({"customer_id": [7] * 20}, {}, SchemaError, r"has 19 rows of customers .* such as \[7\]"),
        ({"customer_id": [None, *map(float, range(19))]}, {}, SchemaError, "customer_id"),
        ({"customer_id": ["a", None, *map(str, range(18))]}, {}, SchemaError, "1 row without a customer_id"),
        ({"customer_id": list(map(str, range(20)))}, {}, SchemaError, "whole numbers in one"),
        ({}, {"start": "2024-05-03"}, ValueError, "must be the first day of a period, such as 2024-05-01"),
        ({}, {"as_of": "2024-06-29"}, ValueError, "end on 2024-06-30, after `as_of`, 2024-06-29"),
        ({}, {"n_before": 5}, ValueError, "begin on 2023-12-01, but `activity` begins on 2024-01-01"),
        ({}, {"n_before": 1}, ValueError, "`n_before` must be at least 2"),
        ({}, {"n_after": 0}, ValueError, "`n_after` must be at least 1"),
        ({}, {"outcomes": ["profit"]}, SchemaError, r"lacks the columns \['profit'\]"),
        ({}, {"placebo_outcomes": ["amount"]}, ValueError, "named more than once"),
        ({}, {"level": 2}, ValueError, "`level` must lie between 0 and 1"),
        ({}, {"freq": None}, ValueError, "Give `freq`"),
    ],
)
def test_refused(changed, options, error, words):
    with pytest.raises(error, match=words):
        difference_in_differences_table(
            DATA["activity"], customers=DATA["customers"].assign(**changed), **{**asked(), **options}
        )


def test_amounts_that_cannot_be_computed_with_are_refused():
    activity = DATA["activity"].assign(amount=1e200)
    with pytest.raises(SchemaError, match=r"activity\['amount'\]` has a value of size 1e\+200, too large"):
        difference_in_differences_table(activity, customers=DATA["customers"], **asked())


def test_refused_outcomes():
    activity = DATA["activity"]
    with pytest.raises(SchemaError, match="missing throughout"):
        difference_in_differences_table(activity.assign(amount=np.nan), customers=DATA["customers"], **asked())
    gaps = activity.assign(other=activity["other"].where(activity.index > 2))
    with pytest.raises(SchemaError, match="missing in 3 rows around the campaign"):
        difference_in_differences_table(gaps, customers=DATA["customers"], **asked(outcomes=["other"]))
    with pytest.raises(SchemaError, match="has no rows in the periods around"):
        event_study_table(activity.head(0), customers=DATA["customers"], **asked())


# Input untouched


def test_the_tables_are_not_changed():
    data = shoppers(n=60)
    before = {name: table.copy(deep=True) for name, table in data.items()}
    for function in (difference_in_differences_table, event_study_table, placebo_date_table):
        function(**data, **asked())
    for name, table in data.items():
        assert_frame_equal(table, before[name])
