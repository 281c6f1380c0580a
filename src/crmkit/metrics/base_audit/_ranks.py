"""Customers ranked by what they brought in, in tenths."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

import numpy as np
import numpy.typing as npt

from crmkit._arrays import Floats
from crmkit._stats import top_count

__all__ = ["N_DECILES", "deciles_of", "without_noise"]

N_DECILES: Final = 10
# So many digits of a total are more than money has, and fewer than floats have.
_DIGITS: Final = 12


def without_noise(values: Floats) -> Floats:
    """Round away what sums in another order differ by, that equal amounts are equal in every engine."""
    total = float(np.abs(values).sum())
    if total == 0:
        return values
    decimals = min(_DIGITS - math.ceil(math.log10(total)), 300)
    return np.round(values, decimals) if decimals >= 0 else values


def deciles_of(
    sums: Mapping[str, Floats], active: npt.NDArray[np.bool_], *, value: str, ties: Mapping[str, Floats] | None = None
) -> npt.NDArray[np.int64]:
    """The tenth of each active customer, 1 for the highest values; 0 for customers without an order.

    The upper tenths are rounded up, as in `top_count`, so that the first two are the top 20 %. Equal values are told
    apart by the other measures, and then by ``ties``, which do not change any sum within a tenth.
    """
    place = np.flatnonzero(active)
    others = [sums[name] for name in ("profit", "spend", "n_orders") if name in sums and name != value]
    keys = [sums[value], *others, *(ties or {}).values()]
    # The last key of lexsort counts first; negated, for the highest comes first.
    order = np.lexsort([-without_noise(key[place]) for key in reversed(keys)])
    ends = [top_count(len(place), share=tenth / N_DECILES) for tenth in range(1, N_DECILES + 1)]
    found = np.zeros(len(active), dtype=np.int64)
    found[place[order]] = np.searchsorted(ends, np.arange(1, len(place) + 1)) + 1
    return found
