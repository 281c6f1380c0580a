"""The same customers in two tables: by hand, against published pairs and periods, on every kind of frame."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from pandas.testing import assert_frame_equal
from tests.frames import assert_same_rows

from crmkit.errors import SchemaError
from crmkit.metrics import paired_comparison_table, period_comparison_table

RATIOS = {"order_value": ("spend", "orders")}


def tables(n=200, *, seed=1):
    rng = np.random.default_rng(seed)
    rates = rng.gamma(1.0, 1.5, n)
    found = []
    for _ in range(2):
        orders = rng.poisson(rates)
        spend = (orders * np.exp(rng.normal(3, 1, n))).round(2)
        found.append(
            pd.DataFrame({"customer_id": np.arange(n), "orders": orders, "spend": spend, "active": orders > 0})
        )
    return found


BEFORE, AFTER = tables()


def compared(before=BEFORE, after=AFTER, **options):
    asked = {"rates": ["active"], "means": ["spend"], "ratios": RATIOS} | options
    return paired_comparison_table(before, after, **asked)


# By hand.


def test_a_table_by_hand():
    before = pd.DataFrame(
        {"customer_id": [1, 2, 3, 9], "spend": [10.0, 20, 30, 99], "orders": [1, 1, 2, 9], "active": [1, 0, 1, 1]}
    )
    after = pd.DataFrame(
        {"customer_id": [8, 3, 2, 1], "spend": [99.0, 30, 26, 13], "orders": [9, 1, 1, 1], "active": [1, 1, 1, 0]}
    )
    found = compared(before, after)
    assert found["measure"].tolist() == ["active", "spend", "order_value"]
    assert found["n"].tolist() == [3, 3, 3]
    assert found["value"].tolist() == pytest.approx([2 / 3, 23, 23])
    assert found["previous"].tolist() == pytest.approx([2 / 3, 20, 15])
    # 3, 6 and 0 more: 3 on average, a standard deviation of 3; 4.302653 is Student's for 2 degrees of freedom
    assert found["upper"][1] - 3 == pytest.approx(4.302653 * 3 / 3**0.5)
    # one came, one went
    assert found["p_value"][0] == 1


def test_missing_values_are_left_out_of_their_measure():
    spend = AFTER["spend"].where(AFTER.index % 4 > 0)
    found = compared(after=AFTER.assign(spend=spend))
    kept = compared(BEFORE[BEFORE.index % 4 > 0], AFTER)
    assert found["n"].tolist() == [200, 150, 150]
    columns = ["n", "value", "previous", "change", "lower", "upper", "p_value"]
    assert_frame_equal(found.loc[1:, columns], kept.loc[1:, columns])
    assert found["value"][0] == compared()["value"][0]


# Reference: Newcombe (1998), Statistics in Medicine 17, table III, method 10.


def test_rates_of_newcombe():
    after = pd.DataFrame({"customer_id": range(50), "active": [1] * 32 + [0] * 18})
    before = pd.DataFrame({"customer_id": range(50), "active": [1] * 20 + [0] * 12 + [1] * 2 + [0] * 16})
    found = paired_comparison_table(before, after, rates=["active"])
    assert_allclose(found[["lower", "upper"]].to_numpy()[0], [0.0562, 0.3292], atol=6e-5)


# Laws.


def test_it_says_what_the_table_of_periods_says():
    rows = [pd.DataFrame({"customer_id": BEFORE["customer_id"], "period": "2024-01-01", "n_orders": 1, "amount": 1.0})]
    for table, day in ((BEFORE, "2024-02-01"), (AFTER, "2024-03-01")):
        named = table.rename(columns={"orders": "n_orders", "spend": "amount"}).assign(period=day)
        rows.append(named[named["active"]].drop(columns="active"))
    activity = pd.concat(rows, ignore_index=True).assign(period=lambda table: pd.to_datetime(table["period"]))
    days = {"before": ("2024-02-01", "2024-02-28"), "after": ("2024-03-01", "2024-03-28"), "as_of": "2024-03-28"}
    periods = period_comparison_table(activity, **days, freq="D", adjust="none").set_index("measure")
    found = compared(adjust="none").set_index("measure")
    columns = ["n", "value", "previous", "change", "lower", "upper", "relative_lower", "p_value", "detectable_change"]
    names = {"active": "active_rate", "spend": "spend_per_customer", "order_value": "average_order_value"}
    for ours, theirs in names.items():
        assert_allclose(found.loc[ours, columns].astype(float), periods.loc[theirs, columns].astype(float), rtol=1e-9)


def test_exchanging_the_tables_turns_changes_around():
    found, turned = compared(), compared(AFTER, BEFORE)
    for name, its, sign in (("change", "change", -1), ("lower", "upper", -1), ("p_value", "p_value", 1)):
        assert_allclose(turned[name], sign * found[its], rtol=1e-9, atol=1e-12)


@given(st.floats(-1e6, 1e6))
def test_a_shift_of_both_moves_no_difference(shift):
    found = compared(ratios=None)
    shifted = compared(*(table.assign(spend=table["spend"] + shift) for table in (BEFORE, AFTER)), ratios=None)
    for name in ("change", "lower", "upper"):
        assert_allclose(shifted[name], found[name], rtol=1e-6, atol=1e-7)


rows = st.tuples(
    st.sampled_from([0, 1, None]),
    st.one_of(st.none(), st.sampled_from([0.0, 5.0]), st.floats(-1e6, 1e6)),
    st.sampled_from([0, 1, 2, None]),
)


@given(st.lists(st.tuples(rows, rows), min_size=1, max_size=10))
def test_whatever_tables_hold(given_rows):
    columns = ["active", "spend", "orders"]
    sides = [pd.DataFrame([each[side] for each in given_rows], columns=columns, dtype=float) for side in (0, 1)]
    found = compared(*(table.assign(customer_id=range(len(table))) for table in sides), adjust="none")
    known = found[found["lower"].notna()]
    slack = 1e-9 * (1 + known["change"].abs())
    assert (known["lower"] <= known["change"] + slack).all()
    assert (known["upper"] >= known["change"] - slack).all()
    assert found["p_value"].dropna().between(0, 1).all()
    assert (found["detectable_change"].dropna() > 0).all()
    assert not found.loc[found["change"].isna(), "is_significant"].any()


def test_every_kind_of_frame(build):
    before = BEFORE.assign(spend=BEFORE["spend"].where(BEFORE.index % 5 > 0))
    after = AFTER.iloc[20:].assign(customer_id=lambda table: table["customer_id"])
    assert_same_rows(compared(build(before), build(after)), compared(before, after))


def test_ids_of_text():
    texts = [table.assign(customer_id="c" + table["customer_id"].astype(str)) for table in (BEFORE, AFTER)]
    assert_frame_equal(compared(*texts), compared())


# Refusals.


def test_tables_that_are_refused():
    with pytest.raises(SchemaError, match=r"`before` has customers more than once: \[0\]"):
        compared(BEFORE.assign(customer_id=BEFORE["customer_id"].replace(1, 0)))
    with pytest.raises(SchemaError, match="`before` and `after` have no customer in common"):
        compared(BEFORE.assign(customer_id=BEFORE["customer_id"] + 1000))
    with pytest.raises(SchemaError, match="`before` has String as customer_id, `after` has Int64"):
        compared(BEFORE.assign(customer_id=BEFORE["customer_id"].astype(str)))
    with pytest.raises(SchemaError, match=r"`after\['orders'\]` has values below 0 in 1 row"):
        compared(after=AFTER.assign(orders=AFTER["orders"].where(AFTER.index > 0, -1)))
    with pytest.raises(SchemaError, match=r"`after\['active'\]` must hold 0 and 1"):
        compared(after=AFTER.assign(active=AFTER["orders"] + 2))
    with pytest.raises(SchemaError, match=r"`before\['spend'\]` holds infinite values"):
        compared(BEFORE.assign(spend=np.inf))
    with pytest.raises(SchemaError, match="spend"):
        compared(BEFORE.drop(columns="spend"))
    with pytest.raises(TypeError, match="`after` must be a pandas, Polars or PyArrow table"):
        compared(after="after.csv")


@pytest.mark.parametrize(
    ("options", "error", "says"),
    [
        ({"rates": [], "means": [], "ratios": None}, ValueError, "Nothing to compare"),
        ({"means": "spend"}, TypeError, "must be lists of columns"),
        ({"adjust": "fdr"}, ValueError, "`adjust` must be one of"),
        ({"level": 2}, ValueError, "`level` must lie between 0 and 1"),
    ],
)
def test_options_that_are_refused(options, error, says):
    with pytest.raises(error, match=says):
        compared(**options)


# Input untouched.


def test_the_tables_given_are_left_as_they_are():
    copies = BEFORE.copy(), AFTER.copy()
    compared()
    assert_frame_equal(BEFORE, copies[0])
    assert_frame_equal(AFTER, copies[1])
