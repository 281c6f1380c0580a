"""How events relate: ids that repeat, and the earning that each reversal takes back.

They are worked out in two ways: by NumPy in memory, and by window functions on engines.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from crmkit._frames import AnyFrame, flag, pandas_series, with_values
from crmkit._reading import Rows, codes_of, is_so, with_references

__all__ = ["EXCESS", "REPEATED", "UNKNOWN", "with_relations"]

REPEATED: Final = "__crmkit_repeated"
UNKNOWN: Final = "__crmkit_unknown"
EXCESS: Final = "__crmkit_excess"
_TARGET: Final = "__crmkit_target"
_EARNED: Final = "__crmkit_earned"
_SINCE: Final = "__crmkit_since"
_TAKEN: Final = "__crmkit_taken"
# Sums of floats may exceed what they add up to by less than this share.
_SLACK: Final = 1e-9
_NEVER: Final = np.datetime64("NaT", "us")


def with_relations(rows: Rows, *, event: str, customer: str, date: str, kind: str, points: str, reverses: str) -> Rows:
    """Mark ids that repeat, reversals of what is no earlier earning of the customer, and those of more than it."""
    frame = with_references(rows, reference=reverses, ids=event)
    is_reversal = is_so(nw.col(kind) == "reverse") & ~nw.col(reverses).is_null()
    is_earning = is_so(nw.col(kind) == "earn")
    frame = frame.with_columns(
        nw.when(is_reversal).then(nw.col(reverses)).otherwise(nw.col(event)).alias(_TARGET),
        nw.when(is_earning).then(nw.col(points)).alias(_EARNED),
        nw.when(is_earning).then(nw.col(date)).alias(_SINCE),
        nw.when(is_reversal).then(nw.col(points)).alias(_TAKEN),
    )
    frame = (
        _in_memory(frame, customer, event) if isinstance(frame, nw.DataFrame) else _in_engine(frame, customer, event)
    )
    known = is_so(nw.col(_SINCE) <= nw.col(date))
    frame = frame.with_columns(
        flag(is_reversal & ~known).alias(UNKNOWN),
        flag(is_reversal & is_so(nw.col(_TAKEN) > nw.col(_EARNED) * (1 + _SLACK))).alias(EXCESS),
    )
    return replace(rows, frame=frame.drop(_TARGET, _EARNED, _SINCE, _TAKEN))


def _in_engine(frame: AnyFrame, customer: str, event: str) -> AnyFrame:
    alike = (customer, _TARGET)
    return frame.with_columns(
        flag(~nw.col(event).is_null() & (nw.len().over(event) > 1)).alias(REPEATED),
        nw.col(_EARNED).max().over(*alike),
        nw.col(_SINCE).min().over(*alike),
        nw.col(_TAKEN).sum().over(*alike),
    )


def _in_memory(frame: nw.DataFrame[Any], customer: str, event: str) -> AnyFrame:
    plain = pd.DataFrame(
        {
            "who": codes_of(frame[customer])[0],
            "target": codes_of(frame[_TARGET])[0],
            "earned": pandas_series(frame[_EARNED]).to_numpy(dtype=np.float64, na_value=np.nan),
            "since": pandas_series(frame[_SINCE]).to_numpy(dtype="datetime64[us]", na_value=_NEVER),
            "taken": pandas_series(frame[_TAKEN]).to_numpy(dtype=np.float64, na_value=np.nan),
        }
    )
    found = plain.groupby(["who", "target"])
    frame = with_values(frame, _EARNED, found["earned"].transform("max").to_numpy())
    frame = with_values(frame, _SINCE, found["since"].transform("min").to_numpy())
    frame = with_values(frame, _TAKEN, found["taken"].transform("sum").to_numpy())
    ids, n_ids = codes_of(frame[event])
    often = np.append(np.bincount(ids[ids >= 0], minlength=n_ids), 0)[ids] > 1
    return with_values(frame, REPEATED, often.astype(np.int64))
