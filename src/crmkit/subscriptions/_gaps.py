"""The days between a spell and the next one of the same subscription.

They are worked out in two ways: by NumPy in memory, and by a window function on engines.
"""

from __future__ import annotations

from typing import Any, Final

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from crmkit._calendar import day_number
from crmkit._frames import AnyFrame, flag, pandas_series, with_values
from crmkit._reading import Rows
from crmkit.subscriptions._read import CUSTOMER, END, START, SUBSCRIPTION

__all__ = ["GAP", "with_gaps"]

GAP: Final = "__crmkit_gap"
# After the year 2099, the last that is read.
_NEVER: Final = 1e6
_USABLE, _FIRST, _LAST = "__crmkit_usable", "__crmkit_first", "__crmkit_last"


def with_gaps(rows: Rows) -> AnyFrame:
    """Add the days from the end of each usable spell to the start of the next; below 0 where they overlap."""
    keys = [CUSTOMER, *([SUBSCRIPTION] if SUBSCRIPTION in rows.sources else [])]
    never = nw.lit(_NEVER)
    frame = rows.frame.with_columns(
        flag(rows.usable()).alias(_USABLE),
        day_number(nw.col(START)).alias(_FIRST),
        nw.when(nw.col(END).is_null()).then(never).otherwise(day_number(nw.col(END))).alias(_LAST),
    )
    if isinstance(frame, nw.DataFrame):
        return with_values(frame, GAP, _in_memory(frame, keys)).drop(_USABLE, _FIRST, _LAST)
    following = nw.col(_FIRST).shift(-1).over(*keys, _USABLE, order_by=[_FIRST, _LAST])
    gap = nw.when(nw.col(_USABLE) == 1).then(following - nw.col(_LAST))
    return frame.with_columns(gap.alias(GAP)).drop(_USABLE, _FIRST, _LAST)


def _in_memory(frame: nw.DataFrame[Any], keys: list[str]) -> Any:
    usable = np.flatnonzero(frame[_USABLE].to_numpy() == 1)
    first, last = (_whole(frame[name])[usable] for name in (_FIRST, _LAST))
    who = np.zeros(len(usable), dtype=np.int64)
    for key in keys:
        codes, distinct = pd.factorize(pandas_series(frame[key]))
        who = pd.factorize(who * len(distinct) + codes[usable])[0]
    order = np.lexsort((last, first, who))
    same = who[order][1:] == who[order][:-1]
    gaps = np.full(len(frame), np.nan)
    gaps[usable[order[:-1][same]]] = (first[order][1:] - last[order][:-1])[same]
    return gaps


def _whole(series: nw.Series[Any]) -> Any:
    return pandas_series(series).to_numpy(dtype=np.float64, na_value=np.nan)
