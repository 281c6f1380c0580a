"""The views of a base divided by any scheme: the fitted segmenter, its summary, and the list with reasons."""

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from pandas.testing import assert_frame_equal
from sklearn.exceptions import NotFittedError
from tests.frames import as_pandas

from crmkit import SchemaError
from crmkit.segment import TierSegmenter, ValueSegmenter
from crmkit.views import base_segments, base_table, scored_customers, segmented_base, segmented_customers

CUSTOMERS = pd.DataFrame(
    {
        "customer_id": [7, 8, 9, 10, 11],
        "n_orders": [4, 1, 2, 0, 1],
        "spend": [120.0, 30.0, -50.0, 0.0, 50.0],
        "days_since_last": [3.0, 80.0, 9.0, None, 400.0],
        "tenure_days": [300.0, 80.0, 90.0, None, 400.0],
    },
    index=[5, 4, 3, 2, 1],
)
ABC = ValueSegmenter(scheme="abc", cuts=[40, 100])


# By hand.


def test_nobodys_money_is_below_zero_and_prospects_are_counted_where_asked():
    # 120 is A, 50 is B, 30 and the loss, which counts as 0, are C: of 200 in all
    found = segmented_base(CUSTOMERS, segmenter=ABC, with_prospects=True)
    assert found.segments["n_customers"].tolist() == [1, 1, 2, 1]
    assert found.segments["value_share"].tolist() == pytest.approx([0.6, 0.25, 0.15, 0])
    assert_frame_equal(found.base, base_table(CUSTOMERS[CUSTOMERS["n_orders"] > 0]))
    assert segmented_base(CUSTOMERS, segmenter=ABC).segments["n_customers"].tolist() == [1, 1, 2, 0]
    assert not hasattr(ABC, "cuts_")


def test_a_table_of_its_own_columns_is_taken_as_it_is():
    table = pd.DataFrame({"n_orders": 1, "profit": [120.0, -20.0]})
    found = segmented_base(table, segmenter=ValueSegmenter(scheme="main_group", value="profit", cuts=[0]))
    assert found.segments["value"].tolist() == [120, -20, 0]
    assert found.base is None


def test_names_and_reasons_are_those_of_the_segmenter():
    fitted = ABC.__class__(**ABC.get_params()).fit(CUSTOMERS)
    listed = segmented_customers(CUSTOMERS, segmenter=fitted, language="zh")
    assert listed["segment"].tolist() == ["a", "c", "c", "potential", "b"]
    assert listed["segment_name"].tolist() == ["A 类", "C 类", "C 类", "潜在客户", "B 类"]
    assert listed["segment_reason"].tolist() == fitted.explain(CUSTOMERS, language="zh").tolist()
    assert_frame_equal(listed[list(CUSTOMERS)], CUSTOMERS)


def test_tiers_are_those_of_the_scored_customers():
    segments = base_segments(CUSTOMERS)
    tiers = segmented_base(CUSTOMERS, segmenter=TierSegmenter())
    assert_frame_equal(tiers.segments, segments.tiers)
    listed = segmented_customers(CUSTOMERS, segmenter=tiers.segmenter)
    scored = scored_customers(CUSTOMERS, segments=segments)
    assert listed["segment_reason"].tolist() == scored["tier_reason"].tolist()


# Laws.


def test_cuts_of_an_earlier_base_stay():
    fitted = segmented_base(CUSTOMERS, segmenter=ValueSegmenter(scheme="abc")).segmenter
    later = CUSTOMERS.assign(spend=CUSTOMERS["spend"] / 100)
    found = segmented_base(later, segmenter=fitted, fit=False)
    assert found.segmenter is fitted
    assert found.segments["n_customers"].tolist() == [0, 0, 4, 0]


@pytest.mark.parametrize("build", [pl.from_pandas, pa.Table.from_pandas])
def test_other_kinds_of_frame_give_the_same(build):
    table = build(CUSTOMERS.reset_index(drop=True))
    found = segmented_base(table, segmenter=ABC)
    expected = segmented_base(CUSTOMERS, segmenter=ABC)
    assert as_pandas(found.segments)["value"].tolist() == expected.segments["value"].tolist()
    listed = segmented_customers(table, segmenter=found.segmenter)
    assert type(listed) is type(found.segments) is type(table)
    assert as_pandas(listed)["segment"].tolist() == ["a", "c", "c", "potential", "b"]


# Refusals.


def test_what_is_not_fitted_or_no_segmenter_or_named_as_the_result_is_refused():
    with pytest.raises(TypeError, match=r"`segmenter` must be a segmenter, such as TierSegmenter\(\), got str"):
        segmented_base(CUSTOMERS, segmenter="abc")
    with pytest.raises(TypeError, match="`segmenter` must be a fitted segmenter, got str"):
        segmented_customers(CUSTOMERS, segmenter="abc")
    with pytest.raises(NotFittedError):
        segmented_base(CUSTOMERS, segmenter=ABC, fit=False)
    fitted = segmented_base(CUSTOMERS, segmenter=ABC).segmenter
    with pytest.raises(SchemaError, match=r"`customers` has columns called \['segment'\], as the result has"):
        segmented_customers(CUSTOMERS.assign(segment=1), segmenter=fitted)
    with pytest.raises(ValueError, match="language"):
        segmented_customers(CUSTOMERS, segmenter=fitted, language="de")
