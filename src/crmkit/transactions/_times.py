"""Dates: naive local time stamps, missing where there is none that can be used."""

from __future__ import annotations

import re
from datetime import date, datetime, tzinfo
from typing import Any, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from crmkit._checks import FIRST_YEAR, LAST_YEAR
from crmkit._frames import AnyFrame, midnight, pandas_series, type_of, with_values
from crmkit.errors import SchemaError

__all__ = ["clean_times"]

_START, _END = datetime(FIRST_YEAR, 1, 1), datetime(LAST_YEAR + 1, 1, 1)
# Whatever follows the time and could be a zone, in any of its short forms.
_OFFSET = r"[tT ].*[zZ+-]"
_PLAIN_TIME = re.compile(r"\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?)?", re.ASCII)
_SHORTEST_DATE = len("2024-1-1")


def clean_times(
    frame: AnyFrame, column: str, *, where: str, date_format: str | None, time_zone: str | None
) -> AnyFrame:
    """Replace a column by naive local time stamps; what cannot be read or lies outside 1901 to 2099 is missing."""
    zone = _zone(time_zone)
    if date_format is not None and "%" not in date_format:
        raise ValueError(f"`date_format` must be a format such as '%d/%m/%Y', got {date_format!r}.")
    dtype = frame.collect_schema()[column]
    if isinstance(frame, nw.DataFrame) and dtype in (nw.String, nw.Object, nw.Categorical):
        frame = with_values(
            frame,
            column,
            _parsed(pandas_series(frame[column]), where=where, date_format=date_format, zone=zone),
        )
    else:
        local = _typed(frame, column, where=where, zone=zone)
        if date_format is not None:
            raise ValueError(f"`date_format` is for text; {where} holds {type_of(frame, column)}. Leave it out.")
        frame = _whole_microseconds(_without_arrow_zone(frame, column), column).with_columns(local.alias(column))
    time = nw.col(column)
    inside = (time >= midnight(_START, of=frame)) & (time < midnight(_END, of=frame))
    return frame.with_columns(nw.when(inside).then(time).alias(column))


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


def _typed(frame: AnyFrame, column: str, *, where: str, zone: ZoneInfo | None) -> nw.Expr:
    time, engine = nw.col(column), isinstance(frame, nw.LazyFrame)
    dtype: Any = frame.collect_schema()[column]
    if dtype not in (nw.Date, nw.Datetime):
        mend = "Cast it in the engine first." if engine else "Convert it to dates first."
        raise SchemaError(f"{where} holds {type_of(frame, column)}, not dates. {mend}")
    aware = isinstance(dtype, nw.Datetime) and dtype.time_zone is not None
    if engine and aware:
        raise SchemaError(
            f"{where} holds times of the zone {dtype.time_zone}; an engine's dates must be local and without zone. "
            "Cast the column in the engine, to TIMESTAMP (DuckDB) or timestamp_ntz (Spark)."
        )
    if engine and zone is not None:
        raise ValueError("`time_zone` is for frames in memory. Convert the column in the engine and leave it out.")
    if not aware:
        _refuse_zone_for_naive(zone, where=where)
        return time.cast(nw.Datetime("us"))
    if zone is None:
        _refuse_aware(where, dtype.time_zone)
    return time.dt.convert_time_zone(str(zone)).dt.replace_time_zone(None).cast(nw.Datetime("us"))


def _parsed(values: pd.Series[Any], *, where: str, date_format: str | None, zone: ZoneInfo | None) -> Any:
    """Read text, dates and time stamps held as objects; the rest is missing."""
    values = values.astype(object).reset_index(drop=True)
    if pd.api.types.infer_dtype(values, skipna=True) == "string":
        # Days repeat, and reading a text is slow: each is read once.
        codes, texts = pd.factorize(values)
        instants, aware = _read_texts(pd.Series(texts, dtype=object), date_format=date_format)
        instants, aware = np.append(instants, np.datetime64("NaT", "us"))[codes], np.append(aware, False)[codes]
    else:
        instants, aware = _read_objects(values, date_format=date_format)
    return _local(instants, aware, where=where, zone=zone)


def _read_objects(values: pd.Series[Any], *, date_format: str | None) -> tuple[Any, Any]:
    """Instants of text, dates and time stamps, and which of them name their zone."""
    is_text, is_date = (values.map(holds).to_numpy(dtype=bool) for holds in (_is_text, _is_date))
    instants = np.full(len(values), np.datetime64("NaT", "us"))
    aware = np.zeros(len(values), dtype=bool)
    instants[is_text], aware[is_text] = _read_texts(values[is_text], date_format=date_format)
    instants[is_date] = _instants(values[is_date], date_format=None)
    aware[is_date] = [getattr(value, "tzinfo", None) is not None for value in values[is_date]]
    return instants, aware & ~np.isnat(instants)


def _read_texts(values: pd.Series[Any], *, date_format: str | None) -> tuple[Any, Any]:
    """Instants of text, and which of them name their zone."""
    # The usual case, told in one look: nothing but times without a zone.
    if date_format is None and all(map(_PLAIN_TIME.fullmatch, values)):
        return _instants(values, date_format=None), np.zeros(len(values), dtype=bool)
    text = values.str.strip()
    # Words such as "today" would ask the clock.
    text = text.where(text.str.contains(r"\d", regex=True), None)
    if date_format is None:
        aware = text.str.contains(_OFFSET, regex=True).to_numpy(dtype=bool)
        text = text.where(text.str.len() >= _SHORTEST_DATE, None)
    else:
        aware = np.full(len(text), "%z" in date_format.lower())
    instants = _instants(text, date_format=date_format)
    return instants, aware & ~np.isnat(instants)


def _instants(values: pd.Series[Any], *, date_format: str | None) -> Any:
    """Instants in UTC; a value without zone is taken as if it were UTC."""
    stamps = pd.to_datetime(values, format=date_format or "ISO8601", errors="coerce", utc=True)
    return stamps.dt.tz_localize(None).to_numpy().astype("datetime64[us]")


def _local(instants: Any, aware: Any, *, where: str, zone: ZoneInfo | None) -> Any:
    usable = ~np.isnat(instants)
    if not aware.any():
        if usable.any():
            _refuse_zone_for_naive(zone, where=where)
        return instants
    if not aware[usable].all():
        raise SchemaError(
            f"{where} mixes {int(aware.sum())} times that name their zone with "
            f"{int((usable & ~aware).sum())} that do not. Bring them to one kind first."
        )
    if zone is None:
        _refuse_aware(where, "in the text")
    local = pd.DatetimeIndex(instants).tz_localize("UTC").tz_convert(zone).tz_localize(None)
    return local.to_numpy().astype("datetime64[us]")


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_date(value: object) -> bool:
    return isinstance(value, (date, np.datetime64)) and not pd.isna(value)


def _refuse_aware(where: str, zone: str | tzinfo | None) -> None:
    raise SchemaError(
        f"{where} holds times with a zone ({zone}), and a business day depends on it. Name the zone whose days count, "
        "for example time_zone='Asia/Shanghai'."
    )


def _refuse_zone_for_naive(zone: ZoneInfo | None, *, where: str) -> None:
    if zone is not None:
        raise SchemaError(
            f"`time_zone` is {str(zone)!r}, but {where} holds times without a zone. Leave time_zone out where they are "
            "already local; else give the column its zone first (pandas: .dt.tz_localize('UTC'))."
        )


def _zone(time_zone: str | None) -> ZoneInfo | None:
    if time_zone is None:
        return None
    try:
        return ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError, TypeError) as error:
        raise ValueError(f"`time_zone` must be an IANA name such as 'Europe/London', got {time_zone!r}.") from error
