"""The change of profit: products of factors, and price, volume and mix of items."""

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
from crmkit.plotting import plot_change, plot_price_volume_mix
from crmkit.value.profit import change_table, price_volume_mix_table

mpl.use("Agg")

FACTORS = ["customers", "orders", "units", "price", "margin"]
BEFORE = pd.DataFrame([[1000, 2.0, 3.0, 10.0, 0.40]], columns=FACTORS)
AFTER = pd.DataFrame([[1100, 2.2, 2.9, 10.5, 0.38]], columns=FACTORS)
# A and B are sold in both periods, C is gone, D is new.
SOLD = pd.DataFrame({"product": list("ABC"), "quantity": [100.0, 50, 20], "amount": [1000.0, 1000, 600]})
SOLD["cost"] = [600.0, 550, 420]
SOLD_AFTER = pd.DataFrame({"product": list("ABD"), "quantity": [120.0, 40, 10], "amount": [1320.0, 760, 400]})
SOLD_AFTER["cost"] = [780.0, 440, 250]
EFFECTS = ["volume_effect", "mix_effect", "price_effect", "cost_effect", "new", "lost", "other"]


def added(before, after, factors=("x", "y"), **options):
    table = change_table(before, after, factors=list(factors), **options)
    return table[["factor", "role", "contribution"]].to_numpy().tolist()


def side(x, y, **labels):
    return pd.DataFrame({**labels, "x": np.atleast_1d(x).astype(float), "y": np.atleast_1d(y).astype(float)})


def bridge(before=SOLD, after=SOLD_AFTER, **options):
    return price_volume_mix_table(before, after, **{"item": "product", "cost": "cost"} | options)


def whole(table):
    return table[table["scope"] == "all"].iloc[0]


@st.composite
def sales(draw, *, low=0.0):
    """Items of one period: some sold, some only back, some not there."""
    names = draw(st.lists(st.sampled_from("ABCDE"), unique=True, max_size=5))
    numbers = st.floats(-1e3 if low < 0 else 0.5, 1e3)
    rows = [(name, draw(numbers), draw(st.floats(low, 1e4)), draw(st.floats(low, 1e4))) for name in names]
    table = pd.DataFrame(rows, columns=["product", "quantity", "amount", "cost"])
    # Less than a thousandth of a unit is none.
    table["quantity"] = table["quantity"].round(3)
    return table.astype({"product": object, "quantity": float, "amount": float, "cost": float})


# By hand


def test_one_factor_that_vanishes_takes_all():
    assert added(side(20, 30), side(0, 40))[1:] == [["x", "factor", -600], ["y", "factor", 0]]
    assert added(side(20, 0), side(25, 4))[1:] == [["x", "factor", 0], ["y", "factor", 100]]


def test_two_factors_that_vanish_together_are_not_split():
    nan = pytest.approx(np.nan, nan_ok=True)
    expected = [["product", "outcome", -600], ["x", "factor", nan], ["y", "factor", nan], ["product", "lost", -600]]
    assert added(side(20, 30), side(0, 0)) == expected
    assert added(side(0, 0), side(20, 30))[-1] == ["product", "new", 600]
    # 20 × 15 and 30 × 10 are means over both orders: -300 each
    shapley = added(side(20, 30), side(0, 0), method="shapley")
    assert shapley[1:] == [["x", "factor", -300], ["y", "factor", -300]]
    assert added(side(0, 0), side(0, 5)) == [["product", "outcome", 0], ["x", "factor", 0], ["y", "factor", 0]]


def test_groups_add_up_and_come_and_go():
    before = side([20, 5], [30, 2], region=["n", "s"])
    after = side([25, 4], [40, 3], region=["n", "w"])
    found = change_table(before, after, factors=["x", "y"], by="region", method="shapley")
    by_group = found.groupby(["region", "scope", "role"], dropna=False)["contribution"].sum()
    assert by_group["n", "group"].to_dict() == {"factor": 400, "outcome": 400}
    assert by_group["s", "group"].to_dict() == {"factor": 0, "lost": -10, "outcome": -10}
    assert by_group["w", "group"].to_dict() == {"factor": 0, "new": 12, "outcome": 12}
    of_all = found[found["scope"] == "all"]
    assert of_all["role"].tolist() == ["outcome", "factor", "factor", "new", "lost"]
    assert of_all["contribution"].tolist() == [402, 175, 225, 12, -10]
    assert of_all["contribution_share"].tolist() == pytest.approx([1, 175 / 402, 225 / 402, 12 / 402, -10 / 402])
    assert of_all[["previous", "value"]].to_numpy()[0].tolist() == [610, 1012]


def test_factors_whose_ratio_is_beyond_all_floats():
    # 1e-300 x 1e300 = 1 to 1e300 x 1e-300 = 1: L is 1, and the logarithms are 600 ln 10 and its opposite
    found = added(side(1e-300, 1e300), side(1e300, 1e-300))
    assert [row[2] for row in found[1:]] == pytest.approx([600 * np.log(10), -600 * np.log(10)])


def test_losses_are_shared_out_by_shapley():
    # 10 × -2 to 20 × 3: 10 × .5 and 5 × 15
    found = added(side(10, -2), side(20, 3), method="shapley")
    assert found == [["product", "outcome", 80], ["x", "factor", 5], ["y", "factor", 75]]


def test_price_volume_and_mix_by_hand():
    # profit.md: 1030 -> 1010 = 56.6667 - 66.6667 + 80 - 60 + 150 - 180
    found = whole(bridge())
    assert found[["previous", "value", "change"]].tolist() == [1030, 1010, -20]
    assert_allclose(found[EFFECTS].astype(float), [170 / 3, -200 / 3, 80, -60, 150, -180, 0])
    revenue = whole(bridge(cost=None))
    assert revenue[["previous", "value"]].tolist() == [2600, 2480]
    assert_allclose(revenue[EFFECTS].astype(float), [400 / 3, -400 / 3, 80, 0, 400, -600, 0], atol=1e-12)
    assert bridge()["status"].tolist()[:4] == ["kept", "kept", "lost", "new"]
    assert bridge()["level"].unique().tolist() == ["product"]


def test_both_periods_alike():
    # profit.md: price 65, cost -55, volume and mix 0 together; log means of revenue 130.8276, -115.8258, 64.9982
    midpoint = whole(bridge(method="midpoint"))
    assert midpoint[["price_effect", "cost_effect", "new", "lost"]].tolist() == [65, -55, 150, -180]
    assert midpoint["volume_effect"] + midpoint["mix_effect"] == pytest.approx(0, abs=1e-9)
    log_mean = whole(bridge(method="log_mean", cost=None))
    assert_allclose(log_mean[EFFECTS[:3]].astype(float), [130.8276, -115.8258, 64.9982], atol=5e-5)


def test_what_has_no_price_and_no_name_is_other():
    after = pd.concat([SOLD_AFTER, pd.DataFrame({"product": ["C", None], "quantity": [-3.0, 5], "amount": [-90.0, 7]})])
    found = bridge(after=after, cost=None).set_index("product")
    assert found["status"].tolist() == ["kept", "kept", "other", "new", "other", None]
    assert found["other"].tolist() == [0, 0, -690, 0, 7, -683]
    assert found["scope"].tolist()[-2:] == ["no label", "all"]


def test_a_change_that_is_rounding_has_no_shares():
    # 3 × 0.1 is not 1 × 0.3 in floats.
    found = change_table(side(3, 0.1), side(1, 0.3), factors=["x", "y"])
    assert_allclose(found["contribution"], [0, -0.3 * np.log(3), 0.3 * np.log(3)], atol=1e-12)
    assert found["contribution_share"].isna().all()


def test_what_all_came_back_has_no_price(build):
    sold = pd.DataFrame({"product": ["A"] * 3 + ["B"], "quantity": [0.1, 0.2, -0.3, 1], "amount": [1.0, 2, -3, 5]})
    after = pd.DataFrame({"product": ["A", "B"], "quantity": [3.0, 1], "amount": [30.0, 6]})
    for before in (sold, sold.iloc[::-1], sold.iloc[[2, 0, 1, 3]]):
        found = as_pandas(price_volume_mix_table(build(before), build(after), item="product")).set_index("product")
        assert found.loc[["A", "B"], "status"].tolist() == ["other", "kept"]
        assert found.loc["A", ["price_effect", "other", "change"]].tolist() == [0, 30, 30]


def test_a_missing_cost_is_refused_or_a_share_of_revenue():
    lacking = SOLD.assign(cost=[600.0, np.nan, 420])
    with pytest.raises(SchemaError, match=r"`before\['cost'\]` is missing in 1 row, first at rows \[1\].*not 0"):
        bridge(lacking)
    assert whole(bridge(lacking, missing_cost_rate=0.55))["change"] == whole(bridge())["change"]


def test_every_kind_of_frame(build):
    assert_same_rows(bridge(build(SOLD), build(SOLD_AFTER)), bridge())
    found = change_table(build(BEFORE), build(AFTER), factors=FACTORS)
    assert_same_rows(found, change_table(BEFORE, AFTER, factors=FACTORS))
    regions = [side([20, 5], [30, 2], region=["n", "s"]), side([25, 4], [40, 3], region=["n", "w"])]
    by_region = change_table(*map(build, regions), factors=["x", "y"], by="region")
    assert_same_rows(by_region, change_table(*regions, factors=["x", "y"], by="region"))


# Reference


@pytest.mark.parametrize(
    ("method", "contributions"),
    [
        ("log_mean", [2473.2517, 2473.2517, -879.7284, 1266.0805, -1331.0354]),
        ("shapley", [2475.2373, 2475.2373, -881.8960, 1267.8540, -1334.6127]),
        ("sequential", [2400.00, 2640.00, -968.00, 1403.60, -1473.78]),
    ],
)
def test_five_factors(method, contributions):
    # Worked with the formulas of Ang (2004) and Shapley (1953): 24,000 to 28,001.82.
    found = change_table(BEFORE, AFTER, factors=FACTORS, method=method)
    assert found["contribution"].iloc[0] == pytest.approx(4001.82)
    assert_allclose(found["contribution"].iloc[1:], contributions, atol=5e-5)


def test_madrigal_2018_to_2019():
    # Measured on the data of Fader, Hardie and Ross (2022), The Customer-Base Audit.
    quarters = pd.read_parquet(data_file("madrigal_customer_quarter_long.parquet"))
    year = quarters["quarter"].str[:4]
    sides = []
    for each in ("2018", "2019"):
        sums = quarters[year == each].groupby("CustomerID")[["trans", "spend", "profit"]].sum().query("trans > 0")
        trans, spend, profit = sums.sum()
        factors = {
            "customers": len(sums),
            "orders": trans / len(sums),
            "spend": spend / trans,
            "margin": profit / spend,
        }
        sides.append(pd.DataFrame([factors]))
    found = change_table(*sides, factors=list(sides[0]))["contribution"]
    assert_allclose(found, [508_560.98, 490_426.78, -37_023.18, 34_363.63, 20_793.75], atol=0.005)


# Law

NUMBERS = st.one_of(st.just(0.0), st.floats(1e-6, 1e6))
CELLS = st.lists(st.tuples(NUMBERS, NUMBERS, NUMBERS), min_size=3, max_size=3)


@given(CELLS, CELLS, st.sampled_from(["log_mean", "shapley", "sequential"]))
def test_contributions_add_up_and_turn_with_time(before, after, method):
    sides = [
        pd.DataFrame(cells, columns=list("xyz")).assign(g=list(names))
        for cells, names in ((before, "abc"), (after, "bcd"))
    ]
    options = {"factors": list("xyz"), "by": "g", "method": method}
    found = change_table(*sides, **options)
    # Orders weigh a factor of one period with those of the other, and what cancels may be larger than either end.
    size = np.vstack([before, after]).max(axis=0).prod() + 1e-9
    outcome = found[found["role"] == "outcome"].set_index("g")["contribution"]
    parts = found[found["role"] != "outcome"].groupby("g", dropna=False)["contribution"].sum()
    assert_allclose(parts.loc[outcome.index], outcome, rtol=1e-9, atol=1e-9 * size)
    if method != "sequential":
        turned = change_table(*sides[::-1], **options)
        at = [table[table["role"] == "factor"].set_index(["g", "factor"])["contribution"] for table in (found, turned)]
        assert_allclose(at[0].fillna(0), -at[1].fillna(0).loc[at[0].index], rtol=1e-9, atol=1e-9 * size)


@given(sales(low=-1e4), sales(low=-1e4), st.sampled_from(["standard", "midpoint"]))
def test_bridges_add_up(before, after, method):
    found = bridge(before, after, method=method)
    # Prices of thousandths of a unit are large, and cancel.
    size = 1e-9 * (1 + found[EFFECTS].abs().sum(axis=1))
    assert (np.abs(found[EFFECTS].sum(axis=1) - found["change"]) <= size).all()
    margin = [side["amount"].sum() - side["cost"].sum() for side in (before, after)]
    assert_allclose(whole(found)[["previous", "value"]].astype(float), margin, rtol=1e-9, atol=1e-6)


@given(sales(), sales(), st.sampled_from(["midpoint", "log_mean"]))
def test_bridges_turn_with_time(before, after, method):
    there, back = (bridge(*sides, method=method) for sides in ((before, after), (after, before)))
    names = EFFECTS[:4]
    assert_allclose(whole(there)[names].astype(float), -whole(back)[names].astype(float), rtol=1e-6, atol=1e-6)
    assert whole(there)[EFFECTS].sum() == pytest.approx(whole(there)["change"], rel=1e-9, abs=1e-5)


def test_years_of_a_simulated_shop_add_up():
    lines = make_order_lines(n_customers=60, random_state=3).lines
    kept = ["product", "category", "cost"]
    order_lines = as_order_lines(lines, order_id="order_id", quantity="quantity", keep=kept)
    years = [order_lines[order_lines["date"].dt.year == year] for year in (2024, 2025)]
    fine, coarse = (whole(price_volume_mix_table(*years, item=item, cost="cost")) for item in ("product", "category"))
    margin = lines["amount"] - lines["cost"]
    of_years = margin.groupby(lines["date"].dt.year).sum()
    assert fine["change"] == pytest.approx(of_years[2025] - of_years[2024])
    assert fine[EFFECTS].sum() == pytest.approx(coarse[EFFECTS].sum())


# Refusal


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"method": "lmdi"}, "`method` must be one of"),
        ({"factors": ["price"]}, "`factors` must name two or more columns, each once, got"),
        ({"factors": ["price", "price"]}, "`factors` must name two or more columns"),
        ({"factors": [*FACTORS, "a", "b"], "method": "shapley"}, "takes at most 6 factors, got 7"),
        ({"factors": ["price", "share"]}, r"lacks the columns \['share'\]"),
        ({"before": BEFORE.assign(margin=-0.1)}, r"`before\['margin'\]` is below 0 in 1 row.*'shapley'.*split"),
        ({"after": AFTER.assign(price=np.nan)}, r"`after\['price'\]` is missing in 1 row"),
        ({"after": AFTER.assign(price=1e305)}, "adds up to more than a number can hold"),
        ({"after": pd.concat([AFTER, AFTER])}, "`after` has 2 rows. Without `by` it must have one"),
        ({"before": pd.concat([BEFORE, BEFORE]), "by": "region"}, r"lacks the columns \['region'\]"),
        ({"by": "price"}, r"\['price'\] are columns of the result or named twice"),
    ],
)
def test_refused_changes(changed, message):
    asked = {"before": BEFORE, "after": AFTER, "factors": FACTORS} | changed
    with pytest.raises((SchemaError, ValueError), match=message):
        change_table(asked.pop("before"), asked.pop("after"), **asked)


def test_labels_of_different_kinds_are_refused():
    number, text = side([1, 2], [3, 4], region=[1, 2]), side([1, 2], [3, 4], region=["1", "2"])
    with pytest.raises(SchemaError, match=r"`before\['region'\]` holds numbers and `after\['region'\]` text"):
        change_table(number, text, factors=["x", "y"], by="region")
    floats = number.assign(region=number["region"].astype(float))
    assert "lost" not in change_table(number, floats, factors=["x", "y"], by="region")["role"].tolist()
    with pytest.raises(SchemaError, match=r"`before\['product'\]` holds text and `after\['product'\]` numbers"):
        bridge(after=SOLD_AFTER.assign(product=[1, 2, 3]))


def test_a_group_twice_is_refused():
    twice = side([1, 2], [3, 4], region=["n", "n"])
    with pytest.raises(SchemaError, match=r"`after` has more than one row of \['n'\]"):
        change_table(twice.head(1), twice, factors=["x", "y"], by="region")


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"method": "lmdi"}, "`method` must be one of"),
        ({"item": "sku"}, r"lacks the columns \['sku'\]"),
        ({"before": SOLD.rename(columns={"product": "new"}), "item": "new"}, "`item` is 'new', which is a column"),
        ({"before": SOLD.assign(quantity=[1, np.nan, 2])}, r"`before\['quantity'\]` is missing in 1 row"),
        ({"before": SOLD.assign(amount=np.inf)}, r"`before\['amount'\]` is infinite in 3 rows"),
        ({"before": SOLD.assign(amount="1")}, r"`before\['amount'\]` must hold numbers"),
        ({"missing_cost_rate": 2}, "`missing_cost_rate` must lie between 0 and 1"),
        ({"before": SOLD.assign(amount=-1.0), "method": "log_mean"}, r"The amount of \['A', 'B'\] is below 0"),
    ],
)
def test_refused_bridges(changed, message):
    asked = {"before": SOLD, "after": SOLD_AFTER} | changed
    with pytest.raises((SchemaError, ValueError), match=message):
        bridge(asked.pop("before"), asked.pop("after"), **asked)


def test_units_that_do_not_add_up_are_refused():
    litres, pieces = SOLD.assign(u="litre"), SOLD_AFTER.assign(u="piece")
    with pytest.raises(SchemaError, match=r"`unit` has \['litre', 'piece'\]: quantities of different units"):
        bridge(litres, pieces, unit="u")
    assert whole(bridge(litres, SOLD_AFTER.assign(u="litre"), unit="u"))["change"] == -20


# Drawn, and input untouched


def test_the_bridge_is_drawn():
    ax = plot_price_volume_mix(bridge())
    assert [text.get_text() for text in ax.texts] == ["1,030", "+57", "-67", "+80", "-60", "+150", "-180", "1,010"]
    with mpl.rc_context({"svg.fonttype": "none"}):
        chinese = plot_price_volume_mix(bridge(cost=None), language="zh")
    names = [label.get_text() for label in chinese.get_xticklabels()]
    assert names == ["前期", "数量", "结构", "价格", "新品", "停售", "后期"]
    with pytest.raises(SchemaError, match="`bridge` has 0 rows of all items"):
        plot_price_volume_mix(bridge().head(2))


def test_the_change_is_drawn(build):
    ax = plot_change(build(change_table(BEFORE, AFTER, factors=FACTORS)))
    assert [text.get_text() for text in ax.texts] == [
        *("24,000", "+2,473", "+2,473", "-880", "+1,266", "-1,331", "28,002")
    ]
    groups = change_table(
        side([2, 3], [5, 1], g=["a", "old"]), side([2, 4], [6, 1], g=["a", "new"]), factors=["x", "y"], by="g"
    )
    # 2 x 5 + 3 = 13; 2 x 6 + 4 = 16; y adds 2 to a
    ax = plot_change(groups)
    assert [label.get_text() for label in ax.get_xticklabels()] == ["Before", "x", "y", "New", "Lost", "After"]
    assert [text.get_text() for text in ax.texts] == ["13.0", "0", "+2.0", "+4.0", "-3.0", "16.0"]
    one = plot_change(groups[groups["g"] == "new"], language="en")
    assert [text.get_text() for text in one.texts] == ["0.00", "+4.00", "4.00"]
    with mpl.rc_context({"svg.fonttype": "none"}):
        chinese = plot_change(groups, language="zh")
    assert [label.get_text() for label in chinese.get_xticklabels()][3:] == ["新增", "消失", "后期"]
    with pytest.raises(SchemaError, match="`change` must have one row of the outcome, got 3"):
        plot_change(groups[groups["scope"] == "group"])


def test_a_loss_is_drawn_below_the_line():
    ax = plot_change(change_table(side(100, -0.3), side(120, 0.2), factors=["x", "y"], method="shapley"))
    # -30, then 20 x -.05 and .5 x 110, then 24; the numbers are above their bars and inside the axes
    assert [text.get_text() for text in ax.texts] == ["-30.0", "-1.0", "+55.0", "24.0"]
    assert [text.xy[1] for text in ax.texts] == pytest.approx([0, -30, 24, 24])
    assert ax.get_ylim() == pytest.approx((-31, 24 + 5.5))


def test_inputs_are_not_changed():
    before, sold = BEFORE.copy(), SOLD.copy()
    change_table(before, AFTER, factors=FACTORS)
    bridge(sold)
    pd.testing.assert_frame_equal(before, BEFORE)
    pd.testing.assert_frame_equal(sold, SOLD)
