"""Snapshots of subscribers: who was served at each cutoff, and whether they left when they could still be reached."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Final, Literal, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._calendar import day_numbers
from crmkit._checks import Day, check_int, check_option
from crmkit._frames import FrameT, from_pandas
from crmkit._messages import Message
from crmkit.errors import SchemaError
from crmkit.loyalty.churn._windows import MOST_DAYS, Windows, checked_windows
from crmkit.subscriptions import NEVER, CustomerSpells, customer_spells, spell_rows

__all__ = ["subscription_snapshots"]

KnownEnds: TypeAlias = Literal["drop", "keep"]

_Ints = npt.NDArray[np.int64]

_NOBODY: Final = Message(
    en="{@subscriptions} has nobody at risk at any of {@cutoffs}. Give cutoffs on which somebody is served, or pass "
    "{@known_ends='keep'} where the end of a contract is known from its start.",
    zh="{@subscriptions} 在所有 {@cutoffs} 均没有面临流失风险的客户。请给出有客户在服务期内的截止日；"
    "若合同的结束日自始已知，请使用 {@known_ends='keep'}。",
)


def subscription_snapshots(
    subscriptions: FrameT,
    *,
    cutoffs: Iterable[Day],
    as_of: Day,
    horizon: int,
    gap: int = 0,
    allowed_gap_days: int = 0,
    known_ends: KnownEnds = "drop",
) -> FrameT:
    """List who was a subscriber at each of several cutoffs, and whether they churned: the rows of a training table.

    All subscriptions of a customer count together: they have gone when none of them runs any more. At a cutoff t

    - at risk: customers who have paid by t, and are served on that day;
    - churned: those whose first day without service lies in (t + gap, t + gap + horizon].

    Parameters
    ----------
    subscriptions : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.as_subscriptions` makes it. Subscriptions that begin after ``as_of``, and ends that became known
        after it, do not exist yet.
    cutoffs : iterable of date or ISO text
        The days at whose end customers are looked at, each once and none after ``as_of``.
    as_of : date or ISO text
        The last full day of the data.
    horizon : int
        Days in which a loss counts.
    gap : int, default 0
        Days between the cutoff and the first day that counts: the time it takes to act.
    allowed_gap_days : int, default 0
        How many days a customer may be without service and still count as having stayed, such as 14 where payments
        fail and are made good.
    known_ends : {"drop", "keep"}, default "drop"
        Whether customers whose end was known by the cutoff (``end_known``) are at risk: who has given notice needs
        no prediction. "keep" is for contracts whose end is known from the start, where the question is who renews.

    Returns
    -------
    the kind of frame given
        One row per customer at risk and cutoff, sorted by both in memory. ``customer_id``; ``cutoff``; ``churned``, 1.0
        or 0.0, missing where the time is not up (t + gap + horizon + ``allowed_gap_days`` lies after ``as_of``) and for
        those who left within the gap, whom no action could have reached.

    Raises
    ------
    SchemaError
        If a column is missing, or nobody is at risk at any cutoff.
    TypeError
        If ``subscriptions`` is not a frame, ``cutoffs`` not a list, or a number of days not a whole number.
    ValueError
        If a day is not a date, a cutoff is named twice or lies after ``as_of``, or an option is out of range.

    References
    ----------
    .. [1] Gold (2020), *Fighting Churn with Data*, sections 2.4 and 4.1 (active periods, lead time).

    Examples
    --------
    >>> from crmkit import as_subscriptions
    >>> spells = as_subscriptions(pd.DataFrame({
    ...     "customer_id": ["ann", "bo", "cy"], "mrr": [20, 30, 50],
    ...     "start": ["2024-01-01", "2023-06-01", "2024-02-01"], "end": [None, "2024-03-20", "2024-03-05"],
    ... }))
    >>> subscription_snapshots(spells, cutoffs=["2024-02-29"], as_of="2024-04-30", gap=7, horizon=30)
      customer_id     cutoff  churned
    0         ann 2024-02-29      0.0
    1          bo 2024-02-29      1.0
    2          cy 2024-02-29      NaN
    """
    check_int(horizon, name="horizon", low=1, high=MOST_DAYS)
    check_int(allowed_gap_days, name="allowed_gap_days", low=0, high=MOST_DAYS)
    check_option(known_ends, ("drop", "keep"), name="known_ends")
    windows = checked_windows(cutoffs, as_of=as_of, lookback=1, gap=gap)
    rows = spell_rows(subscriptions, windows.as_of)
    served = customer_spells(rows, day=windows.as_of, gap=0)
    lasting = customer_spells(rows, day=windows.as_of, gap=int(allowed_gap_days))
    known = _known(rows, lasting, windows) if known_ends == "drop" else None
    last_label = windows.as_of - timedelta(days=int(allowed_gap_days))
    parts = []
    for cutoff, number in zip(windows.cutoffs, windows.numbers, strict=True):
        # Who is between two spells has stayed only if they come back, which nobody knows yet.
        at_risk = served.customer[(served.start <= number) & (served.end > number)]
        at = np.flatnonzero((lasting.start <= number) & (lasting.end > number))
        at = at[np.isin(lasting.customer[at], at_risk)]
        if known is not None:
            at = at[known[at] > number]
        is_up = cutoff + timedelta(days=windows.gap + int(horizon)) <= last_label
        churned = _labels(lasting.end[at] - number - windows.gap, int(horizon)) if is_up else np.nan
        ids = rows["customer_id"].take(lasting.first_row[at]).array
        parts.append(
            pd.DataFrame({"customer_id": ids, "code": lasting.customer[at], "cutoff": cutoff, "churned": churned})
        )
    table = pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)
    if table.empty:
        raise SchemaError(_NOBODY())
    table = table.astype({"cutoff": "datetime64[us]", "churned": "float64"}).sort_values(["code", "cutoff"])
    return from_pandas(table.drop(columns="code").reset_index(drop=True), like=subscriptions)


def _labels(days: _Ints, horizon: int) -> npt.NDArray[np.float64]:
    """Whether they left within so many days after the gap; missing if before its end."""
    return np.where(days <= 0, np.nan, (days <= horizon).astype(np.float64))


def _known(rows: pd.DataFrame, spells: CustomerSpells, windows: Windows) -> _Ints:
    """The day on which the end of each spell became known, if it was recorded and is not still to come."""
    values = rows["end_known"].take(spells.last_row).to_numpy(dtype="datetime64[us]")
    last = int(np.datetime64(windows.as_of, "D").astype(np.int64))
    known = np.where(np.isnat(values), NEVER, day_numbers(values))
    return np.where((known > last) | (spells.end == NEVER), NEVER, known)
