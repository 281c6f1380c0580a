"""Groups of customers, from a column of their orders."""

from __future__ import annotations

from typing import Any, Final

import narwhals.stable.v2 as nw
import pandas as pd

from crmkit._checks import some
from crmkit._frames import open_frame, to_pandas
from crmkit._messages import Column, Message
from crmkit._reading import clean_ids, clean_labels, read_merged_ids, with_merged_ids
from crmkit.cli.language import OptionError
from crmkit.cli.reading._by import BY

__all__ = ["labels_of"]

_SEVERAL: Final = Message(
    en="{option} needs one value per customer, and {column} has several for {n:,} of them, such as {ids}. Name a "
    "column in which a customer has one value, such as a region.",
    zh="{option} 要求每位客户只有一个取值，而列 {column} 中有 {n:,} 位客户对应多个取值，例如 {ids}。请另行指定一列，"
    "例如地区。",
)


def labels_of(rows: Any, by: str, *, customer_id: str, merge_ids: pd.DataFrame | None, option: str) -> pd.DataFrame:
    """The customers with the one label that each has, a blank one aside."""
    where = Column("orders", customer_id)
    # The column of labels may be that of the ids.
    frame = open_frame(rows, name="orders").select(nw.col(customer_id).alias("customer_id"), nw.col(by).alias(BY))
    frame = clean_labels(clean_ids(frame, "customer_id", where=where), BY, where=Column("orders", by))
    if merge_ids is not None:
        frame = with_merged_ids(frame, "customer_id", where=where, merged=read_merged_ids(merge_ids))
    labels = to_pandas(frame.filter(~nw.col("customer_id").is_null(), ~nw.col(BY).is_null()).unique())
    several = labels.loc[labels["customer_id"].duplicated(), "customer_id"].unique()
    if len(several):
        raise OptionError(_SEVERAL(option=option, column=by, n=len(several), ids=some(sorted(several, key=str))))
    return labels
