"""Names of columns as a query can have them."""

from __future__ import annotations

import re

__all__ = ["query_name"]


def query_name(column: str) -> str:
    """A column's name without spaces and punctuation."""
    bare = re.sub(r"\W+", "_", column).strip("_")
    return bare if bare and not bare[0].isdigit() else f"_{bare}"
