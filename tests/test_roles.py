"""The portfolio of roles: its measures from transactions, its scores, the main role and what is nearly as high."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from tests.files import data_file
from tests.frames import Builder, as_pandas, assert_same_rows
from tests.logs import log, typed

from crmkit import as_activity, as_transactions, customer_features
from crmkit.errors import SchemaError
from crmkit.segment import RoleSegmenter, role_measure_table

NAN = np.nan
# Quarters of 2024 up to its 366th day: they begin on 2 January, 2 April, 2 July and 1 October.
ORDERS = typed(
    log(
        [
            ("ann", "2023-12-23", 40.0),
            ("ann", "2024-01-02", 100.0),
            ("ann", "2024-04-01", 10.0),
            ("ann", "2024-04-05", -10.0),
            ("ann", "2024-06-30", 130.0),
            ("ann", "2024-07-02", 90.0),
            ("ann", "2024-12-30", 180.0),
            ("bo", "2024-10-01", 50.0),
            ("cy", "2023-05-01", 5.0),
            ("cy", "2024-02-01", -5.0),
            ("di", "2023-06-01", 10.0),
            ("di", "2023-06-11", 10.0),
            ("di", "2023-07-01", 10.0),
            ("di", "2023-07-31", 70.0),
        ],
        columns=("customer_id", "date", "amount"),
    )
)
TRANSACTIONS = as_transactions(ORDERS)
MEASURES = pd.DataFrame(
    {
        "customer_id": range(7),
        "n_orders": [5, 5, 5, 5, 1, 2, 0],
        "recent_spend": [10.0, 20.0, 30.0, 40.0, 0.0, -3.0, 0.0],
        "regularity": [0.9, 0.2, 0.7, 0.5, NAN, NAN, NAN],
        "growth": [-0.1, 0.3, 0.2, NAN, NAN, NAN, NAN],
        "clv": [NAN, 1.0, 2.0, 9.0, NAN, NAN, NAN],
    },
    index=list("gfedcba"),
)


def measures_of(transactions, **options):
    return as_pandas(role_measure_table(transactions, as_of="2024-12-30", **options)).set_index("customer_id")


# By hand.


def test_measures_by_hand(build):
    found = measures_of(build(TRANSACTIONS))
    quarters = found[[f"spend_quarter_{n}" for n in (1, 2, 3, 4)]]
    assert_allclose(quarters.loc["ann"], [110, 120, 90, 180], atol=1e-9)
    # slopes 10, -10, 70/3, -30, 30 and 90; the middle two are 10 and 70/3, the mean is 125
    assert found["growth"]["ann"] == pytest.approx((10 + 70 / 3) / 2 / 125)
    # bo came during the quarters, cy and di bought nothing in them
    assert found["growth"].drop("ann").isna().all()
    # gaps of 10, 20 and 30: mean 20, standard deviation 10
    assert found["regularity"]["di"] == pytest.approx(0.5)
    assert found["regularity"][["bo", "cy"]].isna().all()
    assert_allclose(found.loc[["ann", "bo", "cy", "di"], "recent_spend"], [500, 50, -5, 0], atol=1e-9)
    assert_allclose(found.loc[["ann", "bo", "cy", "di"], "spend_share"], np.array([500, 50, -5, 0]) / 545, atol=1e-9)


def test_newcomers_grow_only_when_told(build_in_memory):
    found = measures_of(build_in_memory(TRANSACTIONS), newcomers=True)
    # 0, 0, 0 and 50: the middle slopes are 0 and 50/3, the mean 12.5
    assert found["growth"]["bo"] == pytest.approx(50 / 3 / 2 / 12.5)


@pytest.mark.parametrize("kind", ["pandas-nullable", "polars", "duckdb"])
def test_profit_and_prospects_come_in_by_tables_of_their_own(kind):
    build = Builder(kind)
    sold = [
        ("ann", "2024-01-01", 7.0),
        ("ann", "2024-02-01", 5.0),
        ("bo", "2024-12-01", 15.0),
        ("bo", "2025-01-01", 9.0),
    ]
    table = pd.DataFrame(sold, columns=["customer_id", "period", "profit"]).assign(amount=1.0, n_orders=1)
    table["period"] = pd.to_datetime(table["period"])
    master = pd.DataFrame({"customer_id": ["zoe", "ann", "bo", "cy", "di"]})
    activity = as_activity(
        build(table), period="period", freq="M", amount="amount", profit="profit", n_orders="n_orders"
    )
    found = measures_of(build(TRANSACTIONS), activity=activity, customers=build(master))
    assert_allclose(found.loc[["ann", "bo", "cy", "di", "zoe"], "recent_profit"], [5, 15, 0, 0, 0])
    assert_allclose(found.loc[["ann", "bo"], "profit_share"], [0.25, 0.75])
    prospect = found.loc["zoe"]
    assert (prospect["n_orders"], prospect["spend"], prospect["recent_spend"]) == (0, 0, 0)
    assert prospect[["tenure_days", "growth", "regularity"]].isna().all()


def test_scores_and_roles_by_hand(build_in_memory):
    model = RoleSegmenter().fit(build_in_memory(MEASURES))
    assert model.n_customers_ == 6
    found = as_pandas(model.assign(build_in_memory(MEASURES)), in_order=True)
    # four have money, four a regularity, two grow
    assert_allclose(found["cash_flow_score"][:4], [0.125, 0.375, 0.625, 0.875])
    assert_allclose(found["relationship_score"][:4], [0.875, 0.125, 0.625, 0.375])
    assert_allclose(found["growth_score"][:4], [NAN, 0.75, 0.25, NAN])
    assert found["segment"].tolist() == [
        "relationship", "growth", "cash_flow", "cash_flow", None, None, "potential",
    ]  # fmt: skip
    assert found["segment_order"].fillna(0).tolist() == [2, 3, 1, 1, 0, 0, 4]
    assert_allclose(found["margin"], [0.75, 0.375, 0, 0.5, NAN, NAN, NAN])
    # the scores of the third are equal: the first named counts, and it is said
    assert found["is_near_tie"].tolist() == [False, False, True, False, False, False, False]
    assert found["near_roles"].tolist() == [None, None, "relationship", None, None, None, None]
    lacking = ["growth", None, None, "growth", *["cash_flow,relationship,growth"] * 2, None]
    assert found["missing_scores"].tolist() == lacking
    reasons = ["highest_score", "highest_score", "near_tie", "highest_score", "no_score", "no_score", "no_order"]
    assert found["reason_code"].tolist() == reasons


def test_the_value_role_is_there_where_a_column_is_named():
    model = RoleSegmenter(growth=None, value="clv", near_tie=0).fit(MEASURES)
    assert model.segments_["segment"].tolist() == ["cash_flow", "relationship", "value", "potential"]
    found = model.assign(MEASURES)
    assert_allclose(found["value_score"][:4], [NAN, 1 / 6, 0.5, 5 / 6])
    assert found["segment"].tolist()[:4] == ["relationship", "cash_flow", "cash_flow", "cash_flow"]
    assert found.loc["d", "near_roles"] != found.loc["d", "near_roles"]
    assert found.loc["e", "near_roles"] == "relationship"


def test_reasons_are_told_in_both_languages():
    model = RoleSegmenter().fit(MEASURES)
    told = model.explain(MEASURES).tolist()
    assert told[1] == "Growth customers: growth scores 0.75 (growth of 0.30); next is cash flow with 0.38."
    assert told[2] == (
        "Cash-flow customers: cash flow scores 0.62 (recent_spend of 30.00), and nearly as high is relationship with "
        "0.62."
    )
    assert told[3].endswith(
        "next is relationship with 0.38. No score: growth (no net spend in the last four quarters, or a customer only "
        "since then)."
    )
    assert told[0].endswith("No score: growth (growth is not above 0).")
    assert told[4].startswith("No role: no score is known. No score: cash flow (recent_spend is not above 0); relat")
    assert told[6] == "Potential customers: no order yet."
    chinese = model.explain(MEASURES, language="zh").tolist()
    assert chinese[2] == "现金流客户：现金流得分 0.62（近四季消费额 30.00），得分相近的还有关系 0.62。"
    alone = model.explain(MEASURES.assign(regularity=NAN, growth=NAN)).iloc[3]
    assert alone.startswith("Cash-flow customers: cash flow scores 0.88 (recent_spend of 40.00), the only score known.")


def test_the_portfolio_counts_near_ties_by_the_second_role(build_in_memory):
    table = as_pandas(RoleSegmenter().fit(MEASURES).portfolio_table(build_in_memory(MEASURES)), in_order=True)
    assert len(table) == 9
    counts = table.set_index(["segment", table["near_segment"].fillna("clear")])["n_customers"]
    assert counts[counts > 0].to_dict() == {
        ("cash_flow", "clear"): 1,
        ("cash_flow", "relationship"): 1,
        ("relationship", "clear"): 1,
        ("growth", "clear"): 1,
    }
    assert table["customer_share"].sum() == pytest.approx(1)
    assert_allclose(table["value_share"][:2], [0.4, 0.3])


# Reference.


def test_growth_is_the_slope_of_scipy_over_the_mean():
    # scipy.stats.theilslopes
    from scipy.stats import theilslopes

    random = np.random.default_rng(3)
    orders = pd.DataFrame(
        {
            "customer_id": random.integers(0, 40, 900),
            "date": pd.Timestamp("2022-01-01") + pd.to_timedelta(random.integers(0, 900, 900), unit="D"),
            "amount": random.gamma(2, 20, 900).round(2),
        }
    )
    found = role_measure_table(as_transactions(orders), as_of="2024-06-18")
    quarters = found[[f"spend_quarter_{n}" for n in (1, 2, 3, 4)]].to_numpy()
    expected = [theilslopes(row)[0] / row.mean() for row in quarters]
    assert_allclose(found["growth"], np.where(found["tenure_days"] >= 363, expected, NAN), rtol=1e-9, atol=1e-12)


def test_online_retail_has_customers_in_every_role():
    # as docs/customer-roles.md says
    orders = pd.read_parquet(data_file("online_retail.parquet"))
    orders = orders.assign(amount=orders["Quantity"] * orders["UnitPrice"])
    names = {"customer_id": "CustomerID", "date": "InvoiceDate", "order_id": "InvoiceNo"}
    found = role_measure_table(as_transactions(orders, **names, invalid="drop"), as_of="2011-12-09")
    roles = RoleSegmenter().fit(found)
    assert roles.summary(found)["n_customers"].tolist() == [3724, 421, 94, 37]
    assigned = roles.assign(found)
    assert (assigned["is_near_tie"].sum(), assigned["segment"].isna().sum()) == (138, 96)
    assert (assigned["margin"].dropna() >= 0).all()


# Laws.

amounts = st.lists(st.integers(-50, 500), min_size=2, max_size=12)


@given(amounts, amounts, st.sampled_from([1e-3, 0.01, 7.1, 1e6]), st.sampled_from([0.0, 0.05, 0.3]))
def test_the_unit_of_money_moves_nobody_and_the_main_role_is_the_highest(money, steady, unit, near_tie):
    n = min(len(money), len(steady))
    table = pd.DataFrame({"n_orders": 1, "recent_spend": money[:n], "regularity": steady[:n]}).astype(float)
    table.loc[len(table)] = [1.0, 3.0, 0.4]
    model = RoleSegmenter(growth=None, near_tie=near_tie)
    found = model.fit(table).assign(table)
    scaled = table.assign(recent_spend=table["recent_spend"] * unit)
    again = model.fit(scaled).assign(scaled)
    pd.testing.assert_frame_equal(again, found)
    scores = found[["cash_flow_score", "relationship_score"]]
    known = scores.notna().any(axis=1)
    assert (found["segment"].notna() == known).all()
    best = scores[known].max(axis=1)
    own = np.where(
        found["segment"][known] == "cash_flow", scores["cash_flow_score"][known], scores["relationship_score"][known]
    )
    assert_allclose(own, best)
    gaps = scores[known].max(axis=1) - scores[known].min(axis=1)
    both = scores[known].notna().all(axis=1)
    assert (found["is_near_tie"][known] == (both & (gaps.round(9) <= near_tie))).all()


def test_scales_are_frozen():
    model = RoleSegmenter().fit(MEASURES)
    whole = model.assign(MEASURES)
    for rows in combinations(range(4), 2):
        pd.testing.assert_frame_equal(model.assign(MEASURES.iloc[list(rows)]), whole.iloc[list(rows)])
    crowd = pd.concat([MEASURES, MEASURES.assign(recent_spend=1e9, regularity=1.0)])
    pd.testing.assert_frame_equal(model.assign(crowd).iloc[:7], whole)


def test_measures_agree_with_the_features_they_come_from_and_in_every_kind_of_frame(build):
    found = role_measure_table(build(TRANSACTIONS), as_of="2024-12-30")
    assert_same_rows(found, role_measure_table(TRANSACTIONS, as_of="2024-12-30"))
    features = customer_features(TRANSACTIONS, as_of="2024-12-30", windows=(364,))
    table = role_measure_table(TRANSACTIONS, as_of="2024-12-30")
    assert_allclose(table["gap_cv"], features["gap_cv"])
    assert_allclose(table["recent_spend"], features["spend_364d"])


def test_the_number_of_orders_may_be_a_measure():
    table = pd.DataFrame({"n_orders": [1, 4, 2, 0], "recent_spend": [40.0, 10, 20, 0]})
    model = RoleSegmenter(relationship="n_orders", growth=None).fit(table)
    assert model.predict(table).tolist() == ["cash_flow", "relationship", "cash_flow", "potential"]
    assert "n_orders of 4.00" in model.explain(table)[1]


# Refusals.


@pytest.mark.parametrize(
    ("model", "error", "words"),
    [
        (RoleSegmenter(cash_flow=None), TypeError, "`cash_flow` must be the name of a column, got None"),
        (RoleSegmenter(growth=["growth"]), TypeError, "`growth` must be the name of a column"),
        (RoleSegmenter(value="growth"), ValueError, "Each role needs a column of its own"),
        (RoleSegmenter(cash_flow="n_orders"), ValueError, "`cash_flow` must be a column of money, not `n_orders`"),
        (RoleSegmenter(growth=None, relationship=None), ValueError, "needs at least two roles"),
        (RoleSegmenter(near_tie=5), ValueError, "`near_tie` must lie between 0 and 1"),
        (RoleSegmenter(value="worth"), SchemaError, r"lacks the columns \['worth'\]"),
    ],
)
def test_options_that_do_not_fit_are_refused(model, error, words):
    with pytest.raises(error, match=words):
        model.fit(MEASURES)


def test_measures_that_cannot_be_are_refused():
    model = RoleSegmenter()
    with pytest.raises(SchemaError, match=r"`customers\['growth'\]` is above 0 for nobody with an order"):
        model.fit(MEASURES.assign(growth=-1.0))
    with pytest.raises(SchemaError, match=r"`customers\['recent_spend'\]` is above 0 for nobody"):
        model.fit(MEASURES.assign(recent_spend=0.0))
    with pytest.raises(SchemaError, match=r"`customers\['recent_spend'\]` is missing or infinite in 1 row"):
        model.fit(MEASURES.assign(recent_spend=[NAN, *range(6)]))
    with pytest.raises(SchemaError, match=r"`customers\['growth'\]` is infinite in 1 row"):
        model.fit(MEASURES.assign(growth=[np.inf, *range(6)]))
    with pytest.raises(SchemaError, match="must hold numbers"):
        model.fit(MEASURES.assign(growth="high"))
    with pytest.raises(TypeError, match="`customers` must be a table in memory"):
        model.fit(Builder("duckdb")(MEASURES))
    with pytest.raises(SchemaError, match="holds nobody with an order"):
        model.fit(MEASURES.iloc[6:])
    assert model.fit(MEASURES).assign(MEASURES.iloc[:0]).empty
    assert model.portfolio_table(MEASURES.iloc[:0])["customer_share"].isna().all()


def test_tables_that_do_not_fit_are_refused():
    bare = pd.DataFrame(
        {"customer_id": ["ann"], "period": pd.to_datetime(["2024-03-01"]), "n_orders": 1, "amount": 1.0}
    )
    with pytest.raises(SchemaError, match="`activity` has no column profit"):
        role_measure_table(TRANSACTIONS, as_of="2024-12-30", activity=bare)
    with pytest.raises(SchemaError, match="holds Int64"):
        role_measure_table(TRANSACTIONS, as_of="2024-12-30", activity=bare.assign(customer_id=1, profit=1.0))
    with pytest.raises(TypeError, match="Give both as the same kind of frame"):
        role_measure_table(TRANSACTIONS, as_of="2024-12-30", activity=Builder("polars")(bare.assign(profit=1.0)))
    with pytest.raises(ValueError, match="before the first transaction"):
        role_measure_table(TRANSACTIONS, as_of="2020-12-30")


def test_orders_without_a_price_have_no_money_and_no_role():
    found = role_measure_table(as_transactions(ORDERS.query("amount > 0"), amount=None), as_of="2024-12-30")
    assert found[["spend_share", "growth", "recent_spend"]].isna().all().all()
    with pytest.raises(SchemaError, match="recent_spend"):
        RoleSegmenter().fit(found)
