"""What each customer of a base did in every period around a campaign, zeros included."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

import narwhals.stable.v2 as nw
import numpy as np
import numpy.typing as npt
import pandas as pd
from pandas.api.types import is_integer_dtype

from crmkit._arrays import Floats
from crmkit._calendars import Calendar
from crmkit._checks import Day, as_day, check_int, check_money, some
from crmkit._frames import column_name, to_pandas
from crmkit._messages import Column, Message
from crmkit._tables import ACTIVITY, check_each_once, check_kind, open_columns, open_table
from crmkit.errors import SchemaError
from crmkit.loyalty.campaigns._compared_base import read_treated
from crmkit.loyalty.campaigns._sizes import SMALLEST, check_size

__all__ = ["Panel", "read_panel"]

_ACTIVE: Final = "active"
_FEWEST_BEFORE: Final = 2

_NOT_A_START: Final = Message(
    en="{@start} must be the first day of a period, such as {first:%Y-%m-%d}, got {day:%Y-%m-%d}. If the campaign "
    "began within a period, take shorter ones, or the start of the one it began in.",
    zh="{@start} 须为某一期间的首日，如 {first:%Y-%m-%d}，得到 {day:%Y-%m-%d}。若活动始于期间之中，"
    "请改用更短的期间，或取该期间的首日。",
)
_NOT_OVER: Final = Message(
    en="{n:,} {n:period|periods} from {@start} end on {end:%Y-%m-%d}, after {@as_of}, {day:%Y-%m-%d}. Take a smaller "
    "{@n_after}, or wait.",
    zh="自 {@start} 起的 {n:,} 期到 {end:%Y-%m-%d} 才结束，晚于 {@as_of}（{day:%Y-%m-%d}）。"
    "请减小 {@n_after}，或再等一等。",
)
_TOO_EARLY: Final = Message(
    en="{n:,} periods before {@start} begin on {first:%Y-%m-%d}, but {@activity} begins on {begin:%Y-%m-%d}. Take a "
    "smaller {@n_before}, at least 2.",
    zh="{@start} 之前的 {n:,} 期始于 {first:%Y-%m-%d}，而 {@activity} 始于 {begin:%Y-%m-%d}。"
    "请减小 {@n_before}，最少为 2。",
)
_NO_ROWS: Final = Message(
    en="{@activity} has no rows in the periods around {@start}.", zh="{@activity} 在 {@start} 前后的期间内没有数据。"
)
_NO_ID: Final = Message(
    en="{@customers} has {n:,} {n:row|rows} without a customer_id.", zh="{@customers} 有 {n:,} 行缺少 customer_id。"
)
_OTHER_IDS: Final = Message(
    en="customer_id is whole numbers in one of {@customers} and {@activity}, and text in the other. Convert one of "
    "them.",
    zh="{@customers} 与 {@activity} 的 customer_id 一为整数、一为文本，请统一类型。",
)
_UNKNOWN: Final = Message(
    en="{where} is missing in {n:,} {n:row|rows} around the campaign. Leave the outcome out, or complete it.",
    zh="{where} 在活动前后的期间内有 {n:,} 行缺失。请补全，或不用此项结果。",
)


_REPEATED: Final = Message(
    en="{@activity} has {n:,} {n:customer|customers} with several rows in a period, such as {ids}. Give {@freq} as "
    "the table was made with, or one row per customer and period.",
    zh="{@activity} 中有 {n:,} 位客户在同一期间有多行，例如 {ids}。"
    "请给出与该表一致的 {@freq}，或每位客户每期只留一行。",
)


class Panel(NamedTuple):
    """Whether each customer was contacted, their outcomes by name, customers by periods, and the periods.

    ``starts`` are the first days of the periods, of which ``n_before`` lie before the campaign.
    """

    treated: npt.NDArray[np.bool_]
    outcomes: dict[str, Floats]
    starts: npt.NDArray[np.datetime64]
    n_before: int


def read_panel(
    activity: object,
    *,
    customers: object,
    treated: str,
    start: Day,
    as_of: Day,
    n_before: int,
    n_after: int,
    periods: Calendar,
    outcomes: Sequence[str],
) -> Panel:
    """Read the periods around a campaign; a customer without a row in a period did nothing in it."""
    check_int(n_before, name="n_before", low=_FEWEST_BEFORE)
    check_int(n_after, name="n_after", low=1)
    first = _first_number(periods, start=start, as_of=as_of, n_before=n_before, n_after=n_after)
    ids, flags = _base(customers, treated)
    rows = _rows(activity, outcomes, periods, first=first, n_before=n_before, n_periods=n_before + n_after)
    if is_integer_dtype(rows["customer_id"]) != is_integer_dtype(ids.dtype):
        raise SchemaError(_OTHER_IDS())
    who = ids.get_indexer(pd.Index(rows["customer_id"]))
    known = who >= 0
    shape = len(ids), n_before + n_after
    cells = who[known] * shape[1] + (rows["number"].to_numpy(dtype=np.intp) - first)[known]
    if (twice := np.unique(np.flatnonzero(np.bincount(cells) > 1) // shape[1])).size:
        raise SchemaError(_REPEATED(n=twice.size, ids=some(ids[twice].tolist())))
    return Panel(
        flags,
        {name: _laid_out(cells, rows[name].to_numpy(dtype=np.float64)[known], shape) for name in outcomes},
        periods.first_days(range(first, first + n_before + n_after)),
        n_before,
    )


def _laid_out(cells: npt.NDArray[np.intp], values: Floats, shape: tuple[int, int]) -> Floats:
    """Put values into the cells of a matrix, and 0 into the others."""
    matrix = np.zeros(shape)
    matrix.reshape(-1)[cells] = values
    return matrix


def _first_number(periods: Calendar, *, start: Day, as_of: Day, n_before: int, n_after: int) -> int:
    """The number of the first period; refuse a campaign that begins within one, and periods that are not over."""
    day, last = as_day(start, name="start"), as_day(as_of, name="as_of")
    number = periods.number_of(day)
    if not periods.begins_on(day):
        raise ValueError(_NOT_A_START(first=periods.first_day(number), day=day))
    end = periods.last_day(number + n_after - 1)
    if end > last:
        raise ValueError(_NOT_OVER(n=n_after, end=end, day=last))
    return number - n_before


def _base(customers: object, treated: str) -> tuple[pd.Index[Any], npt.NDArray[np.bool_]]:
    name = column_name(treated, name="treated")
    rows = open_columns(customers, ["customer_id", name], name="customers", made_by="customer_summary")
    check_kind(rows, "customer_id", "id", where=Column("customers", "customer_id"), made_by="customer_summary")
    table = to_pandas(rows.select("customer_id", name))
    if missing := int(table["customer_id"].isna().sum()):
        raise SchemaError(_NO_ID(n=missing))
    check_each_once(rows, name="customers")
    return pd.Index(table["customer_id"]), read_treated(table[name], where=Column("customers", treated))


def _rows(
    activity: object, outcomes: Sequence[str], periods: Calendar, *, first: int, n_before: int, n_periods: int
) -> pd.DataFrame:
    """The rows of the periods, in memory, with the number of each period."""
    rows = open_table(activity, ACTIVITY)
    names = rows.collect_schema().names()
    columns = [name for name in outcomes if name != _ACTIVE or _ACTIVE in names]
    open_columns(activity, columns, name="activity", made_by=ACTIVITY.made_by)
    for name in columns:
        check_kind(rows, name, "number", where=Column("activity", name), made_by=ACTIVITY.made_by)
    numbered = periods.numbered(rows, "period", into="number")
    begin = to_pandas(numbered.select(nw.col("number").min()))["number"][0]
    if pd.isna(begin):
        raise SchemaError(_NO_ROWS())
    if begin > first:
        raise ValueError(_TOO_EARLY(n=n_before, first=_day(periods, first), begin=_day(periods, int(begin))))
    inside = numbered.filter((nw.col("number") >= first) & (nw.col("number") < first + n_periods))
    table = to_pandas(inside.select(*dict.fromkeys(["customer_id", "number", "n_orders", *columns])))
    if table.empty:
        raise SchemaError(_NO_ROWS())
    for name in columns:
        values = table[name].to_numpy(dtype=np.float64, na_value=np.nan)
        check_money(values, where=Column("activity", name))
        if missing := int((~np.isfinite(values)).sum()):
            raise SchemaError(_UNKNOWN(where=Column("activity", name), n=missing))
        check_size(values, where=Column("activity", name), least=SMALLEST)
    if _ACTIVE in outcomes and _ACTIVE not in names:
        table[_ACTIVE] = (table["n_orders"] > 0).astype(float)
    return table


def _day(periods: Calendar, number: int) -> datetime:
    return periods.first_day(number)
