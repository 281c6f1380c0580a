"""Sets of items found within limits, and their items in columns."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np
import pandas as pd

from crmkit._checks import check_number
from crmkit._messages import Message, Parameter, Setting
from crmkit.value.products._baskets import Baskets
from crmkit.value.products._itemsets import Ints, ItemSets, frequent_sets, least_count

__all__ = ["MOST_ITEMS", "check_support", "item_columns", "mined"]

MOST_ITEMS: Final = 10
# Digits of a support that is offered.
_DIGITS: Final = 4

_NOT_A_SHARE: Final = Message(
    en="{@min_support} is a share of all baskets, above 0 and below 1, got {value!r}. For a number of baskets, "
    "divide it by the number of all.",
    zh="{@min_support} 是占全部购物篮的比例，大于 0 且小于 1，得到 {value!r}。若指购物篮的个数，请除以购物篮总数。",
)
_TOO_MANY: Final = Message(
    en="At this support there are {n:,} or more, and {limit} is {most:,}. Try {support}; or lower {@max_items}, or "
    "raise {limit}.",
    zh="按此支持度至少有 {n:,} 条，而 {limit} 为 {most:,}。请改用 {support}；也可减小 {@max_items} 或提高 {limit}。",
)
_AT_ANY: Final = Message(
    en="At any support there are {n:,} or more, and {limit} is {most:,}. Lower {@max_items}, or raise {limit}.",
    zh="任何支持度下都至少有 {n:,} 条，而 {limit} 为 {most:,}。请减小 {@max_items} 或提高 {limit}。",
)


def check_support(min_support: object) -> None:
    """Raise unless a support is a share of all baskets."""
    check_number(min_support, name="min_support")
    if not 0 < float(min_support) < 1:  # type: ignore[arg-type]
        raise ValueError(_NOT_A_SHARE(value=min_support))


def mined(
    baskets: Baskets,
    *,
    min_support: float,
    max_items: int,
    most: int,
    each: Callable[[int], int],
    limit: str,
    border: bool,
) -> ItemSets:
    """Find the frequent sets; raise if they give more than ``most``, by what each gives of so many items."""

    def guard(counts: list[Ints]) -> None:
        weights = np.concatenate([np.full(len(found), each(size)) for size, found in enumerate(counts, start=1)])
        if (n := int(weights.sum())) <= most:
            return
        every = np.concatenate(counts)
        order = np.argsort(-every, kind="stable")
        least = every[order[np.searchsorted(np.cumsum(weights[order]), most, side="right")]] + 1
        if least > baskets.n_baskets:
            raise ValueError(_AT_ANY(n=n, most=most, limit=Parameter(limit)))
        scale = 10.0 ** (_DIGITS - 1 - np.floor(np.log10(least / baskets.n_baskets)))
        support = min(np.ceil(least / baskets.n_baskets * scale) / scale, 1 - 1 / scale)
        offered = Setting("min_support", float(f"{support:.{_DIGITS}g}"))
        raise ValueError(_TOO_MANY(n=n, most=most, limit=Parameter(limit), support=offered))

    least = least_count(min_support, n=max(baskets.n_baskets, 1))
    return frequent_sets(baskets, least=least, max_items=max_items, guard=guard, border=border)


def item_columns(items: pd.Series[Any], members: Ints, *, name: str, width: int) -> dict[str, Any]:
    """The items of sets in columns: the first under the name itself, further ones numbered from 2."""
    columns = {}
    for place in range(width):
        at = members[:, place] if place < members.shape[1] else np.full(len(members), -1)
        # Whole numbers stay so where some are missing.
        kept = items.astype("Int64") if place and items.dtype.kind in "iu" else items
        columns[name if place == 0 else f"{name}_{place + 1}"] = kept.reindex(at).reset_index(drop=True)
    return columns
