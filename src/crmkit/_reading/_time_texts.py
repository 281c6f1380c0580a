"""Times read from text, and from columns of Python objects; what cannot be read is missing."""

from __future__ import annotations

import re
from datetime import date
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from crmkit._messages import Message
from crmkit._reading._zones import IN_THE_TEXT, check_aware, check_naive
from crmkit.errors import SchemaError

__all__ = ["check_format", "parsed_times"]

# Whatever follows the time and could be a zone, in any of its short forms.
_OFFSET: Final = r"[tT ].*[zZ+-]"
_PLAIN_TIME: Final = re.compile(r"\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?)?", re.ASCII)
_SHORTEST_DATE: Final = len("2024-1-1")
_DIRECTIVE: Final = re.compile("%(.?)", re.DOTALL)
_DIRECTIVES: Final = frozenset("AaBbdfGHIjmMpSuUVwWyYzZ%")

_NOT_A_FORMAT: Final = Message(
    en="{@date_format} must be a format such as '%d/%m/%Y', got {value!r}.",
    zh="{@date_format} 须为 '%d/%m/%Y' 之类的格式，得到 {value!r}。",
)
_UNKNOWN_DIRECTIVE: Final = Message(
    en="{@date_format} {value!r} has the unknown directive {directive!r}.",
    zh="{@date_format} {value!r} 含有未知的指令 {directive!r}。",
)
_UNUSABLE_FORMAT: Final = Message(
    en="{@date_format} {value!r} cannot be used: {problem}", zh="{@date_format} {value!r} 无法使用：{problem}"
)
_MIXED: Final = Message(
    en="{where} mixes {aware:,} {aware:time that names its|times that name their} zone with {naive:,} without "
    "one. Write them all in one way first.",
    zh="{where}中有 {aware:,} 个时间注明了时区，另有 {naive:,} 个没有。请先统一写法。",
)


def check_format(date_format: str | None) -> None:
    """Raise unless a format says where day, month and year stand."""
    if date_format is None:
        return
    if not isinstance(date_format, str) or "%" not in date_format:
        raise ValueError(_NOT_A_FORMAT(value=date_format))
    for directive in _DIRECTIVE.findall(date_format):
        if directive not in _DIRECTIVES:
            raise ValueError(_UNKNOWN_DIRECTIVE(value=date_format, directive=directive))


def parsed_times(values: pd.Series[Any], *, where: object, date_format: str | None, zone: ZoneInfo | None) -> Any:
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
    # The usual case, found in one look: nothing but times without a zone.
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
    """Instants in UTC; a value without a zone is taken as if it were UTC."""
    try:
        stamps = pd.to_datetime(values, format=date_format or "ISO8601", errors="coerce", utc=True)
    except ValueError as error:
        raise ValueError(_UNUSABLE_FORMAT(value=date_format, problem=error)) from error
    return stamps.dt.tz_localize(None).to_numpy().astype("datetime64[us]")


def _local(instants: Any, aware: Any, *, where: object, zone: ZoneInfo | None) -> Any:
    usable = ~np.isnat(instants)
    if not aware.any():
        if usable.any():
            check_naive(zone, where=where)
        return instants
    if not aware[usable].all():
        raise SchemaError(_MIXED(where=where, aware=int(aware.sum()), naive=int((usable & ~aware).sum())))
    check_aware(zone, where=where, given=IN_THE_TEXT())
    local = pd.DatetimeIndex(instants).tz_localize("UTC").tz_convert(zone).tz_localize(None)
    return local.to_numpy().astype("datetime64[us]")


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_date(value: object) -> bool:
    return isinstance(value, (date, np.datetime64)) and not pd.isna(value)
