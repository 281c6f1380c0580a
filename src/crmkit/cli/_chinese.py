"""Messages of the library and of click in Chinese, the values in them as they are."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from crmkit._names import Label
from crmkit.cli._messages import MESSAGES, PARTS
from crmkit.cli._usage_messages import USAGE_MESSAGES

__all__ = ["in_chinese"]

# In these places a message has words of its own, or another message; in all others a value.
_WORDS: Final = ("where", "zone")
_MESSAGE: Final = "problem"


def in_chinese(message: str) -> str | None:
    """Say a message in Chinese; None if it is not known."""
    return _said(message, (*MESSAGES, *USAGE_MESSAGES))


def _said(message: str, known: Sequence[Label]) -> str | None:
    for english, chinese in known:
        found = re.fullmatch(_pattern(english), message, re.DOTALL)
        if found:
            return chinese.format(**{place: _filled(place, text) for place, text in found.groupdict().items()})
    return None


def _pattern(english: str) -> str:
    """The pattern of a message with names in braces where its values stand."""
    return re.sub(r"\\{(\w+)\\}", r"(?P<\1>.*?)", re.escape(english))


def _filled(place: str, text: str) -> str:
    if place == _MESSAGE:
        return in_chinese(text) or text
    return _said(text, PARTS) or text if place in _WORDS else text
