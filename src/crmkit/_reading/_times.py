"""Dates: naive local time stamps, missing where a value cannot be used."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import Any, Final, cast
from zoneinfo import ZoneInfo

import narwhals.stable.v2 as nw
import pandas as pd

from crmkit._checks import FIRST_YEAR, LAST_YEAR
from crmkit._frames import AnyFrame, midnight, pandas_series, type_of, with_values
from crmkit._messages import Message
from crmkit._reading._time_texts import NUMBERED, check_format, look_like_days, parsed_times
from crmkit._reading._zones import check_aware, check_naive, zone_named
from crmkit.errors import SchemaError

__all__ = ["clean_times"]

_START, _END = datetime(FIRST_YEAR, 1, 1), datetime(LAST_YEAR + 1, 1, 1)

_FORMAT_FOR_TYPED: Final = Message(
    en="{@date_format} is for text; {where} holds {kind}. Leave it out.",
    zh="{@date_format} 只用于文本，而{where}的类型为 {kind}。请去掉该选项。",
)
_NOT_DATES: Final = Message(
    en="{where} holds {kind}, not dates. Convert it to dates first.",
    zh="{where}的类型为 {kind}，不是日期。请先转换为日期。",
)
_NOT_DATES_ON_ENGINE: Final = Message(
    en="{where} holds {kind}, not dates. Cast it in the engine first.",
    zh="{where}的类型为 {kind}，不是日期。请先在引擎中转换。",
)
_AWARE_ON_ENGINE: Final = Message(
    en="{where} holds times of the zone {zone}; an engine's dates must be local and without a zone. Cast the column in "
    "the engine, to TIMESTAMP (DuckDB) or timestamp_ntz (Spark).",
    zh="{where}中的时间带有时区 {zone}；引擎中的日期须为不带时区的本地时间。请先在引擎中转换为 TIMESTAMP（DuckDB）或 "
    "timestamp_ntz（Spark）。",
)
_ZONE_ON_ENGINE: Final = Message(
    en="{@time_zone} is for frames in memory. Convert the column in the engine and leave it out.",
    zh="{@time_zone} 只用于内存中的表。请在引擎中转换该列，并去掉该选项。",
)


def clean_times(
    frame: AnyFrame, column: str, *, where: object, date_format: str | None, time_zone: str | None
) -> AnyFrame:
    """Replace a column by naive local time stamps; what cannot be read or lies outside 1901 to 2099 is missing."""
    zone = zone_named(time_zone)
    check_format(date_format)
    dtype = frame.collect_schema()[column]
    if isinstance(frame, nw.DataFrame) and dtype.is_numeric():
        frame = _numbers_as_text(frame, column, date_format=date_format)
        dtype = frame.schema[column]
    if isinstance(frame, nw.DataFrame) and dtype in (nw.String, nw.Object, nw.Categorical):
        values = pandas_series(frame[column])
        frame = with_values(frame, column, parsed_times(values, where=where, date_format=date_format, zone=zone))
    else:
        local = _typed(frame, column, where=where, zone=zone)
        if date_format is not None:
            raise ValueError(_FORMAT_FOR_TYPED(where=where, kind=type_of(frame, column)))
        frame = _whole_microseconds(_without_arrow_zone(frame, column), column).with_columns(local.alias(column))
    time = nw.col(column)
    inside = (time >= midnight(_START, of=frame)) & (time < midnight(_END, of=frame))
    return frame.with_columns(nw.when(inside).then(time).alias(column))


def _numbers_as_text(frame: nw.DataFrame[Any], column: str, *, date_format: str | None) -> nw.DataFrame[Any]:
    """Write numbers that are days as text: those of a format, and whole ones like 20241231."""
    numbers = pandas_series(frame[column])
    with suppress(TypeError, ValueError):
        # Where some are missing, whole numbers have come as floats.
        numbers = numbers.astype("Int64")
    whole = pd.api.types.is_integer_dtype(numbers.dtype)
    if date_format in NUMBERED or (whole and (date_format is not None or look_like_days(numbers))):
        return with_values(frame, column, numbers.astype("string"))
    return frame


def _without_arrow_zone(frame: AnyFrame, column: str) -> AnyFrame:
    """Give pandas' Arrow times with a zone pandas' own type: old versions lose the zone's clock."""
    if not isinstance(frame, nw.DataFrame) or not frame.implementation.is_pandas():
        return frame
    times = frame[column].to_native()
    zone = getattr(frame.schema[column], "time_zone", None)
    if zone is None or not isinstance(times.dtype, pd.ArrowDtype):
        return frame
    return with_values(frame, column, times.astype(pd.DatetimeTZDtype("us", zone)))


def _whole_microseconds(frame: AnyFrame, column: str) -> AnyFrame:
    """Cut nanoseconds off, where a cast would round them up or refuse them."""
    dtype = frame.collect_schema()[column]
    if not isinstance(dtype, nw.Datetime) or dtype.time_unit != "ns":
        return frame
    if frame.implementation.is_duckdb():
        whole = f'make_timestamp(epoch_ns("{column}") // 1000) AS "{column}"'
        return cast("AnyFrame", nw.from_native(frame.to_native().project(f"* REPLACE ({whole})")))
    return frame.with_columns(nw.col(column).dt.truncate("1us"))


def _typed(frame: AnyFrame, column: str, *, where: object, zone: ZoneInfo | None) -> nw.Expr:
    time, engine = nw.col(column), isinstance(frame, nw.LazyFrame)
    dtype: Any = frame.collect_schema()[column]
    if dtype not in (nw.Date, nw.Datetime):
        wrong = _NOT_DATES_ON_ENGINE if engine else _NOT_DATES
        raise SchemaError(wrong(where=where, kind=type_of(frame, column)))
    aware = isinstance(dtype, nw.Datetime) and dtype.time_zone is not None
    if engine and aware:
        raise SchemaError(_AWARE_ON_ENGINE(where=where, zone=dtype.time_zone))
    if engine and zone is not None:
        raise ValueError(_ZONE_ON_ENGINE())
    if not aware:
        check_naive(zone, where=where)
        return time.cast(nw.Datetime("us"))
    check_aware(zone, where=where, given=dtype.time_zone)
    return time.dt.convert_time_zone(str(zone)).dt.replace_time_zone(None).cast(nw.Datetime("us"))
