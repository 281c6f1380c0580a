"""The sections of the report, and those that users add."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Literal, NamedTuple, TypeAlias, get_args

import pandas as pd

__all__ = ["QUIET", "SECTIONS", "WITHOUT_PURCHASES", "Extra", "Section", "checked_sections"]

Section: TypeAlias = Literal[
    "findings",
    "audit",
    "kpis",
    "months",
    "cohorts",
    "tiers",
    "rfm",
    "value",
    "actions",
    "rhythm",
    "concentration",
    "definitions",
]
# The RFM segments of who used to order often and has not of late: the customers to act on.
QUIET: Final = ("at_risk", "cannot_lose")
# What can be shown of a log that holds refunds alone.
WITHOUT_PURCHASES: Final = ("findings", "audit", "definitions")
SECTIONS: Final[tuple[Section, ...]] = get_args(Section)


class Extra(NamedTuple):
    """A section that a user added: a table, a Matplotlib figure, or text."""

    title: str
    content: pd.DataFrame | str | Any


def checked_sections(sections: Sequence[Section] | None) -> tuple[Section, ...]:
    """The sections asked for, all of them by default, or raise."""
    if sections is None:
        return SECTIONS
    if isinstance(sections, str) or not isinstance(sections, Sequence):
        raise TypeError(f"`sections` must be a list of names, got {sections!r}.")
    unknown = [name for name in sections if name not in SECTIONS]
    if unknown or len(set(sections)) < len(sections):
        raise ValueError(f"`sections` must name each of {list(SECTIONS)} once at most, got {list(sections)}.")
    return tuple(sections)
