"""What becomes of points, and who takes part: the formulas."""

from __future__ import annotations

from crmkit._kpi import Example, count, kpi, money, number, part, ratio, share
from crmkit._names import Label
from crmkit._stats import Numbers

__all__ = [
    "loyalty_active_rate",
    "points_breakage_rate",
    "points_burn_ratio",
    "points_liability",
    "points_redeemer_rate",
    "points_redemption_rate",
]

# Points add up as money does; they are not events that happen independently, so that counts' intervals do not hold.


@kpi(
    name=Label("Points breakage rate", "积分沉淀率"),
    group="loyalty",
    unit="share",
    direction="context",
    definition=Label("Points not redeemed / points issued", "未兑换的积分 ÷ 发放的积分"),
    source="Our convention",
    inputs=(part("unspent_points", of="issued_points", kind="money"), money("issued_points", low=0.0)),
    example=Example({"unspent_points": 400, "issued_points": 1000}, 0.4),
)
def points_breakage_rate(*, unspent_points: Numbers, issued_points: Numbers) -> Numbers:
    r"""Share of the points issued that nobody redeems.

    .. math:: b = \text{points not redeemed} / \text{points issued}

    Parameters
    ----------
    unspent_points : float or array-like of float
        Those of the points issued that have lapsed or, of a forecast, will; say whether outstanding ones are in it.
        Between 0 and ``issued_points``.
    issued_points : float or array-like of float
        Points issued, at least 0.

    Returns
    -------
    float or column, as given
        In [0, 1]; ``nan`` where nothing was issued.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number is below zero or infinite, a part exceeds its whole, or columns differ in length or index.

    See Also
    --------
    breakage_table : What will never be redeemed, by cohort, with an interval.

    Examples
    --------
    >>> points_breakage_rate(unspent_points=400, issued_points=1000)
    0.4
    """
    return ratio(unspent_points, issued_points)


@kpi(
    name=Label("Points redemption rate", "积分兑换率"),
    group="loyalty",
    unit="share",
    direction="higher",
    definition=Label("Points redeemed of those issued / points issued", "所发放积分中已兑换的积分 ÷ 发放的积分"),
    source="Our convention",
    inputs=(part("redeemed_points", of="issued_points", kind="money"), money("issued_points", low=0.0)),
    example=Example({"redeemed_points": 600, "issued_points": 1000}, 0.6),
)
def points_redemption_rate(*, redeemed_points: Numbers, issued_points: Numbers) -> Numbers:
    r"""Share of the points issued that has been redeemed.

    It is one minus the breakage rate only once all of the points are redeemed or have lapsed.

    .. math:: r = \text{points redeemed} / \text{points issued}

    Parameters
    ----------
    redeemed_points : float or array-like of float
        Those of the points issued that have been redeemed since. Between 0 and ``issued_points``.
    issued_points : float or array-like of float
        Points issued, at least 0.

    Returns
    -------
    float or column, as given
        In [0, 1]; ``nan`` where nothing was issued.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number is below zero or infinite, a part exceeds its whole, or columns differ in length or index.

    Examples
    --------
    >>> points_redemption_rate(redeemed_points=600, issued_points=1000)
    0.6
    """
    return ratio(redeemed_points, issued_points)


@kpi(
    name=Label("Burn ratio", "积分消耗比"),
    group="loyalty",
    unit="ratio",
    direction="context",
    definition=Label("Points redeemed in a period / points issued in it", "期间兑换的积分 ÷ 期间发放的积分"),
    source="Our convention",
    inputs=(money("period_redeemed_points", low=0.0), money("period_issued_points", low=0.0)),
    example=Example({"period_redeemed_points": 900, "period_issued_points": 750}, 1.2),
)
def points_burn_ratio(*, period_redeemed_points: Numbers, period_issued_points: Numbers) -> Numbers:
    r"""Points redeemed in a period for each point issued in it, whenever the redeemed ones were issued.

    .. math:: b = \text{points redeemed} / \text{points issued}

    Parameters
    ----------
    period_redeemed_points : float or array-like of float
        Points redeemed in the period, at least 0.
    period_issued_points : float or array-like of float
        Points issued in the period, at least 0.

    Returns
    -------
    float or column, as given
        At least 0, above 1 where balances shrink; ``nan`` where nothing was issued.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number is below zero or infinite, or columns differ in length or index.

    Examples
    --------
    >>> points_burn_ratio(period_redeemed_points=900, period_issued_points=750)
    1.2
    """
    return ratio(period_redeemed_points, period_issued_points)


@kpi(
    name=Label("Active members", "会员活跃率"),
    group="loyalty",
    unit="share",
    direction="higher",
    definition=Label("Members who earned or redeemed / members", "有积分获得或兑换的会员 ÷ 会员数"),
    source="Our convention",
    inputs=(part("active_members", of="members"), count("members")),
    example=Example({"active_members": 250, "members": 1000}, 0.25),
)
def loyalty_active_rate(*, active_members: Numbers, members: Numbers) -> Numbers:
    r"""Share of the members of a programme who earned or redeemed points in a period.

    .. math:: a = \text{members who earned or redeemed} / \text{members}

    Parameters
    ----------
    active_members : float or array-like of float
        Those of them who earned or redeemed in the period. Between 0 and ``members``.
    members : float or array-like of float
        Members of the programme, at least 0.

    Returns
    -------
    float or column, as given
        In [0, 1]; ``nan`` where there are no members.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a count is below zero or infinite, a part exceeds its whole, or columns differ in length or index.

    Examples
    --------
    >>> loyalty_active_rate(active_members=250, members=1000)
    0.25
    """
    return ratio(active_members, members)


@kpi(
    name=Label("Redeemer rate", "兑换会员占比"),
    group="loyalty",
    unit="share",
    direction="higher",
    definition=Label("Members who redeemed / members", "有积分兑换的会员 ÷ 会员数"),
    source="Our convention",
    inputs=(part("redeemers", of="members"), count("members")),
    example=Example({"redeemers": 120, "members": 1000}, 0.12),
)
def points_redeemer_rate(*, redeemers: Numbers, members: Numbers) -> Numbers:
    r"""Share of the members of a programme who redeemed points in a period.

    .. math:: r = \text{members who redeemed} / \text{members}

    Parameters
    ----------
    redeemers : float or array-like of float
        Those of them who redeemed in the period. Between 0 and ``members``.
    members : float or array-like of float
        Members of the programme, at least 0.

    Returns
    -------
    float or column, as given
        In [0, 1]; ``nan`` where there are no members.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a count is below zero or infinite, a part exceeds its whole, or columns differ in length or index.

    Examples
    --------
    >>> points_redeemer_rate(redeemers=120, members=1000)
    0.12
    """
    return ratio(redeemers, members)


@kpi(
    name=Label("Points liability", "积分负债"),
    group="loyalty",
    unit="money",
    direction="lower",
    definition=Label(
        "Points outstanding × (1 - expected breakage) × cost per point", "未使用积分 ×（1 − 预计沉淀率）× 单位积分成本"
    ),
    source="Our convention",
    inputs=(
        money("outstanding_points", low=0.0, stock="end"),
        share("breakage_rate"),
        number("cost_per_point", low=0.0),
    ),
    aggregation="none",
    example=Example({"outstanding_points": 5000, "breakage_rate": 0.3, "cost_per_point": 0.01}, 35),
)
def points_liability(*, outstanding_points: Numbers, breakage_rate: Numbers, cost_per_point: Numbers) -> Numbers:
    r"""What the points outstanding will cost once they are redeemed, as far as they will be.

    .. math:: L = \text{points outstanding} \cdot (1 - b) \cdot c

    Parameters
    ----------
    outstanding_points : float or array-like of float
        Points that members can still redeem; what members owe is not taken off. At least 0.
    breakage_rate : float or array-like of float
        Share of them that is expected to lapse, in [0, 1].
    cost_per_point : float or array-like of float
        What a redeemed point costs, at least 0.

    Returns
    -------
    float or column, as given
        Money, at least 0.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number lies outside its range or is infinite, or columns differ in length or index.

    See Also
    --------
    points_liability_table : Period by period, from the log.

    Examples
    --------
    >>> round(points_liability(outstanding_points=5000, breakage_rate=0.3, cost_per_point=0.01), 10)
    35.0
    """
    return outstanding_points * (1 - breakage_rate) * cost_per_point
