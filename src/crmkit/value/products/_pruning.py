"""Which products to take out of the range, one after another, as each changes what the next is worth."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd

from crmkit._arrays import Floats
from crmkit._checks import check_turnover
from crmkit._frames import FrameT, column_name, from_pandas, to_pandas
from crmkit._grouping import check_labels, in_order
from crmkit._messages import Column, Message
from crmkit._reading import clean_labels
from crmkit._tables import finite_columns, open_columns, refuse_rows
from crmkit.value.products._lines import check_label_free

__all__ = ["pruning_table"]

_NAME: Final = "products"
_RESULT: Final = (
    *("decision", "step", "margin_lost", "margin_transferred", "avoidable_cost", "companion_margin_lost"),
    *("transferred_in_lost", "effect", "effect_alone", "cumulative_effect"),
)
_SHARES: Final = ("from", "to", "share")
# What shares add up to differs from 1 by rounding alone.
_ROUNDING: Final = 1e-9

_NO_NAME: Final = Message(
    en="{where} is missing in {n:,} {n:row|rows}, first at rows {rows}. Every product needs its name.",
    zh="{where}有 {n:,} 行缺失，最先见于行 {rows}。每个产品都须有名称。",
)
_TWICE: Final = Message(
    en="{where} has a product more than once in {n:,} {n:row|rows}, first at rows {rows}. Give one row of each.",
    zh="{where}有 {n:,} 行的产品重复，最先见于行 {rows}。每个产品请只给一行。",
)
_MISSING: Final = Message(
    en="{where} is missing in {n:,} {n:row|rows}, first at rows {rows}. Fill in 0 where there is none.",
    zh="{where}有 {n:,} 行缺失，最先见于行 {rows}。没有的请填 0。",
)
_BELOW: Final = Message(
    en="{where} is below 0 in {n:,} {n:row|rows}, first at rows {rows}.",
    zh="{where}有 {n:,} 行小于 0，最先见于行 {rows}。",
)
_UNKNOWN: Final = Message(
    en="{where} has a product that {@products} lacks in {n:,} {n:row|rows}, first at rows {rows}.",
    zh="{where}有 {n:,} 行的产品不在 {@products} 中，最先见于行 {rows}。",
)
_ITSELF: Final = Message(
    en="{where} sends a product's sales to itself in {n:,} {n:row|rows}, first at rows {rows}.",
    zh="{where}有 {n:,} 行把产品的销售转给它自己，最先见于行 {rows}。",
)
_BEYOND: Final = Message(
    en="{where} adds up to more than 1 for the product of {n:,} {n:row|rows}, first at rows {rows}: no more can go to "
    "others than was sold.",
    zh="{where}在 {n:,} 行的产品上合计超过 1，最先见于行 {rows}：转出的销售不能多于原有的销售。",
)


def pruning_table(
    products: FrameT,
    *,
    item: str = "product",
    revenue: str = "revenue",
    margin: str = "margin",
    transfer: Any,
    avoidable_cost: str = "avoidable_cost",
    companion_margin: str | None = None,
) -> FrameT:
    r"""Take out products as long as profit rises, the best first, and say what each step brings.

    Without the products of a set :math:`S`, profit changes by

    .. math:: \sum_{i \in S} \Big( -m_i + \sum_{j \notin S} t_{ij} r_i \frac{m_j}{r_j} + a_i - c_i \Big)

    with revenue :math:`r`, margin :math:`m`, the share :math:`t_{ij}` of the sales of i that go to j instead, the cost
    :math:`a_i` that can be avoided, and the margin :math:`c_i` on what else the buyers who leave had bought. Sales
    that would move to a product that is also taken out are lost. So removals interact: it may pay to take out any one
    product of a long tail, but not all of them. After each step the effects of the remaining products are recalculated.

    Taking out the best first is not sure to find the best set. No estimate of :math:`t` is better than a trial: the
    share of a product's buyers who also buy another of its category is an upper bound.

    Parameters
    ----------
    products : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        A row per product.
    item, revenue, margin : str, default "product", "revenue" and "margin"
        The columns of products, of revenue, and of margin in money. Sales that come to a product without revenue bring
        no margin.
    transfer : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        Who takes over: ``from`` and ``to``, products, and ``share``, in [0, 1], of the sales of the first that go to
        the second. What is not listed is lost.
    avoidable_cost : str, default "avoidable_cost"
        The column of cost that is saved without the product, such as stock and listing.
    companion_margin : str, optional
        The column of margin on other products that leaves with the buyers who leave. By default nobody leaves.

    Returns
    -------
    the kind of frame given
        A row per product, those taken out first in order of ``step``, then those kept, those nearest to going out
        first. The column of ``item``; ``decision``, "remove" or "keep"; ``step``, missing for those kept; and in money,
        at that step, for those kept after the last one:

        ``margin_lost``, ``margin_transferred``, ``avoidable_cost``, ``companion_margin_lost``, ``transferred_in_lost``
            The product's margin; the margin of its sales that go to products still in the range; cost saved; margin of
            companions; and the margin on what had come to it from products taken out before. Losses are below 0, and
            the five add up to ``effect``.
        ``effect``, ``effect_alone``
            What taking it out changes in profit, then; and if it were the only one.
        ``cumulative_effect``
            What all steps so far change, missing for those kept.

    Raises
    ------
    SchemaError
        If a column is missing or of a wrong kind; a product is missing or there twice; a number is missing or infinite,
        or revenue or a share is below 0; or if ``transfer`` names a product that is not there, sends sales of a product
        to itself, or more than all of them away.
    TypeError
        If a table is not a frame, or a name is not one column.
    ValueError
        If ``item`` has the name of a column of the result.

    References
    ----------
    .. [1] Fisher and Vaidyanathan (2014), "A Demand Estimation Procedure for Retail Assortment Optimization with
       Results from Implementations", *Management Science* 60(10).

    Examples
    --------
    >>> import pandas as pd
    >>> products = pd.DataFrame({
    ...     "product": ["small cup", "cup"], "revenue": [100.0, 1000.0], "margin": [20.0, 300.0],
    ...     "avoidable_cost": [5.0, 20.0], "companions": [2.0, 50.0],
    ... })
    >>> transfer = pd.DataFrame({"from": ["small cup"], "to": ["cup"], "share": [0.6]})
    >>> found = pruning_table(products, transfer=transfer, companion_margin="companions")
    >>> found[["product", "decision", "margin_lost", "margin_transferred", "avoidable_cost", "effect"]]
         product decision  margin_lost  margin_transferred  avoidable_cost  effect
    0  small cup   remove        -20.0                18.0             5.0     1.0
    1        cup     keep       -300.0                 0.0            20.0  -348.0
    """
    item = check_label_free(item, name="item", taken=_RESULT, table=_NAME)
    names = [
        column_name(column, name=name)
        for name, column in (
            ("revenue", revenue),
            ("margin", margin),
            ("avoidable_cost", avoidable_cost),
            *((("companion_margin", companion_margin),) if companion_margin is not None else ()),
        )
    ]
    opened = open_columns(products, [item, *names], name=_NAME, made_by=None)
    check_labels(opened, [item], table=_NAME)
    labels = to_pandas(clean_labels(opened, item, where=Column(_NAME, item)).select(item))[item]
    where = Column(_NAME, item)
    refuse_rows(labels.isna().to_numpy(), _NO_NAME, where=where)
    refuse_rows(labels.duplicated().to_numpy(), _TWICE, where=where)
    numbers = finite_columns(products, names, name=_NAME)
    for name in names:
        refuse_rows(np.isnan(numbers[name]), _MISSING, where=Column(_NAME, name))
        with np.errstate(over="ignore"):
            check_turnover(float(np.abs(numbers[name]).sum()), where=Column(_NAME, name))
    refuse_rows(numbers[names[0]] < 0, _BELOW, where=Column(_NAME, names[0]))
    # In order of their names, so that of two alike it is always the same that goes first.
    place = {label: at for at, label in enumerate(in_order(labels))}
    order = np.argsort([place[label] for label in labels.tolist()], kind="stable")
    figures = [numbers[name][order] for name in names]
    labels = labels.iloc[order].reset_index(drop=True)
    leaving = figures[3] if companion_margin is not None else np.zeros(len(labels))
    table = _greedy(figures[0], figures[1], figures[2], leaving, shares=_shares(transfer, labels))
    table.insert(0, item, labels)
    kept = table["step"].isna()
    rank = np.where(kept, -table["effect"], table["step"].astype("float64"))
    table = table.assign(_kept=kept, _rank=rank).sort_values(["_kept", "_rank"], kind="stable", ignore_index=True)
    return from_pandas(table[[item, *_RESULT]], like=products)


def _shares(transfer: Any, labels: pd.Series[Any]) -> Any:
    """The share of the sales of each product (rows) that goes to each other (columns)."""
    from scipy import sparse

    opened = open_columns(transfer, _SHARES, name="transfer", made_by=None)
    check_labels(opened, _SHARES[:2], table="transfer")
    ends = to_pandas(opened.select(*_SHARES[:2]))
    share = finite_columns(transfer, ["share"], name="transfer")["share"]
    where = Column("transfer", "share")
    refuse_rows(np.isnan(share), _MISSING, where=where)
    refuse_rows(share < 0, _BELOW, where=where)
    index = pd.Index(labels.astype(object))
    at = [index.get_indexer(pd.Index(ends[name].astype(object))) for name in _SHARES[:2]]
    for name, places in zip(_SHARES[:2], at, strict=True):
        refuse_rows(places < 0, _UNKNOWN, where=Column("transfer", name))
    refuse_rows(at[0] == at[1], _ITSELF, where=Column("transfer", "to"))
    given = np.bincount(at[0], share, minlength=len(labels))
    refuse_rows(given[at[0]] > 1 + _ROUNDING, _BEYOND, where=where)
    return sparse.csr_array((share, (at[0], at[1])), shape=(len(labels), len(labels)))


def _greedy(revenue: Floats, margin: Floats, cost: Floats, companions: Floats, *, shares: Any) -> pd.DataFrame:
    """Take out the product with the highest effect as long as it is above 0."""
    n = len(revenue)
    rate = np.divide(margin, revenue, out=np.zeros(n), where=revenue > 0)
    # The margin that sales of one product (rows) bring with another (columns).
    moved = (shares * revenue[:, None]).multiply(rate[None, :]).tocsr() if n else shares
    takers = moved.tocsc()
    there, lost_in = np.ones(n, dtype=bool), np.zeros(n)
    transferred = np.asarray(moved.sum(axis=1), dtype=float).ravel()
    direct = cost - margin - companions
    alone = direct + transferred
    parts = np.zeros((3, n))
    step = np.zeros(n, dtype=np.int64)
    total, cumulative = 0.0, np.full(n, np.nan)
    turnover = np.abs(cost) + np.abs(margin) + np.abs(companions) + np.abs(transferred)
    for number in range(1, n + 1):
        effect = np.where(there, direct + transferred - lost_in, -np.inf)
        best = int(effect.argmax())
        if not effect[best] > _ROUNDING * turnover[best]:
            break
        there[best] = False
        total += float(effect[best])
        step[best], cumulative[best] = number, total
        parts[:, best] = transferred[best], lost_in[best], effect[best]
        giver = slice(takers.indptr[best], takers.indptr[best + 1])
        transferred[takers.indices[giver]] -= takers.data[giver]
        taker = slice(moved.indptr[best], moved.indptr[best + 1])
        lost_in[moved.indices[taker]] += moved.data[taker]
    kept = step == 0
    parts[:, kept] = np.stack([transferred, lost_in, direct + transferred - lost_in])[:, kept]
    return pd.DataFrame(
        {
            "decision": np.where(kept, "keep", "remove").astype(object),
            "step": pd.arrays.IntegerArray(step, kept),
            "margin_lost": 0.0 - margin,
            "margin_transferred": parts[0],
            "avoidable_cost": cost,
            "companion_margin_lost": 0.0 - companions,
            "transferred_in_lost": 0.0 - parts[1],
            "effect": parts[2],
            "effect_alone": alone,
            "cumulative_effect": cumulative,
        }
    )
