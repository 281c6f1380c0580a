"""Numbers as businesses write them: the notation of columns of text, and their values."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Final, Literal, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._checks import check_option, some
from crmkit._messages import Message
from crmkit._reading._currency_signs import CURRENCY, currency_of, one_of
from crmkit._reading._plain_text import in_plain_digits
from crmkit.errors import SchemaError

__all__ = ["DecimalMark", "NumberTexts"]

DecimalMark: TypeAlias = Literal[".", ","]
"""What stands before the decimals; the other mark may group digits."""

_TWO_WAYS: Final = Message(
    en="{where} holds numbers with a decimal point, such as {points}, and with a decimal comma, such as {commas}. "
    "Write them all in one way.",
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
    en="The amounts are in several currencies, {currencies}, and cannot be added. Convert them to one, or pass one "
    "currency at a time.{hint}",
    zh="金额含有多种货币：{currencies}，不能相加。请先换算为一种货币，或每次只处理一种。{hint}",
)
_RATES: Final = Message(
    en=" If a column holds their codes, {@currency=} and {@rates=} convert them.",
    zh="若有货币代码列，可用 {@currency=} 与 {@rates=} 换算。",
)
_NOT_A_SIGN: Final = Message(
    en="{@currency_sign} must be the text that stands before or after amounts, got {value!r}.",
    zh="{@currency_sign} 须为金额前后的文本，得到 {value!r}。",
)
_UNKNOWN_SIGN: Final = Message(
    en="{where} holds numbers with {signs}, such as {values}. If it is the sign of a currency, pass it as "
    "{@currency_sign=}; otherwise correct them.",
    zh="{where}中的数带有 {signs}，例如 {values}。若为货币符号，请用 {@currency_sign=} 指定；否则请修正数据。",
)
_CHANGES_IT: Final = Message(
    en="{where} holds numbers with {signs}, such as {values}, which is not the sign of a currency. Write the "
    "numbers in full, and refunds with a minus.",
    zh="{where}中的数带有 {signs}，例如 {values}，这不是货币符号。请写出完整的数，退款用负号表示。",
)
_NO_NUMBERS: Final = Message(
    en="{where} holds no numbers that can be read, but texts such as {values}. Name another column, or correct them.",
    zh="{where}中没有可读取的数，只有 {values} 之类的文本。请另行指定，或修正数据。",
)

# Multiples, shares, and the debit and credit of accounts.
_NO_CURRENCY: Final = "% ‰ k m mio mio. mrd tsd 万 萬 亿 億 千 百万 百萬 cr dr c d s h cr. dr. soll haben"
# Some values of each kind are kept, for messages.
_KEPT: Final = 6
_SHOWN: Final = 5
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
_GROUPS_OF_THREE: Final = re.compile(r"[+-]?[1-9][0-9]{0,2}(?:\.[0-9]{3})+")
_GROUP_MARKS: Final[dict[DecimalMark, set[str]]] = {".": {",", *_GROUPING}, ",": {".", *_GROUPING}}


class _Number(NamedTuple):
    """A number as it can be read by a decimal point and by a decimal comma, and what was written around it."""

    by_point: float | None
    by_comma: float | None
    currency: str | None = None
    refund: Literal["parentheses", "minus_after"] | None = None

    def by(self, mark: DecimalMark) -> float:
        """The number by one of the marks."""
        number = self.by_point if mark == "." else self.by_comma
        return np.nan if number is None else number


class _Column(NamedTuple):
    """A column that was looked at: the place of each row among the different texts, and their numbers."""

    codes: npt.NDArray[np.int64]
    plain: npt.NDArray[np.float64]
    numbers: dict[int, _Number]


@dataclass
class NumberTexts:
    """Columns of text that hold numbers, all in one notation; in one piece or chunk by chunk.

    The notation is the one that all numbers of all columns fit. Where two fit, or none, the column is refused: no kind
    of amount is left out. Text that is not a number is missing.

    Attributes
    ----------
    decimal : {".", ","} or None
        The decimal mark; None if it is to be found out.
    currency_sign : str or None
        A sign beside those known, as it stands before or after the numbers.
    several : bool or None
        Whether signs of several currencies may stand beside the numbers, as their amounts are converted; None where
        they cannot be.
    refunds : Counter
        Rows with an amount in parentheses, and with a minus after the number.
    currencies : Counter
        Rows by currency sign.
    """

    decimal: DecimalMark | None = None
    currency_sign: str | None = None
    several: bool | None = None
    refunds: Counter[str] = field(default_factory=Counter)
    currencies: Counter[str] = field(default_factory=Counter)
    _n_grouped: Counter[DecimalMark] = field(default_factory=Counter)
    _fits: dict[DecimalMark, bool] = field(default_factory=lambda: {".": True, ",": True})
    _only: dict[DecimalMark, list[tuple[str, object]]] = field(default_factory=lambda: {".": [], ",": []})
    _unsure: list[tuple[str, _Number, object]] = field(default_factory=list)
    _strange: list[tuple[str, str, object]] = field(default_factory=list)
    _columns: dict[str, _Column] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Check the options."""
        if self.decimal is not None:
            check_option(self.decimal, (".", ","), name="decimal")
        if self.currency_sign is not None and not (isinstance(self.currency_sign, str) and self.currency_sign.strip()):
            raise ValueError(_NOT_A_SIGN(value=self.currency_sign))
        known = CURRENCY if self.currency_sign is None else f"{re.escape(self.currency_sign.strip())}|{CURRENCY}"
        self._pattern = _shape(known)

    @property
    def n_grouped(self) -> int:
        """Rows whose digits are grouped."""
        return self._n_grouped[self.mark]

    @property
    def mark(self) -> DecimalMark:
        """The decimal mark of the numbers looked at so far."""
        return self.decimal or ("." if self._fits["."] else ",")

    def look_at(self, values: pd.Series[Any], *, name: str, where: object) -> None:
        """See how the numbers of a column are written; ``name`` is for `numbers`, ``where`` for messages."""
        codes, distinct = pd.factorize(_without_flags(values))
        counts = np.bincount(codes[codes >= 0], minlength=len(distinct))
        texts = np.array([_trimmed(value) for value in distinct], dtype=object)
        plain = pd.to_numeric(pd.Series(texts, dtype=object), errors="coerce").to_numpy(dtype=float, na_value=np.nan)
        plain = np.where(np.isfinite(plain), plain, np.nan)
        numbers: dict[int, _Number] = {}
        # What is a number already says nothing of how others are written.
        written = np.array([isinstance(value, str) for value in distinct], dtype=bool)
        self._look_at_plain(texts, np.flatnonzero(written & ~np.isnan(plain)), numbers, counts=counts, where=where)
        for place in np.flatnonzero(written & np.isnan(plain)).tolist():
            number = self._number(texts[place], int(counts[place]), where=where)
            if number is not None:
                numbers[place] = number
        if not numbers and np.isnan(plain).all() and not self._strange:
            _refuse_unread([text for text in texts[written] if re.search(r"\d", text)], where=where)
        self._columns[name] = _Column(codes, plain, numbers)

    def numbers(self, name: str) -> npt.NDArray[np.float64]:
        """Give the numbers of a column that was looked at; missing where a text is not a number."""
        self._check()
        column = self._columns.pop(name)
        values = column.plain.copy()
        for place, number in column.numbers.items():
            values[place] = number.by(self.mark)
        return np.append(values, np.nan)[column.codes]

    def _look_at_plain(
        self,
        texts: npt.NDArray[Any],
        places: npt.NDArray[np.int64],
        numbers: dict[int, _Number],
        *,
        counts: npt.NDArray[np.int64],
        where: object,
    ) -> None:
        """See whether numbers with a decimal point may have groups of three instead."""
        if self.decimal == "." or not self._fits[","]:
            return
        pointed = [place for place in places.tolist() if "." in texts[place]]
        for place in pointed:
            if not _GROUPS_OF_THREE.fullmatch(texts[place]):
                self._note(texts[place], _Number(float(texts[place]), None), where=where)
                return
        for place in pointed:
            numbers[place] = _Number(float(texts[place]), float(texts[place].replace(".", "")))
            self._count_groups(texts[place], numbers[place], int(counts[place]))
            self._note(texts[place], numbers[place], where=where)

    def _number(self, text: str, count: int, *, where: object) -> _Number | None:
        """Read a text that is not a plain number, and note what it tells."""
        found = self._pattern.fullmatch(text)
        number = None if found is None else _number(found)
        if found is None or number is None:
            self._note_strange(text, where=where)
            return None
        if number.currency is not None:
            self.currencies[number.currency] += count
        if number.refund is not None:
            self.refunds[number.refund] += count
        self._count_groups(found["body"], number, count)
        self._note(text, number, where=where)
        return number

    def _note(self, text: str, number: _Number, *, where: object) -> None:
        if number.by_point is None or number.by_comma is None:
            mark: DecimalMark = "," if number.by_point is None else "."
            self._fits[_OTHER[mark]] = False
            _keep(self._only[mark], (text, where))
        elif number.by_point != number.by_comma:
            _keep(self._unsure, (text, number, where))

    def _count_groups(self, body: str, number: _Number, count: int) -> None:
        for mark, groups in _GROUP_MARKS.items():
            if groups & set(body) and not np.isnan(number.by(mark)):
                self._n_grouped[mark] += count

    def _note_strange(self, text: str, *, where: object) -> None:
        """Keep a number with a sign that is not known: a kind of amount, not a slip."""
        found = _UNKNOWN.fullmatch(text)
        sign = None if found is None or _number(found) is None else found["before"] or found["after"]
        if sign is not None:
            _keep(self._strange, (text, sign, where))

    def _check(self) -> None:
        if self._strange:
            texts, signs, places = zip(*self._strange, strict=True)
            changed = all(sign.casefold() in _NO_CURRENCY.split() for sign in signs)
            message = _CHANGES_IT if changed else _UNKNOWN_SIGN
            raise SchemaError(message(where=places[0], signs=some(dict.fromkeys(signs)), values=some(texts)))
        currencies = one_of(self.currencies)
        if len(currencies) > 1 and not self.several:
            hint = "" if self.several is None else _RATES()
            raise SchemaError(_CURRENCIES(currencies=some(currencies), hint=hint))
        if self.decimal is not None:
            wrong = self._only[_OTHER[self.decimal]]
            if wrong:
                texts, places = zip(*wrong, strict=True)
                raise SchemaError(_OTHER_MARK(where=places[0], decimal=self.decimal, values=some(texts)))
        elif not any(self._fits.values()):
            by_point, by_comma = (some(text for text, _ in self._only[mark]) for mark in (".", ","))
            place = self._only[","][0][1]
            raise SchemaError(_TWO_WAYS(where=place, points=by_point, commas=by_comma))
        elif all(self._fits.values()) and self._unsure:
            texts, numbers, places = zip(*self._unsure[:_SHOWN], strict=True)
            points, commas = (", ".join(f"{number.by(mark):.12g}" for number in numbers) for mark in (".", ","))
            raise SchemaError(_UNSURE(where=places[0], values=some(texts), points=points, commas=commas))


def _refuse_unread(texts: list[str], *, where: object) -> None:
    """Refuse a column in which no number can be read though several texts have digits: not slips, but a notation."""
    if len(texts) > 1:
        raise SchemaError(_NO_NUMBERS(where=where, values=some(texts)))


def _without_flags(values: pd.Series[Any]) -> pd.Series[Any]:
    """Leave true and false out, which Python takes for 1 and 0."""
    if values.dtype != object or pd.api.types.infer_dtype(values, skipna=True) == "string":
        return values
    return values.where(~values.map(lambda value: isinstance(value, (bool, np.bool_))), None)


def _trimmed(value: object) -> str:
    """A text without spaces around it, with the plain form of digits and of spaces; a number as it is."""
    return in_plain_digits(str(value)).strip()


def _number(found: re.Match[str]) -> _Number | None:
    """What a number with its signs says; None if they contradict one another, or the digits are not grouped rightly."""
    signs = [found[name] for name in ("first", "second", "third", "fourth") if found[name]]
    enclosed = found["open"] is not None
    if enclosed != (found["close"] is not None) or len(signs) + enclosed > 1 or (found["before"] and found["after"]):
        return None
    body = re.sub(rf"[.,][{_MINUS}]{{1,2}}$", "", found["body"])
    by_point, by_comma = (_read(body, mark) for mark in _GROUPED)
    if by_point is None and by_comma is None:
        return None
    sign = -1.0 if enclosed or (signs and signs[0] != "+") else 1.0
    trailing = found["third"] or found["fourth"]
    return _Number(
        None if by_point is None else sign * by_point,
        None if by_comma is None else sign * by_comma,
        currency_of(found["before"] or found["after"]),
        "parentheses" if enclosed else "minus_after" if trailing else None,
    )


def _read(body: str, decimal: DecimalMark) -> float | None:
    if not _GROUPED[decimal].fullmatch(body):
        return None
    digits = re.sub(rf"[{_OTHER[decimal]}{_GROUPING}]", "", body).replace(decimal, ".")
    number = float(digits)
    return number if np.isfinite(number) else None


def _keep(kept: list[Any], value: Any) -> None:
    if len(kept) < _KEPT and value not in kept:
        kept.append(value)
