"""What the KPIs are by: the column that the user names, and periods."""

from __future__ import annotations

from typing import Final

from crmkit._names import Label
from crmkit.cli.kpis._table import Asked

__all__ = ["keys_of"]

_PERIOD: Final = Label("Period", "期间")


def keys_of(asked: Asked) -> dict[str, Label]:
    """The columns before the KPIs, with their heads."""
    by = {} if asked.by is None else {asked.by: Label(asked.by, asked.by)}
    return by if asked.divided.periods is None else {**by, "period": _PERIOD}
