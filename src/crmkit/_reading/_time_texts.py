"""Times read from text, and from columns of Python objects; what cannot be read is missing."""

from __future__ import annotations

import re
from datetime import date
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from crmkit._checks import LAST_YEAR, some
from crmkit._messages import Joined, Message, Setting
from crmkit._reading._date_formats import fitting_formats
from crmkit._reading._plain_text import format_in_english, in_english, in_plain_digits
from crmkit._reading._zones import IN_THE_TEXT, check_aware, check_naive
from crmkit.errors import SchemaError

__all__ = ["NUMBERED", "check_format", "look_like_days", "parsed_times"]

# Whatever follows the time and could be a zone, in any of its short forms.
_OFFSET: Final = r"[tT ].*[zZ+-]"
_PLAIN_TIME: Final = re.compile(r"\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?)?", re.ASCII)
_FEWEST_OF_A_KIND: Final = 2
_LATEST: Final = np.datetime64(f"{LAST_YEAR + 1}-01-01", "us")
_SHORTEST_DATE: Final = len("2024-1-1")
_EXCEL: Final = "excel"
_UNIX: Final = "unix"
NUMBERED: Final = (_EXCEL, _UNIX)
"""Formats that count: days of a spreadsheet since the end of 1899, decimals for the time; seconds, or thousandths and
so on, in UTC since 1970.
"""
_EXCEL_START: Final = "1899-12-30"
# 1954 to 2119; ids and prices are seldom among them.
_SERIALS: Final = re.compile(r"[2-7]\d{4}(\.\d+)?")
# 2001 to 2096 in seconds, thousandths, millionths and billionths.
_UNIX_TIMES: Final = re.compile(r"[1-3]\d{9}(?:\d{3}){0,3}(\.\d+)?")
_SECONDS_DIGITS: Final = 10
_DAYS: Final = re.compile(r"(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")
# What other programs write for ISO: zones as words, Java's zones in brackets, dates in Chinese.
_ZONE_WORD: Final = r"\s*(?:UTC|GMT)$|\[[A-Za-z_/+-]+\]$"
_CHINESE: Final = r"^(\d{4})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*[日号]"
_CHINESE_TIME: Final = r"(\d{1,2})\s*[时点]\s*(\d{1,2})\s*分(?:\s*(\d{1,2})\s*秒)?"
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
_OTHER_FORMAT: Final = Message(
    en="{where} holds dates that are not ISO, such as {values}. They fit {formats}: pass it.",
    zh="{where}中有非 ISO 格式的日期，例如 {values}，符合 {formats}，请用该选项指定。",
)
_SEVERAL_FORMATS: Final = Message(
    en="{where} holds dates that are not ISO, such as {values}. They fit {formats}: pass the one that is meant.",
    zh="{where}中有非 ISO 格式的日期，例如 {values}，同时符合 {formats}，请指定实际使用的格式。",
)
_TWO_KINDS: Final = Message(
    en="{where} holds {iso:,} different dates in ISO and {others:,} in another format, such as {values}. Write them "
    "all in one way.",
    zh="{where}中有 {iso:,} 个 ISO 格式的日期，另有 {others:,} 个其他格式的日期，例如 {values}，请先统一写法。",
)
_SERIAL: Final = Message(
    en="{where} holds day numbers of a spreadsheet, such as {values}. Pass {@date_format='excel'}.",
    zh="{where}中是电子表格的日期序号，例如 {values}。请使用 {@date_format='excel'}。",
)
_UNIX_TIME: Final = Message(
    en="{where} holds times counted since 1970, such as {values}. Pass {@date_format='unix'}, and {@time_zone=} for "
    "the zone whose days count.",
    zh="{where}中是自 1970 年起计的时间戳，例如 {values}。请使用 {@date_format='unix'}，并用 {@time_zone=} 指明以哪个"
    "时区的日期为准。",
)
_NO_DATES: Final = Message(
    en="{where} holds no dates that can be read, such as {values}. Write them as 2024-12-31, pass {@date_format=}, or "
    "name another column.",
    zh="{where}中没有可读取的日期，例如 {values}。请写成 2024-12-31 的形式，用 {@date_format=} 指定格式，或另行指定"
    "列。",
)


def check_format(date_format: str | None) -> None:
    """Raise unless a format says where day, month and year stand."""
    if date_format is None or date_format in NUMBERED:
        return
    if not isinstance(date_format, str) or "%" not in date_format:
        raise ValueError(_NOT_A_FORMAT(value=date_format))
    for directive in _DIRECTIVE.findall(date_format):
        if directive not in _DIRECTIVES:
            raise ValueError(_UNKNOWN_DIRECTIVE(value=date_format, directive=directive))


def look_like_days(numbers: pd.Series[Any]) -> bool:
    """Whether whole numbers are days like 20241231, or count days or seconds in one of the ways known."""
    texts = numbers.dropna().astype(str)
    return not texts.empty and any(texts.str.fullmatch(kind).all() for kind in (_DAYS, _SERIALS, _UNIX_TIMES))


def parsed_times(values: pd.Series[Any], *, where: object, date_format: str | None, zone: ZoneInfo | None) -> Any:
    """Read text, dates and time stamps held as objects; the rest is missing."""
    values = values.astype(object).reset_index(drop=True)
    if pd.api.types.infer_dtype(values, skipna=True) == "string":
        # Days repeat, and reading a text is slow: each is read once.
        codes, texts = pd.factorize(values)
        instants, aware = _read_texts(pd.Series(texts, dtype=object), where=where, date_format=date_format)
        instants, aware = np.append(instants, np.datetime64("NaT", "us"))[codes], np.append(aware, False)[codes]
    else:
        instants, aware = _read_objects(values, where=where, date_format=date_format)
    return _local(instants, aware, where=where, zone=zone)


def _read_objects(values: pd.Series[Any], *, where: object, date_format: str | None) -> tuple[Any, Any]:
    """Instants of text, dates and time stamps, and which of them name their zone."""
    is_text, is_date = (values.map(holds).to_numpy(dtype=bool) for holds in (_is_text, _is_date))
    instants = np.full(len(values), np.datetime64("NaT", "us"))
    aware = np.zeros(len(values), dtype=bool)
    instants[is_text], aware[is_text] = _read_texts(values[is_text], where=where, date_format=date_format)
    instants[is_date] = _instants(values[is_date], date_format=None)
    aware[is_date] = [getattr(value, "tzinfo", None) is not None for value in values[is_date]]
    return instants, aware & ~np.isnat(instants)


def _read_texts(values: pd.Series[Any], *, where: object, date_format: str | None) -> tuple[Any, Any]:
    """Instants of text, and which of them name their zone."""
    # The usual case, found in one look: nothing but times without a zone.
    if date_format is None and all(map(_PLAIN_TIME.fullmatch, values)):
        instants = _instants(values, date_format=None)
        if values.empty or (instants < _LATEST).any():
            return instants, np.zeros(len(values), dtype=bool)
    text = values.map(in_plain_digits).str.strip()
    # Words such as "today" would ask the clock.
    text = text.where(text.str.contains(r"\d", regex=True), None)
    if date_format == _EXCEL:
        return _from_serials(text), np.zeros(len(text), dtype=bool)
    if date_format == _UNIX:
        instants = _from_unix(text)
        return instants, ~np.isnat(instants)
    if date_format is not None:
        instants = _in_format(text, date_format)
        return instants, np.full(len(text), "%z" in date_format.lower()) & ~np.isnat(instants)
    iso = _as_iso(text)
    aware = iso.str.contains(_OFFSET, regex=True).to_numpy(dtype=bool)
    instants = _instants(iso.where(iso.str.len() >= _SHORTEST_DATE, None), date_format=None)
    # Years of other calendars are no dates of this one.
    read = instants < _LATEST
    _refuse_other_formats(text[~read], n_iso=int(read.sum()), where=where)
    return instants, aware & ~np.isnat(instants)


def _in_format(text: pd.Series[Any], date_format: str) -> Any:
    """Instants of text in a format; months may have the names of other languages."""
    instants = _instants(text, date_format=date_format)
    if "%f" not in date_format and "%S" in date_format:
        # Some programs write the fraction of a second only where there is one.
        rest = np.isnat(instants)
        instants[rest] = _instants(text[rest], date_format=date_format.replace("%S", "%S.%f"))
    rest = np.isnat(instants) & text.notna().to_numpy()
    if rest.any() and re.search("%[Bb]", date_format):
        instants[rest] = _instants(text[rest].map(in_english), date_format=format_in_english(date_format))
    return instants


def _as_iso(text: pd.Series[Any]) -> pd.Series[Any]:
    """Bring what other programs write into ISO's form."""
    iso = text.str.replace(_ZONE_WORD, lambda found: "" if found[0].startswith("[") else "Z", regex=True)
    iso = iso.str.replace(r"ZZ$", "Z", regex=True)
    if iso.str.contains("年", regex=False).any():
        iso = iso.str.replace(_CHINESE, lambda day: f"{day[1]}-{int(day[2]):02}-{int(day[3]):02}", regex=True)
        iso = iso.str.replace(
            _CHINESE_TIME, lambda time: f" {int(time[1]):02}:{int(time[2]):02}:{int(time[3] or 0):02}", regex=True
        ).str.replace(r"\s+", " ", regex=True)
    return iso


def _from_serials(text: pd.Series[Any]) -> Any:
    """Instants of day numbers, to the second."""
    days = pd.to_numeric(text, errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    seconds = pd.Series((days * 86_400).round())
    return pd.to_datetime(seconds, unit="s", origin=_EXCEL_START, errors="coerce").to_numpy().astype("datetime64[us]")


def _from_unix(text: pd.Series[Any]) -> Any:
    """Instants of times since 1970; by their digits, seconds or fractions of a second."""
    known = text.where(text.str.fullmatch(_UNIX_TIMES).fillna(value=False).astype(bool), None)
    counts = pd.to_numeric(known, errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    digits = known.str.split(".").str[0].str.len().to_numpy(dtype=float, na_value=np.nan)
    seconds = pd.Series(counts / 10 ** (digits - _SECONDS_DIGITS))
    return pd.to_datetime(seconds, unit="s", errors="coerce").to_numpy().astype("datetime64[us]")


def _refuse_other_formats(left: pd.Series[Any], *, n_iso: int, where: object) -> None:
    """Name the formats that fit dates that are not ISO: a kind of dates must not be left out unnoticed."""
    left = left.dropna().drop_duplicates()
    # One odd date among others in ISO is a slip.
    if len(left) < (_FEWEST_OF_A_KIND if n_iso else 1):
        return
    values = some(left)
    if left.str.fullmatch(_SERIALS).all() and not n_iso:
        raise SchemaError(_SERIAL(where=where, values=values))
    if left.str.fullmatch(_UNIX_TIMES).all() and not n_iso:
        raise SchemaError(_UNIX_TIME(where=where, values=values))
    formats = fitting_formats(left) or fitting_formats(left.map(in_english))
    if not formats and (n_iso or len(left) < _FEWEST_OF_A_KIND):
        return
    if not formats:
        raise SchemaError(_NO_DATES(where=where, values=values))
    if n_iso:
        raise SchemaError(_TWO_KINDS(where=where, iso=n_iso, others=len(left), values=values))
    message = _OTHER_FORMAT if len(formats) == 1 else _SEVERAL_FORMATS
    settings = Joined([Setting("date_format", form) for form in formats], en=" or ", zh=" 或 ")
    raise SchemaError(message(where=where, values=values, formats=settings))


def _instants(values: pd.Series[Any], *, date_format: str | None) -> Any:
    """Instants in UTC; a value without a zone is taken as if it were UTC."""
    try:
        stamps = pd.to_datetime(values, format=date_format or "ISO8601", errors="coerce", utc=True)
    except (ValueError, re.error) as error:
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
