"""Buckets of days past due."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from crmkit._arrays import Floats
from crmkit._messages import Message

__all__ = ["EDGES", "NOT_DUE", "UNAPPLIED", "Buckets", "buckets_of"]

EDGES: Final = (0, 30, 60, 90)
NOT_DUE: Final = "not_due"
UNAPPLIED: Final = "unapplied"

_MOST_DAYS: Final = 36_500
_NO_EDGES: Final = Message(
    en="{@edges} must be ascending whole numbers of days that start with 0, such as (0, 30, 60, 90), got {value!r}.",
    zh="{@edges} 须为从 0 开始递增的整数天数，如 (0, 30, 60, 90)，得到 {value!r}。",
)


class Buckets(NamedTuple):
    """Buckets from what is not yet due to what is longest past due: their names and days, missing where endless."""

    edges: npt.NDArray[np.int64]
    names: list[str]
    days_from: Floats
    days_to: Floats

    def of(self, late: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """The places of days past due."""
        return np.searchsorted(self.edges, late, side="left")


def buckets_of(edges: object) -> Buckets:
    """Read the last days of buckets: so many days past due still belong to the bucket below."""
    if isinstance(edges, (str, bytes)) or not isinstance(edges, (Sequence, np.ndarray)):
        raise TypeError(_NO_EDGES(value=edges))
    days: Any = np.asarray(edges)
    whole = days.ndim == 1 and len(days) > 0 and days.dtype.kind in "iu"
    if not whole or days[0] != 0 or (np.diff(days) <= 0).any() or days[-1] > _MOST_DAYS:
        raise ValueError(_NO_EDGES(value=edges))
    names = [f"{low + 1}-{high}" for low, high in pairwise(days)]
    return Buckets(
        days.astype(np.int64),
        [NOT_DUE, *names, f"over_{days[-1]}"],
        np.append(np.nan, days + 1.0),
        np.append(days.astype(np.float64), np.nan),
    )
