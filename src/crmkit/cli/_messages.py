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

_CUSTOMERS = (
    Label(
        "`customers` holds nobody with an order. Segments compare customers who bought.",
        "文件中没有客户下过订单，而分群须比较有购买的客户。",
    ),
)

_MODELS = (
    Label(
        "The fit of {model} found no maximum of the likelihood. Look for customers or values that cannot be (very long "
        "histories, units mixed up), fit on more customers, or give priors.",
        "模型 {model} 无法拟合。请检查是否有异常的客户或数值（过长的历史、单位混用），或提供更多客户。",
    ),
)

_RULES = (
    Label("{file} is no TOML file in UTF-8: {error}.", "{file} 不是 UTF-8 编码的 TOML 文件：{error}。"),
    Label("`{key}` must be a mapping, got {value}.", "{key} 须为表，得到 {value}。"),
    Label(
        "`{key}` lacks {lacking} and does not know {unknown}; it holds {keys}.",
        "{key} 缺少 {lacking}，未知的有 {unknown}；可用的键为 {keys}。",
    ),
    Label("`{key}` must be a whole number, got {value}.", "{key} 须为整数，得到 {value}。"),
    Label("`{key}` must be at least {low}, got {value}.", "{key} 不得小于 {low}，得到 {value}。"),
    Label("`{key}` must be one of {values}, got {value}.", "{key} 须为 {values} 之一，得到 {value}。"),
    Label("`{key}` must be a list of segments, got {value}.", "{key} 须为分群的列表，得到 {value}。"),
    Label(
        "`{key}` must be lower-case letters, digits and underscores, got {value}.",
        "{key} 须由小写字母、数字和下划线组成，得到 {value}。",
    ),
    Label("`{key}` must not be {value}: that is who has not ordered.", "{key} 不能为 {value}：它指尚未下单的客户。"),
    Label(
        "`{key}` is {value}, which another segment has. Give each its own.",
        "{key} 为 {value}，与另一分群相同，请分别命名。",
    ),
    Label("`{key}` must be a name, got {value}.", "{key} 须为名称，得到 {value}。"),
    Label(
        "`{key}` must be a score from 1 to {most}, or the lowest and the highest, got {value}.",
        "{key} 须为 1 至 {most} 的分数，或最低分与最高分，得到 {value}。",
    ),
    Label(
        "`rules` leave {count} of {all} cells without a segment: {cells}. Widen a segment, or name one for them as "
        "`rest`. rfm_cell_table(rules) lists them all.",
        "规则的 {all} 个格子中有 {count} 个不属于任何分群：{cells}。请扩大某个分群，或用 rest 为其指定分群。",
    ),
    Label(
        "`rules` put {count} of {all} cells in several segments: {cells}. Narrow them, or set overlaps to 'first' for "
        "the first to count. rfm_cell_table(rules) lists them all.",
        "规则的 {all} 个格子中有 {count} 个同属多个分群：{cells}。请缩小分群，或将 overlaps 设为 'first'，以先列者"
        "为准。",
    ),
)

MESSAGES: Final = (*_CUSTOMERS, *_MODELS, *_RULES)
"""The first that fits counts; names in braces stand for values."""
