"""How the numbers of a file are written, where that is not plain: said before they are used."""

from __future__ import annotations

from typing import Final

from crmkit._messages import Joined, Message
from crmkit._names import Language
from crmkit._reading import NumberTexts
from crmkit.cli.language import say

__all__ = ["say_notation"]

_READ: Final = Message(en="Numbers in text are read with {parts}.", zh="文本中的数按以下写法读取：{parts}。")
_MARKS: Final = {
    ".": Message(en="a decimal point", zh="小数点"),
    ",": Message(en="a decimal comma", zh="小数逗号"),
}
_GROUPED: Final = Message(en="grouped digits (rows: {n:,})", zh="{n:,} 行带千位分隔符")
_SIGN: Final = Message(en="{currency} (rows: {n:,})", zh="{n:,} 行带 {currency}")
_REFUNDS: Final = {
    "parentheses": Message(en="parentheses as refunds (rows: {n:,})", zh="{n:,} 行括号表示退款"),
    "minus_after": Message(en="a minus after the number as refunds (rows: {n:,})", zh="{n:,} 行后置负号表示退款"),
}


def say_notation(texts: NumberTexts, language: Language) -> None:
    """Say what stands beside the digits of a file, and on how many rows, if anything does."""
    parts = [_GROUPED(n=texts.n_grouped)] if texts.n_grouped else []
    parts += [_SIGN(currency=currency, n=n) for currency, n in sorted(texts.currencies.items())]
    parts += [_REFUNDS[kind](n=n) for kind, n in sorted(texts.refunds.items())]
    if parts or texts.mark == ",":
        say(_READ(parts=Joined([_MARKS[texts.mark](), *parts], ", ", "，")), language)
