"""Which windows are over on a day, and which are not."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._checks import some
from crmkit._messages import Message, Parameter
from crmkit.errors import SchemaError
from crmkit.loyalty.campaigns._cells import Cells

__all__ = ["last_days", "over_by"]

_LONGEST: Final = 36_525
"""Days of the longest window that is told from others: a century."""

_NO_WINDOWS: Final = Message(
    en="In the campaigns {campaigns} contacts lack a date or a window, so nobody can tell which windows are over on "
    "{@as_of}. Name both columns in {@as_contacts()}; or, if all windows are over, name neither and leave {@as_of} "
    "out.",
    zh="活动 {campaigns} 中有触达缺少日期或观察窗口，无法判断截至 {@as_of} 哪些窗口已结束。请在 {@as_contacts()} "
    "中指明这两列；若所有窗口都已结束，可都不指明，也不给 {@as_of}。",
)


def last_days(cells: Cells) -> pd.Series[Any]:
    """The last day of the window of each cell; missing where the day of contact or the window is."""
    days = pd.Series(np.minimum(cells.window_days, _LONGEST), index=cells.date.index)
    return cells.date + pd.to_timedelta(days, unit="D")


def over_by(cells: Cells, day: datetime) -> npt.NDArray[np.bool_]:
    """Whether the window of each cell is over by the end of a day.

    Who was not contacted may have no date: their window is over when all others of the campaign are, and before that
    nobody can tell.
    """
    last = last_days(cells)
    known, over = last.notna().to_numpy(), (last <= pd.Timestamp(day)).to_numpy()
    is_open = known & ~over
    campaigns = cells.groups["campaign"].astype(str).to_numpy()[cells.group]
    unclear = {
        campaign
        for campaign in set(campaigns[~known])
        if is_open[campaigns == campaign].any() or not known[campaigns == campaign].any()
    }
    unclear |= set(campaigns[~known & cells.treated])
    if unclear:
        raise SchemaError(_NO_WINDOWS(campaigns=some(sorted(unclear)), name=Parameter("contacts")))
    return over | ~known
