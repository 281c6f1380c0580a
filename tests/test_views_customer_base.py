"""The five lenses at once: which periods are compared, and that each table is that of its function."""

from datetime import datetime

import pandas as pd
import pytest
from tests.audits import activity, madrigal, online_retail
from tests.frames import assert_same_rows

from crmkit import SchemaError, activity_table, as_transactions, load_cdnow, retail_calendar
from crmkit.metrics import base_audit
from crmkit.views import customer_base


def monthly(n, *, first="2020-01-01"):
    """One customer who orders in each of so many months."""
    months = pd.date_range(first, periods=n, freq="MS")
    return activity(*((1, f"{month:%Y-%m-%d}", 1, 5.0, 1.0, f"{months[0]:%Y-%m-%d}") for month in months))


def days(*pairs):
    return tuple(tuple(datetime.fromisoformat(day) for day in pair) for pair in pairs)


# By hand.


@pytest.mark.parametrize(
    ("n", "as_of", "before", "after"),
    [
        (24, "2021-12-31", ("2020-01-01", "2020-12-31"), ("2021-01-01", "2021-12-31")),
        (23, "2021-11-30", ("2020-12-01", "2021-05-31"), ("2021-06-01", "2021-11-30")),
        (7, "2020-07-31", ("2020-02-01", "2020-04-30"), ("2020-05-01", "2020-07-31")),
        (5, "2020-05-31", ("2020-04-01", "2020-04-30"), ("2020-05-01", "2020-05-31")),
        # the last month is not over
        (3, "2020-03-30", ("2020-01-01", "2020-01-31"), ("2020-02-01", "2020-02-29")),
    ],
)
def test_the_longest_ranges_that_fit_are_compared(n, as_of, before, after):
    base = customer_base(monthly(n), as_of=as_of, freq="M")
    assert (base.before, base.after) == days(before, after)


def test_a_period_that_the_log_cuts_is_not_compared():
    base = customer_base(monthly(24), as_of="2021-12-31", freq="M", first_day="2020-01-02")
    assert (base.before, base.after) == days(("2021-01-01", "2021-06-30"), ("2021-07-01", "2021-12-31"))
    whole = customer_base(monthly(24), as_of="2021-12-31", freq="M", first_day="2020-01-01")
    assert whole.before == days(("2020-01-01", "2020-12-31"))[0]
    # there is no other way
    base = customer_base(monthly(2), as_of="2020-02-29", freq="M", first_day="2020-01-15")
    assert base.before == days(("2020-01-01", "2020-01-31"))[0]


def test_the_oldest_cohort_known_to_be_new_is_followed():
    rows = [(1, "2020-01-01", 1, 5.0), (2, "2020-02-01", 1, 5.0), (1, "2020-03-01", 1, 5.0)]
    without = activity(*rows, columns=["customer_id", "period", "n_orders", "amount"])
    assert customer_base(without, as_of="2020-03-31", freq="M").cohort == "2020-02-01"
    known = without.assign(cohort=["before", "2020-02-01", "before"])
    assert customer_base(known, as_of="2020-03-31", freq="M").cohort == "2020-02-01"
    new = without.assign(cohort=["2020-01-01", "2020-02-01", "2020-01-01"])
    assert customer_base(new, as_of="2020-03-31", freq="M").cohort == "2020-01-01"


# Reference.


def test_the_retailer_of_the_book():
    base = customer_base(madrigal(), as_of="2019-12-31", freq="Q")
    assert (base.before, base.after) == days(("2018-01-01", "2018-12-31"), ("2019-01-01", "2019-12-31"))
    assert base.change["contribution"].round(2).tolist() == [508560.98, 490426.78, -37023.18, 34363.63, 20793.75]
    assert base.deciles["n_customers"].tolist()[-1] == 70041 - 31855
    assert base.layers.loc[base.layers["scope"] == "all", "spend"].sum() == pytest.approx(18401720.85)


def test_a_log_of_a_year():
    base = customer_base(online_retail(), as_of="2011-12-09", freq="M")
    assert (base.before, base.after) == days(("2010-12-01", "2011-05-31"), ("2011-06-01", "2011-11-30"))
    # December is not over
    assert not base.layers["is_complete"].iloc[-1]
    assert base.changes["period"].max() == pd.Timestamp("2011-11-01")


# Laws.


def test_each_table_is_that_of_its_function(build):
    given = build(activity_table(as_transactions(load_cdnow()[::10]), as_of="1998-06-30", freq="Q"))
    quarters = {"as_of": "1998-06-30", "freq": "Q"}
    base = customer_base(given, before="1997Q4", after="1998Q1", cohort="1997Q1", **quarters)
    ranges = {"before": "1997Q4", "after": "1998Q1", **quarters}
    assert_same_rows(base.deciles, base_audit.customer_decile_table(given, period="1998Q1", **quarters))
    assert_same_rows(base.change, base_audit.period_change_table(given, **ranges))
    assert_same_rows(base.history, base_audit.cohort_history_table(given, cohort="1997Q1", **quarters))
    assert_same_rows(base.cohorts, base_audit.cohort_comparison_table(given, **quarters))
    assert type(base.layers) is type(given)


def test_years_of_whole_weeks():
    weeks = retail_calendar(first_year=1996, last_year=1998, pattern=(4, 5, 4))
    given = activity_table(as_transactions(load_cdnow()), as_of="1998-06-30", calendar=weeks)
    base = customer_base(given, as_of="1998-06-30", calendar=weeks)
    assert (base.before, base.after) == days(("1997-06-01", "1997-11-29"), ("1997-11-30", "1998-05-30"))


# Refusals.


def test_what_cannot_be_compared_is_refused():
    with pytest.raises(SchemaError, match="1 period that is over by 2020-02-28; comparing takes two"):
        customer_base(monthly(2), as_of="2020-02-28", freq="M")
    with pytest.raises(SchemaError, match="0 periods that are over by 2019-12-31"):
        customer_base(monthly(2), as_of="2019-12-31", freq="M")
    with pytest.raises(ValueError, match="Give `before` and `after`, or neither"):
        customer_base(monthly(25), as_of="2022-01-31", freq="M", before="2020")
    with pytest.raises(ValueError, match="Give `freq`, the length of the periods, or `calendar`"):
        customer_base(monthly(25), as_of="2022-01-31")


def test_the_table_given_is_not_changed():
    given = monthly(4)
    before = given.copy()
    customer_base(given, as_of="2020-04-30", freq="M")
    pd.testing.assert_frame_equal(given, before)
