"""The signs and codes of currencies that stand beside amounts."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["CURRENCY", "currency_of"]

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
_SHARED: Final = ("$", "¥", "kr", "kr.", "Rs", "Rs.")
_CODE_OF: Final = {sign.casefold(): code for code, signs in _CODES.items() for sign in (code, *signs)}

CURRENCY: Final = f"(?i:{'|'.join(sorted(map(re.escape, (*_CODE_OF, *_SHARED)), key=len, reverse=True))})"
"""The pattern of a sign or code in any case, the longest first."""


def currency_of(sign: str | None) -> str | None:
    """The currency that a sign stands for: its code, or the sign itself where several currencies have it."""
    return None if sign is None else _CODE_OF.get(sign.casefold(), sign)
