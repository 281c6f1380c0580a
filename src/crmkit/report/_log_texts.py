"""What is said of a log: what lies outside the base, how old the newest order is, where it has holes."""

from __future__ import annotations

from types import MappingProxyType

from crmkit._names import Label

__all__ = ["LOG_TEXTS"]

LOG_TEXTS = MappingProxyType(
    {
        "section_touched": Label(
            "† These figures are of a period that the log does not hold whole.", "† 以上数字所在期间的数据不完整。"
        ),
    }
)
