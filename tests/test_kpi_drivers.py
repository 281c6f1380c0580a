"""Changes shared out among factors, and among mix and rate: the parts add up exactly."""

from fractions import Fraction
from itertools import accumulate
from operator import mul

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.depth import up_to

from crmkit import SchemaError, as_transactions, load_cdnow
from crmkit._stats import log_mean, log_mean_contributions
from crmkit.metrics import kpi_driver_table, kpi_mix_table, kpi_table, order_kpis

MONTHS = pd.to_datetime(["2024-01-01", "2024-02-01"])
SHOP = pd.DataFrame({"month": MONTHS, "customers": [100, 120], "orders": [150, 180], "revenue": [3000.0, 3960.0]})
SHOPS = pd.DataFrame(
    {
        "shop": ["north", "north", "south", "south"],
        "month": [*MONTHS, *MONTHS],
        "orders": [80, 50, 20, 50],
        "revenue": [4000.0, 2600.0, 600.0, 1500.0],
    }
)

CHURN = "customer_churn_rate[cohort]"


def kpis_of(frame, **options):
    return kpi_table(frame, period="month", as_of="2024-02-29", **options)


def last(table, column):
    return table.loc[table["period"] == "2024-02-01", column].tolist()


amounts = st.one_of(st.just(0.0), st.floats(1e-6, 1e9), st.integers(1, 1000).map(float))

# By hand.


def test_log_mean_by_hand():
    # (8 - 2) / ln 4
    assert log_mean(8, 2) == pytest.approx(6 / np.log(4), rel=1e-15)
    assert log_mean(5, 5) == 5
    assert log_mean(0, 5) == log_mean(5, 0) == log_mean(0, 0) == 0
    assert np.isnan(log_mean(-1, 5))
    # where the formula loses all digits: between the two, at their mean
    assert log_mean(1.0, 1 + 1e-15) == pytest.approx(1, abs=2e-15)
    assert log_mean(1e308, 1e-308) == pytest.approx(1e308 / np.log(1e308) / 2)


def test_drivers_by_hand():
    table = kpi_driver_table(kpis_of(SHOP))
    assert last(table, "kpi") == ["revenue", "active_customers", "purchase_frequency", "average_order_value"]
    assert last(table, "role") == ["outcome", "factor", "factor", "factor"]
    assert last(table, "value") == [3960, 120, 1.5, 22]
    assert last(table, "previous") == [3000, 100, 1.5, 20]
    # 960 / ln 1.32 × ln 1.2, × ln 1 and × ln 1.1
    mean = 960 / np.log(1.32)
    assert last(table, "contribution") == pytest.approx([960, mean * np.log(1.2), 0, mean * np.log(1.1)])
    assert last(table, "contribution_share")[0] == 1
    assert table["contribution"].isna().tolist() == [True] * 4 + [False] * 4


@pytest.mark.parametrize(
    ("february", "expected"),
    [
        # nobody came: all of the loss is theirs; nobody ordered; all was free
        ({"customers": 0, "orders": 0, "revenue": 0.0}, [-3000, 0, 0]),
        ({"customers": 120, "orders": 0, "revenue": 0.0}, [0, -3000, 0]),
        ({"customers": 120, "orders": 180, "revenue": 0.0}, [0, 0, -3000]),
        # more refunds than sales, and money without orders, have no logarithm
        ({"customers": 120, "orders": 180, "revenue": -5.0}, [np.nan] * 3),
        ({"customers": 120, "orders": 0, "revenue": 5.0}, [np.nan] * 3),
    ],
)
def test_drivers_at_zero_and_below(february, expected):
    frame = pd.concat([SHOP.head(1), pd.DataFrame([{"month": MONTHS[1], **february}])])
    table = kpi_driver_table(kpis_of(frame))
    np.testing.assert_array_equal(last(table, "contribution")[1:], expected)
    back = pd.concat([frame.tail(1).assign(month=MONTHS[0]), frame.head(1).assign(month=MONTHS[1])])
    np.testing.assert_array_equal(last(kpi_driver_table(kpis_of(back)), "contribution")[1:], -np.array(expected))


def test_the_period_before_a_gap_is_not_the_one_before():
    # The second shop has no row in February.
    months = [*MONTHS, pd.Timestamp("2024-03-01")]
    shops = pd.DataFrame({"shop": "a", "month": months, "customers": 10, "orders": 20, "revenue": 30.0})
    both = pd.concat([shops, shops.assign(shop="b", revenue=[30.0, 40.0, 50.0])])
    kpis = kpi_table(both, by="shop", period="month", as_of="2024-03-31")
    drivers = kpi_driver_table(kpis[(kpis["shop"] != "b") | (kpis["period"] != MONTHS[1])])
    outcome = drivers[drivers["kpi"] == "revenue"].set_index(["shop", "period"])["contribution"]
    assert outcome["a"].tolist()[1:] == [0, 0]
    assert outcome["b"].isna().all()


def test_a_chain_of_other_ratios():
    frame = pd.DataFrame({"month": MONTHS, "orders": [10, 20], "units": [30, 50]})
    table = kpi_driver_table(kpis_of(frame), outcome="units", factors=["n_orders", "units_per_transaction"])
    assert last(table, "value") == [50, 20, 2.5]
    assert sum(last(table, "contribution")[1:]) == pytest.approx(20)


def test_mix_and_rate_by_hand():
    table = kpi_mix_table(kpis_of(SHOPS, by="shop"))
    # north: weight .8 → .5, value 50 → 52; south: .2 → .5, 30 → 30; whole 46 → 41, mean 43.5
    assert last(table, "scope") == ["group", "group", "all"]
    assert last(table, "weight") == [0.5, 0.5, 1]
    assert last(table, "previous_weight") == [0.8, 0.2, 1]
    assert last(table, "rate_effect") == pytest.approx([0.65 * 2, 0, 1.3])
    assert last(table, "mix_effect") == pytest.approx([-0.3 * (51 - 43.5), 0.3 * (30 - 43.5), -6.3])
    assert last(table, "contribution") == pytest.approx([-0.95, -4.05, 41 - 46])


def test_a_group_that_is_new_or_gone_is_all_mix():
    kpis = kpis_of(SHOPS[(SHOPS["shop"] == "south") | (SHOPS["month"] == MONTHS[1])], by="shop")
    new = kpi_mix_table(kpis)
    # north comes with half of the orders at 52; whole 30 → 41; south stays at 30
    assert last(new, "rate_effect") == [0, 0, 0]
    assert last(new, "mix_effect") == pytest.approx([0.5 * (52 - 35.5), -0.5 * (30 - 35.5), 11])
    # rows that are not there are a group that is not there
    rows = kpis[~((kpis["shop"] == "north") & (kpis["period"] == MONTHS[0]))]
    np.testing.assert_allclose(last(kpi_mix_table(rows), "mix_effect"), last(new, "mix_effect"))


def test_mix_and_rate_are_missing_where_a_group_is_unknown_or_the_base_is_empty():
    unknown = kpi_mix_table(kpis_of(SHOPS.assign(revenue=[4000.0, np.nan, 600.0, 1500.0]), by="shop"))
    assert np.isnan(last(unknown, "contribution")).all()
    empty = kpi_mix_table(kpis_of(SHOPS.assign(orders=[0, 50, 0, 50]), by="shop"))
    assert np.isnan(last(empty, "contribution")).all()
    assert last(empty, "value") == [52, 30, 41]


def test_a_numerator_without_a_denominator_is_mix():
    # south only takes back 50 in January: whole 4000 - 50 over 80 orders, then 41
    refunds = SHOPS.assign(orders=[80, 50, 0, 50], revenue=[4000.0, 2600.0, -50.0, 1500.0])
    table = kpi_mix_table(kpis_of(refunds, by="shop"))
    middle = (3950 / 80 + 41) / 2
    assert last(table, "rate_effect") == pytest.approx([0.75 * 2, 0, 1.5])
    assert last(table, "mix_effect")[1] == pytest.approx(1500 / 100 - -50 / 80 - 0.5 * middle)
    assert last(table, "contribution")[2] == pytest.approx(41 - 3950 / 80)


def test_what_does_not_add_up_has_a_value_and_no_effects():
    # 100 × sales per head of a segment over that of all: numerators are products
    heads = pd.DataFrame({"shop": SHOPS["shop"], "month": SHOPS["month"], "segment_sales": [30.0, 40, 20, 20]})
    heads = heads.assign(segment_population=[100, 100, 50, 60], total_sales=200.0, total_population=1000)
    kpis = kpis_of(heads, kpis=["brand_development_index"], by="shop")
    table = kpi_mix_table(kpis)
    assert table["value"].tolist() == pytest.approx(kpis["value"].tolist())
    assert table[["weight", "mix_effect", "rate_effect", "contribution"]].isna().all(axis=None)
    # churn of the whole is unknown where bases are of different days
    starts = SHOPS.assign(day=SHOPS["month"] + pd.to_timedelta([0, 0, 1, 0], unit="D"), lost=5, customers_start=50)
    churn = kpi_mix_table(kpi_table(starts, kpis=[CHURN], by="shop", period="day", as_of="2024-02-29"))
    assert churn["value"].isna().tolist() == [False, False, False, False, True, False]
    assert churn["contribution"].isna().all()


def test_order_kpis_give_both():
    transactions = as_transactions(load_cdnow())
    customers = transactions[["customer_id"]].drop_duplicates()
    by = customers.assign(half=(customers["customer_id"].rank() > len(customers) / 2).map({True: "b", False: "a"}))
    kpis = order_kpis(transactions, start="1997-07-01", end="1998-06-30", freq="Q", by=by)
    drivers = kpi_driver_table(kpis)
    sums = drivers.groupby(["half", "period", "role"], dropna=False)["contribution"].sum(min_count=1)
    np.testing.assert_allclose(sums.xs("factor", level="role"), sums.xs("outcome", level="role"))
    assert len(sums) == 2 * 3 * 4
    mix = kpi_mix_table(kpis)
    whole = mix[mix["scope"] == "all"].set_index(["kpi", "period"])
    given_whole = kpis[kpis["scope"] == "all"].set_index(["kpi", "period"])["value"]
    np.testing.assert_allclose(whole["value"], given_whole.loc[whole.index])
    assert {"retention_rate", "average_order_value"} <= set(mix["kpi"])
    assert "gini" not in set(mix["kpi"])


# Reference.


def test_drivers_give_the_numbers_of_lmdir():
    # Heun, R package LMDIR 0.1.14, tests of Z_byname: two products of three factors over four years
    first = [(1, 10, 2), (4, 5, 3), (8, 2, 4), (10, 1, 5)]
    second = [(4, 5, 3), (5, 6, 4), (5, 7, 5), (6, 8, 6)]
    published = [
        [[50.47438029, -25.23719014, 14.76280986], [42.96021467, -56.79031473, 17.83010006]],
        [[19.31568569, 15.78206435, 24.90224996], [0, 22.47128816, 32.52871184]],
    ]
    published[0].append([12.6549815, -39.30996299, 12.6549815])
    published[1].append([41.35566084, 30.28867832, 41.35566084])
    for product, expected in zip((first, second), published, strict=True):
        chains = np.array([list(accumulate(year, mul)) for year in product], dtype=float).T
        np.testing.assert_allclose(log_mean_contributions(chains[:, :-1], chains[:, 1:]).T, expected, atol=5e-9)


def test_mix_and_rate_give_the_numbers_of_das_gupta():
    # Das Gupta (1993), Standardization and Decomposition of Rates, example 5.1: heads of households per 100 people by
    # age in 1970 and 1985, with the effects as printed by the R package DasGuptR 2.1.0
    share = [12.9, 10.9, 9.5, 8.0, 7.8, 8.4, 8.6, 7.8, 7.0, 5.9, 4.7, 3.6, 4.9]
    share += [10.1, 11.2, 11.6, 10.9, 9.4, 7.7, 6.3, 6.0, 6.3, 5.9, 5.1, 4.0, 5.5]
    heads = [1.9, 25.8, 45.7, 49.6, 51.2, 51.6, 51.8, 54.9, 58.7, 60.4, 62.8, 66.6, 66.8]
    heads += [2.2, 24.3, 45.8, 52.5, 56.1, 55.6, 56.0, 57.4, 57.2, 61.2, 63.9, 68.6, 72.2]
    frame = pd.DataFrame(
        {"age": [*range(13)] * 2, "month": np.repeat(MONTHS, 13), "orders": np.round(10 * np.array(share))}
    )
    table = kpi_mix_table(kpis_of(frame.assign(revenue=frame["orders"] * heads), by="age"))
    whole = table[table["scope"] == "all"]
    assert last(whole, "previous") + last(whole, "value") == pytest.approx([44.7268, 47.6940], abs=5e-5)
    assert last(whole, "mix_effect") + last(whole, "rate_effect") == pytest.approx([1.2269, 1.7403], abs=5e-5)


# Laws.


@up_to(25)
@given(st.lists(st.tuples(*[st.floats(1e-3, 1e3)] * 2), min_size=2, max_size=5))
def test_a_contribution_is_the_integral_of_the_outcome_over_the_logarithm_of_a_factor(quantities):
    # the path on which every quantity grows at a constant rate, in many small steps
    before, after = np.array(quantities).T
    path = before[:, None] * (after / before)[:, None] ** np.linspace(0, 1, 2001)
    factors = np.vstack([path[0], path[1:] / path[:-1]])
    slow = (np.diff(np.log(factors)) * (path[-1, 1:] + path[-1, :-1]) / 2).sum(axis=1)
    scale = path[-1].max() * (1 + np.abs(np.log(after / before)).max()) ** 3
    np.testing.assert_allclose(log_mean_contributions(before[:, None], after[:, None])[:, 0], slow, atol=1e-6 * scale)


@given(a=amounts, b=amounts)
def test_log_mean_lies_between_the_geometric_and_the_arithmetic_mean(a, b):
    mean = log_mean(a, b)
    assert np.sqrt(a) * np.sqrt(b) * (1 - 1e-12) <= mean <= (a + b) / 2 * (1 + 1e-12)
    assert mean == pytest.approx(log_mean(b, a), rel=1e-12)


@given(st.lists(st.tuples(amounts, amounts), min_size=1, max_size=5))
def test_contributions_add_up(quantities):
    # a chain is 0 from its first 0 on
    sides = np.array(quantities)
    sides = np.where(np.minimum.accumulate(sides > 0, axis=0), sides, 0.0)
    before, after = sides.T.reshape(2, -1, 1)
    added = log_mean_contributions(before, after)
    change = after[-1] - before[-1]
    scale = max(before[-1, 0], after[-1, 0]) * (1 + np.abs(np.log(sides[sides > 0])).sum())
    assert added.sum(axis=0) == pytest.approx(change, abs=1e-13 * scale)
    np.testing.assert_allclose(log_mean_contributions(after, before), -added, atol=1e-12 * scale)


def test_mix_and_rate_agree_with_a_slow_computation_in_fractions():
    # many months, in which shops come and go, take back without selling, and now and then all are closed
    random = np.random.default_rng(4)
    orders, revenue = random.integers(0, 40, (4, 60)) * random.integers(0, 2, (4, 60)), random.integers(-9, 90, (4, 60))
    months = pd.date_range("2020-01-01", periods=60, freq="MS")
    frame = pd.DataFrame({"shop": np.repeat([*"abcd"], 60), "month": np.tile(months, 4), "orders": orders.ravel()})
    kpis = kpi_table(frame.assign(revenue=revenue.ravel() * 1.0), by="shop", period="month", as_of="2024-12-31")
    found = kpi_mix_table(kpis)[["mix_effect", "rate_effect"]].to_numpy().reshape(5, 60, 2)
    seen = set()
    for month in range(1, 60):
        both = [[[Fraction(int(n)) for n in side[:, at]] for side in (orders, revenue)] for at in (month - 1, month)]
        if not all(sum(sold) for sold, _ in both):
            assert np.isnan(found[:, month]).all()
            continue
        middle = sum(sum(money) / sum(sold) for sold, money in both) / 2
        sums = np.zeros(2)
        for shop in range(4):
            (n, money), (later_n, later_money) = ((sold[shop], paid[shop]) for sold, paid in both)
            share, later_share = n / sum(both[0][0]), later_n / sum(both[1][0])
            change = later_money / sum(both[1][0]) - money / sum(both[0][0]) - (later_share - share) * middle
            # half with the shares before, half with those after
            rate = (share + later_share) * (later_money / later_n - money / n) / 2 if n and later_n else Fraction(0)
            seen.add((n > 0, later_n > 0))
            assert found[shop, month] == pytest.approx([float(change - rate), float(rate)], abs=1e-12)
            sums += float(change - rate), float(rate)
        assert found[4, month] == pytest.approx(sums, abs=1e-12)
        whole = [sum(money) / sum(sold) for sold, money in both]
        assert sums.sum() == pytest.approx(float(whole[1] - whole[0]), abs=1e-12)
    assert len(seen) == 4


def test_other_frames_and_row_orders_give_the_same():
    kpis = kpis_of(SHOPS.assign(customers=[40, 25, 20, 30]), by="shop")
    drivers, mix = kpi_driver_table(kpis), kpi_mix_table(kpis)
    shuffled = kpis.sample(frac=1, random_state=3)
    keys = ["shop", "period", "kpi"]
    for function, expected in ((kpi_driver_table, drivers), (kpi_mix_table, mix)):
        found = function(shuffled).sort_values(keys, ignore_index=True)
        pd.testing.assert_frame_equal(found, expected.sort_values(keys, ignore_index=True))
        polars = function(pl.from_pandas(kpis))
        assert isinstance(polars, pl.DataFrame)
        np.testing.assert_array_equal(polars["contribution"].to_numpy(), expected["contribution"])
        assert isinstance(function(duckdb.from_df(kpis)), duckdb.DuckDBPyRelation)


# Refusal.


@pytest.mark.parametrize("function", [kpi_driver_table, kpi_mix_table])
def test_tables_that_are_no_kpis_by_period_are_refused(function):
    kpis = kpis_of(SHOPS.assign(customers=[40, 25, 20, 30]), by="shop")
    with pytest.raises(SchemaError, match=r"`table` has no periods. Give `period` and `as_of` to kpi_table"):
        function(kpi_table(SHOP))
    with pytest.raises(SchemaError, match="`table` has no rows"):
        function(kpis.head(0))
    with pytest.raises(SchemaError, match=r"2 rows of .* on 2024-0[12]-01 in one group. Keep one"):
        function(pd.concat([kpis, kpis]))
    with pytest.raises(SchemaError, match="denominator"):
        function(kpis.drop(columns="denominator"))
    with pytest.raises(TypeError, match="table"):
        function([1])
    with pytest.raises(SchemaError, match=r"`table\['numerator'\]` must hold numbers"):
        function(kpis.assign(numerator="many"))
    with pytest.raises(SchemaError, match=r"`table\['period'\]` must hold"):
        function(kpis.assign(period="2024-01"))
    place = np.arange(len(kpis))
    with pytest.raises(SchemaError, match="`table` has 2 rows without a KPI or a period"):
        function(kpis.assign(kpi=kpis["kpi"].mask(place == 0), period=kpis["period"].mask(place == 1)))
    with pytest.raises(SchemaError, match=r"`table\['tags'\]` must hold labels"):
        function(kpis.assign(tags=[["a"]] * len(kpis)))


def test_factors_that_are_no_chain_are_refused():
    kpis = kpis_of(SHOP)
    for factors in ("revenue", ["average_order_value"], [1, 2], 5):
        with pytest.raises(TypeError, match="`factors` must be a list of a quantity and one or more KPIs"):
            kpi_driver_table(kpis, factors=factors)
    with pytest.raises(ValueError, match=r"`factors` has \['arpu'\], which `table` does not have as ratios"):
        kpi_driver_table(kpis, factors=["active_customers", "arpu"])
    with pytest.raises(ValueError, match="'purchase_frequency' must have the numerator of 'average_order_value'"):
        kpi_driver_table(kpis, factors=["n_orders", "average_order_value", "purchase_frequency"])
    orders = order_kpis(as_transactions(load_cdnow()), start="1998-05-01", end="1998-06-30", freq="M")
    with pytest.raises(ValueError, match=r"'n_orders' is 176 in `table` on 1998-05-01, but 6,378.14 by"):
        kpi_driver_table(orders, outcome="n_orders")


def test_mix_without_groups_or_ratios_is_refused():
    kpis = kpis_of(SHOPS, by="shop")
    for table in (kpis_of(SHOP), kpis[kpis["scope"] == "group"], kpis[kpis["scope"] == "all"]):
        with pytest.raises(SchemaError, match=r"`table` has no groups beside their whole. Give `by`"):
            kpi_mix_table(table)
    with pytest.raises(SchemaError, match=r"`table` has no ratios: \['average_order_value'\] have no numerator"):
        kpi_mix_table(kpis_of(SHOPS, by="shop").assign(denominator=np.nan))


# Input untouched.


def test_the_tables_given_stay_as_they_were():
    kpis = kpis_of(SHOPS.assign(customers=[40, 25, 20, 30]), by="shop")
    before = kpis.copy()
    kpi_driver_table(kpis)
    kpi_mix_table(kpis)
    pd.testing.assert_frame_equal(kpis, before)
