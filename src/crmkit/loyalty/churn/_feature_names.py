"""Which columns a caller names as features."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

from crmkit._checks import some
from crmkit._messages import Message

__all__ = ["check_features"]

_NO_LIST: Final = Message(
    en="{@features} must be a list of different columns other than {others}, got {value!r}.",
    zh="{@features} 须为互不相同且不为 {others} 的列名列表，得到 {value!r}。",
)


def check_features(features: object, *, other_than: Collection[str]) -> None:
    """Raise unless features are all columns (None), or a list of different columns, none of those named otherwise."""
    if features is None:
        return
    problem = _NO_LIST(others=some(other_than), value=features)
    if isinstance(features, (str, bytes)) or not isinstance(features, Sequence):
        raise TypeError(problem)
    if not all(isinstance(each, str) for each in features):
        raise TypeError(problem)
    if len(set(features)) < len(features) or set(features) & set(other_than):
        raise ValueError(problem)
