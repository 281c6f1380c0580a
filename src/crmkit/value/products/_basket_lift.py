"""The lift of two products, from counts of baskets."""

from __future__ import annotations

from crmkit._kpi import Example, count, kpi, part, ratio
from crmkit._names import Label
from crmkit._stats import Numbers

__all__ = ["basket_lift"]


@kpi(
    name=Label("Basket lift", "购物篮提升度"),
    group="market",
    unit="ratio",
    direction="context",
    definition=Label(
        "Baskets with both products × all baskets / (baskets with the first × baskets with the second)",
        "同时含两种商品的购物篮数 × 全部购物篮数 ÷（含第一种的购物篮数 × 含第二种的购物篮数）",
    ),
    source="Brin, Motwani, Ullman and Tsur (1997), Dynamic Itemset Counting",
    inputs=(
        part("baskets_with_both", of="baskets_with_first", also_of="baskets_with_second"),
        part("baskets_with_first", of="baskets"),
        part("baskets_with_second", of="baskets"),
        count("baskets"),
    ),
    example=Example(
        {"baskets_with_both": 10, "baskets_with_first": 20, "baskets_with_second": 25, "baskets": 100}, 2.0
    ),
    aggregation="none",
)
def basket_lift(
    *, baskets_with_both: Numbers, baskets_with_first: Numbers, baskets_with_second: Numbers, baskets: Numbers
) -> Numbers:
    r"""How many times as often two products are in one basket as if they were bought independently.

    .. math:: \text{lift} = \frac{n_{AB} \, n}{n_A \, n_B}

    Above 1 they go together; below 1 one takes the place of the other. Of few baskets it says little:
    `association_rules_table` gives it for all pairs of products, with exact tests.

    Parameters
    ----------
    baskets_with_both : float or array-like of float
        Baskets that hold both products. Between 0 and the smaller of the next two.
    baskets_with_first : float or array-like of float
        Baskets that hold the first product. Between 0 and ``baskets``.
    baskets_with_second : float or array-like of float
        Baskets that hold the second product. Between 0 and ``baskets``.
    baskets : float or array-like of float
        All baskets, at least 0.

    Returns
    -------
    float or column, as given
        ``nan`` where a product is in no basket.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number is out of its range or infinite, or columns differ in length or index.

    References
    ----------
    .. [1] Brin, Motwani, Ullman and Tsur (1997), "Dynamic Itemset Counting and Implication Rules for Market Basket
       Data", *SIGMOD*.

    Examples
    --------
    >>> basket_lift(baskets_with_both=10, baskets_with_first=20, baskets_with_second=25, baskets=100)
    2.0
    """
    return ratio(baskets_with_both * baskets, baskets_with_first * baskets_with_second)
