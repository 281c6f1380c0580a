"""Labels of two periods that are compared with one another."""

from __future__ import annotations

from typing import Any, Final

import pandas as pd

from crmkit._messages import Column, Message
from crmkit.errors import SchemaError

__all__ = ["check_alike_labels"]

_NUMBERS: Final = Message(en="numbers", zh="数字")
_TEXT: Final = Message(en="text", zh="文本")
_DAYS: Final = Message(en="dates", zh="日期")
# What pandas finds that objects are.
_KINDS: Final = {
    **dict.fromkeys(("integer", "floating", "mixed-integer-float", "decimal"), _NUMBERS),
    "string": _TEXT,
    **dict.fromkeys(("date", "datetime", "datetime64"), _DAYS),
}
_UNLIKE: Final = Message(
    en="{before} holds {kind} and {after} {other}, so that nothing would be found in both periods. Convert one of "
    "them.",
    zh="{before}为{kind}，而{after}为{other}，两期将无法对应。请统一类型。",
)


def check_alike_labels(before: pd.Series[Any], after: pd.Series[Any], *, column: str) -> None:
    """Raise if labels are numbers in one period and text or dates in the other, where none would be the same."""
    kinds = [_KINDS.get(pd.api.types.infer_dtype(labels.astype(object), skipna=True)) for labels in (before, after)]
    kind, other = kinds
    if kind is not None and other is not None and kind is not other:
        sides = {"before": Column("before", column), "after": Column("after", column)}
        raise SchemaError(_UNLIKE(**sides, kind=kind(), other=other()))
