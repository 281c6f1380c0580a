"""New customers by period: by hand, truth of a simulated shop, laws, every kind of table, refusals."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.depth import few
from tests.frames import as_pandas

import crmkit as ck
from crmkit import SchemaError
from crmkit.value.rhythm import adoption_table

# Gaps of 40, 20 and 61 days: 95 % are not longer than 61. Cy has only a refund in March.
ORDERS = pd.DataFrame(
    {
        "customer_id": ["ann", "ann", "ann", "bo", "bo", "cy", "cy", "di", "ed"],
        "date": [
            "2024-01-10", "2024-02-19", "2024-03-10", "2024-01-20", "2024-03-21", "2024-03-02", "2024-06-03",
            "2024-04-05", "2024-06-11",
        ],
        "amount": [10.0, 10, 10, 10, 10, -5, 10, 10, 10],
    }
)  # fmt: skip
LOG = ck.as_transactions(ORDERS)


def test_by_hand():
    table = adoption_table(LOG, as_of="2024-06-15")
    # the run-in ends 61 days after 10 January, on 11 March
    assert table["period"].astype(str).tolist() == [f"2024-0{month}-01" for month in range(1, 7)]
    assert table["status"].tolist() == ["run_in"] * 3 + ["counted"] * 2 + ["unfinished"]
    assert table["first_seen"].tolist() == [2, 0, 0, 1, 0, 2]
    np.testing.assert_array_equal(table["new_customers"], [np.nan, np.nan, np.nan, 1, 0, np.nan])
    np.testing.assert_array_equal(table["cumulative_customers"], [np.nan, np.nan, np.nan, 1, 1, np.nan])
    assert set(table["run_in_days"]) == {61}


def test_everybody_is_new_where_the_log_begins_with_the_launch():
    table = adoption_table(LOG, as_of="2024-06-30", run_in_days=0)
    assert table["new_customers"].tolist() == [2, 0, 0, 1, 0, 2]
    assert table["cumulative_customers"].tolist() == [2, 2, 2, 3, 3, 5]
    # nobody bought twice
    once = ck.as_transactions(ORDERS.drop_duplicates("customer_id"))
    assert adoption_table(once, as_of="2024-06-30")["run_in_days"].tolist() == [0] * 6


def test_periods_of_ones_own():
    table = adoption_table(LOG, as_of="2024-06-30", freq="Q", run_in_days=0)
    assert table["new_customers"].tolist() == [2, 3]
    halves = pd.DataFrame(
        {"period": ["a", "b"], "start": ["2024-01-01", "2024-06-05"], "end": ["2024-06-04", "2024-12-31"]}
    )
    table = adoption_table(LOG, as_of="2024-06-30", calendar=halves, run_in_days=0)
    assert table["first_seen"].tolist() == [4, 1]
    assert table["status"].tolist() == ["counted", "unfinished"]


def test_a_shop_whose_past_is_known():
    """Of those first seen in the first month most had bought before the log; after the run-in hardly anybody had."""
    shop = ck.make_transactions(
        n_customers=2500, start="2022-01-01", end="2024-12-31", acquisition_days=1000, purchases_per_year=8,
        mean_lifetime_days=500, random_state=5,
    )  # fmt: skip
    since = pd.Timestamp("2023-01-01")
    first = shop.orders.groupby("customer_id")["date"].min()
    table = adoption_table(ck.as_transactions(shop.orders[shop.orders["date"] >= since]), as_of="2024-12-31")
    truly = first.dt.to_period("M").dt.to_timestamp().value_counts().reindex(table["period"], fill_value=0).to_numpy()
    seen, counted = table["first_seen"].to_numpy(), table["status"].eq("counted").to_numpy()
    assert seen[0] > 2 * truly[0]
    off = (seen - truly)[counted].sum() / truly[counted].sum()
    assert 0 <= off < 0.05


@few()
@given(
    st.lists(
        st.tuples(st.integers(1, 6), st.integers(0, 400), st.sampled_from([20.0, 5.0, -20.0])), min_size=1, max_size=30
    ),
    st.sampled_from(["W", "M", "Q"]),
    st.sampled_from([None, 0, 50]),
)
def test_all_customers_are_in_the_table(rows, freq, run_in_days):
    orders = pd.DataFrame(
        {
            "customer_id": [who for who, _, _ in rows],
            "date": pd.Timestamp("2023-05-10") + pd.to_timedelta([day for _, day, _ in rows], unit="D"),
            "amount": [amount for _, _, amount in rows],
        }
    )
    log = ck.as_transactions(orders)
    buyers = log.loc[log["n_orders"] > 0, "customer_id"].nunique()
    if not buyers:
        with pytest.raises(SchemaError, match="has no purchase up to"):
            adoption_table(log, as_of="2024-07-01", freq=freq, run_in_days=run_in_days)
        return
    table = adoption_table(log, as_of="2024-07-01", freq=freq, run_in_days=run_in_days)
    assert table["first_seen"].sum() == buyers
    assert table["new_customers"].notna().equals(table["status"] == "counted")
    turned = adoption_table(log.iloc[::-1], as_of="2024-07-01", freq=freq, run_in_days=run_in_days)
    pd.testing.assert_frame_equal(turned, table)


def test_every_kind_of_table(build):
    found = as_pandas(adoption_table(build(LOG), as_of="2024-06-15")).sort_values("period", ignore_index=True)
    expected = adoption_table(LOG, as_of="2024-06-15")
    assert found["status"].tolist() == expected["status"].tolist()
    for name in ("first_seen", "new_customers", "cumulative_customers", "run_in_days"):
        np.testing.assert_array_equal(found[name].astype(float), expected[name].astype(float))


def test_refusals():
    with pytest.raises(ValueError, match="`run_in_days` must be at least 0"):
        adoption_table(LOG, as_of="2024-06-15", run_in_days=-1)
    with pytest.raises(TypeError, match="`run_in_days` must be a whole number"):
        adoption_table(LOG, as_of="2024-06-15", run_in_days=1.5)
    with pytest.raises(ValueError, match="`freq`"):
        adoption_table(LOG, as_of="2024-06-15", freq="fortnight")
    with pytest.raises(TypeError, match="`transactions` must be a pandas"):
        adoption_table([1, 2], as_of="2024-06-15")
