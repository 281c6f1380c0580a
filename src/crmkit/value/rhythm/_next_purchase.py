"""The next purchase of each customer, as columns of a table."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._arrays import Floats
from crmkit._calendar import day_numbers
from crmkit._checks import Day, as_day, some
from crmkit._frames import Coded, FrameT, collected, give_back, in_memory, open_as_given, rows_like
from crmkit._messages import Column, Message
from crmkit._tables import CUSTOMERS, float_columns
from crmkit.errors import SchemaError
from crmkit.value._purchases._histories import Histories
from crmkit.value.rhythm._gap_law import NextGap

__all__ = ["check_as_of", "next_purchases", "with_ids"]

# The last whole year of pandas' dates.
_LAST_DAY: Final = np.datetime64("2261-12-31")
# A quantile that is a whole day by arithmetic may miss it by so much.
_ROUNDING: Final = 1e-6
_REASONS: Final = ("may_not_return", "beyond_calendar", "no_purchase")
_OTHER_DAY: Final = Message(
    en="{@customers} are as of another day than {@as_of}, {as_of:%Y-%m-%d}: {last_order} and {days_since_last} say "
    "{got}. Pass the day that the customers table was made for.",
    zh="{@customers} 的截止日期与 {@as_of}（{as_of:%Y-%m-%d}）不同：由{last_order}与{days_since_last}得到 {got}。"
    "请给出生成该客户表时的截止日期。",
)


def check_as_of(customers: Any, *, as_of: Day) -> datetime:
    """Return the day, or raise where the customers table tells that it was made for another."""
    day = as_day(as_of, name="as_of")
    rows = open_as_given(customers, name="customers")
    known = rows.collect_schema()
    if {"last_order", "days_since_last"} <= set(known) and known["last_order"].is_temporal():
        dates = collected(in_memory(rows).select("last_order"))["last_order"].drop_nulls()
        since = float_columns(customers, CUSTOMERS, ["days_since_last"], name="customers")["days_since_last"]
        days = day_numbers(dates.to_numpy()) + since[~np.isnan(since)]
        wrong = np.unique(days[days != np.datetime64(day, "D").astype(np.int64)])
        if len(wrong):
            got = some(np.datetime_as_string(wrong.astype(np.int64).astype("datetime64[D]")).tolist())
            where = {name: Column("customers", name) for name in ("last_order", "days_since_last")}
            raise SchemaError(_OTHER_DAY(as_of=day, got=got, **where))
    return day


def next_purchases(gap: NextGap, h: Histories, *, day: datetime, level: float, days: float) -> dict[str, Any]:
    """Columns of the table, one value per row; ``days`` are those of the model's unit."""
    tail = (1 - level) / 2
    today = np.datetime64(day, "D")
    median = gap.median()
    waits = {"next_date": 0.5, "next_date_lower": tail, "next_date_upper": 1 - tail}
    to_come = {name: h.to_rows(days * (gap.quantile(q) - gap.silence)) for name, q in waits.items()}
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        ratio = np.where(gap.silence > 0, gap.silence / median, 0.0)
    n_gaps = h.to_rows(h.x.values)
    return {
        "n_gaps": pd.Series(n_gaps).astype("Int64").array,
        "expected_gap": h.to_rows(_finite(days * gap.mean())),
        "median_gap": h.to_rows(_finite(days * median)),
        **{name: _dates(wait, today) for name, wait in to_come.items()},
        "overdue_ratio": h.to_rows(_finite(ratio)),
        "overdue_probability": h.to_rows(-np.expm1(gap.log_survival)),
        "probability_alive": h.to_rows(gap.alive),
        "missing_date": _reasons(np.array(list(to_come.values())), today),
    }


def with_ids(columns: dict[str, Any], *, of: FrameT) -> FrameT:
    """A table of these columns, after ``customer_id`` where the customers have one."""
    made = rows_like(columns, like=of)
    rows = open_as_given(of, name="customers")
    if "customer_id" not in rows.collect_schema():
        return made
    table = collected(open_as_given(made, name="customers"))
    told = table.with_columns(collected(rows.select("customer_id"))["customer_id"])
    return give_back(told.select("customer_id", *columns), like=of)


def _dates(wait: Floats, today: np.datetime64) -> npt.NDArray[np.datetime64]:
    """The day on which a wait ends, at the earliest the next."""
    most = float((_LAST_DAY - today).astype(np.int64))
    known = wait <= most
    whole = np.maximum(np.ceil(np.where(known, wait, 1.0) - _ROUNDING), 1.0).astype(np.int64)
    return np.where(known, today + whole, np.datetime64("NaT")).astype("datetime64[us]")


def _reasons(waits: Floats, today: np.datetime64) -> Coded:
    most = float((_LAST_DAY - today).astype(np.int64))
    codes = np.full(waits.shape[1], len(_REASONS), dtype=np.intp)
    for code, is_so in (
        ("beyond_calendar", waits > most),
        ("may_not_return", np.isposinf(waits)),
        ("no_purchase", np.isnan(waits)),
    ):
        codes[is_so.any(axis=0)] = _REASONS.index(code)
    return Coded([*_REASONS, None], codes)  # type: ignore[list-item]


def _finite(values: Floats) -> Floats:
    return np.where(np.isfinite(values), values, np.nan)
