"""What the user said about a file of orders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from crmkit._names import Language
from crmkit._reading import DecimalMark
from crmkit.cli.reading._chunks import Reading
from crmkit.transactions import Invalid, Returns

__all__ = ["ROLES", "OrderOptions"]

ROLES: Final = (
    "customer_id",
    "date",
    "amount",
    "quantity",
    "unit_price",
    "order_id",
    "currency",
    "status",
    "refund",
    "refund_date",
)
"""The roles for which columns can be named."""


@dataclass(frozen=True)
class OrderOptions:
    """What the user said; ``columns`` by role: a column, None, or "" for no column."""

    file: Path
    columns: Mapping[str, str | None]
    reading: Reading
    merge_ids: Path | None
    rates: Path | None
    counts: Sequence[str] | None
    decimal: DecimalMark | None
    currency_sign: str | None
    date_format: str | None
    time_zone: str | None
    returns: Returns
    invalid: Invalid
    as_of: str | None
    language: Language

    @property
    def files(self) -> list[Path]:
        """The files to read."""
        return [path for path in (self.file, self.merge_ids, self.rates) if path is not None]
