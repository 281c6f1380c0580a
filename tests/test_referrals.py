"""The value of referrals: multipliers and their ranges, and nobody counted twice."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from tests.frames import as_pandas

from crmkit.errors import SchemaError
from crmkit.loyalty import customer_referral_table, referral_value_table

GIVEN = {"referrals": 200, "conversion_rate": 0.3, "incremental_share": 0.6, "value_per_customer": 150}
CUSTOMERS = pd.DataFrame(
    {
        "customer_id": ["ann", "bo", "cy", "di"],
        "referred_by": [None, "ann", "ann", "bo"],
        "lifetime_value": [200.0, 100, 50, 80],
    },
    index=list("wxyz"),
)


def value_of(**options):
    return referral_value_table(**{**GIVEN, **options}).set_index("quantity")


# By hand.


def test_the_value_by_hand():
    # 200 x .3 = 60, of whom 36 would not have come: 36 x 150 = 5,400; 24 x 40 = 960 saved; 60 x 20 + 200 x 1 = 1,400
    found = value_of(acquisition_cost=40, reward=20, cost_per_referral=1)
    expected = [200, 60, 36, 5400, 960, 1400, 4960, -440]
    assert found["expected"].tolist() == pytest.approx(expected)
    assert_allclose(found["low"], expected)
    assert_allclose(found["high"], expected)
    # as Kumar and colleagues count it, 60 x 40 = 2,400 are saved
    all_saved = value_of(acquisition_cost=40, reward=20, cost_per_referral=1, saved_for="all")
    assert all_saved.loc["referral_value", "expected"] == pytest.approx(5400 + 2400 - 1400)
    # two years at 10 %: over 1.21; the costs are paid now
    later = value_of(acquisition_cost=40, reward=20, discount_rate=0.1, delay_years=2)
    assert later.loc["referral_value", "expected"] == pytest.approx((5400 + 960) / 1.21 - 1200)


def test_ranges_are_carried_through_by_hand():
    found = value_of(
        conversion_rate=[0.2, 0.3, 0.4],
        incremental_share=[0.4, 0.6, 0.8],
        value_per_customer=[100, 150, 200],
        acquisition_cost=40,
        reward=20,
    )
    # low: 40 join, 16 x 100 + 24 x 40 - 40 x 20; high: 80 join, 64 x 200 + 16 x 40 - 80 x 20
    assert found.loc["referral_value"].tolist() == pytest.approx([1760, 5160, 11840])
    # least saved where few join and most would not have come: 40 x .2 x 40 - 800
    assert found.loc["acquisition_saved"].tolist() == pytest.approx([320, 960, 1920])


def test_customers_by_hand(build_in_memory):
    given = build_in_memory(CUSTOMERS)
    table = as_pandas(
        customer_referral_table(given, incremental_share=0.6, acquisition_cost=50, reward=12), in_order=True
    )
    # ann: .6 x 150 and (.4 x 50 - 12) x 2; bo: .6 x 80 and 8, less .6 x 100
    assert table["n_referred"].tolist() == [2, 1, 0, 0]
    assert_allclose(table["referral_value"], [106, 56, 0, 0])
    assert_allclose(table["credited_away"], [0, 60, 30, 48])
    assert_allclose(table["total_value"], [306, 96, 20, 32])
    assert_allclose(table["total_value_low"], table["total_value"])


def test_ranges_of_customers_by_hand():
    table = customer_referral_table(CUSTOMERS, incremental_share=[0.2, 0.6, 1], reward=10)
    assert table.index.tolist() == list("wxyz")
    # ann: .2 and 1 times 150, less 20; cy: 50 less 1 and .2 times 50
    assert table.loc["w", ["referral_value_low", "referral_value", "referral_value_high"]].tolist() == [10, 70, 130]
    assert table.loc["y", ["total_value_low", "total_value", "total_value_high"]].tolist() == [0, 20, 40]


def test_referrers_who_are_not_there_are_credited_only_if_told():
    strange = CUSTOMERS.assign(referred_by=[None, "ann", "eve", "bo"])
    with pytest.raises(SchemaError, match=r"names 1 customer who is not in the table, such as \['eve'\]"):
        customer_referral_table(strange, incremental_share=1)
    table = customer_referral_table(strange, incremental_share=1, reward=5, unknown_referrers="ignore")
    assert table["n_referred"].tolist() == [1, 1, 0, 0]
    assert table["total_value"].tolist() == [295, 75, 50, 0]


def test_ids_that_became_floats_where_some_are_missing():
    numbered = pd.DataFrame({"customer_id": [1, 2], "referred_by": [np.nan, 1], "lifetime_value": [10, 20]})
    assert customer_referral_table(numbered, incremental_share=0.5)["total_value"].tolist() == [20, 10]
    named = CUSTOMERS.assign(referred_by=pd.Categorical(CUSTOMERS["referred_by"]))
    assert customer_referral_table(named, incremental_share=0)["n_referred"].tolist() == [2, 1, 0, 0]


# Laws.

SHARES = st.lists(st.integers(0, 20).map(lambda n: n / 20), min_size=3, max_size=3).map(sorted)


@given(SHARES, SHARES, st.lists(st.integers(-50, 200), min_size=3, max_size=3).map(sorted), st.integers(0, 60))
def test_no_combination_lies_outside_the_range(conversion, incremental, value, cost):
    ranged = {"conversion_rate": conversion, "incremental_share": incremental, "value_per_customer": value}
    found = value_of(**ranged, acquisition_cost=cost, reward=20)
    for chosen in itertools.product(*ranged.values()):
        one = value_of(**dict(zip(ranged, chosen, strict=True)), acquisition_cost=cost, reward=20)["expected"]
        assert (one >= found["low"] - 1e-6).all()
        assert (one <= found["high"] + 1e-6).all()
    assert_allclose(found.loc["margin", "expected"] + found.loc["added_to_base", "expected"],
                    found.loc["referral_value", "expected"], atol=1e-6)  # fmt: skip


@given(
    st.lists(st.tuples(st.integers(-1, 8), st.integers(-20, 100)), min_size=1, max_size=9),
    st.integers(0, 10).map(lambda n: n / 10),
    st.integers(0, 10).map(lambda n: n / 10),
)
def test_totals_add_up_to_own_values_and_savings_less_rewards(rows, incremental, credited):
    # everybody is referred by somebody before them, or by nobody
    by = [None if to < 0 or to >= at else to for at, (to, _) in enumerate(rows)]
    base = pd.DataFrame(
        {"customer_id": range(len(rows)), "referred_by": by, "lifetime_value": [float(value) for _, value in rows]}
    )
    options = {"incremental_share": incremental, "credited_share": credited, "acquisition_cost": 30, "reward": 7}
    table = customer_referral_table(base, **options)
    n_referred = sum(each is not None for each in by)
    assert table["n_referred"].sum() == n_referred
    extra = n_referred * (30 * (1 - incremental) - 7)
    assert table["total_value"].sum() == pytest.approx(base["lifetime_value"].sum() + extra)


# Refusals.


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"conversion_rate": 30}, ValueError, "`conversion_rate` must lie between 0 and 1"),
        ({"referrals": -1}, ValueError, "`referrals` must lie between 0"),
        ({"reward": [1, 2]}, ValueError, "`reward` must be a number, or its low, expected and high value"),
        ({"reward": [3, 2, 1]}, ValueError, "`reward` must not fall"),
        ({"reward": "20"}, TypeError, "`reward` must be a number"),
        ({"value_per_customer": np.nan}, ValueError, "`value_per_customer` must be a finite number"),
        ({"saved_for": "none"}, ValueError, "`saved_for` must be one of"),
    ],
)
def test_multipliers_that_cannot_be_are_refused(options, error, words):
    with pytest.raises(error, match=words):
        value_of(**options)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"lifetime_value": [1.0, np.nan, 2, 3]}, r"`customers\['lifetime_value'\]` is missing or infinite in 1 row"),
        ({"customer_id": ["ann", "bo", "bo", "di"]}, "missing or occurs twice in 1 row"),
        ({"referred_by": ["ann", None, None, None]}, r"leads in a circle: \['ann'\]"),
        ({"referred_by": ["cy", "ann", "bo", "bo"]}, r"leads in a circle: \['ann', 'bo', 'cy'\]"),
        ({"referred_by": [None, 1, 1, 2]}, "ids of different kinds"),
    ],
)
def test_customers_that_cannot_be_are_refused(changed, words):
    with pytest.raises(SchemaError, match=words):
        customer_referral_table(CUSTOMERS.assign(**changed), incremental_share=0.5)


def test_a_table_without_the_columns_is_refused():
    with pytest.raises(SchemaError, match=r"lacks the columns \['referred_by'\]"):
        customer_referral_table(CUSTOMERS.drop(columns="referred_by"), incremental_share=0.5)
    with pytest.raises(ValueError, match="`unknown_referrers` must be one of"):
        customer_referral_table(CUSTOMERS, incremental_share=0.5, unknown_referrers="drop")
