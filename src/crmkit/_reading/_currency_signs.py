"""The signs and codes of currencies that stand beside amounts."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

__all__ = ["CURRENCY", "currency_of", "one_of"]

# ISO 4217 codes of the larger currencies, with the signs that stand for one of them alone.
_CODES: Final = {
    "AED": (),
    "ARS": (),
    "AUD": ("A$", "AU$"),
    "BDT": ("৳",),
    "BGN": ("лв", "лв."),
    "BRL": ("R$",),
    "CAD": ("C$", "CA$"),
    "CHF": ("Fr.", "Fr"),
    "CLP": (),
    "CNY": ("RMB", "CN¥", "元", "圆", "人民币", "CNH"),
    "COP": (),
    "CZK": ("Kč",),
    "DKK": (),
    "EGP": (),
    "EUR": ("€",),
    "GBP": ("£",),
    "HKD": ("HK$",),
    "HUF": ("Ft",),
    "IDR": ("Rp", "Rp."),
    "ILS": ("₪",),
    "INR": ("₹",),
    "ISK": (),
    "JPY": ("円", "JP¥"),
    "KES": (),
    "KRW": ("₩", "원"),
    "KWD": (),
    "LKR": (),
    "MAD": (),
    "MXN": ("MX$",),
    "MYR": ("RM",),
    "NGN": ("₦",),
    "NOK": (),
    "NZD": ("NZ$",),
    "OMR": (),
    "PEN": (),
    "PHP": ("₱",),
    "PKR": (),
    "PLN": ("zł",),
    "QAR": (),
    "RON": ("lei",),
    "RSD": (),
    "RUB": ("₽", "руб.", "руб", "р."),
    "SAR": (),
    "SEK": (),
    "SGD": ("S$",),
    "THB": ("฿",),
    "TRY": ("₺", "TL"),
    "TWD": ("NT$",),
    "UAH": ("₴",),
    "USD": ("US$",),
    "UYU": (),
    "VND": ("₫", "đ"),
    "ZAR": (),
}
# Signs of several currencies.
_SHARED: Final = {
    "$": {"ARS", "AUD", "CAD", "CLP", "COP", "HKD", "MXN", "NZD", "SGD", "TWD", "USD", "UYU"},
    "¥": {"CNY", "JPY"},
    "kr": {"DKK", "ISK", "NOK", "SEK"},
    "kr.": {"DKK", "ISK", "NOK", "SEK"},
    "rs": {"INR", "LKR", "PKR"},
    "rs.": {"INR", "LKR", "PKR"},
}
_CODE_OF: Final = {sign.casefold(): code for code, signs in _CODES.items() for sign in (code, *signs)}

CURRENCY: Final = f"(?i:{'|'.join(sorted(map(re.escape, (*_CODE_OF, *_SHARED)), key=len, reverse=True))})"
"""The pattern of a sign or code in any case, the longest first."""


def currency_of(sign: str | None) -> str | None:
    """The currency that a sign stands for: its code, or the sign itself where several currencies have it."""
    return (
        None if sign is None else _CODE_OF.get(sign.casefold(), sign.casefold() if sign.casefold() in _SHARED else sign)
    )


def one_of(found: Collection[str]) -> list[str]:
    """The different currencies among those found: a shared sign beside one of its own currencies stands for that."""
    codes = {currency for currency in found if currency not in _SHARED}
    shared = [sign for sign in found if sign in _SHARED and len(_SHARED[sign] & codes) != 1]
    return sorted(codes) + sorted(shared)
