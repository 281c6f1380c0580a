"""A small table in a file of its own, beside the orders."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from crmkit.cli.reading._chunks import Reading
from crmkit.cli.reading._files import open_table

__all__ = ["table_beside"]

_CHUNK_ROWS = 1_000_000


def table_beside(path: Path, reading: Reading, *, ids: Sequence[str] = ()) -> pd.DataFrame:
    """Read a whole file, in the encoding and with the separator of the orders; columns of ``ids`` stay text."""
    with open_table(path, reading.of_another_file(), is_orders=False) as table:
        chunks = [chunk.rows for chunk in table.chunks(ids, _CHUNK_ROWS)]
        return pd.concat(chunks, ignore_index=True) if chunks else pd.DataFrame(columns=table.columns)
