"""Order lines on which a brand was bought."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, Final

import narwhals.stable.v2 as nw

from crmkit._frames import AnyFrame, as_name, collected, flag
from crmkit._grouping import check_labels
from crmkit._messages import Column, Message
from crmkit._tables import ORDER_LINES, check_kind, open_table
from crmkit.errors import SchemaError

__all__ = ["lines_with_brand"]

_NOT_A_NAME: Final = Message(
    en="{@brand} must be the name of one column, got {value!r}.", zh="{@brand} 须为一个列名，得到 {value!r}。"
)
_NO_BRAND: Final = Message(
    en='{where} is missing in {n:,} {n:row|rows}. Name those purchases, as "other" for instance, or leave them out.',
    zh="{where}有 {n:,} 行缺失。请为这些购买命名，如“其他”，或将其去掉。",
)


def lines_with_brand(order_lines: Any, *, brand: str, columns: tuple[str, ...]) -> AnyFrame:
    """Open order lines with their brand, in a column ``brand``; lines that went back are left out."""
    if not isinstance(brand, Hashable):
        raise TypeError(_NOT_A_NAME(value=brand))
    name = as_name(brand)
    rows = open_table(order_lines, ORDER_LINES, columns=(*columns, "quantity", "amount"), also=[name])
    check_labels(rows, [name], table="order_lines")
    check_kind(rows, name, "id", where=Column("order_lines", name), made_by="as_order_lines")
    went_back = flag(nw.col("quantity") < 0) + flag(nw.col("amount") < 0)
    rows = rows.filter(went_back == 0).select(*columns, nw.col(name).alias("brand"))
    n = int(collected(rows.select(flag(nw.col("brand").is_null()).sum().alias("n")))["n"][0] or 0)
    if n:
        raise SchemaError(_NO_BRAND(where=Column("order_lines", name), n=n))
    return rows
