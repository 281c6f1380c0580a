"""What every section of a report may say: when it ends, whom it is of, and where its log has holes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd

from crmkit._names import Language
from crmkit.activity import LogClosure, LogHole, LogSpan, touching

__all__ = ["Facts"]


@dataclass(frozen=True, repr=False)
class Facts:
    """What the sections of a report have in common; `CustomerReport` documents it."""

    as_of: datetime
    days: int
    margin: float
    discount_rate: float
    language: Language
    sections: tuple[str, ...]
    span: LogSpan
    holes: tuple[LogHole, ...]
    closures: tuple[LogClosure, ...]
    base: pd.DataFrame
    kpis: pd.DataFrame

    @property
    def first_day(self) -> datetime:
        """Day of the first transaction."""
        return self.span.first_day

    def touched(self, start: datetime, end: datetime) -> bool:
        """Whether a period shares a day with a hole of the log.

        Parameters
        ----------
        start, end : datetime
            First and last day of the period.

        Returns
        -------
        bool
            True if it does; its figures are then marked †.
        """
        return bool(touching(self.holes, start, end))

    def kpi(self, code: str) -> dict[str, float]:
        """Look up a KPI of the whole log.

        Parameters
        ----------
        code : str
            Code of the KPI.

        Returns
        -------
        dict
            ``value``, ``numerator``, ``denominator``, ``lower``, ``upper`` and the other columns of its row.
        """
        row: Any = self.kpis.set_index("kpi").loc[code].to_dict()
        return dict(row)
