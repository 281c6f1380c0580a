"""The words in which segmenters explain their labels."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from crmkit._figures import amount
from crmkit._messages import Message, Said
from crmkit._names import Label, Language

__all__ = ["REASONS", "called", "counted", "made_by_predict"]

REASONS: Final = MappingProxyType(
    {
        "no_order": Label("{name}: no order yet.", "{name}：尚无订单。"),
        "refunds_only": Label("{name}: only refunds are known, no order.", "{name}：仅有退款记录，没有订单。"),
        "value": Label("{name}: {column} of {value} reaches {cut}.", "{name}：{column} {value}，达到 {cut}。"),
        "below_cuts": Label("{name}: {column} of {value} is below {cut}.", "{name}：{column} {value}，低于 {cut}。"),
    }
)

_PREDICT: Final = Message(en="predict() of a segmenter", zh="分群器的 predict()")


def made_by_predict() -> Said:
    """What makes a column of labels, for an error message."""
    return _PREDICT()


def called(column: str, language: Language) -> str:
    """What a value column is called in a sentence."""
    return "消费额" if column == "spend" and language == "zh" else column


def counted(value: float, unit: str, language: Language) -> str:
    """A number of things: in English with its unit, in Chinese alone, since the sentence has the measure word."""
    if language == "zh":
        return amount(value)
    return f"{amount(value)} {unit}" if value == 1 else f"{amount(value)} {unit}s"
