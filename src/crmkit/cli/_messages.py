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

_DAYS = (
    Label(
        "`{name}` must be a date or ISO text such as '2024-12-31', got {value}.",
        "{name} 须为日期，如 2024-12-31，得到 {value}。",
    ),
    Label(
        "`{name}` must be a local date without a time zone, got {value}.",
        "{name} 须为不带时区的本地日期，得到 {value}。",
    ),
    Label(
        "`{name}` must lie in the years {first} to {last}, got {value}.",
        "{name} 须在 {first} 年至 {last} 年之间，得到 {value}。",
    ),
    Label(
        "`{name}` is {day}, before the first transaction on {first}. Give a later day.",
        "截止日 {day} 早于首笔交易日 {first}，请给出更晚的日期。",
    ),
    Label(
        "`transactions` has no rows up to {day}. Give a later `as_of`.",
        "截至 {day} 没有交易，请给出更晚的 --as-of。",
    ),
)

_TIMES = (
    Label(
        "`date_format` must be a format such as '%d/%m/%Y', got {value}.",
        "--date-format 须为 '%d/%m/%Y' 之类的格式，得到 {value}。",
    ),
    Label(
        "`date_format` is for text; {where} holds {kind}. Leave it out.",
        "--date-format 只用于文本，而{where}的类型为 {kind}。请去掉该选项。",
    ),
    Label("{directive} is a bad directive in format {value}", "--date-format {value} 含有未知的指令 {directive}。"),
    Label(
        "`time_zone` must be an IANA name such as 'Europe/London', got {value}.",
        "--time-zone 须为 Asia/Shanghai 之类的 IANA 时区名，得到 {value}。",
    ),
    Label(
        "`time_zone` is {value}, but {where} holds times without a zone. Leave time_zone out where they are already "
        "local; else give the column its zone first (pandas: .dt.tz_localize('UTC')).",
        "--time-zone 为 {value}，但{where}中的时间不带时区。若已是当地时间，请去掉 --time-zone；否则请先为该列注明"
        "时区。",
    ),
    Label(
        "{where} holds times with a zone ({zone}), and a business day depends on it. Name the zone whose days count, "
        "for example time_zone='Asia/Shanghai'.",
        "{where}中的时间带有时区（{zone}），营业日取决于时区。请指明以哪个时区的日期为准，例如 --time-zone "
        "Asia/Shanghai。",
    ),
    Label(
        "{where} mixes {aware} times that name their zone with {naive} that do not. Bring them to one kind first.",
        "{where}中有 {aware} 个时间注明了时区，另有 {naive} 个没有。请先统一写法。",
    ),
    Label(
        "{where} holds {kind}, not dates. Convert it to dates first.",
        "{where}的类型为 {kind}，不是日期。请先转换为日期。",
    ),
)

_VALUES = (
    Label(
        "{where} holds {kind}, not numbers. Cast it to a number first.",
        "{where}的类型为 {kind}，不是数字。请先转换为数字。",
    ),
    Label(
        "{where} adds up to more than a number can hold (1.8e308). Look for impossible amounts.",
        "{where}的合计超出数值可表示的范围（1.8e308），请查找不可能的金额。",
    ),
    Label(
        "{where} holds the currencies {found}; amounts of several currencies cannot be added. Convert them to one, or "
        "pass one currency at a time.",
        "{where}含有货币 {found}，不同货币的金额不能相加。请先换算为一种货币，或每次只处理一种。",
    ),
    Label(
        "{where} has {count} missing values on rows that are otherwise usable. Fill them, or leave order_id out so "
        "that every row is an order.",
        '其他内容可用的行中，{where}有 {count} 个缺失值。请补全，或用 --order-id "" 将每行视为一个订单。',
    ),
    Label(
        "`orders` has {count} rows, and none is left with invalid='{invalid}' and returns='{returns}'. audit_orders "
        "says where they went.",
        "文件有 {count} 行，按 --invalid {invalid} 与 --returns {returns} 处理后一行不剩。可用 crmkit audit 查看各行的"
        "去向。",
    ),
)

_IDS = (
    Label(
        "{where} holds {kind}; customer ids are whole numbers or text. Cast the column to one of them.",
        "{where}的类型为 {kind}；客户编号须为整数或文本，请先转换该列。",
    ),
    Label(
        "{where} holds {count} ids that are no whole numbers, such as {ids}. Read the column as text or as whole "
        "numbers.",
        "{where}有 {count} 个编号不是整数，例如 {ids}。请将该列存为文本或整数。",
    ),
    Label(
        "{where} holds ids that are no whole numbers of 64 bits. Read the column as text.",
        "{where}含有超出 64 位的整数编号，请将该列存为文本。",
    ),
    Label(
        "{where} mixes or holds ids of the kinds {kinds}; customer ids are whole numbers or text. Make them one kind, "
        "for example with .astype(str).",
        "{where}含有类型为 {kinds} 的编号；客户编号须为整数或文本，请统一为一种。",
    ),
    Label(
        "`customers` has rows without a customer_id. Fix the master table.",
        "客户主表中有缺少客户编号的行，请修正客户主表。",
    ),
    Label(
        "`customers` has ids more than once: {ids}. Fix the master table.",
        "客户主表中的编号 {ids} 重复出现，请修正客户主表。",
    ),
    Label(
        "`customers` lacks ids that have transactions: {ids}. Fix the master table.",
        "客户主表缺少有交易的编号 {ids}，请修正客户主表。",
    ),
    Label(
        "`customers` holds nobody with an order. Segments compare customers who bought.",
        "文件中没有客户下过订单，而分群须比较有购买的客户。",
    ),
    Label(
        "The data file {file} comes with the package lifetimes, which is not installed or lacks it. Install it with: "
        "pip install 'crmkit[data]'",
        "数据文件 {file} 随 lifetimes 包提供，而该包未安装或缺少此文件。请安装：pip install 'crmkit[data]'",
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

MESSAGES: Final = (*_DAYS, *_TIMES, *_VALUES, *_IDS, *_MODELS, *_RULES)
"""The first that fits counts; names in braces stand for values."""
