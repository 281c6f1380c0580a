"""What is bought together: rules, itemsets, and which lines make baskets."""

import math
from fractions import Fraction
from itertools import combinations

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib import pyplot as plt
from numpy.testing import assert_allclose
from tests.files import data_file
from tests.frames import as_pandas, assert_same_rows

from crmkit import SchemaError
from crmkit._stats import adjusted_p_values, fisher_p_values
from crmkit.plotting import plot_association_rules, plot_pair_lifts
from crmkit.value.products import association_rules_table, basket_audit_table, basket_lift, frequent_itemsets_table

mpl.use("Agg")

MEASURES = ["support", "confidence", "lift", "leverage", "conviction", "zhang", "kulczynski", "imbalance", "jaccard"]


def lines_of(baskets):
    """Order lines of baskets that are written as texts of one letter per item."""
    pairs = [(order, letter) for order, basket in enumerate(baskets) for letter in basket]
    return pd.DataFrame(pairs, columns=["order_id", "product"])


def counted(n, a, b, ab):
    """Baskets by the counts of two items; C is in those with neither."""
    return lines_of(["AB"] * ab + ["A"] * (a - ab) + ["B"] * (b - ab) + ["C"] * (n - a - b + ab))


def rule(rules, antecedent, consequent):
    """One rule of single items."""
    return rules[(rules["antecedent"] == antecedent) & (rules["consequent"] == consequent)].iloc[0]


def members(rules, side):
    """The items of a side of each rule."""
    columns = [name for name in rules if name == side or name.startswith(f"{side}_")]
    return [tuple(label for label in row if not pd.isna(label)) for row in rules[columns].itertuples(index=False)]


def every_set(baskets, *, least, max_items):
    """All frequent sets by looking at every subset of every basket."""
    found = {}
    for basket in map(set, baskets):
        for size in range(1, max_items + 1):
            for items in combinations(sorted(basket), size):
                found[items] = found.get(items, 0) + 1
    return {items: n for items, n in found.items() if n >= least}


def fisher_exactly(n, a, b, ab):
    """The upper tail of the hypergeometric law by fractions."""
    tail = sum(math.comb(a, k) * math.comb(n - a, b - k) for k in range(ab, min(a, b) + 1))
    return float(Fraction(tail, math.comb(n, b)))


@pytest.fixture(scope="module")
def retail():
    """Sold lines of Online Retail."""
    columns = ["InvoiceNo", "StockCode", "Quantity", "UnitPrice"]
    lines = pd.read_parquet(data_file("online_retail.parquet"), columns=columns)
    return lines[(lines["Quantity"] > 0) & (lines["UnitPrice"] > 0)]


ASKED = {"item": "product", "min_support": 0.01}
RETAIL = {"item": "StockCode", "basket": "InvoiceNo"}


# By hand


def test_the_measures_of_a_rule_by_hand():
    # n 1000, A 200, B 100, AB 40
    rules = association_rules_table(counted(1000, 200, 100, 40), **ASKED)
    found = rule(rules, "A", "B")
    assert found[["n_baskets", "n_antecedent", "n_consequent", "n_both", "n_too_large"]].tolist() == [
        *(1000, 200, 100, 40),
        0,
    ]
    expected = [0.04, 0.2, 2, 0.02, 1.125, 0.625, 0.3, 100 / 260, 40 / 260]
    assert_allclose(found[MEASURES].astype(float), expected, rtol=1e-12)
    assert found["certainty"] == pytest.approx(0.1 / 0.9, rel=1e-12)
    assert found["p_value"] == pytest.approx(8.85353e-7, abs=5e-13)
    assert not found["exact"]
    assert not found["too_few"]
    # phi and chi-square follow: .166667, 27.7778
    phi = found["leverage"] / math.sqrt(0.2 * 0.8 * 0.1 * 0.9)
    assert (phi, 1000 * phi**2) == (pytest.approx(1 / 6), pytest.approx(27.7778, abs=5e-5))


def test_items_that_avoid_each_other():
    found = rule(association_rules_table(counted(1000, 200, 100, 10), **ASKED), "A", "B")
    assert found[["lift", "zhang", "conviction"]].tolist() == pytest.approx([0.5, -5 / 9, 18 / 19], rel=1e-12)
    # Confidence .05 of .1: less likely by half
    assert found["certainty"] == pytest.approx(-0.5)
    assert found["p_value"] > 0.99


def test_a_rule_that_is_never_wrong_has_no_conviction():
    rules = association_rules_table(lines_of(["AB", "AB", "B", "C"]), item="product", min_support=0.1)
    found, back = rule(rules, "A", "B"), rule(rules, "B", "A")
    assert (found["exact"], back["exact"]) == (True, False)
    assert math.isnan(found["conviction"])
    assert (found["certainty"], found["confidence"], found["too_few"]) == (1, 1, True)
    # In all baskets: nothing to tell
    every = association_rules_table(lines_of(["AB", "A", "AB"]), item="product", min_support=0.1)
    found = rule(every, "A", "B")
    assert math.isnan(found["zhang"])
    assert (found["lift"], found["certainty"], found["p_value"]) == (1, 0, 1)


def test_p_values_are_adjusted_for_all_that_was_looked_at():
    # Reference: .001 to .205, Benjamini and Hochberg
    given = [0.001, 0.008, 0.039, 0.041, 0.042, 0.060, 0.074, 0.205]
    expected = [0.008, 0.032, 0.0672, 0.0672, 0.0672, 0.08, 0.0845714, 0.205]
    assert_allclose(adjusted_p_values(given, adjust="benjamini-hochberg"), expected, atol=5e-8)
    ones = adjusted_p_values([*given, 1, 1, 1], adjust="benjamini-hochberg")[:8]
    assert_allclose(adjusted_p_values(given, adjust="benjamini-hochberg", n_ones=3), ones)
    # A, B and C: three pairs, of which B and C are never together, and A and C less often than asked for
    baskets = ["AB"] * 30 + ["A"] * 10 + ["B"] * 10 + ["AC"] * 5 + ["C"] * 45
    rules = association_rules_table(lines_of(baskets), item="product", min_support=0.2)
    p = [fisher_exactly(100, 45, 40, 30), fisher_exactly(100, 45, 50, 5), 1]
    assert len(rules) == 2
    assert_allclose(rules["p_value"], p[0], rtol=1e-12)
    assert_allclose(rules["adjusted_p_value"], min(3 * p[0], 3 * p[1] / 2, 1), rtol=1e-12)
    assert len(association_rules_table(lines_of(baskets), item="product", min_support=0.2, fdr=p[0])) == 0
    assert len(association_rules_table(lines_of(baskets), item="product", min_support=0.2, fdr=4 * p[0])) == 2


def test_what_is_no_basket():
    order_lines = pd.DataFrame(
        [
            (1, "A", 1, 5.0),
            (1, "B", 0.5, 5.0),
            (1, "A", 3, 5.0),
            (2, "A", -1, -5.0),
            (3, "A", 1, 5.0),
            (3, "POST", 1, 2.0),
            (4, "POST", 1, 2.0),
            (5, None, 1, 5.0),
            (5, " ", 1, 5.0),
            (None, "A", 1, 5.0),
            (" ", "A", 1, 5.0),
            (6, "A", 0, 0.0),
            (6, "B", 1, -1.0),
            (7, "A", None, None),
            (7, "B", 1, 0.0),
            (7, "C", 1, 1.0),
        ],
        columns=["order_id", "product", "quantity", "amount"],
    )
    asked = {"item": "product", "exclude": ["POST"]}
    audit = basket_audit_table(order_lines, **asked)
    assert dict(zip(audit["reason"], zip(audit["n_lines"], audit["n_baskets"], strict=True), strict=True)) == {
        "no order": (2, 0),
        "no item": (2, 1),
        "not sold": (3, 2),
        "excluded": (2, 1),
        "basket too large": (0, 0),
        "item again": (1, 0),
        "kept": (6, 3),
        "given": (16, 7),
    }
    rules = association_rules_table(order_lines, **asked, min_support=0.5)
    assert rules[["antecedent", "consequent", "n_both", "n_baskets"]].to_numpy().tolist() == [
        ["A", "B", 2, 3],
        ["B", "A", 2, 3],
    ]
    # Without the largest: the order of three items
    small = association_rules_table(order_lines, **asked, min_support=0.5, max_basket=2)
    assert small[["n_both", "n_baskets", "n_too_large"]].to_numpy().tolist() == [[1, 2, 1]] * 2
    audit = basket_audit_table(order_lines, **asked, max_basket=2).set_index("reason")
    assert audit.loc["basket too large"].tolist() == [3, 1]
    assert audit.loc["kept"].tolist() == [3, 2]


def test_what_the_same_customers_buy():
    lines = pd.DataFrame({"customer_id": [1, 1, 2, 2, 3], "order_id": [1, 2, 3, 4, 5], "product": list("ABABC")})
    assert association_rules_table(lines, item="product", min_support=0.1).empty
    rules = association_rules_table(lines, item="product", basket="customer_id", min_support=0.1)
    assert rules["n_both"].tolist() == [2, 2]


def test_a_share_of_the_baskets_is_compared_as_it_is_written():
    # .07 times 100 is 7.000000000000001
    lines = lines_of(["AB"] * 7 + ["C"] * 93)
    assert len(association_rules_table(lines, item="product", min_support=0.07)) == 2
    assert association_rules_table(lines, item="product", min_support=0.0701).empty


def test_rules_stand_in_one_order():
    lines = lines_of(["AB", "AB", "CD", "CD", "EF", "G", "G"])
    rules = association_rules_table(lines, item="product", min_support=0.1)
    pairs = list(zip(rules["antecedent"], rules["consequent"], strict=True))
    # Lift 7 / 1 of E and F; 7 / 2 of the others
    assert pairs == [("E", "F"), ("F", "E"), ("A", "B"), ("B", "A"), ("C", "D"), ("D", "C")]
    shuffled = lines.sample(frac=1, random_state=3)
    pd.testing.assert_frame_equal(association_rules_table(shuffled, item="product", min_support=0.1), rules)


def test_itemsets_by_hand():
    lines = lines_of(["ABC", "ABC", "AB", "C", "D"])
    sets = frequent_itemsets_table(lines, item="product", min_support=0.4, max_items=3)
    found = dict(zip(members(sets, "item"), sets["n_together"], strict=True))
    assert found == {
        ("A",): 3,
        ("B",): 3,
        ("C",): 3,
        ("A", "B"): 3,
        ("A", "C"): 2,
        ("B", "C"): 2,
        ("A", "B", "C"): 2,
    }
    # 2/5 beside (3/5)^3
    assert sets["lift"].iloc[-1] == pytest.approx(0.4 / 0.216)
    assert sets["support"].iloc[-1] == 0.4
    assert sets["n_items"].tolist() == [1, 1, 1, 2, 2, 2, 3]
    assert len(frequent_itemsets_table(lines, item="product", min_support=0.1, max_items=1)) == 4


def test_numbers_stay_numbers():
    lines = lines_of(["ABC", "AB"]).replace({"A": 7, "B": 12, "C": 3}).astype({"product": "int64"})
    rules = association_rules_table(lines, item="product", min_support=0.1, max_items=3)
    assert rules[["antecedent", "consequent"]].dtypes.tolist() == ["int64"] * 2
    assert rules[["antecedent_2", "consequent_2"]].dtypes.tolist() == ["Int64"] * 2
    assert ((7, 12), (3,)) in zip(members(rules, "antecedent"), members(rules, "consequent"), strict=True)


def test_nothing_to_find():
    for lines in (lines_of([]), lines_of(["A", "B"]), lines_of(["A"]).assign(quantity=-1)):
        assert association_rules_table(lines, item="product", min_support=0.1, max_items=4).empty
        assert frequent_itemsets_table(lines, item="product", min_support=0.9).empty
    assert basket_audit_table(lines_of([]), item="product")["n_lines"].sum() == 0


# Reference: Online Retail, by mlxtend 0.25.0


def test_rules_of_online_retail(retail):
    rules = association_rules_table(retail, **RETAIL, min_support=0.01, max_items=6)
    assert (rules["n_baskets"] == 19_960).all()
    assert (rules["lift"] >= 1).sum() == 3_814
    sets = frequent_itemsets_table(retail, **RETAIL, min_support=0.01, max_items=6)
    assert len(sets) == 2_026
    assert sets["n_items"].value_counts()[[1, 2]].tolist() == [815, 917]
    top = list(zip(members(rules, "antecedent"), members(rules, "consequent"), strict=True))
    best = rules.iloc[top.index((("22917", "22918"), ("22916",)))]
    assert best["lift"] == rules["lift"].max() == pytest.approx(79.5188, abs=5e-5)
    assert best["confidence"] == pytest.approx(0.944186, abs=5e-7)
    audit = basket_audit_table(retail, **RETAIL).set_index("reason")
    assert (audit.loc["kept", "n_lines"], audit.loc["kept", "n_baskets"]) == (519_602, 19_960)
    assert retail["StockCode"].nunique() == 3_922


@pytest.mark.deep
def test_many_rules_of_online_retail(retail):
    rules = association_rules_table(retail, **RETAIL, min_support=0.005, max_items=10)
    assert (rules["lift"] >= 1).sum() == 105_692
    sets = frequent_itemsets_table(retail, **RETAIL, min_support=0.005, max_items=10)
    assert len(sets) == 18_930
    assert len(association_rules_table(retail, **RETAIL, min_support=0.002)) == 2 * 92_342


# Law


BASKETS = st.lists(st.sets(st.sampled_from("ABCDEFG"), min_size=1, max_size=7), min_size=1, max_size=40)


@given(BASKETS, st.sampled_from([0.02, 0.1, 0.25, 0.5]), st.integers(1, 5))
def test_itemsets_are_those_that_a_look_at_every_subset_finds(baskets, support, max_items):
    sets = frequent_itemsets_table(lines_of(baskets), item="product", min_support=support, max_items=max_items)
    expected = every_set(baskets, least=math.ceil(support * len(baskets) - 1e-9), max_items=max_items)
    assert dict(zip(members(sets, "item"), sets["n_together"], strict=True)) == expected


@given(BASKETS, st.sampled_from([0.02, 0.2]), st.integers(2, 4))
def test_rules_follow_from_the_sets(baskets, support, max_items):
    rules = association_rules_table(lines_of(baskets), item="product", min_support=support, max_items=max_items)
    n, least = len(baskets), math.ceil(support * len(baskets) - 1e-9)
    sets = every_set(baskets, least=least, max_items=max_items)
    ways = [(left, whole) for whole in sets for size in range(1, len(whole)) for left in combinations(whole, size)]
    sides = list(zip(members(rules, "antecedent"), members(rules, "consequent"), strict=True))
    assert set(sides) == {(left, tuple(sorted(set(whole) - set(left)))) for left, whole in ways}
    assert len(sides) == len(ways)
    # All candidates: sets whose parts are all frequent, split in two in every way
    all_sets = every_set(baskets, least=0, max_items=max_items)
    items = sorted(item for (item,) in (each for each in sets if len(each) == 1))
    candidates = [
        whole
        for size in range(2, max_items + 1)
        for whole in combinations(items, size)
        if all(part in sets for part in combinations(whole, size - 1))
    ]
    p = {}
    for whole in candidates:
        for size in range(1, len(whole)):
            for left in combinations(whole, size):
                right = tuple(sorted(set(whole) - set(left)))
                p[left, right] = fisher_exactly(n, sets[left], sets[right], all_sets.get(whole, 0))
    adjusted = adjusted_p_values(list(p.values()), adjust="benjamini-hochberg")
    expected = dict(zip(p, adjusted, strict=True))
    assert_allclose(rules["p_value"], [p[side] for side in sides], rtol=1e-9)
    assert_allclose(rules["adjusted_p_value"], [expected[side] for side in sides], rtol=1e-9)


@given(BASKETS)
def test_measures_keep_their_ranges(baskets):
    rules = association_rules_table(lines_of(baskets), item="product", min_support=0.01)
    assert (np.sign(rules["zhang"].fillna(0).round(12)) == np.sign((rules["lift"] - 1).round(12))).all()
    assert rules[["zhang", "certainty"]].fillna(0).abs().le(1).all(axis=None)
    assert rules[["support", "confidence", "kulczynski", "jaccard", "p_value", "adjusted_p_value"]].le(1).all(axis=None)
    assert (rules["adjusted_p_value"] >= rules["p_value"]).all()
    assert rules["imbalance"].between(0, 1, inclusive="left").all()
    # Both directions agree in what has none
    twin = rules.merge(rules, left_on=["antecedent", "consequent"], right_on=["consequent", "antecedent"])
    for name in ("support", "lift", "leverage", "kulczynski", "imbalance", "jaccard", "p_value", "adjusted_p_value"):
        assert (twin[f"{name}_x"] == twin[f"{name}_y"]).all()


@given(st.integers(1, 60), st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 10**6))
def test_p_values_are_those_of_fractions(n, first, second, third):
    a, b = 1 + first % n, 1 + second % n
    lowest = max(a + b - n, 0)
    ab = lowest + third % (min(a, b) - lowest + 1)
    assert fisher_p_values([ab], [a], [b], n=n)[0] == pytest.approx(fisher_exactly(n, a, b, ab), rel=1e-12)


@pytest.mark.parametrize(
    ("n", "a", "b", "ab"),
    [(10_000, 227, 329, 201), (10**7, 193, 204, 63), (10**8, 300, 400, 1), (5_000, 4_900, 4_950, 4_860)],
)
def test_p_values_keep_their_digits_far_out(n, a, b, ab):
    assert fisher_p_values([ab], [a], [b], n=n)[0] == pytest.approx(fisher_exactly(n, a, b, ab), rel=1e-11)


def test_every_kind_of_frame(build):
    lines = pd.concat([lines_of(["ABC", "AB", "AB", "C", "BD", "ABC"]).assign(quantity=1.0)] * 2, ignore_index=True)
    lines["order_id"] = [f"o{order}" for order in lines["order_id"]]
    lines.iloc[-1, 1] = None
    asked = {"item": "product", "min_support": 0.2, "max_items": 3, "exclude": ["D"]}
    given = build(lines)
    for table in (association_rules_table, frequent_itemsets_table):
        found = table(given, **asked)
        assert type(found) is type(given)
        assert_same_rows(found, table(lines, **asked))
    audit = {"item": "product", "exclude": ["D"], "max_basket": 2}
    assert_same_rows(basket_audit_table(given, **audit), basket_audit_table(lines, **audit))
    numbers = lines.dropna().assign(product=lines["product"].map({"A": 1, "B": 2, "C": 3, "D": 4}))
    numbers = numbers.astype({"product": "int64"})
    # Without C and D there are pairs alone
    for exclude in ([4], [3, 4]):
        asked["exclude"] = exclude
        assert_same_rows(association_rules_table(build(numbers), **asked), association_rules_table(numbers, **asked))


def test_columns_with_text_and_numbers(build_in_memory):
    rules = association_rules_table(build_in_memory(lines_of(["AB", "AB"])), item="product", min_support=0.5)
    assert as_pandas(rules)["n_both"].tolist() == [2, 2]
    mixed = lines_of(["AB", "AB"]).astype({"product": object}).replace({"A": 7})
    assert association_rules_table(mixed, item="product", min_support=0.5)["antecedent"].tolist() == [7, "B"]


# Refusal


@pytest.mark.parametrize("support", [1, 100, 0, -0.1, 1.0])
def test_a_number_of_baskets_is_not_a_share(support):
    with pytest.raises(ValueError, match=r"`min_support` is a share of all baskets, above 0 and below 1, got"):
        association_rules_table(lines_of(["AB"]), item="product", min_support=support)


def test_too_many_rules_are_refused_with_a_support_to_try():
    baskets = [["A", "B"]] * 40 + [["C", "D"]] * 30 + [["E", "F"]] * 20 + [["G", "H"]] * 10
    lines = lines_of(baskets)
    with pytest.raises(ValueError, match=r"there are 8 or more, and `max_rules` is 5. Try min_support=0.21; or"):
        association_rules_table(lines, item="product", min_support=0.1, max_rules=5)
    assert len(association_rules_table(lines, item="product", min_support=0.21, max_rules=5)) == 4
    with pytest.raises(ValueError, match=r"there are 8 or more, and `max_itemsets` is 5. Try min_support=0.21"):
        frequent_itemsets_table(lines, item="product", min_support=0.1, max_itemsets=5)
    # Eight items in each basket: up to four items 28 * 2 + 56 * 6 + 70 * 14 rules, which are refused before the rest
    full = lines_of(["ABCDEFGH"] * 3)
    with pytest.raises(ValueError, match=r"At any support there are 1,372 or more, and `max_rules` is 1,000. Lower"):
        association_rules_table(full, item="product", min_support=0.5, max_items=8, max_rules=1_000)


@given(BASKETS, st.integers(2, 30))
def test_the_support_to_try_is_enough_for_pairs(baskets, most):
    lines = lines_of(baskets)
    try:
        rules = association_rules_table(lines, item="product", min_support=0.01, max_rules=most)
    except ValueError as error:
        if "any support" not in str(error):
            support = float(str(error).split("min_support=")[1].split(";")[0])
            rules = association_rules_table(lines, item="product", min_support=support, max_rules=most)
            assert len(rules) <= most
    else:
        assert len(rules) <= most


def test_what_is_refused():
    lines = lines_of(["AB", "AB"])
    asked = {"item": "product", "min_support": 0.5}
    with pytest.raises(SchemaError, match=r"`order_lines` lacks the columns \['sku'\]"):
        association_rules_table(lines, item="sku", min_support=0.5)
    with pytest.raises(ValueError, match="`basket` and `item` must be two columns, got 'product' for both"):
        association_rules_table(lines, **asked, basket="product")
    with pytest.raises(TypeError, match="`exclude` must be a list of items, such as"):
        association_rules_table(lines, **asked, exclude="POST")
    with pytest.raises(TypeError, match=r"`exclude` has 7, and `order_lines\['product'\]` holds items such as"):
        association_rules_table(lines, **asked, exclude=[7])
    with pytest.raises(ValueError, match="`max_items` must be at most 10"):
        association_rules_table(lines, **asked, max_items=11)
    with pytest.raises(ValueError, match="`max_basket` must be at least 2"):
        association_rules_table(lines, **asked, max_basket=1)
    with pytest.raises(ValueError, match="`fdr` must lie between 0 and 1"):
        association_rules_table(lines, **asked, fdr=5)
    with pytest.raises(TypeError, match="`min_support` must be a number"):
        association_rules_table(lines, item="product", min_support="1%")
    with pytest.raises(SchemaError, match="quantity"):
        association_rules_table(lines.assign(quantity="one"), **asked)
    with pytest.raises(TypeError, match="`order_lines` must be a pandas"):
        association_rules_table([1], **asked)


def test_the_lines_given_stay_as_they_are():
    lines = lines_of(["AB", "AB"]).assign(quantity=[1, -1, 1, 1])
    before = lines.copy()
    association_rules_table(lines, item="product", min_support=0.5)
    pd.testing.assert_frame_equal(lines, before)


# Plots

DRAWN = association_rules_table(
    lines_of(["ABC", "ABC", "AB", "CD", "CD", "D", "E", "AE"]), item="product", min_support=0.1, max_items=3
)


def test_rules_are_drawn_by_support_confidence_and_lift():
    ax = plot_association_rules(DRAWN)
    (points,) = ax.collections
    drawn = np.column_stack([points.get_offsets(), points.get_array()])
    expected = DRAWN[["support", "confidence", "lift"]].to_numpy()
    assert sorted(map(tuple, drawn.round(9))) == sorted(map(tuple, expected.round(9)))
    names = [text.get_text() for text in ax.get_legend().get_texts()]
    assert len(names) == 6
    # Of both directions the surer one
    assert names[0] in ("1  A + C → B", "1  B + C → A")
    assert [text.get_text() for text in ax.texts] == list("123456")
    assert ax.get_xlabel() == "Support: share of all baskets with both"
    plt.close(ax.figure)


def test_lifts_of_pairs_are_drawn_in_cells():
    ax = plot_pair_lifts(DRAWN, n_items=4)
    items = [label.get_text() for label in ax.get_yticklabels()]
    assert items == [label.get_text() for label in ax.get_xticklabels()]
    # A and B: 8 * 3 / (4 * 3); C and D: 8 * 2 / (4 * 3)
    assert items[:2] == ["A", "B"]
    texts = {(text.get_position()): text.get_text() for text in ax.texts}
    assert texts[1, 0] == texts[0, 1] == "2.0"
    assert texts[0, 0] == ""
    plt.close(ax.figure)


@pytest.mark.parametrize("plot", [plot_association_rules, plot_pair_lifts])
def test_plots_say_what_they_miss_and_speak_chinese(plot, build_in_memory):
    with mpl.rc_context({"svg.fonttype": "none"}):
        ax = plot(build_in_memory(DRAWN), language="zh")
    assert "提升度" in f"{ax.get_xlabel()}{[each.get_ylabel() for each in ax.figure.axes]}"
    plt.close(ax.figure)
    with pytest.raises(SchemaError, match="Lower `min_support`"):
        plot(DRAWN.head(0))
    with pytest.raises(SchemaError, match="lacks the columns"):
        plot(DRAWN.drop(columns="lift"))
    with pytest.raises(ValueError, match="`language`"):
        plot(DRAWN, language="fr")


def test_the_lift_of_two_products_is_that_of_the_table():
    lines = pd.DataFrame({"order_id": [1, 1, 2, 2, 3, 4, 5], "product": ["a", "b", "a", "b", "a", "b", "c"]})
    rule = association_rules_table(lines, item="product", min_support=0.1).iloc[0]
    found = basket_lift(
        baskets_with_both=rule["n_both"],
        baskets_with_first=rule["n_antecedent"],
        baskets_with_second=rule["n_consequent"],
        baskets=rule["n_baskets"],
    )
    assert found == rule["lift"] == pytest.approx((2 / 5) / (3 / 5 * 3 / 5))
    with pytest.raises(ValueError, match="`baskets_with_both` must not exceed `baskets_with_first`"):
        basket_lift(baskets_with_both=3, baskets_with_first=2, baskets_with_second=4, baskets=9)
    with pytest.raises(ValueError, match="`baskets_with_both` must not exceed `baskets_with_second`"):
        basket_lift(baskets_with_both=3, baskets_with_first=4, baskets_with_second=2, baskets=9)
