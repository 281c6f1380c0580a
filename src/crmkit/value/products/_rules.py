"""What is bought together: rules from items to items, with all that tells how strong and how certain they are."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from itertools import combinations
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd

from crmkit._arrays import Floats
from crmkit._checks import check_fraction, check_int
from crmkit._frames import FrameT, from_pandas
from crmkit._stats import adjusted_p_values, fisher_p_values
from crmkit.value.products._baskets import read_baskets
from crmkit.value.products._itemsets import Ints, ItemSets
from crmkit.value.products._mined import MOST_ITEMS, check_support, item_columns, mined

__all__ = ["association_rules_table"]

FEWEST_TOGETHER: Final = 5


def association_rules_table(
    order_lines: FrameT,
    *,
    item: str,
    basket: str = "order_id",
    min_support: float,
    max_items: int = 2,
    fdr: float | None = None,
    exclude: Sequence[Hashable] = (),
    max_basket: int | None = None,
    max_rules: int = 200_000,
) -> FrameT:
    r"""Find what is bought together, as rules "who buys A also buys B", each with its strength and its certainty.

    With :math:`n` baskets, of which :math:`a` hold the antecedent, :math:`b` the consequent and :math:`k` both, so that
    the support is :math:`s = k / n`, and :math:`s_A = a / n`, :math:`s_B = b / n`,

    .. math:: \text{confidence} = k / a \qquad \text{lift} = s / (s_A s_B) \qquad \text{leverage} = s - s_A s_B

    .. math:: \text{conviction} = (1 - s_B) / (1 - \text{confidence}) \qquad
        \text{Zhang} = \frac{s - s_A s_B}{\max(s (1 - s_A), s_A (s_B - s))}

    and the certainty is :math:`(\text{confidence} - s_B) / (1 - s_B)` if positive, else
    :math:`(\text{confidence} - s_B) / s_B`.

    A high confidence says little by itself: a best-seller is in many baskets, whatever else is. Look at the lift, or at
    the certainty, which is 0 if both are independent and 1 if the consequent always comes along.

    Parameters
    ----------
    order_lines : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.as_order_lines` gives them with the column of items kept; any table with columns of baskets and items
        will do. Lines with a ``quantity`` of 0 or less or an ``amount`` below 0 are not sold, if there are such
        columns: an order of returns alone is not a basket. A line is an item in a basket, whatever its quantity.
    item : str
        The column of items: products, or categories.
    basket : str, default "order_id"
        The column of baskets: orders, or ``"customer_id"`` for what the same customers buy, at whatever time.
    min_support : float
        The least share of all baskets that a rule holds in, above 0 and below 1.
    max_items : int, default 2
        The most items of a rule, on both sides together, from 2 to 10.
    fdr : float, optional
        Leave out rules whose ``adjusted_p_value`` is above this rate of false discoveries, between 0 and 1.
    exclude : sequence, default ()
        Items that are not products: postage, fees, discounts.
    max_basket : int, optional
        Leave out baskets of more items than this, such as wholesale orders or stock transfers. They are counted in
        ``n_too_large``, and do not count as baskets.
    max_rules : int, default 200,000
        More rules are refused rather than worked out.

    Returns
    -------
    the kind of frame given
        A row per rule, in both directions, by falling lift, then falling ``n_both``, then fewer items, then the items
        in their order.

        ``antecedent``, ``consequent``
            An item of either side. With ``max_items`` above 2 further columns ``antecedent_2``, ``consequent_2`` and
            so on hold further ones; they are missing for sides with fewer items.
        ``n_baskets``, ``n_too_large``
            Baskets, and those that were left out because of ``max_basket``.
        ``n_antecedent``, ``n_consequent``, ``n_both``
            Baskets that hold either side, and both.
        ``support``, ``confidence``
            Shares of all baskets, and of those with the antecedent.
        ``lift``
            How many times as often both are together as if they were independent.
        ``leverage``
            The share of all baskets that both have in common beyond what independence would give.
        ``conviction``, ``exact``
            How many times as often the rule would be wrong if both were independent; missing if it is never wrong,
            which ``exact`` says.
        ``zhang``
            In [-1, 1], with the sign of lift - 1; missing if the antecedent is in all baskets.
        ``kulczynski``, ``imbalance``
            The mean of the confidences of both directions; how unequal both sides are in number, in [0, 1).
        ``jaccard``
            Baskets with both, as a share of those with either.
        ``certainty``
            In [-1, 1]: by how much of what was possible the antecedent makes the consequent more, or less, likely.
        ``p_value``, ``adjusted_p_value``
            Fisher's one-sided exact test of "not more often together than by chance"; and Benjamini and Hochberg's
            adjustment for all that was looked at: all pairs of items of enough support, those that are seldom or never
            together included, and all ways to split larger sets whose parts have enough support.
        ``too_few``
            Whether both are together in fewer than 5 baskets.

    Raises
    ------
    SchemaError
        If a column is missing or of a wrong kind.
    TypeError
        If ``order_lines`` is not a frame, a name is not one column, or ``exclude`` holds text for items that are
        numbers, or the other way round.
    ValueError
        If ``min_support`` or another option is out of range, ``basket`` and ``item`` are the same, or there are more
        than ``max_rules`` rules; the message says how many, and which support to try.

    See Also
    --------
    frequent_itemsets_table : The sets behind the rules.
    basket_audit_table : Which lines and orders were left out.
    crmkit.plotting.plot_association_rules, crmkit.plotting.plot_pair_lifts

    References
    ----------
    .. [1] Agrawal, Imieliński and Swami (1993), "Mining Association Rules between Sets of Items in Large Databases",
       *SIGMOD*.
    .. [2] Brin, Motwani, Ullman and Tsur (1997), "Dynamic Itemset Counting and Implication Rules for Market Basket
       Data", *SIGMOD* (lift, conviction).
    .. [3] Zhang (2000), "Association Rules", *PAKDD*.
    .. [4] Wu, Chen and Han (2010), "Re-examination of Interestingness Measures in Pattern Mining", *Data Mining and
       Knowledge Discovery* 21 (Kulczynski's measure, imbalance).
    .. [5] Shortliffe and Buchanan (1975), "A Model of Inexact Reasoning in Medicine", *Mathematical Biosciences* 23
       (certainty).
    .. [6] Hämäläinen (2012), "Kingfisher", *Knowledge and Information Systems* 32 (Fisher's test of rules).

    Examples
    --------
    >>> import pandas as pd
    >>> order_lines = pd.DataFrame({
    ...     "order_id": [1, 1, 1, 2, 2, 3, 3, 4, 5, 6],
    ...     "product": ["tea", "milk", "cake", "tea", "milk", "tea", "cake", "cake", "milk", "bread"],
    ... })
    >>> rules = association_rules_table(order_lines, item="product", min_support=0.3)
    >>> rules[["antecedent", "consequent", "n_both", "support", "confidence", "lift"]].round(2)
      antecedent consequent  n_both  support  confidence  lift
    0       cake        tea       2     0.33        0.67  1.33
    1       milk        tea       2     0.33        0.67  1.33
    2        tea       cake       2     0.33        0.67  1.33
    3        tea       milk       2     0.33        0.67  1.33
    """
    check_support(min_support)
    check_int(max_items, name="max_items", low=2, high=MOST_ITEMS)
    check_int(max_rules, name="max_rules", low=1)
    if fdr is not None:
        check_fraction(fdr, name="fdr")
    baskets = read_baskets(order_lines, item=item, basket=basket, exclude=exclude, max_basket=max_basket)
    sets = mined(
        baskets,
        min_support=min_support,
        max_items=max_items,
        most=max_rules,
        each=lambda size: 2**size - 2,
        limit="max_rules",
        border=True,
    )
    rules = _rules(sets, n=baskets.n_baskets)
    measures = {
        "n_baskets": np.full(len(rules.together), baskets.n_baskets),
        "n_too_large": np.full(len(rules.together), baskets.n_too_large),
        "n_antecedent": rules.first,
        "n_consequent": rules.second,
        "n_both": rules.together,
        **_measures(rules, n=baskets.n_baskets),
        "p_value": rules.p_value,
        "adjusted_p_value": rules.adjusted,
        "too_few": rules.together < FEWEST_TOGETHER,
    }
    items = baskets.items.iloc[sets.items].reset_index(drop=True)
    sides = {"antecedent": rules.antecedent, "consequent": rules.consequent}
    columns = {
        name: labels
        for side, members in sides.items()
        for name, labels in item_columns(items, members, name=side, width=max_items - 1).items()
    }
    table = pd.DataFrame({**columns, **measures}).iloc[_order(rules, lift=measures["lift"])]
    if fdr is not None:
        table = table[table["adjusted_p_value"] <= fdr]
    return from_pandas(table.reset_index(drop=True), like=order_lines)


class _Rules(NamedTuple):
    """Rules in both directions; members have -1 where a side has fewer items."""

    antecedent: Ints
    consequent: Ints
    first: Ints
    second: Ints
    together: Ints
    p_value: Floats
    adjusted: Floats


def _rules(sets: ItemSets, *, n: int) -> _Rules:
    """All ways to split frequent sets in two, and their p-values among those of all candidates."""
    width = max(len(sets.levels) - 1, 1)
    parts, counts = [[np.empty((0, width), np.int64)] * 2], [[np.empty(0, np.int64)] * 3]
    tested, border = [np.empty(0)], [np.empty(0)]
    for level in sets.levels[1:]:
        for left, right in _splits(level.members.shape[1]):
            first, second = (sets.counts(level.members[:, side]) for side in (left, right))
            parts.append([_wide(level.members[:, side], width) for side in (left, right)])
            counts.append([first, second, level.counts])
            tested.append(fisher_p_values(level.counts, first, second, n=n))
            outside = [sets.counts(level.border[:, side]) for side in (left, right)]
            border.append(fisher_p_values(level.border_counts, *outside, n=n))
    p_values, n_items = np.concatenate(tested), len(sets.items)
    pairs = sets.levels[1:2]
    never = n_items * (n_items - 1) // 2 - sum(len(level.members) + len(level.border) for level in pairs)
    adjusted = adjusted_p_values(np.concatenate([p_values, *border]), adjust="benjamini-hochberg", n_ones=never)
    antecedent, consequent = (np.concatenate([part[side] for part in parts]) for side in (0, 1))
    first, second, together = (np.concatenate([each[place] for each in counts]) for place in range(3))
    return _Rules(
        np.concatenate([antecedent, consequent]),
        np.concatenate([consequent, antecedent]),
        np.concatenate([first, second]),
        np.concatenate([second, first]),
        np.tile(together, 2),
        np.tile(p_values, 2),
        np.tile(adjusted[: len(p_values)], 2),
    )


def _order(rules: _Rules, *, lift: Floats) -> Ints:
    """The strongest first; ties by what is seen more often, by fewer items, and by the items."""
    sides = (rules.antecedent, rules.consequent)
    n_items = sum((side >= 0).sum(axis=1) for side in sides)
    return np.lexsort([*np.hstack(sides).T[::-1], n_items, -rules.together, -lift])


def _splits(size: int) -> list[tuple[list[int], list[int]]]:
    """The ways to split so many members in two parts, each once: the first is on the left."""
    places = range(1, size)
    lefts = [(0, *chosen) for n in range(size - 1) for chosen in combinations(places, n)]
    return [(list(left), [place for place in places if place not in left]) for left in lefts]


def _wide(members: Ints, width: int) -> Ints:
    return np.pad(members, [(0, 0), (0, width - members.shape[1])], constant_values=-1)


def _measures(rules: _Rules, *, n: int) -> dict[str, Any]:
    """What the counts say, by whole numbers as far as they go: equal rules have equal measures."""
    a, b, ab = rules.first, rules.second, rules.together
    beyond = n * ab - a * b
    with np.errstate(invalid="ignore", divide="ignore"):
        conviction = a * (n - b) / (n * (a - ab))
        zhang = beyond / np.maximum(ab * (n - a), a * (b - ab))
        certainty = np.where(beyond > 0, beyond / (a * (n - b)), beyond / (a * b))
    return {
        "support": ab / n,
        "confidence": ab / a,
        "lift": n * ab / (a * b),
        "leverage": beyond / (n * n),
        "conviction": np.where(ab == a, np.nan, conviction),
        "exact": ab == a,
        "zhang": zhang,
        "kulczynski": (ab * (a + b)) / (2 * a * b),
        "imbalance": np.abs(a - b) / (a + b - ab),
        "jaccard": ab / (a + b - ab),
        "certainty": certainty,
    }
