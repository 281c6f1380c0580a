"""Cost to serve: costs of pools and minutes given to customers, and what is nobody's."""

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from tests.frames import as_pandas, assert_same_rows

from crmkit import SchemaError, as_order_lines, make_order_lines
from crmkit.plotting import plot_cost_to_serve
from crmkit.value.profit import (
    allocate_costs,
    customer_profit_table,
    pool_cost_table,
    profit_ladder_table,
    time_driven_costs,
)

mpl.use("Agg")

POOLS = pd.DataFrame({"pool": ["calls", "visits", "law"], "cost": [900.0, 1200, 50], "capacity": [None, 40, None]})
DRIVERS = pd.DataFrame(
    {
        "pool": ["calls", "calls", "calls", "visits", "visits", "calls"],
        "customer_id": ["a", "b", "a", "a", "b", None],
        "quantity": [10.0, 20, 5, 25, 5, 10],
    }
)
# Young: administration and maintenance serve each other, and delivery in two days and on the next.
DELIVERY = pd.DataFrame(
    {"pool": ["administration", "maintenance", "two-day", "next-day"], "cost": [1200.0, 2400, 1500, 4000]}
)
SERVICES = pd.DataFrame(
    {
        "pool": ["maintenance"] * 3 + ["administration"] * 3,
        "to": ["administration", "two-day", "next-day", "maintenance", "two-day", "next-day"],
        "share": [1 / 5, 1 / 5, 3 / 5, 1 / 6, 1 / 6, 4 / 6],
    }
)
# Kaplan and Anderson: a quarter of customer service
ACTIVITIES = pd.DataFrame({"activity": ["order", "inquiry", "credit check"], "minutes": [8, 44, 50]})
USAGE = pd.DataFrame(
    {"customer_id": 1, "activity": ["order", "inquiry", "credit check"], "quantity": [49_000, 1_400, 2_500]}
)


def allocated(pools=POOLS, drivers=DRIVERS, **options):
    return allocate_costs(pools, drivers, **{"unallocated": "keep"} | options)


@st.composite
def networks(draw):
    """Pools that serve one another, none of which gives away all of its service."""
    n = draw(st.integers(2, 4))
    names = [f"p{place}" for place in range(n)]
    pools = pd.DataFrame({"pool": names, "cost": [draw(st.floats(0, 1e6)) for _ in names]})
    shares = np.array([[draw(st.floats(0, 1)) for _ in names] for _ in names])
    shares = 0.9 * shares / np.maximum(shares.sum(axis=0), 1)
    pairs = [(names[k], names[j], shares[j, k]) for j in range(n) for k in range(n)]
    return pools, pd.DataFrame(pairs, columns=["pool", "to", "share"])


# By hand


def test_the_allocation_by_hand():
    found = allocated()
    # calls: 900 / 45 = 20 each, 10 of them nobody's; visits: 1200 / 40 = 30 each, 10 of them unused; law: no driver
    assert found.drop(columns="customer_id").to_numpy().tolist()[:5] == [
        ["calls", "allocated", 15, 20, 300],
        ["calls", "allocated", 20, 20, 400],
        ["calls", "unallocated", 10, 20, 200],
        *[["law", "unallocated", 0, pytest.approx(np.nan, nan_ok=True), 50]],
        ["visits", "allocated", 25, 30, 750],
    ]
    assert found["customer_id"].tolist()[:2] == ["a", "b"]
    assert found["cost"].tolist()[5:] == [150, 300]
    assert found["kind"].tolist()[-1] == "unused_capacity"
    assert found["cost"].sum() == POOLS["cost"].sum()


def test_unused_capacity_makes_nobody_dearer():
    # what visits cost customer b is the same whether or not a is visited
    alone = allocated(drivers=DRIVERS[DRIVERS["quantity"] != 25]).query("pool == 'visits'")
    assert alone["cost"].tolist() == [150, 1050]


def test_capacities_that_nobody_knows(build):
    pools = pd.DataFrame({"pool": ["calls"], "cost": [900.0], "capacity": [None]})
    drivers = pd.DataFrame({"pool": "calls", "customer_id": [1, 2], "quantity": [10, 20]})
    found = as_pandas(allocate_costs(build(pools), build(drivers))).sort_values("customer_id")
    assert found["cost"].tolist() == [300, 600]
    with pytest.raises(SchemaError, match=r"`pools\['cost'\]` must hold numbers, got"):
        allocate_costs(pools.assign(cost="900"), drivers)


def test_use_beyond_the_capacity_is_refused_or_shown():
    more = DRIVERS.assign(quantity=[10.0, 20, 5, 45, 5, 10])
    with pytest.raises(SchemaError, match=r"visits used 50, more than its practical capacity of 40.*overuse='allow'"):
        allocated(drivers=more)
    found = allocated(drivers=more, overuse="allow").query("pool == 'visits'")
    assert found["cost"].tolist() == [1350, 150, -300]


def test_a_driver_that_is_0_throughout_leaves_its_pool_unallocated():
    found = allocated(POOLS.head(1), DRIVERS.head(3).assign(quantity=0.0))
    assert found["cost"].tolist() == [0, 0, 900]
    assert found["kind"].tolist()[-1] == "unallocated"
    assert found["rate"].isna().all()
    with_capacity = allocated(POOLS.iloc[[1]], DRIVERS.iloc[[3]].assign(quantity=0.0))
    assert with_capacity["cost"].tolist() == [0, 1200]
    assert allocated(POOLS.head(0), DRIVERS.head(0)).empty
    assert allocated(POOLS, DRIVERS.head(0))["cost"].tolist() == [900, 50, 1200]


def test_services_move_before_drivers_by_hand():
    # half of IT goes to calls, a half to customers by its own driver: 100 -> 50 and 50
    pools = pd.DataFrame({"pool": ["it", "calls"], "cost": [100.0, 10]})
    services = pd.DataFrame({"pool": ["it"], "to": ["calls"], "share": [0.5]})
    drivers = pd.DataFrame({"pool": ["it", "calls", "calls"], "customer_id": [1, 1, 2], "quantity": [9, 1, 3]})
    found = allocate_costs(pools, drivers, services=services)
    assert found["cost"].tolist() == [15, 45, 50]
    # one whose whole cost moves on needs no driver
    services["share"] = 1.0
    assert allocate_costs(pools, drivers.iloc[1:], services=services)["cost"].tolist() == [27.5, 82.5]


def test_a_time_equation_by_hand():
    # 2 orders of (5 + 1 x 3 lines + 4 for abroad), 1 of (5 + 2): 24 and 7 minutes at 2 each
    activities = pd.DataFrame({"activity": ["order"], "minutes": [5], "lines": [1.0], "abroad": [4]})
    usage = pd.DataFrame(
        {"customer_id": [1, 1], "activity": "order", "quantity": [2, 1], "lines": [3, 2], "abroad": [True, False]}
    )
    found = time_driven_costs(activities, usage, pool_cost=200, capacity=100, terms=["lines", "abroad"])
    assert found[["minutes", "cost"]].to_numpy().tolist() == [[31, 62], [69, 138]]
    assert found["rate"].iloc[0] == pytest.approx(62 / 3)


def test_minutes_of_nobody_are_a_row():
    usage = USAGE.assign(customer_id=[1, None, 1])
    found = time_driven_costs(ACTIVITIES, usage, pool_cost=560_000, capacity=700_000)
    assert found.loc[found["kind"] == "unallocated", "cost"].tolist() == pytest.approx([49_280])
    assert found["cost"].sum() == pytest.approx(560_000)


def test_the_whole_way_adds_up():
    lines = make_order_lines(n_customers=60, random_state=3).lines
    order_lines = as_order_lines(lines, order_id="order_id", quantity="quantity", keep=["cost"])
    orders = lines.groupby("customer_id")["order_id"].nunique().rename("quantity").reset_index().assign(pool="orders")
    pools = pd.DataFrame({"pool": ["orders", "office"], "cost": [2000.0, 500], "capacity": [1000.0, None]})
    costs = allocate_costs(pools, orders, unallocated="keep")
    profits = customer_profit_table(order_lines, cost="cost", returned_cost="recovered", cost_to_serve=costs)
    ladder = profit_ladder_table(profits, allocation=costs).set_index("step")["amount"]
    assert ladder["profit"] == pytest.approx(lines["amount"].sum() - lines["cost"].sum() - 2500)
    assert ladder["unallocated"] == -500


def test_cents_add_up_by_hand():
    # 100 by 1 : 1 : 1 is 33.33 three times, and the cent that is left goes to the first
    pools = pd.DataFrame({"pool": ["a"], "cost": [100.0]})
    thirds = pd.DataFrame({"pool": "a", "customer_id": [3, 1, 2], "quantity": 1.0})
    assert allocate_costs(pools, thirds, decimals=2)["cost"].tolist() == [33.34, 33.33, 33.33]
    assert allocate_costs(pools, thirds, decimals=0)["cost"].tolist() == [34, 33, 33]
    # 0.05 by 8 : 1 : 1 is 4, .5 and .5 cents; nobody's half comes last
    few = pd.DataFrame({"pool": "a", "customer_id": [1, None, 2], "quantity": [8, 1, 1]})
    found = allocate_costs(pools.assign(cost=0.05), few, decimals=2)
    assert found[["kind", "cost"]].to_numpy().tolist() == [["allocated", 0.04], ["allocated", 0.01], ["unallocated", 0]]
    # a third of 100 moves on, and what is left of the cents with it
    services = pd.DataFrame({"pool": ["a"], "to": ["b"], "share": [1 / 3]})
    two = pd.DataFrame({"pool": ["a", "b"], "cost": [100.0, 10]})
    moved = pool_cost_table(two, services=services, decimals=2)
    assert moved.drop(columns="pool").to_numpy().tolist() == [[100, 0, 33.33, 66.67], [10, 33.33, 0, 43.33]]
    # 100 minutes for 10.00, of which three customers use 7 each
    usage = pd.DataFrame({"customer_id": [1, 2, 3], "activity": "order", "quantity": 7})
    activities = pd.DataFrame({"activity": ["order"], "minutes": [1]})
    times = time_driven_costs(activities, usage, pool_cost=1.0, capacity=90, decimals=2)
    # 7.78 cents each, 76.67 unused: 7 + 7 + 7 + 76 and three cents to the largest remainders
    assert times["cost"].tolist() == [0.08, 0.08, 0.08, 0.76]


def test_cents_in_every_kind_of_frame(build):
    pools = pd.DataFrame({"pool": ["calls", "visits"], "cost": [100.0, 77.77], "capacity": [np.nan, 50]})
    drivers = pd.DataFrame(
        {"pool": ["calls"] * 7 + ["visits"] * 3, "customer_id": [*range(7), 0, 1, 2], "quantity": [1.0] * 7 + [9, 8, 7]}
    )
    expected = allocate_costs(pools, drivers, decimals=2)
    assert_same_rows(allocate_costs(pools, build(drivers.sample(frac=1, random_state=4)), decimals=2), expected)
    sums = (100 * expected["cost"]).round().groupby(expected["pool"]).sum()
    assert sums.tolist() == [10_000, 7777]
    usage = pd.DataFrame({"customer_id": [1, 2, 3], "activity": ["order", "inquiry", "order"], "quantity": [7, 1, 2]})
    options = {"pool_cost": 99.99, "capacity": 1000, "decimals": 2}
    expected = time_driven_costs(ACTIVITIES, usage, **options)
    assert_same_rows(time_driven_costs(ACTIVITIES, build(usage), **options), expected)
    assert (100 * expected["cost"]).round().sum() == 9999


def test_every_kind_of_frame(build):
    pools, known = POOLS.iloc[:2], DRIVERS.dropna()
    assert_same_rows(allocate_costs(build(pools), build(known)), allocate_costs(pools, known))
    numbers = known.assign(customer_id=[7, 8, 7, 7, 8])
    assert_same_rows(allocate_costs(pools, build(numbers)), allocate_costs(pools, numbers))
    options = {"pool_cost": 560_000, "capacity": 700_000}
    assert_same_rows(
        time_driven_costs(ACTIVITIES, build(USAGE), **options), time_driven_costs(ACTIVITIES, USAGE, **options)
    )
    assert_same_rows(pool_cost_table(build(DELIVERY), services=SERVICES), pool_cost_table(DELIVERY, services=SERVICES))
    where = "some whose customer_id is one of" if build.is_engine else r"first at rows \[1\]"
    with pytest.raises(SchemaError, match="is below 0 in 1 row, .*" + where):
        allocate_costs(pools, build(numbers.assign(quantity=[1.0, -1, 1, 1, 1])))


# Reference


def test_time_driven_costs_of_kaplan_and_anderson():
    # Kaplan and Anderson (2004), Harvard Business Review 82(11): 560,000 a quarter, 700,000 minutes.
    found = time_driven_costs(ACTIVITIES, USAGE, pool_cost=560_000, capacity=700_000)
    found = found.set_index(found["activity"].fillna("unused"))
    assert_allclose(found["rate"].head(3), [40, 35.2, 6.4], rtol=1e-12)
    assert_allclose(found["cost"], [100_000, 49_280, 313_600, 97_120], rtol=1e-12)
    assert found["minutes"].tolist() == [125_000, 61_600, 392_000, 121_400]
    assert found["minutes"].head(3).sum() / 700_000 == pytest.approx(0.8266, abs=5e-5)


@pytest.mark.parametrize(
    ("options", "totals", "gross"),
    [
        ({"method": "reciprocal"}, [2327.59, 6772.41], [1737.93, 2689.66]),
        ({"method": "direct"}, [2340, 6760], [1200, 2400]),
        ({"method": "step_down", "order": ["maintenance", "administration"]}, [2316, 6784], [1680, 2400]),
        ({"method": "step_down", "order": ["administration", "maintenance"]}, [2350, 6750], [1200, 2600]),
    ],
)
def test_services_of_young(options, totals, gross):
    # Young, a text on management control: 1,738 and 2,690; 2,328 and 6,772. The other methods are computed by hand.
    found = pool_cost_table(DELIVERY, services=SERVICES, **options)
    assert_allclose(found["final_cost"], [0, 0, *totals], atol=0.005)
    assert_allclose(found["given"].head(2), gross, atol=0.005)
    assert found["final_cost"].sum() == pytest.approx(9100)


def test_step_down_begins_with_who_gives_most_to_services():
    # maintenance gives a fifth to administration, which gives a sixth back
    by_default = pool_cost_table(DELIVERY, services=SERVICES, method="step_down")
    named = pool_cost_table(DELIVERY, services=SERVICES, method="step_down", order=["maintenance", "administration"])
    pd.testing.assert_frame_equal(by_default, named)


# Law


@given(networks(), st.sampled_from(["reciprocal", "step_down", "direct"]))
def test_costs_are_conserved(network, method):
    pools, services = network
    found = pool_cost_table(pools, services=services, method=method)
    assert found["final_cost"].sum() == pytest.approx(pools["cost"].sum(), rel=1e-9, abs=1e-9)
    assert (found["final_cost"] >= 0).all()
    # own use changes nothing but the shares of the others
    without = services[services["pool"] != services["to"]].copy()
    own = services[services["pool"] == services["to"]].set_index("pool")["share"]
    without["share"] /= 1 - without["pool"].map(own)
    same = pool_cost_table(pools, services=without, method=method)
    assert_allclose(same["final_cost"], found["final_cost"], rtol=1e-9, atol=1e-6)


@given(
    st.lists(
        st.tuples(st.sampled_from(["calls", "visits"]), st.sampled_from([1, 2, None]), st.floats(0, 1e5)), max_size=8
    ),
    st.floats(1e-3, 1e6),
    st.sampled_from([np.nan, 1e3, 1e9]),
)
def test_pools_are_allocated_or_a_rest(rows, cost, capacity):
    pools = pd.DataFrame({"pool": ["calls", "visits"], "cost": [cost, 70.0], "capacity": [capacity, np.nan]})
    drivers = pd.DataFrame(rows, columns=["pool", "customer_id", "quantity"])
    drivers = drivers.astype({"pool": object, "customer_id": float, "quantity": float})
    found = allocate_costs(pools, drivers, unallocated="keep", overuse="allow")
    assert_allclose(found.groupby("pool")["cost"].sum(), pools["cost"], rtol=1e-9, atol=1e-9)
    assert found.loc[found["kind"] == "allocated", "customer_id"].notna().all()


@given(
    st.lists(
        st.tuples(st.sampled_from(["calls", "visits"]), st.sampled_from([1, 2, 3, None]), st.integers(0, 1000)),
        max_size=9,
    ),
    st.integers(0, 10**12),
    st.sampled_from([np.nan, 1e3, 1e9]),
    st.integers(0, 3),
)
def test_rounded_pools_add_up_to_the_last_unit(rows, units, capacity, decimals):
    pools = pd.DataFrame(
        {"pool": ["calls", "visits"], "cost": [units / 10**decimals, 70.0], "capacity": [capacity, np.nan]}
    )
    drivers = pd.DataFrame(rows, columns=["pool", "customer_id", "quantity"])
    drivers = drivers.astype({"pool": object, "customer_id": float, "quantity": float})
    options = {"unallocated": "keep", "overuse": "allow"}
    found = allocate_costs(pools, drivers, decimals=decimals, **options)
    whole = (found["cost"] * 10**decimals).round().groupby(found["pool"]).sum().reindex(pools["pool"]).fillna(0)
    assert whole.tolist() == (pools["cost"] * 10**decimals).round().tolist()
    again = allocate_costs(pools, drivers.iloc[::-1], decimals=decimals, **options)
    pd.testing.assert_frame_equal(again, found)
    exact = allocate_costs(pools, drivers, **options)
    if len(exact) == len(found):
        assert_allclose(found["cost"], exact["cost"], atol=10.0**-decimals, rtol=1e-12)


@given(networks(), st.sampled_from(["reciprocal", "step_down", "direct"]))
def test_rounded_services_add_up_to_the_last_unit(network, method):
    pools, services = network
    pools = pools.assign(cost=pools["cost"].round(2))
    found = pool_cost_table(pools, services=services, method=method, decimals=2)
    cents = (100 * found.drop(columns="pool")).round()
    assert cents["final_cost"].sum() == cents["cost"].sum()
    assert (cents["cost"] + cents["received"] - cents["given"] == cents["final_cost"]).all()
    assert (cents >= 0).all(axis=None)
    exact = pool_cost_table(pools, services=services, method=method)
    assert_allclose(found.drop(columns="pool"), exact.drop(columns="pool"), atol=0.02)


# Refusal


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"unallocated": "raise"}, r"`drivers` has no row of \['law'\].*unallocated='keep'"),
        ({"unallocated": "drop"}, "`unallocated` must be one of"),
        ({"by": "pool"}, "`by` is 'pool', which is a column of the result"),
        ({"by": "segment"}, r"lacks the columns \['segment'\]"),
        ({"pools": POOLS.assign(cost=[1.0, -1, 1])}, r"`pools\['cost'\]` is below 0 in 1 row, first at rows \[1\]"),
        ({"pools": POOLS.assign(cost=[1.0, None, 1])}, r"`pools\['cost'\]` is missing in 1 row"),
        ({"pools": POOLS.assign(capacity=0.0)}, r"`pools\['capacity'\]` is not above 0 in 3 rows"),
        ({"pools": POOLS.assign(pool="a")}, r"`pools` has pool more than once: \['a'\]"),
        ({"drivers": DRIVERS.assign(pool="desk")}, r"`drivers\['pool'\]` has \['desk'\], which `pools` does not have"),
        ({"drivers": DRIVERS.assign(quantity=np.inf)}, r"`drivers\['quantity'\]` is infinite in 6 rows"),
        (
            {"drivers": DRIVERS.assign(quantity=1e308)},
            r"`drivers\['quantity'\]` adds up to more than a number can hold",
        ),
        ({"drivers": DRIVERS.assign(quantity="9")}, r"`drivers\['quantity'\]` must hold numbers"),
        ({"method": "matrix"}, "`method` must be one of"),
        (
            {"decimals": 2, "pools": POOLS.assign(cost=1 / 3)},
            r"`pools\['cost'\]` has more than 2 decimals, got \[0.333",
        ),
        ({"decimals": 9, "pools": POOLS.assign(cost=1e9)}, r"adds up to 3e\+09, too much to keep 9 decimals"),
        ({"decimals": -1}, "`decimals` must be at least 0, got -1"),
        ({"order": ["calls"]}, r"`order` belongs to method='step_down', got the method 'reciprocal'"),
    ],
)
def test_refused_allocations(changed, message):
    with pytest.raises((SchemaError, ValueError), match=message):
        allocated(**changed)


@pytest.mark.parametrize(
    ("services", "options", "message"),
    [
        (SERVICES.assign(share=0.5), {}, r"gives away more than the whole of \['administration', 'maintenance'\]"),
        (SERVICES.assign(share=1.5), {}, r"`services\['share'\]` is above 1 in 6 rows"),
        (SERVICES.assign(to="desk"), {}, r"`services\['to'\]` has \['desk'\]"),
        (pd.concat([SERVICES.tail(1)] * 2), {}, "more than once: .*'administration → next-day'"),
        (SERVICES.iloc[[0, 3]].assign(share=1.0), {}, r"\['administration', 'maintenance'\] serve only one another"),
        (SERVICES.iloc[[0, 3]].assign(share=[1.0, 0.5]), {"method": "direct"}, "By the direct method maintenance has"),
        (SERVICES, {"method": "step_down", "order": ["maintenance"]}, "`order` must name each pool that serves others"),
    ],
)
def test_refused_services(services, options, message):
    with pytest.raises((SchemaError, ValueError), match=message):
        pool_cost_table(DELIVERY, services=services, **options)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"capacity": 500_000}, "capacity used 578,600, more than its practical capacity of 500,000"),
        ({"capacity": 0}, "`capacity` must be above 0, got 0"),
        ({"pool_cost": -1}, "`pool_cost` must not be below 0, got -1"),
        ({"by": "minutes"}, "`by` is 'minutes', which is a column of the result"),
        (
            {"activities": ACTIVITIES.assign(minutes=[8, -44, 50])},
            "By its time equation .* takes less than no time in 1",
        ),
        ({"activities": ACTIVITIES.assign(activity="order")}, r"`activities` has \['order'\] more than once"),
        ({"activities": ACTIVITIES.head(2)}, r"`usage\['activity'\]` has \['credit check'\]"),
        ({"usage": USAGE.assign(quantity=-1)}, r"`usage\['quantity'\]` is below 0 in 3 rows"),
        ({"terms": ["lines"]}, r"lacks the columns \['lines'\]"),
    ],
)
def test_refused_times(changed, message):
    asked = {"activities": ACTIVITIES, "usage": USAGE, "pool_cost": 560_000, "capacity": 700_000} | changed
    with pytest.raises((SchemaError, ValueError), match=message):
        time_driven_costs(asked.pop("activities"), asked.pop("usage"), **asked)


# Drawn, and input untouched


def test_costs_are_drawn():
    ax = plot_cost_to_serve(allocated())
    assert [label.get_text() for label in ax.get_yticklabels()] == ["law", "calls", "visits"]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == [
        *("Given to customers", "Unused capacity", "Not allocated")
    ]
    with mpl.rc_context({"svg.fonttype": "none"}):
        times = time_driven_costs(ACTIVITIES, USAGE, pool_cost=560_000, capacity=700_000)
        chinese = plot_cost_to_serve(times, language="zh")
    assert [label.get_text() for label in chinese.get_yticklabels()][1] == "未使用"
    with pytest.raises(SchemaError, match="`costs` has no rows"):
        plot_cost_to_serve(times.head(0))


def test_inputs_are_not_changed():
    pools, drivers, services, usage = POOLS.copy(), DRIVERS.copy(), SERVICES.copy(), USAGE.copy()
    allocated(pools, drivers)
    pool_cost_table(DELIVERY, services=services)
    time_driven_costs(ACTIVITIES, usage, pool_cost=560_000, capacity=700_000)
    pairs = [(pools, POOLS), (drivers, DRIVERS), (services, SERVICES), (usage, USAGE)]
    for now, before in pairs:
        pd.testing.assert_frame_equal(now, before)
