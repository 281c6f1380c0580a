"""The periods that a command divides a log into, and what they are called."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import pandas as pd

from crmkit._calendar import Freq
from crmkit._calendars import Calendar, calendar_if_any
from crmkit.cli.reading._beside import table_beside
from crmkit.cli.reading._chunks import Reading

__all__ = ["Divided", "divided_by"]

_FORMS: Final = {"M": "%Y-%m", "Y": "%Y"}


@dataclass(frozen=True)
class Divided:
    """Periods of a length or of a table; of neither, one period."""

    freq: Freq | None
    calendar: pd.DataFrame | None

    @property
    def arguments(self) -> dict[str, Any]:
        """What the functions of the library are given."""
        given = {"freq": self.freq, "calendar": self.calendar}
        return {name: value for name, value in given.items() if value is not None}

    @property
    def periods(self) -> Calendar | None:
        """The periods, where there are several."""
        return calendar_if_any(self.freq, self.calendar)

    def name(self, start: datetime) -> str:
        """A period by its usual or its own name, or by its first day where it has none."""
        iso = f"{start:%Y-%m-%d}"
        if self.periods is not None and self.calendar is not None:
            names = {first: name for name, first in self.periods.named.items()}
            return str(names[iso])
        if self.freq == "Q":
            return f"{start.year} Q{(start.month + 2) // 3}"
        return f"{start:{_FORMS[self.freq]}}" if self.freq in _FORMS else iso


def divided_by(freq: Freq | None, path: Path | None, reading: Reading) -> Divided:
    """Read the calendar, if a file is named; the functions of the library check it."""
    return Divided(freq, None if path is None else table_beside(path, reading))
