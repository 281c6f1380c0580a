"""What kind of thing a row is, written in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

import narwhals.stable.v2 as nw

from crmkit._frames import AnyFrame
from crmkit._messages import Message
from crmkit._reading._given import is_so

__all__ = ["clean_kinds", "read_kinds"]

_WRONG_KINDS: Final = Message(
    en="{@kinds} must map words to {codes}, got {value!r}.", zh="{@kinds} 须将类别名称映射到 {codes}，得到 {value!r}。"
)


def read_kinds(kinds: Any, *, usual: Mapping[str, Iterable[str]]) -> dict[str, list[str]]:
    """What may stand for each kind, in small letters: the usual words, and the caller's own."""
    words = {code: [word.lower() for word in each] for code, each in usual.items()}
    if kinds is None:
        return words
    if not isinstance(kinds, Mapping) or not set(kinds.values()) <= set(usual):
        raise ValueError(_WRONG_KINDS(codes=list(usual), value=kinds))
    for word, code in kinds.items():
        words[code].append(str(word).strip().lower())
    return words


def clean_kinds(frame: AnyFrame, column: str, *, where: object, words: Mapping[str, list[str]]) -> AnyFrame:  # noqa: ARG001
    """Replace words by the codes that they stand for, whatever their case; an unknown one is missing."""
    text = nw.col(column).cast(nw.String).str.strip_chars().str.to_lowercase()
    (first, its_words), *others = words.items()
    found: nw.Expr = nw.when(is_so(text.is_in(its_words))).then(nw.lit(first))
    for code, each in others:
        found = nw.when(is_so(text.is_in(each))).then(nw.lit(code)).otherwise(found)
    return frame.with_columns(found.alias(column))
