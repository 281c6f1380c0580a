"""Association rules and the baskets that they come from as sheets; commands and report share them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import pandas as pd

from crmkit._names import Label, Language
from crmkit._workbook._headings import Named, headings
from crmkit._workbook._sheet import Sheet

__all__ = ["RULE_COLUMNS", "basket_sheet", "rule_sides", "rules_sheet"]

_RULES: Final = Label("Bought together", "搭配购买")
_BASKETS: Final = Label("Baskets", "购物篮")
RULE_COLUMNS: Final[Mapping[str, Named]] = MappingProxyType(
    {
        "antecedent": Named(Label("Who buys", "买了"), "text"),
        "consequent": Named(Label("also buys", "也买"), "text"),
        "n_both": Named(Label("Baskets with both", "同时含两者的购物篮"), "count"),
        "support": Named(Label("Support", "支持度"), "share"),
        "confidence": Named(Label("Confidence", "置信度"), "share"),
        "lift": Named(Label("Lift", "提升度"), "number"),
        "certainty": Named(Label("Certainty", "确定性因子"), "number"),
        "adjusted_p_value": Named(Label("p-value, adjusted", "校正后 p 值"), "p_value"),
    }
)
"""The columns of rules that people read."""
_REASONS: Final = {
    "no order": Label("No order", "缺订单编号"),
    "no item": Label("No item", "缺商品"),
    "not sold": Label("Not sold: returns and refunds", "未售出：退货与退款"),
    "excluded": Label("Excluded items", "指定排除的商品"),
    "basket too large": Label("Basket too large", "购物篮过大"),
    "item again": Label("Item again in its basket", "同一购物篮内重复的商品"),
    "kept": Label("Kept", "计入"),
    "given": Label("Given", "合计"),
}
_OF_BASKETS: Final = {
    "reason": Named(Label("Lines", "明细行"), "text"),
    "n_lines": Named(Label("Number of lines", "行数"), "count"),
    "n_baskets": Named(Label("Baskets", "购物篮数"), "count"),
}


def rule_sides(rules: pd.DataFrame) -> pd.DataFrame:
    """The items of both sides of rules, each side as one text."""
    return pd.DataFrame({side: _joined(rules, side) for side in ("antecedent", "consequent")}, dtype=object)


def rules_sheet(rules: pd.DataFrame, language: Language) -> Sheet:
    """A row per rule, of the columns that people read."""
    shown = rules.reset_index(drop=True).assign(**rule_sides(rules))
    return Sheet(_RULES.text(language), shown, headings(shown, language, columns=list(RULE_COLUMNS), own=RULE_COLUMNS))


def basket_sheet(audit: pd.DataFrame, language: Language) -> Sheet:
    """Which lines and baskets were left out, by reason; those that nothing has are not shown."""
    shown = audit[(audit["n_lines"] > 0) | audit["reason"].isin(["kept", "given"])]
    shown = shown.assign(reason=[_REASONS[reason].text(language) for reason in shown["reason"]])
    return Sheet(_BASKETS.text(language), shown, headings(shown, language, own=_OF_BASKETS))


def _joined(rules: pd.DataFrame, side: str) -> list[str]:
    columns = [name for name in rules.columns if name == side or name.startswith(f"{side}_")]
    rows = rules[columns].itertuples(index=False, name=None)
    return [" + ".join(str(item) for item in row if not pd.isna(item)) for row in rows]
