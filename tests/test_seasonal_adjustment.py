"""Series without their season: by hand, against published decompositions, on every kind of frame."""

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
from crmkit.metrics import period_table, seasonal_adjustment_table

STARTS = {"M": "MS", "Q": "QS", "W": "W-MON"}


def series(values, freq="Q", *, start="2020-01-01", complete=None):
    days = pd.date_range(start, periods=len(values), freq=STARTS[freq])
    done = np.ones(len(values), dtype=bool) if complete is None else complete
    return pd.DataFrame({"period": days, "revenue": np.asarray(values, dtype=float), "is_complete": done})


def adjusted(values, freq="Q", *, method="multiplicative", **options):
    table = values if isinstance(values, pd.DataFrame) else series(values, freq)
    return seasonal_adjustment_table(table, value="revenue", method=method, freq=freq, **options)


# By hand.


def test_two_years_by_hand():
    found = adjusted([10.0, 20, 30, 40, 14, 24, 34, 44], method="additive")
    # (10 / 2 + 20 + 30 + 40 + 14 / 2) / 4 = 25.5, and 1 more each quarter
    assert found["trend"].tolist()[2:6] == [25.5, 26.5, 27.5, 28.5]
    assert found["trend"].isna().tolist() == [True, True, False, False, False, False, True, True]
    # 4.5, 13.5, -13.5 and -4.5 from the trend, which add up to 0
    assert found["seasonal"].tolist() == [-13.5, -4.5, 4.5, 13.5] * 2
    assert found["adjusted"].tolist() == [23.5, 24.5, 25.5, 26.5, 27.5, 28.5, 29.5, 30.5]
    assert found["remainder"].tolist()[2:6] == [0, 0, 0, 0]
    assert set(found["n_years"]) == {1}
    assert found["year_over_year"].tolist()[4:] == pytest.approx([0.4, 0.2, 4 / 30, 0.1])
    assert found["year_over_year"].isna().tolist() == [True] * 4 + [False] * 4


def test_an_unfinished_period_is_used_for_nothing():
    whole, cut = adjusted([10.0, 20, 30, 40, 14, 24, 34, 44]), series([10.0, 20, 30, 40, 14, 24, 34, 44, 1])
    cut["is_complete"] = [True] * 8 + [False]
    found = adjusted(cut)
    assert_frame_equal(found.head(8), whole)
    last = found.iloc[8]
    assert last["value"] == 1
    assert last["seasonal"] == whole["seasonal"][0]
    assert last[["trend", "adjusted", "remainder", "year_over_year"]].isna().all()


def test_a_missing_period_leaves_out_the_averages_around_it():
    values = [10.0, 20, 30, 40] * 4
    found = adjusted([*values[:5], np.nan, *values[6:]])
    assert found["trend"].notna().tolist() == [False] * 2 + [True] + [False] * 5 + [True] * 6 + [False] * 2
    assert found["adjusted"].isna().tolist() == [place == 5 for place in range(16)]
    assert found["n_years"].tolist()[:4] == [2, 2, 2, 1]


def test_a_month_that_is_always_closed():
    found = adjusted([0.0, 20, 30, 40] * 3)
    assert found["seasonal"][0] == 0
    assert found["adjusted"].isna().tolist() == [True, False, False, False] * 3
    assert adjusted([0.0, 20, 30, 40] * 3, method="additive")["adjusted"].tolist() == pytest.approx([22.5] * 12)


def test_weeks_and_calendars_of_ones_own():
    weeks = series(100 + np.arange(110) % 52, "W", start="2020-01-06")
    found = adjusted(weeks, "W")
    assert found["seasonal"].iloc[:52].mean() == pytest.approx(1)
    assert found["year_over_year"].iloc[52:].tolist() == [0] * 58
    calendar = ck.retail_calendar(first_year=2020, last_year=2022)
    own = pd.DataFrame({"period": pd.to_datetime(calendar["start"]), "is_complete": True})
    own["revenue"] = 100.0 + np.arange(36) % 12
    made = seasonal_adjustment_table(own, value="revenue", method="multiplicative", calendar=calendar, n_seasons=12)
    assert made["adjusted"].to_numpy() == pytest.approx(105.5)


# Reference: Hewlett-Packard, *HP-12C Solutions Handbook*, seasonal variation factors: 440.75 and 104.37 %.


def test_centred_averages_of_a_calculator():
    found = adjusted([397.0, 376, 460, 501, 455, 390, 530, 560, 513, 434, 562, 593])
    assert found["trend"][2] == 440.75
    assert found["value"][2] / found["trend"][2] == pytest.approx(1.0437, abs=5e-5)


# Reference: Makridakis, Wheelwright and Hyndman (1998), *Forecasting*, exercise 3.5, taken apart by R's decompose.

PLASTICS = [742, 697, 776, 898, 1030, 1107, 1165, 1216, 1208, 1131, 971, 783]
PLASTICS += [741, 700, 774, 932, 1099, 1223, 1290, 1349, 1341, 1296, 1066, 901]
PLASTICS += [896, 793, 885, 1055, 1204, 1326, 1303, 1436, 1473, 1453, 1170, 1023]
PLASTICS += [951, 861, 938, 1109, 1274, 1422, 1486, 1555, 1604, 1600, 1403, 1209]
PLASTICS += [1030, 1032, 1126, 1285, 1468, 1637, 1611, 1608, 1528, 1420, 1119, 1013]


def test_plastics():
    found = adjusted(PLASTICS, "M")
    first_year = [0.7670466, 0.7103357, 0.7765294, 0.9103112, 1.0447386, 1.1570026, 1.1636317]
    assert_allclose(found["seasonal"][:7], first_year, atol=5e-8)
    assert_allclose(found["trend"][6:12], [976.9583, 977.0417, 977.0833, 978.4167, 982.7083, 990.4167], atol=5e-5)
    assert_allclose(found["trend"][48:54], [1374.7917, 1382.2083, 1381.25, 1370.5833, 1351.25, 1331.25], atol=5e-5)
    assert set(found["n_years"]) == {4}


# Laws.

values = st.lists(st.floats(1, 100), min_size=8, max_size=24)


@given(values)
def test_adjusted_values_of_a_year_add_up(given_values):
    found = adjusted(given_values, method="additive")
    for first in range(len(given_values) - 3):
        year = slice(first, first + 4)
        assert found["adjusted"][year].sum() == pytest.approx(sum(given_values[year]), rel=1e-9)
    shares = adjusted(given_values)
    assert shares["seasonal"][:4].mean() == pytest.approx(1)


@given(values, st.sampled_from([1e-3, 7.1, 1e6]))
def test_the_currency_unit_scales_what_is_money(given_values, unit):
    in_money = {"additive": ("trend", "seasonal", "remainder", "adjusted"), "multiplicative": ("trend", "adjusted")}
    for method, scaled in in_money.items():
        found, other = adjusted(given_values, method=method), adjusted(np.array(given_values) * unit, method=method)
        for name in ("trend", "seasonal", "remainder", "adjusted", "year_over_year"):
            factor = unit if name in scaled else 1.0
            assert_allclose(other[name], found[name] * factor, rtol=1e-8, atol=1e-9 * factor)


@given(st.lists(st.floats(0.5, 2), min_size=4, max_size=4), st.integers(2, 5))
def test_a_season_alone_is_taken_out(figures, n_years):
    found = adjusted(np.array(figures * n_years) * 100)
    assert_allclose(found["adjusted"], 100 * np.mean(figures))


@given(st.permutations(range(12)))
def test_rows_in_any_order(order):
    table = series(PLASTICS[:12])
    assert_frame_equal(adjusted(table.iloc[order]), adjusted(table))


def test_every_kind_of_frame(build):
    table = series([*PLASTICS[:30], None], "M", complete=[True] * 29 + [False] * 2)
    asked = {"value": "revenue", "method": "additive", "freq": "M"}
    assert_same_rows(seasonal_adjustment_table(build(table), **asked), seasonal_adjustment_table(table, **asked))


def test_the_table_of_periods_is_taken():
    rng = np.random.default_rng(1)
    days = pd.date_range("2021-01-01", "2023-03-15", freq="D")
    ids, amounts = rng.integers(1, 50, len(days)), np.where(days.month == 12, 12.0, 10.0)
    orders = pd.DataFrame({"customer_id": ids, "date": days, "amount": amounts})
    months = period_table(ck.as_transactions(orders), as_of="2023-03-15", freq="M")
    found = seasonal_adjustment_table(months, value="revenue", method="multiplicative", freq="M")
    assert found["adjusted"].isna().tolist() == [False] * 26 + [True]
    assert found["seasonal"][11] > 1.1


# Refusals.


@pytest.mark.parametrize(
    ("options", "error", "says"),
    [
        ({"method": "x11"}, ValueError, "`method` must be one of"),
        ({"freq": "D"}, ValueError, "`freq` must be months, quarters or weeks"),
        ({"freq": "Y"}, ValueError, "only these come again in a year"),
        ({"freq": None}, ValueError, "Give `freq`, the length of the periods, or `calendar`"),
        ({"n_seasons": 4}, ValueError, "`n_seasons` is for `calendar` only, got 4"),
        ({"freq": "M"}, SchemaError, "`periods` has no row of 2020-02-01. Keep empty periods"),
        ({"freq": "W"}, SchemaError, "no period of freq='W' starts there"),
        ({"value": "sales"}, SchemaError, "sales"),
        ({"value": "period"}, SchemaError, r"`periods\['period'\]` must hold numbers"),
    ],
)
def test_options_that_are_refused(options, error, says):
    asked = {"value": "revenue", "method": "additive", "freq": "Q"} | options
    with pytest.raises(error, match=says):
        seasonal_adjustment_table(series(PLASTICS[:12]), **asked)


def test_a_calendar_needs_to_say_how_many_periods_make_a_year():
    calendar = ck.retail_calendar(first_year=2020, last_year=2022)
    with pytest.raises(ValueError, match="With `calendar`, `n_seasons` must say how many"):
        adjusted(series(PLASTICS[:12]), None, calendar=calendar)
    with pytest.raises(TypeError, match="`n_seasons` must be a whole number"):
        adjusted(series(PLASTICS[:12]), None, calendar=calendar, n_seasons=1.5)


def test_tables_that_are_refused():
    eight = series([10.0, 20, 30, 40, 14, 24, 34, 44])
    with pytest.raises(SchemaError, match=r"has 7 complete periods of 'revenue', 8 are needed"):
        adjusted(eight.head(7))
    with pytest.raises(SchemaError, match="has 7 complete periods"):
        adjusted(eight.assign(is_complete=[True] * 7 + [False]))
    with pytest.raises(SchemaError, match="has 2 rows of 2020-04-01"):
        adjusted(pd.concat([eight, eight.iloc[[1]]]))
    with pytest.raises(SchemaError, match="has no row of 2020-07-01"):
        adjusted(eight.drop(index=2))
    with pytest.raises(SchemaError, match="has values below 0 in 1 period, of which no season is a multiple"):
        adjusted(eight.assign(revenue=eight["revenue"].where(eight.index > 0, -1.0)))
    with pytest.raises(SchemaError, match="leaves some seasons unknown, such as that of 2020-"):
        adjusted([10.0, 20, 30, 40, np.nan, 24, 34, 44, 16])
    with pytest.raises(SchemaError, match=r"`periods\['period'\]` is missing in 1 row"):
        adjusted(eight.assign(period=eight["period"].where(eight.index > 0)))
    with pytest.raises(TypeError, match="must be a pandas, Polars or PyArrow table"):
        seasonal_adjustment_table("periods.csv", value="revenue", method="additive", freq="Q")


# Input untouched.


def test_the_table_given_is_left_as_it_is():
    table = series(PLASTICS[:12]).iloc[::-1]
    before = table.copy()
    adjusted(table)
    assert_frame_equal(table, before)
