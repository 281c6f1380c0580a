"""Names of codes in English and in Chinese."""

import re
import unicodedata
from typing import Final, Literal, NamedTuple, TypeAlias, get_args

__all__ = ["LANGUAGES", "Label", "Language", "plain_name"]

Language: TypeAlias = Literal["en", "zh"]
"""English or Chinese."""

LANGUAGES: Final[tuple[Language, ...]] = get_args(Language)
"""All languages."""


class Label(NamedTuple):
    """The name of a code in each language."""

    en: str
    zh: str

    def text(self, language: Language) -> str:
        """Give the name in one language."""
        return self.zh if language == "zh" else self.en


def plain_name(name: str) -> str:
    """A name as people compare it: without case, accents, width, spaces and punctuation."""
    parts = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", name).casefold())
    bare = "".join(each for each in parts if not "\u0300" <= each <= "\u036f")
    # Marks that make another letter, as in Japanese, are no accents.
    return re.sub(r"[\W_]", "", unicodedata.normalize("NFC", bare))
