"""What a table of products is to the section: how it is read, which of its rows are sure, and how these are shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple

import pandas as pd

from crmkit._workbook import Sheet
from crmkit.report._facts import Facts

__all__ = ["MOST_ROWS", "SURE", "Part"]

MOST_ROWS: Final = 10
"""So many rows at most are shown on the page."""
SURE: Final = 0.05
"""An adjusted p-value above it may be chance."""


class Part(NamedTuple):
    """A table by the name under which it is given."""

    name: str
    read: Callable[[Any], pd.DataFrame]
    sure: Callable[[pd.DataFrame], pd.DataFrame]
    finding: Callable[[Any, Facts], str]
    page: Callable[[pd.DataFrame, Facts], dict[str, Any]]
    sheet: Callable[[pd.DataFrame, Facts], Sheet]

    @property
    def table(self) -> str:
        """The name of the table in the report."""
        return f"product_{self.name}"
