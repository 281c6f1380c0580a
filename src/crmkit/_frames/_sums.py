"""Sums of money that stay missing where nothing is known: kinds of frame differ on a sum of missing values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import narwhals.stable.v2 as nw

from crmkit._frames._numpy_types import AnyFrame

__all__ = ["sums_by"]

_KNOWN: Final = "__crmkit_known"


def sums_by(rows: AnyFrame, keys: Sequence[str], *, sums: Sequence[str], money: str) -> AnyFrame:
    """Add up columns by keys; the sum of ``money``, one of them, is missing where all its values are."""
    added = rows.group_by(*keys).agg(nw.col(*sums).sum(), nw.col(money).count().alias(_KNOWN))
    return added.with_columns(nw.when(nw.col(_KNOWN) > 0).then(nw.col(money)).alias(money)).select(*keys, *sums)
