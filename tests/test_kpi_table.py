"""KPIs from a table of their inputs: sums before ratios, groups, periods, targets, from every frame."""

from decimal import Decimal

import narwhals
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from scipy.stats import binomtest, chi2
from tests.frames import as_pandas

from crmkit import SchemaError
from crmkit.metrics import customer_churn_rate, kpi_table, retention_rate

CHURN = "customer_churn_rate[cohort]"

# Two shops in three months, one of them without rows in February; a row of which the shop is not known.
SHOPS = pd.DataFrame(
    {
        "shop": ["north", "north", "south", "south", "south", None],
        "month": pd.to_datetime(["2024-01-01", "2024-03-01", "2024-01-01", "2024-02-01", "2024-03-01", "2024-03-01"]),
        "revenue": [100.0, 50.0, 30.0, 58.0, 60.0, 5.0],
        "orders": [10, 5, 3, 2, 4, 1],
        "lost": [1, 2, 0, 1, 3, 0],
        "customers_start": [10, 9, 4, 5, 6, 1],
    }
)
KPIS = ["average_order_value", CHURN]


def values(table, kpi, **where):
    found = table[table["kpi"] == kpi]
    for column, value in where.items():
        found = found[found[column] == value]
    return found["value"].tolist()


# By hand.


def test_a_ratio_is_computed_from_sums():
    table = kpi_table(SHOPS, kpis=KPIS, by="shop")
    # north 150 / 15 and south 148 / 9; the mean of the two is not 303 / 25
    assert values(table, "average_order_value", scope="group") == pytest.approx([10, 148 / 9])
    assert values(table, "average_order_value", scope="no label") == [5]
    whole = table[(table["scope"] == "all") & (table["kpi"] == "average_order_value")].iloc[0]
    assert whole[["value", "numerator", "denominator", "n"]].tolist() == [303 / 25, 303, 25, 25]
    assert pd.isna(whole["shop"])


def test_groups_are_in_order_the_missing_label_after_them_and_the_whole_last():
    table = kpi_table(SHOPS.sample(frac=1, random_state=1), kpis=KPIS, by="shop")
    assert table["scope"].tolist() == ["group"] * 4 + ["no label"] * 2 + ["all"] * 2
    assert table["shop"].iloc[[0, 2]].tolist() == ["north", "south"]
    assert table["kpi"].tolist() == KPIS * 4


def test_a_month_without_rows_is_missing_and_its_counts_are_0():
    table = kpi_table(SHOPS, kpis=KPIS, by="shop", period="month", as_of="2024-03-31")
    february = table[(table["shop"] == "north") & (table["period"] == pd.Timestamp("2024-02-01"))]
    assert february["value"].isna().all()
    assert (february[["numerator", "denominator", "n"]] == 0).all(axis=None)
    # What follows compares with it, not with January.
    march = table[(table["shop"] == "north") & (table["period"] == pd.Timestamp("2024-03-01"))]
    assert march[["previous", "change"]].isna().all(axis=None)


def test_the_period_before_stands_beside_a_value():
    table = kpi_table(SHOPS, kpis=KPIS, by="shop", period="month", as_of="2024-03-31")
    south = table[(table["shop"] == "south") & (table["kpi"] == "average_order_value")]
    assert south["value"].tolist() == [10, 29, 15]
    assert south["previous"].tolist() == pytest.approx([np.nan, 10, 29], nan_ok=True)
    assert south["change"].tolist() == pytest.approx([np.nan, 19, -14], nan_ok=True)
    assert south["relative_change"].tolist() == pytest.approx([np.nan, 1.9, -14 / 29], nan_ok=True)
    assert set(south["compared"]) == {"as is"}


def test_what_stands_at_the_end_of_a_month_is_not_compared_by_day():
    months = pd.DataFrame({"day": pd.to_datetime(["2024-01-01", "2024-02-01"]), "mrr": [100.0, 100.0]})
    # 12 times 100 in January and in February, which has fewer days
    february = kpi_table(months, period="day", as_of="2024-02-29").iloc[-1]
    assert february[["kpi", "value", "change", "compared"]].tolist() == ["annual_recurring_revenue", 1200, 0, "as is"]


def test_a_period_that_is_not_over_is_flagged():
    table = kpi_table(SHOPS, kpis=KPIS, period="month", as_of="2024-04-10").drop_duplicates("period")
    assert table["is_complete"].tolist() == [True, True, True, False]
    assert table["n_days"].tolist() == [31, 29, 31, 10]
    assert kpi_table(SHOPS, kpis=KPIS, period="month", as_of="2024-02-15")["period"].max() == pd.Timestamp("2024-02-01")


def test_what_does_not_add_up_over_days_is_missing():
    # A quarter has customers at its start in three months; a month has them on one day, in several shops.
    quarter = kpi_table(SHOPS, kpis=KPIS, period="month", freq="Q", as_of="2024-03-31")
    assert values(quarter, CHURN) == pytest.approx([np.nan], nan_ok=True)
    assert values(quarter, "average_order_value") == [303 / 25]
    months = kpi_table(SHOPS, kpis=KPIS, period="month", as_of="2024-03-31")
    assert values(months, CHURN) == [1 / 14, 1 / 5, 5 / 16]


def test_a_missing_input_leaves_its_sums_missing():
    gap = SHOPS.assign(orders=[10, 5, None, 2, 4, 1])
    table = kpi_table(gap, kpis=KPIS, by="shop")
    assert values(table, "average_order_value", shop="north") == [10]
    assert values(table, "average_order_value", shop="south") == pytest.approx([np.nan], nan_ok=True)
    assert values(table, "average_order_value", scope="all") == pytest.approx([np.nan], nan_ok=True)
    assert values(table, CHURN, scope="all") == [7 / 35]


def test_a_part_is_compared_with_a_whole_that_is_known():
    # 5 lost of an unknown number of customers, and 2 of 10
    rows = pd.DataFrame({"shop": ["a", "b"], "lost": [5, 2], "customers_start": [None, 10]})
    table = kpi_table(rows, kpis=[CHURN], by="shop")
    assert values(table, CHURN) == [pytest.approx(np.nan, nan_ok=True), 0.2, pytest.approx(np.nan, nan_ok=True)]


def test_an_input_that_is_missing_throughout_is_missing(build_in_memory):
    rows = pd.DataFrame({"revenue": [1.0, 2.0], "orders": [None, None]})
    assert as_pandas(kpi_table(build_in_memory(rows)))["value"].isna().tolist() == [True]


def test_shares_of_counts_come_with_wilsons_interval():
    # 12 of 40
    table = kpi_table(pd.DataFrame({"lost": [5, 7], "customers_start": [30, 10]}), kpis=["customer_churn_rate"])
    assert table["kpi"].tolist() == [CHURN]
    ends = binomtest(12, 40).proportion_ci(method="wilson")
    assert table[["lower", "upper"]].to_numpy()[0] == pytest.approx([ends.low, ends.high])


def test_a_definition_that_counts_parts_has_wilsons_interval_though_another_counts_events():
    frame = pd.DataFrame({"complaining_customers": [5], "customers": [1000], "complaints": [30], "orders": [6000]})
    table = kpi_table(frame, kpis=["complaint_rate[customers]", "complaint_rate[orders]"]).set_index("kpi")
    ends = binomtest(5, 1000).proportion_ci(method="wilson")
    assert table.loc["complaint_rate[customers]", ["lower", "upper"]].tolist() == pytest.approx([ends.low, ends.high])
    # 30 events: between half the 2.5 % quantile of chi-square with 60 degrees of freedom and half the other of 62
    ends = chi2.ppf([0.025, 0.975], [60, 62]) / 2 / 6000
    assert table.loc["complaint_rate[orders]", ["lower", "upper"]].tolist() == pytest.approx(ends.tolist())


def test_every_definition_is_a_line_of_its_own():
    flows = pd.DataFrame({"lost": [12], "customers_start": [100], "joined": [20]})
    table = kpi_table(flows)
    assert values(table, CHURN) == [0.12]
    assert values(table, "customer_churn_rate[open]") == [0.1]
    assert kpi_table(flows, kpis=["customer_churn_rate[open]"])["kpi"].tolist() == ["customer_churn_rate[open]"]
    assert set(kpi_table(flows, kpis=["customer_churn_rate"])["kpi"]) == {CHURN, "customer_churn_rate[open]"}


def test_targets_by_direction():
    targets = {"average_order_value": 12, CHURN: 0.2}
    table = kpi_table(SHOPS, kpis=KPIS, by="shop", targets=targets)
    north = table[table["shop"] == "north"].set_index("kpi")
    assert north.loc["average_order_value", "attainment"] == pytest.approx(10 / 12)
    # Churn of 3 / 19 is better than 0.2, and lower is better.
    assert north.loc[CHURN, "attainment"] == pytest.approx(2 - (3 / 19) / 0.2)
    limits = north.loc[CHURN, ["target_low", "target_high"]].tolist()
    assert limits == pytest.approx([np.nan, 0.2], nan_ok=True)


def test_a_negative_target_is_read_right():
    # A loss of 50 was planned, 25 came: half of the target's size above it.
    table = kpi_table(
        pd.DataFrame({"revenue": [-25.0], "orders": [1]}), kpis=KPIS[:1], targets={"average_order_value": -50}
    )
    assert table["attainment"].tolist() == [1.5]


# Reference: Charig et al. (1986), BMJ 292: success of two treatments of small and large kidney stones. A is better
# with either, and B in the whole, for A was given to the large ones.


def test_the_whole_may_turn_what_the_groups_say_around():
    stones = pd.DataFrame(
        {
            "treatment": ["A", "A", "B", "B"],
            "size": ["small", "large", "small", "large"],
            "retained": [81, 192, 234, 55],
            "customers_start": [87, 263, 270, 80],
        }
    )
    by_size = kpi_table(stones, kpis=["retention_rate"], by=["size", "treatment"])
    assert by_size["value"].head(4).round(2).tolist() == [0.73, 0.69, 0.93, 0.87]
    by_treatment = kpi_table(stones, kpis=["retention_rate"], by="treatment")
    assert by_treatment["value"].round(2).tolist() == [0.78, 0.83, 0.80]


# Laws.

counts = st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50), st.sampled_from("abc")), min_size=1, max_size=12)


@given(counts)
def test_rows_do_as_much_as_their_sums(found):
    rows = pd.DataFrame(found, columns=["retained", "customers_start", "group"])
    rows["customers_start"] += rows["retained"]
    table = kpi_table(rows, kpis=["retention_rate"], by="group").set_index("group")["value"]
    sums = rows.groupby("group")[["retained", "customers_start"]].sum()
    expected = retention_rate(retained=sums["retained"], customers_start=sums["customers_start"])
    pd.testing.assert_series_equal(table.iloc[:-1], expected, check_names=False)
    whole = retention_rate(retained=sums["retained"].sum(), customers_start=sums["customers_start"].sum())
    assert table.iloc[-1] == pytest.approx(whole, nan_ok=True)


@given(counts)
def test_one_row_is_the_formula(found):
    for lost, rest, _ in found:
        row = pd.DataFrame({"lost": [lost], "customers_start": [lost + rest]})
        expected = customer_churn_rate(lost=lost, customers_start=lost + rest, method="cohort")
        assert values(kpi_table(row), CHURN) == pytest.approx([expected], nan_ok=True)


def test_every_kind_of_frame_gives_the_same(build):
    settings = {"by": "shop", "period": "month", "as_of": "2024-03-20", "targets": {CHURN: 0.2}}
    expected = kpi_table(SHOPS, kpis=KPIS, **settings)
    found = kpi_table(build(SHOPS), kpis=KPIS, **settings)
    keys = ["period", "kpi", "shop"]
    expected, found = (
        as_pandas(table).sort_values(keys, ignore_index=True).astype({"shop": object}) for table in (expected, found)
    )
    assert_frame_equal(found[expected.columns], expected, check_dtype=False)


@pytest.mark.parametrize("freq", ["D", "W", "M", "Q", "Y", "W-SAT", "Y-MAR"])
def test_periods_begin_on_their_first_day(build, freq):
    firsts = {
        "D": "2024-02-29", "W": "2024-02-26", "M": "2024-02-01", "Q": "2024-01-01", "Y": "2024-01-01",
        "W-SAT": "2024-02-25", "Y-MAR": "2023-04-01",
    }  # fmt: skip
    rows = pd.DataFrame({"day": [pd.Timestamp("2024-02-29")], "revenue": [6.0], "orders": [3]})
    table = as_pandas(kpi_table(build(rows), period="day", freq=freq, as_of="2024-02-29"))
    assert pd.Timestamp(table["period"].iloc[0]) == pd.Timestamp(firsts[freq])
    assert table["value"].tolist() == [2.0]


def test_decimals_and_nullable_numbers_are_numbers():
    rows = pd.DataFrame({"revenue": [Decimal("1.50"), Decimal("2.50")], "orders": pd.array([1, 1], dtype="Int64")})
    assert kpi_table(rows)["value"].tolist() == [2.0]


def test_categories_keep_their_order():
    sizes = pd.Categorical(["small", "large"], categories=["small", "large", "huge"], ordered=True)
    table = kpi_table(pd.DataFrame({"size": sizes, "revenue": [1.0, 2.0], "orders": [1, 1]}), by="size")
    assert table["size"].tolist()[:2] == ["small", "large"]
    assert table["scope"].tolist() == ["group", "group", "all"]


# Refusals.


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (
            {"lost": [3, 11], "customers_start": [10, 10]},
            r"'lost'.*exceeds.*'customers_start'.* in 1 row, but is a part",
        ),
        ({"lost": [0, -1], "customers_start": [10, 10]}, r"'lost'.* has values below 0 in 1 row"),
        ({"revenue": ["a", "b"], "orders": [1, 2]}, r"'revenue'.* must hold numbers"),
        ({"price": [1.0], "units_sold_x": [2]}, "has no columns that give a KPI"),
        ({"revenue": [1.0, 2.0], "orders": [1, 1], "currency": ["EUR", "USD"]}, "several currencies, such as 'EUR'"),
        ({"revenue": [], "orders": []}, "has no rows"),
    ],
)
def test_impossible_tables_are_refused(frame, message):
    with pytest.raises(SchemaError, match=message):
        kpi_table(pd.DataFrame(frame))


def test_columns_named_nearly_like_inputs_are_told():
    frame = pd.DataFrame({"Customers at start": [100], "Lost": [12], "shop": ["north"]})
    with pytest.raises(SchemaError, match="perhaps 'Customers at start' → 'customers_start', 'Lost' → 'lost'"):
        kpi_table(frame)


def test_a_currency_in_each_group_is_no_mixture():
    rows = pd.DataFrame({"revenue": [1.0, 2.0], "orders": [1, 1], "currency": ["EUR", "USD"]})
    table = kpi_table(rows, by="currency")
    assert values(table, "average_order_value", scope="group") == [1, 2]


@pytest.mark.parametrize("by", ["currency", ["shop", "currency"]])
def test_the_whole_of_several_currencies_has_no_money(by):
    rows = pd.DataFrame(
        {"shop": "a", "revenue": [1.0, 2.0], "orders": [1, 3], "customers": 1, "currency": ["EUR", "USD"]}
    )
    table = kpi_table(rows, by=by).set_index(["scope", "kpi"]).loc["all"]
    assert np.isnan(table.loc["average_order_value", ["value", "numerator"]].astype(float)).all()
    assert table.loc["average_order_value", "denominator"] == 4
    assert table.loc["purchase_frequency", "value"] == 2


@pytest.mark.parametrize("codes", [pd.Categorical(["EUR", "USD"]), ["EUR", 1]])
def test_currencies_of_any_kind_are_told_apart(codes):
    rows = pd.DataFrame({"revenue": [1.0, 2.0], "orders": [1, 1], "currency": codes})
    with pytest.raises(SchemaError, match="several currencies"):
        kpi_table(rows)
    assert kpi_table(rows.iloc[:1])["value"].tolist() == [1]


def test_infinite_values_do_not_cancel(build):
    rows = pd.DataFrame({"revenue": [np.inf, -np.inf, 3.0], "orders": [1, 1, 1]})
    with pytest.raises(SchemaError, match=r"'revenue'.* has infinite values in 2 rows"):
        kpi_table(build(rows))


def test_names_with_quotes_are_names(build):
    if build.kind == "duckdb" and tuple(map(int, narwhals.__version__.split(".")[:2])) < (2, 29):
        pytest.skip("this Narwhals does not quote the names of columns in DuckDB")
    rows = pd.DataFrame({"sh\"op's": ["a'\"b"], "revenue": [1.0], "orders": [1]})
    assert as_pandas(kpi_table(build(rows), by="sh\"op's"))["sh\"op's"].tolist()[0] == "a'\"b"


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"kpis": ["average_ordervalue"]}, ValueError, "'average_ordervalue'.* Did you mean 'average_order_value'"),
        ({"kpis": ["retention_rate"]}, SchemaError, r"lacks columns for retention_rate: \['retained'\]"),
        ({"kpis": "average_order_value"}, TypeError, "`kpis` must be a list of codes"),
        ({"kpis": []}, TypeError, "`kpis` must be a list of codes"),
        ({"kpis": 5}, TypeError, "`kpis` must be a list of codes"),
        ({"by": ["shop", "orders"]}, ValueError, r"`by` has \['orders'\], of which KPIs are computed"),
        ({"by": "region"}, SchemaError, r"lacks the columns \['region'\]"),
        ({"period": "month"}, ValueError, "`period` needs `as_of`"),
        ({"as_of": "2024-03-31"}, ValueError, "`as_of` goes with `period`"),
        ({"period": "shop", "as_of": "2024-03-31"}, SchemaError, "'shop'.* must hold local days"),
        ({"period": "month", "as_of": "2023-12-31"}, SchemaError, "no rows up to 2023-12-31"),
        ({"period": "month", "as_of": "2024-03-31", "freq": "H"}, ValueError, "`freq` must be one of"),
        ({"level": 95}, ValueError, "`level`"),
        ({"targets": {"gini": 0.5}}, ValueError, "'gini', which the table does not show"),
        ({"targets": [0.5]}, TypeError, "`targets` must map codes"),
        ({"targets": {"average_order_value": (1, 2)}}, ValueError, "must be one number"),
        ({"targets": {"average_order_value": "12"}}, TypeError, "targets"),
    ],
)
def test_wrong_arguments_are_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        kpi_table(SHOPS, **arguments)


def test_a_label_named_like_a_column_of_the_result_is_refused():
    with pytest.raises(ValueError, match=r"`by` has \['value'\], which the result has too"):
        kpi_table(SHOPS.rename(columns={"shop": "value"}), by="value")


def test_a_missing_day_is_refused():
    gap = SHOPS.assign(month=SHOPS["month"].where(SHOPS["orders"] != 5))
    with pytest.raises(SchemaError, match=r"'month'.* is missing in 1 row"):
        kpi_table(gap, period="month", as_of="2024-03-31")


# Input untouched.


def test_the_table_given_stays_as_it_was():
    given_before = SHOPS.copy()
    kpi_table(SHOPS, by="shop", period="month", as_of="2024-03-31")
    assert_frame_equal(SHOPS, given_before)
