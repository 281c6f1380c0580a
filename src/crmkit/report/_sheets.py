"""What sections need to make their sheets: a table under the names of its columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from crmkit._names import Label
from crmkit._workbook import Named, Sheet, headings
from crmkit.report._facts import Facts

__all__ = ["sheet_of"]


def sheet_of(
    title: Label,
    table: pd.DataFrame,
    facts: Facts,
    *,
    columns: Sequence[str] | None = None,
    own: Mapping[str, Named] | None = None,
    **more: Any,
) -> Sheet:
    """A sheet of a table; ``own`` names the columns that mean something else elsewhere."""
    language = facts.language
    return Sheet(title.text(language), table, headings(table, language, columns=columns, own=own or {}), **more)
