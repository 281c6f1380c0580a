"""The RFM map."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.exceptions import NotFittedError
from tests.customers import NAN, customer_table, customer_tables
from tests.frames import as_pandas, assert_same_rows

from crmkit.errors import SchemaError
from crmkit.segment import RFMScorer, TierSegmenter, rfm_map_table

COLUMNS = ["r_score", "f_score", "n_customers", "n_orders", "spend", "mean_spend"]

# By hand.


def test_the_map_by_hand():
    # of 3 recent customers 2 order often, 30 in 12 orders; nobody who is away did; who never ordered has no place
    customers = customer_table([5, 7, 1, 2, 0], [10, 20, 6, 4, -9], [1, 2, 3, 99, NAN])
    scorer = RFMScorer(n_bins=2, cuts={"r": [30], "f": [3]}).fit(customers)
    table = rfm_map_table(customers, scorer=scorer)
    assert list(table) == COLUMNS
    assert table.fillna(-1).to_numpy().tolist() == [
        [1, 1, 1, 2, 4, 4],
        [1, 2, 0, 0, 0, -1],
        [2, 1, 1, 1, 6, 6],
        [2, 2, 2, 12, 30, 15],
    ]


def test_the_map_has_as_many_cells_as_the_scores():
    customers = customer_table([1], [5], [1])
    table = rfm_map_table(customers, scorer=RFMScorer(n_bins={"r": 4, "f": 3, "m": 2}).fit(customers))
    assert table[["r_score", "f_score"]].to_numpy().tolist() == [[r, f] for r in (1, 2, 3, 4) for f in (1, 2, 3)]
    assert table["n_customers"].tolist() == [1] + [0] * 11


def test_the_map_comes_in_the_kind_given(build_in_memory):
    customers = customer_table([5, 7, 1, 2, 0], [10, 20, 6, 4, -9], [1, 2, 3, 99, NAN])
    scorer = RFMScorer(n_bins=2).fit(customers)
    got = rfm_map_table(build_in_memory(customers), scorer=scorer)
    assert type(got) is type(build_in_memory(customers))
    assert_same_rows(got, rfm_map_table(customers, scorer=scorer), in_order=True)


# Laws.


@given(customers=customer_tables(lowest=-200), nested=st.booleans())
def test_the_map_adds_up_to_those_with_an_order(customers, nested):
    scorer = RFMScorer(nested=nested).fit(customers)
    table = rfm_map_table(customers, scorer=scorer)
    ordered = customers[customers["n_orders"] > 0]
    assert table["n_customers"].sum() == len(ordered)
    assert table["n_orders"].sum() == ordered["n_orders"].sum()
    assert table["spend"].sum() == pytest.approx(ordered["spend"].sum())
    pairs = scorer.transform(ordered).groupby(["r_score", "f_score"]).size()
    cells = table[table["n_customers"] > 0].set_index(["r_score", "f_score"])
    assert cells["n_customers"].to_dict() == pairs.to_dict()
    assert table["mean_spend"].isna().tolist() == (table["n_customers"] == 0).tolist()


# Refusals.


def test_what_makes_no_map_is_refused():
    customers = customer_table([1, 2], [1, 2], [1, 2])
    with pytest.raises(TypeError, match="`scorer` must be an RFMScorer, got TierSegmenter"):
        rfm_map_table(customers, scorer=TierSegmenter().fit(customers))
    with pytest.raises(NotFittedError, match="RFMScorer"):
        rfm_map_table(customers, scorer=RFMScorer())
    scorer = RFMScorer().fit(customers)
    with pytest.raises(SchemaError, match=r"`customers` lacks the columns \['spend'\]"):
        rfm_map_table(customers.drop(columns="spend"), scorer=scorer)
    with pytest.raises(TypeError, match=r"`customers` must be a table in memory\. Collect it first; once fitted"):
        rfm_map_table(pytest.importorskip("duckdb").sql("select 1 as n_orders"), scorer=scorer)


# Input untouched.


def test_the_customers_stay_as_they_are(build_in_memory):
    customers = build_in_memory(customer_table([5, 7, 0], [10, 20, 0], [1, 2, NAN]))
    before = as_pandas(customers, in_order=True)
    rfm_map_table(customers, scorer=RFMScorer().fit(customers))
    pd.testing.assert_frame_equal(as_pandas(customers, in_order=True), before)
