"""Conversions that would not have come without the campaign."""

from __future__ import annotations

from crmkit._kpi import Example, count, kpi, part, ratio
from crmkit._names import Label
from crmkit._stats import Numbers

__all__ = ["incremental_conversions"]


@kpi(
    name=Label("Incremental conversions", "增量转化数"),
    group="campaigns",
    unit="count",
    direction="higher",
    definition=Label(
        "Customers contacted × (their conversion rate - that of the control group)",
        "触达客户数 ×（触达组转化率 − 对照组转化率）",
    ),
    source="Hillstrom (2008), The MineThatData E-Mail Analytics And Data Mining Challenge",
    inputs=(
        part("treated_conversions", of="treated_customers"),
        count("treated_customers"),
        part("control_conversions", of="control_customers"),
        count("control_customers"),
    ),
    aggregation="none",
    example=Example(
        {
            "treated_conversions": 3238,
            "treated_customers": 21387,
            "control_conversions": 2262,
            "control_customers": 21306,
        },
        3238 - 2262 * 21387 / 21306,
    ),
)
def incremental_conversions(
    *,
    treated_conversions: Numbers,
    treated_customers: Numbers,
    control_conversions: Numbers,
    control_customers: Numbers,
) -> Numbers:
    r"""Conversions of the customers contacted, less those that would have come anyway.

    .. math:: n_t \left(\frac{c_t}{n_t} - \frac{c_c}{n_c}\right) = c_t - c_c \frac{n_t}{n_c}

    Parameters
    ----------
    treated_conversions : float or array-like of float
        Customers contacted who converted, at most ``treated_customers``.
    treated_customers : float or array-like of float
        Customers contacted.
    control_conversions : float or array-like of float
        Customers of the control group who converted, at most ``control_customers``.
    control_customers : float or array-like of float
        Customers of the control group, drawn at random.

    Returns
    -------
    float or column, as given
        Below zero where the control group converted more often; ``nan`` where the control group is empty.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number is below zero or infinite, a part exceeds its whole, or columns differ in length or index.

    See Also
    --------
    campaign_effect_table : The same from the contacts, with an interval.

    References
    ----------
    .. [1] Hillstrom (2008), "The MineThatData E-Mail Analytics And Data Mining Challenge".

    Examples
    --------
    >>> incremental_conversions(
    ...     treated_conversions=150, treated_customers=1000, control_conversions=20, control_customers=200
    ... )
    50.0
    """
    brought = treated_conversions * control_customers - control_conversions * treated_customers
    return ratio(brought, control_customers)
