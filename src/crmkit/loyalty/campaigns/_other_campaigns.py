"""Who was contacted by another campaign in the time of this one."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._frames import collected, to_pandas
from crmkit._messages import Column, Message
from crmkit._reading import clean_ids
from crmkit._tables import check_kind, open_columns
from crmkit.errors import SchemaError

__all__ = ["touched_elsewhere"]

_KINDS: Final = {"date": "day", "window_days": "count", "treated": "flag"}

_NO_TIME: Final = Message(
    en="{@assigned} has no row with both date and window_days, so the time of the campaign is not known.",
    zh="{@assigned} 中没有同时记录 date 与 window_days 的行，无法得知活动期间。",
)


def touched_elsewhere(rows: pd.DataFrame, others: Any) -> pd.Series[Any]:
    """The ids, as text, that have a contact of another campaign whose window overlaps this campaign's.

    The time of this campaign is the same for all arms, for of a control group no day may be recorded. Contacts without
    a window count on their day.
    """
    ends = rows["date"] + pd.to_timedelta(_floats(rows["window_days"]), unit="D")
    start, end = rows.loc[ends.notna(), "date"].min(), ends.max()
    if pd.isna(end):
        raise SchemaError(_NO_TIME())
    found = _opened(others)
    days = np.fmax(_floats(found["window_days"]), 1.0)
    overlaps = (found["date"] < end) & (found["date"] + pd.to_timedelta(days, unit="D") > start)
    if "treated" in found:
        overlaps &= _floats(found["treated"]) > 0
    if "campaign" in found and "campaign" in rows:
        overlaps &= ~found["campaign"].isin(rows["campaign"])
    touched: pd.Series[Any] = found.loc[overlaps.to_numpy(dtype=bool), "customer_id"]
    return touched


def _opened(others: Any) -> pd.DataFrame:
    opened = open_columns(others, ["customer_id", "date", "window_days"], name="others", made_by="as_contacts")
    there = opened.collect_schema().names()
    asked = ["customer_id", "date", "window_days", *(name for name in ("treated", "campaign") if name in there)]
    frame = collected(opened.select(*asked))
    for name, kind in _KINDS.items():
        if name in asked:
            where = Column("others", name)
            check_kind(frame, name, kind, where=where, made_by="as_contacts")  # type: ignore[arg-type]
    frame = collected(clean_ids(frame, "customer_id", where=Column("others", "customer_id")))
    rows = to_pandas(frame)
    rows["customer_id"] = rows["customer_id"].map(str, na_action="ignore")
    return rows


def _floats(column: pd.Series[Any]) -> npt.NDArray[np.float64]:
    return np.asarray(pd.to_numeric(column).to_numpy(dtype=float, na_value=np.nan))
