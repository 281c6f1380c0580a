"""Kano's categories: by hand, with Berger's Better and Worse, and Fong's test."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.frames import IN_MEMORY, Builder, to_arrow

from crmkit.errors import SchemaError
from crmkit.loyalty.satisfaction import KANO_CATEGORIES, kano_table

# A pair of answers for each category, from 1 (like) to 5 (dislike).
PAIRS = {
    "attractive": (1, 3),
    "one_dimensional": (1, 5),
    "must_be": (2, 5),
    "indifferent": (3, 3),
    "reverse": (5, 1),
    "questionable": (1, 1),
}
WIFI = {"wifi": ("there", "missing")}


def answers(**counts):
    """Make answers with so many respondents in each category."""
    return pd.DataFrame(
        [PAIRS[category] for category, n in counts.items() for _ in range(n)], columns=["there", "missing"]
    ).astype("Int64")


def one(table, **options):
    return kano_table(table, features=WIFI, **options).iloc[0]


# By hand, and the example of Berger and others as handbooks give it: A 30, O 40, M 20, I 10.


def test_better_and_worse():
    found = one(answers(attractive=30, one_dimensional=40, must_be=20, indifferent=10))
    assert found[["better", "worse"]].tolist() == pytest.approx([0.7, -0.6])
    assert found[["category", "runner_up"]].tolist() == ["one_dimensional", "attractive"]
    assert found[["category_strength", "total_strength"]].tolist() == pytest.approx([0.1, 0.9])
    # Wilson at 70 of 100
    assert found[["better_lower", "better_upper"]].tolist() == pytest.approx([0.6042, 0.7811], abs=5e-5)
    assert found["worse_lower"] < -0.6 < found["worse_upper"]
    # 1.65 × sqrt(70 × (200 - 70) / 200) is 11.13, more than 10
    assert not found["is_clear"]
    assert one(answers(attractive=30, one_dimensional=42, must_be=20, indifferent=8))["is_clear"]


def test_every_pair_of_answers_has_its_category():
    # Rows: like, must be, neutral, live with, dislike if it is there; columns the same if it is not
    table = ["QAAAO", "RIIIM", "RIIIM", "RIIIM", "RRRRQ"]
    codes = {code[0].upper(): code for code in KANO_CATEGORIES}
    for there in range(5):
        for missing in range(5):
            row = pd.DataFrame({"there": [there + 1], "missing": [missing + 1]})
            assert one(row)["category"] == codes[table[there][missing]]


def test_of_equal_categories_the_first_in_order_is_taken():
    every = answers(attractive=2, one_dimensional=2, must_be=2, indifferent=2, reverse=2, questionable=2)
    assert one(every)[["category", "runner_up"]].tolist() == ["must_be", "one_dimensional"]
    assert not one(every)["is_clear"]
    assert one(answers(reverse=3, questionable=3))["category"] == "reverse"
    assert one(answers(reverse=3, questionable=3))[["better", "worse", "better_lower"]].isna().all()


def test_respondents_without_both_answers_are_left_out_and_counted():
    table = answers(attractive=3, must_be=1)
    table.loc[0, "missing"] = pd.NA
    found = one(table)
    assert found[["n", "n_left_out"]].tolist() == [3, 1]
    nobody = one(table.assign(there=pd.NA))
    assert nobody[["n", "n_left_out"]].tolist() == [0, 4]
    assert pd.isna(nobody["category"])
    assert nobody[["attractive", "better", "category_strength"]].isna().all()


def test_answers_in_words_and_groups():
    words = ["喜欢", "理应如此", "无所谓", "能忍受", "不喜欢"]
    table = answers(attractive=3, must_be=2).map(lambda place: words[place - 1]).assign(city=["a", "a", "b", "b", "b"])
    found = kano_table(table, features=WIFI, levels=words, by="city")
    assert found[["city", "feature", "n", "category"]].to_numpy().tolist() == [
        ["a", "wifi", 2, "attractive"],
        ["b", "wifi", 3, "must_be"],
    ]


# Laws.


@given(st.lists(st.integers(0, 9), min_size=6, max_size=6).filter(any))
def test_shares_add_up_and_weights_count(counts):
    table = answers(**dict(zip(PAIRS, counts, strict=True)))
    found = one(table)
    assert found[list(KANO_CATEGORIES)].sum() == pytest.approx(1)
    if not np.isnan(found["better"]):
        assert 0 <= found["better_lower"] <= found["better"] + 1e-12
        assert found["worse"] - 1e-12 <= found["worse_upper"] <= 0
    numbers = [*KANO_CATEGORIES, "better", "better_lower", "worse_upper", "category_strength"]
    weighted = one(table.assign(weight=250.0))
    assert weighted[numbers].tolist() == pytest.approx(found[numbers].tolist(), nan_ok=True)
    assert weighted["category"] == found["category"]


def test_unequal_weights_widen_intervals():
    table = answers(attractive=50, indifferent=50).assign(weight=[1.0, 9.0] * 50)
    plain, weighted = one(table.drop(columns="weight")), one(table)
    assert weighted["better"] == pytest.approx(plain["better"])
    # Kish: 500² / (50 × 1 + 50 × 81) is 60.98 in place of 100
    assert weighted["better_upper"] - weighted["better_lower"] > 1.2 * (plain["better_upper"] - plain["better_lower"])


# Frames, refusals.


@pytest.mark.parametrize("kind", IN_MEMORY)
def test_every_kind_of_frame_gives_the_same(kind):
    table = answers(attractive=3, must_be=2).astype(float)
    before = table.copy()
    found = to_arrow(kano_table(Builder(kind)(table), features=WIFI)).to_pandas()
    assert found["better"].tolist() == pytest.approx([0.6])
    assert found["category"].tolist() == ["attractive"]
    pd.testing.assert_frame_equal(table, before)


@pytest.mark.parametrize(
    ("changed", "options", "error", "says"),
    [
        ({}, {"features": {}}, TypeError, "`features` must map each feature to a pair"),
        ({}, {"features": {"wifi": "there"}}, TypeError, "`features` must map each feature to a pair"),
        ({}, {"features": {"wifi": ("there", "gone")}}, SchemaError, "gone"),
        ({"there": 6}, {}, SchemaError, r"`answers\['there'\]` holds \[6\], which are not in `levels`"),
        ({}, {"levels": (1, 2, 3, 4)}, ValueError, "`levels` must be five different answers"),
        ({}, {"levels": (1, 2, 3, 4, 4)}, ValueError, "`levels` must be five different answers"),
        ({}, {"levels": "12345"}, ValueError, "`levels` must be five different answers"),
        ({"weight": -1.0}, {}, SchemaError, r"`answers\['weight'\]` must be above 0"),
        ({"better": "x"}, {"by": "better"}, ValueError, "`by` names 'better', which the result has too"),
        ({}, {"level": 0}, ValueError, "`level` must lie"),
    ],
)
def test_what_cannot_be_sorted_is_refused(changed, options, error, says):
    with pytest.raises(error, match=says):
        kano_table(answers(attractive=3, must_be=2).assign(**changed), **{"features": WIFI} | options)


def test_a_table_without_rows_is_refused():
    with pytest.raises(SchemaError, match="`answers` has no rows"):
        one(answers(attractive=1).head(0))
