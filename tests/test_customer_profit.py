"""Profit of customers: the steps from gross sales to profit, and how profit is spread."""

import math

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from tests.files import data_file
from tests.frames import as_pandas, assert_same_rows

from crmkit import SchemaError, as_order_lines, make_order_lines
from crmkit.plotting import plot_profit_ladder, plot_whale_curve
from crmkit.value.profit import (
    customer_profit_table,
    profit_ladder_table,
    whale_curve_table,
    whale_summary_table,
)

mpl.use("Agg")

# Ann buys for 90 after 10 off, cost 50, and 40, cost 30, of which one of two comes back; Bo buys for 20, cost 25.
LINES = pd.DataFrame(
    {
        "customer_id": ["ann", "ann", "ann", "bo"],
        "order_id": ["1", "2", "3", "4"],
        "date": pd.Timestamp("2024-03-01"),
        "quantity": [1.0, 2, -1, 1],
        "amount": [90.0, 40, -20, 20],
        "off": [10.0, 0, 0, 5],
        "cost": [50.0, 30, -15, 25],
        "freight": [4.0, 3, 2, 1],
        "region": ["n", "s", "s", None],
    }
)
SERVED = pd.DataFrame({"customer_id": ["ann", "cy", "ann", None], "cost": [5.0, 7, 6, 9]})
TEN = pd.DataFrame({"net_profit": [500.0, 300, 200, 100, 50, 20, -20, -50, -100, -200]})


def profits(lines=LINES, **options):
    asked = {"cost": "cost", "returned_cost": "recovered", "discount": "off", "direct_costs": ["freight"]} | options
    return customer_profit_table(lines, **asked)


def lines_strategy():
    row = st.tuples(
        st.sampled_from("abc"),
        st.booleans(),
        *(st.floats(0, 1e6, allow_subnormal=False) for _ in range(4)),
        st.sampled_from(["n", "s", None]),
    )
    return st.lists(row, min_size=1, max_size=12).map(_as_lines)


def _as_lines(rows):
    who, back, amount, off, cost, freight, region = zip(*rows, strict=True)
    sign = np.where(back, -1.0, 1.0)
    return pd.DataFrame(
        {
            "customer_id": who,
            "order_id": range(len(rows)),
            "date": pd.Timestamp("2024-03-01"),
            "quantity": sign,
            "amount": sign * amount,
            "off": off,
            "cost": sign * cost,
            "freight": freight,
            "region": np.array(region, dtype=object),
        }
    )


# By hand


def test_the_ladder_by_hand():
    found = profits(cost_to_serve=SERVED).set_index("customer_id")
    assert found.index.tolist() == ["ann", "bo", "cy"]
    # 100 + 40 before discounts, 10 off, 20 back; cost 50 + 30 - 15; freight 4 + 3 + 2; served 5 + 6
    assert found.loc["ann"].tolist()[:11] == [140, 10, 20, 110, 65, 0, 45, 9, 36, 11, 25]
    assert found.loc["bo"].tolist()[:11] == [25, 5, 0, 20, 25, 0, -5, 1, -6, 0, -6]
    # only costs: no revenue, and so no rates
    assert found.loc["cy"].tolist()[:11] == [0] * 9 + [7, -7]
    rates = found[["gross_margin_rate", "contribution_margin_rate", "net_profit_rate"]]
    assert_allclose(rates, [[45 / 110, 36 / 110, 25 / 110], [-0.25, -0.3, -0.3], [np.nan] * 3])


def test_goods_that_are_written_off_give_no_cost_back():
    found = profits(returned_cost="written_off").set_index("customer_id")
    assert found.loc["ann", ["cost_of_goods", "gross_margin", "contribution"]].tolist() == [80, 30, 21]
    # what nobody needs may be missing
    lacking = LINES.assign(cost=[50.0, 30, np.nan, 25])
    assert profits(lacking, returned_cost="written_off").set_index("customer_id").equals(found)


def test_a_missing_cost_is_a_stated_share_of_revenue():
    found = profits(LINES.assign(cost=[np.nan, 30, np.nan, 25]), missing_cost_rate=0.6).set_index("customer_id")
    # .6 x 90 + 30 - .6 x 20
    assert found.loc["ann", ["cost_of_goods", "estimated_cost"]].tolist() == [72, 42]


def test_without_cost_to_serve_there_is_no_net_profit():
    found = profits()
    assert found[["cost_to_serve", "net_profit", "net_profit_rate"]].isna().all(axis=None)
    assert profit_ladder_table(found)["step"].tolist()[-1] == "contribution"
    with pytest.raises(SchemaError, match=r"`profits\['net_profit'\]` is missing throughout.*'contribution'"):
        whale_curve_table(found)


def test_lines_without_a_label_have_a_row_of_their_own():
    found = profits(by="region")
    assert found["region"].tolist()[:2] == ["n", "s"]
    assert pd.isna(found["region"].iloc[2])
    assert found["net_revenue"].tolist() == [90, 20, 20]


def test_the_ladder_of_all_by_hand():
    ladder = profit_ladder_table(profits(cost_to_serve=SERVED)).set_index("step")
    assert ladder["amount"].to_dict() == {
        "gross_sales": 165,
        "discounts": -15,
        "returns": -20,
        "net_revenue": 130,
        "cost_of_goods": -90,
        "gross_margin": 40,
        "freight": -10,
        "contribution": 30,
        "cost_to_serve": -18,
        "net_profit": 12,
    }
    assert ladder.loc["net_profit", "share"] == pytest.approx(12 / 130)
    assert ladder.index[ladder["role"] == "level"].tolist() == [
        *("gross_sales", "net_revenue", "gross_margin", "contribution", "net_profit")
    ]


def test_the_rest_of_an_allocation_is_taken_off_at_the_end():
    allocation = pd.DataFrame(
        {"kind": ["allocated", "unused_capacity", "unallocated", "allocated"], "cost": [11.0, 4, 3, 7]}
    )
    ladder = profit_ladder_table(profits(cost_to_serve=SERVED), allocation=allocation)
    assert ladder["step"].tolist()[-4:] == ["net_profit", "unallocated", "unused_capacity", "profit"]
    assert ladder["amount"].tolist()[-4:] == [12, -3, -4, 5]
    with pytest.raises(SchemaError, match=r"`allocation` gives 11.00 to customers, but `profits` has 18.00"):
        profit_ladder_table(profits(cost_to_serve=SERVED), allocation=allocation.head(3))


def test_money_that_cancels_leaves_nothing_to_divide_by(build):
    # In floats 0.1 + 0.2 - 0.3 is not 0; nor are a thousand prices of which all comes back.
    prices = np.random.default_rng(3).integers(1, 9999, 1000) / 100
    amounts = np.concatenate([[0.1, 0.2, -0.3], prices, -prices[::-1]])
    who = np.repeat(["ann", "bo"], [3, 2000])
    lines = pd.DataFrame({"customer_id": who, "order_id": np.arange(len(who)).astype(str), "amount": amounts})
    lines = lines.assign(date=pd.Timestamp("2024-03-01"), quantity=np.sign(amounts), cost=amounts / 2, freight=1.5)
    served = pd.DataFrame({"customer_id": ["ann", "bo"], "cost": [-4.5, -3000.0]})
    found = as_pandas(
        customer_profit_table(
            build(lines), cost="cost", returned_cost="recovered", direct_costs=["freight"], cost_to_serve=build(served)
        )
    ).sort_values("customer_id")
    nothing = ["net_revenue", "cost_of_goods", "gross_margin"]
    assert (found[nothing] == 0).all(axis=None)
    assert_allclose(found["contribution"], [-4.5, -3000])
    assert found["net_profit"].tolist() == [0, 0]
    assert found[["gross_margin_rate", "contribution_margin_rate", "net_profit_rate"]].isna().all(axis=None)
    assert profit_ladder_table(found)["share"].isna().all()


def test_costs_that_are_missing_throughout_are_missing(build):
    lines = LINES.assign(cost=None)
    with pytest.raises(SchemaError, match=r"`order_lines\['cost'\]` is missing in 4 rows"):
        profits(lines)
    found = as_pandas(profits(build(lines), missing_cost_rate=0.5))
    assert_allclose(found.sort_values("customer_id")["cost_of_goods"], [55, 10])
    with pytest.raises(SchemaError, match=r"`order_lines\['cost'\]` must hold numbers, got"):
        profits(LINES.assign(cost="5"))


def test_small_money_beside_large_is_kept():
    lines = LINES.assign(amount=[1e9, 40, -1e9 + 0.01, 20], quantity=[1.0, 2, -1, 1], off=0.0)
    assert profits(lines)["net_revenue"].tolist() == pytest.approx([40.01, 20], abs=1e-6)
    tiny = LINES.assign(**{name: LINES[name] * 1e-300 for name in ("amount", "off", "cost", "freight")})
    assert_allclose(profits(tiny)["net_revenue"] * 1e300, profits()["net_revenue"])


def test_profits_that_cancel_have_no_shares():
    summary = whale_summary_table(pd.DataFrame({"net_profit": [0.1, 0.2, -0.3]})).iloc[0]
    assert summary[["profit", "peak_profit", "lost"]].tolist() == pytest.approx([0, 0.3, 0.3])
    assert summary[["peak_share", "top_share", "stobachoff_index"]].isna().all()
    assert whale_curve_table(pd.DataFrame({"net_profit": [0.1, 0.2, -0.3]}))["profit_share"].isna().all()


def test_the_whale_curve_by_hand():
    # profit.md: 500 300 200 100 50 20 -20 -50 -100 -200, peak 1.4625 at 0.6, the top two 1.0
    curve = whale_curve_table(TEN.sample(frac=1, random_state=1), n_points=11)
    assert curve["profit"].tolist() == [0, 500, 800, 1000, 1100, 1150, 1170, 1150, 1100, 1000, 800]
    assert curve.loc[curve["is_peak"], ["customer_share", "profit_share"]].to_numpy().tolist() == [[0.6, 1.4625]]
    summary = whale_summary_table(TEN).iloc[0]
    assert summary[["n_customers", "n_profitable", "n_loss_makers", "n_top", "top_share"]].tolist() == [10, 6, 4, 2, 1]
    assert summary[["profit", "peak_profit", "lost"]].tolist() == [800, 1170, 370]
    assert summary["stobachoff_index"] == pytest.approx(0.458974, abs=5e-7)
    # the peak has a point of its own where steps pass it
    assert whale_curve_table(TEN, n_points=3)["n_customers"].tolist() == [0, 5, 6, 10]


def test_where_everybody_loses_the_peak_is_nobody():
    losses = pd.DataFrame({"net_profit": [-1.0, -2]})
    summary = whale_summary_table(losses).iloc[0]
    assert summary[["peak_profit", "peak_at", "lost", "profit"]].tolist() == [0, 0, 3, -3]
    assert summary[["peak_share", "top_share", "stobachoff_index"]].isna().all()
    curve = whale_curve_table(losses)
    assert curve["profit_share"].isna().all()
    assert curve["profit"].tolist() == [0, -1, -3]


def test_equal_customers_and_none():
    even = whale_summary_table(pd.DataFrame({"net_profit": [2.0] * 7})).iloc[0]
    assert even["stobachoff_index"] == pytest.approx(0, abs=1e-12)
    assert even[["peak_at", "n_top"]].tolist() == [1, 2]
    none = whale_summary_table(TEN.head(0)).iloc[0]
    assert none[["n_customers", "profit"]].tolist() == [0, 0]
    assert none[["peak_share", "peak_at", "stobachoff_index"]].isna().all()
    assert whale_curve_table(TEN.head(0))["n_customers"].tolist() == [0]


def test_every_kind_of_frame(build):
    served = SERVED.dropna() if build.is_engine else SERVED
    assert_same_rows(profits(build(LINES), cost_to_serve=build(served)), profits(cost_to_serve=served))
    found = profits(cost_to_serve=SERVED)
    assert_same_rows(profit_ladder_table(build(found)), profit_ladder_table(found))
    assert_same_rows(whale_summary_table(build(found)), whale_summary_table(found))
    where = r"some whose order_id is one of \['2'\]" if build.is_engine else r"first at rows \[1\]"
    lacking = LINES.assign(cost=[50.0, None, -15, 25])
    with pytest.raises(SchemaError, match=r"`order_lines\['cost'\]` is missing in 1 row, .*" + where):
        profits(build(lacking))


def test_whole_numbers_that_became_floats_are_still_ids():
    lines = LINES.assign(customer_id=[1, 1, 1, 2])
    found = profits(lines, cost_to_serve=SERVED.assign(customer_id=[1, 3, 1, np.nan]))
    assert found["customer_id"].tolist() == [1, 2, 3]
    assert found["customer_id"].dtype == "int64"
    with pytest.raises(SchemaError, match=r"holds Int64 and .* Give both in one type"):
        profits(lines, cost_to_serve=SERVED)
    with pytest.raises(SchemaError, match="Give both in one type"):
        profits(lines, cost_to_serve=SERVED.assign(customer_id=[1, 3.5, 1, np.nan]))


# Reference


def test_madrigal_2019():
    # Measured on the data of Fader, Hardie and Ross (2022), The Customer-Base Audit: the active customers of 2019.
    quarters = pd.read_parquet(data_file("madrigal_customer_quarter_long.parquet"))
    of_year = quarters[quarters["quarter"].str.startswith("2019")].groupby("CustomerID")[["trans", "profit"]].sum()
    active = of_year[of_year["trans"] > 0]
    summary = whale_summary_table(active, value="profit").iloc[0]
    assert summary[["n_customers", "n_loss_makers"]].tolist() == [31_855, 263]
    assert summary["profit"] == pytest.approx(2_798_903.68, abs=0.005)
    assert summary["lost"] == pytest.approx(3_868.27, abs=0.005)
    assert summary["top_share"] == pytest.approx(0.5741, abs=5e-5)
    assert summary["peak_share"] == pytest.approx(1.0014, abs=5e-5)
    assert summary["peak_at"] == pytest.approx(0.9917, abs=5e-5)


def test_simulated_lines_add_up():
    lines = make_order_lines(n_customers=80, random_state=3).lines
    order_lines = as_order_lines(lines, order_id="order_id", quantity="quantity", keep=["cost"])
    found = customer_profit_table(order_lines, cost="cost", returned_cost="recovered")
    assert found["net_revenue"].sum() == pytest.approx(lines["amount"].sum())
    assert found["cost_of_goods"].sum() == pytest.approx(lines["cost"].sum())
    assert found["returns"].sum() == pytest.approx(-lines.loc[lines["quantity"] < 0, "amount"].sum())


# Law


@given(lines_strategy(), st.sampled_from(["recovered", "written_off"]), st.sampled_from(["customer_id", "region"]))
def test_money_adds_up(lines, returned_cost, by):
    found = profits(lines, returned_cost=returned_cost, by=by)
    assert found["net_revenue"].sum() == pytest.approx(lines["amount"].sum(), rel=1e-9, abs=1e-6)
    left = found["gross_sales"] - found["discounts"] - found["returns"]
    assert_allclose(left, found["net_revenue"], rtol=1e-9, atol=1e-6)
    kept = found["net_revenue"] - found["cost_of_goods"] - found["freight"]
    assert_allclose(kept, found["contribution"], rtol=1e-9, atol=1e-6)
    costs = lines["cost"] if returned_cost == "recovered" else lines["cost"].where(lines["quantity"] > 0, 0)
    assert found["cost_of_goods"].sum() == pytest.approx(costs.sum(), rel=1e-9, abs=1e-6)


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30), st.sampled_from([0.01, 7.0]))
def test_the_unit_of_money_moves_no_share_and_the_order_nothing(values, unit):
    once = whale_summary_table(pd.DataFrame({"net_profit": values}))
    assert_allclose(whale_summary_table(pd.DataFrame({"net_profit": values[::-1]})), once)
    curve = whale_curve_table(pd.DataFrame({"net_profit": values}))
    assert curve["profit"].max() == once["peak_profit"].iloc[0]
    assert curve["profit"].iloc[-1] == once["profit"].iloc[0]
    assert once["peak_profit"].iloc[0] - once["lost"].iloc[0] == pytest.approx(math.fsum(values), rel=1e-9, abs=1e-6)
    if once["profit"].iloc[0] > 1:
        scaled = whale_summary_table(pd.DataFrame({"net_profit": np.array(values) * unit}))
        names = ["peak_share", "top_share", "stobachoff_index"]
        assert_allclose(scaled[names], once[names], rtol=1e-6, atol=1e-9)


# Refusal


@pytest.mark.parametrize(
    ("changed", "options", "message"),
    [
        ({}, {"returned_cost": "both"}, "`returned_cost` must be one of"),
        ({"cost": [-1.0, 30, -15, 25]}, {}, "is below 0 where goods were sold in 1 row, first at rows \\[0\\]"),
        ({"cost": [50.0, 30, 15, 25]}, {}, "is above 0 where goods came back in 1 row"),
        ({"off": [-1.0, 0, 0, 0]}, {}, r"`order_lines\['off'\]` is below 0"),
        ({"off": [None, 0.0, 0, 0]}, {}, r"`order_lines\['off'\]` is missing in 1 row.*Fill in 0"),
        ({"freight": [1.0, 2, np.nan, np.nan]}, {}, r"`order_lines\['freight'\]` is missing in 2 rows"),
        ({"cost": [np.inf, 30, -15, 25]}, {}, "is infinite in 1 row"),
        ({"cost": [1e308, 1e308, -1.0, 1]}, {}, r"`order_lines\['cost'\]` adds up to more than a number can hold"),
        ({"cost": ["a", "b", "c", "d"]}, {}, r"`order_lines\['cost'\]` must hold numbers"),
        ({"amount": [90.0, np.nan, -20, 20]}, {}, r"`order_lines\['amount'\]` is missing in 1 row"),
        ({}, {"missing_cost_rate": 60}, "`missing_cost_rate` must lie between 0 and 1, got 60"),
        ({}, {"direct_costs": ["freight", "cost"]}, r"\['cost'\] are named more than once"),
        ({"returns": 1.0}, {"direct_costs": ["returns"]}, r"has the columns \['returns'\], which the result has too"),
        ({}, {"cost": "costs"}, r"lacks the columns \['costs'\]"),
        ({}, {"cost_to_serve": SERVED.assign(cost=[1.0, np.nan, 2, 3])}, r"`cost_to_serve\['cost'\]` is missing or"),
        ({}, {"cost_to_serve": SERVED.assign(cost="much")}, r"`cost_to_serve\['cost'\]` must hold numbers"),
    ],
)
def test_refused_lines(changed, options, message):
    with pytest.raises((SchemaError, ValueError), match=message):
        profits(LINES.assign(**changed), **options)


@pytest.mark.parametrize(
    ("values", "options", "message"),
    [
        ([1.0, np.nan], {}, "is missing in 1 row, first at rows \\[1\\]"),
        ([1.0, np.inf], {}, "is infinite in 1 row"),
        ([1e308, 1e308], {}, "adds up to more than a number can hold"),
        (["a", "b"], {}, "must hold numbers"),
        ([1.0, 2], {"value": "profit"}, r"lacks the columns \['profit'\]"),
        ([1.0, 2], {"n_points": 1}, "`n_points` must be at least 2"),
    ],
)
def test_refused_profits(values, options, message):
    with pytest.raises((SchemaError, ValueError), match=message):
        whale_curve_table(pd.DataFrame({"net_profit": values}), **options)


# Drawn, and input untouched


def test_the_ladder_is_drawn():
    ladder = profit_ladder_table(profits(cost_to_serve=SERVED))
    ax = plot_profit_ladder(ladder)
    assert [text.get_text() for text in ax.texts] == ["165", "-15", "-20", "130", "-90", "40", "-10", "30", "-18", "12"]
    names = [label.get_text() for label in ax.get_xticklabels()]
    assert names[6:8] == ["freight", "Contribution"]
    with mpl.rc_context({"svg.fonttype": "none"}):
        chinese = plot_profit_ladder(ladder, language="zh")
    assert [label.get_text() for label in chinese.get_xticklabels()][:3] == ["销售总额", "折扣", "退货"]
    with pytest.raises(SchemaError, match="`ladder` has no rows, or begins with a change"):
        plot_profit_ladder(ladder.iloc[1:])


def test_the_whale_curve_is_drawn():
    ax = plot_whale_curve(whale_curve_table(TEN))
    label = ax.get_legend().get_texts()[0].get_text()
    assert label == "Peak: 60% of the customers make 146% of the profit"
    assert ax.get_ylabel() == "Share of all profit"
    with mpl.rc_context({"svg.fonttype": "none"}):
        losing = plot_whale_curve(whale_curve_table(-TEN), language="zh")
    assert losing.get_ylabel() == "累计利润"
    with pytest.raises(SchemaError, match="`curve` has no rows"):
        plot_whale_curve(whale_curve_table(TEN).head(0))


def test_inputs_are_not_changed():
    lines, served = LINES.copy(), SERVED.copy()
    profits(lines, cost_to_serve=served)
    pd.testing.assert_frame_equal(lines, LINES)
    pd.testing.assert_frame_equal(served, SERVED)
    assert as_pandas(whale_curve_table(TEN)).shape[1] == 5
