"""How far profits hang on the drivers of costs: other drivers, and rates that are higher or lower."""

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy.stats import spearmanr
from tests.frames import assert_same_rows

from crmkit import SchemaError
from crmkit.plotting import plot_allocation_sensitivity
from crmkit.value.profit import (
    allocate_costs,
    allocation_range_table,
    allocation_sensitivity_table,
    time_driven_costs,
)

mpl.use("Agg")

# Visits cost 1200, of which 25 % is never used; the office has no driver so far.
POOLS = pd.DataFrame({"pool": ["visits", "office"], "cost": [1600.0, 300], "capacity": [80.0, None]})
HOURS = pd.DataFrame({"pool": "visits", "customer_id": [1, 2, 3], "quantity": [15.0, 30, 15]})
GIVEN = allocate_costs(POOLS, HOURS, unallocated="keep")
EARNED = pd.DataFrame({"customer_id": [1, 2, 3, 4], "contribution": [500.0, 450, 310, 20]})
OTHERS = pd.DataFrame(
    {
        "pool": ["visits"] * 3 + ["office"] * 2,
        "driver": ["visits"] * 3 + ["orders"] * 2,
        "customer_id": [1, 2, 3, 1, 4],
        "quantity": [10.0, 10, 20, 1, 2],
    }
)


def sensitivity(allocation=GIVEN, **options):
    return allocation_sensitivity_table(allocation, **{"profits": EARNED, "alternatives": OTHERS} | options)


def ranges(allocation=GIVEN, **options):
    return allocation_range_table(allocation, **{"profits": EARNED, "alternatives": OTHERS} | options)


# By hand


def test_the_changes_by_hand():
    found = sensitivity()
    # given: 300, 600, 300, 0 of 500, 450, 310, 20 leave 200, -150, 10, 20
    assert found[["pool", "change", "driver"]].fillna("").to_numpy().tolist() == [
        ["", "none", ""],
        ["office", "driver", "orders"],
        ["visits", "driver", "visits"],
        ["visits", "lower", ""],
        ["visits", "higher", ""],
    ]
    # orders: 100 and 200 leave 100, -150, 10, -180; visits: 300, 300, 600 leave 200, 150, -290, 20;
    # 10 % less: 230, -90, 40, 20; 10 % more: 170, -210, -20, 20
    assert found["cost"].tolist() == pytest.approx([1200, 1500, 1200, 1080, 1320])
    assert found["largest_change"].tolist() == pytest.approx([0, 200, 300, 60, 60])
    assert found["n_loss_makers"].tolist() == [1, 2, 1, 1, 2]
    assert found["n_sign_changes"].tolist() == [0, 1, 2, 0, 1]
    assert (found["n_customers"] == 4).all()
    profits = [[100, -150, 10, -180], [200, 150, -290, 20], [230, -90, 40, 20], [170, -210, -20, 20]]
    expected = [spearmanr([200, -150, 10, 20], after).statistic for after in profits]
    assert found["rank_correlation"].tolist() == pytest.approx([1, *expected])


def test_the_ranges_by_hand():
    found = ranges().set_index("customer_id")
    assert found.loc[1].tolist() == [300, 270, 400, 200, 100, 230, False]
    assert found.loc[2].tolist() == pytest.approx([600, 300, 660, -150, -210, 150, True])
    assert found.loc[3].tolist() == pytest.approx([300, 270, 600, 10, -290, 40, True])
    assert found.loc[4].tolist() == [0, 0, 200, 20, -180, 20, True]


def test_use_of_nobody_is_nobodys_cost():
    drivers = pd.concat([HOURS, HOURS.head(1).assign(customer_id=np.nan, quantity=20.0)])
    given = allocate_costs(POOLS.head(1), drivers)
    # 60 of 80 hours are the customers' and the others nobody's: 1600 by 1 : 1 : 2, of which the last is nobody's
    others = OTHERS.head(3).assign(customer_id=[1, 2, np.nan])
    found = sensitivity(given, alternatives=others)
    assert found["cost"].tolist() == pytest.approx([1200, 800, 1080, 1320])


def test_activities_of_a_department():
    activities = pd.DataFrame({"activity": ["order", "call"], "minutes": [5, 10]})
    usage = pd.DataFrame({"customer_id": [1, 2], "activity": ["order", "call"], "quantity": [10, 5]})
    given = time_driven_costs(activities, usage, pool_cost=200, capacity=200)
    found = sensitivity(given, alternatives=None, change=0.5)
    assert found["activity"].dropna().tolist() == ["call", "call", "order", "order"]
    assert found["cost"].tolist() == [100, 75, 125, 75, 125]


def test_nothing_to_change():
    nobody = allocate_costs(POOLS, HOURS.head(0), unallocated="keep")
    assert sensitivity(nobody, alternatives=None)["change"].tolist() == ["none"]
    empty = ranges(GIVEN.head(0), alternatives=None, profits=EARNED.head(0))
    assert empty.empty
    assert "highest_profit" in empty
    one = sensitivity(GIVEN.head(1), alternatives=None, profits=EARNED.head(1))
    assert one["rank_correlation"].isna().all()


def test_every_kind_of_frame(build):
    visits, options = GIVEN[GIVEN["pool"] == "visits"], {"alternatives": OTHERS.head(3)}
    assert_same_rows(sensitivity(build(visits), **options), sensitivity(visits, **options))
    built = {"profits": build(EARNED), "alternatives": build(OTHERS.head(3))}
    assert_same_rows(ranges(build(visits), **built), ranges(visits, **options))


# Law


@given(
    st.lists(st.tuples(*[st.floats(-1e4, 1e4)] + [st.floats(0, 100)] * 3), min_size=1, max_size=6),
    st.floats(0.01, 0.99),
)
def test_the_ranges_hold_what_each_change_gives(rows, change):
    earned, first, second, other = (np.array(column) for column in zip(*rows, strict=True))
    ids = np.arange(len(rows))
    parts = (("a", first + 1), ("b", second + 1))
    drivers = pd.concat([pd.DataFrame({"pool": pool, "customer_id": ids, "quantity": by}) for pool, by in parts])
    pools = pd.DataFrame({"pool": ["a", "b"], "cost": [1000.0, 50]})
    given = allocate_costs(pools, drivers)
    others = pd.DataFrame({"pool": "a", "driver": "other", "customer_id": ids, "quantity": other + 1})
    options = {"profits": pd.DataFrame({"customer_id": ids, "contribution": earned}), "alternatives": others}
    found = ranges(given, change=change, **options)
    table = sensitivity(given, change=change, **options)
    # one by one, with the pools and drivers themselves changed
    cases = [allocate_costs(pools, pd.concat([others.drop(columns="driver"), drivers[drivers["pool"] == "b"]]))]
    for pool in ("a", "b"):
        for sign in (-1, 1):
            factor = np.where(pools["pool"] == pool, 1 + sign * change, 1.0)
            cases.append(allocate_costs(pools.assign(cost=pools["cost"] * factor), drivers))
    costs = [given, *cases]
    by_id = [each.groupby("customer_id")["cost"].sum().reindex(ids).to_numpy(float) for each in costs]
    assert_allclose(found["lowest_cost"], np.min(by_id, axis=0), rtol=1e-9, atol=1e-9)
    assert_allclose(found["highest_cost"], np.max(by_id, axis=0), rtol=1e-9, atol=1e-9)
    assert (found["sign_changes"] <= (found["lowest_profit"] < 0)).all()
    assert table["n_sign_changes"].max() <= found["sign_changes"].sum()
    assert table["rank_correlation"].dropna().between(-1, 1).all()


# Refusal


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"change": 1.5}, "`change` must"),
        ({"by": "pool"}, "`by` is 'pool', which is a column of the result"),
        ({"profits": pd.concat([EARNED, EARNED])}, r"`profits\['customer_id'\]` has 4 ids more than once, such as \[1"),
        (
            {"profits": EARNED.assign(contribution=[1.0, None, 2, 3])},
            r"`profits\['contribution'\]` is missing in 1 row",
        ),
        ({"profits": EARNED.assign(customer_id=EARNED["customer_id"] + 10)}, "has not one id in common with"),
        ({"profits": EARNED, "value": "net_profit"}, r"lacks the columns \['net_profit'\]"),
        ({"alternatives": OTHERS.assign(pool="desk")}, r"`alternatives\['pool'\]` has \['desk'\]"),
        (
            {"alternatives": OTHERS.assign(quantity=0)},
            r"only quantities of 0 for \['office → orders', 'visits",
        ),
        ({"alternatives": OTHERS.assign(quantity=-1)}, r"`alternatives\['quantity'\]` is below 0 in 5 rows"),
        ({"alternatives": OTHERS.assign(driver=None)}, r"`alternatives\['driver'\]` is missing in 5 rows"),
    ],
)
def test_refused(changed, message):
    with pytest.raises((SchemaError, ValueError), match=message):
        sensitivity(**changed)
    with pytest.raises((SchemaError, ValueError), match=message):
        ranges(**changed)


# Drawn, and input untouched


def test_the_changes_are_drawn():
    ax = plot_allocation_sensitivity(sensitivity())
    assert [label.get_text() for label in ax.get_yticklabels()] == [
        *("office: orders", "visits: visits", "visits: lower rate", "visits: higher rate")
    ]
    assert [bar.get_width() for bar in ax.patches] == [1, 2, 0, 1]
    with mpl.rc_context({"svg.fonttype": "none"}):
        chinese = plot_allocation_sensitivity(sensitivity(), language="zh")
    assert [label.get_text() for label in chinese.get_yticklabels()][2:] == ["visits：费率降低", "visits：费率提高"]
    with pytest.raises(SchemaError, match="`sensitivity` has no changes"):
        plot_allocation_sensitivity(sensitivity().head(1))


def test_inputs_are_not_changed():
    given, earned, others = GIVEN.copy(), EARNED.copy(), OTHERS.copy()
    sensitivity(given, profits=earned, alternatives=others)
    ranges(given, profits=earned, alternatives=others)
    for now, before in ((given, GIVEN), (earned, EARNED), (others, OTHERS)):
        pd.testing.assert_frame_equal(now, before)
