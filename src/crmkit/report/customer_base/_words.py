"""Periods as the section names them."""

from __future__ import annotations

__all__ = ["start_text"]


def start_text(start: object, *, freq: str) -> str:
    """The period that begins on a day, given as text."""
    text = str(start)
    if freq == "Y":
        return text[:4]
    if freq == "Q":
        return f"{text[:4]} Q{(int(text[5:7]) + 2) // 3}"
    return text[:7]
