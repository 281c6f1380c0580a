"""Names of codes in English and in Chinese."""

from typing import Final, Literal, NamedTuple, TypeAlias, get_args

__all__ = ["LANGUAGES", "Label", "Language"]

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
