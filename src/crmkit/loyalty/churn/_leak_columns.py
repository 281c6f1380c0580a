"""Columns of features as a search for leaks sees them: numbers, or days however they are written."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd

from crmkit._arrays import Floats

__all__ = ["days_of", "floats_of"]

_ISO: Final = r"\d{4}-\d{2}-\d{2}(?:[T ].*)?"


def days_of(values: pd.Series[Any]) -> pd.Series[Any] | None:
    """Days and times as their own clock shows them, typed, as Python's dates or as ISO text; None for all others."""
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        return values if values.dt.tz is None else values.dt.tz_localize(None)
    if isinstance(values.dtype, pd.CategoricalDtype) or not (known := values.dropna()).size:
        return None
    kind = pd.api.types.infer_dtype(known)
    if kind == "string" and not known.astype(object).str.fullmatch(_ISO).all():
        return None
    if kind not in {"string", "date", "datetime", "datetime64"}:
        return None
    texts = known.astype(object).map(str)
    days = pd.to_datetime(
        texts.str.replace(r"(?:Z|[+-]\d{2}:?\d{2})$", "", regex=True), format="ISO8601", errors="coerce"
    )
    return None if days.isna().any() else days.reindex(values.index)


def floats_of(values: pd.Series[Any]) -> Floats | None:
    """Numbers, flags and days as floats; None for labels."""
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        days = (values.dt.tz_localize(None) - pd.Timestamp(0)) / pd.Timedelta(days=1)
        return np.asarray(days.to_numpy(dtype=np.float64, na_value=np.nan))
    if pd.api.types.is_bool_dtype(values) or pd.api.types.is_numeric_dtype(values):
        return np.asarray(values.to_numpy(dtype=np.float64, na_value=np.nan))
    return None
