"""What comes of contacts: responses, conversions, what they cost."""

from __future__ import annotations

from typing import Literal, TypeAlias

from crmkit._kpi import Example, Variant, count, kpi, money, part, ratio
from crmkit._names import Label
from crmkit._stats import Numbers

__all__ = ["conversion_rate", "cost_per_click", "cost_per_conversion", "cost_per_thousand_impressions", "response_rate"]

ConversionBase: TypeAlias = Literal["delivered", "clicks"]


@kpi(
    name=Label("Response rate", "响应率"),
    group="campaigns",
    unit="share",
    direction="higher",
    definition=Label("Customers who responded / customers contacted", "响应的客户 ÷ 触达的客户"),
    source="Farris, Bendle, Pfeifer and Reibstein, Marketing Metrics, 3rd ed., ch. 8",
    inputs=(
        part("responders", of="contacted"),
        count("contacted"),
    ),
    example=Example({"responders": 120, "contacted": 4000}, 0.03),
)
def response_rate(*, responders: Numbers, contacted: Numbers) -> Numbers:
    r"""Share of the customers contacted who responded.

    .. math:: r = \text{responders} / \text{contacted}

    Parameters
    ----------
    responders : float or array-like of float
        Customers who responded. Between 0 and ``contacted``.
    contacted : float or array-like of float
        Customers whom the contact reached, at least 0.

    Returns
    -------
    float or column, as given
        In [0, 1]; ``nan`` where nobody was contacted.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number is below zero or infinite, a part exceeds its whole, or columns differ in length or index.

    References
    ----------
    .. [1] Farris, Bendle, Pfeifer and Reibstein, *Marketing Metrics*, 3rd ed., ch. 8.

    Examples
    --------
    >>> response_rate(responders=120, contacted=4000)
    0.03
    """
    return ratio(responders, contacted)


@kpi(
    name=Label("Conversion rate", "活动转化率"),
    group="campaigns",
    unit="share",
    direction="higher",
    definition=Label(
        "Recipients who converted / messages delivered, or recipients who clicked", "转化的收件人 ÷ 送达数或点击人数"
    ),
    source="Farris, Bendle, Pfeifer and Reibstein, Marketing Metrics, 3rd ed., ch. 10",
    inputs=(
        part("converted", of=("delivered", "unique_clicks")),
        count("delivered", optional=True),
        count("unique_clicks", optional=True),
    ),
    option="base",
    variants=(
        Variant(
            "delivered",
            Label("of those delivered", "按送达数"),
            Label("of the messages delivered", "以送达数为分母"),
            ("converted", "delivered"),
            Example({"converted": 90, "delivered": 10000, "base": "delivered"}, 0.009),
        ),
        Variant(
            "clicks",
            Label("of those who clicked", "按点击人数"),
            Label("of the recipients who clicked", "以点击人数为分母"),
            ("converted", "unique_clicks"),
            Example({"converted": 90, "unique_clicks": 300, "base": "clicks"}, 0.3),
        ),
    ),
)
def conversion_rate(
    *, converted: Numbers, base: ConversionBase, delivered: Numbers | None = None, unique_clicks: Numbers | None = None
) -> Numbers:
    r"""Share of a base of recipients who converted, such as bought.

    .. math:: r = \text{converted} / \text{base}

    Parameters
    ----------
    converted : float or array-like of float
        Recipients who converted. At most the base.
    base : {"delivered", "clicks"}
        What is divided by. The two are not comparable.
    delivered : float or array-like of float, optional
        Messages that arrived: sent and not bounced. Required by "delivered".
    unique_clicks : float or array-like of float, optional
        Messages in which a link was clicked at least once. Required by "clicks".

    Returns
    -------
    float or column, as given
        In [0, 1]; ``nan`` where the base is empty.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number is below zero or infinite, a part exceeds its whole, or columns differ in length or index, or the
        inputs do not go with ``base``.

    References
    ----------
    .. [1] Farris, Bendle, Pfeifer and Reibstein, *Marketing Metrics*, 3rd ed., ch. 10.

    Examples
    --------
    >>> conversion_rate(converted=90, delivered=10000, base="delivered")
    0.009
    >>> conversion_rate(converted=90, unique_clicks=300, base="clicks")
    0.3
    """
    return ratio(converted, delivered if base == "delivered" else unique_clicks)


@kpi(
    name=Label("Cost per thousand impressions", "千次曝光成本"),
    group="campaigns",
    unit="money per thousand impressions",
    direction="lower",
    definition=Label("Ad spend / impressions × 1,000", "广告费 ÷ 曝光次数 × 1000"),
    source="Farris, Bendle, Pfeifer and Reibstein, Marketing Metrics, 3rd ed., ch. 9",
    inputs=(
        money("ad_spend", low=0.0),
        count("impressions"),
    ),
    example=Example({"ad_spend": 50, "impressions": 20000}, 2.5),
)
def cost_per_thousand_impressions(*, ad_spend: Numbers, impressions: Numbers) -> Numbers:
    r"""What a thousand impressions of an advertisement cost.

    .. math:: c = 1000 \cdot \text{ad spend} / \text{impressions}

    Parameters
    ----------
    ad_spend : float or array-like of float
        Money spent on advertisements, at least 0.
    impressions : float or array-like of float
        Times the advertisement was shown, at least 0.

    Returns
    -------
    float or column, as given
        Money; ``nan`` where there are no impressions.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number is below zero or infinite, a part exceeds its whole, or columns differ in length or index.

    References
    ----------
    .. [1] Farris, Bendle, Pfeifer and Reibstein, *Marketing Metrics*, 3rd ed., ch. 9.

    Examples
    --------
    >>> cost_per_thousand_impressions(ad_spend=50, impressions=20000)
    2.5
    """
    return ratio(1000 * ad_spend, impressions)


@kpi(
    name=Label("Cost per click", "单次点击成本"),
    group="campaigns",
    unit="money per click",
    direction="lower",
    definition=Label("Ad spend / clicks", "广告费 ÷ 点击次数"),
    source="Farris, Bendle, Pfeifer and Reibstein, Marketing Metrics, 3rd ed., ch. 10",
    inputs=(
        money("ad_spend", low=0.0),
        count("clicks"),
    ),
    example=Example({"ad_spend": 50, "clicks": 100}, 0.5),
)
def cost_per_click(*, ad_spend: Numbers, clicks: Numbers) -> Numbers:
    r"""What a click on an advertisement costs.

    .. math:: c = \text{ad spend} / \text{clicks}

    Parameters
    ----------
    ad_spend : float or array-like of float
        Money spent on advertisements, at least 0.
    clicks : float or array-like of float
        Clicks, at least 0.

    Returns
    -------
    float or column, as given
        Money; ``nan`` where there are no clicks.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number is below zero or infinite, a part exceeds its whole, or columns differ in length or index.

    References
    ----------
    .. [1] Farris, Bendle, Pfeifer and Reibstein, *Marketing Metrics*, 3rd ed., ch. 10.

    Examples
    --------
    >>> cost_per_click(ad_spend=50, clicks=100)
    0.5
    """
    return ratio(ad_spend, clicks)


@kpi(
    name=Label("Cost per conversion", "单次转化成本"),
    group="campaigns",
    unit="money per conversion",
    direction="lower",
    definition=Label("Ad spend / conversions", "广告费 ÷ 转化次数"),
    source="Farris, Bendle, Pfeifer and Reibstein, Marketing Metrics, 3rd ed., ch. 10",
    inputs=(
        money("ad_spend", low=0.0),
        count("conversions"),
    ),
    example=Example({"ad_spend": 900, "conversions": 45}, 20),
)
def cost_per_conversion(*, ad_spend: Numbers, conversions: Numbers) -> Numbers:
    r"""What a conversion costs.

    .. math:: c = \text{ad spend} / \text{conversions}

    Parameters
    ----------
    ad_spend : float or array-like of float
        Money spent on advertisements, at least 0.
    conversions : float or array-like of float
        Conversions, at least 0.

    Returns
    -------
    float or column, as given
        Money; ``nan`` where there are no conversions.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number is below zero or infinite, a part exceeds its whole, or columns differ in length or index.

    References
    ----------
    .. [1] Farris, Bendle, Pfeifer and Reibstein, *Marketing Metrics*, 3rd ed., ch. 10.

    Examples
    --------
    >>> cost_per_conversion(ad_spend=900, conversions=45)
    20.0
    """
    return ratio(ad_spend, conversions)
