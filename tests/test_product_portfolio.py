"""How even demand is, where products are in their life, and which to take out of the range."""

from itertools import combinations

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib import pyplot as plt
from numpy.testing import assert_allclose
from tests.frames import assert_same_rows

from crmkit import SchemaError
from crmkit.plotting import plot_demand_variability, plot_life_cycle, plot_preferences, plot_pruning
from crmkit.segment import product_matrix_table
from crmkit.value.products import demand_variability_table, life_cycle_table, pruning_table
from crmkit.value.products._stages import checked_thresholds, stages_of

mpl.use("Agg")

MONTHLY = {"item": "product", "freq": "M", "cuts": (0.5, 1.0), "as_of": "2024-06-30"}
LIFE = {"item": "product", "period": "month", "value": "units", "as_of": "2024-12-31"}
LETTERS = {"introduction": "I", "growth": "G", "maturity": "M", "decline": "D"}


def demand(*, as_of="2024-06-30", start="2024-01-15", **products):
    """Order lines with a line per month and product, none where nothing was sold."""
    rows = [
        (name, date, units)
        for name, sold in products.items()
        for date, units in zip(pd.date_range(start, periods=len(sold), freq="31D"), sold, strict=True)
        if units != 0
    ]
    table = pd.DataFrame(rows, columns=["product", "date", "quantity"])
    table["date"] = table["date"].astype("datetime64[us]")
    table["amount"] = table["quantity"] * 2.0
    first = {"customer_id": 1, "order_id": np.arange(len(table)), "date": table.pop("date"), "time": None}
    table = pd.concat([pd.DataFrame(first), table.astype({"quantity": float})], axis=1)
    table["time"] = table["date"]
    return table


def sold(units, *, start="2022-01-01", name="cup"):
    months = pd.date_range(start, periods=len(units), freq="MS").astype("datetime64[us]")
    return pd.DataFrame({"product": name, "month": months, "units": np.asarray(units, dtype=float)})


def stages(growth, **thresholds):
    """The letters of the stages with such growth; the level plays no part."""
    growth = np.asarray(growth, dtype=float)
    found = stages_of(growth, np.ones(len(growth)), rules=checked_thresholds(thresholds or None))
    return "".join(LETTERS.get(stage, "-") for stage in found)


GROWTH = [0.30, 0.22, 0.12, 0.08, 0.11, 0.09, 0.04, -0.02, -0.06, -0.12, -0.08, -0.03, 0.01]
RANGE = pd.DataFrame(
    {
        "product": ["a", "b"],
        "revenue": [100.0, 1000.0],
        "margin": [20.0, 300.0],
        "avoidable_cost": [5.0, 20.0],
        "companions": [2.0, 50.0],
    }
)
TRANSFER = pd.DataFrame({"from": ["a"], "to": ["b"], "share": [0.6]})


def profit_without(products, transfer, out):
    """What taking out a set of products changes, by the formula."""
    total = 0.0
    rows = products.set_index("product")
    for name in out:
        total += rows.loc[name, "avoidable_cost"] - rows.loc[name, "margin"]
        for _, each in transfer[transfer["from"] == name].iterrows():
            if each["to"] not in out and rows.loc[each["to"], "revenue"] > 0:
                rate = rows.loc[each["to"], "margin"] / rows.loc[each["to"], "revenue"]
                total += each["share"] * rows.loc[name, "revenue"] * rate
    return total


# By hand


def test_variation_of_the_reference():
    # 10 12 11 9 10 8: .141421 with n - 1, .129099 with n
    found = demand_variability_table(demand(cup=[10, 12, 11, 9, 10, 8]), **MONTHLY).iloc[0]
    assert found["cv"] == pytest.approx(0.141421, abs=5e-7)
    assert found["cv"] * np.sqrt(5 / 6) == pytest.approx(0.129099, abs=5e-7)
    assert found[["xyz", "n_periods", "mean", "amount", "pattern"]].tolist() == ["x", 6, 10, 120, "smooth"]
    manufacturing = demand_variability_table(demand(cup=[10, 12, 11, 9, 10, 8]), **(MONTHLY | {"cuts": (0.1, 0.25)}))
    assert manufacturing["xyz"].tolist() == ["y"]


def test_zeros_count_within_life_and_not_before():
    # 6 0 0 6 0 0: mean 2, sd sqrt(48 / 5); launched in March: 0 0 8 0 4 0 -> 8 0 4 0
    found = demand_variability_table(demand(a=[6, 0, 0, 6, 0, 0], b=[0, 0, 8, 0, 4, 0]), **MONTHLY)
    assert found["n_periods"].tolist() == [6, 4]
    assert_allclose(found["cv"], [np.sqrt(48 / 5) / 2, np.sqrt(44 / 3) / 3])
    assert found["xyz"].tolist() == ["z", "z"]
    assert found["demand_interval"].tolist() == [3, 2]
    assert_allclose(found["demand_cv2"], [0, (np.sqrt(8) / 6) ** 2])
    assert found["pattern"].tolist() == ["intermittent", "intermittent"]
    assert found["first_period"].tolist() == [pd.Timestamp("2024-01-01"), pd.Timestamp("2024-03-01")]


def test_patterns_of_demand():
    found = demand_variability_table(
        demand(erratic=[1, 9, 1, 9, 1, 9], lumpy=[1, 0, 0, 9, 0, 0], once=[5, 0, 0, 0, 0, 0]), **MONTHLY
    )
    assert found["pattern"].fillna("none").tolist() == ["erratic", "lumpy", "none"]


def test_the_unfinished_period_is_left_out():
    lines = demand(cup=[10, 12, 11, 9, 10, 8])
    early = demand_variability_table(lines, **(MONTHLY | {"as_of": "2024-06-29"})).iloc[0]
    assert early[["n_periods", "mean"]].tolist() == [5, 10.4]
    assert early["amount"] == 104
    first = demand_variability_table(lines, **(MONTHLY | {"as_of": "2024-01-20"})).iloc[0]
    assert first[["n_periods", "reason", "too_few"]].tolist() == [0, "few_periods", True]


def test_what_came_back_is_taken_off():
    found = demand_variability_table(demand(a=[3, -3, 0, 0, 0, 0], b=[2, -5, 0, 0, 0, 0]), **MONTHLY)
    assert found["reason"].tolist() == ["no_net_demand"] * 2
    assert found[["cv", "xyz"]].isna().all(axis=None)
    assert found["amount"].tolist() == [0, -6]


def test_classes_feed_the_product_matrix():
    found = demand_variability_table(demand(a=[9, 9, 9, 9, 9, 9], b=[1, 0, 0, 0, 2, 0], c=[1, -1]), **MONTHLY)
    matrix = product_matrix_table(found.assign(abc=["A", "B", "C"]))
    assert matrix.loc[matrix["n_products"] > 0, ["abc", "xyz"]].fillna("none").to_numpy().tolist() == [
        ["a", "x"],
        ["b", "z"],
        ["c", "none"],
    ]
    assert matrix["value"].sum() == found["amount"].sum()


def test_stages_of_the_reference():
    # Hysteresis and a dwell of 2: 3 changes; plain cuts at .10 and -.05: 5
    assert stages(GROWTH) == "GGGGGGMMMDDDM"
    plain = {"growth_enter": 0.10, "growth_leave": 0.10, "decline_enter": -0.05, "decline_leave": -0.05, "dwell": 1}
    assert stages(GROWTH, **plain) == "GGGMGMMMDDDMM"


def test_stages_stay_for_two_periods():
    assert stages([0.3, -0.3, -0.3, 0.3, 0.3]) == "GGDDG"
    assert stages([0.3, -0.3, 0.3], dwell=1) == "GDG"
    # Unknown growth changes nothing, and before the first that is known there is no stage.
    assert stages([np.nan, 0.3, np.nan, np.nan, 0.0]) == "-GGGM"


def test_introduction_is_before_the_peak():
    level = np.array([0.01, 0.04, 0.2, 1.0, 0.03])
    found = stages_of(np.array([2.0, 2.0, 2.0, 2.0, -0.9]), level, rules=checked_thresholds(None))
    assert "".join(LETTERS[stage] for stage in found) == "IIGGD"


def test_season_is_not_growth():
    season = 100 + 80 * np.sin(np.arange(36) * np.pi / 6)
    found = life_cycle_table(sold(season), **LIFE).iloc[0]
    assert found["stage"] == "maturity"
    assert found[["growth", "level"]].tolist() == pytest.approx([0, 1])
    assert found["since"] == pd.Timestamp("2023-03-01")
    rising = life_cycle_table(sold(season * 1.3 ** (np.arange(36) // 12)), **LIFE).iloc[0]
    assert rising[["stage", "growth"]].tolist() == ["growth", pytest.approx(0.3)]


def test_less_than_two_years_have_no_stage():
    found = life_cycle_table(sold(np.ones(23), start="2023-02-01"), **LIFE).iloc[0]
    assert found[["stage", "reason", "n_periods"]].tolist() == [None, "less_than_two_years", 23]
    assert life_cycle_table(sold(np.ones(24), start="2023-01-01"), **LIFE)["stage"].tolist() == ["maturity"]
    # A month that is not over does not count.
    early = life_cycle_table(sold(np.ones(24), start="2023-01-01"), **(LIFE | {"as_of": "2024-12-30"}))
    assert early["reason"].tolist() == ["less_than_two_years"]


def test_months_without_a_row_are_months_without_sales():
    rows = sold([100.0] * 24 + [0.0] * 12)
    expected = life_cycle_table(rows, **LIFE)
    assert expected.iloc[0][["stage", "growth", "level"]].tolist() == ["decline", -1, 0]
    assert_same_rows(life_cycle_table(rows[rows["units"] > 0], **LIFE), expected)


def test_out_of_stock_is_not_decline():
    rows = sold([100.0] * 30 + [0.0] * 6).assign(there=[True] * 30 + [False] * 6)
    assert life_cycle_table(rows, **LIFE)["stage"].tolist() == ["decline"]
    found = life_cycle_table(rows, **LIFE, in_stock="there").iloc[0]
    assert found[["stage", "n_out_of_stock"]].tolist() == ["maturity", 6]
    assert np.isnan(found["growth"])


def test_products_without_sales_or_without_a_name():
    nothing = sold([0.0, -1.0], name="gone")
    unnamed = sold(np.ones(36)).assign(product=None)
    found = life_cycle_table(pd.concat([nothing, unnamed]), **LIFE)
    assert found["reason"].fillna("none").tolist() == ["no_sales", "none"]
    assert found["scope"].tolist() == ["group", "no label"]
    # Nothing sold a year before
    again = sold([5.0] + [0.0] * 34 + [5.0])
    assert life_cycle_table(again, **LIFE)["stage"].tolist() == ["decline"]


def test_pruning_of_the_reference():
    # -20 + .6 · 100 · 30 % + 5 = 3; 10 % of buyers with companions of 50 at 40 %: 1
    without = pruning_table(RANGE, transfer=TRANSFER)
    assert without["effect"].tolist() == pytest.approx([3, -280 - 18])
    found = pruning_table(RANGE, transfer=TRANSFER, companion_margin="companions")
    assert found["decision"].tolist() == ["remove", "keep"]
    first = found.iloc[0]
    assert first[["margin_lost", "margin_transferred", "avoidable_cost", "companion_margin_lost"]].tolist() == [
        *(-20, pytest.approx(18), 5, -2)
    ]
    assert first[["effect", "effect_alone", "cumulative_effect"]].tolist() == pytest.approx([1, 1, 1])


def test_each_of_a_tail_may_go_but_not_all():
    # Two that replace each other: each alone brings -20 + 20 + 5
    twins = pd.DataFrame({"product": ["y", "x"], "revenue": 100.0, "margin": 20.0, "avoidable_cost": 5.0}, index=[7, 3])
    both_ways = pd.DataFrame({"from": ["x", "y"], "to": ["y", "x"], "share": 1.0})
    found = pruning_table(twins, transfer=both_ways)
    assert found[["product", "decision"]].to_numpy().tolist() == [["x", "remove"], ["y", "keep"]]
    assert found["effect_alone"].tolist() == [5, 5]
    assert found["effect"].tolist() == [5, -20 + 5 - 20]
    assert_same_rows(pruning_table(twins.iloc[::-1], transfer=both_ways), found, in_order=True)


def test_half_a_kilogram_in_stock_is_no_flag():
    with pytest.raises(SchemaError, match=r"`sales\['kg'\]` is neither true nor false in 30 rows"):
        life_cycle_table(sold([1] * 30).assign(kg=0.5), **LIFE, in_stock="kg")


def test_blank_text_is_no_product():
    lines = demand(cup=[1, 2, 3, 2, 1, 2], blank=[1, 1]).replace({"product": {"blank": " "}})
    assert demand_variability_table(lines, **MONTHLY)["scope"].tolist() == ["group", "no label"]
    sales = pd.concat([sold([1] * 30), sold([1] * 30, name=" ")])
    assert life_cycle_table(sales, **LIFE)["scope"].tolist() == ["group", "no label"]
    tail = pd.DataFrame({"product": ["cup", " "], "revenue": 1.0, "margin": 1.0, "avoidable_cost": 0.0})
    with pytest.raises(SchemaError, match=r"is missing in 1 row, first at rows \[1\]. Every product needs its name"):
        pruning_table(tail, transfer=pd.DataFrame({"from": [], "to": [], "share": []}))


def test_demand_by_a_day_before_the_first_line_is_refused():
    with pytest.raises(ValueError, match=r"`as_of` is 2020-01-31, before the first transaction on 2024-01-15"):
        demand_variability_table(demand(cup=[1, 2]), **{**MONTHLY, "as_of": "2020-01-31"})


def test_no_products():
    assert pruning_table(RANGE.head(0), transfer=TRANSFER.head(0)).empty
    assert life_cycle_table(sold([1.0]).head(0), **LIFE).empty
    assert demand_variability_table(demand(cup=[1]).head(0), **MONTHLY).empty


def test_every_kind_of_frame(build):
    lines = demand(a=[6, 0, 0, 6, 0, 0], b=[0, 0, 8, 0, 4, 0])
    assert_same_rows(demand_variability_table(build(lines), **MONTHLY), demand_variability_table(lines, **MONTHLY))
    sales = pd.concat([sold([100.0] * 30 + [0.0] * 6), sold(np.ones(8), name="tray")])
    sales = sales.assign(there=sales["units"] > 0)
    found = life_cycle_table(build(sales), **LIFE, in_stock="there")
    assert_same_rows(found, life_cycle_table(sales, **LIFE, in_stock="there"))
    asked = {"companion_margin": "companions"}
    found = pruning_table(build(RANGE), transfer=build(TRANSFER), **asked)
    assert_same_rows(found, pruning_table(RANGE, transfer=TRANSFER, **asked))


# Laws


@given(
    st.lists(st.integers(0, 50), min_size=2, max_size=24),
    st.sampled_from([1e-300, 1e-3, 7.0, 1e300]),
)
def test_variation_has_no_unit(units, scale):
    days = pd.date_range("2022-01-31", periods=len(units), freq="ME")
    lines = demand(cup=[1] * len(units)).assign(date=days.astype("datetime64[us]"), quantity=np.array(units, float))
    asked = MONTHLY | {"as_of": days[-1]}
    plain = demand_variability_table(lines, **asked).iloc[0]
    scaled = demand_variability_table(lines.assign(quantity=scale * lines["quantity"]), **asked).iloc[0]
    if sum(units) > 0:
        assert plain["cv"] == pytest.approx(np.std(units, ddof=1) / np.mean(units))
    for name in ("cv", "demand_cv2"):
        assert scaled[name] == pytest.approx(plain[name], nan_ok=True, rel=1e-6, abs=1e-9)
    assert scaled["n_with_demand"] == plain["n_with_demand"] == sum(each > 0 for each in units)


@given(st.lists(st.floats(-1, 3), min_size=1, max_size=40), st.integers(1, 4))
def test_a_stage_lasts_as_long_as_it_must(growth, dwell):
    found = stages(growth, dwell=dwell)
    runs = [
        len(run)
        for run in "".join(a if a == b else a + " " for a, b in zip(found, found[1:] + found[-1:], strict=True)).split()
    ]
    assert all(run >= dwell for run in runs[:-1])


@st.composite
def ranges(draw):
    n = draw(st.integers(1, 6))
    money = st.integers(-50, 300).map(float)
    rows = [(name, draw(st.integers(0, 500)), draw(money), draw(st.integers(0, 60))) for name in "abcdef"[:n]]
    products = pd.DataFrame(rows, columns=["product", "revenue", "margin", "avoidable_cost"])
    products = products.astype(dict.fromkeys(["revenue", "margin", "avoidable_cost"], float))
    pairs = [(one, other) for one in "abcdef"[:n] for other in "abcdef"[:n] if one != other]
    links = draw(st.lists(st.sampled_from(pairs), unique=True)) if pairs else []
    transfer = pd.DataFrame(links, columns=["from", "to"], dtype=object)
    transfer["share"] = draw(st.sampled_from([0.05, 0.1, 0.2])) * np.ones(len(links))
    return products, transfer


@given(ranges())
def test_steps_add_up_to_the_formula_and_fall(given_range):
    products, transfer = given_range
    found = pruning_table(products, transfer=transfer)
    out = found.loc[found["decision"] == "remove"]
    assert out["effect"].sum() == pytest.approx(profit_without(products, transfer, set(out["product"])), abs=1e-9)
    parts = ["margin_lost", "margin_transferred", "avoidable_cost", "companion_margin_lost", "transferred_in_lost"]
    assert_allclose(found[parts].sum(axis=1), found["effect"], atol=1e-9)
    assert (found.loc[found["decision"] == "keep", "effect"] <= 1e-6).all()
    if (products["margin"] >= 0).all():
        # No step is worth more than the one before, and none of those left alone.
        assert (out["effect"].diff().dropna() <= 1e-9).all()
        assert (found["effect"] <= found["effect_alone"] + 1e-9).all()
    for name in products["product"]:
        alone = found.loc[found["product"] == name, "effect_alone"].item()
        assert alone == pytest.approx(profit_without(products, transfer, {name}), abs=1e-9)


@given(ranges())
def test_no_single_product_more_to_take_out_pays(given_range):
    products, transfer = given_range
    found = pruning_table(products, transfer=transfer)
    out = set(found.loc[found["decision"] == "remove", "product"])
    reached = profit_without(products, transfer, out)
    for more in combinations(set(products["product"]) - out, 1):
        assert profit_without(products, transfer, out | set(more)) <= reached + 1e-6


# Refusals


def test_refusals_of_demand():
    lines = demand(cup=[1, 2, 3])
    with pytest.raises(ValueError, match="`cuts` must"):
        demand_variability_table(lines, **(MONTHLY | {"cuts": (1.0, 0.5)}))
    with pytest.raises(ValueError, match=r"`cuts` must not be below 0, got \(-1, 0.5\)"):
        demand_variability_table(lines, **(MONTHLY | {"cuts": (-1, 0.5)}))
    with pytest.raises(ValueError, match="`freq` must be one of"):
        demand_variability_table(lines, **(MONTHLY | {"freq": "month"}))
    with pytest.raises(SchemaError, match=r"`order_lines\['quantity'\]` is missing in 1 row"):
        demand_variability_table(lines.assign(quantity=[1, np.nan, 2]), **MONTHLY)
    with pytest.raises(ValueError, match=r"`order_lines\['xyz'\]` is a column of the result too"):
        demand_variability_table(lines.assign(xyz=1), **(MONTHLY | {"item": "xyz"}))


def test_refusals_of_life_cycles():
    rows = sold(np.ones(30))
    with pytest.raises(ValueError, match=r"`thresholds` has \['growth'\], which are none of"):
        life_cycle_table(rows, **LIFE, thresholds={"growth": 0.1})
    with pytest.raises(ValueError, match=r"`thresholds` has growth_leave above growth_enter: 0.2 and 0.15"):
        life_cycle_table(rows, **LIFE, thresholds={"growth_leave": 0.2})
    with pytest.raises(ValueError, match="`thresholds` must have an introduction in"):
        life_cycle_table(rows, **LIFE, thresholds={"dwell": 0})
    with pytest.raises(TypeError, match=r"`thresholds` must be a dictionary such as {'growth_enter': 0.15}, got 0.1"):
        life_cycle_table(rows, **LIFE, thresholds=0.1)
    with pytest.raises(ValueError, match="`freq` must be one of"):
        life_cycle_table(rows, **LIFE, freq="D")
    with pytest.raises(SchemaError, match=r"`sales\['month'\]` must hold local days"):
        life_cycle_table(rows.assign(month="2024"), **LIFE)
    with pytest.raises(SchemaError, match=r"`sales\['units'\]` is infinite in 30 rows"):
        life_cycle_table(rows.assign(units=np.inf), **LIFE)


def test_refusals_of_pruning():
    def refused(products=RANGE, transfer=TRANSFER):
        return pruning_table(products, transfer=transfer)

    with pytest.raises(SchemaError, match=r"`products\['product'\]` has a product more than once in 1 row, first at"):
        refused(RANGE.assign(product="a"))
    with pytest.raises(SchemaError, match=r"`products\['product'\]` is missing in 1 row"):
        refused(RANGE.assign(product=["a", None]))
    with pytest.raises(
        SchemaError, match=r"`products\['margin'\]` is missing in 1 row, first at rows \[1\]. Fill in 0"
    ):
        refused(RANGE.assign(margin=[1, np.nan]))
    with pytest.raises(SchemaError, match=r"`products\['revenue'\]` is below 0 in 1 row"):
        refused(RANGE.assign(revenue=[-1.0, 1]))
    with pytest.raises(SchemaError, match=r"`transfer\['to'\]` has a product that `products` lacks in 1 row"):
        refused(transfer=TRANSFER.assign(to="c"))
    with pytest.raises(SchemaError, match=r"`transfer\['to'\]` sends a product's sales to itself in 1 row"):
        refused(transfer=TRANSFER.assign(to="a"))
    with pytest.raises(SchemaError, match=r"`transfer\['share'\]` adds up to more than 1"):
        refused(transfer=pd.concat([TRANSFER, TRANSFER]))


def test_input_is_untouched():
    before = RANGE.copy(), TRANSFER.copy()
    pruning_table(RANGE, transfer=TRANSFER, companion_margin="companions")
    for was, now in zip(before, (RANGE, TRANSFER), strict=True):
        pd.testing.assert_frame_equal(was, now)


# Plots


def preferences(*, lower=99.0):
    pairs = {"region": ["north", "south"], "category": "tea"}
    return pd.DataFrame(pairs | {"index": [145.0, 95], "lower": [lower, lower - 18], "upper": [198.0, 109]})


def legend_of(ax):
    return [text.get_text() for text in ax.get_legend().get_texts()]


def test_plots_show_what_the_tables_hold():
    assert [text.get_text() for text in plot_preferences(preferences(), n=1).get_yticklabels()] == ["north · tea"]
    variability = demand_variability_table(demand(a=[9, 9, 9, 9, 9, 9], b=[1, 0, 0, 0, 2, 0]), **MONTHLY)
    assert legend_of(plot_demand_variability(variability)) == ["X, even: 1", "Y, with swings: 0", "Z, uneven: 1"]
    assert "Maturity: 1" in legend_of(plot_life_cycle(life_cycle_table(sold(np.ones(36)), **LIFE)))
    ax = plot_pruning(pruning_table(RANGE, transfer=TRANSFER))
    assert ax.get_lines()[1].get_ydata().tolist() == pytest.approx([0, 3])
    plt.close("all")


def test_plots_of_nothing_are_refused():
    with pytest.raises(SchemaError, match="`preferences` has no index with an interval"):
        plot_preferences(preferences(lower=np.nan))
    nothing = demand_variability_table(demand(a=[1]), **(MONTHLY | {"as_of": "2024-02-01"}))
    with pytest.raises(SchemaError, match="`variability` has no product with a class"):
        plot_demand_variability(nothing)
    with pytest.raises(SchemaError, match="`life_cycles` has no product with a stage"):
        plot_life_cycle(life_cycle_table(sold([1.0]), **LIFE))
    with pytest.raises(SchemaError, match="`pruning` has no product to take out"):
        plot_pruning(pruning_table(RANGE.tail(1), transfer=TRANSFER.head(0)))
