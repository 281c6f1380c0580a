"""Periods of one's own: in every table that has periods, on every kind of frame, as the months they may be."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.depth import deep
from tests.frames import assert_same_rows, rows
from tests.logs import log, typed

from crmkit import (
    SchemaError,
    activity_table,
    as_activity,
    as_subscriptions,
    as_tickets,
    as_transactions,
    audit_activity,
    customer_summary,
    load_cdnow,
    make_subscriptions,
    make_tickets,
    opportunity_table,
    retail_calendar,
    unidentified_sales_table,
)
from crmkit._calendars import calendar_of
from crmkit.metrics import (
    base_audit,
    kpi_table,
    mrr_movement_table,
    order_kpis,
    payback_table,
    period_table,
    retention_table,
    service_kpis,
    subscription_kpis,
)
from crmkit.value import BetaGeoModel
from crmkit.value.judging import tracking_table

# A quarter of 4, 4 and 5 weeks from Sunday to Saturday, and the first four weeks of the next.
WEEKS = pd.DataFrame(
    {
        "period": ["P1", "P2", "P3", "P4"],
        "start": ["2024-02-04", "2024-03-03", "2024-03-31", "2024-05-05"],
        "end": ["2024-03-02", "2024-03-30", "2024-05-04", "2024-06-01"],
    }
)
ORDERS = log(
    [
        ("ann", "2024-02-04", 20),
        ("ann", "2024-03-02", 10),
        ("bo", "2024-03-03", 5),
        ("ann", "2024-03-31", 7),
        ("bo", "2024-05-04", 3),
        ("cy", "2024-05-05", 4),
    ]
)


def months(first, last):
    """Whole months as a calendar, the last first, their days as time stamps."""
    starts = pd.date_range(first, last, freq="MS")
    table = pd.DataFrame({"period": starts.strftime("%b %Y"), "start": starts, "end": starts + pd.offsets.MonthEnd()})
    return table[::-1]


# By hand.


def test_the_weeks_of_a_period_by_hand():
    transactions = as_transactions(ORDERS)
    assert rows(activity_table(transactions, as_of="2024-05-20", calendar=WEEKS)) == [
        ("ann", "2024-02-04", 2, 30),
        ("ann", "2024-03-31", 1, 7),
        ("bo", "2024-03-03", 1, 5),
        ("bo", "2024-03-31", 1, 3),
        ("cy", "2024-05-05", 1, 4),
    ]
    found = period_table(transactions, as_of="2024-05-20", calendar=WEEKS)
    assert rows(found, columns=["period", "revenue", "new_customers", "returning_customers", "is_complete"]) == [
        ("2024-02-04", 30, 1, 0, True),
        ("2024-03-03", 5, 1, 0, True),
        ("2024-03-31", 10, 0, 2, True),
        ("2024-05-05", 4, 1, 0, False),
    ]


def test_retention_needs_the_period_before_and_what_lies_before_the_calendar_counts_as_earlier():
    earlier = pd.concat([log([("bo", "2023-12-24", 9)]), ORDERS])
    found = order_kpis(as_transactions(earlier), start="2024-02-04", end="2024-05-04", calendar=WEEKS)
    values = found.set_index(["kpi", "period"])["value"]
    # bo is known from December
    assert values["new_customers"].tolist() == [1, 0, 0]
    # nothing tells when the period before the first one began; ann did not come back in the second
    assert np.isnan(values["retention_rate"].iloc[0])
    assert values["retention_rate"].tolist()[1:] == [0, 1]


def test_periods_come_in_by_their_names():
    ready = pd.DataFrame({"customer_id": ["ann", "bo"], "period": ["P3", "P4"], "n_orders": [1, 2]})
    found = as_activity(ready, calendar=WEEKS)
    assert rows(found, columns=["customer_id", "period"]) == [("ann", "2024-03-31"), ("bo", "2024-05-05")]
    assert (
        audit_activity(ready.assign(period=["P3", "P9"]), calendar=WEEKS).set_index("reason")["n_rows"][
            "unusable_period"
        ]
        == 1
    )


# Reference.


def test_the_calendar_of_american_retailers():
    # National Retail Federation, 4-5-4 calendars of 2022 to 2024; 2023 has 53 weeks.
    found = retail_calendar(first_year=2022, last_year=2024, pattern=(4, 5, 4)).set_index("period").astype(str)
    assert found.loc[["2022-P01", "2022-P12"]].to_numpy().tolist() == [
        ["2022-01-30", "2022-02-26"],
        ["2023-01-01", "2023-01-28"],
    ]
    assert found.loc[["2023-P01", "2023-P02", "2023-P03", "2023-P12"]].to_numpy().tolist() == [
        ["2023-01-29", "2023-02-25"],
        ["2023-02-26", "2023-04-01"],
        ["2023-04-02", "2023-04-29"],
        ["2023-12-31", "2024-02-03"],
    ]
    assert found.loc["2024-P01"].tolist() == ["2024-02-04", "2024-03-02"]
    assert found.loc["2024-P12"].tolist() == ["2025-01-05", "2025-02-01"]


def test_years_that_end_on_the_last_saturday_of_september():
    # Apple's fiscal years 2022, 2023 (53 weeks) and 2024, as its annual reports date them
    found = (
        retail_calendar(first_year=2022, last_year=2024, pattern=(13,), last_month="SEP", year_end="last")
        .set_index("period")
        .astype(str)
    )
    assert found.loc[["2022-P01", "2023-P01", "2024-P01"], "start"].tolist() == [
        "2021-09-26",
        "2022-09-25",
        "2023-10-01",
    ]
    assert found.loc[["2022-P04", "2023-P04", "2024-P04"], "end"].tolist() == ["2022-09-24", "2023-09-30", "2024-09-28"]


@pytest.mark.parametrize("last_month", ["JAN", deep("MAR"), deep("JUN"), "JUL", deep("SEP"), "DEC"])
@pytest.mark.parametrize("last_weekday", ["MON", deep("WED"), "SAT", "SUN"])
@pytest.mark.parametrize("year_end", ["nearest", "last"])
def test_every_year_is_there_once(last_month, last_weekday, year_end):
    options = {"last_month": last_month, "last_weekday": last_weekday, "year_end": year_end, "pattern": (13,)}
    found = retail_calendar(first_year=1990, last_year=2040, **options)
    assert found["period"].tolist() == [f"{year}-P0{quarter}" for year in range(1990, 2041) for quarter in (1, 2, 3, 4)]
    starts, ends = found["start"].to_numpy(), found["end"].to_numpy()
    assert (starts[1:] == ends[:-1] + np.timedelta64(1, "D")).all()


def test_layers_of_a_calendar_are_its_own_years():
    weeks = retail_calendar(first_year=1996, last_year=1998, pattern=(4, 5, 4))
    given = activity_table(as_transactions(load_cdnow()), as_of="1998-06-30", calendar=weeks)
    layers = base_audit.base_history_table(given, as_of="1998-06-30", calendar=weeks)
    named = layers["cohort"].dropna().unique().tolist()
    # customers of January 1997 belong to the year that ends on 1 February
    assert named == ["1996-02-04", "1997-02-02"]
    firsts = load_cdnow().groupby("customer_id")["date"].min()
    assert layers.loc[layers["cohort"] == "1996-02-04", "size"].max() == (firsts <= "1997-02-01").sum()


def test_a_forecast_beyond_the_calendar_is_refused():
    transactions = as_transactions(load_cdnow())
    model = BetaGeoModel().fit(customer_summary(transactions, as_of="1998-06-30"))
    weeks = retail_calendar(first_year=1996, last_year=1997, pattern=(13,), last_month="JUN")
    with pytest.raises(ValueError, match=r"`calendar` ends on 1998-06-27, and 1 more period is needed"):
        payback_table(
            transactions, as_of="1998-06-27", calendar=weeks, margin=0.3, acquisition_costs=9, model=model, max_age=9
        )


# Laws: months that a calendar lists are months.

ONE_CUSTOMER_IN_TEN = load_cdnow()[::10].assign(amount=10.0)
YEARS = pd.DataFrame(
    {"period": [1997, 1998], "start": ["1997-01-01", "1998-01-01"], "end": ["1997-12-31", "1998-12-31"]}
)
MONTHS = months("1997-01-01", "1998-12-01")
OF_TRANSACTIONS = {
    "activity_table": (activity_table, {"as_of": "1997-09-20"}),
    "period_table": (period_table, {"as_of": "1997-09-20"}),
    "order_kpis": (order_kpis, {"start": "1997-03-10", "end": "1997-09-20"}),
    "opportunity_table": (opportunity_table, {"as_of": "1998-06-30"}),
}


def assert_as_by_month(table, given, options, *, months=MONTHS, freq="M"):
    """Hold that a table by a calendar is the one by the frequency whose periods it lists."""
    assert_same_rows(table(given, calendar=months, **options), table(given, freq=freq, **options))


@pytest.mark.parametrize("name", [*OF_TRANSACTIONS])
def test_tables_of_transactions(build, name):
    table, options = OF_TRANSACTIONS[name]
    given = as_transactions(build(typed(ONE_CUSTOMER_IN_TEN)))
    by = {"months": YEARS, "freq": "Y"} if name == "opportunity_table" else {}
    assert_as_by_month(table, given, options, **by)


def test_kpis_with_sales_without_a_customer(build):
    orders = ONE_CUSTOMER_IN_TEN.assign(customer_id=ONE_CUSTOMER_IN_TEN["customer_id"].where(lambda ids: ids % 7 > 0))
    orders = typed(orders.astype({"customer_id": "Int64"}))
    assert_as_by_month(unidentified_sales_table, build(orders), {})
    given = as_transactions(build(orders), invalid="drop")
    by_calendar, by_month = (
        order_kpis(
            given,
            start="1997-02-01",
            end="1997-09-30",
            unidentified=unidentified_sales_table(build(orders), **by),
            **by,
        )
        for by in ({"calendar": MONTHS}, {"freq": "M"})
    )
    assert_same_rows(by_calendar, by_month)


def test_tables_of_activity(build):
    given = activity_table(as_transactions(build(typed(ONE_CUSTOMER_IN_TEN))), as_of="1997-12-31")
    assert_as_by_month(retention_table, given, {})
    ready = {"amount": "amount", "period": "period"}
    assert_as_by_month(as_activity, given, ready)
    assert_as_by_month(audit_activity, given, ready)


def test_tables_of_kpis(build):
    given = typed(ONE_CUSTOMER_IN_TEN).rename(columns={"amount": "revenue"}).assign(orders=1)
    options = {"kpis": ["average_order_value"], "period": "date", "as_of": "1997-12-20"}
    assert_as_by_month(kpi_table, build(given), options)


def test_tables_of_subscriptions(build):
    listed = months("2022-01-01", "2024-12-01")
    given = as_subscriptions(build(make_subscriptions(n_customers=40, random_state=1).subscriptions))
    assert_as_by_month(mrr_movement_table, given, {"as_of": "2024-06-10"}, months=listed)
    options = {"start": "2022-06-05", "end": "2023-05-20", "n_draws": 0}
    assert_as_by_month(subscription_kpis, given, options, months=listed)


def test_tables_of_tickets(build):
    given = as_tickets(build(make_tickets(n_tickets=60, random_state=1).tickets), first_response="first_response")
    options = {"start": "2024-01-05", "end": "2024-03-20", "as_of": "2024-04-20"}
    assert_as_by_month(service_kpis, given, options, months=months("2024-01-01", "2024-06-01"))


def test_tables_of_judged_models(build):
    given = as_transactions(build(typed(load_cdnow())))
    model = BetaGeoModel().fit(customer_summary(as_transactions(load_cdnow()), as_of="1997-09-30"))
    options = {"model": model, "calibration_end": "1997-09-30", "observation_end": "1998-06-30"}
    assert_as_by_month(tracking_table, given, options)


@given(st.lists(st.integers(1, 40), min_size=1, max_size=12), st.data())
def test_every_day_is_in_the_period_that_holds_it(lengths, data):
    starts = pd.Timestamp("2023-11-20") + pd.to_timedelta(np.cumsum([0, *lengths]), unit="D")
    listed = pd.DataFrame(
        {"period": range(len(lengths)), "start": starts[:-1], "end": starts[1:] - pd.Timedelta(days=1)}
    )
    calendar = calendar_of(None, listed.sample(frac=1, random_state=1))
    day = starts[0] + pd.Timedelta(days=data.draw(st.integers(0, sum(lengths) - 1)))
    number = calendar.number_of(day.to_pydatetime())
    assert [start <= day <= end for start, end in zip(listed["start"], listed["end"], strict=True)].index(
        True
    ) == number
    assert calendar.first_day(number) <= day <= calendar.last_day(number)
    assert calendar.last_over(day.to_pydatetime()) == number - (day < listed["end"][number])


# Refusals.


@pytest.mark.parametrize(
    ("calendar", "message"),
    [
        (WEEKS.drop(index=1), "'P1' ends on 2024-03-02 and 'P3' starts on 2024-03-31"),
        (WEEKS.assign(end=["2024-03-05", *WEEKS["end"][1:]]), "'P1' ends on 2024-03-05 and 'P2' starts on 2024-03-03"),
        (WEEKS.assign(period="P1"), "the period 'P1' twice"),
        (WEEKS.assign(end="2024-03-02"), "period 'P2' that ends before it starts"),
        (WEEKS[:0], "no periods"),
        (WEEKS.drop(columns="end"), "lacks the column"),
    ],
)
def test_calendars_that_leave_days_open_are_refused(calendar, message):
    with pytest.raises(SchemaError, match=message):
        period_table(as_transactions(ORDERS), as_of="2024-05-20", calendar=calendar)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"calendar": WEEKS, "freq": "Q"}, "Give `freq` or `calendar`, not both"),
        ({"calendar": WEEKS, "as_of": "2024-06-02"}, "2024-06-02 is not in it"),
        ({"calendar": WEEKS[1:]}, "from 2024-03-03 to 2024-06-01, and 2024-02-04 is not in it"),
        ({"calendar": WEEKS.assign(start=["4 February", *WEEKS["start"][1:]])}, "'4 February'"),
    ],
)
def test_options_that_do_not_go_with_a_calendar_are_refused(build, options, message):
    transactions = as_transactions(build(typed(ORDERS)))
    with pytest.raises(ValueError, match=message):
        period_table(transactions, **{"as_of": "2024-05-20", **options})


def test_an_activity_table_needs_its_periods():
    with pytest.raises(ValueError, match="Give `freq`, the length of the periods, or `calendar`"):
        retention_table(activity_table(as_transactions(ORDERS), as_of="2024-05-20"))
    weeks = activity_table(as_transactions(ORDERS), as_of="2024-05-20", calendar=WEEKS)
    with pytest.raises(SchemaError, match="no period of `calendar` starts there"):
        retention_table(weeks, calendar=months("2024-01-01", "2024-06-01"))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"last_year": 2020}, "`last_year` must not lie before `first_year`, got 2020 and 2022"),
        ({"pattern": (4, 4, 4)}, "13 in all"),
        ({"pattern": "445"}, "13 in all"),
        ({"last_weekday": "Saturday"}, "`last_weekday`"),
        ({"last_month": 1}, "`last_month`"),
        ({"year_end": "first"}, "`year_end`"),
    ],
)
def test_calendars_of_shops_that_cannot_be(options, message):
    with pytest.raises(ValueError, match=message):
        retail_calendar(**{"first_year": 2022, "last_year": 2024, **options})


# Inputs are left as they were.


def test_a_calendar_of_any_kind_is_not_changed():
    before = WEEKS.copy()
    by_pandas = period_table(as_transactions(ORDERS), as_of="2024-05-20", calendar=WEEKS)
    pd.testing.assert_frame_equal(WEEKS, before)
    dated = WEEKS.assign(start=pd.to_datetime(WEEKS["start"]), end=pd.to_datetime(WEEKS["end"]))
    by_polars = period_table(as_transactions(ORDERS), as_of="2024-05-20", calendar=pl.from_pandas(dated))
    assert_same_rows(by_polars, by_pandas)
