"""Sets of items that are often in one basket."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np
import pandas as pd

from crmkit._checks import check_int
from crmkit._frames import FrameT, from_pandas
from crmkit.value.products._baskets import read_baskets
from crmkit.value.products._mined import MOST_ITEMS, check_support, item_columns, mined

__all__ = ["frequent_itemsets_table"]


def frequent_itemsets_table(
    order_lines: FrameT,
    *,
    item: str,
    basket: str = "order_id",
    min_support: float,
    max_items: int = 2,
    exclude: Sequence[Hashable] = (),
    max_basket: int | None = None,
    max_itemsets: int = 200_000,
) -> FrameT:
    """Find all sets of items that are together in at least a share of the baskets.

    Parameters
    ----------
    order_lines : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        Lines of baskets, as for `association_rules_table`.
    item : str
        The column of items.
    basket : str, default "order_id"
        The column of baskets.
    min_support : float
        The least share of all baskets that a set is in, above 0 and below 1.
    max_items : int, default 2
        The most items of a set, from 1 to 10.
    exclude : sequence, default ()
        Items that are not products.
    max_basket : int, optional
        Leave out baskets of more items than this; `basket_audit_table` counts them.
    max_itemsets : int, default 200,000
        More sets are refused rather than worked out.

    Returns
    -------
    the kind of frame given
        A row per set: smaller ones first, then by falling ``n_together``, then by the items.

        ``n_items``
            Items in the set.
        ``item``
            The first of them. With ``max_items`` above 1 further columns ``item_2`` and so on hold further ones; they
            are missing for smaller sets.
        ``n_baskets``, ``n_together``, ``support``
            All baskets, those that hold the whole set, and their share.
        ``lift``
            How many times as often all items are together as if they were independent; 1 for a single item.

    Raises
    ------
    SchemaError, TypeError, ValueError
        As `association_rules_table`; ``max_itemsets`` takes the place of ``max_rules``.

    See Also
    --------
    association_rules_table : What follows from the sets.

    Examples
    --------
    >>> import pandas as pd
    >>> order_lines = pd.DataFrame({
    ...     "order_id": [1, 1, 1, 2, 2, 3, 3, 4],
    ...     "product": ["tea", "milk", "cake", "tea", "milk", "tea", "cake", "cake"],
    ... })
    >>> frequent_itemsets_table(order_lines, item="product", min_support=0.5).round(2)
       n_items  item item_2  n_baskets  n_together  support  lift
    0        1  cake    NaN          4           3     0.75  1.00
    1        1   tea    NaN          4           3     0.75  1.00
    2        1  milk    NaN          4           2     0.50  1.00
    3        2  cake    tea          4           2     0.50  0.89
    4        2  milk    tea          4           2     0.50  1.33
    """
    check_support(min_support)
    check_int(max_items, name="max_items", low=1, high=MOST_ITEMS)
    check_int(max_itemsets, name="max_itemsets", low=1)
    baskets = read_baskets(order_lines, item=item, basket=basket, exclude=exclude, max_basket=max_basket)
    sets = mined(
        baskets,
        min_support=min_support,
        max_items=max_items,
        most=max_itemsets,
        each=lambda _: 1,
        limit="max_itemsets",
        border=False,
    )
    items = baskets.items.iloc[sets.items].reset_index(drop=True)
    of_items, n = sets.levels[0].counts, max(baskets.n_baskets, 1)
    tables = []
    for size, level in enumerate(sets.levels, start=1):
        order = np.lexsort([*level.members.T[::-1], -level.counts])
        members, counts = level.members[order], level.counts[order]
        columns = {
            "n_items": np.full(len(counts), size),
            **item_columns(items, members, name="item", width=max_items),
            "n_baskets": np.full(len(counts), baskets.n_baskets),
            "n_together": counts,
            "support": counts / n,
            "lift": (counts / n) / np.prod(of_items[members] / n, axis=1),
        }
        tables.append(pd.DataFrame(columns))
    return from_pandas(pd.concat(tables, ignore_index=True), like=order_lines)
