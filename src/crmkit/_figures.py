"""Numbers as people read them, for reports and commands."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final, NamedTuple

from crmkit._names import Language

__all__ = [
    "ENDLESS",
    "MARK",
    "NOTHING",
    "Counted",
    "amount",
    "count",
    "day",
    "decimals",
    "label_text",
    "marked",
    "money",
    "month_range",
    "number",
    "p_value",
    "points",
    "share",
    "significant",
    "symbol",
    "whole_money",
]

NOTHING: Final = "–"
ENDLESS: Final = "∞"
MARK: Final = "†"
"""Of a figure whose period touches a hole of the log."""

# Below this, three digits are shown instead of two decimals.
_HUNDREDTH: Final = 0.01
# Anything smaller is not a price but a rounding error left by adding and subtracting ordinary amounts.
_REST: Final = 1e-9
_LEAST_P: Final = 0.0001
_HAIR: Final = 1e-13
_MOST_HAIR: Final = 1e-7
_WHOLE_FROM: Final = 1000
_MONTHS_A_YEAR: Final = 12
# Parameters as they are written; the others go by their name.
_SYMBOLS: Final = {"alpha": "α", "beta": "β"}


class Counted(NamedTuple):
    """A number of things in a message: with the English noun in its number; Chinese templates hold their own."""

    n: float
    noun: str

    def told(self, language: Language, words: object = None) -> str:  # noqa: ARG002
        """Say it."""
        if language == "zh":
            return count(self.n)
        return f"{count(self.n)} {self.noun}" if self.n == 1 else f"{count(self.n)} {self.noun}s"


def amount(value: float) -> str:
    """A number with thousands separators and all its digits, without the rounding noise of a sum."""
    return f"{value:,.12g}"


def decimals(value: float) -> str:
    """Two decimals, or three digits below a hundredth, so that only zero is 0.00."""
    if not math.isfinite(value):
        return _unlike_numbers(value)
    if _REST <= abs(value) < _HUNDREDTH:
        return f"{Decimal(f'{value:.3g}'):f}"
    return f"{round(_off_ties(value), 2) + 0.0:,.2f}"


def label_text(label: object) -> str:
    """A label of a group: whole numbers, such as years, that stand beside a missing label have no decimals."""
    return f"{label:.0f}" if isinstance(label, float) and label.is_integer() else str(label)


def money(value: float) -> str:
    """Money with cents, or its first digits if a price is a tiny part of the unit."""
    return decimals(value)


def whole_money(value: float) -> str:
    """Money in whole units from a thousand up, with cents below that."""
    whole = math.isfinite(value) and round(abs(value), 2) >= _WHOLE_FROM
    return count(value) if whole else money(value)


def count(value: float) -> str:
    """A whole number with thousands separators."""
    return f"{round(_off_ties(value)) + 0:,d}" if math.isfinite(value) else _unlike_numbers(value)


def number(value: float) -> str:
    """A number in any unit, with decimals if it is not whole."""
    return count(value) if float(value).is_integer() else decimals(value)


def share(value: float) -> str:
    """A share in percent."""
    return f"{round(_off_ties(value), 3) + 0.0:.1%}" if math.isfinite(value) else _unlike_numbers(value)


def points(value: float) -> str:
    """A difference of shares in percentage points."""
    return f"{round(_off_ties(100 * value), 2) + 0.0:.2f} pp" if math.isfinite(value) else _unlike_numbers(value)


def p_value(value: float) -> str:
    """A p-value with four decimals, or that it is less."""
    if math.isnan(value):
        return NOTHING
    return f"<{_LEAST_P}" if value < _LEAST_P else f"{value:.4f}"


def significant(value: float) -> str:
    """A number with four significant digits."""
    return f"{value:,.4g}" if math.isfinite(value) else _unlike_numbers(value)


def day(value: datetime) -> str:
    """A date as ISO writes it."""
    return f"{value:%Y-%m-%d}"


def marked(text: str, touched: object) -> str:
    """Text with the mark of a figure whose period touches a hole, if it does."""
    return f"{text} {MARK}" if touched else text


def month_range(first: datetime, last: datetime) -> str:
    """The days from one to another: 2024, 2024-05, 2024-01 – 2024-06; by the day unless they are whole months."""
    after = last + timedelta(days=1)
    months = (after.year - first.year) * _MONTHS_A_YEAR + after.month - first.month
    if first.day > 1 or after.day > 1:
        return f"{day(first)} – {day(last)}"
    if months == 1:
        return f"{first:%Y-%m}"
    if months == _MONTHS_A_YEAR and first.month == 1:
        return f"{first:%Y}"
    return f"{first:%Y-%m} – {last:%Y-%m}"


def symbol(parameter: str) -> str:
    """A parameter of a model as it is written."""
    return _SYMBOLS.get(parameter, parameter)


def _off_ties(value: float) -> float:
    """Halves go away from zero, also where the last bits of a sum, which differ by engine, put them a hair lower."""
    return value if float(value).is_integer() else value + math.copysign(min(abs(value) * _HAIR, _MOST_HAIR), value)


def _unlike_numbers(value: float) -> str:
    """A missing or infinite number."""
    if math.isnan(value):
        return NOTHING
    return ENDLESS if value > 0 else f"-{ENDLESS}"
