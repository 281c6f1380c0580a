"""The table of clusters that every segmenter of groups learns."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd

from crmkit._estimator import JsonError, check_table
from crmkit._labelling import Level
from crmkit._names import Label

__all__ = ["CLUSTER", "CLUSTER_KINDS", "NOISE", "NOISE_LEVEL", "PROSPECTS", "check_clusters", "number_of"]

CLUSTER, NOISE, PROSPECTS = "cluster", "noise", "potential"
NOISE_LEVEL: Final = Level(NOISE, Label("In no cluster", "不属于任何聚类"))

CLUSTER_KINDS: Final[dict[str, Any]] = {
    "segment": "text",
    "kind": "text",
    "name_en": "text",
    "name_zh": "text",
    "n_customers": "int64",
    "customer_share": "float64",
    "mean_value": "float64",
    "stability": "float64",
    "overlap": "float64",
}
_PREFIX: Final = "cluster_"
_RESTS: Final[tuple[list[str], ...]] = ([], [NOISE], [PROSPECTS], [NOISE, PROSPECTS])


def number_of(code: str) -> int | None:
    """The number in the code of a cluster; None for another code."""
    number = code.removeprefix(_PREFIX)
    return int(number) if code.startswith(_PREFIX) and number.isascii() and number.isdigit() else None


def check_clusters(table: pd.DataFrame) -> None:
    """Raise where JSON gives clusters that nobody learned."""
    check_table(table, CLUSTER_KINDS)
    kinds, codes = table["kind"].tolist(), table["segment"].tolist()
    n = kinds.count(CLUSTER)
    rest = kinds[n:]
    if not n or kinds[:n] != [CLUSTER] * n or rest not in _RESTS or codes[n:] != rest:
        raise JsonError("clusters come first, then noise, then prospects")
    if len(set(codes)) < len(codes) or any(number_of(code) is None for code in codes[:n]):
        raise JsonError("each cluster has a code of its own")
    if (table["n_customers"] < 0).any() or not table["customer_share"].between(0, 1).all():
        raise JsonError("there are at least 0 customers in a cluster")
    for share in ("stability", "overlap"):
        if not table[share].dropna().between(0, 1).all():
            raise JsonError("a share lies between 0 and 1")
    if np.isinf(table["mean_value"]).any():
        raise JsonError("a mean is finite")
