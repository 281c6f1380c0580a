"""How messages are received: opens, clicks, bounces, those who unsubscribe."""

from __future__ import annotations

from crmkit._kpi import Example, count, kpi, part, ratio
from crmkit._names import Label
from crmkit._stats import Numbers

__all__ = ["bounce_rate", "click_rate", "click_to_open_rate", "open_rate", "unsubscribe_rate"]


@kpi(
    name=Label("Open rate", "打开率"),
    group="campaigns",
    unit="share",
    direction="higher",
    definition=Label("Messages opened at least once / messages delivered", "打开的邮件 ÷ 送达的邮件"),
    source="Our convention",
    inputs=(
        part("unique_opens", of="delivered"),
        count("delivered"),
    ),
    example=Example({"unique_opens": 2500, "delivered": 10000}, 0.25),
)
def open_rate(*, unique_opens: Numbers, delivered: Numbers) -> Numbers:
    r"""Share of the messages delivered that were opened.

    Mail programs that fetch pictures by themselves count as opens, so the rate is often too high.

    .. math:: r = \text{unique opens} / \text{delivered}

    Parameters
    ----------
    unique_opens : float or array-like of float
        Messages opened at least once. Between 0 and ``delivered``.
    delivered : float or array-like of float
        Messages that arrived: sent and not bounced.

    Returns
    -------
    float or column, as given
        In [0, 1]; ``nan`` where nothing was delivered.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number is below zero or infinite, a part exceeds its whole, or columns differ in length or index.

    Examples
    --------
    >>> open_rate(unique_opens=2500, delivered=10000)
    0.25
    """
    return ratio(unique_opens, delivered)


@kpi(
    name=Label("Click rate", "点击率"),
    group="campaigns",
    unit="share",
    direction="higher",
    definition=Label("Messages with a click / messages delivered", "有点击的邮件 ÷ 送达的邮件"),
    source="Our convention",
    inputs=(
        part("unique_clicks", of="delivered"),
        count("delivered"),
    ),
    example=Example({"unique_clicks": 300, "delivered": 10000}, 0.03),
)
def click_rate(*, unique_clicks: Numbers, delivered: Numbers) -> Numbers:
    r"""Share of the messages delivered in which a link was clicked.

    .. math:: r = \text{unique clicks} / \text{delivered}

    Parameters
    ----------
    unique_clicks : float or array-like of float
        Messages in which a link was clicked at least once. Between 0 and ``delivered``.
    delivered : float or array-like of float
        Messages that arrived: sent and not bounced.

    Returns
    -------
    float or column, as given
        In [0, 1]; ``nan`` where nothing was delivered.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number is below zero or infinite, a part exceeds its whole, or columns differ in length or index.

    Examples
    --------
    >>> click_rate(unique_clicks=300, delivered=10000)
    0.03
    """
    return ratio(unique_clicks, delivered)


@kpi(
    name=Label("Click-to-open rate", "打开后点击率"),
    group="campaigns",
    unit="rate",
    direction="higher",
    definition=Label("Messages with a click / messages opened", "有点击的邮件 ÷ 打开的邮件"),
    source="Our convention",
    inputs=(
        count("unique_clicks"),
        count("unique_opens"),
    ),
    example=Example({"unique_clicks": 300, "unique_opens": 2500}, 0.12),
)
def click_to_open_rate(*, unique_clicks: Numbers, unique_opens: Numbers) -> Numbers:
    r"""Clicks for each message opened.

    .. math:: r = \text{unique clicks} / \text{unique opens}

    Parameters
    ----------
    unique_clicks : float or array-like of float
        Messages in which a link was clicked at least once.
    unique_opens : float or array-like of float
        Messages opened at least once; a click without an opening that was seen is possible.

    Returns
    -------
    float or column, as given
        At least 0; ``nan`` where nothing was opened.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number is below zero or infinite, a part exceeds its whole, or columns differ in length or index.

    Examples
    --------
    >>> click_to_open_rate(unique_clicks=300, unique_opens=2500)
    0.12
    """
    return ratio(unique_clicks, unique_opens)


@kpi(
    name=Label("Bounce rate", "退信率"),
    group="campaigns",
    unit="share",
    direction="lower",
    definition=Label("Messages bounced / messages sent", "退回的邮件 ÷ 发出的邮件"),
    source="Our convention",
    inputs=(
        part("bounced", of="sent"),
        count("sent"),
    ),
    example=Example({"bounced": 200, "sent": 10200}, 0.0196078431372549),
)
def bounce_rate(*, bounced: Numbers, sent: Numbers) -> Numbers:
    r"""Share of the messages sent that came back.

    .. math:: r = \text{bounced} / \text{sent}

    Parameters
    ----------
    bounced : float or array-like of float
        Messages that came back. Between 0 and ``sent``.
    sent : float or array-like of float
        Messages sent, at least 0.

    Returns
    -------
    float or column, as given
        In [0, 1]; ``nan`` where nothing was sent.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number is below zero or infinite, a part exceeds its whole, or columns differ in length or index.

    Examples
    --------
    >>> round(bounce_rate(bounced=200, sent=10200), 6)
    0.019608
    """
    return ratio(bounced, sent)


@kpi(
    name=Label("Unsubscribe rate", "退订率"),
    group="campaigns",
    unit="share",
    direction="lower",
    definition=Label("Recipients who unsubscribed / messages delivered", "退订的收件人 ÷ 送达的邮件"),
    source="Our convention",
    inputs=(
        part("unsubscribed", of="delivered"),
        count("delivered"),
    ),
    example=Example({"unsubscribed": 30, "delivered": 10000}, 0.003),
)
def unsubscribe_rate(*, unsubscribed: Numbers, delivered: Numbers) -> Numbers:
    r"""Share of the messages delivered after which the recipient unsubscribed.

    .. math:: r = \text{unsubscribed} / \text{delivered}

    Parameters
    ----------
    unsubscribed : float or array-like of float
        Recipients who unsubscribed. Between 0 and ``delivered``.
    delivered : float or array-like of float
        Messages that arrived: sent and not bounced.

    Returns
    -------
    float or column, as given
        In [0, 1]; ``nan`` where nothing was delivered.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number is below zero or infinite, a part exceeds its whole, or columns differ in length or index.

    Examples
    --------
    >>> unsubscribe_rate(unsubscribed=30, delivered=10000)
    0.003
    """
    return ratio(unsubscribed, delivered)
