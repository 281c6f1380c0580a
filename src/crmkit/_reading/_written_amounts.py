"""Amounts as businesses write them: the notation of a column of text, and its values as numbers."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._checks import some
from crmkit._messages import Message
from crmkit._reading._currency_signs import CURRENCY, currency_of
from crmkit.errors import SchemaError

__all__ = ["AmountReader", "DecimalMark"]

DecimalMark: TypeAlias = Literal[".", ","]
"""What stands before the decimals; the other mark may group digits."""

_TWO_WAYS: Final = Message(
    en="{where} holds numbers that fit a decimal point, such as {points}, and numbers that fit a decimal comma, such as "
    "{commas}. Write them all in one way.",
    zh="{where}中既有用小数点的数（如 {points}），又有用小数逗号的数（如 {commas}），请统一写法。",
)
_UNSURE: Final = Message(
    en="{where} holds numbers that can be read in two ways: {values} as {points}, or as {commas}. Pass {@decimal='.'} "
    "for the first, {@decimal=','} for the second.",
    zh="{where}中的数有两种读法：{values} 可读作 {points}，也可读作 {commas}。前者请用 {@decimal='.'}，后者请用 "
    "{@decimal=','}。",
)
_OTHER_MARK: Final = Message(
    en="{where} holds numbers that do not fit the decimal mark {decimal!r}, such as {values}. Pass the mark that they "
    "are written with, or correct them.",
    zh="{where}中有不符合小数符号 {decimal!r} 的数，例如 {values}。请指定实际使用的小数符号，或修正数据。",
)
_CURRENCIES: Final = Message(
    en="{where} holds amounts in several currencies: {currencies}. Amounts of several currencies cannot be added. "
    "Convert them to one, or pass one currency at a time.",
    zh="{where}含有多种货币的金额：{currencies}，不同货币的金额不能相加。请先换算为一种货币，或每次只处理一种。",
)
_UNKNOWN_SIGN: Final = Message(
    en="{where} holds numbers with {signs}, such as {values}. If it is the sign of a currency, pass it as "
    "{@currency_sign=}; otherwise correct them.",
    zh="{where}中的数带有 {signs}，例如 {values}。若为货币符号，请用 {@currency_sign=} 指定；否则请修正数据。",
)

# Some values of each kind are kept, for messages.
_KEPT: Final = 6
_LONGEST_SIGN: Final = 4
# For character classes of patterns.
_MINUS: Final = r"\-\u2212\u2013"
_GROUPING: Final = " '\u2019"
_BODY: Final = rf"[0-9.,{_GROUPING}]*[0-9](?:[.,][{_MINUS}]{{1,2}}|[.,])?(?:[eE][+-]?[0-9]+)?"


def _shape(sign: str) -> re.Pattern[str]:
    """A number with its signs: of the currency on one side, of a refund on either or as parentheses."""
    return re.compile(
        rf"(?P<open>\()?\s*(?P<first>[+{_MINUS}])?\s*(?:(?P<before>{sign})\s*)??(?P<second>[+{_MINUS}])?\s*"
        rf"(?P<body>{_BODY})\s*(?P<third>[{_MINUS}])?\s*(?P<after>{sign})?\s*(?P<fourth>[{_MINUS}])?\s*(?P<close>\))?"
    )


_ANY_SIGN: Final = rf"[^\s0-9.,()+{_MINUS}{_GROUPING}]{{1,{_LONGEST_SIGN}}}"
_UNKNOWN: Final = _shape(_ANY_SIGN)
_GROUPED: Final[dict[DecimalMark, re.Pattern[str]]] = {
    # Groups of three, one mark throughout; with a point, groups of two before the last three, as in India.
    ".": re.compile(
        rf"(?:[0-9]+|[0-9]{{1,3}}([,{_GROUPING}])[0-9]{{3}}(?:\1[0-9]{{3}})*|[0-9]{{1,2}}(?:,[0-9]{{2}})+,[0-9]{{3}})?"
        r"(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?"
    ),
    ",": re.compile(
        rf"(?:[0-9]+|[0-9]{{1,3}}([.{_GROUPING}])[0-9]{{3}}(?:\1[0-9]{{3}})*)?(?:,[0-9]*)?(?:[eE][+-]?[0-9]+)?"
    ),
}
_OTHER: Final[dict[DecimalMark, DecimalMark]] = {".": ",", ",": "."}
# Thousands of a decimal comma, or decimals of a point.
_GROUPS_OF_THREE: Final = r"[+-]?[1-9][0-9]{0,2}(?:\.[0-9]{3})+"


class _Amount(NamedTuple):
    """A number as it can be read by a decimal point and by a decimal comma, and what was written around it."""

    by_point: float | None
    by_comma: float | None
    currency: str | None
    refund: Literal["parentheses", "minus after"] | None


@dataclass
class AmountReader:
    """Reads the text of a column of amounts, in one piece or chunk by chunk.

    The notation is that which all numbers of the column fit. A column that fits two, or none as a whole, is refused: no
    kind of amount is left out. Text that is not a number is missing.

    Attributes
    ----------
    where : object
        The column, for messages.
    decimal : {".", ","} or None
        The decimal mark; None if it is to be found out.
    currency_sign : str or None
        A sign beside those known, as it stands before or after the numbers.
    n_refunds : Counter
        Rows with amounts in parentheses and with a minus after the number.
    currencies : Counter
        Rows by currency sign.
    n_grouped : int
        Rows whose digits are grouped.
    """

    where: object
    decimal: DecimalMark | None = None
    currency_sign: str | None = None
    n_refunds: Counter[str] = field(default_factory=Counter)
    currencies: Counter[str] = field(default_factory=Counter)
    n_grouped: int = 0
    _fitting: dict[DecimalMark, bool] = field(default_factory=lambda: {".": True, ",": True})
    _only: dict[DecimalMark, list[str]] = field(default_factory=lambda: {".": [], ",": []})
    _unsure: list[tuple[str, float, float]] = field(default_factory=list)
    _strange: dict[str, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Learn the sign given."""
        known = CURRENCY if self.currency_sign is None else f"{re.escape(self.currency_sign)}|{CURRENCY}"
        self._pattern = _shape(known)

    @property
    def has_decimal_comma(self) -> bool:
        """Whether the numbers read so far are written with a decimal comma."""
        return self._mark() == ","

    def read(self, texts: pd.Series[Any]) -> npt.NDArray[np.float64]:
        """Give the numbers of the next texts; missing where a text is not a number."""
        codes, distinct = pd.factorize(texts)
        counts = np.bincount(codes[codes >= 0], minlength=len(distinct))
        values = np.array([_trimmed(value) for value in distinct], dtype=object)
        plain = pd.to_numeric(pd.Series(values, dtype=object), errors="coerce").to_numpy(dtype=float, na_value=np.nan)
        plain = np.where(np.isfinite(plain), plain, np.nan)
        self._look_at_plain(values[~np.isnan(plain)])
        amounts = {place: self._amount(values[place], int(counts[place])) for place in np.flatnonzero(np.isnan(plain))}
        self._check()
        by_comma = self.has_decimal_comma
        numbers = self._by_comma(values, plain) if by_comma else plain
        for place, amount in amounts.items():
            number = None if amount is None else amount.by_comma if by_comma else amount.by_point
            numbers[place] = np.nan if number is None else number
        return np.append(numbers, np.nan)[codes]

    def _mark(self) -> DecimalMark:
        if self.decimal is not None:
            return self.decimal
        return "." if self._fitting["."] else ","

    def _look_at_plain(self, values: npt.NDArray[Any]) -> None:
        """See whether numbers with a decimal point may have groups of three instead."""
        if not self._fitting[","] or self.decimal == ".":
            return
        pointed = [value for value in values if "." in value]
        grouped = re.compile(_GROUPS_OF_THREE)
        for value in pointed:
            if not grouped.fullmatch(value):
                self._seen(value, by_point=float(value), by_comma=None)
                return
        for value in pointed:
            self._seen(value, by_point=float(value), by_comma=float(value.replace(".", "")))

    def _by_comma(self, values: npt.NDArray[Any], plain: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Take the points of plain numbers for marks of groups."""
        numbers = plain.copy()
        for place in np.flatnonzero(~np.isnan(plain)):
            if "." in values[place]:
                numbers[place] = float(values[place].replace(".", ""))
        return numbers

    def _amount(self, text: str, count: int) -> _Amount | None:
        """Read a text that is not a plain number, and note what it tells."""
        found = self._pattern.fullmatch(text)
        amount = None if found is None else _amount(found)
        if amount is None:
            self._note_strange(text)
            return None
        if amount.currency is not None:
            self.currencies[amount.currency] += count
        if amount.refund is not None:
            self.n_refunds[amount.refund] += count
        if re.search(rf"[0-9][.,{_GROUPING}][0-9]{{3}}(?![0-9])", text) and amount.by_point != amount.by_comma:
            self.n_grouped += count
        self._seen(text, by_point=amount.by_point, by_comma=amount.by_comma)
        return amount

    def _seen(self, text: str, *, by_point: float | None, by_comma: float | None) -> None:
        if by_point is None and by_comma is None:
            return
        if by_point is None or by_comma is None:
            mark: DecimalMark = "," if by_point is None else "."
            self._fitting[_OTHER[mark]] = False
            _keep(self._only[mark], text)
        elif by_point != by_comma:
            _keep(self._unsure, (text, by_point, by_comma))

    def _note_strange(self, text: str) -> None:
        """Keep a number with a sign that is not known: a kind of amount, not a slip."""
        found = _UNKNOWN.fullmatch(text)
        if found is None or _amount(found) is None:
            return
        sign = found["before"] or found["after"]
        if sign is not None:
            _keep(self._strange.setdefault(sign, []), text)

    def _check(self) -> None:
        if self._strange:
            examples = [value for values in self._strange.values() for value in values]
            raise SchemaError(_UNKNOWN_SIGN(where=self.where, signs=some(self._strange), values=some(examples)))
        if len(self.currencies) > 1:
            raise SchemaError(_CURRENCIES(where=self.where, currencies=some(self.currencies)))
        if self.decimal is not None:
            wrong = self._only[_OTHER[self.decimal]]
            if wrong:
                raise SchemaError(_OTHER_MARK(where=self.where, decimal=self.decimal, values=some(wrong)))
            return
        if not any(self._fitting.values()):
            points, commas = some(self._only["."]), some(self._only[","])
            raise SchemaError(_TWO_WAYS(where=self.where, points=points, commas=commas))
        if all(self._fitting.values()) and self._unsure:
            texts, points, commas = zip(*self._unsure[: _KEPT - 1], strict=True)
            values = [", ".join(f"{number:.12g}" for number in numbers) for numbers in (points, commas)]
            raise SchemaError(_UNSURE(where=self.where, values=some(texts), points=values[0], commas=values[1]))


def _trimmed(value: object) -> str:
    """A text without spaces around it, with the plain form of wide characters and of spaces; a number as it is."""
    text = "" if isinstance(value, (bool, np.bool_)) else str(value)
    return text.strip() if text.isascii() else unicodedata.normalize("NFKC", text).strip()


def _amount(found: re.Match[str]) -> _Amount | None:
    """What a number with its signs says; None if they contradict one another, or the digits are not grouped rightly."""
    signs = [found[name] for name in ("first", "second", "third", "fourth") if found[name]]
    enclosed = found["open"] is not None
    if enclosed != (found["close"] is not None) or len(signs) + enclosed > 1 or (found["before"] and found["after"]):
        return None
    body = re.sub(rf"[.,][{_MINUS}]{{1,2}}$", "", found["body"])
    by_point, by_comma = (_number(body, mark) for mark in _GROUPED)
    if by_point is None and by_comma is None:
        return None
    sign = -1.0 if enclosed or (signs and signs[0] != "+") else 1.0
    trailing = found["third"] or found["fourth"]
    return _Amount(
        None if by_point is None else sign * by_point,
        None if by_comma is None else sign * by_comma,
        currency_of(found["before"] or found["after"]),
        "parentheses" if enclosed else "minus after" if trailing else None,
    )


def _number(body: str, decimal: DecimalMark) -> float | None:
    if not _GROUPED[decimal].fullmatch(body):
        return None
    digits = re.sub(rf"[{_OTHER[decimal]}{_GROUPING}]", "", body).replace(decimal, ".")
    number = float(digits)
    return number if np.isfinite(number) else None


def _keep(kept: list[Any], value: Any) -> None:
    if len(kept) < _KEPT and value not in kept:
        kept.append(value)


