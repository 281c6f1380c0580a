"""Days: local time stamps cut to midnight."""

from __future__ import annotations

import narwhals.stable.v2 as nw
import numpy as np

from crmkit._calendar import period_start
from crmkit._frames import AnyFrame, pandas_series, with_values

__all__ = ["cut_to_days"]


def cut_to_days(frame: AnyFrame, column: str, *, where: object) -> AnyFrame:  # noqa: ARG001
    """Cut the times of a column, cleaned before, to the midnights that begin their days."""
    frame = frame.with_columns(period_start(nw.col(column), freq="D").alias(column))
    if not isinstance(frame, nw.DataFrame):
        return frame
    # Older pandas does not compare days of its own type with Arrow's.
    never = np.datetime64("NaT", "us")
    return with_values(frame, column, pandas_series(frame[column]).to_numpy(dtype="datetime64[us]", na_value=never))
