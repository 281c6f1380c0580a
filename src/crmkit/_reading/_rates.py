"""A table of exchange rates: what one unit of a currency is worth, from which day on."""

from __future__ import annotations

import re
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any, Final

import narwhals.stable.v2 as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._calendar import day_numbers
from crmkit._checks import FIRST_YEAR, LAST_YEAR, some
from crmkit._frames import collected, open_frame, pandas_series
from crmkit._messages import Column, Message
from crmkit._reading._currency import code_of
from crmkit.errors import SchemaError

__all__ = ["Rates", "read_rates"]

_NO_COLUMN: Final = Message(
    en="{@rates} has no column {missing}; its columns are {columns}. It needs 'currency' and 'rate', and 'date' where "
    "rates change.",
    zh="{@rates} 没有列 {missing}，现有的列为 {columns}。须有 'currency' 与 'rate' 两列；汇率随时间变化时还须有 'date' "
    "列。",
)
_NO_ROWS: Final = Message(en="{@rates} has no rows.", zh="{@rates} 没有任何行。")
_NO_CURRENCY: Final = Message(
    en="{where} has no currency at rows {rows}. Name one in each row.", zh="{where}在行 {rows} 缺失，请逐行填写货币。"
)
_NO_RATE: Final = Message(
    en="{where} must hold numbers above 0, with a decimal point and digits that are not grouped; {values} at rows "
    "{rows} cannot be used.",
    zh="{where}须为大于 0 的数，使用小数点，不加千位分隔符；行 {rows} 的 {values} 无法使用。",
)
_NO_DATE: Final = Message(
    en="{where} must hold dates, in text such as 2024-03-31; {values} at rows {rows} cannot be read.",
    zh="{where}须为日期，文本写作 2024-03-31；行 {rows} 的 {values} 无法读取。",
)
_TWO_RATES: Final = Message(
    en="{@rates} holds different rates of {currencies} for one and the same day. Keep one of them{hint}.",
    zh="{@rates} 中 {currencies} 在同一天有不同的汇率，请只保留一个{hint}。",
)
_OR_DATE: Final = Message(
    en=", or add a column 'date' with the day from which each holds", zh="，或增加 'date' 列注明各汇率的起始日"
)
_PLAIN_NUMBER: Final = re.compile(r"[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|\.[0-9]+", re.ASCII)
_PLAIN_DAY: Final = re.compile(r"(\d{4})([-/.]?)(\d{2})\2(\d{2})(?:[ T].*)?", re.ASCII)
_ROWS_SHOWN: Final = 5


@dataclass(frozen=True)
class Rates:
    """Rates that were checked.

    Attributes
    ----------
    table : DataFrame
        ``code``, ``day`` (from 1970-01-01; 0 for rates without dates) and ``rate``, sorted.
    dated : bool
        Whether a rate holds from its day until the next one of its currency.
    """

    table: pd.DataFrame
    dated: bool

    @property
    def last_day(self) -> int:
        """The day from which no rate changes."""
        return int(self.table["day"].max())

    def of(self, codes: pd.Series[Any], days: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Find the rate of each row's currency on its day; missing where there is none, or none yet."""
        places, distinct = pd.factorize(codes)
        found = np.full(len(places), np.nan)
        by_code = dict(iter(self.table.groupby("code")))
        when = np.where(np.isnan(days), -np.inf, days) if self.dated else np.zeros(len(places))
        for place, code in enumerate(distinct):
            if code not in by_code:
                continue
            own, rows = by_code[code], np.flatnonzero(places == place)
            last = np.searchsorted(own["day"].to_numpy(), when[rows], side="right") - 1
            found[rows] = np.where(last >= 0, own["rate"].to_numpy()[np.maximum(last, 0)], np.nan)
        return found

    def daily(self) -> pd.DataFrame:
        """Give the rate of every currency on every day up to the last, for joins: ``code``, ``day``, ``rate``."""
        if not self.dated:
            return self.table
        parts = []
        for code, own in self.table.groupby("code"):
            days = np.arange(own["day"].iloc[0], self.last_day + 1)
            last = np.searchsorted(own["day"].to_numpy(), days, side="right") - 1
            parts.append(pd.DataFrame({"code": code, "day": days, "rate": own["rate"].to_numpy()[last]}))
        return pd.concat(parts, ignore_index=True)


def read_rates(rates: object) -> Rates:
    """Check a table of rates in a frame of any kind."""
    frame = collected(open_frame(rates, name="rates"))
    missing = [name for name in ("currency", "rate") if name not in frame.columns]
    if missing:
        raise SchemaError(_NO_COLUMN(missing=missing, columns=frame.columns))
    if frame.is_empty():
        raise SchemaError(_NO_ROWS())
    codes = pandas_series(frame["currency"]).reset_index(drop=True).astype(object).map(code_of)
    if (codes == "").any():
        raise SchemaError(_NO_CURRENCY(where=Column("rates", "currency"), rows=_rows(codes == "")))
    dated = "date" in frame.columns
    days = _days(frame["date"]) if dated else np.zeros(len(codes), dtype=np.int64)
    table = pd.DataFrame({"code": codes, "day": days, "rate": _numbers(frame["rate"])}).drop_duplicates()
    twice = table.loc[table.duplicated(["code", "day"]), "code"]
    if len(twice):
        raise SchemaError(_TWO_RATES(currencies=some(sorted(set(twice))), hint="" if dated else _OR_DATE()))
    return Rates(table.sort_values(["code", "day"], ignore_index=True), dated)


def _numbers(column: nw.Series[Any]) -> npt.NDArray[np.float64]:
    given = pandas_series(column).reset_index(drop=True).astype(object)
    found = given.map(_number).to_numpy(dtype=np.float64)
    _refuse(given, ~(np.isfinite(found) & (found > 0)), _NO_RATE, "rate")
    return found


def _number(value: Any) -> float:
    if isinstance(value, str):
        return float(value) if _PLAIN_NUMBER.fullmatch(value.strip()) else np.nan
    return np.nan if value is None or isinstance(value, bool) else float(pd.to_numeric(value, errors="coerce"))


def _days(column: nw.Series[Any]) -> npt.NDArray[np.int64]:
    """Days from 1970-01-01; of times, the day of their own zone."""
    given = pandas_series(column).reset_index(drop=True).astype(object)
    texts = given.map(lambda value: _PLAIN_DAY.fullmatch("" if pd.isna(value) else str(value).strip()))
    plain = texts.map(lambda found: None if found is None else "".join(found.group(1, 3, 4)))
    days = pd.to_datetime(plain, format="%Y%m%d", errors="coerce")
    _refuse(given, ~days.dt.year.between(FIRST_YEAR, LAST_YEAR).to_numpy(), _NO_DATE, "date")
    return day_numbers(days.to_numpy())


def _refuse(given: pd.Series[Any], wrong: npt.NDArray[np.bool_], problem: Message, column: Hashable) -> None:
    if wrong.any():
        values = some([None if pd.isna(value) else value for value in given[wrong]])
        raise SchemaError(problem(where=Column("rates", column), values=values, rows=_rows(wrong)))


def _rows(wrong: Any) -> str:
    return some(np.flatnonzero(wrong)[: _ROWS_SHOWN + 1].tolist())
