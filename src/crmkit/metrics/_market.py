"""How a brand stands in its market: shares, penetration, trial, development."""

from __future__ import annotations

from crmkit._kpi import Example, count, kpi, money, part, ratio, share
from crmkit._names import Label
from crmkit._stats import Numbers

__all__ = [
    "brand_development_index",
    "brand_penetration",
    "market_penetration",
    "market_share",
    "relative_market_share",
    "trial_rate",
]


@kpi(
    name=Label("Market share", "市场占有率"),
    group="market",
    unit="share",
    direction="higher",
    definition=Label("Own sales / sales of the market", "本企业销售额 ÷ 市场总销售额"),
    source="Farris, Bendle, Pfeifer and Reibstein, Marketing Metrics, 3rd ed., ch. 2",
    inputs=(
        part("own_sales", of="market_sales", kind="money"),
        money("market_sales", low=0.0),
    ),
    example=Example({"own_sales": 25, "market_sales": 200}, 0.125),
)
def market_share(*, own_sales: Numbers, market_sales: Numbers) -> Numbers:
    r"""A company's share of the sales of its market.

    .. math:: s = \text{own sales} / \text{market sales}

    Parameters
    ----------
    own_sales : float or array-like of float
        Own sales in the market, in money or units. Between 0 and ``market_sales``.
    market_sales : float or array-like of float
        Sales of all in the market, own ones included, at least 0.

    Returns
    -------
    float or column, as given
        In [0, 1]; ``nan`` where nothing was sold.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number is below zero or infinite, a part exceeds its whole, or columns differ in length or index.

    References
    ----------
    .. [1] Farris, Bendle, Pfeifer and Reibstein, *Marketing Metrics*, 3rd ed., ch. 2.

    Examples
    --------
    >>> market_share(own_sales=25, market_sales=200)
    0.125
    """
    return ratio(own_sales, market_sales)


@kpi(
    name=Label("Relative market share", "相对市场份额"),
    group="market",
    unit="ratio",
    direction="higher",
    definition=Label(
        "Own market share / market share of the largest competitor", "本企业市场份额 ÷ 最大竞争者市场份额"
    ),
    source="Farris, Bendle, Pfeifer and Reibstein, Marketing Metrics, 3rd ed., ch. 2",
    inputs=(
        share("own_share"),
        share("competitor_share"),
    ),
    aggregation="none",
    example=Example({"own_share": 0.2, "competitor_share": 0.25}, 0.8),
)
def relative_market_share(*, own_share: Numbers, competitor_share: Numbers) -> Numbers:
    r"""Own market share for each unit of the largest competitor's.

    .. math:: r = \text{own share} / \text{competitor share}

    Parameters
    ----------
    own_share : float or array-like of float
        Own market share, in [0, 1].
    competitor_share : float or array-like of float
        That of the largest competitor, for the leader the second, in [0, 1].

    Returns
    -------
    float or column, as given
        Above 1 for the leader; ``nan`` where the competitor has no share.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number lies outside its range or is infinite, or columns differ in length or index.

    References
    ----------
    .. [1] Farris, Bendle, Pfeifer and Reibstein, *Marketing Metrics*, 3rd ed., ch. 2.

    Examples
    --------
    >>> relative_market_share(own_share=0.2, competitor_share=0.25)
    0.8
    """
    return ratio(own_share, competitor_share)


@kpi(
    name=Label("Market penetration", "市场渗透率"),
    group="market",
    unit="share",
    direction="higher",
    definition=Label("Buyers of the category / population", "品类购买者 ÷ 总人口"),
    source="Farris, Bendle, Pfeifer and Reibstein, Marketing Metrics, 3rd ed., ch. 2",
    inputs=(
        part("category_buyers", of="population"),
        count("population"),
    ),
    example=Example({"category_buyers": 400, "population": 2000}, 0.2),
)
def market_penetration(*, category_buyers: Numbers, population: Numbers) -> Numbers:
    r"""Share of a population who bought the category.

    .. math:: r = \text{category buyers} / \text{population}

    Parameters
    ----------
    category_buyers : float or array-like of float
        People who bought the category in the period. Between 0 and ``population``.
    population : float or array-like of float
        People in the market, at least 0.

    Returns
    -------
    float or column, as given
        In [0, 1]; ``nan`` where the population is empty.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number is below zero or infinite, a part exceeds its whole, or columns differ in length or index.

    References
    ----------
    .. [1] Farris, Bendle, Pfeifer and Reibstein, *Marketing Metrics*, 3rd ed., ch. 2.

    Examples
    --------
    >>> market_penetration(category_buyers=400, population=2000)
    0.2
    """
    return ratio(category_buyers, population)


@kpi(
    name=Label("Brand penetration", "品牌渗透率"),
    group="market",
    unit="share",
    direction="higher",
    definition=Label("Buyers of the brand / population", "品牌购买者 ÷ 总人口"),
    source="Farris, Bendle, Pfeifer and Reibstein, Marketing Metrics, 3rd ed., ch. 2",
    inputs=(
        part("brand_buyers", of="population"),
        count("population"),
    ),
    example=Example({"brand_buyers": 100, "population": 2000}, 0.05),
)
def brand_penetration(*, brand_buyers: Numbers, population: Numbers) -> Numbers:
    r"""Share of a population who bought the brand.

    .. math:: r = \text{brand buyers} / \text{population}

    Parameters
    ----------
    brand_buyers : float or array-like of float
        People who bought the brand in the period. Between 0 and ``population``.
    population : float or array-like of float
        People in the market, at least 0.

    Returns
    -------
    float or column, as given
        In [0, 1]; ``nan`` where the population is empty.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number is below zero or infinite, a part exceeds its whole, or columns differ in length or index.

    References
    ----------
    .. [1] Farris, Bendle, Pfeifer and Reibstein, *Marketing Metrics*, 3rd ed., ch. 2.

    Examples
    --------
    >>> brand_penetration(brand_buyers=100, population=2000)
    0.05
    """
    return ratio(brand_buyers, population)


@kpi(
    name=Label("Trial rate", "初次购买率"),
    group="market",
    unit="share",
    direction="higher",
    definition=Label("First-time buyers / population", "首次购买者 ÷ 总人口"),
    source="Farris, Bendle, Pfeifer and Reibstein, Marketing Metrics, 3rd ed., ch. 4",
    inputs=(
        part("triers", of="population"),
        count("population"),
    ),
    example=Example({"triers": 60, "population": 1000}, 0.06),
)
def trial_rate(*, triers: Numbers, population: Numbers) -> Numbers:
    r"""Share of a population who bought a product for the first time.

    .. math:: r = \text{triers} / \text{population}

    Parameters
    ----------
    triers : float or array-like of float
        People who bought it for the first time in the period. Between 0 and ``population``.
    population : float or array-like of float
        People in the market, at least 0.

    Returns
    -------
    float or column, as given
        In [0, 1]; ``nan`` where the population is empty.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number is below zero or infinite, a part exceeds its whole, or columns differ in length or index.

    References
    ----------
    .. [1] Farris, Bendle, Pfeifer and Reibstein, *Marketing Metrics*, 3rd ed., ch. 4.

    Examples
    --------
    >>> trial_rate(triers=60, population=1000)
    0.06
    """
    return ratio(triers, population)


@kpi(
    name=Label("Brand development index", "品牌发展指数"),
    group="market",
    unit="index",
    direction="context",
    definition=Label(
        "(Sales in the segment / its population) / (total sales / total population) × 100",
        "（细分市场人均销售额 ÷ 总体人均销售额）× 100",
    ),
    source="Farris, Bendle, Pfeifer and Reibstein, Marketing Metrics, 3rd ed., ch. 2",
    inputs=(
        part("segment_sales", of="total_sales", kind="money"),
        part("segment_population", of="total_population"),
        money("total_sales", low=0.0),
        count("total_population"),
    ),
    aggregation="none",
    example=Example(
        {"segment_sales": 30, "segment_population": 100, "total_sales": 200, "total_population": 1000}, 150
    ),
)
def brand_development_index(
    *, segment_sales: Numbers, segment_population: Numbers, total_sales: Numbers, total_population: Numbers
) -> Numbers:
    r"""Sales per head of a brand in a segment, against those of the whole, with 100 for the average.

    .. math:: \text{BDI} = 100 \cdot \frac{\text{segment sales} / \text{segment population}}
                                          {\text{total sales} / \text{total population}}

    Parameters
    ----------
    segment_sales : float or array-like of float
        Sales of the brand in the segment. Between 0 and ``total_sales``.
    segment_population : float or array-like of float
        People in the segment. Between 0 and ``total_population``.
    total_sales : float or array-like of float
        Sales of the brand in all, at least 0.
    total_population : float or array-like of float
        People in all, at least 0.

    Returns
    -------
    float or column, as given
        100 where the segment is like the whole; ``nan`` where there is nothing to divide by.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number is below zero or infinite, a part exceeds its whole, or columns differ in length or index.

    References
    ----------
    .. [1] Farris, Bendle, Pfeifer and Reibstein, *Marketing Metrics*, 3rd ed., ch. 2.

    Examples
    --------
    >>> brand_development_index(segment_sales=30, segment_population=100, total_sales=200, total_population=1000)
    150.0
    """
    return ratio(100 * segment_sales * total_population, segment_population * total_sales)
