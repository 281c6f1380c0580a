"""Tables of products, as they were given under their names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from crmkit._messages import Message
from crmkit.report._section import Answer, Context
from crmkit.report.products._parts import PARTS

__all__ = ["answer"]

_NOT_NAMED: Final = Message(
    en="{@products} must be a mapping of names to tables with names among {names}, got {got}.",
    zh="{@products} 须为由名称到表的映射，名称取自 {names}，得到 {got}。",
)
_NOTHING: Final = Message(en="The tables of {@products} have no rows.", zh="{@products} 中的表没有任何行。")


def answer(context: Context) -> Answer:
    """Each table that is given and has rows."""
    given = context.beside["products"]
    if not isinstance(given, Mapping) or not given or not set(given) <= set(PARTS):
        got = list(given) if isinstance(given, Mapping) else type(given).__name__
        raise ValueError(_NOT_NAMED(names=list(PARTS), got=got))
    read = {part.table: part.read(given[name]) for name, part in PARTS.items() if name in given}
    tables = {name: table for name, table in read.items() if len(table)}
    return Answer(tables, problem=None if tables else _NOTHING())
