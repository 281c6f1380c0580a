"""What the section says, in English and Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from crmkit._names import Label

__all__ = ["TEXTS"]

TEXTS: Final[Mapping[str, Label]] = {
    "products": Label("Products", "商品"),
    "table_product_rules": Label("What is bought together", "搭配购买"),
    "table_product_preferences": Label("What groups prefer", "各群体的偏好"),
    "finding_rules": Label(
        "Of the baskets with {first}, {confidence} also hold {second}, which is in {base} of all baskets.",
        "含 {first} 的购物篮中有 {confidence} 也含 {second}，而在全部购物篮中仅占 {base}。",
    ),
    "finding_preferences": Label(
        "{group} prefers {item}: {share} of its purchases, {base} of all (index {index}).",
        "{group} 偏好 {item}：占其购买的 {share}，在全部购买中占 {base}（指数 {index}）。",
    ),
    "nothing_sure": Label("Nothing here is surely more than chance.", "没有显著多于偶然的结果。"),
    "rules_note": Label(
        "Certainty: 0 is chance, 1 means that the second always comes along. Each combination is shown in its surest "
        "direction. Those of fewer than 5 baskets are left out, and those whose p-value, adjusted for all that were "
        "looked at, is above 0.05. A rule is not a cause.",
        "确定性因子：0 为偶然，1 表示后者总是一起买。每种组合只列最有把握的方向；不足 5 个购物篮的，"
        "以及校正后 p 值大于 0.05 的不列出。规则不是因果。",
    ),
    "preferences_note": Label(
        "Index: 100 is the share in all purchases, 200 twice that. Shown are those whose interval lies above 100 and "
        "whose adjusted p-value is at most 0.05, if 5 or more purchases were to be expected.",
        "指数：100 为与全部购买的占比相同，200 为其两倍。只列区间全在 100 以上、校正后 p 值不大于 0.05，"
        "且预期购买不少于 5 次的。",
    ),
    "rows_shown": Label("{n} of {of} are shown.", "共 {of} 项，列出前 {n} 项。"),
    "group": Label("Group", "群体"),
    "item": Label("Item", "商品"),
    "group_share": Label("Share in the group", "群体内占比"),
    "overall_share": Label("Share in all", "总体占比"),
    "index": Label("Index", "偏好指数"),
    "lower": Label("Lower end", "区间下限"),
    "upper": Label("Upper end", "区间上限"),
    "index_and_interval": Label("Index (interval)", "偏好指数（区间）"),
    "n_customers": Label("Customers", "客户数"),
    "adjusted_p_value": Label("p-value, adjusted", "校正后 p 值"),
}
