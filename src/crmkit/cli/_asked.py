"""The language that a command line asks for, known before its options are read."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from crmkit._names import LANGUAGES, Language

__all__ = ["language_of"]

_OPTION: Final = "--language"


def language_of(arguments: Sequence[str]) -> Language:
    """Return the last language named, wherever it stands; English if there is none or it is unknown."""
    named = ""
    for argument, following in pairwise([*arguments, ""]):
        option, equals, value = argument.partition("=")
        if option == _OPTION:
            named = value if equals else following
    return next((language for language in LANGUAGES if language == named), "en")
