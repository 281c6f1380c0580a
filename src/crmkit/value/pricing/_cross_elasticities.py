"""How sales of each product move with the prices of the others."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd

from crmkit._arrays import Floats
from crmkit._checks import check_fraction, some
from crmkit._frames import FrameT, from_pandas, to_pandas
from crmkit._grouping import check_labels, in_order
from crmkit._messages import Message
from crmkit._tables import open_columns
from crmkit.errors import SchemaError
from crmkit.value.pricing._elasticities import FEWEST_PRICES, with_shrunk
from crmkit.value.pricing._sales import NAME, read_sales
from crmkit.value.pricing._slope import Undetermined, slope_of

__all__ = ["cross_elasticity_table"]

_MOST: Final = 50

_TWICE: Final = Message(
    en="{@sales} has {n:,} {n:row|rows} of a product and period that it has already, such as {which}. Add them up "
    "first.",
    zh="{@sales} 中有 {n:,} 行的商品与期间重复，例如 {which}。请先汇总。",
)
_MANY: Final = Message(
    en="{n} products would have {squared:,} elasticities, which no sales determine; take at most {most}. Choose those "
    "that may compete, or add them up to brands.",
    zh="{n} 个商品会有 {squared:,} 个弹性，任何销售数据都无法确定；最多 {most} 个。"
    "请只选可能相互竞争的商品，或汇总到品牌。",
)


def cross_elasticity_table(
    sales: FrameT, *, product: str, period: str, price: str, quantity: str, level: float = 0.95
) -> FrameT:
    r"""Estimate how far sales of each product move with the price of each other one, its own price held fixed.

    .. math:: \ln q_i = a_i + \sum_j e_{ij} \ln p_j

    over the periods in which all products have a price. There are as many coefficients as products squared, too many
    for most data. So ``shrunk`` pulls those between different products towards their common mean.

    Parameters
    ----------
    sales : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        A row per product and period, also if nothing was sold: the price still matters for other products.
    product, period : str
        The columns that tell products and periods apart; at most 50 products.
    price : str
        The column of prices of one unit, 0 or more.
    quantity : str
        The column of units sold, 0 or more.
    level : float, default 0.95
        Confidence of the intervals, between 0 and 1.

    Returns
    -------
    the kind of frame given
        A row per pair of products, each with itself too: ``product``, whose sales move; ``other``, whose price does;
        ``kind``, "own" or "cross"; ``elasticity``, ``std_error`` (robust, HC3), ``lower``, ``upper``; ``shrunk``,
        ``shrunk_lower``, ``shrunk_upper``, of cross elasticities; ``relation``, "substitute" if the whole interval lies
        above 0, "complement" if it lies below, else "unclear"; missing for a product with itself; ``n``, periods used;
        ``reason``, why there is no estimate, as in `elasticity_table`.

    Raises
    ------
    SchemaError
        If a column is missing or of a wrong kind, a number is infinite or below 0, or a product has two rows in a
        period.
    TypeError
        If ``sales`` is not a frame, or a name is not one column.
    ValueError
        If there are more than 50 products, or ``level`` is not between 0 and 1.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> rng = np.random.default_rng(7)
    >>> a, b = np.exp(rng.normal(size=(2, 60)) / 5)
    >>> sales = pd.DataFrame({"product": ["a"] * 60 + ["b"] * 60, "week": [*range(60)] * 2, "price": [*a, *b],
    ...                       "units": [*(a**-2 * b), *(b**-3)]})
    >>> found = cross_elasticity_table(sales, product="product", period="week", price="price", quantity="units")
    >>> found[["product", "other", "kind", "elasticity"]].round(6).assign(elasticity=lambda t: t["elasticity"] + 0.0)
      product other   kind  elasticity
    0       a     a    own        -2.0
    1       a     b  cross         1.0
    2       b     a  cross         0.0
    3       b     b    own        -3.0
    """
    check_fraction(level, name="level")
    rows = read_sales(sales, price=price, quantity=quantity, product=product, controls=(), cluster=period)
    labels = to_pandas(open_columns(sales, [product, period], name=NAME, made_by="").select(product, period))
    check_labels(open_columns(sales, [product, period], name=NAME, made_by=""), [product, period], table=NAME)
    there = labels.notna().all(axis=1).to_numpy()
    twice = labels[there & labels.duplicated().to_numpy()]
    if len(twice):
        raise SchemaError(_TWICE(n=len(twice), which=some([tuple(row) for row in twice.itertuples(index=False)])))
    products, periods = (in_order(labels[name]) for name in (product, period))
    if len(products) > _MOST:
        raise ValueError(_MANY(n=len(products), squared=len(products) ** 2, most=_MOST))
    shape = len(periods), len(products)
    at = tuple(
        pd.Index(known).get_indexer(labels[name][there]) for known, name in ((periods, period), (products, product))
    )
    prices, units = np.full(shape, np.nan), np.full(shape, np.nan)
    prices[at], units[at] = rows.price[there], rows.quantity[there]
    priced = (prices > 0).all(axis=1)
    found = [
        {"product": mine, "other": other, **_estimated(prices[priced], units[priced, i], j, level=level)}
        | {"kind": "own" if i == j else "cross"}
        for i, mine in enumerate(products)
        for j, other in enumerate(products)
    ]
    return from_pandas(_table(found, level=level), like=sales)


def _estimated(prices: Floats, units: Floats, j: int, *, level: float) -> dict[str, Any]:
    sold = units > 0
    x = np.log(prices[sold])
    try:
        if len(np.unique(prices[sold, j])) < FEWEST_PRICES:
            raise Undetermined("few_prices")
        others = np.delete(x, j, axis=1)
        slope = slope_of(x[:, j], np.log(units[sold]), others, model="log_log", errors="hc3", clusters=None)
    except Undetermined as why:
        return {"n": int(sold.sum()), "reason": str(why)}
    lower, upper = slope.interval(level)
    figures = {"elasticity": slope.value, "std_error": slope.error, "lower": lower, "upper": upper}
    return {**figures, "n": int(sold.sum()), "reason": None}


def _table(found: list[dict[str, Any]], *, level: float) -> pd.DataFrame:
    columns = ["product", "other", "kind", "elasticity", "std_error", "lower", "upper", "n", "reason"]
    table = pd.DataFrame(found, columns=columns).astype({"n": "int64", "reason": "object"})
    numbers = {name: table[name].to_numpy(dtype=np.float64) for name in ("elasticity", "std_error", "lower", "upper")}
    cross = table["kind"].to_numpy() == "cross"
    drawn = {name: np.where(cross, numbers[name], np.nan) for name in ("elasticity", "std_error")}
    relation = np.where(numbers["lower"] > 0, "substitute", np.where(numbers["upper"] < 0, "complement", "unclear"))
    relation = relation.astype(object)
    relation[~cross | np.isnan(numbers["lower"])] = None
    made = {**numbers, **with_shrunk(**drawn, level=level), "relation": relation}
    last = ["n", "reason"]
    return table.assign(**made)[[*columns[:-2], *(name for name in made if name not in columns), *last]]
