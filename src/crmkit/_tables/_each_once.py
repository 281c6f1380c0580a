"""Whether each customer of a table has one row."""

from __future__ import annotations

from typing import Final

import narwhals.stable.v2 as nw

from crmkit._checks import some
from crmkit._frames import AnyFrame, to_pandas
from crmkit._messages import Message, Parameter
from crmkit.errors import SchemaError

__all__ = ["check_each_once"]

_N: Final = "__crmkit_rows"

_REPEATED: Final = Message(
    en="{name} has {n:,} {n:row|rows} of customers that it has already, such as {ids}. Leave one row of each: the rows "
    "of one customer are not independent.",
    zh="{name} 中有 {n:,} 行客户重复出现，例如 {ids}。请各留一行：同一客户的多行并不独立。",
)


def check_each_once(rows: AnyFrame, *, name: str) -> None:
    """Raise if a table that has a ``customer_id`` has a customer in several rows; a missing id is nobody's."""
    if "customer_id" not in rows.collect_schema():
        return
    known = rows.filter(~nw.col("customer_id").is_null()).select("customer_id")
    twice = to_pandas(known.group_by("customer_id").agg(nw.len().alias(_N)).filter(nw.col(_N) > 1))
    if len(twice):
        ids = some(sorted(twice["customer_id"], key=str))
        raise SchemaError(_REPEATED(name=Parameter(name), n=int(twice[_N].sum()) - len(twice), ids=ids))
