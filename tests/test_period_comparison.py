"""The same customers in two periods: by hand, against published pairs, on every kind of frame."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from pandas.testing import assert_frame_equal
from tests.frames import assert_same_rows

import crmkit as ck
from crmkit.errors import SchemaError
from crmkit.metrics import period_comparison_table

ASKED = {
    "before": ("2024-02-01", "2024-02-29"),
    "after": ("2024-03-01", "2024-03-31"),
    "as_of": "2024-03-31",
    "freq": "M",
}
MEASURES = ["active_rate", "orders_per_customer", "spend_per_customer", "purchase_frequency", "average_order_value"]


def activity(*rows):
    table = pd.DataFrame(rows, columns=["customer_id", "period", "n_orders", "amount"])
    return table.assign(period=pd.to_datetime(table["period"]))


def simulated(n=300, *, seed=1):
    rng = np.random.default_rng(seed)
    rates = rng.gamma(1.0, 1.0, n)
    rows = [(number, "2024-01-01", 1, 10.0) for number in range(n)]
    for month in ("2024-02-01", "2024-03-01"):
        orders = rng.poisson(rates)
        spend = (orders * np.exp(rng.normal(3, 1, n))).round(2)
        rows += [(number, month, orders[number], spend[number]) for number in np.flatnonzero(orders)]
    return activity(*rows)


ACTIVITY = simulated()


def compared(table=ACTIVITY, **options):
    return period_comparison_table(table, **(ASKED | options)).set_index("measure")


# By hand.

FIVE = activity(
    *((name, "2024-01-01", 1, 1.0) for name in "abcd"),
    ("a", "2024-02-01", 1, 10.0),
    ("a", "2024-03-01", 2, 30.0),
    ("b", "2024-02-01", 2, 30.0),
    ("c", "2024-03-01", 1, 10.0),
    # joined after the first period began: not exposed to all of it
    ("e", "2024-02-01", 9, 900.0),
    ("e", "2024-03-01", 9, 900.0),
    # refunds alone are no activity
    ("d", "2024-03-01", 0, -4.0),
)


def test_a_table_by_hand():
    found = compared(FIVE)
    assert found.index.tolist() == MEASURES
    assert (found["n"] == 4).all()
    # active after: a, c; before: a, b. Orders 3 and 3, spend 30 + 10 - 4 and 40
    assert found["value"].tolist() == pytest.approx([0.5, 0.75, 9, 1.5, 12])
    assert found["previous"].tolist() == pytest.approx([0.5, 0.75, 10, 1.5, 40 / 3])
    assert found["compared"].tolist() == ["as is", "per day", "per day", "as is", "as is"]
    # per day: what was before is scaled from the 29 days of February to the 31 of March
    assert found.loc["spend_per_customer", "change"] == pytest.approx(9 - 10 * 31 / 29)
    assert found.loc["average_order_value", "change"] == pytest.approx(12 - 40 / 3)
    assert found.loc["average_order_value", "relative_change"] == pytest.approx(12 / (40 / 3) - 1)
    # one came, one went
    assert found.loc["active_rate", ["change", "p_value"]].tolist() == [0, 1]
    assert found["too_few"].all()


def test_periods_of_one_length_are_compared_as_they_are():
    days = {"before": ("2024-02-01", "2024-02-14"), "after": ("2024-03-01", "2024-03-14")}
    found = compared(FIVE, **days, freq="D")
    assert set(found["compared"]) == {"as is"}
    assert found.loc["spend_per_customer", "change"] == pytest.approx(9 - 10)


def test_periods_of_ones_own():
    calendar = ck.retail_calendar(first_year=2023, last_year=2024)
    days = {"before": ("2024-02-04", "2024-03-02"), "after": ("2024-03-03", "2024-03-30"), "freq": None}
    shifts = {"2024-01-01": "2023-12-31", "2024-02-01": "2024-02-04", "2024-03-01": "2024-03-03"}
    shifts = {pd.Timestamp(old): pd.Timestamp(new) for old, new in shifts.items()}
    own = FIVE.assign(period=FIVE["period"].replace(shifts))
    found = compared(own, **days, calendar=calendar)
    assert found["value"].tolist() == pytest.approx([0.5, 0.75, 9, 1.5, 12])
    assert set(found["compared"]) == {"as is"}


def test_periods_of_ones_own_must_be_about_as_long():
    calendar = ck.retail_calendar(first_year=2023, last_year=2024)
    days = {"before": ("2024-02-04", "2024-03-02"), "after": ("2024-03-31", "2024-05-04"), "as_of": "2024-05-04"}
    with pytest.raises(ValueError, match="has 1 period of 28 days in all and `after` has 1 of 35"):
        compared(FIVE, **days, freq=None, calendar=calendar)


def test_the_customers_to_compare_can_be_given():
    chosen = pd.DataFrame({"customer_id": ["a", "e", "nobody"]})
    found = compared(FIVE, customers=chosen)
    assert (found["n"] == 3).all()
    assert found.loc["active_rate", ["value", "previous"]].tolist() == pytest.approx([2 / 3, 2 / 3])
    assert found.loc["spend_per_customer", "value"] == pytest.approx(930 / 3)


def test_cohorts_say_who_came_before_the_data():
    cohorts = FIVE[FIVE["period"] > "2024-01-31"].assign(
        cohort=lambda t: np.where(t["customer_id"] == "e", "2024-02-01", "before")
    )
    cohorts.loc[cohorts["customer_id"] == "c", "cohort"] = "2024-01-01"
    found = compared(cohorts)
    assert (found["n"] == 4).all()
    assert_frame_equal(found, compared(FIVE))


def test_profit_where_it_is_known():
    profit = compared(ACTIVITY.assign(profit=ACTIVITY["amount"] * 0.3))
    assert profit.index.tolist() == [*MEASURES[:3], "profit_per_customer", *MEASURES[3:]]
    columns = ["value", "previous", "change", "lower", "upper", "detectable_change"]
    assert_allclose(
        profit.loc["profit_per_customer", columns].to_numpy(dtype=float),
        0.3 * profit.loc["spend_per_customer", columns].to_numpy(dtype=float),
    )
    gap = ACTIVITY.assign(profit=ACTIVITY["amount"].where(ACTIVITY.index != len(ACTIVITY) - 1))
    assert compared(gap).loc["profit_per_customer", "value":"previous"].isna().all()


def test_without_prices_there_is_no_money():
    found = compared(ACTIVITY.assign(amount=np.nan))
    money = found.index.isin(["spend_per_customer", "average_order_value"])
    assert found["value"].isna().tolist() == money.tolist()
    assert found["adjusted_p_value"].isna().tolist() == money.tolist()


def test_ratios_of_nothing_are_missing():
    found = compared(FIVE[FIVE["period"] != "2024-02-01"])
    assert found.loc["average_order_value"]["previous":"p_value"].drop("compared").isna().all()
    assert found.loc["average_order_value", "value"] == 12
    assert found.loc["active_rate", "previous"] == 0


# Reference: Student (1908), hours of sleep, as spend; R's documentation of t.test has .7001142 to 2.4598858.

SLEEP = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
MORE_SLEEP = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]


def test_pairs_of_student():
    rows = [(place, "2024-01-01", 1, 1.0) for place in range(10)]
    rows += [(place, "2024-02-05", 1, hours) for place, hours in enumerate(SLEEP)]
    rows += [(place, "2024-03-05", 1, hours) for place, hours in enumerate(MORE_SLEEP)]
    days = {"before": ("2024-02-01", "2024-02-29"), "after": ("2024-03-01", "2024-03-29")}
    found = compared(activity(*rows), **days, freq="D").loc["spend_per_customer"]
    assert_allclose(found[["change", "lower", "upper"]].astype(float), [1.58, 0.7001142, 2.4598858], atol=5e-8)
    assert found["p_value"] == pytest.approx(0.002833, abs=5e-7)


# Reference: Newcombe (1998), Statistics in Medicine 17, table III, method 10.


@pytest.mark.parametrize(("counts", "ends"), [((36, 12, 2, 0), (0.0569, 0.3404)), ((20, 12, 2, 16), (0.0562, 0.3292))])
def test_rates_of_newcombe(counts, ends):
    both, only, other_only, neither = counts
    after = [True] * (both + only) + [False] * (other_only + neither)
    before = [True] * both + [False] * only + [True] * other_only + [False] * neither
    rows = [(place, "2024-01-01", 1, 1.0) for place in range(50)]
    rows += [(place, "2024-02-01", 1, 1.0) for place, was in enumerate(before) if was]
    rows += [(place, "2024-03-01", 1, 1.0) for place, is_ in enumerate(after) if is_]
    found = compared(activity(*rows)).loc["active_rate"]
    assert_allclose([found["lower"], found["upper"]], ends, atol=6e-5)


# Reference: the delta method on the rows themselves.


def test_order_values_by_the_delta_method():
    wide = ACTIVITY.pivot_table(index="customer_id", columns="period", values=["n_orders", "amount"], fill_value=0)
    terms = []
    for month in ("2024-03-01", "2024-02-01"):
        spend, orders = wide["amount"][pd.Timestamp(month)], wide["n_orders"][pd.Timestamp(month)]
        terms.append((spend - spend.sum() / orders.sum() * orders) / orders.mean())
    error = (terms[0] - terms[1]).std() / 300**0.5
    found = compared(adjust="none").loc["average_order_value"]
    # 1.96793 is Student's for 299 degrees of freedom
    assert (found["upper"] - found["lower"]) / 2 == pytest.approx(1.96793 * error, rel=1e-5)
    assert found["detectable_change"] == pytest.approx((1.96793 + 0.84280) * error, rel=1e-4)


# Laws.


@given(st.sampled_from([1e-3, 7.1, 1e6]))
def test_the_currency_unit_scales_money_alone(unit):
    found, scaled = compared(), compared(ACTIVITY.assign(amount=ACTIVITY["amount"] * unit))
    factor = np.where(found.index.isin(["spend_per_customer", "average_order_value"]), unit, 1.0)
    for name in ("value", "previous", "change", "lower", "upper", "detectable_change"):
        assert_allclose(scaled[name], found[name] * factor, rtol=1e-9, atol=1e-12)
    for name in ("relative_change", "relative_lower", "relative_upper", "p_value"):
        assert_allclose(scaled[name], found[name], rtol=1e-8)


def test_exchanging_the_periods_turns_changes_around():
    days = {"before": ("2024-02-01", "2024-02-28"), "after": ("2024-03-01", "2024-03-28"), "freq": "D"}
    dates = {"2024-02-01": "2024-03-01", "2024-03-01": "2024-02-01"}
    turned = ACTIVITY["period"].replace({pd.Timestamp(old): pd.Timestamp(new) for old, new in dates.items()})
    found, other = compared(**days), compared(ACTIVITY.assign(period=turned), **days)
    for name, its, sign in (
        ("change", "change", -1),
        ("lower", "upper", -1),
        ("upper", "lower", -1),
        ("p_value", "p_value", 1),
    ):
        assert_allclose(other[name], sign * found[its], rtol=1e-9, atol=1e-12)


def test_pairs_see_smaller_changes_than_groups_would():
    found = compared(adjust="none").loc["orders_per_customer"]
    wide = ACTIVITY.pivot_table(index="customer_id", columns="period", values="n_orders", fill_value=0)
    apart = (wide[pd.Timestamp("2024-03-01")].var() + wide[pd.Timestamp("2024-02-01")].var()) ** 0.5 / 300**0.5
    assert found["upper"] - found["lower"] < 2 * 1.96 * apart


def test_rows_in_any_order():
    shuffled = ACTIVITY.sample(frac=1, random_state=2)
    assert_frame_equal(compared(shuffled), compared(), rtol=1e-9)


@pytest.mark.parametrize("given_customers", [False, True])
def test_every_kind_of_frame(build, given_customers):
    table = ACTIVITY.assign(profit=ACTIVITY["amount"] * 0.5, cohort="2024-01-01")
    chosen = pd.DataFrame({"customer_id": np.arange(50, 400)})
    ours = {"customers": build(chosen)} if given_customers else {}
    theirs = {"customers": chosen} if given_customers else {}
    found = period_comparison_table(build(table), **ASKED, **ours)
    assert_same_rows(found, period_comparison_table(table, **ASKED, **theirs))


def test_activity_of_transactions_is_taken():
    table = ck.activity_table(ck.as_transactions(ck.load_cdnow()), as_of="1998-06-30", freq="Q")
    found = compared(
        table, before=("1997-04-01", "1997-06-30"), after=("1998-04-01", "1998-06-30"), as_of="1998-06-30", freq="Q"
    )
    assert (
        found.loc["active_rate", "n"]
        == ck.activity_table(ck.as_transactions(ck.load_cdnow()), as_of="1997-03-31", freq="Q")["customer_id"].nunique()
    )


# Refusals.


@pytest.mark.parametrize(
    ("options", "error", "says"),
    [
        ({"before": "2024-02-01"}, TypeError, "`before` must be a pair, the first and the last day"),
        ({"after": ("2024-03-01",)}, TypeError, "`after` must be a pair"),
        ({"after": ("2024-03-01", "soon")}, ValueError, "`after` must be a date"),
        ({"before": ("2024-02-02", "2024-02-29")}, ValueError, "`before` must consist of whole periods of freq='M'"),
        ({"before": ("2024-02-29", "2024-02-01")}, ValueError, "`before` must consist of whole periods"),
        ({"after": ("2024-02-01", "2024-02-29")}, ValueError, "`after` begins on 2024-02-01, but `before` ends on"),
        (
            {"before": ("2024-01-01", "2024-02-29")},
            ValueError,
            "`before` has 2 periods of 60 days in all and `after` has 1 of 31",
        ),
        ({"as_of": "2024-03-30"}, ValueError, "`after` ends on 2024-03-31, after `as_of`, 2024-03-30"),
        ({"freq": "month"}, ValueError, "`freq` must be one of"),
        ({"freq": None}, ValueError, "Give `freq`, the length of the periods, or `calendar`"),
        ({"level": 1}, ValueError, "`level` must lie between 0 and 1"),
        ({"power": 80}, ValueError, "`power` must lie between 0 and 1"),
        ({"adjust": "fdr"}, ValueError, "`adjust` must be one of"),
        ({"customers": pd.DataFrame({"customer_id": [1, 1]})}, SchemaError, "has customers more than once: "),
        ({"customers": pd.DataFrame({"customer_id": ["1"]})}, SchemaError, "has String as customer_id, `activity`"),
        ({"customers": pd.DataFrame({"customer_id": [1]}).head(0)}, SchemaError, "`customers` has no customers"),
        ({"customers": [1, 2]}, TypeError, "`customers` must be a pandas, Polars or PyArrow table"),
    ],
)
def test_options_that_are_refused(options, error, says):
    with pytest.raises(error, match=says):
        compared(**options)


def test_tables_that_are_refused():
    with pytest.raises(SchemaError, match="has nobody who bought before 2024-02-01"):
        compared(ACTIVITY[ACTIVITY["period"] > "2024-01-31"])
    with pytest.raises(SchemaError, match="n_orders"):
        compared(ACTIVITY.drop(columns="n_orders"))
    with pytest.raises(TypeError, match="must be a pandas, Polars or PyArrow table"):
        compared("activity.csv")


# Input untouched.


def test_the_tables_given_are_left_as_they_are():
    before, chosen = ACTIVITY.copy(), pd.DataFrame({"customer_id": [1, 2]})
    compared(customers=chosen)
    assert_frame_equal(ACTIVITY, before)
    assert_frame_equal(chosen, pd.DataFrame({"customer_id": [1, 2]}))
