"""Scored customers, the base of shares, and what must be known of a log."""

from datetime import datetime

import numpy as np
import pandas as pd
import polars as pl
import pytest
from pandas.testing import assert_frame_equal

from crmkit import SchemaError, as_transactions, customer_summary, load_cdnow
from crmkit._messages import Words
from crmkit.activity import LogHole, LogSpan
from crmkit.segment import RFMSegmenter, TierSegmenter
from crmkit.views import (
    base_customers,
    base_remarks,
    base_segments,
    base_table,
    hole_remarks,
    scored_customers,
    stale_remarks,
)

MADE = ["r_score", "f_score", "m_score", "rfm_segment", "rfm_segment_name", "tier", "tier_name", "tier_reason"]
NEWEST, AS_OF = datetime(2024, 3, 1), datetime(2024, 6, 30)


@pytest.fixture(scope="module")
def customers():
    return customer_summary(as_transactions(load_cdnow()), as_of="1998-06-30")


def hole(number, kind="missing"):
    day = datetime(2024, 1, 1 + number)
    return LogHole(kind, day, day, 4, 7.5, 19.2)


# By hand.


def test_the_base_parts_those_below_zero_and_those_without_a_purchase_day():
    # 70 + 30 in the base; one ordered and got 10 back on balance; one has refunds alone
    customers = pd.DataFrame({"n_orders": [3, 2, 1, 0], "spend": [70.0, 30.0, -10.0, -5.0]})
    found = base_table(customers)
    assert found["part"].tolist() == ["customers", "below_zero", "no_purchase_day", "all"]
    assert found["n_customers"].tolist() == [2, 1, 1, 4]
    assert found["amount"].tolist() == [100.0, -10.0, -5.0, 85.0]
    assert base_customers(customers)["spend"].tolist() == [70.0, 30.0, 0.0]
    assert base_remarks(found) == [
        "Not counted: 1 customer without a purchase day (only refunds, or days that refunds cancel), -5.00 in all. "
        "Counted as 0 in shares of revenue: 1 customer who ordered but got back more than they paid, -10.00 in all. "
        "Shares of revenue are based on the other customers' 100.00; together with the amounts above, this makes the "
        "revenue of 85.00."
    ]
    (remark,) = base_remarks(found)
    assert remark.told("zh", Words()) == (
        "另有 1 位没有购买日（仅有退款，或当日订单被退款抵消），不计入客户，合计 -5.00。"
        "有 1 位客户下过单但退款多于付款，合计 -10.00，计算占比时按 0 计。"
        "各项销售额占比均以其余客户的 100.00 为基数，与上述金额相加即为销售额 85.00。"
    )
    assert base_remarks(base_table(customers.head(2))) == []


def test_scores_segments_and_tiers_are_those_of_the_library(customers):
    segments = base_segments(customers)
    found = scored_customers(customers, segments=segments, language="zh")
    assert found.columns.tolist() == [*customers.columns, *MADE]
    rfm, tiers = RFMSegmenter().fit(customers), TierSegmenter().fit(customers)
    scores = rfm.scorer_.transform(customers)
    assert_frame_equal(found[MADE[:3]].astype("Int64"), scores.astype("Int64"))
    assert found["rfm_segment"].tolist() == rfm.predict(customers).tolist()
    assert found["tier"].tolist() == tiers.predict(customers).tolist()
    assert found["tier_reason"].tolist() == tiers.explain(customers, language="zh").tolist()
    assert set(found["tier_name"]) == {"核心客户", "重要客户", "普通客户"}
    assert_frame_equal(segments.tiers, tiers.summary(customers))
    assert_frame_equal(segments.rfm_segments, rfm.summary(customers))
    assert repr(segments) == "BaseSegments(RFMSegmenter(), TierSegmenter())"


def test_a_later_base_is_scored_on_the_earlier_one(customers):
    earlier = base_segments(customers)
    later = customers.assign(days_since_last=customers["days_since_last"] + 1000)
    found = scored_customers(later, segments=earlier)
    assert found["r_score"].unique().tolist() == [1]


def test_prospects_are_potential_customers_and_outside_the_base(customers):
    prospect = customers.head(1).assign(customer_id=-1, n_orders=0, spend=0.0, days_since_last=np.nan)
    both = pd.concat([customers, prospect], ignore_index=True)
    known, unknown = base_segments(both, with_prospects=True), base_segments(both)
    assert known.tiers["n_customers"].iloc[-1] == known.rfm_segments["n_customers"].iloc[-1] == 1
    assert unknown.tiers["n_customers"].iloc[-1] == 0
    assert known.base["n_customers"].tolist() == [2357, 0, 0, 2357]
    assert unknown.base["n_customers"].tolist() == [2357, 0, 1, 2358]
    scored = scored_customers(both, segments=known)
    assert scored["tier"].iloc[-1] == "potential"
    assert scored[["r_score", "f_score", "m_score"]].iloc[-1].isna().all()


def test_holes_are_named_in_one_sentence_and_doubled_days_in_another():
    named = hole_remarks([hole(0), hole(1, "partial"), hole(2, "doubled")])
    assert named == [
        "The log seems to be incomplete: no orders on 2024-01-01 (7 to 20 expected); 4 orders on 2024-01-02 (7 to 20 "
        "expected).",
        "Days of the log seem to be doubled: all 4 orders on 2024-01-03 occur an even number of times, perhaps loaded "
        "twice.",
    ]
    (many,) = hole_remarks([hole(number) for number in range(7)], of="shop north")
    assert many.startswith("The log seems to be incomplete for shop north: no orders on 2024-01-01")
    assert many.endswith("; and 2 more.")
    assert many.told("zh", Words()).endswith("；另有 2 处。")
    assert hole_remarks([]) == []


def test_the_hole_after_the_newest_order_is_left_to_the_stale_day():
    last = LogHole("missing", NEWEST, AS_OF, 0, 7.5, 19.2)
    assert hole_remarks([last], as_of=AS_OF) == []
    span = LogSpan(first_day=NEWEST, first_order=NEWEST, newest_order=NEWEST, quiet_until=datetime(2024, 4, 1))
    (remark,) = stale_remarks(span, as_of=AS_OF)
    assert remark.startswith("The newest order is from 2024-03-01, 121 days before 2024-06-30: longer than the rhythm")
    assert remark.told("zh", Words()).startswith("最近一笔订单在 2024-03-01，比截止日 2024-06-30 早 121 天")
    assert stale_remarks(span, as_of=NEWEST) == []
    assert stale_remarks(LogSpan(NEWEST, None, None, None), as_of=AS_OF) == []


# Laws.


@pytest.mark.parametrize("kind", ["polars", "lazy", "pyarrow"])
def test_the_kind_of_table_given_is_given_back(customers, kind):
    frame = pl.from_pandas(customers)
    native = {"polars": frame, "lazy": frame.lazy(), "pyarrow": frame.to_arrow()}[kind]
    segments, of_pandas = base_segments(native), base_segments(customers)
    expected = scored_customers(customers, segments=of_pandas)
    for found, wanted in (
        (scored_customers(native, segments=segments), expected),
        (segments.tiers, of_pandas.tiers),
        (segments.base, of_pandas.base),
        (base_customers(native), base_customers(customers)),
    ):
        assert isinstance(found, type(native))
        in_pandas = (found.collect() if kind == "lazy" else found).to_pandas()
        assert in_pandas.columns.tolist() == wanted.columns.tolist()
        assert in_pandas.iloc[:, -1].tolist() == pytest.approx(wanted.iloc[:, -1].tolist(), nan_ok=True)


def test_the_order_of_rows_and_their_index_are_kept(customers):
    shuffled = customers.sample(frac=1, random_state=1)
    found = scored_customers(shuffled, segments=base_segments(customers))
    assert found.index.tolist() == shuffled.index.tolist()
    assert_frame_equal(found[list(customers.columns)], shuffled)
    assert_frame_equal(found.sort_index(), scored_customers(customers, segments=base_segments(customers)))


# Refusals.


def test_without_revenue_there_are_no_tiers(customers):
    free = customers.assign(spend=0.0)
    segments = base_segments(free)
    assert (segments.tier_segmenter, segments.tiers) == (None, None)
    with pytest.raises(
        SchemaError, match="No customer paid more than they got back, so there are no shares of revenue"
    ):
        scored_customers(free, segments=segments)


def test_wrong_arguments_are_refused(customers):
    with pytest.raises(SchemaError, match="`customers` lacks the columns"):
        base_table(customers[["customer_id"]])
    with pytest.raises(SchemaError, match="nobody with an order"):
        base_segments(customers.assign(n_orders=0))
    with pytest.raises(ValueError, match="`language` must be one of"):
        scored_customers(customers, segments=base_segments(customers), language="de")
