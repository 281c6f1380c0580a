"""The next purchase from each category: its own model, or the common one where too few came back."""

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from crmkit import SchemaError, as_order_lines, as_transactions, customer_summary, log_gap_table
from crmkit.value.rhythm import PurchaseCycleModel, category_next_purchase_table

AS_OF = "2024-12-31"


@pytest.fixture(scope="module")
def orders():
    """Coffee about every three weeks, tea about every two months, machines once or, of three customers, twice."""
    rng = np.random.default_rng(2)
    rows = []
    for who in range(80):
        for category, gap, last in (("coffee", 21, 9999), ("tea", 60, 9999), ("machine", 300, 1 + (who < 3))):
            day, n = rng.uniform(0, 60), 0
            while day < 366 and n < last:
                rows.append(
                    (
                        who,
                        f"{who}-{category}-{n}",
                        pd.Timestamp("2024-01-01") + pd.Timedelta(days=int(day)),
                        9.0,
                        category,
                    )
                )
                day += max(1.0, rng.gamma(2.0, gap / 2) if category != "machine" else 90.0)
                n += 1
    return pd.DataFrame(rows, columns=["customer_id", "order_id", "date", "amount", "category"])


@pytest.fixture(scope="module")
def lines(orders):
    return as_order_lines(orders, order_id="order_id", keep=["category"])


@pytest.fixture(scope="module")
def told(lines):
    return category_next_purchase_table(lines, category="category", as_of=AS_OF, leaving=False)


def histories(orders):
    bought = as_transactions(orders.drop(columns="category"))
    return customer_summary(bought, as_of=AS_OF).merge(log_gap_table(bought, as_of=AS_OF), on="customer_id")


def test_a_category_has_the_model_of_its_own_lines(orders, told):
    for category in ("coffee", "tea"):
        own = histories(orders[orders["category"] == category])
        model = PurchaseCycleModel(leaving=False).fit(own)
        expected = model.next_purchase_table(own, as_of=AS_OF)
        found = told[told["category"] == category].reset_index(drop=True)
        assert_frame_equal(found[expected.columns], expected, rtol=1e-6)
        assert not found["is_pooled"].any()
        assert found["days_since_last"].tolist() == own["days_since_last"].tolist()
    assert told.groupby("category")["median_gap"].median().sort_values().index.tolist()[0] == "coffee"


def test_few_repeaters_take_the_common_model(orders, told):
    machines = told[told["category"] == "machine"].reset_index(drop=True)
    assert machines["is_pooled"].all()
    assert machines["n_repeaters"].unique().tolist() == [3]
    parts = [
        histories(orders[orders["category"] == name]).assign(category=name) for name in ("coffee", "machine", "tea")
    ]
    common = PurchaseCycleModel(leaving=False).fit(pd.concat(parts, ignore_index=True))
    expected = common.next_purchase_table(parts[1], as_of=AS_OF)
    assert_frame_equal(machines[expected.columns], expected, rtol=1e-6)


def test_the_kind_and_the_order_of_the_lines_do_not_matter(orders, lines, told):
    pl = pytest.importorskip("polars")
    some = category_next_purchase_table(
        pl.from_pandas(lines.sample(frac=1, random_state=1)), category="category", as_of=AS_OF, leaving=False
    )
    assert isinstance(some, pl.DataFrame)
    assert some["customer_id"].to_list() == told["customer_id"].tolist()
    assert some["median_gap"].to_numpy() == pytest.approx(told["median_gap"].to_numpy(), rel=1e-6)


def test_only_what_came_back_has_no_date(orders):
    back = pd.DataFrame([(999, "r-1", pd.Timestamp("2024-05-05"), -9.0, "coffee")], columns=list(orders.columns))
    lines = as_order_lines(pd.concat([orders, back], ignore_index=True), order_id="order_id", keep=["category"])
    told = category_next_purchase_table(lines, category="category", as_of=AS_OF, leaving=False)
    row = told[told["customer_id"] == 999].iloc[0]
    assert row["missing_date"] == "no_purchase"
    assert pd.isna(row["next_date"])


def test_refusals(lines):
    with pytest.raises(SchemaError, match="is missing in 1 line"):
        category_next_purchase_table(
            lines.assign(category=lines["category"].where(lines.index > 0)), category="category", as_of=AS_OF
        )
    with pytest.raises(ValueError, match="is a column of the result too"):
        category_next_purchase_table(lines, category="customer_id", as_of=AS_OF)
    with pytest.raises(ValueError, match="min_repeaters"):
        category_next_purchase_table(lines, category="category", as_of=AS_OF, min_repeaters=0)
