"""The measures of brands as somebody observed them, beside which a model's are put."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd

from crmkit._checks import some
from crmkit._frames import collected, open_frame, pandas_series
from crmkit._messages import Column, Message
from crmkit._tables import BRANDS, float_columns, open_table
from crmkit.errors import SchemaError
from crmkit.loyalty.brands._measures import BRAND_MEASURES
from crmkit.loyalty.brands._panel import read_brands

__all__ = ["read_observed"]

_CATEGORY: Final = ("category_penetration", "category_frequency")

_TWICE: Final = Message(
    en="{where} names a brand more than once. Give one row to each brand.",
    zh="{where}中有重复的品牌。每个品牌须只有一行。",
)
_IMPOSSIBLE: Final = Message(
    en="{where} must be finite and not below 0, got {got}.", zh="{where}须为有限且不小于 0 的数，得到 {got}。"
)
_NONE_KNOWN: Final = Message(
    en="{where} names none of the model's brands: {got} are not among {known}.",
    zh="{where}中没有模型所含的品牌：{got} 不在 {known} 之中。",
)


def read_observed(brands: Any, names: list[Any]) -> pd.DataFrame:
    """The measures of some brands, in their order, a column each; missing where a table does not have them."""
    if brands is None:
        return pd.DataFrame(np.nan, index=range(len(names)), columns=list(BRAND_MEASURES))
    where = Column("brands", "brand")
    opened = collected(open_table(brands, BRANDS, columns=["brand"]))
    labels, places = read_brands(pandas_series(opened["brand"]), where=where)
    if len(labels) < len(places):
        raise SchemaError(_TWICE(where=where))
    if not set(labels) & set(names):
        raise SchemaError(_NONE_KNOWN(where=where, got=labels, known=names))
    given = open_frame(brands, name="brands").collect_schema().names()
    columns = [name for name in (*BRAND_MEASURES, *_CATEGORY) if name in given]
    floats = float_columns(brands, BRANDS, columns)
    for name, column in floats.items():
        wrong = np.flatnonzero(np.isinf(column) | (column < 0))
        if wrong.size:
            raise SchemaError(_IMPOSSIBLE(where=Column("brands", name), got=some(column[wrong].tolist())))
    values = pd.DataFrame(floats, index=pd.Index(places))
    if "purchase_frequency" not in values and {"share", "penetration", *_CATEGORY} <= set(values):
        mean = values["category_penetration"] * values["category_frequency"]
        values["purchase_frequency"] = values["share"] * mean / values["penetration"].where(values["penetration"] > 0)
    if "relative_penetration" not in values and {"penetration", "category_penetration"} <= set(values):
        category = values["category_penetration"]
        values["relative_penetration"] = values["penetration"] / category.where(category > 0)
    wanted = pd.Index(labels, dtype=object).get_indexer(pd.Index(names, dtype=object))
    return values.reindex(index=wanted, columns=list(BRAND_MEASURES)).reset_index(drop=True)
