"""Columns that customers are described by: numbers where all are, else labels; a blank is missing."""

from __future__ import annotations

import re
from typing import Any, Final

import pandas as pd

__all__ = ["described_column"]

# 0100 is a code.
_CODE: Final = re.compile(r"0\d+")


def described_column(values: pd.Series[Any]) -> pd.Series[Any]:
    """Text as numbers, where all of it is that and nothing has a leading zero."""
    if not (values.dtype == object or pd.api.types.is_string_dtype(values)):
        return values
    filled = values.astype(object).where(values.notna() & values.astype(str).str.strip().ne(""), None)
    texts = filled.dropna().astype(str).str.strip()
    numbers = pd.to_numeric(texts, errors="coerce")
    if len(texts) and numbers.notna().all() and not texts.map(_CODE.fullmatch).any():
        return numbers.reindex(values.index)
    return filled
