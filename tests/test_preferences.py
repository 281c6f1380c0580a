"""What groups prefer, how it changed, and how concentrated purchases are."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy.stats import chi2_contingency, gamma, multinomial
from tests.frames import as_pandas, assert_same_rows

from crmkit import SchemaError
from crmkit._stats import gamma_weight, shrunken_ratios
from crmkit.metrics import herfindahl
from crmkit.value.products import concentration_index, preference_change_table, preference_table

ASKED = {"by": "region", "item": "category"}
METHODS = (
    *("normalised_herfindahl", "effective_herfindahl", "entropy", "evenness", "effective_entropy", "hall_tideman"),
)


def lines_of(counts, *, amount=1.0):
    """Order lines with so many purchases by region (rows) and category (columns), each of another customer."""
    counts = np.asarray(counts)
    row, column = np.indices(counts.shape).reshape(2, -1)
    n = counts.ravel()
    labels = {"region": np.repeat(row, n), "category": np.repeat(column, n)}
    table = pd.DataFrame({name: np.array(list("abcdefgh"))[codes] for name, codes in labels.items()}, dtype=object)
    ids = np.arange(n.sum())
    date = pd.Timestamp("2024-03-01").as_unit("us")
    first = {"customer_id": ids, "order_id": ids, "date": date, "time": date, "quantity": 1.0, "amount": amount}
    return pd.concat([pd.DataFrame(first, index=ids), table], axis=1)


def cell(table, region, category):
    return table[(table["region"] == region) & (table["category"] == category)].iloc[0]


# Counts of profit.md, section 5
SMALL = [[3, 1, 0], [2, 0, 1], [4, 2, 1], [1, 0, 0]]
LINES = lines_of([[30, 70], [170, 730]])


# By hand


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("normalised_herfindahl", 0.07),
        ("effective_herfindahl", 2.631579),
        ("entropy", 1.029653),
        ("evenness", 0.937230),
        ("effective_entropy", 2.800094),
        ("hall_tideman", 0.416667),
    ],
)
def test_indices_of_known_shares(method, expected):
    # profit.md, section 8: shares .5 .3 .2
    assert concentration_index([0.5, 0.3, 0.2], method=method, correct=False) == pytest.approx(expected, abs=1e-6)
    assert concentration_index([20, 50, 30], method=method, correct=False) == pytest.approx(expected, abs=1e-6)


def test_corrected_indices_by_hand():
    # 3 1 1: H .44 -> .30 (profit.md); .30 less a third over two thirds; entropy + 2 / 10
    assert concentration_index([3, 1, 1], method="normalised_herfindahl") == pytest.approx((0.3 - 1 / 3) * 1.5)
    assert concentration_index([3, 1, 1], method="effective_herfindahl") == pytest.approx(1 / 0.3)
    plain = concentration_index([3, 1, 1], method="entropy", correct=False)
    assert concentration_index([3, 1, 1], method="entropy") == pytest.approx(plain + 0.2)
    # What could have been bought counts: with a fourth category nobody bought, 1/4 is even
    assert concentration_index([3, 1, 1, 0], method="normalised_herfindahl") == pytest.approx((0.3 - 0.25) / 0.75)
    assert concentration_index([3, 1, 1, 0], method="entropy") == pytest.approx(plain + 0.2)


def test_amounts_are_worth_fewer_purchases():
    # 300, 100, 100 in five orders alike are the counts 3, 1, 1
    amounts = concentration_index([300.0, 100, 100], method="effective_herfindahl", effective_n=5)
    assert amounts == pytest.approx(1 / 0.3)


def test_nothing_one_purchase_and_one_category():
    for method in METHODS:
        assert math.isnan(concentration_index([], method=method))
        assert math.isnan(concentration_index([0, 0], method=method))
        assert math.isnan(concentration_index([1, np.nan], method=method))
    assert math.isnan(concentration_index([1, 0], method="normalised_herfindahl"))
    assert math.isnan(concentration_index([1, 1], method="effective_herfindahl"))
    assert math.isnan(concentration_index([4], method="evenness"))
    assert concentration_index([4], method="hall_tideman") == 1
    assert math.isnan(concentration_index(np.ones(2000), method="effective_entropy", effective_n=1))


def test_index_by_hand():
    # profit.md, section 8: (30/100) / (200/1000) = 1.5 both ways
    found = cell(preference_table(LINES, **ASKED), "a", "a")
    assert found[["value", "expected", "raw_index"]].tolist() == pytest.approx([30, 20, 150])
    other_way = preference_table(LINES, by="category", item="region")
    assert cell(other_way, "a", "a")[["raw_index", "index", "residual"]].tolist() == pytest.approx(
        found[["raw_index", "index", "residual"]].tolist()
    )
    assert found["residual"] == pytest.approx(10 / math.sqrt(20 * 0.9 * 0.8))


def test_white_space_of_the_reference():
    # profit.md, section 5: E of the first row 2.6667 .8 .5333, index 112.5 125 0; κ = 2: 107.14 107.14 78.95
    table = preference_table(lines_of(SMALL), **ASKED, shrink=False)
    first = table[table["region"] == "a"].sort_values("category")
    assert_allclose(first["expected"], [2.6667, 0.8, 0.5333], atol=5e-5)
    assert_allclose(first["index"], [112.5, 125, 0])
    shrunk = shrunken_ratios(np.array([3.0, 1, 0]), first["expected"].to_numpy(), weight=2, level=0.95)
    assert_allclose(100 * shrunk[0], [107.14, 107.14, 78.95], atol=5e-3)


def test_two_purchases_do_not_top_the_list():
    # The index of 2 purchases where .25 are expected is 800, that of 900 where 600 are is 150.
    table = preference_table(lines_of([[900, 300, 0], [0, 300, 0], [48, 0, 2]]), **ASKED)
    raw = table.loc[table["raw_index"].idxmax()]
    assert raw[["region", "category"]].tolist() == ["c", "c"]
    assert raw["too_few"]
    assert table.iloc[0]["value"] > 2
    assert raw["weight_of_mean"] == table["weight_of_mean"].max()
    assert (table["lower"].diff().dropna() <= 0).all()


def test_money_counts_by_its_effective_number():
    # Amounts 10 three times and 70: 10000 / 5200 purchases
    lines = lines_of([[3, 1], [2, 2]], amount=[10.0, 10, 10, 70, 10, 10, 10, 10])
    found = preference_table(lines, **ASKED)
    assert found["effective_n"].sum() == pytest.approx(140**2 / 5600)
    assert found["approximate"].all()
    assert found["value"].sum() == 140
    counted = preference_table(lines, **ASKED, value="n_customers")
    assert counted["effective_n"].tolist() == counted["value"].tolist() == counted["n_customers"].tolist()
    assert not counted["approximate"].any()


def test_lines_of_an_order_are_one_purchase_and_returns_none():
    lines = lines_of([[2, 1], [1, 2]])
    lines = pd.concat([lines, lines.head(1), lines.head(1).assign(order_id=99, quantity=-1.0, amount=-0.5)])
    orders = cell(preference_table(lines, **ASKED, value="n_orders"), "a", "a")
    assert orders[["value", "n_orders", "n_customers"]].tolist() == [2, 2, 2]
    assert cell(preference_table(lines, **ASKED), "a", "a")["value"] == 2.5


def test_missing_labels_are_a_group_of_their_own():
    lines = lines_of([[2, 1], [1, 2]])
    lines.loc[0, "region"] = None
    table = preference_table(lines, **ASKED)
    assert table["scope"].value_counts().to_dict() == {"group": 4, "no label": 2}
    assert table["value"].sum() == 6


def test_one_group_has_nothing_to_compare_with():
    table = preference_table(lines_of([[3, 2]]), **ASKED)
    assert table["index"].tolist() == [100, 100]
    assert table[["lower", "upper", "residual", "p_value"]].isna().all(axis=None)


def test_no_lines_give_no_rows():
    table = preference_table(LINES.head(0), **ASKED)
    assert list(table) == list(preference_table(LINES, **ASKED))
    assert table.empty


def test_every_kind_of_frame(build):
    for value in ("amount", "n_customers"):
        expected = preference_table(lines_of(SMALL), **ASKED, value=value)
        assert_same_rows(preference_table(build(lines_of(SMALL)), **ASKED, value=value), expected)
    assert as_pandas(preference_table(build(LINES.head(0)), **ASKED)).empty


# Reference


def test_residuals_are_those_of_the_test_of_independence():
    counts = np.array([[12, 30, 7], [25, 22, 40]])
    table = preference_table(lines_of(counts), **ASKED).sort_values(["region", "category"])
    expected = chi2_contingency(counts, correction=False).expected_freq
    rest = np.outer(1 - counts.sum(axis=1) / counts.sum(), 1 - counts.sum(axis=0) / counts.sum())
    assert_allclose(table["residual"], ((counts - expected) / np.sqrt(expected * rest)).ravel())
    assert_allclose(table["expected"], expected.ravel())


def test_the_interval_is_that_of_the_posterior():
    table = preference_table(lines_of([[12, 30, 7], [25, 22, 40]]), **ASKED, level=0.9)
    weight = (table["weight_of_mean"] * table["expected"] / (1 - table["weight_of_mean"])).to_numpy()
    assert_allclose(weight, weight[0])
    law = gamma(table["value"] + weight, scale=1 / (table["expected"] + weight))
    assert_allclose(table["lower"], 100 * law.ppf(0.05))
    assert_allclose(table["upper"], 100 * law.ppf(0.95))


@pytest.mark.parametrize(
    ("n", "raw", "corrected", "entropy", "miller_madow"),
    [(5, 0.504, 0.380, 0.787, 0.934), (20, 0.411, 0.380, 0.977, 1.027)],
)
def test_bias_of_few_purchases(n, raw, corrected, entropy, miller_madow):
    # True H .38 and entropy 1.0297; means over all that may be bought, beside simulated ones
    counts = np.array([(a, b, n - a - b) for a in range(n + 1) for b in range(n + 1 - a)])
    chance = multinomial(n, [0.5, 0.3, 0.2]).pmf(counts)
    found = [[herfindahl(each, correct=correct) for each in counts] for correct in (False, True)]
    found += [
        [concentration_index(each, method="entropy", correct=correct) for each in counts] for correct in (False, True)
    ]
    assert_allclose(np.array(found) @ chance, [raw, corrected, entropy, miller_madow], atol=5e-4)
    assert np.array(found[1]) @ chance == pytest.approx(0.38, rel=1e-12)


def test_the_variance_of_preferences_is_recovered():
    # 400 ratios with a variance of .25
    rng = np.random.default_rng(5)
    margins = 20_000 * np.outer(rng.dirichlet(np.full(20, 5.0)), rng.dirichlet(np.full(20, 5.0)))
    seen = rng.poisson(margins * rng.gamma(4, 1 / 4, size=(20, 20))).astype(float)
    row, column = seen.sum(axis=1, keepdims=True) / seen.sum(), seen.sum(axis=0, keepdims=True) / seen.sum()
    weight = gamma_weight(seen, row * column * seen.sum(), (1 - row) * (1 - column), degrees=19**2)
    assert weight == pytest.approx(4, rel=0.2)
    by_chance = rng.poisson(margins).astype(float)
    row, column = (by_chance.sum(axis=at, keepdims=True) / by_chance.sum() for at in (1, 0))
    args = by_chance, row * column * by_chance.sum(), (1 - row) * (1 - column)
    assert gamma_weight(*args, degrees=19**2) > 200


# Laws


COUNTS = st.lists(st.integers(0, 10**6), min_size=2, max_size=8)


@given(COUNTS, st.sampled_from(METHODS), st.booleans())
def test_order_and_unit_do_not_matter(counts, method, correct):
    found = concentration_index(counts, method=method, correct=correct)
    assert concentration_index(counts[::-1], method=method, correct=correct) == pytest.approx(found, nan_ok=True)
    scaled = concentration_index([7.5 * count for count in counts], method=method, correct=False)
    plain = concentration_index(counts, method=method, correct=False)
    assert scaled == pytest.approx(plain, nan_ok=True, abs=1e-12)


@given(COUNTS)
def test_indices_lie_where_they_should(counts):
    n, bought = len(counts), sum(counts)
    if bought < 2:
        return
    assert -1e-12 <= herfindahl(counts) <= 1 + 1e-12
    plain = {method: concentration_index(counts, method=method, correct=False) for method in METHODS}
    rounding = 1e-9
    assert -rounding <= plain["normalised_herfindahl"] <= 1 + rounding
    assert -rounding <= plain["evenness"] <= 1 + rounding
    assert 1 - rounding <= plain["effective_herfindahl"] <= plain["effective_entropy"] + rounding <= n + 2 * rounding
    assert 1 / n - rounding <= plain["hall_tideman"] <= 1 + rounding


@given(
    st.lists(st.lists(st.integers(0, 40), min_size=3, max_size=3), min_size=2, max_size=4),
    st.sampled_from([1e-200, 0.01, 1.0, 7e9, 1e300]),
)
def test_shares_expectations_and_money_add_up(counts, unit):
    lines = lines_of(counts, amount=1.0)
    table = preference_table(lines.assign(amount=unit), **ASKED)
    assert table["value"].sum() == pytest.approx(unit * len(lines), rel=1e-9)
    assert table["expected"].sum() == pytest.approx(unit * len(lines), rel=1e-9)
    for _, group in table.groupby("region"):
        assert group["group_share"].sum() == pytest.approx(1)
    plain = preference_table(lines, **ASKED)
    for name in ("raw_index", "index", "lower", "upper", "residual"):
        assert_allclose(table[name], plain[name], rtol=1e-6, atol=1e-6)
    known = table.dropna(subset=["lower"])
    assert ((known["lower"] <= known["index"]) & (known["index"] <= known["upper"])).all()
    # What is shrunk lies between 100 and the index as it is.
    rounding = 1e-6
    ends = known[["raw_index"]].assign(even=100.0)
    assert (known["index"] >= ends.min(axis=1) - rounding).all()
    assert (known["index"] <= ends.max(axis=1) + rounding).all()


# Refusals


def test_refusals_of_indices():
    with pytest.raises(ValueError, match=r"`counts` must be whole numbers for correct=True, got \[0.5, 0.3, 0.2\]"):
        concentration_index([0.5, 0.3, 0.2], method="entropy")
    with pytest.raises(ValueError, match="`counts` must not be below 0"):
        concentration_index([-1, 2], method="entropy")
    with pytest.raises(ValueError, match="`counts` must be a column of numbers, got 2 dimensions"):
        concentration_index([[1, 2]], method="entropy")
    with pytest.raises(ValueError, match=r"`effective_n` must be at least 1, got 0.5"):
        concentration_index([1, 2], method="entropy", effective_n=0.5)
    with pytest.raises(ValueError, match="`method` must be one of"):
        concentration_index([1, 2], method="simpson")


def test_refusals_of_preferences():
    back = lines_of([[2, 1], [1, 2]], amount=[1, 1, -3, 1, 1, 1])
    with pytest.raises(SchemaError, match=r"adds up to less than 0 in 1 cell, such as \[\('a', 'b'\)\].*returns="):
        preference_table(back, **ASKED)
    with pytest.raises(SchemaError, match=r"`order_lines\['amount'\]` is missing in 6 rows.*value='n_orders'"):
        preference_table(back.assign(amount=np.nan), **ASKED)
    with pytest.raises(SchemaError, match=r"`order_lines\['amount'\]` is infinite in 1 row"):
        preference_table(lines_of([[1, 0], [0, 0]], amount=np.inf), **ASKED)
    with pytest.raises(ValueError, match="`by` and `item` must be two columns, got 'region' for both"):
        preference_table(LINES, by="region", item="region")
    with pytest.raises(ValueError, match=r"`order_lines\['index'\]` is a column of the result too"):
        preference_table(LINES, by="index", item="category")
    with pytest.raises(ValueError, match="`level` must"):
        preference_table(LINES, **ASKED, level=95)
    many = LINES.head(1).loc[np.zeros(2001, dtype=int)].reset_index(drop=True)
    many = many.assign(region=np.arange(2001), category=np.arange(2001))
    with pytest.raises(SchemaError, match="2,001 groups by 2,001 items are more than 2,000,000 cells"):
        preference_table(many, **ASKED)


def test_input_is_untouched():
    before = LINES.copy()
    preference_table(LINES, **ASKED)
    pd.testing.assert_frame_equal(LINES, before)


# Changes


YEARS = {"before": ("2024-01-01", "2024-12-31"), "after": ("2025-01-01", "2025-12-31")}


def two_years(before, after):
    """Lines of two years, customers of each year being the same as far as there are as many."""
    sides = []
    for year, counts in (("2024-03-01", before), ("2025-03-01", after)):
        lines = lines_of(counts)
        lines["date"] = lines["time"] = pd.Timestamp(year).as_unit("us")
        sides.append(lines.assign(order_id=lines["order_id"] + 10**6 * len(sides)))
    return pd.concat(sides, ignore_index=True)


def test_change_by_hand():
    # 60 40 0 -> 50 40 10: (.1 + 0 + .1) / 2
    lines = two_years([[60, 40, 0]], [[50, 40, 10]])
    found = preference_change_table(lines, **ASKED, **YEARS)
    assert found["share_before"].tolist() == [0.6, 0.4, 0]
    assert found["share_after"].tolist() == [0.5, 0.4, 0.1]
    assert found["change"].tolist() == pytest.approx([-0.1, 0, 0.1])
    assert found["distance"].tolist() == pytest.approx([0.1] * 3)
    assert (found["lower"] <= found["change"]).all()
    assert (found["change"] <= found["upper"]).all()
    assert 0 < found["distance_by_chance"].iloc[0] < 0.1


def test_distances_by_chance_are_told_from_others():
    same = preference_change_table(two_years([[90, 60, 50]], [[90, 60, 50]]), **ASKED, **YEARS)
    assert same["distance"].iloc[0] == 0
    assert same["distance_p_value"].iloc[0] == 1
    other = preference_change_table(two_years([[90, 60, 50]], [[40, 60, 100]]), **ASKED, **YEARS).iloc[0]
    assert other["distance_p_value"] < 0.01
    # Independent shares .45 .3 .25 of 200 each: mean |difference| is sqrt(2 p q / 200) sqrt(2 / pi)
    expected = sum(np.sqrt(2 * p * (1 - p) / 200 * 2 / np.pi) for p in (0.45, 0.3, 0.25)) / 2
    apart = two_years([[90, 60, 50]], [[90, 60, 50]])
    apart["customer_id"] = apart["order_id"]
    by_chance = preference_change_table(apart, **ASKED, **YEARS)["distance_by_chance"].iloc[0]
    assert by_chance == pytest.approx(expected, rel=0.1)


def test_a_group_of_one_period_has_no_change():
    found = preference_change_table(two_years([[6, 4], [0, 0]], [[5, 5], [3, 0]]), **ASKED, **YEARS)
    assert found.loc[found["region"] == "b", ["share_before", "change", "distance"]].isna().all(axis=None)
    assert found.loc[found["region"] == "b", "too_few"].all()


def test_no_lines_have_no_change():
    lines = two_years([[6, 4]], [[5, 5]])
    found = preference_change_table(lines.head(0), **ASKED, **YEARS)
    assert list(found) == list(preference_change_table(lines, **ASKED, **YEARS, n_draws=100))
    assert found.empty


def test_order_of_rows_and_kind_of_frame_do_not_matter(build):
    lines = two_years([[6, 4], [2, 1]], [[5, 5], [3, 1]])
    for value in ("amount", "n_customers"):
        expected = preference_change_table(lines, **ASKED, **YEARS, value=value, n_draws=100)
        shuffled = lines.sample(frac=1, random_state=1)
        found = preference_change_table(build(shuffled), **ASKED, **YEARS, value=value, n_draws=100)
        assert_same_rows(found, expected)


def test_refusals_of_changes():
    lines = two_years([[6, 4]], [[5, 5]])
    with pytest.raises(TypeError, match="`before` must be a pair"):
        preference_change_table(lines, **ASKED, **(YEARS | {"before": "2024"}))
    with pytest.raises(ValueError, match="`before` ends on 2023-01-01, before it begins on 2024-01-01"):
        preference_change_table(lines, **ASKED, **(YEARS | {"before": ("2024-01-01", "2023-01-01")}))
    with pytest.raises(ValueError, match="`after` begins on 2024-06-01, but `before` ends on 2024-12-31 only"):
        preference_change_table(lines, **ASKED, **(YEARS | {"after": ("2024-06-01", "2025-01-01")}))
    with pytest.raises(SchemaError, match="adds up to less than 0 in 1 cell"):
        preference_change_table(lines.assign(amount=[-9.0, *[1.0] * 19]), **ASKED, **YEARS)


def test_blank_text_is_no_label():
    lines = pd.concat([LINES, lines_of([[2]]).assign(region="  ")], ignore_index=True)
    for table in (lines, lines.replace({"category": {"b": 7}})):
        found = preference_table(table, **ASKED, value="n_orders")
        assert found.groupby("scope", dropna=False)["value"].sum().to_dict() == {"group": 1000, "no label": 2}
        assert found.loc[found["scope"] == "no label", "region"].isna().all()
