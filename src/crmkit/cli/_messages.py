"""What the library says of files and options that it cannot use, and the same in the Chinese of the command line."""

from __future__ import annotations

from typing import Final

from crmkit._names import Label

__all__ = ["MESSAGES", "PARTS"]

PARTS: Final = (
    Label("`customers['customer_id']`", "客户主表的编号列"),
    Label("`orders['{column}']`", "列 {column} "),
    Label("the product", "数量与单价的乘积"),
    Label("in the text", "写在文本中"),
)
"""What some messages are made of."""

_MODELS = (
    Label(
        "The fit of {model} found no maximum of the likelihood. Look for impossible customers or values (very long "
        "histories, mixed units), fit on more customers, or give priors.",
        "模型 {model} 无法拟合。请检查是否有异常的客户或数值（过长的历史、单位混用），或提供更多客户。",
    ),
)

MESSAGES: Final = _MODELS
"""The first that fits counts; names in braces stand for values."""
