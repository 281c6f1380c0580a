"""What the section says, in English and Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from crmkit._names import Label

__all__ = ["TEXTS"]

TEXTS: Final[Mapping[str, Label]] = {
    "audit": Label("Where every row went", "数据去向"),
    "audit_note": Label(
        "Each row has one reason, the first that applies. Rows that repeat another one in every column: "
        "{duplicates}; they are counted, not removed.",
        "每一行只归入一个原因（按先后顺序取第一个）。有 {duplicates} 行与其他行完全重复，仅计数，不删除。",
    ),
    "reason": Label("Reason", "原因"),
    "rows": Label("Rows", "行数"),
    "amount": Label("Amount", "金额"),
    "table_audit": Label("Where every row went", "数据去向"),
    "table_holes": Label("Holes of the log", "数据缺口"),
}
