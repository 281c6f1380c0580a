"""Which group each customer is compared within."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import narwhals.stable.v2 as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._checks import some
from crmkit._frames import AnyFrame, column_name, to_pandas
from crmkit._grouping import check_labels, in_order, labels_of
from crmkit._messages import Column, Message
from crmkit._reading import clean_labels
from crmkit.errors import SchemaError

__all__ = ["FEW", "check_names", "peer_groups"]

FEW: Final = 10
"""With fewer peers who have something, what they spend or pay is not to be relied on."""

_NAME: Final = "order_lines"
_PEERS: Final = "__crmkit_peers"

_SEVERAL: Final = Message(
    en="{where} has several labels of {n:,} {n:customer|customers}, such as {ids}. Give each customer one group, such "
    "as their segment.",
    zh="{where}中有 {n:,} 位客户有多个标签，例如 {ids}。请为每位客户指定唯一的分组，如所属客群。",
)
_TAKEN: Final = Message(
    en="{where} is a column of the result too, or given twice. Rename it.", zh="{where}与结果表的列重名或重复，请改名。"
)


def check_names(category: Any, peers: Any, *, taken: Sequence[str]) -> tuple[str, str | None]:
    """Return the names of the columns of categories and of groups, which are not columns of the result."""
    name = column_name(category, name="category")
    group = None if peers is None else column_name(peers, name="peers")
    if name in taken or name == group:
        raise ValueError(_TAKEN(where=Column(_NAME, name)))
    return name, group


def peer_groups(rows: AnyFrame, customers: pd.Series[Any], *, peers: str | None) -> npt.NDArray[np.intp]:
    """The group of each customer by number, below 0 where there is none; without a column all are one group."""
    if peers is None:
        return np.zeros(len(customers), dtype=np.intp)
    check_labels(rows, [peers], table=_NAME)
    rows = clean_labels(rows, peers, where=Column(_NAME, peers))
    pairs = rows.select("customer_id", nw.col(peers).alias(_PEERS)).filter(~nw.col(_PEERS).is_null())
    table = to_pandas(pairs.unique(["customer_id", _PEERS]))
    twice = table["customer_id"].duplicated(keep=False)
    if twice.any():
        ids = in_order(table.loc[twice, "customer_id"])
        raise SchemaError(_SEVERAL(where=Column(_NAME, peers), n=len(ids), ids=some(ids)))
    groups = np.full(len(customers), -1, dtype=np.intp)
    if len(table):
        places = pd.Index(customers).get_indexer(table["customer_id"])
        there = places >= 0
        groups[places[there]] = labels_of(table, [_PEERS]).codes[there]
    return groups
