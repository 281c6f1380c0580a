"""Products by value and by how even their demand is: nine cells, each with what to do."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd

from crmkit._checks import check_turnover, some
from crmkit._frames import FrameT, column_name, from_pandas, to_pandas
from crmkit._messages import Column, Message
from crmkit._names import Label
from crmkit._tables import open_columns
from crmkit.errors import SchemaError

__all__ = ["product_matrix_table"]

# The levels of the scheme "product" are the classes under other names.
_ABC: Final = {"a": "a", "b": "b", "c": "c", "hot": "a", "steady": "b", "slow": "c"}
_XYZ: Final = {"x": "x", "y": "y", "z": "z"}
# What has no class: a product that was never sold.
_WITHOUT: Final = ("unsold", "potential")

_SENTENCES: Final = {
    ("a", "x"): Label(
        "Sells much and evenly: reorder automatically and never run out.", "销量大且平稳：可自动补货，不得缺货。"
    ),
    ("a", "y"): Label(
        "Sells much, with swings: plan for season and promotions, and keep a safety stock.",
        "销量大但有波动：按季节与促销做计划，并备安全库存。",
    ),
    ("a", "z"): Label(
        "Sells much but unevenly: look at each order, agree on quantities with large buyers.",
        "销量大但不稳定：逐单跟进，与大客户约定数量。",
    ),
    ("b", "x"): Label("Sells evenly: reorder automatically in fixed lots.", "销售平稳：按固定批量自动补货。"),
    ("b", "y"): Label(
        "Sells with swings: reorder by forecast, and check it each month.", "销售有波动：按预测补货，每月复核。"
    ),
    ("b", "z"): Label(
        "Sells unevenly: keep little in stock, and reorder when it is asked for.", "销售不稳定：少备货，有需求再补。"
    ),
    ("c", "x"): Label(
        "Sells little but evenly: order rarely, in larger lots.", "销量小但平稳：少次、大批量订货，减少管理工作。"
    ),
    ("c", "y"): Label(
        "Sells little, with swings: keep the least stock, or sell it in a bundle.",
        "销量小且有波动：保持最低库存，或搭配销售。",
    ),
    ("c", "z"): Label(
        "Sells little and unevenly: make or buy to order, or take it out of the range.",
        "销量小且不稳定：按单采购，或考虑下架。",
    ),
}

_NO_CLASS: Final = Message(
    en="{where} must hold the classes {classes}, got {got}.", zh="{where}须为 {classes} 类，得到 {got}。"
)
_NO_MONEY: Final = Message(
    en="{where} must hold finite numbers; {n:,} {n:row has|rows have} none, first at rows {rows}.",
    zh="{where}须为有限数，有 {n:,} 行不是，最先见于行 {rows}。",
)


def product_matrix_table(products: FrameT, *, abc: str = "abc", xyz: str = "xyz", value: str = "amount") -> FrameT:
    """Cross the value of products (ABC) with how even their demand is (XYZ), and say what to do in each cell.

    Parameters
    ----------
    products : pandas, Polars or PyArrow table
        A row per product.
    abc : str, default "abc"
        Column of classes by value: "a", "b", "c", in capitals or not, or "hot", "steady", "slow", as
        ``ValueSegmenter(scheme="product")`` gives them.
    xyz : str, default "xyz"
        Column of classes by demand: "x" even, "y" with swings, "z" uneven, in capitals or not.
    value : str, default "amount"
        Column to add up, such as revenue.

    Returns
    -------
    the kind of table given
        Nine rows, those of class A first: ``abc``, ``xyz``; ``n_products`` and ``product_share`` of all rows; ``value``
        and ``value_share`` of all rows (missing unless the total is above zero); ``sentence_en`` and ``sentence_zh``,
        what to do. Products without a class follow in rows in which the class is missing, without a sentence; products
        never sold ("unsold") count as such.

    Raises
    ------
    SchemaError
        If a column is missing, a class is none of those listed, a value is missing or infinite, or the values add up to
        more than a number can hold.
    TypeError
        If ``products`` is not a frame, or a column is not named by one name.

    References
    ----------
    .. [1] Dickie (1951), "ABC Inventory Analysis Shoots for Dollars, Not Pennies", *Factory Management and
       Maintenance* 109.
    .. [2] Scholz-Reiter, Heger, Meinecke and Bergmann (2012), "Integration of Demand Forecasts in ABC-XYZ Analysis",
       *International Journal of Productivity and Performance Management* 61(4).

    Examples
    --------
    >>> import pandas as pd
    >>> products = pd.DataFrame({
    ...     "product": ["cup", "tray", "lamp"], "abc": ["A", "B", "C"], "xyz": ["X", "Z", "X"],
    ...     "amount": [80.0, 15.0, 5.0],
    ... })
    >>> matrix = product_matrix_table(products)
    >>> matrix[matrix["n_products"] > 0][["abc", "xyz", "n_products", "value_share"]]
      abc xyz  n_products  value_share
    0   a   x           1         0.80
    5   b   z           1         0.15
    6   c   x           1         0.05
    >>> matrix["sentence_en"][0]
    'Sells much and evenly: reorder automatically and never run out.'
    """
    columns = [column_name(each, name=name) for name, each in (("abc", abc), ("xyz", xyz), ("value", value))]
    opened = open_columns(products, columns, name="products", made_by="ValueSegmenter.predict")
    rows = to_pandas(opened.select(*dict.fromkeys(columns)))
    of_value = _places(rows[columns[0]], _ABC, column=columns[0])
    of_demand = _places(rows[columns[1]], _XYZ, column=columns[1])
    numbers = pd.to_numeric(rows[columns[2]], errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    wrong = np.flatnonzero(~np.isfinite(numbers))
    if wrong.size:
        raise SchemaError(_NO_MONEY(where=Column("products", columns[2]), n=wrong.size, rows=some(wrong.tolist())))
    with np.errstate(over="ignore"):
        check_turnover(float(np.abs(numbers).sum()), where=Column("products", columns[2]))
    counts, sums = np.zeros((4, 4), dtype=np.int64), np.zeros((4, 4))
    np.add.at(counts, (of_value, of_demand), 1)
    np.add.at(sums, (of_value, of_demand), numbers)
    shown = counts > 0
    shown[:3, :3] = True
    # The nine cells come first.
    row, column = np.nonzero(shown)
    order = np.argsort((row == 3) | (column == 3), kind="stable")
    row, column = row[order], column[order]
    letters = [np.array([*names, None], dtype=object) for names in ("abc", "xyz")]
    cells = list(zip(letters[0][row], letters[1][column], strict=True))
    total = numbers.sum()
    table = pd.DataFrame(
        {
            "abc": letters[0][row],
            "xyz": letters[1][column],
            "n_products": counts[row, column],
            "product_share": counts[row, column] / len(rows) if len(rows) else np.nan,
            "value": sums[row, column],
            "value_share": sums[row, column] / total if total > 0 else np.nan,
            "sentence_en": [_SENTENCES[cell].en if cell in _SENTENCES else None for cell in cells],
            "sentence_zh": [_SENTENCES[cell].zh if cell in _SENTENCES else None for cell in cells],
        }
    )
    return from_pandas(table, like=products)


def _places(classes: pd.Series[Any], known: dict[str, str], *, column: str) -> Any:
    """The place of each class among three, 3 for none."""
    letters = list(dict.fromkeys(known.values()))
    place: dict[Any, int] = {}
    for value in classes.dropna().unique().tolist():
        text = str(value).strip().lower()
        if text in _WITHOUT:
            place[value] = len(letters)
        elif text in known:
            place[value] = letters.index(known[text])
        else:
            raise SchemaError(_NO_CLASS(where=Column("products", column), classes=list(known), got=repr(value)))
    return np.array([len(letters) if pd.isna(each) else place[each] for each in classes.tolist()], dtype=np.intp)
