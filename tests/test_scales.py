"""Scores of scales from blocks of survey items."""

import numpy as np
import pandas as pd
import pytest
from tests.files import data_file

from crmkit import SchemaError, as_answers
from crmkit.loyalty.satisfaction import reliability_table
from crmkit.segment.groups import scale_reliability_table, scale_score_table

ANSWERS = pd.DataFrame(
    {"a": [5, 4, None, 1], "b": [4, None, None, 2], "c": [1, 2, 3, None], "d": [3, 3, 2, 2]}, index=list("wxyz")
)
SCALES = {"price": ["a", "b", "c"], "trust": ["d"]}


# By hand


def test_scores_by_hand():
    scores = scale_score_table(ANSWERS, scales=SCALES, reversed_items=["c"], limits=(1, 5))
    # c turned is 5, 4, 3 and missing: (5 + 4 + 5) / 3, (4 + 4) / 2, one of three, (1 + 2) / 2
    np.testing.assert_allclose(scores["price"], [14 / 3, 4, np.nan, 1.5])
    np.testing.assert_allclose(scores["price_answered"], [1, 2 / 3, 1 / 3, 2 / 3])
    assert scores["trust"].tolist() == [3, 3, 2, 2]
    assert scores.index.tolist() == list("wxyz")
    strict = scale_score_table(ANSWERS, scales=SCALES, least_answered=1.0)
    assert strict["price"].notna().tolist() == [True, False, False, False]


def test_the_item_that_asks_the_other_way_is_named():
    table = pd.DataFrame({"a": [1, 2, 3, 4, 5.0], "b": [1, 2, 3, 5, 4.0], "c": [5, 4, 3, 2, 1.0]})
    told = scale_reliability_table(table, scales={"s": ["a", "b", "c"]})
    assert told["weakest_item"].tolist() == ["c"]
    assert told["weakest_correlation"].iloc[0] < 0
    turned = scale_reliability_table(table, scales={"s": ["a", "b", "c"]}, reversed_items=["c"], limits=(1, 5))
    # variances 2.5 each, covariances 2.25, 2.5 and 2.25; the sum has 7.5 + 14
    assert turned["alpha"].iloc[0] == pytest.approx(1.5 * (1 - 7.5 / 21.5))
    assert turned["n_reversed"].tolist() == [1]


def test_one_item_and_nobody_have_no_alpha():
    told = scale_reliability_table(ANSWERS, scales=SCALES)
    assert told[["n", "n_left_out"]].to_numpy().tolist() == [[1, 3], [4, 0]]
    assert told["alpha"].isna().all()
    assert told["weakest_item"].isna().all()


# Reference: the table of satisfaction


def test_alpha_is_that_of_the_table_of_satisfaction():
    ecsi = pd.read_parquet(data_file("ecsi_mobi.parquet"))
    items = [column for column in ecsi.columns if pd.api.types.is_numeric_dtype(ecsi[column])][:5]
    answers = as_answers(ecsi, items=items, scale=(1, 10))
    ours, theirs = (table(answers, scales={"image": items}) for table in (scale_reliability_table, reliability_table))
    pd.testing.assert_frame_equal(ours[["alpha", "lower", "upper"]], theirs[["alpha", "lower", "upper"]])


# Refusal


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"scales": ["a"]}, TypeError, "must map the name of each scale"),
        ({"scales": {"s": []}}, ValueError, "must map the name of each scale"),
        ({"scales": {"s": ["a", "a"]}}, ValueError, "must map the name of each scale"),
        ({"scales": {"s": "a"}}, TypeError, "must be a list of columns"),
        ({"scales": {"s": ["e"]}}, SchemaError, "lacks the columns"),
        ({"scales": {"s": ["a"]}, "reversed_items": ["b"], "limits": (1, 5)}, ValueError, "which is not an item"),
        ({"scales": {"s": ["a"]}, "reversed_items": ["a"]}, ValueError, "need `limits`"),
        ({"scales": {"s": ["a"]}, "limits": (1, 4)}, SchemaError, r"has answers beyond 1 to 4, such as \[5.0\]"),
        ({"scales": {"s": ["a"]}, "limits": (5, 1)}, ValueError, "must be 2 ascending numbers"),
        ({"scales": {"s": ["a"], "s_answered": ["b"]}}, ValueError, "Choose other names"),
        ({"scales": {"s": ["a"]}, "least_answered": 0}, ValueError, "`least_answered` must lie between 0 and 1"),
    ],
)
def test_wrong_options_are_refused(options, error, message):
    with pytest.raises(error, match=message):
        scale_score_table(ANSWERS, **options)
