"""What all calendars can do."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from crmkit._calendar import Freq
from crmkit._frames import AnyFrame
from crmkit._messages import Parameter, Setting

__all__ = ["Calendar"]

Days: TypeAlias = npt.NDArray[np.datetime64]


class Calendar(ABC):
    """Periods one after another, each with a number; those of neighbours differ by one."""

    @abstractmethod
    def number_of(self, day: datetime) -> int:
        """The number of the period that holds a day."""

    @abstractmethod
    def first_day(self, number: int) -> datetime:
        """The first day of a period."""

    @abstractmethod
    def numbered(self, frame: AnyFrame, column: str, *, into: str) -> AnyFrame:
        """Add the number of the period that holds each moment of a column, of which none is missing."""

    @abstractmethod
    def started(self, frame: AnyFrame, column: str, *, into: str) -> AnyFrame:
        """Add the first day of the period that holds each moment of a column; missing where that is."""

    @abstractmethod
    def merged(self, freq: Freq) -> Calendar:
        """Longer periods, of the length of a frequency."""

    @property
    @abstractmethod
    def argument(self) -> Parameter | Setting:
        """The argument that made it, as messages name it."""

    @property
    def named(self) -> Mapping[Any, str]:
        """The first day of each period that has a name, as ISO text."""
        return {}

    def last_day(self, number: int) -> datetime:
        """The last day of a period."""
        return self.first_day(number + 1) - timedelta(days=1)

    def begins_on(self, day: datetime) -> bool:
        """Whether a period begins on a day."""
        return self.first_day(self.number_of(day)) == day

    def last_over(self, day: datetime) -> int:
        """The number of the last period that is over at the end of a day."""
        number = self.number_of(day)
        return number if day == self.last_day(number) else number - 1

    def numbers(self, first: datetime, last: datetime) -> range:
        """The numbers of the periods from that of one day to that of another."""
        return range(self.number_of(first), self.number_of(last) + 1)

    def first_days(self, numbers: Sequence[int]) -> Days:
        """The first days of periods."""
        return np.array([self.first_day(number) for number in numbers], dtype="datetime64[us]")

    def last_days(self, numbers: Sequence[int]) -> Days:
        """The last days of periods."""
        return np.array([self.last_day(number) for number in numbers], dtype="datetime64[us]")
